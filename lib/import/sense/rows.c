/* rows.c - one observation a row: CSV and JSON lines.
 *
 * A row names its stream ("stream"), or an object or thing and a property, which together are the stream "object/property".  A JSON line may
 * also be an entity of SensorThings or NGSI-LD. */
#include "import/sense/obs.h"

#include "sense/sense.h"

#include <math.h>

enum { COL_TIME, COL_STREAM, COL_OBJECT, COL_THING, COL_PROPERTY, COL_VALUE, COL_UNIT, COL_QUALITY, COLUMNS, MOST_COLUMNS = 256 };

static const struct {
    const char *name, *others[6];
} columns[COLUMNS] = {
    [COL_TIME] = { "time", { "timestamp", "phenomenonTime", "date", "datetime", "dateObserved" } },
    [COL_STREAM] = { "stream", { "datastream", "stream_id", "datastream_id" } },
    [COL_OBJECT] = { "object", { "object_id" } },
    [COL_THING] = { "thing", { "station", "sensor" } },
    [COL_PROPERTY] = { "property", { "observedProperty" } },
    [COL_VALUE] = { "value", { "result" } },
    [COL_UNIT] = { "unit", { "uom" } },
    [COL_QUALITY] = { "quality", { "resultQuality" } },
};

typedef struct rows {
    cim__obs *in;
    bool csv;
    uint8_t meaning[MOST_COLUMNS]; /* of a column; COLUMNS: none */
    uint32_t count;
    char separator;
    bool has_head;
} rows;

/* What a row says. */
typedef struct row {
    const char *text[COLUMNS];
    cim__obs_value value;
    uint8_t quality;
    int64_t time;
} row;

/* ---- any row ---- */

static cim_status find_object(cim_ctx *ctx, cim__obs *in, const char *gid, cim_stream *s)
{
    size_t count = 0;
    uint32_t id = CIM_NONE;
    if (!gid || !in->o.city) return CIM_OK;
    cim_status st = cim_city_find(ctx, in->o.city, gid, &id, 1, &count);
    if (st >= 0) s->object = id;
    return st == CIM_ENOTFOUND ? CIM_OK : st;
}

static cim_status bad_row(cim_ctx *ctx, cim__obs *in, const char *what)
{
    cim__report_seen(in->report, "observation", 1);
    cim__report_fate(in->report, "observation", CIM__SKIPPED, "a row that cannot be read", 1);
    if (!(in->o.flags & CIM_INGEST_KEEP_GOING)) return cim__fail(ctx, CIM_EFORMAT, "%s:%llu: %s", in->name, (unsigned long long)in->place, what);
    in->skipped_lines++;
    cim__obs_warn(in, "%s", what);
    return CIM_OK;
}

static cim_status add_row(cim_ctx *ctx, cim__obs *in, row *r)
{
    cim_stream s = CIM_STREAM_INIT;
    const char *holder = r->text[COL_OBJECT] ? r->text[COL_OBJECT] : r->text[COL_THING];
    s.gid = r->text[COL_STREAM];
    if (!s.gid && holder && r->text[COL_PROPERTY]) {
        in->scratch.size = 0;
        cim__buf_printf(&in->scratch, "%s/%s", holder, r->text[COL_PROPERTY]);
        s.gid = in->scratch.failed ? NULL : cim__obs_text(in, cim__buf_str(&in->scratch));
        if (!s.gid) return cim__nomem(ctx);
    }
    if (!s.gid || !*s.gid) return bad_row(ctx, in, "it names neither a stream nor an object and a property");
    uint32_t id = cim__obs_known(ctx, in, s.gid);
    cim__report_seen(in->report, "observation", 1);
    if (!id) {
        s.thing = r->text[COL_THING];
        s.property = r->text[COL_PROPERTY];
        s.unit = r->text[COL_UNIT];
        s.kind = cim__obs_kind(&r->value);
        CIM__TRY(find_object(ctx, in, holder, &s));
        CIM__TRY(cim__obs_stream(ctx, in, &s, NULL, &id));
    }
    return cim__obs_add(ctx, in, id, r->time, &r->value, r->quality);
}

/* ---- JSON ---- */

static uint32_t member(const cim__obs *in, uint32_t node, int column)
{
    uint32_t found = cim__jget(&in->tree, node, columns[column].name);
    for (int i = 0; found == CIM_NONE && i < 6 && columns[column].others[i]; i++) found = cim__jget(&in->tree, node, columns[column].others[i]);
    return found;
}

bool cim__obs_is_row(cim__obs *in, uint32_t node)
{
    if (cim__jis(&in->tree, node, CIM__J_ARRAY)) return cim__jcount(&in->tree, node) && cim__obs_is_row(in, node + 1);
    bool named = member(in, node, COL_STREAM) != CIM_NONE || member(in, node, COL_PROPERTY) != CIM_NONE;
    return named && member(in, node, COL_TIME) != CIM_NONE && member(in, node, COL_VALUE) != CIM_NONE;
}

