/* 1,200 random networks: every value in the city is what the generator meant, the file comes back byte by byte, and after values were
 * changed in the city the file says the new ones and the old others. */
#include "random_inp.h"
#include "support.h"

#include "city.h"
#include "epanet/epanet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CITIES = 24, NETWORKS = 50, CHANGES = 4 };

static inp_network *networks;
static char paths[NETWORKS][600];
static uint64_t seed = 51;

static size_t below(size_t n) { return (size_t)(support_random(&seed) % n); }

static void gid_of(cim__buf *gid, size_t network, bool link, const char *name)
{
    char prefix[40];
    snprintf(prefix, sizeof prefix, "inp:net%zu/", network);
    gid->size = 0;
    cim__epa_put_gid(gid, cim__str_of(prefix), link, cim__str_of(name));
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(1.0, fabs(a)); }

/* NAN: no such value.  Without a place an object has no column for some. */
static void check_real(const cim__object *o, cim__attr attr, double wanted)
{
    bool there = o->present >> attr & 1, column = false;
    for (int32_t i = 0; i < cim__layers[o->layer].column_count; i++) column |= cim__layers[o->layer].columns[i] == attr;
    if (!column) return;
    assert_int_equal(there, !isnan(wanted));
    if (there && !near(o->values[attr].real, wanted)) print_error("%.*s: %s %.17g, not %.17g\n", (int)o->gid.len, o->gid.ptr, cim__attrs[attr].name, o->values[attr].real, wanted);
    if (there) assert_true(near(o->values[attr].real, wanted));
}

static void check_text(const cim__object *o, cim__attr attr, const char *wanted)
{
    bool there = o->present >> attr & 1;
    assert_int_equal(there, wanted != NULL);
    if (wanted && !cim__str_is(o->values[attr].text, wanted))
        print_error("%.*s: %s %.*s, not %s\n", (int)o->gid.len, o->gid.ptr, cim__attrs[attr].name, (int)o->values[attr].text.len, o->values[attr].text.ptr, wanted);
    if (wanted) assert_true(cim__str_is(o->values[attr].text, wanted));
}

static void fetch(cim_ctx *ctx, cim_city *city, cim__str gid, cim__arena *arena, cim__object *o)
{
    uint32_t id;
    size_t count = 0;
    assert_ok(ctx, cim__city_find(ctx, city, gid, &id, 1, &count));
    assert_int_equal(count, 1);
    assert_ok(ctx, cim__city_object(ctx, city, id, arena, o));
}

static void check_points(cim_ctx *ctx, const cim__object *o, const double *xy, size_t count)
{
    cim__gbuild build;
    cim__gbuild_init(&build, ctx->mem);
    if (count) {
        assert_ok(ctx, cim__gaia_get(ctx, o->geom, &build, NULL));
        cim_geom geom = cim__gbuild_view(&build);
        if (geom.vertex_count != count) print_error("%.*s: %u points, not %zu\n", (int)o->gid.len, o->gid.ptr, geom.vertex_count, count);
        assert_int_equal(geom.vertex_count, count);
        for (size_t i = 0; i < 2 * count; i++) assert_true(fabs(geom.coords[i] - xy[i]) < 6e-4);
    } else {
        assert_int_equal(o->geom.len, 0);
    }
    cim__gbuild_free(&build);
}

static void check_node(cim_ctx *ctx, cim_city *city, size_t network, const inp_node *n)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf gid = cim__buf_on(ctx->mem);
    cim__object o;
    const double xy[2] = { n->x, n->y };
    gid_of(&gid, network, false, n->name);
    fetch(ctx, city, cim__buf_str(&gid), &arena, &o);
    assert_true(cim__str_is(o.class_name, n->class_name));
    check_text(&o, CIM__A_FUNCTION, n->function);
    check_text(&o, CIM__A_REF, n->name);
    check_text(&o, CIM__A_NETWORK, "water");
    check_real(&o, CIM__A_Z_MIN_M, n->z_m);
    check_real(&o, CIM__A_DEMAND_LPS, n->demand_lps);
    check_real(&o, CIM__A_DIAMETER_MM, n->diameter_mm);
    assert_int_equal(o.present >> CIM__A_CONTROLLER & 1, n->class_name[0] == 'T');
    check_points(ctx, &o, xy, n->placed);
    cim__arena_free(&arena);
    cim__buf_free(&gid);
}

static size_t line_of(const inp_network *net, const inp_link *l, double xy[INP_VERTICES + 2][2])
{
    const inp_node *a = &net->nodes[l->from], *b = &net->nodes[l->to];
    if (!a->placed || !b->placed) return 0;
    xy[0][0] = a->x, xy[0][1] = a->y;
    memcpy(xy + 1, l->xy, l->vertices * sizeof *l->xy);
    xy[l->vertices + 1][0] = b->x, xy[l->vertices + 1][1] = b->y;
    return l->vertices + 2;
}

