/* classify.h - what an object is, from its tags and the kind of its geometry. */
#ifndef CIM_IMPORT_OSM_CLASSIFY_H
#define CIM_IMPORT_OSM_CLASSIFY_H

#include "import/osm/block.h"

typedef enum cim__osm_form {
    CIM__OSM_FORM_NODE,
    CIM__OSM_FORM_LINE, /* an open way */
    CIM__OSM_FORM_RING, /* a closed way: a line or an area, as the tags say */
    CIM__OSM_FORM_AREA  /* an area relation */
} cim__osm_form;

typedef struct cim__osm_kind {
    cim__class_id class_id;
    cim__osm_status status;
    bool area;                 /* of a way: it is one */
    bool building;             /* its outline is a wall: entrances belong to it */
    cim__osm_net net;          /* lines: to be cut where they meet others of it */
    uint8_t cuts;              /* nodes: bits 1 << net, the nets whose lines it cuts */
    const cim__osm_rule *rule; /* NULL: no rule fits */
    const cim__osm_tag *tag;   /* that the rule is about */
    cim__str function;         /* main value; may be empty */
} cim__osm_kind;

void cim__osm_classify(const cim__osm_words *words, const cim__osm_tags *tags, cim__osm_form form, cim__osm_kind *kind_out);

#endif
