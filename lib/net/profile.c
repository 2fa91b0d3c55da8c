/* profile.c - the profiles, and one of them made ready for a net: its keys as numbers of texts. */
#include "net/net.h"

#include <stdio.h>

#define SHUT (-1.0)
#define WALL (-2.0)
#define OPEN CIM__ZONE_OPEN
#define DESTINATION CIM__ZONE_DESTINATION
#define PRIVATE CIM__ZONE_PRIVATE
#define CLOSED CIM__ZONE_CLOSED
#define KEY(name) { CIM__PR_KEY, name, 0, 0 },
#define EXCEPT(word) { CIM__PR_EXCEPT, word, 0, 0 },
#define SPEED(highway, kmh) { CIM__PR_SPEED, highway, kmh, 0 },
#define ONLY(highway, kmh) { CIM__PR_ONLY, highway, kmh, 0 },
#define CAP(tag, kmh) { CIM__PR_CAP, tag, kmh, 0 },
#define VALUE(value, zone) { CIM__PR_VALUE, value, zone, 0 },
#define NODE(tag, seconds) { CIM__PR_NODE, tag, seconds, 0 },
#define NUMBER(name, value) { CIM__PR_NUMBER, name, value, 0 },
#define PRICE(rule, factor, seconds) { CIM__PR_PRICE, rule, factor, seconds },

static const cim__prof_line car[] = {
#include "net/profiles/car.def"
};
static const cim__prof_line emergency[] = {
#include "net/profiles/emergency.def"
};
static const cim__prof_line bus[] = {
#include "net/profiles/bus.def"
};
static const cim__prof_line truck[] = {
#include "net/profiles/truck.def"
};
static const cim__prof_line bicycle[] = {
#include "net/profiles/bicycle.def"
};
static const cim__prof_line foot[] = {
#include "net/profiles/foot.def"
};
static const cim__prof_line wheelchair[] = {
#include "net/profiles/wheelchair.def"
};
static const cim__prof_line elderly[] = {
#include "net/profiles/elderly.def"
};

#define PROFILE(name) { #name, name, sizeof name / sizeof *name }
const cim__profile cim__profiles[] = { PROFILE(car), PROFILE(emergency), PROFILE(bus), PROFILE(truck), PROFILE(bicycle), PROFILE(foot), PROFILE(wheelchair),
                                       PROFILE(elderly) };
const size_t cim__profile_count = sizeof cim__profiles / sizeof *cim__profiles;

const char *cim_net_profile(uint32_t number) { return number < cim__profile_count ? cim__profiles[number].name : NULL; }

/* ---- ready for a net ---- */

static uint32_t key_id(const cim__prof *p, const char *format, const char *name)
{
    char key[64];
    int n = snprintf(key, sizeof key, format, name);
    return cim__names_find(&p->net->texts, (cim__str){ key, n < (int)sizeof key ? (size_t)n : sizeof key - 1 });
}

static void find_keys(cim__prof *p)
{
    static const struct {
        const char *key;
        size_t at;
    } keys[] = {
#define K(name, member) { name, offsetof(cim__prof, member) }
        K("highway", highway), K("route", route), K("junction", junction), K("oneway", one), K("oneway:conditional", one_conditional), K("cim:kmh", kmh),
        K("cim:kmh_rule", kmh_rule), K("cim:status", status), K("maxspeed", maxspeed), K("maxspeed:forward", maxspeed_along[0]),
        K("maxspeed:backward", maxspeed_along[1]), K("maxspeed:conditional", maxspeed_conditional),
        K("maxspeed:forward:conditional", maxspeed_along_conditional[0]), K("maxspeed:backward:conditional", maxspeed_along_conditional[1]),
        K("duration", duration), K("busway", busway), K("cycleway", cycleway), K("bus", bus), K("psv", psv), K("barrier", barrier), K("maxheight", maxheight),
        K("maxwidth", maxwidth), K("maxlength", maxlength), K("maxweight", maxweight), K("maxweightrating", maxweightrating), K("width", width),
        K("incline", incline),
#undef K
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        uint32_t id = key_id(p, "%s", keys[i].key);
        memcpy((char *)p + keys[i].at, &id, sizeof id);
    }
    p->ramp = key_id(p, "ramp:%s", p->key[p->key_count - 1]);
    for (uint32_t k = 0; k < p->key_count; k++) {
        p->plain[k] = key_id(p, "%s", p->key[k]);
        p->along[k][0] = key_id(p, "%s:forward", p->key[k]);
        p->along[k][1] = key_id(p, "%s:backward", p->key[k]);
        p->conditional[k] = key_id(p, "%s:conditional", p->key[k]);
        p->along_conditional[k][0] = key_id(p, "%s:forward:conditional", p->key[k]);
        p->along_conditional[k][1] = key_id(p, "%s:backward:conditional", p->key[k]);
        p->oneway[k] = key_id(p, "oneway:%s", p->key[k]);
        p->oneway_conditional[k] = key_id(p, "oneway:%s:conditional", p->key[k]);
        p->speed[k] = key_id(p, "maxspeed:%s", p->key[k]);
        p->speed_conditional[k] = key_id(p, "maxspeed:%s:conditional", p->key[k]);
    }
}

static double number_of(const cim__profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->count; i++)
        if (profile->lines[i].kind == CIM__PR_NUMBER && !strcmp(profile->lines[i].text, name)) return profile->lines[i].a;
    return 0.0;
}