static void check_ends(cim_ctx *ctx, cim_city *city, size_t network, const inp_network *net, const inp_link *l, uint32_t id)
{
    static const char *const ends[] = { "{\"end\":\"from\"}", "{\"end\":\"to\"}" };
    cim__buf gid = cim__buf_on(ctx->mem);
    cim__arena arena = cim__arena_on(ctx->mem);
    for (int e = 0; e < 2; e++) {
        cim__object o;
        cim__str attrs = { "", 0 };
        gid_of(&gid, network, false, net->nodes[e ? l->to : l->from].name);
        fetch(ctx, city, cim__buf_str(&gid), &arena, &o);
        assert_ok(ctx, city->rows->relation_attrs(ctx, city->store, id, CIM__R_CONNECTS, o.id, &arena, &attrs));
        assert_true(cim__str_is(attrs, ends[e]));
    }
    cim__arena_free(&arena);
    cim__buf_free(&gid);
}

static void check_link(cim_ctx *ctx, cim_city *city, size_t network, const inp_network *net, const inp_link *l, bool relations)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf gid = cim__buf_on(ctx->mem);
    cim__object o;
    double xy[INP_VERTICES + 2][2] = { { 0.0 } };
    size_t points = line_of(net, l, xy);
    gid_of(&gid, network, true, l->name);
    fetch(ctx, city, cim__buf_str(&gid), &arena, &o);
    assert_true(cim__str_is(o.class_name, l->class_name));
    check_text(&o, CIM__A_FUNCTION, l->function);
    check_text(&o, CIM__A_STATE, l->closed ? "closed" : "open");
    check_text(&o, CIM__A_FLOW, l->with ? "with" : NULL);
    check_real(&o, CIM__A_DIAMETER_MM, l->diameter_mm);
    if (!isnan(l->length_m)) check_real(&o, CIM__A_LENGTH_M, l->length_m);
    check_points(ctx, &o, xy[0], points);
    if (relations) check_ends(ctx, city, network, net, l, o.id);
    cim__arena_free(&arena);
    cim__buf_free(&gid);
}

static void check_all(cim_ctx *ctx, cim_city *city, bool relations)
{
    for (size_t i = 0; i < NETWORKS; i++) {
        const inp_network *net = &networks[i];
        for (size_t k = 0; k < net->node_count; k++) check_node(ctx, city, i, &net->nodes[k]);
        for (size_t k = 0; k < net->link_count; k++) check_link(ctx, city, i, net, &net->links[k], relations);
    }
}

/* ---- files ---- */

static void export_network(cim_ctx *ctx, cim_city *city, size_t i, const char *path)
{
    cim_export_options options = CIM_EXPORT_OPTIONS_INIT;
    char gid[40];
    uint32_t id;
    size_t count = 0;
    options.flags = CIM_EXPORT_OVERWRITE;
    snprintf(gid, sizeof gid, "inp:net%zu/network", i);
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    assert_ok(ctx, cim_export(ctx, city, &id, 1, path, &options, NULL));
}

static void import_all(cim_ctx *ctx, const char *city)
{
    cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
    const char *inputs[NETWORKS];
    for (size_t i = 0; i < NETWORKS; i++) inputs[i] = paths[i];
    options.epsg = SUPPORT_EPSG;
    options.flags = CIM_IMPORT_OVERWRITE | CIM_IMPORT_NO_RELATIONS;
    assert_ok(ctx, cim_import(ctx, city, inputs, NETWORKS, &options, NULL));
}

static void check_bytes(cim_ctx *ctx, cim_city *city)
{
    for (size_t i = 0; i < NETWORKS; i++) {
        const char *path = support_temp("back.inp");
        size_t size = 0;
        export_network(ctx, city, i, path);
        char *got = support_read(path, &size);
        assert_non_null(got);
        assert_int_equal(size, networks[i].size);
        assert_memory_equal(got, networks[i].text, size);
        free(got);
    }
}

/* ---- changes in the city ---- */

typedef struct change {
    cim__buf gid;
    cim__value values[8];
    cim_geom geom;
    double xy[INP_VERTICES + 2][2];
    uint32_t points, one;
    cim__feature feature;
} change;

static void value(change *c, cim__attr attr, double real)
{
    if (!isnan(real)) c->values[c->feature.value_count++] = (cim__value){ .attr = (uint8_t)attr, .real = real };
}

static void geometry(change *c, int32_t type, size_t points)
{
    c->points = (uint32_t)points;
    c->one = 1;
    c->geom = (cim_geom){ type, 2, c->points, 1, 1, 0, c->xy[0], &c->points, &c->one };
    if (points) c->feature.plane = &c->geom;
}

static void change_node(change *c, size_t network, inp_node *n)
{
    if (n->placed) { /* elevations have no column without a place */
        n->z_m += (double)below(50) + 0.5;
        n->x = floor(n->x) + 17.25;
        if (!isnan(n->diameter_mm)) n->diameter_mm *= 1.5;
    }
    if (!isnan(n->demand_lps)) n->demand_lps = below(4) ? n->demand_lps * 2.0 + 1.0 : 0.0;
    gid_of(&c->gid, network, false, n->name);
    c->feature.class_id = n->class_name[0] == 'T' ? CIM__C_Tank : CIM__C_UtilityNode;
    value(c, CIM__A_Z_MIN_M, n->z_m);
    value(c, CIM__A_DEMAND_LPS, n->demand_lps);
    value(c, CIM__A_DIAMETER_MM, n->diameter_mm);
    c->xy[0][0] = n->x;
    c->xy[0][1] = n->y;
    geometry(c, CIM_GEOM_POINT, n->placed);
}

