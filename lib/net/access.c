/* access.c - what tags mean to a profile: may it go there, which way, how fast, and what breaks a rule. */
#include "net/net.h"

#include <math.h>

static cim__str tag(const cim__prof *p, uint32_t set, uint32_t key) { return cim__net_tag_value(p->net, set, key); }

/* ---- values ---- */

static cim__str number_part(cim__str text, double *number)
{
    const char *end = cim__read_double(text.ptr, text.ptr + text.len, number);
    if (!end) return (cim__str){ NULL, 0 };
    return cim__str_trim((cim__str){ end, text.len - (size_t)(end - text.ptr) });
}

bool cim__prof_kmh(cim__str text, double *kmh)
{
    text = cim__str_trim(text);
    if (cim__str_is(text, "walk")) return *kmh = 6.0, true;
    if (cim__str_is(text, "none")) return *kmh = 200.0, true;
    cim__str unit = number_part(text, kmh);
    if (!unit.ptr || !(*kmh > 0.0) || *kmh > 1000.0) return false;
    if (cim__str_is(unit, "mph")) *kmh *= 1.609344;
    else if (cim__str_is(unit, "knots")) *kmh *= 1.852;
    else return !unit.len || cim__str_is(unit, "km/h") || cim__str_is(unit, "kmh");
    return true;
}

bool cim__prof_metres(cim__str text, double *metres)
{
    double inches = 0.0;
    text = cim__str_trim(text);
    cim__str rest = number_part(text, metres);
    if (!rest.ptr || !(*metres >= 0.0)) return false;
    if (!rest.len || cim__str_is(rest, "m") || cim__str_is(rest, "t")) return true;
    if (cim__str_is(rest, "cm")) return *metres *= 0.01, true;
    if (cim__str_is(rest, "ft")) return *metres *= 0.3048, true;
    if (cim__str_is(rest, "kg")) return *metres *= 0.001, true;
    if (rest.ptr[0] != '\'') return false;
    rest = cim__str_trim((cim__str){ rest.ptr + 1, rest.len - 1 });
    if (rest.len) {
        rest = number_part(rest, &inches);
        if (!rest.ptr || !cim__str_is(rest, "\"")) return false;
    }
    *metres = *metres * 0.3048 + inches * 0.0254;
    return true;
}

bool cim__prof_seconds(cim__str text, double *seconds)
{
    double parts[3] = { 0.0, 0.0, 0.0 };
    int n = 0;
    text = cim__str_trim(text);
    bool iso = text.len > 2 && text.ptr[0] == 'P' && text.ptr[1] == 'T';
    if (iso) text = (cim__str){ text.ptr + 2, text.len - 2 };
    *seconds = 0.0;
    while (text.len && n < 3) {
        cim__str rest = number_part(text, &parts[n]);
        if (!rest.ptr || !(parts[n] >= 0.0) || parts[n] > 1e5) return false;
        if (iso) {
            char unit = rest.len ? rest.ptr[0] : 0;
            if (unit != 'H' && unit != 'M' && unit != 'S') return false;
            *seconds += parts[n] * (unit == 'H' ? 3600.0 : unit == 'M' ? 60.0 : 1.0);
        } else if (rest.len && rest.ptr[0] != ':') {
            return false;
        }
        n++;
        text = rest.len ? (cim__str){ rest.ptr + 1, rest.len - 1 } : rest;
    }
    if (!iso) *seconds = n == 1 ? parts[0] * 60.0 : parts[0] * 3600.0 + parts[1] * 60.0 + parts[2];
    return !text.len && *seconds > 0.0;
}

/* ---- access ---- */

static cim__zone zone_of_word(const cim__prof *p, cim__str word)
{
    for (size_t i = 0; i < p->profile->count; i++)
        if (p->profile->lines[i].kind == CIM__PR_VALUE && cim__str_is(word, p->profile->lines[i].text)) return (cim__zone)p->profile->lines[i].a;
    return CIM__ZONE_OPEN;
}

/* The best of the words in "customers;delivery". */
static cim__zone zone_of(const cim__prof *p, cim__str value)
{
    cim__zone best = CIM__ZONE_UNSAID;
    while (value.len) {
        const char *semicolon = memchr(value.ptr, ';', value.len);
        size_t n = semicolon ? (size_t)(semicolon - value.ptr) : value.len;
        cim__zone zone = zone_of_word(p, cim__str_trim((cim__str){ value.ptr, n }));
        if (zone < best) best = zone;
        n += semicolon != NULL;
        value = (cim__str){ value.ptr + n, value.len - n };
    }
    return best;
}

/* The value that a key with conditions has now; false: none. */
static bool conditionally(const cim__prof *p, uint32_t set, uint32_t key, cim__str *value)
{
    cim__str text = tag(p, set, key);
    return text.len && cim__when_value(text, &p->when, &p->size, value);
}

