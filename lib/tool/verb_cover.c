/* verb_cover.c - cimtool cover: what sensors cover of walls, streets, areas and objects, and where the gaps are. */
#include "areas.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct covering {
    travel travel; /* of it only the tool and the city are used */
    cim_scene *scene, *other;
    cim_sensors *read;
    cim_sensor *sensors; /* those read and those added on the command line */
    size_t sensor_count, added;
    cim_targets *targets;
    cim_cover *cover;
    areas privacy, keep_out;
    cim_sensors_view s;
    cim_targets_view t;
    cim_cover_view v;
    double before;       /* covered without --without; not a number: not asked for */
    int64_t folds;
    const char *unit;
} covering;

/* ---- what is given ---- */

static int number_of(const cimtool *t, const char *option, const char *const *names, int count, int32_t *out)
{
    const char *text = cimtool_value(t, option);
    for (int i = 0; text && i < count; i++)
        if (!strcmp(text, names[i])) {
            *out = i;
            return EXIT_DONE;
        }
    return text ? cimtool_complain("--%s: %s is none of its words", option, text) : EXIT_DONE;
}

static int sensor_options(cimtool *t, cim_sensor_options *o)
{
    static const char *const angles[] = { "tilt", "view" }, *const kinds[] = { "camera", "range", "radio", "sampler", "noise" };
    static const char *const models[] = { "street", "free", "terrain" }, *const places[] = { "high-rise", "low-rise", "residential" };
    if (!cimtool_real(t, "least", &o->least) || !cimtool_real(t, "range", &o->range_m) || !cimtool_real(t, "hfov", &o->hfov_deg) ||
        !cimtool_real(t, "pitch", &o->pitch_deg) || !cimtool_real(t, "pixels", &o->pixels) || !cimtool_real(t, "power", &o->power) ||
        !cimtool_real(t, "frequency", &o->frequency_mhz))
        return EXIT_USAGE;
    int status = number_of(t, "angle", angles, 2, &o->angle);
    if (status == EXIT_DONE) status = number_of(t, "kind", kinds, 5, &o->kind);
    if (status == EXIT_DONE) status = number_of(t, "model", models, 3, &o->model);
    return status == EXIT_DONE ? number_of(t, "environment", places, 3, &o->environment) : status;
}

static int find(covering *c, const char *expression, cim_query_result *found)
{
    cim_status st = cim_query_run(c->travel.tool->ctx, c->travel.city, expression, NULL, found);
    return st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
}

/* "X,Y,HEIGHT,YAW" or with a field of view behind: one more camera. */
static int add_camera(covering *c, const char *text, const cim_sensor_options *o)
{
    double v[5] = { 0.0, 0.0, 5.0, 0.0, isnan(o->hfov_deg) ? 60.0 : o->hfov_deg };
    int n = 0;
    for (const char *p = text; n < 5; p++) {
        char *end;
        v[n] = strtod(p, &end);
        if (end == p || (*end && *end != ',')) return cimtool_complain("--add: %s is no X,Y,HEIGHT,YAW[,HFOV]", text);
        n++;
        p = end;
        if (!*p) break;
    }
    if (n < 4) return cimtool_complain("--add: %s is no X,Y,HEIGHT,YAW[,HFOV]", text);
    if (cimtool_has(c->travel.tool, "lonlat")) {
        cim_status st = cim_crs_transform(c->travel.tool->ctx, 4326, cim_city_epsg(c->travel.city), 1, v);
        if (st < 0) return cimtool_fail(c->travel.tool, st);
    }
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    s.x = v[0], s.y = v[1], s.z = cim_scene_ground(c->scene, v[0], v[1]) + v[2], s.yaw_deg = v[3], s.hfov_deg = v[4];
    s.vfov_deg = s.hfov_deg < 179.0 ? 2.0 * atan(tan(s.hfov_deg * 0.0087266462599716477) * 9.0 / 16.0) / 0.017453292519943295 : 180.0;
    s.pitch_deg = isnan(o->pitch_deg) ? s.pitch_deg : o->pitch_deg, s.pixels = isnan(o->pixels) ? s.pixels : o->pixels;
    s.least = isnan(o->least) ? s.least : o->least, s.range_m = isnan(o->range_m) ? 0.0 : o->range_m;
    c->sensors[c->sensor_count++] = s;
    c->added++;
    return EXIT_DONE;
}

