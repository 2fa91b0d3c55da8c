/**
 * @file index.h
 * A spatial index over boxes: "what is here", "what is nearest", "what meets what".
 *
 * Usable on its own, without a city.  The structure is a packed R-tree (I. Kamel, C. Faloutsos, "On packing R-trees",
 * CIKM 1993) with 16 children a node, held in one block of memory without pointers.  Boxes are kept as 32-bit
 * fixed-point numbers relative to an origin and rounded outwards: no hit is ever lost, and what is reported beyond the
 * exact answer lies within one grid step (cim_index_step()), which is 2^-30 of the extent of the data.  A caller who
 * wants the exact answer hands over the boxes again (cim_probe.exact).  For probes far outside of the extent the
 * rounding of doubles adds some 1e-12 of their distance.
 *
 * Every query is one cim_probe: what to look for, as data.  One probe is asked by cim_index_query() and
 * cim_index_nearest(), an array of probes by cim_index_query_many() and cim_index_nearest_many(), which order them along
 * a curve and use the context's threads.  The answers are the same, if not in the same order.
 *
 * A static index is built once.  A live index (cim_live_index) takes batches of changes while readers ask views of it;
 * a view is a cim_index like any other.  The page cim-index(7) explains both.
 */
#ifndef CIM_INDEX_H
#define CIM_INDEX_H

#include "cim/shapes.h"

#include <math.h>

CIM_BEGIN

typedef struct cim_index cim_index;

/** Order in which boxes are packed. */
enum {
    CIM_INDEX_HILBERT = 0, /* along the Hilbert curve: quickest to build */
    CIM_INDEX_OMT = 1      /* cut top-down at medians of the wider axis (after T. Lee, S. Lee, "OMT", 2003): slower to build, best for nearest */
};

typedef struct cim_index_options {
    size_t struct_size;      /* set by CIM_INDEX_OPTIONS_INIT */
    int32_t order;           /* CIM_INDEX_* */
    uint32_t reserved0;
    const double *z;         /* NULL: boxes in the plane; else min_z, max_z of every box, 2 * count numbers */
    const uint32_t *classes; /* NULL, or a mask for every box: bit c says that it belongs to class c */
    const uint32_t *ids;     /* NULL: box i has the id i; else its id, below 2^32 - 16 */
} cim_index_options;

#define CIM_INDEX_OPTIONS_INIT { sizeof(cim_index_options), CIM_INDEX_HILBERT, 0, NULL, NULL, NULL }

/** What a probe looks for. */
enum {
    CIM_PROBE_BOX = 0,     /* boxes that meet the probe's box (touching counts), or lie within `distance` of it; a point is a box */
    CIM_PROBE_SEGMENT = 1, /* boxes that the segment from x0, y0, z0 to x1, y1, z1 meets */
    CIM_PROBE_SHAPE = 2    /* boxes that meet geometry `shape` of `shapes`; in z as for a box */
};

/** Says of one id whether it counts (not 0); called for candidates only, after class and place. */
typedef int32_t (*cim_accept_fn)(void *user, uint32_t id);
/** True distance of an id to the probe in the units of the boxes, never less than that of its box; HUGE_VAL leaves it out. */
typedef double (*cim_measure_fn)(void *user, uint32_t id);

/** A query as data.  Make one with cim_probe_box() and the like, then set what else is wanted. */
typedef struct cim_probe {
    int32_t kind;               /* CIM_PROBE_* */
    uint32_t classes;           /* 0: any; else only boxes with one of these bits */
    double x0, y0, x1, y1;      /* BOX: least and greatest x and y; SEGMENT: from and to */
    double z0, z1;              /* the same in z; -HUGE_VAL and HUGE_VAL: any z */
    double distance;            /* BOX: reach of cim_index_query() (0: must meet) and limit of cim_index_nearest() (HUGE_VAL: none) */
    const cim_shapes *shapes;   /* SHAPE */
    uint32_t shape;             /* SHAPE */
    uint32_t reserved0;
    const cim_box *exact;       /* NULL, or the box of every id: what the grid finds is decided again on these numbers */
    cim_accept_fn accept;       /* NULL: all */
    cim_measure_fn measure;     /* NULL: the distance of the boxes; for cim_index_nearest() */
    void *user;                 /* handed to accept and measure, which are called on several threads by the _many functions */
} cim_probe;

