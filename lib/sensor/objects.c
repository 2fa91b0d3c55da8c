/* objects.c - targets from objects of a city: pieces of lines, a point for each object, weighted by a property. */
#include "cim/query.h"
#include "city/city.h"
#include "sensor/sensor.h"

typedef struct reading {
    cim_city *city;
    const cim_scene *scene;
    cim_targets *targets;
    cim_target_options o;
    cim_sight_query *query; /* for moving points out of buildings */
    cim__arena arena;
    cim__gbuild geom;
    cim_buf values;         /* JSON of weights; data NULL: none are asked for */
    cim__jiter rows;
} reading;

/* The weight of the next object: the values come in the order of the ids. */
static double weight_of(reading *r)
{
    cim__str key;
    cim__jvalue row, value;
    double weight = 0.0;
    if (!r->values.data) return 1.0;
    if (!cim__jnext(&r->rows, &key, &row)) return 0.0;
    cim__jiter cells = cim__jiter_of(row);
    if (!cim__jnext(&cells, &key, &value) || !cim__jnumber(value, &weight)) return 0.0;
    return weight > 0.0 && weight <= 1e12 ? weight : 0.0;
}

static cim_status begin(cim_ctx *ctx, reading *r, const uint32_t *ids, size_t count)
{
    cim__jvalue all;
    for (size_t i = 0; i < count; i++)
        if (!cim__city_has(r->city, ids[i])) return cim__fail(ctx, CIM_ENOTFOUND, "there is no object %u", ids[i]);
    CIM__TRY(cim_sight_query_new(ctx, cim_scene_sight(r->scene), &r->query));
    if (!r->o.weight || !count) return CIM_OK;
    CIM__TRY(cim_query_values(ctx, r->city, ids, count, &r->o.weight, 1, &r->values));
    if (!cim__jparse((cim__str){ r->values.data, r->values.size }, &all)) return cim__fail(ctx, CIM_EINTERNAL, "values that are no JSON");
    r->rows = cim__jiter_of(all);
    return CIM_OK;
}

typedef cim_status (*add_fn)(cim_ctx *ctx, reading *r, uint32_t id, const cim__object *o, const cim_geom *g, double weight, bool *added);

static cim_status read_one(cim_ctx *ctx, reading *r, uint32_t id, add_fn add)
{
    cim__object o;
    bool added = false;
    double weight = weight_of(r);
    cim__arena_reset(&r->arena);
    CIM__TRY(cim__city_object(ctx, r->city, id, &r->arena, &o));
    if (o.geom.len) {
        CIM__TRY(cim__gaia_get(ctx, o.geom, &r->geom, NULL));
        cim_geom g = cim__gbuild_view(&r->geom);
        cim_box box = cim__geom_box(&g);
        bool placed = cim__geom_finite(&g) && cim__box_ok(&box) && fmax(fabs(box.min_x), fabs(box.max_x)) <= CIM__SENSOR_FAR;
        if (placed && fmax(fabs(box.min_y), fabs(box.max_y)) <= CIM__SENSOR_FAR) CIM__TRY(add(ctx, r, id, &o, &g, weight, &added));
    }
    return added || cim__targets_leave(r->targets, id) ? CIM_OK : cim__nomem(ctx);
}

static cim_status read_all(cim_ctx *ctx, cim_targets *t, cim_city *city, const cim_scene *scene, const uint32_t *ids, size_t count,
                           const cim_target_options *options, add_fn add)
{
    reading r = { .city = city, .scene = scene, .targets = t, .values = CIM_BUF_INIT };
    cim__enter(ctx);
    CIM__TRY(cim__targets_open(ctx, t));
    CIM__TRY(cim__target_opts(ctx, &r.o, options));
    if (!city || !scene || (count && !ids)) return cim__fail(ctx, CIM_EARG, "no city, no scene or no objects");
    r.arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&r.geom, ctx->mem);
    size_t before = t->kind.size, left = CIM__COUNT(&t->left, uint32_t);
    cim_status st = begin(ctx, &r, ids, count);
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = read_one(ctx, &r, ids[i], add);
        if (st >= 0 && i % 64 == 0) st = cim__tick(ctx, i, count, "targets");
    }
    cim_sight_query_free(r.query);
    cim__arena_free(&r.arena);
    cim__gbuild_free(&r.geom);
    cim_buf_dispose(&r.values);
    if (st < 0) cim__targets_cut(t, before, left);
    return st;
}

