/* utility_print.c - who is supplied, and how elements, devices and sums are shown. */
#include "utility.h"

#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char utility_note[] = "connected is not the same as supplied: pressure, flow and voltage are not computed";

static const char *const column_names[CIM_UTILITY_COLUMNS] = { "length_m", "demand_lps", "demand_kw", "customers",
                                                               "people",   "buildings",  "critical",  "hydrants",   "beds" };

const char *utility_column_name(uint32_t column) { return column < CIM_UTILITY_COLUMNS ? column_names[column] : ""; }

const char *utility_kind_name(uint32_t kind)
{
    static const char *const names[] = { "valve", "switch", "pump", "regulator", "transformer", "check_valve", "fuse", "meter", "hydrant" };
    return kind < sizeof names / sizeof *names ? names[kind] : "other";
}

const char *utility_site_name(uint32_t critical)
{
    static const char *const names[] = { "", "hospital", "care", "school", "emergency" };
    return critical < sizeof names / sizeof *names ? names[critical] : "other";
}

const char *utility_plural(double n, const char *one, const char *many) { return n == 1.0 ? one : many; }

/* ---- who is supplied ---- */

static int by_object(const void *a, const void *b)
{
    const cim_utility_service *x = a, *y = b;
    if (x->object != y->object) return x->object < y->object ? -1 : 1;
    return x->element < y->element ? -1 : x->element > y->element;
}

/* Does the object keep a connection of one of the domains in which it loses one?  Per domain: what is lost is lost. */
static int keeps(utility *u, const cim_utility_service *s, const uint8_t *gone, bool *keeps_out)
{
    utility_list all = { NULL, 0, 0 };
    int status = utility_elements_of(u, s->object, &all);
    *keeps_out = false;
    for (size_t i = 0; i < all.count && status == EXIT_DONE; i++)
        if (!gone[all.at[i]] && utility_domain(u, all.at[i]) == utility_domain(u, s->element)) *keeps_out = true;
    utility_list_free(&all);
    return status;
}

/* Connections of one object lie together; they become one. */
static int merge(utility *u, const uint8_t *gone, utility_affected *a)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < a->count; i = end) {
        cim_utility_service s = a->at[i];
        bool kept_some = false;
        for (end = i + 1; end < a->count && a->at[end].object == s.object; end++) {
            s.customers += a->at[end].customers;
            s.guessed &= a->at[end].guessed;
        }
        int status = keeps(u, &s, gone, &kept_some);
        if (status != EXIT_DONE) return status;
        a->partly += kept_some;
        if (kept_some) continue;
        a->customers += s.customers;
        a->people += s.people;
        a->guessed += s.guessed;
        a->critical += s.critical != CIM_UTILITY_SITE_NONE;
        a->at[kept++] = s;
    }
    a->count = kept;
    return EXIT_DONE;
}

int utility_affected_find(utility *u, const uint8_t *gone, utility_affected *a)
{
    size_t room = 0, count = 0;
    *a = (utility_affected){ .at = NULL };
    for (uint32_t x = 0; x < utility_element_count(u); x++) {
        if (!gone[x]) continue;
        (void)cim_utility_services(u->networks, x, &count);
        room += count;
    }
    if (!(a->at = malloc((room + 1) * sizeof *a->at))) return cimtool_fail(u->tool, CIM_ENOMEM);
    for (uint32_t x = 0; x < utility_element_count(u); x++) {
        const cim_utility_service *s = gone[x] ? cim_utility_services(u->networks, x, &count) : NULL;
        for (size_t i = 0; s && i < count; i++) a->at[a->count++] = s[i];
    }
    qsort(a->at, a->count, sizeof *a->at, by_object);
    return merge(u, gone, a);
}

void utility_affected_free(utility_affected *a)
{
    free(a->at);
    *a = (utility_affected){ .at = NULL };
}

int utility_live(utility *u, cim_trace_view *state, uint8_t **live_out)
{
    uint32_t count = utility_element_count(u);
    double *values = malloc(((size_t)count + 1) * sizeof *values);
    uint8_t *live = calloc((size_t)count + 1, 1);
    cim_status st = values && live ? CIM_OK : CIM_ENOMEM;
    for (uint32_t x = 0; st >= 0 && x < count; x++) values[x] = 1.0;
    if (st >= 0) st = cim_trace_propagate(u->tool->ctx, state, u->query, CIM_TRACE_MIN, values, values);
    for (uint32_t x = 0; st >= 0 && x < count; x++) live[x] = isfinite(values[x]);
    free(values);
    if (st < 0) {
        free(live);
        return cimtool_fail(u->tool, st);
    }
    *live_out = live;
    return EXIT_DONE;
}

