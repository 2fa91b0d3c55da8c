/* Random small towns: a grid of streets with water, power and telecommunication in some of them, buildings that hang on these, pumps and masts that
 * run on power.  Everything that follows is found once more by looking at all of it: supply by spreading, times by Bellman and Ford, the rest by
 * loops. */
#include "towns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOWNS = 150, QUESTIONS = 8, SIDE = 4, STEP = 100, MOST = 4000 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static town t;
static uint64_t seed = 20260117;

static uint32_t below(uint32_t n) { return (uint32_t)(support_random(&seed) % n); }

/* ---- a town ---- */

static const struct {
    const char *name, *cls, *feeds;
    double offset;
} nets[] = { { "water", "Pipe", "controller=1", 1.25 }, { "power", "Cable", "controller=1", -1.75 }, { "telecom", "Cable", "controller=1", 2.5 } };

static void put_line(uint32_t n, uint32_t a, uint32_t b, const char *gid)
{
    double o = nets[n].offset, x0 = (a % SIDE) * STEP + o, y0 = (double)(a / SIDE * STEP) + o, x1 = (b % SIDE) * STEP + o, y1 = (double)(b / SIDE * STEP) + o;
    const char *flow = below(8) ? "" : below(2) ? ";flow=with" : ";flow=against";
    town_put(&t, gid, nets[n].cls, town_text(&t, "LINESTRING(%.2f %.2f,%.2f %.2f)", x0, y0, x1, y1), town_text(&t, "network=%s%s", nets[n].name, flow), NULL);
    for (int end = 0; end < 2; end++) {
        const char *valve = town_text(&t, "v:%s-%d", gid + 2, end);
        if (n == 2 || below(3) == 0) continue;
        town_put(&t, valve, n ? "Switch" : "Valve", town_text(&t, "POINT(%.2f %.2f)", end ? x1 : x0, end ? y1 : y0),
                 town_text(&t, "network=%s;state=%s%s", nets[n].name, below(6) ? "open" : "closed", below(7) ? "" : ";operable=0"), NULL);
        town_relate(&t, valve, CIM__R_CONNECTS, gid, end ? "{\"end\":\"to\"}" : "{\"end\":\"from\"}");
    }
}

static void put_node(uint32_t n, uint32_t at, const char *gid, const char *cls, const char *values)
{
    double o = nets[n].offset;
    town_put(&t, gid, cls, town_text(&t, "POINT(%.2f %.2f)", (at % SIDE) * STEP + o, (double)(at / SIDE * STEP) + o), town_text(&t, "network=%s;%s", nets[n].name, values), NULL);
}

static void put_networks(const char *lines[3][64], uint32_t counts[3])
{
    for (uint32_t n = 0; n < 3; n++) {
        counts[n] = 0;
        for (uint32_t a = 0; a < SIDE * SIDE; a++)
            for (uint32_t k = 0; k < 2; k++) {
                bool exists = k ? a / SIDE + 1 < SIDE : a % SIDE + 1 < SIDE;
                uint32_t b = a + (k ? SIDE : 1);
                if (!exists || below(4) == 0) continue;
                const char *gid = lines[n][counts[n]++] = town_text(&t, "l:%u-%u-%u", n, a, b);
                put_line(n, a, b, gid);
            }
        for (uint32_t s = 0; s < 1 + below(2); s++) put_node(n, below(SIDE * SIDE), town_text(&t, "s:%u-%u", n, s), "UtilityNode", nets[n].feeds);
    }
}

