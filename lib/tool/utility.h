/* utility.h - what the verbs about utility networks share: a city's networks and their state, objects named on the command line, who is supplied,
 * how elements are shown and drawn. */
#ifndef CIM_TOOL_UTILITY_H
#define CIM_TOOL_UTILITY_H

#include "tool.h"

/* Options, read by utility_open() and utility_starts(). */
#define UTILITY_FLAGS                                                                                                             \
    { "network", 'n', "COMMODITY", "only this: water, sewer, gas, heat, power, telecom, ... (default: all)" },                    \
    { "snap", 0, "M", "ends of lines without stated ends meet what is this near (default: what the city says, else 0.01 m)" },    \
    { "serve", 0, "M", "a building that nothing is said to serve hangs on the nearest line this near (default: on none)" },       \
    { "controller", 0, "ID", "this object feeds its network, too; may be given several times" },                                  \
    { "normal-state", 0, NULL, "begin with valves and switches as they normally are" },                                           \
    { "set", 0, "ID=STATE", "what if: open, closed, on, off, out, in, stuck or free; may be given several times" },                        \
    { "status", 0, "FILE", "states as control systems send them, CSV or NDJSON (-: standard input)" },                            \
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" }
#define UTILITY_PLACE_FLAGS                                                                                                       \
    { "at", 0, "X,Y", "start at what is nearest to a place, in the city's coordinates" },                                         \
    { "at-lonlat", 0, "LON,LAT", "start at what is nearest to a place, in degrees" },                                             \
    { "within", 'r', "M", "how far it may be from the place (default 25 m)" }

/* Numbers in a growing array; begin with all 0. */
typedef struct utility_list {
    uint32_t *at;
    size_t count, room;
} utility_list;

/* All that return int return EXIT_DONE or the status after a message. */
int utility_put(cimtool *tool, utility_list *list, uint32_t number);
int utility_put_all(cimtool *tool, utility_list *list, const uint32_t *numbers, size_t count);
void utility_unique(utility_list *list); /* ascending, each once */
void utility_list_free(utility_list *list);

typedef struct utility {
    cimtool *tool;
    cim_city *city;
    cim_utility *networks;
    cim_utility_view view;
    cim_trace_network *network; /* borrowed from networks */
    cim_trace_status *status;
    cim_trace_view *state;      /* what was published last */
    cim_trace_query *query;
    uint64_t epoch;
    cim_utility_feed feed;      /* of --status */
    struct utility_labels *labels; /* ids and names that are known already; NULL: none */
} utility;

/* The city of the first argument, its networks, their state with --set and --status.  With --status - and --follow in the verb's options the
 * standard input is not read: that is the verb's. */
int utility_open(utility *u, cimtool *tool);
int utility_open_city(utility *u, cimtool *tool, cim_city *city); /* one that is open already, and belongs to u from here on */
int utility_open_any(utility *u, cimtool *tool, cim_city *city);  /* the same, also without any network */
int utility_publish(utility *u);                 /* what was said becomes u->state */
void utility_close(utility *u);

/* ---- objects and elements ---- */

static inline uint32_t utility_element_count(const utility *u) { return u->view.node_count + u->view.edge_count; }
uint32_t utility_domain(const utility *u, uint32_t element);
/* Objects by id; or, where that is only one, by name or by the part of the id behind the last ':' or '/'.  Only those of a network when
 * in_network.  EXIT_NEGATIVE: none, EXIT_USAGE: a name of several. */
int utility_objects(utility *u, const char *text, bool in_network, utility_list *objects);
int utility_elements(utility *u, const char *text, utility_list *elements); /* of such objects, EXIT_NEGATIVE when they are in no network */
int utility_devices(utility *u, const char *text, utility_list *devices);
int utility_devices_of(utility *u, uint32_t object, utility_list *devices);
int utility_elements_of(utility *u, uint32_t object, utility_list *elements);
int utility_option_elements(utility *u, const char *option, utility_list *elements); /* of every value of an option */
int utility_option_devices(utility *u, const char *option, utility_list *devices);
int utility_starts(utility *u, int first_argument, utility_list *elements); /* arguments from this one on, --at, --at-lonlat */
bool utility_is_class(const utility *u, uint32_t object, const char *class_name);
/* Where an element or device is; false: nowhere. */
bool utility_place(const utility *u, uint32_t element, double xy[2]);
bool utility_device_place(const utility *u, uint32_t device, double xy[2]);
uint32_t utility_device_node(const utility *u, uint32_t device);
uint32_t utility_device_shut(const utility *u, uint32_t device); /* now: is it shut? */
const char *utility_kind_name(uint32_t device_kind);             /* "valve", "switch", ... */

