/* random_naive.c - the truth of an expression at an object, found the plain way: nothing is shared with the library. */
#include "random.h"

#include <strings.h>
#include <time.h>

/* ---- time: the C library's calendar ---- */

static int64_t seconds(int year, int month, int day)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
    return (int64_t)timegm(&tm);
}

bool read_date(const char *text, int64_t at[2])
{
    int y, m, d, H, M, S, used = 0;
    size_t n = strlen(text);
    if (n == 4 && sscanf(text, "%4d%n", &y, &used) == 1 && used == 4 && y >= 1) return at[0] = seconds(y, 1, 1), at[1] = seconds(y + 1, 1, 1) - 1, true;
    if (n == 7 && sscanf(text, "%4d-%2d", &y, &m) == 2) return at[0] = seconds(y, m, 1), at[1] = seconds(y, m + 1, 1) - 1, true;
    if (n == 10 && sscanf(text, "%4d-%2d-%2d", &y, &m, &d) == 3) return at[0] = seconds(y, m, d), at[1] = at[0] + 86399, true;
    if (n == 20 && sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &y, &m, &d, &H, &M, &S) == 6) return at[0] = at[1] = seconds(y, m, d) + H * 3600 + M * 60 + S, true;
    return false;
}

/* ---- naive evaluation ---- */

static truth not3(truth t) { return t == MAYBE ? MAYBE : t == YES ? NO : YES; }
static truth or3(truth a, truth b) { return a == YES || b == YES ? YES : a == MAYBE || b == MAYBE ? MAYBE : NO; }
static truth and3(truth a, truth b) { return a == NO || b == NO ? NO : a == MAYBE || b == MAYBE ? MAYBE : YES; }

static void hop(const bool in[OBJECTS], int relation, bool out[OBJECTS])
{
    memset(out, 0, OBJECTS * sizeof *out);
    for (int i = 0; i < OBJECTS; i++) {
        const thing *t = &things[i];
        for (int j = 0; j < OBJECTS; j++) {
            const thing *o = &things[j];
            if (!in[i] || out[j]) continue;
            if (relation < 3) out[j] = linked(t, relation, j);
            else if (relation == 3) out[j] = t->parent == j;
            else if (relation == 4) out[j] = o->parent == i;
            else out[j] = linked(o, relation - 5, i);
        }
    }
}

static void reached(const path *p, int i, bool out[OBJECTS])
{
    bool in[OBJECTS] = { false };
    in[i] = true;
    memcpy(out, in, sizeof in);
    for (int h = 0; h < p->hop_count; h++) {
        hop(in, p->hops[h], out);
        memcpy(in, out, sizeof in);
    }
}

static void attribute_values(const thing *t, const path *p, values *out)
{
    const attribute *a = &t->attrs[p->attr];
    /* `levels` is a key of its own on some objects, which then wins over osm:levels */
    if (p->attr == A_LEVELS && p->local && t->attrs[A_LEVELS_PLAIN].there) a = &t->attrs[A_LEVELS_PLAIN];
    if (p->attr == A_LEVELS_PLAIN && !t->attrs[A_LEVELS_PLAIN].there) a = &t->attrs[A_LEVELS];
    if (!a->there) return;
    for (int i = 0; i < a->val.n; i++) {
        assert_true(out->n < VALUES);
        out->v[out->n++] = a->val.v[i];
    }
}

static void end_values(const thing *t, const path *p, values *out)
{
    char base[32];
    switch (p->end) {
    case E_NAME: if (t->has_name) add_text(out, t->name); break;
    case E_HEIGHT: if (t->has_height) add_num(out, t->height); break;
    case E_STOREYS: if (t->has_storeys) add_num(out, t->storeys); break;
    case E_BRIDGE: if (t->has_bridge) add_num(out, t->bridge); break;
    case E_RULE: if (t->has_storeys && t->storeys_derived) add_text(out, "height"); break;
    case E_CLASS: add_text(out, t->class_name); break;
    case E_LAYER: add_text(out, t->layer); break;
    case E_NUMBER: add_num(out, t->number); break;
    case E_PARENT: if (t->parent >= 0) add_num(out, things[t->parent].number); break;
    case E_FROM: if (t->valid_from[0]) add_text(out, t->valid_from); break;
    case E_TO: if (t->valid_to[0]) add_text(out, t->valid_to); break;
    case E_ID:
        add_text(out, t->gid);
        strcpy(base, t->gid);
        if (strchr(base, '#')) *strchr(base, '#') = 0, add_text(out, base);
        break;
    case E_GEOM: if (t->geom) out->v[out->n++] = (value){ .type = V_OPAQUE }; break;
    case E_RELATION: out->v[out->n++] = (value){ .type = V_OPAQUE }; break;
    default: attribute_values(t, p, out);
    }
}