static void put_houses(const char *lines[3][64], const uint32_t counts[3], uint32_t houses)
{
    static const char *const functions[] = { "hospital", "school", "fire_station", "kindergarten", "police", "residential", "residential", "residential" };
    for (uint32_t h = 0; h < houses; h++) {
        const char *gid = town_text(&t, "b:%u", h), *street;
        uint32_t a = below(SIDE * SIDE), b = a % SIDE + 1 < SIDE ? a + 1 : a - 1;
        double x = (a % SIDE) * STEP + 20.0 + below(40), y = (double)(a / SIDE * STEP) + 12.0 + below(30);
        town_box(&t, gid, x, y, 8.0, town_text(&t, "function=%s;population=%u", functions[below(8)], below(40)));
        street = town_text(&t, "r:%u-%u", a < b ? a : b, a < b ? b : a);
        town_relate(&t, gid, CIM__R_ACCESSES, street, town_text(&t, "{\"x\":%.1f,\"y\":%.1f}", x + 4.0, (double)(a / SIDE * STEP)));
        for (uint32_t n = 0; n < 3; n++)
            for (uint32_t k = 0; counts[n] && k < 1 + (below(5) == 0); k++)
                town_relate(&t, lines[n][below(counts[n])], CIM__R_SERVES, gid, town_text(&t, "{\"customers\":%u}", below(6)));
    }
}

static void put_active(const char *lines[3][64], const uint32_t counts[3])
{
    for (uint32_t k = 0; k < 3; k++) {
        const char *mast = town_text(&t, "m:%u", k), *pump = town_text(&t, "p:%u", k);
        put_node(2, below(SIDE * SIDE), mast, "TelecomMast", "function=mast");
        put_node(0, below(SIDE * SIDE), pump, "Pump", "function=pump");
        if (counts[1] && below(3)) town_relate(&t, lines[1][below(counts[1])], CIM__R_SERVES, mast, NULL);
        if (counts[1] && below(3)) town_relate(&t, lines[1][below(counts[1])], CIM__R_SERVES, pump, NULL);
    }
    for (uint32_t k = 0; k < 4; k++) put_node(0, below(SIDE * SIDE), town_text(&t, "h:%u", k), "Hydrant", "function=fire_hydrant");
}

static void make_town(void)
{
    const char *lines[3][64];
    uint32_t counts[3];
    town_begin(&t);
    for (uint32_t a = 0; a < SIDE * SIDE; a++)
        for (uint32_t k = 0; k < 2; k++) {
            bool exists = k ? a / SIDE + 1 < SIDE : a % SIDE + 1 < SIDE;
            uint32_t b = a + (k ? SIDE : 1);
            if (!exists || below(7) == 0) continue;
            town_street(&t, town_text(&t, "r:%u-%u", a, b), (a % SIDE) * STEP, (double)(a / SIDE * STEP), (b % SIDE) * STEP, (double)(b / SIDE * STEP),
                        town_text(&t, "function=residential;oneway=%d;from_node=%u;to_node=%u%s", below(8) ? 0 : 1, 1 + a, 1 + b, below(3) ? "" : ";width_m=9"));
        }
    put_networks(lines, counts);
    put_houses(lines, counts, 14);
    put_active(lines, counts);
    town_make(&t, true);
}

/* ---- supply by spreading ---- */

typedef struct world {
    const cim_trace_network *n;
    uint8_t gone[MOST], off[MOST], cut[2 * MOST], opened[2 * MOST], fed[MOST]; /* off: feeds no more */
} world;
static world before, after;

static bool end_open(const world *w, uint32_t end)
{
    const cim_trace_network *n = w->n;
    bool open = !w->cut[end];
    for (uint32_t d = 0; d < n->device_count; d++)
        if (n->device_edge[d] == end / 2 && n->device_end[d] == end % 2 && n->device_flags[d] & CIM_TRACE_SHUT && !w->opened[end]) open = false;
    return open;
}

static unsigned ways(const world *w, uint32_t edge)
{
    static const unsigned of[] = { 3, 1, 2, 0 };
    unsigned made = of[w->n->direction[edge]];
    for (uint32_t d = 0; d < w->n->device_count; d++)
        if (w->n->device_edge[d] == edge) made &= of[w->n->device_direction[d]];
    return made;
}

