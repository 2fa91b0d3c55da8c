/* cache.c - compiled arrays: written at the end of every import, read back when a city is opened, keyed by the hash of the
 * last change.  They can be deleted at any time; a city is then opened from its tables.
 *
 * "objects":  magic[8]  max_id:u32  count:u32  placed:u32  names:u32, then arrays by object number 0..max_id
 *             layer:u8  class:u8  source:u16  parent:u32, then gid_hash:u64[count]  gid_id:u32[count]  index_id:u32[placed],
 *             each padded to 8 bytes
 *             names is a hash of the names of layers and classes, whose numbers are those of the libcim that wrote the arrays
 * "boxes":    min_x min_y max_x max_y:f64 by object number
 * "index":    cim-index(7) over the objects that have a place */
#include "core/hash.h"
#include "core/sort.h"
#include "store/store.h"

static const char magic[8] = "CIMOBJ1";

typedef struct head {
    char magic[8];
    uint32_t max_id, count, placed, names;
} head;

static size_t padded(size_t size) { return (size + 7) & ~(size_t)7; }

static uint32_t names_hash(void)
{
    uint64_t hash = 0;
    for (int i = 0; i < CIM__LAYER_COUNT; i++) hash = cim__hash64(cim__layers[i].table, strlen(cim__layers[i].table), hash);
    for (int i = 0; i < CIM__CLASS_COUNT; i++) hash = cim__hash64(cim__classes[i].name, strlen(cim__classes[i].name), hash);
    return (uint32_t)hash;
}

/* ---- saving ---- */

typedef struct saving {
    cim__db *db;
    cim__blob blob;
} saving;

static cim_status begin(cim_ctx *ctx, saving *s, const char *name, const char *content, size_t size)
{
    cim__stmt *stmt = NULL;
    if (size > INT32_MAX) return cim__fail(ctx, CIM_ELIMIT, "compiled arrays of more than 2 GiB");
    CIM__TRY(cim__db_prepare(ctx, s->db, "INSERT OR REPLACE INTO cache VALUES(?,?,zeroblob(?))", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(name));
    cim__stmt_text(stmt, 2, cim__str_of(content));
    cim__stmt_int(stmt, 3, (int64_t)size);
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st < 0 ? st : cim__blob_open(ctx, s->db, "cache", "data", &s->blob);
}

static cim_status put_array(cim_ctx *ctx, saving *s, const void *data, size_t size)
{
    static const uint8_t zeros[8] = { 0 };
    CIM__TRY(cim__blob_write(ctx, s->db, &s->blob, data, size));
    return cim__blob_write(ctx, s->db, &s->blob, zeros, padded(size) - size);
}

static size_t objects_size(size_t n, size_t count, size_t placed)
{
    return sizeof(head) + 2 * padded(n) + padded(2 * n) + padded(4 * n) + 8 * count + padded(4 * count) + padded(4 * placed);
}

static cim_status put_objects(cim_ctx *ctx, saving *s, const cim_city *city)
{
    size_t n = (size_t)city->max_id + 1, placed = cim_index_count(city->index), count = city->count;
    head h = { .max_id = city->max_id, .count = city->count, .placed = (uint32_t)placed, .names = names_hash() };
    memcpy(h.magic, magic, sizeof magic);
    const struct {
        const void *data;
        size_t size;
    } arrays[] = { { &h, sizeof h }, { city->layer, n }, { city->class_id, n }, { city->source, 2 * n }, { city->parent, 4 * n }, { city->gid_hash, 8 * count }, { city->gid_id, 4 * count }, { city->index_id, 4 * placed } };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) CIM__TRY(put_array(ctx, s, arrays[i].data, arrays[i].size));
    return CIM_OK;
}

static cim_status save_bytes(cim_ctx *ctx, saving *s, const char *name, const char *content, const void *data, size_t size)
{
    cim_status st = begin(ctx, s, name, content, size);
    if (st >= 0) st = cim__blob_write(ctx, s->db, &s->blob, data, size);
    cim__blob_close(&s->blob);
    return st;
}

static cim_status put_boxes(cim_ctx *ctx, saving *s, const cim_city *city, const cim__box_source *boxes)
{
    enum { AT_ONCE = 1024 };
    cim_box *some = cim__alloc_n(ctx->mem, AT_ONCE, sizeof *some);
    cim_status st = some ? CIM_OK : cim__nomem(ctx);
    for (uint64_t id = 0; id <= city->max_id && st >= 0; id += AT_ONCE) {
        size_t n = 0;
        for (; n < AT_ONCE && id + n <= city->max_id; n++) some[n] = boxes->box(boxes->user, (uint32_t)(id + n));
        st = cim__blob_write(ctx, s->db, &s->blob, some, n * sizeof *some);
    }
    cim__free(ctx->mem, some);
    return st;
}

