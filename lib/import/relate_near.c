/* relate_near.c - what holds a sensor, which building an address belongs to, which district everything lies in. */
#include "geom/slabs.h"
#include "import/relate.h"

#include <math.h>

/* ---- sensors on poles and walls, addresses in buildings ---- */

static const double POLE_M = 1.0, WALL_M = 2.0;
enum { CANDIDATES = 64 };

static bool is_building(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_BUILDING;
}

static bool is_sensor(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_SENSOR;
}

static bool is_address(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_ADDRESS;
}

static bool is_pole(uint8_t layer, uint8_t class_id) { return layer == CIM__L_FURNITURE || class_id == CIM__C_Pole || class_id == CIM__C_TrafficSignal || class_id == CIM__C_TelecomMast; }

/* Of a furniture layer only what stands upright and is made to carry. */
static bool carries(cim__str function)
{
    static const char *const upright[] = { "street_lamp", "flagpole", "mast", "pole", "utility_pole", "tower", "advertising", "street_light", "lamp" };
    for (size_t i = 0; i < sizeof upright / sizeof *upright; i++)
        if (cim__str_is(function, upright[i])) return true;
    return !function.len || (function.ptr[0] >= '0' && function.ptr[0] <= '9'); /* CityGML codes: cannot tell, so near is enough */
}

typedef struct mounting {
    cim__things sensors, buildings, poles, addresses;
    uint8_t *has;
} mounting;

static cim_status put_mount(cim_ctx *ctx, cim__looker *l, const cim__thing *sensor, const cim__thing *on, double distance_m, double wall_deg)
{
    cim__buf attrs = cim__buf_on(l->universe->mem);
    cim__buf_puts(&attrs, "{\"distance_m\":");
    cim__put_fixed(&attrs, distance_m, 2);
    if (wall_deg >= 0.0) {
        cim__buf_puts(&attrs, ",\"wall_direction_deg\":");
        cim__put_fixed(&attrs, wall_deg, 1);
    }
    cim__buf_putc(&attrs, '}');
    cim_status st = attrs.failed ? cim__nomem(ctx) : cim__relate_things(ctx, l, sensor, CIM__R_MOUNTED_ON, on, cim__buf_str(&attrs));
    cim__buf_free(&attrs);
    return st;
}

/* Outward normal of the outline's edge that is nearest to the sensor, clockwise from north. */
static double wall_direction(const cim_geom *g, const cim__nearest *at)
{
    uint32_t v = (uint32_t)at->along;
    if (v + 1 >= g->vertex_count) v = g->vertex_count ? g->vertex_count - 1 : 0;
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        if (g->ring_end[ring] == v + 1 && v) v--; /* the end of a ring is no edge */
    const double *p = g->coords + 2 * (size_t)v, *q = p + 2;
    double nx = q[1] - p[1], ny = p[0] - q[0], length = hypot(nx, ny);
    if (length <= 0.0) return -1.0;
    double mx = 0.5 * (p[0] + q[0]) + nx / length * 0.01, my = 0.5 * (p[1] + q[1]) + ny / length * 0.01;
    if (cim__point_in_polygon(g, mx, my) == CIM__INSIDE) nx = -nx, ny = -ny;
    double deg = atan2(nx, ny) * 57.29577951308232;
    return deg < 0.0 ? deg + 360.0 : deg;
}

static cim_status on_pole(cim_ctx *ctx, cim__looker *l, const mounting *m, const cim__thing *sensor, bool *done)
{
    uint32_t ids[8];
    double distances[8];
    size_t count;
    double x = sensor->box.min_x, y = sensor->box.min_y;
    cim_probe probe = cim_probe_near(x, y, POLE_M);
    CIM__TRY(cim_index_nearest(ctx, m->poles.index, &probe, 8, ids, distances, &count));
    for (size_t i = 0; i < count; i++) {
        const cim__thing *pole = &m->poles.list[ids[i]];
        cim__str function = { "", 0 };
        if (pole->layer == CIM__L_FURNITURE) CIM__TRY(cim__look_text(ctx, l, pole, CIM__A_FUNCTION, &function));
        if (pole->layer == CIM__L_FURNITURE && !carries(function)) continue;
        *done = true;
        return put_mount(ctx, l, sensor, pole, distances[i], -1.0);
    }
    return CIM_OK;
}

