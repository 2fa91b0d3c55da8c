/* test_evacuation.c - plans where the best one is known, and on random nets: no link is entered by more people than it takes, everybody is
 * accounted for, groups walk streets that meet and are not quicker than these allow, bounds hold. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct world {
    street_net n;
    cim_net_costs *costs;
    double *capacity;
    cim_evacuation_task task;
} world;

static world world_of(const char *lines, uint32_t turns, const char *profile)
{
    world w = { .n = net_of(lines, turns), .task = CIM_EVACUATION_TASK_INIT };
    w.costs = net_costs(&w.n, profile, NULL);
    w.capacity = calloc(2 * (size_t)w.n.net->edge_count + 1, sizeof *w.capacity);
    w.task.link_people_per_hour = w.capacity;
    return w;
}

static void world_done(world *w)
{
    free(w->capacity);
    cim_net_costs_free(w->costs);
    net_done(&w->n);
}

static cim_evacuation *plan_of(const world *w, cim_evacuation_view *v)
{
    cim_evacuation *plan = NULL;
    v->struct_size = sizeof *v;
    assert_ok(w->n.ctx, cim_evacuation_run(w->n.ctx, w->costs, NULL, &w->task, &plan));
    assert_ok(w->n.ctx, cim_evacuation_get(w->n.ctx, plan, v));
    return plan;
}

static cim_net_place place(const world *w, int way, double fraction)
{
    cim_net_place p = net_place(&w->n, w->costs, way);
    p.fraction = fraction;
    return p;
}

static double seconds(const world *w, const cim_net_place *a, const cim_net_place *b)
{
    cim_net_route *route = NULL;
    cim_net_route_view r = { .struct_size = sizeof r };
    if (cim_net_route_find(w->n.ctx, w->costs, a, b, NULL, NULL, &route) < 0) return HUGE_VAL;
    assert_ok(w->n.ctx, cim_net_route_get(w->n.ctx, route, &r));
    double s = r.time_ms / 1000.0;
    cim_net_route_free(route);
    return s;
}

/* ---- what must hold of every plan ---- */

static double whole_people(double per_hour, double slot_s, double slot)
{
    double per = per_hour * slot_s / 3600.0;
    return per >= 4e9 ? HUGE_VAL : floor((slot + 1.0) * per) - floor(slot * per);
}

static void check_capacities(const world *w, const cim_evacuation_view *v)
{
    uint32_t links = 2 * w->n.net->edge_count, slots = (uint32_t)(w->task.horizon_s / w->task.slot_s) + 2;
    uint64_t *entered = calloc((size_t)links * slots, sizeof *entered), *arrived = calloc(w->task.exit_count * slots + 1, sizeof *arrived);
    for (uint32_t i = 0; i < v->group_count; i++) {
        const cim_evacuation_group *g = &v->groups[i];
        for (uint32_t k = g->first_leg; k < g->first_leg + g->leg_count; k++)
            entered[(size_t)v->legs[k].link * slots + (uint32_t)(v->legs[k].enter_s / w->task.slot_s + 1e-9)] += g->people;
        arrived[(size_t)g->exit * slots + (uint32_t)(g->arrive_s / w->task.slot_s + 1e-9)] += g->people;
    }
    for (uint32_t l = 0; l < links; l++)
        for (uint32_t s = 0; s < slots; s++) assert_true((double)entered[(size_t)l * slots + s] <= whole_people(w->capacity[l], w->task.slot_s, s));
    for (size_t x = 0; x < w->task.exit_count; x++)
        for (uint32_t s = 0; s < slots && w->task.exits[x].people_per_hour > 0.0; s++)
            assert_true((double)arrived[x * slots + s] <= whole_people(w->task.exits[x].people_per_hour, w->task.slot_s, s));
    free(entered);
    free(arrived);
}

