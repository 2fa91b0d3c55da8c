/* match.c - the most probable links of a trace: candidates, transitions, Viterbi's algorithm, posteriors.
 *
 * A layer is a point that is used, with the links near it.  A part grows layer by layer; a point to which nothing leads is suspect: when
 * one of the next points connects it was an outlier, else a new part begins with it.  Transition logarithms are kept until the
 * part is finished, for the backward pass that gives probabilities (L. R. Rabiner, "A tutorial on hidden Markov models", 1989). */
#include "travel/match.h"

#include "route/query.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* ---- the matcher ---- */

void cim_matcher_free(cim_matcher *m)
{
    if (!m) return;
    cim__mem *mem = m->mem;
    cim_route_metric_free(m->lengths);
    cim_route_hierarchy_free(m->hierarchy);
    cim_net_costs_free(m->costs);
    cim__free(mem, m);
    cim__mem_unref(mem);
}

static uint32_t mm_of(double metres) { return metres < 1e6 ? (uint32_t)(metres * 1000.0 + 0.5) : NO_WAY; }

static cim_status build_lengths(cim_ctx *ctx, cim_matcher *m)
{
    const cim_net *net = m->costs->net;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_graph graph = cim_net_graph(net);
    uint32_t *mm = cim__alloc_n(ctx->mem, (size_t)net->arc_count + 1, sizeof *mm);
    cim_status st = mm ? CIM_OK : cim__nomem(ctx);
    for (uint32_t a = 0; st >= 0 && a < net->arc_count; a++)
        mm[a] = m->costs->weights_ms[a] < NO_WAY ? mm_of(net->edge_length_m[net->arc_link[a] >> 1]) : NO_WAY;
    if (st >= 0 && !m->hierarchy) st = cim_route_hierarchy_build(ctx, &graph, NULL, &m->hierarchy);
    if (st >= 0) st = cim_route_metric_build(ctx, m->hierarchy, mm, &labels, &m->lengths);
    cim__free(ctx->mem, mm);
    return st;
}

