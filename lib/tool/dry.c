/* dry.c - --dry-run of verbs that write a city file: they work on a copy beside it, which is thrown away.  So what is said is what would come, and every
 * error that would come, too, but for a disk that is full later. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *what, const char *path)
{
    cimtool_complain("%s: cannot %s: %s", path, what, strerror(errno));
    return EXIT_FAILED;
}

static int copy_bytes(int from, int to, const char *path, const char *copy)
{
    static char block[1 << 16];
    ssize_t n;
    while ((n = read(from, block, sizeof block)) > 0)
        for (ssize_t done = 0, part; done < n; done += part)
            if ((part = write(to, block + done, (size_t)(n - done))) < 0) return failed("write", copy);
    return n < 0 ? failed("read", path) : EXIT_DONE;
}

int cimtool_dry_begin(const char *path, bool must, char **copy_out)
{
    size_t size = strlen(path) + 16;
    char *copy = malloc(size);
    if (!copy) return EXIT_INTERNAL;
    snprintf(copy, size, "%s.dry-XXXXXX", path);
    int from = open(path, O_RDONLY | O_CLOEXEC), status = EXIT_DONE;
    bool fresh = from < 0 && errno == ENOENT && !must;
    if (from < 0 && !fresh) status = failed("open", path);
    int to = status == EXIT_DONE ? mkstemp(copy) : -1;
    if (status == EXIT_DONE && to < 0) status = failed("create", copy);
    if (to < 0) {
        if (from >= 0) close(from);
        free(copy);
        return status;
    }
    if (from >= 0) status = copy_bytes(from, to, path, copy);
    if (from >= 0) close(from);
    close(to);
    if (fresh) unlink(copy); /* an import makes a new one */
    *copy_out = copy;
    if (status != EXIT_DONE) cimtool_dry_end(copy);
    return status;
}

void cimtool_dry_end(char *copy)
{
    unlink(copy);
    free(copy);
}
