/* map.h - mapping files: what rows of GIS layers become (cim-map(5)). */
#ifndef CIM_IMPORT_GIS_MAP_H
#define CIM_IMPORT_GIS_MAP_H

#include "city/model.h"
#include "core/ctx.h"

/* "{pipe_id}/{:fid}": literal texts and names of fields in turn. */
typedef struct cim__gis_piece {
    cim__str text;
    bool is_field, optional; /* optional: "{name?}", the layer may lack it */
    int32_t field;           /* of the layer at hand; below 0: CIM__GIS_OF_*, or -100: the layer lacks it */
} cim__gis_piece;
enum { CIM__GIS_FID = -1, CIM__GIS_LAYER = -2, CIM__GIS_X = -3, CIM__GIS_Y = -4, CIM__GIS_Z_FROM = -5, CIM__GIS_Z_TO = -6, CIM__GIS_LACKING = -100 };

typedef struct cim__gis_template {
    cim__gis_piece *pieces;
    uint32_t count; /* 0: not given */
} cim__gis_template;

/* A constant of JSON: type '-' null, 'T', 'N', 'B'. */
typedef struct cim__gis_const {
    char type;
    cim__str text;
    double number;
    bool yes;
} cim__gis_const;

/* Where a value comes from. */
typedef struct cim__gis_expr {
    cim__gis_template from; /* count 0: the constant */
    cim__gis_const constant;
    cim__str *keys;         /* value map */
    cim__gis_const *values, other;
    uint32_t value_count;
    bool has_map, has_other, has_scale;
    double factor, offset;
} cim__gis_expr;

typedef struct cim__gis_member {
    cim__str name;
    cim__attr attr; /* of a column */
    cim__gis_expr expr;
} cim__gis_member;

typedef struct cim__gis_relation {
    cim__relation_type type;
    cim__gis_template from, to; /* count 0: the object of the row */
    cim__gis_member *attrs;
    uint32_t attr_count;
} cim__gis_relation;

typedef struct cim__gis_condition {
    cim__gis_template of;
    cim__str *texts; /* one of these; ptr NULL: no value */
    uint32_t count;
} cim__gis_condition;

typedef struct cim__gis_rule {
    const char *place; /* "map.json: layers/pipes", for messages */
    cim__gis_condition *where;
    uint32_t where_count, column_count, relation_count;
    cim__class_id class_id; /* CIM__CLASS_COUNT: makes no object */
    cim__gis_template id, update, x, y, wkt;
    int32_t epsg; /* 0: that of the layer */
    cim__gis_member *columns;
    cim__gis_relation *relations;
    bool keep_attrs;
} cim__gis_rule;

typedef struct cim__gis_map_layer {
    cim__str name; /* "*": every other one */
    const char *place;
    cim__gis_rule *rules;
    uint32_t rule_count;
    bool used;
} cim__gis_map_layer;

typedef struct cim__gis_map cim__gis_map;

/* Read mapping files, one after the other.  CIM_EARG with file and place in it, CIM_EFORMAT for no JSON. */
cim_status cim__gis_map_read(cim_ctx *ctx, const char *const *paths, size_t count, cim__gis_map **map_out);
void cim__gis_map_free(cim__gis_map *map);
/* By the layer's own name, else by that of the file, else "*"; NULL. */
cim__gis_map_layer *cim__gis_map_find(cim__gis_map *map, cim__str layer, cim__str base);
/* Layers that were seen, for messages about those that were not. */
cim_status cim__gis_map_seen(cim_ctx *ctx, cim__gis_map *map, cim__str layer);
/* CIM_EARG when the mapping names a layer that no input had. */
cim_status cim__gis_map_check(cim_ctx *ctx, const cim__gis_map *map);

/* The rule without a mapping: every row an object of the class, all fields attributes. */
cim_status cim__gis_plain_rule(cim_ctx *ctx, cim__arena *arena, const char *class_name, cim__gis_rule *rule_out);

#endif
