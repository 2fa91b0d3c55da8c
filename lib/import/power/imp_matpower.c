/* imp_matpower.c - power cases of MATPOWER (.m): buses, branches, transformers, direct current lines.
 *
 * Generators, their costs and everything else a bus has are attributes of the bus; a bus with a generator in service feeds the
 * network.  A branch that is switched off is a line that is closed: nothing flows through it, but it can be put in. */
#include "import/power/mcase.h"
#include "import/power/power.h"

#include <math.h>
#include <stdio.h>

enum { B_NUMBER, B_TYPE, B_PD, B_BASE_KV = 9, B_LEAST = 10, F_FROM = 0, F_TO, F_RATIO = 8, F_STATUS = 10, F_LEAST = 11, G_BUS = 0, G_STATUS = 7, G_PMAX, G_PMIN, G_LEAST = 8, D_STATUS = 2 };

typedef struct matpower {
    cim__power power;
    cim__mcase file;
    cim__mfield *bus, *branch, *gen, *gencost, *dcline, *bus_name;
    cim__map rows;   /* bus number -> row */
    cim__buf first, next; /* uint32_t: generators of a bus, as lists */
} matpower;

static const char *const bus_columns[] = { "bus_i", "type", "Pd", "Qd", "Gs", "Bs", "area", "Vm", "Va", "baseKV", "zone", "Vmax", "Vmin", "lam_P", "lam_Q", "mu_Vmax", "mu_Vmin", NULL };
static const char *const branch_columns[] = { "fbus", "tbus", "r", "x", "b", "rateA", "rateB", "rateC", "ratio", "angle", "status", "angmin", "angmax", "Pf", "Qf", "Pt", "Qt", "mu_Sf", "mu_St", "mu_angmin", "mu_angmax", NULL };
static const char *const gen_columns[] = { "bus", "Pg", "Qg", "Qmax", "Qmin", "Vg", "mBase", "status", "Pmax", "Pmin", "Pc1", "Pc2", "Qc1min", "Qc1max", "Qc2min", "Qc2max", "ramp_agc", "ramp_10", "ramp_30", "ramp_q", "apf", NULL };
static const char *const dcline_columns[] = { "fbus", "tbus", "status", "Pf", "Pt", "Qf", "Qt", "Vf", "Vt", "Pmin", "Pmax", "QminF", "QmaxF", "QminT", "QmaxT", "loss0", "loss1", NULL };

static cim_status fail_row(cim_ctx *ctx, const matpower *m, const cim__mfield *f, size_t row, const char *what, double number)
{
    return cim__fail(ctx, CIM_EFORMAT, "%s:%u: %.*s %zu: %s (%.15g)", m->file.path, CIM__AT(&f->lines, uint32_t, row), (int)f->name.len, f->name.ptr, row + 1, what, number);
}

/* ---- attributes ---- */

static void put_number(cim__json *json, double v)
{
    if (isnan(v)) cim__json_text(json, "NaN");
    else if (isinf(v)) cim__json_text(json, v > 0 ? "Inf" : "-Inf");
    else cim__json_num(json, v);
}

static void put_row(cim__json *json, const cim__mfield *f, size_t row, const char *const *columns)
{
    char key[24];
    for (uint32_t c = 0; c < f->columns; c++) {
        if (*columns) cim__json_key(json, *columns++);
        else {
            snprintf(key, sizeof key, "column%u", c + 1);
            cim__json_key(json, key);
        }
        put_number(json, cim__mat(f, row, c));
    }
}

static void put_costs(cim__json *json, const cim__mfield *costs, size_t row)
{
    if (!costs || !costs->columns || row >= cim__mrows(costs)) return;
    cim__json_key(json, "cost");
    cim__json_open(json, '[');
    for (uint32_t c = 0; c < costs->columns; c++) put_number(json, cim__mat(costs, row, c));
    cim__json_close(json, ']');
}

static void put_cell(cim__json *json, const matpower *m, const char *field, const char *key, size_t row)
{
    const cim__mfield *f = cim__mcase_field(&m->file, cim__str_of(field));
    if (f && row < CIM__COUNT(&f->cells, cim__str)) cim__json_kv_str(json, key, CIM__AT(&f->cells, cim__str, row));
}

