/* test_net_lines.c - streets of CityGML give the same net as those of OpenStreetMap with the same lines: random nets, written as lod0Network of
 * CityGML 2.0 and as traffic spaces of 3.0, are asked for the same routes. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODES = 16, WAYS = 12, ROUNDS = 150, QUESTIONS = 8, PLACES = 40 };

typedef struct model {
    int x[NODES], y[NODES], ways, count[WAYS], node[WAYS][5];
    bool one_way[WAYS];
} model;

static int pick(uint64_t *seed, int n) { return (int)(support_random(seed) % (uint64_t)n); }

/* Ways of two to five nodes, which meet at any of their nodes. */
static void random_model(uint64_t *seed, bool one_ways, model *m)
{
    *m = (model){ .ways = 4 + pick(seed, WAYS - 4) };
    for (int i = 0; i < NODES; i++) {
        m->x[i] = pick(seed, 900);
        m->y[i] = pick(seed, 900);
    }
    for (int w = 0; w < m->ways; w++) {
        int wanted = 2 + pick(seed, 4), node = pick(seed, NODES), first = node;
        m->one_way[w] = one_ways && !pick(seed, 3);
        m->node[w][m->count[w]++] = node;
        while (m->count[w] < wanted) {
            node = (node + 1 + pick(seed, 4)) % NODES;
            if (node == first) break;
            m->node[w][m->count[w]++] = node;
        }
    }
}

static void put_osm(const model *m, char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < NODES; i++) snprintf(text + strlen(text), size - strlen(text), "n %c %d %d\n", 'a' + i, m->x[i], m->y[i]);
    for (int w = 0; w < m->ways; w++) {
        snprintf(text + strlen(text), size - strlen(text), "w %d %c", w + 1, 'a' + m->node[w][0]);
        for (int k = 1; k < m->count[w]; k++) snprintf(text + strlen(text), size - strlen(text), ",%c", 'a' + m->node[w][k]);
        snprintf(text + strlen(text), size - strlen(text), " highway=road|name=S%d%s\n", w + 1, m->one_way[w] ? "|oneway=yes" : "");
    }
}

/* ---- the same as CityGML ---- */

static double rounded(double degrees) { return (double)llround(degrees * 1e7) / 1e7; }

/* Where nets.c puts a node, as OpenStreetMap keeps it, in the city's plane. */
static void put_line(cim__buf *xml, const street_net *osm, const model *m, int way)
{
    cim__buf_puts(xml, "<gml:LineString><gml:posList>");
    for (int k = 0; k < m->count[way]; k++) {
        int node = m->node[way][k];
        double p[2] = { rounded(9.0 + m->x[node] / (111195.0 * cos(48.0 * M_PI / 180.0))), rounded(48.0 + m->y[node] / 111195.0) };
        assert_ok(osm->ctx, cim_crs_transform(osm->ctx, 4326, cim_city_epsg(osm->city), 1, p));
        cim__buf_printf(xml, "%.6f %.6f 0 ", p[0], p[1]);
    }
    cim__buf_puts(xml, "</gml:posList></gml:LineString>");
}

static void put_version_2(cim__buf *xml, const street_net *osm, const model *m)
{
    for (int w = 0; w < m->ways; w++) {
        cim__buf_printf(xml, "<cityObjectMember><tran:Road gml:id=\"R%d\"><gml:name>S%d</gml:name><tran:function>1000</tran:function><tran:lod0Network><gml:GeometricComplex><gml:element>", w, w + 1);
        put_line(xml, osm, m, w);
        cim__buf_puts(xml, "</gml:element></gml:GeometricComplex></tran:lod0Network></tran:Road></cityObjectMember>\n");
    }
}

static void put_version_3(cim__buf *xml, const street_net *osm, const model *m)
{
    for (int w = 0; w < m->ways; w++) {
        cim__buf_printf(xml, "<cityObjectMember><tran:Road gml:id=\"R%d\"><gml:name>S%d</gml:name><tran:section><tran:Section gml:id=\"S%d\"><tran:trafficSpace><tran:TrafficSpace gml:id=\"T%d\">"
                             "<lod0MultiCurve><gml:MultiCurve><gml:curveMember>", w, w + 1, w, w);
        put_line(xml, osm, m, w);
        cim__buf_printf(xml, "</gml:curveMember></gml:MultiCurve></lod0MultiCurve><tran:granularity>way</tran:granularity>%s"
                             "</tran:TrafficSpace></tran:trafficSpace></tran:Section></tran:section></tran:Road></cityObjectMember>\n", m->one_way[w] ? "<tran:trafficDirection>forwards</tran:trafficDirection>" : "");
    }
}

