/* find.c - what a probe seeks, as tests of boxes in grid numbers and, where the caller wants it, of the exact boxes. */
#include "geom/geom.h"
#include "index/find.h"

static cim_status check_box(cim_ctx *ctx, const cim_probe *p)
{
    if (!cim__range_ok(p->x0, p->x1) || !cim__range_ok(p->y0, p->y1)) return cim__fail(ctx, CIM_EARG, "the probe's box is reversed or not finite");
    if (!(p->z0 <= p->z1)) return cim__fail(ctx, CIM_EARG, "the probe's range of z is reversed or not a number");
    return p->distance >= 0.0 ? CIM_OK : cim__fail(ctx, CIM_EARG, "the probe's distance is negative or not a number");
}

static bool any_z(const cim_probe *p) { return p->z0 == -HUGE_VAL && p->z1 == HUGE_VAL; }

static cim_status check_segment(cim_ctx *ctx, const cim_probe *p)
{
    if (!isfinite(p->x0) || !isfinite(p->y0) || !isfinite(p->x1) || !isfinite(p->y1)) return cim__fail(ctx, CIM_EARG, "the probe's segment is not finite");
    return any_z(p) || (isfinite(p->z0) && isfinite(p->z1)) ? CIM_OK : cim__fail(ctx, CIM_EARG, "the z of the probe's segment are not finite");
}

static cim_status check_shape(cim_ctx *ctx, const cim_probe *p)
{
    if (!p->shapes || p->shape >= cim_shapes_count(p->shapes)) return cim__fail(ctx, CIM_EARG, "the probe's shape %u does not exist", p->shape);
    return p->z0 <= p->z1 ? CIM_OK : cim__fail(ctx, CIM_EARG, "the probe's range of z is reversed or not a number");
}

cim_status cim__probe_check(cim_ctx *ctx, const cim_probe *p, bool nearest)
{
    if (nearest && p->kind != CIM_PROBE_BOX) return cim__fail(ctx, CIM_EARG, "nearest boxes are sought around a box or a point");
    switch (p->kind) {
    case CIM_PROBE_BOX: return check_box(ctx, p);
    case CIM_PROBE_SEGMENT: return check_segment(ctx, p);
    case CIM_PROBE_SHAPE: return check_shape(ctx, p);
    default: return cim__fail(ctx, CIM_EARG, "no such kind of probe: %d", (int)p->kind);
    }
}

/* ---- how a box lies to what is sought: the slack covers the rounding of doubles, boxes being rounded outwards already ---- */

/* The greatest distance of a place in min ... max from the range. */
static double reach(double min, double max, double from, double to) { return fmax(fmax(from - min, max - to), 0.0); }

static int relate_reach(const cim__find *f, const cim__ibox *b, const int32_t z[2])
{
    double dx = cim__range_gap(b->min_x, b->max_x, f->from[0], f->to[0]), dy = cim__range_gap(b->min_y, b->max_y, f->from[1], f->to[1]), dz = 0.0, fz = 0.0;
    double fx = reach(b->min_x, b->max_x, f->from[0], f->to[0]), fy = reach(b->min_y, b->max_y, f->from[1], f->to[1]);
    if (z) {
        dz = cim__range_gap(z[0], z[1], f->from[2], f->to[2]);
        fz = reach(z[0], z[1], f->from[2], f->to[2]);
    }
    if (dx * dx + dy * dy + dz * dz > f->reach2_out) return CIM__APART;
    return fx * fx + fy * fy + fz * fz < f->reach2 * (1.0 - 1e-9) - 1e-3 ? CIM__WITHIN : CIM__ACROSS;
}

/* The part from .. to (of 0 .. 1) of a way from a by d that lies in min .. max; slabs of T. Kay, J. Kajiya, SIGGRAPH 1986. */
static bool clip(double a, double d, double min, double max, double *from, double *to)
{
    enum { SLACK_PER_STEP = 1000 };
    min -= 1.0 / SLACK_PER_STEP;
    max += 1.0 / SLACK_PER_STEP;
    if (d == 0.0) return a >= min && a <= max;
    double t0 = (min - a) / d, t1 = (max - a) / d, eps = 1e-14;
    *from = fmax(*from, fmin(t0, t1) - eps);
    *to = fmin(*to, fmax(t0, t1) + eps);
    return *from <= *to;
}

static int relate_segment(const cim__find *f, const cim__ibox *b, const int32_t z[2])
{
    double from = 0.0, to = 1.0;
    if (!clip(f->from[0], f->to[0] - f->from[0], b->min_x, b->max_x, &from, &to)) return CIM__APART;
    if (!clip(f->from[1], f->to[1] - f->from[1], b->min_y, b->max_y, &from, &to)) return CIM__APART;
    if (z && !any_z(f->probe) && !clip(f->from[2], f->to[2] - f->from[2], z[0], z[1], &from, &to)) return CIM__APART;
    return CIM__ACROSS;
}

static int relate_shape(const cim__find *f, const cim__ibox *b, const int32_t z[2])
{
    static const int how[] = { [CIM_OUTSIDE] = CIM__APART, [CIM_CROSSES] = CIM__ACROSS, [CIM_INSIDE] = CIM__WITHIN };
    cim_box box = cim__grid_back(f->grid, b);
    (void)z; /* the range was compared already */
    return how[cim_shapes_box_relation(f->probe->shapes, f->probe->shape, &box)];
}

/* ---- the same for one item on its exact box ---- */

static bool exact_box(const cim__find *f, uint32_t id)
{
    const cim_box *b = &f->probe->exact[id];
    const cim_probe *p = f->probe;
    return b->min_x <= p->x1 && b->max_x >= p->x0 && b->min_y <= p->y1 && b->max_y >= p->y0;
}

