/* topo.h - what a MULTIPOLYGON Z cannot say: which polygons form which shells and solids, which of them are turned round,
 * which thematic surface each belongs to, and what those surfaces are.  Polygons shared by several shells or surfaces
 * (xlinks in CityGML) are stored once in the geometry and referred to from here.
 *
 * As bytes (all numbers LEB128 unless said):
 *   1  kind  surfaces  polygons  solids
 *   surfaces x { class gid parent+1 attrs }      texts are length and bytes
 *   polygons x { surface+1 gid }
 *   solids   x { shells, shells x { faces, faces x { polygon*2 + reversed } } }
 *   names, names x { what first count gid }      may be left out when there are none */
#ifndef CIM_GEOM_TOPO_H
#define CIM_GEOM_TOPO_H

#include "core/ctx.h"

typedef enum cim__topo_kind {
    CIM__TOPO_MULTISURFACE = 0, /* no solids: every polygon is a face of its own */
    CIM__TOPO_COMPOSITESURFACE = 1,
    CIM__TOPO_SOLID = 2,
    CIM__TOPO_MULTISOLID = 3,
    CIM__TOPO_COMPOSITESOLID = 4,
    CIM__TOPO_TIN = 5,
    CIM__TOPO_KINDS
} cim__topo_kind;

typedef struct cim__tsurface {
    cim__str class, gid, attrs; /* "RoofSurface", its gml:id, JSON object */
    uint32_t parent;            /* surface, CIM_NONE: none (a window's wall) */
} cim__tsurface;

typedef struct cim__tpolygon {
    uint32_t surface; /* CIM_NONE: none */
    cim__str gid;
} cim__tpolygon;

/* Ids of what is neither a surface nor a polygon: textures refer to rings, materials to groups of polygons. */
typedef enum cim__tname_of { CIM__TNAME_RING, CIM__TNAME_SOLID, CIM__TNAME_GROUP } cim__tname_of;
typedef struct cim__tname {
    uint32_t what, first, count; /* cim__tname_of; ring of the geometry, solid, or polygons [first, first + count) */
    cim__str gid;
} cim__tname;

/* Decoded, or under construction.  Faces are polygon * 2 + reversed; solid s has the shells solid_end[s-1] .. and shell h
 * the faces shell_end[h-1] ... */
typedef struct cim__topo {
    cim__topo_kind kind;
    cim__buf surfaces, polygons;            /* cim__tsurface, cim__tpolygon */
    cim__buf faces, shell_end, solid_end;   /* uint32_t */
    cim__buf names;                         /* cim__tname */
} cim__topo;

void cim__topo_init(cim__topo *topo, cim__mem *mem);
void cim__topo_reset(cim__topo *topo);
void cim__topo_free(cim__topo *topo);
bool cim__topo_ok(const cim__topo *topo); /* false: out of memory on the way */
uint32_t cim__topo_surface(cim__topo *topo, cim__tsurface surface);
uint32_t cim__topo_polygon(cim__topo *topo, uint32_t surface, cim__str gid);
void cim__topo_face(cim__topo *topo, uint32_t polygon, bool reversed);
void cim__topo_end_shell(cim__topo *topo);
void cim__topo_end_solid(cim__topo *topo);
void cim__topo_name(cim__topo *topo, cim__tname name);

void cim__topo_put(cim__buf *out, const cim__topo *topo);
/* Texts are borrowed from `bytes`.  CIM_EFORMAT unless everything in it is consistent and refers to polygons below
 * polygon_count. */
cim_status cim__topo_get(cim_ctx *ctx, cim__str bytes, uint32_t polygon_count, cim__topo *topo_out);

#endif
