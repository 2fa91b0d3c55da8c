/* dissolve.h - the union of polygons that fit together edge to edge, without an overlay.
 *
 * Faces of a building's ground or of a triangulated terrain share their edges exactly.  Turned counter-clockwise, every inner
 * edge then occurs once in each direction and falls out; what is left are the rings of the union.  Linear in the number of
 * edges, where an overlay takes seconds for a terrain. */
#ifndef CIM_GEOM_DISSOLVE_H
#define CIM_GEOM_DISSOLVE_H

#include "geom/geom.h"

/* Scratch, one per thread. */
typedef struct cim__dissolve {
    cim__mem *mem;
    uint64_t seed;                  /* against inputs made to collide */
    cim__buf vertices, vertex_slot; /* xy pairs; vertex + 1 by hash, 0 empty */
    cim__buf edges, edge_slot;      /* by pair of vertices */
    cim__buf out_edge, place;       /* by vertex: first edge that leaves it + 1; its place in the path + 1 */
    cim__buf path, ring_vertices, rings;
    cim__gbuild outers; /* one polygon a part, for finding the outer ring of a hole */
} cim__dissolve;

void cim__dissolve_init(cim__dissolve *d, cim__mem *mem);
void cim__dissolve_free(cim__dissolve *d);

/* Union of the polygons of `geom` in the plane as a 2D MULTIPOLYGON whose rings are all simple.  *fits_out false, and nothing in
 * `out`, when the polygons overlap or do not meet vertex to vertex: then an overlay has to do it.  Rings of several parts may
 * still cross each other; a single ring is valid. */
cim_status cim__dissolve_run(cim_ctx *ctx, cim__dissolve *d, const cim_geom *geom, cim__gbuild *out, bool *fits_out);

#endif
