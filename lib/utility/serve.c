/* serve.c - who is supplied by what; the columns of nodes and edges. */
#include "utility/utility.h"

#include <math.h>

/* ---- which element serves ---- */

static uint32_t first_edge(const cim__umaker *m, uint32_t strand) { return CIM__AT(&m->first_edge, uint32_t, strand); }

/* Where an object that is served is: the place that is said, else its own. */
static cim_status place_of(cim_ctx *ctx, cim__umaker *m, cim__userve *s)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object o;
    int32_t srid;
    double xy[2];
    if (!isnan(s->x)) return CIM_OK;
    cim_status st = cim__city_object(ctx, m->city, s->to, &arena, &o);
    if (st >= 0 && o.geom.len) st = cim__gaia_get(ctx, o.geom, &m->geom, &srid);
    if (st >= 0 && o.geom.len) {
        cim_geom g = cim__gbuild_view(&m->geom);
        if (cim__geom_inner_point(&g, xy) && cim__u_number(xy[0]) && cim__u_number(xy[1])) s->x = xy[0], s->y = xy[1];
    }
    cim__arena_free(&arena);
    return st;
}

/* Of a line in many pieces the index knows which are near. */
typedef struct among {
    const cim__umaker *m;
    const cim__userve *s;
    uint32_t lo, hi;
} among;

static double measure(void *user, uint32_t id)
{
    const among *a = user;
    const cim_utility *u = a->m->u;
    const uint32_t vertex = id - a->m->node_count, edge = id < a->m->node_count ? CIM_NONE : cim__u_edge_at(u, vertex);
    if (edge < a->lo || edge >= a->hi) return HUGE_VAL;
    return sqrt(cim__u_nearest(u->xy, vertex, cim__u_run_end(u, edge, vertex), a->s->x, a->s->y).distance2);
}

static cim_status nearest_of_many(cim_ctx *ctx, const cim__umaker *m, uint32_t lo, uint32_t hi, cim__userve *s)
{
    among a = { m, s, lo, hi };
    cim_probe probe = cim_probe_near(s->x, s->y, HUGE_VAL);
    uint32_t id;
    size_t count = 0;
    probe.measure = measure;
    probe.user = &a;
    CIM__TRY(cim_index_nearest(ctx, m->u->index, &probe, 1, &id, NULL, &count));
    if (count) s->element = m->node_count + cim__u_edge_at(m->u, id - m->node_count);
    return CIM_OK;
}

enum { MANY = 32 };

static cim_status nearest_piece(cim_ctx *ctx, cim__umaker *m, const cim__uthing *t, cim__userve *s)
{
    const uint32_t lo = first_edge(m, t->first_strand), hi = first_edge(m, t->first_strand + t->strand_count);
    const uint32_t *first = m->u->first_vertex;
    const double *xy = m->u->xy;
    double best = HUGE_VAL;
    s->element = m->node_count + lo;
    if (hi - lo < 2) return CIM_OK;
    CIM__TRY(place_of(ctx, m, s));
    if (hi - lo > MANY && !isnan(s->x)) return nearest_of_many(ctx, m, lo, hi, s);
    for (uint32_t e = lo; e < hi && !isnan(s->x); e++) {
        if (first[e + 1] - first[e] < 2) continue;
        cim__uplace p = cim__u_nearest(xy, first[e], first[e + 1] - 1, s->x, s->y);
        if (p.distance2 < best) best = p.distance2, s->element = m->node_count + e;
    }
    return CIM_OK;
}

/* The lowest node of an object, or of its graph; pairs are in order by now. */
static uint32_t lowest_element(const cim__umaker *m, uint32_t object)
{
    size_t lo = 0, hi = CIM__COUNT(&m->pairs, cim__upair);
    const cim__upair *p = (const cim__upair *)(const void *)m->pairs.data;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p[mid].a < object) lo = mid + 1;
        else hi = mid;
    }
    return lo < CIM__COUNT(&m->pairs, cim__upair) && p[lo].a == object ? p[lo].b : CIM_NONE;
}

