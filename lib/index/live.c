/* live.c - the live index as its users see it: batches, views, packing anew. */
#include "index/live.h"
#include "index/find.h"

struct cim_live_index {
    cim__states *states;
    pthread_mutex_t lock; /* of what follows */
    cim__set set;
    cim_live_options options;
    uint64_t epoch;
    uint32_t merges, generation; /* generation: counts changes of the grid */
    bool has_grid; /* false: nothing is known of where boxes will be; the first ones decide */
    bool journal_on;
    cim__buf journal; /* ids changed since a packing began */
    /* the packing thread: */
    pthread_mutex_t merge_lock; /* one packing at a time */
    pthread_cond_t wake;
    pthread_t thread;
    bool threaded, stop;
    cim_ctx own;
    atomic_int never;
};

/* ---- between boxes and the grid ---- */

static bool in_range(double v) { return v > -(double)(CIM__GRID_END - 2) && v < (double)(CIM__GRID_END - 2); }

/* false: the box lies outside of what the grid can hold. */
static bool to_item(const cim_live_index *live, const cim_index_change *c, cim__item *item)
{
    const cim__grid *g = &live->set.head.grid;
    double s = g->scale;
    if (!in_range((c->box.min_x - g->origin_x) * s) || !in_range((c->box.min_y - g->origin_y) * s) || !in_range((c->box.max_x - g->origin_x) * s) ||
        !in_range((c->box.max_y - g->origin_y) * s))
        return false;
    *item = (cim__item){ cim__grid_box(g, s, &c->box), 0, 0, c->id, live->options.has_classes ? c->classes : 0 };
    if (!live->options.has_z) return true;
    if (!in_range((c->z0 - g->origin_z) * s) || !in_range((c->z1 - g->origin_z) * s)) return false;
    item->min_z = cim__grid_down((c->z0 - g->origin_z) * s);
    item->max_z = cim__grid_up((c->z1 - g->origin_z) * s);
    return true;
}

static cim_status check_changes(cim_ctx *ctx, const cim_live_index *live, const cim_index_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cim_index_change *c = &changes[i];
        if (c->id > live->options.max_id) return cim__fail(ctx, CIM_EARG, "change %zu: id %u is above the limit of %u", i, c->id, live->options.max_id);
        if (c->op == CIM_CHANGE_DELETE) continue;
        if (c->op != CIM_CHANGE_PUT) return cim__fail(ctx, CIM_EARG, "change %zu: no such operation: %d", i, (int)c->op);
        if (!cim__range_ok(c->box.min_x, c->box.max_x) || !cim__range_ok(c->box.min_y, c->box.max_y)) return cim__fail(ctx, CIM_EARG, "change %zu: the box is reversed or not finite", i);
        if (live->options.has_z && !cim__range_ok(c->z0, c->z1)) return cim__fail(ctx, CIM_EARG, "change %zu: z is reversed or not finite", i);
    }
    return CIM_OK;
}

/* ---- making ---- */

static uint32_t flags_of(const cim_live_options *o) { return (o->has_z ? CIM__HAS_Z : 0u) | (o->has_classes ? CIM__HAS_CLASSES : 0u); }

/* A set of the items, of which there may be none. */
static cim_status set_of(cim_ctx *ctx, cim__copies *copies, const cim__index_header *head, const cim__item *items, size_t count, cim__set *set_out)
{
    cim__tree tree;
    if (count) CIM__TRY(cim__pack_items(ctx, copies->mem, head, items, count, &tree));
    return cim__set_init(ctx, set_out, copies, head, count ? &tree : NULL);
}

static cim_status check_start(cim_ctx *ctx, const cim_index *start, const cim_live_options *options)
{
    for (uint32_t i = 0; i < start->tree_count; i++) {
        if (start->trees[i]->head.flags != flags_of(options)) return cim__fail(ctx, CIM_EARG, "the index to start with has z or classes and the options do not, or the other way round");
        for (uint32_t k = 0; k < start->trees[i]->head.count; k++)
            if (start->trees[i]->ids[k] != CIM_NONE && start->trees[i]->ids[k] > options->max_id) return cim__fail(ctx, CIM_EARG, "id %u is above the limit of %u", start->trees[i]->ids[k], options->max_id);
    }
    return CIM_OK;
}

static cim_status fill_live(cim_ctx *ctx, cim_live_index *live, const cim_index *start)
{
    cim__index_header head = { .flags = flags_of(&live->options) };
    cim__item *items = NULL;
    size_t count = 0;
    const cim_box *e = &live->options.extent;
    if (start) CIM__TRY(cim__index_items(ctx, start, &items, &count));
    if (count) head.grid = start->grid;
    else if (e->min_x <= e->max_x && e->min_y <= e->max_y) head.grid = cim__grid_for(e, 0.0, 0.0);
    live->has_grid = head.grid.step != 0.0;
    if (!live->has_grid) head.grid.step = head.grid.scale = 1.0;
    cim_status st = set_of(ctx, &live->states->copies, &head, items, count, &live->set);
    cim__free(ctx->mem, items);
    return st < 0 ? st : cim__states_publish(ctx, live->states, &live->set, 0);
}

