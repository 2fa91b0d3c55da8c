/* GeoJSON, CityJSON and GeoPackage of a small city: members, reference systems, rings, choices, refusals, and every allocation failing. */
#include "city.h"
#include "city/styles.h"
#include "core/json.h"
#include "geom/topo.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *city_path;

/* The Building's outer ring is clockwise and its hole counter-clockwise: against RFC 7946. */
static int make_city(void **state)
{
    static const support_object objects[] = {
        { "osm:way/1", "Building", "MULTIPOLYGON(((500000 5400000,500000 5400010,500010 5400010,500010 5400000,500000 5400000),(500002 5400002,500003 5400002,500003 5400003,500002 5400002)))",
          "name=A \"quoted\";height_m=9;storeys=3:default", "{\"osm:building\":\"yes\",\"deep\":{\"list\":[1,null,\"ä\"]}}", NULL, "2001", "2020" },
        { "osm:way/2", "Road", "LINESTRING(500000 5400020,500010 5400020.123456)", "name=B", NULL, NULL, NULL, NULL },
        { "osm:way/3", "BuildingPart", "MULTIPOLYGON(((500000 5400000,500005 5400000,500005 5400005,500000 5400000)))", NULL, NULL, "osm:way/1", NULL, NULL },
        { "osm:node/4", "Camera", "POINT(500001 5400001)", "direction_deg=90", NULL, NULL, NULL, NULL },
        { "osm:relation/5", "TurnRestriction", NULL, NULL, NULL, NULL, NULL, NULL },
        { "osm:way/6", "Building", "MULTIPOLYGON(((500100 5400000,500110 5400000,500110 5400010,500100 5400000)))", NULL, NULL, NULL, NULL, NULL },
    };
    static const support_relation relations[] = { { "osm:way/1", CIM__R_ACCESSES, "osm:way/2", "{\"distance_m\":1}" } };
    (void)state;
    city_path = strdup(support_temp("export.cim"));
    support_city(city_path, 0, objects, 6, relations, 1);
    return 0;
}

typedef struct fixture {
    cim_ctx *ctx;
    cim_city *city;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->ctx = support_ctx();
    f->city = support_open(f->ctx, city_path);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    cim_city_free(f->city);
    cim_ctx_free(f->ctx);
    free(f);
    return 0;
}

static uint32_t id_of(fixture *f, const char *gid)
{
    uint32_t id = 0;
    size_t count;
    assert_ok(f->ctx, cim_city_find(f->ctx, f->city, gid, &id, 1, &count));
    return id;
}

/* The text that an export writes; freed by the caller. */
static char *exported(fixture *f, const uint32_t *ids, size_t count, const char *name, const cim_export_options *opts)
{
    const char *path = support_temp(name);
    unlink(path);
    assert_ok(f->ctx, cim_export(f->ctx, f->city, ids, count, path, opts, NULL));
    size_t size;
    char *text = support_read(path, &size);
    assert_non_null(text);
    return text;
}

static cim__jvalue parsed(const char *text)
{
    cim__jvalue v;
    assert_true(cim__jparse(cim__str_of(text), &v));
    return v;
}

static cim__jvalue member(cim__jvalue object, const char *path)
{
    char copy[200];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *save, *key = strtok_r(copy, "/", &save); key; key = strtok_r(NULL, "/", &save)) {
        if (key[0] == '#') {
            cim__jiter it = cim__jiter_of(object);
            cim__str none;
            for (long n = strtol(key + 1, NULL, 10); n >= 0; n--) assert_true(cim__jnext(&it, &none, &object));
        } else if (!cim__jfind(object, cim__str_of(key), &object)) {
            fail_msg("%s: no member %s", path, key);
        }
    }
    return object;
}

static void expect(cim__jvalue object, const char *path, const char *wanted)
{
    cim__jvalue v = member(object, path);
    if (!cim__str_is(v.text, wanted)) fail_msg("%s is %.*s, not %s", path, (int)v.text.len, v.text.ptr, wanted);
}

