/* build.c - what is known of a city before anything is asked: widths of streets, people, hydrants, what runs on power. */
#include "impact/impact.h"
#include "utility/utility.h"

#include <math.h>
#include <stdlib.h>

/* ---- rows ---- */

cim_status cim__impact_read(cim_ctx *ctx, cim_city *city, cim__layer_id layer, const cim__columns *columns, cim__object_fn fn, void *user)
{
    void *selection = NULL;
    cim_status st = city->rows->select(ctx, city->store, layer, columns, &selection);
    if (st >= 0) st = city->rows->select_run(ctx, city->store, selection, 0, city->max_id, fn, user);
    city->rows->select_end(city->store, selection);
    return st;
}

static bool has(const cim__object *o, cim__attr attr) { return o->present >> attr & 1; }

/* ---- widths of streets ---- */

typedef struct widths {
    const cim_impact_options *options;
    float *half_m; /* by object */
} widths;

static bool is_path(cim__str function)
{
    static const char *const paths[] = { "footway", "path", "cycleway", "steps", "bridleway", "corridor", "sidewalk" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (cim__str_is(function, paths[i])) return true;
    return false;
}

static cim_status take_width(cim_ctx *ctx, const cim__object *o, void *user)
{
    widths *w = user;
    double width = has(o, CIM__A_WIDTH_M) ? o->values[CIM__A_WIDTH_M].real : 0.0;
    int64_t lanes = has(o, CIM__A_LANES) ? o->values[CIM__A_LANES].integer : 0;
    (void)ctx;
    if (!(width >= 0.5 && width <= 100.0)) {
        bool path = has(o, CIM__A_FUNCTION) && is_path(o->values[CIM__A_FUNCTION].text);
        width = lanes >= 1 && lanes <= 20 ? 3.25 * (double)lanes : path ? w->options->path_m : w->options->street_m;
    }
    w->half_m[o->id] = (float)(0.5 * width);
    return CIM_OK;
}

static cim_status find_widths(cim_ctx *ctx, cim_impact *m, const cim_impact_options *options)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_WIDTH_M | (uint64_t)1 << CIM__A_LANES | (uint64_t)1 << CIM__A_FUNCTION };
    widths w = { options, cim__alloc_n(ctx->mem, (size_t)m->city->max_id + 1, sizeof *w.half_m) };
    m->half_m = cim__alloc_n(m->mem, (size_t)m->net->edge_count + 1, sizeof *m->half_m);
    cim_status st = w.half_m && m->half_m ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; st >= 0 && i <= m->city->max_id; i++) w.half_m[i] = (float)(0.5 * options->street_m);
    if (st >= 0) st = cim__impact_read(ctx, m->city, CIM__L_ROAD, &columns, take_width, &w);
    for (uint32_t e = 0; st >= 0 && e < m->net->edge_count; e++) m->half_m[e] = w.half_m[m->net->edge_object[e]];
    cim__free(ctx->mem, w.half_m);
    return st;
}

/* ---- people ---- */

static cim_status take_people(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim_impact *m = user;
    (void)ctx;
    if (!has(o, CIM__A_POPULATION)) return CIM_OK;
    int64_t people = o->values[CIM__A_POPULATION].integer;
    m->people[o->id] = people > 0 && people < UINT32_MAX ? (uint32_t)people : 0;
    return CIM_OK;
}

static cim_status find_people(cim_ctx *ctx, cim_impact *m)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_POPULATION };
    m->people = cim__zalloc_n(m->mem, (size_t)m->city->max_id + 1, sizeof *m->people);
    return m->people ? cim__impact_read(ctx, m->city, CIM__L_BUILDING, &columns, take_people, m) : cim__nomem(ctx);
}

/* ---- what is not dug up ---- */

static cim_status take_location(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim_impact *m = user;
    (void)ctx;
    m->overhead[o->id] = has(o, CIM__A_LOCATION) && cim__str_is(o->values[CIM__A_LOCATION].text, "overhead");
    return CIM_OK;
}

static cim_status find_overhead(cim_ctx *ctx, cim_impact *m)
{
    const cim__columns columns = { .values = (uint64_t)1 << CIM__A_LOCATION };
    m->overhead = cim__zalloc_n(m->mem, (size_t)m->city->max_id + 1, 1);
    return m->overhead ? cim__impact_read(ctx, m->city, CIM__L_UTILITY_LINE, &columns, take_location, m) : cim__nomem(ctx);
}

