/* places.c - lists of places. */
#include "places.h"

#include "travel_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 65536, NAMED = 5 };

void places_free(places *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->texts[i]);
    free(list->at);
    free(list->objects);
    free(list->texts);
    free(list->weights);
    free(list->unplaced);
    *list = (places){ .count = 0 };
}

static bool grow(void *array, size_t *room, size_t wanted, size_t size)
{
    void *old;
    if (wanted <= *room) return true;
    size_t next = *room ? 2 * *room : 64;
    memcpy(&old, array, sizeof old);
    void *more = realloc(old, next * size);
    if (!more) return false;
    memcpy(array, &more, sizeof more);
    *room = next;
    return true;
}

int places_put(travel *t, places *list, uint32_t object, const char *text, const cim_net_place *place)
{
    size_t room = list->room, same = list->room, wanted = list->count + 1;
    char *copy = text ? strdup(text) : NULL;
    bool ok = (copy || !text) && grow(&list->at, &room, wanted, sizeof *list->at) && grow(&list->objects, &same, wanted, sizeof *list->objects) &&
              grow(&list->texts, &list->room, wanted, sizeof *list->texts);
    if (!ok) {
        free(copy);
        return cimtool_fail(t->tool, CIM_ENOMEM);
    }
    list->at[list->count] = *place;
    list->texts[list->count] = copy;
    list->objects[list->count++] = object;
    return EXIT_DONE;
}

int places_copy(travel *t, places *list, const places *from, size_t i) { return places_put(t, list, from->objects[i], from->texts[i], &from->at[i]); }

int places_add(travel *t, places *list, const char *text)
{
    cim_net_place place;
    uint32_t object;
    int status = travel_place(t, text, &place, &object);
    if (status != EXIT_DONE) return status;
    list->asked++;
    return places_put(t, list, object, object == CIM_NONE ? text : NULL, &place);
}

/* ---- by an expression ---- */

static int put_object(travel *t, places *list, uint32_t object)
{
    cim_net_place place;
    int status = travel_place_of(t, object, &place);
    list->asked++;
    if (status == EXIT_DONE) return places_put(t, list, object, NULL, &place);
    if (status != EXIT_NEGATIVE) return status;
    if (!grow(&list->unplaced, &list->unplaced_room, list->unplaced_count + 1, sizeof *list->unplaced)) return cimtool_fail(t->tool, CIM_ENOMEM);
    list->unplaced[list->unplaced_count++] = object;
    return EXIT_DONE;
}

int places_find(travel *t, places *list, const char *expression)
{
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(t->tool->ctx, t->city, expression, NULL, &result);
    if (st < 0) return cimtool_fail(t->tool, st);
    int status = EXIT_DONE;
    for (size_t i = 0; i < result.count && status == EXIT_DONE; i++) status = put_object(t, list, result.ids[i]);
    cim_query_result_dispose(&result);
    return status;
}

/* ---- from files ---- */

/* The next line, without its end; false at the end of the file.  *wrong: NULL, or what is wrong with it. */
static bool next_line(FILE *file, char *line, const char **wrong)
{
    size_t n = 0;
    int c;
    *wrong = NULL;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (!c) *wrong = "a NUL byte";
        else if (n + 1 == LINE_BYTES) *wrong = "the line is too long";
        if (*wrong) return true;
        line[n++] = (char)c;
    }
    while (n && (unsigned char)line[n - 1] <= ' ') n--;
    line[n] = 0;
    return c != EOF || n;
}

