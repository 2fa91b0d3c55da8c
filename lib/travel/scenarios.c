/* scenarios.c - several sets of weights: the caller's own, or drawn around those of now.
 *
 * Factors are kept in 1/1024, so that weights are whole numbers times whole numbers: the last digits of exp() and log() do not show. */
#include "travel/fleet.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

cim_scenarios *cim_scenarios_ref(cim_scenarios *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void cim_scenarios_free(cim_scenarios *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = s->mem;
    cim_route_lanes_free(s->lanes);
    cim_route_hierarchy_free(s->hierarchy);
    cim_net_costs_free(s->costs);
    cim__free(mem, s->weights_ms);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

const uint32_t *cim_scenarios_weights(const cim_scenarios *s, uint32_t number, double *share_out)
{
    if (number >= s->count) return NULL;
    if (share_out) *share_out = s->share[number];
    return s->weights_ms + number * s->arc_count;
}

/* ---- both ways of making them ---- */

static cim_scenarios *make_empty(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *h, uint32_t count)
{
    cim_scenarios *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return NULL;
    s->mem = cim__mem_ref(ctx->mem);
    atomic_init(&s->refs, 1);
    s->costs = cim_net_costs_ref(costs);
    s->hierarchy = cim_route_hierarchy_ref(h);
    s->count = count;
    s->arc_count = h->arc_count;
    s->weights_ms = cim__alloc_n(s->mem, (size_t)h->arc_count + 1, count * sizeof *s->weights_ms);
    if (s->weights_ms) return s;
    cim_scenarios_free(s);
    return NULL;
}

static cim_status customise(cim_ctx *ctx, cim_scenarios *s)
{
    const uint32_t *weights[CIM_ROUTE_LANES];
    for (uint32_t k = 0; k < s->count; k++) weights[k] = s->weights_ms + k * s->arc_count;
    return cim_route_lanes_build(ctx, s->hierarchy, weights, s->count, &s->lanes);
}

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_hierarchy *h, uint32_t count)
{
    if (!costs || !h) return cim__fail(ctx, CIM_EARG, "no costs or no hierarchy");
    if (!count || count > CIM_ROUTE_LANES) return cim__fail(ctx, CIM_EARG, "%u scenarios, not 1 to %d", count, CIM_ROUTE_LANES);
    return cim__net_fits(ctx, costs, h);
}

cim_status cim_scenarios_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const uint32_t *const *weights_ms, const double *shares,
                               uint32_t count, cim_scenarios **scenarios_out)
{
    double sum = 0.0;
    cim__enter(ctx);
    CIM__TRY(check(ctx, costs, hierarchy, count));
    for (uint32_t k = 0; k < count; k++) {
        if (!weights_ms || (hierarchy->arc_count && !weights_ms[k])) return cim__fail(ctx, CIM_EARG, "no weights for scenario %u", k);
        if (shares && !(shares[k] > 0.0 && shares[k] <= 1e12)) return cim__fail(ctx, CIM_EARG, "the share of scenario %u is not above 0", k);
        sum += shares ? shares[k] : 1.0;
    }
    cim_scenarios *s = make_empty(ctx, costs, hierarchy, count);
    if (!s) return cim__nomem(ctx);
    for (uint32_t k = 0; k < count; k++) {
        s->share[k] = (shares ? shares[k] : 1.0) / sum;
        for (size_t a = 0; a < s->arc_count; a++) s->weights_ms[k * s->arc_count + a] = cim__min32(weights_ms[k][a], NO_WAY);
    }
    cim_status st = customise(ctx, s);
    if (st < 0) cim_scenarios_free(s);
    else *scenarios_out = s;
    return st < 0 ? st : CIM_OK;
}

/* ---- drawing ---- */

/* The number below which a standard normal variable is with probability p: P. J. Acklam's rational approximation, exact to 1e-9. */
static double quantile(double p)
{
    static const double a[] = { -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
        2.506628277459239e+00 };
    static const double b[] = { -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01 };
    static const double c[] = { -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
        2.938163982698783e+00 };
    static const double d[] = { 7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00 };
    double tail = p < 0.5 ? p : 1.0 - p;
    if (tail < 0.02425) {
        double q = sqrt(-2.0 * log(tail));
        double x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1.0);
        return p < 0.5 ? x : -x;
    }
    double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1.0);
}

