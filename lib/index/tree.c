/* tree.c - one packed tree: its memory, and laying it out level by level. */
#include "index/tree.h"
#include "core/par.h"
#include "index/lanes.h"

void cim__tree_levels(cim__index_header *head)
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

static size_t padded_ids(const cim__index_header *head) { return ((size_t)head->count + CIM__FANOUT - 1) / CIM__FANOUT * CIM__FANOUT; }

size_t cim__tree_body(const cim__index_header *head)
{
    size_t node = sizeof(cim__node) + (head->flags & CIM__HAS_Z ? sizeof(cim__node_z) : 0) + (head->flags & CIM__HAS_CLASSES ? sizeof(cim__node_classes) : 0);
    return head->node_count * node + padded_ids(head) * sizeof(uint32_t);
}

void cim__tree_point(cim__tree *tree, void *body)
{
    const cim__index_header *h = &tree->head;
    tree->nodes = body;
    char *p = (char *)body + h->node_count * sizeof(cim__node);
    tree->z = h->flags & CIM__HAS_Z ? (cim__node_z *)(void *)p : NULL;
    if (tree->z) p += h->node_count * sizeof(cim__node_z);
    tree->classes = h->flags & CIM__HAS_CLASSES ? (cim__node_classes *)(void *)p : NULL;
    if (tree->classes) p += h->node_count * sizeof(cim__node_classes);
    tree->ids = (uint32_t *)(void *)p;
}

cim_status cim__tree_alloc(cim_ctx *ctx, const cim__index_header *head, cim__tree *tree)
{
    tree->head = *head;
    void *body = cim__alloc_big(ctx->mem, cim__tree_body(head), &tree->block);
    if (!body) return cim__nomem(ctx);
    cim__tree_point(tree, body);
    tree->holes = NULL;
    return CIM_OK;
}

void cim__tree_free(cim__mem *mem, cim__tree *tree)
{
    cim__free(mem, tree->block);
    cim__free(mem, tree->holes);
    tree->block = NULL;
    tree->holes = NULL;
}

/* ---- laying out ---- */

static void set_slot(cim__tree *t, size_t node, uint32_t slot, const cim__item *item)
{
    cim__slot_put(&t->nodes[node], slot, &item->box);
    if (t->z) {
        t->z[node].min_z[slot] = item->min_z;
        t->z[node].max_z[slot] = item->max_z;
    }
    if (t->classes) t->classes[node].bits[slot] = item->classes;
}

static cim__item around_node(const cim__tree *t, const cim__lanes *lanes, size_t node)
{
    cim__item all = cim__no_item;
    all.box = lanes->around(&t->nodes[node]);
    for (int i = 0; t->z && i < CIM__FANOUT; i++) {
        if (t->z[node].min_z[i] < all.min_z) all.min_z = t->z[node].min_z[i];
        if (t->z[node].max_z[i] > all.max_z) all.max_z = t->z[node].max_z[i];
    }
    for (int i = 0; t->classes && i < CIM__FANOUT; i++) all.classes |= t->classes[node].bits[i];
    return all;
}

enum { LEAVES_AT_ONCE = 4096, AHEAD = 24 };

typedef struct laying {
    cim__tree *tree;
    const cim__source *source;
    const uint64_t *order;
} laying;

static cim_status lay_leaves(cim_ctx *ctx, uint32_t worker, size_t chunk, void *user)
{
    const laying *l = user;
    cim__tree *t = l->tree;
    size_t count = t->head.count, end = (chunk + 1) * LEAVES_AT_ONCE * CIM__FANOUT, slots = padded_ids(&t->head);
    (void)ctx;
    (void)worker;
    if (end > slots) end = slots;
    for (size_t i = chunk * LEAVES_AT_ONCE * CIM__FANOUT; i < end; i++) {
        if (i + AHEAD < count) __builtin_prefetch(cim__source_at(l->source, (uint32_t)l->order[i + AHEAD]));
        cim__item item = i < count ? cim__source_item(l->source, (uint32_t)l->order[i]) : cim__no_item;
        t->ids[i] = item.id;
        set_slot(t, i / CIM__FANOUT, i % CIM__FANOUT, &item);
    }
    return CIM_OK;
}

static void lay_parents(cim__tree *t)
{
    const cim__index_header *h = &t->head;
    const cim__lanes *lanes = cim__lanes_best();
    for (uint32_t level = 1; level < h->levels; level++) {
        uint32_t children = h->level_start[level] - h->level_start[level - 1], nodes = h->level_start[level + 1] - h->level_start[level];
        for (uint32_t i = 0; i < nodes * CIM__FANOUT; i++) {
            cim__item all = i < children ? around_node(t, lanes, h->level_start[level - 1] + i) : cim__no_item;
            set_slot(t, h->level_start[level] + i / CIM__FANOUT, i % CIM__FANOUT, &all);
        }
    }
}

cim_status cim__tree_lay(cim_ctx *ctx, cim__tree *tree, const cim__source *source, const uint64_t *order)
{
    laying l = { tree, source, order };
    size_t leaves = padded_ids(&tree->head) / CIM__FANOUT;
    CIM__TRY(cim__par_run(ctx, (leaves + LEAVES_AT_ONCE - 1) / LEAVES_AT_ONCE, "packing boxes", lay_leaves, &l));
    lay_parents(tree);
    return CIM_OK;
}

/* ---- what is in a tree ---- */

cim__ibox cim__tree_box(const cim__tree *tree)
{
    return tree->head.count ? cim__lanes_best()->around(&tree->nodes[tree->head.node_count - 1]) : cim__ibox_nothing;
}

void cim__tree_z_range(const cim__tree *tree, int32_t *min_out, int32_t *max_out)
{
    cim__item all = tree->head.count ? around_node(tree, cim__lanes_best(), tree->head.node_count - 1) : cim__no_item;
    *min_out = all.min_z;
    *max_out = all.max_z;
}

size_t cim__tree_items(const cim__tree *tree, cim__item *items)
{
    size_t n = 0;
    for (size_t i = 0; i < tree->head.count; i++) {
        const cim__node *node = &tree->nodes[i / CIM__FANOUT];
        uint32_t s = i % CIM__FANOUT;
        if (tree->ids[i] == CIM_NONE) continue;
        items[n] = (cim__item){ cim__slot_box(node, s), 0, 0, tree->ids[i], 0 };
        if (tree->z) {
            items[n].min_z = tree->z[i / CIM__FANOUT].min_z[s];
            items[n].max_z = tree->z[i / CIM__FANOUT].max_z[s];
        }
        if (tree->classes) items[n].classes = tree->classes[i / CIM__FANOUT].bits[s];
        n++;
    }
    return n;
}
