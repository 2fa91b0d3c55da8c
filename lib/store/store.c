/* store.c - opening a city file, and its rows as city.h wants them. */
#include "store/store.h"

#include <stdio.h>

enum { SQLITE_HEADER = 100 };

static uint32_t be32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

cim_status cim__store_counter(cim_ctx *ctx, const char *path, uint32_t *counter_out)
{
    uint8_t header[SQLITE_HEADER];
    CIM__TRY(cim__db_peek(ctx, path, header, sizeof header));
    *counter_out = be32(header + 24);
    return CIM_OK;
}

cim_status cim__store_counter_of(cim_ctx *ctx, cim__db *db, uint32_t *counter_out)
{
    uint8_t bytes[4];
    CIM__TRY(cim__db_file_read(ctx, db, bytes, sizeof bytes, 24));
    *counter_out = be32(bytes);
    return CIM_OK;
}

/* The first 100 bytes are read before SQLite makes anything of the file. */
static cim_status check_header(cim_ctx *ctx, const char *path)
{
    uint8_t header[SQLITE_HEADER];
    cim_status st = cim__db_peek(ctx, path, header, sizeof header);
    if (st < 0 && st != CIM_EFORMAT) return st;
    if (st < 0 || memcmp(header, "SQLite format 3", 16) != 0 || be32(header + 68) != CIM__APPLICATION_ID) return cim__fail(ctx, CIM_EFORMAT, "%s: not a city file", path);
    uint32_t version = be32(header + 60);
    if (version > CIM__SCHEMA_VERSION) return cim__fail(ctx, CIM_EVERSION, "%s: schema version %u is newer than this library's %d", path, version, CIM__SCHEMA_VERSION);
    if (!version) return cim__fail(ctx, CIM_EFORMAT, "%s: schema version 0", path);
    return CIM_OK;
}

cim_status cim__meta_get(cim_ctx *ctx, cim__db *db, const char *key, cim__buf *value)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT value FROM meta WHERE key=?", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(key));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK) cim__buf_putstr(value, cim__stmt_get_str(stmt, 0));
    cim__stmt_free(stmt);
    return value->failed ? cim__nomem(ctx) : st;
}

cim_status cim__meta_set(cim_ctx *ctx, cim__db *db, const char *key, const char *value)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, "INSERT OR REPLACE INTO meta VALUES(?,?)", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(key));
    cim__stmt_text(stmt, 2, cim__str_of(value));
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st;
}

cim_status cim__meta_int(cim_ctx *ctx, cim__db *db, const char *key, int64_t *value_out)
{
    cim__buf text = cim__buf_on(ctx->mem);
    cim_status st = cim__meta_get(ctx, db, key, &text);
    if (st == CIM_OK && !cim__parse_int(cim__buf_str(&text), value_out)) st = cim__fail(ctx, CIM_EFORMAT, "meta %s is no number", key);
    cim__buf_free(&text);
    return st;
}

static cim_status read_meta(cim_ctx *ctx, cim__store *s)
{
    int64_t epsg = 0, counter = -1;
    cim_status st = cim__meta_int(ctx, s->db, "epsg", &epsg);
    if (st < 0) return st;
    if (st == CIM_DONE || epsg <= 0 || epsg > 1000000) return cim__fail(ctx, CIM_EFORMAT, "%s: no reference system in table meta", s->path);
    s->epsg = (int32_t)epsg;
    CIM__TRY(cim__meta_int(ctx, s->db, "change_counter", &counter));
    if (!s->in_memory) {
        uint32_t now = 0;
        CIM__TRY(cim__store_counter_of(ctx, s->db, &now));
        s->stale = counter != now;
    }
    return cim__change_head(ctx, s->db, s->content);
}

static cim_status open_verified(cim_ctx *ctx, cim__store *s, bool foreign)
{
    CIM__TRY(check_header(ctx, s->path));
    CIM__TRY(cim__db_open(ctx, s->path, CIM__DB_READ, &s->db));
    cim__db_attend(s->db, ctx);
    cim_status st = cim__schema_verify(ctx, s->db, foreign, &s->layers, &s->shapes);
    if (st >= 0) st = read_meta(ctx, s);
    cim__db_attend(s->db, NULL);
    return st;
}

