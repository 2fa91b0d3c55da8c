/* From ids, junctions, areas, lines and points to arcs: against all arcs of the net one by one, GEOS, and points on streets. */
#include "nets.h"

#include "geom/geos.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 8, STEP = 100 };

typedef struct town {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *h;
    cim_traffic *traffic;
    uint32_t *arcs, *wanted;
    size_t count, wanted_count;
} town;

static town town_of(const char *lines, uint32_t turns)
{
    town t = { .n = net_of(lines, turns) };
    cim_route_graph graph = cim_net_graph(t.n.net);
    t.costs = net_costs(&t.n, "car", NULL);
    assert_ok(t.n.ctx, cim_route_hierarchy_build(t.n.ctx, &graph, NULL, &t.h));
    assert_ok(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, NULL, &t.traffic));
    t.arcs = calloc(t.n.net->arc_count + 1, 4);
    t.wanted = calloc(t.n.net->arc_count + 1, 4);
    return t;
}

static void town_done(town *t)
{
    free(t->arcs), free(t->wanted);
    cim_traffic_free(t->traffic);
    cim_route_hierarchy_free(t->h);
    cim_net_costs_free(t->costs);
    net_done(&t->n);
}

static void same(const town *t)
{
    assert_int_equal(t->count, t->wanted_count);
    if (t->count) assert_memory_equal(t->arcs, t->wanted, t->count * 4);
}

static const char crossing[] = "n A 0 0\nn B 100 0\nn C 200 0\nn D 100 100\nn E 100 -100\nn F 300 0\n"
                               "w 1 A,B,C,F\nw 2 D,B,E oneway=yes|highway=residential\nw 3 C,D\nr 9 1 B 2 restriction=no_left_turn\n";

/* Arcs over segments of a way (segment < 0: all), in directions of a mask. */
static void want_way(town *t, int way, int segment, uint32_t directions)
{
    const cim_net *net = t->n.net;
    t->wanted_count = 0;
    for (uint32_t a = 0; a < net->arc_count; a++) {
        int number, part = -1;
        cim_buf gid = CIM_BUF_INIT;
        assert_ok(t->n.ctx, cim_city_gid(t->n.ctx, t->n.city, net->edge_object[net->arc_link[a] >> 1], &gid));
        assert_true(sscanf(gid.data, "osm:way/%d#%d", &number, &part) >= 1);
        cim_buf_dispose(&gid);
        if (number == way && (segment < 0 || part == segment) && directions >> (net->arc_link[a] & 1) & 1) t->wanted[t->wanted_count++] = a;
    }
}

static void check_id(town *t, const char *id, uint32_t direction)
{
    assert_ok(t->n.ctx, cim_traffic_find(t->n.ctx, t->traffic, id, direction, t->arcs, t->n.net->arc_count, &t->count));
    same(t);
}

