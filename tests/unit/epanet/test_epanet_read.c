/* Lines, words, sections, units and states of EPANET files, against tables written by hand after the manual. */
#include "support.h"

#include "epanet/epanet.h"

#include <math.h>
#include <stdio.h>

static cim_status fault(cim_ctx *ctx, void *user, uint32_t line, const char *what)
{
    (void)user;
    return cim__fail(ctx, CIM_EFORMAT, "%u: %s", line, what);
}
static void warning(void *user, uint32_t line, const char *what)
{
    unsigned *count = user;
    (void)line, (void)what;
    ++*count;
}
static cim_status tick(cim_ctx *ctx, void *user)
{
    (void)ctx, (void)user;
    return CIM_OK;
}

static void read_text(cim_ctx *ctx, const char *text, cim__epa_net *net, unsigned *warnings)
{
    const cim__epa_listener listener = { fault, warning, tick, warnings };
    cim__enter(ctx);
    assert_ok(ctx, cim__epa_read(ctx, cim__str_of(text), &listener, net));
}

static void test_words(void **state)
{
    static const struct {
        const char *line, *words[4], *comment;
    } cases[] = {
        { " J1 \t 700;  low  ", { "J1", "700" }, "low" },
        { "\"a b\" 1", { "a b", "1" }, "" },
        { "\"a b", { "a b" }, "" },
        { "\"\" x", { "", "x" }, "" },
        { "a\"b c\"", { "a\"b", "c\"" }, "" },
        { "; only this", { NULL }, "only this" },
        { "x;\"y;z", { "x" }, "\"y;z" },
        { "\xef\xbb\xbf[TITLE]", { "[TITLE]" }, "" },
        { "a\rb", { "a", "b" }, "" },
        { "", { NULL }, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cim__epa_line line = { .section = CIM__EPA_NONE };
        size_t k = 0;
        cim__epa_split(cim__str_of(cases[i].line), 0, &line);
        for (; k < 4 && cases[i].words[k]; k++) assert_true(k < line.count && cim__str_is(line.tokens[k], cases[i].words[k]));
        assert_int_equal(line.count, k);
        assert_true(cim__str_is(line.comment, cases[i].comment));
    }
}

static void test_sections(void **state)
{
    static const char text[] = "before\n[jun\n[JUNC]\r\nx\n  [Junctions and more]\n[VERT\n[SUBWAYS]\ny\n[TIMES] now\n[END]\n[PIPES]\nz";
    static const cim__epa_section wanted[] = { CIM__EPA_NONE, CIM__EPA_NONE, CIM__EPA_JUNCTIONS, CIM__EPA_JUNCTIONS, CIM__EPA_JUNCTIONS, CIM__EPA_VERTICES, CIM__EPA_NONE, CIM__EPA_NONE,
                                               CIM__EPA_TIMES, CIM__EPA_END, CIM__EPA_AFTER, CIM__EPA_AFTER };
    cim__epa_line line = { .section = CIM__EPA_NONE };
    size_t n = 0;
    (void)state;
    for (; cim__epa_next(cim__str_of(text), &line); n++) {
        assert_true(n < 12);
        assert_int_equal(line.section, wanted[n]);
        assert_int_equal(line.number, n + 1);
    }
    assert_int_equal(n, 12);
}

/* Cubic metres a second of each unit, from the definitions of foot, gallons and acre (43,560 square feet). */
static void test_units(void **state)
{
    static const double foot = 0.3048, us_gallon = 0.003785411784, gallon = 0.00454609, day = 86400.0;
    const struct {
        const char *name;
        double cubic_m;
        bool us;
    } cases[] = { { "CFS", foot * foot * foot, true }, { "gpm", us_gallon / 60.0, true }, { "MGD", 1e6 * us_gallon / day, true }, { "IMGD", 1e6 * gallon / day, true },
                  { "AFD", 43560.0 * foot * foot * foot / day, true }, { "LPS", 1e-3, false }, { "LPM", 1e-3 / 60.0, false }, { "MLD", 1e3 / day, false }, { "CMH", 1.0 / 3600.0, false },
                  { "CMD", 1.0 / day, false }, { "CMS", 1.0, false } };
    (void)state;
    cim_ctx *ctx = support_ctx();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        unsigned warnings = 0;
        cim__epa_net net;
        snprintf(text, sizeof text, "[OPTIONS]\nUnits %s\nDemand Multiplier 2\n[JUNCTIONS]\nA 10 3\n[TANKS]\nT 10 1 1 1 20\n[PIPES]\nP A T 100 10 100\n[END]\n", cases[i].name);
        read_text(ctx, text, &net, &warnings);
        assert_int_equal(warnings, 0);
        assert_true(fabs(cim__epa_demand_lps(&net, cim__epa_node(&net, 0)) / (6e3 * cases[i].cubic_m) - 1.0) < 1e-14);
        assert_true(cim__epa_m(&net.units) == (cases[i].us ? foot : 1.0) && cim__epa_mm(&net.units) == (cases[i].us ? 25.4 : 1.0));
        cim__epa_free(&net);
    }
    cim_ctx_free(ctx);
}

