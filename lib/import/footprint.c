/* footprint.c - choosing the faces that show an object's outline from above, and uniting them. */
#include "import/footprint.h"

#include "core/num.h"

#include <math.h>

enum { MAX_OVERLAY = 50000 }; /* faces: GEOS unites these in some seconds */
static const double VERTICAL = 0.01; /* |z| of the unit normal: steeper than 89.4 degrees */

void cim__footprint_init(cim__footprint *fp, cim__mem *mem)
{
    fp->mem = mem;
    fp->geos = NULL;
    cim__dissolve_init(&fp->dissolve, mem);
    cim__gbuild_init(&fp->faces, mem);
    cim__gbuild_init(&fp->result, mem);
    cim__topo_init(&fp->topo, mem);
}

void cim__footprint_free(cim__footprint *fp)
{
    cim__geos_free(fp->geos);
    fp->geos = NULL;
    cim__dissolve_free(&fp->dissolve);
    cim__gbuild_free(&fp->faces);
    cim__gbuild_free(&fp->result);
    cim__topo_free(&fp->topo);
}

/* ---- choosing faces ---- */

typedef enum choice { GROUND, DOWNWARD, ALL } choice;

/* Surfaces that lie under their object: of a room the floor, of a water body its surface. */
static bool is_ground(cim__str class)
{
    static const char *const names[] = { "GroundSurface", "FloorSurface", "WaterSurface" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cim__str_is(class, names[i])) return true;
    return false;
}

static bool polygon_is_ground(const cim__topo *t, uint32_t polygon)
{
    if (!t || polygon >= CIM__COUNT(&t->polygons, cim__tpolygon)) return false;
    uint32_t surface = CIM__AT(&t->polygons, cim__tpolygon, polygon).surface;
    return surface < CIM__COUNT(&t->surfaces, cim__tsurface) && is_ground(CIM__AT(&t->surfaces, cim__tsurface, surface).class);
}

static bool has_ground(const cim__topo *t)
{
    for (uint32_t i = 0; i < CIM__COUNT(&t->polygons, cim__tpolygon); i++)
        if (polygon_is_ground(t, i)) return true;
    return false;
}

/* z of the unit normal of a ring (M. E. Newell's method, relative to its first vertex); 0 for degenerate rings. */
static double upward(const cim_geom *g, uint32_t ring)
{
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    const double *o = g->coords + 3 * (size_t)first;
    double n[3] = { 0.0, 0.0, 0.0 };
    for (uint32_t v = first + 1; v + 1 < end; v++) {
        const double *p = g->coords + 3 * (size_t)v, *q = p + 3;
        double a[3] = { p[0] - o[0], p[1] - o[1], p[2] - o[2] }, b[3] = { q[0] - o[0], q[1] - o[1], q[2] - o[2] };
        n[0] += a[1] * b[2] - a[2] * b[1];
        n[1] += a[2] * b[0] - a[0] * b[2];
        n[2] += a[0] * b[1] - a[1] * b[0];
    }
    double length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    return length > 0.0 ? n[2] / length : 0.0;
}

/* Faces that look down and faces that look up cover about the same: the shape is closed, so either half shows its outline.
 * Without that (roads, terrain, walls turned at random) half of the faces would be half of the outline. */
static bool is_closed(const cim_geom *g)
{
    double down = 0.0, up = 0.0;
    for (uint32_t p = 0; p < g->part_count; p++) {
        uint32_t ring = cim__part_start(g, p);
        double area = ring < g->part_end[p] ? cim__ring_area(g, ring) : 0.0;
        if (area < 0.0) down -= area;
        else up += area;
    }
    return down > 0.9 * up && up > 0.9 * down;
}

static bool chosen(const cim_geom *g, const cim__topo *t, uint32_t polygon, choice which)
{
    if (which == GROUND && !polygon_is_ground(t, polygon)) return false;
    double up = upward(g, cim__part_start(g, polygon));
    return which == DOWNWARD ? up < -VERTICAL : fabs(up) > VERTICAL;
}

static void append_flat(cim__gbuild *b, const cim_geom *g, uint32_t polygon)
{
    for (uint32_t ring = cim__part_start(g, polygon); ring < g->part_end[polygon]; ring++) {
        for (uint32_t v = cim__ring_start(g, ring); v < g->ring_end[ring]; v++) {
            const double *c = g->coords + 3 * (size_t)v;
            cim__gbuild_xy(b, c[0], c[1]);
        }
        cim__gbuild_close(b);
    }
    cim__gbuild_part(b);
}