static void *packing_thread(void *user);

static void start_thread(cim_live_index *live)
{
    live->own = (cim_ctx){ .mem = live->states->epochs.mem, .threads = 1, .cancel = &live->never };
    live->threaded = live->options.background && !pthread_create(&live->thread, NULL, packing_thread, live);
}

cim_status cim_live_index_new(cim_ctx *ctx, const cim_index *start, const cim_live_options *given, cim_live_index **live_out)
{
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    cim_live_index *live;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &options, sizeof options, given, "live index options"));
    const cim_box *e = &options.extent;
    if (options.max_id >= 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "the limit of ids is too large");
    if (!isfinite(e->min_x) || !isfinite(e->min_y) || !isfinite(e->max_x) || !isfinite(e->max_y)) return cim__fail(ctx, CIM_EARG, "the extent is not finite");
    if (start) CIM__TRY(check_start(ctx, start, &options));
    if (!(live = cim__zalloc(ctx->mem, sizeof *live))) return cim__nomem(ctx);
    live->options = options;
    cim_status st = cim__states_new(ctx, &live->states);
    if (st >= 0 && (st = fill_live(ctx, live, start)) < 0) {
        if (live->set.copies) cim__set_free(&live->set);
        cim__epochs_leave(&live->states->epochs);
    }
    if (st < 0) {
        cim__free(ctx->mem, live);
        return st;
    }
    live->journal = cim__buf_on(live->states->epochs.mem);
    pthread_mutex_init(&live->lock, NULL);
    pthread_mutex_init(&live->merge_lock, NULL);
    pthread_cond_init(&live->wake, NULL);
    start_thread(live);
    *live_out = live;
    return CIM_OK;
}

void cim_live_index_free(cim_live_index *live)
{
    if (!live) return;
    pthread_mutex_lock(&live->lock);
    live->stop = true;
    pthread_cond_signal(&live->wake);
    pthread_mutex_unlock(&live->lock);
    if (live->threaded) pthread_join(live->thread, NULL);
    cim__mem *mem = cim__mem_ref(live->states->epochs.mem);
    cim__set_free(&live->set);
    cim__buf_free(&live->journal);
    cim__epochs_leave(&live->states->epochs);
    pthread_cond_destroy(&live->wake);
    pthread_mutex_destroy(&live->merge_lock);
    pthread_mutex_destroy(&live->lock);
    cim__free(mem, live);
    cim__mem_unref(mem);
}

/* ---- a new grid, when boxes come that lie outside of the old one ---- */

static void join_range(cim_box *extent, double z[2], const cim_box *box, double z0, double z1)
{
    extent->min_x = fmin(extent->min_x, box->min_x);
    extent->min_y = fmin(extent->min_y, box->min_y);
    extent->max_x = fmax(extent->max_x, box->max_x);
    extent->max_y = fmax(extent->max_y, box->max_y);
    z[0] = fmin(z[0], z0);
    z[1] = fmax(z[1], z1);
}

static cim__grid grid_with(const cim_live_index *live, const cim__item *items, size_t item_count, const cim_index_change *changes, size_t count)
{
    const cim__grid *old = &live->set.head.grid;
    cim_box extent = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    bool has_z = live->options.has_z;
    double z[2] = { has_z ? HUGE_VAL : 0.0, has_z ? -HUGE_VAL : 0.0 };
    for (size_t i = 0; i < item_count; i++) {
        cim_box box = cim__grid_back(old, &items[i].box);
        join_range(&extent, z, &box, has_z ? old->origin_z + old->step * items[i].min_z : 0.0, has_z ? old->origin_z + old->step * items[i].max_z : 0.0);
    }
    for (size_t i = 0; i < count; i++)
        if (changes[i].op == CIM_CHANGE_PUT) join_range(&extent, z, &changes[i].box, has_z ? changes[i].z0 : 0.0, has_z ? changes[i].z1 : 0.0);
    return cim__grid_for(&extent, z[0], z[1]);
}

static void regrid(const cim__grid *from, const cim__grid *to, cim__item *items, size_t count)
{
    double s = to->scale;
    for (size_t i = 0; i < count; i++) {
        cim_box box = cim__grid_back(from, &items[i].box);
        double z0 = from->origin_z + from->step * items[i].min_z, z1 = from->origin_z + from->step * items[i].max_z;
        items[i].box = cim__grid_box(to, s, &box);
        items[i].min_z = cim__grid_down((z0 - to->origin_z) * s);
        items[i].max_z = cim__grid_up((z1 - to->origin_z) * s);
    }
}

