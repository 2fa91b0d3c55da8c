/* head.c - the first pass: everything of the first value but its objects, and where the model is. */
#include "import/cityjson/cityjson.h"

#include <math.h>

typedef struct reader {
    cim__cj_file *file;
    cim__jscan scan;
    cim__jtree tree;
    uint64_t seen; /* bit i: root member i was there */
} reader;

/* Failure of the tree reader with the place: `what` is its text. */
static cim_status tree_failed(cim_ctx *ctx, const cim__cj_file *file, cim_status st, uint64_t at)
{
    if (st == CIM_ENOMEM) return st;
    char what[300];
    size_t n = strnlen(ctx->error, sizeof what - 1);
    memcpy(what, ctx->error, n);
    what[n] = 0;
    return cim__fail(ctx, st, "%s: byte %llu: %s", file->path, (unsigned long long)at, what);
}

/* The next value as a tree. */
static cim_status read_tree(cim_ctx *ctx, reader *r, cim__jslice *slice)
{
    CIM__TRY(cim__jscan_value(ctx, &r->scan, slice));
    cim_status st = cim__jtree_read(ctx, &r->tree, cim__jscan_text(&r->scan, slice), slice->size, r->file->max_depth);
    return st < 0 ? tree_failed(ctx, r->file, st, slice->at + r->tree.error_at) : CIM_OK;
}

/* ---- root members ---- */

static void read_axes(reader *r, uint64_t at)
{
    cim__cj_file *f = r->file;
    uint32_t scale = cim__jget(&r->tree, 0, "scale"), translate = cim__jget(&r->tree, 0, "translate");
    double s[3], t[3];
    bool good = cim__jis(&r->tree, scale, CIM__J_ARRAY) && cim__jcount(&r->tree, scale) == 3 && cim__jis(&r->tree, translate, CIM__J_ARRAY) && cim__jcount(&r->tree, translate) == 3;
    for (uint32_t i = 0; i < 3 && good; i++) good = cim__jreal(&r->tree, scale + 1 + i, &s[i]) && cim__jreal(&r->tree, translate + 1 + i, &t[i]);
    if (!good) {
        cim__report_warn(f->job->report, at, "%s: byte %llu: transform is not three scales and three translations: not used", f->path, (unsigned long long)at);
        return;
    }
    for (int i = 0; i < 3; i++) cim__cj_axis_set(&f->place.axis[i], s[i], t[i]);
    f->has_transform = true;
    if (s[0] == 0.0 || s[1] == 0.0 || s[2] == 0.0)
        cim__report_warn(f->job->report, at, "%s: byte %llu: a scale of transform is 0: vertices coincide", f->path, (unsigned long long)at);
}

/* "referenceSystem" of any version: a name, a number; {"epsg": 7415} or "crs": {"epsg": 7415} of 0.x. */
static void read_reference_system(reader *r)
{
    const cim__jtree *t = &r->tree;
    uint32_t node = cim__jget(t, 0, "referenceSystem");
    if (node == CIM_NONE) node = cim__jget(t, 0, "crs");
    if (cim__jis(t, node, CIM__J_OBJECT)) node = cim__jget(t, node, "epsg");
    if (!cim__jis(t, node, CIM__J_STRING) && !cim__jis(t, node, CIM__J_NUMBER)) return;
    r->file->srs_name.size = 0;
    cim__buf_putstr(&r->file->srs_name, cim__jtext(t, node));
}

/* The centre of the extent that the file states: for sequences whose first features have no vertices. */
static void read_extent(reader *r)
{
    const cim__jtree *t = &r->tree;
    uint32_t extent = cim__jget(t, 0, "geographicalExtent");
    double v[6];
    if (!cim__jis(t, extent, CIM__J_ARRAY) || cim__jcount(t, extent) != 6) return;
    for (uint32_t i = 0; i < 6; i++)
        if (!cim__jreal(t, extent + 1 + i, &v[i])) return;
    r->file->middle[0] = 0.5 * (v[0] + v[3]);
    r->file->middle[1] = 0.5 * (v[1] + v[4]);
    r->file->has_middle = true;
}

static void copy_text(cim__buf *to, const cim__jscan *scan, const cim__jslice *slice)
{
    to->size = 0;
    cim__buf_putstr(to, cim__jscan_str(scan, slice));
}

