/* random_inp.c - random networks as EPANET files: sections in any order, case and length, comments and blanks everywhere, all units, the
 * same said in several ways. */
#include "random_inp.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct maker {
    uint64_t *seed;
    inp_network *n;
    double lps, m, mm, multiplier;
    const char *units, *newline;
    bool latin1;
    char body[13][20000]; /* rows of sections, in the order of `sections` */
} maker;

static const char *const sections[13] = { "JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS", "VALVES", "DEMANDS", "STATUS", "COORDINATES", "VERTICES", "OPTIONS", "TITLE", "TAGS" };
enum { JUNCTIONS, RESERVOIRS, TANKS, PIPES, PUMPS, VALVES, DEMANDS, STATUS, COORDINATES, VERTICES, OPTIONS, TITLE, TAGS };

static size_t below(maker *m, size_t n) { return (size_t)(support_random(m->seed) % n); }
static bool chance(maker *m, size_t percent) { return below(m, 100) < percent; }

static const char *blank(maker *m)
{
    static const char *const blanks[] = { " ", "\t", "   ", " \t ", "              " };
    return blanks[below(m, 5)];
}

static void put(maker *m, int section, const char *text)
{
    char *body = m->body[section];
    size_t used = strlen(body);
    snprintf(body + used, sizeof m->body[section] - used, "%s%s", text, blank(m));
}

/* A number as text, and what the text means. */
static double number(maker *m, char out[40], double low, double high)
{
    static const char *const formats[] = { "%.0f", "%.1f", "%.3f", "%.6g", "%.4e", "+%.2f" };
    double value = support_uniform(m->seed, low, high);
    const char *format = formats[below(m, value < 0.0 ? 5 : 6)];
    snprintf(out, 40, format, value);
    if (strtod(out, NULL) == 0.0) snprintf(out, 40, "%.17g", value);
    return strtod(out, NULL);
}

static void put_name(maker *m, int section, const char *name)
{
    char quoted[60];
    snprintf(quoted, sizeof quoted, strchr(name, ' ') || chance(m, 5) ? "\"%s\"" : "%s", name);
    put(m, section, quoted);
}

static void end_row(maker *m, int section)
{
    static const char *const comments[] = { "", ";", ";old", "; with ; and \"quotes", ";\xc3\xa4lter" };
    char *body = m->body[section];
    size_t used = strlen(body), i = below(m, 5);
    snprintf(body + used, sizeof m->body[section] - used, "%s%s", i == 4 && m->latin1 ? ";\xe4lter" : comments[i], m->newline);
    if (chance(m, 10)) strncat(body, m->newline, sizeof m->body[section] - strlen(body) - 1);
    if (chance(m, 10)) snprintf(body + strlen(body), sizeof m->body[section] - strlen(body), "; a comment%s", m->newline);
}

static void make_units(maker *m)
{
    static const struct {
        const char *name;
        double lps;
        bool us;
    } units[] = { { "CFS", 28.316846592, true }, { "GPM", 0.0630901964, true }, { "MGD", 43.8126363888888889, true }, { "IMGD", 52.6167824074074074, true }, { "AFD", 14.2764101568, true },
                  { "LPS", 1.0, false }, { "LPM", 1.0 / 60.0, false }, { "MLD", 1000.0 / 86.4, false }, { "CMH", 1.0 / 3.6, false }, { "CMD", 1.0 / 86.4, false }, { "CMS", 1000.0, false } };
    size_t i = below(m, 12);
    char text[40];
    if (i == 11) { /* EPANET's default */
        i = 1;
    } else {
        put(m, OPTIONS, chance(m, 50) ? "Units" : "UNITS");
        put(m, OPTIONS, units[i].name);
        end_row(m, OPTIONS);
    }
    m->lps = units[i].lps;
    m->m = units[i].us ? 0.3048 : 1.0;
    m->mm = units[i].us ? 25.4 : 1.0;
    m->multiplier = 1.0;
    if (!chance(m, 40)) return;
    m->multiplier = number(m, text, 0.1, 3.0);
    put(m, OPTIONS, "Demand");
    put(m, OPTIONS, chance(m, 50) ? "Multiplier" : "MULT");
    put(m, OPTIONS, text);
    end_row(m, OPTIONS);
}

