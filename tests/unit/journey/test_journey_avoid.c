/* test_journey_avoid.c - what is avoided against the same net without it, by a search that shares no code. */
#include "journeys.h"

#include <math.h>

enum { ROUNDS = 400 };

/* A rectangle as a polygon. */
typedef struct rectangle {
    double min_x, min_y, max_x, max_y, coords[10];
    uint32_t ring_end, part_end;
} rectangle;

static cim_geom polygon_of(rectangle *r)
{
    const double c[10] = { r->min_x, r->min_y, r->max_x, r->min_y, r->max_x, r->max_y, r->min_x, r->max_y, r->min_x, r->min_y };
    memcpy(r->coords, c, sizeof c);
    r->ring_end = 5;
    r->part_end = 1;
    return (cim_geom){ CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, r->coords, &r->ring_end, &r->part_end };
}

/* Does a straight piece meet a rectangle?  (Y. Liang, B. Barsky, 1984) */
static bool meets(const rectangle *r, const double *a, const double *b)
{
    double from = 0.0, to = 1.0, d[2] = { b[0] - a[0], b[1] - a[1] }, low[2] = { r->min_x, r->min_y }, high[2] = { r->max_x, r->max_y };
    for (int k = 0; k < 2; k++) {
        if (d[k] == 0.0) {
            if (a[k] < low[k] || a[k] > high[k]) return false;
            continue;
        }
        double t0 = (low[k] - a[k]) / d[k], t1 = (high[k] - a[k]) / d[k];
        from = fmax(from, fmin(t0, t1));
        to = fmin(to, fmax(t0, t1));
    }
    return from <= to;
}

static bool edge_meets(const cim_net *net, uint32_t e, const rectangle *r)
{
    for (uint32_t v = net->first_vertex[e]; v + 1 < net->first_vertex[e + 1]; v++)
        if (meets(r, net->xy + 2 * (size_t)v, net->xy + 2 * (size_t)v + 2)) return true;
    return false;
}

static rectangle random_rectangle(const journey_net *j, uint64_t *seed)
{
    const cim_net *net = j->n.net;
    uint32_t v = (uint32_t)(support_random(seed) % net->vertex_count);
    double x = net->xy[2 * v] + support_uniform(seed, -150, 150), y = net->xy[2 * v + 1] + support_uniform(seed, -150, 150);
    return (rectangle){ .min_x = x, .min_y = y, .max_x = x + support_uniform(seed, 1, 120), .max_y = y + support_uniform(seed, 1, 120) };
}

static bool is_tunnel(const cim_net *net, uint32_t e)
{
    uint32_t count;
    const cim__net_tag *tags = cim__net_set(net, net->edge_set[e], &count);
    for (uint32_t i = 0; i < count; i++)
        if (cim__str_is(net->texts.texts[tags[i].key], "tunnel")) return true;
    return false;
}

typedef struct question {
    cim_journey_avoid avoid;
    rectangle boxes[2];
    cim_geom areas[2];
    uint32_t objects[2];
    bool edges[64]; /* what should be avoided */
} question;

static void random_question(const journey_net *j, uint64_t *seed, question *q)
{
    const cim_net *net = j->n.net;
    *q = (question){ .avoid = CIM_JOURNEY_AVOID_INIT };
    q->avoid.area_count = support_random(seed) % 3;
    q->avoid.object_count = support_random(seed) % 3;
    q->avoid.classes = support_random(seed) % 3 ? 0 : CIM_JOURNEY_TUNNELS;
    q->avoid.factor = support_random(seed) % 2 ? 0.0 : 1.0 + (double)(support_random(seed) % 5);
    q->avoid.areas = q->areas;
    q->avoid.objects = q->objects;
    for (size_t i = 0; i < 2; i++) {
        q->boxes[i] = random_rectangle(j, seed);
        q->areas[i] = polygon_of(&q->boxes[i]);
        q->objects[i] = net->edge_object[support_random(seed) % net->edge_count];
    }
    for (uint32_t e = 0; e < net->edge_count; e++) {
        for (size_t i = 0; i < q->avoid.area_count; i++) q->edges[e] |= edge_meets(net, e, &q->boxes[i]);
        for (size_t i = 0; i < q->avoid.object_count; i++) q->edges[e] |= net->edge_object[e] == q->objects[i];
        q->edges[e] |= q->avoid.classes && is_tunnel(net, e);
    }
}

