/* pack_shapes.c - roofs, walls and other surfaces of buildings as their source has them.
 *
 * Of every object the best level of detail up to 2.x is taken, 3 when there is no other.  Heights are above the lowest vertex of the
 * whole building with all its parts, because the ground of a view is flat.  The stream: object (difference to the one before),
 * polygons; each polygon: kind (0 other, 1 roof, 2 wall) + 4 * rings, and of each ring the vertices; then x, y, z as differences to
 * the vertex before.  Ground surfaces lie under the building and are left out. */
#include "view/pack.h"

#include "geom/topo.h"

#include <math.h>

typedef struct shaper {
    cim__pack *p;
    cim__export *e;
    cim__gbuild build;
    cim__topo topo;
    float *base_m;        /* by number of the root: the lowest vertex */
    int best;             /* level of detail of the object that is looked at */
    bool has_solid;
    uint64_t vertices, most, packed;
    uint32_t stream, last_index, polygons;
    cim__buf object;      /* the polygons of one object */
    double last[3];
    uint32_t id, root;
} shaper;

static bool wanted_layer(int layer) { return layer == CIM__L_BUILDING || layer == CIM__L_BUILDING_PART || layer == CIM__L_BUILDING_DETAIL ||
    layer == CIM__L_CONSTRUCTION; }

/* 0: not wanted */
static int rank_of(const cim__stored_shape *s)
{
    if (!s->lod.len || s->implicit || !s->geom.len) return 0;
    int digit = s->lod.ptr[0] - '0', fraction = s->lod.len == 3 ? s->lod.ptr[2] - '0' : 0;
    if (digit == 2) return 20 + fraction;
    return digit == 3 ? 15 : 0;
}

static cim_status look(cim_ctx *ctx, const cim__stored_shape *s, void *user)
{
    (void)ctx;
    shaper *h = user;
    int rank = rank_of(s);
    if (rank < h->best || !rank) return CIM_OK;
    if (rank > h->best) h->has_solid = false;
    h->best = rank;
    h->has_solid = h->has_solid || cim__str_has(s->role, "solid");
    return CIM_OK;
}

static uint32_t root_of(const cim_city *city, uint32_t id)
{
    for (int depth = 0; depth < 16 && city->parent[id] != CIM_NONE && cim__city_has(city, city->parent[id]); depth++) id = city->parent[id];
    return id;
}

static bool taken(const shaper *h, const cim__stored_shape *s) { return rank_of(s) == h->best && h->best && (!h->has_solid || cim__str_has(s->role, "solid")); }

static cim_status lowest(cim_ctx *ctx, const cim__stored_shape *s, void *user)
{
    shaper *h = user;
    if (!taken(h, s)) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, s->geom, &h->build, NULL));
    cim_geom g = cim__gbuild_view(&h->build);
    h->vertices += g.vertex_count;
    for (uint32_t i = 0; i < g.vertex_count && g.dim == 3; i++)
        if ((float)g.coords[3 * (size_t)i + 2] < h->base_m[h->root]) h->base_m[h->root] = (float)g.coords[3 * (size_t)i + 2];
    return CIM_OK;
}

/* ---- polygons ---- */

static int kind_of(const shaper *h, uint32_t polygon, bool has_topo)
{
    if (!has_topo || polygon >= CIM__COUNT(&h->topo.polygons, cim__tpolygon)) return 0;
    uint32_t surface = CIM__AT(&h->topo.polygons, cim__tpolygon, polygon).surface;
    if (surface >= CIM__COUNT(&h->topo.surfaces, cim__tsurface)) return 0;
    cim__str class = CIM__AT(&h->topo.surfaces, cim__tsurface, surface).class;
    if (cim__str_is(class, "GroundSurface") || cim__str_is(class, "OuterFloorSurface")) return -1;
    if (cim__str_has(class, "Interior") || cim__str_is(class, "FloorSurface") || cim__str_is(class, "CeilingSurface")) return -1;
    return cim__str_is(class, "RoofSurface") ? 1 : cim__str_is(class, "WallSurface") ? 2 : 0;
}

static bool put_vertex(shaper *h, const double *c, double base)
{
    double s[3];
    if (!cim__pack_steps(h->p, c, s)) return false;
    s[2] = nearbyint((c[2] - base) / h->p->step_m);
    if (!(fabs(s[2]) < 1e8)) return false;
    for (int i = 0; i < 3; i++) {
        cim__buf_varint(&h->object, cim__zigzag((int64_t)(s[i] - h->last[i])));
        h->last[i] = s[i];
    }
    return true;
}

