/* canon.c - the writer of canonical XML. */
#include "import/citygml/canon.h"

#include "core/num.h"

#include <stdlib.h>

typedef struct binding {
    cim__str prefix, uri;
    size_t depth;
} binding;

void cim__canon_init(cim__canon *c, cim__mem *mem, cim__buf *out)
{
    *c = (cim__canon){ out, cim__buf_on(mem), cim__buf_on(mem), false };
}

void cim__canon_free(cim__canon *c)
{
    cim__buf_free(&c->scope);
    cim__buf_free(&c->open);
}

bool cim__canon_ok(const cim__canon *c) { return !c->out->failed && !c->scope.failed && !c->open.failed; }

static void put_escaped(cim__buf *out, cim__str text, bool attribute)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *name = NULL;
        switch (text.ptr[i]) {
        case '&': name = "&amp;"; break;
        case '<': name = "&lt;"; break;
        case '>': name = attribute ? NULL : "&gt;"; break;
        case '"': name = attribute ? "&quot;" : NULL; break;
        case '\r': name = "&#xD;"; break;
        case '\t': name = attribute ? "&#x9;" : NULL; break;
        case '\n': name = attribute ? "&#xA;" : NULL; break;
        default: break;
        }
        if (!name) continue;
        cim__buf_put(out, text.ptr + from, i - from);
        cim__buf_puts(out, name);
        from = i + 1;
    }
    cim__buf_put(out, text.ptr + from, text.len - from);
}

static cim__str prefix_of(const cim__gname *name) { return (cim__str){ name->qname.ptr, name->prefix_len }; }

static bool is_bound(const cim__canon *c, const cim__gname *name)
{
    cim__str prefix = prefix_of(name);
    if (!prefix.len || name->module == CIM__GML_XML) return true;
    for (size_t i = CIM__COUNT(&c->scope, binding); i > 0; i--) {
        const binding *b = &CIM__AT(&c->scope, binding, i - 1);
        if (cim__str_eq(b->prefix, prefix)) return cim__str_eq(b->uri, name->uri);
    }
    return false;
}

static int compare(cim__str a, cim__str b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int by_prefix(const void *a, const void *b) { return compare(((const binding *)a)->prefix, ((const binding *)b)->prefix); }

static void bind(cim__canon *c, const cim__gname *name)
{
    if (is_bound(c, name)) return;
    binding *b = CIM__PUSH(&c->scope, binding);
    if (b) *b = (binding){ prefix_of(name), name->uri, cim__canon_depth(c) };
}

static void put_bindings(cim__canon *c, size_t from)
{
    size_t count = CIM__COUNT(&c->scope, binding) - from;
    if (!count) return;
    binding *fresh = &CIM__AT(&c->scope, binding, from);
    if (count > 1) qsort(fresh, count, sizeof *fresh, by_prefix);
    for (size_t i = 0; i < count; i++) {
        cim__buf_puts(c->out, " xmlns:");
        cim__buf_putstr(c->out, fresh[i].prefix);
        cim__buf_puts(c->out, "=\"");
        put_escaped(c->out, fresh[i].uri, true);
        cim__buf_putc(c->out, '"');
    }
}

static int by_name(const void *a, const void *b)
{
    const cim__gname *x = (*(const cim__gattr *const *)a)->name, *y = (*(const cim__gattr *const *)b)->name;
    int order = compare(x->uri, y->uri);
    return order ? order : compare(x->local, y->local);
}

enum { ATTRS = 256 }; /* the XML adapter lets no more pass */

void cim__canon_start(cim__canon *c, const cim__gname *name, const cim__gtree *tree, const cim__gattr *attrs, size_t count)
{
    const cim__gattr *sorted[ATTRS];
    size_t from = CIM__COUNT(&c->scope, binding);
    if (count > ATTRS) count = ATTRS;
    for (size_t i = 0; i < count; i++) sorted[i] = &attrs[i];
    if (count > 1) qsort(sorted, count, sizeof *sorted, by_name);
    bind(c, name);
    for (size_t i = 0; i < count; i++) bind(c, attrs[i].name);
    cim__buf_putc(c->out, '<');
    cim__buf_putstr(c->out, name->qname);
    if (!c->scope.failed) put_bindings(c, from);
    for (size_t i = 0; i < count; i++) {
        cim__buf_putc(c->out, ' ');
        cim__buf_putstr(c->out, sorted[i]->name->qname);
        cim__buf_puts(c->out, "=\"");
        put_escaped(c->out, cim__gtree_value(tree, sorted[i]), true);
        cim__buf_putc(c->out, '"');
    }
    cim__buf_putc(c->out, '>');
    const cim__gname **open = CIM__PUSH(&c->open, const cim__gname *);
    if (open) *open = name;
}

void cim__canon_text(cim__canon *c, cim__str text) { put_escaped(c->out, text, false); }

void cim__canon_end(cim__canon *c)
{
    size_t depth = cim__canon_depth(c);
    if (!depth || c->scope.failed) return;
    const cim__gname *name = CIM__AT(&c->open, const cim__gname *, depth - 1);
    cim__buf_puts(c->out, "</");
    cim__buf_putstr(c->out, name->qname);
    cim__buf_putc(c->out, '>');
    c->open.size -= sizeof name;
    while (c->scope.size && CIM__AT(&c->scope, binding, CIM__COUNT(&c->scope, binding) - 1).depth >= depth - 1) c->scope.size -= sizeof(binding);
}

static void put_numbers(cim__canon *c, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i) cim__buf_putc(c->out, ' ');
        cim__put_double(c->out, numbers[i]);
    }
}

