/* block.h - one PrimitiveBlock: its dictionary, and walking over what it holds (wiki.openstreetmap.org/wiki/PBF_Format). */
#ifndef CIM_IMPORT_OSM_BLOCK_H
#define CIM_IMPORT_OSM_BLOCK_H

#include "core/ctx.h"
#include "import/osm/wire.h"
#include "import/osm/words.h"

/* Limits on one block; writers use 8,000 entities. */
enum { CIM__OSM_BLOCK_STRINGS = 2000000, CIM__OSM_BLOCK_ENTITIES = 1000000, CIM__OSM_TAGS_MAX = 65535 };

/* The dictionary: where each text starts (at its length) in the block's bytes, and what is known of it. */
typedef struct cim__osm_strings {
    uint32_t count;
    uint32_t *at;
    cim__osm_word *word;
} cim__osm_strings;

typedef struct cim__osm_block {
    const uint8_t *raw; /* followed by CIM__WIRE_SLOP zero bytes */
    size_t size;
    int64_t granularity, lon_offset, lat_offset; /* nanodegrees */
    const cim__osm_strings *strings;             /* NULL until asked for */
} cim__osm_block;

/* All functions that return text: NULL, or what is wrong (static text). */
const char *cim__osm_block_open(cim__osm_block *block, const uint8_t *raw, size_t size);
/* Fill `strings`, whose arrays then hang on mem.  "" when out of memory. */
const char *cim__osm_strings_read(const cim__osm_block *block, const cim__osm_words *words, cim__mem *mem, cim__buf *scratch, cim__osm_strings *strings);

static inline cim__str cim__osm_string(const cim__osm_block *block, uint32_t number)
{
    cim__wire w = { block->raw + block->strings->at[number], block->raw + block->size };
    size_t len = (size_t)cim__wire_get(&w);
    return (cim__str){ (const char *)w.pos, len };
}

/* ---- entities ---- */

enum { CIM__OSM_PLAIN_NODE = 1, CIM__OSM_DENSE = 2, CIM__OSM_WAY = 3, CIM__OSM_RELATION = 4, CIM__OSM_CHANGESET = 5 };

/* Over all groups of a block: nodes (a dense run is one), ways, relations. */
typedef struct cim__osm_walk {
    cim__wire top, group;
    const char *wrong; /* set when the walk ends before its time */
} cim__osm_walk;

static inline cim__osm_walk cim__osm_walk_of(const cim__osm_block *block)
{
    return (cim__osm_walk){ { block->raw, block->raw + block->size }, { block->raw, block->raw }, NULL };
}
bool cim__osm_walk_next(cim__osm_walk *walk, cim__field *entity_out);

typedef struct cim__osm_node {
    int64_t id;
    int32_t x, y;    /* 1e-7 degrees; meaningless when not inside */
    bool inside;     /* the place is one on Earth */
    bool tagged;
    cim__wire tags;  /* of a dense node: key, value, key, value, ... */
    cim__wire keys, vals; /* of a plain one */
    uint32_t version;     /* 0: not given */
} cim__osm_node;

typedef struct cim__osm_dense {
    const cim__osm_block *block;
    cim__wire id, lon, lat, kv, version;
    uint64_t id_sum, lon_sum, lat_sum, version_sum; /* unsigned: sums of hostile deltas wrap */
    bool exact;                                     /* coordinates are in 1e-7 degrees already */
    const char *wrong;
} cim__osm_dense;

const char *cim__osm_dense_open(const cim__osm_block *block, cim__wire message, bool versions, cim__osm_dense *dense_out);
bool cim__osm_place(const cim__osm_block *block, int64_t lon, int64_t lat, int32_t *x_out, int32_t *y_out);

/* Steps over the tags of one node; most have none, which is one zero byte. */
static inline bool cim__osm_dense_tags(cim__osm_dense *d, cim__osm_node *n)
{
    n->tags = (cim__wire){ d->kv.pos, d->kv.pos };
    n->tagged = false;
    while (cim__wire_more(&d->kv)) {
        const uint8_t *before = d->kv.pos;
        if (!cim__wire_get(&d->kv)) {
            n->tags.end = before;
            return true;
        }
        if (!cim__wire_more(&d->kv)) return false;
        (void)cim__wire_get(&d->kv);
        n->tagged = true;
    }
    return !n->tagged; /* the array may be left out when no node has tags */
}

