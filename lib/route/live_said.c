/* live_said.c - what sources say: merging deltas and snapshots, and which statement decides. */
#include "route/live.h"

uint32_t cim__live_aspect(uint32_t kind)
{
    switch (kind) {
    case CIM_ROUTE_CLOSED:
    case CIM_ROUTE_OPEN:
    case CIM_ROUTE_WITHDRAW_CLOSURE: return CIM__CLOSURE;
    case CIM_ROUTE_PENALTY: return CIM__PENALTY;
    default: return CIM__TIME;
    }
}

uint32_t cim__cut_ms(double ms) { return ms < (double)CIM__INF ? (uint32_t)(ms + 0.5) : CIM__INF; }
uint32_t cim__speed_ms(float length_m, uint32_t fixed_ms, double kmh, double least_kmh)
{
    return cim__cut_ms((double)fixed_ms + (double)length_m * 3600.0 / (kmh < least_kmh ? least_kmh : kmh));
}

cim_status cim__live_check(cim_ctx *ctx, const cim_route_change *c, size_t number, bool has_lengths)
{
    if (c->kind > CIM_ROUTE_WITHDRAW_CLOSURE) return cim__fail(ctx, CIM_EARG, "change %zu: no such kind: %u", number, c->kind);
    if (c->until_ms <= c->from_ms) return cim__fail(ctx, CIM_EARG, "change %zu: ends before it begins", number);
    bool valued = c->kind <= CIM_ROUTE_SPEED || c->kind == CIM_ROUTE_PENALTY;
    if (!valued) return CIM_OK;
    if (!(c->value >= 0.0 && c->value <= 1e300)) return cim__fail(ctx, CIM_EARG, "change %zu: the value is negative or not finite", number);
    if (c->kind == CIM_ROUTE_FACTOR && c->value <= 0.0) return cim__fail(ctx, CIM_EARG, "change %zu: a factor of 0", number);
    if (c->kind == CIM_ROUTE_SPEED && !has_lengths) return cim__fail(ctx, CIM_EARG, "change %zu: a speed, but the lengths of arcs were not given", number);
    return CIM_OK;
}

static uint64_t key_of(uint32_t arc, uint32_t aspect, uint32_t event) { return (uint64_t)arc << 34 | (uint64_t)aspect << 32 | event; }
static uint64_t key(const cim_route_change *c) { return key_of(c->arc, cim__live_aspect(c->kind), c->event); }
static bool takes_back(const cim_route_change *c) { return c->kind >= CIM_ROUTE_WITHDRAW; }

/* The first statement from `at` on whose key is not below: steps double, then halve. */
static size_t seek(const cim__said *said, size_t at, uint64_t wanted)
{
    enum { NEAR = 8 };
    for (size_t end = at + NEAR < said->count ? at + NEAR : said->count; at < end; at++)
        if (key(&said->at[at]) >= wanted) return at; /* neighbours first: most batches are dense */
    size_t step = 1, low = at, high = at;
    while (high < said->count && key(&said->at[high]) < wanted) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    if (high > said->count) high = said->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key(&said->at[middle]) < wanted) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* ---- a batch ---- */

/* What one source gets: keys with the number of the change in `at`, a copy in their order; `extra` becomes the place of the statement there, or
 * CIM_NONE. */
typedef struct part {
    cim__keyed *items;
    cim_route_change *at;
    size_t count, fresh; /* fresh: statements that are new */
    size_t gone;
    cim_route_change *room; /* a snapshot's array */
} part;

typedef struct batch {
    const cim_route_change *changes;
    cim__keyed *items;
    cim_route_change *sorted;
    part parts[CIM_ROUTE_MAX_SOURCES];
} batch;

static cim_status check_all(cim_ctx *ctx, const cim_route_live *live, uint32_t replace, const cim_route_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i].arc >= live->hierarchy->arc_count)
            return cim__fail(ctx, CIM_EARG, "change %zu: arc %u of %u", i, changes[i].arc, live->hierarchy->arc_count);
        if (changes[i].source >= live->source_count) return cim__fail(ctx, CIM_EARG, "change %zu: source %u of %u", i, changes[i].source, live->source_count);
        if (replace < CIM_ROUTE_MAX_SOURCES && changes[i].source != replace)
            return cim__fail(ctx, CIM_EARG, "change %zu: of source %u in a snapshot of source %u", i, changes[i].source, replace);
        CIM__TRY(cim__live_check(ctx, &changes[i], i, live->views->lengths_m != NULL));
    }
    return CIM_OK;
}

