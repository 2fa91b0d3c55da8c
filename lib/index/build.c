/* build.c - building the packed tree: quantise, sort along the Hilbert curve, lay out level by level. */
#include "core/sort.h"
#include "index/tree.h"

#include <math.h>

/* Two bits of each coordinate a step: hilbert_step[state][x2 x1 y2 y1] = next state << 4 | four bits of the place.  The four states are
 * the orientations of the curve: as it is, turned by 180 degrees, mirrored at the diagonal, both. */
static const uint8_t hilbert_step[4][16] = {
    { 0x00, 0x13, 0x24, 0x05, 0x21, 0x22, 0x37, 0x06, 0x3e, 0x3d, 0x28, 0x09, 0x0f, 0x1c, 0x3b, 0x0a },
    { 0x1a, 0x2b, 0x0c, 0x1f, 0x19, 0x38, 0x2d, 0x2e, 0x16, 0x27, 0x32, 0x31, 0x15, 0x34, 0x03, 0x10 },
    { 0x20, 0x01, 0x1e, 0x2f, 0x33, 0x02, 0x1d, 0x3c, 0x04, 0x17, 0x08, 0x1b, 0x25, 0x26, 0x29, 0x2a },
    { 0x3a, 0x39, 0x36, 0x35, 0x0b, 0x18, 0x07, 0x14, 0x2c, 0x0d, 0x12, 0x23, 0x3f, 0x0e, 0x11, 0x30 },
};

uint32_t cim__hilbert(uint32_t x, uint32_t y)
{
    uint32_t d = 0, state = 0;
    for (int shift = 14; shift >= 0; shift -= 2) {
        uint32_t step = hilbert_step[state][(x >> shift & 3) << 2 | (y >> shift & 3)];
        d = d << 4 | (step & 15);
        state = step >> 4;
    }
    return d;
}

void cim__index_levels(cim__index_header *head)
{
    uint32_t nodes = head->count / CIM__FANOUT + (head->count % CIM__FANOUT != 0), start = 0, level = 0;
    while (nodes) {
        head->level_start[level++] = start;
        start += nodes;
        nodes = nodes == 1 ? 0 : (nodes + CIM__FANOUT - 1) / CIM__FANOUT;
    }
    head->levels = level;
    head->node_count = start;
    for (uint32_t rest = level; rest <= CIM__MAX_LEVELS; rest++) head->level_start[rest] = start;
}

static size_t padded_ids(uint32_t count) { return ((size_t)count + CIM__FANOUT - 1) / CIM__FANOUT * CIM__FANOUT; }

cim_status cim__index_alloc(cim_ctx *ctx, const cim__index_header *head, cim_index **index_out)
{
    cim_index *index = cim__zalloc(ctx->mem, sizeof *index);
    if (!index) return cim__nomem(ctx);
    size_t bytes = head->node_count * sizeof(cim__node) + padded_ids(head->count) * sizeof(uint32_t) + 64;
    index->block = cim__alloc(ctx->mem, bytes);
    if (!index->block) {
        cim__free(ctx->mem, index);
        return cim__nomem(ctx);
    }
    index->mem = cim__mem_ref(ctx->mem);
    atomic_init(&index->refs, 1);
    index->head = *head;
    index->nodes = (cim__node *)(((uintptr_t)index->block + 63) & ~(uintptr_t)63);
    index->ids = (uint32_t *)(void *)(index->nodes + head->node_count);
    *index_out = index;
    return CIM_OK;
}

cim_index *cim_index_ref(cim_index *index)
{
    atomic_fetch_add_explicit(&index->refs, 1, memory_order_relaxed);
    return index;
}

