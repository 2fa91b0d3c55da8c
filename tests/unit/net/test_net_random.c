/* test_net_random.c - random nets with turn restrictions against a search that remembers the last links itself, and snapping
 * against looking at every piece of every street. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODES = 7, WAYS_MAX = 14, WORDS_MAX = 8, LINKS = 2 * WAYS_MAX, ROUNDS = 1000 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* A net of ways with two nodes each; way i of the model is way i + 1 of the city. */
typedef struct model {
    int ways, from[WAYS_MAX], to[WAYS_MAX];
    int words, length[WORDS_MAX], link[WORDS_MAX][4];
    bool only[WORDS_MAX];
    char lines[4000];
} model;

static int tail_of(const model *m, int link) { return link & 1 ? m->to[link / 2] : m->from[link / 2]; }
static int head_of(const model *m, int link) { return link & 1 ? m->from[link / 2] : m->to[link / 2]; }

static bool has_way(const model *m, int a, int b)
{
    for (int i = 0; i < m->ways; i++)
        if ((m->from[i] == a && m->to[i] == b) || (m->from[i] == b && m->to[i] == a)) return true;
    return a == b;
}

static void add_text(model *m, const char *text) { strncat(m->lines, text, sizeof m->lines - strlen(m->lines) - 1); }

static void random_ways(model *m, uint64_t *seed)
{
    char line[120];
    for (int i = 0; i < NODES; i++) {
        snprintf(line, sizeof line, "n %c %d %d\n", 'a' + i, (int)(support_random(seed) % 500), (int)(support_random(seed) % 500) + i);
        add_text(m, line);
    }
    int wanted = 8 + (int)(support_random(seed) % (WAYS_MAX - 8));
    for (int tries = 0; m->ways < wanted && tries < 200; tries++) {
        int a = (int)(support_random(seed) % NODES), b = (int)(support_random(seed) % NODES);
        if (has_way(m, a, b)) continue;
        m->from[m->ways] = a;
        m->to[m->ways++] = b;
        snprintf(line, sizeof line, "w %d %c,%c highway=residential%s\n", m->ways, 'a' + a, 'a' + b, support_random(seed) % 5 ? "" : "|oneway=yes");
        add_text(m, line);
    }
}

/* A random walk over different ways, of two to four links. */
static int random_walk(const model *m, uint64_t *seed, int *links)
{
    int length = 2 + (int)(support_random(seed) % 3);
    links[0] = (int)(support_random(seed) % (uint64_t)(2 * m->ways));
    for (int n = 1; n < length; n++) {
        int start = (int)(support_random(seed) % (uint64_t)(2 * m->ways)), found = -1;
        for (int k = 0; k < 2 * m->ways && found < 0; k++) {
            int link = (start + k) % (2 * m->ways);
            bool fresh = tail_of(m, link) == head_of(m, links[n - 1]);
            for (int i = 0; i < n; i++) fresh = fresh && links[i] / 2 != link / 2;
            if (fresh) found = link;
        }
        if (found < 0) return 0;
        links[n] = found;
    }
    return length;
}

/* A via way may be gone over from one end only, if the other end is no end of from or to. */
static bool unclear(const model *m, const int *links, int length)
{
    if (length == 2) return false;
    int from = links[0] / 2, to = links[length - 1] / 2, first = links[1], last = links[length - 2];
    int enter = tail_of(m, first), leave = head_of(m, last);
    bool back = (m->from[from] == leave || m->to[from] == leave) && (m->from[to] == enter || m->to[to] == enter);
    for (int i = 0; i < length; i++)
        for (int k = i + 2; k < length; k++)
            if (head_of(m, links[k]) == tail_of(m, links[i])) return true; /* in a circle: more than one order */
    return back;
}

