/* write.c - adding observations, and putting them into the file.
 *
 * What is newer than all of its stream goes to the stream's tail, an array; everything else to a list of late ones.  A commit sorts the
 * late ones, merges them into the tail or into the chunks that they fall into, cuts the tail into chunks and replaces their rows.  Only when the
 * commit has succeeded is memory let go; a commit that fails changes nothing, and the next one tries again.
 *
 * Between commits nobody keeps a lock.  When another process has added observations meanwhile, tails are read anew and what was not yet
 * committed is added again. */
#include "sense/sense.h"

#include <stdio.h>

enum { MOST_PENDING = 1 << 20 };

/* ---- tails ---- */

void cim__tail_free(cim_sense *s, cim__tail *t)
{
    cim__free(s->mem, t->times);
    cim__free(s->mem, t->values);
    cim__free(s->mem, t->qualities);
    *t = (cim__tail){ .count = 0 };
}

static bool resize(cim_sense *s, void **array, uint32_t cap, size_t size)
{
    void *bigger = cim__realloc_n(s->mem, *array, cap, size);
    if (bigger) *array = bigger;
    return bigger;
}

static cim_status grow(cim_ctx *ctx, cim_sense *s, cim__tail *t, size_t more)
{
    size_t wanted = t->count + more;
    if (wanted <= t->cap) return CIM_OK;
    if (wanted > 1u << 30) return cim__fail(ctx, CIM_ELIMIT, "more than %u observations of a stream wait for a commit", 1u << 30);
    uint32_t cap = t->cap ? t->cap : 16;
    while (cap < wanted) cap *= 2;
    if (!resize(s, (void **)&t->times, cap, sizeof *t->times) || !resize(s, (void **)&t->values, cap, sizeof *t->values) ||
        !resize(s, (void **)&t->qualities, cap, 1))
        return cim__nomem(ctx);
    t->cap = cap;
    return CIM_OK;
}

static void push(cim__tail *t, int64_t time, double value, uint8_t quality)
{
    t->times[t->count] = time;
    t->values[t->count] = value;
    t->qualities[t->count++] = quality;
}

static cim_status prepared(cim_ctx *ctx, cim_sense *s, cim__stmt **stmt, const char *sql) { return *stmt ? CIM_OK : cim__db_prepare(ctx, s->db, sql, stmt); }

/* The newest chunk of a stream, unless it is full. */
static cim_status read_tail(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    cim__tail *t = &stream->tail;
    cim__stmt *stmt = s->last_chunk;
    cim_status st = CIM_OK;
    cim__stmt_int(stmt, 1, stream->s.id);
    CIM__TRY(st = cim__stmt_step(ctx, stmt));
    if (st == CIM_DONE) return CIM_OK;
    if (!cim__chunk_get(cim__stmt_get_str(stmt, 0), &s->scratch)) return cim__fail(ctx, CIM_EFORMAT, "stream %s: the newest chunk is damaged", stream->s.gid);
    uint32_t count = s->scratch.count, last = count - 1;
    stream->latest = (cim_observation){ s->scratch.times[last], s->scratch.values[last], stream->s.id, s->scratch.qualities[last] };
    stream->has_latest = true;
    if (count >= s->chunk_values) return CIM_OK;
    CIM__TRY(grow(ctx, s, t, count));
    for (uint32_t i = 0; i < count; i++) push(t, s->scratch.times[i], s->scratch.values[i], s->scratch.qualities[i]);
    t->base = count;
    return CIM_OK;
}

static cim_status load_tail(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    if (stream->tail.loaded) return CIM_OK;
    if (s->has_tables && !stream->uncommitted) {
        CIM__TRY(prepared(ctx, s, &s->last_chunk, "SELECT data FROM stream_chunk WHERE stream=?1 ORDER BY first_ms DESC LIMIT 1"));
        cim_status st = read_tail(ctx, s, stream);
        cim__stmt_reset(s->last_chunk);
        if (st < 0) return st;
    }
    stream->tail.loaded = true;
    return CIM_OK;
}

