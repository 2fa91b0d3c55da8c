/* lines.h - streets whose ends carry no node numbers. */
#ifndef CIM_NET_LINES_H
#define CIM_NET_LINES_H

#include "net/net.h"

typedef struct cim__net_line {
    uint32_t object, set, name, way;
    size_t first;   /* vertex */
    uint32_t count;
} cim__net_line;

typedef struct cim__net_lines {
    cim__buf lines, xy;      /* cim__net_line, of one object in a row; vertices */
    cim__map visits;         /* place -> how often lines come there; ends count twice */
    cim__map first_of;       /* object -> its first line */
} cim__net_lines;

void cim__net_lines_init(cim__net_lines *lines, cim__mem *mem);
void cim__net_lines_free(cim__net_lines *lines);
/* Every part of a line or lines; false when out of memory. */
bool cim__net_lines_add(cim__net_lines *lines, uint32_t object, uint32_t set, uint32_t name, uint32_t way, const cim_geom *geom);
/* All of them as edges, and all edges in the order of their objects. */
cim_status cim__net_lines_put(cim_ctx *ctx, cim__net_maker *m);

/* ---- read.c ---- */

uint64_t cim__net_place_key(double x, double y);
cim_status cim__net_junction(cim_ctx *ctx, cim__net_maker *m, uint64_t key, double x, double y, uint32_t *junction_out);
cim_status cim__net_put_edge(cim_ctx *ctx, cim__net_maker *m, const cim__net_line *line, const double *xy, uint32_t count);

#endif
