/* cql_parse.c - from words to a tree, by recursive descent.
 *
 *   query      = or
 *   or         = and { OR and }
 *   and        = not { AND not }
 *   not        = NOT not | predicate
 *   predicate  = sum [ comparison sum | [NOT] LIKE sum | [NOT] BETWEEN sum AND sum | [NOT] IN ( sum {, sum} ) | IS [NOT] NULL ]
 *   sum        = term { (+|-) term }
 *   term       = power { (*|/|%|DIV) power }
 *   power      = unary [ ^ power ]
 *   unary      = - unary | primary                     so that -2^2 is 4, as in the standard's grammar
 *   primary    = number | 'text' | TRUE | FALSE | name | function(...) | ( or )
 *
 * Truth and value share one grammar, which spares looking ahead behind "("; what stands where it must not is found by its kind. */
#include "city/cql.h"

void cim__cql_init(cim__cql *cql, cim__mem *mem)
{
    memset(cql, 0, sizeof *cql);
    cql->mem = mem;
    cql->arena = cim__arena_on(mem);
}

void cim__cql_free(cim__cql *cql)
{
    for (cim__cql_geom *g = cql->geoms; g; g = g->next)
        for (int i = 0; i < 3; i++) {
            cim__prepared_free(g->prepared[i]);
            cim__gbuild_free(&g->parts[i]);
        }
    cim__geos_free(cql->geos);
    cim__arena_free(&cql->arena);
    memset(cql, 0, sizeof *cql);
}

typedef cim_status (*parse_fn)(cim__cql_parser *p, cim__cql_node **node_out);

/* ---- nodes ---- */

cim_status cim__cql_node_new(cim__cql_parser *p, cim__cql_op op, cim__cql_node **node_out)
{
    cim__cql_node *node = cim__arena_alloc(&p->cql->arena, sizeof *node);
    if (!node) return cim__nomem(p->lex.ctx);
    memset(node, 0, sizeof *node);
    node->op = op;
    node->depth = 1;
    node->column = cim__cql_column(p->lex.query, p->lex.token.raw.ptr);
    *node_out = node;
    return CIM_OK;
}

cim_status cim__cql_adopt(cim__cql_parser *p, cim__cql_node *parent, cim__cql_node *child)
{
    cim__cql_node **tail = &parent->child;
    if (child->depth >= CIM__CQL_DEPTH) return cim__cql_wrong(p->lex.ctx, child->column, "expected an expression nested at most %d deep", CIM__CQL_DEPTH);
    if (parent->depth <= child->depth) parent->depth = (uint16_t)(child->depth + 1);
    while (*tail) tail = &(*tail)->next;
    *tail = child;
    return CIM_OK;
}

/* Long lists (AND, OR, IN) keep their tail, so that they are not walked for every member. */
static cim_status append(cim__cql_parser *p, cim__cql_node *parent, cim__cql_node **tail, cim__cql_node *child)
{
    if (!parent->child) CIM__TRY(cim__cql_adopt(p, parent, child));
    else if (child->depth >= CIM__CQL_DEPTH) return cim__cql_adopt(p, parent, child);
    else (*tail)->next = child;
    if (parent->depth <= child->depth) parent->depth = (uint16_t)(child->depth + 1);
    *tail = child;
    return CIM_OK;
}

static cim_status enter(cim__cql_parser *p)
{
    if (++p->depth <= CIM__CQL_DEPTH) return CIM_OK;
    return cim__cql_wrong(p->lex.ctx, cim__cql_column(p->lex.query, p->lex.token.raw.ptr), "expected an expression nested at most %d deep", CIM__CQL_DEPTH);
}

static void leave(cim__cql_parser *p) { p->depth--; }

cim_status cim__cql_need(cim__cql_parser *p, int sign, const char *what)
{
    if (!cim__cql_at(&p->lex, sign)) return cim__cql_expected(&p->lex, what);
    return cim__cql_next(&p->lex);
}

/* ---- kinds ---- */

