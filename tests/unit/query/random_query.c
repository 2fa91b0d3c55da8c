/* random_query.c - random expressions, and their text with parentheses where they are needed and sometimes where they are not. */
#include "random.h"

const char *const hop_names[] = { "located_in", "accesses", "same_as", "part_of", "has_part", "contains", "accessed_by" };

static node pool[4000];
static int pool_used;

static node *new_node(kind k)
{
    node *n = &pool[pool_used++];
    assert_true(pool_used < 4000);
    memset(n, 0, sizeof *n);
    n->kind = k;
    return n;
}

static path random_path(bool hops, bool geometry)
{
    path p = { .hop_count = hops ? (int)below(3) : 0 };
    for (int i = 0; i < p.hop_count; i++) p.hops[i] = (int)below(7);
    p.end = geometry ? E_GEOM : (end)below(E_GEOM);
    p.attr = (int)below(A_COUNT);
    if (p.attr >= A_CITY && p.end == E_ATTR) p.end = p.attr == A_FLAG ? E_ATTR : E_ADDRESS;
    if (p.end == E_ADDRESS) p.attr = A_CITY + (int)below(2);
    p.local = below(2);
    return p;
}

static bool numeric_end(end e) { return e == E_HEIGHT || e == E_STOREYS || e == E_BRIDGE || e == E_NUMBER || e == E_PARENT; }

static node *literal_number(void)
{
    node *n = new_node(K_LITERAL);
    n->literal = (value){ .type = V_NUM, .num = (double)below(60) / 2.0 };
    return n;
}

static node *literal_text(void)
{
    node *n = new_node(K_LITERAL);
    n->literal.type = V_TEXT;
    snprintf(n->literal.text, sizeof n->literal.text, "%s", below(2) ? ONE_OF(names) : unquoted(ONE_OF(texts)));
    return n;
}

static node *literal_date(void)
{
    node *n = new_node(K_LITERAL);
    n->literal.type = V_TIME;
    strcpy(n->literal.text, dates[below(6)]);
    assert_true(read_date(n->literal.text, n->literal.from));
    memcpy(n->literal.to, n->literal.from, sizeof n->literal.to);
    return n;
}

/* ---- random expressions ---- */

static node *random_value(int depth, bool numbers)
{
    node *n;
    unsigned k = below(depth > 0 ? 10 : 6);
    if (k < 2) return numbers || below(2) ? literal_number() : literal_text();
    if (k < 6) {
        n = new_node(K_PATH);
        do n->path = random_path(below(3) == 0, false);
        while (numbers && n->path.end != E_HEIGHT && n->path.end != E_STOREYS && n->path.end != E_ATTR && n->path.end != E_NUMBER);
        return n;
    }
    if (k < 9) {
        n = new_node(below(5) ? K_ARITHMETIC : K_NEGATE);
        n->op = "+-*/%d^"[below(7)];
        n->child[0] = random_value(depth - 1, true);
        if (n->kind == K_ARITHMETIC) n->child[1] = n->op == '^' ? literal_number() : random_value(depth - 1, true);
        n->count = n->kind == K_ARITHMETIC ? 2 : 1;
        return n;
    }
    if (numbers) return literal_number();
    n = new_node(below(2) ? K_CASEI : below(2) ? K_ACCENTI : K_TRUTH);
    n->child[0] = n->kind == K_TRUTH ? new_node(K_ISA) : random_value(0, false); /* large numbers as text are a matter of taste */
    if (n->kind == K_TRUTH) strcpy(n->child[0]->id, "UtilityNode");
    n->count = 1;
    return n;
}

