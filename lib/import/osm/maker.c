/* maker.c - ids, attributes, geometry and hand-over of one object. */
#include "import/osm/maker.h"

#include <math.h>
#include <stdio.h>

const char *const cim__osm_type_names[3] = { "node", "way", "relation" };

void cim__osm_put_gid(cim__buf *out, unsigned type, int64_t id, uint32_t segment)
{
    static const cim__str prefixes[3] = { { "osm:node/", 9 }, { "osm:way/", 8 }, { "osm:relation/", 13 } };
    out->size = 0;
    cim__buf_putstr(out, prefixes[type]);
    cim__put_int(out, id);
    if (segment == CIM_NONE) return;
    cim__buf_putc(out, '#');
    cim__put_int(out, segment);
}

static bool has_bad_text(const cim__osm_tags *tags, const cim__buf *json, size_t from)
{
    bool plain = true;
    for (uint32_t i = 0; plain && i < tags->count; i++) plain = cim__osm_tag_at(tags, i)->key_word.flags & cim__osm_tag_at(tags, i)->value_word.flags & CIM__OSM_PLAIN;
    return !plain && memmem(json->data + from, json->size - from, "\xef\xbf\xbd", 3) != NULL;
}

void cim__osm_begin(cim__osm_maker *m, unsigned type, int64_t id, uint64_t ordinal)
{
    cim__osm_worker *w = m->worker;
    m->type = type;
    m->id = id;
    m->parent[0] = 0;
    cim__osm_put_gid(&w->gid, type, id, CIM_NONE);
    m->gid_size = w->gid.size;
    w->attrs.size = 0;
    cim__osm_tags_json(&w->tags, &w->attrs);
    m->json = (cim__json){ &w->attrs, w->tags.count > 0 };
    m->fill.tags = &w->tags;
    m->fill.street = (cim__str){ "", 0 };
    m->fill.report = &w->report;
    m->fill.type = cim__osm_type_names[type];
    m->fill.id = id;
    m->fill.order = cim__osm_order(type, ordinal);
    if (w->tags.repeated) {
        m->repeated_keys += w->tags.repeated;
        cim__report_warn(&w->report, m->fill.order, "osm:%s/%lld: a key is there twice, the first counts", m->fill.type, (long long)id);
    }
    if (!w->attrs.failed && has_bad_text(&w->tags, &w->attrs, 0)) {
        m->not_utf8++;
        cim__report_warn(&w->report, m->fill.order, "osm:%s/%lld: text that is not UTF-8", m->fill.type, (long long)id);
    }
}

void cim__osm_take_hints(cim__osm_maker *m, uint32_t number)
{
    const cim__buf *hints = &m->osm->hints;
    uint64_t member = (uint64_t)m->type << 32 | number;
    size_t lo = 0, hi = CIM__COUNT(hints, cim__osm_hint), n = hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(hints, cim__osm_hint, mid).member < member) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < n && CIM__AT(hints, cim__osm_hint, lo).member == member; lo++) {
        const cim__osm_hint *h = &CIM__AT(hints, cim__osm_hint, lo);
        if (h->street.len && !m->fill.street.len) m->fill.street = h->street;
        if (h->parent_type != CIM__OSM_NO_PARENT && !m->parent[0] && m->kind.class_id == CIM__C_BuildingPart)
            snprintf(m->parent, sizeof m->parent, "osm:%s/%lld", cim__osm_type_names[h->parent_type], (long long)h->parent_ref);
    }
}

void cim__osm_prepare(cim__osm_maker *m, int32_t base)
{
    bool none = !base && cim__class_nonspatial(m->kind.class_id);
    m->fill.kind = &m->kind;
    m->fill.layer = none ? CIM__L_NONSPATIAL : cim__class_layer(m->kind.class_id, base);
    cim__osm_fill(&m->fill);
}

