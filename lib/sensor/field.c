/* field.c - the ground a sensor can cover: an isovist cut to a sector and a depth.
 *
 * The isovist is star-shaped around the sensor, so each of its edges is cut to the sector on its own, and the pieces are joined in the order
 * of their directions; where two neighbours do not meet in direction the outline goes through the sensor, as beside a wall it hangs on. */
#include "sensor/sensor.h"

#include <stdlib.h>

#define WHOLE (2.0 * 3.14159265358979323846)

typedef struct sector {
    double x, y;
    double from, width; /* counter-clockwise, radians; width WHOLE: all around */
    double ahead[2], depth; /* no farther than depth along ahead; depth 0: any */
} sector;

typedef struct piece {
    double at, to; /* directions from the sector's beginning */
    double a[2], b[2];
} piece;

static double wrapped(double a)
{
    a = fmod(a, WHOLE);
    return a < 0.0 ? a + WHOLE : a;
}

/* The share of the way from p to q at which the edge meets the ray from the middle in a direction. */
static double meets(const double p[2], const double q[2], double direction)
{
    double c = cos(direction), s = sin(direction), u = p[0] * s - p[1] * c, v = q[0] * s - q[1] * c;
    double t = u != v ? u / (u - v) : 0.0;
    return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

static bool keep(cim__buf *pieces, const double p[2], const double q[2], double t0, double t1, double at, double to)
{
    piece *n = t1 > t0 ? CIM__PUSH(pieces, piece) : NULL;
    if (n) *n = (piece){ at, to, { p[0] + t0 * (q[0] - p[0]), p[1] + t0 * (q[1] - p[1]) }, { p[0] + t1 * (q[0] - p[0]), p[1] + t1 * (q[1] - p[1]) } };
    return n || !(t1 > t0);
}

/* The parts of one edge, relative to the sensor, that lie in the sector: one, or two when the sector leaves out some of its middle. */
static bool cut_edge(const sector *s, const double p[2], const double q[2], cim__buf *pieces)
{
    double turn = atan2(p[0] * q[1] - p[1] * q[0], p[0] * q[0] + p[1] * q[1]);
    if (!(turn > 0.0)) return true; /* towards the sensor or away from it, or of no length */
    if (s->width >= WHOLE) return keep(pieces, p, q, 0.0, 1.0, wrapped(atan2(p[1], p[0]) - s->from), wrapped(atan2(p[1], p[0]) - s->from) + turn);
    double at = wrapped(atan2(p[1], p[0]) - s->from);
    for (int k = 0; k < 2; k++, at -= WHOLE) { /* the sector is from 0 to width; the edge from at to at + turn, or one turn less */
        double lo = at > 0.0 ? at : 0.0, hi = at + turn < s->width ? at + turn : s->width;
        if (!(hi > lo)) continue;
        double t0 = lo > at ? meets(p, q, s->from + lo) : 0.0, t1 = hi < at + turn ? meets(p, q, s->from + hi) : 1.0;
        if (!keep(pieces, p, q, t0, t1, lo, hi)) return false;
    }
    return true;
}

static int by_direction(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->to > y->to) - (x->to < y->to);
}

static void put(cim__buf *out, const sector *s, double x, double y)
{
    double xy[2] = { x + s->x, y + s->y };
    size_t n = out->size / sizeof xy;
    if (n && !memcmp(out->data + (n - 1) * sizeof xy, xy, sizeof xy)) return;
    cim__buf_put(out, xy, sizeof xy);
}

static void join(const sector *s, const piece *p, size_t count, cim__buf *out)
{
    double slack = 1e-7, end = s->width >= WHOLE ? p[count - 1].to - WHOLE : -1.0;
    for (size_t i = 0; i < count; i++) {
        double before = i ? p[i - 1].to : end;
        if (p[i].at > before + slack) put(out, s, 0.0, 0.0);
        put(out, s, p[i].a[0], p[i].a[1]);
        put(out, s, p[i].b[0], p[i].b[1]);
    }
}

/* Cut to what is not deeper than depth along the axis: a half-plane, which the sensor is in (I. Sutherland, G. Hodgman, 1974). */
static void cut_depth(const sector *s, const cim__buf *in, cim__buf *out)
{
    size_t n = in->size / (2 * sizeof(double));
    const double *v = (const double *)(const void *)in->data;
    for (size_t i = 0; i < n; i++) {
        const double *p = v + 2 * i, *q = v + 2 * ((i + 1) % n);
        double a = s->depth - (p[0] - s->x) * s->ahead[0] - (p[1] - s->y) * s->ahead[1], b = s->depth - (q[0] - s->x) * s->ahead[0] - (q[1] - s->y) * s->ahead[1];
        if (a >= 0.0) put(out, s, p[0] - s->x, p[1] - s->y);
        if ((a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0)) {
            double t = a / (a - b);
            put(out, s, p[0] - s->x + t * (q[0] - p[0]), p[1] - s->y + t * (q[1] - p[1]));
        }
    }
}

static double area_of(const cim__buf *ring, const sector *s)
{
    size_t n = ring->size / (2 * sizeof(double));
    const double *v = (const double *)(const void *)ring->data;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double *p = v + 2 * i, *q = v + 2 * ((i + 1) % n);
        sum += (p[0] - s->x) * (q[1] - s->y) - (p[1] - s->y) * (q[0] - s->x);
    }
    return 0.5 * fabs(sum);
}