/* What the most special key says; *which_out its number.  against: 0, 1, or 2 for junctions. */
static cim__zone access_of(const cim__prof *p, uint32_t set, int against, uint32_t *which_out)
{
    for (uint32_t k = p->key_count; k-- > 0;) {
        cim__str value = tag(p, set, p->plain[k]), special;
        if (against < 2 && (special = tag(p, set, p->along[k][against])).len) value = special;
        if (conditionally(p, set, p->conditional[k], &special)) value = special;
        if (against < 2 && conditionally(p, set, p->along_conditional[k][against], &special)) value = special;
        if (!value.len) continue;
        *which_out = k;
        return zone_of(p, value);
    }
    *which_out = 0;
    return CIM__ZONE_UNSAID;
}

static bool allows(cim__str value) { return value.len && !cim__str_is(value, "no") && !cim__str_is(value, "private"); }

/* ---- one way ---- */

/* 1 along the line, -1 against it, 0 both, 2 neither. */
static int direction_of(cim__str value, bool implied)
{
    if (cim__str_is(value, "yes") || cim__str_is(value, "1") || cim__str_is(value, "true")) return 1;
    if (cim__str_is(value, "-1") || cim__str_is(value, "reverse")) return -1;
    if (cim__str_is(value, "reversible")) return 2;
    if (cim__str_is(value, "no") || cim__str_is(value, "0") || cim__str_is(value, "false") || cim__str_is(value, "alternating")) return 0;
    return implied ? 1 : 0;
}

static bool lane_against(const cim__prof *p, uint32_t set)
{
    cim__str bicycle = tag(p, set, p->cycleway), bus = tag(p, set, p->busway);
    const char *own = p->key[p->key_count - 1];
    if (!strcmp(own, "bicycle")) return cim__str_starts(bicycle, "opposite");
    return !strcmp(own, "bus") && cim__str_starts(bus, "opposite");
}

static bool wrong_way(const cim__prof *p, uint32_t set, int against)
{
    cim__str special = { "", 0 };
    int way;
    for (uint32_t k = p->key_count; k-- > 0 && !special.len;)
        if (!conditionally(p, set, p->oneway_conditional[k], &special)) special = tag(p, set, p->oneway[k]);
    if (special.len) {
        way = direction_of(special, false);
    } else {
        if (!(p->heed_oneway > 0.0)) return false;
        cim__str value = tag(p, set, p->one), junction = tag(p, set, p->junction);
        bool implied = cim__str_is(junction, "roundabout") || cim__str_is(junction, "circular") || cim__str_is(tag(p, set, p->highway), "motorway");
        (void)conditionally(p, set, p->one_conditional, &value);
        way = direction_of(value, implied);
        if (way && way != 2 && lane_against(p, set)) way = 0;
    }
    return way == 2 || (way == 1 && against) || (way == -1 && !against);
}

/* ---- speed ---- */

static const cim__prof_line *speed_line(const cim__prof *p, cim__str highway)
{
    for (size_t i = 0; i < p->profile->count; i++) {
        const cim__prof_line *l = &p->profile->lines[i];
        if ((l->kind == CIM__PR_SPEED || l->kind == CIM__PR_ONLY) && (cim__str_is(highway, l->text) || (highway.len && !strcmp(l->text, "*")))) return l;
    }
    return NULL;
}

/* Legal limit, 0: not known. */
static double limit_of(const cim__prof *p, uint32_t set, int against, uint8_t *source)
{
    double kmh;
    cim__str value;
    *source = CIM_NET_SPEED_TAGGED;
    for (uint32_t k = p->key_count; k-- > 0;)
        if (conditionally(p, set, p->speed_conditional[k], &value) && cim__prof_kmh(value, &kmh)) return kmh;
    if (conditionally(p, set, p->maxspeed_along_conditional[against], &value) && cim__prof_kmh(value, &kmh)) return kmh;
    if (conditionally(p, set, p->maxspeed_conditional, &value) && cim__prof_kmh(value, &kmh)) return kmh;
    for (uint32_t k = p->key_count; k-- > 0;)
        if ((value = tag(p, set, p->speed[k])).len && cim__prof_kmh(value, &kmh)) return kmh;
    if ((value = tag(p, set, p->maxspeed_along[against])).len && cim__prof_kmh(value, &kmh)) return kmh;
    value = tag(p, set, p->kmh);
    if (!value.len || !cim__parse_double(value, &kmh)) return 0.0;
    bool derived = !cim__str_is(tag(p, set, p->kmh_rule), "tagged");
    if (!derived && !tag(p, set, p->maxspeed).len && tag(p, set, p->maxspeed_along[!against]).len) return 0.0; /* that of the other direction */
    if (derived) *source = CIM_NET_SPEED_DERIVED;
    return kmh;
}