cim_status cim__cache_save(cim_ctx *ctx, cim__db *db, const cim_city *city, const cim__box_source *boxes, const char *content)
{
    saving s = { .db = db };
    cim_buf index = CIM_BUF_INIT;
    cim_status st = begin(ctx, &s, "objects", content, objects_size((size_t)city->max_id + 1, city->count, cim_index_count(city->index)));
    if (st >= 0) st = put_objects(ctx, &s, city);
    cim__blob_close(&s.blob);
    if (st >= 0) st = begin(ctx, &s, "boxes", content, ((size_t)city->max_id + 1) * sizeof(cim_box));
    if (st >= 0) st = put_boxes(ctx, &s, city, boxes);
    cim__blob_close(&s.blob);
    if (st >= 0) st = cim_index_save(ctx, city->index, &index);
    if (st >= 0) st = save_bytes(ctx, &s, "index", content, index.data, index.size);
    cim_buf_dispose(&index);
    return st;
}

/* ---- loading ---- */

typedef cim_status (*use_fn)(cim_ctx *ctx, cim__str data, void *user);

/* CIM_DONE when there is no such array for the store's content. */
static cim_status with_cached(cim_ctx *ctx, cim__store *store, const char *name, use_fn use, void *user)
{
    cim__stmt *stmt = NULL;
    if (store->stale) return CIM_DONE;
    CIM__TRY(cim__db_prepare(ctx, store->db, "SELECT data FROM cache WHERE name=? AND content=?", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(name));
    cim__stmt_text(stmt, 2, cim__str_of(store->content));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK) st = use(ctx, cim__stmt_get_str(stmt, 0), user);
    cim__stmt_free(stmt);
    return st;
}

typedef struct loading {
    cim__store *store;
    const cim__rows *rows;
    cim_city *city;
    uint32_t placed;
} loading;

static const char *take(const char *from, void *to, size_t size)
{
    memcpy(to, from, size);
    return from + padded(size);
}

static bool arrays_ok(const cim_city *city, uint32_t placed)
{
    uint32_t alive = 0;
    for (uint32_t i = 0; i <= city->max_id; i++) {
        if (city->layer[i] > CIM__LAYER_COUNT || city->class_id[i] >= CIM__CLASS_COUNT) return false;
        if (city->parent[i] != CIM_NONE && city->parent[i] > city->max_id) return false;
        alive += city->layer[i] < CIM__LAYER_COUNT;
    }
    for (uint32_t i = 0; i < city->count; i++)
        if (!cim__city_has(city, city->gid_id[i]) || (i && city->gid_hash[i] < city->gid_hash[i - 1])) return false;
    for (uint32_t i = 0; i < placed; i++)
        if (!cim__city_has(city, city->index_id[i])) return false;
    return alive == city->count;
}

static cim_status use_objects(cim_ctx *ctx, cim__str data, void *user)
{
    loading *l = user;
    head h;
    if (data.len < sizeof h) return CIM_DONE;
    memcpy(&h, data.ptr, sizeof h);
    size_t n = (size_t)h.max_id + 1;
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.names != names_hash() || h.count > h.max_id || h.placed > h.count || h.max_id >= CIM_NONE - 1) return CIM_DONE;
    if (data.len != objects_size(n, h.count, h.placed)) return CIM_DONE;
    CIM__TRY(cim__city_new(ctx, l->rows, NULL, h.max_id, &l->city));
    cim_city *city = l->city;
    const char *p = data.ptr + sizeof h;
    p = take(p, city->layer, n);
    p = take(p, city->class_id, n);
    p = take(p, city->source, 2 * n);
    p = take(p, city->parent, 4 * n);
    p = take(p, city->gid_hash, (size_t)h.count * 8);
    p = take(p, city->gid_id, (size_t)h.count * 4);
    take(p, city->index_id, (size_t)h.placed * 4);
    city->count = h.count;
    l->placed = h.placed;
    return arrays_ok(city, h.placed) ? CIM_OK : CIM_DONE;
}

