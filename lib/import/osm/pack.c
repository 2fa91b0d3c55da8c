/* pack.c - the writing side of block.c.  A block holds up to three groups: dense nodes, ways, relations. */
#include "import/osm/pack.h"

enum { BLOCK_ENTITIES = 8000, BLOCK_BYTES = 4 << 20 };

static size_t buffers(cim__osm_pack *p, cim__buf **list)
{
    cim__buf *all[] = { &p->ids, &p->lats, &p->lons, &p->pairs, &p->versions, &p->ways, &p->relations, &p->keys, &p->vals, &p->refs, &p->ref_lats, &p->ref_lons, &p->roles, &p->members, &p->types };
    memcpy(list, all, sizeof all);
    return sizeof all / sizeof *all;
}

enum { BUFFERS = 15, OF_BLOCK = 7 };

static void reset_names(cim__osm_pack *p)
{
    cim__mem *mem = p->source->mem;
    if (p->names.arena.mem) cim__names_free(&p->names);
    cim__names_init(&p->names, mem);
    (void)cim__names_add(&p->names, (cim__str){ "", 0 }); /* number 0 ends the tags of a dense node */
}

static void reset_block(cim__osm_pack *p)
{
    cim__buf *list[BUFFERS];
    (void)buffers(p, list);
    for (size_t i = 0; i < OF_BLOCK; i++) list[i]->size = 0;
    p->entities = p->bytes = 0;
    p->last_id = p->last_lat = p->last_lon = 0;
    reset_names(p);
}

cim_status cim__osm_pack_init(cim_ctx *ctx, cim__osm_pack *p, cim__osm_source *source)
{
    cim__buf *list[BUFFERS];
    memset(p, 0, sizeof *p);
    p->source = source;
    size_t n = buffers(p, list);
    for (size_t i = 0; i < n; i++) *list[i] = cim__buf_on(ctx->mem);
    reset_names(p);
    return p->names.count ? CIM_OK : cim__nomem(ctx);
}

void cim__osm_pack_free(cim__osm_pack *p)
{
    cim__buf *list[BUFFERS];
    if (!p->source) return;
    size_t n = buffers(p, list);
    for (size_t i = 0; i < n; i++) cim__buf_free(list[i]);
    cim__names_free(&p->names);
}

static void put_delta(cim__buf *out, int64_t value, int64_t *last)
{
    cim__buf_varint(out, cim__zigzag((int64_t)((uint64_t)value - (uint64_t)*last)));
    *last = value;
}

void cim__osm_pack_begin(cim__osm_pack *p, unsigned type, int64_t id, uint32_t version)
{
    cim__buf *list[BUFFERS];
    size_t n = buffers(p, list);
    for (size_t i = OF_BLOCK; i < n; i++) list[i]->size = 0;
    p->type = type;
    p->id = id;
    p->version = version;
    p->last_ref = p->last_ref_lat = p->last_ref_lon = 0;
    p->placed = false;
}

void cim__osm_pack_place(cim__osm_pack *p, int64_t lon, int64_t lat)
{
    p->lon = lon;
    p->lat = lat;
}

static void put_name(cim__osm_pack *p, cim__buf *out, cim__str text)
{
    uint32_t number = cim__names_add(&p->names, text);
    if (number == CIM_NONE) out->failed = true;
    else cim__buf_varint(out, number);
}

void cim__osm_pack_tag(cim__osm_pack *p, cim__str key, cim__str value)
{
    if (!key.len) key = CIM__STR(" "); /* an empty key would look like the end of a dense node's tags */
    put_name(p, &p->keys, key);
    put_name(p, p->type ? &p->vals : &p->keys, value); /* dense nodes alternate keys and values */
    p->bytes += key.len + value.len;
}

static void put_ref(cim__osm_pack *p, int64_t ref, int64_t lon, int64_t lat)
{
    put_delta(&p->refs, ref, &p->last_ref);
    put_delta(&p->ref_lats, lat, &p->last_ref_lat);
    put_delta(&p->ref_lons, lon, &p->last_ref_lon);
}

/* 0, 0 stands for a place that is not known; it is only written when others of the way are. */
void cim__osm_pack_ref(cim__osm_pack *p, int64_t ref) { put_ref(p, ref, 0, 0); }

void cim__osm_pack_placed_ref(cim__osm_pack *p, int64_t ref, int64_t lon, int64_t lat)
{
    put_ref(p, ref, lon, lat);
    p->placed = true;
}

void cim__osm_pack_member(cim__osm_pack *p, unsigned type, int64_t ref, cim__str role)
{
    put_name(p, &p->roles, role);
    put_delta(&p->members, ref, &p->last_ref);
    cim__buf_varint(&p->types, type);
}

/* ---- messages ---- */

static void put_key(cim__buf *out, unsigned number, unsigned type) { cim__buf_varint(out, number << 3 | type); }

static void put_bytes(cim__buf *out, unsigned number, const cim__buf *bytes)
{
    if (!bytes->size) return;
    put_key(out, number, CIM__WIRE_BYTES);
    cim__buf_varint(out, bytes->size);
    cim__buf_put(out, bytes->data, bytes->size);
    if (bytes->failed) out->failed = true;
}

static size_t varint_size(uint64_t v)
{
    size_t n = 1;
    while (v >>= 7) n++;
    return n;
}

static size_t bytes_size(const cim__buf *b) { return b->size ? 1 + varint_size(b->size) + b->size : 0; }

