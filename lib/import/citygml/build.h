/* build.h - from a member's tree to objects in a batch.
 *
 * Every element gets a fate where it is used.  What has none when an object is finished goes into the object's residue, so
 * nothing can be forgotten; what became of everything is counted by the fates at the end. */
#ifndef CIM_IMPORT_CITYGML_BUILD_H
#define CIM_IMPORT_CITYGML_BUILD_H

#include "import/citygml/axis.h"
#include "import/citygml/canon.h"
#include "import/citygml/codelist.h"
#include "import/citygml/links.h"
#include "import/citygml/residue.h"
#include "import/footprint.h"

/* What all builders of a job share; only read. */
typedef struct cim__gshared {
    const cim__gnames *names;
    const cim__gsrses *srses;
    cim__gcodes *codes;
    const char *path;
    cim__str stem; /* file name without folder and ending, for ids that are missing */
} cim__gshared;

typedef enum cim__gwhat { CIM__GW_POINT, CIM__GW_CURVE, CIM__GW_SURFACE, CIM__GW_SOLID } cim__gwhat;

/* One geometry of the object being built. */
typedef struct cim__gitem {
    const cim__gtree *tree;
    uint32_t node, surface; /* surface CIM_NONE: the object's own */
    uint16_t key;           /* which shape */
    int8_t lod;             /* -1: none */
    uint8_t what;           /* cim__gwhat */
    bool reversed;
    cim__str role;
} cim__gitem;

/* A thematic surface of the object being built. */
typedef struct cim__gsurface {
    const cim__gtree *tree;
    uint32_t node, parent;
    size_t json, json_size;  /* attributes, in b->json */
    bool used;
    bool own;                /* of this object; else of another one whose polygons are shared */
    uint32_t local;          /* number in the shape being made */
} cim__gsurface;

/* A member of a JSON object to be written. */
typedef struct cim__gmember {
    cim__str key;
    uint32_t node, next;     /* next of the same key; CIM_NONE: last */
    bool first;
} cim__gmember;

/* What became of an xlink:href. */
typedef enum cim__glink_fate { CIM__GL_GEOMETRY, CIM__GL_RELATION, CIM__GL_ATTRIBUTE, CIM__GL_VERBATIM, CIM__GL_UNRESOLVED, CIM__GLINKS } cim__glink_fate;

/* An object to be built. */
typedef struct cim__gqueued {
    uint32_t node;
    cim__str gid, parent_gid;
} cim__gqueued;

enum { CIM__GSHAPES = CIM__RECORD_SHAPES };

/* One shape being made, and its buffers. */
typedef struct cim__gshape {
    cim__str role;
    int8_t lod;
    uint8_t what;
    uint32_t serial;         /* nodes of polygons in it are marked with it */
    uint32_t visited;        /* polygons, each time one is met */
    char lod_text[2];
    cim__gbuild geom;
    cim__topo topo;
    size_t topo_at, topo_size; /* in b->topo_bytes */
} cim__gshape;

/* A relation between network features, known when the whole member is. */
typedef struct cim__glink_end {
    cim__str graph, owner; /* id of a feature graph; gid of the feature it is the graph of */
} cim__glink_end;

