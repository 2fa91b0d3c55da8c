/* utility_layer.c - elements, devices and objects as features of GeoJSON (RFC 7946), in degrees.
 *
 * Features are kept until the layer is closed, so that all places become degrees in one go and all names are read in one. */
#include "utility.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* What a feature looks like: its places are the next ones of the layer's. */
enum { NOWHERE, POINT, LINE, WKB };

struct utility_feature {
    uint32_t object;
    int shape;
    size_t count;  /* places of a line */
    char *wkb;     /* of WKB */
    size_t wkb_size;
    char *role, *properties;
};

/* ---- places ---- */

static bool put_places(utility_layer *l, const double *xy, size_t count)
{
    if (l->xy_count + count > l->xy_room) {
        size_t room = 2 * (l->xy_count + count) + 64;
        double *more = realloc(l->xy, room * 2 * sizeof *more);
        if (!more) return false;
        l->xy = more;
        l->xy_room = room;
    }
    if (count) memcpy(l->xy + 2 * l->xy_count, xy, count * 2 * sizeof *xy);
    l->xy_count += count;
    return true;
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
    uint32_t type = take_number(b), flavour = (type & 0xffffff) / 1000 % 10;
    b->dim = 2 + ((type & 0x80000000u) || flavour == 1 || flavour == 2) + (flavour == 3 ? 2 : 0);
    return (type & 0xffffff) % 1000;
}

/* What is done with a run of places: kept, or written as degrees. */
typedef bool (*run_fn)(utility_layer *l, bytes *b, uint32_t count, bool list);

static bool keep_run(utility_layer *l, bytes *b, uint32_t count, bool list)
{
    double xy[2], rest;
    (void)list;
    for (uint32_t i = 0; i < count; i++) {
        for (int k = 0; k < b->dim; k++) take(b, k < 2 ? &xy[k] : &rest, sizeof rest);
        if (!put_places(l, xy, 1)) return false;
    }
    return true;
}

static void write_places(utility_layer *l, size_t count, bool list)
{
    if (list) putc('[', l->file);
    for (size_t i = 0; i < count; i++, l->xy_count++)
        fprintf(l->file, "%s[%.7f,%.7f]", i ? "," : "", l->xy[2 * l->xy_count], l->xy[2 * l->xy_count + 1]);
    if (list) putc(']', l->file);
}

static bool write_run(utility_layer *l, bytes *b, uint32_t count, bool list)
{
    double skipped;
    for (uint64_t i = 0; i < (uint64_t)count * (uint64_t)b->dim; i++) take(b, &skipped, sizeof skipped);
    write_places(l, count, list);
    return true;
}

/* The coordinates of a geometry of a type; of an area, or several geometries, one level deeper. */
static bool walk(utility_layer *l, bytes *b, uint32_t type, run_fn run)
{
    bool writes = run == write_run, ok = true;
    uint32_t count = type == CIM_GEOM_POINT ? 1 : take_number(b);
    if (type < CIM_GEOM_POLYGON) {
        if (b->bad || count > b->left / (8 * (size_t)b->dim)) count = 0, b->bad = true;
        return run(l, b, count, type == CIM_GEOM_LINESTRING);
    }
    if (writes) putc('[', l->file);
    for (uint32_t i = 0; i < count && !b->bad && ok; i++) {
        if (i && writes) putc(',', l->file);
        ok = walk(l, b, type == CIM_GEOM_POLYGON ? (uint32_t)CIM_GEOM_LINESTRING : take_type(b) & 3, run);
    }
    if (writes) putc(']', l->file);
    return ok;
}

/* ---- keeping ---- */

static int keep(utility_layer *l, uint32_t object, int shape, const double *xy, size_t count, const char *role, const char *properties)
{
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 256;
        struct utility_feature *more = realloc(l->features, room * sizeof *more);
        if (!more) return cimtool_fail(l->u->tool, CIM_ENOMEM);
        l->features = more;
        l->room = room;
    }
    struct utility_feature *f = &l->features[l->count];
    *f = (struct utility_feature){ object, shape, count, NULL, 0, strdup(role), strdup(properties) };
    l->count++;
    return f->role && f->properties && put_places(l, xy, count) ? EXIT_DONE : cimtool_fail(l->u->tool, CIM_ENOMEM);
}

int utility_layer_point(utility_layer *l, const double xy[2], uint32_t object, const char *role, const char *properties)
{
    return keep(l, object, POINT, xy, 1, role, properties);
}

int utility_layer_line(utility_layer *l, const double *xy, size_t count, uint32_t object, const char *role, const char *properties)
{
    return keep(l, object, count >= 2 ? LINE : count ? POINT : NOWHERE, xy, count, role, properties);
}

int utility_layer_element(utility_layer *l, uint32_t element, const char *role, const char *properties)
{
    const utility *u = l->u;
    double xy[2];
    uint32_t edge = element - u->view.node_count, first = element < u->view.node_count ? 0 : u->view.first_vertex[edge];
    uint32_t count = element < u->view.node_count ? 0 : u->view.first_vertex[edge + 1] - first, object = cim_utility_element_object(u->networks, element);
    if (count >= 2) return keep(l, object, LINE, u->view.xy + 2 * (size_t)first, count, role, properties);
    bool placed = utility_place(u, element, xy);
    return keep(l, object, placed ? POINT : NOWHERE, xy, placed, role, properties);
}

int utility_layer_device(utility_layer *l, uint32_t device, const char *role, const char *properties)
{
    double xy[2];
    bool placed = utility_device_place(l->u, device, xy);
    return keep(l, l->u->view.device_object[device], placed ? POINT : NOWHERE, xy, placed, role, properties);
}

