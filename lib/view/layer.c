/* layer.c - results of other calls, as GeoJSON (RFC 7946) or a feature a line, to lie over a picture.
 *
 * A layer is "FILE" or "FILE:KEY=VALUE,...": color=RRGGBB, by=PROPERTY, ramp=NAME, classes=KIND, width=PIXELS, opacity=0..1, title=TEXT.
 * Without `by` the features are coloured by the first of the properties that results of libcim differ in, if these do. */
#include "view/view.h"

#include "core/io.h"

/* ---- the style ---- */

static const char *const keys[] = { "color", "by", "ramp", "classes", "width", "opacity", "title" };
enum { COLOR, BY, RAMP, CLASSES, WIDTH, OPACITY, TITLE, KEYS };

static int key_of(const char *text, size_t len)
{
    if (len == 6 && !memcmp(text, "colour", 6)) return COLOR;
    for (int k = 0; k < KEYS; k++)
        if (strlen(keys[k]) == len && !memcmp(keys[k], text, len)) return k;
    return -1;
}

/* The colon behind which a style begins; a name of a file may have colons too. */
static const char *style_in(const char *spec)
{
    for (const char *p = strchr(spec, ':'); p; p = strchr(p + 1, ':'))
        if (key_of(p + 1, strcspn(p + 1, "=,:/")) >= 0 && p[1 + strcspn(p + 1, "=,:/")] == '=') return p;
    return NULL;
}

static cim_status set(cim_ctx *ctx, cim__layer_in *l, int key, cim__str value)
{
    char **const texts[KEYS] = { [BY] = &l->by, [RAMP] = &l->ramp, [CLASSES] = &l->classing, [TITLE] = &l->title };
    double *const numbers[KEYS] = { [WIDTH] = &l->width_px, [OPACITY] = &l->opacity };
    double most = key == WIDTH ? 100.0 : 1.0;
    if (texts[key]) {
        cim__str copy = cim__arena_str(&l->arena, value);
        *texts[key] = (char *)(uintptr_t)copy.ptr;
        return copy.ptr ? CIM_OK : cim__nomem(ctx);
    }
    if (key == COLOR) return cim__parse_colour(value, &l->colour) ? CIM_OK : cim__fail(ctx, CIM_EARG, "layer %s: color=%.*s is not RRGGBB", l->path,
        (int)(value.len < 40 ? value.len : 40), value.ptr);
    if (!cim__parse_double(value, numbers[key]) || !(*numbers[key] > 0.0 && *numbers[key] <= most))
        return cim__fail(ctx, CIM_EARG, "layer %s: %s=%.*s is not above 0 and at most %d", l->path, keys[key], (int)(value.len < 40 ? value.len : 40),
            value.ptr, (int)most);
    return CIM_OK;
}

static cim_status read_style(cim_ctx *ctx, cim__layer_in *l, const char *style)
{
    while (*style) {
        size_t name = strcspn(style, "=,");
        int key = style[name] == '=' ? key_of(style, name) : -1;
        if (key < 0) return cim__fail(ctx, CIM_EARG, "layer %s: %.*s: styles are color=, by=, ramp=, classes=, width=, opacity= or title=", l->path,
            (int)(name < 40 ? name : 40), style);
        const char *value = style + name + 1;
        size_t len = strcspn(value, ",");
        CIM__TRY(set(ctx, l, key, (cim__str){ value, len }));
        style = value + len + (value[len] == ',');
    }
    return CIM_OK;
}

/* ---- the file ---- */

static cim_status read_file(cim_ctx *ctx, cim__layer_in *l, uint64_t max)
{
    cim__file file;
    size_t got;
    cim_status st = CIM_OK;
    CIM__TRY(cim__file_open(ctx, l->path, &file));
    do {
        void *at = cim__buf_reserve(&l->text, 65536) ? l->text.data + l->text.size : NULL;
        got = 0;
        st = at ? cim__file_read(ctx, &file, at, 65536, &got) : cim__nomem(ctx);
        l->text.size += got;
        if (st >= 0 && l->text.size > max) st = cim__fail(ctx, CIM_ELIMIT, "%s: more than %llu bytes", l->path, (unsigned long long)max);
        if (st >= 0) st = cim__tick(ctx, l->text.size, file.size, "layers");
    } while (st >= 0 && got);
    cim__file_close(ctx, &file);
    return st;
}

static cim__str id_of(cim__jvalue feature, cim__jvalue properties)
{
    cim__jvalue v;
    if (properties.type == CIM__J_OBJECT && cim__jfind(properties, CIM__STR("id"), &v) && v.type == CIM__J_STRING) return (cim__str){ v.text.ptr + 1,
        v.text.len - 2 };
    if (cim__jfind(feature, CIM__STR("id"), &v) && v.type == CIM__J_STRING) return (cim__str){ v.text.ptr + 1, v.text.len - 2 };
    if (cim__jfind(feature, CIM__STR("id"), &v) && v.type == CIM__J_NUMBER) return v.text;
    return (cim__str){ "", 0 };
}