/* Faces of that kind, projected, into fp->faces; how many there are. */
static uint32_t collect(cim__footprint *fp, const cim_geom *g, const cim__topo *t, choice which)
{
    uint32_t count = 0;
    cim__gbuild_begin(&fp->faces, CIM_GEOM_MULTIPOLYGON, 2);
    for (uint32_t p = 0; p < g->part_count; p++) {
        if (cim__part_start(g, p) == g->part_end[p] || !chosen(g, t, p, which)) continue;
        append_flat(&fp->faces, g, p);
        count++;
    }
    return count;
}

/* ---- uniting them ---- */

static void box_polygon(cim__gbuild *out, const cim_geom *g)
{
    cim_box b = cim__geom_box(g);
    cim__gbuild_begin(out, CIM_GEOM_MULTIPOLYGON, 2);
    cim__gbuild_xy(out, b.min_x, b.min_y);
    cim__gbuild_xy(out, b.max_x, b.min_y);
    cim__gbuild_xy(out, b.max_x, b.max_y);
    cim__gbuild_xy(out, b.min_x, b.max_y);
    cim__gbuild_close(out);
    cim__gbuild_part(out);
}

static cim_status overlay(cim_ctx *ctx, cim__footprint *fp, const cim_geom *faces, cim__footprint_from *from)
{
    if (!fp->geos) CIM__TRY(cim__geos_new(ctx, &fp->geos));
    if (faces->part_count > MAX_OVERLAY) {
        box_polygon(&fp->result, faces);
        *from = CIM__FROM_BOX;
        return CIM_OK;
    }
    cim_status st = cim__geos_union(ctx, fp->geos, faces, &fp->result);
    if (st == CIM_EFORMAT) { /* rings that GEOS cannot unite as they are */
        cim__enter(ctx);
        st = cim__geos_make_valid(ctx, fp->geos, faces, &fp->result);
    }
    if (st == CIM_EFORMAT) {
        cim__enter(ctx);
        box_polygon(&fp->result, faces);
        *from = CIM__FROM_BOX;
        st = CIM_OK;
    }
    return st;
}

/* Simple rings of which none lies near another need no further proof. */
static cim_status is_valid(cim_ctx *ctx, cim__footprint *fp, const cim_geom *g, bool *valid)
{
    *valid = g->ring_count == 1;
    if (*valid) return CIM_OK;
    if (!fp->geos) CIM__TRY(cim__geos_new(ctx, &fp->geos));
    return cim__geos_valid(ctx, fp->geos, g, valid);
}

static cim_status unite(cim_ctx *ctx, cim__footprint *fp, cim__footprint_from *from)
{
    cim_geom faces = cim__gbuild_view(&fp->faces);
    bool fits = false;
    if (!cim__gbuild_ok(&fp->faces)) return cim__nomem(ctx);
    if (faces.part_count == 1) {
        cim__gbuild_begin(&fp->result, CIM_GEOM_MULTIPOLYGON, 2);
        cim__gbuild_append(&fp->result, &faces);
        return CIM_OK;
    }
    CIM__TRY(cim__dissolve_run(ctx, &fp->dissolve, &faces, &fp->result, &fits));
    if (fits) {
        cim_geom united = cim__gbuild_view(&fp->result);
        CIM__TRY(is_valid(ctx, fp, &united, &fits));
    }
    return fits ? CIM_OK : overlay(ctx, fp, &faces, from);
}

cim_status cim__footprint_unite(cim_ctx *ctx, cim__footprint *fp, const cim_geom *polygons, cim_geom *union_out)
{
    cim__footprint_from from = CIM__FROM_ALL;
    cim__gbuild_begin(&fp->faces, CIM_GEOM_MULTIPOLYGON, 2);
    cim__gbuild_append(&fp->faces, polygons);
    CIM__TRY(unite(ctx, fp, &from));
    if (!cim__gbuild_ok(&fp->result)) return cim__nomem(ctx);
    *union_out = cim__gbuild_view(&fp->result);
    return CIM_OK;
}

