/* module.c - dlopen of libcim's own modules. */
#include "core/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef CIM_MODULE_DIR
#define CIM_MODULE_DIR "/usr/lib/libcim"
#endif

enum { MAX_MODULES = 8, PATH_CAP = 4096 };

static struct {
    char name[32];
    const void *table;
} loaded[MAX_MODULES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *open_in(const char *dir, size_t dir_len, const char *name, char *error, size_t error_size)
{
    char path[PATH_CAP];
    int n = snprintf(path, sizeof path, "%.*s/cim_%s.so", (int)dir_len, dir, name);
    if (n < 0 || (size_t)n >= sizeof path) return NULL;
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (!handle && !error[0]) {
        const char *text = dlerror();
        snprintf(error, error_size, "%.290s", text ? text : path);
    }
    return handle;
}

static void *open_module(const char *name, char *error, size_t error_size)
{
    const char *env = secure_getenv("CIM_MODULE_PATH");
    void *handle = env ? open_in(env, strlen(env), name, error, error_size) : NULL;
    Dl_info self;
    if (!handle && dladdr((void *)(uintptr_t)cim__module_load, &self) && self.dli_fname) {
        const char *slash = strrchr(self.dli_fname, '/');
        char ignored[8] = "x"; /* only the last place tried is worth an error text */
        if (slash) handle = open_in(self.dli_fname, (size_t)(slash - self.dli_fname), name, ignored, sizeof ignored);
    }
    return handle ? handle : open_in(CIM_MODULE_DIR, strlen(CIM_MODULE_DIR), name, error, error_size);
}

static cim_status load(cim_ctx *ctx, const char *name, const void **table_out)
{
    char symbol[64], error[300] = "";
    size_t i = 0;
    for (; i < MAX_MODULES && loaded[i].table; i++)
        if (!strcmp(loaded[i].name, name)) {
            *table_out = loaded[i].table;
            return CIM_OK;
        }
    void *handle = open_module(name, error, sizeof error);
    if (!handle) return cim__fail(ctx, CIM_EUNSUPPORTED, "module %s cannot be loaded: %s", name, error);
    snprintf(symbol, sizeof symbol, "cim_module_%s", name);
    const void *table = dlsym(handle, symbol);
    if (!table || i == MAX_MODULES) {
        dlclose(handle);
        return cim__fail(ctx, CIM_EUNSUPPORTED, "module %s has no table", name);
    }
    snprintf(loaded[i].name, sizeof loaded[i].name, "%s", name);
    *table_out = loaded[i].table = table;
    return CIM_OK;
}

cim_status cim__module_load(cim_ctx *ctx, const char *name, const void **table_out)
{
    pthread_mutex_lock(&lock);
    cim_status st = load(ctx, name, table_out);
    pthread_mutex_unlock(&lock);
    return st;
}
