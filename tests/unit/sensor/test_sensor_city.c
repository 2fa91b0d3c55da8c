/* test_sensor_city.c - sensors and targets from objects of a city: what is stated, what is assumed, what is left out; and the cameras of the
 * sample town against the list they were made from, their coverage against brute force over all its prisms. */
#include "city.h"
#include "scenes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

typedef struct place {
    cim_city *city;
    cim_scene *scene;
} place;

static place place_of(const support_object *objects, size_t count, const char *name)
{
    place p = { NULL, NULL };
    const char *path = support_temp(name);
    support_city(path, 0, objects, count, NULL, 0);
    p.city = support_open(ctx, path);
    assert_ok(ctx, cim_scene_build(ctx, p.city, NULL, &p.scene));
    return p;
}

static void place_free(place *p)
{
    cim_scene_free(p->scene);
    cim_city_free(p->city);
}

static uint32_t id_of(place *p, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t n = 0;
    assert_ok(ctx, cim_city_find(ctx, p->city, gid, &id, 1, &n));
    return id;
}

#define BOX(x0, y0, x1, y1) "POLYGON((" #x0 " " #y0 "," #x1 " " #y0 "," #x1 " " #y1 "," #x0 " " #y1 "," #x0 " " #y0 "))"

/* Two houses wall to wall, a third apart; cameras of all sorts. */
static const support_object objects[] = {
    { "b:1", "Building", BOX(100, 100, 110, 110), "height_m=9;population=4", NULL, NULL, NULL, NULL },
    { "b:2", "Building", BOX(110, 100, 120, 110), "height_m=6", NULL, NULL, NULL, NULL },
    { "b:3", "Building", BOX(150, 100, 160, 120), "height_m=1", NULL, NULL, NULL, NULL },
    { "r:1", "Road", "LINESTRING(90 90,130 90)", "name=Front", NULL, NULL, NULL, NULL },
    { "r:2", "Road", "LINESTRING(90 80,130 80)", "tunnel=1", NULL, NULL, NULL, NULL },
    { "c:fixed", "Camera", "POINT(105 99.5)", "function=fixed;direction_deg=180;height_m=4;tilt_deg=20", "{\"hfov\":70,\"resolution\":\"2560x1440\"}", NULL, NULL, NULL },
    { "c:dome", "Camera", "POINT(105 90)", "function=dome;height_m=5:default;tilt_deg=15:default", NULL, NULL, NULL, NULL },
    { "c:inside", "Camera", "POINT(101 105)", "function=fixed;height_m=3", NULL, NULL, NULL, NULL },
    { "c:wall", "Camera", "POINT(105 110.4)", NULL, "{\"osm:camera:angle\":\"50\"}", NULL, NULL, NULL },
    { "m:1", "TelecomMast", "POINT(200 200)", "height_m=30", "{\"power_dbm\":40,\"frequency_mhz\":\"1800 MHz\"}", NULL, NULL, NULL },
    { "s:1", "MonitoringStation", "POINT(130 130)", NULL, "{\"range_m\":-5}", NULL, NULL, NULL },
    { "s:2", "Sensor", NULL, NULL, NULL, NULL, NULL, NULL },
};
enum { OBJECTS = sizeof objects / sizeof *objects };

