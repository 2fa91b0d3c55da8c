/* join.c - all pairs of boxes of two indexes, by going down both trees together (T. Brinkhoff, H.-P. Kriegel, B. Seeger, "Efficient
 * processing of spatial joins using R-trees", SIGMOD 1993). */
#include "core/par.h"
#include "index/find.h"

/* A node of each tree. */
typedef struct pair {
    uint32_t level_a, node_a, level_b, node_b;
} pair;

typedef struct joining {
    const cim__tree *a, *b;
    bool same;          /* one tree with itself: each pair once */
    bool keep;
    double distance;    /* in numbers of b's grid */
    double slack;       /* of the rounding from grid to grid */
    double scale, shift_x, shift_y, scale_z, shift_z; /* a's numbers to b's */
    bool use_z;
    const cim__lanes *lanes;
    const pair *work;
    cim__buf *found;    /* of each piece of work: pairs of ids */
    size_t *counts;
} joining;

static const cim__node *node_of(const cim__tree *t, uint32_t level, uint32_t node) { return &t->nodes[t->head.level_start[level] + node]; }

/* A box of a, rounded outwards to b's grid and grown by the distance. */
static cim__ibox in_b(const joining *j, cim__ibox a)
{
    double d = j->distance + j->slack;
    if (d == 0.0) return a;
    return (cim__ibox){ cim__grid_down(cim__grid_clamp(a.min_x * j->scale + j->shift_x - d)), cim__grid_down(cim__grid_clamp(a.min_y * j->scale + j->shift_y - d)),
                        cim__grid_up(cim__grid_clamp(a.max_x * j->scale + j->shift_x + d)), cim__grid_up(cim__grid_clamp(a.max_y * j->scale + j->shift_y + d)) };
}

/* With a distance the corners of the grown box are too far. */
static bool near_enough(const joining *j, const cim__node *na, uint32_t i, const cim__node *nb, uint32_t k)
{
    if (j->distance == 0.0) return true;
    double dx = cim__range_gap(na->min_x[i] * j->scale + j->shift_x, na->max_x[i] * j->scale + j->shift_x, nb->min_x[k], nb->max_x[k]);
    double dy = cim__range_gap(na->min_y[i] * j->scale + j->shift_y, na->max_y[i] * j->scale + j->shift_y, nb->min_y[k], nb->max_y[k]);
    double most = j->distance + j->slack;
    return dx * dx + dy * dy <= most * most * (1.0 + 1e-12);
}

static bool meets_in_z(const joining *j, uint32_t leaf_a, uint32_t i, uint32_t leaf_b, uint32_t k)
{
    if (!j->use_z) return true;
    const cim__node_z *a = &j->a->z[leaf_a], *b = &j->b->z[leaf_b];
    return a->min_z[i] * j->scale + j->shift_z <= b->max_z[k] + 1.0 && a->max_z[i] * j->scale + j->shift_z >= b->min_z[k] - 1.0;
}

static cim_status join_leaves(cim_ctx *ctx, const joining *j, const pair *p, cim__buf *found, size_t *count)
{
    const cim__node *na = node_of(j->a, 0, p->node_a), *nb = node_of(j->b, 0, p->node_b);
    bool own = j->same && p->node_a == p->node_b;
    for (uint32_t i = 0; i < CIM__FANOUT; i++) {
        if (!cim__slot_used(na, i)) continue;
        cim__ibox box = in_b(j, cim__slot_box(na, i));
        uint32_t meets = j->lanes->meets(nb, &box);
        if (own) meets &= ~((2u << i) - 1);
        for (; meets; meets &= meets - 1) {
            uint32_t k = (uint32_t)__builtin_ctz(meets);
            if (!near_enough(j, na, i, nb, k) || !meets_in_z(j, p->node_a, i, p->node_b, k)) continue;
            ++*count;
            if (!j->keep) continue;
            uint32_t *pair_of = cim__buf_extend(found, 2 * sizeof(uint32_t));
            if (!pair_of) return cim__nomem(ctx);
            pair_of[0] = j->a->ids[(size_t)p->node_a * CIM__FANOUT + i];
            pair_of[1] = j->b->ids[(size_t)p->node_b * CIM__FANOUT + k];
        }
    }
    return CIM_OK;
}

