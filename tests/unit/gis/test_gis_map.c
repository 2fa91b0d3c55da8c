/* test_gis_map.c - mappings: what is refused and where, and what rows become: objects, relations, changes of objects. */
#include "city.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static const char rows[] = "id,x,y,state,size,who\n1,500000,5400000,zu,2.5,b1\n2,500010,5400000,auf,300,b2\n3,500020,5400000,halb,x,b9\n";

static cim_status import(cim_ctx *ctx, const char *path, const char *table, const char *mapping, cim_buf *report)
{
    const char *input = support_temp("table.csv"), *map = support_temp("map.json");
    cim_import_options o = CIM_IMPORT_OPTIONS_INIT;
    support_write(input, table, strlen(table));
    support_write(map, mapping, strlen(mapping));
    o.epsg = SUPPORT_EPSG;
    o.maps = &map;
    o.map_count = 1;
    return cim_import(ctx, path, &input, 1, &o, report);
}

/* A mapping, the status, and a part of the message. */
static const struct {
    const char *mapping, *message;
    cim_status status;
} refused[] = {
    { "", "map.json:1:", CIM_EFORMAT },
    { "{\"layers\":\n{\n", "map.json:", CIM_EFORMAT },
    { "[]", "not a JSON object", CIM_EARG },
    { "{}", "layers is missing", CIM_EARG },
    { "{\"layer\":{}}", "no member layer (layers?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Pip\"}}}", "layers/table: no class Pip (Pipe?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"colums\":{}}}}", "no member colums (columns?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"stat\":\"{state}\"}}}}", "layers/table/columns/stat: no column stat (state", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"roof_type\":\"{state}\"}}}}", "class Valve have no column roof_type", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"state\":\"{stat}\"}}}}", "layer table has no field stat (state?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"id\":\"{:fud}\"}}}", "(:fid?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"id\":\"{id\"}}}", "a brace without its partner", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"id\":\"{}\"}}}", "a field without name", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"id\":7}}}", "layers/table/id: not a text", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"x\":\"{x}\"}}}", "x and y come together", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"update\":\"{id}\"}}}", "both class and update", CIM_EARG },
    { "{\"layers\":{\"table\":{}}}", "neither class nor update nor relations", CIM_EARG },
    { "{\"layers\":{\"table\":[]}}", "no rules", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"relations\":[{\"type\":\"connect\",\"to\":\"a\"}]}}}", "relations/1: no relation connect (connects", CIM_EARG },
    { "{\"layers\":{\"table\":{\"relations\":[{\"type\":\"serves\",\"to\":\"a\"}]}}}", "from is missing", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"relations\":[{\"type\":\"serves\"}]}}}", "neither from nor to", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"crs\":\"EPSG:25832\"}}}", "crs is an EPSG code", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"state\":{\"from\":\"{state}\",\"else\":\"open\"}}}}}", "else stands beside values", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"state\":{\"values\":{}}}}}}", "from is missing", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"columns\":{\"state\":[1]}}}}", "a value is a text", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\",\"where\":{\"kid\":\"1\"}}}}", "no field kid (id", CIM_EARG },
    { "{\"layers\":{\"tabel\":{\"class\":\"Valve\"}}}", "no input has a layer tabel (table?)", CIM_EARG },
    { "{\"layers\":{\"table\":{\"class\":\"Valve\"},\"valves\":{\"class\":\"Valve\"}}}", "no input has a layer valves", CIM_EARG },
};

static void test_refusals(void **state)
{
    cim_ctx *ctx = support_ctx();
    char path[600];
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        snprintf(path, sizeof path, "%s", support_temp("refused.cim"));
        assert_status(ctx, import(ctx, path, rows, refused[i].mapping, NULL), refused[i].status);
        if (!strstr(cim_ctx_error(ctx), refused[i].message)) fail_msg("%s: no \"%s\" in \"%s\"", refused[i].mapping, refused[i].message, cim_ctx_error(ctx));
        size_t size = 0;
        if (support_read(path, &size)) fail_msg("%s: there is a city", refused[i].mapping);
    }
    cim_ctx_free(ctx);
}

static cim__object object_of(cim_ctx *ctx, cim_city *city, const char *gid, cim__arena *arena)
{
    cim__object o;
    uint32_t id = 0;
    size_t count = 0;
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    assert_int_equal(count, 1);
    assert_ok(ctx, cim__city_object(ctx, city, id, arena, &o));
    return o;
}

static bool has(const cim__object *o, cim__attr a) { return o->present >> a & 1; }

