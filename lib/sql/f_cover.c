/* f_cover.c - cim_cover(sensors, kind, targets): what sensors cover of walls, streets, an area or objects, and where the gaps are. */
#include "sql.h"

typedef struct asked {
    cim_sensors *read;
    cim_sensors_view s;
    cim_targets *targets;
    cim_cover *cover;
    cim_cover_view v;
    cim_geom privacy, keep_out, area;
    int64_t folds;
} asked;

static const char *const kinds[] = { "camera", "range", "radio", "sampler", "noise" };

/* ---- what is given ---- */

static cim_status sensor_options(sql_call *call, cim_sensor_options *o)
{
    static const char *const angles[] = { "tilt", "view" }, *const models[] = { "street", "free" };
    static const char *const places[] = { "high-rise", "low-rise", "residential" };
    struct {
        const char *name;
        double *value;
    } const numbers[] = { { "least", &o->least },       { "range_m", &o->range_m }, { "hfov_deg", &o->hfov_deg },          { "pitch_deg", &o->pitch_deg },
                          { "pixels", &o->pixels },     { "power", &o->power },     { "frequency_mhz", &o->frequency_mhz }, { "mount_m", &o->height_m } };
    cim_status st = CIM_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && st >= 0; i++) st = sql_option_real(call, numbers[i].name, -1e9, 1e9, numbers[i].value);
    if (st >= 0) st = sql_option_word(call, "angle", angles, 2, &o->angle);
    if (st >= 0) st = sql_option_word(call, "kind", kinds, 5, &o->kind);
    if (st >= 0) st = sql_option_word(call, "model", models, 2, &o->model);
    return st < 0 ? st : sql_option_word(call, "environment", places, 3, &o->environment);
}

static cim_status take_sensors(sql_call *call, asked *a)
{
    cim_sensor_options o = CIM_SENSOR_OPTIONS_INIT;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = sensor_options(call, &o);
    if (st >= 0) st = cim_query_run(call->ctx, call->city->city, call->arguments[0].text, NULL, &found);
    if (st >= 0) st = cim_sensor_read(call->ctx, call->city->city, call->city->scene, found.ids, found.count, &o, &a->read);
    a->s.struct_size = sizeof a->s;
    cim_query_result_dispose(&found);
    return st < 0 ? st : cim_sensors_get(call->ctx, a->read, &a->s);
}

static cim_status take_targets(sql_call *call, asked *a)
{
    cim_target_options o = CIM_TARGET_OPTIONS_INIT;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    const sql_word *what = &call->arguments[2];
    const char *kind = call->arguments[1].text;
    cim_scene *scene = call->city->scene;
    cim_city *city = call->city->city;
    o.weight = sql_option_text(call, "weight");
    cim_status st = sql_option_real(call, "step_m", 0.1, 1000.0, &o.step_m);
    if (st >= 0) st = sql_option_real(call, "height_m", -1e4, 1e4, &o.height_m);
    if (st >= 0) st = sql_option_real(call, "top_m", 0.0, 1e4, &o.top_m);
    if (st >= 0) st = cim_targets_new(call->ctx, &a->targets);
    if (st >= 0 && !strcmp(kind, "area")) {
        st = sql_area(call, what, &a->area);
        return st < 0 ? st : cim_targets_add_area(call->ctx, a->targets, scene, &a->area, &o);
    }
    if (st >= 0) st = cim_query_run(call->ctx, city, what->text, NULL, &found);
    if (st >= 0 && !strcmp(kind, "walls")) st = cim_targets_add_walls(call->ctx, a->targets, scene, found.ids, found.count, &o);
    else if (st >= 0 && !strcmp(kind, "roads")) st = cim_targets_add_lines(call->ctx, a->targets, city, scene, found.ids, found.count, &o);
    else if (st >= 0 && !strcmp(kind, "objects")) st = cim_targets_add_objects(call->ctx, a->targets, city, scene, found.ids, found.count, &o);
    else if (st >= 0) st = sql_say(call, CIM_EARG, "kind: %s is not walls, roads, area or objects", kind);
    cim_query_result_dispose(&found);
    return st;
}

