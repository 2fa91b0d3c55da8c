/* names.c - making names: namespace to module, local name to meaning. */
#include "import/citygml/names.h"
#include "geom/topo.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum family { F_NONE, F_GML, F_XAL, F_CITY, F_CON, F_IUR, F_URF, F_UTILITY, F_ADE } family;

typedef struct module_row {
    const char *prefix, *uri;
    family family;
} module_row;

static const module_row modules[CIM__GML_MODULES] = {
    { "", "", F_NONE },
#define CIM__GML_MODULE(id, prefix, family, uri) { prefix, uri, F_##family },
#include "import/citygml/modules.def"
#undef CIM__GML_MODULE
};

typedef struct row {
    family family;
    const char *local;
    cim__gkind kind;
    int code;
} row;

static const row rows[] = {
#define CIM__GML(family, local, kind, code) { F_##family, local, CIM__G_##kind, code },
#include "import/citygml/classes.def"
#undef CIM__GML
};

typedef struct value_row {
    const char *local;
    cim__attr attr;
    cim__gconversion conversion;
} value_row;

static const value_row value_rows[] = {
#define CIM__GML_VALUE(local, attr, conversion) { local, CIM__A_##attr, CIM__GV_##conversion },
#include "import/citygml/values.def"
#undef CIM__GML_VALUE
};

void cim__gnames_init(cim__gnames *n, cim__mem *mem)
{
    memset(n, 0, sizeof *n);
    n->mem = mem;
    n->arena = cim__arena_on(mem);
    n->namespaces = cim__buf_on(mem);
    cim__names_init(&n->texts, mem);
    cim__names_init(&n->prefixes, mem);
}

void cim__gnames_free(cim__gnames *n)
{
    if (!n->mem) return;
    cim__names_free(&n->texts);
    cim__names_free(&n->prefixes);
    cim__free(n->mem, n->list);
    cim__buf_free(&n->namespaces);
    cim__arena_free(&n->arena);
}

/* ---- namespaces ---- */

static cim__gmodule module_of_uri(const char *uri)
{
    for (int m = 1; m < CIM__GML_MODULES; m++) {
        const char *want = modules[m].uri;
        if (want[0] == '*' ? strstr(uri, want + 1) != NULL : !strncmp(uri, want, strlen(want))) return (cim__gmodule)m;
    }
    return CIM__GML_UNKNOWN;
}

static cim__gmodule module_of_prefix(const char *prefix)
{
    static const char *const others[][2] = { { "dcm", "" }, { "xal", "xAL" }, { "tun", "tun" }, { "bridge", "brid" }, { "cem", "" } };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(prefix, others[i][0])) prefix = others[i][1];
    for (int m = 1; m < CIM__GML_MODULES; m++)
        if (!strcmp(prefix, modules[m].prefix)) return (cim__gmodule)m;
    return CIM__GML_UNKNOWN;
}

static bool prefix_is_canonical(const char *prefix)
{
    for (int m = 1; m < CIM__GML_MODULES; m++)
        if (!strcmp(prefix, modules[m].prefix)) return true;
    return false;
}

static bool prefix_is_taken(const cim__gnames *n, const char *prefix)
{
    if (prefix_is_canonical(prefix)) return true;
    for (size_t i = 0; i < CIM__COUNT(&n->namespaces, cim__gspace); i++)
        if (cim__str_is(CIM__AT(&n->namespaces, cim__gspace, i).prefix, prefix)) return true;
    return false;
}

/* The file's own prefix for a namespace we do not know, unless another one has it. */
static cim__str free_prefix(cim__gnames *n, const char *prefix)
{
    char text[24];
    if (prefix && prefix[0] && strlen(prefix) < 40 && !prefix_is_taken(n, prefix)) return cim__arena_str(&n->arena, cim__str_of(prefix));
    for (unsigned i = 1;; i++) {
        snprintf(text, sizeof text, "ns%u", i);
        if (!prefix_is_taken(n, text)) return cim__arena_str(&n->arena, cim__str_of(text));
    }
}

static const cim__gspace *namespace_of(cim__gnames *n, const char *prefix, const char *uri)
{
    char made[80];
    cim__gmodule module;
    if (uri) {
        module = module_of_uri(uri);
    } else {
        module = module_of_prefix(prefix);
        snprintf(made, sizeof made, "urn:undeclared:%.40s", prefix);
        uri = made;
    }
    for (size_t i = 0; i < CIM__COUNT(&n->namespaces, cim__gspace); i++)
        if (cim__str_is(CIM__AT(&n->namespaces, cim__gspace, i).uri, uri)) return &CIM__AT(&n->namespaces, cim__gspace, i);
    cim__gspace space = { cim__arena_str(&n->arena, cim__str_of(uri)), { "", 0 }, module };
    space.prefix = module ? cim__str_of(modules[module].prefix) : free_prefix(n, prefix);
    cim__gspace *kept = CIM__PUSH(&n->namespaces, cim__gspace);
    if (!kept || !space.uri.ptr || !space.prefix.ptr) return NULL;
    *kept = space;
    return kept;
}

/* ---- meaning ---- */

static bool family_fits(family wanted, family have)
{
    return wanted == have || (wanted == F_CITY && have == F_CON) || (wanted == F_IUR && have == F_URF);
}

