#include "networks.h"

#include <string.h>

static uint32_t below(uint64_t *seed, uint32_t end) { return (uint32_t)(support_random(seed) % end); }
static bool chance(uint64_t *seed, uint32_t of) { return !below(seed, of); }

static void random_devices(network *w, uint64_t *seed, bool directed)
{
    w->d = w->m ? below(seed, 2 * w->m < MAX_D ? 2 * w->m + 1 : MAX_D + 1) : 0;
    for (uint32_t d = 0; d < w->d; d++) {
        w->device_edge[d] = below(seed, w->m);
        w->end[d] = (uint8_t)below(seed, 2);
        w->kind[d] = chance(seed, 4) ? (uint8_t)below(seed, 10) : CIM_TRACE_VALVE;
        w->flags[d] = (uint8_t)((chance(seed, 7) ? CIM_TRACE_SHUT : 0) | (chance(seed, 7) ? CIM_TRACE_NORMALLY_SHUT : 0) |
                                (chance(seed, 6) ? CIM_TRACE_INOPERABLE : 0) | (chance(seed, 6) ? CIM_TRACE_INACCESSIBLE : 0) |
                                (chance(seed, 9) ? CIM_TRACE_OUT : 0));
        if (directed && chance(seed, 5)) w->turn[d] = (uint8_t)below(seed, 4);
    }
}

void network_random(network *w, uint64_t *seed, bool directed)
{
    memset(w, 0, sizeof *w);
    w->directed = directed;
    w->n = 1 + below(seed, MAX_N);
    w->m = below(seed, MAX_M + 1);
    w->x = w->n + w->m;
    uint32_t out = chance(seed, 3) ? 8 : 1000, near = 1 + below(seed, w->n); /* sometimes chains, sometimes bundles */
    for (uint32_t e = 0; e < w->m; e++) {
        w->from[e] = below(seed, w->n);
        w->to[e] = (w->from[e] + below(seed, near + 1)) % w->n;
        w->edge_flags[e] = chance(seed, out) ? CIM_TRACE_OUT : 0;
        w->feature[e] = chance(seed, 4) ? CIM_NONE : below(seed, 5);
        w->domain_e[e] = chance(seed, 6);
        if (directed && chance(seed, 2)) w->direction[e] = (uint8_t)below(seed, chance(seed, 4) ? 4 : 3);
    }
    for (uint32_t v = 0; v < w->n; v++) {
        w->node_flags[v] = (uint8_t)((chance(seed, out) ? CIM_TRACE_OUT : 0) | (chance(seed, 4) ? CIM_TRACE_SOURCE : 0));
        w->domain_n[v] = chance(seed, 6);
    }
    for (uint32_t x = 0; x < w->x; x++) {
        w->demand[x] = (double)below(seed, 100) - 20.0;
        w->length[x] = (double)below(seed, 6);
    }
    if (!chance(seed, 4)) random_devices(w, seed, directed);
}

cim_trace_network *network_build(cim_ctx *ctx, const network *w)
{
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim_trace_network *built = NULL;
    const cim_trace_column columns[] = { { "demand", w->demand, w->demand + w->n }, { "length_m", w->length, w->length + w->n } };
    a.node_count = w->n, a.edge_count = w->m, a.device_count = w->d, a.column_count = 2, a.feature_count = 5;
    a.from = w->from, a.to = w->to, a.node_flags = w->node_flags, a.edge_flags = w->edge_flags, a.direction = w->direction;
    a.node_domain = w->domain_n, a.edge_domain = w->domain_e, a.edge_feature = w->feature;
    a.device_edge = w->device_edge, a.device_end = w->end, a.device_kind = w->kind, a.device_flags = w->flags, a.device_direction = w->turn;
    a.columns = columns;
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &built));
    return built;
}

cim_trace_view *network_view(cim_ctx *ctx, cim_trace_network *built)
{
    cim_trace_status *status = NULL;
    assert_ok(ctx, cim_trace_status_new(ctx, built, NULL, NULL, &status));
    cim_trace_view *view = cim_trace_status_view(status);
    cim_trace_status_free(status);
    return view;
}

/* ---- what the bits mean ---- */

unsigned edge_ways(const network *w, uint32_t e)
{
    static const unsigned ways[] = { 3, 1, 2, 0 };
    unsigned made = ways[w->direction[e]];
    for (uint32_t d = 0; d < w->d; d++)
        if (w->device_edge[d] == e && !(w->flags[d] & CIM_TRACE_OUT)) made &= ways[w->turn[d]];
    return made;
}

bool end_open(const network *w, uint32_t e, uint32_t k)
{
    if (w->edge_flags[e] & CIM_TRACE_OUT || !edge_ways(w, e) || w->node_flags[k ? w->to[e] : w->from[e]] & CIM_TRACE_OUT) return false;
    for (uint32_t d = 0; d < w->d; d++)
        if (w->device_edge[d] == e && w->end[d] == k && (w->flags[d] & (CIM_TRACE_SHUT | CIM_TRACE_OUT)) == CIM_TRACE_SHUT) return false;
    return true;
}

bool end_isolates(const network *w, uint32_t e, uint32_t k)
{
    for (uint32_t d = 0; d < w->d; d++)
        if (w->device_edge[d] == e && w->end[d] == k && w->kind[d] <= CIM_TRACE_SWITCH &&
            !(w->flags[d] & (CIM_TRACE_OUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE)))
            return true;
    return false;
}

bool is_source(const network *w, uint32_t v) { return (w->node_flags[v] & (CIM_TRACE_SOURCE | CIM_TRACE_OUT)) == CIM_TRACE_SOURCE; }

/* ---- reach ---- */

static uint32_t steps(const network *w, uint32_t x, bool by_flow)
{
    uint32_t made = 0;
    for (uint32_t e = 0; e < w->m; e++)
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t node = k ? w->to[e] : w->from[e];
            unsigned ways = edge_ways(w, e);
            if (!end_open(w, e, k)) continue;
            if (x == node && (!by_flow || ways & (k ? 2 : 1))) made |= 1u << (w->n + e);
            if (x == w->n + e && (!by_flow || ways & (k ? 1 : 2))) made |= 1u << node;
        }
    return made;
}

uint32_t next_to(const network *w, uint32_t x) { return steps(w, x, false); }
uint32_t flows_to(const network *w, uint32_t x) { return steps(w, x, true); }

uint32_t sources(const network *w)
{
    uint32_t made = 0;
    for (uint32_t v = 0; v < w->n; v++) made |= (uint32_t)is_source(w, v) << v;
    return made;
}

uint32_t reach(const network *w, uint32_t set, uint32_t gone, bool by_flow)
{
    uint32_t made = set & ~gone, before = 0;
    while (made != before) {
        uint32_t fresh = made & ~before;
        before = made;
        for (uint32_t x = 0; x < w->x; x++)
            if (fresh >> x & 1) made |= steps(w, x, by_flow) & ~gone;
    }
    return made;
}

uint32_t mask_of(const uint32_t *elements, size_t count)
{
    uint32_t made = 0;
    for (size_t i = 0; i < count; i++) made |= 1u << elements[i];
    return made;
}
