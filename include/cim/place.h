/**
 * @file place.h
 * Where to put things: cameras, sensors, ambulance posts, schools, antennas; the engine, on bare arrays.
 *
 * Usable on its own, without a city.  A *site* is a place where something may be put, a *demand* is what is to be served: a house, a metre
 * of road, a scenario of contamination.  A plan is a set of sites.  Every plan comes with what is known about the best there can be:
 *
 *     cim_place_problem problem = CIM_PLACE_PROBLEM_INIT;
 *     problem.kind = CIM_PLACE_COVER_MOST, problem.site_count = 200, problem.demand_count = 2000, problem.most = 20;
 *     problem.first = first, problem.demands = demands, problem.weights = people;
 *     cim_place_solve(ctx, &problem, NULL, &plan);
 *     cim_place_result r = { sizeof r };
 *     cim_place_plan_get(ctx, plan, &r);          r.value of at most r.bound people, r.gap, r.proof
 *
 * The problems, with the papers they come from:
 *
 * | kind | what is asked | source |
 * |---|---|---|
 * | COVER_ALL | the cheapest sites that serve every demand, `folds` times each (LSCP) | C. Toregas, R. Swain, C. ReVelle, L. Bergman, 1971 |
 * | COVER_MOST | `most` sites, or what `budget` pays, that serve the greatest weight of demand (MCLP) | R. Church, C. ReVelle, 1974 |
 * | MEDIAN | `most` sites with the least weighted sum of distances to the nearest one | S. L. Hakimi, 1964 |
 * | CENTER | `most` sites with the least weighted distance of the demand that is farthest off | S. L. Hakimi, 1964; E. Minieka, 1970 |
 * | DISPERSION | `most` sites whose two nearest are as far apart as possible | M. J. Kuby, 1987 |
 * | IMPACT | sensors with the least weighted sum of impacts, where a scenario that no sensor detects costs `miss` | J. Berry and others, 2006 |
 * | THRESHOLD | `most` sites that bring the greatest weight of groups of demands to a given share | ACM SIGSPATIAL Cup 2026 |
 *
 * How: equal demands are merged, dominated sites dropped, sites that must be taken fixed; a greedy start with lazy evaluation (CELF:
 * J. Leskovec and others, 2007); swaps of one site with gains and losses kept up to date (M. Teitz, P. Bart, 1968; R. Whitaker, 1983;
 * M. Resende, R. Werneck, "A fast swap-based local search procedure for location problems", 2007); a Lagrangian bound by subgradients
 * whose plans are improved by swaps (J. E. Beasley, "Lagrangean heuristics for location problems", 1993; M. Fisher, 1981); sites
 * that the bound decides are fixed; branch and bound on the rest as far as `work` goes.  CENTER asks COVER_ALL of each radius of a binary
 * search, DISPERSION asks for independent sets in graphs of what is too near, with a colouring as bound (E. Tomita, 2003).  A greedy plan's
 * famous 1 - 1/e is not printed as a bound: it is far too weak to tell anybody anything.
 *
 * Groups of sites may be limited: at least and at most so many of each group, which may overlap.  The relaxation does not see them, branch and bound
 * and swaps do.
 *
 * A bound is rounded outwards: to whole numbers where all terms of the value are whole, else by what double precision may have lost.  The
 * value is computed anew, from the arrays of the problem and the sites alone, before a plan is returned; were it another one, the call
 * would fail with CIM_EINTERNAL.
 */
#ifndef CIM_PLACE_H
#define CIM_PLACE_H

#include "cim/ctx.h"

CIM_BEGIN

#define CIM_PLACE_MAX_SITES 0x4000000u
#define CIM_PLACE_MAX_DEMANDS 0x40000000u
#define CIM_PLACE_MAX_FOLDS 255u

/** What is asked. */
enum {
    CIM_PLACE_COVER_ALL = 0,
    CIM_PLACE_COVER_MOST = 1,
    CIM_PLACE_MEDIAN = 2,
    CIM_PLACE_CENTER = 3,
    CIM_PLACE_DISPERSION = 4,
    CIM_PLACE_IMPACT = 5,
    CIM_PLACE_THRESHOLD = 6
};

/** What is said of sites beforehand. */
enum {
    CIM_PLACE_FIXED = 1,    /* is in every plan: it stands already */
    CIM_PLACE_FORBIDDEN = 2 /* is in none */
};