/* The set on a grid that holds the changes too.  Locked. */
static cim_status widen(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count)
{
    cim__item *items = NULL;
    size_t item_count = 0;
    cim__set next;
    cim__state *now = cim__states_take(live->states);
    cim_status st = cim__index_items(ctx, &now->view, &items, &item_count);
    cim__epoch_unref(&now->epoch);
    if (st < 0) return st;
    cim__index_header head = live->set.head;
    head.grid = grid_with(live, items, item_count, changes, count);
    regrid(&live->set.head.grid, &head.grid, items, item_count);
    st = set_of(ctx, &live->states->copies, &head, items, item_count, &next);
    cim__free(ctx->mem, items);
    if (st < 0) return st;
    next.batch = live->set.batch;
    cim__set_free(&live->set);
    live->set = next;
    live->has_grid = true;
    live->generation++;
    return CIM_OK;
}

/* ---- batches ---- */

/* Changes go to places all over the memory: what the next ones will touch is fetched while this one is made. */
static void fetch_ahead(const cim_live_index *live, const cim_index_change *changes, size_t count, size_t i)
{
    enum { SLOTS = 12, PLACES = 24 };
    if (!i)
        for (size_t k = 0; k < PLACES && k < count; k++) cim__set_fetch_place(&live->set, changes[k].id);
    if (!i)
        for (size_t k = 0; k < SLOTS && k < count; k++) cim__set_fetch_slot(&live->set, changes[k].id);
    if (i + PLACES < count) cim__set_fetch_place(&live->set, changes[i + PLACES].id);
    if (i + SLOTS < count) cim__set_fetch_slot(&live->set, changes[i + SLOTS].id);
}

/* CIM_DONE: a box lies outside of the grid. */
static cim_status apply_all(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cim__item item;
        fetch_ahead(live, changes, count, i);
        if (changes[i].op == CIM_CHANGE_DELETE) CIM__TRY(cim__set_delete(ctx, &live->set, changes[i].id));
        else if (!live->has_grid || !to_item(live, &changes[i], &item)) return CIM_DONE;
        else CIM__TRY(cim__set_put(ctx, &live->set, &item));
    }
    return CIM_OK;
}

static cim_status note(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count)
{
    if (!live->journal_on || !count) return CIM_OK;
    uint32_t *ids = cim__buf_extend(&live->journal, count * sizeof *ids);
    if (!ids) {
        live->journal.failed = false;
        return cim__nomem(ctx);
    }
    for (size_t i = 0; i < count; i++) ids[i] = changes[i].id;
    return CIM_OK;
}

static cim_status apply_locked(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count)
{
    cim__set_mark mark;
    CIM__TRY(note(ctx, live, changes, count)); /* ids of a batch that then fails are harmless */
    cim__set_begin(&live->set, &mark);
    cim_status st = apply_all(ctx, live, changes, count);
    if (st == CIM_DONE) { /* seldom: back, and again on a grid that holds them all */
        cim__set_undo(&live->set, &mark);
        CIM__TRY(widen(ctx, live, changes, count));
        cim__set_begin(&live->set, &mark);
        st = apply_all(ctx, live, changes, count);
        if (st == CIM_DONE) st = cim__fail(ctx, CIM_EINTERNAL, "a box outside of the grid that was made for it");
    }
    if (st >= 0) st = cim__states_publish(ctx, live->states, &live->set, live->epoch + 1);
    if (st < 0) {
        cim__set_undo(&live->set, &mark);
        return st;
    }
    cim__set_commit(&live->set, &mark);
    live->epoch++;
    return CIM_OK;
}

cim_status cim_live_index_apply(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count, uint64_t *epoch_out)
{
    cim__enter(ctx);
    CIM__TRY(check_changes(ctx, live, changes, count));
    pthread_mutex_lock(&live->lock);
    cim_status st = apply_locked(ctx, live, changes, count);
    if (st >= 0 && epoch_out) *epoch_out = live->epoch;
    if (live->threaded && cim__set_slow(&live->set)) pthread_cond_signal(&live->wake);
    pthread_mutex_unlock(&live->lock);
    return st;
}

cim_index *cim_live_index_view(cim_live_index *live, uint64_t *epoch_out)
{
    cim__state *state = cim__states_take(live->states);
    if (epoch_out) *epoch_out = state->epoch.number;
    return &state->view;
}

/* ---- packing anew ---- */