typedef cim_status (*pair_fn)(cim_ctx *ctx, const joining *j, const pair *p, void *user);

/* Calls fn for a node of a (numbers of `next`) with those of b's children that meet its box; the first ones may have had their turn. */
static cim_status each_of_b(cim_ctx *ctx, const joining *j, const pair *p, const cim__ibox *box, pair next, uint32_t first, pair_fn fn, void *user)
{
    next.level_b = p->level_b - 1;
    for (uint32_t m = j->lanes->meets(node_of(j->b, p->level_b, p->node_b), box) & ~((1u << first) - 1); m; m &= m - 1) {
        next.node_b = p->node_b * CIM__FANOUT + (uint32_t)__builtin_ctz(m);
        CIM__TRY(fn(ctx, j, &next, user));
    }
    return CIM_OK;
}

/* Calls fn for the pairs of children (of the higher node only, when one is higher) that meet. */
static cim_status each_child_pair(cim_ctx *ctx, const joining *j, const pair *p, pair_fn fn, void *user)
{
    const cim__node *na = node_of(j->a, p->level_a, p->node_a);
    bool own = j->same && p->node_a == p->node_b;
    if (p->level_a < p->level_b) {
        cim__ibox box = in_b(j, j->lanes->around(na));
        return each_of_b(ctx, j, p, &box, *p, 0, fn, user);
    }
    cim__ibox around_b = j->lanes->around(node_of(j->b, p->level_b, p->node_b));
    for (uint32_t i = 0; i < CIM__FANOUT; i++) {
        if (!cim__slot_used(na, i)) continue;
        cim__ibox box = in_b(j, cim__slot_box(na, i));
        pair next = { p->level_a - 1, p->node_a * CIM__FANOUT + i, p->level_b, p->node_b };
        if (p->level_a == p->level_b) CIM__TRY(each_of_b(ctx, j, p, &box, next, own ? i : 0, fn, user));
        else if (cim__ibox_meets(&box, &around_b)) CIM__TRY(fn(ctx, j, &next, user));
    }
    return CIM_OK;
}

typedef struct collecting {
    cim__buf *found;
    size_t count;
} collecting;

static cim_status descend(cim_ctx *ctx, const joining *j, const pair *p, void *user)
{
    collecting *c = user;
    if (!p->level_a && !p->level_b) return join_leaves(ctx, j, p, c->found, &c->count);
    return each_child_pair(ctx, j, p, descend, user);
}

/* ---- the work in pieces: pairs of nodes some levels down ---- */

static cim_status add_work(cim_ctx *ctx, const joining *j, const pair *p, void *user)
{
    pair *at = CIM__PUSH((cim__buf *)user, pair);
    (void)j;
    if (!at) return cim__nomem(ctx);
    *at = *p;
    return CIM_OK;
}

enum { PIECES = 256 };

static cim_status split(cim_ctx *ctx, const joining *j, cim__buf *work)
{
    pair root = { j->a->head.levels - 1, 0, j->b->head.levels - 1, 0 };
    CIM__TRY(add_work(ctx, j, &root, work));
    for (int rounds = 0; rounds < CIM__MAX_LEVELS && CIM__COUNT(work, pair) < PIECES; rounds++) {
        cim__buf next = cim__buf_on(ctx->mem);
        cim_status st = CIM_OK;
        bool split_any = false;
        for (size_t i = 0; i < CIM__COUNT(work, pair) && st >= 0; i++) {
            const pair p = CIM__AT(work, pair, i);
            bool leaves = !p.level_a && !p.level_b;
            split_any |= !leaves;
            st = leaves ? add_work(ctx, j, &p, &next) : each_child_pair(ctx, j, &p, add_work, &next);
        }
        cim__buf_free(work);
        *work = next;
        if (st < 0) return st;
        if (!split_any) break;
    }
    return CIM_OK;
}

