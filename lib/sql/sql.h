/* sql.h - mod_cim, the library as table-valued functions of SQLite: what its files share.  It sees public headers only.
 *
 * A function is one file with one sql_function, and one row of sql_functions in mod.c.  Its run() gets its arguments as words, asks the library
 * and puts cells, row by row; everything else (virtual table, city of the connection, options, geometries, errors, cancelling) is done here once. */
#ifndef CIM_SQL_SQL_H
#define CIM_SQL_SQL_H

#include "cim.h"

#include <sqlite3ext.h>
#include <stdbool.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

/* ---- values that were given ---- */

/* An argument, an option, or an element of a list in one of them. */
typedef struct sql_word {
    const char *name; /* of an option */
    char type;        /* 0: not given, 't'ext, 'i'nteger, 'r'eal */
    const char *text; /* of every type but 0 */
    sqlite3_int64 whole;
    double real;
} sql_word;

typedef struct sql_words {
    sql_word *at;
    size_t count, room;
} sql_words;

/* ---- rows that are given back ---- */

/* Ids, classes and geometries of objects are looked up when SQLite asks for the cell. */
enum { SQL_NULL, SQL_WHOLE, SQL_REAL, SQL_TEXT, SQL_ID, SQL_CLASS, SQL_LAYER, SQL_OBJECT, SQL_GEOMETRY_OF, SQL_WKB };

typedef struct sql_rows {
    sqlite3_int64 *values;
    uint8_t *types;
    size_t count, room;      /* cells */
    char *bytes;             /* texts and WKB: 8 bytes length, then content and a NUL */
    size_t size, byte_room;
    bool failed;             /* out of memory */
} sql_rows;

void sql_put_null(sql_rows *rows);
void sql_put_whole(sql_rows *rows, sqlite3_int64 value);
void sql_put_real(sql_rows *rows, double value);             /* NULL when not finite */
void sql_put_seconds(sql_rows *rows, uint32_t ms);           /* NULL when unreachable */
void sql_put_text(sql_rows *rows, const char *text);         /* NULL when NULL or "" */
void sql_put_object(sql_rows *rows, int type, uint32_t object); /* SQL_ID ..; CIM_NONE: NULL */
void sql_put_bytes(sql_rows *rows, int type, const void *data, size_t size);
void sql_rows_free(sql_rows *rows);

/* ---- functions ---- */

enum { SQL_ARGUMENTS = 5 };

typedef struct sql_call sql_call;

typedef struct sql_function {
    const char *name;
    const char *columns;   /* "time_s REAL, length_m REAL"; with `geometry` two more, geom and geojson, are appended */
    const char *arguments; /* "from_place, to_place": hidden columns, after them comes `options` */
    int needed;            /* so many arguments must be given; one that is NULL gives no row */
    bool geometry;         /* the last cell of a row is one */
    const char *options;   /* names with blanks around: " profile lonlat " */
    cim_status (*run)(sql_call *call);
} sql_function;

extern const sql_function *const sql_functions[]; /* NULL at the end */
extern const sql_function sql_query, sql_route, sql_route_steps, sql_isochrone, sql_matrix, sql_nearest, sql_trace, sql_isolate, sql_impact,
    sql_los, sql_seen, sql_cover, sql_serve, sql_place, sql_observations, sql_rollup;

/* ---- the city of a connection (city.c) ---- */

/* Costs of a profile, a time and a vehicle. */
typedef struct sql_costs {
    char *key;
    cim_net_costs *costs;
    cim_route_metric *metric; /* with query: after sql_metric() */
    cim_route_query *query;
    unsigned asked;           /* single routes so far */
} sql_costs;

/* Utility networks as options describe them. */
typedef struct sql_networks {
    char *key;
    cim_utility *utility;
    cim_utility_view view;
    cim_trace_view *state;
    cim_trace_query *query;
    cim_impact *impact;       /* with impact_query: after sql_impact_open() */
    cim_impact_query *impact_query;
} sql_networks;

enum { SQL_COSTS = 4 };

