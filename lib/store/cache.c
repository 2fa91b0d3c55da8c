/* cache.c - compiled arrays: written at the end of every import, read back when a city is opened, keyed by the hash of the
 * last change.  They can be deleted at any time; a city is then opened from its tables.
 *
 * "objects":  magic[8]  max_id:u32  count:u32  placed:u32  names:u32, then arrays by object number 0..max_id
 *             layer:u8  class:u8  source:u16  parent:u32, each padded to 8 bytes
 *             names is a hash of the names of layers and classes, whose numbers are those of the libcim that wrote the arrays
 * "index":    cim-index(7) over the objects that have a place; its ids are their numbers
 * "ids":      magic[8]  count:u32  0:u32, then gid_hash:u64[count]  gid_id:u32[count], padded to 8 bytes; for look-ups by text id
 * "boxes":    min_x min_y max_x max_y:f64 by object number; for imports
 * others:     blocks of other modules, which check them themselves; made by a transaction of their own, gone with the next import
 *
 * What a file holds goes straight into the memory where it stays; before that memory is asked for, the size is compared with what the
 * head says. */
#include "core/hash.h"
#include "index/save.h"
#include "store/store.h"

#include <stdio.h>

static const char magic[8] = "CIMOBJ2", gid_magic[8] = "CIMGID1";

typedef struct head {
    char magic[8];
    uint32_t max_id, count, placed, names;
} head;

typedef struct gid_head {
    char magic[8];
    uint32_t count, reserved;
} gid_head;

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
    if (size > CIM__DB_LARGEST) return cim__fail(ctx, CIM_ELIMIT, "compiled arrays of more than %d MiB", CIM__DB_LARGEST >> 20);
    CIM__TRY(cim__db_prepare(ctx, s->db, "INSERT OR REPLACE INTO cache VALUES(?,?,zeroblob(?))", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(name));
    cim__stmt_text(stmt, 2, cim__str_of(content));
    cim__stmt_int(stmt, 3, (int64_t)size);
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st < 0 ? st : cim__blob_open(ctx, s->db, "cache", "data", &s->blob);
}

static cim_status save_parts(cim_ctx *ctx, saving *s, const char *name, const char *content, const cim__piece *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += parts[i].size;
    cim_status st = begin(ctx, s, name, content, size);
    for (size_t i = 0; i < count && st >= 0; i++) st = cim__blob_write(ctx, s->db, &s->blob, parts[i].data, parts[i].size);
    cim__blob_close(&s->blob);
    return st;
}

static cim_status save_objects(cim_ctx *ctx, saving *s, const char *content, const cim_city *city)
{
    head h = { .max_id = city->max_id, .count = city->count, .placed = (uint32_t)cim_index_count(city->index), .names = names_hash() };
    memcpy(h.magic, magic, sizeof magic);
    const cim__piece parts[] = { { &h, sizeof h }, { city->layer, cim__city_bytes(city->max_id) } };
    return save_parts(ctx, s, "objects", content, parts, 2);
}

static cim_status save_gids(cim_ctx *ctx, saving *s, const char *content, const cim_city *city)
{
    gid_head h = { .count = city->count };
    memcpy(h.magic, gid_magic, sizeof gid_magic);
    const cim__piece parts[] = { { &h, sizeof h }, { city->gids.hash, city->gids.size } };
    return save_parts(ctx, s, "ids", content, parts, 2);
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
    CIM__TRY(cim__db_exec(ctx, db, "DELETE FROM cache")); /* also blocks of other modules; their pages are used again */
    CIM__TRY(save_objects(ctx, &s, content, city));
    CIM__TRY(save_gids(ctx, &s, content, city));
    cim_status st = begin(ctx, &s, "boxes", content, ((size_t)city->max_id + 1) * sizeof(cim_box));
    if (st >= 0) st = put_boxes(ctx, &s, city, boxes);
    cim__blob_close(&s.blob);
    if (st >= 0) st = cim_index_save(ctx, city->index, &index);
    if (st >= 0) st = save_parts(ctx, &s, "index", content, &(cim__piece){ index.data, index.size }, 1);
    cim_buf_dispose(&index);
    return st;
}

