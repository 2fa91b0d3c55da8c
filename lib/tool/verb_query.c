/* verb_query.c - cimtool query: the objects for which an expression is true, as a table or JSON. */
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1000, COLUMNS = 64, WIDTH_MAX = 60, TEXT_MAX = 65537 };

typedef struct request {
    cim_query_options opts;
    char *sort;          /* copy without ",desc" */
    char *text;          /* of standard input */
    char *columns;       /* copy, cut at its commas */
    const char *names[COLUMNS]; /* id, class, name, columns */
    size_t name_count;
    size_t widths[COLUMNS];
} request;

static void free_request(request *r)
{
    free(r->sort);
    free(r->text);
    free(r->columns);
}

/* ---- options ---- */

static int take_sort(cimtool *t, request *r)
{
    const char *sort = cimtool_value(t, "sort");
    if (!sort) return EXIT_DONE;
    r->sort = strdup(sort);
    if (!r->sort) return EXIT_INTERNAL;
    char *comma = strrchr(r->sort, ',');
    if (comma && !strcmp(comma + 1, "desc")) r->opts.flags |= CIM_QUERY_DESCENDING;
    else if (comma && strcmp(comma + 1, "asc") != 0) return cimtool_complain("--sort: %s: behind the comma comes asc or desc", sort);
    if (comma) *comma = 0;
    r->opts.sort = r->sort;
    return EXIT_DONE;
}

static int take_columns(cimtool *t, request *r)
{
    static const char *const always[] = { "id", "class", "name" };
    const char *columns = cimtool_value(t, "columns");
    for (int i = 0; i < 3; i++) r->names[r->name_count++] = always[i];
    if (!columns) return EXIT_DONE;
    r->columns = strdup(columns);
    if (!r->columns) return EXIT_INTERNAL;
    for (char *p = r->columns; p; ) {
        char *comma = strchr(p, ',');
        if (comma) *comma = 0;
        if (!*p) return cimtool_complain("--columns: %s: a name is missing", columns);
        if (r->name_count == COLUMNS) return cimtool_complain("--columns: more than %d columns", COLUMNS);
        r->names[r->name_count++] = p;
        p = comma ? comma + 1 : NULL;
    }
    return EXIT_DONE;
}

/* "-" is a query on standard input. */
static int take_text(cimtool *t, request *r, const char **text_out)
{
    *text_out = t->args[1];
    if (strcmp(t->args[1], "-") != 0) return EXIT_DONE;
    r->text = malloc(TEXT_MAX + 1);
    if (!r->text) return EXIT_INTERNAL;
    size_t n = fread(r->text, 1, TEXT_MAX, stdin);
    r->text[n] = 0;
    *text_out = r->text;
    if (strlen(r->text) < n) return cimtool_complain("standard input: a query is text, this has a NUL");
    return EXIT_DONE;
}

static int take_options(cimtool *t, request *r)
{
    int64_t limit = 0, offset = 0, epsg = 0;
    if (!cimtool_int(t, "limit", 1, INT64_MAX, &limit) || !cimtool_int(t, "offset", 0, INT64_MAX, &offset)) return EXIT_USAGE;
    if (!cimtool_int(t, "crs", 1, 1000000, &epsg)) return EXIT_USAGE;
    r->opts.limit = (uint64_t)limit;
    r->opts.offset = (uint64_t)offset;
    r->opts.epsg = (int32_t)epsg;
    r->opts.at = cimtool_value(t, "at-time");
    if (cimtool_has(t, "count")) r->opts.flags |= CIM_QUERY_COUNT;
    int status = take_sort(t, r);
    return status == EXIT_DONE ? take_columns(t, r) : status;
}

/* ---- cells ---- */

/* Columns that a character takes: two in East Asian scripts, none for marks that join the one before. */
static size_t width_of(const unsigned char *p, size_t n)
{
    static const unsigned wide[][2] = { { 0x1100, 0x1160 }, { 0x2e80, 0xa4d0 }, { 0xac00, 0xd7a4 },
                                        { 0xf900, 0xfb00 }, { 0xff00, 0xff61 }, { 0x1f000, 0x110000 } };
    unsigned c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) c = c << 6 | (p[i] & 63u);
    if (c >= 0x300 && c < 0x370) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (c >= wide[i][0] && c < wide[i][1]) return 2;
    return 1;
}

static size_t text_width(const char *text)
{
    size_t width = 0;
    bool safe;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = cimtool_character(p, &safe);
        width += width_of(p, n);
        p += n;
    }
    return width;
}

