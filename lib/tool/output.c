/* output.c - -o FILE of the verbs that print GeoJSON: their features as a file of GeoJSON or GeoPackage.
 *
 * Verbs print to standard output, so that is kept aside in a temporary file while they run; what came is written by the library. */
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && !strcasecmp(path + n - m, suffix);
}

/* Nobody means the city itself. */
static bool is_city(const cimtool *t, const struct stat *file)
{
    struct stat city;
    return t->arg_count && !stat(t->args[0], &city) && file->st_dev == city.st_dev && file->st_ino == city.st_ino;
}

int cimtool_output_check(const cimtool *t, const char *path)
{
    struct stat file;
    if (stat(path, &file)) return EXIT_DONE;
    if (is_city(t, &file)) return cimtool_complain("%s is the city itself", path);
    if (!S_ISREG(file.st_mode) || cimtool_has(t, "overwrite")) return EXIT_DONE;
    cimtool_complain("%s: %s (--overwrite replaces it)", path, strerror(EEXIST));
    return EXIT_FAILED;
}

int cimtool_output_write(cimtool *t, const char *text, size_t size, const char *path, cim_buf *report_out)
{
    cim_export_options o = CIM_EXPORT_OPTIONS_INIT;
    o.format = ends_with(path, ".gpkg") ? "gpkg" : "geojson";
    if (cimtool_has(t, "overwrite")) o.flags |= CIM_EXPORT_OVERWRITE;
    cim_status st = cim_export_features(t->ctx, text, size, path, &o, report_out);
    if (st >= 0) return EXIT_DONE;
    int status = cimtool_fail(t, st);
    return st == CIM_EFORMAT || status == EXIT_DONE ? EXIT_INTERNAL : status; /* what was printed is the tool's own doing */
}

/* ---- standard output, kept aside ---- */

typedef struct aside {
    FILE *file;
    int kept; /* the real standard output */
} aside;

static bool put_aside(aside *a)
{
    fflush(stdout);
    a->file = tmpfile();
    a->kept = a->file ? dup(STDOUT_FILENO) : -1;
    if (a->kept >= 0 && dup2(fileno(a->file), STDOUT_FILENO) >= 0) return true;
    cimtool_complain("no temporary file: %s", strerror(errno));
    if (a->kept >= 0) close(a->kept);
    if (a->file) fclose(a->file);
    return false;
}

/* What was printed meanwhile, to be freed; NULL after a message. */
static char *take_back(aside *a, size_t *size_out)
{
    bool good = fflush(stdout) == 0 && !ferror(stdout);
    long size = good && fseek(a->file, 0, SEEK_END) == 0 ? ftell(a->file) : -1;
    char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (text) rewind(a->file);
    good = text && fread(text, 1, (size_t)size, a->file) == (size_t)size;
    if (!good) cimtool_complain("temporary file: %s", strerror(errno));
    clearerr(stdout);
    good &= dup2(a->kept, STDOUT_FILENO) >= 0;
    close(a->kept);
    fclose(a->file);
    if (good) text[size] = 0;
    else free(text), text = NULL;
    *size_out = text ? (size_t)size : 0;
    return text;
}

/* ---- a verb ---- */

static const cimtool_flag *find_flag(const cimtool_verb *verb, const char *name)
{
    for (const cimtool_flag *f = verb->flags; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

static int write_answer(cimtool *t, const char *path, const char *text, size_t size, bool json)
{
    static const char start[] = "{\"type\":\"Feature"; /* and "FeatureCollection" */
    cim_buf report = CIM_BUF_INIT;
    while (size && (*text == '\n' || *text == ' ')) text++, size--;
    if (strncmp(text, start, sizeof start - 1)) return cimtool_complain("--output: this answer has no features");
    int status = cimtool_output_write(t, text, size, path, &report);
    if (status == EXIT_DONE && json) cimtool_print_json_object(report.data);
    cim_buf_dispose(&report);
    return status;
}

static bool holds_features(const char *path) { return ends_with(path, ".geojson") || ends_with(path, ".json") || ends_with(path, ".gpkg"); }

/* Whether the verb itself knows what to do with the file: some write one beside their answer, or rasters. */
static bool writes_itself(const cimtool *t, const char *path)
{
    bool rasters = find_flag(t->verb, "viewshed") || find_flag(t->verb, "error-map");
    if (!path || cimtool_has(t, "viewshed")) return true;
    return rasters ? !holds_features(path) : !find_flag(t->verb, "geojson") && !find_flag(t->verb, "shadow");
}

/* The verb is asked for GeoJSON, and not for a file. */
static void ask_for_features(cimtool *t)
{
    const cimtool_flag *geojson = find_flag(t->verb, "geojson");
    int kept = 0;
    for (int i = 0; i < t->value_count; i++)
        if (strcmp(t->values[i].flag->name, "output")) t->values[kept++] = t->values[i];
    t->value_count = kept;
    if (!geojson) return;
    t->values[t->value_count].flag = geojson; /* there is room: an output was taken out */
    t->values[t->value_count++].value = "";
}

static int run_aside(cimtool *t, const char *path)
{
    aside a;
    bool json = t->json;
    size_t size;
    t->json = false;
    if (!put_aside(&a)) return EXIT_FAILED;
    int status = t->verb->run(t);
    char *text = take_back(&a, &size);
    bool answered = status == EXIT_DONE || status == EXIT_PARTIAL || (status == EXIT_NEGATIVE && size);
    int written = !text ? EXIT_FAILED : answered ? write_answer(t, path, text, size, json) : EXIT_DONE;
    free(text);
    return written == EXIT_DONE ? status : written;
}

int cimtool_run(cimtool *t)
{
    const char *path = cimtool_value(t, "output");
    if (writes_itself(t, path)) return t->verb->run(t);
    if (!find_flag(t->verb, "geojson") && !cimtool_has(t, "shadow")) return cimtool_complain("--output is for --shadow");
    if (!holds_features(path)) return cimtool_complain("--output: %s does not end in .geojson, .json or .gpkg", path);
    int status = cimtool_output_check(t, path);
    if (status != EXIT_DONE) return status;
    ask_for_features(t);
    return run_aside(t, path);
}
