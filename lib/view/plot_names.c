/* plot_names.c - names of streets along them, of places in them, as far as there is room: the important ones first, none over another.
 *
 * Widths of texts come from a small table instead of a font, so that the same names stand at the same places everywhere. */
#include "view/plot.h"

#include "core/sort.h"

#include <math.h>

int32_t cim__text_width(cim__str text, int32_t size)
{
    int64_t hundredths = 0; /* of the size */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c & 0xc0) == 0x80) continue;
        if (c >= 0xe3) hundredths += 100; /* most of East Asia's letters are square */
        else if (strchr("iljt.,:;!|'()[] f", c) && c) hundredths += 32;
        else if (strchr("mwMW@%", c) && c) hundredths += 88;
        else hundredths += c >= 'A' && c <= 'Z' ? 68 : 57;
    }
    return (int32_t)(hundredths * size / 100);
}

/* The text of an object's name, cut where it would be longer than any map is wide. */
static bool name_of(cim__plot *p, const cim__object *o, cim__str *name_out)
{
    cim__str name = o->present >> CIM__A_NAME & 1 ? cim__str_trim(o->values[CIM__A_NAME].text) : (cim__str){ "", 0 };
    if (!name.len || name.len > 80 || !cim__is_utf8(name)) return false;
    *name_out = cim__arena_str(&p->arena, name);
    return true;
}

static cim_status put(cim_ctx *ctx, cim__plot *p, const cim__name *name)
{
    if (!name->text.ptr) return cim__nomem(ctx);
    cim__buf_put(&p->names, name, sizeof *name);
    return p->names.failed ? cim__nomem(ctx) : CIM_OK;
}

/* The longest straight stretch of a line within the map: where a name lies best. */
static bool longest(const cim__plot *p, const cim_geom *g, double a[2], double b[2])
{
    double best = 0.0;
    for (uint32_t ring = 0; ring < g->ring_count; ring++) {
        uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
        for (uint32_t i = first; i + 1 < end; i++) {
            uint32_t k = i + 1;
            const double *s = g->coords + (size_t)i * (size_t)g->dim, *t = g->coords + (size_t)k * (size_t)g->dim;
            double angle = atan2(t[1] - s[1], t[0] - s[0]);
            for (; k + 1 < end; k++) { /* as far as it bends by less than eight degrees */
                const double *u = g->coords + (size_t)(k + 1) * (size_t)g->dim;
                double turn = fabs(remainder(atan2(u[1] - t[1], u[0] - t[0]) - angle, 6.283185307179586));
                if (turn > 0.14) break;
                t = u;
            }
            double length = hypot(t[0] - s[0], t[1] - s[1]), mx = (s[0] + t[0]) / 2.0, my = (s[1] + t[1]) / 2.0;
            bool inside = mx > p->extent.min_x && mx < p->extent.max_x && my > p->extent.min_y && my < p->extent.max_y;
            if (inside && length > best) best = length, a[0] = s[0], a[1] = s[1], b[0] = t[0], b[1] = t[1];
            i = k - 1;
        }
    }
    return best > 0.0;
}

static cim_status street(cim_ctx *ctx, cim__plot *p, const cim__object *o, const cim_geom *g)
{
    cim__name n = { .size = 210 };
    double a[2] = { 0.0, 0.0 }, b[2] = { 0.0, 0.0 };
    const cim__paint *paint = cim__paint_of(o);
    if (!longest(p, g, a, b)) return CIM_OK;
    double length = hypot(b[0] - a[0], b[1] - a[1]) * p->scale, angle = -atan2(b[1] - a[1], b[0] - a[0]) * 57.29577951308232;
    if (angle > 90.0) angle -= 180.0;
    if (angle <= -90.0) angle += 180.0;
    if (length < 600.0 || !name_of(p, o, &n.text)) return CIM_OK;
    n.x = cim__plot_x(p, (a[0] + b[0]) / 2.0);
    n.y = cim__plot_y(p, (a[1] + b[1]) / 2.0);
    n.angle_deg = (int32_t)nearbyint(angle);
    n.room = (int32_t)(length < 1e6 ? length : 1e6);
    n.weight = 1000 + paint->width_dm * 10u + (uint32_t)(n.room > 9000 ? 900 : n.room / 10);
    return put(ctx, p, &n);
}

static cim_status place(cim_ctx *ctx, cim__plot *p, const cim__object *o, const cim_geom *g)
{
    cim__name n = { .size = o->layer == CIM__L_ZONE ? 320 : 200, .italic = o->layer == CIM__L_ZONE || o->layer == CIM__L_WATER };
    double xy[2];
    cim_box box = cim__geom_box(g);
    double size = hypot(box.max_x - box.min_x, box.max_y - box.min_y) * p->scale;
    uint32_t kind = o->layer == CIM__L_ZONE ? 9 : o->layer == CIM__L_WATER ? 5 : o->layer == CIM__L_POI_AREA || o->layer == CIM__L_BUILDING ? 3 :
        o->layer == CIM__L_GREEN ? 2 : 1;
    if (o->layer != CIM__L_POI && size < 250.0) return CIM_OK;
    if (!cim__geom_inner_point(g, xy) || !name_of(p, o, &n.text)) return CIM_OK;
    if (!(xy[0] > p->extent.min_x && xy[0] < p->extent.max_x && xy[1] > p->extent.min_y && xy[1] < p->extent.max_y)) return CIM_OK;
    n.x = cim__plot_x(p, xy[0]);
    n.y = cim__plot_y(p, xy[1]);
    n.weight = kind * 1000 + (uint32_t)(size < 9990.0 ? size / 10.0 : 999.0);
    return put(ctx, p, &n);
}

