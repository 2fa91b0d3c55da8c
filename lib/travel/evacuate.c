/* evacuate.c - the capacity constrained route planner on the net's states.
 *
 * Each search starts from all sources that have people left, and ends at the exit that one of them reaches first. */
#include "travel/evacuate.h"
#include "core/sort.h"
#include "route/route.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* A state in the queue of a search. */
typedef struct waiting {
    uint32_t key, item;
} waiting;

typedef struct step {
    uint32_t link, enter_ms, before_ms; /* before: when they came to stand in front of it */
} step;

typedef struct search {
    cim__evac *e;
    cim__buf queue; /* waiting */
    uint32_t *seen, round; /* by state: in which round its time holds */
    uint32_t *time, *enter, *by; /* by: arc, or CIM_NONE - 1 - number of the start */
    uint32_t *root; /* source, of states that are starts */
    uint32_t arrive_ms, last_state, source, exit, last_enter, last_before, last_link, gate_ms; /* what was found */
    cim__buf steps;
} search;

/* ---- heaps ---- */

static bool before(waiting a, waiting b) { return a.key != b.key ? a.key < b.key : a.item < b.item; }

static bool push(cim__buf *queue, waiting w)
{
    waiting *slot = CIM__PUSH(queue, waiting);
    if (!slot) return false;
    waiting *h = (waiting *)(void *)queue->data;
    size_t i = CIM__COUNT(queue, waiting) - 1;
    for (; i && before(w, h[(i - 1) / 2]); i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
    h[i] = w;
    return true;
}

static waiting pop(cim__buf *queue)
{
    waiting *h = (waiting *)(void *)queue->data, top = h[0], last = h[CIM__COUNT(queue, waiting) - 1];
    queue->size -= sizeof(waiting);
    size_t n = CIM__COUNT(queue, waiting), i = 0;
    for (size_t c; (c = 2 * i + 1) < n; i = c) {
        if (c + 1 < n && before(h[c + 1], h[c])) c++;
        if (!before(h[c], last)) break;
        h[i] = h[c];
    }
    if (n) h[i] = last;
    return top;
}

/* ---- gates ---- */

/* Whole people of a slot: what has come together until its end without that until its beginning. */
static uint32_t room_of(const cim__gate *g, uint32_t slot)
{
    if (g->per_slot >= 4e9) return CIM_NONE;
    double room = floor((slot + 1.0) * g->per_slot) - floor(slot * g->per_slot);
    uint32_t used = slot < g->slots ? g->used[slot] : 0;
    return room > used ? (uint32_t)room - used : 0;
}

/* From a time on, when somebody may enter; NO_WAY: never. */
static uint32_t open_at(const cim__evac *e, const cim__gate *g, uint32_t ms)
{
    uint32_t slot = ms / e->slot_ms, first = slot;
    if (!(g->per_slot > 0.0)) return NO_WAY;
    if (slot < g->open) slot = g->open;
    while (slot < e->slot_count && !room_of(g, slot)) slot++;
    if (slot >= e->slot_count) return NO_WAY;
    return slot == first ? ms : slot * e->slot_ms;
}

static cim_status enter(cim__evac *e, cim__gate *g, uint32_t ms, uint32_t people, double wait_s)
{
    uint32_t slot = ms / e->slot_ms;
    g->people += people;
    g->wait_s += wait_s * people;
    if (g->per_slot >= 4e9) return CIM_OK;
    if (slot >= g->slots) {
        uint32_t slots = slot + slot / 2 + 8, *used = cim__realloc_n(e->ctx->mem, g->used, slots, sizeof *used);
        if (!used) return cim__nomem(e->ctx);
        memset(used + g->slots, 0, (slots - g->slots) * sizeof *used);
        g->used = used;
        g->slots = slots;
    }
    g->used[slot] += people;
    while (g->open < e->slot_count && !room_of(g, g->open)) g->open++;
    return CIM_OK;
}

/* ---- search ---- */

static cim_status reach(search *s, uint32_t state, uint32_t ms, uint32_t enter_ms, uint32_t by)
{
    const cim__evac *e = s->e;
    if (ms >= NO_WAY || e->to_exit[state] >= NO_WAY || (s->seen[state] == s->round && s->time[state] <= ms)) return CIM_OK;
    s->seen[state] = s->round;
    s->time[state] = ms;
    s->enter[state] = enter_ms;
    s->by[state] = by;
    if (ms + e->to_exit[state] >= s->arrive_ms) return CIM_OK;
    return push(&s->queue, (waiting){ ms + e->to_exit[state], state }) ? CIM_OK : cim__nomem(e->ctx);
}

/* Entering an exit over a link at a time; keeps the earliest arrival. */
static void try_exit(search *s, uint32_t exit, uint32_t link, uint32_t ms, uint32_t along_ms, uint32_t state)
{
    const cim__evac *e = s->e;
    if (!e->room[exit]) return;
    uint32_t enter_ms = open_at(e, &e->gates[link], ms), gate_ms, arrive_ms;
    if (enter_ms >= NO_WAY) return;
    gate_ms = enter_ms + along_ms;
    arrive_ms = open_at(e, &e->gates[2 * e->net->edge_count + exit], gate_ms);
    if (arrive_ms >= s->arrive_ms) return;
    s->arrive_ms = arrive_ms;
    s->gate_ms = gate_ms;
    s->exit = exit;
    s->last_link = link;
    s->last_state = state;
    s->last_enter = enter_ms;
    s->last_before = ms;
}

static cim_status start(search *s, uint32_t source)
{
    const cim__evac *e = s->e;
    const cim__ends *starts = &e->starts[source];
    for (uint32_t x = 0; x < e->task.exit_count; x++) {
        uint32_t ms, link = cim__evac_straight(e, source, x, &ms), best = s->arrive_ms;
        if (link != CIM_NONE) try_exit(s, x, link, 0, ms, CIM_NONE);
        if (s->arrive_ms < best) s->source = source;
    }
    for (uint32_t i = 0; i < starts->count; i++) {
        uint32_t enter_ms = open_at(e, &e->gates[starts->links[i]], 0), state = starts->end[i].node, ms = enter_ms + starts->end[i].offset_ms;
        if (enter_ms >= NO_WAY || (s->seen[state] == s->round && s->time[state] <= ms)) continue;
        CIM__TRY(reach(s, state, ms, enter_ms, CIM_NONE - 1 - i));
        if (s->seen[state] == s->round && s->by[state] == CIM_NONE - 1 - i) s->root[state] = source;
    }
    return CIM_OK;
}

/* The earliest arrival of anybody who is left; NO_WAY: none. */
static cim_status find(search *s)
{
    const cim__evac *e = s->e;
    s->round++;
    s->queue.size = 0;
    s->arrive_ms = NO_WAY;
    for (uint32_t i = 0; i < e->task.source_count; i++)
        if (e->left[i]) CIM__TRY(start(s, i));
    while (s->queue.size) {
        waiting top = pop(&s->queue);
        uint32_t state = top.item, ms = s->time[state];
        if (top.key >= s->arrive_ms) return CIM_OK;
        if (top.key != ms + e->to_exit[state]) continue; /* there is a better one */
        for (uint32_t d = e->first_door[state]; d != CIM_NONE; d = CIM__AT(&e->doors, cim__door, d).next) {
            const cim__door *door = &CIM__AT(&e->doors, cim__door, d);
            try_exit(s, door->exit, door->link, ms, door->offset_ms, state);
        }
        for (uint32_t a = e->net->first_arc[state]; a < e->net->first_arc[state + 1]; a++) {
            if (e->weights[a] >= NO_WAY || e->to_exit[e->net->arc_head[a]] >= NO_WAY) continue;
            uint32_t enter_ms = open_at(e, &e->gates[e->net->arc_link[a]], ms);
            if (enter_ms < NO_WAY) CIM__TRY(reach(s, e->net->arc_head[a], enter_ms + e->weights[a], enter_ms, a));
        }
    }
    return CIM_OK;
}

/* The steps of what was found, last first. */
static cim_status trace(search *s)
{
    const cim__evac *e = s->e;
    s->steps.size = 0;
    cim__buf_put(&s->steps, &(step){ s->last_link, s->last_enter, s->last_before }, sizeof(step));
    for (uint32_t state = s->last_state; state != CIM_NONE;) {
        uint32_t by = s->by[state];
        bool first = by >= CIM_NONE - 1 - CIM_NET_ENDS;
        if (first) s->source = s->root[state];
        uint32_t link = first ? e->starts[s->source].links[CIM_NONE - 1 - by] : e->net->arc_link[by], from = first ? CIM_NONE : e->net->arc_tail[by];
        cim__buf_put(&s->steps, &(step){ link, s->enter[state], first ? 0 : s->time[from] }, sizeof(step));
        state = from;
    }
    return s->steps.failed ? cim__nomem(e->ctx) : CIM_OK;
}

/* ---- sending ---- */

/* How many fit on the whole way; a link that is passed twice in one span has half the room. */
static uint32_t people_of(const search *s)
{
    const cim__evac *e = s->e;
    size_t n = CIM__COUNT(&s->steps, step);
    uint32_t people = e->left[s->source], gate = room_of(&e->gates[2 * e->net->edge_count + s->exit], s->arrive_ms / e->slot_ms);
    if (e->room[s->exit] < people) people = e->room[s->exit];
    if (gate < people) people = gate;
    for (size_t i = 0; i < n; i++) {
        const step *a = &CIM__AT(&s->steps, step, i);
        uint32_t room = room_of(&e->gates[a->link], a->enter_ms / e->slot_ms), times = 0;
        if (room >= people && n < 3) continue;
        for (size_t k = 0; k < n && room < 2 * (uint64_t)people; k++)
            times += CIM__AT(&s->steps, step, k).link == a->link && CIM__AT(&s->steps, step, k).enter_ms / e->slot_ms == a->enter_ms / e->slot_ms;
        if (times > 1) room /= times;
        if (room < people) people = room;
    }
    return people;
}

/* A link is passed twice in a span that has one place left: that place stays empty, and the source is searched again. */
static cim_status waste(search *s)
{
    cim__evac *e = s->e;
    for (size_t i = 0; i < CIM__COUNT(&s->steps, step); i++) {
        const step *a = &CIM__AT(&s->steps, step, i);
        cim__gate *g = &e->gates[a->link];
        if (room_of(g, a->enter_ms / e->slot_ms) > 1) continue;
        CIM__TRY(enter(e, g, a->enter_ms, 1, 0.0));
        g->people--;
    }
    return CIM_OK;
}

static cim_status aim(cim__evac *e);

static cim_status send(search *s)
{
    cim__evac *e = s->e;
    cim_evacuation *plan = e->plan;
    CIM__TRY(trace(s));
    uint32_t people = people_of(s), source = s->source, n = (uint32_t)CIM__COUNT(&s->steps, step);
    if (!people) return waste(s);
    cim_evacuation_group *g = CIM__PUSH(&plan->groups, cim_evacuation_group);
    if (!g) return cim__nomem(e->ctx);
    *g = (cim_evacuation_group){ source,
                                 s->exit,
                                 people,
                                 (uint32_t)CIM__COUNT(&plan->legs, cim_evacuation_leg),
                                 n,
                                 0,
                                 CIM__AT(&s->steps, step, n - 1).enter_ms / 1000.0,
                                 s->arrive_ms / 1000.0 };
    for (uint32_t i = n; i-- > 0;) {
        const step *a = &CIM__AT(&s->steps, step, i);
        cim__buf_put(&plan->legs, &(cim_evacuation_leg){ a->link, 0, a->enter_ms / 1000.0 }, sizeof(cim_evacuation_leg));
        CIM__TRY(enter(e, &e->gates[a->link], a->enter_ms, people, (a->enter_ms - a->before_ms) / 1000.0));
    }
    CIM__TRY(enter(e, &e->gates[2 * e->net->edge_count + s->exit], s->arrive_ms, people, (s->arrive_ms - s->gate_ms) / 1000.0));
    e->left[source] -= people;
    plan->exit_people[s->exit] += people;
    plan->view.evacuated += people;
    plan->view.mean_s += people * (s->arrive_ms / 1000.0);
    plan->view.clearance_s = fmax(plan->view.clearance_s, s->arrive_ms / 1000.0);
    if (e->room[s->exit] != CIM_NONE && !(e->room[s->exit] -= people)) CIM__TRY(aim(e));
    return plan->legs.failed ? cim__nomem(e->ctx) : CIM_OK;
}

/* ---- exits ---- */

/* Times to the nearest exit with room. */
static cim_status aim(cim__evac *e)
{
    size_t n = CIM__COUNT(&e->doors, cim__door), count = 0;
    cim_route_end *ends = cim__alloc_n(e->ctx->mem, n + 1, sizeof *ends);
    if (!ends) return cim__nomem(e->ctx);
    for (size_t i = 0; i < n; i++) {
        const cim__door *d = &CIM__AT(&e->doors, cim__door, i);
        if (e->room[d->exit]) ends[count++] = (cim_route_end){ d->state, d->offset_ms };
    }
    cim_status st = count ? cim__travel_times(e->ctx, e->costs, e->metric, e->query, CIM_ROUTE_BACKWARD, ends, count, NO_WAY, e->to_exit) : CIM_OK;
    for (uint32_t s = 0; !count && s < e->net->state_count; s++) e->to_exit[s] = NO_WAY;
    cim__free(e->ctx->mem, ends);
    return st;
}

static cim_status put_doors(cim__evac *e, uint32_t exit)
{
    cim__ends ends;
    CIM__TRY(cim__net_ends(e->ctx, e->costs, e->weights, &e->task.exits[exit].place, CIM_ROUTE_BACKWARD, &ends));
    for (uint32_t i = 0; i < ends.count; i++) {
        cim__door d = { exit, e->net->arc_link[ends.links[i]], ends.end[i].node, ends.end[i].offset_ms, e->first_door[ends.end[i].node] };
        e->first_door[d.state] = (uint32_t)CIM__COUNT(&e->doors, cim__door);
        cim__buf_put(&e->doors, &d, sizeof d);
    }
    return e->doors.failed ? cim__nomem(e->ctx) : CIM_OK;
}

uint32_t cim__evac_straight(const cim__evac *e, size_t source, size_t exit, uint32_t *ms_out)
{
    return cim__net_straight(e->costs, e->weights, &e->task.sources[source].place, &e->task.exits[exit].place, ms_out);
}

/* ---- planning ---- */

/* On empty streets. */
static uint32_t free_time(const cim__evac *e, size_t source)
{
    uint32_t best = NO_WAY;
    for (size_t x = 0; x < e->task.exit_count; x++) {
        uint32_t ms;
        if (cim__evac_straight(e, source, x, &ms) != CIM_NONE && ms < best && e->room[x]) best = ms;
    }
    for (size_t i = 0; i < e->starts[source].count; i++) {
        cim_route_end end = e->starts[source].end[i];
        uint64_t ms = (uint64_t)end.offset_ms + e->to_exit[end.node];
        if (e->to_exit[end.node] < NO_WAY && ms < best) best = (uint32_t)ms;
    }
    return best;
}

static void leave_behind(cim__evac *e, uint32_t source)
{
    cim_evacuation_view *v = &e->plan->view;
    if (e->free_ms[source] >= NO_WAY) v->no_way += e->left[source];
    else if (free_time(e, source) >= NO_WAY) v->no_room += e->left[source];
    else v->too_late += e->left[source];
}

static cim_status plan_all(search *s)
{
    cim__evac *e = s->e;
    for (;;) {
        CIM__TRY(cim__tick(e->ctx, e->plan->view.evacuated, e->plan->view.people, "planning"));
        CIM__TRY(find(s));
        if (s->arrive_ms >= NO_WAY) break;
        CIM__TRY(send(s));
    }
    for (uint32_t i = 0; i < e->task.source_count; i++)
        if (e->left[i]) leave_behind(e, i);
    return CIM_OK;
}

static cim_status search_all(cim__evac *e)
{
    size_t n = (size_t)e->net->state_count + 1;
    search s = { .e = e, .queue = cim__buf_on(e->ctx->mem), .steps = cim__buf_on(e->ctx->mem) };
    s.seen = cim__zalloc_n(e->ctx->mem, n, sizeof *s.seen);
    s.time = cim__alloc_n(e->ctx->mem, n, sizeof *s.time);
    s.enter = cim__alloc_n(e->ctx->mem, n, sizeof *s.enter);
    s.by = cim__alloc_n(e->ctx->mem, n, sizeof *s.by);
    s.root = cim__alloc_n(e->ctx->mem, n, sizeof *s.root);
    cim_status st = s.seen && s.time && s.enter && s.by && s.root ? plan_all(&s) : cim__nomem(e->ctx);
    void *arrays[] = { s.seen, s.time, s.enter, s.by, s.root };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(e->ctx->mem, arrays[i]);
    cim__buf_free(&s.queue);
    cim__buf_free(&s.steps);
    return st;
}

/* ---- the result ---- */

static uint32_t full_slots(const cim__evac *e, const cim__gate *g)
{
    uint32_t full = 0;
    for (uint32_t s = 0; s < g->slots && s < e->slot_count; s++) full += g->used[s] && !room_of(g, s);
    return full;
}

/* Links that are used, the most waited for first. */
static cim_status put_links(cim__evac *e)
{
    uint32_t links = 2 * e->net->edge_count, n = 0;
    cim__keyed *keyed = cim__alloc_n(e->ctx->mem, 2 * (size_t)links + 1, sizeof *keyed);
    if (!keyed) return cim__nomem(e->ctx);
    for (uint32_t l = 0; l < links; l++)
        if (e->gates[l].people) keyed[n++] = (cim__keyed){ UINT64_MAX - (uint64_t)fmin(e->gates[l].wait_s * 1000.0, 1e18), l, 0 };
    cim__sort_keyed(keyed, keyed + links, n);
    for (uint32_t i = 0; i < n; i++) {
        const cim__gate *g = &e->gates[keyed[i].id];
        cim__buf_put(&e->plan->links, &(cim_evacuation_link){ keyed[i].id, full_slots(e, g), g->people, g->wait_s }, sizeof(cim_evacuation_link));
    }
    cim__free(e->ctx->mem, keyed);
    return e->plan->links.failed ? cim__nomem(e->ctx) : CIM_OK;
}

static cim_status run(cim__evac *e)
{
    cim_evacuation_view *v = &e->plan->view;
    CIM__TRY(aim(e));
    for (size_t i = 0; i < e->task.source_count; i++) {
        v->people += e->left[i];
        e->free_ms[i] = free_time(e, i);
    }
    if (v->people > CIM_NONE - 1) return cim__fail(e->ctx, CIM_ELIMIT, "too many people");
    CIM__TRY(search_all(e));
    if (v->evacuated) v->mean_s /= (double)v->evacuated;
    CIM__TRY(put_links(e));
    return cim__evac_bounds(e);
}

/* ---- the call ---- */

static cim_status check_place(cim__evac *e, const cim_net_place *p, size_t number)
{
    return p->edge < e->net->edge_count && p->fraction >= 0.0 && p->fraction <= 1.0 ? CIM_OK
                                                                                    : cim__fail(e->ctx, CIM_EARG, "place %zu is none of the net", number);
}

static cim_status check(cim__evac *e)
{
    const cim_evacuation_task *t = &e->task;
    if ((!t->sources && t->source_count) || (!t->exits && t->exit_count) || !t->link_people_per_hour)
        return cim__fail(e->ctx, CIM_EARG, "no sources, exits or capacities");
    if (t->source_count > 0x3fffffff || t->exit_count > 0x3fffffff) return cim__fail(e->ctx, CIM_ELIMIT, "too many sources or exits");
    if (!(t->slot_s >= 1.0 && t->slot_s <= 3600.0) || !(t->horizon_s >= 0.0 && t->horizon_s <= 1e6))
        return cim__fail(e->ctx, CIM_EARG, "slot or horizon is out of range");
    for (size_t i = 0; i < t->source_count; i++) CIM__TRY(check_place(e, &t->sources[i].place, i));
    for (size_t i = 0; i < t->exit_count; i++) {
        CIM__TRY(check_place(e, &t->exits[i].place, i));
        if (!(t->exits[i].people_per_hour >= 0.0)) return cim__fail(e->ctx, CIM_EARG, "exit %zu: people an hour are out of range", i);
    }
    for (size_t l = 0; l < 2 * (size_t)e->net->edge_count; l++)
        if (!(t->link_people_per_hour[l] >= 0.0)) return cim__fail(e->ctx, CIM_EARG, "capacity of link %zu is out of range", l);
    return CIM_OK;
}

static bool make_arrays(cim__evac *e)
{
    cim__mem *mem = e->ctx->mem;
    const cim_evacuation_task *t = &e->task;
    size_t links = 2 * (size_t)e->net->edge_count, states = (size_t)e->net->state_count + 1;
    e->starts = cim__alloc_n(mem, t->source_count + 1, sizeof *e->starts);
    e->left = cim__alloc_n(mem, t->source_count + 1, sizeof *e->left);
    e->free_ms = cim__alloc_n(mem, t->source_count + 1, sizeof *e->free_ms);
    e->room = cim__alloc_n(mem, t->exit_count + 1, sizeof *e->room);
    e->first_door = cim__alloc_n(mem, states, sizeof *e->first_door);
    e->to_exit = cim__alloc_n(mem, states, sizeof *e->to_exit);
    e->gates = cim__zalloc_n(mem, links + t->exit_count + 1, sizeof *e->gates);
    e->plan->exit_people = cim__zalloc_n(mem, t->exit_count + 1, sizeof(uint64_t));
    if (!e->starts || !e->left || !e->free_ms || !e->room || !e->first_door || !e->to_exit || !e->gates || !e->plan->exit_people) return false;
    memset(e->first_door, 0xff, states * sizeof *e->first_door);
    for (size_t i = 0; i < t->source_count; i++) e->left[i] = t->sources[i].people;
    for (size_t l = 0; l < links; l++) e->gates[l].per_slot = t->link_people_per_hour[l] * t->slot_s / 3600.0;
    for (size_t x = 0; x < t->exit_count; x++) {
        e->room[x] = t->exits[x].capacity;
        e->gates[links + x].per_slot = t->exits[x].people_per_hour > 0.0 ? t->exits[x].people_per_hour * t->slot_s / 3600.0 : HUGE_VAL;
    }
    return true;
}

static cim_status prepare(cim__evac *e)
{
    CIM__TRY(check(e));
    if (!make_arrays(e)) return cim__nomem(e->ctx);
    if (e->metric) CIM__TRY(cim_route_query_new(e->ctx, e->metric->hierarchy, &e->query));
    e->slot_ms = (uint32_t)(e->task.slot_s * 1000.0 + 0.5);
    e->slot_count = (uint32_t)(e->task.horizon_s * 1000.0 / e->slot_ms) + 1;
    for (size_t i = 0; i < e->task.source_count; i++)
        CIM__TRY(cim__net_ends(e->ctx, e->costs, e->weights, &e->task.sources[i].place, CIM_ROUTE_FORWARD, &e->starts[i]));
    for (size_t x = 0; x < e->task.exit_count; x++) CIM__TRY(put_doors(e, (uint32_t)x));
    return CIM_OK;
}

static void clean(cim__evac *e)
{
    size_t gates = e->gates ? 2 * (size_t)e->net->edge_count + e->task.exit_count : 0;
    for (size_t i = 0; i < gates; i++) cim__free(e->ctx->mem, e->gates[i].used);
    void *arrays[] = { e->starts, e->left, e->free_ms, e->room, e->first_door, e->to_exit, e->gates };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(e->ctx->mem, arrays[i]);
    cim__buf_free(&e->doors);
    cim_route_query_free(e->query);
}

cim_status cim_evacuation_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_evacuation_task *task,
                              cim_evacuation **plan_out)
{
    cim__enter(ctx);
    if (!costs || !task) return cim__fail(ctx, CIM_EARG, "no costs or no task");
    cim__evac e = { .ctx = ctx,
                    .costs = costs,
                    .net = costs->net,
                    .weights = cim__net_weights(costs, metric),
                    .metric = metric,
                    .task = CIM_EVACUATION_TASK_INIT,
                    .doors = cim__buf_on(ctx->mem) };
    CIM__TRY(cim__opts(ctx, &e.task, sizeof e.task, task, "evacuation task"));
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    cim_evacuation *plan = e.plan = cim__zalloc(ctx->mem, sizeof *plan);
    if (!plan) return cim__nomem(ctx);
    plan->mem = cim__mem_ref(ctx->mem);
    plan->groups = plan->legs = plan->links = cim__buf_on(plan->mem);
    cim_status st = prepare(&e);
    if (st >= 0) st = run(&e);
    plan->view.exit_count = (uint32_t)e.task.exit_count;
    clean(&e);
    if (st < 0) cim_evacuation_free(plan);
    else *plan_out = plan;
    return st < 0 ? st : CIM_OK;
}

void cim_evacuation_free(cim_evacuation *plan)
{
    if (!plan) return;
    cim__mem *mem = plan->mem;
    cim__buf_free(&plan->groups);
    cim__buf_free(&plan->legs);
    cim__buf_free(&plan->links);
    cim__free(mem, plan->exit_people);
    cim__free(mem, plan);
    cim__mem_unref(mem);
}

cim_status cim_evacuation_get(cim_ctx *ctx, const cim_evacuation *plan, cim_evacuation_view *view_out)
{
    cim__enter(ctx);
    cim_evacuation_view v = plan->view;
    v.group_count = (uint32_t)CIM__COUNT(&plan->groups, cim_evacuation_group);
    v.leg_count = (uint32_t)CIM__COUNT(&plan->legs, cim_evacuation_leg);
    v.link_count = (uint32_t)CIM__COUNT(&plan->links, cim_evacuation_link);
    v.groups = (const cim_evacuation_group *)(const void *)plan->groups.data;
    v.legs = (const cim_evacuation_leg *)(const void *)plan->legs.data;
    v.links = (const cim_evacuation_link *)(const void *)plan->links.data;
    v.exit_people = plan->exit_people;
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}
