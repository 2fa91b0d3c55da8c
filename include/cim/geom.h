/**
 * @file geom.h
 * Flat geometries: one struct of arrays for points, lines and polygons in the plane or in space.
 */
#ifndef CIM_GEOM_H
#define CIM_GEOM_H

#include "cim/ctx.h"

CIM_BEGIN

/** Types carry the numbers of OGC Simple Features (ISO 19125). */
enum {
    CIM_GEOM_POINT = 1,
    CIM_GEOM_LINESTRING = 2,
    CIM_GEOM_POLYGON = 3,
    CIM_GEOM_MULTIPOINT = 4,
    CIM_GEOM_MULTILINESTRING = 5,
    CIM_GEOM_MULTIPOLYGON = 6
};

/**
 * A geometry.  Vertices lie in `coords` (vertex_count * dim doubles).  A ring is a run of vertices ending at
 * ring_end[i]; a part is a run of rings ending at part_end[j].
 *   points:    one vertex a ring, one ring a part
 *   lines:     one ring a part, which is the line
 *   polygons:  first ring of a part is the outer boundary, the others are holes; the first vertex is repeated as last
 * Multi types may have any number of parts (also none); the others have exactly one.
 */
typedef struct cim_geom {
    int32_t type;            /* CIM_GEOM_* */
    int32_t dim;             /* 2: x, y; 3: x, y, z */
    uint32_t vertex_count, ring_count, part_count;
    uint32_t reserved0;
    const double *coords;
    const uint32_t *ring_end;
    const uint32_t *part_end;
} cim_geom;

/**
 * Smallest box around a geometry in the plane.
 *
 * @param[out] box_out  untouched when the geometry has no vertex.
 * @return CIM_OK; CIM_ENOTFOUND if it has no vertex.
 * Thread rule: any thread.   Cost: O(vertices).
 * Since 0.1.
 */
CIM_API cim_status cim_geom_box(cim_ctx *ctx, const cim_geom *geom, cim_box *box_out);

/**
 * Well-known text (OGC 06-103r4), e.g. "POLYGON Z((0 0 5,1 0 5,1 1 5,0 0 5))", with the shortest digits that read back
 * to the same doubles.
 *
 * @param[out] text_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(vertices).
 * Since 0.1.
 */
CIM_API cim_status cim_geom_wkt(cim_ctx *ctx, const cim_geom *geom, cim_buf *text_out);

/**
 * Well-known binary, little-endian, ISO type numbers (Z types 1001 ...).
 *
 * @param[out] wkb_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(vertices).
 * Since 0.1.
 */
CIM_API cim_status cim_geom_wkb(cim_ctx *ctx, const cim_geom *geom, cim_buf *wkb_out);

CIM_END

#endif
