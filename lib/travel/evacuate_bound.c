/* evacuate_bound.c - how many people streets let through, and what no evacuation can be quicker than.
 *
 * Everybody passes the narrowest cut between sources and exits, which takes F people a span: the k-th of them not before span
 * ceil(k / F) - 1 after somebody can be there.  The cut is found on junctions and links without turn restrictions, which lets
 * through no less than the net does.  Links with sources or exits on them are three nodes: before, behind their narrow place, and their end. */
#include "travel/evacuate.h"

#include "core/sort.h"

#include <math.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const int64_t WIDE = INT64_MAX / 8;
static const double SCALE = 1e6; /* units of flow in a person a span */

/* ---- capacities ---- */

static const struct {
    const char *highway;
    double per_lane;
    int lanes; /* a direction */
} classes[] = { { "motorway", 1800, 2 },     { "motorway_link", 1500, 1 }, { "trunk", 1600, 2 },       { "trunk_link", 1400, 1 },
                { "primary", 1200, 1 },      { "primary_link", 1200, 1 },  { "secondary", 1000, 1 },   { "secondary_link", 1000, 1 },
                { "tertiary", 800, 1 },      { "tertiary_link", 800, 1 },  { "unclassified", 600, 1 }, { "residential", 600, 1 },
                { "living_street", 300, 1 }, { "service", 300, 1 },        { "track", 150, 1 } };

typedef struct keys {
    uint32_t highway, lanes, lanes_along[2], width;
} keys;

static double lanes_of(const cim_net_costs *c, const keys *k, uint32_t link, int usual)
{
    const cim_net *net = c->net;
    uint32_t set = net->edge_set[link >> 1], back = link ^ 1;
    bool alone = c->link_ms[back] >= NO_WAY || (c->link_rules[back] & CIM_NET_BREAKS_ONEWAY);
    double lanes;
    if (cim__prof_metres(cim__net_tag_value(net, set, k->lanes_along[link & 1]), &lanes) && lanes >= 1.0 && lanes <= 20.0) return lanes;
    if (cim__prof_metres(cim__net_tag_value(net, set, k->lanes), &lanes) && lanes >= 1.0 && lanes <= 20.0) return alone ? lanes : fmax(1.0, floor(lanes / 2.0));
    return usual;
}

static double vehicles_of(const cim_net_costs *c, const keys *k, uint32_t link)
{
    cim__str highway = cim__net_tag_value(c->net, c->net->edge_set[link >> 1], k->highway);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (cim__str_is(highway, classes[i].highway)) return classes[i].per_lane * lanes_of(c, k, link, classes[i].lanes);
    return 300.0 * lanes_of(c, k, link, 1);
}

static double walkers_of(const cim_net_costs *c, const keys *k, uint32_t link)
{
    double width;
    bool known = cim__prof_metres(cim__net_tag_value(c->net, c->net->edge_set[link >> 1], k->width), &width) && width > 0.0 && width <= 100.0;
    return 3000.0 * (known ? width : 2.0);
}

cim_status cim_evacuation_capacity(cim_ctx *ctx, const cim_net_costs *costs, double people_per_vehicle, double *people_per_hour_out)
{
    cim__enter(ctx);
    if (!costs || !people_per_hour_out || !(people_per_vehicle > 0.0) || !isfinite(people_per_vehicle))
        return cim__fail(ctx, CIM_EARG, "no costs, or people a vehicle out of range");
    const cim__names *texts = &costs->net->texts;
    keys k = { cim__names_find(texts, CIM__STR("highway")),
               cim__names_find(texts, CIM__STR("lanes")),
               { cim__names_find(texts, CIM__STR("lanes:forward")), cim__names_find(texts, CIM__STR("lanes:backward")) },
               cim__names_find(texts, CIM__STR("width")) };
    bool walks = !strcmp(costs->profile, "foot") || !strcmp(costs->profile, "wheelchair") || !strcmp(costs->profile, "elderly");
    for (uint32_t l = 0; l < 2 * costs->net->edge_count; l++)
        people_per_hour_out[l] = costs->link_ms[l] >= NO_WAY ? 0.0 : walks ? walkers_of(costs, &k, l) : vehicles_of(costs, &k, l) * people_per_vehicle;
    return CIM_OK;
}

