/* live_feed.c - changes from CSV and NDJSON.
 *
 * Both give rows of the same cells.  Lines are handed out of a buffer that holds one chunk and the beginning of a line; a row becomes changes at
 * once, all changes are applied at the end.  Everything that is not understood is an error with its place. */
#include "core/hash.h"
#include "core/json.h"
#include "core/time.h"
#include "route/live.h"

#include <stdarg.h>
#include <stdio.h>

enum { ID, SPEED, WEIGHT, FACTOR, PENALTY, CLOSED, OPEN, WITHDRAW, EVENT, REPORTED, FROM, UNTIL, SOURCE, GEOMETRY, DIRECTION, CELLS };
enum { TEXT_CELL, NUMBER_CELL, BOOL_CELL, TIME_CELL, SHAPE_CELL };
enum { CHUNK = 1 << 16, DEFAULT_LINE = 1 << 16, DEFAULT_ROWS = 1 << 24, MAX_ARCS_OF_ID = 1 << 20 };

static const struct {
    const char *name;
    int type;
} cells[CELLS] = { { "id", TEXT_CELL },       { "speed_kmh", NUMBER_CELL }, { "weight_s", NUMBER_CELL }, { "factor", NUMBER_CELL },
                   { "penalty_s", NUMBER_CELL }, { "closed", BOOL_CELL },   { "open", BOOL_CELL },        { "withdraw", BOOL_CELL },   { "event", NUMBER_CELL },
                    { "reported", TIME_CELL },
                   { "from", TIME_CELL },     { "until", TIME_CELL },       { "source", TEXT_CELL },
                   { "geometry", SHAPE_CELL }, { "direction", TEXT_CELL } };

/* A cell without text is not there. */
typedef struct cell {
    cim__str text;
    bool there;
    double number; /* NUMBER, BOOL (1 or 0) */
    int64_t time_ms;
} cell;

typedef struct feed {
    cim_ctx *ctx;
    cim_route_live *live;
    cim_route_feed o;
    const char *name;
    cim__buf bytes;  /* read, from `at` on not handed out */
    size_t at;
    bool ended;
    uint64_t line, rows, unknown, first_unknown;
    int column[CELLS]; /* CSV: of the column with this number */
    int columns;
    cell row[CELLS];
    cim__buf scratch; /* unescaped texts of the row */
    cim__buf arcs, changes;
    cim__names sources;
} feed;

#define BAD(f, ...) bad((f), CIM_EFORMAT, __VA_ARGS__)

