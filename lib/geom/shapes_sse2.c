/* shapes_sse2.c - the kernels by two lanes: what every x86-64 has. */
#include "geom/shapes.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#include <math.h>

#define KERNEL
#define NAME(x) sse2_##x
#define V __m128d
#define WIDTH 2u
#define M __m128d
#define LOAD _mm_loadu_pd
#define SET _mm_set1_pd
#define ADD _mm_add_pd
#define SUB _mm_sub_pd
#define MUL _mm_mul_pd
#define DIV _mm_div_pd
#define MIN _mm_min_pd
#define MAX _mm_max_pd
#define ABS(a) _mm_andnot_pd(_mm_set1_pd(-0.0), (a))
#define NEG(a) (a)
#define LT _mm_cmplt_pd
#define LE _mm_cmple_pd
#define GT _mm_cmpgt_pd
#define AND _mm_and_pd
#define ANDNOT(a, b) _mm_andnot_pd((b), (a))
#define OR _mm_or_pd
#define XOR _mm_xor_pd
#define NONE _mm_setzero_pd()
#define BITS(m) (uint32_t)_mm_movemask_pd(m)
#define SELECT(m, a, b) _mm_or_pd(_mm_and_pd((m), (a)), _mm_andnot_pd((m), (b)))
#define LEAST(v) _mm_cvtsd_f64(_mm_min_sd((v), _mm_unpackhi_pd((v), (v))))

#include "geom/shapes_kernel.h"

const cim__shape_path cim__shape_sse2 = { "sse2", sse2_cross, sse2_least, sse2_overlap, sse2_meets, sse2_bound, sse2_within };
#else
typedef int cim__no_sse2;
#endif
