/* counts.c - adding up.
 *
 * "Seen" is counted where the parser reports an element, fates where objects were finished. */
#include "import/citygml/counts.h"

enum { MAX_CLASSES = 400 /* the report holds some more kinds */ };

static uint64_t fates_of(const cim__gbuilder *b, uint32_t name, int fate)
{
    size_t at = (size_t)name * CIM__GFATES + (size_t)fate;
    return at < CIM__COUNT(&b->names, uint64_t) ? CIM__AT(&b->names, uint64_t, at) : 0;
}

static uint64_t in_text(const cim__greader *r, uint32_t name) { return name < CIM__COUNT(&r->verbatim, uint64_t) ? CIM__AT(&r->verbatim, uint64_t, name) : 0; }

cim_status cim__gcounts_add(cim_ctx *ctx, cim__gbuilder *b, const cim__gbuilder *other)
{
    size_t have = CIM__COUNT(&b->names, uint64_t), need = CIM__COUNT(&other->names, uint64_t);
    if (need > have) {
        uint64_t *fresh = cim__buf_extend(&b->names, (need - have) * sizeof *fresh);
        if (!fresh) return cim__nomem(ctx);
        memset(fresh, 0, (need - have) * sizeof *fresh);
    }
    for (size_t i = 0; i < need; i++) CIM__AT(&b->names, uint64_t, i) += CIM__AT(&other->names, uint64_t, i);
    for (int i = 0; i < CIM__GFATES; i++) b->elements[i] += other->elements[i];
    for (int i = 0; i < CIM__GLINKS; i++) b->links_seen[i] += other->links_seen[i];
    b->ids_missing += other->ids_missing;
    b->rings_closed += other->rings_closed;
    b->links_dangling += other->links_dangling;
    b->footprints_boxed += other->footprints_boxed;
    cim__report_merge(&b->report, &other->report);
    return cim__report_ok(&b->report) ? CIM_OK : cim__nomem(ctx);
}

static cim__fate report_fate(int fate)
{
    if (fate == CIM__GF_VERBATIM) return CIM__VERBATIM;
    return fate >= CIM__GF_ENVELOPE ? CIM__SKIPPED : CIM__STORED;
}

static void put(cim__report *report, const char *kind, int fate, uint64_t count)
{
    if (count) cim__report_fate(report, kind, report_fate(fate), fate == CIM__GF_VERBATIM ? NULL : cim__gfate_text((cim__gfate)fate), count);
}

static void put_elements(cim__report *report, const cim__gbuilder *b, const cim__greader *r, uint64_t lost)
{
    cim__report_seen(report, "element", r->elements);
    for (int fate = CIM__GF_OBJECT; fate < CIM__GFATES; fate++) {
        uint64_t count = b->elements[fate];
        if (fate == CIM__GF_STRUCTURE) count += r->structure_elements;
        if (fate == CIM__GF_VERBATIM) count += r->verbatim_elements;
        if (fate == CIM__GF_DAMAGED) count += lost;
        put(report, "element", fate, count);
    }
}

/* A name is a class when the tables say so, or when one of its elements was stored as an object. */
static bool is_class(const cim__gbuilder *b, const cim__gname *name)
{
    if (!name->upper) return false;
    return name->kind == CIM__G_OBJECT || name->kind == CIM__G_SURFACE || name->kind == CIM__G_VERBATIM || name->kind == CIM__G_ADDRESS || fates_of(b, name->id, CIM__GF_OBJECT) > 0;
}

/* Objects of one name in all the versions of a namespace that a file uses are one kind. */
static void put_class(cim__report *report, const cim__gbuilder *b, const cim__greader *r, const cim__gname *name, const char *kind, bool damaged)
{
    uint64_t seen = cim__greader_seen(r, name->id), known = in_text(r, name->id);
    cim__report_seen(report, kind, seen);
    put(report, kind, CIM__GF_VERBATIM, known);
    for (int fate = CIM__GF_OBJECT; fate < CIM__GFATES; fate++) {
        known += fates_of(b, name->id, fate);
        put(report, kind, fate, fates_of(b, name->id, fate));
    }
    if (damaged && seen > known) put(report, kind, CIM__GF_DAMAGED, seen - known);
}

