/* journey.c - routes over stops.
 *
 * At a stop where one may go on in any direction there is one choice.  Passing through, there is a choice for every state of the routing graph in
 * which one may leave the stop's street: a direction, and what turn restrictions remember.  The least times to all choices follow
 * from those of the stop before (one layer after the other), then the choices are walked back and each section's way is found.  Two stops
 * with one choice each need no such comparison. */
#include "travel/journey.h"
#include "travel/ask.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { MOST_STOPS = 1000, MOST_ALTERNATIVES = 100 };

typedef struct choice {
    uint32_t node, link; /* the state one goes on from, and the link one is on; CIM_NONE: any */
    uint32_t time_ms, before;
} choice;

typedef struct planning {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const uint32_t *weights;
    const cim_journey_stop *stops; /* in the order of travel */
    size_t count, failed;          /* section that has no way */
    cim__ask ask;
    cim__buf choices;              /* choice */
    uint32_t *first;               /* by stop, count + 1 */
    cim__ends starts, ends, all;   /* of the section at hand */
    cim__asked way;
} planning;

/* ---- the journey ---- */

void cim_journey_free(cim_journey *j)
{
    if (!j) return;
    cim__mem *mem = j->mem;
    for (size_t i = 0; i < CIM__COUNT(&j->routes, cim__journey_route); i++) cim_net_route_free(CIM__AT(&j->routes, cim__journey_route, i).route);
    cim__buf_free(&j->stops);
    cim__buf_free(&j->order);
    cim__buf_free(&j->sections);
    cim__buf_free(&j->routes);
    cim_net_costs_free(j->costs);
    cim__free(mem, j);
    cim__mem_unref(mem);
}

cim_status cim__journey_route_of(cim_ctx *ctx, const cim_journey *j, size_t number, const cim__journey_route **route_out, cim_net_route_view *view_out)
{
    if (!j) return cim__fail(ctx, CIM_EARG, "no journey");
    if (number >= CIM__COUNT(&j->routes, cim__journey_route)) return cim__fail(ctx, CIM_ENOTFOUND, "no route with the number %zu", number);
    *route_out = &CIM__AT(&j->routes, cim__journey_route, number);
    view_out->struct_size = sizeof *view_out;
    return cim_net_route_get(ctx, (*route_out)->route, view_out);
}

cim_status cim_journey_get(cim_ctx *ctx, const cim_journey *j, size_t number, cim_journey_view *view_out)
{
    const cim__journey_route *r;
    cim_net_route_view route;
    cim__enter(ctx);
    CIM__TRY(cim__journey_route_of(ctx, j, number, &r, &route));
    uint32_t sections = (uint32_t)CIM__COUNT(&j->stops, cim_journey_stop) - 1;
    cim_journey_view v = { sizeof v, (uint32_t)CIM__COUNT(&j->routes, cim__journey_route), sections, r->route,
                           &CIM__AT(&j->sections, cim_journey_section, r->first_section), (const uint32_t *)(const void *)j->order.data, j->order_exact,
                           r->shared_ms };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

/* ---- choices at stops ---- */

static choice *choice_at(const planning *p, uint32_t i) { return &CIM__AT(&p->choices, choice, i); }
static bool is_open(const cim_net_costs *c, uint32_t link) { return c->junction_ms[cim__link_head(c->net, link)] < NO_WAY; }

static bool add_choice(planning *p, uint32_t first, uint32_t node, uint32_t link)
{
    if (link != CIM_NONE && !is_open(p->costs, link)) return true;
    for (uint32_t i = first; i < CIM__COUNT(&p->choices, choice); i++)
        if (choice_at(p, i)->node == node) return true;
    choice *c = CIM__PUSH(&p->choices, choice);
    if (c) *c = (choice){ node, link, NO_WAY, CIM_NONE };
    return c != NULL;
}

static cim_status list_choices(planning *p, size_t stop)
{
    const cim_net *net = p->costs->net;
    uint32_t first = p->first[stop] = (uint32_t)CIM__COUNT(&p->choices, choice);
    bool ok = true;
    if (!(p->stops[stop].flags & CIM_JOURNEY_PASS)) return add_choice(p, first, CIM_NONE, CIM_NONE) ? CIM_OK : cim__nomem(p->ctx);
    CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, &p->stops[stop].place, CIM_ROUTE_FORWARD, &p->starts));
    CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, &p->stops[stop].place, CIM_ROUTE_BACKWARD, &p->ends));
    for (size_t i = 0; i < p->starts.count && ok; i++) ok = add_choice(p, first, p->starts.end[i].node, p->starts.links[i]);
    for (size_t i = 0; i < p->ends.count && ok; i++) ok = add_choice(p, first, net->arc_head[p->ends.links[i]], net->arc_link[p->ends.links[i]]);
    return ok ? CIM_OK : cim__nomem(p->ctx);
}

