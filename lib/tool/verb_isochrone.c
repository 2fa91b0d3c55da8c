/* verb_isochrone.c - cimtool isochrone: how far one gets from some places, or from where one gets there. */
#include "places.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>

typedef struct asking {
    travel travel;
    places places;
    uint32_t limits_ms[CIM_ISOCHRONE_LIMITS];
    size_t limit_count;
    cim_isochrone *isochrone;
    cim_isochrone_areas *areas;
    cim_isochrone_view view;
    cim_isochrone_areas_view shown;
    cim_net_view net;
} asking;

static const char *direction_of(const asking *a) { return a->view.direction == CIM_ROUTE_BACKWARD ? "backward" : "forward"; }

/* ---- coordinates ---- */

static int print_area(asking *a, const cim_geom *g, bool degrees)
{
    int status = EXIT_DONE;
    uint32_t ring = 0, vertex = 0;
    printf("{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (uint32_t p = 0; p < g->part_count && status == EXIT_DONE; p++) {
        printf("%s[", p ? "," : "");
        for (uint32_t first = ring; ring < g->part_end[p] && status == EXIT_DONE; ring++) {
            if (ring > first) putchar(',');
            status = travel_print_positions(&a->travel, g->coords + 2 * (size_t)vertex, g->ring_end[ring] - vertex, degrees);
            vertex = g->ring_end[ring];
        }
        putchar(']');
    }
    printf("]}");
    return status;
}

/* The line of a piece, in the direction one goes. */
static size_t line_of(const asking *a, const cim_isochrone_piece *p, double *xy)
{
    uint32_t e = p->link >> 1;
    double length = a->net.edge_length_m[e], from = p->from * length, to = p->to * length, done = 0.0;
    size_t n = 0;
    for (uint32_t v = a->net.first_vertex[e]; v + 1 < a->net.first_vertex[e + 1]; v++) {
        const double *s = a->net.xy + 2 * (size_t)v;
        double bit = hypot(s[2] - s[0], s[3] - s[1]), next = done + bit;
        if (next >= from && done <= to && bit > 0.0) {
            double t0 = fmax(0.0, (from - done) / bit), t1 = fmin(1.0, (to - done) / bit);
            if (!n) xy[0] = s[0] + t0 * (s[2] - s[0]), xy[1] = s[1] + t0 * (s[3] - s[1]), n = 1;
            xy[2 * n] = s[0] + t1 * (s[2] - s[0]);
            xy[2 * n + 1] = s[1] + t1 * (s[3] - s[1]);
            n++;
        }
        done = next;
    }
    for (size_t i = 0, k = n; p->link & 1 && i + 1 < k; i++) {
        double x = xy[2 * i], y = xy[2 * i + 1];
        k--;
        xy[2 * i] = xy[2 * k], xy[2 * i + 1] = xy[2 * k + 1];
        xy[2 * k] = x, xy[2 * k + 1] = y;
    }
    return n;
}

/* A feature of a piece's line, as far as its properties. */
static int begin_piece(asking *a, const cim_isochrone_piece *p, bool first)
{
    uint32_t e = p->link >> 1;
    double *xy = malloc(((size_t)a->net.first_vertex[e + 1] - a->net.first_vertex[e] + 2) * 2 * sizeof *xy);
    if (!xy) return cimtool_fail(a->travel.tool, CIM_ENOMEM);
    int status = travel_begin_path(&a->travel, xy, line_of(a, p, xy), first);
    free(xy);
    return status;
}

/* ---- members ---- */

static void print_limit_members(const asking *a, const cim_isochrone_area *area)
{
    printf("\"profile\":\"%s\",\"direction\":\"%s\",\"limit_s\":%.3f,", travel_profile(&a->travel), direction_of(a), area->limit_ms / 1000.0);
    printf("\"area_km2\":%.4f,\"street_km\":%.3f,\"buffer_m\":%.1f", area->area_m2 * 1e-6, area->street_m * 1e-3, a->shown.buffer_m);
}

/* A piece in the direction in which one goes. */
typedef struct ends {
    bool against;
    double from, to, from_s, to_s;
} ends;

