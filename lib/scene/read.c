/* read.c - objects that can hide: their outlines, and their heights as they are stated.
 *
 * What cannot hide after all is kept with the reason: it may still be the ground's, or the better half of a pair. */
#include "scene/scene.h"

#include "geom/geom.h"

#define ABSURD_M 12000.0 /* no height or depth on earth is more */
#define TREE_SIDES 12
#define WALL_M 0.2 /* how thick a wall is; a hedge is five times that */

typedef enum score { SCORE_GUESSED = 1, SCORE_STOREYS, SCORE_HEIGHT, SCORE_ABSOLUTE } score;

static bool has(const cim__object *o, cim__attr attr) { return o->present >> attr & 1; }

static double real(const cim__object *o, cim__attr attr) { return has(o, attr) && isfinite(o->values[attr].real) ? o->values[attr].real : NAN; }

/* ---- outlines ---- */

static void put_vertex(cim__scene_maker *m, double x, double y)
{
    double xy[2] = { x, y };
    cim__buf_put(&m->coords, xy, sizeof xy);
}

static void end_ring(cim__scene_maker *m)
{
    uint32_t end = (uint32_t)(CIM__COUNT(&m->coords, double) / 2);
    cim__buf_put(&m->rings, &end, sizeof end);
}

static bool finite_all(const cim_geom *g)
{
    for (uint32_t i = 0; i < g->vertex_count; i++)
        for (int k = 0; k < 2; k++)
            if (!(fabs(g->coords[(size_t)i * (size_t)g->dim + (size_t)k]) <= 1e9)) return false;
    return true;
}

static bool take_area(cim__scene_maker *m, const cim_geom *g)
{
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON || !g->ring_count || !(fabs(cim__geom_area(g)) > 0.0)) return false;
    for (uint32_t r = 0; r < g->ring_count; r++) {
        for (uint32_t v = cim__ring_start(g, r); v < g->ring_end[r]; v++)
            put_vertex(m, g->coords[(size_t)v * (size_t)g->dim], g->coords[(size_t)v * (size_t)g->dim + 1]);
        end_ring(m);
    }
    return true;
}

static bool take_crown(cim__scene_maker *m, const cim_geom *g, double width_m)
{
    static const double pi = 3.14159265358979323846;
    if (cim__geom_base(g->type) != CIM_GEOM_POINT || !g->vertex_count) return false;
    for (int i = 0; i < TREE_SIDES; i++)
        put_vertex(m, g->coords[0] + 0.5 * width_m * cos(2.0 * pi * i / TREE_SIDES), g->coords[1] + 0.5 * width_m * sin(2.0 * pi * i / TREE_SIDES));
    end_ring(m);
    return true;
}

/* Every straight piece by itself. */
static bool take_wall(cim__scene_maker *m, const cim_geom *g, double thick_m)
{
    bool any = false;
    if (cim__geom_base(g->type) != CIM_GEOM_LINESTRING) return false;
    for (uint32_t r = 0; r < g->ring_count; r++)
        for (uint32_t v = cim__ring_start(g, r); v + 1 < g->ring_end[r]; v++) {
            const double *a = g->coords + (size_t)v * (size_t)g->dim, *b = a + g->dim;
            double dx = b[0] - a[0], dy = b[1] - a[1], length = hypot(dx, dy), nx = -0.5 * thick_m * dy / length, ny = 0.5 * thick_m * dx / length;
            if (!(length > 1e-6)) continue;
            put_vertex(m, a[0] + nx, a[1] + ny), put_vertex(m, a[0] - nx, a[1] - ny);
            put_vertex(m, b[0] - nx, b[1] - ny), put_vertex(m, b[0] + nx, b[1] + ny);
            end_ring(m);
            any = true;
        }
    return any;
}

/* ---- heights ---- */

/* Heights of its own; false: it has none. */
static bool own_heights(const cim__object *o, cim__scene_thing *t, double height_m)
{
    double z0 = real(o, CIM__A_Z_MIN_M), z1 = real(o, CIM__A_Z_MAX_M);
    if (!(fabs(z0) <= ABSURD_M)) return false;
    if (!(fabs(z1) <= ABSURD_M && z1 > z0)) z1 = z0 + height_m;
    t->absolute = true;
    t->base = z0;
    t->top = z1;
    return z1 > z0;
}