/* ---- adding ---- */

static cim_status mark_dirty(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    stream->unwritten = true;
    if (stream->dirty) return CIM_OK;
    uint32_t *slot = CIM__PUSH(&s->dirty, uint32_t);
    s->dirty.failed = false;
    if (!slot) return cim__nomem(ctx);
    *slot = stream->s.id;
    stream->dirty = true;
    return CIM_OK;
}

static cim_status add_late(cim_ctx *ctx, cim__stream *stream, int64_t time, double value, uint8_t quality)
{
    cim__late *l = CIM__PUSH(&stream->late, cim__late);
    stream->late.failed = false;
    if (!l) return cim__nomem(ctx);
    *l = (cim__late){ time, value, quality };
    return CIM_OK;
}

static cim_status add(cim_ctx *ctx, cim_sense *s, cim__stream *stream, int64_t time, double value, uint8_t quality)
{
    cim__tail *t = &stream->tail;
    if (value != value) value = (double)NAN; /* the one */
    if (stream->has_latest && time <= stream->latest.time_ms) {
        CIM__TRY(add_late(ctx, stream, time, value, quality));
        s->counts.late += time < stream->latest.time_ms;
        if (time < stream->latest.time_ms) return CIM_OK;
    } else {
        CIM__TRY(grow(ctx, s, t, 1));
        push(t, time, value, quality);
    }
    stream->latest = (cim_observation){ time, value, stream->s.id, quality };
    stream->has_latest = true;
    return CIM_OK;
}

static bool value_ok(const cim__stream *stream, double v)
{
    if (v != v) return true;
    if (v - v != 0.0) return false;
    if (stream->s.kind == CIM_STREAM_BOOLEAN) return v == 0.0 || v == 1.0;
    return stream->s.kind != CIM_STREAM_TEXT || (v >= 0.0 && v < (double)CIM__COUNT(&stream->words, const char *) && v == (double)(uint32_t)v);
}

static cim_status check_one(cim_ctx *ctx, const cim__stream *stream, int64_t time, double value)
{
    if (time < CIM_TIME_MIN_MS || time > CIM_TIME_MAX_MS) return cim__fail(ctx, CIM_EARG, "stream %.100s: time %lld is not in years 1 to 9999", stream->s.gid, (long long)time);
    if (!value_ok(stream, value)) return cim__fail(ctx, CIM_EARG, "stream %.100s: a value it cannot have", stream->s.gid);
    return CIM_OK;
}

static cim_status commit_in_time(cim_ctx *ctx, cim_sense *s)
{
    if (s->manual) return CIM_OK;
    if (s->pending < MOST_PENDING && (!s->is_file || cim__now_ms() - s->last_commit_ms < (double)s->commit_ms)) return CIM_OK;
    return cim_sense_commit(ctx, s);
}

/* Room beforehand: all or none. */
static cim_status add_all(cim_ctx *ctx, cim_sense *s, cim__stream *stream, const int64_t *times_ms, const double *values, const uint8_t *qualities, size_t count)
{
    CIM__TRY(load_tail(ctx, s, stream));
    CIM__TRY(grow(ctx, s, &stream->tail, count));
    if (!cim__buf_reserve(&stream->late, stream->late.size || (stream->has_latest && times_ms[0] <= stream->latest.time_ms) ? count * sizeof(cim__late) : 0)) {
        stream->late.failed = false;
        return cim__nomem(ctx);
    }
    CIM__TRY(mark_dirty(ctx, s, stream));
    for (size_t i = 0; i < count; i++) CIM__TRY(add(ctx, s, stream, times_ms[i], values[i], qualities ? qualities[i] : 0));
    s->counts.appended += count;
    s->pending += count;
    return CIM_OK;
}

cim_status cim_sense_append(cim_ctx *ctx, cim_sense *s, uint32_t id, const int64_t *times_ms, const double *values, const uint8_t *qualities, size_t count)
{
    cim__stream *stream = NULL;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    if (!count) return CIM_OK;
    if (!times_ms || !values) return cim__fail(ctx, CIM_EARG, "no times or no values");
    for (size_t i = 0; i < count; i++) CIM__TRY(check_one(ctx, stream, times_ms[i], values[i]));
    CIM__TRY(add_all(ctx, s, stream, times_ms, values, qualities, count));
    return commit_in_time(ctx, s);
}