static void test_objects(void **state)
{
    static const char mapping[] =
        "{\"// says\":\"anything\",\"layers\":{\"table\":{\"class\":\"Valve\",\"id\":\"v{{{id}}}\",\"x\":\"{x}\",\"y\":\"{y}\",\"columns\":{"
        "\"network\":\"water\",\"operable\":1,\"name\":\"valve {id} of {who}\",\"state\":{\"from\":\"{state}\",\"values\":{\"zu\":\"closed\",\"auf\":\"open\"}},"
        "\"diameter_mm\":{\"from\":\"{size}\",\"factor\":25.4,\"offset\":1}},"
        "\"relations\":[{\"type\":\"connects\",\"to\":\"v{{1}}\",\"attrs\":{\"near\":\"n{id}\",\"at\":\"{x}\"}},{\"type\":\"served_by\",\"to\":\"v{{2}}\"}]}}}";
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("objects.cim");
    cim_buf report = CIM_BUF_INIT;
    cim__arena arena = cim__arena_on(ctx->mem);
    (void)state;
    assert_ok(ctx, import(ctx, path, rows, mapping, &report));
    assert_non_null(strstr(report.data, "table.csv: table line 4: column state: the mapping has no value for \\\"halb\\\""));
    assert_non_null(strstr(report.data, "line 4: column diameter_mm: \\\"x\\\" is no number"));
    assert_non_null(strstr(report.data, "\"stored_as\":{\"Valve\":3}"));
    cim_city *city = support_open(ctx, path);
    cim__object one = object_of(ctx, city, "v{1}", &arena), three = object_of(ctx, city, "v{3}", &arena);
    assert_true(cim__str_is(one.values[CIM__A_NAME].text, "valve 1 of b1"));
    assert_true(cim__str_is(one.values[CIM__A_STATE].text, "closed"));
    assert_float_equal(one.values[CIM__A_DIAMETER_MM].real, 2.5 * 25.4 + 1.0, 1e-12);
    assert_int_equal(one.values[CIM__A_OPERABLE].integer, 1);
    assert_true(!has(&three, CIM__A_STATE) && !has(&three, CIM__A_DIAMETER_MM));
    assert_true(cim__str_is(one.attrs, "{\"id\":\"1\",\"x\":\"500000\",\"y\":\"5400000\",\"state\":\"zu\",\"size\":\"2.5\",\"who\":\"b1\"}"));
    cim__str attrs;
    assert_ok(ctx, city->rows->relation_attrs(ctx, city->store, three.id, CIM__R_CONNECTS, one.id, &arena, &attrs));
    assert_true(cim__str_is(attrs, "{\"near\":\"n3\",\"at\":500020}"));
    assert_ok(ctx, cim__city_relations(ctx, city));
    cim__object two = object_of(ctx, city, "v{2}", &arena);
    uint32_t served = 0;
    for (uint32_t r = city->out.first[two.id]; r < city->out.first[two.id + 1]; r++) served += city->out.type[r] == CIM__R_SERVES;
    assert_int_equal(served, 3); /* the inverse name turns the relation round */
    cim_city_free(city);
    cim_buf_dispose(&report);
    cim__arena_free(&arena);
    cim_ctx_free(ctx);
}

/* Objects that are there keep number, class, geometry, relations and source. */
static void test_update(void **state)
{
    static const support_object objects[] = {
        { "b1", "Building", "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))", "height_m=12.5:levels;population=3:part;name=Rathaus", "{\"kind\":\"town hall\",\"table\":1}", NULL, NULL, NULL },
        { "b2", "Building", "POLYGON((20 0, 30 0, 30 10, 20 10, 20 0))", "name=Schule", NULL, NULL, NULL, NULL },
        { "w#1", "Pipe", "LINESTRING(0 0, 10 0)", "network=water", NULL, NULL, NULL, NULL },
        { "w#2", "Pipe", "LINESTRING(10 0, 20 0)", "network=water", NULL, NULL, NULL, NULL },
    };
    static const support_relation relations[] = { { "w#1", CIM__R_SERVES, "b1", "{\"customers\":7}" } };
    static const char mapping[] = "{\"layers\":{\"table\":[{\"where\":{\"who\":[\"b1\",\"b2\",\"b9\"]},\"update\":\"{who}\",\"columns\":{\"population\":\"{n}\",\"tier\":\"{n}\"}},"
                                  "{\"where\":{\"who\":\"w\"},\"update\":\"{who}\",\"columns\":{\"tier\":\"{n}\"},\"attrs\":false}]}}";
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("update.cim");
    cim_buf report = CIM_BUF_INIT;
    cim__arena arena = cim__arena_on(ctx->mem);
    (void)state;
    support_city(path, 0, objects, 4, relations, 1);
    cim_city *city = support_open(ctx, path);
    cim__object before = object_of(ctx, city, "b1", &arena);
    cim_city_free(city);
    assert_ok(ctx, import(ctx, path, "who,n\nb1,44\nb2,55\nb9,66\nw,77\nq,1\nb1,45\n", mapping, &report));
    assert_non_null(strstr(report.data, "\"updated\":4"));
    assert_non_null(strstr(report.data, "table 4: there is no object b9 to update"));
    assert_non_null(strstr(report.data, "b1 has no column tier"));
    assert_non_null(strstr(report.data, "\"no rule of the mapping fits\":1"));
    assert_non_null(strstr(report.data, "\"unaccounted\":0"));
    city = support_open(ctx, path);
    cim__object one = object_of(ctx, city, "b1", &arena), two = object_of(ctx, city, "b2", &arena), pipe = object_of(ctx, city, "w#2", &arena);
    assert_int_equal(one.values[CIM__A_POPULATION].integer, 45); /* the last one counts */
    assert_int_equal(two.values[CIM__A_POPULATION].integer, 55);
    assert_true(cim__str_is(pipe.values[CIM__A_TIER].text, "77"));
    assert_int_equal(one.values[CIM__A_POPULATION].rule, CIM__RULE_TAGGED);
    assert_int_equal(one.values[CIM__A_HEIGHT_M].rule, CIM__RULE_LEVELS);
    assert_true(cim__str_is(one.attrs, "{\"kind\":\"town hall\",\"table\":{\"who\":\"b1\",\"n\":\"45\"}}"));
    assert_int_equal(pipe.attrs.len, 0);
    assert_int_equal(one.id, before.id);
    assert_int_equal(one.source, before.source);
    assert_true(cim__str_eq(one.geom, before.geom) && cim__str_is(one.class_name, "Building"));
    assert_ok(ctx, cim__city_relations(ctx, city));
    assert_int_equal(city->in.first[one.id + 1] - city->in.first[one.id], 1);
    cim_city_free(city);
    cim_buf_dispose(&report);
    cim__arena_free(&arena);
    cim_ctx_free(ctx);
}

