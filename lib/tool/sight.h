/* sight.h - what the verbs about sight share: a city's scene, points named on the command line. */
#ifndef CIM_TOOL_SIGHT_H
#define CIM_TOOL_SIGHT_H

#include "travel_print.h"

/* Options, read by sight_open() and sight_place(). */
#define SIGHT_FLAGS                                                                                                  \
    { "hides", 0, "EXPR", "of what can hide only objects for which an expression is true (cim-query(7))" },         \
    { "trees", 0, NULL, "crowns of trees hide, too" },                                                              \
    { "walls", 0, NULL, "walls and hedges hide, too" },                                                             \
    { "surfaces", 0, NULL, "roofs and walls hide where they are known (LoD 2 and more), not outlines; for sight lines" }, \
    { "without", 0, "ID", "as if this object were not there; may be given several times" },                         \
    { "at-time", 0, "T", "only what exists at a date or time" },                                                    \
    { "terrain", 0, "FILE", "GeoTIFF with the heights of the ground (default: what the city knows of it)" },        \
    { "lonlat", 0, NULL, "places are longitude and latitude" },                                                     \
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" }

typedef struct sight {
    travel travel; /* tool and city only */
    cim_scene *scene;
    cim_scene_view view;
} sight;

/* All return EXIT_DONE or the status after a message. */
int sight_open(sight *s, cimtool *tool);
void sight_close(sight *s);
/* "X,Y", "X,Y,Z" or an object's id; Z is absolute.  height_m: above ground or roof; not a number: as cim_scene_place().  object: CIM_NONE of numbers. */
int sight_place(sight *s, const char *text, double height_m, double xyz_out[3], uint32_t *object_out);
/* "2026-06-21T12:00:00Z", "...+02:00", "2026-06-21" (midnight UTC). */
int sight_time(cimtool *tool, const char *option, const char *text, double *unix_out);
void sight_warn(const sight *s); /* what the scene guessed */
/* Who is in the way, as a JSON string or plain: an id, "terrain", "added". */
int sight_print_blocker(sight *s, uint32_t blocker, bool json);
/* "scene":{...} of JSON. */
void sight_print_scene(const sight *s);

#endif