static void check_groups(const world *w, const cim_evacuation_view *v)
{
    const cim_net *net = w->n.net;
    uint64_t sum = 0, by_exit[16] = { 0 }, by_source[16] = { 0 };
    double before = 0.0, arrivals = 0.0, last = 0.0;
    for (uint32_t i = 0; i < v->group_count; i++) {
        const cim_evacuation_group *g = &v->groups[i];
        const cim_evacuation_leg *legs = v->legs + g->first_leg;
        const cim_net_place *from = &w->task.sources[g->source].place, *to = &w->task.exits[g->exit].place;
        assert_true(g->people > 0 && g->leg_count > 0 && g->arrive_s >= before && legs[0].enter_s == g->depart_s);
        assert_int_equal(legs[0].link >> 1, from->edge);
        assert_int_equal(legs[g->leg_count - 1].link >> 1, to->edge);
        for (uint32_t k = 1; k < g->leg_count; k++) {
            assert_int_equal(cim__link_head(net, legs[k - 1].link), cim__link_tail(net, legs[k].link));
            double least = k == 1 ? 0.0 : w->costs->link_ms[legs[k - 1].link] / 1000.0;
            assert_true(legs[k].enter_s >= legs[k - 1].enter_s + least - 1e-9);
        }
        assert_true(g->arrive_s >= g->depart_s && g->arrive_s - 1e-3 >= seconds(w, from, to) - 1e-9 - 0.002);
        before = g->arrive_s;
        last = fmax(last, g->arrive_s);
        arrivals += g->arrive_s * g->people;
        sum += g->people;
        by_exit[g->exit] += g->people;
        by_source[g->source] += g->people;
    }
    assert_int_equal(sum, v->evacuated);
    for (size_t x = 0; x < w->task.exit_count; x++) {
        assert_int_equal(by_exit[x], v->exit_people[x]);
        assert_true(by_exit[x] <= w->task.exits[x].capacity);
    }
    uint64_t people = 0;
    for (size_t i = 0; i < w->task.source_count; i++) {
        assert_true(by_source[i] <= w->task.sources[i].people);
        people += w->task.sources[i].people;
    }
    assert_int_equal(people, v->people);
    assert_int_equal(v->evacuated + v->no_way + v->no_room + v->too_late, people);
    if (!sum) return;
    assert_true(fabs(v->clearance_s - last) < 1e-9 && fabs(v->mean_s - arrivals / (double)sum) < 1e-6);
    if (v->clearance_bound_s > v->clearance_s + 1e-6 || v->mean_bound_s > v->mean_s + 1e-6)
        fail_msg("bounds %g, %g; plan %g, %g", v->clearance_bound_s, v->mean_bound_s, v->clearance_s, v->mean_s);
}

static void check_plan(const world *w, const cim_evacuation_view *v)
{
    check_capacities(w, v);
    check_groups(w, v);
}

/* ---- plans that are known ---- */

static void test_evacuation_one_street(void **state)
{
    (void)state;
    world w = world_of("n a 0 0\nn b 300 0\nn c 1000 0\nw 1 a,b highway=residential\nw 2 b,c highway=residential\n", CIM_NET_TURNS_FULL, "car");
    cim_evacuation_source source = { place(&w, 1, 0.1), 0, 0 };
    cim_evacuation_exit exit = { place(&w, 2, 0.9), 0.0, CIM_NONE, 0 };
    double way = seconds(&w, &source.place, &exit.place), before = 0.0;
    w.task.sources = &source;
    w.task.exits = &exit;
    w.task.source_count = w.task.exit_count = 1;
    for (uint32_t l = 0; l < 2 * w.n.net->edge_count; l++) w.capacity[l] = 1200.0; /* 20 a minute */
    for (uint32_t people = 1; people < 400; people += 13) {
        cim_evacuation_view v;
        source.people = people;
        cim_evacuation *plan = plan_of(&w, &v);
        double wanted = (ceil(people / 20.0) - 1.0) * 60.0 + way;
        check_plan(&w, &v);
        assert_int_equal(v.evacuated, people);
        assert_true(fabs(v.clearance_s - wanted) < 1e-3);
        assert_true(fabs(v.clearance_bound_s - wanted) < 1e-3); /* proved */
        assert_true(fabs(v.cut_people_per_hour - 1200.0) < 1e-3 && v.clearance_s >= before);
        before = v.clearance_s;
        cim_evacuation_free(plan);
    }
    /* the second street is narrow: one waits in front of it, and can be there after the first spans only */
    uint32_t narrow = 2 * place(&w, 2, 0.5).edge;
    w.capacity[narrow] = w.capacity[narrow + 1] = 90.0; /* one, two, one, two a minute */
    source.people = 30;
    cim_evacuation_view v;
    cim_evacuation *plan = plan_of(&w, &v);
    check_plan(&w, &v);
    assert_true(v.link_count == 2 && v.links[0].link >> 1 == narrow >> 1 && v.links[0].wait_s > 1000.0 && v.links[0].people == 30 &&
                v.links[0].full_slots >= 19);
    assert_true(v.clearance_s > 18 * 60.0 && v.clearance_s < 21 * 60.0 + way && v.clearance_s - v.clearance_bound_s < 121.0);
    cim_evacuation_free(plan);
    /* nobody beyond the horizon; a shelter that is full; one that takes few an hour */
    w.task.horizon_s = 600.0;
    plan = plan_of(&w, &v);
    check_plan(&w, &v);
    assert_true(v.too_late > 10 && v.evacuated > 10);
    cim_evacuation_free(plan);
    w.task.horizon_s = 86400.0;
    exit.capacity = 7;
    plan = plan_of(&w, &v);
    check_plan(&w, &v);
    assert_true(v.evacuated == 7 && v.no_room == 23);
    cim_evacuation_free(plan);
    exit.capacity = CIM_NONE;
    exit.people_per_hour = 60.0;
    plan = plan_of(&w, &v);
    check_plan(&w, &v);
    assert_true(v.evacuated == 30 && v.clearance_s >= 29 * 60.0 && v.clearance_bound_s >= 28 * 60.0);
    cim_evacuation_free(plan);
    w.capacity[narrow] = w.capacity[narrow + 1] = 0.0;
    plan = plan_of(&w, &v);
    check_plan(&w, &v);
    assert_int_equal(v.evacuated, 0);
    assert_int_equal(v.too_late, 30);
    cim_evacuation_free(plan);
    world_done(&w);
}

