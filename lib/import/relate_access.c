/* relate_access.c - from a building to the road one reaches it from.
 *
 * With an entrance (entrance_of): the nearest road to it.  Else the nearest road that has the name of the building's address, within
 * 200 m; else the nearest road, within 500 m.  Motorways, trunk roads, their ramps, bus guideways and what is under construction
 * have no addresses. The relation says how it was found, where on the road, and how far. */
#include "import/relate.h"

#include <math.h>

static const double NAMED_M = 200.0, ANY_M = 500.0;
enum { NEAREST = 8, MAX_NEAREST = 128 };

static bool is_road(uint8_t layer, uint8_t class_id) { return layer == CIM__L_ROAD && class_id != CIM__C_Ferry; }

static bool is_building(uint8_t layer, uint8_t class_id)
{
    (void)class_id;
    return layer == CIM__L_BUILDING;
}

static bool is_entrance(uint8_t layer, uint8_t class_id) { return layer == CIM__L_ENTRANCE && class_id == CIM__C_Entrance; }

typedef struct accessing {
    cim__things roads, buildings, entrances;
    _Atomic uint64_t *road; /* what is known of a road, looked up when first asked for: 0 nothing yet, else see road_facts() */
    uint32_t *entrance_of; /* by building: place of its best entrance, CIM_NONE */
    uint8_t *has;          /* old buildings that have the relation */
} accessing;

static uint64_t name_hash(cim__str name) { return name.len ? cim__hash64(name.ptr, name.len, 0) | 4 : 0; }

static bool addressable(cim__str function, cim__str status)
{
    static const char *const without[] = { "motorway", "motorway_link", "trunk", "trunk_link", "bus_guideway", "raceway", "construction", "proposed", "platform", "escape", "elevator" };
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (cim__str_is(function, without[i])) return false;
    return !status.len;
}

enum { KNOWN = 1, ADDRESSABLE = 2, FLAGS = 3 };

/* KNOWN, ADDRESSABLE, and the hash of the name above them.  Several threads may look the same road up; all find the same. */
static cim_status road_facts(cim_ctx *ctx, cim__looker *l, const accessing *a, uint32_t i, uint64_t *facts_out)
{
    static const cim__attr wanted[3] = { CIM__A_NAME, CIM__A_FUNCTION, CIM__A_STATUS };
    uint64_t facts = atomic_load_explicit(&a->road[i], memory_order_relaxed);
    if (!facts) {
        cim__str found[3];
        CIM__TRY(cim__look_texts(ctx, l, &a->roads.list[i], wanted, 3, found));
        facts = (name_hash(found[0]) & ~(uint64_t)FLAGS) | KNOWN | (addressable(found[1], found[2]) ? ADDRESSABLE : 0);
        atomic_store_explicit(&a->road[i], facts, memory_order_relaxed);
    }
    *facts_out = facts;
    return CIM_OK;
}

/* ---- entrances: pending entrance_of relations of new ones ---- */

static int entrance_rank(cim__str function)
{
    if (cim__str_is(function, "main")) return 3;
    if (cim__str_is(function, "yes") || cim__str_is(function, "home")) return 2;
    return cim__str_is(function, "emergency") || cim__str_is(function, "exit") ? 0 : 1;
}