/* ---- one section ---- */

/* How one leaves a stop. */
static cim_status leave(planning *p, size_t stop, const choice *c)
{
    const cim_net_place *place = &p->stops[stop].place;
    if (c->link == CIM_NONE) return cim__net_ends(p->ctx, p->costs, p->weights, place, CIM_ROUTE_FORWARD, &p->starts);
    uint32_t ms = cim__net_leave_ms(p->costs, p->weights, place, c->link);
    p->starts.count = ms < NO_WAY;
    p->starts.links[0] = c->link;
    p->starts.end[0] = (cim_route_end){ c->node, ms };
    return CIM_OK;
}

/* Those of all ways to arrive at a stop that end in a choice. */
static void arrive(planning *p, const choice *c)
{
    p->ends.count = 0;
    for (size_t i = 0; i < p->all.count; i++) {
        if (c->node != CIM_NONE && p->costs->net->arc_head[p->all.links[i]] != c->node) continue;
        p->ends.links[p->ends.count] = p->all.links[i];
        p->ends.end[p->ends.count++] = p->all.end[i];
    }
}

/* The state after a link that is left by one of the starts. */
static uint32_t state_of(const planning *p, uint32_t link)
{
    for (size_t i = 0; i < p->starts.count; i++)
        if (p->starts.links[i] == link) return p->starts.end[i].node;
    return CIM_NONE;
}

/* Both stops on one street, the one before the other: the link, or CIM_NONE. */
static uint32_t straight_on(const planning *p, size_t stop, const choice *from, const choice *to, uint32_t *time)
{
    const cim_net_place *a = &p->stops[stop].place, *b = &p->stops[stop + 1].place;
    uint32_t best = CIM_NONE;
    *time = NO_WAY;
    for (uint32_t link = 2 * a->edge; a->edge == b->edge && link < 2 * a->edge + 2; link++) {
        if ((from->link != CIM_NONE && from->link != link) || (to->node != CIM_NONE && state_of(p, link) != to->node)) continue;
        uint32_t ms = cim__net_along_ms(p->costs, p->weights, a, b, link);
        if (ms >= *time) continue;
        *time = ms;
        best = link;
    }
    return best;
}

/* ---- times of choices ---- */

static cim_status relax(planning *p, size_t stop, uint32_t from)
{
    CIM__TRY(leave(p, stop, choice_at(p, from)));
    CIM__TRY(cim__ask_from(&p->ask, p->starts.end, p->starts.count));
    for (uint32_t to = p->first[stop + 1]; to < p->first[stop + 2]; to++) {
        uint32_t time, straight;
        arrive(p, choice_at(p, to));
        CIM__TRY(cim__ask_time(&p->ask, p->ends.end, p->ends.count, &time));
        (void)straight_on(p, stop, choice_at(p, from), choice_at(p, to), &straight);
        if (straight < time) time = straight;
        if (time >= NO_WAY || choice_at(p, from)->time_ms + time >= choice_at(p, to)->time_ms) continue;
        choice_at(p, to)->time_ms = choice_at(p, from)->time_ms + time;
        choice_at(p, to)->before = from;
    }
    return CIM_OK;
}

static cim_status no_way(planning *p, size_t section)
{
    p->failed = section;
    return cim__fail(p->ctx, CIM_ENOTFOUND, "there is no way from stop %zu to stop %zu", section + 1, section + 2);
}

