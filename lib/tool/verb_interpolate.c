/* verb_interpolate.c - cimtool interpolate: a map of what sensors measure, and how wrong it is. */
#include "areas.h"
#include "observe.h"
#include "travel_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = { "best", "spherical", "exponential", "gaussian", "matern" };
enum { MODELS = sizeof models / sizeof *models, ENOUGH_PAIRS = 30 }; /* of A. Journel, C. Huijbregts, "Mining Geostatistics", 1978 */

typedef struct mapping {
    travel travel; /* of it only the tool and the city are used */
    cim_sense *sense;
    cim_readings *readings;
    cim_readings_view r;
    cim_field *field;
    cim_field_view f;
    cim_field_errors errors; /* count 0: none */
    double *estimates, *variances; /* by place, what the others say of it */
    bool kriging;
    cim_sight_raster raster; /* columns 0: none was asked for */
    cim_buf numbers, deviations;
    cim_field_bands *bands;
    cim_field_bands_view b;
    cim_query_result found; /* objects, their places, values and standard errors */
    double *xy, *values;
    size_t unplaced;
} mapping;

/* ---- options ---- */

static int model_of(const char *name, size_t size)
{
    for (int i = 0; i < MODELS; i++)
        if (strlen(models[i]) == size && !strncmp(models[i], name, size)) return i;
    return -1;
}

/* "spherical,0,25,800" */
static int read_variogram(const char *text, cim_variogram *v)
{
    double numbers[3];
    size_t word = strcspn(text, ",");
    int model = model_of(text, word), n = 0;
    const char *p = text + word;
    for (char *end; n < 3 && *p == ','; n++, p = end) {
        numbers[n] = strtod(p + 1, &end);
        if (end == p + 1) break;
    }
    if (model < 1 || n < 3 || *p) return cimtool_complain("--variogram: %s is no MODEL,NUGGET,SILL,RANGE such as spherical,0,25,800", text);
    v->model = (uint32_t)model, v->nugget = numbers[0], v->sill = numbers[1], v->range_m = numbers[2];
    return EXIT_DONE;
}

static int field_options(cimtool *t, cim_field_options *o, cim_variogram *v)
{
    const char *method = cimtool_value(t, "method"), *model = cimtool_value(t, "model"), *given = cimtool_value(t, "variogram");
    int64_t neighbours = 0, bins = 0;
    double smoothness = 0.0;
    if (!cimtool_int(t, "neighbours", 1, 512, &neighbours) || !cimtool_int(t, "bins", 2, 1000, &bins) || !cimtool_real(t, "radius", &o->radius_m) ||
        !cimtool_real(t, "power", &o->power) || !cimtool_real(t, "max-lag", &o->max_lag_m) || !cimtool_real(t, "smoothness", &smoothness))
        return EXIT_USAGE;
    o->neighbours = (uint32_t)neighbours, o->bins = (uint32_t)bins, o->smoothness = smoothness;
    if (method && strcmp(method, "kriging") != 0 && strcmp(method, "idw") != 0) return cimtool_complain("--method: %s is neither kriging nor idw", method);
    if (method && !strcmp(method, "idw")) o->method = CIM_FIELD_DISTANCE;
    if (o->method == CIM_FIELD_DISTANCE && (model || given)) return cimtool_complain("idw knows no variogram");
    int number = model ? model_of(model, strlen(model)) : 0;
    if (number < 0) return cimtool_complain("--model: %s is none of best, spherical, exponential, gaussian, matern", model);
    o->model = (uint32_t)number;
    if (!given) return EXIT_DONE;
    o->variogram = v;
    if (smoothness > 0.0) v->smoothness = smoothness;
    return read_variogram(given, v);
}

/* ---- readings and the field ---- */

static int take_readings(mapping *m)
{
    cimtool *t = m->travel.tool;
    cim_readings_options o = CIM_READINGS_OPTIONS_INIT;
    o.property = t->args[1];
    o.unit = cimtool_value(t, "unit");
    if (!observe_time(t, "at", &o.at_ms) || !observe_duration(t, "mean", &o.mean_ms) || !observe_duration(t, "max-age", &o.max_age_ms)) return EXIT_USAGE;
    cim_status st = cim_sense_open(t->ctx, t->args[0], NULL, &m->sense);
    if (st >= 0) st = cim_readings_take(t->ctx, m->travel.city, m->sense, &o, &m->readings);
    if (st < 0) return cimtool_fail(t, st);
    m->r.struct_size = sizeof m->r;
    cim_readings_get(m->readings, &m->r);
    return EXIT_DONE;
}