static void random_words(model *m, uint64_t *seed)
{
    for (int tries = 0; m->words < WORDS_MAX && tries < 12; tries++) {
        int *links = m->link[m->words], length = random_walk(m, seed, links);
        char via[40], line[200];
        if (!length || unclear(m, links, length)) continue;
        if (length == 2) snprintf(via, sizeof via, "%c", 'a' + head_of(m, links[0]));
        else if (length == 3) snprintf(via, sizeof via, "%d", links[1] / 2 + 1);
        else snprintf(via, sizeof via, "%d+%d", links[1] / 2 + 1, links[2] / 2 + 1);
        m->only[m->words] = support_random(seed) % 3 == 0;
        m->length[m->words] = length;
        snprintf(line, sizeof line, "r %d %d %s %d restriction=%s\n", m->words + 1, links[0] / 2 + 1, via, links[length - 1] / 2 + 1, m->only[m->words] ? "only_straight_on" : "no_left_turn");
        add_text(m, line);
        m->words++;
    }
}

/* ---- the oracle: Dijkstra over the last three links ---- */

typedef struct history {
    int last[3]; /* newest first; -1: none */
} history;

static bool allowed(const model *m, const history *h, int next)
{
    for (int w = 0; w < m->words; w++) {
        int n = m->length[w];
        bool begun = true;
        for (int i = 0; i + 1 < n; i++) begun = begun && h->last[i] == m->link[w][n - 2 - i];
        if (begun && m->only[w] != (m->link[w][n - 1] == next)) return false;
    }
    return true;
}

enum { SIDE = LINKS + 1, HISTORIES = SIDE * SIDE * SIDE };
static uint32_t best[HISTORIES];
static bool settled[HISTORIES];
static uint32_t queue[HISTORIES];

static int code(const history *h) { return ((h->last[0] + 1) * SIDE + h->last[1] + 1) * SIDE + h->last[2] + 1; }

static history decode(int c) { return (history){ { c / SIDE / SIDE - 1, c / SIDE % SIDE - 1, c % SIDE - 1 } }; }

/* Seconds of going from one link into another, as the net prices it; bans left out. */
static uint32_t turn_ms(const cim_net_costs *c, const uint32_t *link_of, int from, int to, bool dead_end)
{
    const cim_net *net = c->net;
    uint32_t state = link_of[from], link = link_of[to];
    if ((from ^ to) == 1 && !dead_end) return NO_WAY;
    for (uint32_t a = net->first_arc[state]; a < net->first_arc[state + 1]; a++)
        if (net->arc_link[a] == link) return c->weights_ms[a] >= NO_WAY ? 0 : c->weights_ms[a] - c->link_ms[link];
    return NO_WAY;
}

static bool is_dead_end(const model *m, const cim_net_costs *c, const uint32_t *link_of, int node)
{
    int exits = 0;
    for (int l = 0; l < 2 * m->ways; l++) exits += tail_of(m, l) == node && c->link_ms[link_of[l]] < NO_WAY;
    return exits <= 1;
}

/* From the middle of one way to the middle of another, both ways of each. */
static uint32_t oracle(const model *m, const cim_net_costs *c, const uint32_t *link_of, int from, int to)
{
    uint32_t count = 0, result = NO_WAY;
    memset(best, 0xff, sizeof best);
    memset(settled, 0, sizeof settled);
    for (int d = 0; d < 2; d++) {
        history h = { { 2 * from + d, -1, -1 } };
        uint32_t ms = c->link_ms[link_of[2 * from + d]];
        if (ms >= NO_WAY) continue;
        best[code(&h)] = (uint32_t)(ms * 0.5 + 0.5);
        queue[count++] = (uint32_t)code(&h);
    }
    for (;;) {
        uint32_t at = NO_WAY;
        for (uint32_t i = 0; i < count; i++)
            if (!settled[queue[i]] && (at == NO_WAY || best[queue[i]] < best[at])) at = queue[i];
        if (at == NO_WAY) return result;
        settled[at] = true;
        history h = decode((int)at);
        for (int l = 0; l < 2 * m->ways; l++) {
            if (tail_of(m, l) != head_of(m, h.last[0]) || c->link_ms[link_of[l]] >= NO_WAY || !allowed(m, &h, l)) continue;
            uint32_t turn = turn_ms(c, link_of, h.last[0], l, is_dead_end(m, c, link_of, tail_of(m, l)));
            if (turn >= NO_WAY) continue;
            if (l / 2 == to && best[at] + turn + (uint32_t)(c->link_ms[link_of[l]] * 0.5 + 0.5) < result) result = best[at] + turn + (uint32_t)(c->link_ms[link_of[l]] * 0.5 + 0.5);
            history next = { { l, h.last[0], h.last[1] } };
            uint32_t time = best[at] + turn + c->link_ms[link_of[l]];
            int n = code(&next);
            if (best[n] == UINT32_MAX) queue[count++] = (uint32_t)n;
            if (time < best[n]) best[n] = time;
        }
    }
}

