/* rows_graph.c - relations as rows, and the arrays that are compiled at the end of an import. */
#include "store/rows_out.h"


/* ---- relations ---- */

typedef struct edge_rows {
    const cim__edge *edges;
    const cim__sink *sink;
    cim__buf scratch;
} edge_rows;

static cim_status feed_edge(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    edge_rows *f = user;
    const cim__edge *e = &f->edges[row];
    cim__str attrs = { "", 0 };
    if (e->attrs_size) CIM__TRY(cim__spool_get(ctx, &f->sink->texts, e->attrs_at, e->attrs_size, &f->scratch, &attrs));
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = e->from };
    cells[1] = (cim__cell){ .type = CIM__CELL_INT, .integer = e->type };
    cells[2] = (cim__cell){ .type = CIM__CELL_INT, .integer = e->to };
    cells[3] = (cim__cell){ .type = e->attrs_size ? CIM__CELL_TEXT : CIM__CELL_NULL, .text = attrs };
    return CIM_OK;
}

/* Relations of replaced objects were removed with them; those that point to one keep their meaning, because the new object has
 * the old number.  Only those to objects that are gone for good go too, and those that the import made anew. */
cim_status cim__rows_remove_dangling(cim_ctx *ctx, cim__writer *w, const cim__plan *plan)
{
    if (!plan->removed_count) return CIM_OK;
    cim__buf alive = cim__buf_on(ctx->mem);
    uint8_t *bits = cim__buf_extend(&alive, (size_t)plan->max_id + 1);
    cim__stmt *all = NULL, *drop = NULL;
    if (!bits) return cim__nomem(ctx);
    memset(bits, 1, (size_t)plan->max_id + 1);
    for (size_t i = 0; i < plan->removed_count; i++) bits[plan->removed[i]] = 0;
    for (size_t i = 0; i < cim__sink_count(plan->sink); i++) bits[cim__sink_head(plan->sink, i)->id] = 1;
    cim__buf doomed = cim__buf_on(ctx->mem);
    cim_status st = cim__db_prepare(ctx, w->db, "SELECT from_id,type,to_id FROM relation", &all);
    while (st == CIM_OK && (st = cim__stmt_step(ctx, all)) == CIM_OK) {
        int64_t type = cim__stmt_get_int(all, 1), to = cim__stmt_get_int(all, 2);
        bool remade = type >= 0 && type < 64 && (plan->sink->remade >> type & 1) && cim__plan_removes(plan, (uint32_t)to);
        if (to >= 0 && to <= plan->max_id && bits[to] && !remade) continue;
        cim__edge e = { (uint32_t)cim__stmt_get_int(all, 0), (uint32_t)to, (int32_t)type, 0, 0 };
        cim__buf_put(&doomed, &e, sizeof e);
    }
    cim__stmt_free(all);
    if (st >= 0) st = cim__db_prepare(ctx, w->db, "DELETE FROM relation WHERE from_id=? AND type=? AND to_id=?", &drop);
    for (size_t i = 0; i < CIM__COUNT(&doomed, cim__edge) && st >= 0; i++) {
        const cim__edge *e = &CIM__AT(&doomed, cim__edge, i);
        cim__stmt_int(drop, 1, e->from);
        cim__stmt_int(drop, 2, e->type);
        cim__stmt_int(drop, 3, e->to);
        st = cim__stmt_run(ctx, drop);
    }
    cim__stmt_free(drop);
    cim__buf_free(&doomed);
    cim__buf_free(&alive);
    return st < 0 ? st : CIM_OK;
}

cim_status cim__rows_fill_relations(cim_ctx *ctx, cim__writer *w, uint32_t worker, const cim__plan *plan)
{
    edge_rows f = { (const cim__edge *)(const void *)plan->edges.data, plan->sink, cim__buf_on(ctx->mem) };
    cim_status st = cim__writer_fill(ctx, w, worker, "relation", false, 4, ~0ull, CIM__COUNT(&plan->edges, cim__edge), feed_edge, &f);
    cim__buf_free(&f.scratch);
    return st;
}

/* ---- compiled arrays ---- */

static void copy_old(const cim__plan *plan, cim__compiled *a)
{
    const cim_city *old = plan->sink->city;
    if (!old) return;
    for (uint32_t id = 0; id <= old->max_id; id++) {
        if (!cim__city_has(old, id) || cim__plan_removes(plan, id)) continue;
        a->city->layer[id] = old->layer[id];
        a->city->class_id[id] = old->class_id[id];
        a->city->source[id] = old->source[id];
        a->city->parent[id] = old->parent[id];
        a->city->count++;
    }
    for (uint32_t i = 0; i < old->count; i++) a->hash_of[plan->old->id[i]] = plan->old->hash[i];
}

static void copy_new(const cim__plan *plan, cim__compiled *a)
{
    for (size_t i = 0; i < cim__sink_count(plan->sink); i++) {
        const cim__head *h = cim__sink_head(plan->sink, i);
        a->city->layer[h->id] = h->layer;
        a->city->class_id[h->id] = h->class_id;
        a->city->source[h->id] = (uint16_t)(a->first_source + h->source);
        a->city->parent[h->id] = h->parent;
        a->hash_of[h->id] = h->gid_hash;
        a->head_of[h->id] = (uint32_t)i;
        a->city->count++;
    }
}

/* Parts of objects that are gone for good. */
static void forget_lost_parents(cim_city *city)
{
    for (uint32_t id = 0; id <= city->max_id; id++)
        if (city->parent[id] != CIM_NONE && !cim__city_has(city, city->parent[id])) city->parent[id] = CIM_NONE;
}

static cim_box box_of(const void *compiled, uint32_t id)
{
    const cim__compiled *a = compiled;
    const cim__sink *sink = a->plan->sink;
    if (a->head_of[id] != CIM_NONE) return cim__sink_head(sink, a->head_of[id])->box;
    return sink->city && cim__city_has(a->city, id) ? sink->city_boxes[id] : CIM__BOX_EMPTY;
}

cim__box_source cim__compiled_boxes(const cim__compiled *a) { return (cim__box_source){ box_of, a }; }

cim_status cim__rows_compile(cim_ctx *ctx, void *user)
{
    cim__compiled *a = user;
    const cim__plan *plan = a->plan;
    size_t n = (size_t)plan->max_id + 1;
    CIM__TRY(cim__city_new(ctx, &cim__store_rows, NULL, plan->max_id, &a->city));
    a->hash_of = cim__zalloc_n(ctx->mem, n, sizeof *a->hash_of);
    a->head_of = cim__alloc_n(ctx->mem, n, sizeof *a->head_of);
    if (!a->hash_of || !a->head_of) return cim__nomem(ctx);
    memset(a->head_of, 0xff, n * sizeof *a->head_of); /* CIM_NONE */
    copy_old(plan, a);
    copy_new(plan, a);
    forget_lost_parents(a->city);
    CIM__TRY(cim__compile_gids(ctx, a->city, a->hash_of));
    cim__free(ctx->mem, a->hash_of);
    a->hash_of = NULL;
    cim__box_source boxes = cim__compiled_boxes(a);
    return cim__compile_places(ctx, a->city, &boxes);
}

void cim__compiled_free(cim__mem *mem, cim__compiled *a)
{
    cim_city_free(a->city);
    cim__free(mem, a->hash_of);
    cim__free(mem, a->head_of);
}