cim_status cim_sense_append_many(cim_ctx *ctx, cim_sense *s, const uint32_t *streams, const int64_t *times_ms, const double *values, const uint8_t *qualities, size_t count)
{
    cim__stream *stream = NULL;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    if (count && (!streams || !times_ms || !values)) return cim__fail(ctx, CIM_EARG, "no streams, no times or no values");
    for (size_t i = 0; i < count; i++) {
        CIM__TRY(cim__sense_need(ctx, s, streams[i], &stream));
        CIM__TRY(check_one(ctx, stream, times_ms[i], values[i]));
    }
    for (size_t i = 0; i < count; i++) {
        stream = cim__sense_stream(s, streams[i]);
        CIM__TRY(load_tail(ctx, s, stream));
        if (!stream->dirty || !stream->unwritten) CIM__TRY(mark_dirty(ctx, s, stream));
        CIM__TRY(add(ctx, s, stream, times_ms[i], values[i], qualities ? qualities[i] : 0));
        s->counts.appended++;
        s->pending++;
    }
    return commit_in_time(ctx, s);
}

cim_status cim_sense_append_text(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t time_ms, const char *text, uint8_t quality)
{
    cim__stream *stream = NULL;
    double word = 0.0;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    CIM__TRY(cim__sense_need(ctx, s, id, &stream));
    if (!text || stream->s.kind != CIM_STREAM_TEXT) return cim__fail(ctx, CIM_EARG, text ? "stream %.100s has no texts" : "stream %.100s: no text", stream->s.gid);
    CIM__TRY(check_one(ctx, stream, time_ms, (double)NAN));
    CIM__TRY(cim__stream_word(ctx, s, id, text, &word));
    return cim_sense_append(ctx, s, id, &time_ms, &word, &quality, 1);
}

/* ---- rows ---- */

static cim_status put_chunk(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim__series *series)
{
    cim__chunk_facts f = cim__chunk_facts_of(series);
    CIM__TRY(prepared(ctx, s, &s->put_chunk, "REPLACE INTO stream_chunk VALUES(?,?,?,?,?,?,?,?,?,?,?)"));
    s->blob.size = 0;
    cim__chunk_put(&s->blob, series);
    if (s->blob.failed) {
        s->blob.failed = false;
        return cim__nomem(ctx);
    }
    cim__stmt *stmt = s->put_chunk;
    const int64_t whole[] = { id, f.first_ms, f.last_ms, f.count, f.numbers };
    const double real[] = { f.min, f.max, f.sum };
    for (int i = 0; i < 5; i++) cim__stmt_int(stmt, i + 1, whole[i]);
    for (int i = 0; i < 3; i++) {
        if (f.numbers) cim__stmt_real(stmt, i + 6, real[i]);
        else cim__stmt_null(stmt, i + 6);
    }
    cim__stmt_real(stmt, 9, f.last); /* NaN is stored as NULL */
    cim__stmt_int(stmt, 10, f.quality);
    cim__stmt_blob(stmt, 11, cim__buf_str(&s->blob));
    return cim__stmt_run(ctx, stmt);
}

static cim__series part_of(const cim__series *all, uint32_t from, uint32_t count)
{
    return (cim__series){ all->times + from, all->values + from, all->qualities + from, count };
}

/* Old chunks may grow by a quarter before they are cut, into equal parts. */
static cim_status put_cut(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim__series *all)
{
    uint32_t most = s->chunk_values + s->chunk_values / 4;
    if (most > CIM__CHUNK_MOST) most = CIM__CHUNK_MOST;
    uint32_t parts = all->count <= most ? 1 : (all->count + s->chunk_values - 1) / s->chunk_values;
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t from = (uint32_t)((uint64_t)all->count * i / parts), to = (uint32_t)((uint64_t)all->count * (i + 1) / parts);
        cim__series part = part_of(all, from, to - from);
        CIM__TRY(put_chunk(ctx, s, id, &part));
    }
    return CIM_OK;
}