/* ---- names ---- */

/* Rows of ids and names in the order of `objects`. */
struct utility_labels {
    utility_list objects;
    cimtool_node *rows;
    const cimtool_node **row;
};

void utility_forget(utility *u)
{
    struct utility_labels *l = u->labels;
    if (!l) return;
    utility_list_free(&l->objects);
    cimtool_json_free(l->rows);
    free(l->row);
    free(l);
    u->labels = NULL;
}

int utility_know_objects(utility *u, const uint32_t *objects, size_t count)
{
    static const char *const names[] = { "id", "name", "ref" };
    cim_buf json = CIM_BUF_INIT;
    int status = EXIT_DONE;
    utility_forget(u);
    struct utility_labels *l = u->labels = calloc(1, sizeof *l);
    if (!l) return cimtool_fail(u->tool, CIM_ENOMEM);
    for (size_t i = 0; i < count && status == EXIT_DONE; i++)
        if (objects[i] != CIM_NONE) status = utility_put(u->tool, &l->objects, objects[i]);
    utility_unique(&l->objects);
    if (status != EXIT_DONE || !l->objects.count) return utility_forget(u), status;
    cim_status st = cim_query_values(u->tool->ctx, u->city, l->objects.at, l->objects.count, names, 3, &json);
    if (st >= 0 && (!(l->rows = cimtool_json_read(json.data)) || !(l->row = calloc(l->objects.count, sizeof *l->row)))) st = CIM_ENOMEM;
    const cimtool_node *row = st >= 0 ? l->rows->child : NULL;
    for (size_t i = 0; i < l->objects.count && row; i++, row = row->next) l->row[i] = row;
    cim_buf_dispose(&json);
    if (st >= 0) return EXIT_DONE;
    utility_forget(u);
    return cimtool_fail(u->tool, st);
}

int utility_know(utility *u, const uint32_t *elements, size_t count)
{
    utility_list objects = { NULL, 0, 0 };
    int status = EXIT_DONE;
    for (size_t i = 0; i < count && status == EXIT_DONE; i++) status = utility_put(u->tool, &objects, cim_utility_element_object(u->networks, elements[i]));
    if (status == EXIT_DONE) status = utility_know_objects(u, objects.at, objects.count);
    utility_list_free(&objects);
    return status;
}

/* Of two cells, name and reference, the first that says something. */
static const char *name_of(const cimtool_node *cell)
{
    for (int k = 0; k < 2 && cell; k++, cell = cell->next) {
        const cimtool_node *one = cell->type == '[' ? cell->child : cell;
        if (one && one->type == '"' && one->text && *one->text) return one->text;
    }
    return "";
}

/* The cell of a known object; false: it must be asked for. */
static bool known(const utility *u, uint32_t object, int column, char **text_out)
{
    const struct utility_labels *l = u->labels;
    size_t low = 0, high = l ? l->objects.count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (l->objects.at[middle] < object) low = middle + 1;
        else high = middle;
    }
    if (!l || low == l->objects.count || l->objects.at[low] != object || !l->row[low]) return false;
    const cimtool_node *cell = l->row[low]->child;
    if (column) return *text_out = strdup(name_of(cell ? cell->next : NULL)), true;
    if (cell && cell->type == '[') {
        const cimtool_node *best = cell = cell->child; /* a piece of a way has its own id, and that of the way, which is shorter */
        for (; cell; cell = cell->next)
            if (cell->text && best->text && strlen(cell->text) > strlen(best->text)) best = cell;
        cell = best;
    }
    *text_out = strdup(cell && cell->type == '"' && cell->text ? cell->text : "");
    return true;
}

