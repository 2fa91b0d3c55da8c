/* words.h - the vocabulary: known keys and values as small numbers, and the rules that tags match.
 *
 * A PBF block brings its own dictionary.  Each of its texts is looked up here once; after that tags are pairs of small numbers. */
#ifndef CIM_IMPORT_OSM_WORDS_H
#define CIM_IMPORT_OSM_WORDS_H

#include "city/model.h"
#include "core/hash.h"

typedef enum cim__osm_key {
    CIM__K_NONE,
#define OSM_KEY(id, text) CIM__K_##id,
#include "import/osm/keys.def"
#undef OSM_KEY
    CIM__K_COUNT
} cim__osm_key;

/* Where in its life an object is; text in cim__osm_status_names. */
typedef enum cim__osm_status {
    CIM__OSM_IN_USE,
    CIM__OSM_CONSTRUCTION,
    CIM__OSM_PROPOSED,
    CIM__OSM_DISUSED,
    CIM__OSM_ABANDONED,
    CIM__OSM_REMOVED,
    CIM__OSM_STATUSES
} cim__osm_status;
extern const char *const cim__osm_status_names[CIM__OSM_STATUSES];

/* What is known of a text. */
typedef struct cim__osm_word {
    uint16_t number; /* a cim__osm_key, a known value, or 0; of "disused:shop" that of "shop" */
    uint8_t status;  /* cim__osm_status of such a prefix */
    uint8_t flags;   /* CIM__OSM_PLAIN */
} cim__osm_word;
enum {
    CIM__OSM_PLAIN = 1,    /* may be put into JSON as it is */
    CIM__OSM_EDITORIAL = 2 /* as a key: says nothing about the object (source, created_by, ...) */
};

/* Kinds of geometry a rule is meant for, and nets of lines. */
enum { CIM__OSM_ON_N = 1, CIM__OSM_ON_L = 2, CIM__OSM_ON_A = 4 };
typedef enum cim__osm_net { CIM__OSM_NET_NONE, CIM__OSM_NET_ROAD, CIM__OSM_NET_RAIL, CIM__OSM_NET_UTIL, CIM__OSM_NET_WATER } cim__osm_net;

typedef struct cim__osm_rule {
    uint16_t key;
    uint8_t class_id, on, area, net, cuts;
    const char *value, *network;
} cim__osm_rule;

enum { CIM__OSM_RULES_MAX = 512 };

typedef struct cim__osm_words {
    cim__names names;
    uint16_t any[CIM__K_COUNT];   /* first rule of key=*, counted from 1; 0: none */
    bool has_exact[CIM__K_COUNT]; /* there are rules for single values of the key */
    uint16_t next[CIM__OSM_RULES_MAX];
    cim__map pairs;               /* key << 16 | value word -> first rule, counted from 1 */
    size_t longest;
} cim__osm_words;

cim_status cim__osm_words_new(cim_ctx *ctx, cim__osm_words *words_out);
void cim__osm_words_free(cim__osm_words *words);
/* scratch: to try whether the text is plain JSON. */
cim__osm_word cim__osm_words_find(const cim__osm_words *words, cim__str text, cim__buf *scratch);

extern const cim__osm_rule cim__osm_rules[];
extern const size_t cim__osm_rule_count;
/* First rule for key=value (or key=* when value_word has none of its own): index + 1, 0 for none; go on with next[index]. */
uint16_t cim__osm_words_exact(const cim__osm_words *words, uint16_t key, uint16_t value_word);

/* The life cycle that a value stands for ("construction", "razed", ...). */
cim__osm_status cim__osm_status_of(cim__str value);

#endif