/* What was folded comes back as a posList. */
static void put_folded(cim__canon *c, const cim__gtree *tree, const cim__gnode *n)
{
    const char *element = n->name->kind == CIM__G_POINT ? "pos" : "posList";
    cim__buf_printf(c->out, "<%.*s:%s srsDimension=\"%d\">", (int)n->name->prefix_len, n->name->qname.ptr, element, n->dim);
    put_numbers(c, cim__gtree_coords(tree, n), (size_t)n->count * n->dim);
    cim__buf_printf(c->out, "</%.*s:%s>", (int)n->name->prefix_len, n->name->qname.ptr, element);
}

void cim__canon_tree(cim__canon *c, const cim__gtree *tree, uint32_t node)
{
    uint32_t end = cim__gtree_node(tree, node)->end;
    size_t base = cim__canon_depth(c);
    cim__buf ends = cim__buf_on(c->open.mem);
    for (uint32_t i = node; i < end; i++) {
        const cim__gnode *n = cim__gtree_node(tree, i);
        while (cim__canon_depth(c) > base && CIM__AT(&ends, uint32_t, CIM__COUNT(&ends, uint32_t) - 1) <= i) {
            cim__canon_end(c);
            ends.size -= sizeof(uint32_t);
        }
        if (!n->name) {
            cim__canon_text(c, cim__gtree_raw(tree, n));
            continue;
        }
        const cim__gattr *attrs = n->attr_count ? &CIM__AT(&tree->attrs, cim__gattr, n->attr) : NULL;
        cim__canon_start(c, n->name, tree, attrs, n->attr_count);
        uint32_t *push = CIM__PUSH(&ends, uint32_t);
        if (!push || !cim__canon_ok(c)) {
            c->open.failed = true;
            break;
        }
        *push = n->end;
        if (n->flags & CIM__GN_FOLDED) put_folded(c, tree, n);
        else if (n->flags & CIM__GN_NUMBERS) put_numbers(c, cim__gtree_coords(tree, n), n->count);
        else cim__canon_text(c, cim__gtree_raw(tree, n));
    }
    while (cim__canon_depth(c) > base && cim__canon_ok(c)) cim__canon_end(c);
    cim__buf_free(&ends);
}
