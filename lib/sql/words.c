/* words.c - arguments and options.  Texts of numbers and JSON are read by SQLite's own JSON functions: strict, and without a locale.
 *
 * Options are a JSON object, {"lonlat": true, "via": ["a", "b"]}, or name=value with semicolons between them, lonlat=1; via=a; via=b.  A name that the
 * function does not have, and a single-valued one given twice, are errors. */
#include "sql.h"

static cim_status failed(sql_call *call)
{
    int rc = sqlite3_errcode(call->door->db);
    if (rc == SQLITE_NOMEM) return sql_say(call, CIM_ENOMEM, "out of memory");
    return sql_say(call, rc == SQLITE_INTERRUPT ? CIM_ECANCEL : CIM_EARG, "%s", sqlite3_errmsg(call->door->db));
}

static char *copied(sql_call *call, const char *text, size_t n)
{
    char *copy = sql_room(call, n + 1, 1);
    if (copy && n) memcpy(copy, text, n);
    return copy;
}

static cim_status add(sql_call *call, sql_words *list, const sql_word *word)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        sql_word *more = sql_room(call, room, sizeof *more);
        if (!more) return CIM_ENOMEM;
        if (list->count) memcpy(more, list->at, list->count * sizeof *more);
        list->at = more;
        list->room = room;
    }
    list->at[list->count++] = *word;
    return CIM_OK;
}

/* A JSON value in column `at` of a row of json_each(): its type in the column after it.  Pairs of numbers in a list are places. */
static cim_status word_of(sql_call *call, sqlite3_stmt *s, const char *name, sql_words *list)
{
    sql_word w = { .name = name };
    const char *type = (const char *)sqlite3_column_text(s, 1);
    if (!type) return CIM_ENOMEM;
    if (!strcmp(type, "null")) return CIM_OK;
    if (!strcmp(type, "object")) return sql_say(call, CIM_EARG, "%s: an object is no value", name ? name : "list");
    w.type = !strcmp(type, "integer") || !strcmp(type, "true") || !strcmp(type, "false") ? 'i' : !strcmp(type, "real") ? 'r' : 't';
    w.whole = sqlite3_column_int64(s, 2);
    w.real = sqlite3_column_double(s, 2);
    const char *text = (const char *)sqlite3_column_text(s, 2);
    size_t n = (size_t)sqlite3_column_bytes(s, 2);
    if (!strcmp(type, "array")) { /* "[1,2]" */
        text++;
        n -= 2;
    }
    if (!(w.text = copied(call, text ? text : "", text ? n : 0))) return CIM_ENOMEM;
    if (strlen(w.text) != n) return sql_say(call, CIM_EARG, "%s: a NUL in a text", name ? name : "list");
    return add(call, list, &w);
}

static cim_status each(sql_call *call, const char *json, const char *name, sql_words *list)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(call->door->db, "SELECT key, type, value FROM json_each(?1)", -1, &s, NULL);
    cim_status st = CIM_OK;
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(s, 1, json, -1, SQLITE_STATIC);
    while (rc == SQLITE_OK && st >= 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const char *key = name, *type = (const char *)sqlite3_column_text(s, 1);
        if (!name && *json == '{') key = copied(call, (const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0));
        if (*json == '{' && !key) st = CIM_ENOMEM;
        else if (*json == '{' && type && !strcmp(type, "array")) {
            char *inner = copied(call, (const char *)sqlite3_column_text(s, 2), (size_t)sqlite3_column_bytes(s, 2));
            st = inner ? each(call, inner, key, list) : CIM_ENOMEM;
        } else st = word_of(call, s, key, list);
        rc = SQLITE_OK;
    }
    if (st >= 0 && rc != SQLITE_OK && rc != SQLITE_DONE) st = failed(call);
    sqlite3_finalize(s);
    return st;
}

/* ---- options ---- */

static cim_status read_pairs(sql_call *call, const char *text)
{
    cim_status st = CIM_OK;
    while (*text && st >= 0) {
        size_t n = strcspn(text, ";"), from = strspn(text, " \t\r\n"), end = n;
        const char *equals = memchr(text, '=', n);
        if (from < n) {
            if (!equals) return sql_say(call, CIM_EARG, "options: \"%.*s\" is not name=value", (int)(n < 60 ? n : 60), text);
            size_t name_end = (size_t)(equals - text);
            if (name_end == from) return sql_say(call, CIM_EARG, "options: a name is missing before =");
            while (name_end > from && strchr(" \t\r\n", text[name_end - 1])) name_end--;
            while (end > (size_t)(equals - text) + 1 && strchr(" \t\r\n", text[end - 1])) end--;
            const char *value = equals + 1;
            while (value < text + end && strchr(" \t\r\n", *value)) value++;
            sql_word w = { .type = 't' };
            w.name = copied(call, text + from, name_end - from);
            w.text = copied(call, value, (size_t)(text + end - value));
            if (!w.name || !w.text) return CIM_ENOMEM;
            st = add(call, &call->options, &w);
        }
        text += n + (text[n] == ';');
    }
    return st;
}

