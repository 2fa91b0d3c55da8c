/* change.c - the change log: each entry's hash covers its own fields and the hash of the entry before. */
#include "core/hash.h"
#include "store/store.h"

#include <stdio.h>

static void add(cim__sha256 *sha, cim__str field)
{
    uint8_t size[8];
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)((uint64_t)field.len >> (8 * i));
    cim__sha256_add(sha, size, sizeof size);
    cim__sha256_add(sha, field.ptr, field.len);
}

/* Fields in the order of the columns: seq, at, who, why, action, details, previous. */
static void entry_hash(int64_t seq, const cim__str fields[6], char hash_out[65])
{
    cim__sha256 sha;
    uint8_t number[8];
    for (int i = 0; i < 8; i++) number[i] = (uint8_t)((uint64_t)seq >> (8 * i));
    cim__sha256_begin(&sha);
    cim__sha256_add(&sha, number, sizeof number);
    for (int i = 0; i < 6; i++) add(&sha, fields[i]);
    cim__sha256_end(&sha, hash_out);
}

static cim_status last_entry(cim_ctx *ctx, cim__db *db, const char *which, int64_t *seq_out, char hash_out[65])
{
    char sql[120];
    cim__stmt *stmt = NULL;
    hash_out[0] = 0;
    *seq_out = 0;
    snprintf(sql, sizeof sql, "SELECT seq,hash FROM change %s ORDER BY seq DESC LIMIT 1", which);
    CIM__TRY(cim__db_prepare(ctx, db, sql, &stmt));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK) {
        cim__str hash = cim__stmt_get_str(stmt, 1);
        *seq_out = cim__stmt_get_int(stmt, 0);
        if (hash.len == 64) memcpy(hash_out, hash.ptr, 64), hash_out[64] = 0;
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

cim_status cim__change_head(cim_ctx *ctx, cim__db *db, char hash_out[65])
{
    int64_t seq;
    return last_entry(ctx, db, "WHERE action<>'observe'", &seq, hash_out);
}

cim_status cim__change_append(cim_ctx *ctx, cim__db *db, const char *who, const char *why, const char *action, cim__str details, char hash_out[65])
{
    int64_t seq;
    char at[21], previous[65];
    cim__stmt *stmt = NULL;
    CIM__TRY(last_entry(ctx, db, "", &seq, previous));
    cim__now_utc(at);
    cim__str fields[6] = { cim__str_of(at), cim__str_of(who), cim__str_of(why), cim__str_of(action), details, cim__str_of(previous) };
    entry_hash(seq + 1, fields, hash_out);
    CIM__TRY(cim__db_prepare(ctx, db, "INSERT INTO change VALUES(?,?,?,?,?,?,coalesce(?,''),?)", &stmt));
    cim__stmt_int(stmt, 1, seq + 1);
    for (int i = 0; i < 6; i++) cim__stmt_text(stmt, i + 2, fields[i]);
    cim__stmt_text(stmt, 8, cim__str_of(hash_out));
    cim_status st = cim__stmt_run(ctx, stmt);
    cim__stmt_free(stmt);
    return st;
}

cim_status cim__change_check(cim_ctx *ctx, cim__db *db, int64_t *bad_seq_out, int64_t *count_out)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    char expected[65] = "", hash[65];
    *bad_seq_out = *count_out = 0;
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT seq,at,who,why,action,details,previous,hash FROM change ORDER BY seq", &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__str fields[6];
        int64_t seq = cim__stmt_get_int(stmt, 0);
        for (int i = 0; i < 6; i++) fields[i] = cim__stmt_get_str(stmt, i + 1);
        entry_hash(seq, fields, hash);
        bool ok = seq == ++*count_out && cim__str_is(fields[5], expected) && cim__str_is(cim__stmt_get_str(stmt, 7), hash);
        if (!ok && !*bad_seq_out) *bad_seq_out = seq ? seq : -1;
        memcpy(expected, hash, sizeof expected);
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}
