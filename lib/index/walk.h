/* walk.h - the loops over nodes, compiled in each lanes_*.c.  That file defines before:
 *
 *   LANES(name)                                     its own name of a function
 *   lanes_meets(node, box)                          a bit for every slot that meets the box
 *   lanes_inside(node, box)                         the same: that lies inside; unused slots as they come
 *   lanes_classes(classes, wanted)                  the same: slots with one of the classes
 *   lanes_keys(near, node, z, keys)                 for every slot the bits of a float not above the squared distance, slot number in
 *                                                   the low four bits; unused slots ~0
 *   lanes_least(keys)                               the least of 16 keys
 *   lanes_within(keys, cut)                         bit i: keys[i] without its slot number is at most cut
 *   lanes_around(node)                              the box around all slots
 *   lanes_emit(hits, ids, mask)                     collects ids[i] for every bit; there is room for 16 more
 *   lanes_copy(hits, ids, count)                    collects count ids; there is room for 16 more than that, also to read
 *                                                   up to the next multiple of 16 */

/* Pending nodes: their level and number within the level.  At most 15 siblings a level wait. */
typedef struct pending {
    uint32_t level, node;
} pending;

static inline uint32_t decided(const cim__find *f, const cim__node *n, const uint32_t *ids, uint32_t meets)
{
    for (uint32_t m = meets & ~lanes_meets(n, &f->sure); m; m &= m - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(m);
        cim__ibox box = { n->min_x[i], n->min_y[i], n->max_x[i], n->max_y[i] };
        if (!f->decide(f, ids[i], &box)) meets &= ~(1u << i);
    }
    return meets;
}

static inline void walk_leaf(const cim__tree *t, const cim__find *f, const cim__ibox *box, cim__hits *h, uint32_t node)
{
    const uint32_t *ids = t->ids + (size_t)node * CIM__FANOUT;
    uint32_t meets = lanes_meets(&t->nodes[node], box);
    if (f->decide) meets = decided(f, &t->nodes[node], ids, meets);
    if (h->count + CIM__FANOUT <= h->cap) lanes_emit(h, ids, meets);
    else if (h->count >= h->cap) h->count += (size_t)__builtin_popcount(meets);
    else
        for (; meets; meets &= meets - 1) cim__hit(h, ids[__builtin_ctz(meets)]);
}

/* Children that lie inside, neighbours together. */
static inline void walk_inside(const cim__tree *t, cim__hits *h, uint32_t level, uint32_t first_child, uint32_t inside)
{
    while (inside) {
        uint32_t from = (uint32_t)__builtin_ctz(inside), run = (uint32_t)__builtin_ctz(~(inside >> from));
        size_t start = (size_t)(first_child + from) << 4 * level, end = (size_t)(first_child + from + run) << 4 * level;
        if (end > t->head.count) end = t->head.count;
        if (t->holes || h->count + (end - start) + CIM__FANOUT > h->cap) cim__hit_range(h, t, start, end - start);
        else lanes_copy(h, t->ids + start, end - start);
        inside &= ~0u << (from + run);
    }
}

static void LANES(walk)(const cim__tree *t, const cim__find *f, cim__hits *hits)
{
    pending stack[CIM__FANOUT * CIM__MAX_LEVELS];
    const cim__index_header *head = &t->head;
    const cim__ibox box = f->box, sure = f->sure; /* copies, which the compiler may keep in registers */
    cim__hits h = *hits;
    size_t top = 0;
    if (!head->levels) return;
    stack[top++] = (pending){ head->levels - 1, 0 };
    while (top) {
        pending p = stack[--top];
        if (!p.level) {
            walk_leaf(t, f, &box, &h, p.node);
            continue;
        }
        uint32_t first_child = p.node * CIM__FANOUT;
        const cim__node *n = &t->nodes[head->level_start[p.level] + p.node], *children = &t->nodes[head->level_start[p.level - 1] + first_child];
        uint32_t meets = lanes_meets(n, &box), inside = meets ? meets & lanes_inside(n, &sure) : 0;
        if (inside) walk_inside(t, &h, p.level, first_child, inside);
        for (uint32_t m = meets & ~inside; m; m &= m - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(m);
            CIM__FETCH_NODE(children + i);
            if (p.level == 1) __builtin_prefetch(t->ids + (size_t)(first_child + i) * CIM__FANOUT);
            stack[top++] = (pending){ p.level - 1, first_child + i };
        }
    }
    *hits = h;
}

