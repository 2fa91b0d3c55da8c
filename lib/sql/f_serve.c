/* f_serve.c - cim_serve(facilities, demands, limits): who is served from where in time, who is not, and who goes where when places are short. */
#include "sql.h"

#include <stdlib.h>

typedef struct asked {
    sql_places facilities, demands;
    double *weights, *capacities;
    uint32_t limits[CIM_SERVICE_LIMITS], limit_count, *districts, district_count;
    const char **names;
    bool lengths;
    cim_net_costs *length_costs;
    cim_route_metric *length_metric;
    cim_service *service;
    cim_service_view v;
    cim_serve_assignment_view assigned; /* struct_size 0: no capacities */
} asked;

/* ---- what is given ---- */

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static cim_status take_limits(sql_call *call, asked *a)
{
    double limits[CIM_SERVICE_LIMITS];
    size_t count = 0;
    cim_status st = sql_limits(call, &call->arguments[2], "limits", limits, CIM_SERVICE_LIMITS, &count, &a->lengths);
    if (st < 0) return st;
    for (size_t i = 0; i < count; i++) a->limits[i] = (uint32_t)(limits[i] * 1000.0 + 0.5);
    qsort(a->limits, count, sizeof *a->limits, by_size);
    for (size_t i = 0; i < count; i++)
        if (!i || a->limits[i] != a->limits[a->limit_count - 1]) a->limits[a->limit_count++] = a->limits[i];
    return CIM_OK;
}

static cim_status take_numbers(sql_call *call, const char *option, const sql_places *places, double missing, double **values_out)
{
    const char *property = sql_option_text(call, option);
    double *values = property ? sql_room(call, places->count + 1, sizeof *values) : NULL;
    if (!property || !values) return property ? CIM_ENOMEM : CIM_OK;
    cim_status st = sql_values(call, places->objects, places->count, property, missing, values);
    *values_out = values;
    for (size_t i = 0; st >= 0 && i < places->count; i++)
        if (values[i] < 0.0) st = sql_say(call, CIM_EARG, "options: %s: there are values of %s below 0", option, property);
    return st;
}

static cim_status take(sql_call *call, asked *a)
{
    const sql_word *w;
    const char *per = sql_option_text(call, "per");
    cim_status st = take_limits(call, a);
    if (st >= 0) st = sql_travel(call, sql_option(call, "profile"), "car");
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "facility", &at));) st = sql_places_add(call, w, &a->facilities);
    if (st >= 0 && call->arguments[0].type) st = sql_places_find(call, call->arguments[0].text, &a->facilities);
    if (st >= 0 && call->arguments[1].type) st = sql_places_find(call, call->arguments[1].text, &a->demands);
    if (st >= 0) st = take_numbers(call, "weight", &a->demands, 0.0, &a->weights);
    if (st >= 0) st = take_numbers(call, "capacity", &a->facilities, __builtin_inf(), &a->capacities);
    if (st < 0 || !per) return st;
    if (!(a->districts = sql_room(call, a->demands.count + 1, sizeof *a->districts))) return CIM_ENOMEM;
    return sql_groups(call, a->demands.objects, a->demands.count, per, a->districts, &a->district_count, &a->names);
}

static cim_status find(sql_call *call, asked *a)
{
    cim_service_task task = CIM_SERVICE_TASK_INIT;
    cim_status st = sql_metric(call);
    if (st >= 0 && a->lengths) st = sql_lengths(call, &a->length_costs, &a->length_metric);
    task.facilities = a->facilities.at, task.facility_count = (uint32_t)a->facilities.count;
    task.demands = a->demands.at, task.demand_count = (uint32_t)a->demands.count;
    task.weights = a->weights, task.capacities = a->capacities, task.limits = a->limits, task.limit_count = a->limit_count;
    task.districts = a->districts, task.district_count = a->district_count;
    task.direction = sql_option_is(call, "to_facilities") ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
    task.whole = sql_option_is(call, "whole");
    if (st >= 0) st = cim_service_run(call->ctx, a->lengths ? a->length_costs : call->costs->costs, a->lengths ? a->length_metric : call->costs->metric, &task, &a->service);
    a->v.struct_size = sizeof a->v;
    if (st >= 0) st = cim_service_get(call->ctx, a->service, &a->v);
    if (st < 0 || !a->v.assignment) return st;
    a->assigned.struct_size = sizeof a->assigned;
    return cim_serve_assignment_get(call->ctx, a->v.assignment, &a->assigned);
}

/* ---- rows ---- */

/* One row; what is not said stays NULL. */
typedef struct line {
    const char *role, *name;
    const sql_places *places, *others; /* whose id, and whose facility */
    size_t place, other;
    double limit, weight, cost, load, capacity;
    int64_t count;
} line;

