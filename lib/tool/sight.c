/* sight.c - a city's scene, points named on the command line. */
#include "sight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the scene ---- */

enum { WITHOUT = CIMTOOL_VALUES };

static int take_without(sight *s, uint32_t ids[WITHOUT], size_t *count_out)
{
    cimtool *t = s->travel.tool;
    const char *text;
    int at = 0;
    while ((text = cimtool_next_value(t, "without", &at))) {
        size_t count = 0;
        cim_status st = cim_city_find(t->ctx, s->travel.city, text, &ids[*count_out], 1, &count);
        if (st < 0) return cimtool_fail(t, st);
        if (*count_out < WITHOUT) ++*count_out;
    }
    return EXIT_DONE;
}

int sight_open(sight *s, cimtool *tool)
{
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    uint32_t without[WITHOUT + 1];
    *s = (sight){ .travel = { .tool = tool }, .view = { .struct_size = sizeof s->view } };
    int status = cimtool_open(tool, tool->args[0], &s->travel.city);
    if (status == EXIT_DONE) status = take_without(s, without, &o.removed_count);
    if (status != EXIT_DONE) return status;
    o.removed = without;
    o.hides = cimtool_value(tool, "hides");
    o.at = cimtool_value(tool, "at-time");
    o.terrain_path = cimtool_value(tool, "terrain");
    if (cimtool_has(tool, "surfaces")) o.detail = CIM_SCENE_TRIANGLES;
    if (cimtool_has(tool, "trees")) o.kinds |= CIM_SCENE_TREES;
    if (cimtool_has(tool, "walls")) o.kinds |= CIM_SCENE_BARRIERS;
    cim_status st = cim_scene_build(tool->ctx, s->travel.city, &o, &s->scene);
    if (st >= 0) st = cim_scene_view_get(tool->ctx, s->scene, &s->view);
    if (st < 0) return cimtool_fail(tool, st);
    sight_warn(s);
    return EXIT_DONE;
}

void sight_close(sight *s)
{
    cim_scene_free(s->scene);
    cim_city_free(s->travel.city);
}

void sight_warn(const sight *s)
{
    if (s->travel.tool->quiet || !s->view.guessed_count) return;
    fprintf(stderr, "cimtool: the height of %u of %u objects that hide is a default\n", s->view.guessed_count, s->view.object_count);
}

static const char *ground_name(int32_t ground)
{
    static const char *const names[] = { "none", "points", "relief", "raster" };
    return ground >= 0 && ground < 4 ? names[ground] : "unknown";
}

void sight_print_scene(const sight *s)
{
    printf("\"scene\":{\"objects\":%u,\"prisms\":%u,\"faces\":%u,\"guessed\":%u,\"left_out\":%u,\"ground\":\"%s\"}", s->view.object_count, s->view.prism_count, s->view.face_count, s->view.guessed_count,
           s->view.left_count, ground_name(s->view.ground));
}

int sight_print_blocker(sight *s, uint32_t blocker, bool json)
{
    if (blocker == CIM_SIGHT_TERRAIN || blocker == CIM_SCENE_ADDED) {
        const char *name = blocker == CIM_SIGHT_TERRAIN ? "terrain" : "added";
        printf(json ? "\"%s\"" : "%s", name);
        return EXIT_DONE;
    }
    return json ? travel_print_id(&s->travel, blocker) : travel_print_plain_id(&s->travel, blocker, 0);
}

/* ---- places ---- */

/* Two or three numbers with commas; 0: it is none. */
static int numbers(const char *text, double xyz[3])
{
    const char *p = text;
    for (int i = 0; i < 3; i++) {
        char *end;
        xyz[i] = strtod(p, &end);
        if (end == p || !isfinite(xyz[i])) return 0;
        if (!*end) return i ? i + 1 : 0;
        if (*end != ',') return 0;
        p = end + 1;
    }
    return 0;
}

int sight_place(sight *s, const char *text, double height_m, double xyz[3], uint32_t *object_out)
{
    cimtool *t = s->travel.tool;
    size_t count = 0;
    int given = numbers(text, xyz);
    *object_out = CIM_NONE;
    if (!given) {
        cim_status st = cim_city_find(t->ctx, s->travel.city, text, object_out, 1, &count);
        if (st >= 0) st = cim_scene_place(t->ctx, s->scene, s->travel.city, *object_out, height_m, xyz);
        return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
    }
    cim_status st = cimtool_has(t, "lonlat") ? cim_crs_transform(t->ctx, 4326, cim_city_epsg(s->travel.city), 1, xyz) : CIM_OK;
    if (st < 0) return cimtool_fail(t, st);
    if (!(fabs(xyz[0]) <= 1e9 && fabs(xyz[1]) <= 1e9)) return cimtool_complain("%s: this place is not on the map of the city", text);
    if (given == 2) xyz[2] = cim_scene_ground(s->scene, xyz[0], xyz[1]) + (isnan(height_m) ? 1.6 : height_m);
    return EXIT_DONE;
}

/* ---- times ---- */

/* Of what cim_time_parse() reads: no number, no interval, and with a clock not without a zone, since clocks on the wall are seldom UTC. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    return length >= 10 && text[4] == '-' && !strchr(text, '/') && (length == 10 || strpbrk(text + 10, "Zz+-"));
}

int sight_time(cimtool *tool, const char *option, const char *text, double *unix_out)
{
    const int64_t least = -2208988800000, end = 4102444800000; /* 1900 to 2100: the sun is not known farther */
    int64_t ms = 0;
    if (!is_plain(text) || cim_time_parse(tool->ctx, text, &ms) < 0 || ms < least || ms >= end)
        return cimtool_complain("--%s: %s is no time like 2026-06-21T12:00:00Z or 2026-06-21T14:00+02:00", option, text);
    *unix_out = 1e-3 * (double)ms;
    return EXIT_DONE;
}
