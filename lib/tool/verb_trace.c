/* verb_trace.c - cimtool trace: how a utility network hangs together.  Options, starts, --follow, and the kinds that give a set of elements. */
#include "tracing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS = 20, FEW = 8, LINE_BYTES = 1 << 20 };

typedef struct kind {
    const char *name;
    int (*run)(tracing *t);
    uint32_t number;
    int starts; /* 0: none allowed, 1: one or more needed, 2: may be */
} kind;

static const kind kinds[] = {
    { "connected", tracing_find, CIM_TRACE_CONNECTED, 1 },     { "subnetwork", tracing_find, CIM_TRACE_SUBNETWORK, 1 },
    { "controllers", tracing_find, CIM_TRACE_CONTROLLERS, 1 }, { "upstream", tracing_find, CIM_TRACE_UPSTREAM, 1 },
    { "downstream", tracing_find, CIM_TRACE_DOWNSTREAM, 1 },   { "loops", tracing_find, CIM_TRACE_LOOPS, 2 },
    { "bridges", tracing_find, CIM_TRACE_BRIDGES, 0 },         { "cut-nodes", tracing_find, CIM_TRACE_CUT_NODES, 0 },
    { "path", tracing_path, 0, 1 },                            { "isolate", tracing_isolate, 0, 1 },
    { "redundancy", tracing_redundancy, 0, 2 },                { "critical", tracing_critical, 0, 0 },
    { "propagate", tracing_propagate, 0, 2 },                  { "report", tracing_report, 0, 0 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- shared ---- */

void *tracing_room(tracing *t, size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) cimtool_fail(t->u.tool, CIM_ENOMEM);
    return p;
}

bool tracing_shows(const tracing *t, size_t row) { return !t->top || row < (size_t)t->top; }

void tracing_rest(const tracing *t, size_t count)
{
    if (t->top && count > (size_t)t->top) printf("  ... %zu of %zu are shown (--all)\n", (size_t)t->top, count);
}

bool tracing_wants(const tracing *t, uint32_t element)
{
    uint32_t object = t->wanted || t->elsewhere ? cim_utility_element_object(t->u.networks, element) : CIM_NONE;
    if (t->elsewhere && object != CIM_NONE && t->elsewhere[object]) return false;
    return !t->wanted || (object != CIM_NONE && t->wanted[object]);
}

double tracing_value(const tracing *t, uint32_t column, uint32_t element) { return t->u.view.columns[column] ? t->u.view.columns[column][element] : 0.0; }

void tracing_sum(const tracing *t, const uint32_t *elements, size_t count, double *sums)
{
    for (uint32_t c = 0; c < CIM_UTILITY_COLUMNS; c++) {
        sums[c] = 0.0;
        for (size_t i = 0; i < count; i++) sums[c] += tracing_value(t, c, elements[i]);
    }
}

int tracing_column(tracing *t, uint32_t usual, uint32_t *column_out)
{
    const char *name = cimtool_value(t->u.tool, "by");
    *column_out = name ? cim_trace_network_column(t->u.network, name) : usual;
    if (*column_out != CIM_NONE) return EXIT_DONE;
    return cimtool_complain("--by: %s is not length_m, demand_lps, demand_kw, customers, people, buildings, critical or hydrants", name);
}

int tracing_elements(tracing *t, const char *key, const uint32_t *elements, size_t count)
{
    int status = count > FEW ? utility_know(&t->u, elements, count) : EXIT_DONE;
    printf(",\"%s\":[", key);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = utility_print_element(&t->u, elements[i]);
    }
    putchar(']');
    return status;
}

int tracing_devices(tracing *t, const char *key, const uint32_t *devices, size_t count)
{
    int status = EXIT_DONE;
    printf(",\"%s\":[", key);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = utility_print_device(&t->u, devices[i]);
    }
    putchar(']');
    return status;
}

static int plain_starts(tracing *t)
{
    int status = EXIT_DONE;
    uint32_t last = CIM_NONE;
    size_t shown = 0, left = 0;
    printf("%s", t->what);
    for (size_t i = 0; i < t->starts.count && status == EXIT_DONE; i++) {
        uint32_t object = cim_utility_element_object(t->u.networks, t->starts.at[i]);
        if (i && object == last && object != CIM_NONE) continue;
        last = object;
        if (shown++ >= 5) {
            left++;
            continue;
        }
        printf(shown == 1 ? " of " : ", ");
        status = utility_plain_object(&t->u, object);
    }
    if (left) printf(" and %zu more", left);
    if (t->ends.count && status == EXIT_DONE) {
        printf(" to ");
        status = utility_plain_object(&t->u, cim_utility_element_object(t->u.networks, t->ends.at[0]));
    }
    putchar('\n');
    return status;
}