static bool type_is(cim__jvalue object, const char *name)
{
    cim__jvalue type;
    return object.type == CIM__J_OBJECT && cim__jfind(object, CIM__STR("type"), &type) && type.type == CIM__J_STRING && type.text.len == strlen(name) + 2 &&
           !memcmp(type.text.ptr + 1, name, type.text.len - 2);
}

static cim_status add_feature(cim_ctx *ctx, cim__layer_in *l, cim__jvalue v)
{
    cim__lfeature f = { .properties = { CIM__J_NULL, { "", 0 } }, .geometry = { CIM__J_NULL, { "", 0 } } };
    if (type_is(v, "Feature")) {
        cim__jfind(v, CIM__STR("properties"), &f.properties);
        cim__jfind(v, CIM__STR("geometry"), &f.geometry);
        f.id = id_of(v, f.properties);
    } else {
        f.geometry = v; /* a geometry on its own */
        f.id = (cim__str){ "", 0 };
    }
    if (f.geometry.type != CIM__J_OBJECT) l->without_geometry++;
    cim__buf_put(&l->features, &f, sizeof f);
    return l->features.failed ? cim__nomem(ctx) : CIM_OK;
}

/* "urn:ogc:def:crs:EPSG::25832" -> 25832; 0: none is named. */
static int32_t named_crs(cim__jvalue root)
{
    cim__jvalue crs, properties, name;
    int64_t epsg = 0;
    if (!cim__jfind(root, CIM__STR("crs"), &crs) || crs.type != CIM__J_OBJECT || !cim__jfind(crs, CIM__STR("properties"), &properties)) return 0;
    if (properties.type != CIM__J_OBJECT || !cim__jfind(properties, CIM__STR("name"), &name) || name.type != CIM__J_STRING || !cim__str_has(name.text,
        "EPSG")) return 0;
    const char *end = name.text.ptr + name.text.len - 1, *at = end;
    while (at > name.text.ptr && at[-1] >= '0' && at[-1] <= '9') at--;
    return at < end && cim__read_int(at, end, &epsg) && epsg < 1000000 ? (int32_t)epsg : 0;
}

static cim_status add_root(cim_ctx *ctx, cim__layer_in *l, cim__jvalue root)
{
    cim__jvalue features, one;
    cim__str key;
    if (!type_is(root, "FeatureCollection")) return add_feature(ctx, l, root);
    if (!cim__jfind(root, CIM__STR("features"), &features) || features.type != CIM__J_ARRAY) return cim__fail(ctx, CIM_EFORMAT,
        "%s: a FeatureCollection without features", l->path);
    cim__jiter it = cim__jiter_of(features);
    for (size_t i = 0; cim__jnext(&it, &key, &one); i++) {
        if (!type_is(one, "Feature")) return cim__fail(ctx, CIM_EFORMAT, "%s: feature %zu is none", l->path, i);
        CIM__TRY(add_feature(ctx, l, one));
    }
    return CIM_OK;
}

