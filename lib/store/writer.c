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

/* Where a table begins. */
typedef struct cim__root {
    char name[60];
    uint32_t page;
} cim__root;

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
    uint32_t before = 0;
    CIM__TRY(cim__store_counter(ctx, w->path, &before));
    w->layers = w->store->layers;
    w->shapes = w->store->shapes;
    CIM__TRY(cim__db_open(ctx, w->path, CIM__DB_WRITE, &w->db));
    CIM__TRY(attach_spatialite(ctx, w));
    CIM__TRY(cim__db_exec(ctx, w->db, "BEGIN IMMEDIATE"));
    CIM__TRY(cim__store_counter_of(ctx, w->db, &w->counter));
    char content[65];
    CIM__TRY(cim__change_head(ctx, w->db, content));
    if (w->counter != before || strcmp(content, w->store->content) != 0) return cim__fail(ctx, CIM_EIO, "%s: changed while it was read", w->path);
    return CIM_OK;
}

cim_status cim__writer_begin(cim_ctx *ctx, const char *path, cim__store *store, cim__writer *w)
{
    *w = (cim__writer){ .mem = cim__mem_ref(ctx->mem), .store = store, .roots = cim__buf_on(ctx->mem) };
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
    cim__buf_free(&w->roots);
    cim__free(mem, w->path);
    cim__free(mem, w->temp);
    cim__mem_unref(mem);
    *w = (cim__writer){ .mem = NULL };
}

static void close_bulk(cim__writer *w)
{
    for (int i = 0; i < CIM__WORKERS; i++) {
        cim__lane_free(w->lanes[i]);
        w->lanes[i] = NULL;
    }
    cim__bulk_close(w->bulk);
    w->bulk = NULL;
}

void cim__writer_abort(cim__writer *w)
{
    if (!w->mem) return;
    close_db(w);
    close_bulk(w);
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
    cim_status st = CIM_OK;
    if (w->db) cim__db_attend(w->db, NULL); /* too late to cancel */
    if (w->db) st = cim__db_exec(ctx, w->db, "COMMIT");
    for (int i = 0; i < CIM__WORKERS && st >= 0; i++)
        if (w->lanes[i]) st = cim__lane_end(ctx, w->lanes[i]);
    if (st >= 0 && w->bulk) st = cim__bulk_finish(ctx, w->bulk);
    if (st < 0) {
        cim__writer_abort(w);
        return st;
    }
    close_db(w);
    close_bulk(w);
    if (w->temp && rename(w->temp, w->path)) {
        st = cim__fail_errno(ctx, -errno, "cannot create", w->path);
        unlink(w->temp);
    } else if (w->temp) {
        sync_directory_of(w->path, w->mem);
    }
    forget(w);
    return st;
}

