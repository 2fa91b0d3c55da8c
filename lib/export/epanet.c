/* epanet.c - a network of EPANET back into its input file (.inp).
 *
 * The Network object keeps the text of the file (epanet/epanet.h).  It is written as it was, with other words only where the city says
 * something else now than these words say: elevations, demands, lengths, diameters, states, places.  So what was not changed comes out
 * byte by byte as it went in, with every section, comment and blank. */
#include "export/epanet_edit.h"
#include "export/export.h"

#include <math.h>

enum { NAMED = 8 }; /* networks that a message names */

typedef struct writer {
    cim__export *e;
    cim__epa_kept kept;
    cim__buf prefix, text, out;
    cim__epa_net net;
    cim__epa_edits edits;
    cim__transform *to_city, *to_file; /* NULL: the file has no coordinates */
    uint8_t *known;                    /* by object number: a row is about it */
    uint32_t network;
    uint64_t found, unsaid;            /* objects of rows; changes that the format has no words for */
} writer;

/* ---- numbers ---- */

static bool same(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)); }

/* The shortest number of a file's unit that means the value. */
static void put_number(cim__buf *out, double value, double unit)
{
    double plain = value / unit, scale = 1.0;
    for (int decimals = 0; decimals <= 12; decimals++, scale *= 10.0) {
        double rounded = round(plain * scale) / scale;
        if (fabs(rounded * unit - value) > 1e-12 * fabs(value)) continue;
        cim__put_double(out, rounded);
        return;
    }
    cim__put_double(out, plain);
}

static bool differs(const cim__object *o, cim__attr attr, double expected)
{
    return (o->present >> attr & 1) && isfinite(o->values[attr].real) && !(isfinite(expected) && same(o->values[attr].real, expected));
}

static void number_word(writer *w, cim__epa_row *row, size_t k, const cim__object *o, cim__attr attr, double unit)
{
    cim__buf *word = cim__epa_word(&w->edits, row, k);
    put_number(word, o->values[attr].real, unit);
    w->e->changed++;
}

/* ---- nodes ---- */

static void set_demand_rows(writer *w, const cim__epa_object *n, double ratio, double first)
{
    bool is_first = true;
    for (uint32_t i = n->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next) {
        const cim__epa_mention *m = cim__epa_mention_at(&w->net, i);
        double value = 0.0;
        if (m->section != CIM__EPA_DEMANDS) continue;
        cim__epa_row row = cim__epa_row_at(&w->net, m->at);
        cim__epa_number(row.line.tokens[1], &value);
        put_number(cim__epa_word(&w->edits, &row, 1), value * ratio + (is_first ? first : 0.0), 1.0);
        cim__epa_row_end(&w->edits, &w->net, &row);
        is_first = false;
    }
}

static bool demand_differs(const writer *w, const cim__epa_object *n, const cim__object *o)
{
    return differs(o, CIM__A_DEMAND_LPS, n->own_demand || n->demands ? cim__epa_demand_lps(&w->net, n) : NAN);
}

/* Several demands of one junction keep their shares. */
static void set_demands(writer *w, const cim__epa_object *n, double wanted)
{
    w->e->changed++;
    if (n->demands == 1) set_demand_rows(w, n, 0.0, wanted);
    else if (n->demand != 0.0) set_demand_rows(w, n, wanted / n->demand, 0.0);
    else set_demand_rows(w, n, 1.0, wanted);
}

static double file_unit(const writer *w, bool diameter) { return diameter ? cim__epa_m(&w->net.units) * 1e3 : cim__epa_m(&w->net.units); }

static void put_xy(writer *w, cim__epa_row *row, const double *xy)
{
    for (size_t c = 0; c < 2; c++) cim__put_fixed(cim__epa_word(&w->edits, row, 1 + c), xy[w->kept.swapped ? 1 - c : c], w->e->decimals);
}

/* From the city's system into that of the file; false where it does not reach. */
static bool to_file(writer *w, double *xy)
{
    cim__transform_run(w->to_file, xy, xy + 1, 2, 1);
    if (fabs(xy[0]) < 1e15 && fabs(xy[1]) < 1e15) return true;
    w->e->outside++;
    return false;
}

