/* mcase.c - statements of a MATPOWER case file. */
#include "import/power/mcase.h"

#include <math.h>

enum { MAX_COLUMNS = 256, MAX_NOTES = 1000, MAX_FIELDS = 256, MAX_VARIABLES = 256 };

static const cim__str NO_WORD = { "", 0 };

void cim__mcase_init(cim__mcase *c, cim__mem *mem, const char *path)
{
    memset(c, 0, sizeof *c);
    c->path = path;
    c->arena = cim__arena_on(mem);
    c->fields = c->variables = c->notes = cim__buf_on(mem);
    c->name = c->variable = NO_WORD;
}

void cim__mcase_free(cim__mcase *c)
{
    for (size_t i = 0; i < CIM__COUNT(&c->fields, cim__mfield); i++) {
        cim__mfield *f = &CIM__AT(&c->fields, cim__mfield, i);
        cim__buf_free(&f->values);
        cim__buf_free(&f->lines);
        cim__buf_free(&f->cells);
    }
    cim__buf_free(&c->fields);
    cim__buf_free(&c->variables);
    cim__buf_free(&c->notes);
    cim__arena_free(&c->arena);
}

cim_status cim__mfail(cim_ctx *ctx, const cim__mcase *c, const char *what, cim__str word)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s:%u: %s%s%.*s", c->path, c->line, what, word.len ? " " : "", (int)(word.len < 60 ? word.len : 60), word.ptr);
}

cim__mfield *cim__mcase_field(const cim__mcase *c, cim__str name)
{
    for (size_t i = 0; i < CIM__COUNT(&c->fields, cim__mfield); i++)
        if (cim__str_eq(CIM__AT(&c->fields, cim__mfield, i).name, name)) return &CIM__AT(&c->fields, cim__mfield, i);
    return NULL;
}

/* ---- characters ---- */

static bool at(const cim__mcase *c, char wanted) { return c->pos < c->end && *c->pos == wanted; }

static bool is_letter(char ch) { return ((ch | 32) >= 'a' && (ch | 32) <= 'z') || ch == '_'; }

static void skip_line(cim__mcase *c)
{
    const char *newline = memchr(c->pos, '\n', (size_t)(c->end - c->pos));
    c->pos = newline ? newline : c->end;
}

/* "%{" alone in a line begins a comment that "%}" ends. */
static bool alone(const cim__mcase *c, char bracket)
{
    if (c->pos + 1 >= c->end || c->pos[1] != bracket) return false;
    for (const char *p = c->pos + 2; p < c->end && *p != '\n'; p++)
        if (*p != ' ' && *p != '\t' && *p != '\r') return false;
    return true;
}

static void skip_comment(cim__mcase *c)
{
    int deep = alone(c, '{');
    skip_line(c);
    while (deep && c->pos < c->end) {
        c->pos++;
        c->line++;
        while (c->pos < c->end && (*c->pos == ' ' || *c->pos == '\t')) c->pos++;
        if (at(c, '%') && alone(c, '{')) deep++;
        if (at(c, '%') && alone(c, '}')) deep--;
        skip_line(c);
    }
}

bool cim__mblank(cim__mcase *c)
{
    const char *before = c->pos;
    while (c->pos < c->end) {
        char ch = *c->pos;
        if (ch == ' ' || ch == '\t' || ch == '\r' || ch == '\f') {
            c->pos++;
        } else if (ch == '%' || ch == '#') {
            skip_comment(c);
        } else if (ch == '.' && c->end - c->pos >= 3 && c->pos[1] == '.' && c->pos[2] == '.') {
            skip_line(c);
            if (c->pos < c->end) c->pos++, c->line++;
        } else {
            break;
        }
    }
    return c->pos != before;
}

cim__str cim__mword(cim__mcase *c)
{
    const char *start = c->pos;
    if (c->pos < c->end && is_letter(*c->pos))
        while (c->pos < c->end && (is_letter(*c->pos) || (*c->pos >= '0' && *c->pos <= '9'))) c->pos++;
    return (cim__str){ start, (size_t)(c->pos - start) };
}

static bool at_end_of_statement(cim__mcase *c)
{
    cim__mblank(c);
    return c->pos >= c->end || at(c, '\n') || at(c, ';') || at(c, ',');
}

