/* areas.c - see areas.h. */
#include "areas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One geometry on its way. */
typedef struct draft {
    double *xy;
    uint32_t *ring_end, *part_end;
    size_t vertices, rings, parts;
    bool failed; /* memory */
} draft;

static void *grown(draft *d, void *array, size_t count, size_t size)
{
    if (d->failed || (count & (count - 1))) return array; /* room doubles at powers of two */
    void *more = realloc(array, (count ? 2 * count : 1) * size);
    if (!more) d->failed = true;
    return more ? more : array;
}

static void put_vertex(draft *d, double x, double y)
{
    d->xy = grown(d, d->xy, d->vertices, 2 * sizeof *d->xy);
    if (d->failed) return;
    d->xy[2 * d->vertices] = x;
    d->xy[2 * d->vertices++ + 1] = y;
}

/* False for a ring of less than three corners and the first one again. */
static bool end_ring(draft *d)
{
    size_t first = d->rings ? d->ring_end[d->rings - 1] : 0;
    d->ring_end = grown(d, d->ring_end, d->rings, sizeof *d->ring_end);
    if (!d->failed) d->ring_end[d->rings++] = (uint32_t)d->vertices;
    return d->failed || d->vertices - first >= 4;
}

static void end_part(draft *d)
{
    d->part_end = grown(d, d->part_end, d->parts, sizeof *d->part_end);
    if (!d->failed) d->part_end[d->parts++] = (uint32_t)d->rings;
}

static void discard(draft *d)
{
    free(d->xy);
    free(d->ring_end);
    free(d->part_end);
}

void areas_free(areas *a)
{
    for (size_t i = 0; i < a->count; i++) {
        free((double *)(uintptr_t)a->geoms[i].coords);
        free((uint32_t *)(uintptr_t)a->geoms[i].ring_end);
        free((uint32_t *)(uintptr_t)a->geoms[i].part_end);
    }
    free(a->geoms);
    *a = (areas){ NULL, 0 };
}

/* Takes a draft over as it is, or discards it. */
static int keep(travel *t, areas *a, draft *d, bool degrees)
{
    int status = EXIT_DONE;
    cim_geom *more = d->failed ? NULL : realloc(a->geoms, (a->count + 1) * sizeof *more);
    if (more) a->geoms = more;
    if (!more) {
        cimtool_complain("out of memory");
        status = EXIT_INTERNAL;
    } else if (degrees && d->vertices) {
        cim_status st = cim_crs_transform(t->tool->ctx, 4326, cim_city_epsg(t->city), d->vertices, d->xy);
        if (st < 0) status = cimtool_fail(t->tool, st);
    }
    if (status != EXIT_DONE) {
        discard(d);
        return status;
    }
    a->geoms[a->count++] = (cim_geom){ CIM_GEOM_MULTIPOLYGON, 2, (uint32_t)d->vertices, (uint32_t)d->rings, (uint32_t)d->parts, 0,
                                       d->xy, d->ring_end, d->part_end };
    return EXIT_DONE;
}

/* ---- boxes ---- */

static bool is_box(const char *text, double box[4])
{
    for (int i = 0; i < 4; i++) {
        char *end;
        box[i] = strtod(text, &end);
        if (end == text || *end != (i < 3 ? ',' : 0)) return false;
        text = end + 1;
    }
    return true;
}

static void draw_box(draft *d, const double b[4])
{
    put_vertex(d, b[0], b[1]);
    put_vertex(d, b[2], b[1]);
    put_vertex(d, b[2], b[3]);
    put_vertex(d, b[0], b[3]);
    put_vertex(d, b[0], b[1]);
    (void)end_ring(d);
    end_part(d);
}

/* ---- well-known text ---- */

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') p++;
    return p;
}

/* "(x y, x y, ...)"; NULL when it is none. */
static const char *read_ring(const char *p, draft *d)
{
    if (*(p = blanks(p)) != '(') return NULL;
    do {
        double v[2], rest;
        char *end;
        p++;
        for (int i = 0; i < 2; i++, p = end) {
            v[i] = strtod(p, &end);
            if (end == p) return NULL;
        }
        for (rest = strtod(p, &end); end != p; rest = strtod(p, &end)) p = end; /* z, m */
        (void)rest;
        put_vertex(d, v[0], v[1]);
        p = blanks(p);
    } while (*p == ',');
    if (*p != ')' || !end_ring(d)) return NULL;
    return blanks(p + 1);
}

static const char *read_polygon(const char *p, draft *d)
{
    if (*(p = blanks(p)) != '(') return NULL;
    do p = read_ring(p + 1, d);
    while (p && *p == ',');
    if (!p || *p != ')') return NULL;
    end_part(d);
    return blanks(p + 1);
}

static bool read_wkt(const char *text, draft *d)
{
    bool multi = !strncasecmp(text, "MULTI", 5);
    const char *p = strchr(text, '(');
    if (p && multi) {
        do p = read_polygon(p + 1, d);
        while (p && *p == ',');
        if (p) p = *p == ')' ? blanks(p + 1) : NULL;
    } else if (p) {
        p = read_polygon(p, d);
    }
    return p && !*p;
}

