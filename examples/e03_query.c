/* Ask a city: print the objects for which an expression is true, with their relations.
 *
 *   cc e03_query.c $(pkg-config --cflags --libs libcim) -o ask && ./ask town.cim "class = 'Camera' AND mounted_on.function = 'hospital'" */
#include <cim.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    cim_ctx *ctx = NULL;
    cim_city *city = NULL;
    cim_query_result hits = CIM_QUERY_RESULT_INIT;
    if (argc != 3 || cim_ctx_new(NULL, &ctx) < 0) return EXIT_FAILURE;
    cim_status st = cim_city_open(ctx, argv[1], NULL, &city);
    if (st >= 0) st = cim_query_run(ctx, city, argv[2], NULL, &hits);
    for (size_t i = 0; i < hits.count && st >= 0; i++) {
        cim_buf json = CIM_BUF_INIT;
        st = cim_city_object(ctx, city, hits.ids[i], CIM_OBJECT_RELATIONS, &json);
        if (st >= 0) printf("%s\n", json.data);
        cim_buf_dispose(&json);
    }
    if (st < 0) fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    cim_query_result_dispose(&hits);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return st < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
