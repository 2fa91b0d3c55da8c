/* test_travel_isochrone.c - times on edges against routes from place to place, point by point. */
#include "reach.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { ROUNDS = 1200, PLACES = 4 };

typedef struct asked {
    const reach_net *r;
    cim_net_place places[PLACES];
    size_t count;
    cim_isochrone_options options;
    bool with_metric;
} asked;

/* Least time between the places and a point, and which place that is. */
static uint32_t wanted_ms(const asked *q, uint32_t edge, double fraction, uint32_t times[PLACES])
{
    cim_net_place p = reach_place_at(q->r, edge, fraction);
    uint32_t best = NO_WAY;
    for (size_t i = 0; i < q->count; i++) {
        bool forward = q->options.direction == CIM_ROUTE_FORWARD;
        times[i] = p.directions ? reach_time(q->r, forward ? &q->places[i] : &p, forward ? &p : &q->places[i], q->with_metric) : NO_WAY;
        if (times[i] < best) best = times[i];
    }
    return best;
}

static const cim_isochrone_piece *piece_at(const cim_isochrone_view *v, uint32_t edge, double fraction)
{
    for (size_t i = 0; i < v->piece_count; i++)
        if (v->pieces[i].link >> 1 == edge && v->pieces[i].from <= fraction && fraction <= v->pieces[i].to) return &v->pieces[i];
    return NULL;
}

static void check_point(const asked *q, const cim_isochrone_view *v, uint32_t edge, double fraction)
{
    uint32_t times[PLACES], wanted = wanted_ms(q, edge, fraction, times);
    const cim_isochrone_piece *p = piece_at(v, edge, fraction);
    double time = p ? p->from_ms + (fraction - p->from) / (p->to - p->from) * ((double)p->to_ms - p->from_ms) : NO_WAY;
    bool near_limit = wanted + 1 >= v->limit_ms && wanted <= v->limit_ms + 1;
    if (!p && (wanted > v->limit_ms || near_limit)) return;
    bool right = p && wanted <= v->limit_ms + 1 && fabs(time - wanted) <= 2.0 && abs((int)times[p->place] - (int)wanted) <= 1;
    if (!right) print_message("edge %u at %g: piece %d, %g ms of place %u, wanted %u, limit %u, direction %d\n", edge, fraction, p != NULL, time, p ? p->place : 0, wanted, v->limit_ms, q->options.direction);
    assert_true(right);
}

static void check_order(const asked *q, const cim_isochrone_view *v)
{
    for (size_t i = 0; i < v->piece_count; i++) {
        const cim_isochrone_piece *p = &v->pieces[i], *before = i ? p - 1 : NULL;
        bool along = !(p->link & 1) == (v->direction == CIM_ROUTE_FORWARD);
        assert_true(p->from >= 0.0 && p->from < p->to && p->to <= 1.0);
        assert_true(p->from_ms <= v->limit_ms && p->to_ms <= v->limit_ms && p->place < q->count);
        assert_true(along ? p->from_ms <= p->to_ms : p->from_ms >= p->to_ms);
        assert_int_equal(p->object, q->r->net.net->edge_object[p->link >> 1]);
        assert_true(q->r->costs->link_ms[p->link] < NO_WAY);
        if (before) assert_true(before->link >> 1 < p->link >> 1 || (before->link >> 1 == p->link >> 1 && before->to <= p->from));
    }
}

static void check_isochrone(const asked *q, uint64_t *seed)
{
    cim_isochrone *iso = NULL;
    cim_isochrone_view v = { .struct_size = sizeof v };
    cim_ctx *ctx = q->r->net.ctx;
    assert_ok(ctx, cim_isochrone_find(ctx, q->r->costs, q->with_metric ? q->r->metric : NULL, q->with_metric ? q->r->query : NULL, q->places, q->count, &q->options, &iso));
    assert_ok(ctx, cim_isochrone_get(ctx, iso, &v));
    check_order(q, &v);
    for (uint32_t e = 0; e < q->r->net.net->edge_count; e++) {
        check_point(q, &v, e, support_uniform(seed, 0.0, 1.0));
        check_point(q, &v, e, support_uniform(seed, 0.0, 1.0));
    }
    for (size_t i = 0; i < v.piece_count; i++) { /* near the ends of a piece: no more and no less */
        double eps = 1e-4 * (v.pieces[i].to - v.pieces[i].from);
        check_point(q, &v, v.pieces[i].link >> 1, v.pieces[i].from + eps);
        check_point(q, &v, v.pieces[i].link >> 1, v.pieces[i].to - eps);
    }
    cim_isochrone_free(iso);
}

