/**
 * @file impact.h
 * What follows when a street is closed, an area is dug up or a pipe or cable fails: across utility networks, buildings and the road net.
 *
 *     cim_impact_build(ctx, city, utility, NULL, NULL, &impact);                   once per city
 *     cim_impact_query_new(ctx, impact, &query);                                   once per thread
 *     cim_impact_roads_build(ctx, impact, costs, NULL, 0, &roads);                 once per profile, where streets matter
 *     cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
 *     cim_impact_case what = CIM_IMPACT_CASE_INIT;  what.works = &work;  what.work_count = 1;
 *     cim_impact_find(ctx, impact, view, query, &what, NULL, &result);             valves, buildings, hydrants, what fails next
 *     cim_impact_find(ctx, impact, view, query, &what, &travel, &result);          and who still gets where
 *
 * Nothing is changed: not the city, not the status of the networks, not the live weights.  An answer is that of the view and of the metric given.
 *
 * Elements and devices are those of cim_utility_network().  *Works* here is one thing that is done or happens: a street or an area that is closed,
 * an object that fails.  Nothing here knows pressure or voltage: who is still connected to a source may all the same get too little.
 */
#ifndef CIM_IMPACT_H
#define CIM_IMPACT_H

#include "cim/net.h"
#include "cim/utility.h"

CIM_BEGIN

typedef struct cim_impact cim_impact;
typedef struct cim_impact_query cim_impact_query;
typedef struct cim_impact_roads cim_impact_roads;

/* ---- what is known of a city ---- */

typedef struct cim_impact_options {
    size_t struct_size; /* set by CIM_IMPACT_OPTIONS_INIT */
    double street_m;    /* width of carriageways that neither their width nor their lanes tell */
    double path_m;      /* the same of foot and cycle paths */
    double hydrant_m;   /* a hydrant that no line meets, as from a map, hangs on what is nearest of its network up to here; 0: on nothing */
    double house_m;     /* a pump or the like of which nothing says where its power comes from has it from the building without residents that is this near */
} cim_impact_options;

#define CIM_IMPACT_OPTIONS_INIT { sizeof(cim_impact_options), 6.0, 2.0, 3.0, 5.0 }

/**
 * Make a city ready: widths of streets, critical sites and stations, hydrants, what runs on power.
 *
 * A pump, plant, telecommunication node or other active object of a network fails when the power fails of what supplies it: relation `serves` from
 * a power line or node to it, or to the object it is part of, or to the building it stands in; else, which is a guess and said so, of the building
 * without residents beside it.
 *
 * @param utility  the city's networks; NULL: none.
 * @param net      the city's road net, as that of the costs used later; NULL: it is opened.
 * @param options  NULL for defaults.
 * @param[out] impact_out  freed with cim_impact_free(); it keeps city, utility and net alive.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_EIO; CIM_EFORMAT; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: some microseconds a building and street: they are read once.
 * Since 0.1.
 */
CIM_API cim_status cim_impact_build(cim_ctx *ctx, cim_city *city, cim_utility *utility, cim_net *net, const cim_impact_options *options,
                                    cim_impact **impact_out);

/**
 * Give up what is known of a city, after its queries and roads; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of it runs.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_impact_free(cim_impact *impact);

/** What a place of the city is good for. */
enum {
    CIM_IMPACT_CREW = 1,     /**< somebody who may go to the works first: fire brigade, ambulance, police */
    CIM_IMPACT_AMBULANCE = 2 /**< an ambulance is there, or where there is no ambulance station in the city a fire engine with medics */
};

/** A critical site or a station. */
typedef struct cim_impact_place {
    uint32_t object;
    uint32_t site;  /* CIM_UTILITY_SITE_* */
    uint32_t roles; /* CIM_IMPACT_CREW, ... */
    uint32_t reserved0;
    double x, y;
} cim_impact_place;

/**
 * The critical sites and stations of the city: hospitals, care homes and kindergartens, schools, fire, police and ambulance stations, each once even
 * when several objects of the city are the same or stand in one another.
 *
 * @param[out] count_out  how many.
 * @return borrowed, by object.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const cim_impact_place *cim_impact_places(const cim_impact *impact, size_t *count_out);

/**
 * Working memory of one thread; results are in it.
 *
 * @param[out] query_out  freed with cim_impact_query_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(1), and some bytes an element when first used.
 * Since 0.1.
 */
