/* model.h - the fixed tables of the model: attributes, rules, classes, layers, relations; and one object's typed values. */
#ifndef CIM_CITY_MODEL_H
#define CIM_CITY_MODEL_H

#include "geom/geom.h"

typedef enum cim__attr {
#define CIM__ATTR(id, column, type) CIM__A_##id,
#include "city/attrs.def"
#undef CIM__ATTR
    CIM__ATTR_COUNT
} cim__attr;

typedef enum cim__rule {
#define CIM__RULE(id, name, meaning) CIM__RULE_##id,
#include "city/rules.def"
#undef CIM__RULE
    CIM__RULE_COUNT
} cim__rule;

typedef enum cim__layer_id {
#define CIM__LAYER(id, table, type, columns, title) CIM__L_##id,
#include "city/layers.def"
#undef CIM__LAYER
    CIM__LAYER_COUNT
} cim__layer_id;

typedef enum cim__class_id {
#define CIM__CLASS(name, super, point, line, area) CIM__C_##name,
#include "city/classes.def"
#undef CIM__CLASS
    CIM__CLASS_COUNT
} cim__class_id;

typedef enum cim__relation_type {
#define CIM__RELATION(id, number, name, inverse, meaning) CIM__R_##id = number,
#include "city/relations.def"
#undef CIM__RELATION
    CIM__RELATION_LAST
} cim__relation_type;

typedef struct cim__attr_info {
    const char *name;
    char type; /* 'T', 'I', 'R' */
} cim__attr_info;
extern const cim__attr_info cim__attrs[CIM__ATTR_COUNT];
cim__attr cim__attr_named(cim__str name); /* CIM__ATTR_COUNT if there is none */

extern const char *const cim__rules[CIM__RULE_COUNT];

enum { CIM__LAYER_COLUMNS_MAX = 24 };
typedef struct cim__layer {
    const char *table, *title;
    int32_t type; /* CIM_GEOM_*; 0: no geometry */
    int32_t column_count;
    uint8_t columns[CIM__LAYER_COLUMNS_MAX]; /* cim__attr */
} cim__layer;
extern const cim__layer cim__layers[CIM__LAYER_COUNT];
cim__layer_id cim__layer_named(cim__str table); /* CIM__LAYER_COUNT if there is none */

typedef struct cim__class {
    const char *name;
    uint8_t super, point_layer, line_layer, area_layer;
} cim__class;
extern const cim__class cim__classes[CIM__CLASS_COUNT];
cim__class_id cim__class_named(cim__str name); /* CIM__CLASS_COUNT if there is none */
bool cim__class_is(cim__class_id c, cim__class_id super); /* c is super or a descendant */
/* Where an object of this class goes; base: CIM_GEOM_POINT/LINESTRING/POLYGON or 0 for none. */
cim__layer_id cim__class_layer(cim__class_id c, int32_t base);
/* Without a place an object of this class goes into the layer of those: what has none anyway, and elements of utility networks. */
bool cim__class_nonspatial(cim__class_id c);

typedef struct cim__relation_info {
    int32_t type;
    const char *name, *inverse;
} cim__relation_info;
extern const cim__relation_info cim__relations[];
extern const size_t cim__relation_count;
/* By name or inverse name; NULL if there is none.  *inverse_out says which. */
const cim__relation_info *cim__relation_named(cim__str name, bool *inverse_out);
const cim__relation_info *cim__relation_of(int32_t type);

/* A name for a template after its contents, so that the same tree in a hundred tiles is one template.  scratch: any buffer. */
enum { CIM__TEMPLATE_NAME = 42 };
void cim__template_name(cim__buf *scratch, const cim_geom *geom, cim__str topo, cim__str lod, char name_out[CIM__TEMPLATE_NAME]);

/* One typed value of an object. */
typedef struct cim__value {
    uint8_t attr, rule; /* cim__attr, cim__rule */
    cim__str text;      /* type 'T' */
    double real;        /* type 'R' */
    int64_t integer;    /* type 'I' */
} cim__value;

/* Surfaces, curves or points in space of one object: one level of detail and role. */
typedef struct cim__shape {
    cim__str lod, role; /* "2", "solid" */
    cim_geom geom;      /* 3D MULTIPOLYGON, MULTILINESTRING or MULTIPOINT */
    cim__str topo;      /* how the polygons form shells and thematic surfaces (topo.h), or empty */
    /* Implicit geometry: the shape of a template, placed by a row-major 4 x 4 matrix and an anchor. geom and topo unused. */
    cim__str template_gid; /* empty: not implicit */
    double matrix[16], anchor[3];
} cim__shape;

/* An object as importers hand it in and as readers get it back.  Everything is borrowed. */
typedef struct cim__feature {
    cim__str gid;
    cim__class_id class_id;
    cim__str parent_gid; /* empty: none; makes part_of */
    cim__str valid_from, valid_to;
    const cim__value *values;
    size_t value_count;
    cim__str attrs;        /* JSON object: the source's own attributes, verbatim; may be empty */
    const cim_geom *plane; /* geometry in the plane, city CRS, or NULL */
    bool plane_valid;      /* it was checked already: polygons are valid as OGC 06-103r4 has it */
    const cim__shape *shapes;
    size_t shape_count;
    cim__str residue; /* content that is kept but not modelled (residue.h), or empty */
} cim__feature;

#endif
