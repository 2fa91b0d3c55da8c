/* shapes_kernel.h - the loops over lanes, written once for any kind of vector.  No guard: each path includes it after defining
 *
 *   KERNEL, NAME(x)              attributes and name of a function
 *   V, WIDTH                     a vector of doubles and its length
 *   M                            a mask with a truth for each; of V used as a mask only the signs count
 *   LOAD SET                     from anywhere; the same in all
 *   ADD SUB MUL DIV MIN MAX      MIN and MAX give the second argument when either is NaN
 *   ABS NEG(v)                   NEG: mask of the negative ones (sign bits)
 *   LT LE GT                     comparisons, false for NaN
 *   AND ANDNOT(a, b) OR XOR      of masks; ANDNOT is a & ~b
 *   NONE BITS(m)                 the empty mask; bit i of a word for lane i
 *   SELECT(m, a, b)              a where m
 *   LEAST(v)                     smallest of all
 *
 * Every operation rounds as a double does, and no sum depends on the width: the answers are the same bits on every path. */

KERNEL static uint32_t NAME(cross)(const double *px, const double *py, uint32_t lanes, double x, double y, double doubt)
{
    const V vx = SET(x), vy = SET(y), vdoubt = SET(doubt), zero = SET(0.0);
    M odd = NONE, near = NONE;
    for (uint32_t i = 0; i < lanes; i += WIDTH) {
        V x0 = SUB(LOAD(px + i), vx), y0 = SUB(LOAD(py + i), vy), x1 = SUB(LOAD(px + i + 1), vx), y1 = SUB(LOAD(py + i + 1), vy);
        V det = SUB(MUL(x0, y1), MUL(y0, x1));
        /* The edge spans y when one end is below and the other is not.  Then it crosses to the right if the point is left of it
         * going up, that is, if det is positive and the second end is not below, or both the opposite. */
        M below = NEG(y1), spans = XOR(NEG(y0), below), right = ANDNOT(spans, XOR(NEG(det), below));
        M certain = GT(ABS(det), vdoubt);
        odd = XOR(odd, AND(right, certain));
        near = OR(near, ANDNOT(LE(MUL(y0, y1), zero), certain));
    }
    return ((uint32_t)__builtin_popcount(BITS(odd)) & 1u) * CIM__ODD | (BITS(near) != 0) * CIM__NEAR;
}

KERNEL static double NAME(least)(const double *px, const double *py, uint32_t lanes, double x, double y)
{
    const V vx = SET(x), vy = SET(y), zero = SET(0.0);
    V best = SET(HUGE_VAL);
    for (uint32_t i = 0; i < lanes; i += WIDTH) {
        V ax = LOAD(px + i), ay = LOAD(py + i), dx = SUB(LOAD(px + i + 1), ax), dy = SUB(LOAD(py + i + 1), ay);
        V x0 = SUB(ax, vx), y0 = SUB(ay, vy);
        V along = ADD(MUL(x0, dx), MUL(y0, dy)), length2 = ADD(MUL(dx, dx), MUL(dy, dy)); /* along: negative ahead of a */
        V det = SUB(MUL(x0, dy), MUL(y0, dx));
        V to_line = MUL(DIV(det, length2), det), to_vertex = ADD(MUL(x0, x0), MUL(y0, y0));
        M between = AND(LT(along, zero), GT(ADD(along, length2), zero)); /* the far end is the next lane's vertex */
        best = MIN(SELECT(between, to_line, to_vertex), best);
    }
    return LEAST(best);
}

KERNEL static uint32_t NAME(overlap)(const double *px, const double *py, uint32_t from, uint32_t lanes, const cim_box *box)
{
    const V min_x = SET(box->min_x), min_y = SET(box->min_y), max_x = SET(box->max_x), max_y = SET(box->max_y);
    uint32_t wanted = ~0u << from % WIDTH;
    for (uint32_t i = from - from % WIDTH; i < lanes; i += WIDTH, wanted = ~0u) {
        V x0 = LOAD(px + i), y0 = LOAD(py + i), x1 = LOAD(px + i + 1), y1 = LOAD(py + i + 1);
        M over_x = AND(OR(LE(x0, max_x), LE(x1, max_x)), OR(LE(min_x, x0), LE(min_x, x1)));
        M over_y = AND(OR(LE(y0, max_y), LE(y1, max_y)), OR(LE(min_y, y0), LE(min_y, y1)));
        uint32_t bits = BITS(AND(over_x, over_y)) & wanted;
        if (bits) return i + (uint32_t)__builtin_ctz(bits);
    }
    return lanes;
}

KERNEL static uint32_t NAME(meets)(const cim__shape_group *group, const cim_box *box)
{
    const V min_x = SET(box->min_x), min_y = SET(box->min_y), max_x = SET(box->max_x), max_y = SET(box->max_y);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < CIM__SHAPE_BLOCK; i += WIDTH) {
        M over_x = AND(LE(LOAD(group->min_x + i), max_x), LE(min_x, LOAD(group->max_x + i)));
        M over_y = AND(LE(LOAD(group->min_y + i), max_y), LE(min_y, LOAD(group->max_y + i)));
        bits |= BITS(AND(over_x, over_y)) << i;
    }
    return bits;
}

/* Square of the distance to boxes i to i + WIDTH - 1; 0 within. */
KERNEL static inline V NAME(box2)(const cim__shape_group *group, uint32_t i, V x, V y)
{
    V dx = MAX(MAX(SUB(LOAD(group->min_x + i), x), SUB(x, LOAD(group->max_x + i))), SET(0.0));
    V dy = MAX(MAX(SUB(LOAD(group->min_y + i), y), SUB(y, LOAD(group->max_y + i))), SET(0.0));
    return ADD(MUL(dx, dx), MUL(dy, dy));
}

KERNEL static double NAME(bound)(const cim__shape_group *group, double x, double y)
{
    V best = SET(HUGE_VAL);
    for (uint32_t i = 0; i < CIM__SHAPE_BLOCK; i += WIDTH) best = MIN(NAME(box2)(group, i, SET(x), SET(y)), best);
    return LEAST(best);
}

KERNEL static uint32_t NAME(within)(const cim__shape_group *group, double x, double y, double most2)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < CIM__SHAPE_BLOCK; i += WIDTH) bits |= BITS(LE(NAME(box2)(group, i, SET(x), SET(y)), SET(most2))) << i;
    return bits;
}
