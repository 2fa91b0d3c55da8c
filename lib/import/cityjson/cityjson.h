/* cityjson.h - what the parts of the CityJSON importer share.
 *
 * A plain CityJSON file lists its vertices at the end as a rule, so it is read twice: the first pass (head.c) takes everything
 * but the objects, the second (run.c) the objects.  A CityJSONSeq file is a head and any number of features, each with
 * vertices of its own.  Objects are made from slices of the text by workers (object.c, geometry.c); batches reach the sink in
 * the order of the file.
 *
 * RESIDUE of an object is JSON, {"cityjson": {...}} with the members
 *   type      its type when no class of ours has that name ("+NoiseBuilding")
 *   address   as in the file, locations as "coordinates" in the city's reference system instead of "boundaries"
 *   members   other members of the object as they are in the file
 *   geometry  [{"shape": number of the shape, and "material", "texture" and other members of that geometry}]; without "shape" when
 *             the values do not fit the polygons that are stored
 *   feature   members of the CityJSONFeature whose root the object is ("appearance", ...)
 * What belongs to the file as a whole is kept by an object of class CityModel: metadata as its attributes; "version",
 * "appearance", "extensions" and other root members in its residue. */
#ifndef CIM_IMPORT_CITYJSON_H
#define CIM_IMPORT_CITYJSON_H

#include "core/hash.h"
#include "import/footprint.h"
#include "import/importer.h"
#include "import/json_in.h"
#include "import/json_scan.h"

/* ---- counting: many small numbers, put into the report once a round ---- */

typedef enum cim__cj_kind {
    CIM__CJ_GEOMETRY,
    CIM__CJ_TEMPLATE,
    CIM__CJ_POLYGON,
    CIM__CJ_HOLE,
    CIM__CJ_SURFACE,
    CIM__CJ_ATTRIBUTE,
    CIM__CJ_PARENT,
    CIM__CJ_MEMBER,
    CIM__CJ_ADDRESS,
    CIM__CJ_MATERIAL,
    CIM__CJ_TEXTURE,
    CIM__CJ_EXTRA,
    CIM__CJ_VERTEX,
    CIM__CJ_KINDS
} cim__cj_kind;

extern const char *const cim__cj_kind_names[CIM__CJ_KINDS];

enum { CIM__CJ_TYPES = 40, CIM__CJ_GTYPES = 8 };

typedef struct cim__cj_counts {
    uint64_t seen[CIM__CJ_KINDS], stored[CIM__CJ_KINDS], verbatim[CIM__CJ_KINDS];
    uint64_t type_seen[CIM__CJ_TYPES], type_stored[CIM__CJ_TYPES]; /* by row of cim__cj_types */
    uint64_t gtype_stored[CIM__CJ_GTYPES];
    uint64_t children, parents;        /* links as either side lists them, to be compared */
    uint64_t children_sum, parents_sum;
} cim__cj_counts;

void cim__cj_counts_flush(cim__cj_counts *counts, cim__report *report); /* empty afterwards, but for the links */

/* ---- types ---- */

typedef struct cim__cj_type {
    const char *name;
    uint8_t class_id;
} cim__cj_type;
extern const cim__cj_type cim__cj_types[]; /* name NULL at the end */

/* Row of a type; CIM_NONE for one that CityJSON does not have. */
uint32_t cim__cj_type_row(cim__str name);
/* Class of an unknown type: that of the longest known name in it ("+NoiseBuilding"), else CityObject. */
cim__class_id cim__cj_nearest_class(cim__str name);

/* ---- vertices ---- */

/* One axis of "transform": (v * scale + offset) / divisor, in whole numbers where scale and translation are decimal fractions, so
 * that coordinates come out as the decimals they were. */
typedef struct cim__cj_axis {
    double scale, offset, divisor;
} cim__cj_axis;
void cim__cj_axis_set(cim__cj_axis *axis, double scale, double translate);

/* From the numbers of the file to the city. */
typedef struct cim__cj_place {
    cim__cj_axis axis[3];
    bool swap_xy;
    cim__transform *transform; /* NULL: none */
} cim__cj_place;

typedef struct cim__cj_vertices {
    cim__buf data;  /* int32_t x 3 until a number does not fit, then double x 3; NaN: no vertex */
    cim__buf used;  /* bytes: referred to */
    bool is_double;
    bool placed;    /* data are coordinates in the city */
    size_t count;
} cim__cj_vertices;

void cim__cj_vertices_init(cim__cj_vertices *v, cim__mem *mem);
void cim__cj_vertices_reset(cim__cj_vertices *v);
void cim__cj_vertices_free(cim__cj_vertices *v);
/* count: how many numbers there were; other than 3 makes a vertex that cannot be used. */
void cim__cj_vertices_add(cim__cj_vertices *v, const double *xyz, size_t count, bool whole);
bool cim__cj_vertices_tree(cim__cj_vertices *v, const cim__jtree *tree, uint32_t array); /* false: out of memory */
bool cim__cj_vertices_ok(const cim__cj_vertices *v);
size_t cim__cj_vertices_unusable(const cim__cj_vertices *v);
/* All of them into the city's coordinates. */
cim_status cim__cj_vertices_place(cim_ctx *ctx, cim__cj_vertices *v, const cim__cj_place *place);
/* False when there is no such vertex. */
bool cim__cj_vertex(cim__cj_vertices *v, const cim__cj_place *place, uint32_t index, double xyz[3]);
/* The middle one of x and of y, of some hundred vertices, in the file's reference system; false when there is none. */
bool cim__cj_vertices_middle(const cim__cj_vertices *v, const cim__cj_place *place, double xy[2]);

