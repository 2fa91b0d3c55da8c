/* plot.c - cim_plot_write: the page, the scale, and the order of the work. */
#include "view/plot.h"

#include <math.h>

/* ---- what to show ---- */

static cim_status check_options(cim_ctx *ctx, const cim__plot *p)
{
    const cim_plot_options *o = &p->opts;
    if (!p->e.city) return cim__fail(ctx, CIM_EARG, "no city");
    if (!p->e.path || !p->e.path[0]) return cim__fail(ctx, CIM_EARG, "no output");
    if (o->flags & ~7u) return cim__fail(ctx, CIM_EARG, "unknown flags");
    if (o->width_mm != 0.0 && !(o->width_mm >= 50.0 && o->width_mm <= 5000.0)) return cim__fail(ctx, CIM_EARG, "size: a page is 50 to 5000 mm wide");
    if (o->height_mm != 0.0 && !(o->height_mm >= 50.0 && o->height_mm <= 5000.0)) return cim__fail(ctx, CIM_EARG, "size: a page is 50 to 5000 mm high");
    if (o->dpi != 0.0 && !(o->dpi >= 10.0 && o->dpi <= 1200.0)) return cim__fail(ctx, CIM_EARG, "dpi: 10 to 1200");
    if (o->radius_m != 0.0 && !(o->radius_m > 0.0 && o->radius_m <= 1e7)) return cim__fail(ctx, CIM_EARG, "radius: above 0, at most 10,000,000 m");
    if (o->extent && !(isfinite(o->extent->min_x) && isfinite(o->extent->min_y) && o->extent->min_x < o->extent->max_x && o->extent->min_y < o->extent->max_y &&
                       o->extent->max_x - o->extent->min_x < 1e9 && o->extent->max_y - o->extent->min_y < 1e9))
        return cim__fail(ctx, CIM_EARG, "extent: not X0,Y0,X1,Y1 with X0 < X1 and Y0 < Y1");
    return CIM_OK;
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    for (size_t i = 0; i < m; i++)
        if (n < m || (path[n - m + i] | 32) != suffix[i]) return false;
    return true;
}

static cim_status choose_format(cim_ctx *ctx, cim__plot *p)
{
    const char *format = p->opts.format, *path = p->e.path;
    bool stream = !strcmp(path, "-");
    p->png = format ? !strcmp(format, "png") : ends_with(path, ".png");
    if (format && !p->png && strcmp(format, "svg") != 0) return cim__fail(ctx, CIM_EARG, "unknown format %.40s (svg, png)", format);
    if (!format && !p->png && !stream && !ends_with(path, ".svg")) return cim__fail(ctx, CIM_EARG, "%s: the name does not say a format (.svg, .png)", path);
    return p->png && stream ? cim__fail(ctx, CIM_EARG, "a PNG is not written to standard output") : CIM_OK;
}

static cim_status around(cim_ctx *ctx, cim__plot *p, cim_box *box)
{
    uint32_t ids[64];
    size_t count = 0;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object o;
    cim_geom g;
    double r = p->opts.radius_m > 0.0 ? p->opts.radius_m : 250.0;
    cim_status st = cim__city_find(ctx, p->e.city, cim__str_of(p->opts.around), ids, 64, &count);
    if (st == CIM_DONE) st = cim__fail(ctx, CIM_ENOTFOUND, "no object with the id %.200s", p->opts.around);
    *box = CIM__BOX_EMPTY;
    for (size_t i = 0; i < count && i < 64 && st >= 0; i++) {
        st = cim__city_object(ctx, p->e.city, ids[i], &arena, &o);
        if (st >= 0) st = cim__export_plane(ctx, &p->e, &o, &g);
        cim_box one = st >= 0 ? cim__geom_box(&g) : CIM__BOX_EMPTY;
        cim__box_join(box, &one);
    }
    if (st >= 0 && !cim__box_ok(box)) st = cim__fail(ctx, CIM_ENOTFOUND, "%.200s has no place", p->opts.around);
    *box = (cim_box){ box->min_x - r, box->min_y - r, box->max_x + r, box->max_y + r };
    cim__arena_free(&arena);
    return st;
}

/* The box of the objects that are drawn, without what is far off: an empty city is a hundred metres wide. */
static cim_status everything(cim__plot *p, cim_box *box)
{
    cim_box one;
    *box = CIM__BOX_EMPTY;
    if (!p->e.chosen && cim_index_extent(p->e.city->index, &one)) *box = one;
    return CIM_OK;
}

