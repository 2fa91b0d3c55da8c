/* build.c - from boxes to an index: quantise, order, lay out. */
#include "core/par.h"
#include "index/order.h"

static cim_status bad_box(cim_ctx *ctx, const cim_box *boxes, const double *z, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cim_box *b = boxes + i;
        if (!(b->min_x <= b->max_x && b->min_y <= b->max_y) || !isfinite(b->min_x) || !isfinite(b->max_x) || !isfinite(b->min_y) || !isfinite(b->max_y))
            return cim__fail(ctx, CIM_EARG, "box %zu is reversed or not finite", i);
        if (z && (!(z[2 * i] <= z[2 * i + 1]) || !isfinite(z[2 * i]) || !isfinite(z[2 * i + 1])))
            return cim__fail(ctx, CIM_EARG, "z of box %zu is reversed or not finite", i);
    }
    return CIM_OK;
}

typedef struct span {
    cim_box box;
    double min_z, max_z;
} span;

static cim_status extent_of(cim_ctx *ctx, const cim_box *boxes, const double *z, size_t count, span *e)
{
    bool good = true;
    cim_box box = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    for (size_t i = 0; i < count; i++) { /* one that is not a number fails the comparison, an infinite one shows in the result */
        const cim_box *b = boxes + i;
        good &= b->min_x <= b->max_x && b->min_y <= b->max_y;
        if (b->min_x < box.min_x) box.min_x = b->min_x;
        if (b->min_y < box.min_y) box.min_y = b->min_y;
        if (b->max_x > box.max_x) box.max_x = b->max_x;
        if (b->max_y > box.max_y) box.max_y = b->max_y;
    }
    *e = (span){ box, z ? HUGE_VAL : 0.0, z ? -HUGE_VAL : 0.0 };
    for (size_t i = 0; z && i < count; i++) {
        good &= z[2 * i] <= z[2 * i + 1];
        if (z[2 * i] < e->min_z) e->min_z = z[2 * i];
        if (z[2 * i + 1] > e->max_z) e->max_z = z[2 * i + 1];
    }
    good &= isfinite(box.min_x) && isfinite(box.min_y) && isfinite(box.max_x) && isfinite(box.max_y) && isfinite(e->min_z) && isfinite(e->max_z);
    return good || !count ? CIM_OK : bad_box(ctx, boxes, z, count);
}

/* ---- quantising ---- */

typedef struct quantising {
    const cim_box *boxes;
    size_t count;
    cim__grid grid;
    double scale;
    cim__ibox *to;
} quantising;

enum { BOXES_AT_ONCE = 1 << 16 };

static cim_status quantise(cim_ctx *ctx, uint32_t worker, size_t chunk, void *user)
{
    const quantising *q = user;
    size_t end = (chunk + 1) * BOXES_AT_ONCE < q->count ? (chunk + 1) * BOXES_AT_ONCE : q->count;
    const cim__grid grid = q->grid;
    (void)ctx;
    (void)worker;
    for (size_t i = chunk * BOXES_AT_ONCE; i < end; i++) q->to[i] = cim__grid_box(&grid, q->scale, &q->boxes[i]);
    return CIM_OK;
}

static cim_status id_bound(cim_ctx *ctx, const uint32_t *ids, size_t count, uint32_t *bound_out)
{
    uint32_t bound = ids ? 0 : (uint32_t)count;
    for (size_t i = 0; ids && i < count; i++) {
        if (ids[i] >= 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "id %u of box %zu is too large", ids[i], i);
        if (ids[i] >= bound) bound = ids[i] + 1;
    }
    *bound_out = bound;
    return CIM_OK;
}

/* ---- packing ---- */

cim_status cim__pack_tree(cim_ctx *ctx, const cim__index_header *given, const cim__source *source, size_t count, const cim__ibox *extent, int32_t order,
                          cim__tree *tree_out)
{
    cim__index_header head = *given;
    void *block;
    uint64_t *keys = cim__alloc_big(ctx->mem, (count + 1) * 2 * sizeof *keys, &block);
    if (!keys) return cim__nomem(ctx);
    memcpy(head.magic, CIM__INDEX_MAGIC, sizeof head.magic);
    head.version = CIM__INDEX_VERSION;
    head.count = (uint32_t)count;
    cim__tree_levels(&head);
    cim_status st = order == CIM_INDEX_OMT ? cim__order_omt(ctx, source, count, keys) : cim__order_hilbert(ctx, source, count, extent, keys, keys + count);
    cim__tree tree = { .block = NULL };
    if (st >= 0) st = cim__tree_alloc(ctx, &head, &tree);
    if (st >= 0) st = cim__tree_lay(ctx, &tree, source, keys);
    cim__free(ctx->mem, block);
    if (st < 0) cim__tree_free(ctx->mem, &tree);
    else *tree_out = tree;
    return st;
}

