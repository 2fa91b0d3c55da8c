/* devices.c - devices on ends of edges; what is out of service; what feeds. */
#include "utility/utility.h"

enum { DEVICE_FLAGS = CIM_TRACE_OUT | CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE };

static cim_status put_device(cim_ctx *ctx, cim__umaker *m, cim__uthing *t, uint8_t kind, uint32_t edge, int end)
{
    const uint8_t at_end = (uint8_t)end, flags = t->flags & DEVICE_FLAGS;
    const cim__upair on = { t->object, m->node_count + edge }, named = { t->object, (uint32_t)CIM__COUNT(&m->device_edge, uint32_t) };
    if (named.b >= m->options.max_elements || named.b >= CIM_TRACE_MAX_DEVICES) return cim__fail(ctx, CIM_ELIMIT, "more than %u devices", named.b);
    cim__buf_put(&m->device_edge, &edge, sizeof edge);
    cim__buf_put(&m->device_end, &at_end, 1);
    cim__buf_put(&m->device_kind, &kind, 1);
    cim__buf_put(&m->device_flags, &flags, 1);
    cim__buf_put(&m->device_direction, &m->direction[edge], 1);
    cim__buf_put(&m->device_object, &t->object, sizeof t->object);
    cim__buf_put(&m->device_pairs, &named, sizeof named);
    cim__buf_put(&m->pairs, &on, sizeof on);
    t->bits |= CIM__U_DEVICES;
    const bool failed = m->device_edge.failed || m->device_end.failed || m->device_kind.failed || m->device_flags.failed || m->device_direction.failed ||
                        m->device_object.failed || m->device_pairs.failed || m->pairs.failed;
    return failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- on lines ---- */

static uint32_t first_edge(const cim__umaker *m, uint32_t strand) { return CIM__AT(&m->first_edge, uint32_t, strand); }

/* A line that is a device, or closed, has one at each end. */
static cim_status devices_of_line(cim_ctx *ctx, cim__umaker *m, cim__uthing *t)
{
    const bool shut = t->flags & (CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT);
    if (!t->strand_count || (t->kind == CIM__U_UNSAID && !shut)) return CIM_OK;
    const uint32_t last = t->first_strand + t->strand_count - 1;
    const bool power = cim__str_is(m->u->domains.texts[CIM__STRAND(m, last)->domain], "power");
    const uint8_t kind = t->kind != CIM__U_UNSAID ? t->kind : power ? CIM_TRACE_SWITCH : CIM_TRACE_VALVE;
    for (uint32_t s = t->first_strand; s <= last; s++) {
        const bool links = t->bits & CIM__U_OWNER; /* each by itself */
        if (links || s == t->first_strand) CIM__TRY(put_device(ctx, m, t, kind, first_edge(m, s), 0));
        if (links || s == last) CIM__TRY(put_device(ctx, m, t, kind, first_edge(m, s + 1) - 1, 1));
    }
    return CIM_OK;
}

static cim_status stated_device(cim_ctx *ctx, cim__umaker *m, cim__uthing *t)
{
    const cim__uthing *line = CIM__THING(m, t->host);
    if (!line->strand_count) return CIM_OK; /* its line is left out: it shuts nothing */
    const uint32_t last = line->first_strand + line->strand_count - 1;
    const uint32_t edge = t->host_end ? first_edge(m, last + 1) - 1 : first_edge(m, line->first_strand);
    return put_device(ctx, m, t, t->kind == CIM__U_UNSAID ? CIM_TRACE_OTHER : t->kind, edge, t->host_end);
}

/* ---- at nodes ---- */

/* Who a node stands for: a feature that is nothing but a graph of one node is that node. */
static cim__uthing *stands_for(const cim__umaker *m, uint32_t thing)
{
    cim__uthing *t = CIM__THING(m, thing);
    const uint32_t parent = m->city->parent[t->object], owner = parent == CIM_NONE ? CIM_NONE : cim__map_get(&m->owner_of, parent);
    return owner != CIM_NONE && !CIM__THING(m, owner)->strand_count ? CIM__THING(m, owner) : t;
}

static uint8_t kind_at_node(const cim__uthing *t)
{
    if (t->kind != CIM__U_UNSAID) return t->kind;
    return t->flags & (CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT) ? CIM_TRACE_OTHER : CIM__U_UNSAID;
}

static int by_node(const cim__keyed *a, uint32_t node) { return (uint32_t)(a->key >> 32) == node; }

static cim_status sort_at(cim_ctx *ctx, cim__umaker *m, cim__keyed **at_out, size_t *count_out)
{
    size_t n = CIM__COUNT(&m->at, cim__uat);
    cim__keyed *at = *at_out = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *at);
    if (!at) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) {
        const cim__uat *p = &CIM__AT(&m->at, cim__uat, i);
        at[i] = (cim__keyed){ (uint64_t)p->node << 32 | p->thing, p->thing, 0 };
    }
    if (n) cim__sort_keyed(at, at + n, n);
    *count_out = n;
    return CIM_OK;
}