static cim_status bad(feed *f, cim_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static cim_status bad(feed *f, cim_status code, const char *format, ...)
{
    char text[400], place[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(place, sizeof place, "%s:%llu", f->name, (unsigned long long)f->line);
    return cim__fail(f->ctx, code, "%s: %s", place, text);
}

static int show_size(cim__str text) { return text.len < 60 ? (int)text.len : 60; }

/* ---- lines ---- */

static cim_status more(feed *f)
{
    if (f->at) memmove(f->bytes.data, f->bytes.data + f->at, f->bytes.size - f->at);
    f->bytes.size -= f->at;
    f->at = 0;
    if (!cim__buf_reserve(&f->bytes, CHUNK)) return cim__nomem(f->ctx);
    int64_t got = f->o.read(f->o.read_user, f->bytes.data + f->bytes.size, CHUNK);
    if (got < 0 || got > CHUNK) return cim__fail(f->ctx, CIM_EIO, "%s: reading failed", f->name);
    f->bytes.size += (size_t)got;
    f->ended = !got;
    return CIM_OK;
}

/* The next line that is not blank, without its end; CIM_DONE after the last. */
static cim_status next_line(feed *f, cim__str *line_out)
{
    if (!f->bytes.data) CIM__TRY(more(f));
    for (size_t seen = 0;;) {
        const char *begin = (const char *)f->bytes.data + f->at;
        size_t left = f->bytes.size - f->at;
        const char *end = left > seen ? memchr(begin + seen, '\n', left - seen) : NULL;
        if (!end && f->ended && !left) return CIM_DONE;
        if (!end && f->ended) end = begin + left;
        if ((end ? (size_t)(end - begin) : left) > f->o.max_line_bytes) {
            f->line++;
            return bad(f, CIM_ELIMIT, "a line of more than %u bytes", f->o.max_line_bytes);
        }
        if (!end) {
            seen = left;
            CIM__TRY(more(f));
            continue;
        }
        f->line++;
        f->at += (size_t)(end - begin) + (f->at + (size_t)(end - begin) < f->bytes.size);
        *line_out = (cim__str){ begin, (size_t)(end - begin) };
        if (f->line == 1 && cim__str_starts(*line_out, "\xef\xbb\xbf")) *line_out = (cim__str){ begin + 3, line_out->len - 3 };
        if (line_out->len && line_out->ptr[line_out->len - 1] == '\r') line_out->len--;
        if (cim__str_trim(*line_out).len) return CIM_OK;
        seen = 0;
    }
}

/* ---- values ---- */

bool cim__live_time(cim__str text, int64_t *ms_out)
{
    cim__moment m;
    if (cim__parse_int(text, ms_out)) return true;
    if (!cim__moment_read(text, 0, &m)) return false;
    *ms_out = cim__moment_ms(&m);
    return true;
}

static cim_status set_cell(feed *f, int which, cim__str text)
{
    cell *c = &f->row[which];
    c->there = true;
    c->text = text;
    switch (cells[which].type) {
    case NUMBER_CELL:
        if (!cim__parse_double(text, &c->number)) return BAD(f, "%s is no number: \"%.*s\"", cells[which].name, show_size(text), text.ptr);
        return CIM_OK;
    case BOOL_CELL:
        if (!cim__str_is(text, "true") && !cim__str_is(text, "false") && !cim__str_is(text, "1") && !cim__str_is(text, "0"))
            return BAD(f, "%s is neither true nor false: \"%.*s\"", cells[which].name, show_size(text), text.ptr);
        c->number = text.ptr[0] == 't' || text.ptr[0] == '1';
        return CIM_OK;
    case TIME_CELL:
        if (!cim__live_time(text, &c->time_ms)) return BAD(f, "%s is no time: \"%.*s\"", cells[which].name, show_size(text), text.ptr);
        return CIM_OK;
    default: return CIM_OK;
    }
}

bool cim__live_column(cim__str name)
{
    for (int i = 0; i < CELLS; i++)
        if (cim__str_is(name, cells[i].name)) return true;
    return false;
}

/* Places that nobody looks up are no columns. */
static int find_cell(const feed *f, cim__str name)
{
    int i = 0, known = f->o.where ? CELLS : GEOMETRY;
    while (i < known && !cim__str_is(name, cells[i].name)) i++;
    return i < known ? i : CELLS;
}

/* ---- CSV ---- */

/* The next cell of a line, unquoted; *more_out: another one follows. */
static cim_status csv_cell(feed *f, cim__str *line, cim__str *text_out, bool *more_out)
{
    const char *p = line->ptr, *end = p + line->len;
    size_t begin = f->scratch.size;
    if (p < end && *p == '"') {
        for (p++;; p++) {
            if (p == end) return BAD(f, "a quote is not closed");
            if (*p == '"' && !(p + 1 < end && p[1] == '"')) break;
            if (*p == '"') p++;
            cim__buf_putc(&f->scratch, *p);
        }
        p++;
        if (p < end && *p != ',') return BAD(f, "text after a quote");
        if (f->scratch.failed) return cim__nomem(f->ctx);
        *text_out = (cim__str){ (const char *)f->scratch.data + begin, f->scratch.size - begin };
    } else {
        while (p < end && *p != ',') {
            if (*p++ == '"') return BAD(f, "a quote inside of a cell");
        }
        *text_out = cim__str_trim((cim__str){ line->ptr, (size_t)(p - line->ptr) });
    }
    *more_out = p < end;
    if (*more_out) p++;
    *line = (cim__str){ p, (size_t)(end - p) };
    return CIM_OK;
}

static cim_status csv_head(feed *f)
{
    cim__str line, name;
    uint32_t seen = 0;
    cim_status st = next_line(f, &line);
    if (st == CIM_DONE) return bad(f, CIM_EFORMAT, "no row of column names");
    CIM__TRY(st);
    f->scratch.size = 0;
    for (bool go_on = true; go_on;) {
        CIM__TRY(csv_cell(f, &line, &name, &go_on));
        int which = find_cell(f, name);
        if (which == CELLS) return BAD(f, "no such column: \"%.*s\"", show_size(name), name.ptr);
        if (seen >> which & 1) return BAD(f, "column %s comes twice", cells[which].name);
        seen |= 1u << which;
        f->column[f->columns++] = which;
    }
    return seen & (1u << ID | 1u << GEOMETRY) ? CIM_OK : BAD(f, "no column id");
}

static cim_status csv_row(feed *f, cim__str line)
{
    cim__str text;
    bool go_on = true;
    for (int i = 0; i < f->columns; i++) {
        if (!go_on) return BAD(f, "%d cells, expected %d", i, f->columns);
        CIM__TRY(csv_cell(f, &line, &text, &go_on));
        if (text.len) CIM__TRY(set_cell(f, f->column[i], text));
    }
    return go_on ? BAD(f, "more than %d cells", f->columns) : CIM_OK;
}

/* ---- NDJSON ---- */

static bool type_fits(int type, cim__jtype j)
{
    switch (type) {
    case NUMBER_CELL: return j == CIM__J_NUMBER;
    case BOOL_CELL: return j == CIM__J_TRUE || j == CIM__J_FALSE;
    case SHAPE_CELL: return j == CIM__J_STRING || j == CIM__J_OBJECT;
    default: return j == CIM__J_STRING || j == CIM__J_NUMBER;
    }
}

static cim_status json_row(feed *f, cim__str line)
{
    cim__jvalue row, value;
    cim__str key;
    if (!cim__jparse(line, &row) || row.type != CIM__J_OBJECT) return BAD(f, "no JSON object");
    cim__jiter it = cim__jiter_of(row);
    while (cim__jnext(&it, &key, &value)) {
        int which = find_cell(f, key);
        if (which == CELLS) return BAD(f, "no such key: \"%.*s\"", show_size(key), key.ptr);
        if (f->row[which].there) return BAD(f, "key %s comes twice", cells[which].name);
        if (value.type == CIM__J_NULL) continue;
        if (!type_fits(cells[which].type, value.type)) return BAD(f, "%s has a value of the wrong type", cells[which].name);
        cim__str text = value.type == CIM__J_STRING ? cim__jstring(value, &f->scratch) : value.text;
        if (f->scratch.failed) return cim__nomem(f->ctx);
        CIM__TRY(set_cell(f, which, text));
    }
    return CIM_OK;
}

/* ---- rows to changes ---- */

static cim_status row_source(feed *f, uint32_t *source_out)
{
    const cell *c = &f->row[SOURCE];
    *source_out = f->o.source;
    if (!c->there) return f->o.source == CIM_NONE ? BAD(f, "no source") : CIM_OK;
    uint32_t number = cim__names_find(&f->sources, c->text);
    if (number == CIM_NONE) return BAD(f, "no such source: \"%.*s\"", show_size(c->text), c->text.ptr);
    if (f->o.snapshot && number != f->o.source) return BAD(f, "of another source than the snapshot: \"%.*s\"", show_size(c->text), c->text.ptr);
    *source_out = number;
    return CIM_OK;
}

static cim_status row_direction(feed *f, uint32_t *direction_out)
{
    static const char *const names[] = { "both", "forward", "backward" };
    const cell *c = &f->row[DIRECTION];
    uint32_t d = CIM_ROUTE_BOTH_WAYS;
    while (c->there && d <= CIM_ROUTE_AGAINST && !cim__str_is(c->text, names[d])) d++;
    if (d > CIM_ROUTE_AGAINST) return BAD(f, "direction is not both, forward or backward: \"%.*s\"", show_size(c->text), c->text.ptr);
    *direction_out = d;
    return CIM_OK;
}

/* What where() says is wrong, with the place of the row. */
static cim_status where_failed(feed *f, cim_status st)
{
    char text[300];
    snprintf(text, sizeof text, "%s", cim_ctx_error(f->ctx));
    return st == CIM_ENOMEM || st == CIM_ECANCEL ? st : bad(f, st, "%s", text[0] ? text : "where() failed");
}

static cim_status ask_where(feed *f, const cim_route_feed_where *where, size_t *count_out)
{
    size_t cap = CIM__COUNT(&f->arcs, uint32_t), again = 0;
    cim_status st = f->o.where(f->ctx, f->o.map_user, where, (uint32_t *)(void *)f->arcs.data, cap, count_out);
    if (st < 0) return where_failed(f, st);
    if (*count_out <= cap) return CIM_OK;
    if (!cim__buf_extend(&f->arcs, (*count_out - cap) * sizeof(uint32_t))) return cim__nomem(f->ctx);
    st = f->o.where(f->ctx, f->o.map_user, where, (uint32_t *)(void *)f->arcs.data, *count_out, &again);
    if (st < 0) return where_failed(f, st);
    return again == *count_out ? CIM_OK : bad(f, CIM_EARG, "where() says another number of arcs when asked again");
}

static cim_status check_arcs(feed *f, size_t count)
{
    uint32_t arc_count = f->live->hierarchy->arc_count;
    for (size_t i = 0; i < count; i++)
        if (CIM__AT(&f->arcs, uint32_t, i) >= arc_count) return bad(f, CIM_EARG, "map() gave arc %u of %u", CIM__AT(&f->arcs, uint32_t, i), arc_count);
    return CIM_OK;
}

static cim_status row_where(feed *f, size_t *count_out)
{
    const cell *id = &f->row[ID], *geometry = &f->row[GEOMETRY];
    cim_route_feed_where where = { .direction = CIM_ROUTE_BOTH_WAYS };
    if (id->there == geometry->there) return BAD(f, id->there ? "id and geometry" : "no id");
    if (id->there && !id->text.len) return BAD(f, "no id");
    CIM__TRY(row_direction(f, &where.direction));
    if (id->there) where.id = id->text.ptr, where.id_size = id->text.len;
    else where.geometry = geometry->text.ptr, where.geometry_size = geometry->text.len;
    CIM__TRY(ask_where(f, &where, count_out));
    return check_arcs(f, *count_out);
}

/* The arcs of the row's id, in f->arcs; none when it is unknown. */
static cim_status row_arcs(feed *f, size_t *count_out)
{
    const cell *c = &f->row[ID];
    uint32_t arc_count = f->live->hierarchy->arc_count;
    if (f->o.where) return row_where(f, count_out);
    if (!c->there || !c->text.len) return BAD(f, "no id");
    if (!f->o.map) {
        int64_t arc;
        if (!cim__parse_int(c->text, &arc) || arc < 0 || arc >= arc_count) return BAD(f, "no such arc: \"%.*s\"", show_size(c->text), c->text.ptr);
        CIM__AT(&f->arcs, uint32_t, 0) = (uint32_t)arc;
        *count_out = 1;
        return CIM_OK;
    }
    size_t cap = f->arcs.size / sizeof(uint32_t), count = f->o.map(f->o.map_user, c->text.ptr, c->text.len, (uint32_t *)(void *)f->arcs.data, cap);
    if (count > MAX_ARCS_OF_ID) return bad(f, CIM_ELIMIT, "%zu arcs of one id", count);
    if (count > cap) {
        if (!cim__buf_extend(&f->arcs, (count - cap) * sizeof(uint32_t))) return cim__nomem(f->ctx);
        if (f->o.map(f->o.map_user, c->text.ptr, c->text.len, (uint32_t *)(void *)f->arcs.data, count) != count)
            return bad(f, CIM_EARG, "map() says another number of arcs when asked again");
    }
    *count_out = count;
    return check_arcs(f, count);
}

static cim_status add(feed *f, cim_route_change *c, uint32_t kind, double value, size_t arc_count)
{
    c->kind = kind;
    c->value = value;
    if (CIM__COUNT(&f->changes, cim_route_change) + arc_count > f->live->max_statements)
        return bad(f, CIM_ELIMIT, "more than %llu changes", (unsigned long long)f->live->max_statements);
    cim_route_change *at = cim__buf_extend(&f->changes, arc_count * sizeof *at);
    if (!at) return cim__nomem(f->ctx);
    for (size_t i = 0; i < arc_count; i++) {
        c->arc = CIM__AT(&f->arcs, uint32_t, i);
        at[i] = *c;
    }
    return CIM_OK;
}

static cim_status check_row(feed *f)
{
    const cell *r = f->row;
    int times = r[SPEED].there + r[WEIGHT].there + r[FACTOR].there;
    bool withdraw = r[WITHDRAW].number != 0.0, says = times || r[PENALTY].there || r[CLOSED].there || r[OPEN].number != 0.0;
    if (times > 1) return BAD(f, "more than one of speed_kmh, weight_s, factor");
    for (int i = SPEED; i <= PENALTY; i++)
        if (r[i].there && r[i].number < 0.0) return BAD(f, "%s is negative", cells[i].name);
    if (r[FACTOR].there && r[FACTOR].number == 0.0) return BAD(f, "factor is 0");
    if (r[SPEED].there && !f->live->views->lengths_m) return BAD(f, "a speed, but the lengths of arcs were not given");
    if (r[CLOSED].number != 0.0 && r[OPEN].number != 0.0) return BAD(f, "closed and open");
    if (withdraw && says) return BAD(f, "withdraw beside something else");
    if (!withdraw && !says) return BAD(f, "the row says nothing");
    if (!(r[EVENT].number >= 0.0 && r[EVENT].number <= 4294967295.0) || r[EVENT].number != (double)(uint32_t)r[EVENT].number)
        return BAD(f, "event is no number of 32 bits");
    return CIM_OK;
}

static cim_status take_row(feed *f)
{
    const cell *r = f->row;
    size_t n = 0;
    cim_route_change c = { .from_ms = CIM_ROUTE_ALWAYS_FROM, .until_ms = CIM_ROUTE_ALWAYS_UNTIL, .reported_ms = f->o.reported_ms };
    CIM__TRY(check_row(f));
    CIM__TRY(row_source(f, &c.source));
    c.event = (uint32_t)r[EVENT].number;
    if (r[REPORTED].there) c.reported_ms = r[REPORTED].time_ms;
    if (r[FROM].there) c.from_ms = r[FROM].time_ms;
    if (r[UNTIL].there) c.until_ms = r[UNTIL].time_ms;
    if (c.until_ms <= c.from_ms) return BAD(f, "until is not after from");
    CIM__TRY(row_arcs(f, &n));
    if (!n) {
        if (!f->unknown++) f->first_unknown = f->line;
        return CIM_OK;
    }
    if (r[WITHDRAW].number != 0.0) return add(f, &c, CIM_ROUTE_WITHDRAW, 0.0, n);
    if (r[SPEED].there) CIM__TRY(add(f, &c, CIM_ROUTE_SPEED, r[SPEED].number, n));
    if (r[WEIGHT].there) CIM__TRY(add(f, &c, CIM_ROUTE_WEIGHT, r[WEIGHT].number * 1000.0, n));
    if (r[FACTOR].there) CIM__TRY(add(f, &c, CIM_ROUTE_FACTOR, r[FACTOR].number, n));
    if (r[PENALTY].there) CIM__TRY(add(f, &c, CIM_ROUTE_PENALTY, r[PENALTY].number * 1000.0, n));
    if (r[OPEN].number != 0.0) return add(f, &c, CIM_ROUTE_OPEN, 0.0, n);
    return r[CLOSED].there ? add(f, &c, r[CLOSED].number != 0.0 ? CIM_ROUTE_CLOSED : CIM_ROUTE_WITHDRAW_CLOSURE, 0.0, n) : CIM_OK;
}

static cim_status read_rows(feed *f)
{
    cim__str line;
    cim_status st;
    if (!cim__buf_extend(&f->arcs, 64 * sizeof(uint32_t))) return cim__nomem(f->ctx);
    if (f->o.format == CIM_ROUTE_FEED_CSV) CIM__TRY(csv_head(f));
    while ((st = next_line(f, &line)) == CIM_OK) {
        if (++f->rows > f->o.max_rows) return bad(f, CIM_ELIMIT, "more than %llu rows", (unsigned long long)f->o.max_rows);
        if (!(f->rows & 1023)) CIM__TRY(cim__tick(f->ctx, 0, 0, "reading changes"));
        memset(f->row, 0, sizeof f->row);
        f->scratch.size = 0;
        /* texts point into scratch while the row is made: it must not move */
        if (!cim__buf_reserve(&f->scratch, line.len + 1)) return cim__nomem(f->ctx);
        CIM__TRY(f->o.format == CIM_ROUTE_FEED_CSV ? csv_row(f, line) : json_row(f, line));
        CIM__TRY(take_row(f));
    }
    return st < 0 ? st : CIM_OK;
}

/* ---- as a whole ---- */

static cim_status know_sources(feed *f)
{
    cim_status st = CIM_OK;
    pthread_mutex_lock(&f->live->lock);
    uint32_t count = f->live->source_count;
    for (uint32_t s = 0; s < count && st >= 0; s++)
        if (cim__names_add(&f->sources, cim__str_of(f->live->said[s].name)) == CIM_NONE) st = cim__nomem(f->ctx);
    pthread_mutex_unlock(&f->live->lock);
    if (st >= 0 && f->o.source != CIM_NONE && f->o.source >= count) return cim__fail(f->ctx, CIM_EARG, "source %u of %u", f->o.source, count);
    return st;
}

static cim_status apply(feed *f)
{
    const cim_route_change *changes = (const cim_route_change *)(const void *)f->changes.data;
    pthread_mutex_lock(&f->live->lock);
    cim_status st = cim__live_change(f->ctx, f->live, f->o.snapshot ? f->o.source : CIM_NONE, changes, CIM__COUNT(&f->changes, cim_route_change));
    pthread_mutex_unlock(&f->live->lock);
    return st;
}

static cim_status run(feed *f)
{
    CIM__TRY(know_sources(f));
    CIM__TRY(read_rows(f));
    return apply(f);
}

cim_status cim_route_live_feed(cim_ctx *ctx, cim_route_live *live, const cim_route_feed *given, cim_route_fed *fed_out)
{
    feed f = { .ctx = ctx, .live = live, .o = CIM_ROUTE_FEED_INIT };
    cim__enter(ctx);
    if (!given) return cim__fail(ctx, CIM_EARG, "no feed");
    CIM__TRY(cim__opts(ctx, &f.o, sizeof f.o, given, "feed"));
    if (!f.o.read) return cim__fail(ctx, CIM_EARG, "a feed needs a function to read");
    if (f.o.format > CIM_ROUTE_FEED_NDJSON) return cim__fail(ctx, CIM_EARG, "no such format: %u", f.o.format);
    if (f.o.snapshot && f.o.source == CIM_NONE) return cim__fail(ctx, CIM_EARG, "a snapshot needs its source");
    CIM__TRY(cim__out_ok(ctx, fed_out, "cim_route_fed"));
    f.name = f.o.name ? f.o.name : "feed";
    if (!f.o.max_rows) f.o.max_rows = DEFAULT_ROWS;
    if (!f.o.max_line_bytes) f.o.max_line_bytes = DEFAULT_LINE;
    f.bytes = f.scratch = f.arcs = f.changes = cim__buf_on(ctx->mem);
    cim__names_init(&f.sources, ctx->mem);
    cim_status st = run(&f);
    cim_route_fed fed = { sizeof fed, f.rows, CIM__COUNT(&f.changes, cim_route_change), f.unknown, f.first_unknown };
    if (st >= 0) cim__out_fill(fed_out, &fed, sizeof fed);
    cim__names_free(&f.sources);
    cim__buf_free(&f.bytes);
    cim__buf_free(&f.scratch);
    cim__buf_free(&f.arcs);
    cim__buf_free(&f.changes);
    return st;
}
