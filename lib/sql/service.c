/* service.c - what cim_serve() and cim_place() share: limits, lengths, properties of objects as numbers and as groups. */
#include "sql.h"

cim_status sql_option_word(sql_call *call, const char *name, const char *const *words, int count, int32_t *number)
{
    const char *text = sql_option_text(call, name);
    if (!text) return CIM_OK;
    for (int i = 0; i < count; i++)
        if (!strcmp(text, words[i])) return *number = i, CIM_OK;
    return sql_say(call, CIM_EARG, "options: %s: %s is none of its words, which are %s to %s", name, text, words[0], words[count - 1]);
}

/* ---- limits ---- */

cim_status sql_limits(sql_call *call, const sql_word *word, const char *name, double *limits, size_t most, size_t *count_out, bool *metres_out)
{
    const char *p = word->text + strspn(word->text, " [");
    size_t count = 0, lengths = 0, one;
    for (; count < most; p++) {
        char piece[64] = "";
        sql_word w = { .type = 't', .text = piece };
        p += strspn(p, " \"");
        size_t n = strcspn(p, " ,]\"");
        bool metres = n && p[n - 1] == 'm', unit = metres || (n && p[n - 1] == 's');
        if (n <= unit || n >= sizeof piece) break;
        memcpy(piece, p, n - unit);
        if (!sql_numbers(call, &w, &limits[count], 1, &one) || !(limits[count] > 0.0 && limits[count] <= 1e6)) break;
        count++;
        lengths += metres;
        p += n + strspn(p + n, " ]\"");
        if (*p == ',') continue;
        if (*p || (lengths && lengths != count)) break;
        *count_out = count, *metres_out = lengths > 0;
        return CIM_OK;
    }
    return sql_say(call, CIM_EARG, "%s: %.60s is no list of at most %d times like 300s or lengths like 500m", name, word->text, (int)most);
}

cim_status sql_lengths(sql_call *call, cim_net_costs **costs_out, cim_route_metric **metric_out)
{
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_status st = cim_net_costs_lengths(call->ctx, call->costs->costs, call->costs->metric, costs_out);
    if (st >= 0) st = cim_net_costs_get(call->ctx, *costs_out, &view);
    return st < 0 ? st : cim_route_metric_build(call->ctx, call->city->hierarchy, view.weights_ms, NULL, metric_out);
}

/* ---- properties ---- */

/* Rows of cim_query_values() of those that are objects, in a statement with the JSON bound. */
static cim_status ask(sql_call *call, const uint32_t *objects, size_t count, const char *property, const char *sql, cim_buf *json, sqlite3_stmt **s)
{
    uint32_t *known = sql_room(call, count + 1, sizeof *known);
    size_t n = 0;
    if (!known) return CIM_ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (objects[i] != CIM_NONE) known[n++] = objects[i];
    cim_status st = cim_query_values(call->ctx, call->city->city, known, n, &property, 1, json);
    if (st < 0) return st;
    if (sqlite3_prepare_v2(call->door->db, sql, -1, s, NULL) == SQLITE_OK && sqlite3_bind_text64(*s, 1, json->data, json->size, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK)
        return CIM_OK;
    return sql_say(call, CIM_ENOMEM, "%s", sqlite3_errmsg(call->door->db));
}

static cim_status ended(sql_call *call, int rc)
{
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return CIM_OK;
    return sql_say(call, rc == SQLITE_INTERRUPT ? CIM_ECANCEL : rc == SQLITE_NOMEM ? CIM_ENOMEM : CIM_EARG, "%s", sqlite3_errmsg(call->door->db));
}

cim_status sql_values(sql_call *call, const uint32_t *objects, size_t count, const char *property, double missing, double *values)
{
    cim_buf json = CIM_BUF_INIT;
    sqlite3_stmt *s = NULL;
    int rc = SQLITE_DONE;
    cim_status st = ask(call, objects, count, property, "SELECT json_extract(value, '$[0]'), json_type(value, '$[0]') FROM json_each(?1)", &json, &s);
    for (size_t i = 0; st >= 0 && i < count; i++) {
        values[i] = missing;
        if (objects[i] == CIM_NONE || (rc = sqlite3_step(s)) != SQLITE_ROW) continue;
        const char *type = (const char *)sqlite3_column_text(s, 1);
        sql_word w = { .type = 't', .text = (const char *)sqlite3_column_text(s, 0) };
        size_t one;
        double number;
        if (!type || !w.text || (strcmp(type, "integer") && strcmp(type, "real") && strcmp(type, "text"))) continue;
        if (sql_numbers(call, &w, &number, 1, &one)) values[i] = number;
    }
    if (st >= 0) st = ended(call, rc);
    sqlite3_finalize(s);
    cim_buf_dispose(&json);
    return st;
}

cim_status sql_groups(sql_call *call, const uint32_t *objects, size_t count, const char *property, uint32_t *groups, uint32_t *count_out, const char ***names_out)
{
    static const char sql[] = "WITH c AS (SELECT key AS k, json_extract(value, '$[0]') AS v, json_type(value, '$[0]') AS t FROM json_each(?1)), "
                              "d AS (SELECT k, CASE t WHEN 'array' THEN json_extract(v, '$[0]') ELSE v END AS v, CASE t WHEN 'array' THEN json_type(v, '$[0]') ELSE t END AS t FROM c) "
                              "SELECT k, CAST(v AS TEXT), dense_rank() OVER (ORDER BY CAST(v AS TEXT)) FROM d WHERE t IN ('text', 'integer', 'real') ORDER BY 3, 1";
    cim_buf json = CIM_BUF_INIT;
    sqlite3_stmt *s = NULL;
    uint32_t *at = sql_room(call, count + 1, sizeof *at), known = 0, last = 0;
    const char **names = sql_room(call, count + 1, sizeof *names);
    int rc = SQLITE_DONE;
    if (!at || !names) return CIM_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        groups[i] = CIM_NONE;
        if (objects[i] != CIM_NONE) at[known++] = (uint32_t)i;
    }
    cim_status st = ask(call, objects, count, property, sql, &json, &s);
    while (st >= 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        uint32_t k = (uint32_t)sqlite3_column_int64(s, 0), group = (uint32_t)sqlite3_column_int64(s, 2);
        if (k >= known) continue;
        groups[at[k]] = group - 1;
        if (group == last) continue;
        size_t n = (size_t)sqlite3_column_bytes(s, 1);
        char *name = sql_room(call, n + 1, 1);
        if (!name) st = CIM_ENOMEM;
        else if (n) memcpy(name, sqlite3_column_text(s, 1), n);
        names[group - 1] = name;
        last = group;
    }
    if (st >= 0) st = ended(call, rc);
    *count_out = last;
    *names_out = names;
    sqlite3_finalize(s);
    cim_buf_dispose(&json);
    return st;
}
