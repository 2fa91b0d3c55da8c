/* verb_sun.c - cimtool sun: where the sun stands, what it shines on, shadows. */
#include "sight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sunny {
    sight sight;
    cim_sight_sun_options when;
    cim_sight_sun now;
    double at[3], height_m, step_m, max_m;
    uint32_t object;
    bool hours; /* --from and --to */
} sunny;

static int take_times(sunny *s, cimtool *tool)
{
    const char *from = cimtool_value(tool, "from"), *to = cimtool_value(tool, "to"), *at = cimtool_value(tool, "at");
    double minutes = 10.0;
    int status = EXIT_DONE;
    s->hours = from || to;
    if (!at == !s->hours || !from != !to) return cimtool_complain("sun: --at T, or --from T and --to T");
    if (!cimtool_real(tool, "step", &minutes) || !cimtool_real(tool, "height", &s->height_m) || !cimtool_real(tool, "spacing", &s->step_m) || !cimtool_real(tool, "max", &s->max_m))
        return EXIT_USAGE;
    if (!(minutes >= 0.1 && minutes <= 1440.0)) return cimtool_complain("--step: must be 0.1 to 1440 minutes");
    s->when.step_s = 60.0 * minutes;
    if (at) return sight_time(tool, "at", at, &s->when.from_s);
    status = sight_time(tool, "from", from, &s->when.from_s);
    if (status == EXIT_DONE) status = sight_time(tool, "to", to, &s->when.to_s);
    if (status == EXIT_DONE && !(s->when.to_s > s->when.from_s)) return cimtool_complain("--to: must be after --from");
    return status;
}

/* ---- at one time ---- */

static int print_now(sunny *s)
{
    cimtool *tool = s->sight.travel.tool;
    double azimuth = s->now.azimuth_deg - s->when.north_deg;
    uint8_t lit = 0;
    cim_status st = cim_sight_sun_lit(tool->ctx, cim_scene_sight(s->sight.scene), s->at, 1, azimuth, s->now.apparent_deg, &lit);
    if (st < 0) return cimtool_fail(tool, st);
    if (tool->json) {
        printf("{\"schema\":\"cimtool/1\",\"point\":[%.3f,%.3f,%.3f],", s->at[0], s->at[1], s->at[2]);
        sight_print_scene(&s->sight);
        printf(",\"azimuth_deg\":%.4f,\"elevation_deg\":%.4f,\"apparent_deg\":%.4f,\"lit\":%s}\n", s->now.azimuth_deg, s->now.elevation_deg, s->now.apparent_deg,
               lit ? "true" : "false");
    } else {
        printf("sun at azimuth %.2f, elevation %.2f degrees: %s\n", s->now.azimuth_deg, s->now.apparent_deg, lit ? "lit" : s->now.apparent_deg > 0.0 ? "in the shadow" : "night");
    }
    return lit ? EXIT_DONE : EXIT_NEGATIVE;
}

/* ---- hours ---- */

static int print_point_hours(sunny *s)
{
    cimtool *tool = s->sight.travel.tool;
    double hours = 0.0;
    cim_status st = cim_sight_sun_hours(tool->ctx, cim_scene_sight(s->sight.scene), s->at, 1, &s->when, &hours);
    if (st < 0) return cimtool_fail(tool, st);
    if (tool->json) {
        printf("{\"schema\":\"cimtool/1\",\"point\":[%.3f,%.3f,%.3f],", s->at[0], s->at[1], s->at[2]);
        sight_print_scene(&s->sight);
        printf(",\"hours\":%.4f}\n", hours);
    } else {
        printf("%.2f hours in the sun\n", hours);
    }
    return EXIT_DONE;
}

static int print_surface(sunny *s, const cim_scene_sunny *f, bool first)
{
    bool json = s->sight.travel.tool->json;
    uint32_t object = f->prism == CIM_NONE ? s->object : s->sight.view.prism_object[f->prism];
    const char *what = f->prism == CIM_NONE ? "ground" : f->vertex == CIM_NONE ? "roof" : "wall";
    int status = EXIT_DONE;
    if (!json) {
        if (f->vertex == CIM_NONE) printf("%-14s", what);
        else printf("wall %5.1f deg", f->azimuth_deg);
        printf(" %9.2f m2 %7.2f h (%.2f to %.2f)  ", f->area_m2, f->hours, f->least, f->most);
        status = travel_print_plain_id(&s->sight.travel, object, 0);
        putchar('\n');
        return status;
    }
    printf("%s\n{\"surface\":\"%s\",\"object\":", first ? "" : ",", what);
    status = travel_print_id(&s->sight.travel, object);
    if (f->vertex != CIM_NONE) printf(",\"azimuth_deg\":%.2f", f->azimuth_deg);
    printf(",\"area_m2\":%.3f,\"hours\":%.4f,\"least\":%.4f,\"most\":%.4f}", f->area_m2, f->hours, f->least, f->most);
    return status;
}

