/* small.h - a small city with something of everything that queries ask, and queries that ask it. */
#ifndef CIM_TESTS_QUERY_SMALL_H
#define CIM_TESTS_QUERY_SMALL_H

#include "city.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const support_object small_objects[] = {
    { .gid = "zone/old", .class_name = "District", .wkt = "POLYGON((500000 5400000,500100 5400000,500100 5400100,500000 5400100,500000 5400000))", .values = "name=Altstadt" },
    { .gid = "zone/new", .class_name = "District", .wkt = "POLYGON((500100 5400000,500200 5400000,500200 5400100,500100 5400100,500100 5400000))", .values = "name=Neustadt" },
    { .gid = "osm:way/1", .class_name = "Building", .wkt = "POLYGON((500010 5400010,500020 5400010,500020 5400020,500010 5400020,500010 5400010))",
      .values = "height_m=12.5;name=Rathaus;storeys=4:height", .attrs = "{\"osm:building\":\"public\",\"osm:start_date\":\"1789\",\"bldg:measuredHeight\":{\"value\":12.5,\"uom\":\"m\"}}",
      .valid_from = "1789" },
    { .gid = "osm:way/2", .class_name = "BuildingPart", .wkt = "POLYGON((500010 5400010,500015 5400010,500015 5400015,500010 5400015,500010 5400010))", .values = "height_m=20",
      .parent = "osm:way/1" },
    { .gid = "osm:way/4", .class_name = "Building", .wkt = "POLYGON((500020 5400010,500030 5400010,500030 5400020,500020 5400020,500020 5400010))",
      .values = "height_m=9;name=Café Zürich", .attrs = "{\"osm:building\":\"yes\",\"osm:amenity\":\"cafe\",\"tags\":[\"a\",\"b\",3],\"address\":{\"city\":\"Musterstadt\",\"zip\":12345}}",
      .valid_from = "1900-05", .valid_to = "2010-06-30" },
    { .gid = "osm:way/5", .class_name = "Building", .wkt = "POLYGON((500150 5400010,500160 5400010,500160 5400020,500150 5400020,500150 5400010))", .attrs = "{\"osm:building\":\"yes\",\"flag\":true}" },
    { .gid = "osm:way/3#0", .class_name = "Road", .wkt = "LINESTRING(500000 5400005,500050 5400005)", .values = "name=Hauptstraße;maxspeed_kmh=30;lanes=2" },
    { .gid = "osm:way/3#1", .class_name = "Road", .wkt = "LINESTRING(500050 5400005,500200 5400005)", .values = "name=Hauptstraße;maxspeed_kmh=50" },
    { .gid = "osm:node/7", .class_name = "Camera", .wkt = "POINT(500012 5400010)", .values = "name=cam 7", .attrs = "{\"note\":\"it's \\\"new\\\"\"}" },
    { .gid = "net", .class_name = "Network", .attrs = "{\"plain\":null}" },
};
enum { SMALL_COUNT = sizeof small_objects / sizeof *small_objects };

static const support_relation small_relations[] = {
    { "osm:way/1", CIM__R_ACCESSES, "osm:way/3#0", NULL },      { "osm:way/4", CIM__R_ACCESSES, "osm:way/3#0", NULL },
    { "osm:way/5", CIM__R_ACCESSES, "osm:way/3#1", NULL },      { "osm:way/1", CIM__R_LOCATED_IN, "zone/old", NULL },
    { "osm:way/4", CIM__R_LOCATED_IN, "zone/old", NULL },       { "osm:way/5", CIM__R_LOCATED_IN, "zone/new", NULL },
    { "osm:node/7", CIM__R_MOUNTED_ON, "osm:way/1", NULL },     { "osm:way/4", CIM__R_SAME_AS, "osm:way/5", NULL },
};
enum { SMALL_RELATIONS = sizeof small_relations / sizeof *small_relations };