static size_t length(cim__jvalue list)
{
    cim__jiter it = cim__jiter_of(list);
    cim__jvalue v;
    cim__str key;
    size_t n = 0;
    while (cim__jnext(&it, &key, &v)) n++;
    return n;
}

static bool has(cim__jvalue object, const char *key)
{
    cim__jvalue v;
    return cim__jfind(object, cim__str_of(key), &v);
}

/* ---- GeoJSON ---- */

static cim__jvalue feature_of(cim__jvalue collection, const char *id)
{
    cim__jiter it = cim__jiter_of(member(collection, "features"));
    cim__jvalue v, found;
    cim__str key;
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", id);
    while (cim__jnext(&it, &key, &v))
        if (cim__jfind(v, CIM__STR("id"), &found) && cim__str_is(found.text, quoted)) return v;
    fail_msg("no feature %s", id);
    return collection;
}

static void test_geojson_members(void **state)
{
    fixture *f = *state;
    char *text = exported(f, NULL, 0, "a.geojson", NULL);
    cim__jvalue root = parsed(text), house = feature_of(root, "osm:way/1");
    expect(root, "type", "\"FeatureCollection\"");
    assert_false(has(root, "crs"));
    assert_int_equal(length(member(root, "features")), 6);
    expect(house, "type", "\"Feature\"");
    expect(house, "properties/id", "\"osm:way/1\"");
    expect(house, "properties/class", "\"Building\"");
    expect(house, "properties/layer", "\"building\"");
    expect(house, "properties/name", "\"A \\\"quoted\\\"\"");
    expect(house, "properties/height_m", "9");
    expect(house, "properties/storeys", "3");
    expect(house, "properties/derived", "{\"storeys\":\"default\"}");
    expect(house, "properties/valid_from", "\"2001\"");
    expect(house, "properties/attributes", "{\"osm:building\":\"yes\",\"deep\":{\"list\":[1,null,\"ä\"]}}");
    assert_false(has(member(house, "properties"), "relations"));
    expect(feature_of(root, "osm:relation/5"), "geometry", "null");
    expect(feature_of(root, "osm:node/4"), "geometry/type", "\"Point\"");
    free(text);
}

/* Twice the area of a ring of positions; positive when counter-clockwise. */
static double ring_area(cim__jvalue ring, double *first_lon)
{
    cim__jiter it = cim__jiter_of(ring);
    cim__jvalue v;
    cim__str key;
    double area = 0.0, before[2] = { 0, 0 }, base[2] = { 0, 0 };
    for (int n = 0; cim__jnext(&it, &key, &v); n++) {
        double at[2];
        for (int k = 0; k < 2; k++) assert_true(cim__jnumber(member(v, k ? "#1" : "#0"), &at[k]));
        if (n == 0) base[0] = at[0], base[1] = at[1];
        at[0] -= base[0], at[1] -= base[1];
        area += before[0] * at[1] - before[1] * at[0];
        before[0] = at[0], before[1] = at[1];
    }
    *first_lon = base[0];
    return area;
}

static void test_geojson_rings_and_crs(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    double lon;
    for (int pass = 0; pass < 2; pass++) {
        if (pass) opts.epsg = 25833;
        char *text = exported(f, NULL, 0, "b.geojson", &opts);
        cim__jvalue root = parsed(text), rings = member(feature_of(root, "osm:way/1"), "geometry/coordinates/#0");
        assert_true(ring_area(member(rings, "#0"), &lon) > 0.0);
        if (pass) assert_true(lon > 50000 && lon < 70000); /* some 441 km west of the axis of zone 33 */
        else assert_true(fabs(lon - 9.0) < 0.001);
        assert_true(ring_area(member(rings, "#1"), &lon) < 0.0);
        if (pass) expect(root, "crs/properties/name", "\"urn:ogc:def:crs:EPSG::25833\"");
        free(text);
    }
    opts.epsg = 25832;
    opts.decimals = 1;
    char *text = exported(f, NULL, 0, "b.geojson", &opts);
    expect(feature_of(parsed(text), "osm:way/2"), "geometry/coordinates", "[[500000,5400020],[500010,5400020.1]]");
    free(text);
}

