/* alternatives.c - good ways beside the quickest one (I. Abraham, D. Delling, A. V. Goldberg, R. F. Werneck, "Alternative Routes in Road Networks",
 * JEA 2013).
 *
 * A candidate is the quickest way over some node: from the starts to it, then to the ends.  Two sweeps, limited by the stretch, give both
 * times of every node that such a way may lead over; these nodes are the spots here.  Each spot has one arc by which it is reached and
 * one by which it is left: two trees.  A run of arcs that is in both is a plateau; all its nodes are candidates for the same way.  Candidates are
 * taken by twice their time, plus what they share with the quickest way, less the length of their plateau; those that come first are tested
 * as they are: no node twice, sharing, stretch, and the T-test: from T before the node to T behind it (or the ends of the way) it must be
 * a quickest way itself, which a plateau of T makes certain. */
#include "route/query.h"

#include "core/sort.h"

#include <math.h>

enum { STARTS = 1, ENDS = 2, CANDIDATES = 200, QUICKEST = 1, TAKEN = 2 };

static const uint32_t OPEN = CIM_NONE - 1; /* shared[] while it is being found out */

/* Index 0 of a pair: towards the starts, 1: towards the ends. */
typedef struct spot {
    uint32_t place, ms[2];    /* time from the starts, to the ends */
    uint32_t arc[2], next[2]; /* the arc it is reached or left by, and the spot there; CIM_NONE */
    uint32_t shared[2];       /* time of the quickest way that the way there has in common with it, counted from its own end */
    uint32_t stamp, roots;    /* STARTS, ENDS: the way may begin or end here */
} spot;

typedef struct search {
    cim_ctx *ctx;
    const cim_route_metric *m;
    cim_route_query *q;
    const cim_route_end *ends[2];
    size_t end_count[2];
    cim_route_alternative_options opts;
    uint32_t best, limit, local, stamp;
    cim__buf spots;
    uint8_t *marks;           /* by arc, then by start, then by end: QUICKEST, TAKEN */
    cim__buf arcs;            /* of all ways so far, one after the other */
    cim__buf way, nodes, at;  /* the candidate at hand: arcs; its nodes and their times from the first one */
} search;

static spot *spot_at(const search *s, uint32_t i) { return &CIM__AT(&s->spots, spot, i); }

static uint32_t spot_of(const search *s, uint32_t node) { return s->q->seen[s->m->hierarchy->rank[node]] - 1u; }

/* ---- spots ---- */

typedef struct reach {
    uint32_t *nodes, *times;
    size_t count;
} reach;

static cim_status reach_from(search *s, int side, reach *r)
{
    size_t n = s->m->hierarchy->node_count;
    r->nodes = cim__alloc_n(s->ctx->mem, n, 4);
    r->times = cim__alloc_n(s->ctx->mem, n, 4);
    if (!r->nodes || !r->times) return cim__nomem(s->ctx);
    return cim_route_within(s->ctx, s->m, s->q, side ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD, s->ends[side], s->end_count[side], s->limit, r->nodes, r->times,
                            n, &r->count);
}

static cim_status join(search *s, const reach *there, const reach *back)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    uint32_t *seen = s->q->seen;
    for (size_t i = 0; i < there->count; i++) seen[h->rank[there->nodes[i]]] = (uint32_t)i + 1;
    for (size_t i = 0; i < back->count; i++) {
        uint32_t place = h->rank[back->nodes[i]], k = seen[place];
        if (!k || there->times[k - 1] + back->times[i] > s->limit) continue;
        spot *p = CIM__PUSH(&s->spots, spot);
        if (p)
            *p = (spot){ .place = place, .ms = { there->times[k - 1], back->times[i] }, .arc = { CIM_NONE, CIM_NONE }, .next = { CIM_NONE, CIM_NONE },
                         .shared = { CIM_NONE, CIM_NONE } };
    }
    for (size_t i = 0; i < there->count; i++) seen[h->rank[there->nodes[i]]] = 0;
    if (s->spots.failed) return cim__nomem(s->ctx);
    for (size_t i = 0; i < CIM__COUNT(&s->spots, spot); i++) seen[spot_at(s, (uint32_t)i)->place] = (uint32_t)i + 1;
    return CIM_OK;
}

