/* epanet_edit.c - changes of single words in the text of an EPANET file. */
#include "export/epanet_edit.h"

#include <stdlib.h>

typedef struct edit {
    uint32_t at, size;  /* what goes, in the text */
    size_t text, count; /* what comes, in texts */
    size_t order;
} edit;

void cim__epa_edits_init(cim__epa_edits *e, cim__mem *mem)
{
    memset(e, 0, sizeof *e);
    e->list = e->texts = e->scratch = cim__buf_on(mem);
    for (size_t i = 0; i < CIM__EPA_SECTIONS; i++) e->added[i] = cim__buf_on(mem);
    for (size_t i = 0; i < 8; i++) e->words[i] = cim__buf_on(mem);
}

void cim__epa_edits_free(cim__epa_edits *e)
{
    cim__buf_free(&e->list);
    cim__buf_free(&e->texts);
    cim__buf_free(&e->scratch);
    for (size_t i = 0; i < CIM__EPA_SECTIONS; i++) cim__buf_free(&e->added[i]);
    for (size_t i = 0; i < 8; i++) cim__buf_free(&e->words[i]);
}

static void add(cim__epa_edits *e, uint32_t at, uint32_t size, cim__str text)
{
    size_t order = CIM__COUNT(&e->list, edit);
    edit *new = CIM__PUSH(&e->list, edit);
    if (new) *new = (edit){ at, size, e->texts.size, text.len, order };
    cim__buf_putstr(&e->texts, text);
    e->failed = e->failed || !new || e->texts.failed;
}

/* ---- words of a row ---- */

cim__epa_row cim__epa_row_at(const cim__epa_net *net, uint32_t at)
{
    cim__epa_row row = { .set = 0 };
    row.line.section = CIM__EPA_NONE;
    cim__epa_split(net->text, at, &row.line);
    return row;
}

cim__buf *cim__epa_word(cim__epa_edits *e, cim__epa_row *row, size_t k)
{
    row->set = (uint8_t)(row->set | 1u << k);
    e->words[k].size = 0;
    return &e->words[k];
}

/* What EPANET assumes of a pipe where its row ends before. */
static const char *missing_word(const cim__epa_net *net, size_t k)
{
    if (k == 3) return net->units.us ? "330" : "100";
    if (k == 4) return net->units.us ? "10" : "254";
    if (k != 5) return "0";
    return cim__epa_is(net->headloss, "D-W") ? "0.0005" : cim__epa_is(net->headloss, "C-M") ? "0.01" : "130";
}

static void put_missing(cim__epa_edits *e, const cim__epa_net *net, const cim__epa_row *row, size_t last)
{
    const cim__epa_line *l = &row->line;
    cim__str end = l->tokens[l->count - 1];
    size_t at = (size_t)(end.ptr + end.len - net->text.ptr);
    e->scratch.size = 0;
    if (l->open_quote) cim__buf_putc(&e->scratch, '"');
    else if (at < net->text.len && net->text.ptr[at] == '"') at++; /* behind the quote */
    for (size_t k = l->count; k <= last; k++) {
        cim__buf_putc(&e->scratch, ' ');
        if (row->set >> k & 1) cim__buf_putstr(&e->scratch, cim__buf_str(&e->words[k]));
        else cim__buf_puts(&e->scratch, missing_word(net, k));
    }
    if (at < net->text.len && net->text.ptr[at] == ';') cim__buf_putc(&e->scratch, ' ');
    add(e, (uint32_t)at, 0, cim__buf_str(&e->scratch));
    e->failed = e->failed || e->scratch.failed;
}

void cim__epa_row_end(cim__epa_edits *e, const cim__epa_net *net, const cim__epa_row *row)
{
    size_t last = 0;
    for (size_t k = 0; k < 8; k++) {
        if (!(row->set >> k & 1)) continue;
        last = k;
        e->failed = e->failed || e->words[k].failed;
        if (k < row->line.count) add(e, (uint32_t)(row->line.tokens[k].ptr - net->text.ptr), (uint32_t)row->line.tokens[k].len, cim__buf_str(&e->words[k]));
    }
    if (last >= row->line.count) put_missing(e, net, row, last);
}

/* ---- rows ---- */

void cim__epa_remove(cim__epa_edits *e, const cim__epa_net *net, uint32_t at)
{
    cim__epa_row row = cim__epa_row_at(net, at);
    add(e, at, row.line.next - at, CIM__STR(""));
}

