/* simple.c - is a ring simple, are rings apart?  Edges sorted by their left end; each is compared with those that start before it
 * ends (sweep and prune).  Footprints have some ten edges, so there is nothing to gain from a balanced sweep line. */
#include "geom/geom.h"

typedef struct edge {
    double lo, hi; /* extent in x */
    uint32_t v;    /* first vertex */
    uint32_t ring;
} edge;

typedef struct ring_view {
    const cim_geom *g;
    uint32_t first, last; /* last: the repeated vertex */
} ring_view;

static const double *at(const ring_view *r, uint32_t v) { return r->g->coords + (size_t)v * (size_t)r->g->dim; }

static bool same(const double *a, const double *b) { return a[0] == b[0] && a[1] == b[1]; }

static bool within(const double *p, const double *q, const double *c)
{
    return c[0] >= (p[0] < q[0] ? p[0] : q[0]) && c[0] <= (p[0] < q[0] ? q[0] : p[0]) && c[1] >= (p[1] < q[1] ? p[1] : q[1]) &&
           c[1] <= (p[1] < q[1] ? q[1] : p[1]);
}

static bool segments_meet(const double *a, const double *b, const double *c, const double *d)
{
    int o1 = cim__orient(a, b, c), o2 = cim__orient(a, b, d), o3 = cim__orient(c, d, a), o4 = cim__orient(c, d, b);
    if (o1 * o2 < 0 && o3 * o4 < 0) return true;
    return (!o1 && within(a, b, c)) || (!o2 && within(a, b, d)) || (!o3 && within(c, d, a)) || (!o4 && within(c, d, b));
}

/* Neighbours share one vertex; they offend only by folding back onto each other. */
static bool folds(const double *a, const double *shared, const double *b)
{
    return cim__orient(a, shared, b) == 0 && (a[0] - shared[0]) * (b[0] - shared[0]) + (a[1] - shared[1]) * (b[1] - shared[1]) > 0.0;
}

static bool offends(const ring_view *r, uint32_t i, uint32_t j)
{
    uint32_t lo = i < j ? i : j, hi = i < j ? j : i;
    if (hi == lo + 1) return folds(at(r, lo), at(r, hi), at(r, hi + 1));
    if (lo == r->first && hi + 1 == r->last) return folds(at(r, hi), at(r, lo), at(r, lo + 1));
    return segments_meet(at(r, lo), at(r, lo + 1), at(r, hi), at(r, hi + 1));
}

static void sort_edges(edge *edges, size_t count)
{
    for (size_t gap = count / 2; gap; gap = gap == 2 ? 1 : (size_t)((double)gap / 2.2))
        for (size_t i = gap; i < count; i++) {
            edge e = edges[i];
            size_t k = i;
            for (; k >= gap && edges[k - gap].lo > e.lo; k -= gap) edges[k] = edges[k - gap];
            edges[k] = e;
        }
}

/* false: an edge without length. */
static bool collect(const ring_view *r, uint32_t ring, edge *edges)
{
    for (uint32_t v = r->first, i = 0; v < r->last; v++, i++) {
        const double *p = at(r, v), *q = at(r, v + 1);
        if (same(p, q)) return false;
        edges[i] = (edge){ p[0] < q[0] ? p[0] : q[0], p[0] < q[0] ? q[0] : p[0], v, ring };
    }
    return true;
}

static bool pair_offends(const cim_geom *g, const edge *e, const edge *f)
{
    ring_view r = { g, cim__ring_start(g, e->ring), g->ring_end[e->ring] - 1 };
    return e->ring == f->ring ? offends(&r, e->v, f->v) : segments_meet(at(&r, e->v), at(&r, e->v + 1), at(&r, f->v), at(&r, f->v + 1));
}

static bool sweep(const cim_geom *g, edge *edges, size_t count)
{
    sort_edges(edges, count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && edges[j].lo <= edges[i].hi; j++)
            if (pair_offends(g, &edges[i], &edges[j])) return false;
    return true;
}

enum { ON_STACK = 64 };

static bool check(const cim_geom *g, uint32_t from, uint32_t to, edge *edges)
{
    size_t count = 0;
    for (uint32_t ring = from; ring < to; ring++) {
        ring_view r = { g, cim__ring_start(g, ring), g->ring_end[ring] - 1 };
        if (r.last < r.first + 3 || !same(at(&r, r.first), at(&r, r.last)) || !collect(&r, ring, edges + count)) return false;
        count += r.last - r.first;
    }
    return sweep(g, edges, count);
}

static bool check_rings(cim__mem *mem, const cim_geom *g, uint32_t from, uint32_t to)
{
    edge local[ON_STACK];
    size_t most = to > from ? g->ring_end[to - 1] - cim__ring_start(g, from) : 0;
    if (most <= ON_STACK) return check(g, from, to, local);
    edge *edges = cim__alloc_n(mem, most, sizeof *edges);
    bool good = edges && check(g, from, to, edges);
    cim__free(mem, edges);
    return good;
}

bool cim__ring_is_simple(cim__mem *mem, const cim_geom *g, uint32_t ring) { return check_rings(mem, g, ring, ring + 1); }

bool cim__rings_are_apart(cim__mem *mem, const cim_geom *g) { return check_rings(mem, g, 0, g->ring_count); }