static void building_heights(const cim__scene_maker *m, const cim__object *o, cim__scene_thing *t)
{
    double height = real(o, CIM__A_HEIGHT_M), low = real(o, CIM__A_MIN_HEIGHT_M), roof = real(o, CIM__A_ROOF_HEIGHT_M);
    double storeys = has(o, CIM__A_STOREYS) ? (double)o->values[CIM__A_STOREYS].integer : 0.0;
    bool guessed = !(height > 0.0) || o->values[CIM__A_HEIGHT_M].rule == CIM__RULE_DEFAULT;
    bool counted = guessed && storeys > 0.0 && o->values[CIM__A_STOREYS].rule != CIM__RULE_HEIGHT && o->values[CIM__A_STOREYS].rule != CIM__RULE_DEFAULT;
    if (counted) height = storeys * m->options.storey_m + (roof > 0.0 ? roof : 0.0);
    else if (!(height > 0.0)) height = m->options.default_height_m;
    t->score = counted ? SCORE_STOREYS : guessed ? SCORE_GUESSED : o->values[CIM__A_HEIGHT_M].rule == CIM__RULE_LEVELS ? SCORE_STOREYS : SCORE_HEIGHT;
    t->guessed = t->score == SCORE_GUESSED;
    if (own_heights(o, t, height)) {
        if (real(o, CIM__A_Z_MAX_M) > t->base) t->score = SCORE_ABSOLUTE, t->guessed = false;
        return;
    }
    t->absolute = false;
    t->base = low > 0.0 ? low : 0.0;
    t->top = height;
}

static void other_heights(const cim__object *o, cim__scene_thing *t)
{
    double height = real(o, CIM__A_HEIGHT_M);
    t->score = SCORE_HEIGHT;
    if (own_heights(o, t, height > 0.0 ? height : 0.0)) return;
    t->absolute = false;
    t->base = 0.0;
    t->top = height;
    if (!(height > 0.0)) t->reason = CIM_SCENE_NO_HEIGHT;
}

/* ---- objects ---- */

/* States in which it does not stand there. */
static bool is_absent(const cim__object *o)
{
    static const char *const states[] = { "proposed", "planned", "removed", "demolished", "razed", "dismantled", "destroyed" };
    for (size_t i = 0; has(o, CIM__A_STATUS) && i < sizeof states / sizeof *states; i++)
        if (cim__str_is(o->values[CIM__A_STATUS].text, states[i])) return true;
    return false;
}

static uint32_t root_of(const cim_city *city, uint32_t object)
{
    for (int i = 0; i < 64; i++) { /* longer ones are cycles */
        uint32_t parent = city->parent[object];
        if (parent == CIM_NONE || !cim__city_has(city, parent)) break;
        if (city->layer[parent] != CIM__L_BUILDING && city->layer[parent] != CIM__L_BUILDING_PART) break;
        object = parent;
    }
    return object;
}

static bool is_opaque(const cim__object *o, double *thick_m)
{
    cim__str function = has(o, CIM__A_FUNCTION) ? o->values[CIM__A_FUNCTION].text : CIM__STR("");
    *thick_m = cim__str_is(function, "hedge") ? 5.0 * WALL_M : WALL_M;
    return cim__str_is(function, "wall") || cim__str_is(function, "hedge") || cim__str_is(function, "city_wall") || cim__str_is(function, "retaining_wall") ||
           cim__str_is(function, "noise_barrier");
}

static void heights(const cim__scene_maker *m, const cim__object *o, cim__scene_thing *t)
{
    cim__class_id class_id = (cim__class_id)m->city->class_id[o->id];
    if (o->layer == CIM__L_BUILDING || o->layer == CIM__L_BUILDING_PART) building_heights(m, o, t);
    else other_heights(o, t);
    if (cim__class_is(class_id, CIM__C_Tunnel) || class_id == CIM__C_HollowSpace) t->reason = CIM_SCENE_UNDERGROUND;
    if (cim__class_is(class_id, CIM__C_Bridge) || class_id == CIM__C_BridgeConstructiveElement) t->reason = CIM_SCENE_BRIDGE;
    if (o->layer == CIM__L_TREE && !t->reason) t->base += 0.25 * (t->top - t->base);
    if (!t->reason && !(t->top > t->base && t->top - t->base <= ABSURD_M && fabs(t->top) <= ABSURD_M)) t->reason = CIM_SCENE_FLAT;
    if (is_absent(o)) t->reason = CIM_SCENE_STATUS;
}

