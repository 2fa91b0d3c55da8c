/* Queries whose answers are known, options, values, plans, and what is said about wrong queries. */
#include "small.h"

#include <sqlite3.h>

static cim_ctx *ctx;
static cim_city *city;

static const char *gid_of(uint32_t number)
{
    static char ids[64][40];
    static int at;
    cim_buf json = CIM_BUF_INIT;
    char *text = ids[at++ % 64];
    const char *names[] = { "id" };
    assert_ok(ctx, cim_query_values(ctx, city, &number, 1, names, 1, &json));
    const char *p = strchr(json.data, '"');
    snprintf(text, 40, "%.*s", (int)strcspn(p + 1, "\""), p + 1);
    cim_buf_dispose(&json);
    return text;
}

/* Text ids of what is found, with blanks between. */
static const char *found(const char *text, const cim_query_options *opts)
{
    static char list[1000];
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(ctx, city, text, opts, &r);
    if (st < 0) print_error("%s: %s\n", text, cim_ctx_error(ctx));
    assert_ok(ctx, st);
    list[0] = 0;
    for (size_t i = 0; i < r.count; i++) snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? " " : "", gid_of(r.ids[i]));
    cim_query_result_dispose(&r);
    return list;
}

static int order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Numbers follow the places of objects, so that lists are compared as sets. */
static void same_set(const char *text, const char *got, const char *wanted)
{
    char copies[2][1000];
    char *words[2][32];
    size_t count[2] = { 0, 0 };
    snprintf(copies[0], sizeof copies[0], "%s", got);
    snprintf(copies[1], sizeof copies[1], "%s", wanted);
    for (int k = 0; k < 2; k++) {
        char *rest = copies[k], *word;
        while ((word = strtok_r(rest, " ", &rest))) words[k][count[k]++] = word;
        qsort(words[k], count[k], sizeof **words, order);
    }
    bool same = count[0] == count[1];
    for (size_t i = 0; i < count[0] && same; i++) same = !strcmp(words[0][i], words[1][i]);
    if (!same) print_error("%s\nfound %s\nnot   %s\n", text, got, wanted);
    assert_true(same);
}

static void test_query_run_known(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_QUERIES; i++)
        if (small_queries[i].found) same_set(small_queries[i].text, found(small_queries[i].text, NULL), small_queries[i].found);
        else found(small_queries[i].text, NULL);
}

/* ---- options ---- */

static void test_query_run_options(void **state)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    (void)state;
    assert_ok(ctx, cim_query_run(ctx, city, NULL, NULL, &r));
    assert_int_equal(r.matched, SMALL_COUNT);
    for (size_t i = 1; i < r.count; i++) assert_true(r.ids[i - 1] < r.ids[i]);
    cim_query_result_dispose(&r);
    cim_query_result_dispose(&r);
    cim_query_result_dispose(NULL);

    opts.sort = "height_m";
    assert_string_equal(found("class = 'Building'", &opts), "osm:way/4 osm:way/1 osm:way/5");
    opts.flags = CIM_QUERY_DESCENDING;
    assert_string_equal(found("class = 'Building'", &opts), "osm:way/1 osm:way/4 osm:way/5");
    opts.sort = "located_in.name";
    assert_string_equal(found("class = 'Building' AND id <> 'osm:way/4'", &opts), "osm:way/5 osm:way/1");
    opts.sort = "height_m";
    opts.offset = 1;
    opts.limit = 1;
    assert_string_equal(found("class = 'Building'", &opts), "osm:way/4");
    assert_ok(ctx, cim_query_run(ctx, city, "class = 'Building'", &opts, &r));
    assert_int_equal(r.matched, 3);
    cim_query_result_dispose(&r);
    opts = (cim_query_options)CIM_QUERY_OPTIONS_INIT;
    opts.offset = 100;
    assert_string_equal(found("class = 'Building'", &opts), "");
    opts.offset = 0;
    opts.flags = CIM_QUERY_COUNT;
    assert_ok(ctx, cim_query_run(ctx, city, "class = 'Building'", &opts, &r));
    assert_int_equal(r.matched, 3);
    assert_int_equal(r.count, 0);
    cim_query_result_dispose(&r);
}

