/* pipe.c - groups, workers and the order of things. */
#include "import/citygml/pipe.h"

#include "import/citygml/lookahead.h"

static void init_group(cim__ggroup *g, cim__mem *mem, size_t limit)
{
    memset(g, 0, sizeof *g);
    cim__gtree_init(&g->tree, mem, limit);
    g->members = g->page = g->wanted = g->deferred = g->objects = g->templates = cim__buf_on(mem);
    cim__batch_init(&g->batch, mem, 0);
}

static void free_group(cim__ggroup *g)
{
    cim__buf *bufs[] = { &g->members, &g->page, &g->wanted, &g->deferred, &g->objects, &g->templates };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__gtree_free(&g->tree);
    cim__batch_free(&g->batch);
}

static void reset_group(cim__ggroup *g)
{
    cim__gtree_reset(&g->tree);
    g->members.size = g->page.size = g->wanted.size = g->deferred.size = g->objects.size = g->templates.size = 0;
    g->state = CIM__GG_FREE;
    g->status = CIM_OK;
}

/* ---- building ---- */

static void swap_bufs(cim__buf *a, cim__buf *b)
{
    cim__buf t = *a;
    *a = *b;
    *b = t;
}

static cim_status build_members(cim_ctx *ctx, cim__gbuilder *b, cim__ggroup *g)
{
    for (size_t i = 0; i < CIM__COUNT(&g->members, cim__gmember_at); i++) {
        cim__gmember_at m = CIM__AT(&g->members, cim__gmember_at, i);
        cim__buf wanted = cim__buf_on(b->mem);
        cim_status st = cim__gbuild_member(ctx, b, &g->tree, m.node, m.ordinal, &wanted);
        if (st == CIM_DONE) {
            cim__buf_put(&g->deferred, &m, sizeof m);
            cim__buf_put(&g->wanted, wanted.data, wanted.size);
        }
        cim__buf_free(&wanted);
        if (st < 0) return st;
        if (g->deferred.failed || g->wanted.failed) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status build_group(cim_ctx *ctx, const cim__gpipe *p, cim__gbuilder *b, cim__ggroup *g)
{
    cim_status st;
    b->batch = &g->batch;
    b->name_count = g->names;
    if (g->page.size) st = cim__gbuild_page(ctx, b, g->page_gid, p->document_gid, cim__buf_str(&g->page));
    else st = build_members(ctx, b, g);
    swap_bufs(&g->objects, &b->objects);
    swap_bufs(&g->templates, &b->templates);
    b->objects.size = b->templates.size = 0;
    return st;
}

typedef struct worker_arg {
    cim__gpipe *pipe;
    uint32_t worker;
} worker_arg;

static cim_status work(cim_ctx *ctx, void *user)
{
    const worker_arg *arg = user;
    cim__gpipe *p = arg->pipe;
    cim_status st = CIM_OK;
    if (pthread_equal(pthread_self(), p->owner)) return CIM_OK; /* no thread could be made */
    pthread_mutex_lock(&p->lock);
    while (st >= 0) {
        while (p->begun == p->filled && !p->stop) pthread_cond_wait(&p->work, &p->lock);
        if (p->begun == p->filled) break;
        cim__ggroup *g = &p->groups[p->begun++ % p->group_count];
        g->worker = arg->worker;
        pthread_mutex_unlock(&p->lock);
        st = build_group(ctx, p, &p->builders[arg->worker], g);
        pthread_mutex_lock(&p->lock);
        g->status = st;
        g->state = CIM__GG_BUILT;
        pthread_cond_broadcast(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return st;
}

/* ---- life ---- */

cim_status cim__gpipe_start(cim_ctx *ctx, cim__gpipe *p, cim__job *job, cim__gsrses *srses, const cim__gshared *shared, uint32_t workers, cim__gpipe_take_fn take, void *user)
{
    size_t limit = job->opts->flags & CIM_IMPORT_UNSAFE_LIMITS ? UINT32_MAX : (size_t)512 << 20;
    memset(p, 0, sizeof *p);
    p->job = job;
    p->srses = srses;
    p->take = take;
    p->user = user;
    p->workers = workers < CIM__GPIPE_WORKERS ? workers : CIM__GPIPE_WORKERS;
    p->group_count = p->workers ? p->workers + 2 : 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->done, NULL);
    p->groups = cim__zalloc_n(ctx->mem, p->group_count, sizeof *p->groups);
    p->builders = cim__zalloc_n(ctx->mem, p->workers ? p->workers : 1, sizeof *p->builders);
    p->tasks = cim__zalloc_n(ctx->mem, CIM__GPIPE_WORKERS, sizeof *p->tasks + sizeof(worker_arg));
    if (!p->groups || !p->builders || !p->tasks) return cim__nomem(ctx);
    for (uint32_t i = 0; i < p->group_count; i++) init_group(&p->groups[i], ctx->mem, limit);
    for (uint32_t i = 0; i < (p->workers ? p->workers : 1); i++) CIM__TRY(cim__gbuilder_init(ctx, &p->builders[i], ctx->mem, shared));
    worker_arg *args = (worker_arg *)(void *)(p->tasks + CIM__GPIPE_WORKERS);
    p->owner = pthread_self();
    for (uint32_t i = 0; i < p->workers; i++) {
        args[i] = (worker_arg){ p, i };
        cim__task_start(ctx, &p->tasks[i], work, &args[i]);
        p->running += p->tasks[i].threaded;
    }
    p->started = true;
    return CIM_OK;
}

static cim_status join_one(cim_ctx *ctx, cim__gpipe *p, uint32_t i)
{
    if (!p->tasks[i].fn) return CIM_OK;
    cim_status st = cim__task_join(ctx, &p->tasks[i]);
    p->tasks[i].fn = NULL;
    return st;
}

/* The worker that failed on the oldest group, CIM_NONE if none did.  Groups that were begun are always finished. */
static uint32_t first_failed(cim__gpipe *p)
{
    for (uint64_t i = p->taken; i < p->begun; i++) {
        const cim__ggroup *g = &p->groups[i % p->group_count];
        while (g->state != CIM__GG_BUILT) pthread_cond_wait(&p->done, &p->lock);
        if (g->status < 0) return g->worker;
    }
    return CIM_NONE;
}

/* The failure of the oldest group is the one to tell. */
static cim_status join_all(cim_ctx *ctx, cim__gpipe *p)
{
    cim_status st = CIM_OK;
    if (!p->started) return CIM_OK;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->work);
    uint32_t failed = first_failed(p);
    pthread_mutex_unlock(&p->lock);
    if (failed != CIM_NONE) st = join_one(ctx, p, failed);
    for (uint32_t i = 0; i < p->workers; i++) {
        cim_status one = join_one(ctx, p, i);
        if (st >= 0) st = one;
    }
    return st;
}

void cim__gpipe_free(cim_ctx *ctx, cim__gpipe *p)
{
    if (!p->group_count) return;
    join_all(ctx, p);
    for (uint32_t i = 0; p->groups && i < p->group_count; i++)
        if (p->groups[i].batch.mem) free_group(&p->groups[i]);
    for (uint32_t i = 0; p->builders && i < (p->workers ? p->workers : 1); i++) cim__gbuilder_free(&p->builders[i]);
    cim__free(ctx->mem, p->groups);
    cim__free(ctx->mem, p->builders);
    cim__free(ctx->mem, p->tasks);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->done);
    memset(p, 0, sizeof *p);
}

/* ---- reference systems ---- */

static bool all_decided(const cim__gsrses *s)
{
    for (uint16_t i = s->file == CIM__GSRS_FILE ? 0 : 1; i < s->count; i++)
        if (!s->list[i]->decided) return false;
    return true;
}

static void sample_box(const cim__gtree *t, const cim__gnode *n, cim_box *box)
{
    const double *c = cim__gtree_coords(t, n);
    for (uint32_t i = 0; i < n->count && i < 4; i++) cim__box_add(box, c[(size_t)i * n->dim], c[(size_t)i * n->dim + 1]);
}

cim_status cim__gpipe_decide(cim_ctx *ctx, cim__job *job, cim__gsrses *s, const cim__gtree *t, uint32_t first, uint32_t end)
{
    cim_box boxes[CIM__GSRS_MAX];
    if (all_decided(s)) return CIM_OK;
    for (uint16_t i = 0; i < CIM__GSRS_MAX; i++) boxes[i] = CIM__BOX_EMPTY; /* names may be added while looking ahead */
    for (uint32_t i = first; i < end; i++) {
        const cim__gnode *n = cim__gtree_node(t, i);
        uint16_t number = n->srs == CIM__GSRS_FILE ? s->file : n->srs;
        if (!(n->flags & CIM__GN_FOLDED) || s->list[number]->decided) continue;
        if (!s->list[number]->line) s->list[number]->line = n->line; /* of coordinates that nobody says anything about */
        sample_box(t, n, &boxes[number]);
    }
    if (s->file == CIM__GSRS_FILE && cim__box_ok(&boxes[CIM__GSRS_FILE]) && !job->opts->source_epsg) {
        CIM__TRY(cim__gsrs_look_ahead(ctx, job, s));
        boxes[s->file] = boxes[CIM__GSRS_FILE];
    }
    if (cim__box_ok(&boxes[s->file])) CIM__TRY(cim__gsrs_decide(ctx, job, s, s->file, boxes[s->file]));
    for (uint16_t i = 1; i < s->count; i++)
        if (cim__box_ok(&boxes[i])) CIM__TRY(cim__gsrs_decide(ctx, job, s, i, boxes[i]));
    return CIM_OK;
}

/* ---- filling and taking ---- */

static cim_status take_one(cim_ctx *ctx, cim__gpipe *p)
{
    cim__ggroup *g = &p->groups[p->taken % p->group_count];
    pthread_mutex_lock(&p->lock);
    while (g->state != CIM__GG_BUILT) pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
    if (g->status < 0) {
        cim_status st = join_all(ctx, p);
        return st < 0 ? st : g->status;
    }
    CIM__TRY(p->take(ctx, g, p->user));
    CIM__TRY(cim__sink_take(ctx, p->job->sink, &g->batch, p->job->source_number));
    reset_group(g);
    p->taken++;
    return CIM_OK;
}

cim_status cim__gpipe_submit(cim_ctx *ctx, cim__gpipe *p)
{
    cim__ggroup *g = cim__gpipe_group(p);
    if (!g->page.size && !g->members.size) return CIM_OK;
    if (g->members.failed || g->page.failed) return cim__nomem(ctx);
    CIM__TRY(cim__gpipe_decide(ctx, p->job, p->srses, &g->tree, 0, cim__gtree_count(&g->tree)));
    g->batch.srid = p->job->sink->epsg;
    g->names = p->builders[0].shared.names->count;
    pthread_mutex_lock(&p->lock);
    g->state = CIM__GG_FILLED;
    p->filled++;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
    if (!p->running) {
        p->begun++;
        g->status = build_group(ctx, p, &p->builders[0], g);
        g->state = CIM__GG_BUILT;
    }
    return p->filled - p->taken == p->group_count ? take_one(ctx, p) : CIM_OK;
}

cim_status cim__gpipe_finish(cim_ctx *ctx, cim__gpipe *p)
{
    CIM__TRY(cim__gpipe_submit(ctx, p));
    while (p->taken < p->filled) CIM__TRY(take_one(ctx, p));
    return join_all(ctx, p);
}
