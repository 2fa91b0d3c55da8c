/* cql_call.c - the functions of the language, and checks of literals against the properties they are compared with. */
#include "city/cql.h"

#include <math.h>

typedef cim_status (*call_fn)(cim__cql_parser *p, int detail, cim__cql_node **node_out);

/* ---- helpers ---- */

static cim_status comma(cim__cql_parser *p, const char *what) { return cim__cql_need(p, ',', what); }

static cim_status closing(cim__cql_parser *p) { return cim__cql_need(p, ')', ")"); }

static cim_status take_string(cim__cql_parser *p, const char *what, cim__str *text_out)
{
    if (p->lex.token.word != CIM__CQL_STRING) return cim__cql_expected(&p->lex, what);
    *text_out = p->lex.token.text;
    return cim__cql_next(&p->lex);
}

/* ---- text ---- */

static cim_status folded(cim__cql_parser *p, int op, cim__cql_node **node_out)
{
    cim__cql_node *operand;
    CIM__TRY(cim__cql_node_new(p, (cim__cql_op)op, node_out));
    CIM__TRY(cim__cql_value_of(p, &operand));
    CIM__TRY(cim__cql_adopt(p, *node_out, operand));
    return closing(p);
}

/* ---- classes and relations ---- */

static cim_status no_class(cim__cql_parser *p, uint32_t column, cim__str name, bool layer)
{
    cim__cql_near near = { .count = 0 };
    char text[200];
    for (int i = 0; i < CIM__LAYER_COUNT && layer; i++) cim__cql_near_add(&near, name, cim__str_of(cim__layers[i].table));
    for (int i = 0; i < CIM__CLASS_COUNT && !layer; i++) cim__cql_near_add(&near, name, cim__str_of(cim__classes[i].name));
    cim__cql_near_put(&near, text);
    return cim__cql_wrong(p->lex.ctx, column, "expected a %s: none is called '%.*s'%s", layer ? "layer" : "class", CIM__CQL_SHOW(name), text);
}

static cim_status is_a(cim__cql_parser *p, int detail, cim__cql_node **node_out)
{
    cim__str name;
    (void)detail;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_IS_A, node_out));
    CIM__TRY(take_string(p, "the name of a class in single quotes", &name));
    (*node_out)->class_id = cim__class_named(name);
    if ((*node_out)->class_id == CIM__CLASS_COUNT) return no_class(p, (*node_out)->column, name, false);
    return closing(p);
}

static cim_status relation_path(cim__cql_parser *p, cim__cql_path **path_out)
{
    cim__cql_parser inner = { .cql = p->cql };
    uint32_t column = cim__cql_column(p->lex.query, p->lex.token.raw.ptr);
    if (p->lex.token.word == CIM__CQL_NAME) {
        CIM__TRY(cim__cql_property(p, path_out));
    } else { /* 'accesses' in single quotes */
        cim__str name;
        CIM__TRY(take_string(p, "a relation, like 'accesses'", &name));
        CIM__TRY(cim__cql_lex(p->lex.ctx, &p->cql->arena, name, &inner.lex));
        if (inner.lex.token.word != CIM__CQL_NAME) return cim__cql_wrong(p->lex.ctx, column, "expected a relation, like 'accesses'");
        CIM__TRY(cim__cql_property(&inner, path_out));
        (*path_out)->column = column;
        if (inner.lex.token.word != CIM__CQL_END) return cim__cql_wrong(p->lex.ctx, column, "expected one relation, like 'accesses'");
    }
    if ((*path_out)->end == CIM__CQL_RELATED) return CIM_OK;
    cim__cql_near near = { .count = 0 };
    char text[200];
    cim__str wanted = (*path_out)->text;
    for (size_t i = 0; i < cim__relation_count; i++) {
        cim__cql_near_add(&near, wanted, cim__str_of(cim__relations[i].name));
        cim__cql_near_add(&near, wanted, cim__str_of(cim__relations[i].inverse));
    }
    cim__cql_near_put(&near, text);
    return cim__cql_wrong(p->lex.ctx, column, "expected a relation: none is called %.*s%s", CIM__CQL_SHOW(wanted), text);
}

enum { RELATED_MAX = 1024 };

