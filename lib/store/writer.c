/* writer.c - the transaction around an import, and the order in which its rows are written. */
#include "store/writer.h"
#include "core/io.h"
#include "core/module.h"
#include "core/par.h"
#include "store/rows_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* ---- transaction ---- */

static cim_status attach_spatialite(cim_ctx *ctx, cim__writer *w)
{
    const void *table = NULL;
    CIM__TRY(cim__module_load(ctx, "spatialite", &table));
    w->spatialite = table;
    w->connection = w->spatialite->attach(cim__db_handle(w->db));
    return w->connection ? CIM_OK : cim__nomem(ctx);
}

static cim_status begin_new(cim_ctx *ctx, cim__writer *w)
{
    if (w->path) w->temp = cim__temp_name(ctx, w->path);
    if (w->path && !w->temp) return cim__nomem(ctx);
    CIM__TRY(cim__db_open(ctx, w->path ? w->temp : ":memory:", w->path ? CIM__DB_CREATE : CIM__DB_MEMORY, &w->db));
    CIM__TRY(attach_spatialite(ctx, w));
    CIM__TRY(cim__db_exec(ctx, w->db, "BEGIN"));
    return cim__schema_create(ctx, w->db);
}

static cim_status begin_existing(cim_ctx *ctx, cim__writer *w)
{
    uint32_t before = cim__store_counter(w->path);
    w->layers = w->store->layers;
    w->shapes = w->store->shapes;
    CIM__TRY(cim__db_open(ctx, w->path, CIM__DB_WRITE, &w->db));
    CIM__TRY(attach_spatialite(ctx, w));
    CIM__TRY(cim__db_exec(ctx, w->db, "BEGIN IMMEDIATE"));
    w->counter = cim__store_counter(w->path);
    char content[65];
    CIM__TRY(cim__change_head(ctx, w->db, content));
    if (w->counter != before || strcmp(content, w->store->content) != 0) return cim__fail(ctx, CIM_EIO, "%s: changed while it was read", w->path);
    return CIM_OK;
}

cim_status cim__writer_begin(cim_ctx *ctx, const char *path, cim__store *store, cim__writer *w)
{
    *w = (cim__writer){ .mem = cim__mem_ref(ctx->mem), .store = store };
    if (path) w->path = cim__strndup(ctx->mem, path, strlen(path));
    cim_status st = path && !w->path ? cim__nomem(ctx) : store ? begin_existing(ctx, w) : begin_new(ctx, w);
    if (w->db) cim__db_attend(w->db, NULL);
    if (st < 0) cim__writer_abort(w);
    return st;
}

static void close_db(cim__writer *w)
{
    cim__db_close(w->db);
    w->db = NULL;
    if (w->connection) w->spatialite->detach(w->connection);
    w->connection = NULL;
}

static void forget(cim__writer *w)
{
    cim__mem *mem = w->mem;
    if (!mem) return;
    cim__free(mem, w->path);
    cim__free(mem, w->temp);
    cim__mem_unref(mem);
    *w = (cim__writer){ .mem = NULL };
}

void cim__writer_abort(cim__writer *w)
{
    if (!w->mem) return;
    close_db(w);
    if (w->temp) unlink(w->temp);
    forget(w);
}

/* The new name is durable only when the directory is on disk. */
static void sync_directory_of(const char *path, cim__mem *mem)
{
    const char *slash = strrchr(path, '/');
    char *dir = cim__strndup(mem, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    cim__free(mem, dir);
}

cim_status cim__writer_commit(cim_ctx *ctx, cim__writer *w)
{
    cim__db_attend(w->db, NULL); /* too late to cancel */
    cim_status st = cim__db_exec(ctx, w->db, "COMMIT");
    if (st < 0) {
        cim__writer_abort(w);
        return st;
    }
    close_db(w);
    if (w->temp && rename(w->temp, w->path)) {
        st = cim__fail_errno(ctx, -errno, "cannot create", w->path);
        unlink(w->temp);
    } else if (w->temp) {
        sync_directory_of(w->path, w->mem);
    }
    forget(w);
    return st;
}

cim_status cim__writer_adopt(cim_ctx *ctx, cim__writer *w, cim__store **store_out)
{
    cim__store *store = NULL;
    CIM__TRY(cim__db_exec(ctx, w->db, "COMMIT"));
    CIM__TRY(cim__store_adopt(ctx, w->db, w->layers, w->shapes, &store));
    store->spatialite = w->spatialite;
    store->connection = w->connection;
    w->db = NULL;
    w->connection = NULL;
    forget(w);
    *store_out = store;
    return CIM_OK;
}

/* ---- content ---- */

static cim_status put_meta(cim_ctx *ctx, cim__writer *w, int32_t epsg)
{
    char text[24];
    if (!w->store) {
        snprintf(text, sizeof text, "%d", (int)epsg);
        CIM__TRY(cim__meta_set(ctx, w->db, "epsg", text));
        CIM__TRY(cim__meta_set(ctx, w->db, "libcim", cim_version()));
    }
    snprintf(text, sizeof text, "%u", w->counter + 1);
    return cim__meta_set(ctx, w->db, "change_counter", text);
}

static cim_status put_source(cim_ctx *ctx, cim__stmt *stmt, int64_t id, const cim__source *s, const char *now)
{
    cim__stmt_int(stmt, 1, id);
    cim__stmt_text(stmt, 2, cim__str_of(s->uri));
    cim__stmt_text(stmt, 3, cim__str_of(s->sha256));
    cim__stmt_int(stmt, 4, (int64_t)s->bytes);
    cim__stmt_text(stmt, 5, cim__str_of(s->format));
    cim__stmt_text(stmt, 6, cim__str_of(s->version));
    cim__stmt_text(stmt, 7, cim__str_of(s->encoding));
    cim__stmt_text(stmt, 8, cim__str_of(s->srs_name));
    if (s->srid) cim__stmt_int(stmt, 9, s->srid);
    else cim__stmt_null(stmt, 9);
    cim__stmt_text(stmt, 10, cim__str_of(s->axis));
    cim__stmt_text(stmt, 11, cim__str_of(s->licence));
    cim__stmt_text(stmt, 12, cim__str_of(s->attribution));
    cim__stmt_text(stmt, 13, cim__str_of(now));
    cim__stmt_text(stmt, 14, cim__buf_str(&s->report));
    return cim__stmt_run(ctx, stmt);
}

static cim_status put_sources(cim_ctx *ctx, cim__writer *w, cim__source *sources, size_t count, int64_t first)
{
    cim__stmt *stmt = NULL;
    char now[21];
    cim__now_utc(now);
    CIM__TRY(cim__db_prepare(ctx, w->db, "INSERT INTO source VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", &stmt));
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) st = put_source(ctx, stmt, first + (int64_t)i, &sources[i], now);
    cim__stmt_free(stmt);
    return st;
}

