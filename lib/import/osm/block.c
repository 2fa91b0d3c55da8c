/* block.c - decoding of PrimitiveBlocks. */
#include "import/osm/block.h"
#include "core/json.h"

/* PrimitiveBlock: 1 string table, 2 groups, 17 granularity, 19 latitude offset, 20 longitude offset (18: of dates). */
const char *cim__osm_block_open(cim__osm_block *b, const uint8_t *raw, size_t size)
{
    cim__wire w = { raw, raw + size };
    cim__field f;
    *b = (cim__osm_block){ .raw = raw, .size = size, .granularity = 100 };
    while (cim__wire_field(&w, &f)) {
        if (f.type != CIM__WIRE_VARINT) continue;
        if (f.number == 17) b->granularity = (int64_t)f.value;
        if (f.number == 19) b->lat_offset = (int64_t)f.value;
        if (f.number == 20) b->lon_offset = (int64_t)f.value;
    }
    if (cim__wire_bad(&w)) return "damaged: not a sequence of protocol buffer fields";
    if (b->granularity < 1 || b->granularity > 1000000000) return "granularity out of range";
    return NULL;
}

/* ---- dictionary ---- */

static bool table_of(const cim__osm_block *b, cim__wire *table)
{
    cim__wire w = { b->raw, b->raw + b->size };
    cim__field f;
    while (cim__wire_field(&w, &f))
        if (f.number == 1 && f.type == CIM__WIRE_BYTES) {
            *table = f.bytes;
            return true;
        }
    return false;
}

static const char *index_strings(const cim__osm_block *b, cim__wire table, cim__osm_strings *s)
{
    while (cim__wire_more(&table)) {
        uint64_t key = cim__wire_get(&table);
        s->at[s->count] = (uint32_t)(table.pos - b->raw);
        uint64_t len = cim__wire_bad(&table) ? UINT64_MAX : cim__wire_get(&table);
        if (cim__wire_bad(&table) || len > cim__wire_size(&table)) return "the string table is damaged";
        if (key != (1 << 3 | CIM__WIRE_BYTES)) return "the string table holds something that is not a string";
        table.pos += len;
        s->count++;
    }
    return NULL;
}

const char *cim__osm_strings_read(const cim__osm_block *b, const cim__osm_words *words, cim__mem *mem, cim__buf *scratch, cim__osm_strings *s)
{
    cim__wire table, w;
    cim__field f;
    size_t count = 0;
    *s = (cim__osm_strings){ 0, NULL, NULL };
    if (!table_of(b, &table)) return "there is no string table";
    for (w = table; cim__wire_field(&w, &f);) count++;
    if (cim__wire_bad(&w)) return "the string table is damaged";
    if (count > CIM__OSM_BLOCK_STRINGS) return "more than 2,000,000 strings";
    s->at = cim__alloc_n(mem, count, sizeof *s->at);
    s->word = cim__alloc_n(mem, count, sizeof *s->word);
    if (!s->at || !s->word) return "";
    const char *wrong = index_strings(b, table, s);
    if (wrong) return wrong;
    cim__osm_block view = *b;
    view.strings = s;
    for (uint32_t i = 0; i < s->count; i++) s->word[i] = cim__osm_words_find(words, cim__osm_string(&view, i), scratch);
    return NULL;
}

/* ---- walking ---- */

bool cim__osm_walk_next(cim__osm_walk *walk, cim__field *entity)
{
    for (;;) {
        cim__field f;
        if (cim__wire_field(&walk->group, entity)) {
            if (entity->type != CIM__WIRE_BYTES || entity->number > CIM__OSM_CHANGESET) continue;
            return true;
        }
        if (cim__wire_bad(&walk->group)) break;
        if (!cim__wire_field(&walk->top, &f)) break;
        if (f.number == 2 && f.type == CIM__WIRE_BYTES) walk->group = f.bytes;
    }
    if (cim__wire_bad(&walk->group) || cim__wire_bad(&walk->top)) walk->wrong = "a group is damaged";
    return false;
}

/* To 1e-7 degrees, rounded to nearest. */
static bool to_units(int64_t offset, int64_t granularity, int64_t value, int64_t limit, int32_t *out)
{
    int64_t nano;
    if (__builtin_mul_overflow(granularity, value, &nano) || __builtin_add_overflow(nano, offset, &nano)) return false;
    if (nano > limit * 100 || nano < -limit * 100) return false;
    *out = (int32_t)((nano + (nano < 0 ? -50 : 50)) / 100);
    return true;
}

bool cim__osm_place(const cim__osm_block *b, int64_t lon, int64_t lat, int32_t *x, int32_t *y)
{
    return to_units(b->lon_offset, b->granularity, lon, 1800000000, x) && to_units(b->lat_offset, b->granularity, lat, 900000000, y);
}