/* One state of the file, and what was compiled of it; shared by the cursors that read from it. */
typedef struct sql_city {
    int owners;
    char *key;
    cim_city *city;
    cim_net *net;
    cim_net_view net_view;
    cim_route_hierarchy *hierarchy;
    sql_costs costs[SQL_COSTS]; /* the next one in turn is replaced */
    unsigned next_costs;
    sql_networks networks;
    cim_scene *scene;           /* as scene_key describes it */
    char *scene_key;
} sql_city;

/* What a connection has: one for all functions, freed when the last is. */
typedef struct sql_door {
    sqlite3 *db;
    cim_ctx *ctx;
    sql_city *city;
    sqlite3_stmt *pulse; /* while a call runs: a statement that fails once the connection is interrupted */
} sql_door;

sql_door *sql_door_new(sqlite3 *db);
void sql_door_free(void *door);
cim_status sql_city_open(sql_call *call); /* sets call->city */
void sql_city_free(sql_city *city);
bool sql_own_sqlite(void *libversion);    /* own.c: is this function that of the SQLite libcim uses? */

/* ---- a call ---- */

struct sql_call {
    const sql_function *function;
    sql_door *door;
    cim_ctx *ctx;
    sql_city *city;
    sql_word arguments[SQL_ARGUMENTS];
    sql_words options;
    sql_rows rows;
    sql_costs *costs;   /* after sql_travel() */
    cim_trace_view *state; /* after sql_networks_open() */
    void *blocks;       /* of sql_room() */
    char *error;        /* of sql_say(), with sqlite3_mprintf() */
};

/* What is wrong, in one line; returns status. */
cim_status sql_say(sql_call *call, cim_status status, const char *format, ...);
void *sql_room(sql_call *call, size_t count, size_t size); /* zeroed, freed after the call; NULL: out of memory, said */
cim_status sql_call_run(sql_call *call, int count, sqlite3_value **values, const int *which);
void sql_call_end(sql_call *call); /* all but rows and city */

/* ---- words (words.c) ---- */

cim_status sql_options_read(sql_call *call, const char *text);
const sql_word *sql_option(const sql_call *call, const char *name);                     /* NULL: not given */
const sql_word *sql_next_option(const sql_call *call, const char *name, size_t *at);    /* all of them: *at starts at 0 */
const char *sql_option_text(const sql_call *call, const char *name);                    /* NULL: not given */
bool sql_option_is(const sql_call *call, const char *name);                             /* given, and neither 0 nor false nor no */
cim_status sql_option_real(sql_call *call, const char *name, double least, double most, double *value); /* untouched when not given */
cim_status sql_option_whole(sql_call *call, const char *name, int64_t least, int64_t most, int64_t *value);
/* A list: a JSON array in a text, or the word alone. */
cim_status sql_list(sql_call *call, const sql_word *word, sql_words *list);
/* Numbers with commas between them, a JSON array of numbers, or one number; false: it is something else. */
bool sql_numbers(sql_call *call, const sql_word *word, double *numbers, size_t most, size_t *count_out);

/* ---- objects and places ---- */

/* Objects of a number, an id or, with net_name, a name; all parts of a split way. */
cim_status sql_objects(sql_call *call, const sql_word *word, uint32_t **objects_out, size_t *count_out);
cim_status sql_scene(sql_call *call); /* f_los.c: opens call->city->scene as options describe it */
/* areas.c: "x0,y0,x1,y1", well-known text or, in degrees, GeoJSON of polygons. */
cim_status sql_area(sql_call *call, const sql_word *word, cim_geom *area);
cim_status sql_option_area(sql_call *call, const char *name, cim_geom *area, const cim_geom **area_out); /* *area_out untouched when not given */
cim_status sql_lonlat(sql_call *call, double xy[2]); /* with option lonlat from degrees to the city's system */

/* ---- travel.c ---- */

#define SQL_TRAVEL_OPTIONS " at_time height_m width_m length_m weight_t lonlat radius_m unplaced foreign "
typedef struct sql_places {
    cim_net_place *at;
    uint32_t *objects; /* CIM_NONE: a place without an object */
    const char **texts;
    size_t count, room;
    size_t skipped;    /* with unplaced=skip */
} sql_places;

