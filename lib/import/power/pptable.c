/* pptable.c - pandas frames in JSON. */
#include "import/power/pptable.h"

#include <math.h>
#include <stdio.h>

void cim__pptable_init(cim__pptable *t, cim__mem *mem, const char *path)
{
    memset(t, 0, sizeof *t);
    cim__jtree_init(&t->own, mem);
    t->text = cim__buf_on(mem);
    t->path = path;
}

void cim__pptable_free(cim__pptable *t)
{
    if (!t->path) return;
    cim__jtree_free(&t->own);
    cim__buf_free(&t->text);
}

cim_status cim__pptable_fail(cim_ctx *ctx, const cim__pptable *t, const char *what, cim__str word)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s: %s %.*s: %s%s%.*s", t->path, t->name, (int)(t->id.len < 40 ? t->id.len : 40), t->id.ptr, what, word.len ? " " : "", (int)(word.len < 60 ? word.len : 60), word.ptr);
}

static cim_status fail_table(cim_ctx *ctx, const cim__pptable *t, const char *what) { return cim__fail(ctx, CIM_EFORMAT, "%s: table %s: %s", t->path, t->name, what); }

/* ---- opening ---- */

static cim_status read_text(cim_ctx *ctx, cim__pptable *t, cim__str text, uint32_t max_depth)
{
    t->text.size = 0;
    cim__buf_putstr(&t->text, text);
    cim__buf_putc(&t->text, 0);
    if (t->text.failed) return cim__nomem(ctx);
    cim_status st = cim__jtree_read(ctx, &t->own, (char *)t->text.data, t->text.size - 1, max_depth);
    if (st == CIM_EFORMAT) {
        char why[200];
        snprintf(why, sizeof why, "%.150s", ctx->error);
        return cim__fail(ctx, CIM_EFORMAT, "%s: table %s: byte %zu of its text: %s", t->path, t->name, t->own.error_at, why);
    }
    t->tree = &t->own;
    return st;
}

static cim_status open_split(cim_ctx *ctx, cim__pptable *t, uint32_t node, uint32_t columns)
{
    uint32_t index = cim__jget(t->tree, node, "index"), data = cim__jget(t->tree, node, "data");
    if (!cim__jis(t->tree, index, CIM__J_ARRAY) || !cim__jis(t->tree, data, CIM__J_ARRAY)) return fail_table(ctx, t, "index or data is missing");
    if (cim__jcount(t->tree, index) != cim__jcount(t->tree, data)) return fail_table(ctx, t, "index and data differ in length");
    if (cim__jcount(t->tree, columns) > CIM__PP_COLUMNS) return fail_table(ctx, t, "more than 256 columns");
    uint32_t at = columns + 1;
    for (uint32_t i = 0; i < cim__jcount(t->tree, columns); i++, at = cim__jskip(t->tree, at)) t->names[i] = cim__jis(t->tree, at, CIM__J_STRING) ? cim__jtext(t->tree, at) : CIM__STR("?");
    t->columns = cim__jcount(t->tree, columns);
    t->rows = cim__jcount(t->tree, data);
    t->index = index + 1;
    t->data = data + 1;
    return CIM_OK;
}

static cim_status open_columns(cim_ctx *ctx, cim__pptable *t, uint32_t node)
{
    uint32_t at = node + 1, key, value;
    t->by_columns = true;
    while (cim__jpair(t->tree, node, &at, &key, &value)) {
        if (!cim__jis(t->tree, value, CIM__J_OBJECT)) return fail_table(ctx, t, "neither rows nor columns: only the orientations split and columns are read");
        if (t->columns == CIM__PP_COLUMNS) return fail_table(ctx, t, "more than 256 columns");
        if (t->columns && cim__jcount(t->tree, value) != t->rows) return fail_table(ctx, t, "columns differ in length");
        t->rows = cim__jcount(t->tree, value);
        t->names[t->columns] = cim__jtext(t->tree, key);
        t->at[t->columns++] = value + 1;
    }
    return CIM_OK;
}