static cim_status new_store(cim_ctx *ctx, const char *path, cim__store **store_out)
{
    cim__store *s = cim__zalloc(ctx->mem, sizeof *s);
    pthread_mutexattr_t recursive;
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&s->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    s->path = cim__strndup(ctx->mem, path, strlen(path));
    if (!s->path) {
        cim__store_close(s);
        return cim__nomem(ctx);
    }
    *store_out = s;
    return CIM_OK;
}

cim_status cim__store_open(cim_ctx *ctx, const char *path, bool foreign, cim__store **store_out)
{
    cim__store *s = NULL;
    CIM__TRY(new_store(ctx, path, &s));
    cim_status st = open_verified(ctx, s, foreign);
    if (st < 0) {
        cim__store_close(s);
        return st;
    }
    *store_out = s;
    return CIM_OK;
}

cim_status cim__store_adopt(cim_ctx *ctx, cim__db *db, uint64_t layers, unsigned shapes, cim__store **store_out)
{
    cim__store *s = NULL;
    CIM__TRY(new_store(ctx, ":memory:", &s));
    s->in_memory = true;
    s->db = db;
    s->layers = layers;
    s->shapes = shapes;
    cim__db_seal(db);
    cim_status st = read_meta(ctx, s);
    if (st < 0) {
        s->db = NULL;
        cim__store_close(s);
        return st;
    }
    *store_out = s;
    return CIM_OK;
}

void cim__store_close(cim__store *s)
{
    if (!s) return;
    cim__mem *mem = s->mem;
    for (int i = 0; i < CIM__LAYER_COUNT; i++) cim__stmt_free(s->fetch[i]);
    for (int i = 0; i < CIM__SHAPE_TABLES; i++) cim__stmt_free(s->shape_stmt[i]);
    cim__stmt_free(s->instance_stmt);
    cim__stmt_free(s->residue_stmt);
    cim__db_close(s->db);
    if (s->connection) s->spatialite->detach(s->connection);
    pthread_mutex_destroy(&s->lock);
    cim__free(mem, s->path);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

/* ---- rows ---- */

/* "height_m:levels lanes:default" into the values' rules. */
static void read_rules(cim__object *o)
{
    cim__str rest = o->derived;
    while (rest.len) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        size_t n = space ? (size_t)(space - rest.ptr) : rest.len;
        const char *colon = memchr(rest.ptr, ':', n);
        if (colon) {
            cim__attr attr = cim__attr_named((cim__str){ rest.ptr, (size_t)(colon - rest.ptr) });
            cim__str rule = { colon + 1, n - (size_t)(colon + 1 - rest.ptr) };
            for (int r = 1; r < CIM__RULE_COUNT && attr < CIM__ATTR_COUNT; r++)
                if (cim__str_is(rule, cim__rules[r])) o->values[attr].rule = (uint8_t)r;
        }
        n += space != NULL;
        rest = (cim__str){ rest.ptr + n, rest.len - n };
    }
}

static void read_value(cim__stmt *stmt, int column, uint8_t attr, cim__object *o)
{
    cim__value *v = &o->values[attr];
    if (cim__stmt_is_null(stmt, column)) return;
    *v = (cim__value){ .attr = attr };
    switch (cim__attrs[attr].type) {
    case 'I': v->integer = cim__stmt_get_int(stmt, column); break;
    case 'R': v->real = cim__stmt_get_real(stmt, column); break;
    default: v->text = cim__stmt_get_str(stmt, column);
    }
    o->present |= 1ull << attr;
}

