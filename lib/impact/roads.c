/* roads.c - closed streets: who is first at the works, how ambulances get to critical sites, the way around.
 *
 * A metric of one's own has the streets closed; nobody else sees it.  A crew may drive into its own works, but not through other ones. */
#include "impact/impact.h"

#include "cim/dispatch.h"
#include "travel/ask.h"
#include "travel/journey.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { MOST_CREWS = 16 };

/* ---- places on the net ---- */

static cim_status place_object(cim_ctx *ctx, cim_impact_roads *r, uint32_t object, cim_net_place *place, bool *there)
{
    cim_status st = cim_net_place_find(ctx, r->costs, r->impact->city, object, place);
    *there = st >= 0;
    return st == CIM_ENOTFOUND ? CIM_OK : st;
}

static cim_status put_unit(cim_ctx *ctx, cim_impact_roads *r, const cim_impact_unit *unit)
{
    cim__buf_put(&r->units, unit, sizeof *unit);
    return r->units.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status find_all(cim_ctx *ctx, cim_impact_roads *r, bool own_units)
{
    size_t count = 0;
    const cim_impact_place *p = cim_impact_places(r->impact, &count);
    for (uint32_t i = 0; i < count; i++) {
        cim_impact_unit unit = { .object = p[i].object, .roles = p[i].roles };
        bool there = false;
        CIM__TRY(place_object(ctx, r, p[i].object, &unit.place, &there));
        if (!there) continue;
        if (p[i].roles && !own_units) CIM__TRY(put_unit(ctx, r, &unit));
        if (!p[i].site) continue;
        cim__buf_put(&r->sites, &unit.place, sizeof unit.place);
        if (r->sites.failed || !cim__impact_put(&r->site_of, i)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

cim_status cim_impact_roads_build(cim_ctx *ctx, cim_impact *impact, cim_net_costs *costs, const cim_impact_unit *units, size_t unit_count,
                                  cim_impact_roads **roads_out)
{
    cim__enter(ctx);
    if (!impact || !costs || !roads_out) return cim__fail(ctx, CIM_EARG, "no impact or no costs, or nothing to fill");
    if (costs->net != impact->net) return cim__fail(ctx, CIM_EARG, "the costs are of another net");
    if (unit_count && !units) return cim__fail(ctx, CIM_EARG, "no array of units");
    cim_impact_roads *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return cim__nomem(ctx);
    r->mem = cim__mem_ref(ctx->mem);
    r->impact = impact;
    r->costs = cim_net_costs_ref(costs);
    r->units = r->sites = r->site_of = cim__buf_on(r->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < unit_count && st >= 0; i++) st = put_unit(ctx, r, &units[i]);
    if (st >= 0) st = find_all(ctx, r, units != NULL);
    if (st < 0) cim_impact_roads_free(r);
    else *roads_out = r;
    return st;
}

void cim_impact_roads_free(cim_impact_roads *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    cim__buf_free(&r->units);
    cim__buf_free(&r->sites);
    cim__buf_free(&r->site_of);
    cim_net_costs_free(r->costs);
    cim__free(mem, r);
    cim__mem_unref(mem);
}

const cim_impact_unit *cim_impact_units(const cim_impact_roads *r, size_t *count_out)
{
    *count_out = CIM__COUNT(&r->units, cim_impact_unit);
    return (const cim_impact_unit *)(const void *)r->units.data;
}

/* ---- metrics with streets closed ---- */

/* All closed streets, but those of one of the works (CIM_NONE: of none). */
static cim_status close_streets(cim_ctx *ctx, const cim__impact_ask *a, const cim_impact_travel *t, uint32_t but, cim_route_metric **metric_out)
{
    const cim_net *net = a->impact->net;
    const cim_net_costs *costs = t->roads->costs;
    const uint32_t *by_edge = a->q->by_edge, *before = cim_route_metric_weights(t->metric);
    uint32_t *weights = cim__alloc_n(ctx->mem, (size_t)net->arc_count + 1, sizeof *weights);
    if (!weights) return cim__nomem(ctx);
    if (net->arc_count) memcpy(weights, before, net->arc_count * sizeof *weights);
    for (size_t i = 0; i < CIM__COUNT(&a->q->edges, uint32_t); i++) {
        uint32_t e = CIM__AT(&a->q->edges, uint32_t, i);
        if (by_edge[e] == 1 + but) continue;
        for (uint32_t k = net->first_of_link[2 * e]; k < net->first_of_link[2 * e + 2]; k++) weights[net->arc_of_link[k]] = NO_WAY;
    }
    cim_status st = cim__avoid_metric(ctx, costs, t->metric, weights, metric_out);
    cim__free(ctx->mem, weights);
    return st;
}

/* ---- one fleet of units ---- */

typedef struct fleet {
    cim_fleet *fleet;
    uint32_t *unit;     /* number among all units */
    uint32_t *times_ms;
    size_t count;
} fleet;

static void fleet_end(cim_ctx *ctx, fleet *f)
{
    cim_fleet_free(f->fleet);
    cim__free(ctx->mem, f->unit);
    cim__free(ctx->mem, f->times_ms);
    *f = (fleet){ NULL, NULL, NULL, 0 };
}

static cim_status fleet_of(cim_ctx *ctx, const cim_impact_roads *r, cim_route_metric *metric, uint32_t role, fleet *f)
{
    const cim_impact_unit *units = (const cim_impact_unit *)(const void *)r->units.data;
    size_t count = CIM__COUNT(&r->units, cim_impact_unit);
    cim_net_place *places = cim__alloc_n(ctx->mem, count + 1, sizeof *places);
    *f = (fleet){ NULL, cim__alloc_n(ctx->mem, count + 1, sizeof *f->unit), cim__alloc_n(ctx->mem, count + 1, sizeof *f->times_ms), 0 };
    cim_status st = places && f->unit && f->times_ms ? CIM_OK : cim__nomem(ctx);
    for (uint32_t i = 0; st >= 0 && i < count; i++) {
        if (!(units[i].roles & role)) continue;
        places[f->count] = units[i].place;
        f->unit[f->count++] = i;
    }
    if (st >= 0) st = cim_fleet_build(ctx, r->costs, metric, NULL, places, f->count, CIM_ROUTE_BACKWARD, &f->fleet);
    cim__free(ctx->mem, places);
    if (st < 0) fleet_end(ctx, f);
    return st;
}

static cim_status times_to(cim_ctx *ctx, fleet *f, cim_route_query *query, const cim_net_place *place)
{
    return f->count ? cim_fleet_times(ctx, f->fleet, query, place, f->times_ms) : CIM_OK;
}

static void nearest(const fleet *f, uint32_t *time_ms, uint32_t *unit)
{
    *time_ms = NO_WAY;
    *unit = CIM_NONE;
    for (size_t i = 0; i < f->count; i++)
        if (f->times_ms[i] < *time_ms) {
            *time_ms = f->times_ms[i];
            *unit = f->unit[i];
        }
}

/* ---- who is first at the works ---- */

static cim_status put_crews(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t, fleet *f, uint32_t work)
{
    for (uint32_t k = 0; k < t->crews; k++) {
        size_t best = f->count;
        for (size_t i = 0; i < f->count; i++)
            if (f->times_ms[i] < NO_WAY && (best == f->count || f->times_ms[i] < f->times_ms[best])) best = i;
        if (best == f->count) break;
        const cim_impact_crew row = { work, f->unit[best], f->times_ms[best], 0 };
        cim__buf_put(&a->q->crews, &row, sizeof row);
        f->times_ms[best] = NO_WAY;
    }
    return a->q->crews.failed ? cim__nomem(ctx) : CIM_OK;
}

static bool others_closed(const cim__impact_ask *a, uint32_t work)
{
    const cim_impact_site *s = &CIM__AT(&a->q->works, cim_impact_site, work);
    return CIM__COUNT(&a->q->streets, uint32_t) > s->street_count;
}

static cim_status find_crews(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t)
{
    for (uint32_t w = 0; t->crews && w < CIM__COUNT(&a->q->works, cim_impact_site); w++) {
        const cim_impact_site *s = &CIM__AT(&a->q->works, cim_impact_site, w);
        cim_net_place place;
        size_t count = 0;
        cim_route_metric *metric = NULL;
        fleet f = { NULL, NULL, NULL, 0 };
        if (!isfinite(s->x) || !isfinite(s->y)) continue;
        CIM__TRY(cim_net_snap(ctx, t->roads->costs, s->x, s->y, NULL, 1, &place, &count));
        if (!count) continue;
        cim_status st = others_closed(a, w) ? close_streets(ctx, a, t, w, &metric) : CIM_OK;
        if (st >= 0) st = fleet_of(ctx, t->roads, metric ? metric : t->metric, CIM_IMPACT_CREW, &f);
        if (st >= 0) st = times_to(ctx, &f, t->query, &place);
        if (st >= 0) st = put_crews(ctx, a, t, &f, w);
        fleet_end(ctx, &f);
        cim_route_metric_free(metric);
        CIM__TRY(st);
    }
    return CIM_OK;
}

/* ---- ambulances ---- */

static cim_status find_access(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t, fleet *before, fleet *after)
{
    const cim_impact_roads *r = t->roads;
    for (size_t i = 0; i < CIM__COUNT(&r->sites, cim_net_place); i++) {
        const cim_net_place *place = &CIM__AT(&r->sites, cim_net_place, i);
        cim_impact_access row = { .place = CIM__AT(&r->site_of, uint32_t, i), .flags = a->q->by_edge[place->edge] ? CIM_IMPACT_STREET_CLOSED : 0 };
        CIM__TRY(times_to(ctx, before, t->query, place));
        nearest(before, &row.before_ms, &row.before_unit);
        if (after->fleet) CIM__TRY(times_to(ctx, after, t->query, place));
        nearest(after->fleet ? after : before, &row.after_ms, &row.after_unit);
        cim__buf_put(&a->q->access, &row, sizeof row);
    }
    return a->q->access.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status ambulances(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t, cim_route_metric *closed)
{
    fleet before = { NULL, NULL, NULL, 0 }, after = { NULL, NULL, NULL, 0 };
    cim_status st = fleet_of(ctx, t->roads, t->metric, CIM_IMPACT_AMBULANCE, &before);
    if (st >= 0 && closed) st = fleet_of(ctx, t->roads, closed, CIM_IMPACT_AMBULANCE, &after);
    if (st >= 0) st = find_access(ctx, a, t, &before, &after);
    fleet_end(ctx, &before);
    fleet_end(ctx, &after);
    return st;
}

/* ---- the way around ---- */

/* Junctions of the closed streets of one of the works at which other streets begin: the two farthest from each other. */
static bool ends_of(const cim__impact_ask *a, uint32_t work, cim__buf *junctions, uint32_t ends[2])
{
    const cim_net *net = a->impact->net;
    const cim_impact_site *s = &CIM__AT(&a->q->works, cim_impact_site, work);
    double most = 0.0;
    junctions->size = 0;
    for (uint32_t i = 0; i < s->street_count; i++) {
        uint32_t e = CIM__AT(&a->q->streets, uint32_t, s->first_street + i);
        for (int k = 0; k < 2; k++) {
            uint32_t j = k ? net->edge_to[e] : net->edge_from[e];
            bool open = false;
            for (uint32_t l = net->first_out[j]; l < net->first_out[j + 1] && !open; l++) open = !a->q->by_edge[net->out_link[l] >> 1];
            if (open) (void)cim__impact_put(junctions, j);
        }
    }
    size_t count = CIM__COUNT(junctions, uint32_t);
    if (count > 1024) count = 1024;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            uint32_t x = CIM__AT(junctions, uint32_t, k), y = CIM__AT(junctions, uint32_t, i);
            double far = hypot(net->junction_x[x] - net->junction_x[y], net->junction_y[x] - net->junction_y[y]);
            if (!(far > most)) continue;
            most = far;
            ends[0] = x;
            ends[1] = y;
        }
    return most > 0.0;
}

/* All states of a junction. */
static cim_status states_of(cim_ctx *ctx, const cim_net *net, uint32_t junction, cim__buf *ends)
{
    ends->size = 0;
    for (uint32_t s = 0; s < net->state_count; s++) {
        cim_route_end *end = net->state_junction[s] == junction ? CIM__PUSH(ends, cim_route_end) : NULL;
        if (net->state_junction[s] == junction && !end) return cim__nomem(ctx);
        if (end) *end = (cim_route_end){ s, 0 };
    }
    return CIM_OK;
}

typedef struct between {
    cim__buf from, to;
    cim__asked way;
} between;

static cim_status ask_way(cim_ctx *ctx, const cim_impact_travel *t, cim_route_metric *metric, between *b, const cim_net *net, double *length_m)
{
    cim__ask ask = { NULL };
    *length_m = 0.0;
    CIM__TRY(cim__ask_begin(ctx, t->roads->costs, cim_route_metric_weights(metric), metric, t->query, &ask));
    cim_status st = cim__ask_from(&ask, (const cim_route_end *)(const void *)b->from.data, CIM__COUNT(&b->from, cim_route_end));
    if (st >= 0) st = cim__ask_way(&ask, (const cim_route_end *)(const void *)b->to.data, CIM__COUNT(&b->to, cim_route_end), &b->way);
    cim__ask_end(&ask);
    for (size_t i = 0; st >= 0 && i < CIM__COUNT(&b->way.arcs, uint32_t); i++) *length_m += net->edge_length_m[net->arc_link[CIM__AT(&b->way.arcs, uint32_t, i)] >> 1];
    return st < 0 ? st : CIM_OK;
}

static cim_status one_detour(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t, cim_route_metric *closed, between *b, cim_impact_detour *d)
{
    const cim_net *net = a->impact->net;
    CIM__TRY(states_of(ctx, net, d->from, &b->from));
    CIM__TRY(states_of(ctx, net, d->to, &b->to));
    CIM__TRY(ask_way(ctx, t, t->metric, b, net, &d->before_m));
    d->before_ms = b->way.time_ms;
    CIM__TRY(ask_way(ctx, t, closed, b, net, &d->after_m));
    d->after_ms = b->way.time_ms;
    d->first_link = (uint32_t)CIM__COUNT(&a->q->links, uint32_t);
    for (size_t i = 0; i < CIM__COUNT(&b->way.arcs, uint32_t); i++)
        if (!cim__impact_put(&a->q->links, net->arc_link[CIM__AT(&b->way.arcs, uint32_t, i)])) return cim__nomem(ctx);
    d->link_count = (uint32_t)CIM__COUNT(&a->q->links, uint32_t) - d->first_link;
    cim__buf_put(&a->q->detours, d, sizeof *d);
    return a->q->detours.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status find_detours(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t, cim_route_metric *closed)
{
    between b = { cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), { .arcs = cim__buf_on(ctx->mem) } };
    cim_status st = CIM_OK;
    for (uint32_t w = 0; st >= 0 && w < CIM__COUNT(&a->q->works, cim_impact_site); w++) {
        uint32_t ends[2];
        if (!ends_of(a, w, &a->q->scratch, ends)) continue;
        for (int back = 0; st >= 0 && back < 2; back++) {
            cim_impact_detour d = { .work = w, .from = ends[back], .to = ends[1 - back] };
            st = one_detour(ctx, a, t, closed, &b, &d);
        }
    }
    cim__buf_free(&b.from);
    cim__buf_free(&b.to);
    cim__buf_free(&b.way.arcs);
    return a->q->scratch.failed ? cim__nomem(ctx) : st;
}

/* ---- who lives there ---- */

static bool reached_elsewhere(const cim__impact_ask *a, uint32_t object)
{
    const cim_city *city = a->impact->city;
    for (uint32_t i = city->out.first[object]; i < city->out.first[object + 1]; i++) {
        uint32_t e = city->out.type[i] == CIM__R_ACCESSES ? cim_net_find(a->impact->net, city->out.other[i]) : CIM_NONE;
        if (e != CIM_NONE && !a->q->by_edge[e]) return true;
    }
    return false;
}

cim_status cim__impact_front(cim_ctx *ctx, cim__impact_ask *a)
{
    const cim_city *city = a->impact->city;
    cim_impact_query *q = a->q;
    for (size_t s = 0; s < CIM__COUNT(&q->streets, uint32_t); s++) {
        uint32_t street = a->impact->net->edge_object[CIM__AT(&q->streets, uint32_t, s)];
        for (uint32_t i = city->in.first[street]; i < city->in.first[street + 1]; i++) {
            uint32_t object = city->in.other[i];
            bool building = city->in.type[i] == CIM__R_ACCESSES && city->layer[object] == CIM__L_BUILDING;
            if (!building || reached_elsewhere(a, object)) continue;
            if (!cim__impact_put(&q->front, cim__impact_first_same(city, object))) return cim__nomem(ctx);
        }
    }
    CIM__TRY(cim__impact_unique(ctx, q, &q->front, 0));
    for (size_t i = 0; i < CIM__COUNT(&q->front, uint32_t); i++) {
        uint32_t object = CIM__AT(&q->front, uint32_t, i), most = a->impact->people[object];
        for (uint32_t k = city->out.first[object]; k < city->out.first[object + 1]; k++)
            if (city->out.type[k] == CIM__R_SAME_AS && a->impact->people[city->out.other[k]] > most) most = a->impact->people[city->out.other[k]];
        q->front_people += most;
    }
    return CIM_OK;
}

cim_status cim__impact_roads(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *t)
{
    cim_route_metric *closed = NULL;
    if (t->crews > MOST_CREWS) return cim__fail(ctx, CIM_EARG, "%u crews: more than %d", t->crews, MOST_CREWS);
    if (CIM__COUNT(&a->q->streets, uint32_t)) CIM__TRY(close_streets(ctx, a, t, CIM_NONE - 1, &closed));
    cim_status st = find_crews(ctx, a, t);
    if (st >= 0) st = ambulances(ctx, a, t, closed);
    if (st >= 0 && closed) st = find_detours(ctx, a, t, closed);
    cim_route_metric_free(closed);
    return st;
}
