/* place.c - where objects are, and how much of them is seen. */
#include "scene/scene.h"

#include "cover/sight.h"
#include "geom/geom.h"

#define EYE_M 1.6
#define BEHIND_M 2.0 /* a sensor that is no farther behind a wall is meant to be before it */
#define BEFORE_M 0.01

cim_status cim__scene_geometry(cim_ctx *ctx, cim_city *city, uint32_t object, cim__arena *arena, cim__gbuild *geom_out, cim__object *object_out)
{
    if (!cim__city_has(city, object)) return cim__fail(ctx, CIM_ENOTFOUND, "object %u is not in the city", object);
    CIM__TRY(cim__city_object(ctx, city, object, arena, object_out));
    if (!object_out->geom.len) return CIM_DONE;
    CIM__TRY(cim__gaia_get(ctx, object_out->geom, geom_out, NULL));
    cim_geom g = cim__gbuild_view(geom_out);
    return g.vertex_count && cim__geom_finite(&g) ? CIM_OK : CIM_DONE;
}

/* The roof above a point inside: of the highest prism there, else of the highest. */
static double roof_at(const cim_scene *scene, uint32_t first, uint32_t count)
{
    double top = -HUGE_VAL;
    for (uint32_t p = first; p < first + count; p++) top = fmax(top, scene->prisms.top_m[p]);
    return top;
}

/* Out of the building that a sensor is mounted on: sources do not agree on walls to the centimetre. */
static void step_out(const cim_scene *scene, double xyz[3])
{
    const cim_sight_scene *sight = scene->sight;
    for (uint32_t i = 0; i < sight->prism_count; i++) {
        const cim__prism *p = &sight->prisms[i];
        double best = BEHIND_M, to[2] = { 0.0, 0.0 };
        bool on_edge = false;
        if (xyz[0] < p->box[0] || xyz[0] > p->box[2] || xyz[1] < p->box[1] || xyz[1] > p->box[3] || xyz[2] <= p->base || xyz[2] >= p->top) continue;
        if (!cim__prism_holds(sight, p, xyz[0], xyz[1], &on_edge)) continue;
        for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
            uint32_t first = cim__prism_ring_first(sight, p, ring), end = sight->ring_end[ring];
            for (uint32_t v = first, last = end - 1; v < end; last = v++) {
                const double *a = sight->xy + 2 * (size_t)last, *b = sight->xy + 2 * (size_t)v;
                double dx = b[0] - a[0], dy = b[1] - a[1], size = dx * dx + dy * dy, t = size > 0.0 ? ((xyz[0] - a[0]) * dx + (xyz[1] - a[1]) * dy) / size : 0.0;
                t = fmin(fmax(t, 0.0), 1.0);
                double x = a[0] + t * dx - xyz[0], y = a[1] + t * dy - xyz[1], far = hypot(x, y);
                if (far < best && far > 0.0) best = far, to[0] = x * (1.0 + BEFORE_M / far), to[1] = y * (1.0 + BEFORE_M / far);
            }
        }
        if (best < BEHIND_M) xyz[0] += to[0], xyz[1] += to[1];
        return;
    }
}

static cim_status middle_of(cim_ctx *ctx, const cim_scene *scene, const cim__object *o, const cim_geom *g, double height_m, double xyz[3])
{
    uint32_t first, count;
    double own = o->present >> CIM__A_HEIGHT_M & 1 && o->layer == CIM__L_SENSOR ? o->values[CIM__A_HEIGHT_M].real : NAN, xy[2];
    if (!cim__geom_inner_point(g, xy)) return cim__fail(ctx, CIM_ENOTFOUND, "object %u has no place", o->id);
    CIM__TRY(cim_scene_prisms_of(ctx, scene, o->id, &first, &count));
    double height = isnan(height_m) ? own >= 0.0 && own < 1000.0 ? own : EYE_M : height_m;
    xyz[0] = xy[0], xyz[1] = xy[1];
    xyz[2] = (count ? roof_at(scene, first, count) : cim_scene_ground(scene, xy[0], xy[1])) + height;
    if (o->layer == CIM__L_SENSOR) step_out(scene, xyz);
    return CIM_OK;
}