static cim_status locate(cim_ctx *ctx, cim__umaker *m, cim__userve *s)
{
    const cim__uthing *t = cim__thing_of(m, s->from);
    s->element = CIM_NONE;
    if (t->bits & CIM__U_LEFT_OUT) return CIM_OK;
    if (t->strand_count) return nearest_piece(ctx, m, t, s);
    s->element = lowest_element(m, s->from);
    return s->element == CIM_NONE ? cim__u_found(ctx, m, CIM_UTILITY_NO_END, s->from, s->to, CIM_NONE, NAN, NAN, NAN) : CIM_OK;
}

/* ---- services in the order of elements ---- */

static cim_status sort_services(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = CIM__COUNT(&m->serves, cim__userve), kept = 0;
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    if (!order) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) {
        const cim__userve *s = &CIM__AT(&m->serves, cim__userve, i);
        if (s->element != CIM_NONE) order[kept++] = (cim__keyed){ (uint64_t)s->element << 32 | s->to, (uint32_t)i, 0 };
    }
    if (kept) cim__sort_keyed(order, order + kept, kept);
    for (size_t i = 0; i < kept; i++) {
        const cim__userve *s = &CIM__AT(&m->serves, cim__userve, order[i].id);
        const cim_utility_service service = { .element = s->element, .object = s->to, .customers = s->customers, .guessed = s->guessed };
        const cim__upair served = { s->to, s->element };
        cim__buf_put(&m->services, &service, sizeof service);
        cim__buf_put(&m->pairs, &served, sizeof served);
    }
    cim__free(ctx->mem, order);
    return m->services.failed || m->pairs.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status take_services(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    size_t n = CIM__COUNT(&m->services, cim_utility_service), elements = (size_t)m->node_count + m->edge_count;
    if (!n) return CIM_OK;
    u->service_first = cim__zalloc_n(u->mem, elements + 1, sizeof *u->service_first);
    u->services = cim__alloc_n(u->mem, n, sizeof *u->services);
    if (!u->service_first || !u->services) return cim__nomem(ctx);
    memcpy(u->services, m->services.data, n * sizeof *u->services);
    u->service_count = n;
    for (size_t i = 0; i < n; i++) u->service_first[u->services[i].element + 1]++;
    for (size_t i = 0; i < elements; i++) u->service_first[i + 1] += u->service_first[i];
    return CIM_OK;
}

/* ---- columns ---- */

static double *column(cim__umaker *m, int c)
{
    double **at = &m->u->columns[c];
    if (!*at) *at = cim__zalloc_n(m->u->mem, (size_t)m->node_count + m->edge_count + 1, sizeof **at);
    return *at;
}

bool cim__u_add(cim__umaker *m, int c, uint32_t element, double value)
{
    double *values = value != 0.0 ? column(m, c) : NULL;
    if (values) values[element] += value;
    return values || value == 0.0;
}

static double drawn_m(const cim__umaker *m, uint32_t edge)
{
    const uint32_t *first = m->u->first_vertex;
    const double *xy = m->u->xy;
    return first[edge + 1] - first[edge] < 2 ? 0.0 : cim__u_length(xy + 2 * (size_t)first[edge], first[edge + 1] - first[edge]);
}

/* What is said of a line lies on its edges by their drawn length. */
static bool spread(cim__umaker *m, const cim__uthing *t, uint32_t edge, double drawn, uint32_t edges)
{
    const double share = t->drawn_m > 0.0 ? drawn / t->drawn_m : 1.0 / edges;
    const uint32_t element = m->node_count + edge;
    return cim__u_add(m, CIM_UTILITY_LENGTH_M, element, isnan(t->length_m) ? drawn : t->length_m * share) &&
           cim__u_add(m, CIM_UTILITY_DEMAND_LPS, element, isnan(t->demand_lps) ? 0.0 : t->demand_lps * share) &&
           cim__u_add(m, CIM_UTILITY_DEMAND_KW, element, isnan(t->demand_kw) ? 0.0 : t->demand_kw * share) &&
           cim__u_add(m, CIM_UTILITY_CUSTOMERS, element, t->bits & CIM__U_SERVES ? 0.0 : t->customers * share);
}

