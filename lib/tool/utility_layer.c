/* utility_layer.c - elements, devices and objects as features of GeoJSON (RFC 7946), in degrees. */
#include "utility.h"

#include "travel_print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void put_string(FILE *out, const char *text)
{
    bool safe;
    putc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = cimtool_character(p, &safe);
        if (*p == '"' || *p == '\\') fprintf(out, "\\%c", *p);
        else if (*p < ' ' || *p == 0x7f) fprintf(out, "\\u%04x", *p);
        else if (n == 1 && *p >= 0x80) fputs("\xef\xbf\xbd", out); /* no UTF-8 */
        else fwrite(p, 1, n, out);
        p += n;
    }
    putc('"', out);
}

/* ---- geometry ---- */

/* Degrees; a list of positions, or one. */
static int put_positions(utility_layer *l, const double *xy, size_t count, bool list)
{
    double *degrees = malloc((count + 1) * 2 * sizeof *degrees);
    if (!degrees) return cimtool_fail(l->u->tool, CIM_ENOMEM);
    memcpy(degrees, xy, count * 2 * sizeof *degrees);
    cim_status st = cim_crs_transform(l->u->tool->ctx, cim_city_epsg(l->u->city), 4326, count, degrees);
    if (list) putc('[', l->file);
    for (size_t i = 0; i < count && st >= 0; i++) fprintf(l->file, "%s[%.7f,%.7f]", i ? "," : "", degrees[2 * i], degrees[2 * i + 1]);
    if (list) putc(']', l->file);
    free(degrees);
    return st < 0 ? cimtool_fail(l->u->tool, st) : EXIT_DONE;
}

static int put_point(utility_layer *l, const double xy[2])
{
    fprintf(l->file, "{\"type\":\"Point\",\"coordinates\":");
    int status = put_positions(l, xy, 1, false);
    putc('}', l->file);
    return status;
}

/* A geometry of the city, as WKB of this machine's or the other byte order. */
typedef struct bytes {
    const unsigned char *at;
    size_t left;
    bool swap, bad;
    int dim;
} bytes;

static void take(bytes *b, void *to, size_t size)
{
    unsigned char *out = to;
    if (b->left < size) b->bad = true;
    for (size_t i = 0; i < size; i++) out[i] = b->bad ? 0 : b->at[b->swap ? size - 1 - i : i];
    if (b->bad) return;
    b->at += size;
    b->left -= size;
}

static uint32_t take_number(bytes *b)
{
    uint32_t n;
    take(b, &n, sizeof n);
    return n;
}

static uint32_t take_type(bytes *b)
{
    const uint16_t one = 1;
    unsigned char order, little;
    memcpy(&little, &one, 1);
    take(b, &order, 1);
    b->swap = order != little;
    uint32_t type = take_number(b);
    b->dim = 2 + ((type & 0x80000000u) || type / 1000 % 10 == 1 || type / 1000 % 10 == 2) + (type / 1000 % 10 == 3);
    return (type & 0xffffff) % 1000;
}

static int put_run(utility_layer *l, bytes *b, bool list)
{
    uint32_t count = list ? take_number(b) : 1;
    if (count > b->left / (8 * (size_t)b->dim)) b->bad = true;
    double *xy = b->bad ? NULL : malloc(((size_t)count + 1) * 2 * sizeof *xy), rest;
    if (b->bad) return fputs("[]", l->file), EXIT_DONE;
    if (!xy) return cimtool_fail(l->u->tool, CIM_ENOMEM);
    for (uint32_t i = 0; i < count; i++)
        for (int k = 0; k < b->dim; k++) take(b, k < 2 ? &xy[2 * i + (uint32_t)k] : &rest, sizeof rest);
    int status = put_positions(l, xy, count, list);
    free(xy);
    return status;
}

/* The coordinates of a geometry of a simple type (1 .. 3), or of a collection of them. */
static int put_coordinates(utility_layer *l, bytes *b, uint32_t type)
{
    int status = EXIT_DONE;
    if (type < CIM_GEOM_POLYGON) return put_run(l, b, type == CIM_GEOM_LINESTRING);
    uint32_t count = take_number(b);
    putc('[', l->file);
    for (uint32_t i = 0; i < count && !b->bad && status == EXIT_DONE; i++) {
        if (i) putc(',', l->file);
        if (type == CIM_GEOM_POLYGON) status = put_run(l, b, true);
        else status = put_coordinates(l, b, take_type(b) & 3);
    }
    putc(']', l->file);
    return status;
}