/* The library refuses what cannot be meant: texts that are no number for a numeric property, unknown classes. */
static node *other_side(const node *left, int depth)
{
    static const char *const classes[] = { "Building", "BuildingPart", "Road", "District", "Camera", "Sensor", "Pipe" };
    static const char *const layers[] = { "building", "building_part", "road", "zone", "sensor", "nonspatial", "tree" };
    if (left->kind == K_PATH && numeric_end(left->path.end)) return below(3) ? literal_number() : random_value(depth, true);
    if (left->kind == K_PATH && (left->path.end == E_CLASS || left->path.end == E_LAYER)) {
        node *n = new_node(K_LITERAL);
        n->literal.type = V_TEXT;
        strcpy(n->literal.text, left->path.end == E_CLASS ? ONE_OF(classes) : ONE_OF(layers));
        return n;
    }
    if (left->kind == K_PATH && left->path.end == E_ID && below(2)) {
        node *n = new_node(K_LITERAL);
        n->literal.type = V_TEXT;
        strcpy(n->literal.text, things[below(OBJECTS)].gid);
        char *hash = strchr(n->literal.text, '#');
        if (hash && below(2)) *hash = 0;
        return n;
    }
    if (left->kind == K_PATH && (left->path.end == E_FROM || left->path.end == E_TO) && below(2)) return literal_date();
    if (left->kind == K_LITERAL || left->kind == K_ARITHMETIC || left->kind == K_NEGATE) return random_value(depth, true);
    return random_value(depth, false);
}

static bool clashes(const node *literal, const node *p)
{
    char *after;
    if (literal->kind != K_LITERAL || p->kind != K_PATH || literal->literal.type != V_TEXT) return false;
    if (p->path.end == E_CLASS || p->path.end == E_LAYER) return true;
    strtod(literal->literal.text, &after);
    return numeric_end(p->path.end) && (after == literal->literal.text || *after);
}

static node *random_compare(int depth)
{
    node *n = new_node(K_COMPARE), *left, *right;
    do {
        left = random_value(depth, false);
        right = other_side(left, depth);
    } while (clashes(left, right));
    n->op = (int)below(6);
    n->child[0] = left;
    n->child[1] = right;
    n->count = 2;
    if (below(4) == 0 && !(left->kind == K_PATH && (left->path.end == E_CLASS || left->path.end == E_LAYER))) n->child[0] = right, n->child[1] = left;
    return n;
}

static node *random_list(kind k, int depth, int count)
{
    node *n = new_node(k), *left;
    left = n->child[0] = random_value(depth, false);
    for (int i = 1; i <= count; i++) {
        do n->child[i] = other_side(left, 0);
        while (clashes(left, n->child[i]));
    }
    n->count = count + 1;
    n->negated = below(3) == 0;
    return n;
}

static node *random_like(void)
{
    static const char *const patterns[] = { "%", "_%", "", "%a%", "A%", "a_pha", "%\\_%", "100\\%", "%12", "_a%", "haus", "%%e", "Stra_e", "%'%", "O''%" };
    node *n = new_node(K_LIKE), *pattern = new_node(K_LITERAL);
    n->child[0] = new_node(K_PATH);
    n->child[0]->path = random_path(below(3) == 0, false);
    pattern->literal.type = V_TEXT;
    snprintf(pattern->literal.text, sizeof pattern->literal.text, "%s", unquoted(ONE_OF(patterns)));
    n->child[1] = pattern;
    n->count = 2;
    n->negated = below(3) == 0;
    if (below(4) == 0) {
        for (int i = 0; i < 2; i++) {
            node *f = new_node(K_CASEI);
            f->child[0] = n->child[i];
            f->count = 1;
            n->child[i] = f;
        }
    }
    return n;
}