int tracing_begin(tracing *t)
{
    if (!t->json) return plain_starts(t);
    printf("{\"schema\":\"cimtool/1\",\"trace\":\"%s\"", t->what);
    utility_print_epoch(&t->u);
    int status = tracing_elements(t, "starts", t->starts.at, t->starts.count);
    return status == EXIT_DONE && t->ends.count ? tracing_elements(t, "ends", t->ends.at, t->ends.count) : status;
}

void tracing_end(tracing *t)
{
    if (t->json) printf("}\n");
}

/* ---- sets of elements ---- */

typedef struct asked {
    cim_trace_options options;
    utility_list barriers, result_barriers;
} asked;

static int kinds_of_devices(tracing *t, const char *option, uint32_t *kinds_out)
{
    const char *name;
    int at = 0;
    while ((name = cimtool_next_value(t->u.tool, option, &at))) {
        uint32_t k = 0;
        while (k <= CIM_TRACE_OTHER && strcmp(utility_kind_name(k), name)) k++;
        if (k > CIM_TRACE_OTHER)
            return cimtool_complain("--%s: %s is not valve, switch, pump, regulator, transformer, check_valve, fuse, meter, hydrant or other", option, name);
        *kinds_out |= 1u << k;
    }
    return EXIT_DONE;
}

static int take_limit(tracing *t, cim_trace_options *o)
{
    const char *text = cimtool_value(t->u.tool, "limit"), *equals = text ? strchr(text, '=') : NULL;
    char *end = NULL, name[40] = "";
    if (!text) return EXIT_DONE;
    if (equals) {
        snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
        o->limit = strtod(equals + 1, &end);
    }
    o->limit_column = equals ? cim_trace_network_column(t->u.network, name) : CIM_NONE;
    if (!equals || end == equals + 1 || *end || !(o->limit >= 0.0) || o->limit_column == CIM_NONE)
        return cimtool_complain("--limit: %s is not COLUMN=NUMBER, such as length_m=500", text);
    return EXIT_DONE;
}

/* --tier: what says another tier is not entered. */
static int take_tier(tracing *t, utility_list *barriers)
{
    const char *tier = cimtool_value(t->u.tool, "tier"), **texts = NULL;
    cimtool_node *rows = NULL;
    if (!tier) return EXIT_DONE;
    int status = tracing_texts(t, "tier", &rows, &texts);
    if (status == EXIT_DONE && !t->elsewhere && !(t->elsewhere = tracing_room(t, (size_t)cim_city_max_id(t->u.city) + 1, 1))) status = EXIT_INTERNAL;
    for (uint32_t x = 0; x < utility_element_count(&t->u) && status == EXIT_DONE; x++) {
        uint32_t object = cim_utility_element_object(t->u.networks, x);
        if (object == CIM_NONE || !texts[object] || !strcmp(texts[object], tier)) continue;
        t->elsewhere[object] = 1;
        status = utility_put(t->u.tool, barriers, x);
    }
    free(texts);
    cimtool_json_free(rows);
    return status;
}

static int take_options(tracing *t, asked *a)
{
    cimtool *tool = t->u.tool;
    a->options = (cim_trace_options)CIM_TRACE_OPTIONS_INIT;
    int status = utility_option_elements(&t->u, "barrier", &a->barriers);
    if (status == EXIT_DONE) status = take_tier(t, &a->barriers);
    if (status == EXIT_DONE) status = utility_option_elements(&t->u, "result-barrier", &a->result_barriers);
    if (status == EXIT_DONE) status = kinds_of_devices(t, "barrier-kind", &a->options.barrier_kinds);
    if (status == EXIT_DONE) status = kinds_of_devices(t, "result-barrier-kind", &a->options.result_barrier_kinds);
    if (status == EXIT_DONE) status = take_limit(t, &a->options);
    a->options.barriers = a->barriers.at, a->options.barrier_count = a->barriers.count;
    a->options.result_barriers = a->result_barriers.at, a->options.result_barrier_count = a->result_barriers.count;
    a->options.no_nodes = cimtool_has(tool, "no-nodes"), a->options.no_edges = cimtool_has(tool, "no-edges");
    a->options.through_sources = cimtool_has(tool, "through-sources");
    return status;
}

