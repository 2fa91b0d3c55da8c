/* field.h - inside a field: places, the tree over them, covariances, a system and its factors. */
#ifndef CIM_FIELD_FIELD_H
#define CIM_FIELD_FIELD_H

#include "core/ctx.h"

#include "cim/field.h"

#include <math.h>

enum { CIM__FIELD_MAX_NEAR = 512 };

/* Places as a balanced tree: the middle of a run is its node, split by x or y, whichever is wider there. */
typedef struct cim__kdtree {
    uint32_t count;
    uint32_t *order;  /* places; runs of it are the subtrees */
    uint8_t *axis;    /* of the middle of a run */
    const double *xy; /* not owned */
} cim__kdtree;

cim_status cim__kdtree_build(cim_ctx *ctx, cim__mem *mem, const double *xy, uint32_t count, cim__kdtree *tree_out);
void cim__kdtree_free(cim__mem *mem, cim__kdtree *tree);
/* The nearest of them, nearest first, by number where equally near; without place `but`.  Squared distances. */
uint32_t cim__kdtree_near(const cim__kdtree *tree, double x, double y, uint32_t most, double radius, uint32_t but, uint32_t *out, double *square_out);

/* A lower triangle by rows, L L^T = C. */
bool cim__cholesky(double *c, size_t n);                        /* false: not positive definite */
void cim__cholesky_down(const double *l, size_t n, double *b);  /* b becomes L^-1 b */
void cim__cholesky_up(const double *l, size_t n, double *b);    /* b becomes L^-T b */

/* A variogram made ready. */
typedef struct cim__covariance {
    uint32_t model;
    double nugget, sill, range, smoothness, scale; /* scale: 2^(1-s) / gamma(s) */
} cim__covariance;

cim__covariance cim__covariance_of(const cim_variogram *v);
double cim__correlation(const cim__covariance *c, double h); /* 1 at 0 */
static inline double cim__covary(const cim__covariance *c, double h) { return h > 0.0 ? c->sill * cim__correlation(c, h) : c->sill + c->nugget; }
cim_status cim__variogram_ok(cim_ctx *ctx, const cim_variogram *v);

struct cim_field {
    cim__mem *mem;
    uint32_t method, count, merged, neighbours;
    double radius, power;
    double origin[2], min[2], max[2];
    double *xy, *z;          /* places less the origin; values less the mean */
    double mean;
    uint32_t *first;         /* of the place: which reading came first, ascending */
    cim_variogram variogram;
    cim__covariance cov;
    cim__kdtree tree;
    double *factor;          /* of all places; NULL: neighbourhoods */
    double *ones, *weights;  /* C^-1 1; C^-1 (z - level) */
    double level, one_one;   /* of the mean, and 1' C^-1 1 */
    double added;
};

cim_status cim__field_options_ok(cim_ctx *ctx, const cim_field_options *o);

#endif
