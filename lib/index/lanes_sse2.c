/* lanes_sse2.c - four numbers at a time, on every x86-64. */
#include "index/lanes.h"

#if defined(__x86_64__)
#include <emmintrin.h>

#define LANES(name) sse2_##name

static inline __m128i load(const int32_t *p) { return _mm_load_si128((const __m128i *)(const void *)p); }
static inline __m128i loadu(const uint32_t *p) { return _mm_loadu_si128((const __m128i *)(const void *)p); }

/* 16 lanes of all ones or zeros to 16 bits. */
static inline uint32_t bits_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d)));
}

static inline __m128i apart4(const cim__node *n, const cim__ibox *w, int i)
{
    __m128i x = _mm_or_si128(_mm_cmpgt_epi32(load(n->min_x + i), _mm_set1_epi32(w->max_x)), _mm_cmplt_epi32(load(n->max_x + i), _mm_set1_epi32(w->min_x)));
    __m128i y = _mm_or_si128(_mm_cmpgt_epi32(load(n->min_y + i), _mm_set1_epi32(w->max_y)), _mm_cmplt_epi32(load(n->max_y + i), _mm_set1_epi32(w->min_y)));
    return _mm_or_si128(x, y);
}

static inline uint32_t lanes_meets(const cim__node *n, const cim__ibox *w) { return 0xffff & ~bits_of(apart4(n, w, 0), apart4(n, w, 4), apart4(n, w, 8), apart4(n, w, 12)); }

static inline __m128i outside4(const cim__node *n, const cim__ibox *w, int i)
{
    __m128i x = _mm_or_si128(_mm_cmplt_epi32(load(n->min_x + i), _mm_set1_epi32(w->min_x)), _mm_cmpgt_epi32(load(n->max_x + i), _mm_set1_epi32(w->max_x)));
    __m128i y = _mm_or_si128(_mm_cmplt_epi32(load(n->min_y + i), _mm_set1_epi32(w->min_y)), _mm_cmpgt_epi32(load(n->max_y + i), _mm_set1_epi32(w->max_y)));
    return _mm_or_si128(x, y);
}

static inline uint32_t lanes_inside(const cim__node *n, const cim__ibox *w)
{
    return 0xffff & ~bits_of(outside4(n, w, 0), outside4(n, w, 4), outside4(n, w, 8), outside4(n, w, 12));
}

static inline __m128i max4(__m128i a, __m128i b)
{
    __m128i gt = _mm_cmpgt_epi32(a, b);
    return _mm_or_si128(_mm_and_si128(gt, a), _mm_andnot_si128(gt, b));
}
static inline __m128i min4(__m128i a, __m128i b)
{
    __m128i gt = _mm_cmpgt_epi32(a, b);
    return _mm_or_si128(_mm_and_si128(gt, b), _mm_andnot_si128(gt, a));
}

static inline __m128 gap4(const int32_t *min, const int32_t *max, int32_t from, int32_t to)
{
    __m128i g = max4(_mm_sub_epi32(load(min), _mm_set1_epi32(to)), _mm_sub_epi32(_mm_set1_epi32(from), load(max)));
    return _mm_cvtepi32_ps(_mm_andnot_si128(_mm_srai_epi32(g, 31), g));
}

static inline void lanes_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT])
{
    const cim__ibox *b = &near->box;
    __m128i slots = _mm_set_epi32(3, 2, 1, 0);
    for (int i = 0; i < CIM__FANOUT; i += 4, slots = _mm_add_epi32(slots, _mm_set1_epi32(4))) {
        __m128 dx = gap4(n->min_x + i, n->max_x + i, b->min_x, b->max_x), dy = gap4(n->min_y + i, n->max_y + i, b->min_y, b->max_y);
        __m128 d2 = _mm_add_ps(_mm_mul_ps(dx, dx), _mm_mul_ps(dy, dy));
        if (z) {
            __m128 dz = gap4(z->min_z + i, z->max_z + i, near->min_z, near->max_z);
            d2 = _mm_add_ps(d2, _mm_mul_ps(dz, dz));
        }
        __m128i key = _mm_or_si128(_mm_and_si128(_mm_castps_si128(_mm_mul_ps(d2, _mm_set1_ps(CIM__KEY_SLACK))), _mm_set1_epi32(~15)), slots);
        key = _mm_or_si128(key, _mm_cmpgt_epi32(load(n->min_x + i), load(n->max_x + i)));
        if (classes) key = _mm_or_si128(key, _mm_cmpeq_epi32(_mm_and_si128(loadu(classes->bits + i), _mm_set1_epi32((int32_t)near->classes)), _mm_setzero_si128()));
        _mm_store_si128((__m128i *)(void *)(keys + i), key);
    }
}

