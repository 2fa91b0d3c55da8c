/* network.c - arrays checked and copied, edges at nodes, devices on edges, edges of features. */
#include "trace/trace.h"

#include <math.h>

enum { DEVICE_BITS = CIM_TRACE_OUT | CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE };

/* ---- checks ---- */

static cim_status bits_ok(cim_ctx *ctx, const uint8_t *bits, uint32_t count, unsigned allowed, const char *what)
{
    for (uint32_t i = 0; bits && i < count; i++)
        if (bits[i] & ~allowed) return cim__fail(ctx, CIM_EARG, "%s %u has status bits %u", what, i, bits[i]);
    return CIM_OK;
}

static cim_status below_ok(cim_ctx *ctx, const uint8_t *values, uint32_t count, unsigned end, const char *what)
{
    for (uint32_t i = 0; values && i < count; i++)
        if (values[i] >= end) return cim__fail(ctx, CIM_EARG, "%s %u is %u", what, i, values[i]);
    return CIM_OK;
}

static cim_status numbers_ok(cim_ctx *ctx, const double *values, uint32_t count, const char *name, const char *what)
{
    for (uint32_t i = 0; values && i < count; i++)
        if (!(fabs(values[i]) <= 1e300)) return cim__fail(ctx, CIM_EARG, "column %s of %s %u is not finite or absurd", name, what, i);
    return CIM_OK;
}

static cim_status columns_ok(cim_ctx *ctx, const cim_trace_arrays *a)
{
    for (uint32_t c = 0; c < a->column_count; c++) {
        const cim_trace_column *column = &a->columns[c];
        if (!column->name || !column->name[0]) return cim__fail(ctx, CIM_EARG, "column %u has no name", c);
        for (uint32_t b = 0; b < c; b++)
            if (!strcmp(a->columns[b].name, column->name)) return cim__fail(ctx, CIM_EARG, "two columns are named %.60s", column->name);
        CIM__TRY(numbers_ok(ctx, column->nodes, a->node_count, column->name, "node"));
        CIM__TRY(numbers_ok(ctx, column->edges, a->edge_count, column->name, "edge"));
    }
    return CIM_OK;
}

static cim_status sizes_ok(cim_ctx *ctx, const cim_trace_arrays *a)
{
    if (a->node_count > CIM_TRACE_MAX_NODES) return cim__fail(ctx, CIM_EARG, "%u nodes are too many", a->node_count);
    if (a->edge_count > CIM_TRACE_MAX_EDGES) return cim__fail(ctx, CIM_EARG, "%u edges are too many", a->edge_count);
    if (a->device_count > CIM_TRACE_MAX_DEVICES) return cim__fail(ctx, CIM_EARG, "%u devices are too many", a->device_count);
    if (a->column_count > CIM_TRACE_MAX_COLUMNS) return cim__fail(ctx, CIM_EARG, "%u columns are too many", a->column_count);
    if (a->edge_count && (!a->from || !a->to)) return cim__fail(ctx, CIM_EARG, "edges without ends");
    if (a->device_count && (!a->device_edge || !a->device_end)) return cim__fail(ctx, CIM_EARG, "devices without edges or ends");
    if (a->column_count && !a->columns) return cim__fail(ctx, CIM_EARG, "no columns");
    return CIM_OK;
}

static cim_status refs_ok(cim_ctx *ctx, const cim_trace_arrays *a)
{
    for (uint32_t e = 0; e < a->edge_count; e++) {
        if (a->from[e] >= a->node_count || a->to[e] >= a->node_count)
            return cim__fail(ctx, CIM_EARG, "edge %u goes from node %u to node %u of %u", e, a->from[e], a->to[e], a->node_count);
        if (a->edge_feature && a->edge_feature[e] != CIM_NONE && a->edge_feature[e] >= a->feature_count)
            return cim__fail(ctx, CIM_EARG, "edge %u is of feature %u of %u", e, a->edge_feature[e], a->feature_count);
    }
    for (uint32_t d = 0; d < a->device_count; d++)
        if (a->device_edge[d] >= a->edge_count) return cim__fail(ctx, CIM_EARG, "device %u is on edge %u of %u", d, a->device_edge[d], a->edge_count);
    return CIM_OK;
}

