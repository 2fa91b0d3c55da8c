/* classes.c - quantiles, equal intervals and natural breaks.
 *
 * Natural breaks (G. F. Jenks) are exact: of all ways to cut the sorted values into k runs the one with the least sum of squared
 * deviations from the runs' means (W. D. Fisher, "On grouping for maximum homogeneity", 1958).  With cost(i, j) of one run, the best
 * of k runs that end at j is min over i of best(k - 1, i) + cost(i, j); the best i never falls when j grows, so each of the k layers
 * is found by divide and conquer in O(u log u) for u different values, instead of the O(u^2) of the textbook. */
#include "view/classes.h"

#include "core/num.h"

#include <math.h>
#include <stdlib.h>

static cim_status read_limits(cim_ctx *ctx, const char *text, cim__breaks *c)
{
    const char *at = text, *end = text + strlen(text);
    while (at) {
        double v;
        const char *next = cim__read_double(at, end, &v);
        if (!next || !isfinite(v) || (*next && *next != ',')) return cim__fail(ctx, CIM_EARG, "classes: %.60s are not limits such as 10,20,50", text);
        if (c->count == CIM__CLASSES_MAX - 1) return cim__fail(ctx, CIM_EARG, "classes: at most %d limits", CIM__CLASSES_MAX - 1);
        if (c->count && v <= c->upper[c->count - 1]) return cim__fail(ctx, CIM_EARG, "classes: limits must rise: %.60s", text);
        c->upper[c->count++] = v;
        at = *next ? next + 1 : NULL;
    }
    return CIM_OK;
}

cim_status cim__classes_parse(cim_ctx *ctx, const char *text, cim__breaks *out)
{
    static const struct {
        const char *name;
        cim__classing how;
    } kinds[] = { { "quantile", CIM__CLASSING_QUANTILE }, { "equal", CIM__CLASSING_EQUAL }, { "jenks", CIM__CLASSING_JENKS } };
    cim__breaks c = { .how = CIM__CLASSING_GIVEN };
    int64_t n = 5;
    if (!text) text = "quantile";
    size_t name = strcspn(text, ":");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].name) != name || memcmp(kinds[i].name, text, name)) continue;
        c.how = kinds[i].how;
        if (text[name] && (!cim__parse_int(cim__str_of(text + name + 1), &n) || n < 2 || n > CIM__CLASSES_MAX))
            return cim__fail(ctx, CIM_EARG, "classes: %.60s: 2 to %d of them", text, CIM__CLASSES_MAX);
        c.count = (int)n;
        *out = c;
        return CIM_OK;
    }
    if (*text >= 'a' && *text <= 'z') return cim__fail(ctx, CIM_EARG, "classes: %.60s is not quantile, equal, jenks or limits such as 10,20,50", text);
    CIM__TRY(read_limits(ctx, text, &c));
    *out = c;
    return CIM_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_limit(cim__breaks *c, double limit)
{
    if (!c->count || limit > c->upper[c->count - 1]) c->upper[c->count++] = limit;
}

static void quantiles(const double *v, size_t n, int k, cim__breaks *c)
{
    for (int i = 1; i <= k; i++) {
        size_t rank = (n * (size_t)i + (size_t)k - 1) / (size_t)k; /* n * i / k, rounded up: 1 to n */
        add_limit(c, v[rank - 1]);
    }
}

static void equal_steps(const double *v, size_t n, int k, cim__breaks *c)
{
    double least = v[0], most = v[n - 1];
    for (int i = 1; i < k; i++) add_limit(c, least + (most / k - least / k) * i);
    while (c->count && c->upper[c->count - 1] >= most) c->count--;
    add_limit(c, most);
}

/* ---- natural breaks ---- */

typedef struct jenks {
    const double *value; /* u different ones, ascending */
    double *w, *s, *q;   /* sums of weight, of deviation from the mean of all, and of its square: before each value */
    double *now, *before;
    uint32_t *from;      /* k x u: where the last run begins */
    size_t u;
} jenks;

static double run_cost(const jenks *j, size_t first, size_t end)
{
    double w = j->w[end] - j->w[first], s = j->s[end] - j->s[first], cost = j->q[end] - j->q[first] - s * s / w;
    return cost > 0.0 ? cost : 0.0;
}

