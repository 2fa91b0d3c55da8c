/* Every allocation fails once, and from there on: a query then fails with CIM_ENOMEM and leaves nothing behind. */
#include "small.h"

#include <limits.h>

enum { STEPS_MAX = 4000 };

typedef cim_status (*work_fn)(cim_ctx *ctx, cim_city *city, int i);

static cim_status run_one(cim_ctx *ctx, cim_city *city, int i)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    if (i % 3 == 1) opts.sort = "located_in.name";
    if (i % 3 == 2) opts.at = "2000";
    cim_status st = cim_query_run(ctx, city, small_queries[i].text, &opts, &r);
    cim_query_result_dispose(&r);
    return st;
}

static cim_status explain_one(cim_ctx *ctx, cim_city *city, int i)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_explain(ctx, city, small_queries[i].text, NULL, &json);
    cim_buf_dispose(&json);
    return st;
}

static cim_status values(cim_ctx *ctx, cim_city *city, int i)
{
    static const char *const names[] = { "id", "name", "located_in.name", "tags", "address.city", "geom", "has_part.id", "note" };
    cim_buf json = CIM_BUF_INIT;
    uint32_t ids[SMALL_COUNT];
    (void)i;
    for (uint32_t n = 0; n < SMALL_COUNT; n++) ids[n] = n + 1; /* an import counts from 1 */
    cim_status st = cim_query_values(ctx, city, ids, SMALL_COUNT, names, 8, &json);
    cim_buf_dispose(&json);
    return st;
}

static cim_status degrees(cim_ctx *ctx, cim_city *city, int i)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    (void)i;
    opts.epsg = 4326;
    cim_status st = cim_query_run(ctx, city, "S_WITHIN(geom, BBOX(8.99, 48.7, 9.1, 48.8)) OR S_DWITHIN(geom, POINT(9 48), 5, km)", &opts, &r);
    cim_query_result_dispose(&r);
    return st;
}

static unsigned long faults;

/* A city that has loaded nothing yet, so that what is loaded on first use fails as well. */
static bool step(const char *path, work_fn work, int i, long n, bool persistent)
{
    support_fault fault = { LONG_MAX, persistent, false, 0 };
    cim_ctx *ctx = support_fault_ctx(&fault, 1);
    cim_city *city = NULL;
    assert_non_null(ctx);
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    fault.left = n;
    cim_status st = work(ctx, city, i);
    bool hit = fault.hit;
    if (st != CIM_OK && st != CIM_ENOMEM) print_error("%s, allocation %ld: %s\n", small_queries[i].text, n, cim_ctx_error(ctx));
    assert_true(st == CIM_OK || (hit && st == CIM_ENOMEM));
    if (persistent && hit) assert_int_equal(st, CIM_ENOMEM);
    fault.left = LONG_MAX;
    fault.hit = fault.persistent = false;
    if (hit) assert_ok(ctx, work(ctx, city, i)); /* the city is still good */
    cim_city_free(city);
    cim_ctx_free(ctx);
    if (fault.live) print_error("%s, allocation %ld: %ld blocks are left\n", small_queries[i].text, n, fault.live);
    assert_int_equal(fault.live, 0);
    faults += hit;
    return hit;
}

static void loop(const char *path, work_fn work, int i)
{
    for (int persistent = 0; persistent <= (i % 4 == 0); persistent++) {
        long n = 0;
        while (step(path, work, i, n, persistent)) assert_true(++n < STEPS_MAX);
    }
}

static void test_query_faults(void **state)
{
    const char *path = small_city("faults.cim");
    (void)state;
    for (int i = 0; i < SMALL_QUERIES; i++) {
        loop(path, run_one, i);
        if (i % 5 == 0) loop(path, explain_one, i);
    }
    loop(path, values, 0);
    loop(path, degrees, 0);
    print_message("# %lu failed allocations\n", faults);
    assert_true(faults > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_query_faults) };
    return cmocka_run_group_tests_name("query/faults", tests, NULL, NULL);
}
