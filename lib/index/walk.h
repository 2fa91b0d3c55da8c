/* walk.h - the loops over nodes, compiled in each lanes_*.c.  That file defines before:
 *
 *   LANES(name)                                     its own name of a function
 *   lanes_meets(node, box)                          a bit for every slot that meets the box
 *   lanes_inside(node, box)                         the same: that lies inside; unused slots as they come
 *   lanes_keys(near, node, z, classes, keys)        for every slot the bits of a float not above the squared distance, slot number in
 *                                                   the low four bits; ~0 for unused slots and, unless classes is NULL, those without
 *                                                   a class that is wanted
 *   lanes_least(keys)                               the least of 16 keys
 *   lanes_within(keys, cut)                         bit i: keys[i] without its slot number is at most cut
 *   lanes_around(node)                              the box around all slots
 *   lanes_covered(node, others, box)                on each side one of the other slots (a bit each) reaches as far as the box
 *   lanes_emit(hits, ids, mask)                     collects ids[i] for every bit; there is room for 16 more */

/* Pending nodes: their level and number within the level.  At most 15 siblings a level wait. */
typedef struct pending {
    uint32_t level, node;
} pending;

static inline uint32_t decided(const cim__find *f, const cim__node *n, const uint32_t *ids, uint32_t meets)
{
    for (uint32_t m = meets & ~lanes_meets(n, &f->sure); m; m &= m - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(m);
        if (!f->decide(f, ids[i])) meets &= ~(1u << i);
    }
    return meets;
}

/* Memory is slower than all comparisons: what is found on the way down waits in two rings while it is fetched, leaves to be looked at and
 * runs of ids to be copied. */
enum { LEAVES = 16, RUNS = 8, FETCHED_LINES = 16, IDS_PER_LINE = 16 };

typedef struct walking {
    const cim__tree *tree;
    const cim__find *find;
    cim__ibox box, sure; /* copies, which the compiler may keep in registers */
    cim__hits hits;
    uint32_t leaf[LEAVES], leaf_in, leaf_out;
    size_t run_start[RUNS], run_count[RUNS];
    uint32_t run_in, run_out;
} walking;

static inline void look_at_leaf(walking *w)
{
    uint32_t node = w->leaf[w->leaf_out++ % LEAVES];
    const cim__node *n = &w->tree->nodes[node];
    const uint32_t *ids = w->tree->ids + (size_t)node * CIM__FANOUT;
    cim__hits *h = &w->hits;
    uint32_t meets = lanes_meets(n, &w->box);
    if (w->find->decide) meets = decided(w->find, n, ids, meets);
    if (h->count + CIM__FANOUT <= h->cap) lanes_emit(h, ids, meets);
    else if (h->count >= h->cap) h->count += (size_t)__builtin_popcount(meets);
    else
        for (; meets; meets &= meets - 1) cim__hit(h, ids[__builtin_ctz(meets)]);
}

static inline void take_leaf(walking *w, uint32_t node)
{
    if (w->leaf_in - w->leaf_out == LEAVES) look_at_leaf(w);
    CIM__FETCH_NODE(&w->tree->nodes[node]);
    if (w->hits.cap) __builtin_prefetch(w->tree->ids + (size_t)node * CIM__FANOUT);
    w->leaf[w->leaf_in++ % LEAVES] = node;
}

/* A row at a time, which is quicker than asking memcpy() for some rows; there is room for 16 more, also to read. */
static inline void copy_rows(cim__hits *h, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i += CIM__FANOUT) memcpy(h->ids + h->count + i, ids + i, CIM__FANOUT * sizeof *ids);
    h->count += count;
}

static inline void copy_run(walking *w)
{
    size_t start = w->run_start[w->run_out % RUNS], count = w->run_count[w->run_out % RUNS];
    cim__hits *h = &w->hits;
    w->run_out++;
    if (w->tree->holes || h->count + count + CIM__FANOUT > h->cap) cim__hit_range(h, w->tree, start, count);
    else copy_rows(h, w->tree->ids + start, count);
}

/* Children that lie inside, neighbours together. */
static inline void take_inside(walking *w, uint32_t level, uint32_t first_child, uint32_t inside)
{
    while (inside) {
        uint32_t from = (uint32_t)__builtin_ctz(inside), run = (uint32_t)__builtin_ctz(~(inside >> from));
        size_t start = (size_t)(first_child + from) << 4 * level, end = (size_t)(first_child + from + run) << 4 * level;
        if (end > w->tree->head.count) end = w->tree->head.count;
        if (w->run_in - w->run_out == RUNS) copy_run(w);
        for (size_t i = 0; w->hits.cap && i < FETCHED_LINES && start + i * IDS_PER_LINE < end; i++) __builtin_prefetch(w->tree->ids + start + i * IDS_PER_LINE);
        w->run_start[w->run_in % RUNS] = start;
        w->run_count[w->run_in++ % RUNS] = end - start;
        inside &= ~0u << (from + run);
    }
}

