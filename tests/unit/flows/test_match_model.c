/* test_match_model.c - matching against trying all sequences of links on small random nets: the most probable one, and every probability. */
#include "nets.h"

#include <math.h>
#include <stdio.h>

enum { NODES = 8, WAYS_MAX = 13, POINTS = 4, LINKS_MAX = 14, CASES = 1200 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct lattice { /* all candidates of all points */
    int count[POINTS];
    uint32_t link[POINTS][LINKS_MAX];
    double done[POINTS][LINKS_MAX], emission[POINTS][LINKS_MAX];
    double step[POINTS][LINKS_MAX][LINKS_MAX]; /* to point i from the one before */
} lattice;

static void random_net(char *lines, size_t size, uint64_t *seed)
{
    int count = 6 + (int)(support_random(seed) % (WAYS_MAX - 6));
    lines[0] = 0;
    for (int i = 0; i < NODES; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "n %c %d %d\n", 'a' + i, (int)(support_random(seed) % 400) + i,
                 (int)(support_random(seed) % 400));
    for (int i = 0; i < count; i++) {
        int a = (int)(support_random(seed) % NODES), b = (int)(support_random(seed) % NODES), c = (int)(support_random(seed) % NODES);
        const char *tags = support_random(seed) % 4 ? "highway=residential" : "highway=residential|oneway=yes";
        if (a == b || b == c) continue;
        if (support_random(seed) % 5) snprintf(lines + strlen(lines), size - strlen(lines), "w %d %c,%c %s\n", i + 1, 'a' + a, 'a' + b, tags);
        else snprintf(lines + strlen(lines), size - strlen(lines), "w %d %c,%c,%c %s\n", i + 1, 'a' + a, 'a' + b, 'a' + c, tags); /* also loops */
    }
    for (int i = 0; i < 3; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "r %d %d %c %d restriction=no_left_turn\n", i + 1,
                 1 + (int)(support_random(seed) % (uint64_t)count), 'a' + (int)(support_random(seed) % NODES),
                 1 + (int)(support_random(seed) % (uint64_t)count));
}

/* ---- the model by hand ---- */

static double place_on(const cim_net *net, uint32_t edge, double x, double y, double *fraction)
{
    double best = HUGE_VAL, at = 0.0;
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1]; v++) {
        const double *a = net->xy + 2 * (size_t)v;
        double dx = a[2] - a[0], dy = a[3] - a[1], length = hypot(dx, dy);
        double t = length > 0.0 ? fmax(0.0, fmin(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (length * length))) : 0.0,
               distance = hypot(a[0] + t * dx - x, a[1] + t * dy - y);
        if (distance < best) {
            best = distance;
            *fraction = (at + t * length) / net->edge_length_m[edge];
        }
        at += length;
    }
    return best;
}

/* Metres from a candidate to another, over the arcs that the costs allow. */
static double way_length(cim_ctx *ctx, const cim_net_costs *c, uint32_t from, double from_done, uint32_t to, double to_done)
{
    const cim_net *net = c->net;
    cim_route_end starts[CIM_NET_ENDS], ends[CIM_NET_ENDS];
    size_t start_count, end_count;
    cim_net_place p = { .edge = from >> 1, .fraction = from & 1 ? 1.0 - from_done : from_done, .directions = 1u << (from & 1) };
    cim_net_place q = { .edge = to >> 1, .fraction = to & 1 ? 1.0 - to_done : to_done, .directions = 1u << (to & 1) };
    assert_ok(ctx, cim_net_ends(ctx, c, NULL, &p, CIM_ROUTE_FORWARD, starts, &start_count));
    assert_ok(ctx, cim_net_ends(ctx, c, NULL, &q, CIM_ROUTE_BACKWARD, ends, &end_count));
    double length[2000], best = HUGE_VAL;
    assert_true(net->state_count < 2000);
    for (uint32_t s = 0; s < net->state_count; s++) length[s] = HUGE_VAL;
    for (size_t i = 0; i < start_count; i++) length[starts[i].node] = (1.0 - from_done) * net->edge_length_m[from >> 1];
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < net->arc_count; a++) {
            double through = length[net->arc_tail[a]] + net->edge_length_m[net->arc_link[a] >> 1];
            if (c->weights_ms[a] >= NO_WAY || !(through < length[net->arc_head[a]])) continue;
            length[net->arc_head[a]] = through;
            changed = true;
        }
    }
    for (size_t i = 0; i < end_count; i++) best = fmin(best, length[ends[i].node] + to_done * net->edge_length_m[to >> 1]);
    return best;
}

