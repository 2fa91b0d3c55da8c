/* state.c - the states of a live index that readers see. */
#include "index/live.h"

/* Its trees are others' again. */
static void leave_trees(cim__epoch *epoch)
{
    cim__state *state = (cim__state *)epoch;
    for (uint32_t i = 0; i < state->view.tree_count; i++) atomic_fetch_sub_explicit(&state->copies[i]->pins, 1, memory_order_release);
}

static void clear(cim__epochs *epochs) { cim__copies_free(&((cim__states *)epochs)->copies); }

cim_status cim__states_new(cim_ctx *ctx, cim__states **states_out)
{
    cim__states *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    cim__epochs_init(&s->epochs, ctx->mem, sizeof(cim__state), leave_trees, clear);
    s->copies.mem = ctx->mem;
    *states_out = s;
    return CIM_OK;
}

cim_status cim__states_publish(cim_ctx *ctx, cim__states *states, const cim__set *set, uint64_t number)
{
    cim__epoch *epoch = NULL;
    CIM__TRY(cim__epochs_free_slot(ctx, &states->epochs, &epoch));
    cim__state *state = (cim__state *)epoch;
    cim_index *view = &state->view;
    view->epoch = epoch;
    view->mem = states->epochs.mem;
    view->grid = set->head.grid;
    view->count = set->count;
    view->tree_count = 0;
    for (uint32_t i = 0; i < CIM__MAX_RUNS; i++) {
        const cim__run *run = &set->runs[i];
        if (!run->newest || run->dead == run->fill) continue; /* nothing in it */
        state->copies[view->tree_count] = run->newest;
        view->trees[view->tree_count++] = &run->newest->tree;
        atomic_fetch_add_explicit(&run->newest->pins, 1, memory_order_relaxed);
    }
    cim__epochs_publish(&states->epochs, epoch, number);
    cim__copies_collect(&states->copies);
    return CIM_OK;
}
