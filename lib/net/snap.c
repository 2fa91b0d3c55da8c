/* snap.c - from a point to places on edges, and from places to ends of the routing graph. */
#include "net/ends.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct snapping {
    const cim_net_costs *costs;
    const cim_net_snap_options *opts;
    double x, y, heading, tolerance; /* radians; tolerance 0: any heading */
} snapping;

static bool turned_away(const snapping *s, uint32_t vertex, int against)
{
    const double *a = s->costs->net->xy + 2 * (size_t)vertex, *b = a + 2;
    if (!(s->tolerance > 0.0)) return false;
    double way = atan2(b[1] - a[1], b[0] - a[0]) + (against ? M_PI : 0.0);
    return fabs(remainder(way - s->heading, 2.0 * M_PI)) > s->tolerance;
}

/* Directions of travel that are possible on the piece from a vertex on. */
static uint32_t directions(const snapping *s, uint32_t vertex)
{
    uint8_t all = s->costs->edge_bits[s->costs->net->vertex_edge[vertex]];
    uint32_t bits = (s->opts->flags & CIM_NET_ANY_PART ? all : all >> 2) & 3u;
    if (bits & 1 && turned_away(s, vertex, 0)) bits &= 2;
    if (bits & 2 && turned_away(s, vertex, 1)) bits &= 1;
    return bits;
}

static int32_t accept(void *user, uint32_t vertex) { return directions(user, vertex) != 0; }

/* Fraction of a piece that is nearest to the point. */
static double along(const snapping *s, uint32_t vertex)
{
    const double *a = s->costs->net->xy + 2 * (size_t)vertex, *b = a + 2;
    double dx = b[0] - a[0], dy = b[1] - a[1], square = dx * dx + dy * dy;
    double t = square > 0.0 ? ((s->x - a[0]) * dx + (s->y - a[1]) * dy) / square : 0.0;
    return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

static double measure(void *user, uint32_t vertex)
{
    const snapping *s = user;
    const double *a = s->costs->net->xy + 2 * (size_t)vertex, *b = a + 2;
    double t = along(s, vertex);
    double dx = a[0] + t * (b[0] - a[0]) - s->x, dy = a[1] + t * (b[1] - a[1]) - s->y;
    return sqrt(dx * dx + dy * dy);
}

static double length_before(const cim_net *net, uint32_t edge, uint32_t vertex)
{
    double length = 0.0;
    for (uint32_t v = net->first_vertex[edge]; v < vertex; v++) {
        const double *a = net->xy + 2 * (size_t)v;
        length += hypot(a[2] - a[0], a[3] - a[1]);
    }
    return length;
}

static void fill_place(const snapping *s, uint32_t vertex, double distance, cim_net_place *p)
{
    const cim_net *net = s->costs->net;
    const double *a = net->xy + 2 * (size_t)vertex, *b = a + 2;
    uint32_t e = net->vertex_edge[vertex];
    double t = along(s, vertex), dx = b[0] - a[0], dy = b[1] - a[1], cross = dx * (s->y - a[1]) - dy * (s->x - a[0]);
    double length = net->edge_length_m[e], before = length_before(net, e, vertex) + t * hypot(dx, dy);
    p->edge = e;
    p->side = !(distance > 0.0) ? 0 : (cross > 0.0) - (cross < 0.0);
    p->fraction = length > 0.0 ? fmin(before / length, 1.0) : 0.0;
    p->x = a[0] + t * dx;
    p->y = a[1] + t * dy;
    p->distance_m = distance;
    p->directions = directions(s, vertex);
    p->reserved0 = 0;
}

/* Each edge once, at its nearest piece. */
static size_t distinct(const snapping *s, const uint32_t *vertices, const double *distances, size_t found, size_t k, cim_net_place *places)
{
    size_t n = 0;
    for (size_t i = 0; i < found && n < k; i++) {
        uint32_t e = s->costs->net->vertex_edge[vertices[i]];
        size_t j = 0;
        while (j < n && places[j].edge != e) j++;
        if (j == n) fill_place(s, vertices[i], distances[i], &places[n++]);
    }
    return n;
}

static cim_status nearest_many(cim_ctx *ctx, snapping *s, const cim_probe *probe, size_t k, cim_net_place *places, size_t *count_out)
{
    cim_status st = CIM_OK;
    for (size_t ask = 8 * k;; ask *= 4) {
        uint32_t *vertices = cim__alloc_n(ctx->mem, ask, sizeof *vertices);
        double *distances = cim__alloc_n(ctx->mem, ask, sizeof *distances);
        size_t found = 0;
        st = vertices && distances ? cim_index_nearest(ctx, s->costs->net->index, probe, ask, vertices, distances, &found) : cim__nomem(ctx);
        size_t n = st < 0 ? 0 : distinct(s, vertices, distances, found, k, places);
        cim__free(ctx->mem, vertices);
        cim__free(ctx->mem, distances);
        if (st < 0) return st;
        *count_out = n;
        if (n == k || found < ask) return CIM_OK;
    }
}

cim_status cim_net_snap(cim_ctx *ctx, const cim_net_costs *costs, double x, double y, const cim_net_snap_options *options, size_t k,
                        cim_net_place *places_out, size_t *count_out)
{
    cim_net_snap_options opts = CIM_NET_SNAP_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "snap options"));
    if (!isfinite(x) || !isfinite(y)) return cim__fail(ctx, CIM_EARG, "the point is not finite");
    if (!k || k > 256) return cim__fail(ctx, CIM_EARG, "%zu places", k);
    if (!(opts.radius_m >= 0.0) || !isfinite(opts.heading_deg) || !(opts.tolerance_deg >= 0.0))
        return cim__fail(ctx, CIM_EARG, "radius, heading or tolerance is out of range");
    snapping s = { costs, &opts, x, y, (90.0 - opts.heading_deg) * M_PI / 180.0, opts.tolerance_deg * M_PI / 180.0 };
    cim_probe probe = cim_probe_near(x, y, opts.radius_m > 0.0 ? opts.radius_m : HUGE_VAL);
    probe.accept = accept;
    probe.measure = measure;
    probe.user = &s;
    if (k > 1) return nearest_many(ctx, &s, &probe, k, places_out, count_out);
    uint32_t vertex;
    double distance;
    CIM__TRY(cim_index_nearest(ctx, costs->net->index, &probe, 1, &vertex, &distance, count_out));
    if (*count_out) fill_place(&s, vertex, distance, places_out);
    return CIM_OK;
}

