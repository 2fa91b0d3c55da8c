/* What is wrong in EPANET files: told with file and line, nothing is imported, and the city is as it was; with KEEP_GOING the row is
 * refused and counted. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A network of two junctions, a reservoir and two links; %s are places for what is wrong. */
#define GOOD "[JUNCTIONS]\nA 1 2 P\nB 1\n[RESERVOIRS]\nR 9\n[PIPES]\nP1 R A 10 10 100\nP2 A B 10 10 100\n[PATTERNS]\nP 1 2\n[CURVES]\nC 1 2\n"
enum { GOOD_LINES = 12 };

static const struct {
    const char *more; /* behind GOOD; the fault is on its last line */
    const char *reason;
} cases[] = {
    { "[JUNCTIONS]\nA 5", "JUNCTIONS A: this name is on line 2 already" },
    { "[TANKS]\nA 5", "TANKS A: this name is on line 2 already" },
    { "[PIPES]\nP1 A B 1 1 1", "PIPES P1: this name is on line 7 already" },
    { "[PUMPS]\nP2 A B POWER 1", "this name is on line 8 already" },
    { "[JUNCTIONS]\nC x", "JUNCTIONS C: elevation \"x\" is not a number" },
    { "[JUNCTIONS]\nC nan", "is not a number" },
    { "[JUNCTIONS]\nC 1 inf", "demand \"inf\" is not a number" },
    { "[JUNCTIONS]\nC 1 1e999", "is not a number" },
    { "[JUNCTIONS]\nC 1 0x10", "is not a number" },
    { "[JUNCTIONS]\nC 1,5", "is not a number" },
    { "[JUNCTIONS]\nC 1 2 Q", "there is no pattern \"Q\"" },
    { "[JUNCTIONS]\n\"\" 1 2", "an empty name" },
    { "[RESERVOIRS]\nS", "RESERVOIRS S: 1 words where at least 2 are needed" },
    { "[TANKS]\nT 1 2 3 4", "5 words where at least 6 are needed" },
    { "[TANKS]\nT 1 2 3 -4 5", "maximum level \"-4\" is negative" },
    { "[TANKS]\nT 1 2 3 4 5 6 Q", "there is no curve \"Q\"" },
    { "[PIPES]\nP3 A", "2 words where at least 3 are needed" },
    { "[PIPES]\nP3 A Z 1 1 1", "PIPES P3: node \"Z\" is not defined" },
    { "[PIPES]\nP3 A A 1 1 1", "both ends are the same node" },
    { "[PIPES]\nP3 A B 0 1 1", "length \"0\" is not above 0" },
    { "[PIPES]\nP3 A B 1 -1 1", "diameter \"-1\" is not above 0" },
    { "[PIPES]\nP3 A B 1 1 1 0 Ajar", "status \"Ajar\" is none of OPEN, CLOSED, CV" },
    { "[PIPES]\nP3 A B 1 1 1 Ajar", "minor loss \"Ajar\" is not a number" },
    { "[PUMPS]\nU A B HEAD Q", "there is no curve \"Q\"" },
    { "[PUMPS]\nU A B FORCE 1", "\"FORCE\" is none of POWER, HEAD, PATTERN, SPEED" },
    { "[VALVES]\nV A B 1", "4 words where at least 5 are needed" },
    { "[VALVES]\nV A B 1 XYZ 1", "type \"XYZ\" is none of PRV" },
    { "[VALVES]\nV R B 1 PRV 1", "a PRV next to a reservoir or tank" },
    { "[VALVES]\nV A B 1 GPV Q", "there is no curve \"Q\"" },
    { "[DEMANDS]\nZ 1", "DEMANDS: there is no node \"Z\"" },
    { "[DEMANDS]\nA", "1 words where at least 2 are needed" },
    { "[DEMANDS]\nA much", "demand \"much\" is not a number" },
    { "[STATUS]\nZ Open", "STATUS: there is no link \"Z\"" },
    { "[STATUS]\nP1 Ajar", "setting \"Ajar\" is not a number" },
    { "[STATUS]\nP1 -1", "setting \"-1\" is negative" },
    { "[EMITTERS]\nZ 1", "there is no node \"Z\"" },
    { "[EMITTERS]\nA -1", "is negative" },
    { "[QUALITY]\nZ 1", "there is no node \"Z\"" },
    { "[SOURCES]\nA MASS lots", "quality \"lots\" is not a number" },
    { "[MIXING]\nZ MIXED", "there is no node \"Z\"" },
    { "[LEAKAGE]\nZ 1 1", "there is no link \"Z\"" },
    { "[COORDINATES]\nA 1", "2 words where at least 3 are needed" },
    { "[COORDINATES]\nA 1 east", "y \"east\" is not a number" },
    { "[COORDINATES]\nA 1e14 1", "no place in EPSG:25832 is at these coordinates" },
    { "[COORDINATES]\nA 1 2\nR 2 3\n[VERTICES]\nP1 1e14 1", "VERTICES P1: no place" },
    { "[TAGS]\nTHING A x", "\"THING\" is not what EPANET takes here" },
    { "[PATTERNS]\nP 1 x", "value \"x\" is not a number" },
    { "[PATTERNS]\nP", "1 words where at least 2 are needed" },
    { "[CURVES]\nC 1", "2 words where at least 3 are needed" },
    { "[CONTROLS]\nLINK Z OPEN AT TIME 1", "there is no link \"Z\"" },
    { "[CONTROLS]\nLINK P1 OPEN AT TIME noon", "\"noon\" is not what EPANET takes here" },
    { "[CONTROLS]\nLINK P1 OPEN IF NODE Z ABOVE 1", "there is no node \"Z\"" },
    { "[CONTROLS]\nLINK P1 OPEN IF NODE A NEAR 1", "\"NEAR\" is not what" },
    { "[CONTROLS]\nLINK P1 OPEN", "3 words where at least 6 are needed" },
    { "[TIMES]\nDuration 0:00:00:00", "TIMES: \"0:00:00:00\" is not a time" },
    { "[TIMES]\nDuration", "1 words where at least 2 are needed" },
    { "[TIMES]\nEternity 1", "\"Eternity\" is not what EPANET takes here" },
    { "[TIMES]\nStatistic MEDIAN", "\"MEDIAN\" is not what" },
    { "[OPTIONS]\nUNITS BARRELS", "UNITS \"BARRELS\" is none of CFS" },
    { "[OPTIONS]\nHEADLOSS X-Y", "HEADLOSS \"X-Y\" is none of" },
    { "[OPTIONS]\nViscosity thick", "value \"thick\" is not a number" },
    { "[OPTIONS]\nDemand Multiplier x", "MULTIPLIER \"x\" is not a number" },
    { "[OPTIONS]\nSpecific Gravity x", "value \"x\" is not a number" },
    { "[ENERGY]\nGlobal Price", "2 words where at least 3 are needed" },
    { "[REACTIONS]\nGlobal Bulk x", "value \"x\" is not a number" },
    { "[SUBCATCHMENTS]", "this is an input file of SWMM" },
};

