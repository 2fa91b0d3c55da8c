/* profile_text.c - profiles as text: the same lines as in profiles/ (see its README), read at run time. */
#include "net/net.h"

enum { TEXT_MAX = 1 << 20, NAME_MAX_BYTES = 40 };

typedef struct reader {
    cim_ctx *ctx;
    const char *p, *end;
    uint32_t line;
    cim__arena *arena;
    cim__buf lines; /* cim__prof_line */
    uint32_t keys;
} reader;

static cim_status bad(const reader *r, const char *what) { return cim__fail(r->ctx, CIM_EFORMAT, "profile, line %u: %s", r->line, what); }

static bool is_word(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

/* Over blanks and comments; false: a comment has no end. */
static bool skip(reader *r)
{
    for (; r->p < r->end; r->p++) {
        if (*r->p == '\n') r->line++;
        if (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n') continue;
        if (r->end - r->p < 2 || r->p[0] != '/' || r->p[1] != '*') return true;
        for (r->p += 2; r->end - r->p > 1 && (r->p[0] != '*' || r->p[1] != '/'); r->p++) r->line += *r->p == '\n';
        if (r->end - r->p < 2) return false;
        r->p++;
    }
    return true;
}

static bool sign(reader *r, char c)
{
    if (!skip(r) || r->p == r->end || *r->p != c) return false;
    r->p++;
    return true;
}

static cim__str word(reader *r)
{
    const char *start = r->p;
    while (r->p < r->end && is_word(*r->p)) r->p++;
    return (cim__str){ start, (size_t)(r->p - start) };
}

static cim_status quoted(reader *r, cim__str *out)
{
    if (!sign(r, '"')) return bad(r, "a text in double quotes is missing");
    const char *start = r->p;
    while (r->p < r->end && *r->p != '"' && *r->p != '\n' && *r->p) r->p++;
    if (r->p == r->end || *r->p != '"') return bad(r, "a text without end");
    *out = cim__arena_str(r->arena, (cim__str){ start, (size_t)(r->p++ - start) });
    if (!out->ptr) return cim__nomem(r->ctx);
    return out->len ? CIM_OK : bad(r, "an empty text");
}

/* A number, or one of the words that stand for one. */
static cim_status number(reader *r, double *value)
{
    static const struct {
        const char *name;
        double value;
    } words[] = { { "SHUT", -1.0 }, { "WALL", -2.0 }, { "OPEN", CIM__ZONE_OPEN }, { "DESTINATION", CIM__ZONE_DESTINATION }, { "PRIVATE", CIM__ZONE_PRIVATE },
                  { "CLOSED", CIM__ZONE_CLOSED } };
    if (!sign(r, ',') || !skip(r)) return bad(r, "a number is missing");
    const char *end = cim__read_double(r->p, r->end, value);
    if (end) {
        r->p = end;
        return *value >= 0.0 && *value <= 1e6 ? CIM_OK : bad(r, "a number is out of range");
    }
    cim__str name = word(r);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__str_is(name, words[i].name)) return *value = words[i].value, CIM_OK;
    return bad(r, "a number that is none");
}

typedef struct form {
    const char *word;
    cim__prof_kind kind;
    int numbers;
} form;

static const form forms[] = { { "KEY", CIM__PR_KEY, 0 },     { "EXCEPT", CIM__PR_EXCEPT, 0 }, { "SPEED", CIM__PR_SPEED, 1 },   { "ONLY", CIM__PR_ONLY, 1 },
                               { "CAP", CIM__PR_CAP, 1 },
                              { "VALUE", CIM__PR_VALUE, 1 }, { "NODE", CIM__PR_NODE, 1 },     { "NUMBER", CIM__PR_NUMBER, 1 }, { "PRICE", CIM__PR_PRICE, 2 } };

/* Does the line mean what its word can mean? */
static cim_status check(reader *r, const cim__prof_line *l)
{
    const char *equals = strchr(l->text, '=');
    switch (l->kind) {
    case CIM__PR_KEY:
        if (strlen(l->text) > NAME_MAX_BYTES || r->keys == CIM__KEYS) return bad(r, "too many keys, or too long a one");
        r->keys++;
        return CIM_OK;
    case CIM__PR_CAP:
    case CIM__PR_NODE:
        if (!equals || equals == l->text || !equals[1]) return bad(r, "a tag is written key=value");
        return l->kind == CIM__PR_NODE || l->a >= 0.0 ? CIM_OK : bad(r, "a speed is out of range");
    case CIM__PR_SPEED:
    case CIM__PR_ONLY: return l->a >= 0.0 && l->a <= 1000.0 ? CIM_OK : bad(r, "a speed is out of range");
    case CIM__PR_VALUE: return l->a == (double)(int)l->a && l->a >= 0.0 && l->a <= CIM__ZONE_CLOSED ? CIM_OK : bad(r, "a zone that is none");
    case CIM__PR_NUMBER: return l->a >= 0.0 && cim__prof_names(CIM__PR_NUMBER, l->text) ? CIM_OK : bad(r, "no number with this name, or it is out of range");
    case CIM__PR_PRICE:
        if (l->a >= 0.0 && l->b >= 0.0 && cim__prof_names(CIM__PR_PRICE, l->text)) return CIM_OK;
        return bad(r, "no rule with this name, or its price is out of range");
    default: return CIM_OK;
    }
}

static cim_status read_line(reader *r)
{
    cim__str name = word(r), text = { "", 0 };
    cim__prof_line line = { .a = 0.0 };
    size_t i = 0, count = sizeof forms / sizeof *forms;
    while (i < count && !cim__str_is(name, forms[i].word)) i++;
    if (i == count) return bad(r, "a line begins with KEY, EXCEPT, SPEED, ONLY, CAP, VALUE, NODE, NUMBER or PRICE");
    line.kind = forms[i].kind;
    if (!sign(r, '(')) return bad(r, "( is missing");
    CIM__TRY(quoted(r, &text));
    line.text = text.ptr;
    if (forms[i].numbers > 0) CIM__TRY(number(r, &line.a));
    if (forms[i].numbers > 1) CIM__TRY(number(r, &line.b));
    if (!sign(r, ')')) return bad(r, ") is missing");
    CIM__TRY(check(r, &line));
    cim__buf_put(&r->lines, &line, sizeof line);
    return r->lines.failed ? cim__nomem(r->ctx) : CIM_OK;
}

static cim_status read_all(reader *r)
{
    for (;;) {
        if (!skip(r)) return bad(r, "a comment without end");
        if (r->p == r->end) break;
        CIM__TRY(read_line(r));
    }
    return r->keys ? CIM_OK : bad(r, "no KEY says which access keys are about the vehicle");
}

static double last_number(const cim__profile *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->lines[i].kind == CIM__PR_NUMBER && !strcmp(f->lines[i].text, name)) return f->lines[i].a;
    return 0.0;
}