/* What changed while the items were packed. */
static cim_status catch_up(cim_ctx *ctx, cim_live_index *live, cim__set *next)
{
    for (size_t i = 0; i < CIM__COUNT(&live->journal, uint32_t); i++) {
        uint32_t id = CIM__AT(&live->journal, uint32_t, i);
        cim__item item;
        if (cim__set_get(&live->set, id, &item)) CIM__TRY(cim__set_put(ctx, next, &item));
        else CIM__TRY(cim__set_delete(ctx, next, id));
    }
    return CIM_OK;
}

/* Locked. */
static cim_status swap_set(cim_ctx *ctx, cim_live_index *live, cim__set *next)
{
    cim__set_mark mark;
    next->batch = live->set.batch;
    cim__set_begin(next, &mark);
    cim_status st = catch_up(ctx, live, next);
    if (st >= 0) st = cim__states_publish(ctx, live->states, next, live->epoch);
    if (st < 0) {
        cim__set_undo(next, &mark);
        return st;
    }
    cim__set_commit(next, &mark);
    cim__set_free(&live->set);
    live->set = *next;
    live->merges++;
    cim__copies_collect(&live->states->copies);
    return CIM_OK;
}

static cim_status pack_beside(cim_ctx *ctx, cim__state *from, const cim__index_header *head, cim__copies *apart, cim__set *next)
{
    cim__item *items = NULL;
    size_t count = 0;
    CIM__TRY(cim__index_items(ctx, &from->view, &items, &count));
    cim_status st = set_of(ctx, apart, head, items, count, next);
    cim__free(ctx->mem, items);
    return st;
}

/* Copies made apart from the writer join the others. */
static void adopt(cim__copies *all, cim__copies *apart, cim__set *set)
{
    cim__copy **end = &apart->first;
    while (*end) end = &(*end)->next;
    *end = all->first;
    all->first = apart->first;
    set->copies = all;
}

static cim_status merge(cim_ctx *ctx, cim_live_index *live)
{
    cim__set next;
    cim__copies apart = { live->states->epochs.mem, NULL };
    pthread_mutex_lock(&live->lock);
    cim__state *from = cim__states_take(live->states);
    cim__index_header head = live->set.head;
    uint32_t generation = live->generation;
    live->journal.size = 0;
    live->journal_on = true;
    pthread_mutex_unlock(&live->lock);
    cim_status st = pack_beside(ctx, from, &head, &apart, &next);
    cim__epoch_unref(&from->epoch);
    pthread_mutex_lock(&live->lock);
    if (st >= 0) {
        adopt(&live->states->copies, &apart, &next);
        st = generation == live->generation ? swap_set(ctx, live, &next) : CIM_DONE; /* a new grid: everything was packed anyway */
        if (st != CIM_OK) cim__set_free(&next);
    } else cim__copies_free(&apart);
    live->journal_on = false;
    cim__buf_free(&live->journal);
    pthread_mutex_unlock(&live->lock);
    return st < 0 ? st : CIM_OK;
}

cim_status cim_live_index_merge(cim_ctx *ctx, cim_live_index *live)
{
    cim__enter(ctx);
    pthread_mutex_lock(&live->merge_lock);
    cim_status st = merge(ctx, live);
    pthread_mutex_unlock(&live->merge_lock);
    return st;
}

static void *packing_thread(void *user)
{
    cim_live_index *live = user;
    pthread_mutex_lock(&live->lock);
    while (!live->stop) {
        if (!cim__set_slow(&live->set)) {
            pthread_cond_wait(&live->wake, &live->lock);
            continue;
        }
        pthread_mutex_unlock(&live->lock);
        cim_status st = cim_live_index_merge(&live->own, live);
        pthread_mutex_lock(&live->lock);
        if (st < 0 && !live->stop) pthread_cond_wait(&live->wake, &live->lock); /* no memory: again after the next batch */
    }
    pthread_mutex_unlock(&live->lock);
    return NULL;
}

void cim_live_index_info(cim_live_index *live, cim_live_info *info)
{
    size_t slots = 0, dead = 0;
    double spread = 0, packed = 0;
    pthread_mutex_lock(&live->lock);
    *info = (cim_live_info){ .epoch = live->epoch, .count = live->set.count, .merges = live->merges, .bytes = live->set.place_count * sizeof(uint64_t) };
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        const cim__run *run = &live->set.runs[i];
        if (!run->newest || !run->fill) continue;
        info->runs++;
        slots += run->fill;
        dead += run->dead;
        spread += i ? run->spread : 0;
        packed += run->packed_spread;
    }
    for (const cim__copy *c = live->states->copies.first; c; c = c->next) info->bytes += sizeof *c + cim__tree_body(&c->tree.head);
    info->dead = slots ? (double)dead / (double)slots : 0.0;
    info->spread = packed > 0.0 ? spread / packed : 1.0;
    pthread_mutex_unlock(&live->lock);
}
