/* travel_print.c - what the verbs about getting around print alike. */
#include "travel_print.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- times ---- */

void travel_print_duration(uint32_t ms, int width)
{
    char text[24] = "-";
    uint32_t seconds = (ms + 500) / 1000;
    if (ms < CIM_ROUTE_UNREACHABLE_MS) snprintf(text, sizeof text, "%u:%02u", seconds / 60, seconds % 60);
    printf("%*s", width, text);
}

void travel_print_time(int64_t ms)
{
    struct tm t;
    int64_t second = ms / 1000 - (ms % 1000 < 0);
    time_t s = (time_t)second;
    if (!gmtime_r(&s, &t)) {
        printf("%lld", (long long)ms);
        return;
    }
    printf("%04d-%02d-%02dT%02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
    if (ms != second * 1000) printf(".%03d", (int)(ms - second * 1000));
    putchar('Z');
}

void travel_print_epoch(const travel *t)
{
    if (!t->traffic) return;
    printf(",\"as_of\":\"");
    travel_print_time(t->as_of_ms);
    printf("\",\"epoch\":%llu", (unsigned long long)t->epoch);
}

/* ---- text ---- */

void travel_print_csv(const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) printf(*text == '"' ? "\"\"" : "%c", *text);
    putchar('"');
}

int travel_print_id(const travel *t, uint32_t object)
{
    cim_buf gid = CIM_BUF_INIT;
    cim_status st = object == CIM_NONE ? CIM_OK : cim_city_gid(t->tool->ctx, t->city, object, &gid);
    if (st >= 0) cimtool_print_string(gid.data ? gid.data : "");
    cim_buf_dispose(&gid);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

int travel_print_plain_id(const travel *t, uint32_t object, int width)
{
    cim_buf gid = CIM_BUF_INIT;
    cim_status st = object == CIM_NONE ? CIM_OK : cim_city_gid(t->tool->ctx, t->city, object, &gid);
    if (st >= 0) cimtool_print_safe(gid.data ? gid.data : "-");
    for (size_t n = gid.data ? strlen(gid.data) : 1; st >= 0 && n < (size_t)width; n++) putchar(' ');
    cim_buf_dispose(&gid);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static const struct {
    uint32_t bit;
    bool broken; /* else an exception that is used */
    const char *name;
} rules[] = { { CIM_NET_BREAKS_ONEWAY, true, "oneway" },
              { CIM_NET_BREAKS_ACCESS, true, "access" },
              { CIM_NET_BREAKS_BUS_LANE, true, "bus_lane" },
              { CIM_NET_BREAKS_BARRIER, true, "barrier" },
              { CIM_NET_BREAKS_TURN, true, "turn" },
              { CIM_NET_BREAKS_U_TURN, true, "u_turn" },
              { CIM_NET_USES_DESTINATION, false, "destination" },
              { CIM_NET_USES_PRIVATE, false, "private" } };
enum { RULES = sizeof rules / sizeof *rules };

static void print_json_rules(uint32_t bits, bool broken)
{
    const char *comma = "";
    putchar('[');
    for (size_t i = 0; i < RULES; i++) {
        if (!(bits & rules[i].bit) || broken != rules[i].broken) continue;
        printf("%s\"%s\"", comma, rules[i].name);
        comma = ",";
    }
    putchar(']');
}

void travel_print_breaks(uint32_t bits) { print_json_rules(bits, true); }
void travel_print_uses(uint32_t bits) { print_json_rules(bits, false); }

void travel_print_rules(uint32_t bits)
{
    for (size_t i = 0; i < RULES; i++)
        if (bits & rules[i].bit) printf(" %s%s", rules[i].broken ? "breaks:" : "uses:", rules[i].name);
}

/* ---- geometries ---- */

int travel_lonlat(const travel *t, const double *xy, size_t count, double **lonlat_out)
{
    double *copy = malloc((count ? count : 1) * 2 * sizeof *copy);
    if (!copy) return cimtool_fail(t->tool, CIM_ENOMEM);
    if (count) memcpy(copy, xy, count * 2 * sizeof *copy);
    cim_status st = cim_crs_transform(t->tool->ctx, cim_city_epsg(t->city), 4326, count, copy);
    if (st < 0) free(copy);
    else *lonlat_out = copy;
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

int travel_print_positions(const travel *t, const double *xy, size_t count, bool degrees)
{
    double *lonlat = NULL;
    int status = degrees ? travel_lonlat(t, xy, count, &lonlat) : EXIT_DONE, decimals = degrees ? 7 : 3;
    if (status != EXIT_DONE) return status;
    if (degrees) xy = lonlat;
    putchar('[');
    for (size_t i = 0; i < count; i++) printf("%s[%.*f,%.*f]", i ? "," : "", decimals, xy[2 * i], decimals, xy[2 * i + 1]);
    putchar(']');
    free(lonlat);
    return EXIT_DONE;
}

int travel_print_line(const travel *t, const double *xy, size_t count, bool degrees)
{
    double twice[4];
    if (count == 1) {
        twice[0] = twice[2] = xy[0];
        twice[1] = twice[3] = xy[1];
        xy = twice;
        count = 2;
    }
    printf("{\"type\":\"LineString\",\"coordinates\":");
    int status = travel_print_positions(t, xy, count, degrees);
    putchar('}');
    return status;
}

/* ---- GeoJSON ---- */

void travel_begin_features(const travel *t)
{
    printf("{\"type\":\"FeatureCollection\"");
    travel_print_epoch(t);
    printf(",\"features\":[");
}

void travel_end_features(void) { printf("\n]}\n"); }

int travel_begin_path(const travel *t, const double *xy, size_t count, bool first)
{
    printf(first ? "\n" : ",\n");
    return travel_open_path(t, xy, count);
}

int travel_open_path(const travel *t, const double *xy, size_t count)
{
    printf("{\"type\":\"Feature\",\"geometry\":");
    int status = travel_print_line(t, xy, count, true);
    printf(",\"properties\":{");
    return status;
}

int travel_begin_feature(const travel *t, const double *xy, size_t count, bool first)
{
    double *lonlat = NULL;
    if (count != 1) return travel_begin_path(t, xy, count, first);
    int status = travel_lonlat(t, xy, 1, &lonlat);
    if (status != EXIT_DONE) return status;
    printf("%s\n{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f]},\"properties\":{", first ? "" : ",", lonlat[0], lonlat[1]);
    free(lonlat);
    return EXIT_DONE;
}

int travel_begin_street(const travel *t, const cim_net_view *net, uint32_t edge, bool first)
{
    uint32_t vertex = net->first_vertex[edge];
    return travel_begin_path(t, net->xy + 2 * (size_t)vertex, net->first_vertex[edge + 1] - vertex, first);
}
