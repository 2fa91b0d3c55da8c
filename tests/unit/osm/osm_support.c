#include "osm_support.h"

#include "geom/geom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const cim__importer cim__importer_osm;

cim_status osm_import(cim_ctx *ctx, const char *path, const cim_import_options *opts, osm_run *r)
{
    memset(r, 0, sizeof *r);
    r->opts = opts ? *opts : (cim_import_options)CIM_IMPORT_OPTIONS_INIT;
    if (!r->opts.max_depth) r->opts.max_depth = 256;
    cim_status st = cim__input_open(ctx, path, r->opts.max_bytes ? r->opts.max_bytes : UINT64_C(64) << 30, 400, &r->input);
    if (st < 0) return st;
    cim__sink_init(&r->sink, ctx->mem, NULL, "/tmp", UINT64_C(256) << 20);
    cim__report_init(&r->report, ctx->mem);
    r->source.report = cim__buf_on(ctx->mem);
    r->job = (cim__job){ .input = r->input, .opts = &r->opts, .sink = &r->sink, .source = &r->source, .report = &r->report };
    st = cim__importer_osm.run(ctx, &r->job);
    if (st >= 0 && !cim__report_ok(&r->report)) st = cim__nomem(ctx);
    if (st < 0) osm_free(ctx, r);
    return st;
}

void osm_free(cim_ctx *ctx, osm_run *r)
{
    cim__sink_free(&r->sink);
    cim__report_free(&r->report);
    cim__input_close(ctx, r->input);
}

cim_status osm_import_text(cim_ctx *ctx, const char *text, osm_run *r)
{
    static unsigned serial;
    char name[32];
    snprintf(name, sizeof name, "text-%u.osm", serial++);
    const char *path = support_temp(name);
    support_write(path, text, strlen(text));
    return osm_import(ctx, path, NULL, r);
}

/* ---- dump ---- */

static void put_value(cim__buf *out, const cim__value *v)
{
    cim__buf_printf(out, " %s", cim__attrs[v->attr].name);
    if (v->rule) cim__buf_printf(out, "(%s)", cim__rules[v->rule]);
    cim__buf_putc(out, '=');
    if (cim__attrs[v->attr].type == 'T') cim__buf_putstr(out, v->text);
    else if (cim__attrs[v->attr].type == 'I') cim__put_int(out, v->integer);
    else cim__put_double(out, v->real);
}

static void put_geom(cim_ctx *ctx, cim__buf *out, cim__str blob)
{
    cim__gbuild g;
    int32_t srid;
    if (!blob.len) return;
    cim__gbuild_init(&g, ctx->mem);
    assert_ok(ctx, cim__gaia_get(ctx, blob, &g, &srid));
    cim_geom view = cim__gbuild_view(&g);
    cim__buf_putc(out, ' ');
    cim__wkt_put(out, &view);
    cim__gbuild_free(&g);
}

void osm_dump(cim_ctx *ctx, osm_run *r, cim__buf *out)
{
    cim__record *rec = malloc(sizeof *rec);
    cim__buf scratch = cim__buf_on(ctx->mem);
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) {
        const cim__head *h = cim__sink_head(&r->sink, i);
        assert_ok(ctx, cim__sink_record(ctx, &r->sink, i, &scratch, rec));
        cim__buf_putstr(out, rec->gid);
        cim__buf_printf(out, " %s %s", cim__classes[h->class_id].name, cim__layers[h->layer].table);
        if (rec->parent_gid.len) cim__buf_printf(out, " in %.*s", (int)rec->parent_gid.len, rec->parent_gid.ptr);
        for (uint32_t k = 0; k < rec->value_count; k++) put_value(out, &rec->values[k]);
        cim__buf_putc(out, ' ');
        cim__buf_putstr(out, rec->attrs);
        put_geom(ctx, out, rec->geom);
        cim__buf_putc(out, '\n');
    }
    for (size_t i = 0; i < CIM__COUNT(&r->sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&r->sink.relations, cim__pending_relation, i);
        cim__buf_printf(out, "%016llx#%u %d %016llx#%u ", (unsigned long long)p->from.key, p->from.part, (int)p->type, (unsigned long long)p->to.key, p->to.part);
        cim__str attrs = { "", 0 };
        if (p->attrs_size) assert_ok(ctx, cim__spool_get(ctx, &r->sink.texts, p->attrs_at, p->attrs_size, &scratch, &attrs));
        cim__buf_putstr(out, attrs);
        cim__buf_putc(out, '\n');
    }
    cim__buf_free(&scratch);
    free(rec);
}

