/* f_impact.c - cim_impact(close): what follows when streets are closed or something fails; every list of cimtool impact is a role of rows. */
#include "sql.h"

enum { MOST_WORKS = 64 };

typedef struct asked {
    cim_impact_work works[MOST_WORKS];
    cim_geom areas[MOST_WORKS];
    size_t count;
    sql_numbers32 stuck;
    cim_impact_case what;
    cim_impact_roads *roads;
    const cim_impact_unit *units;
    const cim_impact_place *places;
    cim_impact_result r;
} asked;

/* One row; what is not said stays NULL. */
typedef struct line {
    const char *role, *kind, *network;
    uint32_t object, element, device;
    int64_t work, customers, people; /* negative: NULL */
    double before_s, after_s, distance_m; /* not finite: NULL */
} line;

#define NOTHING { .object = CIM_NONE, .element = CIM_NONE, .device = CIM_NONE, .work = -1, .customers = -1, .people = -1, .before_s = far, .after_s = far, .distance_m = far }
static const double far = __builtin_inf();

static void put_number(sql_rows *rows, int64_t number, int64_t none)
{
    if (number == none) sql_put_null(rows);
    else sql_put_whole(rows, number);
}

/* All cells but the geometry. */
static void put_line(sql_call *call, const line *l)
{
    sql_rows *rows = &call->rows;
    sql_put_text(rows, l->role);
    put_number(rows, l->work < 0 ? -1 : l->work + 1, -1);
    sql_put_text(rows, l->kind);
    put_number(rows, l->element, CIM_NONE);
    put_number(rows, l->device, CIM_NONE);
    put_number(rows, l->object, CIM_NONE);
    sql_put_object(rows, SQL_ID, l->object);
    sql_put_object(rows, SQL_CLASS, l->object);
    sql_put_text(rows, l->network);
    put_number(rows, l->customers, -1);
    put_number(rows, l->people, -1);
    sql_put_real(rows, l->before_s);
    sql_put_real(rows, l->after_s);
    sql_put_real(rows, l->distance_m);
}

static void put_of_object(sql_call *call, const line *l)
{
    put_line(call, l);
    sql_put_object(&call->rows, SQL_GEOMETRY_OF, l->object);
}

static double seconds(uint32_t ms) { return ms < CIM_ROUTE_UNREACHABLE_MS ? ms / 1000.0 : far; }

/* ---- networks ---- */

static const char *network(const sql_call *call, uint32_t domain)
{
    const char *name = cim_utility_domain_name(call->city->networks.utility, domain);
    return name && *name ? name : "network";
}

static void put_devices(sql_call *call, const char *role, const uint32_t *devices, size_t count)
{
    const cim_utility_view *v = &call->city->networks.view;
    for (size_t i = 0; i < count; i++) {
        line l = NOTHING;
        l.role = role, l.device = devices[i], l.object = v->device_object[devices[i]], l.kind = sql_kind_name(v->device_kind[devices[i]]);
        l.network = network(call, v->edge_domain[v->device_edge[devices[i]]]);
        put_line(call, &l);
        sql_put_device(call, devices[i]);
    }
}

static void put_elements(sql_call *call, const char *role, const uint32_t *elements, size_t count, int64_t work)
{
    const sql_networks *n = &call->city->networks;
    for (size_t i = 0; i < count; i++) {
        line l = NOTHING;
        l.role = role, l.element = elements[i], l.object = cim_utility_element_object(n->utility, elements[i]), l.work = work;
        l.kind = elements[i] < n->view.node_count ? "node" : "edge";
        l.network = sql_domain_name(call, elements[i]);
        put_line(call, &l);
        sql_put_element(call, elements[i]);
    }
}

static void put_losses(sql_call *call, const asked *a)
{
    static const char *const sites[] = { "", "hospital", "care", "school", "emergency", "other" };
    for (size_t i = 0; i < a->r.loss_count; i++) {
        const cim_impact_loss *s = &a->r.losses[i];
        line l = NOTHING;
        l.role = s->flags & CIM_IMPACT_PARTLY ? "partly" : "without", l.object = s->object, l.network = network(call, s->domain);
        l.customers = s->customers, l.people = s->people, l.kind = s->site < 6 ? sites[s->site] : "";
        put_of_object(call, &l);
    }
    for (size_t i = 0; i < a->r.failure_count; i++) {
        line l = NOTHING;
        l.role = "failures", l.object = a->r.failures[i].object, l.network = network(call, a->r.failures[i].domain);
        put_of_object(call, &l);
    }
    for (size_t i = 0; i < a->r.tie_count; i++) put_devices(call, "ties", &a->r.ties[i].device, 1);
}

