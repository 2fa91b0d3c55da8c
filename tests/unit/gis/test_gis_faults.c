/* test_gis_faults.c - memory that runs out while a mapping is read, tables are imported, objects are changed.  (GDAL's own memory is not ours.) */
#include "city.h"
#include "support.h"

#include <stdlib.h>

static char city_path[600], input[600], map[600], copy[600];

static cim_status once(cim_ctx *ctx)
{
    const char *inputs[1] = { input }, *maps[1] = { map };
    cim_import_options o = CIM_IMPORT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT, sketch = CIM_BUF_INIT;
    size_t size = 0;
    char *data = support_read(city_path, &size);
    support_write(copy, data, size);
    free(data);
    o.maps = maps;
    o.map_count = 1;
    cim_status st = cim_import(ctx, copy, inputs, 1, &o, &report);
    if (st >= 0) st = cim_import_map_new(ctx, input, "Valve", &sketch);
    cim_buf_dispose(&report);
    cim_buf_dispose(&sketch);
    return st;
}

static int make_files(void **state)
{
    static const char table[] = "id,x,y,state\nb1,500000,5400000,auf\nb2,,,\"zu\"\nb3,1,2,Stra\xdf" "e\n";
    static const char mapping[] = "{\"layers\":{\"faults\":[{\"where\":{\"id\":\"b1\"},\"update\":\"{id}\",\"columns\":{\"population\":7}},"
                                  "{\"class\":\"Valve\",\"id\":\"v{id}\",\"x\":\"{x}\",\"y\":\"{y}\",\"columns\":{\"state\":{\"from\":\"{state}\",\"values\":{\"zu\":\"closed\"}}},"
                                  "\"relations\":[{\"type\":\"connects\",\"to\":\"b1\",\"attrs\":{\"near\":\"{id}\"}}]}]}}";
    static const support_object objects[] = { { "b1", "Building", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))", "name=Rathaus", "{\"a\":1}", NULL, NULL, NULL } };
    (void)state;
    strncpy(city_path, support_temp("faults.cim"), sizeof city_path - 1);
    strncpy(copy, support_temp("copy.cim"), sizeof copy - 1);
    strncpy(input, support_temp("faults.csv"), sizeof input - 1);
    strncpy(map, support_temp("faults.json"), sizeof map - 1);
    support_city(city_path, 0, objects, 1, NULL, 0);
    support_write(input, table, sizeof table - 1);
    support_write(map, mapping, sizeof mapping - 1);
    return 0;
}

static void test_gis_oom(void **state)
{
    (void)state;
    support_fault_loop("gis", once, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_gis_oom) };
    return cmocka_run_group_tests(tests, make_files, NULL);
}
