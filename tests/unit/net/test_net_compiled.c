/* test_net_compiled.c - nets as blocks of bytes and back: random ones, damaged ones, hostile ones; compiled into a city file and gone with the
 * next import. */
#include "city.h"
#include "nets.h"

#include "store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- bytes in memory ---- */

typedef struct source {
    const uint8_t *at;
} source;

static cim_status read_memory(cim_ctx *ctx, void *user, void *to, size_t size)
{
    source *s = user;
    (void)ctx;
    memcpy(to, s->at, size);
    s->at += size;
    return CIM_OK;
}

static cim_status load(cim_ctx *ctx, const uint8_t *bytes, size_t size, const cim_city *city, uint32_t turns, cim_net **net_out)
{
    uint8_t *exact = malloc(size ? size : 1); /* reading past the end is seen */
    source s = { exact };
    cim__block block = { size, read_memory, &s };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net *net = NULL;
    options.turns = turns;
    if (size) memcpy(exact, bytes, size);
    assert_ok(ctx, cim__net_new(ctx, &options, &net));
    cim_status st = cim__net_load(ctx, &block, city, net);
    free(exact);
    if (st == CIM_OK) *net_out = net;
    else cim_net_free(net);
    return st;
}

static uint8_t *save(cim_ctx *ctx, cim_net *net, size_t *size_out)
{
    cim__net_saved saved;
    size_t size = 0;
    assert_ok(ctx, cim__net_save(ctx, net, &saved));
    for (size_t i = 0; i < saved.count; i++) size += saved.pieces[i].size;
    uint8_t *bytes = malloc(size), *at = bytes;
    for (size_t i = 0; i < saved.count; at += saved.pieces[i++].size)
        if (saved.pieces[i].size) memcpy(at, saved.pieces[i].data, saved.pieces[i].size);
    cim__net_saved_free(ctx, &saved);
    *size_out = size;
    return bytes;
}

/* ---- equal nets ---- */

#define SAME(field, count) assert_memory_equal(a->field, b->field, (count) * sizeof *a->field)

static void assert_same_net(const cim_net *a, const cim_net *b)
{
    assert_int_equal(a->junction_count, b->junction_count);
    assert_int_equal(a->edge_count, b->edge_count);
    assert_int_equal(a->vertex_count, b->vertex_count);
    assert_int_equal(a->state_count, b->state_count);
    assert_int_equal(a->arc_count, b->arc_count);
    assert_int_equal(a->set_count, b->set_count);
    assert_int_equal(a->way_count, b->way_count);
    assert_int_equal(a->unlocated, b->unlocated);
    assert_int_equal(a->area_count, b->area_count);
    size_t j = a->junction_count, e = a->edge_count, n = a->state_count, m = a->arc_count;
    SAME(junction_x, j), SAME(junction_y, j), SAME(junction_set, j), SAME(first_out, j + 1), SAME(out_link, 2 * e);
    SAME(edge_object, e), SAME(edge_from, e), SAME(edge_to, e), SAME(first_vertex, e + 1), SAME(edge_set, e), SAME(edge_name, e), SAME(edge_way, e);
    SAME(edge_length_m, e), SAME(xy, 2 * (size_t)a->vertex_count), SAME(vertex_edge, a->vertex_count), SAME(heading, 4 * e), SAME(way_length_m, a->way_count);
    SAME(state_junction, n), SAME(state_link, n), SAME(state_x, n), SAME(state_y, n), SAME(first_arc, n + 1);
    SAME(arc_tail, m), SAME(arc_head, m), SAME(arc_link, m), SAME(first_of_link, 2 * e + 1), SAME(arc_of_link, m);
    assert_int_equal(a->texts.count, b->texts.count);
    for (uint32_t t = 0; t < a->texts.count; t++) assert_string_equal(cim_net_text(a, t), cim_net_text(b, t));
    assert_int_equal(a->tags.size, b->tags.size);
    assert_int_equal(a->bans.size, b->bans.size);
    assert_int_equal(a->set_first.size, b->set_first.size);
    if (a->tags.size) assert_memory_equal(a->tags.data, b->tags.data, a->tags.size);
    if (a->bans.size) assert_memory_equal(a->bans.data, b->bans.data, a->bans.size);
    assert_memory_equal(a->set_first.data, b->set_first.data, a->set_first.size);
    assert_int_equal(CIM__COUNT(&a->rules, cim__net_rule), CIM__COUNT(&b->rules, cim__net_rule));
    for (size_t i = 0; i < CIM__COUNT(&a->rules, cim__net_rule); i++) {
        const cim__net_rule *r = &CIM__AT(&a->rules, cim__net_rule, i), *s = &CIM__AT(&b->rules, cim__net_rule, i);
        assert_true(r->object == s->object && r->key == s->key && r->value == s->value && r->except == s->except && r->only == s->only);
    }
}

