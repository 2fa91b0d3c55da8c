/* test_view_pages.c - the page as a file: hostile texts, the same bytes, reports, refusals.  What its program does is tests/view. */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char collection[] = "{\"type\":\"FeatureCollection\",\"features\":["
                                 "{\"type\":\"Feature\",\"id\":7,\"properties\":{\"limit_s\":60,\"x\":\"</script>\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[9,48.75],[9.01,48.75],[9.01,48.76],[9,48.75]]]}},"
                                 "{\"type\":\"Feature\",\"properties\":{\"limit_s\":120,\"id\":\"osm:way/1\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[9,48.75]}},"
                                 "{\"type\":\"Feature\",\"properties\":null,\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":[]}},"
                                 "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}]}";

static void test_view_page(void **state)
{
    (void)state;
    cim_ctx *ctx = support_ctx();
    cim_city *city = support_open(ctx, pictures_city());
    const char *layer = pictures_file("layer.geojson", collection), *layers[] = { layer, layer };
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    opts.title = "A & </title><script>alert(2)</script>";
    opts.color_by = "height_m";
    opts.layers = layers;
    opts.layer_count = 2;
    const char *page = support_temp("page.html");
    assert_ok(ctx, cim_view_write(ctx, city, NULL, 0, page, &opts, &report));
    assert_non_null(strstr(report.data, "\"objects\":9"));
    assert_non_null(strstr(report.data, "\"features\":4,\"without_geometry\":2,\"by\":\"limit_s\""));
    cim_buf_dispose(&report);
    assert_false(pictures_has(page, "<script>alert"));
    assert_false(pictures_has(page, "http:") || pictures_has(page, "https:") || pictures_has(page, "//cdn"));
    assert_true(pictures_has(page, "default-src 'none'; script-src 'sha256-"));
    assert_true(pictures_has(page, "<title>A &amp; &lt;/title>"));

    size_t size, again_size;
    char *first = support_read(page, &size);
    assert_status(ctx, cim_view_write(ctx, city, NULL, 0, page, &opts, NULL), CIM_EEXIST);
    opts.flags = CIM_VIEW_OVERWRITE;
    assert_ok(ctx, cim_view_write(ctx, city, NULL, 0, page, &opts, NULL));
    char *again = support_read(page, &again_size);
    assert_int_equal(size, again_size);
    assert_memory_equal(first, again, size);
    free(first);
    free(again);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

/* Attributes longer than what is shown are cut and counted; the page stays small. */
static void test_view_long_texts(void **state)
{
    (void)state;
    cim_ctx *ctx = support_ctx();
    enum { LONG = 1 << 20 };
    char *attrs = malloc(LONG + 100);
    assert_non_null(attrs);
    size_t at = (size_t)sprintf(attrs, "{\"a\":\"");
    for (size_t i = 0; i < LONG / 2; i++) memcpy(attrs + at + 2 * i, "\xc3\xa4", 2);
    strcpy(attrs + at + LONG, "\",\"b\":1}");
    support_object o = { "x", "Building", "MULTIPOLYGON(((500000 5400000,500010 5400000,500010 5400010,500000 5400000)))", NULL, attrs, NULL, NULL, NULL };
    char path[600];
    strncpy(path, support_temp("long.cim"), sizeof path - 1);
    support_city(path, 0, &o, 1, NULL, 0);
    cim_city *city = support_open(ctx, path);
    cim_buf report = CIM_BUF_INIT;
    assert_ok(ctx, cim_view_write(ctx, city, NULL, 0, support_temp("long.html"), NULL, &report));
    assert_non_null(strstr(report.data, "\"texts_cut\":1"));
    cim_buf_dispose(&report);
    cim_city_free(city);
    cim_ctx_free(ctx);
    free(attrs);
}

/* What streams say is in the page of those objects alone that it has. */
static void test_view_observations(void **state)
{
    (void)state;
    cim_ctx *ctx = support_ctx();
    cim_city *city = support_open(ctx, pictures_observed());
    cim_buf report = CIM_BUF_INIT;
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    const char *page = support_temp("observed.html");
    assert_ok(ctx, cim_view_write(ctx, city, NULL, 0, page, &opts, &report));
    assert_non_null(strstr(report.data, "\"streams\":7,\"streams_left_out\":0"));
    cim_buf_dispose(&report);
    assert_false(pictures_has(page, "<script>alert"));
    size_t size, again_size;
    char *first = support_read(page, &size);
    opts.flags = CIM_VIEW_OVERWRITE;
    assert_ok(ctx, cim_view_write(ctx, city, NULL, 0, page, &opts, NULL));
    char *again = support_read(page, &again_size);
    assert_int_equal(size, again_size);
    assert_memory_equal(first, again, size);
    free(first);
    free(again);
    uint32_t road = 2, building = 1;
    assert_ok(ctx, cim_view_write(ctx, city, &road, 1, page, &opts, &report));
    assert_non_null(strstr(report.data, "\"streams\":2,"));
    cim_buf_dispose(&report);
    assert_ok(ctx, cim_view_write(ctx, city, &building, 1, page, &opts, &report));
    assert_non_null(strstr(report.data, "\"streams\":0,"));
    cim_buf_dispose(&report);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

static void refuse(cim_ctx *ctx, cim_city *city, const cim_view_options *opts, cim_status wanted)
{
    const char *page = support_temp("refused.html");
    assert_status(ctx, cim_view_write(ctx, city, NULL, 0, page, opts, NULL), wanted);
    assert_int_not_equal(access(page, F_OK), 0);
}

static void test_view_refusals(void **state)
{
    static const struct {
        const char *text;
        cim_status wanted;
    } files[] = { { "", CIM_EFORMAT },
                  { "{", CIM_EFORMAT },
                  { "[]", CIM_EFORMAT },
                  { "{\"type\":\"Topology\"}", CIM_EFORMAT },
                  { "{\"type\":\"FeatureCollection\"}", CIM_EFORMAT },
                  { "{\"type\":\"FeatureCollection\",\"features\":[1]}", CIM_EFORMAT },
                  { "{\"type\":\"Point\",\"coordinates\":[9,48]}\n{\"type\":", CIM_EFORMAT },
                  { "{\"type\":\"Point\",\"coordinates\":[9,48],\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::999998\"}}}", CIM_ENOTFOUND } };
    static const char *const styles[] = { ":color=red", ":by=nothing", ":ramp=rainbow,by=x", ":width=0", ":opacity=2", ":title=a,size=3",
        ":classes=equal:99,by=x" };
    (void)state;
    cim_ctx *ctx = support_ctx();
    cim_city *city = support_open(ctx, pictures_city());
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    const char *layer;
    opts.layers = &layer;
    opts.layer_count = 1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        layer = pictures_file("bad.geojson", files[i].text);
        refuse(ctx, city, &opts, files[i].wanted);
    }
    char styled[800];
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        snprintf(styled, sizeof styled, "%s%s", pictures_file("good.geojson",
            "{\"type\":\"Feature\",\"properties\":{\"x\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[9,48]}}"), styles[i]);
        layer = styled;
        refuse(ctx, city, &opts, CIM_EARG);
    }
    layer = "there is no such file";
    refuse(ctx, city, &opts, CIM_EIO);
    layer = pictures_file("large.geojson", collection);
    opts.max_layer_bytes = 100;
    refuse(ctx, city, &opts, CIM_ELIMIT);
    opts = (cim_view_options)CIM_VIEW_OPTIONS_INIT;
    opts.color_by = "heigth_m";
    refuse(ctx, city, &opts, CIM_EARG);
    opts.color_by = "height_m";
    opts.classes = "even:3";
    refuse(ctx, city, &opts, CIM_EARG);
    opts = (cim_view_options)CIM_VIEW_OPTIONS_INIT;
    opts.flags = 1u << 20;
    refuse(ctx, city, &opts, CIM_EARG);
    uint32_t nobody = 4000;
    assert_status(ctx, cim_view_write(ctx, city, &nobody, 1, support_temp("refused.html"), NULL, NULL), CIM_EARG);
    assert_status(ctx, cim_view_write(ctx, city, NULL, 0, "", NULL, NULL), CIM_EARG);
    assert_status(ctx, cim_view_write(ctx, city, NULL, 0, "/nowhere/page.html", NULL, NULL), CIM_EIO);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_view_page), cmocka_unit_test(test_view_long_texts), cmocka_unit_test(test_view_observations),
                                       cmocka_unit_test(test_view_refusals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