static void change_link(change *c, size_t network, const inp_network *net, inp_link *l)
{
    bool drawn = net->nodes[l->from].placed && net->nodes[l->to].placed;
    if (drawn && !isnan(l->diameter_mm)) l->diameter_mm += 12.5;
    if (!isnan(l->length_m)) l->length_m *= 1.25;
    if (!(l->class_name[1] == 'i' && l->with)) l->closed = below(2);
    if (drawn && below(2)) { /* other vertices, as many or not */
        l->vertices = below(INP_VERTICES + 1);
        for (size_t i = 0; i < l->vertices; i++) {
            l->xy[i][0] = 500000.5 + (double)below(1000);
            l->xy[i][1] = 5350000.25 + (double)below(1000);
        }
    }
    gid_of(&c->gid, network, true, l->name);
    c->feature.class_id = l->class_name[0] == 'V' ? CIM__C_Valve : l->class_name[1] == 'i' ? CIM__C_Pipe : CIM__C_Pump;
    value(c, CIM__A_DIAMETER_MM, l->diameter_mm);
    value(c, CIM__A_LENGTH_M, l->length_m);
    c->values[c->feature.value_count++] = (cim__value){ .attr = CIM__A_STATE, .text = l->closed ? CIM__STR("closed") : CIM__STR("open") };
    geometry(c, CIM_GEOM_LINESTRING, line_of(net, l, c->xy));
}

/* Two of `count`; the second is the first when there is only one. */
static void draw_two(size_t count, size_t two[2])
{
    two[0] = below(count);
    two[1] = count > 1 ? (two[0] + 1 + below(count - 1)) % count : two[0];
}

/* Some objects of every network are put into the city anew: nodes, then links, so that these are drawn to where those are. */
static void change_city(cim_ctx *ctx, const char *path)
{
    enum { ALL = NETWORKS * CHANGES };
    change *changes = calloc(ALL, sizeof *changes);
    cim__feature *features = calloc(ALL, sizeof *features);
    size_t count = 0;
    assert_true(changes && features);
    for (size_t i = 0; i < NETWORKS; i++) {
        inp_network *net = &networks[i];
        size_t nodes[2], links[2];
        draw_two(net->node_count, nodes);
        draw_two(net->link_count, links);
        for (size_t k = 0; k < CHANGES; k++) {
            change *c = &changes[count];
            if (k == 3 && links[0] == links[1]) continue;
            c->gid = cim__buf_on(ctx->mem);
            if (k < 2) change_node(c, i, &net->nodes[nodes[k]]);
            else change_link(c, i, net, &net->links[links[k - 2]]);
            c->feature.gid = cim__buf_str(&c->gid);
            c->feature.values = c->values;
            features[count++] = c->feature;
        }
    }
    support_city_features(path, 0, features, count, NULL, 0);
    for (size_t i = 0; i < count; i++) cim__buf_free(&changes[i].gid);
    free(changes);
    free(features);
}

static void one_city(cim_ctx *ctx)
{
    char path[600], again[600];
    snprintf(path, sizeof path, "%s", support_temp("random.cim"));
    snprintf(again, sizeof again, "%s", support_temp("again.cim"));
    for (size_t i = 0; i < NETWORKS; i++) {
        inp_random(&seed, &networks[i]);
        support_write(paths[i], networks[i].text, networks[i].size);
    }
    import_all(ctx, path);
    cim_city *city = support_open(ctx, path);
    check_all(ctx, city, true);
    check_bytes(ctx, city);
    cim_city_free(city);
    change_city(ctx, path);
    city = support_open(ctx, path);
    for (size_t i = 0; i < NETWORKS; i++) export_network(ctx, city, i, paths[i]);
    cim_city_free(city);
    import_all(ctx, again);
    city = support_open(ctx, again);
    check_all(ctx, city, true);
    cim_city_free(city);
}

static void test_epanet_random(void **state)
{
    cim_ctx *ctx = NULL;
    (void)state;
    assert_int_equal(cim_ctx_new(NULL, &ctx), CIM_OK); /* without a log */
    networks = calloc(NETWORKS, sizeof *networks);
    assert_non_null(networks);
    for (size_t i = 0; i < NETWORKS; i++) {
        char name[40];
        snprintf(name, sizeof name, "net%zu.inp", i);
        snprintf(paths[i], sizeof paths[i], "%s", support_temp(name));
    }
    for (int i = 0; i < CITIES; i++) one_city(ctx);
    free(networks);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_epanet_random) };
    return cmocka_run_group_tests_name("epanet/random", tests, NULL, NULL);
}
