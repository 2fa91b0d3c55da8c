/* mexpr.c - arithmetic in case files: numbers, + - * / ^, brackets, functions of one number, elements of matrices.
 *
 * In a matrix a blank ends a value: "1 -2" are two, "1 - 2" and "1-2" are one. */
#include "import/power/mcase.h"

#include <math.h>

enum { MAX_DEPTH = 64 };

bool cim__mconstant(cim__str name, double *value_out)
{
    static const struct {
        const char *name;
        double value;
    } constants[] = {
        { "pi", 3.14159265358979323846 }, { "Inf", INFINITY }, { "inf", INFINITY }, { "NaN", NAN }, { "nan", NAN },
        { "BUS_I", 1 }, { "BUS_TYPE", 2 }, { "PD", 3 }, { "QD", 4 }, { "GS", 5 }, { "BS", 6 }, { "BUS_AREA", 7 }, { "VM", 8 }, { "VA", 9 }, { "BASE_KV", 10 }, { "ZONE", 11 }, { "VMAX", 12 }, { "VMIN", 13 },
        { "F_BUS", 1 }, { "T_BUS", 2 }, { "BR_R", 3 }, { "BR_X", 4 }, { "BR_B", 5 }, { "RATE_A", 6 }, { "RATE_B", 7 }, { "RATE_C", 8 }, { "TAP", 9 }, { "SHIFT", 10 }, { "BR_STATUS", 11 }, { "ANGMIN", 12 }, { "ANGMAX", 13 },
        { "GEN_BUS", 1 }, { "PG", 2 }, { "QG", 3 }, { "QMAX", 4 }, { "QMIN", 5 }, { "VG", 6 }, { "MBASE", 7 }, { "GEN_STATUS", 8 }, { "PMAX", 9 }, { "PMIN", 10 },
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!cim__str_is(name, constants[i].name)) continue;
        *value_out = constants[i].value;
        return true;
    }
    return false;
}

static bool apply(cim__str name, double *x)
{
    static const struct {
        const char *name;
        double (*function)(double);
    } functions[] = { { "sqrt", sqrt }, { "sin", sin }, { "cos", cos }, { "tan", tan }, { "asin", asin }, { "acos", acos }, { "atan", atan }, { "exp", exp }, { "log", log }, { "log10", log10 }, { "abs", fabs } };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (!cim__str_is(name, functions[i].name)) continue;
        *x = functions[i].function(*x);
        return true;
    }
    return false;
}

static bool take(cim__mcase *c, char wanted)
{
    const char *before = c->pos;
    uint32_t line = c->line;
    cim__mblank(c);
    if (c->pos < c->end && *c->pos == wanted) {
        c->pos++;
        return true;
    }
    c->pos = before;
    c->line = line;
    return false;
}

/* Within brackets blanks mean nothing. */
static cim_status inner(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    bool in_matrix = c->in_matrix;
    c->in_matrix = false;
    cim_status st = cim__mexpr(ctx, c, value_out);
    c->in_matrix = in_matrix;
    return st;
}

static cim_status element(cim_ctx *ctx, cim__mcase *c, cim__str name, double *value_out)
{
    const cim__mfield *f = cim__mcase_field(c, name);
    double row = 1.0, column = 1.0;
    if (!f || !f->columns) return cim__mfail(ctx, c, "there is no such number yet", name);
    if (take(c, '(')) {
        CIM__TRY(inner(ctx, c, &row));
        if (!take(c, ',')) return cim__mfail(ctx, c, "row and column are wanted for an element of", name);
        CIM__TRY(inner(ctx, c, &column));
        if (!take(c, ')')) return cim__mfail(ctx, c, "a bracket is not closed behind", name);
    } else if (f->values.size != sizeof(double)) {
        return cim__mfail(ctx, c, "arithmetic with a whole matrix is not read", name);
    }
    if (!(row >= 1.0 && row <= (double)cim__mrows(f) && column >= 1.0 && column <= f->columns)) return cim__mfail(ctx, c, "there is no such element in", name);
    *value_out = cim__mat(f, (size_t)row - 1, (uint32_t)column - 1);
    return CIM_OK;
}

static bool variable(const cim__mcase *c, cim__str name, double *value_out)
{
    for (size_t i = CIM__COUNT(&c->variables, cim__mvariable); i-- > 0;) {
        const cim__mvariable *v = &CIM__AT(&c->variables, cim__mvariable, i);
        if (!cim__str_eq(v->name, name)) continue;
        *value_out = v->value;
        return true;
    }
    return false;
}