static bool exact_reach(const cim__find *f, uint32_t id)
{
    const cim_box *b = &f->probe->exact[id];
    const cim_probe *p = f->probe;
    double dx = cim__range_gap(b->min_x, b->max_x, p->x0, p->x1), dy = cim__range_gap(b->min_y, b->max_y, p->y0, p->y1);
    return dx * dx + dy * dy <= p->distance * p->distance;
}

static bool exact_shape(const cim__find *f, uint32_t id)
{
    return cim_shapes_box_relation(f->probe->shapes, f->probe->shape, &f->probe->exact[id]) != CIM_OUTSIDE;
}

/* Separating axes: the box's sides and the segment's normal, on which the corners must not all lie on one side. */
static bool exact_segment(const cim__find *f, uint32_t id)
{
    const cim_box *b = &f->probe->exact[id];
    const cim_probe *p = f->probe;
    double s[2] = { p->x0, p->y0 }, e[2] = { p->x1, p->y1 };
    if (fmin(s[0], e[0]) > b->max_x || fmax(s[0], e[0]) < b->min_x || fmin(s[1], e[1]) > b->max_y || fmax(s[1], e[1]) < b->min_y) return false;
    double corners[4][2] = { { b->min_x, b->min_y }, { b->max_x, b->min_y }, { b->max_x, b->max_y }, { b->min_x, b->max_y } };
    bool left = false, right = false;
    for (int i = 0; i < 4; i++) {
        int side = cim__orient(s, e, corners[i]);
        left |= side >= 0;
        right |= side <= 0;
    }
    return left && right;
}

/* ---- from the probe ---- */

cim__ibox cim__probe_around(const cim__grid *grid, const cim_probe *p)
{
    cim_box box = { 0.0, 0.0, 0.0, 0.0 };
    if (p->kind == CIM_PROBE_SHAPE) {
        cim_shapes_box(p->shapes, p->shape, &box);
        return cim__grid_around(grid, box.min_x, box.min_y, box.max_x, box.max_y);
    }
    return cim__grid_around(grid, fmin(p->x0, p->x1), fmin(p->y0, p->y1), fmax(p->x0, p->x1), fmax(p->y0, p->y1));
}

static void find_box(cim__find *f, const cim_probe *p, const cim__grid *g)
{
    double d = p->distance;
    f->box = cim__grid_around(g, p->x0 - d, p->y0 - d, p->x1 + d, p->y1 + d);
    if (d == 0.0) {
        f->decide = p->exact ? exact_box : NULL;
        return;
    }
    f->relate = relate_reach;
    f->decide = p->exact ? exact_reach : NULL;
    f->reach2 = d / g->step * (d / g->step);
    f->reach2_out = cim__grid_slack2(d / g->step);
}

static void find_segment(cim__find *f, const cim_probe *p, const cim__grid *g)
{
    f->box = cim__probe_around(g, p);
    f->relate = relate_segment;
    f->decide = p->exact ? exact_segment : NULL; /* in z the grid decides, as for a box */
}

static void find_shape(cim__find *f, const cim_probe *p, const cim__grid *g)
{
    cim_box box;
    f->relate = relate_shape;
    f->decide = p->exact ? exact_shape : NULL;
    f->box = cim__ibox_nothing;
    if (cim_shapes_box(p->shapes, p->shape, &box)) f->box = cim__grid_around(g, box.min_x, box.min_y, box.max_x, box.max_y);
}

static int32_t two_more(int32_t v) { return v > INT32_MAX - 2 ? INT32_MAX : v + 2; }
static int32_t two_less(int32_t v) { return v < INT32_MIN + 2 ? INT32_MIN : v - 2; }
static cim__ibox shrunk(const cim__ibox *b) { return (cim__ibox){ two_more(b->min_x), two_more(b->min_y), two_less(b->max_x), two_less(b->max_y) }; }

/* What the probe is in grid numbers, for relate, and its range of z. */
static void find_space(cim__find *f, const cim_probe *p, const cim__grid *g)
{
    double scale = g->scale, reach_z = p->kind == CIM_PROBE_BOX ? p->distance * scale : 0.0;
    f->from[0] = (p->x0 - g->origin_x) * scale;
    f->from[1] = (p->y0 - g->origin_y) * scale;
    f->from[2] = (p->z0 - g->origin_z) * scale;
    f->to[0] = (p->x1 - g->origin_x) * scale;
    f->to[1] = (p->y1 - g->origin_y) * scale;
    f->to[2] = (p->z1 - g->origin_z) * scale;
    f->min_z = cim__grid_down(cim__grid_clamp(fmin(f->from[2], f->to[2]) - reach_z));
    f->max_z = cim__grid_up(cim__grid_clamp(fmax(f->from[2], f->to[2]) + reach_z));
}

/* Field by field: clearing the whole struct takes as long as a point query. */
void cim__find_start(cim__find *f, const cim_index *index, const cim_probe *p)
{
    const cim__grid *g = &index->grid;
    f->probe = p;
    f->grid = g;
    f->classes = p->classes;
    f->decide = NULL;
    f->relate = NULL;
    f->plain = p->kind == CIM_PROBE_BOX && p->distance == 0.0 && !p->classes && !p->accept && any_z(p);
    if (!f->plain) find_space(f, p, g);
    if (p->kind == CIM_PROBE_BOX) find_box(f, p, g);
    else if (p->kind == CIM_PROBE_SEGMENT) find_segment(f, p, g);
    else find_shape(f, p, g);
    f->sure = f->decide ? shrunk(&f->box) : f->box;
}
