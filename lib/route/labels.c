/* labels.c - tree hub labels: for a place the exact times to and from each ancestor, indexed by depth.
 *
 * Top down: what x knows is the best over its up-arcs of the arc plus what the head knows, a run of additions and minima over
 * contiguous rows (labels of this kind: D. Ouyang et al., "When hierarchy meets 2-hop-labeling", SIGMOD 2018; customizable hub
 * labels: J. Blum, S. Funke, S. Storandt, 2022).  As all common hubs of two places are their common ancestors, no hub ids are
 * stored and nothing is merged.
 *
 * For large graphs only the core, places whose subtree is larger than some size, has labels; others climb to it. */
#include "core/par.h"
#include "route/kernels.h"
#include "route/metric.h"

enum { DEFAULT_CORE = 64, LARGEST_CORE = 1 << 20 };
static const uint64_t default_limit = 256ull << 20;

static inline bool in_core(const cim_route_hierarchy *h, uint32_t x, uint32_t core) { return x - h->subtree_first[x] >= core; }

/* Bytes of labels for places whose subtree has more than `core` places. */
static uint64_t bytes_of(const cim_route_hierarchy *h, uint32_t core)
{
    uint64_t numbers = 0;
    for (uint32_t x = 0; x < h->node_count; x++)
        if (in_core(h, x, core)) numbers += 2 * cim__label_stride(h->depth[x]);
    return numbers * 4;
}

static void lay_out(cim_route_metric *m)
{
    const cim_route_hierarchy *h = m->hierarchy;
    size_t at = 0;
    for (uint32_t x = 0; x < h->node_count; x++) {
        m->label_at[x] = CIM_NONE;
        if (!in_core(h, x, m->label_core)) continue;
        m->label_at[x] = (uint32_t)at;
        at += cim__label_stride(h->depth[x]) / 16 * 2;
        m->label_count++;
    }
}

static void fill_row(uint32_t *row, size_t count)
{
    for (size_t k = 0; k < count; k++) row[k] = CIM__INF;
}

static void make_label(const cim_route_metric *m, uint32_t x)
{
    const cim_route_hierarchy *h = m->hierarchy;
    void (*relax)(uint32_t *, const uint32_t *, uint32_t, uint32_t) = h->kernels->relax_row;
    uint32_t depth = h->depth[x], *up = m->label + (size_t)m->label_at[x] * 16, *down = up + cim__label_stride(depth);
    fill_row(up, 2 * cim__label_stride(depth));
    for (uint32_t i = h->up_first[x]; i < h->up_first[x + 1]; i++) {
        uint32_t y = h->up_head[i], count = h->up_depth[i] + 1u, to = m->weight[2 * (size_t)i], back = m->weight[2 * (size_t)i + 1];
        if (to < CIM__INF) relax(up, cim__label_up(m, y), to, count);
        if (back < CIM__INF) relax(down, cim__label_down(m, y), back, count);
    }
    up[depth] = down[depth] = 0;
}

static void make_run(const cim_route_metric *m, uint32_t begin, uint32_t end)
{
    for (uint32_t x = end; x-- > begin;)
        if (m->label_at[x] != CIM_NONE) make_label(m, x);
}

static cim_status make_task(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const cim_route_metric *m = user;
    uint32_t root = m->hierarchy->task_root[item];
    (void)ctx, (void)worker;
    make_run(m, m->hierarchy->subtree_first[root], root + 1);
    return CIM_OK;
}

/* The top first, then the subtrees side by side. */
static cim_status make_labels(cim_ctx *ctx, cim_route_metric *m)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t end = h->node_count;
    if (ctx->threads < 2 || h->task_count < 2) {
        make_run(m, 0, end);
        return cim__tick(ctx, 1, 1, "making labels");
    }
    for (uint32_t k = h->task_count; k-- > 0;) {
        make_run(m, h->task_root[k] + 1, end);
        end = h->subtree_first[h->task_root[k]];
    }
    make_run(m, 0, end);
    return cim__par_run(ctx, h->task_count, "making labels", make_task, m);
}

/* Core size and bytes; 0 bytes: no labels. */
static cim_status choose(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_label_options *o, uint32_t *core, uint64_t *bytes)
{
    uint64_t limit = o->memory_limit_bytes ? o->memory_limit_bytes : default_limit;
    *core = o->mode == CIM_ROUTE_LABELS_CORE ? o->core_size ? o->core_size : DEFAULT_CORE : 0;
    *bytes = bytes_of(h, *core);
    if (o->mode == CIM_ROUTE_LABELS_AUTO)
        while (*bytes > limit && *core < LARGEST_CORE) {
            *core = *core ? *core * 2 : 16;
            *bytes = bytes_of(h, *core);
        }
    if (*bytes / 64 >= CIM_NONE || *bytes > limit) {
        if (o->mode != CIM_ROUTE_LABELS_AUTO) return cim__fail(ctx, CIM_ELIMIT, "labels need %llu MiB", (unsigned long long)(*bytes >> 20));
        *bytes = 0;
    }
    return CIM_OK;
}

cim_status cim__metric_add_labels(cim_ctx *ctx, cim_route_metric *m, const cim_route_label_options *options)
{
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_hierarchy *h = m->hierarchy;
    uint64_t bytes;
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "cim_route_label_options"));
    if (o.mode > CIM_ROUTE_LABELS_CORE) return cim__fail(ctx, CIM_EARG, "label mode %u", o.mode);
    if (o.mode == CIM_ROUTE_LABELS_NONE) return CIM_OK;
    CIM__TRY(choose(ctx, h, &o, &m->label_core, &bytes));
    if (!bytes) return CIM_OK;
    m->label_at = cim__alloc_n(h->mem, h->node_count, 4);
    m->label = cim__pool_take(h, CIM__POOL_LABELS, (size_t)bytes);
    m->label_bytes = (size_t)bytes;
    if (!m->label_at || !m->label) return cim__nomem(ctx);
    lay_out(m);
    return make_labels(ctx, m);
}

uint32_t cim_route_metric_labelled(const cim_route_metric *m, uint64_t *bytes_out)
{
    if (bytes_out) *bytes_out = m->label_bytes;
    return m->label_count;
}
