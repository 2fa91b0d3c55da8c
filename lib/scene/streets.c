/* streets.c - which parts of which streets are seen from a point: exact between two points of a street's line. */
#include "scene/scene.h"

#include "geom/geom.h"

#define PIECE_M 10.0 /* between points at which the ground is asked where it is not flat */

struct cim_scene_streets_result {
    cim__mem *mem;
    cim__buf streets, stretches;
    double length_m, seen_m;
};

typedef struct looking {
    const cim_scene *scene;
    cim_city *city;
    cim_sight_query *query;
    cim_scene_streets_result *result;
    const double *eye;
    double height_m, max_m;
    cim__gbuild geom;
} looking;

static void put_stretch(looking *l, cim_scene_street *street, double at_m, const double a[2], const double b[2], double from, double to)
{
    double length = hypot(b[0] - a[0], b[1] - a[1]);
    cim__buf *list = &l->result->stretches;
    cim_scene_stretch *last = list->size ? &CIM__AT(list, cim_scene_stretch, CIM__COUNT(list, cim_scene_stretch) - 1) : NULL;
    cim_scene_stretch s = { .object = street->object, .from_m = at_m + from * length, .to_m = at_m + to * length,
                            .from = { a[0] + from * (b[0] - a[0]), a[1] + from * (b[1] - a[1]) }, .to = { a[0] + to * (b[0] - a[0]), a[1] + to * (b[1] - a[1]) } };
    street->seen_m += (to - from) * length;
    if (last && last->object == s.object && from == 0.0 && last->to_m >= s.from_m - 1e-6 && fabs(last->to[0] - a[0]) + fabs(last->to[1] - a[1]) < 1e-6) {
        /* straight on: pieces of one straight line are one stretch */
        double turn = fabs((last->to[0] - last->from[0]) * (s.to[1] - s.from[1]) - (last->to[1] - last->from[1]) * (s.to[0] - s.from[0]));
        if (turn <= 1e-6 * length) {
            last->to_m = s.to_m;
            memcpy(last->to, s.to, sizeof s.to);
            return;
        }
    }
    cim__buf_put(list, &s, sizeof s);
}

/* The part of a straight piece that is within max_m; false: none is. */
static bool within(const looking *l, const double a[2], const double b[2], double *from, double *to)
{
    double dx = b[0] - a[0], dy = b[1] - a[1], ex = a[0] - l->eye[0], ey = a[1] - l->eye[1];
    double qa = dx * dx + dy * dy, qb = ex * dx + ey * dy, qc = ex * ex + ey * ey - l->max_m * l->max_m, root = qb * qb - qa * qc;
    if (!(qa > 0.0 && root > 0.0)) return false;
    *from = fmax((-qb - sqrt(root)) / qa, 0.0);
    *to = fmin((-qb + sqrt(root)) / qa, 1.0);
    return *from < *to;
}

static cim_status look_along(cim_ctx *ctx, looking *l, cim_scene_street *street, double at_m, const double a[2], const double b[2])
{
    double from, to, length = hypot(b[0] - a[0], b[1] - a[1]);
    cim_sight_spans spans = { .struct_size = sizeof spans };
    if (!within(l, a, b, &from, &to)) return CIM_OK;
    const double p[3] = { a[0], a[1], cim_scene_ground(l->scene, a[0], a[1]) + l->height_m }, q[3] = { b[0], b[1], cim_scene_ground(l->scene, b[0], b[1]) + l->height_m };
    street->length_m += (to - from) * length;
    CIM__TRY(cim_sight_along(ctx, l->query, l->eye, p, q, &spans));
    for (size_t i = 0; i < spans.count; i++) {
        double s = fmax(spans.at[2 * i], from), e = fmin(spans.at[2 * i + 1], to);
        if (s < e) put_stretch(l, street, at_m, a, b, s, e);
    }
    return CIM_OK;
}

static cim_status look_at(cim_ctx *ctx, looking *l, cim_scene_street *street, const cim_geom *g)
{
    double at_m = 0.0;
    for (uint32_t r = 0; r < g->ring_count; r++)
        for (uint32_t v = cim__ring_start(g, r); v + 1 < g->ring_end[r]; v++) {
            const double *a = g->coords + (size_t)v * (size_t)g->dim, *b = a + g->dim;
            double length = hypot(b[0] - a[0], b[1] - a[1]), n = l->scene->ground.kind == CIM_SCENE_GROUND_NONE ? 1.0 : fmin(fmax(ceil(length / PIECE_M), 1.0), 1e5);
            double last[2] = { a[0], a[1] };
            for (double i = 1.0; i <= n; i += 1.0) {
                const double next[2] = { i < n ? a[0] + i / n * (b[0] - a[0]) : b[0], i < n ? a[1] + i / n * (b[1] - a[1]) : b[1] };
                CIM__TRY(look_along(ctx, l, street, at_m + (i - 1.0) / n * length, last, next));
                last[0] = next[0], last[1] = next[1];
            }
            at_m += length;
        }
    return CIM_OK;
}