static cim_status related(cim__cql_parser *p, int detail, cim__cql_node **node_out)
{
    cim__cql_node *node;
    (void)detail;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_IS_RELATED, &node));
    CIM__TRY(relation_path(p, &node->over));
    node->gids = cim__arena_alloc(&p->cql->arena, RELATED_MAX * sizeof *node->gids);
    if (!node->gids) return cim__nomem(p->lex.ctx);
    do {
        CIM__TRY(comma(p, ", and the id of an object"));
        if (node->count == RELATED_MAX) return cim__cql_expected(&p->lex, "at most 1024 ids");
        CIM__TRY(take_string(p, "the id of an object in single quotes", &node->gids[node->count++]));
    } while (cim__cql_at(&p->lex, ','));
    *node_out = node;
    return closing(p);
}

/* ---- time ---- */

static bool shape_of_literal(cim__str text, bool timestamp) { return (memchr(text.ptr, 'T', text.len) != NULL) == timestamp; }

static cim_status instant_literal(cim__cql_parser *p, cim__str text, uint32_t column, cim__cql_node *node)
{
    cim__cql_instant at;
    if (!text.len || !cim__cql_read_instant(text, &at))
        return cim__cql_wrong(p->lex.ctx, column, "expected a date, '2026-01-31', or a time, '2026-01-31T12:00:00Z'");
    node->op = CIM__CQL_LITERAL;
    node->literal = (cim__cql_value){ .type = CIM__CQL_TIME, .time = { at, at } };
    return CIM_OK;
}

static cim_status instant(cim__cql_parser *p, int timestamp, cim__cql_node **node_out)
{
    cim__str text;
    uint32_t column = cim__cql_column(p->lex.query, p->lex.token.raw.ptr);
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_LITERAL, node_out));
    CIM__TRY(take_string(p, timestamp ? "'YYYY-MM-DDThh:mm:ssZ'" : "'YYYY-MM-DD'", &text));
    CIM__TRY(instant_literal(p, text, column, *node_out));
    if (!shape_of_literal(text, timestamp))
        return cim__cql_wrong(p->lex.ctx, column, timestamp ? "expected a time, '2026-01-31T12:00:00Z'" : "expected a date, '2026-01-31'");
    return closing(p);
}

/* '..', 'instant', DATE(), TIMESTAMP(), or a property. */
static cim_status interval_end(cim__cql_parser *p, cim__cql_node *interval)
{
    cim__cql_node *node;
    if (p->lex.token.word == CIM__CQL_STRING) {
        cim__str text = p->lex.token.text;
        CIM__TRY(cim__cql_node_new(p, CIM__CQL_OPEN, &node));
        if (!cim__str_is(text, "..")) CIM__TRY(instant_literal(p, text, node->column, node));
        CIM__TRY(cim__cql_next(&p->lex));
    } else {
        CIM__TRY(cim__cql_value_of(p, &node));
        if (node->op != CIM__CQL_PATH && !(node->op == CIM__CQL_LITERAL && node->literal.type == CIM__CQL_TIME))
            return cim__cql_wrong(p->lex.ctx, node->column, "expected a date, a time, '..' or a property");
    }
    return cim__cql_adopt(p, interval, node);
}

/* With constant ends it is a literal. */
static cim_status fix_interval(cim__cql_parser *p, cim__cql_node *node)
{
    const cim__cql_node *from = node->child, *to = from->next;
    if (from->op == CIM__CQL_PATH || to->op == CIM__CQL_PATH) return CIM_OK;
    cim__cql_value v = { .type = CIM__CQL_TIME };
    v.time.from = from->op == CIM__CQL_OPEN ? CIM__CQL_PAST : from->literal.time.from;
    v.time.to = to->op == CIM__CQL_OPEN ? CIM__CQL_FUTURE : to->literal.time.to;
    if (v.time.from.first > v.time.to.last) return cim__cql_wrong(p->lex.ctx, node->column, "expected an interval that begins before it ends");
    node->op = CIM__CQL_INTERVAL;
    node->child->op = CIM__CQL_LITERAL; /* both ends in one literal child */
    node->child->literal = v;
    node->child->next = NULL;
    return CIM_OK;
}