static ends ends_of(const cim_isochrone_piece *p)
{
    double from_s = p->from_ms / 1000.0, to_s = p->to_ms / 1000.0;
    return p->link & 1 ? (ends){ true, p->to, p->from, to_s, from_s } : (ends){ false, p->from, p->to, from_s, to_s };
}

static int print_edge_members(asking *a, const cim_isochrone_piece *p)
{
    ends e = ends_of(p);
    printf("\"object\":");
    int status = travel_print_id(&a->travel, p->object);
    printf(",\"against\":%s,\"from\":%.6f,\"to\":%.6f,\"from_s\":%.3f,\"to_s\":%.3f,\"place\":", e.against ? "true" : "false", e.from, e.to, e.from_s, e.to_s);
    return status == EXIT_DONE ? places_print_id(&a->travel, &a->places, p->place) : status;
}

/* ---- answers ---- */

static void print_plain(const asking *a)
{
    for (size_t i = 0; i < a->shown.area_count; i++) {
        const cim_isochrone_area *area = &a->shown.areas[i];
        printf("%7g s %9.3f km2 %9.2f km of streets\n", area->limit_ms / 1000.0, area->area_m2 * 1e-6, area->street_m * 1e-3);
    }
}

static int print_plain_edges(asking *a)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < a->view.piece_count && status == EXIT_DONE; i++) {
        const cim_isochrone_piece *p = &a->view.pieces[i];
        ends e = ends_of(p);
        char *id = NULL;
        status = travel_print_plain_id(&a->travel, p->object, 24);
        if (status == EXIT_DONE) status = places_label(&a->travel, &a->places, p->place, &id, NULL);
        printf(" %s %.4f to %.4f %9.1f s to %9.1f s  ", e.against ? "against" : "along  ", e.from, e.to, e.from_s, e.to_s);
        if (id) cimtool_print_safe(id);
        putchar('\n');
        free(id);
    }
    return status;
}

static int print_json_edges(asking *a)
{
    int status = EXIT_DONE;
    printf(",\"edges\":[");
    for (size_t i = 0; i < a->view.piece_count && status == EXIT_DONE; i++) {
        printf("%s\n{", i ? "," : "");
        status = print_edge_members(a, &a->view.pieces[i]);
        putchar('}');
    }
    putchar(']');
    return status;
}

static int print_json(asking *a, bool edges)
{
    const places *list = &a->places;
    printf("{\"schema\":\"cimtool/1\"");
    travel_print_epoch(&a->travel);
    printf(",\"places\":");
    int status = places_print_ids(&a->travel, &a->places);
    putchar(',');
    if (status == EXIT_DONE) status = places_print_unplaced(&a->travel, &list, 1);
    printf(",\"limits\":[");
    for (size_t i = 0; i < a->shown.area_count && status == EXIT_DONE; i++) {
        printf("%s\n{", i ? "," : "");
        print_limit_members(a, &a->shown.areas[i]);
        printf(",\"geometry\":");
        status = print_area(a, &a->shown.areas[i].geom, false);
        putchar('}');
    }
    putchar(']');
    if (edges && status == EXIT_DONE) status = print_json_edges(a);
    printf("}\n");
    return status;
}

static int print_geojson_areas(asking *a)
{
    int status = EXIT_DONE;
    for (size_t i = a->shown.area_count; i-- && status == EXIT_DONE;) { /* the widest first: programs draw in this order */
        printf("%s\n{\"type\":\"Feature\",\"geometry\":", i + 1 < a->shown.area_count ? "," : "");
        status = print_area(a, &a->shown.areas[i].geom, true);
        printf(",\"properties\":{");
        print_limit_members(a, &a->shown.areas[i]);
        printf("}}");
    }
    return status;
}

static int print_geojson_edges(asking *a)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < a->view.piece_count && status == EXIT_DONE; i++) {
        status = begin_piece(a, &a->view.pieces[i], i == 0);
        if (status == EXIT_DONE) status = print_edge_members(a, &a->view.pieces[i]);
        printf("}}");
    }
    return status;
}

