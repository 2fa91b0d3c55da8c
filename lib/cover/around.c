/* around.c - walls around a point, in squares of growing size.
 *
 * After every square the envelope says, for each of 512 sectors, the least it reaches in any direction of the sector.  A prism beyond whose
 * walls stay below that in all sectors that it is seen in is left out; when that holds for whatever may come, the search ends. */
#include "cover/around.h"

#include <stdlib.h>

enum { SECTORS = 512 };

#define FULL 6.283185307179586

typedef struct floor_ {
    double least[SECTORS], least_of_all;
} floor_;

void cim__around_begin(cim_sight_query *q) { q->pieces.size = q->other.size = q->walls.size = q->marks.size = 0; }

bool cim__around_wall(cim_sight_query *q, cim__buf *runs, const cim__wall *wall, double factor)
{
    double turn = cim__cross2(wall->a, wall->b);
    if (turn == 0.0 || !(fabs(turn) > 1e-290)) return true; /* seen end-on */
    const double *p = turn > 0.0 ? wall->a : wall->b, *q_ = turn > 0.0 ? wall->b : wall->a;
    double by = factor / fabs(turn), m[2] = { (q_[1] - p[1]) * by, (p[0] - q_[0]) * by };
    cim__way from = cim__way_of(p[0], p[1]), to = cim__way_of(q_[0], q_[1]);
    if (!cim__way_order(&from, &to)) return true;
    uint32_t number = (uint32_t)CIM__COUNT(&q->walls, cim__wall);
    cim__wall *at = CIM__PUSH(&q->walls, cim__wall);
    if (!at) return false;
    *at = *wall;
    return cim__envelope_add(&q->pieces, runs, p, q_, m, number);
}

/* A wall from u to w; in line with the point it hides nothing. */
static bool add_wall(const cim__around *a, const double *u, const double *w, const cim__wall *like, double factor, cim__buf *runs)
{
    const double eye[2] = { a->x, a->y };
    cim__wall wall = { { u[0] - a->x, u[1] - a->y }, { w[0] - a->x, w[1] - a->y }, like->prism, like->vertex, like->from, like->to };
    if (cim__orient(u, w, eye)) return cim__around_wall(a->q, runs, &wall, factor);
    cim__wall *at = a->end_on ? CIM__PUSH(a->end_on, cim__wall) : &wall;
    if (!at) return false;
    *at = wall;
    return true;
}

/* Of an edge that others lie on what is a wall. */
static bool add_knots(const cim__around *a, const cim__knot *k, const cim__knot *end, double factor, cim__buf *runs)
{
    const cim__knot *first = k;
    for (; k < end && k->prism == first->prism && k->vertex == first->vertex; k++) {
        const cim__wall part = { .prism = k->prism, .vertex = k->vertex, .from = k->from, .to = k->to };
        if ((k->a[0] != k->b[0] || k->a[1] != k->b[1]) && !add_wall(a, k->a, k->b, &part, factor, runs)) return false;
    }
    return true;
}

static bool add_prism(const cim__around *a, uint32_t number, double factor, cim__buf *runs)
{
    const cim_sight_scene *s = a->q->scene;
    const cim__prism *p = &s->prisms[number];
    const cim__knot *end_knot, *k = cim__knots_of(s, number, &end_knot);
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(s, p, ring), end = s->ring_end[ring];
        for (uint32_t v = first; v < end; v++) {
            const double *u = s->xy + 2 * (size_t)v, *w = s->xy + 2 * (size_t)(v + 1 < end ? v + 1 : first);
            const cim__wall whole = { .prism = number, .vertex = v, .from = 0.0, .to = 1.0 };
            while (k < end_knot && k->prism == number && k->vertex < v) k++;
            bool knotted = k < end_knot && k->prism == number && k->vertex == v;
            if (!(knotted ? add_knots(a, k, end_knot, factor, runs) : add_wall(a, u, w, &whole, factor, runs))) return false;
        }
    }
    return true;
}

static double angle_of(double x, double y)
{
    double t = atan2(y, x);
    return t < 0.0 ? t + FULL : t;
}

static double at_unit(const cim__piece *p, const cim__way *w) { return cim__piece_at(p, w) / sqrt(w->x * w->x + w->y * w->y); }

