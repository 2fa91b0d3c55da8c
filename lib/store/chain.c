/* chain.c - reading the overflow pages of one row. */
#include "store/chain.h"

enum { FILE_HEADER = 100, LARGEST_PAGE = 65536, RUN_BYTES = 128 << 10, MAX_DEPTH = 20, OVERFLOW_HEAD = 4 };
enum { INTERIOR = 5, LEAF = 13 };

struct cim__chain {
    cim__db *db;
    cim__mem *mem;
    uint32_t page_size, usable, page_count;
    size_t left;            /* of the blob, not handed out yet */
    const uint8_t *here;    /* the next bytes, in buffer, which holds a page */
    size_t here_size;
    uint32_t next;          /* the page behind these; 0: none */
    uint8_t buffer[];       /* LARGEST_PAGE */
};

static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t be32(const uint8_t *p) { return be16(p) << 16 | be16(p + 2); }

static cim_status read_pages(cim_ctx *ctx, const cim__chain *c, void *to, uint32_t first, size_t count)
{
    if (first < 2 || first > c->page_count || count > c->page_count - first + 1) return cim__fail(ctx, CIM_EFORMAT, "a row continues on page %u, which does not exist", first);
    return cim__db_file_read(ctx, c->db, to, count * c->page_size, (uint64_t)(first - 1) * c->page_size);
}

/* ---- where the row is ---- */

/* SQLite's variable-length integers, most significant part first. */
static bool take_varint(const uint8_t **pos, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < 9 && *pos < end; i++) {
        uint8_t byte = *(*pos)++;
        *value = i == 8 ? *value << 8 | byte : *value << 7 | (byte & 0x7f);
        if (i == 8 || byte < 0x80) return true;
    }
    return false;
}

/* The cell's address, NULL when it is outside the page. */
static const uint8_t *cell_at(const cim__chain *c, uint32_t head_size, uint32_t i)
{
    uint32_t pointer = head_size + 2 * i, at = pointer + 2 <= c->usable ? be16(c->buffer + pointer) : 0;
    return at >= head_size && at < c->usable ? c->buffer + at : NULL;
}

/* The child that leads to the row; 0: the page is damaged. */
static uint32_t child_for(const cim__chain *c, int64_t rowid)
{
    const uint8_t *end = c->buffer + c->usable;
    uint32_t cells = be16(c->buffer + 3);
    for (uint32_t i = 0; i < cells; i++) {
        const uint8_t *cell = cell_at(c, 12, i), *key = cell ? cell + 4 : NULL;
        uint64_t value;
        if (!cell || end - cell < 4 || !take_varint(&key, end, &value)) return 0;
        if ((int64_t)value >= rowid) return be32(cell);
    }
    return be32(c->buffer + 8);
}

static uint64_t serial_size(uint64_t type)
{
    static const uint8_t sizes[12] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };
    return type < 12 ? sizes[type] : (type - 12) / 2;
}

/* The record's column begins in the local part, of `local` bytes, and goes on at page `next`. */
static bool begin_column(cim__chain *c, const uint8_t *record, size_t local, int column, size_t size, uint32_t next)
{
    const uint8_t *pos = record, *end = record + local;
    uint64_t head, type = 0, at;
    if (!take_varint(&pos, end, &head) || head > local) return false;
    at = head;
    end = record + head;
    for (int i = 0; i <= column; i++) {
        if (!take_varint(&pos, end, &type)) return false;
        if (i < column && serial_size(type) > local) return false;
        if (i < column) at += serial_size(type);
    }
    if (at > local || type < 12 || (type & 1) || serial_size(type) != size) return false;
    c->here = record + at;
    c->here_size = local - at;
    c->next = next;
    c->left = size;
    return c->here_size < size;
}

/* How much of a payload is in the cell: SQLite's rule for leaves of tables. */
static size_t local_size(const cim__chain *c, uint64_t payload)
{
    uint64_t least = (uint64_t)(c->usable - 12) * 32 / 255 - 23, some = least + (payload - least) % (c->usable - OVERFLOW_HEAD);
    return some <= c->usable - 35 ? (size_t)some : (size_t)least;
}

static bool begin_row(cim__chain *c, int64_t rowid, int column, size_t size)
{
    const uint8_t *end = c->buffer + c->usable;
    uint32_t cells = be16(c->buffer + 3);
    for (uint32_t i = 0; i < cells; i++) {
        const uint8_t *pos = cell_at(c, 8, i);
        uint64_t payload, id;
        if (!pos || !take_varint(&pos, end, &payload) || !take_varint(&pos, end, &id)) return false;
        if ((int64_t)id != rowid) continue;
        if (payload <= size || payload > INT32_MAX) return false;
        size_t local = local_size(c, payload);
        if ((size_t)(end - pos) < local + 4) return false;
        return begin_column(c, pos, local, column, size, be32(pos + local));
    }
    return false;
}

