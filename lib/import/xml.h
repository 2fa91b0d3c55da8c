/* xml.h - adapter to libxml2: a SAX2 push parser behind guards.
 *
 * No DTD (any DOCTYPE is refused), so no entities but the five predefined ones; no network, no XInclude, no recovery.  Memory does
 * not grow with the document. */
#ifndef CIM_IMPORT_XML_H
#define CIM_IMPORT_XML_H

#include "import/input.h"

typedef struct cim__xml cim__xml;

/* Names are interned by the parser: within one run equal names are equal pointers.  prefix and uri are NULL when there are none. */
typedef struct cim__xml_name {
    const char *local, *prefix, *uri;
} cim__xml_name;

typedef struct cim__xml_start {
    cim__xml_name name;
    int attribute_count, namespace_count;
    const char *const *attributes; /* five a piece: local, prefix, uri, value, end of value (see cim__xml_attribute) */
    const char *const *namespaces; /* two a piece: prefix (NULL: default), uri */
} cim__xml_start;

static inline cim__xml_name cim__xml_attribute_name(const cim__xml_start *s, int i)
{
    const char *const *a = s->attributes + 5 * i;
    return (cim__xml_name){ a[0], a[1], a[2] };
}
static inline cim__str cim__xml_attribute_value(const cim__xml_start *s, int i)
{
    const char *const *a = s->attributes + 5 * i;
    return (cim__str){ a[3], (size_t)(a[4] - a[3]) };
}
/* Value of the attribute with this local name, whatever its namespace; false if there is none. */
bool cim__xml_attribute(const cim__xml_start *s, const char *local, cim__str *value_out);

/* A callback that fails ends the run with its status; CIM_DONE ends it successfully. Text may come in pieces. */
typedef struct cim__xml_handler {
    cim_status (*start)(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *start, void *user);
    cim_status (*end)(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user);
    cim_status (*text)(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user);   /* also CDATA; NULL: not wanted */
    cim_status (*chunk)(cim_ctx *ctx, cim__xml *xml, void *user);                 /* after every 32 KiB: ticks; NULL: not wanted */
} cim__xml_handler;

/* CIM_EFORMAT "path:line:column: what" when the document is not well-formed or a guard strikes. */
cim_status cim__xml_run(cim_ctx *ctx, cim__input *input, uint32_t max_depth, const cim__xml_handler *handler, void *user);

uint32_t cim__xml_line(const cim__xml *xml);         /* of the current event */
uint32_t cim__xml_depth(const cim__xml *xml);        /* elements open, the current one included */
const char *cim__xml_encoding(const cim__xml *xml);  /* as declared, or "UTF-8" */

#endif