/* now[lo .. hi) for runs whose last begins in [from_lo, from_hi]. */
static void best_of(jenks *j, uint32_t *from, size_t lo, size_t hi, size_t from_lo, size_t from_hi)
{
    if (lo >= hi) return;
    size_t mid = lo + (hi - lo) / 2, last = mid < from_hi ? mid : from_hi, best = from_lo;
    double least = HUGE_VAL;
    for (size_t i = from_lo; i <= last; i++) {
        double cost = (i ? j->before[i - 1] : HUGE_VAL) + run_cost(j, i, mid + 1);
        if (cost < least) least = cost, best = i;
    }
    j->now[mid] = least;
    from[mid] = (uint32_t)best;
    best_of(j, from, lo, mid, from_lo, best);
    best_of(j, from, mid + 1, hi, best, from_hi);
}

static void run_jenks(jenks *j, int k, cim__breaks *c)
{
    size_t limits[CIM__CLASSES_MAX], end = j->u;
    for (size_t i = 0; i < j->u; i++) j->now[i] = run_cost(j, 0, i + 1);
    for (int layer = 1; layer < k; layer++) {
        double *swap = j->before;
        j->before = j->now;
        j->now = swap;
        for (int i = 0; i < layer; i++) j->now[i] = HUGE_VAL; /* fewer values than runs */
        best_of(j, j->from + (size_t)layer * j->u, (size_t)layer, j->u, (size_t)layer, j->u - 1);
    }
    for (int layer = k; layer-- > 0;) {
        limits[layer] = end - 1;
        if (layer) end = j->from[(size_t)layer * j->u + end - 1];
    }
    for (int layer = 0; layer < k; layer++) add_limit(c, j->value[limits[layer]]);
}

/* The different values of v with their sums. */
static void sum_up(jenks *j, double *different, const double *v, size_t n)
{
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) mean += (v[i] - mean) / (double)(i + 1);
    j->w[0] = j->s[0] = j->q[0] = 0.0;
    for (size_t i = 0; i < n; j->u++) {
        size_t first = i;
        while (i < n && v[i] == v[first]) i++;
        double d = v[first] - mean, w = (double)(i - first);
        different[j->u] = v[first];
        j->w[j->u + 1] = j->w[j->u] + w;
        j->s[j->u + 1] = j->s[j->u] + w * d;
        j->q[j->u + 1] = j->q[j->u] + w * d * d;
    }
}

static cim_status natural_breaks(cim_ctx *ctx, const double *v, size_t n, int k, cim__breaks *c)
{
    jenks j = { .u = 0 };
    double *block = cim__alloc_n(ctx->mem, n + 1, 6 * sizeof *block);
    uint32_t *from = cim__zalloc_n(ctx->mem, n, (size_t)k * sizeof *from);
    if (block && from && n < UINT32_MAX) {
        j.w = block + (n + 1);
        j.s = block + 2 * (n + 1);
        j.q = block + 3 * (n + 1);
        j.now = block + 4 * (n + 1);
        j.before = block + 5 * (n + 1);
        j.value = block;
        j.from = from;
        sum_up(&j, block, v, n);
        if ((size_t)k >= j.u) k = (int)j.u, c->single = true;
        run_jenks(&j, k, c);
    }
    cim__free(ctx->mem, block);
    cim__free(ctx->mem, from);
    return block && from ? CIM_OK : cim__nomem(ctx);
}

cim_status cim__classes_find(cim_ctx *ctx, double *values, size_t n, cim__breaks *c)
{
    cim__breaks found = { .how = c->how };
    qsort(values, n, sizeof *values, by_value);
    found.least = values[0];
    if (c->how == CIM__CLASSING_QUANTILE) {
        quantiles(values, n, c->count, &found);
    } else if (c->how == CIM__CLASSING_EQUAL) {
        equal_steps(values, n, c->count, &found);
    } else if (c->how == CIM__CLASSING_JENKS) {
        CIM__TRY(natural_breaks(ctx, values, n, c->count, &found));
    } else {
        for (int i = 0; i < c->count; i++) add_limit(&found, c->upper[i]);
        if (values[n - 1] > found.upper[found.count - 1]) add_limit(&found, values[n - 1]);
        if (found.least > found.upper[0]) found.least = found.upper[0];
    }
    *c = found;
    return CIM_OK;
}

int cim__class_of_value(const cim__breaks *c, double value)
{
    int i = 0;
    while (i < c->count - 1 && value > c->upper[i]) i++;
    return i;
}