/* Life spans are half open; objects without one are always there. */
static void test_query_run_at(void **state)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    (void)state;
    opts.at = "1850";
    same_set("1850", found("class = 'Building'", &opts), "osm:way/1 osm:way/5");
    opts.at = "1700-01-01";
    same_set("1700", found("class = 'Building'", &opts), "osm:way/5");
    opts.at = "2010-06-29T23:59:59Z";
    same_set("before", found("class = 'Building'", &opts), "osm:way/1 osm:way/4 osm:way/5");
    opts.at = "2010-06-30";
    same_set("after", found("class = 'Building' OR class = 'Camera'", &opts), "osm:way/1 osm:way/5 osm:node/7");
}

static void test_query_run_crs(void **state)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    (void)state;
    opts.epsg = 4326; /* 500012 5400010 is 9.00016326 E, 48.75310296 N, by L. Krueger's series of 1912 */
    same_set("degrees", found("S_INTERSECTS(geom, BBOX(9.0001, 48.7530, 9.0002, 48.7532)) AND class = 'Camera'", &opts), "osm:node/7");
    same_set("degrees", found("S_DWITHIN(geom, POINT(9.0001633 48.7531030), 1) AND class = 'Camera'", &opts), "osm:node/7");
    same_set("degrees", found("S_INTERSECTS(geom, BBOX(8.9, 48.7, 8.95, 48.8))", &opts), "");
    opts.epsg = 25832;
    same_set("the city's", found("S_INTERSECTS(geom, POINT(500155 5400015)) AND class = 'Building'", &opts), "osm:way/5");
}

/* ---- values and plans ---- */

static void test_query_values(void **state)
{
    const char *names[] = { "height_m", "name", "located_in.name", "tags", "address.city", "geom", "has_part.id" };
    uint32_t ids[3];
    size_t count;
    cim_buf json = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_city_find(ctx, city, "osm:way/4", ids, 3, &count));
    ids[1] = ids[0];
    assert_ok(ctx, cim_city_find(ctx, city, "osm:way/1", ids + 2, 1, &count));
    assert_ok(ctx, cim_query_values(ctx, city, ids, 3, names, 7, &json));
    static const char *const wanted = "[9,\"Café Zürich\",\"Altstadt\",[\"a\",\"b\",3],\"Musterstadt\","
                                      "\"MULTIPOLYGON(((500020 5400010,500030 5400010,500030 5400020,500020 5400020,500020 5400010)))\",null]";
    char both[1000];
    snprintf(both, sizeof both, "[%s,%s,[12.5,\"Rathaus\",", wanted, wanted);
    if (strncmp(json.data, both, strlen(both)) != 0) print_error("%s\n", json.data);
    assert_true(!strncmp(json.data, both, strlen(both)));
    assert_non_null(strstr(json.data, "\"osm:way/2\"]]"));
    cim_buf_dispose(&json);
    assert_status(ctx, cim_query_values(ctx, city, ids, 1, (const char *const[]){ "heigth_m" }, 1, &json), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "height_m"));
    assert_status(ctx, cim_query_values(ctx, city, ids, 1, (const char *const[]){ "a = b" }, 1, &json), CIM_EARG);
    ids[0] = 4000000;
    assert_status(ctx, cim_query_values(ctx, city, ids, 1, names, 1, &json), CIM_ENOTFOUND);
    assert_status(ctx, cim_query_values(ctx, NULL, ids, 1, names, 1, &json), CIM_EARG);
}

static void expect_plan(const char *text, const char *part)
{
    cim_buf json = CIM_BUF_INIT;
    assert_ok(ctx, cim_query_explain(ctx, city, text, NULL, &json));
    if (!strstr(json.data, part)) print_error("%s\n%s\nhas no %s\n", text, json.data, part);
    assert_non_null(strstr(json.data, part));
    cim_buf_dispose(&json);
}

static void test_query_explain(void **state)
{
    cim_buf json = CIM_BUF_INIT;
    (void)state;
    expect_plan("class = 'Building'", "\"certain\":3,\"read\":0");
    expect_plan("class = 'Building' AND height_m > 3", "\"layers\":{\"building\":3}");
    expect_plan("S_INTERSECTS(geom, BBOX(500011,5400011,500012,5400012)) AND height_m > 3", "\"from\":\"window\"");
    expect_plan("S_INTERSECTS(geom, BBOX(500011,5400011,500012,5400012)) AND height_m > 3", "\"box\":[500011,5400011,500012,5400012]");
    expect_plan("id = 'osm:way/1'", "\"from\":\"ids\",\"considered\":1,\"certain\":1");
    expect_plan("accesses.lanes = 2", "\"rows of related objects\"");
    expect_plan("height_m > 3 AND osm:building = 'yes'", "\"columns\":[\"height_m\",\"attrs\"]");
    assert_status(ctx, cim_query_explain(ctx, city, "heigth_m > 3", NULL, &json), CIM_EARG);
    assert_status(ctx, cim_query_explain(ctx, NULL, "TRUE", NULL, &json), CIM_EARG);
}

