/* build.c - the networks of a city from beginning to end. */
#include "utility/utility.h"

#include <math.h>

/* ---- working memory ---- */

static cim__buf *maker_buf(cim__umaker *m, size_t i)
{
    cim__buf *const bufs[] = { &m->things, &m->parts, &m->xy, &m->connects, &m->serves, &m->members, &m->graphs, &m->same, &m->snaps, &m->strands, &m->points,
                               &m->cuts, &m->up, &m->findings, &m->from, &m->to, &m->edge_strand, &m->first_vertex, &m->edge_xy, &m->first_edge, &m->at,
                               &m->device_edge, &m->device_end, &m->device_kind, &m->device_flags, &m->device_direction, &m->device_object,
                               &m->pairs, &m->device_pairs, &m->others, &m->services, &m->text };
    return i < sizeof bufs / sizeof *bufs ? bufs[i] : NULL;
}

static cim__map *maker_map(cim__umaker *m, size_t i)
{
    cim__map *const maps[] = { &m->net_domain, &m->net_snap, &m->osm_node, &m->owner_of, &m->instance, &m->link_strand, &m->number_point };
    return i < sizeof maps / sizeof *maps ? maps[i] : NULL;
}

static void maker_begin(cim_ctx *ctx, cim__umaker *m, cim_utility *u, cim_city *city)
{
    *m = (cim__umaker){ .u = u, .city = city, .arena = cim__arena_on(ctx->mem) };
    for (size_t i = 0; maker_buf(m, i); i++) *maker_buf(m, i) = cim__buf_on(ctx->mem);
    for (size_t i = 0; maker_map(m, i); i++) cim__map_init(maker_map(m, i), ctx->mem);
    cim__names_init(&m->tiers, ctx->mem);
    cim__gbuild_init(&m->geom, ctx->mem);
}

static void maker_end(cim_ctx *ctx, cim__umaker *m)
{
    void *blocks[] = { m->thing_of, m->same_of, m->node_of, m->direction, m->node_tier, m->edge_tier, m->edge_feature };
    for (size_t i = 0; maker_buf(m, i); i++) cim__buf_free(maker_buf(m, i));
    for (size_t i = 0; maker_map(m, i); i++) cim__map_free(maker_map(m, i));
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(ctx->mem, blocks[i]);
    cim__names_free(&m->tiers);
    cim__gbuild_free(&m->geom);
    cim__arena_free(&m->arena);
}

/* ---- what is kept ---- */

/* The bytes of a buffer as an array; never NULL but when out of memory. */
static bool taken(cim__buf *buf, void *to)
{
    void *data = buf->failed ? NULL : buf->data ? cim__realloc_n(buf->mem, buf->data, buf->size ? buf->size : 1, 1) : cim__zalloc(buf->mem, 8);
    if (data) buf->data = NULL, buf->size = buf->cap = 0;
    memcpy(to, &data, sizeof data);
    return data != NULL;
}

static int by_kind(const cim_utility_finding *a, const cim_utility_finding *b)
{
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->object != b->object) return a->object < b->object ? -1 : 1;
    if (a->end != b->end) return a->end < b->end ? -1 : 1;
    return a->other < b->other ? -1 : a->other > b->other;
}

static cim_status sort_findings(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = CIM__COUNT(&m->findings, cim_utility_finding), kept = 0;
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    cim_utility_finding *sorted = cim__alloc_n(ctx->mem, n + 1, sizeof *sorted);
    cim_status st = order && sorted ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n && st >= 0; i++) { /* from the last key to the first */
        const cim_utility_finding *f = &CIM__AT(&m->findings, cim_utility_finding, i);
        order[i] = (cim__keyed){ (uint64_t)f->end << 32 | f->other, (uint32_t)i, 0 };
    }
    if (st >= 0 && n) {
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) {
            const cim_utility_finding *f = &CIM__AT(&m->findings, cim_utility_finding, order[i].id);
            order[i].key = (uint64_t)f->kind << 32 | f->object;
        }
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) sorted[i] = CIM__AT(&m->findings, cim_utility_finding, order[i].id);
        for (size_t i = 0; i < n; i++) {
            const bool anywhere = sorted[i].kind == CIM_UTILITY_CROSSES || isnan(sorted[i].x); /* once for two lines, wherever that is */
            const bool again = i && !by_kind(&sorted[i], &sorted[i - 1]) && (anywhere || sorted[i].x == sorted[i - 1].x);
            if (!again) sorted[kept++] = sorted[i];
        }
        memcpy(m->findings.data, sorted, kept * sizeof *sorted);
        m->findings.size = kept * sizeof *sorted;
    }
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, sorted);
    m->u->finding_count = kept;
    return st;
}

