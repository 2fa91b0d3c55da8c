/* words.c - what the words of sources mean for a network. */
#include "utility/utility.h"

/* Letters and digits of a word in lower case: "Check_Valve", "checkValve" and "check valve" are the same. */
enum { WORD = 48 };
static size_t plain(cim__str text, char out[WORD])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < WORD; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if ((unsigned char)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    out[n] = 0;
    return n;
}

typedef struct word {
    const char *text;
    uint32_t value;
} word;

static uint32_t look_up(const word *words, size_t count, cim__str text, uint32_t none)
{
    char key[WORD];
    if (!plain(text, key)) return none;
    for (size_t i = 0; i < count; i++)
        if (!strcmp(words[i].text, key)) return words[i].value;
    return none;
}
#define LOOK_UP(words, text, none) look_up(words, sizeof(words) / sizeof *(words), text, none)

uint8_t cim__u_flow(cim__str text)
{
    static const word words[] = { { "with", CIM_TRACE_WITH }, { "against", CIM_TRACE_AGAINST }, { "both", CIM_TRACE_BOTH }, { "none", CIM_TRACE_NEITHER } };
    return (uint8_t)LOOK_UP(words, text, CIM__U_UNSAID);
}

bool cim__u_state(cim__str text, bool is_switch, uint32_t *state_out)
{
    static const word trade[] = { { "open", CIM_UTILITY_ON }, { "opened", CIM_UTILITY_ON }, { "closed", CIM_UTILITY_OFF } }; /* of switches the other way round */
    static const word plain[] = { { "on", CIM_UTILITY_ON }, { "off", CIM_UTILITY_OFF }, { "shut", CIM_UTILITY_OFF }, { "1", CIM_UTILITY_ON }, { "0", CIM_UTILITY_OFF },
                                  { "true", CIM_UTILITY_ON }, { "false", CIM_UTILITY_OFF }, { "out", CIM_UTILITY_OUT }, { "in", CIM_UTILITY_IN },
                                  { "stuck", CIM_UTILITY_STUCK }, { "free", CIM_UTILITY_FREE } };
    uint32_t said = LOOK_UP(trade, text, CIM_NONE);
    if (said != CIM_NONE && is_switch) said = said == CIM_UTILITY_ON ? CIM_UTILITY_OFF : CIM_UTILITY_ON;
    if (said == CIM_NONE) said = LOOK_UP(plain, text, CIM_NONE);
    if (said != CIM_NONE) *state_out = said;
    return said != CIM_NONE;
}

bool cim__u_in_use(cim__str status)
{
    static const word words[] = { { "inuse", 1 }, { "inservice", 1 } };
    return !cim__str_trim(status).len || LOOK_UP(words, status, 0);
}

uint8_t cim__u_kind(uint8_t class_id, cim__str function)
{
    static const word check[] = { { "checkvalve", 1 }, { "check", 1 }, { "cv", 1 }, { "nonreturnvalve", 1 }, { "nonreturn", 1 }, { "backflowpreventer", 1 } };
    static const word regulators[] = { { "regulator", 1 }, { "pressureregulator", 1 }, { "prv", 1 }, { "psv", 1 }, { "pbv", 1 }, { "fcv", 1 }, { "tcv", 1 },
                                       { "gpv", 1 }, { "pcv", 1 }, { "pressurereducingvalve", 1 }, { "pressurereducing", 1 }, { "pressuresustainingvalve", 1 },
                                       { "flowcontrolvalve", 1 }, { "throttlecontrolvalve", 1 } };
    static const word nodes[] = { { "valve", CIM_TRACE_VALVE }, { "gatevalve", CIM_TRACE_VALVE }, { "stopvalve", CIM_TRACE_VALVE }, { "switch", CIM_TRACE_SWITCH },
                                  { "breaker", CIM_TRACE_SWITCH }, { "circuitbreaker", CIM_TRACE_SWITCH }, { "disconnector", CIM_TRACE_SWITCH },
                                  { "fuse", CIM_TRACE_FUSE }, { "meter", CIM_TRACE_METER }, { "watermeter", CIM_TRACE_METER }, { "gasmeter", CIM_TRACE_METER },
                                  { "smartmeter", CIM_TRACE_METER }, { "flowmeter", CIM_TRACE_METER }, { "hydrant", CIM_TRACE_HYDRANT },
                                  { "firehydrant", CIM_TRACE_HYDRANT }, { "pump", CIM_TRACE_PUMP }, { "transformer", CIM_TRACE_TRANSFORMER } };
    bool line = cim__class_is(class_id, CIM__C_UtilityLine);
    if ((line || class_id == CIM__C_Valve || class_id == CIM__C_UtilityNode) && LOOK_UP(check, function, 0)) return CIM_TRACE_CHECK_VALVE;
    if ((class_id == CIM__C_Valve || class_id == CIM__C_UtilityNode) && LOOK_UP(regulators, function, 0)) return CIM_TRACE_REGULATOR;
    if (class_id == CIM__C_Switch && LOOK_UP(nodes, function, 0) == CIM_TRACE_FUSE) return CIM_TRACE_FUSE;
    switch (class_id) {
    case CIM__C_Valve: return CIM_TRACE_VALVE;
    case CIM__C_Switch: return CIM_TRACE_SWITCH;
    case CIM__C_Pump: return CIM_TRACE_PUMP;
    case CIM__C_Transformer: return CIM_TRACE_TRANSFORMER;
    case CIM__C_Hydrant: return CIM_TRACE_HYDRANT;
    case CIM__C_UtilityNode: return (uint8_t)LOOK_UP(nodes, function, CIM__U_UNSAID);
    default: return CIM__U_UNSAID;
    }
}

