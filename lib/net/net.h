/* net.h - the road net of a city in arrays.
 *
 * edges      street segments as the city has them, with their vertices; ends are junctions
 * links      an edge in one direction: 2 * edge + (1: against its line)
 * states     nodes of the routing graph: being at a junction, or having arrived there by a certain link or chain of links
 * arcs       of the routing graph: going on from a state over a link to the next state; in the order of their tails
 * sets       tags of edges and junctions, each different set once; profiles are evaluated on sets, not on edges
 * rules      turn restrictions; `bans` says which arcs break which rules, whether a rule holds is a matter of profile and time
 *
 * Turn restrictions are words over links.  All their beginnings form a trie; a state that is a node of it remembers how far one has come
 * in which words (A. V. Aho, M. J. Corasick, "Efficient string matching", CACM 1975), so restrictions over any number of ways
 * need no special treatment, and junctions that no restriction names stay one state. */
#ifndef CIM_NET_NET_H
#define CIM_NET_NET_H

#include "cim/net.h"
#include "city/city.h"
#include "core/hash.h"

/* One tag; key and value are texts of the net. */
typedef struct cim__net_tag {
    uint32_t key, value;
} cim__net_tag;

/* One turn restriction with one of its keys; texts, CIM_NONE: none. */
typedef struct cim__net_rule {
    uint32_t object, key, value, except;
    bool only;
} cim__net_rule;

typedef struct cim__net_ban {
    uint32_t arc, rule;
} cim__net_ban;

struct cim_net {
    cim__mem *mem;
    atomic_size_t refs;
    uint32_t turns; /* CIM_NET_TURNS_* */
    uint32_t junction_count, edge_count, vertex_count, state_count, arc_count, set_count, way_count;
    cim__names texts;

    double *junction_x, *junction_y;
    uint32_t *junction_set;          /* CIM_NONE: nothing there */
    uint32_t *first_out, *out_link;  /* links leaving a junction */

    uint32_t *edge_object, *edge_from, *edge_to, *first_vertex, *edge_set, *edge_name, *edge_way;
    double *edge_length_m;
    double *xy;                      /* vertices */
    uint32_t *vertex_edge;
    float *heading;                  /* by link: at its start, at its end; radians, counter-clockwise from east */
    double *way_length_m;

    uint32_t *state_junction, *state_link; /* state_link CIM_NONE: any */
    double *state_x, *state_y;
    uint32_t *first_arc, *arc_tail, *arc_head, *arc_link;
    uint32_t *first_of_link, *arc_of_link; /* arcs over a link */

    cim__buf set_first, tags;        /* uint32_t (set_count + 1), cim__net_tag */
    cim__buf rules, bans;            /* cim__net_rule, cim__net_ban in the order of arcs */
    uint32_t unlocated;              /* restrictions that could not be placed */
    uint32_t area_count;             /* streets of which only areas are known, where there is no line at all */
    atomic_uint_fast64_t graph_hash; /* as cim_route_hierarchy_info has it; 0: not yet asked for (fits.c) */
    void *block;                     /* of a net from a file: all arrays and buffers but rules */
    cim_index *index;                /* of edges' straight pieces; ids are first vertices */
};

static inline uint32_t cim__link_tail(const cim_net *net, uint32_t link) { return link & 1 ? net->edge_to[link >> 1] : net->edge_from[link >> 1]; }
static inline uint32_t cim__link_head(const cim_net *net, uint32_t link) { return link & 1 ? net->edge_from[link >> 1] : net->edge_to[link >> 1]; }
static inline cim__str cim__net_text(const cim_net *net, uint32_t id) { return id == CIM_NONE ? (cim__str){ "", 0 } : net->texts.texts[id]; }

/* ---- building (build.c, read.c) ---- */

/* What is known while a net is built. */
typedef struct cim__net_maker {
    cim_net *net;
    cim_city *city;
    cim__buf object, from, to, first_vertex, set, name, way, length, xy; /* by edge; xy by vertex */
    cim__buf jx, jy, jset;
    cim__map junction_of;   /* key of an end -> junction */
    cim__map edge_of;       /* object -> edge */
    cim__map point_of;      /* object -> junction, for points on roads */
    cim__names sets, ways, bases;
    struct cim__net_lines *lines; /* while roads are read */
    cim__buf scratch, text;
    cim__gbuild geom;
} cim__net_maker;