static cim_status json_row(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    const cim__jtree *t = &in->tree;
    row r = { .quality = cim__obs_quality(in, member(in, node, COL_QUALITY)) };
    for (int i = 0; i < COLUMNS; i++) {
        uint32_t found = i == COL_VALUE ? CIM_NONE : member(in, node, i);
        if (cim__jis(t, found, CIM__J_STRING) || cim__jis(t, found, CIM__J_NUMBER)) r.text[i] = cim__obs_text(in, cim__jtext(t, found));
    }
    if (!cim__obs_time(in, member(in, node, COL_TIME), &r.time)) return bad_row(ctx, in, "no time that can be read");
    if (!cim__obs_value_of(in, member(in, node, COL_VALUE), &r.value)) return bad_row(ctx, in, "a value that is neither number, text nor boolean");
    return add_row(ctx, in, &r);
}

cim_status cim__obs_row(cim_ctx *ctx, cim__obs *in, uint32_t node)
{
    const cim__jtree *t = &in->tree;
    uint32_t at = node + 1;
    if (!cim__jis(t, node, CIM__J_ARRAY)) return json_row(ctx, in, node);
    for (uint32_t i = 0; i < cim__jcount(t, node); i++, at = cim__jskip(t, at)) {
        cim__arena_reset(&in->texts);
        CIM__TRY(json_row(ctx, in, at));
    }
    return CIM_OK;
}

static cim_status json_line(cim_ctx *ctx, char *text, size_t size, uint64_t line, void *user)
{
    cim__obs *in = ((rows *)user)->in;
    in->place = line;
    if (!cim__str_trim((cim__str){ text, size }).len) return CIM_OK;
    cim__arena_reset(&in->texts);
    cim_status st = cim__jtree_read(ctx, &in->tree, text, size, in->o.max_depth);
    if (st == CIM_EFORMAT || st == CIM_ELIMIT) {
        char what[200];
        size_t n = strlen(cim_ctx_error(ctx));
        memcpy(what, cim_ctx_error(ctx), n < sizeof what ? n : sizeof what - 1);
        what[n < sizeof what ? n : sizeof what - 1] = 0;
        return bad_row(ctx, in, what);
    }
    CIM__TRY(st);
    if (cim__obs_is_row(in, 0)) return cim__obs_row(ctx, in, 0);
    if (cim__obs_is_sta(in, 0)) return cim__sta_read(ctx, in, 0);
    if (cim__obs_is_ngsi(in, 0)) return cim__ngsi_read(ctx, in, 0);
    return bad_row(ctx, in, "neither an observation nor an entity of SensorThings or NGSI-LD");
}

/* ---- CSV (RFC 4180; a field does not span lines) ---- */

/* The next field, unquoted into the arena; false behind the last one, or for quotes that do not fit (*bad). */
static bool field(cim__obs *in, char separator, cim__str *line, cim__str *out, bool *bad)
{
    const char *p = line->ptr, *end = line->ptr + line->len;
    if (!p) return false;
    if (p < end && *p == '"') {
        in->scratch.size = 0;
        for (p++; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++) {
            p += *p == '"';
            cim__buf_putc(&in->scratch, *p);
        }
        *bad = *bad || p >= end;
        p += p < end;
        *out = cim__arena_str(&in->texts, cim__buf_str(&in->scratch));
        *bad = *bad || !out->ptr || (p < end && *p != separator);
    } else {
        while (p < end && *p != separator) p++;
        *out = cim__str_trim((cim__str){ line->ptr, (size_t)(p - line->ptr) });
    }
    *line = p < end ? (cim__str){ p + 1, (size_t)(end - p) - 1 } : (cim__str){ NULL, 0 };
    return !*bad;
}

static bool same_word(cim__str a, const char *b) { return a.len == strlen(b) && !strncasecmp(a.ptr, b, a.len); }

static uint8_t meaning_by_name(cim__str name)
{
    for (uint8_t c = 0; c < COLUMNS; c++) {
        if (same_word(name, columns[c].name)) return c;
        for (int i = 0; i < 6 && columns[c].others[i]; i++)
            if (same_word(name, columns[c].others[i])) return c;
    }
    return COLUMNS;
}