static void to_city(writer *w, double x, double y, double *xy)
{
    xy[0] = w->kept.swapped ? y : x;
    xy[1] = w->kept.swapped ? x : y;
    cim__transform_run(w->to_city, xy, xy + 1, 2, 1);
}

/* A thousandth of a millimetre is no change. */
static bool same_place(const double *a, const double *b) { return fabs(a[0] - b[0]) <= 1e-6 && fabs(a[1] - b[1]) <= 1e-6; }

static void new_place(writer *w, cim__epa_section section, cim__str name, const double *xy)
{
    cim__buf *rows = &w->edits.added[section];
    cim__epa_put_name(rows, name);
    for (size_t c = 0; c < 2; c++) {
        cim__buf_putc(rows, ' ');
        cim__put_fixed(rows, xy[w->kept.swapped ? 1 - c : c], w->e->decimals);
    }
    cim__epa_row_added(&w->edits, rows);
    w->e->changed++;
}

static void set_place(writer *w, const cim__epa_object *n, cim__str name, const cim_geom *geom)
{
    double was[2], xy[2];
    uint32_t at = CIM_NONE;
    if (!w->to_file || !geom->vertex_count) return;
    xy[0] = geom->coords[0];
    xy[1] = geom->coords[1];
    to_city(w, n->x, n->y, was);
    if ((n->placed && same_place(xy, was)) || !to_file(w, xy)) return;
    for (uint32_t i = n->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next)
        if (cim__epa_mention_at(&w->net, i)->section == CIM__EPA_COORDINATES) at = cim__epa_mention_at(&w->net, i)->at;
    if (at == CIM_NONE) {
        new_place(w, CIM__EPA_COORDINATES, name, xy);
        return;
    }
    cim__epa_row row = cim__epa_row_at(&w->net, at);
    put_xy(w, &row, xy);
    cim__epa_row_end(&w->edits, &w->net, &row);
    w->e->changed++;
}

static void compare_node(writer *w, const cim__epa_object *n, cim__str name, const cim__object *o, const cim_geom *geom)
{
    cim__epa_row row = cim__epa_row_at(&w->net, n->at);
    double m = file_unit(w, false), mm = file_unit(w, true);
    double unit = w->net.multiplier * w->net.units.lps, wanted = o->values[CIM__A_DEMAND_LPS].real / unit;
    bool new_demand = demand_differs(w, n, o), has_words = n->kind == CIM__EPA_JUNCTION && isfinite(wanted);
    if (differs(o, CIM__A_Z_MIN_M, n->elevation * m)) number_word(w, &row, 1, o, CIM__A_Z_MIN_M, m);
    if (differs(o, CIM__A_DIAMETER_MM, n->diameter * mm)) {
        if (n->kind == CIM__EPA_TANK) number_word(w, &row, 5, o, CIM__A_DIAMETER_MM, mm);
        else w->unsaid++;
    }
    if (new_demand && !has_words) w->unsaid++;
    else if (new_demand && !n->demands) number_word(w, &row, 2, o, CIM__A_DEMAND_LPS, unit);
    cim__epa_row_end(&w->edits, &w->net, &row);
    if (new_demand && has_words && n->demands) set_demands(w, n, wanted);
    set_place(w, n, name, geom);
}

/* ---- links ---- */

static void put_state(writer *w, cim__buf *word, bool closed)
{
    cim__buf_puts(word, closed ? "Closed" : "Open");
    w->e->changed++;
}

/* The last row of [STATUS] that is about this link alone; CIM_NONE: none. */
static uint32_t state_row(const writer *w, const cim__epa_object *l)
{
    uint32_t at = CIM_NONE;
    for (uint32_t i = l->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next)
        if (cim__epa_mention_at(&w->net, i)->section == CIM__EPA_STATUS) at = cim__epa_mention_at(&w->net, i)->at;
    return at;
}

