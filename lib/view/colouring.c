/* colouring.c - what colour things get by a property: classes of numbers, or the most frequent of other values. */
#include "cim/query.h"
#include "view/view.h"

#include <math.h>

static bool number_of(cim__jvalue v, cim__buf *scratch, double *number_out)
{
    if (v.type == CIM__J_NUMBER) return cim__jnumber(v, number_out) && isfinite(*number_out);
    if (v.type != CIM__J_STRING) return false;
    scratch->size = 0;
    return cim__parse_double(cim__jstring(v, scratch), number_out) && isfinite(*number_out);
}

static bool is_value(cim__jvalue v) { return v.type == CIM__J_NUMBER || v.type == CIM__J_STRING || v.type == CIM__J_TRUE || v.type == CIM__J_FALSE; }

/* ---- numbers ---- */

static cim_status by_number(cim_ctx *ctx, const cim__jvalue *values, size_t count, cim__buf *scratch, uint8_t *class_out, cim__colouring *c)
{
    cim__buf numbers = cim__buf_on(ctx->mem);
    double v;
    for (size_t i = 0; i < count; i++)
        if (number_of(values[i], scratch, &v)) cim__buf_put(&numbers, &v, sizeof v);
    cim_status st = numbers.failed ? cim__nomem(ctx) : CIM_OK;
    if (st >= 0) st = cim__classes_find(ctx, (double *)(void *)numbers.data, CIM__COUNT(&numbers, double), &c->classes);
    cim__buf_free(&numbers);
    CIM__TRY(st);
    c->count = c->classes.count;
    for (size_t i = 0; i < count; i++) class_out[i] = number_of(values[i], scratch, &v) ? (uint8_t)(1 + cim__class_of_value(&c->classes, v)) : 0;
    return CIM_OK;
}

/* ---- names ---- */

static cim__str name_of(cim__jvalue v, cim__buf *scratch)
{
    scratch->size = 0;
    return v.type == CIM__J_STRING ? cim__jstring(v, scratch) : v.text;
}

/* The most frequent names, ties in the order in which they first came. */
static bool rank(cim__colouring *c, const cim__names *names, uint32_t *counts, uint8_t *class_of)
{
    int room = names->count > CIM__CATEGORIES_MAX ? CIM__CATEGORIES_MAX - 1 : CIM__CATEGORIES_MAX;
    c->rest = names->count > CIM__CATEGORIES_MAX;
    for (size_t i = 0; i < names->count; i++) class_of[i] = CIM__CATEGORIES_MAX;
    for (int k = 0; k < room && (size_t)k < names->count; k++) {
        size_t best = 0;
        for (size_t i = 1; i < names->count; i++)
            if (counts[i] > counts[best]) best = i;
        cim__str text = names->texts[best];
        if (text.len > 200) text.len = 200; /* shown in a legend */
        while (text.len && text.len == 200 && ((unsigned char)names->texts[best].ptr[text.len] & 0xc0) == 0x80) text.len--;
        c->names[k] = cim__arena_str(&c->arena, text);
        if (!c->names[k].ptr) return false;
        class_of[best] = (uint8_t)(k + 1);
        counts[best] = 0;
        c->count = k + 1;
    }
    if (c->rest) c->names[c->count++] = CIM__STR("others");
    return true;
}

static cim_status by_name(cim_ctx *ctx, const cim__jvalue *values, size_t count, cim__buf *scratch, uint8_t *class_out, cim__colouring *c)
{
    cim__names names;
    cim__buf of = cim__buf_on(ctx->mem);
    uint32_t *counts = NULL;
    bool good = true;
    cim__names_init(&names, ctx->mem);
    for (size_t i = 0; i < count && good; i++) {
        uint32_t *n = CIM__PUSH(&of, uint32_t);
        if (n) *n = is_value(values[i]) ? cim__names_add(&names, name_of(values[i], scratch)) : CIM_NONE;
        good = n && !scratch->failed && (!is_value(values[i]) || *n != CIM_NONE);
    }
    counts = cim__zalloc_n(ctx->mem, names.count + 1, sizeof *counts + 1);
    uint8_t *class_of = counts ? (uint8_t *)(counts + names.count + 1) : NULL;
    good = good && counts;
    for (size_t i = 0; i < count && good; i++)
        if (CIM__AT(&of, uint32_t, i) != CIM_NONE) counts[CIM__AT(&of, uint32_t, i)]++;
    good = good && rank(c, &names, counts, class_of);
    for (size_t i = 0; i < count && good; i++) class_out[i] = CIM__AT(&of, uint32_t, i) == CIM_NONE ? 0 : class_of[CIM__AT(&of, uint32_t, i)];
    cim__names_free(&names);
    cim__buf_free(&of);
    cim__free(ctx->mem, counts);
    return good ? CIM_OK : cim__nomem(ctx);
}

/* ---- the whole ---- */

