/* Every CityGML and GML file of the data collection: imported with a report that adds up, or refused with its place and the
 * reason, and nothing is left behind.  The index of the collection, made with grep, says how many references there are. */
#include "citygml.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_MS = 60000, LARGEST_KB = 300 << 10, SOME_OBJECTS = 300 };

typedef struct outcomes {
    int imported, with_epsg, refused, other_xml;
    uint64_t objects;
    double slowest_ms;
    char slowest[400];
} outcomes;

static cim_ctx *ctx;
static outcomes got;
static char *names[4096];
static size_t name_count;

/* ---- the files ---- */

static bool ends(const char *name, const char *end)
{
    size_t n = strlen(name), e = strlen(end);
    return n >= e && strcmp(name + n - e, end) == 0;
}

static void find_files(const char *dir)
{
    DIR *d = opendir(dir);
    struct stat st;
    char path[4096];
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (stat(path, &st) != 0) continue;
        if (S_ISDIR(st.st_mode)) find_files(path);
        else if ((ends(path, ".gml") || ends(path, ".xml") || ends(path, ".gz")) && name_count < sizeof names / sizeof *names) names[name_count++] = strdup(path);
    }
    if (d) closedir(d);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Column `column` (from 0) of a file's row in the index, -1 when it is not there. */
static long index_number(const char *index, const char *file, int column)
{
    size_t n = strlen(file);
    for (const char *row = index; row && *row; row = strchr(row, '\n')) {
        row += *row == '\n';
        if (strncmp(row, file, n) != 0 || row[n] != '\t') continue;
        for (; column && row; column--) row = strchr(row, '\t') ? strchr(row, '\t') + 1 : NULL;
        return row && *row >= '0' && *row <= '9' ? strtol(row, NULL, 10) : -1;
    }
    return -1;
}

/* ---- reports ---- */

static int64_t number_in(cim__jvalue object, const char *key)
{
    cim__jvalue value;
    double number = 0.0;
    return cim__jfind(object, cim__str_of(key), &value) && cim__jnumber(value, &number) ? (int64_t)number : 0;
}

static int64_t seen_in(cim__jvalue report, const char *kind)
{
    cim__jvalue inputs, input, counts, one, name;
    cim__str key;
    if (!cim__jfind(report, CIM__STR("inputs"), &inputs)) return 0;
    cim__jiter files = cim__jiter_of(inputs);
    if (!cim__jnext(&files, &key, &input) || !cim__jfind(input, CIM__STR("counts"), &counts)) return 0;
    for (cim__jiter it = cim__jiter_of(counts); cim__jnext(&it, &key, &one);)
        if (cim__jfind(one, CIM__STR("kind"), &name) && name.text.len == strlen(kind) + 2 && !memcmp(name.text.ptr + 1, kind, strlen(kind))) return number_in(one, "in_file");
    return 0;
}

/* Everything reported adds up, kind by kind; computed here, not taken from the report. */
static void check_counts(const char *path, cim__jvalue report)
{
    cim__jvalue inputs, input, counts, one;
    cim__str key;
    if (number_in(report, "unaccounted") != 0 || !cim__jfind(report, CIM__STR("inputs"), &inputs)) fail_msg("%s does not add up", path);
    for (cim__jiter files = cim__jiter_of(inputs); cim__jnext(&files, &key, &input);) {
        assert_true(cim__jfind(input, CIM__STR("counts"), &counts));
        for (cim__jiter it = cim__jiter_of(counts); cim__jnext(&it, &key, &one);)
            if (number_in(one, "in_file") != number_in(one, "stored") + number_in(one, "verbatim") + number_in(one, "skipped")) fail_msg("%s: %.*s", path, (int)one.text.len, one.text.ptr);
    }
}

/* ---- results ---- */

static void check_city(const char *path, const char *file, int64_t objects)
{
    cim_city *city = NULL;
    cim_open_options opts = CIM_OPEN_OPTIONS_INIT;
    if (cim_city_open(ctx, path, &opts, &city) != CIM_OK) fail_msg("%s: the city does not open: %s", file, cim_ctx_error(ctx));
    if (cim_city_count(city) != objects) fail_msg("%s: %u objects instead of %lld", file, cim_city_count(city), (long long)objects);
    for (uint32_t id = 1; id <= cim_city_max_id(city) && id <= SOME_OBJECTS; id++) {
        cim_buf json = CIM_BUF_INIT;
        if (!cim_city_class(city, id)) continue;
        if (cim_city_object(ctx, city, id, CIM_OBJECT_GEOMETRY | CIM_OBJECT_RELATIONS | CIM_OBJECT_SHAPES, &json) != CIM_OK) fail_msg("%s: object %u: %s", file, id, cim_ctx_error(ctx));
        cim__jvalue value;
        if (!cim__jparse((cim__str){ json.data, json.size }, &value)) fail_msg("%s: object %u is no JSON: %.*s", file, id, (int)json.size, json.data);
        cim_buf_dispose(&json);
    }
    cim_city_free(city);
}

