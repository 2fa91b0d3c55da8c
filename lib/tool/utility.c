/* utility.c - a city's networks and their state, and what of them is named on the command line. */
#include "utility.h"

#include "travel_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

int utility_put_all(cimtool *t, utility_list *list, const uint32_t *numbers, size_t count)
{
    if (list->count + count > list->room) {
        size_t room = 2 * (list->count + count) + 16;
        uint32_t *more = realloc(list->at, room * sizeof *more);
        if (!more) return cimtool_fail(t, CIM_ENOMEM);
        list->at = more;
        list->room = room;
    }
    if (count) memcpy(list->at + list->count, numbers, count * sizeof *numbers);
    list->count += count;
    return EXIT_DONE;
}

int utility_put(cimtool *t, utility_list *list, uint32_t number) { return utility_put_all(t, list, &number, 1); }

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void utility_unique(utility_list *list)
{
    size_t kept = 0;
    if (list->count) qsort(list->at, list->count, sizeof *list->at, by_number);
    for (size_t i = 0; i < list->count; i++)
        if (!kept || list->at[kept - 1] != list->at[i]) list->at[kept++] = list->at[i];
    list->count = kept;
}

void utility_list_free(utility_list *list)
{
    free(list->at);
    *list = (utility_list){ NULL, 0, 0 };
}

/* ---- objects by name ---- */

/* 'text' for CQL2; with `like` after a '%', and what LIKE reads as signs taken literally. */
static int quoted(cimtool *t, const char *text, const char *before, bool like, char **out)
{
    char *to = *out = malloc(2 * strlen(text) + strlen(before) + 3);
    if (!to) return cimtool_fail(t, CIM_ENOMEM);
    to += sprintf(to, "'%s", before);
    for (; *text; *to++ = *text++)
        if (*text == '\'') *to++ = '\'';
        else if (like && strchr("%_\\", *text)) *to++ = '\\';
    strcpy(to, "'");
    return EXIT_DONE;
}

static bool in_networks(utility *u, uint32_t object)
{
    size_t elements = 0, devices = 0;
    return cim_utility_elements(u->tool->ctx, u->networks, object, NULL, 0, &elements) >= 0 &&
           cim_utility_devices(u->tool->ctx, u->networks, object, NULL, 0, &devices) >= 0 && elements + devices;
}

/* Objects that an expression finds; a property that no object has finds none. */
static int find_by(utility *u, const char *left, const char *text, const char *before, bool like, bool in_network, utility_list *objects)
{
    char *word, *query;
    int status = quoted(u->tool, text, before, like, &word);
    if (status != EXIT_DONE) return status;
    if (!(query = malloc(strlen(left) + strlen(word) + 1))) status = cimtool_fail(u->tool, CIM_ENOMEM);
    else sprintf(query, "%s%s", left, word);
    free(word);
    if (!query) return status;
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(u->tool->ctx, u->city, query, NULL, &result);
    free(query);
    if (st < 0 && st != CIM_EARG) return cimtool_fail(u->tool, st);
    for (size_t i = 0; i < result.count && status == EXIT_DONE; i++)
        if (!in_network || in_networks(u, result.ids[i])) status = utility_put(u->tool, objects, result.ids[i]);
    cim_query_result_dispose(&result);
    return status;
}

static int find_id(utility *u, const char *text, utility_list *objects)
{
    uint32_t few[16];
    size_t count = 0;
    cim_status st = cim_city_find(u->tool->ctx, u->city, text, few, 16, &count);
    if (st == CIM_ENOTFOUND) return EXIT_DONE;
    if (st < 0) return cimtool_fail(u->tool, st);
    if (count <= 16) return utility_put_all(u->tool, objects, few, count);
    uint32_t *many = malloc(count * sizeof *many);
    if (!many) return cimtool_fail(u->tool, CIM_ENOMEM);
    st = cim_city_find(u->tool->ctx, u->city, text, many, count, &count);
    int status = st < 0 ? cimtool_fail(u->tool, st) : utility_put_all(u->tool, objects, many, count);
    free(many);
    return status;
}