/* ---- use of a net that may be nonsense: nothing is asserted but that it ends ---- */

static void use(cim_ctx *ctx, cim_net *net, uint64_t *seed)
{
    static const char *const profiles[] = { "car", "emergency", "wheelchair" };
    for (size_t p = 0; p < 3; p++) {
        cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
        cim_net_costs *costs = NULL;
        cim_net_place places[3];
        size_t count = 0;
        options.profile = profiles[p];
        options.time = "2026-01-30T08:00";
        if (cim_net_costs_build(ctx, net, &options, &costs) < 0) continue;
        cim_net_snap_options any = CIM_NET_SNAP_OPTIONS_INIT;
        any.flags = CIM_NET_ANY_PART;
        double x = net->vertex_count ? net->xy[0] : 0.0, y = net->vertex_count ? net->xy[1] : 0.0;
        if (x - x == 0.0 && y - y == 0.0) (void)cim_net_snap(ctx, costs, x, y, &any, 3, places, &count);
        for (size_t i = 0; i + 1 < count; i++) {
            cim_net_route *route = NULL;
            cim_net_place q = { .edge = (uint32_t)(support_random(seed) % net->edge_count), .fraction = 0.5, .directions = 3 };
            if (cim_net_route_find(ctx, costs, &places[i], &places[i + 1], NULL, NULL, &route) == CIM_OK) cim_net_route_free(route);
            if (cim_net_route_find(ctx, costs, &places[i], &q, NULL, NULL, &route) == CIM_OK) cim_net_route_free(route);
        }
        cim_net_costs_free(costs);
    }
}

/* ---- random nets ---- */

enum { NODES = 9, ROUNDS = 500 };

static const char *random_lines(uint64_t *seed)
{
    static const char *const tags[] = { "highway=residential|name=A", "highway=primary|oneway=yes|maxspeed=70", "highway=footway", "highway=service|access=private|name=B",
                                        "highway=residential|maxspeed:conditional=30 @ (22:00-06:00)" };
    static char text[6000];
    char nodes_of[20][3];
    size_t at = 0;
    int ways = 3 + (int)(support_random(seed) % 16);
    for (int i = 0; i < NODES; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "n %c %d %d%s\n", 'a' + i, (int)(support_random(seed) % 400), (int)(support_random(seed) % 400),
                               support_random(seed) % 4 ? "" : " barrier=gate|access=private");
    for (int i = 1; i <= ways; i++) { /* also loops, parallel ways and ways over three nodes */
        char *nodes = nodes_of[i];
        for (int k = 0; k < 3; k++) nodes[k] = (char)('a' + support_random(seed) % NODES);
        at += (size_t)snprintf(text + at, sizeof text - at, "w %d %c,%c,%c %s\n", i, nodes[0], nodes[1], nodes[2], tags[support_random(seed) % 5]);
    }
    for (int i = 1; i <= 40; i++) {
        int from = 1 + (int)(support_random(seed) % (uint64_t)ways), to = 1 + (int)(support_random(seed) % (uint64_t)ways);
        char via = nodes_of[from][support_random(seed) % 2 * 2]; /* an end */
        if (from == to || (via != nodes_of[to][0] && via != nodes_of[to][2])) continue;
        at += (size_t)snprintf(text + at, sizeof text - at, "r %d %d %c %d restriction=%s\n", i, from, via, to, support_random(seed) % 2 ? "no_left_turn|except=psv" : "only_straight_on");
    }
    return text;
}

