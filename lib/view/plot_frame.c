/* plot_frame.c - what makes a picture a map: title, legend, scale bar, north arrow, where the data come from. */
#include "view/plot.h"

#include <stdio.h>

static const cim__pen ink = { 0x2b2f33, CIM_NONE, 0, 100, 100 };

static void words(cim__plot *p, int32_t x, int32_t y, int32_t size, int weight, uint32_t colour, cim__str text)
{
    cim__words w = { x, y, size, 0, CIM__TEXT_START, (uint8_t)weight, false, colour, text };
    cim__canvas_text(&p->canvas, &w);
}

/* As much of a text as fits. */
static cim__str fitting(cim__str text, int32_t size, int32_t room)
{
    while (text.len && cim__text_width(text, size) > room) {
        text.len--;
        while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80) text.len--;
    }
    return text;
}

/* ---- scale and north ---- */

static void put_length(cim__buf *out, double metres)
{
    cim__put_fixed(out, metres >= 1000.0 ? metres / 1000.0 : metres, 2);
    cim__buf_puts(out, metres >= 1000.0 ? " km" : " m");
}

/* 1, 2 or 5 times a power of ten, at most 40 mm long. */
static double bar_metres(const cim__plot *p)
{
    double most = 4000.0 / p->scale, step = 1e-3;
    while (step * 10.0 <= most) step *= 10.0;
    return step * 5.0 <= most ? step * 5.0 : step * 2.0 <= most ? step * 2.0 : step;
}

static void put_thousands(cim__buf *out, int64_t v)
{
    if (v >= 1000) put_thousands(out, v / 1000);
    if (v >= 1000) cim__buf_printf(out, ",%03d", (int)(v % 1000));
    else cim__put_int(out, v);
}

static void scale_bar(cim__plot *p, cim__buf *text)
{
    static const cim__pen box = { 0xffffff, CIM_NONE, 0, 82, 100 }, white = { 0xffffff, 0x2b2f33, 10, 100, 100 };
    double metres = bar_metres(p);
    int32_t length = (int32_t)(metres * p->scale), x = p->map_x + 500, y = p->map_y + p->map_h - 420;
    cim__canvas_rectangle(&p->canvas, x - 250, y - 420, length + 2400, 700, &box);
    for (int i = 0; i < 4; i++) cim__canvas_rectangle(&p->canvas, x + length * i / 4, y, length * (i + 1) / 4 - length * i / 4, 90, i % 2 ? &white : &ink);
    words(p, x - 40, y - 80, 210, CIM__TEXT_NORMAL, 0x2b2f33, CIM__STR("0"));
    text->size = 0;
    put_length(text, metres);
    cim__words w = { x + length, y - 80, 210, 0, CIM__TEXT_MIDDLE, CIM__TEXT_NORMAL, false, 0x2b2f33, cim__buf_str(text) };
    cim__canvas_text(&p->canvas, &w);
    text->size = 0;
    cim__buf_puts(text, "1:");
    put_thousands(text, p->denominator);
    words(p, x + length + 620, y + 80, 230, CIM__TEXT_BOLD, 0x2b2f33, cim__buf_str(text));
}

static void north_arrow(cim__plot *p)
{
    static const cim__pen box = { 0xffffff, CIM_NONE, 0, 82, 100 }, half = { 0xffffff, 0x2b2f33, 10, 100, 100 };
    int32_t x = p->map_x + p->map_w - 650, y = p->map_y + 1250;
    cim__canvas_circle(&p->canvas, x, y - 300, 560);
    cim__canvas_paint(&p->canvas, &box);
    for (int side = -1; side < 2; side += 2) {
        cim__canvas_move(&p->canvas, x, y - 560);
        cim__canvas_line(&p->canvas, x + side * 230, y + 110);
        cim__canvas_line(&p->canvas, x, y - 30);
        cim__canvas_close(&p->canvas);
        cim__canvas_paint(&p->canvas, side < 0 ? &ink : &half);
    }
    cim__words w = { x, y - 620, 240, 0, CIM__TEXT_MIDDLE, CIM__TEXT_BOLD, false, 0x2b2f33, CIM__STR("N") };
    cim__canvas_text(&p->canvas, &w);
}

/* ---- legend ---- */

typedef struct legend {
    cim__plot *p;
    int32_t x, y, room;
} legend;

