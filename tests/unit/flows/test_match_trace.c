/* test_match_trace.c - traces as they come: simulated drives in the sample town and in Porto, outliers, gaps, noise that goes backwards, times
 * and speeds, files, wrong options, memory that runs out. */
#include "nets.h"

#include <math.h>
#include <stdio.h>

typedef struct world {
    street_net n;
    cim_net_costs *costs;
    cim_matcher *matcher;
} world;

static world world_of(street_net n)
{
    world w = { .n = n, .costs = net_costs(&n, "car", NULL) };
    assert_ok(n.ctx, cim_matcher_build(n.ctx, w.costs, NULL, &w.matcher));
    return w;
}

static void world_done(world *w)
{
    cim_matcher_free(w->matcher);
    cim_net_costs_free(w->costs);
    net_done(&w->n);
}

static cim_match *match_of(const world *w, const cim_match_point *points, size_t count, const cim_match_options *options, cim_match_view *v)
{
    cim_match *match = NULL;
    v->struct_size = sizeof *v;
    assert_ok(w->n.ctx, cim_match_run(w->n.ctx, w->matcher, NULL, points, count, options, &match));
    assert_ok(w->n.ctx, cim_match_get(w->n.ctx, match, v));
    assert_int_equal(v->point_count, count);
    assert_int_equal(v->found_count + v->between_count + v->no_street_count + v->outlier_count + v->unordered_count, count);
    return match;
}

/* ---- drives ---- */

static double normal(uint64_t *seed) { return sqrt(-2.0 * log(support_uniform(seed, 1e-12, 1.0))) * cos(2.0 * M_PI * support_uniform(seed, 0.0, 1.0)); }

static size_t drive(const cim_net_route_view *r, double speed_ms, double every_s, double noise_m, uint64_t *seed, cim_match_point *points, size_t cap)
{
    double at = 0.0, next = 0.0;
    size_t n = 0;
    for (uint32_t i = 0; i + 1 < r->vertex_count; i++) {
        const double *a = r->xy + 2 * (size_t)i;
        double piece = hypot(a[2] - a[0], a[3] - a[1]);
        for (; next <= at + piece && n < cap; next += every_s * speed_ms) {
            double t = piece > 0.0 ? (next - at) / piece : 0.0;
            points[n] = (cim_match_point){ .x = a[0] + t * (a[2] - a[0]) + noise_m * normal(seed),
                                           .y = a[1] + t * (a[3] - a[1]) + noise_m * normal(seed),
                                           .time_s = (double)n * every_s,
                                           .accuracy_m = noise_m,
                                           .heading_deg = NAN };
            n++;
        }
        at += piece;
    }
    if (n && n < cap) { /* the end is seen too */
        const double *end = r->xy + 2 * (size_t)r->vertex_count - 2;
        points[n] = (cim_match_point){
            .x = end[0], .y = end[1], .time_s = points[n - 1].time_s + (at - next + every_s * speed_ms) / speed_ms, .accuracy_m = noise_m, .heading_deg = NAN
        };
        n++;
    }
    return n;
}

/* Share of a route's length whose links the match has. */
static double recovered(const cim_net_route_view *r, const cim_match_view *v)
{
    double both = 0.0;
    for (uint32_t i = 0; i < r->leg_count; i++) {
        bool there = false;
        for (uint32_t k = 0; k < v->leg_count && !there; k++) there = v->legs[k].link == r->legs[i].link;
        both += there ? r->legs[i].length_m : 0.0;
    }
    return both / r->length_m;
}

static bool random_place(const world *w, uint64_t *seed, cim_net_place *p)
{
    const double *xy = w->n.net->xy + 2 * (size_t)(support_random(seed) % w->n.net->vertex_count);
    size_t count;
    assert_ok(w->n.ctx, cim_net_snap(w->n.ctx, w->costs, xy[0], xy[1], NULL, 1, p, &count));
    return count == 1;
}

