/* epoch.c - which state readers see, and when nobody sees a state any more.
 *
 * One word holds the number of the current epoch's slot and how often that epoch was taken from it, so that taking is one addition and
 * cannot miss a change of epoch.  What is given back is counted in the epoch.  When the epoch is replaced, the taken count moves from the
 * word to the epoch; until then the epoch's own count is kept far from 0, where it means "nobody has it". */
#include "core/epoch.h"

enum { SLOT_SHIFT = 48 };
static const long long still_current = 1LL << 50;

void cim__epochs_init(cim__epochs *e, cim__mem *mem, size_t state_size, void (*leave)(cim__epoch *), void (*clear)(cim__epochs *))
{
    e->mem = cim__mem_ref(mem);
    e->state_size = state_size;
    e->leave = leave;
    e->clear = clear;
    atomic_init(&e->held, 1);
    atomic_init(&e->now, (uint64_t)CIM__MAX_EPOCHS << SLOT_SHIFT);
}

static void one_less(cim__epochs *e)
{
    if (atomic_fetch_sub_explicit(&e->held, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = e->mem;
    e->clear(e);
    for (int i = 0; i < CIM__MAX_EPOCHS; i++) cim__free(mem, e->slots[i]);
    cim__free(mem, e);
    cim__mem_unref(mem);
}

/* Nobody has the epoch.  The slot may be used anew once `refs` is 0, which is the last thing to be set. */
static void leave_state(cim__epoch *epoch)
{
    cim__epochs *all = epoch->all;
    if (all->leave) all->leave(epoch);
    atomic_store_explicit(&epoch->refs, 0, memory_order_release);
    one_less(all);
}

/* `by` is never such that the count passes through 0 while the epoch is current. */
static void change_refs(cim__epoch *epoch, long long by)
{
    if (atomic_fetch_add_explicit(&epoch->refs, by, memory_order_acq_rel) + by == 1) leave_state(epoch);
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

cim_status cim__epochs_free_slot(cim_ctx *ctx, cim__epochs *e, cim__epoch **epoch_out)
{
    for (uint32_t i = 0; i < CIM__MAX_EPOCHS; i++) {
        if (!e->slots[i]) {
            cim__epoch *fresh = cim__zalloc(e->mem, e->state_size);
            if (!fresh) return cim__nomem(ctx);
            fresh->slot = i;
            fresh->all = e;
            e->slots[i] = fresh;
        }
        if (!cim__epoch_unused(e->slots[i])) continue;
        *epoch_out = e->slots[i];
        return CIM_OK;
    }
    return cim__fail(ctx, CIM_ELIMIT, "views of %d different epochs are held", CIM__MAX_EPOCHS);
}

void cim__epochs_publish(cim__epochs *e, cim__epoch *epoch, uint64_t number)
{
    epoch->number = number;
    atomic_store_explicit(&epoch->refs, still_current + 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&e->held, 1, memory_order_relaxed);
    replace(e, epoch->slot);
}

void cim__epochs_leave(cim__epochs *e)
{
    replace(e, CIM__MAX_EPOCHS);
    one_less(e);
}
