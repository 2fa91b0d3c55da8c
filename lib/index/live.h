/* live.h - an index that changes while it is read.
 *
 *   copy    a packed tree that a state may share with others; it is written only while no state has it
 *   run     a tree in at most two current copies: the newest, and one as it was before the last batch, whose nodes are noted, so that the
 *           next batch copies them and goes on there (the left-right technique of P. Ramalhete, A. Correia, 2015, a tree at a time)
 *   set     all runs: a large one, younger ones, and the tail where new boxes go; the tail becomes a run when it is full, and four runs
 *           of a size become one (P. O'Neil et al., "The log-structured merge-tree", 1996)
 *   epoch   one state of the set as readers see it: a cim_index with a tree of every run
 *
 * Only the writer, who holds the lock, touches runs and sets.  Readers take and leave epochs with one atomic addition each and never free
 * memory: the writer collects what nobody has any more. */
#ifndef CIM_INDEX_LIVE_H
#define CIM_INDEX_LIVE_H

#include "core/epoch.h"
#include "index/lanes.h"

/* ---- copies and runs ---- */

typedef struct cim__copy {
    cim__tree tree;
    atomic_size_t pins; /* states that have it */
    uint64_t batch;     /* the batch that wrote it last */
    bool current;       /* it is its run's newest or spare */
    struct cim__copy *next;
} cim__copy;

typedef struct cim__run {
    cim__copy *newest, *spare; /* spare: NULL or newest as it was before `edits` */
    cim__buf *edits;           /* uint32_t: nodes that were written; with EDITED_IDS also the ids of a leaf */
    uint32_t serial, level;    /* serial: none twice; level: up to 4^level tails */
    uint32_t fill;             /* slots that were given out */
    uint32_t dead;             /* of those, unused */
    int64_t leaf_limit;        /* half perimeter to which a leaf may grow */
    double spread, packed_spread; /* sum of the half perimeters of leaves, now and when packed */
} cim__run;

enum { CIM__TAIL = 256 };

/* All copies there are, for collecting. */
typedef struct cim__copies {
    cim__mem *mem;
    cim__copy *first;
} cim__copies;

cim_status cim__copy_new(cim_ctx *ctx, cim__copies *all, cim__tree *tree, cim__copy **copy_out); /* takes the tree over */
void cim__copies_collect(cim__copies *all); /* frees those that no run and no state has */
void cim__copies_free(cim__copies *all);

cim_status cim__run_new(cim_ctx *ctx, cim__copies *all, cim__tree *tree, uint32_t fill, cim__run *run_out); /* takes the tree over */
cim_status cim__run_tail(cim_ctx *ctx, cim__copies *all, const cim__index_header *head, cim__run *run_out);
/* One slot gets another item (id CIM_NONE: none); writes the copy that belongs to the batch. */
cim_status cim__run_edit(cim_ctx *ctx, cim__copies *all, cim__run *run, uint64_t batch, uint32_t slot, const cim__item *item, bool moved);
cim__item cim__run_item(const cim__run *run, uint32_t slot);
/* May the item replace the one in the slot, or would the leaf become too large? */
bool cim__run_fits(const cim__run *run, uint32_t slot, const cim__item *item);
void cim__run_drop(cim__copies *all, cim__run *run); /* its copies go when no state has them */

/* ---- sets ---- */

typedef struct cim__set {
    cim__copies *copies;
    cim__index_header head; /* grid and flags */
    cim__run runs[CIM__MAX_RUNS]; /* the first is the tail; newest NULL: no run */
    uint32_t next_serial, mark_serial; /* mark_serial: the last one before the batch */
    size_t count;           /* items that are there */
    uint64_t *place;        /* by id: (number of the run + 1) << 32 | slot; 0: not there */
    size_t place_count;
    uint64_t batch;
} cim__set;

cim_status cim__set_init(cim_ctx *ctx, cim__set *set, cim__copies *copies, const cim__index_header *head, cim__tree *base); /* base: NULL or taken over */
void cim__set_free(cim__set *set);
cim_status cim__set_put(cim_ctx *ctx, cim__set *set, const cim__item *item);
cim_status cim__set_delete(cim_ctx *ctx, cim__set *set, uint32_t id);
bool cim__set_get(const cim__set *set, uint32_t id, cim__item *item_out);
/* Into the cache: where an id is, and what its change will touch. */
int cim__set_fetch_place(const cim__set *set, uint32_t id);
int cim__set_fetch_slot(const cim__set *set, uint32_t id);
bool cim__set_slow(const cim__set *set); /* packing anew would pay */
/* Undoing a batch: what the set was, and back to it. */
typedef struct cim__set_mark {
    cim__run runs[CIM__MAX_RUNS];
    size_t count;
} cim__set_mark;
void cim__set_begin(cim__set *set, cim__set_mark *mark);
void cim__set_undo(cim__set *set, const cim__set_mark *mark);
void cim__set_commit(cim__set *set, const cim__set_mark *mark); /* the batch is seen: runs that are gone may go */

/* ---- states ---- */

typedef struct cim__state {
    cim__epoch epoch; /* first */
    cim_index view;
    cim__copy *copies[CIM__MAX_RUNS];
} cim__state;

typedef struct cim__states {
    cim__epochs epochs; /* first */
    cim__copies copies;
} cim__states;

cim_status cim__states_new(cim_ctx *ctx, cim__states **states_out);
cim_status cim__states_publish(cim_ctx *ctx, cim__states *states, const cim__set *set, uint64_t number);
static inline cim__state *cim__states_take(cim__states *states) { return (cim__state *)cim__epochs_take(&states->epochs); }

#endif
