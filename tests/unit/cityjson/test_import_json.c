/* The scanner and the yajl adapter: random documents written twice, and damaged documents judged by yajl as a whole. */
#include "import/json_in.h"
#include "import/json_scan.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- trees ---- */

static cim_status read_text(cim_ctx *ctx, cim__jtree *t, const char *text, size_t size)
{
    static char copy[1 << 16];
    assert_true(size < sizeof copy);
    memcpy(copy, text, size);
    copy[size] = ']'; /* must not be read */
    return cim__jtree_read(ctx, t, copy, size, 64);
}

static void test_json_refuses(void **state)
{
    static const struct {
        const char *text;
        size_t least, most; /* where the error may be */
    } bad[] = {
        { "", 0, 0 },          { "  ", 2, 2 },        { "{", 1, 1 },         { "[1,]", 3, 4 },      { "{\"a\"}", 4, 5 },  { "{\"a\":1,}", 7, 8 }, { "nan", 0, 2 },       { "[NaN]", 1, 2 },
        { "[Infinity]", 1, 2 }, { "+1", 0, 1 },       { "01", 1, 2 },        { "1.", 1, 3 },        { "1e", 1, 3 },       { "'x'", 0, 1 },        { "\"\n\"", 1, 2 },    { "\"\\x\"", 2, 3 },
        { "1 2", 2, 3 },       { "[1]]", 3, 4 },      { "{a:1}", 1, 2 },     { "[1 2]", 3, 4 },     { "tru", 0, 4 },      { "\"\xff\"", 1, 3 },   { "\"\xc3\"", 1, 4 },  { "/* c */ 1", 0, 2 },
        { "{\"a\":1 \"b\":2}", 7, 11 }, { "[\"\\u12g4\"]", 4, 8 }, { "\"abc", 0, 4 }, { "{1:2}", 1, 2 }, { "-", 0, 2 },
    };
    cim_ctx *ctx = support_ctx();
    cim__jtree t;
    (void)state;
    cim__jtree_init(&t, ctx->mem);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_status st = read_text(ctx, &t, bad[i].text, strlen(bad[i].text));
        if (st != CIM_EFORMAT || t.error_at < bad[i].least || t.error_at > bad[i].most) print_error("%s: %d at %zu: %s\n", bad[i].text, st, t.error_at, cim_ctx_error(ctx));
        assert_status(ctx, st, CIM_EFORMAT);
        assert_true(t.error_at >= bad[i].least && t.error_at <= bad[i].most);
        assert_ok(ctx, read_text(ctx, &t, "[1]", 3)); /* the reader recovers */
    }
    cim__jtree_free(&t);
    cim_ctx_free(ctx);
}

static void test_json_depth(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__jtree t;
    char deep[201];
    (void)state;
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    cim__jtree_init(&t, ctx->mem);
    assert_int_equal(cim__jtree_read(ctx, &t, deep, 200, 99), CIM_ELIMIT);
    assert_ok(ctx, cim__jtree_read(ctx, &t, deep, 200, 100));
    cim__jtree_free(&t);
    cim_ctx_free(ctx);
}

static void expect_put(cim_ctx *ctx, cim__jtree *t, const char *text, const char *wanted, uint32_t shadowed, uint32_t surrogates)
{
    cim__buf out = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&out);
    assert_ok(ctx, read_text(ctx, t, text, strlen(text)));
    cim__jput(&json, t, 0);
    cim__buf_putc(&out, 0);
    assert_string_equal((const char *)out.data, wanted);
    assert_int_equal(t->shadowed, shadowed);
    assert_int_equal(t->surrogates, surrogates);
    cim__buf_free(&out);
}

