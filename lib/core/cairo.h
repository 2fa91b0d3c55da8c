/* cairo.h - the functions of module cim_cairo: drawing into a PNG.  The module knows cairo and nothing of libcim. */
#ifndef CIM_CORE_CAIRO_H
#define CIM_CORE_CAIRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cim__cairo cim__cairo;

/* Lengths are in hundredths of a millimetre of the page, y downwards; colours 0xRRGGBB, opacities 0 to 1. */
typedef struct cim__cairo_table {
    cim__cairo *(*create)(double width, double height, double pixels_a_unit); /* NULL: out of memory or too large */
    void (*move)(cim__cairo *c, double x, double y); /* of the path that the next paint() uses up */
    void (*line)(cim__cairo *c, double x, double y);
    void (*close)(cim__cairo *c);
    void (*circle)(cim__cairo *c, double x, double y, double radius);
    void (*paint)(cim__cairo *c, bool has_fill, uint32_t fill, double fill_opacity, double width, uint32_t line, double line_opacity);
    void (*clip)(cim__cairo *c, double x, double y, double width, double height); /* until unclip() */
    void (*unclip)(cim__cairo *c);
    void (*group)(cim__cairo *c); /* what is painted until ungroup() is mixed in as a whole */
    void (*ungroup)(cim__cairo *c, double opacity);
    /* anchor 0 start, 1 middle, 2 end; angle in degrees, clockwise; weight 0 normal, 1 bold, 2 italic; text ends with NUL */
    void (*text)(cim__cairo *c, double x, double y, double size, double angle_deg, int anchor, int weight, uint32_t colour, bool halo, const char *text);
    /* Bytes of the PNG go to write(); false: it failed, or cairo did.  Releases c in any case; write NULL: only that. */
    bool (*finish)(cim__cairo *c, bool (*write)(void *user, const void *data, size_t size), void *user);
} cim__cairo_table;

#endif
