/* omt.c - packing order top-down: every node's boxes are cut in halves at a median of their centres along the wider axis until the
 * pieces are its children.  After T. Lee, S. Lee, "OMT: Overlap minimizing top-down bulk loading algorithm for R-tree", CAiSE 2003, which
 * cuts into slices along x and those along y; halving along the wider axis keeps nodes square where the data is not. */
#include "core/par.h"
#include "index/order.h"

/* An item's centre and number. */
typedef struct centre {
    int32_t x, y;
    uint32_t item;
} centre;

static inline int32_t along(const centre *c, bool y) { return y ? c->y : c->x; }

/* Total order, so that the cut does not depend on the order of the input of a part. */
static inline bool before(const centre *a, const centre *b, bool y)
{
    int32_t p = along(a, y), q = along(b, y);
    return p < q || (p == q && a->item < b->item);
}

static inline void swap(centre *a, centre *b)
{
    centre t = *a;
    *a = *b;
    *b = t;
}

/* The median of three that no simple pattern in the input makes a bad pivot. */
static centre median3(const centre *c, size_t n, bool y)
{
    uint64_t mixed = n * 0x9e3779b97f4a7c15u;
    const centre *a = c + (mixed >> 40) % n, *b = c + (mixed >> 24 & 0xffffff) % n, *e = c + (mixed & 0xffffff) % n;
    if (before(b, a, y)) {
        const centre *t = a;
        a = b;
        b = t;
    }
    if (before(e, b, y)) b = before(e, a, y) ? a : e;
    return *b;
}

static void insertion_sort(centre *c, size_t n, bool y)
{
    for (size_t i = 1; i < n; i++) {
        centre t = c[i];
        size_t j = i;
        for (; j && before(&t, &c[j - 1], y); j--) c[j] = c[j - 1];
        c[j] = t;
    }
}

/* Those before the pivot to the front, without branches on the data; returns how many. */
static size_t part(centre *c, size_t n, centre pivot, bool y)
{
    size_t front = 0;
    for (size_t i = 0; i < n; i++) {
        centre t = c[i];
        bool first = before(&t, &pivot, y);
        c[i] = c[front];
        c[front] = t;
        front += first;
    }
    return front;
}

/* The `rank` least come first (C. Hoare's selection). */
static void select_least(centre *c, size_t n, size_t rank, bool y)
{
    while (n > 24 && rank > 0 && rank < n) {
        size_t front = part(c, n, median3(c, n, y), y);
        if (!front) { /* the pivot is the least: put it first */
            size_t least = 0;
            for (size_t i = 1; i < n; i++)
                if (before(&c[i], &c[least], y)) least = i;
            swap(&c[0], &c[least]);
            front = 1;
        }
        if (rank < front) n = front;
        else {
            c += front;
            n -= front;
            rank -= front;
        }
    }
    if (rank > 0 && rank < n) insertion_sort(c, n, y);
}

static bool taller(const centre *c, size_t n)
{
    int32_t x0 = INT32_MAX, x1 = INT32_MIN, y0 = INT32_MAX, y1 = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        if (c[i].x < x0) x0 = c[i].x;
        if (c[i].x > x1) x1 = c[i].x;
        if (c[i].y < y0) y0 = c[i].y;
        if (c[i].y > y1) y1 = c[i].y;
    }
    return (int64_t)y1 - y0 > (int64_t)x1 - x0;
}

/* Where n centres, at the start of a node of `span` places a child, are cut: a whole number of children, about half. */
static size_t cut_at(size_t n, size_t *span)
{
    while (*span >= n) *span /= CIM__FANOUT;
    size_t children = (n + *span - 1) / *span;
    return children / 2 * *span;
}

static void cut_all(centre *c, size_t n, size_t span)
{
    while (n > CIM__FANOUT) {
        size_t half = cut_at(n, &span);
        select_least(c, n, half, taller(c, n));
        cut_all(c, half, span);
        c += half;
        n -= half;
    }
}

/* ---- on threads: the first cuts one after the other, the parts side by side ---- */

enum { PARTS = 64 };

typedef struct parts {
    centre *centres;
    struct {
        size_t start, count, span;
    } part[PARTS];
    size_t count;
} parts;

static size_t largest(const parts *p)
{
    size_t best = 0;
    for (size_t i = 1; i < p->count; i++)
        if (p->part[i].count > p->part[best].count) best = i;
    return best;
}

static void cut_largest(parts *p)
{
    size_t i = largest(p), n = p->part[i].count;
    centre *c = p->centres + p->part[i].start;
    size_t half = cut_at(n, &p->part[i].span);
    select_least(c, n, half, taller(c, n));
    p->part[p->count].start = p->part[i].start + half;
    p->part[p->count].count = n - half;
    p->part[p->count++].span = p->part[i].span;
    p->part[i].count = half;
}

static cim_status cut_part(cim_ctx *ctx, uint32_t worker, size_t i, void *user)
{
    const parts *p = user;
    (void)ctx;
    (void)worker;
    cut_all(p->centres + p->part[i].start, p->part[i].count, p->part[i].span);
    return CIM_OK;
}

cim_status cim__order_omt(cim_ctx *ctx, const cim__source *source, size_t count, uint64_t *order)
{
    size_t span = CIM__FANOUT;
    parts p = { .centres = cim__alloc_n(ctx->mem, count + 1, sizeof(centre)), .count = 1 };
    if (!p.centres) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) {
        cim__ibox b = cim__source_box(source, i);
        p.centres[i] = (centre){ (b.min_x >> 1) + (b.max_x >> 1), (b.min_y >> 1) + (b.max_y >> 1), (uint32_t)i };
    }
    while (span < count) span *= CIM__FANOUT;
    p.part[0].start = 0;
    p.part[0].count = count;
    p.part[0].span = span;
    while (ctx->threads > 1 && p.count < PARTS && p.part[largest(&p)].count > 1 << 14) cut_largest(&p);
    cim_status st = cim__par_run(ctx, p.count, "packing boxes", cut_part, &p);
    for (size_t i = 0; i < count; i++) order[i] = p.centres[i].item;
    cim__free(ctx->mem, p.centres);
    return st;
}