/* Without anything changed, both ways of asking give the same bytes. */
static void check_same(const asked *q)
{
    cim_isochrone *iso[2] = { NULL, NULL };
    cim_isochrone_view v[2] = { { .struct_size = sizeof *v }, { .struct_size = sizeof *v } };
    cim_ctx *ctx = q->r->net.ctx;
    for (int k = 0; k < 2; k++) {
        assert_ok(ctx, cim_isochrone_find(ctx, q->r->costs, k ? q->r->metric : NULL, k ? q->r->query : NULL, q->places, q->count, &q->options, &iso[k]));
        assert_ok(ctx, cim_isochrone_get(ctx, iso[k], &v[k]));
    }
    assert_int_equal(v[0].piece_count, v[1].piece_count);
    if (v[0].piece_count) assert_memory_equal(v[0].pieces, v[1].pieces, v[0].piece_count * sizeof *v[0].pieces);
    for (int k = 0; k < 2; k++) cim_isochrone_free(iso[k]);
}

static void test_isochrone_random(void **state)
{
    uint64_t seed = 11;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        bool changed = round % 3 == 2;
        reach_net r = reach_random(&seed, (uint32_t)round & 1, changed);
        asked q = { .r = &r, .count = 1 + support_random(&seed) % (round % 5 ? 2 : PLACES), .options = CIM_ISOCHRONE_OPTIONS_INIT, .with_metric = changed || round % 4 == 1 };
        q.options.direction = (int32_t)(support_random(&seed) & 1);
        q.options.limit_ms = 1 + (uint32_t)(support_random(&seed) % (support_random(&seed) & 1 ? 200000 : 60000));
        for (size_t i = 0; i < q.count; i++) q.places[i] = reach_place(&r, &seed);
        if (q.count > 1 && round % 4 == 0) { /* on one street, perhaps at one point */
            q.places[1] = q.places[0];
            if (round % 8) q.places[1].fraction = support_uniform(&seed, 0.0, 1.0);
        }
        check_isochrone(&q, &seed);
        if (!changed) check_same(&q);
        reach_done(&r);
    }
}

/* ---- by hand: a street of 1,000 m at 30 km/h, 120 s ---- */

static const char *const street = "n a 0 0\nn b 1000 0\nn c 1000 400\nw 1 a,b highway=residential|maxspeed=30\nw 2 b,c highway=residential|maxspeed=30\n";

static cim_isochrone_view ask(const street_net *n, const cim_net_costs *c, const cim_net_place *places, size_t count, uint32_t limit_ms, cim_isochrone **iso)
{
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_view v = { .struct_size = sizeof v };
    options.limit_ms = limit_ms;
    assert_ok(n->ctx, cim_isochrone_find(n->ctx, c, NULL, NULL, places, count, &options, iso));
    assert_ok(n->ctx, cim_isochrone_get(n->ctx, *iso, &v));
    return v;
}

/* From the middle both ways, cut at the limit; then over the junction. */
static void test_isochrone_own_street(void **state)
{
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        street_net n = net_of(street, turns);
        cim_net_costs *c = net_costs(&n, "car", NULL);
        cim_net_place middle = net_place(&n, c, 1);
        cim_isochrone *iso = NULL;
        double whole = c->link_ms[2 * middle.edge];
        cim_isochrone_view v = ask(&n, c, &middle, 1, 30000, &iso);
        assert_int_equal(v.piece_count, 2);
        assert_true(fabs(v.pieces[0].from - (0.5 - 30000 / whole)) < 1e-9 && fabs(v.pieces[0].to - 0.5) < 1e-12 && fabs(v.pieces[1].to - (0.5 + 30000 / whole)) < 1e-9);
        assert_int_equal(v.pieces[0].from_ms, 30000);
        assert_int_equal(v.pieces[0].to_ms, 0);
        assert_int_equal(v.pieces[1].to_ms, 30000);
        cim_isochrone_free(iso);
        v = ask(&n, c, &middle, 1, (uint32_t)(whole / 2) + 10000, &iso);
        assert_int_equal(v.piece_count, 3);
        assert_true(fabs(v.pieces[2].to - v.pieces[2].from - 10000.0 / c->link_ms[v.pieces[2].link]) < 1e-3);
        cim_isochrone_free(iso);
        cim_net_costs_free(c);
        net_done(&n);
    }
}

/* From both sides: a gap while time is short, then joined where both take as long. */
static void test_isochrone_both_sides(void **state)
{
    street_net n = net_of(street, CIM_NET_TURNS_FULL);
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_net_place ends[2] = { net_place(&n, c, 1), net_place(&n, c, 1) };
    cim_isochrone *iso = NULL;
    (void)state;
    ends[0].fraction = 0.0;
    ends[1].fraction = 1.0;
    double whole = c->link_ms[2 * ends[0].edge];
    cim_isochrone_view v = ask(&n, c, ends, 2, 40000, &iso);
    assert_int_equal(v.pieces[0].place, 0);
    assert_int_equal(v.pieces[1].place, 1);
    assert_true(v.pieces[0].from <= 0.0 && fabs(v.pieces[0].to - 40000 / whole) < 1e-9 && fabs(v.pieces[1].from - (1.0 - 40000 / whole)) < 1e-9 && v.pieces[1].to >= 1.0);
    cim_isochrone_free(iso);
    v = ask(&n, c, ends, 2, 90000, &iso);
    assert_true(fabs(v.pieces[0].to - 0.5) < 1e-9 && fabs(v.pieces[1].from - 0.5) < 1e-9 && v.pieces[0].to_ms == v.pieces[1].from_ms);
    cim_isochrone_free(iso);
    cim_net_costs_free(c);
    net_done(&n);
}

