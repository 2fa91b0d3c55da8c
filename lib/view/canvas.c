/* canvas.c - SVG 1.1, written directly, and the same calls into cairo. */
#include "view/canvas.h"

#include "core/module.h"

/* ---- beginning ---- */

static void put_escaped(cim__buf *out, cim__str text)
{
    if (!cim__is_utf8(text)) text = CIM__STR("?");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool odd = c == 0xef && i + 2 < text.len && (unsigned char)text.ptr[i + 1] == 0xbf &&
            (unsigned char)text.ptr[i + 2] >= 0xbe; /* U+FFFE is not allowed in XML */
        if (c == '<') cim__buf_puts(out, "&lt;");
        else if (c == '>') cim__buf_puts(out, "&gt;");
        else if (c == '&') cim__buf_puts(out, "&amp;");
        else if (c == '"') cim__buf_puts(out, "&quot;");
        else if (odd) cim__buf_putc(out, '?'), i += 2;
        else cim__buf_putc(out, c < ' ' ? ' ' : (char)c);
    }
}

static void begin(cim_ctx *ctx, cim__canvas *c)
{
    *c = (cim__canvas){ .cairo = NULL };
    c->out = cim__buf_on(ctx->mem);
    c->path = cim__buf_on(ctx->mem);
    c->scratch = cim__buf_on(ctx->mem);
}

static void put_mm(cim__buf *out, int32_t hundredths) { cim__put_fixed(out, hundredths / 100.0, 2); }