cim_status cim__u_found(cim_ctx *ctx, cim__umaker *m, uint32_t kind, uint32_t object, uint32_t other, uint32_t end, double x, double y, double distance_m)
{
    cim_utility_finding *f = CIM__PUSH(&m->findings, cim_utility_finding);
    if (!f) return cim__nomem(ctx);
    *f = (cim_utility_finding){ kind, object, other, end, x, y, distance_m };
    return CIM_OK;
}

/* Arrays of nodes, edges and devices, which the later steps look at. */
static cim_status keep_arrays(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    u->view.device_count = (uint32_t)CIM__COUNT(&m->device_edge, uint32_t);
    u->view.node_count = m->node_count;
    u->view.edge_count = m->edge_count;
    const bool ok = taken(&m->from, &u->from) && taken(&m->to, &u->to) && taken(&m->first_vertex, &u->first_vertex) && taken(&m->edge_xy, &u->xy) &&
                    taken(&m->device_edge, &u->device_edge) && taken(&m->device_end, &u->device_end) && taken(&m->device_kind, &u->device_kind) &&
                    taken(&m->device_flags, &u->device_flags) && taken(&m->device_object, &u->device_object);
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_status keep_pairs(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    CIM__TRY(cim__u_sort_pairs(ctx, &m->pairs));
    CIM__TRY(cim__u_sort_pairs(ctx, &m->device_pairs));
    CIM__TRY(cim__u_sort_pairs(ctx, &m->others));
    CIM__TRY(sort_findings(ctx, m));
    u->element_pairs = CIM__COUNT(&m->pairs, cim__upair);
    u->device_pairs = CIM__COUNT(&m->device_pairs, cim__upair);
    u->other_pairs = CIM__COUNT(&m->others, cim__upair);
    const bool ok = taken(&m->pairs, &u->elements) && taken(&m->device_pairs, &u->devices) && taken(&m->others, &u->others) &&
                    taken(&m->findings, &u->findings);
    return ok ? CIM_OK : cim__nomem(ctx);
}

/* ---- for cim/trace.h ---- */

static const char *const column_names[CIM_UTILITY_COLUMNS] = { "length_m", "demand_lps", "demand_kw", "customers",
                                                                 "people",   "buildings",  "critical",  "hydrants",   "beds" };

static cim_status make_network(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim_trace_column columns[CIM_UTILITY_COLUMNS];
    for (int c = 0; c < CIM_UTILITY_COLUMNS; c++) {
        columns[c] = (cim_trace_column){ column_names[c], u->columns[c], u->columns[c] ? u->columns[c] + m->node_count : NULL };
    }
    a.node_count = m->node_count;
    a.edge_count = m->edge_count;
    a.device_count = u->view.device_count;
    a.column_count = CIM_UTILITY_COLUMNS;
    a.from = u->from;
    a.to = u->to;
    a.node_flags = u->node_flags;
    a.edge_flags = u->edge_flags;
    a.direction = m->direction;
    a.node_domain = u->node_domain;
    a.edge_domain = u->edge_domain;
    a.node_tier = m->node_tier;
    a.edge_tier = m->edge_tier;
    a.edge_feature = m->edge_feature;
    a.feature_count = m->feature_count;
    a.device_edge = u->device_edge;
    a.device_end = u->device_end;
    a.device_kind = u->device_kind;
    a.device_flags = u->device_flags;
    a.device_direction = m->device_direction.data;
    a.columns = columns;
    return cim_trace_network_build(ctx, &a, &u->network);
}

static cim_status make_view(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    const uint32_t devices = u->view.device_count;
    const size_t elements = (size_t)m->node_count + m->edge_count;
    u->view = (cim_utility_view){ .struct_size = sizeof u->view, .node_count = m->node_count, .edge_count = m->edge_count, .device_count = devices,
                                  .feature_count = m->feature_count, .domain_count = (uint32_t)u->domains.count, .from = u->from, .to = u->to,
                                  .node_domain = u->node_domain, .edge_domain = u->edge_domain, .node_flags = u->node_flags, .edge_flags = u->edge_flags,
                                  .device_flags = u->device_flags, .node_object = u->node_object, .edge_object = u->edge_object,
                                  .device_edge = u->device_edge, .device_end = u->device_end, .device_kind = u->device_kind,
                                  .device_object = u->device_object, .feature_object = u->feature_object, .node_xy = u->node_xy,
                                  .first_vertex = u->first_vertex, .xy = u->xy };
    for (int c = 0; c < CIM_UTILITY_COLUMNS; c++) {
        if (!u->columns[c] && !u->nothing) u->nothing = cim__zalloc_n(u->mem, elements + 1, sizeof *u->nothing);
        if (!u->columns[c] && !u->nothing) return cim__nomem(ctx);
        u->view.columns[c] = u->columns[c] ? u->columns[c] : u->nothing;
    }
    return CIM_OK;
}

/* ---- all of it ---- */

static cim_status build_with(cim_ctx *ctx, cim__umaker *m)
{
    const size_t ids = (size_t)m->city->max_id + 1;
    m->thing_of = cim__alloc_n(ctx->mem, ids, sizeof *m->thing_of);
    if (!m->thing_of) return cim__nomem(ctx);
    for (size_t i = 0; i < ids; i++) m->thing_of[i] = CIM_NONE;
    CIM__TRY(cim__u_read(ctx, m));
    CIM__TRY(cim__u_relate(ctx, m));
    CIM__TRY(cim__u_ends(ctx, m));
    CIM__TRY(cim__u_snap(ctx, m));
    CIM__TRY(cim__u_compile(ctx, m));
    CIM__TRY(cim__u_devices(ctx, m));
    CIM__TRY(keep_arrays(ctx, m));
    CIM__TRY(cim__u_index(ctx, m->u));
    CIM__TRY(cim__u_serve(ctx, m));
    CIM__TRY(cim__u_inspect(ctx, m));
    CIM__TRY(keep_pairs(ctx, m));
    CIM__TRY(make_network(ctx, m));
    return make_view(ctx, m);
}

static cim_status options_ok(cim_ctx *ctx, cim_city *city, cim_utility_options *o)
{
    if (!(o->snap_m <= 1e6) && !(o->snap_m < 0.0)) return cim__fail(ctx, CIM_EARG, "snap_m is not a distance");
    if (!(o->serve_m >= 0.0 && o->serve_m <= 1e9)) return cim__fail(ctx, CIM_EARG, "serve_m is not a distance");
    if (o->controller_count && !o->controllers) return cim__fail(ctx, CIM_EARG, "no controllers");
    for (size_t i = 0; i < o->controller_count; i++)
        if (!cim__city_has(city, o->controllers[i])) return cim__fail(ctx, CIM_EARG, "controller %u is no object of the city", o->controllers[i]);
    if (!o->max_elements) o->max_elements = 100000000;
    return CIM_OK;
}

static cim_utility *utility_new(cim__mem *mem)
{
    cim_utility *u = cim__zalloc(mem, sizeof *u);
    if (!u) return NULL;
    u->mem = cim__mem_ref(mem);
    atomic_init(&u->refs, 1);
    cim__names_init(&u->domains, mem);
    return u;
}

cim_status cim_utility_build(cim_ctx *ctx, cim_city *city, const cim_utility_options *options, cim_utility **utility_out)
{
    cim_utility_options opts = CIM_UTILITY_OPTIONS_INIT;
    cim__umaker m;
    cim__enter(ctx);
    if (!city || !utility_out) return cim__fail(ctx, CIM_EARG, "no city");
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "utility options"));
    CIM__TRY(options_ok(ctx, city, &opts));
    cim_utility *u = utility_new(ctx->mem);
    if (!u) return cim__nomem(ctx);
    maker_begin(ctx, &m, u, city);
    m.options = opts;
    cim_status st = build_with(ctx, &m);
    maker_end(ctx, &m);
    if (st < 0) cim_utility_free(u);
    else *utility_out = u;
    return st < 0 ? st : CIM_OK;
}

cim_utility *cim_utility_ref(cim_utility *utility)
{
    atomic_fetch_add_explicit(&utility->refs, 1, memory_order_relaxed);
    return utility;
}

void cim_utility_free(cim_utility *u)
{
    if (!u || atomic_fetch_sub_explicit(&u->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = u->mem;
    void *blocks[] = { u->from, u->to, u->node_object, u->edge_object, u->device_edge, u->device_object, u->feature_object, u->first_vertex, u->node_domain,
                       u->edge_domain, u->node_flags, u->edge_flags, u->device_flags, u->device_end, u->device_kind, u->node_xy, u->xy, u->nothing,
                       u->elements, u->devices, u->others, u->services, u->service_first, u->findings };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    for (int c = 0; c < CIM_UTILITY_COLUMNS; c++) cim__free(mem, u->columns[c]);
    cim_trace_network_free(u->network);
    cim_index_free(u->index);
    cim__names_free(&u->domains);
    cim__free(mem, u);
    cim__mem_unref(mem);
}
