/* streams.c - what is known of streams: in memory, from and to their tables. */
#include "sense/sense.h"

#include <math.h>

enum { MOST_STREAMS = 1 << 24, MOST_TEXT = 1 << 20, MOST_WORDS = 65536, MOST_WORD = 65536 };

/* ---- in memory ---- */

static void free_stream(cim_sense *s, cim__stream *stream)
{
    cim__tail_free(s, &stream->tail);
    cim__buf_free(&stream->late);
    cim__buf_free(&stream->words);
    cim__free(s->mem, stream);
}

void cim__streams_forget(cim_sense *s)
{
    for (uint32_t i = 1; i <= cim__sense_streams(s); i++) free_stream(s, cim__sense_stream(s, i));
    s->streams.size = s->dirty.size = 0;
    s->pending = 0;
    cim__map_free(&s->by_gid);
    cim__map_free(&s->by_word);
    cim__map_init(&s->by_gid, s->mem);
    cim__map_init(&s->by_word, s->mem);
    cim__arena_reset(&s->texts);
}

uint32_t cim__stream_named(const cim_sense *s, const char *gid)
{
    uint64_t hash = cim__gid_hash(cim__str_of(gid));
    uint32_t id = cim__map_get(&s->by_gid, hash);
    if (id == CIM_NONE || !strcmp(cim__sense_stream(s, id)->s.gid, gid)) return id;
    for (id = 1; id <= cim__sense_streams(s); id++) /* two of one hash */
        if (!strcmp(cim__sense_stream(s, id)->s.gid, gid)) return id;
    return CIM_NONE;
}

static cim_status add_stream(cim_ctx *ctx, cim_sense *s, cim__stream **stream_out)
{
    cim__stream *stream = cim__zalloc(s->mem, sizeof *stream);
    cim__stream **slot = stream ? CIM__PUSH(&s->streams, cim__stream *) : NULL;
    if (!slot) {
        cim__free(s->mem, stream);
        s->streams.failed = false;
        return cim__nomem(ctx);
    }
    stream->late = stream->words = cim__buf_on(s->mem);
    stream->s = (cim_stream)CIM_STREAM_INIT;
    stream->s.offset_m = stream->s.x = stream->s.y = stream->s.z = NAN;
    stream->s.id = cim__sense_streams(s);
    *slot = *stream_out = stream;
    return CIM_OK;
}

static cim_status put_name(cim_ctx *ctx, cim_sense *s, const cim__stream *stream)
{
    uint64_t hash = cim__gid_hash(cim__str_of(stream->s.gid));
    if (cim__map_get(&s->by_gid, hash) != CIM_NONE) return CIM_OK;
    return cim__map_put(&s->by_gid, hash, stream->s.id) ? CIM_OK : cim__nomem(ctx);
}

/* ---- from the tables ---- */

static cim_status keep_text(cim_ctx *ctx, cim_sense *s, cim__str text, const char **out)
{
    if (!text.len) return CIM_OK;
    *out = cim__arena_str(&s->texts, text).ptr;
    return *out ? CIM_OK : cim__nomem(ctx);
}

static double real_or_nan(cim__stmt *stmt, int column) { return cim__stmt_is_null(stmt, column) ? NAN : cim__stmt_get_real(stmt, column); }

static uint32_t number_or_none(cim__stmt *stmt, int column)
{
    int64_t v = cim__stmt_is_null(stmt, column) ? 0 : cim__stmt_get_int(stmt, column);
    return v > 0 && v < CIM_NONE ? (uint32_t)v : CIM_NONE;
}