static void print_cell(const char *text, size_t width, size_t most, bool last)
{
    size_t used = 0, all = text_width(text);
    bool safe, cut = all > most;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = cimtool_character(p, &safe), w = width_of(p, n);
        if (cut && used + w > most - 1) break;
        if (safe) fwrite(p, 1, n, stdout);
        else putchar('?');
        used += w;
        p += n;
    }
    if (cut) fputs("…", stdout), used++;
    if (!last) printf("%*s", (int)(width > used ? width - used : 0) + 2, "");
}

/* Several values with commas between them; a split way shows the id of its segment. */
static const char *cell_text(const cimtool_node *cell, bool first_only, char **owned)
{
    size_t size = 1;
    *owned = NULL;
    if (cell->type == '0') return "";
    if (cell->type != '[') return cell->text ? cell->text : "";
    if (first_only) return cell->child && cell->child->text ? cell->child->text : "";
    for (const cimtool_node *n = cell->child; n; n = n->next) size += strlen(n->text ? n->text : "") + 2;
    char *text = *owned = malloc(size), *to = text;
    if (!text) return "";
    for (const cimtool_node *n = cell->child; n; n = n->next) to += sprintf(to, "%s%s", n->text ? n->text : "", n->next ? ", " : "");
    return text;
}

typedef void (*cell_fn)(request *r, size_t column, const char *text, bool last, size_t most);

static void measure_cell(request *r, size_t column, const char *text, bool last, size_t most)
{
    size_t width = text_width(text);
    (void)last;
    if (width > most) width = most;
    if (width > r->widths[column]) r->widths[column] = width;
}

static void show_cell(request *r, size_t column, const char *text, bool last, size_t most)
{
    print_cell(text, r->widths[column], most, last);
    if (last) putchar('\n');
}

static void each_cell(request *r, const cimtool_node *rows, size_t most, cell_fn fn)
{
    for (const cimtool_node *row = rows->child; row; row = row->next) {
        size_t column = 0;
        for (const cimtool_node *cell = row->child; cell; cell = cell->next, column++) {
            char *owned;
            const char *text = cell_text(cell, column == 0, &owned);
            fn(r, column, text, !cell->next, most);
            free(owned);
        }
    }
}

/* ---- tables ---- */

static void print_head(request *r)
{
    for (size_t i = 0; i < r->name_count; i++) print_cell(r->names[i], r->widths[i], SIZE_MAX, i + 1 == r->name_count);
    putchar('\n');
}

/* Columns are as wide as the first block needs. */
static int print_block(cimtool *t, cim_city *city, request *r, const uint32_t *ids, size_t count, bool first)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_values(t->ctx, city, ids, count, r->names, r->name_count, &json);
    if (st < 0) return cimtool_fail(t, st);
    cimtool_node *rows = cimtool_json_read(json.data);
    size_t most = isatty(STDOUT_FILENO) ? WIDTH_MAX : SIZE_MAX;
    cim_buf_dispose(&json);
    if (!rows) return EXIT_INTERNAL;
    for (size_t i = 0; first && i < r->name_count; i++) r->widths[i] = text_width(r->names[i]);
    if (first) each_cell(r, rows, most, measure_cell);
    if (first) print_head(r);
    each_cell(r, rows, most, show_cell);
    cimtool_json_free(rows);
    return EXIT_DONE;
}

static int print_table(cimtool *t, cim_city *city, request *r, const cim_query_result *result)
{
    for (size_t i = 0; i < result->count; i += BLOCK) {
        size_t n = result->count - i < BLOCK ? result->count - i : BLOCK;
        int status = print_block(t, city, r, result->ids + i, n, i == 0);
        if (status != EXIT_DONE) return status;
    }
    if (t->quiet) return EXIT_DONE;
    fflush(stdout);
    if (result->count < result->matched) fprintf(stderr, "%zu of %llu objects\n", result->count, (unsigned long long)result->matched);
    else fprintf(stderr, "%zu object%s\n", result->count, result->count == 1 ? "" : "s");
    return EXIT_DONE;
}

/* ---- JSON ---- */

static void print_json_value(const cimtool_node *v)
{
    if (v->type == '"') {
        cimtool_print_string(v->text ? v->text : "");
    } else if (v->type == '[') {
        putchar('[');
        for (const cimtool_node *n = v->child; n; n = n->next) {
            print_json_value(n);
            if (n->next) putchar(',');
        }
        putchar(']');
    } else {
        fputs(v->type == '0' ? "null" : v->text ? v->text : "null", stdout);
    }
}

