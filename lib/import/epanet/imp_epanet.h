/* imp_epanet.h - what reading an EPANET file and making objects of it share. */
#ifndef CIM_IMPORT_EPANET_H
#define CIM_IMPORT_EPANET_H

#include "epanet/epanet.h"
#include "import/importer.h"

typedef struct cim__epa_import {
    cim__job *job;
    cim__buf raw, text;     /* the file; as UTF-8 */
    cim__buf prefix;
    cim__epa_net net;
    cim__transform *transform; /* NULL: no place anywhere */
    int32_t epsg;           /* of the file's coordinates */
    bool swapped, latin1;
} cim__epa_import;

/* The listener's function, also for what is found later; line 0: of the file as a whole. */
cim_status cim__epa_fault(cim_ctx *ctx, void *import, uint32_t line, const char *what);

/* The objects and relations of the network. */
cim_status cim__epa_make(cim_ctx *ctx, cim__epa_import *im);

#endif
