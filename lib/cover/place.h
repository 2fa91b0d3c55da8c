/* place.h - what the files of the placement engine share.
 *
 * place.c            the calls: checks, which engine, the plan
 * place_value.c      what a plan is worth, from the arrays of the problem alone
 * place_search.c     Lagrangian bounds, fixing of sites, branch and bound: the same for coverage and medians
 * place_groups.c     groups of sites with limits
 * place_sets.c       coverage sets, and their reductions
 * place_cover.c      COVER_ALL and COVER_MOST on these
 * place_median.c     MEDIAN and IMPACT
 * place_swap.c       swaps for medians (Resende and Werneck)
 * place_center.c     CENTER as COVER_ALL of radii
 * place_disperse.c   DISPERSION
 * place_threshold.c  THRESHOLD
 * place_cbc.c        the same problems by COIN-OR CBC, where it is there
 *
 * Inside everything is minimised: COVER_MOST is the weight that stays uncovered. */
#ifndef CIM_COVER_PLACE_H
#define CIM_COVER_PLACE_H

#include "cim/place.h"
#include "core/ctx.h"

#include <math.h>

/* One call. */
typedef struct place_run {
    cim_ctx *ctx;
    cim__arena *arena;
    const cim_place_problem *p;
    cim_place_options o;
    double end_ms;  /* INFINITY: no limit */
    uint64_t random;
    uint64_t iterations, nodes, swaps, evaluations, work;
    uint32_t left_out, merged, dropped;
    uint8_t *ignored; /* COVER_ALL, CENTER: demands that no plan can serve */
    bool late;      /* time ran out */
} place_run;

/* What an engine found. */
typedef struct place_answer {
    uint8_t *open;   /* 1 for each site of the plan; set by the caller to site_count zeros */
    bool found;
    double value;    /* in the sense of the problem; compared with cim__place_value() */
    double bound;    /* NAN: none */
    const char *proof;
} place_answer;

bool cim__place_stop(place_run *r); /* the time is over; sets late */
uint64_t cim__place_random(place_run *r);
void *cim__place_room(place_run *r, size_t count, size_t size);  /* of the arena; not set */
void *cim__place_zeros(place_run *r, size_t count, size_t size);
cim_status cim__place_tick(place_run *r, const char *step);
bool cim__place_whole(const double *values, size_t count, double times); /* all whole, and so small that `times` sums of them are exact */

/* Allowed beside each other are values that differ by less than this share. */
#define PLACE_SAME 1e-9
/* ---- the problem as a table of values, for place_value.c and the engines ---- */

/* The demands of a site and their values; *values NULL without. */
size_t cim__place_row(const cim_place_problem *p, uint32_t site, const uint32_t **demands_out, const double **values_out);
static inline double cim__place_weight(const cim_place_problem *p, size_t demand) { return p->weights ? p->weights[demand] : 1.0; }
static inline double cim__place_cost(const cim_place_problem *p, size_t site) { return p->costs ? p->costs[site] : 1.0; }
static inline uint32_t cim__place_folds(const cim_place_problem *p, size_t demand) { return p->folds ? p->folds[demand] : 1; }
static inline uint8_t cim__place_flag(const cim_place_problem *p, size_t site) { return p->flags ? p->flags[site] : 0; }

/* skip: a site as if it were not in the plan, CIM_NONE for none.  servers: NULL or one each demand. */
cim_status cim__place_evaluate(cim_ctx *ctx, const cim_place_problem *p, const uint32_t *sites, size_t count, const uint8_t *ignored, double *value_out,
                           uint32_t *servers);
cim_status cim__place_gains(cim_ctx *ctx, const cim_place_problem *p, const uint32_t *sites, size_t count, const uint8_t *ignored, double *gains);

/* ---- groups of sites ---- */

/* Over the sites of an engine, or of the problem. */
typedef struct place_groups {
    uint32_t count, n;
    uint64_t *first;  /* n + 1: the groups of a site */
    uint32_t *of;
    uint32_t *least, *most;
    uint32_t *have;   /* of a plan: cim__place_groups_count() */
    uint32_t *may;    /* scratch */
} place_groups;

/* name: the site of the problem of each of n, NULL: itself.  Sites of the problem that are not among them are not chosen.  *out NULL without groups. */
cim_status cim__place_groups_build(place_run *r, uint32_t n, const uint32_t *name, place_groups **out);
void cim__place_groups_count(place_groups *g, const uint8_t *open);
bool cim__place_groups_fit(place_groups *g, const uint8_t *open); /* counts too */
/* After cim__place_groups_count(): may this one be shut (CIM_NONE: none) and that one opened? */
bool cim__place_groups_may(const place_groups *g, uint32_t out, uint32_t in);
/* Shut what is too many and open what is missing, as well as it goes; sites of base PLACE_IN stay. */
void cim__place_groups_repair(place_groups *g, const uint8_t *base, uint8_t *open);

/* ---- Lagrangian search ---- */

enum { PLACE_FREE = 0, PLACE_IN = 1, PLACE_OUT = 2 };

