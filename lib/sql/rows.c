/* rows.c - the answer of a call: cells in rows, texts behind each other. */
#include "sql.h"

static bool grow(void *array, size_t *room, size_t wanted, size_t size)
{
    void *old;
    size_t next = *room ? 2 * *room : 256;
    if (wanted <= *room) return true;
    while (next < wanted) next *= 2;
    memcpy(&old, array, sizeof old);
    void *more = sqlite3_realloc64(old, (sqlite3_uint64)next * size);
    if (!more) return false;
    memcpy(array, &more, sizeof more);
    *room = next;
    return true;
}

static void put(sql_rows *rows, int type, sqlite3_int64 value)
{
    size_t room = rows->room;
    if (rows->failed || !grow(&rows->values, &room, rows->count + 1, sizeof *rows->values) ||
        !grow(&rows->types, &rows->room, rows->count + 1, sizeof *rows->types)) {
        rows->failed = true;
        return;
    }
    rows->values[rows->count] = value;
    rows->types[rows->count++] = (uint8_t)type;
}

void sql_put_null(sql_rows *rows) { put(rows, SQL_NULL, 0); }
void sql_put_whole(sql_rows *rows, sqlite3_int64 value) { put(rows, SQL_WHOLE, value); }

void sql_put_real(sql_rows *rows, double value)
{
    sqlite3_int64 bits;
    memcpy(&bits, &value, sizeof bits);
    put(rows, value - value == 0.0 ? SQL_REAL : SQL_NULL, bits);
}

void sql_put_seconds(sql_rows *rows, uint32_t ms)
{
    if (ms >= CIM_ROUTE_UNREACHABLE_MS) sql_put_null(rows);
    else sql_put_real(rows, ms / 1000.0);
}

void sql_put_bytes(sql_rows *rows, int type, const void *data, size_t size)
{
    uint64_t length = size;
    if (!grow(&rows->bytes, &rows->byte_room, rows->size + sizeof length + size + 1, 1)) {
        rows->failed = true;
        return;
    }
    put(rows, type, (sqlite3_int64)rows->size);
    memcpy(rows->bytes + rows->size, &length, sizeof length);
    if (size) memcpy(rows->bytes + rows->size + sizeof length, data, size);
    rows->size += sizeof length + size;
    rows->bytes[rows->size++] = 0;
}

void sql_put_text(sql_rows *rows, const char *text)
{
    if (text && *text) sql_put_bytes(rows, SQL_TEXT, text, strlen(text));
    else sql_put_null(rows);
}

void sql_put_object(sql_rows *rows, int type, uint32_t object)
{
    if (object == CIM_NONE) sql_put_null(rows);
    else put(rows, type, object);
}

void sql_rows_free(sql_rows *rows)
{
    sqlite3_free(rows->values);
    sqlite3_free(rows->types);
    sqlite3_free(rows->bytes);
    *rows = (sql_rows){ .count = 0 };
}
