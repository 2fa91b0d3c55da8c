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

static bool digits(const char **p, int count, int *value)
{
    *value = 0;
    for (; count > 0; count--, ++*p) {
        if (**p < '0' || **p > '9') return false;
        *value = 10 * *value + (**p - '0');
    }
    return true;
}

/* Days since 1970-01-01 of the Gregorian calendar. */
static double days_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1, days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097.0 + days - 719468.0;
}

static bool take_offset(const char **p, int *minutes)
{
    int h, m, sign = **p == '-' ? -1 : 1;
    *minutes = 0;
    if (**p == 'Z') {
        ++*p;
        return true;
    }
    if (**p != '+' && **p != '-') return false;
    ++*p;
    if (!digits(p, 2, &h) || *(*p)++ != ':' || !digits(p, 2, &m) || h > 14 || m > 59) return false;
    *minutes = sign * (60 * h + m);
    return true;
}

static bool take_date(const char **p, double *days)
{
    static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day;
    bool good = digits(p, 4, &year) && *(*p)++ == '-' && digits(p, 2, &month) && *(*p)++ == '-' && digits(p, 2, &day);
    if (!good || year < 1900 || year >= 2100 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    *days = days_of(year, month, day);
    return month != 2 || day < 29 || leap;
}

/* "T12:00Z", "T12:00:00+02:00". */
static bool take_clock(const char **p, double *seconds)
{
    int h, m, s = 0, offset;
    if (*(*p)++ != 'T' || !digits(p, 2, &h) || *(*p)++ != ':' || !digits(p, 2, &m)) return false;
    if (**p == ':') {
        ++*p;
        if (!digits(p, 2, &s)) return false;
    }
    if (h > 23 || m > 59 || s > 59 || !take_offset(p, &offset)) return false;
    *seconds = h * 3600.0 + (m - offset) * 60.0 + s;
    return true;
}

int sight_time(const char *option, const char *text, double *unix_out)
{
    const char *p = text;
    double days = 0.0, seconds = 0.0;
    bool good = take_date(&p, &days) && (!*p || (take_clock(&p, &seconds) && !*p));
    if (!good) return cimtool_complain("--%s: %s is no time like 2026-06-21T12:00:00Z or 2026-06-21T14:00+02:00", option, text);
    *unix_out = days * 86400.0 + seconds;
    return EXIT_DONE;
}
