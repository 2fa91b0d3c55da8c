/* verb_see.c - cimtool see: what is seen from a place, and what is in the way. */
#include "sight.h"

#include <math.h>
#include <stdlib.h>

typedef struct seeing {
    sight sight;
    double eye[3], eye_m, target_m, max_m, step_m;
    uint32_t eye_object;
    bool geojson;
} seeing;

static double distance(const double a[3], const double b[3])
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

static void print_eye(const seeing *e) { printf("\"eye\":[%.3f,%.3f,%.3f]", e->eye[0], e->eye[1], e->eye[2]); }

static int begin_json(seeing *e)
{
    printf("{\"schema\":\"cimtool/1\",");
    print_eye(e);
    putchar(',');
    sight_print_scene(&e->sight);
    return EXIT_DONE;
}

/* ---- lines of sight to places ---- */

typedef struct target {
    const char *text;
    double xyz[3];
    uint32_t object, blocker;
} target;

static int print_target(seeing *e, const target *t, bool first)
{
    const double xy[4] = { e->eye[0], e->eye[1], t->xyz[0], t->xyz[1] };
    cimtool *tool = e->sight.travel.tool;
    bool json = tool->json || e->geojson;
    int status = EXIT_DONE;
    if (e->geojson) status = travel_begin_path(&e->sight.travel, xy, 2, first);
    else if (json) printf("%s\n{", first ? "" : ",");
    else printf("%-24s %-6s %9.2f m", t->text, t->blocker == CIM_NONE ? "seen" : "hidden", distance(e->eye, t->xyz));
    if (status != EXIT_DONE) return status;
    if (json) {
        printf("\"target\":");
        cimtool_print_string(t->text);
        printf(",\"seen\":%s,\"distance_m\":%.3f,\"z_m\":%.3f,\"blocker\":", t->blocker == CIM_NONE ? "true" : "false", distance(e->eye, t->xyz), t->xyz[2]);
        if (t->blocker == CIM_NONE) printf("null");
        else status = sight_print_blocker(&e->sight, t->blocker, true);
        printf(e->geojson ? "}}" : "}");
    } else if (t->blocker != CIM_NONE) {
        printf("  by ");
        status = sight_print_blocker(&e->sight, t->blocker, false);
    }
    if (!json) putchar('\n');
    return status;
}

static int see_places(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    int status = EXIT_DONE, seen = 0;
    if (e->geojson) travel_begin_features(&e->sight.travel);
    else if (tool->json) begin_json(e), printf(",\"targets\":[");
    for (int i = 2; i < tool->arg_count && status == EXIT_DONE; i++) {
        target t = { .text = tool->args[i] };
        status = sight_place(&e->sight, t.text, e->target_m, t.xyz, &t.object);
        if (status != EXIT_DONE) break;
        cim_status st = cim_scene_line(tool->ctx, e->sight.scene, e->eye, t.xyz, &t.blocker);
        if (st < 0) return cimtool_fail(tool, st);
        seen += t.blocker == CIM_NONE;
        status = print_target(e, &t, i == 2);
    }
    if (e->geojson) travel_end_features();
    else if (tool->json) printf("]}\n");
    return status != EXIT_DONE ? status : seen ? EXIT_DONE : EXIT_NEGATIVE;
}

/* ---- objects of a query ---- */

static int print_sighting(seeing *e, uint32_t object, const cim_scene_sighting *g, bool *first)
{
    cimtool *tool = e->sight.travel.tool;
    const double xy[4] = { e->eye[0], e->eye[1], g->xyz[0], g->xyz[1] };
    double share = g->points ? (double)g->seen / g->points : 0.0;
    int status = EXIT_DONE;
    if (e->geojson) status = travel_begin_path(&e->sight.travel, xy, 2, *first);
    else if (tool->json) printf("%s\n{", *first ? "" : ",");
    *first = false;
    if (status != EXIT_DONE) return status;
    if (!e->geojson && !tool->json) {
        printf("%6.1f %% %9.2f m  ", 100.0 * share, g->distance_m);
        status = travel_print_plain_id(&e->sight.travel, object, 0);
        putchar('\n');
        return status;
    }
    printf("\"object\":");
    status = travel_print_id(&e->sight.travel, object);
    printf(",\"share\":%.4f,\"points\":%u,\"distance_m\":%.3f,\"point\":[%.3f,%.3f,%.3f]", share, g->points, g->distance_m, g->xyz[0], g->xyz[1], g->xyz[2]);
    printf(e->geojson ? "}}" : "}");
    return status;
}

