/* osm.h - the import of one OpenStreetMap file: what its passes share.
 *
 *   scan     all blocks: ids and places of nodes, ids of ways, relations with their members; what tagged nodes are
 *   link     node, way and relation numbers; members of relations resolved; which ways belong to areas and groups
 *   ways     blocks with ways: nodes of ways as numbers; what ways are; how often nets meet in a node
 *   features all blocks: objects into batches, which reach the sink in the order of the file
 *
 * Every pass hands blocks to workers and joins their results in the order of the file, so nothing depends on the number of
 * threads.  A block may hold any mixture of nodes, ways and relations in any order. */
#ifndef CIM_IMPORT_OSM_OSM_H
#define CIM_IMPORT_OSM_OSM_H

#include "import/osm/area.h"
#include "import/osm/classify.h"
#include "import/osm/ids.h"
#include "import/osm/source.h"

/* ---- what is known of a node, a way, a relation beyond its id ---- */

enum {
    CIM__OSM_N_VERTEX = 1,    /* of a way that is stored */
    CIM__OSM_N_CUT_ROAD = 2,  /* roads are cut here: crossing, signals, gate, turn restriction */
    CIM__OSM_N_CUT_UTIL = 4,  /* utility lines are: valve, switch, transformer */
    CIM__OSM_N_OBJECT = 8,    /* has tags that say something */
    CIM__OSM_N_ENTRANCE = 16,
    CIM__OSM_N_MEMBER = 32,   /* of a relation that is stored as an object */
    CIM__OSM_N_HINT = 64      /* a relation says something about it (cim__osm_hint) */
};

enum {
    CIM__OSM_W_LOST = 1,      /* another version of it is used */
    CIM__OSM_W_BOUNDARY = 2,  /* member of an area relation */
    CIM__OSM_W_MEMBER = 4,    /* member of a relation that is stored as an object */
    CIM__OSM_W_HINT = 8,
    CIM__OSM_W_ABSORBED = 16, /* its tags are those of the area it bounds: not an object of its own */
    CIM__OSM_W_ROAD = 32,     /* stored as road segments */
    CIM__OSM_W_WALL = 64,     /* member of a relation that is a building */
    CIM__OSM_W_SHORT = 128    /* fewer than two known nodes */
};

typedef enum cim__osm_relation_kind {
    CIM__OSM_R_OTHER,
    CIM__OSM_R_AREA,       /* multipolygon, boundary */
    CIM__OSM_R_ROUTE,
    CIM__OSM_R_RESTRICTION,
    CIM__OSM_R_BUILDING,
    CIM__OSM_R_STREET      /* associatedStreet, street */
} cim__osm_relation_kind;

enum {
    CIM__OSM_R_LOST = 1,
    CIM__OSM_R_BARE = 2,  /* an area without main tags: those of its outer ways count ("old style") */
    CIM__OSM_R_HINT = 4,
    CIM__OSM_R_WALL = 8   /* an area that is a building */
};

typedef enum cim__osm_role {
    CIM__OSM_ROLE_OTHER,
    CIM__OSM_ROLE_EMPTY,
    CIM__OSM_ROLE_OUTER,
    CIM__OSM_ROLE_INNER,
    CIM__OSM_ROLE_FROM,
    CIM__OSM_ROLE_VIA,
    CIM__OSM_ROLE_TO,
    CIM__OSM_ROLE_OUTLINE,
    CIM__OSM_ROLE_PART,
    CIM__OSM_ROLE_HOUSE
} cim__osm_role;

typedef struct cim__osm_member {
    int64_t ref;
    uint32_t number; /* of the node, way or relation; CIM_NONE: not in the file */
    uint8_t type;    /* 0 node, 1 way, 2 relation */
    uint8_t role;    /* cim__osm_role */
} cim__osm_member;

typedef struct cim__osm_relation {
    int64_t id;
    uint32_t block, at, size;            /* its message in the block's bytes */
    uint32_t first_member, member_count; /* in cim__osm.members */
    uint8_t kind, flags;
    cim__str name;     /* of a street; in the sheet's arena */
    uint32_t borrowed; /* bare areas: entry of cim__osm.borrowed + 1 whose tags it takes; 0: none */
} cim__osm_relation;

/* What relations say about their members. */
typedef struct cim__osm_hint {
    uint64_t member; /* type << 32 | number */
    int64_t parent_ref; /* of a building part: what it is part of */
    uint8_t parent_type; /* 0 node, 1 way, 2 relation; NO_PARENT */
    uint32_t relation;
    cim__str street;   /* name of the street of a house, or empty */
} cim__osm_hint;
enum { CIM__OSM_NO_PARENT = 255 };

/* An area relation that a way is a member of. */
typedef struct cim__osm_bound {
    uint32_t way, relation;
    uint8_t role;
} cim__osm_bound;

/* A wall that has an entrance. */
typedef struct cim__osm_door {
    uint32_t node;
    uint8_t part, type; /* 1: the wall is that of a building part; 1 way, 2 relation */
    int64_t ref;
} cim__osm_door;

/* ---- sheets: one block's results ---- */

/* A node with tags. */
typedef struct cim__osm_mark {
    uint32_t place;    /* among the block's nodes that are inside */
    uint8_t flags;     /* CIM__OSM_N_* */
    bool dense;
    uint32_t at, size; /* its tags in the block's bytes: pairs; of a plain node its message */
} cim__osm_mark;