static street_net citygml(const char *members, size_t size, int version, int epsg)
{
    street_net n = { .ctx = support_ctx() };
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf xml = cim__buf_on(mem);
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    const char *path = support_temp("streets.gml");
    options.turns = CIM_NET_TURNS_FULL;
    cim__buf_printf(&xml, "<CityModel xmlns=\"http://www.opengis.net/citygml/%d.0\" xmlns:tran=\"http://www.opengis.net/citygml/transportation/%d.0\" xmlns:gml=\"http://www.opengis.net/gml%s\">"
                          "<gml:boundedBy><gml:Envelope srsName=\"EPSG:%d\" srsDimension=\"3\"><gml:lowerCorner>0 0 0</gml:lowerCorner><gml:upperCorner>1 1 0</gml:upperCorner></gml:Envelope></gml:boundedBy>\n",
                    version, version, version == 3 ? "/3.2" : "", epsg);
    cim__buf_put(&xml, members, size);
    cim__buf_puts(&xml, "</CityModel>\n");
    support_write(path, xml.data, xml.size);
    cim__buf_free(&xml);
    cim__mem_unref(mem);
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, &options, &n.net));
    return n;
}

/* ---- the same answers ---- */

/* All places nearest to a point: streets may run one above the other. */
static size_t places_at(const street_net *n, const cim_net_costs *c, const double p[2], cim_net_place places[PLACES])
{
    size_t count = 0, nearest = 1;
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    options.flags = CIM_NET_ANY_PART;
    assert_ok(n->ctx, cim_net_snap(n->ctx, c, p[0], p[1], &options, PLACES, places, &count));
    assert_true(count > 0);
    while (nearest < count && places[nearest].distance_m < places[0].distance_m + 0.001) nearest++;
    return nearest;
}

static uint32_t time_of(const street_net *n, const cim_net_costs *c, const double a[2], const double b[2])
{
    cim_net_place from[PLACES], to[PLACES];
    size_t starts = places_at(n, c, a, from), ends = places_at(n, c, b, to);
    uint32_t best = CIM_ROUTE_UNREACHABLE_MS;
    for (size_t i = 0; i < starts * ends; i++) {
        cim_net_route *route = NULL;
        cim_net_route_view v = { .struct_size = sizeof v };
        cim_status st = cim_net_route_find(n->ctx, c, &from[i % starts], &to[i / starts], NULL, NULL, &route);
        if (st == CIM_ENOTFOUND) continue;
        assert_ok(n->ctx, st);
        assert_ok(n->ctx, cim_net_route_get(n->ctx, route, &v));
        if (v.time_ms < best) best = v.time_ms;
        cim_net_route_free(route);
    }
    return best;
}

static void check_same(const street_net *osm, const street_net *gml, uint64_t *seed, const char *lines)
{
    cim_net_costs *a = net_costs(osm, "car", NULL), *b = net_costs(gml, "car", NULL);
    double metres[2] = { 0.0, 0.0 };
    for (uint32_t e = 0; e < osm->net->edge_count; e++) metres[0] += osm->net->edge_length_m[e];
    for (uint32_t e = 0; e < gml->net->edge_count; e++) metres[1] += gml->net->edge_length_m[e];
    if (osm->net->edge_count != gml->net->edge_count || osm->net->junction_count != gml->net->junction_count)
        print_message("%u and %u edges, %u and %u junctions\n%s", osm->net->edge_count, gml->net->edge_count, osm->net->junction_count, gml->net->junction_count, lines);
    assert_int_equal(gml->net->edge_count, osm->net->edge_count);
    assert_int_equal(gml->net->junction_count, osm->net->junction_count);
    if (fabs(metres[0] - metres[1]) >= 0.1) print_message("%.6f and %.6f m\n%s", metres[0], metres[1], lines);
    assert_true(fabs(metres[0] - metres[1]) < 0.1);
    for (uint32_t e = 1; e < gml->net->edge_count; e++) assert_true(gml->net->edge_object[e] >= gml->net->edge_object[e - 1]);
    for (uint32_t e = 0; e < gml->net->edge_count; e++) assert_int_equal(gml->net->edge_object[cim_net_find(gml->net, gml->net->edge_object[e])], gml->net->edge_object[e]);
    for (int i = 0; i < QUESTIONS; i++) {
        const double *p = osm->net->xy + 2 * (size_t)pick(seed, (int)osm->net->vertex_count), *q = osm->net->xy + 2 * (size_t)pick(seed, (int)osm->net->vertex_count);
        double from[2] = { p[0] + support_uniform(seed, -40, 40), p[1] + support_uniform(seed, -40, 40) }, to[2] = { q[0] + support_uniform(seed, -40, 40), q[1] + support_uniform(seed, -40, 40) };
        uint32_t wanted = time_of(osm, a, from, to), got = time_of(gml, b, from, to);
        if (llabs((long long)wanted - got) > 5) print_message("%u and %u ms\n%s", wanted, got, lines);
        assert_true(llabs((long long)wanted - got) <= 5);
    }
    cim_net_costs_free(a);
    cim_net_costs_free(b);
}

