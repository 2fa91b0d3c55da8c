/* counts.h - the fates of elements, classes, polygons and references as counts of the report. */
#ifndef CIM_IMPORT_CITYGML_COUNTS_H
#define CIM_IMPORT_CITYGML_COUNTS_H

#include "import/citygml/build.h"
#include "import/citygml/reader.h"

/* Counts and warnings of another builder into b's. */
cim_status cim__gcounts_add(cim_ctx *ctx, cim__gbuilder *b, const cim__gbuilder *other);

/* What the reader has seen against what the builders did. lost: elements behind damage. */
cim_status cim__gcounts_report(cim_ctx *ctx, cim__report *report, cim__gbuilder *b, const cim__greader *reader, const cim__gnames *names, uint64_t lost, uint64_t repeated);

#endif