static void spread(world *w)
{
    const cim_trace_network *n = w->n;
    uint32_t nodes = n->node_count;
    memset(w->fed, 0, sizeof w->fed);
    for (uint32_t v = 0; v < nodes; v++) w->fed[v] = n->node_flags[v] & CIM_TRACE_SOURCE && !(n->node_flags[v] & CIM_TRACE_OUT) && !w->gone[v] && !w->off[v];
    for (bool more = true; more;) {
        more = false;
        for (uint32_t e = 0; e < n->edge_count; e++) {
            unsigned way = w->gone[nodes + e] || n->edge_flags[e] & CIM_TRACE_OUT ? 0 : ways(w, e);
            for (uint32_t k = 0; k < 2 && way; k++) {
                uint32_t node = n->ends[2 * e + k];
                bool open = end_open(w, 2 * e + k) && !w->gone[node], in = way & (k ? 2 : 1), out = way & (k ? 1 : 2);
                if (open && in && w->fed[node] && !w->fed[nodes + e]) w->fed[nodes + e] = more = true;
                if (open && out && w->fed[nodes + e] && !w->fed[node]) w->fed[node] = more = true;
            }
        }
    }
}

/* ---- what is hit ---- */

static double segment_distance(const double *a, const double *b, const double *c, const double *d)
{
    double best = INFINITY;
    const double *points[4] = { a, b, c, d }, *others[4][2] = { { c, d }, { c, d }, { a, b }, { a, b } };
    for (int i = 0; i < 4; i++) {
        const double *p = points[i], *s = others[i][0], *e = others[i][1];
        double dx = e[0] - s[0], dy = e[1] - s[1], square = dx * dx + dy * dy, k = square > 0.0 ? ((p[0] - s[0]) * dx + (p[1] - s[1]) * dy) / square : 0.0;
        k = fmax(0.0, fmin(1.0, k));
        best = fmin(best, hypot(p[0] - s[0] - k * dx, p[1] - s[1] - k * dy));
    }
    double u = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]), v = (b[0] - a[0]) * (d[1] - a[1]) - (b[1] - a[1]) * (d[0] - a[0]);
    double q = (d[0] - c[0]) * (a[1] - c[1]) - (d[1] - c[1]) * (a[0] - c[0]), r = (d[0] - c[0]) * (b[1] - c[1]) - (d[1] - c[1]) * (b[0] - c[0]);
    return u * v < 0.0 && q * r < 0.0 ? 0.0 : best;
}

/* Elements within a distance of a straight line. */
static void hit_line(const double *a, const double *b, double distance, uint8_t *hit)
{
    for (uint32_t x = 0; x < t.v.node_count; x++)
        if (segment_distance(a, b, t.v.node_xy + 2 * x, t.v.node_xy + 2 * x) <= distance) hit[x] = 1;
    for (uint32_t e = 0; e < t.v.edge_count; e++)
        for (uint32_t i = t.v.first_vertex[e]; i + 1 < t.v.first_vertex[e + 1]; i++)
            if (segment_distance(a, b, t.v.xy + 2 * i, t.v.xy + 2 * i + 2) <= distance) hit[t.v.node_count + e] = 1;
}

static void hit_street(uint32_t edge, uint8_t *hit)
{
    const cim_net *net = t.net;
    double ends[2][2], left[2], half = (t.impact->half_m[edge]);
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t j = k ? net->edge_to[edge] : net->edge_from[edge], others = 0;
        for (uint32_t e = 0; e < net->edge_count; e++) others += e != edge && (net->edge_from[e] == j || net->edge_to[e] == j);
        left[k] = others ? fmin(2.0 * (half + 0.5), 25.0) : 0.0;
        ends[k][0] = net->junction_x[j];
        ends[k][1] = net->junction_y[j];
    }
    double length = hypot(ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]), ux = (ends[1][0] - ends[0][0]) / length, uy = (ends[1][1] - ends[0][1]) / length;
    const double a[2] = { ends[0][0] + left[0] * ux, ends[0][1] + left[0] * uy }, b[2] = { ends[1][0] - left[1] * ux, ends[1][1] - left[1] * uy };
    hit_line(a, b, half + 0.5, hit);
}

/* ---- what is cut off ---- */

static bool is_isolating(const cim_trace_network *n, uint32_t d)
{
    return n->device_kind[d] <= CIM_TRACE_SWITCH && !(n->device_flags[d] & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE | CIM_TRACE_OUT));
}

