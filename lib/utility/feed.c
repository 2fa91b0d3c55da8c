/* feed.c - states as control systems send them: CSV and one JSON object a line.
 *
 * A row that is not understood is counted, the first of them with its place; what was understood is applied at once at the end. */
#include "core/time.h"
#include "utility/say.h"

#include <stdarg.h>
#include <stdio.h>

enum { ID, STATE, TIME, CELLS, COLUMNS = 64, MAX_LINE = 1 << 16 };
static const char *const cell_names[CELLS] = { "id", "state", "time" };

typedef struct feed {
    cim_ctx *ctx;
    const cim_utility *u;
    cim_city *city;
    cim__str left;
    cim_utility_feed out;
    uint64_t line;
    bool csv;
    int column[COLUMNS]; /* CSV: of the columns; CELLS: of no interest */
    int columns;
    cim__str cell[CELLS]; /* ptr NULL: not there */
    cim__buf scratch, changes;
    cim__map tails;      /* hash of the part behind the first ':' -> object; CIM_NONE - 1: several */
    bool has_tails;
    cim__map last;       /* object -> number in times */
    cim__buf times;      /* int64_t */
} feed;

static void bad(feed *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void bad(feed *f, const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!f->out.bad_count++) snprintf(f->out.first_bad, sizeof f->out.first_bad, "line %llu: %s", (unsigned long long)f->line, text);
}

static int shown(cim__str text) { return text.len < 60 ? (int)text.len : 60; }

/* ---- lines and cells ---- */

static bool next_line(feed *f, cim__str *line_out)
{
    while (f->left.len) {
        const char *end = memchr(f->left.ptr, '\n', f->left.len);
        cim__str line = { f->left.ptr, end ? (size_t)(end - f->left.ptr) : f->left.len };
        const size_t step = line.len + (end != NULL);
        f->left.ptr += step;
        f->left.len -= step;
        f->line++;
        *line_out = cim__str_trim(line);
        if (line_out->len) return true;
    }
    return false;
}

/* The next cell of a CSV line, unquoted; NULL or what is wrong. */
static const char *csv_cell(feed *f, cim__str *line, cim__str *text_out, bool *more_out)
{
    const char *p = line->ptr, *end = p + line->len;
    const size_t begin = f->scratch.size;
    if (p < end && *p == '"') {
        for (p++;; p++) {
            if (p == end) return "a quote is not closed";
            if (*p == '"' && !(p + 1 < end && p[1] == '"')) break;
            if (*p == '"') p++;
            cim__buf_putc(&f->scratch, *p);
        }
        p++;
        if (p < end && *p != ',') return "text after a quote";
        *text_out = f->scratch.failed ? (cim__str){ "", 0 } : (cim__str){ (const char *)f->scratch.data + begin, f->scratch.size - begin };
    } else {
        while (p < end && *p != ',') {
            if (*p++ == '"') return "a quote inside of a cell";
        }
        *text_out = cim__str_trim((cim__str){ line->ptr, (size_t)(p - line->ptr) });
    }
    *more_out = p < end;
    if (*more_out) p++;
    *line = (cim__str){ p, (size_t)(end - p) };
    return NULL;
}

static cim_status csv_head(feed *f, cim__str line)
{
    cim__str name;
    uint32_t seen = 0;
    for (bool more = true; more;) {
        const char *wrong = csv_cell(f, &line, &name, &more);
        int which = 0;
        if (wrong) return cim__fail(f->ctx, CIM_EFORMAT, "line %llu: %s", (unsigned long long)f->line, wrong);
        while (which < CELLS && !cim__str_is(name, cell_names[which])) which++;
        if (which < CELLS && seen >> which & 1)
            return cim__fail(f->ctx, CIM_EFORMAT, "line %llu: column %s comes twice", (unsigned long long)f->line, cell_names[which]);
        if (f->columns == COLUMNS) return cim__fail(f->ctx, CIM_EFORMAT, "line %llu: more than %d columns", (unsigned long long)f->line, COLUMNS);
        seen |= 1u << which;
        f->column[f->columns++] = which;
    }
    if (f->scratch.failed) return cim__nomem(f->ctx);
    return (seen & 3) == 3 ? CIM_OK : cim__fail(f->ctx, CIM_EFORMAT, "line %llu: no columns id and state", (unsigned long long)f->line);
}