static double capped(const cim__prof *p, uint32_t set, double kmh)
{
    for (size_t i = 0; i < p->profile->count; i++) {
        const cim__prof_line *l = &p->profile->lines[i];
        if (l->kind != CIM__PR_CAP || p->line_key[i] == CIM_NONE || l->a >= kmh) continue;
        if (cim__str_is(tag(p, set, p->line_key[i]), strchr(l->text, '=') + 1)) kmh = l->a;
    }
    return kmh;
}

static void set_speed(const cim__prof *p, uint32_t set, int against, double usual, cim__passage *out)
{
    double kmh = usual, limit = 0.0;
    uint8_t source;
    out->source = CIM_NET_SPEED_DEFAULT;
    if (p->heed_limit > 0.0) limit = limit_of(p, set, against, &source);
    if (limit > 0.0) {
        out->source = source;
        kmh = p->heed_limit < 2.0 ? limit * p->limit_factor : fmin(limit * p->limit_factor, usual);
    }
    out->kmh = capped(p, set, fmin(kmh, p->top_kmh));
}

/* ---- sizes and slopes ---- */

static bool exceeds(const cim__prof *p, uint32_t set, uint32_t key, double own)
{
    double most;
    cim__str value = own > 0.0 ? tag(p, set, key) : (cim__str){ "", 0 };
    return value.len && cim__prof_metres(value, &most) && own > most;
}

static bool too_large(const cim__prof *p, uint32_t set)
{
    const cim__size *s = &p->size;
    if (exceeds(p, set, p->maxheight, s->height_m) || exceeds(p, set, p->maxwidth, s->width_m)) return true;
    if (exceeds(p, set, p->maxlength, s->length_m) || exceeds(p, set, p->maxweight, s->weight_t) || exceeds(p, set, p->maxweightrating, s->weight_t))
        return true;
    return p->max_incline > 0.0 && exceeds(p, set, p->width, s->width_m);
}

static void slope(const cim__prof *p, uint32_t set, cim__passage *out)
{
    double percent;
    cim__str value = p->max_incline > 0.0 ? tag(p, set, p->incline) : (cim__str){ "", 0 };
    if (!value.len) return;
    cim__str unit = number_part(value, &percent);
    if (!unit.ptr) return;
    if (cim__str_is(unit, "\xc2\xb0")) percent = fabs(percent) < 90.0 ? tan(percent * M_PI / 180.0) * 100.0 : HUGE_VAL;
    else if (!cim__str_is(unit, "%")) return;
    percent = fabs(percent);
    if (percent > p->max_incline) out->kmh = 0.0;
    else if (percent > p->max_incline / 2.0) out->kmh *= 0.5;
}

/* ---- a link ---- */

static void priced(const cim__prof_line *price, uint32_t rule, cim__passage *out)
{
    out->rules |= rule;
    if (!price) {
        out->kmh = 0.0;
        return;
    }
    out->factor *= price->a;
    out->fixed_s += price->b;
}

static bool for_buses(const cim__prof *p, uint32_t set)
{
    cim__str highway = tag(p, set, p->highway);
    return allows(tag(p, set, p->bus)) || allows(tag(p, set, p->psv)) || cim__str_is(highway, "busway");
}

static void set_access(const cim__prof *p, uint32_t set, int against, const cim__prof_line *line, cim__passage *out)
{
    uint32_t which;
    cim__zone zone = access_of(p, set, against, &which);
    if (line->kind == CIM__PR_ONLY && (zone == CIM__ZONE_UNSAID || !which || (!strcmp(line->text, "steps") && which + 1 < p->key_count))) {
        bool ramp = !strcmp(line->text, "steps") && zone != CIM__ZONE_CLOSED && allows(tag(p, set, p->ramp));
        zone = ramp ? CIM__ZONE_OPEN : CIM__ZONE_CLOSED;
    }
    if (zone == CIM__ZONE_UNSAID) zone = CIM__ZONE_OPEN;
    if (zone == CIM__ZONE_CLOSED) {
        if (for_buses(p, set)) priced(p->price_bus, CIM_NET_BREAKS_BUS_LANE, out);
        else priced(p->price_access, CIM_NET_BREAKS_ACCESS, out);
        zone = CIM__ZONE_OPEN;
    } else if (p->price_bus && zone == CIM__ZONE_OPEN && cim__str_is(tag(p, set, p->highway), "busway") && which + 1 < p->key_count) {
        priced(p->price_bus, CIM_NET_BREAKS_BUS_LANE, out);
    }
    out->zone = (uint8_t)zone;
    if (zone == CIM__ZONE_DESTINATION) out->rules |= CIM_NET_USES_DESTINATION;
    if (zone == CIM__ZONE_PRIVATE) out->rules |= CIM_NET_USES_PRIVATE;
}