static void test_geojson_choice_and_relations(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    uint32_t ids[3] = { id_of(f, "osm:way/2"), id_of(f, "osm:way/1"), id_of(f, "osm:way/1") };
    opts.flags = CIM_EXPORT_RELATIONS;
    char *text = exported(f, ids, 3, "c.geojson", &opts);
    cim__jvalue root = parsed(text);
    assert_int_equal(length(member(root, "features")), 2);
    assert_true(length(member(feature_of(root, "osm:way/1"), "properties/relations")) >= 1);
    free(text);
    text = exported(f, ids, 0, "c.geojson", NULL); /* none is not all */
    assert_int_equal(length(member(parsed(text), "features")), 0);
    free(text);
}

static void test_geojson_sequence(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    for (int pass = 0; pass < 2; pass++) {
        opts.flags = pass ? CIM_EXPORT_RS : 0;
        char *text = exported(f, NULL, 0, "d.geojsonl", &opts);
        int lines = 0;
        for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save), lines++) {
            assert_int_equal(line[0] == 0x1e, pass);
            expect(parsed(line + pass), "type", "\"Feature\"");
        }
        assert_int_equal(lines, 6);
        free(text);
    }
}

/* ---- CityJSON of what has no shapes ---- */

/* Volume of a solid by the divergence theorem, exact for closed shells of whole numbers; negative when inside out. */
static double volume(cim__jvalue shell, cim__jvalue vertices)
{
    cim__jiter faces = cim__jiter_of(shell);
    cim__jvalue face, ring, v;
    cim__str key;
    double sum = 0.0;
    while (cim__jnext(&faces, &key, &face)) {
        cim__jiter rings = cim__jiter_of(face);
        while (cim__jnext(&rings, &key, &ring)) {
            double p[64][3];
            size_t n = 0;
            for (cim__jiter it = cim__jiter_of(ring); cim__jnext(&it, &key, &v); n++) {
                char at[40];
                double number;
                assert_true(n < 64 && cim__jnumber(v, &number));
                for (int k = 0; k < 3; k++) {
                    snprintf(at, sizeof at, "#%d/#%d", (int)number, k);
                    assert_true(cim__jnumber(member(vertices, at), &p[n][k]));
                }
            }
            for (size_t i = 1; i + 1 < n; i++)
                sum += p[0][0] * (p[i][1] * p[i + 1][2] - p[i][2] * p[i + 1][1]) + p[0][1] * (p[i][2] * p[i + 1][0] - p[i][0] * p[i + 1][2]) + p[0][2] * (p[i][0] * p[i + 1][1] - p[i][1] * p[i + 1][0]);
        }
    }
    return sum / 6.0;
}

static void test_cityjson_extrudes(void **state)
{
    fixture *f = *state;
    char *text = exported(f, NULL, 0, "e.city.json", NULL);
    cim__jvalue root = parsed(text), objects = member(root, "CityObjects"), house, flat;
    assert_true(cim__jfind(objects, CIM__STR("osm:way/1"), &house) && cim__jfind(objects, CIM__STR("osm:way/6"), &flat));
    expect(root, "version", "\"2.0\"");
    expect(root, "transform/scale", "[0.001,0.001,0.001]");
    expect(root, "metadata/referenceSystem", "\"https://www.opengis.net/def/crs/EPSG/0/25832\"");
    expect(house, "type", "\"Building\"");
    expect(house, "children", "[\"osm:way/3\"]");
    expect(house, "attributes/measuredHeight", "9");
    expect(house, "attributes/validTo", "\"2020\"");
    assert_false(has(member(house, "attributes"), "storeysAboveGround")); /* guessed */
    expect(house, "geometry/#0/type", "\"Solid\"");
    expect(house, "geometry/#0/lod", "\"1\"");
    assert_true(fabs(volume(member(house, "geometry/#0/boundaries/#0"), member(root, "vertices")) * 1e-9 - 99.5 * 9.0) < 1e-6); /* 10 x 10 less half a square */
    expect(flat, "geometry/#0/type", "\"MultiSurface\"");
    expect(flat, "geometry/#0/lod", "\"0\"");
    assert_false(strstr(text, "osm:relation/5") != NULL); /* a restriction without a place */
    assert_non_null(strstr(text, "\"cim:class\":\"Camera\""));
    free(text);
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    opts.flags = CIM_EXPORT_NO_EXTRUDE;
    text = exported(f, NULL, 0, "e.city.json", &opts);
    assert_null(strstr(text, "\"Solid\""));
    free(text);
}

