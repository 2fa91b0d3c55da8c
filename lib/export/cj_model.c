/* cj_model.c - what CityJSON files say about themselves: metadata, extensions, appearance.
 *
 * The importer keeps it in objects of class CityModel, one a file; features of a sequence may have an appearance of their own. */
#include "export/cityjson.h"

static const char *const list_names[CIM__CJX_LISTS] = { "materials", "textures", "vertices-texture" };

static cim__jvalue no_value(void) { return (cim__jvalue){ CIM__J_NULL, { "null", 4 } }; }

cim__jvalue cim__cjx_kept(cim__str residue)
{
    cim__jvalue root, cityjson;
    bool good = residue.len && cim__jparse(residue, &root) && cim__jfind(root, CIM__STR("cityjson"), &cityjson) && cityjson.type == CIM__J_OBJECT;
    return good ? cityjson : no_value();
}

static cim__jvalue member_of(cim__jvalue object, cim__str key)
{
    cim__jvalue value;
    return object.type == CIM__J_OBJECT && cim__jfind(object, key, &value) ? value : no_value();
}

void cim__cjx_raw_key(cim__json *json, cim__str key)
{
    if (json->comma) cim__buf_putc(json->buf, ',');
    cim__buf_putc(json->buf, '"');
    cim__buf_putstr(json->buf, key);
    cim__buf_puts(json->buf, "\":");
    json->comma = false;
}

/* ---- joined lists ---- */

/* The lists of an appearance behind those that are there; where they begin. */
static cim__cjx_offsets join(cim__cjx *x, cim__jvalue appearance)
{
    cim__cjx_offsets offsets;
    for (int i = 0; i < CIM__CJX_LISTS; i++) {
        cim__jvalue list = member_of(appearance, cim__str_of(list_names[i])), value;
        cim__jiter it = cim__jiter_of(list);
        cim__str key;
        offsets.at[i] = x->list_counts[i];
        while (list.type == CIM__J_ARRAY && cim__jnext(&it, &key, &value)) {
            if (x->list_counts[i]++) cim__buf_putc(&x->lists[i], ',');
            cim__buf_putstr(&x->lists[i], value.text);
        }
    }
    return offsets;
}

void cim__cjx_begin_feature(cim__cjx *x, cim__jvalue feature)
{
    cim__jvalue appearance = member_of(feature, CIM__STR("appearance"));
    x->has_feature = appearance.type == CIM__J_OBJECT;
    memset(&x->feature, 0, sizeof x->feature);
    if (x->has_feature && !x->sequence) x->feature = join(x, appearance); /* in a sequence it stays with its feature */
}

static cim__cjx_model *model_at(const cim__cjx *x, size_t i) { return &CIM__AT(&x->models, cim__cjx_model, i); }

const cim__cjx_offsets *cim__cjx_offsets_of(const cim__cjx *x, uint32_t source)
{
    static const cim__cjx_offsets none;
    if (x->has_feature) return &x->feature;
    for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model); i++)
        if (model_at(x, i)->source == source) return &model_at(x, i)->offsets;
    return &none;
}

cim__jvalue cim__cjx_template_appearance(const cim__cjx *x, cim__str name, const cim__cjx_offsets **offsets)
{
    for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model); i++) {
        cim__jvalue list = member_of(cim__cjx_kept(model_at(x, i)->residue), CIM__STR("template_appearances")), entry;
        cim__jiter it = cim__jiter_of(list);
        cim__str key;
        while (list.type == CIM__J_ARRAY && cim__jnext(&it, &key, &entry)) {
            cim__jvalue own = member_of(entry, CIM__STR("template"));
            if (own.type != CIM__J_STRING || own.text.len != name.len + 2 || memcmp(own.text.ptr + 1, name.ptr, name.len) != 0) continue;
            *offsets = &model_at(x, i)->offsets;
            return entry;
        }
    }
    return no_value();
}

static cim_status read_model(cim_ctx *ctx, cim__cjx *x, uint32_t id)
{
    cim_city *city = x->e->city;
    cim__object o;
    cim__cjx_model m = { .source = 0 };
    CIM__TRY(cim__city_object(ctx, city, id, &x->arena, &o));
    CIM__TRY(city->rows->residue(ctx, city->store, id, &x->arena, &m.residue));
    m.source = o.source;
    m.attrs = o.attrs;
    cim__cjx_model *to = CIM__PUSH(&x->models, cim__cjx_model);
    if (!to) return cim__nomem(ctx);
    *to = m;
    return CIM_OK;
}

