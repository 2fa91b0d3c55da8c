/* words.c - vocabulary and rule look-up. */
#include "import/osm/words.h"
#include "core/ctx.h"
#include "core/json.h"

#define CIM__OSM_ON_NL (CIM__OSM_ON_N | CIM__OSM_ON_L)
#define CIM__OSM_ON_NA (CIM__OSM_ON_N | CIM__OSM_ON_A)
#define CIM__OSM_ON_LA (CIM__OSM_ON_L | CIM__OSM_ON_A)
#define CIM__OSM_ON_NLA (CIM__OSM_ON_N | CIM__OSM_ON_L | CIM__OSM_ON_A)

const cim__osm_rule cim__osm_rules[] = {
#define OSM_RULE(key, value, class_name, on, area, net, network, cuts) \
    { CIM__K_##key, CIM__C_##class_name, CIM__OSM_ON_##on, area, CIM__OSM_NET_##net, CIM__OSM_NET_##cuts, value, network },
#include "import/osm/rules.def"
#undef OSM_RULE
};
const size_t cim__osm_rule_count = sizeof cim__osm_rules / sizeof *cim__osm_rules;
_Static_assert(sizeof cim__osm_rules / sizeof *cim__osm_rules < CIM__OSM_RULES_MAX, "rules are numbered below this");

static const char *const key_texts[CIM__K_COUNT] = {
    "",
#define OSM_KEY(id, text) text,
#include "import/osm/keys.def"
#undef OSM_KEY
};

const char *const cim__osm_status_names[CIM__OSM_STATUSES] = { "", "construction", "proposed", "disused", "abandoned", "removed" };

static const struct {
    const char *text;
    cim__osm_status status;
} life_cycle[] = { { "construction", CIM__OSM_CONSTRUCTION }, { "proposed", CIM__OSM_PROPOSED },   { "planned", CIM__OSM_PROPOSED },    { "disused", CIM__OSM_DISUSED },
                   { "abandoned", CIM__OSM_ABANDONED },       { "ruins", CIM__OSM_ABANDONED },     { "ruin", CIM__OSM_ABANDONED },      { "collapsed", CIM__OSM_ABANDONED },
                   { "demolished", CIM__OSM_REMOVED },        { "removed", CIM__OSM_REMOVED },     { "razed", CIM__OSM_REMOVED },       { "dismantled", CIM__OSM_REMOVED },
                   { "destroyed", CIM__OSM_REMOVED },         { "was", CIM__OSM_REMOVED } };

cim__osm_status cim__osm_status_of(cim__str value)
{
    if (value.len < 3 || !memchr("cpdarw", value.ptr[0], 6)) return CIM__OSM_IN_USE;
    for (size_t i = 0; i < sizeof life_cycle / sizeof *life_cycle; i++)
        if (life_cycle[i].text[0] == value.ptr[0] && cim__str_is(value, life_cycle[i].text)) return life_cycle[i].status;
    return CIM__OSM_IN_USE;
}

/* ---- building the tables ---- */

static bool add_word(cim__osm_words *w, const char *text, uint32_t *word_out)
{
    cim__str s = cim__str_of(text);
    if (s.len > w->longest) w->longest = s.len;
    *word_out = cim__names_add(&w->names, s);
    return *word_out != CIM_NONE;
}

static bool add_keys(cim__osm_words *w)
{
    for (uint32_t i = 0; i < CIM__K_COUNT; i++) {
        uint32_t word;
        if (!add_word(w, key_texts[i], &word) || word != i) return false;
    }
    return true;
}

/* Rules of one key and value are chained in the order of the file, which is their rank. */
static void chain(cim__osm_words *w, uint16_t first, uint16_t rule)
{
    while (w->next[first - 1]) first = w->next[first - 1];
    w->next[first - 1] = rule;
}

static bool add_rule(cim__osm_words *w, uint16_t rule)
{
    const cim__osm_rule *r = &cim__osm_rules[rule - 1];
    uint32_t word;
    if (r->value[0] == '*') {
        if (w->any[r->key]) chain(w, w->any[r->key], rule);
        else w->any[r->key] = rule;
        return true;
    }
    if (!add_word(w, r->value, &word)) return false;
    w->has_exact[r->key] = true;
    uint64_t pair = (uint64_t)r->key << 16 | word;
    uint32_t first = cim__map_get(&w->pairs, pair);
    if (first == CIM_NONE) return cim__map_put(&w->pairs, pair, rule);
    chain(w, (uint16_t)first, rule);
    return true;
}

cim_status cim__osm_words_new(cim_ctx *ctx, cim__osm_words *w)
{
    memset(w, 0, sizeof *w);
    cim__names_init(&w->names, ctx->mem);
    cim__map_init(&w->pairs, ctx->mem);
    bool ok = add_keys(w);
    for (uint16_t rule = 1; ok && rule <= cim__osm_rule_count; rule++) ok = add_rule(w, rule);
    if (ok) return CIM_OK;
    cim__osm_words_free(w);
    return cim__nomem(ctx);
}

void cim__osm_words_free(cim__osm_words *w)
{
    if (!w->names.arena.mem) return;
    cim__names_free(&w->names);
    cim__map_free(&w->pairs);
    w->names.arena.mem = NULL;
}

/* ---- looking up ---- */

uint16_t cim__osm_words_exact(const cim__osm_words *w, uint16_t key, uint16_t value_word)
{
    uint32_t rule = value_word && w->has_exact[key] ? cim__map_get(&w->pairs, (uint64_t)key << 16 | value_word) : CIM_NONE;
    return rule == CIM_NONE ? 0 : (uint16_t)rule;
}

static uint16_t number_of(const cim__osm_words *w, cim__str text)
{
    if (!text.len || text.len > w->longest) return 0;
    uint32_t word = cim__names_find(&w->names, text);
    return word == CIM_NONE ? 0 : (uint16_t)word;
}

/* "disused:shop" means "shop"; "construction:date" and the like, whose rest is no main key, are left alone. */
static void strip_prefix(const cim__osm_words *w, cim__str text, cim__osm_word *word)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    if (!colon) return;
    cim__osm_status status = cim__osm_status_of((cim__str){ text.ptr, (size_t)(colon - text.ptr) });
    if (status == CIM__OSM_IN_USE) return;
    uint16_t number = number_of(w, (cim__str){ colon + 1, text.len - (size_t)(colon - text.ptr) - 1 });
    if (!number || number >= CIM__K_ABANDONED) return;
    word->number = number;
    word->status = (uint8_t)status;
}

static bool is_plain(cim__str text, cim__buf *scratch)
{
    size_t i = 0;
    for (; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\') break;
    }
    if (i == text.len) return true;
    scratch->size = 0;
    cim__put_json_str(scratch, text); /* valid UTF-8 comes out unchanged, everything else longer */
    return scratch->size == text.len + 2;
}

cim__osm_word cim__osm_words_find(const cim__osm_words *w, cim__str text, cim__buf *scratch)
{
    cim__osm_word word = { number_of(w, text), CIM__OSM_IN_USE, 0 };
    if (is_plain(text, scratch)) word.flags |= CIM__OSM_PLAIN;
    if (word.number >= CIM__K_ATTRIBUTION && word.number < CIM__K_COUNT) word.flags |= CIM__OSM_EDITORIAL;
    if (!word.number && text.len) strip_prefix(w, text, &word);
    return word;
}