static void test_read_values(void **state)
{
    static const char *const names[] = { "c:fixed", "c:dome", "c:inside", "c:wall", "m:1", "s:1", "s:2" };
    place p = place_of(objects, OBJECTS, "read.cim");
    uint32_t ids[7];
    cim_sensor_options o = CIM_SENSOR_OPTIONS_INIT;
    cim_sensors *sensors = NULL;
    cim_sensors_view v = { .struct_size = sizeof v };
    (void)state;
    for (int i = 0; i < 7; i++) ids[i] = id_of(&p, names[i]);
    o.angle = CIM_SENSOR_ANGLE_VIEW;
    assert_ok(ctx, cim_sensor_read(ctx, p.city, p.scene, ids, 7, &o, &sensors));
    assert_ok(ctx, cim_sensors_get(ctx, sensors, &v));
    assert_int_equal(v.count, 6);
    assert_int_equal(v.left_count, 1);
    assert_int_equal(v.left[0], ids[6]);
    const cim_sensor *s = v.sensors;
    assert_true(s[0].yaw_deg == 180 && s[0].z == 4 && s[0].pitch_deg == -20 && s[0].hfov_deg == 70 && s[0].pixels == 2560);
    assert_int_equal(s[0].assumed, CIM_SENSOR_ASSUMED_VFOV);
    assert_int_equal(s[0].flags, 0);
    assert_int_equal(s[1].flags, CIM_SENSOR_TURNS);
    assert_true(s[1].z == 5 && s[1].pitch_deg == -15 && s[1].hfov_deg == 60);
    assert_int_equal(s[1].assumed, CIM_SENSOR_ASSUMED_HEIGHT | CIM_SENSOR_ASSUMED_PITCH | CIM_SENSOR_ASSUMED_HFOV | CIM_SENSOR_ASSUMED_VFOV | CIM_SENSOR_ASSUMED_PIXELS);
    /* drawn 1 m behind the western wall: now 5 cm before it, looking away */
    assert_true(fabs(s[2].x - 99.95) < 1e-9 && s[2].y == 105 && fabs(s[2].yaw_deg - 270) < 1e-9);
    assert_true(s[2].assumed & CIM_SENSOR_MOVED && s[2].assumed & CIM_SENSOR_ASSUMED_YAW);
    assert_true(s[3].hfov_deg == 50 && fabs(s[3].yaw_deg) < 1e-9 && s[3].x == 105 && s[3].assumed & CIM_SENSOR_ASSUMED_TYPE);
    assert_true(s[4].kind == CIM_SENSOR_RADIO && s[4].power == 40 && s[4].frequency_mhz == 1800 && s[4].z == 30 && s[4].assumed == 0);
    assert_true(s[5].kind == CIM_SENSOR_SAMPLER && s[5].range_m == 300 && s[5].z == 2.5);
    assert_int_equal(s[5].assumed, CIM_SENSOR_ASSUMED_RANGE | CIM_SENSOR_ASSUMED_HEIGHT);
    assert_int_equal(v.assumed_count[0], 3); /* heights: dome, wall, station */
    assert_int_equal(v.assumed_count[10], 1);
    cim_sensors_free(sensors);
    o = (cim_sensor_options)CIM_SENSOR_OPTIONS_INIT; /* the wiki's meaning, and other defaults */
    o.pixels = 640, o.least = 12.5, o.height_m = 7;
    assert_ok(ctx, cim_sensor_read(ctx, p.city, p.scene, ids + 3, 1, &o, &sensors));
    assert_ok(ctx, cim_sensors_get(ctx, sensors, &v));
    assert_true(v.sensors[0].hfov_deg == 60 && v.sensors[0].pixels == 640 && v.sensors[0].least == 12.5 && v.sensors[0].z == 7);
    cim_sensors_free(sensors);
    sensors = NULL;
    uint32_t none = 999999;
    assert_status(ctx, cim_sensor_read(ctx, p.city, p.scene, &none, 1, &o, &sensors), CIM_ENOTFOUND);
    o.hfov_deg = 400;
    assert_status(ctx, cim_sensor_read(ctx, p.city, p.scene, ids + 3, 1, &o, &sensors), CIM_EARG);
    o.hfov_deg = NAN, o.kind = 9;
    assert_status(ctx, cim_sensor_read(ctx, p.city, p.scene, ids, 1, &o, &sensors), CIM_EARG);
    assert_null(sensors);
    place_free(&p);
}

static cim_targets_view targets_of(cim_targets *t)
{
    cim_targets_view v = { .struct_size = sizeof v };
    assert_ok(ctx, cim_targets_get(ctx, t, &v));
    return v;
}