cim_status cim__osm_add(cim_ctx *ctx, cim__osm_maker *m, const cim_geom *geom, bool valid, uint32_t segment, const cim__osm_ends *ends)
{
    cim__osm_worker *w = m->worker;
    size_t count = m->fill.count, attrs = w->attrs.size;
    w->gid.size = m->gid_size;
    if (segment != CIM_NONE) {
        cim__buf_putc(&w->gid, '#');
        cim__put_int(&w->gid, segment);
    }
    if (ends && m->fill.count + 2 <= CIM__ATTR_COUNT) {
        m->fill.values[m->fill.count++] = (cim__value){ .attr = CIM__A_FROM_NODE, .integer = ends->from };
        m->fill.values[m->fill.count++] = (cim__value){ .attr = CIM__A_TO_NODE, .integer = ends->to };
    }
    cim__buf_putc(&w->attrs, '}');
    if (w->gid.failed || w->attrs.failed) return cim__nomem(ctx);
    cim__feature f = { .gid = cim__buf_str(&w->gid), .class_id = m->kind.class_id, .parent_gid = cim__str_of(m->parent), .values = m->fill.values, .value_count = m->fill.count,
                       .attrs = cim__buf_str(&w->attrs), .plane = geom, .plane_valid = valid };
    cim_status st = cim__batch_add(ctx, m->batch, &f);
    m->fill.count = count;
    w->attrs.size = attrs;
    return st;
}

cim_status cim__osm_relate(cim_ctx *ctx, cim__osm_maker *m, cim__str from, cim__relation_type type, cim__str to, cim__str role)
{
    cim__buf *buf = &m->worker->spare;
    buf->size = 0;
    if (role.len) {
        cim__buf_puts(buf, "{\"role\":");
        cim__put_json_str(buf, role);
        cim__buf_putc(buf, '}');
    }
    if (buf->failed) return cim__nomem(ctx);
    return cim__batch_relate(ctx, m->batch, from, type, to, cim__buf_str(buf));
}

/* ---- geometry ---- */

static bool all_inside(const double *xy, size_t count)
{
    bool inside = true;
    for (size_t i = 0; i < 2 * count; i++) inside &= fabs(xy[i]) < 1e9;
    return inside;
}

bool cim__osm_transform(const cim__osm *osm, double *xy, size_t count)
{
    cim__transform_run(osm->transform, xy, xy + 1, 2, count);
    return all_inside(xy, count);
}

static double degrees(int32_t units) { return (double)units / 1e7; }

/* What is not known repeats its neighbour; count is not 0 and one is known. */
static void copy_places(const cim__osm *osm, const uint32_t *nodes, size_t count, double *xy)
{
    uint32_t last = CIM_NONE;
    for (size_t i = 0; i < count && last == CIM_NONE; i++) last = nodes[i];
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] != CIM_NONE) last = nodes[i];
        if (osm->metres) {
            memcpy(xy + 2 * i, osm->metres + 2 * (size_t)last, 2 * sizeof *xy);
        } else {
            xy[2 * i] = degrees(osm->xy[2 * (size_t)last]);
            xy[2 * i + 1] = degrees(osm->xy[2 * (size_t)last + 1]);
        }
    }
}

cim_status cim__osm_project(cim_ctx *ctx, cim__osm_maker *m, const uint32_t *nodes, size_t count, double **xy_out, bool *inside_out)
{
    cim__buf *buf = &m->worker->line;
    buf->size = 0;
    double *xy = cim__buf_extend(buf, (count ? count : 1) * 2 * sizeof *xy);
    if (!xy) return cim__nomem(ctx);
    bool known = false;
    for (size_t i = 0; i < count && !known; i++) known = nodes[i] != CIM_NONE;
    *xy_out = xy;
    *inside_out = known;
    if (!known) return CIM_OK;
    copy_places(m->osm, nodes, count, xy);
    *inside_out = m->osm->metres ? all_inside(xy, count) : cim__osm_transform(m->osm, xy, count);
    return CIM_OK;
}

enum { PIECES_MAX = 4000 }; /* of one way: no real one has a tenth of it */