static cim_status read_entrances(cim_ctx *ctx, cim__universe *u, cim__looker *l, accessing *a)
{
    cim__map building_at, entrance_at;
    const cim__buf *pending = &u->sink->relations;
    cim_status st = CIM_OK;
    bool ok = true;
    int8_t *rank = cim__alloc(ctx->mem, a->buildings.count + 1);
    if (!rank) return cim__nomem(ctx);
    memset(rank, -1, a->buildings.count + 1);
    cim__map_init(&building_at, ctx->mem);
    cim__map_init(&entrance_at, ctx->mem);
    for (size_t i = 0; i < a->buildings.count && ok; i++)
        if (!a->buildings.list[i].old) ok = cim__map_put(&building_at, cim__sink_head(u->sink, a->buildings.list[i].number)->gid_hash, (uint32_t)i);
    for (size_t i = 0; i < a->entrances.count && ok; i++)
        if (!a->entrances.list[i].old) ok = cim__map_put(&entrance_at, cim__sink_head(u->sink, a->entrances.list[i].number)->gid_hash, (uint32_t)i);
    for (size_t i = 0; i < CIM__COUNT(pending, cim__pending_relation) && ok && st >= 0; i++) {
        const cim__pending_relation *r = &CIM__AT(pending, cim__pending_relation, i);
        if (r->type != CIM__R_ENTRANCE_OF || r->from.kind != CIM__REF_GID || r->to.kind != CIM__REF_GID) continue;
        uint32_t entrance = cim__map_get(&entrance_at, r->from.key), building = cim__map_get(&building_at, r->to.key);
        cim__str function;
        if (entrance == CIM_NONE || building == CIM_NONE) continue;
        st = cim__look_text(ctx, l, &a->entrances.list[entrance], CIM__A_FUNCTION, &function);
        int here = entrance_rank(function);
        if (st < 0 || here <= rank[building]) continue;
        rank[building] = (int8_t)here;
        a->entrance_of[building] = entrance;
    }
    cim__map_free(&building_at);
    cim__map_free(&entrance_at);
    cim__free(ctx->mem, rank);
    return ok ? st : cim__nomem(ctx);
}

/* ---- the nearest road ---- */

typedef struct found {
    uint32_t road; /* place in roads, CIM_NONE: none */
    cim__nearest at;
    double length_m;
} found;

static double along_line(const cim_geom *g, double along)
{
    double sum = 0.0;
    uint32_t whole = (uint32_t)along;
    for (uint32_t v = 0; v < whole && v + 1 < g->vertex_count; v++) sum += hypot(g->coords[2 * v + 2] - g->coords[2 * v], g->coords[2 * v + 3] - g->coords[2 * v + 1]);
    if (whole + 1 < g->vertex_count) sum += (along - whole) * hypot(g->coords[2 * whole + 2] - g->coords[2 * whole], g->coords[2 * whole + 3] - g->coords[2 * whole + 1]);
    return sum;
}

/* Candidates come by the distance of their boxes, which is never more than that of their lines: once it exceeds the best line,
 * the search is over.  The first request is small; when it was not enough, a larger one starts again. */
static cim_status nearest_road(cim_ctx *ctx, cim__looker *l, const accessing *a, const double xy[2], double limit_m, uint64_t name, found *best)
{
    uint32_t ids[MAX_NEAREST];
    double boxes[MAX_NEAREST];
    *best = (found){ CIM_NONE, { limit_m, 0, 0, 0 }, 0.0 };
    for (size_t k = NEAREST; k <= MAX_NEAREST; k *= 4) {
        size_t count;
        cim_probe probe = cim_probe_near(xy[0], xy[1], limit_m);
        CIM__TRY(cim_index_nearest(ctx, a->roads.index, &probe, k, ids, boxes, &count));
        for (size_t i = 0; i < count; i++) {
            cim_geom geom;
            if (boxes[i] > best->at.distance) return CIM_OK;
            uint64_t facts;
            CIM__TRY(road_facts(ctx, l, a, ids[i], &facts));
            if (!(facts & ADDRESSABLE) || (name && (facts ^ name) & ~(uint64_t)FLAGS)) continue;
            CIM__TRY(cim__look_geom(ctx, l, &a->roads.list[ids[i]], &l->other, &geom));
            cim__nearest here = cim__geom_nearest(&geom, xy[0], xy[1]);
            if (here.distance >= best->at.distance) continue;
            double total = cim__geom_length(&geom);
            *best = (found){ ids[i], here, total };
            best->at.along = total > 0.0 ? along_line(&geom, here.along) / total : 0.0;
        }
        if (count < k) return CIM_OK;
    }
    return CIM_OK;
}

