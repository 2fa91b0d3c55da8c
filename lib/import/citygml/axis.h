/* axis.h - the reference systems that a file names, the order of their axes, and the way from each to the city's.
 *
 * The order of axes follows from the spelling (crs.h); whether it can be true is checked against the coordinates and the area of
 * use, because files contradict their names. */
#ifndef CIM_IMPORT_CITYGML_AXIS_H
#define CIM_IMPORT_CITYGML_AXIS_H

#include "import/importer.h"

enum {
    CIM__GSRS_FILE = 0,  /* whatever the file as a whole is in */
    CIM__GSRS_LOCAL = 1, /* of the template of an implicit geometry: never transformed */
    CIM__GSRS_MAX = 1000
};

typedef struct cim__gsrs {
    cim__str text;
    cim__srs parsed;
    uint32_t line;
    int32_t epsg;                /* of the transformation */
    bool decided, swap, shared; /* shared: the transformation is the file's */
    cim__transform *transform; /* NULL: none */
} cim__gsrs;

typedef struct cim__gsrses {
    cim__mem *mem;
    cim__arena arena;
    cim__gsrs *list[CIM__GSRS_MAX];
    uint16_t count;
    uint16_t file; /* what CIM__GSRS_FILE is; itself until something is known */
} cim__gsrses;

cim_status cim__gsrses_init(cim_ctx *ctx, cim__gsrses *srses, cim__mem *mem);
void cim__gsrses_free(cim__gsrses *srses);
/* Number of a reference system by its name. Beyond CIM__GSRS_MAX names: that of the file. */
cim_status cim__gsrses_add(cim_ctx *ctx, cim__gsrses *srses, cim__str text, uint32_t line, uint16_t *number_out);

/* Order of axes and transformation of a system, from the box of coordinates in it as they stand in the file.  The file's own
 * system is also noted in the source. */
cim_status cim__gsrs_decide(cim_ctx *ctx, cim__job *job, cim__gsrses *srses, uint16_t number, cim_box sample);

static inline const cim__gsrs *cim__gsrses_get(const cim__gsrses *s, uint16_t number) { return s->list[number == CIM__GSRS_FILE ? s->file : number]; }

#endif
