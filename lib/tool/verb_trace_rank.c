/* verb_trace_rank.c - cimtool trace redundancy, critical and propagate: a number for every element. */
#include "tracing.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An element with its number, to be sorted. */
typedef struct row {
    uint32_t element;
    double value;
} row;

static int most_first(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? 1 : -1;
    return x->element < y->element ? -1 : x->element > y->element;
}

static int least_first(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->element < y->element ? -1 : x->element > y->element;
}

static void json_number(double value)
{
    if (isfinite(value)) printf("%.10g", round(value * 1e6) / 1e6 + 0.0);
    else printf("null");
}

static int show_row(tracing *t, const char *key, const row *r, size_t at)
{
    if (t->json) {
        printf("%s{\"%s\":", at ? "," : "", key);
        json_number(r->value);
        printf(",\"of\":");
        int status = utility_print_element(&t->u, r->element);
        putchar('}');
        return status;
    }
    uint32_t object = cim_utility_element_object(t->u.networks, r->element);
    const char *class_name = object == CIM_NONE ? NULL : cim_city_class(t->u.city, object);
    printf("%14.10g  %-13s ", round(r->value * 1e6) / 1e6 + 0.0, class_name ? class_name : "-");
    int status = utility_plain_object(&t->u, object);
    putchar('\n');
    return status;
}

static int show_rows(tracing *t, const char *list, const char *key, const row *rows, size_t count)
{
    int status = EXIT_DONE;
    if (t->json) printf(",\"count\":%zu,\"%s\":[", count, list);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++)
        if (tracing_shows(t, i)) status = show_row(t, key, &rows[i], i);
    if (t->json) putchar(']');
    else tracing_rest(t, count);
    for (size_t i = 0; i < count && t->layer.file && status == EXIT_DONE; i++) {
        char more[80];
        snprintf(more, sizeof more, ",\"element\":%u,\"%s\":%.10g", rows[i].element, key, isfinite(rows[i].value) ? rows[i].value : 0.0);
        status = utility_layer_element(&t->layer, rows[i].element, "result", isfinite(rows[i].value) ? more : "");
    }
    return status;
}

/* ---- redundancy ---- */

/* Ways without a common line to a node; of a line, to the end that has more. */
static int ways_to(tracing *t, uint32_t element, row *r)
{
    const cim_utility_view *v = &t->u.view;
    uint32_t nodes[2] = { element, element }, ways;
    if (element >= v->node_count) nodes[0] = v->from[element - v->node_count], nodes[1] = v->to[element - v->node_count];
    *r = (row){ element, 0.0 };
    for (int k = 0; k < 2; k++) {
        cim_status st = cim_trace_redundancy(t->u.tool->ctx, t->u.state, t->u.query, nodes[k], 3, &ways, NULL);
        if (st < 0) return cimtool_fail(t->u.tool, st);
        r->value = fmax(r->value, ways);
    }
    return EXIT_DONE;
}

static int redundancy_of_starts(tracing *t)
{
    row *rows = tracing_room(t, t->starts.count, sizeof *rows);
    int status = rows ? EXIT_DONE : EXIT_INTERNAL;
    for (size_t i = 0; i < t->starts.count && status == EXIT_DONE; i++) status = ways_to(t, t->starts.at[i], &rows[i]);
    if (status == EXIT_DONE) status = tracing_begin(t);
    if (status == EXIT_DONE && !t->json) printf("ways to sources without a common line (at most 3 are counted):\n");
    if (status == EXIT_DONE) status = show_rows(t, "redundancy", "ways", rows, t->starts.count);
    tracing_end(t);
    free(rows);
    return status;
}

