/* journey_signals.c - when one will be at which traffic signals.
 *
 * What a leg takes contains the wait at the junction at its end; the last leg of a section ends at a stop and has none. */
#include "travel/journey.h"

#include <math.h>

typedef struct wave {
    cim_ctx *ctx;
    const cim_net *net;
    const cim_net_costs *costs;
    cim__tags tags;
    cim_net_route_view route;
    cim_journey_signal_options opts;
    cim_journey_signal *out;
    size_t cap, count;
    double sum, squares;    /* of what legs take without signals, ms */
    double at_ms, length_m; /* likely time and way to the beginning of the leg */
    uint32_t waited, earliest_ms;
} wave;

enum { NO_SIGNAL, SIGNAL, CROSSING };

static int signal_at(const wave *w, uint32_t junction)
{
    uint32_t set = w->net->junction_set[junction];
    if (set == CIM_NONE) return NO_SIGNAL;
    if (cim__str_is(cim__tag_of(&w->tags, set, w->tags.highway), "traffic_signals")) return SIGNAL;
    return cim__str_is(cim__tag_of(&w->tags, set, w->tags.crossing), "traffic_signals") ? CROSSING : NO_SIGNAL;
}

/* The point on the road that is there. */
static cim_status object_at(const wave *w, uint32_t junction, uint32_t *object_out)
{
    uint32_t ids[16];
    size_t count = 0;
    double x = w->net->junction_x[junction], y = w->net->junction_y[junction];
    cim_box box = { x - 0.01, y - 0.01, x + 0.01, y + 0.01 };
    *object_out = CIM_NONE;
    if (!w->opts.city) return CIM_OK;
    CIM__TRY(cim_city_window(w->ctx, w->opts.city, &box, ids, 16, &count));
    for (size_t i = 0; i < count && i < 16 && *object_out == CIM_NONE; i++) {
        const char *layer = cim_city_layer(w->opts.city, ids[i]);
        if (layer && !strcmp(layer, "road_point")) *object_out = ids[i];
    }
    return CIM_OK;
}

static uint32_t whole_ms(double ms) { return ms <= 0.0 ? 0 : ms >= CIM_ROUTE_UNREACHABLE_MS ? CIM_ROUTE_UNREACHABLE_MS : (uint32_t)(ms + 0.5); }

static cim_status put_signal(wave *w, uint32_t leg, uint32_t junction, int kind, double drive_ms)
{
    const cim_journey_signal_options *o = &w->opts;
    const cim_net_leg *l = &w->route.legs[leg];
    double waits = o->flags & CIM_JOURNEY_GREEN ? 0.0 : w->waited, wait = o->wait_sigma_s * 1000.0, likely = w->at_ms + drive_ms;
    double sigma = sqrt(o->leg_sigma * o->leg_sigma * ((1.0 - o->correlation) * w->squares + o->correlation * w->sum * w->sum) + waits * wait * wait);
    uint32_t earliest = whole_ms(likely - o->width * sigma);
    if (earliest > w->earliest_ms) w->earliest_ms = earliest;
    if (w->count++ >= w->cap) return CIM_OK;
    cim_journey_signal *s = &w->out[w->count - 1];
    *s = (cim_journey_signal){ .junction = junction, .leg = leg, .crossing = kind == CROSSING, .earliest_ms = w->earliest_ms, .likely_ms = whole_ms(likely),
                               .latest_ms = whole_ms(likely + o->width * sigma), .distance_m = w->length_m + l->length_m,
                               .speed_kmh = drive_ms > 0.0 ? l->length_m / drive_ms * 3600.0 : 0.0, .x = w->net->junction_x[junction],
                               .y = w->net->junction_y[junction] };
    return object_at(w, junction, &s->object);
}

static cim_status see_leg(wave *w, uint32_t leg, bool to_stop)
{
    const cim_net_leg *l = &w->route.legs[leg];
    uint32_t junction = cim__link_head(w->net, l->link), wait = 0;
    int kind = to_stop ? NO_SIGNAL : signal_at(w, junction);
    if (kind != NO_SIGNAL) wait = w->costs->junction_ms[junction] < l->time_ms ? w->costs->junction_ms[junction] : l->time_ms;
    double drive = (double)(l->time_ms - wait);
    w->sum += drive;
    w->squares += drive * drive;
    if (kind != NO_SIGNAL) CIM__TRY(put_signal(w, leg, junction, kind, drive));
    w->waited += kind != NO_SIGNAL;
    w->at_ms += drive + (w->opts.flags & CIM_JOURNEY_GREEN ? 0.0 : wait);
    w->length_m += l->length_m;
    return CIM_OK;
}

static bool within(double v, double most) { return v >= 0.0 && v <= most; }

cim_status cim_journey_signals(cim_ctx *ctx, const cim_journey *journey, size_t number, const cim_journey_signal_options *options,
                               cim_journey_signal *signals_out, size_t cap, size_t *count_out)
{
    const cim__journey_route *r;
    wave w = { .ctx = ctx, .opts = CIM_JOURNEY_SIGNAL_OPTIONS_INIT, .cap = cap };
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &w.opts, sizeof w.opts, options, "signal options"));
    if (cap && !signals_out) return cim__fail(ctx, CIM_EARG, "no room for signals");
    if (!within(w.opts.leg_sigma, 10.0) || !within(w.opts.correlation, 1.0) || !within(w.opts.wait_sigma_s, 1e4) || !within(w.opts.width, 10.0) ||
        w.opts.flags & ~(uint32_t)CIM_JOURNEY_GREEN)
        return cim__fail(ctx, CIM_EARG, "a deviation, correlation, width or flag is out of range");
    CIM__TRY(cim__journey_route_of(ctx, journey, number, &r, &w.route));
    w.costs = journey->costs;
    w.net = w.costs->net;
    w.tags = cim__tags_of(w.net);
    w.out = cap ? cim__alloc_n(ctx->mem, cap, sizeof *w.out) : NULL;
    if (cap && !w.out) return cim__nomem(ctx);
    size_t sections = CIM__COUNT(&journey->stops, cim_journey_stop) - 1;
    cim_status st = CIM_OK;
    for (size_t i = 0; i < sections; i++) {
        const cim_journey_section *s = &CIM__AT(&journey->sections, cim_journey_section, r->first_section + i);
        for (uint32_t leg = s->first_leg; st >= 0 && leg < s->first_leg + s->leg_count; leg++) st = see_leg(&w, leg, leg + 1 == s->first_leg + s->leg_count);
    }
    if (st >= 0) {
        if (cap) memcpy(signals_out, w.out, (w.count < cap ? w.count : cap) * sizeof *w.out);
        *count_out = w.count;
    }
    cim__free(ctx->mem, w.out);
    return st < 0 ? st : CIM_OK;
}
