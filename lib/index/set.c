/* set.c - all runs of a live index: where each id is, and how runs grow together. */
#include "index/live.h"
#include "index/order.h"

enum { FANOUT_OF_RUNS = 4 };

static uint64_t place_of(uint32_t run, uint32_t slot) { return (uint64_t)(run + 1) << 32 | slot; }
static uint32_t run_of(uint64_t place) { return (uint32_t)(place >> 32) - 1; }

static cim_status room_for_id(cim_ctx *ctx, cim__set *set, uint32_t id)
{
    if (id < set->place_count) return CIM_OK;
    size_t count = set->place_count ? set->place_count : 1024;
    while (count <= id) count *= 2;
    uint64_t *place = cim__realloc_n(set->copies->mem, set->place, count, sizeof *place);
    if (!place) return cim__nomem(ctx);
    memset(place + set->place_count, 0, (count - set->place_count) * sizeof *place);
    set->place = place;
    set->place_count = count;
    return CIM_OK;
}

/* Every item of a run is at its place; there is room for the ids. */
static void place_run(cim__set *set, uint32_t run)
{
    const cim__tree *t = &set->runs[run].newest->tree;
    for (uint32_t slot = 0; slot < t->head.count; slot++)
        if (t->ids[slot] != CIM_NONE) set->place[t->ids[slot]] = place_of(run, slot);
}

static uint32_t level_for(size_t count)
{
    uint32_t level = 0;
    for (size_t room = CIM__TAIL; room < count; room *= FANOUT_OF_RUNS) level++;
    return level;
}

static cim_status free_run(cim_ctx *ctx, const cim__set *set, uint32_t *run_out)
{
    for (uint32_t i = 1; i < CIM__MAX_RUNS; i++) {
        if (set->runs[i].newest) continue;
        *run_out = i;
        return CIM_OK;
    }
    return cim__fail(ctx, CIM_EINTERNAL, "more runs than there are sizes");
}

static cim_status add_run(cim_ctx *ctx, cim__set *set, cim__tree *tree, uint32_t level)
{
    uint32_t at = 0, bound = tree->head.id_bound;
    uint32_t count = tree->head.count;
    cim_status st = free_run(ctx, set, &at);
    if (st >= 0 && bound) st = room_for_id(ctx, set, bound - 1);
    if (st < 0) {
        cim__tree_free(set->copies->mem, tree);
        return st;
    }
    CIM__TRY(cim__run_new(ctx, set->copies, tree, count, &set->runs[at]));
    set->runs[at].serial = ++set->next_serial;
    set->runs[at].level = level;
    set->runs[at].newest->batch = set->batch;
    place_run(set, at);
    return CIM_OK;
}

static cim_status new_tail(cim_ctx *ctx, cim__set *set)
{
    cim__run tail;
    CIM__TRY(cim__run_tail(ctx, set->copies, &set->head, &tail));
    tail.serial = ++set->next_serial;
    tail.newest->batch = set->batch;
    set->runs[0] = tail;
    return CIM_OK;
}

cim_status cim__set_init(cim_ctx *ctx, cim__set *set, cim__copies *copies, const cim__index_header *head, cim__tree *base)
{
    *set = (cim__set){ .copies = copies, .head = *head };
    cim_status st = CIM_OK;
    if (base) {
        set->count = base->head.count;
        st = add_run(ctx, set, base, level_for(base->head.count));
    }
    if (st >= 0) st = new_tail(ctx, set);
    if (st < 0) cim__set_free(set);
    return st;
}

void cim__set_free(cim__set *set)
{
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        if (set->runs[i].newest) cim__run_drop(set->copies, &set->runs[i]);
        set->runs[i].newest = NULL;
    }
    cim__free(set->copies->mem, set->place);
    set->place = NULL;
}

/* ---- the full tail becomes a run ---- */

/* The run is no longer in the set; until the batch is seen the mark can bring it back, unless the batch itself made it. */
static void leave(cim__set *set, cim__run *run)
{
    run->newest->current = false;
    if (run->spare) run->spare->current = false;
    if (run->serial > set->mark_serial) {
        cim__buf_free(run->edits);
        cim__free(set->copies->mem, run->edits);
    }
    run->newest = NULL;
}

/* Items of the tail and of all runs that are due to grow together with it; those runs are no longer in the set. */
static cim_status take_items(cim_ctx *ctx, cim__set *set, cim__item **items_out, size_t *count_out, uint32_t *level_out)
{
    uint32_t level = 0;
    size_t room = CIM__TAIL, count;
    bool take[CIM__MAX_RUNS] = { true };
    for (;; level++) {
        uint32_t same = 0;
        for (uint32_t i = 1; i < CIM__MAX_RUNS; i++) same += set->runs[i].newest && set->runs[i].level == level;
        if (same + 1 < FANOUT_OF_RUNS) break;
        for (uint32_t i = 1; i < CIM__MAX_RUNS; i++) {
            if (!set->runs[i].newest || set->runs[i].level != level) continue;
            take[i] = true;
            room += set->runs[i].fill;
        }
    }
    cim__item *items = cim__alloc_n(ctx->mem, room + 1, sizeof *items);
    if (!items) return cim__nomem(ctx);
    count = 0;
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        if (!take[i]) continue;
        count += cim__tree_items(&set->runs[i].newest->tree, items + count);
        leave(set, &set->runs[i]);
    }
    *items_out = items;
    *count_out = count;
    *level_out = level > level_for(count) ? level : level_for(count);
    return CIM_OK;
}