static void check_drives(const world *w, int trips, const double *least)
{
    static const double noises[] = { 5, 10, 20 }, every[] = { 1, 10, 30 };
    enum { CAP = 20000 };
    static cim_match_point points[CAP];
    uint64_t seed = 21;
    for (int n = 0; n < 3; n++)
        for (int e = 0; e < 3; e++) {
            double sum = 0.0, length = 0.0, kmh = 0.0, kmh_length = 0.0;
            for (int i = 0; i < trips; i++) {
                cim_net_place a, b;
                cim_net_route *route = NULL;
                cim_net_route_view r = { .struct_size = sizeof r };
                cim_match_view v;
                if (!random_place(w, &seed, &a) || !random_place(w, &seed, &b) || cim_net_route_find(w->n.ctx, w->costs, &a, &b, NULL, NULL, &route) < 0)
                    continue;
                assert_ok(w->n.ctx, cim_net_route_get(w->n.ctx, route, &r));
                size_t count = drive(&r, 10.0, every[e], noises[n], &seed, points, CAP);
                cim_match *match = match_of(w, points, count, NULL, &v);
                if (r.length_m > 500.0) {
                    sum += recovered(&r, &v) * r.length_m;
                    length += r.length_m;
                }
                for (uint32_t k = 0; k < v.speed_count; k++) {
                    kmh += v.speeds[k].kmh * v.speeds[k].length_m;
                    kmh_length += v.speeds[k].length_m;
                }
                cim_match_free(match);
                cim_net_route_free(route);
            }
            print_message("noise %g m, every %g s: %.4f of the way recovered, %.1f km/h\n", noises[n], every[e], sum / length, kmh / kmh_length);
            assert_true(sum / length > least[n]);
            assert_true(fabs(kmh / kmh_length - 36.0) < (n < 2 ? 6.0 : 12.0)); /* driven with 10 m/s; noise makes ways longer */
        }
}

static world city_world(const char *path)
{
    street_net n = { .ctx = support_ctx() };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = CIM_NET_TURNS_FULL;
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, &options, &n.net));
    return world_of(n);
}

static void test_match_town(void **state)
{
    world w = city_world(support_own("town.osm.pbf"));
    (void)state;
    check_drives(&w, 30, (double[]){ 0.96, 0.94, 0.88 });
    world_done(&w);
}

static void test_match_porto(void **state)
{
    SUPPORT_NEED(path, "osm/porto-r5.osm.pbf")
    world w = city_world(path);
    (void)state;
    check_drives(&w, 5, (double[]){ 0.96, 0.94, 0.90 });
    world_done(&w);
}

/* ---- small ones ---- */

/* A street of 1 km to the east in two ways, another 300 m to the north that nothing connects with it. */
static const char straight[] =
    "n a 0 0\nn b 500 0\nn c 1000 0\nn d 0 300\nn e 1000 300\nw 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 d,e highway=residential\n";

static cim_match_point along(const world *w, double east, double north, double time_s)
{
    const double *a = w->n.net->xy + 2 * (size_t)w->n.net->first_vertex[net_place(&w->n, w->costs, 1).edge];
    double length = hypot(a[2] - a[0], a[3] - a[1]), ux = (a[2] - a[0]) / length, uy = (a[3] - a[1]) / length;
    return (cim_match_point){ .x = a[0] + east * ux - north * uy, .y = a[1] + east * uy + north * ux, .time_s = time_s, .heading_deg = NAN };
}

static void test_match_straight(void **state)
{
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        world w = world_of(net_of(straight, turns));
        cim_match_point p[12];
        cim_match_view v;
        for (int i = 0; i < 12; i++) p[i] = along(&w, 50 + 80 * i, i & 1 ? 6 : -6, 8 * i);
        cim_match *m = match_of(&w, p, 12, NULL, &v);
        assert_int_equal(v.found_count, 12);
        assert_int_equal(v.part_count, 1);
        assert_int_equal(v.leg_count, 2);
        assert_true(fabs(v.length_m - 880.0) < 1.0);
        assert_int_equal(v.speed_count, 2);
        for (uint32_t i = 0; i < v.speed_count; i++) assert_true(fabs(v.speeds[i].kmh - 36.0) < 0.2);
        for (int i = 0; i < 12; i++) assert_true(v.points[i].confidence > 0.9);
        cim_match_free(m);

        /* a point far away is an outlier; one without a street in reach, one without a position, one from the past */
        p[5] = along(&w, 470, 296, 40);
        p[7] = along(&w, 610, 150, 56);
        p[8].x = NAN;
        p[9].time_s = 0;
        m = match_of(&w, p, 12, NULL, &v);
        assert_int_equal(v.points[5].state, CIM_MATCH_OUTLIER);
        assert_int_equal(v.points[7].state, CIM_MATCH_NO_STREET);
        assert_int_equal(v.points[8].state, CIM_MATCH_NO_STREET);
        assert_int_equal(v.points[9].state, CIM_MATCH_UNORDERED);
        assert_int_equal(v.part_count, 1);
        assert_true(fabs(v.length_m - 880.0) < 1.0);
        cim_match_free(m);

        /* onto the island and staying there: two parts */
        for (int i = 6; i < 12; i++) p[i] = along(&w, 50 + 80 * i, 300, 8 * i);
        p[5] = along(&w, 450, 0, 40);
        m = match_of(&w, p, 12, NULL, &v);
        assert_int_equal(v.part_count, 2);
        assert_int_equal(v.parts[0].last_point, 5);
        assert_int_equal(v.parts[1].first_point, 6);
        assert_int_equal(v.found_count, 12);
        cim_match_free(m);
        world_done(&w);
    }
}