int utility_layer_object(utility_layer *l, uint32_t object, const char *role, const char *properties)
{
    cim_buf wkb = CIM_BUF_INIT;
    cim_status st = cim_city_geometry(l->u->tool->ctx, l->u->city, object, &wkb);
    int status = st < 0 && st != CIM_ENOTFOUND ? cimtool_fail(l->u->tool, st) : keep(l, object, NOWHERE, NULL, 0, role, properties);
    bytes b = { (const unsigned char *)wkb.data, wkb.size, false, false, 2 };
    uint32_t type = status == EXIT_DONE && st >= 0 ? take_type(&b) : 0;
    if (type >= 1 && type <= 6 && !b.bad) {
        struct utility_feature *f = &l->features[l->count - 1];
        f->shape = WKB;
        f->wkb_size = wkb.size;
        if (!(f->wkb = malloc(wkb.size)) || !walk(l, &b, type, keep_run)) status = cimtool_fail(l->u->tool, CIM_ENOMEM);
        else memcpy(f->wkb, wkb.data, wkb.size);
    }
    cim_buf_dispose(&wkb);
    return status;
}

/* ---- writing ---- */

static void write_geometry(utility_layer *l, const struct utility_feature *f)
{
    static const char *const names[] = { "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon" };
    bytes b = { (const unsigned char *)f->wkb, f->wkb_size, false, false, 2 };
    uint32_t type = f->shape == WKB ? take_type(&b) : f->shape == LINE ? (uint32_t)CIM_GEOM_LINESTRING : (uint32_t)CIM_GEOM_POINT;
    if (f->shape == NOWHERE) {
        fputs("null", l->file);
        return;
    }
    fprintf(l->file, "{\"type\":\"%s\",\"coordinates\":", names[type - 1]);
    if (f->shape == WKB) walk(l, &b, type, write_run);
    else write_places(l, f->count, f->shape == LINE);
    putc('}', l->file);
}

static int write_feature(utility_layer *l, const struct utility_feature *f)
{
    char *id = NULL, *name = NULL;
    const char *class_name = f->object == CIM_NONE ? NULL : cim_city_class(l->u->city, f->object);
    int status = utility_id(l->u, f->object, &id);
    if (status == EXIT_DONE) status = utility_name(l->u, f->object, &name);
    fprintf(l->file, "{\"type\":\"Feature\",\"geometry\":");
    write_geometry(l, f);
    fprintf(l->file, ",\"properties\":{\"role\":\"%s\"", f->role);
    if (id && *id) fputs(",\"id\":", l->file), put_string(l->file, id);
    if (name && *name) fputs(",\"name\":", l->file), put_string(l->file, name);
    if (class_name) fputs(",\"class\":", l->file), put_string(l->file, class_name);
    fprintf(l->file, "%s}}", f->properties);
    free(id);
    free(name);
    return status;
}

static int write_all(utility_layer *l)
{
    utility_list objects = { NULL, 0, 0 };
    int status = EXIT_DONE;
    for (size_t i = 0; i < l->count && status == EXIT_DONE; i++) status = utility_put(l->u->tool, &objects, l->features[i].object);
    if (status == EXIT_DONE) status = utility_know_objects(l->u, objects.at, objects.count);
    utility_list_free(&objects);
    if (status != EXIT_DONE) return status;
    cim_status st = l->xy_count ? cim_crs_transform(l->u->tool->ctx, cim_city_epsg(l->u->city), 4326, l->xy_count, l->xy) : CIM_OK;
    if (st < 0) return cimtool_fail(l->u->tool, st);
    l->xy_count = 0; /* from here on the next one to be written */
    for (size_t i = 0; i < l->count && status == EXIT_DONE; i++) {
        fputs(i ? ",\n" : "\n", l->file);
        status = write_feature(l, &l->features[i]);
    }
    return status;
}

/* ---- files ---- */

int utility_layer_open(utility *u, const char *path, utility_layer *l)
{
    *l = (utility_layer){ .u = u, .file = stdout };
    if (strcmp(path, "-")) {
        int status = cimtool_output_check(u->tool, path);
        l->path = path;
        l->file = status == EXIT_DONE ? open_memstream(&l->text, &l->size) : NULL;
        if (!l->file) return status == EXIT_DONE ? cimtool_fail(u->tool, CIM_ENOMEM) : status;
    }
    fprintf(l->file, "{\"type\":\"FeatureCollection\",\"features\":[");
    return EXIT_DONE;
}

/* A file appears only when it is complete. */
static int finish(utility_layer *l, int status)
{
    bool wrong = ferror(l->file);
    if (!l->path) {
        if (!wrong || status != EXIT_DONE) return status;
        cimtool_complain("standard output: cannot write: %s", strerror(errno));
        return EXIT_FAILED;
    }
    wrong |= fclose(l->file) != 0;
    if (wrong && status == EXIT_DONE) status = cimtool_fail(l->u->tool, CIM_ENOMEM);
    if (status == EXIT_DONE) status = cimtool_output_write(l->u->tool, l->text, l->size, l->path, NULL);
    free(l->text);
    return status;
}

int utility_layer_close(utility_layer *l, int status)
{
    if (!l->file) return status;
    if (status == EXIT_DONE) status = write_all(l);
    for (size_t i = 0; i < l->count; i++) {
        free(l->features[i].role);
        free(l->features[i].properties);
        free(l->features[i].wkb);
    }
    free(l->features);
    free(l->xy);
    fprintf(l->file, "\n]}\n");
    status = finish(l, status);
    l->file = NULL;
    return status;
}
