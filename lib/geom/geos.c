/* geos.c - adapter to the GEOS C API (reentrant functions only). */
#include "geom/geos.h"

#include <geos_c.h>
#include <stdio.h>

struct cim__geos {
    cim__mem *mem;
    GEOSContextHandle_t handle;
    char error[300];
};

struct cim__prepared {
    cim__geos *geos;
    GEOSGeometry *geom;
    const GEOSPreparedGeometry *prepared;
};

static void on_error(const char *text, void *user)
{
    cim__geos *geos = user;
    snprintf(geos->error, sizeof geos->error, "%s", text);
}

cim_status cim__geos_new(cim_ctx *ctx, cim__geos **geos_out)
{
    cim__geos *geos = cim__zalloc(ctx->mem, sizeof *geos);
    if (!geos) return cim__nomem(ctx);
    geos->handle = GEOS_init_r();
    if (!geos->handle) {
        cim__free(ctx->mem, geos);
        return cim__nomem(ctx);
    }
    geos->mem = cim__mem_ref(ctx->mem);
    GEOSContext_setErrorMessageHandler_r(geos->handle, on_error, geos);
    *geos_out = geos;
    return CIM_OK;
}

void cim__geos_free(cim__geos *geos)
{
    if (!geos) return;
    cim__mem *mem = geos->mem;
    GEOS_finish_r(geos->handle);
    cim__free(mem, geos);
    cim__mem_unref(mem);
}

/* GEOS says why it fails; where it said nothing, an allocation of ours failed. */
static cim_status geos_failure(cim_ctx *ctx, cim__geos *geos)
{
    if (!geos->error[0]) return cim__nomem(ctx);
    cim_status st = cim__fail(ctx, CIM_EFORMAT, "geometry: %s", geos->error);
    geos->error[0] = 0;
    return st;
}

/* ---- ours to GEOS ---- */

static GEOSCoordSequence *sequence(cim__geos *geos, const cim_geom *g, uint32_t ring)
{
    uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
    return GEOSCoordSeq_copyFromBuffer_r(geos->handle, g->coords + (size_t)first * (size_t)g->dim, count, g->dim == 3, 0);
}

static void destroy_all(cim__geos *geos, GEOSGeometry **geoms, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) GEOSGeom_destroy_r(geos->handle, geoms[i]);
}

/* GEOSGeom_create* own their inputs, on failure too. */
static GEOSGeometry *polygon(cim__geos *geos, const cim_geom *g, uint32_t part)
{
    uint32_t ring = cim__part_start(g, part), count = g->part_end[part] - ring, n = 0;
    if (!count) return GEOSGeom_createEmptyPolygon_r(geos->handle);
    GEOSGeometry **rings = cim__alloc_n(geos->mem, count, sizeof(GEOSGeometry *)), *result = NULL;
    for (; rings && n < count; n++) {
        GEOSCoordSequence *seq = sequence(geos, g, ring + n);
        rings[n] = seq ? GEOSGeom_createLinearRing_r(geos->handle, seq) : NULL;
        if (!rings[n]) break;
    }
    if (rings && n == count) result = GEOSGeom_createPolygon_r(geos->handle, rings[0], rings + 1, count - 1);
    else if (rings) destroy_all(geos, rings, n);
    cim__free(geos->mem, rings);
    return result;
}

static GEOSGeometry *single(cim__geos *geos, const cim_geom *g, uint32_t part)
{
    int32_t base = cim__geom_base(g->type);
    if (base == CIM_GEOM_POLYGON) return polygon(geos, g, part);
    GEOSCoordSequence *seq = sequence(geos, g, part);
    if (!seq) return NULL;
    return base == CIM_GEOM_POINT ? GEOSGeom_createPoint_r(geos->handle, seq) : GEOSGeom_createLineString_r(geos->handle, seq);
}

static GEOSGeometry *to_geos(cim__geos *geos, const cim_geom *g)
{
    uint32_t n = 0;
    if (g->type <= 3 && g->part_count == 1) return single(geos, g, 0);
    GEOSGeometry **parts = cim__alloc_n(geos->mem, g->part_count + 1, sizeof(GEOSGeometry *)), *result = NULL;
    for (; parts && n < g->part_count; n++)
        if (!(parts[n] = single(geos, g, n))) break;
    if (parts && n == g->part_count) {
        int type = cim__geom_base(g->type) == CIM_GEOM_POINT ? GEOS_MULTIPOINT : cim__geom_base(g->type) == CIM_GEOM_LINESTRING ? GEOS_MULTILINESTRING : GEOS_MULTIPOLYGON;
        result = GEOSGeom_createCollection_r(geos->handle, type, parts, n);
    } else if (parts) {
        destroy_all(geos, parts, n);
    }
    cim__free(geos->mem, parts);
    return result;
}

/* ---- GEOS to ours: the polygons of a result ---- */

