/* pack_relations.c - relations between objects of the page: for every type from, difference to the one before, and to, likewise. */
#include "view/pack.h"

static void put_type(cim__pack *p, const cim_city *city, int32_t type, cim__buf *out)
{
    int64_t last_from = 0, last_to = 0;
    for (uint32_t id = 0; id <= city->max_id; id++) {
        if (p->index_of[id] == CIM_NONE) continue;
        for (uint32_t i = city->out.first[id]; i < city->out.first[id + 1]; i++) {
            uint32_t to = p->index_of[city->out.other[i]];
            if (city->out.type[i] != type || to == CIM_NONE) continue;
            cim__buf_varint(out, cim__zigzag((int64_t)p->index_of[id] - last_from));
            cim__buf_varint(out, cim__zigzag((int64_t)to - last_to));
            last_from = p->index_of[id];
            last_to = to;
        }
    }
}

cim_status cim__pack_relations(cim_ctx *ctx, cim__pack *p, cim_city *city)
{
    CIM__TRY(cim__city_relations(ctx, city));
    cim__json_key(&p->json, "relations");
    cim__json_open(&p->json, '[');
    for (size_t i = 0; i < cim__relation_count; i++) {
        uint32_t stream = cim__pack_stream(p);
        if (stream == CIM_NONE) return cim__nomem(ctx);
        put_type(p, city, cim__relations[i].type, cim__pack_at(p, stream));
        if (!cim__pack_at(p, stream)->size) continue;
        cim__json_open(&p->json, '{');
        cim__json_kv_text(&p->json, "name", cim__relations[i].name);
        cim__json_kv_text(&p->json, "inverse", cim__relations[i].inverse);
        cim__json_kv_int(&p->json, "s", stream);
        cim__json_close(&p->json, '}');
    }
    cim__json_close(&p->json, ']');
    return CIM_OK;
}