/* ---- wrong queries ---- */

static const struct {
    const char *text, *said;
} wrong[] = {
    { "heigth_m > 3", "query:1: expected a property: no object of this city has a property called heigth_m (height_m" },
    { "class = 'Building' AND amenty = 'cafe'", "query:24: expected a property: no object of this city has a property called amenty (osm:amenity" },
    { "class = 'Bilding'", "query:9: expected a class: none is called 'Bilding' (Building" },
    { "IS_A('building')", "query:6: expected a class: none is called 'building' (Building" },
    { "layer = 'buildings'", "query:9: expected a layer: none is called 'buildings' (building" },
    { "RELATED(acesses, 'osm:way/3')", "query:9: expected a relation: none is called acesses (accesses" },
    { "RELATED(accesses, 'osm:way/9')", "query:1: expected an object of this city: none has the id 'osm:way/9'" },
    { "S_WITHIN(geom, OBJECT('osm:way/9'))", "query:16: expected an object of this city" },
    { "S_WITHIN(geom, OBJECT('net'))", "query:16: expected an object with a geometry" },
    { "height_m > 'high'", "query:12: expected a number: height_m is one" },
    { "height_m", "query:9: expected a comparison (=, <>, <, >, <=, >=, LIKE, IN, BETWEEN, IS), not the end" },
    { "height_m >", "query:11: expected a property, a value or a function, not the end" },
    { "height_m = 3 AND", "query:17: expected a property, a value or a function, not the end" },
    { "height_m = 3 OR OR name = 'a'", "query:17: expected a property" },
    { "(height_m = 3", "query:14: expected AND, OR or ), not the end" },
    { "height_m = 3)", "query:13: expected AND, OR or the end, not )" },
    { "height_m == 3", "query:11: expected a property, a value or a function, not =" },
    { "height_m != 3", "query:10: expected <> for \"not equal\"" },
    { "name = 'a", "query:8: expected a closing '" },
    { "\"name = 1", "query:1: expected a closing \"" },
    { "name = \"Rathaus\"", "no object of this city has a property called Rathaus" },
    { "name LIKE 3", "query:11: expected a pattern in single quotes" },
    { "name IN 'a'", "query:9: expected ( and the values of IN" },
    { "name IN ()", "query:10: expected a property, a value or a function" },
    { "height_m BETWEEN 1 OR 2", "query:20: expected AND and the upper end of BETWEEN, not OR" },
    { "name IS 3", "query:9: expected NULL or NOT NULL, not 3" },
    { "name NOT = 3", "query:10: expected LIKE, BETWEEN or IN behind NOT" },
    { "has_part = 3", "query:1: expected a property: has_part is a relation" },
    { "geom = 3", "query:1: expected a value, not a geometry" },
    { "S_INTERSECT(geom, POINT(1 2))", "query:1: expected a function: none is called S_INTERSECT (S_INTERSECTS" },
    { "S_INTERSECTS(geom, POINT(1))", "query:20: " },
    { "S_INTERSECTS(geom, POINT(1 2)", "query:30: expected ), not the end" },
    { "S_INTERSECTS(geom, CIRCLE(1 2))", "query:20: expected a geometry" },
    { "S_INTERSECTS(name, POINT(1 2))", "query:14: expected a geometry (geom" },
    { "S_INTERSECTS(geom, BBOX(1,2,3))", "query:30: expected BBOX with 4 or 6 numbers" },
    { "S_INTERSECTS(geom, BBOX(1,5,3,4))", "query:20: expected a BBOX whose second y" },
    { "S_INTERSECTS(geom, BBOX(5,2,3,4))", "query:20: expected a BBOX whose second x" },
    { "S_INTERSECTS(geom, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "query:20: expected a valid polygon" },
    { "S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 1)))", NULL },
    { "S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0,1 1)))", "query:17: expected one geometry: GEOMETRYCOLLECTION is supported in" },
    { "S_DWITHIN(geom, POINT(1 1), -1)", "query:30: expected a distance" },
    { "S_DWITHIN(geom, POINT(1 1), 1, parsec)", "query:32: expected a unit: m, km, ft or mi, not parsec" },
    { "A_EQUALS(tags, ('a'))", "query:1: expected no array function: A_EQUALS" },
    { "tags = ['a']", "query:8: expected no array" },
    { "DATE('2026-13-01') = valid_from", "query:6: expected a date" },
    { "TIMESTAMP('2026-01-01') = valid_from", "query:11: expected a time" },
    { "T_DURING(valid_from, INTERVAL('2020-01-01','2010-01-01'))", "query:31: expected an interval that begins before it ends" },
    { "T_MEETS(valid_from, DATE('2020-01-01'))", "query:21: expected an interval, not an instant" },
    { "T_AFTER(3, DATE('2020-01-01'))", "query:9: expected DATE" },
    { "located_in.located_in.located_in.located_in.located_in.located_in.located_in.located_in.located_in.name = 'a'", "query:1: expected at most 8 relations" },
    { "name = 'a' name = 'b'", "query:12: expected AND, OR or the end, not name" },
    { "1e999 = 1", "query:1: expected a number in the range of doubles" },
    { "name = 'a' AND \xff", "query:16: expected UTF-8" },
    { "name = 'ä' AND ;", "query:16: expected a name, a number" },
    { "height_m + 'a' = 3", "query:12: expected a number" },
    { "name.", "query:5: expected a name behind the dot" },
    { "AND", "query:1: expected a property, a value or a function (names that are keywords" },
};

static void test_query_run_wrong(void **state)
{
    unsigned bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cim_query_result r = CIM_QUERY_RESULT_INIT;
        cim_status st = cim_query_run(ctx, city, wrong[i].text, NULL, &r);
        const char *said = cim_ctx_error(ctx);
        bool right = wrong[i].said ? st == CIM_EARG && strstr(said, wrong[i].said) && (!strncmp(said, "query:", 6)) : st == CIM_OK;
        if (!right) print_error("%s\n  %d %s\n", wrong[i].text, (int)st, said);
        bad += !right;
        cim_query_result_dispose(&r);
    }
    assert_int_equal(bad, 0);
}

