/* power.h - what the readers of power cases share: buses, lines between them and devices on lines, as cim-utility(7) has them.
 *
 * A case is a graph with names; places are rare and often only a drawing.  Objects are named FORMAT:KIND/NUMBER. */
#ifndef CIM_IMPORT_POWER_POWER_H
#define CIM_IMPORT_POWER_POWER_H

#include "import/importer.h"

enum { CIM__POWER_BYTES = 1 << 30, CIM__POWER_BATCH = 1 << 15 };

typedef struct cim__power {
    cim__job *job;
    const char *format;         /* "matpower" */
    cim__batch batch;
    cim__buf text;              /* the whole file, and a zero behind it */
    cim__buf gid, from, to, net, json, relation; /* texts of the object under way; net: id of the Network */
    cim__gbuild geom;
    cim__transform *transform;  /* NULL: nothing has a place */
    size_t pending;
} cim__power;

void cim__power_init(cim_ctx *ctx, cim__power *power, cim__job *job, const char *format);
void cim__power_free(cim__power *power);
cim_status cim__power_read(cim_ctx *ctx, cim__power *power); /* the input into power->text */
cim_status cim__power_end(cim_ctx *ctx, cim__power *power);
/* Without coordinates (source_epsg 0) a new city gets the system that was asked for, or a stand-in with a warning. */
cim_status cim__power_place(cim_ctx *ctx, cim__power *power, int32_t source_epsg, double lon_deg, double lat_deg);

/* "format:kind/number" into buf (emptied first). */
cim__str cim__power_gid(const cim__power *power, cim__buf *buf, const char *kind, cim__str number);

typedef struct cim__power_object {
    cim__class_id class_id;
    cim__str name, function, status, state, location; /* empty: not said */
    double kv, demand_kw, length_m;                   /* 0: not said */
    int controller;
    const double *xy;                                 /* places in the system of the source, x y x y */
    size_t points;
    cim__str from, to;                                /* ids of the nodes a line ends at; empty: not a line */
} cim__power_object;
/* The object power->gid with attributes power->json, its ends, and that it is in the network. */
cim_status cim__power_add(cim_ctx *ctx, cim__power *power, const cim__power_object *object);
/* The device power->gid is on the end of `line` at `node`. */
cim_status cim__power_on_end(cim_ctx *ctx, cim__power *power, cim__str line, cim__str node);
cim_status cim__power_network(cim_ctx *ctx, cim__power *power, cim__str name); /* the Network, attributes power->json */

extern const cim__importer cim__importer_matpower, cim__importer_pandapower;

#endif
