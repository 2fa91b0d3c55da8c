/* par.c - parallel for, and one task beside the caller. */
#include "core/par.h"

typedef struct job {
    cim__par_fn fn;
    void *user;
    size_t count;
    atomic_size_t next;
    atomic_int failed;
    const char *step;
    cim_ctx *parent;
} job;

typedef struct worker {
    job *job;
    uint32_t id;
    cim_ctx ctx;
    pthread_t thread;
} worker;

static void work(worker *w, cim_ctx *ctx)
{
    job *j = w->job;
    while (!atomic_load_explicit(&j->failed, memory_order_relaxed)) {
        size_t item = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed);
        if (item >= j->count) return;
        cim_status st = j->fn(ctx, w->id, item, j->user);
        if (st >= 0) st = cim__tick(ctx, item + 1, j->count, j->step);
        if (st < 0) {
            ctx->status = st;
            atomic_store(&j->failed, 1);
        }
    }
}

static void *thread_main(void *arg)
{
    worker *w = arg;
    work(w, &w->ctx);
    return NULL;
}

cim_status cim__par_run(cim_ctx *ctx, size_t count, const char *step, cim__par_fn fn, void *user)
{
    job j = { fn, user, count, 0, 0, step, ctx };
    size_t wanted = ctx->threads < count ? ctx->threads : count, started = 0;
    if (wanted > CIM__WORKERS) wanted = CIM__WORKERS;
    worker *workers = wanted > 1 ? cim__zalloc_n(ctx->mem, wanted - 1, sizeof *workers) : NULL;
    worker self = { .job = &j, .id = 0 };
    for (; workers && started + 1 < wanted; started++) {
        worker *w = &workers[started];
        w->job = &j;
        w->id = (uint32_t)started + 1;
        cim__ctx_fork(ctx, &w->ctx);
        if (pthread_create(&w->thread, NULL, thread_main, w)) break;
    }
    cim_status before = ctx->status;
    work(&self, ctx);
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        cim__ctx_join(ctx, &workers[i].ctx);
    }
    cim__free(ctx->mem, workers);
    return atomic_load(&j.failed) ? ctx->status : before < 0 ? before : CIM_OK;
}

static void *task_main(void *arg)
{
    cim__task *task = arg;
    task->status = task->fn(&task->ctx, task->user);
    return NULL;
}

void cim__task_start(cim_ctx *ctx, cim__task *task, cim__task_fn fn, void *user)
{
    task->fn = fn;
    task->user = user;
    cim__ctx_fork(ctx, &task->ctx);
    task->threaded = ctx->threads > 1 && pthread_create(&task->thread, NULL, task_main, task) == 0;
    if (!task->threaded) task_main(task);
}

cim_status cim__task_join(cim_ctx *ctx, cim__task *task)
{
    if (task->threaded) pthread_join(task->thread, NULL);
    if (task->status < 0) {
        task->ctx.status = task->status;
        cim__ctx_join(ctx, &task->ctx);
    }
    return task->status;
}