/* ---- maximum flow (E. A. Dinic, "Algorithm for solution of a problem of maximum flow in a network with power estimation", 1970) ---- */

typedef struct tube {
    uint32_t to, next;
    int64_t room;
} tube; /* tube i ^ 1 goes back */

typedef struct pipes {
    cim__mem *mem;
    uint32_t node_count, source, sink;
    cim__buf tubes, link_of; /* link_of: uint32_t by pair of tubes; CIM_NONE or link, or 2 * edges + exit */
    uint32_t *first, *level, *at, *queue, *path;
} pipes;

static void add_tube(pipes *p, uint32_t from, uint32_t to, int64_t room, uint32_t link)
{
    uint32_t n = (uint32_t)CIM__COUNT(&p->tubes, tube);
    tube *t = cim__buf_extend(&p->tubes, 2 * sizeof *t);
    cim__buf_put(&p->link_of, &link, sizeof link);
    if (!t) return;
    t[0] = (tube){ to, p->first[from], room };
    t[1] = (tube){ from, p->first[to], 0 };
    p->first[from] = n;
    p->first[to] = n + 1;
}

static tube *tube_at(const pipes *p, uint32_t i) { return &CIM__AT(&p->tubes, tube, i); }

/* Distances from the source; false when the sink is cut off. */
static bool level(pipes *p)
{
    uint32_t count = 1;
    memset(p->level, 0xff, p->node_count * sizeof *p->level);
    p->level[p->source] = 0;
    p->queue[0] = p->source;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t t = p->first[p->queue[i]]; t != CIM_NONE; t = tube_at(p, t)->next) {
            uint32_t to = tube_at(p, t)->to;
            if (!tube_at(p, t)->room || p->level[to] != CIM_NONE) continue;
            p->level[to] = p->level[p->queue[i]] + 1;
            p->queue[count++] = to;
        }
    return p->level[p->sink] != CIM_NONE;
}

/* Pushes along the path of `depth` tubes; returns how far the path is still good. */
static uint32_t augment(pipes *p, uint32_t depth, int64_t *flow)
{
    int64_t room = INT64_MAX;
    uint32_t keep = depth;
    for (uint32_t i = 0; i < depth; i++)
        if (tube_at(p, p->path[i])->room < room) room = tube_at(p, p->path[i])->room;
    for (uint32_t i = depth; i-- > 0;) {
        tube_at(p, p->path[i])->room -= room;
        tube_at(p, p->path[i] ^ 1)->room += room;
        if (!tube_at(p, p->path[i])->room) keep = i;
    }
    *flow += room;
    return keep;
}

static void block(pipes *p, int64_t *flow)
{
    uint32_t depth = 0, node = p->source;
    memcpy(p->at, p->first, p->node_count * sizeof *p->at);
    while (*flow < WIDE) {
        if (node == p->sink) {
            depth = augment(p, depth, flow);
            node = depth ? tube_at(p, p->path[depth - 1])->to : p->source;
            continue;
        }
        uint32_t t = p->at[node];
        while (t != CIM_NONE && (!tube_at(p, t)->room || p->level[tube_at(p, t)->to] != p->level[node] + 1)) t = tube_at(p, t)->next;
        p->at[node] = t;
        if (t != CIM_NONE) {
            p->path[depth++] = t;
            node = tube_at(p, t)->to;
            continue;
        }
        p->level[node] = CIM_NONE; /* a dead end */
        if (!depth) return;
        depth--;
        node = depth ? tube_at(p, p->path[depth - 1])->to : p->source;
    }
}

/* ---- the net as pipes ---- */