/**
 * A problem; arrays are borrowed for the call.
 *
 * Which site serves which demand comes in one of two forms: as lists, `first` and `demands` (and `values`), where what is not listed is
 * not served, or as a full `matrix` of values.  COVER_ALL, COVER_MOST and THRESHOLD want lists without values; DISPERSION a matrix of
 * distances between sites.  Values are distances, times or impacts in any unit, finite and not negative.
 */
typedef struct cim_place_problem {
    size_t struct_size;      /* set by CIM_PLACE_PROBLEM_INIT */
    uint32_t kind;           /* CIM_PLACE_COVER_ALL .. CIM_PLACE_THRESHOLD */
    uint32_t site_count, demand_count;
    uint32_t most;           /* sites of a plan, at most, fixed ones among them; exactly for DISPERSION.  CIM_NONE: any number */
    double budget;           /* costs of a plan, at most; INFINITY: any.  COVER_MOST, MEDIAN and IMPACT only */
    const uint64_t *first;   /* site_count + 1: the demands of site s are demands[first[s]] .. demands[first[s + 1] - 1], in any order */
    const uint32_t *demands; /* each once a site */
    const double *values;    /* as long as demands.  MEDIAN, CENTER, IMPACT */
    const double *matrix;    /* site_count rows of demand_count values, instead of lists; for DISPERSION of site_count, symmetric */
    const double *weights;   /* demand_count, not negative; NULL: 1 each.  For THRESHOLD the amounts that demands bring to their groups */
    const double *miss;      /* demand_count: IMPACT only, the value of a demand that no chosen site serves */
    const uint8_t *folds;    /* demand_count: how many sites must serve it before it counts, from 1; NULL: 1 each.  COVER_ALL, COVER_MOST */
    const double *costs;     /* site_count, not negative; NULL: 1 each.  COVER_ALL, and with a budget */
    const uint8_t *flags;    /* site_count: 0, CIM_PLACE_FIXED or CIM_PLACE_FORBIDDEN; NULL: 0 each */
    uint32_t group_count;    /* THRESHOLD: groups, e.g. buildings whose walls are the demands */
    const uint32_t *groups;  /* demand_count: the group of each, CIM_NONE: of none */
    const double *needs;     /* group_count: the amount from which on a group counts, above 0 */
    const double *group_weights; /* group_count, not negative; NULL: 1 each */
    uint32_t site_group_count;   /* COVER_ALL, COVER_MOST, MEDIAN, IMPACT: groups of sites, which may overlap */
    uint32_t reserved0;
    const uint64_t *site_group_first; /* site_group_count + 1: the sites of group g are site_group_sites[site_group_first[g]] .. */
    const uint32_t *site_group_sites; /* each once a group */
    const uint32_t *site_group_least; /* site_group_count: so many of them are in a plan, at least; NULL: 0 */
    const uint32_t *site_group_most;  /* at most; CIM_NONE: any number; NULL: any */
} cim_place_problem;

#define CIM_PLACE_PROBLEM_INIT                                                                                                          \
    { sizeof(cim_place_problem), 0, 0, 0, CIM_NONE, __builtin_inf(), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, \
      0, 0, NULL, NULL, NULL, NULL }

/** Who solves. */
enum {
    CIM_PLACE_OWN = 0, /* libcim alone */
    CIM_PLACE_CBC = 1  /* libcim's plan is given to COIN-OR CBC, which improves and proves it: COVER_ALL, COVER_MOST, MEDIAN, IMPACT.  Cannot be
                        * cancelled while CBC is at work, and proves within CBC's tolerances (1e-6).  Only where configured --with-cbc */
};

/** cim_place_options.work: go on until the best plan is proven. */
#define CIM_PLACE_PROVE UINT64_MAX

typedef struct cim_place_options {
    size_t struct_size;          /* set by CIM_PLACE_OPTIONS_INIT */
    uint64_t work;               /* about how many entries of lists may be looked at, some 10^9 in one or two seconds; the first plan is always made */
    uint64_t seed;               /* of what is random.  The same problem, options and seed give the same plan, unless time runs out */
    double gap;                  /* stop when the gap is not above this; 0: the best plan */
    double time_limit_s;         /* stop then, with what there is; 0: none */
    int32_t leave_out;           /* 1: COVER_ALL, CENTER: demands that no plan can serve are left out and counted, instead of CIM_ENOTFOUND */
    uint32_t solver;             /* CIM_PLACE_OWN, CIM_PLACE_CBC */
} cim_place_options;

