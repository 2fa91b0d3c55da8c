/* shapes_plain.c - the kernels lane by lane in plain C: any processor, and what the others are compared with. */
#include "geom/shapes.h"

#include <math.h>

#define KERNEL
#define NAME(x) plain_##x
#define V double
#define WIDTH 1u
#define M uint32_t
#define LOAD(p) (*(p))
#define SET(a) (a)
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define DIV(a, b) ((a) / (b))
#define MIN(a, b) min_of((a), (b))
#define MAX(a, b) max_of((a), (b))
#define ABS(a) fabs(a)
#define NEG(a) (signbit(a) != 0)
#define LT(a, b) ((uint32_t)((a) < (b)))
#define LE(a, b) ((uint32_t)((a) <= (b)))
#define GT(a, b) ((uint32_t)((a) > (b)))
#define AND(a, b) ((a) & (b))
#define ANDNOT(a, b) ((a) & ~(uint32_t)(b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((uint32_t)(a) ^ (uint32_t)(b))
#define NONE 0u
#define BITS(m) (m)
#define SELECT(m, a, b) ((m) ? (a) : (b))
#define LEAST(v) (v)

static inline double min_of(double a, double b) { return a < b ? a : b; }
static inline double max_of(double a, double b) { return a > b ? a : b; }

#include "geom/shapes_kernel.h"

const cim__shape_path cim__shape_plain = { "plain", plain_cross, plain_least, plain_overlap, plain_meets, plain_bound, plain_within };