cim_status cim__net_read(cim_ctx *ctx, cim__net_maker *m);         /* edges, junctions, tags */
/* The junction that a node of OpenStreetMap is, by its text id; CIM_NONE. */
uint32_t cim__net_junction_at(const cim__net_maker *m, cim__str gid);
cim_status cim__net_read_turns(cim_ctx *ctx, cim__net_maker *m, cim__buf *words); /* rules; their words of links */
cim_status cim__net_expand(cim_ctx *ctx, cim_net *net, const cim__buf *words);    /* states, arcs, bans */

/* Words of links: per word its rule, its length and the links; of an "only" rule the last link is the one that is allowed. */
typedef struct cim__net_word {
    uint32_t rule, count; /* count links follow */
} cim__net_word;

/* ---- in the city file (save.c, open.c) ---- */

cim_status cim__net_new(cim_ctx *ctx, const cim_net_options *options, cim_net **net_out); /* empty */
uint64_t cim__net_keys_hash(void); /* of the keys that are kept (read.c) */

/* A net as pieces of a block; some of them are the net's own arrays. */
typedef struct cim__net_saved {
    void *head, *rules;
    cim__buf ends, bytes; /* of texts */
    cim_buf index;
    cim__piece pieces[64];
    size_t count;
} cim__net_saved;
cim_status cim__net_save(cim_ctx *ctx, cim_net *net, cim__net_saved *saved_out); /* only reads the net */
void cim__net_saved_free(cim_ctx *ctx, cim__net_saved *saved);
/* Into a new net with the turns that are wanted.  CIM_DONE, CIM_EFORMAT, CIM_EVERSION: it is not the net of this city as this library makes it. */
cim_status cim__net_load(cim_ctx *ctx, cim__block *block, const cim_city *city, cim_net *net);

/* ---- tags ---- */

static inline const cim__net_tag *cim__net_set(const cim_net *net, uint32_t set, uint32_t *count_out)
{
    const uint32_t *first = (const uint32_t *)(const void *)net->set_first.data;
    *count_out = first[set + 1] - first[set];
    return (const cim__net_tag *)(const void *)net->tags.data + first[set];
}
/* The value of a key; empty when it has none.  key: a text of the net, or CIM_NONE. */
static inline cim__str cim__net_tag_value(const cim_net *net, uint32_t set, uint32_t key)
{
    uint32_t count;
    if (set == CIM_NONE || key == CIM_NONE) return (cim__str){ "", 0 };
    const cim__net_tag *tags = cim__net_set(net, set, &count);
    for (uint32_t i = 0; i < count; i++)
        if (tags[i].key == key) return net->texts.texts[tags[i].value];
    return (cim__str){ "", 0 };
}

/* ---- time (when.c) ---- */

typedef struct cim__when {
    bool known;
    int month, day, weekday, minute; /* 1..12, 1..31, Monday 0, 0..1439 */
} cim__when;

/* "2026-01-31T08:30[:00]", local time; false if it is none. */
bool cim__when_parse(cim__str text, cim__when *when_out);

/* What conditions may ask of a vehicle; 0: nothing known. */
typedef struct cim__size {
    double height_m, width_m, length_m, weight_t;
} cim__size;

/* "no @ (Mo-Fr 07:00-09:00); destination @ (weight>7.5)": the value of the last part whose condition holds; false if none does. */
bool cim__when_value(cim__str conditional, const cim__when *when, const cim__size *size, cim__str *value_out);
bool cim__when_holds(cim__str condition, const cim__when *when, const cim__size *size);

/* ---- profiles (profile.c, access.c) ---- */

typedef enum cim__prof_kind { CIM__PR_KEY, CIM__PR_EXCEPT, CIM__PR_SPEED, CIM__PR_ONLY, CIM__PR_CAP, CIM__PR_VALUE, CIM__PR_NODE, CIM__PR_NUMBER,
                              CIM__PR_PRICE } cim__prof_kind;
typedef enum cim__zone { CIM__ZONE_OPEN, CIM__ZONE_DESTINATION, CIM__ZONE_PRIVATE, CIM__ZONE_CLOSED, CIM__ZONE_UNSAID } cim__zone;

