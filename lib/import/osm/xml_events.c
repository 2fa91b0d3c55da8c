/* xml_events.c - elements of OSM XML (wiki.openstreetmap.org/wiki/OSM_XML) to blocks. */
#include "import/osm/xml_in.h"

#include <math.h>

enum { NO_OBJECT = 3 };

cim_status cim__osm_xml_init(cim_ctx *ctx, cim__osm_xml *x, cim__osm *osm)
{
    memset(x, 0, sizeof *x);
    x->osm = osm;
    x->type = NO_OBJECT;
    x->remark = cim__buf_on(ctx->mem);
    cim__report_init(&x->report, ctx->mem);
    return cim__osm_pack_init(ctx, &x->pack, &osm->source);
}

void cim__osm_xml_free(cim__osm_xml *x)
{
    if (!x->osm) return;
    cim__osm_pack_free(&x->pack);
    cim__report_free(&x->report);
    cim__buf_free(&x->remark);
}

static cim_status bad(cim_ctx *ctx, const cim__osm_xml *x, const cim__osm_element *e, const char *what)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s:%u: element %.*s: %s", x->osm->source.path, (unsigned)e->line, (int)(e->name.len < 40 ? e->name.len : 40), e->name.ptr, what);
}

static cim__osm_attribute attribute_of(cim__str name)
{
    const char *p = name.ptr;
    switch (name.len) {
    case 1: return *p == 'k' ? CIM__OSM_A_K : *p == 'v' ? CIM__OSM_A_V : CIM__OSM_ATTRIBUTES;
    case 2: return !memcmp(p, "id", 2) ? CIM__OSM_A_ID : CIM__OSM_ATTRIBUTES;
    case 3: return !memcmp(p, "ref", 3) ? CIM__OSM_A_REF : !memcmp(p, "lat", 3) ? CIM__OSM_A_LAT : !memcmp(p, "lon", 3) ? CIM__OSM_A_LON : CIM__OSM_ATTRIBUTES;
    case 4: return !memcmp(p, "type", 4) ? CIM__OSM_A_TYPE : !memcmp(p, "role", 4) ? CIM__OSM_A_ROLE : CIM__OSM_ATTRIBUTES;
    case 6: return !memcmp(p, "action", 6) ? CIM__OSM_A_ACTION : CIM__OSM_ATTRIBUTES;
    case 7: return !memcmp(p, "version", 7) ? CIM__OSM_A_VERSION : !memcmp(p, "visible", 7) ? CIM__OSM_A_VISIBLE : CIM__OSM_ATTRIBUTES;
    default: return CIM__OSM_ATTRIBUTES;
    }
}

bool cim__osm_element_put(cim__osm_element *e, cim__str name, cim__str value)
{
    cim__osm_attribute a = attribute_of(name);
    if (a == CIM__OSM_ATTRIBUTES) return true;
    if (e->present >> a & 1) return false;
    e->present |= 1u << a;
    e->value[a] = value;
    return true;
}

static bool has(const cim__osm_element *e, cim__osm_attribute a) { return e->present >> a & 1; }

static bool is(const cim__osm_element *e, cim__osm_attribute a, const char *text) { return has(e, a) && cim__str_is(e->value[a], text); }

static bool find_int(const cim__osm_element *e, cim__osm_attribute a, int64_t *value) { return has(e, a) && cim__parse_int(e->value[a], value); }

/* Degrees to 1e-7 degrees; what is out of range stays so.  Most have at most seven decimals: then no floating point is needed. */
static bool read_degrees(cim__str text, int64_t *units)
{
    const char *p = text.ptr, *end = p + text.len;
    bool negative = p < end && *p == '-';
    int64_t v = 0;
    int decimals = -1, digits = 0;
    for (p += negative; p < end && decimals < 7; p++) {
        if (*p == '.' && decimals < 0) decimals = 0;
        else if (*p < '0' || *p > '9' || digits == 12) break;
        else v = v * 10 + (*p - '0'), digits++, decimals += decimals >= 0;
    }
    if (p == end && digits) {
        for (int i = decimals < 0 ? 0 : decimals; i < 7; i++) v *= 10;
        *units = negative ? -v : v;
        return true;
    }
    double d;
    if (!cim__parse_double(text, &d)) return false;
    *units = fabs(d) < 1e6 ? (int64_t)llround(d * 1e7) : INT64_C(1) << 50;
    return true;
}

