/* read.c - the network in an EPANET input file: three passes over its lines.
 *
 *   names    options that all depends on; nodes; names of links, patterns and curves
 *   links    what links and nodes refer to
 *   rest     demands, states, places, and whether the other sections are what EPANET takes
 *
 * So sections may stand in any order.  A row that EPANET would not take is refused with its line. */
#include "epanet/epanet.h"
#include "epanet/reading.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- saying what is wrong ---- */

cim_status cim__epa_refuse(cim__epa_reading *r, const char *format, ...)
{
    char what[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (n < 0) what[0] = 0;
    r->net->refused[r->line.section]++;
    CIM__TRY(r->listener->fault(r->ctx, r->listener->user, r->line.number, what));
    return CIM_DONE;
}

void cim__epa_warn(cim__epa_reading *r, const char *format, ...)
{
    char what[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (n >= 0) r->listener->warning(r->listener->user, r->line.number, what);
}

cim_status cim__epa_want(cim__epa_reading *r, size_t count)
{
    char name[CIM__EPA_SHOWN];
    if (r->line.count >= count) return CIM_OK;
    return cim__epa_refuse(r, "%s %s: %zu words where at least %zu are needed", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[0], name), r->line.count, count);
}

cim_status cim__epa_want_number(cim__epa_reading *r, size_t k, const char *what, cim__epa_sign sign, double *value_out)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    double value;
    const char *fault = NULL;
    if (k >= r->line.count) return CIM_OK;
    if (!cim__epa_number(r->line.tokens[k], &value)) fault = "not a number";
    else if (sign == CIM__EPA_POSITIVE && value <= 0.0) fault = "not above 0";
    else if (sign == CIM__EPA_NOT_NEGATIVE && value < 0.0) fault = "negative";
    if (fault) return cim__epa_refuse(r, "%s %s: %s \"%s\" is %s", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[0], name), what, cim__epa_shown(r->line.tokens[k], text), fault);
    *value_out = value;
    return CIM_OK;
}

cim_status cim__epa_want_name(cim__epa_reading *r, size_t k, const char *what, const cim__names *names)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    if (k >= r->line.count || !r->line.tokens[k].len || r->line.tokens[k].ptr[0] == '*') return CIM_OK;
    if (cim__names_find(names, r->line.tokens[k]) != CIM_NONE) return CIM_OK;
    return cim__epa_refuse(r, "%s %s: there is no %s \"%s\"", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[0], name), what, cim__epa_shown(r->line.tokens[k], text));
}

/* ---- first pass: names ---- */

static cim_status add_object(cim__epa_reading *r, cim__names *names, cim__buf *objects, cim__epa_kind kind, cim__epa_object **object_out)
{
    char name[CIM__EPA_SHOWN];
    cim__str token = r->line.tokens[0];
    uint32_t known = cim__names_find(names, token);
    r->net->objects[kind]++;
    if (!token.len) return cim__epa_refuse(r, "%s: an empty name", cim__epa_section_name(r->line.section));
    if (known != CIM_NONE)
        return cim__epa_refuse(r, "%s %s: this name is on line %u already", cim__epa_section_name(r->line.section), cim__epa_shown(token, name), CIM__AT(objects, cim__epa_object, known).line);
    if (token.len > 31) cim__epa_warn(r, "%s %s: EPANET takes names of up to 31 characters only", cim__epa_section_name(r->line.section), cim__epa_shown(token, name));
    cim__epa_object *o = CIM__PUSH(objects, cim__epa_object);
    if (!o || cim__names_add(names, token) == CIM_NONE) return cim__nomem(r->ctx);
    *o = (cim__epa_object){ .at = r->line.at, .line = r->line.number, .mention = CIM_NONE, .last = CIM_NONE, .from = CIM_NONE, .to = CIM_NONE, .kind = (uint8_t)kind,
                            .elevation = NAN, .length = NAN, .diameter = NAN, .refused = true };
    *object_out = o;
    return CIM_OK;
}

#define ROW(call)                           \
    do {                                    \
        cim_status row_status = (call);     \
        if (row_status != CIM_OK) return row_status; \
    } while (0)

