/* evacuate.h - an evacuation while it is planned. */
#ifndef CIM_TRAVEL_EVACUATE_H
#define CIM_TRAVEL_EVACUATE_H

#include "cim/flow.h"
#include "travel/times.h"

struct cim_evacuation {
    cim__mem *mem;
    cim_evacuation_view view;
    cim__buf groups, legs, links;
    uint64_t *exit_people;
};

/* A way into an exit: over a link, from a state. */
typedef struct cim__door {
    uint32_t exit, link, state, offset_ms, next; /* next at the same state; CIM_NONE */
} cim__door;

/* Places in a queue: people who enter a link, or an exit, by span of time. */
typedef struct cim__gate {
    double per_slot;    /* HUGE_VAL: any number */
    uint32_t *used;     /* by slot */
    uint32_t slots;     /* for which there is room in used */
    uint32_t open;      /* no slot before this one has room left */
    uint64_t people;
    double wait_s;
} cim__gate;

typedef struct cim__evac {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const cim_net *net;
    const uint32_t *weights;
    const cim_route_metric *metric;
    cim_route_query *query;
    cim_evacuation_task task;
    cim_evacuation *plan;
    uint32_t slot_ms, slot_count;
    cim__ends *starts;           /* by source */
    uint32_t *left, *room;       /* people by source; room by exit, CIM_NONE: any */
    uint32_t *free_ms;           /* by source: on empty streets to the nearest exit */
    cim__buf doors;
    uint32_t *first_door;        /* by state */
    cim__gate *gates;            /* by link, then by exit */
    uint32_t *to_exit;           /* by state: time to the nearest exit that has room */
} cim__evac;

/* clearance_bound_s, mean_bound_s, cut_people_per_hour. */
cim_status cim__evac_bounds(cim__evac *e);
/* Source and exit on one edge, the one before the other: the link, and its time. */
uint32_t cim__evac_straight(const cim__evac *e, size_t source, size_t exit, uint32_t *ms_out);

#endif