static cim_status read_stream(cim_ctx *ctx, cim_sense *s, cim__stmt *stmt)
{
    cim__stream *stream = NULL;
    int64_t id = cim__stmt_get_int(stmt, 0), kind = cim__stmt_get_int(stmt, 6), period = cim__stmt_get_int(stmt, 13);
    if (id != (int64_t)cim__sense_streams(s) + 1 || id > MOST_STREAMS) return cim__fail(ctx, CIM_EFORMAT, "table stream: no number %u", cim__sense_streams(s) + 1);
    if (kind < 0 || kind > CIM_STREAM_TEXT) return cim__fail(ctx, CIM_EFORMAT, "stream %lld: kind %lld", (long long)id, (long long)kind);
    CIM__TRY(add_stream(ctx, s, &stream));
    stream->s.gid = "";
    const char **texts[] = { &stream->s.gid, &stream->s.thing, &stream->s.name, &stream->s.property, &stream->s.unit };
    for (int i = 0; i < 5; i++) CIM__TRY(keep_text(ctx, s, cim__stmt_get_str(stmt, i + 1), texts[i]));
    CIM__TRY(keep_text(ctx, s, cim__stmt_get_str(stmt, 14), &stream->s.attrs));
    stream->s.kind = (uint32_t)kind;
    stream->s.object = number_or_none(stmt, 7);
    stream->s.edge = number_or_none(stmt, 8);
    stream->s.offset_m = real_or_nan(stmt, 9);
    stream->s.x = real_or_nan(stmt, 10);
    stream->s.y = real_or_nan(stmt, 11);
    stream->s.z = real_or_nan(stmt, 12);
    stream->s.period_ms = period > 0 ? period : 0;
    return put_name(ctx, s, stream);
}

static uint64_t word_hash(uint32_t id, const char *text) { return cim__gid_hash(cim__str_of(text)) ^ (uint64_t)id * 0x9e3779b97f4a7c15u; }

static cim_status add_word(cim_ctx *ctx, cim_sense *s, cim__stream *stream, const char *text)
{
    const char **slot = CIM__PUSH(&stream->words, const char *);
    if (slot) *slot = text;
    uint32_t number = (uint32_t)CIM__COUNT(&stream->words, const char *) - 1;
    stream->words.failed = false;
    if (slot && cim__map_put(&s->by_word, word_hash(stream->s.id, text), number)) return CIM_OK;
    if (slot) stream->words.size -= sizeof *slot;
    return cim__nomem(ctx);
}

static cim_status read_word(cim_ctx *ctx, cim_sense *s, cim__stmt *stmt)
{
    int64_t id = cim__stmt_get_int(stmt, 0), number = cim__stmt_get_int(stmt, 1);
    const char *text = "";
    if (id < 1 || id > cim__sense_streams(s)) return cim__fail(ctx, CIM_EFORMAT, "table stream_word: there is no stream %lld", (long long)id);
    cim__stream *stream = cim__sense_stream(s, (uint32_t)id);
    int64_t next = (int64_t)CIM__COUNT(&stream->words, const char *);
    if (number < next) return CIM_OK; /* known */
    if (number != next || number >= MOST_WORDS) return cim__fail(ctx, CIM_EFORMAT, "table stream_word: stream %lld has no word %lld", (long long)id, (long long)next);
    CIM__TRY(keep_text(ctx, s, cim__stmt_get_str(stmt, 2), &text));
    CIM__TRY(add_word(ctx, s, stream, text));
    stream->words_safe = stream->words_written = (uint32_t)next + 1;
    return CIM_OK;
}

static cim_status load_words(cim_ctx *ctx, cim_sense *s)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, s->db, "SELECT stream,number,text FROM stream_word ORDER BY stream,number", &stmt));
    cim_status st;
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK && (st = read_word(ctx, s, stmt)) >= 0) continue;
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

cim_status cim__streams_load(cim_ctx *ctx, cim_sense *s)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, s->db, "SELECT id,gid,thing,name,property,unit,kind,object,edge,offset_m,x,y,z,period_ms,attrs FROM stream WHERE id>?1 ORDER BY id", &stmt));
    cim__stmt_int(stmt, 1, cim__sense_streams(s));
    cim_status st;
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK && (st = read_stream(ctx, s, stmt)) >= 0) continue;
    cim__stmt_free(stmt);
    return st < 0 ? st : load_words(ctx, s);
}

/* ---- to the tables ---- */

static void bind_real(cim__stmt *stmt, int column, double v)
{
    if (v - v == 0.0) cim__stmt_real(stmt, column, v);
    else cim__stmt_null(stmt, column);
}