static bool is_known(const sql_call *call, const char *name)
{
    size_t n = strlen(name);
    if (!n || strchr(name, ' ')) return false;
    for (const char *p = call->function->options; (p = strstr(p, name)); p++)
        if (p[-1] == ' ' && p[n] == ' ') return true;
    return false;
}

cim_status sql_options_read(sql_call *call, const char *text)
{
    const char *first = text + strspn(text, " \t\r\n");
    cim_status st = *first == '{' ? each(call, first, NULL, &call->options) : read_pairs(call, first);
    for (size_t i = 0; i < call->options.count && st >= 0; i++)
        if (!is_known(call, call->options.at[i].name))
            st = sql_say(call, CIM_EARG, "options: there is no \"%s\", only%.*s", call->options.at[i].name, (int)strlen(call->function->options) - 1,
                         call->function->options);
    return st;
}

const sql_word *sql_next_option(const sql_call *call, const char *name, size_t *at)
{
    while (*at < call->options.count)
        if (!strcmp(call->options.at[(*at)++].name, name)) return &call->options.at[*at - 1];
    return NULL;
}

const sql_word *sql_option(const sql_call *call, const char *name)
{
    size_t at = 0;
    return sql_next_option(call, name, &at);
}

const char *sql_option_text(const sql_call *call, const char *name)
{
    const sql_word *w = sql_option(call, name);
    return w ? w->text : NULL;
}

bool sql_option_is(const sql_call *call, const char *name)
{
    const char *text = sql_option_text(call, name);
    return text && strcmp(text, "0") && strcmp(text, "false") && strcmp(text, "no");
}

cim_status sql_option_real(sql_call *call, const char *name, double least, double most, double *value)
{
    const sql_word *w = sql_option(call, name);
    size_t count = 0, at = 0;
    double v;
    if (!w) return CIM_OK;
    sql_next_option(call, name, &at);
    if (sql_next_option(call, name, &at)) return sql_say(call, CIM_EARG, "options: %s is given twice", name);
    if (!sql_numbers(call, w, &v, 1, &count) || !(v >= least && v <= most))
        return sql_say(call, CIM_EARG, "options: %s: %s is not a number from %g to %g", name, w->text, least, most);
    *value = v;
    return CIM_OK;
}

cim_status sql_option_whole(sql_call *call, const char *name, int64_t least, int64_t most, int64_t *value)
{
    double v = (double)*value;
    cim_status st = sql_option_real(call, name, (double)least, (double)most, &v);
    if (st < 0 || !sql_option(call, name)) return st;
    if (v != (double)(int64_t)v) return sql_say(call, CIM_EARG, "options: %s is not a whole number", name);
    *value = (int64_t)v;
    return CIM_OK;
}

/* ---- lists and numbers ---- */

cim_status sql_list(sql_call *call, const sql_word *word, sql_words *list)
{
    const char *first = word->text + strspn(word->text, " \t\r\n");
    if (word->type == 't' && *first == '[') return each(call, first, NULL, list);
    return add(call, list, word);
}

bool sql_numbers(sql_call *call, const sql_word *word, double *numbers, size_t most, size_t *count_out)
{
    sqlite3_stmt *s = NULL;
    size_t count = 0;
    *count_out = 1;
    if (word->type == 'i' || word->type == 'r') return *numbers = word->real, word->real - word->real == 0.0;
    if (!*word->text) return false;
    const char *sql = *word->text == '[' ? "SELECT type, atom FROM json_each(?1)" : "SELECT type, atom FROM json_each('[' || ?1 || ']')";
    bool ok = sqlite3_prepare_v2(call->door->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_bind_text(s, 1, word->text, -1, SQLITE_STATIC) == SQLITE_OK;
    int rc = SQLITE_DONE;
    while (ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        int type = sqlite3_column_type(s, 1);
        const char *name = (const char *)sqlite3_column_text(s, 0);
        ok = count < most && name && (type == SQLITE_INTEGER || type == SQLITE_FLOAT) && strcmp(name, "true") && strcmp(name, "false");
        if (ok) numbers[count++] = sqlite3_column_double(s, 1);
        if (ok) ok = numbers[count - 1] - numbers[count - 1] == 0.0;
    }
    sqlite3_finalize(s);
    *count_out = count;
    return ok && rc == SQLITE_DONE && count;
}
