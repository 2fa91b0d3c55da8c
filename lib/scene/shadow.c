/* shadow.c - shadows of prisms on level ground.
 *
 * A prism's shadow is what its outline sweeps over from the shadow of its floor to that of its roof: the outline at both ends and a
 * parallelogram an edge.  Courtyards that are lit stay open, because each edge sweeps by itself. */
#include "scene/scene.h"

#include "geom/geom.h"
#include "geom/geos.h"

#include <stdlib.h>

#define RADIANS (3.14159265358979323846 / 180.0)

typedef struct casting {
    const cim_scene *scene;
    cim__buf coords, ring_end, part_end;
    double way[2]; /* of a shadow, a metre of height */
    double max_m;
} casting;

static void put_xy(casting *c, double x, double y)
{
    double xy[2] = { x, y };
    cim__buf_put(&c->coords, xy, sizeof xy);
}

static void end_ring(casting *c)
{
    uint32_t end = (uint32_t)(CIM__COUNT(&c->coords, double) / 2);
    cim__buf_put(&c->ring_end, &end, sizeof end);
}

static void end_part(casting *c)
{
    uint32_t end = (uint32_t)CIM__COUNT(&c->ring_end, uint32_t);
    cim__buf_put(&c->part_end, &end, sizeof end);
}

/* Counter-clockwise, without what is too thin to be one. */
static void put_swept(casting *c, const double *a, const double *b, const double from[2], const double to[2])
{
    double area = (b[0] - a[0]) * (to[1] - from[1]) - (b[1] - a[1]) * (to[0] - from[0]);
    const double x[4] = { a[0] + from[0], b[0] + from[0], b[0] + to[0], a[0] + to[0] }, y[4] = { a[1] + from[1], b[1] + from[1], b[1] + to[1], a[1] + to[1] };
    if (!(fabs(area) > 1e-9)) return;
    for (int i = 0; i <= 4; i++) {
        int k = area > 0.0 ? i % 4 : (4 - i) % 4;
        put_xy(c, x[k], y[k]);
    }
    end_ring(c);
    end_part(c);
}

static void put_ring(casting *c, uint32_t ring, const double by[2])
{
    const cim_sight_prisms *p = &c->scene->prisms;
    uint32_t first = ring ? p->ring_end[ring - 1] : 0, end = p->ring_end[ring];
    for (uint32_t v = first; v < end; v++) put_xy(c, p->xy[2 * (size_t)v] + by[0], p->xy[2 * (size_t)v + 1] + by[1]);
    const double *f = p->xy + 2 * (size_t)first, *l = p->xy + 2 * ((size_t)end - 1);
    if (f[0] != l[0] || f[1] != l[1]) put_xy(c, f[0] + by[0], f[1] + by[1]);
    end_ring(c);
}

/* Is the first vertex of a ring inside of another? */
static bool is_in(const cim_sight_prisms *p, uint32_t ring, uint32_t other)
{
    uint32_t vertex = ring ? p->ring_end[ring - 1] : 0;
    if (p->ring_end[ring] - vertex < 3) return false;
    const double *at = p->xy + 2 * (size_t)vertex;
    uint32_t first = other ? p->ring_end[other - 1] : 0, end = p->ring_end[other];
    bool inside = false;
    for (uint32_t v = first, last = end - 1; v < end; last = v++)
        if (cim__cross_ray(p->xy + 2 * (size_t)last, p->xy + 2 * (size_t)v, at[0], at[1], &inside) == CIM__BOUNDARY) return false;
    return inside;
}

static uint32_t rings_around(const cim_sight_prisms *p, uint32_t ring, uint32_t first, uint32_t end)
{
    uint32_t count = 0;
    for (uint32_t r = first; r < end; r++) count += r != ring && is_in(p, ring, r);
    return count;
}

/* Rings in an even number of others are outer ones; their holes are those that are in them and one deeper. */
static void put_outline(casting *c, uint32_t prism, const double by[2])
{
    const cim_sight_prisms *p = &c->scene->prisms;
    uint32_t first = prism ? p->prism_end[prism - 1] : 0, end = p->prism_end[prism];
    for (uint32_t ring = first; ring < end; ring++) {
        uint32_t depth = rings_around(p, ring, first, end);
        if (depth % 2 || p->ring_end[ring] - (ring ? p->ring_end[ring - 1] : 0) < 3) continue;
        put_ring(c, ring, by);
        for (uint32_t hole = first; hole < end; hole++)
            if (hole != ring && is_in(p, hole, ring) && rings_around(p, hole, first, end) == depth + 1) put_ring(c, hole, by);
        end_part(c);
    }
}