static int read_lines(const char *path, FILE *file, places_line_fn fn, void *user)
{
    char *line = malloc(LINE_BYTES);
    const char *wrong;
    int status = line ? EXIT_DONE : EXIT_INTERNAL, worst = EXIT_DONE;
    if (!line) cimtool_complain("out of memory");
    for (size_t number = 1; (status == EXIT_DONE || status == EXIT_PARTIAL) && next_line(file, line, &wrong); number++) {
        char *text = line + strspn(line, " \t\r\v\f");
        if (wrong) status = cimtool_complain("%s:%zu: %s", path, number, wrong);
        else if (*text && *text != '#') status = fn(user, text, number);
        if (status == EXIT_PARTIAL) worst = EXIT_PARTIAL;
    }
    free(line);
    if (status != EXIT_DONE && status != EXIT_PARTIAL) return status;
    if (!ferror(file)) return worst;
    cimtool_complain("%s: cannot read: %s", path, strerror(errno));
    return EXIT_FAILED;
}

int places_lines(const char *path, places_line_fn fn, void *user)
{
    if (!strcmp(path, "-")) return read_lines("standard input", stdin, fn, user);
    FILE *file = fopen(path, "r");
    if (!file) {
        cimtool_complain("%s: cannot open: %s", path, strerror(errno));
        return EXIT_FAILED;
    }
    int status = read_lines(path, file, fn, user);
    fclose(file);
    return status;
}

typedef struct reading {
    travel *travel;
    places *list;
    const char *path;
} reading;

static int add_line(void *user, char *line, size_t number)
{
    reading *r = user;
    int status = places_add(r->travel, r->list, line);
    if (status != EXIT_DONE) cimtool_complain("%s:%zu: this place cannot be used", strcmp(r->path, "-") ? r->path : "standard input", number);
    return status;
}

/* ---- from options ---- */

int places_take(travel *t, places *list, const char *option, const char *file_option, const char *filter_option)
{
    reading r = { t, list, NULL };
    const char *text;
    int status = EXIT_DONE, at = 0;
    while (option && status == EXIT_DONE && (text = cimtool_next_value(t->tool, option, &at))) status = places_add(t, list, text);
    for (at = 0; file_option && status == EXIT_DONE && (r.path = cimtool_next_value(t->tool, file_option, &at));) status = places_lines(r.path, add_line, &r);
    for (at = 0; filter_option && status == EXIT_DONE && (text = cimtool_next_value(t->tool, filter_option, &at));) status = places_find(t, list, text);
    return status;
}

/* ---- properties ---- */

static void read_values(const cimtool_node *rows, const places *list, double missing, double *values)
{
    const cimtool_node *row = rows ? rows->child : NULL;
    for (size_t i = 0; i < list->count; i++) {
        const cimtool_node *value = row && list->objects[i] != CIM_NONE ? row->child : NULL;
        char *end = NULL;
        double number = value && value->text ? strtod(value->text, &end) : missing;
        values[i] = end && !*end && end != value->text && isfinite(number) ? number : missing;
        if (row && list->objects[i] != CIM_NONE) row = row->next;
    }
}

int places_values(travel *t, places *list, const char *property, double missing, bool *known_out)
{
    cim_buf json = CIM_BUF_INIT;
    uint32_t *objects = malloc((list->count + 1) * sizeof *objects);
    double *values = malloc((list->count + 1) * sizeof *values);
    size_t count = 0;
    cim_status st = objects && values ? CIM_OK : CIM_ENOMEM;
    for (size_t i = 0; i < list->count && st >= 0; i++)
        if (list->objects[i] != CIM_NONE) objects[count++] = list->objects[i];
    if (st >= 0) st = cim_query_values(t->tool->ctx, t->city, objects, count, &property, 1, &json);
    free(objects);
    if (known_out) *known_out = st != CIM_EARG;
    if (st < 0 && !(known_out && st == CIM_EARG)) {
        free(values);
        return cimtool_fail(t->tool, st);
    }
    cimtool_node *rows = st < 0 ? NULL : cimtool_json_read(json.data);
    read_values(rows, list, missing, values);
    cimtool_json_free(rows);
    cim_buf_dispose(&json);
    free(list->weights);
    list->weights = values;
    return EXIT_DONE;
}