static void read_row(cim__stmt *stmt, cim__layer_id layer, cim__object *o)
{
    const cim__layer *l = &cim__layers[layer];
    int column = CIM__COL_FIRST;
    int64_t id = cim__stmt_get_int(stmt, CIM__COL_ID), parent = cim__stmt_get_int(stmt, CIM__COL_PARENT), source = cim__stmt_get_int(stmt, CIM__COL_SOURCE);
    o->present = 0;
    o->layer = layer;
    o->id = id > 0 && id < CIM_NONE ? (uint32_t)id : CIM_NONE;
    o->parent = parent > 0 && parent < CIM_NONE ? (uint32_t)parent : CIM_NONE;
    o->source = source > 0 && source < 65536 ? (uint32_t)source : 0;
    o->gid = cim__stmt_get_str(stmt, CIM__COL_GID);
    o->class_name = cim__stmt_get_str(stmt, CIM__COL_CLASS);
    o->valid_from = cim__stmt_get_str(stmt, CIM__COL_VALID_FROM);
    o->valid_to = cim__stmt_get_str(stmt, CIM__COL_VALID_TO);
    for (int32_t i = 0; i < l->column_count; i++) read_value(stmt, column++, l->columns[i], o);
    o->derived = cim__stmt_get_str(stmt, column++);
    o->attrs = cim__stmt_get_str(stmt, column++);
    o->geom = l->type ? cim__stmt_get_str(stmt, column) : (cim__str){ "", 0 };
    if (o->derived.len) read_rules(o);
}

static cim_status prepare_layer(cim_ctx *ctx, cim__store *s, cim__layer_id layer, const char *where, cim__stmt **stmt_out)
{
    cim__buf sql = cim__buf_on(ctx->mem);
    cim__layer_select(&sql, &cim__layers[layer], where);
    cim_status st = sql.failed ? cim__nomem(ctx) : cim__db_prepare(ctx, s->db, (const char *)sql.data, stmt_out);
    cim__buf_free(&sql);
    return st;
}

static cim_status keep(cim_ctx *ctx, cim__arena *arena, cim__str *text)
{
    if (!text->len) return CIM_OK;
    *text = cim__arena_str(arena, *text);
    return text->ptr ? CIM_OK : cim__nomem(ctx);
}

static cim_status keep_texts(cim_ctx *ctx, cim__arena *arena, cim__object *o)
{
    cim__str *texts[] = { &o->gid, &o->class_name, &o->valid_from, &o->valid_to, &o->derived, &o->attrs, &o->geom };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) CIM__TRY(keep(ctx, arena, texts[i]));
    for (int a = 0; a < CIM__ATTR_COUNT; a++)
        if ((o->present >> a & 1) && cim__attrs[a].type == 'T') CIM__TRY(keep(ctx, arena, &o->values[a].text));
    return CIM_OK;
}

static cim_status fetch_locked(cim_ctx *ctx, cim__store *s, cim__layer_id layer, uint32_t id, cim__arena *arena, cim__object *object_out)
{
    if (!s->fetch[layer]) CIM__TRY(prepare_layer(ctx, s, layer, " WHERE id=?1", &s->fetch[layer]));
    cim__stmt *stmt = s->fetch[layer];
    cim__stmt_int(stmt, 1, id);
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_DONE) return cim__fail(ctx, CIM_EFORMAT, "object %u is not in table %s", id, cim__layers[layer].table);
    if (st < 0) return st;
    read_row(stmt, layer, object_out);
    st = keep_texts(ctx, arena, object_out);
    cim__stmt_reset(stmt);
    return st;
}

static void lock(cim_ctx *ctx, cim__store *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->depth++) cim__db_attend(s->db, ctx);
}

static void unlock(cim__store *s)
{
    if (!--s->depth) cim__db_attend(s->db, NULL);
    pthread_mutex_unlock(&s->lock);
}

static cim_status rows_object(cim_ctx *ctx, void *store, cim__layer_id layer, uint32_t id, cim__arena *arena, cim__object *object_out)
{
    cim__store *s = store;
    lock(ctx, s);
    cim_status st = fetch_locked(ctx, s, layer, id, arena, object_out);
    unlock(s);
    return st;
}

