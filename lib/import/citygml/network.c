/* network.c - utility networks: UtilityNetwork ADE 0.9.2 to 0.9.9 (CityGML 2.0, 3.0) and the utility classes of i-UR.
 *
 * The names of properties changed from version to version (start, startNode); both are read.  What flows is said once, by the
 * medium of the Network, and written to everything in it.  Networks, graphs, nodes and links are objects; a link becomes a
 * relation between its nodes (cim-utility(7)), and one between the features whose graphs hold them. */
#include "import/citygml/build.h"

#include <ctype.h>

static void put(cim__gbuilder *b, cim__attr attr, cim__rule rule, const char *text)
{
    if (text && text[0]) cim__gb_put(b, (cim__value){ .attr = (uint8_t)attr, .rule = (uint8_t)rule, .text = cim__str_of(text) });
}

static uint32_t child_of(const cim__gbuilder *b, uint32_t node, const char *name, const char *other_name)
{
    uint32_t child = cim__gtree_child(b->tree, node, name);
    return child == CIM_NONE && other_name ? cim__gtree_child(b->tree, node, other_name) : child;
}

static cim__str text_of(const cim__gbuilder *b, uint32_t node) { return node == CIM_NONE ? (cim__str){ "", 0 } : cim__gtree_text(b->tree, cim__gb_node(b, node)); }

/* Codes are written as the code list has them, but for capitals; some are "codelist#code" or a URL. */
static bool is_word(cim__str code, const char *word)
{
    size_t start = code.len;
    while (start && code.ptr[start - 1] != '#' && code.ptr[start - 1] != '/' && code.ptr[start - 1] != ':') start--;
    if (code.len - start != strlen(word)) return false;
    for (size_t i = 0; word[i]; i++)
        if (tolower((unsigned char)code.ptr[start + i]) != tolower((unsigned char)word[i])) return false;
    return true;
}

/* ---- classes ---- */

typedef struct class_word {
    const char *word;
    cim__class_id class_id;
} class_word;

/* A functional element is what its property `class` says; a storage that is not one of fluids is no tank. */
cim__class_id cim__gb_network_class(const cim__gbuilder *b, uint32_t node, cim__class_id class_id)
{
    static const class_word words[] = {
#define CIM__GML_ELEMENT(word, class) { word, CIM__C_##class },
#include "import/citygml/networks.def"
#undef CIM__GML_ELEMENT
    };
    if (cim__gb_node(b, node)->name->module != CIM__GML_UTILITY || (class_id != CIM__C_UtilityNode && class_id != CIM__C_Tank)) return class_id;
    cim__str code = text_of(b, cim__gtree_child(b->tree, node, "class"));
    for (size_t i = 0; code.len && i < sizeof words / sizeof *words; i++)
        if (is_word(code, words[i].word)) return words[i].class_id;
    return class_id;
}

/* ---- what flows ---- */

static const char *commodity_of_medium(const cim__gbuilder *b, uint32_t medium)
{
    static const char *const words[][2] = {
#define CIM__GML_MEDIUM(word, network) { word, network },
#include "import/citygml/networks.def"
#undef CIM__GML_MEDIUM
    };
    cim__str kind = cim__gb_node(b, medium)->name->local, type = text_of(b, cim__gtree_child(b->tree, medium, "type"));
    for (size_t i = 0; type.len && i < sizeof words / sizeof *words; i++)
        if (is_word(type, words[i][0])) return words[i][1];
    if (cim__str_is(kind, "ElectricalMedium")) return "power";
    if (cim__str_is(kind, "OpticalMedium")) return "telecom";
    return NULL;
}

/* The medium is in the property, or somewhere else in the same member. */
static const char *commodity_of_property(const cim__gbuilder *b, uint32_t property)
{
    cim__str href;
    uint32_t medium = cim__gtree_first(b->tree, property);
    if (medium == CIM_NONE && cim__gtree_attr(b->tree, cim__gb_node(b, property), "href", &href)) medium = cim__gindex_find(&b->index, b->tree, cim__ghref_of(href).id);
    return medium == CIM_NONE || !cim__gb_node(b, medium)->name ? NULL : commodity_of_medium(b, medium);
}

static const char *commodity_of_network(const cim__gbuilder *b, uint32_t network)
{
    CIM__GTREE_EACH(b->tree, network, c)
    {
        const cim__gname *name = cim__gb_node(b, c)->name;
        const char *commodity = cim__str_is(name->local, "transportedMedium") || cim__str_is(name->local, "medium") ? commodity_of_property(b, c) : NULL;
        if (commodity) return commodity;
    }
    return NULL;
}