static void keep_extra(reader *r, cim__str key)
{
    cim__cj_file *f = r->file;
    if (cim__jtype_of(&r->tree, 0) == CIM__J_NULL || (cim__jtype_of(&r->tree, 0) >= CIM__J_ARRAY && !cim__jcount(&r->tree, 0))) {
        cim__report_seen(f->job->report, cim__cj_kind_names[CIM__CJ_EXTRA], 1);
        cim__report_fate(f->job->report, cim__cj_kind_names[CIM__CJ_EXTRA], CIM__SKIPPED, "empty", 1);
        return;
    }
    f->counts.seen[CIM__CJ_EXTRA]++;
    f->counts.verbatim[CIM__CJ_EXTRA]++;
    cim__json json = cim__json_on(&f->extras);
    cim__json_keystr(&json, key);
    cim__jput(&json, &r->tree, 0);
    cim__buf_putc(&f->extras, ',');
}

/* Groups have to be known when their members are read, so objects are looked through for the word. */
static cim_status note_group(cim_ctx *ctx, reader *r, const cim__jslice *key, const cim__jslice *value)
{
    static const char word[] = "\"CityObjectGroup\"";
    cim__jtree *t = &r->tree;
    if (!memmem(cim__jscan_text(&r->scan, value), value->size, word, sizeof word - 1)) return CIM_OK;
    cim_status st = cim__jtree_read(ctx, t, cim__jscan_text(&r->scan, value), value->size, r->file->max_depth);
    if (st < 0) return tree_failed(ctx, r->file, st, value->at + t->error_at);
    uint32_t type = cim__jget(t, 0, "type");
    if (!cim__jis(t, type, CIM__J_STRING) || !cim__str_is(cim__jtext(t, type), "CityObjectGroup")) return CIM_OK;
    st = cim__jtree_read(ctx, t, cim__jscan_text(&r->scan, key), key->size, 1);
    if (st < 0) return tree_failed(ctx, r->file, st, key->at + t->error_at);
    return cim__names_add(&r->file->groups, cim__jtext(t, 0)) == CIM_NONE ? cim__nomem(ctx) : CIM_OK;
}

static cim_status pass_objects(cim_ctx *ctx, reader *r)
{
    cim__jslice key, value;
    cim_status st;
    CIM__TRY(cim__jscan_enter(ctx, &r->scan, '{'));
    for (;;) {
        cim__jscan_hold(&r->scan);
        if ((st = cim__jscan_key(ctx, &r->scan, &key)) != CIM_OK) break;
        CIM__TRY(cim__jscan_value(ctx, &r->scan, &value));
        CIM__TRY(note_group(ctx, r, &key, &value));
        if ((++r->file->object_count & 0xfff) == 0) CIM__TRY(cim__job_tick(ctx, r->file->job, "look through"));
    }
    cim__jscan_release(&r->scan);
    return st < 0 ? st : CIM_OK;
}

static cim_status read_vertices(cim_ctx *ctx, reader *r)
{
    cim__cj_vertices *v = &r->file->vertices;
    double xyz[3] = { 0.0, 0.0, 0.0 };
    size_t count;
    bool whole;
    cim_status st;
    cim__cj_vertices_reset(v);
    CIM__TRY(cim__jscan_enter(ctx, &r->scan, '['));
    while ((st = cim__jscan_element(ctx, &r->scan)) == CIM_OK) {
        CIM__TRY(cim__jscan_numbers(ctx, &r->scan, xyz, 3, &count, &whole));
        cim__cj_vertices_add(v, xyz, count, whole);
        if ((v->count & 0xffff) == 0) CIM__TRY(cim__job_tick(ctx, r->file->job, "look through"));
        if (!cim__cj_vertices_ok(v)) return cim__nomem(ctx);
        if (v->count >= CIM_NONE - 1) return cim__jscan_fail(ctx, &r->scan, cim__jscan_at(&r->scan), "too many vertices");
    }
    return st < 0 ? st : CIM_OK;
}

static const char *const members[] = { "CityObjects", "vertices", "type", "version", "transform", "metadata", "geometry-templates" };
enum { OBJECTS, VERTICES, TYPE, VERSION, TRANSFORM, METADATA, TEMPLATES, MEMBERS };

