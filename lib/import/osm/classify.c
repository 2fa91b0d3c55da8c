/* classify.c - matching tags with rules.def. */
#include "import/osm/classify.h"

enum { CANDIDATES = 96 };

typedef struct candidate {
    uint16_t rule, tag; /* indexes */
} candidate;

typedef struct matching {
    const cim__osm_words *words;
    const cim__osm_tags *tags;
    candidate list[CANDIDATES];
    int count;
    bool says_area; /* a closed way with these tags is an area, if nothing else is said */
} matching;

static void add_chain(matching *m, uint16_t rule, uint32_t tag)
{
    for (; rule && m->count < CANDIDATES; rule = m->words->next[rule - 1]) m->list[m->count++] = (candidate){ (uint16_t)(rule - 1), (uint16_t)tag };
}

/* Is a closed way an area by the rules of this chain?  -1: they have nothing to say about ways. */
static int chain_says_area(const cim__osm_words *w, uint16_t rule)
{
    int says = -1;
    for (; rule; rule = w->next[rule - 1]) {
        const cim__osm_rule *r = &cim__osm_rules[rule - 1];
        if (!(r->on & (CIM__OSM_ON_L | CIM__OSM_ON_A))) continue;
        if (says < 0) says = r->area;
    }
    return says;
}

static void match_tag(matching *m, uint32_t i)
{
    const cim__osm_tag *tag = cim__osm_tag_at(m->tags, i);
    uint16_t key = tag->key_word.number;
    if (!key || key >= CIM__K_ABANDONED) return;
    if (tag->value.len == 2 && cim__str_is(tag->value, "no")) return;
    uint16_t exact = cim__osm_words_exact(m->words, key, tag->value_word.number), any = m->words->any[key];
    int says = exact ? chain_says_area(m->words, exact) : -1;
    if (says < 0) says = chain_says_area(m->words, any);
    if (says > 0) m->says_area = true;
    add_chain(m, exact, i);
    add_chain(m, any, i);
}

static bool is_area(const matching *m, cim__osm_form form)
{
    const cim__osm_tags *t = m->tags;
    if (form == CIM__OSM_FORM_AREA) return true;
    if (form != CIM__OSM_FORM_RING) return false;
    if (cim__osm_has(t, CIM__K_AREA)) {
        if (cim__osm_is(t, CIM__K_AREA, "yes")) return true;
        if (cim__osm_is(t, CIM__K_AREA, "no")) return false;
    }
    if (!m->says_area) return false;
    if (!cim__osm_has(t, CIM__K_HIGHWAY) || cim__osm_has(t, CIM__K_BUILDING)) return true;
    /* a street around something is a street, whatever else the way is tagged with */
    uint16_t exact = cim__osm_words_exact(m->words, CIM__K_HIGHWAY, cim__osm_tag_at(t, t->slot[CIM__K_HIGHWAY] - 1u)->value_word.number);
    return exact && chain_says_area(m->words, exact) > 0;
}

/* First in rules.def, after fitting geometry and life cycle. */
static const candidate *best_of(const matching *m, unsigned on)
{
    const candidate *best = NULL;
    unsigned best_rank = 0;
    for (int i = 0; i < m->count; i++) {
        const candidate *c = &m->list[i];
        unsigned rank = c->rule;
        if (!(cim__osm_rules[c->rule].on & on)) rank += CIM__OSM_RULES_MAX;
        if (cim__osm_tag_at(m->tags, c->tag)->key_word.status) rank += 2 * CIM__OSM_RULES_MAX;
        if (best && rank >= best_rank) continue;
        best = c;
        best_rank = rank;
    }
    return best;
}

static uint8_t cuts_of(const matching *m)
{
    uint8_t cuts = 0;
    for (int i = 0; i < m->count; i++) {
        const cim__osm_rule *r = &cim__osm_rules[m->list[i].rule];
        if ((r->on & CIM__OSM_ON_N) && r->cuts && !cim__osm_tag_at(m->tags, m->list[i].tag)->key_word.status) cuts |= (uint8_t)(1 << r->cuts);
    }
    return cuts;
}

/* ---- status and function ---- */

static bool life_cycle_in_value(uint16_t key)
{
    switch (key) {
    case CIM__K_HIGHWAY:
    case CIM__K_RAILWAY:
    case CIM__K_BUILDING:
    case CIM__K_BUILDING_PART:
    case CIM__K_POWER:
    case CIM__K_MAN_MADE:
    case CIM__K_WATERWAY:
    case CIM__K_AERIALWAY:
    case CIM__K_AEROWAY: return true;
    default: return false;
    }
}

/* "disused=yes" and the like. */
static cim__osm_status status_key(const cim__osm_tags *t)
{
    _Static_assert(CIM__K_RUINS - CIM__K_ABANDONED == 5, "the six keys stand together in keys.def");
    static const struct {
        cim__osm_key key;
        cim__osm_status status;
    } keys[] = { { CIM__K_DEMOLISHED, CIM__OSM_REMOVED },       { CIM__K_RUINS, CIM__OSM_ABANDONED },   { CIM__K_ABANDONED, CIM__OSM_ABANDONED },
                 { CIM__K_DISUSED, CIM__OSM_DISUSED }, { CIM__K_CONSTRUCTION, CIM__OSM_CONSTRUCTION }, { CIM__K_PROPOSED, CIM__OSM_PROPOSED } };
    if (!memcmp(t->slot + CIM__K_ABANDONED, (const uint16_t[6]){ 0 }, 6 * sizeof *t->slot)) return CIM__OSM_IN_USE;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (cim__osm_is(t, keys[i].key, "yes")) return keys[i].status;
    return CIM__OSM_IN_USE;
}