/* A node hangs on one line exactly when some line has it downstream; one question about all lines says of all nodes. */
static int below_lines(tracing *t, uint8_t *below)
{
    const cim_utility_view *v = &t->u.view;
    cim_trace_result r = { .struct_size = sizeof r };
    uint32_t *lines = tracing_room(t, v->edge_count, sizeof *lines);
    if (!lines) return EXIT_INTERNAL;
    for (uint32_t e = 0; e < v->edge_count; e++) lines[e] = v->node_count + e;
    cim_status st = v->edge_count ? cim_trace_find(t->u.tool->ctx, t->u.state, t->u.query, CIM_TRACE_DOWNSTREAM, lines, v->edge_count, NULL, &r) : CIM_OK;
    for (size_t i = 0; st >= 0 && v->edge_count && i < r.node_count; i++) below[r.elements[i]] = 1;
    free(lines);
    return st < 0 ? cimtool_fail(t->u.tool, st) : EXIT_DONE;
}

static int redundancy_of_all(tracing *t)
{
    const cim_utility_view *v = &t->u.view;
    uint8_t *below = tracing_room(t, v->node_count, 1), *live = NULL;
    row *rows = tracing_room(t, v->node_count, sizeof *rows);
    size_t counts[3] = { 0 }, one = 0;
    uint32_t column;
    int status = below && rows ? below_lines(t, below) : EXIT_INTERNAL;
    if (status == EXIT_DONE) status = utility_live(&t->u, t->u.state, &live);
    if (status == EXIT_DONE) status = tracing_column(t, CIM_UTILITY_CUSTOMERS, &column);
    for (uint32_t x = 0; x < v->node_count && status == EXIT_DONE; x++) {
        counts[!live[x] ? 0 : below[x] ? 1 : 2]++;
        if (live[x] && below[x] && tracing_wants(t, x)) rows[one++] = (row){ x, tracing_value(t, column, x) };
    }
    if (status == EXIT_DONE) status = tracing_begin(t);
    if (status == EXIT_DONE) {
        qsort(rows, one, sizeof *rows, most_first);
        if (t->json) printf(",\"none\":%zu,\"one\":%zu,\"more\":%zu,\"by\":\"%s\"", counts[0], counts[1], counts[2], utility_column_name(column));
        else printf("nodes without supply %zu, with one way %zu, with more %zu; those with one way, by %s:\n", counts[0], counts[1], counts[2],
                    utility_column_name(column));
        status = show_rows(t, "redundancy", utility_column_name(column), rows, one);
        tracing_end(t);
    }
    free(below);
    free(live);
    free(rows);
    return status;
}

int tracing_redundancy(tracing *t) { return t->starts.count ? redundancy_of_starts(t) : redundancy_of_all(t); }

/* ---- criticality ---- */

int tracing_critical(tracing *t)
{
    uint32_t count = utility_element_count(&t->u), column;
    double *loss = tracing_room(t, count, sizeof *loss);
    row *rows = tracing_room(t, count, sizeof *rows);
    size_t n = 0;
    int status = loss && rows ? tracing_column(t, CIM_UTILITY_CUSTOMERS, &column) : EXIT_INTERNAL;
    if (status == EXIT_DONE) {
        cim_status st = cim_trace_criticality(t->u.tool->ctx, t->u.state, column, loss);
        if (st < 0) status = cimtool_fail(t->u.tool, st);
    }
    for (uint32_t x = 0; x < count && status == EXIT_DONE; x++)
        if (loss[x] > 0.0 && tracing_wants(t, x)) rows[n++] = (row){ x, loss[x] };
    if (status == EXIT_DONE) status = tracing_begin(t);
    if (status == EXIT_DONE) {
        qsort(rows, n, sizeof *rows, most_first);
        if (t->json) printf(",\"by\":\"%s\"", utility_column_name(column));
        else printf("%s lost when one of these fails:\n", utility_column_name(column));
        status = show_rows(t, "critical", "loss", rows, n);
        tracing_end(t);
    }
    free(loss);
    free(rows);
    return status == EXIT_DONE && !n ? EXIT_NEGATIVE : status;
}

/* ---- values carried from the sources ---- */

