/* run.c - a tree that is edited in place, in two copies that take turns. */
#include "index/live.h"

/* ---- copies ---- */

cim_status cim__copy_new(cim_ctx *ctx, cim__copies *all, cim__tree *tree, cim__copy **copy_out)
{
    cim__copy *copy = cim__zalloc(all->mem, sizeof *copy);
    if (!copy) {
        cim__tree_free(all->mem, tree);
        return cim__nomem(ctx);
    }
    copy->tree = *tree;
    copy->current = true;
    copy->next = all->first;
    all->first = copy;
    *copy_out = copy;
    return CIM_OK;
}

static bool unused(const cim__copy *copy) { return !copy->current && !atomic_load_explicit(&copy->pins, memory_order_acquire); }

void cim__copies_collect(cim__copies *all)
{
    for (cim__copy **at = &all->first; *at;) {
        cim__copy *copy = *at;
        if (!unused(copy)) {
            at = &copy->next;
            continue;
        }
        *at = copy->next;
        cim__tree_free(all->mem, &copy->tree);
        cim__free(all->mem, copy);
    }
}

void cim__copies_free(cim__copies *all)
{
    while (all->first) {
        cim__copy *copy = all->first;
        all->first = copy->next;
        cim__tree_free(all->mem, &copy->tree);
        cim__free(all->mem, copy);
    }
}

static size_t hole_words(const cim__index_header *h) { return (h->count / CIM__FANOUT + 64) / 64; }

static void copy_tree(cim__tree *to, const cim__tree *from)
{
    memcpy(to->nodes, from->nodes, cim__tree_body(&to->head));
    memcpy(to->holes, from->holes, hole_words(&to->head) * sizeof *to->holes);
}

static cim_status copy_of(cim_ctx *ctx, cim__copies *all, const cim__copy *from, cim__copy **copy_out)
{
    cim_ctx own;
    cim__tree tree;
    cim__ctx_fork(ctx, &own); /* memory of the copies outlives the caller's context */
    own.mem = all->mem;
    if (cim__tree_alloc(&own, &from->tree.head, &tree) < 0) return cim__nomem(ctx);
    tree.holes = cim__alloc_n(all->mem, hole_words(&tree.head), sizeof *tree.holes);
    if (!tree.holes) {
        cim__tree_free(all->mem, &tree);
        return cim__nomem(ctx);
    }
    copy_tree(&tree, &from->tree);
    return cim__copy_new(ctx, all, &tree, copy_out);
}

/* ---- one slot, and the boxes above it ---- */

#define EDITED_IDS 0x80000000u /* a tree has fewer nodes: there are at most 2^32 slots */
enum { MOST_EDITS = 2 * CIM__MAX_LEVELS }; /* of one change */

static inline void note(cim__buf *edits, uint32_t node) /* there is room */
{
    memcpy(edits->data + edits->size, &node, sizeof node);
    edits->size += sizeof node;
}

static bool within(const cim__ibox *a, const cim__ibox *b) { return a->min_x >= b->min_x && a->min_y >= b->min_y && a->max_x <= b->max_x && a->max_y <= b->max_y; }
static bool strictly_within(const cim__ibox *a, const cim__ibox *b) { return a->min_x > b->min_x && a->min_y > b->min_y && a->max_x < b->max_x && a->max_y < b->max_y; }
static bool same(const cim__ibox *a, const cim__ibox *b) { return !memcmp(a, b, sizeof *a); }
static int64_t half_perimeter(const cim__ibox *b) { return b->min_x > b->max_x ? 0 : ((int64_t)b->max_x - b->min_x) + ((int64_t)b->max_y - b->min_y); }

/* Boxes of the parents after slot `i` of node `node` (within level 0) went from `old` to `now`.  Returns by how much the leaf grew. */
static int64_t climb(cim__tree *t, uint32_t node, cim__ibox old, cim__ibox now, cim__buf *edits)
{
    const cim__lanes *lanes = cim__lanes_best();
    const uint32_t *start = t->head.level_start;
    int64_t grown = 0;
    for (uint32_t level = 1; level < t->head.levels; level++, node /= CIM__FANOUT) {
        cim__node *parent = &t->nodes[start[level] + node / CIM__FANOUT];
        uint32_t i = node % CIM__FANOUT;
        cim__ibox was = cim__slot_box(parent, i), all = was;
        if (within(&now, &was) && strictly_within(&old, &was)) return grown;
        if (old.min_x > old.max_x) cim__ibox_join(&all, &now); /* the slot was unused: it can only grow */
        else all = lanes->around(&t->nodes[start[level - 1] + node]);
        if (same(&all, &was)) return grown;
        cim__slot_put(parent, i, &all);
        note(edits, start[level] + node / CIM__FANOUT);
        if (level == 1) grown = half_perimeter(&all) - half_perimeter(&was);
        old = was;
        now = all;
    }
    return grown;
}