/* What is left of a result after --filter. */
typedef struct found {
    uint32_t *elements, *why; /* freed with free() */
    size_t count, nodes, objects;
    double sums[CIM_UTILITY_COLUMNS];
} found;

static int keep_found(tracing *t, const cim_trace_result *r, found *f)
{
    uint8_t *seen = tracing_room(t, (size_t)cim_city_max_id(t->u.city) + 1, 1);
    f->elements = tracing_room(t, 2 * r->count, sizeof *f->elements);
    f->count = f->nodes = f->objects = 0;
    if (seen && f->elements) {
        f->why = f->elements + r->count;
        for (size_t i = 0; i < r->count; i++) {
            uint32_t object = cim_utility_element_object(t->u.networks, r->elements[i]);
            if (!tracing_wants(t, r->elements[i])) continue;
            f->nodes += r->elements[i] < t->u.view.node_count;
            f->objects += object != CIM_NONE && !seen[object];
            if (object != CIM_NONE) seen[object] = 1;
            f->why[f->count] = r->why[i];
            f->elements[f->count++] = r->elements[i];
        }
        tracing_sum(t, f->elements, f->count, f->sums);
    }
    bool ok = seen && f->elements;
    free(seen);
    return ok ? EXIT_DONE : EXIT_INTERNAL;
}

static int draw_found(tracing *t, const found *f)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < f->count && t->layer.file && status == EXIT_DONE; i++) {
        char more[80] = ",\"from\":null";
        if (f->why[i] != CIM_NONE) snprintf(more, sizeof more, ",\"element\":%u,\"from\":%u", f->elements[i], f->why[i]);
        else snprintf(more, sizeof more, ",\"element\":%u,\"from\":null", f->elements[i]);
        status = utility_layer_element(&t->layer, f->elements[i], "result", more);
    }
    return status;
}

static int json_found(tracing *t, const found *f)
{
    int status = EXIT_DONE;
    printf(",\"count\":%zu,\"nodes\":%zu,\"edges\":%zu,\"objects\":%zu,\"sums\":{", f->count, f->nodes, f->count - f->nodes, f->objects);
    utility_print_sums(f->sums);
    putchar('}');
    if (status == EXIT_DONE) status = tracing_elements(t, "elements", f->elements, f->count);
    printf(",\"from\":[");
    for (size_t i = 0; i < f->count; i++) {
        if (f->why[i] == CIM_NONE) printf("%snull", i ? "," : "");
        else printf("%s%u", i ? "," : "", f->why[i]);
    }
    putchar(']');
    return status;
}

/* Each object once, with the object it was reached from. */
static int plain_rows(tracing *t, const found *f)
{
    uint8_t *seen = tracing_room(t, (size_t)cim_city_max_id(t->u.city) + 1, 1);
    int status = seen ? EXIT_DONE : EXIT_INTERNAL;
    size_t row = 0;
    for (size_t i = 0; i < f->count && status == EXIT_DONE; i++) {
        uint32_t object = cim_utility_element_object(t->u.networks, f->elements[i]);
        if (object == CIM_NONE || seen[object]) continue;
        seen[object] = 1;
        if (!tracing_shows(t, row++)) continue;
        const char *class_name = cim_city_class(t->u.city, object);
        printf("  %-13s ", class_name ? class_name : "-");
        status = utility_plain_object(&t->u, object);
        uint32_t from = f->why[i];
        if (from != CIM_NONE && status == EXIT_DONE) {
            printf("  from ");
            status = utility_plain_object(&t->u, cim_utility_element_object(t->u.networks, from));
        }
        putchar('\n');
    }
    free(seen);
    tracing_rest(t, row);
    return status;
}

static int plain_found(tracing *t, const found *f)
{
    size_t edges = f->count - f->nodes;
    printf("%zu %s, %zu %s, %zu %s\n", f->objects, utility_plural((double)f->objects, "object", "objects"), f->nodes,
           utility_plural((double)f->nodes, "node", "nodes"), edges, utility_plural((double)edges, "line", "lines"));
    utility_plain_sums(f->sums, "  ");
    return plain_rows(t, f);
}

