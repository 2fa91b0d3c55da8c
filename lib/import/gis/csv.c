/* csv.c - tables as text (RFC 4180 and its relatives).
 *
 * The first line names the columns; the separator is the one of , ; tab | that it has most of.  Cells may be quoted, quotes within are
 * doubled, lines end with LF, CR LF or CR, a quoted cell may go over lines.  All cells are text: what they mean is for the mapping
 * to say. */
#include "import/gis/gis.h"

#include "core/hash.h"

enum { LONGEST = 1 << 20, CHUNK = 65536 };

typedef struct csv {
    cim__gis_file file;
    cim__input *input;
    cim__report *report;
    const char *path;
    cim__arena arena;      /* names */
    cim__gis_field *fields;
    uint32_t field_count;
    cim__str name;
    cim__buf text, ends;   /* of the row: its cells one behind the other, where each ends (uint32_t) */
    cim__gis_cell *cells;
    uint8_t chunk[CHUNK];
    size_t pos, size;
    uint64_t line;         /* of the next byte */
    bool ended, after_cr;
    char separator;
} csv;

/* ---- characters ---- */

/* The next byte, -1 at the end, -2 after a failure. */
static int next(cim_ctx *ctx, csv *c, cim_status *st)
{
    if (c->pos == c->size && !c->ended) {
        c->pos = c->size = 0;
        *st = cim__input_read(ctx, c->input, c->chunk, CHUNK, &c->size);
        if (*st < 0) return -2;
        c->ended = !c->size;
    }
    return c->ended ? -1 : c->chunk[c->pos++];
}

static bool is_blank_line(const csv *c) { return CIM__COUNT(&c->ends, uint32_t) == 1 && !c->text.size; }

static cim_status end_cell(cim_ctx *ctx, csv *c)
{
    uint32_t end = (uint32_t)c->text.size;
    cim__buf_put(&c->ends, &end, sizeof end);
    if (CIM__COUNT(&c->ends, uint32_t) > CIM__GIS_FIELDS) return cim__fail(ctx, CIM_ELIMIT, "%s:%llu: more than %d columns", c->path, (unsigned long long)c->line, CIM__GIS_FIELDS);
    return c->ends.failed || c->text.failed ? cim__nomem(ctx) : CIM_OK;
}

/* The record at hand into text and ends; CIM_DONE when there is none.  *line_out: where it begins. */
static cim_status read_record(cim_ctx *ctx, csv *c, uint64_t *line_out)
{
    bool quoted = false, was_quoted = false, any = false;
    cim_status st = CIM_OK;
    c->text.size = c->ends.size = 0;
    *line_out = c->line;
    for (uint32_t bytes = 0;; bytes++) {
        int ch = next(ctx, c, &st);
        if (ch == -2) return st;
        if (ch == '\n' && c->after_cr) {
            c->after_cr = false;
            if (quoted) cim__buf_putc(&c->text, '\n');
            continue;
        }
        c->after_cr = ch == '\r';
        if (ch == '\n' || ch == '\r') c->line++;
        if (bytes > LONGEST) return cim__fail(ctx, CIM_ELIMIT, "%s:%llu: a line of more than %d bytes", c->path, (unsigned long long)*line_out, LONGEST);
        if (ch == -1 && quoted) return cim__fail(ctx, CIM_EFORMAT, "%s:%llu: a quote without its partner", c->path, (unsigned long long)*line_out);
        if (ch == -1 && !any) return CIM_DONE;
        if (quoted) {
            if (ch != '"') cim__buf_putc(&c->text, (char)ch);
            else quoted = false;
        } else if (ch == '"' && was_quoted) {
            quoted = true; /* doubled */
            cim__buf_putc(&c->text, '"');
        } else if (ch == '"' && c->text.size == (c->ends.size ? CIM__AT(&c->ends, uint32_t, CIM__COUNT(&c->ends, uint32_t) - 1) : 0)) {
            quoted = was_quoted = any = true;
        } else if (ch == -1 || ch == '\n' || ch == '\r') {
            return end_cell(ctx, c);
        } else if (ch == c->separator) {
            CIM__TRY(end_cell(ctx, c));
            was_quoted = false;
            any = true;
        } else {
            cim__buf_putc(&c->text, (char)ch);
            any = true;
        }
    }
}

static cim__str cell_at(const csv *c, uint32_t i)
{
    uint32_t start = i ? CIM__AT(&c->ends, uint32_t, i - 1) : 0;
    return (cim__str){ c->text.size ? (const char *)c->text.data + start : "", CIM__AT(&c->ends, uint32_t, i) - start };
}

/* ---- the first line ---- */

static char find_separator(cim__str head)
{
    static const char candidates[] = ",;\t|";
    size_t best = 0;
    char found = ',';
    for (const char *s = candidates; *s; s++) {
        size_t n = 0;
        bool quoted = false;
        for (size_t i = 0; i < head.len && (quoted || (head.ptr[i] != '\n' && head.ptr[i] != '\r')); i++) {
            if (head.ptr[i] == '"') quoted = !quoted;
            n += !quoted && head.ptr[i] == *s;
        }
        if (n <= best) continue;
        best = n;
        found = *s;
    }
    return found;
}

