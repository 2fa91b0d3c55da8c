/* features.h - results as GeoJSON text, read for a table file: what features there are, in which layers, with which columns. */
#ifndef CIM_EXPORT_FEATURES_H
#define CIM_EXPORT_FEATURES_H

#include "core/json.h"
#include "export/export.h"

enum { CIM__FEATURE_LAYERS = 200, CIM__FEATURE_COLUMNS = 500 };

typedef struct cim__feature_column {
    cim__str key;     /* of the properties, unescaped */
    const char *name; /* in the file: no two of a layer are alike, whatever the case */
    char type;        /* 'B', 'I', 'R', 'T' as in cim__gdal_column; 0: nothing but null so far */
} cim__feature_column;

typedef struct cim__feature_layer {
    const char *name;
    int32_t base;   /* type of geometry, 1 to 3; 0: none */
    bool multi;     /* one at least has several parts */
    uint64_t count; /* of features */
    cim__buf columns; /* of cim__feature_column */
} cim__feature_layer;

typedef struct cim__feature_row {
    cim__jvalue id, geometry, properties; /* text.ptr NULL: not there */
    uint32_t layer;
} cim__feature_row;

typedef struct cim__features {
    cim__str text;
    int32_t epsg;    /* of the coordinates */
    cim__buf layers; /* of cim__feature_layer */
    cim__buf rows;   /* of cim__feature_row, as in the text */
    cim__jvalue rest; /* the collection, when it has other members than its features: they are a row of a table, the last one */
    cim__arena arena; /* of names and keys */
    cim__buf scratch;
} cim__features;

/* What is in a text; refuses what is no Feature and no FeatureCollection, with the number of the feature, from 0. */
cim_status cim__features_read(cim_ctx *ctx, cim__str text, cim__features *f_out);
void cim__features_free(cim__features *f);

/* The properties of a row, and its id where it has one: calls of next until it is false. */
typedef struct cim__feature_walk {
    cim__jiter it;
    const cim__feature_row *row;
    bool has_id, done, whole; /* whole: the members of the collection */
} cim__feature_walk;
cim__feature_walk cim__feature_walk_of(const cim__feature_row *row, bool whole);
bool cim__feature_next(cim__features *f, cim__feature_walk *walk, cim__str *key_out, cim__jvalue *value_out); /* key in scratch or the text */

/* The column of a key, from *hint on; NULL: none. */
cim__feature_column *cim__feature_column_of(const cim__feature_layer *layer, cim__str key, size_t *hint);

/* A geometry as it is written, or one line about what is wrong. */
const char *cim__feature_geometry(cim__jvalue geometry, cim__gbuild *out);

cim_status cim__features_gpkg(cim_ctx *ctx, cim__export *e, cim__features *f);

#endif
