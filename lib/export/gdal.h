/* gdal.h - the functions of module cim_gdal: writing a GeoPackage table by table.
 *
 * The module knows GDAL and nothing of libcim; all functions return false after putting one line into `error`. */
#ifndef CIM_EXPORT_GDAL_H
#define CIM_EXPORT_GDAL_H

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

typedef struct cim__gdal_table {
    /* The file must not exist.  `time` is what the file says as its date of change: "2026-01-31T12:00:00.000Z". */
    bool (*create)(const char *path, int32_t epsg, const char *time, cim__gdal **gdal_out, cim__gdal_error *error);
    bool (*layer)(cim__gdal *gdal, const cim__gdal_layer *layer, cim__gdal_error *error);
    /* A row of the last layer; wkb NULL: no geometry. */
    bool (*row)(cim__gdal *gdal, int64_t id, const cim__gdal_value *values, const void *wkb, size_t wkb_size, cim__gdal_error *error);
    /* Releases gdal in any case; the file is complete only if `finish` and the result are true. */
    bool (*close)(cim__gdal *gdal, bool finish, cim__gdal_error *error);
} cim__gdal_table;

#endif