static cim_status time_choices(planning *p)
{
    choice_at(p, 0)->time_ms = 0;
    for (size_t stop = 0; stop + 1 < p->count; stop++) {
        uint32_t first = p->first[stop], next = p->first[stop + 1], end = p->first[stop + 2];
        bool reached = false;
        if (next - first == 1 && end - next == 1) {
            *choice_at(p, next) = (choice){ choice_at(p, next)->node, choice_at(p, next)->link, 0, first }; /* nothing to compare */
            continue;
        }
        CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, &p->stops[stop + 1].place, CIM_ROUTE_BACKWARD, &p->all));
        for (uint32_t from = first; from < next; from++)
            if (choice_at(p, from)->time_ms < NO_WAY) CIM__TRY(relax(p, stop, from));
        for (uint32_t to = next; to < end; to++) reached |= choice_at(p, to)->time_ms < NO_WAY;
        if (!reached) return no_way(p, stop);
    }
    return CIM_OK;
}

/* The choice at every stop, best last: `chosen` by stop. */
static void walk_back(const planning *p, uint32_t *chosen)
{
    uint32_t best = p->first[p->count - 1];
    for (size_t stop = p->count; stop-- > 0; best = choice_at(p, best)->before) chosen[stop] = best;
}

/* ---- the route ---- */

static void put_way(const planning *p, cim_net_route *r, const cim_net_place *from, const cim_net_place *to, uint32_t start, uint32_t end, const uint32_t *arcs,
                    size_t count)
{
    const cim_net_costs *c = p->costs;
    const cim_net *net = c->net;
    uint32_t first = p->starts.links[start], last_arc = p->ends.links[end], last = net->arc_link[last_arc];
    cim__net_route_leg(c, r, first, cim__net_done(from, first), 1.0, p->starts.end[start].offset_ms, c->junction_rules[cim__link_head(net, first)]);
    for (size_t i = 0; i < count; i++) {
        uint32_t link = net->arc_link[arcs[i]];
        cim__net_route_leg(c, r, link, 0.0, 1.0, p->weights[arcs[i]], c->junction_rules[cim__link_head(net, link)] | cim__net_arc_rules(c, arcs[i]));
    }
    cim__net_route_leg(c, r, last, 0.0, cim__net_done(to, last), p->ends.end[end].offset_ms, cim__net_arc_rules(c, last_arc));
}

static cim_status put_section(planning *p, size_t stop, const choice *from, const choice *to, cim_net_route *r)
{
    const cim_net_place *a = &p->stops[stop].place, *b = &p->stops[stop + 1].place;
    uint32_t straight_ms;
    CIM__TRY(leave(p, stop, from));
    CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, b, CIM_ROUTE_BACKWARD, &p->all));
    arrive(p, to);
    uint32_t straight = straight_on(p, stop, from, to, &straight_ms);
    CIM__TRY(cim__ask_from(&p->ask, p->starts.end, p->starts.count));
    CIM__TRY(cim__ask_way(&p->ask, p->ends.end, p->ends.count, &p->way));
    if (straight == CIM_NONE && p->way.time_ms >= NO_WAY) return no_way(p, stop);
    if (straight != CIM_NONE && straight_ms <= p->way.time_ms)
        cim__net_route_leg(p->costs, r, straight, cim__net_done(a, straight), cim__net_done(b, straight), straight_ms, 0);
    else put_way(p, r, a, b, p->way.start, p->way.end, (const uint32_t *)(const void *)p->way.arcs.data, CIM__COUNT(&p->way.arcs, uint32_t));
    return cim__net_route_failed(r) ? cim__nomem(p->ctx) : CIM_OK;
}

static void put_section_of(cim_journey *j, const cim_net_route_view *before, const cim_net_route_view *after)
{
    cim_journey_section *s = CIM__PUSH(&j->sections, cim_journey_section);
    if (s)
        *s = (cim_journey_section){ before->leg_count, after->leg_count - before->leg_count, after->time_ms - before->time_ms, 0,
                                    after->length_m - before->length_m };
}