static void put_hydrants(sql_call *call, const char *role, const cim_impact_hydrant *hydrants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        line l = NOTHING;
        l.role = role, l.object = hydrants[i].object, l.element = hydrants[i].element;
        if (hydrants[i].work != CIM_NONE) l.work = hydrants[i].work, l.distance_m = hydrants[i].distance_m;
        put_line(call, &l);
        sql_put_point(&call->rows, hydrants[i].x, hydrants[i].y);
    }
}

/* ---- roads ---- */

static void put_street(sql_call *call, const char *role, uint32_t edge, int64_t work)
{
    const cim_net_view *v = &call->city->net_view;
    uint32_t first = v->first_vertex[edge];
    line l = NOTHING;
    l.role = role, l.object = v->edge_object[edge], l.work = work;
    put_line(call, &l);
    sql_put_line(call, v->xy + 2 * (size_t)first, v->first_vertex[edge + 1] - first);
}

static void put_works(sql_call *call, const asked *a)
{
    for (size_t w = 0; w < a->r.work_count; w++) {
        const cim_impact_site *s = &a->r.works[w];
        for (uint32_t i = 0; i < s->street_count; i++) put_street(call, "streets", a->r.streets[s->first_street + i], (int64_t)w);
        put_elements(call, "hits", a->r.hits + s->first_hit, s->hit_count, (int64_t)w);
    }
}

static void put_roads(sql_call *call, const asked *a)
{
    for (size_t i = 0; i < a->r.crew_count; i++) {
        const cim_impact_crew *c = &a->r.crews[i];
        line l = NOTHING;
        l.role = "crews", l.work = c->work, l.after_s = seconds(c->time_ms), l.object = a->units[c->unit].object;
        put_line(call, &l);
        sql_put_point(&call->rows, a->units[c->unit].place.x, a->units[c->unit].place.y);
    }
    for (size_t i = 0; i < a->r.access_count; i++) {
        const cim_impact_access *s = &a->r.access[i];
        line l = NOTHING;
        l.role = "access", l.object = a->places[s->place].object, l.before_s = seconds(s->before_ms), l.after_s = seconds(s->after_ms);
        put_of_object(call, &l);
    }
    for (size_t i = 0; i < a->r.detour_count; i++) {
        const cim_impact_detour *d = &a->r.detours[i];
        line l = NOTHING;
        l.role = "detours", l.work = d->work, l.before_s = seconds(d->before_ms), l.after_s = seconds(d->after_ms), l.distance_m = d->after_m;
        put_line(call, &l);
        sql_put_point(&call->rows, call->city->net_view.junction_x[d->from], call->city->net_view.junction_y[d->from]);
    }
    for (size_t i = 0; i < a->r.front_count; i++) {
        line l = NOTHING;
        l.role = "closed_streets_only", l.object = a->r.front[i];
        put_of_object(call, &l);
    }
}

static void put_all(sql_call *call, const asked *a)
{
    put_works(call, a);
    put_devices(call, "shut", a->r.shut, a->r.shut_count);
    put_devices(call, "leave", a->r.leave, a->r.leave_count);
    put_devices(call, "keep_shut", a->r.keep, a->r.keep_count);
    put_devices(call, "stuck", a->r.stuck, a->r.stuck_count);
    put_elements(call, "sources", a->r.sources, a->r.source_count, -1);
    put_elements(call, "cut_off", a->r.cut, a->r.cut_count, -1);
    put_elements(call, "lost", a->r.lost, a->r.lost_count, -1);
    put_losses(call, a);
    put_hydrants(call, "dry_hydrants", a->r.hydrants, a->r.hydrant_count);
    put_hydrants(call, "hydrants", a->r.live, a->r.live_count);
    put_roads(call, a);
}

/* ---- what is asked ---- */

/* All streets of a name; else an object as cim_trace() has it. */
static cim_status find_objects(sql_call *call, const sql_word *word, bool fails, cim_impact_work *work)
{
    sql_numbers32 streets = { NULL, 0, 0 };
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    uint32_t *objects = NULL;
    size_t count = 0;
    cim_status st = sql_objects(call, word, &objects, &count);
    if (st == CIM_ENOTFOUND && !fails && word->type != 'i') {
        char *query = sqlite3_mprintf("layer = 'road' AND name = '%q'", word->text);
        st = query ? cim_query_run(call->ctx, call->city->city, query, NULL, &result) : CIM_ENOMEM;
        sqlite3_free(query);
        if (st == CIM_EARG) st = CIM_OK;
        for (size_t i = 0; i < result.count && st >= 0; i++)
            if (cim_net_find(call->city->net, result.ids[i]) != CIM_NONE) st = sql_add32(call, &streets, &result.ids[i], 1);
        cim_query_result_dispose(&result);
        objects = streets.at;
        count = streets.count;
    }
    if (st == CIM_ENOTFOUND || (st >= 0 && !count)) st = sql_named(call, word, fails, &objects, &count);
    *work = (cim_impact_work){ fails ? CIM_IMPACT_FAIL : CIM_IMPACT_CLOSE, 0, objects, count, NULL };
    return st;
}