static void test_net_saved_random(void **state)
{
    uint64_t seed = 20260301;
    uint64_t rules = 0, arcs = 0;
    (void)state;
    for (int round = 0; round < support_rounds(ROUNDS); round++) {
        const char *lines = random_lines(&seed);
        for (uint32_t turns = 0; turns < 2; turns++) {
            street_net n = net_of(lines, turns);
            size_t size;
            uint8_t *bytes = save(n.ctx, n.net, &size);
            cim_net *again = NULL;
            assert_ok(n.ctx, load(n.ctx, bytes, size, n.city, turns, &again));
            assert_same_net(n.net, again);
            assert_int_equal(load(n.ctx, bytes, size, n.city, 1 - turns, &again), CIM_EFORMAT); /* of other turns */
            street_net other = { n.ctx, n.city, again };
            cim_net_costs *a = net_costs(&n, "emergency", "2026-01-30T23:00"), *b = net_costs(&other, "emergency", "2026-01-30T23:00");
            assert_memory_equal(a->weights_ms, b->weights_ms, n.net->arc_count * sizeof(uint32_t));
            assert_memory_equal(a->edge_bits, b->edge_bits, n.net->edge_count);
            for (int i = 0; i < 5; i++) {
                cim_net_place p[3], q[3];
                size_t pc = 0, qc = 0;
                double x = n.net->junction_x[0] + support_uniform(&seed, -200, 200), y = n.net->junction_y[0] + support_uniform(&seed, -200, 200);
                assert_ok(n.ctx, cim_net_snap(n.ctx, a, x, y, NULL, 3, p, &pc));
                assert_ok(n.ctx, cim_net_snap(n.ctx, b, x, y, NULL, 3, q, &qc));
                assert_int_equal(pc, qc);
                for (size_t k = 0; k < pc; k++) assert_true(p[k].edge == q[k].edge && p[k].fraction == q[k].fraction && p[k].directions == q[k].directions);
            }
            rules += CIM__COUNT(&again->rules, cim__net_rule);
            arcs += again->arc_count;
            cim_net_costs_free(a);
            cim_net_costs_free(b);
            cim_net_free(again);
            free(bytes);
            net_done(&n);
        }
    }
    assert_true((int)rules > support_rounds(ROUNDS) && (int)arcs > 10 * support_rounds(ROUNDS)); /* they were nets worth the name */
}

/* ---- damage ---- */

static void test_net_saved_damaged(void **state)
{
    uint64_t seed = 7;
    street_net n = net_of(random_lines(&seed), 1);
    size_t size;
    uint8_t *bytes = save(n.ctx, n.net, &size);
    cim_net *net = NULL;
    (void)state;
    for (size_t i = 0; i < size; i++) { /* every byte: each is under some check sum, or must be zero */
        bytes[i] ^= (uint8_t)(1u << i % 8);
        cim_status st = load(n.ctx, bytes, size, n.city, 1, &net);
        assert_true(st == CIM_DONE || st == CIM_EFORMAT || st == CIM_EVERSION);
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t i = 0; i < size; i += 1 + i / 50) assert_int_not_equal(load(n.ctx, bytes, i, n.city, 1, &net), CIM_OK);
    assert_ok(n.ctx, load(n.ctx, bytes, size, n.city, 1, &net));
    cim_net_free(net);
    free(bytes);
    net_done(&n);
}

/* ---- bytes that somebody made on purpose: the check sums are right ---- */

enum { FORMAT = 2, HEAD = 96, COUNTS = 8, BODY_SUM = 80, HEAD_SUM = 88, MADE_BY = 72 };

static uint64_t word_at(const uint8_t *bytes, size_t at)
{
    uint64_t v;
    memcpy(&v, bytes + at, 8);
    return v;
}

static void seal(uint8_t *bytes, size_t body)
{
    cim__sums sums = CIM__SUMS_START;
    uint64_t *copy = malloc(body + 8), zero = 0, sum;
    memcpy(copy, bytes + HEAD, body);
    cim__sums_add(&sums, copy, body);
    free(copy);
    sum = cim__hash64(&sums, sizeof sums, word_at(bytes, MADE_BY));
    memcpy(bytes + BODY_SUM, &sum, 8);
    memcpy(bytes + HEAD_SUM, &zero, 8);
    sum = cim__hash64(bytes, HEAD, FORMAT);
    memcpy(bytes + HEAD_SUM, &sum, 8);
}

/* Arrays and texts end where the index begins. */
static size_t body_of(const uint8_t *bytes, size_t size)
{
    for (size_t at = HEAD; at + 8 < size; at += 8)
        if (!memcmp(bytes + at, "CIMIDX1", 7)) return at - HEAD;
    return 0;
}

