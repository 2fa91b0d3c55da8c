/* places.h - lists of places for verbs that take many: named one by one, in files, by expressions. */
#ifndef CIM_TOOL_PLACES_H
#define CIM_TOOL_PLACES_H

#include "travel.h"

typedef struct places {
    cim_net_place *at;
    uint32_t *objects;  /* CIM_NONE: a place without an object */
    char **texts;       /* how a place without an object was named; else NULL */
    double *weights;    /* after places_values(); else NULL */
    size_t count, room;
    uint32_t *unplaced; /* objects that an expression finds, but with no street within --radius */
    size_t unplaced_count, unplaced_room;
    size_t asked;       /* all of them */
} places;

/* All that return int return EXIT_DONE or the status after a message; all that take places append. */
int places_put(travel *t, places *list, uint32_t object, const char *text, const cim_net_place *place); /* text: NULL or copied */
int places_add(travel *t, places *list, const char *text);        /* what travel_place() accepts */
int places_find(travel *t, places *list, const char *expression); /* all objects of a query */
/* From options, each as often as it was given: places, names of files with one a line, expressions.  NULL: no such option. */
int places_take(travel *t, places *list, const char *option, const char *file_option, const char *filter_option);
int places_copy(travel *t, places *list, const places *from, size_t i);
void places_free(places *list);

/* Lines of a file, "-": standard input, without blanks at both ends; empty ones and those that begin with # are passed over.  A line that is
 * too long or has a NUL is an error.  fn: a status; EXIT_PARTIAL goes on, and is what is returned at the end. */
typedef int (*places_line_fn)(void *user, char *line, size_t number);
int places_lines(const char *path, places_line_fn fn, void *user);

/* Weights: a property of the objects as numbers, `missing` where it is none.  known_out: NULL, or false when no object of the city has it. */
int places_values(travel *t, places *list, const char *property, double missing, bool *known_out);
int places_footprints(travel *t, places *list);                 /* 1 where none is known */

/* ---- showing ---- */

/* Id and name of an object, or a place as it was named; both freed with free(); name "" when there is none. */
int places_label(travel *t, const places *list, size_t i, char **id_out, char **name_out);
int places_print_id(travel *t, const places *list, size_t i);    /* as a JSON string */
int places_print_ids(travel *t, const places *list);             /* [...] */
int places_print_label(travel *t, const places *list, size_t i); /* "id":...,"name":... of JSON */
/* "unplaced":[ids] of lists; and how many they are, on stderr. */
int places_print_unplaced(travel *t, const places *const *lists, size_t count);
void places_warn(travel *t, const places *list, const char *what);

#endif
