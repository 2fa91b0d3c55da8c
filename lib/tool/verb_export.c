/* verb_export.c - cimtool export: objects to GeoJSON, CityJSON or GeoPackage. */
#include "places.h"

#include <stdlib.h>
#include <string.h>

/* The objects to write. */
typedef struct choice {
    uint32_t *ids; /* NULL: all */
    size_t count;
} choice;

static bool read_options(cimtool *t, cim_export_options *o)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } switches[] = { { "overwrite", CIM_EXPORT_OVERWRITE }, { "relations", CIM_EXPORT_RELATIONS }, { "rs", CIM_EXPORT_RS },
                    { "no-extrude", CIM_EXPORT_NO_EXTRUDE }, { "no-styles", CIM_EXPORT_NO_STYLES } };
    int64_t epsg = 0, decimals = 0;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (cimtool_has(t, switches[i].name)) o->flags |= switches[i].bit;
    if (!cimtool_int(t, "crs", 1, 1000000, &epsg) || !cimtool_int(t, "decimals", 1, 9, &decimals)) return false;
    o->epsg = (int32_t)epsg;
    o->decimals = (int32_t)decimals;
    o->lod = cimtool_value(t, "lod");
    o->format = cimtool_value(t, "format");
    return true;
}

static int add_by_id(cimtool *t, cim_city *city, const char *gid, choice *c)
{
    size_t count = 0, got = 0;
    cim_status st = cim_city_find(t->ctx, city, gid, NULL, 0, &count);
    if (st < 0) return cimtool_fail(t, st);
    uint32_t *more = realloc(c->ids, (c->count + count) * sizeof *more);
    if (!more) return EXIT_INTERNAL;
    c->ids = more;
    st = cim_city_find(t->ctx, city, gid, c->ids + c->count, count, &got);
    if (st < 0) return cimtool_fail(t, st);
    c->count += got;
    return EXIT_DONE;
}

/* Is `text` among the values of an option, which may be given several times?  Also when it is not given at all. */
static bool is_wanted(const cimtool *t, const char *option, const char *text)
{
    int at = 0;
    const char *value;
    if (!cimtool_has(t, option)) return true;
    while ((value = cimtool_next_value(t, option, &at)))
        if (text && !strcmp(value, text)) return true;
    return false;
}

static bool is_kept(const cimtool *t, const cim_city *city, uint32_t id)
{
    return is_wanted(t, "class", cim_city_class(city, id)) && is_wanted(t, "layer", cim_city_layer(city, id));
}

static bool has_ids(const cimtool *t) { return t->arg_count > 1 || cimtool_has(t, "id"); }

static int add_found(cimtool *t, cim_city *city, const char *expression, choice *c)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(t->ctx, city, expression, NULL, &found);
    if (st < 0) return cimtool_fail(t, st);
    uint32_t *more = realloc(c->ids, (c->count + found.count + 1) * sizeof *more);
    if (more) {
        c->ids = more;
        if (found.count) memcpy(c->ids + c->count, found.ids, found.count * sizeof *more);
        c->count += found.count;
    }
    cim_query_result_dispose(&found);
    return more ? EXIT_DONE : EXIT_INTERNAL;
}

typedef struct line_of {
    cimtool *tool;
    cim_city *city;
    choice *choice;
} line_of;

static int add_line(void *user, char *line, size_t number)
{
    line_of *l = user;
    (void)number;
    return add_by_id(l->tool, l->city, line, l->choice);
}

/* "-": ids on standard input, one a line. */
static int add_word(cimtool *t, cim_city *city, const char *word, choice *c)
{
    line_of l = { t, city, c };
    return strcmp(word, "-") ? add_by_id(t, city, word, c) : places_lines("-", add_line, &l);
}

static int add_ids(cimtool *t, cim_city *city, choice *c)
{
    int at = 0, status = EXIT_DONE;
    const char *id;
    for (int i = 1; i < t->arg_count && status == EXIT_DONE; i++) status = add_word(t, city, t->args[i], c);
    while (status == EXIT_DONE && (id = cimtool_next_value(t, "id", &at))) status = add_by_id(t, city, id, c);
    return status;
}

static int add_all(cim_city *city, choice *c)
{
    c->ids = malloc(((size_t)cim_city_max_id(city) + 1) * sizeof *c->ids);
    if (!c->ids) return EXIT_INTERNAL;
    for (uint32_t id = 1; id <= cim_city_max_id(city); id++)
        if (cim_city_class(city, id)) c->ids[c->count++] = id;
    return EXIT_DONE;
}

/* Nothing is left: is there a class or layer of that name at all?  The query language knows which name was meant. */
static int complain_nothing(cimtool *t, cim_city *city)
{
    static const char *const options[] = { "class", "layer" };
    cim_query_options count = CIM_QUERY_OPTIONS_INIT;
    count.flags = CIM_QUERY_COUNT;
    for (int o = 0; o < 2; o++) {
        const char *name;
        for (int at = 0; (name = cimtool_next_value(t, options[o], &at));) {
            char query[100];
            cim_query_result result = CIM_QUERY_RESULT_INIT;
            snprintf(query, sizeof query, "%s = '%.60s'", options[o], strchr(name, '\'') ? "?" : name);
            cim_status st = cim_query_run(t->ctx, city, query, &count, &result);
            const char *why = strstr(cim_ctx_error(t->ctx), "expected ");
            cim_query_result_dispose(&result);
            if (st == CIM_EARG) return cimtool_complain("--%s: %s", options[o], why ? why : cim_ctx_error(t->ctx));
        }
    }
    cimtool_complain("no object is like that");
    return EXIT_NEGATIVE;
}

static int choose(cimtool *t, cim_city *city, choice *c)
{
    bool filter = cimtool_has(t, "class") || cimtool_has(t, "layer");
    const char *expression = cimtool_value(t, "filter");
    size_t kept = 0;
    int status = has_ids(t) ? add_ids(t, city, c) : EXIT_DONE;
    if (status == EXIT_DONE && expression) status = add_found(t, city, expression, c);
    if (status == EXIT_DONE && filter && !has_ids(t) && !expression) status = add_all(city, c);
    if (status != EXIT_DONE || (!filter && (c->count || !expression))) return status;
    for (size_t i = 0; i < c->count; i++)
        if (is_kept(t, city, c->ids[i])) c->ids[kept++] = c->ids[i];
    c->count = kept;
    return kept ? EXIT_DONE : complain_nothing(t, city);
}

/* Nothing but the export itself goes to standard output when it goes there. */
static void show(cimtool *t, const char *path, const cim_buf *report)
{
    if (t->json && strcmp(path, "-") != 0 && report->data) cimtool_print_json_object(report->data);
}

int verb_export(cimtool *t)
{
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    cim_city *city = NULL;
    cim_buf report = CIM_BUF_INIT;
    choice c = { NULL, 0 };
    const char *path = cimtool_value(t, "output");
    if (!read_options(t, &opts)) return EXIT_USAGE;
    if (!path) path = "-";
    if (!strcmp(path, "-") && !opts.format) opts.format = "geojson";
    int status = cimtool_open(t, t->args[0], &city);
    if (status == EXIT_DONE) status = choose(t, city, &c);
    if (status == EXIT_DONE) {
        cim_status st = cim_export(t->ctx, city, c.ids, c.count, path, &opts, &report);
        if (st < 0) status = cimtool_fail(t, st);
        else show(t, path, &report);
        if (st == CIM_ENOTFOUND) status = EXIT_FAILED; /* a reference system, not an object */
    }
    cim_buf_dispose(&report);
    free(c.ids);
    cim_city_free(city);
    return status;
}