/* Ways that one worker turns into features: `count` messages of one group. */
typedef struct cim__osm_run {
    uint32_t at, size;     /* of the first message */
    uint32_t end;          /* of its group */
    uint32_t count, first; /* first: ordinal in the block */
} cim__osm_run;

typedef struct cim__osm_sheet {
    cim__osm_idlist node_ids, way_ids, relation_ids;
    cim__buf xy;                         /* int32_t x, y: inside nodes */
    cim__buf marks;                      /* cim__osm_mark */
    cim__buf relations, members;         /* cim__osm_relation, cim__osm_member */
    cim__arena texts;
    cim__buf given_xy;                   /* int32_t: places that ways bring along (LocationsOnWays) */
    cim__osm_idlist given_ids;
    uint32_t nodes, ways, relation_count; /* in the block */
    uint32_t inside;                     /* nodes with a place on Earth */
    uint32_t node_base, way_base, relation_base; /* ordinals of the first inside node, way, relation */
    /* made by the pass over ways */
    cim__buf ref_end, refs;              /* uint32_t: by way; node numbers */
    cim__buf runs;                       /* cim__osm_run */
    cim__buf borrowed;                   /* cim__osm_borrowed: moved to cim__osm */
} cim__osm_sheet;

/* ---- workers ---- */

enum { CIM__OSM_LON_BINS = 720, CIM__OSM_LAT_BINS = 360 };

/* Warnings are ordered by kind and place in the file. */
static inline uint64_t cim__osm_order(unsigned kind, uint64_t ordinal) { return (uint64_t)(kind + 1) << 40 | ordinal; }

typedef struct cim__osm_worker {
    bool ready;
    cim__osm_loader loader;
    cim__osm_tags tags;
    cim__report report;
    cim__buf ids;        /* int64_t scratch */
    cim__buf doors;      /* cim__osm_door */
    cim__buf gid, attrs, cuts, spare, line, closed; /* scratch of features */
    cim__gbuild shape;
    cim__osm_area area;
    uint32_t lon[CIM__OSM_LON_BINS], lat[CIM__OSM_LAT_BINS];
    uint64_t outside;
} cim__osm_worker;

typedef struct cim__osm {
    cim__job *job;
    cim__mem *mem;
    cim__osm_source source;
    cim__osm_words words;
    cim__osm_worker *workers; /* CIM__WORKERS */
    cim__osm_sheet *sheets;   /* by block */
    size_t block_count;
    atomic_ullong elements, bytes; /* seen so far, for the limits on expansion */

    cim__osm_ids nodes, ways, relations;
    size_t real_nodes;        /* inside nodes of the file; the others came with ways */
    int32_t *xy;              /* by node number */
    double *metres;           /* the same in the city's system; NULL when there are so many that they are transformed when needed */
    _Atomic uint8_t *node_flags; /* CIM__OSM_N_*, by node number */
    _Atomic uint8_t *meetings; /* by node number: for each net two bits, a way is here, another one too */
    uint8_t *way_flags;       /* CIM__OSM_W_*, by ordinal in the file, which is also the way's number */
    size_t way_count, relation_count, member_count;
    cim__osm_relation *relation; /* by ordinal */
    cim__osm_member *members;

    cim__buf bounds;          /* cim__osm_bound, by way */
    cim__buf hints;           /* cim__osm_hint, by member */
    cim__buf doors;           /* cim__osm_door, by node */
    cim__buf borrowed;        /* tags of ways that bound areas (borrow.h) */
    cim__transform *transform;
} cim__osm;

cim_status cim__osm_worker_get(cim_ctx *ctx, cim__osm *osm, uint32_t id, cim__osm_worker **worker_out);

/* Passes */
cim_status cim__osm_scan(cim_ctx *ctx, cim__osm *osm);
cim_status cim__osm_link(cim_ctx *ctx, cim__osm *osm);
cim_status cim__osm_project_all(cim_ctx *ctx, cim__osm *osm);
cim_status cim__osm_ways(cim_ctx *ctx, cim__osm *osm);
cim_status cim__osm_features(cim_ctx *ctx, cim__osm *osm);

/* Blocks of an XML file (xml_in.c). */
cim_status cim__osm_read_xml(cim_ctx *ctx, cim__osm *osm);

static inline uint8_t cim__osm_node_flags(const cim__osm *osm, uint32_t node) { return atomic_load_explicit(&osm->node_flags[node], memory_order_relaxed); }
static inline void cim__osm_node_mark(cim__osm *osm, uint32_t node, uint8_t flags)
{
    if ((cim__osm_node_flags(osm, node) & flags) != flags) atomic_fetch_or_explicit(&osm->node_flags[node], flags, memory_order_relaxed);
}

/* Number and id of the node at a place of a block; CIM_NONE: another version of the node is used. */
uint32_t cim__osm_node_number(const cim__osm *osm, const cim__osm_sheet *sheet, uint32_t place);
int64_t cim__osm_node_id(const cim__osm *osm, const cim__osm_sheet *sheet, uint32_t place);
/* Number of the way with this id, CIM_NONE if there is none (or only lost ones); the same for relations. */
uint32_t cim__osm_way_number(const cim__osm *osm, int64_t id);
uint32_t cim__osm_relation_number(const cim__osm *osm, int64_t id);
/* The first entry of bounds with this way or a later one. */
size_t cim__osm_first_bound(const cim__osm *osm, uint32_t way);
/* The nodes of a way: numbers, CIM_NONE where a node is not in the file. */
const uint32_t *cim__osm_way_refs(const cim__osm *osm, uint32_t way, size_t *count_out);

#endif
