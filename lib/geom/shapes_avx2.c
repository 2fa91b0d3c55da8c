/* shapes_avx2.c - the kernels by four lanes. */
#include "geom/shapes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#define KERNEL __attribute__((target("avx2")))
#define NAME(x) avx2_##x
#define V __m256d
#define WIDTH 4u
#define M __m256d
#define LOAD _mm256_loadu_pd
#define SET _mm256_set1_pd
#define ADD _mm256_add_pd
#define SUB _mm256_sub_pd
#define MUL _mm256_mul_pd
#define DIV _mm256_div_pd
#define MIN _mm256_min_pd
#define MAX _mm256_max_pd
#define ABS(a) _mm256_andnot_pd(_mm256_set1_pd(-0.0), (a))
#define NEG(a) (a)
#define LT(a, b) _mm256_cmp_pd((a), (b), _CMP_LT_OQ)
#define LE(a, b) _mm256_cmp_pd((a), (b), _CMP_LE_OQ)
#define GT(a, b) _mm256_cmp_pd((a), (b), _CMP_GT_OQ)
#define AND _mm256_and_pd
#define ANDNOT(a, b) _mm256_andnot_pd((b), (a))
#define OR _mm256_or_pd
#define XOR _mm256_xor_pd
#define NONE _mm256_setzero_pd()
#define BITS(m) (uint32_t)_mm256_movemask_pd(m)
#define SELECT(m, a, b) _mm256_blendv_pd((b), (a), (m))
#define LEAST(v) least_of(v)

KERNEL static inline double least_of(__m256d v)
{
    __m128d half = _mm_min_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_min_sd(half, _mm_unpackhi_pd(half, half)));
}

#include "geom/shapes_kernel.h"

const cim__shape_path cim__shape_avx2 = { "avx2", avx2_cross, avx2_least, avx2_overlap, avx2_meets, avx2_bound, avx2_within };
#else
typedef int cim__no_avx2;
#endif
