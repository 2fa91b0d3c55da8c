/* isochrone.c - from places to the runs of an isochrone: times of states, and over which links one goes on from them. */
#include "route/route.h"
#include "travel/isochrone.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct search {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const cim_route_metric *metric;
    cim_route_query *query;
    const uint32_t *weights; /* as they are now */
    const cim_net_place *places;
    size_t place_count;
    cim__buf ends, owners;   /* cim_route_end of all places, and of which place they are */
    uint32_t *times, *place_of; /* by state; place_of NULL when there is one place */
    cim__runs runs;
} search;

/* ---- ends of places ---- */

static cim_status add_ends(search *s, uint32_t place)
{
    cim__ends ends;
    CIM__TRY(cim__net_ends(s->ctx, s->costs, s->weights, &s->places[place], s->runs.direction, &ends));
    cim__buf_put(&s->ends, ends.end, ends.count * sizeof *ends.end);
    for (size_t i = 0; i < ends.count; i++) cim__buf_put(&s->owners, &place, sizeof place);
    return s->ends.failed || s->owners.failed ? cim__nomem(s->ctx) : CIM_OK;
}

/* From the place itself along its street, as far as that goes. */
static cim_status add_own(search *s, uint32_t place)
{
    const cim_net_place *p = &s->places[place];
    for (uint32_t d = 0; d < 2; d++) {
        uint32_t link = 2 * p->edge + d, run = cim__run_link(&s->runs, link);
        if (!(p->directions >> d & 1) || s->costs->link_ms[link] >= NO_WAY) continue;
        uint32_t ms = cim__net_link_now(s->costs, s->weights, link);
        if (ms >= NO_WAY) continue;
        cim__run *r = CIM__PUSH(&s->runs.others, cim__run);
        if (!r) return cim__nomem(s->ctx);
        *r = (cim__run){ run, place, 0, ms, run & 1 ? 1.0 - p->fraction : p->fraction, true };
    }
    return CIM_OK;
}

/* ---- runs ---- */

static inline bool offer(search *s, uint32_t link, uint32_t state, uint32_t entry, uint32_t ms)
{
    uint32_t run = cim__run_link(&s->runs, link), place = s->place_of ? s->place_of[state] : 0;
    if (entry >= s->runs.limit_ms) return true;
    if (ms != s->costs->link_ms[link]) {
        cim__run *r = CIM__PUSH(&s->runs.others, cim__run);
        if (r) *r = (cim__run){ run, place, entry, ms, 0.0, false };
        return r != NULL;
    }
    uint32_t *best = &s->runs.entry_ms[run];
    if (entry > *best || (entry == *best && (!s->place_of || place >= s->runs.entry_place[run]))) return true;
    *best = entry;
    if (s->place_of) s->runs.entry_place[run] = place;
    return true;
}

/* An arc that may not be used: still one gets onto its link when only the junction at the far end is shut. */
static bool onto_dead_end(const cim_net_costs *c, uint32_t arc, uint32_t from, uint32_t link)
{
    if (from != CIM_NONE && (from ^ link) == 1) return false;
    return c->link_ms[link] < NO_WAY && c->junction_ms[cim__link_head(c->net, link)] >= NO_WAY && !cim__net_arc_rules(c, arc);
}

/* Going on over an arc that has changed, or may not be used. */
static bool go_over(search *s, uint32_t arc, uint32_t state, uint32_t time)
{
    const cim_net_costs *c = s->costs;
    uint32_t link = c->net->arc_link[arc], base = c->weights_ms[arc], now = s->weights[arc], ms = c->link_ms[link];
    if (base >= NO_WAY) return !onto_dead_end(c, arc, c->net->state_link[state], link) || offer(s, link, state, time, ms);
    if (now >= NO_WAY) return true;
    return offer(s, link, state, time + base - ms - c->junction_ms[cim__link_head(c->net, link)], ms + now > base ? ms + now - base : 0);
}

/* Going on from a state that is reached. */
static bool go_on(search *s, uint32_t state, uint32_t time)
{
    const cim_net_costs *c = s->costs;
    const cim_net *net = c->net;
    const uint32_t *arc_link = net->arc_link, *base = c->weights_ms, *now = s->weights, *link_ms = c->link_ms, *junction_ms = c->junction_ms, *ends[2] = { net->edge_to, net->edge_from };
    uint32_t *best = s->runs.entry_ms, back = net->state_link[state] ^ 1, end = net->first_arc[state + 1];
    bool single = !s->place_of;
    for (uint32_t a = net->first_arc[state]; a < end; a++) {
        uint32_t link = arc_link[a], weight = base[a];
        if (single && weight < NO_WAY && now[a] == weight) { /* almost always */
            uint32_t entry = time + weight - link_ms[link] - junction_ms[ends[link & 1][link >> 1]];
            if (entry < best[link] && entry < s->runs.limit_ms) best[link] = entry;
        } else if (weight < NO_WAY || link != back) {
            if (!go_over(s, a, state, time)) return false;
        }
    }
    return true;
}

