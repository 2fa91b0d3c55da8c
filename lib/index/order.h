/* order.h - the order in which items are packed. */
#ifndef CIM_INDEX_ORDER_H
#define CIM_INDEX_ORDER_H

#include "index/tree.h"

uint32_t cim__hilbert(uint32_t x, uint32_t y); /* 16-bit coordinates to their place on the Hilbert curve */
/* The place of a box's centre among 2^32 places along the curve through a square of boxes. */
typedef struct cim__curve {
    int64_t x, y; /* twice the least centre */
    int shift;    /* right by this gives 16 bits */
} cim__curve;

cim__curve cim__curve_over(const cim__ibox *extent);
static inline void cim__curve_square(const cim__curve *c, const cim__ibox *b, uint32_t *x_out, uint32_t *y_out)
{
    int64_t x = ((int64_t)b->min_x + b->max_x - c->x) >> c->shift, y = ((int64_t)b->min_y + b->max_y - c->y) >> c->shift;
    *x_out = x < 0 ? 0 : x > 65535 ? 65535 : (uint32_t)x;
    *y_out = y < 0 ? 0 : y > 65535 ? 65535 : (uint32_t)y;
}
/* order and scratch have room for count; the low 32 bits of order[i] are the item of slot i. */
cim_status cim__order_hilbert(cim_ctx *ctx, const cim__source *source, size_t count, const cim__ibox *extent, uint64_t *order, uint64_t *scratch);
cim_status cim__order_omt(cim_ctx *ctx, const cim__source *source, size_t count, uint64_t *order);
/* Ascending by the high half, equal ones by the low half; on the context's threads. */
cim_status cim__order_sort(cim_ctx *ctx, uint64_t *keys, uint64_t *scratch, size_t count);

#endif