static bool take_ring(cim__geos *geos, const GEOSGeometry *ring, cim__gbuild *out)
{
    const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq_r(geos->handle, ring);
    unsigned count = 0;
    if (!seq || !GEOSCoordSeq_getSize_r(geos->handle, seq, &count)) return false;
    for (unsigned i = 0; i < count; i++) {
        double x, y;
        if (!GEOSCoordSeq_getXY_r(geos->handle, seq, i, &x, &y)) return false;
        cim__gbuild_xy(out, x, y);
    }
    cim__gbuild_ring(out);
    return true;
}

static bool take_polygons(cim__geos *geos, const GEOSGeometry *geom, cim__gbuild *out)
{
    int type = GEOSGeomTypeId_r(geos->handle, geom);
    if (type == GEOS_POLYGON) {
        if (GEOSisEmpty_r(geos->handle, geom)) return true;
        bool ok = take_ring(geos, GEOSGetExteriorRing_r(geos->handle, geom), out);
        int holes = GEOSGetNumInteriorRings_r(geos->handle, geom);
        for (int i = 0; ok && i < holes; i++) ok = take_ring(geos, GEOSGetInteriorRingN_r(geos->handle, geom, i), out);
        cim__gbuild_part(out);
        return ok;
    }
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION) return true; /* lines and points left over */
    int count = GEOSGetNumGeometries_r(geos->handle, geom);
    for (int i = 0; i < count; i++)
        if (!take_polygons(geos, GEOSGetGeometryN_r(geos->handle, geom, i), out)) return false;
    return true;
}

static cim_status give_polygons(cim_ctx *ctx, cim__geos *geos, GEOSGeometry *result, cim__gbuild *out)
{
    if (!result) return geos_failure(ctx, geos);
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    bool ok = take_polygons(geos, result, out);
    GEOSGeom_destroy_r(geos->handle, result);
    if (!ok) return geos_failure(ctx, geos);
    return cim__gbuild_ok(out) ? CIM_OK : cim__nomem(ctx);
}

/* ---- prepared predicates ---- */

cim_status cim__prepared_new(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__prepared **prepared_out)
{
    cim__prepared *p = cim__zalloc(geos->mem, sizeof *p);
    if (!p) return cim__nomem(ctx);
    p->geos = geos;
    p->geom = to_geos(geos, geom);
    p->prepared = p->geom ? GEOSPrepare_r(geos->handle, p->geom) : NULL;
    if (!p->prepared) {
        cim__prepared_free(p);
        return geos_failure(ctx, geos);
    }
    *prepared_out = p;
    return CIM_OK;
}

void cim__prepared_free(cim__prepared *p)
{
    if (!p) return;
    if (p->prepared) GEOSPreparedGeom_destroy_r(p->geos->handle, p->prepared);
    if (p->geom) GEOSGeom_destroy_r(p->geos->handle, p->geom);
    cim__free(p->geos->mem, p);
}

static char test(const cim__prepared *p, const GEOSGeometry *g, cim__predicate predicate)
{
    GEOSContextHandle_t h = p->geos->handle;
    switch (predicate) {
    case CIM__INTERSECTS: return GEOSPreparedIntersects_r(h, p->prepared, g);
    case CIM__DISJOINT: return GEOSPreparedDisjoint_r(h, p->prepared, g);
    case CIM__WITHIN: return GEOSPreparedContains_r(h, p->prepared, g);
    case CIM__CONTAINS: return GEOSPreparedWithin_r(h, p->prepared, g);
    case CIM__TOUCHES: return GEOSPreparedTouches_r(h, p->prepared, g);
    case CIM__CROSSES: return GEOSPreparedCrosses_r(h, p->prepared, g);
    case CIM__OVERLAPS: return GEOSPreparedOverlaps_r(h, p->prepared, g);
    case CIM__EQUALS: return GEOSEquals_r(h, p->geom, g);
    }
    return 2;
}

cim_status cim__prepared_test(cim_ctx *ctx, const cim__prepared *p, const cim_geom *geom, cim__predicate predicate, bool *holds_out)
{
    GEOSGeometry *g = to_geos(p->geos, geom);
    char answer = g ? test(p, g, predicate) : 2;
    if (g) GEOSGeom_destroy_r(p->geos->handle, g);
    if (answer == 2) return geos_failure(ctx, p->geos);
    *holds_out = answer == 1;
    return CIM_OK;
}

cim_status cim__prepared_distance(cim_ctx *ctx, const cim__prepared *p, const cim_geom *geom, double *distance_out)
{
    GEOSContextHandle_t h = p->geos->handle;
    GEOSGeometry *g = to_geos(p->geos, geom);
    /* A prepared line measures to the boundary of an area, also from inside (GEOS 3.11): ask first. */
    char meet = g ? GEOSPreparedIntersects_r(h, p->prepared, g) : 2;
    int ok = meet == 1 || (meet == 0 && GEOSPreparedDistance_r(h, p->prepared, g, distance_out));
    if (meet == 1) *distance_out = 0.0;
    if (g) GEOSGeom_destroy_r(h, g);
    return ok ? CIM_OK : geos_failure(ctx, p->geos);
}

/* ---- validity and overlay ---- */

