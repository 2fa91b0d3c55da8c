/* pack.c - columns of a layer (pack.h says how they look). */
#include "view/pack.h"

#include <math.h>

/* ---- streams ---- */

uint32_t cim__pack_stream(cim__pack *p)
{
    cim__buf *b = CIM__PUSH(&p->streams, cim__buf);
    if (!b) return CIM_NONE;
    *b = cim__buf_on(p->streams.mem);
    return (uint32_t)(CIM__COUNT(&p->streams, cim__buf) - 1);
}

cim__buf *cim__pack_at(cim__pack *p, uint32_t stream) { return stream < CIM__COUNT(&p->streams, cim__buf) ? &CIM__AT(&p->streams, cim__buf, stream) :
    &p->scratch; }

bool cim__pack_failed(const cim__pack *p)
{
    bool failed = p->streams.failed || p->meta.failed || p->scratch.failed || p->token.failed;
    for (size_t i = 0; i < CIM__COUNT(&p->streams, cim__buf); i++) failed = failed || CIM__AT(&p->streams, cim__buf, i).failed;
    return failed;
}

cim_status cim__pack_begin(cim_ctx *ctx, cim__pack *p, cim_city *city)
{
    cim_box box = { 0.0, 0.0, 0.0, 0.0 };
    *p = (cim__pack){ .ctx = ctx, .step_m = 0.01, .attributes = true };
    p->streams = cim__buf_on(ctx->mem);
    p->meta = cim__buf_on(ctx->mem);
    p->scratch = cim__buf_on(ctx->mem);
    p->token = cim__buf_on(ctx->mem);
    p->json = cim__json_on(&p->meta);
    p->index_of = cim__alloc_n(ctx->mem, (size_t)city->max_id + 1, sizeof *p->index_of);
    if (!p->index_of) return cim__nomem(ctx);
    memset(p->index_of, 0xff, ((size_t)city->max_id + 1) * sizeof *p->index_of);
    cim_index_extent(city->index, &box);
    p->origin[0] = floor(box.min_x * 0.5 + box.max_x * 0.5);
    p->origin[1] = floor(box.min_y * 0.5 + box.max_y * 0.5);
    return CIM_OK;
}

static void layer_free(cim__pack *p)
{
    if (!p->keys.arena.mem) return;
    cim__names_free(&p->prefixes);
    cim__names_free(&p->keys);
    cim__names_free(&p->keysets);
    cim__names_free(&p->valid);
    cim__buf_free(&p->last_digits);
    cim__buf_free(&p->key_streams);
    for (int i = 0; i <= CIM__ATTR_COUNT; i++) {
        cim__buf_free(&p->columns[i].rows);
        cim__buf_free(&p->columns[i].has);
        cim__names_free(&p->columns[i].texts);
    }
    p->keys.arena.mem = NULL;
}

void cim__pack_free(cim__pack *p)
{
    if (!p->streams.mem) return;
    layer_free(p);
    for (size_t i = 0; i < CIM__COUNT(&p->streams, cim__buf); i++) cim__buf_free(&CIM__AT(&p->streams, cim__buf, i));
    cim__free(p->streams.mem, p->index_of);
    cim__buf_free(&p->streams);
    cim__buf_free(&p->meta);
    cim__buf_free(&p->scratch);
    cim__buf_free(&p->token);
}

/* ---- texts ---- */

void cim__pack_string(cim__pack *p, cim__str text, cim__buf *out)
{
    if (text.len <= CIM__TEXT_MAX) {
        cim__put_json_str(out, text);
        return;
    }
    size_t keep = CIM__TEXT_MAX;
    while (keep && ((unsigned char)text.ptr[keep] & 0xc0) == 0x80) keep--;
    p->cut++;
    p->token.size = 0;
    cim__buf_put(&p->token, text.ptr, keep);
    cim__buf_printf(&p->token, " \xe2\x80\xa6 (cut: %zu bytes)", text.len);
    cim__put_json_str(out, cim__buf_str(&p->token));
}