/* Two ways of different lengths and widths between the same streets: the quickest flow sends spans over both. */
static void test_evacuation_two_ways(void **state)
{
    (void)state;
    world w = world_of("n a 0 0\nn b 50 0\nn c 550 0\nn d 600 0\nn e 300 900\nw 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 b,e,c "
                       "highway=residential\nw 4 c,d highway=residential\n",
                       CIM_NET_TURNS_RESTRICTED, "car");
    cim_evacuation_source source = { place(&w, 1, 0.5), 0, 0 };
    cim_evacuation_exit exit = { place(&w, 4, 0.5), 0.0, CIM_NONE, 0 };
    w.task.sources = &source;
    w.task.exits = &exit;
    w.task.source_count = w.task.exit_count = 1;
    for (uint32_t l = 0; l < 2 * w.n.net->edge_count; l++) w.capacity[l] = 1e12;
    uint32_t near_link = 2 * place(&w, 2, 0.5).edge, far_link = 2 * place(&w, 3, 0.5).edge;
    for (uint32_t d = 0; d < 2; d++) {
        w.capacity[near_link + d] = 600.0; /* 10 a minute */
        w.capacity[far_link + d] = 1800.0; /* 30 a minute */
    }
    double near_s = w.costs->link_ms[near_link] / 1000.0, far_s = w.costs->link_ms[far_link] / 1000.0, way = seconds(&w, &source.place, &exit.place),
           ends = way - near_s;
    for (uint32_t people = 5; people < 700; people += 35) {
        cim_evacuation_view v;
        double wanted = HUGE_VAL;
        source.people = people;
        cim_evacuation *plan = plan_of(&w, &v);
        check_plan(&w, &v);
        /* spans begin at full minutes; the first one when the first people are there */
        double there = w.task.sources[0].place.fraction > 0 ? v.legs[1].enter_s : 0.0;
        for (int i = 0; i < 60; i++)
            for (int k = -1; k < 60; k++) { /* the last span used of each */
                if (10 * (i + 1) + 30 * (k + 1) < (int)people) continue;
                double t1 = (i ? i * 60.0 : there) + near_s, t2 = k < 0 ? 0.0 : (k ? k * 60.0 : there) + far_s;
                wanted = fmin(wanted, fmax(t1, t2));
            }
        wanted += ends - there;
        if (fabs(v.clearance_s - wanted) > 0.01) fail_msg("%u people: %g s, wanted %g s", people, v.clearance_s, wanted);
        cim_evacuation_free(plan);
    }
    world_done(&w);
}

/* ---- random ones ---- */

static void random_net(char *lines, size_t size, uint64_t *seed)
{
    int count = 8 + (int)(support_random(seed) % 9);
    lines[0] = 0;
    for (int i = 0; i < 9; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "n %c %d %d\n", 'a' + i, (int)(support_random(seed) % 3000) + i,
                 (int)(support_random(seed) % 3000));
    for (int i = 0; i < count; i++) {
        int a = (int)(support_random(seed) % 9), b = (int)(support_random(seed) % 9);
        if (a == b) continue;
        snprintf(lines + strlen(lines), size - strlen(lines), "w %d %c,%c %s\n", i + 1, 'a' + a, 'a' + b,
                 support_random(seed) % 5 ? "highway=residential" : "highway=residential|oneway=yes");
    }
    for (int i = 0; i < 3; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "r %d %d %c %d restriction=no_left_turn\n", i + 1,
                 1 + (int)(support_random(seed) % (uint64_t)count), 'a' + (int)(support_random(seed) % 9), 1 + (int)(support_random(seed) % (uint64_t)count));
}