cim_status cim__plot_name(cim_ctx *ctx, cim__plot *p, const cim__object *o, const cim_geom *g)
{
    switch (o->layer) {
    case CIM__L_ROAD: return street(ctx, p, o, g);
    case CIM__L_POI: return p->denominator > 5000 ? CIM_OK : place(ctx, p, o, g);
    case CIM__L_ZONE:
    case CIM__L_WATER:
    case CIM__L_POI_AREA:
    case CIM__L_GREEN:
    case CIM__L_BUILDING: return place(ctx, p, o, g);
    default: return CIM_OK;
    }
}

/* ---- room ---- */

typedef struct dot {
    int32_t x, y, r;
} dot;

/* A text as a row of circles, which turn with it. */
static bool put_dots(cim__buf *dots, const cim__name *n, int32_t width)
{
    double s = sin(n->angle_deg / 57.29577951308232), c = cos(n->angle_deg / 57.29577951308232);
    int32_t step = n->size * 3 / 4;
    for (int32_t at = -width / 2; at <= width / 2; at += step) {
        dot *d = CIM__PUSH(dots, dot);
        if (!d) return false;
        *d = (dot){ n->x + (int32_t)(at * c), n->y + (int32_t)(at * s), n->size * 11 / 16 };
    }
    return true;
}

static bool is_free(const cim__plot *p, const cim__buf *dots, size_t taken)
{
    size_t count = CIM__COUNT(dots, dot);
    for (size_t i = taken; i < count; i++) {
        const dot *a = &CIM__AT(dots, dot, i);
        if (a->x - a->r < p->map_x || a->x + a->r > p->map_x + p->map_w || a->y - a->r < p->map_y || a->y + a->r > p->map_y + p->map_h) return false;
        for (size_t k = 0; k < taken; k++) {
            const dot *b = &CIM__AT(dots, dot, k);
            int64_t dx = a->x - b->x, dy = a->y - b->y, r = a->r + b->r;
            if (dx * dx + dy * dy < r * r) return false;
        }
    }
    return true;
}

enum { NAMES_MAX = 400, APART = 4500 };

/* The same name once in a while only: streets are in many pieces. */
static bool is_told(const cim__name *names, const uint32_t *shown, size_t count, const cim__name *n)
{
    for (size_t i = 0; i < count; i++) {
        const cim__name *m = &names[shown[i]];
        int64_t dx = m->x - n->x, dy = m->y - n->y;
        if (cim__str_eq(m->text, n->text) && (!n->room || dx * dx + dy * dy < (int64_t)APART * APART)) return true;
    }
    return false;
}

static cim_status show(cim_ctx *ctx, cim__plot *p, const cim__keyed *order, size_t count)
{
    const cim__name *names = (const cim__name *)(const void *)p->names.data;
    uint32_t shown[NAMES_MAX];
    size_t done = 0;
    cim__buf dots = cim__buf_on(ctx->mem);
    for (size_t i = 0; i < count && done < NAMES_MAX; i++) {
        const cim__name *n = &names[order[i].id];
        int32_t width = cim__text_width(n->text, n->size);
        size_t taken = CIM__COUNT(&dots, dot);
        if ((n->room && width > n->room + 200) || is_told(names, shown, done, n)) continue;
        if (!put_dots(&dots, n, width)) break;
        if (!is_free(p, &dots, taken)) {
            dots.size = taken * sizeof(dot);
            continue;
        }
        double s = sin(n->angle_deg / 57.29577951308232), c = cos(n->angle_deg / 57.29577951308232), down = n->size * 0.36;
        cim__words w = { n->x - (int32_t)(down * s), n->y + (int32_t)(down * c), n->size, n->angle_deg, CIM__TEXT_MIDDLE, n->italic ? CIM__TEXT_ITALIC :
            CIM__TEXT_NORMAL, true,
                         n->italic ? 0x6d4a7d : n->room ? 0x4a443d : 0x2f2a26, n->text };
        cim__canvas_text(&p->canvas, &w);
        shown[done++] = order[i].id;
    }
    p->labels = done;
    bool failed = dots.failed;
    cim__buf_free(&dots);
    return failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__plot_names(cim_ctx *ctx, cim__plot *p)
{
    size_t count = CIM__COUNT(&p->names, cim__name);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * count + 1, sizeof *order);
    if (!order) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) order[i] = (cim__keyed){ UINT32_MAX - CIM__AT(&p->names, cim__name, i).weight, (uint32_t)i, 0 };
    cim__sort_keyed(order, order + count, count);
    cim_status st = show(ctx, p, order, count < 200000 ? count : 200000);
    cim__free(ctx->mem, order);
    return st;
}