static void put_generators(cim__json *json, const matpower *m, size_t bus)
{
    uint32_t g = CIM__AT(&m->first, uint32_t, bus);
    if (g == CIM_NONE) return;
    cim__json_key(json, "gen");
    cim__json_open(json, '[');
    for (; g != CIM_NONE; g = CIM__AT(&m->next, uint32_t, g)) {
        cim__json_open(json, '{');
        put_row(json, m->gen, g, gen_columns);
        put_cell(json, m, "gentype", "type", g);
        put_cell(json, m, "genfuel", "fuel", g);
        put_cell(json, m, "gen_name", "name", g);
        put_costs(json, m->gencost, g);
        cim__json_close(json, '}');
    }
    cim__json_close(json, ']');
}

/* ---- buses ---- */

static bool whole(double v) { return v >= 0.0 && v < 4294967295.0 && v == floor(v); }

static cim_status index_buses(cim_ctx *ctx, matpower *m)
{
    const cim__mfield *f = m->bus;
    for (size_t i = 0; i < cim__mrows(f); i++) {
        double number = cim__mat(f, i, B_NUMBER);
        if (!whole(number)) return fail_row(ctx, m, f, i, "its number is not a whole one", number);
        if (!isfinite(cim__mat(f, i, B_PD)) || !isfinite(cim__mat(f, i, B_BASE_KV)) || isnan(cim__mat(f, i, B_TYPE))) return fail_row(ctx, m, f, i, "type, demand or voltage is no number: bus", number);
        if (cim__map_get(&m->rows, (uint64_t)number) != CIM_NONE) return fail_row(ctx, m, f, i, "a bus with this number was there before", number);
        if (!cim__map_put(&m->rows, (uint64_t)number, (uint32_t)i)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static uint32_t bus_of(const matpower *m, double number) { return whole(number) ? cim__map_get(&m->rows, (uint64_t)number) : CIM_NONE; }

/* Lists from behind, so that they come in the order of the file. */
static cim_status list_generators(cim_ctx *ctx, matpower *m)
{
    size_t buses = cim__mrows(m->bus), gens = cim__mrows(m->gen);
    uint32_t *first = cim__buf_extend(&m->first, buses * sizeof *first + sizeof *first), *next = cim__buf_extend(&m->next, gens * sizeof *next + sizeof *next);
    if (!first || !next) return cim__nomem(ctx);
    for (size_t i = 0; i < buses; i++) first[i] = CIM_NONE;
    for (size_t g = gens; g-- > 0;) {
        uint32_t bus = bus_of(m, cim__mat(m->gen, g, G_BUS));
        if (bus == CIM_NONE) return fail_row(ctx, m, m->gen, g, "there is no such bus", cim__mat(m->gen, g, G_BUS));
        next[g] = first[bus];
        first[bus] = (uint32_t)g;
    }
    return CIM_OK;
}

/* In service, and no load that can be switched (which cases write as a generator that takes). */
static bool feeds(const matpower *m, size_t bus)
{
    if (cim__mat(m->bus, bus, B_TYPE) == 3.0) return true;
    for (uint32_t g = CIM__AT(&m->first, uint32_t, bus); g != CIM_NONE; g = CIM__AT(&m->next, uint32_t, g)) {
        bool load = m->gen->columns > G_PMIN && cim__mat(m->gen, g, G_PMAX) <= 0.0 && cim__mat(m->gen, g, G_PMIN) < 0.0;
        if (cim__mat(m->gen, g, G_STATUS) > 0.0 && !load) return true;
    }
    return false;
}

static cim__str number_text(double number, char text[32])
{
    snprintf(text, 32, "%llu", (unsigned long long)number);
    return cim__str_of(text);
}

static cim_status add_bus(cim_ctx *ctx, matpower *m, size_t row)
{
    cim__power *p = &m->power;
    char text[32];
    bool named = m->bus_name && CIM__COUNT(&m->bus_name->cells, cim__str) == cim__mrows(m->bus);
    cim__power_gid(p, &p->gid, "bus", number_text(cim__mat(m->bus, row, B_NUMBER), text));
    p->json.size = 0;
    cim__json json = cim__json_on(&p->json);
    cim__json_open(&json, '{');
    put_row(&json, m->bus, row, bus_columns);
    put_generators(&json, m, row);
    cim__json_close(&json, '}');
    return cim__power_add(ctx, p, &(cim__power_object){ .class_id = CIM__C_UtilityNode, .name = named ? CIM__AT(&m->bus_name->cells, cim__str, row) : (cim__str){ "", 0 }, .function = CIM__STR("bus"),
                                     .status = cim__mat(m->bus, row, B_TYPE) == 4.0 ? CIM__STR("disused") : (cim__str){ "", 0 }, .kv = cim__mat(m->bus, row, B_BASE_KV),
                                     .demand_kw = cim__mat(m->bus, row, B_PD) * 1e3, .controller = feeds(m, row) });
}

/* ---- lines ---- */

static cim_status add_line(cim_ctx *ctx, matpower *m, const cim__mfield *f, size_t row, const char *kind, uint32_t status_column, const char *const *columns)
{
    cim__power *p = &m->power;
    char text[32];
    double from = cim__mat(f, row, F_FROM), to = cim__mat(f, row, F_TO), status = cim__mat(f, row, status_column);
    uint32_t a = bus_of(m, from), b = bus_of(m, to);
    if (a == CIM_NONE || b == CIM_NONE) return fail_row(ctx, m, f, row, "there is no such bus", a == CIM_NONE ? from : to);
    if (!isfinite(status)) return fail_row(ctx, m, f, row, "its status is no number", status);
    double kv = cim__mat(m->bus, a, B_BASE_KV), other_kv = cim__mat(m->bus, b, B_BASE_KV);
    bool ac = columns == branch_columns, transforms = ac && (kv != other_kv || (cim__mat(f, row, F_RATIO) != 0.0 && !isnan(cim__mat(f, row, F_RATIO))));
    cim__power_gid(p, &p->gid, kind, number_text((double)row + 1.0, text));
    cim__str from_gid = cim__power_gid(p, &p->from, "bus", number_text(from, text)), to_gid = cim__power_gid(p, &p->to, "bus", number_text(to, text));
    p->json.size = 0;
    cim__json json = cim__json_on(&p->json);
    cim__json_open(&json, '{');
    put_row(&json, f, row, columns);
    cim__json_close(&json, '}');
    return cim__power_add(ctx, p, &(cim__power_object){ .class_id = transforms ? CIM__C_Transformer : CIM__C_UtilityLine, .function = transforms ? CIM__STR("transformer") : ac ? CIM__STR("line") : CIM__STR("dcline"),
                                     .state = status > 0.0 ? CIM__STR("on") : CIM__STR("off"), .kv = kv > other_kv ? kv : other_kv, .from = from_gid, .to = to_gid });
}

/* ---- the case ---- */

static cim_status want(cim_ctx *ctx, matpower *m, const char *name, uint32_t least, bool needed, cim__mfield **field_out)
{
    cim__mfield *f = cim__mcase_field(&m->file, cim__str_of(name));
    if (!f && needed) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: there is no %s in the case: is the file cut off?", m->file.path, m->file.line, name);
    if (f && f->columns < least && cim__mrows(f)) return cim__fail(ctx, CIM_EFORMAT, "%s:%u: %s has %u columns, %u are the least", m->file.path, f->line, name, f->columns, least);
    *field_out = f;
    return CIM_OK;
}

static cim_status add_network(cim_ctx *ctx, matpower *m)
{
    cim__power *p = &m->power;
    cim__json json = cim__json_on(&p->json);
    p->json.size = 0;
    cim__json_open(&json, '{');
    for (size_t i = 0; i < CIM__COUNT(&m->file.fields, cim__mfield); i++) {
        const cim__mfield *f = &CIM__AT(&m->file.fields, cim__mfield, i);
        cim__json_keystr(&json, f->name);
        if (f->values.size == sizeof(double)) put_number(&json, cim__mat(f, 0, 0));
        else if (f->cells.size == sizeof(cim__str)) cim__json_str(&json, CIM__AT(&f->cells, cim__str, 0));
        else cim__json_int(&json, (int64_t)cim__mrows(f));
    }
    cim__json_close(&json, '}');
    return cim__power_network(ctx, p, m->file.name.len ? m->file.name : CIM__STR("case"));
}

static void count(matpower *m)
{
    static const char *const used[] = { "bus", "branch", "gen", "gencost", "dcline", "bus_name", "gentype", "genfuel", "gen_name" };
    cim__report *report = m->power.job->report;
    for (size_t i = 0; i < CIM__COUNT(&m->file.fields, cim__mfield); i++) {
        const cim__mfield *f = &CIM__AT(&m->file.fields, cim__mfield, i);
        const char *kind = cim__report_text(report, f->name);
        bool stored = f->values.size <= sizeof(double) && f->cells.size <= sizeof(cim__str);
        for (size_t k = 0; k < sizeof used / sizeof *used && !stored; k++) stored = cim__str_is(f->name, used[k]);
        cim__report_seen(report, kind, cim__mrows(f));
        if (cim__mrows(f)) cim__report_fate(report, kind, stored ? CIM__STORED : CIM__SKIPPED, stored ? NULL : "says nothing about buses and lines", cim__mrows(f));
    }
    for (size_t i = 0; i < CIM__COUNT(&m->file.notes, cim__mnote); i++) {
        const cim__mnote *n = &CIM__AT(&m->file.notes, cim__mnote, i);
        cim__report_warn(report, n->line, "line %u: a statement is left out: %.*s", n->line, (int)(n->text.len < 80 ? n->text.len : 80), n->text.ptr);
    }
}

static cim_status build(cim_ctx *ctx, matpower *m)
{
    CIM__TRY(want(ctx, m, "bus", B_LEAST, true, &m->bus));
    CIM__TRY(want(ctx, m, "gen", G_LEAST, true, &m->gen));
    CIM__TRY(want(ctx, m, "branch", F_LEAST, true, &m->branch));
    CIM__TRY(want(ctx, m, "gencost", 0, false, &m->gencost));
    CIM__TRY(want(ctx, m, "dcline", D_STATUS + 1, false, &m->dcline));
    CIM__TRY(want(ctx, m, "bus_name", 0, false, &m->bus_name));
    CIM__TRY(index_buses(ctx, m));
    CIM__TRY(list_generators(ctx, m));
    CIM__TRY(cim__power_place(ctx, &m->power, 0, 0.0, 0.0));
    CIM__TRY(add_network(ctx, m));
    for (size_t i = 0; i < cim__mrows(m->bus); i++) CIM__TRY(add_bus(ctx, m, i));
    for (size_t i = 0; i < cim__mrows(m->branch); i++) CIM__TRY(add_line(ctx, m, m->branch, i, "branch", F_STATUS, branch_columns));
    for (size_t i = 0; m->dcline && i < cim__mrows(m->dcline); i++) CIM__TRY(add_line(ctx, m, m->dcline, i, "dcline", D_STATUS, dcline_columns));
    count(m);
    return cim__power_end(ctx, &m->power);
}

static cim_status run(cim_ctx *ctx, cim__job *job)
{
    matpower m;
    memset(&m, 0, sizeof m);
    cim__power_init(ctx, &m.power, job, "matpower");
    cim__mcase_init(&m.file, ctx->mem, cim__input_path(job->input));
    cim__map_init(&m.rows, ctx->mem);
    m.first = m.next = cim__buf_on(ctx->mem);
    cim_status st = cim__power_read(ctx, &m.power);
    if (st >= 0) st = cim__mcase_read(ctx, &m.file, (const char *)m.power.text.data, m.power.text.size);
    if (st >= 0) st = build(ctx, &m);
    snprintf(job->source->version, sizeof job->source->version, "%s", m.file.variable.len ? "2" : "1");
    cim__buf_free(&m.first);
    cim__buf_free(&m.next);
    cim__map_free(&m.rows);
    cim__mcase_free(&m.file);
    cim__power_free(&m.power);
    return st;
}

/* A function that returns a case, or statements that make one. */
static int probe(cim__str head)
{
    const char *p = head.ptr, *end = head.ptr + head.len;
    if (!cim__str_has(head, "baseMVA") || memchr(head.ptr, 0, head.len)) return 0;
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '%' || (unsigned char)*p >= 0x80)) {
        if (*p == '%') while (p < end && *p != '\n') p++;
        else p++;
    }
    if (cim__str_starts((cim__str){ p, (size_t)(end - p) }, "function")) return 95;
    return cim__str_has(head, "mpc.") ? 70 : 0;
}

const cim__importer cim__importer_matpower = { "matpower", "MATPOWER cases (.m), versions 1 and 2", probe, run };
