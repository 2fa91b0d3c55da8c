/* verb_view.c - cimtool view: a page that shows the city in a browser. */
#include "picture.h"

static uint32_t read_flags(const cimtool *t)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } switches[] = { { "overwrite", CIM_VIEW_OVERWRITE }, { "no-roofs", CIM_VIEW_NO_SHAPES }, { "no-attributes", CIM_VIEW_NO_ATTRIBUTES },
        { "no-relations", CIM_VIEW_NO_RELATIONS } };
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (cimtool_has(t, switches[i].name)) flags |= switches[i].bit;
    return flags;
}

int verb_view(cimtool *t)
{
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    cim_buf report = CIM_BUF_INIT;
    picture p = PICTURE_INIT;
    int status = picture_open(t, &p);
    if (status == EXIT_DONE) {
        opts.title = cimtool_value(t, "title");
        opts.color_by = cimtool_value(t, "color-by");
        opts.classes = cimtool_value(t, "classes");
        opts.ramp = cimtool_value(t, "ramp");
        opts.layers = p.layers;
        opts.layer_count = p.layer_count;
        opts.flags = read_flags(t);
        cim_status st = cim_view_write(t->ctx, p.city, p.filtered ? p.found.ids : NULL, p.found.count, p.path, &opts, &report);
        status = picture_finish(t, &p, st, &report, "a view");
    }
    cim_buf_dispose(&report);
    picture_close(&p);
    return status;
}
