/* citygml.h - running the importer on a text, and looking at what it hands to the sink. */
#ifndef CIM_TESTS_CITYGML_H
#define CIM_TESTS_CITYGML_H

#include "geom/topo.h"
#include "import/citygml/residue.h"
#include "import/importer.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct gml_run {
    cim_ctx *ctx;
    cim_import_options opts;
    cim__sink sink;
    cim__source source;
    cim__report report;
    cim__job job;
    cim_status status;
    cim__buf json;      /* of the report */
    cim__record record; /* the last one that was looked up */
    cim__gbuild geom;   /* the last shape */
    cim__topo topo;
    cim__buf text, scratch;
} gml_run;

extern const cim__importer cim__importer_citygml;

static inline void gml_begin(gml_run *r, cim_ctx *ctx)
{
    memset(r, 0, sizeof *r);
    r->ctx = ctx;
    r->opts = (cim_import_options)CIM_IMPORT_OPTIONS_INIT;
    r->opts.max_depth = 256;
    r->opts.max_bytes = 1ull << 32;
    r->opts.max_memory = 64 << 20;
    cim__sink_init(&r->sink, ctx->mem, NULL, "/tmp/", r->opts.max_memory);
    cim__report_init(&r->report, ctx->mem);
    r->json = r->text = r->scratch = cim__buf_on(ctx->mem);
    cim__gbuild_init(&r->geom, ctx->mem);
    cim__topo_init(&r->topo, ctx->mem);
}

static inline void gml_end(gml_run *r)
{
    cim__sink_free(&r->sink);
    cim__report_free(&r->report);
    cim__buf_free(&r->json);
    cim__buf_free(&r->text);
    cim__buf_free(&r->scratch);
    cim__gbuild_free(&r->geom);
    cim__topo_free(&r->topo);
}

/* Import a file, without the text of the report; the status is kept, not asserted. */
static inline void gml_import(gml_run *r, const char *path)
{
    cim__input *input = NULL;
    cim__enter(r->ctx);
    r->status = cim__input_open(r->ctx, path, r->opts.max_bytes, 400, &input);
    if (r->status < 0) return;
    r->source = (cim__source){ .uri = path };
    r->job = (cim__job){ input, &r->opts, &r->sink, &r->source, 0, &r->report, false, 0.0, NULL };
    r->status = cim__importer_citygml.run(r->ctx, &r->job);
    cim__input_close(r->ctx, input);
}

static inline void gml_file(gml_run *r, const char *path)
{
    gml_import(r, path);
    cim__json json = cim__json_on(&r->json);
    r->json.size = 0;
    cim__json_open(&json, '{');
    cim__report_json(&r->report, &json);
    cim__json_close(&json, '}');
    cim__buf_putc(&r->json, 0);
    r->json.size--;
}

static inline void gml_text(gml_run *r, const char *text)
{
    const char *path = support_temp("model.gml");
    support_write(path, text, strlen(text));
    gml_file(r, path);
}

/* Import that must succeed and add up. */
static inline void gml_good(gml_run *r, const char *text)
{
    gml_text(r, text);
    assert_ok(r->ctx, r->status);
    if (cim__report_unaccounted(&r->report)) fail_msg("does not add up: %s", (const char *)r->json.data);
}

static inline cim__record *gml_record(gml_run *r, const char *gid)
{
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) {
        assert_ok(r->ctx, cim__sink_record(r->ctx, &r->sink, i, &r->scratch, &r->record));
        if (cim__str_is(r->record.gid, gid)) return &r->record;
    }
    return NULL;
}

static inline const cim__head *gml_head(gml_run *r, const char *gid)
{
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) {
        assert_ok(r->ctx, cim__sink_record(r->ctx, &r->sink, i, &r->scratch, &r->record));
        if (cim__str_is(r->record.gid, gid)) return cim__sink_head(&r->sink, i);
    }
    return NULL;
}

/* The shape of that level and role, decoded into r->geom and r->topo; false if there is none. */
static inline bool gml_shape(gml_run *r, const char *gid, const char *lod, const char *role)
{
    const cim__record *record = gml_record(r, gid);
    int32_t srid;
    if (!record) return false;
    for (uint32_t i = 0; i < record->shape_count; i++) {
        const cim__rshape *s = &record->shapes[i];
        if (!cim__str_is(s->lod, lod) || !cim__str_is(s->role, role)) continue;
        if (s->template_gid.len) return true;
        assert_ok(r->ctx, cim__gaia_get(r->ctx, s->geom, &r->geom, &srid));
        cim__topo_reset(&r->topo);
        cim_geom g = cim__gbuild_view(&r->geom);
        if (s->topo.len) assert_ok(r->ctx, cim__topo_get(r->ctx, s->topo, g.part_count, &r->topo));
        return true;
    }
    return false;
}