/* support_temp() remembers eight names only. */
static const char *kept_path(const char *name)
{
    static char paths[8][600];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s", support_temp(name));
    return path;
}

static unsigned lines_of(const char *text)
{
    unsigned n = 1;
    for (; *text; text++) n += *text == '\n';
    return n;
}

static cim_status import_text(cim_ctx *ctx, const char *city, const char *text, size_t size, uint32_t flags, cim_buf *report)
{
    cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
    const char *path = support_temp("case.inp");
    options.epsg = 25832;
    options.flags = flags;
    support_write(path, text, size);
    return cim_import(ctx, city, &path, 1, &options, report);
}

static void refuse(cim_ctx *ctx, const char *city, const char *text, unsigned line, const char *reason)
{
    char place[40];
    snprintf(place, sizeof place, "case.inp:%u: ", line);
    assert_status(ctx, import_text(ctx, city, text, strlen(text), 0, NULL), CIM_EFORMAT);
    bool right = strstr(cim_ctx_error(ctx), place) && strstr(cim_ctx_error(ctx), reason);
    if (!right) print_error("%s, not %s%s\n%s\n", cim_ctx_error(ctx), place, reason, text);
    assert_true(right);
}

static void test_refused(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *city = kept_path("city.cim");
    size_t before = 0, after = 0;
    (void)state;
    assert_ok(ctx, import_text(ctx, city, GOOD, strlen(GOOD), 0, NULL));
    char *was = support_read(city, &before);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000];
        snprintf(text, sizeof text, "%s%s\n[END]\n", GOOD, cases[i].more);
        refuse(ctx, city, text, GOOD_LINES + lines_of(cases[i].more), cases[i].reason);
    }
    char *is = support_read(city, &after);
    assert_int_equal(before, after);
    assert_memory_equal(was, is, before);
    free(was);
    free(is);
    cim_ctx_free(ctx);
}

