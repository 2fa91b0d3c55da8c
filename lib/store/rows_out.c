/* rows_out.c - objects of a planned sink as rows of layers, shapes, instances, residue and R*Trees. */
#include "store/rows_out.h"
#include "store/rtree.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- replaced objects ---- */

static cim_status remove_ids(cim_ctx *ctx, cim__writer *w, const char *sql, const uint32_t *ids, size_t count, bool shapes)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, w->db, sql, &stmt));
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) {
        cim__stmt_int(stmt, 1, shapes ? (int64_t)ids[i] << 8 : ids[i]);
        if (shapes) cim__stmt_int(stmt, 2, ((int64_t)ids[i] << 8) + 255);
        st = cim__stmt_run(ctx, stmt);
    }
    cim__stmt_free(stmt);
    return st;
}

cim_status cim__rows_remove(cim_ctx *ctx, cim__writer *w, const cim__plan *p)
{
    char sql[100];
    if (!p->removed_count) return CIM_OK;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        if (!(w->layers >> l & 1)) continue;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id=?1", cim__layers[l].table);
        CIM__TRY(remove_ids(ctx, w, sql, p->removed, p->removed_count, false));
    }
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        if (!(w->shapes >> t & 1)) continue;
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id BETWEEN ?1 AND ?2", cim__shape_tables[t].table);
        CIM__TRY(remove_ids(ctx, w, sql, p->removed, p->removed_count, true));
    }
    CIM__TRY(remove_ids(ctx, w, "DELETE FROM instance WHERE id BETWEEN ?1 AND ?2", p->removed, p->removed_count, true));
    CIM__TRY(remove_ids(ctx, w, "DELETE FROM residue WHERE object=?1", p->removed, p->removed_count, false));
    return remove_ids(ctx, w, "DELETE FROM relation WHERE from_id=?1", p->removed, p->removed_count, false);
}

/* ---- rows of layers ---- */

typedef struct layer_rows {
    const cim__plan *plan;
    const cim__layer *layer;
    size_t first, end; /* in plan->order */
    uint16_t first_source;
    cim__record record;
    cim__buf gid, derived, scratch;
} layer_rows;

static cim__cell text_cell(cim__str s) { return (cim__cell){ .type = s.len ? CIM__CELL_TEXT : CIM__CELL_NULL, .text = s }; }
static cim__cell int_cell(int64_t v) { return (cim__cell){ .type = CIM__CELL_INT, .integer = v }; }

static cim__cell value_cell(const cim__value *v)
{
    switch (cim__attrs[v->attr].type) {
    case 'I': return int_cell(v->integer);
    case 'R': return (cim__cell){ .type = CIM__CELL_REAL, .real = v->real };
    default: return text_cell(v->text);
    }
}

/* Columns of the layer from the record's values; their rules into `derived`. */
static void value_cells(layer_rows *f, cim__cell *cells)
{
    for (int32_t c = 0; c < f->layer->column_count; c++) cells[c].type = CIM__CELL_NULL;
    f->derived.size = 0;
    for (uint32_t i = 0; i < f->record.value_count; i++) {
        const cim__value *v = &f->record.values[i];
        for (int32_t c = 0; c < f->layer->column_count; c++)
            if (f->layer->columns[c] == v->attr) cells[c] = value_cell(v);
        if (v->rule == CIM__RULE_TAGGED) continue;
        if (f->derived.size) cim__buf_putc(&f->derived, ' ');
        cim__buf_puts(&f->derived, cim__attrs[v->attr].name);
        cim__buf_putc(&f->derived, ':');
        cim__buf_puts(&f->derived, cim__rules[v->rule]);
    }
}

enum { AHEAD = 4 }; /* records lie in the order of the input, rows are written along the curve: every one is a cache miss */

static cim_status feed_layer(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    layer_rows *f = user;
    const cim__plan *plan = f->plan;
    uint32_t number = plan->order[f->first + row];
    if (f->first + row + AHEAD < f->end) cim__sink_prefetch(plan->sink, plan->order[f->first + row + AHEAD]);
    const cim__head *head = cim__sink_head(plan->sink, number);
    CIM__TRY(cim__sink_record(ctx, plan->sink, number, &f->scratch, &f->record));
    cells[CIM__COL_ID] = int_cell(head->id);
    cells[CIM__COL_GID] = text_cell(cim__unique_gid(head, f->record.gid, &f->gid));
    cells[CIM__COL_CLASS] = text_cell(cim__str_of(cim__classes[head->class_id].name));
    cells[CIM__COL_PARENT] = head->parent == CIM_NONE ? (cim__cell){ .type = CIM__CELL_NULL } : int_cell(head->parent);
    cells[CIM__COL_SOURCE] = int_cell(f->first_source + head->source);
    cells[CIM__COL_VALID_FROM] = text_cell(f->record.valid_from);
    cells[CIM__COL_VALID_TO] = text_cell(f->record.valid_to);
    value_cells(f, cells + CIM__COL_FIRST);
    int column = CIM__COL_FIRST + f->layer->column_count;
    cells[column++] = text_cell(cim__buf_str(&f->derived));
    cells[column++] = text_cell(f->record.attrs);
    if (f->layer->type) cells[column] = (cim__cell){ .type = f->record.geom.len ? CIM__CELL_BLOB : CIM__CELL_NULL, .text = f->record.geom };
    return f->gid.failed || f->derived.failed ? cim__nomem(ctx) : CIM_OK;
}