/* Objects of the same import, before or behind the table. */
static void test_update_together(void **state)
{
    static const char places[] = "id,x,y\nb1,500000,5400000\nb2,500010,5400000\nb1,500020,5400000\n", people[] = "who,n\nb1,44\nb2,55\nb2~2,3\n";
    static const char mapping[] = "{\"layers\":{\"places\":{\"class\":\"PointOfInterest\",\"id\":\"{id}\",\"x\":\"{x}\",\"y\":\"{y}\",\"columns\":{\"name\":\"{id}\"}},"
                                  "\"people\":{\"update\":\"{who}\",\"columns\":{\"population\":\"{n}\"}}}}";
    cim_ctx *ctx = support_ctx();
    const char *inputs[2] = { support_temp("people.csv"), support_temp("places.csv") }, *map = support_temp("together.json"), *path = support_temp("together.cim");
    cim_import_options o = CIM_IMPORT_OPTIONS_INIT;
    cim__arena arena = cim__arena_on(ctx->mem);
    (void)state;
    support_write(inputs[0], people, sizeof people - 1);
    support_write(inputs[1], places, sizeof places - 1);
    support_write(map, mapping, sizeof mapping - 1);
    o.epsg = SUPPORT_EPSG;
    o.maps = &map;
    o.map_count = 1;
    assert_ok(ctx, cim_import(ctx, path, inputs, 2, &o, NULL));
    cim_city *city = support_open(ctx, path);
    cim__object one = object_of(ctx, city, "b1", &arena), two = object_of(ctx, city, "b2", &arena);
    assert_int_equal(one.values[CIM__A_POPULATION].integer, 44);
    assert_int_equal(two.values[CIM__A_POPULATION].integer, 55);
    assert_true(cim__str_is(two.values[CIM__A_NAME].text, "b2"));
    assert_true(cim__str_is(two.attrs, "{\"id\":\"b2\",\"x\":\"500010\",\"y\":\"5400000\",\"people\":{\"who\":\"b2\",\"n\":\"55\"}}"));
    cim_city_free(city);
    cim__arena_free(&arena);
    cim_ctx_free(ctx);
}

static void test_template(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("table.csv");
    cim_buf json = CIM_BUF_INIT;
    (void)state;
    support_write(path, rows, sizeof rows - 1);
    assert_ok(ctx, cim_import_map_new(ctx, path, "Valve", &json));
    assert_non_null(strstr(json.data, "\"state\": \"{state}\""));
    assert_ok(ctx, import(ctx, support_temp("template.cim"), rows, json.data, NULL)); /* it is a mapping as it stands */
    assert_status(ctx, cim_import_map_new(ctx, path, "Valv", &json), CIM_EARG);
    assert_status(ctx, cim_import_map_new(ctx, support_temp("none"), NULL, &json), CIM_EIO);
    assert_status(ctx, cim_import_map_new(ctx, NULL, NULL, &json), CIM_EARG);
    cim_buf_dispose(&json);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refusals), cmocka_unit_test(test_objects), cmocka_unit_test(test_update), cmocka_unit_test(test_update_together),
                                        cmocka_unit_test(test_template) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
