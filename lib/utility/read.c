/* read.c - things out of a city: values, drawings, places. */
#include "utility/utility.h"

#include <math.h>

/* ---- values ---- */

static bool has(const cim__object *o, cim__attr a) { return o->present >> a & 1; }
static cim__str text_of(const cim__object *o, cim__attr a) { return has(o, a) ? cim__str_trim(o->values[a].text) : (cim__str){ "", 0 }; }

/* A number that is finite and not absurd, or NAN with a finding. */
static cim_status number_of(cim_ctx *ctx, cim__umaker *m, const cim__object *o, cim__attr a, bool negative, double *out)
{
    *out = NAN;
    if (!has(o, a)) return CIM_OK;
    double v = o->values[a].real;
    if (cim__u_number(v) && (negative || v >= 0.0)) *out = v;
    else return cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, o->id, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
    return CIM_OK;
}

static cim_status numbers_of(cim_ctx *ctx, cim__umaker *m, const cim__object *o, cim__uthing *t)
{
    CIM__TRY(number_of(ctx, m, o, CIM__A_LENGTH_M, false, &t->length_m));
    CIM__TRY(number_of(ctx, m, o, CIM__A_DEMAND_LPS, true, &t->demand_lps));
    CIM__TRY(number_of(ctx, m, o, CIM__A_DEMAND_KW, true, &t->demand_kw));
    CIM__TRY(number_of(ctx, m, o, CIM__A_LEVEL_FROM_M, true, &t->level_m[0]));
    CIM__TRY(number_of(ctx, m, o, CIM__A_LEVEL_TO_M, true, &t->level_m[1]));
    int64_t customers = has(o, CIM__A_CUSTOMERS) ? o->values[CIM__A_CUSTOMERS].integer : 0;
    if (customers < 0 || customers > 1000000000) return cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, o->id, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
    t->customers = (uint32_t)customers;
    return CIM_OK;
}

/* False: it does not say whether it lets pass. */
static bool is_off(const cim__object *o, cim__attr attr, bool is_switch, bool *off_out)
{
    uint32_t state;
    if (!cim__u_state(text_of(o, attr), is_switch, &state) || state > CIM_UTILITY_OFF) return false;
    *off_out = state == CIM_UTILITY_OFF;
    return true;
}

static uint8_t flags_of(const cim__object *o, bool is_switch, uint32_t *bits)
{
    uint8_t flags = 0;
    bool now = false, normal = false, said_now = is_off(o, CIM__A_STATE, is_switch, &now), said_normal = is_off(o, CIM__A_NORMAL_STATE, is_switch, &normal);
    if (said_now || said_normal) *bits |= CIM__U_STATE;
    if (said_now ? now : normal) flags |= CIM_TRACE_SHUT;
    if (said_normal ? normal : now) flags |= CIM_TRACE_NORMALLY_SHUT;
    if (has(o, CIM__A_OPERABLE) && !o->values[CIM__A_OPERABLE].integer) flags |= CIM_TRACE_INOPERABLE;
    if (has(o, CIM__A_ACCESSIBLE) && !o->values[CIM__A_ACCESSIBLE].integer) flags |= CIM_TRACE_INACCESSIBLE;
    if (!cim__u_in_use(text_of(o, CIM__A_STATUS))) flags |= CIM_TRACE_OUT;
    return flags;
}

cim_status cim__u_domain(cim_ctx *ctx, cim__umaker *m, cim__str name, uint8_t *domain_out)
{
    uint32_t n = cim__names_add(&m->u->domains, name);
    if (n == CIM_NONE) return cim__nomem(ctx);
    if (n >= CIM__U_UNSAID) return cim__fail(ctx, CIM_ELIMIT, "more than %d commodities, from \"%.*s\" on", CIM__U_UNSAID, (int)(name.len < 60 ? name.len : 60), name.ptr);
    *domain_out = (uint8_t)n;
    return CIM_OK;
}

static cim_status values_of(cim_ctx *ctx, cim__umaker *m, const cim__object *o, cim__uthing *t)
{
    cim__str network = text_of(o, CIM__A_NETWORK), tier = text_of(o, CIM__A_TIER);
    t->domain = CIM__U_UNSAID;
    if (network.len) CIM__TRY(cim__u_domain(ctx, m, network, &t->domain));
    if (tier.len) { /* number 0: not said */
        uint32_t n = cim__names_add(&m->tiers, tier);
        if (n == CIM_NONE) return cim__nomem(ctx);
        t->tier = (uint8_t)(n < 254 ? n + 1 : 255);
    }
    t->flow = cim__u_flow(text_of(o, CIM__A_FLOW));
    t->kind = cim__u_kind(t->class_id, text_of(o, CIM__A_FUNCTION));
    t->flags = flags_of(o, t->kind == CIM_TRACE_SWITCH || t->kind == CIM_TRACE_FUSE, &t->bits);
    t->controller = has(o, CIM__A_CONTROLLER) ? (int8_t)(o->values[CIM__A_CONTROLLER].integer != 0) : (int8_t)-1;
    t->number[0] = has(o, CIM__A_FROM_NODE) ? o->values[CIM__A_FROM_NODE].integer : INT64_MIN;
    t->number[1] = has(o, CIM__A_TO_NODE) ? o->values[CIM__A_TO_NODE].integer : INT64_MIN;
    return numbers_of(ctx, m, o, t);
}

