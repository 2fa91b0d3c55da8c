/* networks.c - the utility networks of the connection's city, their state, and what of them is named. */
#include "sql.h"

#include <stdlib.h>

/* ---- numbers ---- */

cim_status sql_add32(sql_call *call, sql_numbers32 *list, const uint32_t *numbers, size_t count)
{
    if (list->count + count > list->room) {
        size_t room = 2 * (list->count + count) + 16;
        uint32_t *more = sql_room(call, room, sizeof *more);
        if (!more) return CIM_ENOMEM;
        if (list->count) memcpy(more, list->at, list->count * sizeof *more);
        list->at = more;
        list->room = room;
    }
    if (count) memcpy(list->at + list->count, numbers, count * sizeof *numbers);
    list->count += count;
    return CIM_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void sql_unique32(sql_numbers32 *list)
{
    size_t kept = 0;
    if (list->count) qsort(list->at, list->count, sizeof *list->at, by_number);
    for (size_t i = 0; i < list->count; i++)
        if (!kept || list->at[kept - 1] != list->at[i]) list->at[kept++] = list->at[i];
    list->count = kept;
}

/* ---- objects by name ---- */

static bool in_networks(sql_call *call, uint32_t object)
{
    size_t elements = 0, devices = 0;
    const cim_utility *u = call->city->networks.utility;
    return cim_utility_elements(call->ctx, u, object, NULL, 0, &elements) >= 0 && cim_utility_devices(call->ctx, u, object, NULL, 0, &devices) >= 0 &&
           elements + devices;
}

static cim_status add_found(sql_call *call, const char *query, bool in_network, sql_numbers32 *found)
{
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    cim_status st = query ? cim_query_run(call->ctx, call->city->city, query, NULL, &result) : sql_say(call, CIM_ENOMEM, "out of memory");
    if (st == CIM_EARG) st = CIM_OK; /* no object of the city has a name */
    for (size_t i = 0; i < result.count && st >= 0; i++)
        if (!in_network || in_networks(call, result.ids[i])) st = sql_add32(call, found, &result.ids[i], 1);
    cim_query_result_dispose(&result);
    return st;
}

/* text with a '\' before what LIKE reads as a sign; room of the call. */
static char *literal(sql_call *call, const char *text)
{
    char *copy = sql_room(call, 2 * strlen(text) + 1, 1), *to = copy;
    for (; copy && *text; *to++ = *text++)
        if (strchr("%_\\", *text)) *to++ = '\\';
    return copy;
}

cim_status sql_named(sql_call *call, const sql_word *word, bool in_network, uint32_t **objects_out, size_t *count_out)
{
    sql_numbers32 found = { NULL, 0, 0 };
    cim_status st = sql_objects(call, word, objects_out, count_out);
    if (st != CIM_ENOTFOUND || word->type == 'i') return st;
    const char *name = literal(call, word->text);
    if (!name) return CIM_ENOMEM;
    char *queries[] = { sqlite3_mprintf("name = '%q'", word->text), sqlite3_mprintf("id LIKE '%%:%q'", name), sqlite3_mprintf("id LIKE '%%/%q'", name) };
    st = CIM_OK;
    for (int i = 0; i < 3; i++) {
        if (st >= 0) st = add_found(call, queries[i], in_network, &found);
        sqlite3_free(queries[i]);
    }
    sql_unique32(&found);
    if (st < 0) return st;
    if (!found.count) return sql_say(call, CIM_ENOTFOUND, "no object with the id or name %s%s", word->text, in_network ? " in a network" : "");
    if (found.count > 1) return sql_say(call, CIM_EARG, "%s is the name of %llu objects", word->text, (sqlite3_uint64)found.count);
    *objects_out = found.at;
    *count_out = 1;
    return CIM_OK;
}

/* ---- elements and devices ---- */

typedef cim_status (*of_object)(cim_ctx *, const cim_utility *, uint32_t, uint32_t *, size_t, size_t *);

static cim_status numbers_of(sql_call *call, of_object fn, uint32_t object, sql_numbers32 *list)
{
    size_t count = 0;
    const cim_utility *u = call->city->networks.utility;
    cim_status st = fn(call->ctx, u, object, NULL, 0, &count);
    uint32_t *numbers = sql_room(call, count + 1, sizeof *numbers);
    if (!numbers) return CIM_ENOMEM;
    if (st >= 0) st = fn(call->ctx, u, object, numbers, count, &count);
    return st < 0 ? st : sql_add32(call, list, numbers, count);
}

/* Of a station with switches the node stands for it, not the lines that the switches sit on. */
static void only_nodes(sql_call *call, uint32_t object, sql_numbers32 *list, size_t first)
{
    size_t devices = 0, kept = first;
    uint32_t nodes = call->city->networks.view.node_count;
    bool node = false;
    if (cim_utility_devices(call->ctx, call->city->networks.utility, object, NULL, 0, &devices) < 0 || !devices) return;
    for (size_t i = first; i < list->count; i++) node |= list->at[i] < nodes;
    for (size_t i = first; node && i < list->count; i++)
        if (list->at[i] < nodes) list->at[kept++] = list->at[i];
    if (node) list->count = kept;
}

static cim_status add_named(sql_call *call, of_object fn, const sql_word *word, const char *what, sql_numbers32 *list)
{
    uint32_t *objects = NULL;
    size_t count = 0, before = list->count;
    cim_status st = sql_named(call, word, true, &objects, &count);
    for (size_t i = 0; i < count && st >= 0; i++) {
        size_t first = list->count;
        st = numbers_of(call, fn, objects[i], list);
        if (st >= 0 && fn == cim_utility_elements) only_nodes(call, objects[i], list, first);
    }
    return st >= 0 && list->count == before ? sql_say(call, CIM_ENOTFOUND, "%s %s", word->text, what) : st;
}

static cim_status add_element(sql_call *call, const sql_word *word, sql_numbers32 *elements)
{
    double xy[2], within_m = 25.0;
    size_t count;
    uint32_t element = CIM_NONE;
    if (word->type != 't' || !strchr(word->text, ',') || !sql_numbers(call, word, xy, 2, &count) || count != 2)
        return add_named(call, cim_utility_elements, word, "is in no network (option serve_m: what is nearest serves a building)", elements);
    cim_status st = sql_option_real(call, "within_m", 0.0, 1e9, &within_m);
    if (st >= 0) st = sql_lonlat(call, xy);
    if (st >= 0) st = cim_utility_nearest(call->ctx, call->city->networks.utility, xy[0], xy[1], CIM_NONE, within_m, &element, NULL);
    if (st < 0) return st;
    if (element == CIM_NONE) return sql_say(call, CIM_ENOTFOUND, "no line or node of a network within %g m of %s (option within_m)", within_m, word->text);
    return sql_add32(call, elements, &element, 1);
}

cim_status sql_elements(sql_call *call, const sql_word *word, sql_numbers32 *elements)
{
    sql_words list = { .count = 0 };
    cim_status st = sql_list(call, word, &list);
    for (size_t i = 0; i < list.count && st >= 0; i++) st = add_element(call, &list.at[i], elements);
    sql_unique32(elements);
    return st;
}

cim_status sql_option_elements(sql_call *call, const char *name, sql_numbers32 *elements)
{
    cim_status st = CIM_OK;
    const sql_word *w;
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, name, &at));) st = add_element(call, w, elements);
    sql_unique32(elements);
    return st;
}