int utility_id(utility *u, uint32_t object, char **id_out)
{
    cim_buf gid = CIM_BUF_INIT;
    if (known(u, object, 0, id_out)) return *id_out ? EXIT_DONE : cimtool_fail(u->tool, CIM_ENOMEM);
    cim_status st = object == CIM_NONE ? CIM_OK : cim_city_gid(u->tool->ctx, u->city, object, &gid);
    if (st < 0) return cimtool_fail(u->tool, st);
    *id_out = strdup(gid.data ? gid.data : "");
    cim_buf_dispose(&gid);
    return *id_out ? EXIT_DONE : cimtool_fail(u->tool, CIM_ENOMEM);
}

int utility_name(utility *u, uint32_t object, char **name_out)
{
    static const char *const names[] = { "name", "ref" };
    cim_buf json = CIM_BUF_INIT;
    if (known(u, object, 1, name_out)) return *name_out ? EXIT_DONE : cimtool_fail(u->tool, CIM_ENOMEM);
    cim_status st = object == CIM_NONE ? CIM_OK : cim_query_values(u->tool->ctx, u->city, &object, 1, names, 2, &json);
    if (st < 0) return cimtool_fail(u->tool, st);
    cimtool_node *rows = json.data ? cimtool_json_read(json.data) : NULL;
    *name_out = strdup(name_of(rows && rows->child ? rows->child->child : NULL));
    cimtool_json_free(rows);
    cim_buf_dispose(&json);
    return *name_out ? EXIT_DONE : cimtool_fail(u->tool, CIM_ENOMEM);
}

int utility_street(utility *u, const double xy[2], char **street_out)
{
    static const double far[] = { 5.0, 10.0, 20.0, 35.0, 60.0 };
    uint32_t found = CIM_NONE;
    for (size_t i = 0; i < sizeof far / sizeof *far && found == CIM_NONE; i++) {
        char text[200];
        cim_query_options options = CIM_QUERY_OPTIONS_INIT;
        cim_query_result result = CIM_QUERY_RESULT_INIT;
        options.limit = 1;
        snprintf(text, sizeof text, "class = 'Road' AND name IS NOT NULL AND S_DWITHIN(geom, POINT(%.3f %.3f), %g)", xy[0], xy[1], far[i]);
        cim_status st = cim_query_run(u->tool->ctx, u->city, text, &options, &result);
        if (st >= 0 && result.count) found = result.ids[0];
        cim_query_result_dispose(&result);
        if (st < 0 && st != CIM_EARG) return cimtool_fail(u->tool, st);
    }
    return utility_name(u, found, street_out);
}

/* ---- JSON ---- */

static void print_member(const char *key, const char *text)
{
    printf(",\"%s\":", key);
    if (*text) cimtool_print_string(text);
    else printf("null");
}

int utility_print_label(utility *u, uint32_t object)
{
    char *id = NULL, *name = NULL;
    int status = utility_id(u, object, &id);
    if (status == EXIT_DONE) status = utility_name(u, object, &name);
    if (status == EXIT_DONE) {
        printf("\"id\":");
        if (*id) cimtool_print_string(id);
        else printf("null");
        print_member("name", name);
    }
    free(id);
    free(name);
    return status;
}

int utility_print_element(utility *u, uint32_t element)
{
    uint32_t object = cim_utility_element_object(u->networks, element);
    const char *class_name = object == CIM_NONE ? NULL : cim_city_class(u->city, object);
    const char *domain = cim_utility_domain_name(u->networks, utility_domain(u, element));
    printf("{\"element\":%u,\"kind\":\"%s\",", element, element < u->view.node_count ? "node" : "edge");
    int status = utility_print_label(u, object);
    print_member("class", class_name ? class_name : "");
    print_member("network", domain ? domain : "");
    putchar('}');
    return status;
}

int utility_print_device(utility *u, uint32_t device)
{
    double xy[2];
    char *street = NULL;
    bool placed = utility_device_place(u, device, xy);
    printf("{\"device\":%u,\"kind\":\"%s\",", device, utility_kind_name(u->view.device_kind[device]));
    int status = utility_print_label(u, u->view.device_object[device]);
    if (status == EXIT_DONE && placed) status = utility_street(u, xy, &street);
    if (status == EXIT_DONE) {
        char *on = NULL, *near = NULL;
        status = utility_id(u, u->view.edge_object[u->view.device_edge[device]], &on);
        if (status == EXIT_DONE) status = utility_id(u, u->view.node_object[utility_device_node(u, device)], &near);
        if (status == EXIT_DONE) {
            print_member("on", on);
            print_member("near", near);
            print_member("street", street ? street : "");
            if (placed) printf(",\"x\":%.3f,\"y\":%.3f", xy[0], xy[1]);
            bool trade = u->view.device_kind[device] == CIM_TRACE_SWITCH || u->view.device_kind[device] == CIM_TRACE_FUSE; /* an open switch is off */
            printf(",\"state\":\"%s\"}", (utility_device_shut(u, device) != 0) != trade ? "closed" : "open");
        }
        free(on);
        free(near);
    }
    free(street);
    return status;
}

