/* cityjson.h - what the parts of the CityJSON writer share.
 *
 * Objects are written as wholes: a root (an object that is a part of nothing) with all its parts, and their parts.  A plain
 * file has one list of vertices for all of them, which is kept in memory and written at the end; in a sequence each root is a
 * feature with a list of its own. */
#ifndef CIM_EXPORT_CITYJSON_H
#define CIM_EXPORT_CITYJSON_H

#include "core/hash.h"
#include "export/export.h"
#include "geom/topo.h"

/* ---- vertices, each once (cj_vertices.c) ---- */

typedef struct cim__cjx_vertices {
    cim__buf keys;   /* int64_t x 3: whole numbers, or the bits of doubles */
    cim__buf slots;  /* number + 1 by hash */
    uint64_t seed;
    bool exact;      /* doubles: templates are not quantised */
    double scale[3]; /* whole number = coordinate * scale - offset */
    int64_t offset[3];
    int64_t least[3], most[3]; /* of all that were ever added */
    bool any;
} cim__cjx_vertices;

void cim__cjx_vertices_init(cim__cjx_vertices *v, cim__mem *mem, bool exact);
void cim__cjx_vertices_free(cim__cjx_vertices *v);
void cim__cjx_vertices_clear(cim__cjx_vertices *v); /* the extent stays */
bool cim__cjx_vertex_fits(const cim__cjx_vertices *v, const double xyz[3]); /* finite, and not too large for whole numbers */
uint32_t cim__cjx_vertex(cim__cjx_vertices *v, const double xyz[3]); /* CIM_NONE: out of memory */
size_t cim__cjx_vertex_count(const cim__cjx_vertices *v);
void cim__cjx_vertices_put(const cim__cjx_vertices *v, size_t first, size_t end, cim__json *json);

/* ---- types (cj_types.c) ---- */

enum { CIM__CJX_POINTS = 1, CIM__CJX_LINES = 2, CIM__CJX_MULTISURFACE = 4, CIM__CJX_COMPOSITESURFACE = 8, CIM__CJX_SOLID = 16, CIM__CJX_COMPOSITESOLID = 32,
       CIM__CJX_MULTISOLID = 64, CIM__CJX_INSTANCE = 128, CIM__CJX_ANY = 255 };

typedef struct cim__cjx_type {
    cim__str name;
    unsigned geometries; /* CIM__CJX_* that may be used */
    bool exact;          /* the class is known by the type */
} cim__cjx_type;

/* `own`: the type in its source, or empty; orphan: without a parent. */
cim__cjx_type cim__cjx_type_of(cim__class_id class_id, cim__str own, bool orphan);
bool cim__cjx_lod(cim__str lod, char text_out[4]); /* as CityJSON spells it; false: replaced by the nearest */
const char *cim__cjx_surface_type(cim__str class); /* NULL: not one of CityJSON's */

/* ---- the file ---- */

/* Lists of an appearance; those of several files and features are joined, and the numbers in geometries moved. */
enum { CIM__CJX_MATERIALS, CIM__CJX_TEXTURES, CIM__CJX_UVS, CIM__CJX_LISTS };

typedef struct cim__cjx_offsets {
    uint32_t at[CIM__CJX_LISTS]; /* where an appearance starts in the joined lists */
} cim__cjx_offsets;

/* An object of class CityModel whose source is exported. */
typedef struct cim__cjx_model {
    uint32_t source;
    cim__cjx_offsets offsets;
    cim__str attrs, residue; /* in the arena of the writer */
} cim__cjx_model;

typedef struct cim__cjx {
    cim__export *e;
    cim__out out;
    cim__buf text;             /* of the object or feature that is written */
    bool sequence;
    cim__cjx_vertices vertices, template_vertices;
    cim__map templates;        /* row of a template -> its place in the file */
    cim__buf template_text;    /* their geometries, with commas */
    uint32_t template_count;
    uint32_t *first_part, *next_part; /* by object number: parts of an object, ascending; CIM_NONE at the end */
    uint8_t *written;          /* by object number */
    cim__buf models;           /* cim__cjx_model */
    cim__buf lists[CIM__CJX_LISTS]; /* JSON texts with commas */
    uint32_t list_counts[CIM__CJX_LISTS];
    cim__cjx_offsets feature;  /* of the feature that is written */
    bool has_feature;          /* it has an appearance of its own */
    cim__arena arena;          /* as long as the file */
    /* scratch */
    cim__gbuild build, placed;
    cim__topo topo;
    cim__buf numbers, geometry, scratch, in_solid;
} cim__cjx;

/* ---- geometry (cj_geometry.c) ---- */

/* What a geometry is made of. */
typedef struct cim__cjx_geometry {
    const cim_geom *geom;
    const cim__topo *topo;         /* NULL: none */
    const char *lod;
    cim__cjx_vertices *vertices;
    cim__jvalue appearance;        /* members "material" and "texture" of the source; type CIM__J_NULL: none */
    const cim__cjx_offsets *offsets; /* of what they refer to */
} cim__cjx_geometry;

/* One finished geometry object, converted if it has to be; nothing when the type allows none. */
cim_status cim__cjx_put_geometry(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__cjx_geometry *g, unsigned allowed);
/* All geometries of an object, with the key "geometry"; `residue`: its member "cityjson" or CIM__J_NULL. */
cim_status cim__cjx_put_geometries(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, const cim__cjx_type *type, cim__jvalue residue);
/* The templates that the city uses, before the objects of a sequence. */
cim_status cim__cjx_all_templates(cim_ctx *ctx, cim__cjx *x);
/* A solid over the plane geometry, or the plane geometry itself. (cj_flat.c) */
cim_status cim__cjx_put_flat(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, unsigned allowed);

/* ---- root members (cj_model.c) ---- */

cim_status cim__cjx_read_models(cim_ctx *ctx, cim__cjx *x);
/* The appearance of a feature ("feature" of its root's residue) for the objects that follow; CIM__J_NULL: none. */
void cim__cjx_begin_feature(cim__cjx *x, cim__jvalue feature);
/* What numbers in the geometries of objects from this source count from. */
const cim__cjx_offsets *cim__cjx_offsets_of(const cim__cjx *x, uint32_t source);
/* What a source said about material and texture of a template; CIM__J_NULL: nothing. */
cim__jvalue cim__cjx_template_appearance(const cim__cjx *x, cim__str name, const cim__cjx_offsets **offsets_out);
/* Member "cityjson" of a residue; CIM__J_NULL: none. */
cim__jvalue cim__cjx_kept(cim__str residue);
void cim__cjx_put_metadata(cim__cjx *x, cim__json *json);
void cim__cjx_put_root_members(cim__cjx *x, cim__json *json); /* extensions, appearance, others */
/* "material": ..., "texture": ... with numbers of the joined lists. */
void cim__cjx_put_appearance(cim__json *json, cim__jvalue appearance, const cim__cjx_offsets *offsets);
void cim__cjx_raw_key(cim__json *json, cim__str key); /* one that is still escaped */

/* ---- objects (cj_object.c) ---- */

/* "id": {...} */
cim_status cim__cjx_put_object(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o);
/* An id as CityJSON has it: without "gml:". */
void cim__cjx_id(cim__buf *out, cim__str gid);

#endif
