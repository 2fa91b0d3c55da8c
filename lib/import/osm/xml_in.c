/* xml_in.c - reading OSM XML: with our own scanner where the document is as plain as writers make it, else with libxml2. */
#include "import/osm/xml_in.h"
#include "import/xml.h"

#include <stdio.h>

typedef struct reader {
    cim__osm_xml *x;
    cim__osm_attribute attributes[CIM__OSM_ATTRIBUTES_MAX];
} reader;

static cim_status on_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *start, void *user)
{
    reader *r = user;
    int count = start->attribute_count < CIM__OSM_ATTRIBUTES_MAX ? start->attribute_count : CIM__OSM_ATTRIBUTES_MAX;
    for (int i = 0; i < count; i++) r->attributes[i] = (cim__osm_attribute){ cim__str_of(cim__xml_attribute_name(start, i).local), cim__xml_attribute_value(start, i) };
    cim__osm_element e = { cim__str_of(start->name.local), r->attributes, count, cim__xml_line(xml), cim__xml_depth(xml) };
    return cim__osm_xml_start(ctx, r->x, &e);
}

static cim_status on_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    reader *r = user;
    (void)name;
    return cim__osm_xml_end(ctx, r->x, cim__xml_depth(xml));
}

static cim_status on_text(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user)
{
    reader *r = user;
    (void)ctx, (void)xml;
    cim__osm_xml_text(r->x, text);
    return CIM_OK;
}

static cim_status on_chunk(cim_ctx *ctx, cim__xml *xml, void *user)
{
    reader *r = user;
    (void)xml;
    return cim__job_tick(ctx, r->x->osm->job, "reading XML");
}

static cim_status parse(cim_ctx *ctx, cim__osm *osm, cim__osm_xml *x)
{
    static const cim__xml_handler handler = { on_start, on_end, on_text, on_chunk };
    reader r = { .x = x };
    return cim__xml_run(ctx, osm->job->input, osm->job->opts->max_depth, &handler, &r);
}

/* What came before the damage, when that is wanted. */
static cim_status settle(cim_ctx *ctx, cim__osm *osm, cim__osm_xml *x, cim_status st)
{
    if (st == CIM_EFORMAT && (osm->job->opts->flags & CIM_IMPORT_KEEP_GOING) && x->objects) {
        cim__report_warn(osm->job->report, 0, "%s", ctx->error);
        osm->job->partial = true;
        cim__enter(ctx);
        st = CIM_OK;
    }
    return st < 0 ? st : cim__osm_pack_flush(ctx, &x->pack);
}

static cim_status read_with(cim_ctx *ctx, cim__osm *osm, bool scanner)
{
    cim__osm_xml x;
    cim_status st = cim__osm_xml_init(ctx, &x, osm);
    if (st >= 0) st = scanner ? cim__osm_xml_scan(ctx, &x) : parse(ctx, osm, &x);
    if (st == CIM_OK || (st < 0 && !scanner)) st = settle(ctx, osm, &x, st);
    cim__osm_xml_free(&x);
    return st;
}

/* As if nothing had been read. */
static void forget_blocks(cim__osm *osm)
{
    cim__osm_source *s = &osm->source;
    s->blobs.size = 0;
    cim__spool_free(&s->spool);
    cim__spool_init(&s->spool, s->mem, osm->job->sink->spool.dir, CIM__OSM_KEEP);
}

cim_status cim__osm_read_xml(cim_ctx *ctx, cim__osm *osm)
{
    osm->source.blocks = true;
    snprintf(osm->job->source->encoding, sizeof osm->job->source->encoding, "XML");
    cim_status st = read_with(ctx, osm, true);
    if (st != CIM_DONE) return st;
    forget_blocks(osm);
    CIM__TRY(cim__input_rewind(ctx, osm->job->input));
    return read_with(ctx, osm, false);
}