static void test_traffic_ids(void **state)
{
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        town t = town_of(crossing, turns);
        want_way(&t, 1, -1, 3);
        assert_true(t.wanted_count >= 6);
        check_id(&t, "osm:way/1", CIM_ROUTE_BOTH_WAYS);
        check_id(&t, "1", CIM_ROUTE_BOTH_WAYS);
        want_way(&t, 1, -1, 1);
        check_id(&t, "osm:way/1", CIM_ROUTE_ALONG);
        check_id(&t, "osm:way/1+", CIM_ROUTE_BOTH_WAYS);
        check_id(&t, "1+", CIM_ROUTE_AGAINST);
        want_way(&t, 1, -1, 2);
        check_id(&t, "osm:way/1", CIM_ROUTE_AGAINST);
        check_id(&t, "osm:way/1-", CIM_ROUTE_BOTH_WAYS);
        for (int segment = 0; segment < 3; segment++) {
            char id[40];
            snprintf(id, sizeof id, "osm:way/1#%d", segment);
            want_way(&t, 1, segment, 3);
            assert_true(t.wanted_count > 0);
            check_id(&t, id, CIM_ROUTE_BOTH_WAYS);
            check_id(&t, id + 8, CIM_ROUTE_BOTH_WAYS);
            uint32_t edge = t.n.net->arc_link[t.wanted[0]] >> 1;
            assert_ok(t.n.ctx, cim_traffic_on_edge(t.n.ctx, t.traffic, edge, CIM_ROUTE_BOTH_WAYS, t.arcs, 1000, &t.count));
            same(&t);
        }
        want_way(&t, 3, -1, 3);
        check_id(&t, "3", CIM_ROUTE_BOTH_WAYS);
        static const char *const unknown[] = { "osm:way/77", "77", "x", "+", "-", "1++", "osm:node/99", "osm:node/", "osm:node/x", "osm:way/1#7", "1#",
                                               "99999999999999999999999999", "osm:relation/1+" };
        t.wanted_count = 0;
        for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) check_id(&t, unknown[i], CIM_ROUTE_BOTH_WAYS);
        assert_status(t.n.ctx, cim_traffic_find(t.n.ctx, t.traffic, "1", 3, NULL, 0, &t.count), CIM_EARG);
        assert_status(t.n.ctx, cim_traffic_find(t.n.ctx, t.traffic, "", 0, NULL, 0, &t.count), CIM_EARG);
        assert_status(t.n.ctx, cim_traffic_on_edge(t.n.ctx, t.traffic, t.n.net->edge_count, 0, NULL, 0, &t.count), CIM_EARG);
        /* room for fewer than there are */
        uint32_t two[3] = { 7, 7, 4711 };
        assert_ok(t.n.ctx, cim_traffic_find(t.n.ctx, t.traffic, "1", 0, two, 2, &t.count));
        assert_true(t.count > 2 && two[2] == 4711 && two[0] < two[1]);
        town_done(&t);
    }
}

static void test_traffic_junctions(void **state)
{
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        town t = town_of(crossing, turns);
        const cim_net *net = t.n.net;
        for (const char *name = "ABCDEF"; *name; name++) {
            char id[40];
            double x[] = { 0, 100, 200, 100, 100, 300 }, y[] = { 0, 0, 0, 100, -100, 0 };
            uint32_t junction = CIM_NONE;
            for (uint32_t j = 0; j < net->junction_count; j++) { /* places relative to B, which has the most streets */
                double dx = x[*name - 'A'] - 100.0, dy = y[*name - 'A'], bx = 0.0, by = 0.0;
                uint32_t most = 0;
                for (uint32_t k = 0; k < net->junction_count; k++)
                    if (net->first_out[k + 1] - net->first_out[k] > most) most = net->first_out[k + 1] - net->first_out[k], bx = net->junction_x[k],
                        by = net->junction_y[k];
                if (hypot(net->junction_x[j] - bx - dx, net->junction_y[j] - by - dy) < 10.0) junction = j;
            }
            assert_int_not_equal(junction, CIM_NONE);
            t.wanted_count = 0;
            for (uint32_t a = 0; a < net->arc_count; a++)
                if (net->state_junction[net->arc_tail[a]] == junction) t.wanted[t.wanted_count++] = a;
            snprintf(id, sizeof id, "osm:node/%d", *name);
            check_id(&t, id, CIM_ROUTE_BOTH_WAYS);
            assert_ok(t.n.ctx, cim_traffic_at_junction(t.n.ctx, t.traffic, junction, t.arcs, 1000, &t.count));
            same(&t);
        }
        assert_status(t.n.ctx, cim_traffic_at_junction(t.n.ctx, t.traffic, net->junction_count, NULL, 0, &t.count), CIM_EARG);
        town_done(&t);
    }
}

/* ---- a grid of streets ---- */

static char name_at(int x, int y) { return (char)('0' + y * SIDE + x); }