static void test_net_saved_hostile(void **state)
{
    static const uint32_t words[] = { 0, 1, 2, 7, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x40000000, 0x7ff00000, 0x7ff80000 };
    uint64_t seed = 11;
    unsigned accepted = 0, refused = 0;
    (void)state;
    for (int round = 0; round < 12; round++) {
        uint32_t turns = (uint32_t)round % 2;
        street_net n = net_of(random_lines(&seed), turns);
        size_t size, body;
        uint8_t *bytes = save(n.ctx, n.net, &size), *bad = malloc(size);
        assert_true((body = body_of(bytes, size)) > 0);
        memcpy(bad, bytes, size);
        seal(bad, body);
        assert_memory_equal(bad, bytes, size); /* the same sums as the library's */
        for (int i = 0; i < 400; i++) {
            cim_net *net = NULL;
            memcpy(bad, bytes, size);
            for (uint64_t k = 0; k <= support_random(&seed) % 3; k++) {
                size_t at = i % 10 ? HEAD + support_random(&seed) % (body / 4) * 4 : COUNTS + support_random(&seed) % 15 * 4;
                uint32_t value = support_random(&seed) % 2 ? words[support_random(&seed) % (sizeof words / sizeof *words)] : (uint32_t)(support_random(&seed) % 40);
                memcpy(bad + at, &value, 4);
            }
            seal(bad, body);
            cim_status st = load(n.ctx, bad, size, n.city, turns, &net);
            if (st == CIM_OK) {
                accepted++;
                use(n.ctx, net, &seed);
                cim_net_free(net);
            } else {
                refused++;
                assert_true(st == CIM_DONE || st == CIM_EFORMAT || st == CIM_EVERSION || st == CIM_ENOMEM);
            }
        }
        free(bad);
        free(bytes);
        net_done(&n);
    }
    assert_true(accepted > 200 && refused > 200); /* both happen */
}

/* ---- in a city file ---- */

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int blocks_in(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM cache WHERE name LIKE '%net%'", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int count = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return count;
}

static cim_city *open_city(cim_ctx *ctx, const char *path)
{
    cim_city *city = NULL;
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    return city;
}

static void check_opened(cim_ctx *ctx, cim_city *city, const cim_net_options *options)
{
    cim_net *opened = NULL, *built = NULL;
    cim_route_hierarchy *a = NULL, *b = NULL;
    assert_ok(ctx, cim_net_open(ctx, city, options, &opened));
    assert_ok(ctx, cim_net_build(ctx, city, options, &built));
    assert_same_net(built, opened);
    assert_ok(ctx, cim_net_hierarchy(ctx, opened, city, &a));
    cim_route_graph g = cim_net_graph(built);
    assert_ok(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &b));
    assert_memory_equal(cim_route_hierarchy_order(a), cim_route_hierarchy_order(b), g.node_count * sizeof(uint32_t));
    cim_route_hierarchy_free(a);
    cim_route_hierarchy_free(b);
    cim_net_free(opened);
    cim_net_free(built);
}

static void import(cim_ctx *ctx, const char *path, const char *input)
{
    const char *from = support_own(input);
    assert_ok(ctx, cim_import(ctx, path, &from, 1, NULL, NULL));
}