#define CIM_PLACE_OPTIONS_INIT { sizeof(cim_place_options), 1000000000u, 1, 0.0, 0.0, 0, CIM_PLACE_OWN }

/** What is known of a plan. */
enum {
    CIM_PLACE_PROVEN = 0,   /* none is better (by more than 1e-9 of the value where terms are no whole numbers) */
    CIM_PLACE_BOUNDED = 1,  /* none is better than `bound` */
    CIM_PLACE_HEURISTIC = 2 /* no bound: a better one may be very much better */
};

typedef struct cim_place_plan cim_place_plan;

/** A plan; arrays are borrowed from it. */
typedef struct cim_place_result {
    size_t struct_size;      /* set by the caller */
    uint32_t kind, status;   /* CIM_PLACE_PROVEN .. CIM_PLACE_HEURISTIC */
    double value;            /* costs of COVER_ALL, weight of COVER_MOST and THRESHOLD, weighted sum of MEDIAN and IMPACT, largest weighted
                              * distance of CENTER, least distance of DISPERSION (INFINITY with one site) */
    double bound;            /* no plan is below it or, of COVER_MOST, THRESHOLD and DISPERSION, above; NAN: no bound */
    double gap;              /* |value - bound| / |value|; 0 when they are equal, INFINITY without a bound */
    const char *proof;       /* how: "lagrangian bound", "branch and bound", "exhaustive search", "reductions", "cbc", "no bound" ... */
    const uint32_t *sites;   /* ascending */
    const double *gains;     /* of each: what the value would lose without this one; of COVER_ALL the weight that would not be served
                              * enough, of DISPERSION the distance to the nearest other */
    uint32_t count;
    uint32_t stopped;        /* 1: time ran out */
    const uint32_t *servers; /* of each demand the chosen site of the least value, the first of those; CIM_NONE: none.  NULL for DISPERSION */
    size_t server_count;
    uint32_t left_out;       /* demands that no site, or too few, may serve */
    uint32_t merged_demands, dropped_sites; /* by the reductions */
    uint64_t seed, iterations, nodes, swaps, evaluations, work; /* subgradients, nodes of branch and bound, swaps, gains computed */
    double cost;             /* of the sites */
} cim_place_result;

/**
 * Find a plan and a bound.
 *
 * @param options        NULL: all defaults.
 * @param[out] plan_out  freed with cim_place_plan_free().
 * @return CIM_OK; CIM_EARG naming the first thing that is wrong; CIM_ENOTFOUND when it is proven that there is no plan, with the reason;
 *         CIM_ELIMIT when none was found and none is proven not to be; CIM_ECANCEL; CIM_EVERSION; CIM_ENOMEM; CIM_EUNSUPPORTED
 *         when CBC is asked for and not there or not for this kind; CIM_EINTERNAL when the plan is not worth what the search said.
 * Thread rule: any thread; one thread works.   Cost: see cim_place_options.work; memory of about 40 bytes an entry.
 * Since 0.1.
 */
CIM_API cim_status cim_place_solve(cim_ctx *ctx, const cim_place_problem *problem, const cim_place_options *options, cim_place_plan **plan_out);

/**
 * What a given plan is worth, e.g. the one that stands today.  It need not keep to `most`, `budget` and flags.
 *
 * @param sites           count sites, each once.
 * @param[out] value_out  as cim_place_result.value; INFINITY when MEDIAN or CENTER leave a demand unserved; of COVER_ALL the costs,
 *                        or INFINITY when a demand is not served enough.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(entries of the sites + demands).
 * Since 0.1.
 */
CIM_API cim_status cim_place_value(cim_ctx *ctx, const cim_place_problem *problem, const uint32_t *sites, size_t count, double *value_out);

/**
 * What is in a plan.
 *
 * @param[out] result_out  filled as far as its struct_size reaches.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_place_plan_get(cim_ctx *ctx, const cim_place_plan *plan, cim_place_result *result_out);

/**
 * Free a plan; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_place_plan_free(cim_place_plan *plan);

CIM_END

#endif