int utility_print_service(utility *u, const cim_utility_service *s)
{
    printf("{");
    int status = utility_print_label(u, s->object);
    printf(",\"customers\":%u,\"people\":%u,\"critical\":", s->customers, s->people);
    if (s->critical) printf("\"%s\"", utility_site_name(s->critical));
    else printf("null");
    printf(",\"guessed\":%s}", s->guessed ? "true" : "false");
    return status;
}

void utility_print_sums(const double *sums)
{
    for (int i = 0; i < CIM_UTILITY_COLUMNS; i++) printf("%s\"%s\":%.10g", i ? "," : "", column_names[i], round(sums[i] * 1e6) / 1e6 + 0.0);
}

void utility_print_epoch(const utility *u)
{
    printf(",\"as_of\":");
    if (u->feed.as_of_ms == INT64_MIN) {
        printf("null");
    } else {
        putchar('"');
        travel_print_time(u->feed.as_of_ms);
        putchar('"');
    }
    printf(",\"epoch\":%llu", (unsigned long long)u->epoch);
}

void utility_print_note(void) { printf(",\"note\":\"%s\"", utility_note); }

/* ---- plain ---- */

int utility_plain_object(utility *u, uint32_t object)
{
    char *id = NULL, *name = NULL;
    int status = utility_id(u, object, &id);
    if (status == EXIT_DONE) status = utility_name(u, object, &name);
    if (status == EXIT_DONE) {
        cimtool_print_safe(*id ? id : "a joint");
        if (*name && (strlen(id) < strlen(name) || strcmp(id + strlen(id) - strlen(name), name))) {
            printf("  ");
            cimtool_print_safe(name);
        }
    }
    free(id);
    free(name);
    return status;
}

int utility_plain_device(utility *u, uint32_t device)
{
    double xy[2];
    char *street = NULL;
    uint32_t edge = u->view.device_edge[device], on = u->view.edge_object[edge], node = u->view.node_object[utility_device_node(u, device)];
    int status = utility_plain_object(u, u->view.device_object[device]);
    if (status == EXIT_DONE && on != CIM_NONE && on != u->view.device_object[device]) {
        printf(", on ");
        status = utility_plain_object(u, on);
    }
    if (status == EXIT_DONE && node != CIM_NONE && node != u->view.device_object[device]) {
        printf(" at ");
        status = utility_plain_object(u, node);
    }
    if (status == EXIT_DONE && utility_device_place(u, device, xy)) {
        status = utility_street(u, xy, &street);
        if (street && *street) {
            printf(", ");
            cimtool_print_safe(street);
        }
        printf("  (%.1f,%.1f)", xy[0], xy[1]);
    }
    putchar('\n');
    free(street);
    return status;
}

void utility_plain_sums(const double *sums, const char *indent)
{
    static const char *const units[CIM_UTILITY_COLUMNS] = { "m long", "l/s demand", "kW demand",      "customers",
                                                            "people", "buildings",  "critical sites", "hydrants", "beds" };
    static const char *const ones[CIM_UTILITY_COLUMNS] = { "m long", "l/s demand", "kW demand", "customer", "person", "building", "critical site", "hydrant",
                                                           "bed" };
    bool any = false;
    for (int i = 0; i < CIM_UTILITY_COLUMNS; i++) {
        if (!(fabs(sums[i]) > 1e-9)) continue;
        printf("%s", any ? ", " : indent);
        printf(i == 0 ? "%.1f %s" : i < 3 ? "%.3f %s" : "%.0f %s", sums[i], utility_plural(sums[i], ones[i], units[i]));
        any = true;
    }
    if (any) putchar('\n');
}
