/* maker.h - from nodes, ways and relations to features: what making them shares. */
#ifndef CIM_IMPORT_OSM_MAKER_H
#define CIM_IMPORT_OSM_MAKER_H

#include "import/osm/borrow.h"
#include "import/osm/values.h"

/* What became of an entity; counted here and reported once an item. */
typedef enum cim__osm_fate {
    CIM__OSM_F_OBJECT,
    CIM__OSM_F_VERTEX,
    CIM__OSM_F_VERTEX_EDITORIAL,
    CIM__OSM_F_BOUNDARY,
    CIM__OSM_F_AREA,
    CIM__OSM_F_CLIPPED,
    CIM__OSM_F_LINES,
    CIM__OSM_F_PLACELESS,
    CIM__OSM_F_UNUSED,
    CIM__OSM_F_LOST,
    CIM__OSM_F_OUTSIDE,
    CIM__OSM_F_SHORT,
    CIM__OSM_FATES
} cim__osm_fate;

/* One item of work: its batch, and the object at hand. */
typedef struct cim__osm_maker {
    cim__osm *osm;
    cim__osm_worker *worker;
    cim__batch *batch;
    uint64_t fates[3][CIM__OSM_FATES]; /* nodes, ways, relations */
    uint64_t repeated_keys, not_utf8;
    /* the object at hand */
    unsigned type;         /* 0 node, 1 way, 2 relation */
    int64_t id;
    size_t gid_size;       /* of its id in worker->gid, without segment */
    cim__osm_kind kind;
    cim__osm_filling fill;
    char parent[40];
    cim__json json;        /* on worker->attrs */
} cim__osm_maker;

extern const char *const cim__osm_type_names[3]; /* "node", "way", "relation" */

/* Begin an object: id and attributes of worker->tags (its kind is set by the caller afterwards).  ordinal: place in the file. */
void cim__osm_begin(cim__osm_maker *maker, unsigned type, int64_t id, uint64_t ordinal);
/* Look up what relations say about the object with this number: its parent, its street. */
void cim__osm_take_hints(cim__osm_maker *maker, uint32_t number);
/* Text id "osm:way/12" into `out`, replacing what is there; segment CIM_NONE: none. */
void cim__osm_put_gid(cim__buf *out, unsigned type, int64_t id, uint32_t segment);
static inline cim__str cim__osm_gid(const cim__osm_maker *maker) { return (cim__str){ (const char *)maker->worker->gid.data, maker->gid_size }; }

/* Values for a geometry of this base type (0: none), which decides the layer. */
void cim__osm_prepare(cim__osm_maker *maker, int32_t base);

/* Nodes at the ends of a line. */
typedef struct cim__osm_ends {
    int64_t from, to;
} cim__osm_ends;
/* Hand the object, or one segment of it, to the batch.  geom may be NULL; ends may be NULL. */
cim_status cim__osm_add(cim_ctx *ctx, cim__osm_maker *maker, const cim_geom *geom, bool valid, uint32_t segment, const cim__osm_ends *ends);
cim_status cim__osm_relate(cim_ctx *ctx, cim__osm_maker *maker, cim__str from, cim__relation_type type, cim__str to, cim__str role);

/* Coordinates of nodes in the city's system; false when one cannot be transformed.  What is not known repeats its neighbour.
 * *xy_out is valid until the next call. */
cim_status cim__osm_project(cim_ctx *ctx, cim__osm_maker *maker, const uint32_t *nodes, size_t count, double **xy_out, bool *inside_out);
bool cim__osm_transform(const cim__osm *osm, double *xy, size_t count);

/* Pieces of a way: vertices from .. to, both included.  Cut at missing nodes, and for nets where they meet others. */
typedef struct cim__osm_piece {
    uint32_t from, to;
} cim__osm_piece;
bool cim__osm_cut(const cim__osm *osm, const uint32_t *nodes, size_t count, cim__osm_net net, cim__buf *pieces);

/* worker->area to polygons in worker->shape; *valid_out: known to be valid.  *inside_out false: could not be transformed. */
cim_status cim__osm_area_shape(cim_ctx *ctx, cim__osm_maker *maker, bool *valid_out, bool *inside_out);
/* "osm:way/5: crossing at 8.1,49.2" to the report and attributes. */
void cim__osm_area_failed(cim__osm_maker *maker, const cim__osm_area *area);
/* The class for boundary lines of what should have been an area: layers of nets hold nothing else. */
cim__class_id cim__osm_line_class(cim__class_id c);

cim_status cim__osm_make_nodes(cim_ctx *ctx, cim__osm_maker *maker, size_t block);
cim_status cim__osm_make_ways(cim_ctx *ctx, cim__osm_maker *maker, size_t block, const cim__osm_run *run);
cim_status cim__osm_make_relation(cim_ctx *ctx, cim__osm_maker *maker, uint32_t number);
cim_status cim__osm_make_area(cim_ctx *ctx, cim__osm_maker *maker, const cim__osm_relation *relation);
cim_status cim__osm_make_restriction(cim_ctx *ctx, cim__osm_maker *maker, const cim__osm_relation *relation);

#endif