static void test_json_odd_values(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__jtree t;
    double v;
    uint32_t index;
    (void)state;
    cim__jtree_init(&t, ctx->mem);
    expect_put(ctx, &t, "{\"a\":1,\"b\":[2],\"a\":{\"c\":3}}", "{\"b\":[2],\"a\":{\"c\":3}}", 1, 0);
    expect_put(ctx, &t, "{\"a\":1,\"\\u0061\":2,\"a\":3,\"\":4,\"\":5}", "{\"a\":3,\"\":5}", 3, 0);
    expect_put(ctx, &t, "[\"\\ud800\",\"\\udc00x\",\"\\ud83d\\ude00\",\"\\ud800\\ud83d\\ude00\",\"\\u0000\",\"\\\\ud800\",\"\\ud83d\"]",
               "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xf0\x9f\x98\x80\",\"\xef\xbf\xbd\xf0\x9f\x98\x80\",\"\xef\xbf\xbd\",\"\\\\ud800\",\"\xef\xbf\xbd\"]", 0, 5);
    expect_put(ctx, &t, " [ 1e999 , -0 , 1E+2 , true , false , null , { } , [ ] , \"\\/\\b\" ] ", "[1e999,-0,1E+2,true,false,null,{},[],\"/\\u0008\"]", 0, 0);
    expect_put(ctx, &t, "12", "12", 0, 0);
    static const char numbers[] = "[1e999,4294967294,4294967295,-1,1.0,\"3\",7]";
    assert_ok(ctx, read_text(ctx, &t, numbers, sizeof numbers - 1));
    assert_false(cim__jreal(&t, 1, &v));
    assert_true(cim__jindex(&t, 2, &index) && index == 4294967294u);
    for (uint32_t i = 3; i < 7; i++) assert_false(cim__jindex(&t, i, &index));
    assert_true(cim__jindex(&t, 7, &index) && index == 7);
    assert_ok(ctx, read_text(ctx, &t, "{\"x\":{\"y\":5}}", 13));
    assert_true(cim__jindex(&t, cim__jget(&t, cim__jget(&t, 0, "x"), "y"), &index) && index == 5);
    assert_int_equal(cim__jget(&t, cim__jget(&t, 0, "z"), "y"), CIM_NONE);
    cim__jtree_free(&t);
    cim_ctx_free(ctx);
}

static void test_json_many_keys(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__jtree t;
    cim__buf text = cim__buf_on(ctx->mem);
    (void)state;
    cim__buf_putc(&text, '{');
    for (int i = 0; i < 300000; i++) cim__buf_printf(&text, "%s\"k%d\":%d", i ? "," : "", i % 200000, i);
    cim__buf_putc(&text, '}');
    cim__buf_putc(&text, 0);
    cim__jtree_init(&t, ctx->mem);
    double start = cim__now_ms();
    assert_ok(ctx, cim__jtree_read(ctx, &t, (char *)text.data, text.size - 1, 8));
    assert_int_equal(t.shadowed, 100000);
    assert_true(cim__now_ms() - start < 5000.0);
    uint32_t v;
    assert_true(cim__jindex(&t, cim__jget(&t, 0, "k5"), &v) && v == 200005);
    cim__jtree_free(&t);
    cim__buf_free(&text);
    cim_ctx_free(ctx);
}

/* ---- random documents, written with noise and compactly ---- */

typedef struct doc {
    cim__buf noisy, compact;
    uint64_t seed;
    int budget;
} doc;

static void both(doc *d, const char *text)
{
    cim__buf_puts(&d->noisy, text);
    cim__buf_puts(&d->compact, text);
}

static void noise(doc *d)
{
    static const char blanks[] = " \n\t\r";
    while (support_random(&d->seed) % 4 == 0) cim__buf_putc(&d->noisy, blanks[support_random(&d->seed) % 4]);
}