static cim_status on_wall(cim_ctx *ctx, cim__looker *l, const mounting *m, const cim__thing *sensor)
{
    uint32_t ids[CANDIDATES];
    size_t count;
    double x = sensor->box.min_x, y = sensor->box.min_y, best_m = WALL_M, wall_deg = -1.0;
    const cim__thing *best = NULL;
    cim_box window = { x - WALL_M, y - WALL_M, x + WALL_M, y + WALL_M };
    cim_probe probe = cim_probe_box(&window);
    CIM__TRY(cim_index_query(ctx, m->buildings.index, &probe, ids, CANDIDATES, &count));
    for (size_t i = 0; i < count && i < CANDIDATES; i++) {
        cim_geom geom;
        CIM__TRY(cim__look_geom(ctx, l, &m->buildings.list[ids[i]], &l->geom, &geom));
        cim_geom outline = geom;
        outline.type = CIM_GEOM_MULTILINESTRING; /* the distance to the wall also from inside */
        cim__nearest at = cim__geom_nearest(&outline, x, y);
        if (!geom.part_count || at.distance > best_m) continue;
        best_m = at.distance;
        best = &m->buildings.list[ids[i]];
        wall_deg = wall_direction(&geom, &at);
    }
    return best ? put_mount(ctx, l, sensor, best, best_m, wall_deg) : CIM_OK;
}

static cim_status mount_sensor(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const mounting *m = user;
    const cim__thing *sensor = &m->sensors.list[item];
    cim__str mount;
    bool done = false, wall;
    if (sensor->old && m->has[sensor->number]) return CIM_OK;
    CIM__TRY(cim__look_text(ctx, l, sensor, CIM__A_MOUNT, &mount));
    wall = cim__str_is(mount, "wall") || cim__str_is(mount, "ceiling") || cim__str_is(mount, "building");
    if (!wall) CIM__TRY(on_pole(ctx, l, m, sensor, &done));
    if (done || cim__str_is(mount, "pole") || cim__str_is(mount, "street_lamp")) return CIM_OK;
    return on_wall(ctx, l, m, sensor);
}

static cim_status house_address(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const mounting *m = user;
    const cim__thing *address = &m->addresses.list[item];
    uint32_t ids[CANDIDATES];
    size_t count;
    if (address->old) return CIM_OK;
    cim_probe probe = cim_probe_box(&address->box);
    CIM__TRY(cim_index_query(ctx, m->buildings.index, &probe, ids, CANDIDATES, &count));
    for (size_t i = 0; i < count && i < CANDIDATES; i++) {
        cim_geom geom;
        CIM__TRY(cim__look_geom(ctx, l, &m->buildings.list[ids[i]], &l->geom, &geom));
        if (!geom.part_count || cim__point_in_polygon(&geom, address->box.min_x, address->box.min_y) == CIM__OUTSIDE) continue;
        return cim__relate_things(ctx, l, address, CIM__R_ADDRESS_OF, &m->buildings.list[ids[i]], (cim__str){ "", 0 });
    }
    return CIM_OK;
}

static cim_status collect_mounting(cim_ctx *ctx, cim__universe *u, mounting *m)
{
    CIM__TRY(cim__things_new(ctx, u, is_sensor, &m->sensors));
    CIM__TRY(cim__things_new(ctx, u, is_address, &m->addresses));
    if (!m->sensors.count && !m->addresses.count) return CIM_OK;
    CIM__TRY(cim__things_new(ctx, u, is_building, &m->buildings));
    CIM__TRY(cim__things_new(ctx, u, is_pole, &m->poles));
    return cim__has_relation(ctx, u, CIM__R_MOUNTED_ON, &m->has);
}

cim_status cim__relate_mounts(cim_ctx *ctx, cim__universe *u)
{
    mounting m = { .has = NULL };
    cim_status st = collect_mounting(ctx, u, &m);
    if (st >= 0) st = cim__relate_run(ctx, u, m.sensors.count, "mounts", mount_sensor, &m);
    if (st >= 0) st = cim__relate_run(ctx, u, m.addresses.count, "addresses", house_address, &m);
    cim__things_free(ctx->mem, &m.sensors);
    cim__things_free(ctx->mem, &m.addresses);
    cim__things_free(ctx->mem, &m.buildings);
    cim__things_free(ctx->mem, &m.poles);
    cim__free(ctx->mem, m.has);
    return st;
}

/* ---- districts ---- */

static double box_area(const cim_box *b) { return (b->max_x - b->min_x) * (b->max_y - b->min_y); }

static bool is_district(uint8_t layer, uint8_t class_id) { return layer == CIM__L_ZONE && class_id == CIM__C_District; }

