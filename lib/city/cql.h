/* cql.h - the query language inside.
 *
 *   text -- cql_lex --> words -- cql_parse, cql_call, cql_geom --> tree -- cql_bind --> tree bound to a city
 *        -- cql_plan --> objects that can match at all, found without reading rows -- cql_eval --> those that do -- cql_run --> answer
 *
 * Logic has three values, after OGC 21-065r2: a comparison with a property that has no value is unknown, and only objects for which
 * the whole is true are found.  A property may have several values (repeated attributes, paths over relations); a comparison is true
 * if it is true for any of them, and otherwise unknown if it is unknown for any. */
#ifndef CIM_CITY_CQL_H
#define CIM_CITY_CQL_H

#include "cim/query.h"
#include "city/city.h"
#include "city/cql_lex.h"
#include "geom/geos.h"

/* ---- values ---- */

/* An instant covers what its precision leaves open: a day, a month, a year; microseconds since 1970 (UTC), both ends included. */
typedef struct cim__cql_instant {
    int64_t first, last;
} cim__cql_instant;

#define CIM__CQL_PAST ((cim__cql_instant){ INT64_MIN, INT64_MIN })
#define CIM__CQL_FUTURE ((cim__cql_instant){ INT64_MAX, INT64_MAX })

typedef enum cim__cql_type {
    CIM__CQL_BOOL,
    CIM__CQL_REAL,
    CIM__CQL_TEXT,
    CIM__CQL_TIME,  /* from .. to; equal for an instant */
    CIM__CQL_OPAQUE /* something is there that cannot be compared: a nested attribute, a related object */
} cim__cql_type;

typedef struct cim__cql_value {
    cim__cql_type type;
    union {
        bool truth;
        double real;
        cim__str text;
        struct {
            cim__cql_instant from, to;
        } time;
    };
} cim__cql_value;

typedef enum cim__truth { CIM__FALSE, CIM__TRUE, CIM__UNKNOWN } cim__truth;

/* ---- properties ---- */

typedef enum cim__cql_end {
    CIM__CQL_RELATED, /* the path stops at a relation: is there any? */
    CIM__CQL_ID,
    CIM__CQL_NUMBER_OF,
    CIM__CQL_CLASS,
    CIM__CQL_LAYER,
    CIM__CQL_SOURCE,
    CIM__CQL_PARENT,
    CIM__CQL_VALID_FROM,
    CIM__CQL_VALID_TO,
    CIM__CQL_GEOM,
    CIM__CQL_COLUMN,   /* a typed value */
    CIM__CQL_RULE,     /* derived.NAME: where a typed value comes from */
    CIM__CQL_ATTRIBUTE /* of the source */
} cim__cql_end;

typedef struct cim__cql_hop {
    int32_t type;
    bool forward, backward; /* both for relations that are their own inverse */
    bool surfaces;          /* bounded_by: the thematic surfaces of shapes too */
} cim__cql_hop;

enum { CIM__CQL_HOPS = 8, CIM__CQL_PATHS = 256 };

typedef struct cim__cql_path {
    struct cim__cql_path *next;
    uint32_t column; /* where it stands in the text, 0: it comes from an option */
    uint32_t index;  /* 0, 1, ... among the query's paths */
    cim__str text;   /* as written */
    uint8_t hop_count;
    cim__cql_hop hops[CIM__CQL_HOPS];
    cim__cql_end end;
    cim__attr attr;  /* of a column or rule */
    cim__str name;   /* of an attribute: segments with dots between */
    cim__str needle; /* its first segment: what the JSON must contain */
} cim__cql_path;

/* ---- geometries ---- */

/* A literal or named object in the city's reference system: at most one geometry each of points, lines and polygons. */
typedef struct cim__cql_geom {
    struct cim__cql_geom *next;
    uint32_t count;
    cim__gbuild parts[3];
    cim__prepared *prepared[3]; /* made when needed */
    cim_box box;                /* of all parts; empty when there is no vertex */
    bool rectangle;             /* one polygon, which is its box */
} cim__cql_geom;

/* What a literal says, before it is bound. */
typedef struct cim__cql_shape {
    struct cim__cql_shape *next; /* further members of a GEOMETRYCOLLECTION */
    uint32_t column;
    enum { CIM__CQL_WKT, CIM__CQL_BBOX, CIM__CQL_OBJECT } kind;
    cim__str text; /* WKT or text id */
    cim_box box;   /* min_x > max_x: across the antimeridian */
} cim__cql_shape;