/* A standard normal number that belongs to a seed, a scenario and a thing. */
static double normal(uint64_t seed, uint64_t scenario, const void *thing, size_t size)
{
    uint64_t key[2] = { seed, scenario }, bits = cim__hash64(thing, size, cim__hash64(key, sizeof key, 0));
    return quantile(((double)(bits >> 12) + 0.5) / 4503599627370496.0);
}

/* Where an edge's middle lies in the field. */
typedef struct spot {
    uint32_t corner; /* the lower left one */
    float u, v;      /* within the square */
} spot;

typedef struct drawing {
    const cim_net *net;
    const cim_scenario_options *opts;
    double x, y, side;       /* the corner of the field, and its squares */
    uint32_t columns, rows;  /* of corners */
    float *field;            /* factors at corners, of the scenario at hand */
    uint32_t *set_class, *classes, class_count; /* road classes are texts; by set of tags which of them */
    float *by_class;         /* factors */
    spot *spots;             /* by edge */
    uint32_t *factor;        /* by edge, in 1/1024 */
} drawing;

enum { CORNERS_MAX = 1024 }; /* in a row: squares are larger in a net that is wider */

static void find_field(drawing *d)
{
    const cim_net *net = d->net;
    double x1 = 0.0, y1 = 0.0;
    for (uint32_t j = 0; j < net->junction_count; j++) {
        double x = net->junction_x[j], y = net->junction_y[j];
        d->x = j ? fmin(d->x, x) : x;
        d->y = j ? fmin(d->y, y) : y;
        x1 = j ? fmax(x1, x) : x;
        y1 = j ? fmax(y1, y) : y;
    }
    d->side = fmax(d->opts->area_m, fmax(x1 - d->x, y1 - d->y) / (CORNERS_MAX - 2));
    d->columns = (uint32_t)((x1 - d->x) / d->side) + 2;
    d->rows = (uint32_t)((y1 - d->y) / d->side) + 2;
}

static void draw_field(drawing *d, uint32_t scenario)
{
    for (uint32_t r = 0; r < d->rows; r++)
        for (uint32_t c = 0; c < d->columns; c++) {
            uint32_t corner[2] = { c, r };
            d->field[(size_t)r * d->columns + c] = (float)exp(d->opts->area_spread * normal(d->opts->seed, scenario, corner, sizeof corner));
        }
}

/* number_of: by text, 0 at first. */
static void find_classes(drawing *d, uint32_t *number_of)
{
    const cim_net *net = d->net;
    uint32_t highway = cim__names_find(&net->texts, CIM__STR("highway"));
    for (uint32_t s = 0; s < net->set_count; s++) {
        uint32_t count, text = (uint32_t)net->texts.count; /* of a set without class */
        const cim__net_tag *tags = cim__net_set(net, s, &count);
        for (uint32_t i = 0; i < count; i++)
            if (tags[i].key == highway && highway != CIM_NONE) text = tags[i].value;
        if (!number_of[text]) {
            d->classes[d->class_count++] = text;
            number_of[text] = d->class_count;
        }
        d->set_class[s] = number_of[text] - 1;
    }
}

static void draw_classes(drawing *d, uint32_t scenario)
{
    for (uint32_t k = 0; k < d->class_count; k++) {
        cim__str class = d->classes[k] < d->net->texts.count ? d->net->texts.texts[d->classes[k]] : CIM__STR("");
        d->by_class[k] = (float)exp(d->opts->class_spread * normal(~d->opts->seed, scenario, class.ptr, class.len));
    }
}

static void find_spots(drawing *d)
{
    const cim_net *net = d->net;
    for (uint32_t e = 0; e < net->edge_count; e++) {
        const uint32_t a = net->edge_from[e], b = net->edge_to[e];
        double u = (0.5 * (net->junction_x[a] + net->junction_x[b]) - d->x) / d->side, v = (0.5 * (net->junction_y[a] + net->junction_y[b]) - d->y) / d->side;
        uint32_t c = (uint32_t)fmin(fmax(u, 0.0), d->columns - 2.0), r = (uint32_t)fmin(fmax(v, 0.0), d->rows - 2.0);
        d->spots[e] = (spot){ r * d->columns + c, (float)(u - c), (float)(v - r) };
    }
}