static void random_string(doc *d, int unique)
{
    static const struct {
        const char *noisy, *compact;
    } pieces[] = { { "a", "a" }, { "\\u0062", "b" }, { "\\\"", "\\\"" }, { "\\\\", "\\\\" }, { "\\n", "\\n" }, { "\\/", "/" }, { "\xc3\xa4", "\xc3\xa4" }, { "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
                   { "]", "]" }, { "{", "{" }, { ",", "," }, { ":", ":" }, { "longer text without anything in it", "longer text without anything in it" } };
    both(d, "\"");
    for (uint64_t n = support_random(&d->seed) % 12; n; n--) {
        uint64_t p = support_random(&d->seed) % (sizeof pieces / sizeof *pieces);
        cim__buf_puts(&d->noisy, pieces[p].noisy);
        cim__buf_puts(&d->compact, pieces[p].compact);
    }
    if (unique >= 0) {
        char text[16];
        snprintf(text, sizeof text, "%d", unique);
        both(d, text);
    }
    both(d, "\"");
}

static void random_value(doc *d, int depth);

static void random_container(doc *d, int depth)
{
    bool object = support_random(&d->seed) % 2;
    both(d, object ? "{" : "[");
    for (uint64_t i = 0, n = support_random(&d->seed) % 9; i < n; i++) {
        if (i) both(d, ",");
        noise(d);
        if (object) {
            random_string(d, (int)i);
            noise(d);
            both(d, ":");
            noise(d);
        }
        random_value(d, depth + 1);
        noise(d);
    }
    both(d, object ? "}" : "]");
}

static void random_value(doc *d, int depth)
{
    char text[40];
    d->budget--;
    switch (support_random(&d->seed) % (depth < 12 && d->budget > 0 ? 8 : 5)) {
    case 0: both(d, "null"); break;
    case 1: both(d, "true"); break;
    case 2:
        snprintf(text, sizeof text, "%lld", (long long)support_random(&d->seed) >> (support_random(&d->seed) % 60));
        both(d, text);
        break;
    case 3:
        snprintf(text, sizeof text, "%.*g", (int)(support_random(&d->seed) % 17 + 1), support_uniform(&d->seed, -1e9, 1e9));
        both(d, text);
        break;
    case 4: random_string(d, -1); break;
    default: random_container(d, depth);
    }
}

static void test_json_random_trees(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__jtree t;
    doc d = { cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), 99, 0 };
    cim__buf out = cim__buf_on(ctx->mem);
    (void)state;
    cim__jtree_init(&t, ctx->mem);
    for (int round = 0; round < 3000; round++) {
        d.noisy.size = d.compact.size = out.size = 0;
        d.budget = 300;
        noise(&d);
        random_container(&d, 0);
        noise(&d);
        assert_ok(ctx, read_text(ctx, &t, (const char *)d.noisy.data, d.noisy.size));
        cim__json json = cim__json_on(&out);
        cim__jput(&json, &t, 0);
        assert_int_equal(out.size, d.compact.size);
        assert_memory_equal(out.data, d.compact.data, out.size);
    }
    cim__buf_free(&d.noisy);
    cim__buf_free(&d.compact);
    cim__buf_free(&out);
    cim__jtree_free(&t);
    cim_ctx_free(ctx);
}

/* ---- the scanner ---- */

static cim__input *open_bytes(cim_ctx *ctx, const void *data, size_t size)
{
    cim__input *in = NULL;
    const char *path = support_temp("doc.json");
    support_write(path, data, size);
    assert_ok(ctx, cim__input_open(ctx, path, 1u << 30, 0, &in));
    return in;
}