static void test_cityjson_lod(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *lod;
        bool solid, surface;
    } cases[] = { { NULL, true, true }, { "0", false, true }, { "1", true, false }, { "2", false, false }, { "1.2", false, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
        opts.lod = cases[i].lod;
        char *text = exported(f, NULL, 0, "l.city.json", &opts);
        assert_int_equal(strstr(text, "\"Solid\"") != NULL, cases[i].solid);
        assert_int_equal(strstr(text, "\"MultiSurface\"") != NULL, cases[i].surface);
        free(text);
    }
}

/* Heights beyond all bounds: counted, and the file is still JSON. */
static void test_export_far_away(void **state)
{
    fixture *f = *state;
    static const double values[] = { -1e300, 5e9, 4e18 };
    static const char *const names[] = { "m.geojson", "m.city.json", "m.gpkg" };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double coords[] = { 500000, 5400000, 1, 500001, 5400000, 1, 500001, 5400001, values[i], 500000, 5400000, 1 };
        uint32_t ring_end[] = { 4 }, part_end[] = { 1 };
        cim__shape shape = { .lod = CIM__STR("2"), .role = CIM__STR("surface"), .geom = { CIM_GEOM_MULTIPOLYGON, 3, 4, 1, 1, 0, coords, ring_end, part_end } };
        cim__feature feature = { .gid = CIM__STR("far"), .class_id = CIM__C_Building, .shapes = &shape, .shape_count = 1 };
        char path[300];
        snprintf(path, sizeof path, "%s", support_temp("far.cim"));
        unlink(path);
        support_city_features(path, 0, &feature, 1, NULL, 0);
        cim_city *city = support_open(f->ctx, path);
        for (int k = 0; k < 3; k++) {
            cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
            size_t size;
            opts.flags = CIM_EXPORT_OVERWRITE;
            opts.decimals = 9;
            cim_buf report = CIM_BUF_INIT;
            assert_ok(f->ctx, cim_export(f->ctx, city, NULL, 0, support_temp(names[k]), &opts, &report));
            expect(parsed(report.data), "geometries_outside", k == 1 ? "1" : "0");
            cim_buf_dispose(&report);
            char *text = support_read(support_temp(names[k]), &size);
            if (k < 2) parsed(text);
            free(text);
        }
        cim_city_free(city);
    }
}