/* ---- loading ---- */

typedef struct loading {
    cim__store *store;
    cim__blob blob;
    const cim__rows *rows;
    cim_city *city;
    uint32_t placed, max_id;
    cim_box *boxes;
    cim__block_fn use_block;
    void *user;
} loading;

typedef cim_status (*use_fn)(cim_ctx *ctx, loading *l);

static cim_status take(cim_ctx *ctx, loading *l, void *to, size_t size) { return cim__blob_read(ctx, l->store->db, &l->blob, to, size); }

/* CIM_DONE when there is no such array for the store's content, or what there is is none.  The statement stays open meanwhile, so that
 * nobody can change the file. */
static cim_status with_cached(cim_ctx *ctx, loading *l, const char *name, use_fn use)
{
    cim__stmt *stmt = NULL;
    if (l->store->stale) return CIM_DONE;
    CIM__TRY(cim__db_prepare(ctx, l->store->db, "SELECT rowid FROM cache WHERE name=?1 AND content=?2 AND typeof(data)='blob'", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(name));
    cim__stmt_text(stmt, 2, cim__str_of(l->store->content));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK) {
        st = cim__blob_find(ctx, l->store->db, "cache", "data", 2, cim__stmt_get_int(stmt, 0), &l->blob);
        if (st == CIM_OK) st = use(ctx, l);
        cim__blob_close(&l->blob);
    }
    cim__stmt_free(stmt);
    return st == CIM_EFORMAT || st == CIM_EVERSION ? CIM_DONE : st;
}

/* ---- arrays, each checked piece by piece while the machine has it at hand, in steps of a fixed length, which the compiler turns into
 * vector instructions ---- */

enum { AT_ONCE = 256 << 10, STEP = 64 };

static bool layers_ok(const void *data, size_t n, const head *h, uint32_t *alive)
{
    const uint8_t *layer = data;
    size_t i = 0;
    uint8_t bad = 0;
    (void)h;
    for (; i + STEP <= n; i += STEP) {
        uint8_t here = 0;
        for (size_t k = i; k < i + STEP; k++) {
            bad |= layer[k] > CIM__LAYER_COUNT;
            here = (uint8_t)(here + (layer[k] < CIM__LAYER_COUNT));
        }
        *alive += here;
    }
    for (; i < n; i++) {
        bad |= layer[i] > CIM__LAYER_COUNT;
        *alive += layer[i] < CIM__LAYER_COUNT;
    }
    return !bad;
}

static bool classes_ok(const void *data, size_t n, const head *h, uint32_t *alive)
{
    const uint8_t *class_id = data;
    size_t i = 0;
    uint8_t bad = 0;
    (void)h;
    (void)alive;
    for (; i + STEP <= n; i += STEP)
        for (size_t k = i; k < i + STEP; k++) bad |= class_id[k] >= CIM__CLASS_COUNT;
    for (; i < n; i++) bad |= class_id[i] >= CIM__CLASS_COUNT;
    return !bad;
}

static bool parents_ok(const void *data, size_t n, const head *h, uint32_t *alive)
{
    const uint32_t *parent = data, end = h->max_id + 1;
    size_t i = 0;
    uint32_t bad = 0;
    (void)alive;
    for (; i + STEP <= n; i += STEP)
        for (size_t k = i; k < i + STEP; k++) bad |= parent[k] + 1 > end; /* CIM_NONE + 1 is 0 */
    for (; i < n; i++) bad |= parent[i] + 1 > end;
    return !bad;
}
_Static_assert(CIM_NONE == UINT32_MAX, "parents_ok");

typedef struct array {
    void *data;
    size_t item;
    bool (*ok)(const void *data, size_t n, const head *h, uint32_t *alive); /* NULL: anything is */
} array;

static cim_status take_array(cim_ctx *ctx, loading *l, const array *a, const head *h, uint32_t *alive)
{
    uint8_t pad[8];
    size_t size = ((size_t)h->max_id + 1) * a->item;
    for (size_t at = 0; at < size; at += AT_ONCE) {
        char *to = (char *)a->data + at;
        size_t some = size - at < AT_ONCE ? size - at : AT_ONCE;
        CIM__TRY(take(ctx, l, to, some));
        if (a->ok && !a->ok(to, some / a->item, h, alive)) return CIM_DONE;
    }
    return take(ctx, l, pad, (8 - size % 8) % 8);
}