static cim_status grow(cim_ctx *ctx, const cim__object *o, void *user)
{
    cim__plot *p = user;
    cim_geom g;
    CIM__TRY(cim__export_plane(ctx, &p->e, o, &g));
    cim_box one = cim__geom_box(&g);
    cim__box_join(&p->extent, &one);
    return CIM_OK;
}

static cim_status choose_extent(cim_ctx *ctx, cim__plot *p, cim_box *box)
{
    if (p->opts.extent) {
        *box = *p->opts.extent;
        return CIM_OK;
    }
    if (p->opts.around) return around(ctx, p, box);
    CIM__TRY(everything(p, box));
    if (p->e.chosen) {
        p->extent = CIM__BOX_EMPTY;
        CIM__TRY(cim__export_each(ctx, &p->e, grow, p));
        *box = p->extent;
    }
    if (!cim__box_ok(box)) *box = (cim_box){ 0.0, 0.0, 0.0, 0.0 };
    if (box->max_x - box->min_x > 1e8 || box->max_y - box->min_y > 1e8) return cim__fail(ctx, CIM_EARG,
        "the city is more than 100,000 km wide: say with an extent what to show");
    double pad = 25.0 + 0.01 * fmax(box->max_x - box->min_x, box->max_y - box->min_y);
    *box = (cim_box){ box->min_x - pad, box->min_y - pad, box->max_x + pad, box->max_y + pad };
    return CIM_OK;
}

/* ---- the page ---- */

/* The largest scale of a decent number that shows it all: 1:1000, 1:1250, 1:1500, ... */
static int64_t round_scale(double least)
{
    static const double steps[] = { 1.0, 1.25, 1.5, 1.6, 1.75, 1.8, 2.0, 2.25, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0 };
    double power = 10.0;
    while (power * 10.0 < least && power < 1e12) power *= 10.0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i] * power >= least) return (int64_t)(steps[i] * power);
    return (int64_t)(power * 10.0);
}

static void lay_out(cim__plot *p, const cim_box *box)
{
    bool bare = p->opts.flags & CIM_PLOT_NO_FRAME;
    double w_mm = p->opts.width_mm != 0.0 ? p->opts.width_mm : 297.0, h_mm = p->opts.height_mm != 0.0 ? p->opts.height_mm : 210.0;
    int32_t legend = bare || w_mm < 140.0 ? 0 : 5200;
    p->page_w = (int32_t)(w_mm * 100.0);
    p->page_h = (int32_t)(h_mm * 100.0);
    p->map_x = bare ? 0 : 800;
    p->map_y = bare ? 0 : 1500;
    p->map_w = p->page_w - 2 * p->map_x - legend;
    p->map_h = p->page_h - p->map_y - (bare ? 0 : 800);
    double need = fmax((box->max_x - box->min_x) / p->map_w, (box->max_y - box->min_y) / p->map_h); /* metres a hundredth of a millimetre */
    p->denominator = round_scale(need * 1e5);
    p->scale = 1e5 / (double)p->denominator;
    double w = p->map_w / p->scale, h = p->map_h / p->scale, cx = (box->min_x + box->max_x) / 2.0, cy = (box->min_y + box->max_y) / 2.0;
    p->extent = (cim_box){ cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0 };
    p->x0 = p->extent.min_x;
    p->y1 = p->extent.max_y;
}

static cim_status open_canvas(cim_ctx *ctx, cim__plot *p, cim__str title)
{
    static const cim__pen paper = { 0xffffff, CIM_NONE, 0, 100, 100 }, ground = { 0xf4f2ec, CIM_NONE, 0, 100, 100 };
    CIM__TRY(p->png ? cim__canvas_png(ctx, &p->canvas, p->page_w, p->page_h, p->opts.dpi != 0.0 ? p->opts.dpi : 150.0) : cim__canvas_svg(ctx,
        &p->canvas, p->page_w, p->page_h, title));
    cim__canvas_rectangle(&p->canvas, 0, 0, p->page_w, p->page_h, &paper);
    cim__canvas_rectangle(&p->canvas, p->map_x, p->map_y, p->map_w, p->map_h, &ground);
    return CIM_OK;
}

static cim_status prepare(cim_ctx *ctx, cim__plot *p)
{
    p->layers = cim__zalloc_n(ctx->mem, p->opts.layer_count + 1, sizeof *p->layers);
    if (!p->layers) return cim__nomem(ctx);
    for (size_t i = 0; i < p->opts.layer_count; i++) {
        CIM__TRY(cim__layer_open(ctx, p->opts.layers[i], (int)(i % 1000), p->opts.max_layer_bytes, p->e.city->epsg, &p->layers[i]));
        p->layer_count++;
    }
    if (!p->opts.color_by) return CIM_OK;
    p->colour = cim__zalloc_n(ctx->mem, (size_t)p->e.city->max_id + 1, 1);
    if (!p->colour) return cim__nomem(ctx);
    return cim__colouring_objects(ctx, &p->e, p->opts.color_by, p->opts.classes, p->opts.ramp, p->colour, &p->colouring);
}