static cim_status use_index(cim_ctx *ctx, cim__str data, void *user)
{
    loading *l = user;
    cim_status st = cim_index_load(ctx, data.ptr, data.len, &l->city->index);
    if (st == CIM_EFORMAT || st == CIM_EVERSION) return CIM_DONE;
    if (st < 0) return st;
    return cim_index_count(l->city->index) == l->placed ? CIM_OK : CIM_DONE;
}

cim_status cim__cache_load(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out)
{
    loading l = { store, rows, NULL, 0 };
    cim_status st = with_cached(ctx, store, "objects", use_objects, &l);
    if (st == CIM_OK) st = with_cached(ctx, store, "index", use_index, &l);
    if (st != CIM_OK) {
        cim_city_free(l.city);
        return st;
    }
    *city_out = l.city;
    return CIM_OK;
}

/* ---- from the tables ---- */

typedef struct scanning {
    cim_city *city;
    uint64_t *hash_of;
    cim_box *boxes;
} scanning;

static cim_status see_object(cim_ctx *ctx, const cim__object *object, void *user)
{
    scanning *s = user;
    cim_city *city = s->city;
    (void)ctx;
    uint32_t id = object->id;
    if (id > city->max_id) return CIM_OK;
    cim__class_id class_id = cim__class_named(object->class_name);
    city->count += city->layer[id] == CIM__LAYER_COUNT;
    city->layer[id] = (uint8_t)object->layer;
    city->class_id[id] = class_id == CIM__CLASS_COUNT ? CIM__C_CityObject : (uint8_t)class_id;
    city->source[id] = (uint16_t)object->source;
    city->parent[id] = object->parent <= city->max_id ? object->parent : CIM_NONE;
    s->hash_of[id] = cim__gid_hash(object->gid);
    cim_box box;
    if (cim__gaia_box(object->geom, &box)) cim__box_join(&s->boxes[id], &box);
    return CIM_OK;
}