/* ---- geometry ---- */

static bool finite_ring(const cim_geom *g, uint32_t first, uint32_t last)
{
    for (uint32_t v = first; v < last; v++)
        for (int k = 0; k < 2; k++)
            if (!cim__u_number(g->coords[(size_t)v * (size_t)g->dim + (size_t)k])) return false;
    return true;
}

static cim_status put_part(cim_ctx *ctx, cim__umaker *m, cim__uthing *t, const cim_geom *g, uint32_t first, uint32_t last)
{
    size_t start = CIM__COUNT(&m->xy, double) / 2;
    if (last - first < 2) return CIM_OK;
    if (start + (last - first) > 0xf0000000u) return cim__fail(ctx, CIM_ELIMIT, "too many vertices of utility lines");
    for (uint32_t v = first; v < last; v++) {
        const double *p = g->coords + (size_t)v * (size_t)g->dim;
        double xy[2] = { p[0] + 0.0, p[1] + 0.0 }; /* no -0: places are compared by their bytes */
        cim__buf_put(&m->xy, xy, sizeof xy);
    }
    cim__upart *part = CIM__PUSH(&m->parts, cim__upart);
    if (!part || m->xy.failed) return cim__nomem(ctx);
    *part = (cim__upart){ (uint32_t)start, last - first };
    t->vertex_parts++;
    return CIM_OK;
}

static cim_status put_lines(cim_ctx *ctx, cim__umaker *m, cim__uthing *t, const cim_geom *g)
{
    t->first_part = (uint32_t)CIM__COUNT(&m->parts, cim__upart);
    for (uint32_t r = 0; r < g->ring_count; r++) {
        uint32_t first = cim__ring_start(g, r), last = g->ring_end[r];
        if (finite_ring(g, first, last)) CIM__TRY(put_part(ctx, m, t, g, first, last));
        else CIM__TRY(cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, t->object, CIM_NONE, CIM_NONE, NAN, NAN, NAN));
    }
    return CIM_OK;
}

static void *kept(cim__umaker *m, const void *data, size_t size)
{
    void *copy = cim__arena_alloc(&m->arena, size ? size : 1);
    if (copy && size) memcpy(copy, data, size);
    return copy;
}

static cim_status put_area(cim_ctx *ctx, cim__umaker *m, cim__uthing *t, const cim_geom *g)
{
    double xy[2];
    cim_geom *copy = kept(m, g, sizeof *g);
    if (!copy) return cim__nomem(ctx);
    copy->coords = kept(m, g->coords, (size_t)g->vertex_count * (size_t)g->dim * sizeof *g->coords);
    copy->ring_end = kept(m, g->ring_end, g->ring_count * sizeof *g->ring_end);
    copy->part_end = kept(m, g->part_end, g->part_count * sizeof *g->part_end);
    if (!copy->coords || !copy->ring_end || !copy->part_end) return cim__nomem(ctx);
    t->area = copy;
    t->bits |= CIM__U_AREA;
    if (!cim__geom_inner_point(g, xy)) return CIM_OK;
    t->x = xy[0] + 0.0;
    t->y = xy[1] + 0.0;
    t->bits |= CIM__U_PLACE;
    return CIM_OK;
}

static cim_status place_of(cim_ctx *ctx, cim__umaker *m, const cim__object *o, cim__uthing *t)
{
    int32_t srid;
    if (!o->geom.len) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, o->geom, &m->geom, &srid));
    cim_geom g = cim__gbuild_view(&m->geom);
    int32_t base = cim__geom_base(g.type);
    if (!g.vertex_count) return CIM_OK;
    if (base == CIM_GEOM_LINESTRING) return put_lines(ctx, m, t, &g);
    if (!finite_ring(&g, 0, g.vertex_count)) return cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, o->id, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
    if (base == CIM_GEOM_POLYGON) return put_area(ctx, m, t, &g);
    t->x = g.coords[0] + 0.0;
    t->y = g.coords[1] + 0.0;
    t->bits |= CIM__U_PLACE;
    return CIM_OK;
}

/* ---- objects ---- */

static bool is_utility(uint8_t class_id) { return cim__class_is(class_id, CIM__C_UtilityLine) || cim__class_is(class_id, CIM__C_UtilityNode); }

