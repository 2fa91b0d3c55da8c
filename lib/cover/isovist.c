/* isovist.c - what is seen around a point in the plane, exactly: area, outline, visible parts of walls. */
#include "cover/around.h"

#include <stdlib.h>

typedef struct eye {
    double x, y, z, limit, arc;
    bool all; /* heights do not matter */
    cim_box frame;
} eye;

static double stands(const cim__prism *p, const void *user)
{
    const eye *e = user;
    return p->base < p->top && (e->all || (p->base < e->z && e->z < p->top)) ? 1.0 : 0.0;
}

static cim_status options_ok(cim_ctx *ctx, const cim_sight_isovist_options *o)
{
    if (!isnan(o->z_m) && !(fabs(o->z_m) <= CIM__SIGHT_FAR)) return cim__fail(ctx, CIM_EARG, "the height is absurd");
    if (!(o->max_m >= 0.0 && o->max_m <= CIM__SIGHT_FAR)) return cim__fail(ctx, CIM_EARG, "the distance is negative or absurd");
    if (!(o->arc_deg > 1e-3 && o->arc_deg <= 90.0)) return cim__fail(ctx, CIM_EARG, "the step of arcs is not between 0.001 and 90 degrees");
    return CIM_OK;
}

static cim_status frame_ok(cim_ctx *ctx, const cim_sight_scene *s, const cim_sight_isovist_options *o, eye *e)
{
    const cim_box *f = &o->frame;
    bool given = f->min_x != 0.0 || f->min_y != 0.0 || f->max_x != 0.0 || f->max_y != 0.0;
    e->frame = *f;
    if (!given && e->limit > 0.0) {
        double r = 1.01 * e->limit;
        e->frame = (cim_box){ e->x - r, e->y - r, e->x + r, e->y + r };
    } else if (!given) {
        e->frame = s->box;
        cim__box_add(&e->frame, e->x, e->y);
        e->frame = (cim_box){ e->frame.min_x - 1.0, e->frame.min_y - 1.0, e->frame.max_x + 1.0, e->frame.max_y + 1.0 };
    }
    f = &e->frame;
    if (!(f->min_x < e->x && e->x < f->max_x && f->min_y < e->y && e->y < f->max_y)) return cim__fail(ctx, CIM_EARG, "the point is not inside the frame");
    double most = fmax(fmax(fabs(f->min_x), fabs(f->max_x)), fmax(fabs(f->min_y), fabs(f->max_y)));
    if (!(most <= 4 * CIM__SIGHT_FAR)) return cim__fail(ctx, CIM_EARG, "the frame is absurd");
    return CIM_OK;
}

static bool add_frame(cim_sight_query *q, const eye *e)
{
    const double x0 = e->frame.min_x - e->x, y0 = e->frame.min_y - e->y, x1 = e->frame.max_x - e->x, y1 = e->frame.max_y - e->y;
    const double c[5][2] = { { x0, y0 }, { x1, y0 }, { x1, y1 }, { x0, y1 }, { x0, y0 } };
    for (int i = 0; i < 4; i++) {
        const cim__wall wall = { { c[i][0], c[i][1] }, { c[i + 1][0], c[i + 1][1] }, CIM_NONE, CIM_NONE, 0.0, 1.0 };
        if (!cim__around_wall(q, &q->marks, &wall, 1.0)) return false;
    }
    return true;
}

/* ---- from the envelope to the answer ---- */

typedef struct outline {
    cim_sight_query *q;
    const eye *e;
    double area, first[2], last[2];
    bool any, failed;
} outline;

static void corner(outline *o, double x, double y)
{
    if (o->any && o->last[0] == x && o->last[1] == y) return;
    double *at = cim__buf_extend(&o->q->corners, 2 * sizeof *at);
    if (!at) o->failed = true;
    else at[0] = o->e->x + x, at[1] = o->e->y + y;
    o->last[0] = x, o->last[1] = y;
    o->any = true;
}

static void arc(outline *o, const double from[2], const double to[2])
{
    double limit = o->e->limit, begin = atan2(from[1], from[0]), turn = atan2(cim__cross2(from, to), from[0] * to[0] + from[1] * to[1]);
    if (!(turn > 0.0)) return;
    int parts = (int)ceil(turn / o->e->arc);
    o->area += 0.5 * limit * limit * turn;
    for (int i = 0; i <= parts; i++) {
        double t = begin + turn * i / parts;
        corner(o, limit * cos(t), limit * sin(t));
    }
}

/* From shares of the wall to those of its edge. */
static cim_sight_wall seen_part(const cim__wall *w, double from, double to, double length)
{
    double all = w->to - w->from;
    return (cim_sight_wall){ w->prism, w->vertex, w->from + from * all, to < 1.0 ? w->from + to * all : w->to, (to - from) * length };
}