static char *grid_lines(void)
{
    char *text = calloc(20000, 1);
    size_t size = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) size += (size_t)sprintf(text + size, "n %c %d %d\n", name_at(x, y), x * STEP, y * STEP);
    for (int way = 0; way < 2 * SIDE; way++) {
        size += (size_t)sprintf(text + size, "w %d ", way + 1);
        for (int k = 0; k < SIDE; k++) size += (size_t)sprintf(text + size, "%s%c", k ? "," : "", way < SIDE ? name_at(k, way) : name_at(way - SIDE, k));
        size += (size_t)sprintf(text + size, way % 5 == 3 ? " highway=residential|oneway=yes\n" : "\n");
    }
    return text;
}

static bool geos_meets(cim_ctx *ctx, const cim__prepared *prepared, const cim_net *net, uint32_t edge)
{
    bool holds = false;
    uint32_t count = net->first_vertex[edge + 1] - net->first_vertex[edge], part = 1;
    cim_geom line = { CIM_GEOM_LINESTRING, 2, count, 1, 1, 0, net->xy + 2 * (size_t)net->first_vertex[edge], &count, &part };
    assert_ok(ctx, cim__prepared_test(ctx, prepared, &line, CIM__INTERSECTS, &holds));
    return holds;
}

/* A star of random corners around a place: simple, so GEOS takes it. */
static cim_geom random_star(uint64_t *seed, const cim_box *box, double *xy, uint32_t *ring, const uint32_t *part)
{
    uint32_t corners = 3 + (uint32_t)(support_random(seed) % 9);
    double cx = support_uniform(seed, box->min_x - 50, box->max_x + 50), cy = support_uniform(seed, box->min_y - 50, box->max_y + 50),
        reach = support_uniform(seed, 5, 300);
    for (uint32_t i = 0; i < corners; i++) {
        double angle = 2.0 * M_PI * i / corners, r = reach * support_uniform(seed, 0.3, 1.0);
        xy[2 * i] = cx + r * cos(angle);
        xy[2 * i + 1] = cy + r * sin(angle);
    }
    xy[2 * corners] = xy[0];
    xy[2 * corners + 1] = xy[1];
    *ring = corners + 1;
    return (cim_geom){ CIM_GEOM_POLYGON, 2, corners + 1, 1, 1, 0, xy, ring, part };
}

/* The share of an edge in an area, by points on it. */
static double sampled_share(const cim_net *net, const cim_geom *g, uint32_t edge)
{
    enum { POINTS = 2000 };
    double inside = 0.0, length = 0.0;
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1]; v++) {
        const double *p = net->xy + 2 * (size_t)v;
        double piece = hypot(p[2] - p[0], p[3] - p[1]);
        int hits = 0;
        for (int i = 0; i < POINTS; i++) {
            double s = (i + 0.5) / POINTS;
            hits += cim__point_in_polygon(g, p[0] + s * (p[2] - p[0]), p[1] + s * (p[3] - p[1])) != CIM__OUTSIDE;
        }
        inside += piece * hits / POINTS;
        length += piece;
    }
    return inside / length;
}

static void want_edges(town *t, const uint8_t *edges, uint32_t directions)
{
    const cim_net *net = t->n.net;
    t->wanted_count = 0;
    for (uint32_t a = 0; a < net->arc_count; a++)
        if (edges[net->arc_link[a] >> 1] && directions >> (net->arc_link[a] & 1) & 1) t->wanted[t->wanted_count++] = a;
}

