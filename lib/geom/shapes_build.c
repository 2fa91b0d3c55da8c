/* shapes_build.c - making and giving up shapes: one pass checks and measures, a second one fills. */
#include "geom/shapes.h"

#include <math.h>

static uint32_t round_up(uint32_t n, uint32_t step) { return (n + step - 1) / step * step; }
static uint32_t groups_of(uint32_t lanes)
{
    return lanes > CIM__SHAPE_PLAIN ? (lanes + CIM__SHAPE_GROUP_LANES - 1) / CIM__SHAPE_GROUP_LANES : 0;
}

/* ---- checking and measuring ---- */

static const char *wrong_counts(const cim_geom *g)
{
    uint32_t last = 0;
    if (g->type < CIM_GEOM_POINT || g->type > CIM_GEOM_MULTIPOLYGON) return "has an unknown type";
    if (g->dim != 2 && g->dim != 3) return "is of neither 2 nor 3 dimensions";
    for (uint32_t ring = 0; ring < g->ring_count; last = g->ring_end[ring++])
        if (g->ring_end[ring] < last || g->ring_end[ring] > g->vertex_count) return "has rings that contradict its vertices";
    return (uint64_t)g->vertex_count + g->ring_count > 0xfffffff0u ? "has too many vertices" : NULL;
}

static const char *wrong_coords(const cim_geom *g)
{
    for (uint32_t v = 0; v < g->vertex_count; v++) {
        const double *p = g->coords + (size_t)v * (size_t)g->dim;
        if (!(fabs(p[0]) <= 1e150 && fabs(p[1]) <= 1e150)) return "has a coordinate that is not finite";
    }
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON) return NULL;
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
        if (first == end) continue;
        const double *a = g->coords + (size_t)first * (size_t)g->dim, *b = g->coords + (size_t)(end - 1) * (size_t)g->dim;
        if (a[0] != b[0] || a[1] != b[1]) return "has a ring that is not closed";
    }
    return NULL;
}

/* Counts and flags of a shape; its size in units. */
static size_t measure(const cim_geom *g, cim__shape *head)
{
    uint32_t used = 0, rings = 0;
    memset(head, 0, sizeof *head);
    head->box = CIM__BOX_EMPTY;
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t vertices = g->ring_end[ring] - cim__ring_start(g, ring);
        if (!vertices) continue;
        if (vertices == 1) head->flags |= CIM__SHAPE_LONE;
        used += vertices + 1;
        rings++;
    }
    if (rings > 1) head->flags |= CIM__SHAPE_RINGS;
    if (!used) return 0; /* all empty shapes share one head */
    if (cim__geom_base(g->type) == CIM_GEOM_POLYGON) head->flags |= CIM__SHAPE_AREA;
    /* The last vertex of an area is the first of its ring again; of other shapes it has to be looked at. */
    head->lanes = (head->flags & (CIM__SHAPE_AREA | CIM__SHAPE_LONE)) == CIM__SHAPE_AREA ? used - 2 : used - 1;
    head->slots = round_up(used, CIM__SHAPE_ROW);
    head->groups = groups_of(head->lanes);
    if (head->groups || head->flags & CIM__SHAPE_LONE) head->flags |= CIM__SHAPE_SLOW;
    return 1 + (size_t)head->slots * 2 * sizeof(double) / CIM__SHAPE_UNIT
           + (head->groups + (size_t)cim__shape_tops(head)) * (sizeof(cim__shape_group) / CIM__SHAPE_UNIT);
}

/* ---- filling ---- */