static void test_targets_walls(void **state)
{
    place p = place_of(objects, OBJECTS, "walls.cim");
    cim_targets *t = NULL;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    uint32_t ids[2] = { id_of(&p, "b:1"), id_of(&p, "r:1") };
    (void)state;
    o.step_m = 1;
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_walls(ctx, t, p.scene, ids, 2, &o));
    cim_targets_view v = targets_of(t);
    assert_true(fabs(v.weight_sum - 30) < 1e-9); /* the eastern wall stands against the neighbour */
    assert_int_equal(v.count, 30);
    assert_int_equal(v.left_count, 1);
    for (uint32_t i = 0; i < v.count; i++) {
        const double *q = v.xyz + 3 * i, *n = v.normal + 2 * i;
        assert_true(q[2] == 1.5 && fabs(hypot(n[0], n[1]) - 1) < 1e-12);
        double mx = q[0] - 105, my = q[1] - 105;
        assert_true(fabs(mx * n[0] + my * n[1] - 5.02) < 1e-9); /* outward, 2 cm before the wall */
        assert_int_equal(v.object[i], ids[0]);
        assert_int_equal(v.kind[i], CIM_TARGET_WALL);
    }
    cim_targets_free(t);
    o.top_m = 8; /* the neighbour is 6 m high: the upper part of that wall is free */
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_walls(ctx, t, p.scene, ids, 1, &o));
    v = targets_of(t);
    assert_true(v.weight_sum > 30.5 && v.weight_sum < 40);
    cim_targets_free(t);
    assert_ok(ctx, cim_targets_new(ctx, &t));
    uint32_t low = id_of(&p, "b:3"); /* lower than targets: its middle */
    o.top_m = 0;
    assert_ok(ctx, cim_targets_add_walls(ctx, t, p.scene, &low, 1, &o));
    v = targets_of(t);
    assert_true(v.count == 60 && v.xyz[2] == 0.5);
    o.step_m = 0;
    assert_status(ctx, cim_targets_add_walls(ctx, t, p.scene, &low, 1, &o), CIM_EARG);
    cim_targets_free(t);
    place_free(&p);
}

static void test_targets_lines(void **state)
{
    place p = place_of(objects, OBJECTS, "lines.cim");
    cim_targets *t = NULL;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    uint32_t ids[3] = { id_of(&p, "r:1"), id_of(&p, "r:2"), id_of(&p, "b:1") };
    (void)state;
    o.step_m = 3;
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_lines(ctx, t, p.city, p.scene, ids, 3, &o));
    cim_targets_view v = targets_of(t);
    assert_int_equal(v.count, 14);
    assert_int_equal(v.left_count, 1); /* what is no line; a tunnel is not asked for */
    assert_true(fabs(v.weight_sum - 40) < 1e-9 && v.extent[0] == 0 && fabs(v.extent[27] - 40) < 1e-9);
    assert_true(fabs(v.xyz[0] - (90 + 20.0 / 14)) < 1e-9 && v.xyz[1] == 90 && v.xyz[2] == 1.5);
    cim_targets_free(t);
    o.tunnels = 1;
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_lines(ctx, t, p.city, p.scene, ids, 2, &o));
    assert_true(fabs(targets_of(t).weight_sum - 80) < 1e-9);
    o.weight = "castles";
    assert_status(ctx, cim_targets_add_lines(ctx, t, p.city, p.scene, ids, 2, &o), CIM_EARG);
    assert_int_equal(targets_of(t).count, 28);
    cim_targets_free(t);
    place_free(&p);
}

static void test_targets_objects(void **state)
{
    place p = place_of(objects, OBJECTS, "people.cim");
    cim_targets *t = NULL;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    uint32_t ids[2] = { id_of(&p, "b:1"), id_of(&p, "b:2") };
    (void)state;
    o.weight = "population";
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_objects(ctx, t, p.city, p.scene, ids, 2, &o));
    cim_targets_view v = targets_of(t);
    assert_int_equal(v.count, 2);
    assert_true(v.weight[0] == 4 && v.weight[1] == 0);
    for (int i = 0; i < 2; i++) { /* out of the building, before one of its outer walls */
        double from[3] = { v.xyz[3 * i], v.xyz[3 * i + 1], v.xyz[3 * i + 2] }, up[3] = { from[0], from[1], 100 };
        uint32_t blocker = 0;
        assert_ok(ctx, cim_scene_line(ctx, p.scene, from, up, &blocker));
        assert_int_equal(blocker, CIM_NONE);
    }
    cim_targets_free(t);
    place_free(&p);
}