static cim_status rows_scan(cim_ctx *ctx, void *store, cim__layer_id layer, cim__object_fn fn, void *user)
{
    cim__store *s = store;
    cim__stmt *stmt = NULL;
    cim__object *object = cim__zalloc(ctx->mem, sizeof *object);
    if (!object) return cim__nomem(ctx);
    lock(ctx, s);
    cim_status st = s->layers >> layer & 1 ? prepare_layer(ctx, s, layer, " ORDER BY id", &stmt) : CIM_DONE;
    while (st == CIM_OK && (st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        read_row(stmt, layer, object);
        st = fn(ctx, object, user);
    }
    cim__stmt_free(stmt);
    unlock(s);
    cim__free(ctx->mem, object);
    return st < 0 ? st : CIM_OK;
}

/* ---- selections: some columns, piece by piece ---- */

typedef struct selection {
    cim__layer_id layer;
    cim__stmt *stmt; /* NULL: the layer has no table */
    cim__object object;
} selection;

static void rows_select_end(void *store, void *handle)
{
    cim__store *s = store;
    selection *sel = handle;
    if (!sel) return;
    pthread_mutex_lock(&s->lock);
    cim__stmt_free(sel->stmt);
    pthread_mutex_unlock(&s->lock);
    cim__free(s->mem, sel);
}

static cim_status rows_select(cim_ctx *ctx, void *store, cim__layer_id layer, const cim__columns *columns, void **selection_out)
{
    cim__store *s = store;
    selection *sel = cim__zalloc(s->mem, sizeof *sel);
    cim__buf sql = cim__buf_on(ctx->mem);
    if (!sel) return cim__nomem(ctx);
    sel->layer = layer;
    cim__layer_select_some(&sql, &cim__layers[layer], columns, " WHERE id BETWEEN ?1 AND ?2 ORDER BY id");
    cim_status st = sql.failed ? cim__nomem(ctx) : CIM_OK;
    lock(ctx, s);
    if (st >= 0 && (s->layers >> layer & 1)) st = cim__db_prepare(ctx, s->db, (const char *)sql.data, &sel->stmt);
    unlock(s);
    cim__buf_free(&sql);
    if (st < 0) rows_select_end(s, sel);
    else *selection_out = sel;
    return st;
}

static cim_status rows_select_run(cim_ctx *ctx, void *store, void *handle, uint32_t first, uint32_t last, cim__object_fn fn, void *user)
{
    cim__store *s = store;
    selection *sel = handle;
    cim_status st = CIM_OK;
    if (!sel->stmt) return CIM_OK;
    lock(ctx, s);
    cim__stmt_int(sel->stmt, 1, first);
    cim__stmt_int(sel->stmt, 2, last);
    while (st == CIM_OK && (st = cim__stmt_step(ctx, sel->stmt)) == CIM_OK) {
        read_row(sel->stmt, sel->layer, &sel->object);
        st = fn(ctx, &sel->object, user);
    }
    cim__stmt_reset(sel->stmt);
    unlock(s);
    return st < 0 ? st : CIM_OK;
}

/* ---- shapes, residue, relations of an object ---- */

/* A statement that is kept from call to call; one of its own when that is running, because a callback asked for more. */
typedef struct borrowed {
    cim__stmt *stmt, **home;
} borrowed;

static cim_status borrow(cim_ctx *ctx, cim__store *s, cim__stmt **home, const char *sql, borrowed *b)
{
    *b = (borrowed){ *home, home };
    *home = NULL;
    return b->stmt ? CIM_OK : cim__db_prepare(ctx, s->db, sql, &b->stmt);
}

static void give_back(borrowed *b)
{
    if (b->stmt) cim__stmt_reset(b->stmt);
    if (*b->home) cim__stmt_free(b->stmt);
    else *b->home = b->stmt;
}

static void bind_object(cim__stmt *stmt, uint32_t id)
{
    cim__stmt_int(stmt, 1, (int64_t)id << 8);
    cim__stmt_int(stmt, 2, ((int64_t)id << 8) + 255);
}

static cim_status shapes_of_table(cim_ctx *ctx, cim__store *s, int table, uint32_t id, cim__shape_fn fn, void *user)
{
    char sql[120];
    borrowed b;
    snprintf(sql, sizeof sql, "SELECT lod,role,topo,geom,id&255 FROM %s WHERE id BETWEEN ?1 AND ?2 ORDER BY id", cim__shape_tables[table].table);
    CIM__TRY(borrow(ctx, s, &s->shape_stmt[table], sql, &b));
    cim__stmt *stmt = b.stmt;
    cim_status st;
    bind_object(stmt, id);
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__stored_shape shape = { .lod = cim__stmt_get_str(stmt, 0), .role = cim__stmt_get_str(stmt, 1), .topo = cim__stmt_get_str(stmt, 2), .geom = cim__stmt_get_str(stmt, 3) };
        shape.number = (uint32_t)cim__stmt_get_int(stmt, 4);
        if ((st = fn(ctx, &shape, user)) != CIM_OK) break;
    }
    give_back(&b);
    return st;
}

