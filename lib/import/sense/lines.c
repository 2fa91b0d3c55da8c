/* lines.c - lines of text as they come.
 *
 * From a pipe each line is handed on as soon as it is there, and while nothing comes what was read is committed in time. */
#include "import/sense/obs.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { PIECE = 1 << 16, MOST_LINE = 16 << 20, PATIENCE_MS = 200 };

typedef struct lines {
    cim__obs *in;
    cim__input *input;
    bool live, ended;
    cim__buf text;
    size_t done; /* bytes of text that were handed on */
    uint64_t line;
} lines;

/* Standard input, waiting no longer than until the next commit. */
static cim_status read_live(cim_ctx *ctx, lines *l, void *to, size_t *got_out)
{
    for (;;) {
        struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
        int64_t wait_ms = -1;
        CIM__TRY(cim_sense_tick(ctx, l->in->sense, &wait_ms));
        CIM__TRY(cim__tick(ctx, l->line, 0, "reading observations"));
        int ready = poll(&p, 1, wait_ms < 0 || wait_ms > PATIENCE_MS ? PATIENCE_MS : (int)wait_ms);
        if (ready < 0 && errno != EINTR) return cim__fail_errno(ctx, -errno, "cannot read", l->in->name);
        if (ready <= 0) continue;
        ssize_t got = read(STDIN_FILENO, to, PIECE);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) return cim__fail_errno(ctx, -errno, "cannot read", l->in->name);
        *got_out = (size_t)got;
        return CIM_OK;
    }
}

static cim_status more(cim_ctx *ctx, lines *l)
{
    size_t got = 0;
    if (l->done) memmove(l->text.data, l->text.data + l->done, l->text.size - l->done);
    l->text.size -= l->done;
    l->done = 0;
    if (l->text.size > MOST_LINE) return cim__fail(ctx, CIM_ELIMIT, "%s:%llu: a line of more than 16 MiB", l->in->name, (unsigned long long)l->line + 1);
    if (!cim__buf_reserve(&l->text, PIECE + 1)) return cim__nomem(ctx); /* one more byte for readers that need an end */
    CIM__TRY(l->live ? read_live(ctx, l, l->text.data + l->text.size, &got) : cim__input_read(ctx, l->input, l->text.data + l->text.size, PIECE, &got));
    l->text.size += got;
    l->ended = !got;
    return CIM_OK;
}

static cim_status hand_on(cim_ctx *ctx, lines *l, size_t size, cim__line_fn fn, void *user)
{
    char *text = (char *)l->text.data + l->done;
    l->line++;
    if (!(l->line & 1023)) CIM__TRY(cim__tick(ctx, l->line, 0, "reading observations"));
    if (size && text[size - 1] == '\r') size--;
    return fn(ctx, text, size, l->line, user);
}

static cim_status read_lines(cim_ctx *ctx, lines *l, cim__line_fn fn, void *user)
{
    size_t looked = 0;
    while (!l->ended) {
        CIM__TRY(more(ctx, l));
        char *end;
        while ((end = l->text.size > looked ? memchr(l->text.data + looked, '\n', l->text.size - looked) : NULL)) {
            size_t size = (size_t)(end - (char *)l->text.data) - l->done;
            cim_status st = hand_on(ctx, l, size, fn, user);
            if (st != CIM_OK) return st < 0 ? st : CIM_OK;
            l->done += size + 1;
            looked = l->done;
        }
        looked = l->text.size - l->done;
    }
    if (l->text.size > l->done) CIM__TRY(hand_on(ctx, l, l->text.size - l->done, fn, user));
    return CIM_OK;
}

cim_status cim__obs_lines(cim_ctx *ctx, cim__obs *in, cim__input *input, bool live, cim__line_fn fn, void *user)
{
    lines l = { .in = in, .input = input, .live = live, .text = cim__buf_on(ctx->mem) };
    cim_status st = read_lines(ctx, &l, fn, user);
    cim__buf_free(&l.text);
    return st;
}