/* The sector as seen from above; *radius_out holds all of it. */
static sector sector_of(const cim__model *m, double *radius_out)
{
    const cim_sensor *s = m->s;
    double yaw = fmod(s->yaw_deg, 360.0) * CIM__RADIANS, half = m->half_h;
    bool all = s->kind == CIM_SENSOR_NOISE || s->kind == CIM_SENSOR_RADIO || half >= 0.5 * WHOLE;
    sector c = { s->x, s->y, 0.25 * WHOLE - yaw - half, all ? WHOLE : 2.0 * half, { sin(yaw), cos(yaw) }, 0.0 };
    *radius_out = fmin(m->reach, 1e5);
    if (s->kind == CIM_SENSOR_CAMERA && !(s->flags & CIM_SENSOR_TURNS) && s->hfov_deg <= 179.0 && s->vfov_deg <= 179.0) {
        double level = cos(s->pitch_deg * CIM__RADIANS);
        if (level > 1e-3) c.depth = m->focal / s->least / level;
        if (c.depth > 0.0) *radius_out = fmin(*radius_out, c.depth / fmax(cos(half), 1e-3));
    }
    return c;
}

static cim_status seen_around(cim_ctx *ctx, cim_sight_query *q, const cim_sensor *s, bool hides, double radius, cim__buf *xy)
{
    if (q && hides) {
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        cim_sight_isovist view = { .struct_size = sizeof view };
        o.z_m = s->z, o.max_m = radius;
        o.frame = (cim_box){ s->x - radius - 1.0, s->y - radius - 1.0, s->x + radius + 1.0, s->y + radius + 1.0 }; /* beyond the last building, too */
        CIM__TRY(cim_sight_isovist_find(ctx, q, s->x, s->y, &o, &view));
        cim__buf_put(xy, view.xy, view.count * 2 * sizeof(double));
        return xy->failed ? cim__nomem(ctx) : CIM_OK;
    }
    for (int i = 0; i < 360; i++) {
        double p[2] = { s->x + radius * cos(i * CIM__RADIANS), s->y + radius * sin(i * CIM__RADIANS) };
        cim__buf_put(xy, p, sizeof p);
    }
    return xy->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status outline(cim_ctx *ctx, const sector *c, const cim__buf *view, cim__buf *pieces, cim__buf *whole, cim__buf *out)
{
    size_t n = view->size / (2 * sizeof(double));
    const double *v = (const double *)(const void *)view->data;
    for (size_t i = 0; i < n; i++) {
        const double *p = v + 2 * i, *q = v + 2 * ((i + 1) % n);
        double a[2] = { p[0] - c->x, p[1] - c->y }, b[2] = { q[0] - c->x, q[1] - c->y };
        if (!cut_edge(c, a, b, pieces)) return cim__nomem(ctx);
    }
    size_t count = CIM__COUNT(pieces, piece);
    if (!count) return CIM_OK;
    qsort(pieces->data, count, sizeof(piece), by_direction);
    join(c, (const piece *)(const void *)pieces->data, count, c->depth > 0.0 ? whole : out);
    if (c->width < WHOLE) put(c->depth > 0.0 ? whole : out, c, 0.0, 0.0);
    if (c->depth > 0.0) cut_depth(c, whole, out);
    return out->failed || whole->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__sensor_outline(cim_ctx *ctx, cim_sight_query *q, const cim_sensor *s, cim__buf *out, double *area_out)
{
    cim__model m;
    double radius;
    cim__buf view = cim__buf_on(ctx->mem), pieces = cim__buf_on(ctx->mem), whole = cim__buf_on(ctx->mem);
    cim__model_of(s, &m);
    sector c = sector_of(&m, &radius);
    cim_status st = seen_around(ctx, q, s, m.hides, radius, &view);
    if (st >= 0) st = outline(ctx, &c, &view, &pieces, &whole, out);
    if (st >= 0) *area_out = area_of(out, &c);
    cim__buf_free(&view), cim__buf_free(&pieces), cim__buf_free(&whole);
    return st;
}

cim_status cim_sensor_field(cim_ctx *ctx, cim_sight_query *scene_query, const cim_sensor *sensor, cim_buf *wkb_out, double *area_m2_out)
{
    double area = 0.0;
    cim__enter(ctx);
    if (!sensor || !wkb_out) return cim__fail(ctx, CIM_EARG, "no sensor or no place for its field");
    CIM__TRY(cim__sensor_ok(ctx, sensor, 0));
    cim__buf ring = cim__buf_on(ctx->mem), wkb = cim__buf_on(ctx->mem);
    cim__gbuild g;
    cim__gbuild_init(&g, ctx->mem);
    cim__gbuild_begin(&g, CIM_GEOM_POLYGON, 2);
    cim_status st = cim__sensor_outline(ctx, scene_query, sensor, &ring, &area);
    if (st >= 0 && area > 0.0) {
        for (size_t i = 0; i < ring.size / (2 * sizeof(double)); i++) cim__gbuild_xy(&g, CIM__AT(&ring, double, 2 * i), CIM__AT(&ring, double, 2 * i + 1));
        cim__gbuild_close(&g);
        cim__gbuild_part(&g);
    }
    if (st >= 0) {
        cim_geom view = cim__gbuild_view(&g);
        cim__wkb_put(&wkb, &view);
        if (!view.part_count) cim__buf_put(&wkb, (const char[4]){ 0 }, 4); /* an empty polygon has no rings, and says so */
        if (!cim__gbuild_ok(&g) || !cim__buf_give(&wkb, wkb_out)) st = cim__nomem(ctx);
    }
    if (st >= 0 && area_m2_out) *area_m2_out = area;
    cim__buf_free(&wkb), cim__buf_free(&ring);
    cim__gbuild_free(&g);
    return st;
}