/* Demands, kinds, states: what EPANET makes of rows that say the same in several ways. */
static void test_values(void **state)
{
    static const char text[] =
        "[STATUS]\n P3 Closed\n V1 Closed\n V2 10\n U1 0\n U2 1.1\n P5 P7 Closed\n G 3\n"
        "[PIPES]\n P1 A B 1 1 1 CV\n P2 A B 1 1 1 0.5 CLOSED\n P3 A B 1 1 1 0 Open\n P4 A B\n P5 A B 1 1 1\n P6 A B 1 1 1\n P8 A B 1 1 1\n"
        "[PUMPS]\n U1 A B HEAD C\n U2 A B POWER 10\n U3 A B SPEED 0 HEAD C\n U4 A B 10 20 30\n"
        "[VALVES]\n V1 A B 1 TCV 0\n V2 A B 1 prv 0\n G A B 1 GPV C\n"
        "[DEMANDS]\n B 5 ;first\n B 2.5\n R 9\n"
        "[JUNCTIONS]\n A 1 10\n B 2 100\n C 3\n D\n"
        "[RESERVOIRS]\n R 50\n[TANKS]\n T 1 2 3 4 5\n N 1 2 3 4 0\n Q 70\n"
        "[CURVES]\nC 1 2\n[COORDINATES]\n A 1 2\n A 3 4\n nobody 1 1\n";
    static const double demands[] = { 10, 7.5, 0, 0 };
    static const uint8_t kinds[] = { CIM__EPA_JUNCTION, CIM__EPA_JUNCTION, CIM__EPA_JUNCTION, CIM__EPA_JUNCTION, CIM__EPA_RESERVOIR, CIM__EPA_TANK, CIM__EPA_TANK, CIM__EPA_RESERVOIR };
    static const uint8_t states[] = { CIM__EPA_OPEN, CIM__EPA_CLOSED, CIM__EPA_CLOSED, CIM__EPA_OPEN, CIM__EPA_CLOSED, CIM__EPA_CLOSED, CIM__EPA_OPEN,
                                      CIM__EPA_CLOSED, CIM__EPA_OPEN, CIM__EPA_CLOSED, CIM__EPA_OPEN, CIM__EPA_CLOSED, CIM__EPA_ACTIVE, CIM__EPA_OPEN };
    static const bool with[] = { true, false, false, false, false, false, false, true, true, true, true, false, true, false };
    cim_ctx *ctx = support_ctx();
    cim__epa_net net;
    unsigned warnings = 0;
    (void)state;
    read_text(ctx, text, &net, &warnings);
    assert_int_equal(warnings, 2); /* a place of nobody, no [END] */
    assert_int_equal(cim__epa_node_count(&net), 8);
    assert_int_equal(cim__epa_link_count(&net), 14);
    for (size_t i = 0; i < 8; i++) assert_int_equal(cim__epa_node(&net, i)->kind, kinds[i]);
    for (size_t i = 0; i < 4; i++) assert_true(cim__epa_node(&net, i)->demand == demands[i]);
    for (size_t i = 0; i < 14; i++) {
        assert_int_equal(cim__epa_link(&net, i)->state, states[i]);
        assert_int_equal(cim__epa_flows_with(&net, cim__epa_link(&net, i)), with[i]);
    }
    assert_true(cim__epa_link(&net, 3)->length == 330.0 && cim__epa_link(&net, 3)->diameter == 10.0); /* EPANET's defaults */
    assert_true(cim__epa_node(&net, 0)->x == 3.0 && cim__epa_node(&net, 0)->y == 4.0);                 /* the last one counts */
    assert_true(cim__epa_node(&net, 5)->diameter == 5.0 && isnan(cim__epa_node(&net, 6)->diameter));
    cim__epa_free(&net);
    cim_ctx_free(ctx);
}

static void test_gids(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__buf gid = cim__buf_on(ctx->mem);
    (void)state;
    cim__epa_put_gid(&gid, CIM__STR("inp:t/"), true, CIM__STR("a#1 %\xc3\xa9"));
    assert_true(cim__str_is(cim__buf_str(&gid), "inp:t/link/a%231%20%25\xc3\xa9"));
    cim__buf_free(&gid);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_sections), cmocka_unit_test(test_units), cmocka_unit_test(test_values), cmocka_unit_test(test_gids) };
    return cmocka_run_group_tests_name("epanet/read", tests, NULL, NULL);
}
