/* epanet.h - the text of an EPANET input file (.inp): lines, tokens, sections, and the network that they describe.
 *
 * The text itself is the model: reading notes where in it every node and link is spoken of, and nothing is copied but names.  The importer
 * keeps the whole text with the Network object; the exporter reads it again and puts other tokens where the city says something else
 * now.  So what neither of them understands comes out as it went in.
 *
 * Follows EPANET 2.3 (input2.c, input3.c of OpenWaterAnalytics/EPANET), also for the old forms that it accepts; other than there,
 * sections may stand in any order. */
#ifndef CIM_EPANET_EPANET_H
#define CIM_EPANET_EPANET_H

#include "core/ctx.h"
#include "core/hash.h"
#include "core/json.h"

/* ---- lines ---- */

typedef enum cim__epa_section {
#define CIM__EPA(id, name) CIM__EPA_##id,
#include "epanet/sections.def"
#undef CIM__EPA
    CIM__EPA_SECTIONS,
    CIM__EPA_NONE = CIM__EPA_SECTIONS, /* before the first heading, or below one that EPANET does not have */
    CIM__EPA_AFTER                     /* behind [END] */
} cim__epa_section;

const char *cim__epa_section_name(cim__epa_section section); /* "JUNCTIONS"; "(unknown)" */

enum {
    CIM__EPA_TOKENS = 40,     /* of a line; EPANET looks at no more */
    CIM__EPA_LINE = 1023,     /* characters of a line that EPANET reads at once */
    CIM__EPA_LINE_MAX = 65536 /* bytes of a line that we read */
};

typedef struct cim__epa_line {
    cim__str text;     /* without line end */
    uint32_t at, next; /* offsets of this and the next line in the whole text */
    uint32_t number;   /* from 1; 0 by cim__epa_split() */
    cim__epa_section section;
    bool heading, open_quote; /* open_quote: the last word begins with a quote that is not closed */
    cim__str tokens[CIM__EPA_TOKENS]; /* quotes taken off */
    size_t count;
    cim__str comment; /* behind the semicolon, trimmed */
} cim__epa_line;

/* The tokens of the line at an offset; section stays as it is. */
void cim__epa_split(cim__str text, uint32_t at, cim__epa_line *line);
/* The next line, with the section it is in.  A line begins as { .section = CIM__EPA_NONE }; false at the end. */
bool cim__epa_next(cim__str text, cim__epa_line *line);

/* Does the token begin with the word, in whatever case?  So EPANET compares all its keywords. */
bool cim__epa_is(cim__str token, const char *word);
bool cim__epa_number(cim__str token, double *value_out); /* one number, not beyond 1e15, and nothing else */
/* A name as it may be shown in a message: one line, not too long. */
enum { CIM__EPA_SHOWN = 64 };
const char *cim__epa_shown(cim__str name, char out[CIM__EPA_SHOWN]);
/* Does the heading belong to SWMM, the other program whose files are called .inp? */
bool cim__epa_is_swmm(cim__str heading);

/* ---- units ---- */

typedef struct cim__epa_units {
    const char *name; /* "GPM" */
    double lps;       /* litres a second of one unit of flow */
    bool us;          /* feet and inches; else metres and millimetres */
} cim__epa_units;

bool cim__epa_units_named(cim__str token, cim__epa_units *units_out);
static inline double cim__epa_m(const cim__epa_units *u) { return u->us ? 0.3048 : 1.0; }  /* metres of a length, elevation, tank's diameter */
static inline double cim__epa_mm(const cim__epa_units *u) { return u->us ? 25.4 : 1.0; }   /* millimetres of a pipe's diameter */

/* ---- network ---- */

typedef enum cim__epa_kind { CIM__EPA_JUNCTION, CIM__EPA_RESERVOIR, CIM__EPA_TANK, CIM__EPA_PIPE, CIM__EPA_PUMP, CIM__EPA_VALVE } cim__epa_kind;
typedef enum cim__epa_state { CIM__EPA_OPEN, CIM__EPA_CLOSED, CIM__EPA_ACTIVE } cim__epa_state; /* active: a valve that regulates */

/* A line beside its own row that speaks of a node or link. */
typedef struct cim__epa_mention {
    uint32_t at, line, next; /* next: of the same object, in the order of the text; CIM_NONE: none */
    uint8_t section;
} cim__epa_mention;

