/* The JSON writer and the strict reader. */
#include "core/json.h"
#include "support.h"

#include <string.h>

static void test_json_write(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf buf = cim__buf_on(mem);
    cim__json json = cim__json_on(&buf);
    (void)state;
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "a\"b", "x\n\x01\\");
    cim__json_key(&json, "list");
    cim__json_open(&json, '[');
    cim__json_int(&json, -3);
    cim__json_num(&json, 2.5);
    cim__json_bool(&json, true);
    cim__json_null(&json);
    cim__json_open(&json, '{');
    cim__json_close(&json, '}');
    cim__json_close(&json, ']');
    cim__json_kv_str(&json, "bad", (cim__str){ "\xff\xc3", 2 });
    cim__json_kv_text(&json, "ok", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    cim__json_close(&json, '}');
    cim__buf_putc(&buf, 0);
    assert_string_equal((const char *)buf.data,
                        "{\"a\\\"b\":\"x\\n\\u0001\\\\\",\"list\":[-3,2.5,true,null,{}],\"bad\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"ok\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}");
    cim__buf_free(&buf);
    cim__mem_unref(mem);
}

static void test_json_read(void **state)
{
    cim__mem *mem = cim__mem_new(NULL, NULL);
    cim__buf scratch = cim__buf_on(mem);
    cim__jvalue root, value;
    cim__str key;
    double number;
    (void)state;
    assert_true(cim__jparse(cim__str_of(" {\"a\": 1.5, \"b\":[true,false ,null,\"x\\u00e4\\ud83d\\ude00\\n\"],\"c\":{}} "), &root));
    assert_int_equal(root.type, CIM__J_OBJECT);
    assert_true(cim__jfind(root, cim__str_of("a"), &value));
    assert_true(cim__jnumber(value, &number) && number == 1.5);
    assert_false(cim__jfind(root, cim__str_of("z"), &value));
    assert_true(cim__jfind(root, cim__str_of("b"), &value));
    cim__jiter it = cim__jiter_of(value);
    int count = 0;
    while (cim__jnext(&it, &key, &value)) count++;
    assert_int_equal(count, 4);
    cim__str text = cim__jstring(value, &scratch);
    assert_true(cim__str_is(text, "x\xc3\xa4\xf0\x9f\x98\x80\n"));
    cim__buf_free(&scratch);
    cim__mem_unref(mem);
}

static void test_json_refuses(void **state)
{
    static const char *const texts[] = { "",       "{",       "[1,]",     "{\"a\"}",  "{\"a\":}", "{a:1}",   "[1 2]",   "tru",        "\"x",     "01x",
                                         "[1]]",   "{\"a\":1,}", "\"\x01\"", "nan",     "+1",      "'x'",     "{\"a\":1 \"b\":2}", "[", "\"\\" };
    char deep[400];
    cim__jvalue value;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_false(cim__jparse(cim__str_of(texts[i]), &value));
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    assert_false(cim__jparse((cim__str){ deep, 400 }, &value));
    assert_true(cim__jparse((cim__str){ deep + 140, 120 }, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_json_write), cmocka_unit_test(test_json_read), cmocka_unit_test(test_json_refuses) };
    return cmocka_run_group_tests_name("core/json", tests, NULL, NULL);
}