/* A polygon that no shell refers to was lost. */
static void test_cityjson_polygon_beside_shell(void **state)
{
    fixture *f = *state;
    double coords[] = { 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 5, 5, 5, 6, 5, 5, 6, 6, 5, 5, 5, 5 };
    uint32_t ring_end[] = { 4, 8 }, part_end[] = { 1, 2 };
    cim__topo topo;
    cim__buf bytes = cim__buf_on(f->ctx->mem);
    cim__topo_init(&topo, f->ctx->mem);
    topo.kind = CIM__TOPO_SOLID;
    for (int i = 0; i < 2; i++) cim__topo_polygon(&topo, CIM_NONE, CIM__STR(""));
    cim__topo_face(&topo, 0, false);
    cim__topo_end_shell(&topo);
    cim__topo_end_solid(&topo);
    cim__topo_put(&bytes, &topo);
    cim__shape shape = { .lod = CIM__STR("2"), .role = CIM__STR("solid"), .geom = { CIM_GEOM_MULTIPOLYGON, 3, 8, 2, 2, 0, coords, ring_end, part_end }, .topo = cim__buf_str(&bytes) };
    cim__feature feature = { .gid = CIM__STR("gml:b"), .class_id = CIM__C_Building, .shapes = &shape, .shape_count = 1 };
    char path[300];
    snprintf(path, sizeof path, "%s", support_temp("beside.cim"));
    support_city_features(path, 0, &feature, 1, NULL, 0);
    cim_city *own = f->city;
    f->city = support_open(f->ctx, path);
    char *text = exported(f, NULL, 0, "n.city.json", NULL);
    cim__jvalue house = member(parsed(text), "CityObjects/b");
    expect(house, "geometry/#0/type", "\"Solid\"");
    expect(house, "geometry/#0/boundaries", "[[[[0,1,2]]]]");
    expect(house, "geometry/#1/type", "\"MultiSurface\"");
    expect(house, "geometry/#1/boundaries", "[[[3,4,5]]]");
    free(text);
    cim_city_free(f->city);
    f->city = own;
    cim__buf_free(&bytes);
    cim__topo_free(&topo);
}

/* A part brings its whole along. */
static void test_cityjson_wholes(void **state)
{
    fixture *f = *state;
    uint32_t part = id_of(f, "osm:way/3");
    char *text = exported(f, &part, 1, "f.city.jsonl", NULL), *second = strchr(text, '\n') + 1;
    *strchr(second, '\n') = 0;
    second[-1] = 0;
    expect(parsed(text), "type", "\"CityJSON\"");
    expect(parsed(second), "id", "\"osm:way/1\"");
    assert_int_equal(length(member(parsed(second), "CityObjects")), 2);
    free(text);
}

/* What was exported comes back as the same objects. */
static void test_cityjson_returns(void **state)
{
    fixture *f = *state;
    static const char *const names[] = { "g.city.json", "g.city.jsonl" };
    for (int pass = 0; pass < 2; pass++) {
        char copy_path[300];
        snprintf(copy_path, sizeof copy_path, "%s", support_temp("copy.cim"));
        unlink(copy_path);
        char *text = exported(f, NULL, 0, names[pass], NULL);
        const char *input = support_temp(names[pass]);
        cim_city *copy = NULL, *own = f->city;
        assert_ok(f->ctx, cim_import(f->ctx, copy_path, &input, 1, NULL, NULL));
        assert_ok(f->ctx, cim_city_open(f->ctx, copy_path, NULL, &copy));
        f->city = copy;
        assert_string_equal(cim_city_class(copy, id_of(f, "osm:node/4")), "Camera");
        char *again = exported(f, NULL, 0, names[pass], NULL);
        assert_string_equal(text, again);
        f->city = own;
        cim_city_free(copy);
        free(text);
        free(again);
    }
}

/* ---- the file ---- */

static void test_export_overwrites_only_when_asked(void **state)
{
    fixture *f = *state;
    static const char *const names[] = { "h.geojson", "h.geojsonl", "h.city.json", "h.city.jsonl", "h.gpkg" };
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    for (size_t i = 0; i < 5; i++) {
        const char *path = support_temp(names[i]);
        support_write(path, "old", 3);
        opts.flags = 0;
        assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_EEXIST);
        opts.flags = CIM_EXPORT_OVERWRITE;
        cim_buf report = CIM_BUF_INIT;
        assert_ok(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, &report));
        expect(parsed(report.data), "epsg", i < 2 ? "4326" : "25832");
        expect(parsed(report.data), "objects", i < 2 || i == 4 ? "6" : "5");
        expect(parsed(report.data), "objects_without_place", i < 2 || i == 4 ? "0" : "1");
        cim_buf_dispose(&report);
    }
}

