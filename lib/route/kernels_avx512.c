/* kernels_avx512.c - the inner loops in vectors of sixteen. */
#include "route/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL __attribute__((target("avx512f,avx512vl,bmi2")))
enum { WIDTH = 16 };

typedef __m512i vec;
typedef __m128i duo;

KERNEL static inline vec vec_load(const uint32_t *p) { return _mm512_loadu_si512((const void *)p); }
KERNEL static inline void vec_store(uint32_t *p, vec v) { _mm512_storeu_si512((void *)p, v); }
KERNEL static inline vec vec_add(vec a, vec b) { return _mm512_add_epi32(a, b); }
KERNEL static inline vec vec_min(vec a, vec b) { return _mm512_min_epu32(a, b); }
KERNEL static inline vec vec_all(uint32_t value) { return _mm512_set1_epi32((int)value); }

KERNEL static inline uint32_t least_tail(vec least, const uint32_t *a, const uint32_t *b, uint32_t j, uint32_t count)
{
    const vec inf = vec_all(CIM__INF);
    const __mmask16 rest = (__mmask16)((1u << (count - j)) - 1u);
    vec x = _mm512_mask_loadu_epi32(inf, rest, a + j), y = _mm512_maskz_loadu_epi32(rest, b + j);
    return _mm512_reduce_min_epu32(vec_min(least, vec_add(x, y)));
}

#include "route/kernels_duo.inc"
KERNEL static inline two two_min(two x, two y) { return _mm_min_epu64(x, y); }
#include "route/kernels.inc"

const cim__kernels cim__kernels_avx512 = { "avx512", customize, customize_lanes, relax_row, least_sum, walk, trail_row, walk_lanes, pull_lanes };
#else
typedef int cim__no_avx512;
#endif
