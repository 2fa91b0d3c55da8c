/* f_route.c - cim_route(from, to, profile): the quickest way, and alternatives; cim_route_steps(): how to go. */
#include "sql.h"

/* Beyond so many routes the hierarchy pays, also where it must be built: one takes milliseconds without and microseconds with it. */
enum { MANY = 200 };

#define OPTIONS SQL_TRAVEL_OPTIONS "via pass optimize avoid avoid_factor "

typedef struct asked {
    sql_places places;
    cim_journey_stop *stops;
    size_t count;
    cim_journey_avoid avoid;
    sql_numbers32 objects; /* to be avoided */
    cim_journey_options options;
    cim_journey *journey;
} asked;

/* From, what lies between, to; false in *all when one was left out. */
static cim_status take_stops(sql_call *call, asked *a, bool *all)
{
    const sql_word *w;
    cim_status st = sql_places_add(call, &call->arguments[0], &a->places);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "via", &at));) st = sql_places_add(call, w, &a->places);
    if (st >= 0) st = sql_places_add(call, &call->arguments[1], &a->places);
    *all = !a->places.skipped;
    a->count = a->places.count;
    if (st < 0 || !*all) return st;
    if (!(a->stops = sql_room(call, a->count, sizeof *a->stops))) return CIM_ENOMEM;
    for (size_t i = 0; i < a->count; i++) {
        a->stops[i].place = a->places.at[i];
        if (i && i + 1 < a->count && sql_option_is(call, "pass")) a->stops[i].flags = CIM_JOURNEY_PASS;
    }
    return CIM_OK;
}

static cim_status avoid_one(sql_call *call, asked *a, const sql_word *word)
{
    static const char *const classes[] = { "tolls", "ferries", "motorways", "tunnels" };
    uint32_t *objects;
    size_t count, before = a->objects.count;
    for (uint32_t i = 0; i < 4; i++)
        if (!strcmp(word->text, classes[i])) return a->avoid.classes |= 1u << i, CIM_OK;
    cim_status st = sql_objects(call, word, &objects, &count);
    for (size_t i = 0; st >= 0 && i < count; i++)
        if (cim_net_find(call->city->net, objects[i]) != CIM_NONE) st = sql_add32(call, &a->objects, &objects[i], 1);
    return st >= 0 && a->objects.count == before ? sql_say(call, CIM_ENOTFOUND, "%s is no street", word->text) : st;
}

static cim_status take_options(sql_call *call, asked *a)
{
    const sql_word *w;
    int64_t alternatives = 0;
    a->avoid = (cim_journey_avoid)CIM_JOURNEY_AVOID_INIT;
    a->options = (cim_journey_options)CIM_JOURNEY_OPTIONS_INIT;
    cim_status st = sql_option_whole(call, "alternatives", 0, 100, &alternatives);
    if (st >= 0) st = sql_option_real(call, "avoid_factor", 1.0, 1e6, &a->avoid.factor);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "avoid", &at));) st = avoid_one(call, a, w);
    a->avoid.objects = a->objects.at;
    a->avoid.object_count = a->objects.count;
    if (a->avoid.object_count || a->avoid.classes) a->options.avoid = &a->avoid;
    a->options.alternatives = (uint32_t)alternatives;
    if (sql_option_is(call, "optimize")) a->options.flags |= CIM_JOURNEY_ORDER;
    if (st >= 0 && alternatives && a->count != 2) return sql_say(call, CIM_EARG, "options: alternatives are for routes without via");
    return st;
}

/* CIM_DONE: there is none, and so no row. */
static cim_status find(sql_call *call, asked *a)
{
    bool all = false;
    cim_status st = sql_travel(call, &call->arguments[2], "car");
    if (st >= 0) st = take_stops(call, a, &all);
    if (st < 0 || !all) return st < 0 ? st : CIM_DONE;
    st = take_options(call, a);
    if (st >= 0 && (a->options.alternatives || ++call->costs->asked > MANY)) st = sql_metric(call);
    if (st < 0) return st;
    bool metric = a->options.alternatives || call->costs->query; /* one that is there already is quicker */
    st = cim_journey_find(call->ctx, call->costs->costs, a->stops, a->count, &a->options, metric ? call->costs->metric : NULL,
                          metric ? call->costs->query : NULL, &a->journey);
    return st == CIM_ENOTFOUND ? CIM_DONE : st;
}