static cim_status columns_of_edges(cim_ctx *ctx, cim__umaker *m)
{
    for (uint32_t e = 0; e < m->edge_count; e++) {
        const cim__ustrand *s = CIM__STRAND(m, CIM__AT(&m->edge_strand, uint32_t, e));
        if (s->thing != CIM_NONE) CIM__THING(m, s->thing)->drawn_m += drawn_m(m, e);
    }
    for (uint32_t e = 0; e < m->edge_count; e++) {
        const cim__ustrand *s = CIM__STRAND(m, CIM__AT(&m->edge_strand, uint32_t, e));
        const cim__uthing *t = s->thing == CIM_NONE ? NULL : CIM__THING(m, s->thing);
        const double drawn = drawn_m(m, e);
        const uint32_t edges = t ? first_edge(m, t->first_strand + t->strand_count) - first_edge(m, t->first_strand) : 1;
        if (t ? !spread(m, t, e, drawn, edges) : !cim__u_add(m, CIM_UTILITY_LENGTH_M, m->node_count + e, drawn)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

/* Nodes, and devices on lines, of which something is said: once an object. */
static cim_status columns_of_things(cim_ctx *ctx, cim__umaker *m)
{
    for (size_t i = 0; i < cim__thing_count(m); i++) {
        const cim__uthing *t = CIM__THING(m, i);
        const bool hydrant = t->class_id == CIM__C_Hydrant && !(t->flags & CIM_TRACE_OUT);
        if (t->strand_count || (!hydrant && isnan(t->demand_lps) && isnan(t->demand_kw) && !t->customers)) continue;
        const uint32_t element = lowest_element(m, t->object);
        if (element == CIM_NONE) continue;
        if (!cim__u_add(m, CIM_UTILITY_DEMAND_LPS, element, isnan(t->demand_lps) ? 0.0 : t->demand_lps) ||
            !cim__u_add(m, CIM_UTILITY_DEMAND_KW, element, isnan(t->demand_kw) ? 0.0 : t->demand_kw) ||
            !cim__u_add(m, CIM_UTILITY_CUSTOMERS, element, t->bits & CIM__U_SERVES ? 0.0 : t->customers) ||
            !cim__u_add(m, CIM_UTILITY_HYDRANTS, element, hydrant))
            return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status columns_of_services(cim_ctx *ctx, cim__umaker *m)
{
    for (size_t i = 0; i < CIM__COUNT(&m->services, cim_utility_service); i++) {
        const cim_utility_service *s = &CIM__AT(&m->services, cim_utility_service, i);
        if (!cim__u_add(m, CIM_UTILITY_CUSTOMERS, s->element, s->customers)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

/* ---- objects that are the same ---- */

static uint32_t lowest(uint32_t *same, uint32_t object)
{
    while (same[object] != object) object = same[object] = same[same[object]];
    return object;
}

static cim_status find_same(cim_ctx *ctx, cim__umaker *m)
{
    const size_t n = (size_t)m->city->max_id + 1;
    if (!CIM__COUNT(&m->serves, cim__userve) && !(m->options.serve_m > 0.0)) return CIM_OK;
    m->same_of = cim__alloc_n(ctx->mem, n, sizeof *m->same_of);
    if (!m->same_of) return cim__nomem(ctx);
    for (uint32_t i = 0; i < n; i++) m->same_of[i] = i;
    for (size_t i = 0; i < CIM__COUNT(&m->same, cim__upair); i++) {
        const cim__upair p = CIM__AT(&m->same, cim__upair, i);
        const uint32_t a = lowest(m->same_of, p.a), b = lowest(m->same_of, p.b);
        m->same_of[a > b ? a : b] = a < b ? a : b;
    }
    for (uint32_t i = 0; i < n; i++) m->same_of[i] = lowest(m->same_of, i);
    return CIM_OK;
}

cim_status cim__u_serve(cim_ctx *ctx, cim__umaker *m)
{
    CIM__TRY(find_same(ctx, m));
    CIM__TRY(cim__u_sort_pairs(ctx, &m->pairs));
    for (size_t i = 0; i < CIM__COUNT(&m->serves, cim__userve); i++) {
        cim__userve *s = &CIM__AT(&m->serves, cim__userve, i);
        CIM__TRY(locate(ctx, m, s));
        if (s->customers) cim__thing_of(m, s->from)->bits |= CIM__U_SERVES;
    }
    CIM__TRY(cim__u_guess(ctx, m));
    CIM__TRY(columns_of_edges(ctx, m));
    CIM__TRY(columns_of_things(ctx, m));
    CIM__TRY(sort_services(ctx, m));
    CIM__TRY(cim__u_people(ctx, m));
    CIM__TRY(columns_of_services(ctx, m));
    return take_services(ctx, m);
}
