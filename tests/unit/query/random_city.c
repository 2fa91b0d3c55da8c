/* random_city.c - a random city: in the test's tables, and as a file. */
#include "random.h"

uint64_t random_seed = 20240917;
thing things[OBJECTS];
GEOSContextHandle_t geos;
GEOSWKTReader *reader;
const char *const attribute_keys[A_COUNT] = { "osm:building", "osm:levels", "levels", "gen:size", "tags", "bldg:measuredHeight", "city", "zip", "plain" };

const char *const texts[] = { "yes", "no", "House", "haus", "Straße", "STRASSE", "Café", "cafe", "a_b", "100%", "12", "7.5", "it''s" };
const char *const names[] = { "Alpha", "alpha", "Beta", "Gamma 12", "Ärger", "O'Hara" };

const char *unquoted(const char *text)
{
    static char out[48];
    char *to = out;
    for (const char *p = text; *p; p++) {
        *to++ = *p;
        if (*p == '\'' && p[1] == '\'') p++;
    }
    *to = 0;
    return out;
}

void add_text(values *l, const char *text)
{
    value *v = &l->v[l->n++];
    assert_true(l->n <= VALUES);
    v->type = V_TEXT;
    snprintf(v->text, sizeof v->text, "%s", text);
}

void add_num(values *l, double num)
{
    assert_true(l->n < VALUES);
    l->v[l->n++] = (value){ .type = V_NUM, .num = num };
}

/* ---- geometries on a grid ---- */

static void grid_polygon(char *wkt, size_t size)
{
    for (;;) {
        int x = (int)below(20), y = (int)below(20), w = 1 + (int)below(8), h = 1 + (int)below(8);
        if (below(2)) snprintf(wkt, size, "POLYGON((%d %d,%d %d,%d %d,%d %d,%d %d))", x, y, x + w, y, x + w, y + h, x, y + h, x, y);
        else snprintf(wkt, size, "POLYGON((%d %d,%d %d,%d %d,%d %d))", x, y, x + w, y + (int)below(3), x + (int)below(4), y + h, x, y);
        GEOSGeometry *g = GEOSWKTReader_read_r(geos, reader, wkt);
        bool valid = g && GEOSisValid_r(geos, g) == 1;
        if (g) GEOSGeom_destroy_r(geos, g);
        if (valid) return;
    }
}

static void grid_line(char *wkt, size_t size)
{
    int x = (int)below(20), y = (int)below(20), dx = (int)below(9) - 4, dy = (int)below(9) - 4;
    if (!dx && !dy) dx = 1;
    if (below(2)) snprintf(wkt, size, "LINESTRING(%d %d,%d %d)", x, y, x + dx, y + dy);
    else snprintf(wkt, size, "LINESTRING(%d %d,%d %d,%d %d)", x, y, x + dx, y + dy, x + dx + 2, y + dy + 1);
}

void grid_any(char *wkt, size_t size)
{
    unsigned what = below(8);
    if (what < 3) grid_polygon(wkt, size);
    else if (what < 5) grid_line(wkt, size);
    else if (what == 5) snprintf(wkt, size, "POINT(%u %u)", below(25), below(25));
    else if (what == 6) snprintf(wkt, size, "MULTIPOINT((%u %u),(%u %u))", below(25), below(25), below(25), below(25));
    else if (below(6)) snprintf(wkt, size, "MULTILINESTRING((%u 3,7 %u),(%u 9,12 %u))", below(7), below(9), below(9), 10 + below(9));
    else snprintf(wkt, size, "POLYGON EMPTY");
}

/* ---- making the city ---- */