static size_t expand(const cim_route_change *c, uint32_t number, cim__keyed *to)
{
    if (c->kind != CIM_ROUTE_WITHDRAW) {
        *to = (cim__keyed){ key(c), number, 0 };
        return 1;
    }
    for (uint32_t aspect = 0; aspect < CIM__ASPECTS; aspect++) to[aspect] = (cim__keyed){ key_of(c->arc, aspect, c->event), number, 0 };
    return CIM__ASPECTS;
}

/* Of several about the same the one reported last, of these the one given last. */
static size_t keep_last(const batch *b, cim__keyed *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool same = kept && items[kept - 1].key == items[i].key;
        if (same && b->changes[items[i].id].reported_ms < b->changes[items[kept - 1].id].reported_ms) continue;
        items[same ? kept - 1 : kept++] = items[i];
    }
    return kept;
}

/* The caller's changes are jumped about in once, here. */
static void gather(const batch *b, part *p)
{
    enum { AHEAD = 24 };
    for (size_t i = 0; i < p->count; i++) {
        if (i + AHEAD < p->count) __builtin_prefetch(&b->changes[p->items[i + AHEAD].id]);
        p->at[i] = b->changes[p->items[i].id];
        p->items[i].id = (uint32_t)i;
    }
}

/* The changes by source, each source's sorted. */
static cim_status sort_batch(cim_ctx *ctx, batch *b, size_t count)
{
    size_t starts[CIM_ROUTE_MAX_SOURCES] = { 0 }, total = 0;
    for (size_t i = 0; i < count; i++) starts[b->changes[i].source] += b->changes[i].kind == CIM_ROUTE_WITHDRAW ? CIM__ASPECTS : 1;
    for (uint32_t s = 0; s < CIM_ROUTE_MAX_SOURCES; s++) total += starts[s];
    cim__keyed *items = b->items = cim__alloc_n(ctx->mem, total * 2 + 1, sizeof *items);
    cim_route_change *sorted = b->sorted = cim__alloc_n(ctx->mem, total + 1, sizeof *sorted);
    if (!items || !sorted) return cim__nomem(ctx);
    for (uint32_t s = 0; s < CIM_ROUTE_MAX_SOURCES; s++) {
        b->parts[s].items = items;
        b->parts[s].at = sorted;
        items += starts[s];
        sorted += starts[s];
    }
    for (size_t i = 0; i < count; i++) {
        part *p = &b->parts[b->changes[i].source];
        p->count += expand(&b->changes[i], (uint32_t)i, p->items + p->count);
    }
    for (uint32_t s = 0; s < CIM_ROUTE_MAX_SOURCES; s++) {
        part *p = &b->parts[s];
        if (!p->count) continue;
        cim__sort_keyed(p->items, b->items + total, p->count);
        p->count = keep_last(b, p->items, p->count);
        gather(b, p);
    }
    return CIM_OK;
}

static void locate(const cim__said *said, part *p)
{
    size_t at = 0;
    for (size_t i = 0; i < p->count; i++) {
        const cim_route_change *c = &p->at[i];
        at = seek(said, at, p->items[i].key);
        bool there = at < said->count && key(&said->at[at]) == p->items[i].key;
        bool late = there && said->at[at].reported_ms > c->reported_ms;
        p->items[i].extra = there ? (uint32_t)at : CIM_NONE;
        if (late) p->items[i].id = CIM_NONE;
        else if (there) p->gone += takes_back(c);
        else p->fresh += !takes_back(c);
    }
}

