/* codelist.c - dictionaries of codes: GML's Dictionary of Definitions with a name (the code) and a description (the label). */
#include "import/citygml/codelist.h"

#include "import/xml.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { LISTS = 2000, LIST_BYTES = 16 << 20, ENTRIES = 500000, TEXT_BYTES = 4096, LIST_DEPTH = 32 };

struct cim__gcodes {
    cim__mem *mem;
    pthread_mutex_t lock;
    char *base, *root;   /* folder of the input; folder that references may not leave; NULL: none */
    cim__names spaces;   /* codeSpace -> number */
    cim__names codes;    /* number of the space, blank, code */
    cim__arena texts;
    cim__buf labels;     /* cim__str by number of the code */
};

/* ---- paths ---- */

static char *folder_of(cim__mem *mem, const char *path)
{
    char *full = realpath(path, NULL), *copy = NULL;
    if (!full) return NULL;
    char *slash = strrchr(full, '/');
    if (slash) copy = cim__strndup(mem, full, slash == full ? 1 : (size_t)(slash - full));
    free(full);
    return copy;
}

/* A PLATEAU package is one collection: codelists/ lies beside udx/. */
static char *collection_of(cim__mem *mem, const char *base)
{
    const char *udx = NULL;
    for (const char *at = strstr(base, "/udx"); at; at = strstr(at + 1, "/udx"))
        if (at[4] == '/' || !at[4]) udx = at;
    return cim__strndup(mem, base, udx && udx > base ? (size_t)(udx - base) : strlen(base));
}

bool cim__gcodes_resolve(const cim__gcodes *c, cim__str reference, cim__buf *path)
{
    path->size = 0;
    if (!c->root || !reference.len || reference.len > 1000 || reference.ptr[0] == '/' || memchr(reference.ptr, ':', reference.len) || memchr(reference.ptr, 0, reference.len)) return false;
    cim__buf_puts(path, c->base);
    cim__buf_putc(path, '/');
    cim__buf_putstr(path, reference);
    cim__buf_putc(path, 0);
    if (path->failed) return false;
    char *full = realpath((const char *)path->data, NULL);
    size_t root = strlen(c->root);
    struct stat st;
    bool inside = full && !strncmp(full, c->root, root) && full[root] == '/' && stat(full, &st) == 0 && S_ISREG(st.st_mode);
    path->size = 0;
    if (inside) cim__buf_put(path, full, strlen(full) + 1);
    free(full);
    return inside && !path->failed;
}

/* ---- life ---- */

cim_status cim__gcodes_new(cim_ctx *ctx, const char *input_path, cim__gcodes **codes_out)
{
    cim__gcodes *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    c->mem = cim__mem_ref(ctx->mem);
    pthread_mutex_init(&c->lock, NULL);
    cim__names_init(&c->spaces, c->mem);
    cim__names_init(&c->codes, c->mem);
    c->texts = cim__arena_on(c->mem);
    c->labels = cim__buf_on(c->mem);
    c->base = strcmp(input_path, "-") ? folder_of(c->mem, input_path) : NULL;
    c->root = c->base ? collection_of(c->mem, c->base) : NULL;
    *codes_out = c;
    return CIM_OK;
}

void cim__gcodes_free(cim__gcodes *c)
{
    if (!c) return;
    cim__mem *mem = c->mem;
    cim__names_free(&c->spaces);
    cim__names_free(&c->codes);
    cim__arena_free(&c->texts);
    cim__buf_free(&c->labels);
    cim__free(mem, c->base);
    cim__free(mem, c->root);
    pthread_mutex_destroy(&c->lock);
    cim__free(mem, c);
    cim__mem_unref(mem);
}

/* ---- reading a dictionary ---- */

typedef struct dictionary {
    cim__gcodes *codes;
    uint32_t space;
    int inside; /* of a Definition */
    char what;  /* 'n' in its name, 'd' in its description, 0 */
    cim__buf name, description;
} dictionary;

static bool code_key(cim__buf *key, uint32_t space, cim__str code)
{
    key->size = 0;
    cim__buf_put(key, &space, sizeof space);
    cim__buf_putstr(key, code);
    return !key->failed;
}