static int see_found(seeing *e, const cim_query_result *found)
{
    cimtool *tool = e->sight.travel.tool;
    cim_scene_sighting *list = calloc(found->count + 1, sizeof *list);
    size_t seen = 0;
    bool first = true;
    if (!list) return cimtool_fail(tool, CIM_ENOMEM);
    cim_status st = cim_scene_seen(tool->ctx, e->sight.scene, e->sight.travel.city, e->eye, found->ids, found->count, e->target_m, e->step_m, list);
    int status = st < 0 ? cimtool_fail(tool, st) : EXIT_DONE;
    for (size_t i = 0; i < found->count; i++) seen += list[i].seen > 0 && list[i].distance_m <= e->max_m;
    if (status == EXIT_DONE && e->geojson) travel_begin_features(&e->sight.travel);
    else if (status == EXIT_DONE && tool->json) begin_json(e), printf(",\"asked\":%zu,\"seen\":%zu,\"objects\":[", found->count, seen);
    for (size_t i = 0; i < found->count && status == EXIT_DONE; i++)
        if (list[i].seen && list[i].distance_m <= e->max_m) status = print_sighting(e, found->ids[i], &list[i], &first);
    free(list);
    if (status != EXIT_DONE) return status;
    if (e->geojson) travel_end_features();
    else if (tool->json) printf("]}\n");
    else printf("%zu of %zu are seen\n", seen, found->count);
    return seen ? EXIT_DONE : EXIT_NEGATIVE;
}

static int see_among(seeing *e, const char *expression)
{
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    cim_status st = cim_query_run(e->sight.travel.tool->ctx, e->sight.travel.city, expression, NULL, &found);
    if (st < 0) return cimtool_fail(e->sight.travel.tool, st);
    int status = see_found(e, &found);
    cim_query_result_dispose(&found);
    return status;
}

/* ---- isovists ---- */

/* Metres of visible walls of a building; walls come by prism, prisms by building. */
static uint32_t root_of(const seeing *e, const cim_sight_wall *w) { return e->sight.view.prism_root[w->prism]; }

static int print_walls(seeing *e, const cim_sight_isovist *v, bool json)
{
    int status = EXIT_DONE;
    bool first = true;
    for (size_t i = 0, j; i < v->wall_count && status == EXIT_DONE; i = j) {
        double metres = 0.0;
        for (j = i; j < v->wall_count && root_of(e, &v->walls[j]) == root_of(e, &v->walls[i]); j++) metres += v->walls[j].length_m;
        if (json) printf("%s\n{\"object\":", first ? "" : ",");
        else printf("%9.2f m  ", metres);
        uint32_t root = root_of(e, &v->walls[i]);
        status = json ? travel_print_id(&e->sight.travel, root) : travel_print_plain_id(&e->sight.travel, root, 0);
        if (json) printf(",\"wall_m\":%.3f}", metres);
        else putchar('\n');
        first = false;
    }
    return status;
}

static int print_outline(seeing *e, const cim_sight_isovist *v, bool degrees)
{
    double *closed = malloc((v->count + 1) * 2 * sizeof *closed);
    if (!closed) return cimtool_fail(e->sight.travel.tool, CIM_ENOMEM);
    for (size_t i = 0; i < 2 * v->count; i++) closed[i] = v->xy[i];
    closed[2 * v->count] = v->xy[0], closed[2 * v->count + 1] = v->xy[1];
    printf("{\"type\":\"Polygon\",\"coordinates\":[");
    int status = travel_print_positions(&e->sight.travel, closed, v->count + 1, degrees);
    printf("]}");
    free(closed);
    return status;
}