static cim_status instances(cim_ctx *ctx, cim__store *s, uint32_t id, cim__shape_fn fn, void *user)
{
    borrowed b;
    cim_status st;
    CIM__TRY(borrow(ctx, s, &s->instance_stmt,
                    "SELECT i.lod,i.role,t.topo,t.geom,i.matrix,i.x,i.y,i.z,i.id&255,t.id FROM instance i LEFT JOIN template t ON t.id=i.template "
                    "WHERE i.id BETWEEN ?1 AND ?2 ORDER BY i.id", &b));
    cim__stmt *stmt = b.stmt;
    bind_object(stmt, id);
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__stored_shape shape = { .lod = cim__stmt_get_str(stmt, 0), .role = cim__stmt_get_str(stmt, 1), .topo = cim__stmt_get_str(stmt, 2), .geom = cim__stmt_get_str(stmt, 3), .implicit = true };
        cim__str matrix = cim__stmt_get_str(stmt, 4);
        if (matrix.len != sizeof shape.matrix) {
            st = cim__fail(ctx, CIM_EFORMAT, "the matrix of an instance of object %u is damaged", id);
            break;
        }
        memcpy(shape.matrix, matrix.ptr, sizeof shape.matrix);
        for (int i = 0; i < 3; i++) shape.anchor[i] = cim__stmt_get_real(stmt, 5 + i);
        int64_t template = cim__stmt_get_int(stmt, 9);
        shape.number = (uint32_t)cim__stmt_get_int(stmt, 8);
        shape.template_number = template > 0 && template < CIM_NONE ? (uint32_t)template : 0;
        if ((st = fn(ctx, &shape, user)) != CIM_OK) break;
    }
    give_back(&b);
    return st;
}

static cim_status rows_shapes(cim_ctx *ctx, void *store, uint32_t id, cim__shape_fn fn, void *user)
{
    cim__store *s = store;
    cim_status st = CIM_DONE;
    lock(ctx, s);
    for (int i = 0; i < CIM__SHAPE_TABLES && st == CIM_DONE; i++)
        if (s->shapes >> i & 1) st = shapes_of_table(ctx, s, i, id, fn, user);
    if (st == CIM_DONE) st = instances(ctx, s, id, fn, user);
    unlock(s);
    return st < 0 ? st : CIM_OK;
}