static inline cim_geom gml_geom(const gml_run *r) { return cim__gbuild_view(&r->geom); }

/* Well-known text of the last shape, or of an object's plane geometry. */
static inline const char *gml_wkt(gml_run *r)
{
    cim_geom g = gml_geom(r);
    r->text.size = 0;
    cim__wkt_put(&r->text, &g);
    cim__buf_putc(&r->text, 0);
    return (const char *)r->text.data;
}

static inline const char *gml_plane(gml_run *r, const char *gid)
{
    const cim__record *record = gml_record(r, gid);
    int32_t srid;
    if (!record || !record->geom.len) return "";
    assert_ok(r->ctx, cim__gaia_get(r->ctx, record->geom, &r->geom, &srid));
    return gml_wkt(r);
}

static inline const char *gml_attrs(gml_run *r, const char *gid)
{
    const cim__record *record = gml_record(r, gid);
    r->text.size = 0;
    if (record) cim__buf_putstr(&r->text, record->attrs);
    cim__buf_putc(&r->text, 0);
    return (const char *)r->text.data;
}

#define assert_has(text, part)                                                     \
    do {                                                                           \
        if (!strstr((text), (part))) fail_msg("\"%s\" is not in: %s", part, text); \
    } while (0)

static inline const cim__value *gml_value(gml_run *r, const char *gid, cim__attr attr)
{
    const cim__record *record = gml_record(r, gid);
    for (uint32_t i = 0; record && i < record->value_count; i++)
        if (record->values[i].attr == attr) return &record->values[i];
    return NULL;
}

/* A count of the report: what is "in_file", "stored", "verbatim" or "skipped". */
static inline int64_t gml_count(const gml_run *r, const char *kind, const char *what)
{
    cim__jvalue all, counts, one, value;
    cim__str key;
    double number = -1.0;
    if (!cim__jparse(cim__buf_str(&r->json), &all) || !cim__jfind(all, CIM__STR("counts"), &counts)) return -1;
    for (cim__jiter it = cim__jiter_of(counts); cim__jnext(&it, &key, &one);) {
        cim__jvalue name;
        if (!cim__jfind(one, CIM__STR("kind"), &name)) continue;
        if (name.text.len != strlen(kind) + 2 || memcmp(name.text.ptr + 1, kind, strlen(kind)) != 0) continue;
        if (cim__jfind(one, cim__str_of(what), &value)) cim__jnumber(value, &number);
    }
    return (int64_t)number;
}

/* Is this relation among those stated? */
static inline bool gml_related(const gml_run *r, const char *from, cim__relation_type type, const char *to)
{
    cim__ref a = cim__ref_to(cim__str_of(from)), b = cim__ref_to(cim__str_of(to));
    for (size_t i = 0; i < CIM__COUNT(&r->sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&r->sink.relations, cim__pending_relation, i);
        if (p->from.key == a.key && p->to.key == b.key && p->type == (int32_t)type) return true;
    }
    return false;
}

/* The attributes of all relations stated, one behind the other, in r->text. */
static inline const char *gml_relation_attrs(gml_run *r)
{
    r->text.size = 0;
    for (size_t i = 0; i < CIM__COUNT(&r->sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&r->sink.relations, cim__pending_relation, i);
        cim__str attrs = { "", 0 };
        if (p->attrs_size) assert_ok(r->ctx, cim__spool_get(r->ctx, &r->sink.texts, p->attrs_at, p->attrs_size, &r->scratch, &attrs));
        cim__buf_putstr(&r->text, attrs);
    }
    cim__buf_putc(&r->text, 0);
    return (const char *)r->text.data;
}

/* The residue of an object: entries "path|text\n" in r->text. */
static inline const char *gml_residue(gml_run *r, const char *gid)
{
    const cim__record *record = gml_record(r, gid);
    cim__buf entries = cim__buf_on(r->ctx->mem);
    cim__inflater *inflater = NULL;
    cim__str path, text;
    size_t at = 0;
    r->text.size = 0;
    assert_ok(r->ctx, cim__inflater_new(r->ctx, &inflater));
    if (record && record->residue.len) assert_ok(r->ctx, cim__residue_unpack(r->ctx, inflater, record->residue, &entries));
    while (cim__residue_next(cim__buf_str(&entries), &at, &path, &text)) {
        cim__buf_putstr(&r->text, path);
        cim__buf_putc(&r->text, '|');
        cim__buf_putstr(&r->text, text);
        cim__buf_putc(&r->text, '\n');
    }
    assert_int_equal(at, entries.size);
    cim__buf_putc(&r->text, 0);
    cim__inflater_free(inflater);
    cim__buf_free(&entries);
    return (const char *)r->text.data;
}