static int show_result(tracing *t, const cim_trace_result *r)
{
    found f = { NULL, NULL, 0, 0, 0, { 0.0 } };
    int status = keep_found(t, r, &f);
    if (status == EXIT_DONE) status = t->json ? json_found(t, &f) : plain_found(t, &f);
    tracing_end(t);
    if (status == EXIT_DONE) status = draw_found(t, &f);
    if (status == EXIT_DONE && !f.count) status = EXIT_NEGATIVE;
    free(f.elements);
    return status;
}

int tracing_find(tracing *t)
{
    asked a = { .barriers = { NULL, 0, 0 } };
    cim_trace_result r = { .struct_size = sizeof r };
    int status = take_options(t, &a);
    if (status == EXIT_DONE) {
        cim_status st = cim_trace_find(t->u.tool->ctx, t->u.state, t->u.query, t->number, t->starts.at, t->starts.count, &a.options, &r);
        status = st < 0 ? cimtool_fail(t->u.tool, st) : tracing_begin(t);
        if (st >= 0 && status == EXIT_DONE) status = show_result(t, &r);
    }
    utility_list_free(&a.barriers);
    utility_list_free(&a.result_barriers);
    return status;
}

/* ---- the shortest way ---- */

/* The elements in the order in which one passes them, not by number. */
static int show_way(tracing *t, const cim_trace_result *r, uint32_t last)
{
    cim_trace_result way = *r;
    uint32_t *elements = tracing_room(t, 2 * r->count, sizeof *elements), *why = elements ? elements + r->count : NULL;
    if (!elements) return EXIT_INTERNAL;
    for (size_t i = r->count; i--;) { /* every step is one search in a sorted list */
        size_t low = 0, high = r->count;
        while (low + 1 < high) {
            size_t middle = (low + high) / 2;
            if (r->elements[middle] <= last) low = middle;
            else high = middle;
        }
        elements[i] = last;
        why[i] = last = r->why[low];
    }
    way.elements = elements;
    way.why = why;
    int status = show_result(t, &way);
    free(elements);
    return status;
}

int tracing_path(tracing *t)
{
    cim_ctx *ctx = t->u.tool->ctx;
    cim_trace_result r = { .struct_size = sizeof r };
    uint32_t column, best[2] = { t->starts.at[0], t->ends.at[0] };
    double length, least = INFINITY;
    int status = tracing_column(t, CIM_UTILITY_LENGTH_M, &column);
    if (status != EXIT_DONE) return status;
    for (size_t i = 0; i < t->starts.count && i < 16; i++)
        for (size_t k = 0; k < t->ends.count && k < 16; k++) {
            cim_status st = cim_trace_path(ctx, t->u.state, t->u.query, t->starts.at[i], t->ends.at[k], column, &length, &r);
            if (st < 0) return cimtool_fail(t->u.tool, st);
            if (length < least) least = length, best[0] = t->starts.at[i], best[1] = t->ends.at[k];
        }
    cim_status st = cim_trace_path(ctx, t->u.state, t->u.query, best[0], best[1], column, &length, &r);
    if (st < 0) return cimtool_fail(t->u.tool, st);
    status = tracing_begin(t);
    if (t->json) {
        if (isfinite(length)) printf(",\"length\":%.10g", length);
        else printf(",\"length\":null");
    } else if (isfinite(length)) {
        printf("length %.10g\n", round(length * 1e6) / 1e6);
    } else {
        printf("no way\n");
    }
    return status == EXIT_DONE ? show_way(t, &r, best[1]) : status;
}

/* ---- states that arrive ---- */

/* The last line about each object: with it before a new one, the reader sees which of them is older. */
typedef struct lasts {
    char **ids, **lines;
    size_t count, room;
} lasts;

/* The id in a line: the member of JSON, or the column of CSV where the head says "id"; "" when it has none.  Freed with free(). */
static char *id_in(const char *head, const char *line)
{
    if (!*head) {
        cimtool_node *node = cimtool_json_read(line);
        char *id = strdup(cimtool_text(node, "id"));
        cimtool_json_free(node);
        return id;
    }
    for (;; head += strcspn(head, ",") + 1, line += strcspn(line, ",") + 1) {
        size_t n = strcspn(head, ","), m = strcspn(line, ",");
        while (n && (*head == ' ' || *head == '"')) head++, n--;
        if (n >= 2 && !strncasecmp(head, "id", 2) && (n == 2 || head[2] == '"' || head[2] == ' ')) return strndup(line, m);
        if (!head[n] || !line[m]) return strdup("");
    }
}

static const char *last_of(const lasts *l, const char *id, size_t *at)
{
    for (*at = 0; *at < l->count; ++*at)
        if (!strcmp(l->ids[*at], id)) return l->lines[*at];
    return NULL;
}