/* An empty route at the end of the journey's list. */
static cim_status add_route(cim_ctx *ctx, cim_journey *j, uint32_t shared_ms, cim_net_route **route_out)
{
    cim__journey_route *r = CIM__PUSH(&j->routes, cim__journey_route);
    if (!r) return cim__nomem(ctx);
    *r = (cim__journey_route){ cim__net_route_new(ctx), shared_ms, (uint32_t)CIM__COUNT(&j->sections, cim_journey_section) };
    *route_out = r->route;
    return r->route ? CIM_OK : cim__nomem(ctx);
}

static cim_status put_sections(planning *p, cim_journey *j, const uint32_t *chosen)
{
    cim_net_route *r;
    cim_net_route_view before = { .struct_size = sizeof before }, after = before;
    CIM__TRY(add_route(p->ctx, j, 0, &r));
    for (size_t stop = 0; stop + 1 < p->count; stop++) {
        CIM__TRY(put_section(p, stop, choice_at(p, chosen[stop]), choice_at(p, chosen[stop + 1]), r));
        CIM__TRY(cim_net_route_get(p->ctx, r, &after));
        put_section_of(j, &before, &after);
        before = after;
    }
    return j->sections.failed ? cim__nomem(p->ctx) : CIM_OK;
}

static cim_status plan(planning *p, cim_journey *j)
{
    uint32_t *chosen = cim__alloc_n(p->ctx->mem, p->count, sizeof *chosen);
    p->first = cim__alloc_n(p->ctx->mem, p->count + 1, sizeof *p->first);
    cim_status st = chosen && p->first ? CIM_OK : cim__nomem(p->ctx);
    for (size_t stop = 0; st >= 0 && stop < p->count; stop++) st = list_choices(p, stop);
    if (st >= 0) p->first[p->count] = (uint32_t)CIM__COUNT(&p->choices, choice);
    if (st >= 0) st = time_choices(p);
    if (st >= 0) {
        walk_back(p, chosen);
        st = put_sections(p, j, chosen);
    }
    cim__free(p->ctx->mem, chosen);
    cim__free(p->ctx->mem, p->first);
    return st;
}

/* ---- alternatives ---- */

static cim_status put_alternative(planning *p, cim_journey *j, const cim_route_alternative *a)
{
    cim_net_route *r;
    cim_net_route_view before = { .struct_size = sizeof before }, after = before;
    CIM__TRY(add_route(p->ctx, j, a->shared_ms, &r));
    put_way(p, r, &p->stops[0].place, &p->stops[1].place, a->path.start, a->path.end, a->path.arcs, a->path.arc_count);
    if (cim__net_route_failed(r)) return cim__nomem(p->ctx);
    CIM__TRY(cim_net_route_get(p->ctx, r, &after));
    put_section_of(j, &before, &after);
    return j->sections.failed ? cim__nomem(p->ctx) : CIM_OK;
}

/* The first route is there; others are those of the graph, unless the first just follows the street. */
static cim_status add_alternatives(planning *p, cim_journey *j, const cim_journey_options *o)
{
    cim_net_route_view quickest = { .struct_size = sizeof quickest };
    size_t count = 0, k = (size_t)o->alternatives + 1;
    const choice any = { CIM_NONE, CIM_NONE, 0, 0 };
    uint32_t straight_ms;
    CIM__TRY(leave(p, 0, &any));
    CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, &p->stops[1].place, CIM_ROUTE_BACKWARD, &p->ends));
    CIM__TRY(cim_net_route_get(p->ctx, CIM__AT(&j->routes, cim__journey_route, 0).route, &quickest));
    if (cim__net_straight(p->costs, p->weights, &p->stops[0].place, &p->stops[1].place, &straight_ms) != CIM_NONE && straight_ms == quickest.time_ms)
        return CIM_OK;
    cim_route_alternative *found = cim__alloc_n(p->ctx->mem, k, sizeof *found);
    if (!found) return cim__nomem(p->ctx);
    cim_status st = cim_route_alternatives_find(p->ctx, p->ask.metric, p->ask.query, p->starts.end, p->starts.count, p->ends.end, p->ends.count, o->alternative,
                                                k, found, &count);
    for (size_t i = 1; st >= 0 && i < count; i++) st = put_alternative(p, j, &found[i]);
    cim__free(p->ctx->mem, found);
    return st;
}

