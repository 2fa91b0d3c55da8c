/* nearest.c - the k nearest boxes: what happens at an item, and the public call.  The loops over nodes are in walk.h. */
#include "index/find.h"

/* ---- the heap of the best so far ---- */

static bool farther(const cim__near_item *a, const cim__near_item *b) { return a->distance2 > b->distance2 || (a->distance2 == b->distance2 && a->id > b->id); }

static void sift_down(cim__near_item *heap, size_t count, size_t at, cim__near_item item)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) break;
        if (child + 1 < count && farther(&heap[child + 1], &heap[child])) child++;
        if (!farther(&heap[child], &item)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static void sift_up(cim__near_item *heap, size_t at, cim__near_item item)
{
    for (; at && farther(&item, &heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = item;
}

/* The bits of a float that is not below v >= 0; as numbers they are in the order of the floats. */
static uint32_t bits_up(double v)
{
    float f = v > 3e38 ? HUGE_VALF : (float)v;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return (double)f < v ? bits + 1 : bits;
}

static void keep(cim__near *near, cim__near_item item)
{
    if (near->count < near->k) sift_up(near->best, near->count++, item);
    else if (farther(&near->best[0], &item)) sift_down(near->best, near->k, 0, item);
    else return;
    if (near->count == near->k) near->cut = bits_up(near->best[0].distance2);
}

/* ---- one item ---- */

static double grid_distance2(const cim__near *near, const cim__tree *t, uint32_t node, uint32_t i)
{
    const cim__node *n = &t->nodes[node];
    double dx = cim__range_gap(n->min_x[i], n->max_x[i], near->x0, near->x1), dy = cim__range_gap(n->min_y[i], n->max_y[i], near->y0, near->y1), dz = 0.0;
    if (t->z && near->use_z) dz = cim__range_gap(t->z[node].min_z[i], t->z[node].max_z[i], near->z0, near->z1);
    return dx * dx + dy * dy + dz * dz;
}

/* In grid numbers too, so that distances of all kinds compare. */
static double exact_distance2(const cim__near *near, const cim__tree *t, uint32_t node, uint32_t i, const cim_box *b)
{
    const cim_probe *p = near->probe;
    double scale = near->grid->scale, dx = cim__range_gap(b->min_x, b->max_x, p->x0, p->x1) * scale, dy = cim__range_gap(b->min_y, b->max_y, p->y0, p->y1) * scale, dz = 0.0;
    if (t->z && near->use_z) dz = cim__range_gap(t->z[node].min_z[i], t->z[node].max_z[i], near->z0, near->z1);
    return dx * dx + dy * dy + dz * dz;
}

static bool too_far(const cim__near *near, double d2) { return d2 > near->limit2 || (near->count == near->k && d2 > near->best[0].distance2); }

void cim__near_offer(cim__near *near, const cim__tree *t, uint32_t node, uint32_t slot)
{
    const cim_probe *p = near->probe;
    uint32_t id = t->ids[(size_t)node * CIM__FANOUT + slot];
    double d2 = grid_distance2(near, t, node, slot); /* more than the true one by rounding only */
    if (d2 > near->limit2_out) return;
    if (d2 > near->limit2) d2 = near->limit2;
    if (too_far(near, p->exact || p->measure ? d2 * (1.0 - 1e-6) - 1e-6 : d2)) return;
    if (p->exact && too_far(near, d2 = exact_distance2(near, t, node, slot, &p->exact[id]))) return;
    if (p->accept && !p->accept(p->user, id)) return;
    if (p->measure) {
        double d = p->measure(p->user, id) / near->grid->step;
        d2 = d * d;
        if (!(d2 <= near->limit2) || d == HUGE_VAL) return;
    }
    keep(near, (cim__near_item){ d2, id });
}

void cim__near_far_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT])
{
    for (uint32_t i = 0; i < CIM__FANOUT; i++) {
        double dx = cim__range_gap(n->min_x[i], n->max_x[i], near->x0, near->x1), dy = cim__range_gap(n->min_y[i], n->max_y[i], near->y0, near->y1), dz = 0.0;
        if (z) dz = cim__range_gap(z->min_z[i], z->max_z[i], near->z0, near->z1);
        double low = (dx * dx + dy * dy + dz * dz) * (1.0 - 1e-6);
        float f = low < 3e38 ? (float)low : 3e38f;
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        keys[i] = cim__slot_used(n, i) && (!classes || classes->bits[i] & near->classes) ? (bits & ~15u) | i : UINT32_MAX;
    }
}

/* ---- the public call ---- */

enum { ON_STACK = 64 };

static bool out_of_grid(const cim__ibox *b)
{
    return b->min_x <= -CIM__GRID_END || b->min_y <= -CIM__GRID_END || b->max_x >= CIM__GRID_END || b->max_y >= CIM__GRID_END;
}

static cim__near near_of(const cim_index *index, const cim_probe *p, size_t k, cim__near_item *best)
{
    const cim__grid *g = &index->grid;
    double scale = g->scale, limit = p->distance * scale;
    cim__near near = { .classes = p->classes, .k = k, .best = best, .probe = p, .grid = g, .limit2 = limit * limit, .limit2_out = cim__grid_slack2(limit) };
    near.x0 = (p->x0 - g->origin_x) * scale;
    near.y0 = (p->y0 - g->origin_y) * scale;
    near.x1 = (p->x1 - g->origin_x) * scale;
    near.y1 = (p->y1 - g->origin_y) * scale;
    near.z0 = (p->z0 - g->origin_z) * scale;
    near.z1 = (p->z1 - g->origin_z) * scale;
    near.use_z = p->z0 != -HUGE_VAL || p->z1 != HUGE_VAL;
    near.box = cim__grid_around(g, p->x0, p->y0, p->x1, p->y1);
    near.far = out_of_grid(&near.box);
    if (near.use_z) {
        near.min_z = cim__grid_down(cim__grid_clamp(near.z0));
        near.max_z = cim__grid_up(cim__grid_clamp(near.z1));
        near.far |= near.min_z <= -CIM__GRID_END || near.max_z >= CIM__GRID_END;
    }
    near.cut = bits_up(near.limit2_out);
    return near;
}

/* Nearest first: the heap is taken apart from its top.  Squares that differ may have the same root; those are put in order of their ids. */
static void report(const cim__near *near, uint32_t *ids, double *distances)
{
    cim__near_item *heap = near->best;
    double last = -1.0;
    for (size_t n = near->count; n; n--) {
        cim__near_item farthest = heap[0];
        sift_down(heap, n - 1, 0, heap[n - 1]);
        heap[n - 1] = farthest;
    }
    for (size_t i = 0, equal = 0; i < near->count; i++) {
        double d = sqrt(heap[i].distance2) * near->grid->step;
        size_t at = i;
        if (d != last) equal = i;
        last = d;
        for (; at > equal && ids[at - 1] > heap[i].id; at--) ids[at] = ids[at - 1];
        ids[at] = heap[i].id;
        if (distances) distances[i] = d;
    }
}

cim_status cim__nearest_into(cim_ctx *ctx, const cim_index *index, const cim_probe *p, size_t k, uint32_t *ids, double *distances, size_t *count_out)
{
    cim__near_item local[ON_STACK], *best = local;
    const cim__lanes *lanes = cim__lanes_best();
    if (k > index->count) k = index->count;
    *count_out = 0;
    if (!k) return CIM_OK;
    if (k > ON_STACK && !(best = cim__alloc_n(ctx->mem, k, sizeof *best))) return cim__nomem(ctx);
    cim__near near = near_of(index, p, k, best);
    for (uint32_t i = 0; i < index->tree_count; i++) lanes->nearest(index->trees[i], &near);
    report(&near, ids, distances);
    *count_out = near.count;
    if (best != local) cim__free(ctx->mem, best);
    return CIM_OK;
}

cim_status cim_index_nearest(cim_ctx *ctx, const cim_index *index, const cim_probe *probe, size_t k, uint32_t *ids, double *distances, size_t *count_out)
{
    cim__enter(ctx);
    CIM__TRY(cim__probe_check(ctx, probe, true));
    return cim__nearest_into(ctx, index, probe, k, ids, distances, count_out);
}