static cim_status arrays_ok(cim_ctx *ctx, const cim_trace_arrays *a)
{
    CIM__TRY(sizes_ok(ctx, a));
    CIM__TRY(refs_ok(ctx, a));
    CIM__TRY(bits_ok(ctx, a->node_flags, a->node_count, CIM_TRACE_OUT | CIM_TRACE_SOURCE, "node"));
    CIM__TRY(bits_ok(ctx, a->edge_flags, a->edge_count, CIM_TRACE_OUT, "edge"));
    CIM__TRY(bits_ok(ctx, a->device_flags, a->device_count, DEVICE_BITS, "device"));
    CIM__TRY(below_ok(ctx, a->direction, a->edge_count, 4, "direction of edge"));
    CIM__TRY(below_ok(ctx, a->device_direction, a->device_count, 4, "direction of device"));
    CIM__TRY(below_ok(ctx, a->device_end, a->device_count, 2, "end of device"));
    CIM__TRY(below_ok(ctx, a->device_kind, a->device_count, CIM_TRACE_KINDS, "kind of device"));
    return columns_ok(ctx, a);
}

/* ---- copies ---- */

static bool copy(cim__mem *mem, void *to, const void *from, size_t count, size_t size)
{
    void *made = cim__zalloc_n(mem, count + 1, size);
    if (made && from && count) memcpy(made, from, count * size);
    memcpy(to, &made, sizeof made);
    return made != NULL;
}

static bool copy_if(cim__mem *mem, void *to, const void *from, size_t count, size_t size) { return !from || copy(mem, to, from, count, size); }

static bool copy_columns(cim_trace_network *n, const cim_trace_arrays *a)
{
    for (uint32_t c = 0; c < a->column_count; c++) {
        cim_trace_column *to = &n->columns[c];
        const cim_trace_column *from = &a->columns[c];
        n->column_count = c + 1;
        if (!(to->name = cim__strndup(n->mem, from->name, strlen(from->name)))) return false;
        if (!copy_if(n->mem, &to->nodes, from->nodes, n->node_count, sizeof(double))) return false;
        if (!copy_if(n->mem, &to->edges, from->edges, n->edge_count, sizeof(double))) return false;
    }
    return true;
}

static bool copy_arrays(cim_trace_network *n, const cim_trace_arrays *a)
{
    cim__mem *mem = n->mem;
    size_t v = n->node_count, e = n->edge_count, d = n->device_count;
    return copy(mem, &n->node_flags, a->node_flags, v, 1) && copy(mem, &n->edge_flags, a->edge_flags, e, 1) && copy(mem, &n->direction, a->direction, e, 1) &&
           copy_if(mem, &n->node_domain, a->node_domain, v, 1) && copy_if(mem, &n->edge_domain, a->edge_domain, e, 1) &&
           copy_if(mem, &n->node_tier, a->node_tier, v, 1) && copy_if(mem, &n->edge_tier, a->edge_tier, e, 1) &&
           copy_if(mem, &n->edge_feature, a->edge_feature, e, 4) && copy(mem, &n->device_edge, a->device_edge, d, 4) &&
           copy(mem, &n->device_end, a->device_end, d, 1) && copy(mem, &n->device_kind, a->device_kind, d, 1) &&
           copy(mem, &n->device_flags, a->device_flags, d, 1) && copy(mem, &n->device_direction, a->device_direction, d, 1) && copy_columns(n, a);
}

/* Items by what they belong to, ascending in each: first has groups + 1 elements.  Items of no group are left out. */
static bool group(cim__mem *mem, const uint32_t *group_of, uint32_t items, uint32_t groups, uint32_t **first_out, uint32_t **at_out)
{
    uint32_t *first = *first_out = cim__zalloc_n(mem, (size_t)groups + 2, 4), *at = *at_out = cim__alloc_n(mem, (size_t)items + 1, 4);
    if (!first || !at) return false;
    for (uint32_t i = 0; i < items; i++)
        if (group_of[i] != CIM_NONE) first[group_of[i] + 2]++;
    for (uint32_t g = 2; g <= groups + 1; g++) first[g] += first[g - 1];
    for (uint32_t i = 0; i < items; i++)
        if (group_of[i] != CIM_NONE) at[first[group_of[i] + 1]++] = i;
    return true;
}

