/* live.c - live weights as their users see them: sources, publishing, views, what-if. */
#include "route/live.h"

enum { DEFAULT_STATEMENTS = 1 << 24, NAME_BYTES = 255 };

/* ---- making ---- */

static void clear_views(cim__epochs *epochs)
{
    for (int i = 0; i < CIM__MAX_EPOCHS && epochs->slots[i]; i++) {
        cim_route_view *view = (cim_route_view *)epochs->slots[i];
        cim_route_metric_free(view->metric);
        cim__buf_free(&view->shut);
    }
    cim__free(epochs->mem, ((cim__views *)epochs)->lengths_m);
    cim__free(epochs->mem, ((cim__views *)epochs)->fixed_ms);
}

static cim_status check_lengths(cim_ctx *ctx, const float *lengths_m, uint32_t count)
{
    for (uint32_t a = 0; lengths_m && a < count; a++)
        if (!(lengths_m[a] >= 0.0f && lengths_m[a] <= 1e30f)) return cim__fail(ctx, CIM_EARG, "the length of arc %u is negative or not finite", a);
    return CIM_OK;
}

/* A state that nobody has; what it had goes back for the next metric. */
static cim_status free_view(cim_ctx *ctx, cim_route_live *live, cim_route_view **view_out)
{
    cim__epochs *epochs = &live->views->epochs;
    cim__epoch *epoch = NULL;
    for (int i = 0; i < CIM__MAX_EPOCHS && epochs->slots[i]; i++) {
        cim_route_view *view = (cim_route_view *)epochs->slots[i];
        if (!cim__epoch_unused(&view->epoch)) continue;
        cim_route_metric_free(view->metric);
        view->metric = NULL;
    }
    CIM__TRY(cim__epochs_free_slot(ctx, epochs, &epoch));
    cim_route_view *view = (cim_route_view *)epoch;
    view->shut.mem = epochs->mem;
    view->shut.size = 0;
    view->shut.failed = false;
    view->min_speed_kmh = live->min_speed_kmh;
    view->lengths_m = live->views->lengths_m;
    view->fixed_ms = live->views->fixed_ms;
    *view_out = view;
    return CIM_OK;
}

static void show(cim_route_live *live, cim_route_view *view, cim_route_metric *metric, int64_t as_of_ms, uint64_t number)
{
    view->metric = metric;
    view->as_of_ms = as_of_ms;
    cim__epochs_publish(&live->views->epochs, &view->epoch, number);
    live->now = view;
}

static cim_status fill(cim_ctx *ctx, cim_route_live *live, const uint32_t *base_ms, const float *lengths_m, const uint32_t *fixed_ms)
{
    size_t m = live->hierarchy->arc_count;
    cim_route_view *view = NULL;
    cim_route_metric *metric = NULL;
    live->dirty_words = m / 64 + 1;
    live->base = cim__alloc_n(live->mem, m + 1, sizeof *live->base);
    live->dirty = cim__zalloc_n(live->mem, live->dirty_words, sizeof *live->dirty);
    if (lengths_m) live->views->lengths_m = cim__alloc_n(live->mem, m + 1, sizeof *lengths_m);
    if (fixed_ms) live->views->fixed_ms = cim__alloc_n(live->mem, m + 1, sizeof *fixed_ms);
    if (!live->base || !live->dirty || (lengths_m && !live->views->lengths_m) || (fixed_ms && !live->views->fixed_ms)) return cim__nomem(ctx);
    if (m) memcpy(live->base, base_ms, m * sizeof *base_ms);
    if (m && lengths_m) memcpy(live->views->lengths_m, lengths_m, m * sizeof *lengths_m);
    if (m && fixed_ms) memcpy(live->views->fixed_ms, fixed_ms, m * sizeof *fixed_ms);
    CIM__TRY(free_view(ctx, live, &view));
    CIM__TRY(cim_route_metric_build(ctx, live->hierarchy, base_ms, live->has_labels ? &live->labels : NULL, &metric));
    show(live, view, metric, CIM_ROUTE_ALWAYS_FROM, 0);
    return CIM_OK;
}