static cim__str value_of_text_key(const cim__osm_tags *t, cim__str key)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (cim__str_eq(cim__osm_tag_at(t, i)->key, key)) return cim__osm_tag_at(t, i)->value;
    return (cim__str){ "", 0 };
}

/* highway=construction + construction=primary is a primary road under construction. */
static void set_status_and_function(cim__osm_kind *k, const cim__osm_tags *t)
{
    k->function = k->tag->value;
    k->status = (cim__osm_status)k->tag->key_word.status;
    if (k->status == CIM__OSM_IN_USE && life_cycle_in_value(k->rule->key)) {
        k->status = cim__osm_status_of(k->tag->value);
        cim__str real = k->status == CIM__OSM_IN_USE ? (cim__str){ "", 0 } : value_of_text_key(t, k->tag->value);
        if (real.len && !cim__str_is(real, "yes")) k->function = real;
    }
    if (k->status == CIM__OSM_IN_USE) k->status = status_key(t);
    if (cim__str_is(k->function, "yes")) k->function = k->rule->key == CIM__K_BUILDING || k->rule->key == CIM__K_BUILDING_PART ? (cim__str){ "", 0 } : k->tag->key;
}

/* ---- class ---- */

static bool any_weather(const cim__osm_tags *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const cim__osm_tag *tag = cim__osm_tag_at(t, i);
        if (cim__str_is(tag->key, "monitoring:weather") && cim__str_is(tag->value, "yes")) return true;
    }
    return false;
}

/* Layers of lines that form nets hold nothing else. */
static bool net_layer(cim__layer_id layer)
{
    return layer == CIM__L_ROAD || layer == CIM__L_RAILWAY || layer == CIM__L_WATERWAY || layer == CIM__L_UTILITY_LINE;
}

/* A pole of a line that carries a switch or a transformer is that. */
static cim__class_id carried_device(const cim__osm_tags *t)
{
    if (!cim__osm_has(t, CIM__K_POWER)) return CIM__C_Pole;
    if (cim__osm_has(t, CIM__K_TRANSFORMER) && !cim__osm_is(t, CIM__K_TRANSFORMER, "no")) return CIM__C_Transformer;
    if (cim__osm_has(t, CIM__K_SWITCH) && !cim__osm_is(t, CIM__K_SWITCH, "no")) return CIM__C_Switch;
    return CIM__C_Pole;
}

static cim__class_id class_of(const cim__osm_kind *k, const cim__osm_tags *t, unsigned on)
{
    cim__class_id c = (cim__class_id)k->rule->class_id;
    if (on == CIM__OSM_ON_L && !k->net && net_layer(cim__class_layer(c, CIM_GEOM_LINESTRING))) return CIM__C_CityObject;
    if (c == CIM__C_Camera && cim__osm_is(t, CIM__K_SURVEILLANCE_TYPE, "guard")) return CIM__C_Sensor;
    if (c == CIM__C_Pole) return carried_device(t);
    if (c == CIM__C_MonitoringStation && any_weather(t)) return CIM__C_WeatherStation;
    return c;
}

void cim__osm_classify(const cim__osm_words *words, const cim__osm_tags *tags, cim__osm_form form, cim__osm_kind *k)
{
    matching m; /* not zeroed as a whole: the list is long */
    m.words = words;
    m.tags = tags;
    m.count = 0;
    m.says_area = false;
    *k = (cim__osm_kind){ .class_id = CIM__C_CityObject, .function = { "", 0 } };
    for (uint32_t i = 0; i < tags->count; i++) match_tag(&m, i);
    k->area = is_area(&m, form);
    unsigned on = form == CIM__OSM_FORM_NODE ? CIM__OSM_ON_N : k->area ? CIM__OSM_ON_A : CIM__OSM_ON_L;
    const candidate *best = best_of(&m, on);
    if (!best) return;
    k->rule = &cim__osm_rules[best->rule];
    k->tag = cim__osm_tag_at(tags, best->tag);
    k->cuts = form == CIM__OSM_FORM_NODE ? cuts_of(&m) : 0;
    k->net = on == CIM__OSM_ON_L ? (cim__osm_net)k->rule->net : CIM__OSM_NET_NONE;
    set_status_and_function(k, tags);
    k->class_id = class_of(k, tags, on);
    if (form == CIM__OSM_FORM_NODE && k->rule->class_id == CIM__C_Pole && k->class_id != CIM__C_Pole && k->status == CIM__OSM_IN_USE) k->cuts |= 1 << CIM__OSM_NET_UTIL;
    if (k->class_id == CIM__C_Address) k->function = (cim__str){ "", 0 };
    k->building = k->class_id == CIM__C_Building || k->class_id == CIM__C_BuildingPart;
}