/* Typed columns that no object of this import has are not even asked for. */
static uint64_t used_columns(const cim__layer *layer, uint64_t used_values)
{
    uint64_t columns = ~0ull;
    for (int32_t c = 0; c < layer->column_count; c++)
        if (!(used_values >> layer->columns[c] & 1)) columns &= ~(1ull << (CIM__COL_FIRST + c));
    return columns;
}

static cim_status put_layer(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, int l, uint16_t first_source)
{
    layer_rows *f = cim__zalloc(ctx->mem, sizeof *f);
    if (!f) return cim__nomem(ctx);
    *f = (layer_rows){ .plan = plan, .layer = &cim__layers[l], .first = plan->layer_start[l], .end = plan->layer_start[l + 1], .first_source = first_source, .gid = cim__buf_on(ctx->mem), .derived = cim__buf_on(ctx->mem), .scratch = cim__buf_on(ctx->mem) };
    uint64_t columns = used_columns(f->layer, plan->sink->used_values[l]);
    cim_status st = cim__db_feed_some(ctx, w->db, f->layer->table, cim__layer_total_columns(f->layer), columns, plan->layer_start[l + 1] - f->first, feed_layer, f);
    cim__buf_free(&f->gid);
    cim__buf_free(&f->derived);
    cim__buf_free(&f->scratch);
    cim__free(ctx->mem, f);
    return st;
}

/* ---- what an object has beside its row: one pass each over the objects that have it ---- */

typedef struct extras {
    cim_ctx *ctx;
    cim__writer *w;
    const cim__plan *plan;
    cim__stmt *shapes[CIM__SHAPE_TABLES], *instance, *residue;
    cim__buf rtree[CIM__SHAPE_TABLES]; /* cim__rtree_item */
    cim__map templates;                /* gid hash -> row */
    cim__buf scratch;
} extras;

static int shape_table_of(cim__str geom)
{
    /* class number at byte 39 of the blob: 1006, 1005, 1004 */
    uint8_t low = geom.len > 43 ? (uint8_t)geom.ptr[39] : 0;
    return low == (1006 & 0xff) ? CIM__SURFACES : low == (1005 & 0xff) ? CIM__CURVES : CIM__POINTS;
}

static cim_status put_shape(extras *e, uint32_t object, int64_t id, const cim__rshape *s)
{
    int t = shape_table_of(s->geom);
    cim__stmt *stmt = e->shapes[t];
    cim__stmt_int(stmt, 1, id);
    cim__stmt_int(stmt, 2, object);
    cim__stmt_text(stmt, 3, s->lod);
    cim__stmt_text(stmt, 4, s->role);
    cim__stmt_blob(stmt, 5, s->topo);
    cim__stmt_blob(stmt, 6, s->geom);
    cim__rtree_item item = { .id = id };
    if (cim__gaia_box(s->geom, &item.box)) cim__buf_put(&e->rtree[t], &item, sizeof item);
    return cim__stmt_run(e->ctx, stmt);
}

static cim_status put_instance(extras *e, uint32_t object, int64_t id, const cim__rshape *s)
{
    cim__stmt *stmt = e->instance;
    uint32_t template = cim__map_get(&e->templates, cim__gid_hash(s->template_gid));
    cim__stmt_int(stmt, 1, id);
    cim__stmt_int(stmt, 2, object);
    cim__stmt_text(stmt, 3, s->lod);
    cim__stmt_text(stmt, 4, s->role);
    cim__stmt_int(stmt, 5, template == CIM_NONE ? 0 : template);
    cim__stmt_blob(stmt, 6, (cim__str){ (const char *)s->matrix, sizeof s->matrix });
    for (int i = 0; i < 3; i++) cim__stmt_real(stmt, 7 + i, s->anchor[i]);
    return cim__stmt_run(e->ctx, stmt);
}