/* To the end of a statement that is not read; texts may hold anything. */
static void skip_statement(cim__mcase *c)
{
    int brackets = 0;
    for (; c->pos < c->end; c->pos++) {
        cim__mblank(c);
        if (c->pos >= c->end) return;
        char ch = *c->pos;
        if (ch == '\n' && !brackets) return;
        if (ch == '\n') c->line++;
        if (ch == ';' && !brackets) return;
        if (ch == '(' || ch == '[' || ch == '{') brackets++;
        if ((ch == ')' || ch == ']' || ch == '}') && brackets) brackets--;
        if (ch != '\'' && ch != '"') continue;
        const char *close = memchr(c->pos + 1, ch, (size_t)(c->end - c->pos - 1));
        if (close && !memchr(c->pos, '\n', (size_t)(close - c->pos))) c->pos = close;
    }
}

static cim_status leave_out(cim_ctx *ctx, cim__mcase *c, const char *start, uint32_t line)
{
    skip_statement(c);
    if (CIM__COUNT(&c->notes, cim__mnote) >= MAX_NOTES) return CIM_OK;
    cim__mnote *note = CIM__PUSH(&c->notes, cim__mnote);
    if (!note) return cim__nomem(ctx);
    const char *newline = memchr(start, '\n', (size_t)(c->pos - start));
    *note = (cim__mnote){ line, cim__str_trim((cim__str){ start, (size_t)((newline ? newline : c->pos) - start) }) };
    return CIM_OK;
}

/* ---- literals ---- */

static cim_status end_row(cim_ctx *ctx, cim__mcase *c, cim__mfield *f, uint32_t *count, uint32_t line)
{
    if (!*count) return CIM_OK;
    if (!f->columns) f->columns = *count;
    if (f->columns != *count) {
        c->line = line;
        return cim__fail(ctx, CIM_EFORMAT, "%s:%u: a row of %u numbers in %.*s, those before have %u", c->path, line, *count, (int)f->name.len, f->name.ptr, f->columns);
    }
    uint32_t *row = CIM__PUSH(&f->lines, uint32_t);
    if (!row) return cim__nomem(ctx);
    *row = line;
    *count = 0;
    return CIM_OK;
}

static cim_status unfinished(cim_ctx *ctx, const cim__mcase *c, const cim__mfield *f)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s:%u: %.*s, which begins in line %u, has no end: the file is cut off", c->path, c->line, (int)f->name.len, f->name.ptr, f->line);
}

static cim_status read_matrix(cim_ctx *ctx, cim__mcase *c, cim__mfield *f)
{
    uint32_t count = 0, line = c->line;
    c->in_matrix = true;
    for (c->pos++;;) {
        cim__mblank(c);
        if (c->pos >= c->end) return unfinished(ctx, c, f);
        char ch = *c->pos;
        if (ch == ']' || ch == ';' || ch == '\n') {
            CIM__TRY(end_row(ctx, c, f, &count, line));
            c->pos++;
            if (ch == ']') break;
            c->line += ch == '\n';
            continue;
        }
        if (ch == ',' && count) {
            c->pos++;
            continue;
        }
        if (!count) line = c->line;
        double *value = CIM__PUSH(&f->values, double);
        if (!value) return cim__nomem(ctx);
        double number = 0.0; /* the place may move while it is read */
        CIM__TRY(cim__mexpr(ctx, c, &number));
        CIM__AT(&f->values, double, CIM__COUNT(&f->values, double) - 1) = number;
        if (++count > MAX_COLUMNS) return cim__mfail(ctx, c, "more than 256 numbers in a row of", f->name);
    }
    c->in_matrix = false;
    return at_end_of_statement(c) ? CIM_OK : cim__mfail(ctx, c, "arithmetic with a whole matrix is not read", f->name);
}