/* Only the columns that were asked for, beside number, id, class and name. */
static void json_row(const request *r, uint32_t id, const cimtool_node *row)
{
    size_t i = 0;
    printf("{\"number\":%u", id);
    for (const cimtool_node *cell = row->child; cell; cell = cell->next, i++) {
        if (i == 2 && cell->type == '0') continue;
        putchar(',');
        cimtool_print_string(r->names[i]);
        putchar(':');
        print_json_value(i == 0 && cell->type == '[' && cell->child ? cell->child : cell);
    }
    putchar('}');
}

static int json_block(cimtool *t, cim_city *city, const request *r, const uint32_t *ids, size_t count)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_values(t->ctx, city, ids, count, r->names, r->name_count, &json);
    if (st < 0) return cimtool_fail(t, st);
    cimtool_node *rows = cimtool_json_read(json.data);
    cim_buf_dispose(&json);
    for (const cimtool_node *row = rows ? rows->child : NULL; row; row = row->next) {
        json_row(r, *ids++, row);
        if (row->next) printf(",\n");
    }
    cimtool_json_free(rows);
    return rows ? EXIT_DONE : EXIT_INTERNAL;
}

static int json_object(cimtool *t, cim_city *city, uint32_t id)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_city_object(t->ctx, city, id, 0, &json);
    if (st < 0) return cimtool_fail(t, st);
    fwrite(json.data, 1, json.size, stdout);
    cim_buf_dispose(&json);
    return EXIT_DONE;
}

static int json_objects(cimtool *t, cim_city *city, const uint32_t *ids, size_t count)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        if (i) printf(",\n");
        status = json_object(t, city, ids[i]);
    }
    return status;
}

static int print_json(cimtool *t, cim_city *city, request *r, const cim_query_result *result)
{
    int status = EXIT_DONE;
    printf("{\"schema\":\"cimtool/1\",\"matched\":%llu,\"returned\":%zu,\"objects\":[", (unsigned long long)result->matched, result->count);
    for (size_t i = 0; i < result->count && status == EXIT_DONE; i += BLOCK) {
        size_t n = result->count - i < BLOCK ? result->count - i : BLOCK;
        printf(i ? ",\n" : "\n");
        status = r->name_count > 3 ? json_block(t, city, r, result->ids + i, n) : json_objects(t, city, result->ids + i, n);
    }
    printf("%s]}\n", result->count ? "\n" : "");
    return status;
}

/* ---- the verb ---- */

static int print_count(cimtool *t, const cim_query_result *result)
{
    if (t->json) printf("{\"schema\":\"cimtool/1\",\"matched\":%llu}\n", (unsigned long long)result->matched);
    else printf("%llu\n", (unsigned long long)result->matched);
    return EXIT_DONE;
}

/* Columns with a wrong name are wrong also where nothing is found. */
static int check_columns(cimtool *t, cim_city *city, request *r)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = r->name_count > 3 ? cim_query_values(t->ctx, city, NULL, 0, r->names, r->name_count, &json) : CIM_OK;
    cim_buf_dispose(&json);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int run_query(cimtool *t, cim_city *city, request *r, const char *text)
{
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    int status = check_columns(t, city, r);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_query_run(t->ctx, city, text, &r->opts, &result);
    if (st < 0) return cimtool_fail(t, st);
    if (r->opts.flags & CIM_QUERY_COUNT) status = print_count(t, &result);
    else status = t->json ? print_json(t, city, r, &result) : print_table(t, city, r, &result);
    if (status == EXIT_DONE && !result.matched) status = EXIT_NEGATIVE;
    cim_query_result_dispose(&result);
    return status;
}

static int explain(cimtool *t, cim_city *city, request *r, const char *text)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_explain(t->ctx, city, text, &r->opts, &json);
    if (st < 0) return cimtool_fail(t, st);
    cimtool_show(t, &json);
    cim_buf_dispose(&json);
    return EXIT_DONE;
}

int verb_query(cimtool *t)
{
    request r = { .opts = CIM_QUERY_OPTIONS_INIT };
    cim_city *city = NULL;
    const char *text = NULL;
    int status = take_options(t, &r);
    if (status == EXIT_DONE) status = take_text(t, &r, &text);
    if (status == EXIT_DONE) status = cimtool_open(t, t->args[0], &city);
    if (status == EXIT_DONE) status = cimtool_has(t, "explain") ? explain(t, city, &r, text) : run_query(t, city, &r, text);
    cim_city_free(city);
    free_request(&r);
    return status;
}