static void bind_number(cim__stmt *stmt, int column, uint32_t v)
{
    if (v != CIM_NONE) cim__stmt_int(stmt, column, v);
    else cim__stmt_null(stmt, column);
}

static cim_status write_row(cim_ctx *ctx, cim__stmt *stmt, const cim_stream *v)
{
    const char *const texts[] = { v->gid, v->thing, v->name, v->property, v->unit };
    cim__stmt_int(stmt, 1, v->id);
    for (int i = 0; i < 5; i++) cim__stmt_text(stmt, i + 2, cim__str_of(texts[i]));
    cim__stmt_int(stmt, 7, v->kind);
    bind_number(stmt, 8, v->object);
    bind_number(stmt, 9, v->edge);
    bind_real(stmt, 10, v->offset_m);
    bind_real(stmt, 11, v->x);
    bind_real(stmt, 12, v->y);
    bind_real(stmt, 13, v->z);
    cim__stmt_int(stmt, 14, v->period_ms);
    cim__stmt_text(stmt, 15, cim__str_of(v->attrs));
    return cim__stmt_run(ctx, stmt);
}

static cim_status write_rows(cim_ctx *ctx, cim_sense *s)
{
    cim__stmt *stmt = NULL;
    cim_status st = CIM_OK;
    CIM__TRY(cim__db_prepare(ctx, s->db, "REPLACE INTO stream VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", &stmt));
    for (uint32_t i = 1; i <= cim__sense_streams(s) && st >= 0; i++) {
        cim__stream *stream = cim__sense_stream(s, i);
        if (stream->row != CIM__ROW_CHANGED) continue;
        st = write_row(ctx, stmt, &stream->s);
        if (st >= 0) stream->row = CIM__ROW_WRITTEN;
    }
    cim__stmt_free(stmt);
    return st;
}

static cim_status write_words(cim_ctx *ctx, cim_sense *s)
{
    cim__stmt *stmt = NULL;
    cim_status st = CIM_OK;
    CIM__TRY(cim__db_prepare(ctx, s->db, "INSERT INTO stream_word VALUES(?,?,?)", &stmt));
    for (uint32_t i = 1; i <= cim__sense_streams(s) && st >= 0; i++) {
        cim__stream *stream = cim__sense_stream(s, i);
        uint32_t count = (uint32_t)CIM__COUNT(&stream->words, const char *);
        for (; stream->words_written < count && st >= 0; stream->words_written += st >= 0) {
            const char *text = CIM__AT(&stream->words, const char *, stream->words_written);
            cim__stmt_int(stmt, 1, i);
            cim__stmt_int(stmt, 2, stream->words_written);
            cim__stmt_blob(stmt, 3, cim__str_of(text));
            if (*text) cim__stmt_text(stmt, 3, cim__str_of(text));
            st = cim__stmt_run(ctx, stmt);
        }
    }
    cim__stmt_free(stmt);
    return st;
}

cim_status cim__streams_write(cim_ctx *ctx, cim_sense *s)
{
    if (!s->streams_changed) return CIM_OK;
    CIM__TRY(write_rows(ctx, s));
    CIM__TRY(write_words(ctx, s));
    s->streams_changed = false;
    s->streams_written = true;
    return CIM_OK;
}

/* ---- words ---- */

const char *cim_sense_word(cim_sense *s, uint32_t id, double word)
{
    if (!s || !id || id > cim__sense_streams(s)) return NULL;
    const cim__stream *stream = cim__sense_stream(s, id);
    size_t count = CIM__COUNT(&stream->words, const char *);
    if (!(word >= 0.0 && word < (double)count) || word != floor(word)) return NULL;
    return CIM__AT(&stream->words, const char *, (size_t)word);
}

/* CIM_NONE; words of one hash are told apart by looking at all. */
static uint32_t find_word(const cim_sense *s, const cim__stream *stream, const char *text)
{
    uint32_t count = (uint32_t)CIM__COUNT(&stream->words, const char *), number = cim__map_get(&s->by_word, word_hash(stream->s.id, text));
    if (number == CIM_NONE) return CIM_NONE;
    if (number < count && !strcmp(CIM__AT(&stream->words, const char *, number), text)) return number;
    for (number = 0; number < count; number++)
        if (!strcmp(CIM__AT(&stream->words, const char *, number), text)) return number;
    return CIM_NONE;
}