cim_status cim__footprint_of(cim_ctx *ctx, cim__footprint *fp, const cim_geom *geom, const cim__topo *topo, cim__str lod, cim_geom *footprint_out, cim__footprint_from *from_out)
{
    cim__footprint_from from = CIM__FROM_NOTHING;
    bool flat = lod.len && lod.ptr[0] == '0';
    *footprint_out = (cim_geom){ .type = CIM_GEOM_MULTIPOLYGON, .dim = 2 };
    *from_out = CIM__FROM_NOTHING;
    if (cim__geom_base(geom->type) != CIM_GEOM_POLYGON || geom->dim != 3) return CIM_OK;
    if (topo && collect(fp, geom, topo, GROUND)) from = CIM__FROM_GROUND;
    else if (flat && collect(fp, geom, topo, ALL)) from = CIM__FROM_FLAT;
    else if (!flat && is_closed(geom) && collect(fp, geom, topo, DOWNWARD)) from = CIM__FROM_DOWNWARD;
    else if (collect(fp, geom, topo, ALL)) from = CIM__FROM_ALL;
    if (from == CIM__FROM_NOTHING) return cim__gbuild_ok(&fp->faces) ? CIM_OK : cim__nomem(ctx);
    CIM__TRY(unite(ctx, fp, &from));
    if (!cim__gbuild_ok(&fp->result)) return cim__nomem(ctx);
    *footprint_out = cim__gbuild_view(&fp->result);
    *from_out = from;
    return CIM_OK;
}

/* ---- choosing a shape ---- */

static double lod_number(cim__str lod)
{
    double v = 1.0;
    return cim__parse_double(lod, &v) ? v : 1.0;
}

/* Higher is better: a stated ground, of the highest LoD; LoD 0, the footprint before the roof edge; the simplest of the rest. */
static double rank_of(const cim__shape *s, bool ground)
{
    double lod = lod_number(s->lod);
    if (ground) return 3000.0 + lod;
    if (lod < 1.0) return 2000.0 + cim__str_has(s->role, "oot");
    return 1000.0 - lod;
}

static cim_status rank_shape(cim_ctx *ctx, cim__footprint *fp, const cim__shape *s, double *rank)
{
    bool ground = false;
    *rank = -1.0;
    if (s->template_gid.len || s->geom.type != CIM_GEOM_MULTIPOLYGON || !s->geom.part_count) return CIM_OK;
    if (s->topo.len) {
        CIM__TRY(cim__topo_get(ctx, s->topo, s->geom.part_count, &fp->topo));
        ground = has_ground(&fp->topo);
    }
    *rank = rank_of(s, ground);
    return CIM_OK;
}

/* The best shape of a rank below `limit`. */
static cim_status next_best(cim_ctx *ctx, cim__footprint *fp, const cim__shape *shapes, size_t count, double *limit, size_t *best)
{
    double top = -1.0;
    for (size_t i = 0; i < count; i++) {
        double rank;
        CIM__TRY(rank_shape(ctx, fp, &shapes[i], &rank));
        rank -= (double)i * 1e-6; /* of equals the first, and each only once */
        if (rank < 0.0 || rank >= *limit || rank <= top) continue;
        top = rank;
        *best = i;
    }
    *limit = top;
    return CIM_OK;
}

static cim_status from_faces(cim_ctx *ctx, cim__footprint *fp, const cim__shape *shapes, size_t count, cim_geom *plane, cim__footprint_from *from)
{
    double limit = 1e9;
    size_t best = 0;
    for (size_t tries = 0; tries < count; tries++) {
        CIM__TRY(next_best(ctx, fp, shapes, count, &limit, &best));
        if (limit < 0.0) return CIM_OK;
        const cim__shape *s = &shapes[best];
        if (s->topo.len) CIM__TRY(cim__topo_get(ctx, s->topo, s->geom.part_count, &fp->topo));
        CIM__TRY(cim__footprint_of(ctx, fp, &s->geom, s->topo.len ? &fp->topo : NULL, s->lod, plane, from));
        if (plane->part_count) return CIM_OK;
    }
    return CIM_OK;
}

/* The first shape of lines (terrain intersections only when there is nothing else), then of points. */
static const cim__shape *find_shape(const cim__shape *shapes, size_t count, int32_t type)
{
    const cim__shape *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (shapes[i].template_gid.len || shapes[i].geom.type != type || !shapes[i].geom.part_count) continue;
        bool terrain = cim__str_has(shapes[i].role, "errain");
        if (!found || !terrain) found = &shapes[i];
        if (!terrain) break;
    }
    return found;
}