static cim_net_place random_place(const world *w, uint64_t *seed)
{
    uint32_t e = (uint32_t)(support_random(seed) % w->n.net->edge_count);
    cim_net_place p = { .edge = e, .fraction = support_random(seed) % 5 ? support_uniform(seed, 0.0, 1.0) : (double)(support_random(seed) & 1) };
    for (uint32_t d = 0; d < 2; d++)
        if (w->costs->link_ms[2 * e + d] < NO_WAY) p.directions |= 1u << d;
    return p;
}

static void test_evacuation_random(void **state)
{
    uint64_t seed = 41;
    double gaps = 0.0;
    int plans = 0, proved = 0, left = 0;
    (void)state;
    for (int round = 0; round < 1100; round++) {
        char lines[3000];
        random_net(lines, sizeof lines, &seed);
        world w = world_of(lines, round & 1, round % 3 ? "car" : "foot");
        cim_evacuation_source sources[6];
        cim_evacuation_exit exits[3];
        cim_evacuation_view v;
        static const double rates[] = { 0.0, 17.0, 120.0, 600.0, 601.5, 1800.0, 1e12 };
        for (uint32_t l = 0; l < 2 * w.n.net->edge_count; l++) w.capacity[l] = rates[support_random(&seed) % 14 ? 1 + support_random(&seed) % 6 : 0];
        w.task.sources = sources;
        w.task.exits = exits;
        w.task.source_count = 1 + support_random(&seed) % 6;
        w.task.exit_count = 1 + support_random(&seed) % 3;
        w.task.slot_s = support_random(&seed) % 2 ? 60.0 : 30.0;
        w.task.horizon_s = support_random(&seed) % 5 ? 40000.0 : 900.0;
        for (size_t i = 0; i < w.task.source_count; i++)
            sources[i] = (cim_evacuation_source){ random_place(&w, &seed), (uint32_t)(support_random(&seed) % 120), 0 };
        for (size_t i = 0; i < w.task.exit_count; i++)
            exits[i] = (cim_evacuation_exit){ random_place(&w, &seed), support_random(&seed) % 3 ? 0.0 : 300.0,
                                              support_random(&seed) % 3 ? CIM_NONE : (uint32_t)(support_random(&seed) % 90), 0 };
        cim_evacuation *plan = plan_of(&w, &v);
        check_plan(&w, &v);
        plans += v.evacuated > 0;
        proved += v.evacuated > 0 && v.clearance_s - v.clearance_bound_s < 1e-6;
        left += v.evacuated < v.people;
        if (v.evacuated && v.clearance_bound_s > 0.0) gaps += v.clearance_s / v.clearance_bound_s - 1.0;
        cim_evacuation_free(plan);
        world_done(&w);
    }
    print_message("%d plans, %d proved to be the quickest, %d leave people behind, mean gap %.3f\n", plans, proved, left, gaps / plans);
    assert_true(plans > 800 && proved > 100 && left > 100);
}

/* With room for everybody each goes the quickest way to the nearest exit. */
static void test_evacuation_wide(void **state)
{
    uint64_t seed = 42;
    int checked = 0;
    (void)state;
    for (int round = 0; round < 200; round++) {
        char lines[3000];
        random_net(lines, sizeof lines, &seed);
        world w = world_of(lines, round & 1, "car");
        cim_evacuation_source sources[4];
        cim_evacuation_exit exits[3];
        cim_evacuation_view v;
        for (uint32_t l = 0; l < 2 * w.n.net->edge_count; l++) w.capacity[l] = HUGE_VAL;
        for (int i = 0; i < 4; i++) sources[i] = (cim_evacuation_source){ random_place(&w, &seed), 1000, 0 };
        for (int i = 0; i < 3; i++) exits[i] = (cim_evacuation_exit){ random_place(&w, &seed), 0.0, CIM_NONE, 0 };
        w.task.sources = sources;
        w.task.exits = exits;
        w.task.source_count = 4;
        w.task.exit_count = 3;
        cim_evacuation *plan = plan_of(&w, &v);
        check_plan(&w, &v);
        for (uint32_t i = 0; i < v.group_count; i++) {
            double best = HUGE_VAL;
            for (int x = 0; x < 3; x++) best = fmin(best, seconds(&w, &sources[v.groups[i].source].place, &exits[x].place));
            assert_true(v.groups[i].people == 1000 && fabs(v.groups[i].arrive_s - best) < 1e-9);
            checked++;
        }
        for (int i = 0; i < 4; i++) {
            double best = HUGE_VAL;
            for (int x = 0; x < 3; x++) best = fmin(best, seconds(&w, &sources[i].place, &exits[x].place));
            if (!isfinite(best)) assert_true(v.no_way >= 1000);
        }
        assert_true(!v.evacuated || fabs(v.clearance_s - v.clearance_bound_s) < 1e-9);
        cim_evacuation_free(plan);
        world_done(&w);
    }
    assert_true(checked > 400);
}

