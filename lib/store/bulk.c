/* bulk.c - writing SQLite's b-trees (sqlite.org/fileformat2.html).
 *
 * PAGE      type:u8  first free block:u16 = 0  cells:u16  content start:u16  fragments:u8 = 0  [right-most child:u32 inside the tree],
 *           then a u16 place a cell, then free space, then the cells from the end backwards.
 * TABLES    leaves (13) hold  size:varint rowid:varint payload;  inner pages (5)  child:u32 rowid:varint,  the largest rowid below.
 * INDEXES   (tables WITHOUT ROWID) leaves (10) hold  size:varint payload;  inner pages (2)  child:u32 size:varint payload:  every row is
 *           in the tree once, so the row between two leaves moves up.
 * LONG ROWS keep a first part in the cell, the rest goes to a chain of overflow pages: next:u32 data.
 *
 * Leaves are filled to the brim in key order.  Each finished page becomes a "child" (its number and the bytes that stand beside its
 * number one level up); when all rows are in, levels are built from the children until one page is left, which goes where the schema
 * says the root is.  The page of the lock byte (at 1 GiB) is never used. */
#include "store/bulk.h"
#include "core/par.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { TABLE_LEAF = 13, TABLE_INNER = 5, INDEX_LEAF = 10, INDEX_INNER = 2, LEAF_HEAD = 8, INNER_HEAD = 12, MAX_PAGE = 65536, FLUSH = 1 << 20, BATCH = 1 << 20, BATCH_ROWS = 4096 };
static const uint64_t LOCK_BYTE = 1073741824;

typedef struct page {
    uint8_t data[MAX_PAGE];
    uint32_t cells, head, low; /* low: where the cells begin */
} page;

struct cim__bulk {
    cim__mem *mem;
    int fd;
    uint32_t page_size, next_page; /* next_page: number of the next page to be made */
    cim__buf pending;              /* finished pages, the first has number pending_first */
    uint32_t pending_first;
    cim_status status;
    cim__buf key, cell;
    page leaf, other;
};

typedef struct child {
    uint32_t page, tail_size;
    size_t tail_at; /* in the tree's tails */
} child;

typedef struct tree {
    cim__bulk *b;
    bool keyed;
    cim__buf children, tails;
    int64_t last_key;
} tree;

/* ---- the file ---- */

