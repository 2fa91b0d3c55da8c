/* tracing.h - what the kinds of cimtool trace share.  A kind is asked again and again when states arrive (--follow): then each answer is one
 * line of JSON. */
#ifndef CIM_TOOL_TRACING_H
#define CIM_TOOL_TRACING_H

#include "utility.h"

typedef struct tracing {
    utility u;
    const char *what;     /* "isolate" */
    uint32_t number;      /* CIM_TRACE_CONNECTED .., for the kinds that cim_trace_find() knows */
    utility_list starts;
    utility_list ends;    /* path only: where it leads to */
    utility_list stuck;   /* devices */
    uint8_t *wanted;      /* --filter: by object, NULL: all */
    uint8_t *elsewhere;   /* --tier: by object, not 0 where it says another tier; NULL: none does */
    int64_t top;          /* rows to show; 0: all */
    bool json;
    utility_layer layer;  /* -o; file NULL: none */
} tracing;

/* Kinds: EXIT_DONE, EXIT_NEGATIVE when the answer is none, or the status after a message. */
int tracing_find(tracing *t);
int tracing_path(tracing *t);
int tracing_isolate(tracing *t);
int tracing_redundancy(tracing *t);
int tracing_critical(tracing *t);
int tracing_propagate(tracing *t);
int tracing_report(tracing *t);

/* "schema", "trace", "as_of", "epoch", "starts" of JSON, without "}"; or a line with the starts. */
int tracing_begin(tracing *t);
void tracing_end(tracing *t); /* "}" */
bool tracing_wants(const tracing *t, uint32_t element);
/* The column of --by, `usual` without it; EXIT_USAGE after a message. */
int tracing_column(tracing *t, uint32_t usual, uint32_t *column_out);
double tracing_value(const tracing *t, uint32_t column, uint32_t element);
void tracing_sum(const tracing *t, const uint32_t *elements, size_t count, double *sums);
bool tracing_shows(const tracing *t, size_t row); /* is this row of a list shown? */
void tracing_rest(const tracing *t, size_t count); /* "20 of 512 (--all)" when rows are left out */
/* "key":[{element}, ...] of JSON */
int tracing_elements(tracing *t, const char *key, const uint32_t *elements, size_t count);
int tracing_devices(tracing *t, const char *key, const uint32_t *devices, size_t count);
/* The text of a property by object, borrowed from rows; NULL: not said.  texts is freed with free(), rows with cimtool_json_free(). */
int tracing_texts(tracing *t, const char *name, cimtool_node **rows_out, const char ***texts_out);
void *tracing_room(tracing *t, size_t count, size_t size); /* all 0, freed with free(); NULL after a message */

#endif