/* The text of a property of every element's object: rows of JSON in the order of `objects`. */
static int read_property(tracing *t, const char *name, utility_list *objects, cimtool_node **rows_out)
{
    cim_buf json = CIM_BUF_INIT;
    int status = EXIT_DONE;
    for (uint32_t x = 0; x < utility_element_count(&t->u) && status == EXIT_DONE; x++) {
        uint32_t object = cim_utility_element_object(t->u.networks, x);
        if (object != CIM_NONE) status = utility_put(t->u.tool, objects, object);
    }
    if (status != EXIT_DONE) return status;
    utility_unique(objects);
    cim_status st = cim_query_values(t->u.tool->ctx, t->u.city, objects->at, objects->count, &name, 1, &json);
    if (st < 0) return cimtool_fail(t->u.tool, st);
    *rows_out = cimtool_json_read(json.data);
    cim_buf_dispose(&json);
    return *rows_out ? EXIT_DONE : cimtool_fail(t->u.tool, CIM_ENOMEM);
}

int tracing_texts(tracing *t, const char *name, cimtool_node **rows_out, const char ***texts_out)
{
    utility_list objects = { NULL, 0, 0 };
    int status = read_property(t, name, &objects, rows_out);
    if (status == EXIT_DONE && !(*texts_out = tracing_room(t, (size_t)cim_city_max_id(t->u.city) + 1, sizeof **texts_out))) status = EXIT_INTERNAL;
    const cimtool_node *at = status == EXIT_DONE ? (*rows_out)->child : NULL;
    for (size_t i = 0; i < objects.count && at; i++, at = at->next) {
        const cimtool_node *cell = at->child;
        if (cell && cell->type == '[') cell = cell->child;
        if (cell && cell->text) (*texts_out)[objects.at[i]] = cell->text;
    }
    utility_list_free(&objects);
    return status;
}

static const char *text_of(const tracing *t, const char **texts, uint32_t element)
{
    uint32_t object = cim_utility_element_object(t->u.networks, element);
    return object == CIM_NONE ? NULL : texts[object];
}

/* Letters and digits, each a phase: "ABC", "L1,L2"; without a word all. */
static uint32_t phases_of(const char *text)
{
    uint32_t bits = 0;
    for (; text && *text; text++) {
        int c = toupper((unsigned char)*text);
        if (c >= 'A' && c <= 'Z' && c != 'L') bits |= 1u << (c - 'A');
        else if (c >= '1' && c <= '3') bits |= 1u << (c - '1');
    }
    return bits ? bits : 0x3ffffffu;
}

static int print_phases(uint32_t bits, bool any)
{
    char text[27] = "";
    size_t n = 0;
    for (int k = 0; k < 26; k++)
        if (bits >> k & 1) text[n++] = (char)('A' + k);
    text[n] = 0;
    if (!any) printf("%s", bits ? text : "-");
    else cimtool_print_string(text);
    return EXIT_DONE;
}

static int show_phases(tracing *t, const uint32_t *own, const uint32_t *bits)
{
    uint32_t count = utility_element_count(&t->u), shown = 0;
    int status = tracing_begin(t);
    if (t->json) printf(",\"carry\":\"phases\",\"values\":[");
    else printf("phases that do not arrive where they are wanted:\n");
    for (uint32_t x = 0; x < count && status == EXIT_DONE; x++) {
        bool start = false;
        for (size_t i = 0; i < t->starts.count; i++) start |= t->starts.at[i] == x;
        bool lacks = own[x] != 0x3ffffffu && own[x] & ~bits[x];
        if (!tracing_wants(t, x) || (t->starts.count ? !start : !lacks)) continue;
        if (t->json) {
            printf("%s{\"phases\":", shown ? "," : "");
            print_phases(bits[x] & 0x3ffffffu, true);
            printf(",\"of\":");
            status = utility_print_element(&t->u, x);
            putchar('}');
        } else if (tracing_shows(t, shown)) {
            printf("%10s  ", "");
            print_phases(bits[x] == 0x3ffffffu ? own[x] : bits[x], false);
            printf("  ");
            status = utility_plain_object(&t->u, cim_utility_element_object(t->u.networks, x));
            putchar('\n');
        }
        shown++;
    }
    if (t->json) putchar(']');
    else tracing_rest(t, shown);
    tracing_end(t);
    return status;
}