/* A valve that is opened regulates again: no row says so. */
static void release_valve(writer *w, const cim__epa_object *l)
{
    for (uint32_t i = l->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next)
        if (cim__epa_mention_at(&w->net, i)->section == CIM__EPA_STATUS) cim__epa_remove(&w->edits, &w->net, cim__epa_mention_at(&w->net, i)->at);
    w->e->changed++;
}

static void set_state(writer *w, cim__epa_row *row, const cim__epa_object *l, cim__str name, bool closed)
{
    uint32_t at = state_row(w, l);
    double number;
    if (l->check_valve) {
        w->unsaid++;
        return;
    }
    if (at != CIM_NONE && !l->ranged && l->kind == CIM__EPA_VALVE && !closed) {
        release_valve(w, l);
    } else if (at != CIM_NONE && !l->ranged) {
        cim__epa_row state = cim__epa_row_at(&w->net, at);
        put_state(w, cim__epa_word(&w->edits, &state, 1), closed);
        cim__epa_row_end(&w->edits, &w->net, &state);
    } else if (l->kind == CIM__EPA_PIPE && !l->ranged) {
        bool shorter = row->line.count == 7 && !cim__epa_number(row->line.tokens[6], &number);
        put_state(w, cim__epa_word(&w->edits, row, shorter ? 6 : 7), closed);
    } else {
        cim__buf *rows = &w->edits.added[CIM__EPA_STATUS];
        cim__epa_put_name(rows, name);
        cim__buf_putc(rows, ' ');
        put_state(w, rows, closed);
        cim__epa_row_added(&w->edits, rows);
    }
}

/* As many vertices as before are put in their rows; else the rows are made anew. */
static void set_vertices(writer *w, const cim__epa_object *l, cim__str name, const cim_geom *geom, size_t rows, size_t inner)
{
    size_t v = 1;
    for (uint32_t i = l->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next) {
        const cim__epa_mention *m = cim__epa_mention_at(&w->net, i);
        if (m->section != CIM__EPA_VERTICES) continue;
        if (rows != inner) {
            cim__epa_remove(&w->edits, &w->net, m->at);
            w->e->changed++;
            continue;
        }
        cim__epa_row row = cim__epa_row_at(&w->net, m->at);
        double x = 0.0, y = 0.0, was[2], xy[2] = { geom->coords[2 * v], geom->coords[2 * v + 1] };
        cim__epa_number(row.line.tokens[1], &x);
        cim__epa_number(row.line.tokens[2], &y);
        to_city(w, x, y, was);
        v++;
        if (same_place(xy, was) || !to_file(w, xy)) continue;
        put_xy(w, &row, xy);
        cim__epa_row_end(&w->edits, &w->net, &row);
        w->e->changed++;
    }
    for (v = 1; rows != inner && v <= inner; v++) {
        double xy[2] = { geom->coords[2 * v], geom->coords[2 * v + 1] };
        if (to_file(w, xy)) new_place(w, CIM__EPA_VERTICES, name, xy);
    }
}

static void compare_line(writer *w, const cim__epa_object *l, cim__str name, const cim_geom *geom)
{
    size_t rows = 0;
    bool drawn = cim__epa_node(&w->net, l->from)->placed && cim__epa_node(&w->net, l->to)->placed;
    if (!w->to_file || !drawn || geom->vertex_count < 2 || geom->part_count != 1 || geom->dim != 2) return;
    for (uint32_t i = l->mention; i != CIM_NONE; i = cim__epa_mention_at(&w->net, i)->next) rows += cim__epa_mention_at(&w->net, i)->section == CIM__EPA_VERTICES;
    set_vertices(w, l, name, geom, rows, geom->vertex_count - 2);
}

