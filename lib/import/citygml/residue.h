/* residue.h - what a CityGML file says and the model does not, kept as text.
 *
 *   byte 0      0: the entries follow as they are; 1: they follow in zlib format
 *   varint      size of the entries in bytes
 *   entries     { path, text }: each a varint with the size and UTF-8
 *
 * The text is one element in canonical XML (canon.h).  The path says where it was: steps from the object's element to the
 * element's parent, "bldg:boundedBy[2]/bldg:WallSurface[1]", counting elements of the same name; empty when it was a child
 * of the object itself.
 *
 * What belongs to no object is the residue of nonspatial objects "gml:<file>/document", "gml:<file>/document/1", ... An entry
 * whose path starts with '+' goes on where the last entry of the page before stopped. */
#ifndef CIM_IMPORT_CITYGML_RESIDUE_H
#define CIM_IMPORT_CITYGML_RESIDUE_H

#include "import/inflate.h"

void cim__residue_add(cim__buf *entries, cim__str path, cim__str text);
/* Append the residue of these entries to out. */
cim_status cim__residue_pack(cim_ctx *ctx, cim__deflater *deflater, cim__str entries, cim__buf *out);
/* The entries of a residue, appended to `entries`. CIM_EFORMAT if it is damaged. */
cim_status cim__residue_unpack(cim_ctx *ctx, cim__inflater *inflater, cim__str residue, cim__buf *entries);
/* Iterate: *at starts at 0; false at the end. Texts are borrowed from `entries`. */
bool cim__residue_next(cim__str entries, size_t *at, cim__str *path_out, cim__str *text_out);

#endif
