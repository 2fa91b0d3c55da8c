/* pictures.c - the small city. */
#include "pictures.h"

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