static cim_status see_network(cim_ctx *ctx, cim__umaker *m, const cim__object *o)
{
    cim__jvalue object, value;
    cim__str network = text_of(o, CIM__A_NETWORK);
    uint8_t domain = CIM__U_UNSAID;
    double snap = -1.0;
    if (network.len) CIM__TRY(cim__u_domain(ctx, m, network, &domain));
    if (!cim__map_put(&m->net_domain, o->id, domain)) return cim__nomem(ctx);
    if (!o->attrs.len || !cim__jparse(o->attrs, &object) || object.type != CIM__J_OBJECT || !cim__jfind(object, CIM__STR("snap_m"), &value)) return CIM_OK;
    if (value.type == CIM__J_STRING) {
        m->text.size = 0;
        cim__parse_double(cim__jstring(value, &m->text), &snap);
    } else cim__jnumber(value, &snap);
    if (!(snap >= 0.0 && snap <= 1e6)) return cim__u_found(ctx, m, CIM_UTILITY_BAD_VALUE, o->id, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
    double *kept_snap = CIM__PUSH(&m->snaps, double);
    if (!kept_snap || !cim__map_put(&m->net_snap, o->id, (uint32_t)CIM__COUNT(&m->snaps, double) - 1)) return cim__nomem(ctx);
    *kept_snap = snap;
    return CIM_OK;
}

static cim_status note_osm(cim_ctx *ctx, cim__umaker *m, const cim__object *o)
{
    int64_t number;
    if (!cim__str_starts(o->gid, "osm:node/") || !cim__parse_int((cim__str){ o->gid.ptr + 9, o->gid.len - 9 }, &number)) return CIM_OK;
    return cim__map_put(&m->osm_node, (uint64_t)number, o->id) ? CIM_OK : cim__nomem(ctx);
}

static cim_status see(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__umaker *m = user;
    if (!cim__city_has(m->city, o->id)) return CIM_OK;
    uint8_t class_id = m->city->class_id[o->id];
    if (class_id == CIM__C_Network) return see_network(ctx, m, o);
    if (!is_utility(class_id)) return CIM_OK;
    size_t n = cim__thing_count(m);
    if (n >= m->options.max_elements) return cim__fail(ctx, CIM_ELIMIT, "more than %u utility objects", m->options.max_elements);
    if (!(n & 0xfff)) CIM__TRY(cim__tick(ctx, n, 0, "utility objects"));
    cim__uthing *t = CIM__PUSH(&m->things, cim__uthing);
    if (!t) return cim__nomem(ctx);
    *t = (cim__uthing){ .object = o->id, .class_id = class_id, .x = NAN, .y = NAN, .end_object = { CIM_NONE, CIM_NONE }, .host = CIM_NONE };
    CIM__TRY(values_of(ctx, m, o, t));
    CIM__TRY(note_osm(ctx, m, o));
    CIM__TRY(place_of(ctx, m, o, t));
    if (t->vertex_parts || cim__class_is(class_id, CIM__C_UtilityLine)) t->bits |= CIM__U_LINE;
    return CIM_OK;
}

cim_status cim__u_scan(cim_ctx *ctx, cim__umaker *m, cim__layer_id layer, const cim__columns *columns, cim__object_fn fn, void *user)
{
    void *selection = NULL;
    cim_city *city = m->city;
    cim_status st = city->rows->select(ctx, city->store, layer, columns, &selection);
    if (st >= 0) st = city->rows->select_run(ctx, city->store, selection, 0, city->max_id, fn, user);
    city->rows->select_end(city->store, selection);
    return st;
}

static cim_status sort_things(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = cim__thing_count(m);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    cim__uthing *sorted = cim__alloc_n(ctx->mem, n + 1, sizeof *sorted);
    cim_status st = order && sorted ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n && st >= 0; i++) order[i] = (cim__keyed){ CIM__THING(m, i)->object, (uint32_t)i, 0 };
    if (st >= 0 && n) {
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) sorted[i] = *CIM__THING(m, order[i].id);
        memcpy(m->things.data, sorted, n * sizeof *sorted);
        for (size_t i = 0; i < n; i++) m->thing_of[sorted[i].object] = (uint32_t)i;
    }
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, sorted);
    return st;
}

cim_status cim__u_read(cim_ctx *ctx, cim__umaker *m)
{
    const uint64_t one = 1;
    cim__columns columns = { .values = one << CIM__A_FUNCTION | one << CIM__A_NETWORK | one << CIM__A_STATUS | one << CIM__A_STATE | one << CIM__A_NORMAL_STATE |
                                             one << CIM__A_OPERABLE | one << CIM__A_ACCESSIBLE | one << CIM__A_FLOW | one << CIM__A_CONTROLLER |
                                             one << CIM__A_TIER | one << CIM__A_DEMAND_LPS | one << CIM__A_DEMAND_KW | one << CIM__A_CUSTOMERS |
                                             one << CIM__A_LEVEL_FROM_M | one << CIM__A_LEVEL_TO_M | one << CIM__A_LENGTH_M | one << CIM__A_FROM_NODE |
                                             one << CIM__A_TO_NODE,
                                   .gid = true, .geom = true };
    const cim_city *city = m->city;
    bool wanted[CIM__LAYER_COUNT] = { false };
    for (uint32_t id = 0; id <= city->max_id; id++)
        if (cim__city_has(city, id) && (city->class_id[id] == CIM__C_Network || is_utility(city->class_id[id]))) wanted[city->layer[id]] = true;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        if (!wanted[l]) continue;
        columns.attrs = l == CIM__L_NONSPATIAL; /* of Networks */
        CIM__TRY(cim__u_scan(ctx, m, (cim__layer_id)l, &columns, see, m));
    }
    return sort_things(ctx, m);
}
