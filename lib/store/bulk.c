/* bulk.c - writing SQLite's b-trees (sqlite.org/fileformat2.html).
 *
 * PAGE      type:u8  first free block:u16 = 0  cells:u16  content start:u16  fragments:u8 = 0  [right-most child:u32 inside the tree],
 *           then a u16 place a cell, then free space, then the cells from the end backwards.
 * TABLES    leaves (13) hold  size:varint rowid:varint payload;  inner pages (5)  child:u32 rowid:varint,  the largest rowid below.
 * INDEXES   (tables WITHOUT ROWID) leaves (10) hold  size:varint payload;  inner pages (2)  child:u32 size:varint payload:  every row is
 *           in the tree once, so the row between two leaves moves up.
 * LONG ROWS keep a first part in the cell, the rest goes to a chain of overflow pages: next:u32 data.
 *
 * FREE PAGES are what lanes took and did not need: a list in the file, which SQLite uses up first when the city grows.
 *
 * Leaves are filled to the brim in key order.  Each finished page becomes a "child" (its number and the bytes that stand beside its
 * number one level up); when all rows are in, levels are built from the children until one page is left, which goes where the schema
 * says the root is.  The page of the lock byte (at 1 GiB) is never used. */
#include "store/bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { TABLE_LEAF = 13, TABLE_INNER = 5, INDEX_LEAF = 10, INDEX_INNER = 2, LEAF_HEAD = 8, INNER_HEAD = 12, MAX_PAGE = 65536, FLUSH = 1 << 20, RUN = 32 };
static const uint64_t LOCK_BYTE = 1073741824;

typedef struct page {
    uint8_t data[MAX_PAGE];
    uint32_t cells, head, low; /* low: where the cells begin */
} page;

struct cim__bulk {
    cim__mem *mem;
    int fd;
    uint32_t page_size;
    pthread_mutex_t lock; /* of what follows */
    uint32_t next_page;   /* the first that no lane has */
    cim__buf free_pages;  /* uint32_t */
};

/* Pages that one lane may use. */
typedef struct run {
    uint32_t next, end;
} run;

struct cim__lane {
    cim__bulk *bulk;
    uint32_t page_size;
    run now, ahead;         /* ahead: taken because somebody had to know the next page's number */
    cim__buf pending;       /* finished pages, the first has number pending_first */
    uint32_t pending_first;
    int error;              /* of writing, where no failure can be reported; 0: none */
    cim__buf record, cell;
    page leaf, other;
};

typedef struct child {
    uint32_t page, tail_size;
    size_t tail_at; /* in the tree's tails */
} child;