/* ---- the tree ---- */

typedef enum cim__cql_op {
    /* true, false or unknown */
    CIM__CQL_TRUTH, /* TRUE or FALSE */
    CIM__CQL_AND,
    CIM__CQL_OR,
    CIM__CQL_NOT,
    CIM__CQL_EQUAL,
    CIM__CQL_UNEQUAL,
    CIM__CQL_LESS,
    CIM__CQL_LESS_EQUAL,
    CIM__CQL_GREATER,
    CIM__CQL_GREATER_EQUAL,
    CIM__CQL_BETWEEN,
    CIM__CQL_IN,
    CIM__CQL_LIKE,
    CIM__CQL_IS_NULL,
    CIM__CQL_IS_A,
    CIM__CQL_IS_RELATED,
    CIM__CQL_SPATIAL,
    CIM__CQL_WITHIN_DISTANCE,
    CIM__CQL_TEMPORAL,
    CIM__CQL_ALIVE,   /* the life span contains an instant (option `at`) */
    CIM__CQL_CLASSES, /* class is one of ...: made from comparisons of `class` */
    CIM__CQL_LAYERS,
    CIM__CQL_MEMBERS, /* the number is one of ...: made from comparisons of `id` */
    /* values */
    CIM__CQL_LITERAL,
    CIM__CQL_PATH,
    CIM__CQL_NEGATE,
    CIM__CQL_ADD,
    CIM__CQL_SUBTRACT,
    CIM__CQL_MULTIPLY,
    CIM__CQL_DIVIDE,
    CIM__CQL_DIV,
    CIM__CQL_MODULO,
    CIM__CQL_POWER,
    CIM__CQL_CASEI,
    CIM__CQL_ACCENTI,
    CIM__CQL_AS_VALUE, /* a predicate as a truth value */
    /* arguments of certain functions only */
    CIM__CQL_INTERVAL,
    CIM__CQL_OPEN, /* '..' in INTERVAL */
    CIM__CQL_GEOMETRY
} cim__cql_op;

static inline bool cim__cql_is_predicate(cim__cql_op op) { return op < CIM__CQL_LITERAL; }

typedef enum cim__cql_relation {
    CIM__CQL_AFTER,
    CIM__CQL_BEFORE,
    CIM__CQL_DISJOINT,
    CIM__CQL_SAME,
    CIM__CQL_INTERSECTS,
    CIM__CQL_CONTAINS,
    CIM__CQL_DURING,
    CIM__CQL_FINISHED_BY,
    CIM__CQL_FINISHES,
    CIM__CQL_MEETS,
    CIM__CQL_MET_BY,
    CIM__CQL_OVERLAPPED_BY,
    CIM__CQL_OVERLAPS,
    CIM__CQL_STARTED_BY,
    CIM__CQL_STARTS
} cim__cql_relation;

/* What evaluating a node reads; a larger highest bit is more work. */
enum {
    CIM__CQL_READS_RELATIONS = 1,
    CIM__CQL_READS_ROW = 2,
    CIM__CQL_READS_ATTRS = 4,
    CIM__CQL_READS_GEOM = 8,
    CIM__CQL_READS_OTHERS = 16,
    CIM__CQL_READS_SHAPES = 32
};

typedef struct cim__cql_node {
    cim__cql_op op;
    uint16_t depth;
    uint8_t reads;
    uint32_t column;
    uint64_t layers;             /* objects elsewhere have no value for it */
    struct cim__cql_node *child; /* operands */
    struct cim__cql_node *next;  /* of its parent */
    union {
        bool truth;
        cim__cql_value literal;
        cim__cql_path *path;
        cim__class_id class_id;
        struct { /* spatial */
            cim__predicate predicate;
            cim__cql_shape *shape; /* of a geometry */
            cim__cql_geom *geom;   /* of a geometry, when bound */
            double distance_m;
            uint32_t window;       /* number of its bitset in the plan + 1; 0: none */
        };
        cim__cql_relation relation;
        cim__cql_instant instant;
        uint64_t mask[4]; /* classes or layers */
        struct {          /* related: text ids, then numbers; members: numbers, ascending */
            cim__str *gids;
            uint32_t *ids;
            uint32_t count;
            cim__cql_path *over;
        };
    };
} cim__cql_node;
_Static_assert(CIM__CLASS_COUNT <= 256, "classes fit four words");

