/* completion.c - the table of verbs for other programs: as JSON, and as completion for bash and zsh. */
#include "tool.h"

#include <string.h>

/* Values that an option or the first argument after the city may have, with blanks between them; verb NULL: of every verb. */
static const struct {
    const char *verb, *option, *values;
} choices[] = {
    { "import", "format", "osm citygml cityjson epanet matpower pandapower gis" },
    { "export", "format", "geojson geojsonseq cityjson cityjsonseq gpkg epanet" },
    { "trace", "barrier-kind", "valve switch pump regulator transformer check_valve fuse meter hydrant other" },
    { "trace", "result-barrier-kind", "valve switch pump regulator transformer check_valve fuse meter hydrant other" },
    { "trace", "carry", "min max phases" },
    { "trace", "by", "length_m demand_lps demand_kw customers people buildings critical hydrants beds" },
    { "trace", "", "connected subnetwork controllers upstream downstream loops bridges cut-nodes path isolate redundancy critical propagate report" },
    { "route", "avoid", "tolls ferries motorways tunnels" },
    { "interpolate", "method", "kriging idw" },
    { "interpolate", "model", "best spherical exponential gaussian matern" },
    { NULL, "network", "water sewer gas heat power telecom oil" },
};

/* Values joined by blanks; "" when any will do. */
static const char *choices_of(const cimtool_verb *verb, const char *option, char *text, size_t size)
{
    text[0] = 0;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if ((!choices[i].verb || !strcmp(choices[i].verb, verb->name)) && !strcmp(choices[i].option, option)) return choices[i].values;
    for (uint32_t n = 0; !strcmp(option, "profile") && cim_net_profile(n); n++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", n ? " " : "", cim_net_profile(n));
    }
    return text;
}

/* ---- JSON ---- */

static void json_values(const char *values)
{
    const char *comma = "";
    if (!*values) return;
    printf(",\"values\":[");
    for (size_t n; *values; values += n + (values[n] == ' '), comma = ",") {
        n = strcspn(values, " ");
        printf("%s\"%.*s\"", comma, (int)n, values);
    }
    putchar(']');
}

static void json_flags(const cimtool_verb *verb, const cimtool_flag *f, bool *first)
{
    char text[200];
    for (; f && f->name; f++) {
        printf("%s{\"name\":\"%s\"", *first ? "" : ",", f->name);
        if (f->letter) printf(",\"letter\":\"%c\"", f->letter);
        if (f->argument) printf(",\"argument\":\"%s\"", f->argument);
        json_values(choices_of(verb, f->name, text, sizeof text));
        printf(",\"help\":");
        cimtool_print_string(f->help);
        putchar('}');
        *first = false;
    }
}

int cimtool_json_usage(void)
{
    char text[200];
    printf("{\"schema\":\"cimtool/1\",\"version\":\"%s\",\"verbs\":[", cim_version());
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) {
        bool first = true;
        printf("%s\n{\"name\":\"%s\",\"arguments\":\"%s\",\"least\":%d,", v == cimtool_verbs ? "" : ",", v->name, v->arguments, v->least);
        if (v->most >= 0) printf("\"most\":%d", v->most);
        else printf("\"most\":null");
        json_values(choices_of(v, "", text, sizeof text));
        printf(",\"summary\":");
        cimtool_print_string(v->summary);
        printf(",\"options\":[");
        json_flags(v, v->flags, &first);
        json_flags(v, cimtool_common_flags, &first);
        printf("]}");
    }
    printf("\n]}\n");
    return cimtool_finish(EXIT_DONE);
}

/* ---- bash ---- */

static void words_of(const cimtool_flag *f)
{
    for (; f && f->name; f++) {
        printf(" --%s", f->name);
        if (f->letter) printf(" -%c", f->letter);
    }
}

/* "--crs|-c)" of every option that takes a value, with what it may be. */
static void bash_values(const cimtool_verb *v, const cimtool_flag *f)
{
    char text[200];
    for (; f && f->name; f++) {
        if (!f->argument) continue;
        printf("    %s:--%s", v->name, f->name);
        if (f->letter) printf("|%s:-%c", v->name, f->letter);
        const char *values = choices_of(v, f->name, text, sizeof text);
        if (*values) printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return;;\n", values);
        else printf(") COMPREPLY=($(compgen -f -- \"$cur\")); return;;\n");
    }
}