static bool has_room(const legend *l) { return l->y < l->p->map_y + l->p->map_h - 250; }

static void heading(legend *l, cim__str text)
{
    if (!has_room(l)) return;
    l->y += 180;
    words(l->p, l->x, l->y + 200, 240, CIM__TEXT_BOLD, 0x2b2f33, fitting(text, 240, l->room));
    l->y += 420;
}

static void entry(legend *l, int kind, const cim__pen *pen, cim__str text)
{
    cim__canvas *c = &l->p->canvas;
    if (!has_room(l)) return;
    if (kind == CIM_GEOM_LINESTRING) {
        cim__canvas_move(c, l->x + 30, l->y + 130);
        cim__canvas_line(c, l->x + 470, l->y + 130);
        cim__canvas_paint(c, pen);
    } else if (kind == CIM_GEOM_POINT) {
        cim__canvas_circle(c, l->x + 250, l->y + 130, 100);
        cim__canvas_paint(c, pen);
    } else {
        cim__canvas_rectangle(c, l->x, l->y, 500, 260, pen);
    }
    words(l->p, l->x + 640, l->y + 205, 220, CIM__TEXT_NORMAL, 0x2b2f33, fitting(text, 220, l->room - 640));
    l->y += 360;
}

static void classes(legend *l, const cim__colouring *colours, int kind, uint8_t percent, cim__buf *text)
{
    for (int i = 0; i < colours->count; i++) {
        uint32_t colour = cim__colouring_colour(colours, i);
        cim__pen area = { colour, 0x5f5a55, 6, percent, 100 }, line = { CIM_NONE, colour, 90, 100, 100 };
        text->size = 0;
        cim__colouring_label(colours, i, text);
        entry(l, kind, kind == CIM_GEOM_LINESTRING ? &line : &area, cim__buf_str(text));
    }
}

/* What most of a layer's features are. */
static int kind_of(const cim__layer_in *layer)
{
    static const char *const names[] = { "Point", "LineString", "Polygon" };
    size_t counts[3] = { 0, 0, 0 };
    for (size_t i = 0; i < CIM__COUNT(&layer->features, cim__lfeature) && i < 1000; i++) {
        cim__jvalue type, g = CIM__AT(&layer->features, cim__lfeature, i).geometry;
        if (g.type != CIM__J_OBJECT || !cim__jfind(g, CIM__STR("type"), &type)) continue;
        for (int k = 0; k < 3; k++) counts[k] += cim__str_has(type.text, names[k]);
    }
    return counts[2] >= counts[1] && counts[2] >= counts[0] ? CIM_GEOM_POLYGON : counts[1] >= counts[0] ? CIM_GEOM_LINESTRING : CIM_GEOM_POINT;
}

static void layer_legend(legend *l, const cim__layer_in *layer, cim__buf *text)
{
    int kind = kind_of(layer);
    text->size = 0;
    cim__buf_puts(text, layer->title);
    if (layer->colouring.property) cim__buf_printf(text, ": %s", layer->colouring.property);
    if (layer->colouring.property) {
        heading(l, cim__buf_str(text));
        classes(l, &layer->colouring, kind, layer->opacity > 0.0 ? (uint8_t)(layer->opacity * 100.0) : 60, text);
        return;
    }
    cim__pen area = { layer->colour, layer->colour, 10, 60, 100 }, line = { CIM_NONE, layer->colour, 90, 100, 100 };
    entry(l, kind, kind == CIM_GEOM_LINESTRING ? &line : &area, cim__buf_str(text));
}

/* Of pipes and cables every network that is drawn. */
static void networks(legend *l, const cim__paint *layer)
{
    for (const cim__paint *c = layer; c < cim__paint_end() && (c == layer || cim__paint_has_case(layer, c)); c++) {
        cim__pen line = { CIM_NONE, c->line, 50, 100, 100 };
        char name[40] = "other networks";
        if (!l->p->paint_seen[cim__paint_number(c) & 255]) continue;
        if (c->value) snprintf(name, sizeof name, "%s network", c->value);
        name[0] = (char)(name[0] >= 'a' && name[0] <= 'z' ? name[0] - 32 : name[0]);
        entry(l, CIM_GEOM_LINESTRING, &line, cim__str_of(name));
    }
}

