/* verb_impact.c - cimtool impact: what follows when a street is closed, an area is dug up, something fails. */
#include "impact.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is asked ---- */

/* Units with blue lights, unless another profile is asked for. */
static void take_profile(cimtool *tool)
{
    if (cimtool_has(tool, "profile") || tool->value_count == CIMTOOL_VALUES) return;
    for (const cimtool_flag *f = tool->verb->flags; f->name; f++)
        if (!strcmp(f->name, "profile")) {
            tool->values[tool->value_count].flag = f;
            tool->values[tool->value_count++].value = "emergency";
        }
}

/* Streets of a name are all closed; anything else named like several objects is refused. */
static int streets_of_name(impacting *m, const char *text, utility_list *objects)
{
    cim_query_options options = CIM_QUERY_OPTIONS_INIT;
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    char *query = malloc(2 * strlen(text) + 64), *to = query;
    int status = EXIT_DONE;
    if (!query) return cimtool_fail(m->travel.tool, CIM_ENOMEM);
    to += sprintf(to, "layer = 'road' AND name = '");
    for (const char *p = text; *p; *to++ = *p++)
        if (*p == '\'') *to++ = '\'';
    strcpy(to, "'");
    cim_status st = cim_query_run(m->travel.tool->ctx, m->travel.city, query, &options, &result);
    free(query);
    if (st < 0 && st != CIM_EARG) return cimtool_fail(m->travel.tool, st);
    for (size_t i = 0; st >= 0 && i < result.count && status == EXIT_DONE; i++)
        if (cim_net_find(m->travel.net, result.ids[i]) != CIM_NONE) status = utility_put(m->travel.tool, objects, result.ids[i]);
    cim_query_result_dispose(&result);
    return status;
}

static int find_objects(impacting *m, impact_named *n)
{
    size_t count = 0;
    cim_status st = cim_city_find(m->travel.tool->ctx, m->travel.city, n->text, NULL, 0, &count);
    if (st < 0 && st != CIM_ENOTFOUND) return cimtool_fail(m->travel.tool, st);
    if (st == CIM_ENOTFOUND && !n->fails) {
        int status = streets_of_name(m, n->text, &n->objects);
        if (status != EXIT_DONE || n->objects.count) return status;
    }
    return utility_objects(&m->u, n->text, n->fails, &n->objects);
}

static int add_work(impacting *m, const char *option, const char *text)
{
    impact_named *n = &m->named[m->work_count];
    *n = (impact_named){ .text = text, .is_area = !strcmp(option, "area"), .area = m->areas.count, .fails = !strcmp(option, "fail") };
    int status = n->is_area ? areas_add(&m->travel, &m->areas, text) : find_objects(m, n);
    m->work_count++;
    return status;
}

/* Areas may be several polygons of a file: each is works of its own, and all of them have a place in memory only now. */
static int set_works(impacting *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->work_count; i++) {
        const impact_named *n = &m->named[i];
        size_t end = n->area + 1;
        for (size_t k = i + 1; n->is_area; k++)
            if (k == m->work_count || m->named[k].is_area) {
                end = k == m->work_count ? m->areas.count : m->named[k].area;
                break;
            }
        if (n->is_area && end != n->area + 1) return cimtool_complain("--area %s: %zu polygons; give them one by one", n->text, end - n->area);
        m->works[count++] = (cim_impact_work){ n->fails ? CIM_IMPACT_FAIL : CIM_IMPACT_CLOSE, 0, n->objects.at, n->objects.count,
                                               n->is_area ? &m->areas.geoms[n->area] : NULL };
    }
    return EXIT_DONE;
}

static int take_works(impacting *m)
{
    static const char *const options[] = { "close", "area", "fail" };
    cimtool *tool = m->travel.tool;
    const char *text;
    int status = EXIT_DONE;
    for (size_t o = 0; o < 3; o++)
        for (int at = 0; status == EXIT_DONE && (text = cimtool_next_value(tool, options[o], &at));) status = add_work(m, options[o], text);
    if (status == EXIT_DONE) status = utility_option_devices(&m->u, "stuck", &m->stuck);
    return status == EXIT_DONE ? set_works(m) : status;
}