static void test_match_noise_goes_back(void **state)
{
    world w = world_of(net_of(straight, CIM_NET_TURNS_FULL));
    cim_match_point p[40];
    cim_match_view v;
    cim_match_options o = CIM_MATCH_OPTIONS_INIT;
    uint64_t seed = 3;
    (void)state;
    o.thin_m = 0.0;
    for (int i = 0; i < 40; i++) p[i] = along(&w, 100 + 12 * i + support_uniform(&seed, -14, 14), support_uniform(&seed, -5, 5), i);
    cim_match *m = match_of(&w, p, 40, &o, &v);
    assert_int_equal(v.part_count, 1);
    assert_int_equal(v.leg_count, 2); /* it never turns */
    for (uint32_t i = 0; i < v.leg_count; i++) assert_int_equal(v.legs[i].link & 1, 0);
    cim_match_free(m);

    /* there and back again: it turns on the street */
    for (int i = 0; i < 20; i++) p[i] = along(&w, 100 + 15 * i, 0, 2 * i);
    for (int i = 20; i < 40; i++) p[i] = along(&w, 100 + 15 * (39 - i), 0, 2 * i);
    m = match_of(&w, p, 40, NULL, &v);
    assert_int_equal(v.part_count, 1);
    assert_int_equal(v.points[0].link & 1, 0);
    assert_int_equal(v.points[39].link & 1, 1);
    assert_true(fabs(v.length_m - 570.0) < 40.0);
    cim_match_free(m);

    /* thinned points lie on the way all the same */
    for (int i = 0; i < 40; i++) p[i] = along(&w, 100 + 10 * i, 3, i);
    m = match_of(&w, p, 40, NULL, &v);
    assert_true(v.between_count > 20 && v.found_count > 5);
    for (int i = 0; i < 40; i++)
        assert_true(fabs(hypot(v.points[i].place.x - p[i].x, v.points[i].place.y - p[i].y) - 3.0) < 0.01 || (i > 30 && v.points[i].state == CIM_MATCH_BETWEEN));
    cim_match_free(m);

    /* a pause that is too long, and the beginning of another trace */
    o = (cim_match_options)CIM_MATCH_OPTIONS_INIT;
    o.gap_s = 60.0;
    for (int i = 0; i < 40; i++) p[i] = along(&w, 20 + 24 * i, 0, i + (i >= 10 ? 100 : 0));
    p[30].flags = CIM_MATCH_BREAK;
    m = match_of(&w, p, 40, &o, &v);
    assert_int_equal(v.part_count, 3);
    assert_int_equal(v.parts[1].first_point, 10);
    assert_int_equal(v.parts[2].first_point, 30);
    cim_match_free(m);

    /* too quick to be true: 300 m a second */
    for (int i = 0; i < 4; i++) p[i] = along(&w, 20 + 300 * i, 0, i);
    m = match_of(&w, p, 4, NULL, &v);
    assert_int_equal(v.part_count, 4);
    cim_match_free(m);
    world_done(&w);
}

/* Two carriageways 20 m apart: the heading says which. */
static void test_match_heading(void **state)
{
    world w = world_of(net_of("n a 0 0\nn b 900 0\nn c 0 20\nn d 900 20\nw 1 a,b highway=primary|oneway=yes\nw 2 d,c highway=primary|oneway=yes\nw 3 b,d "
                              "highway=primary\nw 4 c,a highway=primary\n",
                              CIM_NET_TURNS_FULL));
    cim_match_view v;
    (void)state;
    for (int west = 0; west < 2; west++) {
        cim_match_point p = along(&w, 450, 10, NAN);
        p.heading_deg = west ? 270.0 : 90.0;
        cim_match *m = match_of(&w, &p, 1, NULL, &v);
        assert_int_equal(v.points[0].link >> 1, net_place(&w.n, w.costs, west ? 2 : 1).edge);
        assert_true(v.points[0].confidence > 0.9);
        cim_match_free(m);
    }
    world_done(&w);
}

