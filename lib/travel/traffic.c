/* traffic.c - a city's road net on live weights, and the objects that must not be cut off.
 *
 * An object is watched as the states in which one gets on from its place and from which one gets there.  It is cut off when all of these
 * are, or when its own street is closed and no end of its place is left. */
#include "travel/traffic.h"

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_hierarchy *h, const cim_traffic_options *o)
{
    if (!costs || !h) return cim__fail(ctx, CIM_EARG, "no costs or no hierarchy");
    CIM__TRY(cim__net_fits(ctx, costs, h));
    if (!(o->radius_m >= 0.0 && o->radius_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "the radius is negative or too large");
    if (!(o->vehicle_s >= 0.0 && o->vehicle_s <= 1e9)) return cim__fail(ctx, CIM_EARG, "the time of vehicles is negative or too large");
    return CIM_OK;
}

static cim_status new_live(cim_ctx *ctx, cim_traffic *t, const cim_traffic_options *o)
{
    const cim_net_costs *c = t->costs;
    const cim_net *net = c->net;
    cim_route_live_options options = CIM_ROUTE_LIVE_OPTIONS_INIT;
    float *lengths_m = cim__alloc_n(ctx->mem, (size_t)net->arc_count + 1, sizeof *lengths_m);
    uint32_t *fixed_ms = cim__alloc_n(ctx->mem, (size_t)net->arc_count + 1, sizeof *fixed_ms);
    for (uint32_t a = 0; lengths_m && fixed_ms && a < net->arc_count; a++) {
        uint32_t link = net->arc_link[a], driving = c->link_ms[link], all = c->weights_ms[a];
        lengths_m[a] = (float)net->edge_length_m[link >> 1];
        fixed_ms[a] = all < CIM__INF && all > driving ? all - driving : 0;
    }
    options.labels = o->labels;
    options.min_speed_kmh = o->min_speed_kmh;
    options.lengths_m = lengths_m;
    options.fixed_ms = fixed_ms;
    cim_status st = lengths_m && fixed_ms ? cim_route_live_new(ctx, t->hierarchy, c->weights_ms, &options, &t->live) : cim__nomem(ctx);
    cim__free(ctx->mem, lengths_m);
    cim__free(ctx->mem, fixed_ms);
    return st;
}

cim_status cim_traffic_new(cim_ctx *ctx, cim_city *city, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const cim_traffic_options *given,
                           cim_traffic **traffic_out)
{
    cim_traffic_options o = CIM_TRAFFIC_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &o, sizeof o, given, "traffic options"));
    if (!city) return cim__fail(ctx, CIM_EARG, "no city");
    CIM__TRY(check(ctx, costs, hierarchy, &o));
    cim_traffic *t = cim__zalloc(ctx->mem, sizeof *t);
    if (!t) return cim__nomem(ctx);
    t->mem = cim__mem_ref(ctx->mem);
    t->city = cim_city_ref(city);
    t->costs = cim_net_costs_ref(costs);
    t->hierarchy = cim_route_hierarchy_ref(hierarchy);
    t->radius_m = o.radius_m > 0.0 ? o.radius_m : 25.0;
    t->vehicle_ms = (int64_t)((o.vehicle_s > 0.0 ? o.vehicle_s : 300.0) * 1000.0);
    t->watched = t->place_ends = t->place_arcs = cim__buf_on(t->mem);
    cim__map_init(&t->nodes, t->mem);
    cim__names_init(&t->entities, t->mem);
    cim__names_init(&t->places, t->mem);
    pthread_mutex_init(&t->lock, NULL);
    cim_status st = new_live(ctx, t, &o);
    if (st < 0) cim_traffic_free(t);
    else *traffic_out = t;
    return st;
}

void cim_traffic_free(cim_traffic *t)
{
    if (!t) return;
    cim__mem *mem = t->mem;
    cim_route_live_free(t->live);
    cim__buf_free(&t->watched);
    cim__map_free(&t->nodes);
    cim__names_free(&t->entities);
    cim__names_free(&t->places);
    cim__buf_free(&t->place_ends);
    cim__buf_free(&t->place_arcs);
    pthread_mutex_destroy(&t->lock);
    cim_route_hierarchy_free(t->hierarchy);
    cim_net_costs_free(t->costs);
    cim_city_free(t->city);
    cim__free(mem, t);
    cim__mem_unref(mem);
}

cim_route_live *cim_traffic_live(const cim_traffic *t) { return t->live; }

cim_status cim_traffic_say(cim_ctx *ctx, cim_traffic *t, const uint32_t *arcs, size_t count, const cim_route_change *what)
{
    cim__enter(ctx);
    if (!what || (count && !arcs)) return cim__fail(ctx, CIM_EARG, "nothing is said, or no arcs");
    cim_route_change *changes = cim__alloc_n(ctx->mem, count + 1, sizeof *changes);
    if (!changes) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) {
        changes[i] = *what;
        changes[i].arc = arcs[i];
    }
    cim_status st = cim_route_live_apply(ctx, t->live, changes, count);
    cim__free(ctx->mem, changes);
    return st;
}

cim_status cim_traffic_time(cim_ctx *ctx, const char *text, int64_t *ms_out)
{
    cim__enter(ctx);
    if (!text || !cim__live_time(cim__str_of(text), ms_out))
        return cim__fail(ctx, CIM_EARG, "%.100s is no time like 2026-01-31T08:30:00Z", text ? text : "nothing");
    return CIM_OK;
}

/* ---- watched objects ---- */

