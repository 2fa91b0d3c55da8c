/* xml.c - libxml2's SAX2 push parser behind guards.
 *
 * What the guards are for (measured on libxml2 2.9.14): 200,000 attributes in one tag cost minutes in every mode, because looking
 * for duplicates is quadratic, so a tag is given up after MAX_ATTRIBUTES; a tag or comment that never ends would be buffered for
 * ever, so at most SILENCE bytes may pass without an event; depth is bounded; DOCTYPE is refused before it is read. */
#include "import/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>

enum { CHUNK = 32768, SILENCE = 256 << 10, MAX_ATTRIBUTES = 256 };

struct cim__xml {
    cim_ctx *ctx;
    xmlParserCtxtPtr parser;
    const cim__xml_handler *handler;
    void *user;
    uint32_t depth, max_depth;
    size_t silence; /* bytes fed since the last event */
    cim_status status;
    char error[300];
    bool at_end; /* of the input: what is missing now will not come */
    int error_line, error_column;
};

uint32_t cim__xml_line(const cim__xml *x) { return x->parser->input ? (uint32_t)x->parser->input->line : 0; }
uint32_t cim__xml_depth(const cim__xml *x) { return x->depth; }
const char *cim__xml_encoding(const cim__xml *x) { return x->parser->encoding ? (const char *)x->parser->encoding : "UTF-8"; }

bool cim__xml_attribute(const cim__xml_start *s, const char *local, cim__str *value_out)
{
    for (int i = 0; i < s->attribute_count; i++)
        if (!strcmp(s->attributes[5 * i], local)) {
            *value_out = cim__xml_attribute_value(s, i);
            return true;
        }
    return false;
}

static void stop(cim__xml *x, cim_status status)
{
    if (x->status != CIM_OK) return;
    x->status = status;
    xmlStopParser(x->parser);
}

static void refuse(cim__xml *x, cim_status status, const char *what)
{
    if (x->status != CIM_OK) return;
    snprintf(x->error, sizeof x->error, "%s", what);
    x->error_line = x->parser->input ? x->parser->input->line : 0;
    x->error_column = x->parser->input ? x->parser->input->col : 0;
    stop(x, status);
}

static void after(cim__xml *x, cim_status st)
{
    x->silence = 0;
    if (st != CIM_OK) stop(x, st);
}

/* ---- events ---- */

/* Without replacing entities libxml2 hands an ampersand in an attribute on as "&#38;", however it was written.  Such a value is a copy
 * that belongs to the parser, so it can be put right where it is. */
static void restore_ampersands(const xmlChar **attributes, int count)
{
    for (int i = 0; i < count; i++) {
        char *from = (char *)(uintptr_t)attributes[5 * i + 3], *end = (char *)(uintptr_t)attributes[5 * i + 4];
        char *at = memmem(from, (size_t)(end - from), "&#38;", 5), *to = at;
        if (!at) continue;
        while (at < end) {
            bool escape = end - at >= 5 && !memcmp(at, "&#38;", 5);
            *to++ = *at;
            at += escape ? 5 : 1;
        }
        attributes[5 * i + 4] = (const xmlChar *)to;
    }
}

static void on_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **namespaces, int attr_count, int defaulted,
                     const xmlChar **attributes)
{
    cim__xml *x = user;
    (void)defaulted;
    if (x->status != CIM_OK) return;
    if (++x->depth > x->max_depth) {
        refuse(x, CIM_ELIMIT, "elements are nested too deeply");
        return;
    }
    if (attr_count > MAX_ATTRIBUTES) {
        refuse(x, CIM_ELIMIT, "an element with too many attributes");
        return;
    }
    restore_ampersands(attributes, attr_count);
    cim__xml_start s = { { (const char *)local, (const char *)prefix, (const char *)uri }, attr_count, ns_count, (const char *const *)(const void *)attributes,
                         (const char *const *)(const void *)namespaces };
    after(x, x->handler->start(x->ctx, x, &s, x->user));
}

static void on_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    cim__xml *x = user;
    if (x->status != CIM_OK) return;
    cim__xml_name name = { (const char *)local, (const char *)prefix, (const char *)uri };
    after(x, x->handler->end(x->ctx, x, &name, x->user));
    x->depth--;
}

