/* query.c - working memory: marks, results in order with their sums and reasons, the heap. */
#include "trace/trace.h"
#include "core/sort.h"

cim_status cim_trace_query_new(cim_ctx *ctx, cim_trace_network *network, cim_trace_query **query_out)
{
    cim__enter(ctx);
    if (!network) return cim__fail(ctx, CIM_EARG, "no network");
    cim_trace_query *q = cim__zalloc(ctx->mem, sizeof *q);
    if (!q) return cim__nomem(ctx);
    q->mem = cim__mem_ref(ctx->mem);
    q->network = cim_trace_network_ref(network);
    q->list = q->why = q->features = q->scratch = q->heap = q->touched = cim__buf_on(q->mem);
    for (int i = 0; i < 8; i++) q->out[i] = cim__buf_on(q->mem);
    if (!(q->bits = cim__zalloc_n(q->mem, (size_t)cim__element_count(network) / 64 + 1, sizeof *q->bits))) {
        cim_trace_query_free(q);
        return cim__nomem(ctx);
    }
    *query_out = q;
    return CIM_OK;
}

void cim_trace_query_free(cim_trace_query *q)
{
    if (!q) return;
    cim__mem *mem = q->mem;
    cim__buf *bufs[] = { &q->list, &q->why, &q->features, &q->scratch, &q->heap, &q->touched };
    void *blocks[] = { q->bits, q->state, q->parent, q->key, q->barrier, q->flow };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    for (int i = 0; i < 8; i++) cim__buf_free(&q->out[i]);
    cim_trace_network_free(q->network);
    cim__free(mem, q);
    cim__mem_unref(mem);
}

/* ---- arguments ---- */

cim_status cim__trace_ok(cim_ctx *ctx, const cim_trace_view *view, const cim_trace_query *query)
{
    if (!view) return cim__fail(ctx, CIM_EARG, "no view");
    return query && query->network == view->network ? CIM_OK : cim__fail(ctx, CIM_EARG, "the query is of another network");
}

cim_status cim__elements_ok(cim_ctx *ctx, const cim_trace_network *n, const uint32_t *elements, size_t count, const char *what)
{
    if (count && !elements) return cim__fail(ctx, CIM_EARG, "no array of %s", what);
    for (size_t i = 0; i < count; i++)
        if (elements[i] >= cim__element_count(n)) return cim__fail(ctx, CIM_EARG, "%s %zu is element %u of %u", what, i, elements[i], cim__element_count(n));
    return CIM_OK;
}

cim_status cim__column_ok(cim_ctx *ctx, const cim_trace_network *n, uint32_t column, bool must_not_be_negative)
{
    if (column >= n->column_count) return cim__fail(ctx, CIM_EARG, "column %u of %u", column, n->column_count);
    const cim_trace_column *c = &n->columns[column];
    for (uint32_t v = 0; must_not_be_negative && c->nodes && v < n->node_count; v++)
        if (c->nodes[v] < 0.0) return cim__fail(ctx, CIM_EARG, "column %s is negative at node %u", c->name, v);
    for (uint32_t e = 0; must_not_be_negative && c->edges && e < n->edge_count; e++)
        if (c->edges[e] < 0.0) return cim__fail(ctx, CIM_EARG, "column %s is negative at edge %u", c->name, e);
    return CIM_OK;
}

/* ---- room ---- */

static cim_status room(cim_ctx *ctx, cim_trace_query *q, void *array, size_t count, size_t size)
{
    void *have;
    memcpy(&have, array, sizeof have);
    if (have) return CIM_OK;
    have = cim__zalloc_n(q->mem, count + 1, size);
    memcpy(array, &have, sizeof have);
    return have ? CIM_OK : cim__nomem(ctx);
}

