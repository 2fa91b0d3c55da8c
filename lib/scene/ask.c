/* ask.c - what a scene is made of, and sight lines that name objects. */
#include "scene/scene.h"

#include "core/par.h"
#include "cover/sight.h"
#include "geom/geom.h"

#include <stdlib.h>

static int against(const void *key, const void *element)
{
    uint32_t object;
    memcpy(&object, key, sizeof object);
    const cim__scene_entry *e = element;
    return object < e->object ? -1 : object > e->object;
}

cim_status cim_scene_view_get(cim_ctx *ctx, const cim_scene *scene, cim_scene_view *view_out)
{
    cim__enter(ctx);
    if (!scene || !view_out) return cim__fail(ctx, CIM_EARG, "no scene, or no place for its view");
    cim_scene_view v = { .object_count = (uint32_t)CIM__COUNT(&scene->objects, uint32_t),
                         .prism_count = scene->prisms.prism_count,
                         .face_count = scene->faces.face_count,
                         .guessed_count = (uint32_t)CIM__COUNT(&scene->guessed, uint32_t),
                         .left_count = (uint32_t)CIM__COUNT(&scene->left, cim_scene_left),
                         .ground = scene->ground.kind,
                         .objects = (const uint32_t *)(const void *)scene->objects.data,
                         .prism_object = (const uint32_t *)(const void *)scene->prism_object.data,
                         .prism_root = (const uint32_t *)(const void *)scene->prism_root.data,
                         .prisms = &scene->prisms,
                         .left = (const cim_scene_left *)(const void *)scene->left.data,
                         .guessed = (const uint32_t *)(const void *)scene->guessed.data,
                         .terrain = scene->ground.raster.height_m ? &scene->ground.raster : NULL,
                         .faces = &scene->faces,
                         .face_object = (const uint32_t *)(const void *)scene->face_object.data };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

cim_sight_scene *cim_scene_sight(const cim_scene *scene) { return scene->sight; }

/* The ground in the middle of a prism's box. */
static double ground_of(const cim_scene *scene, uint32_t prism)
{
    const cim_sight_prisms *p = &scene->prisms;
    cim_box box = CIM__BOX_EMPTY;
    for (uint32_t r = prism ? p->prism_end[prism - 1] : 0; r < p->prism_end[prism]; r++)
        for (uint32_t v = r ? p->ring_end[r - 1] : 0; v < p->ring_end[r]; v++) cim__box_add(&box, p->xy[2 * (size_t)v], p->xy[2 * (size_t)v + 1]);
    return cim__box_ok(&box) ? cim_scene_ground(scene, 0.5 * (box.min_x + box.max_x), 0.5 * (box.min_y + box.max_y)) : 0.0;
}

cim_status cim_scene_level(cim_ctx *ctx, const cim_scene *scene, cim_sight_scene **level_out)
{
    cim__enter(ctx);
    if (!scene || !level_out) return cim__fail(ctx, CIM_EARG, "no scene, or no place for the level one");
    cim_sight_prisms level = scene->prisms;
    double *heights = cim__alloc_n(ctx->mem, 2 * (size_t)level.prism_count + 1, sizeof *heights);
    if (!heights) return cim__nomem(ctx);
    for (uint32_t i = 0; i < level.prism_count; i++) {
        double ground = ground_of(scene, i);
        heights[i] = level.base_m[i] - ground;
        heights[level.prism_count + (size_t)i] = level.top_m[i] - ground;
    }
    level.base_m = heights;
    level.top_m = heights + level.prism_count;
    cim_status st = cim_sight_scene_build(ctx, &level, NULL, level_out);
    cim__free(ctx->mem, heights);
    return st;
}

double cim_scene_ground(const cim_scene *scene, double x, double y) { return cim__scene_ground_at(&scene->ground, x, y); }

cim_status cim_scene_prisms_of(cim_ctx *ctx, const cim_scene *scene, uint32_t object, uint32_t *first_out, uint32_t *count_out)
{
    cim__enter(ctx);
    if (!scene || !first_out || !count_out) return cim__fail(ctx, CIM_EARG, "no scene, or no place for the prisms");
    size_t n = CIM__COUNT(&scene->entries, cim__scene_entry);
    const cim__scene_entry *e = n ? bsearch(&object, scene->entries.data, n, sizeof *e, against) : NULL;
    *first_out = e ? e->first : 0;
    *count_out = e ? e->count : 0;
    return CIM_OK;
}

const char *cim_scene_reason(uint32_t reason)
{
    static const char *const texts[] = { [CIM_SCENE_PARTS] = "its parts hide",
                                         [CIM_SCENE_SAME] = "the same as another",
                                         [CIM_SCENE_REMOVED] = "removed",
                                         [CIM_SCENE_STATUS] = "not there by its status",
                                         [CIM_SCENE_NO_OUTLINE] = "no outline",
                                         [CIM_SCENE_NO_HEIGHT] = "no height",
                                         [CIM_SCENE_FLAT] = "flat",
                                         [CIM_SCENE_UNDERGROUND] = "underground",
                                         [CIM_SCENE_BRIDGE] = "a bridge" };
    return reason && reason < sizeof texts / sizeof *texts ? texts[reason] : "unknown";
}

/* ---- sight lines ---- */

static uint32_t named(const cim_scene *scene, uint32_t prism)
{
    if (prism == CIM_NONE || prism == CIM_SIGHT_TERRAIN) return prism;
    uint32_t object = CIM__AT(&scene->prism_object, uint32_t, prism);
    return object == CIM_NONE ? CIM_SCENE_ADDED : object;
}

/* Is it hidden?  -1: out of memory. */
static int blocked(const cim_scene *scene, const double from[3], const double to[3], uint32_t *hint, uint32_t *blocker_out)
{
    const cim_sight_scene *sight = scene->rest ? scene->rest : scene->sight;
    cim__sight line;
    uint32_t prism = CIM_NONE, face;
    cim__sight_set(&line, from, to);
    int meets = cim__sight_blocked(sight, &line, hint, &prism);
    if (meets) {
        if (scene->rest && prism < CIM_SCENE_ADDED) prism = CIM__AT(&scene->rest_prism, uint32_t, prism);
        *blocker_out = named(scene, prism);
        return meets;
    }
    face = scene->mesh ? cim__mesh_blocker(scene->mesh, from, to) : CIM_NONE;
    *blocker_out = face == CIM_NONE ? CIM_NONE : CIM__AT(&scene->face_object, uint32_t, face);
    return face != CIM_NONE;
}

cim_status cim_scene_line(cim_ctx *ctx, const cim_scene *scene, const double from[3], const double to[3], uint32_t *blocker_out)
{
    uint32_t blocker, hint = CIM_NONE;
    cim__enter(ctx);
    if (!scene || !from || !to || !blocker_out) return cim__fail(ctx, CIM_EARG, "no scene, no ends or no place for the answer");
    CIM__TRY(cim__sight_point_ok(ctx, from, 0, "point"));
    CIM__TRY(cim__sight_point_ok(ctx, to, 1, "point"));
    if (blocked(scene, from, to, &hint, &blocker) < 0) return cim__nomem(ctx);
    *blocker_out = blocker;
    return CIM_OK;
}

typedef struct batch {
    const cim_scene *scene;
    const double *from, *to;
    size_t count;
    uint8_t *seen;
} batch;

enum { CHUNK = 1024 };

static cim_status some_lines(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const batch *b = user;
    size_t end = (item + 1) * CHUNK < b->count ? (item + 1) * CHUNK : b->count;
    uint32_t hint = CIM_NONE, blocker;
    (void)worker;
    for (size_t i = item * CHUNK; i < end; i++) {
        int meets = blocked(b->scene, b->from + 3 * i, b->to + 3 * i, &hint, &blocker);
        if (meets < 0) return cim__nomem(ctx);
        b->seen[i] = !meets;
    }
    return cim__tick(ctx, item, b->count / CHUNK + 1, "sight lines");
}

cim_status cim_scene_lines(cim_ctx *ctx, const cim_scene *scene, const double *from, const double *to, size_t count, uint8_t *seen_out)
{
    batch b = { scene, from, to, count, seen_out };
    cim__enter(ctx);
    if (!scene || (count && (!from || !to || !seen_out))) return cim__fail(ctx, CIM_EARG, "no scene, no ends or no place for the answers");
    if (!scene->mesh) return cim_sight_lines(ctx, scene->sight, from, to, count, seen_out);
    for (size_t i = 0; i < count; i++) {
        CIM__TRY(cim__sight_point_ok(ctx, from + 3 * i, i, "beginning"));
        CIM__TRY(cim__sight_point_ok(ctx, to + 3 * i, i, "end"));
    }
    return count ? cim__par_run(ctx, (count + CHUNK - 1) / CHUNK, "sight lines", some_lines, &b) : CIM_OK;
}