cim_status cim__geos_valid(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, bool *valid_out)
{
    GEOSGeometry *g = to_geos(geos, geom);
    if (!g) { /* rings that GEOS refuses to make are invalid, not an error */
        if (!geos->error[0]) return cim__nomem(ctx);
        geos->error[0] = 0;
        *valid_out = false;
        return CIM_OK;
    }
    char valid = GEOSisValid_r(geos->handle, g);
    GEOSGeom_destroy_r(geos->handle, g);
    if (valid == 2) return geos_failure(ctx, geos);
    *valid_out = valid == 1;
    return CIM_OK;
}

/* ---- rings that would take for ever ---- */

enum { SMALL_RING = 200, LARGE_RING = 200000, MOST_PROBES = 4000000, MOST_CROSSINGS = 20000 /* some seconds and 50 MB */ };

static bool sides_differ(const double *a, const double *b, const double *p, const double *q)
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double s = dx * (p[1] - a[1]) - dy * (p[0] - a[0]), t = dx * (q[1] - a[1]) - dy * (q[0] - a[0]);
    return (s <= 0.0 && t >= 0.0) || (s >= 0.0 && t <= 0.0);
}

static bool boxes_meet(double a, double b, double p, double q) { return (a > b ? a : b) >= (p < q ? p : q) && (p > q ? p : q) >= (a < b ? a : b); }

static bool segments_meet(const double *a, const double *b, const double *p, const double *q)
{
    return boxes_meet(a[0], b[0], p[0], q[0]) && boxes_meet(a[1], b[1], p[1], q[1]) && sides_differ(a, b, p, q) && sides_differ(p, q, a, b);
}

/* Do lines cross more often than GEOS can bear?  It needs memory for every crossing, and a file of some megabytes can have
 * billions.  Their number is estimated from pairs drawn by a fixed sequence, enough of them to meet some forty of MOST_CROSSINGS. */
static bool is_tangle(const cim_geom *g)
{
    uint64_t state = 0x9e3779b97f4a7c15u, hits = 0;
    uint32_t count = g->vertex_count - 1;
    size_t dim = (size_t)g->dim;
    if (g->vertex_count <= SMALL_RING) return false;
    if (count > LARGE_RING) return true;
    uint64_t pairs = (uint64_t)count * count / (MOST_CROSSINGS / 20);
    uint32_t probes = pairs < 200 ? 200 : pairs > MOST_PROBES ? MOST_PROBES : (uint32_t)pairs;
    for (uint32_t i = 0; i < probes; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t a = (uint32_t)((state >> 32) * count >> 32);
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t b = (uint32_t)((state >> 32) * count >> 32);
        const double *p = g->coords + a * dim, *q = g->coords + b * dim;
        if (a + 1 < b || b + 1 < a) hits += segments_meet(p, p + dim, q, q + dim);
    }
    return 0.5 * count * count * ((double)hits / probes) > MOST_CROSSINGS;
}

static bool rings_simple(const cim__geos *geos, const cim_geom *g)
{
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        if (!cim__ring_is_simple(geos->mem, g, ring)) return false;
    return true;
}

static cim_status tangled(cim_ctx *ctx) { return cim__fail(ctx, CIM_EFORMAT, "geometry: lines cross too often to be put in order"); }

cim_status cim__geos_make_valid(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__gbuild *valid_out)
{
    if (is_tangle(geom)) return tangled(ctx);
    GEOSGeometry *g = to_geos(geos, geom), *result = NULL;
    GEOSMakeValidParams *params = g ? GEOSMakeValidParams_create_r(geos->handle) : NULL;
    if (params) {
        GEOSMakeValidParams_setMethod_r(geos->handle, params, GEOS_MAKE_VALID_STRUCTURE);
        result = GEOSMakeValidWithParams_r(geos->handle, g, params);
        GEOSMakeValidParams_destroy_r(geos->handle, params);
    }
    if (g) GEOSGeom_destroy_r(geos->handle, g);
    return give_polygons(ctx, geos, result, valid_out);
}

cim_status cim__geos_union(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__gbuild *union_out)
{
    if (!rings_simple(geos, geom) && is_tangle(geom)) return tangled(ctx);
    GEOSGeometry *g = to_geos(geos, geom), *result = g ? GEOSUnaryUnion_r(geos->handle, g) : NULL;
    if (g) GEOSGeom_destroy_r(geos->handle, g);
    return give_polygons(ctx, geos, result, union_out);
}

cim_status cim__geos_common_area(cim_ctx *ctx, cim__geos *geos, const cim_geom *a, const cim_geom *b, double *area_out)
{
    GEOSGeometry *ga = to_geos(geos, a), *gb = to_geos(geos, b);
    GEOSGeometry *common = ga && gb ? GEOSIntersection_r(geos->handle, ga, gb) : NULL;
    int ok = common ? GEOSArea_r(geos->handle, common, area_out) : 0;
    if (ga) GEOSGeom_destroy_r(geos->handle, ga);
    if (gb) GEOSGeom_destroy_r(geos->handle, gb);
    if (common) GEOSGeom_destroy_r(geos->handle, common);
    return ok ? CIM_OK : geos_failure(ctx, geos);
}