static void test_query_run_wrong_options(void **state)
{
    cim_query_options opts = CIM_QUERY_OPTIONS_INIT;
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    (void)state;
    opts.sort = "geom";
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", &opts, &r), CIM_EARG);
    opts.sort = "heigth_m";
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", &opts, &r), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "height_m"));
    opts.sort = "a b";
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", &opts, &r), CIM_EARG);
    opts.sort = NULL;
    opts.at = "yesterday";
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", &opts, &r), CIM_EARG);
    opts.at = NULL;
    opts.epsg = 999999;
    assert_status(ctx, cim_query_run(ctx, city, "S_WITHIN(geom, POINT(1 1))", &opts, &r), CIM_EARG);
    opts.epsg = -1;
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", &opts, &r), CIM_EARG);
    assert_status(ctx, cim_query_run(ctx, NULL, "TRUE", NULL, &r), CIM_EARG);
    assert_status(ctx, cim_query_run(ctx, city, "TRUE", NULL, NULL), CIM_EARG);
}

/* ---- limits ---- */

static char *repeated(const char *head, const char *part, size_t count, const char *tail)
{
    size_t size = strlen(head) + count * strlen(part) + strlen(tail) + 1;
    char *text = malloc(size), *to = text + sprintf(text, "%s", head);
    for (size_t i = 0; i < count; i++) to += sprintf(to, "%s", part);
    sprintf(to, "%s", tail);
    return text;
}

static void expect_limit(char *text, cim_status wanted, const char *said)
{
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(ctx, city, text, NULL, &r);
    if (st != wanted || (said && !strstr(cim_ctx_error(ctx), said))) print_error("%.60s...: %d %s\n", text, (int)st, cim_ctx_error(ctx));
    assert_int_equal(st, wanted);
    if (said) assert_non_null(strstr(cim_ctx_error(ctx), said));
    cim_query_result_dispose(&r);
    free(text);
}

