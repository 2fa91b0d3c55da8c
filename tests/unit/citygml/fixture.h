/* fixture.h - one run of the importer that every test of a program begins and ends. */
#ifndef CIM_TESTS_CITYGML_FIXTURE_H
#define CIM_TESTS_CITYGML_FIXTURE_H

#include "citygml.h"

static cim_ctx *ctx;
static gml_run run;

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    gml_begin(&run, ctx);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gml_end(&run);
    cim_ctx_free(ctx);
    return 0;
}

#endif