static void straight(outline *o, const cim__wall *w, const double from[2], const double to[2])
{
    o->area += 0.5 * cim__cross2(from, to);
    corner(o, from[0], from[1]);
    corner(o, to[0], to[1]);
    if (w->prism == CIM_NONE) return;
    double d[2] = { w->b[0] - w->a[0], w->b[1] - w->a[1] }, square = d[0] * d[0] + d[1] * d[1];
    double a = ((from[0] - w->a[0]) * d[0] + (from[1] - w->a[1]) * d[1]) / square, b = ((to[0] - w->a[0]) * d[0] + (to[1] - w->a[1]) * d[1]) / square;
    cim_sight_wall *at = CIM__PUSH(&o->q->spans, cim_sight_wall);
    a = a < 0.0 ? 0.0 : a > 1.0 ? 1.0 : a;
    b = b < 0.0 ? 0.0 : b > 1.0 ? 1.0 : b;
    if (!at) o->failed = true;
    else *at = seen_part(w, a < b ? a : b, a < b ? b : a, sqrt(square));
}

static void point_at(const cim__piece *p, const cim__way *d, double xy[2])
{
    double r = cim__piece_at(p, d);
    xy[0] = d->x / r, xy[1] = d->y / r;
}

/* A piece of a wall, and arcs where it is farther than the limit. */
static void take(outline *o, const cim__piece *p)
{
    const double limit = o->e->limit, m2 = p->m[0] * p->m[0] + p->m[1] * p->m[1];
    const cim__wall *w = p->wall == CIM_NONE ? NULL : &CIM__AT(&o->q->walls, cim__wall, p->wall);
    if (!w || m2 >= CIM__SHUT * CIM__SHUT) {
        corner(o, 0.0, 0.0);
        return;
    }
    double from[2], to[2], foot[2] = { p->m[0] / m2, p->m[1] / m2 }, half2 = limit * limit - 1.0 / m2;
    point_at(p, &p->from, from);
    point_at(p, &p->to, to);
    if (limit <= 0.0) {
        straight(o, w, from, to);
        return;
    }
    if (half2 <= 0.0) {
        arc(o, from, to);
        return;
    }
    double length = sqrt(m2), half = sqrt(half2), along[2] = { -p->m[1] / length, p->m[0] / length };
    double a = from[0] * along[0] + from[1] * along[1], b = to[0] * along[0] + to[1] * along[1], in = fmin(fmax(a, -half), b), out = fmax(fmin(b, half), a);
    const double enter[2] = { foot[0] + in * along[0], foot[1] + in * along[1] }, leave[2] = { foot[0] + out * along[0], foot[1] + out * along[1] };
    if (a < -half) arc(o, from, b < -half ? to : enter);
    if (a < half && b > -half) straight(o, w, a < -half ? enter : from, b > half ? leave : to);
    if (b > half) arc(o, a > half ? from : leave, to);
}

/* ---- walls in line with the eye: seen as far as the sight line along them ---- */

static bool out_of(double from, double step, double low, double high, double *most)
{
    double room = step > 0.0 ? (high - from) / step : step < 0.0 ? (low - from) / step : HUGE_VAL;
    if (room < *most) *most = room;
    return *most > 0.0;
}

/* How far from the eye to the end of a wall nothing is in the way, as a share; negative: out of memory. */
static double open_to(cim_sight_query *q, const eye *e, const double to[2])
{
    double most = 1.0, length = hypot(to[0], to[1]), at;
    const double from[3] = { e->x, e->y, 0.0 }, end[3] = { e->x + to[0], e->y + to[1], 0.0 };
    cim__sight s;
    if (e->limit > 0.0 && e->limit < length) most = e->limit / length;
    if (!out_of(e->x, to[0], e->frame.min_x, e->frame.max_x, &most) || !out_of(e->y, to[1], e->frame.min_y, e->frame.max_y, &most)) return 0.0;
    cim__sight_set(&s, from, end);
    if (!cim__sight_turn(q) || !cim__sight_gather(q, s.box)) return -1.0;
    for (size_t i = 0; i < CIM__COUNT(&q->near, uint32_t); i++) {
        const cim__prism *p = &q->scene->prisms[CIM__AT(&q->near, uint32_t, i)];
        if (!(stands(p, e) > 0.0)) continue;
        s.za = s.zb = s.low = s.high = 0.5 * (p->base + p->top);
        int meets = cim__sight_enters(q->scene, p, &s, &at);
        if (meets < 0) return -1.0;
        if (meets && at < most) most = at;
    }
    return most;
}

