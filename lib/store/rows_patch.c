/* rows_patch.c - patches of objects that are in the city already: one UPDATE a row. */
#include "store/rows_out.h"

#include <stdio.h>

typedef struct patching {
    cim__stmt *read, *write; /* of the layer and columns of the last one */
    cim__layer_id layer;
    uint64_t columns;
    cim__buf sql, scratch, derived, attrs;
    cim__record record;
} patching;

static void end_statements(patching *p)
{
    cim__stmt_free(p->read);
    cim__stmt_free(p->write);
    p->read = p->write = NULL;
}

static cim_status prepare(cim_ctx *ctx, cim__writer *w, patching *p, cim__layer_id layer, uint64_t columns)
{
    const char *table = cim__layers[layer].table;
    char select[100];
    if (p->write && p->layer == layer && p->columns == columns) return CIM_OK;
    end_statements(p);
    p->sql.size = 0;
    cim__buf_printf(&p->sql, "UPDATE %s SET derived=?,attrs=?", table);
    for (int a = 0; a < CIM__ATTR_COUNT; a++)
        if (columns >> a & 1) cim__buf_printf(&p->sql, ",%s=?", cim__attrs[a].name);
    cim__buf_puts(&p->sql, " WHERE id=?");
    cim__buf_putc(&p->sql, 0);
    if (p->sql.failed) return cim__nomem(ctx);
    snprintf(select, sizeof select, "SELECT derived,attrs FROM %s WHERE id=?", table);
    CIM__TRY(cim__db_prepare(ctx, w->db, select, &p->read));
    CIM__TRY(cim__db_prepare(ctx, w->db, (const char *)p->sql.data, &p->write));
    p->layer = layer;
    p->columns = columns;
    return CIM_OK;
}

/* "height_m:levels name:parent" without the values that are stated now. */
static void put_derived(cim__buf *out, cim__str derived, uint64_t columns)
{
    while (derived.len) {
        const char *blank = memchr(derived.ptr, ' ', derived.len);
        size_t n = blank ? (size_t)(blank - derived.ptr) : derived.len;
        const char *colon = memchr(derived.ptr, ':', n);
        cim__attr a = cim__attr_named((cim__str){ derived.ptr, colon ? (size_t)(colon - derived.ptr) : n });
        if (a == CIM__ATTR_COUNT || !(columns >> a & 1)) {
            if (out->size) cim__buf_putc(out, ' ');
            cim__buf_put(out, derived.ptr, n);
        }
        derived = (cim__str){ derived.ptr + n + (blank != NULL), derived.len - n - (blank != NULL) };
    }
}

static void bind_values(patching *p, int column)
{
    for (int a = 0; a < CIM__ATTR_COUNT; a++) {
        if (!(p->columns >> a & 1)) continue;
        for (uint32_t i = 0; i < p->record.value_count; i++) {
            const cim__value *v = &p->record.values[i];
            if (v->attr != a) continue;
            if (cim__attrs[a].type == 'R') cim__stmt_real(p->write, column, v->real);
            else if (cim__attrs[a].type == 'I') cim__stmt_int(p->write, column, v->integer);
            else cim__stmt_text(p->write, column, v->text);
            break;
        }
        column++;
    }
}

static cim_status patch_row(cim_ctx *ctx, cim__writer *w, patching *p, uint32_t id)
{
    cim__stmt_int(p->read, 1, id);
    cim_status st = cim__stmt_step(ctx, p->read);
    if (st != CIM_OK) return st < 0 ? st : cim__fail(ctx, CIM_EFORMAT, "%s: object %u has no row", w->path, id);
    p->derived.size = p->attrs.size = 0;
    put_derived(&p->derived, cim__stmt_get_str(p->read, 0), p->columns);
    cim__attrs_merge(&p->attrs, cim__stmt_get_str(p->read, 1), p->record.attrs);
    cim__stmt_reset(p->read);
    if (p->derived.failed || p->attrs.failed) return cim__nomem(ctx);
    cim__stmt_text(p->write, 1, cim__buf_str(&p->derived));
    cim__stmt_text(p->write, 2, p->attrs.size > 2 ? cim__buf_str(&p->attrs) : (cim__str){ "", 0 });
    bind_values(p, 3);
    cim__stmt_int(p->write, 3 + __builtin_popcountll(p->columns), id);
    return cim__stmt_run(ctx, p->write);
}

static cim_status patch_one(cim_ctx *ctx, cim__writer *w, patching *p, const cim__sink *sink, const cim__old_patch *old)
{
    const cim__patch *patch = &CIM__AT(&sink->patches, cim__patch, old->patch);
    cim__layer_id layer = (cim__layer_id)sink->city->layer[old->id];
    uint64_t has = 0, columns = 0;
    cim__str bytes;
    CIM__TRY(cim__spool_get(ctx, &sink->spool, patch->start, patch->size, &p->scratch, &bytes));
    if (!cim__record_get(bytes, &p->record)) return cim__fail(ctx, CIM_EINTERNAL, "a patch in the spool is damaged");
    for (int32_t i = 0; i < cim__layers[layer].column_count; i++) has |= 1ull << cim__layers[layer].columns[i];
    for (uint32_t i = 0; i < p->record.value_count; i++) columns |= 1ull << p->record.values[i].attr & has;
    CIM__TRY(prepare(ctx, w, p, layer, columns));
    return patch_row(ctx, w, p, old->id);
}

cim_status cim__rows_patch(cim_ctx *ctx, cim__writer *w, const cim__sink *sink)
{
    size_t count = CIM__COUNT(&sink->old_patches, cim__old_patch);
    if (!count) return CIM_OK;
    patching *p = cim__zalloc(ctx->mem, sizeof *p);
    if (!p) return cim__nomem(ctx);
    p->sql = p->scratch = p->derived = p->attrs = cim__buf_on(ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) st = patch_one(ctx, w, p, sink, &CIM__AT(&sink->old_patches, cim__old_patch, i));
    end_statements(p);
    cim__buf *bufs[] = { &p->sql, &p->scratch, &p->derived, &p->attrs };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__free(ctx->mem, p);
    return st;
}
