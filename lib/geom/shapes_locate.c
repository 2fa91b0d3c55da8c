/* shapes_locate.c - where a point lies: even-odd along a ray to the right, the boundary exactly.
 *
 * Kernels count crossings of many edges at once and say when the point is too near to one of them for floating point; only
 * then are these edges gone through again one by one with the exact predicate.  For a large shape the boxes of 16 and of 256 edges are
 * compared with the ray first.  A box that lies wholly to the right needs no look inside: a chain of edges crosses the ray an odd
 * number of times just when its two ends lie on different sides, and a whole ring never does. */
#include "geom/shapes.h"

#include <math.h>

typedef struct point {
    const cim__shape_path *path;
    const cim__shape *h;
    const double *px, *py;
    double x, y;
    uint32_t odd; /* crossings so far */
} point;

/* One edge, exactly: 1 when the point lies on it. */
static bool on_edge(point *p, const double a[2], const double b[2])
{
    const double at[2] = { p->x, p->y };
    bool below = b[1] < p->y;
    if ((a[1] < p->y) != below) {
        int side = cim__orient(a, b, at);
        if (side == 0) return true;
        p->odd ^= (side > 0) != below;
        return false;
    }
    if (a[1] == p->y && b[1] == p->y) return (a[0] < b[0] ? a[0] : b[0]) <= p->x && p->x <= (a[0] < b[0] ? b[0] : a[0]);
    return (a[1] == p->y && a[0] == p->x) || (b[1] == p->y && b[0] == p->x);
}

static bool on_lanes_exactly(point *p, uint32_t first, uint32_t lanes)
{
    for (uint32_t i = first; i < first + lanes; i++) {
        double a[2] = { p->px[i], p->py[i] }, b[2] = { p->px[i + 1], p->py[i + 1] };
        if (isnan(a[0])) continue;
        if (isnan(b[0])) { /* the end of a line, or a point */
            if (a[0] == p->x && a[1] == p->y) return true;
        } else if (on_edge(p, a, b)) return true;
    }
    return false;
}

static bool on_lanes(point *p, uint32_t first, uint32_t lanes)
{
    if (!(p->h->flags & CIM__SHAPE_LONE)) {
        uint32_t found = p->path->cross(p->px + first, p->py + first, lanes, p->x, p->y, p->h->doubt);
        if (!(found & CIM__NEAR)) {
            p->odd ^= found;
            return false;
        }
    }
    return on_lanes_exactly(p, first, lanes);
}

/* Box i of a group holds `lanes` lanes from `first`: decided here if it lies to the right. */
static bool skip(point *p, const cim__shape_group *group, uint32_t i, uint32_t first, uint32_t lanes)
{
    const double *py = p->py + first, y = p->y;
    if (!(group->min_x[i] > p->x)) return false;
    p->odd ^= (uint32_t)(py[0] < y) ^ (py[group->head_end[i]] < y) ^ (py[group->tail_start[i]] < y) ^ (py[lanes] < y);
    return true;
}

static bool on_group(point *p, uint32_t g, const cim_box *ray)
{
    const cim__shape_group *group = cim__shape_groups(p->h) + g;
    for (uint32_t hits = p->path->meets(group, ray); hits; hits &= hits - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(hits), first = (g * CIM__SHAPE_BLOCK + i) * CIM__SHAPE_BLOCK;
        uint32_t lanes = cim__shape_least(CIM__SHAPE_BLOCK, p->h->lanes - first);
        if (!skip(p, group, i, first, lanes) && on_lanes(p, first, lanes)) return true;
    }
    return false;
}

static bool on_groups(point *p)
{
    const cim_box ray = { p->x, p->y, HUGE_VAL, p->y };
    const cim__shape_group *tops = cim__shape_groups(p->h) + p->h->groups;
    if (p->h->groups == 1) return on_group(p, 0, &ray);
    for (uint32_t t = 0; t < cim__shape_tops(p->h); t++)
        for (uint32_t hits = p->path->meets(tops + t, &ray); hits; hits &= hits - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(hits), g = t * CIM__SHAPE_BLOCK + i, first = g * CIM__SHAPE_GROUP_LANES;
            if (!skip(p, tops + t, i, first, cim__shape_least(CIM__SHAPE_GROUP_LANES, p->h->lanes - first)) && on_group(p, g, &ray)) return true;
        }
    return false;
}

/* Large shapes, points on or almost on an edge, and rings of one vertex. */
static __attribute__((noinline)) int32_t locate_slowly(const cim__shape_path *path, const cim__shape *h, double x, double y)
{
    point p = { path, h, cim__shape_x(h), cim__shape_y(h), x, y, 0 };
    if (h->groups ? on_groups(&p) : on_lanes(&p, 0, h->lanes)) return CIM_BOUNDARY;
    return p.odd & h->flags & CIM__SHAPE_AREA ? CIM_INSIDE : CIM_OUTSIDE;
}

int32_t cim__shape_locate(const cim__shape_path *path, const cim__shape *h, double x, double y)
{
    if (!cim__shape_holds(h, x, y)) return CIM_OUTSIDE;
    x += 0.0; /* no -0.0: kernels look at signs of differences */
    y += 0.0;
    if (!(h->flags & CIM__SHAPE_SLOW)) {
        uint32_t found = path->cross(cim__shape_x(h), cim__shape_y(h), h->lanes, x, y, h->doubt);
        if (!(found & CIM__NEAR)) return (int32_t)(found & h->flags & CIM__SHAPE_AREA) * CIM_INSIDE; /* one cannot guess which: no branch */
    }
    return locate_slowly(path, h, x, y);
}

int32_t cim_shapes_locate(const cim_shapes *s, size_t i, double x, double y) { return cim__shape_locate(s->path, cim__shape_of(s, i), x, y); }
