/* Power cases: what becomes of each part, and how wrong ones are refused. */
#include "power.h"


static cim_ctx *ctx;
static cim_city *city;
static char *shown;

static void open_case(const char *name, const char *text)
{
    const char *input = support_temp(name), *path = support_temp("power.cim");
    cim_buf report = CIM_BUF_INIT;
    remove(path);
    support_write(input, text, strlen(text));
    assert_ok(ctx, cim_import(ctx, path, &input, 1, NULL, &report));
    if (strstr(report.data, "\"unaccounted\":0") == NULL && strstr(report.data, "\"unaccounted\"")) fail_msg("does not add up: %s", report.data);
    cim_buf_dispose(&report);
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
}

static void close_case(void)
{
    cim_city_free(city);
    city = NULL;
    free(shown);
    shown = NULL;
}

/* The object as JSON with its relations. */
static const char *show(const char *gid)
{
    cim_buf json = CIM_BUF_INIT;
    uint32_t id = CIM_NONE;
    size_t count = 0;
    if (cim_city_find(ctx, city, gid, &id, 1, &count) != CIM_OK || !count) fail_msg("%s is not there", gid);
    assert_ok(ctx, cim_city_object(ctx, city, id, CIM_OBJECT_RELATIONS | CIM_OBJECT_GEOMETRY, &json));
    free(shown);
    shown = strndup(json.data, json.size);
    cim_buf_dispose(&json);
    return shown;
}

static void has(const char *gid, const char *part)
{
    if (!strstr(show(gid), part)) fail_msg("%s has no %s: %s", gid, part, shown);
}

static void has_not(const char *gid, const char *part)
{
    if (strstr(show(gid), part)) fail_msg("%s has %s: %s", gid, part, shown);
}

static void test_power_matpower(void **state)
{
    (void)state;
    open_case("small.m", matpower_case);
    assert_int_equal(cim_city_count(city), 1 + 6 + 4);
    has("matpower:bus/1", "\"controller\":1");
    has("matpower:bus/1", "\"cost\":[2,0,0,3,0,20,0]");
    has("matpower:bus/1", "\"Qmax\":\"Inf\"");
    has("matpower:bus/2", "\"name\":\"Two's\"");
    has("matpower:bus/2", "\"demand_kw\":500"); /* kW in the file, brought to MW by its last statement */
    has("matpower:bus/3", "\"voltage_v\":20000");
    has("matpower:bus/3", "\"tier\":\"mv\"");
    has("matpower:bus/3", "\"Vmax\":1");
    has("matpower:bus/4", "\"demand_kw\":250.5");
    has_not("matpower:bus/4", "\"controller\"");      /* a load that can be switched is no source */
    has_not("matpower:bus/5", "\"controller\"");      /* out of service */
    has("matpower:bus/9", "\"status\":\"disused\"");
    has("matpower:bus/9", "\"tier\":\"lv\"");
    has("matpower:branch/1", "\"class\":\"UtilityLine\"");
    has("matpower:branch/1", "\"state\":\"on\"");
    has("matpower:branch/2", "\"class\":\"Transformer\"");
    has("matpower:branch/4", "\"state\":\"off\"");
    has("matpower:branch/4", "{\"end\":\"to\"}");
    has("matpower:branch/4", "matpower:bus/5");
    has("matpower:network/small", "\"baseMVA\":100");
    close_case();
}

static void test_power_pandapower(void **state)
{
    (void)state;
    open_case("small.json", pandapower_case);
    assert_int_equal(cim_city_count(city), 1 + 6 + 3 + 1 + 1 + 3 + 4);
    has("pandapower:bus/1", "\"controller\":1");
    has("pandapower:bus/1", "\"type\":\"Point\"");
    has("pandapower:bus/3", "\"demand_kw\":1000"); /* scaled */
    has("pandapower:bus/4", "\"demand_kw\":250.5"); /* one of two is out of service */
    has("pandapower:bus/9", "\"status\":\"disused\"");
    has("pandapower:line/7", "\"type\":\"LineString\"");
    has("pandapower:line/7", "\"length_m\":900");
    has("pandapower:line/7", "\"location\":\"overhead\"");
    has("pandapower:line/11", "\"status\":\"disused\"");
    has("pandapower:trafo/0", "\"class\":\"Transformer\"");
    has("pandapower:trafo/0", "pandapower:bus/3");
    has("pandapower:trafo3w/0/lv", "pandapower:bus/9");
    has("pandapower:switch/0", "\"state\":\"closed\"");
    has("pandapower:switch/0", "{\"near\":\"pandapower:bus/1\"}");
    has("pandapower:switch/0", "pandapower:line/7");
    has("pandapower:switch/1", "\"state\":\"open\"");
    has("pandapower:switch/1", "pandapower:trafo/0");
    has("pandapower:switch/2", "{\"end\":\"from\"}");
    has("pandapower:switch/2", "pandapower:bus/5");
    has("pandapower:switch/3", "pandapower:trafo3w/0/mv");
    has("pandapower:network/small", "\"f_hz\":50");
    close_case();
}