cim_status sql_travel(sql_call *call, const sql_word *profile, const char *usual); /* sets call->costs */
cim_status sql_metric(sql_call *call);                         /* for many questions */
cim_status sql_places_add(sql_call *call, const sql_word *word, sql_places *places); /* one word: an id, a number, "x,y" */
cim_status sql_places_list(sql_call *call, const sql_word *word, sql_places *places); /* a list of them */
cim_status sql_places_find(sql_call *call, const char *expression, sql_places *places);
void sql_put_place(sql_rows *rows, const sql_places *places, size_t i);
void sql_put_line(sql_call *call, const double *xy, size_t count);
void sql_put_point(sql_rows *rows, double x, double y);
void sql_put_geom(sql_call *call, const cim_geom *geom);
void sql_put_rules(sql_call *call, uint32_t rules, bool broken);

/* ---- service.c ---- */

/* Limits like 300, 300s or 500m; *metres_out: they are lengths. */
cim_status sql_limits(sql_call *call, const sql_word *word, const char *name, double *limits, size_t most, size_t *count_out, bool *metres_out);
cim_status sql_lengths(sql_call *call, cim_net_costs **costs_out, cim_route_metric **metric_out); /* after sql_metric(); freed by the caller */
/* A property of objects (CIM_NONE: of none) as numbers, and as groups of equal values in order of their names. */
cim_status sql_values(sql_call *call, const uint32_t *objects, size_t count, const char *property, double missing, double *values);
cim_status sql_groups(sql_call *call, const uint32_t *objects, size_t count, const char *property, uint32_t *groups, uint32_t *count_out, const char ***names_out);
/* The number of one of some words in an option; untouched when not given. */
cim_status sql_option_word(sql_call *call, const char *name, const char *const *words, int count, int32_t *number);

/* ---- f_observations.c ---- */

typedef cim_status (*sql_stream_fn)(sql_call *call, cim_sense *sense, uint32_t id, const void *user);
cim_status sql_streams(sql_call *call, const sql_word *word, sql_stream_fn fn, const void *user); /* of a list of ids or NULL, and options */
cim_status sql_time(sql_call *call, const sql_word *word, int64_t *time_ms); /* untouched when not given */

/* ---- networks.c ---- */

#define SQL_NETWORK_OPTIONS " network snap_m serve_m normal_state set within_m lonlat foreign "
typedef struct sql_numbers32 {
    uint32_t *at;
    size_t count, room;
} sql_numbers32;

cim_status sql_networks_open(sql_call *call, bool must); /* sets call->city->networks and call->state; must: a city without networks is an error */
cim_status sql_add32(sql_call *call, sql_numbers32 *list, const uint32_t *numbers, size_t count);
void sql_unique32(sql_numbers32 *list);
cim_status sql_elements(sql_call *call, const sql_word *word, sql_numbers32 *elements); /* of a list of objects or places */
cim_status sql_option_elements(sql_call *call, const char *name, sql_numbers32 *elements);
cim_status sql_option_devices(sql_call *call, const char *name, sql_numbers32 *devices);
/* By id, number or name, which must then mean one object; in_network: only those that are in a network. */
cim_status sql_named(sql_call *call, const sql_word *word, bool in_network, uint32_t **objects_out, size_t *count_out);
const char *sql_kind_name(uint32_t kind);
const char *sql_domain_name(const sql_call *call, uint32_t element);
void sql_put_element(sql_call *call, uint32_t element); /* as last cell: its geometry */
void sql_put_device(sql_call *call, uint32_t device);   /* the same */

/* ---- geometry.c ---- */

/* Both are freed with sqlite3_free(). */
unsigned char *sql_blob_of(const void *wkb, size_t size, int32_t epsg, size_t *size_out); /* SpatiaLite's; NULL: out of memory, or WKB that is none */
cim_status sql_geojson_of(cim_ctx *ctx, const void *wkb, size_t size, int32_t epsg, char **text_out); /* in degrees; NULL: it has no place there */

/* ---- table.c ---- */

typedef struct sql_table_of {
    sql_door *door;
    const sql_function *function;
} sql_table_of;
extern const sqlite3_module sql_module;

#endif
