/* match_way.c - a finished part of a trace: its most probable candidates as a way of legs, and the places of all its points. */
#include "travel/match.h"
#include "core/sort.h"

#include <math.h>

typedef struct way {
    cim__matching *m;
    cim_match *out;
    uint32_t part, first_leg;
    cim__buf legs_of; /* by layer: the leg on which its point lies */
} way;

static cim__stage *layer_at(const cim__matching *m, size_t i) { return &CIM__AT(&m->layers, cim__stage, i); }
static cim_match_leg *last_leg(const way *w) { return &CIM__AT(&w->out->legs, cim_match_leg, CIM__COUNT(&w->out->legs, cim_match_leg) - 1); }
static double length_of(const way *w, uint32_t link) { return w->m->net->edge_length_m[link >> 1]; }

/* ---- legs ---- */

static void push_leg(way *w, uint32_t link, double from, double to, double enter_s, double leave_s)
{
    cim_match_leg *leg = CIM__PUSH(&w->out->legs, cim_match_leg);
    if (leg) *leg = (cim_match_leg){ link, w->m->net->edge_object[link >> 1], from, to, (to - from) * length_of(w, link), enter_s, leave_s };
}

static void extend_leg(way *w, double to, double leave_s)
{
    cim_match_leg *leg = last_leg(w);
    leg->to = fmax(leg->to, to);
    leg->length_m = (leg->to - leg->from) * length_of(w, leg->link);
    leg->leave_s = leave_s;
}

/* Milliseconds that a piece takes by the costs: the measure by which time between points is shared. */
static double share_of(const way *w, uint32_t link, double part)
{
    uint32_t ms = w->m->matcher->costs->link_ms[link];
    return part * (ms < CIM_ROUTE_UNREACHABLE_MS ? ms : length_of(w, link) * 72.0);
}

static cim_status put_path(way *w, const cim__candidate *a, const cim__candidate *b, double from_s, double to_s)
{
    const cim_net *net = w->m->net;
    cim_route_path path;
    CIM__TRY(cim__match_path(w->m, a, b, &path));
    double whole = share_of(w, a->link, 1.0 - a->done) + share_of(w, b->link, b->done), done = share_of(w, a->link, 1.0 - a->done);
    for (uint32_t i = 0; i < path.arc_count; i++) whole += share_of(w, net->arc_link[path.arcs[i]], 1.0);
    double per = whole > 0.0 ? (to_s - from_s) / whole : 0.0;
    extend_leg(w, 1.0, from_s + done * per);
    for (uint32_t i = 0; i < path.arc_count && !w->out->legs.failed; i++) {
        uint32_t link = net->arc_link[path.arcs[i]];
        push_leg(w, link, 0.0, 1.0, from_s + done * per, from_s + (done + share_of(w, link, 1.0)) * per);
        done += share_of(w, link, 1.0);
    }
    push_leg(w, b->link, 0.0, b->done, from_s + done * per, to_s);
    return w->out->legs.failed ? cim__nomem(w->m->ctx) : CIM_OK;
}

static cim_status put_hop(way *w, const cim__stage *la, const cim__candidate *a, const cim__stage *lb, const cim__candidate *b)
{
    cim__hop hop;
    double from_s = w->m->points[la->point].time_s, to_s = w->m->points[lb->point].time_s;
    CIM__TRY(cim__match_hop(w->m, la, a, lb, b, &hop));
    if (hop.kind == CIM__HOP_WAY) return put_path(w, a, b, from_s, to_s);
    if (hop.kind != CIM__HOP_TURN) {
        extend_leg(w, b->done, to_s);
        return CIM_OK;
    }
    double ahead = fmax(0.0, 1.0 - b->done - last_leg(w)->to), back = fmax(0.0, last_leg(w)->to - (1.0 - b->done));
    double turn_s = ahead + back > 0.0 ? from_s + (to_s - from_s) * ahead / (ahead + back) : to_s;
    extend_leg(w, 1.0 - b->done, turn_s);
    double from = 1.0 - last_leg(w)->to;
    push_leg(w, b->link, from, fmax(from, b->done), turn_s, to_s);
    return w->out->legs.failed ? cim__nomem(w->m->ctx) : CIM_OK;
}

/* ---- the line ---- */

static void put_point(cim__buf *xy, size_t first, double x, double y)
{
    size_t n = CIM__COUNT(xy, double);
    if (n > first && CIM__AT(xy, double, n - 2) == x && CIM__AT(xy, double, n - 1) == y) return;
    cim__buf_put(xy, &(double[2]){ x, y }, 2 * sizeof(double));
}