static void test_export_refuses(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    uint32_t unknown = 4000000000u;
    const char *path = support_temp("i.geojson");
    char inside[300];
    snprintf(inside, sizeof inside, "%s/x.geojson", support_temp("missing"));
    assert_status(f->ctx, cim_export(f->ctx, f->city, &unknown, 1, path, NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, "x.shp", NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, NULL, NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export(f->ctx, NULL, NULL, 0, path, NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, inside, NULL, NULL), CIM_EIO);
    opts.decimals = 10;
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_EARG);
    opts = (cim_export_options)CIM_EXPORT_OPTIONS_INIT;
    opts.lod = "high";
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_EARG);
    opts.lod = NULL;
    opts.format = "shp";
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_EARG);
    opts.format = NULL;
    opts.epsg = 999999;
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_ENOTFOUND);
    opts.epsg = 0;
    opts.flags = 1u << 30;
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, &opts, NULL), CIM_EARG);
    assert_int_not_equal(access(path, F_OK), 0);
    cim_ctx_cancel(f->ctx);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, NULL, NULL), CIM_ECANCEL);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* A module's file is as careful as the others. */
static void test_gpkg_refuses(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    const char *path = support_temp("k.gpkg");
    char inside[300], directory[300];
    snprintf(inside, sizeof inside, "%s/x.gpkg", support_temp("missing"));
    snprintf(directory, sizeof directory, "%s", support_temp("directory.gpkg"));
    assert_int_equal(mkdir(directory, 0777), 0);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, inside, NULL, NULL), CIM_EIO);
    opts.format = "gpkg";
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, "-", &opts, NULL), CIM_EARG);
    opts.flags = CIM_EXPORT_OVERWRITE;
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, directory, &opts, NULL), CIM_EIO);
    cim_ctx_cancel(f->ctx);
    assert_status(f->ctx, cim_export(f->ctx, f->city, NULL, 0, path, NULL, NULL), CIM_ECANCEL);
    cim_ctx_resume(f->ctx);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void test_styles_of_all_layers(void **state)
{
    fixture *f = *state;
    cim__buf qml = cim__buf_on(f->ctx->mem), sld = cim__buf_on(f->ctx->mem);
    for (int i = 0; i < CIM__LAYER_COUNT; i++) {
        bool spatial = cim__layers[i].type != 0;
        qml.size = sld.size = 0;
        if (cim__style_qml(&qml, (cim__layer_id)i) != spatial || cim__style_sld(&sld, (cim__layer_id)i) != spatial) fail_msg("layer %s has no style", cim__layers[i].table);
        assert_int_equal(qml.size > 0, spatial);
    }
    cim__buf_free(&qml);
    cim__buf_free(&sld);
}

/* Every allocation fails once, and it and all later ones: no leak, no file left. */
static void test_export_no_memory(void **state)
{
    fixture *f = *state;
    static const char *const names[] = { "j.geojson", "j.geojsonl", "j.city.json", "j.city.jsonl", "j.gpkg" };
    for (size_t i = 0; i < 10; i++) {
        const char *path = support_temp(names[i / 2]);
        for (long n = 0;; n++) {
            support_fault fault = { .left = n, .persistent = i & 1 };
            cim_ctx *ctx = support_fault_ctx(&fault, 1);
            cim_city *city = support_open(f->ctx, city_path); /* anew: nothing is loaded yet */
            cim_buf report = CIM_BUF_INIT;
            unlink(path);
            cim_status st = ctx ? cim_export(ctx, city, NULL, 0, path, NULL, &report) : CIM_ENOMEM;
            cim_buf_dispose(&report);
            cim_city_free(city);
            cim_ctx_free(ctx);
            if (fault.live || (st < 0 && st != CIM_ENOMEM)) print_error("%s: %s, %ld blocks leaked at allocation %ld\n", names[i / 2], cim_status_name(st), fault.live, n);
            assert_int_equal(fault.live, 0);
            assert_true(st >= 0 || st == CIM_ENOMEM);
            if (!fault.hit) break;
        }
        assert_int_equal(access(path, F_OK), 0);
    }
}

/* ---- features ---- */

