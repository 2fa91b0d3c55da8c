/* report.c - counting and warnings of an import. */
#include "import/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct count {
    const char *kind, *reason; /* reason NULL: seen, or none */
    int fate;                  /* cim__fate; SEEN */
    uint64_t count;
} count;

typedef struct warning {
    uint64_t order;
    cim__str text;
} warning;

enum { SEEN = -1, MAX_WARNINGS = 100 };

void cim__report_init(cim__report *r, cim__mem *mem)
{
    *r = (cim__report){ .mem = mem, .counts = cim__buf_on(mem), .warnings = cim__buf_on(mem), .texts = cim__arena_on(mem) };
}

void cim__report_free(cim__report *r)
{
    cim__buf_free(&r->counts);
    cim__buf_free(&r->warnings);
    cim__arena_free(&r->texts);
}

bool cim__report_ok(const cim__report *r) { return !r->counts.failed && !r->warnings.failed; }

static bool same(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static void add(cim__report *r, const char *kind, int fate, const char *reason, uint64_t n)
{
    for (size_t i = 0; i < CIM__COUNT(&r->counts, count); i++) {
        count *c = &CIM__AT(&r->counts, count, i);
        if (c->fate == fate && same(c->kind, kind) && same(c->reason, reason)) {
            c->count += n;
            return;
        }
    }
    count *c = CIM__PUSH(&r->counts, count);
    if (c) *c = (count){ kind, reason, fate, n };
}

void cim__report_seen(cim__report *r, const char *kind, uint64_t n) { add(r, kind, SEEN, NULL, n); }

void cim__report_fate(cim__report *r, const char *kind, cim__fate fate, const char *reason, uint64_t n) { add(r, kind, (int)fate, reason, n); }

const char *cim__report_text(cim__report *r, cim__str text)
{
    cim__str copy = cim__arena_str(&r->texts, text);
    if (!copy.ptr) r->counts.failed = true; /* the report is not to be used */
    return copy.ptr ? copy.ptr : "";
}

static int by_order(const void *a, const void *b)
{
    const warning *x = a, *y = b;
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    size_t n = x->text.len < y->text.len ? x->text.len : y->text.len;
    int c = memcmp(x->text.ptr, y->text.ptr, n);
    return c ? c : x->text.len < y->text.len ? -1 : x->text.len > y->text.len;
}

static void keep_warning(cim__report *r, uint64_t order, cim__str text)
{
    r->warning_count++;
    if (CIM__COUNT(&r->warnings, warning) >= 2 * MAX_WARNINGS) { /* keep the first ones by place, whatever the order of arrival */
        qsort(r->warnings.data, 2 * MAX_WARNINGS, sizeof(warning), by_order);
        r->warnings.size = MAX_WARNINGS * sizeof(warning);
    }
    warning *w = CIM__PUSH(&r->warnings, warning);
    if (w) *w = (warning){ order, cim__str_of(cim__report_text(r, text)) };
}

void cim__report_warn(cim__report *r, uint64_t order, const char *format, ...)
{
    char line[500];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n < 0) return;
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < ' ') *p = ' ';
    keep_warning(r, order, cim__str_of(line));
}

void cim__report_merge(cim__report *r, const cim__report *other)
{
    for (size_t i = 0; i < CIM__COUNT(&other->counts, count); i++) {
        const count *c = &CIM__AT(&other->counts, count, i);
        add(r, cim__report_text(r, cim__str_of(c->kind)), c->fate, c->reason ? cim__report_text(r, cim__str_of(c->reason)) : NULL, c->count);
    }
    for (size_t i = 0; i < CIM__COUNT(&other->warnings, warning); i++) {
        const warning *w = &CIM__AT(&other->warnings, warning, i);
        keep_warning(r, w->order, w->text);
    }
    r->warning_count += other->warning_count - CIM__COUNT(&other->warnings, warning);
}

static uint64_t total(const cim__report *r, const char *kind, int fate)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < CIM__COUNT(&r->counts, count); i++) {
        const count *c = &CIM__AT(&r->counts, count, i);
        if (c->fate == fate && same(c->kind, kind)) sum += c->count;
    }
    return sum;
}