/* ---- the town ---- */

static void test_evacuation_town(void **state)
{
    const char *path = support_own("town.osm.pbf");
    world w = { .n = { .ctx = support_ctx() }, .task = CIM_EVACUATION_TASK_INIT };
    cim_evacuation_source sources[60];
    cim_evacuation_exit exits[3];
    cim_evacuation_view v;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    uint64_t seed = 4;
    size_t count;
    double before = 0.0;
    (void)state;
    options.turns = CIM_NET_TURNS_FULL;
    assert_ok(w.n.ctx, cim_city_load(w.n.ctx, &path, 1, NULL, &w.n.city, NULL));
    assert_ok(w.n.ctx, cim_net_build(w.n.ctx, w.n.city, &options, &w.n.net));
    w.costs = net_costs(&w.n, "car", NULL);
    w.capacity = calloc(2 * (size_t)w.n.net->edge_count + 1, sizeof *w.capacity);
    w.task.link_people_per_hour = w.capacity;
    assert_ok(w.n.ctx, cim_evacuation_capacity(w.n.ctx, w.costs, 2.0, w.capacity));
    for (uint32_t l = 0; l < 2 * w.n.net->edge_count; l++)
        assert_true(w.costs->link_ms[l] < NO_WAY ? w.capacity[l] >= 300.0 && w.capacity[l] <= 40000.0 : w.capacity[l] == 0.0);
    for (int i = 0; i < 60; i++)
        assert_ok(w.n.ctx, cim_net_snap(w.n.ctx, w.costs, support_uniform(&seed, 505500, 506500), support_uniform(&seed, 5382500, 5383500), NULL, 1,
                                        &sources[i].place, &count));
    for (int i = 0; i < 3; i++) {
        exits[i] = (cim_evacuation_exit){ .capacity = CIM_NONE };
        assert_ok(w.n.ctx, cim_net_snap(w.n.ctx, w.costs, i ? 504400 + 3200 * (i - 1) : 506000, 5384200, NULL, 1, &exits[i].place, &count));
    }
    w.task.sources = sources;
    w.task.source_count = 60;
    w.task.exits = exits;
    w.task.exit_count = 3;
    for (uint32_t people = 10; people <= 160; people += 50) {
        for (int i = 0; i < 60; i++) sources[i].people = people;
        cim_evacuation *plan = plan_of(&w, &v);
        check_capacities(&w, &v);
        assert_int_equal(v.evacuated, 60 * people);
        assert_true(v.clearance_s >= before && v.clearance_s >= v.clearance_bound_s && v.mean_s >= v.mean_bound_s);
        print_message("%u people: %.0f s, at least %.0f s; mean %.0f s, at least %.0f s; %u groups\n", 60 * people, v.clearance_s, v.clearance_bound_s,
                      v.mean_s, v.mean_bound_s, v.group_count);
        before = v.clearance_s;
        cim_evacuation_free(plan);
    }
    world_done(&w);
}