static double step_by_hand(cim_ctx *ctx, const cim_net_costs *c, const cim_match_options *o, const cim_match_point *p, const cim_match_point *q, uint32_t from,
                           double from_done, uint32_t to, double to_done)
{
    double length = c->net->edge_length_m[from >> 1], route, penalty = 0.0;
    if (from == to && to_done >= from_done) route = (to_done - from_done) * length;
    else if (from == to && (from_done - to_done) * length <= 2.0 * o->sigma_m) route = 0.0;
    else route = way_length(ctx, c, from, from_done, to, to_done);
    if ((from ^ to) == 1) {
        double here = fabs(1.0 - to_done - from_done) * length;
        if (here + o->turn_back_m < route) {
            route = here;
            penalty = o->turn_back_m;
        }
    }
    double straight = hypot(p->x - q->x, p->y - q->y);
    return route - straight > o->detour_m ? -HUGE_VAL : -(fabs(route - straight) + penalty) / o->beta_m;
}

static bool make_lattice(cim_ctx *ctx, const cim_net_costs *c, const cim_match_options *o, const cim_match_point *points, lattice *l)
{
    const cim_net *net = c->net;
    memset(l, 0, sizeof *l);
    for (int i = 0; i < POINTS; i++) {
        for (uint32_t e = 0; e < net->edge_count; e++) {
            double fraction = 0.0, distance = place_on(net, e, points[i].x, points[i].y, &fraction);
            if (distance > o->radius_m) continue;
            for (uint32_t d = 0; d < 2; d++) {
                if (c->link_ms[2 * e + d] >= NO_WAY) continue;
                if (l->count[i] == LINKS_MAX) return false;
                l->link[i][l->count[i]] = 2 * e + d;
                l->done[i][l->count[i]] = d ? 1.0 - fraction : fraction;
                l->emission[i][l->count[i]++] = -0.5 * distance * distance / (o->sigma_m * o->sigma_m);
            }
        }
        if (!l->count[i]) return false;
        for (int a = 0; i && a < l->count[i - 1]; a++)
            for (int b = 0; b < l->count[i]; b++)
                l->step[i][a][b] = step_by_hand(ctx, c, o, &points[i - 1], &points[i], l->link[i - 1][a], l->done[i - 1][a], l->link[i][b], l->done[i][b]);
    }
    return true;
}

typedef struct tally {
    double best, sum, sum_of[POINTS][LINKS_MAX]; /* probabilities */
} tally;

static void try_all(const lattice *l, int point, int *chosen, double score, tally *t)
{
    if (point == POINTS) {
        t->best = fmax(t->best, score);
        t->sum += exp(score);
        for (int i = 0; i < POINTS; i++) t->sum_of[i][chosen[i]] += exp(score);
        return;
    }
    for (int k = 0; k < l->count[point]; k++) {
        double step = point ? l->step[point][chosen[point - 1]][k] : 0.0;
        chosen[point] = k;
        if (isfinite(step)) try_all(l, point + 1, chosen, score + step + l->emission[point][k], t);
    }
}

static int number_of(const lattice *l, int point, uint32_t link)
{
    for (int k = 0; k < l->count[point]; k++)
        if (l->link[point][k] == link) return k;
    fail_msg("link %u is no candidate", link);
    return 0;
}

static void check_match(const lattice *l, const tally *t, const cim_match_view *v)
{
    double score = 0.0;
    int before = 0;
    assert_int_equal(v->part_count, 1);
    assert_int_equal(v->found_count, POINTS);
    for (int i = 0; i < POINTS; i++) {
        int k = number_of(l, i, v->points[i].link);
        score += l->emission[i][k] + (i ? l->step[i][before][k] : 0.0);
        if (t->sum > 1e-200) assert_true(fabs(v->points[i].confidence - t->sum_of[i][k] / t->sum) < 1e-3);
        before = k;
    }
    if (fabs(score - t->best) > 2e-3) fail_msg("score %.6f, best %.6f", score, t->best);
}