static void test_traffic_areas(void **state)
{
    enum { AREAS = 700 };
    char *lines = grid_lines();
    uint64_t seed = 5;
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        town t = town_of(lines, turns);
        const cim_net *net = t.n.net;
        cim__geos *geos = NULL;
        cim_box box;
        uint8_t *edges = calloc(net->edge_count, 1);
        size_t some = 0, none = 0;
        assert_ok(t.n.ctx, cim__geos_new(t.n.ctx, &geos));
        assert_int_equal(cim_index_extent(net->index, &box), 1);
        for (int i = 0; i < AREAS; i++) {
            double xy[60];
            uint32_t ring, part = 1, direction = (uint32_t)(support_random(&seed) % 3);
            cim_geom star = random_star(&seed, &box, xy, &ring, &part);
            cim__prepared *prepared = NULL;
            assert_ok(t.n.ctx, cim__prepared_new(t.n.ctx, geos, &star, &prepared));
            for (uint32_t e = 0; e < net->edge_count; e++) edges[e] = geos_meets(t.n.ctx, prepared, net, e);
            cim__prepared_free(prepared);
            want_edges(&t, edges, direction == CIM_ROUTE_ALONG ? 1 : direction == CIM_ROUTE_AGAINST ? 2 : 3);
            assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &star, 0.0, direction, t.arcs, net->arc_count, &t.count));
            same(&t);
            some += t.count > 0;
            none += t.count == 0;
            double share = support_uniform(&seed, 0.01, 1.0);
            uint8_t *certain = calloc(net->edge_count, 1);
            for (uint32_t e = 0; e < net->edge_count; e++) {
                double there = edges[e] ? sampled_share(net, &star, e) : 0.0;
                certain[e] = there > share + 0.01 ? 1 : there < share - 0.01 ? 2 : 0;
            }
            assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &star, share, CIM_ROUTE_BOTH_WAYS, t.arcs, net->arc_count, &t.count));
            uint8_t *got = calloc(net->edge_count, 1);
            for (size_t k = 0; k < t.count; k++) got[net->arc_link[t.arcs[k]] >> 1] = 1;
            for (uint32_t e = 0; e < net->edge_count; e++) assert_false((certain[e] == 1 && !got[e]) || (certain[e] == 2 && got[e]));
            free(certain), free(got);
        }
        assert_true(some > AREAS / 3 && none > 5);
        free(edges);
        cim__geos_free(geos);
        town_done(&t);
    }
    free(lines);
}

/* A walk over the grid without turning back, drawn some metres off: its streets, in its direction. */
static void test_traffic_lines(void **state)
{
    enum { WALKS = 600 };
    char *lines = grid_lines();
    uint64_t seed = 6;
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        town t = town_of(lines, turns);
        const cim_net *net = t.n.net;
        uint8_t *edges = calloc(net->edge_count, 1), *links = calloc(2 * net->edge_count, 1);
        for (int i = 0; i < WALKS; i++) {
            double xy[40], shift_x = support_uniform(&seed, -6, 6), shift_y = support_uniform(&seed, -6, 6);
            uint32_t steps = 1 + (uint32_t)(support_random(&seed) % 6), count = 0, part = 1, j = (uint32_t)(support_random(&seed) % net->junction_count);
            memset(edges, 0, net->edge_count);
            memset(links, 0, 2 * net->edge_count);
            xy[2 * count] = net->junction_x[j] + shift_x, xy[2 * count + 1] = net->junction_y[j] + shift_y, count++;
            for (uint32_t k = 0; k < steps; k++) {
                uint32_t out = net->first_out[j + 1] - net->first_out[j], l = net->out_link[net->first_out[j] + support_random(&seed) % out];
                if (edges[l >> 1]) break;
                edges[l >> 1] = 1;
                links[l] = 1;
                j = cim__link_head(net, l);
                xy[2 * count] = net->junction_x[j] + shift_x, xy[2 * count + 1] = net->junction_y[j] + shift_y, count++;
            }
            if (count < 2) continue;
            cim_geom line = { CIM_GEOM_LINESTRING, 2, count, 1, 1, 0, xy, &count, &part };
            assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &line, 0.0, CIM_ROUTE_BOTH_WAYS, t.arcs, net->arc_count, &t.count));
            t.wanted_count = 0; /* links that no car may use are closed as they are, and not found */
            for (uint32_t a = 0; a < net->arc_count; a++)
                if (edges[net->arc_link[a] >> 1] && t.costs->link_ms[net->arc_link[a]] < CIM_ROUTE_UNREACHABLE_MS) t.wanted[t.wanted_count++] = a;
            same(&t);
            assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &line, 0.0, CIM_ROUTE_ALONG, t.arcs, net->arc_count, &t.count));
            t.wanted_count = 0;
            for (uint32_t a = 0; a < net->arc_count; a++)
                if (links[net->arc_link[a]] && t.costs->link_ms[net->arc_link[a]] < CIM_ROUTE_UNREACHABLE_MS) t.wanted[t.wanted_count++] = a;
            same(&t);
        }
        free(edges), free(links);
        town_done(&t);
    }
    free(lines);
}