/* ---- networks ---- */

static void know_domains(cim_impact *m)
{
    for (uint32_t d = 0; d < m->view.domain_count && d < 256; d++) {
        cim__str name = cim__str_of(cim_utility_domain_name(m->utility, d));
        m->is_power[d] = cim__str_starts(name, "power") || cim__str_starts(name, "electric");
        m->is_telecom[d] = cim__str_starts(name, "telecom") || cim__str_starts(name, "communication");
        m->has_valves[d] = !cim__u_is_sewer(name) && !m->is_telecom[d];
    }
}

static cim__class_id class_of(const cim_impact *m, uint32_t object)
{
    return object <= m->city->max_id ? (cim__class_id)m->city->class_id[object] : CIM__CLASS_COUNT;
}

static bool is_class(const cim_impact *m, uint32_t object, cim__class_id wanted)
{
    return object <= m->city->max_id && cim__city_has(m->city, object) && class_of(m, object) == wanted;
}

/* How far an element that is met by lines, or is one, is from a place; HUGE_VAL when it is neither. */
static double distance_to(const cim_impact *m, uint32_t element, double x, double y)
{
    const cim_utility_view *v = &m->view;
    uint32_t edge = element - v->node_count;
    if (element < v->node_count) {
        const cim_trace_network *n = m->network;
        return n->first[element + 1] > n->first[element] ? hypot(v->node_xy[2 * (size_t)element] - x, v->node_xy[2 * (size_t)element + 1] - y) : HUGE_VAL;
    }
    const uint32_t count = v->first_vertex[edge + 1] - v->first_vertex[edge], one = 1;
    const cim_geom line = { CIM_GEOM_LINESTRING, 2, count, 1, 1, 0, v->xy + 2 * (size_t)v->first_vertex[edge], &count, &one };
    return count >= 2 ? cim__geom_nearest(&line, x, y).distance : HUGE_VAL;
}

/* What a hydrant that no line meets hangs on: the nearest element of its domain; of equal ones the lowest, which is a node. */
static cim_status hang_hydrant(cim_ctx *ctx, cim_impact *m, uint32_t node, double reach_m, cim__buf *list, uint32_t *element)
{
    const double *xy = m->view.node_xy + 2 * (size_t)node;
    const uint32_t one = 1;
    const cim_geom point = { CIM_GEOM_POINT, 2, 1, 1, 1, 0, xy, &one, &one };
    double best = HUGE_VAL;
    size_t count = 0;
    *element = node;
    if (m->network->first[node + 1] > m->network->first[node] || !(reach_m > 0.0) || !isfinite(xy[0]) || !isfinite(xy[1])) return CIM_OK;
    CIM__TRY(cim_utility_within(ctx, m->utility, &point, reach_m, NULL, 0, &count));
    list->size = 0;
    uint32_t *at = cim__buf_extend(list, count * sizeof *at + 1);
    if (!at) return cim__nomem(ctx);
    CIM__TRY(cim_utility_within(ctx, m->utility, &point, reach_m, at, count, &count));
    for (size_t i = 0; i < count; i++) {
        double far = cim__impact_domain(m, at[i]) == m->view.node_domain[node] ? distance_to(m, at[i], xy[0], xy[1]) : HUGE_VAL;
        if (!(far < best)) continue;
        best = far;
        *element = at[i];
    }
    return CIM_OK;
}

static bool put_hydrant(cim_impact *m, uint32_t element, uint32_t object, uint32_t node)
{
    cim__impact_hydrant *h = CIM__PUSH(&m->hydrants, cim__impact_hydrant);
    if (h) *h = (cim__impact_hydrant){ element, object, m->view.node_xy[2 * (size_t)node], m->view.node_xy[2 * (size_t)node + 1] };
    return h != NULL;
}

static int by_element(const void *left, const void *right)
{
    const cim__impact_hydrant *a = left, *b = right;
    return a->element != b->element ? (a->element > b->element) - (a->element < b->element) : (a->object > b->object) - (a->object < b->object);
}

