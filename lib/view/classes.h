/* classes.h - numbers in classes, and colours for them: what maps in two and three dimensions share. */
#ifndef CIM_VIEW_CLASSES_H
#define CIM_VIEW_CLASSES_H

#include "core/ctx.h"

enum { CIM__CLASSES_MAX = 12, CIM__CATEGORIES_MAX = 8 };

typedef enum cim__classing { CIM__CLASSING_QUANTILE, CIM__CLASSING_EQUAL, CIM__CLASSING_JENKS, CIM__CLASSING_GIVEN } cim__classing;

/* Class i holds what is above upper[i - 1] (class 0: from `least` on) and not above upper[i]. */
typedef struct cim__breaks {
    cim__classing how;
    int count; /* wished for, and after finding them how many there are: equal limits fall together */
    bool single; /* every class is one value */
    double least, upper[CIM__CLASSES_MAX];
} cim__breaks;

/* "quantile", "equal:5", "jenks:7", or the limits themselves, "10,20,50"; NULL is "quantile:5". */
cim_status cim__classes_parse(cim_ctx *ctx, const char *text, cim__breaks *classes_out);
/* `values` are finite, count > 0, and come back sorted.  Given limits are completed by the least and the greatest value. */
cim_status cim__classes_find(cim_ctx *ctx, double *values, size_t count, cim__breaks *classes);
int cim__class_of_value(const cim__breaks *classes, double value);

/* ---- colours 0xRRGGBB ---- */

/* Number of a ramp, -1: there is none of that name; NULL is the first. */
int cim__ramp_named(const char *name);
const char *cim__ramp_name(int ramp); /* NULL behind the last */
/* Colour i of n, from the low end to the high end; all ramps can be told apart by the colour-blind. */
uint32_t cim__ramp_colour(int ramp, int i, int n);
uint32_t cim__category_colour(int i); /* of CIM__CATEGORIES_MAX */
/* "#d61f69", "d61f69" */
bool cim__parse_colour(cim__str text, uint32_t *colour_out);
void cim__put_colour(cim__buf *out, uint32_t colour); /* #d61f69 */

#endif
