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

static void look_at(search *s, uint32_t first, uint32_t lanes)
{
    double found = s->path->least(s->px + first, s->py + first, lanes, s->x, s->y);
    if (found > s->best || (found == s->best && first >= s->first)) return;
    s->best = found;
    s->first = first;
}

static uint32_t nearest_of(const double *bounds, uint32_t count)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < count; i++)
        if (bounds[i] < bounds[best]) best = i;
    return best;
}

static void search_group(search *s, uint32_t g)
{
    double bounds[CIM__SHAPE_BLOCK];
    uint32_t first = g * CIM__SHAPE_GROUP_LANES, lanes = cim__shape_least(CIM__SHAPE_GROUP_LANES, s->h->lanes - first);
    uint32_t count = (lanes + CIM__SHAPE_BLOCK - 1) / CIM__SHAPE_BLOCK;
    s->path->bounds(cim__shape_groups(s->h) + g, s->x, s->y, bounds);
    uint32_t nearest = nearest_of(bounds, count);
    for (uint32_t k = 0; k <= count; k++) { /* the nearest, then all others */
        uint32_t i = k ? k - 1 : nearest;
        if (bounds[i] > s->best || k == nearest + 1) continue;
        look_at(s, first + i * CIM__SHAPE_BLOCK, cim__shape_least(CIM__SHAPE_BLOCK, lanes - i * CIM__SHAPE_BLOCK));
    }
}

static void search_groups(search *s)
{
    double bounds[CIM__SHAPE_BLOCK], least = HUGE_VAL;
    uint32_t nearest = 0, tops = cim__shape_tops(s->h);
    const cim__shape_group *top = cim__shape_groups(s->h) + s->h->groups;
    for (uint32_t t = 0; t < tops; t++) {
        s->path->bounds(top + t, s->x, s->y, bounds);
        uint32_t i = nearest_of(bounds, CIM__SHAPE_BLOCK);
        if (bounds[i] >= least) continue;
        least = bounds[i];
        nearest = t * CIM__SHAPE_BLOCK + i;
    }
    search_group(s, nearest);
    for (uint32_t t = 0; t < tops; t++) {
        if (tops > 1) s->path->bounds(top + t, s->x, s->y, bounds);
        for (uint32_t i = 0, g = t * CIM__SHAPE_BLOCK; i < CIM__SHAPE_BLOCK && g < s->h->groups; i++, g++)
            if (bounds[i] <= s->best && g != nearest) search_group(s, g);
    }
}

double cim__shape_least2(const cim__shape_path *path, const cim__shape *h, double x, double y, uint32_t *lane_out)
{
    search s = { path, h, cim__shape_x(h), cim__shape_y(h), x, y, HUGE_VAL, UINT32_MAX };
    double fraction;
    if (h->groups) search_groups(&s);
    else if (!lane_out) return path->least(s.px, s.py, h->lanes, x, y);
    else
        for (uint32_t i = 0; i < h->lanes; i += CIM__SHAPE_BLOCK) look_at(&s, i, cim__shape_least(CIM__SHAPE_BLOCK, h->lanes - i));
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
