/* f_trace.c - cim_trace(kind, start): elements of a utility network that hang together with others; cim_isolate(start): what to shut. */
#include "sql.h"

#include <math.h>

static const char *const kinds[] = { "connected", "subnetwork", "controllers", "upstream", "downstream", "loops", "bridges", "cut-nodes" };
enum { KINDS = sizeof kinds / sizeof *kinds, PATH = KINDS };

typedef struct asked {
    uint32_t kind;
    sql_numbers32 starts, ends, barriers, result_barriers;
    cim_trace_options options;
} asked;

static cim_status take_kind(sql_call *call, asked *a)
{
    const char *name = call->arguments[0].text;
    bool given = call->arguments[1].type != 0;
    for (a->kind = 0; a->kind < KINDS && strcmp(kinds[a->kind], name); a->kind++) {}
    if (a->kind == KINDS && strcmp(name, "path"))
        return sql_say(call, CIM_EARG, "kind: %s is not connected, subnetwork, controllers, upstream, downstream, loops, bridges, cut-nodes or path", name);
    bool none = a->kind == CIM_TRACE_BRIDGES || a->kind == CIM_TRACE_CUT_NODES;
    if (given && none) return sql_say(call, CIM_EARG, "%s takes no start", name);
    if (!given && !none && a->kind != CIM_TRACE_LOOPS) return sql_say(call, CIM_EARG, "%s needs a start", name);
    return CIM_OK;
}

static cim_status take_kinds(sql_call *call, const char *option, uint32_t *bits)
{
    const sql_word *w;
    for (size_t at = 0; (w = sql_next_option(call, option, &at));) {
        uint32_t k = 0;
        while (k <= CIM_TRACE_OTHER && strcmp(sql_kind_name(k), w->text)) k++;
        if (k > CIM_TRACE_OTHER) return sql_say(call, CIM_EARG, "options: %s: %s is no kind of device, such as valve or switch", option, w->text);
        *bits |= 1u << k;
    }
    return CIM_OK;
}

/* "length_m=500" */
static cim_status take_limit(sql_call *call, cim_trace_options *o)
{
    const char *text = sql_option_text(call, "limit"), *equals = text ? strrchr(text, '=') : NULL;
    sql_word number = { .type = 't' };
    char name[40] = "";
    size_t n;
    if (!text) return CIM_OK;
    if (equals) {
        sqlite3_snprintf((int)sizeof name, name, "%.*s", (int)(equals - text), text);
        number.text = equals + 1;
        o->limit_column = cim_trace_network_column(cim_utility_network(call->city->networks.utility), name);
    }
    if (!equals || o->limit_column == CIM_NONE || !sql_numbers(call, &number, &o->limit, 1, &n) || !(o->limit >= 0.0))
        return sql_say(call, CIM_EARG, "options: limit: %s is not COLUMN=NUMBER, such as length_m=500", text);
    return CIM_OK;
}

static cim_status take(sql_call *call, asked *a)
{
    a->options = (cim_trace_options)CIM_TRACE_OPTIONS_INIT;
    cim_status st = take_kind(call, a);
    if (st >= 0) st = sql_networks_open(call, true);
    if (st >= 0 && call->arguments[1].type) st = sql_elements(call, &call->arguments[1], &a->starts);
    if (st >= 0) st = sql_option_elements(call, "to", &a->ends);
    if (st >= 0) st = sql_option_elements(call, "barrier", &a->barriers);
    if (st >= 0) st = sql_option_elements(call, "result_barrier", &a->result_barriers);
    if (st >= 0) st = take_kinds(call, "barrier_kind", &a->options.barrier_kinds);
    if (st >= 0) st = take_kinds(call, "result_barrier_kind", &a->options.result_barrier_kinds);
    if (st >= 0) st = take_limit(call, &a->options);
    if (st >= 0 && a->kind == PATH && !a->ends.count) return sql_say(call, CIM_EARG, "path needs the option to");
    a->options.barriers = a->barriers.at, a->options.barrier_count = a->barriers.count;
    a->options.result_barriers = a->result_barriers.at, a->options.result_barrier_count = a->result_barriers.count;
    a->options.no_nodes = sql_option_is(call, "no_nodes"), a->options.no_edges = sql_option_is(call, "no_edges");
    a->options.through_sources = sql_option_is(call, "through_sources");
    return st;
}

