/* many.c - many probes at once: in the order of the curve, so that neighbours find each other's nodes in the cache, and on threads. */
#include "core/par.h"
#include "index/find.h"
#include "index/order.h"

#include <stdio.h>

enum { AT_ONCE = 512 }; /* probes a piece of work */

typedef struct many {
    const cim_index *index;
    const cim_probe *probes;
    size_t count, pieces;
    uint64_t *order; /* low 32 bits: the probe */
    /* query: */
    size_t *starts;  /* the count of probe i at i + 1 until all are known */
    cim__buf *found; /* ids of each piece, one probe after the other */
    bool keep;
    uint32_t *ids;   /* all of them */
    /* nearest: */
    size_t k;
    double *distances;
    size_t *counts;
} many;

static cim_status check_all(cim_ctx *ctx, const many *m, bool nearest)
{
    if (m->count > 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "%zu probes are too many", m->count);
    for (size_t i = 0; i < m->count; i++) {
        char place[40];
        cim_status st = cim__probe_check(ctx, &m->probes[i], nearest);
        if (st >= 0) continue;
        snprintf(place, sizeof place, "probe %zu", i);
        return cim__fail_at(ctx, st, place);
    }
    return CIM_OK;
}

static cim__ibox index_box(const cim_index *index)
{
    cim__ibox all = cim__ibox_nothing;
    for (uint32_t i = 0; i < index->tree_count; i++) {
        cim__ibox b = cim__tree_box(index->trees[i]);
        cim__ibox_join(&all, &b);
    }
    return all;
}

static cim_status order_probes(cim_ctx *ctx, many *m)
{
    cim__ibox *boxes = cim__alloc_n(ctx->mem, m->count + 1, sizeof *boxes), extent = index_box(m->index);
    m->pieces = (m->count + AT_ONCE - 1) / AT_ONCE;
    m->order = cim__alloc_n(ctx->mem, m->count + 1, 2 * sizeof *m->order);
    cim_status st = boxes && m->order ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < m->count && st >= 0; i++) boxes[i] = cim__probe_around(&m->index->grid, &m->probes[i]);
    if (!m->index->count) extent = (cim__ibox){ 0, 0, 0, 0 };
    cim__source source = { .boxes = boxes };
    if (st >= 0) st = cim__order_hilbert(ctx, &source, m->count, &extent, m->order, m->order + m->count);
    cim__free(ctx->mem, boxes);
    return st;
}

static size_t piece_end(const many *m, size_t piece) { return (piece + 1) * AT_ONCE < m->count ? (piece + 1) * AT_ONCE : m->count; }

/* ---- query ---- */

/* One probe's ids behind those of the piece's probes before it; asked again when the room was too small. */
static cim_status query_one(cim_ctx *ctx, const many *m, uint32_t probe, cim__buf *found)
{
    cim__find f = cim__find_of(m->index, &m->probes[probe]);
    for (;;) {
        cim__hits h = { NULL, 0, 0 };
        if (m->keep) {
            if (!cim__buf_reserve(found, 64 * sizeof(uint32_t))) return cim__nomem(ctx);
            h.ids = (uint32_t *)(void *)(found->data + found->size);
            h.cap = (found->cap - found->size) / sizeof(uint32_t);
        }
        cim__find_all(m->index, &f, &h);
        m->starts[probe + 1] = h.count;
        if (!m->keep) return CIM_OK;
        if (h.count <= h.cap) {
            found->size += h.count * sizeof(uint32_t);
            return CIM_OK;
        }
        if (!cim__buf_reserve(found, h.count * sizeof(uint32_t))) return cim__nomem(ctx);
    }
}

static cim_status query_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    (void)worker;
    for (size_t i = piece * AT_ONCE; i < piece_end(m, piece); i++) CIM__TRY(query_one(ctx, m, (uint32_t)m->order[i], &m->found[piece]));
    return CIM_OK;
}

static cim_status place_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    const uint32_t *from = (const uint32_t *)(const void *)m->found[piece].data;
    (void)ctx;
    (void)worker;
    for (size_t i = piece * AT_ONCE; i < piece_end(m, piece); i++) {
        uint32_t probe = (uint32_t)m->order[i];
        size_t n = m->starts[probe + 1] - m->starts[probe];
        if (n) memcpy(m->ids + m->starts[probe], from, n * sizeof *from);
        from += n;
    }
    return CIM_OK;
}

static cim_status gather(cim_ctx *ctx, many *m, cim_buf *ids_out)
{
    cim__buf all = cim__buf_on(ctx->mem);
    m->starts[0] = 0;
    for (size_t i = 0; i < m->count; i++) m->starts[i + 1] += m->starts[i];
    if (!m->keep) return CIM_OK;
    if (!cim__buf_reserve(&all, m->starts[m->count] * sizeof(uint32_t) + 1)) return cim__nomem(ctx);
    m->ids = cim__buf_extend(&all, m->starts[m->count] * sizeof(uint32_t));
    cim_status st = cim__par_run(ctx, m->pieces, "asking the index", place_piece, m);
    if (st >= 0 && !cim__buf_give(&all, ids_out)) st = cim__nomem(ctx);
    if (st < 0) cim__buf_free(&all);
    return st;
}

cim_status cim_index_query_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t *starts, cim_buf *ids_out)
{
    many m = { .index = index, .probes = probes, .count = count, .starts = starts, .keep = ids_out != NULL };
    cim__enter(ctx);
    CIM__TRY(check_all(ctx, &m, false));
    cim_status st = order_probes(ctx, &m);
    if (st >= 0 && !(m.found = cim__alloc_n(ctx->mem, m.pieces + 1, sizeof *m.found))) st = cim__nomem(ctx);
    for (size_t i = 0; m.found && i < m.pieces; i++) m.found[i] = cim__buf_on(ctx->mem);
    if (st >= 0) st = cim__par_run(ctx, m.pieces, "asking the index", query_piece, &m);
    if (st >= 0) st = gather(ctx, &m, ids_out);
    for (size_t i = 0; m.found && i < m.pieces; i++) cim__buf_free(&m.found[i]);
    cim__free(ctx->mem, m.found);
    cim__free(ctx->mem, m.order);
    return st;
}

/* ---- nearest ---- */

static cim_status nearest_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const many *m = user;
    (void)worker;
    for (size_t i = piece * AT_ONCE; i < piece_end(m, piece); i++) {
        size_t probe = (uint32_t)m->order[i];
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
    CIM__TRY(check_all(ctx, &m, true));
    cim_status st = order_probes(ctx, &m);
    if (st >= 0) st = cim__par_run(ctx, m.pieces, "asking the index", nearest_piece, &m);
    cim__free(ctx->mem, m.order);
    return st;
}