static void test_incomplete(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *city = kept_path("none.cim");
    (void)state;
    refuse(ctx, city, "[TITLE]\nnothing\n[RESERVOIRS]\nR 1\n[END]\n", 5, "there is no junction: section [JUNCTIONS] is missing or empty");
    refuse(ctx, city, "[JUNCTIONS]\nA 1\nB 1\n[PIPES]\nP A B 1 1 1\n[END]\n", 6, "there is neither a reservoir nor a tank");
    refuse(ctx, city, "[PIPES]\nP A B 1 1 1\n[RESERVOIRS]\nR 1\n[JUNCTIONS]\nA 1\n[END]\n", 2, "node \"B\" is not defined");
    cim_ctx_free(ctx);
}

/* The same cases, but the good rows are imported: the report says which were not. */
static void test_keep_going(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000], place[40];
        cim_buf report = CIM_BUF_INIT;
        const char *city = support_temp("keep.cim");
        if (!strcmp(cases[i].more, "[SUBCATCHMENTS]")) continue; /* another format altogether */
        remove(city);
        snprintf(text, sizeof text, "%s%s\n[END]\n", GOOD, cases[i].more);
        assert_status(ctx, import_text(ctx, city, text, strlen(text), CIM_IMPORT_KEEP_GOING, &report), CIM_DONE);
        snprintf(place, sizeof place, "case.inp:%u: refused: ", GOOD_LINES + lines_of(cases[i].more));
        bool right = strstr(report.data, place) && strstr(report.data, "\"status\":\"partial\"") && strstr(report.data, "\"unaccounted\":0") &&
                     (strstr(cases[i].reason, "no place") || strstr(report.data, "\"reasons\":{\"refused\":1}"));
        if (!right) print_error("%s\n%s\n", cases[i].more, report.data);
        assert_true(right);
        cim_city *opened = NULL;
        assert_ok(ctx, cim_city_open(ctx, city, NULL, &opened));
        assert_true(cim_city_max_id(opened) >= 6); /* three nodes, two pipes, the network */
        cim_city_free(opened);
        cim_buf_dispose(&report);
    }
    cim_ctx_free(ctx);
}

/* A link to a node that was refused is refused as well. */
static void test_keep_going_follows(void **state)
{
    static const char text[] = "[JUNCTIONS]\nA 1\nB x\n[RESERVOIRS]\nR 1\n[PIPES]\nP A R 1 1 1\nQ A B 1 1 1\n[END]\n";
    cim_ctx *ctx = support_ctx();
    cim_buf report = CIM_BUF_INIT;
    (void)state;
    assert_status(ctx, import_text(ctx, support_temp("follow.cim"), text, strlen(text), CIM_IMPORT_KEEP_GOING, &report), CIM_DONE);
    assert_non_null(strstr(report.data, "node \\\"B\\\" was refused"));
    assert_non_null(strstr(report.data, "\"objects\":4"));
    cim_buf_dispose(&report);
    cim_ctx_free(ctx);
}

