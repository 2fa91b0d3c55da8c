/* city.c - the city file of a connection, opened through the library, and again when it has changed; calls of functions. */
#include "sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

/* ---- connections ---- */

/* Called in long loops of the library, on the thread that runs the statement.  SQLite before 3.41 does not tell whether it was interrupted, but refuses to
 * step while it is. */
static int32_t pulse(double done, const char *step, void *user)
{
    sql_door *door = user;
    (void)done;
    (void)step;
    if (!door->pulse) return 1;
    int rc = sqlite3_step(door->pulse);
    sqlite3_reset(door->pulse);
    return rc != SQLITE_INTERRUPT;
}

sql_door *sql_door_new(sqlite3 *db)
{
    sql_door *door = sqlite3_malloc(sizeof *door);
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    if (!door) return NULL;
    *door = (sql_door){ .db = db };
    if (!sqlite3_threadsafe()) options.threads = 1;
    options.progress = pulse;
    options.progress_user = door;
    if (cim_ctx_new(&options, &door->ctx) >= 0) return door;
    sqlite3_free(door);
    return NULL;
}

void sql_door_free(void *user)
{
    sql_door *door = user;
    sql_city_free(door->city);
    cim_ctx_free(door->ctx);
    sqlite3_free(door);
}

/* ---- the city ---- */

void sql_city_free(sql_city *c)
{
    if (!c || --c->owners) return;
    for (int i = 0; i < SQL_COSTS; i++) {
        cim_route_query_free(c->costs[i].query);
        cim_route_metric_free(c->costs[i].metric);
        cim_net_costs_free(c->costs[i].costs);
        sqlite3_free(c->costs[i].key);
    }
    cim_scene_free(c->scene);
    sqlite3_free(c->scene_key);
    cim_impact_query_free(c->networks.impact_query);
    cim_impact_free(c->networks.impact);
    cim_trace_query_free(c->networks.query);
    cim_trace_view_free(c->networks.state);
    cim_utility_free(c->networks.utility);
    sqlite3_free(c->networks.key);
    cim_route_hierarchy_free(c->hierarchy);
    cim_net_free(c->net);
    cim_city_free(c->city);
    sqlite3_free(c->key);
    sqlite3_free(c);
}

/* Commits of others (data_version), of this connection (total_changes), and other files at this path. */
static cim_status key_of(sql_call *call, const char *path, char **key_out)
{
    sqlite3_stmt *s = NULL;
    sqlite3 *db = call->door->db;
    struct stat file, wal;
    char *wal_path = sqlite3_mprintf("%s-wal", path);
    sqlite3_int64 version = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA main.data_version", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) version = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    if (stat(path, &file)) memset(&file, 0, sizeof file);
    if (!wal_path || stat(wal_path, &wal)) memset(&wal, 0, sizeof wal);
    sqlite3_free(wal_path);
    *key_out = sqlite3_mprintf("%lld %d %lld %lld %lld %ld %lld %lld %ld %d", version, sqlite3_total_changes(db), (sqlite3_int64)file.st_ino,
                               (sqlite3_int64)file.st_size, (sqlite3_int64)file.st_mtim.tv_sec, file.st_mtim.tv_nsec, (sqlite3_int64)wal.st_size,
                               (sqlite3_int64)wal.st_mtim.tv_sec, wal.st_mtim.tv_nsec, sql_option_is(call, "foreign"));
    return *key_out ? CIM_OK : sql_say(call, CIM_ENOMEM, "out of memory");
}

static cim_status open_new(sql_call *call, const char *path, char *key)
{
    cim_open_options options = CIM_OPEN_OPTIONS_INIT;
    sql_city *c = sqlite3_malloc(sizeof *c);
    if (!c) return sql_say(call, CIM_ENOMEM, "out of memory");
    *c = (sql_city){ .owners = 1 };
    if (sql_option_is(call, "foreign")) options.flags |= CIM_OPEN_FOREIGN;
    cim_status st = cim_city_open(call->ctx, path, &options, &c->city);
    if (st == CIM_EUNTRUSTED) sql_say(call, st, "%s (option foreign=1 opens it without using that)", cim_ctx_error(call->ctx));
    if (st < 0) {
        sql_city_free(c);
        return st;
    }
    c->key = key;
    sql_city_free(call->door->city);
    call->door->city = c;
    return CIM_OK;
}

cim_status sql_city_open(sql_call *call)
{
    sql_door *door = call->door;
    const char *path = sqlite3_db_filename(door->db, "main");
    char *key = NULL;
    const char *(*libversion)(void) = sqlite3_api->libversion;
    void *program;
    memcpy(&program, &libversion, sizeof program);
    if (!path || !*path) return sql_say(call, CIM_EARG, "this connection has no file, open a city file");
    if (!sql_own_sqlite(program) && !sqlite3_db_readonly(door->db, "main"))
        return sql_say(call, CIM_EUNSUPPORTED, "this program has an SQLite of its own beside that of libcim, which is safe on connections opened read only");
    if (sqlite3_txn_state(door->db, "main") == SQLITE_TXN_WRITE)
        return sql_say(call, CIM_EARG, "this connection has changes that are not committed, which libcim does not see: COMMIT first");
    cim_status st = key_of(call, path, &key);
    if (st < 0) return st;
    if (!door->city || strcmp(door->city->key, key)) st = open_new(call, path, key);
    if (st < 0 || door->city->key != key) sqlite3_free(key);
    if (st < 0) return st;
    call->city = door->city;
    call->city->owners++;
    return CIM_OK;
}

