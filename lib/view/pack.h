/* pack.h - objects as the columns that the page's program reads.
 *
 *   payload  size of meta (LEB128), meta (JSON), streams one behind the other; deflated (zlib) and base64 in the page
 *   meta     {"streams": [bytes, ...], "layers": [{"name", "count", ..., "s": {name: number of a stream}}], ...}
 *
 * Numbers are LEB128, signed ones zigzag.  Objects follow one another layer by layer; streams of a layer have a value for each:
 *   number  difference to the number before           class   number in meta.classes
 *   gid     prefix * 4 + kind; kind 1: a number follows, difference to the last one with this prefix; 2: and another behind '#'
 *   geom    0 none; vertices * 2 of one ring or line; 1: parts, rings of each, vertices of each; 4: a parallelogram
 *   xy      differences to the vertex before in steps, x and y by turns; polygons without their last vertex
 *   type    of layers with several: 0 to 3 as CIM_GEOM_*
 *   keys    set of keys of the attributes: 0 none, else number + 1; the sets are texts of JSON: [key, ...]
 * Texts are JSON with NUL between them, so that a reader needs to parse only what is looked at.  Columns of values:
 *   I, R    0 absent, 1 + zigzag(difference to the value before) of value * scale
 *   T       0 absent, 1 + number of a text */
#ifndef CIM_VIEW_PACK_H
#define CIM_VIEW_PACK_H

#include "view/view.h"

enum { CIM__TEXT_MAX = 4096 };

typedef struct cim__pack_column {
    char type;      /* 'T', 'I', 'R' of the model */
    uint32_t used;
    cim__buf rows;  /* uint32_t: 0, or 1 + text; or int64_t/double with `has` */
    cim__buf has;   /* a byte a row */
    cim__names texts;
} cim__pack_column;

typedef struct cim__pack {
    cim_ctx *ctx; /* of the call that packs */
    cim__buf streams;    /* cim__buf */
    cim__buf meta;
    cim__json json;
    cim__buf scratch, token;
    double origin[2], step_m;
    double last[2];      /* steps */
    uint32_t *index_of;  /* by object number; CIM_NONE: not in the page */
    uint32_t count;
    uint64_t outside, cut;
    bool attributes;
    /* the layer that is packed */
    uint32_t layer_count, last_number;
    uint32_t s_number, s_class, s_gid, s_geom, s_xy, s_type, s_keys, s_colour, s_valid; /* streams */
    cim__names prefixes, keys, keysets, valid;
    cim__buf last_digits; /* int64_t by prefix */
    cim__buf key_streams; /* uint32_t by key */
    cim__pack_column columns[CIM__ATTR_COUNT + 1]; /* the last: derived */
    bool with_valid, with_colour, with_type;
} cim__pack;

cim_status cim__pack_begin(cim_ctx *ctx, cim__pack *p, cim_city *city);
void cim__pack_free(cim__pack *p);
uint32_t cim__pack_stream(cim__pack *p); /* CIM_NONE: out of memory */
cim__buf *cim__pack_at(cim__pack *p, uint32_t stream); /* until the next stream is made */
bool cim__pack_failed(const cim__pack *p);

/* A layer: begin, its members in meta by the caller, objects, end. */
cim_status cim__pack_layer(cim_ctx *ctx, cim__pack *p, const char *name, const char *title);
/* o->geom is not looked at; geom without parts: no place. */
cim_status cim__pack_object(cim_ctx *ctx, cim__pack *p, const cim__object *o, const cim_geom *geom, uint8_t colour);
cim_status cim__pack_layer_end(cim_ctx *ctx, cim__pack *p, bool mixed);

/* A JSON value as it goes into a text stream, cut when it is long. */
void cim__pack_text(cim__pack *p, cim__jvalue value, cim__buf *out);
void cim__pack_string(cim__pack *p, cim__str text, cim__buf *out);
/* One vertex in steps; false: too far away. */
bool cim__pack_steps(const cim__pack *p, const double *xy, double steps[2]);

/* Roofs and walls (pack_shapes.c): stream "solid" of objects that have them, in meta. */
cim_status cim__pack_shapes(cim_ctx *ctx, cim__pack *p, cim__export *e, uint64_t max_vertices, uint64_t *packed_out);
/* Relations (pack_relations.c). */
cim_status cim__pack_relations(cim_ctx *ctx, cim__pack *p, cim_city *city);

/* Streams of what is in the page, with their observations (pack_sense.c), in meta. */
typedef struct cim__sensed {
    uint64_t streams, left_out;
} cim__sensed;
cim_status cim__pack_sense(cim_ctx *ctx, cim__pack *p, cim_city *city, cim__sensed *counts);

/* The page (page.c): around the packed meta and streams. */
cim_status cim__page_write(cim_ctx *ctx, cim__pack *p, const char *path, bool overwrite, cim__str title, const cim__buf *summary, uint64_t *bytes_out);

#endif