static void test_match_refuses(void **state)
{
    world w = world_of(net_of(straight, 0));
    cim_ctx *ctx = w.n.ctx;
    cim_match *m = NULL;
    cim_match_view v = { 0 };
    cim_match_point p = along(&w, 10, 0, 0);
    (void)state;
    for (int i = 0; i < 12; i++) {
        cim_match_options o = CIM_MATCH_OPTIONS_INIT;
        double *fields[] = { &o.sigma_m, &o.beta_m, &o.radius_m, &o.heading_deg, &o.turn_back_m, &o.detour_m, &o.max_kmh, &o.gap_s, &o.thin_m, &o.beam };
        if (i < 10) *fields[i] = NAN;
        else o.candidates = i == 10 ? 0 : 65;
        assert_status(ctx, cim_match_run(ctx, w.matcher, NULL, &p, 1, &o, &m), CIM_EARG);
    }
    assert_status(ctx, cim_match_run(ctx, NULL, NULL, &p, 1, NULL, &m), CIM_EARG);
    assert_status(ctx, cim_match_run(ctx, w.matcher, NULL, &p, (size_t)1 << 32, NULL, &m), CIM_ELIMIT);
    assert_ok(ctx, cim_match_run(ctx, w.matcher, NULL, NULL, 0, NULL, &m));
    assert_status(ctx, cim_match_get(ctx, m, &v), CIM_EARG);
    cim_match_free(m);
    cim_match_free(NULL);
    cim_matcher_free(NULL);
    cim_matcher *none = NULL;
    assert_status(ctx, cim_matcher_build(ctx, NULL, NULL, &none), CIM_EARG);
    street_net other = net_of("n a 0 0\nn b 9 9\nw 1 a,b\n", 0);
    cim_route_graph g = cim_net_graph(other.net);
    cim_route_hierarchy *h = NULL;
    assert_ok(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h));
    assert_status(ctx, cim_matcher_build(ctx, w.costs, h, &none), CIM_EARG);
    cim_route_hierarchy_free(h);
    net_done(&other);
    /* numbers from hell: no crash, every point accounted for */
    uint64_t seed = 9;
    static const double odd[] = { NAN, HUGE_VAL, -HUGE_VAL, 1e300, -1e300, 0.0, -5.0, 1e-300 };
    for (int i = 0; i < 300; i++) {
        cim_match_point q[6];
        for (int k = 0; k < 6; k++) {
            q[k] = along(&w, support_uniform(&seed, 0, 900), 0, k);
            double *fields[] = { &q[k].x, &q[k].y, &q[k].time_s, &q[k].accuracy_m, &q[k].heading_deg };
            *fields[support_random(&seed) % 5] = odd[support_random(&seed) % 8];
        }
        cim_match_free(match_of(&w, q, 6, NULL, &v));
    }
    world_done(&w);
}

/* ---- files ---- */

static size_t load(cim_ctx *ctx, const char *name, const char *text, cim_match_point *points, cim_status wanted)
{
    cim_buf buf = CIM_BUF_INIT;
    const char *path = support_temp(name);
    support_write(path, text, strlen(text));
    assert_status(ctx, cim_match_load(ctx, path, &buf), wanted);
    size_t count = buf.size / sizeof *points;
    if (count) memcpy(points, buf.data, buf.size < 10 * sizeof *points ? buf.size : 10 * sizeof *points);
    cim_buf_dispose(&buf);
    return count;
}