void cim__epa_put_name(cim__buf *out, cim__str name)
{
    bool quoted = name.len && (memchr(name.ptr, ' ', name.len) || memchr(name.ptr, '\t', name.len));
    cim__buf_putc(out, ' ');
    if (quoted) cim__buf_putc(out, '"');
    cim__buf_putstr(out, name);
    if (quoted) cim__buf_putc(out, '"');
}

void cim__epa_row_added(cim__epa_edits *e, cim__buf *rows)
{
    cim__buf_putc(rows, '\n');
    e->failed = e->failed || rows->failed;
}

/* Where rows of each section go: behind its last line; CIM_NONE: there is no such section.  Return: where a new section goes. */
static uint32_t section_ends(const cim__epa_net *net, uint32_t *ends)
{
    cim__epa_line line = { .section = CIM__EPA_NONE };
    memset(ends, 0xff, CIM__EPA_SECTIONS * sizeof *ends);
    while (cim__epa_next(net->text, &line)) {
        if (line.heading && line.section == CIM__EPA_END) return line.at;
        if (line.section < CIM__EPA_SECTIONS && line.count) ends[line.section] = line.next;
    }
    return (uint32_t)net->text.len;
}

/* New rows with the line ends of the file. */
static void add_rows(cim__epa_edits *e, const cim__epa_net *net, cim__epa_section section, uint32_t at, bool heading)
{
    const char *newline = net->text.len ? memchr(net->text.ptr, '\n', net->text.len) : NULL;
    bool crlf = newline && newline > net->text.ptr && newline[-1] == '\r';
    const cim__buf *rows = &e->added[section];
    cim__buf *out = &e->scratch;
    out->size = 0;
    if (at && net->text.ptr[at - 1] != '\n') cim__buf_puts(out, crlf ? "\r\n" : "\n");
    if (heading) cim__buf_printf(out, "[%s]%s", cim__epa_section_name(section), crlf ? "\r\n" : "\n");
    for (size_t i = 0; i < rows->size; i++) {
        if (crlf && rows->data[i] == '\n') cim__buf_putc(out, '\r');
        cim__buf_putc(out, (char)rows->data[i]);
    }
    if (heading) cim__buf_puts(out, crlf ? "\r\n" : "\n");
    add(e, at, 0, cim__buf_str(out));
    e->failed = e->failed || out->failed;
}

/* ---- the whole ---- */

static int by_place(const void *a, const void *b)
{
    const edit *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* U+0080 to U+00FF are one byte again. */
static void put_text(cim__buf *out, cim__str text, bool latin1)
{
    for (size_t i = 0; latin1 && i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool two = c >= 0xc2 && c <= 0xc3 && i + 1 < text.len;
        cim__buf_putc(out, two ? (char)(c << 6 | ((unsigned char)text.ptr[i + 1] & 0x3f)) : (char)c);
        i += two;
    }
    if (!latin1) cim__buf_putstr(out, text);
}

bool cim__epa_apply(cim__epa_edits *e, const cim__epa_net *net, bool latin1, cim__buf *out)
{
    uint32_t ends[CIM__EPA_SECTIONS], last = section_ends(net, ends), at = 0;
    for (int missing = 0; missing < 2; missing++) /* new sections come behind rows of the last one that is there */
        for (int s = 0; s < CIM__EPA_SECTIONS; s++)
            if (e->added[s].size && (ends[s] == CIM_NONE) == missing) add_rows(e, net, (cim__epa_section)s, missing ? last : ends[s], missing);
    size_t count = CIM__COUNT(&e->list, edit);
    edit *list = (edit *)(void *)e->list.data;
    if (count) qsort(list, count, sizeof *list, by_place);
    for (size_t i = 0; i < count && !e->failed; i++) {
        if (list[i].at < at) continue; /* in a line that was removed */
        put_text(out, (cim__str){ net->text.ptr + at, list[i].at - at }, latin1);
        put_text(out, (cim__str){ (const char *)e->texts.data + list[i].text, list[i].count }, latin1);
        at = list[i].at + list[i].size;
    }
    put_text(out, (cim__str){ net->text.ptr + at, net->text.len - at }, latin1);
    return !e->failed && !out->failed;
}
