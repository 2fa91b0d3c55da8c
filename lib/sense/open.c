/* open.c - opening the observations of a city file, and noticing what others have written. */
#include "sense/sense.h"

#include <math.h>

static cim_status copy_text(cim_ctx *ctx, cim__mem *mem, const char *text, char **out)
{
    if (!text) return CIM_OK;
    *out = cim__strndup(mem, text, strlen(text));
    return *out ? CIM_OK : cim__nomem(ctx);
}

static cim_status take_options(cim_ctx *ctx, cim_sense *s, const cim_sense_options *given)
{
    cim_sense_options o = CIM_SENSE_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, &o, sizeof o, given, "sense options"));
    if (o.flags & ~(uint32_t)(CIM_SENSE_WRITE | CIM_SENSE_MANUAL)) return cim__fail(ctx, CIM_EARG, "unknown flags %u", o.flags);
    if (o.chunk_values && (o.chunk_values < 16 || o.chunk_values > CIM__CHUNK_MOST)) return cim__fail(ctx, CIM_EARG, "chunks of %u values: 16 to 4096", o.chunk_values);
    if (o.commit_ms < 0) return cim__fail(ctx, CIM_EARG, "a commit interval of %lld ms", (long long)o.commit_ms);
    s->writes = o.flags & CIM_SENSE_WRITE;
    s->manual = o.flags & CIM_SENSE_MANUAL;
    s->chunk_values = o.chunk_values ? o.chunk_values : 256;
    s->commit_ms = o.commit_ms ? o.commit_ms : 1000;
    CIM__TRY(copy_text(ctx, s->mem, o.who, &s->who));
    return copy_text(ctx, s->mem, o.why, &s->why);
}

static cim_status new_sense(cim_ctx *ctx, const cim_sense_options *opts, cim_sense **sense_out)
{
    cim_sense *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    s->streams = s->dirty = s->blob = cim__buf_on(s->mem);
    s->texts = cim__arena_on(s->mem);
    cim__map_init(&s->by_gid, s->mem);
    cim__map_init(&s->by_word, s->mem);
    s->epoch = 1;
    s->scratch.times = cim__alloc_n(s->mem, CIM__CHUNK_MOST, sizeof(int64_t));
    s->scratch.values = cim__alloc_n(s->mem, CIM__CHUNK_MOST, sizeof(double));
    s->scratch.qualities = cim__alloc_n(s->mem, CIM__CHUNK_MOST, 1);
    cim_status st = s->scratch.times && s->scratch.values && s->scratch.qualities ? take_options(ctx, s, opts) : cim__nomem(ctx);
    s->last_commit_ms = cim__now_ms();
    if (st < 0) cim_sense_free(s);
    else *sense_out = s;
    return st;
}

static void close_statements(cim_sense *s)
{
    cim__stmt **all[] = { &s->put_chunk, &s->last_chunk, &s->find_chunk, &s->next_chunk, &s->drop_chunk, &s->drop_from, &s->scan, &s->at };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cim__stmt_free(*all[i]);
        *all[i] = NULL;
    }
}