/* The least of the envelope in every sector: that of a piece is at one of its ends, or where the sector cuts it. */
static void take_floor(const cim_sight_query *q, floor_ *f)
{
    double covered[SECTORS] = { 0 };
    for (int i = 0; i < SECTORS; i++) f->least[i] = HUGE_VAL;
    for (size_t i = 0; i < CIM__COUNT(&q->pieces, cim__piece); i++) {
        const cim__piece *p = &CIM__AT(&q->pieces, cim__piece, i);
        double from = angle_of(p->from.x, p->from.y), to = p->to.half == 2 ? FULL : angle_of(p->to.x, p->to.y);
        int first = (int)(from * (SECTORS / FULL)), last = (int)(to * (SECTORS / FULL));
        for (int s = first; s <= last && s < SECTORS; s++) {
            double lo = s * (FULL / SECTORS), hi = (s + 1) * (FULL / SECTORS);
            double x = from > lo ? at_unit(p, &p->from) : p->m[0] * q->ways[s][0] + p->m[1] * q->ways[s][1];
            double y = to < hi ? at_unit(p, &p->to) : p->m[0] * q->ways[s + 1][0] + p->m[1] * q->ways[s + 1][1];
            f->least[s] = fmin(f->least[s], fmin(x, y));
            covered[s] += fmin(to, hi) - fmax(from, lo);
        }
    }
    f->least_of_all = HUGE_VAL;
    for (int s = 0; s < SECTORS; s++) {
        if (covered[s] < FULL / SECTORS * (1.0 - 1e-9)) f->least[s] = 0.0;
        f->least_of_all = fmin(f->least_of_all, f->least[s]);
    }
}

static bool make_ways(cim_sight_query *q)
{
    if (q->ways) return true;
    if (!(q->ways = cim__alloc_n(q->mem, SECTORS + 1, sizeof *q->ways))) return false;
    for (int i = 0; i <= SECTORS; i++) q->ways[i][0] = cos(i * (FULL / SECTORS)), q->ways[i][1] = sin(i * (FULL / SECTORS));
    return true;
}

/* Could any wall of the prism reach above the floor? */
static bool matters(const cim__around *a, const cim__prism *p, double factor, const floor_ *f)
{
    double x0 = p->box[0] - a->x, y0 = p->box[1] - a->y, x1 = p->box[2] - a->x, y1 = p->box[3] - a->y;
    double dx = x0 > 0.0 ? x0 : x1 < 0.0 ? -x1 : 0.0, dy = y0 > 0.0 ? y0 : y1 < 0.0 ? -y1 : 0.0, near = sqrt(dx * dx + dy * dy);
    if (near > a->reach) return false;
    if (near <= 0.0) return true;
    double most = factor / near * (1.0 + 1e-9);
    if (most < f->least_of_all) return false;
    double corners[4] = { angle_of(x0, y0), angle_of(x1, y0), angle_of(x1, y1), angle_of(x0, y1) }, least = corners[0], greatest = corners[0];
    for (int i = 1; i < 4; i++) least = fmin(least, corners[i]), greatest = fmax(greatest, corners[i]);
    bool wraps = greatest - least > FULL / 2;
    int first = (int)(least * (SECTORS / FULL)) - 1, last = (int)(greatest * (SECTORS / FULL)) + 1;
    if (wraps) { /* from the least of those past half a turn on */
        for (int i = 0; i < 4; i++)
            if (corners[i] > FULL / 2) greatest = fmin(greatest, corners[i]);
            else least = fmax(least, corners[i]);
        first = (int)(greatest * (SECTORS / FULL)) - 1, last = (int)(least * (SECTORS / FULL)) + 1 + SECTORS;
    }
    for (int s = first; s <= last; s++)
        if (most >= f->least[(s + SECTORS) % SECTORS]) return true;
    return false;
}

static bool merge(const cim__around *a) { return cim__envelope_merge(&a->q->pieces, &a->q->other, &a->q->marks); }

bool cim__around_gather(const cim__around *a)
{
    cim_sight_query *q = a->q;
    const cim_sight_scene *s = q->scene;
    double far = fmax(fmax(a->x - s->box.min_x, s->box.max_x - a->x), fmax(a->y - s->box.min_y, s->box.max_y - a->y));
    double last = fmin(far * 1.001 + s->cell_m, a->reach), size = 2.0 * s->cell_m;
    floor_ f;
    if (!s->prism_count) return merge(a);
    if (!merge(a) || !cim__sight_turn(q) || !make_ways(q)) return false;
    take_floor(q, &f);
    for (bool done = false; !done; size *= 2.0) {
        size_t before = CIM__COUNT(&q->pieces, cim__piece);
        done = size >= last;
        q->near.size = 0;
        q->marks.size = 0;
        size_t *end = CIM__PUSH(&q->marks, size_t);
        if (!end) return false;
        *end = before;
        const double reach = done ? last * 1.001 : size, box[4] = { a->x - reach, a->y - reach, a->x + reach, a->y + reach };
        if (!cim__sight_gather(q, box)) return false;
        for (size_t i = 0; i < CIM__COUNT(&q->near, uint32_t); i++) {
            uint32_t number = CIM__AT(&q->near, uint32_t, i);
            const cim__prism *p = &s->prisms[number];
            double factor = a->factor(p, a->user);
            if (factor > 0.0 && matters(a, p, factor, &f) && !add_prism(a, number, factor, &q->marks)) return false;
        }
        if (!merge(a)) return false;
        take_floor(q, &f);
        done |= a->most / reach < f.least_of_all;
    }
    return true;
}

/* ---- the point on an edge ---- */

