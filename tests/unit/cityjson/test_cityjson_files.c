/* Every CityJSON file of the data collection: an import with a report that adds up, or one clear line; and what was imported goes
 * out and comes in again. */
#include "core/json.h"
#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *paths[2000];
static size_t path_count;

static int collect(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    const char *end = path + strlen(path);
    (void)st;
    (void)ftw;
    bool json = end - path > 6 && (!strcmp(end - 5, ".json") || !strcmp(end - 6, ".jsonl"));
    if (type == FTW_F && json && path_count < sizeof paths / sizeof *paths) paths[path_count++] = strdup(path);
    return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static cim_status import(cim_ctx *ctx, const char *city, const char *input, int32_t source_epsg, cim_buf *report)
{
    cim_import_options opts = CIM_IMPORT_OPTIONS_INIT;
    opts.source_epsg = source_epsg;
    unlink(city);
    cim_buf_dispose(report);
    return cim_import(ctx, city, &input, 1, &opts, report);
}

static double number(const cim_buf *report, const char *key)
{
    cim__jvalue root, value;
    double n = -1.0;
    if (!report->data || !cim__jparse(cim__str_of(report->data), &root) || !cim__jfind(root, cim__str_of(key), &value) || !cim__jnumber(value, &n)) fail_msg("no %s in the report", key);
    return n;
}

/* The message says which file and is one line. */
static void check_message(cim_ctx *ctx, const char *path)
{
    const char *text = cim_ctx_error(ctx);
    if (strncmp(text, path, strlen(path)) != 0 || strchr(text, '\n') || strlen(text) < strlen(path) + 8) fail_msg("%s: message is \"%s\"", path, text);
}

static void check_export(cim_ctx *ctx, const char *city_path, const char *path, double objects)
{
    static const char *const names[] = { "out.city.json", "out.city.jsonl" };
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    opts.flags = CIM_EXPORT_OVERWRITE;
    cim_city *city = NULL;
    const char *name = names[path[strlen(path) - 1] == 'l'], *out = support_temp(name);
    assert_ok(ctx, cim_city_open(ctx, city_path, NULL, &city));
    assert_ok(ctx, cim_export(ctx, city, NULL, 0, out, &opts, NULL));
    assert_ok(ctx, cim_export(ctx, city, NULL, 0, support_temp("out.geojson"), &opts, NULL));
    cim_city_free(city);
    assert_ok(ctx, import(ctx, support_temp("copy.cim"), out, 0, &report));
    if (number(&report, "unaccounted") != 0.0) fail_msg("%s: %s does not add up: %s", path, name, report.data);
    double again = number(&report, "objects");
    if (again < objects - 1 || again > objects + 1) fail_msg("%s: %.0f objects, %.0f after %s", path, objects, again, name); /* with or without the model */
    cim_buf_dispose(&report);
}

static void test_cityjson_all_files(void **state)
{
    SUPPORT_NEED(root, "citygml");
    static const char *const folders[] = { "cityjson-0.1", "cityjson-0.9", "cityjson-1.0", "cityjson-1.1", "cityjson-2.0", "cityjson-unknown", "cityjsonseq", "val3dity-tests", "misc/val3dity" };
    int imported = 0, refused = 0;
    char city[1000];
    (void)state;
    snprintf(city, sizeof city, "%s", support_temp("a.cim"));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char folder[1000];
        snprintf(folder, sizeof folder, "%s/%s", root, folders[i]);
        nftw(folder, collect, 8, FTW_PHYS);
    }
    qsort(paths, path_count, sizeof *paths, by_name);
    for (size_t i = 0; i < path_count; i++) {
        cim_ctx *ctx = support_ctx();
        cim_buf report = CIM_BUF_INIT;
        cim_status st = import(ctx, city, paths[i], 0, &report);
        if (st < 0 && strstr(cim_ctx_error(ctx), "no reference system")) st = import(ctx, city, paths[i], 28992, &report);
        if (report.data && number(&report, "unaccounted") != 0.0) fail_msg("%s does not add up: %s", paths[i], report.data);
        if (st < 0) check_message(ctx, paths[i]);
        else check_export(ctx, city, paths[i], number(&report, "objects"));
        imported += st >= 0;
        refused += st < 0;
        cim_buf_dispose(&report);
        cim_ctx_free(ctx);
        free(paths[i]);
    }
    print_message("%d files imported, exported and imported again; %d refused\n", imported, refused);
    assert_true(imported > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cityjson_all_files) };
    return cmocka_run_group_tests_name("cityjson/files", tests, NULL, NULL);
}