static cim_status make(cim_ctx *ctx, cim_route_hierarchy *h, const cim_route_live_options *o, cim_route_live **live_out)
{
    cim_route_live *live = cim__zalloc(h->mem, sizeof *live);
    cim__views *views = live ? cim__zalloc(h->mem, sizeof *views) : NULL;
    if (!views) {
        cim__free(h->mem, live);
        return cim__nomem(ctx);
    }
    live->mem = cim__mem_ref(h->mem);
    live->hierarchy = cim_route_hierarchy_ref(h);
    live->views = views;
    live->min_speed_kmh = o->min_speed_kmh > 0.0 ? o->min_speed_kmh : 1.0;
    live->max_statements = o->max_statements ? o->max_statements : DEFAULT_STATEMENTS;
    if (live->max_statements >= CIM_NONE) live->max_statements = CIM_NONE - 1;
    live->arcs = cim__buf_on(live->mem);
    live->weights = cim__buf_on(live->mem);
    cim__epochs_init(&views->epochs, live->mem, sizeof(cim_route_view), NULL, clear_views);
    pthread_mutex_init(&live->lock, NULL);
    *live_out = live;
    return CIM_OK;
}

cim_status cim_route_live_new(cim_ctx *ctx, cim_route_hierarchy *h, const uint32_t *base_ms, const cim_route_live_options *given, cim_route_live **live_out)
{
    cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_live *live = NULL;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &o, sizeof o, given, "live options"));
    CIM__TRY(cim__opts(ctx, &labels, sizeof labels, o.labels, "label options"));
    if (!h) return cim__fail(ctx, CIM_EARG, "no hierarchy");
    if (h->arc_count && !base_ms) return cim__fail(ctx, CIM_EARG, "no weights");
    if (!(o.min_speed_kmh >= 0.0 && o.min_speed_kmh <= 1e6)) return cim__fail(ctx, CIM_EARG, "the least speed is negative or not finite");
    CIM__TRY(check_lengths(ctx, o.lengths_m, h->arc_count));
    CIM__TRY(make(ctx, h, &o, &live));
    live->has_labels = o.labels != NULL;
    live->labels = labels;
    cim_status st = fill(ctx, live, base_ms, o.lengths_m, o.fixed_ms);
    if (st < 0) cim_route_live_free(live);
    else *live_out = live;
    return st;
}

void cim_route_live_free(cim_route_live *live)
{
    if (!live) return;
    cim__mem *mem = live->mem;
    cim__epochs_leave(&live->views->epochs);
    for (uint32_t s = 0; s < live->source_count; s++) {
        cim__free(mem, live->said[s].at);
        cim__free(mem, live->said[s].name);
    }
    cim__watch_free(mem, live->watch);
    cim__buf_free(&live->arcs);
    cim__buf_free(&live->weights);
    cim__free(mem, live->base);
    cim__free(mem, live->dirty);
    pthread_mutex_destroy(&live->lock);
    cim_route_hierarchy_free(live->hierarchy);
    cim__free(mem, live);
    cim__mem_unref(mem);
}

/* ---- what is said ---- */

static uint32_t find_source(const cim_route_live *live, const char *name)
{
    uint32_t s = 0;
    while (s < live->source_count && strcmp(live->said[s].name, name)) s++;
    return s;
}

static cim_status source_locked(cim_ctx *ctx, cim_route_live *live, const char *name, int32_t priority, uint32_t *source_out)
{
    uint32_t s = find_source(live, name);
    if (s == CIM_ROUTE_MAX_SOURCES) return cim__fail(ctx, CIM_ELIMIT, "more than %d sources", CIM_ROUTE_MAX_SOURCES);
    cim__said *said = &live->said[s];
    if (s == live->source_count) {
        if (!(said->name = cim__strndup(live->mem, name, strlen(name)))) return cim__nomem(ctx);
        said->next_ms = INT64_MAX;
        live->source_count++;
    } else if (said->priority != priority) {
        for (size_t i = 0; i < said->count; i++) cim__live_mark(live, said->at[i].arc);
    }
    said->priority = priority;
    *source_out = s;
    return CIM_OK;
}

cim_status cim_route_live_source(cim_ctx *ctx, cim_route_live *live, const char *name, int32_t priority, uint32_t *source_out)
{
    cim__enter(ctx);
    if (!name || !name[0] || strlen(name) > NAME_BYTES) return cim__fail(ctx, CIM_EARG, "a source's name has 1 to %d bytes", NAME_BYTES);
    pthread_mutex_lock(&live->lock);
    cim_status st = source_locked(ctx, live, name, priority, source_out);
    pthread_mutex_unlock(&live->lock);
    return st;
}

const char *cim_route_live_source_name(cim_route_live *live, uint32_t source)
{
    pthread_mutex_lock(&live->lock);
    const char *name = source < live->source_count ? live->said[source].name : NULL;
    pthread_mutex_unlock(&live->lock);
    return name;
}