typedef struct cim__prof_line {
    cim__prof_kind kind;
    const char *text; /* "surface=gravel" */
    double a, b;
} cim__prof_line;

typedef struct cim__profile {
    const char *name;
    const cim__prof_line *lines;
    size_t count;
} cim__profile;
extern const cim__profile cim__profiles[];
extern const size_t cim__profile_count;

enum { CIM__KEYS = 12 };

/* A profile made ready for a net. */
typedef struct cim__prof {
    const cim_net *net;
    const cim__profile *profile;
    cim__profile own;   /* read from a text */
    cim__arena arena;
    cim__when when;
    cim__size size;
    uint32_t key_count;
    const char *key[CIM__KEYS];
    uint32_t plain[CIM__KEYS], along[CIM__KEYS][2], conditional[CIM__KEYS], along_conditional[CIM__KEYS][2]; /* texts: access */
    uint32_t oneway[CIM__KEYS], oneway_conditional[CIM__KEYS], speed[CIM__KEYS], speed_conditional[CIM__KEYS];
    uint32_t highway, route, junction, one, one_conditional, kmh, kmh_rule, status, maxspeed, maxspeed_along[2], maxspeed_along_conditional[2],
    maxspeed_conditional, duration, busway, cycleway, bus, psv, barrier;
    uint32_t maxheight, maxwidth, maxlength, maxweight, maxweightrating, width, incline, ramp;
    uint32_t *line_key; /* of lines "key=value" */
    double top_kmh, limit_factor, heed_limit, heed_oneway, heed_turns, signal_s, turn_s, left_s, uturn_s, destination_s, private_s, boarding_s, max_incline;
    const cim__prof_line *price_oneway, *price_access, *price_bus, *price_barrier, *price_turn, *price_uturn;
} cim__prof;

cim_status cim__prof_ready(cim_ctx *ctx, const cim_net *net, const cim_net_cost_options *options, cim__prof *prof_out);
void cim__prof_free(cim_ctx *ctx, cim__prof *prof);
/* A profile from its text; lines and texts are in the arena. */
cim_status cim__prof_read(cim_ctx *ctx, const char *text, cim__arena *arena, cim__profile *profile_out);
/* Is there a number or a price with this name? */
bool cim__prof_names(cim__prof_kind kind, const char *name);

/* What a set of tags means for a profile, in one direction. */
typedef struct cim__passage {
    double kmh;        /* 0: closed */
    double factor, fixed_s;
    double ferry_s;    /* of the whole way; 0: not stated */
    uint32_t rules;    /* CIM_NET_BREAKS_* */
    uint8_t zone, source;
    bool ferry;
} cim__passage;
void cim__prof_link(const cim__prof *p, uint32_t set, int against, cim__passage *out);
/* Seconds that a junction takes, < 0: closed; *rules_out what it breaks. */
double cim__prof_junction(const cim__prof *p, uint32_t set, uint32_t *rules_out);
/* Does a restriction hold? */
bool cim__prof_rule(const cim__prof *p, const cim__net_rule *rule);

/* "50", "30 mph", "walk", "none"; false if it is nothing known. */
bool cim__prof_kmh(cim__str text, double *kmh_out);
bool cim__prof_metres(cim__str text, double *metres_out); /* "3.8", "3.8 m", "12'6\"" */
bool cim__prof_seconds(cim__str text, double *seconds_out); /* of a ferry: "00:20", "20", "PT20M" */

/* ---- costs (costs.c, parts.c) ---- */

struct cim_net_costs {
    cim__mem *mem;
    atomic_size_t refs;
    cim_net *net;
    const char *profile;
    uint32_t *weights_ms;   /* by arc */
    uint32_t *link_ms;      /* by link: CIM_ROUTE_UNREACHABLE_MS: closed */
    float *link_kmh;
    uint32_t *link_rules;
    uint8_t *link_zone, *link_source, *link_main;
    uint8_t *edge_bits;     /* by edge: 1 and 2: its links may be used; 4 and 8: and are in the largest part */
    uint32_t *junction_ms, *junction_rules;
    uint64_t *holds;        /* bits of rules */
    bool heeds_turns;
    uint64_t *broken;       /* bits of arcs: a rule that holds is broken */
    uint32_t main_states;
};

cim_status cim__net_parts(cim_ctx *ctx, cim_net_costs *costs); /* link_main */

#endif