void cim__pack_text(cim__pack *p, cim__jvalue v, cim__buf *out)
{
    if (v.text.len <= CIM__TEXT_MAX) {
        cim__buf_putstr(out, v.text);
    } else if (v.type == CIM__J_STRING) {
        cim__buf whole = cim__buf_on(p->streams.mem);
        cim__str text = cim__jstring(v, &whole);
        if (whole.failed) out->failed = true;
        else cim__pack_string(p, text, out);
        cim__buf_free(&whole);
    } else {
        cim__pack_string(p, v.text, out); /* an array or object becomes the beginning of its text */
    }
}

/* ---- a layer ---- */

static void column_init(cim__pack_column *c, cim__mem *mem, char type)
{
    *c = (cim__pack_column){ .type = type };
    c->rows = cim__buf_on(mem);
    c->has = cim__buf_on(mem);
    cim__names_init(&c->texts, mem);
}

cim_status cim__pack_layer(cim_ctx *ctx, cim__pack *p, const char *name, const char *title)
{
    uint32_t *const streams[] = { &p->s_number, &p->s_class, &p->s_gid, &p->s_geom, &p->s_xy, &p->s_type, &p->s_keys, &p->s_colour, &p->s_valid };
    p->layer_count = p->last_number = 0;
    p->with_valid = p->with_colour = p->with_type = false;
    cim__names_init(&p->prefixes, ctx->mem);
    cim__names_init(&p->keys, ctx->mem);
    cim__names_init(&p->keysets, ctx->mem);
    cim__names_init(&p->valid, ctx->mem);
    p->last_digits = cim__buf_on(ctx->mem);
    p->key_streams = cim__buf_on(ctx->mem);
    for (int i = 0; i <= CIM__ATTR_COUNT; i++) column_init(&p->columns[i], ctx->mem, i < CIM__ATTR_COUNT ? cim__attrs[i].type : 'T');
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) *streams[i] = cim__pack_stream(p);
    cim__json_open(&p->json, '{');
    cim__json_kv_text(&p->json, "name", name);
    cim__json_kv_text(&p->json, "title", title);
    cim__json_kv_int(&p->json, "first", p->count);
    return p->streams.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- ids ---- */

/* "osm:way/123#4" -> "osm:way/", 123, 4.  Numbers that do not read back the same are left in the text. */
static int split_gid(cim__str gid, cim__str *prefix, int64_t digits[2])
{
    size_t end = gid.len, start, hash = 0;
    int kind = 0;
    for (int turn = 0; turn < 2; turn++) {
        for (start = end; start > 0 && gid.ptr[start - 1] >= '0' && gid.ptr[start - 1] <= '9'; start--) continue;
        if (start == end || end - start > 15 || (gid.ptr[start] == '0' && end - start > 1)) break;
        cim__read_int(gid.ptr + start, gid.ptr + end, &digits[turn]);
        kind = turn + 1;
        hash = start;
        if (turn || start < 2 || gid.ptr[start - 1] != '#') break;
        end = start - 1;
    }
    *prefix = (cim__str){ gid.ptr, kind ? hash : gid.len };
    if (kind == 2) {
        int64_t behind = digits[0];
        digits[0] = digits[1];
        digits[1] = behind;
    }
    return kind;
}

static bool put_gid(cim__pack *p, cim__str gid)
{
    cim__str prefix;
    int64_t digits[2] = { 0, 0 };
    cim__buf *out = cim__pack_at(p, p->s_gid);
    int kind = split_gid(gid, &prefix, digits);
    size_t known = p->prefixes.count;
    uint32_t number = cim__names_add(&p->prefixes, prefix);
    if (number == CIM_NONE) return false;
    if (p->prefixes.count > known) {
        int64_t zero = 0;
        cim__buf_put(&p->last_digits, &zero, sizeof zero);
        if (p->last_digits.failed) return false;
    }
    cim__buf_varint(out, (uint64_t)number * 4 + (uint64_t)kind);
    if (kind) {
        int64_t *last = &CIM__AT(&p->last_digits, int64_t, number);
        cim__buf_varint(out, cim__zigzag(digits[0] - *last));
        *last = digits[0];
    }
    if (kind == 2) cim__buf_varint(out, (uint64_t)digits[1]);
    return true;
}