static int complain_several(utility *u, const char *text, const utility_list *found)
{
    char ids[400] = "";
    for (size_t i = 0; i < found->count && i < 5; i++) {
        char *id = NULL;
        int status = utility_id(u, found->at[i], &id);
        if (status != EXIT_DONE) return status;
        size_t n = strlen(ids);
        snprintf(ids + n, sizeof ids - n, "%s%.60s", i ? ", " : "", id);
        free(id);
    }
    return cimtool_complain("%s is the name of %zu objects: %s%s", text, found->count, ids, found->count > 5 ? ", ..." : "");
}

int utility_objects(utility *u, const char *text, bool in_network, utility_list *objects)
{
    utility_list found = { NULL, 0, 0 };
    int status = find_id(u, text, objects);
    if (status != EXIT_DONE || objects->count || !*text) return status != EXIT_DONE || *text ? status : cimtool_complain("an empty id");
    status = find_by(u, "name = ", text, "", false, in_network, &found);
    if (status == EXIT_DONE) status = find_by(u, "id LIKE ", text, "%:", true, in_network, &found);
    if (status == EXIT_DONE) status = find_by(u, "id LIKE ", text, "%/", true, in_network, &found);
    utility_unique(&found);
    if (status == EXIT_DONE && !found.count) {
        cimtool_complain("no object with the id or name %s%s", text, in_network ? " in a network" : "");
        status = EXIT_NEGATIVE;
    }
    if (status == EXIT_DONE && found.count > 1) status = complain_several(u, text, &found);
    if (status == EXIT_DONE) status = utility_put(u->tool, objects, found.at[0]);
    utility_list_free(&found);
    return status;
}

/* ---- elements and devices of objects ---- */

typedef cim_status (*of_object)(cim_ctx *, const cim_utility *, uint32_t, uint32_t *, size_t, size_t *);

static int numbers_of(utility *u, of_object fn, uint32_t object, utility_list *list)
{
    uint32_t few[32], *many = few;
    size_t count = 0;
    cim_status st = fn(u->tool->ctx, u->networks, object, few, 32, &count);
    if (st >= 0 && count > 32) {
        if (!(many = malloc(count * sizeof *many))) return cimtool_fail(u->tool, CIM_ENOMEM);
        st = fn(u->tool->ctx, u->networks, object, many, count, &count);
    }
    int status = st < 0 ? cimtool_fail(u->tool, st) : utility_put_all(u->tool, list, many, count);
    if (many != few) free(many);
    return status;
}

int utility_elements_of(utility *u, uint32_t object, utility_list *list) { return numbers_of(u, cim_utility_elements, object, list); }
int utility_devices_of(utility *u, uint32_t object, utility_list *list) { return numbers_of(u, cim_utility_devices, object, list); }

/* Of a station with switches the node stands for it, not the lines that the switches sit on. */
static void only_nodes(utility *u, uint32_t object, utility_list *elements, size_t first)
{
    size_t devices = 0, kept = first;
    bool node = false;
    if (cim_utility_devices(u->tool->ctx, u->networks, object, NULL, 0, &devices) < 0 || !devices) return;
    for (size_t i = first; i < elements->count; i++) node |= elements->at[i] < u->view.node_count;
    for (size_t i = first; node && i < elements->count; i++)
        if (elements->at[i] < u->view.node_count) elements->at[kept++] = elements->at[i];
    if (node) elements->count = kept;
}

static int named(utility *u, of_object fn, const char *text, const char *what, utility_list *list)
{
    utility_list objects = { NULL, 0, 0 };
    size_t before = list->count;
    int status = utility_objects(u, text, true, &objects);
    for (size_t i = 0; i < objects.count && status == EXIT_DONE; i++) {
        size_t first = list->count;
        status = numbers_of(u, fn, objects.at[i], list);
        if (fn == cim_utility_elements) only_nodes(u, objects.at[i], list, first);
    }
    if (status == EXIT_DONE && list->count == before) {
        cimtool_complain("%s %s", text, what);
        status = EXIT_NEGATIVE;
    }
    utility_list_free(&objects);
    return status;
}

int utility_elements(utility *u, const char *text, utility_list *elements)
{
    bool guess = cimtool_has(u->tool, "serve");
    const char *what = guess ? "is in no network, and nothing serves it" : "is in no network (--serve M: what is nearest serves a building)";
    return named(u, cim_utility_elements, text, what, elements);
}

int utility_devices(utility *u, const char *text, utility_list *devices)
{
    return named(u, cim_utility_devices, text, "is no valve, switch or other device on a line", devices);
}