static int build_field(mapping *m, const cim_field_options *o)
{
    cimtool *t = m->travel.tool;
    cim_status st = cim_field_build(t->ctx, m->r.xy, m->r.values, m->r.used_count, o, &m->field);
    if (st < 0) {
        int status = cimtool_fail(t, st);
        if (st == CIM_ENOTFOUND && m->r.used_count && !t->quiet) fprintf(stderr, "cimtool: try --max-lag, a --variogram of your own, or --method idw\n");
        return status;
    }
    m->f.struct_size = sizeof m->f;
    cim_field_get(m->field, &m->f);
    m->kriging = m->f.method == CIM_FIELD_KRIGING;
    m->errors.struct_size = sizeof m->errors;
    m->estimates = malloc(((size_t)m->f.place_count + 1) * 2 * sizeof *m->estimates);
    if (!m->estimates) return cimtool_fail(t, CIM_ENOMEM);
    m->variances = m->estimates + m->f.place_count;
    if (m->f.place_count < 2) return EXIT_DONE;
    st = cim_field_leave_out(t->ctx, m->field, &m->errors, m->estimates, m->variances);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

/* ---- the map ---- */

static int box_of(mapping *m, cim_box *box)
{
    const char *text = cimtool_value(m->travel.tool, "area");
    areas a = { NULL, 0 };
    *box = (cim_box){ m->f.min_x, m->f.min_y, m->f.max_x, m->f.max_y };
    double longer = fmax(box->max_x - box->min_x, box->max_y - box->min_y), around = longer > 0.0 ? 0.1 * longer : 100.0;
    *box = (cim_box){ box->min_x - around, box->min_y - around, box->max_x + around, box->max_y + around };
    if (!text) return EXIT_DONE;
    int status = areas_add(&m->travel, &a, text);
    for (size_t i = 0; i < a.count && status == EXIT_DONE; i++) {
        cim_box b;
        cim_status st = cim_geom_box(m->travel.tool->ctx, &a.geoms[i], &b);
        if (st < 0) status = cimtool_fail(m->travel.tool, st);
        else if (!i) *box = b;
        else *box = (cim_box){ fmin(box->min_x, b.min_x), fmin(box->min_y, b.min_y), fmax(box->max_x, b.max_x), fmax(box->max_y, b.max_y) };
    }
    areas_free(&a);
    return status;
}

static int make_raster(mapping *m)
{
    cimtool *t = m->travel.tool;
    cim_box box;
    int status = box_of(m, &box);
    if (status != EXIT_DONE) return status;
    double cell = fmax(box.max_x - box.min_x, box.max_y - box.min_y) / 200.0;
    if (!cimtool_real(t, "cell", &cell)) return EXIT_USAGE;
    cim_sight_raster raster = CIM_SIGHT_RASTER_INIT;
    cim_status st = cim_field_raster(t->ctx, m->field, &box, cell, &raster, &m->numbers, cimtool_has(t, "error-map") ? &m->deviations : NULL);
    if (st < 0) return cimtool_fail(t, st);
    m->raster = raster;
    return EXIT_DONE;
}

static int save_rasters(mapping *m)
{
    cimtool *t = m->travel.tool;
    const char *map = cimtool_value(t, "output"), *errors = cimtool_value(t, "error-map");
    int32_t epsg = cim_city_epsg(m->travel.city), overwrite = cimtool_has(t, "overwrite");
    cim_sight_raster second = m->raster;
    cim_status st = map ? cim_scene_raster_save(t->ctx, map, epsg, &m->raster, NULL, overwrite) : CIM_OK;
    second.height_m = (const float *)(const void *)m->deviations.data;
    if (st >= 0 && errors) st = cim_scene_raster_save(t->ctx, errors, epsg, &second, NULL, overwrite);
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int make_bands(mapping *m)
{
    cimtool *t = m->travel.tool;
    double limits[CIM_FIELD_LIMITS];
    size_t count = 0;
    for (const char *p = cimtool_value(t, "bands");; p++) {
        char *end;
        if (count == CIM_FIELD_LIMITS) return cimtool_complain("--bands: %d limits are the most", CIM_FIELD_LIMITS);
        limits[count] = strtod(p, &end);
        if (end == p || (*end && *end != ',') || !isfinite(limits[count]) || (count && limits[count] <= limits[count - 1]))
            return cimtool_complain("--bands: ascending numbers with commas between them are needed");
        count++;
        p = end;
        if (!*p) break;
    }
    cim_status st = cim_field_bands_build(t->ctx, &m->raster, limits, count, &m->bands);
    if (st < 0) return cimtool_fail(t, st);
    m->b.struct_size = sizeof m->b;
    cim_field_bands_get(m->bands, &m->b);
    return EXIT_DONE;
}

/* ---- values at objects ---- */

/* Objects without a place keep NAN. */
static int take_values(mapping *m)
{
    cimtool *t = m->travel.tool;
    cim_status st = cim_query_run(t->ctx, m->travel.city, cimtool_value(t, "values-at"), NULL, &m->found);
    if (st < 0) return cimtool_fail(t, st);
    size_t n = m->found.count;
    m->xy = malloc((n + 1) * 2 * sizeof *m->xy);
    m->values = malloc((n + 1) * 2 * sizeof *m->values);
    if (!m->xy || !m->values) return cimtool_fail(t, CIM_ENOMEM);
    st = cim_readings_places(t->ctx, m->travel.city, m->found.ids, n, m->xy);
    for (size_t i = 0; i < n && st >= 0; i++) {
        m->values[2 * i] = m->values[2 * i + 1] = NAN;
        if (isnan(m->xy[2 * i])) m->unplaced++;
        else st = cim_field_values(t->ctx, m->field, m->xy + 2 * i, 1, &m->values[2 * i], &m->values[2 * i + 1]);
        if (st >= 0) m->values[2 * i + 1] = sqrt(m->values[2 * i + 1]);
    }
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int ask(mapping *m)
{
    cimtool *t = m->travel.tool;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_variogram v = CIM_VARIOGRAM_INIT;
    int status = field_options(t, &o, &v);
    if (status == EXIT_DONE && o.method == CIM_FIELD_DISTANCE && cimtool_has(t, "error-map")) return cimtool_complain("idw knows no standard errors");
    if (status == EXIT_DONE) status = take_readings(m);
    if (status != EXIT_DONE || !m->r.used_count) return status;
    status = build_field(m, &o);
    bool map = cimtool_has(t, "output") || cimtool_has(t, "error-map") || cimtool_has(t, "bands");
    if (status == EXIT_DONE && map) status = make_raster(m);
    if (status == EXIT_DONE && cimtool_has(t, "bands")) status = make_bands(m);
    if (status == EXIT_DONE && cimtool_has(t, "values-at")) status = take_values(m);
    return status == EXIT_DONE && map ? save_rasters(m) : status;
}

/* ---- answers ---- */

static void print_time(int64_t time_ms)
{
    char text[32];
    cim_time_text(time_ms, text);
    fputs(text, stdout);
}

static void print_number(const char *key, double v)
{
    printf(",\"%s\":", key);
    if (isfinite(v)) printf("%.9g", v);
    else printf("null");
}

static int stream_of(mapping *m, const cim_reading *r, cim_stream *s)
{
    *s = (cim_stream)CIM_STREAM_INIT;
    cim_status st = cim_sense_stream(m->travel.tool->ctx, m->sense, r->stream, s);
    return st < 0 ? cimtool_fail(m->travel.tool, st) : EXIT_DONE;
}

static double estimate_of(const mapping *m, const cim_reading *r) { return r->fate == CIM_READING_USED && m->errors.count ? m->estimates[r->place] : NAN; }
static double deviation_of(const mapping *m, const cim_reading *r) { return r->fate == CIM_READING_USED && m->errors.count ? sqrt(m->variances[r->place]) : NAN; }

/* ---- plain ---- */

static void print_head(const mapping *m)
{
    cimtool_print_safe(m->travel.tool->args[1]);
    if (m->r.from_ms < m->r.at_ms) {
        printf(", mean from ");
        print_time(m->r.from_ms);
        printf(" to ");
    } else {
        printf(" at ");
    }
    print_time(m->r.at_ms);
    if (m->r.unit) printf(", ");
    cimtool_print_safe(m->r.unit ? m->r.unit : "");
    printf(": %zu of %zu streams\n", m->r.used_count, m->r.count);
}

static void print_method(const mapping *m)
{
    const cim_field_view *f = &m->f;
    if (!m->kriging) printf("inverse distances\n");
    else if (f->nugget + f->sill <= 0.0) printf("kriging: all values are the same\n");
    else {
        printf("kriging: %s, nugget %.4g, sill %.4g, range %.4g m", f->model < MODELS ? models[f->model] : "", f->nugget, f->sill, f->range_m);
        if (f->model == CIM_VARIOGRAM_MATERN) printf(", smoothness %.4g", f->smoothness);
        printf(f->pairs ? "; fitted to %u pairs\n" : "\n", f->pairs);
    }
    if (f->merged_count) printf("%u readings are at the place of another one: their mean counts\n", f->merged_count);
    if (!m->errors.count) return;
    printf("each from the others: rmse %.4g, bias %.4g", m->errors.rmse, m->errors.bias);
    if (m->kriging) printf(", mean square of error / standard error %.4g", m->errors.score_square);
    printf("\n");
}

static int print_plain_readings(mapping *m)
{
    int status = EXIT_DONE;
    printf("\n%10s %10s %10s  stream\n", "value", "others say", m->kriging ? "+-" : "");
    for (size_t i = 0; i < m->r.count && status == EXIT_DONE; i++) {
        const cim_reading *r = &m->r.readings[i];
        double estimate = estimate_of(m, r), deviation = deviation_of(m, r);
        cim_stream s;
        if ((status = stream_of(m, r, &s)) != EXIT_DONE) break;
        if (isnan(r->value)) printf("%10s ", "-");
        else printf("%10.4g ", r->value);
        if (isnan(estimate)) printf("%10s ", "-");
        else printf("%10.4g ", estimate);
        if (isnan(deviation)) printf("%10s  ", m->kriging ? "-" : "");
        else printf("%10.3g  ", deviation);
        cimtool_print_safe(s.gid);
        if (r->fate != CIM_READING_USED) printf("  left out: %s", cim_reading_fate(r->fate));
        putchar('\n');
    }
    return status;
}

static int print_plain_values(mapping *m)
{
    int status = EXIT_DONE;
    printf("\n%10s %10s  object\n", "value", m->kriging ? "+-" : "");
    for (size_t i = 0; i < m->found.count && status == EXIT_DONE; i++) {
        double value = m->values[2 * i], deviation = m->values[2 * i + 1];
        if (isnan(value)) printf("%10s ", "-");
        else printf("%10.4g ", value);
        if (isnan(deviation)) printf("%10s  ", m->kriging ? "-" : "");
        else printf("%10.3g  ", deviation);
        status = travel_print_plain_id(&m->travel, m->found.ids[i], 0);
        printf("%s\n", isnan(m->xy[2 * i]) ? "  no place" : "");
    }
    return status;
}

static int print_plain(mapping *m)
{
    print_head(m);
    if (m->field) print_method(m);
    int status = print_plain_readings(m);
    if (m->raster.columns) printf("\n%u x %u cells of %.4g m\n", m->raster.columns, m->raster.rows, m->raster.step_x_m);
    for (size_t i = 0; i < m->b.count; i++) {
        const cim_field_band *b = &m->b.bands[i];
        printf("%14.1f m2  ", b->area_m2);
        if (!i) printf("below %g\n", b->most);
        else if (i + 1 < m->b.count) printf("%g to %g\n", b->least, b->most);
        else printf("from %g\n", b->least);
    }
    return status == EXIT_DONE && m->values ? print_plain_values(m) : status;
}

/* ---- JSON ---- */

static int print_reading_members(mapping *m, const cim_reading *r)
{
    cim_stream s;
    int status = stream_of(m, r, &s);
    if (status != EXIT_DONE) return status;
    printf("\"stream\":");
    cimtool_print_string(s.gid);
    print_number("value", r->value);
    if (r->time_ms > CIM_TIME_MIN_MS) {
        printf(",\"time\":\"");
        print_time(r->time_ms);
        putchar('"');
    }
    printf(",\"observations\":%llu", (unsigned long long)r->count);
    if (r->fate != CIM_READING_USED) printf(",\"left_out\":\"%s\"", cim_reading_fate(r->fate));
    print_number("estimate", estimate_of(m, r));
    if (m->kriging) print_number("estimate_error", deviation_of(m, r));
    return EXIT_DONE;
}

static int print_json_readings(mapping *m)
{
    int status = EXIT_DONE;
    printf(",\"readings\":[");
    for (size_t i = 0; i < m->r.count && status == EXIT_DONE; i++) {
        const cim_reading *r = &m->r.readings[i];
        printf("%s\n{", i ? "," : "");
        status = print_reading_members(m, r);
        if (isfinite(r->x)) printf(",\"x\":%.3f,\"y\":%.3f", r->x, r->y);
        putchar('}');
    }
    putchar(']');
    return status;
}

static void print_json_method(const mapping *m)
{
    const cim_field_errors *e = &m->errors;
    printf(",\"method\":\"%s\",\"places\":%u", m->kriging ? "kriging" : "idw", m->f.place_count);
    if (m->kriging) {
        printf(",\"variogram\":{\"model\":\"%s\"", m->f.model < MODELS ? models[m->f.model] : "");
        print_number("nugget", m->f.nugget);
        print_number("sill", m->f.sill);
        print_number("range_m", m->f.range_m);
        if (m->f.model == CIM_VARIOGRAM_MATERN) print_number("smoothness", m->f.smoothness);
        print_number("added", m->f.added);
        if (m->f.pairs) printf(",\"pairs\":%u", m->f.pairs);
        putchar('}');
    }
    if (!e->count) return;
    printf(",\"errors\":{\"places\":%zu", e->count);
    print_number("bias", e->bias);
    print_number("rmse", e->rmse);
    print_number("mae", e->mae);
    print_number("largest", e->largest);
    if (m->kriging) print_number("score_mean", e->score_mean);
    if (m->kriging) print_number("score_square", e->score_square);
    print_number("correlation", e->correlation);
    putchar('}');
}

static void print_json_map(const mapping *m)
{
    if (m->raster.columns)
        printf(",\"raster\":{\"columns\":%u,\"rows\":%u,\"cell_m\":%.9g,\"x\":%.3f,\"y\":%.3f}", m->raster.columns, m->raster.rows, m->raster.step_x_m, m->raster.x,
               m->raster.y);
    if (m->b.count) printf(",\"bands\":[");
    for (size_t i = 0; i < m->b.count; i++) {
        const cim_field_band *b = &m->b.bands[i];
        printf("%s{\"area_m2\":%.1f", i ? "," : "", b->area_m2);
        print_number("least", b->least);
        print_number("most", b->most);
        putchar('}');
    }
    if (m->b.count) putchar(']');
}

static int print_value_members(mapping *m, size_t i)
{
    printf("\"id\":");
    int status = travel_print_id(&m->travel, m->found.ids[i]);
    print_number("value", m->values[2 * i]);
    if (m->kriging) print_number("standard_error", m->values[2 * i + 1]);
    return status;
}

static void print_json_head(const mapping *m)
{
    printf("\"property\":");
    cimtool_print_string(m->travel.tool->args[1]);
    if (m->r.unit) printf(",\"unit\":");
    if (m->r.unit) cimtool_print_string(m->r.unit);
    if (m->r.from_ms < m->r.at_ms) {
        printf(",\"from\":\"");
        print_time(m->r.from_ms);
        putchar('"');
    }
    printf(",\"at\":\"");
    print_time(m->r.at_ms);
    putchar('"');
}

static int print_json(mapping *m)
{
    printf("{\"schema\":\"cimtool/1\",");
    print_json_head(m);
    if (m->field) print_json_method(m);
    int status = print_json_readings(m);
    print_json_map(m);
    if (m->values) printf(",\"values\":[");
    for (size_t i = 0; m->values && i < m->found.count && status == EXIT_DONE; i++) {
        printf("%s\n{", i ? "," : "");
        status = print_value_members(m, i);
        if (isfinite(m->xy[2 * i])) printf(",\"x\":%.3f,\"y\":%.3f", m->xy[2 * i], m->xy[2 * i + 1]);
        putchar('}');
    }
    printf(m->values ? "\n]}\n" : "}\n");
    return status;
}

/* ---- GeoJSON ---- */

static int print_band(mapping *m, const cim_field_band *b, bool *first)
{
    const cim_geom *g = &b->geom;
    int status = EXIT_DONE;
    printf("%s\n{\"type\":\"Feature\",\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[", *first ? "" : ",");
    *first = false;
    for (uint32_t part = 0, ring = 0, vertex = 0; part < g->part_count && status == EXIT_DONE; part++) {
        printf("%s[", part ? "," : "");
        for (uint32_t start = ring; ring < g->part_end[part] && status == EXIT_DONE; vertex = g->ring_end[ring++]) {
            if (ring > start) putchar(',');
            status = travel_print_positions(&m->travel, g->coords + 2 * (size_t)vertex, g->ring_end[ring] - vertex, true);
        }
        putchar(']');
    }
    printf("]},\"properties\":{\"kind\":\"band\",\"area_m2\":%.1f", b->area_m2);
    print_number("least", b->least);
    print_number("most", b->most);
    printf("}}");
    return status;
}

static int print_geojson(mapping *m)
{
    bool first = true;
    int status = EXIT_DONE;
    travel_begin_features(&m->travel);
    for (size_t i = 0; i < m->b.count && status == EXIT_DONE; i++)
        if (m->b.bands[i].geom.part_count) status = print_band(m, &m->b.bands[i], &first);
    for (size_t i = 0; i < m->r.count && status == EXIT_DONE; i++) {
        const cim_reading *r = &m->r.readings[i];
        const double xy[2] = { r->x, r->y };
        if (isnan(r->x)) continue;
        status = travel_begin_feature(&m->travel, xy, 1, first);
        first = false;
        printf("\"kind\":\"reading\",");
        if (status == EXIT_DONE) status = print_reading_members(m, r);
        printf("}}");
    }
    for (size_t i = 0; m->values && i < m->found.count && status == EXIT_DONE; i++) {
        if (isnan(m->xy[2 * i])) continue;
        status = travel_begin_feature(&m->travel, m->xy + 2 * i, 1, first);
        first = false;
        printf("\"kind\":\"value\",");
        if (status == EXIT_DONE) status = print_value_members(m, i);
        printf("}}");
    }
    travel_end_features();
    return status;
}

/* What was left out is told even where the form of the answer has no room for it. */
static int answer(mapping *m)
{
    cimtool *t = m->travel.tool;
    int status = cimtool_has(t, "geojson") ? print_geojson(m) : t->json ? print_json(m) : print_plain(m);
    size_t left = m->r.count - m->r.used_count;
    if (status != EXIT_DONE) return status;
    if (left && !t->quiet) fprintf(stderr, "cimtool: %zu of %zu streams are left out\n", left, m->r.count);
    if (m->f.pairs && m->f.pairs < ENOUGH_PAIRS && !t->quiet)
        fprintf(stderr, "cimtool: the variogram is fitted to %u pairs of places only: its errors are guesses, too\n", m->f.pairs);
    if (m->unplaced && !t->quiet) fprintf(stderr, "cimtool: %zu objects have no place\n", m->unplaced);
    return !m->r.used_count ? EXIT_NEGATIVE : left || m->unplaced ? EXIT_PARTIAL : EXIT_DONE;
}

int verb_interpolate(cimtool *tool)
{
    mapping m = { .travel = { .tool = tool }, .numbers = CIM_BUF_INIT, .deviations = CIM_BUF_INIT, .found = CIM_QUERY_RESULT_INIT };
    int status = cimtool_open(tool, tool->args[0], &m.travel.city);
    if (status == EXIT_DONE) status = ask(&m);
    if (status == EXIT_DONE) status = answer(&m);
    cim_field_bands_free(m.bands);
    cim_field_free(m.field);
    cim_readings_free(m.readings);
    cim_sense_free(m.sense);
    cim_query_result_dispose(&m.found);
    cim_buf_dispose(&m.numbers);
    cim_buf_dispose(&m.deviations);
    free(m.estimates);
    free(m.xy);
    free(m.values);
    travel_close(&m.travel);
    return status;
}
