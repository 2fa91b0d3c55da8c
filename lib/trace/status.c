/* status.c - bits that change, the views that readers hold, and the indexes of a view. */
#include "trace/trace.h"

/* ---- what an edge lets through ---- */

/* Directions CIM_TRACE_BOTH .. CIM_TRACE_NEITHER as bits. */
static const uint8_t ways[] = { CIM__WITH | CIM__AGAINST, CIM__WITH, CIM__AGAINST, 0 };

static uint8_t device_pass(const cim_trace_network *n, const cim__bits *b, uint32_t device, uint8_t pass)
{
    uint8_t flags = b->device[device], end = n->device_end[device];
    if (flags & CIM_TRACE_OUT) return pass;
    if (flags & CIM_TRACE_SHUT) pass &= (uint8_t)~(CIM__OPEN0 << end);
    bool usable = !(flags & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE));
    if (usable && n->isolating_kinds >> n->device_kind[device] & 1) pass |= (uint8_t)(CIM__ISOLATES0 << end);
    return pass & (uint8_t)(~(CIM__WITH | CIM__AGAINST) | ways[n->device_direction[device]]);
}

static uint8_t edge_pass(const cim_trace_network *n, const cim__bits *b, uint32_t edge)
{
    uint8_t pass = CIM__OPEN | ways[n->direction[edge]];
    if (b->edge[edge] & CIM_TRACE_OUT) return 0;
    for (uint32_t i = n->device_first[edge]; i < n->device_first[edge + 1]; i++) pass = device_pass(n, b, n->device_at[i], pass);
    if (!(pass & (CIM__WITH | CIM__AGAINST))) pass &= (uint8_t)~CIM__OPEN;
    for (uint32_t end = 0; end < 2; end++)
        if (b->node[n->ends[2 * edge + end]] & CIM_TRACE_OUT) pass &= (uint8_t)~((CIM__OPEN0 | CIM__ISOLATES0) << end);
    return pass;
}

static bool is_oneway(uint8_t pass) { return pass & CIM__OPEN && (pass & (CIM__WITH | CIM__AGAINST)) != (CIM__WITH | CIM__AGAINST); }

static void set_pass(const cim_trace_network *n, cim__bits *b, uint32_t edge)
{
    uint8_t pass = edge_pass(n, b, edge);
    b->oneway_count += (uint32_t)is_oneway(pass) - (uint32_t)is_oneway(b->pass[edge]);
    b->pass[edge] = pass;
}

/* ---- bits ---- */

static bool bits_alloc(cim__mem *mem, const cim_trace_network *n, cim__bits *b)
{
    if (!b->node) b->node = cim__zalloc_n(mem, (size_t)n->node_count + 1, 1);
    if (!b->edge) b->edge = cim__zalloc_n(mem, (size_t)n->edge_count + 1, 1);
    if (!b->device) b->device = cim__zalloc_n(mem, (size_t)n->device_count + 1, 1);
    if (!b->pass) b->pass = cim__zalloc_n(mem, (size_t)n->edge_count + 1, 1);
    return b->node && b->edge && b->device && b->pass;
}

static void bits_copy(const cim_trace_network *n, cim__bits *to, const cim__bits *from)
{
    memcpy(to->node, from->node, n->node_count);
    memcpy(to->edge, from->edge, n->edge_count);
    memcpy(to->device, from->device, n->device_count);
    memcpy(to->pass, from->pass, n->edge_count);
    to->oneway_count = from->oneway_count;
}

static void bits_free(cim__mem *mem, cim__bits *b)
{
    cim__free(mem, b->node);
    cim__free(mem, b->edge);
    cim__free(mem, b->device);
    cim__free(mem, b->pass);
}

static void bits_first(const cim_trace_network *n, cim__bits *b, bool normal_state)
{
    memcpy(b->node, n->node_flags, n->node_count);
    memcpy(b->edge, n->edge_flags, n->edge_count);
    memcpy(b->device, n->device_flags, n->device_count);
    for (uint32_t d = 0; normal_state && d < n->device_count; d++)
        b->device[d] = b->device[d] & CIM_TRACE_NORMALLY_SHUT ? b->device[d] | CIM_TRACE_SHUT : b->device[d] & (uint8_t)~CIM_TRACE_SHUT;
    for (uint32_t e = 0; e < n->edge_count; e++) set_pass(n, b, e);
}