static cim_status need_predicate(cim__cql_parser *p, const cim__cql_node *node)
{
    if (cim__cql_is_predicate(node->op)) return CIM_OK;
    if (p->lex.token.word == CIM__CQL_END || cim__cql_at(&p->lex, ')') || cim__cql_is(&p->lex, "AND") || cim__cql_is(&p->lex, "OR"))
        return cim__cql_expected(&p->lex, "a comparison (=, <>, <, >, <=, >=, LIKE, IN, BETWEEN, IS)");
    return cim__cql_expected(&p->lex, "a comparison, AND, OR or the end");
}

cim_status cim__cql_scalar(cim__cql_parser *p, cim__cql_node **node)
{
    cim__cql_node *inner = *node, *outer;
    if (inner->op == CIM__CQL_INTERVAL)
        return cim__cql_wrong(p->lex.ctx, inner->column, "expected a value, not an interval: those are arguments of T_ functions");
    if (inner->op == CIM__CQL_PATH && inner->path->end == CIM__CQL_GEOM)
        return cim__cql_wrong(p->lex.ctx, inner->column, "expected a value, not a geometry: those are arguments of S_ functions");
    if (!cim__cql_is_predicate(inner->op)) return CIM_OK;
    CIM__TRY(cim__cql_node_new(p, inner->op == CIM__CQL_TRUTH ? CIM__CQL_LITERAL : CIM__CQL_AS_VALUE, &outer));
    outer->column = inner->column;
    if (inner->op == CIM__CQL_TRUTH) outer->literal = (cim__cql_value){ .type = CIM__CQL_BOOL, .truth = inner->truth };
    else CIM__TRY(cim__cql_adopt(p, outer, inner));
    *node = outer;
    return CIM_OK;
}

/* A relation is no value of its own. */
static cim_status need_value(cim__cql_parser *p, cim__cql_node **node)
{
    CIM__TRY(cim__cql_scalar(p, node));
    if ((*node)->op != CIM__CQL_PATH || (*node)->path->end != CIM__CQL_RELATED) return CIM_OK;
    cim__str text = (*node)->path->text;
    return cim__cql_wrong(p->lex.ctx, (*node)->column,
                          "expected a property: %.*s is a relation; take a property of it (%.*s.id), ask IS NULL, or write attributes.%.*s for the attribute",
                          CIM__CQL_SHOW(text), CIM__CQL_SHOW(text), CIM__CQL_SHOW(text));
}

/* ---- values ---- */

static cim_status parse_or(cim__cql_parser *p, cim__cql_node **node_out);

static bool reserved(const cim__cql_lexer *l)
{
    static const char *const words[] = { "AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "IS", "NULL", "DIV" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cim__cql_is(l, words[i])) return true;
    return false;
}

static cim_status literal(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_LITERAL, node_out));
    cim__cql_value *v = &(*node_out)->literal;
    if (p->lex.token.word == CIM__CQL_NUMBER) *v = (cim__cql_value){ .type = CIM__CQL_REAL, .real = p->lex.token.number };
    else *v = (cim__cql_value){ .type = CIM__CQL_TEXT, .text = p->lex.token.text };
    return cim__cql_next(&p->lex);
}

static cim_status truth(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_TRUTH, node_out));
    (*node_out)->truth = cim__cql_is(&p->lex, "TRUE");
    return cim__cql_next(&p->lex);
}

static cim_status parenthesis(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(parse_or(p, node_out));
    if (!cim__cql_at(&p->lex, ')')) return cim__cql_expected(&p->lex, cim__cql_is_predicate((*node_out)->op) ? "AND, OR or )" : "an operator or )");
    return cim__cql_next(&p->lex);
}

static cim_status primary(cim__cql_parser *p, cim__cql_node **node_out)
{
    if (p->lex.token.word == CIM__CQL_NUMBER || p->lex.token.word == CIM__CQL_STRING) return literal(p, node_out);
    if (cim__cql_at(&p->lex, '(')) return parenthesis(p, node_out);
    if (p->lex.token.word != CIM__CQL_NAME) return cim__cql_expected(&p->lex, "a property, a value or a function");
    if (cim__cql_is(&p->lex, "TRUE") || cim__cql_is(&p->lex, "FALSE")) return truth(p, node_out);
    if (reserved(&p->lex)) return cim__cql_expected(&p->lex, "a property, a value or a function (names that are keywords stand in double quotes)");
    if (cim__cql_calls(&p->lex)) return cim__cql_call(p, node_out);
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_PATH, node_out));
    return cim__cql_property(p, &(*node_out)->path);
}