static int take_sensors(covering *c)
{
    cimtool *t = c->travel.tool;
    cim_sensor_options o = CIM_SENSOR_OPTIONS_INIT;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    const char *expression = cimtool_has(t, "sensors") ? cimtool_value(t, "sensors") : "class = 'Camera'", *text;
    int status = sensor_options(t, &o), at = 0;
    if (status == EXIT_DONE) status = find(c, expression, &found);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_sensor_read(t->ctx, c->travel.city, c->scene, found.ids, found.count, &o, &c->read);
    c->s.struct_size = sizeof c->s;
    if (st >= 0) st = cim_sensors_get(t->ctx, c->read, &c->s);
    cim_query_result_dispose(&found);
    if (st < 0) return cimtool_fail(t, st);
    c->sensors = malloc((c->s.count + CIMTOOL_VALUES) * sizeof *c->sensors);
    if (!c->sensors) return cimtool_fail(t, CIM_ENOMEM);
    if (c->s.count) memcpy(c->sensors, c->s.sensors, c->s.count * sizeof *c->sensors);
    c->sensor_count = c->s.count;
    while (status == EXIT_DONE && (text = cimtool_next_value(t, "add", &at))) status = add_camera(c, text, &o);
    return status;
}

/* One of the four kinds of targets, as often as it is given. */
static int take_objects(covering *c, const char *option, const cim_target_options *o)
{
    cimtool *t = c->travel.tool;
    int at = 0, status = EXIT_DONE;
    for (const char *text; status == EXIT_DONE && (text = cimtool_next_value(t, option, &at));) {
        cim_query_result found = CIM_QUERY_RESULT_INIT;
        status = find(c, text, &found);
        if (status != EXIT_DONE) return status;
        cim_status st = *option == 'w'   ? cim_targets_add_walls(t->ctx, c->targets, c->scene, found.ids, found.count, o)
                        : *option == 'r' ? cim_targets_add_lines(t->ctx, c->targets, c->travel.city, c->scene, found.ids, found.count, o)
                                         : cim_targets_add_objects(t->ctx, c->targets, c->travel.city, c->scene, found.ids, found.count, o);
        cim_query_result_dispose(&found);
        if (st < 0) status = cimtool_fail(t, st);
    }
    return status;
}

static int take_targets(covering *c)
{
    cimtool *t = c->travel.tool;
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    areas area = { NULL, 0 };
    static const char *const options[] = { "walls", "roads", "among" };
    if (!cimtool_real(t, "step", &o.step_m) || !cimtool_real(t, "height", &o.height_m) || !cimtool_real(t, "top", &o.top_m)) return EXIT_USAGE;
    o.weight = cimtool_value(t, "weight");
    cim_status st = cim_targets_new(t->ctx, &c->targets);
    int status = st < 0 ? cimtool_fail(t, st) : EXIT_DONE, kinds = 0;
    for (int i = 0; i < 3 && status == EXIT_DONE; i++) {
        kinds += cimtool_has(t, options[i]);
        status = take_objects(c, options[i], &o);
    }
    if (status == EXIT_DONE && cimtool_has(t, "area")) {
        kinds++;
        status = areas_add(&c->travel, &area, cimtool_value(t, "area"));
        for (size_t i = 0; i < area.count && status == EXIT_DONE; i++) {
            st = cim_targets_add_area(t->ctx, c->targets, c->scene, &area.geoms[i], &o);
            if (st < 0) status = cimtool_fail(t, st);
        }
        areas_free(&area);
    }
    if (status == EXIT_DONE && !kinds) return cimtool_complain("cover: --walls, --roads, --area or --among is missing");
    c->unit = kinds > 1 || cimtool_has(t, "among") || o.weight ? "" : cimtool_has(t, "area") ? " m2" : " m";
    c->t.struct_size = sizeof c->t;
    if (status == EXIT_DONE && (st = cim_targets_get(t->ctx, c->targets, &c->t)) < 0) status = cimtool_fail(t, st);
    return status;
}