/* "time=Zeit,value=Wert": what a column of that name means; what is not named there goes by name. */
static uint8_t meaning_of(const char *mapping, cim__str name)
{
    cim__str rest = cim__str_of(mapping);
    while (rest.len) {
        const char *comma = memchr(rest.ptr, ',', rest.len), *equal = memchr(rest.ptr, '=', rest.len);
        size_t size = comma ? (size_t)(comma - rest.ptr) : rest.len;
        if (equal && (size_t)(equal - rest.ptr) < size) {
            cim__str key = { rest.ptr, (size_t)(equal - rest.ptr) }, value = { equal + 1, size - key.len - 1 };
            uint8_t c = meaning_by_name(key);
            if (c < COLUMNS && cim__str_eq(cim__str_trim(value), name)) return c;
        }
        rest = (cim__str){ rest.ptr + size + (comma != NULL), rest.len - size - (comma != NULL) };
    }
    return meaning_by_name(name);
}

static cim_status csv_head(cim_ctx *ctx, rows *r, cim__str line)
{
    static const char separators[] = { ',', ';', '\t', '|' };
    cim__str name, rest = line;
    bool bad = false, seen[COLUMNS + 1] = { false };
    size_t best = 0;
    if (cim__str_starts(rest, "\xef\xbb\xbf")) rest = (cim__str){ rest.ptr + 3, rest.len - 3 };
    r->separator = ',';
    for (size_t i = 0; i < sizeof separators; i++) {
        size_t count = 0;
        for (size_t k = 0; k < rest.len; k++) count += rest.ptr[k] == separators[i];
        if (count > best) r->separator = separators[i], best = count;
    }
    while (field(r->in, r->separator, &rest, &name, &bad)) {
        if (r->count >= MOST_COLUMNS) return cim__fail(ctx, CIM_ELIMIT, "%s:1: more than 256 columns", r->in->name);
        uint8_t c = meaning_of(r->in->o.columns, name);
        if (seen[c] && c < COLUMNS) c = COLUMNS;
        seen[c] = true;
        r->meaning[r->count++] = c;
    }
    if (bad) return cim__fail(ctx, CIM_EFORMAT, "%s:1: quotes that do not close", r->in->name);
    bool named = seen[COL_STREAM] || (seen[COL_PROPERTY] && (seen[COL_OBJECT] || seen[COL_THING]));
    if (!seen[COL_TIME] || !seen[COL_VALUE] || !named)
        return cim__fail(ctx, CIM_EFORMAT, "%s:1: columns time, value and stream (or object and property) are needed; columns of other names are to be mapped", r->in->name);
    r->has_head = true;
    return CIM_OK;
}

static void csv_value(cim__str text, row *r)
{
    r->value = (cim__obs_value){ CIM__VALUE_GAP, (double)NAN, NULL };
    if (!text.len || same_word(text, "nan") || same_word(text, "null")) return;
    r->value.type = CIM__VALUE_NUMBER;
    if (cim__parse_double(text, &r->value.number)) return;
    r->value.type = CIM__VALUE_BOOLEAN;
    r->value.number = same_word(text, "true");
    if (same_word(text, "true") || same_word(text, "false")) return;
    r->value = (cim__obs_value){ CIM__VALUE_TEXT, (double)NAN, r->text[COL_VALUE] };
}

static cim_status csv_line(cim_ctx *ctx, char *text, size_t size, uint64_t line, void *user)
{
    rows *r = user;
    cim__str rest = { text, size }, cell, value = { "", 0 }, quality = { "", 0 }, time = { "", 0 };
    row said = { .quality = 0 };
    bool bad = false;
    r->in->place = line;
    cim__arena_reset(&r->in->texts);
    if (!cim__str_trim(rest).len) return CIM_OK;
    if (!r->has_head) return csv_head(ctx, r, rest);
    for (uint32_t i = 0; field(r->in, r->separator, &rest, &cell, &bad); i++) {
        uint8_t c = i < r->count ? r->meaning[i] : COLUMNS;
        if (c == COLUMNS || !cell.len) continue;
        if (!(said.text[c] = cim__obs_text(r->in, cell))) return cim__nomem(ctx);
        if (c == COL_VALUE) value = cell;
        if (c == COL_QUALITY) quality = cell;
        if (c == COL_TIME) time = cell;
    }
    if (bad) return bad_row(ctx, r->in, "quotes that do not close");
    if (!cim__time_read(time, &said.time)) return bad_row(ctx, r->in, "no time that can be read");
    int64_t number = 0;
    if (cim__parse_int(quality, &number) && number >= 0 && number < 256) said.quality = (uint8_t)number;
    csv_value(value, &said);
    return add_row(ctx, r->in, &said);
}

cim_status cim__obs_read_rows(cim_ctx *ctx, cim__obs *in, cim__input *input, bool live, bool csv)
{
    rows r = { .in = in, .csv = csv };
    CIM__TRY(cim__obs_lines(ctx, in, input, live, csv ? csv_line : json_line, &r));
    return csv && !r.has_head ? cim__fail(ctx, CIM_EFORMAT, "%s: there is nothing in it", in->name) : CIM_OK;
}
