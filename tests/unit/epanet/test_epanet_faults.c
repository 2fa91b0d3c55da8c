/* test_epanet_faults.c - memory that runs out while a network is imported and written back. */
#include "support.h"

#include <string.h>

static char path[600], city_path[600], out_path[600];

static const char text[] = "[TITLE]\nT\xfcrkheim\n[JUNCTIONS]\nA 1 2 P ;one\nB 1\nC 1\n[RESERVOIRS]\nR 9\n[TANKS]\nT 1 2 3 4 5\n[PIPES]\nP1 R A 10 10 100\nP2 A B 10 10 100 0 CV\nP3 T C\n"
                           "[PUMPS]\nU B C HEAD K\n[VALVES]\nV A B 1 TCV 0\n[DEMANDS]\nA 1\nA 2\n[STATUS]\nP1 Closed\nP2 P3 Open\n[PATTERNS]\nP 1 2\n[CURVES]\nK 1 2\n[TAGS]\nNODE A x\n"
                           "[COORDINATES]\nA 500000 5400000\nB 500100 5400000\nR 500000 5400100\n[VERTICES]\nP1 500010 5400050\n[END]\n";

static cim_status import_it(cim_ctx *ctx)
{
    cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
    cim_city *city = NULL;
    const char *input = path;
    options.epsg = 25832;
    cim_status st = cim_city_load(ctx, &input, 1, &options, &city, NULL);
    cim_city_free(city);
    return st;
}

static cim_status export_it(cim_ctx *ctx)
{
    cim_export_options options = CIM_EXPORT_OPTIONS_INIT;
    cim_city *city = NULL;
    cim_buf report = CIM_BUF_INIT;
    options.flags = CIM_EXPORT_OVERWRITE;
    cim_status st = cim_city_open(ctx, city_path, NULL, &city);
    if (st >= 0) st = cim_export(ctx, city, NULL, 0, out_path, &options, &report);
    cim_buf_dispose(&report);
    cim_city_free(city);
    return st;
}

static int make_files(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
    const char *input = path;
    (void)state;
    strncpy(path, support_temp("fault.inp"), sizeof path - 1);
    strncpy(city_path, support_temp("fault.cim"), sizeof city_path - 1);
    strncpy(out_path, support_temp("out.inp"), sizeof out_path - 1);
    options.epsg = 25832;
    support_write(path, text, sizeof text - 1);
    assert_ok(ctx, cim_import(ctx, city_path, &input, 1, &options, NULL));
    cim_ctx_free(ctx);
    return 0;
}

static void test_import_oom(void **state)
{
    (void)state;
    support_fault_loop("import", import_it, 300);
}

static void test_export_oom(void **state)
{
    (void)state;
    support_fault_loop("export", export_it, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_import_oom), cmocka_unit_test(test_export_oom) };
    return cmocka_run_group_tests_name("epanet/faults", tests, make_files, NULL);
}
