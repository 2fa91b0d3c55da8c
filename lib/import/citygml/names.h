/* names.h - element and attribute names of a job, each kept once with what it means.
 *
 * A name is looked up by its text only the first time; after that the XML parser's own interned pointers find it.  Names do not
 * change once they are made, so builders on other threads read them without a lock. */
#ifndef CIM_IMPORT_CITYGML_NAMES_H
#define CIM_IMPORT_CITYGML_NAMES_H

#include "city/model.h"
#include "core/hash.h"

typedef enum cim__gkind {
    CIM__G_OTHER,              /* a property, or something judged by where it stands */
    CIM__G_OBJECT,             /* code: cim__class_id */
    CIM__G_SURFACE,
    CIM__G_VERBATIM,
    CIM__G_ADDRESS,
    CIM__G_IMPLICIT,
    CIM__G_GENERIC,            /* code: 's' text, 'n' number, 'S' set */
    CIM__G_POLYGON,            /* from here to UNSUPPORTED: geometry */
    CIM__G_SURFACES,           /* code: cim__topo_kind */
    CIM__G_ORIENTABLE_SURFACE,
    CIM__G_SOLID,
    CIM__G_SOLIDS,             /* code: cim__topo_kind */
    CIM__G_LINE,
    CIM__G_ARC,                /* code: 1 for a whole circle */
    CIM__G_CURVES,             /* code: 1 when its members stay lines of their own */
    CIM__G_ORIENTABLE_CURVE,
    CIM__G_POINT,
    CIM__G_MIXED,
    CIM__G_UNSUPPORTED,
    CIM__G_ENVELOPE,
    CIM__G_POSITIONS,          /* numbers: pos, posList, corners */
    CIM__G_COORDINATES,
    CIM__G_POINT_PROPERTY,
    CIM__G_EXTERIOR,
    CIM__G_INTERIOR,
    CIM__G_GEOMETRY_PROPERTY,
    CIM__G_CONTAINER,
    CIM__G_MEMBER,
    CIM__G_MEMBERS,
    CIM__G_APPEARANCES
} cim__gkind;

typedef enum cim__gmodule {
    CIM__GML_UNKNOWN,
#define CIM__GML_MODULE(id, prefix, family, uri) CIM__GML_##id,
#include "import/citygml/modules.def"
#undef CIM__GML_MODULE
    CIM__GML_MODULES
} cim__gmodule;

typedef enum cim__gconversion {
    CIM__GV_NONE,
    CIM__GV_TEXT,
    CIM__GV_CODE,
    CIM__GV_METRES,
    CIM__GV_DIAMETER,
    CIM__GV_INTEGER,
    CIM__GV_YEAR,
    CIM__GV_HEIGHT
} cim__gconversion;

typedef struct cim__gname {
    cim__str local, uri;
    cim__str qname;      /* "bldg:Building": canonical prefix and local name */
    size_t prefix_len;   /* of qname; 0: no namespace */
    uint32_t id;         /* dense, from 0 */
    uint16_t code;
    uint8_t kind, module;
    uint8_t value_attr, conversion; /* cim__attr, cim__gconversion */
    int8_t lod;          /* of a property "lod2Solid"; -1: none */
    bool upper;          /* starts with a capital letter: no property */
    cim__str role;       /* of geometry in this property: "solid"; empty: after the type of the geometry */
} cim__gname;

enum { CIM__GNAMES_MAX = 20000 };

typedef struct cim__gnames {
    cim__mem *mem;
    cim__arena arena;
    cim__names texts;     /* uri, blank, local name -> number of the name */
    cim__gname **list;    /* by number */
    size_t count, cap;
    cim__names prefixes;  /* canonical prefix -> dense number; index into prefix_uri */
    cim__buf namespaces;  /* cim__gspace */
} cim__gnames;

/* A namespace of the job. */
typedef struct cim__gspace {
    cim__str uri, prefix;
    cim__gmodule module;
} cim__gspace;

void cim__gnames_init(cim__gnames *names, cim__mem *mem);
void cim__gnames_free(cim__gnames *names);
/* uri NULL with a prefix: the file did not declare it, and it is taken for what usually goes by it.  CIM_ELIMIT beyond CIM__GNAMES_MAX. */
cim_status cim__gnames_get(cim_ctx *ctx, cim__gnames *names, const char *local, const char *prefix, const char *uri, const cim__gname **name_out);

static inline bool cim__gname_geometry(const cim__gname *name) { return name && name->kind >= CIM__G_POLYGON && name->kind <= CIM__G_UNSUPPORTED; }
static inline bool cim__gname_is(const cim__gname *name, cim__gmodule module, const char *local) { return name->module == module && cim__str_is(name->local, local); }

#endif