static int take_masks(covering *c)
{
    const char *privacy = cimtool_value(c->travel.tool, "privacy"), *keep_out = cimtool_value(c->travel.tool, "keep-out");
    int status = privacy ? areas_add(&c->travel, &c->privacy, privacy) : EXIT_DONE;
    return status == EXIT_DONE && keep_out ? areas_add(&c->travel, &c->keep_out, keep_out) : status;
}

/* ---- asking ---- */

/* Boxes of the prisms of objects; freed by the caller. */
static int boxes_of(covering *c, const cim_query_result *gone, cim_box **boxes_out, size_t *count_out)
{
    cim_scene_view view = { .struct_size = sizeof view };
    cim_ctx *ctx = c->travel.tool->ctx;
    cim_status st = cim_scene_view_get(ctx, c->scene, &view);
    cim_box *boxes = malloc(((size_t)view.prism_count + 1) * sizeof *boxes);
    size_t n = 0;
    if (!boxes) return cimtool_fail(c->travel.tool, CIM_ENOMEM);
    for (size_t i = 0; i < gone->count && st >= 0; i++) {
        uint32_t first = 0, count = 0;
        st = cim_scene_prisms_of(ctx, c->scene, gone->ids[i], &first, &count);
        for (uint32_t p = first; p < first + count && n < view.prism_count; p++, n++) {
            uint32_t ring = p ? view.prisms->prism_end[p - 1] : 0, end = view.prisms->ring_end[view.prisms->prism_end[p] - 1];
            cim_box b = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
            for (uint32_t v = ring ? view.prisms->ring_end[ring - 1] : 0; v < end; v++) {
                const double *xy = view.prisms->xy + 2 * (size_t)v;
                b = (cim_box){ fmin(b.min_x, xy[0]), fmin(b.min_y, xy[1]), fmax(b.max_x, xy[0]), fmax(b.max_y, xy[1]) };
            }
            boxes[n] = b;
        }
    }
    if (st < 0) free(boxes);
    else *boxes_out = boxes, *count_out = n;
    return st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
}

/* --without: the same coverage in a scene without some objects. */
static int remove_objects(covering *c, cim_scene_options *o)
{
    cimtool *t = c->travel.tool;
    cim_query_result gone = CIM_QUERY_RESULT_INIT;
    cim_box *boxes = NULL;
    cim_cover *changed = NULL;
    size_t count = 0;
    int status = find(c, cimtool_value(t, "without"), &gone);
    if (status == EXIT_DONE) status = boxes_of(c, &gone, &boxes, &count);
    if (status == EXIT_DONE) {
        o->removed = gone.ids, o->removed_count = gone.count;
        cim_status st = cim_scene_build(t->ctx, c->travel.city, o, &c->other);
        if (st >= 0) st = cim_cover_change(t->ctx, c->cover, cim_scene_sight(c->other), boxes, count, &changed);
        if (st < 0) status = cimtool_fail(t, st);
    }
    if (changed) {
        c->before = c->v.covered_weight;
        cim_cover_free(c->cover);
        c->cover = changed;
    }
    free(boxes);
    cim_query_result_dispose(&gone);
    return status;
}