/* Walk {key: [value, ...], ...} or pass whole values; every slice must be JSON. The texts of all values are put together. */
static cim_status walk(cim_ctx *ctx, cim__input *in, bool deep, cim__buf *out)
{
    cim__jscan s;
    cim__jslice key, value;
    cim__jtree t;
    cim__json json = cim__json_on(out);
    cim__jtree_init(&t, ctx->mem);
    cim__jscan_init(&s, ctx->mem);
    cim_status st = cim__jscan_begin(ctx, &s, in);
    if (st >= 0) st = cim__jscan_more(ctx, &s);
    if (st == CIM_DONE) st = cim__fail(ctx, CIM_EFORMAT, "nothing");
    if (st >= 0) st = cim__jscan_enter(ctx, &s, '{');
    while (st == CIM_OK && (st = cim__jscan_key(ctx, &s, &key)) == CIM_OK) {
        cim__jtype type;
        st = cim__jtree_read(ctx, &t, cim__jscan_text(&s, &key), key.size, 64);
        if (st >= 0) cim__jput(&json, &t, 0);
        if (st >= 0) st = cim__jscan_peek(ctx, &s, &type);
        if (st < 0) break;
        if (!deep || type != CIM__J_ARRAY) {
            st = cim__jscan_value(ctx, &s, &value);
            if (st >= 0) st = cim__jtree_read(ctx, &t, cim__jscan_text(&s, &value), value.size, 64);
            if (st >= 0) cim__jput(&json, &t, 0);
            continue;
        }
        st = cim__jscan_enter(ctx, &s, '[');
        while (st == CIM_OK && (st = cim__jscan_element(ctx, &s)) == CIM_OK) {
            st = cim__jscan_value(ctx, &s, &value);
            if (st >= 0) st = cim__jtree_read(ctx, &t, cim__jscan_text(&s, &value), value.size, 64);
            if (st >= 0) cim__jput(&json, &t, 0);
        }
        if (st == CIM_DONE) st = CIM_OK;
    }
    if (st == CIM_DONE) st = cim__jscan_more(ctx, &s) == CIM_DONE ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "more than one");
    cim__jscan_free(&s);
    cim__jtree_free(&t);
    return st;
}

static void expected(const cim__jtree *t, bool deep, cim__buf *out)
{
    uint32_t at = 1, key, value;
    cim__json json = cim__json_on(out);
    while (at < cim__jskip(t, 0)) {
        key = at;
        value = at + 1;
        at = cim__jskip(t, value);
        cim__jput(&json, t, key);
        bool list = deep && cim__jtype_of(t, value) == CIM__J_ARRAY;
        for (uint32_t i = value + 1; list && i < cim__jskip(t, value); i = cim__jskip(t, i)) cim__jput(&json, t, i);
        if (!list) cim__jput(&json, t, value);
    }
}

/* An object of many members, so that values lie across the ends of what is read at once. */
static void random_document(doc *d, size_t size)
{
    d->noisy.size = d->compact.size = 0;
    both(d, "{");
    for (int i = 0; d->noisy.size < size; i++) {
        if (i) both(d, ",");
        noise(d);
        random_string(d, i);
        noise(d);
        both(d, ":");
        noise(d);
        d->budget = 400;
        random_value(d, 0);
        noise(d);
    }
    both(d, "}");
}

static void compare(cim_ctx *ctx, const cim__buf *text, bool whole_document)
{
    cim__jtree t;
    char *copy = malloc(text->size + 1);
    cim__buf mine = cim__buf_on(ctx->mem), theirs = cim__buf_on(ctx->mem);
    assert_non_null(copy);
    memcpy(copy, text->data, text->size);
    copy[text->size] = 0;
    cim__jtree_init(&t, ctx->mem);
    cim_status st = cim__jtree_read(ctx, &t, copy, text->size, 64);
    bool good = st >= 0 && cim__jtype_of(&t, 0) == CIM__J_OBJECT;
    if (whole_document) assert_true(good);
    cim__input *in = open_bytes(ctx, text->data, text->size);
    for (int deep = 0; deep < 2; deep++) {
        mine.size = theirs.size = 0;
        st = walk(ctx, in, deep, &mine);
        if ((st >= 0) != good) print_error("%.*s\n%s\n", (int)(text->size < 2000 ? text->size : 2000), (char *)text->data, cim_ctx_error(ctx));
        assert_int_equal(st >= 0, good);
        if (!good) continue;
        expected(&t, deep, &theirs);
        assert_int_equal(mine.size, theirs.size);
        if (mine.size) assert_memory_equal(mine.data, theirs.data, mine.size);
    }
    cim__input_close(ctx, in);
    cim__jtree_free(&t);
    cim__buf_free(&mine);
    cim__buf_free(&theirs);
    free(copy);
}

