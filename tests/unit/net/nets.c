/* nets.c - small street nets for tests. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_tags(cim__buf *xml, const char *tags)
{
    char copy[600], *save = NULL;
    snprintf(copy, sizeof copy, "%s", tags ? tags : "");
    for (char *tag = strtok_r(copy, "|", &save); tag; tag = strtok_r(NULL, "|", &save)) {
        char *equals = strchr(tag, '=');
        assert_non_null(equals);
        *equals = 0;
        cim__buf_printf(xml, "<tag k=\"%s\" v=\"", tag);
        for (const char *p = equals + 1; *p; p++) cim__buf_puts(xml, *p == '>' ? "&gt;" : *p == '<' ? "&lt;" : *p == '"' ? "&quot;" : (char[2]){ *p, 0 });
        cim__buf_puts(xml, "\"/>");
    }
}

static void put_node(cim__buf *xml, const char *line)
{
    char name, tags[400] = "";
    double x, y;
    assert_true(sscanf(line, "n %c %lf %lf %399[^\n]", &name, &x, &y, tags) >= 3);
    cim__buf_printf(xml, "<node id=\"%d\" lat=\"%.9f\" lon=\"%.9f\">", name, 48.0 + y / 111195.0, 9.0 + x / (111195.0 * cos(48.0 * M_PI / 180.0)));
    put_tags(xml, tags);
    cim__buf_puts(xml, "</node>\n");
}

static void put_way(cim__buf *xml, const char *line)
{
    int number;
    char nodes[200], tags[400] = "highway=residential";
    assert_true(sscanf(line, "w %d %199s %399[^\n]", &number, nodes, tags) >= 2);
    cim__buf_printf(xml, "<way id=\"%d\">", number);
    for (const char *p = nodes; *p; p++)
        if (*p != ',') cim__buf_printf(xml, "<nd ref=\"%d\"/>", *p);
    put_tags(xml, tags);
    cim__buf_puts(xml, "</way>\n");
}

static void put_restriction(cim__buf *xml, const char *line)
{
    int number, from, to;
    char via[100], tags[400];
    assert_int_equal(sscanf(line, "r %d %d %99s %d %399[^\n]", &number, &from, via, &to, tags), 5);
    cim__buf_printf(xml, "<relation id=\"%d\"><member type=\"way\" ref=\"%d\" role=\"from\"/>", number, from);
    if (via[0] >= '0' && via[0] <= '9') {
        char *save = NULL;
        for (char *way = strtok_r(via, "+", &save); way; way = strtok_r(NULL, "+", &save)) cim__buf_printf(xml, "<member type=\"way\" ref=\"%s\" role=\"via\"/>", way);
    } else {
        cim__buf_printf(xml, "<member type=\"node\" ref=\"%d\" role=\"via\"/>", via[0]);
    }
    cim__buf_printf(xml, "<member type=\"way\" ref=\"%d\" role=\"to\"/><tag k=\"type\" v=\"restriction\"/>", to);
    put_tags(xml, tags);
    cim__buf_puts(xml, "</relation>\n");
}

static void put_lines(cim__buf *xml, const char *lines, char kind)
{
    for (const char *p = lines; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        char line[800];
        if (*p != kind) continue;
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
        if (kind == 'n') put_node(xml, line);
        else if (kind == 'w') put_way(xml, line);
        else put_restriction(xml, line);
    }
}

street_net net_of(const char *lines, uint32_t turns)
{
    street_net n = { .ctx = support_ctx() };
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf xml = cim__buf_on(mem);
    const char *path = support_temp("net.osm");
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = turns;
    cim__buf_puts(&xml, "<osm version=\"0.6\">\n");
    put_lines(&xml, lines, 'n');
    put_lines(&xml, lines, 'w');
    put_lines(&xml, lines, 'r');
    cim__buf_puts(&xml, "</osm>\n");
    support_write(path, xml.data, xml.size);
    cim__buf_free(&xml);
    cim__mem_unref(mem);
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, &options, &n.net));
    return n;
}

void net_done(street_net *n)
{
    cim_net_free(n->net);
    cim_city_free(n->city);
    cim_ctx_free(n->ctx);
}

cim_net_costs *net_costs(const street_net *n, const char *profile, const char *time)
{
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    options.profile = profile;
    options.time = time;
    assert_ok(n->ctx, cim_net_costs_build(n->ctx, n->net, &options, &costs));
    return costs;
}

static uint32_t edge_of(const street_net *n, int way)
{
    char gid[40];
    uint32_t id;
    size_t count;
    snprintf(gid, sizeof gid, "osm:way/%d", way);
    assert_ok(n->ctx, cim_city_find(n->ctx, n->city, gid, &id, 1, &count));
    uint32_t edge = cim_net_find(n->net, id);
    assert_int_not_equal(edge, CIM_NONE);
    return edge;
}

cim_net_place net_place(const street_net *n, const cim_net_costs *costs, int way)
{
    uint32_t edge = edge_of(n, way);
    cim_net_place p = { .edge = edge, .fraction = 0.5 };
    for (uint32_t d = 0; d < 2; d++)
        if (costs->link_ms[2 * edge + d] < CIM_ROUTE_UNREACHABLE_MS) p.directions |= 1u << d;
    return p;
}

static void put_rules(char *text, size_t size, uint32_t rules)
{
    static const char *const names[] = { "oneway", "access", "bus", "barrier", "turn", "uturn", "destination", "private" };
    for (int i = 0; i < 8; i++)
        if (rules >> i & 1) snprintf(text + strlen(text), size - strlen(text), " !%s", names[i]);
}

static void put_legs(const street_net *n, const cim_net_route *route, char *text, size_t size)
{
    cim_net_route_view v = { .struct_size = sizeof v };
    int last = -1;
    uint32_t sum = 0;
    double length = 0.0;
    assert_ok(n->ctx, cim_net_route_get(n->ctx, route, &v));
    for (uint32_t i = 0; i < v.leg_count; i++) {
        cim_buf gid = CIM_BUF_INIT;
        assert_ok(n->ctx, cim_city_gid(n->ctx, n->city, v.legs[i].object, &gid));
        int way = atoi(gid.data + strlen("osm:way/"));
        cim_buf_dispose(&gid);
        sum += v.legs[i].time_ms;
        length += v.legs[i].length_m;
        if (way != last) snprintf(text + strlen(text), size - strlen(text), text[0] ? " %d" : "%d", way);
        last = way;
    }
    assert_int_equal(sum, v.time_ms);
    double drawn = 0.0;
    for (uint32_t i = 1; i < v.vertex_count; i++) drawn += hypot(v.xy[2 * i] - v.xy[2 * i - 2], v.xy[2 * i + 1] - v.xy[2 * i - 1]);
    assert_true(fabs(drawn - v.length_m) < 1e-6 * (1.0 + drawn) && fabs(length - v.length_m) < 1e-6 * (1.0 + length));
    put_rules(text, size, v.rules);
}

const char *net_route(const street_net *n, const char *profile, const char *time, int from, int to)
{
    static char text[400];
    cim_net_costs *costs = net_costs(n, profile, time);
    cim_net_place a = net_place(n, costs, from), b = net_place(n, costs, to);
    cim_net_route *route = NULL;
    cim_status st = cim_net_route_find(n->ctx, costs, &a, &b, NULL, NULL, &route);
    text[0] = 0;
    if (st == CIM_ENOTFOUND) snprintf(text, sizeof text, "-");
    else assert_ok(n->ctx, st);
    if (route) put_legs(n, route, text, sizeof text);
    cim_net_route_free(route);
    cim_net_costs_free(costs);
    return text;
}

void net_check(const char *lines, const char *profile, const char *time, int from, int to, const char *wanted)
{
    for (uint32_t turns = 0; turns < 2; turns++) {
        street_net n = net_of(lines, turns);
        assert_string_equal(net_route(&n, profile, time, from, to), wanted);
        net_done(&n);
    }
}

double net_kmh(const char *lines, const char *profile, const char *time, int way, int against, int *source)
{
    street_net n = net_of(lines, 0);
    cim_net_costs *costs = net_costs(&n, profile, time);
    uint32_t link = 2 * edge_of(&n, way) + (uint32_t)against;
    double kmh = costs->link_ms[link] < CIM_ROUTE_UNREACHABLE_MS ? (double)costs->link_kmh[link] : 0.0;
    if (source) *source = costs->link_source[link];
    cim_net_costs_free(costs);
    net_done(&n);
    return kmh;
}
