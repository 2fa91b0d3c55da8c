/* ingest.c - reading observations from a file: the public call. */
#include "import/sense/obs.h"

#include <unistd.h>

static const char *const formats[] = { "sensorthings", "ngsi-ld", "csv", "ndjson" };

/* ---- choosing ---- */

static bool has_any(cim__str text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cim__str_has(text, parts[i])) return true;
    return false;
}
#define HAS_ANY(text, list) has_any(text, list, sizeof(list) / sizeof *(list))

static const char *format_of_text(cim__str head)
{
    static const char *const times[] = { "time", "date", "Time", "Date" };
    const char *end = memchr(head.ptr, '\n', head.len);
    cim__str line = { head.ptr, end ? (size_t)(end - head.ptr) : head.len };
    return HAS_ANY(line, times) ? "csv" : NULL;
}

static const char *format_of_json(cim__str head)
{
    static const char *const others[] = { "\"CityJSON\"", "\"FeatureCollection\"", "\"CityJSONFeature\"", "\"pandapowerNet\"" };
    static const char *const sensorthings[] = { "@iot.", "\"Datastreams\"", "\"phenomenonTime\"", "\"ObservedProperty\"", "\"dataArray\"" };
    static const char *const entities[] = { "\"@context\"", "urn:ngsi-ld:", "\"dateObserved\"", "\"observedAt\"", "\"Property\"", "\"Number\"" };
    if (HAS_ANY(head, others)) return NULL;
    if (HAS_ANY(head, sensorthings)) return "sensorthings";
    if (cim__str_has(head, "\"id\"") && cim__str_has(head, "\"type\"") && !cim__str_has(head, "\"Feature\"") && HAS_ANY(head, entities)) return "ngsi-ld";
    return cim__str_has(head, "\"stream\"") && cim__str_has(head, "\"value\"") ? "ndjson" : NULL;
}

/* By the first bytes; a document is JSON of SensorThings or NGSI-LD, lines begin with a whole object each. */
const char *cim__obs_format(cim__str head)
{
    cim__jvalue line;
    if (cim__str_starts(head, "\xef\xbb\xbf")) head = (cim__str){ head.ptr + 3, head.len - 3 };
    head = cim__str_trim(head);
    if (!head.len || head.ptr[0] == '<') return NULL;
    if (head.ptr[0] != '{' && head.ptr[0] != '[') return format_of_text(head);
    const char *end = memchr(head.ptr, '\n', head.len);
    if (end && cim__jparse((cim__str){ head.ptr, (size_t)(end - head.ptr) }, &line) && line.type == CIM__J_OBJECT) return "ndjson";
    return format_of_json(head);
}

static cim_status choose(cim_ctx *ctx, cim__obs *in, cim__input *input, bool live, const char **format_out)
{
    cim__str head;
    if (in->o.format) {
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
            if (!strcmp(in->o.format, formats[i])) *format_out = formats[i];
        return *format_out ? CIM_OK : cim__fail(ctx, CIM_EARG, "unknown format of observations %.40s", in->o.format);
    }
    if (live || (in->o.columns && *in->o.columns)) { /* only CSV has columns */
        *format_out = in->o.columns && *in->o.columns ? "csv" : "ndjson";
        return CIM_OK;
    }
    CIM__TRY(cim__input_head(ctx, input, &head));
    *format_out = cim__obs_format(head);
    if (!*format_out) return cim__fail(ctx, CIM_EFORMAT, "%s: neither SensorThings, NGSI-LD, CSV with a column of times nor JSON lines of observations", in->name);
    return CIM_OK;
}

/* ---- documents ---- */

cim_status cim__obs_document(cim_ctx *ctx, cim__obs *in, char *text, size_t size)
{
    cim_status st = cim__jtree_read(ctx, &in->tree, text, size, in->o.max_depth);
    if (st == CIM_EFORMAT || st == CIM_ELIMIT) return cim__fail_at(ctx, st, in->name);
    CIM__TRY(st);
    if (cim__obs_is_row(in, 0)) return cim__obs_row(ctx, in, 0);
    if (cim__obs_is_sta(in, 0)) return cim__sta_read(ctx, in, 0);
    if (cim__obs_is_ngsi(in, 0)) return cim__ngsi_read(ctx, in, 0);
    return cim__fail(ctx, CIM_EFORMAT, "%s: JSON, but neither observations nor entities of SensorThings or NGSI-LD", in->name);
}