typedef struct nodes {
    cim__keyed *at; /* who is at nodes, by node */
    size_t count;
    uint32_t *first, *ends; /* by node: into at, CIM_NONE when no device is there; ends of edges: all, then those that were seen */
    uint8_t *seen;
} nodes;

static cim_status devices_at(cim_ctx *ctx, cim__umaker *m, const nodes *n, uint32_t node, uint32_t edge, int end)
{
    for (size_t i = n->first[node]; i < n->count && by_node(&n->at[i], node); i++) {
        cim__uthing *t = stands_for(m, n->at[i].id);
        if (kind_at_node(t) != CIM__U_UNSAID) CIM__TRY(put_device(ctx, m, t, kind_at_node(t), edge, end));
    }
    return CIM_OK;
}

/* All ends at the node but the first carry one; a single end does, too. */
static cim_status devices_at_nodes(cim_ctx *ctx, cim__umaker *m, const nodes *n)
{
    const uint32_t *from = (const uint32_t *)(const void *)m->from.data, *to = (const uint32_t *)(const void *)m->to.data;
    for (uint32_t e = 0; e < m->edge_count; e++) n->ends[from[e]]++, n->ends[to[e]]++;
    for (uint32_t e = 0; e < m->edge_count; e++)
        for (int end = 0; end < 2; end++) {
            const uint32_t v = end ? to[e] : from[e];
            if (n->first[v] == CIM_NONE) continue;
            if (n->seen[v] || n->ends[v] == 1) CIM__TRY(devices_at(ctx, m, n, v, e, end));
            n->seen[v] = 1;
        }
    return CIM_OK;
}

/* ---- states of nodes ---- */

static bool feeds(const cim__umaker *m, const cim__uthing *t, uint8_t domain)
{
    return t->controller >= 0 ? t->controller : cim__u_feeds(t->class_id, m->u->domains.texts[domain]);
}

static void flag_nodes(cim__umaker *m, nodes *n)
{
    cim_utility *u = m->u;
    for (size_t i = 0, k; i < n->count; i = k) {
        const uint32_t v = (uint32_t)(n->at[i].key >> 32);
        bool in = false, out = false;
        for (k = i; k < n->count && by_node(&n->at[k], v); k++) {
            const cim__uthing *t = stands_for(m, n->at[k].id);
            if (kind_at_node(t) != CIM__U_UNSAID) n->first[v] = (uint32_t)i;
            else if (t->flags & CIM_TRACE_OUT) out = true;
            else in = true;
            if (feeds(m, t, u->node_domain[v])) u->node_flags[v] |= CIM_TRACE_SOURCE;
            if (!m->node_tier[v]) m->node_tier[v] = t->tier;
        }
        if (out && !in) u->node_flags[v] |= CIM_TRACE_OUT;
    }
}

/* What the caller says feeds. */
static void flag_controllers(cim_ctx *ctx, cim__umaker *m)
{
    for (size_t i = 0; i < m->options.controller_count; i++) {
        const uint32_t object = m->options.controllers[i];
        bool found = false;
        for (uint32_t d = 0; d < m->u->domains.count; d++) {
            const uint32_t point = cim__map_get(&m->instance, (uint64_t)object << 8 | d);
            if (point == CIM_NONE || m->node_of[point] == CIM_NONE) continue;
            m->u->node_flags[m->node_of[point]] |= CIM_TRACE_SOURCE;
            found = true;
        }
        if (!found) cim__log(ctx, CIM_LOG_WARNING, "object %u feeds nothing: it is no node of a utility network", object);
    }
}

