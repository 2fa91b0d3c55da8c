/* rows_out.c - objects of a planned sink as rows of layers and R*Trees. */
#include "store/rows_out.h"

#include <stdio.h>

/* ---- replaced objects ---- */

static cim_status remove_ids(cim_ctx *ctx, cim__writer *w, const char *sql, const cim__plan *p, bool shapes)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, w->db, sql, &stmt));
    cim_status st = CIM_OK;
    for (size_t i = 0; i < p->removed_count && st >= 0; i++) {
        cim__stmt_int(stmt, 1, shapes ? (int64_t)p->removed[i] << 8 : p->removed[i]);
        if (shapes) cim__stmt_int(stmt, 2, ((int64_t)p->removed[i] << 8) + 255);
        st = cim__stmt_run(ctx, stmt);
    }
    cim__stmt_free(stmt);
    return st;
}

static cim_status remove_old(cim_ctx *ctx, cim__writer *w, const cim__plan *p)
{
    char sql[100];
    if (!p->removed_count) return CIM_OK;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        if (!(w->layers >> l & 1)) continue;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id=?1", cim__layers[l].table);
        CIM__TRY(remove_ids(ctx, w, sql, p, false));
    }
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        if (!(w->shapes >> t & 1)) continue;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id BETWEEN ?1 AND ?2", cim__shape_tables[t].table);
        CIM__TRY(remove_ids(ctx, w, sql, p, true));
    }
    CIM__TRY(remove_ids(ctx, w, "DELETE FROM instance WHERE id BETWEEN ?1 AND ?2", p, true));
    CIM__TRY(remove_ids(ctx, w, "DELETE FROM residue WHERE object=?1", p, false));
    CIM__TRY(remove_ids(ctx, w, "DELETE FROM relation WHERE from_id=?1", p, false));
    return cim__rows_remove_dangling(ctx, w, p);
}

/* ---- R*Trees and statistics ---- */

/* What QGIS and OGR show as extent and count without scanning; `added` rows are not in the table yet. */
static cim_status put_statistics(cim_ctx *ctx, cim__writer *w, const char *table, const cim_box *box, size_t added)
{
    cim__stmt *stmt = NULL;
    char sql[320];
    snprintf(sql, sizeof sql,
             "INSERT OR REPLACE INTO geometry_columns_statistics(f_table_name,f_geometry_column,last_verified,row_count,extent_min_x,extent_min_y,extent_max_x,extent_max_y) "
             "SELECT '%s','geom',strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ','now'),count(*)+?5,?1,?2,?3,?4 FROM %s", table, table);
    if (!cim__box_ok(box)) return CIM_OK;
    CIM__TRY(cim__db_prepare(ctx, w->db, sql, &stmt));
    cim__stmt_real(stmt, 1, box->min_x);
    cim__stmt_real(stmt, 2, box->min_y);
    cim__stmt_real(stmt, 3, box->max_x);
    cim__stmt_real(stmt, 4, box->max_y);
    cim__stmt_int(stmt, 5, (int64_t)added);
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st;
}

/* Objects whose plane box is all they have: it is in memory. */
static const cim__head *plain_head(const cim__plan *plan, size_t i)
{
    const cim__head *head = cim__sink_head(plan->sink, plan->order[i]);
    return !head->contents && cim__box_ok(&head->box) ? head : NULL;
}

/* The new items and those of the old tree that stay; the old tree's tables are emptied. */
static cim_status clear_rtree(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, const char *table, cim__buf *items, size_t added, cim_box all, bool shapes, size_t *node_size)
{
    size_t fresh = CIM__COUNT(items, cim__rtree_item), kept = fresh;
    if (w->store) CIM__TRY(cim__rtree_read(ctx, w->db, table, items));
    cim__rtree_item *list = (cim__rtree_item *)(void *)items->data;
    for (size_t i = fresh; i < CIM__COUNT(items, cim__rtree_item); i++)
        if (!cim__plan_removes(plan, (uint32_t)(shapes ? list[i].id >> 8 : list[i].id))) list[kept++] = list[i];
    if (items->failed) return cim__nomem(ctx);
    items->size = kept * sizeof *list;
    for (size_t i = 0; i < kept; i++) cim__box_join(&all, &list[i].box);
    CIM__TRY(put_statistics(ctx, w, table, &all, added));
    return cim__rtree_clear(ctx, w->db, table, node_size);
}

