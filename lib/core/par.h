/* par.h - run a function over items 0..n-1 on the context's threads. */
#ifndef CIM_CORE_PAR_H
#define CIM_CORE_PAR_H

#include "core/ctx.h"

enum { CIM__WORKERS = 16 }; /* at most: arrays of what each worker has are so long */

/* Called on some thread with that worker's context; `worker` < number of workers.  Items are handed out in ascending
 * order.  Results must not depend on which worker ran an item. */
typedef cim_status (*cim__par_fn)(cim_ctx *ctx, uint32_t worker, size_t item, void *user);

/* Returns after all items ran; the first failure stops the handing out and its text is moved to ctx.  Progress is
 * reported from the calling thread, which works too. */
cim_status cim__par_run(cim_ctx *ctx, size_t count, const char *step, cim__par_fn fn, void *user);

/* One function on a thread of its own beside the caller.  join returns its status and moves its text to ctx; it must
 * be called exactly once for a successful start.  When no thread can be made, start runs fn at once. */
typedef cim_status (*cim__task_fn)(cim_ctx *ctx, void *user);
typedef struct cim__task {
    cim_ctx ctx;
    cim__task_fn fn;
    void *user;
    pthread_t thread;
    bool threaded;
    cim_status status;
} cim__task;
void cim__task_start(cim_ctx *ctx, cim__task *task, cim__task_fn fn, void *user);
cim_status cim__task_join(cim_ctx *ctx, cim__task *task);

#endif