static cim_status interval(cim__cql_parser *p, int detail, cim__cql_node **node_out)
{
    (void)detail;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_INTERVAL, node_out));
    CIM__TRY(interval_end(p, *node_out));
    CIM__TRY(comma(p, ", and the end of the interval"));
    CIM__TRY(interval_end(p, *node_out));
    CIM__TRY(fix_interval(p, *node_out));
    return closing(p);
}

/* An instant cannot meet or overlap anything; it may lie in an interval. */
static cim_status temporal_argument(cim__cql_parser *p, cim__cql_node *call, bool instants)
{
    cim__cql_node *node;
    bool is_interval = cim__cql_calls(&p->lex) && cim__cql_is(&p->lex, "INTERVAL");
    if (is_interval) CIM__TRY(cim__cql_call(p, &node));
    else CIM__TRY(cim__cql_value_of(p, &node));
    bool instant_there = node->op == CIM__CQL_LITERAL && node->literal.type == CIM__CQL_TIME;
    if (!is_interval && !instant_there && node->op != CIM__CQL_PATH)
        return cim__cql_wrong(p->lex.ctx, node->column, "expected DATE('...'), TIMESTAMP('...'), INTERVAL(...) or a property");
    if (instant_there && !instants) return cim__cql_wrong(p->lex.ctx, node->column, "expected an interval, not an instant");
    return cim__cql_adopt(p, call, node);
}

static cim_status temporal(cim__cql_parser *p, int relation, cim__cql_node **node_out)
{
    bool instants = relation <= CIM__CQL_INTERSECTS;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_TEMPORAL, node_out));
    (*node_out)->relation = (cim__cql_relation)relation;
    CIM__TRY(temporal_argument(p, *node_out, instants || relation == CIM__CQL_DURING));
    CIM__TRY(comma(p, ", and the second time"));
    CIM__TRY(temporal_argument(p, *node_out, instants || relation == CIM__CQL_CONTAINS));
    return closing(p);
}

/* ---- space ---- */

static cim_status several_types(cim__cql_parser *p, const cim__cql_node *call)
{
    for (const cim__cql_node *arg = call->child; arg; arg = arg->next)
        if (arg->op == CIM__CQL_GEOMETRY && arg->shape->next && call->predicate != CIM__INTERSECTS && call->predicate != CIM__DISJOINT)
            return cim__cql_wrong(p->lex.ctx, arg->column,
                                  "expected one geometry: GEOMETRYCOLLECTION is supported in S_INTERSECTS, S_DISJOINT, S_DWITHIN and S_BEYOND only");
    return CIM_OK;
}

static cim_status two_geometries(cim__cql_parser *p, cim__cql_node *call)
{
    cim__cql_node *a, *b;
    CIM__TRY(cim__cql_geometry(p, &a));
    CIM__TRY(comma(p, ", and the second geometry"));
    CIM__TRY(cim__cql_geometry(p, &b));
    CIM__TRY(cim__cql_adopt(p, call, a));
    return cim__cql_adopt(p, call, b);
}

static cim_status spatial(cim__cql_parser *p, int predicate, cim__cql_node **node_out)
{
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_SPATIAL, node_out));
    (*node_out)->predicate = (cim__predicate)predicate;
    CIM__TRY(two_geometries(p, *node_out));
    CIM__TRY(several_types(p, *node_out));
    return closing(p);
}

static cim_status unit(cim__cql_parser *p, double *metres_out)
{
    static const struct {
        const char *name;
        double metres;
    } units[] = {
        { "M", 1.0 },           { "METERS", 1.0 },         { "METRES", 1.0 }, { "METER", 1.0 }, { "METRE", 1.0 },   { "KM", 1000.0 },
        { "KILOMETERS", 1000.0 }, { "KILOMETRES", 1000.0 }, { "FT", 0.3048 },  { "FEET", 0.3048 }, { "FOOT", 0.3048 }, { "MI", 1609.344 },
        { "MILES", 1609.344 },  { "STATUTE MILES", 1609.344 }, { "NAUTICAL MILES", 1852.0 },
    };
    const cim__cql_token *t = &p->lex.token;
    cim__str name = t->word == CIM__CQL_STRING ? t->text : t->word == CIM__CQL_NAME ? t->raw : (cim__str){ "", 0 };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (cim__cql_same(name, units[i].name)) {
            *metres_out = units[i].metres;
            return cim__cql_next(&p->lex);
        }
    return cim__cql_expected(&p->lex, "a unit: m, km, ft or mi");
}

