/* xml_in.c - reading OSM XML: with our own scanner where the document is as plain as writers make it, else with libxml2. */
#include "import/osm/xml_in.h"
#include "import/xml.h"

#include <stdio.h>

static cim_status on_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *start, void *user)
{
    cim__osm_element e = { .name = cim__str_of(start->name.local), .line = cim__xml_line(xml), .depth = cim__xml_depth(xml) };
    for (int i = 0; i < start->attribute_count; i++) {
        cim__xml_name name = cim__xml_attribute_name(start, i);
        if (!name.prefix) (void)cim__osm_element_put(&e, cim__str_of(name.local), cim__xml_attribute_value(start, i));
    }
    return cim__osm_xml_start(ctx, user, &e);
}

static cim_status on_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    (void)name;
    return cim__osm_xml_end(ctx, user, cim__xml_depth(xml));
}

static cim_status on_text(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user)
{
    (void)ctx, (void)xml;
    cim__osm_xml_text(user, text);
    return CIM_OK;
}

static cim_status on_chunk(cim_ctx *ctx, cim__xml *xml, void *user)
{
    (void)xml;
    return cim__job_tick(ctx, ((cim__osm_xml *)user)->osm->job, "reading XML");
}

static cim_status parse(cim_ctx *ctx, cim__osm *osm, cim__osm_xml *x)
{
    static const cim__xml_handler handler = { on_start, on_end, on_text, on_chunk };
    return cim__xml_run(ctx, osm->job->input, osm->job->opts->max_depth, &handler, x);
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
    cim__report_merge(osm->job->report, &x->report);
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
    s->placed_ways = false;
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