static bool find_degrees(const cim__osm_element *e, cim__osm_attribute a, int64_t *units) { return has(e, a) && read_degrees(e->value[a], units); }

/* ---- top of the document ---- */

static cim_status start_root(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    if (cim__str_is(e->name, "osmChange"))
        return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: a change file; apply it to the file it belongs to first (osmium apply-changes)", x->osm->source.path);
    if (!cim__str_is(e->name, "osm")) return bad(ctx, x, e, "the root element is neither osm nor osmChange");
    if (!has(e, CIM__OSM_A_VERSION)) return bad(ctx, x, e, "no version");
    if (!is(e, CIM__OSM_A_VERSION, "0.6")) return bad(ctx, x, e, "a version other than 0.6");
    return CIM_OK;
}

static void skip_element(cim__osm_xml *x, const cim__osm_element *e, bool known)
{
    cim__report *report = &x->report;
    x->skipped_below = e->depth;
    if (known) return;
    const char *name = cim__report_text(report, (cim__str){ e->name.ptr, e->name.len < 60 ? e->name.len : 60 });
    cim__report_seen(report, "other element", 1);
    cim__report_fate(report, "other element", CIM__SKIPPED, name, 1);
}

static bool is_deleted(const cim__osm_element *e) { return is(e, CIM__OSM_A_VISIBLE, "false") || is(e, CIM__OSM_A_ACTION, "delete"); }

static void leave_out(cim__osm_xml *x, const char *reason)
{
    static const char *const kinds[] = { "node", "way", "relation" };
    x->skip = true;
    cim__report_seen(&x->report, kinds[x->type], 1);
    cim__report_fate(&x->report, kinds[x->type], CIM__SKIPPED, reason, 1);
}

static cim_status start_object(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e, unsigned type)
{
    int64_t id, version = 0, lon = 0, lat = 0;
    if (!find_int(e, CIM__OSM_A_ID, &id)) return bad(ctx, x, e, "no id, or not a number");
    if (!find_int(e, CIM__OSM_A_VERSION, &version) || version < 0 || version > INT32_MAX) version = 0;
    x->type = type;
    x->skip = false;
    x->objects++;
    if (is_deleted(e)) {
        leave_out(x, "deleted");
        return CIM_OK;
    }
    if (type == 0) {
        if (!has(e, CIM__OSM_A_LON) || !has(e, CIM__OSM_A_LAT)) {
            leave_out(x, "without a place");
            return CIM_OK;
        }
        if (!find_degrees(e, CIM__OSM_A_LON, &lon) || !find_degrees(e, CIM__OSM_A_LAT, &lat)) return bad(ctx, x, e, "lon or lat is not a number");
    }
    cim__osm_pack_begin(&x->pack, type, id, (uint32_t)version);
    cim__osm_pack_place(&x->pack, lon, lat);
    return CIM_OK;
}

static cim_status start_top(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    static const char *const known[] = { "bounds", "bound", "note", "meta" };
    if (cim__str_is(e->name, "node")) return start_object(ctx, x, e, 0);
    if (cim__str_is(e->name, "way")) return start_object(ctx, x, e, 1);
    if (cim__str_is(e->name, "relation")) return start_object(ctx, x, e, 2);
    if (cim__str_is(e->name, "remark")) { /* how Overpass says that the answer is not complete */
        x->in_remark = true;
        x->remark.size = 0;
        return CIM_OK;
    }
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known |= cim__str_is(e->name, known[i]);
    skip_element(x, e, is_known);
    return CIM_OK;
}

/* ---- inside objects ---- */