static void compare_link(writer *w, const cim__epa_object *l, cim__str name, const cim__object *o, const cim_geom *geom)
{
    cim__epa_row row = cim__epa_row_at(&w->net, l->at);
    double m = cim__epa_m(&w->net.units), mm = cim__epa_mm(&w->net.units);
    bool has_state = o->present >> CIM__A_STATE & 1, closed = has_state && cim__str_is(o->values[CIM__A_STATE].text, "closed");
    bool known_state = closed || (has_state && cim__str_is(o->values[CIM__A_STATE].text, "open"));
    if (l->kind == CIM__EPA_PIPE && differs(o, CIM__A_LENGTH_M, l->length * m)) {
        if (o->values[CIM__A_LENGTH_M].real > 0.0) number_word(w, &row, 3, o, CIM__A_LENGTH_M, m);
        else w->unsaid++;
    }
    if (differs(o, CIM__A_DIAMETER_MM, l->diameter * mm)) {
        if (l->kind != CIM__EPA_PUMP && o->values[CIM__A_DIAMETER_MM].real > 0.0) number_word(w, &row, l->kind == CIM__EPA_PIPE ? 4 : 3, o, CIM__A_DIAMETER_MM, mm);
        else w->unsaid++;
    }
    if (has_state && !known_state) w->unsaid++;
    if (known_state && closed != (l->state == CIM__EPA_CLOSED)) set_state(w, &row, l, name, closed);
    cim__epa_row_end(&w->edits, &w->net, &row);
    compare_line(w, l, name, geom);
}