static cim_status put_tail(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    const cim__tail *t = &stream->tail;
    cim__series all = { t->times, t->values, t->qualities, t->count };
    if (!t->count) return CIM_OK;
    if (stream->rewritten) {
        CIM__TRY(prepared(ctx, s, &s->drop_from, "DELETE FROM stream_chunk WHERE stream=?1 AND first_ms>=?2"));
        cim__stmt_int(s->drop_from, 1, stream->s.id);
        cim__stmt_int(s->drop_from, 2, t->times[0]);
        CIM__TRY(cim__stmt_run(ctx, s->drop_from));
    }
    stream->rewritten = true;
    for (uint32_t from = 0; from < t->count; from += s->chunk_values) {
        cim__series part = part_of(&all, from, t->count - from < s->chunk_values ? t->count - from : s->chunk_values);
        CIM__TRY(put_chunk(ctx, s, stream->s.id, &part));
    }
    return CIM_OK;
}

/* ---- late ones ---- */

static cim_status new_series(cim_ctx *ctx, cim_sense *s, size_t count, cim__series *out)
{
    out->times = cim__alloc_n(s->mem, count, sizeof(int64_t));
    out->values = cim__alloc_n(s->mem, count, sizeof(double));
    out->qualities = cim__alloc_n(s->mem, count, 1);
    return out->times && out->values && out->qualities ? CIM_OK : cim__nomem(ctx);
}

static void free_series(cim_sense *s, cim__series *series)
{
    cim__free(s->mem, series->times);
    cim__free(s->mem, series->values);
    cim__free(s->mem, series->qualities);
}

static void note(cim_sense *s, const cim__merged *m)
{
    s->counts.repeated += m->repeated;
    s->counts.replaced += m->replaced;
}

static cim_status merge_into_tail(cim_ctx *ctx, cim_sense *s, cim__stream *stream, const cim__late *late, size_t count)
{
    cim__tail *t = &stream->tail;
    cim__series base = { t->times, t->values, t->qualities, t->count }, out = { .count = 0 };
    cim__merged merged = { 0, 0 };
    size_t cap = t->count + count;
    cim_status st = new_series(ctx, s, cap, &out);
    if (st < 0) {
        free_series(s, &out);
        return st;
    }
    cim__late_merge(&base, late, count, &out, &merged);
    note(s, &merged);
    free_series(s, &base);
    t->times = out.times;
    t->values = out.values;
    t->qualities = out.qualities;
    t->count = out.count;
    t->cap = (uint32_t)cap;
    t->merged = true;
    return CIM_OK;
}

/* The chunk that a time falls into: the last that begins at or before it, else the first before `bound`, where the tail begins; CIM_DONE when
 * there is none. */
static cim_status find_chunk(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t time, int64_t bound, int64_t *first_out)
{
    CIM__TRY(prepared(ctx, s, &s->find_chunk,
                      "SELECT first_ms,data FROM stream_chunk WHERE stream=?1 AND first_ms=coalesce((SELECT max(first_ms) FROM stream_chunk WHERE stream=?1 AND first_ms<=?2),"
                      "(SELECT min(first_ms) FROM stream_chunk WHERE stream=?1 AND first_ms<?3))"));
    cim__stmt_int(s->find_chunk, 1, id);
    cim__stmt_int(s->find_chunk, 2, time);
    cim__stmt_int(s->find_chunk, 3, bound);
    cim_status st = cim__stmt_step(ctx, s->find_chunk);
    s->scratch.count = 0;
    if (st == CIM_OK) {
        *first_out = cim__stmt_get_int(s->find_chunk, 0);
        if (!cim__chunk_get(cim__stmt_get_str(s->find_chunk, 1), &s->scratch)) {
            char text[32];
            cim_time_text(*first_out, text);
            st = cim__fail(ctx, CIM_EFORMAT, "stream %s: the chunk of %s is damaged", cim__sense_stream(s, id)->s.gid, text);
        }
    }
    cim__stmt_reset(s->find_chunk);
    return st;
}

