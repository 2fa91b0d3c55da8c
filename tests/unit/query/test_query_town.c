/* Queries on the sample town, against counts that a Python program of a few lines took from town.city.json.gz itself. */
#include "support.h"

#include "cim.h"

static const struct {
    const char *text;
    unsigned count;
} queries[] = {
    { "class = 'Building'", 2387 },
    { "IS_A('Building')", 2504 },
    { "bounded_by.class = 'RoofSurface'", 825 },
    { "class = 'Building' AND bounded_by.class = 'Window'", 12 },
    { "has_part.class = 'BuildingPart'", 57 },
    { "class = 'BuildingPart' AND parent.storeys >= 4", 9 },
    { "heatDemand > 100", 1711 },
    { "class = 'Building' AND NOT heatDemand > 100", 481 },
    { "class = 'Building' AND heatDemand IS NULL", 195 },
    { "district = 'Altstadt' AND energyClass IN ('A', 'B', 'C')", 16 },
    { "district LIKE '%stadt' AND NOT district LIKE '_ltstadt'", 1263 },
    { "ACCENTI(district) = 'Muhlfeld'", 62 },
    { "lastInspection >= DATE('2020-01-01')", 61 },
    { "T_DURING(lastInspection, INTERVAL('2015-01-01', '2019-12-31'))", 70 },
    { "heating.carrier = 'gas' AND heating.installed < 2000", 8 },
    { "class = 'Building' AND attributes.population / attributes.households > 2.5", 900 },
    { "year_built BETWEEN 1900 AND 1950 AND class = 'Building'", 261 },
    { "class = 'Building' AND S_WITHIN(geom, BBOX(505800, 5382900, 506200, 5383200))", 217 },
    { "class = 'Building' AND S_WITHIN(geom, BBOX(506500, 5383000, 507000, 5383500))", 147 },
};

static void test_query_town(void **state)
{
    const char *path = support_temp("town.cim"), *inputs[] = { support_own("town.city.json.gz") };
    cim_import_options opts = CIM_IMPORT_OPTIONS_INIT;
    cim_ctx *ctx = support_ctx();
    cim_city *city = NULL;
    unsigned wrong = 0;
    (void)state;
    assert_ok(ctx, cim_import(ctx, path, inputs, 1, &opts, NULL));
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        cim_query_result r = CIM_QUERY_RESULT_INIT;
        assert_ok(ctx, cim_query_run(ctx, city, queries[i].text, NULL, &r));
        if (r.matched != queries[i].count) print_error("%s: %u, not %u\n", queries[i].text, (unsigned)r.matched, queries[i].count), wrong++;
        cim_query_result_dispose(&r);
    }
    assert_int_equal(wrong, 0);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_query_town) };
    return cmocka_run_group_tests_name("query/town", tests, NULL, NULL);
}