static cim_status rows_templates(cim_ctx *ctx, void *store, cim__template_fn fn, void *user)
{
    cim__store *s = store;
    cim__stmt *stmt = NULL;
    lock(ctx, s);
    cim_status st = cim__db_prepare(ctx, s->db, "SELECT t.id,min(i.lod),t.topo,t.geom FROM template t JOIN instance i ON i.template=t.id GROUP BY t.id ORDER BY t.id", &stmt);
    while (st == CIM_OK && (st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        int64_t number = cim__stmt_get_int(stmt, 0);
        if (number <= 0 || number >= CIM_NONE) continue;
        cim__stored_template t = { (uint32_t)number, cim__stmt_get_str(stmt, 1), cim__stmt_get_str(stmt, 2), cim__stmt_get_str(stmt, 3) };
        st = fn(ctx, &t, user);
    }
    cim__stmt_free(stmt);
    unlock(s);
    return st < 0 ? st : CIM_OK;
}

static cim_status rows_residue(cim_ctx *ctx, void *store, uint32_t id, cim__arena *arena, cim__str *residue_out)
{
    cim__store *s = store;
    borrowed b;
    cim__str residue = { "", 0 };
    lock(ctx, s);
    cim_status st = borrow(ctx, s, &s->residue_stmt, "SELECT data FROM residue WHERE object=?1", &b);
    if (st >= 0) {
        cim__stmt_int(b.stmt, 1, id);
        st = cim__stmt_step(ctx, b.stmt);
        if (st == CIM_OK) residue = cim__stmt_get_str(b.stmt, 0);
        if (st == CIM_OK) st = keep(ctx, arena, &residue);
    }
    give_back(&b);
    unlock(s);
    if (st < 0) return st;
    *residue_out = residue;
    return CIM_OK;
}

static bool object_number(int64_t v) { return v > 0 && v < CIM_NONE; }

static cim_status rows_relations(cim_ctx *ctx, void *store, cim__relation_fn fn, void *user)
{
    cim__store *s = store;
    cim__stmt *stmt = NULL;
    lock(ctx, s);
    cim_status st = cim__db_prepare(ctx, s->db, "SELECT from_id,type,to_id,attrs FROM relation", &stmt);
    while (st == CIM_OK && (st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        int64_t from = cim__stmt_get_int(stmt, 0), type = cim__stmt_get_int(stmt, 1), to = cim__stmt_get_int(stmt, 2);
        if (!object_number(from) || !object_number(to) || type < 1 || type > 255) continue;
        cim__stored_relation r = { (uint32_t)from, (uint32_t)to, (int32_t)type, cim__stmt_get_str(stmt, 3) };
        st = fn(ctx, &r, user);
    }
    cim__stmt_free(stmt);
    unlock(s);
    return st < 0 ? st : CIM_OK;
}

static cim_status rows_relation_attrs(cim_ctx *ctx, void *store, uint32_t from, int32_t type, uint32_t to, cim__arena *arena, cim__str *attrs_out)
{
    cim__store *s = store;
    cim__stmt *stmt = NULL;
    cim__str attrs = { "", 0 };
    lock(ctx, s);
    cim_status st = cim__db_prepare(ctx, s->db, "SELECT attrs FROM relation WHERE from_id=?1 AND type=?2 AND to_id=?3", &stmt);
    if (st >= 0) {
        cim__stmt_int(stmt, 1, from);
        cim__stmt_int(stmt, 2, type);
        cim__stmt_int(stmt, 3, to);
        st = cim__stmt_step(ctx, stmt);
        if (st == CIM_OK) attrs = cim__stmt_get_str(stmt, 0);
        if (st == CIM_OK) st = keep(ctx, arena, &attrs);
        cim__stmt_free(stmt);
    }
    unlock(s);
    *attrs_out = attrs;
    return st < 0 ? st : CIM_OK;
}

static void put_sources(cim_ctx *ctx, cim__store *s, cim__json *json, cim_status *st)
{
    static const char *const names[] = { "number", "uri", "sha256", "bytes", "format", "version", "encoding", "srs_name", "epsg", "axis", "licence", "attribution", "imported_at" };
    enum { COLUMNS = 13 };
    cim__stmt *stmt = NULL;
    *st = cim__db_prepare(ctx, s->db, "SELECT id,uri,sha256,bytes,format,version,encoding,srs_name,srid,axis,licence,attribution,imported_at,report FROM source ORDER BY id", &stmt);
    if (*st < 0) return;
    cim__json_key(json, "sources");
    cim__json_open(json, '[');
    while ((*st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__json_open(json, '{');
        for (int i = 0; i < COLUMNS; i++) {
            if (cim__stmt_is_null(stmt, i)) continue;
            if (i == 0 || i == 3 || i == 8) cim__json_kv_int(json, names[i], cim__stmt_get_int(stmt, i));
            else cim__json_kv_str(json, names[i], cim__stmt_get_str(stmt, i));
        }
        cim__jvalue report;
        if (cim__jparse(cim__stmt_get_str(stmt, COLUMNS), &report)) {
            cim__json_key(json, "report");
            cim__json_raw(json, report.text);
        }
        cim__json_close(json, '}');
    }
    cim__json_close(json, ']');
    cim__stmt_free(stmt);
}

static cim_status rows_info(cim_ctx *ctx, void *store, cim__json *json)
{
    cim__store *s = store;
    int64_t changes = 0;
    lock(ctx, s);
    cim__json_kv_text(json, "file", s->path);
    cim__json_kv_int(json, "schema_version", CIM__SCHEMA_VERSION);
    cim__json_kv_int(json, "epsg", s->epsg);
    cim_status st = cim__db_get_int(ctx, s->db, "SELECT count(*) FROM change", &changes);
    cim__json_kv_int(json, "changes", changes);
    cim__json_kv_text(json, "head", s->content);
    cim__json_kv_bool(json, "changed_by_others", s->stale);
    if (st >= 0) put_sources(ctx, s, json, &st);
    unlock(s);
    return st < 0 ? st : CIM_OK;
}

static cim_status rows_gids(cim_ctx *ctx, void *store, cim_city *city)
{
    cim__store *s = store;
    cim_status st = CIM_OK;
    lock(ctx, s);
    if (!atomic_load_explicit(&city->has_gids, memory_order_acquire)) {
        st = cim__cache_gids(ctx, s, city);
        if (st == CIM_DONE) st = cim__scan_gids(ctx, s, &cim__store_rows, city);
    }
    unlock(s);
    return st;
}

static cim_status rows_block_read(cim_ctx *ctx, void *store, const char *name, cim__block_fn use, void *user)
{
    cim__store *s = store;
    lock(ctx, s);
    cim_status st = cim__cache_read(ctx, s, name, use, user);
    unlock(s);
    return st;
}

static cim_status rows_block_write(cim_ctx *ctx, void *store, const cim__compiled_block *blocks, size_t count)
{
    cim__store *s = store;
    lock(ctx, s); /* no statement of this city reads meanwhile, which would keep the writer waiting */
    cim_status st = cim__cache_write(ctx, s, blocks, count);
    unlock(s);
    return st;
}

static void rows_close(void *store) { cim__store_close(store); }

const cim__rows cim__store_rows = { rows_object, rows_scan, rows_select, rows_select_run, rows_select_end, rows_shapes, rows_templates, rows_residue, rows_relations, rows_relation_attrs, rows_gids, rows_info, rows_block_read, rows_block_write, rows_close };

/* ---- the city over it ---- */

cim_status cim__store_city(cim_ctx *ctx, cim__store *s, cim_city **city_out)
{
    cim_city *city = NULL;
    cim_status st = cim__cache_load(ctx, s, &cim__store_rows, &city);
    if (st == CIM_DONE) st = cim__scan_city(ctx, s, &cim__store_rows, &city);
    if (st < 0) return st;
    cim__db_cache(s->db, 8192);
    city->store = s;
    city->epsg = s->epsg;
    *city_out = city;
    return CIM_OK;
}

cim_status cim_city_open(cim_ctx *ctx, const char *path, const cim_open_options *given, cim_city **city_out)
{
    cim_open_options opts = CIM_OPEN_OPTIONS_INIT;
    cim__store *store = NULL;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "open options"));
    if (!path) return cim__fail(ctx, CIM_EARG, "no path");
    CIM__TRY(cim__store_open(ctx, path, (opts.flags & CIM_OPEN_FOREIGN) != 0, &store));
    cim_status st = cim__store_city(ctx, store, city_out);
    if (st < 0) cim__store_close(store);
    return st;
}
