/* power.c - objects of power cases into the sink. */
#include "import/power/power.h"

#include <math.h>

enum { STAND_IN_EPSG = 32631, CHUNK = 1 << 18 };

void cim__power_init(cim_ctx *ctx, cim__power *p, cim__job *job, const char *format)
{
    memset(p, 0, sizeof *p);
    p->job = job;
    p->format = format;
    p->text = p->gid = p->from = p->to = p->net = p->json = p->relation = cim__buf_on(ctx->mem);
    cim__gbuild_init(&p->geom, ctx->mem);
    cim__batch_init(&p->batch, ctx->mem, 0);
}

void cim__power_free(cim__power *p)
{
    cim__buf *bufs[] = { &p->text, &p->gid, &p->from, &p->to, &p->net, &p->json, &p->relation };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__gbuild_free(&p->geom);
    cim__batch_free(&p->batch);
    cim__transform_free(p->transform);
}

cim_status cim__power_read(cim_ctx *ctx, cim__power *p)
{
    bool bounded = !(p->job->opts->flags & CIM_IMPORT_UNSAFE_LIMITS);
    for (size_t got = 1; got;) {
        CIM__TRY(cim__job_tick(ctx, p->job, "reading"));
        if (!cim__buf_reserve(&p->text, CHUNK + 1)) return cim__nomem(ctx);
        CIM__TRY(cim__input_read(ctx, p->job->input, p->text.data + p->text.size, CHUNK, &got));
        p->text.size += got;
        if (bounded && p->text.size > CIM__POWER_BYTES) return cim__fail(ctx, CIM_ELIMIT, "%s: more than 1 GiB of text", cim__input_path(p->job->input));
    }
    p->text.data[p->text.size] = 0;
    return CIM_OK;
}

cim_status cim__power_place(cim_ctx *ctx, cim__power *p, int32_t source_epsg, double lon_deg, double lat_deg)
{
    cim__job *job = p->job;
    if (source_epsg || job->opts->epsg || job->sink->epsg) {
        cim__transform *t = NULL;
        int32_t own = job->sink->epsg ? job->sink->epsg : job->opts->epsg;
        CIM__TRY(cim__job_transform(ctx, job, source_epsg ? source_epsg : own, lon_deg, lat_deg, &t));
        if (source_epsg) p->transform = t;
        else cim__transform_free(t);
    } else {
        cim__sink_epsg(job->sink, STAND_IN_EPSG);
        cim__report_warn(job->report, 0, "%s: nothing in it has a place: the city gets EPSG:%d; say which it should have (option epsg)", cim__input_path(job->input), STAND_IN_EPSG);
    }
    p->batch.srid = job->sink->epsg;
    return CIM_OK;
}

cim__str cim__power_gid(const cim__power *p, cim__buf *buf, const char *kind, cim__str number)
{
    buf->size = 0;
    cim__buf_printf(buf, "%s:%s/", p->format, kind);
    cim__buf_putstr(buf, number);
    return cim__buf_str(buf);
}

static cim_status flush(cim_ctx *ctx, cim__power *p)
{
    p->pending = 0;
    CIM__TRY(cim__job_tick(ctx, p->job, "objects"));
    return cim__sink_take(ctx, p->job->sink, &p->batch, p->job->source_number);
}

cim_status cim__power_end(cim_ctx *ctx, cim__power *p) { return flush(ctx, p); }

/* ---- values ---- */

typedef struct values {
    cim__value list[16];
    size_t count;
} values;

static void put_text(values *v, cim__attr attr, cim__str text)
{
    if (text.len) v->list[v->count++] = (cim__value){ .attr = (uint8_t)attr, .text = text };
}

static void put_real(values *v, cim__attr attr, double real)
{
    if (isfinite(real) && real > 0.0) v->list[v->count++] = (cim__value){ .attr = (uint8_t)attr, .real = real };
}

static void put_voltage(values *v, double kv)
{
    if (!isfinite(kv) || kv <= 0.0) return;
    put_real(v, CIM__A_VOLTAGE_V, kv * 1e3);
    v->list[v->count++] = (cim__value){ .attr = CIM__A_TIER, .rule = CIM__RULE_DEFAULT, .text = kv <= 1.0 ? CIM__STR("lv") : kv <= 60.0 ? CIM__STR("mv") : CIM__STR("hv") };
}