/* False at the end, and when something is wrong. */
static inline bool cim__osm_dense_next(cim__osm_dense *d, cim__osm_node *n)
{
    if (!cim__wire_more(&d->id)) return false;
    if (!cim__wire_more(&d->lon) || !cim__wire_more(&d->lat)) {
        d->wrong = "dense nodes have fewer coordinates than ids";
        return false;
    }
    d->id_sum += (uint64_t)cim__wire_zigzag(&d->id);
    d->lon_sum += (uint64_t)cim__wire_zigzag(&d->lon);
    d->lat_sum += (uint64_t)cim__wire_zigzag(&d->lat);
    n->id = (int64_t)d->id_sum;
    if (d->exact) {
        int64_t x = (int64_t)d->lon_sum, y = (int64_t)d->lat_sum;
        n->inside = x >= -1800000000 && x <= 1800000000 && y >= -900000000 && y <= 900000000;
        n->x = (int32_t)x;
        n->y = (int32_t)y;
    } else {
        n->inside = cim__osm_place(d->block, (int64_t)d->lon_sum, (int64_t)d->lat_sum, &n->x, &n->y);
    }
    n->version = 0;
    if (cim__wire_more(&d->version)) n->version = (uint32_t)cim__wire_get(&d->version);
    if (cim__osm_dense_tags(d, n)) return true;
    d->wrong = "tags of dense nodes are cut off";
    return false;
}
/* After the last node: did all arrays end together? */
const char *cim__osm_dense_end(const cim__osm_dense *dense);

const char *cim__osm_node_read(const cim__osm_block *block, cim__wire message, cim__osm_node *node_out);

/* A way or relation; arrays are still packed. */
typedef struct cim__osm_entity {
    int64_t id;
    cim__wire keys, vals, info;
    cim__wire refs;        /* way: nodes, delta coded */
    cim__wire lat, lon;    /* way: places of its nodes (LocationsOnWays) */
    cim__wire roles, members, types; /* relation */
} cim__osm_entity;
const char *cim__osm_way_read(cim__wire message, cim__osm_entity *way_out);
const char *cim__osm_relation_read(cim__wire message, cim__osm_entity *relation_out);
uint32_t cim__osm_version_of(cim__wire info);

/* ---- tags ---- */

typedef struct cim__osm_tag {
    cim__str key, value;
    cim__osm_word key_word, value_word;
} cim__osm_tag;

/* The tags of one object, reused from object to object. */
typedef struct cim__osm_tags {
    cim__buf list; /* cim__osm_tag */
    uint32_t count;
    uint32_t significant;           /* without editorial ones */
    uint32_t repeated;              /* keys that came before in the same object: left out */
    uint16_t slot[CIM__K_COUNT];    /* by key without life-cycle prefix: index + 1, 0: absent */
} cim__osm_tags;

void cim__osm_tags_init(cim__osm_tags *tags, cim__mem *mem);
void cim__osm_tags_reset(cim__osm_tags *tags);
void cim__osm_tags_free(cim__osm_tags *tags);
const char *cim__osm_tags_read(cim__osm_tags *tags, const cim__osm_block *block, cim__wire keys, cim__wire vals);
const char *cim__osm_tags_read_dense(cim__osm_tags *tags, const cim__osm_block *block, cim__wire pairs);
/* Append one; texts are borrowed.  False when out of memory or full. */
bool cim__osm_tags_add(cim__osm_tags *tags, const cim__osm_tag *tag);

static inline const cim__osm_tag *cim__osm_tag_at(const cim__osm_tags *tags, uint32_t i) { return &CIM__AT(&tags->list, cim__osm_tag, i); }
/* Value of a key; len 0 when absent. */
static inline cim__str cim__osm_get(const cim__osm_tags *tags, cim__osm_key key)
{
    return tags->slot[key] ? cim__osm_tag_at(tags, tags->slot[key] - 1u)->value : (cim__str){ "", 0 };
}
static inline bool cim__osm_has(const cim__osm_tags *tags, cim__osm_key key) { return tags->slot[key] != 0; }
bool cim__osm_is(const cim__osm_tags *tags, cim__osm_key key, const char *value);

/* {"osm:KEY":"value",...} without the closing brace, so that the caller may go on. */
void cim__osm_tags_json(const cim__osm_tags *tags, cim__buf *out);

#endif