/* ---- into a file and back ---- */

typedef struct reading {
    const cim__net_saved *saved;
    size_t piece, at;
} reading;

static cim_status read_piece(cim_ctx *ctx, void *user, void *to, size_t size)
{
    reading *r = user;
    (void)ctx;
    for (size_t some; size; to = (char *)to + some, size -= some) {
        const cim__piece *p = &r->saved->pieces[r->piece];
        some = p->size - r->at < size ? p->size - r->at : size;
        if (some) memcpy(to, (const char *)p->data + r->at, some);
        r->at += some;
        if (r->at == p->size) r->piece++, r->at = 0;
    }
    return CIM_OK;
}

/* Objects of several edges come back; the number of areas does. */
static void check_saved(const street_net *n)
{
    cim__net_saved saved;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net *a = n->net, *b = NULL;
    options.turns = CIM_NET_TURNS_FULL;
    a->area_count = 5;
    assert_ok(n->ctx, cim__net_save(n->ctx, a, &saved));
    reading r = { &saved, 0, 0 };
    cim__block block = { 0, read_piece, &r };
    for (size_t i = 0; i < saved.count; i++) block.left += saved.pieces[i].size;
    assert_ok(n->ctx, cim__net_new(n->ctx, &options, &b));
    assert_ok(n->ctx, cim__net_load(n->ctx, &block, n->city, b));
    cim__net_saved_free(n->ctx, &saved);
    assert_int_equal(b->area_count, 5);
    assert_int_equal(b->edge_count, a->edge_count);
    assert_int_equal(b->arc_count, a->arc_count);
    assert_memory_equal(b->edge_object, a->edge_object, a->edge_count * sizeof *a->edge_object);
    assert_memory_equal(b->xy, a->xy, 2 * (size_t)a->vertex_count * sizeof *a->xy);
    assert_memory_equal(b->arc_head, a->arc_head, a->arc_count * sizeof *a->arc_head);
    for (uint32_t e = 0; e < a->edge_count; e++) assert_int_equal(cim_net_find(b, a->edge_object[e]), cim_net_find(a, a->edge_object[e]));
    cim_net_free(b);
}

static uint32_t shared_edges(const cim_net *net)
{
    uint32_t count = 0;
    for (uint32_t e = 1; e < net->edge_count; e++) count += net->edge_object[e] == net->edge_object[e - 1];
    return count;
}

static void check_version(int version, uint64_t seed)
{
    uint32_t shared = 0;
    for (int round = 0; round < support_rounds(ROUNDS); round++) {
        char lines[3000];
        model m;
        random_model(&seed, version == 3, &m);
        put_osm(&m, lines, sizeof lines);
        street_net osm = net_of(lines, CIM_NET_TURNS_FULL);
        cim__mem *mem = cim__mem_new(NULL, NULL);
        cim__buf members = cim__buf_on(mem);
        if (version == 3) put_version_3(&members, &osm, &m);
        else put_version_2(&members, &osm, &m);
        street_net gml = citygml((const char *)members.data, members.size, version, cim_city_epsg(osm.city));
        cim__buf_free(&members);
        cim__mem_unref(mem);
        check_same(&osm, &gml, &seed, lines);
        shared += shared_edges(gml.net);
        check_saved(&gml);
        net_done(&gml);
        net_done(&osm);
    }
    assert_true((int)shared > support_rounds(100));
}

static void test_net_lines_citygml_2(void **state)
{
    (void)state;
    check_version(2, 31);
}

static void test_net_lines_citygml_3(void **state)
{
    (void)state;
    check_version(3, 32);
}

/* ---- by hand ---- */

