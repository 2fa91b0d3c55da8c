/* view.h - what views and maps share: the objects, their paint, colours by a property, layers of results. */
#ifndef CIM_VIEW_VIEW_H
#define CIM_VIEW_VIEW_H

#include "cim/view.h"
#include "export/export.h"
#include "view/classes.h"

/* ---- paint of layers (paint.c) ---- */

typedef struct cim__paint {
    uint8_t layer, attr;
    const char *value;   /* NULL: of the layer */
    uint32_t fill, line; /* 0xRRGGBB, CIM_NONE: none */
    uint16_t width_dm;   /* of lines, diameter of points */
} cim__paint;

const cim__paint *cim__paint_of_layer(cim__layer_id layer); /* NULL: is not shown.  Its cases follow it */
int cim__paint_rank(cim__layer_id layer);                  /* order of painting, from below */
const cim__paint *cim__paint_of(const cim__object *o);     /* with the cases */
static inline bool cim__paint_has_case(const cim__paint *layer, const cim__paint *p) { return p->value && p->layer == layer->layer; }
const cim__paint *cim__paint_end(void);
int cim__paint_number(const cim__paint *p);
const char *cim__paint_title(cim__layer_id layer); /* short, for legends */

/* ---- colours by a property (colouring.c) ---- */

enum { CIM__UNCOLOURED = 0 };

typedef struct cim__colouring {
    const char *property;
    bool numeric;
    cim__breaks classes;             /* of numbers */
    int ramp;
    cim__str names[CIM__CATEGORIES_MAX]; /* of others: the most frequent, by frequency; the last is all the rest when there are more */
    int count;                        /* of classes or categories */
    bool rest;
    uint64_t with, without;           /* objects */
    cim__arena arena;
} cim__colouring;

uint32_t cim__colouring_colour(const cim__colouring *c, int number); /* from 0 */
void cim__colouring_label(const cim__colouring *c, int number, cim__buf *out);
void cim__colouring_free(cim__colouring *c);

/* A value of something, JSON.  `class_out` takes a number for every value: 0 none, else 1 + its class. */
cim_status cim__colouring_make(cim_ctx *ctx, const cim__jvalue *values, size_t count, const char *property, const char *classes, const char *ramp,
    uint8_t *class_out,
                               cim__colouring *out);
/* Of objects by number, into by_number (max_id + 1 bytes). */
cim_status cim__colouring_objects(cim_ctx *ctx, cim__export *e, const char *property, const char *classes, const char *ramp, uint8_t *by_number,
    cim__colouring *out);

/* ---- layers of results (layer.c) ---- */

typedef struct cim__lfeature {
    cim__jvalue properties, geometry; /* CIM__J_NULL: none */
    cim__str id;                      /* its id, or properties.id: JSON string without quotes, escapes kept; empty: none */
    uint8_t class;                    /* of the colouring */
} cim__lfeature;

typedef struct cim__layer_in {
    cim__str file; /* without the style */
    char *path, *title;
    cim__buf text;
    cim__buf features; /* cim__lfeature */
    cim__transform *transform;
    uint32_t colour;   /* CIM_NONE: not said */
    double width_px, opacity; /* 0: not said */
    char *by, *ramp, *classing;
    cim__colouring colouring; /* property NULL: one colour */
    uint64_t without_geometry, collections;
    cim__arena arena;
} cim__layer_in;

cim_status cim__layer_open(cim_ctx *ctx, const char *spec, int number, uint64_t max_bytes, int32_t epsg, cim__layer_in *out);
void cim__layer_free(cim__layer_in *l);
/* Geometry of a feature in the city's reference system, in b; no parts when there is none that can be shown. */
cim_status cim__layer_geometry(cim_ctx *ctx, cim__layer_in *l, const cim__lfeature *f, cim__gbuild *b, cim_geom *geom_out);
uint32_t cim__layer_colour(const cim__layer_in *l, const cim__lfeature *f);
void cim__put_layer_report(cim__json *json, const cim__layer_in *layers, size_t count);

/* ---- the city as a whole (frame.c) ---- */

/* The objects that were asked for; free e->chosen. */
cim_status cim__view_choose(cim_ctx *ctx, cim__export *e, const uint32_t *ids, size_t count);
/* A bit of every source's line: attribution, licence or file name; each once, as JSON texts of an open array. */
cim_status cim__view_sources(cim_ctx *ctx, cim_city *city, cim__json *json);
/* "result.html" of "a/result.html" without the suffix: what a picture is called when nobody says. */
cim__str cim__view_name(const char *path);

#endif
