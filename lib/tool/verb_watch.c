/* verb_watch.c - cimtool watch: observations in, alerts out, a line of JSON each, as they come. */
#include "tool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LISTED = 20, CHUNK = 1 << 16, LINE_MAX_BYTES = 1 << 20, RULES_MAX_BYTES = 64 << 20, STATE_EVERY_S = 5 };
#define DAY_MS 86400000

typedef struct watching {
    cimtool *tool;
    cim_city *city;
    cim_sense *sense;
    cim_watch *watch;
    const char *state;
    uint32_t format;
    bool store, clock;
    char *line;            /* what has come of a line */
    size_t line_size, line_room;
    bool too_long;
    uint64_t line_number, bad_count, told;
    time_t saved;
    bool unsaved;
} watching;

static volatile sig_atomic_t stopped;

static void on_stop(int number) { stopped = number; }

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- files ---- */

static int read_file(const char *path, size_t most, char **text_out, size_t *size_out) /* EXIT_NEGATIVE: there is none */
{
    FILE *file = fopen(path, "rb");
    size_t size = 0, room = CHUNK, got = 1;
    if (!file && errno == ENOENT) return EXIT_NEGATIVE;
    char *text = file ? malloc(room + 1) : NULL;
    while (text && got && size <= most) {
        if (size == room) {
            char *more = realloc(text, 2 * room + 1);
            if (!more) free(text);
            text = more, room *= 2;
        }
        if (text) size += got = fread(text + size, 1, room - size, file);
    }
    bool wrong = !file || ferror(file) || !text || size > most;
    if (wrong) cimtool_complain("%s: %s", path, size > most ? "too large" : text || !file ? strerror(errno) : "out of memory");
    if (file) fclose(file);
    if (wrong) return free(text), EXIT_FAILED;
    text[size] = 0;
    *text_out = text, *size_out = size;
    return EXIT_DONE;
}

/* Beside it, synchronized and renamed: a crash leaves the old one. */
static int write_state(watching *w)
{
    cim_buf text = CIM_BUF_INIT;
    cim_status st = cim_watch_save(w->tool->ctx, w->watch, &text);
    if (st < 0) return cimtool_fail(w->tool, st);
    char *temporary = malloc(strlen(w->state) + 5);
    bool done = false;
    FILE *file = NULL;
    if (temporary) {
        strcat(strcpy(temporary, w->state), ".new");
        file = fopen(temporary, "wb");
    }
    if (file) {
        done = fwrite(text.data, 1, text.size, file) == text.size && !fflush(file) && !fsync(fileno(file));
        done = !fclose(file) && done && !rename(temporary, w->state);
        if (!done) remove(temporary);
    }
    if (!done) cimtool_complain("%s: %s", w->state, temporary ? strerror(errno) : "out of memory");
    free(temporary);
    cim_buf_dispose(&text);
    w->saved = time(NULL), w->unsaved = false;
    return done ? EXIT_DONE : EXIT_FAILED;
}

static int read_state(watching *w)
{
    char *text = NULL;
    size_t size = 0;
    uint32_t left = 0;
    int status = read_file(w->state, SIZE_MAX / 4, &text, &size);
    if (status != EXIT_DONE) return status == EXIT_NEGATIVE ? EXIT_DONE : status;
    cim_status st = cim_watch_restore(w->tool->ctx, w->watch, text, size, &left);
    free(text);
    if (st < 0) return cimtool_complain("%s", w->state), cimtool_fail(w->tool, st);
    if (left && !w->tool->quiet) cimtool_complain("%s: %u conditions of rules or streams that have changed or gone begin anew", w->state, left);
    return EXIT_DONE;
}

/* ---- out ---- */

static int tell(watching *w)
{
    cim_buf line = CIM_BUF_INIT;
    cim_status st;
    while ((st = cim_watch_next(w->tool->ctx, w->watch, w->format, &line)) == CIM_OK) {
        fwrite(line.data, 1, line.size, stdout);
        putchar('\n');
        cim_buf_dispose(&line);
        w->told++;
        w->unsaved = true;
    }
    if (st < 0) return cimtool_fail(w->tool, st);
    return fflush(stdout) || ferror(stdout) ? EXIT_FAILED : EXIT_DONE;
}

static int advance(watching *w, int64_t now_ms)
{
    cim_status st = cim_alert_advance(w->tool->ctx, cim_watch_engine(w->watch), now_ms);
    return st < 0 ? cimtool_fail(w->tool, st) : tell(w);
}

/* ---- lines ---- */