static cim_status next_chunk(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t first, int64_t *next_out)
{
    CIM__TRY(prepared(ctx, s, &s->next_chunk, "SELECT min(first_ms) FROM stream_chunk WHERE stream=?1 AND first_ms>?2"));
    cim__stmt_int(s->next_chunk, 1, id);
    cim__stmt_int(s->next_chunk, 2, first);
    cim_status st = cim__stmt_step(ctx, s->next_chunk);
    *next_out = st == CIM_OK && !cim__stmt_is_null(s->next_chunk, 0) ? cim__stmt_get_int(s->next_chunk, 0) : INT64_MAX;
    cim__stmt_reset(s->next_chunk);
    return st < 0 ? st : CIM_OK;
}

static cim_status drop_chunk(cim_ctx *ctx, cim_sense *s, uint32_t id, int64_t first)
{
    CIM__TRY(prepared(ctx, s, &s->drop_chunk, "DELETE FROM stream_chunk WHERE stream=?1 AND first_ms=?2"));
    cim__stmt_int(s->drop_chunk, 1, id);
    cim__stmt_int(s->drop_chunk, 2, first);
    return cim__stmt_run(ctx, s->drop_chunk);
}

/* Those late ones that fall into the same old chunk as the first one; *used_out of them. */
static cim_status merge_into_chunk(cim_ctx *ctx, cim_sense *s, uint32_t id, const cim__late *late, size_t count, int64_t bound, size_t *used_out)
{
    int64_t first = INT64_MIN, next = INT64_MAX;
    size_t n = 0;
    cim__merged merged = { 0, 0 };
    cim__series out = { .count = 0 };
    cim_status st = find_chunk(ctx, s, id, late[0].time, bound, &first);
    if (st < 0) return st;
    if (st == CIM_OK) CIM__TRY(next_chunk(ctx, s, id, first, &next));
    while (n < count && late[n].time < next) n++;
    st = new_series(ctx, s, s->scratch.count + n, &out);
    if (st >= 0) {
        cim__late_merge(&s->scratch, late, n, &out, &merged);
        if (s->scratch.count) st = drop_chunk(ctx, s, id, first);
    }
    if (st >= 0) st = put_cut(ctx, s, id, &out);
    if (st >= 0) note(s, &merged);
    free_series(s, &out);
    *used_out = n;
    return st;
}

static cim_status merge_sorted(cim_ctx *ctx, cim_sense *s, cim__stream *stream, cim__late *late, size_t count, size_t *old_out)
{
    int64_t bound = stream->tail.count ? stream->tail.times[0] : INT64_MAX;
    size_t old = 0, used = 0;
    while (old < count && late[old].time < bound) old++;
    for (size_t i = 0; i < old; i += used) CIM__TRY(merge_into_chunk(ctx, s, stream->s.id, late + i, old - i, bound, &used));
    *old_out = old;
    return old < count ? merge_into_tail(ctx, s, stream, late + old, count - old) : CIM_OK;
}

/* Those that went into the tail are in memory for good; those of old chunks are kept until the commit. */
static cim_status merge_late(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    size_t all = CIM__COUNT(&stream->late, cim__late), count = all - stream->late_done, old = 0;
    cim__late *late = &CIM__AT(&stream->late, cim__late, stream->late_done);
    if (!count) return CIM_OK;
    cim__late *scratch = cim__alloc_n(s->mem, count, sizeof *scratch);
    if (!scratch) return cim__nomem(ctx);
    cim__late_sort(late, count, scratch);
    cim__free(s->mem, scratch);
    CIM__TRY(merge_sorted(ctx, s, stream, late, count, &old));
    stream->late_done += old;
    stream->late.size = stream->late_done * sizeof *late;
    return CIM_OK;
}