/* Looking backward: from a link into the state behind it, and from there to the place. */
static bool come_from(search *s, uint32_t link, uint32_t state)
{
    const cim_net_costs *c = s->costs;
    uint32_t behind = c->junction_ms[cim__link_head(c->net, link)];
    if (s->times[state] >= NO_WAY || c->link_ms[link] >= NO_WAY || behind >= NO_WAY) return true;
    uint32_t ms = cim__net_link_now(c, s->weights, link);
    return ms >= NO_WAY || offer(s, link, state, s->times[state] + behind, ms);
}

/* The state after a link when nothing is known of the way before: the head of the arc that the junction's own state has over it. */
static bool come_from_all(search *s)
{
    const cim_net *net = s->costs->net;
    if (net->turns == CIM_NET_TURNS_FULL) {
        for (uint32_t link = 0; link < 2 * net->edge_count; link++)
            if (!come_from(s, link, link)) return false;
        return true;
    }
    for (uint32_t j = 0; j < net->junction_count; j++)
        for (uint32_t a = net->first_arc[j]; a < net->first_arc[j + 1]; a++)
            if (!come_from(s, net->arc_link[a], net->arc_head[a])) return false;
    return true;
}

/* ---- which place is the nearest to a state: along arcs on which times are tight, from the first place on ---- */

static bool give(search *s, cim__buf *stack, uint32_t state, uint32_t place)
{
    if (s->place_of[state] != CIM_NONE) return true;
    s->place_of[state] = place;
    cim__buf_put(stack, &state, sizeof state);
    return !stack->failed;
}

static bool give_next(search *s, cim__buf *stack, uint32_t state)
{
    const cim_net *net = s->costs->net;
    for (uint32_t a = net->first_arc[state]; a < net->first_arc[state + 1]; a++) {
        uint32_t next = net->arc_head[a];
        if (s->times[next] < NO_WAY && s->weights[a] < NO_WAY && s->times[state] + s->weights[a] == s->times[next] && !give(s, stack, next, s->place_of[state])) return false;
    }
    return true;
}

static bool give_before(search *s, cim__buf *stack, uint32_t state)
{
    const cim_net *net = s->costs->net;
    uint32_t j = net->state_junction[state];
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
        uint32_t link = net->out_link[i] ^ 1;
        for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
            uint32_t a = net->arc_of_link[k], before = net->arc_tail[a];
            if (net->arc_head[a] != state || s->times[before] >= NO_WAY || s->weights[a] >= NO_WAY) continue;
            if (s->times[state] + s->weights[a] == s->times[before] && !give(s, stack, before, s->place_of[state])) return false;
        }
    }
    return true;
}

static cim_status find_places(search *s)
{
    const cim_route_end *ends = (const cim_route_end *)(const void *)s->ends.data;
    cim__buf stack = cim__buf_on(s->ctx->mem);
    bool ok = true;
    memset(s->place_of, 0xff, s->costs->net->state_count * sizeof *s->place_of);
    for (size_t i = 0; ok && i < CIM__COUNT(&s->ends, cim_route_end); i++) {
        if (s->times[ends[i].node] != ends[i].offset_ms) continue;
        ok = give(s, &stack, ends[i].node, CIM__AT(&s->owners, uint32_t, i));
        while (ok && stack.size) {
            stack.size -= sizeof(uint32_t);
            uint32_t state = *(uint32_t *)(void *)(stack.data + stack.size);
            ok = s->runs.direction == CIM_ROUTE_FORWARD ? give_next(s, &stack, state) : give_before(s, &stack, state);
        }
    }
    cim__buf_free(&stack);
    return ok ? CIM_OK : cim__nomem(s->ctx);
}

/* ---- times ---- */

/* One place forward, with a metric: only what is within the limit is looked at. */
static cim_status few(search *s)
{
    uint32_t states = s->costs->net->state_count, *nodes = cim__alloc_n(s->ctx->mem, 2 * (size_t)states, sizeof *nodes), *times = nodes + states;
    size_t count = 0;
    if (!nodes) return cim__nomem(s->ctx);
    cim_status st = cim_route_within(s->ctx, s->metric, s->query, CIM_ROUTE_FORWARD, (const cim_route_end *)(const void *)s->ends.data, CIM__COUNT(&s->ends, cim_route_end),
                                     s->runs.limit_ms, nodes, times, states, &count);
    for (size_t i = 0; st >= 0 && i < count; i++)
        if (!go_on(s, nodes[i], times[i])) st = cim__nomem(s->ctx);
    cim__free(s->ctx->mem, nodes);
    return st;
}

