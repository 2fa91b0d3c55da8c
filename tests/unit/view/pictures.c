/* pictures.c - the small city. */
#include "pictures.h"

#include "cim/sense.h"

#include <stdlib.h>
#include <string.h>

static const support_object objects[] = {
    { "osm:way/1", "Building",
        "MULTIPOLYGON(((500000 5400000,500010 5400000,500010 5400010,500000 5400010,500000 5400000),(500002 5400002,500003 5400002,500003 5400003,500002 5400002)))",
      "name=</script><script>alert(1)</script>;height_m=9.25;storeys=3:default;year_built=1999",
          "{\"osm:note\":\"<b>\\\"'&]]>\\u0000\\u202eabc\",\"deep\":{\"list\":[1,null,\"\\u00e4\"]},\"empty\":\"\"}", NULL, "2001", "2020" },
    { "osm:way/2", "Road", "LINESTRING(500000 5400020,500060 5400020.123456,500120 5400022)", "name=Lange Stra\xc3\x9f" "e;function=residential", NULL,
        NULL, NULL, NULL },
    { "osm:way/3", "BuildingPart", "MULTIPOLYGON(((500000 5400000,500005 5400000,500005 5400005,500000 5400000)))", "height_m=12", NULL, "osm:way/1",
        NULL, NULL },
    { "osm:node/4", "Camera", "POINT(500001 5400001)", "direction_deg=90", NULL, NULL, NULL, NULL },
    { "osm:relation/5", "TurnRestriction", NULL, NULL, NULL, NULL, NULL, NULL },
    { "osm:way/6#12", "Building",
        "MULTIPOLYGON(((500100 5400000,500110 5400000,500110 5400010,500100 5400010,500100 5400000)),((500120 5400000,500121 5400000,500121 5400001,500120 5400000)))",
      "height_m=30", NULL, NULL, NULL, NULL },
    { "007", "Building", "MULTIPOLYGON(((500100 5400050,500110 5400050,500110 5400060,500100 5400050)))", "height_m=0.1", NULL, NULL, NULL, NULL },
    { "inp:link/1", "Pipe", "LINESTRING(500000 5400030,500100 5400031)", "network=water;diameter_mm=150.5", NULL, NULL, NULL, NULL },
    { "lake", "WaterBody", "MULTIPOLYGON(((500200 5400000,500260 5400000,500260 5400060,500200 5400060,500200 5400000)))", "name=Stiller See", NULL,
        NULL, NULL, NULL },
};
static const support_relation relations[] = { { "osm:way/1", CIM__R_ACCESSES, "osm:way/2", "{\"distance_m\":1}" } };

const char *pictures_city(void)
{
    static char path[600];
    if (!path[0]) {
        strncpy(path, support_temp("pictures.cim"), sizeof path - 1);
        support_city(path, 0, objects, sizeof objects / sizeof *objects, relations, 1);
    }
    return path;
}

static void observe(cim_ctx *ctx, cim_sense *sense, const char *gid, uint32_t object, uint32_t edge, uint32_t kind, const double *values, size_t count)
{
    cim_stream s = CIM_STREAM_INIT;
    uint32_t id = 0;
    s.gid = gid;
    s.property = s.name = "</script><script>alert(3)</script>";
    s.unit = "\"'&{x}";
    s.object = object;
    s.edge = edge;
    s.kind = kind;
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
    for (size_t i = 0; i < count; i++) {
        int64_t time = 1715558400000 + (int64_t)i * 61001;
        if (kind == CIM_STREAM_TEXT) assert_ok(ctx, cim_sense_append_text(ctx, sense, id, time, gid, CIM_QUALITY_GOOD));
        else assert_ok(ctx, cim_sense_append(ctx, sense, id, &time, values + i, NULL, 1));
    }
}

const char *pictures_observed(void)
{
    static char path[600];
    static double many[3000];
    const double sizes[] = { 1e308, -1e308, 4.9e-324, NAN, 1.0 / 3.0 }, tiny[] = { 4.9e-324, 1e-320, NAN }, gaps[] = { NAN, NAN }, states[] = { 0, 1, 1 };
    if (path[0]) return path;
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) many[i] = (double)(i % 997) / 7.0;
    strncpy(path, support_temp("observed.cim"), sizeof path - 1);
    support_city(path, 0, objects, sizeof objects / sizeof *objects, relations, 1);
    cim_ctx *ctx = support_ctx();
    cim_sense *sense;
    cim_sense_options opts = CIM_SENSE_OPTIONS_INIT;
    opts.flags = CIM_SENSE_WRITE | CIM_SENSE_MANUAL;
    assert_ok(ctx, cim_sense_open(ctx, path, &opts, &sense));
    observe(ctx, sense, "many", 4, 2, CIM_STREAM_NUMBER, many, sizeof many / sizeof *many);
    observe(ctx, sense, "sizes", 4, CIM_NONE, CIM_STREAM_NUMBER, sizes, 5);
    observe(ctx, sense, "tiny", 4, CIM_NONE, CIM_STREAM_NUMBER, tiny, 3);
    observe(ctx, sense, "gaps", CIM_NONE, 2, CIM_STREAM_NUMBER, gaps, 2);
    observe(ctx, sense, "states", 4, CIM_NONE, CIM_STREAM_BOOLEAN, states, 3);
    observe(ctx, sense, "<b>word", 4, CIM_NONE, CIM_STREAM_TEXT, NULL, 2);
    observe(ctx, sense, "none yet", 4, CIM_NONE, CIM_STREAM_NUMBER, NULL, 0);
    observe(ctx, sense, "nowhere", CIM_NONE, CIM_NONE, CIM_STREAM_NUMBER, states, 1);
    observe(ctx, sense, "gone", 4000000000u, CIM_NONE, CIM_STREAM_NUMBER, states, 1);
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    cim_sense_free(sense);
    cim_ctx_free(ctx);
    return path;
}

const char *pictures_file(const char *name, const char *text)
{
    const char *path = support_temp(name);
    support_write(path, text, strlen(text));
    return path;
}

bool pictures_has(const char *path, const char *text)
{
    size_t size;
    char *all = support_read(path, &size);
    bool has = all && memmem(all, size, text, strlen(text));
    free(all);
    return has;
}
