/* options.c - reading options, and help from the same tables. */
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const cimtool_flag *find_long(const cimtool_flag *flags, const char *name, size_t n)
{
    for (; flags && flags->name; flags++)
        if (strlen(flags->name) == n && !strncmp(flags->name, name, n)) return flags;
    return NULL;
}

static const cimtool_flag *find_short(const cimtool_flag *flags, char letter)
{
    for (; flags && flags->name; flags++)
        if (flags->letter == letter) return flags;
    return NULL;
}

static bool keep(cimtool *t, const cimtool_flag *flag, const char *value)
{
    if (t->value_count == CIMTOOL_VALUES) {
        cimtool_complain("too many options");
        return false;
    }
    t->values[t->value_count].flag = flag;
    t->values[t->value_count++].value = value;
    return true;
}

/* --name, --name=value, --name value; returns how many words were used, 0 after a message. */
static int long_option(cimtool *t, int left, char **argv)
{
    const char *name = argv[0] + 2, *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    const cimtool_flag *flag = find_long(t->verb->flags, name, n);
    if (!flag) flag = find_long(cimtool_common_flags, name, n);
    if (!flag) return cimtool_unknown_option(t->verb, name, n), 0;
    if (!flag->argument && equals) return cimtool_complain("--%s takes no value", flag->name), 0;
    if (!flag->argument) return keep(t, flag, "") ? 1 : 0;
    if (equals) return keep(t, flag, equals + 1) ? 1 : 0;
    if (left < 2) return cimtool_complain("--%s needs a value: %s", flag->name, flag->argument), 0;
    return keep(t, flag, argv[1]) ? 2 : 0;
}

/* -o value, -ovalue, -jq; returns how many words were used, 0 after a message. */
static int short_options(cimtool *t, int left, char **argv)
{
    for (const char *p = argv[0] + 1; *p; p++) {
        const cimtool_flag *flag = find_short(t->verb->flags, *p);
        if (!flag) flag = find_short(cimtool_common_flags, *p);
        if (!flag) return cimtool_complain("%s: unknown option -%c (see cimtool %s --help)", t->verb->name, *p, t->verb->name), 0;
        if (!flag->argument) {
            if (!keep(t, flag, "")) return 0;
            continue;
        }
        if (p[1]) return keep(t, flag, p + 1) ? 1 : 0;
        if (left < 2) return cimtool_complain("-%c needs a value: %s", *p, flag->argument), 0;
        return keep(t, flag, argv[1]) ? 2 : 0;
    }
    return 1;
}

bool cimtool_parse(cimtool *t, int argc, char **argv, const char **args)
{
    bool options = true;
    t->args = args;
    for (int i = 0; i < argc;) {
        int used = 1;
        if (options && !strcmp(argv[i], "--")) options = false;
        else if (options && !strncmp(argv[i], "--", 2)) used = long_option(t, argc - i, argv + i);
        else if (options && argv[i][0] == '-' && argv[i][1] && !strchr("0123456789.", argv[i][1])) used = short_options(t, argc - i, argv + i);
        else args[t->arg_count++] = argv[i];
        if (!used) return false;
        i += used;
    }
    return true;
}

const char *cimtool_next_value(const cimtool *t, const char *name, int *at)
{
    while (*at < t->value_count) {
        int i = (*at)++;
        if (!strcmp(t->values[i].flag->name, name)) return t->values[i].value;
    }
    return NULL;
}

const char *cimtool_value(const cimtool *t, const char *name)
{
    const char *last = NULL, *value;
    int at = 0;
    while ((value = cimtool_next_value(t, name, &at))) last = value;
    return last;
}

bool cimtool_has(const cimtool *t, const char *name) { return cimtool_value(t, name) != NULL; }

/* The tool runs in the C locale, so the C library reads numbers as they are meant. */
bool cimtool_int(const cimtool *t, const char *name, int64_t least, int64_t most, int64_t *value)
{
    const char *text = cimtool_value(t, name);
    char *end;
    if (!text) return true;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || end == text || *end || v < least || v > most) {
        cimtool_complain("--%s: %s is not a whole number from %lld to %lld", name, text, (long long)least, (long long)most);
        return false;
    }
    *value = v;
    return true;
}

bool cimtool_reals(const cimtool *t, const char *name, double *values, int count)
{
    const char *text = cimtool_value(t, name), *p = text;
    if (!text) return true;
    for (int i = 0; i < count; i++) {
        char *end;
        values[i] = strtod(p, &end);
        bool last = i + 1 == count;
        if (end == p || *end != (last ? 0 : ',') || values[i] - values[i] != 0.0) {
            cimtool_complain("--%s: %s is not %s", name, text, count == 1 ? "a number" : "numbers with commas between them");
            return false;
        }
        p = end + 1;
    }
    return true;
}

bool cimtool_real(const cimtool *t, const char *name, double *value) { return cimtool_reals(t, name, value, 1); }

/* ---- help ---- */

static void print_flag(const cimtool_flag *f, FILE *out)
{
    char left[60];
    char letter[5] = "    ";
    if (f->letter) snprintf(letter, sizeof letter, "-%c, ", f->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, f->name, f->argument ? " " : "", f->argument ? f->argument : "");
    fprintf(out, "  %-28s %s\n", left, f->help);
}

void cimtool_usage(const cimtool_verb *verb, FILE *out)
{
    if (!verb) {
        fprintf(out, "usage: cimtool VERB [options] ARGUMENT...\n\nverbs:\n");
        for (const cimtool_verb *v = cimtool_verbs; v->name; v++) fprintf(out, "  %-12s %s\n", v->name, v->summary);
        fprintf(out, "\ncimtool VERB --help tells more; cimtool --version; cimtool completion bash|zsh; cimtool --json-usage\n");
        return;
    }
    fprintf(out, "usage: cimtool %s [options] %s\n%s\n\noptions:\n", verb->name, verb->arguments, verb->summary);
    for (const cimtool_flag *f = verb->flags; f && f->name; f++) print_flag(f, out);
    for (const cimtool_flag *f = cimtool_common_flags; f->name; f++) print_flag(f, out);
}