CIM_API cim_status cim_impact_query_new(cim_ctx *ctx, cim_impact *impact, cim_impact_query **query_out);

/**
 * Free working memory and the results in it; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: the thread that uses it.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_impact_query_free(cim_impact_query *query);

/* ---- roads ---- */

/** Who may be sent. */
typedef struct cim_impact_unit {
    cim_net_place place;
    uint32_t object; /* CIM_NONE: a place without one */
    uint32_t roles;  /* CIM_IMPACT_CREW, ... */
} cim_impact_unit;

/**
 * The places of critical sites and units on the road net, for a profile.
 *
 * @param costs  of the net that impact was made with.
 * @param units  unit_count of them; NULL with 0: those of cim_impact_places() with a role.
 * @param[out] roads_out  freed with cim_impact_roads_free(); it keeps costs alive.
 * @return CIM_OK; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread; the result may be shared.   Cost: some rows are read for every site.
 * Since 0.1.
 */
CIM_API cim_status cim_impact_roads_build(cim_ctx *ctx, cim_impact *impact, cim_net_costs *costs, const cim_impact_unit *units, size_t unit_count,
                                          cim_impact_roads **roads_out);

/**
 * Free them; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of it runs.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_impact_roads_free(cim_impact_roads *roads);

/**
 * The units.
 *
 * @param[out] count_out  how many.
 * @return borrowed.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const cim_impact_unit *cim_impact_units(const cim_impact_roads *roads, size_t *count_out);

/* ---- what happens ---- */

enum {
    CIM_IMPACT_CLOSE = 0, /**< a street or area is closed, and everything in it out of service; a valve or switch is closed; a line lets nothing pass */
    CIM_IMPACT_FAIL = 1   /**< objects of networks fail and are isolated, and the street above is closed */
};

/** One thing that is done or happens. */
typedef struct cim_impact_work {
    uint32_t kind;           /* CIM_IMPACT_CLOSE, CIM_IMPACT_FAIL */
    uint32_t reserved0;
    const uint32_t *objects; /* object_count objects of the city: streets, objects of networks, for CLOSE also anything with an area */
    size_t object_count;
    const cim_geom *area;    /* CLOSE: NULL or a polygon in the city's coordinates */
} cim_impact_work;

enum {
    CIM_IMPACT_KEEP_SUPPLY = 1,  /**< streets and areas are closed for traffic only */
    CIM_IMPACT_KEEP_STREETS = 2, /**< nothing is closed for traffic because of what fails */
    CIM_IMPACT_NO_CASCADE = 4    /**< what runs on power goes on without it */
};

typedef struct cim_impact_case {
    size_t struct_size;            /* set by CIM_IMPACT_CASE_INIT */
    const cim_impact_work *works;
    size_t work_count;
    const uint32_t *stuck;         /* devices that were found not to turn */
    size_t stuck_count;
    uint32_t flags;                /* CIM_IMPACT_KEEP_SUPPLY, ... */
    uint32_t hydrants;             /* how many hydrants with water to name for each of the works */
    double margin_m;               /* a closed street is dug up so far beyond its width; a quarter of its length at most is left at crossings */
    double trench_m;               /* the street above a failed object is the nearest one up to here */
} cim_impact_case;

#define CIM_IMPACT_CASE_INIT { sizeof(cim_impact_case), NULL, 0, NULL, 0, 0, 3, 0.5, 10.0 }

/** The road part. */
typedef struct cim_impact_travel {
    size_t struct_size;            /* set by CIM_IMPACT_TRAVEL_INIT */
    const cim_impact_roads *roads;
    cim_route_metric *metric;      /* of the roads' costs or of what they have become (live.h) */
    cim_route_query *query;        /* of its hierarchy */
    uint32_t crews;                /* how many crews to name for each of the works, at most 16 */
    uint32_t reserved0;
} cim_impact_travel;

