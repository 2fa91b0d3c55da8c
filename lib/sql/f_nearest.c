/* f_nearest.c - cim_nearest(place, among, count): which objects that an expression finds are nearest to a place in time, with the ways. */
#include "sql.h"

typedef struct asked {
    sql_places place, among;
    int64_t most;
    double within_s;
    int32_t direction;
    uint32_t limit_ms;
    uint32_t *which, *times_ms;
    size_t count;
} asked;

static cim_status take(sql_call *call, asked *a)
{
    double most = 5.0;
    size_t n = 0;
    const sql_word *w = &call->arguments[2];
    if (w->type && (!sql_numbers(call, w, &most, 1, &n) || !(most >= 1.0 && most <= 1e6) || most != (double)(int64_t)most))
        return sql_say(call, CIM_EARG, "at_most: %s is not a whole number from 1 to 1000000", w->text);
    a->most = (int64_t)most;
    a->direction = sql_option_is(call, "from_place") ? CIM_ROUTE_FORWARD : CIM_ROUTE_BACKWARD;
    a->limit_ms = CIM_ROUTE_UNREACHABLE_MS;
    cim_status st = sql_option_real(call, "within_s", 0.0, 1e6, &a->within_s);
    if (st >= 0 && sql_option(call, "within_s")) a->limit_ms = (uint32_t)(a->within_s * 1000.0 + 0.5);
    if (st >= 0) st = sql_travel(call, sql_option(call, "profile"), "car");
    if (st >= 0) st = sql_places_add(call, &call->arguments[0], &a->place);
    return st >= 0 ? sql_places_find(call, call->arguments[1].text, &a->among) : st;
}

static cim_status put_row(sql_call *call, const asked *a, size_t i)
{
    sql_rows *rows = &call->rows;
    const cim_net_place *other = &a->among.at[a->which[i]];
    bool away = a->direction == CIM_ROUTE_FORWARD;
    cim_net_route *route = NULL;
    cim_net_route_view view = { .struct_size = sizeof view };
    cim_status st = cim_net_route_find(call->ctx, call->costs->costs, away ? a->place.at : other, away ? other : a->place.at, call->costs->metric,
                                       call->costs->query, &route);
    if (st >= 0) st = cim_net_route_get(call->ctx, route, &view);
    if (st >= 0) {
        sql_put_whole(rows, (sqlite3_int64)i + 1);
        sql_put_whole(rows, a->among.objects[a->which[i]]);
        sql_put_object(rows, SQL_ID, a->among.objects[a->which[i]]);
        sql_put_seconds(rows, a->times_ms[i]);
        sql_put_real(rows, view.length_m);
        sql_put_rules(call, view.rules, true);
        sql_put_real(rows, other->distance_m);
        sql_put_line(call, view.xy, view.vertex_count);
    }
    cim_net_route_free(route);
    return st;
}

static cim_status run(sql_call *call)
{
    asked a = { .count = 0 };
    cim_fleet *fleet = NULL;
    cim_fleet_rest rest = { .struct_size = sizeof rest };
    cim_status st = take(call, &a);
    if (st < 0 || !a.place.count || !a.among.count) return st;
    size_t most = (size_t)a.most < a.among.count ? (size_t)a.most : a.among.count;
    st = sql_metric(call);
    a.which = sql_room(call, most, sizeof *a.which);
    a.times_ms = sql_room(call, most, sizeof *a.times_ms);
    if (!a.which || !a.times_ms) return CIM_ENOMEM;
    if (st >= 0) st = cim_fleet_build(call->ctx, call->costs->costs, call->costs->metric, NULL, a.among.at, a.among.count, a.direction, &fleet);
    if (st >= 0) st = cim_fleet_nearest(call->ctx, fleet, call->costs->query, a.place.at, most, a.limit_ms, a.which, a.times_ms, &a.count, &rest);
    for (size_t i = 0; i < a.count && st >= 0; i++) st = put_row(call, &a, i);
    cim_fleet_free(fleet);
    return st;
}

const sql_function sql_nearest = { "cim_nearest", "rank INTEGER, number INTEGER, id TEXT, time_s REAL, length_m REAL, breaks TEXT, distance_m REAL",
                                   "place, among, at_most", 2, true, SQL_TRAVEL_OPTIONS "profile within_s from_place ", run };
