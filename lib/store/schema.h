/* schema.h - the tables of a city file: making them, and checking that a file has nothing else. */
#ifndef CIM_STORE_SCHEMA_H
#define CIM_STORE_SCHEMA_H

#include "city/city.h"
#include "store/db.h"

enum { CIM__APPLICATION_ID = 0x43494d31, CIM__SCHEMA_VERSION = 1 };

/* Columns of a layer before and after its own. */
enum {
    CIM__COL_ID,
    CIM__COL_GID,
    CIM__COL_CLASS,
    CIM__COL_PARENT,
    CIM__COL_SOURCE,
    CIM__COL_VALID_FROM,
    CIM__COL_VALID_TO,
    CIM__COL_FIRST
};
/* after the layer's own columns: derived, attrs, geom */
static inline int cim__layer_total_columns(const cim__layer *layer) { return CIM__COL_FIRST + layer->column_count + 2 + (layer->type != 0); }

/* SQL that selects (or creates) exactly these columns, in this order. */
void cim__layer_select(cim__buf *sql, const cim__layer *layer, const char *where);
/* The same with NULL in place of columns that are not wanted. */
void cim__layer_select_some(cim__buf *sql, const cim__layer *layer, const cim__columns *wanted, const char *where);
void cim__layer_create(cim__buf *sql, const cim__layer *layer);

/* Everything but layers: SpatiaLite's metadata for one reference system, our own tables.  Inside a transaction. */
cim_status cim__schema_create(cim_ctx *ctx, cim__db *db);
cim_status cim__schema_srid(cim_ctx *ctx, cim__db *db, int32_t epsg);
/* The tables of observations, where there are none yet. */
cim_status cim__schema_sense(cim_ctx *ctx, cim__db *db);
/* Layers whose bit is set and that do not exist yet.  *present_inout: bits of those that exist. */
cim_status cim__schema_layers(cim_ctx *ctx, cim__db *db, int32_t epsg, uint64_t wanted, uint64_t *present_inout);
_Static_assert(CIM__LAYER_COUNT <= 64, "layers fit a 64-bit mask");

/* The 3D tables, made like layers. */
typedef enum cim__shape_table { CIM__SURFACES, CIM__CURVES, CIM__POINTS, CIM__SHAPE_TABLES } cim__shape_table;
typedef struct cim__shape_table_info {
    const char *table, *type, *title;
} cim__shape_table_info;
extern const cim__shape_table_info cim__shape_tables[CIM__SHAPE_TABLES];
cim_status cim__schema_shapes(cim_ctx *ctx, cim__db *db, int32_t epsg, unsigned wanted, unsigned *present_inout);

/* `text` with `from` replaced by `to` where it stands alone (not inside a longer word; "_" separates words). */
void cim__schema_rename(cim__buf *out, cim__str text, cim__str from, cim__str to);

/* SQL of the view `object` over the layers whose bits are set. */
void cim__schema_object_view(cim__buf *sql, uint64_t present);

/* Compare every table, index, trigger and view of the file with what libcim and SpatiaLite write.  CIM_EUNTRUSTED names the
 * first that is different; with `foreign` objects of other names are let pass (never used). Fills which layers and shape
 * tables exist. */
cim_status cim__schema_verify(cim_ctx *ctx, cim__db *db, bool foreign, uint64_t *layers_out, unsigned *shapes_out);

/* The functions of the SpatiaLite module. */
typedef struct cim__spatialite_table {
    /* Attach SpatiaLite's functions to an sqlite3 handle; the result goes to detach after the handle was closed. */
    void *(*attach)(void *sqlite3_handle);
    void (*detach)(void *connection);
} cim__spatialite_table;

#endif