/* ---- ends ---- */

static uint32_t state_after(const cim_net *net, uint32_t link)
{
    if (net->turns == CIM_NET_TURNS_FULL) return link;
    for (uint32_t i = net->first_of_link[link]; i < net->first_of_link[link + 1]; i++)
        if (net->arc_tail[net->arc_of_link[i]] == cim__link_tail(net, link)) return net->arc_head[net->arc_of_link[i]];
    return CIM_NONE;
}

static uint32_t part_ms(uint32_t ms, double part) { return (uint32_t)(ms * part + 0.5); }

static bool put_end(cim__ends *ends, uint32_t node, uint32_t offset, uint32_t link)
{
    if (ends->count == CIM_NET_ENDS) return false;
    ends->links[ends->count] = link;
    ends->end[ends->count++] = (cim_route_end){ node, offset };
    return true;
}

/* What an arc's link takes with these weights: as much more or less as the arc. */
static uint32_t link_now(const cim_net_costs *c, const uint32_t *weights, uint32_t arc)
{
    uint32_t ms = c->link_ms[c->net->arc_link[arc]], base = c->weights_ms[arc];
    if (base >= NO_WAY || weights[arc] == base) return ms;
    if (weights[arc] >= NO_WAY) return NO_WAY;
    int64_t now = (int64_t)ms + weights[arc] - base;
    return now > 0 ? (uint32_t)now : 0;
}

uint32_t cim__net_link_now(const cim_net_costs *c, const uint32_t *weights, uint32_t link)
{
    const cim_net *net = c->net;
    uint32_t best = NO_WAY;
    bool any = false;
    for (uint32_t i = net->first_of_link[link]; i < net->first_of_link[link + 1]; i++) {
        uint32_t a = net->arc_of_link[i], ms = link_now(c, weights, a);
        if (c->weights_ms[a] >= NO_WAY) continue;
        any = true;
        if (ms < best) best = ms;
    }
    return any ? best : c->link_ms[link];
}

uint32_t cim__net_leave_ms(const cim_net_costs *c, const uint32_t *weights, const cim_net_place *place, uint32_t link)
{
    uint32_t ms = cim__net_link_now(c, weights, link), through = c->junction_ms[cim__link_head(c->net, link)];
    return ms >= NO_WAY || through >= NO_WAY ? NO_WAY : part_ms(ms, 1.0 - cim__net_done(place, link)) + through;
}