static cim_status write_stream(cim_ctx *ctx, cim_sense *s, cim__stream *stream)
{
    if (!stream->unwritten) return CIM_OK;
    CIM__TRY(merge_late(ctx, s, stream));
    CIM__TRY(put_tail(ctx, s, stream));
    stream->unwritten = false;
    return CIM_OK;
}

/* ---- transactions ---- */

typedef struct fresh {
    uint32_t stream;
    cim__late l;
} fresh;

static bool collect(cim__stream *stream, cim__buf *out)
{
    const cim__tail *t = &stream->tail;
    for (uint32_t i = t->merged ? 0 : t->base; i < t->count; i++) {
        fresh *f = CIM__PUSH(out, fresh);
        if (f) *f = (fresh){ stream->s.id, { t->times[i], t->values[i], t->qualities[i] } };
    }
    for (size_t i = 0; i < CIM__COUNT(&stream->late, cim__late); i++) {
        fresh *f = CIM__PUSH(out, fresh);
        if (f) *f = (fresh){ stream->s.id, CIM__AT(&stream->late, cim__late, i) };
    }
    return !out->failed;
}

/* Another process has written: what is in memory of the file is read anew, and what is not in the file yet is added again. */
static cim_status start_over(cim_ctx *ctx, cim_sense *s)
{
    cim__buf kept = cim__buf_on(s->mem);
    uint32_t known = cim__sense_streams(s);
    uint64_t late = s->counts.late;
    cim_status st = CIM_OK;
    for (uint32_t i = 1; i <= known && st >= 0; i++)
        if (!collect(cim__sense_stream(s, i), &kept)) st = cim__nomem(ctx);
    if (st >= 0) st = cim__streams_load(ctx, s);
    for (uint32_t i = 1; i <= known && st >= 0; i++) {
        cim__stream *stream = cim__sense_stream(s, i);
        cim__tail_free(s, &stream->tail);
        stream->late.size = stream->late_done = 0;
        stream->has_latest = false;
        stream->latest_epoch = 0;
    }
    for (size_t i = 0; i < CIM__COUNT(&kept, fresh) && st >= 0; i++) {
        fresh f = CIM__AT(&kept, fresh, i);
        st = load_tail(ctx, s, cim__sense_stream(s, f.stream));
        if (st >= 0) st = add(ctx, s, cim__sense_stream(s, f.stream), f.l.time, f.l.value, f.l.quality);
    }
    s->counts.late = late;
    cim__buf_free(&kept);
    return st;
}

static cim_status look_for_others(cim_ctx *ctx, cim_sense *s)
{
    uint32_t counter = 0;
    int64_t version = 0, stream_version = 0;
    CIM__TRY(cim__store_counter_of(ctx, s->db, &counter));
    if (counter == s->counter) return CIM_OK;
    CIM__TRY(cim__meta_int(ctx, s->db, "observe_version", &version));
    CIM__TRY(cim__meta_int(ctx, s->db, "stream_version", &stream_version));
    if (stream_version != s->stream_version)
        for (uint32_t i = 1; i <= cim__sense_streams(s); i++)
            if (cim__sense_stream(s, i)->uncommitted) return cim__fail(ctx, CIM_EIO, "%s: another writer has made streams meanwhile", s->store->path);
    if (version != s->version) CIM__TRY(start_over(ctx, s));
    s->version = version;
    s->stream_version = stream_version;
    s->counter = counter;
    return CIM_OK;
}

cim_status cim__sense_begin(cim_ctx *ctx, cim_sense *s)
{
    if (s->in_transaction) return CIM_OK;
    s->counts_before = s->counts;
    if (s->is_file) {
        CIM__TRY(cim__db_exec(ctx, s->db, "BEGIN IMMEDIATE"));
        s->in_transaction = true;
        cim_status st = cim__schema_sense(ctx, s->db);
        s->has_tables = s->has_tables || st >= 0;
        if (st >= 0) st = look_for_others(ctx, s);
        if (st < 0) cim__sense_rollback(ctx, s);
        return st;
    }
    s->has_tables = true;
    s->in_transaction = true;
    return CIM_OK;
}