/* z and classes are summed anew all the way up. */
static void climb_rest(cim__tree *t, uint32_t node, cim__buf *edits)
{
    const uint32_t *start = t->head.level_start;
    for (uint32_t level = 1; level < t->head.levels; level++, node /= CIM__FANOUT) {
        uint32_t child = start[level - 1] + node, parent = start[level] + node / CIM__FANOUT, i = node % CIM__FANOUT, bits = 0;
        int32_t min_z = INT32_MAX, max_z = INT32_MIN;
        for (int k = 0; t->z && k < CIM__FANOUT; k++) {
            if (t->z[child].min_z[k] < min_z) min_z = t->z[child].min_z[k];
            if (t->z[child].max_z[k] > max_z) max_z = t->z[child].max_z[k];
        }
        for (int k = 0; t->classes && k < CIM__FANOUT; k++) bits |= t->classes[child].bits[k];
        if (t->z) {
            t->z[parent].min_z[i] = min_z;
            t->z[parent].max_z[i] = max_z;
        }
        if (t->classes) t->classes[parent].bits[i] = bits;
        note(edits, parent);
    }
}

/* The leaf's box stays as it is when the slot's goes from one to the other: nothing above needs to be looked at, which is most of what a
 * move costs. */
static bool leaf_stays(const cim__node *n, uint32_t i, const cim__ibox *old, const cim__ibox *now)
{
    cim__ibox both = *old;
    cim__ibox_join(&both, now);
    return cim__lanes_best()->covered(n, i, &both);
}

static int64_t tree_set(cim__tree *t, uint32_t slot, const cim__item *item, bool moved, cim__buf *edits)
{
    uint32_t leaf = slot / CIM__FANOUT, i = slot % CIM__FANOUT;
    cim__node *n = &t->nodes[leaf];
    cim__ibox old = cim__slot_box(n, i);
    bool stays = leaf_stays(n, i, &old, &item->box); /* before the slot is written: whole rows are read faster than they are put together */
    cim__slot_put(n, i, &item->box);
    note(edits, moved ? leaf : leaf | EDITED_IDS);
    if (!moved) t->ids[slot] = item->id;
    if (item->id == CIM_NONE) t->holes[leaf / 64] |= (uint64_t)1 << leaf % 64;
    int64_t grown = stays ? 0 : climb(t, leaf, old, item->box, edits);
    if (t->z) {
        t->z[leaf].min_z[i] = item->min_z;
        t->z[leaf].max_z[i] = item->max_z;
    }
    if (t->classes) t->classes[leaf].bits[i] = item->classes;
    if (t->z || t->classes) climb_rest(t, leaf, edits);
    return grown;
}

/* ---- runs ---- */

static double leaf_perimeters(const cim__tree *t)
{
    double sum = 0;
    uint32_t leaves = t->head.levels > 1 ? t->head.level_start[1] : 0;
    for (uint32_t i = 0; i < leaves; i++) {
        cim__ibox b = cim__slot_box(&t->nodes[t->head.level_start[1] + i / CIM__FANOUT], i % CIM__FANOUT);
        sum += (double)half_perimeter(&b);
    }
    return sum;
}

cim_status cim__run_new(cim_ctx *ctx, cim__copies *all, cim__tree *tree, uint32_t fill, cim__run *run)
{
    enum { ROOM_TO_GROW = 4 };
    *run = (cim__run){ .fill = fill };
    run->edits = cim__zalloc(all->mem, sizeof *run->edits);
    tree->holes = run->edits ? cim__zalloc_n(all->mem, hole_words(&tree->head), sizeof *tree->holes) : NULL;
    if (!tree->holes) {
        cim__tree_free(all->mem, tree);
        cim__free(all->mem, run->edits);
        return cim__nomem(ctx);
    }
    *run->edits = cim__buf_on(all->mem);
    run->spread = run->packed_spread = leaf_perimeters(tree);
    run->leaf_limit = tree->head.levels > 1 ? (int64_t)(run->spread / tree->head.level_start[1] * ROOM_TO_GROW) : INT64_MAX;
    cim_status st = cim__copy_new(ctx, all, tree, &run->newest);
    if (st < 0) cim__free(all->mem, run->edits);
    return st;
}

cim_status cim__run_tail(cim_ctx *ctx, cim__copies *all, const cim__index_header *given, cim__run *run)
{
    cim_ctx own;
    cim__index_header head = *given;
    cim__tree tree;
    cim__ctx_fork(ctx, &own);
    own.mem = all->mem;
    head.count = CIM__TAIL;
    cim__tree_levels(&head);
    if (cim__tree_alloc(&own, &head, &tree) < 0) return cim__nomem(ctx);
    for (uint32_t node = 0; node < head.node_count; node++)
        for (uint32_t i = 0; i < CIM__FANOUT; i++) {
            cim__slot_put(&tree.nodes[node], i, &cim__no_item.box);
            if (tree.z) tree.z[node].min_z[i] = INT32_MAX, tree.z[node].max_z[i] = INT32_MIN;
            if (tree.classes) tree.classes[node].bits[i] = 0;
        }
    for (uint32_t i = 0; i < CIM__TAIL; i++) tree.ids[i] = CIM_NONE;
    CIM__TRY(cim__run_new(ctx, all, &tree, 0, run));
    memset(run->newest->tree.holes, 0xff, hole_words(&head) * sizeof(uint64_t));
    run->leaf_limit = INT64_MAX;
    return CIM_OK;
}