static bool put_polygon(shaper *h, const cim_geom *g, uint32_t polygon, int kind)
{
    uint32_t ring = cim__part_start(g, polygon), end = g->part_end[polygon];
    double base = (double)h->base_m[h->root];
    cim__buf_varint(&h->object, (uint64_t)(end - ring) * 4 + (uint64_t)kind);
    for (; ring < end; ring++) {
        uint32_t first = cim__ring_start(g, ring), n = g->ring_end[ring] - first;
        n -= n > 0;
        cim__buf_varint(&h->object, n);
        for (uint32_t i = 0; i < n; i++)
            if (!put_vertex(h, g->coords + 3 * (size_t)(first + i), base)) return false;
    }
    h->polygons++;
    return true;
}

static cim_status put_shape(cim_ctx *ctx, const cim__stored_shape *s, void *user)
{
    shaper *h = user;
    if (!taken(h, s)) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, s->geom, &h->build, NULL));
    cim_geom g = cim__gbuild_view(&h->build);
    if (g.dim != 3 || cim__geom_base(g.type) != CIM_GEOM_POLYGON) return CIM_OK;
    bool has_topo = s->topo.len > 0;
    if (has_topo) CIM__TRY(cim__topo_get(ctx, s->topo, g.part_count, &h->topo));
    for (uint32_t i = 0; i < g.part_count; i++) {
        int kind = kind_of(h, i, has_topo);
        double last[3] = { h->last[0], h->last[1], h->last[2] };
        size_t size = h->object.size;
        if (kind < 0 || put_polygon(h, &g, i, kind)) continue;
        h->p->outside++; /* a vertex is too far away */
        h->object.size = size;
        memcpy(h->last, last, sizeof last);
    }
    return CIM_OK;
}

/* ---- objects ---- */

static cim_status each(cim_ctx *ctx, shaper *h, cim__shape_fn fn)
{
    const cim_city *city = h->e->city;
    for (uint32_t id = 0; id <= city->max_id; id++) {
        if (h->p->index_of[id] == CIM_NONE || !wanted_layer(city->layer[id])) continue;
        if ((id & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, id, city->max_id, "shapes"));
        h->best = 0;
        h->has_solid = false;
        h->id = id;
        h->root = root_of(city, id);
        CIM__TRY(city->rows->shapes(ctx, city->store, id, look, h));
        if (!h->best) continue;
        double before[3] = { h->last[0], h->last[1], h->last[2] };
        h->object.size = 0;
        h->polygons = 0;
        CIM__TRY(city->rows->shapes(ctx, city->store, id, fn, h));
        if (fn != put_shape || !h->polygons) {
            memcpy(h->last, before, sizeof before);
            continue;
        }
        cim__buf *out = cim__pack_at(h->p, h->stream);
        cim__buf_varint(out, cim__zigzag((int64_t)h->p->index_of[id] - (int64_t)h->last_index));
        cim__buf_varint(out, h->polygons);
        cim__buf_put(out, h->object.data, h->object.size);
        if (out->failed || h->object.failed) return cim__nomem(ctx);
        h->last_index = h->p->index_of[id];
        h->packed++;
    }
    return CIM_OK;
}

static cim_status pack(cim_ctx *ctx, shaper *h)
{
    for (uint32_t id = 0; id <= h->e->city->max_id; id++) h->base_m[id] = 1e30f;
    CIM__TRY(each(ctx, h, lowest));
    if (h->vertices > h->most) {
        cim__log(ctx, CIM_LOG_WARNING, "%llu vertices of roofs and walls are more than %llu: buildings are drawn as blocks",
            (unsigned long long)h->vertices, (unsigned long long)h->most);
        return CIM_OK;
    }
    if (!h->vertices) return CIM_OK;
    h->stream = cim__pack_stream(h->p);
    if (h->stream == CIM_NONE) return cim__nomem(ctx);
    CIM__TRY(each(ctx, h, put_shape));
    cim__json_kv_int(&h->p->json, "solids", h->stream);
    return CIM_OK;
}

cim_status cim__pack_shapes(cim_ctx *ctx, cim__pack *p, cim__export *e, uint64_t max_vertices, uint64_t *packed_out)
{
    shaper h = { .p = p, .e = e, .most = max_vertices };
    cim__gbuild_init(&h.build, ctx->mem);
    cim__topo_init(&h.topo, ctx->mem);
    h.object = cim__buf_on(ctx->mem);
    h.base_m = cim__alloc_n(ctx->mem, (size_t)e->city->max_id + 1, sizeof *h.base_m);
    cim_status st = h.base_m ? pack(ctx, &h) : cim__nomem(ctx);
    cim__gbuild_free(&h.build);
    cim__topo_free(&h.topo);
    cim__buf_free(&h.object);
    cim__free(ctx->mem, h.base_m);
    if (st >= 0) *packed_out = h.packed;
    return st;
}
