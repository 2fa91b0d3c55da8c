/* cj_flat.c - geometries for objects that have none in space: a block where the height is known, else LoD 0. */
#include "export/cityjson.h"

/* Ring i of the plane geometry at height z into the solid, turned round if asked. */
static void put_ring(cim__gbuild *to, const cim_geom *g, uint32_t ring, double z, bool reversed)
{
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    for (uint32_t i = first; i < end; i++) {
        const double *c = g->coords + (size_t)(reversed ? first + end - 1 - i : i) * (size_t)g->dim;
        cim__gbuild_xyz(to, c[0], c[1], z);
    }
    cim__gbuild_ring(to);
}

static void put_face(cim__topo *topo) { cim__topo_face(topo, cim__topo_polygon(topo, CIM_NONE, CIM__STR("")), false); }

/* The inside is left of every edge when it is walked in this direction. */
static bool is_reversed(const cim_geom *g, uint32_t ring, bool outer) { return (cim__ring_area(g, ring) < 0.0) == outer; }

static void put_walls(cim__gbuild *to, cim__topo *topo, const cim_geom *g, uint32_t ring, bool reversed, const double z[2])
{
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    for (uint32_t i = first; i + 1 < end; i++) {
        const double *a = g->coords + (size_t)(reversed ? first + end - 1 - i : i) * (size_t)g->dim;
        const double *b = g->coords + (size_t)(reversed ? first + end - 2 - i : i + 1) * (size_t)g->dim;
        cim__gbuild_xyz(to, a[0], a[1], z[0]);
        cim__gbuild_xyz(to, b[0], b[1], z[0]);
        cim__gbuild_xyz(to, b[0], b[1], z[1]);
        cim__gbuild_xyz(to, a[0], a[1], z[1]);
        cim__gbuild_close(to);
        cim__gbuild_part(to);
        put_face(topo);
    }
}

/* Polygons with holes between two heights, each a solid with its faces outwards. */
static void extrude(cim__cjx *x, const cim_geom *g, const double z[2])
{
    cim__gbuild *to = &x->placed;
    cim__topo *topo = &x->topo;
    cim__gbuild_begin(to, CIM_GEOM_MULTIPOLYGON, 3);
    cim__topo_reset(topo);
    topo->kind = g->part_count == 1 ? CIM__TOPO_SOLID : CIM__TOPO_MULTISOLID;
    for (uint32_t part = 0; part < g->part_count; part++) {
        uint32_t outer = cim__part_start(g, part), end = g->part_end[part];
        for (int top = 0; top < 2; top++) {
            for (uint32_t ring = outer; ring < end; ring++) put_ring(to, g, ring, z[top], is_reversed(g, ring, ring == outer) == (top == 1));
            cim__gbuild_part(to);
            put_face(topo);
        }
        for (uint32_t ring = outer; ring < end; ring++) put_walls(to, topo, g, ring, is_reversed(g, ring, ring == outer), z);
        cim__topo_end_shell(topo);
        cim__topo_end_solid(topo);
    }
}

static bool real_value(const cim__object *o, cim__attr attr, double *v)
{
    if (!(o->present >> attr & 1)) return false;
    *v = o->values[attr].real;
    return true;
}

/* Ground is where the source says, 0 when it does not: cities without heights of the terrain are flat. */
static bool heights_of(const cim__cjx *x, const cim__object *o, double z[2])
{
    double height, from = 0.0, ground = 0.0;
    if ((x->e->opts->flags & CIM_EXPORT_NO_EXTRUDE) || !cim__class_is(cim__class_named(o->class_name), CIM__C_Building)) return false;
    if (!real_value(o, CIM__A_HEIGHT_M, &height)) return false;
    real_value(o, CIM__A_MIN_HEIGHT_M, &from);
    real_value(o, CIM__A_Z_MIN_M, &ground);
    z[0] = ground + from;
    z[1] = ground + height;
    return z[1] - z[0] > 0.01 && z[1] - z[0] < 2000.0;
}

static bool lod_is_wanted(const cim__cjx *x, char lod) { return !x->e->opts->lod || (x->e->opts->lod[0] == lod && !x->e->opts->lod[1]); }

cim_status cim__cjx_put_flat(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, unsigned allowed)
{
    cim_geom plane, geom;
    double z[2];
    const cim__topo *topo = NULL;
    CIM__TRY(cim__export_plane(ctx, x->e, o, &plane));
    if (!plane.part_count) return CIM_OK;
    bool block = cim__geom_base(plane.type) == CIM_GEOM_POLYGON && heights_of(x, o, z) && lod_is_wanted(x, '1');
    if (!block && !lod_is_wanted(x, '0')) return CIM_OK;
    if (block) {
        extrude(x, &plane, z);
        geom = cim__gbuild_view(&x->placed);
        topo = &x->topo;
    } else {
        cim__gbuild_begin(&x->placed, plane.type, 3);
        cim__gbuild_append(&x->placed, &plane);
        geom = cim__gbuild_view(&x->placed);
    }
    if (!cim__gbuild_ok(&x->placed) || !cim__topo_ok(&x->topo)) return cim__nomem(ctx);
    cim__cjx_geometry g = { &geom, topo, block ? "1" : "0", &x->vertices, { CIM__J_NULL, { "", 0 } }, NULL };
    return cim__cjx_put_geometry(ctx, x, json, &g, allowed);
}