#define POINT "{\"type\":\"Point\",\"coordinates\":[1,2]}"
static const char features[] = "{\"type\":\"FeatureCollection\",\"as_of\":\"now\",\"features\":["
                               "{\"type\":\"Feature\",\"id\":7,\"geometry\":" POINT ",\"properties\":{\"role\":\"site\",\"n\":1,\"yes\":true}},"
                               "{\"type\":\"Feature\",\"geometry\":{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]},\"properties\":{\"role\":\"site\",\"n\":1.5,\"t\":[\"\\u0000\"]}},"
                               "{\"type\":\"Feature\",\"geometry\":null,\"properties\":null}]}";

static cim_status write_features(cim_ctx *ctx, const char *text, const char *path, uint32_t flags, cim_buf *report)
{
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    opts.flags = flags;
    return cim_export_features(ctx, text, text ? strlen(text) : 0, path, &opts, report);
}

static void test_features_are_written(void **state)
{
    fixture *f = *state;
    static const char *const names[] = { "f.geojson", "f.gpkg" };
    static const char *const layers[] = { "[]", "[\"site_points\",\"rows\",\"collection\"]" };
    for (size_t i = 0; i < 2; i++) {
        const char *path = support_temp(names[i]);
        cim_buf report = CIM_BUF_INIT;
        size_t size;
        support_write(path, "old", 3);
        assert_status(f->ctx, write_features(f->ctx, features, path, 0, NULL), CIM_EEXIST);
        char *text = support_read(path, &size);
        assert_int_equal(size, 3);
        free(text);
        assert_ok(f->ctx, write_features(f->ctx, features, path, CIM_EXPORT_OVERWRITE, &report));
        expect(parsed(report.data), "features", "3");
        expect(parsed(report.data), "layers", layers[i]);
        expect(parsed(report.data), "epsg", "4326");
        cim_buf_dispose(&report);
        text = support_read(path, &size);
        if (!i) assert_true(size == strlen(features) + 1 && !memcmp(text, features, strlen(features)) && text[size - 1] == '\n');
        else assert_memory_equal(text, "SQLite format 3", 16);
        free(text);
    }
}

static void test_features_refused(void **state)
{
    fixture *f = *state;
#define FEATURE(geometry) "{\"type\":\"Feature\",\"properties\":{},\"geometry\":" geometry "}"
    static const char *const texts[] = {
        "", "{", "[]", "7", "{}", "{\"type\":\"Point\",\"coordinates\":[1,2]}", "{\"type\":\"FeatureCollection\"}", "{\"type\":\"FeatureCollection\",\"features\":{}}",
        "{\"type\":\"FeatureCollection\",\"features\":[7]}", "{\"type\":\"FeatureCollection\",\"features\":[]} x", "{\"type\":\"FeatureCollection\",\"features\":[],\"crs\":{}}",
        "{\"type\":\"Feature\",\"properties\":{}}", "{\"type\":\"Feature\",\"geometry\":null,\"properties\":[]}", "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":\"\xff\"}}",
        FEATURE("7"), FEATURE("{\"type\":\"GeometryCollection\",\"geometries\":[]}"), FEATURE("{\"type\":\"Point\"}"), FEATURE("{\"type\":\"Point\",\"coordinates\":7}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1]}"), FEATURE("{\"type\":\"Point\",\"coordinates\":[1,2,3,4]}"), FEATURE("{\"type\":\"Point\",\"coordinates\":[1,null]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1,1e999]}"), FEATURE("{\"type\":\"Point\",\"coordinates\":[1,1e16]}"), FEATURE("{\"type\":\"LineString\",\"coordinates\":[[1,2]]}"),
        FEATURE("{\"type\":\"LineString\",\"coordinates\":[1,2]}"), FEATURE("{\"type\":\"Polygon\",\"coordinates\":[[]]}"), FEATURE("{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4]]]}"),
        FEATURE("{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}"), FEATURE("{\"type\":\"MultiPolygon\",\"coordinates\":[7]}"), FEATURE("{\"type\":\"MultiLineString\",\"coordinates\":[[[[1,2]]]]}"),
    };
    static const char *const names[] = { "g.geojson", "g.gpkg" };
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            const char *path = support_temp(names[i]);
            cim_status st = write_features(f->ctx, texts[k], path, 0, NULL);
            if (st != (k ? CIM_EFORMAT : CIM_EARG)) print_error("%s: %s\n", texts[k], cim_status_name(st));
            assert_int_equal(st, k ? CIM_EFORMAT : CIM_EARG);
            assert_int_not_equal(access(path, F_OK), 0);
        }
}

