/* sky.c - how much of the sky is seen: horizon by horizon, exactly.
 *
 * The horizon over a direction is the highest of the walls' tops, whose tangents are linear in the direction: f = A cos(t - t0).  What a
 * piece takes from a level surface's sky is the integral of sin^2 of its elevation, f^2 / (1 + f^2), which has a closed form (the definition
 * of L. Chapman, J. Thornes, A. Bradley, after G. Johnson and I. Watson, "The Determination of View-Factors in Urban Canyons", 1984). */
#include "cover/around.h"

#define FULL 6.283185307179586

static double above(const cim__prism *p, const void *user)
{
    double z = *(const double *)user, height = p->top - z;
    return p->base < p->top && height > 0.0 ? height : 0.0;
}

static double angle_between(const cim__way *a, const cim__way *b)
{
    double t = atan2(a->x * b->y - a->y * b->x, a->x * b->x + a->y * b->y);
    return t < 0.0 ? t + FULL : t;
}

/* The antiderivative of 1 / (1 + f^2) at a direction. */
static double open_until(const cim__piece *p, const cim__way *d, double root)
{
    return atan2(p->m[0] * d->y - p->m[1] * d->x, root * cim__piece_at(p, d)) / root;
}

static double taken(const cim__piece *p)
{
    double turn = angle_between(&p->from, &p->to), m2 = p->m[0] * p->m[0] + p->m[1] * p->m[1];
    if (m2 >= CIM__SHUT) return turn;
    double root = sqrt(1.0 + m2);
    return turn - (open_until(p, &p->to, root) - open_until(p, &p->from, root));
}

cim_status cim_sight_sky(cim_ctx *ctx, cim_sight_query *query, const double point[3], double max_m, double *share_out)
{
    cim__enter(ctx);
    if (!query || !point || !share_out) return cim__fail(ctx, CIM_EARG, "no query, no point or no place for the answer");
    if (!(max_m >= 0.0)) return cim__fail(ctx, CIM_EARG, "the distance is negative or not a number");
    CIM__TRY(cim__sight_point_ok(ctx, point, 0, "point"));
    cim__around a = { query, point[0], point[1], max_m > 0.0 ? max_m : HUGE_VAL, above, &point[2], fmax(query->scene->highest - point[2], 0.0), NULL };
    bool inside = false;
    cim__around_begin(query);
    if (!cim__around_host(&a, &inside, &query->marks) || (!inside && !cim__around_gather(&a))) {
        cim__buf *buffers[] = { &query->pieces, &query->other, &query->near, &query->walls, &query->marks, &query->scratch };
        for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
        return cim__nomem(ctx);
    }
    double sum = inside ? FULL : 0.0;
    for (size_t i = 0; !inside && i < CIM__COUNT(&query->pieces, cim__piece); i++) sum += taken(&CIM__AT(&query->pieces, cim__piece, i));
    double share = 1.0 - sum / FULL;
    *share_out = share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share;
    return CIM_OK;
}