/* Devices of one object on several edges are one hydrant. */
static cim_status take_hydrants(cim_ctx *ctx, cim_impact *m, double reach_m, cim__map *known, cim__buf *list)
{
    const cim_utility_view *v = &m->view;
    bool ok = true;
    for (uint32_t n = 0; ok && n < v->node_count; n++) {
        uint32_t element;
        if (!is_class(m, v->node_object[n], CIM__C_Hydrant)) continue;
        CIM__TRY(hang_hydrant(ctx, m, n, reach_m, list, &element));
        ok = cim__map_put(known, v->node_object[n], 1) && put_hydrant(m, element, v->node_object[n], n);
    }
    for (uint32_t d = 0; ok && d < v->device_count; d++) {
        uint32_t object = v->device_object[d], edge = v->device_edge[d];
        if (v->device_kind[d] != CIM_TRACE_HYDRANT || cim__map_get(known, object) != CIM_NONE) continue;
        ok = cim__map_put(known, object, 1) && put_hydrant(m, v->node_count + edge, object, v->device_end[d] ? v->to[edge] : v->from[edge]);
    }
    size_t count = CIM__COUNT(&m->hydrants, cim__impact_hydrant);
    if (ok && count) qsort(m->hydrants.data, count, sizeof(cim__impact_hydrant), by_element);
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_status find_hydrants(cim_ctx *ctx, cim_impact *m, double reach_m)
{
    cim__map known;
    cim__buf list = cim__buf_on(ctx->mem);
    cim__map_init(&known, ctx->mem);
    cim_status st = take_hydrants(ctx, m, reach_m, &known, &list);
    cim__map_free(&known);
    cim__buf_free(&list);
    return st;
}

/* ---- what runs on power ---- */

/* What stops without power.  Valves stay as they are, tanks go on. */
static bool is_active(const cim_impact *m, uint32_t object, uint32_t domain, uint32_t kind)
{
    if (object > m->city->max_id || !cim__city_has(m->city, object) || m->is_power[domain]) return false;
    cim__class_id c = class_of(m, object);
    if (kind == CIM_TRACE_PUMP || c == CIM__C_Pump || c == CIM__C_Plant || c == CIM__C_TelecomMast) return true;
    return m->is_telecom[domain] && cim__class_is(c, CIM__C_UtilityNode);
}

/* How far a building is from the straight line between two places, looked at in nine places of it; 0: one is in it. */
static cim_status building_at(cim_ctx *ctx, cim_city *city, uint32_t object, const double *a, const double *b, double *far)
{
    cim__object o;
    cim__gbuild geom;
    int32_t srid;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&geom, ctx->mem);
    *far = HUGE_VAL;
    cim_status st = cim__city_object(ctx, city, object, &arena, &o);
    if (st >= 0 && o.geom.len && o.layer == CIM__L_BUILDING) {
        st = cim__gaia_get(ctx, o.geom, &geom, &srid);
        cim_geom view = cim__gbuild_view(&geom);
        for (int i = 0; st >= 0 && i <= 8; i++) *far = fmin(*far, cim__geom_nearest(&view, a[0] + i / 8.0 * (b[0] - a[0]), a[1] + i / 8.0 * (b[1] - a[1])).distance);
    }
    cim__gbuild_free(&geom);
    cim__arena_free(&arena);
    return st < 0 ? st : CIM_OK;
}

typedef struct depending {
    cim_impact *m;
    const cim_impact_options *options;
    cim__map powered, done;
    cim__buf ids;
} depending;

/* The building with power that one of two places lies in, or that is beside them and nobody's home; CIM_NONE. */
static cim_status powered_around(cim_ctx *ctx, depending *d, const double *a, const double *b, uint32_t *found, bool *guessed)
{
    const double r = d->options->house_m;
    const cim_box window = { fmin(a[0], b[0]) - r, fmin(a[1], b[1]) - r, fmax(a[0], b[0]) + r, fmax(a[1], b[1]) + r };
    size_t count = 0;
    double best = HUGE_VAL;
    if (!isfinite(a[0] + a[1] + b[0] + b[1])) return CIM_OK;
    CIM__TRY(cim_city_window(ctx, d->m->city, &window, NULL, 0, &count));
    d->ids.size = 0;
    uint32_t *at = cim__buf_extend(&d->ids, count * sizeof *at + 1);
    if (!at) return cim__nomem(ctx);
    CIM__TRY(cim_city_window(ctx, d->m->city, &window, at, count, &count));
    for (size_t i = 0; i < count; i++) {
        double far;
        if (cim__map_get(&d->powered, at[i]) == CIM_NONE) continue;
        CIM__TRY(building_at(ctx, d->m->city, at[i], a, b, &far));
        if (far > r || far >= best || (far > 0.0 && d->m->people[at[i]])) continue;
        best = far;
        *found = at[i];
        *guessed = far > 0.0;
    }
    return CIM_OK;
}