/* ---- order ---- */

/* Of every stop how one starts there (side 0) and how one arrives (side 1). */
static cim_status list_places(planning *p, cim__buf ends[2], cim__buf first[2])
{
    for (size_t i = 0; i <= p->count; i++)
        for (int side = 0; side < 2; side++) {
            uint32_t at = (uint32_t)CIM__COUNT(&ends[side], cim_route_end);
            cim__buf_put(&first[side], &at, sizeof at);
            if (i == p->count) continue;
            CIM__TRY(cim__net_ends(p->ctx, p->costs, p->weights, &p->stops[i].place, side ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD, &p->all));
            if (!p->all.count) p->all.end[p->all.count++] = (cim_route_end){ 0, NO_WAY }; /* nobody gets there */
            cim__buf_put(&ends[side], p->all.end, p->all.count * sizeof *p->all.end);
        }
    return ends[0].failed || ends[1].failed || first[0].failed || first[1].failed ? cim__nomem(p->ctx) : CIM_OK;
}

static cim_status time_pairs(planning *p, const cim_route_places places[2], uint32_t *times)
{
    size_t n = p->count;
    if (p->ask.metric) return cim_route_matrix(p->ctx, p->ask.metric, &places[0], &places[1], times);
    for (size_t i = 0; i < n; i++) {
        const uint32_t *s = places[0].first_end, *t = places[1].first_end;
        CIM__TRY(cim__ask_from(&p->ask, places[0].ends + s[i], s[i + 1] - s[i]));
        for (size_t k = 0; k < n; k++) CIM__TRY(cim__ask_time(&p->ask, places[1].ends + t[k], t[k + 1] - t[k], &times[i * n + k]));
    }
    return CIM_OK;
}

/* Pairs on one street. */
static void time_neighbours(const planning *p, uint32_t *times)
{
    const cim_journey_stop *stops = p->stops;
    size_t n = p->count;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            uint32_t time;
            (void)cim__net_straight(p->costs, p->weights, &stops[i].place, &stops[k].place, &time);
            if (time < times[i * n + k]) times[i * n + k] = time;
        }
}

static cim_status find_order(planning *p, cim_journey *j)
{
    cim__buf ends[2] = { cim__buf_on(p->ctx->mem), cim__buf_on(p->ctx->mem) }, first[2] = { ends[0], ends[0] };
    uint32_t *times = cim__alloc_n(p->ctx->mem, p->count * p->count, sizeof *times), *order = (uint32_t *)(void *)j->order.data;
    cim_status st = times ? list_places(p, ends, first) : cim__nomem(p->ctx);
    cim_route_places places[2];
    for (int side = 0; side < 2; side++)
        places[side] = (cim_route_places){ (const cim_route_end *)(const void *)ends[side].data, (const uint32_t *)(const void *)first[side].data, p->count };
    if (st >= 0) st = time_pairs(p, places, times);
    if (st >= 0) time_neighbours(p, times);
    if (st >= 0) st = cim_journey_order(p->ctx, times, p->count, order, &j->order_exact);
    for (int side = 0; side < 2; side++) {
        cim__buf_free(&ends[side]);
        cim__buf_free(&first[side]);
    }
    cim__free(p->ctx->mem, times);
    if (st < 0) return st;
    cim_journey_stop *sorted = (cim_journey_stop *)(void *)j->stops.data;
    const cim_journey_stop *given = p->stops;
    for (size_t i = 0; i < p->count; i++) sorted[i] = given[order[i]];
    p->stops = sorted;
    return CIM_OK;
}

/* ---- why there is no way ---- */

