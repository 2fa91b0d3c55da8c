/* verb_import.c - cimtool import. */
#include "tool.h"

#include <string.h>

static bool read_options(cimtool *t, cim_import_options *o)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } switches[] = { { "keep-going", CIM_IMPORT_KEEP_GOING }, { "no-relations", CIM_IMPORT_NO_RELATIONS }, { "swap-xy", CIM_IMPORT_SWAP_XY },
                    { "no-swap-xy", CIM_IMPORT_NO_SWAP_XY }, { "unsafe-limits", CIM_IMPORT_UNSAFE_LIMITS }, { "overwrite", CIM_IMPORT_OVERWRITE } };
    int64_t epsg = 0, source_epsg = 0, depth = 0, objects = 0, bytes = 0, memory = 0;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (cimtool_has(t, switches[i].name)) o->flags |= switches[i].bit;
    if (!cimtool_int(t, "crs", 1, 1000000, &epsg) || !cimtool_int(t, "source-crs", 1, 1000000, &source_epsg)) return false;
    if (!cimtool_int(t, "max-depth", 1, 100000, &depth) || !cimtool_int(t, "max-objects", 1, 4294967000, &objects)) return false;
    if (!cimtool_int(t, "max-bytes", 1, INT64_MAX, &bytes) || !cimtool_int(t, "max-memory", 1, INT64_MAX, &memory)) return false;
    if (!cimtool_real(t, "max-seconds", &o->max_seconds)) return false;
    o->epsg = (int32_t)epsg;
    o->source_epsg = (int32_t)source_epsg;
    o->max_depth = (uint32_t)depth;
    o->max_objects = (uint64_t)objects;
    o->max_bytes = (uint64_t)bytes;
    o->max_memory = (uint64_t)memory;
    o->format = cimtool_value(t, "format");
    o->prefix = cimtool_value(t, "prefix");
    o->who = cimtool_value(t, "who");
    o->why = cimtool_value(t, "why");
    o->licence = cimtool_value(t, "licence");
    o->attribution = cimtool_value(t, "attribution");
    o->class_name = cimtool_value(t, "class");
    return true;
}

static void print_reasons(const cimtool_node *kind, const char *key)
{
    const cimtool_node *reasons = cimtool_member(kind, key);
    for (const cimtool_node *r = reasons ? reasons->child : NULL; r; r = r->next) printf("      %10s  %s\n", r->text, r->key);
}

static void print_input(const cimtool_node *input)
{
    const cimtool_node *counts = cimtool_member(input, "counts"), *warnings = cimtool_member(input, "warnings");
    printf("%s: %s", cimtool_text(input, "input"), cimtool_text(input, "status"));
    if (cimtool_text(input, "format")[0]) printf(", %s %s", cimtool_text(input, "format"), cimtool_text(input, "version"));
    printf("\n");
    if (cimtool_text(input, "error")[0]) printf("  %s\n", cimtool_text(input, "error"));
    if (counts && counts->child) printf("  %-34s %10s = %10s + %10s + %10s\n", "", "in file", "stored", "verbatim", "skipped");
    for (const cimtool_node *k = counts ? counts->child : NULL; k; k = k->next) {
        printf("  %-34.34s %10s = %10s + %10s + %10s%s\n", cimtool_text(k, "kind"), cimtool_text(k, "in_file"), cimtool_text(k, "stored"),
               cimtool_text(k, "verbatim"), cimtool_text(k, "skipped"), cimtool_member(k, "unaccounted") ? "  DOES NOT ADD UP" : "");
        print_reasons(k, "reasons");
    }
    if (warnings) printf("  %s warnings\n", cimtool_text(input, "warnings_total"));
    int shown = 0;
    for (const cimtool_node *w = warnings ? warnings->child : NULL; w && shown < 10; w = w->next, shown++) printf("    %s\n", w->text);
}

