/* test_net_words.c - restrictions of any form on nets of any form against a search that keeps the list of links travelled, and looks
 * through the members of every restriction at each step.
 *
 * Nets have parallel streets, streets drawn once a direction, rings, dead ends and one-ways; restrictions are over up to three via ways, which
 * may form rings, may have from and to the same, name ways that are not there, or contradict each other.  The search knows nothing of words, tries
 * and states: a restriction is met when the last links are its members in their order, by whatever directions. */
#include "nets.h"

#include <stdio.h>

enum { NODES = 5, WAYS_MAX = 10, RULES_MAX = 7, LINKS = 2 * WAYS_MAX, MEMBERS_MAX = 5, ROUNDS = 2000, BACK = 4 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct rule {
    int members, way[MEMBERS_MAX], node; /* node: of the via node, -1: via ways */
    bool only, lost;
} rule;

typedef struct model {
    int ways, from[WAYS_MAX], to[WAYS_MAX], rules;
    bool straight[WAYS_MAX], one_way[WAYS_MAX];
    rule rule[RULES_MAX];
    char lines[6000];
} model;

static int tail_of(const model *m, int link) { return link & 1 ? m->to[link / 2] : m->from[link / 2]; }
static int head_of(const model *m, int link) { return link & 1 ? m->from[link / 2] : m->to[link / 2]; }
static void add_text(model *m, const char *text) { strncat(m->lines, text, sizeof m->lines - strlen(m->lines) - 1); }
static int pick(uint64_t *seed, int n) { return (int)(support_random(seed) % (uint64_t)n); }

/* ---- making nets ---- */

static const double place[NODES][2] = { { 0, 0 }, { 400, 30 }, { 370, 330 }, { 20, 310 }, { 190, 170 } };

/* Way number w: straight, or by one or two nodes of its own, so that rings and parallel ways have shapes. */
static void add_way(model *m, int a, int b, bool straight, bool one_way)
{
    char line[200], own = (char)('A' + 2 * m->ways);
    double mx = (place[a][0] + place[b][0]) / 2 + 13 * m->ways - 40, my = (place[a][1] + place[b][1]) / 2 + 60 + 7 * m->ways;
    if (!straight) {
        snprintf(line, sizeof line, "n %c %g %g\nn %c %g %g\n", own, mx, my, own + 1, mx + 31, my + 17);
        add_text(m, line);
    }
    if (!straight) snprintf(line, sizeof line, "w %d %c,%c,%c,%c highway=residential%s\n", m->ways + 1, 'a' + a, own, own + 1, 'a' + b, one_way ? "|oneway=yes" : "");
    else snprintf(line, sizeof line, "w %d %c,%c highway=residential%s\n", m->ways + 1, 'a' + a, 'a' + b, one_way ? "|oneway=yes" : "");
    add_text(m, line);
    m->from[m->ways] = a;
    m->to[m->ways] = b;
    m->straight[m->ways] = straight;
    m->one_way[m->ways++] = one_way;
}

static void random_net(model *m, uint64_t *seed)
{
    char line[80];
    for (int i = 0; i < NODES; i++) {
        snprintf(line, sizeof line, "n %c %g %g\n", 'a' + i, place[i][0], place[i][1]);
        add_text(m, line);
    }
    int wanted = 5 + pick(seed, WAYS_MAX - 4);
    while (m->ways < wanted) {
        int a = pick(seed, NODES), b = pick(seed, NODES);
        if (a == b && pick(seed, 3)) continue;
        add_way(m, a, b, a != b && pick(seed, 3), !pick(seed, 4));
    }
}

/* Members along a random walk; ways once each, but that from and to may be the same. */
static bool random_members(const model *m, uint64_t *seed, rule *r)
{
    int length = pick(seed, 2) ? 2 : 2 + pick(seed, MEMBERS_MAX - 1), link = pick(seed, 2 * m->ways);
    *r = (rule){ .node = -1 };
    r->way[r->members++] = link / 2;
    r->node = length == 2 ? head_of(m, link) : -1;
    while (r->members < length) {
        int start = pick(seed, 2 * m->ways), next = -1;
        for (int k = 0; k < 2 * m->ways && next < 0; k++) {
            int l = (start + k) % (2 * m->ways);
            bool fresh = tail_of(m, l) == head_of(m, link);
            for (int i = 0; i < r->members; i++) fresh = fresh && (r->way[i] != l / 2 || (r->members == length - 1 && !i));
            if (fresh) next = l;
        }
        if (next < 0) return false;
        r->way[r->members++] = next / 2;
        link = next;
    }
    return true;
}

static void random_rules(model *m, uint64_t *seed)
{
    for (int tries = 0; tries < 9 && m->rules < RULES_MAX; tries++) {
        rule *r = &m->rule[m->rules];
        char via[60] = "", line[200];
        if (!random_members(m, seed, r)) continue;
        r->only = !pick(seed, 3);
        r->lost = !pick(seed, 8); /* a member that is not there */
        if (r->node >= 0) snprintf(via, sizeof via, "%c", 'a' + r->node);
        for (int i = 1; i + 1 < r->members; i++) snprintf(via + strlen(via), sizeof via - strlen(via), i > 1 ? "+%d" : "%d", r->way[i] + 1);
        snprintf(line, sizeof line, "r %d %d %s %d restriction=%s\n", m->rules + 1, r->way[0] + 1, via, r->lost ? 77 : r->way[r->members - 1] + 1, r->only ? "only_straight_on" : "no_entry");
        add_text(m, line);
        m->rules++;
    }
}

/* ---- the search ---- */

typedef struct prices {
    bool pays;
    uint32_t turn_ms, back_ms;
} prices;

typedef struct past {
    int last[BACK]; /* newest first; -1: none */
} past;

/* Are the newest links, with `next` before them if it is no -1, the first `count` members? */
static bool travelled(const model *m, const rule *r, const past *h, int next, int count)
{
    int links[MEMBERS_MAX], n = 0;
    for (int i = count - 1 - (next >= 0); i >= 0; i--) links[n++] = h->last[i];
    if (next >= 0) links[n++] = next;
    for (int i = 0; i < n; i++)
        if (links[i] < 0 || links[i] / 2 != r->way[i]) return false;
    return r->node < 0 || head_of(m, links[0]) == r->node;
}

/* Could the last member follow from here?  An "only" whose way does not begin here binds nobody. */
static bool fits(const model *m, const rule *r, int junction)
{
    int w = r->way[r->members - 1];
    return m->from[w] == junction || m->to[w] == junction;
}

static bool broken(const model *m, const past *h, int next)
{
    for (int i = 0; i < m->rules; i++) {
        const rule *r = &m->rule[i];
        if (r->lost) continue;
        if (!r->only && travelled(m, r, h, next, r->members)) return true;
        if (r->only && travelled(m, r, h, -1, r->members - 1) && fits(m, r, head_of(m, h->last[0])) && next / 2 != r->way[r->members - 1]) return true;
    }
    return false;
}

static bool back_on_the_spot(const model *m, int last, int next)
{
    if ((last ^ next) == 1) return true;
    return m->straight[last / 2] && m->straight[next / 2] && tail_of(m, last) == head_of(m, next) && head_of(m, last) == tail_of(m, next);
}

enum { SIDE = LINKS + 1, PASTS = SIDE * SIDE * SIDE * SIDE };
static uint32_t best[PASTS]; /* 0: not reached, else the time and 1 */
static uint32_t reached[PASTS], reached_count;

static uint32_t best_of(uint32_t code) { return best[code] ? best[code] - 1 : UINT32_MAX; }

static void set_best(uint32_t code, uint32_t ms)
{
    if (!best[code]) reached[reached_count++] = code;
    best[code] = ms + 1;
}

static void forget_all(void)
{
    while (reached_count) best[reached[--reached_count]] = 0;
}

typedef struct item {
    uint32_t ms, code;
} item;
static item heap[400000];
static uint32_t heap_count;

static void push(uint32_t ms, uint32_t code)
{
    uint32_t i = heap_count++;
    assert_true(heap_count < sizeof heap / sizeof *heap);
    for (; i && heap[(i - 1) / 2].ms > ms; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = (item){ ms, code };
}

static item pop(void)
{
    item top = heap[0], last = heap[--heap_count];
    uint32_t i = 0;
    for (uint32_t c; (c = 2 * i + 1) < heap_count; i = c) {
        if (c + 1 < heap_count && heap[c + 1].ms < heap[c].ms) c++;
        if (heap[c].ms >= last.ms) break;
        heap[i] = heap[c];
    }
    heap[i] = last;
    return top;
}

static uint32_t code_of(const past *h)
{
    uint32_t c = 0;
    for (int i = 0; i < BACK; i++) c = c * SIDE + (uint32_t)(h->last[i] + 1);
    return c;
}

static past past_of(uint32_t code)
{
    past h;
    for (int i = BACK; i-- > 0; code /= SIDE) h.last[i] = (int)(code % SIDE) - 1;
    return h;
}

/* As many links as the longest restriction looks back. */
static past after(const past *h, int link, int depth)
{
    past n = { { link, -1, -1, -1 } };
    for (int i = 1; i < depth; i++) n.last[i] = h->last[i - 1];
    return n;
}

static uint32_t exits_of(const model *m, int junction)
{
    uint32_t n = 0;
    for (int l = 0; l < 2 * m->ways; l++) n += tail_of(m, l) == junction && !(m->one_way[l / 2] && l & 1);
    return n;
}

/* From the middle of a way to the middle of another. */
static uint32_t search(const model *m, const uint32_t *ms, const prices *p, int from, int to)
{
    uint32_t result = NO_WAY;
    int depth = 1;
    for (int i = 0; i < m->rules; i++)
        if (m->rule[i].members - 1 > depth) depth = m->rule[i].members - 1;
    heap_count = 0;
    for (int d = 0; d < 2 - m->one_way[from]; d++) {
        past h = { { 2 * from + d, -1, -1, -1 } };
        set_best(code_of(&h), (uint32_t)(ms[2 * from + d] * 0.5 + 0.5));
        push(best_of(code_of(&h)), code_of(&h));
    }
    while (heap_count) {
        item top = pop();
        past h = past_of(top.code);
        if (top.ms > best_of(top.code)) continue;
        for (int l = 0; l < 2 * m->ways; l++) {
            uint32_t extra = 0;
            if (tail_of(m, l) != head_of(m, h.last[0]) || (m->one_way[l / 2] && l & 1)) continue;
            if (broken(m, &h, l)) {
                if (!p->pays) continue;
                extra += p->turn_ms;
            }
            if (back_on_the_spot(m, h.last[0], l) && exits_of(m, tail_of(m, l)) > 1) {
                if (!p->pays) continue;
                extra += p->back_ms;
            }
            uint32_t half = top.ms + extra + (uint32_t)(ms[l] * 0.5 + 0.5), whole = top.ms + extra + ms[l];
            if (l / 2 == to && half < result) result = half;
            past next = after(&h, l, depth);
            if (whole >= best_of(code_of(&next))) continue;
            set_best(code_of(&next), whole);
            push(whole, code_of(&next));
        }
    }
    forget_all();
    return result;
}

/* ---- comparing ---- */

#define OWN "KEY(\"access\") SPEED(\"*\", 36) NUMBER(\"top_kmh\", 36) NUMBER(\"heed_oneway\", 1) NUMBER(\"heed_turns\", 1)"
static const prices strict = { false, 0, 0 }, paying = { true, 7000, 11000 };

static cim_net_costs *own_costs(const street_net *n, const char *text)
{
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    options.profile_text = text;
    assert_ok(n->ctx, cim_net_costs_build(n->ctx, n->net, &options, &costs));
    return costs;
}

static bool check_pair(const street_net *n, const model *m, const cim_net_costs *c, const prices *p, const uint32_t *ms, int from, int to)
{
    cim_net_place a = net_place(n, c, from + 1), b = net_place(n, c, to + 1);
    cim_net_route *route = NULL;
    cim_net_route_view v = { .struct_size = sizeof v, .time_ms = NO_WAY };
    cim_status st = cim_net_route_find(n->ctx, c, &a, &b, NULL, NULL, &route);
    uint32_t wanted = search(m, ms, p, from, to);
    if (st != CIM_ENOTFOUND) assert_ok(n->ctx, st);
    if (route) assert_ok(n->ctx, cim_net_route_get(n->ctx, route, &v));
    if (v.time_ms != wanted) print_message("way %d to %d%s: %u, wanted %u\n%s", from + 1, to + 1, p->pays ? " at a price" : "", v.time_ms, wanted, m->lines);
    assert_int_equal(v.time_ms, wanted);
    if (!p->pays && route) assert_int_equal(v.rules & (CIM_NET_BREAKS_TURN | CIM_NET_BREAKS_U_TURN), 0);
    cim_net_route_free(route);
    return wanted < NO_WAY;
}

static uint32_t check_net(const model *m, uint64_t *seed)
{
    street_net n = net_of(m->lines, CIM_NET_TURNS_FULL);
    cim_net_costs *costs[2] = { own_costs(&n, OWN), own_costs(&n, OWN " PRICE(\"turn\", 1, 7) PRICE(\"uturn\", 1, 11)") };
    uint32_t ms[LINKS], found = 0;
    for (int i = 0; i < m->ways; i++) {
        uint32_t edge = net_place(&n, costs[0], i + 1).edge;
        ms[2 * i] = ms[2 * i + 1] = (uint32_t)(n.net->edge_length_m[edge] * 100.0 + 0.5);
    }
    for (int k = 0; k < 4; k++) {
        int from = pick(seed, m->ways), to = pick(seed, m->ways);
        if (from == to) continue;
        found += check_pair(&n, m, costs[0], &strict, ms, from, to);
        found += check_pair(&n, m, costs[1], &paying, ms, from, to);
    }
    cim_net_costs_free(costs[0]);
    cim_net_costs_free(costs[1]);
    net_done(&n);
    return found;
}

static void test_net_words_random(void **state)
{
    uint64_t seed = 21;
    uint32_t found = 0;
    (void)state;
    for (int round = 0; round < support_rounds(ROUNDS); round++) {
        model m = { .ways = 0 };
        random_net(&m, &seed);
        random_rules(&m, &seed);
        found += check_net(&m, &seed);
    }
    assert_true((int)found > support_rounds(5000)); /* most pairs are joined, so most comparisons are of times */
}

/* ---- tags that are nonsense ---- */

static void test_net_words_hostile_tags(void **state)
{
    static const char *const keys[] = { "maxspeed", "maxspeed:forward", "maxspeed:hgv", "maxspeed:conditional", "duration", "maxheight", "maxweight", "width", "incline", "oneway", "oneway:conditional",
                                        "access", "access:conditional", "motor_vehicle:backward", "junction", "barrier", "kerb" };
    static const char *const values[] = { "1e400", "-1e400", "nan", "inf", "-5", "0", "1e-300", "1e300", "PT", "PT9999999999999H", "-1", "99999:99:99:99", "30 mph mph", ";;;", "no;", "@", "@ ()", "10 @ (", "20 @ (wet AND ",
                                          "yes @ (Mo-)", "30 @ (25:99-99:99)", "none", "walk", "1e400%", "-1e400 %", "12'13'14", "'", "\xe2\x88\x9e", "9223372036854775808", "0x10", "1,5", "5 @ (weight>nan)" };
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 400; round++) {
        char lines[900] = "n a 0 0\nn b 100 0\nn c 200 0\nn d 300 0\n";
        for (int w = 0; w < 3; w++) {
            snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "w %d %c,%c %s", w + 1, 'a' + w, 'b' + w, w == 1 && round & 1 ? "route=ferry" : "highway=residential");
            for (int k = 0; k < 3; k++)
                snprintf(lines + strlen(lines), sizeof lines - strlen(lines), "|%s=%s", keys[support_random(&seed) % (sizeof keys / sizeof *keys)], values[support_random(&seed) % (sizeof values / sizeof *values)]);
            strcat(lines, "\n");
        }
        street_net n = net_of(lines, CIM_NET_TURNS_FULL);
        for (uint32_t p = 0; cim_net_profile(p); p++) {
            cim_net_costs *c = net_costs(&n, cim_net_profile(p), "2026-01-31T08:30");
            for (uint32_t a = 0; a < n.net->arc_count; a++) assert_true(c->weights_ms[a] >= 1 && c->weights_ms[a] <= NO_WAY);
            for (uint32_t l = 0; l < 2 * n.net->edge_count; l++) assert_true(c->link_ms[l] >= 1 && c->link_ms[l] <= NO_WAY && c->link_kmh[l] >= 0.0f && c->link_kmh[l] <= 1000.0f);
            cim_net_costs_free(c);
        }
        net_done(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_words_random), cmocka_unit_test(test_net_words_hostile_tags) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
