/* epoch.c - which state of a live index readers see, and when nobody sees a state any more.
 *
 * One word holds the number of the current epoch's slot and how often that epoch was taken from it, so that taking is one addition and
 * cannot miss a change of epoch.  What is given back is counted in the epoch.  When the epoch is replaced, the taken count moves from the
 * word to the epoch; until then the epoch's own count is kept far from 0, where it means "nobody has it". */
#include "index/live.h"

enum { SLOT_SHIFT = 48 };
static const long long still_current = 1LL << 50;

cim_status cim__epochs_new(cim_ctx *ctx, cim__epochs **epochs_out)
{
    cim__epochs *e = cim__zalloc(ctx->mem, sizeof *e);
    if (!e) return cim__nomem(ctx);
    e->mem = cim__mem_ref(ctx->mem);
    e->copies.mem = e->mem;
    atomic_init(&e->held, 1);
    atomic_init(&e->now, (uint64_t)CIM__MAX_EPOCHS << SLOT_SHIFT);
    *epochs_out = e;
    return CIM_OK;
}

static void one_less(cim__epochs *e)
{
    if (atomic_fetch_sub_explicit(&e->held, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = e->mem;
    for (int i = 0; i < CIM__MAX_EPOCHS; i++) cim__free(mem, e->slots[i]);
    cim__copies_free(&e->copies);
    cim__free(mem, e);
    cim__mem_unref(mem);
}

/* Nobody has the epoch: its trees are others' again.  The slot may be used anew once `refs` is 0, which is the last thing to be set. */
static void leave_trees(cim__epoch *epoch)
{
    cim__epochs *all = epoch->all;
    for (uint32_t i = 0; i < epoch->view.tree_count; i++) atomic_fetch_sub_explicit(&epoch->copies[i]->pins, 1, memory_order_release);
    atomic_store_explicit(&epoch->refs, 0, memory_order_release);
    one_less(all);
}

/* `by` is never such that the count passes through 0 while the epoch is current. */
static void change_refs(cim__epoch *epoch, long long by)
{
    if (atomic_fetch_add_explicit(&epoch->refs, by, memory_order_acq_rel) + by == 1) leave_trees(epoch);
}

void cim__epoch_ref(cim__epoch *epoch) { atomic_fetch_add_explicit(&epoch->refs, 1, memory_order_relaxed); }
void cim__epoch_unref(cim__epoch *epoch) { change_refs(epoch, -1); }

cim__epoch *cim__epochs_take(cim__epochs *e)
{
    uint64_t now = atomic_fetch_add_explicit(&e->now, 1, memory_order_acquire);
    return e->slots[now >> SLOT_SHIFT];
}

/* The current epoch is replaced by a slot (or by none): from now on it counts how many have it. */
static void replace(cim__epochs *e, uint64_t slot)
{
    uint64_t before = atomic_exchange_explicit(&e->now, slot << SLOT_SHIFT, memory_order_acq_rel), old = before >> SLOT_SHIFT;
    long long taken = (long long)(before & (((uint64_t)1 << SLOT_SHIFT) - 1));
    if (old < CIM__MAX_EPOCHS) change_refs(e->slots[old], taken - still_current);
}

static cim_status free_slot(cim_ctx *ctx, cim__epochs *e, cim__epoch **epoch_out)
{
    for (uint32_t i = 0; i < CIM__MAX_EPOCHS; i++) {
        if (!e->slots[i]) {
            cim__epoch *fresh = cim__zalloc(e->mem, sizeof *fresh);
            if (!fresh) return cim__nomem(ctx);
            fresh->slot = i;
            fresh->all = e;
            fresh->view.epoch = fresh;
            e->slots[i] = fresh;
        }
        if (atomic_load_explicit(&e->slots[i]->refs, memory_order_acquire)) continue;
        *epoch_out = e->slots[i];
        return CIM_OK;
    }
    return cim__fail(ctx, CIM_ELIMIT, "views of %d different epochs are held", CIM__MAX_EPOCHS);
}

cim_status cim__epochs_publish(cim_ctx *ctx, cim__epochs *e, const cim__set *set, uint64_t number)
{
    cim__epoch *epoch = NULL;
    CIM__TRY(free_slot(ctx, e, &epoch));
    cim_index *view = &epoch->view;
    view->mem = e->mem;
    view->grid = set->head.grid;
    view->count = set->count;
    view->tree_count = 0;
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        const cim__run *run = &set->runs[i];
        if (!run->newest || run->dead == run->fill) continue; /* nothing in it */
        epoch->copies[view->tree_count] = run->newest;
        view->trees[view->tree_count++] = &run->newest->tree;
        atomic_fetch_add_explicit(&run->newest->pins, 1, memory_order_relaxed);
    }
    epoch->number = number;
    atomic_store_explicit(&epoch->refs, still_current + 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&e->held, 1, memory_order_relaxed);
    replace(e, epoch->slot);
    cim__copies_collect(&e->copies);
    return CIM_OK;
}

void cim__epochs_leave(cim__epochs *e)
{
    replace(e, CIM__MAX_EPOCHS);
    one_less(e);
}