/* Of the network the object is in; remembered, since a network holds many objects. */
static const char *commodity_around(cim__gbuilder *b, uint32_t node)
{
    while (node != CIM_NONE && !cim__gname_is(cim__gb_node(b, node)->name, CIM__GML_UTILITY, "Network")) node = cim__gb_node(b, node)->parent;
    if (node == CIM_NONE) return NULL;
    if (node != b->network) {
        b->network = node;
        b->commodity = commodity_of_network(b, node);
    }
    return b->commodity;
}

/* ---- values ---- */

/* What is not in use is out of service in words of our own; what nobody knows is not said. */
bool cim__gb_network_status(cim__gbuilder *b, const cim__gname *property, cim__str code)
{
    static const char *const words[][2] = {
#define CIM__GML_STATUS(word, status) { word, status },
#include "import/citygml/networks.def"
#undef CIM__GML_STATUS
    };
    if (property->module != CIM__GML_UTILITY) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_word(code, words[i][0])) continue;
        put(b, CIM__A_STATUS, CIM__RULE_TAGGED, words[i][1]);
        return true;
    }
    return false;
}

/* Plans of Japanese cities say by the name of an element which network it is of. */
static void put_named_network(cim__gbuilder *b)
{
    static const struct {
        const char *start, *network, *tier;
    } names[] = {
#define CIM__GML_NAMED(start, network, tier) { start, network, tier },
#include "import/citygml/networks.def"
#undef CIM__GML_NAMED
    };
    cim__str name = text_of(b, cim__gtree_child(b->tree, b->node, "name"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!cim__str_starts(name, names[i].start)) continue;
        put(b, CIM__A_NETWORK, CIM__RULE_DEFAULT, names[i].network);
        put(b, CIM__A_TIER, CIM__RULE_DEFAULT, names[i].tier);
        return;
    }
}

static void put_utility_values(cim__gbuilder *b)
{
    cim__str class = text_of(b, cim__gtree_child(b->tree, b->node, "class")), function = text_of(b, cim__gtree_child(b->tree, b->node, "function"));
    bool is_network = cim__str_is(cim__gb_node(b, b->node)->name->local, "Network");
    put(b, CIM__A_NETWORK, is_network ? CIM__RULE_TAGGED : CIM__RULE_PARENT, commodity_around(b, b->node));
    if (class.len && !is_word(class, "unknown")) cim__gb_put(b, (cim__value){ .attr = CIM__A_FUNCTION, .text = class }); /* unless it states a function */
    if (is_word(function, "producing") && !is_network) cim__gb_put(b, (cim__value){ .attr = CIM__A_CONTROLLER, .rule = CIM__RULE_DEFAULT, .integer = 1 });
}

/* ---- links and graphs ---- */

/* Text id's gid of the node at an end: referred to, or held there. */
static cim__str end_of(const cim__gbuilder *b, uint32_t link, const char *name, const char *other_name)
{
    uint32_t property = child_of(b, link, name, other_name);
    cim__str href = { "", 0 };
    if (property == CIM_NONE) return href;
    if (cim__gtree_attr(b->tree, cim__gb_node(b, property), "href", &href)) return cim__ghref_of(href).id;
    uint32_t held = cim__gtree_first(b->tree, property);
    return held == CIM_NONE ? href : cim__gtree_id(b->tree, cim__gb_node(b, held));
}

static cim__str start_of(const cim__gbuilder *b, uint32_t link) { return end_of(b, link, "start", "startNode"); }
static cim__str stop_of(const cim__gbuilder *b, uint32_t link) { return end_of(b, link, "end", "endNode"); }

static bool contains(const cim__gbuilder *b, uint32_t link) { return is_word(text_of(b, cim__gtree_child(b->tree, link, "type")), "contains"); }

/* {"link": "gml:l1", "flow": "with"} */
static cim_status relate_nodes(cim_ctx *ctx, cim__gbuilder *b, cim__str start, cim__str stop)
{
    cim__str sign = text_of(b, cim__gtree_child(b->tree, b->node, "direction"));
    cim__json json = cim__json_on(&b->text);
    b->text.size = 0;
    cim__json_open(&json, '{');
    cim__json_kv_str(&json, "link", b->gid);
    if (cim__str_is(sign, "+")) cim__json_kv_str(&json, "flow", CIM__STR("with"));
    if (cim__str_is(sign, "-")) cim__json_kv_str(&json, "flow", CIM__STR("against"));
    cim__json_close(&json, '}');
    cim__str from = cim__gb_gid_of(b, start), to = cim__gb_gid_of(b, stop);
    if (!from.ptr || !to.ptr || b->text.failed) return cim__nomem(ctx);
    if (contains(b, b->node)) return cim__batch_relate(ctx, b->batch, to, CIM__R_PART_OF, from, cim__buf_str(&b->text));
    return cim__batch_relate(ctx, b->batch, from, CIM__R_CONNECTS, to, cim__buf_str(&b->text));
}