static bool csv_row(feed *f, cim__str line)
{
    cim__str text;
    const char *wrong;
    bool more = true;
    f->scratch.size = 0;
    cim__buf_reserve(&f->scratch, line.len); /* texts stay where they are */
    for (int i = 0; i < f->columns; i++) {
        if (!more) return bad(f, "%d cells, expected %d", i, f->columns), false;
        if ((wrong = csv_cell(f, &line, &text, &more))) return bad(f, "%s", wrong), false;
        if (f->column[i] < CELLS && text.len) f->cell[f->column[i]] = text;
    }
    return more ? bad(f, "more than %d cells", f->columns), false : true;
}

static bool json_row(feed *f, cim__str line)
{
    cim__jvalue row, value;
    f->scratch.size = 0;
    cim__buf_reserve(&f->scratch, line.len);
    if (!cim__jparse(line, &row) || row.type != CIM__J_OBJECT) return bad(f, "no JSON object"), false;
    for (int i = 0; i < CELLS; i++) {
        if (!cim__jfind(row, cim__str_of(cell_names[i]), &value) || value.type == CIM__J_NULL) continue;
        if (value.type == CIM__J_ARRAY || value.type == CIM__J_OBJECT) return bad(f, "%s has a value of the wrong type", cell_names[i]), false;
        f->cell[i] = value.type == CIM__J_STRING ? cim__jstring(value, &f->scratch) : value.text;
    }
    return true;
}

/* ---- values ---- */

/* Milliseconds since 1970, or "2026-01-31T12:00:00Z" with any zone. */
static bool time_of(cim__str text, int64_t *ms_out)
{
    cim__moment m;
    if (cim__parse_int(text, ms_out)) return true;
    if (!cim__moment_read(text, 0, &m)) return false;
    *ms_out = cim__moment_ms(&m);
    return true;
}

/* ---- objects ---- */

#define SEVERAL (CIM_NONE - 1u)

static bool in_network(const cim_utility *u, uint32_t object)
{
    size_t lo = 0, hi = u->element_pairs;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (u->elements[mid].a < object) lo = mid + 1;
        else hi = mid;
    }
    return lo < u->element_pairs && u->elements[lo].a == object;
}

static cim_status see_gid(cim_ctx *ctx, const cim__object *o, void *user)
{
    feed *f = user;
    const char *colon = o->gid.len ? memchr(o->gid.ptr, ':', o->gid.len) : NULL;
    if (!colon || !in_network(f->u, o->id)) return CIM_OK;
    const uint64_t hash = cim__hash64(colon + 1, o->gid.len - (size_t)(colon + 1 - o->gid.ptr), 0);
    const uint32_t before = cim__map_get(&f->tails, hash);
    return cim__map_put(&f->tails, hash, before == CIM_NONE ? o->id : SEVERAL) ? CIM_OK : cim__nomem(ctx);
}

/* The parts behind ':' of all ids in the networks, when the first id needs them. */
static cim_status read_tails(feed *f)
{
    const cim__columns columns = { .gid = true };
    bool wanted[CIM__LAYER_COUNT] = { false };
    for (size_t i = 0; i < f->u->element_pairs; i++)
        if (cim__city_has(f->city, f->u->elements[i].a)) wanted[f->city->layer[f->u->elements[i].a]] = true;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        void *selection = NULL;
        if (!wanted[l]) continue;
        cim_status st = f->city->rows->select(f->ctx, f->city->store, (cim__layer_id)l, &columns, &selection);
        if (st >= 0) st = f->city->rows->select_run(f->ctx, f->city->store, selection, 0, f->city->max_id, see_gid, f);
        f->city->rows->select_end(f->city->store, selection);
        CIM__TRY(st);
    }
    f->has_tails = true;
    return CIM_OK;
}

/* CIM_NONE: not there; SEVERAL. */
static cim_status find_object(feed *f, cim__str id, uint32_t *object_out)
{
    uint32_t ids[2];
    size_t count = 0;
    CIM__TRY(cim__city_find(f->ctx, f->city, id, ids, 2, &count));
    *object_out = count == 1 ? ids[0] : count ? SEVERAL : CIM_NONE;
    if (count) return CIM_OK;
    if (!f->has_tails) CIM__TRY(read_tails(f));
    *object_out = cim__map_get(&f->tails, cim__hash64(id.ptr, id.len, 0));
    return CIM_OK;
}

/* ---- rows ---- */

/* Is the row older than the last one about the same object? */
static cim_status is_late(feed *f, uint32_t object, int64_t time_ms, bool *late_out)
{
    const uint32_t at = cim__map_get(&f->last, object);
    *late_out = at != CIM_NONE && time_ms < CIM__AT(&f->times, int64_t, at);
    if (*late_out) return CIM_OK;
    if (at != CIM_NONE) {
        CIM__AT(&f->times, int64_t, at) = time_ms;
        return CIM_OK;
    }
    cim__buf_put(&f->times, &time_ms, sizeof time_ms);
    return f->times.failed || !cim__map_put(&f->last, object, (uint32_t)CIM__COUNT(&f->times, int64_t) - 1) ? cim__nomem(f->ctx) : CIM_OK;
}

