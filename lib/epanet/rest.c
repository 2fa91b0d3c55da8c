/* rest.c - the third pass: what other sections say of nodes and links, and whether EPANET would take them. */
#include "epanet/reading.h"

#include <math.h>
#include <stdlib.h>

#define ROW(call)                           \
    do {                                    \
        cim_status row_status = (call);     \
        if (row_status != CIM_OK) return row_status; \
    } while (0)

/* ---- lines about objects ---- */

static cim__epa_object *object_of(const cim__names *names, const cim__buf *objects, cim__str name)
{
    uint32_t i = cim__names_find(names, name);
    return i == CIM_NONE ? NULL : &CIM__AT(objects, cim__epa_object, i);
}

static cim__epa_object *node_of(cim__epa_reading *r, size_t k) { return object_of(&r->net->node_names, &r->net->nodes, r->line.tokens[k]); }
static cim__epa_object *link_of(cim__epa_reading *r, size_t k) { return object_of(&r->net->link_names, &r->net->links, r->line.tokens[k]); }

static cim_status mention(cim__epa_reading *r, cim__epa_object *o)
{
    cim__buf *list = &r->net->mentions;
    uint32_t i = (uint32_t)CIM__COUNT(list, cim__epa_mention);
    cim__epa_mention *m = CIM__PUSH(list, cim__epa_mention);
    if (!m) return cim__nomem(r->ctx);
    *m = (cim__epa_mention){ r->line.at, r->line.number, CIM_NONE, (uint8_t)r->line.section };
    if (o->last == CIM_NONE) o->mention = i;
    else CIM__AT(list, cim__epa_mention, o->last).next = i;
    o->last = i;
    return CIM_OK;
}

static cim_status no_such(cim__epa_reading *r, const char *what, size_t k)
{
    char text[CIM__EPA_SHOWN];
    return cim__epa_refuse(r, "%s: there is no %s \"%s\"", cim__epa_section_name(r->line.section), what, cim__epa_shown(r->line.tokens[k], text));
}

static cim_status wrong_word(cim__epa_reading *r, size_t k)
{
    char text[CIM__EPA_SHOWN];
    return cim__epa_refuse(r, "%s: \"%s\" is not what EPANET takes here", cim__epa_section_name(r->line.section), cim__epa_shown(r->line.tokens[k], text));
}

static void stray(cim__epa_reading *r, const char *what, size_t k)
{
    char text[CIM__EPA_SHOWN];
    cim__epa_warn(r, "%s: there is no %s \"%s\"; the line is kept", cim__epa_section_name(r->line.section), what, cim__epa_shown(r->line.tokens[k], text));
}

/* ---- sections about nodes ---- */

static cim_status demand(cim__epa_reading *r)
{
    double value = 0.0;
    ROW(cim__epa_want(r, 2));
    if (cim__epa_is(r->line.tokens[0], "MULTIPLY") && !node_of(r, 0)) return cim__epa_want_number(r, 1, "factor", CIM__EPA_ANY, &r->net->multiplier); /* of EPANET 1 */
    ROW(cim__epa_want_number(r, 1, "demand", CIM__EPA_ANY, &value));
    cim__epa_object *o = node_of(r, 0);
    if (!o) return no_such(r, "node", 0);
    if (o->kind != CIM__EPA_JUNCTION) return CIM_OK;
    ROW(cim__epa_want_name(r, 2, "pattern", &r->net->patterns));
    if (!o->demands) o->demand = 0.0; /* that of [JUNCTIONS] is replaced */
    o->own_demand = false;
    o->demands++;
    o->demand += value;
    return mention(r, o);
}

/* EPANET passes over places of unknown nodes, and so do we. */
static cim_status coordinates(cim__epa_reading *r)
{
    double x = 0.0, y = 0.0;
    ROW(cim__epa_want(r, 3));
    ROW(cim__epa_want_number(r, 1, "x", CIM__EPA_ANY, &x));
    ROW(cim__epa_want_number(r, 2, "y", CIM__EPA_ANY, &y));
    cim__epa_object *o = node_of(r, 0);
    if (!o) {
        stray(r, "node", 0);
        return CIM_OK;
    }
    o->placed = true;
    o->x = x;
    o->y = y;
    return mention(r, o);
}

