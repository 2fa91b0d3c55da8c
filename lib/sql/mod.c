/* mod.c - mod_cim: the entry point, and the functions there are. */
#include "sql.h"

SQLITE_EXTENSION_INIT1

const sql_function *const sql_functions[] = { &sql_query, &sql_route, &sql_route_steps, &sql_isochrone, &sql_matrix,
                                              &sql_nearest, &sql_trace, &sql_isolate, &sql_impact,
                                              &sql_los,   &sql_seen,  &sql_cover,       &sql_serve,     &sql_place,
                                              &sql_observations, &sql_rollup, NULL };

/* cim_version(): of the library that answers. */
static void version(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_text(context, cim_version(), -1, SQLITE_STATIC);
}

static int add(sqlite3 *db, sql_door *door, const sql_function *function)
{
    sql_table_of *of = sqlite3_malloc(sizeof *of);
    if (!of) return SQLITE_NOMEM;
    *of = (sql_table_of){ door, function };
    return sqlite3_create_module_v2(db, function->name, &sql_module, of, sqlite3_free); /* frees it also when it fails */
}

CIM_API int sqlite3_modcim_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);

CIM_API int sqlite3_modcim_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api)
    if (sqlite3_libversion_number() < 3038000) {
        *error = sqlite3_mprintf("mod_cim needs SQLite 3.38 or newer, this is %s", sqlite3_libversion());
        return SQLITE_ERROR;
    }
    sql_door *door = sql_door_new(db);
    if (!door) return SQLITE_NOMEM;
    /* The door is freed with this function, which SQLite drops after all tables are gone. */
    int rc = sqlite3_create_function_v2(db, "cim_version", 0, SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC, door, version, NULL, NULL, sql_door_free);
    for (const sql_function *const *f = sql_functions; *f && rc == SQLITE_OK; f++) rc = add(db, door, *f);
    if (rc != SQLITE_OK) *error = sqlite3_mprintf("mod_cim: %s", sqlite3_errmsg(db));
    return rc;
}