/** Boxes that meet a box. */
static inline cim_probe cim_probe_box(const cim_box *box)
{
    cim_probe p = { CIM_PROBE_BOX, 0, box->min_x, box->min_y, box->max_x, box->max_y, -HUGE_VAL, HUGE_VAL, 0.0, NULL, 0, 0, NULL, NULL, NULL, NULL };
    return p;
}

/** Boxes around a point. */
static inline cim_probe cim_probe_point(double x, double y)
{
    cim_probe p = { CIM_PROBE_BOX, 0, x, y, x, y, -HUGE_VAL, HUGE_VAL, 0.0, NULL, 0, 0, NULL, NULL, NULL, NULL };
    return p;
}

/** Boxes within a distance of a point; for cim_index_nearest() the nearest ones no farther away (HUGE_VAL: no limit). */
static inline cim_probe cim_probe_near(double x, double y, double distance)
{
    cim_probe p = { CIM_PROBE_BOX, 0, x, y, x, y, -HUGE_VAL, HUGE_VAL, distance, NULL, 0, 0, NULL, NULL, NULL, NULL };
    return p;
}

/** Boxes met on the way from one point to another; a ray is a segment that leaves the extent. */
static inline cim_probe cim_probe_segment(double x0, double y0, double x1, double y1)
{
    cim_probe p = { CIM_PROBE_SEGMENT, 0, x0, y0, x1, y1, -HUGE_VAL, HUGE_VAL, 0.0, NULL, 0, 0, NULL, NULL, NULL, NULL };
    return p;
}

/** Boxes that meet a geometry. */
static inline cim_probe cim_probe_shape(const cim_shapes *shapes, uint32_t shape)
{
    cim_probe p = { CIM_PROBE_SHAPE, 0, 0.0, 0.0, 0.0, 0.0, -HUGE_VAL, HUGE_VAL, 0.0, shapes, shape, 0, NULL, NULL, NULL, NULL };
    return p;
}

/* ---- static index ---- */

/**
 * Build an index.
 *
 * @param boxes      count boxes.  min > max or a value that is not finite is refused.
 * @param count      at most 0xfffffff0.
 * @param options    NULL: all defaults.
 * @param[out] index_out  new index, freed with cim_index_free().
 * @return CIM_OK; CIM_EARG naming the first bad box; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.  Works on the context's threads; the result does not depend on them.
 * Cost: O(n) by radix sort (Hilbert), O(n log n) by selection (OMT).  21.1 bytes a box kept, 8.5 more with z, 4.3 more with
 * classes; 32 more while building.
 * Since 0.1.
 */
CIM_API cim_status cim_index_build(cim_ctx *ctx, const cim_box *boxes, size_t count, const cim_index_options *options, cim_index **index_out);

/**
 * One more owner of the same index; each calls cim_index_free().
 *
 * @return index.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_index *cim_index_ref(cim_index *index);

/**
 * Give up an index; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_index_free(cim_index *index);

/**
 * Number of boxes.
 *
 * @return how many boxes there are.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API size_t cim_index_count(const cim_index *index);

/**
 * Memory that the index takes.
 *
 * @return bytes, without the struct itself.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API size_t cim_index_bytes(const cim_index *index);

/**
 * The box around all boxes, exact to one grid step.
 *
 * @param[out] extent_out  untouched when the index is empty.
 * @return 1; 0 for an empty index.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_index_extent(const cim_index *index, cim_box *extent_out);

/**
 * Grid step of the fixed-point numbers, in the units of the boxes.
 *
 * @return a power of two; 0 for an empty index.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API double cim_index_step(const cim_index *index);

/**
 * Ids of the boxes that a probe meets, in the index's own order, which is the same every time.
 *
 * @param ids        room for cap ids; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap; the first cap are in ids.
 * @return CIM_OK; CIM_EARG if the probe is not finite, has min > max, a negative distance or a shape that does not exist.
 * Thread rule: any thread.   Cost: O(log n + hits), no allocation; ranges that lie wholly inside are copied as blocks.
 * Since 0.1.
 */
CIM_API cim_status cim_index_query(cim_ctx *ctx, const cim_index *index, const cim_probe *probe, uint32_t *ids, size_t cap, size_t *count_out);

