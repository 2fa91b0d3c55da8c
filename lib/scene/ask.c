/* ask.c - what a scene is made of, and sight lines that name objects. */
#include "scene/scene.h"

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
                         .guessed_count = (uint32_t)CIM__COUNT(&scene->guessed, uint32_t),
                         .left_count = (uint32_t)CIM__COUNT(&scene->left, cim_scene_left),
                         .ground = scene->ground.kind,
                         .objects = (const uint32_t *)(const void *)scene->objects.data,
                         .prism_object = (const uint32_t *)(const void *)scene->prism_object.data,
                         .prism_root = (const uint32_t *)(const void *)scene->prism_root.data,
                         .prisms = &scene->prisms,
                         .left = (const cim_scene_left *)(const void *)scene->left.data,
                         .guessed = (const uint32_t *)(const void *)scene->guessed.data,
                         .terrain = scene->ground.raster.height_m ? &scene->ground.raster : NULL };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

cim_sight_scene *cim_scene_sight(const cim_scene *scene) { return scene->sight; }

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

cim_status cim_scene_line(cim_ctx *ctx, const cim_scene *scene, const double from[3], const double to[3], uint32_t *blocker_out)
{
    uint32_t blocker;
    cim__enter(ctx);
    if (!scene || !blocker_out) return cim__fail(ctx, CIM_EARG, "no scene, or no place for the answer");
    CIM__TRY(cim_sight_line(ctx, scene->sight, from, to, &blocker));
    *blocker_out = named(scene, blocker);
    return CIM_OK;
}

cim_status cim_scene_lines(cim_ctx *ctx, const cim_scene *scene, const double *from, const double *to, size_t count, uint8_t *seen_out)
{
    cim__enter(ctx);
    if (!scene) return cim__fail(ctx, CIM_EARG, "no scene");
    return cim_sight_lines(ctx, scene->sight, from, to, count, seen_out);
}
