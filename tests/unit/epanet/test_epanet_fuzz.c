/* 30,000 mutations of EPANET files: none crashes, hangs, or breaks what fuzz_epanet.c demands; some of them are imported as files. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTANTS = 30000, FILES = 150, TEXT_MAX = 6000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 20260;
static size_t below(size_t n) { return (size_t)(support_random(&seed) % n); }

static const char *const seeds[] = {
    "[TITLE]\nA town\n[JUNCTIONS]\n;ID Elev Demand Pattern\n J1 700 150 P ;one\n J2 695\t0\t\t;\n\"J 3\" 1.5e2\n[RESERVOIRS]\n R 800\n[TANKS]\n T 850 120 100 150 50.5 0 ;\n"
    "[PIPES]\n 1 R J1 10530 18 100 0 Open ;\n 2 J1 J2 5280 14 100 0 CV\n 3 J2 \"J 3\" 5280 10 100 Closed\n[PUMPS]\n 9 R J1 HEAD C SPEED 1.2\n[VALVES]\n V J2 T 12 TCV 5 0\n"
    "[DEMANDS]\n J1 10 P ;domestic\n J1 5 ;\n[STATUS]\n 9 Closed\n 1 2 Open\n[PATTERNS]\n P 1 1.2 0.8\n[CURVES]\n C 1500 250\n[OPTIONS]\n Units CMH\n Demand Multiplier 1.5\n"
    "[TIMES]\n Duration 24:00\n Start ClockTime 12 am\n[COORDINATES]\n J1 20 70\n R 10 70\n[VERTICES]\n 1 15 75\n[TAGS]\n NODE J1 zone\n[END]\n",
    "[junc]\r\nA 1 2\r\nB 3 4\r\n[rese]\r\nR 1\r\n[pipe]\r\nP A B 1 2 3\r\n[emit]\r\nA 0.5\r\n[qual]\r\nA B 1\r\n[sour]\r\nA CONCEN 1 *\r\n[mixi]\r\nA MIXED 1\r\n[leak]\r\nP 1 2\r\n"
    "[cont]\r\nLINK P CLOSED IF NODE A ABOVE 3\r\nLINK P OPEN AT CLOCKTIME 10 PM\r\n[rule]\r\nRULE 1\r\nIF TANK R LEVEL > 1\r\n[reac]\r\nGlobal Bulk -.5\r\n[ener]\r\nGlobal Price 1\r\n",
    "[TITLE]\n\xc3\xbc\n[OPTIONS]\nUNITS LPS\nHEADLOSS D-W\n[TANKS]\nT 1 2 3 4 5 6 * YES\n[JUNCTIONS]\nJ#1\nJ%2 5\n[PIPES]\nP J#1 T",
};

static const char *const words[] = {
    "[", "]", "[PIPES]\n", "[JUNCTIONS]\n", "[END]\n", "[FOO]\n", "[STATUS]\n", "[DEMANDS]\n", "[COORDINATES]\n", "[VERTICES]\n", "[OPTIONS]\nUNITS MGD\n", "[RAINGAGES]\n", "\n", "\r\n",
    "\r", "\t", " ", ";", "\"", "\"\"", "1e308", "-1", "1e999", "nan", "inf", "0x1p3", "1,5", ".", "-.5", "+7", "*", "J1", "R", "CV", "Open", "Closed", "\xc3\xa9", "\xff", "\xef\xbb\xbf",
    "\x01", "\x7f", "#", "%23", "MULTIPLY 2\n", "HEAD", "SPEED 0", "12:00:00:00", "PM", "\n\n\n", "1 9 Closed\n", "Z A Open\n",
};

typedef struct text {
    char data[TEXT_MAX];
    size_t size;
} text;

static void replace(text *t, size_t at, size_t gone, const char *with, size_t n)
{
    if (at > t->size) at = t->size;
    if (gone > t->size - at) gone = t->size - at;
    if (t->size - gone + n > TEXT_MAX) return;
    memmove(t->data + at + n, t->data + at + gone, t->size - at - gone);
    memcpy(t->data + at, with, n);
    t->size += n - gone;
}

static void mutate(text *t)
{
    char piece[300];
    const char *word = words[below(sizeof words / sizeof *words)], *other = seeds[below(3)];
    size_t at = below(t->size + 1), n, from;
    switch (below(7)) {
    case 0: replace(t, at, 0, word, strlen(word)); break;
    case 1: replace(t, at, 1 + below(8), word, strlen(word)); break;
    case 2: replace(t, at, 1 + below(40), "", 0); break;
    case 3: /* a piece of another */
        from = below(strlen(other));
        n = 1 + below(200);
        if (n > strlen(other) - from) n = strlen(other) - from;
        memcpy(piece, other + from, n);
        replace(t, at, below(20), piece, n);
        break;
    case 4: piece[0] = (char)(1 + below(255)); replace(t, at, 1, piece, 1); break;
    case 5: t->size = at; break; /* cut off */
    default: /* the same again */
        n = below(120);
        if (n > t->size - at) n = t->size - at;
        memcpy(piece, t->data + at, n);
        replace(t, below(t->size + 1), 0, piece, n);
    }
}

static void next(text *t)
{
    const char *start = seeds[below(3)];
    t->size = strlen(start);
    memcpy(t->data, start, t->size);
    for (size_t n = 1 + below(5); n; n--) mutate(t);
}

static void test_epanet_fuzz(void **state)
{
    (void)state;
    for (int i = 0; i < MUTANTS; i++) {
        text t;
        next(&t);
        uint8_t *exact = malloc(t.size + 1); /* so that a byte too far is noticed */
        assert_non_null(exact);
        memcpy(exact, t.data, t.size);
        uint8_t *fit = realloc(exact, t.size ? t.size : 1);
        LLVMFuzzerTestOneInput(fit, t.size);
        free(fit);
    }
}

/* Imported, exported; what was not refused comes out as it went in. */
static void test_epanet_fuzz_files(void **state)
{
    unsigned good = 0, bad = 0;
    cim_ctx *ctx = NULL;
    (void)state;
    assert_int_equal(cim_ctx_new(NULL, &ctx), CIM_OK); /* without a log */
    for (int i = 0; i < FILES; i++) {
        text t;
        cim_city *city = NULL;
        cim_import_options options = CIM_IMPORT_OPTIONS_INIT;
        cim_export_options out = CIM_EXPORT_OPTIONS_INIT;
        const char *path = support_temp("fuzz.inp"), *back = support_temp("back.inp");
        size_t size = 0;
        next(&t);
        options.epsg = 25832;
        options.format = "epanet";
        options.flags = i & 1 ? CIM_IMPORT_KEEP_GOING : 0;
        out.flags = CIM_EXPORT_OVERWRITE;
        support_write(path, t.data, t.size);
        cim_status st = cim_city_load(ctx, &path, 1, &options, &city, NULL);
        if (st < 0) {
            bad++;
            assert_status(ctx, st, CIM_EFORMAT);
            continue;
        }
        good++;
        assert_ok(ctx, cim_export(ctx, city, NULL, 0, back, &out, NULL));
        char *got = support_read(back, &size);
        assert_non_null(got);
        assert_int_equal(size, t.size);
        assert_memory_equal(got, t.data, size);
        free(got);
        cim_city_free(city);
    }
    print_message("# %u of %d mutants are networks\n", good, FILES);
    assert_true(good > 10 && bad > 10);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_epanet_fuzz), cmocka_unit_test(test_epanet_fuzz_files) };
    return cmocka_run_group_tests_name("epanet/fuzz", tests, NULL, NULL);
}