static void check_pair(const street_net *n, const model *m, const cim_net_costs *c, const uint32_t *link_of, int from, int to)
{
    cim_net_place a = net_place(n, c, from + 1), b = net_place(n, c, to + 1);
    cim_net_route *route = NULL;
    cim_net_route_view v = { .struct_size = sizeof v };
    cim_status st = cim_net_route_find(n->ctx, c, &a, &b, NULL, NULL, &route);
    uint32_t wanted = oracle(m, c, link_of, from, to);
    if (st == CIM_OK) assert_ok(n->ctx, cim_net_route_get(n->ctx, route, &v));
    else v.time_ms = NO_WAY;
    if (v.time_ms != wanted) print_message("way %d to %d: %u, wanted %u\n%s", from + 1, to + 1, v.time_ms, wanted, m->lines);
    assert_int_equal(v.time_ms, wanted);
    cim_net_route_free(route);
}

static void links_of_model(const street_net *n, const model *m, const cim_net_costs *c, uint32_t *link_of)
{
    for (int i = 0; i < m->ways; i++) {
        uint32_t edge = net_place(n, c, i + 1).edge;
        link_of[2 * i] = 2 * edge;
        link_of[2 * i + 1] = 2 * edge + 1;
    }
}

static void test_net_random_restrictions(void **state)
{
    uint64_t seed = 4;
    (void)state;
    for (int round = 0; round < support_rounds(ROUNDS); round++) {
        model m = { 0 };
        uint32_t link_of[LINKS];
        random_ways(&m, &seed);
        random_words(&m, &seed);
        street_net n = net_of(m.lines, CIM_NET_TURNS_FULL);
        cim_net_costs *c = net_costs(&n, "car", NULL);
        assert_int_equal(CIM__COUNT(&n.net->rules, cim__net_rule), m.words);
        assert_int_equal(n.net->unlocated, 0);
        links_of_model(&n, &m, c, link_of);
        for (int k = 0; k < 6; k++) {
            int from = (int)(support_random(&seed) % (uint64_t)m.ways), to = (int)(support_random(&seed) % (uint64_t)m.ways);
            if (from != to) check_pair(&n, &m, c, link_of, from, to);
        }
        cim_net_costs_free(c);
        net_done(&n);
    }
}

/* ---- snapping ---- */

static double piece_distance(const double *a, double x, double y)
{
    double dx = a[2] - a[0], dy = a[3] - a[1], square = dx * dx + dy * dy, t = square > 0.0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / square : 0.0;
    t = fmax(0.0, fmin(1.0, t));
    return hypot(a[0] + t * dx - x, a[1] + t * dy - y);
}