static uint32_t root(uint32_t *up, uint32_t v)
{
    while (up[v] != v) v = up[v] = up[up[v]];
    return v;
}

/* Power that nothing is known to generate comes in at substations. */
static cim_status substations_feed(cim_ctx *ctx, cim__umaker *m, const nodes *n)
{
    cim_utility *u = m->u;
    uint32_t count = m->node_count, *up = NULL;
    bool any = false;
    for (size_t i = 0; i < n->count && !any; i++) any = CIM__THING(m, n->at[i].id)->class_id == CIM__C_Substation;
    if (!any) return CIM_OK;
    uint8_t *fed = cim__zalloc_n(ctx->mem, (size_t)count + 1, 1);
    up = cim__alloc_n(ctx->mem, (size_t)count + 1, sizeof *up);
    for (uint32_t v = 0; up && v < count; v++) up[v] = v;
    for (uint32_t e = 0; up && e < m->edge_count; e++) {
        uint32_t a = root(up, CIM__AT(&m->from, uint32_t, e)), b = root(up, CIM__AT(&m->to, uint32_t, e));
        up[a > b ? a : b] = a < b ? a : b;
    }
    for (uint32_t v = 0; up && fed && v < count; v++)
        if (u->node_flags[v] & CIM_TRACE_SOURCE) fed[root(up, v)] = 1;
    for (size_t i = 0; up && fed && i < n->count; i++) {
        const cim__uthing *t = stands_for(m, n->at[i].id);
        const uint32_t v = (uint32_t)(n->at[i].key >> 32);
        const bool power = cim__str_is(u->domains.texts[u->node_domain[v]], "power");
        if (t->class_id == CIM__C_Substation && t->controller < 0 && power && !fed[root(up, v)]) u->node_flags[v] |= CIM_TRACE_SOURCE;
    }
    const bool ok = up && fed;
    cim__free(ctx->mem, up);
    cim__free(ctx->mem, fed);
    return ok ? CIM_OK : cim__nomem(ctx);
}

/* ---- all of it ---- */

static cim_status make(cim_ctx *ctx, cim__umaker *m, nodes *n)
{
    const size_t count = (size_t)m->node_count + 1;
    CIM__TRY(sort_at(ctx, m, &n->at, &n->count));
    n->first = cim__alloc_n(ctx->mem, count, sizeof *n->first);
    n->ends = cim__zalloc_n(ctx->mem, count, sizeof *n->ends);
    n->seen = cim__zalloc_n(ctx->mem, count, 1);
    m->node_tier = cim__zalloc_n(ctx->mem, count, 1);
    if (!n->first || !n->ends || !n->seen || !m->node_tier) return cim__nomem(ctx);
    for (size_t v = 0; v < count; v++) n->first[v] = CIM_NONE;
    flag_nodes(m, n);
    flag_controllers(ctx, m);
    CIM__TRY(devices_at_nodes(ctx, m, n));
    for (size_t i = 0; i < cim__thing_count(m); i++) {
        cim__uthing *t = CIM__THING(m, i);
        if (t->bits & CIM__U_LINE || t->bits & CIM__U_OWNER) CIM__TRY(devices_of_line(ctx, m, t));
        else if (t->host != CIM_NONE) CIM__TRY(stated_device(ctx, m, t));
    }
    return substations_feed(ctx, m, n);
}

cim_status cim__u_devices(cim_ctx *ctx, cim__umaker *m)
{
    nodes n = { NULL, 0, NULL, NULL, NULL };
    cim_status st = make(ctx, m, &n);
    cim__free(ctx->mem, n.at);
    cim__free(ctx->mem, n.first);
    cim__free(ctx->mem, n.ends);
    cim__free(ctx->mem, n.seen);
    return st;
}