/* ---- cells ---- */

static void put_object(sql_call *call, uint32_t object)
{
    if (object == CIM_NONE) sql_put_null(&call->rows);
    else sql_put_whole(&call->rows, object);
    sql_put_object(&call->rows, SQL_ID, object);
    sql_put_object(&call->rows, SQL_CLASS, object);
}

static void put_column(sql_call *call, uint32_t column, uint32_t element)
{
    const double *values = call->city->networks.view.columns[column];
    sql_put_real(&call->rows, values ? values[element] : 0.0);
}

static void put_element(sql_call *call, size_t row, uint32_t element, uint32_t why)
{
    const sql_networks *n = &call->city->networks;
    sql_put_whole(&call->rows, (sqlite3_int64)row + 1);
    sql_put_whole(&call->rows, element);
    sql_put_text(&call->rows, element < n->view.node_count ? "node" : "edge");
    put_object(call, cim_utility_element_object(n->utility, element));
    sql_put_text(&call->rows, sql_domain_name(call, element));
    if (why == CIM_NONE) sql_put_null(&call->rows);
    else sql_put_whole(&call->rows, why);
    put_column(call, CIM_UTILITY_LENGTH_M, element);
    put_column(call, CIM_UTILITY_CUSTOMERS, element);
    put_column(call, CIM_UTILITY_PEOPLE, element);
    put_column(call, CIM_UTILITY_BUILDINGS, element);
    put_column(call, CIM_UTILITY_CRITICAL, element);
    sql_put_element(call, element);
}

/* ---- traces ---- */

/* Elements in the order in which one passes them: every `why` is one search in a sorted list. */
static cim_status put_way(sql_call *call, const cim_trace_result *r, uint32_t last)
{
    uint32_t *way = sql_room(call, r->count + 1, sizeof *way), *why = sql_room(call, r->count + 1, sizeof *why);
    if (!way || !why) return CIM_ENOMEM;
    for (size_t i = r->count; i--;) {
        size_t low = 0, high = r->count;
        while (low + 1 < high) {
            size_t middle = (low + high) / 2;
            if (r->elements[middle] <= last) low = middle;
            else high = middle;
        }
        way[i] = last;
        why[i] = last = r->why[low];
    }
    for (size_t i = 0; i < r->count; i++) put_element(call, i, way[i], why[i]);
    return CIM_OK;
}

static cim_status run_path(sql_call *call, const asked *a)
{
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_query *query = call->city->networks.query;
    const char *by = sql_option_text(call, "by");
    uint32_t column = by ? cim_trace_network_column(cim_utility_network(call->city->networks.utility), by) : CIM_UTILITY_LENGTH_M;
    uint32_t best[2] = { a->starts.at[0], a->ends.at[0] };
    double length, least = INFINITY;
    cim_status st = CIM_OK;
    if (column == CIM_NONE) return sql_say(call, CIM_EARG, "options: by: there is no column %s", by);
    for (size_t i = 0; i < a->starts.count && i < 16; i++)
        for (size_t k = 0; k < a->ends.count && k < 16 && st >= 0; k++) {
            st = cim_trace_path(call->ctx, call->state, query, a->starts.at[i], a->ends.at[k], column, &length, &r);
            if (st >= 0 && length < least) least = length, best[0] = a->starts.at[i], best[1] = a->ends.at[k];
        }
    if (st >= 0) st = cim_trace_path(call->ctx, call->state, query, best[0], best[1], column, &length, &r);
    return st >= 0 && r.count ? put_way(call, &r, best[1]) : st;
}

