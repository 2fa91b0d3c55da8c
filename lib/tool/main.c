/* main.c - cimtool: finding the verb, context, messages, progress, interruption. */
#include "tool.h"

#include <malloc.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- messages ---- */

static bool bar_shown;

static void clear_bar(void)
{
    if (bar_shown) fputs("\r\033[K", stderr);
    bar_shown = false;
}

int cimtool_complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    clear_bar();
    fputs("cimtool: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return EXIT_USAGE;
}

static int exit_status_of(cim_status status)
{
    switch (status) {
    case CIM_OK: return EXIT_DONE;
    case CIM_DONE: return EXIT_PARTIAL;
    case CIM_ENOTFOUND: return EXIT_NEGATIVE;
    case CIM_EARG: return EXIT_USAGE;
    case CIM_ECANCEL: return EXIT_INTERRUPTED;
    case CIM_ENOMEM:
    case CIM_EINTERNAL: return EXIT_INTERNAL;
    default: return EXIT_FAILED;
    }
}

int cimtool_fail(cimtool *tool, cim_status status)
{
    const char *text = cim_ctx_error(tool->ctx);
    cimtool_complain("%s", text[0] ? text : cim_status_text(status));
    return exit_status_of(status);
}

int cimtool_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    if (errno != EPIPE) cimtool_complain("cannot write: %s", strerror(errno));
    return EXIT_FAILED;
}

static void on_log(int32_t level, const char *line, void *user)
{
    (void)user;
    static const char *const names[] = { "error", "warning", "info", "debug" };
    clear_bar();
    fprintf(stderr, "cimtool: %s: %s\n", names[level & 3], line);
}

/* At most ten times a second, only on a terminal. */
static int32_t on_progress(double done, const char *step, void *user)
{
    static struct timespec last;
    struct timespec now;
    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double since = (double)(now.tv_sec - last.tv_sec) + 1e-9 * (double)(now.tv_nsec - last.tv_nsec);
    if (since < 0.1) return 1;
    last = now;
    int filled = done <= 0.0 ? 0 : done >= 1.0 ? 40 : (int)(done * 40.0);
    fprintf(stderr, "\r%-10.10s [%.*s%*s] %3.0f %%\033[K", step, filled, "########################################", 40 - filled, "", done * 100.0);
    bar_shown = true;
    return 1;
}

/* ---- context ---- */

static cim_ctx *interruptible;

static void on_signal(int number)
{
    (void)number;
    cim_ctx_cancel(interruptible);
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESETHAND; /* a second Ctrl-C kills */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool make_context(cimtool *t)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    int64_t threads = 0;
    if (!cimtool_int(t, "threads", 1, 16, &threads)) return false;
    opts.threads = (uint32_t)threads;
    opts.log = on_log;
    opts.log_level = cimtool_has(t, "verbose") ? CIM_LOG_INFO : t->quiet ? CIM_LOG_ERROR : CIM_LOG_WARNING;
    if (isatty(STDERR_FILENO) && !t->quiet && !cimtool_has(t, "no-progress")) opts.progress = on_progress;
    if (cim_ctx_new(&opts, &t->ctx) < 0) {
        cimtool_complain("out of memory");
        return false;
    }
    interruptible = t->ctx;
    return true;
}

static const cimtool_verb *find_verb(const char *name)
{
    for (const cimtool_verb *v = cimtool_verbs; v->name; v++)
        if (!strcmp(v->name, name)) return v;
    return NULL;
}

static int run_verb(cimtool *t)
{
    t->json = cimtool_has(t, "json");
    t->quiet = cimtool_has(t, "quiet");
    if (cimtool_has(t, "help")) {
        cimtool_usage(t->verb, stdout);
        return cimtool_finish(EXIT_DONE);
    }
    if (t->arg_count < t->verb->least || (t->verb->most >= 0 && t->arg_count > t->verb->most))
        return cimtool_complain("usage: cimtool %s [options] %s", t->verb->name, t->verb->arguments);
    if (!make_context(t)) return EXIT_USAGE;
    catch_signals();
    int status = cimtool_run(t);
    clear_bar();
    interruptible = NULL;
    cim_ctx_free(t->ctx);
    return cimtool_finish(status);
}

static int without_verb(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
        printf("cimtool %s\n", cim_version());
        return cimtool_finish(EXIT_DONE);
    }
    if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
        const cimtool_verb *verb = argc > 2 ? find_verb(argv[2]) : NULL;
        cimtool_usage(verb, stdout);
        return cimtool_finish(EXIT_DONE);
    }
    if (!strcmp(word, "--json-usage")) return cimtool_json_usage();
    if (!strcmp(word, "completion") && argc == 3) return cimtool_completion(argv[2]);
    const char *meant = argc > 1 ? cimtool_nearest_verb(word) : NULL;
    if (meant) return cimtool_complain("unknown verb %s; did you mean %s? (see cimtool --help)", word, meant);
    if (argc > 1) return cimtool_complain("unknown verb %s (see cimtool --help)", word);
    cimtool_usage(NULL, stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
#ifdef M_MMAP_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20); /* large buffers go back to the system when they are freed: imports stay below 300 MB */
#endif
    cimtool tool = { .verb = argc > 1 ? find_verb(argv[1]) : NULL };
    if (!tool.verb) return without_verb(argc, argv);
    const char **args = calloc((size_t)argc, sizeof *args);
    if (!args) return EXIT_INTERNAL;
    int status = cimtool_parse(&tool, argc - 2, argv + 2, args) ? run_verb(&tool) : EXIT_USAGE;
    free(args);
    return status;
}
