/* raster.c - a field at the posts of a raster. */
#include "field/field.h"

#include "core/par.h"

enum { MOST_POSTS = 400000000 };

typedef struct grid {
    const cim_field *field;
    cim_sight_raster at;
    float *values, *errors; /* errors NULL: not wanted */
    double *scratch[CIM__WORKERS];
} grid;

/* A row goes through cim_field_values() as any places do. */
static cim_status fill_row(cim_ctx *ctx, uint32_t worker, size_t row, void *user)
{
    grid *g = user;
    size_t n = g->at.columns, first = row * n;
    if (!g->scratch[worker]) g->scratch[worker] = cim__alloc_n(g->field->mem, n, 4 * sizeof **g->scratch);
    double *xy = g->scratch[worker], *values = xy + 2 * n, *variances = xy + 3 * n;
    if (!xy) return cim__nomem(ctx);
    for (size_t c = 0; c < n; c++) xy[2 * c] = g->at.x + (double)c * g->at.step_x_m, xy[2 * c + 1] = g->at.y + (double)row * g->at.step_y_m;
    CIM__TRY(cim_field_values(ctx, g->field, xy, n, values, g->errors ? variances : NULL));
    for (size_t c = 0; c < n; c++) {
        g->values[first + c] = (float)values[c];
        if (g->errors) g->errors[first + c] = (float)sqrt(variances[c]);
    }
    return CIM_OK;
}

static cim_status lay_out(cim_ctx *ctx, const cim_box *b, double cell_m, cim_sight_raster *r)
{
    if (!(cell_m >= 0.001 && cell_m <= 1e6)) return cim__fail(ctx, CIM_EARG, "the cells of a raster must be 0.001 to 1,000,000 m");
    if (!(fabs(b->min_x) <= 1e9 && fabs(b->max_x) <= 1e9 && fabs(b->min_y) <= 1e9 && fabs(b->max_y) <= 1e9) || b->min_x > b->max_x || b->min_y > b->max_y)
        return cim__fail(ctx, CIM_EARG, "the box of a raster is none");
    double columns = fmax(floor((b->max_x - b->min_x) / cell_m), 1.0), rows = fmax(floor((b->max_y - b->min_y) / cell_m), 1.0);
    if (columns * rows > MOST_POSTS) return cim__fail(ctx, CIM_ELIMIT, "a raster of more than %d posts: take larger cells", MOST_POSTS);
    *r = (cim_sight_raster){ sizeof *r, (uint32_t)columns, (uint32_t)rows, b->min_x + 0.5 * cell_m, b->max_y - 0.5 * cell_m, cell_m, -cell_m, NULL };
    return CIM_OK;
}

cim_status cim_field_raster(cim_ctx *ctx, const cim_field *field, const cim_box *box, double cell_m, cim_sight_raster *raster_out, cim_buf *values_out, cim_buf *errors_out)
{
    grid g = { .field = field };
    cim__enter(ctx);
    if (!field || !box || !raster_out || !values_out) return cim__fail(ctx, CIM_EARG, "no field, no box or no place for the raster");
    CIM__TRY(cim__out_ok(ctx, raster_out, "cim_sight_raster"));
    CIM__TRY(lay_out(ctx, box, cell_m, &g.at));
    cim__buf values = cim__buf_on(ctx->mem), errors = cim__buf_on(ctx->mem);
    size_t size = (size_t)g.at.columns * g.at.rows * sizeof *g.values;
    g.values = cim__buf_extend(&values, size);
    g.errors = errors_out ? cim__buf_extend(&errors, size) : NULL;
    cim_status st = g.values && (g.errors || !errors_out) ? cim__par_run(ctx, g.at.rows, "interpolation", fill_row, &g) : cim__nomem(ctx);
    for (int i = 0; i < CIM__WORKERS; i++) cim__free(field->mem, g.scratch[i]);
    cim_buf given[2] = { CIM_BUF_INIT, CIM_BUF_INIT };
    if (st >= 0 && (!cim__buf_give(&values, &given[0]) || (errors_out && !cim__buf_give(&errors, &given[1])))) st = cim__nomem(ctx);
    cim__buf_free(&values);
    cim__buf_free(&errors);
    if (st < 0) {
        cim_buf_dispose(&given[0]);
        return st;
    }
    *values_out = given[0];
    if (errors_out) *errors_out = given[1];
    g.at.height_m = (const float *)(const void *)values_out->data;
    cim__out_fill(raster_out, &g.at, sizeof g.at);
    return CIM_OK;
}
