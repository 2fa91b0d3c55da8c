/* rows_shapes.c - what objects have beside their row: shapes, instances of templates, residue. */
#include "store/rows_out.h"

static int shape_table_of(cim__str geom)
{
    /* class number at byte 39 of the blob: 1006, 1005, 1004 */
    uint8_t low = geom.len > 43 ? (uint8_t)geom.ptr[39] : 0;
    return low == (1006 & 0xff) ? CIM__SURFACES : low == (1005 & 0xff) ? CIM__CURVES : CIM__POINTS;
}

static void add_ref(cim__buf *refs, uint32_t number, uint32_t shape)
{
    cim__shape_ref *ref = CIM__PUSH(refs, cim__shape_ref);
    if (ref) *ref = (cim__shape_ref){ number, shape };
}

static void add_item(cim__buf *items, int64_t id, cim__str geom)
{
    cim__rtree_item item = { .id = id };
    if (cim__gaia_box(geom, &item.box)) cim__buf_put(items, &item, sizeof item);
}

static void find_in(cim__rows_out *r, uint32_t number, const cim__head *head, const cim__record *record)
{
    if (cim__layers[head->layer].type) add_item(&r->layer_items[head->layer], head->id, record->geom);
    for (uint32_t i = 0; i < record->shape_count; i++) {
        const cim__rshape *s = &record->shapes[i];
        if (s->template_gid.len) {
            add_ref(&r->instances, number, i);
            continue;
        }
        int t = shape_table_of(s->geom);
        add_ref(&r->shapes[t], number, i);
        add_item(&r->shape_items[t], (int64_t)head->id << 8 | i, s->geom);
    }
    if (record->residue.len) add_ref(&r->residues, number, 0);
}

/* In ascending order of object numbers over all layers, which is the order of these tables. */
static cim_status order_by_id(cim_ctx *ctx, cim__buf *refs, const cim__sink *sink)
{
    size_t count = CIM__COUNT(refs, cim__shape_ref);
    cim__shape_ref *list = (cim__shape_ref *)(void *)refs->data;
    cim__keyed *keys = cim__alloc_n(ctx->mem, count + 1, 2 * sizeof *keys);
    if (!keys) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) keys[i] = (cim__keyed){ (uint64_t)cim__sink_head(sink, list[i].number)->id << 8 | list[i].shape, list[i].number, list[i].shape };
    cim__sort_keyed(keys, keys + count, count);
    for (size_t i = 0; i < count; i++) list[i] = (cim__shape_ref){ keys[i].id, keys[i].extra };
    cim__free(ctx->mem, keys);
    return CIM_OK;
}

static cim_status find_all(cim_ctx *ctx, cim__rows_out *r, cim__row_maker *m)
{
    const cim__sink *sink = r->plan->sink;
    size_t count = cim__sink_count(sink);
    for (size_t i = 0; i < count; i++) {
        const cim__head *head = cim__sink_head(sink, i);
        if (!head->contents) continue;
        CIM__TRY(cim__sink_record(ctx, sink, i, &m->scratch, &m->record));
        find_in(r, (uint32_t)i, head, &m->record);
        if ((i & 0xfff) == 0) CIM__TRY(cim__tick(ctx, i, count, "shapes"));
    }
    return CIM_OK;
}

cim_status cim__rows_find_shapes(cim_ctx *ctx, cim__rows_out *r)
{
    cim__row_maker *m = cim__row_maker_new(ctx);
    bool failed = false;
    if (!m) return cim__nomem(ctx);
    cim_status st = find_all(ctx, r, m);
    cim__row_maker_free(ctx->mem, m);
    CIM__TRY(st);
    for (int l = 0; l < CIM__LAYER_COUNT; l++) failed |= r->layer_items[l].failed;
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) failed |= r->shapes[t].failed | r->shape_items[t].failed;
    if (failed || r->instances.failed || r->residues.failed) return cim__nomem(ctx);
    for (int t = 0; t < CIM__SHAPE_TABLES; t++) CIM__TRY(order_by_id(ctx, &r->shapes[t], r->plan->sink));
    CIM__TRY(order_by_id(ctx, &r->instances, r->plan->sink));
    return order_by_id(ctx, &r->residues, r->plan->sink);
}

/* ---- templates ---- */

static bool get_str(const uint8_t **pos, const uint8_t *end, cim__str *out)
{
    uint64_t n;
    if (!cim__get_varint(pos, end, &n) || n > (uint64_t)(end - *pos)) return false;
    *out = (cim__str){ (const char *)*pos, (size_t)n };
    *pos += n;
    return true;
}

static cim_status put_template(cim_ctx *ctx, cim__stmt *stmt, int64_t id, const cim__str f[5])
{
    cim__stmt_int(stmt, 1, id);
    for (int i = 0; i < 3; i++) cim__stmt_text(stmt, 2 + i, f[i]);
    for (int i = 3; i < 5; i++) cim__stmt_blob(stmt, 2 + i, f[i]);
    return cim__stmt_run(ctx, stmt);
}

