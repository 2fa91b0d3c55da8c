/* relate.h - what the makers of relations share: the new objects in the sink and the old ones of the city as one universe. */
#ifndef CIM_IMPORT_RELATE_H
#define CIM_IMPORT_RELATE_H

#include "core/par.h"
#include "geom/geos.h"
#include "import/importer.h"

/* An object of either kind. */
typedef struct cim__thing {
    uint32_t number; /* place in the sink, or number in the city */
    bool old;
    uint8_t layer, class_id;
    cim_box box;
} cim__thing;

/* Some objects and an index over their boxes; ids of the index are places in list. */
typedef struct cim__things {
    cim__thing *list;
    size_t count;
    cim_index *index;
} cim__things;

typedef struct cim__universe {
    cim__mem *mem;
    cim__sink *sink;
    uint8_t *replaced; /* by number in the city: the sink has a new version; NULL without a city */
    cim__buf made, texts; /* cim__pending_relation and the texts of their attributes, moved to the sink at the end */
} cim__universe;

/* Objects with a place that `want` accepts. */
typedef bool (*cim__want_fn)(uint8_t layer, uint8_t class_id);
cim_status cim__things_new(cim_ctx *ctx, const cim__universe *u, cim__want_fn want, cim__things *things_out);
void cim__things_free(cim__mem *mem, cim__things *things);

/* What one worker needs to look at objects. */
typedef struct cim__looker {
    cim__universe *universe;
    cim__buf scratch;
    cim__arena arena;
    cim__record record;
    cim__object object;
    cim__gbuild geom, other;
    cim__geos *geos;
    cim__buf relations, texts; /* made by this worker's current chunk */
} cim__looker;
cim_status cim__looker_new(cim_ctx *ctx, cim__universe *u, cim__looker **looker_out);
void cim__looker_free(cim__looker *looker);

/* The object's id, plane geometry (into build; part_count 0: none), one text value ("" when absent).  Borrowed until the next call of
 * the same function. */
cim_status cim__look_geom(cim_ctx *ctx, cim__looker *l, const cim__thing *thing, cim__gbuild *build, cim_geom *geom_out);
cim_status cim__look_gid(cim_ctx *ctx, cim__looker *l, const cim__thing *thing, cim__str *gid_out);
cim_status cim__look_text(cim_ctx *ctx, cim__looker *l, const cim__thing *thing, cim__attr attr, cim__str *text_out);

/* Several text values at once. */
cim_status cim__look_texts(cim_ctx *ctx, cim__looker *l, const cim__thing *thing, const cim__attr *attrs, size_t count, cim__str *texts_out);

cim__ref cim__thing_ref(const cim__thing *thing);
cim_status cim__relate_things(cim_ctx *ctx, cim__looker *l, const cim__thing *from, cim__relation_type type, const cim__thing *to, cim__str attrs);

/* Run fn over items 0..count-1 on all threads, each with a looker; relations come out in the order of the items. */
typedef cim_status (*cim__relate_fn)(cim_ctx *ctx, cim__looker *looker, size_t item, void *user);
cim_status cim__relate_run(cim_ctx *ctx, cim__universe *u, size_t count, const char *step, cim__relate_fn fn, void *user);

/* Which old objects have a relation of this type already (bit by number)?  Pending relations of new ones are not looked at. */
cim_status cim__has_relation(cim_ctx *ctx, const cim__universe *u, cim__relation_type type, uint8_t **has_out);

/* The makers. */
cim_status cim__relate_parts(cim_ctx *ctx, cim__universe *u);    /* part_of: parts inside an outline (relate_same.c) */
cim_status cim__relate_same(cim_ctx *ctx, cim__universe *u);     /* same_as (relate_same.c) */
cim_status cim__relate_access(cim_ctx *ctx, cim__universe *u);   /* accesses (relate_access.c) */
cim_status cim__relate_mounts(cim_ctx *ctx, cim__universe *u);   /* mounted_on, address_of (relate_near.c) */
cim_status cim__relate_stations(cim_ctx *ctx, cim__universe *u);  /* connects: lines that end in stations (relate_station.c) */
cim_status cim__relate_districts(cim_ctx *ctx, cim__universe *u); /* located_in (relate_near.c) */

#endif