static cim_status put_access(cim_ctx *ctx, cim__looker *l, const accessing *a, const cim__thing *building, const found *f, const char *how)
{
    cim__buf attrs = cim__buf_on(l->universe->mem);
    cim__json json = cim__json_on(&attrs);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "by", how);
    cim__json_key(&json, "distance_m");
    cim__put_fixed(&attrs, f->at.distance, 2);
    json.comma = true;
    cim__json_key(&json, "x");
    cim__put_fixed(&attrs, f->at.x, 2);
    json.comma = true;
    cim__json_key(&json, "y");
    cim__put_fixed(&attrs, f->at.y, 2);
    json.comma = true;
    cim__json_key(&json, "fraction");
    cim__put_fixed(&attrs, f->at.along, 4);
    cim__buf_putc(&attrs, '}');
    cim_status st = attrs.failed ? cim__nomem(ctx) : cim__relate_things(ctx, l, building, CIM__R_ACCESSES, &a->roads.list[f->road], cim__buf_str(&attrs));
    cim__buf_free(&attrs);
    return st;
}

/* The middle of the building's outline, or its entrance. */
static cim_status start_point(cim_ctx *ctx, cim__looker *l, const cim__thing *t, double xy[2], bool *ok)
{
    cim_geom geom;
    CIM__TRY(cim__look_geom(ctx, l, t, &l->geom, &geom));
    *ok = geom.part_count && cim__geom_inner_point(&geom, xy);
    return CIM_OK;
}

static cim_status access_building(cim_ctx *ctx, cim__looker *l, size_t item, void *user)
{
    const accessing *a = user;
    const cim__thing *building = &a->buildings.list[item];
    found f;
    double xy[2];
    bool ok;
    cim__str street;
    if (building->old && a->has[building->number]) return CIM_OK;
    if (a->entrance_of[item] != CIM_NONE) {
        CIM__TRY(start_point(ctx, l, &a->entrances.list[a->entrance_of[item]], xy, &ok));
        if (ok) CIM__TRY(nearest_road(ctx, l, a, xy, ANY_M, 0, &f));
        if (ok && f.road != CIM_NONE) return put_access(ctx, l, a, building, &f, "entrance");
    }
    CIM__TRY(start_point(ctx, l, building, xy, &ok));
    if (!ok) return CIM_OK;
    CIM__TRY(cim__look_text(ctx, l, building, CIM__A_STREET, &street));
    uint64_t name = name_hash(street);
    if (name) CIM__TRY(nearest_road(ctx, l, a, xy, NAMED_M, name, &f));
    if (name && f.road != CIM_NONE) return put_access(ctx, l, a, building, &f, "address");
    CIM__TRY(nearest_road(ctx, l, a, xy, ANY_M, 0, &f));
    return f.road == CIM_NONE ? CIM_OK : put_access(ctx, l, a, building, &f, "nearest");
}

/* ---- all buildings ---- */

static cim_status prepare(cim_ctx *ctx, cim__universe *u, accessing *a)
{
    cim__looker *l = NULL;
    a->road = cim__zalloc_n(ctx->mem, a->roads.count, sizeof *a->road);
    a->entrance_of = cim__alloc_n(ctx->mem, a->buildings.count, sizeof *a->entrance_of);
    if (!a->road || !a->entrance_of) return cim__nomem(ctx);
    memset(a->entrance_of, 0xff, a->buildings.count * sizeof *a->entrance_of);
    CIM__TRY(cim__has_relation(ctx, u, CIM__R_ACCESSES, &a->has));
    CIM__TRY(cim__looker_new(ctx, u, &l));
    cim_status st = read_entrances(ctx, u, l, a);
    cim__looker_free(l);
    return st;
}

cim_status cim__relate_access(cim_ctx *ctx, cim__universe *u)
{
    accessing a = { .roads = { NULL, 0, NULL } };
    CIM__TRY(cim__things_new(ctx, u, is_building, &a.buildings));
    cim_status st = a.buildings.count ? cim__things_new(ctx, u, is_road, &a.roads) : CIM_OK;
    if (st >= 0 && a.roads.count) st = cim__things_new(ctx, u, is_entrance, &a.entrances);
    if (st >= 0 && a.roads.count) st = prepare(ctx, u, &a);
    if (st >= 0 && a.roads.count) st = cim__relate_run(ctx, u, a.buildings.count, "accesses", access_building, &a);
    cim__things_free(ctx->mem, &a.buildings);
    cim__things_free(ctx->mem, &a.roads);
    cim__things_free(ctx->mem, &a.entrances);
    cim__free(ctx->mem, (void *)a.road);
    cim__free(ctx->mem, a.entrance_of);
    cim__free(ctx->mem, a.has);
    return st;
}