static cim_status ask(sql_call *call, asked *a)
{
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    a->folds = 1;
    cim_status st = sql_option_whole(call, "folds", 1, 65535, &a->folds);
    if (st >= 0) st = sql_option_area(call, "privacy", &a->privacy, &o.privacy);
    if (st >= 0) st = sql_option_area(call, "keep_out", &a->keep_out, &o.keep_out);
    if (st >= 0) st = sql_scene(call);
    if (st >= 0) st = take_sensors(call, a);
    if (st >= 0) st = take_targets(call, a);
    if (st >= 0) st = cim_cover_build(call->ctx, cim_scene_sight(call->city->scene), a->s.sensors, a->s.count, a->targets, &o, &a->cover);
    a->v.struct_size = sizeof a->v;
    return st < 0 ? st : cim_cover_get(call->ctx, a->cover, &a->v);
}

/* ---- rows ---- */

/* All cells but those at the end, from only_weight on. */
static void put_start(sql_call *call, const asked *a, const char *role, const char *kind, uint32_t object, uint64_t targets, double weight)
{
    sql_rows *rows = &call->rows;
    sql_put_text(rows, role);
    sql_put_text(rows, kind);
    if (object == CIM_NONE) sql_put_null(rows);
    else sql_put_whole(rows, object);
    sql_put_object(rows, SQL_ID, object);
    sql_put_whole(rows, (sqlite3_int64)targets);
    sql_put_real(rows, weight);
    sql_put_real(rows, a->v.weight > 0.0 ? weight / a->v.weight : 0.0);
}

static void put_sum(sql_call *call, const asked *a, const char *role, const char *kind, uint64_t targets, double weight)
{
    put_start(call, a, role, kind, CIM_NONE, targets, weight);
    for (int i = 0; i < 5; i++) sql_put_null(&call->rows); /* only_weight to geometry */
}

static void put_sums(sql_call *call, const asked *a)
{
    char text[8];
    put_sum(call, a, "all", NULL, a->v.target_count, a->v.weight);
    put_sum(call, a, "covered", NULL, a->v.target_count - a->v.fold_count[0], a->v.covered_weight);
    for (int32_t k = 0; k < CIM_SENSOR_CLASSES; k++) put_sum(call, a, "class", cim_sensor_class_name(k), a->v.class_count[k], a->v.class_weight[k]);
    for (int k = 0; k < CIM_COVER_FOLDS; k++) {
        sqlite3_snprintf(sizeof text, text, "%d%s", k, k + 1 < CIM_COVER_FOLDS ? "" : "+");
        put_sum(call, a, "folds", text, a->v.fold_count[k], a->v.fold_weight[k]);
    }
}

static void put_assumed(sql_rows *rows, uint32_t bits)
{
    char text[400] = "[";
    for (uint32_t b = 1; b && b <= bits; b *= 2) {
        size_t n = strlen(text);
        if (bits & b) sqlite3_snprintf((int)(sizeof text - n), text + n, "%s\"%s\"", n > 1 ? "," : "", cim_sensor_assumed_name(b));
    }
    sqlite3_snprintf((int)(sizeof text - strlen(text)), text + strlen(text), "]");
    sql_put_text(rows, text);
}

/* The geometry of a sensor is the ground in its field of view. */
static cim_status put_sensor(sql_call *call, const asked *a, uint32_t i, cim_sight_query *query)
{
    const cim_sensor *s = &a->s.sensors[i];
    sql_rows *rows = &call->rows;
    cim_buf wkb = CIM_BUF_INIT;
    put_start(call, a, "sensor", kinds[s->kind], s->object, a->v.first[i + 1] - a->v.first[i], a->v.own_weight[i]);
    sql_put_real(rows, a->v.unique_weight[i]);
    put_assumed(rows, s->assumed);
    sql_put_null(rows);
    sql_put_null(rows);
    cim_status st = cim_sensor_field(call->ctx, query, s, &wkb, NULL);
    if (st >= 0) sql_put_bytes(rows, SQL_WKB, wkb.data, wkb.size);
    cim_buf_dispose(&wkb);
    return st;
}

