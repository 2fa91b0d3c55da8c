/* cql_name.c - what a property name means, and names that were meant instead.
 *
 *   name = { relation . } property
 *   property = id | number | class | layer | source | parent | valid_from | valid_to | geom (or geometry)
 *            | a typed value (attrs.def) | derived.VALUE | [attributes.] an attribute of the source
 *
 * The first meaning that fits is taken, so an attribute that is called like one of the others is written attributes.NAME. */
#include "city/cql.h"

static const struct {
    const char *name;
    cim__cql_end end;
} pseudo[] = {
    { "id", CIM__CQL_ID }, { "number", CIM__CQL_NUMBER_OF }, { "class", CIM__CQL_CLASS }, { "layer", CIM__CQL_LAYER },
    { "source", CIM__CQL_SOURCE }, { "parent", CIM__CQL_PARENT }, { "valid_from", CIM__CQL_VALID_FROM }, { "valid_to", CIM__CQL_VALID_TO },
    { "geom", CIM__CQL_GEOM }, { "geometry", CIM__CQL_GEOM },
};
enum { PSEUDO_COUNT = sizeof pseudo / sizeof *pseudo };

static cim__cql_end pseudo_named(cim__str name)
{
    for (int i = 0; i < PSEUDO_COUNT; i++)
        if (cim__str_is(name, pseudo[i].name)) return pseudo[i].end;
    return CIM__CQL_ATTRIBUTE;
}

static bool hop_named(cim__str name, bool last, cim__cql_hop *hop)
{
    bool inverse;
    const cim__relation_info *r = cim__relation_named(name, &inverse);
    if (!r && !last && cim__str_is(name, "parent")) r = cim__relation_named(CIM__STR("part_of"), &inverse);
    if (!r) return false;
    bool both = strcmp(r->name, r->inverse) == 0;
    *hop = (cim__cql_hop){ r->type, both || !inverse, both || inverse, r->type == CIM__R_BOUNDED_BY && !inverse };
    return true;
}

static cim_status join(cim__cql_parser *p, const cim__str *segments, uint32_t count, cim__str *joined_out)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) size += segments[i].len + 1;
    char *out = cim__arena_alloc(&p->cql->arena, size), *to = out;
    if (!out) return cim__nomem(p->lex.ctx);
    for (uint32_t i = 0; i < count; i++) {
        if (i) *to++ = '.';
        memcpy(to, segments[i].ptr, segments[i].len);
        to += segments[i].len;
    }
    *joined_out = (cim__str){ out, (size_t)(to - out) };
    return CIM_OK;
}

/* The part of an attribute's name that must be found in the text of the attributes, whatever the nesting: up to a dot, which
 * may be one of a name. */
static cim__str needle_of(cim__str name)
{
    const char *dot = memchr(name.ptr, '.', name.len);
    return dot && dot > name.ptr ? (cim__str){ name.ptr, (size_t)(dot - name.ptr) } : name;
}

static cim_status attribute(cim__cql_parser *p, const cim__str *segments, uint32_t count, cim__cql_path *path)
{
    path->end = CIM__CQL_ATTRIBUTE;
    CIM__TRY(join(p, segments, count, &path->name));
    path->needle = needle_of(path->name);
    return CIM_OK;
}

/* Behind the relations. */
static cim_status property(cim__cql_parser *p, const cim__str *segments, uint32_t count, cim__cql_path *path)
{
    path->attr = CIM__ATTR_COUNT;
    if (count == 0) {
        path->end = CIM__CQL_RELATED;
        return CIM_OK;
    }
    if (count == 1) {
        path->end = pseudo_named(segments[0]);
        if (path->end != CIM__CQL_ATTRIBUTE) return CIM_OK;
        path->attr = cim__attr_named(segments[0]);
        path->end = CIM__CQL_COLUMN;
        if (path->attr != CIM__ATTR_COUNT) return CIM_OK;
    }
    if (count == 2 && cim__str_is(segments[0], "derived")) {
        path->attr = cim__attr_named(segments[1]);
        path->end = CIM__CQL_RULE;
        if (path->attr != CIM__ATTR_COUNT) return CIM_OK;
    }
    bool forced = count > 1 && cim__str_is(segments[0], "attributes");
    return attribute(p, segments + forced, count - forced, path);
}

static cim_status resolve(cim__cql_parser *p, const cim__cql_token *token, cim__cql_path *path)
{
    uint32_t at = 0;
    cim__cql_hop hop;
    for (; at < token->segment_count && hop_named(token->segments[at], at + 1 == token->segment_count, &hop); at++) {
        if (path->hop_count == CIM__CQL_HOPS) return cim__cql_wrong(p->lex.ctx, path->column, "expected at most %d relations in a path", CIM__CQL_HOPS);
        path->hops[path->hop_count++] = hop;
    }
    return property(p, token->segments + at, token->segment_count - at, path);
}

