/* sink.c - batches and the sink. */
#include "store/sink.h"

#include "store/patch.h"

#include <math.h>

cim__ref cim__ref_to(cim__str gid)
{
    cim__str base = cim__gid_base(gid);
    int64_t part = CIM_NONE;
    if (base.len < gid.len) cim__parse_int((cim__str){ gid.ptr + base.len + 1, gid.len - base.len - 1 }, &part);
    return (cim__ref){ CIM__REF_GID, part >= 0 && part < CIM_NONE ? (uint32_t)part : CIM_NONE, cim__gid_hash(gid) };
}

void cim__batch_init(cim__batch *b, cim__mem *mem, int32_t srid)
{
    memset(b, 0, sizeof *b);
    b->mem = mem;
    b->srid = srid;
    b->records = b->heads = b->relations = b->texts = b->templates = b->patches = b->blob = cim__buf_on(mem);
    cim__gbuild_init(&b->plane, mem);
    cim__gbuild_init(&b->repaired, mem);
}

void cim__batch_free(cim__batch *b)
{
    cim__buf *bufs[] = { &b->records, &b->heads, &b->relations, &b->texts, &b->templates, &b->patches, &b->blob };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__gbuild_free(&b->plane);
    cim__gbuild_free(&b->repaired);
    cim__geos_free(b->geos);
    b->geos = NULL;
}

/* ---- the plane geometry: valid, and of the layer's type ---- */

static bool rings_simple(cim__mem *mem, const cim_geom *g)
{
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        if (!cim__ring_is_simple(mem, g, ring)) return false;
    return true;
}

/* One simple ring is a valid polygon; how several lie to each other is left to GEOS. */
static cim_status is_valid(cim_ctx *ctx, cim__batch *b, const cim_geom *g, bool *valid_out)
{
    *valid_out = rings_simple(b->mem, g);
    if (!*valid_out || g->ring_count <= 1) return CIM_OK;
    if (!b->geos) CIM__TRY(cim__geos_new(ctx, &b->geos));
    return cim__geos_valid(ctx, b->geos, g, valid_out);
}

static cim_status clean_polygon(cim_ctx *ctx, cim__batch *b, const cim_geom *g, bool checked, cim_geom *clean)
{
    bool valid = checked;
    if (!checked) CIM__TRY(is_valid(ctx, b, g, &valid));
    *clean = *g;
    clean->type = CIM_GEOM_MULTIPOLYGON;
    if (valid) return CIM_OK;
    if (!b->geos) CIM__TRY(cim__geos_new(ctx, &b->geos));
    cim_status st = cim__geos_make_valid(ctx, b->geos, g, &b->repaired);
    if (st == CIM_ENOMEM) return st;
    *clean = cim__gbuild_view(&b->repaired);
    if (st < 0 || !clean->part_count) {
        clean->part_count = 0;
        b->geometry_dropped++;
        cim__enter(ctx); /* forget GEOS' complaint: it is counted */
    } else {
        b->geometry_repaired++;
    }
    return CIM_OK;
}

static void to_point(cim__batch *b, const cim_geom *g, cim_geom *point)
{
    double xy[2];
    cim__gbuild_begin(&b->plane, CIM_GEOM_POINT, 2);
    if (cim__geom_inner_point(g, xy)) {
        cim__gbuild_xy(&b->plane, xy[0], xy[1]);
        cim__gbuild_ring(&b->plane);
        cim__gbuild_part(&b->plane);
    }
    *point = cim__gbuild_view(&b->plane);
}

/* A copy without z: layers are flat. */
static cim_geom flatten(cim__batch *b, const cim_geom *g)
{
    if (g->dim == 2) return *g;
    cim__gbuild_begin(&b->plane, g->type, 2);
    cim__gbuild_append(&b->plane, g);
    return cim__gbuild_view(&b->plane);
}

