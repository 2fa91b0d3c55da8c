/* prism.c - does a sight line go through the interior of a prism?
 *
 * Seen from above, the interior is what has an odd number of ring crossings on both sides: edges that two rings share cancel.  The line is
 * shifted by nothing at all to the left and to the right; what is inside on both sides between two crossings is in the interior, and
 * blocks when the heights of the line over that open interval overlap the open interval from base to top.  So a line along a wall, through
 * a corner or along an eave passes.  All comparisons are exact. */
#include "cover/sight.h"

enum { FEW = 24 };

typedef struct list {
    cim__cross few[FEW], *at;
    uint32_t count, cap;
    cim__mem *mem;
    bool failed;
} list;

void cim__sight_set(cim__sight *s, const double from[3], const double to[3])
{
    *s = (cim__sight){ .a = { from[0], from[1] }, .b = { to[0], to[1] }, .za = from[2], .zb = to[2], .dx = to[0] - from[0], .dy = to[1] - from[1] };
    for (int i = 0; i < 2; i++) {
        s->box[i] = s->a[i] < s->b[i] ? s->a[i] : s->b[i];
        s->box[2 + i] = s->a[i] < s->b[i] ? s->b[i] : s->a[i];
    }
    s->low = s->za < s->zb ? s->za : s->zb;
    s->high = s->za < s->zb ? s->zb : s->za;
}

static bool more_room(list *l)
{
    uint32_t cap = 4 * l->cap;
    cim__cross *grown = cim__alloc_n(l->mem, cap, sizeof *grown);
    if (!grown) return false;
    memcpy(grown, l->at, l->count * sizeof *grown);
    if (l->at != l->few) cim__free(l->mem, l->at);
    l->at = grown;
    l->cap = cap;
    return true;
}

static void add(list *l, const cim__sight *s, const double *u, const double *v, int side_u, int side_v)
{
    if (l->failed || (l->count == l->cap && !more_room(l))) {
        l->failed = true;
        return;
    }
    cim__cross *c = &l->at[l->count++];
    *c = side_u < side_v ? cim__cross_at(u, v, s->a, s->b) : cim__cross_at(v, u, s->a, s->b);
    c->shifts = (uint32_t)((side_u > 0) != (side_v > 0)) | (uint32_t)((side_u < 0) != (side_v < 0)) << 1;
}

static inline int side_of(const cim__sight *s, const double *v)
{
    double left = s->dx * (v[1] - s->a[1]), right = s->dy * (v[0] - s->a[0]), det = left - right;
    double bound = (fabs(left) + fabs(right)) * 3.3306690738754716e-16;
    return det > bound ? 1 : det < -bound ? -1 : cim__orient(s->a, s->b, v);
}

/* All edges that reach from one side of the line to the other, or to it. */
static void crossings(const cim_sight_scene *scene, const cim__prism *p, const cim__sight *s, list *l)
{
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(scene, p, ring), end = scene->ring_end[ring];
        if (first == end) continue;
        const double *u = scene->xy + 2 * (size_t)(end - 1);
        int side_u = side_of(s, u);
        for (uint32_t k = first; k < end; k++) {
            const double *v = scene->xy + 2 * (size_t)k;
            int side_v = side_of(s, v);
            if (side_u != side_v) add(l, s, u, v, side_u, side_v);
            u = v;
            side_u = side_v;
        }
    }
}

/* Few are inserted, many sifted: no order of an input takes long. */
static void sift(cim__cross *c, uint32_t i, uint32_t count, const cim__sight *s)
{
    for (;;) {
        uint32_t most = 2 * i + 1;
        if (most >= count) return;
        if (most + 1 < count && cim__cross_order(&c[most + 1], &c[most], s->a, s->b) > 0) most++;
        if (cim__cross_order(&c[most], &c[i], s->a, s->b) <= 0) return;
        cim__cross swap = c[i];
        c[i] = c[most];
        c[most] = swap;
        i = most;
    }
}

static void sort(cim__cross *c, uint32_t count, const cim__sight *s)
{
    for (uint32_t i = count / 2; i--;) sift(c, i, count, s);
    for (uint32_t end = count; end-- > 1;) {
        cim__cross swap = c[0];
        c[0] = c[end];
        c[end] = swap;
        sift(c, 0, end, s);
    }
}

/* The line between two crossings, as far as it is between its ends, against base and top. */
static bool between(const cim__prism *p, const cim__sight *s, const cim__cross *in, const cim__cross *out)
{
    bool before_end = in->db < -in->err_b || (in->db <= in->err_b && cim__orient(in->p, in->q, s->b) < 0);
    bool after_begin = out->da > out->err_a || (out->da >= -out->err_a && cim__orient(out->p, out->q, s->a) > 0);
    if (!before_end || !after_begin) return false;
    bool below_top = s->high < p->top || cim__cross_height(in, s->a, s->b, s->za, s->zb, p->top) < 0 ||
                     cim__cross_height(out, s->a, s->b, s->za, s->zb, p->top) < 0;
    bool above_base = s->low > p->base || cim__cross_height(in, s->a, s->b, s->za, s->zb, p->base) > 0 ||
                      cim__cross_height(out, s->a, s->b, s->za, s->zb, p->base) > 0;
    return below_top && above_base;
}

/* The crossing where the line first goes in; NULL: nowhere. */
static const cim__cross *inside_somewhere(const cim__prism *p, const cim__sight *s, cim__cross *c, uint32_t count)
{
    uint32_t in = 0;
    if (count == 2) {
        int order = cim__cross_order(&c[0], &c[1], s->a, s->b);
        return order && c[0].shifts == 3 && between(p, s, &c[order > 0], &c[order < 0]) ? &c[order > 0] : NULL;
    }
    sort(c, count, s);
    for (uint32_t i = 0; i + 1 < count; i++) {
        in ^= c[i].shifts;
        if (in == 3 && cim__cross_order(&c[i], &c[i + 1], s->a, s->b) < 0 && between(p, s, &c[i], &c[i + 1])) return &c[i];
    }
    return NULL;
}

bool cim__prism_holds(const cim_sight_scene *scene, const cim__prism *p, double x, double y, bool *on_edge_out)
{
    bool inside = false;
    *on_edge_out = false;
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(scene, p, ring), end = scene->ring_end[ring];
        for (uint32_t k = first, before = end - 1; k < end; before = k++)
            if (cim__cross_ray(scene->xy + 2 * (size_t)before, scene->xy + 2 * (size_t)k, x, y, &inside) == CIM__BOUNDARY) *on_edge_out = true;
    }
    return inside && !*on_edge_out;
}

int cim__sight_enters(const cim_sight_scene *scene, const cim__prism *p, const cim__sight *s, double *at_out)
{
    bool on_edge;
    list l;
    if (!(p->base < p->top) || !cim__sight_nears(p, s)) return 0;
    if (s->a[0] == s->b[0] && s->a[1] == s->b[1]) return cim__prism_holds(scene, p, s->a[0], s->a[1], &on_edge);
    l.at = l.few, l.count = 0, l.cap = FEW, l.mem = scene->mem, l.failed = false;
    crossings(scene, p, s, &l);
    const cim__cross *in = l.failed || l.count < 2 ? NULL : inside_somewhere(p, s, l.at, l.count);
    int meets = l.failed ? -1 : in != NULL;
    if (in && at_out) *at_out = in->t > 0.0 ? in->t : 0.0;
    if (l.at != l.few) cim__free(l.mem, l.at);
    return meets;
}

int cim__sight_meets(const cim_sight_scene *scene, const cim__prism *p, const cim__sight *s) { return cim__sight_enters(scene, p, s, NULL); }