cim_status cim__query_parent(cim_ctx *ctx, cim_trace_query *q) { return room(ctx, q, &q->parent, cim__element_count(q->network), sizeof *q->parent); }
cim_status cim__query_key(cim_ctx *ctx, cim_trace_query *q) { return room(ctx, q, &q->key, cim__element_count(q->network), sizeof *q->key); }
cim_status cim__query_barrier(cim_ctx *ctx, cim_trace_query *q) { return room(ctx, q, &q->barrier, cim__element_count(q->network), 1); }
cim_status cim__query_flow(cim_ctx *ctx, cim_trace_query *q) { return room(ctx, q, &q->flow, q->network->edge_count, 1); }

static void empty(cim__buf *buf)
{
    buf->size = 0;
    buf->failed = false;
}

void cim__query_clear(cim_trace_query *q)
{
    size_t count = CIM__COUNT(&q->list, uint32_t), words = cim__element_count(q->network) / 64 + 1;
    if (count > words / 2) memset(q->bits, 0, words * sizeof *q->bits);
    else
        for (size_t i = 0; i < count; i++) cim__unmark(q, CIM__AT(&q->list, uint32_t, i));
    empty(&q->list);
}

void cim__query_begin(cim_trace_query *q)
{
    empty(&q->list);
    empty(&q->why);
    empty(&q->features);
    empty(&q->scratch);
    empty(&q->heap);
    for (int i = 0; i < 8; i++) empty(&q->out[i]);
}

bool cim__buf_u32(cim__buf *buf, uint32_t value)
{
    uint32_t *at = CIM__PUSH(buf, uint32_t);
    if (at) *at = value;
    return at != NULL;
}

/* ---- order ---- */

cim_status cim__sort_u32(cim_ctx *ctx, cim_trace_query *q, cim__buf *list)
{
    size_t count = CIM__COUNT(list, uint32_t);
    uint32_t *at = (uint32_t *)(void *)list->data;
    empty(&q->scratch);
    cim__keyed *items = count ? cim__buf_extend(&q->scratch, 2 * count * sizeof *items) : NULL;
    if (list->failed || (count && !items)) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) items[i] = (cim__keyed){ at[i], 0, 0 };
    if (count) cim__sort_keyed(items, items + count, count);
    for (size_t i = 0; i < count; i++) at[i] = (uint32_t)items[i].key;
    return CIM_OK;
}

/* All marks in order, by reading them rather than sorting the list. */
static void read_marks(cim_trace_query *q)
{
    uint32_t *at = (uint32_t *)(void *)q->list.data;
    size_t words = cim__element_count(q->network) / 64 + 1;
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = q->bits[w]; bits; bits &= bits - 1) *at++ = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);
}

static cim_status sort_list(cim_ctx *ctx, cim_trace_query *q)
{
    size_t count = CIM__COUNT(&q->list, uint32_t);
    if (q->list.failed) return cim__nomem(ctx);
    if (count < 64 || count < cim__element_count(q->network) / 256) return cim__sort_u32(ctx, q, &q->list);
    read_marks(q);
    return CIM_OK;
}

/* ---- results ---- */

double cim__value_of(const cim_trace_network *n, uint32_t column, uint32_t element)
{
    const cim_trace_column *c = &n->columns[column];
    if (element < n->node_count) return c->nodes ? c->nodes[element] : 0.0;
    return c->edges ? c->edges[element - n->node_count] : 0.0;
}

/* In the order given, so that sums are the same every time. */
void cim__sum_elements(const cim_trace_network *n, const uint32_t *elements, size_t count, double *sums)
{
    for (uint32_t c = 0; c < n->column_count; c++) {
        double sum = 0.0;
        for (size_t i = 0; i < count; i++) sum += cim__value_of(n, c, elements[i]);
        sums[c] = sum;
    }
}

static cim_status list_features(cim_ctx *ctx, cim_trace_query *q)
{
    const cim_trace_network *n = q->network;
    size_t count = CIM__COUNT(&q->list, uint32_t), kept = 0;
    for (size_t i = 0; n->edge_feature && i < count; i++) {
        uint32_t element = CIM__AT(&q->list, uint32_t, i);
        uint32_t feature = element < n->node_count ? CIM_NONE : n->edge_feature[element - n->node_count];
        if (feature != CIM_NONE && !cim__buf_u32(&q->features, feature)) return cim__nomem(ctx);
    }
    CIM__TRY(cim__sort_u32(ctx, q, &q->features));
    uint32_t *at = (uint32_t *)(void *)q->features.data;
    for (size_t i = 0; i < CIM__COUNT(&q->features, uint32_t); i++)
        if (!kept || at[kept - 1] != at[i]) at[kept++] = at[i];
    q->features.size = kept * sizeof *at;
    return CIM_OK;
}