static uint64_t gap_of(const cim__report *r, const char *kind)
{
    uint64_t seen = total(r, kind, SEEN), known = total(r, kind, CIM__STORED) + total(r, kind, CIM__VERBATIM) + total(r, kind, CIM__SKIPPED);
    return seen > known ? seen - known : known - seen;
}

/* The kinds, each once, in alphabetical order so that reports do not depend on scheduling. */
static size_t kinds_of(const cim__report *r, const char **kinds, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < CIM__COUNT(&r->counts, count); i++) {
        const char *kind = CIM__AT(&r->counts, count, i).kind;
        size_t at = 0;
        while (at < n && strcmp(kinds[at], kind) < 0) at++;
        if ((at < n && !strcmp(kinds[at], kind)) || n == cap) continue;
        memmove(kinds + at + 1, kinds + at, (n - at) * sizeof *kinds);
        kinds[at] = kind;
        n++;
    }
    return n;
}

enum { MAX_KINDS = 512 };

uint64_t cim__report_unaccounted(const cim__report *r)
{
    const char *kinds[MAX_KINDS];
    size_t n = kinds_of(r, kinds, MAX_KINDS);
    uint64_t gap = 0;
    for (size_t i = 0; i < n; i++) gap += gap_of(r, kinds[i]);
    return gap;
}

/* {"reason": count, ...} of one fate, reasons in alphabetical order. */
static void put_reasons(const cim__report *r, cim__json *json, const char *kind, int fate)
{
    const char *last = "";
    for (;;) {
        const count *next = NULL;
        for (size_t i = 0; i < CIM__COUNT(&r->counts, count); i++) {
            const count *c = &CIM__AT(&r->counts, count, i);
            if (c->fate == fate && c->reason && same(c->kind, kind) && strcmp(c->reason, last) > 0 && (!next || strcmp(c->reason, next->reason) < 0)) next = c;
        }
        if (!next) return;
        cim__json_kv_int(json, next->reason, (int64_t)next->count);
        last = next->reason;
    }
}

static bool has_reasons(const cim__report *r, const char *kind, int fate)
{
    for (size_t i = 0; i < CIM__COUNT(&r->counts, count); i++) {
        const count *c = &CIM__AT(&r->counts, count, i);
        if (c->fate == fate && c->reason && same(c->kind, kind)) return true;
    }
    return false;
}

static void put_kind(const cim__report *r, cim__json *json, const char *kind)
{
    static const char *const keys[] = { "stored", "verbatim", "skipped" };
    static const char *const reason_keys[] = { "stored_as", "verbatim_as", "reasons" };
    cim__json_open(json, '{');
    cim__json_kv_text(json, "kind", kind);
    cim__json_kv_int(json, "in_file", (int64_t)total(r, kind, SEEN));
    for (int fate = CIM__STORED; fate <= CIM__SKIPPED; fate++) {
        cim__json_kv_int(json, keys[fate], (int64_t)total(r, kind, fate));
        if (!has_reasons(r, kind, fate)) continue;
        cim__json_key(json, reason_keys[fate]);
        cim__json_open(json, '{');
        put_reasons(r, json, kind, fate);
        cim__json_close(json, '}');
    }
    if (gap_of(r, kind)) cim__json_kv_int(json, "unaccounted", (int64_t)gap_of(r, kind));
    cim__json_close(json, '}');
}

void cim__report_json(cim__report *r, cim__json *json)
{
    const char *kinds[MAX_KINDS];
    size_t n = kinds_of(r, kinds, MAX_KINDS), warnings = CIM__COUNT(&r->warnings, warning);
    cim__json_key(json, "counts");
    cim__json_open(json, '[');
    for (size_t i = 0; i < n; i++) put_kind(r, json, kinds[i]);
    cim__json_close(json, ']');
    cim__json_kv_int(json, "warnings_total", (int64_t)r->warning_count);
    if (!warnings) return;
    if (warnings) qsort(r->warnings.data, warnings, sizeof(warning), by_order);
    cim__json_key(json, "warnings");
    cim__json_open(json, '[');
    for (size_t i = 0; i < warnings && i < MAX_WARNINGS; i++) cim__json_str(json, CIM__AT(&r->warnings, warning, i).text);
    cim__json_close(json, ']');
}
