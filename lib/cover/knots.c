/* knots.c - edges of one prism that lie on each other.
 *
 * Inside is what has an odd number of edges on either side, so what two edges have in common is no wall: a spike, and a seam between two rings,
 * hide nothing.  Edges are sorted by exact comparisons: by direction, by their line, along it.  Of those that overlap on one line the parts that
 * an odd number of them cover remain, which begin and end at vertices; each goes to one edge that covers it. */
#include "cover/sight.h"

#include <stdlib.h>

enum { FEW = 16 };

typedef struct edge {
    const double *low, *high; /* by x, then y */
    uint32_t vertex, next;
} edge;

static int along(const double *a, const double *b)
{
    if (a[0] != b[0]) return a[0] < b[0] ? -1 : 1;
    return (a[1] > b[1]) - (a[1] < b[1]);
}

static int by_line(const edge *a, const edge *b)
{
    int turn = cim__turn(b->low, b->high, a->low, a->high);
    return turn ? turn : cim__orient(a->low, a->high, b->low);
}

static int by_place(const void *one, const void *two)
{
    const edge *a = one, *b = two;
    int order = by_line(a, b);
    if (!order) order = along(a->low, b->low);
    if (!order) order = along(a->high, b->high);
    return order ? order : (a->vertex > b->vertex) - (a->vertex < b->vertex);
}

static int by_end(const void *a, const void *b) { return along(*(const double *const *)a, *(const double *const *)b); }