static bool link_nodes(cim_trace_network *n, const cim_trace_arrays *a)
{
    uint32_t m = n->edge_count, *first = n->first = cim__zalloc_n(n->mem, (size_t)n->node_count + 2, 4);
    n->ends = cim__alloc_n(n->mem, (size_t)m + 1, 8);
    n->links = cim__alloc_n(n->mem, (size_t)m + 1, 2 * sizeof *n->links);
    if (!first || !n->ends || !n->links) return false;
    for (uint32_t e = 0; e < m; e++) {
        n->ends[2 * e] = a->from[e];
        n->ends[2 * e + 1] = a->to[e];
        first[a->from[e] + 2]++, first[a->to[e] + 2]++;
    }
    for (uint32_t v = 2; v <= n->node_count + 1; v++) first[v] += first[v - 1];
    for (uint32_t end = 0; end < 2 * m; end++) n->links[first[n->ends[end] + 1]++] = (cim__link){ n->ends[end ^ 1], end };
    return true;
}

/* ---- public ---- */

cim_status cim_trace_network_build(cim_ctx *ctx, const cim_trace_arrays *arrays, cim_trace_network **network_out)
{
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim__enter(ctx);
    if (!arrays) return cim__fail(ctx, CIM_EARG, "no arrays");
    CIM__TRY(cim__opts(ctx, &a, sizeof a, arrays, "cim_trace_arrays"));
    CIM__TRY(arrays_ok(ctx, &a));
    cim_trace_network *n = cim__zalloc(ctx->mem, sizeof *n);
    if (!n) return cim__nomem(ctx);
    n->mem = cim__mem_ref(ctx->mem);
    atomic_init(&n->refs, 1);
    n->node_count = a.node_count;
    n->edge_count = a.edge_count;
    n->device_count = a.device_count;
    n->feature_count = a.edge_feature ? a.feature_count : 0;
    n->isolating_kinds = a.isolating_kinds ? a.isolating_kinds : 1u << CIM_TRACE_VALVE | 1u << CIM_TRACE_SWITCH;
    bool ok = copy_arrays(n, &a) && link_nodes(n, &a) && group(n->mem, n->device_edge, n->device_count, n->edge_count, &n->device_first, &n->device_at) &&
              (!n->edge_feature || group(n->mem, n->edge_feature, n->edge_count, n->feature_count, &n->feature_first, &n->feature_edges));
    if (!ok) {
        cim_trace_network_free(n);
        return cim__nomem(ctx);
    }
    for (uint32_t d = 0; d < n->device_count; d++) n->kinds |= 1u << n->device_kind[d];
    *network_out = n;
    return CIM_OK;
}

cim_trace_network *cim_trace_network_ref(cim_trace_network *network)
{
    atomic_fetch_add_explicit(&network->refs, 1, memory_order_relaxed);
    return network;
}

void cim_trace_network_free(cim_trace_network *n)
{
    if (!n || atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = n->mem;
    void *blocks[] = { n->ends, n->first, n->links, n->node_flags, n->edge_flags, n->direction, n->node_domain, n->edge_domain, n->node_tier, n->edge_tier,
                       n->edge_feature, n->feature_first, n->feature_edges, n->device_edge, n->device_first, n->device_at, n->device_end, n->device_kind,
                       n->device_flags, n->device_direction };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    for (uint32_t c = 0; c < n->column_count; c++) {
        const cim_trace_column *column = &n->columns[c];
        void *parts[] = { (void *)(uintptr_t)column->name, (void *)(uintptr_t)column->nodes, (void *)(uintptr_t)column->edges };
        for (int i = 0; i < 3; i++) cim__free(mem, parts[i]);
    }
    cim__free(mem, n);
    cim__mem_unref(mem);
}

uint32_t cim_trace_network_column(const cim_trace_network *network, const char *name)
{
    for (uint32_t c = 0; name && c < network->column_count; c++)
        if (!strcmp(network->columns[c].name, name)) return c;
    return CIM_NONE;
}

const uint32_t *cim_trace_network_feature(const cim_trace_network *n, uint32_t feature, size_t *count_out)
{
    *count_out = feature < n->feature_count ? n->feature_first[feature + 1] - n->feature_first[feature] : 0;
    return feature < n->feature_count ? n->feature_edges + n->feature_first[feature] : NULL;
}