/* Spread from what is hit in networks with valves, through open ends without anything that isolates. */
static void spread_works(const cim_trace_network *n, uint8_t *works, uint32_t stuck)
{
    static world plain;
    plain.n = n;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t end = 0; end < 2 * n->edge_count; end++) {
            bool stops = !end_open(&plain, end) || !ways(&plain, end / 2);
            for (uint32_t d = 0; d < n->device_count; d++) stops |= d != stuck && n->device_edge[d] == end / 2 && n->device_end[d] == end % 2 && is_isolating(n, d);
            uint32_t a = n->node_count + end / 2, b = n->ends[end];
            if (stops || works[a] == works[b]) continue;
            works[a] = works[b] = more = true;
        }
    }
}

/* ---- what follows, by loops ---- */

typedef struct expected {
    uint8_t hit[MOST], works[MOST], failed[TOWN_OBJECTS + 1];
    uint32_t closed[8], closed_count, stuck;
} expected;
static expected e;

static bool is_mine(uint32_t x, const char *name) { return !strcmp(cim_utility_domain_name(t.utility, cim__impact_domain(t.impact, x)), name); }

static bool is_lost(uint32_t object, uint32_t domain, bool *partly)
{
    bool lost = false, kept = false;
    size_t count;
    for (uint32_t x = 0; x < t.v.node_count + t.v.edge_count; x++) {
        const cim_utility_service *s = cim_utility_services(t.utility, x, &count);
        for (size_t k = 0; k < count; k++) {
            if (s[k].object != object || cim__impact_domain(t.impact, x) != domain) continue;
            lost |= before.fed[x] && !after.fed[x];
            kept |= after.fed[x];
        }
    }
    *partly = lost && kept;
    return lost && !kept;
}

static void stop(uint32_t object)
{
    bool devices = false;
    for (uint32_t d = 0; d < t.v.device_count; d++) {
        if (t.v.device_object[d] != object) continue;
        after.cut[2 * t.v.device_edge[d] + t.v.device_end[d]] = 1;
        devices = true;
    }
    uint32_t at[16];
    size_t count = 0;
    assert_ok(t.ctx, cim_utility_elements(t.ctx, t.utility, object, at, 16, &count));
    for (size_t i = 0; i < count && !devices; i++)
        if (at[i] < t.v.node_count && !is_mine(at[i], "power")) after.gone[at[i]] = 1;
}

static void settle(bool cascade)
{
    uint32_t power = CIM_NONE;
    for (uint32_t d = 0; d < t.v.domain_count; d++)
        if (!strcmp(cim_utility_domain_name(t.utility, d), "power")) power = d;
    spread(&after);
    for (bool more = cascade && power != CIM_NONE; more;) {
        more = false;
        for (uint32_t o = 1; o <= t.city->max_id; o++) {
            const char *cls = cim_city_class(t.city, o);
            bool partly, active = cls && (!strcmp(cls, "Pump") || !strcmp(cls, "TelecomMast"));
            if (!active || e.failed[o] || !is_lost(o, power, &partly)) continue;
            e.failed[o] = more = true;
            stop(o);
        }
        spread(&after);
    }
}

/* ---- questions ---- */

static void check_supply(const cim_impact_result *r)
{
    uint32_t count = t.v.node_count + t.v.edge_count, rows = 0;
    uint8_t lost[MOST] = { 0 };
    for (size_t i = 0; i < r->cut_count; i++) lost[r->cut[i]] = 1;
    for (size_t i = 0; i < r->lost_count; i++) lost[r->lost[i]] = 1;
    for (uint32_t x = 0; x < count; x++)
        if (before.fed[x]) assert_int_equal(lost[x], !after.fed[x]);
    for (uint32_t o = 1; o <= t.city->max_id; o++)
        for (uint32_t d = 0; d < t.v.domain_count; d++) {
            bool partly, whole = is_lost(o, d, &partly);
            if (!whole && !partly) continue;
            assert_true(rows < r->loss_count);
            const cim_impact_loss *l = &r->losses[rows++];
            assert_int_equal(l->object, o);
            assert_int_equal(l->domain, d);
            assert_int_equal((l->flags & CIM_IMPACT_PARTLY) != 0, partly);
        }
    assert_int_equal(rows, r->loss_count);
    for (size_t i = 0; i < r->failure_count; i++) assert_true(e.failed[r->failures[i].object]--);
    for (uint32_t o = 1; o <= t.city->max_id; o++) assert_false(e.failed[o]);
}