cim_status sql_option_devices(sql_call *call, const char *name, sql_numbers32 *devices)
{
    cim_status st = CIM_OK;
    const sql_word *w;
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, name, &at));)
        st = add_named(call, cim_utility_devices, w, "is no valve, switch or other device on a line", devices);
    sql_unique32(devices);
    return st;
}

/* ---- opening ---- */

static void forget(sql_networks *n)
{
    cim_impact_query_free(n->impact_query);
    cim_impact_free(n->impact);
    cim_trace_query_free(n->query);
    cim_trace_view_free(n->state);
    cim_utility_free(n->utility);
    sqlite3_free(n->key);
    *n = (sql_networks){ .key = NULL };
}

static cim_status build(sql_call *call, const cim_utility_options *options, sql_networks *n)
{
    cim_trace_status *status = NULL;
    cim_trace_status_options normal = CIM_TRACE_STATUS_OPTIONS_INIT;
    normal.normal_state = sql_option_is(call, "normal_state");
    cim_status st = cim_utility_build(call->ctx, call->city->city, options, &n->utility);
    if (st < 0) return st;
    n->view.struct_size = sizeof n->view;
    cim_utility_get(n->utility, &n->view);
    st = cim_trace_status_new(call->ctx, cim_utility_network(n->utility), NULL, &normal, &status);
    if (st >= 0) n->state = cim_trace_status_view(status);
    cim_trace_status_free(status);
    return st < 0 ? st : cim_trace_query_new(call->ctx, cim_utility_network(n->utility), &n->query);
}

