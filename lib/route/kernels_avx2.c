/* kernels_avx2.c - the inner loops in vectors of eight. */
#include "route/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL __attribute__((target("avx2,bmi2")))
enum { WIDTH = 8 };

typedef __m256i vec;
typedef __m128i duo;

KERNEL static inline vec vec_load(const uint32_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }
KERNEL static inline void vec_store(uint32_t *p, vec v) { _mm256_storeu_si256((__m256i *)(void *)p, v); }
KERNEL static inline vec vec_add(vec a, vec b) { return _mm256_add_epi32(a, b); }
KERNEL static inline vec vec_min(vec a, vec b) { return _mm256_min_epu32(a, b); }
KERNEL static inline vec vec_all(uint32_t value) { return _mm256_set1_epi32((int)value); }

KERNEL static inline uint32_t least_tail(vec least, const uint32_t *a, const uint32_t *b, uint32_t j, uint32_t count)
{
    __m128i v = _mm_min_epu32(_mm256_castsi256_si128(least), _mm256_extracti128_si256(least, 1));
    v = _mm_min_epu32(v, _mm_shuffle_epi32(v, 0x4e));
    v = _mm_min_epu32(v, _mm_shuffle_epi32(v, 0xb1));
    uint32_t best = (uint32_t)_mm_cvtsi128_si32(v);
    for (; j < count; j++) best = cim__min32(best, a[j] + b[j]);
    return best;
}

#include "route/kernels_duo.inc"
KERNEL static inline two two_min(two x, two y) { return _mm_blendv_epi8(x, y, _mm_cmpgt_epi64(x, y)); } /* all below 2^63 */
#include "route/kernels.inc"

const cim__kernels cim__kernels_avx2 = { "avx2", customize, customize_lanes, relax_row, least_sum, walk, trail_row, walk_lanes, pull_lanes };
#else
typedef int cim__no_avx2;
#endif
