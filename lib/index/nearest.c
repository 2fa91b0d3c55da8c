/* nearest.c - k nearest boxes: depth first, children in order of distance, cut off at the k-th best. */
#include "index/tree.h"

#include <math.h>

typedef struct found {
    double distance2;
    uint32_t id;
} found;

typedef struct search {
    const cim_index *index;
    double x, y; /* in grid numbers */
    double limit2;
    size_t k, count;
    found *best; /* ascending */
} search;

static bool closer(double d, uint32_t id, const found *f) { return d < f->distance2 || (d == f->distance2 && id < f->id); }

static double cutoff(const search *s) { return s->count == s->k ? s->best[s->k - 1].distance2 : s->limit2; }

static void offer(search *s, double distance2, uint32_t id)
{
    if (distance2 > s->limit2) return;
    if (s->count == s->k && !closer(distance2, id, &s->best[s->k - 1])) return;
    size_t at = s->count < s->k ? s->count++ : s->k - 1;
    for (; at && closer(distance2, id, &s->best[at - 1]); at--) s->best[at] = s->best[at - 1];
    s->best[at] = (found){ distance2, id };
}

static void distances2(const cim__node *n, double x, double y, double d2[CIM__FANOUT])
{
    for (int i = 0; i < CIM__FANOUT; i++) {
        double left = n->min_x[i] - x, right = x - n->max_x[i], below = n->min_y[i] - y, above = y - n->max_y[i];
        double dx = left > right ? left : right, dy = below > above ? below : above;
        dx = dx > 0.0 ? dx : 0.0;
        dy = dy > 0.0 ? dy : 0.0;
        d2[i] = dx * dx + dy * dy;
    }
}

static uint32_t used_slots(const search *s, uint32_t level, uint32_t node)
{
    const cim__index_header *h = &s->index->head;
    uint32_t below = level ? h->level_start[level] - h->level_start[level - 1] : h->count;
    uint32_t rest = below - node * CIM__FANOUT;
    return rest < CIM__FANOUT ? rest : CIM__FANOUT;
}

static void visit(search *s, uint32_t level, uint32_t node)
{
    double d2[CIM__FANOUT];
    uint32_t used = used_slots(s, level, node), open = used == 32 ? ~0u : (1u << used) - 1;
    distances2(&s->index->nodes[s->index->head.level_start[level] + node], s->x, s->y, d2);
    if (!level) {
        for (uint32_t i = 0; i < used; i++)
            if (d2[i] <= cutoff(s)) offer(s, d2[i], s->index->ids[(size_t)node * CIM__FANOUT + i]);
        return;
    }
    while (open) {
        uint32_t next = (uint32_t)__builtin_ctz(open);
        for (uint32_t m = open & (open - 1); m; m &= m - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(m);
            if (d2[i] < d2[next]) next = i;
        }
        open &= ~(1u << next);
        if (d2[next] > cutoff(s)) return;
        visit(s, level - 1, node * CIM__FANOUT + next);
    }
}

enum { ON_STACK = 64 };

static void report(const search *s, uint32_t *ids, double *distances)
{
    for (size_t i = 0; i < s->count; i++) {
        ids[i] = s->best[i].id;
        if (distances) distances[i] = sqrt(s->best[i].distance2) * s->index->head.step;
    }
}

cim_status cim_index_nearest(cim_ctx *ctx, const cim_index *index, double x, double y, size_t k, double max_distance, uint32_t *ids, double *distances,
                             size_t *count_out)
{
    const cim__index_header *h = &index->head;
    found local[ON_STACK];
    cim__enter(ctx);
    if (!isfinite(x) || !isfinite(y)) return cim__fail(ctx, CIM_EARG, "the point is not finite");
    if (!(max_distance >= 0.0)) return cim__fail(ctx, CIM_EARG, "the largest distance is negative or not a number");
    if (k > h->count) k = h->count;
    *count_out = 0;
    if (!k) return CIM_OK;
    double limit = max_distance / h->step;
    search s = { index, (x - h->origin_x) / h->step, (y - h->origin_y) / h->step, limit * limit, k, 0, local };
    if (k > ON_STACK && !(s.best = cim__alloc_n(ctx->mem, k, sizeof *s.best))) return cim__nomem(ctx);
    visit(&s, h->levels - 1, 0);
    report(&s, ids, distances);
    *count_out = s.count;
    if (s.best != local) cim__free(ctx->mem, s.best);
    return CIM_OK;
}