/* ---- calls ---- */

cim_status sql_say(sql_call *call, cim_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sqlite3_free(call->error);
    call->error = sqlite3_vmprintf(format, args);
    va_end(args);
    return status;
}

void *sql_room(sql_call *call, size_t count, size_t size)
{
    union {
        void *next;
        double align; /* SQLite aligns to eight bytes */
    } *block = NULL;
    if (count <= (SIZE_MAX / 2) / size) block = sqlite3_malloc64((sqlite3_uint64)sizeof *block + count * size);
    if (!block) {
        sql_say(call, CIM_ENOMEM, "out of memory");
        return NULL;
    }
    memset(block, 0, sizeof *block + count * size);
    block->next = call->blocks;
    call->blocks = block;
    return block + 1;
}

static cim_status word_of(sql_call *call, sqlite3_value *value, sql_word *word)
{
    int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) return CIM_OK;
    if (type == SQLITE_BLOB) return sql_say(call, CIM_EARG, "a blob is no argument");
    word->type = type == SQLITE_INTEGER ? 'i' : type == SQLITE_FLOAT ? 'r' : 't';
    word->whole = sqlite3_value_int64(value);
    word->real = sqlite3_value_double(value);
    word->text = (const char *)sqlite3_value_text(value);
    if (!word->text) return sql_say(call, CIM_ENOMEM, "out of memory");
    if (strlen(word->text) != (size_t)sqlite3_value_bytes(value)) return sql_say(call, CIM_EARG, "an argument has a NUL");
    return CIM_OK;
}

/* The n-th name of the list of arguments. */
static cim_status missing(sql_call *call, int argument)
{
    const char *p = call->function->arguments;
    for (; argument && *p; p++) argument -= *p == ',';
    p += strspn(p, " ");
    return sql_say(call, CIM_EARG, "%.*s is missing", (int)strcspn(p, ","), p);
}

static cim_status take(sql_call *call, int count, sqlite3_value **values, const int *which)
{
    sql_word words[SQL_ARGUMENTS + 1] = { { .type = 0 } };
    int arguments = 1;
    cim_status st = CIM_OK;
    for (const char *p = call->function->arguments; *p; p++) arguments += *p == ',';
    for (int i = 0; i < count && st >= 0; i++) st = word_of(call, values[i], &words[which[i]]);
    for (int i = 0; i < call->function->needed && st >= 0; i++)
        if (!words[i].type) st = missing(call, i);
    memcpy(call->arguments, words, sizeof call->arguments);
    if (st >= 0 && words[arguments].type) st = sql_options_read(call, words[arguments].text);
    return st;
}

cim_status sql_call_run(sql_call *call, int count, sqlite3_value **values, const int *which)
{
    sql_door *door = call->door;
    sqlite3_stmt *before = door->pulse;
    cim_status st = take(call, count, values, which);
    if (st >= 0 && !before && sqlite3_prepare_v2(door->db, "SELECT 1", -1, &door->pulse, NULL) != SQLITE_OK) st = sql_say(call, CIM_EIO, "%s", sqlite3_errmsg(door->db));
    if (st >= 0) st = sql_city_open(call);
    if (st >= 0) st = call->function->run(call);
    if (!before) {
        sqlite3_finalize(door->pulse);
        door->pulse = NULL;
    }
    return st;
}

void sql_call_end(sql_call *call)
{
    cim_ctx_resume(call->ctx);
    while (call->blocks) {
        void *next;
        memcpy(&next, call->blocks, sizeof next);
        sqlite3_free(call->blocks);
        call->blocks = next;
    }
    cim_trace_view_free(call->state);
    call->state = NULL;
    sqlite3_free(call->error);
    call->error = NULL;
}

/* ---- objects ---- */

cim_status sql_objects(sql_call *call, const sql_word *word, uint32_t **objects_out, size_t *count_out)
{
    size_t count = 1;
    cim_city *city = call->city->city;
    if (word->type == 'i') {
        if (!(*objects_out = sql_room(call, 1, sizeof **objects_out))) return CIM_ENOMEM;
        **objects_out = word->whole > 0 && word->whole < (sqlite3_int64)CIM_NONE ? (uint32_t)word->whole : 0;
        *count_out = 1;
        return cim_city_class(city, **objects_out) ? CIM_OK : sql_say(call, CIM_ENOTFOUND, "there is no object with the number %s", word->text);
    }
    cim_status st = cim_city_find(call->ctx, city, word->text, NULL, 0, &count);
    if (st < 0) return st;
    if (!(*objects_out = sql_room(call, count, sizeof **objects_out))) return CIM_ENOMEM;
    *count_out = count;
    return cim_city_find(call->ctx, city, word->text, *objects_out, count, count_out);
}

cim_status sql_lonlat(sql_call *call, double xy[2])
{
    return sql_option_is(call, "lonlat") ? cim_crs_transform(call->ctx, 4326, cim_city_epsg(call->city->city), 1, xy) : CIM_OK;
}