static int of_option(utility *u, const char *option, int (*fn)(utility *, const char *, utility_list *), utility_list *list)
{
    const char *text;
    int status = EXIT_DONE, at = 0;
    while (status == EXIT_DONE && (text = cimtool_next_value(u->tool, option, &at))) status = fn(u, text, list);
    utility_unique(list);
    return status;
}

int utility_option_elements(utility *u, const char *option, utility_list *elements) { return of_option(u, option, utility_elements, elements); }
int utility_option_devices(utility *u, const char *option, utility_list *devices) { return of_option(u, option, utility_devices, devices); }

/* ---- starts ---- */

static int start_at(utility *u, const char *text, bool degrees, utility_list *elements)
{
    cimtool *t = u->tool;
    double xy[2], within = 25.0;
    char *end;
    uint32_t element = CIM_NONE;
    xy[0] = strtod(text, &end);
    bool ok = end != text && *end == ',';
    const char *second = end + 1;
    if (ok) xy[1] = strtod(second, &end);
    if (!ok || end == second || *end || !isfinite(xy[0]) || !isfinite(xy[1])) return cimtool_complain("%s are no two numbers with a comma between them", text);
    if (!cimtool_real(t, "within", &within)) return EXIT_USAGE;
    if (!(within >= 0.0)) return cimtool_complain("--within is negative");
    cim_status st = degrees ? cim_crs_transform(t->ctx, 4326, cim_city_epsg(u->city), 1, xy) : CIM_OK;
    if (st >= 0) st = cim_utility_nearest(t->ctx, u->networks, xy[0], xy[1], CIM_NONE, within, &element, NULL);
    if (st < 0) return cimtool_fail(t, st);
    if (element != CIM_NONE) return utility_put(t, elements, element);
    cimtool_complain("no line or node of a network within %g m of %s", within, text);
    return EXIT_NEGATIVE;
}

int utility_starts(utility *u, int first, utility_list *elements)
{
    const char *text;
    int status = EXIT_DONE, at = 0;
    for (int i = first; i < u->tool->arg_count && status == EXIT_DONE; i++) status = utility_elements(u, u->tool->args[i], elements);
    while (status == EXIT_DONE && (text = cimtool_next_value(u->tool, "at", &at))) status = start_at(u, text, false, elements);
    at = 0;
    while (status == EXIT_DONE && (text = cimtool_next_value(u->tool, "at-lonlat", &at))) status = start_at(u, text, true, elements);
    utility_unique(elements);
    return status;
}

bool utility_is_class(const utility *u, uint32_t object, const char *class_name)
{
    const char *have = object == CIM_NONE ? NULL : cim_city_class(u->city, object);
    return have && !strcmp(have, class_name);
}

uint32_t utility_domain(const utility *u, uint32_t element)
{
    return element < u->view.node_count ? u->view.node_domain[element] : u->view.edge_domain[element - u->view.node_count];
}

/* ---- places ---- */

static bool node_place(const utility *u, uint32_t node, double xy[2])
{
    xy[0] = u->view.node_xy[2 * (size_t)node];
    xy[1] = u->view.node_xy[2 * (size_t)node + 1];
    return isfinite(xy[0]) && isfinite(xy[1]);
}

/* Half-way along a line. */
static bool edge_place(const utility *u, uint32_t edge, double xy[2])
{
    uint32_t from = u->view.first_vertex[edge], to = u->view.first_vertex[edge + 1];
    const double *v = u->view.xy;
    double length = 0.0;
    if (to - from < 2) return node_place(u, u->view.from[edge], xy) || node_place(u, u->view.to[edge], xy);
    for (uint32_t i = from; i + 1 < to; i++) length += hypot(v[2 * i + 2] - v[2 * i], v[2 * i + 3] - v[2 * i + 1]);
    double left = length / 2;
    xy[0] = v[2 * from];
    xy[1] = v[2 * from + 1];
    for (uint32_t i = from; i + 1 < to; i++) {
        double bit = hypot(v[2 * i + 2] - v[2 * i], v[2 * i + 3] - v[2 * i + 1]), t = bit > 0.0 ? fmin(1.0, left / bit) : 0.0;
        xy[0] = v[2 * i] + t * (v[2 * i + 2] - v[2 * i]);
        xy[1] = v[2 * i + 1] + t * (v[2 * i + 3] - v[2 * i + 1]);
        if (bit >= left) break;
        left -= bit;
    }
    return true;
}

