/* gis.h - layers of GIS files: rows with named fields and a geometry, whatever file they come from.
 *
 *   csv.c      tables as text, read here
 *   ogr.c      GeoPackage, Shapefile, GeoJSON, FlatGeobuf, read by GDAL in module cim_gdal
 *   map.c      the mapping file: what a row becomes (cim-map(5))
 *   value.c    templates and value maps of a mapping on a row
 *   make.c     a row to objects, changes of objects and relations
 *   sketch.c   a mapping to start with, from the layers of a file */
#ifndef CIM_IMPORT_GIS_GIS_H
#define CIM_IMPORT_GIS_GIS_H

#include "core/gdal.h"
#include "import/gis/map.h"
#include "import/importer.h"

typedef enum cim__gis_kind { CIM__GIS_NONE, CIM__GIS_GPKG, CIM__GIS_SHAPE, CIM__GIS_GEOJSON, CIM__GIS_GEOJSONSEQ, CIM__GIS_FLATGEOBUF, CIM__GIS_CSV } cim__gis_kind;
/* By the first bytes; score as for cim__importer. */
cim__gis_kind cim__gis_kind_of(cim__str head, int *score_out);

typedef struct cim__gis_field {
    cim__str name;
    char type; /* 'T' text, 'I' integer, 'R' real, 'B' yes or no, 'D' ISO 8601, 'J' JSON */
} cim__gis_field;

typedef struct cim__gis_cell {
    bool present;
    cim__str text; /* 'T', 'D', 'J' */
    int64_t integer; /* 'I', 'B' */
    double real;
} cim__gis_cell;

enum { CIM__GIS_FIELDS = 2000 };

typedef struct cim__gis_layer {
    cim__str name;
    const cim__gis_field *fields;
    uint32_t field_count;
    int32_t geometry_type; /* 1 to 6, 0: none, -1: mixed */
    int32_t epsg;          /* 0: unknown */
    const char *srs_name;  /* NULL: none */
    const char *not_read;  /* why its rows are left out; NULL: they are not */
    uint64_t count;        /* of its rows where not_read */
} cim__gis_layer;

typedef struct cim__gis_row {
    uint64_t number;    /* line of a table, feature of a layer */
    const cim__gis_cell *cells;
    cim_geom geom;      /* part_count 0: none */
    cim__gdal_fault fault;
} cim__gis_row;

/* An open file. */
typedef struct cim__gis_file {
    const char *title, *row_name; /* "GeoPackage", "feature" */
    uint32_t layer_count;
    cim_status (*layer)(cim_ctx *ctx, struct cim__gis_file *file, uint32_t number, cim__gis_layer *layer_out); /* goes to its first row */
    cim_status (*row)(cim_ctx *ctx, struct cim__gis_file *file, cim__gis_row *row_out); /* of that layer; CIM_DONE at the end */
    void (*close)(cim_ctx *ctx, struct cim__gis_file *file);
} cim__gis_file;

/* `dir` is where a copy goes that GDAL can open; name is that of the only layer where the file does not say one. */
cim_status cim__gis_csv_open(cim_ctx *ctx, cim__input *input, cim__report *report, cim__str name, cim__gis_file **file_out);
cim_status cim__gis_ogr_open(cim_ctx *ctx, cim__input *input, cim__gis_kind kind, const char *dir, cim__report *report, cim__str name, cim__gis_file **file_out);
cim_status cim__gis_open(cim_ctx *ctx, cim__input *input, const char *dir, cim__report *report, cim__gis_file **file_out); /* by content */

/* "pipes" of "x/pipes.geojson.gz". */
cim__str cim__gis_base_name(const char *path);

/* Text that is not UTF-8 is taken to be Latin-1 and written to scratch; *odd_out says so. NUL becomes U+FFFD. */
cim__str cim__gis_utf8(cim__str text, cim__buf *scratch, bool *odd_out);

/* ---- value.c ---- */

/* A row as templates see it. */
typedef struct cim__gis_view {
    const cim__gis_layer *layer;
    const cim__gis_row *row;
    cim__buf scratch; /* of cim__gis_utf8 */
    bool odd_text;    /* some text was not UTF-8 */
} cim__gis_view;

/* A value: type '-' none, 'T' text, 'N' number, 'B' yes or no. */
typedef struct cim__gis_value {
    char type;
    cim__str text; /* also of numbers, as written */
    double number;
    bool yes;
} cim__gis_value;

/* Appends; false: a field in it is empty, so there is no text. */
bool cim__gis_expand(cim__gis_view *view, const cim__gis_template *t, cim__buf *out);
/* texts keeps what values point to. CIM_DONE: the value map does not know the text, which is left in value_out. */
cim_status cim__gis_eval(cim_ctx *ctx, cim__gis_view *view, const cim__gis_expr *e, cim__arena *texts, cim__gis_value *value_out);
bool cim__gis_where(cim__gis_view *view, const cim__gis_rule *rule);
/* Places of the fields that a rule names. CIM_EARG with near names. */
cim_status cim__gis_bind(cim_ctx *ctx, cim__gis_rule *rule, const cim__gis_layer *layer);
void cim__gis_put_cell(cim__gis_view *view, cim__json *json, uint32_t field); /* as JSON */

/* ---- make.c ---- */

typedef struct cim__gis_maker cim__gis_maker;
cim_status cim__gis_maker_new(cim_ctx *ctx, cim__job *job, cim__gis_maker **maker_out);
void cim__gis_maker_free(cim_ctx *ctx, cim__gis_maker *maker);
/* rules: those of the layer in the order of the mapping; the first that fits a row counts. */
cim_status cim__gis_make_layer(cim_ctx *ctx, cim__gis_maker *maker, cim__gis_file *file, const cim__gis_layer *layer, cim__gis_rule *rules, uint32_t rule_count);

#endif
