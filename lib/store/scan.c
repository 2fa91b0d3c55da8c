/* scan.c - the compiled arrays made from the tables: for files whose arrays are missing or of another version, and for checks. */
#include "core/hash.h"
#include "core/sort.h"
#include "store/store.h"

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
    if (st >= 0) st = cim__compile_gids(ctx, s.city, s.hash_of);
    cim__free(ctx->mem, s.hash_of);
    if (st >= 0) st = cim__compile_places(ctx, s.city, &(cim__box_source){ box_in_array, s.boxes });
    if (st < 0) {
        cim_city_free(s.city);
        cim__free(ctx->mem, s.boxes);
        return st;
    }
    *city_out = s.city;
    *boxes_out = s.boxes;
    return CIM_OK;
}

cim_status cim__scan_city(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out)
{
    cim_box *boxes = NULL;
    CIM__TRY(scan_all(ctx, store, rows, city_out, &boxes));
    cim__free(ctx->mem, boxes);
    return CIM_OK;
}

cim_status cim__scan_boxes(cim_ctx *ctx, cim__store *store, uint32_t max_id, cim_box **boxes_out)
{
    cim_city *city = NULL;
    CIM__TRY(scan_all(ctx, store, &cim__store_rows, &city, boxes_out));
    uint32_t found = city->max_id;
    cim_city_free(city);
    if (found == max_id) return CIM_OK;
    cim__free(ctx->mem, *boxes_out);
    *boxes_out = NULL;
    return cim__fail(ctx, CIM_EFORMAT, "the city changed while it was read");
}

/* ---- text ids alone ---- */

typedef struct naming {
    const cim_city *city;
    uint64_t *hash_of;
} naming;

static cim_status see_gid(cim_ctx *ctx, const cim__object *object, void *user)
{
    naming *n = user;
    (void)ctx;
    if (object->id <= n->city->max_id) n->hash_of[object->id] = cim__gid_hash(object->gid);
    return CIM_OK;
}

cim_status cim__scan_gids(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city *city)
{
    const cim__columns columns = { .gid = true };
    naming n = { city, cim__zalloc_n(ctx->mem, (size_t)city->max_id + 1, sizeof *n.hash_of) };
    cim_status st = n.hash_of ? CIM_OK : cim__nomem(ctx);
    for (int l = 0; l < CIM__LAYER_COUNT && st >= 0; l++) {
        void *selection = NULL;
        st = rows->select(ctx, store, (cim__layer_id)l, &columns, &selection);
        if (st >= 0) st = rows->select_run(ctx, store, selection, 0, city->max_id, see_gid, &n);
        rows->select_end(store, selection);
    }
    if (st >= 0) st = cim__compile_gids(ctx, city, n.hash_of);
    cim__free(ctx->mem, n.hash_of);
    return st;
}

/* ---- compiling ---- */

cim_status cim__compile_places(cim_ctx *ctx, cim_city *city, const cim__box_source *boxes)
{
    cim_box *placed = cim__alloc_n(ctx->mem, (size_t)city->count + 1, sizeof *placed);
    uint32_t *ids = cim__alloc_n(ctx->mem, (size_t)city->count + 1, sizeof *ids);
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    size_t count = 0;
    for (uint32_t id = 0; placed && ids && id <= city->max_id; id++) {
        if (!cim__city_has(city, id)) continue;
        cim_box box = boxes->box(boxes->user, id);
        if (!cim__box_ok(&box)) continue;
        ids[count] = id;
        placed[count++] = box;
    }
    options.ids = ids;
    cim_status st = placed && ids ? cim_index_build(ctx, placed, count, &options, &city->index) : cim__nomem(ctx);
    cim__free(ctx->mem, placed);
    cim__free(ctx->mem, ids);
    return st;
}

cim_status cim__compile_gids(cim_ctx *ctx, cim_city *city, const uint64_t *hash_of)
{
    cim__keyed *keys = cim__alloc_n(ctx->mem, (size_t)city->count + 1, 2 * sizeof *keys);
    size_t count = 0;
    if (!keys) return cim__nomem(ctx);
    for (uint32_t id = 0; id <= city->max_id; id++)
        if (cim__city_has(city, id)) keys[count++] = (cim__keyed){ hash_of[id], id, 0 };
    cim__sort_keyed(keys, keys + count, count);
    cim_status st = cim__gids_alloc(ctx, count, &city->gids);
    for (size_t i = 0; i < count && st >= 0; i++) {
        city->gids.hash[i] = keys[i].key;
        city->gids.id[i] = keys[i].id;
    }
    cim__free(ctx->mem, keys);
    if (st >= 0) atomic_store_explicit(&city->has_gids, true, memory_order_release);
    return st;
}