static cim_status unary(cim__cql_parser *p, cim__cql_node **node_out)
{
    cim__cql_node *operand;
    if (cim__cql_at(&p->lex, '+')) {
        CIM__TRY(cim__cql_next(&p->lex));
        if (p->lex.token.word != CIM__CQL_NUMBER) return cim__cql_expected(&p->lex, "a number behind +");
    }
    if (!cim__cql_at(&p->lex, '-')) return primary(p, node_out);
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_NEGATE, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(enter(p));
    CIM__TRY(unary(p, &operand));
    leave(p);
    CIM__TRY(need_value(p, &operand));
    if (operand->op == CIM__CQL_LITERAL && operand->literal.type == CIM__CQL_REAL) {
        operand->literal.real = -operand->literal.real;
        *node_out = operand;
        return CIM_OK;
    }
    return cim__cql_adopt(p, *node_out, operand);
}

static cim_status need_number(cim__cql_parser *p, cim__cql_node **node)
{
    double v;
    CIM__TRY(need_value(p, node));
    if ((*node)->op == CIM__CQL_LITERAL && !cim__cql_real_of(&(*node)->literal, &v)) return cim__cql_wrong(p->lex.ctx, (*node)->column, "expected a number");
    return CIM_OK;
}

/* The token is the operator. */
static cim_status binary(cim__cql_parser *p, cim__cql_op op, parse_fn right, cim__cql_node **node)
{
    cim__cql_node *outer, *operand;
    CIM__TRY(need_number(p, node));
    CIM__TRY(cim__cql_node_new(p, op, &outer));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(enter(p));
    CIM__TRY(right(p, &operand));
    leave(p);
    CIM__TRY(need_number(p, &operand));
    CIM__TRY(cim__cql_adopt(p, outer, *node));
    CIM__TRY(cim__cql_adopt(p, outer, operand));
    *node = outer;
    return CIM_OK;
}

static cim_status power(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(unary(p, node_out));
    return cim__cql_at(&p->lex, '^') ? binary(p, CIM__CQL_POWER, power, node_out) : CIM_OK;
}

static cim__cql_op term_operator(const cim__cql_lexer *l)
{
    if (cim__cql_at(l, '*')) return CIM__CQL_MULTIPLY;
    if (cim__cql_at(l, '/')) return CIM__CQL_DIVIDE;
    if (cim__cql_at(l, '%')) return CIM__CQL_MODULO;
    return cim__cql_is(l, "DIV") ? CIM__CQL_DIV : CIM__CQL_TRUTH;
}

static cim_status term(cim__cql_parser *p, cim__cql_node **node_out)
{
    cim__cql_op op;
    CIM__TRY(power(p, node_out));
    while ((op = term_operator(&p->lex)) != CIM__CQL_TRUTH) CIM__TRY(binary(p, op, power, node_out));
    return CIM_OK;
}

static cim_status sum(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(term(p, node_out));
    while (cim__cql_at(&p->lex, '+') || cim__cql_at(&p->lex, '-'))
        CIM__TRY(binary(p, cim__cql_at(&p->lex, '+') ? CIM__CQL_ADD : CIM__CQL_SUBTRACT, term, node_out));
    return CIM_OK;
}

cim_status cim__cql_value_of(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(enter(p));
    CIM__TRY(sum(p, node_out));
    leave(p);
    return need_value(p, node_out);
}

/* ---- predicates ---- */

