/* tree.h - some city objects as elements, in document order, in a few flat arrays.
 *
 * A node's descendants are the nodes behind it up to `end`: the first child of node i is i + 1, the next sibling of a child c is
 * c.end.  Coordinates are read as numbers while the tree is made; a ring, line or point whose children were nothing but
 * well-formed positions is one node (FOLDED), so that a triangle costs less memory than its text did. */
#ifndef CIM_IMPORT_CITYGML_TREE_H
#define CIM_IMPORT_CITYGML_TREE_H

#include "import/citygml/names.h"

enum {
    CIM__GN_NUMBERS = 1, /* pos, posList, coordinates: value and count are doubles in coords */
    CIM__GN_FOLDED = 2,  /* a ring, line or point: value and count are vertices of dim doubles in coords */
    CIM__GN_FEATURE = 4, /* stored as an object or a thematic surface (set by builders) */
    CIM__GN_LINK = 8,    /* has xlink:href */
    CIM__GN_RESOLVED = 16,
    CIM__GN_UNRESOLVED = 32,
    CIM__GN_NUMBERED = 64 /* its children know which of their name they are (node.sibling) */
};

/* What became of an element.  0: nothing yet. */
typedef enum cim__gfate {
    CIM__GF_NONE,
    CIM__GF_OBJECT,
    CIM__GF_SURFACE,
    CIM__GF_GEOMETRY,
    CIM__GF_ATTRIBUTE,
    CIM__GF_RELATION,
    CIM__GF_STRUCTURE, /* properties and members that only hold something */
    CIM__GF_VERBATIM,
    CIM__GF_ENVELOPE,  /* skipped, see cim__gfate_reason */
    CIM__GF_EMPTY,
    CIM__GF_DAMAGED,
    CIM__GFATES
} cim__gfate;

typedef struct cim__gattr {
    const cim__gname *name;
    uint32_t value, size; /* in texts */
} cim__gattr;

typedef struct cim__gnode {
    const cim__gname *name; /* NULL: text between elements */
    uint32_t parent, end;
    uint32_t attr;          /* first, in attrs */
    uint32_t value, count;  /* text in texts; or see CIM__GN_* */
    uint32_t line;
    uint32_t elements;      /* that it stands for: itself and the folded ones */
    uint32_t shape, polygon; /* of builders: the shape that last took this polygon, and its number there */
    uint32_t sibling;
    uint16_t srs;           /* of the job's reference systems; 0: the file's */
    uint16_t attr_count;
    uint8_t dim;            /* of coordinates; 0: not said */
    uint8_t flags, fate;
} cim__gnode;

typedef struct cim__gtree {
    cim__buf nodes, attrs, texts, coords; /* cim__gnode, cim__gattr, char, double */
    uint32_t open;                        /* innermost open node, CIM_NONE: none */
    size_t limit;                         /* bytes */
    uint8_t dim;                          /* of coordinates that could be either; 0: 3 */
} cim__gtree;

void cim__gtree_init(cim__gtree *tree, cim__mem *mem, size_t limit);
void cim__gtree_free(cim__gtree *tree);
void cim__gtree_reset(cim__gtree *tree);
void cim__gtree_cut(cim__gtree *tree, uint32_t node); /* forget this node and all behind it */

static inline cim__gnode *cim__gtree_node(const cim__gtree *t, uint32_t i) { return &CIM__AT(&t->nodes, cim__gnode, i); }
static inline uint32_t cim__gtree_count(const cim__gtree *t) { return (uint32_t)CIM__COUNT(&t->nodes, cim__gnode); }
static inline size_t cim__gtree_bytes(const cim__gtree *t) { return t->nodes.size + t->attrs.size + t->texts.size + t->coords.size; }
static inline const double *cim__gtree_coords(const cim__gtree *t, const cim__gnode *n) { return &CIM__AT(&t->coords, double, n->value); }
cim__str cim__gtree_text(const cim__gtree *tree, const cim__gnode *node); /* trimmed; empty for coordinates */
cim__str cim__gtree_raw(const cim__gtree *tree, const cim__gnode *node);  /* as it is in the file */
cim__str cim__gtree_value(const cim__gtree *tree, const cim__gattr *attr);
bool cim__gtree_attr(const cim__gtree *tree, const cim__gnode *node, const char *local, cim__str *value_out);
cim__str cim__gtree_id(const cim__gtree *tree, const cim__gnode *node); /* gml:id, or empty */
/* First child element with that local name, CIM_NONE if there is none. */
uint32_t cim__gtree_child(const cim__gtree *tree, uint32_t node, const char *local);
uint32_t cim__gtree_first(const cim__gtree *tree, uint32_t node); /* first child element */

/* Children that are elements. */
#define CIM__GTREE_EACH(tree, node, child)                                                                                                  \
    for (uint32_t child = (node) + 1, child##_end = cim__gtree_node((tree), (node))->end; child < child##_end;                              \
         child = cim__gtree_node((tree), child)->end)                                                                                        \
        if (cim__gtree_node((tree), child)->name)

/* ---- making ---- */

/* The new node is the innermost open one; it inherits srs and dim. CIM_ELIMIT when the tree has grown too large. */
cim_status cim__gtree_start(cim_ctx *ctx, cim__gtree *tree, const cim__gname *name, uint32_t line);
void cim__gtree_add_attr(cim__gtree *tree, const cim__gname *name, cim__str value);
void cim__gtree_add_text(cim__gtree *tree, cim__str text);
void cim__gtree_end(cim__gtree *tree); /* reads coordinates, folds */
bool cim__gtree_ok(const cim__gtree *tree);

/* Append a copy of the subtree of `node` to another tree. Its number there is *copy_out. */
cim_status cim__gtree_copy(cim_ctx *ctx, cim__gtree *to, const cim__gtree *from, uint32_t node, uint32_t *copy_out);

const char *cim__gfate_text(cim__gfate fate);

#endif
