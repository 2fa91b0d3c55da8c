/* relations.c - relations that a file states: properties that refer to or hold another object, and CityObjectRelation. */
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

static bool has_blank(cim__str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ') return true;
    return false;
}

/* Text id of the object that a reference means; empty when it cannot be one.  UtilityNetwork ADE 0.9.2 has ids as text. */
static cim__str target_of(cim__gbuilder *b, uint32_t property)
{
    cim__str href = { "", 0 }, none = { "", 0 };
    if (!cim__gtree_attr(b->tree, cim__gb_node(b, property), "href", &href)) href = cim__gtree_text(b->tree, cim__gb_node(b, property));
    if (has_blank(cim__str_trim(href))) return none;
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
