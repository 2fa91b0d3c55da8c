/* export.c - streams and observations as CSV and JSON lines; which ones, and the public call. */
#include "sense/export.h"

static cim_status each_value(cim_ctx *ctx, const cim__chunk_row *row, void *user)
{
    cim__observed *e = user;
    CIM__TRY(cim__sense_decode(ctx, e->sense, e->id, row));
    const cim__series *d = &e->sense->scratch;
    for (uint32_t i = 0; i < d->count; i++)
        if (d->times[i] >= e->o.from_ms && d->times[i] < e->o.to_ms) e->value(e, d->times[i], d->values[i], d->qualities[i]);
    return e->out->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__observed_values(cim_ctx *ctx, cim__observed *e, uint32_t id, cim__observed_fn value)
{
    e->id = id;
    e->value = value;
    CIM__TRY(cim__sense_flush(ctx, e->sense, id));
    return cim__sense_chunks(ctx, e->sense, id, e->o.from_ms, e->o.to_ms, each_value, e);
}

/* A number, a boolean, a text; null for a gap. */
void cim__observed_result(cim__observed *e, double value)
{
    const cim__stream *stream = cim__sense_stream(e->sense, e->id);
    const char *word = stream->s.kind == CIM_STREAM_TEXT ? cim_sense_word(e->sense, e->id, value) : NULL;
    if (value != value) cim__json_null(&e->json);
    else if (stream->s.kind == CIM_STREAM_BOOLEAN) cim__json_bool(&e->json, value != 0.0);
    else if (stream->s.kind == CIM_STREAM_TEXT) cim__json_text(&e->json, word);
    else cim__json_num(&e->json, value);
}

/* ---- CSV ---- */

static void put_field(cim__buf *out, const char *text)
{
    if (!text) return;
    bool quoted = text[strcspn(text, ",\"\r\n")] != 0 || *text == ' ';
    if (quoted) cim__buf_putc(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"') cim__buf_putc(out, '"');
        cim__buf_putc(out, *p);
    }
    if (quoted) cim__buf_putc(out, '"');
}

static void csv_value(cim__observed *e, int64_t time, double value, uint8_t quality)
{
    const cim_stream *s = &cim__sense_stream(e->sense, e->id)->s;
    char text[32];
    cim_time_text(time, text);
    put_field(e->out, s->gid);
    cim__buf_printf(e->out, ",%s,", text);
    if (value == value && s->kind == CIM_STREAM_TEXT) put_field(e->out, cim_sense_word(e->sense, e->id, value));
    else if (value == value && s->kind == CIM_STREAM_BOOLEAN) cim__buf_puts(e->out, value != 0.0 ? "true" : "false");
    else if (value == value) cim__put_double(e->out, value);
    cim__buf_printf(e->out, ",%u,", quality);
    put_field(e->out, s->property);
    cim__buf_putc(e->out, ',');
    put_field(e->out, s->unit);
    cim__buf_putc(e->out, '\n');
}

static cim_status csv(cim_ctx *ctx, cim__observed *e)
{
    cim__buf_puts(e->out, "stream,time,value,quality,property,unit\n");
    for (uint32_t i = 0; i < e->count; i++) CIM__TRY(cim__observed_values(ctx, e, e->ids[i], csv_value));
    return CIM_OK;
}

/* ---- JSON lines ---- */

static void line_value(cim__observed *e, int64_t time, double value, uint8_t quality)
{
    const cim_stream *s = &cim__sense_stream(e->sense, e->id)->s;
    char text[32];
    cim_time_text(time, text);
    e->json = cim__json_on(e->out);
    cim__json_open(&e->json, '{');
    cim__json_kv_text(&e->json, "stream", s->gid);
    cim__json_kv_text(&e->json, "time", text);
    cim__json_key(&e->json, "value");
    cim__observed_result(e, value);
    if (quality) cim__json_kv_int(&e->json, "quality", quality);
    cim__json_close(&e->json, '}');
    cim__buf_putc(e->out, '\n');
}

static cim_status ndjson(cim_ctx *ctx, cim__observed *e)
{
    for (uint32_t i = 0; i < e->count; i++) CIM__TRY(cim__observed_values(ctx, e, e->ids[i], line_value));
    return CIM_OK;
}

/* ---- the call ---- */

static const struct {
    const char *name;
    cim_status (*run)(cim_ctx *ctx, cim__observed *e);
} formats[] = {
    { "csv", csv }, { "ndjson", ndjson }, { "sensorthings", cim__observed_sensorthings }, { "dataarray", cim__observed_dataarray }, { "geojson", cim__observed_geojson },
};

static cim_status choose(cim_ctx *ctx, cim__observed *e)
{
    uint32_t all = cim__sense_streams(e->sense), given = e->o.streams ? e->o.stream_count : all;
    e->ids = cim__alloc_n(ctx->mem, given ? given : 1, sizeof *e->ids);
    if (!e->ids) return cim__nomem(ctx);
    for (uint32_t i = 0; i < given; i++) {
        e->ids[i] = e->o.streams ? e->o.streams[i] : i + 1;
        if (!e->ids[i] || e->ids[i] > all) return cim__fail(ctx, CIM_ENOTFOUND, "there is no stream %u", e->ids[i]);
    }
    e->count = given;
    return e->o.epsg ? cim__transform_new(ctx, e->o.epsg, 4326, &e->to_lonlat) : CIM_OK;
}

cim_status cim_sense_export(cim_ctx *ctx, cim_sense *s, const cim_sense_export_options *opts, cim_buf *text_out)
{
    cim__observed e = { .sense = s, .o = CIM_SENSE_EXPORT_OPTIONS_INIT };
    cim_status (*run)(cim_ctx *, cim__observed *) = NULL;
    CIM__TRY(cim__sense_enter(ctx, s));
    CIM__TRY(cim__opts(ctx, &e.o, sizeof e.o, opts, "export options"));
    for (size_t i = 0; i < sizeof formats / sizeof *formats && e.o.format; i++)
        if (!strcmp(formats[i].name, e.o.format)) run = formats[i].run;
    if (!run) return cim__fail(ctx, CIM_EARG, "unknown format of observations %.40s", e.o.format ? e.o.format : "(none)");
    cim__buf buf = cim__buf_on(ctx->mem);
    e.out = &buf;
    e.json = cim__json_on(e.out);
    cim_status st = choose(ctx, &e);
    if (st >= 0) st = run(ctx, &e);
    if (st >= 0 && (buf.failed || !cim__buf_give(&buf, text_out))) st = cim__nomem(ctx);
    cim__buf_free(&buf);
    cim__free(ctx->mem, e.ids);
    cim__transform_free(e.to_lonlat);
    return st;
}