static void collect(values *v, const cim__power_object *o)
{
    v->count = 0;
    put_text(v, CIM__A_NAME, o->name);
    put_text(v, CIM__A_FUNCTION, o->function);
    put_text(v, CIM__A_STATUS, o->status);
    put_text(v, CIM__A_STATE, o->state);
    put_text(v, CIM__A_LOCATION, o->location);
    put_text(v, CIM__A_NETWORK, CIM__STR("power"));
    put_voltage(v, o->kv);
    put_real(v, CIM__A_DEMAND_KW, o->demand_kw);
    put_real(v, CIM__A_LENGTH_M, o->length_m);
    if (o->controller) v->list[v->count++] = (cim__value){ .attr = CIM__A_CONTROLLER, .integer = 1 };
}

/* ---- objects ---- */

/* Points that coincide are one; what lies nowhere has no place. */
static cim_status make_geometry(cim_ctx *ctx, cim__power *p, const cim__power_object *o, cim_geom *geom_out, bool *placed_out)
{
    double x = 0.0, y = 0.0;
    size_t count = 0;
    *placed_out = false;
    if (!p->transform || !o->points) return CIM_OK;
    cim__gbuild_begin(&p->geom, o->points > 1 ? CIM_GEOM_LINESTRING : CIM_GEOM_POINT, 2);
    for (size_t i = 0; i < o->points; i++) {
        double xy[2] = { o->xy[2 * i], o->xy[2 * i + 1] };
        cim__transform_run(p->transform, &xy[0], &xy[1], 2, 1);
        if (!isfinite(xy[0]) || !isfinite(xy[1])) return CIM_OK;
        if (count && xy[0] == x && xy[1] == y) continue;
        cim__gbuild_xy(&p->geom, x = xy[0], y = xy[1]);
        count++;
    }
    if (count == 1 && o->points > 1) {
        cim__gbuild_begin(&p->geom, CIM_GEOM_POINT, 2);
        cim__gbuild_xy(&p->geom, x, y);
    }
    cim__gbuild_ring(&p->geom);
    cim__gbuild_part(&p->geom);
    if (!cim__gbuild_ok(&p->geom)) return cim__nomem(ctx);
    *geom_out = cim__gbuild_view(&p->geom);
    *placed_out = true;
    return CIM_OK;
}

static cim_status relate(cim_ctx *ctx, cim__power *p, cim__relation_type type, cim__str to, cim__str attrs)
{
    if (!to.len) return CIM_OK;
    return cim__batch_relate(ctx, &p->batch, cim__buf_str(&p->gid), type, to, attrs);
}

static cim_status add(cim_ctx *ctx, cim__power *p, const cim__power_object *o)
{
    values v;
    cim_geom geom;
    bool placed;
    if (p->gid.failed || p->from.failed || p->to.failed || p->net.failed || p->json.failed) return cim__nomem(ctx);
    collect(&v, o);
    CIM__TRY(make_geometry(ctx, p, o, &geom, &placed));
    cim__feature f = { .gid = cim__buf_str(&p->gid), .class_id = o->class_id, .values = v.list, .value_count = v.count, .attrs = cim__buf_str(&p->json), .plane = placed ? &geom : NULL, .plane_valid = true };
    CIM__TRY(cim__batch_add(ctx, &p->batch, &f));
    return ++p->pending >= CIM__POWER_BATCH ? flush(ctx, p) : CIM_OK;
}

cim_status cim__power_add(cim_ctx *ctx, cim__power *p, const cim__power_object *o)
{
    CIM__TRY(add(ctx, p, o));
    CIM__TRY(relate(ctx, p, CIM__R_CONNECTS, o->from, CIM__STR("{\"end\":\"from\"}")));
    CIM__TRY(relate(ctx, p, CIM__R_CONNECTS, o->to, CIM__STR("{\"end\":\"to\"}")));
    return relate(ctx, p, CIM__R_MEMBER, cim__buf_str(&p->net), (cim__str){ "", 0 });
}

cim_status cim__power_on_end(cim_ctx *ctx, cim__power *p, cim__str line, cim__str node)
{
    p->relation.size = 0;
    cim__json json = cim__json_on(&p->relation);
    cim__json_open(&json, '{');
    cim__json_kv_str(&json, "near", node);
    cim__json_close(&json, '}');
    return p->relation.failed ? cim__nomem(ctx) : relate(ctx, p, CIM__R_CONNECTS, line, cim__buf_str(&p->relation));
}

cim_status cim__power_network(cim_ctx *ctx, cim__power *p, cim__str name)
{
    cim__power_gid(p, &p->net, "network", name);
    p->gid.size = 0;
    cim__buf_putstr(&p->gid, cim__buf_str(&p->net));
    return add(ctx, p, &(cim__power_object){ .class_id = CIM__C_Network, .name = name });
}
