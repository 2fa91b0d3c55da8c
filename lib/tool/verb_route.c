/* verb_route.c - cimtool route: the quickest way from one place to another, over others, alternatives, steps, signals. */
#include "areas.h"
#include "places.h"
#include "travel_print.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct routing {
    travel travel;
    areas areas;
    uint32_t *objects; /* to be avoided */
    size_t object_count;
    cim_journey_avoid avoid;
    cim_journey_options options;
    cim_journey_stop *stops;
    size_t stop_count;
    cim_journey *journey;
    bool departs;
    bool headed; /* the names of the columns are printed */
    time_t departure;
    /* of the route at hand */
    size_t number;
    cim_journey_view journey_view;
    cim_net_route_view view;
    cim_journey_step *steps;
    size_t step_count;
    cim_journey_signal *signals;
    size_t signal_count;
} routing;

static void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) cimtool_complain("out of memory");
    return p;
}

/* ---- the route at hand ---- */

static int take_steps(routing *r)
{
    cimtool *t = r->travel.tool;
    cim_status st = cim_journey_steps(t->ctx, r->journey, r->number, NULL, 0, &r->step_count);
    if (st < 0) return cimtool_fail(t, st);
    free(r->steps);
    if (!(r->steps = room(r->step_count, sizeof *r->steps))) return EXIT_INTERNAL;
    st = cim_journey_steps(t->ctx, r->journey, r->number, r->steps, r->step_count, &r->step_count);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int take_signals(routing *r)
{
    cimtool *t = r->travel.tool;
    cim_journey_signal_options options = CIM_JOURNEY_SIGNAL_OPTIONS_INIT;
    options.city = r->travel.city;
    r->signal_count = 0;
    if (!cimtool_has(t, "signals")) return EXIT_DONE;
    cim_status st = cim_journey_signals(t->ctx, r->journey, r->number, &options, NULL, 0, &r->signal_count);
    if (st < 0) return cimtool_fail(t, st);
    free(r->signals);
    if (!(r->signals = room(r->signal_count, sizeof *r->signals))) return EXIT_INTERNAL;
    st = cim_journey_signals(t->ctx, r->journey, r->number, &options, r->signals, r->signal_count, &r->signal_count);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int take_route(routing *r, size_t number)
{
    cimtool *t = r->travel.tool;
    r->number = number;
    r->journey_view.struct_size = sizeof r->journey_view;
    r->view.struct_size = sizeof r->view;
    cim_status st = cim_journey_get(t->ctx, r->journey, number, &r->journey_view);
    if (st >= 0) st = cim_net_route_get(t->ctx, r->journey_view.route, &r->view);
    if (st < 0) return cimtool_fail(t, st);
    int status = take_steps(r);
    return status == EXIT_DONE ? take_signals(r) : status;
}

static const cim_journey_stop *stop_of(const routing *r, uint32_t number) { return &r->stops[r->journey_view.order[number]]; }

/* "08:30:21" of the day, or "21 s" after departure. */
static const char *clock_text(const routing *r, uint32_t ms, char text[32])
{
    time_t at = r->departure + (time_t)((ms + 500) / 1000);
    struct tm tm;
    if (r->departs && gmtime_r(&at, &tm)) strftime(text, 32, "%H:%M:%S", &tm);
    else snprintf(text, 32, "%.0f s", ms / 1000.0);
    return text;
}

/* ---- as text ---- */

static void print_summary(const routing *r)
{
    uint32_t seconds = (r->view.time_ms + 500) / 1000;
    char text[32];
    printf("%u:%02u min, %.0f m", seconds / 60, seconds % 60, r->view.length_m);
    travel_print_rules(r->view.rules);
    if (r->departs) printf(", arrives %s", clock_text(r, r->view.time_ms, text));
    putchar('\n');
}

static void print_arrival(const routing *r, const cim_journey_step *s)
{
    const cim_net_place *place = &stop_of(r, s->stop)->place;
    printf("arrive");
    if (r->journey_view.section_count > 1) printf(" at stop %u", r->journey_view.order[s->stop] + 1);
    if (s->side) printf(", on the %s", s->side > 0 ? "left" : "right");
    if (place->distance_m >= 0.5) printf(", %.0f m from the street", place->distance_m);
}

static void print_steps(const routing *r)
{
    for (size_t i = 0; i < r->step_count; i++) {
        const cim_journey_step *s = &r->steps[i];
        const char *name = cim_net_text(r->travel.net, s->name);
        printf("%7.0f m %6.0f s  ", s->length_m, s->time_ms / 1000.0);
        if (s->kind == CIM_JOURNEY_ARRIVE) {
            print_arrival(r, s);
        } else {
            printf("%s", cim_journey_kind(s->kind));
            if (s->kind == CIM_JOURNEY_ROUNDABOUT && s->exit) printf(" exit %u", s->exit);
            if (s->kind == CIM_JOURNEY_PASSING) printf(" stop %u", r->journey_view.order[s->stop] + 1);
            printf(", ");
            cimtool_print_safe(name[0] ? name : "-");
            travel_print_rules(s->rules);
        }
        putchar('\n');
    }
}

static int print_signals(const routing *r)
{
    int status = EXIT_DONE;
    char a[32], b[32], c[32];
    for (size_t i = 0; i < r->signal_count && status == EXIT_DONE; i++) {
        const cim_journey_signal *s = &r->signals[i];
        printf("%7.0f m  signal%s at %s, ", s->distance_m, s->crossing ? " of a crossing" : "", clock_text(r, s->likely_ms, a));
        printf("%s to %s, %.0f km/h  ", clock_text(r, s->earliest_ms, b), clock_text(r, s->latest_ms, c), s->speed_kmh);
        status = travel_print_plain_id(&r->travel, s->object, 0);
        putchar('\n');
    }
    return status;
}

static void print_order(const routing *r)
{
    if (!cimtool_has(r->travel.tool, "optimize")) return;
    printf("order:");
    for (uint32_t i = 0; i <= r->journey_view.section_count; i++) printf(" %u", r->journey_view.order[i] + 1);
    printf(r->journey_view.order_exact ? " (no order is quicker)\n" : " (the best that was found)\n");
}

static int print_plain(routing *r)
{
    bool steps = cimtool_has(r->travel.tool, "steps");
    size_t count = 1;
    for (size_t i = 0; i < count; i++) {
        int status = take_route(r, i);
        if (status != EXIT_DONE) return status;
        count = r->journey_view.route_count;
        print_order(r);
        if (count > 1) printf("route %zu: ", i + 1);
        print_summary(r);
        if (steps || count == 1) print_steps(r);
        status = print_signals(r);
        if (status != EXIT_DONE) return status;
    }
    return EXIT_DONE;
}

/* ---- as JSON ---- */

static int print_json_legs(const routing *r, const cim_journey_step *s)
{
    int status = EXIT_DONE;
    for (uint32_t i = s->first_leg; i < s->first_leg + s->leg_count && status == EXIT_DONE; i++) {
        if (i > s->first_leg) putchar(',');
        status = travel_print_id(&r->travel, r->view.legs[i].object);
    }
    return status;
}

static int print_json_steps(const routing *r)
{
    for (size_t i = 0; i < r->step_count; i++) {
        const cim_journey_step *s = &r->steps[i];
        printf("%s{\"kind\":\"%s\",\"name\":", i ? "," : "", cim_journey_kind(s->kind));
        cimtool_print_string(cim_net_text(r->travel.net, s->name));
        printf(",\"length_m\":%.1f,\"time_s\":%.3f,\"distance_m\":%.1f,", s->length_m, s->time_ms / 1000.0, s->distance_m);
        printf("\"bearing_before_deg\":%.0f,\"bearing_after_deg\":%.0f,\"turn_deg\":%.0f", s->bearing_before_deg, s->bearing_after_deg, s->turn_deg + 0.0);
        if (s->exit) printf(",\"exit\":%u", s->exit);
        if (s->stop != CIM_NONE) printf(",\"stop\":%u", r->journey_view.order[s->stop] + 1);
        if (s->kind == CIM_JOURNEY_ARRIVE) printf(",\"side\":\"%s\"", s->side > 0 ? "left" : s->side < 0 ? "right" : "ahead");
        printf(",\"breaks\":");
        travel_print_breaks(s->rules);
        printf(",\"objects\":[");
        int status = print_json_legs(r, s);
        if (status != EXIT_DONE) return status;
        printf("]}");
    }
    return EXIT_DONE;
}

static void print_json_sections(const routing *r)
{
    printf(",\"order\":[");
    for (uint32_t i = 0; i <= r->journey_view.section_count; i++) printf("%s%u", i ? "," : "", r->journey_view.order[i] + 1);
    printf("],\"order_exact\":%s,\"sections\":[", r->journey_view.order_exact ? "true" : "false");
    for (uint32_t i = 0; i < r->journey_view.section_count; i++)
        printf("%s{\"time_s\":%.3f,\"length_m\":%.1f}", i ? "," : "", r->journey_view.sections[i].time_ms / 1000.0, r->journey_view.sections[i].length_m);
    putchar(']');
}

static int print_json_signals(const routing *r)
{
    int status = EXIT_DONE;
    char text[32];
    printf(",\"signals\":[");
    for (size_t i = 0; i < r->signal_count && status == EXIT_DONE; i++) {
        const cim_journey_signal *s = &r->signals[i];
        printf("%s{\"object\":", i ? "," : "");
        status = travel_print_id(&r->travel, s->object);
        printf(",\"crossing\":%s,\"distance_m\":%.1f,", s->crossing ? "true" : "false", s->distance_m);
        printf("\"earliest_s\":%.1f,\"likely_s\":%.1f,\"latest_s\":%.1f", s->earliest_ms / 1000.0, s->likely_ms / 1000.0, s->latest_ms / 1000.0);
        if (r->departs) printf(",\"earliest\":\"%s\"", clock_text(r, s->earliest_ms, text));
        if (r->departs) printf(",\"likely\":\"%s\"", clock_text(r, s->likely_ms, text));
        if (r->departs) printf(",\"latest\":\"%s\"", clock_text(r, s->latest_ms, text));
        printf(",\"speed_kmh\":%.1f,\"x\":%.3f,\"y\":%.3f}", s->speed_kmh, s->x, s->y);
    }
    putchar(']');
    return status;
}

static int print_members(const routing *r)
{
    printf("\"profile\":\"%s\",\"time_s\":%.3f,\"length_m\":%.1f,\"breaks\":", travel_profile(&r->travel), r->view.time_ms / 1000.0, r->view.length_m);
    travel_print_breaks(r->view.rules);
    printf(",\"uses\":");
    travel_print_uses(r->view.rules);
    travel_print_epoch(&r->travel);
    printf(",\"from_distance_m\":%.1f,\"to_distance_m\":%.1f", r->stops[0].place.distance_m, r->stops[r->stop_count - 1].place.distance_m);
    if (r->number) printf(",\"shared_s\":%.3f", r->journey_view.shared_ms / 1000.0);
    if (r->stop_count > 2) print_json_sections(r);
    printf(",\"steps\":[");
    int status = print_json_steps(r);
    putchar(']');
    if (status == EXIT_DONE && cimtool_has(r->travel.tool, "signals")) status = print_json_signals(r);
    return status;
}

static int print_feature(routing *r)
{
    int status = travel_open_path(&r->travel, r->view.xy, r->view.vertex_count);
    if (status == EXIT_DONE) status = print_members(r);
    printf("}}");
    return status;
}

static int print_object(routing *r)
{
    int status = print_members(r);
    printf(",\"geometry\":");
    if (status == EXIT_DONE) status = travel_print_line(&r->travel, r->view.xy, r->view.vertex_count, false);
    printf("}");
    return status;
}

/* All routes: one as it is, several in a list. */
static int print_machine(routing *r, bool geojson)
{
    bool many = cimtool_has(r->travel.tool, "alternatives");
    size_t count = 1;
    if (many && geojson) travel_begin_features(&r->travel);
    else if (many) printf("{\"schema\":\"cimtool/1\",\"routes\":[");
    for (size_t i = 0; i < count; i++) {
        int status = take_route(r, i);
        if (status != EXIT_DONE) return status;
        count = r->journey_view.route_count;
        if (many) printf(i ? ",\n" : "\n");
        if (!geojson) printf(many ? "{" : "{\"schema\":\"cimtool/1\",");
        status = geojson ? print_feature(r) : print_object(r);
        if (status != EXIT_DONE) return status;
    }
    printf(many ? "\n]}\n" : "\n");
    return EXIT_DONE;
}

/* ---- what to avoid ---- */

static bool avoid_class(routing *r, const char *name)
{
    static const char *const names[] = { "tolls", "ferries", "motorways", "tunnels" };
    for (uint32_t i = 0; i < 4; i++) {
        if (strcmp(name, names[i])) continue;
        r->avoid.classes |= 1u << i;
        return true;
    }
    return false;
}

static int avoid_object(routing *r, const char *name)
{
    cimtool *t = r->travel.tool;
    size_t count = 0, before = r->object_count;
    cim_status st = cim_city_find(t->ctx, r->travel.city, name, NULL, 0, &count);
    if (st < 0) return cimtool_fail(t, st);
    uint32_t *ids = room(count, sizeof *ids), *more = ids ? realloc(r->objects, (before + count + 1) * sizeof *more) : NULL;
    if (more) r->objects = more;
    if (more) st = cim_city_find(t->ctx, r->travel.city, name, ids, count, &count);
    for (size_t i = 0; more && st >= 0 && i < count; i++)
        if (cim_net_find(r->travel.net, ids[i]) != CIM_NONE) r->objects[r->object_count++] = ids[i];
    free(ids);
    if (!more) return EXIT_INTERNAL;
    if (st < 0) return cimtool_fail(t, st);
    if (r->object_count > before) return EXIT_DONE;
    cimtool_complain("%s is no street", name);
    return EXIT_NEGATIVE;
}

static int take_avoid(routing *r)
{
    cimtool *t = r->travel.tool;
    const char *text;
    int at = 0, status = EXIT_DONE;
    r->avoid = (cim_journey_avoid)CIM_JOURNEY_AVOID_INIT;
    while (status == EXIT_DONE && (text = cimtool_next_value(t, "avoid", &at)))
        if (!avoid_class(r, text)) status = avoid_object(r, text);
    for (at = 0; status == EXIT_DONE && (text = cimtool_next_value(t, "avoid-area", &at));) status = areas_add(&r->travel, &r->areas, text);
    if (status != EXIT_DONE) return status;
    if (!cimtool_real(t, "avoid-factor", &r->avoid.factor)) return EXIT_USAGE;
    if (cimtool_has(t, "avoid-factor") && !(r->avoid.factor >= 1.0)) return cimtool_complain("--avoid-factor: at least 1");
    r->avoid.areas = r->areas.geoms;
    r->avoid.area_count = r->areas.count;
    r->avoid.objects = r->objects;
    r->avoid.object_count = r->object_count;
    if (r->avoid.area_count || r->avoid.object_count || r->avoid.classes) r->options.avoid = &r->avoid;
    else if (cimtool_has(t, "avoid-factor")) return cimtool_complain("--avoid-factor: of what?");
    return EXIT_DONE;
}

/* ---- asking ---- */

static int take_stops(routing *r, const char *const *texts, size_t count)
{
    cimtool *t = r->travel.tool;
    free(r->stops);
    r->stop_count = count;
    if (!(r->stops = room(count, sizeof *r->stops))) return EXIT_INTERNAL;
    for (size_t i = 0; i < count; i++) {
        uint32_t object;
        int status = travel_place(&r->travel, texts[i], &r->stops[i].place, &object);
        if (status != EXIT_DONE) return status;
        if (i && i + 1 < count && cimtool_has(t, "pass")) r->stops[i].flags = CIM_JOURNEY_PASS;
    }
    return EXIT_DONE;
}

static int ask(routing *r)
{
    cimtool *t = r->travel.tool;
    int64_t alternatives = 0;
    r->options = (cim_journey_options)CIM_JOURNEY_OPTIONS_INIT;
    if (!cimtool_int(t, "alternatives", 1, 100, &alternatives)) return EXIT_USAGE;
    if (alternatives && t->arg_count != 3) return cimtool_complain("--alternatives is for routes without places in between");
    r->options.alternatives = (uint32_t)alternatives;
    if (cimtool_has(t, "optimize")) r->options.flags |= CIM_JOURNEY_ORDER;
    int status = take_avoid(r);
    if (status == EXIT_DONE && (alternatives || cimtool_has(t, "batch"))) status = travel_metric(&r->travel, CIM_ROUTE_LABELS_NONE);
    return status;
}

static cim_status find(routing *r)
{
    cim_journey_free(r->journey);
    r->journey = NULL;
    return cim_journey_find(r->travel.tool->ctx, r->travel.costs, r->stops, r->stop_count, &r->options, r->travel.metric, r->travel.query, &r->journey);
}

/* The library names what it avoids by number; people know ids. */
static int fail(routing *r, cim_status st)
{
    const char *error = cim_ctx_error(r->travel.tool->ctx), *object = st == CIM_ENOTFOUND ? strstr(error, "object ") : NULL;
    char before[200], *after;
    cim_buf gid = CIM_BUF_INIT;
    if (!object || !r->object_count || (size_t)(object - error) >= sizeof before) return cimtool_fail(r->travel.tool, st);
    snprintf(before, sizeof before, "%.*s", (int)(object - error), error);
    uint32_t id = (uint32_t)strtoul(object + strlen("object "), &after, 10);
    char rest[200];
    snprintf(rest, sizeof rest, "%s", after);
    if (cim_city_gid(r->travel.tool->ctx, r->travel.city, id, &gid) >= 0) cimtool_complain("%s%s%s", before, gid.data, rest);
    cim_buf_dispose(&gid);
    return EXIT_NEGATIVE;
}

static int answer(routing *r)
{
    cimtool *t = r->travel.tool;
    int status = take_stops(r, t->args + 1, (size_t)t->arg_count - 1);
    if (status != EXIT_DONE) return status;
    cim_status st = find(r);
    if (st < 0) return fail(r, st);
    bool geojson = cimtool_has(t, "geojson");
    return geojson || t->json ? print_machine(r, geojson) : print_plain(r);
}

/* ---- many ---- */

static void print_head(routing *r)
{
    if (!r->travel.tool->json && !r->headed) printf("from,to,state,time_s,length_m\n");
    r->headed = true;
}

static void print_row(const routing *r, const char *const *names, size_t count, const char *state)
{
    bool found = !strcmp(state, "found");
    if (r->travel.tool->json) {
        printf("{\"schema\":\"cimtool/1\",\"places\":[");
        for (size_t i = 0; i < count; i++) {
            if (i) putchar(',');
            cimtool_print_string(names[i]);
        }
        printf("],\"state\":\"%s\"", state);
        if (found) printf(",\"time_s\":%.3f,\"length_m\":%.1f", r->view.time_ms / 1000.0, r->view.length_m);
        printf("}\n");
        return;
    }
    travel_print_csv(names[0]);
    putchar(',');
    travel_print_csv(names[count - 1]);
    printf(",%s,", state);
    if (found) printf("%.3f,%.1f", r->view.time_ms / 1000.0, r->view.length_m);
    else putchar(',');
    putchar('\n');
}

enum { STOPS = 1000 };

/* One line; EXIT_PARTIAL when it is no question. */
static int answer_line(void *user, char *line, size_t number)
{
    routing *r = user;
    const char *names[STOPS];
    size_t count = 0;
    char *save = NULL;
    cimtool *t = r->travel.tool;
    for (char *word = strtok_r(line, " \t\r\n", &save); word && count < STOPS; word = strtok_r(NULL, " \t\r\n", &save)) names[count++] = word;
    print_head(r);
    if (count < 2 || count == STOPS) {
        cimtool_complain(count < 2 ? "line %zu: not FROM [VIA...] TO" : "line %zu: too many places", number);
        return EXIT_PARTIAL;
    }
    int status = take_stops(r, names, count);
    if (status == EXIT_NEGATIVE) {
        print_row(r, names, count, "no place");
        return EXIT_PARTIAL;
    }
    if (status != EXIT_DONE) return status;
    cim_status st = find(r);
    r->journey_view.struct_size = sizeof r->journey_view;
    r->view.struct_size = sizeof r->view;
    if (st >= 0) st = cim_journey_get(t->ctx, r->journey, 0, &r->journey_view);
    if (st >= 0) st = cim_net_route_get(t->ctx, r->journey_view.route, &r->view);
    if (st < 0 && st != CIM_ENOTFOUND) return cimtool_fail(t, st);
    print_row(r, names, count, st < 0 ? "no way" : "found");
    return EXIT_DONE;
}

/* A metric of its own for what is avoided: once, not every time. */
static int avoid_always(routing *r)
{
    cimtool *t = r->travel.tool;
    cim_route_metric *metric = NULL;
    if (!r->options.avoid) return EXIT_DONE;
    cim_status st = cim_journey_metric(t->ctx, r->travel.costs, r->travel.metric, r->options.avoid, &metric);
    if (st < 0) return cimtool_fail(t, st);
    cim_route_metric_free(r->travel.metric);
    r->travel.metric = metric;
    r->options.avoid = NULL;
    return EXIT_DONE;
}

static int answer_batch(routing *r)
{
    cimtool *t = r->travel.tool;
    int status = avoid_always(r);
    if (status != EXIT_DONE) return status;
    status = places_lines(cimtool_value(t, "batch"), answer_line, r);
    if (status == EXIT_DONE || status == EXIT_PARTIAL) print_head(r); /* also of no lines */
    return status;
}

/* ---- the verb ---- */

/* --depart is also when conditional rules are judged, unless --at-time says otherwise. */
static int take_departure(routing *r, cimtool *t)
{
    const char *text = cimtool_value(t, "depart");
    struct tm tm = { 0 };
    int used = 0, n;
    if (!text) return EXIT_DONE;
    n = sscanf(text, "%4d-%2d-%2dT%2d:%2d%n:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &used, &tm.tm_sec, &used);
    if (n < 5 || text[used] || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
        return cimtool_complain("--depart: %s is no local time like 2026-01-31T08:30:00", text);
    tm.tm_year -= 1900;
    tm.tm_mon--;
    r->departure = timegm(&tm);
    r->departs = true;
    for (const cimtool_flag *f = t->verb->flags; f->name && !cimtool_has(t, "at-time"); f++) {
        if (strcmp(f->name, "at-time") || t->value_count == CIMTOOL_VALUES) continue;
        t->values[t->value_count].flag = f;
        t->values[t->value_count++].value = text;
    }
    return EXIT_DONE;
}

int verb_route(cimtool *tool)
{
    routing r = { .journey = NULL };
    bool batch = cimtool_has(tool, "batch");
    if (batch && tool->arg_count != 1) return cimtool_complain("--batch: the places are in the file");
    if (!batch && tool->arg_count < 3) return cimtool_complain("route: CITY FROM [VIA...] TO are needed");
    int status = take_departure(&r, tool);
    if (status == EXIT_DONE) status = travel_open(&r.travel, tool);
    if (status == EXIT_DONE) status = ask(&r);
    if (status == EXIT_DONE) status = batch ? answer_batch(&r) : answer(&r);
    cim_journey_free(r.journey);
    areas_free(&r.areas);
    free(r.objects);
    free(r.stops);
    free(r.steps);
    free(r.signals);
    travel_close(&r.travel);
    return status;
}