static void LANES(walk)(const cim__tree *t, const cim__find *f, cim__hits *hits)
{
    pending stack[CIM__FANOUT * CIM__MAX_LEVELS];
    const cim__index_header *head = &t->head;
    walking w;
    size_t top = 0;
    if (!head->levels) return;
    w.tree = t;
    w.find = f;
    w.box = f->box;
    w.sure = f->sure;
    w.hits = *hits;
    w.leaf_in = w.leaf_out = w.run_in = w.run_out = 0;
    if (head->levels == 1) take_leaf(&w, 0);
    else stack[top++] = (pending){ head->levels - 1, 0 };
    while (top) {
        pending p = stack[--top];
        uint32_t first_child = p.node * CIM__FANOUT;
        const cim__node *n = &t->nodes[head->level_start[p.level] + p.node], *children = &t->nodes[head->level_start[p.level - 1] + first_child];
        uint32_t meets = lanes_meets(n, &w.box), inside = meets ? meets & lanes_inside(n, &w.sure) : 0;
        if (inside) take_inside(&w, p.level, first_child, inside);
        for (uint32_t m = meets & ~inside; m; m &= m - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(m);
            if (p.level == 1) {
                take_leaf(&w, first_child + i);
                continue;
            }
            CIM__FETCH_NODE(children + i);
            stack[top++] = (pending){ p.level - 1, first_child + i };
        }
    }
    while (w.leaf_out != w.leaf_in) look_at_leaf(&w);
    while (w.run_out != w.run_in) copy_run(&w);
    *hits = w.hits;
}

/* ---- 16 windows that lie near each other: the way down is gone once for all of them ---- */

typedef struct pending16 {
    uint32_t level, node, windows; /* a bit for every window that meets the node */
} pending16;

static inline void look_for_each(const cim__tree *t, cim__group *g, uint32_t node, uint32_t windows)
{
    const cim__node *n = &t->nodes[node];
    const uint32_t *ids = t->ids + (size_t)node * CIM__FANOUT;
    for (; windows; windows &= windows - 1) {
        uint32_t w = (uint32_t)__builtin_ctz(windows);
        cim__hits *h = &g->hits[w];
        uint32_t meets = lanes_meets(n, &g->find[w].box);
        if (g->find[w].decide) meets = decided(&g->find[w], n, ids, meets);
        if (h->count + CIM__FANOUT <= h->cap) lanes_emit(h, ids, meets);
        else h->count += (size_t)__builtin_popcount(meets) + (h->cap ? h->cap : 0); /* too many: the window will be asked alone */
    }
}

/* Windows that hold a child wholly get all below it.  A slot meets a reversed box when it holds the box. */
static inline uint32_t hold_child(const cim__tree *t, cim__group *g, uint32_t level, uint32_t child, const cim__ibox *box, uint32_t windows)
{
    cim__ibox reversed = { box->max_x, box->max_y, box->min_x, box->min_y };
    uint32_t hold = windows & lanes_meets(&g->sure, &reversed);
    for (uint32_t m = hold; m; m &= m - 1) cim__hit_subtree(&g->hits[__builtin_ctz(m)], t, level, child);
    return windows & ~hold;
}

static void LANES(walk16)(const cim__tree *t, cim__group *g)
{
    pending16 stack[CIM__FANOUT * CIM__MAX_LEVELS];
    const cim__index_header *head = &t->head;
    const cim__ibox all = lanes_around(&g->windows);
    size_t top = 0;
    if (!head->levels) return;
    stack[top++] = (pending16){ head->levels - 1, 0, g->used };
    while (top) {
        pending16 p = stack[--top];
        if (!p.level) {
            look_for_each(t, g, p.node, p.windows);
            continue;
        }
        const cim__node *n = &t->nodes[head->level_start[p.level] + p.node];
        for (uint32_t m = lanes_meets(n, &all); m; m &= m - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(m), child = p.node * CIM__FANOUT + i;
            cim__ibox box = cim__slot_box(n, i);
            uint32_t windows = p.windows & lanes_meets(&g->windows, &box);
            if (windows && box.min_x >= all.min_x && box.max_x <= all.max_x) windows = hold_child(t, g, p.level - 1, child, &box, windows);
            if (!windows) continue;
            CIM__FETCH_NODE(&t->nodes[head->level_start[p.level - 1] + child]);
            if (p.level == 1) __builtin_prefetch(t->ids + (size_t)child * CIM__FANOUT);
            stack[top++] = (pending16){ p.level - 1, child, windows };
        }
    }
}

/* ---- nearest ---- */

static inline void near_keys(const cim__tree *t, const cim__near *near, uint32_t node, uint32_t keys[CIM__FANOUT])
{
    const cim__node *n = &t->nodes[node];
    const cim__node_z *z = t->z && near->use_z ? &t->z[node] : NULL;
    const cim__node_classes *classes = t->classes && near->classes ? &t->classes[node] : NULL;
    if (near->far) cim__near_far_keys(near, n, z, classes, keys);
    else lanes_keys(near, n, z, classes, keys);
}

static void near_leaf(const cim__tree *t, cim__near *near, uint32_t node)
{
    _Alignas(64) uint32_t keys[CIM__FANOUT];
    near_keys(t, near, node, keys);
    uint32_t within = lanes_within(keys, near->cut);
    if (near->probe->exact)
        for (uint32_t m = within; m; m &= m - 1) __builtin_prefetch(&near->probe->exact[t->ids[(size_t)node * CIM__FANOUT + (uint32_t)__builtin_ctz(m)]]);
    for (uint32_t m = within; m; m &= m - 1) {
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
static bool LANES(covered)(const cim__node *n, uint32_t slot, const cim__ibox *box) { return lanes_covered(n, 0xffff & ~(1u << slot), box); }

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