static cim_status join_piece(cim_ctx *ctx, uint32_t worker, size_t piece, void *user)
{
    const joining *j = user;
    collecting c = { &j->found[piece], 0 };
    (void)worker;
    cim_status st = descend(ctx, j, &j->work[piece], &c);
    j->counts[piece] = c.count;
    return st;
}

static cim_status join_work(cim_ctx *ctx, joining *j, const cim__buf *work, cim__buf *pairs, size_t *count)
{
    size_t pieces = CIM__COUNT(work, pair);
    j->work = (const pair *)(const void *)work->data;
    j->found = cim__alloc_n(ctx->mem, pieces + 1, sizeof *j->found);
    j->counts = cim__zalloc_n(ctx->mem, pieces + 1, sizeof *j->counts);
    for (size_t i = 0; j->found && i < pieces; i++) j->found[i] = cim__buf_on(ctx->mem);
    cim_status st = j->found && j->counts ? cim__par_run(ctx, pieces, "joining", join_piece, j) : cim__nomem(ctx);
    for (size_t i = 0; j->found && i < pieces; i++) {
        if (st >= 0) cim__buf_put(pairs, j->found[i].data, j->found[i].size);
        if (st >= 0) *count += j->counts[i];
        cim__buf_free(&j->found[i]);
    }
    cim__free(ctx->mem, j->found);
    cim__free(ctx->mem, j->counts);
    return st >= 0 && pairs->failed ? cim__nomem(ctx) : st;
}

static cim_status join_trees(cim_ctx *ctx, const cim_index *ia, const cim__tree *a, const cim_index *ib, const cim__tree *b, double distance, cim__buf *pairs, bool keep,
                             size_t *count)
{
    const cim__grid *ga = &ia->grid, *gb = &ib->grid;
    double step = gb->step;
    joining j = { .a = a, .b = b, .same = a == b, .keep = keep, .distance = distance / step, .scale = ga->step / step, .lanes = cim__lanes_best() };
    j.shift_x = (ga->origin_x - gb->origin_x) / step;
    j.shift_y = (ga->origin_y - gb->origin_y) / step;
    j.shift_z = (ga->origin_z - gb->origin_z) / step;
    j.slack = memcmp(ga, gb, sizeof *ga) ? 1.0 : 0.0;
    j.use_z = a->z && b->z;
    cim__buf work = cim__buf_on(ctx->mem);
    cim_status st = split(ctx, &j, &work);
    if (st >= 0) st = join_work(ctx, &j, &work, pairs, count);
    cim__buf_free(&work);
    return st;
}

cim_status cim_index_join(cim_ctx *ctx, const cim_index *a, const cim_index *b, double distance, cim_buf *pairs_out, size_t *count_out)
{
    cim__buf pairs = cim__buf_on(ctx->mem);
    cim_status st = CIM_OK;
    size_t count = 0;
    cim__enter(ctx);
    if (!(distance >= 0.0) || !isfinite(distance)) return cim__fail(ctx, CIM_EARG, "the distance is negative or not finite");
    for (uint32_t i = 0; i < a->tree_count && st >= 0; i++)
        for (uint32_t k = a == b ? i : 0; k < b->tree_count && st >= 0; k++)
            if (a->trees[i]->head.levels && b->trees[k]->head.levels) st = join_trees(ctx, a, a->trees[i], b, b->trees[k], distance, &pairs, pairs_out != NULL, &count);
    if (st >= 0 && pairs_out && !cim__buf_give(&pairs, pairs_out)) st = cim__nomem(ctx);
    if (st < 0 || !pairs_out) cim__buf_free(&pairs);
    if (st >= 0) *count_out = count;
    return st;
}