bool utility_place(const utility *u, uint32_t element, double xy[2])
{
    return element < u->view.node_count ? node_place(u, element, xy) : edge_place(u, element - u->view.node_count, xy);
}

uint32_t utility_device_node(const utility *u, uint32_t device)
{
    uint32_t edge = u->view.device_edge[device];
    return u->view.device_end[device] ? u->view.to[edge] : u->view.from[edge];
}

/* Its own place where the object is a point, else the node it is near. */
bool utility_device_place(const utility *u, uint32_t device, double xy[2])
{
    uint32_t object = u->view.device_object[device];
    cim_buf wkb = CIM_BUF_INIT;
    bool point = object != CIM_NONE && cim_city_geometry(u->tool->ctx, u->city, object, &wkb) >= 0 && wkb.size >= 21 && wkb.data[0] == 1 && wkb.data[1] == 1;
    if (point) memcpy(xy, wkb.data + 5, 2 * sizeof *xy);
    cim_buf_dispose(&wkb);
    if (point && isfinite(xy[0]) && isfinite(xy[1])) return true;
    return node_place(u, utility_device_node(u, device), xy) || edge_place(u, u->view.device_edge[device], xy);
}

uint32_t utility_device_shut(const utility *u, uint32_t device)
{
    return (cim_trace_view_flags(u->state, CIM_TRACE_DEVICE, device) & CIM_TRACE_SHUT) != 0;
}

/* ---- opening ---- */

/* ID=STATE: the last '=', ids may have one. */
static int set_one(utility *u, const char *text)
{
    utility_list objects = { NULL, 0, 0 };
    const char *equals = strrchr(text, '=');
    uint32_t state;
    if (!equals || cim_utility_state(u->tool->ctx, u->networks, CIM_NONE, equals + 1, &state) < 0)
        return cimtool_complain("--set: %s is not ID=open, closed, on, off, out, in, stuck or free", text);
    char *id = strndup(text, (size_t)(equals - text));
    if (!id) return cimtool_fail(u->tool, CIM_ENOMEM);
    int status = utility_objects(u, id, true, &objects);
    free(id);
    for (size_t i = 0; i < objects.count && status == EXIT_DONE; i++) {
        cim_status st = cim_utility_state(u->tool->ctx, u->networks, objects.at[i], equals + 1, &state);
        if (st >= 0) st = cim_utility_say(u->tool->ctx, u->networks, u->status, objects.at[i], state);
        if (st < 0) status = cimtool_fail(u->tool, st);
    }
    utility_list_free(&objects);
    return status;
}

/* All that a stream has; freed with free(). */
static int read_all(const char *path, char **text_out, size_t *length_out)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    size_t room = 1 << 16, length = 0, got = 1;
    char *text = file ? malloc(room) : NULL;
    while (text && got) {
        if (length == room) {
            char *more = room > SIZE_MAX / 2 ? NULL : realloc(text, 2 * room);
            if (!more) free(text);
            text = more;
            room *= 2;
        }
        if (text) length += got = fread(text + length, 1, room - length, file);
    }
    bool wrong = !file || ferror(file);
    if (wrong || !text) cimtool_complain("%s: %s", path, wrong ? strerror(errno) : "out of memory");
    if (file && file != stdin) fclose(file);
    if (wrong || !text) return free(text), EXIT_FAILED;
    *text_out = text;
    *length_out = length;
    return EXIT_DONE;
}

static void tell_feed(const utility *u, const char *path)
{
    const cim_utility_feed *f = &u->feed;
    uint64_t left = f->unknown_count + f->bad_count + f->late_count;
    if (!left || u->tool->quiet) return;
    cimtool_complain("%s: %llu of %llu rows are not taken: %llu of unknown objects, %llu malformed, %llu late%s%.200s", path, (unsigned long long)left,
                     (unsigned long long)f->row_count, (unsigned long long)f->unknown_count, (unsigned long long)f->bad_count,
                     (unsigned long long)f->late_count, f->first_bad[0] ? "; " : "", f->first_bad);
}

