/* ways.c - third pass: the nodes of ways as numbers, what ways are, and where the lines of a net meet. */
#include "core/par.h"
#include "import/osm/borrow.h"

#include <stdlib.h>

/* What the first half of the pass over a block finds out about a way and the second half, which knows its nodes, needs. */
typedef struct finding {
    uint8_t net;      /* cim__osm_net */
    uint8_t stored;   /* its nodes are stored with it */
    uint8_t building; /* 1 building, 2 building part */
    uint8_t reserved0;
    int64_t id;
} finding;

typedef struct pass {
    cim__osm *osm;
    cim__osm_worker *worker;
    cim__osm_sheet *sheet;
    size_t item;
    uint32_t way;  /* ordinal in the block */
    cim__buf borrowed; /* cim__osm_borrowed of this block */
} pass;

static cim_status bad(cim_ctx *ctx, const pass *p, const char *why) { return cim__osm_bad(ctx, &p->osm->source, p->item, why); }

static cim_status take_refs(cim_ctx *ctx, pass *p, cim__wire refs, bool *closed_out)
{
    cim__buf *ids = &p->worker->ids;
    size_t count = cim__wire_count(refs), at = 0;
    int64_t *to = count ? cim__buf_extend(ids, count * sizeof *to) : NULL;
    uint64_t id = 0;
    if (count && !to) return cim__nomem(ctx);
    while (cim__wire_more(&refs) && at < count) {
        id += (uint64_t)cim__wire_zigzag(&refs);
        to[at++] = (int64_t)id;
    }
    if (refs.pos != refs.end || at != count) return bad(ctx, p, "the nodes of a way are damaged");
    uint32_t *end = CIM__PUSH(&p->sheet->ref_end, uint32_t);
    if (!end) return cim__nomem(ctx);
    *end = (uint32_t)CIM__COUNT(ids, int64_t);
    *closed_out = count > 3 && to[0] == to[count - 1];
    return CIM_OK;
}

static cim_status examine(cim_ctx *ctx, pass *p, bool closed, finding *f)
{
    cim__osm *osm = p->osm;
    const cim__osm_tags *tags = &p->worker->tags;
    uint32_t number = p->sheet->way_base + p->way;
    uint8_t *flags = &osm->way_flags[number];
    cim__osm_kind kind;
    f->stored = tags->count || (*flags & (CIM__OSM_W_BOUNDARY | CIM__OSM_W_MEMBER));
    if (!tags->significant || (*flags & CIM__OSM_W_LOST)) return CIM_OK;
    cim__osm_classify(&osm->words, tags, closed ? CIM__OSM_FORM_RING : CIM__OSM_FORM_LINE, &kind);
    f->net = (uint8_t)kind.net;
    f->building = kind.building && kind.area ? (kind.class_id == CIM__C_Building ? 1 : 2) : 0;
    if (kind.net == CIM__OSM_NET_ROAD) *flags |= CIM__OSM_W_ROAD;
    return *flags & CIM__OSM_W_BOUNDARY ? cim__osm_borrow(ctx, tags, number, &p->sheet->texts, &p->borrowed) : CIM_OK;
}

/* Runs are what one worker turns into features later. */
enum { RUN_WAYS = 1024 };

static cim_status extend_run(cim_ctx *ctx, pass *p, const cim__osm_walk *walk, cim__wire message)
{
    const uint8_t *raw = p->worker->loader.block.raw;
    size_t n = CIM__COUNT(&p->sheet->runs, cim__osm_run);
    cim__osm_run *run = n ? &CIM__AT(&p->sheet->runs, cim__osm_run, n - 1) : NULL;
    uint32_t end = (uint32_t)(walk->group.end - raw);
    if (run && run->end == end && run->count < RUN_WAYS) {
        run->count++;
        return CIM_OK;
    }
    run = CIM__PUSH(&p->sheet->runs, cim__osm_run);
    if (!run) return cim__nomem(ctx);
    *run = (cim__osm_run){ (uint32_t)(message.pos - raw), (uint32_t)cim__wire_size(&message), end, 1, p->way };
    return CIM_OK;
}