static cim_status add_works(sql_call *call, asked *a, const sql_words *words, bool fails)
{
    cim_status st = CIM_OK;
    for (size_t i = 0; i < words->count && st >= 0; i++) {
        if (a->count == MOST_WORKS) return sql_say(call, CIM_ELIMIT, "more than %d works", MOST_WORKS);
        st = find_objects(call, &words->at[i], fails, &a->works[a->count++]);
    }
    return st;
}

static cim_status add_area(sql_call *call, asked *a, const sql_word *word)
{
    if (a->count == MOST_WORKS) return sql_say(call, CIM_ELIMIT, "more than %d works", MOST_WORKS);
    a->works[a->count] = (cim_impact_work){ CIM_IMPACT_CLOSE, 0, NULL, 0, &a->areas[a->count] };
    return sql_area(call, word, &a->areas[a->count++]);
}

static cim_status take(sql_call *call, asked *a)
{
    sql_words closed = { .count = 0 };
    const sql_word *w;
    int64_t hydrants = 3;
    a->what = (cim_impact_case)CIM_IMPACT_CASE_INIT;
    cim_status st = sql_option_real(call, "margin_m", 0.0, 1000.0, &a->what.margin_m);
    if (st >= 0) st = sql_option_whole(call, "hydrants", 0, 1000, &hydrants);
    a->what.hydrants = (uint32_t)hydrants;
    a->what.flags = (sql_option_is(call, "keep_supply") ? CIM_IMPACT_KEEP_SUPPLY : 0) | (sql_option_is(call, "keep_streets") ? CIM_IMPACT_KEEP_STREETS : 0) |
                    (sql_option_is(call, "no_cascade") ? CIM_IMPACT_NO_CASCADE : 0);
    if (st >= 0) st = sql_travel(call, sql_option(call, "profile"), "emergency");
    if (st >= 0) st = sql_networks_open(call, false);
    if (st >= 0 && call->arguments[0].type) st = sql_list(call, &call->arguments[0], &closed);
    if (st >= 0) st = add_works(call, a, &closed, false);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "area", &at));) st = add_area(call, a, w);
    for (size_t at = 0; st >= 0 && (w = sql_next_option(call, "fail", &at));) st = add_works(call, a, &(sql_words){ (sql_word *)w, 1, 1 }, true);
    if (st >= 0) st = sql_option_devices(call, "stuck", &a->stuck);
    return st >= 0 && !a->count ? sql_say(call, CIM_EARG, "close or option area or fail is missing") : st;
}

static cim_status prepare(sql_call *call, asked *a)
{
    sql_networks *n = &call->city->networks;
    size_t count;
    cim_status st = CIM_OK;
    if (!n->impact) st = cim_impact_build(call->ctx, call->city->city, n->utility, call->city->net, NULL, &n->impact);
    if (st >= 0 && !n->impact_query) st = cim_impact_query_new(call->ctx, n->impact, &n->impact_query);
    if (st < 0) return st;
    a->places = cim_impact_places(n->impact, &count);
    if (!call->city->net_view.edge_count) return CIM_OK;
    st = sql_metric(call);
    if (st >= 0) st = cim_impact_roads_build(call->ctx, n->impact, call->costs->costs, NULL, 0, &a->roads);
    if (st >= 0) a->units = cim_impact_units(a->roads, &count);
    return st;
}

static cim_status find(sql_call *call, asked *a)
{
    cim_impact_travel t = CIM_IMPACT_TRAVEL_INIT;
    t.roads = a->roads;
    t.metric = call->costs->metric;
    t.query = call->costs->query;
    a->what.works = a->works;
    a->what.work_count = a->count;
    a->what.stuck = a->stuck.at;
    a->what.stuck_count = a->stuck.count;
    a->r.struct_size = sizeof a->r;
    return cim_impact_find(call->ctx, call->city->networks.impact, call->state, call->city->networks.impact_query, &a->what, a->roads ? &t : NULL, &a->r);
}

static cim_status run(sql_call *call)
{
    asked *a = sql_room(call, 1, sizeof *a);
    if (!a) return CIM_ENOMEM;
    cim_status st = take(call, a);
    if (st >= 0) st = prepare(call, a);
    if (st >= 0) st = find(call, a);
    if (st >= 0) put_all(call, a);
    cim_impact_roads_free(a->roads);
    return st;
}

const sql_function sql_impact = {
    "cim_impact",
    "role TEXT, work INTEGER, kind TEXT, element INTEGER, device INTEGER, number INTEGER, id TEXT, class TEXT, network TEXT, customers INTEGER, people INTEGER, "
    "before_s REAL, after_s REAL, distance_m REAL",
    "close", 0, true,
    " network snap_m serve_m normal_state set within_m lonlat foreign profile at_time height_m width_m length_m weight_t area fail stuck margin_m hydrants "
    "keep_supply keep_streets no_cascade ",
    run
};