static int take_case(impacting *m)
{
    cimtool *tool = m->travel.tool;
    int64_t hydrants = 3;
    m->what = (cim_impact_case)CIM_IMPACT_CASE_INIT;
    m->top = 6;
    if (!cimtool_real(tool, "margin", &m->what.margin_m) || !cimtool_int(tool, "hydrants", 0, 1000, &hydrants) || !cimtool_int(tool, "top", 1, 1000000, &m->top))
        return EXIT_USAGE;
    if (!(m->what.margin_m >= 0.0 && m->what.margin_m <= 1000.0)) return cimtool_complain("--margin is not within 0 and 1000 m");
    m->what.hydrants = (uint32_t)hydrants;
    m->what.flags = (cimtool_has(tool, "keep-supply") ? CIM_IMPACT_KEEP_SUPPLY : 0) | (cimtool_has(tool, "keep-streets") ? CIM_IMPACT_KEEP_STREETS : 0) |
                    (cimtool_has(tool, "no-cascade") ? CIM_IMPACT_NO_CASCADE : 0);
    if (!cimtool_has(tool, "close") && !cimtool_has(tool, "area") && !cimtool_has(tool, "fail"))
        return cimtool_complain("--close, --area or --fail says what happens");
    return EXIT_DONE;
}

/* ---- asking ---- */

static int prepare(impacting *m)
{
    cim_ctx *ctx = m->travel.tool->ctx;
    cim_status st = cim_impact_build(ctx, m->travel.city, m->u.networks, m->travel.net, NULL, &m->impact);
    if (st >= 0) st = cim_impact_query_new(ctx, m->impact, &m->query);
    if (st < 0) return cimtool_fail(m->travel.tool, st);
    m->places = cim_impact_places(m->impact, &m->place_count);
    m->net.struct_size = sizeof m->net;
    st = cim_net_get(ctx, m->travel.net, &m->net);
    m->has_roads = m->net.edge_count > 0;
    return st < 0 ? cimtool_fail(m->travel.tool, st) : EXIT_DONE;
}

static int prepare_roads(impacting *m)
{
    travel *t = &m->travel;
    if (!m->has_roads) return EXIT_DONE;
    int status = places_take(t, &m->crews, "crew", "crew-file", NULL);
    if (status == EXIT_DONE && !t->metric) status = travel_metric(t, CIM_ROUTE_LABELS_NONE);
    if (status != EXIT_DONE) return status;
    cim_impact_unit *units = calloc(m->crews.count + 1, sizeof *units);
    if (!units) return cimtool_fail(t->tool, CIM_ENOMEM);
    for (size_t i = 0; i < m->crews.count; i++) units[i] = (cim_impact_unit){ m->crews.at[i], m->crews.objects[i], CIM_IMPACT_CREW | CIM_IMPACT_AMBULANCE };
    cim_status st = cim_impact_roads_build(t->tool->ctx, m->impact, t->costs, m->crews.count ? units : NULL, m->crews.count, &m->roads);
    free(units);
    if (st < 0) return cimtool_fail(t->tool, st);
    m->units = cim_impact_units(m->roads, &m->unit_count);
    return EXIT_DONE;
}

static int find(impacting *m)
{
    cim_impact_travel t = CIM_IMPACT_TRAVEL_INIT;
    t.roads = m->roads;
    t.metric = m->travel.metric;
    t.query = m->travel.query;
    m->what.works = m->works;
    m->what.work_count = m->work_count;
    m->what.stuck = m->stuck.at;
    m->what.stuck_count = m->stuck.count;
    m->r.struct_size = sizeof m->r;
    cim_status st = cim_impact_find(m->travel.tool->ctx, m->impact, m->u.state, m->query, &m->what, m->roads ? &t : NULL, &m->r);
    return st < 0 ? cimtool_fail(m->travel.tool, st) : EXIT_DONE;
}

/* ---- what all ways of showing share ---- */

const char *impact_network(const impacting *m, uint32_t domain)
{
    const char *name = cim_utility_domain_name(m->u.networks, domain);
    return name && *name ? name : "network";
}