static cim_status add_entry(cim_ctx *ctx, dictionary *d)
{
    cim__gcodes *c = d->codes;
    cim__str code = cim__str_trim(cim__buf_str(&d->name)), label = cim__str_trim(cim__buf_str(&d->description));
    if (!code.len || !label.len || c->codes.count >= ENTRIES) return CIM_OK;
    cim__buf key = cim__buf_on(c->mem);
    size_t before = c->codes.count;
    uint32_t id = code_key(&key, d->space, code) ? cim__names_add(&c->codes, cim__buf_str(&key)) : CIM_NONE;
    cim__buf_free(&key);
    if (id == CIM_NONE) return cim__nomem(ctx);
    if (id < before) return CIM_OK; /* the first one counts */
    cim__str *to = CIM__PUSH(&c->labels, cim__str), copy = cim__arena_str(&c->texts, label);
    if (!to || !copy.ptr) return cim__nomem(ctx);
    *to = copy;
    return CIM_OK;
}

static cim_status on_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *s, void *user)
{
    dictionary *d = user;
    (void)ctx, (void)xml;
    const char *local = s->name.local;
    if (!strcmp(local, "Definition") || !strcmp(local, "SimpleDefinition")) {
        d->inside++;
        d->name.size = d->description.size = 0;
    }
    d->what = 0;
    if (!d->inside) return CIM_OK;
    if (!strcmp(local, "description")) d->what = 'd';
    else if ((!strcmp(local, "name") || !strcmp(local, "identifier")) && !d->name.size) d->what = 'n';
    return CIM_OK;
}

static cim_status on_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    dictionary *d = user;
    (void)xml;
    d->what = 0;
    if (strcmp(name->local, "Definition") != 0 && strcmp(name->local, "SimpleDefinition") != 0) return CIM_OK;
    d->inside--;
    return add_entry(ctx, d);
}

static cim_status on_text(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user)
{
    dictionary *d = user;
    (void)xml;
    cim__buf *to = d->what == 'n' ? &d->name : d->what == 'd' ? &d->description : NULL;
    if (to && to->size + text.len <= TEXT_BYTES) cim__buf_putstr(to, text);
    return d->name.failed || d->description.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status read_dictionary(cim_ctx *ctx, cim__gcodes *c, const char *path, uint32_t space)
{
    static const cim__xml_handler handler = { on_start, on_end, on_text, NULL };
    dictionary d = { .codes = c, .space = space, .name = cim__buf_on(c->mem), .description = cim__buf_on(c->mem) };
    cim__input *input = NULL;
    CIM__TRY(cim__input_open(ctx, path, LIST_BYTES, 100, &input));
    cim_status st = cim__xml_run(ctx, input, LIST_DEPTH, &handler, &d);
    cim__input_close(ctx, input);
    cim__buf_free(&d.name);
    cim__buf_free(&d.description);
    return st;
}

/* A list that is not there or no dictionary has no labels: that is no failure. */
static cim_status load_space(cim_ctx *ctx, cim__gcodes *c, cim__str space, uint32_t number)
{
    cim__buf path = cim__buf_on(c->mem);
    cim_status st = CIM_OK;
    if (cim__gcodes_resolve(c, space, &path)) st = read_dictionary(ctx, c, (const char *)path.data, number);
    cim__buf_free(&path);
    if (st == CIM_ENOMEM || st == CIM_ECANCEL) return st;
    if (st < 0) cim__enter(ctx);
    return CIM_OK;
}

static cim_status find_label(cim_ctx *ctx, cim__gcodes *c, cim__str space, cim__str code, cim__str *label)
{
    size_t before = c->spaces.count;
    uint32_t number = cim__names_find(&c->spaces, space);
    if (number == CIM_NONE) {
        if (before >= LISTS) return CIM_OK;
        number = cim__names_add(&c->spaces, space);
        if (number == CIM_NONE) return cim__nomem(ctx);
        CIM__TRY(load_space(ctx, c, space, number));
    }
    cim__buf key = cim__buf_on(c->mem);
    uint32_t id = code_key(&key, number, code) ? cim__names_find(&c->codes, cim__buf_str(&key)) : CIM_NONE;
    bool failed = key.failed;
    cim__buf_free(&key);
    if (id != CIM_NONE) *label = CIM__AT(&c->labels, cim__str, id);
    return failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__gcodes_label(cim_ctx *ctx, cim__gcodes *c, cim__str space, cim__str code, cim__str *label_out)
{
    *label_out = (cim__str){ "", 0 };
    if (!c->root) return CIM_OK;
    pthread_mutex_lock(&c->lock);
    cim_status st = find_label(ctx, c, cim__str_trim(space), code, label_out);
    pthread_mutex_unlock(&c->lock);
    return st;
}
