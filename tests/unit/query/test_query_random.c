/* Random queries over a random city: any plan must give what a naive evaluation gives.
 *
 * The evaluator of random_naive.c shares nothing with the library: it works on the test's own tables, with the C library's calendar,
 * GEOS' plain predicates on the WKT, and a recursive LIKE.  Coordinates lie on a small grid so that geometries touch, coincide and
 * contain each other. */
#include "random.h"

enum { QUERIES = 3000 };

static char text[20000];

static void number_things(cim_ctx *ctx, cim_city *city)
{
    for (int i = 0; i < OBJECTS; i++) {
        size_t count;
        assert_ok(ctx, cim_city_find(ctx, city, things[i].gid, &things[i].number, 1, &count));
        assert_string_equal(cim_city_layer(city, things[i].number), things[i].layer);
    }
}

static bool contains(const cim_query_result *r, uint32_t number)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->ids[i] == number) return true;
    return false;
}

static unsigned telling; /* queries that found some objects and not all */

static void check_query(cim_ctx *ctx, cim_city *city, const node *n, unsigned *compared)
{
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    bool expected[OBJECTS];
    size_t count = 0;
    for (int i = 0; i < OBJECTS; i++) count += expected[i] = evaluate(n, i) == YES;
    if (overflow) return;
    cim_status st = cim_query_run(ctx, city, text, NULL, &r);
    if (st != CIM_OK) print_error("%s\n%s\n", text, cim_ctx_error(ctx));
    assert_ok(ctx, st);
    for (int i = 0; i < OBJECTS; i++) {
        if (expected[i] == contains(&r, things[i].number)) continue;
        print_error("query %s\nobject %s %s %s\n%s %s valid %s..%s\nexpected %d\n", text, things[i].gid, things[i].class_name, things[i].wkt, things[i].json,
                    things[i].columns, things[i].valid_from, things[i].valid_to, expected[i]);
        fail();
    }
    assert_int_equal(r.count, count);
    assert_int_equal(r.matched, count);
    for (size_t i = 1; i < r.count; i++) assert_true(r.ids[i - 1] < r.ids[i]);
    cim_query_result_dispose(&r);
    ++*compared;
    telling += count > 0 && count < OBJECTS;
}

static void test_query_random(void **state)
{
    const char *file = support_temp("random.cim");
    cim_ctx *ctx = support_ctx();
    unsigned compared = 0;
    (void)state;
    if (getenv("CIM_TEST_SEED")) random_seed = strtoull(getenv("CIM_TEST_SEED"), NULL, 10);
    geos = GEOS_init_r();
    reader = GEOSWKTReader_create_r(geos);
    make_city(file);
    cim_city *city = support_open(ctx, file);
    number_things(ctx, city);
    for (int q = 0; q < QUERIES; q++) {
        node *n = random_truth(3);
        print_query(n, text, sizeof text);
        overflow = false;
        check_query(ctx, city, n, &compared);
        forget_nodes();
    }
    print_message("# %u of %d random queries compared, %u found some objects\n", compared, QUERIES, telling);
    assert_true(compared > 2000 && telling > 1000);
    cim_city_free(city);
    for (int i = 0; i < OBJECTS; i++)
        if (things[i].geom) GEOSGeom_destroy_r(geos, things[i].geom);
    GEOSWKTReader_destroy_r(geos, reader);
    GEOS_finish_r(geos);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_query_random) };
    return cmocka_run_group_tests_name("query/random", tests, NULL, NULL);
}