static cim_status vertex(cim__epa_reading *r)
{
    double value;
    ROW(cim__epa_want(r, 3));
    ROW(cim__epa_want_number(r, 1, "x", CIM__EPA_ANY, &value));
    ROW(cim__epa_want_number(r, 2, "y", CIM__EPA_ANY, &value));
    cim__epa_object *o = link_of(r, 0);
    if (o) return mention(r, o);
    stray(r, "link", 0);
    return CIM_OK;
}

static cim_status tag(cim__epa_reading *r)
{
    if (r->line.count < 3) return CIM_OK;
    bool node = cim__epa_is(r->line.tokens[0], "NODE");
    if (!node && !cim__epa_is(r->line.tokens[0], "LINK")) return wrong_word(r, 0);
    cim__epa_object *o = node ? node_of(r, 1) : link_of(r, 1);
    if (o) return mention(r, o);
    stray(r, node ? "node" : "link", 1);
    return CIM_OK;
}

static cim_status of_node(cim__epa_reading *r, size_t number_at, const char *what, cim__epa_sign sign)
{
    double value;
    ROW(cim__epa_want(r, 2));
    cim__epa_object *o = node_of(r, 0);
    if (!o) return no_such(r, "node", 0);
    ROW(cim__epa_want_number(r, number_at, what, sign, &value));
    return mention(r, o);
}

/* Of one node, or of a range of names. */
static cim_status quality(cim__epa_reading *r)
{
    double value;
    if (r->line.count == 2) return of_node(r, 1, "quality", CIM__EPA_NOT_NEGATIVE);
    return cim__epa_want_number(r, 2, "quality", CIM__EPA_NOT_NEGATIVE, &value);
}

static cim_status source(cim__epa_reading *r)
{
    double value;
    size_t at = r->line.count > 1 && cim__epa_number(r->line.tokens[1], &value) ? 1 : 2;
    ROW(cim__epa_want_name(r, at + 1, "pattern", &r->net->patterns));
    return of_node(r, at, "quality", CIM__EPA_ANY);
}

static cim_status leakage(cim__epa_reading *r)
{
    double value;
    ROW(cim__epa_want(r, 3));
    cim__epa_object *o = link_of(r, 0);
    if (!o) return no_such(r, "link", 0);
    ROW(cim__epa_want_number(r, 1, "area", CIM__EPA_NOT_NEGATIVE, &value));
    ROW(cim__epa_want_number(r, 2, "expansion", CIM__EPA_NOT_NEGATIVE, &value));
    return mention(r, o);
}

/* ---- states of links ---- */

/* Setting 0 stops a pump; a number regulates a valve and means nothing for a pipe. */
static void set_state(cim__epa_reading *r, cim__epa_object *o, cim__str token)
{
    double number = 0.0;
    bool open = cim__epa_is(token, "OPEN"), closed = cim__epa_is(token, "CLOS");
    cim__epa_number(token, &number);
    if (o->check_valve) return;
    if (open || closed) o->state = open ? CIM__EPA_OPEN : CIM__EPA_CLOSED;
    else if (o->kind == CIM__EPA_PUMP) o->state = number == 0.0 ? CIM__EPA_CLOSED : CIM__EPA_OPEN;
    else if (o->kind == CIM__EPA_VALVE && !cim__epa_is(cim__epa_valve_type(r->net, o), "GPV")) o->state = CIM__EPA_ACTIVE;
}

/* What atol() makes of a name: the digits it begins with. */
static int64_t leading_number(cim__str name)
{
    int64_t value = 0;
    for (size_t i = 0; i < name.len && name.ptr[i] >= '0' && name.ptr[i] <= '9' && value < 1000000000000000ll; i++) value = 10 * value + (name.ptr[i] - '0');
    return value;
}

static int compare(cim__str a, cim__str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : a.len < b.len ? -1 : a.len > b.len;
}

/* Ranges compare as numbers when both names begin with one, else as texts. */
static cim_status state_range(cim__epa_reading *r)
{
    enum { MOST = 50000000 };
    const cim__epa_line *l = &r->line;
    const cim__epa_net *n = r->net;
    int64_t low = leading_number(l->tokens[0]), high = leading_number(l->tokens[1]);
    if (r->compared > MOST) return cim__epa_refuse(r, "STATUS: too many ranges of names");
    r->compared += cim__epa_link_count(n);
    for (size_t i = 0; i < cim__epa_link_count(n); i++) {
        cim__str name = n->link_names.texts[i];
        int64_t here = leading_number(name);
        bool inside = low > 0 && high > 0 ? here >= low && here <= high : compare(l->tokens[0], name) <= 0 && compare(l->tokens[1], name) >= 0;
        if (!inside) continue;
        set_state(r, cim__epa_link(n, i), l->tokens[l->count - 1]);
        cim__epa_link(n, i)->ranged = true;
    }
    return CIM_OK;
}