static cim_status change(cim_ctx *ctx, cim_route_live *live, uint32_t replace, const cim_route_change *changes, size_t count)
{
    if (count && !changes) return cim__fail(ctx, CIM_EARG, "no changes");
    pthread_mutex_lock(&live->lock);
    cim_status st = replace != CIM_NONE && replace >= live->source_count ? cim__fail(ctx, CIM_EARG, "source %u of %u", replace, live->source_count)
                                                                         : cim__live_change(ctx, live, replace, changes, count);
    pthread_mutex_unlock(&live->lock);
    return st;
}

cim_status cim_route_live_apply(cim_ctx *ctx, cim_route_live *live, const cim_route_change *changes, size_t count)
{
    cim__enter(ctx);
    return change(ctx, live, CIM_NONE, changes, count);
}

cim_status cim_route_live_replace(cim_ctx *ctx, cim_route_live *live, uint32_t source, const cim_route_change *changes, size_t count)
{
    cim__enter(ctx);
    if (source == CIM_NONE) return cim__fail(ctx, CIM_EARG, "no source");
    return change(ctx, live, source, changes, count);
}

/* The next arc that anything is said of, from the cursors on. */
static uint32_t next_arc(const cim_route_live *live, const cim__cursors *cursors)
{
    uint32_t arc = CIM_NONE;
    for (uint32_t s = 0; s < live->source_count; s++)
        if (cursors->at[s] < live->said[s].count) arc = cim__min32(arc, live->said[s].at[cursors->at[s]].arc);
    return arc;
}

static size_t list_arc(const cim_route_live *live, uint32_t arc, int64_t now, cim__cursors *cursors, cim_route_statement *out, size_t cap, size_t found)
{
    const cim_route_change *by[CIM__ASPECTS];
    cim__live_decide(live, arc, now, cursors, by);
    for (uint32_t s = 0; s < live->source_count; s++) {
        const cim__said *said = &live->said[s];
        for (; cursors->at[s] < said->count && said->at[cursors->at[s]].arc == arc; cursors->at[s]++) {
            const cim_route_change *c = &said->at[cursors->at[s]];
            if (c->until_ms <= now) continue;
            if (found < cap) out[found] = (cim_route_statement){ *c, cim__in_force(c, now), c == by[cim__live_aspect(c->kind)] };
            found++;
        }
    }
    return found;
}

cim_status cim_route_live_statements(cim_ctx *ctx, cim_route_live *live, uint32_t arc, int64_t now, cim_route_statement *out, size_t cap, size_t *count_out)
{
    cim__cursors cursors = { { 0 } };
    size_t found = 0;
    cim__enter(ctx);
    if (arc != CIM_NONE && arc >= live->hierarchy->arc_count) return cim__fail(ctx, CIM_EARG, "arc %u of %u", arc, live->hierarchy->arc_count);
    pthread_mutex_lock(&live->lock);
    if (arc != CIM_NONE) found = list_arc(live, arc, now, &cursors, out, cap, 0);
    else
        for (uint32_t a; (a = next_arc(live, &cursors)) != CIM_NONE;) found = list_arc(live, a, now, &cursors, out, cap, found);
    pthread_mutex_unlock(&live->lock);
    *count_out = found;
    return CIM_OK;
}

/* ---- publishing ---- */

/* The arcs with another weight than the current one, and the closed arcs of the new state. */
typedef struct outcome {
    cim_route_view *to;
    const cim__shut *shut, *shut_end; /* of the current state, from here on not looked at */
    bool parts;                       /* an arc was closed or opened */
} outcome;

static void put(cim__buf *buf, uint32_t value)
{
    uint32_t *at = CIM__PUSH(buf, uint32_t);
    if (at) *at = value;
}

static void put_shut(outcome *c, cim__shut shut)
{
    cim__shut *at = CIM__PUSH(&c->to->shut, cim__shut);
    if (at) *at = shut;
}

static void weigh(cim_route_live *live, outcome *c, uint32_t arc, int64_t now, cim__cursors *cursors)
{
    const cim_route_change *by[CIM__ASPECTS];
    uint32_t open_ms, was = cim_route_metric_weights(live->now->metric)[arc];
    cim__live_decide(live, arc, now, cursors, by);
    uint32_t ms = cim__live_weight(live, arc, by, &open_ms);
    while (c->shut < c->shut_end && c->shut->arc < arc) put_shut(c, *c->shut++);
    if (c->shut < c->shut_end && c->shut->arc == arc) c->shut++;
    if (by[CIM__CLOSURE] && by[CIM__CLOSURE]->kind == CIM_ROUTE_CLOSED) put_shut(c, (cim__shut){ arc, open_ms });
    if (ms == was) return;
    put(&live->arcs, arc);
    put(&live->weights, ms);
    c->parts |= (ms >= CIM__INF) != (was >= CIM__INF);
}

