/* importer.h - what a file format has to provide.
 *
 * A new format is one row in registry.c and the files behind it: a probe, which looks at the first bytes, and a run, which
 * reads the input and hands features to the sink in batches. */
#ifndef CIM_IMPORT_IMPORTER_H
#define CIM_IMPORT_IMPORTER_H

#include "cim/import.h"
#include "crs/crs.h"
#include "import/gis/map.h"
#include "import/input.h"
#include "import/report.h"
#include "store/sink.h"
#include "store/writer.h"

typedef struct cim__job {
    cim__input *input;
    const cim_import_options *opts; /* defaults filled in */
    cim__sink *sink;
    cim__source *source;   /* run fills version, encoding, axis, srs_name, srid */
    uint16_t source_number; /* for cim__sink_take */
    cim__report *report;
    bool partial;          /* set by run: damaged behind what it stored (CIM_IMPORT_KEEP_GOING) */
    double deadline_ms;    /* cim__now_ms() not to pass; 0: none */
    cim__gis_map *map;     /* of GIS layers; NULL: none */
} cim__job;

typedef struct cim__importer {
    const char *name, *title;
    /* 0: not this format, 100: surely; head is up to CIM__INPUT_HEAD decompressed bytes. */
    int (*probe)(cim__str head);
    cim_status (*run)(cim_ctx *ctx, cim__job *job);
} cim__importer;

extern const cim__importer *const cim__importers[]; /* NULL at the end */
/* By name, or by content when name is NULL.  CIM_EFORMAT saying what the input looks like when nobody takes it. */
cim_status cim__importer_find(cim_ctx *ctx, const char *name, cim__input *input, const cim__importer **importer_out);

/* The time limit and cancellation; call now and then. */
cim_status cim__job_tick(cim_ctx *ctx, const cim__job *job, const char *step);

/* Reference system decisions every importer shares. *transform_out goes from the source's system to the city's. */
cim_status cim__job_transform(cim_ctx *ctx, cim__job *job, int32_t source_epsg, double lon_deg_hint, double lat_deg_hint, cim__transform **transform_out);

/* The relations that inputs do not state: accesses, located_in, mounted_on, same_as (relate.c). */
cim_status cim__relate(cim_ctx *ctx, cim__sink *sink);

/* Objects that have no place but parts with areas (a building that consists of building parts) get the union of these. */
cim_status cim__place_parents(cim_ctx *ctx, cim__sink *sink);

/* Text of an XML document's start: is its root element one of these local names?  (probes) */
bool cim__head_has_root(cim__str head, const char *const *names, size_t count);

#endif