typedef struct bounding {
    cim__evac *e;
    pipes pipes;
    uint32_t *from_sources; /* by state */
    uint32_t *middle; /* by link: number of its first extra node; CIM_NONE: none */
} bounding;

static int64_t room_of(const cim__gate *g) { return g->per_slot * SCALE < (double)WIDE ? (int64_t)ceil(g->per_slot * SCALE) : WIDE; }

static void note_special(bounding *b, uint32_t link, uint32_t *nodes)
{
    if (b->middle[link] != CIM_NONE) return;
    b->middle[link] = *nodes;
    *nodes += 2;
}

static bool reachable(const cim__evac *e, size_t source) { return e->free_ms[source] < NO_WAY && e->task.sources[source].people; }

static bool make_pipes(bounding *b)
{
    cim__evac *e = b->e;
    const cim_net *net = e->net;
    pipes *p = &b->pipes;
    uint32_t links = 2 * net->edge_count, nodes = net->junction_count;
    memset(b->middle, 0xff, (links + 1) * sizeof *b->middle);
    for (size_t i = 0; i < e->task.source_count; i++)
        for (uint32_t d = 0; d < 2 && reachable(e, i); d++)
            if (e->task.sources[i].place.directions >> d & 1) note_special(b, 2 * e->task.sources[i].place.edge + d, &nodes);
    for (size_t x = 0; x < e->task.exit_count; x++)
        for (uint32_t d = 0; d < 2; d++)
            if (e->task.exits[x].place.directions >> d & 1) note_special(b, 2 * e->task.exits[x].place.edge + d, &nodes);
    uint32_t exits = nodes;
    p->source = nodes + (uint32_t)e->task.exit_count;
    p->sink = p->source + 1;
    p->node_count = p->sink + 1;
    uint32_t **arrays[] = { &p->first, &p->level, &p->at, &p->queue, &p->path };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = cim__alloc_n(p->mem, p->node_count + 1, sizeof(uint32_t)))) return false;
    memset(p->first, 0xff, p->node_count * sizeof *p->first);
    for (uint32_t l = 0; l < links; l++) {
        int64_t room = room_of(&e->gates[l]);
        uint32_t tail = cim__link_tail(net, l), head = cim__link_head(net, l), m = b->middle[l];
        if (e->costs->link_ms[l] >= NO_WAY || !room) continue;
        if (m == CIM_NONE) {
            add_tube(p, tail, head, room, l);
            continue;
        }
        add_tube(p, tail, m, WIDE, CIM_NONE);
        add_tube(p, m, m + 1, room, l);
        add_tube(p, m + 1, head, WIDE, CIM_NONE);
    }
    for (size_t i = 0; i < e->task.source_count; i++)
        for (uint32_t d = 0; d < 2 && reachable(e, i); d++)
            if (e->task.sources[i].place.directions >> d & 1) add_tube(p, p->source, b->middle[2 * e->task.sources[i].place.edge + d], WIDE, CIM_NONE);
    for (size_t x = 0; x < e->task.exit_count; x++) {
        for (uint32_t d = 0; d < 2; d++)
            if (e->task.exits[x].place.directions >> d & 1)
                add_tube(p, b->middle[2 * e->task.exits[x].place.edge + d] + 1, exits + (uint32_t)x, WIDE, CIM_NONE);
        add_tube(p, exits + (uint32_t)x, p->sink, room_of(&e->gates[links + x]), links + (uint32_t)x);
    }
    return !p->tubes.failed && !p->link_of.failed;
}

/* ---- the cut and its times ---- */

/* The same of a link with sources or exits on it. */
static void times_on(const bounding *b, uint32_t link, uint32_t *reach, uint32_t *rest)
{
    const cim__evac *e = b->e;
    for (size_t i = 0; i < e->task.source_count; i++) {
        if (e->task.sources[i].place.edge != link >> 1 || !reachable(e, i)) continue;
        *reach = 0;
        if (e->free_ms[i] < *rest) *rest = e->free_ms[i];
    }
    for (size_t d = 0; d < CIM__COUNT(&e->doors, cim__door); d++) {
        const cim__door *door = &CIM__AT(&e->doors, cim__door, d);
        if (door->link != link) continue;
        if (b->from_sources[door->state] < *reach) *reach = b->from_sources[door->state];
        if (door->offset_ms < *rest) *rest = door->offset_ms;
    }
}

