/* measure.c - area, length, position and distance in the plane, on flat arrays and without allocation. */
#include "geom/geom.h"

#include <math.h>

static inline const double *vertex(const cim_geom *g, uint32_t v) { return g->coords + (size_t)v * (size_t)g->dim; }

bool cim__geom_finite(const cim_geom *g)
{
    size_t count = (size_t)g->vertex_count * (size_t)g->dim;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(g->coords[i])) return false;
    return true;
}

/* Shoelace relative to the ring's first vertex, so that large coordinates cost no digits. */
double cim__ring_area(const cim_geom *g, uint32_t ring)
{
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    double sum = 0.0;
    if (end < first + 3) return 0.0;
    const double *o = vertex(g, first);
    for (uint32_t v = first + 1; v + 1 < end; v++) {
        const double *p = vertex(g, v), *q = vertex(g, v + 1);
        sum += (p[0] - o[0]) * (q[1] - o[1]) - (q[0] - o[0]) * (p[1] - o[1]);
    }
    return sum * 0.5;
}

double cim__geom_area(const cim_geom *g)
{
    double area = 0.0;
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON) return 0.0;
    for (uint32_t part = 0; part < g->part_count; part++)
        for (uint32_t ring = cim__part_start(g, part), outer = ring; ring < g->part_end[part]; ring++) {
            double a = fabs(cim__ring_area(g, ring));
            area += ring == outer ? a : -a;
        }
    return area;
}

double cim__geom_length(const cim_geom *g)
{
    double length = 0.0;
    if (cim__geom_base(g->type) == CIM_GEOM_POINT) return 0.0;
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        for (uint32_t v = cim__ring_start(g, ring); v + 1 < g->ring_end[ring]; v++) {
            const double *p = vertex(g, v), *q = vertex(g, v + 1);
            double dx = q[0] - p[0], dy = q[1] - p[1];
            length += sqrt(dx * dx + dy * dy); /* coordinates are below 1e9: nothing overflows, and hypot takes five times as long */
        }
    return length;
}

/* Does the upward or downward edge pq cross the ray from (x, y) to the right, or hold the point itself? */
cim__where cim__cross_ray(const double *p, const double *q, double x, double y, bool *inside)
{
    const double point[2] = { x, y };
    if (p[1] == q[1]) { /* level edges never toggle, but may hold the point */
        bool on = p[1] == y && (p[0] <= q[0] ? p[0] <= x && x <= q[0] : q[0] <= x && x <= p[0]);
        return on ? CIM__BOUNDARY : CIM__OUTSIDE;
    }
    const double *low = p[1] < q[1] ? p : q, *high = p[1] < q[1] ? q : p;
    if (y < low[1] || y > high[1]) return CIM__OUTSIDE;
    int side = cim__orient(low, high, point);
    if (side == 0) return CIM__BOUNDARY;
    if (side > 0 && y < high[1]) *inside = !*inside; /* half-open: the upper end does not count */
    return CIM__OUTSIDE;
}

cim__where cim__point_in_polygon(const cim_geom *g, double x, double y)
{
    bool inside = false;
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        for (uint32_t v = cim__ring_start(g, ring); v + 1 < g->ring_end[ring]; v++)
            if (cim__cross_ray(vertex(g, v), vertex(g, v + 1), x, y, &inside) == CIM__BOUNDARY) return CIM__BOUNDARY;
    return inside ? CIM__INSIDE : CIM__OUTSIDE;
}

static void nearest_on_edge(const double *p, const double *q, uint32_t v, double x, double y, cim__nearest *best)
{
    double dx = q[0] - p[0], dy = q[1] - p[1], length2 = dx * dx + dy * dy;
    double t = length2 > 0.0 ? ((x - p[0]) * dx + (y - p[1]) * dy) / length2 : 0.0;
    t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
    double nx = t == 1.0 ? q[0] : p[0] + t * dx, ny = t == 1.0 ? q[1] : p[1] + t * dy;
    double d = hypot(x - nx, y - ny);
    if (d < best->distance) *best = (cim__nearest){ d, nx, ny, (double)v + t };
}