cim_status cim__prof_read(cim_ctx *ctx, const char *text, cim__arena *arena, cim__profile *out)
{
    size_t size = strlen(text);
    if (size > TEXT_MAX) return cim__fail(ctx, CIM_ELIMIT, "a profile of more than 1 MiB");
    reader r = { .ctx = ctx, .p = text, .end = text + size, .line = 1, .arena = arena, .lines = cim__buf_on(ctx->mem) };
    cim_status st = read_all(&r);
    cim__profile f = { "own", NULL, CIM__COUNT(&r.lines, cim__prof_line) };
    cim__prof_line *lines = st < 0 ? NULL : cim__arena_alloc(arena, r.lines.size);
    if (st >= 0 && !lines) st = cim__nomem(ctx);
    if (st >= 0) {
        memcpy(lines, r.lines.data, r.lines.size);
        f.lines = lines;
        if (!(last_number(&f, "top_kmh") > 0.0)) st = bad(&r, "NUMBER(\"top_kmh\", ...) is missing");
        else if (last_number(&f, "heed_limit") > 0.0 && !(last_number(&f, "limit_factor") > 0.0)) st = bad(&r, "NUMBER(\"limit_factor\", ...) is missing");
    }
    cim__buf_free(&r.lines);
    if (st >= 0) *out = f;
    return st;
}