static void print_report(const cimtool_node *root)
{
    const cimtool_node *inputs = cimtool_member(root, "inputs");
    if (strcmp(cimtool_text(root, "committed"), "true") != 0) return; /* the message says why */
    for (const cimtool_node *i = inputs ? inputs->child : NULL; i; i = i->next) print_input(i);
    const char *updated = cimtool_text(root, "updated");
    printf("%s: %s objects (%s replaced%s%s%s), %s relations (%s with an unknown end), EPSG:%s\n", cimtool_text(root, "city"), cimtool_text(root, "objects"),
           cimtool_text(root, "replaced"), updated[0] ? ", " : "", updated, updated[0] ? " others updated" : "",
           cimtool_text(root, "relations"), cimtool_text(root, "relations_unresolved"), cimtool_text(root, "epsg"));
    if (strcmp(cimtool_text(root, "geometry_repaired"), "0") != 0 || strcmp(cimtool_text(root, "geometry_dropped"), "0") != 0)
        printf("invalid geometries: %s repaired, %s without geometry\n", cimtool_text(root, "geometry_repaired"), cimtool_text(root, "geometry_dropped"));
}

/* --dry-run: the name of the copy, and what was not done. */
static void unname(cim_buf *report, const char *path, const char *copy)
{
    char *at;
    size_t n = strlen(copy), m = strlen(path);
    if (n < m || strncmp(path, copy, m)) return;
    while (report->data && (at = strstr(report->data, copy + m))) { /* ".dry-abc123" behind the name */
        size_t rest = strlen(at) - (n - m) + 1;
        memmove(at, at + (n - m), rest);
        report->size -= n - m;
    }
}

static void show_report(cimtool *t, const cim_buf *report)
{
    if (!report->data) return;
    if (t->json) {
        cimtool_print_json_object(report->data);
        return;
    }
    if (t->quiet) return;
    cimtool_node *root = cimtool_json_read(report->data);
    if (cimtool_has(t, "dry-run") && root && !strcmp(cimtool_text(root, "committed"), "true")) printf("dry run, nothing is written:\n");
    if (root) print_report(root);
    cimtool_json_free(root);
}

/* --map-template: the arguments are inputs, there is no city. */
static int print_templates(cimtool *t)
{
    for (int i = 0; i < t->arg_count; i++) {
        cim_buf json = CIM_BUF_INIT;
        cim_status st = cim_import_map_new(t->ctx, t->args[i], cimtool_value(t, "class"), &json);
        if (st < 0) return cimtool_fail(t, st);
        fputs(json.data, stdout);
        cim_buf_dispose(&json);
    }
    return EXIT_DONE;
}

static int import(cimtool *t, const char *path, const cim_import_options *opts)
{
    cim_buf report = CIM_BUF_INIT;
    cim_status st = cim_import(t->ctx, path, t->args + 1, (size_t)t->arg_count - 1, opts, &report);
    if (path != t->args[0]) unname(&report, t->args[0], path);
    show_report(t, &report);
    int status = st == CIM_OK ? EXIT_DONE : st == CIM_DONE ? EXIT_PARTIAL : cimtool_fail(t, st);
    if (st == CIM_ENOTFOUND) status = EXIT_FAILED;
    cim_buf_dispose(&report);
    return status;
}

int verb_import(cimtool *t)
{
    cim_import_options opts = CIM_IMPORT_OPTIONS_INIT;
    const char *maps[CIMTOOL_VALUES];
    char *copy = NULL;
    int at = 0;
    if (!read_options(t, &opts)) return EXIT_USAGE;
    if (cimtool_has(t, "map-template")) return print_templates(t);
    if (t->arg_count < 2) return cimtool_complain("import: which inputs?");
    if (!strcmp(t->args[0], "-")) return cimtool_complain("import: a city is a file, not standard output");
    while (opts.map_count < CIMTOOL_VALUES && (maps[opts.map_count] = cimtool_next_value(t, "map", &at))) opts.map_count++;
    opts.maps = maps;
    if (!cimtool_has(t, "dry-run")) return import(t, t->args[0], &opts);
    int status = cimtool_dry_begin(t->args[0], false, &copy);
    if (status != EXIT_DONE) return status;
    status = import(t, copy, &opts);
    cimtool_dry_end(copy);
    return status;
}