typedef struct place_core place_core;
struct place_core {
    place_run *run;
    void *engine;
    uint32_t n, m;       /* sites, demands */
    uint32_t most;       /* CIM_NONE: any number */
    double budget;       /* INFINITY: any */
    const double *cost;  /* of sites; NULL: 1 each */
    place_groups *groups; /* NULL: none */
    uint8_t *state;      /* PLACE_FREE, _IN, _OUT */
    uint8_t *base;       /* state at the root, which swaps keep to */
    double *u, *cap;     /* multipliers, and what they may be at most */
    double *rc;          /* reduced costs: what opening a site adds */
    double *x;           /* how much of a site the relaxation opens */
    double *mean;        /* of x, over the iterations */
    double *slope, *way; /* a subgradient, and the way that is gone: with a part of the ways before (P. Camerini and others, 1975) */
    uint8_t *open, *best_open;
    double best;         /* the best value so far, INFINITY: none */
    bool has_best, whole;
    double total;        /* of COVER_MOST, what the value is taken from to get that of the problem: gaps are relative to that */
    double enough;       /* a plan of this value ends the search */
    uint64_t end_work;   /* of the run: the search ends there */
    uint64_t seen[64];   /* hashes of plans already improved */
    /* The engine: the constant of the relaxation and rc from u, with the sum of the amounts that were added; slope from x; a plan improved
     * in place, with its value (INFINITY: not allowed); the value of a plan. */
    double (*relax)(place_core *c, double *amount);
    void (*gradient)(place_core *c);
    cim_status (*improve)(place_core *c, uint8_t *open, double *value_out);
    double (*value)(place_core *c, const uint8_t *open);
    /* inside */
    double *kept_u, *kept_rc;
    uint32_t *order, *trail;
    size_t trail_count;
    double theta[2], price_by_cost;
};

bool cim__place_is_cut(const place_core *c, double bound); /* no plan above this bound is of use */
cim_status cim__place_core_init(place_core *c); /* after the fields above are set, room for the rest */
cim_status cim__place_take(place_core *c, const uint8_t *open, double value); /* the best plan, if it is */
cim_status cim__place_search(place_core *c, uint32_t root_iterations, double *bound_out, const char **proof_out);
bool cim__place_fits(const place_core *c, const uint8_t *open);

/* ---- engines ---- */

/* Coverage sets after reductions; also asked by CENTER. */
typedef struct place_sets {
    uint32_t n, m;
    uint64_t *first;     /* n + 1 */
    uint32_t *demands;   /* ascending */
    uint64_t *back;      /* m + 1 */
    uint32_t *sites;     /* of a demand, ascending */
    double *weight;      /* m; INFINITY: must be covered */
    uint32_t *folds;     /* m */
    double *cost;        /* n */
    uint8_t *base;       /* n: PLACE_FREE or _IN */
    uint32_t *name;      /* n: the site of the problem */
    double sum;          /* of finite weights */
    double lost;         /* weight that can never be covered: not in it */
    uint64_t *bits;      /* a row of words each site when dense, else NULL */
    size_t words;
} place_sets;

typedef struct place_entries { /* which site serves which demand, before reductions */
    uint32_t n, m;
    const uint64_t *first;
    const uint32_t *demands;
    const double *weights; /* INFINITY: must be covered */
    const uint8_t *folds, *flags;
    const double *costs;
    bool by_cost;          /* costs matter when sites are compared */
} place_entries;

cim_status cim__place_sets_build(place_run *r, const place_entries *e, bool all, place_sets *sets_out);
/* best: the value from which on plans are of no use (INFINITY); enough: one that will do. */
cim_status cim__place_cover_search(place_run *r, const place_sets *s, place_groups *groups, bool all, uint32_t most, double budget, double cutoff, double enough, uint64_t end_work,
                               uint8_t *open, double *value_out, double *bound_out, const char **proof_out);

typedef struct place_median { /* medians */
    place_core c;
    uint64_t *first;     /* m + 1: what serves a demand, nearest first */
    uint32_t *site;      /* model sites */
    double *value;       /* weighted */
    uint32_t *upto;      /* entries below the multiplier */
    uint64_t *row;       /* n + 1: what a site serves, for the slopes of few sites */
    uint32_t *row_demand;
    double *row_value;
    double *miss;        /* of a demand that is not served, weighted */
    uint32_t *name;
    /* swaps */
    uint32_t *c1, *c2, *slot, *chosen;
    double *d1, *d2, *gain, *loss, *extra;
} place_median;

cim_status cim__place_swap_improve(place_core *c, uint8_t *open, double *value_out);

/* CIM_EUNSUPPORTED without CBC, or for a kind of problem that it does not get. */
cim_status cim__place_cbc_fits(cim_ctx *ctx, const cim_place_problem *p);
/* Improves and proves what *a holds. */
cim_status cim__place_solve_cbc(place_run *r, place_answer *a);

cim_status cim__place_solve_cover(place_run *r, place_answer *a);
cim_status cim__place_solve_median(place_run *r, place_answer *a);
cim_status cim__place_solve_center(place_run *r, place_answer *a);
cim_status cim__place_solve_dispersion(place_run *r, place_answer *a);
cim_status cim__place_solve_threshold(place_run *r, place_answer *a);

#endif