/* Least times to come before a link, and from there to an exit, over all arcs over it. */
static void times_at(const bounding *b, const uint32_t *to_exit, uint32_t link, uint32_t *reach, uint32_t *rest)
{
    const cim_net *net = b->e->net;
    for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
        uint32_t a = net->arc_of_link[k];
        if (b->from_sources[net->arc_tail[a]] < *reach) *reach = b->from_sources[net->arc_tail[a]];
        if (b->e->weights[a] < NO_WAY && to_exit[net->arc_head[a]] < NO_WAY && to_exit[net->arc_head[a]] + b->e->weights[a] < *rest)
            *rest = to_exit[net->arc_head[a]] + b->e->weights[a];
    }
    if (b->middle[link] != CIM_NONE) times_on(b, link, reach, rest);
}

/* The people who got out could at best be those who live nearest: their times on empty streets. */
static cim_status bound_free(cim__evac *e)
{
    cim_evacuation_view *v = &e->plan->view;
    cim__keyed *homes = cim__alloc_n(e->ctx->mem, e->task.source_count + 1, 2 * sizeof *homes); /* key: time, id: people */
    uint64_t left = v->evacuated;
    if (!homes) return cim__nomem(e->ctx);
    for (size_t i = 0; i < e->task.source_count; i++) homes[i] = (cim__keyed){ e->free_ms[i], e->task.sources[i].people, 0 };
    cim__sort_keyed(homes, homes + e->task.source_count, e->task.source_count);
    for (size_t i = 0; i < e->task.source_count && left; i++) {
        uint32_t people = homes[i].id < left ? homes[i].id : (uint32_t)left;
        left -= people;
        v->mean_bound_s += people * ((double)homes[i].key / 1000.0) / (double)v->evacuated;
        if (people) v->clearance_bound_s = (double)homes[i].key / 1000.0;
    }
    cim__free(e->ctx->mem, homes);
    return CIM_OK;
}

static void bound_cut(bounding *b, int64_t flow, const uint32_t *to_exit, uint32_t least_ms)
{
    cim__evac *e = b->e;
    cim_evacuation_view *v = &e->plan->view;
    uint32_t reach = NO_WAY, rest = NO_WAY, links = 2 * e->net->edge_count;
    double narrow = 0.0; /* places of the cut */
    for (uint32_t i = 0; i < CIM__COUNT(&b->pipes.tubes, tube); i += 2) {
        uint32_t link = CIM__AT(&b->pipes.link_of, uint32_t, i / 2);
        bool crosses = b->pipes.level[tube_at(&b->pipes, i ^ 1)->to] != CIM_NONE && b->pipes.level[tube_at(&b->pipes, i)->to] == CIM_NONE;
        if (!crosses || link == CIM_NONE) continue;
        narrow += 1.0;
        if (link < links) times_at(b, to_exit, link, &reach, &rest);
        else rest = 0, reach = least_ms < reach ? least_ms : reach;
    }
    double per_slot = (double)flow / SCALE, slot_s = e->slot_ms / 1000.0, n = (double)v->evacuated;
    v->cut_people_per_hour = per_slot * 3600.0 / slot_s;
    if (reach >= NO_WAY || rest >= NO_WAY || !v->evacuated) return;
    double first = reach / e->slot_ms;
    if (!(first > 0.0)) narrow = 0.0; /* else each place may let one person more through, of what was rounded off before */
    if (n <= 2.0 * narrow) return;
    v->clearance_bound_s = fmax(v->clearance_bound_s, (first + ceil((n - narrow) / per_slot * (1.0 - 1e-12)) - 1.0) * slot_s + rest / 1000.0);
    v->mean_bound_s = fmax(v->mean_bound_s, (first + (n - 2.0 * narrow + 1.0) / (2.0 * per_slot) - 1.0) * slot_s + rest / 1000.0);
}