/* Lines whose vertices are all at one place are none: neither OGC nor routing has a use for them. */
static cim_geom with_length(cim__batch *b, const cim_geom *g)
{
    bool kept_all = true;
    cim__gbuild_begin(&b->repaired, g->type, 2);
    for (uint32_t p = 0, first = 0; p < g->part_count; p++) {
        uint32_t end = g->ring_end[g->part_end[p] - 1], i = first + 1;
        while (i < end && g->coords[2 * (size_t)i] == g->coords[2 * (size_t)first] && g->coords[2 * (size_t)i + 1] == g->coords[2 * (size_t)first + 1]) i++;
        if (i < end) {
            for (i = first; i < end; i++) cim__gbuild_xy(&b->repaired, g->coords[2 * (size_t)i], g->coords[2 * (size_t)i + 1]);
            cim__gbuild_ring(&b->repaired);
            cim__gbuild_part(&b->repaired);
        } else {
            kept_all = false;
        }
        first = end;
    }
    cim_geom kept = cim__gbuild_view(&b->repaired);
    b->geometry_dropped += !kept.part_count;
    return kept_all ? *g : kept;
}

static bool has_flat_line(const cim_geom *g)
{
    for (uint32_t p = 0, first = 0; p < g->part_count; p++) {
        uint32_t end = g->ring_end[g->part_end[p] - 1];
        const double *c = g->coords + 2 * (size_t)first;
        if (end - first < 2 || (c[0] == c[2] && c[1] == c[3])) return true; /* worth a closer look */
        first = end;
    }
    return false;
}

/* Which layer, and the geometry that goes into it; part_count 0: none. */
static cim_status fit_plane(cim_ctx *ctx, cim__batch *b, const cim__feature *f, cim__layer_id *layer_out, cim_geom *fit)
{
    int32_t base = f->plane && f->plane->part_count ? cim__geom_base(f->plane->type) : 0;
    cim__layer_id layer = cim__class_layer(f->class_id, base);
    *fit = (cim_geom){ .dim = 2 };
    if (!base) {
        bool none = !f->shape_count && cim__class_nonspatial(f->class_id);
        *layer_out = none ? CIM__L_NONSPATIAL : layer;
        return CIM_OK;
    }
    int32_t wanted = cim__layers[layer].type;
    *fit = flatten(b, f->plane);
    if (base == CIM_GEOM_POLYGON) CIM__TRY(clean_polygon(ctx, b, fit, f->plane_valid, fit));
    if (base == CIM_GEOM_LINESTRING && has_flat_line(fit)) *fit = with_length(b, fit);
    if (wanted == CIM_GEOM_LINESTRING && base == CIM_GEOM_LINESTRING) {
        if (fit->part_count > 1) layer = CIM__L_OTHER_LINE;
        else fit->type = CIM_GEOM_LINESTRING;
        wanted = cim__layers[layer].type;
    }
    if (wanted == CIM_GEOM_MULTILINESTRING && base == CIM_GEOM_LINESTRING) fit->type = wanted;
    else if (wanted == CIM_GEOM_POINT && fit->part_count) to_point(b, &(cim_geom){ fit->type, 2, fit->vertex_count, fit->ring_count, fit->part_count, 0, fit->coords, fit->ring_end, fit->part_end }, fit);
    else if (cim__geom_base(wanted) != base) fit->part_count = 0;
    *layer_out = layer;
    return cim__gbuild_ok(&b->plane) ? CIM_OK : cim__nomem(ctx);
}

/* ---- values that are measured ---- */

typedef struct values {
    cim__value list[2 * CIM__ATTR_COUNT];
    size_t count;
    cim__layer_id layer;
    uint64_t columns; /* of the layer, as bits */
} values;

static void measure(values *v, cim__attr attr, double real)
{
    if (!(v->columns >> attr & 1) || v->count >= sizeof v->list / sizeof *v->list) return;
    v->list[v->count++] = (cim__value){ .attr = (uint8_t)attr, .rule = CIM__RULE_TAGGED, .real = real };
}

static void z_range(const cim__feature *f, double z[2])
{
    z[0] = HUGE_VAL;
    z[1] = -HUGE_VAL;
    for (size_t s = 0; s < f->shape_count; s++) {
        const cim_geom *g = &f->shapes[s].geom;
        if (f->shapes[s].template_gid.len || g->dim != 3) continue;
        for (uint32_t i = 0; i < g->vertex_count; i++) {
            double here = g->coords[3 * (size_t)i + 2];
            if (here < z[0]) z[0] = here;
            if (here > z[1]) z[1] = here;
        }
    }
}