#define CIM_IMPACT_TRAVEL_INIT { sizeof(cim_impact_travel), NULL, NULL, NULL, 3, 0 }

/* ---- what follows ---- */

enum {
    CIM_IMPACT_IN_WORKS = 1, /**< is cut off with the works; otherwise it hangs on them */
    CIM_IMPACT_GUESSED = 2,  /**< hangs on the nearest line, which nobody said */
    CIM_IMPACT_BACK = 4,     /**< has supply again when the ties are opened */
    CIM_IMPACT_PARTLY = 8    /**< keeps another connection: not counted as lost */
};

/** Who is without a commodity. */
typedef struct cim_impact_loss {
    uint32_t object, domain;
    uint32_t element;   /* the first that served it */
    uint32_t customers; /* of its lost connections; 0: not said */
    uint32_t people;    /* that live in it; 0: not known */
    uint32_t site;      /* CIM_UTILITY_SITE_* */
    uint32_t flags;     /* CIM_IMPACT_IN_WORKS, ... */
    uint32_t beds;      /* of a hospital or care home; 0: not known */
} cim_impact_loss;

/** What is lost of a commodity. */
typedef struct cim_impact_domain {
    uint32_t domain;
    uint32_t hit_count;   /* elements that are dug up or fail */
    uint32_t shut_count;  /* devices to shut */
    uint32_t buildings, partly, sites, hydrants; /* without supply */
    uint32_t back;        /* buildings that have it again when the ties are opened */
    uint64_t customers, people, people_back;
    double length_m;      /* of mains and services without supply */
} cim_impact_domain;

/** What fails because its power does. */
typedef struct cim_impact_failure {
    uint32_t object;
    uint32_t by;      /* the object whose power is lost: itself, what it is part of, the building it stands in */
    uint32_t round;   /* 1: of what the works cost; 2: of what these failures cost, ... */
    uint32_t domain;  /* of the object */
    uint32_t guessed; /* 1: nobody said that its power comes from there; it is the building beside it */
    uint32_t reserved0;
} cim_impact_failure;

/** A device that is shut, between what is lost and what has supply, and would bring it back. */
typedef struct cim_impact_tie {
    uint32_t device;
    uint32_t domain;
    uint32_t buildings;                /* that get supply again */
    uint32_t first_step, step_count;   /* elements in `steps`: the way from a source to the device and into what was lost */
    uint32_t first_shut, shut_count;   /* in `tie_shut`: devices at the works to shut before, so that nothing comes in from there; ascending */
    uint32_t reserved0;
    uint64_t people, customers;
} cim_impact_tie;

typedef struct cim_impact_hydrant {
    uint32_t work;       /* of live ones: for which of the works; of lost ones CIM_NONE */
    uint32_t object;
    uint32_t element;
    uint32_t reserved0;
    double x, y, distance_m; /* straight from the site */
} cim_impact_hydrant;

/** Where works are. */
typedef struct cim_impact_site {
    double x, y;                       /* a place on them; NAN: nowhere */
    uint32_t first_street, street_count; /* closed for traffic: in `streets` */
    uint32_t first_hit, hit_count;     /* dug up or failing: in `hits` */
} cim_impact_site;

typedef struct cim_impact_crew {
    uint32_t work, unit;
    uint32_t time_ms;    /* to the works, which it may enter itself, but no other works */
    uint32_t reserved0;
} cim_impact_crew;

enum { CIM_IMPACT_STREET_CLOSED = 1 /**< the street that the site is reached from is closed itself */ };

/** How ambulances get to a critical site. */
typedef struct cim_impact_access {
    uint32_t place;                    /* of cim_impact_places() */
    uint32_t before_ms, after_ms;      /* from the nearest ambulance; CIM_ROUTE_UNREACHABLE_MS: none gets there */
    uint32_t before_unit, after_unit;  /* CIM_NONE: none */
    uint32_t flags;                    /* CIM_IMPACT_STREET_CLOSED */
} cim_impact_access;