/* ---- GeoJSON ---- */

static bool read_positions(const cimtool_node *ring, draft *d)
{
    if (ring->type != '[') return false;
    for (const cimtool_node *p = ring->child; p; p = p->next) {
        if (p->type != '[' || !p->child || !p->child->next || p->child->type != 'n' || p->child->next->type != 'n') return false;
        put_vertex(d, strtod(p->child->text, NULL), strtod(p->child->next->text, NULL));
    }
    return end_ring(d);
}

static bool read_rings(const cimtool_node *polygon, draft *d)
{
    if (polygon->type != '[') return false;
    for (const cimtool_node *ring = polygon->child; ring; ring = ring->next)
        if (!read_positions(ring, d)) return false;
    end_part(d);
    return true;
}

static bool read_geometry(const cimtool_node *g, draft *d)
{
    const char *type = cimtool_text(g, "type");
    const cimtool_node *coordinates = cimtool_member(g, "coordinates");
    if (!coordinates || coordinates->type != '[') return false;
    if (!strcmp(type, "Polygon")) return read_rings(coordinates, d);
    if (strcmp(type, "MultiPolygon")) return false;
    for (const cimtool_node *p = coordinates->child; p; p = p->next)
        if (!read_rings(p, d)) return false;
    return true;
}

/* A feature, a geometry, or a collection of them: one area each. */
static int add_node(travel *t, areas *a, const cimtool_node *node, const char *path, int depth)
{
    const cimtool_node *list = cimtool_member(node, "features"), *geometry = cimtool_member(node, "geometry");
    if (!list) list = cimtool_member(node, "geometries");
    if (depth > 8) return cimtool_complain("%s: collections are nested too deep", path);
    if (list) {
        int status = EXIT_DONE;
        for (const cimtool_node *n = list->child; n && status == EXIT_DONE; n = n->next) status = add_node(t, a, n, path, depth + 1);
        return status;
    }
    if (geometry) return add_node(t, a, geometry, path, depth + 1);
    draft d = { .failed = false };
    if (read_geometry(node, &d)) return keep(t, a, &d, true);
    discard(&d);
    return cimtool_complain("%s: not a polygon of GeoJSON", path);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, got;
    if (!f) return NULL;
    do {
        char *more = size < (1u << 28) ? realloc(text, size + 65537) : NULL;
        if (!more) {
            errno = size < (1u << 28) ? ENOMEM : EFBIG;
            free(text);
            fclose(f);
            return NULL;
        }
        text = more;
        got = fread(text + size, 1, 65536, f);
        size += got;
    } while (got);
    text[size] = 0;
    bool bad = ferror(f) != 0;
    fclose(f);
    if (!bad) return text;
    free(text);
    return NULL;
}

static int add_file(travel *t, areas *a, const char *path)
{
    char *text = read_file(path);
    if (!text) {
        cimtool_complain("%s: %s", path, strerror(errno));
        return EXIT_FAILED;
    }
    cimtool_node *node = cimtool_json_read(text);
    size_t before = a->count;
    int status = node && node->type == '{' ? add_node(t, a, node, path, 0) : cimtool_complain("%s: no GeoJSON", path);
    if (status == EXIT_DONE && a->count == before) status = cimtool_complain("%s: no polygon in it", path);
    cimtool_json_free(node);
    free(text);
    return status;
}

static bool is_wkt(const char *text) { return !strncasecmp(text, "POLYGON", 7) || !strncasecmp(text, "MULTIPOLYGON", 12); }

bool areas_is(const char *text)
{
    double box[4];
    size_t n = strlen(text);
    return is_wkt(text) || is_box(text, box) || (n > 8 && !strcasecmp(text + n - 8, ".geojson")) || (n > 5 && !strcasecmp(text + n - 5, ".json"));
}

void areas_print(const cim_geom *g, FILE *out)
{
    uint32_t ring = 0, vertex = 0;
    fputs("MULTIPOLYGON(", out);
    for (uint32_t p = 0; p < g->part_count; p++) {
        fputs(p ? ",(" : "(", out);
        for (uint32_t first = ring; ring < g->part_end[p]; ring++) {
            fputs(ring > first ? ",(" : "(", out);
            for (uint32_t begin = vertex; vertex < g->ring_end[ring]; vertex++)
                fprintf(out, "%s%.17g %.17g", vertex > begin ? "," : "", g->coords[2 * (size_t)vertex], g->coords[2 * (size_t)vertex + 1]);
            fputc(')', out);
        }
        fputc(')', out);
    }
    fputc(')', out);
}

int areas_add(travel *t, areas *a, const char *text)
{
    double box[4];
    draft d = { .failed = false };
    bool degrees = cimtool_has(t->tool, "lonlat");
    if (is_box(text, box)) {
        draw_box(&d, box);
        return keep(t, a, &d, degrees);
    }
    if (!is_wkt(text)) return add_file(t, a, text);
    if (read_wkt(text, &d)) return keep(t, a, &d, degrees);
    discard(&d);
    return cimtool_complain("%.60s: no well-known text of a polygon", text);
}