static void bad_line(watching *w, const char *what)
{
    if (w->bad_count++ < LISTED && !w->tool->quiet) cimtool_complain("line %llu: %s", (unsigned long long)w->line_number, what);
}

static int take_line(watching *w, const char *line, size_t size)
{
    cim_observation o = { 0 };
    w->line_number++;
    if (w->too_long) return w->too_long = false, bad_line(w, "longer than a million bytes"), EXIT_DONE;
    cim_status st = cim_watch_line(w->tool->ctx, w->watch, line, size, &o);
    if (st == CIM_ENOMEM || st == CIM_ECANCEL || st == CIM_EIO) return cimtool_fail(w->tool, st);
    if (st < 0) return bad_line(w, cim_ctx_error(w->tool->ctx)), EXIT_DONE;
    if (st == CIM_OK && w->store) {
        uint8_t quality = (uint8_t)o.quality;
        st = cim_sense_append(w->tool->ctx, w->sense, o.stream, &o.time_ms, &o.value, &quality, 1);
        if (st == CIM_EARG || st == CIM_ENOTFOUND) bad_line(w, cim_ctx_error(w->tool->ctx));
        else if (st < 0) return cimtool_fail(w->tool, st);
    }
    return tell(w);
}

static int keep_rest(watching *w, const char *data, size_t size)
{
    if (w->line_size + size > LINE_MAX_BYTES) {
        w->too_long = true;
        w->line_size = 0;
        return EXIT_DONE;
    }
    if (w->line_size + size > w->line_room) {
        char *more = realloc(w->line, w->line_size + size + CHUNK);
        if (!more) return cimtool_fail(w->tool, CIM_ENOMEM);
        w->line = more, w->line_room = w->line_size + size + CHUNK;
    }
    if (size) memcpy(w->line + w->line_size, data, size);
    w->line_size += size;
    return EXIT_DONE;
}

static int take_bytes(watching *w, const char *data, size_t size)
{
    int status = EXIT_DONE;
    while (size && status == EXIT_DONE) {
        const char *end = memchr(data, '\n', size);
        size_t part = end ? (size_t)(end - data) : size;
        if (end && !w->line_size) {
            status = take_line(w, data, part);
        } else {
            if (!w->too_long) status = keep_rest(w, data, part);
            if (end && status == EXIT_DONE) status = take_line(w, w->line, w->line_size), w->line_size = 0;
        }
        data += part + (end != NULL), size -= part + (end != NULL);
    }
    return status;
}

/* What has to be done now and then: commits, the state, the clock. */
static int now_and_then(watching *w)
{
    int status = EXIT_DONE;
    if (w->store) {
        cim_status st = cim_sense_tick(w->tool->ctx, w->sense, NULL);
        if (st < 0) status = cimtool_fail(w->tool, st);
    }
    if (status == EXIT_DONE && w->clock) status = advance(w, wall_ms());
    if (status == EXIT_DONE && w->state && w->unsaved && time(NULL) - w->saved >= STATE_EVERY_S) status = write_state(w);
    return status;
}

static int take_input(watching *w)
{
    static char data[CHUNK];
    int status = EXIT_DONE;
    while (status == EXIT_DONE && !stopped) {
        struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
        int ready = poll(&in, 1, 500);
        if (ready > 0) {
            ssize_t got = read(STDIN_FILENO, data, sizeof data);
            if (got < 0 && errno != EINTR && errno != EAGAIN) return cimtool_complain("standard input: %s", strerror(errno)), EXIT_FAILED;
            if (got == 0) break;
            if (got > 0) status = take_bytes(w, data, (size_t)got);
        }
        if (status == EXIT_DONE) status = now_and_then(w);
    }
    if (status == EXIT_DONE && (w->line_size || w->too_long)) status = take_line(w, w->line, w->line_size);
    return status;
}

/* ---- what is in the city file ---- */

typedef struct replay {
    int64_t *times;
    double *values;
    uint8_t *qualities;
    size_t room;
    cim_observation *all;
    size_t count, all_room;
} replay;

static int by_time(const void *a, const void *b)
{
    const cim_observation *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return (x->stream > y->stream) - (x->stream < y->stream);
}

static void *room_for(void *old, size_t count, size_t size) { return count > SIZE_MAX / size ? NULL : realloc(old, count ? count * size : 1); }