int places_footprints(travel *t, places *list)
{
    bool known; /* else nothing in this city has an area */
    int status = places_values(t, list, "area_m2", 1.0, &known);
    for (size_t i = 0; i < list->count && status == EXIT_DONE; i++) list->weights[i] = fmax(0.0, list->weights[i]);
    return status;
}

/* ---- showing ---- */

static int find_name(travel *t, uint32_t object, char **name_out)
{
    static const char *const names[] = { "name" };
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_query_values(t->tool->ctx, t->city, &object, 1, names, 1, &json);
    if (st < 0) return cimtool_fail(t->tool, st);
    cimtool_node *rows = cimtool_json_read(json.data);
    const cimtool_node *cell = rows && rows->child ? rows->child->child : NULL;
    if (cell && cell->type == '[') cell = cell->child;
    *name_out = strdup(cell && cell->type == '"' && cell->text ? cell->text : "");
    cimtool_json_free(rows);
    cim_buf_dispose(&json);
    return *name_out ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

static int find_id(travel *t, uint32_t object, const char *text, char **id_out)
{
    cim_buf gid = CIM_BUF_INIT;
    cim_status st = object == CIM_NONE ? CIM_OK : cim_city_gid(t->tool->ctx, t->city, object, &gid);
    if (st < 0) return cimtool_fail(t->tool, st);
    *id_out = strdup(object == CIM_NONE ? text : gid.data);
    cim_buf_dispose(&gid);
    return *id_out ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

int places_label(travel *t, const places *list, size_t i, char **id_out, char **name_out)
{
    *id_out = NULL;
    int status = find_id(t, list->objects[i], list->texts[i], id_out);
    if (!name_out || status != EXIT_DONE) return status;
    *name_out = NULL;
    if (list->objects[i] != CIM_NONE) return find_name(t, list->objects[i], name_out);
    *name_out = strdup("");
    return *name_out ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

static int print_id(travel *t, uint32_t object, const char *text)
{
    char *id = NULL;
    int status = find_id(t, object, text, &id);
    if (id) cimtool_print_string(id);
    free(id);
    return status;
}

int places_print_id(travel *t, const places *list, size_t i) { return print_id(t, list->objects[i], list->texts[i]); }

int places_print_ids(travel *t, const places *list)
{
    int status = EXIT_DONE;
    putchar('[');
    for (size_t i = 0; i < list->count && status == EXIT_DONE; i++) {
        if (i) putchar(',');
        status = places_print_id(t, list, i);
    }
    putchar(']');
    return status;
}

int places_print_label(travel *t, const places *list, size_t i)
{
    char *id = NULL, *name = NULL;
    int status = places_label(t, list, i, &id, &name);
    if (status == EXIT_DONE) {
        printf("\"id\":");
        cimtool_print_string(id);
        printf(",\"name\":");
        if (*name) cimtool_print_string(name);
        else printf("null");
    }
    free(id);
    free(name);
    return status;
}

int places_print_unplaced(travel *t, const places *const *lists, size_t count)
{
    int status = EXIT_DONE;
    const char *comma = "";
    printf("\"unplaced\":[");
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < lists[k]->unplaced_count && status == EXIT_DONE; i++) {
            fputs(comma, stdout);
            status = print_id(t, lists[k]->unplaced[i], NULL);
            comma = ",";
        }
    putchar(']');
    return status;
}

void places_warn(travel *t, const places *list, const char *what)
{
    if (!list->unplaced_count || t->tool->quiet) return;
    fflush(stdout);
    fprintf(stderr, "cimtool: %zu of %zu %s are too far from a street that may be used:", list->unplaced_count, list->asked, what);
    for (size_t i = 0; i < list->unplaced_count && i < NAMED; i++) {
        char *id = NULL;
        if (find_id(t, list->unplaced[i], NULL, &id) != EXIT_DONE) break;
        fprintf(stderr, "%s %s", i ? "," : "", id);
        free(id);
    }
    fprintf(stderr, list->unplaced_count > NAMED ? ", ...\n" : "\n");
}