/* Coordinates for drawing are no places; someone who knows better says so. */
static void test_power_drawing(void **state)
{
    (void)state;
    power_run run;
    char *drawn = power_changed(pandapower_case, "[7.71,48.40]", "[9.71,48.40]");
    power_run_text(ctx, &run, &cim__importer_pandapower, drawn, strlen(drawn), 0);
    assert_ok(ctx, run.status);
    assert_true(run.report.warning_count >= 1);
    for (size_t i = 0; i < cim__sink_count(&run.sink); i++) assert_int_equal(cim__sink_head(&run.sink, i)->layer, CIM__L_NONSPATIAL);
    power_free(&run);
    power_run_text(ctx, &run, &cim__importer_pandapower, drawn, strlen(drawn), 4326);
    assert_ok(ctx, run.status);
    assert_int_equal(run.sink.epsg, 32632);
    power_free(&run);
    free(drawn);
}

/* Version 1 of MATPOWER has bare names; pandapower before 3 has places in tables of their own. */
static void test_power_older(void **state)
{
    (void)state;
    static const char old_matpower[] = "function [baseMVA, bus, gen, branch, areas, gencost] = old\nbaseMVA = 100;\nbus = [1 3 0 0 0 0 1 1 0 110 1 1 1; 2 1 5 0 0 0 1 1 0 110 1 1 1];\n"
                                       "gen = [1 0 0 0 0 1 100 1 0 0];\nbranch = [1 2 0 0 0 0 0 0 0 0 1];\nbus(:, 3) = 2;\nbus(2, PD) = bus(1, PD) * 3;\nreturn;\n";
    static const char old_pandapower[] = "{\"_class\":\"pandapowerNet\",\"_object\":\"{\\\"bus\\\":{\\\"vn_kv\\\":{\\\"0\\\":20.0,\\\"1\\\":20.0}},\\\"bus_geodata\\\":{\\\"x\\\":{\\\"0\\\":8,\\\"1\\\":8.01},\\\"y\\\":{\\\"0\\\":48,\\\"1\\\":48}},"
                                         "\\\"line\\\":{\\\"from_bus\\\":{\\\"0\\\":0},\\\"to_bus\\\":{\\\"0\\\":1},\\\"length_km\\\":{\\\"0\\\":0.8}},"
                                         "\\\"line_geodata\\\":{\\\"coords\\\":{\\\"0\\\":[[8,48],[8.005,48.001],[8.01,48]]}}}\"}";
    open_case("old.m", old_matpower);
    has("matpower:bus/2", "\"demand_kw\":6000");
    has("matpower:branch/1", "matpower:bus/2");
    close_case();
    open_case("old.json", old_pandapower);
    has("pandapower:bus/0", "\"type\":\"Point\"");
    assert_int_equal(3, (show("pandapower:line/0"), 1) + (strstr(shown, "],[") ? 1 : 0) + (strstr(strstr(shown, "],[") + 1, "],[") ? 1 : 0));
    close_case();
}

/* ---- refusals ---- */