static void test_traffic_geometry_refuses(void **state)
{
    (void)state;
    town t = town_of(crossing, 1);
    const cim_net *net = t.n.net;
    double x = net->junction_x[0], y = net->junction_y[0], open[] = { x, y, x + 9, y, x + 9, y + 9, x + 1, y }, nan[] = { x, NAN },
        far[] = { 0.0, 0.0, 2e9, 2e9 }, empty[] = { 0.0 };
    uint32_t four = 4, one = 1, two = 2, zero = 0;
    cim_geom polygon = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, open, &four, &one }, point = { CIM_GEOM_POINT, 2, 1, 1, 1, 0, nan, &one, &one },
             line = { CIM_GEOM_LINESTRING, 2, 2, 1, 1, 0, far, &two, &one }, nothing = { CIM_GEOM_MULTIPOLYGON, 2, 0, 0, 0, 0, empty, &zero, &zero };
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &polygon, 0.0, 0, NULL, 0, &t.count), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, 0.0, 0, NULL, 0, &t.count), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &line, 0.0, 0, NULL, 0, &t.count), CIM_ELIMIT);
    assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &nothing, 0.0, 0, NULL, 0, &t.count));
    assert_int_equal(t.count, 0);
    nan[1] = y + 3.0;
    assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, 0.0, 0, NULL, 0, &t.count));
    assert_true(t.count > 0);
    nan[1] = y + 3000.0;
    assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, 0.0, 0, NULL, 0, &t.count));
    assert_int_equal(t.count, 0);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, -0.1, 0, NULL, 0, &t.count), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, (double)NAN, 0, NULL, 0, &t.count), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &point, 0.0, 3, NULL, 0, &t.count), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, NULL, 0.0, 0, NULL, 0, &t.count), CIM_EARG);
    town_done(&t);
}

static void test_traffic_degrees(void **state)
{
    (void)state;
    town t = town_of(crossing, 1);
    /* the middle of way 3, from C (200, 0) to D (100, 100), as nets.h places it */
    double x = 9.0 + 150.0 / (111195.0 * cos(48.0 * M_PI / 180.0)), y = 48.0 + 50.0 / 111195.0, d = 0.0001;
    double xy[] = { x - d, y - d, x + d, y - d, x + d, y + d, x - d, y + d, x - d, y - d };
    uint32_t ring = 5, part = 1;
    cim_geom square = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, xy, &ring, &part };
    assert_ok(t.n.ctx, cim_traffic_within(t.n.ctx, t.traffic, &square, 0.0, 0, t.arcs, 1000, &t.count));
    want_way(&t, 3, -1, 3);
    same(&t);
    town_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_traffic_ids),   cmocka_unit_test(test_traffic_junctions),
                                        cmocka_unit_test(test_traffic_areas),
                                        cmocka_unit_test(test_traffic_lines), cmocka_unit_test(test_traffic_geometry_refuses),
                                            cmocka_unit_test(test_traffic_degrees) };
    return cmocka_run_group_tests_name("traffic_where", tests, NULL, NULL);
}
