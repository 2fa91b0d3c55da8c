/* source.h - where blocks come from: the blobs of a PBF file, inflated on demand, or the blocks that the XML reader makes.
 *
 * A PBF file is a sequence of  length:u32be  BlobHeader  Blob.  Scanning the headers gives a table of blobs, so that any number of
 * workers may load them in any order, more than once.  What fits a budget stays inflated between the passes. */
#ifndef CIM_IMPORT_OSM_SOURCE_H
#define CIM_IMPORT_OSM_SOURCE_H

#include "import/importer.h"
#include "import/inflate.h"
#include "import/osm/block.h"

enum {
    CIM__OSM_HEADER_MAX = 64 << 10,
    CIM__OSM_BLOB_MAX = 32 << 20,
    CIM__OSM_KEEP = 32 << 20 /* bytes of blocks that stay inflated */
};

typedef struct cim__osm_blob {
    uint64_t at;     /* of the Blob in the file, or of the block in the spool */
    uint32_t size;
    uint32_t raw_size;
    uint8_t *kept;   /* inflated, with slop; NULL: not kept */
    cim__osm_strings strings; /* of a kept one, when they were asked for */
} cim__osm_blob;

typedef struct cim__osm_source {
    const cim__job *job;
    const char *path;
    cim__mem *mem;
    cim__file *file;       /* NULL: blobs are in the spool */
    bool blocks;           /* the spool holds bare blocks, not blobs */
    bool placed_ways;      /* ways may bring the places of their nodes along (LocationsOnWays) */
    cim__spool spool;      /* every piece is followed by its slop */
    pthread_mutex_t lock;  /* of file */
    cim__buf blobs;        /* cim__osm_blob */
    atomic_llong keep_left;
} cim__osm_source;

/* What one worker loads into. */
typedef struct cim__osm_loader {
    cim__inflater *inflater;
    cim__buf packed, raw, scratch;
    cim__osm_strings strings;
    cim__osm_block block;
    const uint8_t *bytes; /* of the blob that is loaded */
    size_t loaded;        /* its number; SIZE_MAX: none, or one that is kept */
} cim__osm_loader;

void cim__osm_source_init(cim__osm_source *source, cim__mem *mem, const cim__job *job);
void cim__osm_source_free(cim__osm_source *source);
/* Scan a PBF file: header block and table of blobs. */
cim_status cim__osm_source_open_pbf(cim_ctx *ctx, cim__osm_source *source);
static inline size_t cim__osm_source_count(const cim__osm_source *source) { return CIM__COUNT(&source->blobs, cim__osm_blob); }
static inline cim__osm_blob *cim__osm_source_blob(const cim__osm_source *source, size_t i) { return &CIM__AT(&source->blobs, cim__osm_blob, i); }

cim_status cim__osm_loader_init(cim_ctx *ctx, cim__osm_loader *loader);
void cim__osm_loader_free(cim__osm_loader *loader);
/* loader->block is blob i, with its dictionary when `words` is given; valid until the next load.  With `keep` it stays inflated if the
 * budget allows. */
cim_status cim__osm_source_load(cim_ctx *ctx, cim__osm_source *source, cim__osm_loader *loader, size_t i, const cim__osm_words *words, bool keep);
/* CIM_EFORMAT "path: block 3 (byte 1234): why"; out of memory when why is "". */
cim_status cim__osm_bad(cim_ctx *ctx, const cim__osm_source *source, size_t i, const char *why);
/* Let go of what blob i keeps. */
void cim__osm_source_drop(cim__osm_source *source, size_t i);

#endif
