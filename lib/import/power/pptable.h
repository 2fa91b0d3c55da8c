/* pptable.h - a table of a pandapower file, row by row: a pandas frame as JSON, written as text or as object, by rows ("split")
 * or by columns. */
#ifndef CIM_IMPORT_POWER_PPTABLE_H
#define CIM_IMPORT_POWER_PPTABLE_H

#include "import/json_in.h"

enum { CIM__PP_COLUMNS = 256 };

typedef struct cim__pptable {
    cim__jtree own;          /* of a frame that is text */
    cim__buf text;           /* the text, which the tree points into */
    const cim__jtree *tree;  /* that the cells are in */
    const char *path, *name;
    cim__str names[CIM__PP_COLUMNS];
    uint32_t columns, rows, row;
    bool by_columns;
    uint32_t index, data;    /* nodes of the next ones; by columns: unused */
    uint32_t at[CIM__PP_COLUMNS]; /* by columns: where each is */
    /* of the row under way */
    uint32_t cells[CIM__PP_COLUMNS]; /* nodes */
    cim__str id;             /* the index's text */
} cim__pptable;

void cim__pptable_init(cim__pptable *table, cim__mem *mem, const char *path);
void cim__pptable_free(cim__pptable *table);
/* `node` is the value of the table in the file; CIM_NONE: there is none, which is a table without rows. */
cim_status cim__pptable_open(cim_ctx *ctx, cim__pptable *table, const char *name, const cim__jtree *tree, uint32_t node, uint32_t max_depth);
cim_status cim__pptable_next(cim_ctx *ctx, cim__pptable *table); /* CIM_DONE behind the last row */
cim_status cim__pptable_fail(cim_ctx *ctx, const cim__pptable *table, const char *what, cim__str word);

uint32_t cim__pptable_column(const cim__pptable *table, const char *name); /* CIM_NONE: none */
/* Of the row: NAN where there is no number; empty where there is no text; whole numbers as text; true unless it says false. */
double cim__pptable_real(const cim__pptable *table, const char *name);
cim__str cim__pptable_text(const cim__pptable *table, const char *name);
cim__str cim__pptable_id(const cim__pptable *table, const char *name);
bool cim__pptable_true(const cim__pptable *table, const char *name);
/* Members "column": value of an open object; null is left out. */
void cim__pptable_put(cim__json *json, const cim__pptable *table);

#endif