/* ---- making ---- */

static void drop_parts(cim_trace_view *view)
{
    cim__blocks_free(atomic_exchange(&view->part[CIM__SUPPLY], NULL));
    cim__blocks_free(atomic_exchange(&view->part[CIM__PLAIN], NULL));
    cim__segments_free(atomic_exchange(&view->part[CIM__SEGMENTS], NULL));
    cim__dominators_free(atomic_exchange(&view->part[CIM__DOMINATORS], NULL));
    cim__supply_free(atomic_exchange(&view->part[CIM__WAYS], NULL));
    for (uint32_t c = 0; c <= CIM_TRACE_MAX_COLUMNS; c++) {
        double *sums = atomic_exchange(&view->upstream[c], NULL);
        if (sums) cim__free(view->epoch.all->mem, sums);
    }
}

static void clear_views(cim__epochs *epochs)
{
    for (int i = 0; i < CIM__MAX_EPOCHS && epochs->slots[i]; i++) {
        cim_trace_view *view = (cim_trace_view *)epochs->slots[i];
        drop_parts(view);
        bits_free(epochs->mem, &view->bits);
        if (view->has_lock) pthread_mutex_destroy(&view->lock);
    }
    cim_trace_network_free(((cim__trace_views *)epochs)->network);
}

/* The bits become an epoch.  What views that nobody has held is freed first; their arrays are used again. */
static cim_status publish(cim_ctx *ctx, cim_trace_status *status)
{
    cim__epochs *epochs = &status->views->epochs;
    cim__epoch *epoch = NULL;
    for (int i = 0; i < CIM__MAX_EPOCHS && epochs->slots[i]; i++)
        if (cim__epoch_unused(epochs->slots[i])) drop_parts((cim_trace_view *)epochs->slots[i]);
    CIM__TRY(cim__epochs_free_slot(ctx, epochs, &epoch));
    cim_trace_view *view = (cim_trace_view *)epoch;
    drop_parts(view);
    if (!view->has_lock) pthread_mutex_init(&view->lock, NULL);
    view->has_lock = true;
    view->network = status->network;
    if (!bits_alloc(epochs->mem, status->network, &view->bits)) return cim__nomem(ctx);
    bits_copy(status->network, &view->bits, &status->bits);
    cim__epochs_publish(epochs, epoch, status->next++);
    return CIM_OK;
}

static cim_status make(cim_ctx *ctx, cim_trace_network *network, cim_trace_status **status_out)
{
    cim_trace_status *status = cim__zalloc(network->mem, sizeof *status);
    cim__trace_views *views = status ? cim__zalloc(network->mem, sizeof *views) : NULL;
    if (!views) {
        cim__free(network->mem, status);
        return cim__nomem(ctx);
    }
    status->mem = cim__mem_ref(network->mem);
    status->network = cim_trace_network_ref(network);
    status->views = views;
    views->network = cim_trace_network_ref(network);
    cim__epochs_init(&views->epochs, status->mem, sizeof(cim_trace_view), NULL, clear_views);
    pthread_mutex_init(&status->lock, NULL);
    *status_out = status;
    return CIM_OK;
}

cim_status cim_trace_status_new(cim_ctx *ctx, cim_trace_network *network, const cim_trace_view *base, const cim_trace_status_options *options,
                                cim_trace_status **status_out)
{
    cim_trace_status_options o = CIM_TRACE_STATUS_OPTIONS_INIT;
    cim_trace_status *status = NULL;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "status options"));
    if (!network) return cim__fail(ctx, CIM_EARG, "no network");
    if (base && base->network != network) return cim__fail(ctx, CIM_EARG, "the view is of another network");
    if (base && o.normal_state) return cim__fail(ctx, CIM_EARG, "a status begins from a view or from the normal state");
    CIM__TRY(make(ctx, network, &status));
    cim_status st = bits_alloc(status->mem, network, &status->bits) ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && base) bits_copy(network, &status->bits, &base->bits);
    else if (st >= 0) bits_first(network, &status->bits, o.normal_state);
    if (st >= 0) st = publish(ctx, status);
    if (st < 0) cim_trace_status_free(status);
    else *status_out = status;
    return st;
}