static cim_status junction(cim__epa_reading *r)
{
    cim__epa_object *o = NULL;
    ROW(add_object(r, &r->net->node_names, &r->net->nodes, CIM__EPA_JUNCTION, &o));
    o->elevation = 0.0;
    ROW(cim__epa_want_number(r, 1, "elevation", CIM__EPA_ANY, &o->elevation));
    ROW(cim__epa_want_number(r, 2, "demand", CIM__EPA_ANY, &o->demand));
    o->own_demand = r->line.count > 2;
    o->refused = false;
    return CIM_OK;
}

/* Three words are a reservoir and six a tank, in whichever section they stand; a tank without a diameter is a reservoir. */
static cim_status tank(cim__epa_reading *r)
{
    static const char *const what[] = { "initial level", "minimum level", "maximum level", "diameter", "minimum volume" };
    cim__epa_object *o = NULL;
    cim__epa_kind kind = r->line.count > 3 ? CIM__EPA_TANK : CIM__EPA_RESERVOIR;
    double level, diameter = 0.0;
    ROW(add_object(r, &r->net->node_names, &r->net->nodes, kind, &o));
    ROW(cim__epa_want(r, r->line.count > 3 ? 6 : 2));
    ROW(cim__epa_want_number(r, 1, kind == CIM__EPA_TANK ? "elevation" : "head", CIM__EPA_ANY, &o->elevation));
    for (size_t k = 2; kind == CIM__EPA_TANK && k < 7; k++) ROW(cim__epa_want_number(r, k, what[k - 2], CIM__EPA_NOT_NEGATIVE, k == 5 ? &diameter : &level));
    if (kind == CIM__EPA_TANK && diameter > 0.0) o->diameter = diameter;
    o->refused = false;
    return CIM_OK;
}

static cim_status link_name(cim__epa_reading *r, cim__epa_kind kind)
{
    cim__epa_object *o = NULL;
    return add_object(r, &r->net->link_names, &r->net->links, kind, &o);
}

static cim_status set_name(cim__epa_reading *r, cim__names *names) { return cim__names_add(names, r->line.tokens[0]) == CIM_NONE ? cim__nomem(r->ctx) : CIM_OK; }

/* UNITS and DEMAND MULTIPLIER: all values depend on them. */
static cim_status first_options(cim__epa_reading *r)
{
    char text[CIM__EPA_SHOWN];
    cim__epa_net *n = r->net;
    const cim__epa_line *l = &r->line;
    if (l->count > 1 && cim__epa_is(l->tokens[0], "UNIT") && !cim__epa_units_named(l->tokens[1], &n->units))
        return cim__epa_refuse(r, "OPTIONS: UNITS \"%s\" is none of CFS, GPM, MGD, IMGD, AFD, LPS, LPM, MLD, CMH, CMD, CMS", cim__epa_shown(l->tokens[1], text));
    if (l->count > 1 && cim__epa_is(l->tokens[0], "HEADL")) {
        if (!cim__epa_is(l->tokens[1], "H-W") && !cim__epa_is(l->tokens[1], "D-W") && !cim__epa_is(l->tokens[1], "C-M"))
            return cim__epa_refuse(r, "OPTIONS: HEADLOSS \"%s\" is none of H-W, D-W, C-M", cim__epa_shown(l->tokens[1], text));
        n->headloss = l->tokens[1];
    }
    if (l->count > 2 && cim__epa_is(l->tokens[0], "DEMAND") && cim__epa_is(l->tokens[1], "MULT")) return cim__epa_want_number(r, 2, "MULTIPLIER", CIM__EPA_ANY, &n->multiplier);
    return CIM_OK;
}

static cim_status heading(cim__epa_reading *r)
{
    char text[CIM__EPA_SHOWN];
    if (r->line.section == CIM__EPA_END) r->net->ended = true;
    if (r->line.section != CIM__EPA_NONE) return CIM_OK;
    cim__epa_shown(r->line.tokens[0], text);
    if (cim__epa_is_swmm(r->line.tokens[0])) {
        CIM__TRY(r->listener->fault(r->ctx, r->listener->user, r->line.number, "this is an input file of SWMM (sewers), which is another format than EPANET's"));
        return cim__fail(r->ctx, CIM_EFORMAT, "line %u: this is an input file of SWMM, which is another format than EPANET's", r->line.number);
    }
    cim__epa_warn(r, "EPANET has no section %s: its lines are kept, but nothing is made of them", text);
    return CIM_OK;
}