static void find_kind(cim__gname *name)
{
    family have = modules[name->module].family;
    const row *best = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!family_fits(rows[i].family, have) || !cim__str_is(name->local, rows[i].local)) continue;
        if (!best || rows[i].family == have) best = &rows[i];
    }
    if (!best) return;
    name->kind = (uint8_t)best->kind;
    name->code = (uint16_t)best->code;
}

static void find_value(cim__gname *name)
{
    for (size_t i = 0; i < sizeof value_rows / sizeof *value_rows; i++)
        if (cim__str_is(name->local, value_rows[i].local)) {
            name->value_attr = (uint8_t)value_rows[i].attr;
            name->conversion = (uint8_t)value_rows[i].conversion;
        }
    if (cim__gname_is(name, CIM__GML_GML, "name")) {
        name->value_attr = CIM__A_NAME;
        name->conversion = CIM__GV_TEXT;
    }
}

/* "MultiSurface" -> "multi_surface" */
static cim__str snake(cim__gnames *n, cim__str camel)
{
    char text[80];
    size_t size = 0;
    for (size_t i = 0; i < camel.len && size + 2 < sizeof text; i++) {
        char c = camel.ptr[i];
        bool capital = c >= 'A' && c <= 'Z';
        if (capital && i && size && text[size - 1] != '_') text[size++] = '_';
        text[size++] = capital ? (char)(c + 32) : c;
    }
    return cim__arena_str(&n->arena, (cim__str){ text, size });
}

/* Roles that are not simply the rest of the property's name; "" is left to the type of the geometry. */
static const char *const roles[][2] = {
    { "Geometry", "" },           { "GenericGeometry", "" },       { "MultiSolid", "solid" },         { "Surface", "multi_surface" },
    { "FootPrint", "footprint" }, { "TerrainIntersectionCurve", "terrain_intersection" }, { "ImplicitRepresentation", "implicit" }, { "ImplicitGeometry", "implicit" },
    { "Point", "point" },         { "MultiPoint", "point" },
};

static bool find_role(cim__gnames *n, cim__gname *name)
{
    cim__str s = name->local;
    name->lod = -1;
    if (s.len < 5 || memcmp(s.ptr, "lod", 3) != 0 || s.ptr[3] < '0' || s.ptr[3] > '4' || !(s.ptr[4] >= 'A' && s.ptr[4] <= 'Z')) {
        bool by_type = cim__str_is(s, "geometry") || cim__str_is(s, "realization");
        name->role = name->upper || by_type ? (cim__str){ "", 0 } : snake(n, s);
        return name->role.ptr != NULL;
    }
    cim__str rest = { s.ptr + 4, s.len - 4 };
    name->lod = (int8_t)(s.ptr[3] - '0');
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (cim__str_is(rest, roles[i][0])) {
            name->role = cim__str_of(roles[i][1]);
            return true;
        }
    name->role = snake(n, rest);
    return name->role.ptr != NULL;
}

static bool make(cim__gnames *n, cim__gname *name, const char *local, const cim__gspace *space)
{
    cim__str copy = cim__str_of(local);
    char *qname = cim__arena_alloc(&n->arena, (space ? space->prefix.len + 1 : 0) + copy.len + 1);
    if (!qname) return false;
    size_t at = 0;
    if (space) {
        memcpy(qname, space->prefix.ptr, space->prefix.len);
        at = name->prefix_len = space->prefix.len;
        qname[at++] = ':';
        name->module = (uint8_t)space->module;
        name->uri = space->uri;
    }
    memcpy(qname + at, copy.ptr, copy.len + 1);
    name->qname = (cim__str){ qname, at + copy.len };
    name->local = (cim__str){ qname + at, copy.len };
    name->upper = local[0] >= 'A' && local[0] <= 'Z';
    find_kind(name);
    find_value(name);
    return find_role(n, name);
}

static bool grow(cim__gnames *n)
{
    if (n->count < n->cap) return true;
    size_t cap = n->cap ? n->cap * 2 : 256;
    cim__gname **list = cim__realloc_n(n->mem, n->list, cap, sizeof *list);
    if (!list) return false;
    n->list = list;
    n->cap = cap;
    return true;
}

cim_status cim__gnames_get(cim_ctx *ctx, cim__gnames *n, const char *local, const char *prefix, const char *uri, const cim__gname **name_out)
{
    const cim__gspace *space = NULL;
    if (uri || prefix) {
        space = namespace_of(n, prefix, uri);
        if (!space) return cim__nomem(ctx);
    }
    cim__buf key = cim__buf_on(n->mem);
    if (space) cim__buf_putstr(&key, space->uri);
    cim__buf_putc(&key, ' ');
    cim__buf_puts(&key, local);
    uint32_t id = key.failed ? CIM_NONE : cim__names_add(&n->texts, cim__buf_str(&key));
    cim__buf_free(&key);
    if (id == CIM_NONE) return cim__nomem(ctx);
    if (id == n->count) {
        if (n->count >= CIM__GNAMES_MAX) return cim__fail(ctx, CIM_ELIMIT, "more than %d different names of elements and attributes", CIM__GNAMES_MAX);
        cim__gname *name = grow(n) ? cim__arena_alloc(&n->arena, sizeof *name) : NULL;
        if (!name) return cim__nomem(ctx);
        memset(name, 0, sizeof *name);
        name->id = id;
        name->role = name->uri = (cim__str){ "", 0 };
        if (!make(n, name, local, space)) return cim__nomem(ctx);
        n->list[n->count++] = name;
    }
    *name_out = n->list[id];
    return CIM_OK;
}
