/* random.h - a random city and random queries over it, known to the test in its own terms. */
#ifndef CIM_TESTS_QUERY_RANDOM_H
#define CIM_TESTS_QUERY_RANDOM_H

#include "city.h"
#include "support.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 260, VALUES = 64, EDGES = 8 };

/* ---- chance ---- */

extern uint64_t random_seed;
static inline unsigned below(unsigned n) { return (unsigned)(support_random(&random_seed) % n); }
#define ONE_OF(list) ((list)[below(sizeof(list) / sizeof *(list))])

/* ---- the city (random_city.c) ---- */

typedef enum vtype { V_BOOL, V_NUM, V_TEXT, V_TIME, V_OPAQUE } vtype;

typedef struct value {
    vtype type;
    double num;
    char text[80];
    int64_t from[2], to[2]; /* seconds, inclusive, of both ends */
} value;

typedef struct values {
    value v[VALUES];
    int n;
} values;

typedef struct attribute {
    char key[24];
    bool there;
    values val;
} attribute;

enum { A_BUILDING, A_LEVELS, A_LEVELS_PLAIN, A_SIZE, A_TAGS, A_HEIGHT, A_CITY, A_ZIP, A_FLAG, A_COUNT };
extern const char *const attribute_keys[A_COUNT];

typedef struct thing {
    char gid[32], class_name[24], layer[24], wkt[300], json[500], columns[200], valid_from[24], valid_to[24];
    int parent; /* -1: none */
    uint32_t number;
    GEOSGeometry *geom;
    bool has_height, has_storeys, has_name, has_bridge, storeys_derived;
    double height;
    int storeys, bridge;
    char name[24];
    attribute attrs[A_COUNT];
    int edges[3][EDGES], edge_count[3]; /* located_in, accesses, same_as (both ways) */
} thing;

extern thing things[OBJECTS];
extern GEOSContextHandle_t geos;
extern GEOSWKTReader *reader;
extern const char *const dates[8], *const texts[13], *const names[6];

void make_city(const char *file);
void grid_any(char *wkt, size_t size);
bool linked(const thing *t, int relation, int to);
const char *unquoted(const char *text); /* '' is one quote; static storage */
void add_text(values *l, const char *text);
void add_num(values *l, double num);

/* ---- expressions ---- */

typedef enum kind {
    K_TRUE, K_AND, K_OR, K_NOT, K_COMPARE, K_BETWEEN, K_IN, K_LIKE, K_NULL, K_ISA, K_RELATED, K_SPATIAL, K_DISTANCE, K_TEMPORAL, /* truths */
    K_LITERAL, K_PATH, K_NEGATE, K_ARITHMETIC, K_CASEI, K_ACCENTI, K_TRUTH, K_INTERVAL, K_OPEN /* values */
} kind;

typedef enum end { E_NAME, E_HEIGHT, E_STOREYS, E_BRIDGE, E_RULE, E_CLASS, E_LAYER, E_ID, E_NUMBER, E_PARENT, E_FROM, E_TO, E_ATTR, E_ADDRESS, E_GEOM, E_RELATION, E_COUNT } end;

typedef struct path {
    int hops[3], hop_count; /* 0 located_in 1 accesses 2 same_as 3 part_of 4 has_part 5 contains 6 accessed_by */
    end end;
    int attr;
    bool local; /* an attribute without its prefix */
} path;

extern const char *const hop_names[7];

typedef struct node {
    kind kind;
    struct node *child[4];
    int count, op;
    value literal;
    path path, path2;  /* related, spatial */
    bool negated;      /* NOT LIKE ... */
    char wkt[300], id[32];
    GEOSGeometry *geom; /* NULL: path2 */
    bool swapped, box;
    double distance;
    int box_[4];
} node;

/* ---- making them, and as text (random_query.c) ---- */

node *random_truth(int depth);
void print_query(const node *n, char *text, size_t size);
void forget_nodes(void);

/* ---- their truth (random_naive.c) ---- */

typedef enum truth { NO, YES, MAYBE } truth;
truth evaluate(const node *n, int i);
extern bool overflow; /* more values than fit: only wide paths; those queries are left out */
bool read_date(const char *text, int64_t at[2]); /* seconds, inclusive */

#endif