cim_status cim__stream_word(cim_ctx *ctx, cim_sense *s, uint32_t id, const char *text, double *number_out)
{
    cim__stream *stream = cim__sense_stream(s, id);
    const char *kept = "";
    uint32_t number = find_word(s, stream, text);
    if (number == CIM_NONE) {
        cim__str t = cim__str_of(text);
        if (t.len > MOST_WORD || !t.len) return cim__fail(ctx, t.len ? CIM_ELIMIT : CIM_EARG, "stream %s: a text of %zu bytes", stream->s.gid, t.len);
        if (CIM__COUNT(&stream->words, const char *) >= MOST_WORDS) return cim__fail(ctx, CIM_ELIMIT, "stream %s: more than %d different texts", stream->s.gid, MOST_WORDS);
        if (!cim__is_utf8(t)) return cim__fail(ctx, CIM_EARG, "stream %s: a text that is no UTF-8", stream->s.gid);
        CIM__TRY(keep_text(ctx, s, t, &kept));
        CIM__TRY(add_word(ctx, s, stream, kept));
        number = (uint32_t)CIM__COUNT(&stream->words, const char *) - 1;
        s->streams_changed = true;
    }
    *number_out = number;
    return CIM_OK;
}

/* ---- asking ---- */

cim_status cim_sense_count(cim_ctx *ctx, cim_sense *s, uint32_t *count_out)
{
    CIM__TRY(cim__sense_enter(ctx, s));
    *count_out = cim__sense_streams(s);
    return CIM_OK;
}

cim_status cim_sense_stream(cim_ctx *ctx, cim_sense *s, uint32_t id, cim_stream *stream_out)
{
    cim__stream *stream = NULL;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    cim_stream view = stream->s;
    return cim__view_copy(ctx, stream_out, &view, sizeof view);
}

static bool same(const char *wanted, const char *text) { return !wanted || (text && !strcmp(wanted, text)); }

static bool is_meant(const cim_stream_filter *f, const cim_stream *v)
{
    if (f->object != CIM_NONE && f->object != v->object) return false;
    if (f->edge != CIM_NONE && f->edge != v->edge) return false;
    return same(f->gid, v->gid) && same(f->thing, v->thing) && same(f->property, v->property);
}

cim_status cim_sense_find(cim_ctx *ctx, cim_sense *s, const cim_stream_filter *filter, uint32_t *ids, size_t cap, size_t *count_out)
{
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    size_t count = 0;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__opts(ctx, &f, sizeof f, filter, "stream filter"));
    uint32_t first = 1, last = cim__sense_streams(s);
    if (f.gid) {
        first = cim__stream_named(s, f.gid);
        last = first == CIM_NONE ? 0 : first;
    }
    for (uint32_t i = first; i <= last && i != CIM_NONE; i++) {
        if (!is_meant(&f, &cim__sense_stream(s, i)->s)) continue;
        if (count < cap) ids[count] = i;
        count++;
    }
    if (!count) return cim__fail(ctx, CIM_ENOTFOUND, "there is no such stream");
    *count_out = count;
    return CIM_OK;
}

/* ---- saying ---- */