static uint64_t columns_of(cim__layer_id layer)
{
    uint64_t columns = 0;
    for (int32_t i = 0; i < cim__layers[layer].column_count; i++) columns |= 1ull << cim__layers[layer].columns[i];
    return columns;
}

/* Values of the layer's columns only, then the measured ones. */
static void collect_values(values *v, const cim__feature *f, const cim_geom *fit)
{
    double z[2];
    v->count = 0;
    v->columns = columns_of(v->layer);
    for (size_t i = 0; i < f->value_count && v->count < CIM__ATTR_COUNT; i++)
        if (v->columns >> f->values[i].attr & 1) v->list[v->count++] = f->values[i];
    if (fit->part_count && cim__geom_base(fit->type) == CIM_GEOM_POLYGON) measure(v, CIM__A_AREA_M2, round(cim__geom_area(fit) * 1e3) / 1e3);
    if (fit->part_count && cim__geom_base(fit->type) == CIM_GEOM_LINESTRING) measure(v, CIM__A_LENGTH_M, round(cim__geom_length(fit) * 1e3) / 1e3);
    if (!f->shape_count) return;
    z_range(f, z);
    if (z[0] <= z[1]) {
        measure(v, CIM__A_Z_MIN_M, z[0]);
        measure(v, CIM__A_Z_MAX_M, z[1]);
    }
}

static cim_status box_of(cim_ctx *ctx, const cim__feature *f, const cim_geom *fit, cim_box *box)
{
    *box = CIM__BOX_EMPTY;
    if (fit->part_count) *box = cim__geom_box(fit);
    for (size_t i = 0; i < f->shape_count; i++) {
        const cim__shape *s = &f->shapes[i];
        if (s->template_gid.len) {
            cim__box_add(box, s->anchor[0], s->anchor[1]);
            continue;
        }
        if (!cim__geom_finite(&s->geom)) return cim__fail(ctx, CIM_EARG, "coordinates are not finite");
        cim_box here = cim__geom_box(&s->geom);
        cim__box_join(box, &here);
    }
    if (cim__box_ok(box) && !(fabs(box->min_x) < 1e9 && fabs(box->max_x) < 1e9 && fabs(box->min_y) < 1e9 && fabs(box->max_y) < 1e9))
        return cim__fail(ctx, CIM_EARG, "coordinates are out of range");
    return CIM_OK;
}

static uint8_t contents_of(const cim__feature *f)
{
    uint8_t contents = f->residue.len ? CIM__HAS_RESIDUE : 0;
    for (size_t i = 0; i < f->shape_count && i < CIM__RECORD_SHAPES; i++) {
        if (f->shapes[i].template_gid.len) contents |= CIM__HAS_INSTANCES;
        else if (f->shapes[i].geom.type == CIM_GEOM_MULTIPOLYGON) contents |= CIM__HAS_SURFACES;
        else if (f->shapes[i].geom.type == CIM_GEOM_MULTILINESTRING) contents |= CIM__HAS_CURVES;
        else contents |= CIM__HAS_POINTS;
    }
    return contents;
}