static cim_status distance(cim__cql_parser *p, int beyond, cim__cql_node **node_out)
{
    cim__cql_node *node, *value;
    double metres = 1.0;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_WITHIN_DISTANCE, &node));
    CIM__TRY(two_geometries(p, node));
    CIM__TRY(comma(p, ", and a distance"));
    CIM__TRY(cim__cql_value_of(p, &value));
    if (value->op != CIM__CQL_LITERAL || value->literal.type != CIM__CQL_REAL || value->literal.real < 0.0)
        return cim__cql_wrong(p->lex.ctx, value->column, "expected a distance that is a number from 0 up");
    if (cim__cql_at(&p->lex, ',')) {
        CIM__TRY(cim__cql_next(&p->lex));
        CIM__TRY(unit(p, &metres));
    }
    node->distance_m = value->literal.real * metres;
    *node_out = node;
    if (beyond) {
        CIM__TRY(cim__cql_node_new(p, CIM__CQL_NOT, node_out));
        (*node_out)->column = node->column;
        CIM__TRY(cim__cql_adopt(p, *node_out, node));
    }
    return closing(p);
}

static cim_status arrays(cim__cql_parser *p, int detail, cim__cql_node **node_out)
{
    (void)detail, (void)node_out;
    return cim__cql_wrong(p->lex.ctx, cim__cql_column(p->lex.query, p->lex.token.raw.ptr),
                          "expected no array function: A_EQUALS, A_CONTAINS, A_CONTAINEDBY and A_OVERLAPS are not supported "
                          "(a comparison is true if it is for any of several values)");
}

static cim_status geometry_here(cim__cql_parser *p, int detail, cim__cql_node **node_out)
{
    (void)detail, (void)node_out;
    uint32_t column = cim__cql_column(p->lex.query, p->lex.token.raw.ptr);
    return cim__cql_wrong(p->lex.ctx, column, "expected a value, not a geometry: those are arguments of S_ functions");
}

/* ---- the table ---- */

static const struct {
    const char *name;
    call_fn fn;
    int detail;
} functions[] = {
    { "S_INTERSECTS", spatial, CIM__INTERSECTS }, { "S_DISJOINT", spatial, CIM__DISJOINT }, { "S_WITHIN", spatial, CIM__WITHIN },
    { "S_CONTAINS", spatial, CIM__CONTAINS }, { "S_TOUCHES", spatial, CIM__TOUCHES }, { "S_CROSSES", spatial, CIM__CROSSES },
    { "S_OVERLAPS", spatial, CIM__OVERLAPS }, { "S_EQUALS", spatial, CIM__EQUALS }, { "S_DWITHIN", distance, 0 },
    { "S_BEYOND", distance, 1 }, { "T_AFTER", temporal, CIM__CQL_AFTER }, { "T_BEFORE", temporal, CIM__CQL_BEFORE },
    { "T_DISJOINT", temporal, CIM__CQL_DISJOINT }, { "T_EQUALS", temporal, CIM__CQL_SAME }, { "T_INTERSECTS", temporal, CIM__CQL_INTERSECTS },
    { "T_CONTAINS", temporal, CIM__CQL_CONTAINS }, { "T_DURING", temporal, CIM__CQL_DURING }, { "T_FINISHEDBY", temporal, CIM__CQL_FINISHED_BY },
    { "T_FINISHES", temporal, CIM__CQL_FINISHES }, { "T_MEETS", temporal, CIM__CQL_MEETS }, { "T_METBY", temporal, CIM__CQL_MET_BY },
    { "T_OVERLAPPEDBY", temporal, CIM__CQL_OVERLAPPED_BY }, { "T_OVERLAPS", temporal, CIM__CQL_OVERLAPS }, { "T_STARTEDBY", temporal, CIM__CQL_STARTED_BY },
    { "T_STARTS", temporal, CIM__CQL_STARTS }, { "CASEI", folded, CIM__CQL_CASEI }, { "ACCENTI", folded, CIM__CQL_ACCENTI },
    { "DATE", instant, 0 }, { "TIMESTAMP", instant, 1 }, { "INTERVAL", interval, 0 },
    { "IS_A", is_a, 0 }, { "RELATED", related, 0 }, { "A_EQUALS", arrays, 0 },
    { "A_CONTAINS", arrays, 0 }, { "A_CONTAINEDBY", arrays, 0 }, { "A_OVERLAPS", arrays, 0 },
    { "POINT", geometry_here, 0 }, { "LINESTRING", geometry_here, 0 }, { "POLYGON", geometry_here, 0 },
    { "MULTIPOINT", geometry_here, 0 }, { "MULTILINESTRING", geometry_here, 0 }, { "MULTIPOLYGON", geometry_here, 0 },
    { "GEOMETRYCOLLECTION", geometry_here, 0 }, { "BBOX", geometry_here, 0 }, { "OBJECT", geometry_here, 0 },
};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