cim_status cim__pack_items(cim_ctx *ctx, cim__mem *mem, const cim__index_header *given, const cim__item *items, size_t count, cim__tree *tree_out)
{
    cim_ctx own;
    cim__index_header head = *given;
    cim__source source = { .items = items };
    cim__ibox extent = cim__ibox_nothing;
    head.id_bound = 0;
    for (size_t i = 0; i < count; i++) {
        cim__ibox_join(&extent, &items[i].box);
        if (items[i].id >= head.id_bound) head.id_bound = items[i].id + 1;
    }
    cim__ctx_fork(ctx, &own);
    own.mem = mem;
    own.threads = ctx->threads;
    cim_status st = cim__pack_tree(&own, &head, &source, count, &extent, CIM_INDEX_HILBERT, tree_out);
    cim__ctx_join(ctx, &own);
    return st;
}

cim_status cim__index_of_tree(cim_ctx *ctx, cim__tree *tree, cim_index **index_out)
{
    cim_index *index = cim__zalloc(ctx->mem, sizeof *index);
    if (!index) {
        cim__tree_free(ctx->mem, tree);
        return cim__nomem(ctx);
    }
    index->mem = cim__mem_ref(ctx->mem);
    atomic_init(&index->refs, 1);
    index->own = *tree;
    index->grid = tree->head.grid;
    index->count = tree->head.count;
    index->tree_count = tree->head.count > 0;
    index->trees[0] = &index->own;
    *index_out = index;
    return CIM_OK;
}

static cim_status take_options(cim_ctx *ctx, cim_index_options *options, const cim_index_options *given, size_t count)
{
    CIM__TRY(cim__opts(ctx, options, sizeof *options, given, "index options"));
    if (count > 0xfffffff0u) return cim__fail(ctx, CIM_EARG, "%zu boxes are too many", count);
    if (options->order != CIM_INDEX_HILBERT && options->order != CIM_INDEX_OMT) return cim__fail(ctx, CIM_EARG, "no such order: %d", (int)options->order);
    return CIM_OK;
}

cim_status cim_index_build(cim_ctx *ctx, const cim_box *boxes, size_t count, const cim_index_options *given, cim_index **index_out)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim__index_header head = { .grid = { .step = 1.0, .scale = 1.0 } };
    span e;
    cim__tree tree;
    cim__enter(ctx);
    CIM__TRY(take_options(ctx, &options, given, count));
    CIM__TRY(extent_of(ctx, boxes, options.z, count, &e));
    CIM__TRY(id_bound(ctx, options.ids, count, &head.id_bound));
    if (count) head.grid = cim__grid_for(&e.box, e.min_z, e.max_z);
    head.flags = (options.z ? CIM__HAS_Z : 0u) | (options.classes ? CIM__HAS_CLASSES : 0u);
    quantising q = { boxes, count, head.grid, head.grid.scale, NULL };
    void *block;
    q.to = cim__alloc_big(ctx->mem, (count + 1) * sizeof *q.to, &block);
    if (!q.to) return cim__nomem(ctx);
    cim__source source = { NULL, q.to, options.z, options.classes, options.ids, head.grid };
    cim__ibox around = count ? cim__grid_box(&head.grid, q.scale, &e.box) : cim__ibox_nothing;
    cim_status st = cim__par_run(ctx, (count + BOXES_AT_ONCE - 1) / BOXES_AT_ONCE, "packing boxes", quantise, &q);
    if (st >= 0) st = cim__pack_tree(ctx, &head, &source, count, &around, options.order, &tree);
    cim__free(ctx->mem, block);
    return st < 0 ? st : cim__index_of_tree(ctx, &tree, index_out);
}