/* Keys are not negative as signed numbers but for ~0, which must count as the greatest: compared without its sign bit. */
static inline uint32_t lanes_least(const uint32_t keys[CIM__FANOUT])
{
    __m128i flip = _mm_set1_epi32(INT32_MIN);
    __m128i m = min4(min4(_mm_xor_si128(loadu(keys), flip), _mm_xor_si128(loadu(keys + 4), flip)), min4(_mm_xor_si128(loadu(keys + 8), flip), _mm_xor_si128(loadu(keys + 12), flip)));
    m = min4(m, _mm_shuffle_epi32(m, 0x4e));
    m = min4(m, _mm_shuffle_epi32(m, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(m) ^ 0x80000000u;
}

static inline uint32_t lanes_within(const uint32_t keys[CIM__FANOUT], uint32_t cut)
{
    __m128i flip = _mm_set1_epi32(INT32_MIN), no_slot = _mm_set1_epi32(~15), c = _mm_xor_si128(_mm_set1_epi32((int32_t)cut), flip), beyond[4];
    for (int i = 0; i < 4; i++) beyond[i] = _mm_cmpgt_epi32(_mm_xor_si128(_mm_and_si128(loadu(keys + 4 * i), no_slot), flip), c);
    return 0xffff & ~bits_of(beyond[0], beyond[1], beyond[2], beyond[3]);
}

static inline int32_t least_of(const int32_t *v)
{
    __m128i m = min4(min4(load(v), load(v + 4)), min4(load(v + 8), load(v + 12)));
    m = min4(m, _mm_shuffle_epi32(m, 0x4e));
    return _mm_cvtsi128_si32(min4(m, _mm_shuffle_epi32(m, 0xb1)));
}
static inline int32_t greatest_of(const int32_t *v)
{
    __m128i m = max4(max4(load(v), load(v + 4)), max4(load(v + 8), load(v + 12)));
    m = max4(m, _mm_shuffle_epi32(m, 0x4e));
    return _mm_cvtsi128_si32(max4(m, _mm_shuffle_epi32(m, 0xb1)));
}
static inline cim__ibox lanes_around(const cim__node *n) { return (cim__ibox){ least_of(n->min_x), least_of(n->min_y), greatest_of(n->max_x), greatest_of(n->max_y) }; }

static inline uint32_t beyond(const int32_t *v, int32_t than)
{
    __m128i t = _mm_set1_epi32(than);
    return bits_of(_mm_cmpgt_epi32(load(v), t), _mm_cmpgt_epi32(load(v + 4), t), _mm_cmpgt_epi32(load(v + 8), t), _mm_cmpgt_epi32(load(v + 12), t));
}

static inline bool lanes_covered(const cim__node *n, uint32_t others, const cim__ibox *w)
{
    return ~beyond(n->min_x, w->min_x) & others && ~beyond(n->min_y, w->min_y) & others && beyond(n->max_x, w->max_x - 1) & others && beyond(n->max_y, w->max_y - 1) & others;
}

#define lanes_emit cim__emit_bits

#include "index/walk.h"

const cim__lanes cim__lanes_sse2 = { "SSE2", sse2_meets, sse2_around, sse2_covered, sse2_walk, sse2_walk16, sse2_nearest, sse2_places };
#endif