static int put_wkb(utility_layer *l, const cim_buf *wkb)
{
    static const char *const names[] = { "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    bytes b = { (const unsigned char *)wkb->data, wkb->size, false, false, 2 };
    uint32_t type = take_type(&b);
    if (b.bad || type < 1 || type > 6) return fputs("null", l->file), EXIT_DONE;
    fprintf(l->file, "{\"type\":\"%s\",\"coordinates\":", names[type - 1]);
    int status = put_coordinates(l, &b, type);
    putc('}', l->file);
    return status;
}

/* ---- features ---- */

static void begin(utility_layer *l)
{
    fprintf(l->file, "%s\n{\"type\":\"Feature\",\"geometry\":", l->count ? "," : "");
    l->count++;
}

static int finish(utility_layer *l, uint32_t object, const char *role, const char *properties)
{
    char *id = NULL, *name = NULL;
    const char *class_name = object == CIM_NONE ? NULL : cim_city_class(l->u->city, object);
    int status = utility_id(l->u, object, &id);
    if (status == EXIT_DONE) status = utility_name(l->u, object, &name);
    fprintf(l->file, ",\"properties\":{\"role\":\"%s\"", role);
    if (status == EXIT_DONE && *id) fputs(",\"id\":", l->file), put_string(l->file, id);
    if (status == EXIT_DONE && *name) fputs(",\"name\":", l->file), put_string(l->file, name);
    if (class_name) fputs(",\"class\":", l->file), put_string(l->file, class_name);
    fprintf(l->file, "%s}}", properties);
    free(id);
    free(name);
    return status;
}

int utility_layer_point(utility_layer *l, const double xy[2], uint32_t object, const char *role, const char *properties)
{
    begin(l);
    int status = put_point(l, xy);
    return status == EXIT_DONE ? finish(l, object, role, properties) : status;
}

int utility_layer_line(utility_layer *l, const double *xy, size_t count, uint32_t object, const char *role, const char *properties)
{
    begin(l);
    fprintf(l->file, "{\"type\":\"LineString\",\"coordinates\":");
    int status = put_positions(l, xy, count, true);
    putc('}', l->file);
    return status == EXIT_DONE ? finish(l, object, role, properties) : status;
}

int utility_layer_element(utility_layer *l, uint32_t element, const char *role, const char *properties)
{
    const utility *u = l->u;
    double xy[2];
    uint32_t edge = element - u->view.node_count, first = element < u->view.node_count ? 0 : u->view.first_vertex[edge];
    uint32_t count = element < u->view.node_count ? 0 : u->view.first_vertex[edge + 1] - first;
    int status = EXIT_DONE;
    begin(l);
    if (count >= 2) {
        fprintf(l->file, "{\"type\":\"LineString\",\"coordinates\":");
        status = put_positions(l, u->view.xy + 2 * (size_t)first, count, true);
        putc('}', l->file);
    } else if (utility_place(u, element, xy)) {
        status = put_point(l, xy);
    } else {
        fputs("null", l->file);
    }
    return status == EXIT_DONE ? finish(l, cim_utility_element_object(u->networks, element), role, properties) : status;
}

int utility_layer_device(utility_layer *l, uint32_t device, const char *role, const char *properties)
{
    double xy[2];
    int status = EXIT_DONE;
    begin(l);
    if (utility_device_place(l->u, device, xy)) status = put_point(l, xy);
    else fputs("null", l->file);
    return status == EXIT_DONE ? finish(l, l->u->view.device_object[device], role, properties) : status;
}

int utility_layer_object(utility_layer *l, uint32_t object, const char *role, const char *properties)
{
    cim_buf wkb = CIM_BUF_INIT;
    cim_status st = cim_city_geometry(l->u->tool->ctx, l->u->city, object, &wkb);
    int status = st < 0 && st != CIM_ENOTFOUND ? cimtool_fail(l->u->tool, st) : EXIT_DONE;
    begin(l);
    if (status == EXIT_DONE && st >= 0) status = put_wkb(l, &wkb);
    else fputs("null", l->file);
    cim_buf_dispose(&wkb);
    return status == EXIT_DONE ? finish(l, object, role, properties) : status;
}

/* ---- files ---- */

/* Nobody means the city itself. */
static bool is_city(const utility *u, const char *path)
{
    struct stat a, b;
    return !stat(path, &a) && !stat(u->tool->args[0], &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int utility_layer_open(utility *u, const char *path, utility_layer *l)
{
    bool replace = cimtool_has(u->tool, "overwrite");
    *l = (utility_layer){ u, stdout, NULL, 0 };
    if (strcmp(path, "-")) {
        l->path = path;
        if (is_city(u, path)) return l->file = NULL, cimtool_complain("%s is the city itself", path);
        if (!(l->file = fopen(path, replace ? "w" : "wx"))) {
            cimtool_complain("%s: %s%s", path, strerror(errno), errno == EEXIST ? " (--overwrite replaces it)" : "");
            return EXIT_FAILED;
        }
    }
    fprintf(l->file, "{\"type\":\"FeatureCollection\",\"features\":[");
    return EXIT_DONE;
}

int utility_layer_close(utility_layer *l, int status)
{
    if (!l->file) return status;
    fprintf(l->file, "\n]}\n");
    bool wrong = ferror(l->file);
    if (l->path) wrong |= fclose(l->file) != 0;
    l->file = NULL;
    if (!wrong || status != EXIT_DONE) return status;
    cimtool_complain("%s: cannot write: %s", l->path ? l->path : "standard output", strerror(errno));
    return EXIT_FAILED;
}