static cim_status slurp(cim_ctx *ctx, cim__obs *in, cim__input *input, cim__buf *text)
{
    size_t got = 1;
    while (got) {
        if (!cim__buf_reserve(text, 1 << 20)) return cim__nomem(ctx);
        CIM__TRY(cim__input_read(ctx, input, text->data + text->size, (1 << 20) - 1, &got));
        text->size += got;
        if (text->size > in->o.max_bytes) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %llu bytes", in->name, (unsigned long long)in->o.max_bytes);
        CIM__TRY(cim__tick(ctx, cim__input_position(input), cim__input_size(input), "reading observations"));
    }
    return CIM_OK;
}

cim_status cim__obs_read_document(cim_ctx *ctx, cim__obs *in, cim__input *input)
{
    cim__buf text = cim__buf_on(ctx->mem);
    cim_status st = slurp(ctx, in, input, &text);
    if (st >= 0) st = cim__obs_document(ctx, in, (char *)text.data, text.size);
    cim__buf_free(&text);
    return st;
}

/* ---- the call ---- */

static cim_status read_input(cim_ctx *ctx, cim__obs *in, const char *path, cim__json *json)
{
    cim__input *input = NULL;
    const char *format = NULL;
    bool live = !strcmp(path, "-") && (!in->o.format || !strcmp(in->o.format, "ndjson") || !strcmp(in->o.format, "csv"));
    cim_status st = live ? CIM_OK : cim__input_open(ctx, path, in->o.max_bytes, 400, &input);
    if (st >= 0) st = choose(ctx, in, input, live, &format);
    if (format) cim__json_kv_text(json, "format", format);
    bool lines = format && (!strcmp(format, "csv") || !strcmp(format, "ndjson"));
    if (st >= 0) st = lines ? cim__obs_read_rows(ctx, in, input, live, !strcmp(format, "csv")) : cim__obs_read_document(ctx, in, input);
    if (input) cim__input_close(ctx, input);
    return st;
}

static cim_status put_report(cim_ctx *ctx, cim__obs *in, cim__buf *buf, cim__json *json, cim_status outcome, cim_buf *report_out)
{
    if (outcome < 0) cim__json_kv_text(json, "error", cim_ctx_error(ctx));
    cim__report_json(in->report, json);
    cim__json_kv_int(json, "unaccounted", (int64_t)cim__report_unaccounted(in->report));
    cim__json_close(json, '}');
    if (!cim__report_ok(in->report) || buf->failed) return cim__nomem(ctx);
    return !report_out || cim__buf_give(buf, report_out) ? CIM_OK : cim__nomem(ctx);
}

cim_status cim_sense_ingest(cim_ctx *ctx, cim_sense *sense, const char *path, const cim_ingest_options *opts, cim_buf *report_out)
{
    cim__report report;
    cim__obs in = { .sense = sense, .o = CIM_INGEST_OPTIONS_INIT, .name = path, .report = &report };
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    uint32_t streams = 0;
    CIM__TRY(cim_sense_count(ctx, sense, &streams));
    CIM__TRY(cim__opts(ctx, &in.o, sizeof in.o, opts, "ingest options"));
    if (!path) return cim__fail(ctx, CIM_EARG, "no path");
    if (!in.o.max_depth) in.o.max_depth = 64;
    if (!in.o.max_bytes) in.o.max_bytes = 4ull << 30;
    cim__report_init(&report, ctx->mem);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "input", path);
    cim_status st = cim__obs_begin(ctx, &in);
    if (st >= 0) st = read_input(ctx, &in, path, &json);
    cim_status told = put_report(ctx, &in, &buf, &json, st, report_out);
    if (st >= 0 && told < 0) st = told;
    if (st >= 0) st = in.skipped_lines ? CIM_DONE : CIM_OK;
    cim__obs_end(ctx, &in);
    cim__report_free(&report);
    cim__buf_free(&buf);
    return st;
}
