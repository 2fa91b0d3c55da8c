/* relations.c - relations that a file states: properties that refer to or hold another object, CityObjectRelation, and the
 * links of utility networks. */
#include "import/citygml/build.h"

const cim__grelation_rule *cim__gb_relation_rule(const cim__gname *property)
{
    enum { TO = false, FROM = true, PARTS = false, NO_PARTS = true };
    static const cim__grelation_rule rules[] = {
#define CIM__GML_RELATION(local, type, direction, parts) { local, CIM__R_##type, direction, parts },
#include "import/citygml/relations.def"
#undef CIM__GML_RELATION
    };
    (void)TO, (void)PARTS;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (cim__str_is(property->local, rules[i].local)) return &rules[i];
    return NULL;
}

static cim_status relate(cim_ctx *ctx, cim__gbuilder *b, cim__str from, int32_t type, cim__str to, cim__str attrs)
{
    return cim__batch_relate(ctx, b->batch, from, (cim__relation_type)type, to, attrs);
}

/* {"property": "bldg:generalizesTo", "role": ...} */
static cim_status relation_attrs(cim_ctx *ctx, cim__gbuilder *b, uint32_t property)
{
    const cim__gnode *n = cim__gb_node(b, property);
    cim__str role;
    cim__json json = cim__json_on(&b->text);
    b->text.size = 0;
    cim__json_open(&json, '{');
    cim__json_kv_str(&json, "property", n->name->qname);
    if (cim__gtree_attr(b->tree, n, "role", &role)) cim__json_kv_str(&json, "role", role);
    cim__json_close(&json, '}');
    return b->text.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status relate_property(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, cim__str other)
{
    const cim__grelation_rule *rule = cim__gb_relation_rule(cim__gb_node(b, property)->name);
    int32_t type = rule ? rule->type : CIM__R_RELATED;
    CIM__TRY(relation_attrs(ctx, b, property));
    bool from = rule && rule->from;
    return relate(ctx, b, from ? other : b->gid, type, from ? b->gid : other, cim__buf_str(&b->text));
}

/* Text id of the object that a reference means; empty when it cannot be one. */
static cim__str target_of(cim__gbuilder *b, uint32_t property)
{
    cim__str href = { "", 0 }, none = { "", 0 };
    cim__gtree_attr(b->tree, cim__gb_node(b, property), "href", &href);
    cim__ghref h = cim__ghref_of(href);
    if (h.remote || !h.id.len || memchr(h.id.ptr, '#', h.id.len)) return none;
    uint32_t here = h.file.len ? CIM_NONE : cim__gindex_find(&b->index, b->tree, h.id);
    if (here != CIM_NONE && !cim__gb_is_object(b, here)) return none; /* a thematic surface, a data type */
    return cim__gb_gid_of(b, h.id);
}

cim_status cim__gb_link(cim_ctx *ctx, cim__gbuilder *b, uint32_t property)
{
    cim__str target = target_of(b, property);
    if (!target.ptr) return cim__nomem(ctx);
    return target.len ? relate_property(ctx, b, property, target) : CIM_OK;
}

cim_status cim__gb_inline(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, cim__str gid)
{
    const cim__grelation_rule *rule = cim__gb_relation_rule(cim__gb_node(b, property)->name);
    return rule && rule->no_parts ? relate_property(ctx, b, property, gid) : CIM_OK;
}

cim_status cim__gb_relation_object(cim_ctx *ctx, cim__gbuilder *b, uint32_t node)
{
    uint32_t to = cim__gtree_child(b->tree, node, "relatedTo"), type = cim__gtree_child(b->tree, node, "relationType");
    if (to == CIM_NONE || b->in_surface) return CIM_OK;
    cim__str target = target_of(b, to);
    if (!target.ptr) return cim__nomem(ctx);
    if (!target.len) return CIM_OK;
    cim__json json = cim__json_on(&b->text);
    b->text.size = 0;
    cim__json_open(&json, '{');
    if (type != CIM_NONE) cim__json_kv_str(&json, "type", cim__gtree_text(b->tree, cim__gb_node(b, type)));
    cim__json_close(&json, '}');
    return b->text.failed ? cim__nomem(ctx) : relate(ctx, b, b->gid, CIM__R_RELATED, target, cim__buf_str(&b->text));
}

/* ---- UtilityNetwork ADE ---- */

static cim__str href_id(const cim__gbuilder *b, uint32_t node, const char *property)
{
    uint32_t child = cim__gtree_child(b->tree, node, property);
    cim__str href = { "", 0 };
    if (child != CIM_NONE) cim__gtree_attr(b->tree, cim__gb_node(b, child), "href", &href);
    return cim__ghref_of(href).id;
}

/* A link connects two nodes; features own graphs, so that links between graphs connect features. */
cim_status cim__gb_network_object(cim_ctx *ctx, cim__gbuilder *b)
{
    const cim__gnode *n = cim__gb_node(b, b->node);
    if (n->name->module != CIM__GML_UTILITY) return CIM_OK;
    cim__str graph = href_id(b, b->node, "topoGraph"), start = href_id(b, b->node, "start"), end = href_id(b, b->node, "end");
    if (graph.len) {
        cim__glink_end *owner = CIM__PUSH(&b->graphs, cim__glink_end);
        if (!owner) return cim__nomem(ctx);
        *owner = (cim__glink_end){ graph, b->gid };
    }
    if (!start.len || !end.len) return CIM_OK;
    uint32_t *link = CIM__PUSH(&b->links, uint32_t);
    if (!link) return cim__nomem(ctx);
    *link = b->node;
    cim__json json = cim__json_on(&b->text);
    b->text.size = 0;
    cim__json_open(&json, '{');
    cim__json_kv_str(&json, "link", b->gid);
    cim__json_close(&json, '}');
    cim__str from = cim__gb_gid_of(b, start), to = cim__gb_gid_of(b, end);
    if (!from.ptr || !to.ptr || b->text.failed) return cim__nomem(ctx);
    return relate(ctx, b, from, CIM__R_CONNECTS, to, cim__buf_str(&b->text));
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
        cim__str from = owner_of_node(b, href_id(b, link, "start")), to = owner_of_node(b, href_id(b, link, "end"));
        if (!from.len || !to.len || cim__str_eq(from, to)) continue;
        st = relate(ctx, b, from, CIM__R_CONNECTS, to, (cim__str){ "", 0 });
    }
    cim__map_free(&b->graph_owners);
    return st;
}