static cim_status clear_rtrees(cim_ctx *ctx, cim__writer *w, cim__rows_out *r)
{
    const cim__plan *plan = r->plan;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        size_t first = plan->layer_start[l], end = plan->layer_start[l + 1];
        cim_box all = CIM__BOX_EMPTY;
        if (!cim__layers[l].type || (first == end && !(plan->removed_count && (w->layers >> l & 1)))) continue;
        for (size_t i = first; i < end; i++) {
            const cim__head *head = plain_head(plan, i);
            if (head) cim__box_join(&all, &head->box);
        }
        CIM__TRY(clear_rtree(ctx, w, plan, cim__layers[l].table, &r->layer_items[l], end - first, all, false, &r->layer_node[l]));
    }
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        size_t added = CIM__COUNT(&r->shapes[t], cim__shape_ref);
        cim_box all = CIM__BOX_EMPTY;
        if (!added && !(plan->removed_count && (w->shapes >> t & 1))) continue;
        CIM__TRY(clear_rtree(ctx, w, plan, cim__shape_tables[t].table, &r->shape_items[t], added, all, true, &r->shape_node[t]));
    }
    return CIM_OK;
}

/* Items are not needed afterwards. */
static cim_status fill_rtree(cim_ctx *ctx, cim__writer *w, uint32_t worker, const char *table, cim__buf *items, size_t node_size)
{
    static const cim__feed_fn feeds[3] = { cim__rtree_feed_node, cim__rtree_feed_parent, cim__rtree_feed_rowid };
    char name[100];
    cim__rtree *rtree = NULL;
    if (!node_size) return CIM_OK;
    if (items->failed) return cim__nomem(ctx);
    cim_status st = cim__rtree_new(ctx, (cim__rtree_item *)(void *)items->data, CIM__COUNT(items, cim__rtree_item), node_size, &rtree);
    for (int i = 0; i < 3 && st >= 0; i++) {
        snprintf(name, sizeof name, "idx_%s_geom_%s", table, cim__rtree_tables[i]);
        st = cim__writer_fill(ctx, w, worker, name, true, 2, ~0ull, cim__rtree_rows(rtree, (cim__rtree_table)i), feeds[i], rtree);
    }
    cim__rtree_free(rtree);
    cim__buf_free(items);
    return st;
}

static cim_status fill_layer_rtree(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *r, int l)
{
    const cim__plan *plan = r->plan;
    for (size_t i = plan->layer_start[l]; i < plan->layer_start[l + 1] && r->layer_node[l]; i++) {
        const cim__head *head = plain_head(plan, i);
        cim__rtree_item *item = head ? CIM__PUSH(&r->layer_items[l], cim__rtree_item) : NULL;
        if (item) *item = (cim__rtree_item){ head->id, head->box };
    }
    return fill_rtree(ctx, w, worker, cim__layers[l].table, &r->layer_items[l], r->layer_node[l]);
}

/* ---- rows of layers ---- */

cim__row_maker *cim__row_maker_new(cim_ctx *ctx)
{
    cim__row_maker *m = cim__zalloc(ctx->mem, sizeof *m);
    if (m) m->scratch = m->gid = m->derived = cim__buf_on(ctx->mem);
    return m;
}

void cim__row_maker_free(cim__mem *mem, cim__row_maker *m)
{
    if (!m) return;
    cim__buf_free(&m->scratch);
    cim__buf_free(&m->gid);
    cim__buf_free(&m->derived);
    cim__free(mem, m);
}

typedef struct layer_rows {
    const cim__rows_out *out;
    cim__row_maker *maker;
    const cim__layer *layer;
    size_t first, end; /* in plan->order */
    int8_t column_of[CIM__ATTR_COUNT]; /* -1: the layer does not have it */
} layer_rows;

static cim__cell value_cell(const cim__value *v)
{
    switch (cim__attrs[v->attr].type) {
    case 'I': return cim__int_cell(v->integer);
    case 'R': return cim__real_cell(v->real);
    default: return cim__text_cell(v->text);
    }
}

/* Columns of the layer from the record's values; their rules into `derived`. */
static void value_cells(cim__row_maker *r, const layer_rows *f, cim__cell *cells)
{
    for (int32_t c = 0; c < f->layer->column_count; c++) cells[c].type = CIM__CELL_NULL;
    r->derived.size = 0;
    for (uint32_t i = 0; i < r->record.value_count; i++) {
        const cim__value *v = &r->record.values[i];
        if (f->column_of[v->attr] >= 0) cells[f->column_of[v->attr]] = value_cell(v);
        if (v->rule == CIM__RULE_TAGGED) continue;
        if (r->derived.size) cim__buf_putc(&r->derived, ' ');
        cim__buf_puts(&r->derived, cim__attrs[v->attr].name);
        cim__buf_putc(&r->derived, ':');
        cim__buf_puts(&r->derived, cim__rules[v->rule]);
    }
}