static cim_status run(sql_call *call)
{
    asked a = { .kind = 0 };
    cim_trace_result r = { .struct_size = sizeof r };
    cim_status st = take(call, &a);
    if (st >= 0 && a.kind == PATH) return run_path(call, &a);
    if (st >= 0) st = cim_trace_find(call->ctx, call->state, call->city->networks.query, a.kind, a.starts.at, a.starts.count, &a.options, &r);
    for (size_t i = 0; i < r.count && st >= 0; i++) put_element(call, i, r.elements[i], r.why[i]);
    return st;
}

const sql_function sql_trace = {
    "cim_trace",
    "row INTEGER, element INTEGER, kind TEXT, number INTEGER, id TEXT, class TEXT, network TEXT, from_element INTEGER, length_m REAL, customers REAL, "
    "people REAL, buildings REAL, critical REAL",
    "trace, start", 1, true,
    SQL_NETWORK_OPTIONS "to by barrier barrier_kind result_barrier result_barrier_kind limit no_nodes no_edges through_sources ", run
};

/* ---- isolation ---- */

static void put_devices(sql_call *call, const char *role, const uint32_t *devices, size_t count)
{
    const cim_utility_view *v = &call->city->networks.view;
    for (size_t i = 0; i < count; i++) {
        sql_put_text(&call->rows, role);
        sql_put_null(&call->rows);
        sql_put_whole(&call->rows, devices[i]);
        sql_put_text(&call->rows, sql_kind_name(v->device_kind[devices[i]]));
        put_object(call, v->device_object[devices[i]]);
        sql_put_text(&call->rows, sql_domain_name(call, v->node_count + v->device_edge[devices[i]]));
        for (int k = 0; k < 3; k++) sql_put_null(&call->rows);
        sql_put_device(call, devices[i]);
    }
}

static void put_elements(sql_call *call, const char *role, const uint32_t *elements, size_t count)
{
    const sql_networks *n = &call->city->networks;
    for (size_t i = 0; i < count; i++) {
        sql_put_text(&call->rows, role);
        sql_put_whole(&call->rows, elements[i]);
        sql_put_null(&call->rows);
        sql_put_text(&call->rows, elements[i] < n->view.node_count ? "node" : "edge");
        put_object(call, cim_utility_element_object(n->utility, elements[i]));
        sql_put_text(&call->rows, sql_domain_name(call, elements[i]));
        put_column(call, CIM_UTILITY_LENGTH_M, elements[i]);
        put_column(call, CIM_UTILITY_CUSTOMERS, elements[i]);
        put_column(call, CIM_UTILITY_PEOPLE, elements[i]);
        sql_put_element(call, elements[i]);
    }
}

static cim_status run_isolate(sql_call *call)
{
    cim_trace_isolation r = { .struct_size = sizeof r };
    sql_numbers32 starts = { NULL, 0, 0 }, stuck = { NULL, 0, 0 };
    cim_status st = sql_networks_open(call, true);
    if (st >= 0) st = sql_elements(call, &call->arguments[0], &starts);
    if (st >= 0) st = sql_option_devices(call, "stuck", &stuck);
    if (st >= 0) st = cim_trace_isolate(call->ctx, call->state, call->city->networks.query, starts.at, starts.count, stuck.at, stuck.count, &r);
    if (st < 0) return st;
    put_devices(call, "shut", r.shut, r.shut_count);
    put_devices(call, "leave", r.leave, r.leave_count);
    put_devices(call, "keep", r.keep, r.keep_count);
    put_devices(call, "stuck", r.stuck, r.stuck_count);
    put_elements(call, "sources", r.sources, r.source_count);
    put_elements(call, "works", r.works, r.works_count);
    put_elements(call, "lost", r.lost, r.lost_count);
    return CIM_OK;
}

const sql_function sql_isolate = {
    "cim_isolate",
    "role TEXT, element INTEGER, device INTEGER, kind TEXT, number INTEGER, id TEXT, class TEXT, network TEXT, length_m REAL, customers REAL, people REAL",
    "start", 1, true, SQL_NETWORK_OPTIONS "stuck ", run_isolate
};