static void on_text(void *user, const xmlChar *text, int size)
{
    cim__xml *x = user;
    if (x->status != CIM_OK) return;
    after(x, x->handler->text ? x->handler->text(x->ctx, x, (cim__str){ (const char *)text, (size_t)size }, x->user) : CIM_OK);
}

static void on_other(void *user, const xmlChar *text)
{
    (void)text;
    after(user, CIM_OK);
}

static void on_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
    (void)target, (void)data;
    after(user, CIM_OK);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    refuse(user, CIM_EFORMAT, "document type declarations are not accepted");
}

/* Kept is the first error that ends the parse; namespace errors (undeclared prefixes are common) do not. */
static void on_error(void *user, xmlErrorPtr error)
{
    cim__xml *x = user;
    if (x->error[0] || error->level < XML_ERR_ERROR || error->domain == XML_FROM_NAMESPACE) return;
    const char *text = x->at_end && error->code == XML_ERR_DOCUMENT_END ? "elements are open" : error->message ? error->message : "not well-formed";
    snprintf(x->error, sizeof x->error, "%s%.250s", x->at_end ? "the document ends too early: " : "", text);
    for (size_t n = strlen(x->error); n && (unsigned char)x->error[n - 1] <= ' ';) x->error[--n] = 0;
    x->error_line = error->line;
    x->error_column = error->int2;
}

static xmlSAXHandler sax_handler(void)
{
    xmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.ignorableWhitespace = on_text;
    sax.cdataBlock = on_text;
    sax.comment = on_other;
    sax.processingInstruction = on_instruction;
    sax.internalSubset = on_doctype;
    sax.externalSubset = on_doctype;
    sax.serror = on_error;
    return sax;
}

/* ---- run ---- */

static cim_status outcome(cim_ctx *ctx, cim__xml *x, const char *path)
{
    if (x->status == CIM_DONE) return CIM_OK;
    if (x->status == CIM_OK && x->parser->errNo == XML_ERR_NO_MEMORY) return cim__nomem(ctx);
    if (x->status == CIM_OK && x->parser->wellFormed) return CIM_OK;
    if (x->status < 0 && !x->error[0]) return x->status; /* a callback failed and said why */
    return cim__fail(ctx, x->status < 0 ? x->status : CIM_EFORMAT, "%s:%d:%d: %s", path, x->error_line, x->error_column, x->error[0] ? x->error : "not well-formed");
}

static cim_status feed(cim_ctx *ctx, cim__xml *x, cim__input *input, char *chunk)
{
    size_t got = 1;
    while (got && x->status == CIM_OK) {
        CIM__TRY(cim__input_read(ctx, input, chunk, CHUNK, &got));
        x->silence += got;
        x->at_end = got == 0;
        int rc = xmlParseChunk(x->parser, chunk, (int)got, got == 0);
        if (x->status == CIM_OK && rc && !x->parser->wellFormed) break;
        if (x->silence > SILENCE) refuse(x, CIM_ELIMIT, "a tag, comment or attribute that does not end");
        if (x->status == CIM_OK && x->handler->chunk) {
            cim_status st = x->handler->chunk(ctx, x, x->user);
            if (st != CIM_OK) stop(x, st);
        }
    }
    return outcome(ctx, x, cim__input_path(input));
}

cim_status cim__xml_run(cim_ctx *ctx, cim__input *input, uint32_t max_depth, const cim__xml_handler *handler, void *user)
{
    cim__xml x = { .ctx = ctx, .handler = handler, .user = user, .max_depth = max_depth };
    xmlSAXHandler sax = sax_handler();
    char *chunk = cim__alloc(ctx->mem, CHUNK);
    x.parser = chunk ? xmlCreatePushParserCtxt(&sax, &x, NULL, 0, NULL) : NULL;
    if (!x.parser) {
        cim__free(ctx->mem, chunk);
        return cim__nomem(ctx);
    }
    xmlCtxtUseOptions(x.parser, XML_PARSE_NONET);
    cim_status st = feed(ctx, &x, input, chunk);
    if (x.parser->myDoc) xmlFreeDoc(x.parser->myDoc);
    xmlFreeParserCtxt(x.parser);
    cim__free(ctx->mem, chunk);
    return st;
}