cim_status cim_matcher_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, cim_matcher **matcher_out)
{
    cim__enter(ctx);
    if (!costs) return cim__fail(ctx, CIM_EARG, "no costs");
    if (hierarchy) CIM__TRY(cim__net_fits(ctx, costs, hierarchy));
    cim_matcher *m = cim__zalloc(ctx->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->mem = cim__mem_ref(ctx->mem);
    m->costs = cim_net_costs_ref(costs);
    m->hierarchy = hierarchy ? cim_route_hierarchy_ref(hierarchy) : NULL;
    cim_status st = build_lengths(ctx, m);
    if (st < 0) cim_matcher_free(m);
    else *matcher_out = m;
    return st;
}

/* ---- candidates ---- */

static cim__stage *layer_at(const cim__matching *m, size_t i) { return &CIM__AT(&m->layers, cim__stage, i); }
static cim__candidate *candidate_at(const cim__matching *m, size_t i) { return &CIM__AT(&m->candidates, cim__candidate, i); }
static double length_of(const cim__matching *m, uint32_t link) { return m->net->edge_length_m[link >> 1]; }

static double sigma_of(const cim__matching *m, const cim_match_point *p)
{
    return p->accuracy_m > 0.0 && isfinite(p->accuracy_m) ? fmax(p->accuracy_m, 0.5) : m->opts.sigma_m;
}

/* Direction of a link where a fraction of it is done; radians, counter-clockwise from east. */
static double direction_of(const cim_net *net, uint32_t link, double done)
{
    double left = (link & 1 ? 1.0 - done : done) * net->edge_length_m[link >> 1];
    uint32_t v = net->first_vertex[link >> 1], last = net->first_vertex[(link >> 1) + 1] - 2;
    for (; v < last; v++) {
        double piece = hypot(net->xy[2 * v + 2] - net->xy[2 * v], net->xy[2 * v + 3] - net->xy[2 * v + 1]);
        if (piece >= left && piece > 0.0) break;
        left -= piece;
    }
    double dx = net->xy[2 * v + 2] - net->xy[2 * v], dy = net->xy[2 * v + 3] - net->xy[2 * v + 1];
    return atan2(link & 1 ? -dy : dy, link & 1 ? -dx : dx);
}

/* Logarithm of how probable it is to see the point when one is there; what is the same for all candidates is left out. */
static double emission_of(const cim__matching *m, const cim_match_point *p, double sigma, uint32_t link, double done, double distance)
{
    double e = -0.5 * distance * distance / (sigma * sigma);
    if (m->opts.heading_deg > 0.0 && isfinite(p->heading_deg)) {
        double away = fabs(remainder(direction_of(m->net, link, done) - (90.0 - p->heading_deg) * M_PI / 180.0, 2.0 * M_PI)) * 180.0 / M_PI;
        double part = fmin(away, 90.0) / m->opts.heading_deg; /* headings may be grossly wrong */
        e -= 0.5 * part * part;
    }
    return e;
}

static cim_status put_candidate(cim__matching *m, const cim_match_point *p, double sigma, const cim_net_place *place, uint32_t link)
{
    cim__ends starts, finishes;
    cim_net_place one = *place;
    double done = cim__net_done(place, link);
    one.directions = 1u << (link & 1);
    CIM__TRY(cim__net_ends(m->ctx, m->matcher->costs, m->matcher->costs->weights_ms, &one, CIM_ROUTE_FORWARD, &starts));
    CIM__TRY(cim__net_ends(m->ctx, m->matcher->costs, m->matcher->costs->weights_ms, &one, CIM_ROUTE_BACKWARD, &finishes));
    cim__candidate *c = CIM__PUSH(&m->candidates, cim__candidate);
    if (!c) return cim__nomem(m->ctx);
    double e = emission_of(m, p, sigma, link, done, place->distance_m);
    *c = (cim__candidate){ .link = link,
                           .before = CIM_NONE,
                           .start_node = starts.count ? starts.end[0].node : CIM_NONE,
                           .first_end = (uint32_t)CIM__COUNT(&m->ends, cim_route_end),
                           .end_count = (uint32_t)finishes.count,
                           .done = done,
                           .emission = e,
                           .score = e,
                           .forward = e,
                           .place = one };
    uint32_t mm = mm_of(done * length_of(m, link));
    for (size_t i = 0; i < finishes.count; i++) finishes.end[i].offset_ms = mm;
    cim__buf_put(&m->ends, finishes.end, finishes.count * sizeof *finishes.end);
    return m->ends.failed ? cim__nomem(m->ctx) : CIM_OK;
}

/* A layer of the point, not yet connected; its count is 0 when no street is near. */
static cim_status put_layer(cim__matching *m, uint32_t point)
{
    const cim_match_point *p = &m->points[point];
    cim_net_place places[64];
    cim_net_snap_options snap = CIM_NET_SNAP_OPTIONS_INIT;
    size_t found = 0;
    double sigma = sigma_of(m, p);
    cim__stage *l = CIM__PUSH(&m->layers, cim__stage);
    if (!l) return cim__nomem(m->ctx);
    *l = (cim__stage){
        .point = point, .first = (uint32_t)CIM__COUNT(&m->candidates, cim__candidate), .first_step = CIM__COUNT(&m->steps, float), .sigma_m = sigma
    };
    snap.radius_m = m->opts.radius_m > 0.0 ? m->opts.radius_m : fmax(4.0 * sigma, 40.0);
    snap.flags = CIM_NET_ANY_PART;
    if (isfinite(p->x) && isfinite(p->y)) CIM__TRY(cim_net_snap(m->ctx, m->matcher->costs, p->x, p->y, &snap, m->opts.candidates, places, &found));
    for (size_t i = 0; i < found; i++)
        for (uint32_t d = 0; d < 2; d++)
            if (places[i].directions >> d & 1) CIM__TRY(put_candidate(m, p, sigma, &places[i], 2 * places[i].edge + d));
    l = layer_at(m, CIM__COUNT(&m->layers, cim__stage) - 1);
    l->count = (uint32_t)CIM__COUNT(&m->candidates, cim__candidate) - l->first;
    return CIM_OK;
}

static void drop_layer(cim__matching *m)
{
    const cim__stage *l = layer_at(m, CIM__COUNT(&m->layers, cim__stage) - 1);
    if (l->count) m->ends.size = candidate_at(m, l->first)->first_end * sizeof(cim_route_end);
    m->candidates.size = l->first * sizeof(cim__candidate);
    m->steps.size = l->first_step * sizeof(float);
    m->layers.size -= sizeof(cim__stage);
}

/* ---- transitions ---- */

static cim_route_end start_of(const cim__matching *m, const cim__candidate *a)
{
    return (cim_route_end){ a->start_node, mm_of((1.0 - a->done) * length_of(m, a->link)) };
}

cim_status cim__match_path(cim__matching *m, const cim__candidate *a, const cim__candidate *b, cim_route_path *path_out)
{
    cim_route_end start = start_of(m, a);
    return cim_route_path_find(m->ctx, m->matcher->lengths, m->query, &start, 1, &CIM__AT(&m->ends, cim_route_end, b->first_end), b->end_count, path_out);
}

cim_status cim__match_hop(cim__matching *m, const cim__stage *la, const cim__candidate *a, const cim__stage *lb, const cim__candidate *b, cim__hop *hop)
{
    double length = length_of(m, a->link), ahead = ((a->link == b->link ? b->done : 1.0 - b->done) - a->done) * length;
    uint32_t mm = NO_WAY;
    *hop = (cim__hop){ CIM__HOP_NONE, HUGE_VAL };
    if (a->link == b->link && ahead >= 0.0) {
        *hop = (cim__hop){ CIM__HOP_ON, ahead };
        return CIM_OK;
    }
    if (a->link == b->link && -ahead <= 2.0 * fmax(la->sigma_m, lb->sigma_m)) {
        *hop = (cim__hop){ CIM__HOP_STAY, 0.0 };
        return CIM_OK;
    }
    if (a->start_node != CIM_NONE && b->end_count) {
        cim_route_end start = start_of(m, a);
        CIM__TRY(cim_route_time_ends(m->ctx, m->matcher->lengths, m->query, &start, 1, &CIM__AT(&m->ends, cim_route_end, b->first_end), b->end_count, &mm));
        if (mm < NO_WAY) *hop = (cim__hop){ CIM__HOP_WAY, mm / 1000.0 };
    }
    if ((a->link ^ b->link) == 1 && m->opts.turn_back_m >= 0.0 && fabs(ahead) + m->opts.turn_back_m < hop->length_m)
        *hop = (cim__hop){ CIM__HOP_TURN, fabs(ahead) };
    return CIM_OK;
}

/* Seconds from one point to another; NAN when not known. */
static double seconds_between(const cim__matching *m, uint32_t from, uint32_t to) { return m->points[to].time_s - m->points[from].time_s; }

static double step_of(const cim__matching *m, const cim__stage *la, const cim__stage *lb, const cim__hop *hop)
{
    const cim_match_point *p = &m->points[la->point], *q = &m->points[lb->point];
    double straight = hypot(q->x - p->x, q->y - p->y), dt = seconds_between(m, la->point, lb->point);
    double beta = m->opts.beta_m;
    if (hop->kind == CIM__HOP_NONE || hop->length_m - straight > m->opts.detour_m) return -HUGE_VAL;
    if (dt > 0.0 && (hop->length_m - 2.0 * (la->sigma_m + lb->sigma_m)) * 3.6 > m->opts.max_kmh * dt) return -HUGE_VAL;
    return -(fabs(hop->length_m - straight) + (hop->kind == CIM__HOP_TURN ? m->opts.turn_back_m : 0.0)) / beta;
}

static double log_sum(double a, double b)
{
    double most = fmax(a, b);
    return isfinite(most) ? most + log1p(exp(fmin(a, b) - most)) : most;
}

/* The best candidate before b, and all that lead to it. */
static cim_status reach(cim__matching *m, const cim__stage *la, const cim__stage *lb, uint32_t number, float *steps)
{
    cim__candidate *b = candidate_at(m, lb->first + number);
    double best = -HUGE_VAL, sum = -HUGE_VAL;
    b->before = CIM_NONE;
    for (uint32_t i = 0; i < la->count; i++) {
        const cim__candidate *a = candidate_at(m, la->first + i);
        cim__hop hop;
        steps[i * lb->count + number] = -INFINITY;
        if (!isfinite(a->score)) continue;
        CIM__TRY(cim__match_hop(m, la, a, lb, b, &hop));
        double step = step_of(m, la, lb, &hop);
        steps[i * lb->count + number] = (float)step;
        if (!isfinite(step)) continue;
        sum = log_sum(sum, a->forward + step);
        if (a->score + step <= best) continue;
        best = a->score + step;
        b->before = i;
    }
    b->score = best + b->emission;
    b->forward = sum + b->emission;
    return CIM_OK;
}

/* Connects the last layer with the one before; *connected_out is false when nothing leads to it. */
static cim_status connect(cim__matching *m, bool *connected_out)
{
    size_t n = CIM__COUNT(&m->layers, cim__stage);
    const cim__stage *la = layer_at(m, n - 2), *lb = layer_at(m, n - 1);
    double best = -HUGE_VAL;
    float *steps = cim__buf_extend(&m->steps, (size_t)la->count * lb->count * sizeof *steps);
    if (!steps) return cim__nomem(m->ctx);
    for (uint32_t j = 0; j < lb->count; j++) {
        CIM__TRY(reach(m, la, lb, j, steps));
        best = fmax(best, candidate_at(m, lb->first + j)->score);
    }
    for (uint32_t j = 0; j < lb->count && m->opts.beam > 0.0; j++) {
        cim__candidate *b = candidate_at(m, lb->first + j);
        if (b->score < best - m->opts.beam) b->score = b->forward = -HUGE_VAL;
    }
    *connected_out = isfinite(best);
    return CIM_OK;
}

/* ---- probabilities ---- */

/* A layer's probabilities from what leads to it and what goes on from it; `after` is replaced by that of the layer before. */
static void weigh_layer(cim__matching *m, const cim__stage *l, const double *after)
{
    double sum = -HUGE_VAL;
    for (uint32_t i = 0; i < l->count; i++) sum = log_sum(sum, candidate_at(m, l->first + i)->forward + after[i]);
    for (uint32_t i = 0; i < l->count; i++) {
        cim__candidate *c = candidate_at(m, l->first + i);
        c->posterior = isfinite(sum) && isfinite(c->forward) ? exp(c->forward + after[i] - sum) : 0.0;
    }
}

static void backward(cim__matching *m)
{
    double after[128] = { 0.0 }, before[128];
    for (size_t n = CIM__COUNT(&m->layers, cim__stage); n-- > 0;) {
        const cim__stage *lb = layer_at(m, n);
        weigh_layer(m, lb, after);
        if (!n) return;
        const cim__stage *la = layer_at(m, n - 1);
        const float *steps = &CIM__AT(&m->steps, float, lb->first_step);
        for (uint32_t i = 0; i < la->count; i++) {
            before[i] = -HUGE_VAL;
            for (uint32_t j = 0; j < lb->count; j++) {
                const cim__candidate *b = candidate_at(m, lb->first + j);
                if (isfinite(b->forward) && isfinite(steps[i * lb->count + j]))
                    before[i] = log_sum(before[i], (double)steps[i * lb->count + j] + b->emission + after[j]);
            }
        }
        memcpy(after, before, la->count * sizeof *after);
    }
}

/* ---- parts ---- */

static void say(cim__matching *m, uint32_t point, int32_t state)
{
    CIM__AT(&m->out->points, cim_match_place, point) = (cim_match_place){ .state = state, .part = CIM_NONE, .leg = CIM_NONE, .link = CIM_NONE };
}

static bool too_near(const cim__matching *m, const cim__stage *last, uint32_t point)
{
    const cim_match_point *p = &m->points[last->point], *q = &m->points[point];
    double thin = m->opts.thin_m < 0.0 ? 4.0 * last->sigma_m : m->opts.thin_m; /* the first point beyond less is mostly one with a large error */
    return hypot(q->x - p->x, q->y - p->y) < thin; /* false when not finite */
}

typedef enum verdict { USED, LEFT_OUT, SUSPECT } verdict;

/* Tries to go on from the last layer to a point. */
static cim_status go_on(cim__matching *m, uint32_t point, verdict *verdict_out)
{
    cim__stage last = *layer_at(m, CIM__COUNT(&m->layers, cim__stage) - 1);
    bool connected = false;
    *verdict_out = LEFT_OUT;
    if (seconds_between(m, last.point, point) < 0.0) {
        say(m, point, CIM_MATCH_UNORDERED);
        return CIM_OK;
    }
    if (too_near(m, &last, point)) {
        say(m, point, CIM_MATCH_BETWEEN);
        return CIM_OK;
    }
    CIM__TRY(put_layer(m, point));
    if (!layer_at(m, CIM__COUNT(&m->layers, cim__stage) - 1)->count) {
        say(m, point, CIM_MATCH_NO_STREET);
        drop_layer(m);
        return CIM_OK;
    }
    CIM__TRY(connect(m, &connected));
    say(m, point, connected ? CIM_MATCH_FOUND : CIM_MATCH_OUTLIER);
    *verdict_out = connected ? USED : SUSPECT;
    if (!connected) drop_layer(m);
    return CIM_OK;
}

static bool ends_here(const cim__matching *m, uint32_t point)
{
    const cim__stage *last = layer_at(m, CIM__COUNT(&m->layers, cim__stage) - 1);
    return (m->points[point].flags & CIM_MATCH_BREAK) || (m->opts.gap_s > 0.0 && seconds_between(m, last->point, point) > m->opts.gap_s);
}

/* Grows the part that begins with the only layer; *next_out is where the next part may begin. */
static cim_status grow(cim__matching *m, uint32_t from, uint32_t *next_out)
{
    uint32_t suspects = 0, first_suspect = 0, i = from;
    for (; i < m->count && !ends_here(m, i); i++) {
        verdict v;
        CIM__TRY(cim__tick(m->ctx, i, m->count, "matching"));
        CIM__TRY(go_on(m, i, &v));
        if (v == USED) suspects = 0;
        if (v != SUSPECT) continue;
        if (!suspects++) first_suspect = i;
        if (suspects > m->opts.outliers) break;
    }
    *next_out = suspects ? first_suspect : i;
    return CIM_OK;
}

static cim_status run(cim__matching *m)
{
    for (uint32_t i = 0; i < m->count;) {
        m->layers.size = m->candidates.size = m->ends.size = m->steps.size = 0;
        CIM__TRY(cim__tick(m->ctx, i, m->count, "matching"));
        CIM__TRY(put_layer(m, i));
        if (!layer_at(m, 0)->count) {
            say(m, i++, CIM_MATCH_NO_STREET);
            continue;
        }
        say(m, i, CIM_MATCH_FOUND);
        CIM__TRY(grow(m, i + 1, &i));
        backward(m);
        CIM__TRY(cim__match_way(m, i));
    }
    for (uint32_t i = 0; i < m->count; i++) m->out->states[CIM__AT(&m->out->points, cim_match_place, i).state]++;
    return cim__match_speeds(m->ctx, m->net, m->out);
}

/* ---- the call ---- */

static bool at_least(double value, double least) { return value >= least && isfinite(value); }

static cim_status check(cim_ctx *ctx, const cim_match_options *o)
{
    bool ok = at_least(o->sigma_m, 0.01) && at_least(o->beta_m, 0.01) && at_least(o->radius_m, 0.0) && at_least(o->heading_deg, 0.0) &&
              isfinite(o->turn_back_m) && at_least(o->detour_m, 0.0);
    ok = ok && at_least(o->gap_s, 0.0) && o->max_kmh > 0.0 && isfinite(o->thin_m) && at_least(o->beam, 0.0) && o->candidates >= 1 && o->candidates <= 64;
    return ok ? CIM_OK : cim__fail(ctx, CIM_EARG, "options of matching are out of range");
}

static cim_status make(cim__matching *m)
{
    cim_route_query *own = NULL;
    if (!m->query) {
        CIM__TRY(cim_route_query_new(m->ctx, m->matcher->hierarchy, &own));
        m->query = own;
    }
    cim_status st = cim__buf_extend(&m->out->points, m->count * sizeof(cim_match_place) + 1) ? CIM_OK : cim__nomem(m->ctx);
    if (st >= 0) {
        m->out->points.size--;
        memset(m->out->points.data, 0, m->out->points.size);
        st = run(m);
    }
    cim_route_query_free(own);
    cim__buf *bufs[] = { &m->layers, &m->candidates, &m->ends, &m->steps };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    return st;
}

cim_status cim_match_run(cim_ctx *ctx, const cim_matcher *matcher, cim_route_query *query, const cim_match_point *points, size_t count,
                         const cim_match_options *options, cim_match **match_out)
{
    cim__enter(ctx);
    if (!matcher || (!points && count)) return cim__fail(ctx, CIM_EARG, "no matcher or no points");
    if (count > 0x7fffffffu) return cim__fail(ctx, CIM_ELIMIT, "%zu points", count);
    if (query) CIM__TRY(cim__query_ok(ctx, matcher->hierarchy, query));
    cim__matching m = {
        .ctx = ctx, .matcher = matcher, .net = matcher->costs->net, .query = query, .points = points, .count = (uint32_t)count, .opts = CIM_MATCH_OPTIONS_INIT
    };
    CIM__TRY(cim__opts(ctx, &m.opts, sizeof m.opts, options, "match options"));
    CIM__TRY(check(ctx, &m.opts));
    m.layers = m.candidates = m.ends = m.steps = cim__buf_on(ctx->mem);
    m.out = cim__zalloc(ctx->mem, sizeof *m.out);
    if (!m.out) return cim__nomem(ctx);
    m.out->mem = cim__mem_ref(ctx->mem);
    m.out->points = m.out->parts = m.out->legs = m.out->speeds = m.out->xy = cim__buf_on(m.out->mem);
    cim_status st = make(&m);
    if (st < 0) cim_match_free(m.out);
    else *match_out = m.out;
    return st < 0 ? st : CIM_OK;
}

void cim_match_free(cim_match *match)
{
    if (!match) return;
    cim__mem *mem = match->mem;
    cim__buf *bufs[] = { &match->points, &match->parts, &match->legs, &match->speeds, &match->xy };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__free(mem, match);
    cim__mem_unref(mem);
}

cim_status cim_match_get(cim_ctx *ctx, const cim_match *r, cim_match_view *view_out)
{
    cim__enter(ctx);
    cim_match_view v = { .struct_size = sizeof v,
                         .point_count = (uint32_t)CIM__COUNT(&r->points, cim_match_place),
                         .part_count = (uint32_t)CIM__COUNT(&r->parts, cim_match_part),
                         .leg_count = (uint32_t)CIM__COUNT(&r->legs, cim_match_leg),
                         .vertex_count = (uint32_t)(CIM__COUNT(&r->xy, double) / 2),
                         .speed_count = (uint32_t)CIM__COUNT(&r->speeds, cim_match_speed),
                         .length_m = r->length_m };
    v.found_count = r->states[CIM_MATCH_FOUND];
    v.between_count = r->states[CIM_MATCH_BETWEEN];
    v.no_street_count = r->states[CIM_MATCH_NO_STREET];
    v.outlier_count = r->states[CIM_MATCH_OUTLIER];
    v.unordered_count = r->states[CIM_MATCH_UNORDERED];
    v.points = (const cim_match_place *)(const void *)r->points.data;
    v.parts = (const cim_match_part *)(const void *)r->parts.data;
    v.legs = (const cim_match_leg *)(const void *)r->legs.data;
    v.speeds = (const cim_match_speed *)(const void *)r->speeds.data;
    v.xy = (const double *)(const void *)r->xy.data;
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}
