/* open_window.c - what one program pays that opens a city and asks for one window: once, in a fresh process.
 *
 *   open_window city CITY X0 Y0 X1 Y1           through the library
 *   open_window rtree CITY LAYER X0 Y0 X1 Y1    SQLite's R*Tree of that layer in the same file
 *
 * Prints milliseconds of wall clock and of CPU time, how many objects there are, and milliseconds of opening alone. */
#include "cim.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int of_city(const char *path, const double *w, size_t *count, double *opened)
{
    cim_ctx *ctx = NULL;
    cim_city *city = NULL;
    cim_box window = { w[0], w[1], w[2], w[3] };
    uint32_t *ids = NULL;
    if (cim_ctx_new(NULL, &ctx) < 0) return 1;
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    *opened = now(CLOCK_MONOTONIC);
    if (st >= 0) st = cim_city_window(ctx, city, &window, NULL, 0, count);
    if (st >= 0) ids = malloc((*count + 1) * sizeof *ids);
    if (ids) st = cim_city_window(ctx, city, &window, ids, *count, count);
    if (st < 0) fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    return st < 0 || !ids; /* the process ends here: what it has is the system's again */
}

static int of_rtree(const char *path, const char *layer, const double *w, size_t *count, double *opened)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT pkid FROM idx_%.40s_geom WHERE xmax>=?1 AND xmin<=?3 AND ymax>=?2 AND ymin<=?4", layer);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) return 1;
    *opened = now(CLOCK_MONOTONIC);
    for (int i = 0; i < 4; i++) sqlite3_bind_double(stmt, i + 1, w[i]);
    while (sqlite3_step(stmt) == SQLITE_ROW) *count += sqlite3_column_int64(stmt, 0) > 0;
    return 0;
}

int main(int argc, char **argv)
{
    double window[4], wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID), opened = 0.0;
    size_t count = 0;
    int city = argc == 7 && !strcmp(argv[1], "city");
    if (!city && argc != 8) return 2;
    for (int i = 0; i < 4; i++) window[i] = strtod(argv[argc - 4 + i], NULL);
    int failed = city ? of_city(argv[2], window, &count, &opened) : of_rtree(argv[2], argv[3], window, &count, &opened);
    if (!failed) printf("%.3f %.3f %zu %.3f\n", now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu, count, opened - wall);
    return failed;
}
