/* impact.h - what the files of impacts share.
 *
 *   build.c   what is known of a city: widths, hydrants, what runs on power
 *   places.c  critical sites and stations, each once
 *   works.c   from streets, areas and objects to elements, devices and closed edges
 *   lost.c    isolation, who loses supply, what fails next
 *   ties.c    what would bring supply back
 *   roads.c   crews, ambulances, ways around
 *   find.c    all of it in turn */
#ifndef CIM_IMPACT_IMPACT_H
#define CIM_IMPACT_IMPACT_H

#include "cim/impact.h"
#include "core/sort.h"
#include "net/net.h"
#include "trace/trace.h"

/* A hydrant at an element. */
typedef struct cim__impact_hydrant {
    uint32_t element, object;
    double x, y;
} cim__impact_hydrant;

enum { CIM__IMPACT_GUESSED = 1 << 16 };

struct cim_impact {
    cim__mem *mem;
    cim_city *city;
    cim_net *net;
    cim_utility *utility;        /* NULL: no networks */
    cim_trace_network *network;  /* borrowed */
    cim_utility_view view;
    uint8_t is_power[256], is_telecom[256], has_valves[256]; /* by domain */
    float *half_m;               /* by edge of the net */
    uint32_t *people;            /* by object */
    uint8_t *overhead;           /* by object: nothing that is dug up */
    cim__buf hydrants;           /* cim__impact_hydrant, by element */
    cim__buf dependents;         /* cim__keyed, by supplier: key supplier, id what runs on it, extra its domain and CIM__IMPACT_GUESSED */
    cim__buf places;             /* cim_impact_place, by object */
};

/* ---- building ---- */

cim_status cim__impact_read(cim_ctx *ctx, cim_city *city, cim__layer_id layer, const cim__columns *columns, cim__object_fn fn, void *user);
cim_status cim__impact_places(cim_ctx *ctx, cim_impact *impact);
/* The object that this one is the same as and that has a lower number, or itself. */
uint32_t cim__impact_first_same(const cim_city *city, uint32_t object);

/* ---- asking ---- */

struct cim_impact_query {
    cim__mem *mem;
    const cim_impact *impact;
    cim_trace_query *trace;      /* NULL without networks */
    /* the works */
    cim__buf works;              /* cim_impact_site */
    cim__buf hits;               /* uint32_t */
    cim__buf faults, broken;     /* uint32_t elements: to be isolated; out as they are */
    cim__buf stuck, closed;      /* uint32_t devices */
    cim__buf streets;            /* uint32_t edges */
    uint32_t *by_edge;           /* 1 + which of the works closes it; all 0 between questions */
    cim__buf edges;              /* uint32_t: with by_edge */
    /* what follows; lists of devices and elements stay in trace->out */
    cim__buf lists[5];           /* uint32_t: copies of cim__isolation's shut, leave, keep, stuck, sources */
    cim__buf cut, lost;          /* uint32_t */
    cim__buf domains, losses, failures, ties, steps, tie_shut, hydrants, live;
    cim__buf crews, access, detours, links, front;
    uint64_t front_people;
    cim__buf scratch, more, items, sorted; /* of one step */
    uint32_t rounds;
};

typedef struct cim__impact_ask {
    const cim_impact *impact;
    cim_impact_query *q;
    cim_impact_case what;
    cim__isolation isolation; /* view NULL: there are no networks */
} cim__impact_ask;

static inline uint32_t cim__impact_domain(const cim_impact *m, uint32_t element)
{
    return element < m->view.node_count ? m->view.node_domain[element] : m->view.edge_domain[element - m->view.node_count];
}

bool cim__impact_put(cim__buf *list, uint32_t value);
/* Ascending, each once, from the `first`-th on. */
cim_status cim__impact_unique(cim_ctx *ctx, cim_impact_query *q, cim__buf *list, size_t first);
cim_status cim__impact_elements(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list); /* appended */
/* Those that the object is, not those that serve it; none of a power network. */
cim_status cim__impact_own(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list);
cim_status cim__impact_devices(cim_ctx *ctx, const cim_impact *m, uint32_t object, cim__buf *list);

cim_status cim__impact_works(cim_ctx *ctx, cim__impact_ask *a);
cim_status cim__impact_lost(cim_ctx *ctx, cim__impact_ask *a);
cim_status cim__impact_ties(cim_ctx *ctx, cim__impact_ask *a);
cim_status cim__impact_front(cim_ctx *ctx, cim__impact_ask *a);
cim_status cim__impact_roads(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_travel *travel);

struct cim_impact_roads {
    cim__mem *mem;
    const cim_impact *impact;
    cim_net_costs *costs;
    cim__buf units;              /* cim_impact_unit */
    cim__buf sites;              /* cim_net_place, and in site_of the place it is of */
    cim__buf site_of;            /* uint32_t */
};

#endif