/* Drops nodes, or edges, from the sorted list. */
static void drop_kinds(cim_trace_query *q, const cim_trace_options *o)
{
    uint32_t *at = (uint32_t *)(void *)q->list.data;
    size_t kept = 0, count = CIM__COUNT(&q->list, uint32_t);
    if (!o->no_nodes && !o->no_edges) return;
    for (size_t i = 0; i < count; i++)
        if (!(at[i] < q->network->node_count ? o->no_nodes : o->no_edges)) at[kept++] = at[i];
    q->list.size = kept * sizeof *at;
}

uint32_t cim__why_parent(const cim_trace_view *view, const cim_trace_query *q, const void *user, uint32_t element)
{
    (void)view, (void)user;
    return q->parent[element];
}

cim_status cim__query_finish(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, const cim_trace_options *o, cim__why_fn why, const void *user,
                             cim_trace_result *result_out)
{
    cim_status st = sort_list(ctx, q);
    size_t count = CIM__COUNT(&q->list, uint32_t), nodes = 0;
    if (st >= 0 && count && !cim__buf_extend(&q->why, count * sizeof(uint32_t))) st = cim__nomem(ctx);
    const uint32_t *at = (const uint32_t *)(const void *)q->list.data;
    if (count > cim__element_count(q->network) / 128) memset(q->bits, 0, ((size_t)cim__element_count(q->network) / 64 + 1) * sizeof *q->bits);
    else
        for (size_t i = 0; i < count; i++) cim__unmark(q, at[i]);
    if (st < 0) return st;
    if (o) drop_kinds(q, o);
    count = CIM__COUNT(&q->list, uint32_t);
    q->why.size = count * sizeof(uint32_t);
    for (size_t i = 0; i < count; i++) CIM__AT(&q->why, uint32_t, i) = why(view, q, user, at[i]);
    while (nodes < count && at[nodes] < q->network->node_count) nodes++;
    CIM__TRY(list_features(ctx, q));
    cim__sum_elements(q->network, at, count, q->sums);
    cim_trace_result r = { 0, at, (const uint32_t *)(const void *)q->why.data, count, nodes, (const uint32_t *)(const void *)q->features.data,
                           CIM__COUNT(&q->features, uint32_t), q->sums, view->epoch.number };
    cim__out_fill(result_out, &r, sizeof r);
    return CIM_OK;
}

/* ---- the heap ---- */

static bool before(const cim__heap_item *a, const cim__heap_item *b)
{
    if (a->key != b->key) return a->key < b->key;
    return a->id != b->id ? a->id < b->id : a->from < b->from;
}

bool cim__heap_push(cim__buf *heap, double key, uint32_t id, uint32_t from)
{
    if (!CIM__PUSH(heap, cim__heap_item)) return false;
    cim__heap_item *h = (cim__heap_item *)(void *)heap->data, item = { key, id, from };
    size_t i = CIM__COUNT(heap, cim__heap_item) - 1;
    for (; i && before(&item, &h[(i - 1) / 2]); i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
    h[i] = item;
    return true;
}

cim__heap_item cim__heap_pop(cim__buf *heap)
{
    cim__heap_item *h = (cim__heap_item *)(void *)heap->data, top = h[0];
    size_t count = CIM__COUNT(heap, cim__heap_item) - 1, i = 0, child;
    heap->size = count * sizeof *h;
    cim__heap_item item = h[count];
    for (; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && before(&h[child + 1], &h[child])) child++;
        if (!before(&h[child], &item)) break;
        h[i] = h[child];
    }
    if (count) h[i] = item;
    return top;
}
