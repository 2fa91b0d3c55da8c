/* city.h - the snapshot: a few arrays in memory, rows fetched from the store when asked for. */
#ifndef CIM_CITY_CITY_H
#define CIM_CITY_CITY_H

#include "cim/city.h"
#include "city/model.h"
#include "core/hash.h"
#include "core/json.h"

/* One object as it is stored.  Texts are borrowed: valid during the callback, or as long as the arena they were copied to. */
typedef struct cim__object {
    uint32_t id, parent, source; /* parent CIM_NONE: none */
    cim__layer_id layer;
    cim__str gid, class_name, valid_from, valid_to, derived, attrs, geom; /* geom: SpatiaLite blob */
    uint64_t present;                                                     /* bit a: values[a] is there */
    cim__value values[CIM__ATTR_COUNT];
} cim__object;
_Static_assert(CIM__ATTR_COUNT <= 64, "present has 64 bits");

/* One shape as it is stored; geom is a SpatiaLite blob.  For implicit geometry geom is in the template's own coordinates and
 * matrix (row-major 4 x 4) with anchor places it. */
typedef struct cim__stored_shape {
    uint32_t number;          /* among the shapes of its object, as it was imported */
    uint32_t template_number; /* of implicit geometry: row of its template, 0: lost */
    cim__str lod, role, topo, geom;
    bool implicit;
    double matrix[16], anchor[3];
} cim__stored_shape;

/* A template that some object uses; lod is that of the objects. */
typedef struct cim__stored_template {
    uint32_t number;
    cim__str lod, topo, geom;
} cim__stored_template;

typedef struct cim__stored_relation {
    uint32_t from, to;
    int32_t type;
    cim__str attrs; /* JSON object or empty */
} cim__stored_relation;

/* Which parts of rows are wanted; the others stay empty, which saves reading them.  id and layer are always there. */
typedef struct cim__columns {
    uint64_t values; /* bit a: cim__attr a */
    bool gid, valid, derived, attrs, geom;
} cim__columns;

typedef cim_status (*cim__object_fn)(cim_ctx *ctx, const cim__object *object, void *user);     /* CIM_DONE stops */
typedef cim_status (*cim__shape_fn)(cim_ctx *ctx, const cim__stored_shape *shape, void *user); /* CIM_DONE stops */
typedef cim_status (*cim__template_fn)(cim_ctx *ctx, const cim__stored_template *stored, void *user);
typedef cim_status (*cim__relation_fn)(cim_ctx *ctx, const cim__stored_relation *relation, void *user);

/* A block of bytes that was compiled from the city, being read. */
typedef struct cim__block {
    size_t left; /* bytes not read yet */
    cim_status (*read)(cim_ctx *ctx, void *source, void *to, size_t size);
    void *source;
} cim__block;
static inline cim_status cim__block_read(cim_ctx *ctx, cim__block *block, void *to, size_t size) /* the next bytes */
{
    if (size > block->left) return cim__fail(ctx, CIM_EFORMAT, "a compiled block is too short");
    block->left -= size;
    return block->read(ctx, block->source, to, size);
}
typedef cim_status (*cim__block_fn)(cim_ctx *ctx, cim__block *block, void *user); /* CIM_DONE, CIM_EFORMAT, CIM_EVERSION: it is not good */

/* One to be written: its bytes in pieces. */
typedef struct cim__piece {
    const void *data;
    size_t size;
} cim__piece;
typedef struct cim__compiled_block {
    const char *name;
    const cim__piece *pieces;
    size_t count;
} cim__compiled_block;

/* Where a city's rows come from.  Calls may come from any thread; the store serialises them. */
typedef struct cim__rows {
    cim_status (*object)(cim_ctx *ctx, void *store, cim__layer_id layer, uint32_t id, cim__arena *arena, cim__object *object_out);
    cim_status (*scan)(cim_ctx *ctx, void *store, cim__layer_id layer, cim__object_fn fn, void *user);
    /* The same in pieces: objects first .. last of a layer in the order of their numbers, with some columns only.  A selection is
     * run by one thread at a time, never from its own callback, and ended before the store is closed. */
    cim_status (*select)(cim_ctx *ctx, void *store, cim__layer_id layer, const cim__columns *columns, void **selection_out);
    cim_status (*select_run)(cim_ctx *ctx, void *store, void *selection, uint32_t first, uint32_t last, cim__object_fn fn, void *user);
    void (*select_end)(void *store, void *selection);
    cim_status (*shapes)(cim_ctx *ctx, void *store, uint32_t id, cim__shape_fn fn, void *user);
    cim_status (*templates)(cim_ctx *ctx, void *store, cim__template_fn fn, void *user); /* those in use, by number */
    cim_status (*residue)(cim_ctx *ctx, void *store, uint32_t id, cim__arena *arena, cim__str *residue_out); /* empty: none */
    cim_status (*relations)(cim_ctx *ctx, void *store, cim__relation_fn fn, void *user);
    cim_status (*relation_attrs)(cim_ctx *ctx, void *store, uint32_t from, int32_t type, uint32_t to, cim__arena *arena, cim__str *attrs_out);
    cim_status (*gids)(cim_ctx *ctx, void *store, cim_city *city); /* fill city->gids, unless another thread did meanwhile, and set has_gids */
    cim_status (*info)(cim_ctx *ctx, void *store, cim__json *json); /* members about file, meta and sources */
    /* Blocks that other modules compile from the city, by name; they are there as long as the city does not change.  Reading: CIM_DONE when
     * there is none, or not a good one.  Writing: all of them or none; CIM_EUNSUPPORTED for a city in memory or changed by other programs. */
    cim_status (*block_read)(cim_ctx *ctx, void *store, const char *name, cim__block_fn use, void *user);
    cim_status (*block_write)(cim_ctx *ctx, void *store, const cim__compiled_block *blocks, size_t count);
    void (*close)(void *store);
} cim__rows;