static cim_status check_stream(cim_ctx *ctx, const cim_stream *v)
{
    const char *const texts[] = { v->gid, v->thing, v->name, v->property, v->unit, v->attrs };
    cim__jvalue attrs;
    if (!v->gid || !*v->gid) return cim__fail(ctx, CIM_EARG, "a stream without id");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cim__str t = cim__str_of(texts[i]);
        if (t.len > MOST_TEXT) return cim__fail(ctx, CIM_ELIMIT, "stream %.100s: a text of %zu bytes", v->gid, t.len);
        if (!cim__is_utf8(t)) return cim__fail(ctx, CIM_EARG, "stream: a text that is no UTF-8");
    }
    if (v->attrs && (!cim__jparse(cim__str_of(v->attrs), &attrs) || attrs.type != CIM__J_OBJECT))
        return cim__fail(ctx, CIM_EARG, "stream %.100s: attributes are no JSON object", v->gid);
    if (v->kind > CIM_STREAM_TEXT) return cim__fail(ctx, CIM_EARG, "stream %.100s: kind %u", v->gid, v->kind);
    if (isinf(v->offset_m) || isinf(v->x) || isinf(v->y) || isinf(v->z)) return cim__fail(ctx, CIM_EARG, "stream %.100s: a number that is not finite", v->gid);
    if (v->period_ms < 0) return cim__fail(ctx, CIM_EARG, "stream %.100s: a period of %lld ms", v->gid, (long long)v->period_ms);
    return CIM_OK;
}

/* What is said replaces what was known. */
static cim_status update(cim_ctx *ctx, cim_sense *s, cim_stream *known, const cim_stream *v, bool *changed)
{
    const char **to[] = { &known->gid, &known->thing, &known->name, &known->property, &known->unit, &known->attrs };
    const char *const from[] = { v->gid, v->thing, v->name, v->property, v->unit, v->attrs };
    cim_stream before = *known;
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        if (from[i] && (!*to[i] || strcmp(*to[i], from[i]) != 0)) CIM__TRY(keep_text(ctx, s, cim__str_of(from[i]), to[i]));
    if (v->object != CIM_NONE) known->object = v->object;
    if (v->edge != CIM_NONE) known->edge = v->edge;
    if (!isnan(v->offset_m)) known->offset_m = v->offset_m;
    if (!isnan(v->x)) known->x = v->x;
    if (!isnan(v->y)) known->y = v->y;
    if (!isnan(v->z)) known->z = v->z;
    if (v->period_ms) known->period_ms = v->period_ms;
    *changed = memcmp(&before, known, sizeof before) != 0;
    return CIM_OK;
}

static cim_status put_new(cim_ctx *ctx, cim_sense *s, const cim_stream *v, uint32_t *id_out)
{
    cim__stream *stream = NULL;
    bool changed;
    if (cim__sense_streams(s) >= MOST_STREAMS) return cim__fail(ctx, CIM_ELIMIT, "a city has at most %d streams", MOST_STREAMS);
    CIM__TRY(cim__sense_begin(ctx, s)); /* nobody else gives out this number */
    *id_out = cim__stream_named(s, v->gid);
    if (*id_out != CIM_NONE) return CIM_OK; /* somebody else has just done so */
    CIM__TRY(add_stream(ctx, s, &stream));
    stream->s.kind = v->kind;
    stream->row = CIM__ROW_CHANGED;
    stream->uncommitted = true;
    cim_status st = update(ctx, s, &stream->s, v, &changed);
    if (st >= 0) st = put_name(ctx, s, stream);
    if (st < 0) {
        s->streams.size -= sizeof(cim__stream *);
        free_stream(s, stream);
        return st;
    }
    s->counts.streams++;
    *id_out = stream->s.id;
    return CIM_OK;
}

cim_status cim_sense_stream_put(cim_ctx *ctx, cim_sense *s, const cim_stream *given, uint32_t *id_out)
{
    cim_stream v = CIM_STREAM_INIT;
    bool changed = false;
    v.offset_m = v.x = v.y = v.z = NAN;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    CIM__TRY(cim__opts(ctx, &v, sizeof v, given, "stream"));
    CIM__TRY(check_stream(ctx, &v));
    uint32_t id = cim__stream_named(s, v.gid);
    if (id == CIM_NONE) CIM__TRY(put_new(ctx, s, &v, &id));
    cim__stream *stream = cim__sense_stream(s, id);
    if (stream->s.kind != v.kind) return cim__fail(ctx, CIM_EARG, "stream %.100s is of another kind", v.gid);
    CIM__TRY(update(ctx, s, &stream->s, &v, &changed));
    if (changed) stream->row = CIM__ROW_CHANGED;
    if (stream->row == CIM__ROW_CHANGED) s->streams_changed = true;
    *id_out = id;
    return CIM_OK;
}
