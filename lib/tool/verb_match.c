/* verb_match.c - cimtool match: the streets that something tracked by satellite went along. */
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>

typedef struct matching {
    travel travel;
    cim_matcher *matcher;
    cim_route_query *query;
    cim_match_options options;
    const char *path; /* of the trace */
    cim_buf points;
    cim_match *match;
    cim_match_view view;
    uint64_t placed; /* points of all traces */
} matching;

static const cim_match_point *points_of(const matching *m) { return (const cim_match_point *)(const void *)m->points.data; }

static void print_number(const char *key, double value, int decimals)
{
    if (isfinite(value)) printf("\"%s\":%.*f", key, decimals, value);
    else printf("\"%s\":null", key);
}

/* ---- plain ---- */

static const char *name_of(const matching *m, uint32_t link)
{
    cim_net_view net = { .struct_size = sizeof net };
    if (cim_net_get(m->travel.tool->ctx, m->travel.net, &net) < 0) return "";
    return cim_net_text(m->travel.net, net.edge_name[link >> 1]);
}

static void print_streets(const matching *m, const cim_match_part *part)
{
    const cim_match_leg *legs = m->view.legs + part->first_leg;
    for (uint32_t i = 0, next; i < part->leg_count; i = next) {
        const char *name = name_of(m, legs[i].link);
        double length_m = 0.0, seconds = 0.0;
        for (next = i; next < part->leg_count && name_of(m, legs[next].link) == name; next++) {
            length_m += legs[next].length_m;
            seconds += legs[next].leave_s - legs[next].enter_s;
        }
        if (isfinite(seconds)) printf("%7.0f m %6.0f s  ", length_m, seconds);
        else printf("%7.0f m %8s  ", length_m, "");
        cimtool_print_safe(name[0] ? name : "-");
        putchar('\n');
    }
}

static int print_speeds(const matching *m)
{
    int status = EXIT_DONE;
    printf("%8s %8s %8s  %-9s %s\n", "km/h", "m", "s", "direction", "id");
    for (uint32_t i = 0; i < m->view.speed_count && status == EXIT_DONE; i++) {
        const cim_match_speed *s = &m->view.speeds[i];
        printf("%8.1f %8.0f %8.1f  %-9s ", s->kmh, s->length_m, s->seconds, s->link & 1 ? "against" : "along");
        status = travel_print_plain_id(&m->travel, s->object, 0);
        putchar('\n');
    }
    return status;
}

static int print_plain(const matching *m)
{
    const cim_match_view *v = &m->view;
    printf("%s: %u points, %u on streets, %u between them, %u without a street, %u outliers, %u out of order; %u parts, %.0f m\n", m->path, v->point_count,
           v->found_count, v->between_count, v->no_street_count, v->outlier_count, v->unordered_count, v->part_count, v->length_m);
    if (cimtool_has(m->travel.tool, "speeds")) return print_speeds(m);
    for (uint32_t i = 0; i < v->part_count; i++) {
        printf("part %u: points %u to %u, %.0f m, confidence %.3f\n", i + 1, v->parts[i].first_point + 1, v->parts[i].last_point + 1, v->parts[i].length_m,
               v->parts[i].confidence);
        print_streets(m, &v->parts[i]);
    }
    return EXIT_DONE;
}

/* ---- JSON ---- */

static int print_json_points(const matching *m)
{
    static const char *const states[] = { "found", "between", "no_street", "outlier", "unordered" };
    printf("\"points\":[");
    for (uint32_t i = 0; i < m->view.point_count; i++) {
        const cim_match_place *p = &m->view.points[i];
        printf("%s{\"state\":\"%s\"", i ? "," : "", states[p->state]);
        if (p->part != CIM_NONE) {
            printf(",\"part\":%u,\"leg\":%u,\"x\":%.3f,\"y\":%.3f,\"distance_m\":%.2f,\"direction\":\"%s\",\"fraction\":%.6f,\"confidence\":%.4f,\"object\":",
                   p->part, p->leg, p->place.x, p->place.y, p->place.distance_m, p->link & 1 ? "against" : "along", p->place.fraction, p->confidence);
            int status = travel_print_id(&m->travel, m->view.legs[p->leg].object);
            if (status != EXIT_DONE) return status;
        }
        putchar('}');
    }
    putchar(']');
    return EXIT_DONE;
}

