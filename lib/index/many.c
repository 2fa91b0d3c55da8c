/* many.c - many probes at once: in the order of the curve, so that neighbours find each other's nodes in the cache, and on threads. */
#include "core/par.h"
#include "index/find.h"
#include "index/order.h"

#include <stdio.h>

enum { LEAST_AT_ONCE = 1024, PIECES_EACH = 8 }; /* probes a piece of work, pieces a thread */

typedef struct many {
    const cim_index *index;
    const cim_probe *probes;
    size_t count, pieces, at_once;
    uint64_t *order; /* low 32 bits: the probe */
    /* query: */
    size_t *starts, *counts;
    cim__buf *found; /* ids of each piece, one probe after the other */
    size_t *found_at; /* where those of a piece begin in all */
    bool keep;
    uint32_t *ids;
    /* nearest: */
    size_t k;
    double *distances;
} many;

static cim_status check_one(cim_ctx *ctx, const many *m, size_t i, bool nearest)
{
    char place[40];
    cim_status st = cim__probe_check(ctx, &m->probes[i], nearest);
    if (st >= 0) return st;
    snprintf(place, sizeof place, "probe %zu", i);
    return cim__fail_at(ctx, st, place);
}

/* All probes are checked and put into an order. */
static cim_status order_probes(cim_ctx *ctx, many *m, bool nearest)
{
    if (m->count > 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "%zu probes are too many", m->count);
    cim__ibox *boxes = cim__alloc_n(ctx->mem, m->count + 1, sizeof *boxes), extent = cim__index_box(m->index);
    size_t wanted = ctx->threads > 1 ? ctx->threads * (size_t)PIECES_EACH : 1; /* one thread: one piece, so nothing is moved afterwards */
    m->at_once = (m->count + wanted - 1) / wanted;
    m->at_once = (m->at_once / LEAST_AT_ONCE + 1) * LEAST_AT_ONCE;
    m->pieces = (m->count + m->at_once - 1) / m->at_once;
    m->order = cim__alloc_n(ctx->mem, m->count + 1, 2 * sizeof *m->order);
    cim_status st = boxes && m->order ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < m->count && st >= 0; i++) {
        st = check_one(ctx, m, i, nearest);
        if (st >= 0) boxes[i] = cim__probe_around(&m->index->grid, &m->probes[i]);
    }
    if (!m->index->count) extent = (cim__ibox){ 0, 0, 0, 0 };
    cim__source source = { .boxes = boxes };
    if (st >= 0) st = cim__order_hilbert(ctx, &source, m->count, &extent, m->order, m->order + m->count);
    cim__free(ctx->mem, boxes);
    return st;
}

static size_t piece_end(const many *m, size_t piece) { return (piece + 1) * m->at_once < m->count ? (piece + 1) * m->at_once : m->count; }

/* A probe is three cache lines, and the one `ahead` lies anywhere. */
static inline int fetch_probe(const many *m, size_t i, size_t ahead)
{
    if (i + ahead >= m->count) return 0;
    const char *p = (const char *)&m->probes[(uint32_t)m->order[i + ahead]];
    __builtin_prefetch(p);
    __builtin_prefetch(p + 64);
    __builtin_prefetch(p + sizeof(cim_probe) - 1);
    return 1;
}

/* ---- query ---- */

/* New memory comes as large pages: with small ones their faults take longer than the search of some hundred ids. */
static bool room_for(cim__buf *found, size_t more)
{
    size_t before = found->cap;
    if (!cim__buf_reserve(found, more)) return false;
    if (found->cap != before) cim__large_pages(found->data, found->cap);
    return true;
}

/* One probe's ids behind those of the piece's probes before it; asked again when the room was too small. */
static cim_status query_one(cim_ctx *ctx, const many *m, uint32_t probe, const cim__find *f, cim__buf *found)
{
    for (;;) {
        cim__hits h = { NULL, 0, 0 };
        if (m->keep) {
            if (!room_for(found, 64 * sizeof(uint32_t))) return cim__nomem(ctx);
            h.ids = (uint32_t *)(void *)(found->data + found->size);
            h.cap = (found->cap - found->size) / sizeof(uint32_t);
        }
        cim__find_all(m->index, f, &h);
        m->counts[probe] = h.count;
        if (!m->keep) return CIM_OK;
        if (h.count <= h.cap) {
            m->starts[probe] = found->size / sizeof(uint32_t);
            found->size += h.count * sizeof(uint32_t);
            return CIM_OK;
        }
        if (!room_for(found, h.count * sizeof(uint32_t))) return cim__nomem(ctx);
    }
}

enum { GROUP_IDS = 256 }; /* room for each window of a group; those with more are asked alone */

/* Searches of up to 16 probes, the plain ones as one group. */
static void start_group(const many *m, size_t first, size_t count, cim__group *g, uint32_t ids[CIM__FANOUT][GROUP_IDS])
{
    const cim__ibox nothing = cim__ibox_nothing;
    g->used = 0;
    for (uint32_t k = 0; k < CIM__FANOUT; k++) {
        if (k < count) {
            fetch_probe(m, first + k, CIM__FANOUT);
            cim__find_start(&g->find[k], m->index, &m->probes[(uint32_t)m->order[first + k]]);
            if (g->find[k].plain) g->used |= 1u << k;
        }
        bool used = g->used >> k & 1;
        cim__slot_put(&g->windows, k, used ? &g->find[k].box : &nothing);
        cim__slot_put(&g->sure, k, used ? &g->find[k].sure : &nothing);
        g->hits[k] = (cim__hits){ ids[k], m->keep ? GROUP_IDS : 0, 0 };
    }
}