static void test_features_options(void **state)
{
    fixture *f = *state;
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    const char *path = support_temp("o.gpkg");
    size_t n = strlen(features);
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, NULL, NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export_features(f->ctx, NULL, n, path, NULL, NULL), CIM_EARG);
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, "x.shp", NULL, NULL), CIM_EARG);
    assert_status(f->ctx, write_features(f->ctx, features, path, CIM_EXPORT_RELATIONS, NULL), CIM_EARG);
    opts.decimals = 3;
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, path, &opts, NULL), CIM_EARG);
    opts = (cim_export_options)CIM_EXPORT_OPTIONS_INIT;
    opts.epsg = 999999;
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, path, &opts, NULL), CIM_ENOTFOUND);
    opts.epsg = 25832;
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, support_temp("o.geojson"), &opts, NULL), CIM_EARG);
    opts.epsg = 0;
    opts.format = "gpkg";
    assert_status(f->ctx, cim_export_features(f->ctx, features, n, "-", &opts, NULL), CIM_EARG);
    cim_ctx_cancel(f->ctx);
    assert_status(f->ctx, write_features(f->ctx, features, path, 0, NULL), CIM_ECANCEL);
    cim_ctx_resume(f->ctx);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* More layers or properties than a file should have. */
static void test_features_limits(void **state)
{
    fixture *f = *state;
    for (int kind = 0; kind < 2; kind++) {
        cim__buf text = cim__buf_on(f->ctx->mem);
        cim__buf_puts(&text, kind ? "{\"type\":\"FeatureCollection\",\"features\":[" : "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{");
        for (int i = 0; i < 501; i++) {
            if (i) cim__buf_putc(&text, ',');
            if (kind) cim__buf_printf(&text, "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"role\":\"r%d\"}}", i);
            else cim__buf_printf(&text, "\"p%d\":1", i);
        }
        cim__buf_puts(&text, kind ? "]}" : "}}");
        assert_status(f->ctx, cim_export_features(f->ctx, (const char *)text.data, text.size, support_temp("l.gpkg"), NULL, NULL), CIM_ELIMIT);
        cim__buf_free(&text);
    }
}

static void test_features_no_memory(void **state)
{
    static const char *const names[] = { "n.geojson", "n.gpkg" };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const char *path = support_temp(names[i / 2]);
        for (long n = 0;; n++) {
            support_fault fault = { .left = n, .persistent = i & 1 };
            cim_ctx *ctx = support_fault_ctx(&fault, 1);
            cim_buf report = CIM_BUF_INIT;
            unlink(path);
            cim_status st = ctx ? write_features(ctx, features, path, 0, &report) : CIM_ENOMEM;
            cim_buf_dispose(&report);
            cim_ctx_free(ctx);
            if (fault.live || (st < 0 && st != CIM_ENOMEM)) print_error("%s: %s, %ld blocks leaked at allocation %ld\n", names[i / 2], cim_status_name(st), fault.live, n);
            assert_int_equal(fault.live, 0);
            assert_true(st >= 0 || st == CIM_ENOMEM);
            if (!fault.hit) break;
        }
        assert_int_equal(access(path, F_OK), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_geojson_members, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geojson_rings_and_crs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geojson_choice_and_relations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_geojson_sequence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cityjson_extrudes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cityjson_lod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_export_far_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cityjson_polygon_beside_shell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cityjson_wholes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cityjson_returns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_export_overwrites_only_when_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_export_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gpkg_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_styles_of_all_layers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_export_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_features_are_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_features_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_features_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_features_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_features_no_memory, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("export", tests, make_city, NULL);
}