static cim_status take_tag(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    if (!has(e, CIM__OSM_A_K) || !has(e, CIM__OSM_A_V)) return bad(ctx, x, e, "no k or no v");
    if (!x->skip) cim__osm_pack_tag(&x->pack, e->value[CIM__OSM_A_K], e->value[CIM__OSM_A_V]);
    return CIM_OK;
}

static cim_status take_ref(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    int64_t ref, lon, lat;
    if (!find_int(e, CIM__OSM_A_REF, &ref)) return bad(ctx, x, e, "no ref, or not a number");
    if (x->skip) return CIM_OK;
    if (find_degrees(e, CIM__OSM_A_LON, &lon) && find_degrees(e, CIM__OSM_A_LAT, &lat)) {
        cim__osm_pack_placed_ref(&x->pack, ref, lon, lat);
        x->osm->source.placed_ways = true;
    } else {
        cim__osm_pack_ref(&x->pack, ref);
    }
    return CIM_OK;
}

static cim_status take_member(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    int64_t ref;
    if (!has(e, CIM__OSM_A_TYPE)) return bad(ctx, x, e, "no type");
    if (!find_int(e, CIM__OSM_A_REF, &ref)) return bad(ctx, x, e, "no ref, or not a number");
    cim__str role = has(e, CIM__OSM_A_ROLE) ? e->value[CIM__OSM_A_ROLE] : (cim__str){ "", 0 };
    unsigned number = is(e, CIM__OSM_A_TYPE, "node") ? 0 : is(e, CIM__OSM_A_TYPE, "way") ? 1 : is(e, CIM__OSM_A_TYPE, "relation") ? 2 : 3;
    if (number == 3) return bad(ctx, x, e, "a type that is not node, way or relation");
    if (!x->skip) cim__osm_pack_member(&x->pack, number, ref, role);
    x->skipped_below = e->depth; /* Overpass puts the member's geometry inside; it is that of objects of the file */
    return CIM_OK;
}

static cim_status start_inner(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    if (cim__str_is(e->name, "tag")) return take_tag(ctx, x, e);
    if (x->type == 1 && cim__str_is(e->name, "nd")) return take_ref(ctx, x, e);
    if (x->type == 2 && cim__str_is(e->name, "member")) return take_member(ctx, x, e);
    bool known = x->type && (cim__str_is(e->name, "bounds") || cim__str_is(e->name, "center"));
    skip_element(x, e, known);
    return CIM_OK;
}

cim_status cim__osm_xml_start(cim_ctx *ctx, cim__osm_xml *x, const cim__osm_element *e)
{
    if (x->skipped_below && e->depth > x->skipped_below) return CIM_OK;
    x->skipped_below = 0;
    if (e->depth == 1) return start_root(ctx, x, e);
    if (e->depth == 2) return start_top(ctx, x, e);
    if (e->depth == 3 && x->type != NO_OBJECT) return start_inner(ctx, x, e);
    skip_element(x, e, false);
    return CIM_OK;
}

static void end_remark(cim__osm_xml *x)
{
    x->in_remark = false;
    cim__report_warn(&x->report, 0, "the server that made the file says: %.*s", x->remark.size < 300 ? (int)x->remark.size : 300, x->remark.size ? (const char *)x->remark.data : "");
}

cim_status cim__osm_xml_end(cim_ctx *ctx, cim__osm_xml *x, uint32_t depth)
{
    if (x->skipped_below && depth <= x->skipped_below) x->skipped_below = 0;
    if (depth != 2) return CIM_OK;
    if (x->in_remark) end_remark(x);
    if (x->type == NO_OBJECT) return CIM_OK;
    x->type = NO_OBJECT;
    return x->skip ? CIM_OK : cim__osm_pack_end(ctx, &x->pack);
}

void cim__osm_xml_text(cim__osm_xml *x, cim__str text)
{
    if (x->in_remark && x->remark.size < 1000) cim__buf_putstr(&x->remark, text);
}