void cim__prof_link(const cim__prof *p, uint32_t set, int against, cim__passage *out)
{
    *out = (cim__passage){ .factor = 1.0 };
    cim__str highway = tag(p, set, p->highway), route = tag(p, set, p->route), status = tag(p, set, p->status);
    out->ferry = !highway.len && (cim__str_is(route, "ferry") || cim__str_is(route, "shuttle_train"));
    const cim__prof_line *line = speed_line(p, out->ferry ? CIM__STR("ferry") : highway);
    if (!line || !(line->a > 0.0) || status.len) return;
    if (too_large(p, set)) return;
    if (out->ferry) out->kmh = line->a;
    else set_speed(p, set, against, line->a, out);
    if (out->ferry && !cim__prof_seconds(tag(p, set, p->duration), &out->ferry_s)) out->ferry_s = 0.0;
    slope(p, set, out);
    if (!(out->kmh > 0.0)) return;
    set_access(p, set, against, line, out);
    if (wrong_way(p, set, against)) priced(p->price_oneway, CIM_NET_BREAKS_ONEWAY, out);
}

/* ---- a junction ---- */

static const cim__prof_line *junction_line(const cim__prof *p, uint32_t set)
{
    for (size_t i = 0; i < p->profile->count; i++) {
        const cim__prof_line *l = &p->profile->lines[i];
        if (l->kind != CIM__PR_NODE || p->line_key[i] == CIM_NONE) continue;
        cim__str value = tag(p, set, p->line_key[i]);
        const char *wanted = strchr(l->text, '=') + 1;
        if (value.len && (!strcmp(wanted, "*") || cim__str_is(value, wanted))) return l;
    }
    return NULL;
}

static double barred(const cim__prof *p, uint32_t *rules)
{
    if (!p->price_barrier) return -1.0;
    *rules |= CIM_NET_BREAKS_BARRIER;
    return p->price_barrier->b;
}

double cim__prof_junction(const cim__prof *p, uint32_t set, uint32_t *rules)
{
    uint32_t which;
    *rules = 0;
    if (set == CIM_NONE) return 0.0;
    const cim__prof_line *line = junction_line(p, set);
    double seconds = line ? line->a : 0.0;
    if (seconds < -1.5 || too_large(p, set)) return -1.0;
    if (!tag(p, set, p->barrier).len && seconds >= 0.0) return seconds;
    switch (access_of(p, set, 2, &which)) {
    case CIM__ZONE_OPEN:
    case CIM__ZONE_DESTINATION: return seconds < 0.0 ? 2.0 : seconds;
    case CIM__ZONE_PRIVATE: *rules |= CIM_NET_USES_PRIVATE; return p->private_s + (seconds < 0.0 ? 2.0 : seconds);
    case CIM__ZONE_CLOSED: return barred(p, rules);
    default: return seconds < 0.0 ? barred(p, rules) : seconds;
    }
}

/* ---- a turn restriction ---- */

static bool own_word(const cim__prof *p, cim__str word)
{
    for (size_t i = 0; i < p->profile->count; i++) {
        const cim__prof_line *l = &p->profile->lines[i];
        if ((l->kind == CIM__PR_KEY || l->kind == CIM__PR_EXCEPT) && cim__str_is(word, l->text)) return true;
    }
    return false;
}

static bool own_word_in(const cim__prof *p, cim__str list, char separator)
{
    while (list.len) {
        const char *end = memchr(list.ptr, separator, list.len);
        size_t n = end ? (size_t)(end - list.ptr) : list.len;
        if (own_word(p, cim__str_trim((cim__str){ list.ptr, n }))) return true;
        n += end != NULL;
        list = (cim__str){ list.ptr + n, list.len - n };
    }
    return false;
}

bool cim__prof_rule(const cim__prof *p, const cim__net_rule *rule)
{
    cim__str key = cim__net_text(p->net, rule->key), value = cim__net_text(p->net, rule->value), except = cim__net_text(p->net, rule->except), now;
    if (!(p->heed_turns > 0.0)) return false;
    if (except.len && own_word_in(p, except, ';')) return false;
    key = key.len > 12 ? (cim__str){ key.ptr + 12, key.len - 12 } : (cim__str){ "", 0 }; /* behind "restriction:" */
    bool conditional = cim__str_is(key, "conditional");
    if (key.len > 12 && !strncmp(key.ptr + key.len - 12, ":conditional", 12)) {
        conditional = true;
        key.len -= 12;
    } else if (conditional) {
        key.len = 0;
    }
    if (key.len && !own_word(p, key)) return false;
    return conditional ? cim__when_value(value, &p->when, &p->size, &now) : true;
}
