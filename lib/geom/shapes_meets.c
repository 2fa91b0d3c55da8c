/* shapes_meets.c - does a window or a segment meet a shape?
 *
 * Either meets an edge, which is asked of those edges only whose boxes come near, or it lies wholly on one side of the boundary
 * and any of its points tells which. */
#include "geom/shapes.h"

#include <math.h>

/* What is held against edges: a window, or a segment and its box. */
typedef struct target {
    const cim__shape_path *path;
    const cim__shape *h;
    cim_box box;
    bool is_segment;
    double p[2], q[2];
} target;

static bool in_box(const cim_box *box, const double a[2])
{
    return a[0] >= box->min_x && a[0] <= box->max_x && a[1] >= box->min_y && a[1] <= box->max_y;
}

static bool boxes_meet(const cim_box *box, const double a[2], const double b[2])
{
    cim_box edge = CIM__BOX_EMPTY;
    cim__box_add(&edge, a[0], a[1]);
    cim__box_add(&edge, b[0], b[1]);
    return cim__box_meets(box, &edge);
}

/* The edge's box meets the window's.  Then they are apart only if the edge's line is: both corners farthest from it on one side. */
static bool edge_meets_window(const cim_box *w, const double a[2], const double b[2])
{
    if (in_box(w, a) || in_box(w, b)) return true;
    bool rises = (b[0] >= a[0]) == (b[1] >= a[1]);
    const double c[2] = { w->min_x, rises ? w->max_y : w->min_y }, d[2] = { w->max_x, rises ? w->min_y : w->max_y };
    return cim__orient(a, b, c) * cim__orient(a, b, d) <= 0;
}

/* The boxes meet.  On one line that is enough; else the ends of each must not be on one side of the other. */
static bool edge_meets_segment(const target *t, const double a[2], const double b[2])
{
    return cim__orient(t->p, t->q, a) * cim__orient(t->p, t->q, b) <= 0 && cim__orient(a, b, t->p) * cim__orient(a, b, t->q) <= 0;
}

static bool meets_lanes(const target *t, uint32_t first, uint32_t lanes)
{
    const double *px = cim__shape_x(t->h) + first, *py = cim__shape_y(t->h) + first;
    for (uint32_t i = t->path->overlap(px, py, 0, lanes, &t->box); i < lanes; i = t->path->overlap(px, py, i + 1, lanes, &t->box)) {
        double a[2] = { px[i], py[i] }, b[2] = { px[i + 1], py[i + 1] };
        if (isnan(a[0])) continue;
        if (isnan(b[0])) b[0] = a[0], b[1] = a[1]; /* the end of a line, or a point */
        if (boxes_meet(&t->box, a, b) && (t->is_segment ? edge_meets_segment(t, a, b) : edge_meets_window(&t->box, a, b))) return true;
    }
    return false;
}

static bool meets_group(const target *t, uint32_t g)
{
    for (uint32_t hits = t->path->meets(cim__shape_groups(t->h) + g, &t->box); hits; hits &= hits - 1) {
        uint32_t first = (g * CIM__SHAPE_BLOCK + (uint32_t)__builtin_ctz(hits)) * CIM__SHAPE_BLOCK;
        if (meets_lanes(t, first, cim__shape_least(CIM__SHAPE_BLOCK, t->h->lanes - first))) return true;
    }
    return false;
}

static bool meets_edges(const target *t)
{
    const cim__shape_group *tops = cim__shape_groups(t->h) + t->h->groups;
    if (!t->h->groups) return meets_lanes(t, 0, t->h->lanes);
    if (t->h->groups == 1) return meets_group(t, 0);
    for (uint32_t top = 0; top < cim__shape_tops(t->h); top++)
        for (uint32_t hits = t->path->meets(tops + top, &t->box); hits; hits &= hits - 1)
            if (meets_group(t, top * CIM__SHAPE_BLOCK + (uint32_t)__builtin_ctz(hits))) return true;
    return false;
}

int32_t cim_shapes_box_relation(const cim_shapes *s, size_t i, const cim_box *w)
{
    const cim__shape *h = cim__shape_of(s, i);
    if (!cim__box_ok(w) || !cim__box_meets(&h->box, w)) return CIM_OUTSIDE;
    if (w->min_x <= h->box.min_x && w->min_y <= h->box.min_y && w->max_x >= h->box.max_x && w->max_y >= h->box.max_y) return CIM_CROSSES;
    target t = { s->path, h, *w, false, { 0, 0 }, { 0, 0 } };
    if (meets_edges(&t)) return CIM_CROSSES;
    return cim__shape_locate(s->path, h, w->min_x, w->min_y);
}

int32_t cim_shapes_meets_segment(const cim_shapes *s, size_t i, double x0, double y0, double x1, double y1)
{
    const cim__shape *h = cim__shape_of(s, i);
    target t = { s->path, h, CIM__BOX_EMPTY, true, { x0, y0 }, { x1, y1 } };
    if (!isfinite(x0) || !isfinite(y0) || !isfinite(x1) || !isfinite(y1)) return 0;
    cim__box_add(&t.box, x0, y0);
    cim__box_add(&t.box, x1, y1);
    if (!cim__box_meets(&h->box, &t.box)) return 0;
    return meets_edges(&t) || cim__shape_locate(s->path, h, x0, y0) == CIM_INSIDE;
}