/* One way or relation as field `number` of a group. */
static void put_message(cim__osm_pack *p, cim__buf *group, unsigned number, const cim__buf *arrays[3], const unsigned numbers[3])
{
    size_t info = p->version ? 1 + varint_size(p->version) : 0;
    size_t size = 1 + varint_size((uint64_t)p->id) + bytes_size(&p->keys) + bytes_size(&p->vals) + (info ? 2 + info : 0);
    for (int i = 0; i < 3; i++) size += bytes_size(arrays[i]);
    put_key(group, number, CIM__WIRE_BYTES);
    cim__buf_varint(group, size);
    put_key(group, 1, CIM__WIRE_VARINT);
    cim__buf_varint(group, (uint64_t)p->id);
    put_bytes(group, 2, &p->keys);
    put_bytes(group, 3, &p->vals);
    if (info) {
        put_key(group, 4, CIM__WIRE_BYTES);
        cim__buf_varint(group, info);
        put_key(group, 1, CIM__WIRE_VARINT);
        cim__buf_varint(group, p->version);
    }
    for (int i = 0; i < 3; i++) put_bytes(group, numbers[i], arrays[i]);
}

static void end_node(cim__osm_pack *p)
{
    put_delta(&p->ids, p->id, &p->last_id);
    put_delta(&p->lats, p->lat, &p->last_lat);
    put_delta(&p->lons, p->lon, &p->last_lon);
    cim__buf_put(&p->pairs, p->keys.data, p->keys.size);
    cim__buf_putc(&p->pairs, 0);
    cim__buf_varint(&p->versions, p->version);
    p->pairs.failed |= p->keys.failed;
}

static void end_way(cim__osm_pack *p)
{
    static const cim__buf none = { 0 };
    const cim__buf *arrays[3] = { &p->refs, p->placed ? &p->ref_lats : &none, p->placed ? &p->ref_lons : &none };
    put_message(p, &p->ways, CIM__OSM_WAY, arrays, (const unsigned[3]){ 8, 9, 10 });
}

static void end_relation(cim__osm_pack *p)
{
    const cim__buf *arrays[3] = { &p->roles, &p->members, &p->types };
    put_message(p, &p->relations, CIM__OSM_RELATION, arrays, (const unsigned[3]){ 8, 9, 10 });
}

cim_status cim__osm_pack_end(cim_ctx *ctx, cim__osm_pack *p)
{
    if (p->type == 0) end_node(p);
    else if (p->type == 1) end_way(p);
    else end_relation(p);
    p->entities++;
    size_t bytes = p->bytes + p->ids.size + p->lats.size + p->lons.size + p->pairs.size + p->ways.size + p->relations.size;
    if (bytes > CIM__OSM_BLOB_MAX / 2) return cim__fail(ctx, CIM_ELIMIT, "%s: osm:%s/%lld is larger than 12 MiB", p->source->path, p->type == 1 ? "way" : p->type ? "relation" : "node", (long long)p->id);
    return p->entities >= BLOCK_ENTITIES || bytes > BLOCK_BYTES ? cim__osm_pack_flush(ctx, p) : CIM_OK;
}

/* ---- blocks ---- */

static void put_table(cim__osm_pack *p, cim__buf *out)
{
    size_t size = 0;
    for (size_t i = 0; i < p->names.count; i++) size += 1 + varint_size(p->names.texts[i].len) + p->names.texts[i].len;
    put_key(out, 1, CIM__WIRE_BYTES);
    cim__buf_varint(out, size);
    for (size_t i = 0; i < p->names.count; i++) {
        put_key(out, 1, CIM__WIRE_BYTES);
        cim__buf_varint(out, p->names.texts[i].len);
        cim__buf_putstr(out, p->names.texts[i]);
    }
}

static void put_dense(cim__osm_pack *p, cim__buf *out)
{
    if (!p->ids.size) return;
    size_t info = bytes_size(&p->versions);
    size_t dense = bytes_size(&p->ids) + 1 + varint_size(info) + info + bytes_size(&p->lats) + bytes_size(&p->lons) + bytes_size(&p->pairs);
    put_key(out, 2, CIM__WIRE_BYTES);
    cim__buf_varint(out, 1 + varint_size(dense) + dense);
    put_key(out, CIM__OSM_DENSE, CIM__WIRE_BYTES);
    cim__buf_varint(out, dense);
    put_bytes(out, 1, &p->ids);
    put_key(out, 5, CIM__WIRE_BYTES);
    cim__buf_varint(out, info);
    put_bytes(out, 1, &p->versions);
    put_bytes(out, 8, &p->lats);
    put_bytes(out, 9, &p->lons);
    put_bytes(out, 10, &p->pairs);
}

cim_status cim__osm_pack_flush(cim_ctx *ctx, cim__osm_pack *p)
{
    cim__osm_source *source = p->source;
    cim__buf out = cim__buf_on(source->mem);
    cim__osm_blob blob = { 0 };
    if (!p->entities) return CIM_OK;
    put_table(p, &out);
    put_dense(p, &out);
    put_bytes(&out, 2, &p->ways);
    put_bytes(&out, 2, &p->relations);
    blob.size = (uint32_t)out.size;
    cim__buf_put(&out, (const uint8_t[CIM__WIRE_SLOP]){ 0 }, CIM__WIRE_SLOP);
    cim_status st = out.size > CIM__OSM_BLOB_MAX ? cim__fail(ctx, CIM_ELIMIT, "%s: an object is too large", source->path) : cim__spool_take(ctx, &source->spool, &out, &blob.at);
    cim__buf_free(&out);
    CIM__TRY(st);
    cim__osm_blob *to = CIM__PUSH(&source->blobs, cim__osm_blob);
    if (!to) return cim__nomem(ctx);
    *to = blob;
    reset_block(p);
    return p->names.count ? CIM_OK : cim__nomem(ctx);
}
