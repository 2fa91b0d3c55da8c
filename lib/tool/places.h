/* places.h - lists of places for verbs that take many: named one by one, in files, by expressions. */
#ifndef CIM_TOOL_PLACES_H
#define CIM_TOOL_PLACES_H

#include "travel.h"

typedef struct places {
    cim_net_place *places;
    char **names; /* as the user wrote them; of objects their ids */
    size_t count, room;
    size_t left_out; /* objects of an expression that have no place on the net; each was said */
} places;

/* All return EXIT_DONE or the status after a message. */
int places_add(travel *t, places *list, const char *text);           /* "X,Y" or an id */
int places_read(travel *t, places *list, const char *path);          /* a file with one a line; "-": standard input */
int places_find(travel *t, places *list, const char *expression);    /* all objects of a query */
/* The three together, from options --PREFIX (repeated), --PREFIX-file, --PREFIX-filter. */
int places_take(travel *t, places *list, const char *prefix);
void places_free(places *list);

/* As a field of a CSV file (RFC 4180). */
void places_print_csv(const char *text);

#endif