static cim_status take_row(feed *f)
{
    uint32_t object, state;
    int64_t time_ms = INT64_MIN;
    bool late = false;
    const cim__str *c = f->cell;
    if (!c[ID].len) return bad(f, "no id"), CIM_OK;
    if (!c[STATE].len) return bad(f, "no state"), CIM_OK;
    if (c[TIME].len && !time_of(c[TIME], &time_ms)) return bad(f, "time is no time: \"%.*s\"", shown(c[TIME]), c[TIME].ptr), CIM_OK;
    if (!cim__u_state(c[STATE], false, &state)) return bad(f, "no such state: \"%.*s\"", shown(c[STATE]), c[STATE].ptr), CIM_OK;
    CIM__TRY(find_object(f, c[ID], &object));
    if (object == SEVERAL) return bad(f, "several objects have the id \"%.*s\"", shown(c[ID]), c[ID].ptr), CIM_OK;
    if (object == CIM_NONE) return f->out.unknown_count++, CIM_OK;
    cim__u_state(c[STATE], cim__u_is_switch(f->u, object), &state);
    if (time_ms != INT64_MIN) {
        CIM__TRY(is_late(f, object, time_ms, &late));
        if (time_ms > f->out.as_of_ms) f->out.as_of_ms = time_ms;
    }
    if (late) return f->out.late_count++, CIM_OK;
    const cim_status st = cim__u_say(f->ctx, f->u, object, state, &f->changes);
    if (st == CIM_DONE) f->out.unknown_count++;
    else if (st >= 0) f->out.applied_count++;
    return st < 0 ? st : CIM_OK;
}

static cim_status read_rows(feed *f)
{
    cim__str line;
    if (!next_line(f, &line)) return cim__fail(f->ctx, CIM_EFORMAT, "the feed is empty");
    if (cim__str_starts(line, "\xef\xbb\xbf")) line = cim__str_trim((cim__str){ line.ptr + 3, line.len - 3 });
    f->csv = !line.len || line.ptr[0] != '{';
    if (f->csv) CIM__TRY(csv_head(f, line));
    for (bool there = !f->csv || next_line(f, &line); there; there = next_line(f, &line)) {
        if (!(f->out.row_count++ & 0xfff)) CIM__TRY(cim__tick(f->ctx, f->out.row_count, 0, "states"));
        for (int i = 0; i < CELLS; i++) f->cell[i] = (cim__str){ NULL, 0 };
        const bool read = line.len > MAX_LINE ? bad(f, "a line of more than %d bytes", MAX_LINE), false : f->csv ? csv_row(f, line) : json_row(f, line);
        if (f->scratch.failed) return cim__nomem(f->ctx);
        if (read) CIM__TRY(take_row(f));
    }
    if (f->out.row_count && f->out.bad_count == f->out.row_count) return cim__fail(f->ctx, CIM_EFORMAT, "no row can be read; %s", f->out.first_bad);
    return CIM_OK;
}

cim_status cim_utility_feed_read(cim_ctx *ctx, const cim_utility *utility, cim_city *city, cim_trace_status *status, const char *text, size_t length,
                                 cim_utility_feed *feed_out)
{
    feed f = { .ctx = ctx, .u = utility, .city = city, .left = { text, length } };
    cim__enter(ctx);
    if (!utility || !city || !status || (length && !text)) return cim__fail(ctx, CIM_EARG, "no networks, no city, no status or no text");
    CIM__TRY(cim__out_ok(ctx, feed_out, "cim_utility_feed"));
    f.out = (cim_utility_feed){ .struct_size = sizeof f.out, .as_of_ms = INT64_MIN };
    f.scratch = f.changes = f.times = cim__buf_on(ctx->mem);
    cim__map_init(&f.tails, ctx->mem);
    cim__map_init(&f.last, ctx->mem);
    cim_status st = read_rows(&f);
    if (st >= 0 && f.changes.size)
        st = cim_trace_status_apply(ctx, status, (const cim_trace_change *)(const void *)f.changes.data, CIM__COUNT(&f.changes, cim_trace_change));
    cim__buf_free(&f.scratch);
    cim__buf_free(&f.changes);
    cim__buf_free(&f.times);
    cim__map_free(&f.tails);
    cim__map_free(&f.last);
    if (st < 0) return st;
    cim__out_fill(feed_out, &f.out, sizeof f.out);
    return CIM_OK;
}