static cim_status path_new(cim__cql_parser *p, uint32_t column, cim__cql_path **path_out)
{
    cim__cql_path *path = cim__arena_alloc(&p->cql->arena, sizeof *path), **tail = &p->cql->paths;
    if (!path) return cim__nomem(p->lex.ctx);
    if (p->cql->path_count == CIM__CQL_PATHS) return cim__cql_wrong(p->lex.ctx, column, "expected at most %d different properties", CIM__CQL_PATHS);
    *path = (cim__cql_path){ .column = column, .index = p->cql->path_count++, .text = p->lex.token.raw };
    CIM__TRY(resolve(p, &p->lex.token, path));
    while (*tail) tail = &(*tail)->next;
    *tail = path;
    *path_out = path;
    return CIM_OK;
}

/* The same name twice is one path: its values are looked up once. */
cim_status cim__cql_property(cim__cql_parser *p, cim__cql_path **path_out)
{
    cim__cql_path *path = p->cql->paths;
    while (path && !(path->column && cim__str_eq(path->text, p->lex.token.raw))) path = path->next;
    if (!path) CIM__TRY(path_new(p, cim__cql_column(p->lex.query, p->lex.token.raw.ptr), &path));
    *path_out = path;
    return cim__cql_next(&p->lex);
}

cim_status cim__cql_parse_name(cim_ctx *ctx, const char *name, const char *what, cim__cql *cql, cim__cql_path **path_out)
{
    cim__cql_parser p = { .cql = cql };
    cim__str copy = cim__arena_str(&cql->arena, cim__str_of(name));
    if (!copy.ptr) return cim__nomem(ctx);
    if (cim__cql_lex(ctx, &cql->arena, copy, &p.lex) < 0 || p.lex.token.word != CIM__CQL_NAME) {
        if (ctx->status == CIM_ENOMEM) return CIM_ENOMEM;
        return cim__fail(ctx, CIM_EARG, "%s: %.100s is no property name", what, name);
    }
    CIM__TRY(path_new(&p, 0, path_out));
    if (p.lex.pos != copy.ptr + copy.len) return cim__fail(ctx, CIM_EARG, "%s: %.100s is no property name", what, name);
    return CIM_OK;
}

/* ---- near names ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

enum { NEAR_MAX = 64 };

/* Edits between two names (insert, delete, replace, swap neighbours: F. J. Damerau, "A technique for computer detection and correction
 * of spelling errors", 1964, as optimal string alignment), case ignored. */
static unsigned distance(cim__str a, cim__str b)
{
    unsigned rows[3][NEAR_MAX + 1];
    if (a.len > NEAR_MAX || b.len > NEAR_MAX) return NEAR_MAX;
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            char x = lower(a.ptr[i - 1]), y = lower(b.ptr[j - 1]);
            unsigned best = above[j - 1] + (x != y);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && y == lower(a.ptr[i - 2]) && two[j - 2] + 1 < best) best = two[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.len % 3][b.len];
}

static cim__str local_part(cim__str name)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    return colon ? (cim__str){ colon + 1, name.len - (size_t)(colon + 1 - name.ptr) } : name;
}

void cim__cql_near_add(cim__cql_near *near, cim__str wanted, cim__str name)
{
    unsigned d = distance(wanted, name), local = distance(wanted, local_part(name));
    if (local < d) d = local;
    if (d > 1 + wanted.len / 4) return;
    uint32_t at = near->count;
    for (uint32_t i = 0; i < near->count; i++)
        if (cim__str_eq(near->best[i], name)) return;
    while (at > 0 && near->distance[at - 1] > d) at--;
    if (at == 3) return;
    for (uint32_t i = near->count < 3 ? near->count : 2; i > at; i--) {
        near->best[i] = near->best[i - 1];
        near->distance[i] = near->distance[i - 1];
    }
    near->best[at] = name;
    near->distance[at] = d;
    if (near->count < 3) near->count++;
}

void cim__cql_near_put(const cim__cql_near *near, char text[200])
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < near->count; i++) {
        size_t n = near->best[i].len < 50 ? near->best[i].len : 50;
        const char *before = i ? ", " : " (";
        memcpy(text + used, before, 2);
        memcpy(text + used + 2, near->best[i].ptr, n);
        used += n + 2;
    }
    if (near->count) memcpy(text + used, "?)", 3);
}