/* ---- the file ---- */

typedef struct cim__cj_template {
    cim__str gid, lod;
    cim__gbuild geom;
    cim__buf topo;
    bool usable;
} cim__cj_template;

typedef struct cim__cj_file {
    cim__job *job;
    const char *path;
    uint32_t max_depth;
    cim__buf version, type;      /* texts; empty: not given */
    bool is_sequence;            /* more values follow the first */
    bool has_transform;
    uint64_t object_count;       /* in the first value */
    cim__cj_place place;
    cim__cj_vertices vertices;
    double middle[2];            /* where the model is, before x and y are exchanged */
    bool has_middle;
    cim__buf srs_name;           /* as the file has it */
    cim__buf metadata, templates_text; /* JSON texts, as they are in the file */
    cim__buf extras;             /* "key":value, of other root members, compact */
    cim__names groups;           /* ids of objects that are groups */
    cim__names new_types;        /* types that CityJSON does not have, counted by name up to a limit */
    cim__buf new_type_kinds;     /* const char *, their names in the report */
    cim__buf templates;          /* cim__cj_template */
    cim__arena arena;
    cim__cj_counts counts;
} cim__cj_file;

/* First pass.  (head.c) */
cim_status cim__cj_head(cim_ctx *ctx, cim__cj_file *file);
/* Reference system: the one of the file or of the options; fills file->place and the source.  (srs.c) */
cim_status cim__cj_crs(cim_ctx *ctx, cim__cj_file *file);
/* Second pass.  (run.c) */
cim_status cim__cj_objects(cim_ctx *ctx, cim__cj_file *file);

/* ---- one worker ---- */

typedef struct cim__cj_worker {
    cim__cj_file *file;
    cim__jtree key, tree;
    cim__cj_vertices vertices;   /* of the feature that is read */
    cim__gbuild build[CIM__RECORD_SHAPES], placed;
    cim__buf topo[CIM__RECORD_SHAPES];
    cim__shape shapes[CIM__RECORD_SHAPES];
    size_t shape_count;
    cim__topo scratch;
    cim__buf texts, attrs, residue, gid, parent, other;
    cim__buf new_types;          /* names of types that CityJSON does not have, each with a newline */
    cim__footprint footprint;
    /* of the object that is made */
    cim__cj_vertices *from;      /* its vertices */
    const cim__cj_place *place;
    cim__cj_counts *counts;
    cim__report *report;
    cim__str id;
    uint64_t at;                 /* its byte in the file */
} cim__cj_worker;

void cim__cj_worker_init(cim__cj_worker *w, cim__mem *mem, cim__cj_file *file);
void cim__cj_worker_free(cim__cj_worker *w);

/* Something of the object that is made was left out: counted, and a warning with the object's id when `detail` is given. */
void cim__cj_skip(cim__cj_worker *w, cim__cj_kind kind, uint64_t count, const char *reason);
void cim__cj_warn(cim__cj_worker *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A geometry of the tree into build, topo and *shape, counted as `kind`.  *stored_out false when it was skipped (counted and
 * reported); *fits_out: every polygon of the file is there, so that appearances fit.  (geometry.c) */
cim_status cim__cj_geometry(cim_ctx *ctx, cim__cj_worker *w, uint32_t node, cim__cj_kind kind, cim__gbuild *build, cim__buf *topo, cim__shape *shape, bool *stored_out, bool *fits_out);
bool cim__cj_is_geometry_member(cim__str key); /* one that cim__cj_geometry() reads */
/* Its other members as {"shape": number, ...}, "shape" only when `fits`; nothing when there are none.  (object.c) */
void cim__cj_put_appearance(cim__cj_worker *w, cim__json *json, uint32_t node, bool fits, size_t shape, cim__str template_gid);
/* The geometry templates of the file into the batch.  (model.c) */
cim_status cim__cj_templates(cim_ctx *ctx, cim__cj_file *file, cim__batch *batch, cim__cj_worker *w);

/* One city object into the batch: tree node `object`, whose id is w->id.  `feature`: node of the CityJSONFeature it is the root of, or
 * CIM_NONE; `objects`: node of the feature's CityObjects or CIM_NONE. (object.c) */
cim_status cim__cj_object(cim_ctx *ctx, cim__cj_worker *w, cim__batch *batch, uint32_t object, uint32_t objects, uint32_t feature);
/* The object of class CityModel, if there is anything for it to keep.  (model.c) */
cim_status cim__cj_model(cim_ctx *ctx, cim__cj_file *file, cim__batch *batch, cim__cj_worker *w);
/* An id of the file as a part of ours, in which '#' has another meaning. */
void cim__cj_escape(cim__buf *out, cim__str id);

/* Typed values of an object's attributes and first address; texts point into the tree.  (values.c) */
size_t cim__cj_values(const cim__jtree *tree, uint32_t attributes, uint32_t address, cim__value *values, size_t cap);
/* Life span by its attributes. */
void cim__cj_life(const cim__jtree *tree, uint32_t attributes, cim__str *from, cim__str *to);

#endif
