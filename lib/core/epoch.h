/* epoch.h - states that follow each other while they are read: readers take the current one without waiting.
 *
 * A state is a struct of its owner that begins with a cim__epoch.  Taking and leaving are one atomic addition each; readers never free
 * memory: the owner, who publishes from one thread at a time, uses a state's struct anew when nobody has it. */
#ifndef CIM_CORE_EPOCH_H
#define CIM_CORE_EPOCH_H

#include "core/ctx.h"

enum { CIM__MAX_EPOCHS = 4096 };

typedef struct cim__epoch {
    struct cim__epochs *all;
    atomic_llong refs; /* see epoch.c */
    uint64_t number;
    uint32_t slot;
} cim__epoch;

typedef struct cim__epochs {
    cim__mem *mem;
    size_t state_size;
    void (*leave)(cim__epoch *epoch);          /* nobody has it; on the reader's thread.  May be NULL */
    void (*clear)(struct cim__epochs *epochs); /* the owner left and nobody has any state: frees what states hold, not the states */
    _Atomic uint64_t now;                      /* slot of the current epoch << 48 | how often it was taken */
    atomic_size_t held;                        /* epochs in use, and one for the owner */
    cim__epoch *slots[CIM__MAX_EPOCHS];        /* made when first needed, in order */
} cim__epochs;

/* The owner's struct that begins with `epochs`, all zero and from `mem`, is freed with the last state. */
void cim__epochs_init(cim__epochs *epochs, cim__mem *mem, size_t state_size, void (*leave)(cim__epoch *), void (*clear)(cim__epochs *));
void cim__epochs_leave(cim__epochs *epochs); /* by the owner; freed when the last state is left */
/* A state that nobody has, all zero when it is new, else as it was left. */
cim_status cim__epochs_free_slot(cim_ctx *ctx, cim__epochs *epochs, cim__epoch **epoch_out);
void cim__epochs_publish(cim__epochs *epochs, cim__epoch *epoch, uint64_t number); /* a state from cim__epochs_free_slot(), filled */
cim__epoch *cim__epochs_take(cim__epochs *epochs);
void cim__epoch_ref(cim__epoch *epoch);
void cim__epoch_unref(cim__epoch *epoch);
static inline bool cim__epoch_unused(const cim__epoch *epoch) { return !atomic_load_explicit(&epoch->refs, memory_order_acquire); }

#endif