static node *random_spatial(void)
{
    node *n = new_node(below(4) ? K_SPATIAL : K_DISTANCE);
    unsigned what = below(8);
    n->op = (int)(n->kind == K_SPATIAL ? below(8) : below(2));
    n->distance = (double)below(12) / 2.0;
    n->path = random_path(below(5) == 0, true);
    n->swapped = below(4) == 0;
    if (what == 0) {
        n->path2 = random_path(below(2), true);
        return n;
    }
    if (what == 1) {
        int i;
        do i = (int)below(OBJECTS);
        while (!things[i].geom || strchr(things[i].gid, '#'));
        strcpy(n->id, things[i].gid);
        strcpy(n->wkt, things[i].wkt);
    } else if (what < 5) {
        int x = (int)below(20), y = (int)below(20), w = (int)below(9), h = (int)below(9);
        int b[4] = { x, y, x + w, y + h };
        memcpy(n->box_, b, sizeof b);
        n->box = true;
        if (w && h) snprintf(n->wkt, sizeof n->wkt, "POLYGON((%d %d,%d %d,%d %d,%d %d,%d %d))", x, y, x + w, y, x + w, y + h, x, y + h, x, y);
        else if (w || h) snprintf(n->wkt, sizeof n->wkt, "LINESTRING(%d %d,%d %d)", x, y, x + w, y + h);
        else snprintf(n->wkt, sizeof n->wkt, "POINT(%d %d)", x, y);
    } else {
        grid_any(n->wkt, sizeof n->wkt);
    }
    n->geom = GEOSWKTReader_read_r(geos, reader, n->wkt);
    assert_non_null(n->geom);
    return n;
}

static node *random_time(bool interval_only)
{
    node *n;
    if (!interval_only && below(2)) {
        if (below(2)) return literal_date();
        n = new_node(K_PATH);
        n->path = (path){ .end = below(2) ? E_FROM : E_TO };
        if (below(4) == 0) n->path.hop_count = 1, n->path.hops[0] = (int)below(7);
        return n;
    }
    n = new_node(K_INTERVAL);
    n->count = 2;
    if (below(2)) {
        n->child[0] = below(3) ? literal_date() : new_node(K_OPEN);
        n->child[1] = below(3) ? literal_date() : new_node(K_OPEN);
        if (n->child[0]->kind == K_LITERAL && n->child[1]->kind == K_LITERAL && n->child[0]->literal.from[0] > n->child[1]->literal.to[1]) n->child[1] = new_node(K_OPEN);
        return n;
    }
    for (int i = 0; i < 2; i++) {
        n->child[i] = new_node(K_PATH);
        n->child[i]->path = (path){ .end = i ? E_TO : E_FROM };
    }
    return n;
}

static node *random_temporal(void)
{
    node *n = new_node(K_TEMPORAL);
    n->op = (int)below(15);
    n->child[0] = random_time(n->op > 4);
    n->child[1] = random_time(n->op > 4);
    n->count = 2;
    return n;
}

node *random_truth(int depth)
{
    static const char *const supers[] = { "CityObject", "Building", "Sensor", "Zone", "Road", "Camera" };
    node *n;
    unsigned k = below(depth > 0 ? 20 : 12);
    if (k < 4) return random_compare(depth > 1 ? 2 : 1);
    if (k == 4) return random_list(K_BETWEEN, 1, 2);
    if (k == 5) return random_list(K_IN, 1, 1 + (int)below(3));
    if (k == 6) return random_like();
    if (k == 7 || k == 8) return random_spatial();
    if (k == 9) return random_temporal();
    if (k == 10) {
        n = new_node(K_NULL);
        n->child[0] = new_node(K_PATH);
        n->child[0]->path = random_path(below(2), below(4) == 0);
        if (n->child[0]->path.hop_count && below(2)) n->child[0]->path.end = E_RELATION;
        n->negated = below(2);
        return n;
    }
    if (k == 11) {
        n = new_node(below(3) ? K_ISA : below(3) ? K_RELATED : K_TRUE);
        strcpy(n->id, n->kind == K_ISA ? ONE_OF(supers) : things[below(OBJECTS)].gid);
        n->path = (path){ .hop_count = 1 + (int)below(2), .hops = { (int)below(7), (int)below(7) }, .end = E_RELATION };
        n->op = (int)below(2);
        return n;
    }
    n = new_node(k < 14 ? K_NOT : k < 17 ? K_AND : K_OR);
    n->count = n->kind == K_NOT ? 1 : 2 + (int)below(2);
    for (int i = 0; i < n->count; i++) n->child[i] = random_truth(depth - 1);
    return n;
}

