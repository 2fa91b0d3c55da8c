/* hilbert.c - packing order along the Hilbert curve, by radix sort. */
#include "core/par.h"
#include "core/sort.h"
#include "index/lanes.h"
#include "index/order.h"

uint32_t cim__hilbert(uint32_t x, uint32_t y)
{
    uint32_t xs[CIM__FANOUT] = { x }, ys[CIM__FANOUT] = { y }, place[CIM__FANOUT];
    cim__lanes_plain.places(xs, ys, place);
    return place[0];
}

cim__curve cim__curve_over(const cim__ibox *extent)
{
    cim__curve c = { 2 * (int64_t)extent->min_x, 2 * (int64_t)extent->min_y, 0 };
    int64_t width = 2 * ((int64_t)extent->max_x - extent->min_x), height = 2 * ((int64_t)extent->max_y - extent->min_y);
    int64_t side = width > height ? width : height;
    while (side >> c.shift > 65535) c.shift++;
    return c;
}

/* ---- sorting ---- */

typedef struct sorting {
    uint64_t *from, *to;
    size_t count, run; /* runs of this many are sorted */
} sorting;

static cim_status sort_run(cim_ctx *ctx, uint32_t worker, size_t i, void *user)
{
    const sorting *s = user;
    size_t start = i * s->run, n = s->count - start < s->run ? s->count - start : s->run;
    (void)ctx;
    (void)worker;
    cim__sort_u64_high(s->from + start, s->to + start, n);
    return CIM_OK;
}

static cim_status merge_runs(cim_ctx *ctx, uint32_t worker, size_t i, void *user)
{
    const sorting *s = user;
    size_t a = 2 * i * s->run, middle = a + s->run < s->count ? a + s->run : s->count, end = middle + s->run < s->count ? middle + s->run : s->count;
    size_t b = middle, out = a;
    (void)ctx;
    (void)worker;
    while (a < middle && b < end) {
        bool left = s->from[a] < s->from[b];
        s->to[out++] = left ? s->from[a] : s->from[b];
        a += left;
        b += !left;
    }
    memcpy(s->to + out, s->from + a, (middle - a) * sizeof *s->to);
    memcpy(s->to + out + (middle - a), s->from + b, (end - b) * sizeof *s->to);
    return CIM_OK;
}

enum { WORTH_THREADS = 1 << 16 };

cim_status cim__order_sort(cim_ctx *ctx, uint64_t *keys, uint64_t *scratch, size_t count)
{
    sorting s = { keys, scratch, count, count };
    size_t threads = ctx->threads > CIM__WORKERS ? CIM__WORKERS : ctx->threads;
    if (threads < 2 || count < WORTH_THREADS) {
        cim__sort_u64_high(keys, scratch, count);
        return CIM_OK;
    }
    s.run = (count + threads - 1) / threads;
    CIM__TRY(cim__par_run(ctx, (count + s.run - 1) / s.run, "sorting", sort_run, &s));
    for (; s.run < count; s.run *= 2) {
        CIM__TRY(cim__par_run(ctx, (count + 2 * s.run - 1) / (2 * s.run), "sorting", merge_runs, &s));
        uint64_t *swap = s.from;
        s.from = s.to;
        s.to = swap;
    }
    if (s.from != keys) memcpy(keys, s.from, count * sizeof *keys);
    return CIM_OK;
}

/* ---- keys ---- */

typedef struct keying {
    const cim__source *source;
    size_t count;
    cim__curve curve;
    uint64_t *keys;
} keying;

enum { KEYS_AT_ONCE = 1 << 16 };

static cim_status make_keys(cim_ctx *ctx, uint32_t worker, size_t chunk, void *user)
{
    const keying *k = user;
    size_t end = (chunk + 1) * KEYS_AT_ONCE < k->count ? (chunk + 1) * KEYS_AT_ONCE : k->count;
    cim__lanes_places places = cim__lanes_best()->places;
    (void)ctx;
    (void)worker;
    for (size_t i = chunk * KEYS_AT_ONCE; i < end; i += CIM__FANOUT) {
        uint32_t x[CIM__FANOUT] = { 0 }, y[CIM__FANOUT] = { 0 }, place[CIM__FANOUT];
        size_t n = end - i < CIM__FANOUT ? end - i : CIM__FANOUT;
        for (size_t j = 0; j < n; j++) {
            cim__ibox b = cim__source_box(k->source, i + j);
            cim__curve_square(&k->curve, &b, &x[j], &y[j]);
        }
        places(x, y, place);
        for (size_t j = 0; j < n; j++) k->keys[i + j] = (uint64_t)place[j] << 32 | (i + j);
    }
    return CIM_OK;
}

cim_status cim__order_hilbert(cim_ctx *ctx, const cim__source *source, size_t count, const cim__ibox *extent, uint64_t *order, uint64_t *scratch)
{
    keying k = { source, count, cim__curve_over(extent), order };
    CIM__TRY(cim__par_run(ctx, (count + KEYS_AT_ONCE - 1) / KEYS_AT_ONCE, "packing boxes", make_keys, &k));
    return cim__order_sort(ctx, order, scratch, count);
}
