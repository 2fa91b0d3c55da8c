/* f_los.c - cim_los(from, to): is one place seen from another, and what is in the way; cim_seen(from, among): which objects are seen, and how much. */
#include "sql.h"

#include <math.h>

#define OPTIONS " eye_m target_m lonlat hides trees walls surfaces at_time foreign "

typedef struct asked {
    double eye[3], eye_m, target_m;
} asked;

/* The scene of the connection's city, kept for the next question with the same options. */
cim_status sql_scene(sql_call *call)
{
    sql_city *c = call->city;
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    o.hides = sql_option_text(call, "hides");
    o.at = sql_option_text(call, "at_time");
    if (sql_option_is(call, "surfaces")) o.detail = CIM_SCENE_TRIANGLES;
    if (sql_option_is(call, "trees")) o.kinds |= CIM_SCENE_TREES;
    if (sql_option_is(call, "walls")) o.kinds |= CIM_SCENE_BARRIERS;
    char *key = sqlite3_mprintf("%s|%s|%d|%u", o.hides ? o.hides : "", o.at ? o.at : "", o.detail, o.kinds);
    if (!key) return sql_say(call, CIM_ENOMEM, "out of memory");
    if (c->scene && !strcmp(c->scene_key, key)) return sqlite3_free(key), CIM_OK;
    cim_scene *scene = NULL;
    cim_status st = cim_scene_build(call->ctx, c->city, &o, &scene);
    if (st < 0) return sqlite3_free(key), st;
    cim_scene_free(c->scene);
    sqlite3_free(c->scene_key);
    c->scene = scene;
    c->scene_key = key;
    return CIM_OK;
}

/* "x,y", "x,y,z", or an object. */
static cim_status place(sql_call *call, const sql_word *word, double height_m, double xyz[3])
{
    size_t count;
    uint32_t *objects;
    if (word->type == 't' && strchr(word->text, ',') && sql_numbers(call, word, xyz, 3, &count) && count >= 2) {
        cim_status st = sql_lonlat(call, xyz);
        if (st < 0) return st;
        if (!(fabs(xyz[0]) <= 1e9 && fabs(xyz[1]) <= 1e9)) return sql_say(call, CIM_EARG, "%s: this place is not on the map of the city", word->text);
        if (count == 2) xyz[2] = cim_scene_ground(call->city->scene, xyz[0], xyz[1]) + (isnan(height_m) ? 1.6 : height_m);
        return CIM_OK;
    }
    cim_status st = sql_objects(call, word, &objects, &count);
    return st < 0 ? st : cim_scene_place(call->ctx, call->city->scene, call->city->city, objects[0], height_m, xyz);
}

static cim_status take(sql_call *call, asked *a)
{
    a->eye_m = NAN;
    a->target_m = 1.6;
    cim_status st = sql_option_real(call, "eye_m", -1e4, 1e4, &a->eye_m);
    if (st >= 0) st = sql_option_real(call, "target_m", -1e4, 1e4, &a->target_m);
    if (st >= 0) st = sql_scene(call);
    return st < 0 ? st : place(call, &call->arguments[0], a->eye_m, a->eye);
}

static void put_line(sql_call *call, const double from[3], const double to[3])
{
    const double xy[4] = { from[0], from[1], to[0], to[1] };
    sql_put_line(call, xy, 2);
}

static void put_target(sql_call *call, const sql_word *word, const asked *a, const double xyz[3], uint32_t blocker)
{
    sql_rows *rows = &call->rows;
    bool object = blocker != CIM_NONE && blocker != CIM_SIGHT_TERRAIN && blocker != CIM_SCENE_ADDED;
    double dx = xyz[0] - a->eye[0], dy = xyz[1] - a->eye[1], dz = xyz[2] - a->eye[2];
    sql_put_text(rows, word->text);
    sql_put_whole(rows, blocker == CIM_NONE);
    sql_put_real(rows, sqrt(dx * dx + dy * dy + dz * dz));
    sql_put_real(rows, a->eye[2]);
    sql_put_real(rows, xyz[2]);
    if (object) sql_put_object(rows, SQL_ID, blocker);
    else sql_put_text(rows, blocker == CIM_SIGHT_TERRAIN ? "terrain" : NULL);
    put_line(call, a->eye, xyz);
}

static cim_status run(sql_call *call)
{
    asked a;
    sql_words targets = { .count = 0 };
    double xyz[3];
    uint32_t blocker = CIM_NONE;
    cim_status st = take(call, &a);
    if (st >= 0) st = sql_list(call, &call->arguments[1], &targets);
    for (size_t i = 0; i < targets.count && st >= 0; i++) {
        st = place(call, &targets.at[i], a.target_m, xyz);
        if (st >= 0) st = cim_scene_line(call->ctx, call->city->scene, a.eye, xyz, &blocker);
        if (st >= 0) put_target(call, &targets.at[i], &a, xyz, blocker);
    }
    return st;
}

const sql_function sql_los = { "cim_los", "target TEXT, seen INTEGER, distance_m REAL, eye_z_m REAL, target_z_m REAL, blocker TEXT", "from_place, to_place", 2,
                               true, OPTIONS, run };

/* ---- objects ---- */

static cim_status run_seen(sql_call *call)
{
    asked a;
    double step_m = 2.0, max_m = 1000.0;
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_scene_sighting *list = NULL;
    cim_status st = take(call, &a);
    if (st >= 0) st = sql_option_real(call, "step_m", 0.1, 1000.0, &step_m);
    if (st >= 0) st = sql_option_real(call, "max_m", 0.001, 1e6, &max_m);
    if (st >= 0) st = cim_query_run(call->ctx, call->city->city, call->arguments[1].text, NULL, &found);
    if (st >= 0 && !(list = sql_room(call, found.count + 1, sizeof *list))) st = CIM_ENOMEM;
    if (st >= 0) st = cim_scene_seen(call->ctx, call->city->scene, call->city->city, a.eye, found.ids, found.count, a.target_m, step_m, list);
    for (size_t i = 0; i < found.count && st >= 0; i++) {
        if (!list[i].seen || list[i].distance_m > max_m) continue;
        sql_put_whole(&call->rows, found.ids[i]);
        sql_put_object(&call->rows, SQL_ID, found.ids[i]);
        sql_put_real(&call->rows, (double)list[i].seen / list[i].points);
        sql_put_whole(&call->rows, list[i].points);
        sql_put_real(&call->rows, list[i].distance_m);
        put_line(call, a.eye, list[i].xyz);
    }
    cim_query_result_dispose(&found);
    return st;
}

const sql_function sql_seen = { "cim_seen", "number INTEGER, id TEXT, share REAL, points INTEGER, distance_m REAL", "from_place, among", 2, true,
                                OPTIONS "step_m max_m ", run_seen };