static int print_json_legs(const matching *m, const cim_match_part *part)
{
    printf("\"legs\":[");
    for (uint32_t i = part->first_leg; i < part->first_leg + part->leg_count; i++) {
        const cim_match_leg *leg = &m->view.legs[i];
        printf("%s{\"object\":", i > part->first_leg ? "," : "");
        int status = travel_print_id(&m->travel, leg->object);
        if (status != EXIT_DONE) return status;
        printf(",\"direction\":\"%s\",\"from\":%.6f,\"to\":%.6f,\"length_m\":%.1f,", leg->link & 1 ? "against" : "along", leg->from, leg->to, leg->length_m);
        print_number("enter_s", leg->enter_s, 3);
        putchar(',');
        print_number("leave_s", leg->leave_s, 3);
        putchar('}');
    }
    putchar(']');
    return EXIT_DONE;
}

static int print_json_speeds(const matching *m)
{
    printf("\"speeds\":[");
    for (uint32_t i = 0; i < m->view.speed_count; i++) {
        const cim_match_speed *s = &m->view.speeds[i];
        printf("%s{\"object\":", i ? "," : "");
        int status = travel_print_id(&m->travel, s->object);
        if (status != EXIT_DONE) return status;
        printf(",\"direction\":\"%s\",\"kmh\":%.2f,\"length_m\":%.1f,\"time_s\":%.3f}", s->link & 1 ? "against" : "along", s->kmh, s->length_m, s->seconds);
    }
    putchar(']');
    return EXIT_DONE;
}

static int print_json(const matching *m)
{
    const cim_match_view *v = &m->view;
    printf("{\"file\":");
    cimtool_print_string(m->path);
    printf(",\"length_m\":%.1f,\"found\":%u,\"between\":%u,\"no_street\":%u,\"outliers\":%u,\"unordered\":%u,", v->length_m, v->found_count, v->between_count,
           v->no_street_count, v->outlier_count, v->unordered_count);
    int status = print_json_points(m);
    printf(",\"parts\":[");
    for (uint32_t i = 0; i < v->part_count && status == EXIT_DONE; i++) {
        const cim_match_part *p = &v->parts[i];
        printf("%s{\"first_point\":%u,\"last_point\":%u,\"length_m\":%.1f,\"confidence\":%.4f,", i ? "," : "", p->first_point, p->last_point, p->length_m,
               p->confidence);
        status = print_json_legs(m, p);
        putchar(',');
        printf("\"geometry\":");
        if (status == EXIT_DONE) status = travel_print_line(&m->travel, v->xy + 2 * (size_t)p->first_vertex, p->vertex_count, false);
        putchar('}');
    }
    printf("],");
    if (status == EXIT_DONE) status = print_json_speeds(m);
    putchar('}');
    return status;
}

static int print_geojson(matching *m, bool *first)
{
    int status = EXIT_DONE;
    for (uint32_t i = 0; status == EXIT_DONE && i < m->view.part_count; i++) {
        const cim_match_part *p = &m->view.parts[i];
        status = travel_begin_path(&m->travel, m->view.xy + 2 * (size_t)p->first_vertex, p->vertex_count, *first);
        printf("\"file\":");
        cimtool_print_string(m->path);
        printf(",\"first_point\":%u,\"last_point\":%u,\"length_m\":%.1f,\"confidence\":%.4f}}", p->first_point, p->last_point, p->length_m, p->confidence);
        *first = false;
    }
    return status;
}