static cim_status small_member(cim_ctx *ctx, reader *r, int member, cim__str key)
{
    cim__cj_file *f = r->file;
    cim__jslice slice;
    CIM__TRY(read_tree(ctx, r, &slice));
    bool text = cim__jis(&r->tree, 0, CIM__J_STRING) || cim__jis(&r->tree, 0, CIM__J_NUMBER);
    switch (member) {
    case TYPE:
    case VERSION:
        if (text) {
            cim__buf *to = member == TYPE ? &f->type : &f->version;
            to->size = 0;
            cim__buf_putstr(to, cim__jtext(&r->tree, 0));
        }
        return CIM_OK;
    case TRANSFORM: read_axes(r, slice.at); return CIM_OK;
    case METADATA:
        if (!cim__jis(&r->tree, 0, CIM__J_OBJECT)) return CIM_OK;
        copy_text(&f->metadata, &r->scan, &slice);
        read_reference_system(r);
        read_extent(r);
        return CIM_OK;
    case TEMPLATES: copy_text(&f->templates_text, &r->scan, &slice); return CIM_OK;
    default: keep_extra(r, key); return CIM_OK;
    }
}

static cim_status read_member(cim_ctx *ctx, reader *r, const cim__jslice *key_slice)
{
    int member = 0;
    cim__jtype type;
    cim_status st = cim__jtree_read(ctx, &r->tree, cim__jscan_text(&r->scan, key_slice), key_slice->size, 1);
    if (st < 0) return tree_failed(ctx, r->file, st, key_slice->at + r->tree.error_at);
    cim__str key = cim__arena_str(&r->file->arena, cim__jtext(&r->tree, 0));
    if (!key.ptr) return cim__nomem(ctx);
    while (member < MEMBERS && !cim__str_is(key, members[member])) member++;
    if (member < MEMBERS && (r->seen >> member & 1))
        cim__report_warn(r->file->job->report, key_slice->at, "%s: byte %llu: %s is there twice: %s", r->file->path, (unsigned long long)key_slice->at, members[member],
                         member == OBJECTS ? "all objects are read" : "the last one counts");
    if (member < MEMBERS) r->seen |= 1ull << member;
    CIM__TRY(cim__jscan_peek(ctx, &r->scan, &type));
    if (member == OBJECTS && type == CIM__J_OBJECT) return pass_objects(ctx, r);
    if (member == VERTICES && type == CIM__J_ARRAY) return read_vertices(ctx, r);
    if (member <= VERTICES && type != CIM__J_NULL) return cim__jscan_fail(ctx, &r->scan, cim__jscan_at(&r->scan), member == OBJECTS ? "CityObjects is not an object" : "vertices is not a list");
    return small_member(ctx, r, member, key);
}

/* ---- what was read ---- */

static cim_status check_type(cim_ctx *ctx, reader *r)
{
    const cim__cj_file *f = r->file;
    cim__str type = cim__buf_str(&f->type);
    if (cim__str_is(type, "CityJSON") || cim__str_is(type, "CityJSONFeature")) return CIM_OK;
    if (cim__str_is(type, "CityJSONExtension")) return cim__fail(ctx, CIM_EFORMAT, "%s: the schema of a CityJSON extension, not a city model", f->path);
    return cim__fail(ctx, CIM_EFORMAT, "%s: type is %.*s, not CityJSON", f->path, type.len ? (int)(type.len < 40 ? type.len : 40) : 7, type.len ? type.ptr : "missing");
}

/* "2.0", "1.0.3", also the last part of "http://www.cityjson.org/version/0.9". */
static cim_status check_version(cim_ctx *ctx, reader *r)
{
    static const char *const good[] = { "1.0", "1.1", "2.0" };
    const cim__cj_file *f = r->file;
    cim__str v = cim__buf_str(&f->version);
    for (size_t i = v.len; i-- > 0;)
        if (v.ptr[i] == '/') {
            v = (cim__str){ v.ptr + i + 1, v.len - i - 1 };
            break;
        }
    for (size_t i = 0; i < 3; i++)
        if (cim__str_starts(v, good[i]) && (v.len == 3 || v.ptr[3] == '.')) return CIM_OK;
    if (!v.len && !cim__str_is(cim__buf_str(&f->type), "CityJSONFeature")) cim__report_warn(f->job->report, 0, "%s: no version: read as 2.0", f->path);
    if (!v.len) return CIM_OK;
    if (!cim__str_starts(v, "0.9")) return cim__fail(ctx, CIM_EFORMAT, "%s: CityJSON version %.*s is not supported (1.0, 1.1 and 2.0 are)", f->path, (int)(v.len < 40 ? v.len : 40), v.ptr);
    cim__report_warn(f->job->report, 0, "%s: CityJSON 0.9 is read as 1.0", f->path);
    return CIM_OK;
}