static int print_wall_lines(seeing *e, const cim_sight_isovist *v)
{
    const cim_sight_prisms *p = e->sight.view.prisms;
    int status = EXIT_DONE;
    for (size_t i = 0; i < v->wall_count && status == EXIT_DONE; i++) {
        const cim_sight_wall *w = &v->walls[i];
        uint32_t ring = w->prism ? p->prism_end[w->prism - 1] : 0;
        while (p->ring_end[ring] <= w->vertex) ring++;
        uint32_t first = ring ? p->ring_end[ring - 1] : 0, next = w->vertex + 1 < p->ring_end[ring] ? w->vertex + 1 : first;
        const double *a = p->xy + 2 * (size_t)w->vertex, *b = p->xy + 2 * (size_t)next;
        const double xy[4] = { a[0] + w->from * (b[0] - a[0]), a[1] + w->from * (b[1] - a[1]), a[0] + w->to * (b[0] - a[0]), a[1] + w->to * (b[1] - a[1]) };
        status = travel_begin_path(&e->sight.travel, xy, 2, false);
        printf("\"object\":");
        if (status == EXIT_DONE) status = travel_print_id(&e->sight.travel, root_of(e, w));
        printf(",\"wall_m\":%.3f}}", w->length_m);
    }
    return status;
}

static int show_isovist(seeing *e, const cim_sight_isovist *v)
{
    cimtool *tool = e->sight.travel.tool;
    int status = EXIT_DONE;
    if (!v->count) {
        cimtool_complain("nothing is seen: the place is inside of what hides");
        return EXIT_NEGATIVE;
    }
    if (e->geojson) {
        travel_begin_features(&e->sight.travel);
        printf("\n{\"type\":\"Feature\",\"geometry\":");
        status = print_outline(e, v, true);
        printf(",\"properties\":{\"area_m2\":%.3f}}", v->area_m2);
        if (status == EXIT_DONE) status = print_wall_lines(e, v);
        travel_end_features();
        return status;
    }
    if (!tool->json) {
        printf("%.1f m2 are seen\n", v->area_m2);
        return print_walls(e, v, false);
    }
    begin_json(e);
    printf(",\"area_m2\":%.3f,\"walls\":[", v->area_m2);
    status = print_walls(e, v, true);
    printf("],\"geometry\":");
    if (status == EXIT_DONE) status = print_outline(e, v, false);
    printf("}\n");
    return status;
}

static int see_isovist(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    cim_sight_query *query = NULL;
    cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
    cim_sight_isovist v = { .struct_size = sizeof v };
    cim_sight_scene *level = NULL;
    o.z_m = e->eye[2] - cim_scene_ground(e->sight.scene, e->eye[0], e->eye[1]);
    o.max_m = e->max_m;
    cim_status st = cim_scene_level(tool->ctx, e->sight.scene, &level);
    if (st >= 0) st = cim_sight_query_new(tool->ctx, level, &query);
    if (st >= 0) st = cim_sight_isovist_find(tool->ctx, query, e->eye[0], e->eye[1], &o, &v);
    int status = st < 0 ? cimtool_fail(tool, st) : show_isovist(e, &v);
    cim_sight_query_free(query);
    cim_sight_scene_free(level);
    return status;
}

/* ---- the sky ---- */

static int see_sky(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    cim_sight_query *query = NULL;
    double share = 0.0;
    cim_status st = cim_sight_query_new(tool->ctx, cim_scene_sight(e->sight.scene), &query);
    if (st >= 0) st = cim_sight_sky(tool->ctx, query, e->eye, e->max_m, &share);
    cim_sight_query_free(query);
    if (st < 0) return cimtool_fail(tool, st);
    if (tool->json) begin_json(e), printf(",\"sky_view_factor\":%.6f}\n", share);
    else printf("sky view factor %.4f\n", share);
    return EXIT_DONE;
}

/* ---- streets ---- */