static cim_status first_half(cim_ctx *ctx, pass *p, finding *findings)
{
    cim__osm_worker *w = p->worker;
    cim__osm_walk walk = cim__osm_walk_of(&w->loader.block);
    cim__field f;
    w->ids.size = 0;
    while (cim__osm_walk_next(&walk, &f)) {
        cim__osm_entity e;
        bool closed = false;
        if (f.number != CIM__OSM_WAY) continue;
        const char *wrong = cim__osm_way_read(f.bytes, &e);
        if (!wrong) wrong = cim__osm_tags_read(&w->tags, &w->loader.block, e.keys, e.vals);
        if (wrong) return bad(ctx, p, wrong);
        CIM__TRY(take_refs(ctx, p, e.refs, &closed));
        findings[p->way] = (finding){ .id = e.id };
        CIM__TRY(examine(ctx, p, closed, &findings[p->way]));
        CIM__TRY(extend_run(ctx, p, &walk, f.bytes));
        p->way++;
    }
    return walk.wrong ? bad(ctx, p, walk.wrong) : CIM_OK;
}

/* ---- second half ---- */

/* A way of this net is at the node: the first bit says one, the second says another one too. */
static void meet(cim__osm *osm, uint32_t node, unsigned net)
{
    unsigned shift = 2 * (net - 1);
    uint8_t once = (uint8_t)(1u << shift), more = (uint8_t)(2u << shift);
    uint8_t before = atomic_load_explicit(&osm->meetings[node], memory_order_relaxed);
    if (!(before & once)) before = atomic_fetch_or_explicit(&osm->meetings[node], once, memory_order_relaxed);
    if ((before & (once | more)) == once) atomic_fetch_or_explicit(&osm->meetings[node], more, memory_order_relaxed);
}

static cim_status add_door(cim_ctx *ctx, pass *p, cim__osm_door door)
{
    cim__osm_door *to = CIM__PUSH(&p->worker->doors, cim__osm_door);
    if (!to) return cim__nomem(ctx);
    *to = door;
    return CIM_OK;
}

size_t cim__osm_first_bound(const cim__osm *osm, uint32_t way)
{
    size_t lo = 0, hi = CIM__COUNT(&osm->bounds, cim__osm_bound);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(&osm->bounds, cim__osm_bound, mid).way < way) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* Entrances on the wall of a building: of the way itself, or of the relation it is a part of. */
static cim_status find_doors(cim_ctx *ctx, pass *p, const finding *f, uint32_t way, const uint32_t *refs, size_t count)
{
    const cim__osm *osm = p->osm;
    bool wall = osm->way_flags[way] & CIM__OSM_W_WALL;
    for (size_t i = 0; i < count; i++) {
        if (refs[i] == CIM_NONE || !(cim__osm_node_flags(osm, refs[i]) & CIM__OSM_N_ENTRANCE)) continue;
        if (f->building) CIM__TRY(add_door(ctx, p, (cim__osm_door){ refs[i], f->building == 2, 1, f->id }));
        for (size_t b = wall ? cim__osm_first_bound(osm, way) : SIZE_MAX; b < CIM__COUNT(&osm->bounds, cim__osm_bound) && CIM__AT(&osm->bounds, cim__osm_bound, b).way == way; b++) {
            const cim__osm_relation *r = &osm->relation[CIM__AT(&osm->bounds, cim__osm_bound, b).relation];
            if (r->flags & CIM__OSM_R_WALL) CIM__TRY(add_door(ctx, p, (cim__osm_door){ refs[i], 0, 2, r->id }));
        }
    }
    return CIM_OK;
}

static cim_status settle_way(cim_ctx *ctx, pass *p, const finding *f, uint32_t way, const uint32_t *refs, size_t count)
{
    cim__osm *osm = p->osm;
    uint8_t *flags = &osm->way_flags[way];
    size_t known = 0;
    for (size_t i = 0; i < count; i++) known += refs[i] != CIM_NONE;
    if (known < 2) *flags |= CIM__OSM_W_SHORT;
    if (known < 2 || !f->stored || (*flags & CIM__OSM_W_LOST)) return CIM_OK;
    for (size_t i = 0; i < count; i++) {
        if (refs[i] == CIM_NONE) continue;
        cim__osm_node_mark(osm, refs[i], CIM__OSM_N_VERTEX);
        if (f->net && !(i && refs[i - 1] == refs[i])) meet(osm, refs[i], f->net);
    }
    return f->building || (*flags & CIM__OSM_W_WALL) ? find_doors(ctx, p, f, way, refs, count) : CIM_OK;
}