/* With the devices to shut shut, nothing comes into the works; with one of them open something does. */
static void check_valves(const cim_impact_result *r)
{
    static world w;
    w = before;
    memcpy(w.cut, after.cut, sizeof w.cut);
    for (uint32_t x = 0; x < t.v.node_count + t.v.edge_count; x++) w.gone[x] = after.gone[x] && !e.works[x];
    for (size_t i = 0; i < r->source_count; i++) w.off[r->sources[i]] = 1;
    for (size_t but = 0; but <= r->shut_count; but++) {
        static world one;
        bool comes = false;
        one = w;
        for (size_t i = 0; i < r->shut_count; i++)
            if (i != but) one.cut[2 * t.v.device_edge[r->shut[i]] + t.v.device_end[r->shut[i]]] = 1;
        spread(&one);
        for (uint32_t x = 0; x < t.v.node_count + t.v.edge_count; x++) comes |= e.works[x] && one.fed[x];
        assert_int_equal(comes, but < r->shut_count);
    }
}

static void check_hydrants(const cim_impact_result *r)
{
    size_t dry = 0;
    double nearest = INFINITY;
    for (size_t i = 0; i < CIM__COUNT(&t.impact->hydrants, cim__impact_hydrant); i++) {
        const cim__impact_hydrant *h = &CIM__AT(&t.impact->hydrants, cim__impact_hydrant, i);
        dry += before.fed[h->element] && !after.fed[h->element];
        if (after.fed[h->element]) nearest = fmin(nearest, hypot(h->x - r->works[0].x, h->y - r->works[0].y));
    }
    assert_int_equal(r->hydrant_count, dry);
    if (isfinite(r->works[0].x)) assert_int_equal(r->live_count > 0, isfinite(nearest));
    if (r->live_count) assert_true(fabs(r->live[0].distance_m - nearest) < 1e-9);
}

/* The first tie gives what it says, and no other device between what is lost and what is not gives more people. */
static void check_ties(const cim_impact_result *r)
{
    uint64_t most = 0;
    for (uint32_t d = 0; d < t.v.device_count; d++) {
        static world w;
        uint64_t people = 0;
        uint32_t end = 2 * t.v.device_edge[d] + t.v.device_end[d];
        if (!(before.n->device_flags[d] & CIM_TRACE_SHUT) || !is_isolating(before.n, d) || after.cut[end]) continue;
        uint32_t edge = t.v.node_count + end / 2, node = before.n->ends[end];
        bool lost_edge = before.fed[edge] && !after.fed[edge], lost_node = before.fed[node] && !after.fed[node];
        if (!(lost_edge && after.fed[node]) && !(lost_node && after.fed[edge])) continue; /* only what lies between the two */
        w = after;
        w.opened[end] = 1;
        for (uint32_t k = 0; k < t.v.device_count; k++) /* two on one end: the other one stays shut */
            if (k != d && t.v.device_edge[k] == end / 2 && t.v.device_end[k] == end % 2 && before.n->device_flags[k] & CIM_TRACE_SHUT) w.opened[end] = 0;
        spread(&w);
        for (size_t i = 0; i < r->loss_count; i++) {
            bool back = false;
            size_t count;
            for (uint32_t x = 0; x < t.v.node_count + t.v.edge_count; x++) {
                const cim_utility_service *s = cim_utility_services(t.utility, x, &count);
                for (size_t k = 0; k < count; k++)
                    back |= s[k].object == r->losses[i].object && cim__impact_domain(t.impact, x) == r->losses[i].domain && w.fed[x] && !after.fed[x] && before.fed[x];
            }
            if (back && !(r->losses[i].flags & CIM_IMPACT_PARTLY)) people += r->losses[i].people;
        }
        if (people > most) most = people;
    }
    assert_int_equal(r->tie_count ? r->ties[0].people : 0, most);
}