static cim_status find_spots(search *s)
{
    reach there = { NULL, NULL, 0 }, back = { NULL, NULL, 0 };
    cim_status st = reach_from(s, 0, &there);
    if (st >= 0) st = reach_from(s, 1, &back);
    if (st >= 0) st = join(s, &there, &back);
    cim__free(s->ctx->mem, there.nodes);
    cim__free(s->ctx->mem, there.times);
    cim__free(s->ctx->mem, back.nodes);
    cim__free(s->ctx->mem, back.times);
    return st;
}

/* ---- the two trees ---- */

static void prefer(search *s, uint32_t i, int side, uint32_t arc, uint32_t other)
{
    spot *p = spot_at(s, i);
    const uint32_t *ms = s->m->arc_ms;
    if (p->roots & (side ? ENDS : STARTS)) return;
    uint32_t now = p->arc[side];
    bool better = now == CIM_NONE || (ms[arc] > 0 && ms[now] == 0) || ((ms[arc] > 0) == (ms[now] > 0) && arc < now);
    if (!better) return;
    p->arc[side] = arc;
    p->next[side] = other;
}

static void see_arc(search *s, uint32_t arc, uint32_t u, uint32_t w)
{
    uint32_t ms = s->m->arc_ms[arc];
    if (spot_at(s, u)->ms[0] + ms == spot_at(s, w)->ms[0]) prefer(s, w, 0, arc, u);
    if (spot_at(s, w)->ms[1] + ms == spot_at(s, u)->ms[1]) prefer(s, u, 1, arc, w);
}

static void grow_trees(search *s)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    for (int side = 0; side < 2; side++)
        for (size_t k = 0; k < s->end_count[side]; k++) {
            uint32_t i = spot_of(s, s->ends[side][k].node);
            if (i != CIM_NONE && spot_at(s, i)->ms[side] == s->ends[side][k].offset_ms) spot_at(s, i)->roots |= side ? ENDS : STARTS;
        }
    for (uint32_t low = 0; low < CIM__COUNT(&s->spots, spot); low++) {
        uint32_t x = spot_at(s, low)->place;
        for (uint32_t i = h->up_first[x]; i < h->up_first[x + 1]; i++) {
            if (h->slot_first[i] == h->slot_first[i + 1] || !s->q->seen[h->up_head[i]]) continue;
            uint32_t high = s->q->seen[h->up_head[i]] - 1;
            for (uint32_t k = h->slot_first[i]; k < h->slot_first[i + 1]; k++)
                see_arc(s, h->slot_arc[k] >> 1, h->slot_arc[k] & 1 ? high : low, h->slot_arc[k] & 1 ? low : high);
        }
    }
}

/* ---- what is shared with the quickest way ---- */

static uint32_t node_of(const search *s, const spot *p) { return s->m->hierarchy->order[p->place]; }

static uint32_t head_of(const search *s, uint32_t arc)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    uint32_t slot = h->arc_slot[arc];
    return h->order[slot & 1 ? h->up_tail[slot >> 1] : h->up_head[slot >> 1]];
}

/* Time shared on the way from a spot towards its side. */
static uint32_t shared_of(search *s, uint32_t i, int side)
{
    uint32_t k = i, value;
    while (k != CIM_NONE && spot_at(s, k)->shared[side] == CIM_NONE) {
        spot_at(s, k)->shared[side] = OPEN;
        k = spot_at(s, k)->next[side];
    }
    value = k == CIM_NONE || spot_at(s, k)->shared[side] == OPEN ? 0 : spot_at(s, k)->shared[side];
    for (k = i; k != CIM_NONE && spot_at(s, k)->shared[side] == OPEN; k = spot_at(s, k)->next[side]) spot_at(s, k)->shared[side] = value;
    return spot_at(s, i)->shared[side];
}

static void mark_quickest(search *s, const cim_route_path *path)
{
    uint32_t node = s->ends[0][path->start].node, m = s->m->hierarchy->arc_count;
    for (uint32_t k = 0; k <= path->arc_count; k++) {
        uint32_t i = spot_of(s, node);
        for (int side = 0; side < 2 && i != CIM_NONE; side++) spot_at(s, i)->shared[side] = spot_at(s, i)->ms[side];
        if (k == path->arc_count) break;
        s->marks[path->arcs[k]] = QUICKEST | TAKEN;
        node = head_of(s, path->arcs[k]);
    }
    s->marks[m + path->start] = s->marks[m + s->end_count[0] + path->end] = QUICKEST | TAKEN;
}

/* ---- candidates ---- */