static cim__cql_op comparison_of(const cim__cql_lexer *l)
{
    if (l->token.word != CIM__CQL_SIGN) return CIM__CQL_TRUTH;
    switch (l->token.sign) {
    case '=': return CIM__CQL_EQUAL;
    case '<': return CIM__CQL_LESS;
    case '>': return CIM__CQL_GREATER;
    case CIM__CQL_LE: return CIM__CQL_LESS_EQUAL;
    case CIM__CQL_GE: return CIM__CQL_GREATER_EQUAL;
    case CIM__CQL_NE: return CIM__CQL_UNEQUAL;
    default: return CIM__CQL_TRUTH;
    }
}

static cim_status compare(cim__cql_parser *p, cim__cql_op op, cim__cql_node *left, cim__cql_node **node_out)
{
    cim__cql_node *right;
    CIM__TRY(need_value(p, &left));
    CIM__TRY(cim__cql_node_new(p, op, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_value_of(p, &right));
    CIM__TRY(cim__cql_adopt(p, *node_out, left));
    CIM__TRY(cim__cql_adopt(p, *node_out, right));
    return cim__cql_check(p, *node_out);
}

static cim_status like(cim__cql_parser *p, cim__cql_node *left, cim__cql_node **node_out)
{
    cim__cql_node *pattern;
    CIM__TRY(need_value(p, &left));
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_LIKE, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_value_of(p, &pattern));
    if (pattern->op == CIM__CQL_LITERAL && pattern->literal.type != CIM__CQL_TEXT)
        return cim__cql_wrong(p->lex.ctx, pattern->column, "expected a pattern in single quotes");
    CIM__TRY(cim__cql_adopt(p, *node_out, left));
    return cim__cql_adopt(p, *node_out, pattern);
}

static cim_status between(cim__cql_parser *p, cim__cql_node *left, cim__cql_node **node_out)
{
    cim__cql_node *low, *high;
    CIM__TRY(need_value(p, &left));
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_BETWEEN, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_value_of(p, &low));
    if (!cim__cql_is(&p->lex, "AND")) return cim__cql_expected(&p->lex, "AND and the upper end of BETWEEN");
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_value_of(p, &high));
    CIM__TRY(cim__cql_adopt(p, *node_out, left));
    CIM__TRY(cim__cql_adopt(p, *node_out, low));
    CIM__TRY(cim__cql_adopt(p, *node_out, high));
    return cim__cql_check(p, *node_out);
}

static cim_status in_list(cim__cql_parser *p, cim__cql_node *left, cim__cql_node **node_out)
{
    cim__cql_node *member, *tail = left;
    CIM__TRY(need_value(p, &left));
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_IN, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(append(p, *node_out, &tail, left));
    CIM__TRY(cim__cql_need(p, '(', "( and the values of IN"));
    for (;;) {
        CIM__TRY(cim__cql_value_of(p, &member));
        CIM__TRY(append(p, *node_out, &tail, member));
        if (!cim__cql_at(&p->lex, ',')) break;
        CIM__TRY(cim__cql_next(&p->lex));
    }
    CIM__TRY(cim__cql_need(p, ')', ", or )"));
    return cim__cql_check(p, *node_out);
}

static cim_status is_null(cim__cql_parser *p, cim__cql_node *left, cim__cql_node **node_out)
{
    bool negated;
    cim__cql_node *test;
    if (left->op == CIM__CQL_INTERVAL || cim__cql_is_predicate(left->op)) CIM__TRY(cim__cql_scalar(p, &left));
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_IS_NULL, &test));
    CIM__TRY(cim__cql_next(&p->lex));
    negated = cim__cql_is(&p->lex, "NOT");
    if (negated) CIM__TRY(cim__cql_next(&p->lex));
    if (!cim__cql_is(&p->lex, "NULL")) return cim__cql_expected(&p->lex, negated ? "NULL" : "NULL or NOT NULL");
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(cim__cql_adopt(p, test, left));
    *node_out = test;
    if (!negated) return CIM_OK;
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_NOT, node_out));
    (*node_out)->column = test->column;
    return cim__cql_adopt(p, *node_out, test);
}