/* The area of libcim's WKB MULTIPOLYGON: rings are outer ones counter-clockwise, holes clockwise. */
static double wkb_area(const cim_buf *wkb)
{
    const char *at = wkb->data + 5;
    uint32_t parts, rings, n;
    double sum = 0, xy[2], last[2] = { 0, 0 };
    memcpy(&parts, at, 4), at += 4;
    for (uint32_t p = 0; p < parts; p++) {
        at += 5;
        memcpy(&rings, at, 4), at += 4;
        for (uint32_t r = 0; r < rings; r++) {
            double ring = 0;
            memcpy(&n, at, 4), at += 4;
            for (uint32_t i = 0; i < n; i++, at += 16) {
                memcpy(xy, at, 16);
                if (i) ring += (last[0] - 500000) * (xy[1] - 5380000) - (xy[0] - 500000) * (last[1] - 5380000);
                last[0] = xy[0], last[1] = xy[1];
            }
            sum += r ? -fabs(ring) / 2 : fabs(ring) / 2;
        }
    }
    assert_ptr_equal(at, wkb->data + wkb->size);
    return sum;
}

static void test_targets_cells(void **state)
{
    place p = place_of(objects, OBJECTS, "cells.cim");
    cim_targets *t = NULL;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    double xy[] = { 90, 90, 130, 90, 130, 130, 90, 130, 90, 90, 122, 92, 128, 92, 128, 98, 122, 98, 122, 92 };
    uint32_t end[] = { 5, 10 }, part[] = { 2 };
    cim_geom area = { CIM_GEOM_POLYGON, 2, 10, 2, 1, 0, xy, end, part };
    (void)state;
    o.step_m = 1;
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_area(ctx, t, p.scene, &area, &o));
    cim_targets_view v = targets_of(t);
    assert_int_equal(v.count, 40 * 40 - 36 - 100 - 100); /* without the hole and two houses */
    assert_true(v.cell_m == 1);
    assert_status(ctx, cim_targets_add_area(ctx, t, p.scene, &area, &o), CIM_EARG);
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    s.x = 95, s.y = 95, s.z = 4, s.yaw_deg = 45, s.hfov_deg = 90, s.vfov_deg = 90;
    cim_cover *c = NULL;
    assert_ok(ctx, cim_cover_build(ctx, cim_scene_sight(p.scene), &s, 1, t, NULL, &c));
    cim_buf gap = CIM_BUF_INIT, covered = CIM_BUF_INIT;
    double gap_m2 = 0, covered_m2 = 0;
    cim_cover_view view = { .struct_size = sizeof view };
    assert_ok(ctx, cim_cover_get(ctx, c, &view));
    assert_ok(ctx, cim_cover_area(ctx, c, 0, 0, &gap, &gap_m2));
    assert_ok(ctx, cim_cover_area(ctx, c, 1, UINT32_MAX, &covered, &covered_m2));
    assert_true(fabs(gap_m2 + covered_m2 - v.count) < 1e-9 && fabs(covered_m2 - view.covered_weight) < 1e-9 && covered_m2 > 10);
    assert_true(fabs(wkb_area(&gap) - gap_m2) < 1e-6 && fabs(wkb_area(&covered) - covered_m2) < 1e-6);
    cim_buf_dispose(&gap);
    cim_buf_dispose(&covered);
    cim_cover_free(c);
    cim_targets_free(t);
    o.step_m = 0.1;
    double far[] = { 0, 0, 9e5, 0, 9e5, 9e5, 0, 0 };
    uint32_t far_end[] = { 4, 1 };
    cim_geom wide = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, far, far_end, far_end + 1 };
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_status(ctx, cim_targets_add_area(ctx, t, p.scene, &wide, &o), CIM_ELIMIT);
    wide.type = CIM_GEOM_LINESTRING;
    assert_status(ctx, cim_targets_add_area(ctx, t, p.scene, &wide, &o), CIM_EARG);
    cim_targets_free(t);
    place_free(&p);
}

/* ---- the sample town ---- */

typedef struct stated {
    char ref[20], osm[40], mount[10], type[10];
    double height, direction, angle;
} stated;