static bool on_plateau(const search *s, const spot *p) { return p->arc[1] != CIM_NONE && spot_at(s, p->next[1])->arc[0] == p->arc[1]; }

static bool fits(const search *s, uint64_t time, uint64_t shared)
{
    double stretch = 1.0 + s->opts.stretch, own = (double)time - (double)shared;
    return (double)shared <= s->opts.sharing * s->best && own <= stretch * ((double)s->best - (double)shared);
}

static bool propose(search *s, uint32_t first, cim__buf *list)
{
    const spot *a = spot_at(s, first), *b = a;
    if (a->arc[0] != CIM_NONE && spot_at(s, a->next[0])->arc[1] == a->arc[0]) return true; /* inside of a plateau */
    uint32_t last = first;
    while (on_plateau(s, b)) {
        last = b->next[1];
        b = spot_at(s, last);
    }
    uint64_t time = (uint64_t)a->ms[0] + a->ms[1], shared = (uint64_t)shared_of(s, first, 0) + shared_of(s, last, 1), plateau = b->ms[0] - a->ms[0];
    if (!fits(s, time, shared)) return true;
    cim__keyed *c = CIM__PUSH(list, cim__keyed);
    if (c) *c = (cim__keyed){ 2 * time + shared + CIM__INF - plateau, first, last };
    return c != NULL;
}

static cim_status propose_all(search *s, cim__buf *list)
{
    for (uint32_t i = 0; i < CIM__COUNT(&s->spots, spot); i++)
        if (!propose(s, i, list)) return cim__nomem(s->ctx);
    size_t n = CIM__COUNT(list, cim__keyed);
    cim__keyed *scratch = cim__alloc_n(s->ctx->mem, n + 1, sizeof *scratch);
    if (!scratch) return cim__nomem(s->ctx);
    cim__sort_keyed((cim__keyed *)(void *)list->data, scratch, n);
    cim__free(s->ctx->mem, scratch);
    return CIM_OK;
}

/* ---- one candidate as it is ---- */

/* Its arcs and nodes; false when it passes a node twice or memory ran out. */
static bool walk(search *s, uint32_t via)
{
    uint32_t i, count = 0;
    cim__again(&s->way);
    cim__again(&s->nodes);
    cim__again(&s->at);
    s->stamp++;
    for (i = via; spot_at(s, i)->arc[0] != CIM_NONE; i = spot_at(s, i)->next[0], count++) {
        if (spot_at(s, i)->stamp == s->stamp) return false;
        spot_at(s, i)->stamp = s->stamp;
        cim__buf_put(&s->way, &spot_at(s, i)->arc[0], 4);
    }
    if (!(spot_at(s, i)->roots & STARTS) || spot_at(s, i)->stamp == s->stamp) return false;
    spot_at(s, i)->stamp = s->stamp;
    uint32_t *arcs = (uint32_t *)(void *)s->way.data, at = 0, node = node_of(s, spot_at(s, i));
    for (uint32_t k = 0; k < count / 2; k++) {
        uint32_t swap = arcs[k];
        arcs[k] = arcs[count - 1 - k];
        arcs[count - 1 - k] = swap;
    }
    for (i = via; spot_at(s, i)->arc[1] != CIM_NONE; i = spot_at(s, i)->next[1]) {
        uint32_t next = spot_at(s, i)->next[1];
        if (spot_at(s, next)->stamp == s->stamp) return false;
        spot_at(s, next)->stamp = s->stamp;
        cim__buf_put(&s->way, &spot_at(s, i)->arc[1], 4);
    }
    if (!(spot_at(s, i)->roots & ENDS)) return false;
    for (size_t k = 0;; k++) {
        cim__buf_put(&s->nodes, &node, 4);
        cim__buf_put(&s->at, &at, 4);
        if (s->nodes.failed || s->at.failed || k == CIM__COUNT(&s->way, uint32_t)) break;
        at += s->m->arc_ms[CIM__AT(&s->way, uint32_t, k)];
        node = head_of(s, CIM__AT(&s->way, uint32_t, k));
    }
    return !s->way.failed && !s->nodes.failed && !s->at.failed;
}

static uint32_t end_used(const search *s, int side, uint32_t node)
{
    uint32_t best = CIM_NONE;
    for (uint32_t k = 0; k < s->end_count[side]; k++)
        if (s->ends[side][k].node == node && (best == CIM_NONE || s->ends[side][k].offset_ms < s->ends[side][best].offset_ms)) best = k;
    return best;
}