static void random_name(maker *m, const char *prefix, size_t i, char out[40])
{
    static const char *const forms[] = { "%s%zu", "%zu%s", "%s #%zu", "%s%%%zu", "%s.\xc3\xa9.%zu", "%s-%zu-x" };
    size_t form = below(m, 6);
    if (form == 4 && m->latin1) form = 0;
    if (form == 1) snprintf(out, 40, "%zu%s", i + 1, prefix);
    else snprintf(out, 40, forms[form], prefix, i + 1);
}

static void make_demand(maker *m, inp_node *n, bool in_row, double row)
{
    char text[40];
    double sum = row;
    size_t rows = chance(m, 40) ? 1 + below(m, 3) : 0;
    for (size_t i = 0; i < rows; i++) {
        double value = number(m, text, -1.0, 10.0);
        sum = i ? sum + value : value;
        put_name(m, DEMANDS, n->name);
        put(m, DEMANDS, text);
        end_row(m, DEMANDS);
    }
    n->demand_lps = in_row || rows ? sum * m->multiplier * m->lps : NAN;
}

static void make_node(maker *m, size_t i)
{
    inp_node *n = &m->n->nodes[i];
    char text[40];
    int section = i == 0 ? RESERVOIRS : i == 1 ? TANKS : i == 2 || chance(m, 90) ? JUNCTIONS : chance(m, 50) ? TANKS : RESERVOIRS;
    *n = (inp_node){ .class_name = section == JUNCTIONS ? "UtilityNode" : "Tank", .function = section == JUNCTIONS ? "junction" : section == TANKS ? "tank" : "reservoir", .demand_lps = NAN, .diameter_mm = NAN };
    random_name(m, "n", i, n->name);
    put_name(m, section, n->name);
    n->z_m = number(m, text, -50.0, 900.0) * m->m;
    put(m, section, text);
    bool in_row = section == JUNCTIONS && chance(m, 70);
    double row = in_row ? number(m, text, -2.0, 20.0) : 0.0;
    if (in_row) put(m, section, text);
    if (section == TANKS) {
        for (int k = 0; k < 3; k++) put(m, TANKS, "1.5");
        n->diameter_mm = number(m, text, 1.0, 90.0) * m->m * 1000.0;
        put(m, TANKS, text);
    }
    end_row(m, section);
    if (section == JUNCTIONS) make_demand(m, n, in_row, row);
    n->placed = chance(m, 90);
    if (!n->placed) return;
    put_name(m, COORDINATES, n->name);
    n->x = number(m, text, 400000.0, 600000.0);
    put(m, COORDINATES, text);
    n->y = number(m, text, 5300000.0, 5400000.0);
    put(m, COORDINATES, text);
    end_row(m, COORDINATES);
}

static void make_pipe(maker *m, inp_link *l)
{
    char text[40];
    size_t form = below(m, 5);
    l->class_name = "Pipe";
    l->length_m = number(m, text, 1.0, 2000.0) * m->m;
    put(m, PIPES, text);
    l->diameter_mm = number(m, text, 1.0, 600.0) * m->mm;
    put(m, PIPES, text);
    put(m, PIPES, "110");
    if (form == 0) return;
    if (form == 1) { /* a status in place of the minor loss */
        put(m, PIPES, "closed");
        l->closed = true;
        return;
    }
    put(m, PIPES, "0.25");
    if (form == 2) return;
    l->with = chance(m, 20);
    l->closed = !l->with && chance(m, 30);
    l->function = l->with ? "check_valve" : NULL;
    put(m, PIPES, l->with ? "cv" : l->closed ? "CLOSED" : "Open");
}

static void make_valve(maker *m, inp_link *l)
{
    static const char *const types[] = { "TCV", "PBV", "TCV", "PRV", "PSV", "FCV" };
    bool fixed = m->n->nodes[l->from].class_name[0] == 'T' || m->n->nodes[l->to].class_name[0] == 'T';
    size_t type = below(m, fixed ? 3 : 6);
    char text[40];
    l->class_name = "Valve";
    l->function = types[type];
    l->with = types[type][0] != 'T';
    l->diameter_mm = number(m, text, 1.0, 600.0) * m->mm;
    put(m, VALVES, text);
    put(m, VALVES, types[type]);
    put(m, VALVES, "40");
}