static void fill_rows(const cim_geom *g, cim__shape *head, double *px, double *py)
{
    uint32_t at = 0;
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t v = cim__ring_start(g, ring), end = g->ring_end[ring];
        if (v == end) continue;
        for (; v < end; v++, at++) {
            const double *p = g->coords + (size_t)v * (size_t)g->dim;
            px[at] = p[0] + 0.0; /* -0.0 becomes 0.0: kernels look at signs of differences */
            py[at] = p[1] + 0.0;
            cim__box_add(&head->box, px[at], py[at]);
        }
        px[at] = py[at] = NAN;
        at++;
    }
    for (; at < head->slots; at++) px[at] = py[at] = NAN;
    /* Each product of two differences is at most width * height; Shewchuk's bound of their difference is (3 + 16 eps) eps times the
     * sum of both, eps 2^-53.  The last term covers products too small for a double. */
    head->doubt = (head->box.max_x - head->box.min_x) * (head->box.max_y - head->box.min_y) * 8e-16 + 1e-300;
}

static void empty_group(cim__shape_group *group)
{
    memset(group, 0, sizeof *group);
    for (int i = 0; i < CIM__SHAPE_BLOCK; i++) {
        group->min_x[i] = group->min_y[i] = HUGE_VAL;
        group->max_x[i] = group->max_y[i] = -HUGE_VAL;
    }
}

/* Box i of a group: `lanes` lanes from `first`.  Returns how many rings end there. */
static uint32_t fill_box(const cim__shape *head, cim__shape_group *group, uint32_t i, uint32_t first, uint32_t lanes)
{
    const double *px = cim__shape_x(head) + first, *py = cim__shape_y(head) + first;
    cim_box box = CIM__BOX_EMPTY;
    uint32_t rings = 0;
    for (uint32_t k = 0; k <= lanes; k++) {
        if (!isnan(px[k])) {
            cim__box_add(&box, px[k], py[k]);
            continue;
        }
        if (!group->tail_start[i] && k) group->head_end[i] = (uint16_t)(k - 1);
        group->tail_start[i] = (uint16_t)(k < lanes ? k + 1 : k); /* at the NaN itself when nothing follows: it is never below */
        rings += k < lanes;
    }
    group->min_x[i] = box.min_x;
    group->min_y[i] = box.min_y;
    group->max_x[i] = box.max_x;
    group->max_y[i] = box.max_y;
    return rings;
}

static void fill_groups(const cim__shape *head, cim__shape_group *groups)
{
    uint32_t rings = 0;
    cim__shape_group *tops = groups + head->groups;
    for (uint32_t i = 0; i < head->groups + cim__shape_tops(head); i++) empty_group(groups + i);
    for (uint32_t g = 0, first = 0; first < head->lanes; g++, first += CIM__SHAPE_GROUP_LANES)
        fill_box(head, tops + g / CIM__SHAPE_BLOCK, g % CIM__SHAPE_BLOCK, first, cim__shape_least(CIM__SHAPE_GROUP_LANES, head->lanes - first));
    for (uint32_t b = 0, first = 0; first < head->lanes; b++, first += CIM__SHAPE_BLOCK) {
        cim__shape_group *group = groups + b / CIM__SHAPE_BLOCK;
        group->rings[b % CIM__SHAPE_BLOCK] = rings;
        rings += fill_box(head, group, b % CIM__SHAPE_BLOCK, first, cim__shape_least(CIM__SHAPE_BLOCK, head->lanes - first));
    }
}

static void fill_shape(const cim_geom *g, const cim__shape *measured, uint8_t *to)
{
    cim__shape *head = (cim__shape *)(void *)to;
    double *px = (double *)(void *)(head + 1), *py = px + measured->slots;
    *head = *measured;
    fill_rows(g, head, px, py);
    if (head->groups) fill_groups(head, (cim__shape_group *)(void *)(py + head->slots));
}

/* ---- the whole ---- */