static int print_answer(asking *a)
{
    cimtool *t = a->travel.tool;
    bool edges = cimtool_has(t, "edges");
    if (cimtool_has(t, "geojson")) {
        travel_begin_features(&a->travel);
        int status = edges ? print_geojson_edges(a) : print_geojson_areas(a);
        travel_end_features();
        return status;
    }
    if (t->json) return print_json(a, edges);
    if (edges) return print_plain_edges(a);
    print_plain(a);
    return EXIT_DONE;
}

/* ---- asking ---- */

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int take_limits(cimtool *t, asking *a)
{
    const char *text = cimtool_has(t, "limits") ? cimtool_value(t, "limits") : "300,600,900";
    for (const char *p = text;; p++) {
        char *end;
        double seconds = strtod(p, &end);
        if (end == p || (*end && *end != ',') || !(seconds >= 0.001 && seconds < CIM_ROUTE_UNREACHABLE_MS / 1000))
            return cimtool_complain("--limits: %s is no list of seconds like 300,600", text);
        if (a->limit_count == CIM_ISOCHRONE_LIMITS) return cimtool_complain("--limits: more than %d", CIM_ISOCHRONE_LIMITS);
        a->limits_ms[a->limit_count++] = (uint32_t)(seconds * 1000.0 + 0.5);
        if (!*end) break;
        p = end;
    }
    qsort(a->limits_ms, a->limit_count, sizeof *a->limits_ms, by_size);
    return EXIT_DONE;
}

static int take_places(cimtool *t, asking *a)
{
    int status = EXIT_DONE;
    for (int i = 1; i < t->arg_count && status == EXIT_DONE; i++) status = places_add(&a->travel, &a->places, t->args[i]);
    if (status == EXIT_DONE) status = places_take(&a->travel, &a->places, NULL, NULL, "filter");
    if (status != EXIT_DONE) return status;
    places_warn(&a->travel, &a->places, "places");
    if (a->places.count) return EXIT_DONE;
    if (!cimtool_has(t, "filter")) return cimtool_complain("isochrone: a place or --filter is missing");
    cimtool_complain("no place");
    return EXIT_NEGATIVE;
}

static int answer(asking *a)
{
    cimtool *t = a->travel.tool;
    const travel *v = &a->travel;
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_area_options wish = CIM_ISOCHRONE_AREA_OPTIONS_INIT;
    int status = cimtool_real(t, "buffer", &wish.buffer_m) && cimtool_real(t, "tolerance", &wish.tolerance_m) ? take_places(t, a) : EXIT_USAGE;
    if (status != EXIT_DONE) return status;
    if (cimtool_has(t, "tolerance") && !(wish.tolerance_m > 0.0)) wish.tolerance_m = -1.0;
    options.limit_ms = a->limits_ms[a->limit_count - 1];
    if (cimtool_has(t, "backward")) options.direction = CIM_ROUTE_BACKWARD;
    a->view.struct_size = sizeof a->view;
    a->shown.struct_size = sizeof a->shown;
    a->net.struct_size = sizeof a->net;
    cim_status st = cim_isochrone_find(t->ctx, v->costs, v->metric, v->query, a->places.at, a->places.count, &options, &a->isochrone);
    if (st >= 0) st = cim_isochrone_get(t->ctx, a->isochrone, &a->view);
    if (st >= 0) st = cim_isochrone_areas_build(t->ctx, a->isochrone, a->limits_ms, a->limit_count, &wish, &a->areas);
    if (st >= 0) st = cim_isochrone_areas_get(t->ctx, a->areas, &a->shown);
    if (st >= 0) st = cim_net_get(t->ctx, a->travel.net, &a->net);
    if (st < 0) return cimtool_fail(t, st);
    status = print_answer(a);
    if (status != EXIT_DONE) return status;
    return !a->view.piece_count ? EXIT_NEGATIVE : a->places.unplaced_count ? EXIT_PARTIAL : EXIT_DONE;
}

int verb_isochrone(cimtool *tool)
{
    asking a = { .limit_count = 0 };
    int status = take_limits(tool, &a);
    if (status == EXIT_DONE) status = travel_open(&a.travel, tool);
    if (status == EXIT_DONE) status = answer(&a);
    cim_isochrone_areas_free(a.areas);
    cim_isochrone_free(a.isochrone);
    places_free(&a.places);
    travel_close(&a.travel);
    return status;
}
