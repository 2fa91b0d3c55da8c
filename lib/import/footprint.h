/* footprint.h - the plane geometry of an object that is given by shapes in space: what its layer shows and GEOS works on. */
#ifndef CIM_IMPORT_FOOTPRINT_H
#define CIM_IMPORT_FOOTPRINT_H

#include "city/model.h"
#include "geom/dissolve.h"
#include "geom/geos.h"
#include "geom/topo.h"

/* What a footprint was made from, best first. */
typedef enum cim__footprint_from {
    CIM__FROM_NOTHING,  /* no polygons, or vertical ones only */
    CIM__FROM_GROUND,   /* thematic surfaces that are the ground of their object */
    CIM__FROM_FLAT,     /* a shape of LoD 0 */
    CIM__FROM_DOWNWARD, /* the faces that look down: of a solid their union is its outline */
    CIM__FROM_ALL,      /* all faces that are not vertical */
    CIM__FROM_BOX,      /* too many faces that overlap: the box around them */
    CIM__FROM_LINES,
    CIM__FROM_POINTS,
    CIM__FROM_ANCHOR    /* where the object's implicit geometry stands */
} cim__footprint_from;

/* Scratch, one per thread. */
typedef struct cim__footprint {
    cim__mem *mem;
    cim__geos *geos; /* made when first needed */
    cim__dissolve dissolve;
    cim__gbuild faces, result;
    cim__topo topo;
} cim__footprint;

void cim__footprint_init(cim__footprint *fp, cim__mem *mem);
void cim__footprint_free(cim__footprint *fp);

/* Footprint of one MULTIPOLYGON Z as a 2D MULTIPOLYGON, valid or nearly so (the sink repairs); `topo` NULL when there is none.
 * The result is valid until the next call; part_count is 0 for CIM__FROM_NOTHING. */
cim_status cim__footprint_of(cim_ctx *ctx, cim__footprint *fp, const cim_geom *geom, const cim__topo *topo, cim__str lod, cim_geom *footprint_out,
                             cim__footprint_from *from_out);

/* Plane geometry of an object with these shapes: the footprint of the one that is best for it; when no shape has faces its
 * lines, its points, or the anchor of its implicit geometry.  Single plants and furniture become points.  *plane_out has
 * part_count 0 when there is nothing; it is valid until the next call. */
cim_status cim__footprint_of_shapes(cim_ctx *ctx, cim__footprint *fp, cim__class_id class_id, const cim__shape *shapes, size_t count, cim_geom *plane_out,
                                    cim__footprint_from *from_out);

/* The geometry of a template where an instance of it stands: matrix (row-major 4 x 4) times vertex, plus anchor. */
void cim__instance_geom(const cim_geom *template_geom, const double matrix[16], const double anchor[3], cim__gbuild *out);

#endif