/* Everything in memory waits for the next commit. */
void cim__sense_rollback(cim_ctx *ctx, cim_sense *s)
{
    if (!s->in_transaction) return;
    s->in_transaction = false;
    if (s->is_file) {
        cim_ctx quiet = *ctx; /* the first failure is the one to tell */
        cim__db_attend(s->db, NULL);
        (void)cim__db_exec(&quiet, s->db, "ROLLBACK");
        cim__db_attend(s->db, ctx);
        s->has_tables = false;
    }
    uint64_t appended = s->counts.appended, late = s->counts.late, streams = s->counts.streams;
    s->counts = s->counts_before;
    s->counts.appended = appended;
    s->counts.late = late;
    s->counts.streams = streams;
    for (uint32_t i = 1; i <= cim__sense_streams(s); i++) {
        cim__stream *stream = cim__sense_stream(s, i);
        stream->unwritten = stream->dirty;
        stream->rewritten = false;
        stream->late_done = 0;
        stream->words_written = stream->words_safe;
        if (stream->row == CIM__ROW_WRITTEN) stream->row = CIM__ROW_CHANGED;
        s->streams_changed = s->streams_changed || stream->row == CIM__ROW_CHANGED || stream->words_written < CIM__COUNT(&stream->words, const char *);
    }
    s->streams_written = false;
}

/* Only the last chunk of a tail stays, unless it is full. */
static void let_go(cim_sense *s, cim__stream *stream)
{
    cim__tail *t = &stream->tail;
    uint32_t keep = t->count % s->chunk_values, from = t->count - keep;
    if (from && keep) {
        memmove(t->times, t->times + from, keep * sizeof *t->times);
        memmove(t->values, t->values + from, keep * sizeof *t->values);
        memmove(t->qualities, t->qualities + from, keep);
    }
    t->count = t->base = keep;
    t->merged = false;
    if (t->cap > 4 * s->chunk_values && !keep) {
        cim__tail_free(s, t);
        t->loaded = true;
    }
    stream->late.size = stream->late_done = 0;
    if (stream->late.cap > 1 << 16) cim__buf_free(&stream->late);
    stream->dirty = stream->unwritten = stream->rewritten = false;
}

static void all_safe(cim_sense *s)
{
    for (size_t i = 0; i < CIM__COUNT(&s->dirty, uint32_t); i++) let_go(s, cim__sense_stream(s, CIM__AT(&s->dirty, uint32_t, i)));
    s->dirty.size = 0;
    s->pending = 0;
    for (uint32_t i = 1; i <= cim__sense_streams(s) && s->streams_written; i++) {
        cim__stream *stream = cim__sense_stream(s, i);
        stream->row = CIM__ROW_SAFE;
        stream->uncommitted = false;
        stream->words_safe = stream->words_written;
    }
    s->streams_written = false;
    s->in_transaction = false;
    s->counts.commits++;
    s->last_commit_ms = cim__now_ms();
}

static void put_counts(cim__json *json, const cim_sense_counts *now, const cim_sense_counts *before)
{
    cim__json_kv_int(json, "streams", (int64_t)(now->streams - before->streams));
    cim__json_kv_int(json, "observations", (int64_t)(now->appended - before->appended));
    cim__json_kv_int(json, "late", (int64_t)(now->late - before->late));
    cim__json_kv_int(json, "repeated", (int64_t)(now->repeated - before->repeated));
    cim__json_kv_int(json, "replaced", (int64_t)(now->replaced - before->replaced));
}

static cim_status put_entry(cim_ctx *ctx, cim_sense *s, bool last)
{
    char hash[65];
    cim__buf details = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&details);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "session", !last ? "begun" : s->session_said ? "ended" : "whole");
    if (last) put_counts(&json, &s->counts, &s->said);
    cim__json_close(&json, '}');
    cim_status st = details.failed ? cim__nomem(ctx) : cim__change_append(ctx, s->db, s->who, s->why, "observe", cim__buf_str(&details), hash);
    cim__buf_free(&details);
    return st;
}