uint32_t cim__net_along_ms(const cim_net_costs *c, const uint32_t *weights, const cim_net_place *from, const cim_net_place *to, uint32_t link)
{
    double part = cim__net_done(to, link) - cim__net_done(from, link);
    bool may = from->edge == link >> 1 && to->edge == link >> 1 && from->directions & to->directions & 1u << (link & 1);
    if (!may || !(part >= 0.0) || c->link_ms[link] >= NO_WAY) return NO_WAY;
    uint32_t ms = cim__net_link_now(c, weights, link);
    return ms < NO_WAY ? part_ms(ms, part) : NO_WAY;
}

uint32_t cim__net_straight(const cim_net_costs *c, const uint32_t *weights, const cim_net_place *from, const cim_net_place *to, uint32_t *ms_out)
{
    uint32_t best = CIM_NONE;
    *ms_out = NO_WAY;
    if (from->edge != to->edge || from->edge >= c->net->edge_count) return best;
    for (uint32_t link = 2 * from->edge; link < 2 * from->edge + 2; link++) {
        uint32_t ms = cim__net_along_ms(c, weights, from, to, link);
        if (ms >= *ms_out) continue;
        *ms_out = ms;
        best = link;
    }
    return best;
}

static bool start_ends(const cim_net_costs *c, const uint32_t *weights, uint32_t link, const cim_net_place *place, cim__ends *ends)
{
    uint32_t state = state_after(c->net, link), ms = cim__net_leave_ms(c, weights, place, link);
    return state == CIM_NONE || ms >= NO_WAY || put_end(ends, state, ms, link);
}

/* What an arc weighs beside its link and the junction behind; NO_WAY: it may not be used. */
static uint32_t getting_on(const cim_net_costs *c, uint32_t arc, uint32_t link)
{
    uint32_t behind = c->junction_ms[cim__link_head(c->net, link)], w = c->weights_ms[arc], from = c->net->state_link[c->net->arc_tail[arc]];
    if (w < NO_WAY) return w - c->link_ms[link] - behind;
    if (behind < NO_WAY || (from != CIM_NONE && (from ^ link) == 1) || cim__net_arc_rules(c, arc)) return NO_WAY;
    return 0; /* only the far end of the link is shut */
}

static bool finish_ends(const cim_net_costs *c, const uint32_t *weights, uint32_t link, double part, cim__ends *ends)
{
    const cim_net *net = c->net;
    for (uint32_t i = net->first_of_link[link]; i < net->first_of_link[link + 1]; i++) {
        uint32_t a = net->arc_of_link[i], extra = getting_on(c, a, link), ms = link_now(c, weights, a);
        if (extra >= NO_WAY || ms >= NO_WAY) continue;
        if (!put_end(ends, net->arc_tail[a], extra + part_ms(ms, part), a)) return false;
    }
    return true;
}

cim_status cim__net_ends(cim_ctx *ctx, const cim_net_costs *c, const uint32_t *weights, const cim_net_place *p, int32_t direction, cim__ends *ends)
{
    ends->count = 0;
    if (p->edge >= c->net->edge_count || !(p->fraction >= 0.0 && p->fraction <= 1.0)) return cim__fail(ctx, CIM_EARG, "no place on the net");
    for (uint32_t d = 0; d < 2; d++) {
        uint32_t link = 2 * p->edge + d;
        if (!(p->directions >> d & 1) || c->link_ms[link] >= NO_WAY) continue;
        bool ok = direction == CIM_ROUTE_FORWARD ? start_ends(c, weights, link, p, ends) : finish_ends(c, weights, link, cim__net_done(p, link), ends);
        if (!ok) return cim__fail(ctx, CIM_ELIMIT, "more than %d ends", CIM_NET_ENDS);
    }
    return CIM_OK;
}

cim_status cim_net_ends(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *place, int32_t direction,
                        cim_route_end *ends_out, size_t *count_out)
{
    cim__ends ends;
    cim__enter(ctx);
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    CIM__TRY(cim__net_ends(ctx, costs, weights_ms ? weights_ms : costs->weights_ms, place, direction, &ends));
    memcpy(ends_out, ends.end, ends.count * sizeof *ends_out);
    *count_out = ends.count;
    return CIM_OK;
}