static int carry_phases(tracing *t, const char **texts)
{
    uint32_t count = utility_element_count(&t->u), *own = tracing_room(t, 2 * (size_t)count, sizeof *own), *bits = own ? own + count : NULL;
    if (!own) return EXIT_INTERNAL;
    for (uint32_t x = 0; x < count; x++) own[x] = phases_of(text_of(t, texts, x));
    cim_status st = cim_trace_propagate_bits(t->u.tool->ctx, t->u.state, t->u.query, own, bits);
    int status = st < 0 ? cimtool_fail(t->u.tool, st) : show_phases(t, own, bits);
    free(own);
    return status;
}

/* Where it is not said it does not matter; nor does it at a source: the diameter of a tank is no bottleneck. */
static double number_of(const tracing *t, uint32_t element, const char *text, double missing)
{
    if (element < t->u.view.node_count && t->u.view.node_flags[element] & CIM_TRACE_SOURCE) return missing;
    char *end = NULL;
    double value = text ? strtod(text, &end) : missing;
    return text && end != text && !*end && isfinite(value) ? value : missing;
}

static int show_carried(tracing *t, const char *name, bool greatest, const double *values)
{
    uint32_t count = utility_element_count(&t->u);
    row *rows = tracing_room(t, count + t->starts.count, sizeof *rows);
    size_t n = 0, unsaid = 0, dead = 0;
    if (!rows) return EXIT_INTERNAL;
    double none = greatest ? INFINITY : -INFINITY; /* without supply; the other infinity: said nowhere on the way */
    for (size_t i = 0; i < t->starts.count; i++) rows[n++] = (row){ t->starts.at[i], values[t->starts.at[i]] };
    for (uint32_t x = 0; x < count && !t->starts.count; x++) {
        if (!tracing_wants(t, x)) continue;
        if (isfinite(values[x])) rows[n++] = (row){ x, values[x] };
        else if ((values[x] < 0.0) == (none < 0.0)) dead++;
        else unsaid++;
    }
    int status = tracing_begin(t);
    if (status == EXIT_DONE) {
        qsort(rows, n, sizeof *rows, greatest ? most_first : least_first);
        if (t->json) printf(",\"carry\":\"%s\",\"by\":\"%s\",\"unsaid\":%zu,\"without_supply\":%zu", greatest ? "max" : "min", name, unsaid, dead);
        else printf("%s %s on the best way from a source:\n", greatest ? "greatest" : "least", name);
        status = show_rows(t, "values", "value", rows, n);
        tracing_end(t);
    }
    free(rows);
    return status;
}

static int carry_numbers(tracing *t, const char *name, const char **texts, bool greatest)
{
    uint32_t count = utility_element_count(&t->u);
    double *values = tracing_room(t, count, sizeof *values);
    if (!values) return EXIT_INTERNAL;
    for (uint32_t x = 0; x < count; x++) values[x] = number_of(t, x, text_of(t, texts, x), greatest ? -INFINITY : INFINITY);
    cim_status st = cim_trace_propagate(t->u.tool->ctx, t->u.state, t->u.query, greatest ? CIM_TRACE_MAX : CIM_TRACE_MIN, values, values);
    int status = st < 0 ? cimtool_fail(t->u.tool, st) : show_carried(t, name, greatest, values);
    free(values);
    return status;
}

int tracing_propagate(tracing *t)
{
    const char *carry = cimtool_has(t->u.tool, "carry") ? cimtool_value(t->u.tool, "carry") : "min", *name = cimtool_value(t->u.tool, "by");
    bool phases = !strcmp(carry, "phases");
    cimtool_node *rows = NULL;
    const char **texts = NULL;
    if (!phases && strcmp(carry, "min") && strcmp(carry, "max")) return cimtool_complain("--carry: %s is not min, max or phases", carry);
    if (!name) name = phases ? "phases" : "diameter_mm";
    int status = tracing_texts(t, name, &rows, &texts);
    if (status == EXIT_DONE) status = phases ? carry_phases(t, texts) : carry_numbers(t, name, texts, !strcmp(carry, "max"));
    free(texts);
    cimtool_json_free(rows);
    return status;
}