static cim_status names_pass(cim__epa_reading *r)
{
    cim__epa_net *n = r->net;
    if (r->line.heading) return heading(r);
    n->rows[r->line.section]++;
    if (r->line.text.len > CIM__EPA_LINE) cim__epa_warn(r, "EPANET reads lines of up to %d characters only, this one has %zu", CIM__EPA_LINE, r->line.text.len);
    switch (r->line.section) {
    case CIM__EPA_TITLE:
        if (!n->title.len) n->title = cim__str_trim(r->line.text);
        return CIM_OK;
    case CIM__EPA_JUNCTIONS: return junction(r);
    case CIM__EPA_RESERVOIRS:
    case CIM__EPA_TANKS: return tank(r);
    case CIM__EPA_PIPES: return link_name(r, CIM__EPA_PIPE);
    case CIM__EPA_PUMPS: return link_name(r, CIM__EPA_PUMP);
    case CIM__EPA_VALVES: return link_name(r, CIM__EPA_VALVE);
    case CIM__EPA_PATTERNS: return set_name(r, &n->patterns);
    case CIM__EPA_CURVES: return set_name(r, &n->curves);
    case CIM__EPA_OPTIONS: return first_options(r);
    default: return CIM_OK;
    }
}

/* ---- second pass: links ---- */

/* The object of this row; NULL when the row was refused before. */
static cim__epa_object *row_of(cim__epa_reading *r, const cim__names *names, const cim__buf *objects)
{
    uint32_t i = cim__names_find(names, r->line.tokens[0]);
    cim__epa_object *o = i == CIM_NONE ? NULL : &CIM__AT(objects, cim__epa_object, i);
    return o && o->at == r->line.at ? o : NULL;
}

static cim_status end_node(cim__epa_reading *r, size_t k, uint32_t *node_out)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    const cim__epa_net *n = r->net;
    uint32_t i = cim__names_find(&n->node_names, r->line.tokens[k]);
    bool refused = i != CIM_NONE && cim__epa_node(n, i)->refused;
    if (i != CIM_NONE && !refused) {
        *node_out = i;
        return CIM_OK;
    }
    return cim__epa_refuse(r, "%s %s: node \"%s\" %s", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[0], name), cim__epa_shown(r->line.tokens[k], text),
                           refused ? "was refused" : "is not defined");
}

static cim_status ends(cim__epa_reading *r, cim__epa_object *o)
{
    char name[CIM__EPA_SHOWN];
    ROW(end_node(r, 1, &o->from));
    ROW(end_node(r, 2, &o->to));
    if (o->from == o->to) return cim__epa_refuse(r, "%s %s: both ends are the same node", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[0], name));
    return CIM_OK;
}

static bool pipe_state(cim__epa_object *o, cim__str token)
{
    o->check_valve = cim__epa_is(token, "CV");
    if (cim__epa_is(token, "CLOS")) o->state = CIM__EPA_CLOSED;
    return o->check_valve || o->state == CIM__EPA_CLOSED || cim__epa_is(token, "OPEN");
}

static cim_status pipe_row(cim__epa_reading *r, cim__epa_object *o)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    const cim__epa_line *l = &r->line;
    double number;
    o->length = r->net->units.us ? 330.0 : 100.0; /* EPANET's own defaults */
    o->diameter = r->net->units.us ? 10.0 : 254.0;
    ROW(cim__epa_want_number(r, 3, "length", CIM__EPA_POSITIVE, &o->length));
    ROW(cim__epa_want_number(r, 4, "diameter", CIM__EPA_POSITIVE, &o->diameter));
    ROW(cim__epa_want_number(r, 5, "roughness", CIM__EPA_POSITIVE, &number));
    if (l->count == 7 && pipe_state(o, l->tokens[6])) return CIM_OK;
    ROW(cim__epa_want_number(r, 6, "minor loss", CIM__EPA_NOT_NEGATIVE, &number));
    if (l->count > 7 && !pipe_state(o, l->tokens[7]))
        return cim__epa_refuse(r, "PIPES %s: status \"%s\" is none of OPEN, CLOSED, CV", cim__epa_shown(l->tokens[0], name), cim__epa_shown(l->tokens[7], text));
    return CIM_OK;
}