static int read_status(utility *u, const char *path)
{
    char *text = NULL;
    size_t length = 0;
    int status = read_all(path, &text, &length);
    if (status != EXIT_DONE) return status;
    u->feed.struct_size = sizeof u->feed;
    cim_status st = cim_utility_feed_read(u->tool->ctx, u->networks, u->city, u->status, text, length, &u->feed);
    free(text);
    if (st < 0) return cimtool_fail(u->tool, st);
    tell_feed(u, path);
    return EXIT_DONE;
}

static int say_options(utility *u)
{
    cimtool *t = u->tool;
    const char *text;
    int status = EXIT_DONE, at = 0;
    while (status == EXIT_DONE && (text = cimtool_next_value(t, "status", &at)))
        if (strcmp(text, "-") || !cimtool_has(t, "follow")) status = read_status(u, text);
    at = 0;
    while (status == EXIT_DONE && (text = cimtool_next_value(t, "set", &at))) status = set_one(u, text);
    return status;
}

static int build(utility *u)
{
    cimtool *t = u->tool;
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    utility_list controllers = { NULL, 0, 0 };
    const char *text;
    int status = EXIT_DONE, at = 0;
    options.network = cimtool_value(t, "network");
    if (!cimtool_real(t, "snap", &options.snap_m) || !cimtool_real(t, "serve", &options.serve_m)) return EXIT_USAGE;
    if (options.serve_m < 0.0 || (cimtool_has(t, "snap") && options.snap_m < 0.0)) return cimtool_complain("--snap and --serve are not negative");
    while (status == EXIT_DONE && (text = cimtool_next_value(t, "controller", &at))) status = utility_objects(u, text, false, &controllers);
    options.controllers = controllers.at;
    options.controller_count = controllers.count;
    cim_status st = status == EXIT_DONE ? cim_utility_build(t->ctx, u->city, &options, &u->networks) : CIM_OK;
    utility_list_free(&controllers);
    return st < 0 ? cimtool_fail(t, st) : status;
}

int utility_publish(utility *u)
{
    cim_status st = cim_trace_status_publish(u->tool->ctx, u->status, &u->epoch);
    if (st < 0) return cimtool_fail(u->tool, st);
    cim_trace_view_free(u->state);
    u->state = cim_trace_status_view(u->status);
    return EXIT_DONE;
}

static int begin(utility *u)
{
    cim_trace_status_options options = CIM_TRACE_STATUS_OPTIONS_INIT;
    cimtool *t = u->tool;
    options.normal_state = cimtool_has(t, "normal-state");
    u->network = cim_utility_network(u->networks);
    u->view.struct_size = sizeof u->view;
    cim_utility_get(u->networks, &u->view);
    cim_status st = cim_trace_status_new(t->ctx, u->network, NULL, &options, &u->status);
    if (st >= 0) st = cim_trace_query_new(t->ctx, u->network, &u->query);
    if (st < 0) return cimtool_fail(t, st);
    u->state = cim_trace_status_view(u->status);
    int status = say_options(u);
    bool said = cimtool_has(t, "set") || cimtool_has(t, "status");
    return status == EXIT_DONE && said ? utility_publish(u) : status;
}

int utility_open_any(utility *u, cimtool *tool, cim_city *city)
{
    *u = (utility){ .tool = tool, .city = city, .feed.as_of_ms = INT64_MIN };
    int status = build(u);
    return status == EXIT_DONE ? begin(u) : status;
}

int utility_open_city(utility *u, cimtool *tool, cim_city *city)
{
    int status = utility_open_any(u, tool, city);
    if (status != EXIT_DONE || utility_element_count(u)) return status;
    const char *network = cimtool_value(tool, "network");
    cimtool_complain("%s: there is no %s%snetwork in this city", tool->args[0], network ? network : "utility", network ? " " : " ");
    return EXIT_NEGATIVE;
}

int utility_open(utility *u, cimtool *tool)
{
    cim_city *city = NULL;
    *u = (utility){ .tool = tool };
    int status = cimtool_open(tool, tool->args[0], &city);
    return status == EXIT_DONE ? utility_open_city(u, tool, city) : status;
}

void utility_close(utility *u)
{
    utility_forget(u);
    cim_trace_query_free(u->query);
    cim_trace_view_free(u->state);
    cim_trace_status_free(u->status);
    cim_utility_free(u->networks);
    cim_city_free(u->city);
}
