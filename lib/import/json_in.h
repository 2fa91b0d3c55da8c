/* json_in.h - adapter to yajl: one JSON value in memory to a flat tree.
 *
 * yajl was chosen by measurement on 77 MB of CityJSON: events at 255 to 270 MB/s in 1 MB of memory, against 229 MB/s in 400 MB
 * for the document tree of simdjson, 33 MB/s for json-c and 24 MB/s for jansson.  A document of any size is cut into values by
 * json_scan.h; only one of them at a time becomes a tree, and several threads may do that at once. */
#ifndef CIM_IMPORT_JSON_IN_H
#define CIM_IMPORT_JSON_IN_H

#include "core/ctx.h"
#include "core/json.h"

/* A node.  Containers are followed by their contents: elements, or keys (strings) and values in turn.  Texts are unescaped UTF-8,
 * numbers as written. */
typedef struct cim__jnode {
    uint8_t type;     /* cim__jtype */
    uint8_t shadowed; /* of a key: the same key comes again later, which is the one that counts */
    uint32_t size;    /* bytes of the text; elements or pairs of a container */
    union {
        const char *text;
        uint32_t end; /* of a container: the node behind its contents */
    };
} cim__jnode;

/* A tree; reused from value to value.  One thread at a time. */
typedef struct cim__jtree {
    cim__mem *mem;
    cim__buf nodes; /* cim__jnode; the value is node 0 */
    cim__arena texts;
    void *parser;   /* the adapter's */
    cim__buf open;  /* containers that are open while reading */
    cim__buf slots; /* for finding keys that come twice */
    uint64_t seed;
    cim__str source;
    uint32_t depth, max_depth, last_container;
    uint32_t deepest;    /* containers within each other */
    uint32_t shadowed;   /* keys that come twice in one object */
    uint32_t surrogates; /* \u escapes that are no character (halves of pairs, NUL), read as U+FFFD */
    size_t error_at;     /* byte of the value where it went wrong */
} cim__jtree;

void cim__jtree_init(cim__jtree *tree, cim__mem *mem);
void cim__jtree_free(cim__jtree *tree);

/* Read the value that fills `text`; blanks around it are allowed.  text[size] must be there and may be changed for the moment;
 * escapes that are no characters are overwritten.  Texts of the tree may point into it.
 * CIM_EFORMAT "what" with error_at; CIM_ELIMIT when it is nested deeper than max_depth or has more than 2^31 nodes; CIM_ENOMEM. */
cim_status cim__jtree_read(cim_ctx *ctx, cim__jtree *tree, char *text, size_t size, uint32_t max_depth);

/* ---- walking ---- */

static inline const cim__jnode *cim__jat(const cim__jtree *t, uint32_t i) { return &CIM__AT(&t->nodes, cim__jnode, i); }
static inline cim__jtype cim__jtype_of(const cim__jtree *t, uint32_t i) { return (cim__jtype)cim__jat(t, i)->type; }
static inline uint32_t cim__jcount(const cim__jtree *t, uint32_t i) { return cim__jat(t, i)->size; }
/* The node behind this one and its contents. */
static inline uint32_t cim__jskip(const cim__jtree *t, uint32_t i)
{
    const cim__jnode *n = cim__jat(t, i);
    return n->type >= CIM__J_ARRAY ? n->end : i + 1;
}
static inline cim__str cim__jtext(const cim__jtree *t, uint32_t i) /* of strings and numbers */
{
    const cim__jnode *n = cim__jat(t, i);
    return (cim__str){ n->text, n->size };
}
static inline bool cim__jis(const cim__jtree *t, uint32_t i, cim__jtype type) { return i != CIM_NONE && cim__jtype_of(t, i) == type; }

/* Value of a key; CIM_NONE when there is none or `object` (which may be CIM_NONE) is no object. */
uint32_t cim__jget(const cim__jtree *t, uint32_t object, const char *key);
/* Pairs of an object: *key_inout starts as object + 1; false at the end.  Keys that come again later are left out. */
bool cim__jpair(const cim__jtree *t, uint32_t object, uint32_t *at_inout, uint32_t *key_out, uint32_t *value_out);
/* A number that is a double; false for other types and what overflows. */
bool cim__jreal(const cim__jtree *t, uint32_t i, double *value_out);
/* A whole number 0 .. CIM_NONE - 1. */
bool cim__jindex(const cim__jtree *t, uint32_t i, uint32_t *value_out);

/* The value as compact JSON. */
void cim__jput(cim__json *json, const cim__jtree *t, uint32_t i);

#endif