cim__nearest cim__geom_nearest(const cim_geom *g, double x, double y)
{
    cim__nearest best = { HUGE_VAL, x, y, 0.0 };
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t v = cim__ring_start(g, ring), end = g->ring_end[ring];
        if (v + 1 == end) nearest_on_edge(vertex(g, v), vertex(g, v), v, x, y, &best);
        for (; v + 1 < end; v++) nearest_on_edge(vertex(g, v), vertex(g, v + 1), v, x, y, &best);
    }
    if (cim__geom_base(g->type) == CIM_GEOM_POLYGON && best.distance > 0.0 && cim__point_in_polygon(g, x, y) == CIM__INSIDE)
        best = (cim__nearest){ 0.0, x, y, best.along };
    return best;
}

/* The x where the widest inner span of the polygon at height y has its middle; width 0 when y meets no inside. */
static double widest_span(const cim_geom *g, double y, double *width_out)
{
    enum { MAX = 256 };
    double xs[MAX];
    int n = 0;
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        for (uint32_t v = cim__ring_start(g, ring); v + 1 < g->ring_end[ring] && n < MAX; v++) {
            const double *p = vertex(g, v), *q = vertex(g, v + 1);
            if ((p[1] > y) == (q[1] > y)) continue;
            double at = p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0]);
            int i = n++;
            for (; i > 0 && xs[i - 1] > at; i--) xs[i] = xs[i - 1];
            xs[i] = at;
        }
    double best = 0.0, middle = 0.0;
    if (n == MAX) n = 0; /* a scan line that cuts this often is no good place anyway */
    for (int i = 0; i + 1 < n; i += 2)
        if (xs[i + 1] - xs[i] > best) {
            best = xs[i + 1] - xs[i];
            middle = 0.5 * (xs[i] + xs[i + 1]);
        }
    *width_out = best;
    return middle;
}

static bool inner_of_polygon(const cim_geom *g, double xy[2])
{
    cim_box box = cim__geom_box(g);
    double best = 0.0;
    for (int i = 1; i < 8; i++) { /* odd eighths first would do for most; all seven cost little */
        double y = box.min_y + (box.max_y - box.min_y) * (i / 8.0 + 0.000137), width;
        double x = widest_span(g, y, &width);
        if (width <= best) continue;
        best = width;
        xy[0] = x;
        xy[1] = y;
    }
    return best > 0.0;
}

static void middle_of_line(const cim_geom *g, uint32_t ring, double xy[2])
{
    uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
    double half = 0.0;
    for (uint32_t v = first; v + 1 < end; v++) half += 0.5 * hypot(vertex(g, v + 1)[0] - vertex(g, v)[0], vertex(g, v + 1)[1] - vertex(g, v)[1]);
    for (uint32_t v = first; v + 1 < end; v++) {
        const double *p = vertex(g, v), *q = vertex(g, v + 1);
        double d = hypot(q[0] - p[0], q[1] - p[1]);
        double t = d > 0.0 && half < d ? half / d : 1.0;
        xy[0] = p[0] + t * (q[0] - p[0]);
        xy[1] = p[1] + t * (q[1] - p[1]);
        if (half <= d) return;
        half -= d;
    }
}

bool cim__geom_inner_point(const cim_geom *g, double xy[2])
{
    if (!g->vertex_count) return false;
    xy[0] = g->coords[0];
    xy[1] = g->coords[1];
    int32_t base = cim__geom_base(g->type);
    if (base == CIM_GEOM_LINESTRING && g->ring_count) middle_of_line(g, 0, xy);
    if (base == CIM_GEOM_POLYGON) return inner_of_polygon(g, xy);
    return true;
}