/* ---- looking ---- */

static size_t find(cim_ctx *ctx, osm_run *r, const char *gid, cim__record *rec)
{
    cim__buf scratch = cim__buf_on(ctx->mem); /* unused: the sink's memory limit is higher than any test needs */
    cim__ref ref = cim__ref_to(cim__str_of(gid));
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) {
        const cim__head *h = cim__sink_head(&r->sink, i);
        if (h->gid_hash != ref.key || h->part != ref.part) continue;
        assert_ok(ctx, cim__sink_record(ctx, &r->sink, i, &scratch, rec));
        if (cim__str_is(rec->gid, gid)) return i;
    }
    return SIZE_MAX;
}

static cim__record found;

const cim__record *osm_object(cim_ctx *ctx, osm_run *r, const char *gid) { return find(ctx, r, gid, &found) == SIZE_MAX ? NULL : &found; }

const cim__head *osm_head(cim_ctx *ctx, osm_run *r, const char *gid)
{
    size_t i = find(ctx, r, gid, &found);
    return i == SIZE_MAX ? NULL : cim__sink_head(&r->sink, i);
}

size_t osm_count_class(osm_run *r, cim__class_id c)
{
    size_t n = 0;
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) n += cim__sink_head(&r->sink, i)->class_id == c;
    return n;
}

const cim__value *osm_value(const cim__record *rec, cim__attr attr)
{
    for (uint32_t i = 0; i < rec->value_count; i++)
        if (rec->values[i].attr == attr) return &rec->values[i];
    return NULL;
}

bool osm_related(osm_run *r, const char *from, cim__relation_type type, const char *to)
{
    cim__ref a = cim__ref_to(cim__str_of(from)), b = to ? cim__ref_to(cim__str_of(to)) : a;
    for (size_t i = 0; i < CIM__COUNT(&r->sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&r->sink.relations, cim__pending_relation, i);
        if (p->type == (int32_t)type && p->from.key == a.key && p->from.part == a.part && (!to || (p->to.key == b.key && p->to.part == b.part))) return true;
    }
    return false;
}

const char *osm_wkt(cim_ctx *ctx, osm_run *r, const char *gid)
{
    static char text[20000];
    cim__buf out = cim__buf_on(ctx->mem);
    const cim__record *rec = osm_object(ctx, r, gid);
    assert_non_null(rec);
    put_geom(ctx, &out, rec->geom);
    snprintf(text, sizeof text, "%.*s", (int)out.size, out.size ? (const char *)out.data : "");
    cim__buf_free(&out);
    return text[0] == ' ' ? text + 1 : text;
}

/* Through the report's JSON, as users see it. */
uint64_t osm_reported(osm_run *r, const char *kind, int fate, const char *reason)
{
    static const char *const keys[] = { "in_file", "stored", "verbatim", "skipped" }, *const lists[] = { "", "stored_as", "verbatim_as", "reasons" };
    cim__buf buf = cim__buf_on(r->report.mem);
    cim__json json = cim__json_on(&buf);
    cim__jvalue root, counts, entry, value;
    cim__str key;
    double n = 0.0;
    cim__json_open(&json, '{');
    cim__report_json(&r->report, &json);
    cim__json_close(&json, '}');
    assert_true(cim__jparse(cim__buf_str(&buf), &root) && cim__jfind(root, CIM__STR("counts"), &counts));
    cim__jiter it = cim__jiter_of(counts);
    while (cim__jnext(&it, &key, &entry)) {
        cim__buf scratch = cim__buf_on(r->report.mem);
        assert_true(cim__jfind(entry, CIM__STR("kind"), &value));
        bool here = cim__str_is(cim__jstring(value, &scratch), kind);
        cim__buf_free(&scratch);
        if (!here) continue;
        if (reason && (!cim__jfind(entry, cim__str_of(lists[fate + 1]), &entry))) break;
        if (cim__jfind(entry, cim__str_of(reason ? reason : keys[fate + 1]), &value)) assert_true(cim__jnumber(value, &n));
        break;
    }
    cim__buf_free(&buf);
    return (uint64_t)n;
}