static uint32_t be32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static cim_status write_at(cim_ctx *ctx, cim__bulk *b, const uint8_t *data, size_t size, uint64_t at)
{
    while (size) {
        ssize_t n = pwrite(b->fd, data, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return cim__fail_errno(ctx, n ? -errno : -ENOSPC, "cannot write", "city file");
        data += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return CIM_OK;
}

cim_status cim__bulk_open(cim_ctx *ctx, const char *path, cim__bulk **bulk_out)
{
    uint8_t head[100];
    cim__bulk *b = cim__zalloc(ctx->mem, sizeof *b);
    if (!b) return cim__nomem(ctx);
    b->mem = cim__mem_ref(ctx->mem);
    b->pending = b->key = b->cell = cim__buf_on(ctx->mem);
    b->fd = open(path, O_RDWR | O_CLOEXEC);
    cim_status st = b->fd < 0 ? cim__fail_errno(ctx, -errno, "cannot open", path) : CIM_OK;
    if (st >= 0 && pread(b->fd, head, sizeof head, 0) != (ssize_t)sizeof head) st = cim__fail(ctx, CIM_EIO, "%s: cannot read the header", path);
    if (st >= 0) {
        b->page_size = (uint32_t)head[16] << 8 | head[17];
        if (b->page_size == 1) b->page_size = 65536;
        b->next_page = be32(head + 28) + 1;
        b->pending_first = b->next_page;
        bool plain = head[20] == 0 && be32(head + 52) == 0 && be32(head + 36) == 0 && be32(head + 24) == be32(head + 92) && b->page_size >= 512;
        if (!plain) st = cim__fail(ctx, CIM_EINTERNAL, "%s: not a database that can be filled in bulk", path);
    }
    if (st < 0) {
        cim__bulk_close(b);
        return st;
    }
    *bulk_out = b;
    return CIM_OK;
}

void cim__bulk_close(cim__bulk *b)
{
    if (!b) return;
    cim__mem *mem = b->mem;
    if (b->fd >= 0) close(b->fd);
    cim__buf_free(&b->pending);
    cim__buf_free(&b->key);
    cim__buf_free(&b->cell);
    cim__free(mem, b);
    cim__mem_unref(mem);
}

static cim_status flush(cim_ctx *ctx, cim__bulk *b)
{
    if (b->pending.failed) return cim__nomem(ctx);
    if (!b->pending.size) return CIM_OK;
    CIM__TRY(write_at(ctx, b, b->pending.data, b->pending.size, (uint64_t)(b->pending_first - 1) * b->page_size));
    b->pending_first += (uint32_t)(b->pending.size / b->page_size);
    b->pending.size = 0;
    return CIM_OK;
}

/* Room for the next page, numbered; NULL when memory is short. */
static uint8_t *new_page(cim__bulk *b, uint32_t *number_out)
{
    if ((uint64_t)(b->next_page - 1) * b->page_size == LOCK_BYTE) {
        uint8_t *gap = cim__buf_extend(&b->pending, b->page_size);
        if (gap) memset(gap, 0, b->page_size);
        b->next_page++;
    }
    *number_out = b->next_page++;
    return cim__buf_extend(&b->pending, b->page_size);
}

cim_status cim__bulk_finish(cim_ctx *ctx, cim__bulk *b)
{
    uint8_t count[4];
    CIM__TRY(flush(ctx, b));
    put32(count, b->next_page - 1);
    CIM__TRY(write_at(ctx, b, count, sizeof count, 28));
    if (fsync(b->fd)) return cim__fail_errno(ctx, -errno, "cannot sync", "city file");
    return CIM_OK;
}

/* ---- records ---- */

static void put_varint(cim__buf *out, uint64_t v)
{
    uint8_t bytes[9];
    int n = 0;
    if (v >> 56) { /* nine bytes, the last one with eight bits */
        bytes[8] = (uint8_t)v;
        v >>= 8;
        for (int i = 7; i >= 0; i--, v >>= 7) bytes[i] = (uint8_t)(v & 0x7f) | 0x80;
        cim__buf_put(out, bytes, 9);
        return;
    }
    for (; n == 0 || v; v >>= 7, n++) bytes[n] = (uint8_t)(v & 0x7f) | (n ? 0x80 : 0);
    for (int i = n - 1; i >= 0; i--) cim__buf_putc(out, (char)bytes[i]);
}

/* Serial type and number of bytes of a whole number. */
static unsigned int_type(int64_t v, int *bytes)
{
    static const int sizes[] = { 1, 2, 3, 4, 6, 8 };
    *bytes = 0;
    if (v == 0 || v == 1) return v ? 9 : 8;
    for (int i = 0; i < 6; i++) {
        *bytes = sizes[i];
        if (sizes[i] == 8 || (v >= -((int64_t)1 << (8 * sizes[i] - 1)) && v < (int64_t)1 << (8 * sizes[i] - 1))) return (unsigned)i + 1;
    }
    return 6;
}

static uint64_t serial_type(const cim__cell *c, int *bytes)
{
    *bytes = 0;
    switch (c->type) {
    case CIM__CELL_INT: return int_type(c->integer, bytes);
    case CIM__CELL_REAL: *bytes = 8; return 7;
    case CIM__CELL_TEXT: return 13 + 2 * (uint64_t)c->text.len;
    case CIM__CELL_BLOB: return 12 + 2 * (uint64_t)c->text.len;
    default: return 0;
    }
}

static void put_value(cim__buf *out, const cim__cell *c, int bytes)
{
    uint8_t be[8];
    uint64_t bits = (uint64_t)c->integer;
    if (c->type == CIM__CELL_TEXT || c->type == CIM__CELL_BLOB) {
        cim__buf_putstr(out, c->text);
        return;
    }
    if (c->type == CIM__CELL_REAL) memcpy(&bits, &c->real, 8);
    for (int i = 0; i < bytes; i++) be[i] = (uint8_t)(bits >> (8 * (bytes - 1 - i)));
    cim__buf_put(out, be, (size_t)bytes);
}

/* Records of the next rows: made on one thread while the ones before become pages on another. */
typedef struct batch {
    const struct filling *filling;
    size_t first_row, end_row; /* of the table */
    cim__buf types, bytes, marks; /* marks: mark */
} batch;

typedef struct mark {
    int64_t key;
    size_t end; /* of the record in bytes */
} mark;

/* What is filled into one table. */
typedef struct filling {
    bool keyed;
    int columns;
    size_t rows;
    cim__feed_fn fn;
    void *user;
} filling;

/* header size, serial types, values; the key of a keyed table is NULL in it. */
static void make_record(batch *to, const cim__cell *cells, int columns, bool keyed)
{
    cim__buf *types = &to->types;
    int bytes[CIM__FEED_COLUMNS];
    types->size = 0;
    for (int i = 0; i < columns; i++) {
        uint64_t type = i == 0 && keyed ? 0 : serial_type(&cells[i], &bytes[i]);
        if (i == 0 && keyed) bytes[i] = 0;
        put_varint(types, type);
    }
    put_varint(&to->bytes, types->size + (types->size < 127 ? 1 : 2)); /* the size counts itself */
    cim__buf_put(&to->bytes, types->data, types->size);
    for (int i = keyed; i < columns; i++)
        if (cells[i].type != CIM__CELL_NULL) put_value(&to->bytes, &cells[i], bytes[i]);
}

/* A cim__task_fn: rows from first_row on, until there are enough bytes. */
static cim_status make_batch(cim_ctx *ctx, void *user)
{
    batch *to = user;
    const filling *f = to->filling;
    cim__cell cells[CIM__FEED_COLUMNS];
    memset(cells, 0, sizeof cells);
    to->bytes.size = to->marks.size = 0;
    for (to->end_row = to->first_row; to->end_row < f->rows && to->bytes.size < BATCH && to->end_row - to->first_row < BATCH_ROWS; to->end_row++) {
        CIM__TRY(f->fn(ctx, to->end_row, cells, f->user));
        make_record(to, cells, f->columns, f->keyed);
        mark *m = CIM__PUSH(&to->marks, mark);
        if (m) *m = (mark){ f->keyed ? cells[0].integer : 0, to->bytes.size };
    }
    return to->types.failed || to->bytes.failed || to->marks.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- cells ---- */

/* How much of a payload stays in the cell. */
static size_t local_size(const cim__bulk *b, size_t payload, bool keyed)
{
    size_t usable = b->page_size, most = keyed ? usable - 35 : (usable - 12) * 64 / 255 - 23, least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most) return payload;
    size_t local = least + (payload - least) % (usable - 4);
    return local <= most ? local : least;
}

/* The rest of a long payload in a chain of pages; the number of the first. */
static uint32_t put_overflow(cim__bulk *b, const uint8_t *data, size_t size)
{
    uint32_t first = b->next_page, number;
    if ((uint64_t)(first - 1) * b->page_size == LOCK_BYTE) first++;
    while (size) {
        size_t part = size < b->page_size - 4 ? size : b->page_size - 4;
        uint8_t *p = new_page(b, &number);
        if (!p) return first;
        uint32_t next = (uint64_t)number * b->page_size == LOCK_BYTE ? number + 2 : number + 1;
        put32(p, size > part ? next : 0);
        memcpy(p + 4, data, part);
        memset(p + 4 + part, 0, b->page_size - 4 - part);
        data += part;
        size -= part;
    }
    return first;
}

/* b->cell becomes the leaf cell of a record. */
static void make_cell(cim__bulk *b, const uint8_t *record, size_t size, int64_t key, bool keyed)
{
    size_t local = local_size(b, size, keyed);
    b->cell.size = 0;
    put_varint(&b->cell, size);
    if (keyed) put_varint(&b->cell, (uint64_t)key);
    cim__buf_put(&b->cell, record, local);
    if (local == size) return;
    uint8_t next[4];
    put32(next, put_overflow(b, record + local, size - local));
    cim__buf_put(&b->cell, next, sizeof next);
}

/* ---- pages ---- */

static void page_begin(const cim__bulk *b, page *p, uint32_t head)
{
    p->cells = 0;
    p->head = head;
    p->low = b->page_size;
}

static bool page_fits(const page *p, size_t cell) { return p->head + 2 * (p->cells + 1) + cell <= p->low; }

static void page_add(page *p, const void *cell, size_t size)
{
    p->low -= (uint32_t)size;
    memcpy(p->data + p->low, cell, size);
    put16(p->data + p->head + 2 * p->cells++, p->low);
}

static void page_end(const cim__bulk *b, page *p, uint8_t type, uint32_t right_most)
{
    uint32_t gap = p->head + 2 * p->cells;
    p->data[0] = type;
    put16(p->data + 1, 0);
    put16(p->data + 3, p->cells);
    put16(p->data + 5, p->low == 65536 ? 0 : p->low);
    p->data[7] = 0;
    if (p->head == INNER_HEAD) put32(p->data + 8, right_most);
    memset(p->data + gap, 0, p->low - gap);
    (void)b;
}

static uint32_t page_out(cim__bulk *b, const page *p)
{
    uint32_t number;
    uint8_t *to = new_page(b, &number);
    if (to) memcpy(to, p->data, b->page_size);
    return number;
}

static void add_child(tree *t, uint32_t number, const void *tail, size_t size)
{
    child *c = CIM__PUSH(&t->children, child);
    if (c) *c = (child){ number, (uint32_t)size, t->tails.size };
    cim__buf_put(&t->tails, tail, size);
}

/* ---- inner levels ---- */

static size_t child_cell(const child *c) { return 4 + c->tail_size; }

static void make_inner(tree *t, page *p, const child *list, size_t count)
{
    cim__bulk *b = t->b;
    page_begin(b, p, INNER_HEAD);
    for (size_t i = 0; i + 1 < count; i++) {
        p->low -= (uint32_t)child_cell(&list[i]);
        put32(p->data + p->low, list[i].page);
        memcpy(p->data + p->low + 4, t->tails.data + list[i].tail_at, list[i].tail_size);
        put16(p->data + p->head + 2 * p->cells++, p->low);
    }
    page_end(b, p, t->keyed ? TABLE_INNER : INDEX_INNER, list[count - 1].page);
}

/* How many children, from the first on, one inner page takes: cells for all but the last.  At least two are left for the page after it. */
static size_t group_size(const cim__bulk *b, const child *list, size_t count)
{
    size_t used = INNER_HEAD, n = 1;
    while (n < count && used + 2 + child_cell(&list[n - 1]) <= b->page_size) used += 2 + child_cell(&list[n++ - 1]);
    if (count - n == 1) n--;
    return n;
}

static cim_status build_levels(cim_ctx *ctx, tree *t, uint32_t root)
{
    cim__bulk *b = t->b;
    size_t count;
    while ((count = CIM__COUNT(&t->children, child)) > 1) {
        child *list = (child *)(void *)t->children.data;
        size_t n = group_size(b, list, count), made = 0;
        if (n == count) {
            make_inner(t, &b->leaf, list, count);
            break;
        }
        for (size_t at = 0; at < count; at += n) {
            n = group_size(b, list + at, count - at);
            make_inner(t, &b->other, list + at, n);
            child up = list[at + n - 1];
            up.page = page_out(b, &b->other);
            list[made++] = up;
        }
        t->children.size = made * sizeof(child);
    }
    CIM__TRY(flush(ctx, b));
    return write_at(ctx, b, b->leaf.data, b->page_size, (uint64_t)(root - 1) * b->page_size);
}

/* ---- leaves ---- */

static void end_leaf(tree *t, page *p, const void *tail, size_t tail_size)
{
    page_end(t->b, p, t->keyed ? TABLE_LEAF : INDEX_LEAF, 0);
    add_child(t, page_out(t->b, p), tail, tail_size);
}

/* A table's leaf is known above by its largest rowid. */
static void end_table_leaf(tree *t)
{
    cim__bulk *b = t->b;
    b->key.size = 0;
    put_varint(&b->key, (uint64_t)t->last_key);
    end_leaf(t, &b->leaf, b->key.data, b->key.size);
}

static void add_table_cell(tree *t, int64_t key)
{
    cim__bulk *b = t->b;
    if (!page_fits(&b->leaf, b->cell.size)) {
        end_table_leaf(t);
        page_begin(b, &b->leaf, LEAF_HEAD);
    }
    page_add(&b->leaf, b->cell.data, b->cell.size);
    t->last_key = key;
}

/* An index' leaf that is full waits in `other` with the row between it and the next leaf in `tails`, until the next leaf has a row. */
typedef struct waiting {
    bool any;
    cim__buf between;
} waiting;

static void add_index_cell(tree *t, waiting *w)
{
    cim__bulk *b = t->b;
    if (page_fits(&b->leaf, b->cell.size)) {
        page_add(&b->leaf, b->cell.data, b->cell.size);
        return;
    }
    if (w->any) end_leaf(t, &b->other, w->between.data, w->between.size);
    memcpy(&b->other, &b->leaf, sizeof b->other);
    w->any = true;
    w->between.size = 0;
    cim__buf_put(&w->between, b->cell.data, b->cell.size);
    page_begin(b, &b->leaf, LEAF_HEAD);
}

/* The last leaf has no row: the row between goes into it, and the last row of the waiting leaf between them. */
static void rebalance(tree *t, waiting *w)
{
    cim__bulk *b = t->b;
    page *p = &b->other;
    uint32_t last = p->cells - 1, at = (uint32_t)p->data[p->head + 2 * last] << 8 | p->data[p->head + 2 * last + 1];
    uint32_t end = last ? (uint32_t)p->data[p->head + 2 * last - 2] << 8 | p->data[p->head + 2 * last - 1] : b->page_size;
    page_add(&b->leaf, w->between.data, w->between.size);
    w->between.size = 0;
    cim__buf_put(&w->between, p->data + at, end - at);
    p->cells--;
    p->low = end;
}

static void end_index(tree *t, waiting *w)
{
    cim__bulk *b = t->b;
    if (!w->any) return;
    if (!b->leaf.cells) rebalance(t, w);
    end_leaf(t, &b->other, w->between.data, w->between.size);
    end_leaf(t, &b->leaf, NULL, 0);
}

static cim_status add_batch(cim_ctx *ctx, tree *t, waiting *w, const batch *rows)
{
    cim__bulk *b = t->b;
    size_t at = 0;
    for (size_t i = 0; i < CIM__COUNT(&rows->marks, mark); i++) {
        const mark *m = &CIM__AT(&rows->marks, mark, i);
        size_t row = rows->first_row + i;
        if (t->keyed && row && m->key <= t->last_key) return cim__fail(ctx, CIM_EINTERNAL, "row %zu is out of order", row);
        make_cell(b, rows->bytes.data + at, m->end - at, m->key, t->keyed);
        if (t->keyed) add_table_cell(t, m->key);
        else add_index_cell(t, w);
        if (b->key.failed || b->cell.failed) return cim__nomem(ctx);
        if (b->pending.size >= FLUSH) CIM__TRY(flush(ctx, b));
        at = m->end;
    }
    return cim__tick(ctx, rows->end_row, rows->filling->rows, "write");
}

/* While a batch becomes pages the next one is made. */
static cim_status add_batches(cim_ctx *ctx, tree *t, waiting *w, batch *now, batch *next)
{
    CIM__TRY(make_batch(ctx, now));
    while (now->end_row > now->first_row) {
        bool more = now->end_row < now->filling->rows;
        cim__task making;
        next->first_row = next->end_row = now->end_row;
        if (more) cim__task_start(ctx, &making, make_batch, next);
        cim_status st = add_batch(ctx, t, w, now);
        if (more && st < 0) (void)cim__task_join(ctx, &making);
        else if (more) st = cim__task_join(ctx, &making);
        CIM__TRY(st);
        batch *done = now;
        now = next;
        next = done;
    }
    return CIM_OK;
}

static cim_status add_rows(cim_ctx *ctx, tree *t, waiting *w, const filling *f)
{
    batch batches[2];
    for (int i = 0; i < 2; i++) {
        batches[i] = (batch){ .filling = f };
        batches[i].types = batches[i].bytes = batches[i].marks = cim__buf_on(ctx->mem);
    }
    cim_status st = add_batches(ctx, t, w, &batches[0], &batches[1]);
    for (int i = 0; i < 2; i++) {
        cim__buf_free(&batches[i].types);
        cim__buf_free(&batches[i].bytes);
        cim__buf_free(&batches[i].marks);
    }
    CIM__TRY(st);
    if (!t->keyed) end_index(t, w);
    else if (t->children.size) end_table_leaf(t);
    return t->children.failed || t->tails.failed || w->between.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__bulk_fill(cim_ctx *ctx, cim__bulk *b, uint32_t root, bool keyed, int columns, size_t rows, cim__feed_fn fn, void *user)
{
    filling f = { keyed, columns, rows, fn, user };
    tree t = { b, keyed, cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), 0 };
    waiting w = { false, cim__buf_on(ctx->mem) };
    page_begin(b, &b->leaf, LEAF_HEAD);
    cim_status st = add_rows(ctx, &t, &w, &f);
    if (st >= 0 && !t.children.size) page_end(b, &b->leaf, keyed ? TABLE_LEAF : INDEX_LEAF, 0); /* one page is enough: it is the root */
    if (st >= 0) st = build_levels(ctx, &t, root);
    cim__buf_free(&t.children);
    cim__buf_free(&t.tails);
    cim__buf_free(&w.between);
    return st;
}
