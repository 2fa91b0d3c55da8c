/* canvas.h - what a map is drawn on: SVG text, or pixels through module cim_cairo.  Lengths are in hundredths of a millimetre of the
 * page, whole numbers, so that the bytes of a map are the same everywhere. */
#ifndef CIM_VIEW_CANVAS_H
#define CIM_VIEW_CANVAS_H

#include "core/cairo.h"
#include "core/io.h"
#include "core/json.h"

enum { CIM__TEXT_START, CIM__TEXT_MIDDLE, CIM__TEXT_END };
enum { CIM__TEXT_NORMAL, CIM__TEXT_BOLD, CIM__TEXT_ITALIC };

typedef struct cim__pen {
    uint32_t fill, line;   /* 0xRRGGBB, CIM_NONE: none */
    int32_t width;
    uint8_t fill_percent, line_percent; /* opacity */
} cim__pen;

typedef struct cim__words {
    int32_t x, y, size, angle_deg;
    uint8_t anchor, weight;
    bool halo;
    uint32_t colour;
    cim__str text;
} cim__words;

typedef struct cim__canvas {
    const cim__cairo_table *cairo; /* NULL: SVG */
    cim__cairo *page;
    cim__buf out, path, scratch;
    int32_t x, y, start_x, start_y; /* where the path is, and where its last part began */
    bool open;    /* the path has begun */
} cim__canvas;

cim_status cim__canvas_svg(cim_ctx *ctx, cim__canvas *c, int32_t width, int32_t height, cim__str title);
cim_status cim__canvas_png(cim_ctx *ctx, cim__canvas *c, int32_t width, int32_t height, double dpi);
void cim__canvas_move(cim__canvas *c, int32_t x, int32_t y);
void cim__canvas_line(cim__canvas *c, int32_t x, int32_t y);
void cim__canvas_close(cim__canvas *c);
void cim__canvas_circle(cim__canvas *c, int32_t x, int32_t y, int32_t radius);
void cim__canvas_paint(cim__canvas *c, const cim__pen *pen);
void cim__canvas_rectangle(cim__canvas *c, int32_t x, int32_t y, int32_t w, int32_t h, const cim__pen *pen);
void cim__canvas_text(cim__canvas *c, const cim__words *words);
void cim__canvas_clip(cim__canvas *c, int32_t x, int32_t y, int32_t w, int32_t h);
void cim__canvas_unclip(cim__canvas *c);
/* What is painted until ungroup is mixed with what is below as a whole. */
void cim__canvas_group(cim__canvas *c, uint8_t percent);
void cim__canvas_ungroup(cim__canvas *c, uint8_t percent);
/* The finished picture to a file. */
cim_status cim__canvas_write(cim_ctx *ctx, cim__canvas *c, const char *path, bool overwrite);
void cim__canvas_free(cim__canvas *c);

#endif