/* ---- printing ---- */

static char *text;
static size_t room, used;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    used += (size_t)vsnprintf(text + used, room - used, format, args);
    va_end(args);
    assert_true(used < room);
}

static void put_quoted(const char *s)
{
    put("'");
    for (; *s; s++) put(*s == '\'' ? (below(2) ? "''" : "\\'") : *s == '\\' && below(2) ? "\\\\" : "%c", *s);
    put("'");
}

static void put_path(const path *p)
{
    static const char *const ends[] = { "name", "height_m", "storeys", "bridge", "derived.storeys", "class", "layer", "id", "number", "parent", "valid_from", "valid_to" };
    for (int i = 0; i < p->hop_count; i++) put(i ? ".%s" : "%s", hop_names[p->hops[i]]);
    if (p->end == E_RELATION) return;
    if (p->hop_count) put(".");
    if (p->end == E_GEOM) put("geom");
    else if (p->end == E_ADDRESS) put(p->local ? "address.%s" : "\"core:address\".%s", attribute_keys[p->attr]);
    else if (p->end == E_ATTR) {
        const char *key = attribute_keys[p->attr], *colon = strchr(key, ':');
        if (p->local && colon) put("%s", colon + 1);
        else put(below(2) ? "%s" : "\"%s\"", key);
    } else put("%s", ends[p->end]);
}

static void put_node(const node *n, int context);

static void put_literal(const value *v, bool in_interval)
{
    if (v->type == V_NUM) put("%g", v->num);
    else if (v->type == V_TEXT) put_quoted(v->text);
    else if (in_interval) put("'%s'", v->text);
    else put(strchr(v->text, 'T') ? "TIMESTAMP('%s')" : "DATE('%s')", v->text);
}

static int binding(const node *n)
{
    switch (n->kind) {
    case K_OR: return 1;
    case K_AND: return 2;
    case K_NOT: return 3;
    case K_COMPARE:
    case K_BETWEEN:
    case K_IN:
    case K_LIKE:
    case K_NULL: return 4;
    case K_ARITHMETIC: return n->op == '+' || n->op == '-' ? 5 : n->op == '^' ? 7 : 6;
    case K_NEGATE: return 8;
    default: return 9;
    }
}

static void put_operator(const node *n)
{
    static const char *const signs[] = { "=", "<>", "<", "<=", ">", ">=" };
    if (n->kind == K_COMPARE) put(" %s ", signs[n->op]);
    else if (n->op == 'd') put(" div ");
    else put(" %c ", n->op);
}

static void put_geometry(const node *n, bool first)
{
    if (first != n->swapped) put_path(&n->path);
    else if (!n->geom) put_path(&n->path2);
    else if (n->id[0]) put("OBJECT('%s')", n->id);
    else if (n->box) put("BBOX(%d,%d,%d,%d)", n->box_[0], n->box_[1], n->box_[2], n->box_[3]);
    else put("%s", n->wkt);
}