#define SPACE(id, line, more) "<cityObjectMember><tran:Road gml:id=\"R" id "\"><gml:name>" id "</gml:name><tran:section><tran:Section gml:id=\"S" id "\"><tran:trafficSpace><tran:TrafficSpace gml:id=\"" id \
    "\"><lod0MultiCurve><gml:MultiCurve>" line "</gml:MultiCurve></lod0MultiCurve>" more "</tran:TrafficSpace></tran:trafficSpace></tran:Section></tran:section></tran:Road></cityObjectMember>"
#define CURVE(positions) "<gml:curveMember><gml:LineString><gml:posList>" positions "</gml:posList></gml:LineString></gml:curveMember>"

static uint32_t junctions_of(const char *members)
{
    street_net n = citygml(members, strlen(members), 3, 25832);
    uint32_t count = n.net->junction_count;
    net_done(&n);
    return count;
}

static void test_net_lines_joins(void **state)
{
    (void)state;
    const char *apart = SPACE("a", CURVE("500000 5400000 0 500100 5400000 0"), "") SPACE("b", CURVE("500103 5400001 0 500200 5400000 0"), "");
    assert_int_equal(junctions_of(apart), 4);
    /* three metres apart, and one follows the other */
    const char *follows = SPACE("a", CURVE("500000 5400000 0 500100 5400000 0"), "") SPACE("b", CURVE("500103 5400001 0 500200 5400000 0"), "<tran:predecessor xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"#a\"/>");
    assert_int_equal(junctions_of(follows), 3);
    const char *far_off = SPACE("a", CURVE("500000 5400000 0 500100 5400000 0"), "") SPACE("b", CURVE("500130 5400001 0 500200 5400000 0"), "<tran:predecessor xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\"#a\"/>");
    assert_int_equal(junctions_of(far_off), 4);
    /* two lines with a vertex at the same place */
    assert_int_equal(junctions_of(SPACE("a", CURVE("500000 5400000 0 500100 5400000 0 500200 5400000 0"), "") SPACE("b", CURVE("500100 5399900 0 500100 5400000 0 500100 5400100 0"), "")), 5);
    /* crossing without a vertex is no junction */
    assert_int_equal(junctions_of(SPACE("a", CURVE("500000 5400000 0 500200 5400000 0"), "") SPACE("b", CURVE("500100 5399900 0 500100 5400100 0"), "")), 4);
    /* several curves of one space; rings; a curve that is a point */
    assert_int_equal(junctions_of(SPACE("a", CURVE("500000 5400000 0 500100 5400000 0") CURVE("500100 5400000 0 500200 5400000 0") CURVE("500200 5400000 0 500300 5400000 0"), "")), 4);
    assert_int_equal(junctions_of(SPACE("a", CURVE("500000 5400000 0 500100 5400000 0 500100 5400100 0 500000 5400000 0"), "")), 1);
}

/* Streets that are areas give no net, and the net says how many there are. */
static void test_net_lines_areas(void **state)
{
    const char *area = "<cityObjectMember><tran:Road gml:id=\"R\"><tran:section><tran:Section gml:id=\"S\"><tran:trafficSpace><tran:TrafficSpace gml:id=\"T\"><boundary><tran:TrafficArea><lod2MultiSurface><gml:MultiSurface>"
                       "<gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>500000 5400000 0 500100 5400000 0 500100 5400010 0 500000 5400010 0 500000 5400000 0</gml:posList></gml:LinearRing>"
                       "</gml:exterior></gml:Polygon></gml:surfaceMember></gml:MultiSurface></lod2MultiSurface></tran:TrafficArea></boundary></tran:TrafficSpace></tran:trafficSpace></tran:Section></tran:section></tran:Road></cityObjectMember>";
    street_net n = citygml(area, strlen(area), 3, 25832);
    cim_net_view v = { .struct_size = sizeof v };
    (void)state;
    assert_ok(n.ctx, cim_net_get(n.ctx, n.net, &v));
    assert_int_equal(v.edge_count, 0);
    assert_int_equal(v.area_count, 3);
    net_done(&n);
    n = net_of("n a 0 0\nn b 100 0\nw 1 a,b\n", 0);
    assert_ok(n.ctx, cim_net_get(n.ctx, n.net, &v));
    assert_int_equal(v.area_count, 0);
    net_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_lines_citygml_2), cmocka_unit_test(test_net_lines_citygml_3), cmocka_unit_test(test_net_lines_joins), cmocka_unit_test(test_net_lines_areas) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