static const struct refusal {
    const cim__importer *importer;
    const char *text, *from, *to, *error;
} refusals[] = {
    { &cim__importer_matpower, matpower_case, "\t4 1 250.5", "\t3 1 250.5", ":13: bus 4: a bus with this number was there before (3)" },
    { &cim__importer_matpower, matpower_case, "\t4 1 250.5", "\t4.5 1 250.5", ":13: bus 4: its number is not a whole one (4.5)" },
    { &cim__importer_matpower, matpower_case, "250.5", "NaN", ":13: bus 4: type, demand or voltage is no number" },
    { &cim__importer_matpower, matpower_case, "250.5", "1e999", ":13: bus 4: type, demand or voltage is no number" },
    { &cim__importer_matpower, matpower_case, "250.5", "watts(3)", ":13: a name that is not known watts" },
    { &cim__importer_matpower, matpower_case, "250.5", "250.5 7", ":13: a row of 14 numbers in bus, those before have 13" },
    { &cim__importer_matpower, matpower_case, "250.5", "2(50", ":13: " },
    { &cim__importer_matpower, matpower_case, " 3 4 0.1 0.2", " 3 7 0.1 0.2", ":20: branch 3: there is no such bus (7)" },
    { &cim__importer_matpower, matpower_case, "; 5 0 0 1", "; 6 0 0 1", "gen 2: there is no such bus (6)" },
    { &cim__importer_matpower, matpower_case, "mpc.gen = ", "mpc.gem = ", "there is no gen in the case" },
    { &cim__importer_matpower, matpower_case, "-360 360;\n];", "-360 360;\n", ":" },
    { &cim__importer_matpower, matpower_case, "x = zeros(3);", "if x, mpc.bus(1, 1) = 2; end", ":27: statements of control are not read: if" },
    { &cim__importer_matpower, matpower_case, "x = zeros(3);", "mpc.bus(7, 1) = 2;", ":27: there is no such row or column" },
    { &cim__importer_matpower, matpower_case, "x = zeros(3);", "mpc.bus(:, PD) = cos(mpc.bus(:, PD));", ":27: " },
    { &cim__importer_matpower, matpower_case, "x = zeros(3);", "mpc.bus = [1 2];", ":27: given for the second time: bus" },
    { &cim__importer_matpower, matpower_case, "x = zeros(3);", "mpc = loadcase('x');", ":27: the case is made by something that is not read: mpc" },
    { &cim__importer_pandapower, pandapower_case, "[1,2,3,4,5,9]", "[1,2,3,4,4,9]", "bus 4: one with this index was there before" },
    { &cim__importer_pandapower, pandapower_case, "[1,2,3,4,5,9]", "[1,2,3,4,9]", "table bus: index and data differ in length" },
    { &cim__importer_pandapower, pandapower_case, "[1,2,3,4,5,9]", "[1,2,3,4,[],9]", "table bus: an index that is neither number nor text" },
    { &cim__importer_pandapower, pandapower_case, ",110.0,true", ",NaN,true", "table bus: byte " },
    { &cim__importer_pandapower, pandapower_case, ",110.0,true", ",null,true", "bus 1: vn_kv is missing or no number" },
    { &cim__importer_pandapower, pandapower_case, "\"L\",1,2", "\"L\",1,77", "line 7: to_bus is no bus: 77" },
    { &cim__importer_pandapower, pandapower_case, "\"L\",1,2", "\"L\",null,2", "line 7: from_bus is missing" },
    { &cim__importer_pandapower, pandapower_case, "\"L\",1,2", "\"L\",1", "line 7: as many cells as columns are wanted" },
    { &cim__importer_pandapower, pandapower_case, "[[1,7,", "[[1,6,", "switch 0: there is no such line: 6" },
    { &cim__importer_pandapower, pandapower_case, "[[1,7,", "[[9,7,", "switch 0: its bus is no end of what it switches: 7" },
    { &cim__importer_pandapower, pandapower_case, Q "t3" Q, Q "z" Q, "switch 3: et is none of l, t, t3, b: z" },
    { &cim__importer_pandapower, pandapower_case, "\"trafo\":{\"hv_bus\":{\"0\":2}", "\"trafo\":{\"hv_bus\":{\"1\":2}", "trafo 1: columns list other rows here: lv_bus" },
    { &cim__importer_pandapower, pandapower_case, "\"bus\":", "\"buss\":", "there is no table of buses in it" },
    { &cim__importer_pandapower, pandapower_case, "\"f_hz\":50.0", "\"f_hz\":50.0.0", ": byte " },
};

static void test_power_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        power_run run;
        char *text = power_changed(refusals[i].text, refusals[i].from, refusals[i].to);
        power_run_text(ctx, &run, refusals[i].importer, text, strlen(text), 0);
        if (run.status != CIM_EFORMAT || !strstr(cim_ctx_error(ctx), refusals[i].error) || !strstr(cim_ctx_error(ctx), "case.txt"))
            fail_msg("%s -> %s: %d, %s instead of %s", refusals[i].from, refusals[i].to, (int)run.status, cim_ctx_error(ctx), refusals[i].error);
        power_free(&run);
        free(text);
    }
}

