/* faces.c - roofs and walls of objects in space, for sight lines that see more than prisms.
 *
 * Of each object the best level of detail from 2 to 4 that has polygons is taken, all its polygons as one solid; without those that are no walls:
 * closure surfaces, which are not there, and what is inside.  Objects with faces do not hide by their prisms as well. */
#include "scene/scene.h"

#include "geom/geom.h"
#include "geom/topo.h"

typedef struct gathering {
    cim__scene_maker *m;
    cim__gbuild geom;
    cim__topo topo;
    double best; /* level of detail; 0: none */
    uint32_t object, solid;
} gathering;

/* "2", "2.2"; 0: not of use. */
static double level_of(cim__str lod)
{
    bool digit = lod.len && lod.ptr[0] >= '2' && lod.ptr[0] <= '4';
    double level = digit ? lod.ptr[0] - '0' : 0.0;
    return digit && lod.len == 3 && lod.ptr[1] == '.' && lod.ptr[2] >= '0' && lod.ptr[2] <= '9' ? level + 0.1 * (lod.ptr[2] - '0') : level;
}

static cim_status find_best(cim_ctx *ctx, const cim__stored_shape *shape, void *user)
{
    gathering *g = user;
    double level = level_of(shape->lod);
    if (shape->implicit || level <= g->best) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, shape->geom, &g->geom, NULL));
    cim_geom geom = cim__gbuild_view(&g->geom);
    if (cim__geom_base(geom.type) == CIM_GEOM_POLYGON && geom.dim == 3 && geom.part_count && cim__geom_finite(&geom)) g->best = level;
    return CIM_OK;
}

static bool is_no_wall(const gathering *g, uint32_t part)
{
    static const char *const classes[] = { "ClosureSurface", "InteriorWallSurface", "CeilingSurface", "FloorSurface" };
    if (part >= CIM__COUNT(&g->topo.polygons, cim__tpolygon)) return false;
    uint32_t surface = CIM__AT(&g->topo.polygons, cim__tpolygon, part).surface;
    for (size_t i = 0; surface != CIM_NONE && surface < CIM__COUNT(&g->topo.surfaces, cim__tsurface) && i < sizeof classes / sizeof *classes; i++)
        if (cim__str_is(CIM__AT(&g->topo.surfaces, cim__tsurface, surface).class, classes[i])) return true;
    return false;
}

static void put_u32(cim__buf *buf, uint32_t value) { cim__buf_put(buf, &value, sizeof value); }

static void put_face(gathering *g, const cim_geom *geom, uint32_t part)
{
    cim_scene *s = g->m->s;
    for (uint32_t r = cim__part_start(geom, part); r < geom->part_end[part]; r++) {
        uint32_t first = cim__ring_start(geom, r), end = geom->ring_end[r];
        cim__buf_put(&s->face_xyz, geom->coords + 3 * (size_t)first, 3 * sizeof(double) * (end - first));
        put_u32(&s->face_ring_end, (uint32_t)(CIM__COUNT(&s->face_xyz, double) / 3));
    }
    put_u32(&s->face_end, (uint32_t)CIM__COUNT(&s->face_ring_end, uint32_t));
    put_u32(&s->face_solid, g->solid);
    put_u32(&s->face_object, g->object);
}

static cim_status take_best(cim_ctx *ctx, const cim__stored_shape *shape, void *user)
{
    gathering *g = user;
    if (shape->implicit || level_of(shape->lod) != g->best) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, shape->geom, &g->geom, NULL));
    cim_geom geom = cim__gbuild_view(&g->geom);
    if (cim__geom_base(geom.type) != CIM_GEOM_POLYGON || geom.dim != 3 || !cim__geom_finite(&geom)) return CIM_OK;
    cim__topo_reset(&g->topo);
    if (shape->topo.len) CIM__TRY(cim__topo_get(ctx, shape->topo, geom.part_count, &g->topo));
    for (uint32_t part = 0; part < geom.part_count; part++)
        if (!is_no_wall(g, part)) put_face(g, &geom, part);
    return CIM_OK;
}

/* Those that hide, bridges, and what a building with parts has of its own. */
static bool is_asked(const cim__scene_thing *t)
{
    return !t->each && t->layer != CIM__L_TREE && (!t->reason || t->reason == CIM_SCENE_BRIDGE || t->reason == CIM_SCENE_PARTS);
}

static cim_status gather(cim_ctx *ctx, gathering *g)
{
    cim__scene_maker *m = g->m;
    size_t n = CIM__COUNT(&m->things, cim__scene_thing);
    for (size_t i = 0; i < n; i++) {
        cim__scene_thing *t = &CIM__AT(&m->things, cim__scene_thing, i);
        if (!is_asked(t)) continue;
        size_t before = m->s->face_end.size;
        g->best = 0.0;
        g->object = t->object;
        CIM__TRY(m->city->rows->shapes(ctx, m->city->store, t->object, find_best, g));
        if (g->best > 0.0) CIM__TRY(m->city->rows->shapes(ctx, m->city->store, t->object, take_best, g));
        t->faces = m->s->face_end.size > before;
        g->solid += t->faces;
        if (t->faces && t->reason == CIM_SCENE_BRIDGE) t->only_faces = true;
        if ((i & 0xff) == 0) CIM__TRY(cim__tick(ctx, i, n, "faces"));
    }
    const cim_scene *s = m->s;
    return s->face_xyz.failed || s->face_ring_end.failed || s->face_end.failed || s->face_solid.failed || s->face_object.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__scene_faces(cim_ctx *ctx, cim__scene_maker *m)
{
    gathering g = { .m = m };
    cim_scene *s = m->s;
    cim__gbuild_init(&g.geom, ctx->mem);
    cim__topo_init(&g.topo, ctx->mem);
    cim_status st = gather(ctx, &g);
    cim__gbuild_free(&g.geom);
    cim__topo_free(&g.topo);
    if (st < 0) return st;
    s->faces = (cim_sight_faces){ .struct_size = sizeof s->faces,
                                  .face_count = (uint32_t)CIM__COUNT(&s->face_end, uint32_t),
                                  .ring_count = (uint32_t)CIM__COUNT(&s->face_ring_end, uint32_t),
                                  .vertex_count = (uint32_t)(CIM__COUNT(&s->face_xyz, double) / 3),
                                  .face_end = (const uint32_t *)(const void *)s->face_end.data,
                                  .ring_end = (const uint32_t *)(const void *)s->face_ring_end.data,
                                  .xyz = (const double *)(const void *)s->face_xyz.data,
                                  .solid = (const uint32_t *)(const void *)s->face_solid.data };
    return s->faces.face_count ? cim_sight_mesh_build(ctx, &s->faces, &s->mesh) : CIM_OK;
}