static void test_net_prepare(void **state)
{
    cim_ctx *ctx = support_ctx();
    char path[600];
    size_t findings = 1;
    cim_buf report = CIM_BUF_INIT;
    (void)state;
    snprintf(path, sizeof path, "%s", support_temp("town.cim"));
    import(ctx, path, "town.osm.pbf");
    cim_city *city = open_city(ctx, path);
    for (uint32_t turns = 0; turns < 2; turns++) {
        cim_net_options options = CIM_NET_OPTIONS_INIT;
        options.turns = turns;
        check_opened(ctx, city, &options);
        assert_ok(ctx, cim_net_prepare(ctx, city, &options));
        assert_int_equal(blocks_in(path), 2 + 2 * (int)turns);
        check_opened(ctx, city, &options); /* the city was open all the time */
        assert_status(ctx, cim_net_prepare(ctx, city, &options), CIM_DONE);
    }
    cim_city_free(city);
    city = open_city(ctx, path);
    check_opened(ctx, city, NULL);
    assert_status(ctx, cim_net_prepare(ctx, city, NULL), CIM_DONE);
    assert_ok(ctx, cim_check(ctx, path, 0, &report, &findings));
    assert_int_equal(findings, 0);
    cim_buf_dispose(&report);
    import(ctx, path, "town-v3.gml.gz"); /* the city changes */
    assert_int_equal(blocks_in(path), 0);
    assert_status(ctx, cim_net_prepare(ctx, city, NULL), CIM_EIO); /* it is the city of before */
    cim_city_free(city);
    city = open_city(ctx, path);
    assert_ok(ctx, cim_net_prepare(ctx, city, NULL));
    check_opened(ctx, city, NULL);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

/* Blocks that are none: the net is built, and prepare makes them anew. */
static void test_net_prepare_again(void **state)
{
    static const char *const damages[] = { "UPDATE cache SET data=x'' WHERE name LIKE '%net%'", "UPDATE cache SET data=substr(data,1,5000) WHERE name LIKE '%net%'",
                                           "UPDATE cache SET data='text' WHERE name='net'", "UPDATE cache SET data=(SELECT data FROM cache WHERE name='index') WHERE name LIKE '%net%'",
                                           "DELETE FROM cache WHERE name='hierarchy of net'", "UPDATE cache SET data=data||x'00' WHERE name LIKE '%net%'" };
    cim_ctx *ctx = support_ctx();
    char path[600], sql[400];
    (void)state;
    snprintf(path, sizeof path, "%s", support_temp("again.cim"));
    import(ctx, path, "town.osm.pbf");
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        cim_city *city = open_city(ctx, path);
        assert_ok(ctx, cim_net_prepare(ctx, city, NULL));
        cim_city_free(city);
        snprintf(sql, sizeof sql, "BEGIN; %s; UPDATE meta SET value='%u' WHERE key='change_counter'; COMMIT", damages[i], support_change_counter(path) + 1);
        run_sql(path, sql); /* as if libcim had */
        city = open_city(ctx, path);
        check_opened(ctx, city, NULL);
        cim_city_free(city);
    }
    cim_ctx_free(ctx);
}

static void test_net_prepare_refuses(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_city *city = NULL;
    cim_net *net = NULL;
    cim_route_hierarchy *hierarchy = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    const char *input = support_own("town.osm.pbf");
    char path[600];
    (void)state;
    assert_status(ctx, cim_net_open(ctx, NULL, NULL, &net), CIM_EARG);
    assert_status(ctx, cim_net_prepare(ctx, NULL, NULL), CIM_EARG);
    assert_ok(ctx, cim_city_load(ctx, &input, 1, NULL, &city, NULL));
    options.turns = 2;
    assert_status(ctx, cim_net_open(ctx, city, &options, &net), CIM_EARG);
    assert_status(ctx, cim_net_prepare(ctx, city, &options), CIM_EARG);
    assert_ok(ctx, cim_net_open(ctx, city, NULL, &net));
    assert_status(ctx, cim_net_hierarchy(ctx, NULL, city, &hierarchy), CIM_EARG);
    assert_status(ctx, cim_net_hierarchy(ctx, net, NULL, &hierarchy), CIM_EARG);
    assert_status(ctx, cim_net_prepare(ctx, city, NULL), CIM_EUNSUPPORTED); /* in memory */
    cim_net_free(net);
    cim_city_free(city);
    snprintf(path, sizeof path, "%s", support_temp("others.cim"));
    import(ctx, path, "town.osm.pbf");
    city = open_city(ctx, path);
    run_sql(path, "UPDATE road SET name='x' WHERE id=(SELECT max(id) FROM road)"); /* another program, behind the city's back */
    assert_status(ctx, cim_net_prepare(ctx, city, NULL), CIM_EUNSUPPORTED);
    cim_city_free(city);
    city = open_city(ctx, path);
    assert_status(ctx, cim_net_prepare(ctx, city, NULL), CIM_EUNSUPPORTED);
    assert_int_equal(blocks_in(path), 0);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_saved_random), cmocka_unit_test(test_net_saved_damaged),  cmocka_unit_test(test_net_saved_hostile),
                                        cmocka_unit_test(test_net_prepare),      cmocka_unit_test(test_net_prepare_again), cmocka_unit_test(test_net_prepare_refuses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