/* Legs follow each other, and the line is as long as they are. */
static void check_way(const cim_net *net, const cim_match_view *v)
{
    for (uint32_t p = 0; p < v->part_count; p++) {
        const cim_match_part *part = &v->parts[p];
        double legs = 0.0, drawn = 0.0;
        for (uint32_t i = part->first_leg; i < part->first_leg + part->leg_count; i++) {
            const cim_match_leg *leg = &v->legs[i];
            legs += leg->length_m;
            assert_true(leg->from >= 0.0 && leg->to <= 1.0 && leg->from <= leg->to);
            if (i == part->first_leg) continue;
            const cim_match_leg *last = leg - 1;
            bool turned = (last->link ^ leg->link) == 1 && fabs(last->to - (1.0 - leg->from)) < 1e-9;
            assert_true(turned || (cim__link_head(net, last->link) == cim__link_tail(net, leg->link) && last->to == 1.0 && leg->from == 0.0));
        }
        for (uint32_t i = part->first_vertex + 1; i < part->first_vertex + part->vertex_count; i++)
            drawn += hypot(v->xy[2 * i] - v->xy[2 * i - 2], v->xy[2 * i + 1] - v->xy[2 * i - 1]);
        assert_true(fabs(legs - part->length_m) < 1e-6 && fabs(drawn - legs) < 1e-6 * (1.0 + legs));
    }
}

static void random_points(const cim_net *net, uint64_t *seed, cim_match_point *points)
{
    uint32_t v = (uint32_t)(support_random(seed) % net->vertex_count);
    for (int i = 0; i < POINTS; i++) {
        points[i] = (cim_match_point){
            .x = net->xy[2 * v] + support_uniform(seed, -40, 40), .y = net->xy[2 * v + 1] + support_uniform(seed, -40, 40), .time_s = NAN, .heading_deg = NAN
        };
        if (support_random(seed) % 2) v = (uint32_t)(support_random(seed) % net->vertex_count);
    }
}

static void test_match_all_sequences(void **state)
{
    uint64_t seed = 11;
    int cases = 0, broken = 0;
    (void)state;
    for (int round = 0; cases < CASES; round++) {
        static lattice l;
        char lines[3000];
        random_net(lines, sizeof lines, &seed);
        street_net n = net_of(lines, round & 1);
        cim_net_costs *c = net_costs(&n, "car", NULL);
        cim_matcher *matcher = NULL;
        assert_ok(n.ctx, cim_matcher_build(n.ctx, c, NULL, &matcher));
        for (int k = 0; k < 12 && n.net->edge_count; k++) {
            cim_match_point points[POINTS];
            cim_match_options o = CIM_MATCH_OPTIONS_INIT;
            cim_match *match = NULL;
            cim_match_view v = { .struct_size = sizeof v };
            tally t = { .best = -HUGE_VAL };
            o.sigma_m = support_uniform(&seed, 4, 30);
            o.beta_m = support_uniform(&seed, 5, 50);
            o.turn_back_m = support_uniform(&seed, 0, 100);
            o.detour_m = support_random(&seed) % 4 ? 1e5 : 100.0;
            o.radius_m = 45.0;
            o.thin_m = o.beam = 0.0;
            o.candidates = 64;
            o.outliers = 0;
            random_points(n.net, &seed, points);
            if (!make_lattice(n.ctx, c, &o, points, &l)) continue;
            try_all(&l, 0, (int[POINTS]){ 0 }, 0.0, &t);
            assert_ok(n.ctx, cim_match_run(n.ctx, matcher, NULL, points, POINTS, &o, &match));
            assert_ok(n.ctx, cim_match_get(n.ctx, match, &v));
            if (isfinite(t.best)) check_match(&l, &t, &v);
            else assert_true(v.part_count > 1);
            check_way(n.net, &v);
            cases += isfinite(t.best);
            broken += !isfinite(t.best);
            cim_match_free(match);
        }
        cim_matcher_free(matcher);
        cim_net_costs_free(c);
        net_done(&n);
    }
    print_message("%d traces, and %d that no way connects\n", cases, broken);
    assert_true(broken > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_match_all_sequences) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
