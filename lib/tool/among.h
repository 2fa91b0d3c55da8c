/* among.h - many places named at once, by an expression or in a file, and what is shown of them. */
#ifndef CIM_TOOL_AMONG_H
#define CIM_TOOL_AMONG_H

#include "travel.h"

#define AMONG_NONE { NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0 }

typedef struct among {
    cim_net_place *places;
    uint32_t *objects;    /* CIM_NONE: a place without an object */
    char **texts;         /* how a place without an object was named; NULL */
    uint32_t *unplaced;   /* objects that the expression finds, but with no street within --radius */
    size_t count, unplaced_count, room, unplaced_room;
    size_t asked;         /* all of them */
} among;

/* Objects for which the option's expression is true, and places of the file that the other option names, one a line: an id or X,Y.
 * Either may be absent.  Appends.  EXIT_DONE or the status after a message. */
int among_read(travel *t, const char *filter_option, const char *file_option, among *a);
int among_add(travel *t, among *a, uint32_t object, const cim_net_place *place);
/* What travel_place() accepts. */
int among_add_text(travel *t, among *a, const char *text);
int among_copy(travel *t, among *a, const among *from, size_t i);
void among_free(among *a);

/* ---- showing ---- */

/* Id and name of an object, or a place as it was named; both freed with free(); name "" when there is none. */
int among_label(travel *t, const among *a, size_t i, char **id_out, char **name_out);
int among_print_label(travel *t, const among *a, size_t i); /* "id":...,"name":... of JSON */
int among_print_unplaced(travel *t, const among *a);        /* "unplaced":[ids] */
void among_warn(const travel *t, const among *a, const char *what); /* how many have no street, on stderr */
void among_print_safe(const char *text);                    /* control characters of a hostile file must not reach the terminal */
void among_print_breaks(uint32_t rules);                    /* as JSON */
void among_print_time(uint32_t ms, int width);              /* "1:23"; "-": no way */

#endif