/* ---- values ---- */

static bool put_row(cim__pack_column *c, const cim__object *o, int attr)
{
    uint8_t has = o->present >> attr & 1;
    int64_t integer = has ? o->values[attr].integer : 0;
    double real = has ? o->values[attr].real : 0.0;
    uint32_t text = 0;
    if (has && c->type == 'T') {
        text = cim__names_add(&c->texts, o->values[attr].text);
        if (text == CIM_NONE) return false;
    }
    c->used += has;
    cim__buf_putc(&c->has, (char)has);
    if (c->type == 'T') cim__buf_put(&c->rows, &text, sizeof text);
    else if (c->type == 'I') cim__buf_put(&c->rows, &integer, sizeof integer);
    else cim__buf_put(&c->rows, &real, sizeof real);
    return !c->rows.failed && !c->has.failed;
}

/* Which values come from a rule, as an object of JSON. */
static bool put_derived(cim__pack *p, cim__pack_column *c, const cim__object *o)
{
    uint8_t has = o->derived.len > 0;
    uint32_t text = 0;
    if (has) {
        cim__json json = cim__json_on(&p->token);
        p->token.size = 0;
        cim__json_open(&json, '{');
        cim__put_derived(&json, o);
        cim__json_close(&json, '}');
        text = p->token.failed ? CIM_NONE : cim__names_add(&c->texts, cim__buf_str(&p->token));
    }
    if (text == CIM_NONE) return false;
    c->used += has;
    cim__buf_putc(&c->has, (char)has);
    cim__buf_put(&c->rows, &text, sizeof text);
    return !c->rows.failed && !c->has.failed;
}

/* ---- attributes ---- */

static bool put_attribute(cim__pack *p, cim__str key, cim__jvalue value, cim__buf *set)
{
    size_t known = p->keys.count;
    uint32_t number = cim__names_add(&p->keys, key);
    if (number == CIM_NONE) return false;
    if (p->keys.count > known) {
        uint32_t stream = cim__pack_stream(p);
        cim__buf_put(&p->key_streams, &stream, sizeof stream);
        if (stream == CIM_NONE || p->key_streams.failed) return false;
    }
    cim__buf *out = cim__pack_at(p, CIM__AT(&p->key_streams, uint32_t, number));
    cim__pack_text(p, value, out);
    cim__buf_putc(out, 0);
    cim__buf_put(set, &number, sizeof number);
    return !out->failed && !set->failed;
}

static bool put_attributes(cim__pack *p, cim__str attrs)
{
    cim__jvalue all, value;
    cim__str key;
    uint32_t number = 0;
    if (p->attributes && attrs.len && cim__jparse(attrs, &all) && all.type == CIM__J_OBJECT) {
        cim__buf set = cim__buf_on(p->streams.mem);
        cim__jiter it = cim__jiter_of(all);
        bool good = true;
        while (good && cim__jnext(&it, &key, &value)) good = put_attribute(p, key, value, &set);
        number = good && set.size ? cim__names_add(&p->keysets, cim__buf_str(&set)) : 0;
        bool any = set.size > 0;
        cim__buf_free(&set);
        if (!good || number == CIM_NONE) return false;
        number += any;
    }
    cim__buf_varint(cim__pack_at(p, p->s_keys), number);
    return true;
}

/* ---- geometry ---- */

bool cim__pack_steps(const cim__pack *p, const double *xy, double steps[2])
{
    for (int i = 0; i < 2; i++) {
        double d = xy[i] - p->origin[i];
        if (!(fabs(d) < 2e8)) return false;
        steps[i] = nearbyint(d / p->step_m);
    }
    return true;
}

static void put_vertex(cim__pack *p, const double *xy)
{
    cim__buf *out = cim__pack_at(p, p->s_xy);
    double s[2];
    if (!cim__pack_steps(p, xy, s)) return; /* checked before */
    for (int i = 0; i < 2; i++) {
        cim__buf_varint(out, cim__zigzag((int64_t)(s[i] - p->last[i])));
        p->last[i] = s[i];
    }
}