cim_status cim__batch_add(cim_ctx *ctx, cim__batch *b, const cim__feature *given)
{
    cim__feature f = *given;
    values v;
    cim_geom fit;
    if (!f.gid.len) return cim__fail(ctx, CIM_EARG, "an object without id");
    if (f.plane && !cim__geom_finite(f.plane)) return cim__fail(ctx, CIM_EARG, "coordinates are not finite");
    CIM__TRY(fit_plane(ctx, b, &f, &v.layer, &fit));
    cim_box box;
    CIM__TRY(box_of(ctx, &f, &fit, &box));
    collect_values(&v, &f, &fit);
    f.values = v.list;
    f.value_count = v.count;
    for (size_t i = 0; i < v.count; i++) b->used_values[v.layer] |= 1ull << v.list[i].attr;
    b->blob.size = 0;
    if (fit.part_count) cim__gaia_put(&b->blob, &fit, b->srid);
    size_t start = b->records.size;
    cim__record_put(&b->records, &f, cim__buf_str(&b->blob), b->srid);
    cim__head *head = CIM__PUSH(&b->heads, cim__head);
    if (!head || b->records.failed || b->blob.failed) return cim__nomem(ctx);
    cim__ref self = cim__ref_to(f.gid), parent = f.parent_gid.len ? cim__ref_to(f.parent_gid) : (cim__ref){ CIM__REF_GID, CIM_NONE, 0 };
    *head = (cim__head){ .start = start, .gid_hash = self.key, .part = self.part, .parent_hash = parent.key, .parent_part = parent.part, .box = box,
                         .size = (uint32_t)(b->records.size - start), .id = CIM_NONE, .parent = CIM_NONE, .layer = (uint8_t)v.layer, .class_id = (uint8_t)f.class_id, .contents = contents_of(&f) };
    return CIM_OK;
}

cim_status cim__batch_relate(cim_ctx *ctx, cim__batch *b, cim__str from, cim__relation_type type, cim__str to, cim__str attrs)
{
    cim__pending_relation *r = CIM__PUSH(&b->relations, cim__pending_relation);
    if (!r) return cim__nomem(ctx);
    *r = (cim__pending_relation){ cim__ref_to(from), cim__ref_to(to), type, (uint32_t)attrs.len, b->texts.size };
    cim__buf_putstr(&b->texts, attrs);
    return b->texts.failed ? cim__nomem(ctx) : CIM_OK;
}

static void put_str(cim__buf *out, cim__str s)
{
    cim__buf_varint(out, s.len);
    cim__buf_putstr(out, s);
}