typedef struct cim__epa_object {
    uint32_t at, line;           /* its row */
    uint32_t mention, last;      /* first and last, CIM_NONE: none */
    uint32_t from, to;           /* of links: nodes */
    uint8_t kind, state;         /* cim__epa_kind; cim__epa_state of links */
    bool refused;                /* its row is wrong: it is not part of the network */
    bool check_valve;            /* of pipes */
    bool ranged;                 /* of links: a row of [STATUS] about a range of names set the state */
    bool placed;                 /* of nodes: x and y are known */
    bool own_demand;             /* of junctions: the demand is that of the row, not of [DEMANDS] */
    uint32_t demands;            /* rows of [DEMANDS] */
    double demand;               /* sum, in the file's unit, without the multiplier */
    double elevation, length, diameter; /* in the file's units; NAN: not given */
    double x, y;
} cim__epa_object;

typedef struct cim__epa_net {
    cim__mem *mem;
    cim__str text;          /* borrowed */
    cim__epa_units units;
    double multiplier;      /* of demands */
    cim__names node_names, link_names, patterns, curves;
    cim__buf nodes, links;  /* cim__epa_object, in the order of names */
    cim__buf mentions;      /* cim__epa_mention */
    uint64_t rows[CIM__EPA_SECTIONS + 2], refused[CIM__EPA_SECTIONS + 2]; /* by section */
    uint64_t objects[CIM__EPA_VALVE + 1]; /* by kind: rows */
    cim__str title, headloss; /* first line of [TITLE], or empty */
    bool ended;             /* [END] was there */
} cim__epa_net;

static inline size_t cim__epa_node_count(const cim__epa_net *n) { return CIM__COUNT(&n->nodes, cim__epa_object); }
static inline size_t cim__epa_link_count(const cim__epa_net *n) { return CIM__COUNT(&n->links, cim__epa_object); }
static inline cim__epa_object *cim__epa_node(const cim__epa_net *n, size_t i) { return &CIM__AT(&n->nodes, cim__epa_object, i); }
static inline cim__epa_object *cim__epa_link(const cim__epa_net *n, size_t i) { return &CIM__AT(&n->links, cim__epa_object, i); }
static inline const cim__epa_mention *cim__epa_mention_at(const cim__epa_net *n, uint32_t i) { return &CIM__AT(&n->mentions, cim__epa_mention, i); }

/* What is wrong in the text.  A row with a fault is refused; when the function returns CIM_OK reading goes on without it.  Warnings are
 * about lines that are taken all the same. */
typedef struct cim__epa_listener {
    cim_status (*fault)(cim_ctx *ctx, void *user, uint32_t line, const char *what);
    void (*warning)(void *user, uint32_t line, const char *what);
    cim_status (*tick)(cim_ctx *ctx, void *user); /* now and then */
    void *user;
} cim__epa_listener;

/* Read a text, UTF-8.  `net` refers to it; release with cim__epa_free() also on failure. */
cim_status cim__epa_read(cim_ctx *ctx, cim__str text, const cim__epa_listener *listener, cim__epa_net *net);
void cim__epa_free(cim__epa_net *net);

/* ---- what the city says of it ---- */

static inline double cim__epa_demand_lps(const cim__epa_net *n, const cim__epa_object *o) { return o->demand * n->multiplier * n->units.lps; }
bool cim__epa_flows_with(const cim__epa_net *n, const cim__epa_object *link); /* lets pass along its line only */
cim__str cim__epa_valve_type(const cim__epa_net *n, const cim__epa_object *valve); /* the token */

/* "inp:town/node/J1": ids of nodes and links are names of their own. */
void cim__epa_put_gid(cim__buf *out, cim__str prefix, bool link, cim__str name);

/* What is kept with the Network object. */
typedef struct cim__epa_kept {
    cim__str prefix, text;                 /* for writing */
    cim__jvalue prefix_value, text_value;  /* read: cim__jstring() */
    int32_t epsg;                          /* of the coordinates in the text; 0: there were none */
    bool swapped, latin1;                  /* y before x; the file was ISO 8859-1 */
} cim__epa_kept;
void cim__epa_put_kept(cim__buf *out, const cim__epa_kept *kept);     /* JSON */
bool cim__epa_get_kept(cim__str residue, cim__epa_kept *kept_out);    /* values borrowed from residue; false: not of an EPANET file */

#endif