typedef struct common {
    uint64_t quickest, taken;
    bool own; /* an arc that no way before has */
} common;

static void count_common(const search *s, uint32_t start, uint32_t end, common *c)
{
    uint32_t m = s->m->hierarchy->arc_count, marks[2] = { s->marks[m + start], s->marks[m + s->end_count[0] + end] };
    uint32_t offsets[2] = { s->ends[0][start].offset_ms, s->ends[1][end].offset_ms };
    *c = (common){ 0, 0, false };
    for (int side = 0; side < 2; side++) {
        if (marks[side] & QUICKEST) c->quickest += offsets[side];
        if (marks[side] & TAKEN) c->taken += offsets[side];
    }
    for (size_t k = 0; k < CIM__COUNT(&s->way, uint32_t); k++) {
        uint32_t arc = CIM__AT(&s->way, uint32_t, k), ms = s->m->arc_ms[arc];
        if (s->marks[arc] & QUICKEST) c->quickest += ms;
        if (s->marks[arc] & TAKEN) c->taken += ms;
        else c->own = true;
    }
}

static cim_status is_local(search *s, uint32_t via, bool *is_out)
{
    const uint32_t *nodes = (const uint32_t *)(const void *)s->nodes.data, *at = (const uint32_t *)(const void *)s->at.data;
    uint32_t last = (uint32_t)CIM__COUNT(&s->nodes, uint32_t) - 1, v = 0, time;
    while (nodes[v] != via) v++;
    uint32_t x = v, y = v;
    while (x > 0 && at[v] - at[x] < s->local) x--;
    while (y < last && at[y] - at[v] < s->local) y++;
    CIM__TRY(cim_route_time(s->ctx, s->m, s->q, nodes[x], nodes[y], &time));
    *is_out = time == at[y] - at[x];
    return CIM_OK;
}

static void take(search *s, uint32_t start, uint32_t end, uint32_t via, uint64_t shared, cim_route_alternative *out)
{
    uint32_t m = s->m->hierarchy->arc_count, count = (uint32_t)CIM__COUNT(&s->way, uint32_t);
    uint64_t time = (uint64_t)s->ends[0][start].offset_ms + s->ends[1][end].offset_ms + CIM__AT(&s->at, uint32_t, count);
    *out = (cim_route_alternative){ { (uint32_t)time, start, end, count, NULL }, via, (uint32_t)shared };
    for (uint32_t k = 0; k < count; k++) s->marks[CIM__AT(&s->way, uint32_t, k)] |= TAKEN;
    s->marks[m + start] |= TAKEN;
    s->marks[m + s->end_count[0] + end] |= TAKEN;
    cim__buf_put(&s->arcs, s->way.data, s->way.size);
}

/* Takes a candidate if it is good. */
static cim_status test(search *s, const cim__keyed *candidate, cim_route_alternative *out, bool *taken)
{
    uint32_t vias[2] = { node_of(s, spot_at(s, candidate->id)), node_of(s, spot_at(s, candidate->extra)) };
    common c;
    *taken = false;
    if (!walk(s, candidate->id)) return s->way.failed || s->nodes.failed || s->at.failed ? cim__nomem(s->ctx) : CIM_OK;
    uint32_t last = (uint32_t)CIM__COUNT(&s->nodes, uint32_t) - 1;
    uint32_t start = end_used(s, 0, CIM__AT(&s->nodes, uint32_t, 0)), end = end_used(s, 1, CIM__AT(&s->nodes, uint32_t, last));
    uint64_t time = (uint64_t)s->ends[0][start].offset_ms + s->ends[1][end].offset_ms + CIM__AT(&s->at, uint32_t, last);
    count_common(s, start, end, &c);
    if (!c.own || time > s->limit || !fits(s, time, c.quickest) || (double)c.taken > s->opts.sharing * s->best) return CIM_OK;
    bool local = false;
    uint32_t k = 0;
    CIM__TRY(is_local(s, vias[0], &local));
    if (!local && vias[1] != vias[0]) CIM__TRY(is_local(s, vias[k = 1], &local));
    if (!local) return CIM_OK;
    take(s, start, end, vias[k], c.taken, out);
    *taken = true;
    return s->arcs.failed ? cim__nomem(s->ctx) : CIM_OK;
}

