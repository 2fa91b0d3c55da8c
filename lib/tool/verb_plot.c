/* verb_plot.c - cimtool plot: a map of the city. */
#include "picture.h"

static uint32_t read_flags(const cimtool *t)
{
    return (cimtool_has(t, "overwrite") ? CIM_PLOT_OVERWRITE : 0) | (cimtool_has(t, "no-labels") ? CIM_PLOT_NO_LABELS : 0) | (cimtool_has(t, "no-frame") ? CIM_PLOT_NO_FRAME : 0);
}

/* False after a message. */
static bool read_page(cimtool *t, cim_plot_options *o, double box[4], double size[2])
{
    if (!cimtool_reals(t, "bbox", box, 4) || !cimtool_reals(t, "size", size, 2) || !cimtool_real(t, "radius", &o->radius_m) || !cimtool_real(t, "dpi", &o->dpi)) return false;
    o->width_mm = size[0];
    o->height_mm = size[1];
    o->around = cimtool_value(t, "around");
    o->format = cimtool_value(t, "format");
    o->title = cimtool_value(t, "title");
    o->color_by = cimtool_value(t, "color-by");
    o->classes = cimtool_value(t, "classes");
    o->ramp = cimtool_value(t, "ramp");
    o->flags = read_flags(t);
    return true;
}

int verb_plot(cimtool *t)
{
    cim_plot_options opts = CIM_PLOT_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    picture p = PICTURE_INIT;
    double box[4] = { 0 }, size[2] = { 0 };
    if (!read_page(t, &opts, box, size)) return EXIT_USAGE;
    int status = picture_open(t, &p);
    if (status == EXIT_DONE) {
        cim_box extent = { box[0], box[1], box[2], box[3] };
        if (cimtool_has(t, "bbox")) opts.extent = &extent;
        opts.layers = p.layers;
        opts.layer_count = p.layer_count;
        cim_status st = cim_plot_write(t->ctx, p.city, p.filtered ? p.found.ids : NULL, p.found.count, p.path, &opts, &report);
        status = picture_finish(t, &p, st, &report, "a map");
    }
    cim_buf_dispose(&report);
    picture_close(&p);
    return status;
}
