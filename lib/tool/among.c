/* among.c - many places named at once. */
#include "among.h"

#include <stdlib.h>
#include <string.h>

void among_free(among *a)
{
    for (size_t i = 0; i < a->count; i++) free(a->texts[i]);
    free(a->places);
    free(a->objects);
    free(a->texts);
    free(a->unplaced);
    *a = (among)AMONG_NONE;
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

int among_add(travel *t, among *a, uint32_t object, const cim_net_place *place)
{
    size_t room = a->room, same = a->room, wanted = a->count + 1;
    bool ok = grow(&a->places, &room, wanted, sizeof *a->places) && grow(&a->objects, &same, wanted, sizeof *a->objects) &&
              grow(&a->texts, &a->room, wanted, sizeof *a->texts);
    if (!ok) return cimtool_fail(t->tool, CIM_ENOMEM);
    a->places[a->count] = *place;
    a->texts[a->count] = NULL;
    a->objects[a->count++] = object;
    return EXIT_DONE;
}

int among_copy(travel *t, among *a, const among *from, size_t i)
{
    int status = among_add(t, a, from->objects[i], &from->places[i]);
    if (status != EXIT_DONE || !from->texts[i]) return status;
    a->texts[a->count - 1] = strdup(from->texts[i]);
    return a->texts[a->count - 1] ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

static int add_unplaced(travel *t, among *a, uint32_t object)
{
    if (!grow(&a->unplaced, &a->unplaced_room, a->unplaced_count + 1, sizeof *a->unplaced)) return cimtool_fail(t->tool, CIM_ENOMEM);
    a->unplaced[a->unplaced_count++] = object;
    return EXIT_DONE;
}

/* ---- by an expression ---- */

static int add_objects(travel *t, among *a, const uint32_t *ids, size_t count)
{
    double radius = 1000.0;
    int status = EXIT_DONE;
    if (!cimtool_real(t->tool, "radius", &radius)) return EXIT_USAGE;
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) {
        cim_net_place place;
        cim_status st = cim_net_place_find(t->tool->ctx, t->costs, t->city, ids[i], &place);
        if (st < 0 && st != CIM_ENOTFOUND) return cimtool_fail(t->tool, st);
        bool far = st == CIM_ENOTFOUND || (radius > 0.0 && place.distance_m > radius);
        status = far ? add_unplaced(t, a, ids[i]) : among_add(t, a, ids[i], &place);
    }
    a->asked += count;
    return status;
}

static int by_filter(travel *t, const char *text, among *a)
{
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(t->tool->ctx, t->city, text, NULL, &result);
    if (st < 0) return cimtool_fail(t->tool, st);
    int status = add_objects(t, a, result.ids, result.count);
    cim_query_result_dispose(&result);
    return status;
}

/* ---- from a file ---- */

static char *trim(char *line)
{
    size_t n = strlen(line);
    while (n && (unsigned char)line[n - 1] <= ' ') line[--n] = 0;
    while (*line && (unsigned char)*line <= ' ') line++;
    return line;
}

int among_add_text(travel *t, among *a, const char *text)
{
    cim_net_place place;
    uint32_t id = CIM_NONE;
    size_t count = 0;
    int status = travel_place(t, text, &place);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_city_find(t->tool->ctx, t->city, text, &id, 1, &count);
    if (st < 0 && st != CIM_ENOTFOUND) return cimtool_fail(t->tool, st);
    bool object = st >= 0 && count;
    a->asked++;
    status = among_add(t, a, object ? id : CIM_NONE, &place);
    if (status != EXIT_DONE || object) return status;
    a->texts[a->count - 1] = strdup(text);
    return a->texts[a->count - 1] ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

static int by_lines(travel *t, const char *path, FILE *file, among *a)
{
    char *line = NULL;
    size_t room = 0, number = 0;
    int status = EXIT_DONE;
    for (ssize_t n; status == EXIT_DONE && (n = getline(&line, &room, file)) >= 0;) {
        bool text_only = !memchr(line, 0, (size_t)n);
        char *text = trim(line);
        number++;
        if (!text_only) status = EXIT_USAGE;
        else if (*text && *text != '#') status = among_add_text(t, a, text);
        if (status != EXIT_DONE) cimtool_complain("%s:%zu: this place cannot be used", path, number);
    }
    if (status == EXIT_DONE && ferror(file)) {
        cimtool_complain("%s cannot be read", path);
        status = EXIT_FAILED;
    }
    free(line);
    return status;
}

static int by_file(travel *t, const char *path, among *a)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "r");
    if (!file) {
        cimtool_complain("%s cannot be opened", path);
        return EXIT_FAILED;
    }
    int status = by_lines(t, path, file, a);
    if (!standard) fclose(file);
    return status;
}