static cim_status flush(cim_ctx *ctx, cim__set *set)
{
    cim__item *items = NULL;
    size_t count = 0;
    uint32_t level = 0;
    cim__tree tree;
    CIM__TRY(take_items(ctx, set, &items, &count, &level));
    cim_status st = count ? cim__pack_items(ctx, set->copies->mem, &set->head, items, count, &tree) : CIM_OK;
    cim__free(ctx->mem, items);
    if (st >= 0 && count) st = add_run(ctx, set, &tree, level);
    return st < 0 ? st : new_tail(ctx, set);
}

/* ---- changes ---- */

static cim_status insert(cim_ctx *ctx, cim__set *set, const cim__item *item)
{
    cim__run *tail = &set->runs[0];
    if (tail->fill == CIM__TAIL) CIM__TRY(flush(ctx, set));
    CIM__TRY(cim__run_edit(ctx, set->copies, tail, set->batch, tail->fill, item, false));
    set->place[item->id] = place_of(0, tail->fill++);
    return CIM_OK;
}

cim_status cim__set_put(cim_ctx *ctx, cim__set *set, const cim__item *item)
{
    CIM__TRY(room_for_id(ctx, set, item->id));
    uint64_t place = set->place[item->id];
    if (!place) {
        CIM__TRY(insert(ctx, set, item));
        set->count++;
        return CIM_OK;
    }
    cim__run *run = &set->runs[run_of(place)];
    if (cim__run_fits(run, (uint32_t)place, item)) return cim__run_edit(ctx, set->copies, run, set->batch, (uint32_t)place, item, true);
    CIM__TRY(cim__run_edit(ctx, set->copies, run, set->batch, (uint32_t)place, &cim__no_item, false));
    return insert(ctx, set, item);
}

cim_status cim__set_delete(cim_ctx *ctx, cim__set *set, uint32_t id)
{
    uint64_t place = id < set->place_count ? set->place[id] : 0;
    if (!place) return CIM_OK;
    CIM__TRY(cim__run_edit(ctx, set->copies, &set->runs[run_of(place)], set->batch, (uint32_t)place, &cim__no_item, false));
    set->place[id] = 0;
    set->count--;
    return CIM_OK;
}

bool cim__set_get(const cim__set *set, uint32_t id, cim__item *item_out)
{
    uint64_t place = id < set->place_count ? set->place[id] : 0;
    if (place) *item_out = cim__run_item(&set->runs[run_of(place)], (uint32_t)place);
    return place != 0;
}

int cim__set_fetch_place(const cim__set *set, uint32_t id)
{
    if (id < set->place_count) __builtin_prefetch(&set->place[id]);
    return 0;
}

int cim__set_fetch_slot(const cim__set *set, uint32_t id)
{
    uint64_t place = id < set->place_count ? set->place[id] : 0;
    if (!place) return 0;
    const cim__tree *t = &set->runs[run_of(place)].newest->tree;
    CIM__FETCH_SLOT(t, (uint32_t)place);
    return 1;
}

/* When windows take half as long again: leaves that overlap, places without boxes, or a tenth of the boxes in younger runs. */
bool cim__set_slow(const cim__set *set)
{
    size_t slots = 0, largest = 0, dead = 0;
    double spread = 0, packed = 0;
    for (uint32_t i = 1; i < CIM__MAX_RUNS; i++) {
        const cim__run *run = &set->runs[i];
        if (!run->newest) continue;
        slots += run->fill;
        dead += run->dead;
        if (run->fill > largest) largest = run->fill;
        spread += run->spread;
        packed += run->packed_spread;
    }
    return spread > 1.2 * packed || dead * 5 > slots || (slots - largest) * 10 > slots;
}

/* ---- batches ---- */

void cim__set_begin(cim__set *set, cim__set_mark *mark)
{
    memcpy(mark->runs, set->runs, sizeof mark->runs);
    mark->count = set->count;
    set->mark_serial = set->next_serial;
    set->batch++;
}

void cim__set_commit(cim__set *set, const cim__set_mark *mark)
{
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        const cim__run *was = &mark->runs[i], *now = &set->runs[i];
        if (!was->newest || (now->newest && now->serial == was->serial)) continue;
        cim__buf_free(was->edits);
        cim__free(set->copies->mem, was->edits);
    }
}

/* Copies that this batch wrote are given up; what readers see is the newest again, without a spare. */
static void undo_run(const cim__run *was, cim__run *now)
{
    if (now->newest && now->newest != was->newest) now->newest->current = false;
    if (was->spare) was->spare->current = false;
    *now = *was;
    now->newest->current = true;
    now->spare = NULL;
    now->edits->size = 0;
    now->edits->failed = false;
}

void cim__set_undo(cim__set *set, const cim__set_mark *mark)
{
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        const cim__run *was = &mark->runs[i];
        cim__run *now = &set->runs[i];
        if (now->newest && (!was->newest || now->serial != was->serial)) {
            cim__run_drop(set->copies, now);
            now->newest = NULL;
        }
        if (was->newest) undo_run(was, now);
    }
    set->count = mark->count;
    if (set->place_count) memset(set->place, 0, set->place_count * sizeof *set->place);
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++)
        if (set->runs[i].newest) place_run(set, i);
}