static cim_status state(cim__epa_reading *r)
{
    const cim__epa_line *l = &r->line;
    double number;
    ROW(cim__epa_want(r, 2));
    cim__str token = l->tokens[l->count - 1];
    if (!cim__epa_is(token, "OPEN") && !cim__epa_is(token, "CLOS")) ROW(cim__epa_want_number(r, l->count - 1, "setting", CIM__EPA_NOT_NEGATIVE, &number));
    if (l->count > 2) return state_range(r);
    cim__epa_object *o = link_of(r, 0);
    if (!o) return no_such(r, "link", 0);
    if (o->check_valve) return cim__epa_refuse(r, "STATUS: a pipe with a check valve has no other status");
    set_state(r, o, token);
    return mention(r, o);
}

/* ---- sections about the whole ---- */

static cim_status numbers(cim__epa_reading *r, size_t least)
{
    double value;
    ROW(cim__epa_want(r, least));
    for (size_t k = 1; k < r->line.count && (r->line.section == CIM__EPA_PATTERNS || k < least); k++) ROW(cim__epa_want_number(r, k, "value", CIM__EPA_ANY, &value));
    return CIM_OK;
}

/* "13:50", "13:50:30"; hours, minutes, seconds. */
static bool clock_time(cim__str token)
{
    double value;
    int parts = 0;
    while (parts < 3) {
        const char *colon = memchr(token.ptr, ':', token.len);
        cim__str part = { token.ptr, colon ? (size_t)(colon - token.ptr) : token.len };
        if (!cim__epa_number(part, &value) || value < 0.0) return false;
        parts++;
        if (!colon) return true;
        token = (cim__str){ colon + 1, token.len - part.len - 1 };
        if (!token.len) return true;
    }
    return false;
}

/* Word k on: a time of one or two words, "13:50", "2", "2 HOURS", "1:50 PM". */
static bool is_time(const cim__epa_line *l, size_t k)
{
    static const char *const units[] = { "SEC", "MIN", "HOU", "DAY", "AM", "PM" };
    if (k >= l->count || !clock_time(l->tokens[k])) return false;
    if (k + 1 == l->count) return true;
    for (size_t i = 0; i < 6; i++)
        if (cim__epa_is(l->tokens[k + 1], units[i])) return true;
    return false;
}

static cim_status times(cim__epa_reading *r)
{
    static const char *const words[] = { "DURA", "HYDR", "QUAL", "RULE", "MINI", "PATT", "REPO", "STAR" };
    static const char *const statistics[] = { "NO", "AVERAGE", "MINIMUM", "MAXIMUM", "RANGE" };
    const cim__epa_line *l = &r->line;
    char text[CIM__EPA_SHOWN];
    ROW(cim__epa_want(r, 2));
    size_t i = 0, last = l->count - 1;
    if (cim__epa_is(l->tokens[0], "STAT")) {
        while (i < 5 && !cim__epa_is(l->tokens[last], statistics[i])) i++;
        return i < 5 ? CIM_OK : wrong_word(r, last);
    }
    while (i < 8 && !cim__epa_is(l->tokens[0], words[i])) i++;
    if (i == 8) return wrong_word(r, 0);
    if (is_time(l, last) || (l->count > 2 && is_time(l, last - 1))) return CIM_OK;
    return cim__epa_refuse(r, "TIMES: \"%s\" is not a time", cim__epa_shown(l->tokens[last], text));
}

/* Options that are numbers, and where the number stands. */
static cim_status options(cim__epa_reading *r)
{
    static const struct {
        const char *word, *second;
    } known[] = { { "VISC", NULL }, { "DIFF", NULL }, { "TRIAL", NULL }, { "ACCU", NULL }, { "TOLER", NULL }, { "SPEC", "GRAV" }, { "EMIT", "EXPO" }, { "MINI", "PRES" },
                 { "REQ", "PRES" }, { "PRESSURE", "EXPO" }, { "HEADERROR", NULL }, { "FLOWCHANGE", NULL }, { "CHECKFREQ", NULL }, { "MAXCHECK", NULL }, { "DAMPLIMIT", NULL } };
    const cim__epa_line *l = &r->line;
    double value;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!cim__epa_is(l->tokens[0], known[i].word)) continue;
        if (known[i].second && (l->count < 3 || !cim__epa_is(l->tokens[1], known[i].second))) continue;
        return cim__epa_want_number(r, known[i].second ? 2 : 1, "value", CIM__EPA_ANY, &value);
    }
    return CIM_OK;
}