/* The same id a second time is the same template. */
cim_status cim__rows_templates(cim_ctx *ctx, cim__writer *w, cim__rows_out *r)
{
    const cim__buf *all = &r->plan->sink->templates;
    const uint8_t *pos = all->data, *end = pos + all->size;
    cim__stmt *stmt = NULL;
    int64_t next = 0;
    if (!all->size) return CIM_OK;
    CIM__TRY(cim__db_get_int(ctx, w->db, "SELECT coalesce(max(id),0)+1 FROM template", &next));
    CIM__TRY(cim__db_prepare(ctx, w->db, "INSERT INTO template VALUES(?,?,?,?,?,?)", &stmt));
    cim_status st = CIM_OK;
    while (pos < end && st >= 0) {
        cim__str f[5]; /* gid, mime, uri, topo, geom */
        for (int i = 0; i < 5; i++)
            if (!get_str(&pos, end, &f[i])) f[i] = (cim__str){ "", 0 };
        uint64_t hash = cim__gid_hash(f[0]);
        if (cim__map_get(&r->templates, hash) != CIM_NONE) continue;
        if (!cim__map_put(&r->templates, hash, (uint32_t)next)) st = cim__nomem(ctx);
        else st = put_template(ctx, stmt, next++, f);
    }
    cim__stmt_free(stmt);
    return st;
}

/* ---- rows ---- */

typedef struct shape_rows {
    const cim__rows_out *out;
    cim__row_maker *maker;
    const cim__shape_ref *refs;
} shape_rows;

static cim_status look(cim_ctx *ctx, shape_rows *f, size_t row, const cim__head **head_out, const cim__rshape **shape_out)
{
    const cim__sink *sink = f->out->plan->sink;
    *head_out = cim__sink_head(sink, f->refs[row].number);
    CIM__TRY(cim__sink_record(ctx, sink, f->refs[row].number, &f->maker->scratch, &f->maker->record));
    *shape_out = &f->maker->record.shapes[f->refs[row].shape];
    return CIM_OK;
}

static cim_status feed_shape(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    shape_rows *f = user;
    const cim__head *head;
    const cim__rshape *s;
    CIM__TRY(look(ctx, f, row, &head, &s));
    cells[0] = cim__int_cell((int64_t)head->id << 8 | f->refs[row].shape);
    cells[1] = cim__int_cell(head->id);
    cells[2] = cim__text_cell(s->lod);
    cells[3] = cim__text_cell(s->role);
    cells[4] = cim__blob_cell(s->topo);
    cells[5] = cim__blob_cell(s->geom);
    return CIM_OK;
}

static cim_status feed_instance(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    shape_rows *f = user;
    const cim__head *head;
    const cim__rshape *s;
    CIM__TRY(look(ctx, f, row, &head, &s));
    uint32_t template = cim__map_get(&f->out->templates, cim__gid_hash(s->template_gid));
    cells[0] = cim__int_cell((int64_t)head->id << 8 | f->refs[row].shape);
    cells[1] = cim__int_cell(head->id);
    cells[2] = cim__text_cell(s->lod);
    cells[3] = cim__text_cell(s->role);
    cells[4] = cim__int_cell(template == CIM_NONE ? 0 : template);
    cells[5] = cim__blob_cell((cim__str){ (const char *)s->matrix, sizeof s->matrix });
    for (int i = 0; i < 3; i++) cells[6 + i] = cim__real_cell(s->anchor[i]);
    return CIM_OK;
}

static cim_status feed_residue(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    shape_rows *f = user;
    const cim__head *head;
    const cim__rshape *s;
    CIM__TRY(look(ctx, f, row, &head, &s));
    cells[0] = cim__int_cell(head->id);
    cells[1] = cim__blob_cell(f->maker->record.residue);
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *r, const char *table, int columns, const cim__buf *refs, cim__feed_fn fn)
{
    shape_rows f = { r, cim__row_maker_new(ctx), (const cim__shape_ref *)(const void *)refs->data };
    if (!f.maker) return cim__nomem(ctx);
    cim_status st = cim__writer_fill(ctx, w, worker, table, true, columns, ~0ull, CIM__COUNT(refs, cim__shape_ref), fn, &f);
    cim__row_maker_free(ctx->mem, f.maker);
    return st;
}

cim_status cim__rows_fill_shapes(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *r, int table)
{
    return fill(ctx, w, worker, r, cim__shape_tables[table].table, 6, &r->shapes[table], feed_shape);
}

cim_status cim__rows_fill_instances(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *r) { return fill(ctx, w, worker, r, "instance", 9, &r->instances, feed_instance); }

cim_status cim__rows_fill_residues(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *r) { return fill(ctx, w, worker, r, "residue", 2, &r->residues, feed_residue); }
