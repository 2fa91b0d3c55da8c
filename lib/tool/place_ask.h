/* place_ask.h - candidates, demands and who reaches whom, from the options of cimtool place. */
#ifndef CIM_TOOL_PLACE_ASK_H
#define CIM_TOOL_PLACE_ASK_H

#include "travel.h"

typedef enum place_by { PLACE_ROAD = 0, PLACE_AIR = 1, PLACE_SIGHT = 2, PLACE_WATER = 3 } place_by;

typedef struct place_ask {
    travel travel;
    uint32_t problem;
    place_by by;
    bool lengths;              /* by road in metres, not in seconds */
    double within;             /* seconds or metres; INFINITY */
    cim_sites *site_list, *demand_list;
    const cim_site *sites;
    uint32_t site_count, demand_count, fixed_count;
    cim_site *own_sites;       /* of sites, where some were taken off */
    cim_site *demands;         /* those of targets have no list of their own */
    uint8_t *flags, *folds;
    double *costs, *weights;   /* NULL: 1 each */
    uint32_t *groups, group_count;
    double *needs;
    size_t placeless;
    cim_net_costs *length_costs;
    cim_route_metric *length_metric;
    cim_scene *scene;
    cim_targets *targets;
    cim_utility *utility;
    cim_trace_status *status;
    cim_trace_view *view;
    cim_reach *reach;
    cim_place_plan *plan;
    cim_place_result result;
} place_ask;

const char *place_by_name(place_by by);
int place_ask_make(place_ask *a, cimtool *tool); /* EXIT_DONE or the status after a message */
void place_ask_end(place_ask *a);

/* "300", "300s" or "500m": false after a message.  meters_out: it is a length. */
bool place_within(const char *option, const char *text, double *value_out, bool *metres_out);

/* A property of objects as groups: numbers below *count_out, CIM_NONE without; names in the order of their first object, freed with free(). */
int place_groups(travel *t, const uint32_t *objects, uint32_t count, const char *property, uint32_t *groups_out, uint32_t *count_out, char ***names_out);

#endif
