/* test_power_faults.c - memory that runs out while power cases are read. */
#include "power.h"

static cim_status read_one(cim_ctx *ctx, const cim__importer *importer, const char *text)
{
    power_run run;
    power_run_text(ctx, &run, importer, text, strlen(text), 0);
    power_free(&run);
    return run.status;
}

static cim_status read_matpower(cim_ctx *ctx) { return read_one(ctx, &cim__importer_matpower, matpower_case); }
static cim_status read_pandapower(cim_ctx *ctx) { return read_one(ctx, &cim__importer_pandapower, pandapower_case); }

static void test_power_oom(void **state)
{
    (void)state;
    support_fault_loop("matpower", read_matpower, 600);
    support_fault_loop("pandapower", read_pandapower, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_power_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