bool cim__u_is_sewer(cim__str domain)
{
    static const char *const parts[] = { "sewer", "sewage", "wastewater", "stormwater", "rainwater", "drain" };
    char key[WORD];
    plain(domain, key);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(key, parts[i])) return true;
    return false;
}

/* Commodities that their own word does not say. */
static bool is_power(cim__str domain) { return cim__str_starts(domain, "power") || cim__str_starts(domain, "electric"); }

bool cim__u_feeds(uint8_t class_id, cim__str domain)
{
    if (cim__u_is_sewer(domain)) return false;
    if (is_power(domain)) return class_id == CIM__C_Generator || class_id == CIM__C_Plant;
    bool fluid = cim__str_is(domain, "water") || cim__str_is(domain, "gas") || cim__str_is(domain, "heat");
    return fluid && (class_id == CIM__C_Tank || class_id == CIM__C_Plant);
}

/* OpenStreetMap; codes of the German code list of building functions (ALKIS 31001), plain English. */
uint32_t cim__u_site(cim__str text)
{
    static const word words[] = {
        { "hospital", CIM_UTILITY_SITE_HOSPITAL }, { "clinic", CIM_UTILITY_SITE_HOSPITAL }, { "310013051", CIM_UTILITY_SITE_HOSPITAL },
        { "310013052", CIM_UTILITY_SITE_HOSPITAL }, { "nursinghome", CIM_UTILITY_SITE_CARE }, { "retirementhome", CIM_UTILITY_SITE_CARE },
        { "assistedliving", CIM_UTILITY_SITE_CARE }, { "carehome", CIM_UTILITY_SITE_CARE }, { "grouphome", CIM_UTILITY_SITE_CARE },
        { "socialfacility", CIM_UTILITY_SITE_CARE }, { "hospice", CIM_UTILITY_SITE_CARE }, { "kindergarten", CIM_UTILITY_SITE_CARE },
        { "childcare", CIM_UTILITY_SITE_CARE }, { "preschool", CIM_UTILITY_SITE_CARE }, { "310011021", CIM_UTILITY_SITE_CARE },
        { "310011022", CIM_UTILITY_SITE_CARE }, { "310013065", CIM_UTILITY_SITE_CARE }, { "school", CIM_UTILITY_SITE_SCHOOL },
        { "college", CIM_UTILITY_SITE_SCHOOL }, { "university", CIM_UTILITY_SITE_SCHOOL }, { "310013020", CIM_UTILITY_SITE_SCHOOL },
        { "310013021", CIM_UTILITY_SITE_SCHOOL }, { "310013022", CIM_UTILITY_SITE_SCHOOL }, { "310013023", CIM_UTILITY_SITE_SCHOOL },
        { "firestation", CIM_UTILITY_SITE_EMERGENCY }, { "police", CIM_UTILITY_SITE_EMERGENCY }, { "policestation", CIM_UTILITY_SITE_EMERGENCY },
        { "ambulancestation", CIM_UTILITY_SITE_EMERGENCY }, { "rescuestation", CIM_UTILITY_SITE_EMERGENCY }, { "310013071", CIM_UTILITY_SITE_EMERGENCY },
        { "310013072", CIM_UTILITY_SITE_EMERGENCY }, { "townhall", CIM_UTILITY_SITE_OTHER }, { "cityhall", CIM_UTILITY_SITE_OTHER },
        { "pumpingstation", CIM_UTILITY_SITE_OTHER }, { "waterworks", CIM_UTILITY_SITE_OTHER }, { "wastewaterplant", CIM_UTILITY_SITE_OTHER },
        { "310013012", CIM_UTILITY_SITE_OTHER }, { "dialysis", CIM_UTILITY_SITE_HOSPITAL }, { "bloodbank", CIM_UTILITY_SITE_HOSPITAL },
        { "prison", CIM_UTILITY_SITE_OTHER },
    };
    return LOOK_UP(words, text, CIM_UTILITY_SITE_NONE);
}