/* 'it''s' or "text" */
static cim_status read_text(cim_ctx *ctx, cim__mcase *c, cim__mfield *f)
{
    char quote = *c->pos++;
    char *text = NULL;
    const char *start = c->pos;
    size_t size = 0;
    while (c->pos < c->end && *c->pos != '\n' && (*c->pos != quote || (c->pos + 1 < c->end && c->pos[1] == quote))) c->pos += *c->pos == quote ? 2 : 1;
    if (!at(c, quote)) return cim__mfail(ctx, c, "a text is not closed", NO_WORD);
    text = cim__arena_alloc(&c->arena, (size_t)(c->pos - start) + 1);
    cim__str *cell = CIM__PUSH(&f->cells, cim__str);
    uint32_t *line = CIM__PUSH(&f->lines, uint32_t);
    if (!text || !cell || !line) return cim__nomem(ctx);
    for (const char *p = start; p < c->pos; p++) {
        text[size++] = *p;
        if (*p == quote) p++;
    }
    c->pos++;
    *cell = cim__str_trim((cim__str){ text, size });
    *line = c->line;
    return CIM_OK;
}

/* Texts in braces; other things in them are passed. */
static cim_status read_cells(cim_ctx *ctx, cim__mcase *c, cim__mfield *f)
{
    int deep = 1;
    for (c->pos++; deep;) {
        cim__mblank(c);
        if (c->pos >= c->end) return unfinished(ctx, c, f);
        char ch = *c->pos;
        if (ch == '\'' || ch == '"') {
            CIM__TRY(read_text(ctx, c, f));
            continue;
        }
        c->line += ch == '\n';
        deep += (ch == '{') - (ch == '}');
        c->pos++;
    }
    return CIM_OK;
}

/* ---- assignments ---- */

static cim_status new_field(cim_ctx *ctx, cim__mcase *c, cim__str name, uint32_t line, cim__mfield **field_out)
{
    cim__mfield *f = cim__mcase_field(c, name);
    if (!f) {
        if (CIM__COUNT(&c->fields, cim__mfield) >= MAX_FIELDS) return cim__mfail(ctx, c, "more than 256 fields:", name);
        f = CIM__PUSH(&c->fields, cim__mfield);
        if (!f) return cim__nomem(ctx);
        memset(f, 0, sizeof *f);
        f->name = name;
        f->values = f->lines = f->cells = cim__buf_on(c->fields.mem);
    } else if (f->columns > 1) {
        return cim__mfail(ctx, c, "given for the second time:", name);
    }
    f->values.size = f->lines.size = f->cells.size = 0;
    f->columns = 0;
    f->line = line;
    *field_out = f;
    return CIM_OK;
}

static cim_status assign_field(cim_ctx *ctx, cim__mcase *c, cim__str name, uint32_t line)
{
    cim__mfield *f = NULL;
    double value = 0.0;
    CIM__TRY(new_field(ctx, c, name, line, &f));
    cim__mblank(c);
    if (at(c, '[')) return read_matrix(ctx, c, f);
    if (at(c, '{')) return read_cells(ctx, c, f);
    if (at(c, '\'') || at(c, '"')) return read_text(ctx, c, f);
    CIM__TRY(cim__mexpr(ctx, c, &value));
    if (!at_end_of_statement(c)) return cim__mfail(ctx, c, "a statement goes on where it should end:", name);
    f = cim__mcase_field(c, name);
    double *kept = CIM__PUSH(&f->values, double);
    uint32_t *row = CIM__PUSH(&f->lines, uint32_t);
    if (!kept || !row) return cim__nomem(ctx);
    *kept = value;
    *row = line;
    f->columns = 1;
    return CIM_OK;
}

/* A number that later statements use; whatever else it is, it is left out. */
static cim_status assign_variable(cim_ctx *ctx, cim__mcase *c, cim__str name, const char *start, uint32_t line)
{
    double value;
    const char *before = c->pos;
    uint32_t before_line = c->line;
    cim_status st = cim__mexpr(ctx, c, &value);
    if (st == CIM_EFORMAT || (st == CIM_OK && !at_end_of_statement(c))) {
        cim__enter(ctx);
        c->pos = before;
        c->line = before_line;
        c->depth = 0;
        c->in_matrix = false;
        return leave_out(ctx, c, start, line);
    }
    CIM__TRY(st);
    if (CIM__COUNT(&c->variables, cim__mvariable) >= MAX_VARIABLES) return cim__mfail(ctx, c, "more than 256 variables:", name);
    cim__mvariable *v = CIM__PUSH(&c->variables, cim__mvariable);
    if (!v) return cim__nomem(ctx);
    *v = (cim__mvariable){ name, value };
    return CIM_OK;
}

/* ---- columns: mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3 ---- */

enum { MOST_PICKED = 16 };