static cim_status second_half(cim_ctx *ctx, pass *p, const finding *findings)
{
    cim__osm_sheet *s = p->sheet;
    size_t total = CIM__COUNT(&p->worker->ids, int64_t);
    uint32_t *refs = total ? cim__buf_extend(&s->refs, total * sizeof *refs) : NULL, from = 0;
    if (total && !refs) return cim__nomem(ctx);
    cim__osm_ids_find_all(&p->osm->nodes, (const int64_t *)(const void *)p->worker->ids.data, total, refs);
    for (uint32_t i = 0; i < s->ways; i++) {
        uint32_t end = CIM__AT(&s->ref_end, uint32_t, i);
        CIM__TRY(settle_way(ctx, p, &findings[i], s->way_base + i, refs ? refs + from : NULL, end - from));
        from = end;
    }
    return CIM_OK;
}

static cim_status ways_of_block(cim_ctx *ctx, uint32_t id, size_t item, void *user)
{
    pass *shared = user;
    cim__osm *osm = shared->osm;
    pass p = { .osm = osm, .sheet = &osm->sheets[item], .item = item, .borrowed = cim__buf_on(ctx->mem) };
    if (!p.sheet->ways) return CIM_OK;
    CIM__TRY(cim__job_tick(ctx, osm->job, "reading ways"));
    CIM__TRY(cim__osm_worker_get(ctx, osm, id, &p.worker));
    CIM__TRY(cim__osm_source_load(ctx, &osm->source, &p.worker->loader, item, &osm->words, false));
    finding *findings = cim__alloc_n(ctx->mem, p.sheet->ways, sizeof *findings);
    cim_status st = findings ? first_half(ctx, &p, findings) : cim__nomem(ctx);
    if (st >= 0) st = second_half(ctx, &p, findings);
    cim__free(ctx->mem, findings);
    p.sheet->borrowed = p.borrowed;
    return st;
}

/* ---- the pass ---- */

static int by_node(const void *a, const void *b)
{
    const cim__osm_door *x = a, *y = b;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    if (x->part != y->part) return x->part < y->part ? -1 : 1;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    return x->ref < y->ref ? -1 : x->ref > y->ref;
}

static cim_status join(cim_ctx *ctx, cim__osm *osm)
{
    for (size_t i = 0; i < CIM__WORKERS; i++) {
        cim__osm_worker *w = &osm->workers[i];
        if (!w->ready) continue;
        cim__buf_put(&osm->doors, w->doors.data, w->doors.size);
        cim__buf_free(&w->doors);
    }
    for (size_t i = 0; i < osm->block_count; i++) {
        cim__buf_put(&osm->borrowed, osm->sheets[i].borrowed.data, osm->sheets[i].borrowed.size);
        cim__buf_free(&osm->sheets[i].borrowed);
    }
    if (osm->doors.failed || osm->borrowed.failed) return cim__nomem(ctx);
    return CIM_OK;
}

cim_status cim__osm_ways(cim_ctx *ctx, cim__osm *osm)
{
    pass shared = { .osm = osm };
    CIM__TRY(cim__par_run(ctx, osm->block_count, "reading ways", ways_of_block, &shared));
    CIM__TRY(join(ctx, osm));
    CIM__TRY(cim__osm_settle_tags(ctx, osm));
    if (osm->doors.size) qsort(osm->doors.data, CIM__COUNT(&osm->doors, cim__osm_door), sizeof(cim__osm_door), by_node);
    return CIM_OK;
}

const uint32_t *cim__osm_way_refs(const cim__osm *osm, uint32_t way, size_t *count_out)
{
    size_t lo = 0, hi = osm->block_count;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (osm->sheets[mid].way_base <= way) lo = mid;
        else hi = mid;
    }
    const cim__osm_sheet *s = &osm->sheets[lo];
    uint32_t k = way - s->way_base, from = k ? CIM__AT(&s->ref_end, uint32_t, k - 1) : 0;
    *count_out = CIM__AT(&s->ref_end, uint32_t, k) - from;
    return &CIM__AT(&s->refs, uint32_t, from);
}
