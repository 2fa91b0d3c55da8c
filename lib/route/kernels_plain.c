/* kernels_plain.c - the inner loops in vectors of four that every compiler target has, and the choice between the sets. */
#include "route/kernels.h"

#define KERNEL
enum { WIDTH = 4 };

typedef int32_t vec __attribute__((vector_size(16)));
typedef int32_t loose __attribute__((vector_size(16), aligned(4), may_alias));
typedef struct duo {
    uint32_t a, b;
} duo;

static inline vec vec_load(const uint32_t *p) { return *(const loose *)(const void *)p; }
static inline void vec_store(uint32_t *p, vec v) { *(loose *)(void *)p = v; }
static inline vec vec_add(vec a, vec b) { return a + b; }
static inline vec vec_min(vec a, vec b)
{
    vec less = a < b;
    return (a & less) | (b & ~less);
}
static inline vec vec_all(uint32_t value)
{
    int32_t v = (int32_t)value;
    return (vec){ v, v, v, v };
}

static inline uint32_t least_tail(vec least, const uint32_t *a, const uint32_t *b, uint32_t j, uint32_t count)
{
    uint32_t best = CIM__INF;
    for (int k = 0; k < 4; k++) best = cim__min32(best, (uint32_t)least[k]);
    for (; j < count; j++) best = cim__min32(best, a[j] + b[j]);
    return best;
}

static inline duo duo_of(uint32_t a, uint32_t b) { return (duo){ a, b }; }
static inline duo duo_load(const uint32_t *p) { return (duo){ p[0], p[1] }; }
static inline void duo_store(uint32_t *p, duo d) { p[0] = d.a, p[1] = d.b; }
static inline duo duo_add(duo x, duo y) { return (duo){ x.a + y.a, x.b + y.b }; }
static inline duo duo_min(duo x, duo y) { return (duo){ cim__min32(x.a, y.a), cim__min32(x.b, y.b) }; }

typedef struct two {
    uint64_t a, b;
} two;

static inline two two_of(uint64_t a, uint64_t b) { return (two){ a, b }; }
static inline two two_load(const uint64_t *p) { return (two){ p[0], p[1] }; }
static inline void two_store(uint64_t *p, two t) { p[0] = t.a, p[1] = t.b; }
static inline two two_add(two x, two y) { return (two){ x.a + y.a, x.b + y.b }; }
static inline two two_min(two x, two y) { return (two){ x.a < y.a ? x.a : y.a, x.b < y.b ? x.b : y.b }; }
static inline two two_of_arc(const uint32_t *weight, uint32_t code) { return (two){ (uint64_t)weight[0] << 32 | code, (uint64_t)weight[1] << 32 | code }; }

#include "route/kernels.inc"

const cim__kernels cim__kernels_plain = { "plain", customize, customize_lanes, relax_row, least_sum, walk, trail_row, walk_lanes, pull_lanes };

const cim__kernels *cim__kernels_choose(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2")) return &cim__kernels_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return &cim__kernels_avx2;
#endif
    return &cim__kernels_plain;
}
