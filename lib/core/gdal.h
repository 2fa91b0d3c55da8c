/* gdal.h - the functions of module cim_gdal: writing a GeoPackage table by table, and reading layers of vector files.
 *
 * The module knows GDAL and nothing of libcim; all functions return false after putting one line into `error`. */
#ifndef CIM_CORE_GDAL_H
#define CIM_CORE_GDAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cim__gdal_error {
    char text[400];
} cim__gdal_error;

typedef struct cim__gdal_column {
    const char *name;
    char type; /* 'T' text, 'I' integer, 'R' real, 'B' yes or no, 'D' time */
} cim__gdal_column;

typedef struct cim__gdal_layer {
    const char *name, *title, *id_column;
    int32_t geometry_type; /* of the simple features standard, 2D; 0: a table without geometry */
    const cim__gdal_column *columns;
    int column_count;
} cim__gdal_layer;

typedef struct cim__gdal_value {
    bool present;
    const char *text;
    int64_t integer;
    double real;
} cim__gdal_value;

typedef struct cim__gdal cim__gdal;

/* ---- reading ---- */

typedef struct cim__gdal_in cim__gdal_in;

typedef struct cim__gdal_in_layer {
    const char *name, *srs_name;
    const cim__gdal_column *columns; /* types also 'J': JSON text, 'D': ISO 8601 text */
    int column_count;
    int32_t geometry_type; /* 1 to 6 as in a city; 0: none; -1: mixed or unknown */
    int32_t epsg;          /* 0: unknown */
    int64_t count;         /* of features, -1: unknown */
} cim__gdal_in_layer;

typedef enum cim__gdal_fault { CIM__GDAL_FINE, CIM__GDAL_CURVED, CIM__GDAL_COLLECTION, CIM__GDAL_NO_MEMORY } cim__gdal_fault;

/* A feature; everything is valid until the next call.  Geometries are flat as in cim_geom: type 1 to 6, 0: none. */
typedef struct cim__gdal_row {
    int64_t fid;
    const cim__gdal_value *values;
    int32_t type, dim;
    uint32_t vertex_count, ring_count, part_count;
    const double *coords;
    const uint32_t *ring_end, *part_end;
    cim__gdal_fault fault; /* CURVED: drawn as straight pieces; COLLECTION: of several types, left out */
} cim__gdal_row;

/* ---- rasters ---- */

/* The first band of a GeoTIFF, north up: the middle of pixel (0, 0) is at x, y.  Pixels without a value are not a number. */
typedef struct cim__gdal_raster {
    uint32_t columns, rows;
    double x, y, step_x, step_y;
    int32_t epsg; /* 0: unknown */
} cim__gdal_raster;

typedef float *(*cim__gdal_room)(void *user, size_t count); /* NULL: no memory, or too many */

typedef struct cim__gdal_table {
    /* The file must not exist.  `time` is what the file says as its date of change: "2026-01-31T12:00:00.000Z". */
    bool (*create)(const char *path, int32_t epsg, const char *time, cim__gdal **gdal_out, cim__gdal_error *error);
    bool (*layer)(cim__gdal *gdal, const cim__gdal_layer *layer, cim__gdal_error *error);
    /* A row of the last layer; wkb NULL: no geometry. */
    bool (*row)(cim__gdal *gdal, int64_t id, const cim__gdal_value *values, const void *wkb, size_t wkb_size, cim__gdal_error *error);
    /* Releases gdal in any case; the file is complete only if `finish` and the result are true. */
    bool (*close)(cim__gdal *gdal, bool finish, cim__gdal_error *error);

    /* The file at an absolute path, by one driver and no other: "GPKG", "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "FlatGeobuf". */
    bool (*in_open)(const char *path, const char *driver, cim__gdal_in **in_out, cim__gdal_error *error);
    int (*in_count)(cim__gdal_in *in);
    const char *(*in_name)(cim__gdal_in *in, int layer); /* without looking at its contents; NULL: none */
    /* Go to the first feature of a layer; *layer_out is valid until the next call of this function. */
    bool (*in_layer)(cim__gdal_in *in, int layer, cim__gdal_in_layer *layer_out, cim__gdal_error *error);
    /* The next feature of that layer; *end_out when there is none. */
    bool (*in_row)(cim__gdal_in *in, cim__gdal_row *row_out, bool *end_out, cim__gdal_error *error);
    void (*in_close)(cim__gdal_in *in);

    /* Pixels of the file at an absolute path whose middles are in a box, one row and column more on every side; the values go where `room` says.
     * window NULL: all.  columns 0: none is in the box. */
    bool (*raster_read)(const char *path, const double window[4], cim__gdal_room room, void *user, cim__gdal_raster *raster_out, cim__gdal_error *error);
    /* A file that must not exist: bytes, 255 is no value; or numbers when bytes is NULL. */
    bool (*raster_write)(const char *path, const cim__gdal_raster *raster, const uint8_t *bytes, const float *numbers, cim__gdal_error *error);
} cim__gdal_table;

#endif
