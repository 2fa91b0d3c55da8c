/* supply.c - one way from the sources to every element, and what loses its supply when elements go.
 *
 * A breadth-first search along the flow gives every supplied element one way to a source; together they are a forest.  Whatever goes, only
 * elements whose way leads through it can lose their supply: runs in preorder.  Those of them that something flows to from outside have it
 * again, and what these flow to.  So a loss costs what hangs on it in the forest, whatever the size of the network, one-way or not. */
#include "trace/trace.h"

/* ---- the forest ---- */

static void come_to(cim__supply *s, uint32_t *queue, uint32_t element, uint32_t from)
{
    if (s->place[element] != CIM_NONE) return;
    s->place[element] = 0;
    s->up[element] = from;
    queue[s->count++] = element;
}

static cim_status search(cim_ctx *ctx, const cim_trace_view *view, cim__supply *s, uint32_t *queue)
{
    const cim_trace_network *n = view->network;
    const uint8_t *pass = view->bits.pass;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (cim__feeds(view, v)) come_to(s, queue, v, CIM_NONE);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t x = queue[i];
        if (!(i & 0xfffff)) CIM__TRY(cim__tick(ctx, i, cim__element_count(n), "trace"));
        if (x < n->node_count) {
            for (uint32_t k = n->first[x]; k < n->first[x + 1]; k++)
                if (cim__enters(pass, n->links[k].end)) come_to(s, queue, n->node_count + (n->links[k].end >> 1), x);
            continue;
        }
        for (uint32_t k = 0, end = 2 * (x - n->node_count); k < 2; k++, end++)
            if (cim__comes_out(pass, end)) come_to(s, queue, n->ends[end], x);
    }
    return CIM_OK;
}

/* Places in preorder: sizes of subtrees from the last to the first, then every element begins where its elder brother ends. */
static void number(cim__supply *s, const uint32_t *queue, uint32_t *size)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < s->count; i++) size[queue[i]] = 1;
    for (uint32_t i = s->count; i-- > 0;)
        if (s->up[queue[i]] != CIM_NONE) size[s->up[queue[i]]] += size[queue[i]];
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t x = queue[i], up = s->up[x], count = size[x], place = up == CIM_NONE ? next : size[up];
        if (up == CIM_NONE) next += count;
        else size[up] += count;
        s->place[x] = place;
        s->element[place] = x;
        s->last[place] = place + count - 1;
        size[x] = place + 1; /* from here on where its next child begins */
    }
}

cim_status cim__supply_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, cim__supply **out)
{
    size_t count = (size_t)cim__element_count(view->network) + 1;
    cim__supply *s = cim__zalloc(mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = mem;
    s->place = cim__alloc_n(mem, count, 4 * sizeof *s->place);
    uint32_t *work = cim__alloc_n(mem, count, 2 * sizeof *work);
    cim_status st = s->place && work ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        s->up = s->place + count;
        s->element = s->up + count;
        s->last = s->element + count;
        for (size_t x = 0; x < count; x++) s->place[x] = s->up[x] = CIM_NONE;
        st = search(ctx, view, s, work);
    }
    if (st >= 0) number(s, work, work + count);
    cim__free(mem, work);
    if (st < 0) cim__supply_free(s);
    else *out = s;
    return st;
}

void cim__supply_free(cim__supply *s)
{
    if (!s) return;
    cim__free(s->mem, s->place);
    cim__free(s->mem, s);
}

/* ---- a loss ---- */

static void hang(const cim__supply *s, cim_trace_query *q, uint32_t element)
{
    if (s->place[element] == CIM_NONE || q->state[element] & CIM__HANGS) return;
    uint32_t first = s->place[element], last = s->last[first];
    for (uint32_t place = first; place <= last; place++) {
        uint32_t x = s->element[place];
        if (q->state[x] & CIM__HANGS) {
            place = s->last[place]; /* with all below it */
            continue;
        }
        if (!q->state[x] && !cim__buf_u32(&q->touched, x)) return;
        q->state[x] |= CIM__HANGS;
    }
}

bool cim__lose(const cim__supply *s, cim_trace_query *q, uint32_t element)
{
    if (q->state[element] & CIM__GONE) return true;
    if (!q->state[element] && !cim__buf_u32(&q->touched, element)) return false;
    q->state[element] |= CIM__GONE;
    hang(s, q, element);
    return !q->touched.failed;
}