static void test_match_files(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_match_point p[10];
    (void)state;
    assert_int_equal(load(ctx, "t.gpx",
                          "<?xml version=\"1.0\"?><gpx xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg><trkpt lat=\"48\" "
                          "lon=\"9\"><ele>3</ele><time>1970-01-02T00:00:01.5Z</time></trkpt>"
                          "<trkpt lon=\"9.1\" lat=\"48.1\"><course>90</course></trkpt></trkseg><trkseg><trkpt lon=\"1\" lat=\"2\"/></trkseg></trk></gpx>",
                          p, CIM_OK),
                     3);
    assert_true(p[0].x == 9.0 && p[0].y == 48.0 && p[0].time_s == 86401.5 && isnan(p[0].heading_deg) && p[1].heading_deg == 90.0 && isnan(p[1].time_s));
    assert_int_equal(p[0].flags, CIM_MATCH_BREAK | CIM_MATCH_DEGREES);
    assert_int_equal(p[1].flags, CIM_MATCH_DEGREES);
    assert_int_equal(p[2].flags, CIM_MATCH_BREAK | CIM_MATCH_DEGREES);
    assert_int_equal(load(ctx, "t.csv", "trip;time;x;y;accuracy;other\n1;2026-01-31T12:00:00+01:00;1;2;5;a\r\n1;;3;4;;b\n\n2;7;5;6;;\n", p, CIM_OK), 3);
    assert_true(p[0].x == 1.0 && p[0].accuracy_m == 5.0 && isnan(p[1].time_s) && p[2].time_s == 7.0 && p[0].time_s == 1769857200.0);
    assert_int_equal(p[0].flags, CIM_MATCH_BREAK);
    assert_int_equal(p[1].flags, 0);
    assert_int_equal(p[2].flags, CIM_MATCH_BREAK);
    assert_int_equal(load(ctx, "t.json",
                          "{\"type\":\"Feature\",\"properties\":{\"coordTimes\":[1,\"1970-01-01T00:00:02Z\"]},\"geometry\":{\"type\":\"LineString\","
                          "\"coordinates\":[[9,48,300],[9.5,48.5]]}}",
                          p, CIM_OK),
                     2);
    assert_true(p[0].time_s == 1.0 && p[1].time_s == 2.0 && p[1].x == 9.5);
    assert_int_equal(load(ctx, "t2.json",
                          "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"time\":5,\"heading\":7},\"geometry\":{"
                          "\"type\":\"Point\",\"coordinates\":[9,48]}},"
                          "{\"type\":\"Feature\",\"properties\":null,\"geometry\":{\"type\":\"MultiLineString\",\"coordinates\":[[[1,2]],[[3,4],[5,6]]]}}]}",
                          p, CIM_OK),
                     4);
    assert_true(p[0].time_s == 5.0 && p[0].heading_deg == 7.0 && p[3].x == 5.0 && (p[2].flags & CIM_MATCH_BREAK) && !(p[3].flags & CIM_MATCH_BREAK));
    static const char *const bad[] = { "<gpx><trkpt lat=\"1\"/></gpx>",
                                       "<gpx><trkpt lat=\"1\" lon=\"2\"><time>noon</time></trkpt></gpx>",
                                       "<gpx>",
                                       "{",
                                       "{\"type\":\"Polygon\",\"coordinates\":[]}",
                                       "{\"type\":\"LineString\",\"coordinates\":[[1]]}",
                                       "{\"type\":\"LineString\",\"coordinates\":7}",
                                       "a,b\n1,2\n",
                                       "x,y\n1,two\n",
                                       "",
                                       "x,y,time\n1,2,2026-02-30T00:00:00\n",
                                       "lon,lat,x,y\n1,2,3,4\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) load(ctx, "bad", bad[i], p, CIM_EFORMAT);
    cim_buf buf = CIM_BUF_INIT;
    assert_status(ctx, cim_match_load(ctx, NULL, &buf), CIM_EARG);
    assert_status(ctx, cim_match_load(ctx, support_temp("nothing"), &buf), CIM_EIO);
    cim_ctx_free(ctx);
}

/* ---- memory ---- */

static world fault_world;
static cim_match_point fault_points[8];
static const char *fault_file;

static cim_status scenario(cim_ctx *ctx)
{
    cim_matcher *matcher = NULL;
    cim_match *match = NULL;
    cim_buf points = CIM_BUF_INIT;
    cim_status st = cim_matcher_build(ctx, fault_world.costs, NULL, &matcher);
    if (st >= 0) st = cim_match_run(ctx, matcher, NULL, fault_points, 8, NULL, &match);
    if (st >= 0) st = cim_match_load(ctx, fault_file, &points);
    cim_buf_dispose(&points);
    cim_match_free(match);
    cim_matcher_free(matcher);
    return st;
}

static void test_match_oom(void **state)
{
    static const char text[] = "{\"type\":\"LineString\",\"coordinates\":[[9,48],[9,48.1]]}";
    (void)state;
    fault_world = world_of(net_of(straight, CIM_NET_TURNS_FULL));
    fault_file = support_temp("fault.json");
    support_write(fault_file, text, sizeof text - 1);
    for (int i = 0; i < 8; i++) fault_points[i] = along(&fault_world, 50 + 80 * i, 3, 8 * i);
    support_fault_loop("match", scenario, 400);
    world_done(&fault_world);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_match_straight), cmocka_unit_test(test_match_noise_goes_back),
                                        cmocka_unit_test(test_match_heading),  cmocka_unit_test(test_match_refuses),
                                        cmocka_unit_test(test_match_files),    cmocka_unit_test(test_match_oom),
                                        cmocka_unit_test(test_match_town),     cmocka_unit_test(test_match_porto) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