cim_status cim__cjx_read_models(cim_ctx *ctx, cim__cjx *x)
{
    const cim_city *city = x->e->city;
    uint8_t *used = cim__zalloc(ctx->mem, UINT16_MAX + 1); /* sources of objects that are written */
    cim_status st = used ? CIM_OK : cim__nomem(ctx);
    for (uint32_t id = 0; id <= city->max_id && st >= 0; id++)
        if (cim__export_has(x->e, id)) used[city->source[id]] = 1;
    for (uint32_t id = 0; id <= city->max_id && st >= 0; id++)
        if (cim__city_has(city, id) && city->class_id[id] == CIM__C_CityModel && used[city->source[id]]) st = read_model(ctx, x, id);
    cim__free(ctx->mem, used);
    for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model) && st >= 0; i++)
        model_at(x, i)->offsets = join(x, member_of(cim__cjx_kept(model_at(x, i)->residue), CIM__STR("appearance")));
    return st;
}

/* ---- numbers of the joined lists ---- */

static void put_moved(cim__json *json, cim__jvalue v, uint32_t by)
{
    cim__jiter it = cim__jiter_of(v);
    cim__str key;
    cim__jvalue value;
    int64_t n;
    if (v.type == CIM__J_NUMBER && cim__parse_int(v.text, &n)) {
        cim__json_int(json, n + by);
        return;
    }
    if (v.type != CIM__J_ARRAY) {
        cim__json_raw(json, v.text);
        return;
    }
    cim__json_open(json, '[');
    while (cim__jnext(&it, &key, &value)) put_moved(json, value, by);
    cim__json_close(json, ']');
}

/* Innermost lists are [texture, texture vertex, ...]. */
static void put_moved_texture(cim__json *json, cim__jvalue v, const cim__cjx_offsets *by)
{
    cim__jiter it = cim__jiter_of(v);
    cim__str key;
    cim__jvalue value;
    bool first = true;
    if (v.type != CIM__J_ARRAY) {
        cim__json_raw(json, v.text);
        return;
    }
    cim__json_open(json, '[');
    while (cim__jnext(&it, &key, &value)) {
        if (value.type == CIM__J_NUMBER) put_moved(json, value, by->at[first ? CIM__CJX_TEXTURES : CIM__CJX_UVS]);
        else put_moved_texture(json, value, by);
        first = false;
    }
    cim__json_close(json, ']');
}

static void put_themes(cim__json *json, const char *name, cim__jvalue themes, const cim__cjx_offsets *by, bool texture)
{
    cim__jiter it = cim__jiter_of(themes);
    cim__str theme, key;
    cim__jvalue value, inner;
    bool moved = texture ? by->at[CIM__CJX_TEXTURES] || by->at[CIM__CJX_UVS] : by->at[CIM__CJX_MATERIALS] > 0;
    cim__json_key(json, name);
    cim__json_open(json, '{');
    while (cim__jnext(&it, &theme, &value)) {
        if (value.type != CIM__J_OBJECT) continue;
        cim__cjx_raw_key(json, theme);
        if (!moved) {
            cim__json_raw(json, value.text);
            continue;
        }
        cim__json_open(json, '{');
        cim__jiter members = cim__jiter_of(value);
        while (cim__jnext(&members, &key, &inner)) {
            cim__cjx_raw_key(json, key);
            if (texture) put_moved_texture(json, inner, by);
            else put_moved(json, inner, by->at[CIM__CJX_MATERIALS]);
        }
        cim__json_close(json, '}');
    }
    cim__json_close(json, '}');
}

void cim__cjx_put_appearance(cim__json *json, cim__jvalue appearance, const cim__cjx_offsets *offsets)
{
    cim__jvalue themes = member_of(appearance, CIM__STR("material"));
    if (themes.type == CIM__J_OBJECT) put_themes(json, "material", themes, offsets, false);
    themes = member_of(appearance, CIM__STR("texture"));
    if (themes.type == CIM__J_OBJECT) put_themes(json, "texture", themes, offsets, true);
}

/* ---- root members ---- */