typedef struct picked {
    cim__str field;
    bool all_rows;
    uint32_t row, columns[MOST_PICKED], count; /* from 0 */
} picked;

static bool expect(cim__mcase *c, char wanted)
{
    cim__mblank(c);
    if (!at(c, wanted)) return false;
    c->pos++;
    return true;
}

static cim_status pick_number(cim_ctx *ctx, cim__mcase *c, size_t limit, uint32_t *number_out)
{
    double value = 0.0;
    CIM__TRY(cim__mexpr(ctx, c, &value));
    if (!(value >= 1.0 && value <= (double)limit)) return cim__mfail(ctx, c, "there is no such row or column", NO_WORD);
    *number_out = (uint32_t)value - 1;
    return CIM_OK;
}

/* Behind the opening bracket. */
static cim_status pick(cim_ctx *ctx, cim__mcase *c, picked *p)
{
    const cim__mfield *f = cim__mcase_field(c, p->field);
    if (!f || !f->columns) return cim__mfail(ctx, c, "there is no such matrix yet:", p->field);
    p->all_rows = expect(c, ':');
    if (!p->all_rows) CIM__TRY(pick_number(ctx, c, cim__mrows(f), &p->row));
    if (!expect(c, ',')) return cim__mfail(ctx, c, "rows and columns are wanted for", p->field);
    bool list = expect(c, '[');
    for (p->count = 0; p->count < MOST_PICKED; p->count++) {
        cim__mblank(c);
        if (list && expect(c, ']')) break;
        c->in_matrix = list;
        cim_status st = pick_number(ctx, c, f->columns, &p->columns[p->count]);
        c->in_matrix = false;
        CIM__TRY(st);
        if (!list) {
            p->count++;
            break;
        }
        expect(c, ',');
    }
    return p->count && p->count < MOST_PICKED && expect(c, ')') ? CIM_OK : cim__mfail(ctx, c, "columns that cannot be read, of", p->field);
}

/* mpc.bus( or, in version 1, bus( */
static bool at_matrix(cim__mcase *c, cim__str *field_out)
{
    const char *before = c->pos;
    cim__mblank(c);
    cim__str word = cim__mword(c);
    if (c->variable.len && cim__str_eq(word, c->variable) && at(c, '.')) {
        c->pos++;
        word = cim__mword(c);
    }
    *field_out = word;
    if (word.len && cim__mcase_field(c, word) && expect(c, '(')) return true;
    c->pos = before;
    return false;
}

static double combine(char op, double a, double b) { return op == '*' ? a * b : op == '/' ? a / b : op == '+' ? a + b : op == '-' ? a - b : a; }

static cim_status assign_columns(cim_ctx *ctx, cim__mcase *c, cim__str name)
{
    picked to = { .field = name }, from = { .field = NO_WORD };
    double number = 0.0;
    char op = 0;
    CIM__TRY(pick(ctx, c, &to));
    if (!expect(c, '=')) return cim__mfail(ctx, c, "an assignment is wanted behind", name);
    bool has_from = at_matrix(c, &from.field);
    if (has_from) {
        CIM__TRY(pick(ctx, c, &from));
        cim__mblank(c);
        if (at(c, '.')) c->pos++;
        if (c->pos < c->end && strchr("*/+-", *c->pos) && *c->pos) op = *c->pos++;
    }
    if (!has_from || op) CIM__TRY(cim__mexpr(ctx, c, &number));
    if (!at_end_of_statement(c)) return cim__mfail(ctx, c, "only a column times a number is read, for", name);
    if (has_from && (from.count != to.count || from.all_rows != to.all_rows || (from.all_rows && cim__mrows(cim__mcase_field(c, from.field)) != cim__mrows(cim__mcase_field(c, name)))))
        return cim__mfail(ctx, c, "the sides of an assignment differ in size, for", name);
    cim__mfield *f = cim__mcase_field(c, name);
    const cim__mfield *source = has_from ? cim__mcase_field(c, from.field) : NULL;
    for (size_t row = to.all_rows ? 0 : to.row; row < (to.all_rows ? cim__mrows(f) : to.row + (size_t)1); row++)
        for (uint32_t k = 0; k < to.count; k++)
            CIM__AT(&f->values, double, row * f->columns + to.columns[k]) = source ? combine(op, cim__mat(source, from.all_rows ? row : from.row, from.columns[k]), number) : number;
    return CIM_OK;
}

