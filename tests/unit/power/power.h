/* power.h - two small cases, the same network twice, and running the importers on a text. */
#ifndef CIM_TESTS_POWER_H
#define CIM_TESTS_POWER_H

#include "import/importer.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

extern const cim__importer cim__importer_matpower, cim__importer_pandapower;

/* Five buses in two voltages: 1 feeds, 1-2 a line, 2-3 a transformer, 3-4 a line, 4-5 a line that is switched off, 9 isolated. */
static const char matpower_case[] = "function mpc = small % a case\n"
                                    "%% MATPOWER Case Format : Version 2\n"
                                    "%{\nmpc.bus = [ not read\n%}\n"
                                    "mpc.version = '2';\n"
                                    "mpc.baseMVA = 200/2;\n"
                                    "mpc.bus = [ % in kW\n"
                                    "\t1\t3\t0\t0\t0\t0\t1\t1\t0\t110\t1\t1.1\t0.9;\n"
                                    "\t2, 1, 500, 0, 0, 0, 1, 1, 0, 110, 1, 1.1, 0.9\n"
                                    "\t3 1 1000 -5 0 0 1 1 ... the row goes on\n 0 34.64101615137755/sqrt(3) 1 1.1 - 0.1 0.9\n"
                                    "\t4 1 250.5 0 0 0 1 1 0 20 1 1.1 0.9; 5 2 0 0 0 0 1 1 0 20 1 1.1 0.9;\n"
                                    "\t9 4 0 0 0 0 1 1 0 0.4 1 1.1 0.9\n];\n"
                                    "mpc.gen = [ 1 10 0 Inf -Inf 1 100 1 50 0; 5 0 0 1 -1 1 100 0 5 0; 4 -1 0 0 0 1 100 1 0 -1 ];\n"
                                    "mpc.branch = [\n 1 2 0.1 0.2 0 0 0 0 0 0 1 -360 360;\n 2 3 0 0.1 0 0 0 0 0.98 0 1 -360 360;\n"
                                    " 3 4 0.1 0.2 0 0 0 0 0 0 1 -360 360;\n 4 5 0.1 0.2 0 0 0 0 0 0 0 -360 360;\n];\n"
                                    "mpc.gencost = [2 0 0 3 0 20 0; 2 0 0 3 0 30 0; 2 0 0 3 0 40 0];\n"
                                    "mpc.bus_name = { 'One'; 'Two''s'; \"Three\"; 'Four'; 'Five'; 'Nine' };\n"
                                    "[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, ...\n VA] = idx_bus;\n"
                                    "x = zeros(3);\n"
                                    "k = 1e3;\n"
                                    "mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / k;\n";

#define PANDAS(columns, index, data) "{\"_module\":\"pandas.core.frame\",\"_class\":\"DataFrame\",\"_object\":\"{\\\"columns\\\":" columns ",\\\"index\\\":" index ",\\\"data\\\":" data "}\",\"orient\":\"split\"}"
#define Q "\\\""
static const char pandapower_case[] =
    "{\"_module\":\"pandapower.auxiliary\",\"_class\":\"pandapowerNet\",\"_object\":{"
    "\"bus\":" PANDAS("[" Q "name" Q "," Q "vn_kv" Q "," Q "in_service" Q "," Q "geo" Q "]", "[1,2,3,4,5,9]",
                     "[[" Q "One" Q ",110.0,true," Q "{\\\\\\\"coordinates\\\\\\\":[7.70,48.40],\\\\\\\"type\\\\\\\":\\\\\\\"Point\\\\\\\"}" Q "],"
                     "[null,110.0,true," Q "{\\\\\\\"coordinates\\\\\\\":[7.71,48.40],\\\\\\\"type\\\\\\\":\\\\\\\"Point\\\\\\\"}" Q "],[null,20,true,null],[null,20,true,null],[null,20,true,null],[null,0.4,false,null]]") ","
    "\"load\":" PANDAS("[" Q "bus" Q "," Q "p_mw" Q "," Q "scaling" Q "," Q "in_service" Q "]", "[0,1,2,3]", "[[2,0.5,1.0,true],[3,2.0,0.5,true],[4,0.2505,1.0,true],[4,7,1.0,false]]") ","
    "\"ext_grid\":" PANDAS("[" Q "bus" Q "," Q "in_service" Q "]", "[0]", "[[1,true]]") ","
    "\"line\":{\"_object\":{\"columns\":[\"name\",\"from_bus\",\"to_bus\",\"length_km\",\"type\",\"in_service\"],\"index\":[7,8,11],\"data\":[[\"L\",1,2,0.9,\"ol\",true],[null,3,4,1,\"cs\",true],[null,4,5.0,1,\"cs\",false]]}},"
    "\"trafo\":{\"hv_bus\":{\"0\":2},\"lv_bus\":{\"0\":3}},"
    "\"trafo3w\":" PANDAS("[" Q "hv_bus" Q "," Q "mv_bus" Q "," Q "lv_bus" Q "]", "[0]", "[[1,3,9]]") ","
    "\"switch\":" PANDAS("[" Q "bus" Q "," Q "element" Q "," Q "et" Q "," Q "type" Q "," Q "closed" Q "]", "[0,1,2,3]",
                        "[[1,7," Q "l" Q "," Q "LBS" Q ",true],[3,0," Q "t" Q "," Q "CB" Q ",false],[4,5," Q "b" Q "," Q "CB" Q ",false],[3,0," Q "t3" Q ",null,true]]") ","
    "\"res_bus\":" PANDAS("[" Q "vm_pu" Q "]", "[1]", "[[1.0]]") ","
    "\"name\":\"small\",\"f_hz\":50.0,\"version\":\"2.1\"}}";

typedef struct power_run {
    cim__sink sink;
    cim__source source;
    cim__report report;
    cim_status status;
} power_run;

static inline void power_free(power_run *r)
{
    cim__sink_free(&r->sink);
    cim__report_free(&r->report);
}

/* Into the sink only: fast enough to do it thousands of times. */
static inline void power_run_text(cim_ctx *ctx, power_run *r, const cim__importer *importer, const char *text, size_t size, int32_t source_epsg)
{
    cim_import_options opts = CIM_IMPORT_OPTIONS_INIT;
    cim__input *input = NULL;
    const char *path = support_temp("case.txt");
    memset(r, 0, sizeof *r);
    opts.max_depth = 64;
    opts.max_bytes = 1 << 26;
    opts.source_epsg = source_epsg;
    support_write(path, text, size);
    cim__sink_init(&r->sink, ctx->mem, NULL, "/tmp/", 64 << 20);
    cim__report_init(&r->report, ctx->mem);
    cim__enter(ctx);
    r->status = cim__input_open(ctx, path, opts.max_bytes, 400, &input);
    if (r->status < 0) return;
    r->source = (cim__source){ .uri = path };
    cim__job job = { .input = input, .opts = &opts, .sink = &r->sink, .source = &r->source, .report = &r->report };
    r->status = importer->run(ctx, &job);
    cim__input_close(ctx, input);
}

/* `text` with the first `from` replaced by `to`; freed by the caller. */
static inline char *power_changed(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at) fail_msg("there is no \"%s\" in the case", from);
    char *changed = malloc(strlen(text) + strlen(to) + 1);
    sprintf(changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return changed;
}

#endif
