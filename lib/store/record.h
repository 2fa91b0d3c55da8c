/* record.h - an object as bytes, on its way from an importer to the tables. */
#ifndef CIM_STORE_RECORD_H
#define CIM_STORE_RECORD_H

#include "city/model.h"

/* A shape in a record: geometry already a SpatiaLite blob. */
typedef struct cim__rshape {
    cim__str lod, role, topo, geom, template_gid;
    double matrix[16], anchor[3];
} cim__rshape;

enum { CIM__RECORD_SHAPES = 64 };

/* Decoded; texts are borrowed from the record's bytes. */
typedef struct cim__record {
    cim__str gid, parent_gid, valid_from, valid_to, attrs, residue;
    cim__str geom; /* SpatiaLite blob of the plane geometry, or empty */
    uint32_t value_count, shape_count;
    cim__value values[CIM__ATTR_COUNT];
    cim__rshape shapes[CIM__RECORD_SHAPES];
} cim__record;

/* Append; `geom` replaces the feature's plane geometry (cleaned, blob).  More than CIM__RECORD_SHAPES shapes or repeated
 * values of one attribute: the first ones are taken. */
void cim__record_put(cim__buf *out, const cim__feature *f, cim__str geom, int32_t srid);
/* Append the record `bytes` with another plane geometry and, if it has none of that attribute, one more number. */
void cim__record_move(cim__buf *out, cim__str bytes, cim__str geom, const cim__value *number);
/* Append the record `bytes` with these attributes, and with the values in place of its own of the same names. */
void cim__record_patch(cim__buf *out, cim__str bytes, const cim__value *values, size_t count, cim__str attrs);
/* Our own bytes: no checks beyond what keeps memory safe. False when they do not add up. */
bool cim__record_get(cim__str bytes, cim__record *record_out);

#endif