static int print_streets(seeing *e, const cim_scene_streets *v, bool json)
{
    int status = EXIT_DONE;
    bool first = true;
    for (size_t i = 0; i < v->street_count && status == EXIT_DONE; i++) {
        const cim_scene_street *s = &v->streets[i];
        if (!(s->seen_m > 0.0)) continue;
        if (json) printf("%s\n{\"object\":", first ? "" : ",");
        else printf("%9.2f m of %9.2f m  ", s->seen_m, s->length_m);
        first = false;
        status = json ? travel_print_id(&e->sight.travel, s->object) : travel_print_plain_id(&e->sight.travel, s->object, 0);
        if (json) printf(",\"seen_m\":%.3f,\"length_m\":%.3f}", s->seen_m, s->length_m);
        else putchar('\n');
    }
    return status;
}

static int print_stretches(seeing *e, const cim_scene_streets *v)
{
    int status = EXIT_DONE;
    travel_begin_features(&e->sight.travel);
    for (size_t i = 0; i < v->stretch_count && status == EXIT_DONE; i++) {
        const cim_scene_stretch *s = &v->stretches[i];
        const double xy[4] = { s->from[0], s->from[1], s->to[0], s->to[1] };
        status = travel_begin_path(&e->sight.travel, xy, 2, i == 0);
        printf("\"object\":");
        if (status == EXIT_DONE) status = travel_print_id(&e->sight.travel, s->object);
        printf(",\"from_m\":%.3f,\"to_m\":%.3f}}", s->from_m, s->to_m);
    }
    travel_end_features();
    return status;
}

static int show_streets(seeing *e, const cim_scene_streets *v)
{
    cimtool *tool = e->sight.travel.tool;
    if (e->geojson) return print_stretches(e, v);
    if (!tool->json) {
        printf("%.1f m of %.1f m of streets within %g m are seen\n", v->seen_m, v->length_m, e->max_m);
        return print_streets(e, v, false);
    }
    begin_json(e);
    printf(",\"max_m\":%g,\"seen_m\":%.3f,\"length_m\":%.3f,\"streets\":[", e->max_m, v->seen_m, v->length_m);
    int status = print_streets(e, v, true);
    printf("]}\n");
    return status;
}

static int see_roads(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    cim_scene_streets_result *result = NULL;
    cim_scene_streets v = { .struct_size = sizeof v };
    cim_status st = cim_scene_streets_find(tool->ctx, e->sight.scene, e->sight.travel.city, e->eye, e->target_m, e->max_m, &result);
    if (st >= 0) st = cim_scene_streets_get(tool->ctx, result, &v);
    int status = st < 0 ? cimtool_fail(tool, st) : show_streets(e, &v);
    if (status == EXIT_DONE && !(v.seen_m > 0.0)) status = EXIT_NEGATIVE;
    cim_scene_streets_free(result);
    return status;
}

/* ---- viewsheds ---- */

static int show_viewshed(seeing *e, const cim_sight_raster *r, const uint8_t *seen)
{
    cimtool *tool = e->sight.travel.tool;
    const char *path = cimtool_value(tool, "output");
    size_t count = (size_t)r->columns * r->rows, lit = 0, known = 0;
    for (size_t i = 0; i < count; i++) lit += seen[i] == 1, known += seen[i] != CIM_SIGHT_BEYOND;
    double cell = r->step_x_m * fabs(r->step_y_m);
    cim_status st = path ? cim_scene_raster_save(tool->ctx, path, cim_city_epsg(e->sight.travel.city), r, seen, cimtool_has(tool, "overwrite")) : CIM_OK;
    if (st < 0) return cimtool_fail(tool, st);
    if (tool->json) {
        begin_json(e);
        printf(",\"columns\":%u,\"rows\":%u,\"cell_m\":%g,\"seen_m2\":%.1f,\"known_m2\":%.1f,\"output\":", r->columns, r->rows, r->step_x_m, (double)lit * cell, (double)known * cell);
        if (path) cimtool_print_string(path);
        else printf("null");
        printf("}\n");
    } else {
        printf("%.1f m2 of %.1f m2 are seen, in cells of %g m\n", (double)lit * cell, (double)known * cell, r->step_x_m);
    }
    return lit ? EXIT_DONE : EXIT_NEGATIVE;
}