/* Adjacency of one direction, compressed: edges of object i are [first[i], first[i + 1]). */
typedef struct cim__edges {
    uint32_t *first, *other;
    uint8_t *type;
} cim__edges;

/* Text ids: city->count hashes and numbers. */
typedef struct cim__gids {
    uint64_t *hash; /* cim__gid_hash, ascending */
    uint32_t *id;   /* whose it is */
    void *block;    /* both, as they are in a file */
    size_t size;
} cim__gids;

struct cim_city {
    cim__mem *mem;
    atomic_size_t refs;
    const cim__rows *rows;
    void *store;
    int32_t epsg;
    uint32_t max_id, count;
    uint8_t *layer;     /* by object; CIM__LAYER_COUNT: no such object */
    uint8_t *class_id;
    uint16_t *source;
    uint32_t *parent;   /* CIM_NONE: none */
    void *block;        /* these four, in this order, each padded to 8 bytes: as they are in a file from city->layer on */
    cim_index *index;   /* over objects that have a place; its ids are their numbers */
    atomic_bool has_gids;
    cim__gids gids;     /* once has_gids */
    pthread_mutex_t lock;
    bool has_relations; /* guarded by lock until true */
    cim__edges out, in;
};
_Static_assert(CIM__CLASS_COUNT <= 255, "class_id is a byte");

/* Ids that differ only behind '#' (segments of one way) hash alike. */
uint64_t cim__gid_hash(cim__str gid);
cim__str cim__gid_base(cim__str gid);

/* An empty city of max_id objects on a store; the caller fills the arrays.  On failure the store is not closed. */
cim_status cim__city_new(cim_ctx *ctx, const cim__rows *rows, void *store, uint32_t max_id, cim_city **city_out);
/* The same, but what is in the arrays is left open. */
cim_status cim__city_alloc(cim_ctx *ctx, const cim__rows *rows, void *store, uint32_t max_id, cim_city **city_out);
size_t cim__city_bytes(uint32_t max_id); /* of the four arrays */

/* Text ids, from the store when they are first asked for; from any thread, also from a callback of the store. */
cim_status cim__city_gids(cim_ctx *ctx, cim_city *city, const cim__gids **gids_out);
size_t cim__gids_first(const cim__gids *gids, size_t count, uint64_t hash); /* place of the first hash that is not less */
size_t cim__gids_bytes(size_t count);
cim_status cim__gids_alloc(cim_ctx *ctx, size_t count, cim__gids *gids_out); /* released with cim__free(block) */

static inline bool cim__city_has(const cim_city *city, uint32_t id) { return id <= city->max_id && city->layer[id] < CIM__LAYER_COUNT; }
cim_status cim__city_object(cim_ctx *ctx, cim_city *city, uint32_t id, cim__arena *arena, cim__object *object_out);

/* Load both directions once; afterwards city->out and city->in may be read without lock. */
cim_status cim__city_relations(cim_ctx *ctx, cim_city *city);

/* CIM_DONE when the id is not known, so that callers decide whether that is a failure. */
cim_status cim__city_find(cim_ctx *ctx, cim_city *city, cim__str gid, uint32_t *ids, size_t cap, size_t *count_out);

/* Append a GeoJSON geometry object; coordinates as they are, `decimals` places, or the shortest exact text when < 0. */
void cim__put_geojson(cim__json *json, const cim_geom *geom, int decimals);
/* The member relations of an object. */
cim_status cim__put_relations(cim_ctx *ctx, cim_city *city, cim__json *json, uint32_t id);
/* Members of an open JSON object: its typed values; "derived", which of them come from a rule. */
void cim__put_typed(cim__json *json, const cim__object *object);
void cim__put_derived(cim__json *json, const cim__object *object);

#endif