static uint32_t ring_size(const cim_geom *g, uint32_t ring)
{
    uint32_t n = g->ring_end[ring] - cim__ring_start(g, ring);
    return cim__geom_base(g->type) == CIM_GEOM_POLYGON && n ? n - 1 : n;
}

static bool all_near(const cim__pack *p, const cim_geom *g)
{
    double s[2];
    for (uint32_t i = 0; i < g->vertex_count; i++)
        if (!cim__pack_steps(p, g->coords + (size_t)i * (size_t)g->dim, s)) return false;
    return true;
}

/* Does the fourth corner follow from the other three? */
static bool is_parallelogram(const cim__pack *p, const cim_geom *g)
{
    double s[4][2];
    if (cim__geom_base(g->type) != CIM_GEOM_POLYGON || ring_size(g, 0) != 4) return false;
    for (uint32_t i = 0; i < 4; i++)
        if (!cim__pack_steps(p, g->coords + (size_t)i * (size_t)g->dim, s[i])) return false;
    return s[0][0] + s[2][0] == s[1][0] + s[3][0] && s[0][1] + s[2][1] == s[1][1] + s[3][1];
}

static void put_ring(cim__pack *p, const cim_geom *g, uint32_t ring, uint32_t count)
{
    uint32_t first = cim__ring_start(g, ring);
    for (uint32_t i = 0; i < count; i++) put_vertex(p, g->coords + (size_t)(first + i) * (size_t)g->dim);
}

static void put_geometry(cim__pack *p, const cim_geom *g)
{
    cim__buf *code = cim__pack_at(p, p->s_geom);
    bool here = g->part_count && g->vertex_count && all_near(p, g);
    p->outside += g->part_count && !here;
    cim__buf_putc(cim__pack_at(p, p->s_type), (char)(here ? cim__geom_base(g->type) : 0));
    if (!here) {
        cim__buf_putc(code, 0);
    } else if (g->ring_count == 1 && g->part_count == 1) {
        bool corner = is_parallelogram(p, g);
        uint32_t n = ring_size(g, 0);
        bool tiny = cim__geom_base(g->type) == CIM_GEOM_POLYGON && n == 2; /* its code is taken */
        cim__buf_varint(code, corner ? 4 : tiny ? 0 : (uint64_t)n * 2);
        if (!tiny) put_ring(p, g, 0, corner ? 3 : n);
    } else {
        cim__buf_varint(code, 1);
        cim__buf_varint(code, g->part_count);
        for (uint32_t part = 0; part < g->part_count; part++) {
            uint32_t ring = cim__part_start(g, part);
            cim__buf_varint(code, g->part_end[part] - ring);
            for (; ring < g->part_end[part]; ring++) {
                cim__buf_varint(code, ring_size(g, ring));
                put_ring(p, g, ring, ring_size(g, ring));
            }
        }
    }
}

/* ---- objects ---- */

static bool put_valid(cim__pack *p, const cim__object *o)
{
    cim__buf *out = cim__pack_at(p, p->s_valid);
    const cim__str times[2] = { o->valid_from, o->valid_to };
    for (int i = 0; i < 2; i++) {
        uint32_t number = times[i].len ? cim__names_add(&p->valid, times[i]) : 0;
        if (number == CIM_NONE) return false;
        p->with_valid = p->with_valid || times[i].len;
        cim__buf_varint(out, times[i].len ? (uint64_t)number + 1 : 0);
    }
    return true;
}