static void test_json_scan_random(void **state)
{
    cim_ctx *ctx = support_ctx();
    doc d = { cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), 4711, 0 };
    (void)state;
    for (int round = 0; round < 300; round++) {
        random_document(&d, round % 10 ? 3000 : 900000);
        compare(ctx, &d.noisy, true);
        compare(ctx, &d.compact, true);
    }
    cim__buf_free(&d.noisy);
    cim__buf_free(&d.compact);
    cim_ctx_free(ctx);
}

/* A byte is changed, taken out or put in: the scanner with yajl behind it accepts what yajl alone accepts. */
static void test_json_scan_damaged(void **state)
{
    static const char likely[] = "{}[],:\"\\ 0-\n\x01t";
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    assert_int_equal(cim_ctx_new(&opts, &ctx), CIM_OK);
    doc d = { cim__buf_on(ctx->mem), cim__buf_on(ctx->mem), 31337, 0 };
    (void)state;
    for (int round = 0; round < 6000; round++) {
        random_document(&d, 60 + support_random(&d.seed) % 400);
        cim__buf *b = round % 2 ? &d.noisy : &d.compact;
        size_t at = support_random(&d.seed) % b->size;
        char c = likely[support_random(&d.seed) % (sizeof likely - 1)];
        switch (support_random(&d.seed) % 4) {
        case 0: b->data[at] = (uint8_t)c; break;
        case 1:
            memmove(b->data + at, b->data + at + 1, b->size - at - 1);
            b->size--;
            break;
        case 2:
            cim__buf_putc(b, 0);
            memmove(b->data + at + 1, b->data + at, b->size - at - 1);
            b->data[at] = (uint8_t)c;
            break;
        default: b->size = at ? at : 1;
        }
        compare(ctx, b, false);
    }
    cim__buf_free(&d.noisy);
    cim__buf_free(&d.compact);
    cim_ctx_free(ctx);
}

static void test_json_scan_numbers(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        bool whole;
        double first;
    } cases[] = { { "[1,2,3]", 3, true, 1 }, { "[ -1 , 2 ]", 2, true, -1 }, { "[]", 0, true, 0 }, { "[1.5,2,3]", 3, false, 1.5 }, { "[1,2,3,4]", SIZE_MAX, true, 0 }, { "[1,\"2\"]", SIZE_MAX, true, 0 },
                  { "\"x\"", SIZE_MAX, true, 0 }, { "[01]", SIZE_MAX, true, 0 }, { "[1.]", SIZE_MAX, true, 0 }, { "[.5]", SIZE_MAX, true, 0 }, { "[1e2,3]", 2, false, 100 },
                  { "[9007199254740993]", 1, true, 9007199254740992.0 }, { "[-123456789012345,0]", 2, true, -123456789012345.0 }, { "[1 2]", SIZE_MAX, true, 0 }, { "[[1]]", SIZE_MAX, true, 0 },
                  { "[-]", SIZE_MAX, true, 0 }, { "[1,]", SIZE_MAX, true, 0 } };
    cim_ctx *ctx = support_ctx();
    cim__buf text = cim__buf_on(ctx->mem);
    size_t total = sizeof cases / sizeof *cases, rounds = 20000;
    (void)state;
    cim__buf_putc(&text, '[');
    for (size_t i = 0; i < rounds; i++) cim__buf_printf(&text, "%s%s", i ? "," : "", cases[i * 7 % total].text);
    cim__buf_putc(&text, ']');
    cim__input *in = open_bytes(ctx, text.data, text.size);
    cim__jscan s;
    cim__jscan_init(&s, ctx->mem);
    assert_ok(ctx, cim__jscan_begin(ctx, &s, in));
    assert_ok(ctx, cim__jscan_enter(ctx, &s, '['));
    for (size_t i = 0; i < rounds; i++) {
        double numbers[3] = { 0, 0, 0 };
        size_t count = 77;
        bool whole = false;
        assert_ok(ctx, cim__jscan_element(ctx, &s));
        assert_ok(ctx, cim__jscan_numbers(ctx, &s, numbers, 3, &count, &whole));
        assert_int_equal(count, cases[i * 7 % total].count);
        if (count == SIZE_MAX) continue;
        assert_int_equal(whole, cases[i * 7 % total].whole);
        if (count) assert_true(numbers[0] == cases[i * 7 % total].first);
    }
    assert_int_equal(cim__jscan_element(ctx, &s), CIM_DONE);
    assert_int_equal(cim__jscan_more(ctx, &s), CIM_DONE);
    cim__jscan_free(&s);
    cim__input_close(ctx, in);
    cim__buf_free(&text);
    cim_ctx_free(ctx);
}