static cim_status keep_graphs(cim_ctx *ctx, cim__gbuilder *b)
{
    CIM__GTREE_EACH(b->tree, b->node, c)
    {
        const cim__gnode *property = cim__gb_node(b, c);
        cim__str href = { "", 0 };
        if (!cim__str_is(property->name->local, "topoGraph") && !cim__str_is(property->name->local, "featureGraph")) continue;
        uint32_t held = cim__gtree_first(b->tree, c);
        cim__gtree_attr(b->tree, property, "href", &href);
        cim__str graph = held == CIM_NONE ? cim__ghref_of(href).id : cim__gtree_id(b->tree, cim__gb_node(b, held));
        if (!graph.len) continue;
        cim__glink_end *owner = CIM__PUSH(&b->graphs, cim__glink_end);
        if (!owner) return cim__nomem(ctx);
        *owner = (cim__glink_end){ graph, b->gid };
    }
    return CIM_OK;
}

cim_status cim__gb_network_object(cim_ctx *ctx, cim__gbuilder *b)
{
    const cim__gname *name = cim__gb_node(b, b->node)->name;
    if (name->module == CIM__GML_URO && cim__class_is((cim__class_id)name->code, CIM__C_UtilityLine)) put_named_network(b);
    if (name->module == CIM__GML_URO && cim__class_is((cim__class_id)name->code, CIM__C_UtilityNode)) put_named_network(b);
    if (name->module != CIM__GML_UTILITY) return CIM_OK;
    put_utility_values(b);
    if (!cim__str_is(name->local, "NetworkGraph") && !cim__str_is(name->local, "Network")) CIM__TRY(keep_graphs(ctx, b));
    cim__str start = start_of(b, b->node), stop = stop_of(b, b->node);
    if (!start.len || !stop.len) return CIM_OK;
    uint32_t *link = CIM__PUSH(&b->links, uint32_t);
    if (!link) return cim__nomem(ctx);
    *link = b->node;
    return relate_nodes(ctx, b, start, stop);
}

/* The feature whose graph holds the node with this id. */
static cim__str owner_of_node(const cim__gbuilder *b, cim__str id)
{
    uint32_t node = cim__gindex_find(&b->index, b->tree, id);
    while (node != CIM_NONE && !cim__str_is(cim__gb_node(b, node)->name->local, "FeatureGraph")) node = cim__gb_node(b, node)->parent;
    if (node == CIM_NONE) return (cim__str){ "", 0 };
    cim__str graph = cim__gtree_id(b->tree, cim__gb_node(b, node));
    uint32_t at = cim__map_get(&b->graph_owners, cim__hash64(graph.ptr, graph.len, 0));
    return at == CIM_NONE ? (cim__str){ "", 0 } : CIM__AT(&b->graphs, cim__glink_end, at).owner;
}

cim_status cim__gb_network_links(cim_ctx *ctx, cim__gbuilder *b)
{
    cim_status st = CIM_OK;
    size_t graphs = CIM__COUNT(&b->graphs, cim__glink_end), links = CIM__COUNT(&b->links, uint32_t);
    if (!graphs || !links) return CIM_OK;
    cim__map_init(&b->graph_owners, b->mem);
    for (size_t i = 0; i < graphs && st >= 0; i++) {
        cim__str graph = CIM__AT(&b->graphs, cim__glink_end, i).graph;
        if (!cim__map_put(&b->graph_owners, cim__hash64(graph.ptr, graph.len, 0), (uint32_t)i)) st = cim__nomem(ctx);
    }
    for (size_t i = 0; i < links && st >= 0; i++) {
        uint32_t link = CIM__AT(&b->links, uint32_t, i);
        cim__str from = owner_of_node(b, start_of(b, link)), to = owner_of_node(b, stop_of(b, link));
        if (!from.len || !to.len || cim__str_eq(from, to)) continue;
        if (contains(b, link)) st = cim__batch_relate(ctx, b->batch, to, CIM__R_PART_OF, from, (cim__str){ "", 0 });
        else st = cim__batch_relate(ctx, b->batch, from, CIM__R_CONNECTS, to, (cim__str){ "", 0 });
    }
    cim__map_free(&b->graph_owners);
    return st;
}
