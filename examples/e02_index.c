/* A spatial index without any city: a million boxes, one window, the three nearest. */
#include <cim.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    enum { SIDE = 1000, COUNT = SIDE * SIDE };
    cim_ctx *ctx = NULL;
    cim_index *index = NULL;
    cim_box *boxes = (cim_box *)malloc(COUNT * sizeof *boxes), window = { 10.2, 10.2, 12.3, 12.3 };
    uint32_t ids[16];
    double distances[3];
    size_t count;
    if (!boxes || cim_ctx_new(NULL, &ctx) < 0) return EXIT_FAILURE;
    for (int i = 0; i < COUNT; i++) { /* unit squares with gaps: lower left corners at whole numbers */
        double x = i % SIDE, y = i / SIDE;
        boxes[i] = (cim_box){ x, y, x + 0.5, y + 0.5 };
    }
    if (cim_index_build(ctx, boxes, COUNT, NULL, &index) < 0) {
        fprintf(stderr, "%s\n", cim_ctx_error(ctx));
        return EXIT_FAILURE;
    }
    cim_probe probe = cim_probe_box(&window);
    if (cim_index_query(ctx, index, &probe, ids, 16, &count) < 0) return EXIT_FAILURE;
    printf("%zu boxes in the window\n", count);
    probe = cim_probe_near(500.7, 500.2, HUGE_VAL);
    if (cim_index_nearest(ctx, index, &probe, 3, ids, distances, &count) < 0) return EXIT_FAILURE;
    for (size_t i = 0; i < count; i++) printf("box %u, %.2f away\n", (unsigned)ids[i], distances[i]);
    cim_index_free(index);
    cim_ctx_free(ctx);
    free(boxes);
    return EXIT_SUCCESS;
}