static const cim__prof_line *price_of(const cim__profile *profile, const char *rule)
{
    for (size_t i = 0; i < profile->count; i++)
        if (profile->lines[i].kind == CIM__PR_PRICE && !strcmp(profile->lines[i].text, rule)) return &profile->lines[i];
    return NULL;
}

#define N(name) { #name, offsetof(cim__prof, name) }
static const struct {
    const char *name;
    size_t at;
} numbers[] = { N(top_kmh), N(limit_factor), N(heed_limit), N(heed_oneway), N(heed_turns), N(turn_s), N(left_s), N(uturn_s), N(destination_s), N(private_s),
                N(boarding_s), N(max_incline) },
  prices[] = { { "oneway", offsetof(cim__prof, price_oneway) }, { "access", offsetof(cim__prof, price_access) }, { "bus", offsetof(cim__prof, price_bus) },
               { "barrier", offsetof(cim__prof, price_barrier) }, { "turn", offsetof(cim__prof, price_turn) }, { "uturn", offsetof(cim__prof, price_uturn) } };
#undef N
enum { NUMBERS = sizeof numbers / sizeof *numbers, PRICES = sizeof prices / sizeof *prices };
static const char *const sizes[] = { "height_m", "width_m", "length_m", "weight_t" };

bool cim__prof_names(cim__prof_kind kind, const char *name)
{
    for (size_t i = 0; kind == CIM__PR_NUMBER && i < NUMBERS; i++)
        if (!strcmp(numbers[i].name, name)) return true;
    for (size_t i = 0; kind == CIM__PR_NUMBER && i < sizeof sizes / sizeof *sizes; i++)
        if (!strcmp(sizes[i], name)) return true;
    for (size_t i = 0; kind == CIM__PR_PRICE && i < PRICES; i++)
        if (!strcmp(prices[i].name, name)) return true;
    return false;
}

static void find_numbers(cim__prof *p)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        double value = number_of(p->profile, numbers[i].name);
        memcpy((char *)p + numbers[i].at, &value, sizeof value);
    }
    for (size_t i = 0; i < PRICES; i++) {
        const cim__prof_line *line = price_of(p->profile, prices[i].name);
        memcpy((char *)p + prices[i].at, &line, sizeof line);
    }
}

static bool find_line_keys(cim_ctx *ctx, cim__prof *p)
{
    p->line_key = cim__alloc_n(ctx->mem, p->profile->count, sizeof *p->line_key);
    for (size_t i = 0; p->line_key && i < p->profile->count; i++) {
        const char *text = p->profile->lines[i].text, *equals = strchr(text, '=');
        p->line_key[i] = equals ? cim__names_find(&p->net->texts, (cim__str){ text, (size_t)(equals - text) }) : CIM_NONE;
    }
    return p->line_key != NULL;
}

static bool size_ok(double v) { return v >= 0.0 && v < 1e6; }

static cim_status take_options(cim_ctx *ctx, const cim_net_cost_options *o, cim__prof *p)
{
    const cim__profile *f = p->profile;
    if (!size_ok(o->height_m) || !size_ok(o->width_m) || !size_ok(o->length_m) || !size_ok(o->weight_t))
        return cim__fail(ctx, CIM_EARG, "a size of the vehicle is out of range");
    p->size = (cim__size){ o->height_m > 0.0 ? o->height_m : number_of(f, "height_m"), o->width_m > 0.0 ? o->width_m : number_of(f, "width_m"),
                           o->length_m > 0.0 ? o->length_m : number_of(f, "length_m"), o->weight_t > 0.0 ? o->weight_t : number_of(f, "weight_t") };
    if (o->time && !cim__when_parse(cim__str_of(o->time), &p->when)) return cim__fail(ctx, CIM_EARG, "%.40s is no local time like 2026-01-31T08:30", o->time);
    return CIM_OK;
}

static cim_status find_profile(cim_ctx *ctx, const cim_net_cost_options *options, cim__prof *p)
{
    const char *name = options->profile ? options->profile : "car";
    if (options->profile_text) {
        CIM__TRY(cim__prof_read(ctx, options->profile_text, &p->arena, &p->own));
        p->profile = &p->own;
        return CIM_OK;
    }
    for (size_t i = 0; i < cim__profile_count; i++)
        if (!strcmp(cim__profiles[i].name, name)) p->profile = &cim__profiles[i];
    return p->profile ? CIM_OK : cim__fail(ctx, CIM_ENOTFOUND, "no profile with the name %.40s", name);
}

cim_status cim__prof_ready(cim_ctx *ctx, const cim_net *net, const cim_net_cost_options *options, cim__prof *p)
{
    memset(p, 0, sizeof *p);
    p->net = net;
    p->arena = cim__arena_on(ctx->mem);
    CIM__TRY(find_profile(ctx, options, p));
    CIM__TRY(take_options(ctx, options, p));
    for (size_t i = 0; i < p->profile->count; i++)
        if (p->profile->lines[i].kind == CIM__PR_KEY && p->key_count < CIM__KEYS) p->key[p->key_count++] = p->profile->lines[i].text;
    find_keys(p);
    find_numbers(p);
    return find_line_keys(ctx, p) ? CIM_OK : cim__nomem(ctx);
}

void cim__prof_free(cim_ctx *ctx, cim__prof *p)
{
    cim__free(ctx->mem, p->line_key);
    cim__arena_free(&p->arena);
}