cim_status cim__pack_object(cim_ctx *ctx, cim__pack *p, const cim__object *o, const cim_geom *geom, uint8_t colour)
{
    cim__class_id c = cim__class_named(o->class_name);
    bool good = put_gid(p, o->gid) && put_attributes(p, o->attrs) && put_valid(p, o) && put_derived(p, &p->columns[CIM__ATTR_COUNT], o);
    for (int i = 0; i < CIM__ATTR_COUNT && good; i++) good = put_row(&p->columns[i], o, i);
    if (!good) return cim__nomem(ctx);
    cim__buf_varint(cim__pack_at(p, p->s_number), cim__zigzag((int64_t)o->id - (int64_t)p->last_number));
    p->last_number = o->id;
    cim__buf_varint(cim__pack_at(p, p->s_class), c < CIM__CLASS_COUNT ? (uint64_t)c + 1 : 0);
    put_geometry(p, geom);
    cim__buf_putc(cim__pack_at(p, p->s_colour), (char)colour);
    p->with_colour = p->with_colour || colour;
    p->count++;
    p->layer_count++;
    return CIM_OK;
}

/* ---- the end of a layer ---- */

static void put_texts(cim__pack *p, const cim__names *names, uint32_t stream, bool raw)
{
    cim__buf *out = cim__pack_at(p, stream);
    for (size_t i = 0; i < names->count; i++) {
        if (raw) cim__buf_putstr(out, names->texts[i]);
        else cim__pack_string(p, names->texts[i], out);
        cim__buf_putc(out, 0);
    }
}

static void text_stream(cim__pack *p, const char *name, const cim__names *names, bool raw)
{
    uint32_t stream = cim__pack_stream(p);
    put_texts(p, names, stream, raw);
    cim__json_kv_int(&p->json, name, stream);
}

/* Places behind the point that keep every value of a column as it is; -1: there are none. */
static int decimals_of(const cim__pack_column *c)
{
    static const double tens[] = { 1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6 };
    for (int d = 0; d <= 6; d++) {
        bool good = true;
        for (size_t i = 0; i < c->has.size && good; i++) {
            if (!c->has.data[i]) continue;
            double v = c->type == 'I' ? (double)CIM__AT(&c->rows, int64_t, i) : CIM__AT(&c->rows, double, i), n = nearbyint(v * tens[d]);
            good = fabs(n) < 1e12 && n / tens[d] == v && !(n == 0.0 && signbit(v));
        }
        if (good) return d;
        if (c->type == 'I') return -1;
    }
    return -1;
}

static void put_numbers(cim__pack *p, const cim__pack_column *c, int decimals, uint32_t stream)
{
    cim__buf *out = cim__pack_at(p, stream);
    double scale = 1.0;
    int64_t last = 0;
    for (int i = 0; i < decimals; i++) scale *= 10.0;
    for (size_t i = 0; i < c->has.size; i++) {
        int64_t v = 0;
        if (c->has.data[i]) v = c->type == 'I' ? CIM__AT(&c->rows, int64_t, i) : (int64_t)nearbyint(CIM__AT(&c->rows, double, i) * scale);
        cim__buf_varint(out, c->has.data[i] ? 1 + cim__zigzag(v - last) : 0);
        if (c->has.data[i]) last = v;
    }
}

/* Numbers that no scale fits become texts. */
static bool as_tokens(cim__pack *p, cim__pack_column *c)
{
    for (size_t i = 0; i < c->has.size; i++) {
        p->token.size = 0;
        if (c->type == 'I') cim__put_int(&p->token, CIM__AT(&c->rows, int64_t, i));
        else cim__put_double(&p->token, CIM__AT(&c->rows, double, i));
        uint32_t text = c->has.data[i] ? cim__names_add(&c->texts, cim__buf_str(&p->token)) : 0;
        if (text == CIM_NONE || p->token.failed) return false;
        ((uint32_t *)(void *)c->rows.data)[i] = text; /* never beyond what was read */
    }
    return true;
}

