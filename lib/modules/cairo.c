/* cairo.c - adapter module to cairo: maps as PNG. */
#include "cim/base.h"
#include "core/cairo.h"

#include <cairo.h>
#include <stdlib.h>

struct cim__cairo {
    cairo_surface_t *surface;
    cairo_t *cr;
    bool (*write)(void *user, const void *data, size_t size);
    void *user;
};

static cim__cairo *create(double width, double height, double pixels_a_unit)
{
    double w = width * pixels_a_unit, h = height * pixels_a_unit;
    if (!(w >= 1.0 && h >= 1.0 && w <= 30000.0 && h <= 30000.0)) return NULL;
    cim__cairo *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(w + 0.5), (int)(h + 0.5));
    c->cr = cairo_create(c->surface);
    if (cairo_status(c->cr) != CAIRO_STATUS_SUCCESS) {
        cairo_destroy(c->cr);
        cairo_surface_destroy(c->surface);
        free(c);
        return NULL;
    }
    cairo_scale(c->cr, pixels_a_unit, pixels_a_unit);
    cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_fill_rule(c->cr, CAIRO_FILL_RULE_EVEN_ODD);
    return c;
}

static void move(cim__cairo *c, double x, double y) { cairo_move_to(c->cr, x, y); }

static void line(cim__cairo *c, double x, double y) { cairo_line_to(c->cr, x, y); }

static void close_path(cim__cairo *c) { cairo_close_path(c->cr); }

static void circle(cim__cairo *c, double x, double y, double radius)
{
    cairo_new_sub_path(c->cr);
    cairo_arc(c->cr, x, y, radius, 0.0, 6.283185307179586);
    cairo_close_path(c->cr);
}

static void use(cim__cairo *c, uint32_t colour, double opacity)
{
    cairo_set_source_rgba(c->cr, (double)(colour >> 16 & 255) / 255.0, (double)(colour >> 8 & 255) / 255.0, (double)(colour & 255) / 255.0, opacity);
}

static void paint(cim__cairo *c, bool has_fill, uint32_t fill, double fill_opacity, double width, uint32_t stroke, double line_opacity)
{
    if (has_fill) {
        use(c, fill, fill_opacity);
        cairo_fill_preserve(c->cr);
    }
    if (width > 0.0) {
        use(c, stroke, line_opacity);
        cairo_set_line_width(c->cr, width);
        cairo_stroke_preserve(c->cr);
    }
    cairo_new_path(c->cr);
}

static void clip(cim__cairo *c, double x, double y, double width, double height)
{
    cairo_save(c->cr);
    cairo_new_path(c->cr);
    cairo_rectangle(c->cr, x, y, width, height);
    cairo_clip(c->cr);
}

static void unclip(cim__cairo *c) { cairo_restore(c->cr); }

static void group(cim__cairo *c) { cairo_push_group(c->cr); }

static void ungroup(cim__cairo *c, double opacity)
{
    cairo_pop_group_to_source(c->cr);
    cairo_paint_with_alpha(c->cr, opacity);
}

static void text(cim__cairo *c, double x, double y, double size, double angle_deg, int anchor, int weight, uint32_t colour, bool halo, const char *words)
{
    cairo_text_extents_t e;
    cairo_save(c->cr);
    cairo_select_font_face(c->cr, "sans-serif", weight == 2 ? CAIRO_FONT_SLANT_ITALIC : CAIRO_FONT_SLANT_NORMAL, weight == 1 ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c->cr, size);
    cairo_text_extents(c->cr, words, &e);
    cairo_translate(c->cr, x, y);
    cairo_rotate(c->cr, angle_deg * 3.141592653589793 / 180.0);
    cairo_move_to(c->cr, anchor == 0 ? 0.0 : anchor == 1 ? -e.x_advance / 2.0 : -e.x_advance, 0.0);
    cairo_text_path(c->cr, words);
    if (halo) {
        use(c, 0xffffff, 0.85);
        cairo_set_line_width(c->cr, size * 0.28);
        cairo_stroke_preserve(c->cr);
    }
    use(c, colour, 1.0);
    cairo_fill(c->cr);
    cairo_restore(c->cr);
    cairo_new_path(c->cr);
}

static cairo_status_t give(void *closure, const unsigned char *data, unsigned int length)
{
    cim__cairo *c = closure;
    return c->write(c->user, data, length) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static bool finish(cim__cairo *c, bool (*write)(void *user, const void *data, size_t size), void *user)
{
    bool good = cairo_status(c->cr) == CAIRO_STATUS_SUCCESS;
    c->write = write;
    c->user = user;
    if (good && write) good = cairo_surface_write_to_png_stream(c->surface, give, c) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(c->cr);
    cairo_surface_destroy(c->surface);
    free(c);
    return good;
}

CIM_API extern const cim__cairo_table cim_module_cairo;
const cim__cairo_table cim_module_cairo = { create, move, line, close_path, circle, paint, clip, unclip, group, ungroup, text, finish };
