/* test_view_maps.c - maps as files: the same bytes everywhere, scales and extents that were asked for, clipped paths, refusals. */
#include "core/hash.h"
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cim_ctx *ctx;
static cim_city *city;

static int open_city(void **state)
{
    (void)state;
    ctx = support_ctx();
    city = support_open(ctx, pictures_city());
    return 0;
}

static int close_city(void **state)
{
    (void)state;
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}

static double member(const char *json, const char *key)
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    assert_non_null(at);
    return strtod(at + strlen(quoted) + (at[strlen(quoted)] == '['), NULL);
}

/* A golden picture: a change of a map must be wanted.  Print the new sum, look at the map, put it here. */
static void test_view_map_bytes(void **state)
{
    static const char golden[] = "5f40516ccf2f27c339321c3f200ff02ee0d8b5b5434a02a64cd508a22648fe4c";
    (void)state;
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    const char *map = support_temp("map.svg");
    cim__sha256 sha;
    char hex[65];
    size_t size;
    opts.color_by = "height_m";
    opts.classes = "equal:3";
    opts.title = "A small city </title>";
    assert_ok(ctx, cim_plot_write(ctx, city, NULL, 0, map, &opts, &report));
    assert_true(member(report.data, "scale") == 1500.0);
    assert_true(member(report.data, "objects") == 8.0);
    cim_buf_dispose(&report);
    char *text = support_read(map, &size);
    cim__sha256_begin(&sha);
    cim__sha256_add(&sha, text, size);
    cim__sha256_end(&sha, hex);
    free(text);
    if (strcmp(hex, golden) != 0) fail_msg("the map is another one: %s", hex);
    assert_true(pictures_has(map, "Lange Stra\xc3\x9f" "e") && pictures_has(map, "Stiller See"));
    assert_false(pictures_has(map, "<script"));
    assert_true(pictures_has(map, "<title>A small city &lt;/title&gt;</title>"));
}

static void test_view_map_extent(void **state)
{
    (void)state;
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    cim_box box = { 500095, 5399990, 500115, 5400015 };
    opts.flags = CIM_PLOT_OVERWRITE | CIM_PLOT_NO_FRAME;
    opts.extent = &box;
    opts.width_mm = 100;
    opts.height_mm = 125;
    assert_ok(ctx, cim_plot_write(ctx, city, NULL, 0, support_temp("part.svg"), &opts, &report));
    assert_true(member(report.data, "scale") == 200.0); /* 25 m on 125 mm, exactly */
    assert_true(member(report.data, "objects") == 1.0);
    assert_true(member(report.data, "extent") == 500095.0);
    cim_buf_dispose(&report);
    opts = (cim_plot_options)CIM_PLOT_OPTIONS_INIT;
    opts.flags = CIM_PLOT_OVERWRITE;
    opts.around = "lake";
    opts.radius_m = 1;
    assert_ok(ctx, cim_plot_write(ctx, city, NULL, 0, support_temp("part.svg"), &opts, &report));
    assert_true(member(report.data, "objects") == 1.0);
    cim_buf_dispose(&report);
    opts.around = "osm:relation/5";
    assert_status(ctx, cim_plot_write(ctx, city, NULL, 0, support_temp("part.svg"), &opts, NULL), CIM_ENOTFOUND);
    opts.around = "nobody";
    assert_status(ctx, cim_plot_write(ctx, city, NULL, 0, support_temp("part.svg"), &opts, NULL), CIM_ENOTFOUND);
}

/* A layer around the whole earth and lines that leave the page: no number in the picture is far outside it. */
static void test_view_map_clipped(void **state)
{
    (void)state;
    const char *layer = pictures_file("far.geojson",
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:25832\"}},\"features\":["
                                                     "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-9e14,-9e14],[9e14,-9e14],[9e14,9e14],[-9e14,9e14],[-9e14,-9e14]]]}},"
                                                     "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-1e12,5400000],[1e12,5400001],[500000,1e13]]}}]}");
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    size_t size;
    const char *map = support_temp("far.svg");
    opts.layers = &layer;
    opts.layer_count = 1;
    opts.flags = CIM_PLOT_NO_FRAME;
    assert_ok(ctx, cim_plot_write(ctx, city, NULL, 0, map, &opts, NULL));
    char *text = support_read(map, &size), *end;
    for (char *at = strstr(text, " d=\""); at; at = strstr(at, " d=\"")) /* steps are relative: none is longer than page and margins */
        for (at += 4; *at && *at != '"';) {
            long v = strtol(at, &end, 10);
            if (end == at) at++;
            else at = end;
            assert_true(labs(v) <= 29700 + 2000);
        }
    free(text);
}

static void test_view_map_png(void **state)
{
    (void)state;
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    const char *map = support_temp("map.png");
    size_t size;
    opts.dpi = 30;
    cim_status st = cim_plot_write(ctx, city, NULL, 0, map, &opts, NULL);
    if (st == CIM_EUNSUPPORTED) {
        print_message("skipped: this build has no PNG\n");
        skip();
    }
    assert_ok(ctx, st);
    char *bytes = support_read(map, &size);
    const unsigned char head[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 1, 95, 0, 0, 0, 248 }; /* 351 x 248 */
    assert_true(size > 2000);
    assert_memory_equal(bytes, head, sizeof head);
    free(bytes);
    opts.dpi = 1200;
    opts.width_mm = 5000;
    assert_status(ctx, cim_plot_write(ctx, city, NULL, 0, support_temp("huge.png"), &opts, NULL), CIM_ELIMIT);
}

static void refuse(const char *path, const cim_plot_options *opts) { assert_status(ctx, cim_plot_write(ctx, city, NULL, 0, path, opts, NULL), CIM_EARG); }

static void test_view_map_refusals(void **state)
{
    (void)state;
    const cim_plot_options plain = CIM_PLOT_OPTIONS_INIT;
    cim_plot_options opts = plain;
    const char *map = support_temp("refused.svg");
    cim_box turned = { 10, 0, 0, 10 };
    refuse(support_temp("map.pdf"), &opts);
    refuse("", &opts);
    opts.format = "jpeg";
    refuse(map, &opts);
    opts = plain;
    opts.width_mm = 1;
    refuse(map, &opts);
    opts.width_mm = -1.0 / 0.0;
    refuse(map, &opts);
    opts = plain;
    opts.height_mm = 0.0 / 0.0;
    refuse(map, &opts);
    opts = plain;
    opts.dpi = 1e9;
    refuse(map, &opts);
    opts = plain;
    opts.radius_m = -1;
    refuse(map, &opts);
    opts = plain;
    opts.extent = &turned;
    refuse(map, &opts);
    opts = plain;
    opts.flags = 64;
    refuse(map, &opts);
    opts = plain;
    opts.ramp = "rainbow";
    opts.color_by = "height_m";
    refuse(map, &opts);
    opts = plain;
    opts.format = "png";
    refuse("-", &opts);
    assert_int_not_equal(access(map, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_view_map_bytes), cmocka_unit_test(test_view_map_extent), cmocka_unit_test(test_view_map_clipped),
                                        cmocka_unit_test(test_view_map_png), cmocka_unit_test(test_view_map_refusals) };
    return cmocka_run_group_tests(tests, open_city, close_city);
}