/* Every column a name of its own: "field_3" where there is none, "name~2" where it comes again. */
static cim_status name_field(cim_ctx *ctx, csv *c, uint32_t i, cim__names *names)
{
    cim__buf name = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
    bool odd;
    cim__str given = cim__str_trim(cim__gis_utf8(cell_at(c, i), &scratch, &odd));
    for (uint32_t n = 1; n <= CIM__GIS_FIELDS + 1; n++) {
        name.size = 0;
        if (given.len) cim__buf_putstr(&name, given);
        else cim__buf_printf(&name, "field_%u", i + 1);
        if (n > 1) cim__buf_printf(&name, "~%u", n);
        if (name.failed || cim__names_find(names, cim__buf_str(&name)) == CIM_NONE) break;
    }
    c->fields[i] = (cim__gis_field){ name.failed || scratch.failed ? (cim__str){ NULL, 0 } : cim__arena_str(&c->arena, cim__buf_str(&name)), 'T' };
    bool good = c->fields[i].name.ptr && cim__names_add(names, c->fields[i].name) != CIM_NONE;
    if (good && given.len && !cim__str_eq(given, c->fields[i].name))
        cim__report_warn(c->report, 0, "%s:1: column %.*s comes again: here it is called %s", c->path, (int)(given.len < 100 ? given.len : 100), given.ptr, c->fields[i].name.ptr);
    cim__buf_free(&name);
    cim__buf_free(&scratch);
    return good ? CIM_OK : cim__nomem(ctx);
}

static cim_status read_names(cim_ctx *ctx, csv *c)
{
    cim__names names;
    uint64_t line;
    cim_status st = CIM_OK;
    do {
        st = read_record(ctx, c, &line);
        if (st < 0) return st;
        if (st == CIM_DONE) return cim__fail(ctx, CIM_EFORMAT, "%s: no line with names of columns", c->path);
    } while (is_blank_line(c));
    c->field_count = (uint32_t)CIM__COUNT(&c->ends, uint32_t);
    c->fields = cim__arena_alloc(&c->arena, c->field_count * sizeof *c->fields);
    c->cells = cim__arena_alloc(&c->arena, c->field_count * sizeof *c->cells);
    if (!c->fields || !c->cells) return cim__nomem(ctx);
    cim__names_init(&names, ctx->mem);
    for (uint32_t i = 0; i < c->field_count && st >= 0; i++) st = name_field(ctx, c, i, &names);
    cim__names_free(&names);
    return st < 0 ? st : CIM_OK;
}

/* ---- the file ---- */

static cim_status layer(cim_ctx *ctx, cim__gis_file *file, uint32_t number, cim__gis_layer *out)
{
    csv *c = (csv *)file;
    cim__str head;
    (void)number;
    CIM__TRY(cim__input_rewind(ctx, c->input));
    CIM__TRY(cim__input_head(ctx, c->input, &head));
    bool bom = cim__str_starts(head, "\xef\xbb\xbf");
    c->pos = c->size = 0;
    c->ended = c->after_cr = false;
    c->line = 1;
    c->separator = find_separator(head);
    if (bom) {
        size_t got = 0;
        CIM__TRY(cim__input_read(ctx, c->input, c->chunk, 3, &got));
    }
    CIM__TRY(read_names(ctx, c));
    *out = (cim__gis_layer){ .name = c->name, .fields = c->fields, .field_count = c->field_count };
    return CIM_OK;
}

static cim_status row(cim_ctx *ctx, cim__gis_file *file, cim__gis_row *out)
{
    csv *c = (csv *)file;
    uint64_t line;
    do {
        cim_status st = read_record(ctx, c, &line);
        if (st != CIM_OK) return st;
    } while (is_blank_line(c));
    uint32_t n = (uint32_t)CIM__COUNT(&c->ends, uint32_t);
    if (n != c->field_count)
        cim__report_warn(c->report, line, "%s:%llu: %u cells under %u names of columns%s", c->path, (unsigned long long)line, n, c->field_count,
                         n > c->field_count ? ": what is beyond them is left out" : "");
    for (uint32_t i = 0; i < c->field_count; i++) {
        cim__str text = i < n ? cell_at(c, i) : (cim__str){ "", 0 };
        c->cells[i] = (cim__gis_cell){ .present = text.len > 0, .text = text };
    }
    *out = (cim__gis_row){ .number = line, .cells = c->cells, .geom = { .dim = 2 } };
    return CIM_OK;
}

static void close_csv(cim_ctx *ctx, cim__gis_file *file)
{
    csv *c = (csv *)file;
    cim__arena_free(&c->arena);
    cim__buf_free(&c->text);
    cim__buf_free(&c->ends);
    cim__free(ctx->mem, c);
}

cim_status cim__gis_csv_open(cim_ctx *ctx, cim__input *input, cim__report *report, cim__str name, cim__gis_file **file_out)
{
    csv *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    c->file = (cim__gis_file){ "CSV", "line", 1, layer, row, close_csv };
    c->input = input;
    c->report = report;
    c->path = cim__input_path(input);
    c->arena = cim__arena_on(ctx->mem);
    c->text = c->ends = cim__buf_on(ctx->mem);
    c->name = name;
    *file_out = &c->file;
    return CIM_OK;
}