/**
 * cim_index_query() for many probes at once.
 *
 * @param probes     count probes of any kinds.
 * @param[out] starts     room for count numbers: the ids of probe i begin at number starts[i] of ids_out; not used when only counting.
 * @param[out] counts     room for count numbers: how many ids probe i has.
 * @param[out] ids_out    uint32_t ids, released with cim_buf_dispose(); NULL only counts.  Those of neighbouring probes lie near each
 *                        other, not in the order of the probes; those of one probe are in the same order every time, which may be
 *                        another than that of cim_index_query().
 * @return CIM_OK; CIM_EARG naming the first bad probe; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; works on the context's threads.   Cost: windows are asked in groups of 16 neighbours, which go
 * down the tree together.
 * Since 0.1.
 */
CIM_API cim_status cim_index_query_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t *starts, size_t *counts,
                                        cim_buf *ids_out);

/**
 * The k boxes nearest to a probe of kind CIM_PROBE_BOX, nearest first; equal distances by id.
 *
 * @param[out] ids        room for k ids.
 * @param[out] distances  room for k distances in the units of the boxes (0 where they meet), or NULL.
 * @param[out] count_out  how many were found within the probe's distance, at most k.
 * @return CIM_OK; CIM_EARG as for cim_index_query() and for other kinds; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(log n + k), no allocation for k <= 64.  Depth first, children in order of distance
 * (N. Roussopoulos, S. Kelley, F. Vincent, "Nearest neighbor queries", SIGMOD 1995).
 * Since 0.1.
 */
CIM_API cim_status cim_index_nearest(cim_ctx *ctx, const cim_index *index, const cim_probe *probe, size_t k, uint32_t *ids, double *distances,
                                     size_t *count_out);

/**
 * cim_index_nearest() for many probes at once.
 *
 * @param[out] ids        count * k ids: those of probe i begin at i * k.
 * @param[out] distances  count * k distances, or NULL.
 * @param[out] counts     count numbers: how many were found for each.
 * @return CIM_OK; CIM_EARG naming the first bad probe; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; works on the context's threads.   Cost: as single queries, with the memory of neighbours at hand.
 * Since 0.1.
 */
CIM_API cim_status cim_index_nearest_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t k, uint32_t *ids,
                                          double *distances, size_t *counts);

/**
 * All pairs of boxes of two indexes that meet or lie within a distance of each other (in the plane; z must meet where both
 * have it).
 *
 * @param b          may be a: then every pair is reported once and no box with itself.
 * @param distance   in the units of the boxes; 0: they must meet.
 * @param[out] pairs_out  pairs of uint32_t, id in a then id in b, released with cim_buf_dispose(); NULL only counts.
 * @param[out] count_out  number of pairs.
 * @return CIM_OK; CIM_EARG if the distance is negative or not finite; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; works on the context's threads.   Cost: O(n + m + pairs) for boxes that overlap little, by descending
 * both trees together (T. Brinkhoff, H.-P. Kriegel, B. Seeger, SIGMOD 1993).
 * Since 0.1.
 */
CIM_API cim_status cim_index_join(cim_ctx *ctx, const cim_index *a, const cim_index *b, double distance, cim_buf *pairs_out, size_t *count_out);

/**
 * The index as one block of bytes (little-endian, described in cim-index(7)) for a file.
 *
 * @param[out] bytes_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: one copy; a view of a live index that was changed is packed first.
 * Since 0.1.
 */
CIM_API cim_status cim_index_save(cim_ctx *ctx, const cim_index *index, cim_buf *bytes_out);

/**
 * An index from the bytes of cim_index_save().  Everything is checked: damaged bytes are an error, never a crash or a
 * wrong id.
 *
 * @param[out] index_out  new index, freed with cim_index_free().
 * @return CIM_OK; CIM_EFORMAT; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one copy and one pass over the bytes.
 * Since 0.1.
 */
CIM_API cim_status cim_index_load(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out);

/**
 * An index over bytes that stay where they are, e.g. a file mapped into memory.  Ids and layout are checked; the boxes are
 * not: damaged ones give wrong answers, never a crash.
 *
 * @param bytes      aligned to 64; must stay unchanged until the index is freed.
 * @param[out] index_out  new index, freed with cim_index_free().
 * @return CIM_OK; CIM_EARG if not aligned; CIM_EFORMAT; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one pass over the ids (4 bytes a box).
 * Since 0.1.
 */
CIM_API cim_status cim_index_borrow(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out);

/* ---- live index ---- */

/** An index that changes.  One batch of changes is one epoch; readers ask views. */
typedef struct cim_live_index cim_live_index;