static cim_status keep_found(cim_ctx *ctx, const many *m, uint32_t probe, const cim__hits *h, cim__buf *found)
{
    m->counts[probe] = h->count;
    if (!m->keep) return CIM_OK;
    m->starts[probe] = found->size / sizeof(uint32_t);
    if (!room_for(found, (GROUP_IDS + CIM__FANOUT) * sizeof(uint32_t))) return cim__nomem(ctx);
    memcpy(found->data + found->size, h->ids, h->count * sizeof *h->ids);
    found->size += h->count * sizeof *h->ids;
    return CIM_OK;
}

static cim_status query_group(cim_ctx *ctx, const many *m, size_t first, size_t count, cim__buf *found)
{
    cim__group g;
    uint32_t ids[CIM__FANOUT][GROUP_IDS];
    start_group(m, first, count, &g, ids);
    if (g.used)
        for (uint32_t i = 0; i < m->index->tree_count; i++) cim__lanes_best()->walk16(m->index->trees[i], &g);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t probe = (uint32_t)m->order[first + k];
        bool done = g.used >> k & 1 && (!m->keep || g.hits[k].count <= g.hits[k].cap);
        CIM__TRY(done ? keep_found(ctx, m, probe, &g.hits[k], found) : query_one(ctx, m, probe, &g.find[k], found));
    }
    return CIM_OK;
}

static cim_status query_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    size_t end = piece_end(m, piece);
    (void)worker;
    for (size_t i = piece * m->at_once; i < end; i += CIM__FANOUT) {
        if (i % LEAST_AT_ONCE == 0) CIM__TRY(cim__tick(ctx, i, m->count, "asking the index"));
        CIM__TRY(query_group(ctx, m, i, end - i < CIM__FANOUT ? end - i : CIM__FANOUT, &m->found[piece]));
    }
    return CIM_OK;
}

/* The pieces' ids one behind the other; starts counted from the first piece on. */
static cim_status place_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    const cim__buf *found = &m->found[piece];
    (void)ctx;
    (void)worker;
    if (piece && found->size) memcpy(m->ids + m->found_at[piece], found->data, found->size);
    for (size_t i = piece * m->at_once; piece && i < piece_end(m, piece); i++) m->starts[(uint32_t)m->order[i]] += m->found_at[piece];
    return CIM_OK;
}

static cim_status gather(cim_ctx *ctx, many *m, cim_buf *ids_out)
{
    size_t total = 0;
    if (!m->keep || !m->pieces) return !m->keep || cim__buf_give(&m->found[0], ids_out) ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < m->pieces; i++) {
        m->found_at[i] = total;
        total += CIM__COUNT(&m->found[i], uint32_t);
    }
    if (!cim__buf_reserve(&m->found[0], (total - CIM__COUNT(&m->found[0], uint32_t)) * sizeof(uint32_t) + 1)) return cim__nomem(ctx);
    m->found[0].size = total * sizeof(uint32_t);
    m->ids = (uint32_t *)(void *)m->found[0].data;
    CIM__TRY(cim__par_run(ctx, m->pieces, "asking the index", place_piece, m));
    return cim__buf_give(&m->found[0], ids_out) ? CIM_OK : cim__nomem(ctx);
}

cim_status cim_index_query_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t *starts, size_t *counts, cim_buf *ids_out)
{
    many m = { .index = index, .probes = probes, .count = count, .starts = starts, .counts = counts, .keep = ids_out != NULL };
    cim__enter(ctx);
    cim_status st = order_probes(ctx, &m, false);
    if (st >= 0) {
        m.found = cim__alloc_n(ctx->mem, m.pieces + 1, sizeof *m.found);
        m.found_at = cim__alloc_n(ctx->mem, m.pieces + 1, sizeof *m.found_at);
        if (!m.found || !m.found_at) st = cim__nomem(ctx);
    }
    for (size_t i = 0; m.found && i <= m.pieces; i++) m.found[i] = cim__buf_on(ctx->mem);
    if (st >= 0) st = cim__par_run(ctx, m.pieces, "asking the index", query_piece, &m);
    if (st >= 0) st = gather(ctx, &m, ids_out);
    for (size_t i = 0; m.found && i <= m.pieces; i++) cim__buf_free(&m.found[i]);
    cim__free(ctx->mem, m.found);
    cim__free(ctx->mem, m.found_at);
    cim__free(ctx->mem, m.order);
    return st;
}

/* ---- nearest ---- */

static cim_status nearest_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    (void)worker;
    for (size_t i = piece * m->at_once; i < piece_end(m, piece); i++) {
        size_t probe = (uint32_t)m->order[i];
        fetch_probe(m, i, 4);
        if (i % LEAST_AT_ONCE == 0) CIM__TRY(cim__tick(ctx, i, m->count, "asking the index"));
        double *distances = m->distances ? m->distances + probe * m->k : NULL;
        CIM__TRY(cim__nearest_into(ctx, m->index, &m->probes[probe], m->k, m->ids + probe * m->k, distances, &m->counts[probe]));
    }
    return CIM_OK;
}

cim_status cim_index_nearest_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t k, uint32_t *ids, double *distances,
                                  size_t *counts)
{
    many m = { .index = index, .probes = probes, .count = count, .k = k, .ids = ids, .distances = distances, .counts = counts };
    cim__enter(ctx);
    cim_status st = order_probes(ctx, &m, true);
    if (st >= 0) st = cim__par_run(ctx, m.pieces, "asking the index", nearest_piece, &m);
    cim__free(ctx->mem, m.order);
    return st;
}