static const double unsaid = __builtin_inf();
#define NOTHING { .limit = unsaid, .cost = unsaid, .load = unsaid, .capacity = unsaid, .count = -1 }

/* A cost in two cells: seconds, metres. */
static void put_cost(sql_rows *rows, double value, bool lengths)
{
    if (lengths) sql_put_null(rows);
    sql_put_real(rows, value);
    if (!lengths) sql_put_null(rows);
}

static void put_line(sql_call *call, const asked *a, const line *l)
{
    sql_rows *rows = &call->rows;
    bool object = l->places && l->places->objects[l->place] != CIM_NONE;
    sql_put_text(rows, l->role);
    sql_put_text(rows, l->name);
    put_cost(rows, l->limit, a->lengths);
    if (object) sql_put_whole(rows, l->places->objects[l->place]);
    else sql_put_null(rows);
    if (l->places) sql_put_place(rows, l->places, l->place);
    else sql_put_null(rows);
    if (l->count < 0) sql_put_null(rows);
    else sql_put_whole(rows, l->count);
    sql_put_real(rows, l->weight);
    if (l->others) sql_put_place(rows, l->others, l->other);
    else sql_put_null(rows);
    put_cost(rows, l->cost, a->lengths);
    sql_put_real(rows, l->load);
    sql_put_real(rows, l->capacity);
    if (object) sql_put_object(rows, SQL_GEOMETRY_OF, l->places->objects[l->place]);
    else if (l->places) sql_put_point(rows, l->places->at[l->place].x, l->places->at[l->place].y);
    else sql_put_null(rows);
}

static void put_limits(sql_call *call, const asked *a)
{
    const cim_service_view *v = &a->v;
    for (uint32_t k = 0; k < v->limit_count; k++) {
        line l = NOTHING;
        l.role = "limit", l.limit = v->limits[k] / 1000.0, l.count = v->served_counts[k], l.weight = v->served_weights[k];
        put_line(call, a, &l);
    }
    line all = NOTHING;
    all.role = "all", all.count = v->demand_count, all.weight = v->weight;
    put_line(call, a, &all);
    for (uint32_t d = 0; d < a->district_count; d++) {
        line l = NOTHING;
        l.role = "district", l.name = a->names[d], l.weight = v->district_weights[d];
        put_line(call, a, &l);
        for (uint32_t k = 0; k < v->limit_count; k++) {
            l.role = "district_served", l.limit = v->limits[k] / 1000.0, l.weight = v->district_served[(size_t)d * v->limit_count + k];
            put_line(call, a, &l);
        }
    }
}

static void put_places(sql_call *call, const asked *a)
{
    const cim_service_view *v = &a->v;
    for (uint32_t j = 0; j < v->facility_count; j++) {
        line l = NOTHING;
        l.role = "facility", l.places = &a->facilities, l.place = j, l.weight = v->catchments[j];
        if (a->assigned.struct_size) l.load = a->assigned.loads[j];
        if (a->capacities) l.capacity = a->capacities[j];
        put_line(call, a, &l);
    }
    for (uint32_t i = 0; i < v->demand_count && !call->rows.failed; i++) {
        line l = NOTHING;
        l.role = "demand", l.places = &a->demands, l.place = i, l.weight = a->weights ? a->weights[i] : 1.0;
        if (v->nearest[i] != CIM_NONE) l.others = &a->facilities, l.other = v->nearest[i], l.cost = v->costs[i] / 1000.0;
        put_line(call, a, &l);
    }
    for (size_t i = 0; a->assigned.struct_size && i < a->assigned.share_count && !call->rows.failed; i++) {
        const cim_serve_share *s = &a->assigned.shares[i];
        line l = NOTHING;
        l.role = "assigned", l.places = &a->demands, l.place = s->demand, l.others = &a->facilities, l.other = s->facility;
        l.weight = s->amount, l.cost = s->cost / 1000.0;
        put_line(call, a, &l);
    }
}

static cim_status run(sql_call *call)
{
    asked a = { .limit_count = 0 };
    cim_status st = take(call, &a);
    if (st >= 0) st = find(call, &a);
    if (st >= 0) put_limits(call, &a);
    if (st >= 0) put_places(call, &a);
    cim_service_free(a.service);
    cim_route_metric_free(a.length_metric);
    cim_net_costs_free(a.length_costs);
    return st;
}

const sql_function sql_serve = {
    "cim_serve",
    "role TEXT, name TEXT, limit_s REAL, limit_m REAL, number INTEGER, id TEXT, count INTEGER, weight REAL, facility TEXT, cost_s REAL, cost_m REAL, load REAL, capacity REAL",
    "facilities, demands, limits", 3, true, SQL_TRAVEL_OPTIONS "profile facility weight capacity per to_facilities whole ", run
};