void cim_trace_status_free(cim_trace_status *status)
{
    if (!status) return;
    cim__mem *mem = status->mem;
    cim__epochs_leave(&status->views->epochs);
    bits_free(mem, &status->bits);
    pthread_mutex_destroy(&status->lock);
    cim_trace_network_free(status->network);
    cim__free(mem, status);
    cim__mem_unref(mem);
}

/* ---- changes ---- */

static cim_status change_ok(cim_ctx *ctx, const cim_trace_network *n, const cim_trace_change *c, size_t i)
{
    static const uint32_t allowed[] = { CIM_TRACE_OUT | CIM_TRACE_SOURCE, CIM_TRACE_OUT,
                                        CIM_TRACE_OUT | CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE };
    const uint32_t counts[] = { n->node_count, n->edge_count, n->device_count };
    if (c->what > CIM_TRACE_DEVICE) return cim__fail(ctx, CIM_EARG, "change %zu: of neither node, edge nor device", i);
    if (c->id >= counts[c->what]) return cim__fail(ctx, CIM_EARG, "change %zu: number %u of %u", i, c->id, counts[c->what]);
    if ((c->set | c->clear) & ~allowed[c->what]) return cim__fail(ctx, CIM_EARG, "change %zu: status bits %u", i, c->set | c->clear);
    if (c->set & c->clear) return cim__fail(ctx, CIM_EARG, "change %zu: sets and clears bits %u", i, c->set & c->clear);
    return CIM_OK;
}

static void change(const cim_trace_network *n, cim__bits *b, const cim_trace_change *c)
{
    uint8_t *bits = c->what == CIM_TRACE_NODE ? &b->node[c->id] : c->what == CIM_TRACE_EDGE ? &b->edge[c->id] : &b->device[c->id];
    *bits = (uint8_t)((*bits | c->set) & ~c->clear);
    if (c->what == CIM_TRACE_DEVICE) set_pass(n, b, n->device_edge[c->id]);
    else if (c->what == CIM_TRACE_EDGE) set_pass(n, b, c->id);
    else
        for (uint32_t i = n->first[c->id]; i < n->first[c->id + 1]; i++) set_pass(n, b, n->links[i].end >> 1);
}

cim_status cim_trace_status_apply(cim_ctx *ctx, cim_trace_status *status, const cim_trace_change *changes, size_t count)
{
    cim__enter(ctx);
    if (!status) return cim__fail(ctx, CIM_EARG, "no status");
    if (count && !changes) return cim__fail(ctx, CIM_EARG, "no changes");
    for (size_t i = 0; i < count; i++) CIM__TRY(change_ok(ctx, status->network, &changes[i], i));
    pthread_mutex_lock(&status->lock);
    for (size_t i = 0; i < count; i++) change(status->network, &status->bits, &changes[i]);
    pthread_mutex_unlock(&status->lock);
    return CIM_OK;
}

cim_status cim_trace_status_publish(cim_ctx *ctx, cim_trace_status *status, uint64_t *epoch_out)
{
    cim__enter(ctx);
    if (!status) return cim__fail(ctx, CIM_EARG, "no status");
    pthread_mutex_lock(&status->lock);
    cim_status st = publish(ctx, status);
    uint64_t epoch = status->next - 1;
    pthread_mutex_unlock(&status->lock);
    if (st >= 0 && epoch_out) *epoch_out = epoch;
    return st;
}

/* ---- views ---- */

cim_trace_view *cim_trace_status_view(cim_trace_status *status) { return (cim_trace_view *)cim__epochs_take(&status->views->epochs); }

cim_trace_view *cim_trace_view_ref(cim_trace_view *view)
{
    cim__epoch_ref(&view->epoch);
    return view;
}

void cim_trace_view_free(cim_trace_view *view)
{
    if (view) cim__epoch_unref(&view->epoch);
}

uint64_t cim_trace_view_epoch(const cim_trace_view *view) { return view->epoch.number; }