static cim_status take_arrays(cim_ctx *ctx, loading *l, const head *h)
{
    cim_city *city = l->city;
    const array arrays[] = { { city->layer, 1, layers_ok }, { city->class_id, 1, classes_ok }, { city->source, 2, NULL }, { city->parent, 4, parents_ok } };
    uint32_t alive = 0;
    cim_status st = CIM_OK;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays && st == CIM_OK; i++) st = take_array(ctx, l, &arrays[i], h, &alive);
    return st == CIM_OK && alive != h->count ? CIM_DONE : st;
}

static cim_status use_objects(cim_ctx *ctx, loading *l)
{
    head h;
    CIM__TRY(take(ctx, l, &h, sizeof h));
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.names != names_hash() || h.count > h.max_id || h.placed > h.count || h.max_id >= CIM_NONE - 1) return CIM_DONE;
    if (l->blob.size != sizeof h + cim__city_bytes(h.max_id)) return CIM_DONE;
    CIM__TRY(cim__city_alloc(ctx, l->rows, NULL, h.max_id, &l->city));
    l->city->count = h.count;
    l->placed = h.placed;
    return take_arrays(ctx, l, &h);
}

static cim_status take_index(cim_ctx *ctx, void *to, size_t size, void *user) { return take(ctx, user, to, size); }

/* All of them objects that there are. */
static bool index_ids_ok(const uint32_t *ids, size_t count, uint32_t bound, const void *user)
{
    const cim_city *city = ((const loading *)user)->city;
    uint32_t bad = 0;
    if (bound > city->max_id + 1) return false;
    if (city->count == city->max_id && city->layer[0] == CIM__LAYER_COUNT) { /* all from 1 on */
        size_t i = 0;
        for (; i + STEP <= count; i += STEP)
            for (size_t k = i; k < i + STEP; k++) bad |= (ids[k] >= bound) | !ids[k];
        for (; i < count; i++) bad |= (ids[i] >= bound) | !ids[i];
        return !bad;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t out = ids[i] >= bound, id = out ? 0 : ids[i];
        bad |= out | (city->layer[id] >= CIM__LAYER_COUNT);
    }
    return !bad;
}

static cim_status use_index(cim_ctx *ctx, loading *l)
{
    cim__index_input input = { l->blob.size, take_index, index_ids_ok, l };
    CIM__TRY(cim__index_load_from(ctx, &input, &l->city->index));
    return cim_index_count(l->city->index) == l->placed ? CIM_OK : CIM_DONE;
}

cim_status cim__cache_load(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out)
{
    loading l = { .store = store, .rows = rows };
    cim_status st = with_cached(ctx, &l, "objects", use_objects);
    if (st == CIM_OK) st = with_cached(ctx, &l, "index", use_index);
    if (st == CIM_OK) *city_out = l.city;
    else cim_city_free(l.city);
    return st;
}

/* ---- what is loaded later ---- */

static bool gids_ok(const cim_city *city, const cim__gids *gids)
{
    for (uint32_t i = 0; i < city->count; i++)
        if (!cim__city_has(city, gids->id[i]) || (i && gids->hash[i] < gids->hash[i - 1])) return false;
    return true;
}

static cim_status use_gids(cim_ctx *ctx, loading *l)
{
    gid_head h;
    cim__gids gids;
    CIM__TRY(take(ctx, l, &h, sizeof h));
    if (memcmp(h.magic, gid_magic, sizeof gid_magic) != 0 || h.count != l->city->count) return CIM_DONE;
    if (l->blob.size != sizeof h + cim__gids_bytes(h.count)) return CIM_DONE;
    CIM__TRY(cim__gids_alloc(ctx, h.count, &gids));
    cim_status st = take(ctx, l, gids.hash, gids.size);
    if (st >= 0 && !gids_ok(l->city, &gids)) st = CIM_DONE;
    if (st == CIM_OK) l->city->gids = gids;
    else cim__free(ctx->mem, gids.block);
    return st;
}