/* Room for everything, so that nothing fails once something was changed. */
static cim_status reserve(cim_ctx *ctx, cim_route_live *live, batch *b, uint32_t replace)
{
    uint64_t total = live->statement_count;
    for (uint32_t s = 0; s < live->source_count; s++) {
        part *p = &b->parts[s];
        cim__said *said = &live->said[s];
        if (s == replace) {
            for (size_t i = 0; i < p->count; i++) p->fresh += !takes_back(&p->at[i]);
            total -= said->count;
        } else locate(said, p);
        total = total + p->fresh - (s == replace ? 0 : p->gone);
    }
    if (total > live->max_statements)
        return cim__fail(ctx, CIM_ELIMIT, "%llu statements, the limit is %llu", (unsigned long long)total, (unsigned long long)live->max_statements);
    for (uint32_t s = 0; s < live->source_count; s++) {
        part *p = &b->parts[s];
        cim__said *said = &live->said[s];
        if (s == replace && p->fresh) {
            if (!(p->room = cim__alloc_n(live->mem, p->fresh, sizeof *p->room))) return cim__nomem(ctx);
        } else if (s != replace && said->count + p->fresh > said->cap) {
            size_t cap = said->count + p->fresh + said->count / 4 + 16;
            cim_route_change *at = cim__realloc_n(live->mem, said->at, cap, sizeof *at);
            if (!at) return cim__nomem(ctx);
            said->at = at;
            said->cap = cap;
        }
    }
    live->statement_count = total;
    return CIM_OK;
}

static void note_times(cim_route_live *live, cim__said *said, const cim_route_change *c)
{
    if (c->until_ms < said->next_ms) said->next_ms = c->until_ms;
    if (c->from_ms > live->now->as_of_ms && c->from_ms < said->next_ms) said->next_ms = c->from_ms;
}

static void take_snapshot(cim_route_live *live, part *p, cim__said *said)
{
    size_t count = 0;
    for (size_t i = 0; i < said->count; i++) cim__live_mark(live, said->at[i].arc);
    said->next_ms = INT64_MAX;
    for (size_t i = 0; i < p->count; i++) {
        const cim_route_change *c = &p->at[i];
        if (takes_back(c)) continue;
        p->room[count++] = *c;
        cim__live_mark(live, c->arc);
        note_times(live, said, c);
    }
    cim__free(live->mem, said->at);
    said->at = p->room;
    said->count = said->cap = count;
    p->room = NULL;
}

static void drop_taken_back(cim__said *said)
{
    size_t kept = 0;
    for (size_t i = 0; i < said->count; i++)
        if (!takes_back(&said->at[i])) said->at[kept++] = said->at[i];
    said->count = kept;
}

static void take_delta(cim_route_live *live, part *p, cim__said *said)
{
    size_t fresh = 0, to;
    for (size_t i = 0; i < p->count; i++) {
        const cim__keyed *item = &p->items[i];
        if (item->id == CIM_NONE) continue; /* reported before what is known */
        const cim_route_change *c = &p->at[item->id];
        if (item->extra == CIM_NONE && takes_back(c)) continue;
        cim__live_mark(live, c->arc);
        if (!takes_back(c)) note_times(live, said, c);
        if (item->extra == CIM_NONE) p->items[fresh++] = *item;
        else said->at[item->extra] = *c;
    }
    if (p->gone) drop_taken_back(said);
    to = said->count + fresh;
    for (size_t old = said->count; fresh;) { /* from the end, so nothing is overwritten that is still to be moved */
        if (old && key(&said->at[old - 1]) > p->items[fresh - 1].key) said->at[--to] = said->at[--old];
        else said->at[--to] = p->at[p->items[--fresh].id];
    }
    said->count += p->fresh;
}

cim_status cim__live_change(cim_ctx *ctx, cim_route_live *live, uint32_t replace, const cim_route_change *changes, size_t count)
{
    batch b = { .changes = changes };
    CIM__TRY(check_all(ctx, live, replace, changes, count));
    if (count >= CIM_NONE) return cim__fail(ctx, CIM_ELIMIT, "%zu changes at once", count);
    cim_status st = sort_batch(ctx, &b, count);
    if (st >= 0) st = reserve(ctx, live, &b, replace);
    for (uint32_t s = 0; s < live->source_count && st >= 0; s++) {
        if (s == replace) take_snapshot(live, &b.parts[s], &live->said[s]);
        else if (b.parts[s].count) take_delta(live, &b.parts[s], &live->said[s]);
    }
    for (uint32_t s = 0; s < CIM_ROUTE_MAX_SOURCES; s++) cim__free(live->mem, b.parts[s].room);
    cim__free(ctx->mem, b.items);
    cim__free(ctx->mem, b.sorted);
    return st;
}