static void put_kind_of(cim__report *report, const char *kind, const cim__gbuilder *b, const cim__greader *r, const cim__gnames *names, cim__gkind wanted, bool damaged)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->list[i]->kind == wanted && cim__greader_seen(r, (uint32_t)i)) put_class(report, b, r, names->list[i], kind, damaged);
}

static void put_links(cim__report *report, const cim__gbuilder *b, const cim__greader *r, bool damaged)
{
    uint64_t known = r->verbatim_links;
    for (int i = 0; i < CIM__GLINKS; i++) known += b->links_seen[i];
    if (!r->links) return;
    cim__report_seen(report, "xlink", r->links);
    if (b->links_seen[CIM__GL_GEOMETRY]) cim__report_fate(report, "xlink", CIM__STORED, "geometry", b->links_seen[CIM__GL_GEOMETRY]);
    if (b->links_seen[CIM__GL_RELATION]) cim__report_fate(report, "xlink", CIM__STORED, "relation", b->links_seen[CIM__GL_RELATION]);
    if (b->links_seen[CIM__GL_ATTRIBUTE]) cim__report_fate(report, "xlink", CIM__STORED, "attribute", b->links_seen[CIM__GL_ATTRIBUTE]);
    cim__report_fate(report, "xlink", CIM__VERBATIM, NULL, b->links_seen[CIM__GL_VERBATIM] + r->verbatim_links);
    if (b->links_seen[CIM__GL_UNRESOLVED]) cim__report_fate(report, "xlink", CIM__SKIPPED, "target not found", b->links_seen[CIM__GL_UNRESOLVED]);
    if (damaged && r->links > known) cim__report_fate(report, "xlink", CIM__SKIPPED, cim__gfate_text(CIM__GF_DAMAGED), r->links - known);
}

static void put_remarks(cim__report *report, const cim__gbuilder *b, uint64_t repeated)
{
    if (b->ids_missing) cim__report_warn(report, UINT64_MAX, "%llu objects have no gml:id: ids were made from the file's name", (unsigned long long)b->ids_missing);
    if (repeated) cim__report_warn(report, UINT64_MAX, "%llu objects have the gml:id of another one", (unsigned long long)repeated);
    if (b->links_dangling) cim__report_warn(report, UINT64_MAX, "%llu references lead to no geometry that is there: kept as text", (unsigned long long)b->links_dangling);
    if (b->rings_closed) cim__report_warn(report, UINT64_MAX, "%llu rings were not closed and have been", (unsigned long long)b->rings_closed);
    if (b->footprints_boxed) cim__report_warn(report, UINT64_MAX, "%llu footprints are boxes, because their faces could not be united", (unsigned long long)b->footprints_boxed);
}

cim_status cim__gcounts_report(cim_ctx *ctx, cim__report *report, cim__gbuilder *b, const cim__greader *r, const cim__gnames *names, uint64_t lost, uint64_t repeated)
{
    size_t classes = 0;
    put_elements(report, b, r, lost);
    put_kind_of(report, "polygon", b, r, names, CIM__G_POLYGON, lost > 0);
    put_kind_of(report, "implicit geometry", b, r, names, CIM__G_IMPLICIT, lost > 0);
    put_links(report, b, r, lost > 0);
    for (size_t i = 0; i < names->count; i++) {
        const cim__gname *name = names->list[i];
        if (!is_class(b, name) || !cim__greader_seen(r, name->id)) continue;
        const char *kind = ++classes < MAX_CLASSES ? cim__report_text(report, name->qname) : "(other classes)";
        put_class(report, b, r, name, kind, lost > 0);
    }
    cim__report_merge(report, &b->report);
    put_remarks(report, b, repeated);
    return cim__report_ok(report) ? CIM_OK : cim__nomem(ctx);
}
