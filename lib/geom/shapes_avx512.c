/* shapes_avx512.c - the kernels by eight lanes; masks are bits here. */
#include "geom/shapes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#define KERNEL __attribute__((target("avx512f,avx512dq")))
#define NAME(x) avx512_##x
#define V __m512d
#define WIDTH 8u
#define M __mmask8
#define LOAD _mm512_loadu_pd
#define SET _mm512_set1_pd
#define ADD _mm512_add_pd
#define SUB _mm512_sub_pd
#define MUL _mm512_mul_pd
#define DIV _mm512_div_pd
#define MIN _mm512_min_pd
#define MAX _mm512_max_pd
#define ABS _mm512_abs_pd
#define NEG(a) _mm512_movepi64_mask(_mm512_castpd_si512(a))
#define LT(a, b) _mm512_cmp_pd_mask((a), (b), _CMP_LT_OQ)
#define LE(a, b) _mm512_cmp_pd_mask((a), (b), _CMP_LE_OQ)
#define GT(a, b) _mm512_cmp_pd_mask((a), (b), _CMP_GT_OQ)
#define AND(a, b) (__mmask8)((a) & (b))
#define ANDNOT(a, b) (__mmask8)((a) & ~(b))
#define OR(a, b) (__mmask8)((a) | (b))
#define XOR(a, b) (__mmask8)((a) ^ (b))
#define NONE 0
#define BITS(m) (uint32_t)(m)
#define SELECT(m, a, b) _mm512_mask_blend_pd((m), (b), (a))
#define LEAST(v) least_of(v)

KERNEL static inline double least_of(__m512d v)
{
    __m256d four = _mm256_min_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd(v, 1));
    __m128d two = _mm_min_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_min_sd(two, _mm_unpackhi_pd(two, two)));
}

#include "geom/shapes_kernel.h"

const cim__shape_path cim__shape_avx512 = { "avx512", avx512_cross, avx512_least, avx512_overlap, avx512_meets, avx512_bound, avx512_within };
#else
typedef int cim__no_avx512;
#endif
