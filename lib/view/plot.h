/* plot.h - a map under way: the page, what is drawn on it in which order, names. */
#ifndef CIM_VIEW_PLOT_H
#define CIM_VIEW_PLOT_H

#include "view/canvas.h"
#include "view/view.h"

/* One shape with one pen; its path is in `steps` as numbers: 0 x y move, 1 x y line, 2 close, 3 x y r circle. */
typedef struct cim__drawn {
    uint64_t key;        /* order of painting */
    uint32_t first, end; /* of steps */
    cim__pen pen;
    uint8_t group_percent; /* with its neighbours of the same rank: opacity of all together; 0: none */
} cim__drawn;

typedef struct cim__name {
    cim__str text;       /* in the arena */
    int32_t x, y, angle_deg, size, room; /* hundredths of a millimetre; room: length of the line, 0: a place */
    uint32_t weight;     /* what is more important comes first */
    bool italic;
} cim__name;

typedef struct cim__plot {
    cim__export e;
    cim_plot_options opts;
    cim__canvas canvas;
    cim__layer_in *layers;
    size_t layer_count;
    cim__colouring colouring;
    uint8_t *colour;     /* by object number */
    bool png;
    int32_t page_w, page_h, map_x, map_y, map_w, map_h; /* hundredths of a millimetre */
    double scale;        /* hundredths of a millimetre a metre */
    int64_t denominator; /* 1 : so many */
    double x0, y1;       /* the map's upper left corner in the city's system */
    cim_box extent;      /* what the map shows */
    cim__buf drawn, steps, names;
    cim__buf ring;       /* scratch: int32_t pairs */
    cim__arena arena;
    uint8_t layer_seen[CIM__LAYER_COUNT];
    uint8_t paint_seen[256]; /* by number of the paint */
    uint64_t objects, labels;
} cim__plot;

/* What is drawn (plot_items.c). */
cim_status cim__plot_collect(cim_ctx *ctx, cim__plot *p);
cim_status cim__plot_paint(cim_ctx *ctx, cim__plot *p);
/* Names (plot_names.c): one that may be shown, and all that have room. */
cim_status cim__plot_name(cim_ctx *ctx, cim__plot *p, const cim__object *o, const cim_geom *geom);
cim_status cim__plot_names(cim_ctx *ctx, cim__plot *p);
/* Title, legend, scale bar, north arrow, sources (plot_frame.c). */
cim_status cim__plot_frame(cim_ctx *ctx, cim__plot *p, cim__str title);

static inline int32_t cim__plot_x(const cim__plot *p, double x) { return p->map_x + (int32_t)((x - p->x0) * p->scale); }
static inline int32_t cim__plot_y(const cim__plot *p, double y) { return p->map_y + (int32_t)((p->y1 - y) * p->scale); }
/* How wide a text is, by a table of widths that does not depend on fonts that happen to be installed. */
int32_t cim__text_width(cim__str text, int32_t size);

#endif