static cim_status put_extras_of(extras *e, uint32_t number, cim__record *record)
{
    const cim__head *head = cim__sink_head(e->plan->sink, number);
    CIM__TRY(cim__sink_record(e->ctx, e->plan->sink, number, &e->scratch, record));
    for (uint32_t i = 0; i < record->shape_count; i++) {
        const cim__rshape *s = &record->shapes[i];
        int64_t id = (int64_t)head->id << 8 | i;
        CIM__TRY(s->template_gid.len ? put_instance(e, head->id, id, s) : put_shape(e, head->id, id, s));
    }
    if (!record->residue.len) return CIM_OK;
    cim__stmt_int(e->residue, 1, head->id);
    cim__stmt_blob(e->residue, 2, record->residue);
    return cim__stmt_run(e->ctx, e->residue);
}

static bool get_str(const uint8_t **pos, const uint8_t *end, cim__str *out)
{
    uint64_t n;
    if (!cim__get_varint(pos, end, &n) || n > (uint64_t)(end - *pos)) return false;
    *out = (cim__str){ (const char *)*pos, (size_t)n };
    *pos += n;
    return true;
}

/* Templates of the sink; the same id a second time is the same template. */
static cim_status put_templates(extras *e)
{
    const cim__buf *all = &e->plan->sink->templates;
    const uint8_t *pos = all->data, *end = pos + all->size;
    cim__stmt *stmt = NULL;
    int64_t next = 0;
    if (!all->size) return CIM_OK;
    CIM__TRY(cim__db_get_int(e->ctx, e->w->db, "SELECT coalesce(max(id),0)+1 FROM template", &next));
    CIM__TRY(cim__db_prepare(e->ctx, e->w->db, "INSERT INTO template VALUES(?,?,?,?,?,?)", &stmt));
    cim_status st = CIM_OK;
    while (pos < end && st >= 0) {
        cim__str f[5]; /* gid, mime, uri, topo, geom */
        for (int i = 0; i < 5; i++)
            if (!get_str(&pos, end, &f[i])) f[i] = (cim__str){ "", 0 };
        uint64_t hash = cim__gid_hash(f[0]);
        if (cim__map_get(&e->templates, hash) != CIM_NONE) continue;
        if (!cim__map_put(&e->templates, hash, (uint32_t)next)) st = cim__nomem(e->ctx);
        cim__stmt_int(stmt, 1, next++);
        for (int i = 0; i < 3; i++) cim__stmt_text(stmt, 2 + i, f[i]);
        for (int i = 3; i < 5; i++) cim__stmt_blob(stmt, 2 + i, f[i]);
        if (st >= 0) st = cim__stmt_run(e->ctx, stmt);
    }
    cim__stmt_free(stmt);
    return st;
}

static cim_status prepare_extras(extras *e, unsigned contents)
{
    char sql[80];
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        if (!(contents >> t & 1)) continue;
        snprintf(sql, sizeof sql, "INSERT INTO %s VALUES(?,?,?,?,?,?)", cim__shape_tables[t].table);
        CIM__TRY(cim__db_prepare(e->ctx, e->w->db, sql, &e->shapes[t]));
    }
    CIM__TRY(cim__db_prepare(e->ctx, e->w->db, "INSERT INTO instance VALUES(?,?,?,?,?,?,?,?,?)", &e->instance));
    return cim__db_prepare(e->ctx, e->w->db, "INSERT INTO residue VALUES(?,?)", &e->residue);
}

/* In ascending order of object numbers, which is the order of the tables. */
static cim_status put_all_extras(extras *e)
{
    const cim__plan *plan = e->plan;
    size_t count = cim__sink_count(plan->sink);
    cim__record *record = cim__alloc(e->ctx->mem, sizeof *record);
    cim_status st = record ? CIM_OK : cim__nomem(e->ctx);
    for (size_t i = 0; i < count && st >= 0; i++) {
        if (!cim__sink_head(plan->sink, plan->order[i])->contents) continue;
        st = put_extras_of(e, plan->order[i], record);
        if (st >= 0 && (i & 0xfff) == 0) st = cim__tick(e->ctx, i, count, "write");
    }
    cim__free(e->ctx->mem, record);
    return st;
}

/* What QGIS and OGR show as extent and count without scanning. */
static cim_status put_statistics(cim_ctx *ctx, cim__writer *w, const char *table, const cim_box *box)
{
    cim__stmt *stmt = NULL;
    char sql[300];
    snprintf(sql, sizeof sql,
             "INSERT OR REPLACE INTO geometry_columns_statistics(f_table_name,f_geometry_column,last_verified,row_count,extent_min_x,extent_min_y,extent_max_x,extent_max_y) "
             "SELECT '%s','geom',strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ','now'),count(*),?1,?2,?3,?4 FROM %s", table, table);
    if (!cim__box_ok(box)) return CIM_OK;
    CIM__TRY(cim__db_prepare(ctx, w->db, sql, &stmt));
    cim__stmt_real(stmt, 1, box->min_x);
    cim__stmt_real(stmt, 2, box->min_y);
    cim__stmt_real(stmt, 3, box->max_x);
    cim__stmt_real(stmt, 4, box->max_y);
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st;
}

