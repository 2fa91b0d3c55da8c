/* pack.h - making PrimitiveBlocks: how other formats join the passes that are made for PBF. */
#ifndef CIM_IMPORT_OSM_PACK_H
#define CIM_IMPORT_OSM_PACK_H

#include "import/osm/source.h"

typedef struct cim__osm_pack {
    cim__osm_source *source; /* where finished blocks go */
    cim__names names;        /* the block's dictionary */
    size_t entities, bytes;
    cim__buf ids, lats, lons, pairs, versions; /* dense nodes */
    int64_t last_id, last_lat, last_lon;
    cim__buf ways, relations;                  /* messages */
    /* the object at hand */
    unsigned type;           /* 0 node, 1 way, 2 relation */
    int64_t id, lon, lat;    /* 1e-7 degrees */
    uint32_t version;
    cim__buf keys, vals, refs, ref_lats, ref_lons, roles, members, types;
    int64_t last_ref, last_ref_lat, last_ref_lon;
    bool placed;             /* nodes of the way come with places */
} cim__osm_pack;

cim_status cim__osm_pack_init(cim_ctx *ctx, cim__osm_pack *pack, cim__osm_source *source);
void cim__osm_pack_free(cim__osm_pack *pack);
void cim__osm_pack_begin(cim__osm_pack *pack, unsigned type, int64_t id, uint32_t version);
void cim__osm_pack_place(cim__osm_pack *pack, int64_t lon, int64_t lat); /* of the node, 1e-7 degrees */
void cim__osm_pack_tag(cim__osm_pack *pack, cim__str key, cim__str value);
void cim__osm_pack_ref(cim__osm_pack *pack, int64_t ref);
/* The same with the node's place. */
void cim__osm_pack_placed_ref(cim__osm_pack *pack, int64_t ref, int64_t lon, int64_t lat);
void cim__osm_pack_member(cim__osm_pack *pack, unsigned type, int64_t ref, cim__str role);
/* The object is complete; a full block goes to the source. */
cim_status cim__osm_pack_end(cim_ctx *ctx, cim__osm_pack *pack);
/* The last block. */
cim_status cim__osm_pack_flush(cim_ctx *ctx, cim__osm_pack *pack);

#endif