enum { AHEAD = 4 }; /* records lie in the order of the input, rows are written along the curve: every one is a cache miss */

static cim_status feed_layer(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    layer_rows *f = user;
    cim__row_maker *r = f->maker;
    const cim__plan *plan = f->out->plan;
    uint32_t number = plan->order[f->first + row];
    if (f->first + row + AHEAD < f->end) cim__sink_prefetch(plan->sink, plan->order[f->first + row + AHEAD]);
    const cim__head *head = cim__sink_head(plan->sink, number);
    CIM__TRY(cim__sink_record(ctx, plan->sink, number, &r->scratch, &r->record));
    cells[CIM__COL_ID] = cim__int_cell(head->id);
    cells[CIM__COL_GID] = cim__text_cell(cim__unique_gid(head, r->record.gid, &r->gid));
    cells[CIM__COL_CLASS] = cim__text_cell(cim__str_of(cim__classes[head->class_id].name));
    cells[CIM__COL_PARENT] = head->parent == CIM_NONE ? (cim__cell){ .type = CIM__CELL_NULL } : cim__int_cell(head->parent);
    cells[CIM__COL_SOURCE] = cim__int_cell(f->out->first_source + head->source);
    cells[CIM__COL_VALID_FROM] = cim__text_cell(r->record.valid_from);
    cells[CIM__COL_VALID_TO] = cim__text_cell(r->record.valid_to);
    value_cells(r, f, cells + CIM__COL_FIRST);
    int column = CIM__COL_FIRST + f->layer->column_count;
    cells[column++] = cim__text_cell(cim__buf_str(&r->derived));
    cells[column++] = cim__text_cell(r->record.attrs);
    if (f->layer->type) cells[column] = cim__blob_cell(r->record.geom);
    return r->gid.failed || r->derived.failed ? cim__nomem(ctx) : CIM_OK;
}

/* Typed columns that no object of this import has are not even asked for. */
static uint64_t used_columns(const cim__layer *layer, uint64_t used_values)
{
    uint64_t columns = ~0ull;
    for (int32_t c = 0; c < layer->column_count; c++)
        if (!(used_values >> layer->columns[c] & 1)) columns &= ~(1ull << (CIM__COL_FIRST + c));
    return columns;
}

static cim_status fill_layer(cim_ctx *ctx, cim__writer *w, uint32_t worker, const cim__rows_out *r, int l)
{
    const cim__plan *plan = r->plan;
    layer_rows f = { r, cim__row_maker_new(ctx), &cim__layers[l], plan->layer_start[l], plan->layer_start[l + 1], { 0 } };
    if (!f.maker) return cim__nomem(ctx);
    memset(f.column_of, -1, sizeof f.column_of);
    for (int32_t c = 0; c < f.layer->column_count; c++) f.column_of[f.layer->columns[c]] = (int8_t)c;
    cim_status st = cim__writer_fill(ctx, w, worker, f.layer->table, true, cim__layer_total_columns(f.layer), used_columns(f.layer, plan->sink->used_values[l]), f.end - f.first, feed_layer, &f);
    cim__row_maker_free(ctx->mem, f.maker);
    return st;
}

/* ---- all ---- */

cim_status cim__writer_tables(cim_ctx *ctx, cim__writer *w, const cim__sink *sink)
{
    uint64_t layers = 0;
    unsigned shapes = 0;
    for (size_t i = 0; i < cim__sink_count(sink); i++) {
        const cim__head *h = cim__sink_head(sink, i);
        layers |= 1ull << h->layer;
        if (h->contents & CIM__HAS_SURFACES) shapes |= 1u << CIM__SURFACES;
        if (h->contents & CIM__HAS_CURVES) shapes |= 1u << CIM__CURVES;
        if (h->contents & CIM__HAS_POINTS) shapes |= 1u << CIM__POINTS;
    }
    if (!w->store && !w->layers && !w->shapes) CIM__TRY(cim__schema_srid(ctx, w->db, sink->epsg));
    CIM__TRY(cim__schema_layers(ctx, w->db, sink->epsg, layers, &w->layers));
    return cim__schema_shapes(ctx, w->db, sink->epsg, shapes, &w->shapes);
}

static cim__rows_out *new_rows(cim_ctx *ctx, const cim__plan *plan, uint16_t first_source)
{
    cim__rows_out *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return NULL;
    r->mem = cim__mem_ref(ctx->mem);
    r->plan = plan;
    r->first_source = first_source;
    r->instances = r->residues = cim__buf_on(ctx->mem);
    for (int l = 0; l < CIM__LAYER_COUNT; l++) r->layer_items[l] = cim__buf_on(ctx->mem);
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) r->shapes[t] = r->shape_items[t] = cim__buf_on(ctx->mem);
    cim__map_init(&r->templates, ctx->mem);
    return r;
}

