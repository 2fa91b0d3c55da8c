/* values.h - typed values of an object from its tags: one function for each attribute, called for the columns of the object's layer. */
#ifndef CIM_IMPORT_OSM_VALUES_H
#define CIM_IMPORT_OSM_VALUES_H

#include "import/osm/classify.h"
#include "import/osm/units.h"
#include "import/report.h"

/* Heights and storeys of a building, worked out once. */
typedef struct cim__osm_building {
    bool ready;
    double height_m, min_height_m, roof_height_m;
    int64_t storeys;
    uint8_t height_rule, min_height_rule, storeys_rule; /* cim__rule; CIM__RULE_COUNT: no value */
    bool has_roof_height;
} cim__osm_building;

typedef struct cim__osm_filling {
    const cim__osm_tags *tags;
    const cim__osm_kind *kind;
    cim__layer_id layer;
    cim__str street; /* from a street relation, or empty */
    cim__value values[CIM__ATTR_COUNT];
    size_t count;
    cim__osm_building building;
    cim__report *report; /* for warnings about `gid` at `order` */
    const char *type;    /* "node", "way", "relation" */
    int64_t id;
    uint64_t order;
} cim__osm_filling;

/* Values for all columns of f->layer. */
void cim__osm_fill(cim__osm_filling *f);

/* For the attribute functions. */
typedef void (*cim__osm_filler)(cim__osm_filling *f);
void cim__osm_put_text(cim__osm_filling *f, cim__attr attr, cim__rule rule, cim__str text); /* nothing for an empty text */
void cim__osm_put_real(cim__osm_filling *f, cim__attr attr, cim__rule rule, double real);
void cim__osm_put_integer(cim__osm_filling *f, cim__attr attr, cim__rule rule, int64_t integer);
/* Warn that the value of a key cannot be read. */
void cim__osm_bad_value(cim__osm_filling *f, cim__osm_key key, const char *what);
/* Length in metres of a key's value; false and a warning when it is none. */
bool cim__osm_length_of(cim__osm_filling *f, cim__osm_key key, double *metres_out);
bool cim__osm_whole_of(cim__osm_filling *f, cim__osm_key key, int64_t *number_out);

void cim__osm_fill_height(cim__osm_filling *f);
void cim__osm_fill_min_height(cim__osm_filling *f);
void cim__osm_fill_roof_type(cim__osm_filling *f);
void cim__osm_fill_roof_height(cim__osm_filling *f);
void cim__osm_fill_storeys(cim__osm_filling *f);
void cim__osm_fill_storeys_below(cim__osm_filling *f);
void cim__osm_fill_oneway(cim__osm_filling *f);
void cim__osm_fill_maxspeed(cim__osm_filling *f);
void cim__osm_fill_lanes(cim__osm_filling *f);
void cim__osm_fill_network(cim__osm_filling *f);
void cim__osm_fill_voltage(cim__osm_filling *f);
void cim__osm_fill_tier(cim__osm_filling *f);
void cim__osm_fill_state(cim__osm_filling *f);
void cim__osm_fill_normal_state(cim__osm_filling *f);
void cim__osm_fill_controller(cim__osm_filling *f);
void cim__osm_fill_flow(cim__osm_filling *f);
void cim__osm_fill_diameter(cim__osm_filling *f);
void cim__osm_fill_location(cim__osm_filling *f);
void cim__osm_fill_direction(cim__osm_filling *f);
void cim__osm_fill_tilt(cim__osm_filling *f);
void cim__osm_fill_mount(cim__osm_filling *f);

#endif