bool overflow;

static void path_values(const path *p, int i, values *out)
{
    bool there[OBJECTS];
    out->n = 0;
    reached(p, i, there);
    for (int j = 0; j < OBJECTS; j++) {
        if (!there[j]) continue;
        if (out->n > VALUES - 6) overflow = true;
        else end_values(&things[j], p, out);
    }
}

static bool as_number(const value *v, double *n)
{
    char *after;
    if (v->type == V_NUM) return *n = v->num, true;
    if (v->type != V_TEXT || !v->text[0] || strpbrk(v->text, "xXnN")) return false;
    *n = strtod(v->text, &after);
    return after != v->text && !*after;
}

static bool as_bool(const value *v, bool *b)
{
    static const char *const no[] = { "false", "no", "0" }, *const yes[] = { "true", "yes", "1" };
    if (v->type == V_BOOL || (v->type == V_NUM && (v->num == 0 || v->num == 1))) return *b = v->num != 0, true;
    for (int i = 0; i < 3 && v->type == V_TEXT; i++) {
        if (!strcasecmp(v->text, no[i])) return *b = false, true;
        if (!strcasecmp(v->text, yes[i])) return *b = true, true;
    }
    return false;
}

static bool as_time(const value *v, value *t)
{
    char year[40];
    *t = *v;
    if (v->type == V_TIME) return true;
    if (v->type == V_NUM && v->num >= 1 && v->num <= 9999 && v->num == floor(v->num)) snprintf(year, sizeof year, "%04d", (int)v->num);
    else if (v->type == V_TEXT) snprintf(year, sizeof year, "%.39s", v->text);
    else return false;
    t->type = V_TIME;
    if (strspn(year, "0123456789-T:Z") != strlen(year) || !read_date(year, t->from)) return false;
    memcpy(t->to, t->from, sizeof t->to);
    return true;
}

static int instants(const int64_t a[2], const int64_t b[2]) { return a[1] < b[0] ? -1 : a[0] > b[1] ? 1 : 0; }

static truth ordered(int op, int order)
{
    bool results[] = { order == 0, order != 0, order < 0, order <= 0, order > 0, order >= 0 };
    return results[op] ? YES : NO;
}

static truth compare(int op, const value *a, const value *b)
{
    double x, y;
    bool s, t;
    value u, w;
    if (a->type == V_OPAQUE || b->type == V_OPAQUE) return MAYBE;
    if (a->type == V_TEXT && b->type == V_TEXT) return ordered(op, strcmp(a->text, b->text));
    if (a->type == V_TIME || b->type == V_TIME) return as_time(a, &u) && as_time(b, &w) ? ordered(op, instants(u.from, w.from)) : MAYBE;
    if (a->type == V_BOOL || b->type == V_BOOL) return as_bool(a, &s) && as_bool(b, &t) ? ordered(op, (int)s - (int)t) : MAYBE;
    return as_number(a, &x) && as_number(b, &y) ? ordered(op, x < y ? -1 : x > y) : MAYBE;
}

static bool as_text(const value *v, char out[64])
{
    if (v->type == V_TEXT) snprintf(out, 64, "%.63s", v->text);
    else if (v->type == V_NUM) snprintf(out, 64, "%.15g", v->num == 0.0 ? 0.0 : v->num);
    else if (v->type == V_BOOL) snprintf(out, 64, "%s", v->num ? "true" : "false");
    else return false;
    return true;
}

static size_t character(const char *p) { return (*p & 0x80) == 0 ? 1 : (*p & 0xe0) == 0xc0 ? 2 : 3; }

static bool like(const char *t, const char *p)
{
    if (!*p) return !*t;
    if (*p == '%') return like(t, p + 1) || (*t && like(t + 1, p));
    if (!*t) return false;
    if (*p == '_') return like(t + character(t), p + 1);
    if (*p == '\\' && p[1]) p++;
    return *t == *p && like(t + 1, p + 1);
}

/* Enough for the few letters the test uses. */
static void fold(char *s, bool accents)
{
    static const char *const case_from[] = { "ß", "Ä", "É" }, *const case_to[] = { "ss", "ä", "é" };
    static const char *const accent_from[] = { "Ä", "ä", "é" }, *const accent_to[] = { "A", "a", "e" };
    char out[64], *to = out;
    for (char *p = s; *p;) {
        bool done = false;
        for (int i = 0; i < 3 && !done; i++) {
            const char *from = accents ? accent_from[i] : case_from[i];
            if (strncmp(p, from, strlen(from))) continue;
            to += sprintf(to, "%s", accents ? accent_to[i] : case_to[i]);
            p += strlen(from);
            done = true;
        }
        if (done) continue;
        *to++ = !accents && *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        p++;
    }
    *to = 0;
    strcpy(s, out);
}