/* From the eye, one end or both of a wall on its line: the farther one of each side. */
static bool add_end_on(cim_sight_query *q, const eye *e, const cim__wall *w)
{
    double d[2] = { w->b[0] - w->a[0], w->b[1] - w->a[1] }, square = d[0] * d[0] + d[1] * d[1];
    if (!(square > 0.0)) return true;
    double at = -(w->a[0] * d[0] + w->a[1] * d[1]) / square; /* the eye on the wall's line */
    const double *ends[] = { w->a, w->b };
    for (int i = 0; i < 2; i++) {
        double end = i, near = i ? fmax(at, 0.0) : fmin(at, 1.0); /* towards an end, from the eye or from the other end */
        if (i ? end <= at : end >= at) continue;
        double open = open_to(q, e, ends[i]), last = at + open * (end - at);
        if (open < 0.0) return false;
        double from = i ? near : last, to = i ? last : near;
        if (!(to > from)) continue;
        cim_sight_wall *seen = CIM__PUSH(&q->spans, cim_sight_wall);
        if (!seen) return false;
        *seen = seen_part(w, from, to, sqrt(square));
    }
    return true;
}

static int by_wall(const void *a, const void *b)
{
    const cim_sight_wall *x = a, *y = b;
    if (x->prism != y->prism) return x->prism < y->prism ? -1 : 1;
    if (x->vertex != y->vertex) return x->vertex < y->vertex ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Numbers of the scene become those of the arrays; parts that touch become one. */
static size_t settle_walls(cim_sight_query *q)
{
    cim_sight_wall *w = (cim_sight_wall *)(void *)q->spans.data;
    size_t count = CIM__COUNT(&q->spans, cim_sight_wall), kept = 0;
    for (size_t i = 0; i < count; i++) {
        const cim__prism *p = &q->scene->prisms[w[i].prism];
        w[i].vertex = w[i].vertex - p->vertex + q->scene->given[w[i].prism];
        w[i].prism = p->id;
    }
    if (count) qsort(w, count, sizeof *w, by_wall);
    for (size_t i = 0; i < count; i++) {
        cim_sight_wall *last = kept ? &w[kept - 1] : NULL;
        if (last && last->prism == w[i].prism && last->vertex == w[i].vertex && w[i].from <= last->to + 1e-12) {
            last->length_m += w[i].length_m;
            last->to = w[i].to > last->to ? w[i].to : last->to;
        } else if (w[i].length_m > 0.0) {
            w[kept++] = w[i];
        }
    }
    return kept;
}

static bool look(cim_sight_query *q, const eye *e, cim_sight_isovist *view)
{
    cim__around a = { q, e->x, e->y, HUGE_VAL, stands, e, 1.0, &q->keys };
    outline o = { .q = q, .e = e };
    bool inside = false;
    if (e->limit > 0.0) a.reach = e->limit;
    cim__around_begin(q);
    q->corners.size = q->spans.size = q->keys.size = 0;
    if (!cim__around_host(&a, &inside, &q->marks)) return false;
    if (inside) return true;
    if (!add_frame(q, e) || !cim__around_gather(&a)) return false;
    for (size_t i = 0; i < CIM__COUNT(&q->pieces, cim__piece); i++) take(&o, &CIM__AT(&q->pieces, cim__piece, i));
    for (size_t i = 0; i < CIM__COUNT(&q->keys, cim__wall) && !o.failed; i++) o.failed = !add_end_on(q, e, &CIM__AT(&q->keys, cim__wall, i));
    if (o.failed) return false;
    view->area_m2 = o.area;
    view->xy = (const double *)(const void *)q->corners.data;
    view->count = q->corners.size / (2 * sizeof(double));
    if (view->count > 1 && view->xy[0] == view->xy[2 * view->count - 2] && view->xy[1] == view->xy[2 * view->count - 1]) view->count--;
    view->wall_count = settle_walls(q);
    view->walls = (const cim_sight_wall *)(const void *)q->spans.data;
    return true;
}

static void forget(cim_sight_query *q) /* a buffer that could not grow stays so: begin anew */
{
    cim__buf *buffers[] = { &q->pieces, &q->other, &q->near, &q->corners, &q->walls, &q->spans, &q->marks, &q->scratch, &q->keys };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
}

cim_status cim_sight_isovist_find(cim_ctx *ctx, cim_sight_query *query, double x, double y, const cim_sight_isovist_options *options,
                                  cim_sight_isovist *isovist_out)
{
    cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
    cim_sight_isovist view = { 0 };
    cim__enter(ctx);
    CIM__TRY(cim__out_ok(ctx, isovist_out, "cim_sight_isovist"));
    if (!query || !isovist_out) return cim__fail(ctx, CIM_EARG, "no query or no place for the answer");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_sight_isovist_options"));
    CIM__TRY(options_ok(ctx, &o));
    if (!(fabs(x) <= CIM__SIGHT_FAR && fabs(y) <= CIM__SIGHT_FAR)) return cim__fail(ctx, CIM_EARG, "the point is not finite or absurd");
    eye e = { x, y, o.z_m, o.max_m, o.arc_deg * (3.14159265358979323846 / 180.0), isnan(o.z_m) != 0, o.frame };
    CIM__TRY(frame_ok(ctx, query->scene, &o, &e));
    if (!look(query, &e, &view)) {
        forget(query);
        return cim__nomem(ctx);
    }
    cim__out_fill(isovist_out, &view, sizeof view);
    return CIM_OK;
}