static void put_inner(const node *n)
{
    static const char *const spatial[] = { "S_INTERSECTS", "s_disjoint", "S_WITHIN", "S_CONTAINS", "S_TOUCHES", "S_CROSSES", "S_OVERLAPS", "S_EQUALS" };
    static const char *const temporal[] = { "T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS", "T_CONTAINS", "T_DURING", "T_FINISHEDBY", "T_FINISHES", "T_MEETS", "T_METBY", "T_OVERLAPPEDBY", "T_OVERLAPS", "T_STARTEDBY", "T_STARTS" };
    int b = binding(n);
    switch (n->kind) {
    case K_TRUE: put(n->op ? "TRUE" : "FALSE"); break;
    case K_AND:
    case K_OR:
        for (int i = 0; i < n->count; i++) {
            if (i) put(n->kind == K_AND ? " AND " : " or ");
            put_node(n->child[i], b + 1);
        }
        break;
    case K_NOT:
        put("NOT ");
        put_node(n->child[0], 3);
        break;
    case K_COMPARE:
    case K_ARITHMETIC: /* ^ is right associative, the others left */
        put_node(n->child[0], n->op == '^' ? b + 1 : b + (n->kind == K_COMPARE));
        put_operator(n);
        put_node(n->child[1], n->op == '^' ? b : b + 1);
        break;
    case K_NEGATE:
        put("- ");
        put_node(n->child[0], 8);
        break;
    case K_BETWEEN:
        put_node(n->child[0], 5);
        put(n->negated ? " NOT BETWEEN " : " BETWEEN ");
        put_node(n->child[1], 5);
        put(" AND ");
        put_node(n->child[2], 5);
        break;
    case K_IN:
        put_node(n->child[0], 5);
        put(n->negated ? " not in (" : " IN (");
        for (int i = 1; i < n->count; i++) {
            if (i > 1) put(", ");
            put_node(n->child[i], 5);
        }
        put(")");
        break;
    case K_LIKE:
        put_node(n->child[0], 5);
        put(n->negated ? " NOT LIKE " : " LIKE ");
        put_node(n->child[1], 5);
        break;
    case K_NULL:
        put_node(n->child[0], 5);
        put(n->negated ? " IS NOT NULL" : " IS NULL");
        break;
    case K_ISA: put("IS_A('%s')", n->id); break;
    case K_RELATED:
        put("RELATED('");
        put_path(&n->path);
        put("', '%s')", n->id);
        break;
    case K_SPATIAL:
    case K_DISTANCE:
        put("%s(", n->kind == K_SPATIAL ? spatial[n->op] : n->op ? "S_BEYOND" : "S_DWITHIN");
        put_geometry(n, true);
        put(", ");
        put_geometry(n, false);
        if (n->kind == K_DISTANCE) put(below(2) ? ", %g" : ", %g, m", n->distance);
        put(")");
        break;
    case K_TEMPORAL:
        put("%s(", temporal[n->op]);
        put_node(n->child[0], 5);
        put(", ");
        put_node(n->child[1], 5);
        put(")");
        break;
    case K_LITERAL: put_literal(&n->literal, false); break;
    case K_PATH: put_path(&n->path); break;
    case K_CASEI:
    case K_ACCENTI:
        put(n->kind == K_CASEI ? "CASEI(" : "accenti(");
        put_node(n->child[0], 5);
        put(")");
        break;
    case K_TRUTH: put_node(n->child[0], 9); break;
    case K_INTERVAL:
        put("INTERVAL(");
        for (int i = 0; i < 2; i++) {
            if (i) put(", ");
            if (n->child[i]->kind == K_OPEN) put("'..'");
            else if (n->child[i]->kind == K_LITERAL) put_literal(&n->child[i]->literal, below(2));
            else put_path(&n->child[i]->path);
        }
        put(")");
        break;
    case K_OPEN: break;
    }
}

/* Parentheses where they are needed, and sometimes where they are not. */
static void put_node(const node *n, int context)
{
    bool needed = binding(n) < context, extra = !needed && n->kind != K_INTERVAL && below(8) == 0 && n->kind != K_TRUTH;
    if (n->kind == K_PATH && (n->path.end == E_GEOM || n->path.end == E_RELATION)) extra = false;
    if (context == 5 && n->kind == K_LITERAL) extra = false;
    if (needed || extra) put("(");
    put_inner(n);
    if (needed || extra) put(")");
}

void print_query(const node *n, char *to, size_t size)
{
    text = to;
    room = size;
    used = 0;
    put_node(n, 0);
}

void forget_nodes(void)
{
    for (int i = 0; i < pool_used; i++)
        if (pool[i].geom) GEOSGeom_destroy_r(geos, pool[i].geom);
    pool_used = 0;
}