static size_t cameras_stated(stated *out, size_t cap)
{
    size_t size = 0, n = 0;
    char *text = support_read(support_own("town-expected.json"), &size), *at = text ? strstr(text, "\"cameras\":") : NULL;
    assert_non_null(at);
    for (at = strchr(at, '{'); at && n < cap; at = strchr(at, '{')) {
        stated *c = &out[n];
        char host[60];
        int got = sscanf(at, "{ \"ref\": \"%19[^\"]\" , \"osm\": \"%39[^\"]\" , \"mount\": \"%9[^\"]\" , \"type\": \"%9[^\"]\" , \"host\": \"%59[^\"]\" , \"height_m\": %lf , \"direction\": %lf , \"angle\": %lf",
                         c->ref, c->osm, c->mount, c->type, host, &c->height, &c->direction, &c->angle);
        if (got != 8) break;
        n++;
        at++;
    }
    free(text);
    return n;
}

static town town_of(const cim_scene *scene)
{
    cim_scene_view v = { .struct_size = sizeof v };
    town t = { 0 };
    assert_ok(ctx, cim_scene_view_get(ctx, scene, &v));
    const cim_sight_prisms *p = v.prisms;
    for (uint32_t i = 0, ring = 0, vertex = 0; i < p->prism_count; i++) {
        for (; ring < p->prism_end[i]; ring++) {
            for (; vertex < p->ring_end[ring]; vertex++) town_vertex(&t, p->xy[2 * vertex], p->xy[2 * vertex + 1]);
            town_ring(&t);
        }
        town_prism(&t, p->base_m[i], p->top_m[i]);
    }
    town_boxes(&t);
    return t;
}

static void check_town_rows(const town *t, const cim_cover_view *c, const cim_sensors_view *s, const cim_targets_view *v)
{
    size_t in = 0;
    for (uint32_t k = 0; k < c->sensor_count; k++) {
        uint64_t at = c->first[k];
        double from[3] = { s->sensors[k].x, s->sensors[k].y, s->sensors[k].z };
        for (uint32_t i = 0; i < v->count; i++) {
            double q = NAN;
            assert_ok(ctx, cim_sensor_quality(ctx, &s->sensors[k], v->xyz + 3 * (size_t)i, 1, &q));
            bool covered = !isnan(q) && town_blocker(t, from, v->xyz + 3 * (size_t)i) == CIM_NONE;
            bool got = at < c->first[k + 1] && c->targets[at] == i;
            assert_int_equal(got, covered);
            at += got, in += got;
        }
    }
    assert_true(in > 100);
}

