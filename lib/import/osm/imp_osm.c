/* imp_osm.c - not there yet. */
#include "import/importer.h"

static int probe(cim__str head)
{
    (void)head;
    return 0;
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    (void)job;
    return cim__fail(ctx, CIM_EUNSUPPORTED, "not there yet");
}

extern const cim__importer cim__importer_osm;
const cim__importer cim__importer_osm = { "osm", "", probe, run };
