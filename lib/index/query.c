/* query.c - boxes that meet a probe: the search of trees that the fast walk of walk.h does not cover, and the public calls. */
#include "index/find.h"

/* Slots of a node that can hold what is sought. */
static uint32_t candidates(const cim__tree *t, const cim__lanes *lanes, const cim__find *f, uint32_t node)
{
    uint32_t meets = lanes->meets(&t->nodes[node], &f->box);
    if (f->classes && t->classes)
        for (uint32_t m = meets; m; m &= m - 1)
            if (!(t->classes[node].bits[__builtin_ctz(m)] & f->classes)) meets &= ~(m & -m);
    if (t->z)
        for (uint32_t m = meets; m; m &= m - 1) {
            int i = __builtin_ctz(m);
            if (t->z[node].min_z[i] > f->max_z || t->z[node].max_z[i] < f->min_z) meets &= ~(m & -m);
        }
    return meets;
}

static int relate(const cim__tree *t, const cim__find *f, uint32_t node, uint32_t slot, cim__ibox *box_out)
{
    const cim__node *n = &t->nodes[node];
    *box_out = cim__slot_box(n, slot);
    if (!f->relate) return CIM__ACROSS;
    if (!t->z) return f->relate(f, box_out, NULL);
    int32_t z[2] = { t->z[node].min_z[slot], t->z[node].max_z[slot] };
    int how = f->relate(f, box_out, z);
    return how == CIM__WITHIN && (z[0] < f->min_z || z[1] > f->max_z) ? CIM__ACROSS : how;
}

static void see_item(const cim__tree *t, const cim__find *f, cim__hits *h, uint32_t leaf, uint32_t slot)
{
    cim__ibox box;
    uint32_t id = t->ids[(size_t)leaf * CIM__FANOUT + slot];
    int how = relate(t, f, leaf, slot, &box);
    if (how == CIM__APART || (how == CIM__ACROSS && f->decide && !f->decide(f, id))) return;
    if (f->probe->accept && !f->probe->accept(f->probe->user, id)) return;
    cim__hit(h, id);
}

static void walk_related(const cim__tree *t, const cim__find *f, cim__hits *h)
{
    struct {
        uint32_t level, node;
    } stack[CIM__FANOUT * CIM__MAX_LEVELS];
    const cim__index_header *head = &t->head;
    const cim__lanes *lanes = cim__lanes_best();
    bool whole = !f->classes && !f->probe->accept; /* what is inside needs no look at its items */
    size_t top = 0;
    stack[top].level = head->levels - 1;
    stack[top++].node = 0;
    while (top) {
        uint32_t level = stack[--top].level, node = stack[top].node;
        for (uint32_t m = candidates(t, lanes, f, head->level_start[level] + node); m; m &= m - 1) {
            uint32_t slot = (uint32_t)__builtin_ctz(m);
            cim__ibox box;
            if (!level) {
                see_item(t, f, h, node, slot);
                continue;
            }
            int how = relate(t, f, head->level_start[level] + node, slot, &box);
            if (how == CIM__APART) continue;
            if (how == CIM__WITHIN && whole) {
                cim__hit_subtree(h, t, level - 1, node * CIM__FANOUT + slot);
                continue;
            }
            stack[top].level = level - 1;
            stack[top++].node = node * CIM__FANOUT + slot;
        }
    }
}

void cim__find_all(const cim_index *index, const cim__find *f, cim__hits *h)
{
    const cim__lanes *lanes = cim__lanes_best();
    for (uint32_t i = 0; i < index->tree_count; i++) {
        const cim__tree *t = index->trees[i];
        if (f->plain) lanes->walk(t, f, h);
        else if (t->head.levels) walk_related(t, f, h);
    }
}

cim_status cim_index_query(cim_ctx *ctx, const cim_index *index, const cim_probe *probe, uint32_t *ids, size_t cap, size_t *count_out)
{
    cim__hits h = { ids, ids ? cap : 0, 0 };
    cim__enter(ctx);
    CIM__TRY(cim__probe_check(ctx, probe, false));
    cim__find f;
    cim__find_start(&f, index, probe);
    cim__find_all(index, &f, &h);
    *count_out = h.count;
    return CIM_OK;
}