/* Vertices between two lengths along an edge, either of which may be the greater one. */
static void put_piece(const cim_net *net, cim__buf *xy, size_t first, uint32_t link, double from, double to)
{
    uint32_t begin = net->first_vertex[link >> 1], pieces = net->first_vertex[(link >> 1) + 1] - begin - 1;
    double whole = net->edge_length_m[link >> 1], at = 0.0;
    for (uint32_t k = 0; k < pieces; k++) {
        const double *a = net->xy + 2 * (size_t)(link & 1 ? begin + pieces - k : begin + k), *b = link & 1 ? a - 2 : a + 2;
        double length = hypot(b[0] - a[0], b[1] - a[1]), next = at + length;
        if (next >= from * whole && at <= to * whole && length > 0.0) {
            double t0 = fmax(0.0, (from * whole - at) / length), t1 = fmin(1.0, (to * whole - at) / length);
            put_point(xy, first, a[0] + t0 * (b[0] - a[0]), a[1] + t0 * (b[1] - a[1]));
            put_point(xy, first, t1 < 1.0 ? a[0] + t1 * (b[0] - a[0]) : b[0], t1 < 1.0 ? a[1] + t1 * (b[1] - a[1]) : b[1]);
        }
        at = next;
    }
}

/* ---- places of points ---- */

static void place_layer(way *w, const cim__stage *l, const cim__candidate *c)
{
    cim_match_place *p = &CIM__AT(&w->out->points, cim_match_place, l->point);
    uint32_t leg = (uint32_t)CIM__COUNT(&w->out->legs, cim_match_leg) - 1;
    *p = (cim_match_place){ CIM_MATCH_FOUND, w->part, leg, c->link, c->place, c->posterior };
    cim__buf_put(&w->legs_of, &leg, sizeof leg);
}

/* The place of a leg that is nearest to a point. */
static double nearest_on(const cim_net *net, const cim_match_leg *leg, double x, double y, cim_net_place *place)
{
    uint32_t edge = leg->link >> 1;
    double whole = net->edge_length_m[edge], low = leg->link & 1 ? 1.0 - leg->to : leg->from, high = leg->link & 1 ? 1.0 - leg->from : leg->to, at = 0.0,
           best = HUGE_VAL;
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1]; v++) {
        const double *a = net->xy + 2 * (size_t)v, *b = a + 2;
        double dx = b[0] - a[0], dy = b[1] - a[1], length = hypot(dx, dy), t0 = length > 0.0 ? (low * whole - at) / length : 0.0,
               t1 = length > 0.0 ? (high * whole - at) / length : 0.0;
        double t = length > 0.0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / (length * length) : 0.0;
        t = fmax(fmax(0.0, fmin(t0, 1.0)), fmin(fmin(1.0, t1), t));
        double px = a[0] + t * dx, py = a[1] + t * dy, distance = hypot(px - x, py - y), fraction = whole > 0.0 ? fmin((at + t * length) / whole, 1.0) : 0.0;
        at += length;
        if (distance >= best || fraction < low - 1e-9 || fraction > high + 1e-9) continue;
        best = distance;
        double cross = dx * (y - a[1]) - dy * (x - a[0]);
        *place = (cim_net_place){ edge, (cross > 0.0) - (cross < 0.0), fraction, px, py, distance, 1u << (leg->link & 1), 0 };
    }
    return best;
}

static void place_between(way *w, uint32_t point, uint32_t before, uint32_t first_leg, uint32_t last)
{
    const cim_match_point *q = &w->m->points[point];
    cim_match_place *p = &CIM__AT(&w->out->points, cim_match_place, point);
    double best = HUGE_VAL, confidence = CIM__AT(&w->out->points, cim_match_place, before).confidence;
    *p = CIM__AT(&w->out->points, cim_match_place, before);
    p->state = CIM_MATCH_BETWEEN;
    for (uint32_t l = first_leg; l <= last; l++) {
        cim_net_place place;
        const cim_match_leg *leg = &CIM__AT(&w->out->legs, cim_match_leg, l);
        double distance = nearest_on(w->m->net, leg, q->x, q->y, &place);
        if (distance >= best) continue;
        best = distance;
        *p = (cim_match_place){ CIM_MATCH_BETWEEN, w->part, l, leg->link, place, confidence };
    }
}

/* Points between the layers, which are thinned out; and behind the last one, up to where the next part begins. */
static void place_rest(way *w, uint32_t part_end)
{
    size_t n = CIM__COUNT(&w->m->layers, cim__stage);
    for (size_t k = 0; k < n; k++) {
        uint32_t point = layer_at(w->m, k)->point, first = CIM__AT(&w->legs_of, uint32_t, k), last = k + 1 < n ? CIM__AT(&w->legs_of, uint32_t, k + 1) : first;
        uint32_t end = k + 1 < n ? layer_at(w->m, k + 1)->point : part_end;
        for (uint32_t i = point + 1; i < end; i++)
            if (CIM__AT(&w->out->points, cim_match_place, i).state == CIM_MATCH_BETWEEN) place_between(w, i, point, first, last);
    }
}

/* ---- a part ---- */

static void choose(cim__matching *m, uint32_t *chosen)
{
    size_t n = CIM__COUNT(&m->layers, cim__stage);
    const cim__stage *last = layer_at(m, n - 1);
    uint32_t best = 0;
    for (uint32_t i = 1; i < last->count; i++)
        if (CIM__AT(&m->candidates, cim__candidate, last->first + i).score > CIM__AT(&m->candidates, cim__candidate, last->first + best).score) best = i;
    for (size_t k = n; k-- > 0;) {
        chosen[k] = layer_at(m, k)->first + best;
        best = CIM__AT(&m->candidates, cim__candidate, chosen[k]).before;
    }
}

