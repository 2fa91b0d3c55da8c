/* rule.c - does a rule make sense? */
#include "alert/alert.h"

static bool span_ok(int64_t ms) { return ms >= 0 && ms <= CIM_ALERT_MAX_TIME_MS; }

static bool times_ok(const cim_alert_rule *r)
{
    return span_ok(r->for_ms) && span_ok(r->clear_ms) && span_ok(r->per_ms) && span_ok(r->span_ms) && span_ok(r->max_span_ms) && span_ok(r->repeat_ms) &&
           span_ok(r->escalate_ms) && r->utc_offset_ms >= -86400000 && r->utc_offset_ms <= 86400000;
}

static cim_status limits_ok(cim_ctx *ctx, const cim_alert_rule *r, uint32_t number)
{
    double low = isnan(r->clear_low) ? r->low : r->clear_low, high = isnan(r->clear_high) ? r->high : r->clear_high;
    if (isnan(r->low) || isnan(r->high) || r->low > r->high) return cim__fail(ctx, CIM_EARG, "rule %u: limits are no numbers, or low is above high", number);
    if (r->low == -(double)INFINITY && r->high == (double)INFINITY) return cim__fail(ctx, CIM_EARG, "rule %u has no limit", number);
    if (r->inside ? low > r->low || high < r->high : low < r->low || high > r->high)
        return cim__fail(ctx, CIM_EARG, "rule %u: it would be over before it holds: limits to clear are on the wrong side", number);
    if (low > high) return cim__fail(ctx, CIM_EARG, "rule %u would never be over", number);
    return CIM_OK;
}

static cim_status inputs_ok(cim_ctx *ctx, const cim_alert_rule *r, uint32_t number)
{
    if (!r->input_count || !r->inputs) return cim__fail(ctx, CIM_EARG, "rule %u is over rules, but none are given", number);
    if (!r->least || (r->least != CIM_NONE && r->least > r->input_count))
        return cim__fail(ctx, CIM_EARG, "rule %u wants %u of %u rules", number, r->least, r->input_count);
    if (r->for_ms || r->clear_ms || r->for_count > 1) return cim__fail(ctx, CIM_EARG, "rule %u: rules over rules hold at once", number);
    for (uint32_t i = 0; i < r->input_count; i++) {
        if (r->inputs[i] >= number) return cim__fail(ctx, CIM_EARG, "rule %u looks at rule %u, which is not before it", number, r->inputs[i]);
        for (uint32_t k = 0; k < i; k++)
            if (r->inputs[k] == r->inputs[i]) return cim__fail(ctx, CIM_EARG, "rule %u looks at rule %u twice", number, r->inputs[i]);
    }
    return CIM_OK;
}

cim_status cim__alert_rule_ok(cim_ctx *ctx, const cim_alert_rule *r, uint32_t number)
{
    if (r->kind >= CIM_ALERT_KINDS) return cim__fail(ctx, CIM_EARG, "rule %u is of no known kind (%u)", number, r->kind);
    if (r->severity > CIM_ALERT_EXTREME || r->escalate_to > CIM_ALERT_EXTREME) return cim__fail(ctx, CIM_EARG, "rule %u has no such severity", number);
    if (!times_ok(r)) return cim__fail(ctx, CIM_EARG, "rule %u: a time is negative or absurd", number);
    if (r->kind <= CIM_ALERT_DEVIATION) CIM__TRY(limits_ok(ctx, r, number));
    if (r->kind == CIM_ALERT_FLAT && !(r->tolerance >= 0.0 && r->tolerance < (double)INFINITY))
        return cim__fail(ctx, CIM_EARG, "rule %u: the tolerance is no number from 0 on", number);
    if (r->kind == CIM_ALERT_FLAT && !r->for_ms && r->for_count < 2) return cim__fail(ctx, CIM_EARG, "rule %u: how long a value may stay is not said", number);
    if (r->kind == CIM_ALERT_ABSENT && !r->for_ms) return cim__fail(ctx, CIM_EARG, "rule %u: how long is an absence?", number);
    if (r->kind == CIM_ALERT_QUALITY && !r->mask) return cim__fail(ctx, CIM_EARG, "rule %u looks at no bit of the quality", number);
    if (r->kind == CIM_ALERT_IRREGULAR && (!r->mask || r->mask > 3)) return cim__fail(ctx, CIM_EARG, "rule %u: neither late nor conflicting", number);
    if (r->kind == CIM_ALERT_RULES) return inputs_ok(ctx, r, number);
    if (r->input_count) return cim__fail(ctx, CIM_EARG, "rule %u is not over rules, but some are given", number);
    return CIM_OK;
}
