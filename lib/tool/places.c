/* places.c - lists of places. */
#include "places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 65536 };

static int put(travel *t, places *list, const char *name, const cim_net_place *place)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        cim_net_place *more = realloc(list->places, room * sizeof *more);
        if (more) list->places = more;
        char **names = more ? realloc(list->names, room * sizeof *names) : NULL;
        if (!names) return cimtool_fail(t->tool, CIM_ENOMEM);
        list->names = names;
        list->room = room;
    }
    list->names[list->count] = strdup(name);
    if (!list->names[list->count]) return cimtool_fail(t->tool, CIM_ENOMEM);
    list->places[list->count++] = *place;
    return EXIT_DONE;
}

void places_free(places *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->names[i]);
    free(list->names);
    free(list->places);
}

int places_add(travel *t, places *list, const char *text)
{
    cim_net_place place;
    int status = travel_place(t, text, &place);
    return status == EXIT_DONE ? put(t, list, text, &place) : status;
}

static int read_lines(travel *t, places *list, FILE *file, const char *path)
{
    char *line = malloc(LINE_MAX_BYTES);
    int status = line ? EXIT_DONE : cimtool_fail(t->tool, CIM_ENOMEM);
    while (status == EXIT_DONE && fgets(line, LINE_MAX_BYTES, file)) {
        size_t size = strlen(line);
        if (size + 1 == LINE_MAX_BYTES) status = cimtool_complain("%s: a line is too long", path);
        while (size && (unsigned char)line[size - 1] <= ' ') line[--size] = 0;
        const char *text = line + strspn(line, " \t");
        if (status == EXIT_DONE && *text && *text != '#') status = places_add(t, list, text);
    }
    free(line);
    if (status != EXIT_DONE || !ferror(file)) return status;
    cimtool_complain("%s: cannot read: %s", path, strerror(errno));
    return EXIT_FAILED;
}

int places_read(travel *t, places *list, const char *path)
{
    if (!strcmp(path, "-")) return read_lines(t, list, stdin, "standard input");
    FILE *file = fopen(path, "r");
    if (!file) {
        cimtool_complain("%s: cannot open: %s", path, strerror(errno));
        return EXIT_FAILED;
    }
    int status = read_lines(t, list, file, path);
    fclose(file);
    return status;
}

/* An object without a street nearby is left out, and named. */
static int put_object(travel *t, places *list, uint32_t id)
{
    cimtool *tool = t->tool;
    cim_buf gid = CIM_BUF_INIT;
    cim_net_place place;
    cim_status st = cim_city_gid(tool->ctx, t->city, id, &gid);
    if (st < 0) return cimtool_fail(tool, st);
    int status = EXIT_DONE;
    st = cim_net_place_find(tool->ctx, t->costs, t->city, id, &place);
    if (st >= 0) status = put(t, list, gid.data, &place);
    else if (st != CIM_ENOTFOUND) status = cimtool_fail(tool, st);
    else {
        cimtool_complain("left out: %s", cim_ctx_error(tool->ctx));
        list->left_out++;
    }
    cim_buf_dispose(&gid);
    return status;
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

int places_take(travel *t, places *list, const char *prefix)
{
    char name[40];
    const char *value;
    int status = EXIT_DONE, at = 0;
    while (status == EXIT_DONE && (value = cimtool_next_value(t->tool, prefix, &at))) status = places_add(t, list, value);
    snprintf(name, sizeof name, "%s-file", prefix);
    for (at = 0; status == EXIT_DONE && (value = cimtool_next_value(t->tool, name, &at));) status = places_read(t, list, value);
    snprintf(name, sizeof name, "%s-filter", prefix);
    for (at = 0; status == EXIT_DONE && (value = cimtool_next_value(t->tool, name, &at));) status = places_find(t, list, value);
    return status;
}

void places_print_csv(const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (const char *p = text; *p; p++) {
        if (*p == '"') putchar('"');
        putchar(*p);
    }
    putchar('"');
}
