/* lanes_avx512.c - a whole row of a node at a time; used where the machine has AVX-512 F. */
#include "index/lanes.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,bmi,bmi2,popcnt")
#endif
#include <immintrin.h>

#define LANES(name) avx512_##name

static inline __m512i load(const int32_t *p) { return _mm512_load_si512(p); }
static inline __m512i all16(int32_t v) { return _mm512_set1_epi32(v); }

static inline uint32_t lanes_meets(const cim__node *n, const cim__ibox *w)
{
    __mmask16 m = _mm512_cmple_epi32_mask(load(n->min_x), all16(w->max_x));
    m = _mm512_mask_cmpge_epi32_mask(m, load(n->max_x), all16(w->min_x));
    __mmask16 y = _mm512_cmple_epi32_mask(load(n->min_y), all16(w->max_y));
    y = _mm512_mask_cmpge_epi32_mask(y, load(n->max_y), all16(w->min_y));
    return (uint32_t)m & y;
}

static inline uint32_t lanes_inside(const cim__node *n, const cim__ibox *w)
{
    __mmask16 m = _mm512_cmpge_epi32_mask(load(n->min_x), all16(w->min_x));
    m = _mm512_mask_cmple_epi32_mask(m, load(n->max_x), all16(w->max_x));
    __mmask16 y = _mm512_cmpge_epi32_mask(load(n->min_y), all16(w->min_y));
    y = _mm512_mask_cmple_epi32_mask(y, load(n->max_y), all16(w->max_y));
    return (uint32_t)m & y;
}

static inline __m512 gap16(const int32_t *min, const int32_t *max, int32_t from, int32_t to)
{
    __m512i g = _mm512_max_epi32(_mm512_sub_epi32(load(min), all16(to)), _mm512_sub_epi32(all16(from), load(max)));
    return _mm512_cvtepi32_ps(_mm512_max_epi32(g, _mm512_setzero_si512()));
}

static inline void lanes_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT])
{
    const cim__ibox *b = &near->box;
    __m512 dx = gap16(n->min_x, n->max_x, b->min_x, b->max_x), dy = gap16(n->min_y, n->max_y, b->min_y, b->max_y);
    __m512 d2 = _mm512_add_ps(_mm512_mul_ps(dx, dx), _mm512_mul_ps(dy, dy));
    if (z) {
        __m512 dz = gap16(z->min_z, z->max_z, near->min_z, near->max_z);
        d2 = _mm512_add_ps(d2, _mm512_mul_ps(dz, dz));
    }
    __m512i slots = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i key = _mm512_or_si512(_mm512_and_si512(_mm512_castps_si512(_mm512_mul_ps(d2, _mm512_set1_ps(CIM__KEY_SLACK))), all16(~15)), slots);
    __mmask16 unused = _mm512_cmpgt_epi32_mask(load(n->min_x), load(n->max_x));
    if (classes) unused |= _mm512_testn_epi32_mask(_mm512_loadu_si512(classes->bits), all16((int32_t)near->classes));
    _mm512_storeu_si512(keys, _mm512_mask_mov_epi32(key, unused, all16(-1)));
}

static inline uint32_t lanes_least(const uint32_t keys[CIM__FANOUT]) { return _mm512_reduce_min_epu32(_mm512_loadu_si512(keys)); }

static inline uint32_t lanes_within(const uint32_t keys[CIM__FANOUT], uint32_t cut)
{
    return _mm512_cmple_epu32_mask(_mm512_and_si512(_mm512_loadu_si512(keys), all16(~15)), all16((int32_t)cut));
}

static inline cim__ibox lanes_around(const cim__node *n)
{
    return (cim__ibox){ _mm512_reduce_min_epi32(load(n->min_x)), _mm512_reduce_min_epi32(load(n->min_y)), _mm512_reduce_max_epi32(load(n->max_x)),
                        _mm512_reduce_max_epi32(load(n->max_y)) };
}

static inline bool lanes_covered(const cim__node *n, uint32_t others, const cim__ibox *w)
{
    return _mm512_cmple_epi32_mask(load(n->min_x), all16(w->min_x)) & others && _mm512_cmple_epi32_mask(load(n->min_y), all16(w->min_y)) & others &&
           _mm512_cmpge_epi32_mask(load(n->max_x), all16(w->max_x)) & others && _mm512_cmpge_epi32_mask(load(n->max_y), all16(w->max_y)) & others;
}

static inline void lanes_emit(cim__hits *h, const uint32_t *ids, uint32_t mask)
{
    _mm512_storeu_si512(h->ids + h->count, _mm512_maskz_compress_epi32((__mmask16)mask, _mm512_loadu_si512(ids)));
    h->count += (size_t)__builtin_popcount(mask);
}

#include "index/walk.h"

const cim__lanes cim__lanes_avx512 = { "AVX-512", avx512_meets, avx512_around, avx512_covered, avx512_walk, avx512_walk16, avx512_nearest, avx512_places };

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