static bool keep_last(lasts *l, size_t at, const char *id, const char *line)
{
    if (at == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        char **ids = realloc(l->ids, room * sizeof *ids), **lines = ids ? realloc(l->lines, room * sizeof *lines) : NULL;
        if (ids) l->ids = ids;
        if (!lines) return false;
        l->lines = lines;
        l->room = room;
    }
    char *copy = strdup(line), *name = at == l->count ? strdup(id) : NULL;
    if (!copy || (at == l->count && !name)) return free(copy), free(name), false;
    if (at < l->count) free(l->lines[at]);
    else l->ids[l->count++] = name;
    l->lines[at] = copy;
    return true;
}

static void free_lasts(lasts *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->ids[i]), free(l->lines[i]);
    free(l->ids);
    free(l->lines);
}

/* One line of --follow, after the head of a CSV file.  EXIT_PARTIAL: it was not taken. */
static int take_line(tracing *t, lasts *l, const char *head, const char *line)
{
    cim_utility_feed feed = { .struct_size = sizeof feed, .as_of_ms = INT64_MIN };
    size_t at = 0;
    char *id = id_in(head, line);
    const char *before = id ? last_of(l, id, &at) : NULL;
    size_t length = strlen(head) + strlen(line) + (before ? strlen(before) : 0) + 4;
    char *text = id ? malloc(length) : NULL;
    if (!text) return free(id), cimtool_fail(t->u.tool, CIM_ENOMEM);
    snprintf(text, length, "%s%s%s%s%s\n", head, *head ? "\n" : "", before ? before : "", before ? "\n" : "", line);
    cim_status st = cim_utility_feed_read(t->u.tool->ctx, t->u.networks, t->u.city, t->u.status, text, strlen(text), &feed);
    free(text);
    bool taken = st >= 0 && feed.applied_count == (before ? 2 : 1), failed = st < 0 && st != CIM_EFORMAT;
    if (failed) cimtool_fail(t->u.tool, st);
    else if (!taken)
        cimtool_complain("%s: not taken%s%.200s", line, feed.first_bad[0] ? ": " : feed.unknown_count ? ": no such object" : feed.late_count ? ": late" : "",
                         feed.first_bad);
    if (taken && feed.as_of_ms > t->u.feed.as_of_ms) t->u.feed.as_of_ms = feed.as_of_ms;
    bool kept = !taken || keep_last(l, at, id, line);
    free(id);
    if (!kept) return cimtool_fail(t->u.tool, CIM_ENOMEM);
    return failed ? EXIT_FAILED : taken ? EXIT_DONE : EXIT_PARTIAL;
}

static int follow(tracing *t, int (*run)(tracing *))
{
    char *line = malloc(LINE_BYTES), *head = strdup("");
    lasts l = { NULL, NULL, 0, 0 };
    int status = line && head ? EXIT_DONE : cimtool_fail(t->u.tool, CIM_ENOMEM), worst = EXIT_DONE;
    bool first = true;
    while (status == EXIT_DONE && fgets(line, LINE_BYTES, stdin)) {
        size_t n = strlen(line);
        if (n && line[n - 1] != '\n' && !feof(stdin)) {
            status = cimtool_complain("a line is longer than %d bytes", LINE_BYTES);
            break;
        }
        while (n && (unsigned char)line[n - 1] <= ' ') line[--n] = 0;
        if (!n) continue;
        if (first && line[strspn(line, " \t")] != '{') {
            free(head);
            if (!(head = strdup(line))) status = cimtool_fail(t->u.tool, CIM_ENOMEM);
            first = false;
            continue;
        }
        first = false;
        int taken = take_line(t, &l, head, line);
        if (taken == EXIT_PARTIAL) worst = EXIT_PARTIAL;
        if (taken == EXIT_DONE) taken = utility_publish(&t->u);
        if (taken == EXIT_DONE) taken = run(t);
        if (taken != EXIT_NEGATIVE && taken != EXIT_PARTIAL) status = taken;
        fflush(stdout);
    }
    if (status == EXIT_DONE && ferror(stdin)) {
        cimtool_complain("standard input: %s", strerror(errno));
        status = EXIT_FAILED;
    }
    free(line);
    free(head);
    free_lasts(&l);
    return status == EXIT_DONE ? worst : status;
}

/* ---- asking ---- */