cim_status cim__batch_template(cim_ctx *ctx, cim__batch *b, const cim__template *t)
{
    b->blob.size = 0;
    if (t->geom.part_count) cim__gaia_put(&b->blob, &t->geom, -1);
    put_str(&b->templates, t->gid);
    put_str(&b->templates, t->mime);
    put_str(&b->templates, t->uri);
    put_str(&b->templates, t->topo);
    put_str(&b->templates, cim__buf_str(&b->blob));
    return b->templates.failed || b->blob.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- sink ---- */

void cim__sink_init(cim__sink *sink, cim__mem *mem, cim_city *city, const char *dir, uint64_t memory_limit)
{
    memset(sink, 0, sizeof *sink);
    sink->mem = mem;
    sink->city = city;
    sink->epsg = city ? city->epsg : 0;
    sink->heads = sink->relations = sink->templates = sink->patches = sink->old_patches = sink->extras = cim__buf_on(mem);
    cim__spool_init(&sink->spool, mem, dir, memory_limit);
    cim__spool_init(&sink->texts, mem, dir, memory_limit / 4);
    sink->max_objects = UINT32_MAX - 16;
}

void cim__sink_drop_extras(cim__sink *sink, size_t size)
{
    for (size_t i = size / sizeof(cim__extra); i < CIM__COUNT(&sink->extras, cim__extra); i++) CIM__AT(&sink->extras, cim__extra, i).free(CIM__AT(&sink->extras, cim__extra, i).data);
    sink->extras.size = size;
}

cim_status cim__sink_extra(cim_ctx *ctx, cim__sink *sink, cim_status (*put)(cim_ctx *, cim__db *, const struct cim__plan *, void *), void (*free)(void *), void *data)
{
    cim__extra *e = CIM__PUSH(&sink->extras, cim__extra);
    if (!e) return cim__nomem(ctx);
    *e = (cim__extra){ put, free, data };
    return CIM_OK;
}

void cim__sink_free(cim__sink *sink)
{
    cim__sink_drop_extras(sink, 0);
    cim__buf_free(&sink->extras);
    cim__spool_free(&sink->spool);
    cim__spool_free(&sink->texts);
    cim__buf_free(&sink->heads);
    cim__buf_free(&sink->relations);
    cim__buf_free(&sink->templates);
    cim__buf_free(&sink->patches);
    cim__buf_free(&sink->old_patches);
}

int32_t cim__sink_epsg(cim__sink *sink, int32_t wanted)
{
    if (!sink->epsg) sink->epsg = wanted;
    return sink->epsg;
}

static cim_status take_heads(cim_ctx *ctx, cim__sink *sink, cim__batch *b, uint64_t start, uint16_t source)
{
    size_t count = CIM__COUNT(&b->heads, cim__head);
    if (cim__sink_count(sink) + count > sink->max_objects) return cim__fail(ctx, CIM_ELIMIT, "more than %llu objects", (unsigned long long)sink->max_objects);
    cim__head *to = cim__buf_extend(&sink->heads, b->heads.size);
    if (!to && count) return cim__nomem(ctx);
    if (count) memcpy(to, b->heads.data, b->heads.size);
    for (size_t i = 0; i < count; i++) {
        to[i].start += start;
        to[i].source = source;
    }
    b->heads.size = 0;
    return CIM_OK;
}

static cim_status take_patches(cim_ctx *ctx, cim__sink *sink, cim__batch *b, uint64_t start, uint16_t source)
{
    for (size_t i = 0; i < CIM__COUNT(&b->patches, cim__patch); i++) {
        CIM__AT(&b->patches, cim__patch, i).start += start;
        CIM__AT(&b->patches, cim__patch, i).source = source;
    }
    if (CIM__COUNT(&sink->patches, cim__patch) + CIM__COUNT(&b->patches, cim__patch) > sink->max_objects)
        return cim__fail(ctx, CIM_ELIMIT, "more than %llu updates", (unsigned long long)sink->max_objects);
    cim__buf_put(&sink->patches, b->patches.data, b->patches.size);
    b->patches.size = 0;
    return sink->patches.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__sink_relations(cim_ctx *ctx, cim__sink *sink, cim__buf *relations, cim__buf *texts)
{
    uint64_t start = 0;
    if (texts->size) CIM__TRY(cim__spool_take(ctx, &sink->texts, texts, &start));
    for (size_t i = 0; i < CIM__COUNT(relations, cim__pending_relation); i++) CIM__AT(relations, cim__pending_relation, i).attrs_at += start;
    cim__buf_put(&sink->relations, relations->data, relations->size);
    relations->size = 0;
    return sink->relations.failed || relations->failed || texts->failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__sink_take(cim_ctx *ctx, cim__sink *sink, cim__batch *b, uint16_t source)
{
    uint64_t start = 0;
    if (b->records.size) CIM__TRY(cim__spool_take(ctx, &sink->spool, &b->records, &start));
    CIM__TRY(take_heads(ctx, sink, b, start, source));
    CIM__TRY(take_patches(ctx, sink, b, start, source));
    CIM__TRY(cim__sink_relations(ctx, sink, &b->relations, &b->texts));
    cim__buf_put(&sink->templates, b->templates.data, b->templates.size);
    b->templates.size = 0;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) sink->used_values[l] |= b->used_values[l];
    sink->geometry_repaired += b->geometry_repaired;
    sink->geometry_dropped += b->geometry_dropped;
    b->geometry_repaired = b->geometry_dropped = 0;
    return sink->templates.failed ? cim__nomem(ctx) : CIM_OK;
}

cim__str cim__unique_gid(const cim__head *head, cim__str gid, cim__buf *scratch)
{
    if (!head->repeat) return gid;
    scratch->size = 0;
    cim__buf_putstr(scratch, gid);
    cim__buf_putc(scratch, '~');
    cim__put_int(scratch, head->repeat + 1);
    return cim__buf_str(scratch);
}

cim_status cim__sink_record(cim_ctx *ctx, const cim__sink *sink, size_t i, cim__buf *scratch, cim__record *record_out)
{
    const cim__head *head = cim__sink_head(sink, i);
    cim__str bytes;
    CIM__TRY(cim__spool_get(ctx, &sink->spool, head->start, head->size, scratch, &bytes));
    return cim__record_get(bytes, record_out) ? CIM_OK : cim__fail(ctx, CIM_EINTERNAL, "a record in the spool is damaged");
}