/* Each finds the objects named, in ascending order of the table above. */
static const struct {
    const char *text, *found;
} small_queries[] = {
    { "class = 'Building'", "osm:way/1 osm:way/4 osm:way/5" },
    { "IS_A('Building')", "osm:way/1 osm:way/2 osm:way/4 osm:way/5" },
    { "class in ('Building') OR class IN ('Camera','Road')", NULL },
    { "class IN ('Building', 'Camera') AND NOT name IS NULL", "osm:way/1 osm:way/4 osm:node/7" },
    { "height_m > 10", "osm:way/1 osm:way/2" },
    { "NOT height_m > 10", "osm:way/4" },
    { "height_m BETWEEN 9 AND 12.5", "osm:way/1 osm:way/4" },
    { "height_m NOT BETWEEN 9 AND 12.5", "osm:way/2" },
    { "height_m IS NULL AND layer = 'building'", "osm:way/5" },
    { "name LIKE 'Rat%' OR name LIKE '%stadt'", "zone/old zone/new osm:way/1" },
    { "name LIKE '_eustadt'", "zone/new" },
    { "casei(name) LIKE casei('CAFÉ%')", "osm:way/4" },
    { "ACCENTI(CASEI(name)) = accenti(casei('CAFE ZURICH'))", "osm:way/4" },
    { "CASEI(name) = CASEI('hauptSTRASSE')", "osm:way/3#0 osm:way/3#1" },
    { "osm:building = 'yes'", "osm:way/4 osm:way/5" },
    { "\"osm:building\" <> 'yes'", "osm:way/1" },
    { "amenity = 'cafe'", "osm:way/4" },
    { "tags = 'b' AND tags = 3", "osm:way/4" },
    { "address.city = 'Musterstadt' AND attributes.address.zip > 12000", "osm:way/4" },
    { "bldg:measuredHeight = 12.5", "osm:way/1" },
    { "measuredHeight * 2 - 5 = 20 AND 7 div 2 = 3 AND 2 ^ 3 = 8 AND 7 % 4 = 3", "osm:way/1" },
    { "flag = TRUE", "osm:way/5" },
    { "plain IS NULL AND layer = 'nonspatial'", "net" },
    { "note = 'it''s \"new\"'", "osm:node/7" },
    { "derived.storeys = 'height'", "osm:way/1" },
    { "id = 'osm:way/3'", "osm:way/3#0 osm:way/3#1" },
    { "id IN ('osm:way/3#1', 'nothing')", "osm:way/3#1" },
    { "geom IS NULL", "net" },
    { "S_INTERSECTS(geom, BBOX(500011, 5400011, 500012, 5400012))", "zone/old osm:way/1 osm:way/2" },
    { "S_WITHIN(geom, POLYGON((500000 5400000,500100 5400000,500100 5400100,500000 5400100,500000 5400000))) AND class <> 'District'",
      "osm:way/1 osm:way/2 osm:way/4 osm:way/3#0 osm:node/7" },
    { "class = 'Building' AND S_TOUCHES(geom, OBJECT('osm:way/1'))", "osm:way/4" },
    { "S_CONTAINS(geom, POINT(500155 5400015))", "zone/new osm:way/5" },
    { "S_EQUALS(geom, POINT(500012 5400010))", "osm:node/7" },
    { "S_CROSSES(geom, OBJECT('zone/old'))", "osm:way/3#1" },
    { "S_DWITHIN(geom, POINT(500012 5400000), 0.0101, km) AND NOT IS_A('Road') AND class <> 'District'", "osm:way/1 osm:way/2 osm:node/7" },
    { "layer = 'building' AND S_BEYOND(geom, OBJECT('osm:way/3'), 5)", "" },
    { "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(500155 5400015), LINESTRING(500012 5400010, 500012 5400009)))", NULL },
    { "S_DISJOINT(geom, POLYGON EMPTY) AND layer = 'sensor'", "osm:node/7" },
    { "located_in.name = 'Altstadt'", "osm:way/1 osm:way/4" },
    { "accesses.maxspeed_kmh > 30", "osm:way/5" },
    { "accesses.accessed_by.id = 'osm:way/4'", "osm:way/1 osm:way/4" },
    { "has_part IS NOT NULL AND has_part.class = 'BuildingPart'", "osm:way/1" },
    { "parent.name = 'Rathaus'", "osm:way/2" },
    { "mounted_on.located_in.name LIKE 'Alt%'", "osm:node/7" },
    { "same_as.id = 'osm:way/4'", "osm:way/5" },
    { "RELATED(accesses, 'osm:way/3#1') OR RELATED('located_in', 'zone/new')", "osm:way/5" },
    { "S_INTERSECTS(accesses.geom, POINT(500100 5400005)) AND S_DISJOINT(geom, located_in.geom) IS NULL", "" },
    { "valid_from < DATE('1850-01-01')", "osm:way/1" },
    { "T_BEFORE(valid_to, TIMESTAMP('2010-07-01T00:00:00Z'))", "osm:way/4" },
    { "T_DURING(start_date, INTERVAL('1700-01-01', '..'))", "osm:way/1" },
    { "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2005-01-01','2006-01-01')) AND layer = 'building' AND valid_from IS NOT NULL", "osm:way/1 osm:way/4" },
    { "bounded_by.class = 'RoofSurface'", "" },
    { "(height_m > 10) = TRUE", "osm:way/1 osm:way/2" },
    { "number >= 0 AND source = 1 AND parent IS NOT NULL", NULL },
    { "", NULL },
};
enum { SMALL_QUERIES = sizeof small_queries / sizeof *small_queries };

static inline const char *small_city(const char *name)
{
    const char *path = support_temp(name);
    support_city(path, 0, small_objects, SMALL_COUNT, small_relations, SMALL_RELATIONS);
    return path;
}

#endif