static void test_evacuation_lanes(void **state)
{
    world w = world_of("n a 0 0\nn b 100 0\nn c 200 0\nn d 300 0\nn e 400 0\nw 1 a,b highway=primary|lanes=4\nw 2 b,c highway=primary|lanes=3|oneway=yes\n"
                       "w 3 c,d highway=residential|lanes=3|lanes:forward=2|lanes:backward=1\nw 4 d,e highway=residential|width=3.5\n",
                       0, "car");
    static const double wanted[][2] = { { 4800, 4800 }, { 7200, 0 }, { 2400, 1200 }, { 1200, 1200 } };
    (void)state;
    assert_ok(w.n.ctx, cim_evacuation_capacity(w.n.ctx, w.costs, 2.0, w.capacity));
    for (int i = 0; i < 4; i++)
        for (uint32_t d = 0; d < 2; d++) assert_true(w.capacity[2 * place(&w, i + 1, 0.5).edge + d] == wanted[i][d]);
    cim_net_costs_free(w.costs);
    w.costs = net_costs(&w.n, "foot", NULL);
    assert_ok(w.n.ctx, cim_evacuation_capacity(w.n.ctx, w.costs, 2.0, w.capacity));
    assert_true(w.capacity[2 * place(&w, 4, 0.5).edge] == 10500.0 && w.capacity[2 * place(&w, 1, 0.5).edge] == 6000.0);
    world_done(&w);
}

/* ---- refusals, memory ---- */

static world fault_world;
static cim_evacuation_source fault_source;
static cim_evacuation_exit fault_exit;

static cim_status scenario(cim_ctx *ctx)
{
    cim_evacuation *plan = NULL;
    cim_status st = cim_evacuation_run(ctx, fault_world.costs, NULL, &fault_world.task, &plan);
    if (st >= 0) cim_evacuation_free(plan);
    return st;
}

static void test_evacuation_refuses(void **state)
{
    world w = fault_world = world_of("n a 0 0\nn b 300 0\nn c 900 50\nw 1 a,b highway=residential\nw 2 b,c highway=residential\n", 0, "car");
    cim_ctx *ctx = w.n.ctx;
    cim_evacuation *plan = NULL;
    cim_evacuation_view v = { 0 };
    (void)state;
    assert_ok(ctx, cim_evacuation_capacity(ctx, w.costs, 1.0, w.capacity));
    assert_status(ctx, cim_evacuation_capacity(ctx, w.costs, 0.0, w.capacity), CIM_EARG);
    assert_status(ctx, cim_evacuation_capacity(ctx, NULL, 1.0, w.capacity), CIM_EARG);
    fault_source = (cim_evacuation_source){ place(&w, 1, 0.2), 50, 0 };
    fault_exit = (cim_evacuation_exit){ place(&w, 2, 0.5), 100.0, 40, 0 };
    fault_world.task.sources = &fault_source;
    fault_world.task.exits = &fault_exit;
    fault_world.task.source_count = fault_world.task.exit_count = 1;
    assert_status(ctx, cim_evacuation_run(ctx, NULL, NULL, &fault_world.task, &plan), CIM_EARG);
    assert_status(ctx, cim_evacuation_run(ctx, w.costs, NULL, NULL, &plan), CIM_EARG);
    for (int i = 0; i < 7; i++) {
        cim_evacuation_task t = fault_world.task;
        cim_evacuation_source s = fault_source;
        cim_evacuation_exit x = fault_exit;
        t.sources = &s;
        t.exits = &x;
        if (i == 0) t.slot_s = 0.5;
        if (i == 1) t.horizon_s = NAN;
        if (i == 2) s.place.edge = 99;
        if (i == 3) x.place.fraction = NAN;
        if (i == 4) x.people_per_hour = -1.0;
        if (i == 5) t.link_people_per_hour = NULL;
        if (i == 6) t.sources = NULL;
        assert_status(ctx, cim_evacuation_run(ctx, w.costs, NULL, &t, &plan), CIM_EARG);
    }
    cim_evacuation_source many[3] = { fault_source, fault_source, fault_source };
    cim_evacuation_task t = fault_world.task;
    t.sources = many;
    t.source_count = 3;
    for (int i = 0; i < 3; i++) many[i].people = 0x7fffffff;
    assert_status(ctx, cim_evacuation_run(ctx, w.costs, NULL, &t, &plan), CIM_ELIMIT);
    t.source_count = t.exit_count = 0; /* nobody, nowhere */
    assert_ok(ctx, cim_evacuation_run(ctx, w.costs, NULL, &t, &plan));
    assert_status(ctx, cim_evacuation_get(ctx, plan, &v), CIM_EARG);
    cim_evacuation_free(plan);
    cim_evacuation_free(NULL);
    support_fault_loop("evacuation", scenario, 300);
    world_done(&fault_world);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_evacuation_one_street), cmocka_unit_test(test_evacuation_two_ways),
                                        cmocka_unit_test(test_evacuation_random),     cmocka_unit_test(test_evacuation_wide),
                                        cmocka_unit_test(test_evacuation_town),       cmocka_unit_test(test_evacuation_lanes),
                                        cmocka_unit_test(test_evacuation_refuses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