static int by_vertex(const void *one, const void *two)
{
    const cim__knot *a = one, *b = two;
    if (a->vertex != b->vertex) return a->vertex < b->vertex ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

static double share(const cim_sight_scene *s, const edge *e, const double *at)
{
    const double *u = s->xy + 2 * (size_t)e->vertex, *w = s->xy + 2 * (size_t)e->next;
    if (at[0] == u[0] && at[1] == u[1]) return 0.0;
    if (at[0] == w[0] && at[1] == w[1]) return 1.0;
    double dx = w[0] - u[0], dy = w[1] - u[1];
    return fmin(fmax(((at[0] - u[0]) * dx + (at[1] - u[1]) * dy) / (dx * dx + dy * dy), 0.0), 1.0);
}

static bool push(cim__buf *knots, const cim_sight_scene *s, uint32_t prism, const edge *e, const double *from, const double *to)
{
    const double *u = s->xy + 2 * (size_t)e->vertex, *w = s->xy + 2 * (size_t)e->next;
    bool back = along(u, w) > 0;
    const double *a = back ? to : from, *b = back ? from : to;
    cim__knot *k = CIM__PUSH(knots, cim__knot);
    if (k) *k = (cim__knot){ prism, e->vertex, { a[0], a[1] }, { b[0], b[1] }, share(s, e, a), share(s, e, b) };
    return k != NULL;
}

/* Edges of one line, each of which overlaps one before it. */
static bool untie(cim__buf *knots, cim__buf *ends, const cim_sight_scene *s, uint32_t prism, const edge *e, size_t count)
{
    ends->size = 0;
    for (size_t i = 0; i < count; i++) {
        const double **end = cim__buf_extend(ends, 2 * sizeof *end);
        if (!end || !push(knots, s, prism, &e[i], e[i].low, e[i].low)) return false; /* nothing of it, as long as nothing is said below */
        end[0] = e[i].low, end[1] = e[i].high;
    }
    const double **end = (const double **)(void *)ends->data;
    const edge *best = e;
    size_t next = 1;
    qsort(end, 2 * count, sizeof *end, by_end);
    for (size_t i = 0; i < 2 * count; i += 2)
        for (const double *at = end[i]; along(at, end[i + 1]) < 0;) {
            for (; next < count && along(e[next].low, at) <= 0; next++)
                if (along(e[next].high, best->high) > 0) best = &e[next];
            const double *to = along(best->high, end[i + 1]) < 0 ? best->high : end[i + 1];
            if (along(at, to) >= 0) break;
            if (!push(knots, s, prism, best, at, to)) return false;
            at = to;
        }
    return true;
}

static bool untie_all(cim__buf *knots, cim__buf *ends, const cim_sight_scene *s, uint32_t prism, edge *e, size_t count)
{
    size_t before = CIM__COUNT(knots, cim__knot);
    qsort(e, count, sizeof *e, by_place);
    for (size_t i = 0, k; i < count; i = k) {
        const double *far = e[i].high;
        for (k = i + 1; k < count && !by_line(&e[i], &e[k]) && along(e[k].low, far) < 0; k++) far = along(far, e[k].high) < 0 ? e[k].high : far;
        if (k - i > 1 && !untie(knots, ends, s, prism, e + i, k - i)) return false;
    }
    size_t added = CIM__COUNT(knots, cim__knot) - before;
    if (added) qsort(&CIM__AT(knots, cim__knot, before), added, sizeof(cim__knot), by_vertex);
    return true;
}

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

/* May two of a few edges overlap?  Their boxes do by more than a point, and they seem parallel. */
static bool suspicious(const edge *e, size_t count)
{
    double y[FEW][2];
    for (size_t i = 0; i < count; i++) {
        const double *a = e[i].low, *b = e[i].high;
        y[i][0] = least(a[1], b[1]), y[i][1] = most(a[1], b[1]);
        for (size_t k = 0; k < i; k++) {
            const double *c = e[k].low, *d = e[k].high;
            double wide = least(b[0], d[0]) - most(a[0], c[0]), high = least(y[i][1], y[k][1]) - most(y[i][0], y[k][0]);
            if (wide < 0.0 || high < 0.0 || !(wide + high > 0.0)) continue;
            double left = (b[0] - a[0]) * (d[1] - c[1]), right = (b[1] - a[1]) * (d[0] - c[0]);
            if (fabs(left - right) <= 1e-14 * (fabs(left) + fabs(right))) return true;
        }
    }
    return false;
}

static bool edges_of(cim__buf *edges, const cim_sight_scene *s, const cim__prism *p)
{
    edges->size = 0;
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(s, p, ring), end = s->ring_end[ring];
        for (uint32_t v = first; v < end; v++) {
            uint32_t next = v + 1 < end ? v + 1 : first;
            const double *u = s->xy + 2 * (size_t)v, *w = s->xy + 2 * (size_t)next;
            int order = along(u, w);
            if (!order) continue;
            edge *e = CIM__PUSH(edges, edge);
            if (!e) return false;
            *e = (edge){ order < 0 ? u : w, order < 0 ? w : u, v, next };
        }
    }
    return true;
}

bool cim__knots_find(cim_sight_scene *s)
{
    cim__buf edges = cim__buf_on(s->mem), ends = cim__buf_on(s->mem);
    bool ok = true;
    s->knots = cim__buf_on(s->mem);
    for (uint32_t i = 0; i < s->prism_count && ok; i++) {
        const cim__prism *p = &s->prisms[i];
        if (!(p->base < p->top && p->box[0] < p->box[2] && p->box[1] < p->box[3])) continue;
        ok = edges_of(&edges, s, p);
        edge *e = (edge *)(void *)edges.data;
        size_t count = CIM__COUNT(&edges, edge);
        if (ok && count > 1 && (count > FEW || suspicious(e, count))) ok = untie_all(&s->knots, &ends, s, i, e, count);
    }
    cim__buf_free(&edges);
    cim__buf_free(&ends);
    return ok;
}

/* Those of a prism from the first on. */
const cim__knot *cim__knots_of(const cim_sight_scene *s, uint32_t prism, const cim__knot **end_out)
{
    const cim__knot *all = (const cim__knot *)(const void *)s->knots.data;
    size_t count = CIM__COUNT(&s->knots, cim__knot), low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all[middle].prism < prism) low = middle + 1;
        else high = middle;
    }
    *end_out = count ? all + count : NULL;
    return count ? all + low : NULL;
}