/* Itself, what it is part of, the building around it. */
static cim_status supplier_of(cim_ctx *ctx, depending *d, uint32_t object, const double *a, const double *b, uint32_t *found, bool *guessed)
{
    uint32_t up = object;
    *found = CIM_NONE;
    *guessed = false;
    for (int depth = 0; depth < 16 && up != CIM_NONE && up <= d->m->city->max_id; depth++, up = d->m->city->parent[up])
        if (cim__map_get(&d->powered, up) != CIM_NONE) {
            *found = up;
            return CIM_OK;
        }
    return powered_around(ctx, d, a, b, found, guessed);
}

static cim_status depend(cim_ctx *ctx, depending *d, uint32_t object, uint32_t domain, uint32_t kind, uint32_t from, uint32_t to)
{
    const double *xy = d->m->view.node_xy;
    uint32_t by = CIM_NONE;
    bool guessed = false;
    if (object == CIM_NONE || !is_active(d->m, object, domain, kind) || cim__map_get(&d->done, object) != CIM_NONE) return CIM_OK;
    CIM__TRY(supplier_of(ctx, d, object, xy + 2 * (size_t)from, xy + 2 * (size_t)to, &by, &guessed));
    if (by == CIM_NONE) return CIM_OK;
    cim__keyed *at = CIM__PUSH(&d->m->dependents, cim__keyed);
    if (!at || !cim__map_put(&d->done, object, 1)) return cim__nomem(ctx);
    *at = (cim__keyed){ by, object, domain | (guessed ? CIM__IMPACT_GUESSED : 0) };
    return CIM_OK;
}

/* By its elements, also where several objects share one. */
static cim_status depend_object(cim_ctx *ctx, depending *d, uint32_t object)
{
    const cim_utility_view *v = &d->m->view;
    d->ids.size = 0;
    CIM__TRY(cim__impact_own(ctx, d->m, object, &d->ids));
    if (!CIM__COUNT(&d->ids, uint32_t)) return CIM_OK;
    uint32_t x = CIM__AT(&d->ids, uint32_t, 0), edge = x - v->node_count;
    bool node = x < v->node_count;
    return depend(ctx, d, object, cim__impact_domain(d->m, x), CIM_TRACE_OTHER, node ? x : v->from[edge], node ? x : v->to[edge]);
}