static void test_bytes(void **state)
{
    enum { LONG = 10000000 };
    cim_ctx *ctx = support_ctx();
    const char *city = kept_path("bytes.cim");
    char *text = malloc(LONG + 100);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG + 100);
    memcpy(text, GOOD, strlen(GOOD));
    assert_status(ctx, import_text(ctx, city, text, LONG, 0, NULL), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), "case.inp:13: the line is longer than 65536 bytes"));
    text[strlen(GOOD) + 5] = 0;
    assert_status(ctx, import_text(ctx, city, text, strlen(GOOD) + 20, 0, NULL), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), "case.inp:13: a NUL byte: this is no text"));
    free(text);
    cim_ctx_free(ctx);
}

/* Another format is no matter of rows; ranges of names are compared up to a limit. */
static void test_limits(void **state)
{
    enum { LINKS = 30000, RANGES = 3000 };
    cim_ctx *ctx = support_ctx();
    const char *city = kept_path("limits.cim"), *swmm = "[JUNCTIONS]\nA 1\n[CONDUITS]\n";
    size_t size = 0, room = (LINKS + RANGES) * 40;
    char *text = malloc(room);
    (void)state;
    assert_non_null(text);
    assert_status(ctx, import_text(ctx, city, swmm, strlen(swmm), CIM_IMPORT_KEEP_GOING, NULL), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), "case.inp: line 3: this is an input file of SWMM"));
    size += (size_t)snprintf(text, room, "[JUNCTIONS]\nA 1\n[RESERVOIRS]\nB 1\n[PIPES]\n");
    for (int i = 0; i < LINKS; i++) size += (size_t)snprintf(text + size, room - size, "P%d A B 1 1 1\n", i);
    size += (size_t)snprintf(text + size, room - size, "[STATUS]\n");
    for (int i = 0; i < RANGES; i++) size += (size_t)snprintf(text + size, room - size, "P0 P1 Open\n");
    assert_status(ctx, import_text(ctx, city, text, size, 0, NULL), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), "STATUS: too many ranges of names"));
    free(text);
    cim_ctx_free(ctx);
}

#define SHEET "[COORDINATES]\nA 20 70\nB 30 70\n"
static void test_options(void **state)
{
    cim_buf report = CIM_BUF_INIT;
    static const char *const bad[] = { "", "a b", "a#b", "\xff" };
    cim_ctx *ctx = support_ctx();
    cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
    const char *path = kept_path("case.inp"), *city = kept_path("options.cim");
    (void)state;
    support_write(path, GOOD, strlen(GOOD));
    assert_status(ctx, cim_import(ctx, city, &path, 1, NULL, NULL), CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), "do not say in which reference system"));
    options.epsg = 25832;
    assert_ok(ctx, cim_import(ctx, kept_path("sheet.cim"), &path, 1, &options, &report));
    assert_null(strstr(report.data, "outside of the area")); /* nothing has a place */
    support_write(path, GOOD SHEET, strlen(GOOD SHEET));
    assert_ok(ctx, cim_import(ctx, kept_path("sheet.cim"), &path, 1, &options, &report));
    assert_non_null(strstr(report.data, "case.inp: its first node lies outside of the area of EPSG:25832"));
    cim_buf_dispose(&report);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.prefix = bad[i];
        assert_status(ctx, cim_import(ctx, city, &path, 1, &options, NULL), CIM_EARG);
    }
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refused), cmocka_unit_test(test_incomplete), cmocka_unit_test(test_keep_going), cmocka_unit_test(test_keep_going_follows),
                                        cmocka_unit_test(test_bytes), cmocka_unit_test(test_limits), cmocka_unit_test(test_options) };
    return cmocka_run_group_tests_name("epanet/errors", tests, NULL, NULL);
}
