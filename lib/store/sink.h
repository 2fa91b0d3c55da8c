/* sink.h - where importers put objects.
 *
 * A worker fills a batch of its own; batches are handed to the sink in the order of the input, so the result does not depend
 * on the number of workers.  The sink keeps objects as bytes (spool.h) and one head each in memory; nothing reaches the city
 * file before write.c has all of them, which is what makes an import atomic and lets rows be written in spatial order. */
#ifndef CIM_STORE_SINK_H
#define CIM_STORE_SINK_H

#include "city/city.h"
#include "geom/geos.h"
#include "store/db.h"
#include "store/record.h"
#include "store/spool.h"

/* What is kept in memory of one new object. */
typedef struct cim__head {
    uint64_t start;       /* of its record in the spool */
    uint64_t gid_hash;    /* cim__gid_hash */
    uint64_t parent_hash; /* 0: none */
    cim_box box;          /* of plane geometry and shapes; empty when it has no place */
    uint32_t size;        /* of the record */
    uint32_t part;        /* number behind '#' in the id, CIM_NONE: none */
    uint32_t parent_part;
    uint32_t id, parent;  /* object numbers, given by cim__plan_new(); parent CIM_NONE: none */
    uint16_t source;
    uint8_t layer, class_id;
    uint8_t repeat;       /* how many objects before it have the same id: it gets "~2", "~3", ... */
    uint8_t contents;     /* CIM__HAS_*: what its record holds beside the row */
} cim__head;

enum { CIM__HAS_SURFACES = 1, CIM__HAS_CURVES = 2, CIM__HAS_POINTS = 4, CIM__HAS_INSTANCES = 8, CIM__HAS_RESIDUE = 16 };

/* An object before numbers are given out. */
typedef struct cim__ref {
    enum { CIM__REF_GID, CIM__REF_NEW, CIM__REF_OLD } kind;
    uint32_t part; /* CIM__REF_GID: segment; CIM_NONE: the object, or all segments of a way */
    uint64_t key;  /* cim__gid_hash, place in the sink, or number in the city as it was */
} cim__ref;
cim__ref cim__ref_to(cim__str gid);

typedef struct cim__pending_relation {
    cim__ref from, to;
    int32_t type;
    uint32_t attrs_size;
    uint64_t attrs_at; /* in the batch's, later the sink's, texts */
} cim__pending_relation;

typedef struct cim__template {
    cim__str gid, mime, uri, topo;
    cim_geom geom;
} cim__template;

/* ---- batch: one worker ---- */

typedef struct cim__batch {
    cim__mem *mem;
    int32_t srid;
    cim__buf records, heads, relations, texts, templates, patches; /* patches: patch.h */
    uint64_t used_values[CIM__LAYER_COUNT]; /* by layer: attributes that some object has */
    cim__gbuild plane, repaired; /* scratch */
    cim__buf blob;
    cim__geos *geos;
    uint64_t geometry_repaired, geometry_dropped; /* polygons that were not valid */
} cim__batch;

void cim__batch_init(cim__batch *batch, cim__mem *mem, int32_t srid);
void cim__batch_free(cim__batch *batch);
static inline size_t cim__batch_bytes(const cim__batch *batch) { return batch->records.size + batch->heads.size; }

/* Copies the feature.  Its layer follows from class and geometry; polygons are made valid; values that are measured on the
 * geometry (area_m2, length_m, z_min_m, z_max_m) are added.  CIM_EARG for a feature without id or with coordinates that are not
 * finite, CIM_ENOMEM. */
cim_status cim__batch_add(cim_ctx *ctx, cim__batch *batch, const cim__feature *feature);
cim_status cim__batch_relate(cim_ctx *ctx, cim__batch *batch, cim__str from_gid, cim__relation_type type, cim__str to_gid, cim__str attrs);
cim_status cim__batch_template(cim_ctx *ctx, cim__batch *batch, const cim__template *template);

/* ---- sink: one import ---- */

struct cim__plan;
/* What an input brings beside objects: written when objects have their numbers, inside the transaction, before the tables are sealed. */
typedef struct cim__extra {
    cim_status (*put)(cim_ctx *ctx, cim__db *db, const struct cim__plan *plan, void *data);
    void (*free)(void *data);
    void *data;
} cim__extra;

typedef struct cim__sink {
    cim__mem *mem;
    cim_city *city; /* what the file held before, or NULL; borrowed */
    const cim_box *city_boxes; /* its objects' boxes by number; borrowed */
    int32_t epsg;   /* 0: not decided yet */
    cim__spool spool;
    cim__buf heads;                /* cim__head */
    cim__buf relations;            /* cim__pending_relation */
    cim__spool texts;              /* their attributes */
    cim__buf templates;            /* serialised; rows_out.c reads them */
    cim__buf patches, old_patches; /* cim__patch, cim__old_patch (patch.h) */
    uint64_t used_values[CIM__LAYER_COUNT];
    uint64_t remade; /* bits 1 << cim__relation_type: relations to replaced objects that were looked for anew */
    uint64_t geometry_repaired, geometry_dropped;
    uint64_t max_objects;
    cim__buf extras; /* cim__extra */
} cim__sink;

void cim__sink_init(cim__sink *sink, cim__mem *mem, cim_city *city, const char *dir, uint64_t memory_limit);
void cim__sink_free(cim__sink *sink);
/* The city's reference system: what it has already, else `wanted`, which then is decided. */
int32_t cim__sink_epsg(cim__sink *sink, int32_t wanted);
/* Move everything out of the batch, which can be used again. */
cim_status cim__sink_take(cim_ctx *ctx, cim__sink *sink, cim__batch *batch, uint16_t source);

/* The sink owns data, on success. */
cim_status cim__sink_extra(cim_ctx *ctx, cim__sink *sink, cim_status (*put)(cim_ctx *, cim__db *, const struct cim__plan *, void *), void (*free)(void *), void *data);
void cim__sink_drop_extras(cim__sink *sink, size_t size); /* down to so many bytes */

/* Move relations (cim__pending_relation, attrs_at in texts) and their texts out of the buffers. */
cim_status cim__sink_relations(cim_ctx *ctx, cim__sink *sink, cim__buf *relations, cim__buf *texts);

static inline size_t cim__sink_count(const cim__sink *sink) { return CIM__COUNT(&sink->heads, cim__head); }
static inline cim__head *cim__sink_head(const cim__sink *sink, size_t i) { return &CIM__AT(&sink->heads, cim__head, i); }
/* The id an object gets: its own, or with "~2", "~3", ... when others of the import have it too. */
cim__str cim__unique_gid(const cim__head *head, cim__str gid, cim__buf *scratch);
/* The record of object i; borrowed from the sink or from scratch.  Any number of threads may read a sink that is complete, each
 * with its own scratch. */
static inline void cim__sink_prefetch(const cim__sink *sink, size_t i) { cim__spool_prefetch(&sink->spool, cim__sink_head(sink, i)->start); }
cim_status cim__sink_record(cim_ctx *ctx, const cim__sink *sink, size_t i, cim__buf *scratch, cim__record *record_out);

#endif