/* The option before the cursor decides; in "--name=value" bash has made three words of it. */
static void bash_completion(void)
{
    char text[200];
    printf("# cimtool completion bash\n_cimtool() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev= words= verb=${COMP_WORDS[1]} i n=0\n  COMPREPLY=()\n"
           "  if [ \"$COMP_CWORD\" = 1 ]; then\n    COMPREPLY=($(compgen -W '");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) printf("%s ", v->name);
    printf("completion help --help --version --json-usage' -- \"$cur\"))\n    return\n  fi\n"
           "  prev=${COMP_WORDS[COMP_CWORD-1]}\n  if [ \"$cur\" = = ]; then cur=; elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "  case $verb:$prev in\n    completion:completion) COMPREPLY=($(compgen -W 'bash zsh' -- \"$cur\")); return;;\n    help:help) COMPREPLY=($(compgen -W '");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) printf("%s ", v->name);
    printf("' -- \"$cur\")); return;;\n");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) {
        bash_values(v, v->flags);
        bash_values(v, cimtool_common_flags);
    }
    printf("  esac\n  case $cur in -*)\n    case $verb in\n");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) {
        printf("      %s) words='", v->name);
        words_of(v->flags);
        words_of(cimtool_common_flags);
        printf("';;\n");
    }
    printf("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n    return;;\n  esac\n"
           "  for ((i = 2; i < COMP_CWORD; i++)); do case ${COMP_WORDS[i]} in -*) ;; *) n=$((n + 1));; esac; done\n  case $verb:$n in\n");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) {
        const char *values = choices_of(v, "", text, sizeof text);
        if (*values) printf("    %s:1) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return;;\n", v->name, values);
    }
    printf("  esac\n  COMPREPLY=($(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _cimtool cimtool\n");
}

/* ---- zsh ---- */

static void zsh_text(const char *p)
{
    for (; *p; p++) {
        if (*p == '\'') continue;
        if (*p == '[' || *p == ']' || *p == ':' || *p == '\\') putchar('\\');
        putchar(*p);
    }
}

static void zsh_flags(const cimtool_verb *v, const cimtool_flag *f)
{
    char text[200];
    for (; f && f->name; f++) {
        const char *values = choices_of(v, f->name, text, sizeof text);
        if (f->letter) printf(" '(--%s)-%c[", f->name, f->letter), zsh_text(f->help), printf(f->argument ? "]:" : "]"), zsh_text(f->argument ? f->argument : "");
        if (f->letter) printf(!f->argument ? "'" : *values ? ":(%s)'" : ":_files'", values);
        printf(" '--%s%s[", f->name, f->argument ? "=" : "");
        zsh_text(f->help);
        printf(f->argument ? "]:" : "]");
        zsh_text(f->argument ? f->argument : "");
        printf(!f->argument ? "'" : *values ? ":(%s)'" : ":_files'", values);
    }
}

static void zsh_completion(void)
{
    char text[200];
    printf("#compdef cimtool\n# cimtool completion zsh\n_cimtool() {\n  if (( CURRENT == 2 )); then\n    local -a verbs\n    verbs=(");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) printf(" '%s:", v->name), zsh_text(v->summary), printf("'");
    printf(" 'completion:completion for bash or zsh' )\n    _describe verb verbs\n    return\n  fi\n  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
           "  case $verb in\n    completion) compadd bash zsh ;;\n");
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) {
        const char *values = choices_of(v, "", text, sizeof text);
        printf("    %s) _arguments", v->name);
        zsh_flags(v, v->flags);
        zsh_flags(v, cimtool_common_flags);
        if (*values) printf(" '1:city:_files' '2:kind:(%s)'", values);
        printf(" '*:file:_files' ;;\n");
    }
    printf("  esac\n}\n_cimtool \"$@\"\n");
}

int cimtool_completion(const char *shell)
{
    if (!strcmp(shell, "bash")) bash_completion();
    else if (!strcmp(shell, "zsh")) zsh_completion();
    else return cimtool_complain("completion is for bash or zsh, not %s", shell);
    return cimtool_finish(EXIT_DONE);
}