/* The first thing to be avoided on the way as it would be without; CIM_NONE when there is none either. */
static cim_status find_culprit(planning *p, const uint32_t *by_edge, const cim_route_metric *metric, const uint32_t *weights, uint32_t *which)
{
    const choice any = { CIM_NONE, CIM_NONE, 0, 0 };
    const cim_net_place *places[2] = { &p->stops[p->failed].place, &p->stops[p->failed + 1].place };
    const cim_net *net = p->costs->net;
    *which = CIM_NONE;
    for (int i = 0; i < 2; i++)
        if (by_edge[places[i]->edge]) return *which = by_edge[places[i]->edge] - 1, CIM_OK;
    p->weights = p->ask.weights_ms = weights;
    p->ask.metric = metric;
    CIM__TRY(leave(p, p->failed, &any));
    CIM__TRY(cim__net_ends(p->ctx, p->costs, weights, places[1], CIM_ROUTE_BACKWARD, &p->ends));
    CIM__TRY(cim__ask_from(&p->ask, p->starts.end, p->starts.count));
    CIM__TRY(cim__ask_way(&p->ask, p->ends.end, p->ends.count, &p->way));
    for (size_t i = 0; p->way.time_ms < NO_WAY && i < CIM__COUNT(&p->way.arcs, uint32_t) && *which == CIM_NONE; i++) {
        uint32_t e = net->arc_link[CIM__AT(&p->way.arcs, uint32_t, i)] >> 1;
        if (by_edge[e]) *which = by_edge[e] - 1;
    }
    return CIM_OK;
}

static cim_status explain(planning *p, const cim_journey_avoid *avoid, const uint32_t *by_edge, const cim_route_metric *metric, const uint32_t *weights)
{
    uint32_t which;
    char text[40];
    CIM__TRY(find_culprit(p, by_edge, metric, weights, &which));
    if (which == CIM_NONE) return no_way(p, p->failed);
    cim__avoid_name(avoid, which, text);
    return cim__fail(p->ctx, CIM_ENOTFOUND, "there is no way from stop %zu to stop %zu that avoids %s", p->failed + 1, p->failed + 2, text);
}

/* ---- all of it ---- */

typedef struct detour {
    cim_journey_avoid avoid;
    uint32_t *by_edge, *weights; /* NULL: nothing to avoid */
    cim_route_metric *metric;
} detour;

static cim_status begin_detour(cim_ctx *ctx, const cim_net_costs *costs, const cim_journey_avoid *avoid, const cim_route_metric *metric, detour *d)
{
    const cim_net *net = costs->net;
    CIM__TRY(cim__avoid_options(ctx, avoid, &d->avoid));
    d->by_edge = cim__zalloc_n(ctx->mem, (size_t)net->edge_count + 1, sizeof *d->by_edge);
    d->weights = cim__alloc_n(ctx->mem, (size_t)net->arc_count + 1, sizeof *d->weights);
    if (!d->by_edge || !d->weights) return cim__nomem(ctx);
    CIM__TRY(cim__avoid_find(ctx, costs, &d->avoid, d->by_edge));
    if (net->arc_count) memcpy(d->weights, cim__net_weights(costs, metric), net->arc_count * sizeof *d->weights);
    cim__avoid_apply(costs, &d->avoid, d->by_edge, d->weights);
    return metric ? cim__avoid_metric(ctx, costs, metric, d->weights, &d->metric) : CIM_OK;
}

static void end_detour(cim_ctx *ctx, detour *d)
{
    cim_route_metric_free(d->metric);
    cim__free(ctx->mem, d->by_edge);
    cim__free(ctx->mem, d->weights);
}

/* Stops on closed streets, before anything is searched for. */
static cim_status see_stops(planning *p, const detour *d)
{
    char text[40];
    if (!d->by_edge || d->avoid.factor > 0.0) return CIM_OK;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t which = d->by_edge[p->stops[i].place.edge];
        if (!which) continue;
        cim__avoid_name(&d->avoid, which - 1, text);
        return cim__fail(p->ctx, CIM_ENOTFOUND, "there is no way: stop %zu lies where %s is to be avoided", i + 1, text);
    }
    return CIM_OK;
}