static bool is_geojson(cim__jvalue v)
{
    static const char *const types[] = { "FeatureCollection", "Feature", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString",
        "MultiPolygon", "GeometryCollection" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (type_is(v, types[i])) return true;
    return false;
}

/* A feature a line, with record separators or without. */
static cim_status read_lines(cim_ctx *ctx, cim__layer_in *l)
{
    const char *at = (const char *)l->text.data, *end = at + l->text.size;
    for (size_t line = 1; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        cim__str text = cim__str_trim((cim__str){ at, (size_t)((stop ? stop : end) - at) });
        cim__jvalue v;
        at = stop ? stop + 1 : end;
        if (!text.len) continue;
        if (!cim__jparse(text, &v)) return cim__fail(ctx, CIM_EFORMAT, "%s:%zu: neither this line nor the file is well-formed JSON", l->path, line);
        if (!is_geojson(v)) return cim__fail(ctx, CIM_EFORMAT, "%s:%zu: not GeoJSON", l->path, line);
        CIM__TRY(add_root(ctx, l, v));
    }
    return CIM_OK;
}

static cim_status read_features(cim_ctx *ctx, cim__layer_in *l, int32_t *epsg_out)
{
    cim__jvalue root;
    *epsg_out = 4326;
    if (l->text.size >= 3 && !memcmp(l->text.data, "\xef\xbb\xbf", 3)) memset(l->text.data, ' ', 3);
    if (!l->text.size) return cim__fail(ctx, CIM_EFORMAT, "%s: is empty", l->path);
    if (!cim__jparse(cim__buf_str(&l->text), &root)) return read_lines(ctx, l);
    if (!is_geojson(root)) return cim__fail(ctx, CIM_EFORMAT, "%s: not GeoJSON", l->path);
    int32_t named = named_crs(root);
    if (named) *epsg_out = named;
    return add_root(ctx, l, root);
}

/* ---- colours ---- */

static cim__jvalue property(const cim__lfeature *f, const char *name)
{
    cim__jvalue v = { CIM__J_NULL, { "", 0 } };
    if (f->properties.type == CIM__J_OBJECT) cim__jfind(f->properties, cim__str_of(name), &v);
    return v;
}

static bool differs(const cim__layer_in *l, const char *name)
{
    size_t count = CIM__COUNT(&l->features, cim__lfeature);
    cim__jvalue first = property(&CIM__AT(&l->features, cim__lfeature, 0), name);
    if (first.type == CIM__J_NULL) return false;
    for (size_t i = 1; i < count; i++)
        if (!cim__str_eq(property(&CIM__AT(&l->features, cim__lfeature, i), name).text, first.text)) return true;
    return false;
}

static const char *own_property(const cim__layer_in *l)
{
    static const char *const known[] = { "limit_s", "role", "trips", "band", "level", "gap", "state", "kind", "status", "coverage", "seen", "value", "time_s" };
    if (l->colour != CIM_NONE || CIM__COUNT(&l->features, cim__lfeature) < 2) return NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (differs(l, known[i])) return known[i];
    return NULL;
}

static cim_status colour_features(cim_ctx *ctx, cim__layer_in *l)
{
    size_t count = CIM__COUNT(&l->features, cim__lfeature);
    const char *by = l->by ? l->by : own_property(l);
    if (!by || !count) return CIM_OK;
    cim__jvalue *values = cim__alloc_n(ctx->mem, count, sizeof *values);
    uint8_t *classes = cim__alloc_n(ctx->mem, count, 1);
    for (size_t i = 0; i < count && values; i++) values[i] = property(&CIM__AT(&l->features, cim__lfeature, i), by);
    bool steps = !strcmp(by, "limit_s") && !l->classing; /* few different ones: each a class */
    cim_status st = values && classes ? cim__colouring_make(ctx, values, count, by, steps ? "jenks:9" : l->classing, l->ramp ? l->ramp : "oranges",
        classes, &l->colouring) : cim__nomem(ctx);
    if (st >= 0 && !l->colouring.with && l->by) st = cim__fail(ctx, CIM_EARG, "layer %s: no feature has a property %.60s", l->path, by);
    for (size_t i = 0; i < count && st >= 0; i++) CIM__AT(&l->features, cim__lfeature, i).class = classes[i];
    cim__free(ctx->mem, values);
    cim__free(ctx->mem, classes);
    return st;
}

uint32_t cim__layer_colour(const cim__layer_in *l, const cim__lfeature *f)
{
    if (l->colouring.property) return f->class ? cim__colouring_colour(&l->colouring, f->class - 1) : 0x9a948c;
    return l->colour;
}

/* ---- the whole ---- */

static cim_status open_layer(cim_ctx *ctx, cim__layer_in *l, const char *spec, int number, uint64_t max_bytes, int32_t city_epsg)
{
    const char *style = style_in(spec);
    int32_t epsg;
    cim__str path = cim__arena_str(&l->arena, (cim__str){ spec, style ? (size_t)(style - spec) : strlen(spec) });
    if (!path.ptr) return cim__nomem(ctx);
    l->path = (char *)(uintptr_t)path.ptr;
    l->file = path;
    if (style) CIM__TRY(read_style(ctx, l, style + 1));
    if (!l->title) CIM__TRY(set(ctx, l, TITLE, cim__view_name(l->path)));
    CIM__TRY(read_file(ctx, l, max_bytes));
    CIM__TRY(read_features(ctx, l, &epsg));
    if (epsg != city_epsg) CIM__TRY(cim__transform_new(ctx, epsg, city_epsg, &l->transform));
    CIM__TRY(colour_features(ctx, l));
    static const uint32_t colours[] = { 0x1f5fd6, 0xd9480f, 0x7b2fb5, 0x0b8457, 0xb5179e };
    if (l->colour == CIM_NONE) l->colour = colours[(size_t)number % (sizeof colours / sizeof *colours)];
    return CIM_OK;
}

cim_status cim__layer_open(cim_ctx *ctx, const char *spec, int number, uint64_t max_bytes, int32_t epsg, cim__layer_in *out)
{
    if (!spec || !*spec) return cim__fail(ctx, CIM_EARG, "a layer without a file");
    cim__layer_in l = { .text = cim__buf_on(ctx->mem), .features = cim__buf_on(ctx->mem), .colour = CIM_NONE, .arena = cim__arena_on(ctx->mem) };
    cim_status st = open_layer(ctx, &l, spec, number, max_bytes ? max_bytes : 256u << 20, epsg);
    if (st < 0) cim__layer_free(&l);
    else *out = l;
    return st;
}

void cim__layer_free(cim__layer_in *l)
{
    if (!l->arena.mem) return;
    cim__buf_free(&l->text);
    cim__buf_free(&l->features);
    cim__colouring_free(&l->colouring);
    cim__transform_free(l->transform);
    cim__arena_free(&l->arena);
}

/* ---- geometries ---- */

static bool put_vertex(cim__gbuild *b, cim__jvalue position)
{
    double c[2];
    cim__str key;
    cim__jvalue v;
    if (position.type != CIM__J_ARRAY) return false;
    cim__jiter it = cim__jiter_of(position);
    for (int i = 0; i < 2; i++)
        if (!cim__jnext(&it, &key, &v) || !cim__jnumber(v, &c[i])) return false;
    cim__gbuild_xy(b, c[0], c[1]);
    return true;
}

/* depth 0: a position; 1: a line or ring of them; 2: a polygon's rings or several lines; ... */
static bool put_ring(cim__gbuild *b, cim__jvalue positions, bool closed)
{
    cim__str key;
    cim__jvalue v;
    if (positions.type != CIM__J_ARRAY) return false;
    cim__jiter it = cim__jiter_of(positions);
    while (cim__jnext(&it, &key, &v))
        if (!put_vertex(b, v)) return false;
    if (closed) cim__gbuild_close(b);
    else cim__gbuild_ring(b);
    return true;
}

static bool put_part(cim__gbuild *b, cim__jvalue c, int32_t base)
{
    cim__str key;
    cim__jvalue ring;
    bool good = true;
    if (base == CIM_GEOM_POINT) {
        good = put_vertex(b, c);
        cim__gbuild_ring(b);
    } else if (base == CIM_GEOM_LINESTRING) {
        good = put_ring(b, c, false);
    } else if (c.type == CIM__J_ARRAY) {
        cim__jiter it = cim__jiter_of(c);
        while (good && cim__jnext(&it, &key, &ring)) good = put_ring(b, ring, true);
    } else {
        return false;
    }
    cim__gbuild_part(b);
    return good;
}

static int32_t geometry_type(cim__jvalue geometry)
{
    static const char *const types[] = { "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    for (int32_t i = 0; i < 6; i++)
        if (type_is(geometry, types[i])) return i + 1;
    return 0;
}

static bool put_geometry(cim__layer_in *l, cim__jvalue geometry, cim__gbuild *b)
{
    cim__jvalue c, part;
    cim__str key;
    int32_t type = geometry_type(geometry), base = cim__geom_base(type);
    l->collections += !type;
    if (!type || !cim__jfind(geometry, CIM__STR("coordinates"), &c) || c.type != CIM__J_ARRAY) return false;
    cim__gbuild_begin(b, base + 3, 2);
    if (type <= 3) return put_part(b, c, base);
    cim__jiter it = cim__jiter_of(c);
    while (cim__jnext(&it, &key, &part))
        if (!put_part(b, part, base)) return false;
    return true;
}

cim_status cim__layer_geometry(cim_ctx *ctx, cim__layer_in *l, const cim__lfeature *f, cim__gbuild *b, cim_geom *geom_out)
{
    *geom_out = (cim_geom){ .dim = 2 };
    if (f->geometry.type != CIM__J_OBJECT) return CIM_OK;
    bool good = put_geometry(l, f->geometry, b);
    if (!cim__gbuild_ok(b)) return cim__nomem(ctx);
    cim_geom g = cim__gbuild_view(b);
    if (good && l->transform && g.vertex_count) {
        double *c = (double *)(void *)b->coords.data;
        cim__transform_run(l->transform, c, c + 1, 2, g.vertex_count);
    }
    if (good && g.vertex_count && cim__geom_finite(&g)) *geom_out = g;
    else l->without_geometry++;
    return CIM_OK;
}

void cim__put_layer_report(cim__json *json, const cim__layer_in *layers, size_t count)
{
    cim__json_key(json, "layers");
    cim__json_open(json, '[');
    for (size_t i = 0; i < count; i++) {
        cim__json_open(json, '{');
        cim__json_kv_text(json, "file", layers[i].path);
        cim__json_kv_text(json, "title", layers[i].title);
        cim__json_kv_int(json, "features", (int64_t)CIM__COUNT(&layers[i].features, cim__lfeature));
        cim__json_kv_int(json, "without_geometry", (int64_t)layers[i].without_geometry);
        if (layers[i].colouring.property) cim__json_kv_text(json, "by", layers[i].colouring.property);
        cim__json_close(json, '}');
    }
    cim__json_close(json, ']');
}