static void test_query_run_limits(void **state)
{
    (void)state;
    expect_limit(repeated("", " ", 65536, ""), CIM_OK, NULL);
    expect_limit(repeated("", " ", 65537, ""), CIM_EARG, "at most 65536 bytes");
    expect_limit(repeated("", "(", 60000, ""), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("", "NOT ", 15000, "TRUE"), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("1 = ", "- ", 30000, "1"), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("1 = ", "2 ^ ", 15000, "1"), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("1 = 1", " + 1", 15000, ""), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("", "CASEI(", 10000, ""), CIM_EARG, "nested at most 256 deep");
    expect_limit(repeated("TRUE", " AND TRUE", 7000, ""), CIM_OK, NULL);
    expect_limit(repeated("FALSE", " OR FALSE", 7000, ""), CIM_OK, NULL);
    expect_limit(repeated("height_m IN (1", ",2", 30000, ")"), CIM_OK, NULL);
    expect_limit(repeated("RELATED(accesses", ",'osm:way/3'", 1025, ")"), CIM_EARG, "at most 1024 ids");
    expect_limit(repeated("S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(1 1)", ",POINT(1 1)", 4096, "))"), CIM_EARG, "at most 4096 geometries");
    expect_limit(repeated("name LIKE '", "%a", 20000, "'"), CIM_OK, NULL); /* matching does not explode */
}

/* ---- other failures ---- */

/* Two attributes of 1,100 numbers each combine in more than a million ways. */
static void test_query_run_combinations(void **state)
{
    char *list = repeated("0", ",1", 1100, ""), *attrs = malloc(2 * strlen(list) + 100);
    const char *path = support_temp("many.cim");
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    cim_city *many;
    (void)state;
    sprintf(attrs, "{\"a\":[%s],\"b\":[%s]}", list, list);
    support_city(path, 0, &(support_object){ .gid = "x", .class_name = "Network", .attrs = attrs }, 1, NULL, 0);
    many = support_open(ctx, path);
    assert_status(ctx, cim_query_run(ctx, many, "a + b = 7", NULL, &r), CIM_ELIMIT);
    assert_non_null(strstr(cim_ctx_error(ctx), "query:3: more than"));
    assert_ok(ctx, cim_query_run(ctx, many, "a = 1 AND b + 1 = 2", NULL, &r));
    assert_int_equal(r.matched, 1);
    cim_query_result_dispose(&r);
    cim_city_free(many);
    free(attrs);
    free(list);
}

static void test_query_run_cancelled(void **state)
{
    cim_ctx *other = support_ctx();
    cim_city *small = support_open(other, small_city("cancel.cim"));
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    (void)state;
    cim_ctx_cancel(other);
    assert_status(other, cim_query_run(other, small, "name LIKE 'A%'", NULL, &r), CIM_ECANCEL);
    assert_int_equal(r.count, 0);
    cim_city_free(small);
    cim_ctx_free(other);
}

static void damage(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void expect_damage(const char *path, const char *text, const char *said)
{
    cim_query_result r = CIM_QUERY_RESULT_INIT;
    cim_city *damaged = support_open(ctx, path);
    cim_status st = cim_query_run(ctx, damaged, text, NULL, &r);
    if (st != CIM_EFORMAT || !strstr(cim_ctx_error(ctx), said)) print_error("%s: %d %s\n", text, (int)st, cim_ctx_error(ctx));
    assert_int_equal(st, CIM_EFORMAT);
    assert_non_null(strstr(cim_ctx_error(ctx), said));
    cim_city_free(damaged);
}

static void test_query_run_damaged(void **state)
{
    const char *path = small_city("damaged.cim");
    (void)state;
    damage(path, "UPDATE building SET attrs='{\"osm:building\":[1,{}' WHERE gid='osm:way/4'");
    expect_damage(path, "osm:building = 'no'", "the attributes of object");
    damage(path, "UPDATE building SET geom=substr(geom,1,length(geom)-9)||x'fe' WHERE gid='osm:way/5'");
    expect_damage(path, "S_TOUCHES(geom, POINT(500155 5400010))", "object");
}

static int setup(void **state)
{
    (void)state;
    ctx = support_ctx();
    city = support_open(ctx, small_city("run.cim"));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_run_known),   cmocka_unit_test(test_query_run_options), cmocka_unit_test(test_query_run_at),
        cmocka_unit_test(test_query_run_crs),     cmocka_unit_test(test_query_values),      cmocka_unit_test(test_query_explain),
        cmocka_unit_test(test_query_run_wrong),   cmocka_unit_test(test_query_run_wrong_options), cmocka_unit_test(test_query_run_limits),
        cmocka_unit_test(test_query_run_combinations), cmocka_unit_test(test_query_run_cancelled), cmocka_unit_test(test_query_run_damaged),
    };
    return cmocka_run_group_tests_name("query/run", tests, setup, teardown);
}
