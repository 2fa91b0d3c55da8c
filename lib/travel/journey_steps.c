/* journey_steps.c - what one would tell a driver. */
#include "travel/journey.h"

#include <math.h>

static const double SLIGHT_DEG = 20.0, TURN_DEG = 45.0, SHARP_DEG = 135.0;

static const char *const kinds[] = { "depart", "continue", "slight left", "left", "sharp left", "slight right", "right", "sharp right", "U-turn", "roundabout",
                                     "ferry", "pass", "arrive" };

const char *cim_journey_kind(uint32_t kind) { return kind < sizeof kinds / sizeof *kinds ? kinds[kind] : NULL; }

typedef struct telling {
    const cim_journey *journey;
    const cim_net *net;
    const cim_net_costs *costs;
    cim__tags tags;
    cim_net_route_view route;
    cim__buf steps;  /* cim_journey_step */
    double done_m;
} telling;

/* ---- directions ---- */

static double bearing_of(double heading) /* radians counter-clockwise from east */
{
    double deg = 90.0 - heading * 180.0 / M_PI;
    return deg - 360.0 * floor(deg / 360.0);
}

static double turn_of(double before_deg, double after_deg) /* left is positive */
{
    double turn = before_deg - after_deg;
    return turn > 180.0 ? turn - 360.0 : turn <= -180.0 ? turn + 360.0 : turn;
}

static double start_deg(const telling *t, uint32_t link) { return bearing_of((double)t->net->heading[2 * (size_t)link]); }
static double end_deg(const telling *t, uint32_t link) { return bearing_of((double)t->net->heading[2 * (size_t)link + 1]); }

static uint32_t end_vertex(const telling *t, uint32_t leg)
{
    return leg + 1 < t->route.leg_count ? t->route.legs[leg + 1].first_vertex : t->route.vertex_count - 1;
}

/* Of the part of a link that is a leg, at its start or end. */
static double leg_deg(const telling *t, uint32_t leg, bool at_end)
{
    const cim_net_leg *l = &t->route.legs[leg];
    uint32_t a = l->first_vertex, b = end_vertex(t, leg);
    if (b <= a || b >= t->route.vertex_count) return at_end ? end_deg(t, l->link) : start_deg(t, l->link);
    if (at_end) a = b - 1;
    const double *p = t->route.xy + 2 * (size_t)a;
    return bearing_of(atan2(p[3] - p[1], p[2] - p[0]));
}

/* ---- junctions ---- */

static uint32_t set_of(const telling *t, uint32_t link) { return t->net->edge_set[link >> 1]; }
static bool on_roundabout(const telling *t, uint32_t link) { return cim__is_roundabout(&t->tags, set_of(t, link)); }
static bool on_ferry(const telling *t, uint32_t link) { return cim__is_ferry(&t->tags, set_of(t, link)); }

/* May one leave a junction over a link without breaking rules? */
static bool usable(const telling *t, uint32_t link) { return t->costs->link_ms[link] < CIM_ROUTE_UNREACHABLE_MS && !(t->costs->link_rules[link] & 63); }

/* Another way on from link `a` than `b`; with least_deg one that turns by less. */
static bool other_way(const telling *t, uint32_t a, uint32_t b, double least_deg)
{
    const cim_net *net = t->net;
    uint32_t j = cim__link_head(net, a);
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
        uint32_t l = net->out_link[i];
        if (l != b && l != (a ^ 1) && usable(t, l) && fabs(turn_of(end_deg(t, a), start_deg(t, l))) < least_deg) return true;
    }
    return false;
}

static bool has_exit(const telling *t, uint32_t link)
{
    const cim_net *net = t->net;
    uint32_t j = cim__link_head(net, link);
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++)
        if (usable(t, net->out_link[i]) && !on_roundabout(t, net->out_link[i])) return true;
    return false;
}

static uint32_t kind_of(const telling *t, uint32_t a, uint32_t b)
{
    double turn = turn_of(end_deg(t, a), start_deg(t, b)), size = fabs(turn);
    if ((a ^ b) == 1) return CIM_JOURNEY_U_TURN;
    if (on_roundabout(t, b) && !on_roundabout(t, a)) return CIM_JOURNEY_ROUNDABOUT;
    if (on_ferry(t, b) && !on_ferry(t, a)) return CIM_JOURNEY_FERRY;
    if (size <= SLIGHT_DEG || !other_way(t, a, b, 360.0)) return CIM_JOURNEY_CONTINUE;
    uint32_t left = turn > 0.0;
    if (size < TURN_DEG) return left ? CIM_JOURNEY_SLIGHT_LEFT : CIM_JOURNEY_SLIGHT_RIGHT;
    if (size <= SHARP_DEG) return left ? CIM_JOURNEY_LEFT : CIM_JOURNEY_RIGHT;
    return left ? CIM_JOURNEY_SHARP_LEFT : CIM_JOURNEY_SHARP_RIGHT;
}

/* ---- steps ---- */

static cim_journey_step *last_step(const telling *t) { return &CIM__AT(&t->steps, cim_journey_step, CIM__COUNT(&t->steps, cim_journey_step) - 1); }

