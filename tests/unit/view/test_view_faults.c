/* test_view_faults.c - memory that runs out while pictures are made: no leak, no half of a file, an error that says so. */
#include "pictures.h"

#include <string.h>
#include <unistd.h>

static char path[600];
static const char *const layer = path;

static cim_status view(cim_ctx *ctx)
{
    cim_city *city;
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    const char *page = support_temp("fault.html");
    unlink(page);
    CIM__TRY(cim_city_open(ctx, pictures_observed(), NULL, &city));
    opts.color_by = "height_m";
    opts.classes = "jenks:2";
    opts.layers = &layer;
    opts.layer_count = 1;
    cim_status st = cim_view_write(ctx, city, NULL, 0, page, &opts, &report);
    if (access(page, F_OK) == 0) assert_true(pictures_has(page, "</html>\n")); /* whole or not at all */
    else assert_int_not_equal(st, CIM_OK);
    cim_buf_dispose(&report);
    cim_city_free(city);
    return st;
}

static cim_status plot(cim_ctx *ctx)
{
    cim_city *city;
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    CIM__TRY(cim_city_open(ctx, pictures_city(), NULL, &city));
    opts.flags = CIM_PLOT_OVERWRITE;
    opts.color_by = "name";
    opts.layers = &layer;
    opts.layer_count = 1;
    cim_status st = cim_plot_write(ctx, city, NULL, 0, support_temp("fault.svg"), &opts, &report);
    cim_buf_dispose(&report);
    cim_city_free(city);
    return st;
}

static void test_view_oom(void **state)
{
    (void)state;
    pictures_city();
    pictures_observed();
    strncpy(path, pictures_file("fault.geojson",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"a\\u0041\",\"properties\":{\"role\":\"x\"},\"geometry\":{\"type\":\"MultiLineString\","
                                           "\"coordinates\":[[[9,48.75],[9.001,48.75]]]}},{\"type\":\"Feature\",\"properties\":{\"role\":\"y\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[9,48.75]}}]}"), sizeof path - 1);
    support_fault_loop("view", view, 500);
}

static void test_plot_oom(void **state)
{
    (void)state;
    support_fault_loop("plot", plot, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_view_oom), cmocka_unit_test(test_plot_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