int among_read(travel *t, const char *filter_option, const char *file_option, among *a)
{
    const char *filter = cimtool_value(t->tool, filter_option), *path = cimtool_value(t->tool, file_option);
    int status = filter ? by_filter(t, filter, a) : EXIT_DONE;
    return status == EXIT_DONE && path ? by_file(t, path, a) : status;
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

static int find_id(travel *t, uint32_t object, char **id_out)
{
    cim_buf gid = CIM_BUF_INIT;
    cim_status st = cim_city_gid(t->tool->ctx, t->city, object, &gid);
    if (st < 0) return cimtool_fail(t->tool, st);
    *id_out = strdup(gid.data);
    cim_buf_dispose(&gid);
    return *id_out ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
}

int among_label(travel *t, const among *a, size_t i, char **id_out, char **name_out)
{
    *id_out = *name_out = NULL;
    if (a->objects[i] == CIM_NONE) {
        *id_out = strdup(a->texts[i]);
        *name_out = strdup("");
        return *id_out && *name_out ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
    }
    int status = find_id(t, a->objects[i], id_out);
    return status == EXIT_DONE ? find_name(t, a->objects[i], name_out) : status;
}

int among_print_label(travel *t, const among *a, size_t i)
{
    char *id, *name;
    int status = among_label(t, a, i, &id, &name);
    if (status == EXIT_DONE) {
        printf("\"id\":");
        travel_print_text(id);
        printf(",\"name\":");
        if (*name) travel_print_text(name);
        else printf("null");
    }
    free(id);
    free(name);
    return status;
}

int among_print_unplaced(travel *t, const among *a)
{
    int status = EXIT_DONE;
    printf("\"unplaced\":[");
    for (size_t i = 0; i < a->unplaced_count && status == EXIT_DONE; i++) {
        char *id = NULL;
        status = find_id(t, a->unplaced[i], &id);
        if (i) putchar(',');
        if (id) travel_print_text(id);
        free(id);
    }
    putchar(']');
    return status;
}

void among_warn(const travel *t, const among *a, const char *what)
{
    if (!a->unplaced_count || t->tool->quiet) return;
    fflush(stdout);
    fprintf(stderr, "cimtool: %zu of %zu %s are too far from a street that may be used\n", a->unplaced_count, a->asked, what);
}

void among_print_safe(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) putchar(*p < ' ' || *p == 0x7f ? '?' : *p);
}

void among_print_breaks(uint32_t rules)
{
    static const char *const names[] = { "oneway", "access", "bus_lane", "barrier", "turn", "u_turn" };
    const char *comma = "";
    putchar('[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(rules >> i & 1)) continue;
        printf("%s\"%s\"", comma, names[i]);
        comma = ",";
    }
    putchar(']');
}

void among_print_time(uint32_t ms, int width)
{
    char text[24] = "-";
    uint32_t seconds = (ms + 500) / 1000;
    if (ms < CIM_ROUTE_UNREACHABLE_MS) snprintf(text, sizeof text, "%u:%02u", seconds / 60, seconds % 60);
    printf("%*s", width, text);
}