static cim_status named(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    cim__str name = cim__mword(c);
    if (c->variable.len && cim__str_eq(name, c->variable) && c->pos < c->end && *c->pos == '.') {
        c->pos++;
        return element(ctx, c, cim__mword(c), value_out);
    }
    if (variable(c, name, value_out) || cim__mconstant(name, value_out)) return CIM_OK;
    if (!c->variable.len && cim__mcase_field(c, name)) return element(ctx, c, name, value_out);
    if (c->pos < c->end && *c->pos == '(') {
        c->pos++;
        CIM__TRY(inner(ctx, c, value_out));
        if (!take(c, ')')) return cim__mfail(ctx, c, "a bracket is not closed behind", name);
        if (apply(name, value_out)) return CIM_OK;
    }
    return cim__mfail(ctx, c, "a name that is not known", name);
}

static cim_status primary(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    const char *behind = cim__read_double(c->pos, c->end, value_out);
    if (behind && *c->pos != '+' && *c->pos != '-') {
        c->pos = behind;
        return CIM_OK;
    }
    if (c->pos < c->end && *c->pos == '(') {
        c->pos++;
        CIM__TRY(inner(ctx, c, value_out));
        return take(c, ')') ? CIM_OK : cim__mfail(ctx, c, "a bracket is not closed", (cim__str){ "", 0 });
    }
    if (c->pos < c->end && ((*c->pos | 32) >= 'a' && (*c->pos | 32) <= 'z')) return named(ctx, c, value_out);
    size_t left = (size_t)(c->end - c->pos);
    return cim__mfail(ctx, c, left ? "a number is wanted instead of" : "a number is wanted, but the file ends", (cim__str){ c->pos, left < 1 ? 0 : 1 });
}

static cim_status factor(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    char sign = c->pos < c->end ? *c->pos : 0;
    if (c->depth >= MAX_DEPTH) return cim__mfail(ctx, c, "an expression is nested too deeply", (cim__str){ "", 0 });
    if (sign == '-' || sign == '+') {
        c->pos++;
        cim__mblank(c);
        c->depth++;
        cim_status st = factor(ctx, c, value_out);
        c->depth--;
        if (sign == '-') *value_out = -*value_out;
        return st;
    }
    CIM__TRY(primary(ctx, c, value_out));
    while (c->pos < c->end && (*c->pos == '^' || (*c->pos == '.' && c->pos + 1 < c->end && c->pos[1] == '^'))) { /* before the sign, from left to right */
        double power;
        c->pos += *c->pos == '.' ? 2 : 1;
        cim__mblank(c);
        bool minus = c->pos < c->end && *c->pos == '-';
        c->pos += minus;
        CIM__TRY(primary(ctx, c, &power));
        *value_out = pow(*value_out, minus ? -power : power);
    }
    return CIM_OK;
}

/* The operator that comes next, if the value goes on; else nothing is passed. */
static char operator_of(cim__mcase *c, const char *wanted)
{
    const char *before = c->pos;
    uint32_t line = c->line;
    bool blank = cim__mblank(c);
    char op = c->pos < c->end ? *c->pos : 0;
    if (op == '.' && c->pos + 1 < c->end && (c->pos[1] == '*' || c->pos[1] == '/')) op = *++c->pos;
    bool sign = op == '+' || op == '-';
    char next = c->pos + 1 < c->end ? c->pos[1] : ' ';
    bool starts_value = c->in_matrix && sign && blank && next != ' ' && next != '\t';
    if (op && strchr(wanted, op) && !starts_value) {
        c->pos++;
        cim__mblank(c);
        return op;
    }
    c->pos = before;
    c->line = line;
    return 0;
}

static cim_status term(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    CIM__TRY(factor(ctx, c, value_out));
    for (char op; (op = operator_of(c, "*/"));) {
        double other;
        CIM__TRY(factor(ctx, c, &other));
        *value_out = op == '*' ? *value_out * other : *value_out / other;
    }
    return CIM_OK;
}

cim_status cim__mexpr(cim_ctx *ctx, cim__mcase *c, double *value_out)
{
    if (c->depth >= MAX_DEPTH) return cim__mfail(ctx, c, "an expression is nested too deeply", (cim__str){ "", 0 });
    c->depth++;
    cim__mblank(c);
    cim_status st = term(ctx, c, value_out);
    for (char op; st >= 0 && (op = operator_of(c, "+-"));) {
        double other = 0.0;
        st = term(ctx, c, &other);
        *value_out = op == '+' ? *value_out + other : *value_out - other;
    }
    c->depth--;
    return st;
}