static void make_attrs(thing *t)
{
    char *p = t->json;
    const char *comma = "";
    for (int a = 0; a < A_COUNT; a++) {
        snprintf(t->attrs[a].key, sizeof t->attrs[a].key, "%s", attribute_keys[a]);
        t->attrs[a].there = below(a == A_LEVELS_PLAIN ? 4 : 2) == 0;
    }
    t->attrs[A_ZIP].there = t->attrs[A_CITY].there;
    p += sprintf(p, "{");
#define KEY(a) (p += sprintf(p, "%s\"%s\":", comma, attribute_keys[a]), comma = ",")
    for (int a = A_BUILDING; a <= A_LEVELS_PLAIN; a++) {
        if (!t->attrs[a].there) continue;
        const char *text = unquoted(a == A_BUILDING ? ONE_OF(texts) : below(3) ? "3" : "n/a");
        KEY(a);
        p += sprintf(p, "\"%s\"", text);
        add_text(&t->attrs[a].val, text);
    }
    if (t->attrs[A_SIZE].there) {
        int v = (int)below(10);
        KEY(A_SIZE);
        p += sprintf(p, "%d.5", v);
        add_num(&t->attrs[A_SIZE].val, v + 0.5);
    }
    if (t->attrs[A_TAGS].there) {
        int n = (int)below(4);
        KEY(A_TAGS);
        p += sprintf(p, "[");
        for (int i = 0; i < n; i++) {
            if (below(2)) {
                const char *text = unquoted(ONE_OF(texts));
                p += sprintf(p, "%s\"%s\"", i ? "," : "", text);
                add_text(&t->attrs[A_TAGS].val, text);
            } else {
                int v = (int)below(9);
                p += sprintf(p, "%s%d", i ? "," : "", v);
                add_num(&t->attrs[A_TAGS].val, v);
            }
        }
        p += sprintf(p, "]");
    }
    if (t->attrs[A_HEIGHT].there) {
        int v = (int)below(30);
        KEY(A_HEIGHT);
        p += sprintf(p, "{\"value\":%d,\"uom\":\"m\"}", v);
        add_num(&t->attrs[A_HEIGHT].val, v);
    }
    if (t->attrs[A_CITY].there) {
        const char *city = ONE_OF(names);
        p += sprintf(p, "%s\"core:address\":{\"city\":\"%s\",\"zip\":[%d,%d]}", comma, city, 1, 2);
        comma = ",";
        add_text(&t->attrs[A_CITY].val, city);
        add_num(&t->attrs[A_ZIP].val, 1);
        add_num(&t->attrs[A_ZIP].val, 2);
    }
    if (t->attrs[A_FLAG].there) {
        unsigned v = below(3);
        KEY(A_FLAG);
        p += sprintf(p, "%s", v == 2 ? "null" : v ? "true" : "false");
        if (v < 2) t->attrs[A_FLAG].val.v[t->attrs[A_FLAG].val.n++] = (value){ .type = V_BOOL, .num = v };
    }
    sprintf(p, "}");
}

static void make_columns(thing *t, bool building)
{
    char *p = t->columns;
    *p = 0;
    if (below(3)) {
        const char *name = ONE_OF(names);
        snprintf(t->name, sizeof t->name, "%s", name);
        t->has_name = true;
        p += sprintf(p, "name=%s", name);
    }
    if (building && below(4)) {
        t->height = (double)below(40) / 2.0;
        t->has_height = true;
        p += sprintf(p, "%sheight_m=%g", p == t->columns ? "" : ";", t->height);
    }
    if (building && below(3)) {
        t->storeys = (int)below(8);
        t->has_storeys = true;
        t->storeys_derived = below(2);
        p += sprintf(p, "%sstoreys=%d%s", p == t->columns ? "" : ";", t->storeys, t->storeys_derived ? ":height" : "");
    }
    if (!strcmp(t->class_name, "Road") && below(2)) {
        t->bridge = (int)below(2);
        t->has_bridge = true;
        sprintf(p, "%sbridge=%d", p == t->columns ? "" : ";", t->bridge);
    }
}

const char *const dates[] = { "1995", "2001-02", "2001-02-15", "2010-06-30", "2010-06-30T12:00:00Z", "2019-12-31", "2020", "soon" };