cim_status cim__colouring_make(cim_ctx *ctx, const cim__jvalue *values, size_t count, const char *property, const char *classes, const char *ramp,
    uint8_t *class_out,
                               cim__colouring *out)
{
    cim__colouring c = { .property = property, .numeric = true, .ramp = cim__ramp_named(ramp), .arena = cim__arena_on(ctx->mem) };
    cim__buf scratch = cim__buf_on(ctx->mem);
    double v;
    if (c.ramp < 0) return cim__fail(ctx, CIM_EARG, "ramp: there is no %.40s (viridis, cividis, magma, blues, greens, oranges, puor, brbg)", ramp);
    CIM__TRY(cim__classes_parse(ctx, classes, &c.classes));
    for (size_t i = 0; i < count; i++) {
        if (!is_value(values[i])) {
            c.without++;
            continue;
        }
        c.with++;
        c.numeric = c.numeric && number_of(values[i], &scratch, &v);
    }
    cim_status st = CIM_OK;
    memset(class_out, 0, count ? count : 1);
    if (c.with) st = c.numeric ? by_number(ctx, values, count, &scratch, class_out, &c) : by_name(ctx, values, count, &scratch, class_out, &c);
    cim__buf_free(&scratch);
    if (st < 0) cim__colouring_free(&c);
    else *out = c;
    return st;
}

void cim__colouring_free(cim__colouring *c)
{
    if (c->arena.mem) cim__arena_free(&c->arena);
    *c = (cim__colouring){ .property = NULL };
}

uint32_t cim__colouring_colour(const cim__colouring *c, int number)
{
    if (c->numeric) return cim__ramp_colour(c->ramp, number, c->count);
    return c->rest && number == c->count - 1 ? 0xb8b2a9 : cim__category_colour(number);
}

/* Digits that tell the limits apart and no more. */
static void put_limit(cim__buf *out, const cim__breaks *c, double v)
{
    double range = c->upper[c->count - 1] - c->least, size = fabs(v);
    int decimals = 0;
    if (!(size < 1e15)) {
        cim__put_double(out, v);
        return;
    }
    while (decimals < 6 && range > 0.0 && range / c->count * pow(10.0, decimals) < 10.0) decimals++;
    if (range <= 0.0) decimals = 3;
    cim__put_fixed(out, v, decimals);
}

void cim__colouring_label(const cim__colouring *c, int number, cim__buf *out)
{
    if (!c->numeric) {
        cim__buf_putstr(out, c->names[number]);
        return;
    }
    if (!c->classes.single) {
        put_limit(out, &c->classes, number ? c->classes.upper[number - 1] : c->classes.least);
        cim__buf_puts(out, " \xe2\x80\x93 "); /* en dash */
    }
    put_limit(out, &c->classes, c->classes.upper[number]);
}

/* ---- of objects ---- */

static cim__jvalue first_of(cim__jvalue v)
{
    cim__str key;
    if (v.type != CIM__J_ARRAY) return v;
    cim__jiter it = cim__jiter_of(v);
    if (!cim__jnext(&it, &key, &v)) v.type = CIM__J_NULL;
    return v;
}

/* Values of some objects; their texts stay in the arena. */
static cim_status read_values(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t count, const char *property, cim__arena *arena, cim__jvalue *values)
{
    cim_buf text = CIM_BUF_INIT;
    cim__jvalue all, one;
    cim__str key;
    CIM__TRY(cim_query_values(ctx, city, ids, count, &property, 1, &text));
    cim__str kept = cim__arena_str(arena, (cim__str){ text.data, text.size });
    cim_buf_dispose(&text);
    if (!kept.ptr) return cim__nomem(ctx);
    if (!cim__jparse(kept, &all)) return cim__fail(ctx, CIM_EINTERNAL, "values of %.60s cannot be read", property);
    cim__jiter it = cim__jiter_of(all);
    for (size_t i = 0; i < count && cim__jnext(&it, &key, &one); i++) {
        cim__jiter columns = cim__jiter_of(one);
        values[i] = (cim__jvalue){ CIM__J_NULL, { "", 0 } };
        if (one.type == CIM__J_ARRAY && cim__jnext(&columns, &key, &one)) values[i] = first_of(one);
    }
    return CIM_OK;
}

enum { AT_ONCE = 20000 };

static cim_status colour_ids(cim_ctx *ctx, cim__export *e, const uint32_t *ids, cim__jvalue *values, size_t count, const char *property,
    const char *classes, const char *ramp,
                             uint8_t *by_id, cim__colouring *out)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    uint8_t *of = cim__alloc_n(ctx->mem, count + 1, 1);
    if (!of) return cim__nomem(ctx);
    for (size_t i = 0; i < count && st >= 0; i += AT_ONCE) {
        size_t n = count - i < AT_ONCE ? count - i : AT_ONCE;
        st = read_values(ctx, e->city, ids + i, n, property, &arena, values + i);
        if (st >= 0) st = cim__tick(ctx, i, count, "colours");
    }
    if (st >= 0) st = cim__colouring_make(ctx, values, count, property, classes, ramp, of, out);
    for (size_t i = 0; i < count && st >= 0; i++) by_id[ids[i]] = of[i];
    cim__arena_free(&arena);
    cim__free(ctx->mem, of);
    return st;
}

cim_status cim__colouring_objects(cim_ctx *ctx, cim__export *e, const char *property, const char *classes, const char *ramp, uint8_t *by_id,
    cim__colouring *out)
{
    size_t count = 0;
    uint32_t *ids = cim__alloc_n(ctx->mem, (size_t)e->chosen_count + 1, sizeof *ids);
    cim__jvalue *values = cim__alloc_n(ctx->mem, (size_t)e->chosen_count + 1, sizeof *values);
    for (uint32_t id = 0; ids && id <= e->city->max_id && count < e->chosen_count; id++)
        if (cim__export_has(e, id)) ids[count++] = id;
    cim_status st = ids && values ? colour_ids(ctx, e, ids, values, count, property, classes, ramp, by_id, out) : cim__nomem(ctx);
    cim__free(ctx->mem, ids);
    cim__free(ctx->mem, values);
    return st;
}