static cim_status weigh_all(cim_ctx *ctx, cim_route_live *live, outcome *c, int64_t now)
{
    cim__cursors cursors = { { 0 } };
    const cim__buf *shut = &live->now->shut;
    c->shut = (const cim__shut *)(const void *)shut->data;
    c->shut_end = c->shut ? c->shut + CIM__COUNT(shut, cim__shut) : NULL;
    live->arcs.size = live->weights.size = 0;
    live->arcs.failed = live->weights.failed = false;
    for (size_t word = 0; word < live->dirty_words; word++)
        for (uint64_t bits = live->dirty[word]; bits; bits &= bits - 1) weigh(live, c, (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits), now, &cursors);
    while (c->shut < c->shut_end) put_shut(c, *c->shut++);
    return live->arcs.failed || live->weights.failed || c->to->shut.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status next_metric(cim_ctx *ctx, cim_route_live *live, cim_route_metric **metric_out)
{
    size_t count = CIM__COUNT(&live->arcs, uint32_t);
    if (!count) {
        *metric_out = cim_route_metric_ref(live->now->metric);
        return CIM_OK;
    }
    return cim_route_metric_update(ctx, live->now->metric, (const uint32_t *)(const void *)live->arcs.data, (const uint32_t *)(const void *)live->weights.data,
                                   count, live->has_labels ? &live->labels : NULL, metric_out);
}

static cim_status publish(cim_ctx *ctx, cim_route_live *live, int64_t now, cim_route_published *info, uint32_t *first_new)
{
    outcome c = { 0 };
    cim_route_metric *metric = NULL;
    if (now < live->now->as_of_ms) return cim__fail(ctx, CIM_EARG, "the clock goes back: from %lld to %lld", (long long)live->now->as_of_ms, (long long)now);
    cim__live_mark_until(live, now);
    CIM__TRY(free_view(ctx, live, &c.to));
    CIM__TRY(weigh_all(ctx, live, &c, now));
    CIM__TRY(next_metric(ctx, live, &metric));
    show(live, c.to, metric, now, live->now->epoch.number + 1);
    memset(live->dirty, 0, live->dirty_words * sizeof *live->dirty);
    info->expired_count = cim__live_forget(live, now);
    if (live->watch) cim__watch_look(live->watch, cim_route_metric_weights(metric), c.parts);
    cim__watch_counts(live->watch, &info->cut_count, &info->newly_cut_count, first_new);
    info->epoch = live->now->epoch.number;
    info->as_of_ms = now;
    info->statement_count = live->statement_count;
    info->changed_count = (uint32_t)CIM__COUNT(&live->arcs, uint32_t);
    info->closed_count = (uint32_t)CIM__COUNT(&live->now->shut, cim__shut);
    return CIM_OK;
}

cim_status cim_route_live_publish(cim_ctx *ctx, cim_route_live *live, int64_t now_ms, cim_route_published *info_out)
{
    cim_route_published info = { 0 };
    uint32_t first_new = CIM_NONE;
    cim__enter(ctx);
    CIM__TRY(cim__out_ok(ctx, info_out, "cim_route_published"));
    pthread_mutex_lock(&live->lock);
    cim_status st = publish(ctx, live, now_ms, &info, &first_new);
    pthread_mutex_unlock(&live->lock);
    if (st < 0) return st;
    if (info.newly_cut_count)
        cim__log(ctx, CIM_LOG_WARNING, "epoch %llu: %u watched nodes are newly cut off, node %u first", (unsigned long long)info.epoch, info.newly_cut_count,
                 first_new);
    cim__out_fill(info_out, &info, sizeof info);
    return CIM_OK;
}

/* ---- views ---- */

cim_route_view *cim_route_live_view(cim_route_live *live) { return (cim_route_view *)cim__epochs_take(&live->views->epochs); }

cim_route_view *cim_route_view_ref(cim_route_view *view)
{
    cim__epoch_ref(&view->epoch);
    return view;
}

void cim_route_view_free(cim_route_view *view)
{
    if (view) cim__epoch_unref(&view->epoch);
}

cim_route_metric *cim_route_view_metric(const cim_route_view *view) { return view->metric; }

uint64_t cim_route_view_epoch(const cim_route_view *view, int64_t *as_of_ms_out)
{
    if (as_of_ms_out) *as_of_ms_out = view->as_of_ms;
    return view->epoch.number;
}

/* ---- what if ---- */

static cim_status check_whatif(cim_ctx *ctx, const cim_route_view *view, const cim_route_change *changes, size_t count)
{
    if (count && !changes) return cim__fail(ctx, CIM_EARG, "no changes");
    if (count >= CIM_NONE) return cim__fail(ctx, CIM_ELIMIT, "%zu changes at once", count);
    for (size_t i = 0; i < count; i++) {
        if (changes[i].arc >= view->metric->hierarchy->arc_count)
            return cim__fail(ctx, CIM_EARG, "change %zu: arc %u of %u", i, changes[i].arc, view->metric->hierarchy->arc_count);
        CIM__TRY(cim__live_check(ctx, &changes[i], i, view->lengths_m != NULL));
        if (changes[i].kind >= CIM_ROUTE_WITHDRAW) return cim__fail(ctx, CIM_EARG, "change %zu: nothing to withdraw in a what-if", i);
    }
    return CIM_OK;
}

static const cim__shut *find_shut(const cim_route_view *view, uint32_t arc)
{
    const cim__shut *at = (const cim__shut *)(const void *)view->shut.data;
    size_t low = 0, high = CIM__COUNT(&view->shut, cim__shut);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at[middle].arc < arc) low = middle + 1;
        else high = middle;
    }
    return low < CIM__COUNT(&view->shut, cim__shut) && at[low].arc == arc ? &at[low] : NULL;
}

