/* observe.h - what cimtool observe asks and how it is printed. */
#ifndef CIM_TOOL_OBSERVE_H
#define CIM_TOOL_OBSERVE_H

#include "tool.h"

enum { OBSERVE_PERCENTILES = 16 };

typedef struct observing {
    cimtool *tool;
    cim_city *city; /* opened when it is needed */
    cim_sense *sense;
    uint32_t *ids;  /* streams chosen */
    size_t count;
    int64_t from_ms, to_ms, at_ms, bucket_ms, max_age_ms, commit_ms, hold_ms;
    double percentiles[OBSERVE_PERCENTILES];
    size_t percentile_count;
} observing;

/* Values of options; untouched when absent, false after a message. */
bool observe_time(cimtool *t, const char *name, int64_t *time_ms);
bool observe_duration(cimtool *t, const char *name, int64_t *ms);

int observe_print_streams(observing *o);
int observe_print_readings(observing *o); /* one observation of each */
int observe_print_window(observing *o);
int observe_print_buckets(observing *o);

#endif
