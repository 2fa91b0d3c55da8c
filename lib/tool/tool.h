/* tool.h - what the verbs of cimtool share.  cimtool sees public headers only. */
#ifndef CIM_TOOL_TOOL_H
#define CIM_TOOL_TOOL_H

#include "cim.h"

#include <stdbool.h>
#include <stdio.h>

/* Exit statuses (cimtool(1)). */
enum { EXIT_DONE = 0, EXIT_NEGATIVE = 1, EXIT_USAGE = 2, EXIT_PARTIAL = 3, EXIT_FAILED = 4, EXIT_INTERNAL = 5, EXIT_INTERRUPTED = 130 };

/* An option of a verb; help, completion and parsing come from it. */
typedef struct cimtool_flag {
    const char *name; /* "crs" for --crs; NULL ends the list */
    char letter;      /* 'o' for -o; 0: none */
    const char *argument; /* "EPSG"; NULL: a switch */
    const char *help;
} cimtool_flag;

typedef struct cimtool cimtool;

typedef struct cimtool_verb {
    const char *name;
    int (*run)(cimtool *tool);
    const cimtool_flag *flags;
    const char *arguments; /* "CITY INPUT..." */
    int least, most;       /* number of arguments; most -1: any */
    const char *summary;
} cimtool_verb;

extern const cimtool_verb cimtool_verbs[];      /* name NULL at the end */
extern const cimtool_flag cimtool_common_flags[];

enum { CIMTOOL_VALUES = 64 };

struct cimtool {
    const cimtool_verb *verb;
    cim_ctx *ctx;
    const char *const *args; /* without options */
    int arg_count;
    struct {
        const cimtool_flag *flag;
        const char *value;
    } values[CIMTOOL_VALUES];
    int value_count;
    bool json, quiet;
};

/* ---- options (options.c) ---- */

/* Splits argv into args and values; false after printing what is wrong. */
bool cimtool_parse(cimtool *tool, int argc, char **argv, const char **args);
bool cimtool_has(const cimtool *tool, const char *name);
const char *cimtool_value(const cimtool *tool, const char *name); /* the last one; NULL if absent */
const char *cimtool_next_value(const cimtool *tool, const char *name, int *at); /* all of them: *at starts at 0 */
/* Whole numbers and reals; false after printing what is wrong.  Untouched when the option is absent. */
bool cimtool_int(const cimtool *tool, const char *name, int64_t least, int64_t most, int64_t *value);
bool cimtool_real(const cimtool *tool, const char *name, double *value);
bool cimtool_reals(const cimtool *tool, const char *name, double *values, int count); /* "X,Y" */
void cimtool_usage(const cimtool_verb *verb, FILE *out); /* NULL: of cimtool itself */

/* ---- the table for other programs (completion.c), and for who mistypes (suggest.c) ---- */

int cimtool_completion(const char *shell);
int cimtool_json_usage(void);
const char *cimtool_nearest_verb(const char *word); /* NULL: none is near */
const char *cimtool_nearest_flag(const cimtool_verb *verb, const char *name, size_t length);
int cimtool_unknown_option(const cimtool_verb *verb, const char *name, size_t length);

/* ---- messages (main.c) ---- */

/* Print the context's error and return the exit status that belongs to it. */
int cimtool_fail(cimtool *tool, cim_status status);
int cimtool_complain(const char *format, ...) __attribute__((format(printf, 1, 2))); /* returns EXIT_USAGE */
/* Close stdout; EXIT_FAILED when what was printed could not be written. */
int cimtool_finish(int status);

/* ---- objects on the command line (args.c) ---- */

int cimtool_open(cimtool *tool, const char *path, cim_city **city_out); /* EXIT_DONE or the status after a message */

/* ---- -o FILE (output.c) ---- */

/* Runs the verb; with -o its features go to that file, unless the verb itself writes it. */
int cimtool_run(cimtool *tool);
/* EXIT_DONE when a file may be written: it is not there, or --overwrite was given, and it is not the city. */
int cimtool_output_check(const cimtool *tool, const char *path);
/* Features as .gpkg, or else as GeoJSON; EXIT_DONE or the status after a message.  report_out may be NULL. */
int cimtool_output_write(cimtool *tool, const char *text, size_t size, const char *path, cim_buf *report_out);

/* ---- --dry-run (dry.c) ---- */

/* A copy of a city file to work on; where there is no file, and none must be, there is no copy either, only its name. */
int cimtool_dry_begin(const char *path, bool must, char **copy_out);
void cimtool_dry_end(char *copy); /* throws it away */

/* ---- reading the JSON that the library gives (view.c) ---- */

typedef struct cimtool_node {
    char type;       /* '{' '[' '"' 'n'umber 't' 'f' '0' (null) */
    const char *key; /* NULL in arrays */
    const char *text; /* strings unescaped, numbers as written */
    struct cimtool_node *child, *next;
} cimtool_node;

cimtool_node *cimtool_json_read(const char *json); /* NULL when malformed; freed by cimtool_json_free */
void cimtool_json_free(cimtool_node *node);
const cimtool_node *cimtool_member(const cimtool_node *object, const char *key); /* NULL-tolerant */
const char *cimtool_text(const cimtool_node *object, const char *key);           /* "" when absent */
/* Indented "key: value" lines. */
void cimtool_print(const cimtool_node *node, int indent);
/* With --json the text as it is, with "schema": "cimtool/1" as first member; else cimtool_print(). */
void cimtool_show(cimtool *tool, const cim_buf *json);
/* One character at p, how many bytes; safe to show: control characters of a hostile file must not reach the terminal. */
size_t cimtool_character(const unsigned char *p, bool *safe_out);
void cimtool_print_safe(const char *text);   /* "?" for what is not safe */
void cimtool_print_string(const char *text); /* as a string of JSON */
void cimtool_print_json_object(const char *json); /* {"schema": ..., members of json} */

/* ---- verbs ---- */

int verb_betweenness(cimtool *tool);
int verb_check(cimtool *tool);
int verb_cover(cimtool *tool);
int verb_dispatch(cimtool *tool);
int verb_evacuate(cimtool *tool);
int verb_export(cimtool *tool);
int verb_get(cimtool *tool);
int verb_impact(cimtool *tool);
int verb_import(cimtool *tool);
int verb_info(cimtool *tool);
int verb_interpolate(cimtool *tool);
int verb_isochrone(cimtool *tool);
int verb_matrix(cimtool *tool);
int verb_nearest(cimtool *tool);
int verb_observe(cimtool *tool);
int verb_match(cimtool *tool);
int verb_query(cimtool *tool);
int verb_place(cimtool *tool);
int verb_plot(cimtool *tool);
int verb_prepare(cimtool *tool);
int verb_route(cimtool *tool);
int verb_see(cimtool *tool);
int verb_sun(cimtool *tool);
int verb_serve(cimtool *tool);
int verb_trace(cimtool *tool);
int verb_traffic(cimtool *tool);
int verb_watch(cimtool *tool);
int verb_view(cimtool *tool);

#endif
