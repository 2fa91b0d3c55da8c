/* lanes_avx2.c - eight numbers at a time; used where the machine has AVX2 and BMI2. */
#include "index/lanes.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif
#include <immintrin.h>

#define LANES(name) avx2_##name

static inline __m256i load(const int32_t *p) { return _mm256_load_si256((const __m256i *)(const void *)p); }
static inline __m256i loadu(const uint32_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }
static inline __m256i all8(int32_t v) { return _mm256_set1_epi32(v); }

static inline uint32_t bits_of(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(a)) | (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(b)) << 8;
}

static inline __m256i apart8(const cim__node *n, const cim__ibox *w, int i)
{
    __m256i x = _mm256_or_si256(_mm256_cmpgt_epi32(load(n->min_x + i), all8(w->max_x)), _mm256_cmpgt_epi32(all8(w->min_x), load(n->max_x + i)));
    __m256i y = _mm256_or_si256(_mm256_cmpgt_epi32(load(n->min_y + i), all8(w->max_y)), _mm256_cmpgt_epi32(all8(w->min_y), load(n->max_y + i)));
    return _mm256_or_si256(x, y);
}

static inline uint32_t lanes_meets(const cim__node *n, const cim__ibox *w) { return 0xffff & ~bits_of(apart8(n, w, 0), apart8(n, w, 8)); }

static inline __m256i outside8(const cim__node *n, const cim__ibox *w, int i)
{
    __m256i x = _mm256_or_si256(_mm256_cmpgt_epi32(all8(w->min_x), load(n->min_x + i)), _mm256_cmpgt_epi32(load(n->max_x + i), all8(w->max_x)));
    __m256i y = _mm256_or_si256(_mm256_cmpgt_epi32(all8(w->min_y), load(n->min_y + i)), _mm256_cmpgt_epi32(load(n->max_y + i), all8(w->max_y)));
    return _mm256_or_si256(x, y);
}

static inline uint32_t lanes_inside(const cim__node *n, const cim__ibox *w) { return 0xffff & ~bits_of(outside8(n, w, 0), outside8(n, w, 8)); }

static inline __m256 gap8(const int32_t *min, const int32_t *max, int32_t from, int32_t to)
{
    __m256i g = _mm256_max_epi32(_mm256_sub_epi32(load(min), all8(to)), _mm256_sub_epi32(all8(from), load(max)));
    return _mm256_cvtepi32_ps(_mm256_max_epi32(g, _mm256_setzero_si256()));
}

static inline void lanes_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT])
{
    const cim__ibox *b = &near->box;
    __m256i slots = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (int i = 0; i < CIM__FANOUT; i += 8, slots = _mm256_add_epi32(slots, all8(8))) {
        __m256 dx = gap8(n->min_x + i, n->max_x + i, b->min_x, b->max_x), dy = gap8(n->min_y + i, n->max_y + i, b->min_y, b->max_y);
        __m256 d2 = _mm256_add_ps(_mm256_mul_ps(dx, dx), _mm256_mul_ps(dy, dy));
        if (z) {
            __m256 dz = gap8(z->min_z + i, z->max_z + i, near->min_z, near->max_z);
            d2 = _mm256_add_ps(d2, _mm256_mul_ps(dz, dz));
        }
        __m256i key = _mm256_or_si256(_mm256_and_si256(_mm256_castps_si256(_mm256_mul_ps(d2, _mm256_set1_ps(CIM__KEY_SLACK))), all8(~15)), slots);
        key = _mm256_or_si256(key, _mm256_cmpgt_epi32(load(n->min_x + i), load(n->max_x + i)));
        if (classes) key = _mm256_or_si256(key, _mm256_cmpeq_epi32(_mm256_and_si256(loadu(classes->bits + i), all8((int32_t)near->classes)), _mm256_setzero_si256()));
        _mm256_store_si256((__m256i *)(void *)(keys + i), key);
    }
}

static inline uint32_t lanes_least(const uint32_t keys[CIM__FANOUT])
{
    __m256i m8 = _mm256_min_epu32(loadu(keys), loadu(keys + 8));
    __m128i m = _mm_min_epu32(_mm256_castsi256_si128(m8), _mm256_extracti128_si256(m8, 1));
    m = _mm_min_epu32(m, _mm_shuffle_epi32(m, 0x4e));
    m = _mm_min_epu32(m, _mm_shuffle_epi32(m, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(m);
}

static inline uint32_t lanes_within(const uint32_t keys[CIM__FANOUT], uint32_t cut)
{
    __m256i c = all8((int32_t)cut), a = _mm256_and_si256(loadu(keys), all8(~15)), b = _mm256_and_si256(loadu(keys + 8), all8(~15));
    return bits_of(_mm256_cmpeq_epi32(_mm256_max_epu32(a, c), c), _mm256_cmpeq_epi32(_mm256_max_epu32(b, c), c));
}

static inline int32_t last(__m256i v8, bool least)
{
    __m128i a = _mm256_castsi256_si128(v8), b = _mm256_extracti128_si256(v8, 1), m = least ? _mm_min_epi32(a, b) : _mm_max_epi32(a, b);
    __m128i s = _mm_shuffle_epi32(m, 0x4e);
    m = least ? _mm_min_epi32(m, s) : _mm_max_epi32(m, s);
    s = _mm_shuffle_epi32(m, 0xb1);
    return _mm_cvtsi128_si32(least ? _mm_min_epi32(m, s) : _mm_max_epi32(m, s));
}

static inline cim__ibox lanes_around(const cim__node *n)
{
    return (cim__ibox){ last(_mm256_min_epi32(load(n->min_x), load(n->min_x + 8)), true), last(_mm256_min_epi32(load(n->min_y), load(n->min_y + 8)), true),
                        last(_mm256_max_epi32(load(n->max_x), load(n->max_x + 8)), false), last(_mm256_max_epi32(load(n->max_y), load(n->max_y + 8)), false) };
}

static inline uint32_t beyond(const int32_t *v, int32_t than) { return bits_of(_mm256_cmpgt_epi32(load(v), all8(than)), _mm256_cmpgt_epi32(load(v + 8), all8(than))); }

static inline bool lanes_covered(const cim__node *n, uint32_t others, const cim__ibox *w)
{
    return ~beyond(n->min_x, w->min_x) & others && ~beyond(n->min_y, w->min_y) & others && beyond(n->max_x, w->max_x - 1) & others && beyond(n->max_y, w->max_y - 1) & others;
}

/* The numbers of the set bits of a byte become indices of a permutation. */
static inline void emit8(cim__hits *h, const uint32_t *ids, uint32_t mask)
{
    uint64_t bytes = _pdep_u64(mask, 0x0101010101010101u) * 0xff, slots = _pext_u64(0x0706050403020100u, bytes);
    __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)slots));
    _mm256_storeu_si256((__m256i *)(void *)(h->ids + h->count), _mm256_permutevar8x32_epi32(loadu(ids), order));
    h->count += (size_t)__builtin_popcount(mask);
}

static inline void lanes_emit(cim__hits *h, const uint32_t *ids, uint32_t mask)
{
    if (mask & 0xff) emit8(h, ids, mask & 0xff);
    if (mask >> 8) emit8(h, ids + 8, mask >> 8);
}

#include "index/walk.h"

const cim__lanes cim__lanes_avx2 = { "AVX2", avx2_meets, avx2_around, avx2_covered, avx2_walk, avx2_walk16, avx2_nearest, avx2_places };

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