/* ---- a trace ---- */

/* Points in degrees to the city's coordinates. */
static int transform(matching *m)
{
    size_t count = m->points.size / sizeof(cim_match_point), degrees = 0;
    cim_match_point *p = (cim_match_point *)(void *)m->points.data;
    double *xy = malloc((count ? count : 1) * 2 * sizeof *xy);
    if (!xy) return cimtool_fail(m->travel.tool, CIM_ENOMEM);
    for (size_t i = 0; i < count; i++) {
        xy[2 * i] = p[i].x;
        xy[2 * i + 1] = p[i].y;
        degrees += p[i].flags & CIM_MATCH_DEGREES ? 1 : 0;
    }
    cim_status st = degrees ? cim_crs_transform(m->travel.tool->ctx, 4326, cim_city_epsg(m->travel.city), count, xy) : CIM_OK;
    for (size_t i = 0; st >= 0 && i < count; i++) { /* a file has one kind of points */
        p[i].x = xy[2 * i];
        p[i].y = xy[2 * i + 1];
    }
    free(xy);
    return st < 0 ? cimtool_fail(m->travel.tool, st) : EXIT_DONE;
}

static int show(matching *m, bool *first)
{
    cimtool *t = m->travel.tool;
    m->view.struct_size = sizeof m->view;
    cim_status st = cim_match_run(t->ctx, m->matcher, m->query, points_of(m), m->points.size / sizeof(cim_match_point), &m->options, &m->match);
    if (st >= 0) st = cim_match_get(t->ctx, m->match, &m->view);
    if (st < 0) return cimtool_fail(t, st);
    m->placed += m->view.found_count;
    if (cimtool_has(t, "geojson")) return print_geojson(m, first);
    if (!t->json) return print_plain(m);
    if (!*first) putchar(',');
    *first = false;
    return print_json(m);
}

static int one_trace(matching *m, const char *path, bool *first)
{
    m->path = path;
    cim_status st = cim_match_load(m->travel.tool->ctx, path, &m->points);
    int status = st < 0 ? cimtool_fail(m->travel.tool, st) : transform(m);
    if (status == EXIT_DONE) status = show(m, first);
    cim_match_free(m->match);
    m->match = NULL;
    cim_buf_dispose(&m->points);
    return status;
}

static int all_traces(matching *m)
{
    cimtool *t = m->travel.tool;
    bool first = true, geojson = cimtool_has(t, "geojson");
    int status = EXIT_DONE;
    if (geojson) travel_begin_features(&m->travel);
    else if (t->json) printf("{\"schema\":\"cimtool/1\",\"traces\":[");
    for (int i = 1; i < t->arg_count && status == EXIT_DONE; i++) status = one_trace(m, t->args[i], &first);
    if (geojson) travel_end_features();
    else if (t->json) printf("]}\n");
    return status == EXIT_DONE && !m->placed ? EXIT_NEGATIVE : status;
}

int verb_match(cimtool *tool)
{
    matching m = { .options = CIM_MATCH_OPTIONS_INIT };
    if (!cimtool_real(tool, "sigma", &m.options.sigma_m) || !cimtool_real(tool, "radius", &m.options.radius_m) || !cimtool_real(tool, "gap", &m.options.gap_s))
        return EXIT_USAGE;
    int status = travel_open(&m.travel, tool);
    if (status == EXIT_DONE) status = travel_hierarchy(&m.travel);
    if (status == EXIT_DONE) {
        cim_status st = cim_matcher_build(tool->ctx, m.travel.costs, m.travel.hierarchy, &m.matcher);
        if (st >= 0) st = cim_route_query_new(tool->ctx, m.travel.hierarchy, &m.query);
        status = st < 0 ? cimtool_fail(tool, st) : all_traces(&m);
    }
    cim_route_query_free(m.query);
    cim_matcher_free(m.matcher);
    travel_close(&m.travel);
    return status;
}