static int print_object_hours(sunny *s)
{
    cimtool *tool = s->sight.travel.tool;
    cim_buf surfaces = CIM_BUF_INIT;
    size_t count = 0;
    cim_status st = cim_scene_sun_object(tool->ctx, s->sight.scene, s->sight.travel.city, s->object, &s->when, s->step_m, &surfaces, &count);
    if (st < 0) return cimtool_fail(tool, st);
    int status = EXIT_DONE;
    if (!count) {
        cim_buf_dispose(&surfaces);
        return print_point_hours(s);
    }
    if (tool->json) {
        printf("{\"schema\":\"cimtool/1\",");
        sight_print_scene(&s->sight);
        printf(",\"surfaces\":[");
    }
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) status = print_surface(s, (const cim_scene_sunny *)(const void *)surfaces.data + i, i == 0);
    if (tool->json) printf("]}\n");
    cim_buf_dispose(&surfaces);
    return status;
}

/* ---- shadows ---- */

static double real_at(const unsigned char *p)
{
    double value;
    memcpy(&value, p, sizeof value);
    return value;
}

static uint32_t count_at(const unsigned char *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

/* Well-known binary of the library itself: little-endian, a multipolygon in the plane. */
static int print_polygons(sunny *s, const cim_buf *wkb)
{
    const unsigned char *p = (const unsigned char *)wkb->data + 5;
    int status = EXIT_DONE;
    uint32_t parts = count_at(p);
    p += 4;
    printf("{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t rings = count_at(p + 5);
        p += 9;
        printf("%s[", i ? ",\n" : "");
        for (uint32_t r = 0; r < rings && status == EXIT_DONE; r++) {
            uint32_t n = count_at(p);
            double *xy = malloc((size_t)n * 2 * sizeof *xy + 1);
            p += 4;
            if (!xy) return cimtool_fail(s->sight.travel.tool, CIM_ENOMEM);
            for (size_t k = 0; k < 2 * (size_t)n; k++, p += 8) xy[k] = real_at(p);
            if (r) putchar(',');
            status = travel_print_positions(&s->sight.travel, xy, n, true);
            free(xy);
        }
        putchar(']');
    }
    printf("]}");
    return status;
}

static int print_shadow(sunny *s)
{
    cimtool *tool = s->sight.travel.tool;
    const cim_box area = { s->at[0] - s->max_m, s->at[1] - s->max_m, s->at[0] + s->max_m, s->at[1] + s->max_m };
    cim_buf wkb = CIM_BUF_INIT;
    if (!(s->now.apparent_deg > 0.0)) {
        cimtool_complain("the sun is %.2f degrees below the horizon", -s->now.apparent_deg);
        return EXIT_NEGATIVE;
    }
    cim_status st = cim_scene_shadow(tool->ctx, s->sight.scene, &area, s->now.azimuth_deg - s->when.north_deg, s->now.apparent_deg, s->max_m, &wkb);
    if (st < 0) return cimtool_fail(tool, st);
    travel_begin_features(&s->sight.travel);
    printf("\n{\"type\":\"Feature\",\"geometry\":");
    int status = print_polygons(s, &wkb);
    printf(",\"properties\":{\"azimuth_deg\":%.4f,\"elevation_deg\":%.4f}}", s->now.azimuth_deg, s->now.apparent_deg);
    travel_end_features();
    cim_buf_dispose(&wkb);
    return status;
}

/* ---- which of them ---- */

static int answer(sunny *s)
{
    cimtool *tool = s->sight.travel.tool;
    double lonlat[2];
    cim_status st = cim_scene_north(tool->ctx, s->sight.travel.city, s->at[0], s->at[1], lonlat, &s->when.north_deg);
    s->when.longitude_deg = lonlat[0];
    s->when.latitude_deg = lonlat[1];
    if (st >= 0 && !s->hours) st = cim_sight_sun_at(tool->ctx, s->when.from_s, lonlat[1], lonlat[0], &s->now);
    if (st < 0) return cimtool_fail(tool, st);
    if (cimtool_has(tool, "shadow")) return s->hours ? cimtool_complain("--shadow is of one time: --at T") : print_shadow(s);
    if (!s->hours) return print_now(s);
    return s->object != CIM_NONE ? print_object_hours(s) : print_point_hours(s);
}

int verb_sun(cimtool *tool)
{
    sunny s = { .when = CIM_SIGHT_SUN_OPTIONS_INIT, .now = { .struct_size = sizeof s.now }, .height_m = 0.0, .step_m = 2.0, .max_m = 1000.0 };
    int status = take_times(&s, tool);
    if (status != EXIT_DONE) return status;
    status = sight_open(&s.sight, tool);
    if (status == EXIT_DONE) status = sight_place(&s.sight, tool->args[1], s.height_m, s.at, &s.object);
    if (status == EXIT_DONE) status = answer(&s);
    sight_close(&s.sight);
    return status;
}