static cim_status pump_word(cim__epa_reading *r, cim__epa_object *o, size_t k)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    cim__str word = r->line.tokens[k - 1];
    double number = 1.0;
    if (cim__epa_is(word, "POWE")) return cim__epa_want_number(r, k, "POWER", CIM__EPA_POSITIVE, &number);
    if (cim__epa_is(word, "HEAD")) return cim__epa_want_name(r, k, "curve", &r->net->curves);
    if (cim__epa_is(word, "PATT")) return cim__epa_want_name(r, k, "pattern", &r->net->patterns);
    if (!cim__epa_is(word, "SPEE")) return cim__epa_refuse(r, "PUMPS %s: \"%s\" is none of POWER, HEAD, PATTERN, SPEED", cim__epa_shown(r->line.tokens[0], name), cim__epa_shown(word, text));
    ROW(cim__epa_want_number(r, k, "SPEED", CIM__EPA_NOT_NEGATIVE, &number));
    if (number == 0.0) o->state = CIM__EPA_CLOSED;
    return CIM_OK;
}

static cim_status pump_row(cim__epa_reading *r, cim__epa_object *o)
{
    double number;
    if (r->line.count > 3 && cim__epa_number(r->line.tokens[3], &number)) { /* a row of EPANET 1: numbers only */
        for (size_t k = 3; k < r->line.count; k++) ROW(cim__epa_want_number(r, k, "value", CIM__EPA_ANY, &number));
        return CIM_OK;
    }
    for (size_t k = 4; k < r->line.count; k += 2) ROW(pump_word(r, o, k));
    return CIM_OK;
}

static const char *const valve_types[] = { "PRV", "PSV", "PBV", "FCV", "TCV", "GPV", "PCV" };

static cim_status valve_row(cim__epa_reading *r, cim__epa_object *o)
{
    char name[CIM__EPA_SHOWN], text[CIM__EPA_SHOWN];
    const cim__epa_line *l = &r->line;
    double number;
    size_t type = 0;
    ROW(cim__epa_want(r, 5));
    while (type < 7 && !cim__epa_is(l->tokens[4], valve_types[type])) type++;
    if (type == 7) return cim__epa_refuse(r, "VALVES %s: type \"%s\" is none of PRV, PSV, PBV, FCV, TCV, GPV, PCV", cim__epa_shown(l->tokens[0], name), cim__epa_shown(l->tokens[4], text));
    bool fixed = cim__epa_node(r->net, o->from)->kind != CIM__EPA_JUNCTION || cim__epa_node(r->net, o->to)->kind != CIM__EPA_JUNCTION;
    if (fixed && (type < 2 || type == 3)) return cim__epa_refuse(r, "VALVES %s: a %s next to a reservoir or tank", cim__epa_shown(l->tokens[0], name), valve_types[type]);
    ROW(cim__epa_want_number(r, 3, "diameter", CIM__EPA_POSITIVE, &o->diameter));
    if (type == 5) ROW(cim__epa_want_name(r, 5, "curve", &r->net->curves));
    else ROW(cim__epa_want_number(r, 5, "setting", CIM__EPA_ANY, &number));
    ROW(cim__epa_want_number(r, 6, "minor loss", CIM__EPA_NOT_NEGATIVE, &number));
    if (type == 6) ROW(cim__epa_want_name(r, 7, "curve", &r->net->curves));
    o->state = type == 5 ? CIM__EPA_OPEN : CIM__EPA_ACTIVE;
    return CIM_OK;
}