/* A file cut off anywhere is refused, but for its last statements, which bring no bus and no branch. */
static void test_power_cut(void **state)
{
    (void)state;
    size_t whole = (size_t)(strstr(matpower_case, "mpc.branch = [") - matpower_case) + 10, size = sizeof pandapower_case - 1;
    power_run run;
    for (size_t cut = 0; cut < whole; cut += 3) {
        power_run_text(ctx, &run, &cim__importer_matpower, matpower_case, cut, 0);
        assert_int_equal(run.status, CIM_EFORMAT);
        power_free(&run);
    }
    for (size_t cut = 0; cut < size; cut += 11) {
        power_run_text(ctx, &run, &cim__importer_pandapower, pandapower_case, cut, 0);
        assert_int_equal(run.status, CIM_EFORMAT);
        power_free(&run);
    }
}

static void test_power_probe(void **state)
{
    (void)state;
    cim__str m = cim__str_of(matpower_case), p = cim__str_of(pandapower_case), other = CIM__STR("{\"type\":\"CityJSON\",\"version\":\"2.0\"}");
    assert_true(cim__importer_matpower.probe(m) > 50 && cim__importer_pandapower.probe(p) > 50);
    assert_true(cim__importer_matpower.probe(p) == 0 && cim__importer_pandapower.probe(m) == 0);
    assert_true(cim__importer_matpower.probe(other) == 0 && cim__importer_pandapower.probe(other) == 0);
    assert_true(cim__importer_matpower.probe((cim__str){ "", 0 }) == 0);
}

/* ---- random damage ---- */

enum { MUTANTS = 4000 };

static size_t mutate(char *text, size_t size, uint64_t *seed)
{
    static const char alphabet[] = "0123456789.-+eE[](){};,:'\"\\ \n\t%#=*/^mpcbusNaInf\x80\xff";
    for (uint64_t n = 1 + support_random(seed) % 4; n; n--) {
        size_t at = support_random(seed) % size, length = 1 + support_random(seed) % 12;
        if (length > size - at) length = size - at;
        switch (support_random(seed) % 4) {
        case 0: text[at] = alphabet[support_random(seed) % (sizeof alphabet - 1)]; break;
        case 1: memmove(text + at, text + at + length, size - at - length), size -= length; break;
        case 2: memmove(text + at, text + support_random(seed) % (size - length + 1), length); break;
        default: size = at + 1; break;
        }
        if (size < 2) return 2;
    }
    return size;
}

static void test_power_damaged(void **state)
{
    (void)state;
    const cim__importer *importers[] = { &cim__importer_matpower, &cim__importer_pandapower };
    const char *texts[] = { matpower_case, pandapower_case };
    int fine = 0;
    for (uint64_t i = 0; i < 2 * MUTANTS; i++) {
        uint64_t seed = i * 7919 + 1;
        power_run run;
        char *text = strdup(texts[i & 1]);
        size_t size = mutate(text, strlen(text), &seed);
        power_run_text(ctx, &run, importers[i & 1], text, size, 0);
        if (run.status >= 0) fine++;
        if (run.status >= 0 && cim__report_unaccounted(&run.report)) fail_msg("mutant %llu does not add up", (unsigned long long)i);
        if (run.status < 0 && (!strstr(cim_ctx_error(ctx), "case.txt") || strchr(cim_ctx_error(ctx), '\n'))) fail_msg("mutant %llu: %s", (unsigned long long)i, cim_ctx_error(ctx));
        power_free(&run);
        free(text);
    }
    print_message("%d of %d damaged cases were imported, the others refused\n", fine, 2 * MUTANTS);
    assert_true(fine > 100 && fine < 2 * MUTANTS - 1000);
}

/* Long lines, deep brackets and many columns take time in proportion, and no stack. */
static void test_power_large(void **state)
{
    (void)state;
    static const char *const pieces[] = { "(", "-", "'", "\"", "{", "[", "2^", "1+", "%{\n", "... ", "a=", "\n", ";", "mpc.bus(" };
    power_run run;
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
        size_t size = 2 << 20, n = strlen(pieces[k]);
        char *text = malloc(size + 64);
        size_t at = (size_t)sprintf(text, "function mpc = x\nmpc.bus = [1 2 3]; mpc.baseMVA = ");
        for (; at + n < size; at += n) memcpy(text + at, pieces[k], n);
        power_run_text(ctx, &run, &cim__importer_matpower, text, at, 0);
        assert_int_equal(run.status, CIM_EFORMAT);
        power_free(&run);
        free(text);
    }
}

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_matpower), cmocka_unit_test(test_power_pandapower), cmocka_unit_test(test_power_drawing), cmocka_unit_test(test_power_older),
        cmocka_unit_test(test_power_refusals), cmocka_unit_test(test_power_cut), cmocka_unit_test(test_power_probe), cmocka_unit_test(test_power_damaged), cmocka_unit_test(test_power_large),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
