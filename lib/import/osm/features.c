/* features.c - last pass: objects into batches, and batches to the sink in the order of the file.
 *
 * Work is cut into items: the nodes of a block, a run of ways, some relations.  Workers take items in order, fill a batch each, and put
 * it into the item's slot; whoever completes the first open slot hands over all that are ready.  A worker that is too far ahead waits, so
 * only a few batches exist at a time. */
#include "core/par.h"
#include "import/osm/maker.h"

typedef enum work { NODES, WAYS, RELATIONS, WHOLE } work;

typedef struct item {
    work what;
    uint32_t block;
    uint32_t first, count; /* run, or relations */
} item;

typedef struct queue {
    cim__osm *osm;
    cim__buf items;       /* item */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t moved;
    cim__batch **slots;   /* by item */
    size_t next;          /* first item that is not handed over */
    cim__buf idle;        /* cim__batch *: to be used again */
    bool failed;
} queue;

enum { AHEAD = 2 * CIM__WORKERS, BATCH_BYTES = 768 << 10, PASS_ON_BYTES = 4 << 20 };

/* ---- batches ---- */

static cim__batch *new_batch(queue *q)
{
    cim__batch *b = cim__alloc(q->osm->mem, sizeof *b);
    if (b) cim__batch_init(b, q->osm->mem, q->osm->job->sink->epsg);
    return b;
}

static void free_batch(queue *q, cim__batch *b)
{
    if (!b) return;
    cim__batch_free(b);
    cim__free(q->osm->mem, b);
}

static cim_status take_batch(cim_ctx *ctx, queue *q, size_t i, cim__batch **batch_out)
{
    cim__batch *b = NULL;
    pthread_mutex_lock(&q->lock);
    while (i >= q->next + AHEAD && !q->failed) pthread_cond_wait(&q->moved, &q->lock);
    size_t idle = CIM__COUNT(&q->idle, cim__batch *);
    if (idle) {
        b = CIM__AT(&q->idle, cim__batch *, idle - 1);
        q->idle.size -= sizeof b;
    }
    pthread_mutex_unlock(&q->lock);
    if (!b) b = new_batch(q);
    if (!b) return cim__nomem(ctx);
    (void)cim__buf_reserve(&b->records, BATCH_BYTES); /* the sink took the last one's bytes; growing step by step would copy them */
    *batch_out = b;
    return CIM_OK;
}

/* Called under the lock. */
static cim_status hand_over(cim_ctx *ctx, queue *q)
{
    cim__job *job = q->osm->job;
    size_t count = CIM__COUNT(&q->items, item);
    for (; q->next < count && q->slots[q->next]; q->next++) {
        cim__batch *b = q->slots[q->next];
        CIM__TRY(cim__sink_take(ctx, job->sink, b, job->source_number));
        q->slots[q->next] = NULL;
        cim__batch **idle = CIM__PUSH(&q->idle, cim__batch *);
        if (idle) *idle = b;
        else free_batch(q, b);
    }
    return CIM_OK;
}

/* A batch that has become large goes to the sink before its item is done, when it is this item's turn: routes carry the lines of all
 * their ways, and a hundred of them do not fit into memory many times. */
static cim_status pass_on(cim_ctx *ctx, queue *q, size_t i, cim__batch *batch)
{
    if (cim__batch_bytes(batch) < PASS_ON_BYTES) return CIM_OK;
    pthread_mutex_lock(&q->lock);
    while (q->next != i && !q->failed) pthread_cond_wait(&q->moved, &q->lock);
    cim_status st = q->failed ? CIM_OK : cim__sink_take(ctx, q->osm->job->sink, batch, q->osm->job->source_number);
    pthread_mutex_unlock(&q->lock);
    return st;
}

static cim_status finish_item(cim_ctx *ctx, queue *q, size_t i, cim__batch *batch, cim_status st)
{
    pthread_mutex_lock(&q->lock);
    if (st >= 0) {
        q->slots[i] = batch;
        batch = NULL;
        if (i == q->next) st = hand_over(ctx, q);
    }
    if (st < 0) q->failed = true;
    pthread_cond_broadcast(&q->moved);
    pthread_mutex_unlock(&q->lock);
    free_batch(q, batch);
    return st;
}

/* ---- items ---- */

enum { RELATIONS_AT_ONCE = 64, MEMBERS_AT_ONCE = 4000 };

static bool push(queue *q, work what, size_t block, uint32_t first, uint32_t count)
{
    item *to = CIM__PUSH(&q->items, item);
    if (to) *to = (item){ what, (uint32_t)block, first, count };
    return to != NULL;
}

/* As many relations as make about the same work. */
static bool push_relations(queue *q, size_t block)
{
    const cim__osm *osm = q->osm;
    const cim__osm_sheet *s = &osm->sheets[block];
    uint32_t from = s->relation_base, end = from + s->relation_count;
    while (from < end) {
        uint32_t to = from, members = 0;
        while (to < end && to - from < RELATIONS_AT_ONCE && members < MEMBERS_AT_ONCE) members += osm->relation[to++].member_count;
        if (!push(q, RELATIONS, block, from, to - from)) return false;
        from = to;
    }
    return true;
}

/* A block that is not kept inflated is one item: it would have to be inflated for each. */
static bool plan_block(queue *q, size_t block)
{
    const cim__osm_sheet *s = &q->osm->sheets[block];
    bool ok = true;
    if (!s->nodes && !s->ways && !s->relation_count) return true;
    if (!cim__osm_source_blob(&q->osm->source, block)->kept) return push(q, WHOLE, block, 0, 0);
    if (s->nodes) ok = push(q, NODES, block, 0, 0);
    for (uint32_t i = 0; ok && i < CIM__COUNT(&s->runs, cim__osm_run); i++) ok = push(q, WAYS, block, i, 1);
    return ok && push_relations(q, block);
}

