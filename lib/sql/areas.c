/* areas.c - polygons in arguments: a box, well-known text or GeoJSON.  SQLite's JSON functions read the numbers of all three. */
#include "sql.h"

#include <strings.h>

/* "POLYGON((0 0,1 0,1 1,0 0))" with brackets of JSON: [[[0,0],[1,0],[1,1],[0,0]]].  False for what cannot be any. */
static bool json_of(const char *p, char *out)
{
    bool pair = false;
    for (; *p; p++) {
        size_t n = strspn(p, "+-.0123456789eE");
        if (n) {
            if (!pair) *out++ = '[', pair = true;
            memcpy(out, p, n);
            out += n;
            p += n - 1;
            if (p[1 + strspn(p + 1, " \t\r\n")] && !strchr(",)(", p[1 + strspn(p + 1, " \t\r\n")])) *out++ = ',';
        } else if (*p == '(') *out++ = '[';
        else if (*p == ')' || *p == ',') {
            if (pair) *out++ = ']';
            *out++ = *p == ')' ? ']' : ',';
            if (pair && *p == ',') *out++ = '[';
            else pair = false;
        } else if (!strchr(" \t\r\n", *p)) return false;
    }
    *out = 0;
    return true;
}

/* Corners of the polygons in JSON, once to count them and once to keep them. */
static bool read_corners(sqlite3_stmt *s, cim_geom *g, double *xy, uint32_t *ring_end, uint32_t *part_end)
{
    sqlite3_int64 part = -1, ring = -1;
    uint32_t first = 0;
    int rc;
    g->vertex_count = g->ring_count = g->part_count = 0;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        bool other = sqlite3_column_int64(s, 0) != part;
        if (other || sqlite3_column_int64(s, 1) != ring) {
            if (g->ring_count && g->vertex_count - first < 4) return false;
            first = g->vertex_count;
            g->ring_count++;
        }
        g->part_count += other;
        part = sqlite3_column_int64(s, 0), ring = sqlite3_column_int64(s, 1);
        for (int i = 0; i < 2; i++) {
            double v = sqlite3_column_double(s, 2 + i);
            if ((sqlite3_column_type(s, 2 + i) != SQLITE_INTEGER && sqlite3_column_type(s, 2 + i) != SQLITE_FLOAT) || v - v != 0.0) return false;
            if (xy) xy[2 * (size_t)g->vertex_count + (size_t)i] = v;
        }
        if (g->vertex_count++ == UINT32_MAX / 4) return false;
        if (xy) ring_end[g->ring_count - 1] = g->vertex_count, part_end[g->part_count - 1] = g->ring_count;
    }
    return rc == SQLITE_DONE && g->vertex_count - first >= 4;
}

/* The coordinates of a polygon, or of several, as JSON has them. */
static cim_status read_json(sql_call *call, const char *json, bool multi, const char *shown, cim_geom *g)
{
    static const char sql[] = "SELECT p.key, r.key, json_extract(v.value, '$[0]'), json_extract(v.value, '$[1]') FROM "
                              "json_each(CASE WHEN ?2 THEN ?1 ELSE '[' || ?1 || ']' END) p, json_each(p.value) r, json_each(r.value) v";
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(call->door->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_bind_text(s, 1, json, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_bind_int(s, 2, multi) == SQLITE_OK && read_corners(s, g, NULL, NULL, NULL);
    cim_status st = ok ? CIM_OK : sql_say(call, CIM_EARG, "%.60s: no polygon", shown);
    if (ok) {
        double *xy = sql_room(call, g->vertex_count, 2 * sizeof *xy);
        uint32_t *rings = sql_room(call, g->ring_count, sizeof *rings), *parts = sql_room(call, g->part_count, sizeof *parts);
        sqlite3_reset(s);
        if (!xy || !rings || !parts) st = CIM_ENOMEM;
        else if (!read_corners(s, g, xy, rings, parts)) st = sql_say(call, CIM_EARG, "%.60s: no polygon", shown);
        else *g = (cim_geom){ CIM_GEOM_MULTIPOLYGON, 2, g->vertex_count, g->ring_count, g->part_count, 0, xy, rings, parts };
    }
    sqlite3_finalize(s);
    return st;
}

static cim_status from_wkt(sql_call *call, const char *text, cim_geom *g)
{
    const char *p = strchr(text, '(');
    size_t n = p ? strlen(p) : 0;
    char *json = sql_room(call, 4 * n + 1, 1);
    if (!json) return CIM_ENOMEM;
    if (!p || !json_of(p, json)) return sql_say(call, CIM_EARG, "%.60s: no well-known text of a polygon", text);
    return read_json(call, json, !strncasecmp(text, "MULTI", 5), text, g);
}

/* A geometry, or a feature. */
static cim_status from_geojson(sql_call *call, const char *text, cim_geom *g)
{
    static const char sql[] = "SELECT coalesce(json_extract(?1, '$.geometry.type'), json_extract(?1, '$.type')), "
                              "coalesce(json_extract(?1, '$.geometry.coordinates'), json_extract(?1, '$.coordinates'))";
    sqlite3_stmt *s = NULL;
    cim_status st = sql_say(call, CIM_EARG, "%.60s: no polygon of GeoJSON", text);
    if (sqlite3_prepare_v2(call->door->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(s, 0), *json = (const char *)sqlite3_column_text(s, 1);
        bool multi = type && !strcmp(type, "MultiPolygon");
        if (json && (multi || (type && !strcmp(type, "Polygon")))) st = read_json(call, json, multi, text, g);
    }
    sqlite3_finalize(s);
    return st;
}

static cim_status from_box(sql_call *call, const double b[4], cim_geom *g)
{
    const double corners[10] = { b[0], b[1], b[2], b[1], b[2], b[3], b[0], b[3], b[0], b[1] };
    double *xy = sql_room(call, 1, sizeof corners);
    uint32_t *ends = sql_room(call, 2, sizeof *ends);
    if (!xy || !ends) return CIM_ENOMEM;
    memcpy(xy, corners, sizeof corners);
    ends[0] = 5, ends[1] = 1;
    *g = (cim_geom){ CIM_GEOM_MULTIPOLYGON, 2, 5, 1, 1, 0, xy, ends, ends + 1 };
    return CIM_OK;
}

cim_status sql_area(sql_call *call, const sql_word *word, cim_geom *area)
{
    const char *text = word->text + strspn(word->text, " \t\r\n");
    double box[4];
    size_t count = 0;
    bool degrees = sql_option_is(call, "lonlat") || *text == '{';
    cim_status st;
    if (*text == '{') st = from_geojson(call, text, area);
    else if (!strncasecmp(text, "POLYGON", 7) || !strncasecmp(text, "MULTIPOLYGON", 12)) st = from_wkt(call, text, area);
    else if (word->type == 't' && sql_numbers(call, word, box, 4, &count) && count == 4) st = from_box(call, box, area);
    else return sql_say(call, CIM_EARG, "%.60s: neither a box like 0,0,100,100 nor well-known text nor GeoJSON of a polygon", text);
    if (st < 0 || !degrees) return st;
    double *xy;
    memcpy(&xy, &area->coords, sizeof xy);
    return cim_crs_transform(call->ctx, 4326, cim_city_epsg(call->city->city), area->vertex_count, xy);
}

cim_status sql_option_area(sql_call *call, const char *name, cim_geom *area, const cim_geom **area_out)
{
    const sql_word *w = sql_option(call, name);
    cim_status st = w ? sql_area(call, w, area) : CIM_OK;
    if (st >= 0 && w) *area_out = area;
    return st;
}
