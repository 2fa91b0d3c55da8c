/* segments.c - what devices cut off: union-find over nodes and edges, and the tree that says which segments hang on which.
 *
 * Where an end is shut by something that cannot be operated, or by being out of service, there is no link at all.  The root of a set is its
 * lowest element, so one ascending pass numbers the segments. */
#include "trace/trace.h"

static uint32_t find(uint32_t *root, uint32_t x)
{
    while (root[x] != x) x = root[x] = root[root[x]];
    return x;
}

static void unite(uint32_t *root, uint32_t a, uint32_t b)
{
    a = find(root, a);
    b = find(root, b);
    if (a < b) root[b] = a;
    else root[a] = b;
}

static void number_segments(const cim_trace_view *view, cim__segments *s)
{
    const cim_trace_network *n = view->network;
    uint32_t *of = s->of, count = cim__element_count(n);
    for (uint32_t x = 0; x < count; x++) of[x] = x;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        uint8_t pass = view->bits.pass[e];
        uint32_t from = n->ends[2 * e], to = n->ends[2 * e + 1], edge = n->node_count + e;
        bool joins_from = (pass & (CIM__OPEN0 | CIM__ISOLATES0)) == CIM__OPEN0, joins_to = (pass & (CIM__OPEN1 | CIM__ISOLATES1)) == CIM__OPEN1;
        of[edge] = joins_from ? from : joins_to ? to : edge; /* nobody's root, as nodes are lower */
        if (joins_from && joins_to) unite(of, from, to);
    }
    for (uint32_t x = 0; x < count; x++) of[x] = of[x] == x ? s->count++ : of[of[x]];
}

static void list_elements(uint32_t count, cim__segments *s)
{
    for (uint32_t x = 0; x < count; x++) s->first[s->of[x] + 2]++;
    for (uint32_t i = 2; i <= s->count + 1; i++) s->first[i] += s->first[i - 1];
    for (uint32_t x = 0; x < count; x++) s->elements[s->first[s->of[x] + 1]++] = x;
}

/* The ends with a device that is open between two segments; room for all ends. */
static uint32_t find_links(const cim_trace_view *view, const cim__segments *s, uint32_t *found)
{
    const cim_trace_network *n = view->network;
    uint32_t count = 0;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        uint32_t pass = view->bits.pass[e], open = pass & pass >> 4;
        for (uint32_t end = 0; end < 2; end++) {
            found[count] = 2 * e + end;
            count += open >> end & (s->of[n->node_count + e] != s->of[n->ends[2 * e + end]]);
        }
    }
    return count;
}

static void link_segments(const cim_trace_view *view, cim__segments *s, const uint32_t *found)
{
    const cim_trace_network *n = view->network;
    uint32_t *first = s->link_first;
    for (uint32_t i = 0; i < s->link_count; i++) first[s->of[n->node_count + (found[i] >> 1)] + 2]++, first[s->of[n->ends[found[i]]] + 2]++;
    for (uint32_t i = 2; i <= s->count + 1; i++) first[i] += first[i - 1];
    for (uint32_t i = 0; i < s->link_count; i++) {
        uint32_t a = s->of[n->node_count + (found[i] >> 1)], b = s->of[n->ends[found[i]]];
        /* The tree tells links apart by what it takes for edges, and two ends of an edge are two links. */
        s->links[first[a + 1]++] = (cim__link){ b, 2 * found[i] };
        s->links[first[b + 1]++] = (cim__link){ a, 2 * found[i] + 1 };
    }
    for (uint32_t v = 0; v < n->node_count; v++)
        if (cim__feeds(view, v)) s->is_source[s->of[v]] = CIM_TRACE_SOURCE;
}

cim_status cim__segments_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, cim__segments **out)
{
    uint32_t count = cim__element_count(view->network);
    cim__segments *s = cim__zalloc(mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = mem;
    s->of = cim__alloc_n(mem, (size_t)count + 1, sizeof *s->of);
    s->elements = cim__alloc_n(mem, (size_t)count + 1, sizeof *s->elements);
    uint32_t *found = cim__alloc_n(mem, 2 * (size_t)view->network->edge_count + 1, sizeof *found);
    bool ok = s->of && s->elements && found;
    if (ok) {
        number_segments(view, s);
        s->first = cim__zalloc_n(mem, (size_t)s->count + 2, sizeof *s->first);
        s->link_first = cim__zalloc_n(mem, (size_t)s->count + 2, sizeof *s->link_first);
        s->link_count = find_links(view, s, found);
        s->links = cim__alloc_n(mem, (size_t)s->link_count + 1, 2 * sizeof *s->links);
        s->is_source = cim__zalloc_n(mem, (size_t)s->count + 1, 1);
        ok = s->first && s->link_first && s->links && s->is_source;
    }
    if (ok) {
        list_elements(count, s);
        link_segments(view, s, found);
    }
    cim__free(mem, found);
    cim__graph graph = { s->count, s->link_first, s->links, NULL, s->is_source };
    cim_status st = ok ? cim__blocks_build(ctx, mem, &graph, &s->tree) : cim__nomem(ctx);
    if (st < 0) cim__segments_free(s);
    else *out = s;
    return st;
}

void cim__segments_free(cim__segments *s)
{
    if (!s) return;
    void *blocks[] = { s->of, s->first, s->elements, s->link_first, s->links, s->is_source };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(s->mem, blocks[i]);
    cim__blocks_free(s->tree);
    cim__free(s->mem, s);
}

cim_status cim_trace_segments_get(cim_ctx *ctx, cim_trace_view *view, cim_trace_segments *segments_out)
{
    const cim__segments *s = NULL;
    cim__enter(ctx);
    if (!view || !segments_out) return cim__fail(ctx, CIM_EARG, "no view, or nothing to fill");
    CIM__TRY(cim__out_ok(ctx, segments_out, "cim_trace_segments"));
    CIM__TRY(cim__view_segments(ctx, view, &s));
    cim_trace_segments r = { 0, s->count, s->of, s->first, s->elements };
    cim__out_fill(segments_out, &r, sizeof r);
    return CIM_OK;
}
