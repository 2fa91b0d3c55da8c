/* Open a city file and say what it is.
 *
 *   cc e01_hello_city.c $(pkg-config --cflags --libs libcim) -o hello && ./hello town.cim osm:way/4100000306 */
#include <cim.h>

#include <stdio.h>
#include <stdlib.h>

static int fail(cim_ctx *ctx)
{
    fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    cim_ctx_free(ctx);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    cim_ctx *ctx = NULL;
    cim_city *city = NULL;
    cim_buf json = CIM_BUF_INIT;
    if (argc < 2 || cim_ctx_new(NULL, &ctx) < 0) return EXIT_FAILURE;
    if (cim_city_open(ctx, argv[1], NULL, &city) < 0) return fail(ctx);
    printf("%s: %u objects in EPSG:%d\n", argv[1], (unsigned)cim_city_count(city), (int)cim_city_epsg(city));

    if (argc > 2) { /* one object with all its relations */
        uint32_t id;
        size_t count;
        if (cim_city_find(ctx, city, argv[2], &id, 1, &count) < 0) return fail(ctx);
        if (cim_city_object(ctx, city, id, CIM_OBJECT_RELATIONS, &json) < 0) return fail(ctx);
        printf("%s\n", json.data);
    }
    cim_buf_dispose(&json);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return EXIT_SUCCESS;
}
