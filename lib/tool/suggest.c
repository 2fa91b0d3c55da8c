/* suggest.c - "did you mean": of the words of a table the one that a mistyped word is nearest to. */
#include "tool.h"

#include <string.h>

enum { LONGEST = 40 };

typedef struct nearest {
    const char *word;
    size_t length;
    const char *best;
    int least;
} nearest;

static int least_of(int a, int b) { return a < b ? a : b; }

/* Letters to insert, drop, replace, or swap with their neighbour (F. Damerau, 1964; V. Levenshtein, 1966): "optimal string alignment", in which no
 * place is changed twice. */
static int distance(const char *a, size_t n, const char *b, size_t m)
{
    int rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2];
    if (n > LONGEST || m > LONGEST) return LONGEST;
    for (size_t j = 0; j <= m; j++) last[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least_of(least_of(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = least_of(now[j], before[j - 2] + 1);
        }
        int *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[m];
}

static void consider(nearest *s, const char *candidate)
{
    size_t m = strlen(candidate);
    int d = distance(s->word, s->length, candidate, m);
    if (s->length >= 3 && m > s->length && !strncmp(candidate, s->word, s->length)) d = least_of(d, 1); /* its beginning */
    if (d < s->least) s->least = d, s->best = candidate;
}

/* At most a third of the letters wrong. */
static const char *found(const nearest *s) { return s->best && 3 * s->least <= (int)s->length + 1 ? s->best : NULL; }

const char *cimtool_nearest_verb(const char *word)
{
    nearest s = { word, strlen(word), NULL, LONGEST };
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++) consider(&s, v->name);
    consider(&s, "completion");
    return found(&s);
}

const char *cimtool_nearest_flag(const cimtool_verb *verb, const char *name, size_t length)
{
    nearest s = { name, length, NULL, LONGEST };
    for (const cimtool_flag *f = verb->flags; f && f->name; f++) consider(&s, f->name);
    for (const cimtool_flag *f = cimtool_common_flags; f->name; f++) consider(&s, f->name);
    return found(&s);
}

int cimtool_unknown_option(const cimtool_verb *verb, const char *name, size_t length)
{
    const char *meant = cimtool_nearest_flag(verb, name, length);
    if (meant) return cimtool_complain("%s: unknown option --%.*s; did you mean --%s? (see cimtool %s --help)", verb->name, (int)length, name, meant, verb->name);
    return cimtool_complain("%s: unknown option --%.*s (see cimtool %s --help)", verb->name, (int)length, name, verb->name);
}
