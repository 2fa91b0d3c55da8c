/* mcase.h - a MATPOWER case file: the matrices, cell arrays and numbers that its statements make.
 *
 * A case is a MATLAB function.  What case files do is read: literals, arithmetic on numbers, and columns of a matrix times a
 * number (kW to MW).  Whatever else changes a matrix of the network is an error with its line, other statements are listed. */
#ifndef CIM_IMPORT_POWER_MCASE_H
#define CIM_IMPORT_POWER_MCASE_H

#include "core/ctx.h"
#include "core/num.h"

typedef struct cim__mfield {
    cim__str name;
    cim__buf values;   /* double, row by row */
    cim__buf lines;    /* uint32_t: of each row */
    cim__buf cells;    /* cim__str: of a cell array, or the one text */
    uint32_t line;
    uint32_t columns;  /* 0: no numbers */
} cim__mfield;

typedef struct cim__mvariable {
    cim__str name;
    double value;
} cim__mvariable;

typedef struct cim__mnote {
    uint32_t line;
    cim__str text;
} cim__mnote;

typedef struct cim__mcase {
    const char *path;
    cim__arena arena;
    cim__buf fields, variables, notes; /* cim__mfield, cim__mvariable, cim__mnote: statements that were left out */
    cim__str name, variable;           /* of the function and its result; empty variable: version 1, bare names */
    /* while reading */
    const char *pos, *end;
    uint32_t line;
    int depth;
    bool in_matrix;
} cim__mcase;

void cim__mcase_init(cim__mcase *c, cim__mem *mem, const char *path);
void cim__mcase_free(cim__mcase *c);
/* text[size] is 0.  Texts are borrowed from it. CIM_EFORMAT "path:line: what". */
cim_status cim__mcase_read(cim_ctx *ctx, cim__mcase *c, const char *text, size_t size);
cim__mfield *cim__mcase_field(const cim__mcase *c, cim__str name); /* NULL: none */
static inline size_t cim__mrows(const cim__mfield *f) { return CIM__COUNT(&f->lines, uint32_t); }
static inline double cim__mat(const cim__mfield *f, size_t row, uint32_t column) { return CIM__AT(&f->values, double, row * f->columns + column); }

/* ---- between mcase.c and mexpr.c ---- */

cim_status cim__mfail(cim_ctx *ctx, const cim__mcase *c, const char *what, cim__str word);
bool cim__mblank(cim__mcase *c); /* blanks, comments, continuations; false: nothing there */
cim__str cim__mword(cim__mcase *c); /* a name, or empty */
cim_status cim__mexpr(cim_ctx *ctx, cim__mcase *c, double *value_out);
bool cim__mconstant(cim__str name, double *value_out); /* PD, BR_STATUS, ... and pi, Inf, NaN */

#endif