static int ask(covering *c)
{
    cimtool *t = c->travel.tool;
    cim_scene_options scene = CIM_SCENE_OPTIONS_INIT;
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    cim_scene_view view = { .struct_size = sizeof view };
    scene.terrain_path = cimtool_value(t, "terrain");
    c->folds = 1, c->before = NAN;
    if (!cimtool_int(t, "folds", 1, 65535, &c->folds)) return EXIT_USAGE;
    cim_status st = cim_scene_build(t->ctx, c->travel.city, &scene, &c->scene);
    if (st >= 0) st = cim_scene_view_get(t->ctx, c->scene, &view);
    int status = st < 0 ? cimtool_fail(t, st) : take_masks(c);
    if (status == EXIT_DONE) status = take_sensors(c);
    if (status == EXIT_DONE) status = take_targets(c);
    if (status != EXIT_DONE) return status;
    o.privacy = c->privacy.count ? c->privacy.geoms : NULL, o.keep_out = c->keep_out.count ? c->keep_out.geoms : NULL, o.terrain = view.terrain;
    c->v.struct_size = sizeof c->v;
    st = cim_cover_build(t->ctx, cim_scene_sight(c->scene), c->sensors, c->sensor_count, c->targets, &o, &c->cover);
    if (st >= 0) st = cim_cover_get(t->ctx, c->cover, &c->v);
    if (st < 0) return cimtool_fail(t, st);
    if (!cimtool_has(t, "without")) return EXIT_DONE;
    status = remove_objects(c, &scene);
    if (status == EXIT_DONE && (st = cim_cover_get(t->ctx, c->cover, &c->v)) < 0) status = cimtool_fail(t, st);
    return status;
}

/* ---- answers ---- */

static uint32_t turning(const covering *c)
{
    uint32_t n = 0;
    for (size_t i = 0; i < c->sensor_count; i++) n += c->sensors[i].kind == CIM_SENSOR_CAMERA && (c->sensors[i].flags & CIM_SENSOR_TURNS);
    return n;
}

static bool cameras_only(const covering *c)
{
    for (size_t i = 0; i < c->sensor_count; i++)
        if (c->sensors[i].kind != CIM_SENSOR_CAMERA) return false;
    return c->sensor_count > 0;
}

static double percent(const covering *c, double part) { return c->v.weight > 0.0 ? 100.0 * part / c->v.weight : 0.0; }

/* Stretches and area that fewer than --folds sensors cover. */
static int gaps_of(covering *c, size_t *count_out, double *length_out, double *area_out)
{
    static const int32_t kinds[] = { CIM_TARGET_LINE, CIM_TARGET_WALL };
    cim_ctx *ctx = c->travel.tool->ctx;
    cim_status st = CIM_OK;
    *count_out = 0, *length_out = 0.0, *area_out = 0.0;
    for (int k = 0; k < 2 && st >= 0; k++) {
        cim_buf buf = CIM_BUF_INIT;
        size_t n = 0;
        st = cim_cover_spans(ctx, c->cover, kinds[k], 0, (uint32_t)c->folds - 1, &buf, &n);
        const cim_cover_span *spans = (const cim_cover_span *)(const void *)buf.data;
        for (size_t i = 0; i < n && st >= 0; i++) *length_out += spans[i].to_m - spans[i].from_m;
        *count_out += n;
        cim_buf_dispose(&buf);
    }
    cim_buf wkb = CIM_BUF_INIT;
    if (st >= 0) st = cim_cover_area(ctx, c->cover, 0, (uint32_t)c->folds - 1, &wkb, area_out);
    cim_buf_dispose(&wkb);
    return st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
}

static int print_plain_sensors(const covering *c)
{
    int status = EXIT_DONE;
    printf("\n%-24s %10s %8s %10s  assumed\n", "sensor", "covers", "%", "only it");
    for (uint32_t i = 0; i < c->sensor_count && status == EXIT_DONE; i++) {
        const cim_sensor *s = &c->sensors[i];
        if (s->object == CIM_NONE) printf("added:%-18zu", i - (c->sensor_count - c->added) + 1);
        else status = travel_print_plain_id(&c->travel, s->object, 24);
        printf(" %10.1f %7.2f%% %10.1f ", c->v.own_weight[i], percent(c, c->v.own_weight[i]), c->v.unique_weight[i]);
        bool first = true;
        for (uint32_t b = 1; b && b <= s->assumed; b *= 2)
            if (s->assumed & b) printf("%s%s", first ? " " : ", ", cim_sensor_assumed_name(b)), first = false;
        putchar('\n');
    }
    return status;
}