/* Since 1.1 a transform is obligatory; without it whole numbers are hardly coordinates. */
static void check_transform(const cim__cj_file *f)
{
    cim__str v = cim__buf_str(&f->version);
    bool optional = cim__str_starts(v, "1.0") || cim__str_starts(v, "0.");
    if (f->has_transform || optional || (!f->is_sequence && !f->vertices.count)) return;
    cim__report_warn(f->job->report, 0, "%s: no transform: vertices are taken as they are", f->path);
}

enum { LOOK_AT = 100 };

/* Where a sequence is: the vertices of its first feature that has any. */
static cim_status look_at_features(cim_ctx *ctx, reader *r)
{
    cim__cj_vertices v;
    cim__jslice slice;
    cim_status st = CIM_OK;
    bool found = false;
    cim__cj_vertices_init(&v, ctx->mem);
    for (int i = 0; i < LOOK_AT && !found && st == CIM_OK && (st = cim__jscan_more(ctx, &r->scan)) == CIM_OK; i++) {
        st = read_tree(ctx, r, &slice);
        if (st == CIM_EFORMAT) { /* the second pass says what is wrong, if it gets that far */
            cim__enter(ctx);
            st = CIM_DONE;
        }
        if (st != CIM_OK) break;
        if (!cim__cj_vertices_tree(&v, &r->tree, cim__jget(&r->tree, 0, "vertices"))) st = cim__nomem(ctx);
        double middle[2];
        found = st == CIM_OK && cim__cj_vertices_middle(&v, &r->file->place, middle);
        if (found) memcpy(r->file->middle, middle, sizeof middle);
        if (found) r->file->has_middle = true;
    }
    cim__cj_vertices_free(&v);
    return st < 0 ? st : CIM_OK;
}

static cim_status read_head(cim_ctx *ctx, reader *r)
{
    cim__cj_file *f = r->file;
    cim__jslice key;
    double middle[2];
    CIM__TRY(cim__jscan_begin(ctx, &r->scan, f->job->input));
    cim_status st = cim__jscan_more(ctx, &r->scan);
    if (st == CIM_DONE) return cim__fail(ctx, CIM_EFORMAT, "%s: no JSON in it", f->path);
    if (st < 0) return st;
    CIM__TRY(cim__jscan_enter(ctx, &r->scan, '{'));
    while ((st = cim__jscan_key(ctx, &r->scan, &key)) == CIM_OK) CIM__TRY(read_member(ctx, r, &key));
    if (st < 0) return st;
    if (f->type.failed || f->version.failed || f->metadata.failed || f->templates_text.failed || f->extras.failed || f->srs_name.failed) return cim__nomem(ctx);
    CIM__TRY(check_type(ctx, r));
    CIM__TRY(check_version(ctx, r));
    st = cim__jscan_more(ctx, &r->scan);
    if (st < 0) return st;
    f->is_sequence = st == CIM_OK;
    check_transform(f);
    if (cim__cj_vertices_middle(&f->vertices, &f->place, middle)) {
        memcpy(f->middle, middle, sizeof middle);
        f->has_middle = true;
    }
    return f->is_sequence ? look_at_features(ctx, r) : CIM_OK;
}

cim_status cim__cj_head(cim_ctx *ctx, cim__cj_file *file)
{
    reader r = { .file = file };
    for (int i = 0; i < 3; i++) cim__cj_axis_set(&file->place.axis[i], 1.0, 0.0);
    cim__jscan_init(&r.scan, ctx->mem);
    cim__jtree_init(&r.tree, ctx->mem);
    cim_status st = read_head(ctx, &r);
    cim__jscan_free(&r.scan);
    cim__jtree_free(&r.tree);
    return st;
}