static cim_status choose(search *s, size_t k, cim_route_alternative *out, size_t *count)
{
    cim__buf list = cim__buf_on(s->ctx->mem);
    uint32_t most = s->opts.candidates ? s->opts.candidates : CANDIDATES;
    cim_status st = propose_all(s, &list);
    for (size_t i = 0; st >= 0 && *count < k && i < CIM__COUNT(&list, cim__keyed) && i < most; i++) {
        bool taken = false;
        st = test(s, &CIM__AT(&list, cim__keyed, i), &out[*count], &taken);
        *count += taken;
    }
    cim__buf_free(&list);
    return st;
}

/* ---- all of it ---- */

static cim_status find(search *s, const cim_route_path *quickest, size_t k, cim_route_alternative *out, size_t *count)
{
    size_t marks = (size_t)s->m->hierarchy->arc_count + s->end_count[0] + s->end_count[1];
    double limit = (1.0 + s->opts.stretch) * quickest->time_ms, local = ceil(s->opts.locality * quickest->time_ms);
    out[0] = (cim_route_alternative){ *quickest, CIM_NONE, 0 };
    *count = 1;
    cim__buf_put(&s->arcs, quickest->arcs, quickest->arc_count * sizeof *quickest->arcs);
    if (s->arcs.failed) return cim__nomem(s->ctx);
    if (k == 1 || !quickest->time_ms) return CIM_OK;
    s->best = quickest->time_ms;
    s->limit = limit < CIM__INF ? (uint32_t)limit : CIM__INF - 1;
    s->local = (uint32_t)local;
    s->marks = cim__zalloc(s->ctx->mem, marks);
    if (!s->marks) return cim__nomem(s->ctx);
    CIM__TRY(find_spots(s));
    grow_trees(s);
    cim_route_path path = *quickest;
    path.arcs = (const uint32_t *)(const void *)s->arcs.data;
    mark_quickest(s, &path);
    return choose(s, k, out, count);
}

static bool is_part(double v, double most) { return v >= 0.0 && v <= most; }

static cim_status take_options(cim_ctx *ctx, const cim_route_alternative_options *options, cim_route_alternative_options *opts)
{
    *opts = (cim_route_alternative_options)CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, opts, sizeof *opts, options, "alternative options"));
    if (is_part(opts->stretch, 100.0) && is_part(opts->sharing, 1.0) && is_part(opts->locality, 1.0)) return CIM_OK;
    return cim__fail(ctx, CIM_EARG, "stretch, sharing or locality is out of range");
}

cim_status cim_route_alternatives_find(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim_route_end *starts, size_t start_count,
                                       const cim_route_end *ends, size_t end_count, const cim_route_alternative_options *options, size_t k,
                                       cim_route_alternative *alternatives_out, size_t *count_out)
{
    cim_route_path path;
    search s = { .ctx = ctx, .m = metric, .q = query, .ends = { starts, ends }, .end_count = { start_count, end_count } };
    cim__enter(ctx);
    CIM__TRY(take_options(ctx, options, &s.opts));
    if (!k || k > 1000) return cim__fail(ctx, CIM_EARG, "%zu ways, not 1 to 1000", k);
    CIM__TRY(cim_route_path_find(ctx, metric, query, starts, start_count, ends, end_count, &path));
    cim_route_alternative *found = cim__alloc_n(ctx->mem, k, sizeof *found);
    if (!found) return cim__nomem(ctx);
    size_t count = 0;
    s.spots = s.arcs = s.way = s.nodes = s.at = cim__buf_on(ctx->mem);
    cim_status st = find(&s, &path, k, found, &count);
    for (size_t i = 0; i < CIM__COUNT(&s.spots, spot); i++) query->seen[spot_at(&s, (uint32_t)i)->place] = 0;
    cim__again(&query->arcs);
    cim__buf_put(&query->arcs, s.arcs.data, s.arcs.size);
    if (st >= 0 && query->arcs.failed) st = cim__nomem(ctx);
    const uint32_t *arcs = (const uint32_t *)(const void *)query->arcs.data;
    for (size_t i = 0; st >= 0 && i < count; i++) {
        alternatives_out[i] = found[i];
        alternatives_out[i].path.arcs = arcs;
        if (arcs) arcs += found[i].path.arc_count;
    }
    if (st >= 0) *count_out = count;
    cim__buf *bufs[] = { &s.spots, &s.arcs, &s.way, &s.nodes, &s.at };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__free(ctx->mem, s.marks);
    cim__free(ctx->mem, found);
    return st;
}
