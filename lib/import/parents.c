/* parents.c - a place for objects that have none of their own but parts that do.
 *
 * In CityGML and CityJSON a building that consists of parts often has no geometry; people still look for it on the map, and
 * relations are made from places.  New records go to the end of the spool, the old ones stay unused. */
#include "core/hash.h"
#include "core/sort.h"
#include "import/footprint.h"
#include "import/importer.h"

#include <math.h>

enum { FLUSH = 1 << 20 };

typedef struct moved {
    uint32_t number, size;
    size_t at;
} moved;

typedef struct placing {
    cim__sink *sink;
    cim__map homeless; /* gid hash -> place in the sink */
    cim__buf pairs;    /* cim__keyed: parent, part */
    cim__buf records, list; /* waiting for the spool: bytes, moved */
    cim__buf scratch, blob;
    cim__record record;
    cim__gbuild one, all;
    cim__footprint footprint;
} placing;

static bool wants_area(const cim__head *h) { return cim__geom_base(cim__layers[cim__class_layer(h->class_id, CIM_GEOM_POLYGON)].type) == CIM_GEOM_POLYGON; }

static bool collect(placing *p)
{
    cim__sink *sink = p->sink;
    bool ok = true;
    for (size_t i = 0; i < cim__sink_count(sink) && ok; i++) {
        const cim__head *h = cim__sink_head(sink, i);
        if (!cim__box_ok(&h->box) && wants_area(h)) ok = cim__map_put(&p->homeless, h->gid_hash, (uint32_t)i);
    }
    for (size_t i = 0; i < cim__sink_count(sink) && ok; i++) {
        const cim__head *h = cim__sink_head(sink, i);
        uint32_t parent = h->parent_hash && cim__box_ok(&h->box) ? cim__map_get(&p->homeless, h->parent_hash) : CIM_NONE;
        cim__keyed *pair = parent != CIM_NONE ? CIM__PUSH(&p->pairs, cim__keyed) : NULL;
        if (pair) *pair = (cim__keyed){ parent, (uint32_t)i, 0 };
    }
    return ok && !p->pairs.failed;
}

static cim_status add_part(cim_ctx *ctx, placing *p, uint32_t part)
{
    CIM__TRY(cim__sink_record(ctx, p->sink, part, &p->scratch, &p->record));
    if (!p->record.geom.len) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, p->record.geom, &p->one, NULL));
    cim_geom g = cim__gbuild_view(&p->one);
    if (cim__geom_base(g.type) == CIM_GEOM_POLYGON) cim__gbuild_append(&p->all, &g);
    return CIM_OK;
}

/* Everything that waits goes to the spool; from then on heads lead to it. */
static cim_status flush(cim_ctx *ctx, placing *p)
{
    uint64_t start = 0;
    if (p->records.failed || p->list.failed) return cim__nomem(ctx);
    if (!p->list.size) return CIM_OK;
    CIM__TRY(cim__spool_take(ctx, &p->sink->spool, &p->records, &start));
    for (size_t i = 0; i < CIM__COUNT(&p->list, moved); i++) {
        const moved *m = &CIM__AT(&p->list, moved, i);
        cim__head *h = cim__sink_head(p->sink, m->number);
        h->start = start + m->at;
        h->size = m->size;
    }
    p->list.size = 0;
    return CIM_OK;
}

static cim_status place(cim_ctx *ctx, placing *p, uint32_t parent, const cim_geom *plane)
{
    cim__sink *sink = p->sink;
    cim__head *h = cim__sink_head(sink, parent);
    cim__value area = { .attr = CIM__A_AREA_M2, .rule = CIM__RULE_PART, .real = round(cim__geom_area(plane) * 1e3) / 1e3 };
    cim__str bytes;
    CIM__TRY(cim__spool_get(ctx, &sink->spool, h->start, h->size, &p->scratch, &bytes));
    p->blob.size = 0;
    cim__gaia_put(&p->blob, plane, sink->epsg);
    moved m = { .number = parent, .at = p->records.size };
    cim__record_move(&p->records, bytes, cim__buf_str(&p->blob), &area);
    m.size = (uint32_t)(p->records.size - m.at);
    cim__buf_put(&p->list, &m, sizeof m);
    h->box = cim__geom_box(plane);
    h->layer = (uint8_t)cim__class_layer(h->class_id, CIM_GEOM_POLYGON);
    sink->used_values[h->layer] |= 1ull << CIM__A_AREA_M2;
    if (p->blob.failed) return cim__nomem(ctx);
    return p->records.size >= FLUSH ? flush(ctx, p) : CIM_OK;
}

static cim_status place_all(cim_ctx *ctx, placing *p)
{
    size_t count = CIM__COUNT(&p->pairs, cim__keyed);
    cim__keyed *pairs = (cim__keyed *)(void *)p->pairs.data, *scratch = count ? cim__alloc_n(ctx->mem, count, sizeof *scratch) : NULL;
    cim_status st = CIM_OK;
    if (!count) return CIM_OK;
    if (!scratch) return cim__nomem(ctx);
    cim__sort_keyed(pairs, scratch, count);
    cim__free(ctx->mem, scratch);
    for (size_t i = 0; i < count && st >= 0;) {
        uint32_t parent = (uint32_t)pairs[i].key;
        cim_geom plane = { .dim = 2 };
        cim__gbuild_begin(&p->all, CIM_GEOM_MULTIPOLYGON, 2);
        for (; i < count && pairs[i].key == parent && st >= 0; i++) st = add_part(ctx, p, pairs[i].id);
        cim_geom all = cim__gbuild_view(&p->all);
        if (st >= 0 && !cim__gbuild_ok(&p->all)) st = cim__nomem(ctx);
        if (st >= 0 && all.part_count) st = cim__footprint_unite(ctx, &p->footprint, &all, &plane);
        if (st >= 0 && plane.part_count) st = place(ctx, p, parent, &plane);
    }
    return st < 0 ? st : flush(ctx, p);
}

cim_status cim__place_parents(cim_ctx *ctx, cim__sink *sink)
{
    placing *p = cim__zalloc(ctx->mem, sizeof *p);
    if (!p) return cim__nomem(ctx);
    p->sink = sink;
    p->pairs = p->records = p->list = p->scratch = p->blob = cim__buf_on(ctx->mem);
    cim__map_init(&p->homeless, ctx->mem);
    cim__gbuild_init(&p->one, ctx->mem);
    cim__gbuild_init(&p->all, ctx->mem);
    cim__footprint_init(&p->footprint, ctx->mem);
    cim_status st = collect(p) ? place_all(ctx, p) : cim__nomem(ctx);
    cim__buf *bufs[] = { &p->pairs, &p->records, &p->list, &p->scratch, &p->blob };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__map_free(&p->homeless);
    cim__gbuild_free(&p->one);
    cim__gbuild_free(&p->all);
    cim__footprint_free(&p->footprint);
    cim__free(ctx->mem, p);
    return st;
}