typedef struct cim__gbuilder {
    cim__mem *mem;
    cim__gshared shared;
    cim__report report;
    /* of the group */
    cim__batch *batch;
    cim__gtree *tree, none;  /* none: stays empty */
    size_t name_count;       /* names that can occur */
    cim__buf objects;        /* cim__gobject_seen: ids, to find repeated ones */
    cim__buf templates;      /* cim__gtemplate_seen */
    /* of the member */
    cim__arena arena;
    cim__gindex index;
    const cim__gstore *store; /* NULL: nothing is gathered yet, members that need it are put off */
    uint32_t first, end;     /* its nodes */
    uint64_t ordinal;
    uint32_t unnamed;
    cim__buf queue;          /* cim__gqueued */
    cim__buf places, piece_ends; /* cim__gplace; uint32_t: stacks of geometry.c */
    cim__buf graphs, links;  /* cim__glink_end; uint32_t nodes of links between network nodes */
    cim__map graph_owners;   /* hash of a graph's id -> number in graphs */
    uint32_t network;        /* utility network met last, CIM_NONE: none */
    const char *commodity;   /* what flows in it, NULL: it does not say */
    uint64_t visits;         /* of geometry, left before references are taken for an attack */
    int8_t lod;              /* of the object as a whole: relief; -1: none */
    /* of the object */
    uint32_t node;
    bool in_surface;         /* its properties are being read, not the object's */
    cim__str gid;
    uint32_t serial;         /* counts objects and shapes: what node.shape is compared with */
    uint32_t object_serial;  /* of this object: marks its thematic surfaces */
    cim__buf items, surfaces, members; /* cim__gitem, cim__gsurface, cim__gmember */
    cim__buf json, topo_bytes, residue, packed, text, path, table, vertices, template_topo;
    cim__gshape shapes[CIM__GSHAPES], template;
    uint32_t shape_count;
    cim__shape out[CIM__GSHAPES];
    size_t out_count;
    cim__value values[CIM__ATTR_COUNT];
    size_t value_count;
    uint64_t have_values;    /* bits */
    cim__str valid_from, valid_to;
    /* tools */
    cim__footprint footprint;
    cim__deflater *deflater;
    cim__canon canon;
    cim__buf canon_text, sibling_counts;
    /* counts */
    uint64_t elements[CIM__GFATES];
    cim__buf names;          /* uint64_t [name][CIM__GFATES] */
    uint64_t links_seen[CIM__GLINKS];
    uint64_t ids_missing, rings_closed, links_dangling, footprints_boxed;
} cim__gbuilder;

typedef struct cim__gobject_seen {
    uint64_t hash;
    uint32_t line;
} cim__gobject_seen;

/* A template of implicit geometries, where it is defined or used; texts are borrowed from the tree. */
typedef struct cim__gtemplate_seen {
    cim__str id, file;
    uint32_t line;
    bool defined;
} cim__gtemplate_seen;

cim_status cim__gbuilder_init(cim_ctx *ctx, cim__gbuilder *b, cim__mem *mem, const cim__gshared *shared);
void cim__gbuilder_free(cim__gbuilder *b);

/* Objects of a member into b->batch.  CIM_DONE when the member refers to geometry elsewhere and b->store is NULL: nothing was
 * done, and the hashes of what is missing were appended to `wanted` (cim__gwant). */
typedef struct cim__gwant {
    uint64_t hash;
    cim__str file; /* empty: this one; borrowed from the tree */
} cim__gwant;
cim_status cim__gbuild_member(cim_ctx *ctx, cim__gbuilder *b, cim__gtree *tree, uint32_t node, uint64_t ordinal, cim__buf *wanted);

/* A template from gathered geometry; without geometry when there is none. */
cim_status cim__gbuild_template(cim_ctx *ctx, cim__gbuilder *b, cim__str id, cim__str file);

/* The object of the file itself: the model's own content. */
cim_status cim__gbuild_document(cim_ctx *ctx, cim__gbuilder *b, cim__gtree *tree, cim__str gid);
/* A page of appearances. */
cim_status cim__gbuild_page(cim_ctx *ctx, cim__gbuilder *b, cim__str gid, cim__str parent_gid, cim__str entries);
/* Fates of nodes [first, end) into the counts. */
cim_status cim__gbuild_tally(cim_ctx *ctx, cim__gbuilder *b, const cim__gtree *tree, uint32_t first, uint32_t end);

/* ---- between the files of the builder ---- */

static inline cim__gnode *cim__gb_node(const cim__gbuilder *b, uint32_t i) { return cim__gtree_node(b->tree, i); }
static inline void cim__gb_fate(cim__gbuilder *b, uint32_t i, cim__gfate fate) { cim__gb_node(b, i)->fate = (uint8_t)fate; }
void cim__gb_fate_all(cim__gbuilder *b, uint32_t node, cim__gfate fate);     /* the subtree, but not objects in it */
void cim__gb_warn(cim__gbuilder *b, uint32_t node, const char *text);        /* "line n: text (element and id)" */
bool cim__gb_is_object(const cim__gbuilder *b, uint32_t node);               /* would it be stored as an object? */
/* Queue an object; its gid is *gid_out. */
cim_status cim__gb_queue(cim_ctx *ctx, cim__gbuilder *b, uint32_t node, cim__str parent_gid, cim__str *gid_out);
cim__str cim__gb_gid_of(cim__gbuilder *b, cim__str id); /* "gml:" and the id, in the arena */