/* Ten thousand places on one street take turns. */
static void test_isochrone_many_places(void **state)
{
    enum { MANY = 10000 };
    street_net n = net_of(street, CIM_NET_TURNS_FULL);
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_net_place *places = calloc(MANY, sizeof *places);
    cim_isochrone *iso = NULL;
    uint64_t seed = 3;
    (void)state;
    assert_non_null(places);
    for (size_t i = 0; i < MANY; i++) {
        places[i] = net_place(&n, c, 1);
        places[i].fraction = support_uniform(&seed, 0.0, 1.0);
    }
    cim_isochrone_view v = ask(&n, c, places, MANY, 1000000, &iso);
    assert_true(v.piece_count > MANY);
    for (size_t i = 0; i < v.piece_count; i += 7) {
        double middle = (v.pieces[i].from + v.pieces[i].to) / 2, nearest = HUGE_VAL;
        if (v.pieces[i].link >> 1 != places[0].edge) continue;
        for (size_t k = 0; k < MANY; k++) nearest = fmin(nearest, fabs(places[k].fraction - middle));
        assert_true(fabs(fabs(places[v.pieces[i].place].fraction - middle) - nearest) < 1e-12);
    }
    cim_isochrone_free(iso);
    free(places);
    cim_net_costs_free(c);
    net_done(&n);
}

static void test_isochrone_refusals(void **state)
{
    street_net n = net_of(street, 0), other = net_of(street, 1);
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_net_place p = net_place(&n, c, 1), wrong = p, nan = p, unreached = p;
    cim_isochrone *iso = NULL;
    cim_isochrone_options o = CIM_ISOCHRONE_OPTIONS_INIT, bad = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_view v = { 0 };
    cim_route_graph g = cim_net_graph(other.net), own_graph = cim_net_graph(n.net);
    cim_route_hierarchy *h = NULL, *own_h = NULL;
    cim_route_metric *m = NULL, *own_m = NULL;
    cim_route_query *q = NULL;
    cim_net_costs *oc = net_costs(&other, "car", NULL);
    (void)state;
    wrong.edge = 77;
    nan.fraction = NAN;
    assert_ok(n.ctx, cim_route_hierarchy_build(n.ctx, &g, NULL, &h));
    assert_ok(n.ctx, cim_route_metric_build(n.ctx, h, oc->weights_ms, NULL, &m));
    assert_ok(n.ctx, cim_route_query_new(n.ctx, h, &q));
    assert_status(n.ctx, cim_isochrone_find(n.ctx, NULL, NULL, NULL, &p, 1, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, m, NULL, &p, 1, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, m, q, &p, 1, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, NULL, 1, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 0, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &wrong, 1, &o, &iso), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &nan, 1, &o, &iso), CIM_EARG);
    assert_ok(n.ctx, cim_route_hierarchy_build(n.ctx, &own_graph, NULL, &own_h));
    assert_ok(n.ctx, cim_route_metric_build(n.ctx, own_h, c->weights_ms, NULL, &own_m));
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, own_m, q, &p, 1, &o, &iso), CIM_EARG); /* the query is of another hierarchy */
    unreached.directions = 0; /* also when there is nothing to ask */
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, own_m, q, &unreached, 1, &o, &iso), CIM_EARG);
    bad.direction = 7;
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, &bad, &iso), CIM_EARG);
    bad = o;
    bad.limit_ms = 0;
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, &bad, &iso), CIM_EARG);
    bad.limit_ms = NO_WAY;
    assert_status(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, &bad, &iso), CIM_EARG);
    assert_null(iso);
    p.directions = 0; /* a place from which nothing leads anywhere */
    assert_ok(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, NULL, &iso));
    assert_status(n.ctx, cim_isochrone_get(n.ctx, iso, &v), CIM_EARG);
    v.struct_size = sizeof v;
    assert_ok(n.ctx, cim_isochrone_get(n.ctx, iso, &v));
    assert_int_equal(v.piece_count, 0);
    assert_int_equal(v.limit_ms, 900000);
    cim_isochrone_free(iso);
    cim_isochrone_free(NULL);
    cim_route_query_free(q);
    cim_route_metric_free(m);
    cim_route_metric_free(own_m);
    cim_route_hierarchy_free(own_h);
    cim_route_hierarchy_free(h);
    cim_net_costs_free(oc);
    cim_net_costs_free(c);
    net_done(&n);
    net_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_isochrone_random), cmocka_unit_test(test_isochrone_own_street), cmocka_unit_test(test_isochrone_both_sides),
                                        cmocka_unit_test(test_isochrone_many_places), cmocka_unit_test(test_isochrone_refusals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