static void test_json_scan_sequences(void **state)
{
    static const char text[] = "\xef\xbb\xbf\x1e{\"a\":1}\n\x1e{\"b\":2}\r\n\n{\"c\":3}{}";
    cim_ctx *ctx = support_ctx();
    cim__input *in = open_bytes(ctx, text, sizeof text - 1);
    cim__jscan s;
    cim__jslice slice;
    int count = 0;
    (void)state;
    cim__jscan_init(&s, ctx->mem);
    assert_ok(ctx, cim__jscan_begin(ctx, &s, in));
    while (cim__jscan_more(ctx, &s) == CIM_OK) {
        assert_ok(ctx, cim__jscan_value(ctx, &s, &slice));
        count++;
    }
    assert_int_equal(count, 4);
    cim__jscan_free(&s);
    cim__input_close(ctx, in);
    cim_ctx_free(ctx);
}

/* Every allocation fails once. */
static void test_json_no_memory(void **state)
{
    static const char text[] = "{\"a\\n\":[1,2,{\"b\":\"\\u00e4\\n\"}],\"c\":[[[[1.5]]]],\"d\":nul}";
    (void)state;
    for (long n = 0; n < 1000; n++) {
        support_fault fault = { .left = n + 3 }; /* the context itself */
        cim_ctx *ctx = support_fault_ctx(&fault, 1);
        cim__jtree t;
        char copy[sizeof text];
        assert_non_null(ctx);
        memcpy(copy, text, sizeof text);
        cim__jtree_init(&t, ctx->mem);
        cim_status st = cim__jtree_read(ctx, &t, copy, sizeof text - 6, 64); /* without the damaged end */
        if (st != CIM_ENOMEM) st = cim__jtree_read(ctx, &t, copy, sizeof text - 1, 64);
        cim__jtree_free(&t);
        cim_ctx_free(ctx);
        assert_int_equal(fault.live, 0);
        if (!fault.hit) {
            assert_int_equal(st, CIM_EFORMAT);
            return;
        }
        assert_true(st == CIM_ENOMEM || st == CIM_EFORMAT); /* yajl's words are not worth a failure */
    }
    fail();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_json_refuses),      cmocka_unit_test(test_json_depth),       cmocka_unit_test(test_json_odd_values),
                                        cmocka_unit_test(test_json_many_keys),    cmocka_unit_test(test_json_random_trees), cmocka_unit_test(test_json_scan_random),
                                        cmocka_unit_test(test_json_scan_damaged), cmocka_unit_test(test_json_scan_numbers), cmocka_unit_test(test_json_scan_sequences),
                                        cmocka_unit_test(test_json_no_memory) };
    return cmocka_run_group_tests_name("import/json", tests, NULL, NULL);
}