static cim_status put_report(cim_ctx *ctx, const cim__plot *p, cim_buf *report_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    const double box[4] = { p->extent.min_x, p->extent.min_y, p->extent.max_x, p->extent.max_y };
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "path", p->e.path);
    cim__json_kv_text(&json, "format", p->png ? "png" : "svg");
    cim__json_kv_int(&json, "objects", (int64_t)p->objects);
    cim__json_kv_int(&json, "labels", (int64_t)p->labels);
    cim__json_kv_int(&json, "scale", p->denominator);
    cim__json_key(&json, "extent");
    cim__json_open(&json, '[');
    for (int i = 0; i < 4; i++) cim__json_num(&json, nearbyint(box[i] * 1000.0) / 1000.0);
    cim__json_close(&json, ']');
    cim__put_layer_report(&json, p->layers, p->layer_count);
    cim__json_close(&json, '}');
    if (cim__buf_give(&buf, report_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

static cim_status draw(cim_ctx *ctx, cim__plot *p, cim__str title)
{
    cim_box box;
    CIM__TRY(choose_extent(ctx, p, &box));
    lay_out(p, &box);
    CIM__TRY(open_canvas(ctx, p, title));
    CIM__TRY(cim__plot_collect(ctx, p));
    cim__canvas_clip(&p->canvas, p->map_x, p->map_y, p->map_w, p->map_h);
    CIM__TRY(cim__plot_paint(ctx, p));
    if (!(p->opts.flags & CIM_PLOT_NO_LABELS)) CIM__TRY(cim__plot_names(ctx, p));
    cim__canvas_unclip(&p->canvas);
    CIM__TRY(cim__plot_frame(ctx, p, title));
    return cim__canvas_write(ctx, &p->canvas, p->e.path, p->opts.flags & CIM_PLOT_OVERWRITE);
}

static cim_status run(cim_ctx *ctx, cim__plot *p, const uint32_t *ids, size_t id_count, cim_buf *report_out)
{
    CIM__TRY(check_options(ctx, p));
    CIM__TRY(choose_format(ctx, p));
    cim__str title = p->opts.title ? cim__str_of(p->opts.title) : cim__view_name(p->e.path);
    CIM__TRY(cim__view_choose(ctx, &p->e, ids, id_count));
    CIM__TRY(prepare(ctx, p));
    CIM__TRY(draw(ctx, p, title));
    cim__log(ctx, CIM_LOG_INFO, "%s: %llu objects, 1:%lld", p->e.path, (unsigned long long)p->objects, (long long)p->denominator);
    for (size_t i = 0; i < p->layer_count; i++)
        if (p->layers[i].without_geometry) cim__log(ctx, CIM_LOG_WARNING, "%s: %llu features have no geometry that can be shown", p->layers[i].path,
            (unsigned long long)p->layers[i].without_geometry);
    return report_out ? put_report(ctx, p, report_out) : CIM_OK;
}

cim_status cim_plot_write(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_plot_options *given,
    cim_buf *report_out)
{
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    cim_export_options plain = CIM_EXPORT_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "plot options"));
    cim__plot p = { .e = { .city = city, .opts = &plain, .path = path }, .opts = opts, .drawn = cim__buf_on(ctx->mem), .steps = cim__buf_on(ctx->mem),
        .names = cim__buf_on(ctx->mem),
                    .ring = cim__buf_on(ctx->mem), .arena = cim__arena_on(ctx->mem) };
    cim__gbuild_init(&p.e.geom, ctx->mem);
    cim_status st = run(ctx, &p, ids, id_count, report_out);
    for (size_t i = 0; i < p.layer_count; i++) cim__layer_free(&p.layers[i]);
    cim__canvas_free(&p.canvas);
    cim__free(ctx->mem, p.layers);
    cim__free(ctx->mem, p.colour);
    cim__colouring_free(&p.colouring);
    cim__buf_free(&p.drawn);
    cim__buf_free(&p.steps);
    cim__buf_free(&p.names);
    cim__buf_free(&p.ring);
    cim__arena_free(&p.arena);
    cim__gbuild_free(&p.e.geom);
    cim__free(ctx->mem, p.e.chosen);
    return st;
}