static uint32_t imagine(const cim_route_view *view, uint32_t arc, const cim_route_change *const by[CIM__ASPECTS])
{
    const cim__shut *shut = find_shut(view, arc);
    const cim_route_change *time = by[CIM__TIME], *closure = by[CIM__CLOSURE];
    uint32_t ms = cim_route_metric_weights(view->metric)[arc];
    bool open = ms < CIM__INF;
    if (shut) ms = shut->open_ms;
    if (closure) open = closure->kind == CIM_ROUTE_OPEN;
    if (!open) return CIM__INF;
    if (time && time->kind == CIM_ROUTE_WEIGHT) ms = cim__cut_ms(time->value);
    else if (time && time->kind == CIM_ROUTE_SPEED)
        ms = cim__speed_ms(view->lengths_m[arc], view->fixed_ms ? view->fixed_ms[arc] : 0, time->value, view->min_speed_kmh);
    else if (time && ms < CIM__INF) ms = cim__cut_ms(ms * time->value);
    return by[CIM__PENALTY] ? cim__cut_ms((double)ms + by[CIM__PENALTY]->value) : ms;
}

/* The changes by arc, those of an arc in their order: weights of `*count_out` arcs. */
static void imagine_all(const cim_route_view *view, const cim_route_change *changes, const cim__keyed *items, size_t count, uint32_t *arcs, uint32_t *weights,
                        size_t *count_out)
{
    size_t found = 0;
    for (size_t i = 0; i < count;) {
        const cim_route_change *by[CIM__ASPECTS] = { NULL };
        uint32_t arc = (uint32_t)items[i].key;
        for (; i < count && items[i].key == arc; i++) {
            const cim_route_change *c = &changes[items[i].id];
            if (cim__in_force(c, view->as_of_ms)) by[cim__live_aspect(c->kind)] = c;
        }
        arcs[found] = arc;
        weights[found++] = imagine(view, arc, by);
    }
    *count_out = found;
}

cim_status cim_route_view_whatif(cim_ctx *ctx, const cim_route_view *view, const cim_route_change *changes, size_t count, const cim_route_label_options *labels,
                                 cim_route_metric **metric_out)
{
    cim__enter(ctx);
    CIM__TRY(check_whatif(ctx, view, changes, count));
    cim__keyed *items = cim__alloc_n(ctx->mem, 2 * count + 1, sizeof *items);
    uint32_t *arcs = cim__alloc_n(ctx->mem, 2 * count + 1, sizeof *arcs);
    cim_status st = items && arcs ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        size_t found;
        for (size_t i = 0; i < count; i++) items[i] = (cim__keyed){ changes[i].arc, (uint32_t)i, 0 };
        cim__sort_keyed(items, items + count, count);
        imagine_all(view, changes, items, count, arcs, arcs + count, &found);
        st = cim_route_metric_update(ctx, view->metric, arcs, arcs + count, found, labels, metric_out);
    }
    cim__free(ctx->mem, items);
    cim__free(ctx->mem, arcs);
    return st;
}