/** Through traffic around closed streets, from one end of them to the other. */
typedef struct cim_impact_detour {
    uint32_t work;
    uint32_t from, to;                 /* junctions of the net */
    uint32_t before_ms, after_ms;      /* CIM_ROUTE_UNREACHABLE_MS: no way */
    uint32_t first_link, link_count;   /* in `links`: the way around */
    uint32_t reserved0;
    double before_m, after_m;
} cim_impact_detour;

/** Everything; borrowed from the query until its next use.  Lists of numbers ascend unless said otherwise. */
typedef struct cim_impact_result {
    size_t struct_size;       /* set by the caller */
    uint64_t epoch;           /* of the view; 0 without one */
    uint32_t rounds;          /* of failures that follow from failures */
    uint32_t reserved0;
    const cim_impact_site *works; /* one for each of the case's works */
    size_t work_count;
    const uint32_t *hits;     /* elements, by works */
    size_t hit_count;
    const uint32_t *shut, *leave, *keep, *stuck; /* devices, see cim_trace_isolation */
    size_t shut_count, leave_count, keep_count, stuck_count;
    const uint32_t *sources;  /* nodes in the works that feed: they must be turned off themselves */
    size_t source_count;
    const uint32_t *cut;      /* elements that are cut off with the works, or let nothing pass any more */
    size_t cut_count;
    const uint32_t *lost;     /* other elements that lose their supply */
    size_t lost_count;
    const cim_impact_domain *domains; /* those that are touched */
    size_t domain_count;
    const cim_impact_loss *losses;    /* by object, then domain */
    size_t loss_count;
    const cim_impact_failure *failures; /* by round, then object */
    size_t failure_count;
    const cim_impact_tie *ties;       /* the one that brings back most first; each counts what those before it left */
    size_t tie_count;
    const uint32_t *steps;
    size_t step_count;
    const uint32_t *tie_shut;
    size_t tie_shut_count;
    const cim_impact_hydrant *hydrants; /* without water, by element */
    size_t hydrant_count;
    const cim_impact_hydrant *live;   /* with water, nearest first, by works */
    size_t live_count;
    const uint32_t *streets;          /* edges of the net that are closed, by works */
    size_t street_count;
    const cim_impact_crew *crews;     /* nearest first, by works */
    size_t crew_count;
    const cim_impact_access *access;  /* one for each site of cim_impact_places() that is on the net */
    size_t access_count;
    const cim_impact_detour *detours; /* two for each of the works with closed streets, there and back; none for a dead end */
    size_t detour_count;
    const uint32_t *links;
    size_t link_count;
    const uint32_t *front;            /* buildings that are reached from closed streets only */
    size_t front_count;
    uint64_t front_people;
} cim_impact_result;

/**
 * What follows.
 *
 * Everything that lies in a closed street (its line to both sides by half its width and the margin, but for the crossings at its ends) or in a closed area,
 * and everything that fails, is taken out of service: what belongs to networks with valves or switches is isolated as cim_trace_isolate() does it, all
 * of it together; sewers and telecommunication have none, there the elements themselves are out.  Then what runs on lost power fails, and what hangs
 * on that, until nothing more does.
 *
 * What loses supply is found among what hangs on the removed elements in one forest of ways from the sources; of these, what another element still flows to
 * has supply.  That is exact, with one-way elements too.
 *
 * @param view    a state of utility's network; NULL when there is none.
 * @param what    what is closed and fails.
 * @param travel  NULL: without the road part, but for the streets that are closed.
 * @param[in,out] result_out  filled as far as struct_size has room.
 * @return CIM_OK; CIM_ENOTFOUND naming an object that is neither street, nor in a network, nor has an area; CIM_EARG; CIM_EVERSION; CIM_EIO; CIM_EFORMAT;
 *         CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: a query belongs to one thread at a time.   Cost: O(what hangs on the works) after indexes of the view, made once; the road part some
 *              milliseconds: a metric with the streets closed, and one row of times a site.
 * Since 0.1.
 */
CIM_API cim_status cim_impact_find(cim_ctx *ctx, const cim_impact *impact, cim_trace_view *view, cim_impact_query *query, const cim_impact_case *what,
                                   const cim_impact_travel *travel, cim_impact_result *result_out);

CIM_END

#endif