void cim_index_free(cim_index *index)
{
    if (!index || atomic_fetch_sub_explicit(&index->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = index->mem;
    cim__free(mem, index->block);
    cim__free(mem, index);
    cim__mem_unref(mem);
}

size_t cim_index_count(const cim_index *index) { return index->head.count; }

double cim_index_step(const cim_index *index) { return index->head.count ? index->head.step : 0.0; }

static cim__ibox node_box(const cim__node *n);

int32_t cim_index_extent(const cim_index *index, cim_box *extent_out)
{
    const cim__index_header *h = &index->head;
    if (!h->count) return 0;
    cim__ibox b = node_box(&index->nodes[h->node_count - 1]);
    *extent_out = (cim_box){ h->origin_x + h->step * b.min_x, h->origin_y + h->step * b.min_y, h->origin_x + h->step * b.max_x, h->origin_y + h->step * b.max_y };
    return 1;
}

/* ---- quantising ---- */

static cim_status extent_of(cim_ctx *ctx, const cim_box *boxes, size_t count, cim_box *extent)
{
    for (size_t i = 0; i < count; i++) {
        const cim_box *b = boxes + i;
        if (!(b->min_x <= b->max_x && b->min_y <= b->max_y) || !isfinite(b->min_x) || !isfinite(b->max_x) || !isfinite(b->min_y) || !isfinite(b->max_y))
            return cim__fail(ctx, CIM_EARG, "box %zu is reversed or not finite", i);
        if (b->min_x < extent->min_x) extent->min_x = b->min_x;
        if (b->min_y < extent->min_y) extent->min_y = b->min_y;
        if (b->max_x > extent->max_x) extent->max_x = b->max_x;
        if (b->max_y > extent->max_y) extent->max_y = b->max_y;
    }
    return CIM_OK;
}

/* The smallest power of two by which the extent's half fits 2^30; the origin is a multiple of it near the middle, so
 * that origin + step * number is exact. */
static void choose_grid(cim__index_header *head, const cim_box *extent)
{
    double half = fmax(extent->max_x * 0.5 - extent->min_x * 0.5, extent->max_y * 0.5 - extent->min_y * 0.5);
    double far = fmax(fmax(fabs(extent->min_x), fabs(extent->max_x)), fmax(fabs(extent->min_y), fabs(extent->max_y)));
    int exponent, least;
    frexp(fmax(half, 1e-300), &exponent);
    frexp(fmax(far, 1e-300), &least);
    exponent -= 30;
    if (exponent < least - 52) exponent = least - 52; /* finer than the doubles themselves is pointless */
    head->step = ldexp(1.0, exponent);
    head->origin_x = floor((extent->min_x * 0.5 + extent->max_x * 0.5) / head->step) * head->step;
    head->origin_y = floor((extent->min_y * 0.5 + extent->max_y * 0.5) / head->step) * head->step;
}

static cim__ibox quantise(const cim__index_header *h, const cim_box *b)
{
    double scale = 1.0 / h->step;
    return (cim__ibox){ (int32_t)floor((b->min_x - h->origin_x) * scale), (int32_t)floor((b->min_y - h->origin_y) * scale),
                        (int32_t)ceil((b->max_x - h->origin_x) * scale), (int32_t)ceil((b->max_y - h->origin_y) * scale) };
}

/* ---- sorting and laying out ---- */

static void hilbert_keys(const cim_box *boxes, size_t count, const cim_box *extent, uint64_t *keys)
{
    double width = fmax(extent->max_x - extent->min_x, extent->max_y - extent->min_y), scale = width > 0.0 ? 65535.0 / width : 0.0;
    if (!isfinite(scale)) scale = 0.0;
    for (size_t i = 0; i < count; i++) {
        double x = (boxes[i].min_x * 0.5 + boxes[i].max_x * 0.5 - extent->min_x) * scale, y = (boxes[i].min_y * 0.5 + boxes[i].max_y * 0.5 - extent->min_y) * scale;
        uint32_t ix = x > 0.0 ? x < 65535.0 ? (uint32_t)x : 65535 : 0, iy = y > 0.0 ? y < 65535.0 ? (uint32_t)y : 65535 : 0;
        keys[i] = (uint64_t)cim__hilbert(ix, iy) << 32 | i;
    }
}

static void set_slot(cim__node *node, uint32_t slot, cim__ibox b)
{
    node->min_x[slot] = b.min_x;
    node->min_y[slot] = b.min_y;
    node->max_x[slot] = b.max_x;
    node->max_y[slot] = b.max_y;
}

static const cim__ibox nothing = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };

static void lay_leaves(cim_index *index, const cim_box *boxes, const uint64_t *keys)
{
    size_t slots = padded_ids(index->head.count);
    for (size_t i = 0; i < slots; i++) {
        bool used = i < index->head.count;
        uint32_t id = used ? (uint32_t)keys[i] : CIM_NONE;
        index->ids[i] = id;
        set_slot(&index->nodes[i / CIM__FANOUT], i % CIM__FANOUT, used ? quantise(&index->head, &boxes[id]) : nothing);
    }
}

static cim__ibox node_box(const cim__node *n)
{
    cim__ibox b = nothing;
    for (int i = 0; i < CIM__FANOUT; i++) {
        if (n->min_x[i] < b.min_x) b.min_x = n->min_x[i];
        if (n->min_y[i] < b.min_y) b.min_y = n->min_y[i];
        if (n->max_x[i] > b.max_x) b.max_x = n->max_x[i];
        if (n->max_y[i] > b.max_y) b.max_y = n->max_y[i];
    }
    return b;
}

static void lay_parents(cim_index *index)
{
    const cim__index_header *h = &index->head;
    for (uint32_t level = 1; level < h->levels; level++) {
        uint32_t children = h->level_start[level] - h->level_start[level - 1], nodes = h->level_start[level + 1] - h->level_start[level];
        for (uint32_t i = 0; i < nodes * CIM__FANOUT; i++) {
            cim__node *parent = &index->nodes[h->level_start[level] + i / CIM__FANOUT];
            set_slot(parent, i % CIM__FANOUT, i < children ? node_box(&index->nodes[h->level_start[level - 1] + i]) : nothing);
        }
    }
}

cim_status cim_index_build(cim_ctx *ctx, const cim_box *boxes, size_t count, cim_index **index_out)
{
    cim__index_header head = { .magic = CIM__INDEX_MAGIC, .version = CIM__INDEX_VERSION, .count = (uint32_t)count, .step = 1.0 };
    cim_box extent = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    cim_index *index = NULL;
    cim__enter(ctx);
    if (count > 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "%zu boxes are too many", count);
    CIM__TRY(extent_of(ctx, boxes, count, &extent));
    if (count) choose_grid(&head, &extent);
    cim__index_levels(&head);
    uint64_t *keys = cim__alloc_n(ctx->mem, count, 2 * sizeof *keys);
    if (!keys) return cim__nomem(ctx);
    cim_status st = cim__index_alloc(ctx, &head, &index);
    if (st >= 0) {
        hilbert_keys(boxes, count, &extent, keys);
        cim__sort_u64_high(keys, keys + count, count);
        lay_leaves(index, boxes, keys);
        lay_parents(index);
        *index_out = index;
    }
    cim__free(ctx->mem, keys);
    return st;
}