static float area_factor(const drawing *d, uint32_t edge)
{
    const spot s = d->spots[edge];
    const float *at = d->field + s.corner, *above = at + d->columns;
    return (1.0f - s.v) * ((1.0f - s.u) * at[0] + s.u * at[1]) + s.v * ((1.0f - s.u) * above[0] + s.u * above[1]);
}

static void draw_edges(drawing *d, float city)
{
    const cim_net *net = d->net;
    for (uint32_t e = 0; e < net->edge_count; e++) {
        float factor = city * d->by_class[d->set_class[net->edge_set[e]]] * area_factor(d, e) * 1024.0f + 0.5f;
        d->factor[e] = factor < 1.0f ? 1 : factor < 1048576.0f ? (uint32_t)factor : 1048576;
    }
}

static void draw(drawing *d, const uint32_t *weights, uint32_t scenario, uint32_t count, uint32_t *out)
{
    const cim_net *net = d->net;
    draw_field(d, scenario);
    draw_classes(d, scenario);
    draw_edges(d, (float)exp(d->opts->city_spread * quantile((scenario + 0.5) / count)));
    for (uint32_t a = 0; a < net->arc_count; a++) {
        uint64_t now = ((uint64_t)weights[a] * d->factor[net->arc_link[a] >> 1] + 512) >> 10;
        out[a] = weights[a] >= NO_WAY ? NO_WAY : now >= NO_WAY ? NO_WAY - 1 : now || !weights[a] ? (uint32_t)now : 1; /* slow is not closed */
    }
}

static cim_status draw_all(cim_ctx *ctx, cim_scenarios *s, const uint32_t *weights, const cim_scenario_options *opts)
{
    const cim_net *net = s->costs->net;
    drawing d = { .net = net, .opts = opts };
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    find_field(&d);
    size_t sets = (size_t)net->set_count + 1, edges = (size_t)net->edge_count + 1, texts = net->texts.count + 1;
    d.field = cim__arena_alloc(&arena, (size_t)d.columns * d.rows * sizeof *d.field);
    d.set_class = cim__arena_alloc(&arena, sets * sizeof *d.set_class);
    d.classes = cim__arena_alloc(&arena, sets * sizeof *d.classes);
    d.by_class = cim__arena_alloc(&arena, sets * sizeof *d.by_class);
    d.spots = cim__arena_alloc(&arena, edges * sizeof *d.spots);
    d.factor = cim__arena_alloc(&arena, edges * sizeof *d.factor);
    uint32_t *number_of = cim__arena_alloc(&arena, texts * sizeof *number_of);
    if (!d.field || !d.set_class || !d.classes || !d.by_class || !d.spots || !d.factor || !number_of) st = cim__nomem(ctx);
    if (st >= 0) {
        memset(number_of, 0, texts * sizeof *number_of);
        find_classes(&d, number_of);
        find_spots(&d);
    }
    for (uint32_t k = 0; k < s->count && st >= 0; k++) {
        draw(&d, weights, k, s->count, s->weights_ms + k * s->arc_count);
        s->share[k] = 1.0 / s->count;
        st = cim__tick(ctx, k, s->count, "scenarios");
    }
    cim__arena_free(&arena);
    return st;
}

static bool spread_ok(double s) { return s >= 0.0 && s <= 2.0; }

cim_status cim_scenarios_make(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const uint32_t *weights_ms,
                              const cim_scenario_options *options, cim_scenarios **scenarios_out)
{
    cim_scenario_options opts = CIM_SCENARIO_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "scenario options"));
    CIM__TRY(check(ctx, costs, hierarchy, opts.count));
    if (!spread_ok(opts.city_spread) || !spread_ok(opts.class_spread) || !spread_ok(opts.area_spread)) return cim__fail(ctx, CIM_EARG,
        "a spread is not within 0 and 2");
    if (!(opts.area_m >= 10.0 && opts.area_m <= 1e7)) return cim__fail(ctx, CIM_EARG, "the side of areas is not within 10 m and 10,000 km");
    cim_scenarios *s = make_empty(ctx, costs, hierarchy, opts.count);
    if (!s) return cim__nomem(ctx);
    cim_status st = draw_all(ctx, s, weights_ms ? weights_ms : costs->weights_ms, &opts);
    if (st >= 0) st = customise(ctx, s);
    if (st < 0) cim_scenarios_free(s);
    else *scenarios_out = s;
    return st < 0 ? st : CIM_OK;
}