typedef struct tree {
    cim__lane *b;
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

/* The disk may begin at once: all has to be on it before the file gets its name. */
static void start_writeback(int fd, uint64_t at, uint64_t size)
{
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(fd, (off_t)at, (off_t)size, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd, (void)at, (void)size;
#endif
}

/* 0, or what errno says. */
static int write_at(int fd, const uint8_t *data, size_t size, uint64_t at)
{
    while (size) {
        ssize_t n = pwrite(fd, data, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n ? errno : ENOSPC;
        data += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return 0;
}

static cim_status written(cim_ctx *ctx, int error) { return error ? cim__fail_errno(ctx, -error, "cannot write", "city file") : CIM_OK; }

/* The page size, 0 for a database that this writer does not know. */
static uint32_t known_page_size(const uint8_t head[100])
{
    uint32_t page_size = (uint32_t)head[16] << 8 | head[17];
    if (page_size == 1) page_size = 65536;
    bool plain = head[20] == 0 && be32(head + 52) == 0 && be32(head + 24) == be32(head + 92) && page_size >= 512;
    return plain ? page_size : 0;
}

/* Those that SQLite left; they are written again at the end. */
static bool read_free_pages(cim__bulk *b, uint32_t trunk, uint32_t count)
{
    uint8_t *list = cim__alloc(b->mem, b->page_size);
    bool ok = list != NULL;
    while (ok && trunk && CIM__COUNT(&b->free_pages, uint32_t) < count) {
        ok = pread(b->fd, list, b->page_size, (off_t)(trunk - 1) * b->page_size) == (ssize_t)b->page_size && be32(list + 4) <= b->page_size / 4 - 2;
        if (ok) cim__buf_put(&b->free_pages, &trunk, sizeof trunk);
        for (uint32_t i = 0; ok && i < be32(list + 4); i++) {
            uint32_t leaf = be32(list + 8 + 4 * (size_t)i);
            cim__buf_put(&b->free_pages, &leaf, sizeof leaf);
        }
        if (ok) trunk = be32(list);
    }
    cim__free(b->mem, list);
    return ok && !b->free_pages.failed && CIM__COUNT(&b->free_pages, uint32_t) == count;
}

cim_status cim__bulk_open(cim_ctx *ctx, const char *path, cim__bulk **bulk_out)
{
    uint8_t head[100];
    cim__bulk *b = cim__zalloc(ctx->mem, sizeof *b);
    if (!b) return cim__nomem(ctx);
    b->mem = cim__mem_ref(ctx->mem);
    b->free_pages = cim__buf_on(ctx->mem);
    pthread_mutex_init(&b->lock, NULL);
    b->fd = open(path, O_RDWR | O_CLOEXEC);
    cim_status st = b->fd < 0 ? cim__fail_errno(ctx, -errno, "cannot open", path) : CIM_OK;
    if (st >= 0 && pread(b->fd, head, sizeof head, 0) != (ssize_t)sizeof head) st = cim__fail(ctx, CIM_EIO, "%s: cannot read the header", path);
    if (st >= 0 && (!(b->page_size = known_page_size(head)) || !read_free_pages(b, be32(head + 32), be32(head + 36)))) st = cim__fail(ctx, CIM_EINTERNAL, "%s: not a database that can be filled in bulk", path);
    if (st < 0) {
        cim__bulk_close(b);
        return st;
    }
    b->next_page = be32(head + 28) + 1;
    *bulk_out = b;
    return CIM_OK;
}

void cim__bulk_close(cim__bulk *b)
{
    if (!b) return;
    cim__mem *mem = b->mem;
    if (b->fd >= 0) close(b->fd);
    cim__buf_free(&b->free_pages);
    pthread_mutex_destroy(&b->lock);
    cim__free(mem, b);
    cim__mem_unref(mem);
}

/* ---- free pages: trunk pages that list others: next trunk:u32 count:u32 numbers:u32... ---- */

static uint32_t lock_page(const cim__bulk *b) { return (uint32_t)(LOCK_BYTE / b->page_size) + 1; }

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Free pages at the end of the file are cut off. */
static size_t trim(cim__bulk *b)
{
    uint32_t *list = (uint32_t *)(void *)b->free_pages.data;
    size_t count = CIM__COUNT(&b->free_pages, uint32_t);
    if (count) qsort(list, count, sizeof *list, by_number);
    for (;;) {
        if (count && list[count - 1] == b->next_page - 1) count--;
        else if (b->next_page - 1 != lock_page(b)) return count;
        b->next_page--;
    }
}

static int write_free_pages(cim__bulk *b, size_t count, uint8_t head[12])
{
    const uint32_t *list = (const uint32_t *)(const void *)b->free_pages.data;
    size_t most = b->page_size / 4 - 8;
    uint8_t *trunk = cim__zalloc(b->mem, b->page_size);
    int error = trunk ? 0 : ENOMEM;
    for (size_t at = 0, n; at < count && !error; at += n + 1) {
        n = count - at - 1 < most ? count - at - 1 : most;
        put32(trunk, at + n + 1 < count ? list[at + n + 1] : 0);
        put32(trunk + 4, (uint32_t)n);
        for (size_t i = 0; i < n; i++) put32(trunk + 8 + 4 * i, list[at + 1 + i]);
        error = write_at(b->fd, trunk, b->page_size, (uint64_t)(list[at] - 1) * b->page_size);
    }
    cim__free(b->mem, trunk);
    put32(head + 4, count ? list[0] : 0);
    put32(head + 8, (uint32_t)count);
    return error;
}

cim_status cim__bulk_finish(cim_ctx *ctx, cim__bulk *b)
{
    uint8_t head[12]; /* pages, first free page, number of free pages: bytes 28 to 39 of the file */
    if (b->free_pages.failed) return cim__nomem(ctx);
    size_t count = trim(b);
    put32(head, b->next_page - 1);
    CIM__TRY(written(ctx, write_free_pages(b, count, head)));
    CIM__TRY(written(ctx, write_at(b->fd, head, sizeof head, 28)));
    if (ftruncate(b->fd, (off_t)(b->next_page - 1) * b->page_size)) return cim__fail_errno(ctx, -errno, "cannot write", "city file");
    if (fsync(b->fd)) return cim__fail_errno(ctx, -errno, "cannot sync", "city file");
    return CIM_OK;
}

/* ---- lanes ---- */

static void set_free(cim__bulk *b, run r)
{
    for (uint32_t n = r.next; n < r.end; n++) cim__buf_put(&b->free_pages, &n, sizeof n);
}

/* A run of pages without the page of the lock byte. */
static run take_run(cim__bulk *b)
{
    pthread_mutex_lock(&b->lock);
    uint32_t lock = lock_page(b);
    run r = { b->next_page, b->next_page + RUN };
    b->next_page = r.end;
    if (lock >= r.next && lock < r.end) {
        set_free(b, (run){ r.next, lock });
        r = (run){ lock + 1, lock + 1 + RUN };
        b->next_page = r.end;
    }
    pthread_mutex_unlock(&b->lock);
    return r;
}

cim_status cim__lane_new(cim_ctx *ctx, cim__bulk *bulk, cim__lane **lane_out)
{
    cim__lane *b = cim__alloc(bulk->mem, sizeof *b);
    if (!b) return cim__nomem(ctx);
    b->bulk = bulk;
    b->page_size = bulk->page_size;
    b->now = b->ahead = (run){ 0, 0 };
    b->pending = b->record = b->cell = cim__buf_on(bulk->mem);
    b->pending_first = 0;
    b->error = 0;
    *lane_out = b;
    return CIM_OK;
}

void cim__lane_free(cim__lane *b)
{
    if (!b) return;
    cim__buf_free(&b->pending);
    cim__buf_free(&b->record);
    cim__buf_free(&b->cell);
    cim__free(b->bulk->mem, b);
}

static void flush(cim__lane *b)
{
    if (!b->pending.size || b->pending.failed) return;
    uint64_t at = (uint64_t)(b->pending_first - 1) * b->page_size;
    if (!b->error) b->error = write_at(b->bulk->fd, b->pending.data, b->pending.size, at);
    start_writeback(b->bulk->fd, at, b->pending.size);
    b->pending_first += (uint32_t)(b->pending.size / b->page_size);
    b->pending.size = 0;
}

static cim_status give_status(cim_ctx *ctx, const cim__lane *b) { return b->pending.failed ? cim__nomem(ctx) : written(ctx, b->error); }

cim_status cim__lane_end(cim_ctx *ctx, cim__lane *b)
{
    flush(b);
    pthread_mutex_lock(&b->bulk->lock);
    set_free(b->bulk, b->now);
    set_free(b->bulk, b->ahead);
    b->now = b->ahead = (run){ 0, 0 };
    pthread_mutex_unlock(&b->bulk->lock);
    return give_status(ctx, b);
}

/* The number that the next page will have. */
static uint32_t next_number(cim__lane *b)
{
    if (b->now.next < b->now.end) return b->now.next;
    if (b->ahead.next == b->ahead.end) b->ahead = take_run(b->bulk);
    return b->ahead.next;
}

/* Room for the next page, numbered; NULL when memory is short. */
static uint8_t *new_page(cim__lane *b, uint32_t *number_out)
{
    if (b->now.next == b->now.end) {
        uint32_t first = next_number(b);
        if (first != b->now.end || b->pending.size >= FLUSH) flush(b);
        b->now = b->ahead;
        b->ahead = (run){ 0, 0 };
        if (!b->pending.size) b->pending_first = first;
    }
    *number_out = b->now.next++;
    return cim__buf_extend(&b->pending, b->page_size);
}

/* ---- records ---- */

/* Bytes written, at most 9. */
static size_t varint(uint8_t *out, uint64_t v)
{
    uint8_t bytes[9];
    size_t n = 0;
    if (v < 128) {
        *out = (uint8_t)v;
        return 1;
    }
    if (v >> 56) { /* nine bytes, the last one with eight bits */
        out[8] = (uint8_t)v;
        v >>= 8;
        for (int i = 7; i >= 0; i--, v >>= 7) out[i] = (uint8_t)(v & 0x7f) | 0x80;
        return 9;
    }
    for (; v; v >>= 7, n++) bytes[n] = (uint8_t)(v & 0x7f) | (n ? 0x80 : 0);
    for (size_t i = 0; i < n; i++) out[i] = bytes[n - 1 - i];
    return n;
}

static void put_varint(cim__buf *out, uint64_t v)
{
    uint8_t bytes[9];
    cim__buf_put(out, bytes, varint(bytes, v));
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

/* header size, serial types, values; the key of a keyed table is NULL in it. */
static void make_record(cim__lane *b, const cim__cell *cells, int columns, bool keyed)
{
    uint8_t types[9 * CIM__FEED_COLUMNS];
    int bytes[CIM__FEED_COLUMNS];
    size_t size = 0;
    b->record.size = 0;
    if (keyed) types[size++] = 0;
    for (int i = keyed; i < columns; i++) {
        if (cells[i].type == CIM__CELL_NULL) types[size++] = 0;
        else size += varint(types + size, serial_type(&cells[i], &bytes[i]));
    }
    put_varint(&b->record, size + (size < 127 ? 1 : 2)); /* the size counts itself */
    cim__buf_put(&b->record, types, size);
    for (int i = keyed; i < columns; i++)
        if (cells[i].type != CIM__CELL_NULL) put_value(&b->record, &cells[i], bytes[i]);
}

/* ---- cells ---- */

/* How much of a payload stays in the cell. */
static size_t local_size(const cim__lane *b, size_t payload, bool keyed)
{
    size_t usable = b->page_size, most = keyed ? usable - 35 : (usable - 12) * 64 / 255 - 23, least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most) return payload;
    size_t local = least + (payload - least) % (usable - 4);
    return local <= most ? local : least;
}

/* The rest of a long payload in a chain of pages; the number of the first. */
static uint32_t put_overflow(cim__lane *b, const uint8_t *data, size_t size)
{
    uint32_t first = next_number(b), number;
    while (size) {
        size_t part = size < b->page_size - 4 ? size : b->page_size - 4;
        uint8_t *p = new_page(b, &number);
        if (!p) return first;
        put32(p, size > part ? next_number(b) : 0);
        memcpy(p + 4, data, part);
        memset(p + 4 + part, 0, b->page_size - 4 - part);
        data += part;
        size -= part;
    }
    return first;
}

/* b->cell becomes the leaf cell of b->record. */
static void make_cell(cim__lane *b, int64_t key, bool keyed)
{
    size_t size = b->record.size, local = local_size(b, size, keyed);
    b->cell.size = 0;
    put_varint(&b->cell, size);
    if (keyed) put_varint(&b->cell, (uint64_t)key);
    cim__buf_put(&b->cell, b->record.data, local);
    if (local == size) return;
    uint8_t next[4];
    put32(next, put_overflow(b, b->record.data + local, size - local));
    cim__buf_put(&b->cell, next, sizeof next);
}

/* ---- pages ---- */

static void page_begin(const cim__lane *b, page *p, uint32_t head)
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

static void page_end(page *p, uint8_t type, uint32_t right_most)
{
    uint32_t gap = p->head + 2 * p->cells;
    p->data[0] = type;
    put16(p->data + 1, 0);
    put16(p->data + 3, p->cells);
    put16(p->data + 5, p->low == 65536 ? 0 : p->low);
    p->data[7] = 0;
    if (p->head == INNER_HEAD) put32(p->data + 8, right_most);
    memset(p->data + gap, 0, p->low - gap);
}

static uint32_t page_out(cim__lane *b, const page *p)
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
    cim__lane *b = t->b;
    page_begin(b, p, INNER_HEAD);
    for (size_t i = 0; i + 1 < count; i++) {
        p->low -= (uint32_t)child_cell(&list[i]);
        put32(p->data + p->low, list[i].page);
        memcpy(p->data + p->low + 4, t->tails.data + list[i].tail_at, list[i].tail_size);
        put16(p->data + p->head + 2 * p->cells++, p->low);
    }
    page_end(p, t->keyed ? TABLE_INNER : INDEX_INNER, list[count - 1].page);
}

/* How many children, from the first on, one inner page takes: cells for all but the last.  At least two are left for the page after it. */
static size_t group_size(const cim__lane *b, const child *list, size_t count)
{
    size_t used = INNER_HEAD, n = 1;
    while (n < count && used + 2 + child_cell(&list[n - 1]) <= b->page_size) used += 2 + child_cell(&list[n++ - 1]);
    if (count - n == 1) n--;
    return n;
}

static cim_status build_levels(cim_ctx *ctx, tree *t, uint32_t root)
{
    cim__lane *b = t->b;
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
    CIM__TRY(give_status(ctx, b));
    return written(ctx, write_at(b->bulk->fd, b->leaf.data, b->page_size, (uint64_t)(root - 1) * b->page_size));
}

/* ---- leaves ---- */

static void end_leaf(tree *t, page *p, const void *tail, size_t tail_size)
{
    page_end(p, t->keyed ? TABLE_LEAF : INDEX_LEAF, 0);
    add_child(t, page_out(t->b, p), tail, tail_size);
}

/* A table's leaf is known above by its largest rowid. */
static void end_table_leaf(tree *t)
{
    cim__lane *b = t->b;
    b->record.size = 0;
    put_varint(&b->record, (uint64_t)t->last_key);
    end_leaf(t, &b->leaf, b->record.data, b->record.size);
}

static void add_table_cell(tree *t, int64_t key)
{
    cim__lane *b = t->b;
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
    cim__lane *b = t->b;
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
    cim__lane *b = t->b;
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
    cim__lane *b = t->b;
    if (!w->any) return;
    if (!b->leaf.cells) rebalance(t, w);
    end_leaf(t, &b->other, w->between.data, w->between.size);
    end_leaf(t, &b->leaf, NULL, 0);
}

static cim_status add_rows(cim_ctx *ctx, tree *t, waiting *w, int columns, size_t rows, cim__feed_fn fn, void *user)
{
    cim__cell cells[CIM__FEED_COLUMNS];
    cim__lane *b = t->b;
    memset(cells, 0, sizeof cells);
    for (size_t row = 0; row < rows; row++) {
        CIM__TRY(fn(ctx, row, cells, user));
        int64_t key = t->keyed ? cells[0].integer : 0;
        if (t->keyed && row && key <= t->last_key) return cim__fail(ctx, CIM_EINTERNAL, "row %zu is out of order", row);
        make_record(b, cells, columns, t->keyed);
        make_cell(b, key, t->keyed);
        if (t->keyed) add_table_cell(t, key);
        else add_index_cell(t, w);
        if (b->record.failed || b->cell.failed || b->pending.failed) return cim__nomem(ctx);
        if (b->error) return give_status(ctx, b);
        if ((row & 0xfff) == 0) CIM__TRY(cim__tick(ctx, row, rows, "write"));
    }
    if (!t->keyed) end_index(t, w);
    else if (t->children.size) end_table_leaf(t);
    return t->children.failed || t->tails.failed || w->between.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__bulk_fill(cim_ctx *ctx, cim__lane *b, uint32_t root, bool keyed, int columns, size_t rows, cim__feed_fn fn, void *user)
{
    tree t = { b, keyed, cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), 0 };
    waiting w = { false, cim__buf_on(ctx->mem) };
    page_begin(b, &b->leaf, LEAF_HEAD);
    cim_status st = add_rows(ctx, &t, &w, columns, rows, fn, user);
    if (st >= 0 && !t.children.size) page_end(&b->leaf, keyed ? TABLE_LEAF : INDEX_LEAF, 0); /* one page is enough: it is the root */
    if (st >= 0) st = build_levels(ctx, &t, root);
    cim__buf_free(&t.children);
    cim__buf_free(&t.tails);
    cim__buf_free(&w.between);
    return st;
}