static double calculate(int op, double a, double b)
{
    switch (op) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case 'd': return trunc(a / b);
    case '%': return fmod(a, b);
    default: return pow(a, b);
    }
}

static void list_of(const node *n, int i, values *out)
{
    values *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    double x, y;
    out->n = 0;
    a->n = b->n = 0;
    switch (n->kind) {
    case K_LITERAL: out->v[out->n++] = n->literal; break;
    case K_PATH: path_values(&n->path, i, out); break;
    case K_NEGATE:
        list_of(n->child[0], i, a);
        for (int j = 0; j < a->n; j++)
            if (as_number(&a->v[j], &x)) add_num(out, -x);
        break;
    case K_ARITHMETIC:
        list_of(n->child[0], i, a);
        list_of(n->child[1], i, b);
        for (int j = 0; j < a->n; j++)
            for (int k = 0; k < b->n; k++) {
                if (!as_number(&a->v[j], &x) || !as_number(&b->v[k], &y) || !isfinite(calculate(n->op, x, y))) continue;
                if (out->n == VALUES) overflow = true;
                else add_num(out, calculate(n->op, x, y));
            }
        break;
    case K_CASEI:
    case K_ACCENTI:
        list_of(n->child[0], i, a);
        for (int j = 0; j < a->n; j++) {
            char s[64];
            if (!as_text(&a->v[j], s)) continue;
            fold(s, n->kind == K_ACCENTI);
            add_text(out, s);
        }
        break;
    case K_TRUTH: {
        truth t = evaluate(n->child[0], i);
        if (t != MAYBE) out->v[out->n++] = (value){ .type = V_BOOL, .num = t == YES };
        break;
    }
    case K_INTERVAL:
        for (int side = 0; side < 2; side++) {
            values *l = side ? b : a;
            const node *c = n->child[side];
            l->n = 0;
            if (c->kind == K_PATH) path_values(&c->path, i, l);
            if (c->kind == K_LITERAL) l->v[l->n++] = c->literal;
            if (c->kind == K_OPEN || (c->kind == K_PATH && !l->n)) {
                value open = { .type = V_TIME };
                open.from[0] = open.from[1] = open.to[0] = open.to[1] = side ? INT64_MAX : INT64_MIN;
                l->v[l->n++] = open;
            }
        }
        for (int j = 0; j < a->n; j++)
            for (int k = 0; k < b->n; k++) {
                value f, t;
                if (!as_time(&a->v[j], &f) || !as_time(&b->v[k], &t)) continue;
                memcpy(f.to, t.to, sizeof f.to);
                out->v[out->n++] = f;
            }
        break;
    default: fail();
    }
    free(a);
    free(b);
}

static truth times(int op, const value *a, const value *b)
{
    value x, y;
    if (!as_time(a, &x) || !as_time(b, &y) || instants(x.from, x.to) > 0 || instants(y.from, y.to) > 0) return MAYBE;
    int ss = instants(x.from, y.from), ee = instants(x.to, y.to), se = instants(x.from, y.to), es = instants(x.to, y.from);
    bool r[] = { se > 0, es < 0, se > 0 || es < 0, !ss && !ee, !(se > 0 || es < 0), ss < 0 && ee > 0, ss > 0 && ee < 0, ss < 0 && !ee, ss > 0 && !ee, !es, !se,
                 ss > 0 && se < 0 && ee > 0, ss < 0 && es > 0 && ee < 0, !ss && ee > 0, !ss && ee < 0 };
    return r[op] ? YES : NO;
}

static bool spatial_pair(const node *n, const GEOSGeometry *a, const GEOSGeometry *b)
{
    double d = 0;
    if (n->kind == K_DISTANCE) {
        bool empty = GEOSisEmpty_r(geos, a) == 1 || GEOSisEmpty_r(geos, b) == 1;
        assert_int_equal(GEOSDistance_r(geos, a, b, &d), 1);
        return !empty && d <= n->distance * (1 + 1e-12);
    }
    char answer = 2;
    switch (n->op) {
    case 0: answer = GEOSIntersects_r(geos, a, b); break;
    case 1: answer = GEOSDisjoint_r(geos, a, b); break;
    case 2: answer = GEOSWithin_r(geos, a, b); break;
    case 3: answer = GEOSContains_r(geos, a, b); break;
    case 4: answer = GEOSTouches_r(geos, a, b); break;
    case 5: answer = GEOSCrosses_r(geos, a, b); break;
    case 6: answer = GEOSOverlaps_r(geos, a, b); break;
    case 7: answer = GEOSEquals_r(geos, a, b); break;
    }
    assert_int_not_equal(answer, 2);
    return answer == 1;
}