/* A small tree is copied as a whole: no edits are kept. */
static bool small(const cim__run *run) { return run->newest->tree.head.count <= CIM__TAIL; }

/* What the spare lacks is copied from the newest. */
static void catch_up(cim__tree *to, const cim__tree *from, const uint32_t *edits, size_t count)
{
    enum { AHEAD = 12 };
    for (size_t i = 0; i < count; i++) {
        uint32_t node = edits[i] & ~EDITED_IDS;
        if (i + AHEAD < count) {
            uint32_t later = edits[i + AHEAD] & ~EDITED_IDS;
            CIM__FETCH_NODE(&to->nodes[later]);
            CIM__FETCH_NODE(&from->nodes[later]);
        }
        to->nodes[node] = from->nodes[node];
        if (to->z) to->z[node] = from->z[node];
        if (to->classes) to->classes[node] = from->classes[node];
        if (!(edits[i] & EDITED_IDS)) continue;
        memcpy(to->ids + (size_t)node * CIM__FANOUT, from->ids + (size_t)node * CIM__FANOUT, CIM__FANOUT * sizeof *to->ids);
        to->holes[node / 64] = from->holes[node / 64];
    }
}

/* The copy that this batch writes: the spare, brought up to date, or a new one when a state still has it. */
static cim_status writable(cim_ctx *ctx, cim__copies *all, cim__run *run, uint64_t batch)
{
    cim__copy *next = run->spare;
    if (run->newest->batch == batch) return CIM_OK;
    if (next && !atomic_load_explicit(&next->pins, memory_order_acquire)) {
        if (small(run)) copy_tree(&next->tree, &run->newest->tree);
        else catch_up(&next->tree, &run->newest->tree, (const uint32_t *)(const void *)run->edits->data, CIM__COUNT(run->edits, uint32_t));
    } else {
        CIM__TRY(copy_of(ctx, all, run->newest, &next));
        if (run->spare) run->spare->current = false;
    }
    run->edits->size = 0;
    run->spare = run->newest;
    run->newest = next;
    next->batch = batch;
    return CIM_OK;
}

cim_status cim__run_edit(cim_ctx *ctx, cim__copies *all, cim__run *run, uint64_t batch, uint32_t slot, const cim__item *item, bool moved)
{
    CIM__TRY(writable(ctx, all, run, batch));
    if (!cim__buf_reserve(run->edits, MOST_EDITS * sizeof(uint32_t))) {
        run->edits->failed = false;
        return cim__nomem(ctx);
    }
    int64_t grown = tree_set(&run->newest->tree, slot, item, moved, run->edits);
    if (grown) run->spread += (double)grown;
    run->dead += item->id == CIM_NONE;
    return CIM_OK;
}

cim__item cim__run_item(const cim__run *run, uint32_t slot)
{
    const cim__tree *t = &run->newest->tree;
    uint32_t leaf = slot / CIM__FANOUT, i = slot % CIM__FANOUT;
    cim__item item = { cim__slot_box(&t->nodes[leaf], i), 0, 0, t->ids[slot], 0 };
    if (t->z) {
        item.min_z = t->z[leaf].min_z[i];
        item.max_z = t->z[leaf].max_z[i];
    }
    if (t->classes) item.classes = t->classes[leaf].bits[i];
    return item;
}

bool cim__run_fits(const cim__run *run, uint32_t slot, const cim__item *item)
{
    const cim__tree *t = &run->newest->tree;
    uint32_t leaf = slot / CIM__FANOUT;
    if (t->head.levels < 2) return true;
    cim__ibox old = cim__slot_box(&t->nodes[leaf], slot % CIM__FANOUT);
    if (leaf_stays(&t->nodes[leaf], slot % CIM__FANOUT, &old, &item->box)) return true;
    cim__ibox leaf_box = cim__slot_box(&t->nodes[t->head.level_start[1] + leaf / CIM__FANOUT], leaf % CIM__FANOUT);
    int64_t now = half_perimeter(&leaf_box);
    cim__ibox_join(&leaf_box, &item->box);
    int64_t then = half_perimeter(&leaf_box);
    return then <= run->leaf_limit || then <= now;
}

void cim__run_drop(cim__copies *all, cim__run *run)
{
    run->newest->current = false;
    if (run->spare) run->spare->current = false;
    cim__buf_free(run->edits);
    cim__free(all->mem, run->edits);
}
