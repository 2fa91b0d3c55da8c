/* 20,000 mutated queries: each ends in an answer or in one line that says what is wrong where. */
#include "small.h"

enum { MUTANTS = 20000, TEXT_MAX = 2000 };

static uint64_t seed = 4711;
static unsigned below(size_t n) { return (unsigned)(support_random(&seed) % n); }

static const char *const words[] = {
    "(", ")", "'", "\"", ",", ".", "..", "AND", " OR ", "NOT ", "-", "+", "*", "/", "%", "^", "=", "<>", "<=", "1e308", "-1", "0", "9999999999999999999", "1e-400",
    "NULL", "IS ", "LIKE ", "IN ", "BETWEEN ", "TRUE", "geom", "BBOX(", "POINT(", "POLYGON((", "EMPTY", " Z ", "GEOMETRYCOLLECTION(", "OBJECT('", "INTERVAL(",
    "DATE('", "CASEI(", "located_in.", "has_part", "attributes.", "\\", "\\'", "''", "\xc3\xa9", "\xff", "\xe2\x80\x8b", "\xc2\xa0", "\n", "\t", "\x01", "\x7f", "[", ";",
};

static void replace(char *text, size_t at, size_t gone, const char *with)
{
    size_t size = strlen(text), n = strlen(with);
    if (at > size) at = size;
    if (gone > size - at) gone = size - at;
    if (size - gone + n >= TEXT_MAX) return;
    memmove(text + at + n, text + at + gone, size - at - gone + 1);
    memcpy(text + at, with, n);
}

static const char *any_query(void) { return small_queries[below(SMALL_QUERIES)].text; }

static void mutate(char *text)
{
    size_t size = strlen(text) + 1;
    char piece[64] = "";
    switch (below(6)) {
    case 0: replace(text, below(size), 0, words[below(sizeof words / sizeof *words)]); break;
    case 1: replace(text, below(size), 1 + below(8), words[below(sizeof words / sizeof *words)]); break;
    case 2: replace(text, below(size), 1 + below(12), ""); break;
    case 3: /* a piece of another query */
        snprintf(piece, sizeof piece, "%s", any_query());
        replace(piece, 0, below(strlen(piece) + 1), "");
        replace(text, below(size), below(10), piece);
        break;
    case 4: piece[0] = (char)(1 + below(255)); replace(text, below(size), 1, piece); break;
    default: /* the same again */
        snprintf(piece, sizeof piece, "%.*s", (int)(1 + below(20)), text + below(size));
        replace(text, below(size), 0, piece);
    }
}

/* What is shown may hold bytes of the query: whole characters, no control characters. */
static bool one_line(const char *text)
{
    if (!*text) return false;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < ' ' || *p == 0x7f) return false;
    return true;
}

static void test_query_fuzz(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_city *city = support_open(ctx, small_city("fuzz.cim"));
    unsigned good = 0;
    (void)state;
    for (int i = 0; i < MUTANTS; i++) {
        char text[TEXT_MAX];
        cim_query_result r = CIM_QUERY_RESULT_INIT;
        snprintf(text, sizeof text, "%s", any_query());
        for (unsigned n = 1 + below(4); n; n--) mutate(text);
        cim_status st = cim_query_run(ctx, city, text, NULL, &r);
        const char *said = cim_ctx_error(ctx);
        bool fine = st == CIM_OK || (st == CIM_EARG && !strncmp(said, "query:", 6) && one_line(said));
        if (!fine) print_error("%d %s\n%s\n", (int)st, said, text);
        assert_true(fine);
        good += st == CIM_OK;
        cim_query_result_dispose(&r);
    }
    print_message("# %u of %d mutants are queries\n", good, MUTANTS);
    assert_true(good > MUTANTS / 100 && good < MUTANTS / 2);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_query_fuzz) };
    return cmocka_run_group_tests_name("query/fuzz", tests, NULL, NULL);
}