static cim_status find(planning *p, cim_journey *j, const cim_journey_options *o, const detour *d, const cim_route_metric *metric, cim_route_query *query)
{
    const uint32_t *now = cim__net_weights(p->costs, metric);
    p->weights = d->weights ? d->weights : now;
    CIM__TRY(see_stops(p, d));
    CIM__TRY(cim__ask_begin(p->ctx, p->costs, p->weights, d->metric ? d->metric : metric, query, &p->ask));
    if (o->flags & CIM_JOURNEY_ORDER) CIM__TRY(find_order(p, j));
    cim_status st = plan(p, j);
    if (st == CIM_ENOTFOUND && d->by_edge) st = explain(p, &d->avoid, d->by_edge, metric, now);
    if (st >= 0 && o->alternatives) st = add_alternatives(p, j, o);
    return st;
}

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_journey_stop *stops, size_t count, const cim_journey_options *o, bool metric)
{
    if (!costs || !stops) return cim__fail(ctx, CIM_EARG, "costs or stops are missing");
    if (count < 2 || count > MOST_STOPS) return cim__fail(ctx, CIM_EARG, "%zu stops, not 2 to %d", count, MOST_STOPS);
    if (o->flags & ~(uint32_t)CIM_JOURNEY_ORDER) return cim__fail(ctx, CIM_EARG, "unknown flags");
    if (o->alternatives > MOST_ALTERNATIVES) return cim__fail(ctx, CIM_EARG, "%u alternatives, not at most %d", o->alternatives, MOST_ALTERNATIVES);
    if (o->alternatives && (count > 2 || !metric)) return cim__fail(ctx, CIM_EARG, "alternatives are for two stops, and need a metric");
    for (size_t i = 0; i < count; i++) {
        if (stops[i].flags & ~(uint32_t)CIM_JOURNEY_PASS || (stops[i].flags && (!i || i + 1 == count)))
            return cim__fail(ctx, CIM_EARG, "stop %zu has flags it cannot have", i + 1);
        if (stops[i].place.edge >= costs->net->edge_count || !(stops[i].place.fraction >= 0.0 && stops[i].place.fraction <= 1.0))
            return cim__fail(ctx, CIM_EARG, "stop %zu is no place on the net", i + 1);
    }
    return CIM_OK;
}

static cim_journey *journey_of(cim_ctx *ctx, cim_net_costs *costs, const cim_journey_stop *stops, size_t count)
{
    cim_journey *j = cim__zalloc(ctx->mem, sizeof *j);
    if (!j) return NULL;
    j->mem = cim__mem_ref(ctx->mem);
    j->costs = cim_net_costs_ref(costs);
    j->order_exact = 1;
    j->stops = j->order = j->sections = j->routes = cim__buf_on(j->mem);
    cim__buf_put(&j->stops, stops, count * sizeof *stops);
    for (uint32_t i = 0; i < count; i++) cim__buf_put(&j->order, &i, sizeof i);
    if (!j->stops.failed && !j->order.failed) return j;
    cim_journey_free(j);
    return NULL;
}

cim_status cim_journey_find(cim_ctx *ctx, cim_net_costs *costs, const cim_journey_stop *stops, size_t stop_count, const cim_journey_options *options,
                            const cim_route_metric *metric, cim_route_query *query, cim_journey **journey_out)
{
    cim_journey_options opts = CIM_JOURNEY_OPTIONS_INIT;
    detour d = { .by_edge = NULL };
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "journey options"));
    CIM__TRY(check(ctx, costs, stops, stop_count, &opts, metric));
    CIM__TRY(cim__net_question_fits(ctx, costs, metric, query));
    cim_journey *j = journey_of(ctx, costs, stops, stop_count);
    planning *p = cim__zalloc(ctx->mem, sizeof *p);
    cim_status st = j && p ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        *p = (planning){ .ctx = ctx, .costs = costs, .stops = stops, .count = stop_count, .choices = cim__buf_on(ctx->mem), .way.arcs = cim__buf_on(ctx->mem) };
        if (opts.avoid) st = begin_detour(ctx, costs, opts.avoid, metric, &d);
        if (st >= 0) st = find(p, j, &opts, &d, metric, query);
        cim__ask_end(&p->ask);
        cim__buf_free(&p->choices);
        cim__buf_free(&p->way.arcs);
    }
    end_detour(ctx, &d);
    cim__free(ctx->mem, p);
    if (st < 0) cim_journey_free(j);
    else *journey_out = j;
    return st;
}
