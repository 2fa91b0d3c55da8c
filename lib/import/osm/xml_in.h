/* xml_in.h - OSM XML as events, from whichever reader, to blocks. */
#ifndef CIM_IMPORT_OSM_XML_IN_H
#define CIM_IMPORT_OSM_XML_IN_H

#include "import/osm/osm.h"
#include "import/osm/pack.h"

/* Attributes that mean something to us. */
typedef enum cim__osm_attribute {
    CIM__OSM_A_ID,
    CIM__OSM_A_VERSION,
    CIM__OSM_A_LAT,
    CIM__OSM_A_LON,
    CIM__OSM_A_VISIBLE,
    CIM__OSM_A_ACTION,
    CIM__OSM_A_K,
    CIM__OSM_A_V,
    CIM__OSM_A_REF,
    CIM__OSM_A_TYPE,
    CIM__OSM_A_ROLE,
    CIM__OSM_ATTRIBUTES
} cim__osm_attribute;

typedef struct cim__osm_element {
    cim__str name;
    unsigned present; /* bits 1 << cim__osm_attribute */
    cim__str value[CIM__OSM_ATTRIBUTES];
    uint32_t line, depth; /* depth of the root is 1 */
} cim__osm_element;

/* Note an attribute if it is one of ours; false: it is, and was there before. */
bool cim__osm_element_put(cim__osm_element *e, cim__str name, cim__str value);

/* Where in a document we are. */
typedef struct cim__osm_xml {
    cim__osm *osm;
    cim__osm_pack pack;
    cim__report report; /* becomes part of the job's when the reader is believed */
    unsigned type;     /* of the open object: 0 node, 1 way, 2 relation; NO_OBJECT */
    bool skip;         /* the open object is deleted or has no place */
    uint32_t skipped_below; /* elements deeper than this belong to one that is not read; 0: none */
    bool in_remark;
    cim__buf remark;
    uint64_t objects;
} cim__osm_xml;

cim_status cim__osm_xml_init(cim_ctx *ctx, cim__osm_xml *x, cim__osm *osm);
void cim__osm_xml_free(cim__osm_xml *x);
cim_status cim__osm_xml_start(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e);
cim_status cim__osm_xml_end(cim_ctx *ctx, cim__osm_xml *x, uint32_t depth);
void cim__osm_xml_text(cim__osm_xml *x, cim__str text);

/* Read the whole input with our own scanner.  CIM_DONE: there is something in it that only a full parser should judge; nothing
 * of what was read may be used. */
cim_status cim__osm_xml_scan(cim_ctx *ctx, cim__osm_xml *x);

#endif