static cim_status find_powered(cim_ctx *ctx, depending *d)
{
    const cim_utility_view *v = &d->m->view;
    for (uint32_t x = 0; x < v->node_count + v->edge_count; x++) {
        size_t count = 0;
        if (!d->m->is_power[cim__impact_domain(d->m, x)]) continue;
        const cim_utility_service *s = cim_utility_services(d->m->utility, x, &count);
        for (size_t i = 0; i < count; i++)
            if (!cim__map_put(&d->powered, s[i].object, 1)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status find_all_dependents(cim_ctx *ctx, depending *d)
{
    const cim_utility_view *v = &d->m->view;
    CIM__TRY(find_powered(ctx, d));
    for (uint32_t o = 1; d->powered.count && o <= d->m->city->max_id; o++)
        if (cim__city_has(d->m->city, o) && (cim__class_is(class_of(d->m, o), CIM__C_UtilityNode))) CIM__TRY(depend_object(ctx, d, o));
    for (uint32_t i = 0; d->powered.count && i < v->device_count; i++) {
        uint32_t e = v->device_edge[i];
        CIM__TRY(depend(ctx, d, v->device_object[i], v->edge_domain[e], v->device_kind[i], v->from[e], v->to[e]));
    }
    size_t count = CIM__COUNT(&d->m->dependents, cim__keyed);
    d->ids.size = 0;
    cim__keyed *scratch = count ? cim__buf_extend(&d->ids, count * sizeof *scratch) : NULL;
    if (count && !scratch) return cim__nomem(ctx);
    if (count) cim__sort_keyed((cim__keyed *)(void *)d->m->dependents.data, scratch, count);
    return CIM_OK;
}

static cim_status find_dependents(cim_ctx *ctx, cim_impact *m, const cim_impact_options *options)
{
    depending d = { .m = m, .options = options, .ids = cim__buf_on(ctx->mem) };
    cim__map_init(&d.powered, ctx->mem);
    cim__map_init(&d.done, ctx->mem);
    cim_status st = find_all_dependents(ctx, &d);
    cim__map_free(&d.powered);
    cim__map_free(&d.done);
    cim__buf_free(&d.ids);
    return st;
}

/* ---- public ---- */

uint32_t cim__impact_first_same(const cim_city *city, uint32_t object)
{
    uint32_t first = object;
    for (int k = 0; k < 2; k++) {
        const cim__edges *e = k ? &city->in : &city->out;
        for (uint32_t i = e->first[object]; i < e->first[object + 1]; i++)
            if (e->type[i] == CIM__R_SAME_AS && e->other[i] < first) first = e->other[i];
    }
    return first;
}

static cim_status check_options(cim_ctx *ctx, const cim_impact_options *options, cim_impact_options *o)
{
    *o = (cim_impact_options)CIM_IMPACT_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, o, sizeof *o, options, "cim_impact_options"));
    if (!(o->street_m >= 0.0 && o->street_m <= 1000.0) || !(o->path_m >= 0.0 && o->path_m <= 1000.0))
        return cim__fail(ctx, CIM_EARG, "a width of streets that is not within 0 and 1000 m");
    if (!(o->hydrant_m >= 0.0 && o->hydrant_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "a reach of hydrants that is not within 0 and 1000 m");
    if (!(o->house_m >= 0.0 && o->house_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "a reach of buildings that is not within 0 and 1000 m");
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_impact *m, const cim_impact_options *options)
{
    CIM__TRY(cim__city_relations(ctx, m->city));
    if (!m->net) CIM__TRY(cim_net_open(ctx, m->city, NULL, &m->net));
    CIM__TRY(find_widths(ctx, m, options));
    CIM__TRY(find_people(ctx, m));
    CIM__TRY(find_overhead(ctx, m));
    if (m->utility) {
        m->network = cim_utility_network(m->utility);
        m->view.struct_size = sizeof m->view;
        cim_utility_get(m->utility, &m->view);
        know_domains(m);
        CIM__TRY(find_hydrants(ctx, m, options->hydrant_m));
        CIM__TRY(find_dependents(ctx, m, options));
    }
    return cim__impact_places(ctx, m);
}

cim_status cim_impact_build(cim_ctx *ctx, cim_city *city, cim_utility *utility, cim_net *net, const cim_impact_options *options, cim_impact **impact_out)
{
    cim_impact_options o;
    cim__enter(ctx);
    if (!city || !impact_out) return cim__fail(ctx, CIM_EARG, "no city, or nothing to fill");
    CIM__TRY(check_options(ctx, options, &o));
    cim_impact *m = cim__zalloc(ctx->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->mem = cim__mem_ref(ctx->mem);
    m->city = cim_city_ref(city);
    m->utility = utility ? cim_utility_ref(utility) : NULL;
    m->net = net ? cim_net_ref(net) : NULL;
    m->hydrants = m->dependents = m->places = cim__buf_on(m->mem);
    cim_status st = fill(ctx, m, &o);
    if (st < 0) cim_impact_free(m);
    else *impact_out = m;
    return st < 0 ? st : CIM_OK;
}

void cim_impact_free(cim_impact *m)
{
    if (!m) return;
    cim__mem *mem = m->mem;
    cim__buf *bufs[] = { &m->hydrants, &m->dependents, &m->places };
    void *blocks[] = { m->half_m, m->people, m->overhead };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    cim_net_free(m->net);
    cim_utility_free(m->utility);
    cim_city_free(m->city);
    cim__free(mem, m);
    cim__mem_unref(mem);
}

const cim_impact_place *cim_impact_places(const cim_impact *m, size_t *count_out)
{
    *count_out = CIM__COUNT(&m->places, cim_impact_place);
    return (const cim_impact_place *)(const void *)m->places.data;
}