/* ---- objects of the city ---- */

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* The name that an id was made of, cim__epa_put_gid() backwards. */
static cim__str name_of(cim__str escaped, cim__buf *scratch)
{
    if (!escaped.len || !memchr(escaped.ptr, '%', escaped.len)) return escaped;
    scratch->size = 0;
    for (size_t i = 0; i < escaped.len; i++) {
        int high = escaped.ptr[i] == '%' && i + 2 < escaped.len ? hex_digit(escaped.ptr[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(escaped.ptr[i + 2]);
        cim__buf_putc(scratch, low < 0 ? escaped.ptr[i] : (char)(high * 16 + low));
        i += low < 0 ? 0 : 2;
    }
    return cim__buf_str(scratch);
}

static cim_status compare(cim_ctx *ctx, const cim__object *o, void *user)
{
    writer *w = user;
    cim__str prefix = cim__buf_str(&w->prefix), rest;
    cim_geom geom = { .dim = 2 };
    if (o->gid.len < prefix.len + 5 || memcmp(o->gid.ptr, prefix.ptr, prefix.len) != 0) return CIM_OK;
    rest = (cim__str){ o->gid.ptr + prefix.len, o->gid.len - prefix.len };
    bool link = cim__str_starts(rest, "link/");
    if (!link && !cim__str_starts(rest, "node/")) return CIM_OK;
    const cim__names *names = link ? &w->net.link_names : &w->net.node_names;
    cim__str name = name_of((cim__str){ rest.ptr + 5, rest.len - 5 }, &w->edits.scratch);
    uint32_t i = cim__names_find(names, name);
    cim__epa_object *row = i == CIM_NONE ? NULL : link ? cim__epa_link(&w->net, i) : cim__epa_node(&w->net, i);
    if (!row || row->refused || w->known[o->id]) return CIM_OK;
    w->known[o->id] = 1;
    w->found++;
    if (o->geom.len) {
        CIM__TRY(cim__gaia_get(ctx, o->geom, &w->e->geom, NULL));
        geom = cim__gbuild_view(&w->e->geom);
    }
    if (link) compare_link(w, row, names->texts[i], o, &geom);
    else compare_node(w, row, names->texts[i], o, &geom);
    return w->edits.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status compare_all(cim_ctx *ctx, writer *w)
{
    static const cim__layer_id layers[] = { CIM__L_UTILITY_NODE, CIM__L_UTILITY_LINE, CIM__L_UTILITY_AREA, CIM__L_NONSPATIAL };
    const cim_city *city = w->e->city;
    w->known = cim__zalloc_n(ctx->mem, (size_t)city->max_id + 1, 1);
    if (!w->known) return cim__nomem(ctx);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) CIM__TRY(city->rows->scan(ctx, city->store, layers[i], compare, w));
    return CIM_OK;
}

/* ---- which network ---- */

static cim_status residue_of(cim_ctx *ctx, writer *w, uint32_t id, cim__arena *arena, bool *good_out)
{
    cim_city *city = w->e->city;
    cim__str residue = { "", 0 };
    *good_out = false;
    if (city->class_id[id] != CIM__C_Network || !cim__export_has(w->e, id)) return CIM_OK;
    cim__arena_reset(arena);
    CIM__TRY(city->rows->residue(ctx, city->store, id, arena, &residue));
    *good_out = cim__epa_get_kept(residue, &w->kept);
    return CIM_OK;
}

static cim_status too_many(cim_ctx *ctx, const writer *w, const uint32_t *ids, size_t count)
{
    cim__buf list = cim__buf_on(ctx->mem);
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && i < NAMED && st >= 0; i++) {
        cim__object o;
        st = cim__city_object(ctx, w->e->city, ids[i], &arena, &o);
        if (st < 0) break;
        if (i) cim__buf_puts(&list, ", ");
        cim__buf_putstr(&list, (cim__str){ o.gid.ptr, o.gid.len < 80 ? o.gid.len : 80 });
    }
    if (st >= 0) st = list.failed ? cim__nomem(ctx) : cim__fail(ctx, CIM_EARG, "there are %zu networks of EPANET files: choose one by its id: %.*s%s", count, (int)list.size, (const char *)list.data, count > NAMED ? ", ..." : "");
    cim__buf_free(&list);
    cim__arena_free(&arena);
    return st;
}

static cim_status find_network(cim_ctx *ctx, writer *w, cim__arena *arena)
{
    const cim_city *city = w->e->city;
    uint32_t ids[NAMED];
    size_t count = 0;
    bool good;
    for (uint32_t id = 0; id <= city->max_id; id++) {
        CIM__TRY(residue_of(ctx, w, id, arena, &good));
        if (good && count < NAMED) ids[count] = id;
        count += good;
    }
    if (!count && w->e->chosen) return cim__fail(ctx, CIM_EARG, "none of these objects is the Network of an EPANET file, which is written as a whole");
    if (!count) return cim__fail(ctx, CIM_EARG, "there is no network of an EPANET file in this city");
    if (count > 1) return too_many(ctx, w, ids, count);
    w->network = ids[0];
    return residue_of(ctx, w, ids[0], arena, &good);
}

/* ---- reading what is kept ---- */

static cim_status no_fault(cim_ctx *ctx, void *user, uint32_t line, const char *what)
{
    (void)ctx, (void)user, (void)line, (void)what; /* the import said so */
    return CIM_OK;
}
static void no_warning(void *user, uint32_t line, const char *what) { (void)user, (void)line, (void)what; }
static cim_status tick(cim_ctx *ctx, void *user)
{
    (void)user;
    return cim__tick(ctx, 0, 1, "export");
}

static cim_status read_kept(cim_ctx *ctx, writer *w)
{
    static const cim__epa_listener listener = { no_fault, no_warning, tick, NULL };
    cim__buf scratch = cim__buf_on(ctx->mem);
    cim__buf_putstr(&w->prefix, cim__jstring(w->kept.prefix_value, &scratch));
    scratch.size = 0;
    cim__str text = cim__jstring(w->kept.text_value, &scratch);
    if (scratch.data && text.ptr == (const char *)scratch.data) {
        cim__buf swap = w->text;
        w->text = scratch;
        scratch = swap;
    } else {
        cim__buf_putstr(&w->text, text);
    }
    bool failed = scratch.failed || w->text.failed || w->prefix.failed;
    cim__buf_free(&scratch);
    if (failed) return cim__nomem(ctx);
    if (w->text.size > UINT32_MAX / 2) return cim__fail(ctx, CIM_EFORMAT, "the text of the EPANET file is too long");
    return cim__epa_read(ctx, cim__buf_str(&w->text), &listener, &w->net);
}

static cim_status open_crs(cim_ctx *ctx, writer *w)
{
    cim__export *e = w->e;
    cim__crs_info info;
    e->epsg = w->kept.epsg ? w->kept.epsg : e->city->epsg;
    if (e->opts->epsg && e->opts->epsg != e->epsg)
        return cim__fail(ctx, CIM_EARG, "EPSG:%d: an EPANET file is written in the reference system that it came in, EPSG:%d", (int)e->opts->epsg, (int)e->epsg);
    CIM__TRY(cim__crs_info_of(ctx, e->epsg, &info));
    e->decimals = e->opts->decimals ? e->opts->decimals : info.geographic ? 7 : 3;
    if (!w->kept.epsg) return CIM_OK;
    CIM__TRY(cim__transform_new(ctx, e->epsg, e->city->epsg, &w->to_city));
    return cim__transform_new(ctx, e->city->epsg, e->epsg, &w->to_file);
}

/* ---- the whole ---- */

/* Members of the network that came from elsewhere, and rows whose objects are gone. */
static cim_status tell(cim_ctx *ctx, writer *w)
{
    cim_city *city = w->e->city;
    uint64_t strangers = 0, gone = 0;
    CIM__TRY(cim__city_relations(ctx, city));
    for (uint32_t i = city->in.first[w->network]; i < city->in.first[w->network + 1]; i++) strangers += city->in.type[i] == CIM__R_MEMBER && !w->known[city->in.other[i]];
    for (size_t i = 0; i < cim__epa_node_count(&w->net); i++) gone += !cim__epa_node(&w->net, i)->refused;
    for (size_t i = 0; i < cim__epa_link_count(&w->net); i++) gone += !cim__epa_link(&w->net, i)->refused;
    gone -= w->found;
    if (strangers) cim__log(ctx, CIM_LOG_WARNING, "%llu members of the network are left out: they are not from its file", (unsigned long long)strangers);
    if (gone) cim__log(ctx, CIM_LOG_WARNING, "%llu rows are written though their objects are not in the city any more", (unsigned long long)gone);
    if (w->unsaid) cim__log(ctx, CIM_LOG_WARNING, "%llu changes are left out: an EPANET file has no words for them", (unsigned long long)w->unsaid);
    if (w->e->changed) cim__log(ctx, CIM_LOG_INFO, "%llu values are others than in the file that was imported", (unsigned long long)w->e->changed);
    w->e->left_out = strangers + w->unsaid;
    w->e->written = w->found + 1;
    return CIM_OK;
}

static cim_status write_file(cim_ctx *ctx, writer *w)
{
    cim__export *e = w->e;
    cim__out out;
    if (!cim__epa_apply(&w->edits, &w->net, w->kept.latin1, &w->out)) return cim__nomem(ctx);
    CIM__TRY(cim__out_open(ctx, e->path, e->opts->flags & CIM_EXPORT_OVERWRITE, &out));
    cim__out_drain(&out, &w->out);
    if (out.status >= 0) return cim__out_commit(&out);
    cim_status st = out.status;
    cim__out_abort(&out);
    return st;
}

static cim_status run(cim_ctx *ctx, writer *w, cim__arena *arena)
{
    CIM__TRY(find_network(ctx, w, arena));
    CIM__TRY(read_kept(ctx, w));
    CIM__TRY(open_crs(ctx, w));
    CIM__TRY(compare_all(ctx, w));
    CIM__TRY(tell(ctx, w));
    return write_file(ctx, w);
}

cim_status cim__export_epanet(cim_ctx *ctx, cim__export *e, bool sequence)
{
    writer *w = cim__zalloc(ctx->mem, sizeof *w);
    (void)sequence;
    if (!w) return cim__nomem(ctx);
    cim__arena arena = cim__arena_on(ctx->mem);
    w->e = e;
    w->prefix = w->text = w->out = cim__buf_on(ctx->mem);
    cim__epa_edits_init(&w->edits, ctx->mem);
    cim_status st = run(ctx, w, &arena);
    cim__epa_free(&w->net);
    cim__epa_edits_free(&w->edits);
    cim__transform_free(w->to_city);
    cim__transform_free(w->to_file);
    cim__buf_free(&w->prefix);
    cim__buf_free(&w->text);
    cim__buf_free(&w->out);
    cim__free(ctx->mem, w->known);
    cim__arena_free(&arena);
    cim__free(ctx->mem, w);
    return st;
}