static bool is_cut(const cim__osm *osm, uint32_t node, cim__osm_net net)
{
    uint8_t more = (uint8_t)(2u << (2 * ((unsigned)net - 1)));
    if (atomic_load_explicit(&osm->meetings[node], memory_order_relaxed) & more) return true;
    if (net == CIM__OSM_NET_ROAD) return cim__osm_node_flags(osm, node) & CIM__OSM_N_CUT_ROAD;
    return net == CIM__OSM_NET_UTIL && (cim__osm_node_flags(osm, node) & CIM__OSM_N_CUT_UTIL);
}

static void push_piece(cim__buf *pieces, uint32_t from, uint32_t to)
{
    cim__osm_piece *p = from < to ? CIM__PUSH(pieces, cim__osm_piece) : NULL;
    if (p) *p = (cim__osm_piece){ from, to };
}

bool cim__osm_cut(const cim__osm *osm, const uint32_t *nodes, size_t count, cim__osm_net net, cim__buf *pieces)
{
    uint32_t start = CIM_NONE;
    pieces->size = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i] == CIM_NONE) {
            if (start != CIM_NONE) push_piece(pieces, start, i - 1);
            start = CIM_NONE;
        } else if (start == CIM_NONE || (i == start + 1 && nodes[i] == nodes[start])) {
            start = i; /* also a node that is there twice in a row */
        } else if (net && is_cut(osm, nodes[i], net) && CIM__COUNT(pieces, cim__osm_piece) < PIECES_MAX) {
            push_piece(pieces, start, i);
            start = i;
        }
    }
    if (start != CIM_NONE && count) push_piece(pieces, start, (uint32_t)count - 1);
    return !pieces->failed;
}

/* ---- areas ---- */

cim_status cim__osm_area_shape(cim_ctx *ctx, cim__osm_maker *m, bool *valid_out, bool *inside_out)
{
    const cim__osm_area *a = &m->worker->area;
    cim__gbuild *shape = &m->worker->shape;
    size_t count = CIM__COUNT(&a->xy, int32_t) / 2;
    cim__gbuild_begin(shape, CIM_GEOM_MULTIPOLYGON, 2);
    double *xy = cim__buf_extend(&shape->coords, (count ? count : 1) * 2 * sizeof *xy);
    if (!xy) return cim__nomem(ctx);
    for (size_t i = 0; i < 2 * count; i++) xy[i] = degrees(CIM__AT(&a->xy, int32_t, i));
    cim__buf_put(&shape->ring_end, a->ring_end.data, a->ring_end.size);
    cim__buf_put(&shape->part_end, a->part_end.data, a->part_end.size);
    if (!cim__gbuild_ok(shape)) return cim__nomem(ctx);
    *inside_out = cim__osm_transform(m->osm, xy, count);
    cim_geom view = cim__gbuild_view(shape);
    *valid_out = *inside_out && cim__rings_are_apart(m->osm->mem, &view);
    return CIM_OK;
}

void cim__osm_area_failed(cim__osm_maker *m, const cim__osm_area *a)
{
    char text[160];
    const char *what = cim__osm_area_problems[a->problem];
    cim__buf *b = &m->worker->spare;
    b->size = 0;
    cim__put_fixed(b, degrees(a->at[0]), 7);
    cim__buf_putc(b, ',');
    cim__put_fixed(b, degrees(a->at[1]), 7);
    int place = b->failed ? 0 : (int)b->size;
    if (a->problem == CIM__OSM_AREA_NOTHING) snprintf(text, sizeof text, "%s", what);
    else snprintf(text, sizeof text, "%s at %.*s", what, place, place ? (const char *)b->data : "");
    cim__json_kv_text(&m->json, "cim:area_error", text);
    cim__report_warn(&m->worker->report, m->fill.order, "osm:%s/%lld: no area: %s", m->fill.type, (long long)m->id, text);
}

cim__class_id cim__osm_line_class(cim__class_id c)
{
    cim__layer_id layer = cim__class_layer(c, CIM_GEOM_LINESTRING);
    bool net = layer == CIM__L_ROAD || layer == CIM__L_RAILWAY || layer == CIM__L_WATERWAY || layer == CIM__L_UTILITY_LINE;
    return net ? CIM__C_CityObject : c;
}
