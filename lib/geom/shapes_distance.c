/* shapes_distance.c - the distance of a point, and the nearest place.
 *
 * A small shape is simply gone through.  In a large one the box that is nearest goes first, then only boxes that are not
 * farther than what was found: of 10,000 edges some 50 are looked at.  All paths search in the same order and round alike. */
#include "geom/shapes.h"

#include <math.h>

typedef struct search {
    const cim__shape_path *path;
    const cim__shape *h;
    const double *px, *py;
    double x, y;
    double best;    /* square of the distance */
    uint32_t first; /* of the lanes that have it; the lowest */
} search;

double cim__shape_lane2(const double *px, const double *py, uint32_t i, double x, double y, double *fraction_out)
{
    double dx = px[i + 1] - px[i], dy = py[i + 1] - py[i], x0 = px[i] - x, y0 = py[i] - y;
    double along = x0 * dx + y0 * dy, length2 = dx * dx + dy * dy, det = x0 * dy - y0 * dx;
    bool between = along < 0.0 && along + length2 > 0.0;
    *fraction_out = between ? fmin(-along / length2, 1.0) : 0.0;
    return between ? det / length2 * det : x0 * x0 + y0 * y0;
}

static void look_at(search *s, uint32_t first)
{
    if (first >= s->h->lanes) return;
    double found = s->path->least(s->px + first, s->py + first, cim__shape_least(CIM__SHAPE_BLOCK, s->h->lanes - first), s->x, s->y);
    if (found > s->best || (found == s->best && first >= s->first)) return;
    s->best = found;
    s->first = first;
}

static uint32_t nearest_in(const search *s, const cim__shape_group *group, double bound2)
{
    return (uint32_t)__builtin_ctz(s->path->within(group, s->x, s->y, bound2));
}

static void search_group(search *s, uint32_t g)
{
    const cim__shape_group *group = cim__shape_groups(s->h) + g;
    if (g >= s->h->groups) return;
    uint32_t first = g * CIM__SHAPE_GROUP_LANES, nearest = nearest_in(s, group, s->path->bound(group, s->x, s->y));
    look_at(s, first + nearest * CIM__SHAPE_BLOCK);
    uint32_t rest = s->path->within(group, s->x, s->y, s->best) & ~(1u << nearest);
    while (rest) {
        double before = s->best;
        look_at(s, first + (uint32_t)__builtin_ctz(rest) * CIM__SHAPE_BLOCK);
        rest &= rest - 1;
        if (s->best < before) rest &= s->path->within(group, s->x, s->y, s->best);
    }
}

/* The group nearest to the point. */
static uint32_t nearest_group(const search *s, const cim__shape_group *tops)
{
    double least = HUGE_VAL;
    uint32_t best = 0;
    for (uint32_t t = 0; t < cim__shape_tops(s->h); t++) {
        double bound = s->path->bound(tops + t, s->x, s->y);
        if (bound >= least) continue;
        least = bound;
        best = t;
    }
    return best * CIM__SHAPE_BLOCK + nearest_in(s, tops + best, least);
}

static void search_groups(search *s)
{
    const cim__shape_group *tops = cim__shape_groups(s->h) + s->h->groups;
    uint32_t nearest = s->h->groups > 1 ? nearest_group(s, tops) : 0;
    search_group(s, nearest);
    for (uint32_t t = 0; s->h->groups > 1 && t < cim__shape_tops(s->h); t++)
        for (uint32_t rest = s->path->within(tops + t, s->x, s->y, s->best); rest; rest &= rest - 1) {
            uint32_t g = t * CIM__SHAPE_BLOCK + (uint32_t)__builtin_ctz(rest);
            if (g == nearest) continue;
            search_group(s, g);
            rest &= s->path->within(tops + t, s->x, s->y, s->best) | (rest & -rest);
        }
}

double cim__shape_least2(const cim__shape_path *path, const cim__shape *h, double x, double y, uint32_t *lane_out)
{
    search s = { path, h, cim__shape_x(h), cim__shape_y(h), x, y, HUGE_VAL, UINT32_MAX };
    double fraction;
    if (h->groups) search_groups(&s);
    else if (!lane_out) return path->least(s.px, s.py, h->lanes, x, y);
    else
        for (uint32_t i = 0; i < h->lanes; i += CIM__SHAPE_BLOCK) look_at(&s, i);
    if (!lane_out || s.first == UINT32_MAX) return s.best;
    for (uint32_t i = s.first; i < h->lanes && i < s.first + CIM__SHAPE_BLOCK; i++)
        if (cim__shape_lane2(s.px, s.py, i, x, y, &fraction) == s.best) {
            *lane_out = i;
            break;
        }
    return s.best;
}

double cim_shapes_distance(const cim_shapes *s, size_t i, double x, double y)
{
    const cim__shape *h = cim__shape_of(s, i);
    if (!isfinite(x) || !isfinite(y)) return HUGE_VAL;
    if (cim__shape_locate(s->path, h, x, y) != CIM_OUTSIDE) return 0.0;
    return sqrt(cim__shape_least2(s->path, h, x, y, NULL));
}

/* Rings end in a slot that is no vertex. */
static uint32_t vertex_of(const cim__shape *h, uint32_t lane)
{
    const double *px = cim__shape_x(h);
    uint32_t from = 0, rings = 0;
    if (!(h->flags & CIM__SHAPE_RINGS)) return lane;
    if (h->groups) {
        from = lane / CIM__SHAPE_BLOCK * CIM__SHAPE_BLOCK;
        rings = cim__shape_groups(h)[lane / CIM__SHAPE_GROUP_LANES].rings[lane / CIM__SHAPE_BLOCK % CIM__SHAPE_BLOCK];
    }
    for (uint32_t i = from; i < lane; i++) rings += isnan(px[i]);
    return lane - rings;
}

int32_t cim_shapes_nearest(const cim_shapes *s, size_t i, double x, double y, cim_nearest *out)
{
    const cim__shape *h = cim__shape_of(s, i);
    const double *px = cim__shape_x(h), *py = cim__shape_y(h);
    uint32_t lane = CIM_NONE;
    *out = (cim_nearest){ HUGE_VAL, x, y, 0.0, CIM_NONE, 0 };
    if (!h->slots || !isfinite(x) || !isfinite(y)) return 0;
    int32_t where = cim__shape_locate(s->path, h, x, y);
    out->distance = 0.0;
    if (where == CIM_INSIDE) return 1;
    double least2 = cim__shape_least2(s->path, h, x, y, &lane);
    if (lane == CIM_NONE) lane = 0; /* the square is beyond what a double holds */
    cim__shape_lane2(px, py, lane, x, y, &out->fraction);
    if (where == CIM_OUTSIDE) {
        double t = out->fraction;
        out->distance = sqrt(least2);
        out->x = px[lane] + (t > 0.0 ? t * (px[lane + 1] - px[lane]) : 0.0);
        out->y = py[lane] + (t > 0.0 ? t * (py[lane + 1] - py[lane]) : 0.0);
    }
    out->vertex = vertex_of(h, lane);
    if (isnan(px[lane + 1]) && lane && !isnan(px[lane - 1])) { /* the end of a line belongs to its last edge */
        out->vertex--;
        out->fraction = 1.0;
    }
    return 1;
}