/* --filter: a class with those below it, or an expression. */
static int take_filter(tracing *t)
{
    const char *text = cimtool_value(t->u.tool, "filter");
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    char query[100];
    if (!text) return EXIT_DONE;
    bool word = text[0] && strlen(text) < 60 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen(text);
    if (word) snprintf(query, sizeof query, "IS_A('%s')", text);
    cim_status st = cim_query_run(t->u.tool->ctx, t->u.city, word ? query : text, NULL, &result);
    if (st < 0) return cimtool_fail(t->u.tool, st);
    if ((t->wanted = tracing_room(t, (size_t)cim_city_max_id(t->u.city) + 1, 1)))
        for (size_t i = 0; i < result.count; i++) t->wanted[result.ids[i]] = 1;
    cim_query_result_dispose(&result);
    return t->wanted ? EXIT_DONE : EXIT_INTERNAL;
}

/* Of a path one argument is where it begins, another, or --at, where it leads to. */
static int take_path(tracing *t)
{
    cimtool *tool = t->u.tool;
    if (tool->arg_count < 3 || tool->arg_count > 4) return cimtool_complain("usage: cimtool trace CITY path START END");
    int status = utility_elements(&t->u, tool->args[2], &t->starts);
    if (status == EXIT_DONE) status = tool->arg_count > 3 ? utility_elements(&t->u, tool->args[3], &t->ends) : utility_starts(&t->u, 3, &t->ends);
    if (status == EXIT_DONE && !t->ends.count) status = cimtool_complain("usage: cimtool trace CITY path START END");
    return status;
}

static int take_starts(tracing *t, const kind *k)
{
    cimtool *tool = t->u.tool;
    bool any = tool->arg_count > 2 || cimtool_has(tool, "at") || cimtool_has(tool, "at-lonlat");
    if (k->run == tracing_path) return take_path(t);
    if (!k->starts && any) return cimtool_complain("trace %s has no starts", k->name);
    if (k->starts == 1 && !any) return cimtool_complain("trace %s needs a start: an id or name, --at or --at-lonlat", k->name);
    return utility_starts(&t->u, 2, &t->starts);
}

static const kind *kind_of(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, name)) return &kinds[i];
    return NULL;
}

static int answer(tracing *t, const kind *k)
{
    cimtool *tool = t->u.tool;
    int status = take_starts(t, k);
    if (status == EXIT_DONE) status = utility_option_devices(&t->u, "stuck", &t->stuck);
    if (status == EXIT_DONE) status = take_filter(t);
    if (status == EXIT_DONE && cimtool_has(tool, "output")) status = utility_layer_open(&t->u, cimtool_value(tool, "output"), &t->layer);
    if (status == EXIT_DONE) status = k->run(t);
    status = utility_layer_close(&t->layer, status);
    bool goes_on = cimtool_has(tool, "follow") && (status == EXIT_DONE || status == EXIT_NEGATIVE);
    if (!goes_on) return status;
    fflush(stdout);
    return follow(t, k->run);
}

int verb_trace(cimtool *tool)
{
    tracing t = { .top = ROWS, .json = tool->json };
    const kind *k = kind_of(tool->args[1]);
    if (!k) {
        cimtool_complain("%s is no trace; there are:", tool->args[1]);
        for (size_t i = 0; i < KINDS; i++) fprintf(stderr, "%s%s", i ? " " : "  ", kinds[i].name);
        fputc('\n', stderr);
        return EXIT_USAGE;
    }
    if (!cimtool_int(tool, "top", 1, INT64_C(1000000000), &t.top)) return EXIT_USAGE;
    if (cimtool_has(tool, "all")) t.top = 0;
    if (cimtool_has(tool, "follow") && (!cimtool_value(tool, "status") || strcmp(cimtool_value(tool, "status"), "-")))
        return cimtool_complain("--follow reads states from the standard input: --status -");
    if (cimtool_has(tool, "follow")) t.json = true;
    if (cimtool_has(tool, "output") && !strcmp(cimtool_value(tool, "output"), "-")) return cimtool_complain("-o: standard output is for the answer");
    t.what = k->name;
    t.number = k->number;
    int status = utility_open(&t.u, tool);
    if (status == EXIT_DONE) status = answer(&t, k);
    utility_list_free(&t.starts);
    utility_list_free(&t.ends);
    utility_list_free(&t.stuck);
    free(t.wanted);
    free(t.elsewhere);
    utility_close(&t.u);
    return status;
}
