/**
 * @file index.h
 * A static spatial index over boxes: "what is here", "what is nearest".
 *
 * Usable on its own, without a city.  The structure is a packed Hilbert R-tree (I. Kamel, C. Faloutsos, "On packing
 * R-trees", CIKM 1993) with 16 children a node, held in one block of memory without pointers.  Boxes are kept as 32-bit
 * fixed-point numbers relative to an origin and rounded outwards: no hit is ever lost, and what is reported beyond the
 * exact answer lies within one grid step (cim_index_step()), which is 2^-31 of the extent of the data.
 */
#ifndef CIM_INDEX_H
#define CIM_INDEX_H

#include "cim/ctx.h"

CIM_BEGIN

typedef struct cim_index cim_index;

/**
 * Build an index.
 *
 * @param boxes      count boxes; box i gets the id i.  min > max or a value that is not finite is refused.
 * @param count      at most 0xfffffff0.
 * @param[out] index_out  new index, freed with cim_index_free().
 * @return CIM_OK; CIM_EARG naming the first bad box; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: O(n), 21.1 bytes a box kept, 16 more while building.
 * Since 0.1.
 */
CIM_API cim_status cim_index_build(cim_ctx *ctx, const cim_box *boxes, size_t count, cim_index **index_out);

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
 * @return the count given to cim_index_build().
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API size_t cim_index_count(const cim_index *index);

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
 * Ids of the boxes that meet a window (touching counts), in the index's own order.
 *
 * @param ids        room for cap ids; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap; the first cap are in ids.
 * @return CIM_OK; CIM_EARG if the window is not finite or min > max.
 * Thread rule: any thread.   Cost: O(log n + hits), no allocation; ranges that lie wholly inside are copied as blocks.
 * Since 0.1.
 */
CIM_API cim_status cim_index_query(cim_ctx *ctx, const cim_index *index, const cim_box *window, uint32_t *ids, size_t cap, size_t *count_out);

/**
 * The k boxes nearest to a point, nearest first; equal distances by id.
 *
 * @param max_distance   boxes farther away are left out; HUGE_VAL for no limit.
 * @param[out] ids        room for k ids.
 * @param[out] distances  room for k distances in the units of the boxes (0 inside a box), or NULL.
 * @param[out] count_out  how many were found, at most k.
 * @return CIM_OK; CIM_EARG if the point is not finite or max_distance is negative or NaN.
 * Thread rule: any thread.   Cost: O(log n + k), no allocation for k <= 64.
 * Since 0.1.
 */
CIM_API cim_status cim_index_nearest(cim_ctx *ctx, const cim_index *index, double x, double y, size_t k, double max_distance, uint32_t *ids,
                                     double *distances, size_t *count_out);

/**
 * The index as one block of bytes (little-endian, described in cim-index(7)) for a file.
 *
 * @param[out] bytes_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one copy.
 * Since 0.1.
 */
CIM_API cim_status cim_index_save(cim_ctx *ctx, const cim_index *index, cim_buf *bytes_out);

/**
 * An index from the bytes of cim_index_save().  Everything is checked: damaged bytes are an error, never a crash or a
 * wrong id.
 *
 * @param[out] index_out  new index, freed with cim_index_free().
 * @return CIM_OK; CIM_EFORMAT; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one copy and one pass over the ids.
 * Since 0.1.
 */
CIM_API cim_status cim_index_load(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out);

CIM_END

#endif