/* ---- roads ---- */

static uint32_t times[MOST];

static void bellman_ford(const uint32_t *weights, const cim_route_end *starts, size_t count)
{
    for (uint32_t s = 0; s < t.net->state_count; s++) times[s] = NO_WAY;
    for (size_t i = 0; i < count; i++)
        if (starts[i].offset_ms < times[starts[i].node]) times[starts[i].node] = starts[i].offset_ms;
    for (bool more = true; more;) {
        more = false;
        for (uint32_t a = 0; a < t.net->arc_count; a++) {
            uint32_t from = times[t.net->arc_tail[a]], to = from < NO_WAY && weights[a] < NO_WAY ? from + weights[a] : NO_WAY;
            if (to >= times[t.net->arc_head[a]]) continue;
            times[t.net->arc_head[a]] = to;
            more = true;
        }
    }
}

static uint32_t time_between(const uint32_t *weights, const cim_net_place *from, const cim_net_place *to)
{
    cim_route_end ends[CIM_NET_ENDS];
    size_t count = 0;
    uint32_t best = NO_WAY;
    assert_ok(t.ctx, cim_net_ends(t.ctx, t.costs, weights, from, CIM_ROUTE_FORWARD, ends, &count));
    bellman_ford(weights, ends, count);
    assert_ok(t.ctx, cim_net_ends(t.ctx, t.costs, weights, to, CIM_ROUTE_BACKWARD, ends, &count));
    for (size_t i = 0; i < count; i++)
        if (times[ends[i].node] < NO_WAY && times[ends[i].node] + ends[i].offset_ms < best) best = times[ends[i].node] + ends[i].offset_ms;
    return best;
}

static uint32_t nearest_unit(const uint32_t *weights, const cim_net_place *to, uint32_t role, bool *same_edge)
{
    size_t count = 0;
    uint32_t best = NO_WAY;
    const cim_impact_unit *units = cim_impact_units(t.roads, &count);
    for (size_t i = 0; i < count; i++) {
        if (!(units[i].roles & role)) continue;
        uint32_t ms = time_between(weights, &units[i].place, to);
        *same_edge |= units[i].place.edge == to->edge;
        if (ms < best) best = ms;
    }
    return best;
}

static void check_roads(const cim_impact_result *r)
{
    const uint32_t *weights = t.costs->weights_ms;
    static uint32_t closed[MOST];
    assert_true(t.net->arc_count < MOST && t.net->state_count < MOST);
    for (uint32_t a = 0; a < t.net->arc_count; a++) {
        closed[a] = weights[a];
        for (size_t i = 0; i < r->street_count; i++)
            if (t.net->arc_link[a] / 2 == r->streets[i]) closed[a] = NO_WAY;
    }
    for (size_t i = 0; i < r->access_count; i++) {
        const cim_net_place *place = &CIM__AT(&t.roads->sites, cim_net_place, i);
        bool same = false;
        uint32_t first = nearest_unit(weights, place, CIM_IMPACT_AMBULANCE, &same), then = nearest_unit(closed, place, CIM_IMPACT_AMBULANCE, &same);
        if (same) continue; /* straight on along one street, which this does not know */
        assert_int_equal(r->access[i].before_ms, first);
        assert_int_equal(r->access[i].after_ms, then);
    }
    for (size_t i = 0; i < r->detour_count; i++) {
        cim_route_end starts[64];
        size_t count = 0;
        uint32_t best = NO_WAY;
        for (uint32_t s = 0; s < t.net->state_count; s++)
            if (t.net->state_junction[s] == r->detours[i].from) starts[count++] = (cim_route_end){ s, 0 };
        bellman_ford(closed, starts, count);
        for (uint32_t s = 0; s < t.net->state_count; s++)
            if (t.net->state_junction[s] == r->detours[i].to && times[s] < best) best = times[s];
        assert_int_equal(r->detours[i].after_ms, best);
    }
}

