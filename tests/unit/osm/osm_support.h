/* osm_support.h - running the OpenStreetMap importer into a sink, and looking at what is in it. */
#ifndef CIM_TESTS_OSM_SUPPORT_H
#define CIM_TESTS_OSM_SUPPORT_H

#include "import/importer.h"
#include "support.h"

typedef struct osm_run {
    cim__input *input;
    cim__sink sink;
    cim__report report;
    cim__source source;
    cim__job job;
    cim_import_options opts;
} osm_run;

/* Import one file; on failure nothing is left to free. */
cim_status osm_import(cim_ctx *ctx, const char *path, const cim_import_options *opts, osm_run *run_out);
void osm_free(cim_ctx *ctx, osm_run *run);
/* The same for a document in memory: written to a temporary file. */
cim_status osm_import_text(cim_ctx *ctx, const char *text, osm_run *run_out);

/* Everything in the sink as text, in its order: one line an object, then one a relation. */
void osm_dump(cim_ctx *ctx, osm_run *run, cim__buf *text);

/* The object with this id, NULL if there is none; valid until the next call. */
const cim__record *osm_object(cim_ctx *ctx, osm_run *run, const char *gid);
const cim__head *osm_head(cim_ctx *ctx, osm_run *run, const char *gid);
size_t osm_count_class(osm_run *run, cim__class_id c);
/* Value of an attribute, NULL if it has none. */
const cim__value *osm_value(const cim__record *record, cim__attr attr);
/* Is there a relation of this type?  to NULL: any. */
bool osm_related(osm_run *run, const char *from, cim__relation_type type, const char *to);
/* Well-known text of an object's geometry; freed with the context's next call. */
const char *osm_wkt(cim_ctx *ctx, osm_run *run, const char *gid);
/* The number in a report: fate CIM__STORED ..., reason NULL: all; "seen": fate -1. */
uint64_t osm_reported(osm_run *run, const char *kind, int fate, const char *reason);

#endif