/* ---- lines ---- */

/* One part: n pieces of equal length. */
static cim_status add_part(cim_ctx *ctx, reading *r, uint32_t id, const double *v, uint32_t count, int32_t dim, double weight, double start, double length)
{
    size_t n = (size_t)ceil(length / r->o.step_m - 1e-9), k = 0;
    double piece = length / (double)n, done = 0.0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        const double *p = v + (size_t)dim * i, *q = p + dim;
        double bit = hypot(q[0] - p[0], q[1] - p[1]);
        bool last = i + 2 == count;
        for (; k < n && bit > 0.0 && (((double)k + 0.5) * piece <= done + bit || last); k++) {
            double t = fmin(1.0, (((double)k + 0.5) * piece - done) / bit), x = p[0] + t * (q[0] - p[0]), y = p[1] + t * (q[1] - p[1]);
            cim__target one = { .xyz = { x, y, cim_scene_ground(r->scene, x, y) + r->o.height_m },
                                .weight = piece * weight,
                                .extent = { start + (double)k * piece, start + (double)(k + 1) * piece },
                                .object = id,
                                .kind = CIM_TARGET_LINE };
            CIM__TRY(cim__targets_put(ctx, r->targets, &one));
        }
        done += bit;
    }
    return CIM_OK;
}

static double length_of(const double *v, uint32_t count, int32_t dim)
{
    double sum = 0.0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        const double *p = v + (size_t)dim * i, *q = p + dim;
        sum += hypot(q[0] - p[0], q[1] - p[1]);
    }
    return sum;
}

static cim_status add_line(cim_ctx *ctx, reading *r, uint32_t id, const cim__object *o, const cim_geom *g, double weight, bool *added)
{
    double start = 0.0;
    bool tunnel = (o->present >> CIM__A_TUNNEL & 1) && o->values[CIM__A_TUNNEL].integer;
    if (cim__geom_base(g->type) != CIM_GEOM_LINESTRING) return CIM_OK;
    if (tunnel && !r->o.tunnels) {
        *added = true; /* not asked for, so nothing is missing */
        return CIM_OK;
    }
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
        const double *v = g->coords + (size_t)g->dim * first;
        double length = length_of(v, count, g->dim);
        if (!(length > 0.0)) continue;
        CIM__TRY(add_part(ctx, r, id, v, count, g->dim, weight, start, length));
        start += length;
        *added = true;
    }
    return CIM_OK;
}

cim_status cim_targets_add_lines(cim_ctx *ctx, cim_targets *targets, cim_city *city, const cim_scene *scene, const uint32_t *ids, size_t id_count,
                                 const cim_target_options *options)
{
    return read_all(ctx, targets, city, scene, ids, id_count, options, add_line);
}

/* ---- points ---- */

static cim_status add_object(cim_ctx *ctx, reading *r, uint32_t id, const cim__object *o, const cim_geom *g, double weight, bool *added)
{
    double xy[2];
    (void)o;
    if (!cim__geom_inner_point(g, xy)) return CIM_OK;
    cim__target one = { .xyz = { xy[0], xy[1], cim_scene_ground(r->scene, xy[0], xy[1]) + r->o.height_m }, .weight = weight, .object = id, .kind = CIM_TARGET_POINT };
    int inside = cim__scene_holds(ctx, cim_scene_sight(r->scene), one.xyz);
    if (inside < 0) return inside;
    if (inside) {
        cim__wall_near near;
        CIM__TRY(cim__wall_find(ctx, r->query, one.xyz, 200.0, &near));
        if (near.found) memcpy(one.xyz, near.xy, sizeof near.xy);
    }
    *added = true;
    return cim__targets_put(ctx, r->targets, &one);
}

cim_status cim_targets_add_objects(cim_ctx *ctx, cim_targets *targets, cim_city *city, const cim_scene *scene, const uint32_t *ids, size_t id_count,
                                   const cim_target_options *options)
{
    return read_all(ctx, targets, city, scene, ids, id_count, options, add_object);
}