static int print_plain(covering *c)
{
    size_t gaps;
    double length, area;
    int status = gaps_of(c, &gaps, &length, &area);
    if (status != EXIT_DONE) return status;
    printf("%zu sensors, %u targets, %.1f%s\n", c->sensor_count, c->v.target_count, c->v.weight, c->unit);
    if (turning(c)) printf("%u cameras turn: they cover all they can be turned to, not all of it at once\n", turning(c));
    printf("covered %.1f%s, %.2f %%\n", c->v.covered_weight, c->unit, percent(c, c->v.covered_weight));
    if (!isnan(c->before)) printf("before the removal %.1f%s, %.2f %%\n", c->before, c->unit, percent(c, c->before));
    for (int32_t k = CIM_SENSOR_CLASSES - 1; k > 0 && cameras_only(c); k--)
        if (c->v.class_weight[k] > 0.0) printf("  %-10s %12.1f %7.2f %%\n", cim_sensor_class_name(k), c->v.class_weight[k], percent(c, c->v.class_weight[k]));
    for (int f = 1; f < CIM_COVER_FOLDS; f++)
        if (c->v.fold_weight[f] > 0.0) printf("  by %d%s %*.1f %7.2f %%\n", f, f == CIM_COVER_FOLDS - 1 ? "+" : " ", 15, c->v.fold_weight[f], percent(c, c->v.fold_weight[f]));
    if (gaps) printf("gaps: %zu stretches of %.1f m\n", gaps, length);
    if (area > 0.0) printf("gaps: %.1f m2\n", area);
    if (c->v.masked_count) printf("masked: %llu pairs of a camera and a target\n", (unsigned long long)c->v.masked_count);
    for (uint32_t i = 0; i < c->v.violation_count; i++) {
        printf("VIOLATION ");
        travel_print_plain_id(&c->travel, c->sensors[c->v.violations[i].sensor].object, 0);
        printf(" sees %.1f m2 of the keep-out area\n", c->v.violations[i].area_m2);
    }
    return print_plain_sensors(c);
}

static void print_reals(const char *name, const double *v, int count)
{
    printf(",\"%s\":[", name);
    for (int i = 0; i < count; i++) printf("%s%.3f", i ? "," : "", v[i]);
    putchar(']');
}

static int print_sensor_members(const covering *c, uint32_t i)
{
    static const char *const kinds[] = { "camera", "range", "radio", "sampler", "noise" };
    const cim_sensor *s = &c->sensors[i];
    printf("\"id\":");
    int status = travel_print_id(&c->travel, s->object);
    printf(",\"kind\":\"%s\",\"x\":%.3f,\"y\":%.3f,\"z\":%.3f,\"yaw_deg\":%.2f,\"pitch_deg\":%.2f,\"hfov_deg\":%.2f,\"turns\":%s", kinds[s->kind], s->x, s->y, s->z,
           s->yaw_deg, s->pitch_deg, s->hfov_deg, s->flags & CIM_SENSOR_TURNS ? "true" : "false");
    printf(",\"targets\":%llu,\"weight\":%.3f,\"only\":%.3f,\"assumed\":[", (unsigned long long)(c->v.first[i + 1] - c->v.first[i]), c->v.own_weight[i], c->v.unique_weight[i]);
    bool first = true;
    for (uint32_t b = 1; b && b <= s->assumed; b *= 2)
        if (s->assumed & b) printf("%s\"%s\"", first ? "" : ",", cim_sensor_assumed_name(b)), first = false;
    putchar(']');
    return status;
}