/* Boxes of shapes: from the headers of their blobs. */
static cim_status see_shapes(cim_ctx *ctx, cim__store *store, const char *sql, bool points, cim_box *boxes, uint32_t max_id)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    CIM__TRY(cim__db_prepare(ctx, store->db, sql, &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        int64_t id = cim__stmt_get_int(stmt, 0);
        cim_box box;
        if (id < 0 || id > max_id) continue;
        if (points) cim__box_add(&boxes[id], cim__stmt_get_real(stmt, 1), cim__stmt_get_real(stmt, 2));
        else if (cim__gaia_box(cim__stmt_get_str(stmt, 1), &box)) cim__box_join(&boxes[id], &box);
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

static cim_status see_all_shapes(cim_ctx *ctx, cim__store *store, cim_box *boxes, uint32_t max_id)
{
    static const char *const sql[CIM__SHAPE_TABLES] = { "SELECT object,geom FROM surface", "SELECT object,geom FROM curve", "SELECT object,geom FROM point" };
    for (int i = 0; i < CIM__SHAPE_TABLES; i++)
        if (store->shapes >> i & 1) CIM__TRY(see_shapes(ctx, store, sql[i], false, boxes, max_id));
    return see_shapes(ctx, store, "SELECT object,x,y FROM instance", true, boxes, max_id);
}

static cim_status largest_id(cim_ctx *ctx, cim__store *store, uint32_t *max_out)
{
    int64_t largest = 0;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) {
        char sql[80] = "SELECT max(id) FROM ";
        int64_t here = 0;
        if (!(store->layers >> l & 1)) continue;
        strcat(sql, cim__layers[l].table);
        CIM__TRY(cim__db_get_int(ctx, store->db, sql, &here));
        if (here > largest) largest = here;
    }
    if (largest >= (int64_t)CIM_NONE - 16) return cim__fail(ctx, CIM_EFORMAT, "object number %lld is out of range", (long long)largest);
    *max_out = (uint32_t)largest;
    return CIM_OK;
}

static cim_box *empty_boxes(cim_ctx *ctx, uint32_t max_id)
{
    cim_box *boxes = cim__alloc_n(ctx->mem, (size_t)max_id + 1, sizeof *boxes);
    for (size_t i = 0; boxes && i <= max_id; i++) boxes[i] = CIM__BOX_EMPTY;
    return boxes;
}

static cim_status scan_layers(cim_ctx *ctx, cim__store *store, const cim__rows *rows, scanning *s)
{
    for (int l = 0; l < CIM__LAYER_COUNT; l++)
        if (store->layers >> l & 1) CIM__TRY(rows->scan(ctx, store, (cim__layer_id)l, see_object, s));
    return see_all_shapes(ctx, store, s->boxes, s->city->max_id);
}

static cim_box box_in_array(const void *boxes, uint32_t id) { return ((const cim_box *)boxes)[id]; }

static cim_status scan_all(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out, cim_box **boxes_out)
{
    uint32_t max_id = 0;
    scanning s = { NULL, NULL, NULL };
    CIM__TRY(largest_id(ctx, store, &max_id));
    CIM__TRY(cim__city_new(ctx, rows, NULL, max_id, &s.city));
    s.hash_of = cim__zalloc_n(ctx->mem, (size_t)max_id + 1, sizeof *s.hash_of);
    s.boxes = empty_boxes(ctx, max_id);
    cim_status st = s.hash_of && s.boxes ? scan_layers(ctx, store, rows, &s) : cim__nomem(ctx);
    if (st >= 0) st = cim__cache_ids(ctx, s.city, s.hash_of);
    cim__free(ctx->mem, s.hash_of);
    if (st >= 0) st = cim__cache_places(ctx, s.city, &(cim__box_source){ box_in_array, s.boxes });
    if (st < 0) {
        cim_city_free(s.city);
        cim__free(ctx->mem, s.boxes);
        return st;
    }
    *city_out = s.city;
    *boxes_out = s.boxes;
    return CIM_OK;
}

cim_status cim__cache_scan(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out)
{
    cim_box *boxes = NULL;
    CIM__TRY(scan_all(ctx, store, rows, city_out, &boxes));
    cim__free(ctx->mem, boxes);
    return CIM_OK;
}

/* ---- compiling ---- */

cim_status cim__cache_places(cim_ctx *ctx, cim_city *city, const cim__box_source *boxes)
{
    cim_box *placed = cim__alloc_n(ctx->mem, (size_t)city->count + 1, sizeof *placed);
    size_t count = 0;
    if (!placed) return cim__nomem(ctx);
    for (uint32_t id = 0; id <= city->max_id; id++) {
        if (!cim__city_has(city, id)) continue;
        cim_box box = boxes->box(boxes->user, id);
        if (!cim__box_ok(&box)) continue;
        city->index_id[count] = id;
        placed[count++] = box;
    }
    cim_status st = cim_index_build(ctx, placed, count, NULL, &city->index);
    cim__free(ctx->mem, placed);
    return st;
}

cim_status cim__cache_ids(cim_ctx *ctx, cim_city *city, const uint64_t *hash_of)
{
    cim__keyed *keys = cim__alloc_n(ctx->mem, (size_t)city->count + 1, 2 * sizeof *keys);
    size_t count = 0;
    if (!keys) return cim__nomem(ctx);
    for (uint32_t id = 0; id <= city->max_id; id++)
        if (cim__city_has(city, id)) keys[count++] = (cim__keyed){ hash_of[id], id, 0 };
    cim__sort_keyed(keys, keys + count, count);
    for (size_t i = 0; i < count; i++) {
        city->gid_hash[i] = keys[i].key;
        city->gid_id[i] = keys[i].id;
    }
    cim__free(ctx->mem, keys);
    return CIM_OK;
}

/* ---- boxes ---- */

typedef struct box_loading {
    uint32_t max_id;
    cim_box *boxes;
} box_loading;

static cim_status use_boxes(cim_ctx *ctx, cim__str data, void *user)
{
    box_loading *l = user;
    size_t size = ((size_t)l->max_id + 1) * sizeof *l->boxes;
    if (data.len != size) return CIM_DONE;
    l->boxes = cim__alloc(ctx->mem, size);
    if (!l->boxes) return cim__nomem(ctx);
    memcpy(l->boxes, data.ptr, size);
    return CIM_OK;
}

cim_status cim__cache_boxes(cim_ctx *ctx, cim__store *store, uint32_t max_id, cim_box **boxes_out)
{
    box_loading l = { max_id, NULL };
    cim_city *city = NULL;
    cim_status st = with_cached(ctx, store, "boxes", use_boxes, &l);
    if (st == CIM_DONE) {
        st = scan_all(ctx, store, &cim__store_rows, &city, &l.boxes);
        if (st >= 0 && city->max_id != max_id) st = cim__fail(ctx, CIM_EFORMAT, "the city changed while it was read");
        cim_city_free(city);
    }
    if (st < 0) {
        cim__free(ctx->mem, l.boxes);
        return st;
    }
    *boxes_out = l.boxes;
    return CIM_OK;
}