/* Times from all sources to states; NO_WAY everywhere when there are none. */
static cim_status spread(bounding *b)
{
    cim__evac *e = b->e;
    cim__buf ends = cim__buf_on(e->ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < e->task.source_count; i++)
        if (reachable(e, i)) cim__buf_put(&ends, e->starts[i].end, e->starts[i].count * sizeof(cim_route_end));
    if (ends.failed) st = cim__nomem(e->ctx);
    else if (ends.size)
        st = cim__travel_times(e->ctx, e->costs, e->metric, e->query, CIM_ROUTE_FORWARD, (cim_route_end *)(void *)ends.data, CIM__COUNT(&ends, cim_route_end),
                               NO_WAY, b->from_sources);
    else memset(b->from_sources, 0x3f, e->net->state_count * sizeof *b->from_sources);
    cim__buf_free(&ends);
    return st;
}

/* Times to the nearest exit, full or not. */
static cim_status gather(cim__evac *e, uint32_t *to_exit)
{
    size_t n = CIM__COUNT(&e->doors, cim__door);
    cim_route_end *ends = cim__alloc_n(e->ctx->mem, n + 1, sizeof *ends);
    if (!ends) return cim__nomem(e->ctx);
    for (size_t i = 0; i < n; i++) ends[i] = (cim_route_end){ CIM__AT(&e->doors, cim__door, i).state, CIM__AT(&e->doors, cim__door, i).offset_ms };
    cim_status st = n ? cim__travel_times(e->ctx, e->costs, e->metric, e->query, CIM_ROUTE_BACKWARD, ends, n, NO_WAY, to_exit) : CIM_OK;
    for (uint32_t s = 0; !n && s < e->net->state_count; s++) to_exit[s] = NO_WAY;
    cim__free(e->ctx->mem, ends);
    return st;
}

static cim_status cut(bounding *b)
{
    cim__evac *e = b->e;
    int64_t flow = 0;
    uint32_t least_ms = NO_WAY;
    CIM__TRY(gather(e, e->to_exit));
    CIM__TRY(spread(b));
    if (!make_pipes(b)) return cim__nomem(e->ctx);
    for (size_t i = 0; i < e->task.source_count; i++)
        if (reachable(e, i) && e->free_ms[i] < least_ms) least_ms = e->free_ms[i];
    while (flow < WIDE && level(&b->pipes)) {
        CIM__TRY(cim__tick(e->ctx, 0, 0, "finding the narrowest cut"));
        block(&b->pipes, &flow);
    }
    e->plan->view.cut_people_per_hour = HUGE_VAL;
    if (flow < WIDE) bound_cut(b, flow, e->to_exit, least_ms);
    return CIM_OK;
}

cim_status cim__evac_bounds(cim__evac *e)
{
    bounding b = { .e = e, .pipes = { .mem = e->ctx->mem, .tubes = cim__buf_on(e->ctx->mem), .link_of = cim__buf_on(e->ctx->mem) } };
    b.from_sources = cim__alloc_n(e->ctx->mem, (size_t)e->net->state_count + 1, sizeof *b.from_sources);
    b.middle = cim__alloc_n(e->ctx->mem, 2 * (size_t)e->net->edge_count + 1, sizeof *b.middle);
    cim_status st = b.from_sources && b.middle ? bound_free(e) : cim__nomem(e->ctx);
    if (st >= 0) st = cut(&b);
    void *arrays[] = { b.from_sources, b.middle, b.pipes.first, b.pipes.level, b.pipes.at, b.pipes.queue, b.pipes.path };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(e->ctx->mem, arrays[i]);
    cim__buf_free(&b.pipes.tubes);
    cim__buf_free(&b.pipes.link_of);
    return st;
}