void cim_sense_free(cim_sense *s)
{
    if (!s) return;
    cim__mem *mem = s->mem;
    close_statements(s);
    cim__streams_forget(s);
    if (s->own_db) cim__db_close(s->db);
    cim__store_close(s->store);
    cim__buf_free(&s->streams);
    cim__buf_free(&s->dirty);
    cim__buf_free(&s->blob);
    cim__arena_free(&s->texts);
    cim__map_free(&s->by_gid);
    cim__map_free(&s->by_word);
    cim__free(mem, s->scratch.times);
    cim__free(mem, s->scratch.values);
    cim__free(mem, s->scratch.qualities);
    cim__free(mem, s->who);
    cim__free(mem, s->why);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

/* ---- what the file says ---- */

/* Tables that somebody has made since the file was verified are verified, too. */
static cim_status find_tables(cim_ctx *ctx, cim_sense *s)
{
    int64_t there = 0;
    uint64_t layers;
    unsigned shapes;
    if (s->has_tables) return CIM_OK;
    CIM__TRY(cim__db_get_int(ctx, s->db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='stream'", &there));
    if (!there) return CIM_OK;
    if (s->is_file) CIM__TRY(cim__schema_verify(ctx, s->db, true, &layers, &shapes));
    s->has_tables = true;
    return CIM_OK;
}

static cim_status versions(cim_ctx *ctx, cim_sense *s, int64_t *version, int64_t *stream_version)
{
    *version = *stream_version = 0;
    if (!s->is_file) return CIM_OK;
    CIM__TRY(cim__meta_int(ctx, s->db, "observe_version", version));
    return cim__meta_int(ctx, s->db, "stream_version", stream_version);
}

/* All streams anew when some have changed; else only what they say. */
static cim_status look_again(cim_ctx *ctx, cim_sense *s)
{
    int64_t version = 0, stream_version = 0;
    CIM__TRY(find_tables(ctx, s));
    if (!s->has_tables) return CIM_OK;
    CIM__TRY(versions(ctx, s, &version, &stream_version));
    if (stream_version != s->stream_version || !s->streams.size) {
        cim__streams_forget(s);
        cim_status st = cim__streams_load(ctx, s);
        if (st < 0) cim__streams_forget(s);
        if (st < 0) return st;
    }
    s->version = version;
    s->stream_version = stream_version;
    s->epoch++;
    return CIM_OK;
}

cim_status cim__sense_enter(cim_ctx *ctx, cim_sense *s)
{
    uint32_t counter = 0;
    cim__enter(ctx);
    if (!s) return cim__fail(ctx, CIM_EARG, "no observations are open");
    cim__db_attend(s->db, ctx);
    if (s->writes || !s->is_file) return CIM_OK;
    CIM__TRY(cim__store_counter_of(ctx, s->db, &counter));
    if (counter == s->counter) return CIM_OK;
    CIM__TRY(look_again(ctx, s));
    s->counter = counter;
    return CIM_OK;
}

cim_status cim__sense_need(cim_ctx *ctx, cim_sense *s, uint32_t id, cim__stream **stream_out)
{
    if (!id || id > cim__sense_streams(s)) return cim__fail(ctx, CIM_ENOTFOUND, "there is no stream %u", id);
    *stream_out = cim__sense_stream(s, id);
    return CIM_OK;
}

cim_status cim__sense_writes(cim_ctx *ctx, const cim_sense *s)
{
    return s->writes ? CIM_OK : cim__fail(ctx, CIM_EARG, "the observations were opened to be read only");
}

/* ---- opening ---- */

static cim_status open_file(cim_ctx *ctx, cim_sense *s, const char *path)
{
    CIM__TRY(cim__store_open(ctx, path, false, &s->store));
    s->is_file = true;
    s->db = s->store->db;
    if (s->writes) {
        cim__db *db = NULL;
        CIM__TRY(cim__db_open(ctx, path, CIM__DB_SHARE, &db));
        s->db = db;
        s->own_db = true;
    } else {
        cim__db_cache(s->db, 8192);
    }
    cim__db_attend(s->db, ctx);
    CIM__TRY(cim__store_counter_of(ctx, s->db, &s->counter));
    return look_again(ctx, s);
}

static cim_status open_memory(cim_ctx *ctx, cim_sense *s)
{
    s->writes = s->own_db = true;
    CIM__TRY(cim__db_open(ctx, ":memory:", CIM__DB_MEMORY, &s->db));
    return cim__schema_sense(ctx, s->db);
}

cim_status cim_sense_open(cim_ctx *ctx, const char *path, const cim_sense_options *opts, cim_sense **sense_out)
{
    cim_sense *s = NULL;
    cim__enter(ctx);
    CIM__TRY(new_sense(ctx, opts, &s));
    cim_status st = path ? open_file(ctx, s, path) : open_memory(ctx, s);
    if (st >= 0 && !path) st = look_again(ctx, s);
    if (st < 0) cim_sense_free(s);
    else *sense_out = s;
    return st;
}

cim_status cim__sense_over(cim_ctx *ctx, cim__db *db, cim_sense **sense_out)
{
    cim_sense *s = NULL;
    CIM__TRY(new_sense(ctx, NULL, &s));
    s->db = db;
    s->writes = s->manual = true;
    cim_status st = cim__schema_sense(ctx, db);
    if (st >= 0) st = look_again(ctx, s);
    if (st < 0) cim_sense_free(s);
    else *sense_out = s;
    return st;
}