/* ---- who is supplied ---- */

/* Those who lose supply: every connection of theirs in the domain is gone. */
typedef struct utility_affected {
    cim_utility_service *at; /* by object, each once; customers of all its connections together */
    size_t count, partly;    /* partly: others that lose one connection and keep another */
    double customers, people;
    size_t guessed, critical;
} utility_affected;

/* gone: a byte for every element, not 0 where it is gone. */
int utility_affected_find(utility *u, const uint8_t *gone, utility_affected *affected);
void utility_affected_free(utility_affected *affected);
const char *utility_site_name(uint32_t critical); /* "hospital", "care", ... */
/* Which elements have supply in a view: bytes for every element, freed with free(). */
int utility_live(utility *u, cim_trace_view *state, uint8_t **live_out);

/* ---- showing ---- */

/* Read the ids and names of the objects of many elements at once: what is shown then need not ask one by one. */
int utility_know(utility *u, const uint32_t *elements, size_t count);
int utility_know_objects(utility *u, const uint32_t *objects, size_t count);
void utility_forget(utility *u);
/* Freed with free(); "" where there is none. */
int utility_id(utility *u, uint32_t object, char **id_out);
int utility_name(utility *u, uint32_t object, char **name_out);
int utility_street(utility *u, const double xy[2], char **street_out); /* the name of the nearest street within 60 m */
int utility_print_label(utility *u, uint32_t object);          /* "id":...,"name":... of JSON */
int utility_print_element(utility *u, uint32_t element);       /* {"element":..., "kind":..., "id":..., ...} */
int utility_print_device(utility *u, uint32_t device);         /* {"device":..., "kind":..., "id":..., "on":..., "street":...} */
int utility_print_service(utility *u, const cim_utility_service *service);
const char *utility_column_name(uint32_t column);              /* "length_m", ... */
void utility_print_sums(const double *sums);                   /* "length_m":...,"demand_lps":..., ... */
int utility_plain_object(utility *u, uint32_t object);         /* id  name */
int utility_plain_device(utility *u, uint32_t device);         /* a line: id, kind, on what, street */
void utility_plain_sums(const double *sums, const char *indent); /* lines; what is 0 is left out */
const char *utility_plural(double n, const char *one, const char *many);
void utility_print_epoch(const utility *u);                    /* ,"as_of":...,"epoch":... of JSON */
void utility_print_note(void);                                 /* ,"note":"..." of JSON: connectivity is not pressure */
extern const char utility_note[];

/* ---- GeoJSON of -o FILE, or --geojson ---- */

typedef struct utility_layer {
    utility *u;
    FILE *file;
    const char *path; /* NULL: standard output */
    char *text;       /* of the file, until it is closed */
    size_t size;
    size_t count, room, xy_count, xy_room;
    struct utility_feature *features; /* written when the layer is closed: all places become degrees at once */
    double *xy;
} utility_layer;

int utility_layer_open(utility *u, const char *path, utility_layer *layer); /* --overwrite replaces a file; "-" is standard output */
/* A feature with the members that `properties` has beside role, id, name, class: ",\"why\":\"...\"" or "". */
int utility_layer_element(utility_layer *layer, uint32_t element, const char *role, const char *properties);
int utility_layer_device(utility_layer *layer, uint32_t device, const char *role, const char *properties);
int utility_layer_object(utility_layer *layer, uint32_t object, const char *role, const char *properties); /* a building's outline */
int utility_layer_point(utility_layer *layer, const double xy[2], uint32_t object, const char *role, const char *properties);
int utility_layer_line(utility_layer *layer, const double *xy, size_t count, uint32_t object, const char *role, const char *properties);
int utility_layer_close(utility_layer *layer, int status); /* status, or what went wrong with the file */

#endif