/* DenseInfo: 1 versions (packed, not delta coded). */
static cim__wire dense_versions(cim__wire info)
{
    cim__field f;
    while (cim__wire_field(&info, &f))
        if (f.number == 1 && f.type == CIM__WIRE_BYTES) return f.bytes;
    return (cim__wire){ info.end, info.end };
}

/* DenseNodes: 1 ids, 5 info, 8 latitudes, 9 longitudes, 10 keys and values. */
const char *cim__osm_dense_open(const cim__osm_block *b, cim__wire message, bool versions, cim__osm_dense *d)
{
    cim__wire none = { message.end, message.end };
    cim__field f;
    *d = (cim__osm_dense){ b, none, none, none, none, none, 0, 0, 0, 0, b->granularity == 100 && !b->lon_offset && !b->lat_offset, NULL };
    while (cim__wire_field(&message, &f)) {
        if (f.type != CIM__WIRE_BYTES) return "dense nodes are not packed";
        if (f.number == 1) d->id = f.bytes;
        else if (f.number == 5 && versions) d->version = dense_versions(f.bytes);
        else if (f.number == 8) d->lat = f.bytes;
        else if (f.number == 9) d->lon = f.bytes;
        else if (f.number == 10) d->kv = f.bytes;
    }
    return cim__wire_bad(&message) ? "dense nodes are damaged" : NULL;
}

const char *cim__osm_dense_end(const cim__osm_dense *d)
{
    if (d->wrong) return d->wrong;
    if (d->id.pos != d->id.end || d->lon.pos != d->lon.end || d->lat.pos != d->lat.end) return "dense nodes have not as many coordinates as ids";
    if (d->kv.pos != d->kv.end) return "tags of dense nodes do not end with the nodes";
    return NULL;
}

/* Node: 1 id, 2 keys, 3 values, 4 info, 8 latitude, 9 longitude. */
const char *cim__osm_node_read(const cim__osm_block *b, cim__wire message, cim__osm_node *n)
{
    cim__wire none = { message.end, message.end }, info = none;
    cim__field f;
    int64_t lat = INT64_MAX, lon = INT64_MAX;
    *n = (cim__osm_node){ .tags = none, .keys = none, .vals = none };
    while (cim__wire_field(&message, &f)) {
        if (f.number == 1) n->id = cim__unzigzag(f.value);
        else if (f.number == 2) n->keys = f.bytes;
        else if (f.number == 3) n->vals = f.bytes;
        else if (f.number == 4) info = f.bytes;
        else if (f.number == 8) lat = cim__unzigzag(f.value);
        else if (f.number == 9) lon = cim__unzigzag(f.value);
    }
    if (cim__wire_bad(&message)) return "a node is damaged";
    n->tagged = cim__wire_more(&n->keys);
    n->version = cim__osm_version_of(info);
    n->inside = cim__osm_place(b, lon, lat, &n->x, &n->y);
    return NULL;
}

/* Info: 1 version. */
uint32_t cim__osm_version_of(cim__wire info)
{
    cim__field f;
    while (cim__wire_field(&info, &f))
        if (f.number == 1 && f.type == CIM__WIRE_VARINT) return f.value > INT32_MAX ? 0 : (uint32_t)f.value;
    return 0;
}

static const char *read_entity(cim__wire message, cim__osm_entity *e, cim__wire *const arrays[11], const char *wrong)
{
    cim__field f;
    bool has_id = false;
    while (cim__wire_field(&message, &f)) {
        if (f.number == 1 && f.type == CIM__WIRE_VARINT) {
            e->id = (int64_t)f.value;
            has_id = true;
        } else if (f.number < 11 && arrays[f.number]) {
            if (f.type != CIM__WIRE_BYTES) return "an array is not packed";
            *arrays[f.number] = f.bytes;
        }
    }
    return cim__wire_bad(&message) || !has_id ? wrong : NULL;
}

static void no_arrays(cim__wire message, cim__osm_entity *e)
{
    cim__wire none = { message.end, message.end };
    *e = (cim__osm_entity){ 0, none, none, none, none, none, none, none, none, none };
}

/* Way: 1 id, 2 keys, 3 values, 4 info, 8 nodes, 9 latitudes, 10 longitudes. */
const char *cim__osm_way_read(cim__wire message, cim__osm_entity *e)
{
    no_arrays(message, e);
    cim__wire *const arrays[11] = { [2] = &e->keys, [3] = &e->vals, [4] = &e->info, [8] = &e->refs, [9] = &e->lat, [10] = &e->lon };
    return read_entity(message, e, arrays, "a way is damaged");
}

/* Relation: 1 id, 2 keys, 3 values, 4 info, 8 roles, 9 members, 10 their types. */
const char *cim__osm_relation_read(cim__wire message, cim__osm_entity *e)
{
    no_arrays(message, e);
    cim__wire *const arrays[11] = { [2] = &e->keys, [3] = &e->vals, [4] = &e->info, [8] = &e->roles, [9] = &e->members, [10] = &e->types };
    return read_entity(message, e, arrays, "a relation is damaged");
}