static cim_status control(cim__epa_reading *r)
{
    const cim__epa_line *l = &r->line;
    double value;
    ROW(cim__epa_want(r, 6));
    cim__epa_object *o = link_of(r, 1);
    if (!o) return no_such(r, "link", 1);
    if (o->check_valve) return cim__epa_refuse(r, "CONTROLS: a pipe with a check valve cannot be controlled");
    if (!cim__epa_is(l->tokens[2], "OPEN") && !cim__epa_is(l->tokens[2], "CLOS")) ROW(cim__epa_want_number(r, 2, "setting", CIM__EPA_ANY, &value));
    if (cim__epa_is(l->tokens[4], "TIME") || cim__epa_is(l->tokens[4], "CLOCKTIME")) {
        cim__epa_line until = *l;
        if (cim__epa_is(l->tokens[l->count - 1], "DISABLED")) until.count--;
        return is_time(&until, 5) ? CIM_OK : wrong_word(r, 5);
    }
    ROW(cim__epa_want(r, 8));
    if (!node_of(r, 5)) return no_such(r, "node", 5);
    if (!cim__epa_is(l->tokens[6], "BELOW") && !cim__epa_is(l->tokens[6], "ABOVE")) return wrong_word(r, 6);
    return cim__epa_want_number(r, 7, "level", CIM__EPA_ANY, &value);
}

static cim_status reaction(cim__epa_reading *r)
{
    double value;
    return r->line.count < 3 ? CIM_OK : cim__epa_want_number(r, r->line.count - 1, "value", CIM__EPA_ANY, &value);
}

static cim_status row(cim__epa_reading *r)
{
    switch (r->line.section) {
    case CIM__EPA_DEMANDS: return demand(r);
    case CIM__EPA_COORDINATES: return coordinates(r);
    case CIM__EPA_VERTICES: return vertex(r);
    case CIM__EPA_TAGS: return tag(r);
    case CIM__EPA_EMITTERS: return of_node(r, 1, "coefficient", CIM__EPA_NOT_NEGATIVE);
    case CIM__EPA_QUALITY: return quality(r);
    case CIM__EPA_SOURCES: return source(r);
    case CIM__EPA_MIXING: return of_node(r, 2, "fraction", CIM__EPA_ANY);
    case CIM__EPA_LEAKAGE: return leakage(r);
    case CIM__EPA_STATUS: return state(r);
    case CIM__EPA_PATTERNS: return numbers(r, 2);
    case CIM__EPA_CURVES: return numbers(r, 3);
    case CIM__EPA_TIMES: return times(r);
    case CIM__EPA_OPTIONS: return options(r);
    case CIM__EPA_CONTROLS: return control(r);
    case CIM__EPA_ENERGY: return cim__epa_want(r, 3);
    case CIM__EPA_REACTIONS: return reaction(r);
    default: return CIM_OK;
    }
}

cim_status cim__epa_rest(cim__epa_reading *r)
{
    r->line = (cim__epa_line){ .section = CIM__EPA_NONE };
    while (cim__epa_next(r->net->text, &r->line)) {
        if ((r->line.number & 0xfff) == 0) CIM__TRY(r->listener->tick(r->ctx, r->listener->user));
        if (r->line.count && !r->line.heading) CIM__TRY(row(r));
    }
    return CIM_OK;
}

/* ---- what the city says of it ---- */

cim__str cim__epa_valve_type(const cim__epa_net *n, const cim__epa_object *valve)
{
    cim__epa_line line = { .section = CIM__EPA_NONE };
    cim__epa_split(n->text, valve->at, &line);
    return line.count > 4 ? line.tokens[4] : (cim__str){ "", 0 };
}

bool cim__epa_flows_with(const cim__epa_net *n, const cim__epa_object *link)
{
    static const char *const one_way[] = { "PRV", "PSV", "PBV", "FCV" };
    if (link->kind == CIM__EPA_PIPE) return link->check_valve;
    if (link->kind == CIM__EPA_PUMP) return true;
    cim__str type = cim__epa_valve_type(n, link);
    for (size_t i = 0; i < 4; i++)
        if (cim__epa_is(type, one_way[i])) return true;
    return false;
}