bool cim__lose_end(const cim_trace_network *n, const cim__supply *s, cim_trace_query *q, uint32_t end)
{
    uint32_t edge = n->node_count + (end >> 1), node = n->ends[end];
    q->flow[end >> 1] |= (int8_t)(1 << (end & 1));
    if (s->up[node] == edge) hang(s, q, node);
    if (s->up[edge] == node) hang(s, q, edge);
    return !q->touched.failed;
}

static bool is_cut(const cim_trace_query *q, uint32_t end) { return q->flow && q->flow[end >> 1] >> (end & 1) & 1; }

static void regain(cim_trace_query *q, uint32_t element, uint32_t from)
{
    if ((q->state[element] & (CIM__HANGS | CIM__BACK | CIM__GONE)) != CIM__HANGS || !cim__buf_u32(&q->why, element)) return;
    q->state[element] |= CIM__BACK;
    q->parent[element] = from;
}

/* From an element that has supply to those it flows to. */
static void spread(const cim_trace_view *view, cim_trace_query *q, uint32_t x)
{
    const cim_trace_network *n = view->network;
    const uint8_t *pass = view->bits.pass;
    if (x < n->node_count) {
        for (uint32_t k = n->first[x]; k < n->first[x + 1]; k++) {
            uint32_t end = n->links[k].end;
            if (cim__enters(pass, end) && !is_cut(q, end)) regain(q, n->node_count + (end >> 1), x);
        }
        return;
    }
    for (uint32_t k = 0, end = 2 * (x - n->node_count); k < 2; k++, end++)
        if (cim__comes_out(pass, end) && !is_cut(q, end)) regain(q, n->ends[end], x);
}

/* Does something that never hung on what is gone flow to it? */
static void look_around(const cim_trace_view *view, const cim__supply *s, cim_trace_query *q, uint32_t x)
{
    const cim_trace_network *n = view->network;
    const uint8_t *pass = view->bits.pass;
    if (x < n->node_count) {
        for (uint32_t k = n->first[x]; k < n->first[x + 1]; k++) {
            uint32_t end = n->links[k].end, edge = n->node_count + (end >> 1);
            if (!q->state[edge] && s->place[edge] != CIM_NONE && cim__comes_out(pass, end) && !is_cut(q, end)) regain(q, x, edge);
        }
        return;
    }
    for (uint32_t k = 0, end = 2 * (x - n->node_count); k < 2; k++, end++)
        if (!q->state[n->ends[end]] && s->place[n->ends[end]] != CIM_NONE && cim__enters(pass, end) && !is_cut(q, end)) regain(q, x, n->ends[end]);
}

cim_status cim__lose_settle(cim_ctx *ctx, const cim_trace_view *view, const cim__supply *s, cim_trace_query *q)
{
    for (size_t i = 0; i < CIM__COUNT(&q->touched, uint32_t); i++) {
        uint32_t x = CIM__AT(&q->touched, uint32_t, i);
        if ((q->state[x] & (CIM__HANGS | CIM__BACK | CIM__GONE)) == CIM__HANGS) look_around(view, s, q, x);
    }
    for (size_t i = 0; i < CIM__COUNT(&q->why, uint32_t); i++) spread(view, q, CIM__AT(&q->why, uint32_t, i));
    return q->touched.failed || q->why.failed ? cim__nomem(ctx) : CIM_OK;
}

void cim__lose_clear(cim_trace_query *q)
{
    if (q->touched.failed) memset(q->state, 0, cim__element_count(q->network));
    for (size_t i = 0; i < CIM__COUNT(&q->touched, uint32_t); i++) q->state[CIM__AT(&q->touched, uint32_t, i)] = 0;
    q->touched.size = 0;
    q->touched.failed = false;
}

cim_status cim__query_state(cim_ctx *ctx, cim_trace_query *q)
{
    CIM__TRY(cim__query_parent(ctx, q));
    if (!q->state) q->state = cim__zalloc_n(q->mem, (size_t)cim__element_count(q->network) + 1, 1);
    return q->state ? CIM_OK : cim__nomem(ctx);
}
