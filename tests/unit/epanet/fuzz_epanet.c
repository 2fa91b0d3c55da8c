/* fuzz_epanet.c - one text read as an EPANET file, and changed and read again: what must hold for any bytes.
 *
 * test_epanet_fuzz runs it on mutations of its own.  With clang it is also a target of libFuzzer:
 *     ../configure CC=clang CFLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined" && make tests/unit/epanet/fuzz_epanet
 *     tests/unit/epanet/fuzz_epanet -max_len=20000 CORPUS */
#include "export/epanet_edit.h"

#include <stdio.h>
#include <stdlib.h>

#define MUST(what)                                                     \
    do {                                                               \
        if (!(what)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
            abort();                                                   \
        }                                                              \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool one_line(const char *text)
{
    if (!*text) return false;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < ' ' || *p == 0x7f) return false;
    return true;
}

static cim_status fault(cim_ctx *ctx, void *user, uint32_t line, const char *what)
{
    (void)ctx, (void)user;
    MUST(line <= UINT32_MAX / 2 && one_line(what));
    return CIM_OK;
}
static void warning(void *user, uint32_t line, const char *what)
{
    (void)user, (void)line;
    MUST(one_line(what));
}
static cim_status tick(cim_ctx *ctx, void *user)
{
    (void)ctx, (void)user;
    return CIM_OK;
}
static const cim__epa_listener listener = { fault, warning, tick, NULL };

/* Word k of the row of an object becomes another one; the row then has it there, and its other words as they were. */
static void change_word(cim_ctx *ctx, const cim__epa_net *net, uint32_t at, size_t k, const char *word)
{
    cim__epa_edits edits;
    cim__buf out = cim__buf_on(ctx->mem);
    cim__epa_line now = { .section = CIM__EPA_NONE };
    cim__epa_edits_init(&edits, ctx->mem);
    cim__epa_row row = cim__epa_row_at(net, at);
    cim__buf_puts(cim__epa_word(&edits, &row, k), word);
    cim__epa_row_end(&edits, net, &row);
    MUST(cim__epa_apply(&edits, net, false, &out));
    cim__epa_split(cim__buf_str(&out), at, &now);
    if (now.count != (k < row.line.count ? row.line.count : k + 1)) fprintf(stderr, "[%.*s] %zu\n", (int)row.line.text.len, row.line.text.ptr, k);
    MUST(now.count == (k < row.line.count ? row.line.count : k + 1));
    for (size_t i = 0; i < now.count && i < row.line.count; i++) MUST(i == k ? cim__str_is(now.tokens[i], word) : cim__str_eq(now.tokens[i], row.line.tokens[i]));
    MUST(cim__str_is(now.tokens[k], word) && cim__str_eq(now.comment, row.line.comment));
    cim__epa_edits_free(&edits);
    cim__buf_free(&out);
}

/* No change gives the same bytes; a new row in a section adds one to it. */
static void add_row(cim_ctx *ctx, const cim__epa_net *net)
{
    cim__epa_net again;
    cim__epa_edits edits;
    cim__buf out = cim__buf_on(ctx->mem);
    cim__epa_edits_init(&edits, ctx->mem);
    MUST(cim__epa_apply(&edits, net, false, &out) && cim__str_eq(cim__buf_str(&out), net->text));
    out.size = 0;
    cim__epa_put_name(&edits.added[CIM__EPA_STATUS], CIM__STR("a new one"));
    cim__buf_puts(&edits.added[CIM__EPA_STATUS], " Open");
    cim__epa_row_added(&edits, &edits.added[CIM__EPA_STATUS]);
    MUST(cim__epa_apply(&edits, net, false, &out));
    cim_status st = cim__epa_read(ctx, cim__buf_str(&out), &listener, &again);
    MUST(st < 0 || again.rows[CIM__EPA_STATUS] == net->rows[CIM__EPA_STATUS] + 1);
    cim__epa_free(&again);
    cim__epa_edits_free(&edits);
    cim__buf_free(&out);
}

static void use(cim_ctx *ctx, const cim__epa_net *net)
{
    uint64_t seed = net->text.len;
    for (size_t i = 0; i < cim__epa_node_count(net) && i < 20; i++) change_word(ctx, net, cim__epa_node(net, i)->at, 1 + (size_t)(seed++ % 6), "7.25");
    for (size_t i = 0; i < cim__epa_link_count(net) && i < 20; i++) {
        const cim__epa_object *l = cim__epa_link(net, i);
        change_word(ctx, net, l->at, 3 + (size_t)(seed++ % 5), "Closed");
        MUST(l->refused || (l->from < cim__epa_node_count(net) && l->to < cim__epa_node_count(net)));
        if (!l->refused) (void)cim__epa_flows_with(net, l);
    }
    add_row(ctx, net);
}

/* What is kept with the network is what was kept. */
static void keep(cim_ctx *ctx, cim__str text)
{
    cim__buf json = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
    cim__epa_kept kept = { .prefix = CIM__STR("inp:x/"), .text = text, .epsg = 25832 }, got;
    cim__epa_put_kept(&json, &kept);
    MUST(cim__epa_get_kept(cim__buf_str(&json), &got) && got.epsg == 25832 && !got.latin1 && !got.swapped);
    MUST(cim__str_eq(cim__jstring(got.text_value, &scratch), text));
    cim__buf_free(&json);
    cim__buf_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cim_ctx *ctx;
    cim__epa_net net;
    cim__str text = { (const char *)data, size };
    if (!ctx) MUST(cim_ctx_new(NULL, &ctx) == CIM_OK);
    if (size > UINT32_MAX / 2 || (size && memchr(data, 0, size)) || !cim__is_utf8(text)) return 0; /* the importer's business */
    cim__enter(ctx);
    cim_status st = cim__epa_read(ctx, text, &listener, &net);
    MUST(st == CIM_OK || st == CIM_DONE || ((st == CIM_EFORMAT || st == CIM_ELIMIT) && one_line(cim_ctx_error(ctx))));
    if (st >= 0) use(ctx, &net);
    if (size) keep(ctx, text);
    cim__epa_free(&net);
    return 0;
}