/* The first of some properties that is a text; "" when there is none. */
static int first_text(impacting *m, uint32_t object, char **text_out)
{
    static const char *const names[] = { "name", "ref" };
    cim_buf json = CIM_BUF_INIT;
    const char *text = "";
    cim_status st = cim_query_values(m->travel.tool->ctx, m->travel.city, &object, 1, names, 2, &json);
    if (st < 0 && st != CIM_EARG) return cimtool_fail(m->travel.tool, st);
    cimtool_node *rows = st >= 0 ? cimtool_json_read(json.data) : NULL;
    for (const cimtool_node *cell = rows && rows->child ? rows->child->child : NULL; cell && !*text; cell = cell->next)
        if (cell->type == '"' && cell->text) text = cell->text;
    *text_out = strdup(text);
    cimtool_json_free(rows);
    cim_buf_dispose(&json);
    return *text_out ? EXIT_DONE : cimtool_fail(m->travel.tool, CIM_ENOMEM);
}

int impact_label(impacting *m, uint32_t object, char **text_out)
{
    int status = object == CIM_NONE ? EXIT_DONE : first_text(m, object, text_out);
    if (object == CIM_NONE) *text_out = strdup("a joint");
    if (status != EXIT_DONE || !*text_out || **text_out) return *text_out ? status : cimtool_fail(m->travel.tool, CIM_ENOMEM);
    free(*text_out);
    return utility_id(&m->u, object, text_out);
}

int impact_detour_line(const impacting *m, const cim_impact_detour *d, double **xy_out, size_t *count_out)
{
    size_t room = 0, count = 0;
    for (uint32_t i = 0; i < d->link_count; i++) {
        uint32_t edge = m->r.links[d->first_link + i] >> 1;
        room += m->net.first_vertex[edge + 1] - m->net.first_vertex[edge];
    }
    double *xy = malloc((room + 1) * 2 * sizeof *xy);
    if (!xy) return cimtool_fail(m->travel.tool, CIM_ENOMEM);
    for (uint32_t i = 0; i < d->link_count; i++) {
        uint32_t link = m->r.links[d->first_link + i], first = m->net.first_vertex[link >> 1], last = m->net.first_vertex[(link >> 1) + 1];
        for (uint32_t v = i ? 1 : 0; v < last - first; v++) memcpy(xy + 2 * count++, m->net.xy + 2 * (size_t)(link & 1 ? last - 1 - v : first + v), 2 * sizeof *xy);
    }
    *xy_out = xy;
    *count_out = count;
    return EXIT_DONE;
}

/* ---- the verb ---- */

static void done(impacting *m)
{
    cim_impact_roads_free(m->roads);
    cim_impact_query_free(m->query);
    cim_impact_free(m->impact);
    for (size_t i = 0; i < m->work_count; i++) utility_list_free(&m->named[i].objects);
    utility_list_free(&m->stuck);
    areas_free(&m->areas);
    places_free(&m->crews);
    utility_close(&m->u);
    travel_close(&m->travel);
}

static int ask(impacting *m, cimtool *tool)
{
    int status = utility_open_any(&m->u, tool, cim_city_ref(m->travel.city));
    if (status == EXIT_DONE) status = take_works(m);
    if (status == EXIT_DONE) status = prepare(m);
    if (status == EXIT_DONE) status = prepare_roads(m);
    return status == EXIT_DONE ? find(m) : status;
}

int verb_impact(cimtool *tool)
{
    impacting *m = calloc(1, sizeof *m);
    if (!m) return cimtool_fail(tool, CIM_ENOMEM);
    m->travel.tool = m->u.tool = tool;
    int status = take_case(m);
    if (status != EXIT_DONE) {
        free(m);
        return status;
    }
    take_profile(tool);
    status = travel_open(&m->travel, tool);
    if (status == EXIT_DONE) status = ask(m, tool);
    if (status == EXIT_DONE) status = tool->json ? impact_print_json(m) : impact_print_plain(m);
    if (status == EXIT_DONE && cimtool_has(tool, "output")) status = impact_write_layer(m, cimtool_value(tool, "output"));
    if (status == EXIT_DONE) places_warn(&m->travel, &m->crews, "crews");
    done(m);
    free(m);
    return status;
}
