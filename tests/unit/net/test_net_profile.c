/* test_net_profile.c - profiles as text: the same as those compiled in, and what is refused. */
#include "nets.h"

#include <stdio.h>
#include <stdlib.h>

static char *text_of(const char *name)
{
    char path[700];
    const char *source = getenv("CIM_SOURCE");
    snprintf(path, sizeof path, "%s/lib/net/profiles/%s.def", source ? source : ".", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = calloc(1, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 100);
    fclose(f);
    return text;
}

/* Every profile of the library, read from its file, costs the sample town the same. */
static void test_net_profile_same(void **state)
{
    const char *path = support_own("town.osm.pbf");
    street_net n = { .ctx = support_ctx() };
    (void)state;
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, NULL, &n.net));
    for (uint32_t p = 0; cim_net_profile(p); p++) {
        cim_net_costs *a = net_costs(&n, cim_net_profile(p), NULL), *b = NULL;
        cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
        char *text = text_of(cim_net_profile(p));
        options.profile = "not looked at";
        options.profile_text = text;
        assert_ok(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &b));
        free(text);
        assert_memory_equal(a->weights_ms, b->weights_ms, n.net->arc_count * sizeof(uint32_t));
        assert_memory_equal(a->link_rules, b->link_rules, 2 * (size_t)n.net->edge_count * sizeof(uint32_t));
        assert_memory_equal(a->junction_ms, b->junction_ms, n.net->junction_count * sizeof(uint32_t));
        cim_net_costs_free(a);
        cim_net_costs_free(b);
    }
    net_done(&n);
}

#define TOP "NUMBER(\"top_kmh\", 50)"

static void test_net_profile_refused(void **state)
{
    static const char *const bad[] = {
        "", " /* nothing */ ", TOP, "KEY(\"access\")", "KEY(\"access\") NUMBER(\"top_kmh\", 0)", "KEY(\"access\") " TOP " /* no end", "KEY(\"access\") " TOP " /*/",
        "KEY(\"\") " TOP, "KEY(access) " TOP, "KEY(\"access\" " TOP, "KEY \"access\") " TOP, "key(\"access\") " TOP, "LOCK(\"access\") " TOP, "KEY(\"access) " TOP, "KEY(\"acc\ness\") " TOP,
        "KEY(\"access\") SPEED(\"primary\") " TOP, "KEY(\"access\") SPEED(\"primary\", -1) " TOP, "KEY(\"access\") SPEED(\"primary\", nan) " TOP,
        "KEY(\"access\") SPEED(\"primary\", 1e400) " TOP, "KEY(\"access\") SPEED(\"primary\", 1001) " TOP, "KEY(\"access\") SPEED(\"primary\", SHUT) " TOP,
        "KEY(\"access\") CAP(\"surface\", 10) " TOP, "KEY(\"access\") CAP(\"=sand\", 10) " TOP, "KEY(\"access\") NODE(\"barrier=\", SHUT) " TOP, "KEY(\"access\") NODE(\"barrier=gate\", AJAR) " TOP,
        "KEY(\"access\") VALUE(\"no\", 7) " TOP, "KEY(\"access\") VALUE(\"no\", 0.5) " TOP, "KEY(\"access\") VALUE(\"no\", WALL) " TOP, "KEY(\"access\") NUMBER(\"top\", 5) " TOP,
        "KEY(\"access\") NUMBER(\"turn_s\", SHUT) " TOP, "KEY(\"access\") PRICE(\"oneway\", 2) " TOP, "KEY(\"access\") PRICE(\"way\", 2, 2) " TOP, "KEY(\"access\") NUMBER(\"heed_limit\", 1) " TOP,
        "KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")KEY(\"a\")" TOP,
        "KEY(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\") " TOP,
    };
    street_net n = net_of("n a 0 0\nn b 100 0\nw 1 a,b\n", 0);
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.profile_text = bad[i];
        if (cim_net_costs_build(n.ctx, n.net, &options, &costs) != CIM_EFORMAT) print_message("%s\n", bad[i]);
        assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_EFORMAT);
        assert_null(costs);
    }
    options.profile_text = "KEY(\"access\")\n/* two\nlines */ SPEED(\"primary\" 5)";
    assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(n.ctx), "line 3"));
    char *long_text = malloc((1 << 20) + 2);
    memset(long_text, ' ', (1 << 20) + 1);
    long_text[(1 << 20) + 1] = 0;
    options.profile_text = long_text;
    assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_ELIMIT);
    free(long_text);
    net_done(&n);
}

/* Every prefix and every text with one byte changed is taken or refused, and nothing else. */
static void test_net_profile_hostile(void **state)
{
    street_net n = net_of("n a 0 0\nn b 100 0\nw 1 a,b\n", 0);
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    char *text = text_of("emergency"), *copy = malloc(1 << 16);
    size_t size = strlen(text);
    uint64_t seed = 11;
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        cim_net_costs *costs = NULL;
        memcpy(copy, text, size + 1);
        size_t at = support_random(&seed) % size;
        copy[at] = i & 1 ? 0 : (char)(support_random(&seed) % 256);
        options.profile_text = copy;
        cim_status st = cim_net_costs_build(n.ctx, n.net, &options, &costs);
        assert_true(st == CIM_OK || st == CIM_EFORMAT);
        cim_net_costs_free(costs);
    }
    free(text);
    free(copy);
    net_done(&n);
}

static void test_net_profile_own(void **state)
{
    street_net n = net_of("n a 0 0\nn b 100 0\nn c 200 0\nw 1 a,b highway=primary\nw 2 b,c highway=trail|maxspeed=5\n", 0);
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    (void)state;
    options.profile_text = "KEY(\"access\") SPEED(\"primary\", 36) SPEED(\"*\", 18) NUMBER(\"top_kmh\", 30) NUMBER(\"heed_limit\", 2) NUMBER(\"limit_factor\", 1)";
    assert_ok(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs));
    assert_true(costs->link_kmh[2 * net_place(&n, costs, 1).edge] == 30.0f);
    assert_true(costs->link_kmh[2 * net_place(&n, costs, 2).edge] == 5.0f);
    cim_net_costs_free(costs);
    net_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_profile_same), cmocka_unit_test(test_net_profile_refused), cmocka_unit_test(test_net_profile_hostile), cmocka_unit_test(test_net_profile_own) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