static cim_status read_roots(cim_ctx *ctx, cim__writer *w)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    CIM__TRY(cim__db_prepare(ctx, w->db, "SELECT name,rootpage FROM sqlite_schema WHERE type='table' AND rootpage>0", &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__str name = cim__stmt_get_str(stmt, 0);
        cim__root *root = name.len < sizeof root->name ? CIM__PUSH(&w->roots, cim__root) : NULL;
        if (!root) continue;
        memset(root->name, 0, sizeof root->name);
        memcpy(root->name, name.ptr, name.len);
        root->page = (uint32_t)cim__stmt_get_int(stmt, 1);
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : w->roots.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__writer_seal(cim_ctx *ctx, cim__writer *w)
{
    if (!w->temp) return CIM_OK;
    CIM__TRY(read_roots(ctx, w));
    CIM__TRY(cim__db_exec(ctx, w->db, "COMMIT"));
    close_db(w);
    return cim__bulk_open(ctx, w->temp, &w->bulk);
}

cim_status cim__writer_fill(cim_ctx *ctx, cim__writer *w, uint32_t worker, const char *table, bool keyed, int columns, uint64_t wanted, size_t rows, cim__feed_fn fn, void *user)
{
    if (!rows) return CIM_OK;
    if (!w->bulk) return cim__db_feed_some(ctx, w->db, table, columns, wanted, rows, fn, user);
    if (!w->lanes[worker]) CIM__TRY(cim__lane_new(ctx, w->bulk, &w->lanes[worker]));
    for (size_t i = 0; i < CIM__COUNT(&w->roots, cim__root); i++) {
        const cim__root *root = &CIM__AT(&w->roots, cim__root, i);
        if (!strcmp(root->name, table)) return cim__bulk_fill(ctx, w->lanes[worker], root->page, keyed, columns, rows, fn, user);
    }
    return cim__fail(ctx, CIM_EINTERNAL, "no table %s to fill", table);
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
    if (r->updated) cim__json_kv_int(&json, "updated", (int64_t)r->updated);
    cim__json_close(&json, '}');
    cim_status st = details.failed ? cim__nomem(ctx) : cim__change_append(ctx, w->db, who, why, "import", cim__buf_str(&details), content);
    cim__buf_free(&details);
    return st;
}

typedef struct putting {
    cim__writer *w;
    const cim__plan *plan;
    cim__source *sources;
    size_t source_count;
    const char *who, *why;
    int64_t first_source;
    cim__rows_out *rows;
    cim__compiled compiled;
    cim__task compiling;
    bool joined;
} putting;

/* What is said in SQL; the last thing is what tells that all of it belongs together: log entry, compiled arrays, counter. */
static cim_status put_in_sql(cim_ctx *ctx, putting *p, cim__import_result *r)
{
    cim__writer *w = p->w;
    char content[65];
    CIM__TRY(put_sources(ctx, w, p->sources, p->source_count, p->first_source));
    CIM__TRY(cim__rows_prepare(ctx, w, p->plan, (uint16_t)p->first_source, &p->rows));
    CIM__TRY(cim__rows_patch(ctx, w, p->plan->sink));
    for (size_t i = 0; i < CIM__COUNT(&p->plan->sink->extras, cim__extra); i++) {
        const cim__extra *e = &CIM__AT(&p->plan->sink->extras, cim__extra, i);
        CIM__TRY(e->put(ctx, w->db, p->plan, e->data));
    }
    CIM__TRY(put_change(ctx, w, p->sources, p->source_count, p->first_source, p->who, p->why, r, content));
    p->joined = true;
    CIM__TRY(cim__task_join(ctx, &p->compiling));
    cim__box_source boxes = cim__compiled_boxes(&p->compiled);
    CIM__TRY(cim__cache_save(ctx, w->db, p->compiled.city, &boxes, content));
    return put_meta(ctx, w, p->plan->sink->epsg);
}

static cim_status put_everything(cim_ctx *ctx, putting *p, cim__import_result *r)
{
    CIM__TRY(cim__db_get_int(ctx, p->w->db, "SELECT coalesce(max(id),0)+1 FROM source", &p->first_source));
    if (p->first_source + (int64_t)p->source_count > 65535) return cim__fail(ctx, CIM_ELIMIT, "a city has at most 65,535 sources");
    p->compiled = (cim__compiled){ .plan = p->plan, .first_source = (uint16_t)p->first_source };
    cim__task_start(ctx, &p->compiling, cim__rows_compile, &p->compiled);
    cim_status st = put_in_sql(ctx, p, r);
    if (!p->joined) (void)cim__task_join(ctx, &p->compiling);
    cim__compiled_free(ctx->mem, &p->compiled);
    if (st >= 0) st = cim__writer_seal(ctx, p->w);
    if (st >= 0) st = cim__rows_fill(ctx, p->w, p->rows);
    cim__rows_free(p->rows);
    return st;
}

cim_status cim__writer_put(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, cim__source *sources, size_t source_count, const char *who, const char *why,
                           cim__import_result *result_out)
{
    putting p = { .w = w, .plan = plan, .sources = sources, .source_count = source_count, .who = who, .why = why };
    *result_out = (cim__import_result){ cim__sink_count(plan->sink), plan->removed_count, CIM__COUNT(&plan->edges, cim__edge), plan->unresolved, 0 };
    for (size_t i = 0; i < CIM__COUNT(&plan->sink->patches, cim__patch); i++) result_out->updated += CIM__AT(&plan->sink->patches, cim__patch, i).done;
    cim__db_attend(w->db, ctx);
    cim_status st = put_everything(ctx, &p, result_out);
    if (w->db) cim__db_attend(w->db, NULL);
    return st;
}