static cim_status put_number(cim_ctx *ctx, cim_sense *s, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return cim__meta_set(ctx, s->db, key, text);
}

/* The counter that the file will have tells that libcim was the last to change it, if it was before. */
static cim_status put_versions(cim_ctx *ctx, cim_sense *s)
{
    int64_t known = -1;
    CIM__TRY(cim__meta_int(ctx, s->db, "change_counter", &known));
    CIM__TRY(put_number(ctx, s, "observe_version", s->version + 1));
    if (s->streams_written) CIM__TRY(put_number(ctx, s, "stream_version", s->stream_version + 1));
    return known == (int64_t)s->counter ? put_number(ctx, s, "change_counter", (int64_t)s->counter + 1) : CIM_OK;
}

static cim_status write_all(cim_ctx *ctx, cim_sense *s, bool entry, bool last)
{
    CIM__TRY(cim__streams_write(ctx, s));
    for (size_t i = 0; i < CIM__COUNT(&s->dirty, uint32_t); i++) CIM__TRY(write_stream(ctx, s, cim__sense_stream(s, CIM__AT(&s->dirty, uint32_t, i))));
    if (!s->is_file) return CIM_OK;
    if (entry) CIM__TRY(put_entry(ctx, s, last));
    CIM__TRY(put_versions(ctx, s));
    CIM__TRY(cim__tick(ctx, 0, 0, "commit"));
    cim__db_attend(s->db, NULL); /* too late to cancel */
    return cim__db_exec(ctx, s->db, "COMMIT");
}

static cim_status commit(cim_ctx *ctx, cim_sense *s, bool last)
{
    bool something = s->dirty.size || s->streams_changed || s->in_transaction;
    bool entry = something ? last || !s->session_said : last && s->session_said;
    if (!something && !entry) {
        s->last_commit_ms = cim__now_ms();
        return CIM_OK;
    }
    s->last_commit_ms = cim__now_ms(); /* not again at once when it fails */
    CIM__TRY(cim__sense_begin(ctx, s));
    cim_status st = write_all(ctx, s, entry, last);
    cim__db_attend(s->db, ctx);
    if (st < 0) {
        cim__sense_rollback(ctx, s);
        return st;
    }
    s->version++;
    s->stream_version += s->streams_written;
    all_safe(s);
    s->session_said = !last;
    return s->is_file ? cim__store_counter_of(ctx, s->db, &s->counter) : CIM_OK;
}

cim_status cim_sense_commit(cim_ctx *ctx, cim_sense *s)
{
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    return commit(ctx, s, false);
}

cim_status cim_sense_finish(cim_ctx *ctx, cim_sense *s)
{
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    CIM__TRY(commit(ctx, s, true));
    s->said = s->counts;
    return CIM_OK;
}

cim_status cim_sense_tick(cim_ctx *ctx, cim_sense *s, int64_t *wait_ms_out)
{
    int64_t wait = -1;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__sense_writes(ctx, s));
    if (!s->manual) CIM__TRY(commit_in_time(ctx, s));
    if (!s->manual && (s->pending || s->in_transaction || s->streams_changed)) {
        double left = (double)s->commit_ms - (cim__now_ms() - s->last_commit_ms);
        wait = left > 0.0 ? (int64_t)left + 1 : 1;
    }
    if (wait_ms_out) *wait_ms_out = wait;
    return CIM_OK;
}

cim_status cim__sense_flush(cim_ctx *ctx, cim_sense *s, uint32_t id)
{
    cim__stream *stream = cim__sense_stream(s, id);
    if (!s->writes || !stream->unwritten) return CIM_OK;
    CIM__TRY(cim__sense_begin(ctx, s));
    cim_status st = write_stream(ctx, s, stream);
    if (st < 0) cim__sense_rollback(ctx, s);
    return st;
}

cim_status cim_sense_counters(cim_ctx *ctx, const cim_sense *s, cim_sense_counts *counts_out)
{
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no observations are open");
    cim_sense_counts view = s->counts;
    return cim__view_copy(ctx, counts_out, &view, sizeof view);
}