/* ---- texts ---- */

#define GML_NS2                                                                                                                                  \
    "xmlns:core=\"http://www.opengis.net/citygml/2.0\" xmlns:bldg=\"http://www.opengis.net/citygml/building/2.0\" "                              \
    "xmlns:gml=\"http://www.opengis.net/gml\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:gen=\"http://www.opengis.net/citygml/generics/2.0\" " \
    "xmlns:app=\"http://www.opengis.net/citygml/appearance/2.0\" xmlns:veg=\"http://www.opengis.net/citygml/vegetation/2.0\" "                   \
    "xmlns:dem=\"http://www.opengis.net/citygml/relief/2.0\" xmlns:tran=\"http://www.opengis.net/citygml/transportation/2.0\" "                  \
    "xmlns:frn=\"http://www.opengis.net/citygml/cityfurniture/2.0\" xmlns:grp=\"http://www.opengis.net/citygml/cityobjectgroup/2.0\" "           \
    "xmlns:wtr=\"http://www.opengis.net/citygml/waterbody/2.0\" xmlns:luse=\"http://www.opengis.net/citygml/landuse/2.0\" "                      \
    "xmlns:xAL=\"urn:oasis:names:tc:ciq:xsdschema:xAL:2.0\" xmlns:uro=\"https://www.geospatial.jp/iur/uro/3.1\" "                                \
    "xmlns:utility=\"http://www.citygml.org/ade/utility/0.9.2\""
#define GML_NS3                                                                                                                                  \
    "xmlns:core=\"http://www.opengis.net/citygml/3.0\" xmlns:bldg=\"http://www.opengis.net/citygml/building/3.0\" "                              \
    "xmlns:con=\"http://www.opengis.net/citygml/construction/3.0\" xmlns:tran=\"http://www.opengis.net/citygml/transportation/3.0\" "            \
    "xmlns:gml=\"http://www.opengis.net/gml/3.2\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:gen=\"http://www.opengis.net/citygml/generics/3.0\" " \
    "xmlns:tun=\"http://www.opengis.net/citygml/tunnel/3.0\" xmlns:wtr=\"http://www.opengis.net/citygml/waterbody/3.0\" "                        \
    "xmlns:luse=\"http://www.opengis.net/citygml/landuse/3.0\" xmlns:grp=\"http://www.opengis.net/citygml/cityobjectgroup/3.0\" "                \
    "xmlns:vers=\"http://www.opengis.net/citygml/versioning/3.0\" xmlns:dyn=\"http://www.opengis.net/citygml/dynamizer/3.0\" "                   \
    "xmlns:pcl=\"http://www.opengis.net/citygml/pointcloud/3.0\""
#define GML_ENVELOPE(srs)                                                                                                             \
    "<gml:boundedBy><gml:Envelope srsName=\"" srs "\" srsDimension=\"3\"><gml:lowerCorner>458000 5438000 100</gml:lowerCorner>" \
    "<gml:upperCorner>459000 5439000 200</gml:upperCorner></gml:Envelope></gml:boundedBy>"
#define GML_MODEL2(body) "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") body "</core:CityModel>"
#define GML_MODEL3(body) "<core:CityModel " GML_NS3 ">" GML_ENVELOPE("EPSG:25832") body "</core:CityModel>"
#define GML_MEMBER(body) "<core:cityObjectMember>" body "</core:cityObjectMember>"
#define GML_BUILDING(id, body) GML_MEMBER("<bldg:Building gml:id=\"" id "\">" body "</bldg:Building>")
#define GML_RING(positions) "<gml:LinearRing><gml:posList>" positions "</gml:posList></gml:LinearRing>"
#define GML_POLYGON(id, positions) "<gml:Polygon gml:id=\"" id "\"><gml:exterior>" GML_RING(positions) "</gml:exterior></gml:Polygon>"
#define GML_MS(body) "<gml:MultiSurface>" body "</gml:MultiSurface>"
#define GML_SM(body) "<gml:surfaceMember>" body "</gml:surfaceMember>"
#define GML_LINK(href) "<gml:surfaceMember xlink:href=\"" href "\"/>"
/* A square of 10 m at 458000, 5438000, height z, seen from above counter-clockwise. */
#define GML_SQUARE(id, z) GML_POLYGON(id, "458000 5438000 " z " 458010 5438000 " z " 458010 5438010 " z " 458000 5438010 " z " 458000 5438000 " z)
#define GML_SQUARE_WKT "MULTIPOLYGON(((458000 5438000,458010 5438000,458010 5438010,458000 5438010,458000 5438000)))"

#endif