static cim_status update_rtree(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, const char *table, cim__buf *added, bool shapes)
{
    size_t fresh = CIM__COUNT(added, cim__rtree_item), kept = fresh;
    cim_box all = CIM__BOX_EMPTY;
    if (w->store) CIM__TRY(cim__rtree_read(ctx, w->db, table, added));
    cim__rtree_item *items = (cim__rtree_item *)(void *)added->data;
    for (size_t i = fresh; i < CIM__COUNT(added, cim__rtree_item); i++)
        if (!cim__plan_removes(plan, (uint32_t)(shapes ? items[i].id >> 8 : items[i].id))) items[kept++] = items[i];
    if (added->failed) return cim__nomem(ctx);
    for (size_t i = 0; i < kept; i++) cim__box_join(&all, &items[i].box);
    CIM__TRY(put_statistics(ctx, w, table, &all));
    return cim__rtree_write(ctx, w->db, table, items, kept);
}

static void free_extras(extras *e)
{
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) {
        cim__stmt_free(e->shapes[t]);
        cim__buf_free(&e->rtree[t]);
    }
    cim__stmt_free(e->instance);
    cim__stmt_free(e->residue);
    cim__map_free(&e->templates);
    cim__buf_free(&e->scratch);
}

static cim_status put_extras(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, unsigned contents)
{
    extras e = { .ctx = ctx, .w = w, .plan = plan, .scratch = cim__buf_on(ctx->mem) };
    cim__map_init(&e.templates, ctx->mem);
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) e.rtree[t] = cim__buf_on(ctx->mem);
    cim_status st = prepare_extras(&e, contents);
    if (st >= 0) st = put_templates(&e);
    if (st >= 0) st = put_all_extras(&e);
    for (int t = 0; t < CIM__SHAPE_TABLES && st >= 0; t++)
        if ((contents >> t & 1) || (plan->removed_count && (w->shapes >> t & 1))) st = update_rtree(ctx, w, plan, cim__shape_tables[t].table, &e.rtree[t], true);
    free_extras(&e);
    return st;
}

/* ---- R*Trees and statistics of layers ---- */

static cim_status layer_rtree(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, int l)
{
    cim__buf items = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
    cim__record *record = cim__alloc(ctx->mem, sizeof *record);
    cim_status st = record ? CIM_OK : cim__nomem(ctx);
    for (size_t i = plan->layer_start[l]; i < plan->layer_start[l + 1] && st >= 0; i++) {
        const cim__head *head = cim__sink_head(plan->sink, plan->order[i]);
        cim__rtree_item item = { head->id, head->box };
        if (head->contents) { /* its box holds the shapes too */
            st = cim__sink_record(ctx, plan->sink, plan->order[i], &scratch, record);
            if (st < 0 || !cim__gaia_box(record->geom, &item.box)) continue;
        }
        if (cim__box_ok(&item.box)) cim__buf_put(&items, &item, sizeof item);
    }
    cim__free(ctx->mem, record);
    if (st >= 0) st = update_rtree(ctx, w, plan, cim__layers[l].table, &items, false);
    cim__buf_free(&scratch);
    cim__buf_free(&items);
    return st;
}

static cim_status put_layers(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first_source)
{
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        bool added = plan->layer_start[l + 1] > plan->layer_start[l];
        if (added) CIM__TRY(put_layer(ctx, w, plan, l, first_source));
        bool touched = added || (plan->removed_count && (w->layers >> l & 1));
        if (!touched || !cim__layers[l].type) continue;
        CIM__TRY(layer_rtree(ctx, w, plan, l));
    }
    return CIM_OK;
}

cim_status cim__rows_put(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first_source)
{
    uint64_t wanted = 0;
    unsigned contents = 0;
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (plan->layer_start[l + 1] > plan->layer_start[l]) wanted |= 1ull << l;
    for (size_t i = 0; i < cim__sink_count(plan->sink); i++) contents |= cim__sink_head(plan->sink, i)->contents;
    CIM__TRY(cim__schema_layers(ctx, w->db, plan->sink->epsg, wanted, &w->layers));
    CIM__TRY(cim__schema_shapes(ctx, w->db, plan->sink->epsg, contents & ((1u << CIM__SHAPE_TABLES) - 1), &w->shapes));
    CIM__TRY(put_layers(ctx, w, plan, first_source));
    return contents || plan->removed_count ? put_extras(ctx, w, plan, contents) : CIM_OK;
}