static cim_status link_row(cim__epa_reading *r)
{
    cim__epa_object *o = row_of(r, &r->net->link_names, &r->net->links);
    if (!o) return CIM_OK;
    ROW(cim__epa_want(r, 3));
    ROW(ends(r, o));
    if (o->kind == CIM__EPA_PIPE) ROW(pipe_row(r, o));
    else if (o->kind == CIM__EPA_PUMP) ROW(pump_row(r, o));
    else ROW(valve_row(r, o));
    o->refused = false;
    return CIM_OK;
}

static cim_status node_names(cim__epa_reading *r)
{
    cim__epa_object *o = row_of(r, &r->net->node_names, &r->net->nodes);
    if (!o || o->refused) return CIM_OK;
    o->refused = true;
    if (o->kind == CIM__EPA_JUNCTION) ROW(cim__epa_want_name(r, 3, "pattern", &r->net->patterns));
    if (o->kind == CIM__EPA_RESERVOIR) ROW(cim__epa_want_name(r, 2, "pattern", &r->net->patterns));
    if (o->kind == CIM__EPA_TANK) ROW(cim__epa_want_name(r, 7, "curve", &r->net->curves));
    o->refused = false;
    return CIM_OK;
}

static cim_status links_pass(cim__epa_reading *r)
{
    if (r->line.heading) return CIM_OK;
    switch (r->line.section) {
    case CIM__EPA_JUNCTIONS:
    case CIM__EPA_RESERVOIRS:
    case CIM__EPA_TANKS: return node_names(r);
    case CIM__EPA_PIPES:
    case CIM__EPA_PUMPS:
    case CIM__EPA_VALVES: return link_row(r);
    default: return CIM_OK;
    }
}

/* ---- the whole ---- */

static cim_status pass(cim__epa_reading *r, cim_status (*row)(cim__epa_reading *r))
{
    r->line = (cim__epa_line){ .section = CIM__EPA_NONE };
    while (cim__epa_next(r->net->text, &r->line)) {
        if ((r->line.number & 0xfff) == 0) CIM__TRY(r->listener->tick(r->ctx, r->listener->user));
        if (r->line.count) CIM__TRY(row(r));
    }
    return CIM_OK;
}

static cim_status check_whole(cim__epa_reading *r)
{
    const cim__epa_net *n = r->net;
    uint64_t sources = n->objects[CIM__EPA_RESERVOIR] + n->objects[CIM__EPA_TANK];
    r->line.section = CIM__EPA_NONE;
    if (!n->objects[CIM__EPA_JUNCTION]) CIM__TRY(cim__epa_refuse(r, "there is no junction: section [JUNCTIONS] is missing or empty"));
    if (!sources) CIM__TRY(cim__epa_refuse(r, "there is neither a reservoir nor a tank: EPANET takes no network without"));
    if (!n->ended) cim__epa_warn(r, "there is no [END]: the file may have been cut off");
    return CIM_OK;
}

cim_status cim__epa_read(cim_ctx *ctx, cim__str text, const cim__epa_listener *listener, cim__epa_net *n)
{
    cim__epa_reading r = { .ctx = ctx, .net = n, .listener = listener };
    memset(n, 0, sizeof *n);
    n->mem = ctx->mem;
    n->text = text;
    n->nodes = n->links = n->mentions = cim__buf_on(ctx->mem);
    n->multiplier = 1.0;
    cim__epa_units_named(CIM__STR("GPM"), &n->units);
    cim__names *const names[] = { &n->node_names, &n->link_names, &n->patterns, &n->curves };
    for (size_t i = 0; i < 4; i++) cim__names_init(names[i], ctx->mem);
    CIM__TRY(pass(&r, names_pass));
    CIM__TRY(pass(&r, links_pass));
    CIM__TRY(pass(&r, cim__epa_rest));
    return check_whole(&r);
}

void cim__epa_free(cim__epa_net *n)
{
    cim__names *const names[] = { &n->node_names, &n->link_names, &n->patterns, &n->curves };
    if (!n->mem) return;
    for (size_t i = 0; i < 4; i++) cim__names_free(names[i]);
    cim__buf_free(&n->nodes);
    cim__buf_free(&n->links);
    cim__buf_free(&n->mentions);
    n->mem = NULL;
}