enum {
    CIM_CHANGE_PUT = 0,   /* a new box, or the new place (and classes) of one that is there */
    CIM_CHANGE_DELETE = 1 /* the box goes; nothing happens when it is not there */
};

typedef struct cim_index_change {
    uint32_t id;
    int32_t op;       /* CIM_CHANGE_* */
    cim_box box;
    double z0, z1;    /* used when the index has z */
    uint32_t classes; /* used when the index has classes */
    uint32_t reserved0;
} cim_index_change;

typedef struct cim_live_options {
    size_t struct_size;  /* set by CIM_LIVE_OPTIONS_INIT */
    int32_t background;  /* 1: a thread of the index packs it anew when it has become slow; 0: only cim_live_index_merge() does */
    int32_t has_z;
    int32_t has_classes;
    uint32_t max_id;     /* ids above are refused: a table of 8 bytes an id is kept */
    cim_box extent;      /* where boxes will be, roughly; min > max: not known.  Boxes beyond twice the extent cost one packing, and those that are there
                            stay rounded to the coarser of both grids until they are put again */
} cim_live_options;

#define CIM_LIVE_OPTIONS_INIT { sizeof(cim_live_options), 0, 0, 0, 0x3ffffffu, { 1.0, 1.0, 0.0, 0.0 } }

typedef struct cim_live_info {
    uint64_t epoch;       /* number of batches */
    size_t count;         /* boxes that are there */
    size_t bytes;         /* memory of all copies */
    uint32_t runs;        /* packed trees beside each other: 1 after a merge */
    uint32_t merges;      /* how often it was packed anew */
    double dead;          /* share of places without a box */
    double spread;        /* half perimeters of all leaves, relative to those after packing: 1 is best */
} cim_live_info;

/**
 * A live index that begins with the boxes of a static index, or empty.
 *
 * @param start      NULL: empty.  Its ids stay; it is copied, not kept.  Has z and classes as the options say.
 * @param options    NULL: all defaults.
 * @param[out] live_out  new live index, freed with cim_live_index_free().
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one copy of the start.
 * Since 0.1.
 */
CIM_API cim_status cim_live_index_new(cim_ctx *ctx, const cim_index *start, const cim_live_options *options, cim_live_index **live_out);

/**
 * Give up a live index; NULL is accepted.  Views that are still held stay valid until they are freed.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of this live index runs.   Cost: O(n); waits for a packing that runs.
 * Since 0.1.
 */
CIM_API void cim_live_index_free(cim_live_index *live);

/**
 * One batch of changes, in their order: all of it is seen by later views, none of it by earlier ones.
 *
 * @param changes    count changes.  A bad one (box not finite, min > max, id above the limit) refuses the whole batch.
 * @param[out] epoch_out  number of this batch, or NULL.
 * @return CIM_OK; CIM_EARG naming the first bad change; CIM_ENOMEM, after which the index is as before the batch;
 * CIM_ELIMIT when 4,096 views of different epochs are held.
 * Thread rule: any thread; batches come one after the other, readers never wait.   Cost: about 0.1 us a change.
 * Since 0.1.
 */
CIM_API cim_status cim_live_index_apply(cim_ctx *ctx, cim_live_index *live, const cim_index_change *changes, size_t count, uint64_t *epoch_out);

/**
 * The index as it is after the last batch.  It never changes; ask it as any cim_index.
 *
 * @param[out] epoch_out  its epoch, or NULL.
 * @return a view, freed with cim_index_free().
 * Thread rule: any thread.   Cost: O(1), without a lock or an allocation.
 * Since 0.1.
 */
CIM_API cim_index *cim_live_index_view(cim_live_index *live, uint64_t *epoch_out);

/**
 * Pack everything anew.  Batches that other threads apply meanwhile are not lost and do not wait for it.
 *
 * @return CIM_OK; CIM_ENOMEM; CIM_ECANCEL: the index is as it was.
 * Thread rule: any thread.   Cost: that of cim_index_build().
 * Since 0.1.
 */
CIM_API cim_status cim_live_index_merge(cim_ctx *ctx, cim_live_index *live);

/**
 * How the index is.
 *
 * @param[out] info_out  filled.
 * @return nothing.
 * Thread rule: any thread; waits for a batch that is being applied.   Cost: O(runs).
 * Since 0.1.
 */
CIM_API void cim_live_index_info(cim_live_index *live, cim_live_info *info_out);

CIM_END

#endif