/* Weights as they should be. */
static size_t changed_weights(const journey_net *j, const question *q, uint32_t *weights)
{
    const cim_net *net = j->n.net;
    size_t edges = 0;
    for (uint32_t e = 0; e < net->edge_count; e++) edges += q->edges[e];
    for (uint32_t a = 0; a < net->arc_count; a++) {
        uint32_t link = net->arc_link[a];
        weights[a] = j->costs->weights_ms[a];
        if (!q->edges[link / 2] || weights[a] >= NO_WAY) continue;
        weights[a] = q->avoid.factor > 0.0 ? weights[a] + (uint32_t)((q->avoid.factor - 1.0) * j->costs->link_ms[link] + 0.5) : NO_WAY;
    }
    return edges;
}

static void check_question(const journey_net *j, uint64_t *seed, const question *q, size_t *found, size_t *cut_off)
{
    cim_ctx *ctx = j->n.ctx;
    const cim_net *net = j->n.net;
    static uint32_t weights[20000], got[20000];
    size_t count = 99, wanted_count = changed_weights(j, q, weights);
    assert_true(net->arc_count < 20000 && net->edge_count <= 64);
    assert_ok(ctx, cim_journey_weights(ctx, j->costs, j->metric, &q->avoid, got, &count));
    assert_int_equal(count, wanted_count);
    assert_memory_equal(got, weights, net->arc_count * sizeof *got);
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    o.avoid = &q->avoid;
    for (int k = 0; k < 3; k++) {
        cim_journey_stop stops[3] = { { journey_place(j, seed), 0, 0 }, { journey_place(j, seed), k & 1, 0 }, { journey_place(j, seed), 0, 0 } };
        uint32_t wanted = journey_oracle(j, weights, stops, 3);
        for (size_t i = 0; i < 3 && q->avoid.factor == 0.0; i++)
            if (q->edges[stops[i].place.edge]) wanted = NO_WAY;
        for (int metric = 0; metric < 2; metric++) {
            cim_journey *journey = NULL;
            cim_status st = cim_journey_find(ctx, j->costs, stops, 3, &o, metric ? j->metric : NULL, metric ? j->query : NULL, &journey);
            assert_status(ctx, st, wanted < NO_WAY ? CIM_OK : CIM_ENOTFOUND);
            if (st < 0) {
                *cut_off += wanted_count && journey_oracle(j, j->costs->weights_ms, stops, 3) < NO_WAY && strstr(cim_ctx_error(ctx), "avoid");
                continue;
            }
            cim_journey_view v = { .struct_size = sizeof v };
            cim_net_route_view r = { .struct_size = sizeof r };
            journey_check(j, journey, 0, stops, 3);
            assert_ok(ctx, cim_journey_get(ctx, journey, 0, &v));
            assert_ok(ctx, cim_net_route_get(ctx, v.route, &r));
            assert_int_equal(r.time_ms, wanted);
            for (uint32_t i = 0; i < r.leg_count && q->avoid.factor == 0.0; i++) assert_false(q->edges[r.legs[i].link / 2]);
            cim_journey_free(journey);
            ++*found;
        }
    }
}

static void test_avoid_random(void **state)
{
    uint64_t seed = 91;
    size_t found = 0, cut_off = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        journey_net j = journey_net_random(&seed, CIM_NET_TURNS_FULL);
        question q;
        random_question(&j, &seed, &q);
        check_question(&j, &seed, &q, &found, &cut_off);
        journey_net_done(&j);
    }
    print_message("%zu journeys, %zu cut off\n", found, cut_off);
    assert_true(found > 1000 && cut_off > 50);
}