static cim_status put_legs(way *w, const uint32_t *chosen, double *confidence_out)
{
    cim__matching *m = w->m;
    size_t n = CIM__COUNT(&m->layers, cim__stage);
    const cim__candidate *first = &CIM__AT(&m->candidates, cim__candidate, chosen[0]);
    double time_s = m->points[layer_at(m, 0)->point].time_s, sum = 0.0;
    push_leg(w, first->link, first->done, first->done, time_s, time_s);
    if (w->out->legs.failed) return cim__nomem(m->ctx);
    for (size_t k = 0; k < n; k++) {
        const cim__candidate *c = &CIM__AT(&m->candidates, cim__candidate, chosen[k]);
        if (k) CIM__TRY(put_hop(w, layer_at(m, k - 1), &CIM__AT(&m->candidates, cim__candidate, chosen[k - 1]), layer_at(m, k), c));
        place_layer(w, layer_at(m, k), c);
        sum += c->posterior;
    }
    *confidence_out = sum / (double)n;
    return w->legs_of.failed ? cim__nomem(m->ctx) : CIM_OK;
}

static cim_status put_part(way *w, double confidence)
{
    cim_match *out = w->out;
    size_t first_xy = CIM__COUNT(&out->xy, double), n = CIM__COUNT(&w->m->layers, cim__stage);
    cim_match_part *p = CIM__PUSH(&out->parts, cim_match_part);
    if (!p) return cim__nomem(w->m->ctx);
    *p = (cim_match_part){ layer_at(w->m, 0)->point,
                           layer_at(w->m, n - 1)->point,
                           w->first_leg,
                           (uint32_t)CIM__COUNT(&out->legs, cim_match_leg) - w->first_leg,
                           (uint32_t)(first_xy / 2),
                           0,
                           0.0,
                           confidence };
    for (uint32_t l = w->first_leg; l < CIM__COUNT(&out->legs, cim_match_leg); l++) {
        const cim_match_leg *leg = &CIM__AT(&out->legs, cim_match_leg, l);
        put_piece(w->m->net, &out->xy, first_xy, leg->link, leg->from, leg->to);
        p->length_m += leg->length_m;
    }
    p->vertex_count = (uint32_t)((CIM__COUNT(&out->xy, double) - first_xy) / 2);
    out->length_m += p->length_m;
    return out->xy.failed ? cim__nomem(w->m->ctx) : CIM_OK;
}

cim_status cim__match_way(cim__matching *m, uint32_t end)
{
    way w = { m, m->out, (uint32_t)CIM__COUNT(&m->out->parts, cim_match_part), (uint32_t)CIM__COUNT(&m->out->legs, cim_match_leg), cim__buf_on(m->ctx->mem) };
    uint32_t *chosen = cim__alloc_n(m->ctx->mem, CIM__COUNT(&m->layers, cim__stage), sizeof *chosen);
    double confidence = 0.0;
    cim_status st = chosen ? CIM_OK : cim__nomem(m->ctx);
    if (st >= 0) choose(m, chosen);
    if (st >= 0) st = put_legs(&w, chosen, &confidence);
    if (st >= 0) st = put_part(&w, confidence);
    if (st >= 0) place_rest(&w, end);
    cim__free(m->ctx->mem, chosen);
    cim__buf_free(&w.legs_of);
    return st;
}

/* ---- speeds ---- */

cim_status cim__match_speeds(cim_ctx *ctx, const cim_net *net, cim_match *match)
{
    size_t n = CIM__COUNT(&match->legs, cim_match_leg);
    cim__keyed *keyed = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *keyed);
    if (!keyed) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) keyed[i] = (cim__keyed){ CIM__AT(&match->legs, cim_match_leg, i).link, (uint32_t)i, 0 };
    cim__sort_keyed(keyed, keyed + n, n);
    for (size_t i = 0, next; i < n; i = next) {
        cim_match_speed s = { .link = (uint32_t)keyed[i].key, .object = net->edge_object[keyed[i].key >> 1] };
        for (next = i; next < n && keyed[next].key == keyed[i].key; next++) {
            const cim_match_leg *leg = &CIM__AT(&match->legs, cim_match_leg, keyed[next].id);
            if (!(leg->leave_s > leg->enter_s)) continue;
            s.length_m += leg->length_m;
            s.seconds += leg->leave_s - leg->enter_s;
        }
        if (!(s.seconds > 0.0) || !(s.length_m > 0.0)) continue;
        s.kmh = s.length_m / s.seconds * 3.6;
        cim__buf_put(&match->speeds, &s, sizeof s);
    }
    cim__free(ctx->mem, keyed);
    return match->speeds.failed ? cim__nomem(ctx) : CIM_OK;
}