static void expect_nothing_left(const char *file)
{
    DIR *d = opendir(support_temp("data"));
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (e->d_name[0] != '.') fail_msg("%s: %s is left behind", file, e->d_name);
    if (d) closedir(d);
}

static cim_status import_one(const char *file, const char *place, const char *index, int32_t source_epsg)
{
    cim_import_options opts = CIM_IMPORT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    const char *city = support_temp("data/out.city");
    opts.source_epsg = source_epsg;
    opts.max_seconds = LONGEST_MS / 1000;
    double before = cim__now_ms();
    cim_status st = cim_import(ctx, city, &file, 1, &opts, &report);
    double ms = cim__now_ms() - before;
    if (ms > got.slowest_ms) {
        got.slowest_ms = ms;
        snprintf(got.slowest, sizeof got.slowest, "%s", place);
    }
    if (st == CIM_OK) {
        cim__jvalue value;
        assert_true(cim__jparse((cim__str){ report.data, report.size }, &value));
        check_counts(place, value);
        long links = index_number(index, place, 14);
        if (links >= 0 && links != seen_in(value, "xlink")) fail_msg("%s: %ld references, the report says %lld", place, links, (long long)seen_in(value, "xlink"));
        got.objects += (uint64_t)number_in(value, "objects");
        check_city(city, place, number_in(value, "objects"));
        assert_int_equal(unlink(city), 0);
    }
    cim_buf_dispose(&report);
    expect_nothing_left(place);
    return st;
}

/* ---- outcomes ---- */

/* Refused whatever one says of their reference system. */
static const struct {
    const char *file, *why;
} damaged[] = {
    { "3.0/reearth-flow/quality-check__plateau6__01-01-common__L01__bldg__54377074_bldg_6697_op.gml", ":28:107: Opening and ending tag mismatch" },
    { "2.0/unade/CityGML_UtilityNetworkADE_feature_types.xml", "nothing in it has a place" },
};

static const char *reason_for(const char *place)
{
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        if (strcmp(damaged[i].file, place) == 0) return damaged[i].why;
    return NULL;
}

/* A file of another kind says so; one without a reference system can be imported when it is given one. */
static void run_file(const char *path, const char *place, const char *index)
{
    if (import_one(path, place, index, 0) == CIM_OK) {
        got.imported++;
        return;
    }
    const char *why = reason_for(place), *error = cim_ctx_error(ctx);
    if (!strstr(error, path) && (!why || !strstr(error, why))) fail_msg("%s: the message has no place: %s", place, error);
    if (strstr(error, "neither OpenStreetMap, CityGML, CityJSON")) {
        if (strncmp(place, "indoorgml/", 10) != 0 && strncmp(place, "misc/", 5) != 0 && !strstr(place, "indoorgml")) fail_msg("%s is not recognised", place);
        got.other_xml++;
        return;
    }
    if (!why && !strstr(error, "source_epsg") && !strstr(error, "that PROJ knows")) fail_msg("%s: an unexpected reason: %s", place, error);
    cim_status st = import_one(path, place, index, 25832);
    if (why ? st == CIM_OK || !strstr(cim_ctx_error(ctx), why) : st != CIM_OK) fail_msg("%s: %s", place, cim_ctx_error(ctx));
    if (why) got.refused++;
    else got.with_epsg++;
}

static void print_outcomes(long peak_kb)
{
    print_message("%zu files: %d imported, %d more with a reference system given, %d damaged or without places, %d of other kinds; %llu objects\n", name_count, got.imported, got.with_epsg, got.refused, got.other_xml,
                  (unsigned long long)got.objects);
    print_message("slowest %.0f ms: %s; peak %ld KiB\n", got.slowest_ms, got.slowest, peak_kb);
}

static bool is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

static void test_data_every_file(void **state)
{
    (void)state;
    SUPPORT_NEED(dir, "citygml");
    char root[4096];
    struct rusage use;
    snprintf(root, sizeof root, "%s", dir);
    find_files(root);
    assert_true(name_count > 0);
    qsort(names, name_count, sizeof *names, by_name);
    size_t size = 0;
    char *index = support_read(support_shared("citygml/INDEX.tsv"), &size);
    assert_int_equal(mkdir(support_temp("data"), 0700), 0);
    for (size_t i = 0; i < name_count; i++) run_file(names[i], names[i] + strlen(root) + 1, index ? index : "");
    assert_int_equal(rmdir(support_temp("data")), 0);
    assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
    print_outcomes(use.ru_maxrss);
    assert_true(is_sanitized() || use.ru_maxrss < LARGEST_KB);
    assert_true(is_sanitized() || got.slowest_ms < LONGEST_MS);
    for (size_t i = 0; i < name_count; i++) free(names[i]);
    free(index);
}

static int begin(void **state)
{
    cim_ctx_options quiet = CIM_CTX_OPTIONS_INIT;
    (void)state;
    return cim_ctx_new(&quiet, &ctx) == CIM_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_data_every_file, begin, end) };
    return cmocka_run_group_tests_name("citygml/data", tests, NULL, NULL);
}