/* A bridge to an island: closed by an area, it is named; at a price one gets there. */
static void test_avoid_names(void **state)
{
    journey_net j = journey_net_of("n a 0 0\nn b 400 0\nn c 600 0\nn d 1000 0\nn e 0 300\nw 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 c,d highway=residential\nw 4 a,e\n", 1);
    cim_journey_stop stops[2] = { { net_place(&j.n, j.costs, 1), 0, 0 }, { net_place(&j.n, j.costs, 3), 0, 0 } };
    cim_journey_avoid avoid = CIM_JOURNEY_AVOID_INIT;
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    cim_journey *journey = NULL;
    cim_net_place bridge = net_place(&j.n, j.costs, 2);
    const double *p = j.n.net->xy + 2 * (size_t)j.n.net->first_vertex[bridge.edge];
    double x = (p[0] + p[2]) / 2, y = (p[1] + p[3]) / 2;
    rectangle far = { .min_x = x - 9000, .min_y = y, .max_x = x - 8900, .max_y = y + 9 }, box = { .min_x = x - 20, .min_y = y - 20, .max_x = x + 20, .max_y = y + 20 };
    cim_geom areas[2] = { polygon_of(&far), polygon_of(&box) };
    uint32_t object = j.n.net->edge_object[bridge.edge];
    (void)state;
    avoid.areas = areas;
    avoid.area_count = 2;
    o.avoid = &avoid;
    assert_status(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, NULL, NULL, &journey), CIM_ENOTFOUND);
    assert_string_equal(cim_ctx_error(j.n.ctx), "there is no way from stop 1 to stop 2 that avoids area 2");
    avoid.factor = 10.0;
    assert_ok(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, j.metric, j.query, &journey));
    cim_journey_free(journey);
    avoid = (cim_journey_avoid)CIM_JOURNEY_AVOID_INIT;
    avoid.objects = &object;
    avoid.object_count = 1;
    stops[1].place = bridge;
    assert_status(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, j.metric, j.query, &journey), CIM_ENOTFOUND);
    assert_non_null(strstr(cim_ctx_error(j.n.ctx), "stop 2 lies where object"));
    object = 0xfffffff;
    assert_status(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, j.metric, j.query, &journey), CIM_ENOTFOUND);
    assert_non_null(strstr(cim_ctx_error(j.n.ctx), "is no street"));
    journey_net_done(&j);
}

static void test_avoid_refuses(void **state)
{
    journey_net j = journey_net_of("n a 0 0\nn b 400 0\nw 1 a,b highway=residential\n", 1);
    cim_journey_avoid good = CIM_JOURNEY_AVOID_INIT, a;
    static uint32_t weights[100];
    rectangle box = { .min_x = NAN, .max_x = 1, .max_y = 1 };
    cim_geom area = polygon_of(&box), point = area;
    cim_route_metric *metric = NULL;
    const double factors[] = { -1.0, 0.5, NAN, INFINITY, 1001.0 };
    point.type = CIM_GEOM_POINT;
    (void)state;
    assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, NULL, NULL, &good, weights, NULL), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, j.costs, NULL, NULL, weights, NULL), CIM_EARG);
    for (size_t i = 0; i < 5; i++) {
        a = good;
        a.factor = factors[i];
        assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, j.costs, NULL, &a, weights, NULL), CIM_EARG);
    }
    a = good;
    a.classes = 16;
    assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, j.costs, NULL, &a, weights, NULL), CIM_EARG);
    a = good;
    a.area_count = 1;
    assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, j.costs, NULL, &a, weights, NULL), CIM_EARG);
    a.areas = &area;
    assert_status(j.n.ctx, cim_journey_weights(j.n.ctx, j.costs, NULL, &a, weights, NULL), CIM_EARG);
    a.areas = &point;
    assert_status(j.n.ctx, cim_journey_metric(j.n.ctx, j.costs, j.metric, &a, &metric), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_metric(j.n.ctx, j.costs, NULL, &good, &metric), CIM_EARG);
    assert_null(metric);
    assert_ok(j.n.ctx, cim_journey_metric(j.n.ctx, j.costs, j.metric, &good, &metric));
    cim_route_metric_free(metric);
    journey_net_done(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_avoid_random), cmocka_unit_test(test_avoid_names), cmocka_unit_test(test_avoid_refuses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