cim_status cim__pptable_open(cim_ctx *ctx, cim__pptable *t, const char *name, const cim__jtree *tree, uint32_t node, uint32_t max_depth)
{
    t->name = name;
    t->tree = tree;
    t->columns = t->rows = t->row = 0;
    t->by_columns = false;
    t->id = (cim__str){ "", 0 };
    if (node == CIM_NONE) return CIM_OK;
    uint32_t object = cim__jget(tree, node, "_object");
    if (object != CIM_NONE) node = object;
    if (cim__jis(tree, node, CIM__J_STRING)) {
        CIM__TRY(read_text(ctx, t, cim__jtext(tree, node), max_depth));
        node = 0;
    }
    if (!cim__jis(t->tree, node, CIM__J_OBJECT)) return fail_table(ctx, t, "it is no table");
    uint32_t columns = cim__jget(t->tree, node, "columns");
    return cim__jis(t->tree, columns, CIM__J_ARRAY) ? open_split(ctx, t, node, columns) : open_columns(ctx, t, node);
}

/* ---- rows ---- */

static cim_status next_split(cim_ctx *ctx, cim__pptable *t)
{
    t->id = cim__jat(t->tree, t->index)->type == CIM__J_NUMBER || cim__jis(t->tree, t->index, CIM__J_STRING) ? cim__jtext(t->tree, t->index) : (cim__str){ "", 0 };
    if (!t->id.len) return fail_table(ctx, t, "an index that is neither number nor text");
    if (!cim__jis(t->tree, t->data, CIM__J_ARRAY) || cim__jcount(t->tree, t->data) != t->columns) return cim__pptable_fail(ctx, t, "as many cells as columns are wanted", (cim__str){ "", 0 });
    uint32_t at = t->data + 1;
    for (uint32_t c = 0; c < t->columns; c++, at = cim__jskip(t->tree, at)) t->cells[c] = at;
    t->index = cim__jskip(t->tree, t->index);
    t->data = cim__jskip(t->tree, t->data);
    return CIM_OK;
}

static cim_status next_of_columns(cim_ctx *ctx, cim__pptable *t)
{
    for (uint32_t c = 0; c < t->columns; c++) {
        cim__str id = cim__jtext(t->tree, t->at[c]);
        if (!c) t->id = id;
        if (!cim__str_eq(t->id, id)) return cim__pptable_fail(ctx, t, "columns list other rows here:", t->names[c]);
        t->cells[c] = t->at[c] + 1;
        t->at[c] = cim__jskip(t->tree, t->cells[c]);
    }
    return CIM_OK;
}

cim_status cim__pptable_next(cim_ctx *ctx, cim__pptable *t)
{
    if (t->row == t->rows) return CIM_DONE;
    t->row++;
    return t->by_columns ? next_of_columns(ctx, t) : next_split(ctx, t);
}

/* ---- cells ---- */

uint32_t cim__pptable_column(const cim__pptable *t, const char *name)
{
    for (uint32_t c = 0; c < t->columns; c++)
        if (cim__str_is(t->names[c], name)) return c;
    return CIM_NONE;
}

static uint32_t cell(const cim__pptable *t, const char *name)
{
    uint32_t c = cim__pptable_column(t, name);
    return c == CIM_NONE ? CIM_NONE : t->cells[c];
}

double cim__pptable_real(const cim__pptable *t, const char *name)
{
    double v;
    return cim__jreal(t->tree, cell(t, name), &v) ? v : NAN;
}

cim__str cim__pptable_text(const cim__pptable *t, const char *name)
{
    uint32_t at = cell(t, name);
    return cim__jis(t->tree, at, CIM__J_STRING) ? cim__jtext(t->tree, at) : (cim__str){ "", 0 };
}

/* Numbers of rows may be written "12.0" in columns of which some cells are empty. */
cim__str cim__pptable_id(const cim__pptable *t, const char *name)
{
    uint32_t at = cell(t, name);
    if (!cim__jis(t->tree, at, CIM__J_NUMBER)) return cim__pptable_text(t, name);
    cim__str text = cim__jtext(t->tree, at);
    size_t point = 0;
    while (point < text.len && text.ptr[point] != '.') point++;
    for (size_t i = point + 1; i < text.len; i++)
        if (text.ptr[i] != '0') return text;
    return (cim__str){ text.ptr, point };
}

bool cim__pptable_true(const cim__pptable *t, const char *name)
{
    uint32_t at = cell(t, name);
    double v;
    if (cim__jis(t->tree, at, CIM__J_FALSE)) return false;
    return !cim__jreal(t->tree, at, &v) || v != 0.0;
}

void cim__pptable_put(cim__json *json, const cim__pptable *t)
{
    for (uint32_t c = 0; c < t->columns; c++) {
        if (cim__jis(t->tree, t->cells[c], CIM__J_NULL)) continue;
        cim__json_keystr(json, t->names[c]);
        cim__jput(json, t->tree, t->cells[c]);
    }
}