cim_status cim__cql_call(cim__cql_parser *p, cim__cql_node **node_out)
{
    cim__str name = p->lex.token.raw;
    uint32_t column = cim__cql_column(p->lex.query, name.ptr);
    cim__cql_near near = { .count = 0 };
    char text[200];
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        if (!cim__cql_is(&p->lex, functions[i].name)) {
            cim__cql_near_add(&near, name, cim__str_of(functions[i].name));
            continue;
        }
        if (functions[i].fn == arrays || functions[i].fn == geometry_here) return functions[i].fn(p, 0, node_out);
        CIM__TRY(cim__cql_next(&p->lex));
        CIM__TRY(cim__cql_next(&p->lex)); /* "(", which cim__cql_calls() has seen */
        CIM__TRY(functions[i].fn(p, functions[i].detail, node_out));
        (*node_out)->column = column;
        return CIM_OK;
    }
    cim__cql_near_put(&near, text);
    return cim__cql_wrong(p->lex.ctx, column, "expected a function: none is called %.*s%s", CIM__CQL_SHOW(name), text);
}

/* ---- literals against properties ---- */

static bool numeric(const cim__cql_path *path)
{
    if (path->end == CIM__CQL_NUMBER_OF || path->end == CIM__CQL_SOURCE || path->end == CIM__CQL_PARENT) return true;
    return path->end == CIM__CQL_COLUMN && cim__attrs[path->attr].type != 'T';
}

/* The thematic surfaces behind bounded_by have classes of their own. */
static bool of_surfaces(const cim__cql_path *path) { return path->hop_count && path->hops[path->hop_count - 1].surfaces; }

static cim_status check_pair(cim__cql_parser *p, const cim__cql_node *comparison, const cim__cql_path *path, const cim__cql_node *literal)
{
    const cim__cql_value *v = &literal->literal;
    bool equality = comparison->op == CIM__CQL_EQUAL || comparison->op == CIM__CQL_UNEQUAL || comparison->op == CIM__CQL_IN;
    double number;
    if (numeric(path) && v->type == CIM__CQL_TEXT && !cim__cql_real_of(v, &number))
        return cim__cql_wrong(p->lex.ctx, literal->column, "expected a number: %.*s is one", (int)path->text.len, path->text.ptr);
    if (!equality || v->type != CIM__CQL_TEXT) return CIM_OK;
    if (path->end == CIM__CQL_CLASS && !of_surfaces(path) && cim__class_named(v->text) == CIM__CLASS_COUNT) return no_class(p, literal->column, v->text, false);
    if (path->end == CIM__CQL_LAYER && cim__layer_named(v->text) == CIM__LAYER_COUNT) return no_class(p, literal->column, v->text, true);
    return CIM_OK;
}

/* The first operand against all others. */
cim_status cim__cql_check(cim__cql_parser *p, const cim__cql_node *comparison)
{
    const cim__cql_node *left = comparison->child;
    for (const cim__cql_node *right = left->next; right; right = right->next) {
        if (left->op == CIM__CQL_PATH && right->op == CIM__CQL_LITERAL) CIM__TRY(check_pair(p, comparison, left->path, right));
        if (right->op == CIM__CQL_PATH && left->op == CIM__CQL_LITERAL) CIM__TRY(check_pair(p, comparison, right->path, left));
    }
    return CIM_OK;
}