/* ---- statements ---- */

/* function mpc = name, function [baseMVA, bus, ...] = name */
static void read_function(cim__mcase *c)
{
    cim__mblank(c);
    cim__str word = cim__mword(c);
    if (word.len && expect(c, '=')) c->variable = word;
    if (at(c, '[')) {
        while (c->pos < c->end && *c->pos != ']') c->line += *c->pos++ == '\n';
        c->pos += c->pos < c->end;
        expect(c, '=');
    }
    cim__mblank(c);
    c->name = cim__mword(c);
    if (!c->name.len) c->name = word;
    skip_statement(c);
}

static bool is_one_of(cim__str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cim__str_is(word, words[i])) return true;
    return false;
}
#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof *(list))

/* Version 1 gives its matrices as results of the function. */
static bool is_bare_field(const cim__mcase *c, cim__str word)
{
    static const char *const names[] = { "baseMVA", "bus", "gen", "branch", "areas", "gencost" };
    return !c->variable.len && IS_ONE_OF(word, names);
}

/* [A, B, ...] = idx_bus: names of columns, which are known. */
static cim_status names_of_columns(cim_ctx *ctx, cim__mcase *c, const char *start, uint32_t line)
{
    static const char *const known[] = { "idx_bus", "idx_brch", "idx_gen", "idx_cost", "idx_dcline" };
    skip_statement(c);
    const char *word = c->pos;
    while (word > start && (is_letter(word[-1]) || (word[-1] >= '0' && word[-1] <= '9'))) word--;
    if (IS_ONE_OF(((cim__str){ word, (size_t)(c->pos - word) }), known)) return CIM_OK;
    return leave_out(ctx, c, start, line);
}

static cim_status named_statement(cim_ctx *ctx, cim__mcase *c)
{
    static const char *const control[] = { "if", "for", "while", "switch", "try", "parfor", "do" }, *const nothing[] = { "end", "endfunction", "return", "define_constants" };
    const char *start = c->pos;
    uint32_t line = c->line;
    cim__str word = cim__mword(c), name = word;
    if (cim__str_is(word, "function")) {
        if (c->name.len) return cim__mfail(ctx, c, "a second function in a case file", NO_WORD);
        read_function(c);
        return CIM_OK;
    }
    if (IS_ONE_OF(word, control)) return cim__mfail(ctx, c, "statements of control are not read:", word);
    if (IS_ONE_OF(word, nothing)) return CIM_OK;
    bool field = is_bare_field(c, word);
    if (at(c, '.') && (cim__str_eq(word, c->variable) || !c->name.len)) {
        if (!c->variable.len) c->variable = word; /* statements without a function */
        c->pos++;
        name = cim__mword(c);
        field = name.len && !at(c, '.');
    }
    cim__mblank(c);
    if (field && at(c, '(')) {
        c->pos++;
        return assign_columns(ctx, c, name);
    }
    if (!at(c, '=') || (c->pos + 1 < c->end && c->pos[1] == '=')) {
        c->pos = start;
        return leave_out(ctx, c, start, line);
    }
    if (!field && cim__str_eq(word, c->variable) && name.ptr == word.ptr) return cim__mfail(ctx, c, "the case is made by something that is not read:", word);
    c->pos++;
    if (field) return assign_field(ctx, c, name, line);
    if (name.ptr == word.ptr) return assign_variable(ctx, c, word, start, line);
    c->pos = start;
    return leave_out(ctx, c, start, line);
}

cim_status cim__mcase_read(cim_ctx *ctx, cim__mcase *c, const char *text, size_t size)
{
    c->pos = text;
    c->end = text + size;
    c->line = 1;
    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) c->pos += 3;
    while (c->pos < c->end) {
        cim__mblank(c);
        if (c->pos >= c->end) break;
        char ch = *c->pos;
        const char *start = c->pos;
        if (ch == '\n') c->line++;
        if (ch == '\n' || ch == ';' || ch == ',') c->pos++;
        else if (ch == '[') CIM__TRY(names_of_columns(ctx, c, start, c->line));
        else if (is_letter(ch)) CIM__TRY(named_statement(ctx, c));
        else return cim__mfail(ctx, c, "a statement cannot begin with", (cim__str){ start, 1 });
    }
    return CIM_OK;
}