void cim__cjx_put_metadata(cim__cjx *x, cim__json *json)
{
    cim__jvalue attrs, value;
    cim__str key;
    cim__json_key(json, "metadata");
    cim__json_open(json, '{');
    if (CIM__COUNT(&x->models, cim__cjx_model) == 1 && model_at(x, 0)->attrs.len && cim__jparse(model_at(x, 0)->attrs, &attrs) && attrs.type == CIM__J_OBJECT) {
        cim__jiter it = cim__jiter_of(attrs);
        while (cim__jnext(&it, &key, &value)) {
            if (cim__str_is(key, "referenceSystem") || cim__str_is(key, "geographicalExtent") || cim__str_is(key, "presentLoDs") || cim__str_is(key, "crs")) continue;
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
        }
    }
    if (x->vertices.any && !x->sequence) { /* a sequence does not know it yet */
        cim__json_key(json, "geographicalExtent");
        cim__json_open(json, '[');
        for (int i = 0; i < 6; i++) {
            int k = i % 3;
            int64_t n = i < 3 ? x->vertices.least[k] : x->vertices.most[k];
            cim__json_num(json, (double)(n + x->vertices.offset[k]) / x->vertices.scale[k]);
        }
        cim__json_close(json, ']');
    }
    cim__json_key(json, "referenceSystem");
    cim__buf_printf(json->buf, "\"https://www.opengis.net/def/crs/EPSG/0/%d\"", (int)x->e->epsg);
    json->comma = true;
    cim__json_close(json, '}');
}

static void put_joined_list(cim__cjx *x, cim__json *json, int list)
{
    if (!x->list_counts[list]) return;
    cim__json_key(json, list_names[list]);
    cim__json_open(json, '[');
    cim__json_raw(json, cim__buf_str(&x->lists[list]));
    cim__json_close(json, ']');
}

/* Members of appearance that are no lists ("default-theme-texture"): those of the first model that has them. */
static void put_defaults(cim__cjx *x, cim__json *json)
{
    static const char *const names[] = { "default-theme-texture", "default-theme-material" };
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model); i++) {
            cim__jvalue value = member_of(member_of(cim__cjx_kept(model_at(x, i)->residue), CIM__STR("appearance")), cim__str_of(names[n]));
            if (value.type != CIM__J_STRING) continue;
            cim__json_key(json, names[n]);
            cim__json_raw(json, value.text);
            break;
        }
}

static bool is_earlier(const cim__cjx *x, size_t model, cim__str key, bool extension)
{
    for (size_t i = 0; i < model; i++) {
        cim__jvalue kept = cim__cjx_kept(model_at(x, i)->residue), value;
        if (extension) kept = member_of(kept, CIM__STR("extensions"));
        if (kept.type == CIM__J_OBJECT && cim__jfind(kept, key, &value)) return true;
    }
    return false;
}

/* Extensions of all models, by name. */
static void put_extensions(cim__cjx *x, cim__json *json)
{
    cim__str key;
    cim__jvalue value;
    bool any = false;
    for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model); i++) {
        cim__jvalue extensions = member_of(cim__cjx_kept(model_at(x, i)->residue), CIM__STR("extensions"));
        cim__jiter it = cim__jiter_of(extensions);
        while (extensions.type == CIM__J_OBJECT && cim__jnext(&it, &key, &value)) {
            if (is_earlier(x, i, key, true)) continue;
            if (!any) {
                cim__json_key(json, "extensions");
                cim__json_open(json, '{');
                any = true;
            }
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
        }
    }
    if (any) cim__json_close(json, '}');
}

static bool is_own(cim__str key) { return cim__str_is(key, "version") || cim__str_is(key, "appearance") || cim__str_is(key, "extensions") || cim__str_is(key, "template_appearances"); }

static void put_others(cim__cjx *x, cim__json *json)
{
    cim__str key;
    cim__jvalue value;
    for (size_t i = 0; i < CIM__COUNT(&x->models, cim__cjx_model); i++) {
        cim__jvalue kept = cim__cjx_kept(model_at(x, i)->residue);
        cim__jiter it = cim__jiter_of(kept);
        while (kept.type == CIM__J_OBJECT && cim__jnext(&it, &key, &value)) {
            if (is_own(key) || is_earlier(x, i, key, false)) continue;
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
        }
    }
}

void cim__cjx_put_root_members(cim__cjx *x, cim__json *json)
{
    cim__buf *out = json->buf;
    put_extensions(x, json);
    size_t before = out->size;
    bool comma = json->comma;
    cim__json_key(json, "appearance");
    cim__json_open(json, '{');
    size_t empty = out->size;
    for (int i = 0; i < CIM__CJX_LISTS; i++) put_joined_list(x, json, i);
    put_defaults(x, json);
    if (out->size == empty) {
        out->size = before;
        json->comma = comma;
    } else {
        cim__json_close(json, '}');
    }
    put_others(x, json);
}