static bool has_district(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer != CIM__L_BUILDING_PART && layer != CIM__L_BUILDING_DETAIL && layer != CIM__L_ROUTE && layer != CIM__L_RELIEF && layer != CIM__L_NONSPATIAL;
}

typedef struct locating {
    cim__things districts, things;
    cim__slabs **slabs;
    double *area;
    uint8_t *has;
} locating;

static cim_status prepare_districts(cim_ctx *ctx, cim__universe *u, locating *a)
{
    cim__looker *l = NULL;
    a->slabs = cim__zalloc_n(ctx->mem, a->districts.count, sizeof(cim__slabs *));
    a->area = cim__zalloc_n(ctx->mem, a->districts.count, sizeof *a->area);
    if (!a->slabs || !a->area) return cim__nomem(ctx);
    CIM__TRY(cim__looker_new(ctx, u, &l));
    cim_status st = CIM_OK;
    for (size_t i = 0; i < a->districts.count && st >= 0; i++) {
        cim_geom geom;
        st = cim__look_geom(ctx, l, &a->districts.list[i], &l->geom, &geom);
        if (st < 0 || !geom.part_count) continue;
        a->area[i] = cim__geom_area(&geom);
        st = cim__slabs_new(ctx, &geom, &a->slabs[i]);
    }
    cim__looker_free(l);
    return st;
}

/* Points need no geometry to be read; of the others a point inside stands for the whole. */
static cim_status place_of(cim_ctx *ctx, cim__looker *l, const cim__thing *t, double xy[2], bool *ok)
{
    cim_geom geom;
    *ok = true;
    xy[0] = t->box.min_x;
    xy[1] = t->box.min_y;
    if (t->box.min_x == t->box.max_x && t->box.min_y == t->box.max_y) return CIM_OK;
    CIM__TRY(cim__look_geom(ctx, l, t, &l->geom, &geom));
    if (geom.part_count) *ok = cim__geom_inner_point(&geom, xy);
    return CIM_OK;
}

static bool is_part_of_something(const cim__universe *u, const cim__thing *t)
{
    return t->old ? u->sink->city->parent[t->number] != CIM_NONE : cim__sink_head(u->sink, t->number)->parent_hash != 0;
}

static cim_status locate(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const locating *a = user;
    const cim__thing *self = &a->things.list[item];
    uint32_t ids[CANDIDATES], best = CIM_NONE;
    size_t count;
    double xy[2];
    bool ok;
    if ((self->old && a->has[self->number]) || is_part_of_something(l->universe, self)) return CIM_OK;
    cim_probe probe = cim_probe_box(&self->box);
    CIM__TRY(cim_index_query(ctx, a->districts.index, &probe, ids, CANDIDATES, &count));
    if (!count) return CIM_OK;
    CIM__TRY(place_of(ctx, l, self, xy, &ok));
    for (size_t i = 0; i < count && i < CANDIDATES && ok; i++) {
        const cim__thing *district = &a->districts.list[ids[i]];
        if (!a->slabs[ids[i]] || (district->number == self->number && district->old == self->old)) continue;
        if (best != CIM_NONE && a->area[ids[i]] >= a->area[best]) continue;
        if (is_district(self->layer, self->class_id) && box_area(&district->box) <= box_area(&self->box)) continue;
        if (cim__slabs_where(a->slabs[ids[i]], xy[0], xy[1]) != CIM__OUTSIDE) best = ids[i];
    }
    return best == CIM_NONE ? CIM_OK : cim__relate_things(ctx, l, self, CIM__R_LOCATED_IN, &a->districts.list[best], (cim__str){ "", 0 });
}

cim_status cim__relate_districts(cim_ctx *ctx, cim__universe *u)
{
    locating a = { .slabs = NULL };
    CIM__TRY(cim__things_new(ctx, u, is_district, &a.districts));
    cim_status st = CIM_OK;
    if (a.districts.count) {
        st = cim__things_new(ctx, u, has_district, &a.things);
        if (st >= 0) st = prepare_districts(ctx, u, &a);
        if (st >= 0) st = cim__has_relation(ctx, u, CIM__R_LOCATED_IN, &a.has);
        if (st >= 0) st = cim__relate_run(ctx, u, a.things.count, "districts", locate, &a);
    }
    for (size_t i = 0; a.slabs && i < a.districts.count; i++) cim__slabs_free(a.slabs[i]);
    cim__free(ctx->mem, a.slabs);
    cim__free(ctx->mem, a.area);
    cim__free(ctx->mem, a.has);
    cim__things_free(ctx->mem, &a.districts);
    cim__things_free(ctx->mem, &a.things);
    return st;
}
