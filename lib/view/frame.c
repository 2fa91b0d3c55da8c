/* frame.c - what a picture of a city says beside the picture: which objects, which sources, which name. */
#include "view/view.h"

cim_status cim__view_choose(cim_ctx *ctx, cim__export *e, const uint32_t *ids, size_t count)
{
    const cim_city *city = e->city;
    e->chosen_count = city->count;
    if (!ids) return CIM_OK;
    e->chosen = cim__zalloc_n(ctx->mem, (size_t)city->max_id / 64 + 1, sizeof *e->chosen);
    if (!e->chosen) return cim__nomem(ctx);
    e->chosen_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t id = ids[i];
        if (!cim__city_has(city, id)) return cim__fail(ctx, CIM_EARG, "there is no object with number %u", id);
        e->chosen_count += !(e->chosen[id >> 6] >> (id & 63) & 1);
        e->chosen[id >> 6] |= 1ull << (id & 63);
    }
    return CIM_OK;
}

/* The name of a file without its folders. */
static cim__str base_of(cim__str uri)
{
    for (size_t i = uri.len; i-- > 0;)
        if (uri.ptr[i] == '/') return (cim__str){ uri.ptr + i + 1, uri.len - i - 1 };
    return uri;
}

static bool text_member(cim__jvalue object, const char *key, cim__buf *scratch, cim__str *text_out)
{
    cim__jvalue v;
    if (object.type != CIM__J_OBJECT || !cim__jfind(object, cim__str_of(key), &v) || v.type != CIM__J_STRING || v.text.len <= 2) return false;
    scratch->size = 0;
    *text_out = cim__jstring(v, scratch);
    return true;
}

/* "whom to name, licence", or the file's name where nobody said. */
static void put_line(cim__jvalue source, cim__buf *scratch, cim__buf *line)
{
    cim__str text;
    if (text_member(source, "attribution", scratch, &text)) cim__buf_putstr(line, text);
    else if (text_member(source, "uri", scratch, &text)) cim__buf_putstr(line, base_of(text));
    if (text_member(source, "licence", scratch, &text)) {
        cim__buf_puts(line, " (");
        cim__buf_putstr(line, text);
        cim__buf_putc(line, ')');
    }
}

static cim_status put_lines(cim_ctx *ctx, cim__jvalue sources, cim__json *json)
{
    cim__buf line = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
    cim__names seen;
    cim__str key;
    cim__jvalue source;
    cim__names_init(&seen, ctx->mem);
    cim__jiter it = cim__jiter_of(sources);
    while (cim__jnext(&it, &key, &source)) {
        line.size = 0;
        put_line(source, &scratch, &line);
        if (line.size > 300) line.size = 300;
        size_t before = seen.count;
        if (line.failed || scratch.failed || cim__names_add(&seen, cim__buf_str(&line)) == CIM_NONE) break;
        if (line.size && seen.count > before && before < 20) cim__json_str(json, cim__buf_str(&line));
    }
    bool failed = line.failed || scratch.failed;
    cim__buf_free(&line);
    cim__buf_free(&scratch);
    cim__names_free(&seen);
    return failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__view_sources(cim_ctx *ctx, cim_city *city, cim__json *json)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json info = cim__json_on(&buf);
    cim__jvalue root, sources;
    cim__json_open(&info, '{');
    cim_status st = city->rows->info(ctx, city->store, &info);
    cim__json_close(&info, '}');
    if (st >= 0 && buf.failed) st = cim__nomem(ctx);
    if (st >= 0 && cim__jparse(cim__buf_str(&buf), &root) && cim__jfind(root, CIM__STR("sources"), &sources) &&
        sources.type == CIM__J_ARRAY) st = put_lines(ctx, sources, json);
    cim__buf_free(&buf);
    return st;
}

cim__str cim__view_name(const char *path)
{
    cim__str name = base_of(cim__str_of(path));
    for (size_t i = name.len; i-- > 1;)
        if (name.ptr[i] == '.') return (cim__str){ name.ptr, i };
    return name.len && !cim__str_is(name, "-") ? name : CIM__STR("City");
}