static cim_status put_column(cim_ctx *ctx, cim__pack *p, int attr)
{
    cim__pack_column *c = &p->columns[attr];
    bool raw = attr == CIM__ATTR_COUNT || c->type != 'T';
    int decimals = c->type == 'T' ? -1 : decimals_of(c);
    uint32_t stream = cim__pack_stream(p);
    if (stream == CIM_NONE) return cim__nomem(ctx);
    cim__json_open(&p->json, '{');
    cim__json_kv_text(&p->json, "name", attr < CIM__ATTR_COUNT ? cim__attrs[attr].name : "derived");
    cim__json_kv_int(&p->json, "s", stream);
    if (decimals >= 0) {
        cim__json_kv_int(&p->json, "decimals", decimals);
        put_numbers(p, c, decimals, stream);
    } else {
        if (c->type != 'T' && !as_tokens(p, c)) return cim__nomem(ctx);
        cim__buf *out = cim__pack_at(p, stream);
        for (size_t i = 0; i < c->has.size; i++) cim__buf_varint(out, c->has.data[i] ? (uint64_t)CIM__AT(&c->rows, uint32_t, i) + 1 : 0);
        text_stream(p, "t", &c->texts, raw);
    }
    cim__json_close(&p->json, '}');
    return CIM_OK;
}

static void put_keys(cim__pack *p)
{
    uint32_t sets = cim__pack_stream(p);
    cim__buf *out = cim__pack_at(p, sets);
    for (size_t i = 0; i < p->keysets.count; i++) {
        cim__str set = p->keysets.texts[i];
        for (size_t k = 0; k < set.len; k += sizeof(uint32_t)) {
            uint32_t number;
            memcpy(&number, set.ptr + k, sizeof number);
            cim__buf_varint(out, (uint64_t)number + 1);
        }
        cim__buf_putc(out, 0);
    }
    cim__json_kv_int(&p->json, "keysets", sets);
    cim__json_key(&p->json, "keys");
    cim__json_open(&p->json, '[');
    for (size_t i = 0; i < p->keys.count; i++) {
        cim__str key = p->keys.texts[i]; /* escapes kept */
        p->scratch.size = 0;
        cim__json_open(&p->json, '[');
        if (key.len > CIM__TEXT_MAX) {
            cim__pack_string(p, key, &p->scratch);
        } else {
            cim__buf_putc(&p->scratch, '"');
            cim__buf_putstr(&p->scratch, key);
            cim__buf_putc(&p->scratch, '"');
        }
        cim__json_raw(&p->json, cim__buf_str(&p->scratch));
        cim__json_int(&p->json, CIM__AT(&p->key_streams, uint32_t, i));
        cim__json_close(&p->json, ']');
    }
    cim__json_close(&p->json, ']');
}

cim_status cim__pack_layer_end(cim_ctx *ctx, cim__pack *p, bool mixed)
{
    cim__json *json = &p->json;
    cim__json_kv_int(json, "count", p->layer_count);
    cim__json_key(json, "s");
    cim__json_open(json, '{');
    cim__json_kv_int(json, "number", p->s_number);
    cim__json_kv_int(json, "class", p->s_class);
    cim__json_kv_int(json, "gid", p->s_gid);
    cim__json_kv_int(json, "geom", p->s_geom);
    cim__json_kv_int(json, "xy", p->s_xy);
    if (mixed) cim__json_kv_int(json, "type", p->s_type);
    else cim__pack_at(p, p->s_type)->size = 0;
    if (p->keysets.count) cim__json_kv_int(json, "keys", p->s_keys);
    else cim__pack_at(p, p->s_keys)->size = 0;
    if (p->with_colour) cim__json_kv_int(json, "colour", p->s_colour);
    else cim__pack_at(p, p->s_colour)->size = 0;
    if (p->with_valid) cim__json_kv_int(json, "valid", p->s_valid);
    else cim__pack_at(p, p->s_valid)->size = 0;
    text_stream(p, "prefixes", &p->prefixes, false);
    text_stream(p, "times", &p->valid, false);
    cim__json_close(json, '}');
    cim__json_key(json, "columns");
    cim__json_open(json, '[');
    for (int i = 0; i <= CIM__ATTR_COUNT; i++)
        if (p->columns[i].used) CIM__TRY(put_column(ctx, p, i));
    cim__json_close(json, ']');
    put_keys(p);
    cim__json_close(json, '}');
    layer_free(p);
    return cim__pack_failed(p) ? cim__nomem(ctx) : CIM_OK;
}