cim_status cim__cache_gids(cim_ctx *ctx, cim__store *store, cim_city *city)
{
    loading l = { .store = store, .city = city };
    cim_status st = with_cached(ctx, &l, "ids", use_gids);
    if (st == CIM_OK) atomic_store_explicit(&city->has_gids, true, memory_order_release);
    return st;
}

static cim_status use_boxes(cim_ctx *ctx, loading *l)
{
    size_t size = ((size_t)l->max_id + 1) * sizeof *l->boxes;
    if (l->blob.size != size) return CIM_DONE;
    l->boxes = cim__alloc(ctx->mem, size);
    return l->boxes ? take(ctx, l, l->boxes, size) : cim__nomem(ctx);
}

cim_status cim__cache_boxes(cim_ctx *ctx, cim__store *store, uint32_t max_id, cim_box **boxes_out)
{
    loading l = { .store = store, .max_id = max_id };
    cim_status st = with_cached(ctx, &l, "boxes", use_boxes);
    if (st == CIM_OK) {
        *boxes_out = l.boxes;
        return CIM_OK;
    }
    cim__free(ctx->mem, l.boxes);
    return st < 0 ? st : cim__scan_boxes(ctx, store, max_id, boxes_out);
}

/* ---- blocks of other modules ---- */

static cim_status take_bytes(cim_ctx *ctx, void *source, void *to, size_t size) { return take(ctx, source, to, size); }

static cim_status use_block(cim_ctx *ctx, loading *l)
{
    cim__block block = { l->blob.size, take_bytes, l };
    return l->use_block(ctx, &block, l->user);
}

cim_status cim__cache_read(cim_ctx *ctx, cim__store *store, const char *name, cim__block_fn use, void *user)
{
    loading l = { .store = store, .use_block = use, .user = user };
    return with_cached(ctx, &l, name, use_block);
}

/* Nobody has changed the file since the store was opened, and libcim was the last to do so. */
static cim_status check_unchanged(cim_ctx *ctx, const cim__store *store, cim__db *db, uint32_t *counter)
{
    char content[65];
    int64_t known = -1;
    CIM__TRY(cim__store_counter_of(ctx, db, counter));
    CIM__TRY(cim__change_head(ctx, db, content));
    CIM__TRY(cim__meta_int(ctx, db, "change_counter", &known));
    if (strcmp(content, store->content) != 0) return cim__fail(ctx, CIM_EIO, "%s: changed while it was read", store->path);
    if (known != *counter) return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: changed by another program; an import makes its compiled arrays anew", store->path);
    return CIM_OK;
}

static cim_status write_blocks(cim_ctx *ctx, const cim__store *store, cim__db *db, const cim__compiled_block *blocks, size_t count)
{
    saving s = { .db = db };
    uint32_t counter = 0;
    char text[24];
    CIM__TRY(cim__db_exec(ctx, db, "BEGIN IMMEDIATE"));
    CIM__TRY(check_unchanged(ctx, store, db, &counter));
    for (size_t i = 0; i < count; i++) CIM__TRY(save_parts(ctx, &s, blocks[i].name, store->content, blocks[i].pieces, blocks[i].count));
    snprintf(text, sizeof text, "%u", counter + 1);
    CIM__TRY(cim__meta_set(ctx, db, "change_counter", text));
    return cim__db_exec(ctx, db, "COMMIT");
}

cim_status cim__cache_write(cim_ctx *ctx, cim__store *store, const cim__compiled_block *blocks, size_t count)
{
    cim__db *db = NULL;
    if (store->in_memory) return cim__fail(ctx, CIM_EUNSUPPORTED, "a city in memory has no file for compiled arrays");
    if (store->stale) return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: changed by another program; an import makes its compiled arrays anew", store->path);
    CIM__TRY(cim__db_open(ctx, store->path, CIM__DB_WRITE, &db));
    cim__db_attend(db, ctx);
    cim_status st = write_blocks(ctx, store, db, blocks, count);
    cim__db_attend(db, NULL);
    cim__db_close(db); /* takes back what was not committed */
    return st;
}