/* ---- nearest ---- */

static inline void near_keys(const cim__tree *t, const cim__near *near, uint32_t node, uint32_t keys[CIM__FANOUT])
{
    const cim__node *n = &t->nodes[node];
    const cim__node_z *z = t->z && near->use_z ? &t->z[node] : NULL;
    if (near->far) cim__near_far_keys(near, n, z, keys);
    else lanes_keys(near, n, z, keys);
    if (near->classes && t->classes)
        for (uint32_t m = 0xffff & ~lanes_classes(&t->classes[node], near->classes); m; m &= m - 1) keys[__builtin_ctz(m)] = UINT32_MAX;
}

static void near_leaf(const cim__tree *t, cim__near *near, uint32_t node)
{
    _Alignas(64) uint32_t keys[CIM__FANOUT];
    near_keys(t, near, node, keys);
    for (uint32_t m = lanes_within(keys, near->cut); m; m &= m - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(m);
        if ((keys[i] & ~15u) <= near->cut) cim__near_offer(near, t, node, i);
    }
}

/* Depth first; `keys` of a level are those children of the node being visited there that still wait. */
static void LANES(nearest)(const cim__tree *t, cim__near *near)
{
    _Alignas(64) uint32_t keys[CIM__MAX_LEVELS][CIM__FANOUT];
    uint32_t node[CIM__MAX_LEVELS];
    const cim__index_header *head = &t->head;
    uint32_t level = head->levels - 1;
    if (!head->levels) return;
    if (!level) {
        near_leaf(t, near, 0);
        return;
    }
    node[level] = 0;
    near_keys(t, near, head->level_start[level], keys[level]);
    for (;;) {
        uint32_t least = lanes_least(keys[level]), slot = least & 15;
        if (least == UINT32_MAX || (least & ~15u) > near->cut) {
            if (++level == head->levels) return;
            continue;
        }
        uint32_t child = node[level] * CIM__FANOUT + slot;
        keys[level][slot] = UINT32_MAX;
        if (level == 1) {
            near_leaf(t, near, child);
            continue;
        }
        node[--level] = child;
        near_keys(t, near, head->level_start[level] + child, keys[level]);
    }
}

static uint32_t LANES(meets)(const cim__node *n, const cim__ibox *box) { return lanes_meets(n, box); }
static cim__ibox LANES(around)(const cim__node *n) { return lanes_around(n); }

/* ---- the Hilbert curve, bit by bit from the top: the quadrant gives two bits of the place, then the square is mirrored and turned so
 * that the quadrant looks like the whole.  Without branches, for 16 points side by side. ---- */

typedef uint32_t LANES(words) __attribute__((vector_size(4 * CIM__FANOUT)));

static void LANES(places)(const uint32_t xs[CIM__FANOUT], const uint32_t ys[CIM__FANOUT], uint32_t places[CIM__FANOUT])
{
    LANES(words) x, y, place = { 0 };
    memcpy(&x, xs, sizeof x);
    memcpy(&y, ys, sizeof y);
    for (int bit = 15; bit >= 0; bit--) {
        LANES(words) right = x >> bit & 1, lower = ~(y >> bit) & 1, mirror = -(right & lower), turn = (x ^ y) & -lower;
        place = place << 2 | (right << 1 | (right ^ lower ^ 1));
        x ^= mirror ^ turn;
        y ^= mirror ^ turn;
    }
    memcpy(places, &place, sizeof place);
}