static cim_status collect(watching *w, replay *r, uint32_t stream, int64_t from_ms, int64_t to_ms)
{
    size_t count = 0;
    cim_status st = cim_sense_window(w->tool->ctx, w->sense, stream, from_ms, to_ms, r->times, r->values, r->qualities, r->room, &count);
    if (st == CIM_OK && count > r->room) {
        void *t = room_for(r->times, count, sizeof *r->times);
        if (t) r->times = t;
        void *v = room_for(r->values, count, sizeof *r->values);
        if (v) r->values = v;
        void *q = room_for(r->qualities, count, 1);
        if (q) r->qualities = q;
        if (!t || !v || !q) return CIM_ENOMEM;
        r->room = count;
        st = cim_sense_window(w->tool->ctx, w->sense, stream, from_ms, to_ms, r->times, r->values, r->qualities, r->room, &count);
        if (count > r->room) count = r->room;
    }
    if (st != CIM_OK) return st;
    if (r->count + count > r->all_room) {
        void *all = room_for(r->all, 2 * (r->count + count), sizeof *r->all);
        if (!all) return CIM_ENOMEM;
        r->all = all, r->all_room = 2 * (r->count + count);
    }
    for (size_t i = 0; i < count; i++) r->all[r->count++] = (cim_observation){ r->times[i], r->values[i], stream, r->qualities[i] };
    return CIM_OK;
}

/* A day at a time, so that a long history needs no more memory than a short one. */
static int replay_day(watching *w, replay *r, uint32_t streams, int64_t from_ms, int64_t to_ms)
{
    int status = EXIT_DONE;
    r->count = 0;
    for (uint32_t s = 1; s <= streams; s++) {
        cim_status st = collect(w, r, s, from_ms, to_ms);
        if (st < 0) return cimtool_fail(w->tool, st);
    }
    if (r->count) qsort(r->all, r->count, sizeof *r->all, by_time);
    for (size_t i = 0; i < r->count && status == EXIT_DONE && !stopped; i++) {
        const cim_observation *o = &r->all[i];
        cim_status st = cim_alert_observe(w->tool->ctx, cim_watch_engine(w->watch), o->stream - 1, o->time_ms, o->value, o->quality);
        status = st < 0 ? cimtool_fail(w->tool, st) : tell(w);
    }
    return status;
}

static int take_history(watching *w, int64_t from_ms, int64_t to_ms)
{
    replay r = { 0 };
    uint32_t streams = 0;
    int status = EXIT_DONE;
    cim_status st = cim_sense_count(w->tool->ctx, w->sense, &streams);
    if (st < 0) return cimtool_fail(w->tool, st);
    for (int64_t at = from_ms; at < to_ms && status == EXIT_DONE && !stopped; at += DAY_MS)
        status = replay_day(w, &r, streams, at, to_ms - at > DAY_MS ? at + DAY_MS : to_ms);
    if (status == EXIT_DONE && !stopped) status = advance(w, to_ms);
    free(r.times);
    free(r.values);
    free(r.qualities);
    free(r.all);
    return status;
}

/* ---- rules ---- */

static int check_only(watching *w)
{
    cim_buf json = CIM_BUF_INIT;
    cim_status st = cim_watch_describe(w->tool->ctx, w->watch, &json);
    if (st < 0) return cimtool_fail(w->tool, st);
    cimtool_node *top = w->tool->json ? NULL : cimtool_json_read(json.data);
    if (w->tool->json) cimtool_print_json_object(json.data);
    const cimtool_node *rules = cimtool_member(top, "rules");
    for (const cimtool_node *r = rules ? rules->child : NULL; r; r = r->next) {
        const cimtool_node *of = cimtool_member(r, "streams"), *inputs = cimtool_member(r, "rules");
        size_t count = 0;
        for (const cimtool_node *s = (of ? of : inputs)->child; s; s = s->next) count++;
        cimtool_print_safe(cimtool_text(r, "rule"));
        printf(": %s, %s, %zu %s\n", cimtool_text(r, "kind"), cimtool_text(r, "severity"), count, of ? "streams" : "rules");
        for (const cimtool_node *s = (of ? of : inputs)->child; s; s = s->next) {
            printf("  ");
            cimtool_print_safe(s->text);
            putchar('\n');
        }
    }
    cimtool_json_free(top);
    cim_buf_dispose(&json);
    return EXIT_DONE;
}