/* attrs.c: JSON */
cim_status cim__gb_attribute(cim_ctx *ctx, cim__gbuilder *b, cim__str key, uint32_t node); /* a member of the JSON object under way */
/* Members from number `from` on as an object appended to b->json; `class` NULL or the original name. */
cim_status cim__gb_write_members(cim_ctx *ctx, cim__gbuilder *b, size_t from, const cim__gname *class);
bool cim__gb_can_be_json(const cim__gbuilder *b, uint32_t node);
cim_status cim__gb_generic(cim_ctx *ctx, cim__gbuilder *b, uint32_t node); /* a generic attribute */

/* values.c */
void cim__gb_put(cim__gbuilder *b, cim__value value); /* unless there is one already */
cim_status cim__gb_value(cim_ctx *ctx, cim__gbuilder *b, uint32_t property);
void cim__gb_generic_value(cim__gbuilder *b, cim__str name, uint32_t node);
void cim__gb_address(cim__gbuilder *b, uint32_t address);
void cim__gb_class_values(cim__gbuilder *b, const cim__gname *class);

/* relations.c */
typedef struct cim__grelation_rule {
    const char *local;
    int32_t type;
    bool from, no_parts;
} cim__grelation_rule;
const cim__grelation_rule *cim__gb_relation_rule(const cim__gname *property); /* NULL: none */
cim_status cim__gb_link(cim_ctx *ctx, cim__gbuilder *b, uint32_t property);                 /* a property that refers to another object */
cim_status cim__gb_inline(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, cim__str gid); /* one that holds it */
cim_status cim__gb_relation_object(cim_ctx *ctx, cim__gbuilder *b, uint32_t node);          /* core:CityObjectRelation */

/* network.c */
cim__class_id cim__gb_network_class(const cim__gbuilder *b, uint32_t node, cim__class_id class_id); /* what an element of that class is more exactly */
bool cim__gb_network_status(cim__gbuilder *b, const cim__gname *property, cim__str code);           /* false: not a status of utilities */
cim_status cim__gb_network_object(cim_ctx *ctx, cim__gbuilder *b);                                  /* values, links and graphs of the object */
cim_status cim__gb_network_links(cim_ctx *ctx, cim__gbuilder *b);                                   /* when the member is done */

/* geometry.c */
typedef struct cim__gplace {
    const cim__gtree *tree;
    uint32_t node;
} cim__gplace;
static inline cim__gnode *cim__gplace_node(cim__gplace at) { return cim__gtree_node(at.tree, at.node); }
/* Where the xlink of a property leads; false, with a warning, if nowhere. */
bool cim__gb_resolve(cim__gbuilder *b, cim__gplace property, cim__gplace *place_out);
/* The geometries in an aggregate, references followed, on top of b->places; returns the number below them. */
size_t cim__gb_members(cim__gbuilder *b, cim__gplace at);
/* Each of these adds to the shape what the geometry holds; what cannot be used is left to the residue with a warning. */
void cim__gb_surfaces(cim__gbuilder *b, cim__gshape *s, cim__gplace at, uint32_t surface, bool reversed, bool faces, int depth);
void cim__gb_solids(cim__gbuilder *b, cim__gshape *s, cim__gplace at, int depth);
void cim__gb_curves(cim__gbuilder *b, cim__gshape *s, cim__gplace at);
void cim__gb_points(cim__gbuilder *b, cim__gshape *s, cim__gplace at);
bool cim__gb_point(cim__gbuilder *b, cim__gplace at, double xyz_out[3]);
void cim__gb_used(cim__gbuilder *b, cim__gplace at); /* the element is part of a geometry that is stored */
void cim__gb_reject(cim__gbuilder *b, cim__gplace at, const char *why);
bool cim__gb_spend(cim__gbuilder *b); /* one visit; false when there have been too many */

/* shapes.c */
cim_status cim__gb_push_item(cim_ctx *ctx, cim__gbuilder *b, cim__gplace at, int8_t lod, cim__str role, uint32_t surface, int depth);
cim_status cim__gb_add_geometry(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t surface);
cim_status cim__gb_make_shapes(cim_ctx *ctx, cim__gbuilder *b);
cim_status cim__gb_implicit(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t node);

#endif