static cim_status find_row(cim_ctx *ctx, cim__chain *c, int64_t root, int64_t rowid, int column, size_t size)
{
    uint32_t page = root > 1 && root <= c->page_count ? (uint32_t)root : 0;
    for (int depth = 0; depth < MAX_DEPTH && page; depth++) {
        CIM__TRY(read_pages(ctx, c, c->buffer, page, 1));
        if (c->buffer[0] == LEAF) return begin_row(c, rowid, column, size) ? CIM_OK : CIM_DONE;
        page = c->buffer[0] == INTERIOR ? child_for(c, rowid) : 0;
    }
    return CIM_DONE;
}

/* ---- opening and reading ---- */

static cim_status read_header(cim_ctx *ctx, cim__chain *c)
{
    uint8_t header[FILE_HEADER];
    uint64_t bytes = 0;
    if (!cim__db_file_size(c->db, &bytes) || bytes < FILE_HEADER) return CIM_DONE;
    CIM__TRY(cim__db_file_read(ctx, c->db, header, sizeof header, 0));
    c->page_size = be16(header + 16) == 1 ? 65536 : be16(header + 16);
    if (header[18] != 1 || header[19] != 1 || c->page_size < 512 || (c->page_size & (c->page_size - 1)) || header[20] > 32) return CIM_DONE;
    c->usable = c->page_size - header[20];
    c->page_count = bytes / c->page_size < UINT32_MAX ? (uint32_t)(bytes / c->page_size) : 0;
    return CIM_OK;
}

cim_status cim__chain_open(cim_ctx *ctx, cim__db *db, int64_t root, int64_t rowid, int column, size_t size, cim__chain **chain_out)
{
    cim__chain *c = cim__alloc(ctx->mem, sizeof *c + LARGEST_PAGE);
    if (!c) return cim__nomem(ctx);
    *c = (cim__chain){ .db = db, .mem = ctx->mem };
    cim_status st = read_header(ctx, c);
    if (st == CIM_OK) st = find_row(ctx, c, root, rowid, column, size);
    if (st == CIM_OK) *chain_out = c;
    else cim__chain_close(c);
    return st;
}

/* How many pages to read at once, of `wanted`: no more than there are behind the next one. */
static size_t pages_at_once(const cim__chain *c, size_t wanted)
{
    size_t most = RUN_BYTES / c->page_size, behind = c->next && c->next <= c->page_count ? c->page_count - c->next + 1 : 1;
    if (wanted > most) wanted = most;
    return wanted < behind ? wanted : behind;
}

/* One page into the buffer. */
static cim_status read_one(cim_ctx *ctx, cim__chain *c)
{
    CIM__TRY(read_pages(ctx, c, c->buffer, c->next, 1));
    c->next = be32(c->buffer);
    c->here = c->buffer + OVERFLOW_HEAD;
    c->here_size = c->usable - OVERFLOW_HEAD;
    return CIM_OK;
}

/* Many pages to where their content belongs, which then moves together over the heads; *got bytes of content, as far as each page was
 * followed by the next in the file.  There is room for all of the pages. */
static cim_status read_run(cim_ctx *ctx, cim__chain *c, char *to, size_t pages, size_t *got)
{
    size_t content = c->usable - OVERFLOW_HEAD;
    uint32_t page = c->next;
    CIM__TRY(read_pages(ctx, c, to, page, pages));
    *got = 0;
    for (size_t i = 0; i < pages; i++, page++) {
        const char *from = to + i * c->page_size;
        c->next = be32((const uint8_t *)from);
        memmove(to + *got, from + OVERFLOW_HEAD, content);
        *got += content;
        if (c->next != page + 1) break;
    }
    return CIM_OK;
}

cim_status cim__chain_read(cim_ctx *ctx, cim__chain *c, void *data, size_t size)
{
    char *to = data;
    if (size > c->left) return cim__fail(ctx, CIM_EFORMAT, "a blob is too short");
    while (size) {
        size_t pages = c->here_size ? 0 : pages_at_once(c, size / c->page_size), some;
        if (pages) {
            CIM__TRY(read_run(ctx, c, to, pages, &some));
        } else {
            if (!c->here_size) CIM__TRY(read_one(ctx, c));
            some = size < c->here_size ? size : c->here_size;
            memcpy(to, c->here, some);
            c->here += some;
            c->here_size -= some;
        }
        c->left -= some;
        to += some;
        size -= some;
    }
    return CIM_OK;
}

void cim__chain_close(cim__chain *c)
{
    if (c) cim__free(c->mem, c);
}
