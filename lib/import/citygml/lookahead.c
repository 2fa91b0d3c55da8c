/* lookahead.c - a second reading of the input up to the first srsName that means something. */
#include "import/citygml/lookahead.h"

#include "import/xml.h"

typedef struct look {
    cim__job *job;
    cim__gsrses *srses;
} look;

static cim_status on_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *s, void *user)
{
    look *l = user;
    cim__str name;
    uint16_t number;
    if (!cim__xml_attribute(s, "srsName", &name)) return CIM_OK;
    CIM__TRY(cim__gsrses_add(ctx, l->srses, cim__str_trim(name), cim__xml_line(xml), &number));
    if (!l->srses->list[number]->parsed.epsg) return CIM_OK;
    l->srses->file = number;
    cim__report_warn(l->job->report, 0, "no reference system is given for the whole file: taken from line %u", cim__xml_line(xml));
    return CIM_DONE;
}

static cim_status on_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    (void)ctx, (void)xml, (void)name, (void)user;
    return CIM_OK;
}

static cim_status on_chunk(cim_ctx *ctx, cim__xml *xml, void *user)
{
    const look *l = user;
    (void)xml;
    return cim__job_tick(ctx, l->job, "read");
}

cim_status cim__gsrs_look_ahead(cim_ctx *ctx, cim__job *job, cim__gsrses *srses)
{
    static const cim__xml_handler handler = { on_start, on_end, NULL, on_chunk };
    look l = { job, srses };
    cim__input *again = NULL;
    const char *path = cim__input_path(job->input);
    if (!strcmp(path, "-")) return CIM_OK;
    cim_status st = cim__input_open(ctx, path, job->opts->max_bytes, job->opts->flags & CIM_IMPORT_UNSAFE_LIMITS ? 0 : 400, &again);
    if (st >= 0) st = cim__xml_run(ctx, again, job->opts->max_depth, &handler, &l);
    cim__input_close(ctx, again);
    if (st == CIM_ENOMEM || st == CIM_ECANCEL || st == CIM_ELIMIT) return st;
    if (st < 0) cim__enter(ctx); /* the first reading comes to it and says so */
    return CIM_OK;
}