static void put_legend(cim__plot *p, cim__buf *text)
{
    legend l = { p, p->map_x + p->map_w + 500, p->map_y, p->page_w - (p->map_x + p->map_w) - 1100 };
    if (l.room < 1500) return;
    for (size_t i = 0; i < p->layer_count; i++) layer_legend(&l, &p->layers[i], text);
    if (p->colouring.property) {
        heading(&l, cim__str_of(p->colouring.property));
        classes(&l, &p->colouring, CIM_GEOM_POLYGON, 100, text);
        cim__pen none = { 0xe2ded8, 0xc3bdb5, 8, 100, 100 };
        if (p->colouring.without) entry(&l, CIM_GEOM_POLYGON, &none, CIM__STR("no value"));
    }
    heading(&l, CIM__STR("Map"));
    for (int i = 0; i < CIM__LAYER_COUNT; i++) {
        const cim__paint *paint = cim__paint_of_layer((cim__layer_id)i);
        if (!p->layer_seen[i] || !paint || i == CIM__L_BUILDING_PART || i == CIM__L_BUILDING_DETAIL) continue;
        int kind = cim__geom_base(cim__layers[i].type);
        cim__pen area = { paint->fill, paint->line == CIM_NONE ? 0xcfc9c0 : paint->line, 10, 100, 100 };
        cim__pen line = { CIM_NONE, paint->line, i == CIM__L_ZONE ? 25 : 70, 100, 100 };
        if (i == CIM__L_UTILITY_LINE) networks(&l, paint);
        else entry(&l, i == CIM__L_ZONE ? CIM_GEOM_LINESTRING : kind, kind == CIM_GEOM_LINESTRING || i == CIM__L_ZONE ? &line : &area,
            cim__str_of(cim__paint_title((cim__layer_id)i)));
    }
}

/* ---- sources ---- */

static cim_status put_sources(cim_ctx *ctx, cim__plot *p, cim__buf *text)
{
    cim__buf list = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&list);
    cim__jvalue all, one;
    cim__str key;
    cim__crs_info crs;
    cim__json_open(&json, '[');
    cim_status st = cim__view_sources(ctx, p->e.city, &json);
    cim__json_close(&json, ']');
    text->size = 0;
    cim__buf_puts(text, "Sources: ");
    if (st >= 0 && cim__jparse(cim__buf_str(&list), &all)) {
        cim__jiter it = cim__jiter_of(all);
        for (bool first = true; cim__jnext(&it, &key, &one); first = false) {
            scratch.size = 0;
            if (!first) cim__buf_puts(text, "; ");
            cim__buf_putstr(text, cim__jstring(one, &scratch));
        }
    }
    if (cim__crs_info_of(ctx, p->e.city->epsg, &crs) >= 0) cim__buf_printf(text, ". %s (EPSG:%d)", crs.name, (int)p->e.city->epsg);
    cim__buf_puts(text, ". Drawn by libcim " CIM_VERSION_STRING ".");
    if (st >= 0 && (list.failed || scratch.failed || text->failed)) st = cim__nomem(ctx);
    cim__str shown = fitting(cim__buf_str(text), 190, p->page_w - 1600);
    if (st >= 0) words(p, p->map_x, p->page_h - 360, 190, CIM__TEXT_NORMAL, 0x6b7075, shown);
    cim__buf_free(&list);
    cim__buf_free(&scratch);
    return st;
}

cim_status cim__plot_frame(cim_ctx *ctx, cim__plot *p, cim__str title)
{
    static const cim__pen edge = { CIM_NONE, 0x9aa0a6, 15, 100, 100 };
    cim__buf text = cim__buf_on(ctx->mem);
    cim__canvas_rectangle(&p->canvas, p->map_x, p->map_y, p->map_w, p->map_h, &edge);
    if (p->opts.flags & CIM_PLOT_NO_FRAME) return CIM_OK;
    words(p, p->map_x, p->map_y - 330, 520, CIM__TEXT_BOLD, 0x20262c, fitting(title, 520, p->page_w - 1600));
    scale_bar(p, &text);
    north_arrow(p);
    put_legend(p, &text);
    cim_status st = put_sources(ctx, p, &text);
    if (st >= 0 && text.failed) st = cim__nomem(ctx);
    cim__buf_free(&text);
    return st;
}