static bool put_step(telling *t, uint32_t kind, uint32_t leg, uint32_t stop, double before, double after)
{
    cim_journey_step *s = CIM__PUSH(&t->steps, cim_journey_step);
    if (!s) return false;
    bool arrives = kind == CIM_JOURNEY_ARRIVE;
    uint32_t vertex = arrives ? end_vertex(t, leg) : t->route.legs[leg].first_vertex;
    *s = (cim_journey_step){ .kind = kind, .name = t->route.legs[leg].name, .first_leg = arrives ? leg + 1 : leg, .stop = stop,
                             .distance_m = t->done_m, .bearing_before_deg = before,
                             .bearing_after_deg = after, .turn_deg = turn_of(before, after) };
    if (vertex < t->route.vertex_count) {
        s->x = t->route.xy[2 * (size_t)vertex];
        s->y = t->route.xy[2 * (size_t)vertex + 1];
    }
    return true;
}

static void add_leg(telling *t, uint32_t leg)
{
    const cim_net_leg *l = &t->route.legs[leg];
    cim_journey_step *s = last_step(t);
    s->leg_count++;
    s->time_ms += l->time_ms;
    s->rules |= l->rules;
    s->length_m += l->length_m;
    t->done_m += l->length_m;
}

/* The exit by which a leg leaves the roundabout of the step at hand. */
static void leave_roundabout(telling *t, uint32_t leg)
{
    cim_journey_step *s = last_step(t);
    s->exit = 0;
    for (uint32_t i = s->first_leg; i < leg; i++) s->exit += has_exit(t, t->route.legs[i].link);
    s->name = t->route.legs[leg].name;
    s->bearing_after_deg = start_deg(t, t->route.legs[leg].link);
    s->turn_deg = turn_of(s->bearing_before_deg, s->bearing_after_deg);
}

static bool begins_step(const telling *t, uint32_t leg)
{
    const cim_net_leg *before = &t->route.legs[leg - 1], *now = before + 1;
    uint32_t a = before->link, b = now->link;
    bool round[2] = { on_roundabout(t, a), on_roundabout(t, b) };
    if ((a ^ b) == 1) return true;
    if (round[0] && round[1]) return false;
    if (round[0] && last_step(t)->kind == CIM_JOURNEY_ROUNDABOUT) return false;
    if (round[0] != round[1] || on_ferry(t, a) != on_ferry(t, b) || before->name != now->name) return true;
    double size = fabs(turn_of(end_deg(t, a), start_deg(t, b)));
    return size >= TURN_DEG && other_way(t, a, b, size);
}

static bool tell_leg(telling *t, uint32_t leg)
{
    uint32_t a = t->route.legs[leg - 1].link, b = t->route.legs[leg].link;
    if (begins_step(t, leg)) {
        if (!put_step(t, kind_of(t, a, b), leg, CIM_NONE, end_deg(t, a), start_deg(t, b))) return false;
    } else if (on_roundabout(t, a) && !on_roundabout(t, b)) {
        leave_roundabout(t, leg);
    }
    add_leg(t, leg);
    return true;
}

static bool tell_section(telling *t, uint32_t number, const cim_journey_section *s)
{
    const cim_journey_stop *stops = (const cim_journey_stop *)(const void *)t->journey->stops.data, *to = &stops[number + 1];
    bool passing = stops[number].flags & CIM_JOURNEY_PASS;
    uint32_t end = s->first_leg + s->leg_count;
    double after = leg_deg(t, s->first_leg, false), before = passing ? leg_deg(t, s->first_leg - 1, true) : after;
    if (!put_step(t, passing ? CIM_JOURNEY_PASSING : CIM_JOURNEY_DEPART, s->first_leg, number, before, after)) return false;
    add_leg(t, s->first_leg);
    for (uint32_t leg = s->first_leg + 1; leg < end; leg++)
        if (!tell_leg(t, leg)) return false;
    if (to->flags & CIM_JOURNEY_PASS) return true;
    before = leg_deg(t, end - 1, true);
    if (!put_step(t, CIM_JOURNEY_ARRIVE, end - 1, number + 1, before, before)) return false;
    last_step(t)->side = t->route.legs[end - 1].link & 1 ? -to->place.side : to->place.side;
    return true;
}

cim_status cim_journey_steps(cim_ctx *ctx, const cim_journey *journey, size_t number, cim_journey_step *steps_out, size_t cap, size_t *count_out)
{
    const cim__journey_route *r;
    telling t = { .journey = journey };
    cim__enter(ctx);
    if (cap && !steps_out) return cim__fail(ctx, CIM_EARG, "no room for steps");
    CIM__TRY(cim__journey_route_of(ctx, journey, number, &r, &t.route));
    t.costs = journey->costs;
    t.net = t.costs->net;
    t.tags = cim__tags_of(t.net);
    t.steps = cim__buf_on(ctx->mem);
    size_t sections = CIM__COUNT(&journey->stops, cim_journey_stop) - 1;
    bool ok = true;
    for (uint32_t i = 0; ok && i < sections; i++) ok = tell_section(&t, i, &CIM__AT(&journey->sections, cim_journey_section, r->first_section + i));
    if (ok) {
        size_t count = CIM__COUNT(&t.steps, cim_journey_step);
        if (cap) memcpy(steps_out, t.steps.data, (count < cap ? count : cap) * sizeof *steps_out);
        *count_out = count;
    }
    cim__buf_free(&t.steps);
    return ok ? CIM_OK : cim__nomem(ctx);
}
