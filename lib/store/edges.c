/* edges.c - pending relations and parents, which name objects by text id, as pairs of object numbers.
 *
 * Done before the first row is written: it may have to read the old city, and a reader cannot work beside the writer's
 * transaction. */
#include "store/plan.h"

enum { ENDS = 512 }; /* segments of one way that a relation may mean */

static cim_status resolve(cim_ctx *ctx, cim__plan *plan, const cim__pending_relation *r)
{
    uint32_t from[ENDS], to[ENDS];
    size_t from_count, to_count;
    CIM__TRY(cim__plan_resolve(ctx, plan, r->from, from, ENDS, &from_count));
    CIM__TRY(cim__plan_resolve(ctx, plan, r->to, to, ENDS, &to_count));
    if (!from_count || !to_count) plan->unresolved++;
    for (size_t i = 0; i < from_count; i++)
        for (size_t j = 0; j < to_count; j++) {
            cim__edge *e = CIM__PUSH(&plan->edges, cim__edge);
            if (!e) return cim__nomem(ctx);
            *e = (cim__edge){ from[i], to[j], r->type, r->attrs_size, r->attrs_at };
        }
    return CIM_OK;
}

/* By from, type, to, and of equal ones the first made: two stable radix sorts, the less significant key first. */
static cim_status sort_once(cim_ctx *ctx, cim__buf *edges)
{
    cim__edge *list = (cim__edge *)(void *)edges->data;
    size_t count = CIM__COUNT(edges, cim__edge), kept = 0;
    cim__keyed *keys = cim__alloc_n(ctx->mem, count, 2 * sizeof *keys);
    cim__edge *sorted = cim__alloc_n(ctx->mem, count, sizeof *sorted);
    if (keys && sorted && count) {
        for (size_t i = 0; i < count; i++) keys[i] = (cim__keyed){ list[i].to, (uint32_t)i, 0 };
        cim__sort_keyed(keys, keys + count, count);
        for (size_t i = 0; i < count; i++) keys[i].key = (uint64_t)list[keys[i].id].from << 8 | (uint64_t)list[keys[i].id].type;
        cim__sort_keyed(keys, keys + count, count);
        for (size_t i = 0; i < count; i++) sorted[i] = list[keys[i].id];
        for (size_t i = 0; i < count; i++)
            if (!i || sorted[i].from != sorted[i - 1].from || sorted[i].type != sorted[i - 1].type || sorted[i].to != sorted[i - 1].to) list[kept++] = sorted[i];
        edges->size = kept * sizeof *list;
    }
    cim_status st = keys && sorted ? CIM_OK : cim__nomem(ctx);
    cim__free(ctx->mem, keys);
    cim__free(ctx->mem, sorted);
    return st;
}

static cim_status resolve_parents(cim_ctx *ctx, cim__plan *plan)
{
    for (size_t i = 0; i < cim__sink_count(plan->sink); i++) {
        cim__head *h = cim__sink_head(plan->sink, i);
        uint32_t parent;
        size_t count = 0;
        if (!h->parent_hash) continue;
        CIM__TRY(cim__plan_resolve(ctx, plan, (cim__ref){ CIM__REF_GID, h->parent_part, h->parent_hash }, &parent, 1, &count));
        if (!count) plan->unresolved++;
        if (count && parent != h->id) h->parent = parent;
    }
    return CIM_OK;
}

cim_status cim__plan_edges(cim_ctx *ctx, cim__plan *plan)
{
    cim__buf *pending = &plan->sink->relations;
    CIM__TRY(resolve_parents(ctx, plan));
    for (size_t i = 0; i < CIM__COUNT(pending, cim__pending_relation); i++) CIM__TRY(resolve(ctx, plan, &CIM__AT(pending, cim__pending_relation, i)));
    cim__buf_free(pending); /* nobody needs them again, and there are millions */
    *pending = cim__buf_on(ctx->mem);
    return sort_once(ctx, &plan->edges);
}
