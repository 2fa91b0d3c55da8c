/* rows_out.h - the rows of an import.
 *
 * First everything that needs SQL (tables, what is removed, statistics), then everything that comes in bulk. */
#ifndef CIM_STORE_ROWS_OUT_H
#define CIM_STORE_ROWS_OUT_H

#include "store/patch.h"
#include "store/rtree.h"
#include "store/writer.h"

/* A shape of a new object: place in the sink, and which of its shapes. */
typedef struct cim__shape_ref {
    uint32_t number, shape;
} cim__shape_ref;

/* The object at hand, and texts made from it: one for every table that is being filled. */
typedef struct cim__row_maker {
    cim__record record;
    cim__buf scratch, gid, derived;
} cim__row_maker;

typedef struct cim__rows_out {
    cim__mem *mem;
    const cim__plan *plan;
    uint16_t first_source;
    cim__buf layer_items[CIM__LAYER_COUNT], shape_items[CIM__SHAPE_TABLES]; /* cim__rtree_item; of layers without the plain objects of this import */
    size_t layer_node[CIM__LAYER_COUNT], shape_node[CIM__SHAPE_TABLES]; /* bytes of a node in the R*Trees that are made anew; 0: it stays */
    cim__buf shapes[CIM__SHAPE_TABLES], instances, residues; /* cim__shape_ref */
    cim__map templates; /* gid hash -> row of table template */
} cim__rows_out;

/* Tables that are missing, rows of replaced objects, templates, statistics; empties the R*Trees that are made anew. */
cim_status cim__rows_prepare(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first_source, cim__rows_out **rows_out);
/* Layers, shapes, instances, residue, R*Trees, relations; several tables at a time where the writer can. */
cim_status cim__rows_fill(cim_ctx *ctx, cim__writer *w, cim__rows_out *rows);
void cim__rows_free(cim__rows_out *rows);

cim__row_maker *cim__row_maker_new(cim_ctx *ctx); /* NULL: out of memory */
void cim__row_maker_free(cim__mem *mem, cim__row_maker *maker);

/* Parts of the above in other files: shapes (rows_shapes.c), relations (rows_graph.c). */
cim_status cim__rows_find_shapes(cim_ctx *ctx, cim__rows_out *rows);
cim_status cim__rows_templates(cim_ctx *ctx, cim__writer *w, cim__rows_out *rows);
cim_status cim__rows_fill_shapes(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *rows, int table);
cim_status cim__rows_fill_instances(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *rows);
cim_status cim__rows_fill_residues(cim_ctx *ctx, cim__writer *w, uint32_t worker, cim__rows_out *rows);
cim_status cim__rows_remove_dangling(cim_ctx *ctx, cim__writer *w, const cim__plan *plan);
cim_status cim__rows_fill_relations(cim_ctx *ctx, cim__writer *w, uint32_t worker, const cim__plan *plan);

/* The compiled arrays of the city after the import: made beside the writing of rows, saved at the end. */
typedef struct cim__compiled {
    const cim__plan *plan;
    uint16_t first_source;
    cim_city *city;
    uint64_t *hash_of;
    uint32_t *head_of; /* place in the sink by number, CIM_NONE: an old object */
} cim__compiled;
cim__box_source cim__compiled_boxes(const cim__compiled *compiled);
cim_status cim__rows_compile(cim_ctx *ctx, void *compiled); /* a cim__task_fn */
void cim__compiled_free(cim__mem *mem, cim__compiled *compiled);

/* Values and attributes of objects that stay (patch.h). */
cim_status cim__rows_patch(cim_ctx *ctx, cim__writer *w, const cim__sink *sink);

/* Cells. */
static inline cim__cell cim__text_cell(cim__str s) { return (cim__cell){ .type = s.len ? CIM__CELL_TEXT : CIM__CELL_NULL, .text = s }; }
static inline cim__cell cim__blob_cell(cim__str s) { return (cim__cell){ .type = s.len ? CIM__CELL_BLOB : CIM__CELL_NULL, .text = s }; }
static inline cim__cell cim__int_cell(int64_t v) { return (cim__cell){ .type = CIM__CELL_INT, .integer = v }; }
static inline cim__cell cim__real_cell(double v) { return (cim__cell){ .type = CIM__CELL_REAL, .real = v }; }

#endif