static cim_status put_change(cim_ctx *ctx, cim__writer *w, const cim__source *sources, size_t count, int64_t first, const char *who, const char *why,
                             const cim__import_result *r, char content[65])
{
    cim__buf details = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&details);
    cim__json_open(&json, '{');
    cim__json_key(&json, "sources");
    cim__json_open(&json, '[');
    for (size_t i = 0; i < count; i++) {
        cim__json_open(&json, '{');
        cim__json_kv_int(&json, "number", first + (int64_t)i);
        cim__json_kv_text(&json, "uri", sources[i].uri);
        cim__json_kv_text(&json, "sha256", sources[i].sha256);
        cim__json_close(&json, '}');
    }
    cim__json_close(&json, ']');
    cim__json_kv_int(&json, "objects", (int64_t)r->objects);
    cim__json_kv_int(&json, "replaced", (int64_t)r->replaced);
    cim__json_kv_int(&json, "relations", (int64_t)r->relations);
    cim__json_close(&json, '}');
    cim_status st = details.failed ? cim__nomem(ctx) : cim__change_append(ctx, w->db, who, why, "import", cim__buf_str(&details), content);
    cim__buf_free(&details);
    return st;
}

static cim_status put_rows(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first, cim__import_result *r)
{
    CIM__TRY(cim__rows_remove(ctx, w, plan));
    CIM__TRY(cim__rows_put(ctx, w, plan, first));
    return cim__rows_relate(ctx, w, plan, r);
}

static cim_status put_everything(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, cim__source *sources, size_t count, const char *who, const char *why,
                                 cim__import_result *r)
{
    int64_t first = 0;
    char content[65];
    cim__task task;
    if (!w->store) CIM__TRY(cim__schema_srid(ctx, w->db, plan->sink->epsg));
    CIM__TRY(cim__db_get_int(ctx, w->db, "SELECT coalesce(max(id),0)+1 FROM source", &first));
    if (first + (int64_t)count > 65535) return cim__fail(ctx, CIM_ELIMIT, "a city has at most 65,535 sources");
    CIM__TRY(put_sources(ctx, w, sources, count, first));
    cim__compiled compiled = { .plan = plan, .first_source = (uint16_t)first };
    cim__task_start(ctx, &task, cim__rows_compile, &compiled);
    cim_status st = put_rows(ctx, w, plan, (uint16_t)first, r), compiled_status = cim__task_join(ctx, &task);
    r->objects = cim__sink_count(plan->sink);
    r->replaced = plan->removed_count;
    if (st >= 0) st = compiled_status;
    if (st >= 0) st = put_change(ctx, w, sources, count, first, who, why, r, content);
    if (st >= 0) st = cim__cache_save(ctx, w->db, compiled.city, compiled.boxes, content);
    cim__compiled_free(ctx->mem, &compiled);
    return st < 0 ? st : put_meta(ctx, w, plan->sink->epsg);
}

cim_status cim__writer_put(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, cim__source *sources, size_t source_count, const char *who, const char *why,
                           cim__import_result *result_out)
{
    *result_out = (cim__import_result){ 0, 0, 0, 0 };
    cim__db_attend(w->db, ctx);
    cim_status st = put_everything(ctx, w, plan, sources, source_count, who, why, result_out);
    cim__db_attend(w->db, NULL);
    return st;
}