static double nearest_by_hand(const cim_net_costs *c, double x, double y, bool any_part)
{
    const cim_net *net = c->net;
    double nearest = HUGE_VAL;
    for (uint32_t e = 0; e < net->edge_count; e++) {
        bool use = false;
        for (uint32_t l = 2 * e; l < 2 * e + 2; l++) use |= c->link_ms[l] < NO_WAY && (any_part || c->link_main[l]);
        for (uint32_t v = net->first_vertex[e]; use && v + 1 < net->first_vertex[e + 1]; v++) nearest = fmin(nearest, piece_distance(net->xy + 2 * (size_t)v, x, y));
    }
    return nearest;
}

static void check_snap(cim_ctx *ctx, const cim_net_costs *c, double x, double y, bool any_part)
{
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    cim_net_place one, five[5];
    size_t count = 0;
    options.flags = any_part ? CIM_NET_ANY_PART : 0;
    assert_ok(ctx, cim_net_snap(ctx, c, x, y, &options, 1, &one, &count));
    double wanted = nearest_by_hand(c, x, y, any_part);
    assert_int_equal(count, isfinite(wanted));
    if (!count) return;
    assert_true(fabs(one.distance_m - wanted) < 1e-9 * (1.0 + wanted));
    assert_true(fabs(hypot(one.x - x, one.y - y) - one.distance_m) < 1e-6);
    assert_true(one.fraction >= 0.0 && one.fraction <= 1.0 && one.directions);
    assert_ok(ctx, cim_net_snap(ctx, c, x, y, &options, 5, five, &count));
    assert_true(count >= 1 && fabs(five[0].distance_m - wanted) < 1e-9 * (1.0 + wanted));
    for (size_t i = 1; i < count; i++) assert_true(five[i].distance_m >= five[i - 1].distance_m && five[i].edge != five[i - 1].edge);
}

/* The sample town, by every profile. */
static void test_net_snap_town(void **state)
{
    uint64_t seed = 5;
    const char *path = support_own("town.osm.pbf");
    street_net n = { .ctx = support_ctx() };
    (void)state;
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, NULL, &n.net));
    for (uint32_t p = 0; cim_net_profile(p); p++) {
        cim_net_costs *c = net_costs(&n, cim_net_profile(p), NULL);
        for (int i = 0; i < 100; i++) check_snap(n.ctx, c, support_uniform(&seed, 504300, 507700), support_uniform(&seed, 5381700, 5384300), i & 1);
        cim_net_costs_free(c);
    }
    net_done(&n);
}

static void test_net_snap_side(void **state)
{
    street_net n = net_of("n a 0 0\nn b 100 0\nw 1 a,b highway=residential\nw 2 b,c highway=residential\nn c 200 0\n", 0);
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    cim_net_place p;
    size_t count;
    const double *a = n.net->xy;
    double mx = (a[0] + a[2]) / 2, my = (a[1] + a[3]) / 2, ux = (a[2] - a[0]) / 100, uy = (a[3] - a[1]) / 100;
    (void)state;
    assert_ok(n.ctx, cim_net_snap(n.ctx, c, mx - 5 * uy, my + 5 * ux, &options, 1, &p, &count));
    assert_int_equal(p.side, 1);
    assert_int_equal(p.directions, 3);
    assert_true(fabs(p.fraction - 0.5) < 1e-6 && fabs(p.distance_m - 5.0) < 0.1);
    assert_ok(n.ctx, cim_net_snap(n.ctx, c, mx + 5 * uy, my - 5 * ux, &options, 1, &p, &count));
    assert_int_equal(p.side, -1);
    options.heading_deg = 90.0; /* to the east */
    options.tolerance_deg = 30.0;
    assert_ok(n.ctx, cim_net_snap(n.ctx, c, mx, my, &options, 1, &p, &count));
    assert_int_equal(p.directions, 1);
    options.heading_deg = 0.0;
    assert_ok(n.ctx, cim_net_snap(n.ctx, c, mx, my, &options, 1, &p, &count));
    assert_int_equal(count, 0);
    cim_net_costs_free(c);
    net_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_random_restrictions), cmocka_unit_test(test_net_snap_town), cmocka_unit_test(test_net_snap_side) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
