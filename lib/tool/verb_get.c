/* verb_get.c - cimtool get: objects by id or place, with all their relations. */
#include "places.h"

#include <stdlib.h>
#include <string.h>

static int show_object(cimtool *t, cim_city *city, uint32_t id, bool first)
{
    cim_buf json = CIM_BUF_INIT;
    uint32_t flags = CIM_OBJECT_RELATIONS | CIM_OBJECT_SHAPES | (cimtool_has(t, "no-geometry") ? 0 : CIM_OBJECT_GEOMETRY) | (t->json ? CIM_OBJECT_SURFACES : 0);
    cim_status st = cim_city_object(t->ctx, city, id, flags, &json);
    if (st < 0) return cimtool_fail(t, st);
    if (!first) printf(t->json ? "," : "\n");
    if (t->json) {
        printf("%s", json.data);
    } else {
        cimtool_node *root = cimtool_json_read(json.data);
        if (root) cimtool_print(root, 0);
        cimtool_json_free(root);
    }
    cim_buf_dispose(&json);
    return EXIT_DONE;
}

static int show_all(cimtool *t, cim_city *city, const uint32_t *ids, size_t count, bool *first)
{
    for (size_t i = 0; i < count; i++) {
        int status = show_object(t, city, ids[i], *first);
        if (status != EXIT_DONE) return status;
        *first = false;
    }
    return EXIT_DONE;
}

static int by_id(cimtool *t, cim_city *city, const char *gid, bool *first)
{
    size_t count = 0, got = 0;
    cim_status st = cim_city_find(t->ctx, city, gid, NULL, 0, &count);
    if (st < 0) return cimtool_fail(t, st);
    uint32_t *ids = malloc(count * sizeof *ids);
    if (!ids) return EXIT_INTERNAL;
    st = cim_city_find(t->ctx, city, gid, ids, count, &got);
    int status = st < 0 ? cimtool_fail(t, st) : show_all(t, city, ids, got, first);
    free(ids);
    return status;
}

/* Boxes within the radius; query finds by exact geometry. */
static int by_place(cimtool *t, cim_city *city, const double xy[2], double radius_m, bool *first)
{
    cim_box window = { xy[0] - radius_m, xy[1] - radius_m, xy[0] + radius_m, xy[1] + radius_m };
    size_t count = 0, got = 0;
    cim_status st = cim_city_window(t->ctx, city, &window, NULL, 0, &count);
    if (st < 0) return cimtool_fail(t, st);
    if (!count) {
        cimtool_complain("nothing at this place");
        return EXIT_NEGATIVE;
    }
    uint32_t *ids = malloc(count * sizeof *ids);
    if (!ids) return EXIT_INTERNAL;
    st = cim_city_window(t->ctx, city, &window, ids, count, &got);
    int status = st < 0 ? cimtool_fail(t, st) : show_all(t, city, ids, got, first);
    free(ids);
    return status;
}

typedef struct line_of {
    cimtool *tool;
    cim_city *city;
    bool *first;
    int worst;
} line_of;

/* "-": ids on standard input, one a line; one that does not exist stops none of the others. */
static int by_line(void *user, char *line, size_t number)
{
    line_of *l = user;
    (void)number;
    int here = by_id(l->tool, l->city, line, l->first);
    if (here > l->worst) l->worst = here;
    return EXIT_DONE;
}

static int by_word(cimtool *t, cim_city *city, const char *word, bool *first)
{
    line_of l = { t, city, first, EXIT_DONE };
    if (strcmp(word, "-")) return by_id(t, city, word, first);
    int status = places_lines("-", by_line, &l);
    return status > l.worst ? status : l.worst;
}

static int show(cimtool *t, cim_city *city)
{
    double xy[2], radius_m = 1.0;
    bool first = true;
    int status = EXIT_DONE;
    for (int i = 1; i < t->arg_count; i++) {
        int here = by_word(t, city, t->args[i], &first);
        if (here > status) status = here;
    }
    if (!cimtool_real(t, "radius", &radius_m) || !cimtool_reals(t, "at", xy, 2)) return EXIT_USAGE;
    if (cimtool_has(t, "at")) return by_place(t, city, xy, radius_m, &first);
    if (!cimtool_reals(t, "at-lonlat", xy, 2)) return EXIT_USAGE;
    if (!cimtool_has(t, "at-lonlat")) return status;
    cim_status st = cim_crs_transform(t->ctx, 4326, cim_city_epsg(city), 1, xy);
    return st < 0 ? cimtool_fail(t, st) : by_place(t, city, xy, radius_m, &first);
}

int verb_get(cimtool *t)
{
    cim_city *city = NULL;
    if (t->arg_count < 2 && !cimtool_has(t, "at") && !cimtool_has(t, "at-lonlat")) return cimtool_complain("get: which objects? Give ids, --at or --at-lonlat");
    int status = cimtool_open(t, t->args[0], &city);
    if (status != EXIT_DONE) return status;
    if (t->json) printf("{\"schema\":\"cimtool/1\",\"objects\":[");
    status = show(t, city);
    if (t->json) printf("]}\n");
    cim_city_free(city);
    return status;
}
