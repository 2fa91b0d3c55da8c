/* kdtree.c - the nearest places. */
#include "field/field.h"

typedef struct nearest {
    const cim__kdtree *tree;
    double x, y, limit; /* squares from here on do not matter */
    uint32_t most, count, but;
    uint32_t *out;
    double *square;
} nearest;

static double axis_of(const double *xy, uint32_t place, int axis) { return xy[2 * (size_t)place + (size_t)axis]; }

static bool less(const double *xy, uint32_t a, uint32_t b, int axis)
{
    double x = axis_of(xy, a, axis), y = axis_of(xy, b, axis);
    return x != y ? x < y : a < b;
}

/* Hoare's selection; no two compare equal. */
static void select_middle(const double *xy, uint32_t *order, size_t lo, size_t hi, size_t k, int axis)
{
    while (lo < hi) {
        uint32_t pivot = order[lo + (hi - lo) / 2], t;
        size_t i = lo, j = hi;
        while (i <= j) {
            while (less(xy, order[i], pivot, axis)) i++;
            while (less(xy, pivot, order[j], axis)) j--;
            if (i > j) break;
            t = order[i], order[i] = order[j], order[j] = t;
            i++;
            if (j == 0) break;
            j--;
        }
        if (k <= j) hi = j;
        else if (k >= i) lo = i;
        else return;
    }
}

static void split(cim__kdtree *t, size_t lo, size_t hi)
{
    while (hi > lo) { /* order[lo .. hi) */
        double least[2] = { INFINITY, INFINITY }, most[2] = { -(double)INFINITY, -(double)INFINITY };
        for (size_t i = lo; i < hi; i++)
            for (int a = 0; a < 2; a++) {
                least[a] = fmin(least[a], axis_of(t->xy, t->order[i], a));
                most[a] = fmax(most[a], axis_of(t->xy, t->order[i], a));
            }
        int axis = most[1] - least[1] > most[0] - least[0];
        size_t middle = lo + (hi - lo) / 2;
        select_middle(t->xy, t->order, lo, hi - 1, middle, axis);
        t->axis[middle] = (uint8_t)axis;
        split(t, lo, middle);
        lo = middle + 1;
    }
}

cim_status cim__kdtree_build(cim_ctx *ctx, cim__mem *mem, const double *xy, uint32_t count, cim__kdtree *tree_out)
{
    cim__kdtree t = { .count = count, .xy = xy };
    t.order = cim__alloc_n(mem, (size_t)count + 1, sizeof *t.order);
    t.axis = cim__zalloc_n(mem, (size_t)count + 1, 1);
    if (!t.order || !t.axis) {
        cim__kdtree_free(mem, &t);
        return cim__nomem(ctx);
    }
    for (uint32_t i = 0; i < count; i++) t.order[i] = i;
    split(&t, 0, count);
    *tree_out = t;
    return CIM_OK;
}

void cim__kdtree_free(cim__mem *mem, cim__kdtree *tree)
{
    cim__free(mem, tree->order);
    cim__free(mem, tree->axis);
}

static void meet(nearest *n, uint32_t place)
{
    double dx = n->tree->xy[2 * (size_t)place] - n->x, dy = n->tree->xy[2 * (size_t)place + 1] - n->y, square = dx * dx + dy * dy;
    if (place == n->but || !(square <= n->limit)) return;
    uint32_t at = n->count;
    if (n->count == n->most) {
        if (square > n->square[at - 1] || (square == n->square[at - 1] && place > n->out[at - 1])) return;
        at--;
    } else {
        n->count++;
    }
    for (; at && (n->square[at - 1] > square || (n->square[at - 1] == square && n->out[at - 1] > place)); at--)
        n->square[at] = n->square[at - 1], n->out[at] = n->out[at - 1];
    n->square[at] = square, n->out[at] = place;
    if (n->count == n->most) n->limit = fmin(n->limit, n->square[n->count - 1]);
}

static void visit(nearest *n, size_t lo, size_t hi)
{
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        uint32_t place = n->tree->order[middle];
        int axis = n->tree->axis[middle];
        double off = (axis ? n->y : n->x) - axis_of(n->tree->xy, place, axis);
        size_t near_lo = off < 0 ? lo : middle + 1, near_hi = off < 0 ? middle : hi;
        meet(n, place);
        visit(n, near_lo, near_hi);
        if (!(off * off <= n->limit)) return;
        if (off < 0) lo = middle + 1;
        else hi = middle;
    }
}

uint32_t cim__kdtree_near(const cim__kdtree *tree, double x, double y, uint32_t most, double radius, uint32_t but, uint32_t *out, double *square_out)
{
    nearest n = { tree, x, y, radius > 0.0 ? radius * radius : (double)INFINITY, most, 0, but, out, square_out };
    if (most) visit(&n, 0, tree->count);
    return n.count;
}