static void put_prism(casting *c, uint32_t prism, double ground)
{
    const cim_sight_prisms *p = &c->scene->prisms;
    double low = fmax(p->base_m[prism] - ground, 0.0), high = p->top_m[prism] - ground, length = hypot(c->way[0], c->way[1]);
    double most = length > 0.0 ? c->max_m / length : HUGE_VAL;
    if (!(high > 0.0)) return;
    low = fmin(low, most), high = fmin(high, most);
    const double from[2] = { low * c->way[0], low * c->way[1] }, to[2] = { high * c->way[0], high * c->way[1] };
    put_outline(c, prism, from);
    if (high > low) put_outline(c, prism, to);
    for (uint32_t ring = prism ? p->prism_end[prism - 1] : 0; ring < p->prism_end[prism]; ring++) {
        uint32_t first = ring ? p->ring_end[ring - 1] : 0, end = p->ring_end[ring];
        for (uint32_t v = first, last = end - 1; v < end; last = v++) put_swept(c, p->xy + 2 * (size_t)last, p->xy + 2 * (size_t)v, from, to);
    }
}

static bool meets(const cim_sight_prisms *p, uint32_t prism, const cim_box *area, double *x, double *y)
{
    uint32_t ring = prism ? p->prism_end[prism - 1] : 0;
    cim_box box = CIM__BOX_EMPTY;
    for (; ring < p->prism_end[prism]; ring++)
        for (uint32_t v = ring ? p->ring_end[ring - 1] : 0; v < p->ring_end[ring]; v++) cim__box_add(&box, p->xy[2 * (size_t)v], p->xy[2 * (size_t)v + 1]);
    *x = 0.5 * (box.min_x + box.max_x);
    *y = 0.5 * (box.min_y + box.max_y);
    return cim__box_ok(&box) && cim__box_meets(&box, area);
}

static cim_geom parts_of(const casting *c)
{
    return (cim_geom){ .type = CIM_GEOM_MULTIPOLYGON, .dim = 2, .vertex_count = (uint32_t)(CIM__COUNT(&c->coords, double) / 2),
                       .ring_count = (uint32_t)CIM__COUNT(&c->ring_end, uint32_t), .part_count = (uint32_t)CIM__COUNT(&c->part_end, uint32_t),
                       .coords = (const double *)(const void *)c->coords.data, .ring_end = (const uint32_t *)(const void *)c->ring_end.data,
                       .part_end = (const uint32_t *)(const void *)c->part_end.data };
}

static cim_status cast(cim_ctx *ctx, casting *c, const cim_box *area, cim__gbuild *out)
{
    cim__geos *geos = NULL;
    double x, y;
    for (uint32_t p = 0; p < c->scene->prisms.prism_count; p++)
        if (meets(&c->scene->prisms, p, area, &x, &y)) put_prism(c, p, c->scene->ground.kind ? cim_scene_ground(c->scene, x, y) : 0.0);
    if (c->coords.failed || c->ring_end.failed || c->part_end.failed) return cim__nomem(ctx);
    cim_geom g = parts_of(c);
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    if (!g.part_count) return CIM_OK;
    CIM__TRY(cim__geos_new(ctx, &geos));
    cim_status st = cim__geos_union(ctx, geos, &g, out);
    cim__geos_free(geos);
    return st;
}

cim_status cim_scene_shadow(cim_ctx *ctx, const cim_scene *scene, const cim_box *area, double azimuth_deg, double elevation_deg, double max_m, cim_buf *wkb_out)
{
    cim__enter(ctx);
    if (!scene || !area || !wkb_out) return cim__fail(ctx, CIM_EARG, "no scene, no area or no place for the answer");
    if (!(elevation_deg > 0.0 && elevation_deg <= 90.0) || !isfinite(azimuth_deg)) return cim__fail(ctx, CIM_EARG, "the sun is not above the horizon");
    if (!(max_m > 0.0 && max_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "max_m must be above 0 and at most 1,000,000");
    double far = 1.0 / tan(elevation_deg * RADIANS);
    casting c = { .scene = scene, .coords = cim__buf_on(ctx->mem), .ring_end = cim__buf_on(ctx->mem), .part_end = cim__buf_on(ctx->mem), .max_m = max_m,
                  .way = { -sin(azimuth_deg * RADIANS) * far, -cos(azimuth_deg * RADIANS) * far } };
    cim__gbuild out;
    cim__gbuild_init(&out, ctx->mem);
    cim_status st = cast(ctx, &c, area, &out);
    if (st >= 0) {
        cim__buf wkb = cim__buf_on(ctx->mem);
        cim_geom g = cim__gbuild_view(&out);
        cim__wkb_put(&wkb, &g);
        if (wkb.failed || !cim__gbuild_ok(&out) || !cim__buf_give(&wkb, wkb_out)) st = cim__nomem(ctx);
        cim__buf_free(&wkb);
    }
    cim__gbuild_free(&out);
    cim__buf_free(&c.coords);
    cim__buf_free(&c.ring_end);
    cim__buf_free(&c.part_end);
    return st < 0 ? st : CIM_OK;
}