static cim_status add_nodes(cim_ctx *ctx, const cim_traffic *t, const cim_net_place *place, cim__buf *nodes)
{
    cim__ends ends;
    for (int32_t direction = CIM_ROUTE_FORWARD; direction <= CIM_ROUTE_BACKWARD; direction++) {
        CIM__TRY(cim__net_ends(ctx, t->costs, t->costs->weights_ms, place, direction, &ends));
        for (size_t i = 0; i < ends.count; i++) cim__buf_put(nodes, &ends.end[i].node, sizeof(uint32_t));
    }
    return nodes->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status find_watched(cim_ctx *ctx, const cim_traffic *t, const uint32_t *objects, size_t count, cim__buf *watched, cim__buf *nodes)
{
    for (size_t i = 0; i < count; i++) {
        cim__watched w = { .object = objects[i] };
        CIM__TRY(cim_net_place_find(ctx, t->costs, t->city, objects[i], &w.place));
        CIM__TRY(add_nodes(ctx, t, &w.place, nodes));
        cim__buf_put(watched, &w, sizeof w);
    }
    return watched->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim_traffic_watch(cim_ctx *ctx, cim_traffic *t, const uint32_t *objects, size_t count)
{
    cim__enter(ctx);
    if (count && !objects) return cim__fail(ctx, CIM_EARG, "no objects");
    cim__buf watched = cim__buf_on(t->mem), nodes = cim__buf_on(ctx->mem);
    cim_status st = find_watched(ctx, t, objects, count, &watched, &nodes);
    if (st >= 0) st = cim_route_live_watch(ctx, t->live, (const uint32_t *)(const void *)nodes.data, CIM__COUNT(&nodes, uint32_t));
    if (st >= 0) {
        pthread_mutex_lock(&t->lock);
        cim__buf old = t->watched;
        t->watched = watched;
        watched = old;
        pthread_mutex_unlock(&t->lock);
    }
    cim__buf_free(&watched);
    cim__buf_free(&nodes);
    return st;
}

/* Is there no end left from which (or at which) the main part is reached? */
static cim_status all_cut(cim_ctx *ctx, const cim_traffic *t, const uint32_t *weights_ms, const cim__watched *w, int32_t direction, const cim__map *cut_nodes,
                          uint32_t bit, uint32_t *cut)
{
    cim__ends ends;
    bool left = false;
    CIM__TRY(cim__net_ends(ctx, t->costs, weights_ms, &w->place, direction, &ends));
    for (size_t i = 0; i < ends.count; i++) {
        uint32_t bits = cim__map_get(cut_nodes, ends.end[i].node);
        left |= bits == CIM_NONE || !(bits & bit);
    }
    if (!left) *cut |= bit;
    return CIM_OK;
}

/* The nodes that are cut off, of the same epoch as the view. */
static cim_status cut_nodes(cim_ctx *ctx, const cim_traffic *t, cim__map *map, cim_route_view **view_out)
{
    cim__buf cuts = cim__buf_on(ctx->mem);
    size_t count = 0;
    cim_status st = CIM_OK;
    cim_route_view *view = NULL;
    for (bool same = false; !same && st >= 0;) {
        cim_route_view_free(view);
        view = cim_route_live_view(t->live);
        cuts.size = 0;
        st = cim_route_live_cuts(ctx, t->live, NULL, 0, &count);
        size_t cap = count;
        cim_route_cut *room = cim__buf_extend(&cuts, (cap + 1) * sizeof *room);
        if (!room) st = cim__nomem(ctx);
        if (st >= 0) st = cim_route_live_cuts(ctx, t->live, room, cap, &count);
        cim_route_view *now = cim_route_live_view(t->live);
        same = now == view && count <= cap;
        cim_route_view_free(now);
    }
    for (size_t i = 0; i < count && st >= 0; i++) {
        const cim_route_cut *c = &CIM__AT(&cuts, cim_route_cut, i);
        if (!cim__map_put(map, c->node, c->cut)) st = cim__nomem(ctx);
    }
    cim__buf_free(&cuts);
    *view_out = view;
    return st;
}

static cim_status list_cuts(cim_ctx *ctx, const cim_traffic *t, const uint32_t *weights_ms, const cim__map *nodes, cim_traffic_cut *out, size_t cap,
                            size_t *count_out)
{
    size_t found = 0;
    for (size_t i = 0; i < CIM__COUNT(&t->watched, cim__watched); i++) {
        const cim__watched *w = &CIM__AT(&t->watched, cim__watched, i);
        uint32_t cut = 0;
        CIM__TRY(all_cut(ctx, t, weights_ms, w, CIM_ROUTE_BACKWARD, nodes, CIM_ROUTE_CUT_TO, &cut));
        CIM__TRY(all_cut(ctx, t, weights_ms, w, CIM_ROUTE_FORWARD, nodes, CIM_ROUTE_CUT_FROM, &cut));
        if (!cut) continue;
        if (found < cap) out[found] = (cim_traffic_cut){ w->object, cut };
        found++;
    }
    *count_out = found;
    return CIM_OK;
}

cim_status cim_traffic_cuts(cim_ctx *ctx, cim_traffic *t, cim_traffic_cut *cuts_out, size_t cap, size_t *count_out)
{
    cim__map nodes;
    cim_route_view *view = NULL;
    cim__enter(ctx);
    cim__map_init(&nodes, ctx->mem);
    pthread_mutex_lock(&t->lock);
    cim_status st = cut_nodes(ctx, t, &nodes, &view);
    if (st >= 0) st = list_cuts(ctx, t, cim_route_metric_weights(cim_route_view_metric(view)), &nodes, cuts_out, cuts_out ? cap : 0, count_out);
    pthread_mutex_unlock(&t->lock);
    cim_route_view_free(view);
    cim__map_free(&nodes);
    return st;
}