static bool outline(cim__scene_maker *m, const cim__object *o, const cim_geom *g, cim__scene_thing *t)
{
    double thick = WALL_M, width = real(o, CIM__A_WIDTH_M);
    if (o->layer == CIM__L_TREE) return take_crown(m, g, width > 0.1 && width < 60.0 ? width : 0.5 * (t->top > 0.0 && t->top < 60.0 && !t->absolute ? t->top : 8.0));
    if (o->layer != CIM__L_BARRIER) return take_area(m, g);
    (void)is_opaque(o, &thick);
    t->each = true;
    return take_wall(m, g, thick);
}

static bool in_area(const cim__scene_maker *m, const cim__object *o)
{
    cim_box box;
    return m->whole || (cim__gaia_box(o->geom, &box) && cim__box_meets(&box, &m->options.area));
}

static cim_status take(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__scene_maker *m = user;
    double thick;
    if (o->id > m->city->max_id || !in_area(m, o)) return CIM_OK;
    uint32_t root = root_of(m->city, o->id);
    if (m->wanted && !m->wanted[o->id] && !m->wanted[root]) return CIM_OK;
    if (o->layer == CIM__L_BARRIER && !is_opaque(o, &thick)) return CIM_OK;
    if ((CIM__COUNT(&m->things, cim__scene_thing) & 0xfff) == 0) CIM__TRY(cim__tick(ctx, o->id, m->city->max_id, "objects"));
    cim__scene_thing t = { .object = o->id, .root = root, .ring = (uint32_t)CIM__COUNT(&m->rings, uint32_t), .other = CIM_NONE, .layer = (uint8_t)o->layer };
    heights(m, o, &t);
    bool good = o->geom.len > 0;
    if (good) {
        cim_status st = cim__gaia_get(ctx, o->geom, &m->geom, NULL);
        if (st == CIM_EFORMAT) return cim__fail(ctx, CIM_EFORMAT, "object %u: its geometry is damaged", o->id);
        CIM__TRY(st);
        cim_geom g = cim__gbuild_view(&m->geom);
        good = finite_all(&g) && outline(m, o, &g, &t);
    }
    if (!good && !t.reason) t.reason = CIM_SCENE_NO_OUTLINE;
    t.rings = (uint32_t)CIM__COUNT(&m->rings, uint32_t) - t.ring;
    m->thing_of[o->id] = (uint32_t)CIM__COUNT(&m->things, cim__scene_thing);
    cim__buf_put(&m->things, &t, sizeof t);
    return m->things.failed || m->rings.failed || m->coords.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status read_layer(cim_ctx *ctx, cim__scene_maker *m, cim__layer_id layer)
{
    const uint64_t one = 1;
    const cim__columns columns = { .values = one << CIM__A_HEIGHT_M | one << CIM__A_MIN_HEIGHT_M | one << CIM__A_ROOF_HEIGHT_M | one << CIM__A_STOREYS |
                                             one << CIM__A_Z_MIN_M | one << CIM__A_Z_MAX_M | one << CIM__A_STATUS | one << CIM__A_WIDTH_M | one << CIM__A_FUNCTION,
                                   .derived = true, .geom = true };
    void *selection = NULL;
    cim_status st = m->city->rows->select(ctx, m->city->store, layer, &columns, &selection);
    if (st >= 0) st = m->city->rows->select_run(ctx, m->city->store, selection, 0, m->city->max_id, take, m);
    m->city->rows->select_end(m->city->store, selection);
    return st;
}

cim_status cim__scene_read(cim_ctx *ctx, cim__scene_maker *m)
{
    static const struct {
        uint32_t kind;
        cim__layer_id layer;
    } layers[] = { { CIM_SCENE_BUILDINGS, CIM__L_BUILDING },
                   { CIM_SCENE_BUILDINGS, CIM__L_BUILDING_PART },
                   { CIM_SCENE_CONSTRUCTIONS, CIM__L_CONSTRUCTION },
                   { CIM_SCENE_TREES, CIM__L_TREE },
                   { CIM_SCENE_BARRIERS, CIM__L_BARRIER } };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (m->options.kinds & layers[i].kind) CIM__TRY(read_layer(ctx, m, layers[i].layer));
    return CIM_OK;
}