static cim_status put_route(sql_call *call, const asked *a, size_t number, size_t *count)
{
    sql_rows *rows = &call->rows;
    cim_journey_view journey = { .struct_size = sizeof journey };
    cim_net_route_view view = { .struct_size = sizeof view };
    cim_status st = cim_journey_get(call->ctx, a->journey, number, &journey);
    if (st >= 0) st = cim_net_route_get(call->ctx, journey.route, &view);
    if (st < 0) return st;
    *count = journey.route_count;
    sql_put_whole(rows, (sqlite3_int64)number + 1);
    sql_put_seconds(rows, view.time_ms);
    sql_put_real(rows, view.length_m);
    sql_put_rules(call, view.rules, true);
    sql_put_rules(call, view.rules, false);
    sql_put_real(rows, a->stops[0].place.distance_m);
    sql_put_real(rows, a->stops[a->count - 1].place.distance_m);
    if (number) sql_put_seconds(rows, journey.shared_ms);
    else sql_put_null(rows);
    sql_put_line(call, view.xy, view.vertex_count);
    return CIM_OK;
}

static cim_status run(sql_call *call)
{
    asked a = { .journey = NULL };
    size_t count = 1;
    cim_status st = find(call, &a);
    for (size_t i = 0; i < count && st == CIM_OK; i++) st = put_route(call, &a, i, &count);
    cim_journey_free(a.journey);
    return st < 0 ? st : CIM_OK;
}

const sql_function sql_route = {
    "cim_route",
    "route INTEGER, time_s REAL, length_m REAL, breaks TEXT, uses TEXT, from_distance_m REAL, to_distance_m REAL, shared_s REAL",
    "from_place, to_place, profile", 2, true, OPTIONS "alternatives ", run
};

/* ---- steps ---- */

static void put_step(sql_call *call, const cim_journey_step *s, const cim_net_route_view *view, size_t number)
{
    sql_rows *rows = &call->rows;
    uint32_t end = s->first_leg + s->leg_count;
    uint32_t from = s->leg_count ? view->legs[s->first_leg].first_vertex : 0;
    uint32_t to = end < view->leg_count ? view->legs[end].first_vertex + 1 : view->vertex_count;
    sql_put_whole(rows, (sqlite3_int64)number + 1);
    sql_put_text(rows, cim_journey_kind(s->kind));
    sql_put_text(rows, cim_net_text(call->city->net, s->name));
    sql_put_real(rows, s->length_m);
    sql_put_seconds(rows, s->time_ms);
    sql_put_real(rows, s->distance_m);
    sql_put_real(rows, s->turn_deg);
    if (s->exit) sql_put_whole(rows, s->exit);
    else sql_put_null(rows);
    sql_put_text(rows, s->kind != CIM_JOURNEY_ARRIVE ? NULL : s->side > 0 ? "left" : s->side < 0 ? "right" : "ahead");
    if (s->leg_count) sql_put_line(call, view->xy + 2 * (size_t)from, to - from);
    else sql_put_point(rows, s->x, s->y);
}

static cim_status run_steps(sql_call *call)
{
    asked a = { .journey = NULL };
    cim_journey_view journey = { .struct_size = sizeof journey };
    cim_net_route_view view = { .struct_size = sizeof view };
    cim_journey_step *steps = NULL;
    size_t count = 0;
    cim_status st = find(call, &a);
    if (st == CIM_OK) st = cim_journey_get(call->ctx, a.journey, 0, &journey);
    if (st == CIM_OK) st = cim_net_route_get(call->ctx, journey.route, &view);
    if (st == CIM_OK) st = cim_journey_steps(call->ctx, a.journey, 0, NULL, 0, &count);
    if (st == CIM_OK && !(steps = sql_room(call, count + 1, sizeof *steps))) st = CIM_ENOMEM;
    if (st == CIM_OK) st = cim_journey_steps(call->ctx, a.journey, 0, steps, count, &count);
    for (size_t i = 0; i < count && st == CIM_OK; i++) put_step(call, &steps[i], &view, i);
    cim_journey_free(a.journey);
    return st < 0 ? st : CIM_OK;
}

const sql_function sql_route_steps = {
    "cim_route_steps", "step INTEGER, kind TEXT, name TEXT, length_m REAL, time_s REAL, distance_m REAL, turn_deg REAL, roundabout_exit INTEGER, side TEXT",
    "from_place, to_place, profile", 2, true, OPTIONS, run_steps
};