static void make_thing(int i)
{
    thing *t = &things[i];
    unsigned what = i < 12 ? 4 : below(10);
    t->parent = -1;
    snprintf(t->gid, sizeof t->gid, what == 2 && below(2) ? "way/%d#%u" : "obj/%d", i, below(3));
    if (what < 2) {
        strcpy(t->class_name, "Building"), strcpy(t->layer, "building");
        grid_polygon(t->wkt, sizeof t->wkt);
    } else if (what == 2 || what == 3) {
        strcpy(t->class_name, "Road"), strcpy(t->layer, "road");
        grid_line(t->wkt, sizeof t->wkt);
    } else if (what == 4) {
        strcpy(t->class_name, "District"), strcpy(t->layer, "zone");
        grid_polygon(t->wkt, sizeof t->wkt);
    } else if (what == 5 || what == 6) {
        strcpy(t->class_name, what == 5 ? "Camera" : "Sensor"), strcpy(t->layer, "sensor");
        snprintf(t->wkt, sizeof t->wkt, "POINT(%u %u)", below(25), below(25));
    } else if (what == 7) {
        strcpy(t->class_name, "Network"), strcpy(t->layer, "nonspatial");
    } else {
        strcpy(t->class_name, "BuildingPart"), strcpy(t->layer, "building_part");
        grid_polygon(t->wkt, sizeof t->wkt);
        t->parent = (int)below((unsigned)i);
        if (below(5) == 0) t->wkt[0] = 0, strcpy(t->layer, "building_part");
    }
    make_columns(t, what < 2 || what > 7);
    make_attrs(t);
    if (below(3) == 0) strcpy(t->valid_from, ONE_OF(dates));
    if (below(3) == 0) strcpy(t->valid_to, ONE_OF(dates));
    if (t->wkt[0]) t->geom = GEOSWKTReader_read_r(geos, reader, t->wkt);
}

static support_relation relations[OBJECTS * 6];
static size_t relation_count;

bool linked(const thing *t, int relation, int to)
{
    for (int i = 0; i < t->edge_count[relation]; i++)
        if (t->edges[relation][i] == to) return true;
    return false;
}

static void link_things(int from, int relation, int to)
{
    static const cim__relation_type types[] = { CIM__R_LOCATED_IN, CIM__R_ACCESSES, CIM__R_SAME_AS };
    thing *a = &things[from], *b = &things[to];
    if (a->edge_count[relation] == EDGES || b->edge_count[relation] == EDGES || linked(a, relation, to)) return;
    relations[relation_count++] = (support_relation){ a->gid, types[relation], b->gid, NULL };
    a->edges[relation][a->edge_count[relation]++] = to;
    if (relation == 2 && from != to) b->edges[2][b->edge_count[2]++] = from;
}

/* Objects on the far side of a relation.  Inverses are found by searching. */
static void make_relations(void)
{
    for (int i = 0; i < OBJECTS; i++) {
        if (below(2)) link_things(i, 0, (int)below(12));
        for (unsigned n = below(4); n; n--) link_things(i, 1, (int)below(OBJECTS));
        if (below(6) == 0) link_things(i, 2, (int)below(OBJECTS));
    }
}

void make_city(const char *file)
{
    support_object *list = calloc(OBJECTS, sizeof *list);
    for (int i = 0; i < OBJECTS; i++) make_thing(i);
    make_relations();
    for (int i = 0; i < OBJECTS; i++) {
        thing *t = &things[i];
        list[i] = (support_object){ .gid = t->gid, .class_name = t->class_name, .wkt = t->wkt[0] ? t->wkt : NULL, .values = t->columns, .attrs = t->json };
        if (t->parent >= 0) list[i].parent = things[t->parent].gid;
        if (t->valid_from[0]) list[i].valid_from = t->valid_from;
        if (t->valid_to[0]) list[i].valid_to = t->valid_to;
    }
    support_city(file, 0, list, OBJECTS, relations, relation_count);
    free(list);
}