static void expect_nothing(void)
{
    memset(&e, 0, sizeof e);
    memset(&before, 0, sizeof before);
    before.n = after.n = cim_utility_network(t.utility);
    spread(&before);
    memset(&after, 0, sizeof after);
    after.n = before.n;
    e.stuck = CIM_NONE;
}

/* From what is hit to what is out. */
static void expect_works(void)
{
    uint32_t count = t.v.node_count + t.v.edge_count;
    for (uint32_t x = 0; x < count; x++) e.works[x] = e.hit[x] && !is_mine(x, "telecom");
    spread_works(before.n, e.works, e.stuck);
    for (uint32_t x = 0; x < count; x++) after.gone[x] = e.works[x] || e.hit[x];
}

static void ask(void)
{
    uint32_t kind = below(4), object = CIM_NONE;
    cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &object, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    double corners[10];
    const uint32_t ring = 5, part = 1;
    cim_geom area = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, corners, &ring, &part };
    what.works = &work;
    what.work_count = 1;
    what.flags = below(4) ? 0 : CIM_IMPACT_NO_CASCADE;
    expect_nothing();
    if (kind == 0 && t.net->edge_count) {
        uint32_t edge = below(t.net->edge_count);
        object = t.net->edge_object[edge];
        hit_street(edge, e.hit);
    } else if (kind == 1 && t.v.edge_count) {
        uint32_t edge = below(t.v.edge_count);
        work.kind = CIM_IMPACT_FAIL;
        object = t.v.edge_object[edge];
        for (uint32_t k = 0; k < t.v.edge_count; k++) e.hit[t.v.node_count + k] |= t.v.edge_object[k] == object;
    } else if (kind == 2 && t.v.device_count) {
        uint32_t device = below(t.v.device_count);
        object = t.v.device_object[device];
        for (uint32_t d = 0; d < t.v.device_count; d++)
            if (t.v.device_object[d] == object) after.cut[2 * t.v.device_edge[d] + t.v.device_end[d]] = 1;
    } else {
        double x = support_uniform(&seed, -20.0, 320.0), y = support_uniform(&seed, -20.0, 320.0), w = support_uniform(&seed, 5.0, 90.0);
        const double box[10] = { x, y, x + w, y, x + w, y + w, x, y + w, x, y };
        memcpy(corners, box, sizeof box);
        work = (cim_impact_work){ .kind = CIM_IMPACT_CLOSE, .area = &area };
        for (int side = 0; side < 4; side++) hit_line(box + 2 * side, box + 2 * side + 2, 0.0, e.hit);
        for (uint32_t n = 0; n < t.v.node_count; n++) {
            const double *p = t.v.node_xy + 2 * n;
            e.hit[n] |= p[0] > x && p[0] < x + w && p[1] > y && p[1] < y + w;
        }
        for (uint32_t k = 0; k < t.v.edge_count; k++)
            for (uint32_t i = t.v.first_vertex[k]; i < t.v.first_vertex[k + 1]; i++) {
                const double *p = t.v.xy + 2 * i;
                e.hit[t.v.node_count + k] |= p[0] > x && p[0] < x + w && p[1] > y && p[1] < y + w;
            }
    }
    expect_works();
    settle(!(what.flags & CIM_IMPACT_NO_CASCADE));
    cim_impact_result r = town_ask(&t, &what, true);
    check_supply(&r);
    check_valves(&r);
    check_hydrants(&r);
    if (!r.failure_count) check_ties(&r);
    check_roads(&r);
}

static void test_impact_random(void **state)
{
    (void)state;
    for (int i = 0; i < TOWNS; i++) {
        make_town();
        assert_true(t.v.node_count + t.v.edge_count < MOST && t.v.edge_count < MOST && t.city->max_id <= TOWN_OBJECTS);
        for (int k = 0; k < QUESTIONS; k++) ask();
        cim_ctx *ctx = t.ctx;
        town_done(&t);
        cim_ctx_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_impact_random) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
