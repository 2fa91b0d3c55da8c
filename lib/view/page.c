/* page.c - the page around the packed city: its program, its style, and what it says where no program runs.
 *
 * The page forbids itself everything but its own program and style, which it names by their SHA-256: text of a city that found its way
 * into the page as a script would not run, and nothing can be asked of a network.  The city itself is base64 and cannot be mistaken for
 * anything.  The program's sources are in viewer/, and become part of the library through embed.awk. */
#include "view/pack.h"

#include "core/io.h"

#include <libdeflate.h>

#include "view/viewer.inc"

static void put_lines(cim__buf *out, const char *const *lines)
{
    for (; *lines; lines++) cim__buf_puts(out, *lines);
}

static void put_base64(cim__buf *out, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *at = cim__buf_extend(out, (size + 2) / 3 * 4);
    for (size_t i = 0; i < size && at; i += 3, at += 4) {
        uint32_t v = (uint32_t)data[i] << 16 | (i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0) | (i + 2 < size ? data[i + 2] : 0);
        at[0] = digits[v >> 18];
        at[1] = digits[v >> 12 & 63];
        at[2] = i + 1 < size ? digits[v >> 6 & 63] : '=';
        at[3] = i + 2 < size ? digits[v & 63] : '=';
    }
}

static void put_escaped(cim__buf *out, cim__str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '<') cim__buf_puts(out, "&lt;");
        else if (c == '&') cim__buf_puts(out, "&amp;");
        else if (c == '"') cim__buf_puts(out, "&quot;");
        else cim__buf_putc(out, c < ' ' ? ' ' : (char)c);
    }
}

/* 'sha256-...' of a script or style, as the policy names it. */
static void put_hash(cim__buf *out, cim__str text)
{
    cim__sha256 sha;
    char hex[65];
    uint8_t bytes[32];
    cim__sha256_begin(&sha);
    cim__sha256_add(&sha, text.ptr, text.len);
    cim__sha256_end(&sha, hex);
    for (int i = 0; i < 32; i++) {
        int hi = hex[2 * i], lo = hex[2 * i + 1];
        bytes[i] = (uint8_t)((hi <= '9' ? hi - '0' : hi - 'a' + 10) * 16 + (lo <= '9' ? lo - '0' : lo - 'a' + 10));
    }
    cim__buf_puts(out, "'sha256-");
    put_base64(out, bytes, sizeof bytes);
    cim__buf_putc(out, '\'');
}

/* ---- the payload ---- */

static cim_status gather(cim_ctx *ctx, cim__pack *p, cim__buf *raw)
{
    size_t count = CIM__COUNT(&p->streams, cim__buf);
    cim__json_key(&p->json, "streams");
    cim__json_open(&p->json, '[');
    for (size_t i = 0; i < count; i++) cim__json_int(&p->json, (int64_t)CIM__AT(&p->streams, cim__buf, i).size);
    cim__json_close(&p->json, ']');
    cim__json_close(&p->json, '}');
    cim__buf_varint(raw, p->meta.size);
    cim__buf_put(raw, p->meta.data, p->meta.size);
    for (size_t i = 0; i < count; i++) {
        cim__buf *s = &CIM__AT(&p->streams, cim__buf, i);
        cim__buf_put(raw, s->data, s->size);
        cim__buf_free(s);
    }
    return raw->failed || p->meta.failed ? cim__nomem(ctx) : CIM_OK;
}

/* libdeflate allocates its own tables, some hundred kilobytes, for the time of the call. */
static cim_status deflate(cim_ctx *ctx, const cim__buf *raw, cim__buf *packed)
{
    struct libdeflate_compressor *z = libdeflate_alloc_compressor(9);
    if (!z) return cim__nomem(ctx);
    size_t bound = libdeflate_zlib_compress_bound(z, raw->size);
    bool room = cim__buf_reserve(packed, bound);
    if (room) packed->size = libdeflate_zlib_compress(z, raw->data, raw->size, packed->data, bound);
    libdeflate_free_compressor(z);
    return room ? CIM_OK : cim__nomem(ctx);
}

/* ---- the document ---- */

static cim_status put_document(cim_ctx *ctx, cim__out *out, cim__str title, const cim__buf *summary, const cim__buf *packed)
{
    cim__buf css = cim__buf_on(ctx->mem), js = cim__buf_on(ctx->mem), html = cim__buf_on(ctx->mem);
    put_lines(&css, viewer_css);
    put_lines(&js, viewer_js);
    cim__buf_puts(&html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src ");
    put_hash(&html, cim__buf_str(&js));
    cim__buf_puts(&html, "; style-src ");
    put_hash(&html, cim__buf_str(&css));
    cim__buf_puts(&html, "; img-src data:; base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    put_escaped(&html, title);
    cim__buf_puts(&html, "</title>\n<style>");
    cim__buf_putstr(&html, cim__buf_str(&css));
    cim__buf_puts(&html, "</style>\n</head>\n<body>\n");
    put_lines(&html, viewer_html);
    cim__buf_puts(&html, "<noscript><section><h1>");
    put_escaped(&html, title);
    cim__buf_puts(&html, "</h1><p>This page draws a city with a program of its own, which does not run here. What the city holds:</p><table><tbody>");
    cim__buf_putstr(&html, cim__buf_str(summary)); /* escaped already */
    cim__buf_puts(&html, "</tbody></table></section></noscript>\n<script type=\"application/octet-stream\" id=\"cim-data\">");
    put_base64(&html, packed->data, packed->size);
    cim__buf_puts(&html, "</script>\n<script>");
    cim__buf_putstr(&html, cim__buf_str(&js));
    cim__buf_puts(&html, "</script>\n</body>\n</html>\n");
    bool failed = css.failed || js.failed || html.failed;
    if (!failed) cim__out_drain(out, &html);
    cim__buf_free(&css);
    cim__buf_free(&js);
    cim__buf_free(&html);
    return failed ? cim__nomem(ctx) : out->status;
}

cim_status cim__page_write(cim_ctx *ctx, cim__pack *p, const char *path, bool overwrite, cim__str title, const cim__buf *summary, uint64_t *bytes_out)
{
    cim__buf raw = cim__buf_on(ctx->mem), packed = cim__buf_on(ctx->mem);
    cim__out out;
    cim_status st = gather(ctx, p, &raw);
    if (st >= 0) st = cim__tick(ctx, 1, 2, "compress");
    if (st >= 0) st = deflate(ctx, &raw, &packed);
    cim__buf_free(&raw);
    if (st >= 0) st = cim__out_open(ctx, path, overwrite, &out);
    if (st >= 0) {
        st = put_document(ctx, &out, title, summary, &packed);
        *bytes_out = out.written;
        if (st >= 0) st = cim__out_commit(&out);
        else cim__out_abort(&out);
    }
    cim__buf_free(&packed);
    return st;
}