static void test_town_cameras(void **state)
{
    stated list[40];
    size_t n = cameras_stated(list, 40), turning = 0, domes = 0;
    uint32_t ids[40];
    place p = { NULL, NULL };
    const char *inputs[] = { support_own("town-v3.gml.gz"), support_own("town.osm.pbf") };
    cim_sensor_options o = CIM_SENSOR_OPTIONS_INIT;
    cim_sensors *sensors = NULL;
    cim_sensors_view s = { .struct_size = sizeof s };
    (void)state;
    assert_int_equal(n, 25);
    assert_ok(ctx, cim_city_load(ctx, inputs, 2, NULL, &p.city, NULL));
    assert_ok(ctx, cim_scene_build(ctx, p.city, NULL, &p.scene));
    for (size_t i = 0; i < n; i++) {
        char gid[60];
        snprintf(gid, sizeof gid, "osm:%s", list[i].osm);
        ids[i] = id_of(&p, gid);
    }
    o.angle = CIM_SENSOR_ANGLE_VIEW;
    assert_ok(ctx, cim_sensor_read(ctx, p.city, p.scene, ids, n, &o, &sensors));
    assert_ok(ctx, cim_sensors_get(ctx, sensors, &s));
    assert_int_equal(s.count, n);
    for (size_t i = 0; i < n; i++) {
        const cim_sensor *c = &s.sensors[i];
        bool dome = !strcmp(list[i].type, "dome"), turns = strcmp(list[i].type, "fixed") != 0;
        assert_int_equal(c->object, ids[i]);
        assert_int_equal(!!(c->flags & CIM_SENSOR_TURNS), turns);
        assert_true(fabs(c->z - cim_scene_ground(p.scene, c->x, c->y) - list[i].height) < 1e-9);
        if (!dome) assert_true(c->yaw_deg == list[i].direction && c->hfov_deg == list[i].angle);
        assert_true(!(c->assumed & (CIM_SENSOR_ASSUMED_HEIGHT | CIM_SENSOR_ASSUMED_TYPE | CIM_SENSOR_ASSUMED_YAW | CIM_SENSOR_MOVED)));
        turning += turns, domes += dome; /* domes have no field of view */
    }
    assert_int_equal(s.assumed_count[3], domes);
    assert_true(domes > 0 && turning > domes);
    cim_query_result roads = CIM_QUERY_RESULT_INIT;
    cim_targets *t = NULL;
    cim_cover *c = NULL;
    cim_cover_view v = { .struct_size = sizeof v };
    assert_ok(ctx, cim_query_run(ctx, p.city, "layer = 'road'", NULL, &roads));
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_ok(ctx, cim_targets_add_lines(ctx, t, p.city, p.scene, roads.ids, roads.count, NULL));
    assert_ok(ctx, cim_cover_build(ctx, cim_scene_sight(p.scene), s.sensors, s.count, t, NULL, &c));
    assert_ok(ctx, cim_cover_get(ctx, c, &v));
    cim_targets_view tv = targets_of(t);
    town all = town_of(p.scene);
    check_town_rows(&all, &v, &s, &tv);
    double gaps = 0, covered = 0;
    for (int k = 0; k < 2; k++) { /* stretches that are gaps and those that are covered make the whole */
        cim_buf buf = CIM_BUF_INIT;
        size_t count = 0;
        assert_ok(ctx, cim_cover_spans(ctx, c, CIM_TARGET_LINE, k ? 1 : 0, k ? UINT32_MAX : 0, &buf, &count));
        for (size_t i = 0; i < count; i++) {
            cim_cover_span span;
            memcpy(&span, buf.data + i * sizeof span, sizeof span);
            *(k ? &covered : &gaps) += span.to_m - span.from_m;
            for (uint32_t q = span.first; q < span.first + span.count; q++) assert_true((v.folds[q] > 0) == (k == 1) && tv.object[q] == span.object);
        }
        cim_buf_dispose(&buf);
    }
    assert_true(fabs(covered - v.covered_weight) < 1e-6 && fabs(gaps + covered - v.weight) < 1e-6);
    town_free(&all);
    cim_query_result_dispose(&roads);
    cim_cover_free(c);
    cim_targets_free(t);
    cim_sensors_free(sensors);
    place_free(&p);
}

/* ---- out of memory ---- */

static place fault_place;
static uint32_t fault_ids[OBJECTS];

static cim_status fault_scenario(cim_ctx *faulty)
{
    cim_sensors *s = NULL;
    cim_targets *t = NULL;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    o.weight = "population";
    cim_status st = cim_sensor_read(faulty, fault_place.city, fault_place.scene, fault_ids + 5, 6, NULL, &s);
    if (st >= 0) st = cim_targets_new(faulty, &t);
    if (st >= 0) st = cim_targets_add_walls(faulty, t, fault_place.scene, fault_ids, 3, &o);
    if (st >= 0) st = cim_targets_add_lines(faulty, t, fault_place.city, fault_place.scene, fault_ids + 3, 2, &o);
    if (st >= 0) st = cim_targets_add_objects(faulty, t, fault_place.city, fault_place.scene, fault_ids, 3, &o);
    cim_targets_free(t);
    cim_sensors_free(s);
    return st;
}

static void test_city_faults(void **state)
{
    (void)state;
    fault_place = place_of(objects, OBJECTS, "fault.cim");
    for (int i = 0; i < OBJECTS; i++) fault_ids[i] = id_of(&fault_place, objects[i].gid);
    support_fault_loop("sensors of a city", fault_scenario, 400);
    place_free(&fault_place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_values),     cmocka_unit_test(test_targets_walls), cmocka_unit_test(test_targets_lines), cmocka_unit_test(test_targets_objects),
        cmocka_unit_test(test_targets_cells),   cmocka_unit_test(test_town_cameras),  cmocka_unit_test(test_city_faults),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