static cim_status put_sensors(sql_call *call, const asked *a)
{
    cim_sight_query *query = NULL;
    cim_status st = cim_sight_query_new(call->ctx, cim_scene_sight(call->city->scene), &query);
    for (uint32_t i = 0; i < a->s.count && st >= 0 && !call->rows.failed; i++) st = put_sensor(call, a, i, query);
    cim_sight_query_free(query);
    return st;
}

static cim_status put_gaps(sql_call *call, const asked *a)
{
    static const int32_t of[] = { CIM_TARGET_LINE, CIM_TARGET_WALL };
    sql_rows *rows = &call->rows;
    uint32_t most = (uint32_t)a->folds - 1;
    cim_status st = CIM_OK;
    for (int k = 0; k < 2 && st >= 0; k++) {
        cim_buf buf = CIM_BUF_INIT;
        size_t n = 0;
        st = cim_cover_spans(call->ctx, a->cover, of[k], 0, most, &buf, &n);
        const cim_cover_span *spans = (const cim_cover_span *)(const void *)buf.data;
        for (size_t i = 0; i < n && st >= 0; i++) {
            put_start(call, a, "gap", k ? "wall" : "line", spans[i].object, spans[i].count, spans[i].to_m - spans[i].from_m);
            sql_put_null(rows);
            sql_put_null(rows);
            sql_put_real(rows, spans[i].from_m);
            sql_put_real(rows, spans[i].to_m);
            sql_put_object(rows, SQL_GEOMETRY_OF, spans[i].object);
        }
        cim_buf_dispose(&buf);
    }
    return st;
}

static cim_status put_blind(sql_call *call, const asked *a)
{
    cim_buf wkb = CIM_BUF_INIT;
    double area_m2 = 0.0;
    cim_status st = cim_cover_area(call->ctx, a->cover, 0, (uint32_t)a->folds - 1, &wkb, &area_m2);
    if (st >= 0 && area_m2 > 0.0) {
        put_start(call, a, "gap", "area", CIM_NONE, 0, area_m2);
        for (int i = 0; i < 4; i++) sql_put_null(&call->rows);
        sql_put_bytes(&call->rows, SQL_WKB, wkb.data, wkb.size);
    }
    cim_buf_dispose(&wkb);
    return st;
}

static void put_violations(sql_call *call, const asked *a)
{
    for (uint32_t i = 0; i < a->v.violation_count; i++) {
        uint32_t object = a->s.sensors[a->v.violations[i].sensor].object;
        put_start(call, a, "violation", "camera", object, 0, a->v.violations[i].area_m2);
        for (int k = 0; k < 4; k++) sql_put_null(&call->rows);
        sql_put_object(&call->rows, SQL_GEOMETRY_OF, object);
    }
}

static cim_status run(sql_call *call)
{
    asked a = { .folds = 1 };
    cim_status st = ask(call, &a);
    if (st >= 0) put_sums(call, &a);
    if (st >= 0) st = put_sensors(call, &a);
    if (st >= 0) st = put_gaps(call, &a);
    if (st >= 0) st = put_blind(call, &a);
    if (st >= 0) put_violations(call, &a);
    cim_cover_free(a.cover);
    cim_targets_free(a.targets);
    cim_sensors_free(a.read);
    return st;
}

const sql_function sql_cover = {
    "cim_cover",
    "role TEXT, kind TEXT, number INTEGER, id TEXT, targets INTEGER, weight REAL, share REAL, only_weight REAL, assumed TEXT, from_m REAL, to_m REAL",
    "sensors, target_kind, targets_among", 3, true,
    " step_m height_m top_m weight folds least range_m hfov_deg pitch_deg pixels power frequency_mhz mount_m angle kind model environment privacy keep_out lonlat foreign ",
    run
};