static cim_status take(cim_ctx *ctx, const cim__object *o, void *user)
{
    looking *l = user;
    cim_box box, near = { l->eye[0] - l->max_m, l->eye[1] - l->max_m, l->eye[0] + l->max_m, l->eye[1] + l->max_m };
    cim_scene_street street = { .object = o->id };
    if (!cim__gaia_box(o->geom, &box) || !cim__box_meets(&box, &near)) return CIM_OK;
    if (o->present >> CIM__A_TUNNEL & 1 && o->values[CIM__A_TUNNEL].integer > 0) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &l->geom, NULL));
    cim_geom g = cim__gbuild_view(&l->geom);
    if (cim__geom_base(g.type) != CIM_GEOM_LINESTRING || !cim__geom_finite(&g)) return CIM_OK;
    CIM__TRY(look_at(ctx, l, &street, &g));
    l->result->length_m += street.length_m;
    l->result->seen_m += street.seen_m;
    if (street.length_m > 0.0) cim__buf_put(&l->result->streets, &street, sizeof street);
    CIM__TRY(cim__tick(ctx, o->id, l->city->max_id, "streets"));
    return l->result->streets.failed || l->result->stretches.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status look(cim_ctx *ctx, looking *l)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_TUNNEL, .geom = true };
    void *selection = NULL;
    CIM__TRY(cim_sight_query_new(ctx, l->scene->sight, &l->query));
    cim_status st = l->city->rows->select(ctx, l->city->store, CIM__L_ROAD, &columns, &selection);
    if (st >= 0) st = l->city->rows->select_run(ctx, l->city->store, selection, 0, l->city->max_id, take, l);
    l->city->rows->select_end(l->city->store, selection);
    return st;
}

cim_status cim_scene_streets_find(cim_ctx *ctx, const cim_scene *scene, cim_city *city, const double eye[3], double height_m, double max_m,
                                  cim_scene_streets_result **result_out)
{
    cim__enter(ctx);
    if (!scene || !city || !eye || !result_out) return cim__fail(ctx, CIM_EARG, "no scene, no city, no eye or no place for the answer");
    if (!(max_m > 0.0 && max_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "max_m must be above 0 and at most 1,000,000");
    if (!(fabs(height_m) <= 1e4)) return cim__fail(ctx, CIM_EARG, "the height is none");
    if (!(fabs(eye[0]) <= 1e9 && fabs(eye[1]) <= 1e9 && fabs(eye[2]) <= 1e9)) return cim__fail(ctx, CIM_EARG, "the eye is not finite or absurd");
    looking l = { .scene = scene, .city = city, .eye = eye, .height_m = height_m, .max_m = max_m, .result = cim__zalloc(ctx->mem, sizeof *l.result) };
    if (!l.result) return cim__nomem(ctx);
    l.result->mem = cim__mem_ref(ctx->mem);
    l.result->streets = l.result->stretches = cim__buf_on(l.result->mem);
    cim__gbuild_init(&l.geom, ctx->mem);
    cim_status st = look(ctx, &l);
    cim__gbuild_free(&l.geom);
    cim_sight_query_free(l.query);
    if (st >= 0) *result_out = l.result;
    else cim_scene_streets_free(l.result);
    return st < 0 ? st : CIM_OK;
}

cim_status cim_scene_streets_get(cim_ctx *ctx, const cim_scene_streets_result *result, cim_scene_streets *streets_out)
{
    cim__enter(ctx);
    if (!result || !streets_out) return cim__fail(ctx, CIM_EARG, "no result, or no place for it");
    cim_scene_streets v = { .streets = (const cim_scene_street *)(const void *)result->streets.data,
                            .stretches = (const cim_scene_stretch *)(const void *)result->stretches.data,
                            .street_count = CIM__COUNT(&result->streets, cim_scene_street),
                            .stretch_count = CIM__COUNT(&result->stretches, cim_scene_stretch),
                            .length_m = result->length_m,
                            .seen_m = result->seen_m };
    return cim__view_copy(ctx, streets_out, &v, sizeof v);
}

void cim_scene_streets_free(cim_scene_streets_result *result)
{
    if (!result) return;
    cim__mem *mem = result->mem;
    cim__buf_free(&result->streets);
    cim__buf_free(&result->stretches);
    cim__free(mem, result);
    cim__mem_unref(mem);
}