uint32_t cim_trace_view_flags(const cim_trace_view *view, uint32_t what, uint32_t id)
{
    const cim_trace_network *n = view->network;
    const uint32_t counts[] = { n->node_count, n->edge_count, n->device_count };
    const uint8_t *bits[] = { view->bits.node, view->bits.edge, view->bits.device };
    return what <= CIM_TRACE_DEVICE && id < counts[what] ? bits[what][id] : 0;
}

/* ---- indexes ---- */

static cim_status build_part(cim_ctx *ctx, cim_trace_view *view, uint32_t part, void **made_out)
{
    const cim_trace_network *n = view->network;
    cim__mem *mem = view->epoch.all->mem;
    cim__graph graph = { n->node_count, n->first, n->links, view->bits.pass, part == CIM__SUPPLY ? view->bits.node : NULL };
    cim__blocks *tree = NULL;
    cim__segments *segments = NULL;
    cim__dominators *dominators = NULL;
    cim__supply *supply = NULL;
    cim_status st = part == CIM__SEGMENTS     ? cim__segments_build(ctx, mem, view, &segments)
                    : part == CIM__DOMINATORS ? cim__dominators_build(ctx, mem, view, CIM_NONE, &dominators)
                    : part == CIM__WAYS       ? cim__supply_build(ctx, mem, view, &supply)
                                              : cim__blocks_build(ctx, mem, &graph, &tree);
    *made_out = segments ? (void *)segments : dominators ? (void *)dominators : supply ? (void *)supply : tree;
    return st;
}

static cim_status need(cim_ctx *ctx, cim_trace_view *view, uint32_t part, const void **part_out)
{
    void *made = atomic_load_explicit(&view->part[part], memory_order_acquire);
    cim_status st = CIM_OK;
    if (!made) {
        pthread_mutex_lock(&view->lock);
        made = atomic_load_explicit(&view->part[part], memory_order_acquire);
        if (!made) st = build_part(ctx, view, part, &made);
        if (made) atomic_store_explicit(&view->part[part], made, memory_order_release);
        pthread_mutex_unlock(&view->lock);
    }
    *part_out = made;
    return st;
}

cim_status cim__view_tree(cim_ctx *ctx, cim_trace_view *view, uint32_t part, const cim__blocks **tree_out)
{
    const void *made = NULL;
    CIM__TRY(need(ctx, view, part, &made));
    *tree_out = made;
    return CIM_OK;
}

cim_status cim__view_dominators(cim_ctx *ctx, cim_trace_view *view, const cim__dominators **out)
{
    const void *made = NULL;
    CIM__TRY(need(ctx, view, CIM__DOMINATORS, &made));
    *out = made;
    return CIM_OK;
}

cim_status cim__view_segments(cim_ctx *ctx, cim_trace_view *view, const cim__segments **out)
{
    const void *made = NULL;
    CIM__TRY(need(ctx, view, CIM__SEGMENTS, &made));
    *out = made;
    return CIM_OK;
}

cim_status cim__view_supply(cim_ctx *ctx, cim_trace_view *view, const cim__supply **out)
{
    const void *made = NULL;
    CIM__TRY(need(ctx, view, CIM__WAYS, &made));
    *out = made;
    return CIM_OK;
}

cim_status cim_trace_view_prepare(cim_ctx *ctx, cim_trace_view *view, uint32_t indexes)
{
    const void *made;
    cim__enter(ctx);
    if (!view) return cim__fail(ctx, CIM_EARG, "no view");
    if (indexes & ~7u) return cim__fail(ctx, CIM_EARG, "indexes %u", indexes);
    if (indexes & CIM_TRACE_INDEX_SUPPLY) CIM__TRY(need(ctx, view, cim__oneway(view) ? CIM__DOMINATORS : CIM__SUPPLY, &made));
    if (indexes & CIM_TRACE_INDEX_PLAIN) CIM__TRY(need(ctx, view, CIM__PLAIN, &made));
    if (indexes & CIM_TRACE_INDEX_SEGMENTS) CIM__TRY(need(ctx, view, CIM__SEGMENTS, &made));
    return CIM_OK;
}