static void sum_up(watching *w)
{
    cim_alert_counts c = { .struct_size = sizeof c };
    cim_alert_count(cim_watch_engine(w->watch), &c);
    if (w->tool->quiet) return;
    fprintf(stderr, "cimtool: %llu observations (%llu late, %llu repeated, %llu conflicting, %llu empty), %llu alerts raised, %llu cleared, %llu stand",
            (unsigned long long)c.observed, (unsigned long long)c.late, (unsigned long long)c.repeated, (unsigned long long)c.conflicting,
            (unsigned long long)c.empty, (unsigned long long)c.raised, (unsigned long long)c.cleared, (unsigned long long)c.active);
    if (w->bad_count) fprintf(stderr, "; %llu of %llu lines are not taken", (unsigned long long)w->bad_count, (unsigned long long)w->line_number);
    fprintf(stderr, "\n");
}

static int open_all(watching *w, const char *rules)
{
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    char *text = NULL;
    size_t size = 0;
    if (w->store) options.flags = CIM_SENSE_WRITE;
    options.who = "cimtool watch";
    int status = cimtool_open(w->tool, w->tool->args[0], &w->city);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_sense_open(w->tool->ctx, w->tool->args[0], &options, &w->sense);
    if (st < 0) return cimtool_fail(w->tool, st);
    status = read_file(rules, RULES_MAX_BYTES, &text, &size);
    if (status == EXIT_NEGATIVE) cimtool_complain("%s: %s", rules, strerror(ENOENT));
    if (status != EXIT_DONE) return EXIT_FAILED;
    st = cim_watch_open(w->tool->ctx, w->city, w->sense, text, size, rules, &w->watch);
    free(text);
    return st < 0 ? cimtool_fail(w->tool, st) : EXIT_DONE;
}

static int run(watching *w, const char *span, bool has_now, int64_t now_ms)
{
    char from[64];
    int64_t from_ms = 0, to_ms = 0;
    const char *slash = span ? strchr(span, '/') : NULL;
    if (span && (!slash || slash - span >= (ptrdiff_t)sizeof from)) return cimtool_complain("--replay: FROM/TO, like 2026-01-31T00:00:00Z/2026-02-01T00:00:00Z");
    if (span) {
        memcpy(from, span, (size_t)(slash - span));
        from[slash - span] = 0;
        if (cim_time_parse(w->tool->ctx, from, &from_ms) < 0 || cim_time_parse(w->tool->ctx, slash + 1, &to_ms) < 0 || from_ms >= to_ms)
            return cimtool_complain("--replay: %s are no two times, the first before the second", span);
    }
    int status = w->state ? read_state(w) : EXIT_DONE;
    if (status == EXIT_DONE) status = span ? take_history(w, from_ms, to_ms) : take_input(w);
    if (status == EXIT_DONE && has_now) status = advance(w, now_ms);
    if (w->store) {
        cim_status st = cim_sense_finish(w->tool->ctx, w->sense);
        if (st < 0) status = cimtool_fail(w->tool, st);
    }
    if (w->state && status == EXIT_DONE) status = write_state(w);
    sum_up(w);
    return status == EXIT_DONE && w->bad_count ? EXIT_PARTIAL : status;
}

int verb_watch(cimtool *tool)
{
    watching w = { .tool = tool, .state = cimtool_value(tool, "state"), .store = cimtool_has(tool, "store"), .clock = cimtool_has(tool, "clock") };
    const char *rules = cimtool_value(tool, "rules"), *form = cimtool_value(tool, "format"), *now = cimtool_value(tool, "now");
    struct sigaction stop = { .sa_handler = on_stop };
    int64_t now_ms = 0;
    if (!rules) return cimtool_complain("--rules says what to look for");
    if (form && strcmp(form, "json") && strcmp(form, "ngsi-ld")) return cimtool_complain("--format: json or ngsi-ld");
    if (now && cim_time_parse(tool->ctx, now, &now_ms) < 0) return cimtool_complain("--now: '%s' is no time like 2026-01-31T12:00:00Z", now);
    if (w.store && cimtool_has(tool, "replay")) return cimtool_complain("--store and --replay: what is replayed is stored already");
    if (w.clock && (now || cimtool_has(tool, "replay"))) return cimtool_complain("--clock is for input that comes now, not with --now or --replay");
    w.format = form && !strcmp(form, "ngsi-ld") ? CIM_WATCH_NGSI : CIM_WATCH_JSON;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    int status = open_all(&w, rules);
    if (status == EXIT_DONE) status = cimtool_has(tool, "check") ? check_only(&w) : run(&w, cimtool_value(tool, "replay"), now != NULL, now_ms);
    cim_watch_free(w.watch);
    cim_sense_free(w.sense);
    cim_city_free(w.city);
    free(w.line);
    return status;
}