typedef struct cim__cql {
    cim__mem *mem;
    cim__arena arena;
    cim__str text;
    cim__cql_node *root;
    cim__cql_path *paths; /* all, in the order of the text */
    uint32_t path_count;
    cim__geos *geos;      /* made when needed */
    cim__cql_geom *geoms; /* all */
} cim__cql;

void cim__cql_init(cim__cql *cql, cim__mem *mem);
void cim__cql_free(cim__cql *cql);

/* ---- parsing (cql_parse.c, cql_call.c, cql_geom.c, cql_name.c) ---- */

/* A tree from a text; NULL or blank: TRUE.  CIM_EARG "query:COLUMN: what was expected". */
cim_status cim__cql_parse(cim_ctx *ctx, const char *text, cim__cql *cql_out);
/* The path of one property name outside a query: options sort and columns. */
cim_status cim__cql_parse_name(cim_ctx *ctx, const char *name, const char *what, cim__cql *cql, cim__cql_path **path_out);

typedef struct cim__cql_parser {
    cim__cql_lexer lex;
    cim__cql *cql;
    unsigned depth; /* of the parser's own recursion */
    uint32_t shapes;
} cim__cql_parser;

cim_status cim__cql_value_of(cim__cql_parser *p, cim__cql_node **node_out);     /* a scalar expression */
cim_status cim__cql_call(cim__cql_parser *p, cim__cql_node **node_out);         /* the token is a function's name */
cim_status cim__cql_geometry(cim__cql_parser *p, cim__cql_node **node_out);     /* an argument of S_ functions */
cim_status cim__cql_property(cim__cql_parser *p, cim__cql_path **path_out);     /* the token is a name */
cim_status cim__cql_node_new(cim__cql_parser *p, cim__cql_op op, cim__cql_node **node_out);
cim_status cim__cql_adopt(cim__cql_parser *p, cim__cql_node *parent, cim__cql_node *child); /* as the last operand */
cim_status cim__cql_need(cim__cql_parser *p, int sign, const char *what);       /* take a sign */
cim_status cim__cql_scalar(cim__cql_parser *p, cim__cql_node **node_inout);     /* predicates become values; else CIM_EARG */
/* Checks that need no city: does the literal fit the property? */
cim_status cim__cql_check(cim__cql_parser *p, const cim__cql_node *comparison);

/* "(height_m, min_height_m?)" or "" for a name like none; names ends with NULL. */
typedef struct cim__cql_near {
    cim__str best[3];
    unsigned distance[3], count;
} cim__cql_near;
void cim__cql_near_add(cim__cql_near *near, cim__str wanted, cim__str name);
void cim__cql_near_put(const cim__cql_near *near, char text[200]);

/* ---- values (cql_value.c, cql_text.c, cql_time.c) ---- */

cim__truth cim__cql_compare(cim__cql_op op, const cim__cql_value *a, const cim__cql_value *b);
bool cim__cql_real_of(const cim__cql_value *v, double *real_out);
bool cim__cql_time_of(const cim__cql_value *v, cim__cql_value *time_out);
/* The text of a value; numbers are written to the arena. False for times and what has no text, or when out of memory. */
bool cim__cql_text_of(const cim__cql_value *v, cim__arena *arena, cim__str *text_out);
bool cim__cql_arithmetic(cim__cql_op op, double a, double b, double *result_out); /* false: no value */
bool cim__cql_like(cim__str text, cim__str pattern);
/* Case folding and removal of accents; ptr NULL when out of memory. */
cim__str cim__cql_fold_case(cim__str text, cim__arena *arena);
cim__str cim__cql_fold_accents(cim__str text, cim__arena *arena);
/* ISO 8601: year, month, day or time; false if it is none. */
bool cim__cql_read_instant(cim__str text, cim__cql_instant *instant_out);
int cim__cql_instant_order(const cim__cql_instant *a, const cim__cql_instant *b); /* -1, 0, 1 at the coarser precision */
cim__truth cim__cql_relate_times(cim__cql_relation relation, const cim__cql_value *a, const cim__cql_value *b);

#endif