static int see_viewshed(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_buf heights = CIM_BUF_INIT;
    double cell = 1.0;
    const cim_box box = { e->eye[0] - e->max_m, e->eye[1] - e->max_m, e->eye[0] + e->max_m, e->eye[1] + e->max_m };
    if (!cimtool_real(tool, "cell", &cell)) return EXIT_USAGE;
    if (cimtool_has(tool, "columns")) o.method = CIM_SIGHT_COLUMNS;
    if (cimtool_has(tool, "round-earth")) o.earth_radius_m = 6378137.0;
    o.max_m = e->max_m;
    o.target_height_m = e->target_m;
    cim_status st = cim_scene_surface(tool->ctx, e->sight.scene, &box, cell, e->eye, &r, &heights);
    if (st < 0) return cimtool_fail(tool, st);
    uint32_t column = (uint32_t)lround((e->eye[0] - r.x) / r.step_x_m), row = (uint32_t)lround((e->eye[1] - r.y) / r.step_y_m);
    uint8_t *seen = malloc((size_t)r.columns * r.rows);
    o.eye_height_m = e->eye[2] - (double)r.height_m[(size_t)row * r.columns + column];
    if (seen && o.eye_height_m < 0.0) {
        cimtool_complain("nothing is seen: the place is inside of what hides");
        free(seen);
        cim_buf_dispose(&heights);
        return EXIT_NEGATIVE;
    }
    st = seen ? cim_sight_viewshed(tool->ctx, &r, column, row, &o, seen) : CIM_ENOMEM;
    int status = st < 0 ? cimtool_fail(tool, st) : show_viewshed(e, &r, seen);
    free(seen);
    cim_buf_dispose(&heights);
    return status;
}

/* ---- which of them ---- */

static int options(seeing *e, cimtool *tool)
{
    static const char *const modes[] = { "isovist", "viewshed", "roads", "sky", "among" };
    int asked = tool->arg_count > 2;
    *e = (seeing){ .eye_m = NAN, .target_m = 1.6, .max_m = 1000.0, .step_m = 2.0, .geojson = cimtool_has(tool, "geojson") };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) asked += cimtool_has(tool, modes[i]);
    if (!cimtool_real(tool, "eye", &e->eye_m) || !cimtool_real(tool, "target", &e->target_m) || !cimtool_real(tool, "max", &e->max_m) || !cimtool_real(tool, "step", &e->step_m))
        return EXIT_USAGE;
    if (asked != 1) return cimtool_complain("see: one of a place to look at, --among, --isovist, --viewshed, --roads, --sky");
    if (cimtool_has(tool, "eye") && !(fabs(e->eye_m) <= 1e4)) return cimtool_complain("--eye: no height");
    if (!(e->max_m > 0.0 && e->max_m <= 1e6)) return cimtool_complain("--max: must be above 0 and at most 1,000,000 m");
    if (cimtool_has(tool, "output") && !cimtool_has(tool, "viewshed")) return cimtool_complain("--output: a raster is for --viewshed, features are .geojson, .json or .gpkg");
    return EXIT_DONE;
}

static int answer(seeing *e)
{
    cimtool *tool = e->sight.travel.tool;
    if (cimtool_has(tool, "isovist")) return see_isovist(e);
    if (cimtool_has(tool, "viewshed")) return see_viewshed(e);
    if (cimtool_has(tool, "roads")) return see_roads(e);
    if (cimtool_has(tool, "sky")) return see_sky(e);
    if (cimtool_has(tool, "among")) return see_among(e, cimtool_value(tool, "among"));
    return see_places(e);
}

int verb_see(cimtool *tool)
{
    seeing e;
    int status = options(&e, tool);
    if (status != EXIT_DONE) return status;
    status = sight_open(&e.sight, tool);
    if (status == EXIT_DONE) status = sight_place(&e.sight, tool->args[1], e.eye_m, e.eye, &e.eye_object);
    if (status == EXIT_DONE) status = answer(&e);
    sight_close(&e.sight);
    return status;
}