static int geometries(const node *n, const path *p, int i, const GEOSGeometry *out[OBJECTS])
{
    bool there[OBJECTS];
    int count = 0;
    (void)n;
    reached(p, i, there);
    for (int j = 0; j < OBJECTS; j++)
        if (there[j] && things[j].geom) out[count++] = things[j].geom;
    return count;
}

static truth spatial(const node *n, int i)
{
    static const GEOSGeometry *a[OBJECTS], *b[OBJECTS];
    int na = geometries(n, &n->path, i, a), nb = 1;
    truth t = MAYBE;
    if (n->geom) b[0] = n->geom;
    else nb = geometries(n, &n->path2, i, b);
    if (na && nb) t = NO;
    for (int j = 0; j < na; j++)
        for (int k = 0; k < nb && t != YES; k++)
            if (n->swapped ? spatial_pair(n, b[k], a[j]) : spatial_pair(n, a[j], b[k])) t = YES;
    return n->kind == K_DISTANCE && n->op ? not3(t) : t;
}

static bool is_a(const char *class_name, const char *super)
{
    if (!strcmp(super, "CityObject") || !strcmp(class_name, super)) return true;
    if (!strcmp(class_name, "BuildingPart")) return !strcmp(super, "Building");
    if (!strcmp(class_name, "Camera")) return !strcmp(super, "Sensor");
    return !strcmp(class_name, "District") && !strcmp(super, "Zone");
}

static truth pairs(const node *n, int i)
{
    values *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    char s[64], p[64];
    list_of(n->child[0], i, a);
    list_of(n->child[1], i, b);
    truth t = a->n && b->n ? NO : MAYBE;
    for (int j = 0; j < a->n; j++)
        for (int k = 0; k < b->n; k++) {
            if (n->kind == K_COMPARE) t = or3(t, compare(n->op, &a->v[j], &b->v[k]));
            else if (n->kind == K_TEMPORAL) t = or3(t, times(n->op, &a->v[j], &b->v[k]));
            else t = or3(t, as_text(&a->v[j], s) && as_text(&b->v[k], p) ? (like(s, p) ? YES : NO) : MAYBE);
        }
    free(a);
    free(b);
    return t;
}

static truth members(const node *n, int i)
{
    values *a = malloc(sizeof *a), *b = malloc(sizeof *b), *c = malloc(sizeof *c);
    truth t = NO;
    list_of(n->child[0], i, a);
    if (n->kind == K_IN) {
        for (int m = 1; m < n->count; m++) {
            list_of(n->child[m], i, b);
            if (!b->n) t = or3(t, MAYBE);
            for (int j = 0; j < a->n; j++)
                for (int k = 0; k < b->n; k++) t = or3(t, compare(0, &a->v[j], &b->v[k]));
        }
        if (!a->n) t = MAYBE;
    } else {
        list_of(n->child[1], i, b);
        list_of(n->child[2], i, c);
        for (int j = 0; j < a->n; j++)
            for (int k = 0; k < b->n; k++)
                for (int l = 0; l < c->n; l++) t = or3(t, and3(compare(5, &a->v[j], &b->v[k]), compare(3, &a->v[j], &c->v[l])));
        if (!a->n || !b->n || !c->n) t = MAYBE;
    }
    free(a);
    free(b);
    free(c);
    return t;
}

static truth related(const node *n, int i)
{
    bool there[OBJECTS];
    reached(&n->path, i, there);
    for (int j = 0; j < OBJECTS; j++) {
        char base[32];
        strcpy(base, things[j].gid);
        if (!strchr(n->id, '#') && strchr(base, '#')) *strchr(base, '#') = 0;
        if (there[j] && !strcmp(base, n->id)) return YES;
    }
    return NO;
}

truth evaluate(const node *n, int i)
{
    values l;
    truth t;
    switch (n->kind) {
    case K_TRUE: return n->op ? YES : NO;
    case K_NOT: return not3(evaluate(n->child[0], i));
    case K_AND:
        t = YES;
        for (int c = 0; c < n->count; c++) t = and3(t, evaluate(n->child[c], i));
        return t;
    case K_OR:
        t = NO;
        for (int c = 0; c < n->count; c++) t = or3(t, evaluate(n->child[c], i));
        return t;
    case K_NULL:
        list_of(n->child[0], i, &l);
        return (l.n == 0) != n->negated ? YES : NO;
    case K_ISA: return is_a(things[i].class_name, n->id) ? YES : NO;
    case K_RELATED: return related(n, i);
    case K_SPATIAL:
    case K_DISTANCE: return spatial(n, i);
    case K_BETWEEN:
    case K_IN: return n->negated ? not3(members(n, i)) : members(n, i);
    case K_LIKE: return n->negated ? not3(pairs(n, i)) : pairs(n, i);
    default: return pairs(n, i);
    }
}