static cim_status make_runs(cim_ctx *ctx, queue *q, size_t i, cim__osm_maker *m, uint32_t first, uint32_t count)
{
    size_t block = CIM__AT(&q->items, item, i).block;
    const cim__buf *runs = &q->osm->sheets[block].runs;
    for (uint32_t r = first; r < first + count; r++) {
        CIM__TRY(cim__osm_make_ways(ctx, m, block, &CIM__AT(runs, cim__osm_run, r)));
        CIM__TRY(pass_on(ctx, q, i, m->batch));
    }
    return CIM_OK;
}

static cim_status make_relations(cim_ctx *ctx, queue *q, size_t i, cim__osm_maker *m, uint32_t first, uint32_t count)
{
    for (uint32_t r = first; r < first + count; r++) {
        CIM__TRY(cim__osm_make_relation(ctx, m, r));
        CIM__TRY(pass_on(ctx, q, i, m->batch));
    }
    return CIM_OK;
}

static cim_status make_item(cim_ctx *ctx, queue *q, size_t i, cim__osm_maker *m)
{
    const item *it = &CIM__AT(&q->items, item, i);
    const cim__osm_sheet *s = &m->osm->sheets[it->block];
    switch (it->what) {
    case NODES: return cim__osm_make_nodes(ctx, m, it->block);
    case WAYS: return make_runs(ctx, q, i, m, it->first, it->count);
    case RELATIONS: return make_relations(ctx, q, i, m, it->first, it->count);
    default:
        CIM__TRY(cim__osm_make_nodes(ctx, m, it->block));
        CIM__TRY(make_runs(ctx, q, i, m, 0, (uint32_t)CIM__COUNT(&s->runs, cim__osm_run)));
        return make_relations(ctx, q, i, m, s->relation_base, s->relation_count);
    }
}

/* ---- counting ---- */

static void report_fates(cim__report *report, const cim__osm_maker *m)
{
    static const struct {
        cim__fate fate;
        const char *reason;
    } texts[CIM__OSM_FATES] = {
        [CIM__OSM_F_OBJECT] = { CIM__STORED, "object" },
        [CIM__OSM_F_VERTEX] = { CIM__STORED, "vertex of a way" },
        [CIM__OSM_F_VERTEX_EDITORIAL] = { CIM__STORED, "vertex of a way; editorial tags left out" },
        [CIM__OSM_F_BOUNDARY] = { CIM__STORED, "boundary of an area" },
        [CIM__OSM_F_AREA] = { CIM__STORED, "area" },
        [CIM__OSM_F_CLIPPED] = { CIM__STORED, "lines of an area that is cut off" },
        [CIM__OSM_F_LINES] = { CIM__STORED, "lines of an area that cannot be built" },
        [CIM__OSM_F_PLACELESS] = { CIM__STORED, "object without geometry" },
        [CIM__OSM_F_UNUSED] = { CIM__SKIPPED, "untagged and unused" },
        [CIM__OSM_F_LOST] = { CIM__SKIPPED, "another version is used" },
        [CIM__OSM_F_OUTSIDE] = { CIM__SKIPPED, "outside the reference system" },
        [CIM__OSM_F_SHORT] = { CIM__SKIPPED, "fewer than two known nodes" },
    };
    for (int type = 0; type < 3; type++)
        for (int f = 0; f < CIM__OSM_FATES; f++)
            if (m->fates[type][f]) cim__report_fate(report, cim__osm_type_names[type], texts[f].fate, texts[f].reason, m->fates[type][f]);
}

static cim_status run_item(cim_ctx *ctx, uint32_t id, size_t i, void *user)
{
    queue *q = user;
    cim__osm_maker m = { .osm = q->osm };
    cim_status st = cim__osm_worker_get(ctx, q->osm, id, &m.worker);
    if (st >= 0) st = cim__job_tick(ctx, q->osm->job, "making objects");
    if (st >= 0) st = take_batch(ctx, q, i, &m.batch);
    if (st >= 0) st = make_item(ctx, q, i, &m);
    if (st >= 0) report_fates(&m.worker->report, &m);
    return finish_item(ctx, q, i, m.batch, st);
}

/* ---- the pass ---- */

static cim_status run_all(cim_ctx *ctx, queue *q)
{
    bool ok = true;
    for (size_t block = 0; ok && block < q->osm->block_count; block++) ok = plan_block(q, block);
    size_t count = CIM__COUNT(&q->items, item);
    q->slots = cim__zalloc_n(ctx->mem, count, sizeof *q->slots);
    if (!ok || !q->slots) return cim__nomem(ctx);
    return cim__par_run(ctx, count, "making objects", run_item, q);
}

cim_status cim__osm_features(cim_ctx *ctx, cim__osm *osm)
{
    queue q = { .osm = osm, .items = cim__buf_on(ctx->mem), .idle = cim__buf_on(ctx->mem) };
    pthread_mutex_init(&q.lock, NULL);
    pthread_cond_init(&q.moved, NULL);
    cim_status st = run_all(ctx, &q);
    for (size_t i = 0; q.slots && i < CIM__COUNT(&q.items, item); i++) free_batch(&q, q.slots[i]);
    for (size_t i = 0; i < CIM__COUNT(&q.idle, cim__batch *); i++) free_batch(&q, CIM__AT(&q.idle, cim__batch *, i));
    cim__free(ctx->mem, q.slots);
    cim__buf_free(&q.items);
    cim__buf_free(&q.idle);
    pthread_cond_destroy(&q.moved);
    pthread_mutex_destroy(&q.lock);
    return st;
}