static int print_json(covering *c)
{
    size_t gaps;
    double length, area;
    int status = gaps_of(c, &gaps, &length, &area);
    if (status != EXIT_DONE) return status;
    printf("{\"schema\":\"cimtool/1\",\"sensors\":%zu,\"turning\":%u,\"targets\":%u,\"weight\":%.3f,\"covered\":%.3f", c->sensor_count, turning(c), c->v.target_count,
           c->v.weight, c->v.covered_weight);
    if (!isnan(c->before)) printf(",\"covered_before\":%.3f", c->before);
    print_reals("by_class", c->v.class_weight, CIM_SENSOR_CLASSES);
    print_reals("by_folds", c->v.fold_weight, CIM_COVER_FOLDS);
    printf(",\"gap_stretches\":%zu,\"gap_m\":%.3f,\"gap_m2\":%.3f,\"masked\":%llu,\"left_out\":%u,\"violations\":[", gaps, length, area,
           (unsigned long long)c->v.masked_count, c->t.left_count + c->s.left_count);
    for (uint32_t i = 0; i < c->v.violation_count && status == EXIT_DONE; i++) {
        printf("%s{\"id\":", i ? "," : "");
        status = travel_print_id(&c->travel, c->sensors[c->v.violations[i].sensor].object);
        printf(",\"area_m2\":%.3f}", c->v.violations[i].area_m2);
    }
    printf("],\"each\":[");
    for (uint32_t i = 0; i < c->sensor_count && status == EXIT_DONE; i++) {
        printf("%s\n{", i ? "," : "");
        status = print_sensor_members(c, i);
        putchar('}');
    }
    printf("]}\n");
    return status;
}

/* ---- GeoJSON ---- */

static uint32_t number_at(const char **at)
{
    uint32_t n;
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    return n;
}

/* A polygon of libcim's WKB: little-endian, in the plane. */
static int print_polygon(covering *c, const char **at)
{
    int status = EXIT_DONE;
    *at += 5;
    putchar('[');
    for (uint32_t r = 0, rings = number_at(at); r < rings && status == EXIT_DONE; r++) {
        uint32_t n = number_at(at);
        double *xy = malloc((size_t)n * 2 * sizeof *xy + 1);
        if (!xy) return cimtool_fail(c->travel.tool, CIM_ENOMEM);
        memcpy(xy, *at, (size_t)n * 2 * sizeof *xy);
        *at += (size_t)n * 2 * sizeof *xy;
        if (r) putchar(',');
        status = travel_print_positions(&c->travel, xy, n, true);
        free(xy);
    }
    putchar(']');
    return status;
}

static int print_area(covering *c, const cim_buf *wkb)
{
    const char *at = wkb->data + 1;
    int status = EXIT_DONE;
    bool one = number_at(&at) == 3;
    printf("{\"type\":\"MultiPolygon\",\"coordinates\":[");
    if (one) {
        at = wkb->data;
        uint32_t rings;
        memcpy(&rings, wkb->data + 5, sizeof rings);
        if (rings) status = print_polygon(c, &at);
    }
    for (uint32_t p = 0, parts = one ? 0 : number_at(&at); p < parts && status == EXIT_DONE; p++) {
        if (p) putchar(',');
        status = print_polygon(c, &at);
    }
    printf("]}");
    return status;
}

static int print_area_feature(covering *c, const char *what, uint32_t least, uint32_t most, bool *first)
{
    cim_buf wkb = CIM_BUF_INIT;
    double area = 0.0;
    cim_status st = cim_cover_area(c->travel.tool->ctx, c->cover, least, most, &wkb, &area);
    if (st < 0) return cimtool_fail(c->travel.tool, st);
    int status = EXIT_DONE;
    if (area > 0.0) {
        printf("%s\n{\"type\":\"Feature\",\"geometry\":", *first ? "" : ",");
        *first = false;
        status = print_area(c, &wkb);
        printf(",\"properties\":{\"kind\":\"%s\",\"area_m2\":%.1f}}", what, area);
    }
    cim_buf_dispose(&wkb);
    return status;
}