static void make_status(maker *m, inp_link *l)
{
    bool closed = chance(m, 50);
    if (!chance(m, 20) || (l->with && !strcmp(l->class_name, "Pipe"))) return;
    put_name(m, STATUS, l->name);
    if (!strcmp(l->class_name, "Pump") && chance(m, 50)) put(m, STATUS, closed ? "0" : "1.2");
    else put(m, STATUS, closed ? "Closed" : "OPEN");
    end_row(m, STATUS);
    l->closed = closed;
}

static void make_vertices(maker *m, inp_link *l)
{
    char text[40];
    l->vertices = chance(m, 30) ? 1 + below(m, INP_VERTICES) : 0;
    for (size_t i = 0; i < l->vertices; i++) {
        put_name(m, VERTICES, l->name);
        l->xy[i][0] = number(m, text, 400000.0, 600000.0);
        put(m, VERTICES, text);
        l->xy[i][1] = number(m, text, 5300000.0, 5400000.0);
        put(m, VERTICES, text);
        end_row(m, VERTICES);
    }
}

static void make_link(maker *m, size_t i)
{
    inp_link *l = &m->n->links[i];
    int section = chance(m, 75) ? PIPES : chance(m, 50) ? PUMPS : VALVES;
    *l = (inp_link){ .class_name = "Pump", .function = "pump", .with = section == PUMPS, .length_m = NAN, .diameter_mm = NAN };
    if (section == PIPES) l->function = NULL;
    random_name(m, chance(m, 20) ? "n" : "l", i, l->name); /* names of nodes are no names of links */
    l->from = below(m, m->n->node_count);
    l->to = (l->from + 1 + below(m, m->n->node_count - 1)) % m->n->node_count;
    put_name(m, section, l->name);
    put_name(m, section, m->n->nodes[l->from].name);
    put_name(m, section, m->n->nodes[l->to].name);
    if (section == PIPES) make_pipe(m, l);
    if (section == VALVES) make_valve(m, l);
    if (section == PUMPS) {
        bool still = chance(m, 20);
        put(m, PUMPS, chance(m, 50) ? "POWER" : "power");
        put(m, PUMPS, "12.5");
        if (still) put(m, PUMPS, "SPEED");
        if (still) put(m, PUMPS, "0");
        l->closed = still;
    }
    end_row(m, section);
    make_status(m, l);
    make_vertices(m, l);
}

static void heading(maker *m, const char *name)
{
    char word[20];
    snprintf(word, sizeof word, "%s", name);
    if (chance(m, 20)) word[4] = 0; /* EPANET needs four letters */
    for (char *c = word; *c && chance(m, 50); c++) *c = (char)(*c | 32);
    size_t used = strlen(m->n->text);
    snprintf(m->n->text + used, INP_TEXT - used, "%s[%s%s%s", chance(m, 5) ? " " : "", word, chance(m, 90) ? "]" : "", m->newline);
}

static void put_together(maker *m)
{
    size_t order[13];
    for (size_t i = 0; i < 13; i++) order[i] = i;
    for (size_t i = 13; i-- > 1;) {
        size_t j = below(m, i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < 13; i++) {
        if (!m->body[order[i]][0] && chance(m, 50)) continue;
        heading(m, sections[order[i]]);
        strncat(m->n->text, m->body[order[i]], INP_TEXT - strlen(m->n->text) - 1);
    }
    if (!chance(m, 90)) {
        m->n->size = strlen(m->n->text);
        return;
    }
    heading(m, "END");
    if (chance(m, 20)) strncat(m->n->text, "[PIPES] behind the end", INP_TEXT - strlen(m->n->text) - 1);
    m->n->size = strlen(m->n->text);
}

void inp_random(uint64_t *seed, inp_network *network)
{
    maker *m = calloc(1, sizeof *m);
    assert_non_null(m);
    memset(network, 0, sizeof *network);
    m->seed = seed;
    m->n = network;
    m->newline = chance(m, 30) ? "\r\n" : "\n";
    m->latin1 = chance(m, 20);
    make_units(m);
    put(m, TITLE, m->latin1 ? "a t\xf6wn" : "a t\xc3\xb6wn");
    end_row(m, TITLE);
    network->node_count = 4 + below(m, INP_NODES - 3);
    network->link_count = 1 + below(m, INP_LINKS);
    for (size_t i = 0; i < network->node_count; i++) make_node(m, i);
    for (size_t i = 0; i < network->link_count; i++) make_link(m, i);
    put_together(m);
    assert_true(network->size < INP_TEXT - 1);
    free(m);
}
