/* picture.h - what the verbs that draw share: which objects, layers of results, where to. */
#ifndef CIM_TOOL_PICTURE_H
#define CIM_TOOL_PICTURE_H

#include "tool.h"

#define PICTURE_FLAGS                                                                                                              \
    { "output", 'o', "FILE", "where to (default: standard output)" },                                                                                         \
        { "layer", 'l', "FILE[:STYLE]", "GeoJSON to lay over it; may be given several times" },                                    \
        { "color-by", 'b', "NAME", "colour objects by a property" },                                                               \
        { "classes", 0, "KIND", "quantile:5, equal:5, jenks:5 or limits 10,20,50 (default: quantile:5)" },                         \
        { "ramp", 0, "NAME", "viridis, cividis, magma, blues, greens, oranges, puor or brbg (default: viridis)" },                 \
        { "filter", 0, "EXPRESSION", "only objects that cim-query(7) finds with it" },                                             \
        { "title", 0, "TEXT", "what the picture is called (default: the name of the output)" },                                    \
        { "overwrite", 0, NULL, "replace the file if it exists" },                                                                 \
        { "foreign", 0, NULL, "accept tables and views that libcim did not make" }

typedef struct picture {
    const char *path;
    const char *layers[CIMTOOL_VALUES];
    size_t layer_count;
    cim_city *city;
    cim_query_result found; /* ids NULL: all objects */
    bool filtered;
} picture;

#define PICTURE_INIT { .found = CIM_QUERY_RESULT_INIT }

/* EXIT_DONE, or the status after a message. */
int picture_open(cimtool *t, picture *p);
void picture_close(picture *p);
/* The report of what was written, and the status of the verb. */
int picture_finish(cimtool *t, const picture *p, cim_status st, const cim_buf *report, const char *what);

#endif
