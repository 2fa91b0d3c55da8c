#include "support.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_log(int32_t level, const char *line, void *user)
{
    (void)level, (void)user;
    print_message("# %s\n", line);
}

cim_ctx *support_ctx(void)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    opts.log = on_log;
    opts.log_level = CIM_LOG_WARNING;
    assert_int_equal(cim_ctx_new(&opts, &ctx), CIM_OK);
    return ctx;
}

void support_status(cim_ctx *ctx, cim_status got, cim_status wanted, const char *file, int line)
{
    const char *text = cim_ctx_error(ctx);
    if (got != wanted) {
        print_error("%s:%d: %s (%s), wanted %s\n", file, line, cim_status_name(got), text, cim_status_name(wanted));
        fail();
    }
    if (got >= 0) return;
    if (!text[0] || strchr(text, '\n')) {
        print_error("%s:%d: failure without a one-line message\n", file, line);
        fail();
    }
}

/* ---- places ---- */

static char paths[8][4096];
static unsigned next_path;

static char *path_slot(void) { return paths[next_path++ % 8]; }

const char *support_own(const char *name)
{
    const char *source = getenv("CIM_SOURCE");
    char *path = path_slot();
    snprintf(path, 4096, "%s/data/%s", source ? source : ".", name);
    return path;
}

const char *support_shared(const char *name)
{
    const char *dir = getenv("CIM_DATA"), *source = getenv("CIM_SOURCE");
    char *path = path_slot();
    if (dir) snprintf(path, 4096, "%s/%s", dir, name);
    else snprintf(path, 4096, "%s/../shared/data/%s", source ? source : ".", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

static char temp_dir[64];

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_temp(void) { nftw(temp_dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS); }

const char *support_temp(const char *name)
{
    char *path = path_slot();
    if (!temp_dir[0]) {
        snprintf(temp_dir, sizeof temp_dir, "/tmp/cim-test-XXXXXX");
        assert_non_null(mkdtemp(temp_dir));
        atexit(remove_temp);
    }
    snprintf(path, 4096, "%s/%s", temp_dir, name);
    return path;
}

void support_write(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

char *support_read(const char *path, size_t *size_out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *data = malloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, f), size);
    data[size] = 0;
    fclose(f);
    *size_out = (size_t)size;
    return data;
}

/* ---- random ---- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

int support_rounds(int all) { return is_set("CIM_SANITIZED") || is_set("CIM_QUICK") ? (all + 4) / 5 : all; }

uint64_t support_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

double support_uniform(uint64_t *state, double least, double most) { return least + (most - least) * (double)(support_random(state) >> 11) * 0x1p-53; }

/* ---- faults ---- */

static pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;

static void *fault_realloc(void *user, void *ptr, size_t size)
{
    support_fault *fault = user;
    void *result = NULL;
    pthread_mutex_lock(&fault_lock);
    if (!size) {
        if (ptr) fault->live--;
        free(ptr);
    } else if (fault->left <= 0 && (!fault->hit || fault->persistent)) {
        fault->hit = true;
    } else {
        fault->left--;
        result = realloc(ptr, size);
        if (!ptr && result) fault->live++;
    }
    pthread_mutex_unlock(&fault_lock);
    return result;
}

cim_ctx *support_fault_ctx(support_fault *fault, uint32_t threads)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    opts.realloc_fn = fault_realloc;
    opts.realloc_user = fault;
    opts.threads = threads;
    return cim_ctx_new(&opts, &ctx) == CIM_OK ? ctx : NULL;
}

void support_fault_loop(const char *name, support_scenario scenario, long most)
{
    for (int persistent = 0; persistent < 2; persistent++) {
        long n = 0;
        for (;; n += 1 + n / most) {
            support_fault fault = { .left = n, .persistent = persistent != 0 };
            cim_ctx *ctx = support_fault_ctx(&fault, 1);
            cim_status st = ctx ? scenario(ctx) : CIM_ENOMEM;
            if (ctx && st < 0) assert_string_not_equal(cim_ctx_error(ctx), "");
            cim_ctx_free(ctx);
            if (fault.live) print_error("%s: %ld blocks leaked at allocation %ld\n", name, fault.live, n);
            assert_int_equal(fault.live, 0);
            if (!fault.hit) {
                if (st < 0) print_error("%s: %s\n", name, cim_status_name(st));
                assert_true(st >= 0);
                break;
            }
            if (st < 0 && st != CIM_ENOMEM) print_error("%s: %s at allocation %ld\n", name, cim_status_name(st), n);
            assert_true(st >= 0 || st == CIM_ENOMEM);
        }
        print_message("# %s: %ld allocations\n", name, n);
    }
}