/* Units of all shapes together, each one's place in s->at. */
static cim_status place_all(cim_ctx *ctx, cim_shapes *s, const cim_geom *geoms, size_t *units_out)
{
    size_t units = 0;
    cim__shape head;
    for (size_t i = 0; i < s->count; i++) {
        const char *wrong = wrong_counts(geoms + i);
        if (!wrong) wrong = wrong_coords(geoms + i);
        if (wrong) return cim__fail(ctx, CIM_EARG, "geometry %zu %s", i, wrong);
        s->at[i] = (uint32_t)units;
        units += measure(geoms + i, &head);
        if (units >= UINT32_MAX) return cim__fail(ctx, CIM_EARG, "geometry %zu makes more than 256 GB", i);
        if ((i & 0xfff) == 0) CIM__TRY(cim__tick(ctx, i, 2 * s->count, "shapes"));
    }
    s->at[s->count] = (uint32_t)units; /* the empty one */
    *units_out = units + 1;
    return CIM_OK;
}

static cim_status fill_all(cim_ctx *ctx, cim_shapes *s, const cim_geom *geoms)
{
    cim__shape head;
    for (size_t i = 0; i < s->count; i++) {
        if (measure(geoms + i, &head)) fill_shape(geoms + i, &head, s->base + (size_t)s->at[i] * CIM__SHAPE_UNIT);
        else s->at[i] = s->at[s->count];
        if ((i & 0xfff) == 0) CIM__TRY(cim__tick(ctx, s->count + i, 2 * s->count, "shapes"));
    }
    measure(&(cim_geom){ .type = CIM_GEOM_MULTIPOINT, .dim = 2 }, (cim__shape *)(void *)(s->base + (size_t)s->at[s->count] * CIM__SHAPE_UNIT));
    return CIM_OK;
}

static cim_status build(cim_ctx *ctx, cim_shapes *s, const cim_geom *geoms)
{
    size_t units = 0;
    s->at = cim__alloc_n(ctx->mem, s->count + 1, sizeof *s->at);
    if (!s->at) return cim__nomem(ctx);
    CIM__TRY(place_all(ctx, s, geoms, &units));
    size_t size = (units + 2) * CIM__SHAPE_UNIT; /* one to align, one that kernels may read past the end */
    s->block = cim__alloc(ctx->mem, size);
    if (!s->block) return cim__nomem(ctx);
    s->base = (uint8_t *)s->block + (CIM__SHAPE_UNIT - (uintptr_t)s->block % CIM__SHAPE_UNIT) % CIM__SHAPE_UNIT;
    s->bytes = sizeof *s + (s->count + 1) * sizeof *s->at + size;
    memset(s->base + units * CIM__SHAPE_UNIT, 0, CIM__SHAPE_UNIT);
    return fill_all(ctx, s, geoms);
}

cim_status cim_shapes_build(cim_ctx *ctx, const cim_geom *geoms, size_t count, cim_shapes **shapes_out)
{
    cim__enter(ctx);
    if (count > 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "%zu geometries", count);
    cim_shapes *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    atomic_init(&s->refs, 1);
    s->path = cim__shape_path_at(0);
    s->count = count;
    cim_status status = build(ctx, s, geoms);
    if (status < 0) {
        cim_shapes_free(s);
        return status;
    }
    *shapes_out = s;
    return CIM_OK;
}

cim_shapes *cim_shapes_ref(cim_shapes *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void cim_shapes_free(cim_shapes *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = s->mem;
    cim__free(mem, s->at);
    cim__free(mem, s->block);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

size_t cim_shapes_count(const cim_shapes *s) { return s->count; }
size_t cim_shapes_bytes(const cim_shapes *s) { return s->bytes; }

int32_t cim_shapes_box(const cim_shapes *s, size_t i, cim_box *box_out)
{
    const cim__shape *h = cim__shape_of(s, i);
    if (!h->slots) return 0;
    *box_out = h->box;
    return 1;
}

const cim__shape_path *cim__shape_path_at(uint32_t n)
{
    const cim__shape_path *paths[CIM__SHAPE_PATHS] = { NULL };
    uint32_t count = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) paths[count++] = &cim__shape_avx512;
    if (__builtin_cpu_supports("avx2")) paths[count++] = &cim__shape_avx2;
    paths[count++] = &cim__shape_sse2;
#endif
    paths[count++] = &cim__shape_plain;
    return n < count ? paths[n] : NULL;
}