cim_status cim__canvas_svg(cim_ctx *ctx, cim__canvas *c, int32_t width, int32_t height, cim__str title)
{
    begin(ctx, c);
    cim__buf_puts(&c->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
    put_mm(&c->out, width);
    cim__buf_puts(&c->out, "mm\" height=\"");
    put_mm(&c->out, height);
    cim__buf_printf(&c->out, "mm\" viewBox=\"0 0 %d %d\" stroke-linejoin=\"round\" stroke-linecap=\"round\" fill-rule=\"evenodd\" "
                             "font-family=\"'Noto Sans','DejaVu Sans',Arial,sans-serif\">\n<title>", (int)width, (int)height);
    put_escaped(&c->out, title);
    cim__buf_puts(&c->out, "</title>\n");
    return c->out.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__canvas_png(cim_ctx *ctx, cim__canvas *c, int32_t width, int32_t height, double dpi)
{
    const void *table;
    begin(ctx, c);
    if (cim__module_load(ctx, "cairo", &table) < 0) return cim__fail(ctx, CIM_EUNSUPPORTED, "this build of libcim has no PNG (module cim_cairo): write SVG");
    c->cairo = table;
    c->page = c->cairo->create(width, height, dpi / 2540.0);
    return c->page ? CIM_OK : cim__fail(ctx, CIM_ELIMIT, "a picture of more than 30,000 pixels, or out of memory");
}

/* ---- paths: relative and without what can be left out ---- */

static void put_step(cim__canvas *c, char command, int32_t x, int32_t y)
{
    if (command) cim__buf_putc(&c->path, command);
    if (!command && x - c->x >= 0) cim__buf_putc(&c->path, ' ');
    cim__put_int(&c->path, (int64_t)x - c->x);
    if (y - c->y >= 0) cim__buf_putc(&c->path, ' ');
    cim__put_int(&c->path, (int64_t)y - c->y);
    c->x = x;
    c->y = y;
}

void cim__canvas_move(cim__canvas *c, int32_t x, int32_t y)
{
    if (c->page) c->cairo->move(c->page, x, y);
    else if (!c->open) c->x = c->y = 0, put_step(c, 'm', x, y);
    else put_step(c, 'm', x, y);
    c->start_x = x;
    c->start_y = y;
    c->open = true;
}

void cim__canvas_line(cim__canvas *c, int32_t x, int32_t y)
{
    if (c->page) c->cairo->line(c->page, x, y);
    else put_step(c, 0, x, y); /* behind m further pairs are lines */
}

void cim__canvas_close(cim__canvas *c)
{
    if (c->page) c->cairo->close(c->page);
    else cim__buf_putc(&c->path, 'z');
    c->x = c->start_x; /* from there the next relative move counts */
    c->y = c->start_y;
}

void cim__canvas_circle(cim__canvas *c, int32_t x, int32_t y, int32_t r)
{
    if (c->page) {
        c->cairo->circle(c->page, x, y, r);
        return;
    }
    cim__canvas_move(c, x - r, y);
    cim__buf_printf(&c->path, "a%d %d 0 1 0 %d 0a%d %d 0 1 0 %d 0z", (int)r, (int)r, (int)(2 * r), (int)r, (int)r, (int)(-2 * r));
}

static void put_opacity(cim__canvas *c, const char *name, uint8_t percent)
{
    if (percent >= 100) return;
    cim__buf_printf(&c->out, " %s=\"", name);
    cim__put_fixed(&c->out, percent / 100.0, 2);
    cim__buf_putc(&c->out, '"');
}

void cim__canvas_paint(cim__canvas *c, const cim__pen *pen)
{
    if (c->page) {
        c->cairo->paint(c->page, pen->fill != CIM_NONE, pen->fill, pen->fill_percent / 100.0, pen->line != CIM_NONE ? pen->width : 0.0, pen->line,
            pen->line_percent / 100.0);
    } else if (c->path.size) {
        cim__buf_puts(&c->out, "<path fill=\"");
        if (pen->fill == CIM_NONE) cim__buf_puts(&c->out, "none");
        else cim__buf_printf(&c->out, "#%06x", pen->fill);
        cim__buf_putc(&c->out, '"');
        if (pen->fill != CIM_NONE) put_opacity(c, "fill-opacity", pen->fill_percent);
        if (pen->line != CIM_NONE && pen->width > 0) {
            cim__buf_printf(&c->out, " stroke=\"#%06x\" stroke-width=\"%d\"", pen->line, (int)pen->width);
            put_opacity(c, "stroke-opacity", pen->line_percent);
        }
        cim__buf_puts(&c->out, " d=\"");
        cim__buf_putstr(&c->out, cim__buf_str(&c->path));
        cim__buf_puts(&c->out, "\"/>\n");
    }
    c->path.size = 0;
    c->open = false;
}

void cim__canvas_rectangle(cim__canvas *c, int32_t x, int32_t y, int32_t w, int32_t h, const cim__pen *pen)
{
    cim__canvas_move(c, x, y);
    cim__canvas_line(c, x + w, y);
    cim__canvas_line(c, x + w, y + h);
    cim__canvas_line(c, x, y + h);
    cim__canvas_close(c);
    cim__canvas_paint(c, pen);
}

void cim__canvas_text(cim__canvas *c, const cim__words *w)
{
    static const char *const anchors[] = { "start", "middle", "end" };
    if (c->page) {
        c->scratch.size = 0;
        cim__buf_putstr(&c->scratch, cim__is_utf8(w->text) ? w->text : CIM__STR("?"));
        for (size_t i = 0; i < c->scratch.size; i++)
            if (c->scratch.data[i] < ' ') c->scratch.data[i] = ' ';
        cim__buf_putc(&c->scratch, 0);
        if (!c->scratch.failed) c->cairo->text(c->page, w->x, w->y, w->size, w->angle_deg, w->anchor, w->weight, w->colour, w->halo,
            (const char *)c->scratch.data);
        return;
    }
    cim__buf_printf(&c->out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"#%06x\"", (int)w->x, (int)w->y, (int)w->size, w->colour);
    if (w->anchor) cim__buf_printf(&c->out, " text-anchor=\"%s\"", anchors[w->anchor]);
    if (w->weight == CIM__TEXT_BOLD) cim__buf_puts(&c->out, " font-weight=\"bold\"");
    if (w->weight == CIM__TEXT_ITALIC) cim__buf_puts(&c->out, " font-style=\"italic\"");
    if (w->angle_deg) cim__buf_printf(&c->out, " transform=\"rotate(%d %d %d)\"", (int)w->angle_deg, (int)w->x, (int)w->y);
    if (w->halo) cim__buf_printf(&c->out, " stroke=\"#ffffff\" stroke-width=\"%d\" stroke-opacity=\"0.85\" paint-order=\"stroke\"", (int)(w->size * 28 / 100));
    cim__buf_putc(&c->out, '>');
    put_escaped(&c->out, w->text);
    cim__buf_puts(&c->out, "</text>\n");
}

void cim__canvas_clip(cim__canvas *c, int32_t x, int32_t y, int32_t w, int32_t h)
{
    if (c->page) c->cairo->clip(c->page, x, y, w, h);
    else cim__buf_printf(&c->out, "<clipPath id=\"map\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/></clipPath>\n<g clip-path=\"url(#map)\">\n",
        (int)x, (int)y, (int)w, (int)h);
}

void cim__canvas_unclip(cim__canvas *c)
{
    if (c->page) c->cairo->unclip(c->page);
    else cim__buf_puts(&c->out, "</g>\n");
}

void cim__canvas_group(cim__canvas *c, uint8_t percent)
{
    if (c->page) {
        c->cairo->group(c->page);
        return;
    }
    cim__buf_puts(&c->out, "<g");
    put_opacity(c, "opacity", percent);
    cim__buf_puts(&c->out, ">\n");
}

void cim__canvas_ungroup(cim__canvas *c, uint8_t percent)
{
    if (c->page) c->cairo->ungroup(c->page, percent / 100.0);
    else cim__buf_puts(&c->out, "</g>\n");
}

/* ---- the end ---- */

static bool give(void *user, const void *data, size_t size)
{
    cim__canvas *c = user;
    cim__buf_put(&c->out, data, size);
    return !c->out.failed;
}

cim_status cim__canvas_write(cim_ctx *ctx, cim__canvas *c, const char *path, bool overwrite)
{
    cim__out out;
    cim__cairo *page = c->page;
    c->page = NULL;
    if (page && !c->cairo->finish(page, give, c)) return c->out.failed ? cim__nomem(ctx) : cim__fail(ctx, CIM_EIO,
        "%s: cairo could not make the picture", path);
    if (!page) cim__buf_puts(&c->out, "</svg>\n");
    if (c->out.failed || c->path.failed || c->scratch.failed) return cim__nomem(ctx);
    CIM__TRY(cim__out_open(ctx, path, overwrite, &out));
    cim__out_drain(&out, &c->out);
    if (out.status >= 0) return cim__out_commit(&out);
    cim_status st = out.status;
    cim__out_abort(&out);
    return st;
}

void cim__canvas_free(cim__canvas *c)
{
    if (!c->out.mem) return;
    if (c->page) c->cairo->finish(c->page, NULL, NULL);
    cim__buf_free(&c->out);
    cim__buf_free(&c->path);
    cim__buf_free(&c->scratch);
}