cim_status cim_scene_place(cim_ctx *ctx, const cim_scene *scene, cim_city *city, uint32_t object, double height_m, double xyz_out[3])
{
    cim__object o;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild geom;
    cim__enter(ctx);
    if (!scene || !city || !xyz_out) return cim__fail(ctx, CIM_EARG, "no scene, no city or no place for the answer");
    if (isinf(height_m)) return cim__fail(ctx, CIM_EARG, "the height is infinite");
    cim__gbuild_init(&geom, ctx->mem);
    cim_status st = cim__scene_geometry(ctx, city, object, &arena, &geom, &o);
    cim_geom g = cim__gbuild_view(&geom);
    if (st == CIM_DONE) st = cim__fail(ctx, CIM_ENOTFOUND, "object %u has no place", object);
    if (st >= 0) st = middle_of(ctx, scene, &o, &g, height_m, xyz_out);
    cim__gbuild_free(&geom);
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

/* ---- points of an object ---- */

typedef struct looking {
    const cim_scene *scene;
    cim__buf points; /* three doubles each */
    double height_m, step_m;
} looking;

static void put_point(looking *l, double x, double y, double z)
{
    double xyz[3] = { x, y, z };
    cim__buf_put(&l->points, xyz, sizeof xyz);
}

static double pieces(double length, double step) { return fmin(fmax(ceil(length / step), 1.0), 10000.0); }

static void walls_of(looking *l, uint32_t prism)
{
    const cim_sight_prisms *p = &l->scene->prisms;
    double base = p->base_m[prism], high = p->top_m[prism] - base;
    for (uint32_t ring = prism ? p->prism_end[prism - 1] : 0; ring < p->prism_end[prism]; ring++) {
        uint32_t first = ring ? p->ring_end[ring - 1] : 0, end = p->ring_end[ring];
        for (uint32_t v = first, last = end - 1; v < end; last = v++) {
            const double *a = p->xy + 2 * (size_t)last, *b = p->xy + 2 * (size_t)v;
            if (a[0] == b[0] && a[1] == b[1]) continue;
            double n = pieces(hypot(b[0] - a[0], b[1] - a[1]), l->step_m);
            for (double i = 0.5; i < n; i += 1.0)
                for (int k = 1; k <= 5; k += 2) put_point(l, a[0] + i / n * (b[0] - a[0]), a[1] + i / n * (b[1] - a[1]), base + k / 6.0 * high);
        }
    }
}

static void above_ground(looking *l, double x, double y) { put_point(l, x, y, cim_scene_ground(l->scene, x, y) + l->height_m); }

static void line_of(looking *l, const cim_geom *g)
{
    for (uint32_t r = 0; r < g->ring_count; r++)
        for (uint32_t v = cim__ring_start(g, r); v < g->ring_end[r]; v++) {
            const double *a = g->coords + (size_t)v * (size_t)g->dim, *b = a + g->dim;
            bool last = v + 1 == g->ring_end[r];
            double n = last ? 1.0 : pieces(hypot(b[0] - a[0], b[1] - a[1]), l->step_m);
            for (double i = 0.0; i < n; i += 1.0) above_ground(l, a[0] + (last ? 0.0 : i / n * (b[0] - a[0])), a[1] + (last ? 0.0 : i / n * (b[1] - a[1])));
        }
}

static cim_status points_of(cim_ctx *ctx, looking *l, cim_city *city, uint32_t object, cim__arena *arena, cim__gbuild *geom)
{
    cim__object o;
    uint32_t first, count;
    l->points.size = 0;
    if (!cim__city_has(city, object)) return cim__fail(ctx, CIM_ENOTFOUND, "object %u is not in the city", object);
    CIM__TRY(cim_scene_prisms_of(ctx, l->scene, object, &first, &count));
    for (uint32_t p = first; p < first + count; p++) walls_of(l, p);
    cim__arena_reset(arena);
    if (!count) {
        cim_status st = cim__scene_geometry(ctx, city, object, arena, geom, &o);
        cim_geom g = cim__gbuild_view(geom);
        if (st < 0 || st == CIM_DONE) return st < 0 ? st : CIM_OK;
        line_of(l, &g);
    }
    return l->points.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status look(cim_ctx *ctx, const looking *l, const double eye[3], cim_scene_sighting *out)
{
    cim_scene_sighting s = { .blocker = CIM_NONE, .points = (uint32_t)(CIM__COUNT(&l->points, double) / 3) };
    double best = HUGE_VAL;
    for (uint32_t i = 0; i < s.points; i++) {
        const double *p = (const double *)(const void *)l->points.data + 3 * (size_t)i;
        uint32_t blocker;
        CIM__TRY(cim_scene_line(ctx, l->scene, eye, p, &blocker));
        bool seen = blocker == CIM_NONE;
        double distance = sqrt((p[0] - eye[0]) * (p[0] - eye[0]) + (p[1] - eye[1]) * (p[1] - eye[1]) + (p[2] - eye[2]) * (p[2] - eye[2]));
        if (!seen && s.blocker == CIM_NONE) s.blocker = blocker;
        if (seen && !s.seen) best = HUGE_VAL; /* those that are seen before those that are hidden */
        s.seen += seen;
        if ((!seen && s.seen) || distance >= best) continue;
        best = s.distance_m = distance;
        memcpy(s.xyz, p, sizeof s.xyz);
    }
    *out = s;
    return CIM_OK;
}

cim_status cim_scene_seen(cim_ctx *ctx, const cim_scene *scene, cim_city *city, const double eye[3], const uint32_t *objects, size_t count, double height_m,
                          double step_m, cim_scene_sighting *sightings_out)
{
    cim__enter(ctx);
    if (!scene || !city || !eye || (count && (!objects || !sightings_out))) return cim__fail(ctx, CIM_EARG, "no scene, no city, no eye or no place for the answers");
    if (!(fabs(height_m) <= 1e4)) return cim__fail(ctx, CIM_EARG, "the height is none");
    if (!(step_m >= 0.1 && step_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "step_m must be 0.1 to 1000");
    looking l = { scene, cim__buf_on(ctx->mem), height_m, step_m };
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild geom;
    cim__gbuild_init(&geom, ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = points_of(ctx, &l, city, objects[i], &arena, &geom);
        if (st >= 0) st = look(ctx, &l, eye, &sightings_out[i]);
        if (st >= 0 && i % 64 == 0) st = cim__tick(ctx, i, count, "objects");
    }
    cim__buf_free(&l.points);
    cim__arena_free(&arena);
    cim__gbuild_free(&geom);
    return st < 0 ? st : CIM_OK;
}