void cim__rows_free(cim__rows_out *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    cim__buf_free(&r->instances);
    cim__buf_free(&r->residues);
    for (int l = 0; l < CIM__LAYER_COUNT; l++) cim__buf_free(&r->layer_items[l]);
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        cim__buf_free(&r->shapes[t]);
        cim__buf_free(&r->shape_items[t]);
    }
    cim__map_free(&r->templates);
    cim__free(mem, r);
    cim__mem_unref(mem);
}

cim_status cim__rows_prepare(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first_source, cim__rows_out **rows_out)
{
    cim__rows_out *r = new_rows(ctx, plan, first_source);
    if (!r) return cim__nomem(ctx);
    cim_status st = cim__rows_find_shapes(ctx, r);
    if (st >= 0) st = cim__writer_tables(ctx, w, plan->sink);
    if (st >= 0) st = remove_old(ctx, w, plan);
    if (st >= 0) st = cim__rows_templates(ctx, w, r);
    if (st >= 0) st = clear_rtrees(ctx, w, r);
    if (st < 0) cim__rows_free(r);
    else *rows_out = r;
    return st;
}

/* ---- which tables, in which order ---- */

typedef enum part_of_it { LAYER, LAYER_TREE, SHAPES, SHAPE_TREE, INSTANCES, RESIDUES, RELATIONS } part_of_it;

typedef struct part {
    part_of_it what;
    int which;
    size_t rows;
} part;

enum { PARTS = 2 * CIM__LAYER_COUNT + 2 * CIM__SHAPE_TABLES + 3 };

typedef struct filling {
    cim__writer *writer;
    cim__rows_out *rows;
    part parts[PARTS];
    size_t count;
} filling;

static cim_status fill_part(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    filling *f = user;
    cim__writer *w = f->writer;
    cim__rows_out *r = f->rows;
    int i = f->parts[item].which;
    switch (f->parts[item].what) {
    case LAYER: return fill_layer(ctx, w, worker, r, i);
    case LAYER_TREE: return fill_layer_rtree(ctx, w, worker, r, i);
    case SHAPES: return cim__rows_fill_shapes(ctx, w, worker, r, i);
    case SHAPE_TREE: return fill_rtree(ctx, w, worker, cim__shape_tables[i].table, &r->shape_items[i], r->shape_node[i]);
    case INSTANCES: return cim__rows_fill_instances(ctx, w, worker, r);
    case RESIDUES: return cim__rows_fill_residues(ctx, w, worker, r);
    default: return cim__rows_fill_relations(ctx, w, worker, r->plan);
    }
}

/* Long ones first, so that all threads end at about the same time. */
static void add_part(filling *f, part_of_it what, int which, size_t rows)
{
    size_t at = f->count++;
    for (; at && f->parts[at - 1].rows < rows; at--) f->parts[at] = f->parts[at - 1];
    f->parts[at] = (part){ what, which, rows };
}

static void list_parts(filling *f)
{
    const cim__rows_out *r = f->rows;
    enum { TREE = 4 }; /* a row of a table takes as long as so many of a tree or of the relations */
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        size_t rows = r->plan->layer_start[l + 1] - r->plan->layer_start[l];
        if (rows) add_part(f, LAYER, l, rows);
        if (r->layer_node[l]) add_part(f, LAYER_TREE, l, (rows + CIM__COUNT(&r->layer_items[l], cim__rtree_item)) / TREE);
    }
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        size_t rows = CIM__COUNT(&r->shapes[t], cim__shape_ref);
        if (rows) add_part(f, SHAPES, t, rows);
        if (r->shape_node[t]) add_part(f, SHAPE_TREE, t, CIM__COUNT(&r->shape_items[t], cim__rtree_item) / TREE);
    }
    if (r->instances.size) add_part(f, INSTANCES, 0, CIM__COUNT(&r->instances, cim__shape_ref));
    if (r->residues.size) add_part(f, RESIDUES, 0, CIM__COUNT(&r->residues, cim__shape_ref));
    if (r->plan->edges.size) add_part(f, RELATIONS, 0, CIM__COUNT(&r->plan->edges, cim__edge) / TREE);
}

cim_status cim__rows_fill(cim_ctx *ctx, cim__writer *w, cim__rows_out *r)
{
    filling f = { .writer = w, .rows = r };
    list_parts(&f);
    if (cim__writer_parallel(w)) return cim__par_run(ctx, f.count, "write", fill_part, &f);
    for (size_t i = 0; i < f.count; i++) CIM__TRY(fill_part(ctx, 0, i, &f));
    return CIM_OK;
}