/* A stretch as the line through its targets. */
static int print_spans(covering *c, int32_t kind, const char *what, uint32_t least, uint32_t most, bool *first)
{
    cim_buf buf = CIM_BUF_INIT;
    size_t n = 0;
    cim_status st = cim_cover_spans(c->travel.tool->ctx, c->cover, kind, least, most, &buf, &n);
    int status = st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
    const cim_cover_span *spans = (const cim_cover_span *)(const void *)buf.data;
    for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
        double *xy = malloc(((size_t)spans[i].count + 1) * 2 * sizeof *xy);
        if (!xy) status = cimtool_fail(c->travel.tool, CIM_ENOMEM);
        for (uint32_t k = 0; xy && k < spans[i].count; k++) memcpy(xy + 2 * k, c->t.xyz + 3 * (size_t)(spans[i].first + k), 2 * sizeof *xy);
        if (xy) status = travel_begin_path(&c->travel, xy, spans[i].count, *first);
        *first = false;
        free(xy);
        printf("\"kind\":\"%s\",\"object\":", what);
        if (status == EXIT_DONE) status = travel_print_id(&c->travel, spans[i].object);
        printf(",\"from_m\":%.2f,\"to_m\":%.2f,\"folds\":%u}}", spans[i].from_m, spans[i].to_m, spans[i].folds);
    }
    cim_buf_dispose(&buf);
    return status;
}

static int print_fields(covering *c, bool *first)
{
    cim_sight_query *query = NULL;
    cim_ctx *ctx = c->travel.tool->ctx;
    cim_status st = cim_sight_query_new(ctx, cim_scene_sight(c->other ? c->other : c->scene), &query);
    int status = st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
    for (uint32_t i = 0; i < c->sensor_count && status == EXIT_DONE; i++) {
        cim_buf wkb = CIM_BUF_INIT;
        double area = 0.0;
        st = cim_sensor_field(ctx, query, &c->sensors[i], &wkb, &area);
        if (st < 0) status = cimtool_fail(c->travel.tool, st);
        if (st < 0) break;
        printf("%s\n{\"type\":\"Feature\",\"geometry\":", *first ? "" : ",");
        *first = false;
        status = print_area(c, &wkb);
        printf(",\"properties\":{\"kind\":\"field\",\"area_m2\":%.1f,\"sensor\":{", area);
        if (status == EXIT_DONE) status = print_sensor_members(c, i);
        printf("}}}");
        cim_buf_dispose(&wkb);
    }
    cim_sight_query_free(query);
    return status;
}

static int print_geojson(covering *c)
{
    uint32_t gap = (uint32_t)c->folds - 1;
    bool first = true;
    travel_begin_features(&c->travel);
    int status = print_fields(c, &first);
    if (status == EXIT_DONE) status = print_area_feature(c, "covered", gap + 1, UINT32_MAX, &first);
    if (status == EXIT_DONE) status = print_area_feature(c, "gap", 0, gap, &first);
    for (int32_t kind = CIM_TARGET_WALL; kind <= CIM_TARGET_LINE && status == EXIT_DONE; kind++) {
        status = print_spans(c, kind, "covered", gap + 1, UINT32_MAX, &first);
        if (status == EXIT_DONE) status = print_spans(c, kind, "gap", 0, gap, &first);
    }
    travel_end_features();
    return status;
}

static int answer(covering *c)
{
    cimtool *t = c->travel.tool;
    int status = cimtool_has(t, "geojson") ? print_geojson(c) : t->json ? print_json(c) : print_plain(c);
    if (status != EXIT_DONE) return status;
    uint32_t left = c->t.left_count + c->s.left_count;
    if (left && !t->quiet) fprintf(stderr, "cimtool: %u objects have no place or no walls, and are left out\n", left);
    return c->v.violation_count || !c->v.target_count ? EXIT_NEGATIVE : left ? EXIT_PARTIAL : EXIT_DONE;
}

int verb_cover(cimtool *tool)
{
    covering c = { .travel = { .tool = tool } };
    int status = cimtool_open(tool, tool->args[0], &c.travel.city);
    if (status == EXIT_DONE) status = ask(&c);
    if (status == EXIT_DONE) status = answer(&c);
    cim_cover_free(c.cover);
    cim_targets_free(c.targets);
    cim_sensors_free(c.read);
    cim_scene_free(c.other);
    cim_scene_free(c.scene);
    areas_free(&c.privacy);
    areas_free(&c.keep_out);
    free(c.sensors);
    travel_close(&c.travel);
    return status;
}
