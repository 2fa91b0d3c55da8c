/* impact.h - cimtool impact: what was asked, what follows, and how it is shown. */
#ifndef CIM_TOOL_IMPACT_H
#define CIM_TOOL_IMPACT_H

#include "areas.h"
#include "places.h"
#include "travel_print.h"
#include "utility.h"

/* One of the works as it was named. */
typedef struct impact_named {
    const char *text;
    utility_list objects;
    bool is_area;
    size_t area;         /* number in areas */
    bool fails;
} impact_named;

typedef struct impacting {
    travel travel;
    utility u;           /* its city is a second owner of that of travel */
    bool has_roads;
    areas areas;
    places crews;
    impact_named named[CIMTOOL_VALUES];
    cim_impact_work works[CIMTOOL_VALUES];
    size_t work_count;
    utility_list stuck;
    cim_impact *impact;
    cim_impact_query *query;
    cim_impact_roads *roads;
    cim_impact_case what;
    cim_impact_result r;
    cim_net_view net;
    const cim_impact_place *places;
    size_t place_count;
    const cim_impact_unit *units;
    size_t unit_count;
    int64_t top;
} impacting;

/* All return EXIT_DONE or the status after a message. */
int impact_print_plain(impacting *m);
int impact_print_json(impacting *m);
int impact_write_layer(impacting *m, const char *path); /* GeoJSON */

const char *impact_network(const impacting *m, uint32_t domain);
/* The name of an object, else its reference, else its id; freed with free(). */
int impact_label(impacting *m, uint32_t object, char **text_out);
/* Of the way around: vertices, x before y; freed with free(). */
int impact_detour_line(const impacting *m, const cim_impact_detour *detour, double **xy_out, size_t *count_out);

#endif