static void take_flat(cim__footprint *fp, const cim_geom *g)
{
    cim__gbuild_begin(&fp->result, g->type, 2);
    cim__gbuild_append(&fp->result, g);
}

static void take_point(cim__footprint *fp, double x, double y)
{
    cim__gbuild_begin(&fp->result, CIM_GEOM_POINT, 2);
    cim__gbuild_xy(&fp->result, x, y);
    cim__gbuild_ring(&fp->result);
    cim__gbuild_part(&fp->result);
}

static cim__footprint_from from_the_rest(cim__footprint *fp, const cim__shape *shapes, size_t count)
{
    const cim__shape *lines = find_shape(shapes, count, CIM_GEOM_MULTILINESTRING), *points = find_shape(shapes, count, CIM_GEOM_MULTIPOINT);
    if (lines) {
        take_flat(fp, &lines->geom);
        return CIM__FROM_LINES;
    }
    if (points) {
        take_flat(fp, &points->geom);
        return CIM__FROM_POINTS;
    }
    for (size_t i = 0; i < count; i++)
        if (shapes[i].template_gid.len) {
            take_point(fp, shapes[i].anchor[0], shapes[i].anchor[1]);
            return CIM__FROM_ANCHOR;
        }
    return CIM__FROM_NOTHING;
}

/* A tree modelled with a crown is still one tree in the layer of trees. */
static bool wants_point(cim__class_id c) { return c == CIM__C_SolitaryVegetationObject || c == CIM__C_CityFurniture; }

/* In the middle of the best shape: uniting the thousands of faces of a bench for one point inside them is not worth it. */
static cim_status middle_of_faces(cim_ctx *ctx, cim__footprint *fp, const cim__shape *shapes, size_t count, cim_geom *plane, cim__footprint_from *from)
{
    double limit = 1e9;
    size_t best = 0;
    CIM__TRY(next_best(ctx, fp, shapes, count, &limit, &best));
    if (limit < 0.0) return CIM_OK;
    cim_box box = cim__geom_box(&shapes[best].geom);
    if (!cim__box_ok(&box)) return CIM_OK;
    take_point(fp, 0.5 * (box.min_x + box.max_x), 0.5 * (box.min_y + box.max_y));
    *plane = cim__gbuild_view(&fp->result);
    *from = CIM__FROM_ALL;
    return CIM_OK;
}

cim_status cim__footprint_of_shapes(cim_ctx *ctx, cim__footprint *fp, cim__class_id class_id, const cim__shape *shapes, size_t count, cim_geom *plane, cim__footprint_from *from)
{
    *plane = (cim_geom){ .type = CIM_GEOM_MULTIPOLYGON, .dim = 2 };
    *from = CIM__FROM_NOTHING;
    CIM__TRY(wants_point(class_id) ? middle_of_faces(ctx, fp, shapes, count, plane, from) : from_faces(ctx, fp, shapes, count, plane, from));
    if (!plane->part_count) *from = from_the_rest(fp, shapes, count);
    if (*from == CIM__FROM_NOTHING) return CIM_OK;
    if (!cim__gbuild_ok(&fp->result)) return cim__nomem(ctx);
    *plane = cim__gbuild_view(&fp->result);
    return CIM_OK;
}

void cim__instance_geom(const cim_geom *g, const double m[16], const double anchor[3], cim__gbuild *out)
{
    cim__gbuild_begin(out, g->type, 3);
    for (uint32_t part = 0; part < g->part_count; part++) {
        for (uint32_t ring = cim__part_start(g, part); ring < g->part_end[part]; ring++) {
            for (uint32_t v = cim__ring_start(g, ring); v < g->ring_end[ring]; v++) {
                const double *c = g->coords + (size_t)v * (size_t)g->dim;
                double z = g->dim == 3 ? c[2] : 0.0;
                cim__gbuild_xyz(out, m[0] * c[0] + m[1] * c[1] + m[2] * z + m[3] + anchor[0], m[4] * c[0] + m[5] * c[1] + m[6] * z + m[7] + anchor[1],
                                m[8] * c[0] + m[9] * c[1] + m[10] * z + m[11] + anchor[2]);
            }
            cim__gbuild_ring(out);
        }
        cim__gbuild_part(out);
    }
}