static cim_status many(search *s)
{
    const cim_net *net = s->costs->net;
    size_t states = net->state_count;
    s->times = cim__alloc_n(s->ctx->mem, states, sizeof *s->times);
    if (!s->times) return cim__nomem(s->ctx);
    CIM__TRY(cim__travel_times(s->ctx, s->costs, s->metric, s->query, s->runs.direction, (const cim_route_end *)(const void *)s->ends.data, CIM__COUNT(&s->ends, cim_route_end),
                               s->runs.limit_ms, s->times));
    if (s->place_count > 1) {
        s->place_of = cim__alloc_n(s->ctx->mem, states, sizeof *s->place_of);
        s->runs.entry_place = cim__zalloc_n(s->ctx->mem, 2 * (size_t)net->edge_count, sizeof *s->runs.entry_place);
        if (!s->place_of || !s->runs.entry_place) return cim__nomem(s->ctx);
        CIM__TRY(find_places(s));
    }
    bool ok = true;
    if (s->runs.direction == CIM_ROUTE_BACKWARD) ok = come_from_all(s);
    else
        for (uint32_t v = 0; ok && v < states; v++)
            if (s->times[v] < NO_WAY) ok = go_on(s, v, s->times[v]);
    return ok ? CIM_OK : cim__nomem(s->ctx);
}

static cim_status find(search *s, cim_isochrone *iso)
{
    size_t links = 2 * (size_t)s->costs->net->edge_count;
    s->runs.entry_ms = cim__alloc_n(s->ctx->mem, links, sizeof *s->runs.entry_ms);
    if (!s->runs.entry_ms) return cim__nomem(s->ctx);
    memset(s->runs.entry_ms, 0xff, links * sizeof *s->runs.entry_ms);
    for (uint32_t p = 0; p < s->place_count; p++) {
        CIM__TRY(add_ends(s, p));
        CIM__TRY(add_own(s, p));
    }
    if (s->ends.size) CIM__TRY(s->metric && s->place_count == 1 && s->runs.direction == CIM_ROUTE_FORWARD ? few(s) : many(s));
    return cim__runs_pieces(&s->runs, &iso->pieces) ? CIM_OK : cim__nomem(s->ctx);
}

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_route_query *query, const cim_net_place *places, size_t place_count,
                        const cim_isochrone_options *o)
{
    if (!costs) return cim__fail(ctx, CIM_EARG, "no costs");
    CIM__TRY(cim__net_question_fits(ctx, costs, metric, query));
    if (!places || !place_count || place_count >= CIM_NONE) return cim__fail(ctx, CIM_EARG, "%zu places", places ? place_count : 0);
    if (o->direction != CIM_ROUTE_FORWARD && o->direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", o->direction);
    if (!o->limit_ms || o->limit_ms >= NO_WAY) return cim__fail(ctx, CIM_EARG, "a limit of %u ms", o->limit_ms);
    return CIM_OK;
}

cim_status cim_isochrone_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query, const cim_net_place *places,
                              size_t place_count, const cim_isochrone_options *options, cim_isochrone **isochrone_out)
{
    cim_isochrone_options opts = CIM_ISOCHRONE_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "isochrone options"));
    CIM__TRY(check(ctx, costs, metric, query, places, place_count, &opts));
    cim_isochrone *iso = cim__zalloc(ctx->mem, sizeof *iso);
    if (!iso) return cim__nomem(ctx);
    *iso = (cim_isochrone){ cim__mem_ref(ctx->mem), cim_net_ref(costs->net), opts.direction, opts.limit_ms, cim__buf_on(ctx->mem) };
    search s = { ctx, costs, metric, query, cim__net_weights(costs, metric), places, place_count, cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), NULL, NULL,
                 { costs, opts.direction, opts.limit_ms, NULL, NULL, cim__buf_on(ctx->mem) } };
    cim_status st = find(&s, iso);
    cim__buf *bufs[] = { &s.ends, &s.owners, &s.runs.others };
    void *arrays[] = { s.times, s.place_of, s.runs.entry_ms, s.runs.entry_place };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(ctx->mem, arrays[i]);
    if (st < 0) cim_isochrone_free(iso);
    else *isochrone_out = iso;
    return st < 0 ? st : CIM_OK;
}

cim_status cim_isochrone_get(cim_ctx *ctx, const cim_isochrone *iso, cim_isochrone_view *view_out)
{
    cim__enter(ctx);
    cim_isochrone_view v = { 0, iso->direction, iso->limit_ms, CIM__COUNT(&iso->pieces, cim_isochrone_piece),
                             (const cim_isochrone_piece *)(const void *)iso->pieces.data };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

void cim_isochrone_free(cim_isochrone *iso)
{
    if (!iso) return;
    cim__mem *mem = iso->mem;
    cim__buf_free(&iso->pieces);
    cim_net_free(iso->net);
    cim__free(mem, iso);
    cim__mem_unref(mem);
}