/* ---- time passes ---- */

void cim__live_mark_until(cim_route_live *live, int64_t now)
{
    for (uint32_t s = 0; s < live->source_count; s++) {
        const cim__said *said = &live->said[s];
        for (size_t i = 0; said->next_ms <= now && i < said->count; i++) {
            const cim_route_change *c = &said->at[i];
            if (c->until_ms <= now || (c->from_ms > live->now->as_of_ms && c->from_ms <= now)) cim__live_mark(live, c->arc);
        }
    }
}

uint64_t cim__live_forget(cim_route_live *live, int64_t now)
{
    uint64_t before = live->statement_count;
    for (uint32_t s = 0; s < live->source_count; s++) {
        cim__said *said = &live->said[s];
        size_t kept = 0;
        if (said->next_ms > now) continue;
        said->next_ms = INT64_MAX;
        for (size_t i = 0; i < said->count; i++) {
            const cim_route_change *c = &said->at[i];
            if (c->until_ms <= now) continue;
            note_times(live, said, c);
            if (kept != i) said->at[kept] = *c;
            kept++;
        }
        live->statement_count -= said->count - kept;
        said->count = kept;
    }
    return before - live->statement_count;
}

/* ---- deciding ---- */

static bool before(const cim_route_live *live, const cim_route_change *a, const cim_route_change *b)
{
    int32_t pa = live->said[a->source].priority, pb = live->said[b->source].priority;
    if (pa != pb) return pa > pb;
    if (a->reported_ms != b->reported_ms) return a->reported_ms > b->reported_ms;
    if ((a->kind == CIM_ROUTE_OPEN) != (b->kind == CIM_ROUTE_OPEN)) return b->kind == CIM_ROUTE_OPEN;
    if (a->source != b->source) return a->source < b->source;
    return a->event > b->event;
}

void cim__live_decide(const cim_route_live *live, uint32_t arc, int64_t now, cim__cursors *cursors, const cim_route_change *by[CIM__ASPECTS])
{
    for (int i = 0; i < CIM__ASPECTS; i++) by[i] = NULL;
    for (uint32_t s = 0; s < live->source_count; s++) {
        const cim__said *said = &live->said[s];
        size_t at = cursors->at[s] = seek(said, cursors->at[s], key_of(arc, 0, 0));
        for (; at < said->count && said->at[at].arc == arc; at++) {
            const cim_route_change *c = &said->at[at], **best = &by[cim__live_aspect(c->kind)];
            if (cim__in_force(c, now) && (!*best || before(live, c, *best))) *best = c;
        }
    }
}

uint32_t cim__live_weight(const cim_route_live *live, uint32_t arc, const cim_route_change *const by[CIM__ASPECTS], uint32_t *open_out)
{
    const cim_route_change *time = by[CIM__TIME], *closure = by[CIM__CLOSURE];
    uint32_t base = live->base[arc], ms = base;
    bool against = base >= CIM__INF && (!time || time->kind == CIM_ROUTE_FACTOR);
    if (time && time->kind == CIM_ROUTE_WEIGHT) ms = cim__cut_ms(time->value);
    else if (time && time->kind == CIM_ROUTE_SPEED)
        ms = cim__speed_ms(live->views->lengths_m[arc], live->views->fixed_ms ? live->views->fixed_ms[arc] : 0, time->value, live->min_speed_kmh);
    else if (time && base < CIM__INF) ms = cim__cut_ms(base * time->value);
    if (by[CIM__PENALTY]) ms = cim__cut_ms((double)ms + by[CIM__PENALTY]->value);
    *open_out = against ? CIM__INF : cim__min32(ms, CIM__INF);
    if (closure && closure->kind == CIM_ROUTE_CLOSED) return CIM__INF;
    if (base >= CIM__INF && !closure) return CIM__INF;
    return *open_out;
}