/* Is the interior in this direction?  Edges through the point do not count. */
static bool inside_towards(const cim_sight_scene *s, const cim__prism *p, const double o[2], const double d[2])
{
    bool inside = false;
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(s, p, ring), end = s->ring_end[ring];
        for (uint32_t v = first, before = end - 1; v < end; before = v++) {
            const double *u = s->xy + 2 * (size_t)before, *w = s->xy + 2 * (size_t)v;
            if (!cim__orient(u, w, o)) continue; /* along the edge, or through it */
            const double a[2] = { u[0] - o[0], u[1] - o[1] }, b[2] = { w[0] - o[0], w[1] - o[1] }, e[2] = { b[0] - a[0], b[1] - a[1] };
            if ((cim__cross2(d, a) > 0.0) == (cim__cross2(d, b) > 0.0)) continue;
            inside ^= cim__cross2(a, e) / cim__cross2(d, e) > 0.0;
        }
    }
    return inside;
}

static bool push_way(cim__buf *ways, double x, double y)
{
    cim__way *at = CIM__PUSH(ways, cim__way);
    if (at) *at = cim__way_of(x, y);
    return at != NULL;
}

/* Directions of the edges at the point. */
static bool ways_at(cim_sight_query *q, const cim__prism *p, const double o[2])
{
    const cim_sight_scene *s = q->scene;
    q->scratch.size = 0;
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(s, p, ring), end = s->ring_end[ring];
        for (uint32_t v = first, before = end - 1; v < end; before = v++) {
            const double *u = s->xy + 2 * (size_t)before, *w = s->xy + 2 * (size_t)v;
            bool inside = false;
            if (cim__cross_ray(u, w, o[0], o[1], &inside) != CIM__BOUNDARY) continue;
            if ((u[0] != o[0] || u[1] != o[1]) && !push_way(&q->scratch, u[0] - o[0], u[1] - o[1])) return false;
            if ((w[0] != o[0] || w[1] != o[1]) && !push_way(&q->scratch, w[0] - o[0], w[1] - o[1])) return false;
        }
    }
    return true;
}

static int by_way(const void *a, const void *b) { return cim__way_order(a, b); }

/* All directions from one angle to another, in arcs of a quarter turn at most. */
static bool shut(cim_sight_query *q, cim__buf *runs, const cim__way *from, const cim__way *to, double a, double b)
{
    int parts = (int)((b - a) / 1.5) + 1;
    double p[2] = { from->x, from->y };
    for (int i = 1; i <= parts; i++) {
        double end = a + (b - a) * i / parts, middle = a + (b - a) * (i - 0.5) / parts, m[2] = { 2 * CIM__SHUT * cos(middle), 2 * CIM__SHUT * sin(middle) };
        double size = hypot(p[0], p[1]), e[2] = { cos(end), sin(end) };
        if (i == parts) e[0] = to->x, e[1] = to->y;
        if (!(size > 0.0) || !cim__envelope_add(&q->pieces, runs, p, e, m, CIM_NONE)) return false;
        p[0] = e[0], p[1] = e[1];
    }
    return true;
}

static bool shut_sectors(const cim__around *a, const cim__prism *p, cim__buf *runs)
{
    cim_sight_query *q = a->q;
    const double o[2] = { a->x, a->y };
    if (!ways_at(q, p, o)) return false;
    size_t all = CIM__COUNT(&q->scratch, cim__way), count = 0;
    cim__way *w = (cim__way *)(void *)q->scratch.data;
    if (all) qsort(w, all, sizeof *w, by_way);
    for (size_t i = 0; i < all; i++) /* each once: at the tip of a spike there is but one */
        if (!count || cim__way_order(&w[count - 1], &w[i])) w[count++] = w[i];
    for (size_t i = 0; i < count; i++) {
        const cim__way *from = &w[i], *to = &w[i + 1 < count ? i + 1 : 0];
        double begin = angle_of(from->x, from->y), end = angle_of(to->x, to->y);
        if (i + 1 == count) end += FULL;
        double middle = 0.5 * (begin + end), d[2] = { cos(middle), sin(middle) };
        if (inside_towards(q->scene, p, o, d) && !shut(q, runs, from, to, begin, end)) return false;
    }
    return true;
}

bool cim__around_host(const cim__around *a, bool *inside_out, cim__buf *runs)
{
    cim_sight_query *q = a->q;
    const double box[4] = { a->x, a->y, a->x, a->y };
    *inside_out = false;
    if (!cim__sight_turn(q) || !cim__sight_gather(q, box)) return false;
    for (size_t i = 0; i < CIM__COUNT(&q->near, uint32_t); i++) {
        const cim__prism *p = &q->scene->prisms[CIM__AT(&q->near, uint32_t, i)];
        bool on_edge;
        if (!(a->factor(p, a->user) > 0.0)) continue;
        *inside_out |= cim__prism_holds(q->scene, p, a->x, a->y, &on_edge);
        if (on_edge && !shut_sectors(a, p, runs)) return false;
    }
    return true;
}