/* What may follow a value behind an optional NOT. */
static cim_status keyword_tail(cim__cql_parser *p, cim__cql_node **node)
{
    cim__cql_node *left = *node, *negation;
    bool negated = cim__cql_is(&p->lex, "NOT");
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_NOT, &negation));
    if (negated) CIM__TRY(cim__cql_next(&p->lex));
    if (cim__cql_is(&p->lex, "LIKE")) CIM__TRY(like(p, left, node));
    else if (cim__cql_is(&p->lex, "BETWEEN")) CIM__TRY(between(p, left, node));
    else if (cim__cql_is(&p->lex, "IN")) CIM__TRY(in_list(p, left, node));
    else if (negated) return cim__cql_expected(&p->lex, "LIKE, BETWEEN or IN behind NOT");
    if (!negated) return CIM_OK;
    CIM__TRY(cim__cql_adopt(p, negation, *node));
    *node = negation;
    return CIM_OK;
}

static cim_status predicate(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(sum(p, node_out));
    cim__cql_op op = comparison_of(&p->lex);
    if (op != CIM__CQL_TRUTH) return compare(p, op, *node_out, node_out);
    if (cim__cql_is(&p->lex, "IS")) return is_null(p, *node_out, node_out);
    return keyword_tail(p, node_out);
}

static cim_status parse_not(cim__cql_parser *p, cim__cql_node **node_out)
{
    cim__cql_node *operand;
    if (!cim__cql_is(&p->lex, "NOT")) return predicate(p, node_out);
    CIM__TRY(cim__cql_node_new(p, CIM__CQL_NOT, node_out));
    CIM__TRY(cim__cql_next(&p->lex));
    CIM__TRY(enter(p));
    CIM__TRY(parse_not(p, &operand));
    leave(p);
    CIM__TRY(need_predicate(p, operand));
    return cim__cql_adopt(p, *node_out, operand);
}

/* operand { keyword operand }: one node for a whole chain. */
static cim_status chain(cim__cql_parser *p, cim__cql_op op, const char *keyword, parse_fn operand, cim__cql_node **node_out)
{
    cim__cql_node *first, *list, *tail = NULL, *next;
    CIM__TRY(operand(p, &first));
    *node_out = first;
    if (!cim__cql_is(&p->lex, keyword)) return CIM_OK;
    CIM__TRY(need_predicate(p, first));
    CIM__TRY(cim__cql_node_new(p, op, &list));
    CIM__TRY(append(p, list, &tail, first));
    while (cim__cql_is(&p->lex, keyword)) {
        CIM__TRY(cim__cql_next(&p->lex));
        CIM__TRY(operand(p, &next));
        CIM__TRY(need_predicate(p, next));
        CIM__TRY(append(p, list, &tail, next));
    }
    *node_out = list;
    return CIM_OK;
}

static cim_status parse_and(cim__cql_parser *p, cim__cql_node **node_out) { return chain(p, CIM__CQL_AND, "AND", parse_not, node_out); }

static cim_status parse_or(cim__cql_parser *p, cim__cql_node **node_out)
{
    CIM__TRY(enter(p));
    CIM__TRY(chain(p, CIM__CQL_OR, "OR", parse_and, node_out));
    leave(p);
    return CIM_OK;
}

static cim_status whole(cim__cql_parser *p)
{
    if (p->lex.token.word == CIM__CQL_END) {
        CIM__TRY(cim__cql_node_new(p, CIM__CQL_TRUTH, &p->cql->root));
        p->cql->root->truth = true;
        return CIM_OK;
    }
    CIM__TRY(parse_or(p, &p->cql->root));
    CIM__TRY(need_predicate(p, p->cql->root));
    return p->lex.token.word == CIM__CQL_END ? CIM_OK : cim__cql_expected(&p->lex, "AND, OR or the end");
}

cim_status cim__cql_parse(cim_ctx *ctx, const char *text, cim__cql *cql)
{
    cim__cql_parser p = { .cql = cql };
    cql->text = cim__arena_str(&cql->arena, text ? cim__str_of(text) : (cim__str){ "", 0 });
    if (!cql->text.ptr) return cim__nomem(ctx);
    CIM__TRY(cim__cql_lex(ctx, &cql->arena, cql->text, &p.lex));
    return whole(&p);
}