/* "ID=closed": the last '=', ids may have one. */
static cim_status set_one(sql_call *call, cim_trace_status *status, const char *text)
{
    const char *equals = strrchr(text, '=');
    const cim_utility *u = call->city->networks.utility;
    uint32_t *objects = NULL, state;
    size_t count = 0;
    sql_word word = { .type = 't' };
    if (!equals || cim_utility_state(call->ctx, u, CIM_NONE, equals + 1, &state) < 0)
        return sql_say(call, CIM_EARG, "options: set: %s is not ID=open, closed, on, off, out, in, stuck or free", text);
    char *id = sql_room(call, (size_t)(equals - text) + 1, 1);
    if (!id) return CIM_ENOMEM;
    memcpy(id, text, (size_t)(equals - text));
    word.text = id;
    cim_status st = sql_named(call, &word, true, &objects, &count);
    for (size_t i = 0; i < count && st >= 0; i++) {
        st = cim_utility_state(call->ctx, u, objects[i], equals + 1, &state);
        if (st >= 0) st = cim_utility_say(call->ctx, u, status, objects[i], state);
    }
    return st;
}

static cim_status set_state(sql_call *call)
{
    const sql_networks *n = &call->city->networks;
    cim_trace_status *status = NULL;
    const sql_word *w;
    if (!sql_option(call, "set")) return call->state = cim_trace_view_ref(n->state), CIM_OK;
    cim_status st = cim_trace_status_new(call->ctx, cim_utility_network(n->utility), n->state, NULL, &status);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "set", &at));) st = set_one(call, status, w->text);
    if (st >= 0) st = cim_trace_status_publish(call->ctx, status, NULL);
    if (st >= 0) call->state = cim_trace_status_view(status);
    cim_trace_status_free(status);
    return st;
}

cim_status sql_networks_open(sql_call *call, bool must)
{
    sql_networks *n = &call->city->networks;
    cim_utility_options o = CIM_UTILITY_OPTIONS_INIT;
    o.network = sql_option_text(call, "network");
    cim_status st = sql_option_real(call, "snap_m", 0.0, 1e6, &o.snap_m);
    if (st >= 0) st = sql_option_real(call, "serve_m", 0.0, 1e6, &o.serve_m);
    if (st < 0) return st;
    char *key = sqlite3_mprintf("%s|%!.17g|%!.17g|%d", o.network ? o.network : "", o.snap_m, o.serve_m, sql_option_is(call, "normal_state"));
    if (!key) return sql_say(call, CIM_ENOMEM, "out of memory");
    if (n->key && !strcmp(n->key, key)) sqlite3_free(key);
    else {
        forget(n);
        st = build(call, &o, n);
        if (st < 0) forget(n), sqlite3_free(key);
        else n->key = key;
    }
    if (st < 0) return st;
    if (must && !n->view.node_count && !n->view.edge_count)
        return sql_say(call, CIM_ENOTFOUND, "there is no %s network in this city", o.network ? o.network : "utility");
    return set_state(call);
}

/* ---- cells ---- */

const char *sql_kind_name(uint32_t kind)
{
    static const char *const names[] = { "valve", "switch", "pump", "regulator", "transformer", "check_valve", "fuse", "meter", "hydrant" };
    return kind < sizeof names / sizeof *names ? names[kind] : "other";
}

const char *sql_domain_name(const sql_call *call, uint32_t element)
{
    const sql_networks *n = &call->city->networks;
    uint32_t nodes = n->view.node_count, domain = element < nodes ? n->view.node_domain[element] : n->view.edge_domain[element - nodes];
    return cim_utility_domain_name(n->utility, domain);
}

void sql_put_element(sql_call *call, uint32_t element)
{
    const cim_utility_view *v = &call->city->networks.view;
    if (element < v->node_count) {
        sql_put_point(&call->rows, v->node_xy[2 * (size_t)element], v->node_xy[2 * (size_t)element + 1]);
        return;
    }
    uint32_t edge = element - v->node_count, first = v->first_vertex[edge];
    sql_put_line(call, v->xy + 2 * (size_t)first, v->first_vertex[edge + 1] - first);
}

void sql_put_device(sql_call *call, uint32_t device)
{
    const cim_utility_view *v = &call->city->networks.view;
    uint32_t edge = v->device_edge[device], object = v->device_object[device];
    if (object == CIM_NONE) sql_put_element(call, v->device_end[device] ? v->to[edge] : v->from[edge]);
    else sql_put_object(&call->rows, SQL_GEOMETRY_OF, object);
}
