/* Objects, their attributes, values, relations and what is kept as text. */
#include "fixture.h"

#include <math.h>
#include <sys/stat.h>

#define FOOT(id) "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE(id, "1"))) "</bldg:lod0FootPrint>"

/* ---- attributes ---- */

static void test_objects_attributes_are_verbatim(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<gml:name codeSpace=\"street\">5</gml:name><gml:name>b</gml:name><core:creationDate>2020-01-31</core:creationDate><bldg:class>0010</bldg:class>"
        "<bldg:function codeSpace=\"f.xml\">1000</bldg:function><bldg:measuredHeight uom=\"#m\">012.30</bldg:measuredHeight><bldg:storeysAboveGround> 4 </bldg:storeysAboveGround>"
        "<core:relativeToTerrain>entirelyAboveTerrain</core:relativeToTerrain>" FOOT("p"))));
    const char *attrs = gml_attrs(&run, "gml:b");
    assert_has(attrs, "\"gml:name\":[{\"value\":\"5\",\"codeSpace\":\"street\"},\"b\"]");
    assert_has(attrs, "\"bldg:class\":\"0010\"");
    assert_has(attrs, "\"bldg:function\":{\"value\":\"1000\",\"codeSpace\":\"f.xml\"}");
    assert_has(attrs, "\"bldg:measuredHeight\":{\"value\":\"012.30\",\"uom\":\"#m\"}"); /* no JSON number */
    assert_has(attrs, "\"bldg:storeysAboveGround\":4");
    assert_int_equal(gml_value(&run, "gml:b", CIM__A_STOREYS)->integer, 4);
    assert_true(gml_value(&run, "gml:b", CIM__A_HEIGHT_M)->real == 12.3);
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_FUNCTION)->text, "1000"));
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_NAME)->text, "5"));
}

static void test_objects_numbers_keep_their_digits(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<gen:doubleAttribute name=\"d\"><gen:value>1.230</gen:value></gen:doubleAttribute><gen:intAttribute name=\"i\"><gen:value>007</gen:value></gen:intAttribute>"
        "<gen:stringAttribute name=\"s\"><gen:value>12</gen:value></gen:stringAttribute><gen:measureAttribute name=\"m\"><gen:value uom=\"m\">-1.50e3</gen:value></gen:measureAttribute>"
        "<gen:dateAttribute name=\"t\"><gen:value>2012-10-17</gen:value></gen:dateAttribute><gen:uriAttribute name=\"u\"><gen:value>http://x</gen:value></gen:uriAttribute>"
        "<gen:stringAttribute name=\"s\"><gen:value>again &amp; \"again\"</gen:value></gen:stringAttribute>"
        "<gen:genericAttributeSet name=\"set\" codeSpace=\"c\"><gen:intAttribute name=\"in\"><gen:value>1</gen:value></gen:intAttribute><gen:genericAttributeSet name=\"deep\"><gen:stringAttribute name=\"x\"><gen:value>y</gen:value></gen:stringAttribute></gen:genericAttributeSet></gen:genericAttributeSet>" FOOT("p"))));
    assert_string_equal(gml_attrs(&run, "gml:b"), "{\"gen:d\":1.230,\"gen:i\":\"007\",\"gen:s\":[\"12\",\"again & \\\"again\\\"\"],\"gen:m\":{\"value\":-1.50e3,\"uom\":\"m\"},\"gen:t\":\"2012-10-17\",\"gen:u\":\"http://x\","
                                                  "\"gen:set\":{\"@codeSpace\":\"c\",\"in\":1,\"deep\":{\"x\":\"y\"}}}");
}

static void test_objects_generics_of_3_0(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:genericAttribute><gen:StringAttribute><gen:name>s</gen:name><gen:value>v</gen:value></gen:StringAttribute></core:genericAttribute>"
        "<core:genericAttribute><gen:MeasureAttribute><gen:name>m</gen:name><gen:value uom=\"m\">2.5</gen:value></gen:MeasureAttribute></core:genericAttribute>"
        "<core:genericAttribute><gen:GenericAttributeSet><gen:name>set</gen:name><gen:codeSpace>c</gen:codeSpace><gen:genericAttribute><gen:IntAttribute><gen:name>i</gen:name><gen:value>3</gen:value></gen:IntAttribute></gen:genericAttribute></gen:GenericAttributeSet></core:genericAttribute>")));
    assert_string_equal(gml_attrs(&run, "gml:b"), "{\"gen:s\":\"v\",\"gen:m\":{\"value\":2.5,\"uom\":\"m\"},\"gen:set\":{\"@codeSpace\":\"c\",\"i\":3}}");
}

static void test_objects_nested_data_types(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", FOOT("p") "<core:externalReference><core:informationSystem>alkis</core:informationSystem><core:externalObject><core:name>DE1</core:name></core:externalObject></core:externalReference>"
        "<uro:buildingIDAttribute><uro:BuildingIDAttribute><uro:buildingID>13101-1</uro:buildingID><uro:city codeSpace=\"c.xml\">13101</uro:city></uro:BuildingIDAttribute></uro:buildingIDAttribute>"
        "<uro:risk><uro:Risk gml:id=\"r1\"><uro:depth uom=\"m\">0.5</uro:depth></uro:Risk></uro:risk><uro:risk><uro:Risk><uro:rank>true</uro:rank></uro:Risk></uro:risk>")));
    const char *attrs = gml_attrs(&run, "gml:b");
    assert_has(attrs, "\"core:externalReference\":{\"core:informationSystem\":\"alkis\",\"core:externalObject\":{\"core:name\":\"DE1\"}}");
    assert_has(attrs, "\"uro:buildingIDAttribute\":{\"type\":\"uro:BuildingIDAttribute\",\"uro:buildingID\":\"13101-1\",\"uro:city\":{\"value\":\"13101\",\"codeSpace\":\"c.xml\"}}");
    assert_has(attrs, "\"uro:risk\":[{\"type\":\"uro:Risk\",\"id\":\"r1\",\"uro:depth\":{\"value\":0.5,\"uom\":\"m\"}},{\"type\":\"uro:Risk\",\"uro:rank\":true}]");
    assert_int_equal(gml_count(&run, "element", "verbatim"), 0);
}

static void test_objects_values(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:validFrom>1990-01-01T00:00:00</core:validFrom><core:validTo>2001-01-01T00:00:00</core:validTo>"
        "<con:dateOfConstruction>1985-05-01</con:dateOfConstruction><con:height><con:Height><con:highReference>a</con:highReference><con:value uom=\"ft\">10</con:value></con:Height></con:height>"
        "<bldg:roofType>1030</bldg:roofType><bldg:storeysBelowGround>2</bldg:storeysBelowGround><bldg:storeysAboveGround>9999</bldg:storeysAboveGround>")
        GML_BUILDING("c", "<bldg:measuredHeight uom=\"m\">-9999</bldg:measuredHeight>")));
    const cim__record *b = gml_record(&run, "gml:b");
    assert_true(cim__str_is(b->valid_from, "1990-01-01T00:00:00") && cim__str_is(b->valid_to, "2001-01-01T00:00:00"));
    assert_int_equal(gml_value(&run, "gml:b", CIM__A_YEAR_BUILT)->integer, 1985);
    assert_true(fabs(gml_value(&run, "gml:b", CIM__A_HEIGHT_M)->real - 3.048) < 1e-9);
    assert_int_equal(gml_value(&run, "gml:b", CIM__A_STOREYS_BELOW)->integer, 2);
    assert_null(gml_value(&run, "gml:b", CIM__A_STOREYS)); /* 9999 storeys mean that nobody knows */
    assert_null(gml_value(&run, "gml:c", CIM__A_HEIGHT_M));
    assert_has(gml_attrs(&run, "gml:c"), "-9999"); /* but what the file says is kept */
}

static void test_objects_addresses(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", FOOT("p") "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:Locality Type=\"Town\"><xAL:LocalityName>Bonn</xAL:LocalityName>"
        "<xAL:Thoroughfare><xAL:ThoroughfareNumber>7</xAL:ThoroughfareNumber><xAL:ThoroughfareName>Weg</xAL:ThoroughfareName></xAL:Thoroughfare><xAL:PostalCode><xAL:PostalCodeNumber>53113</xAL:PostalCodeNumber></xAL:PostalCode>"
        "</xAL:Locality></xAL:Country></xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>"
        "<bldg:address><core:Address gml:id=\"a2\"><core:xalAddress><xAL:AddressDetails><xAL:Locality><xAL:LocalityName>Ulm</xAL:LocalityName></xAL:Locality></xAL:AddressDetails></core:xalAddress>"
        "<core:multiPoint><gml:MultiPoint><gml:pointMember><gml:Point><gml:pos>458005 5438005 1</gml:pos></gml:Point></gml:pointMember></gml:MultiPoint></core:multiPoint></core:Address></bldg:address>")));
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_STREET)->text, "Weg") && cim__str_is(gml_value(&run, "gml:b", CIM__A_HOUSENUMBER)->text, "7"));
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_POSTCODE)->text, "53113") && cim__str_is(gml_value(&run, "gml:b", CIM__A_CITY)->text, "Bonn"));
    assert_has(gml_attrs(&run, "gml:b"), "\"xAL:Locality\":{\"type\":\"xAL:Locality\",\"Type\":\"Town\",\"xAL:LocalityName\":\"Bonn\"");
    assert_string_equal(gml_plane(&run, "gml:a2"), "POINT(458005 5438005)"); /* an address with a place is an object */
    assert_true(gml_related(&run, "gml:a2", CIM__R_ADDRESS_OF, "gml:b"));
    assert_true(cim__str_is(gml_value(&run, "gml:a2", CIM__A_CITY)->text, "Ulm"));
}

/* ---- classes and parts ---- */

static void test_objects_parts(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id=\"part\">" FOOT("p") "</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
        "<bldg:outerBuildingInstallation><bldg:BuildingInstallation gml:id=\"inst\"/></bldg:outerBuildingInstallation><bldg:interiorRoom><bldg:Room gml:id=\"room\"><bldg:interiorFurniture><bldg:BuildingFurniture/></bldg:interiorFurniture></bldg:Room></bldg:interiorRoom>")));
    assert_true(cim__str_is(gml_record(&run, "gml:part")->parent_gid, "gml:b"));
    assert_int_equal(gml_head(&run, "gml:part")->class_id, CIM__C_BuildingPart);
    assert_int_equal(gml_head(&run, "gml:room")->class_id, CIM__C_BuildingRoom);
    assert_string_equal(gml_attrs(&run, "gml:room"), "{\"class\":\"bldg:Room\"}"); /* the name of 2.0 is kept */
    assert_true(cim__str_is(gml_record(&run, "gml:model/1")->parent_gid, "gml:room")); /* an id from file and member */
    assert_has((const char *)run.json.data, "1 objects have no gml:id");
}

static void test_objects_spaces_of_3_0(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_MEMBER("<tran:Road gml:id=\"road\"><tran:section><tran:Section gml:id=\"s1\"><tran:trafficSpace><tran:TrafficSpace gml:id=\"t1\"><tran:granularity>lane</tran:granularity>"
        "<core:boundary><tran:TrafficArea gml:id=\"a1\"><core:lod2MultiSurface>" GML_MS(GML_SM(GML_SQUARE("p", "1"))) "</core:lod2MultiSurface></tran:TrafficArea></core:boundary><tran:successor xlink:href=\"#t2\"/></tran:TrafficSpace></tran:trafficSpace>"
        "<tran:trafficSpace><tran:TrafficSpace gml:id=\"t2\"><tran:predecessor xlink:href=\"#t1\"/></tran:TrafficSpace></tran:trafficSpace></tran:Section></tran:section></tran:Road>")
        GML_MEMBER("<tun:Tunnel gml:id=\"tun\"><core:lod1Solid/></tun:Tunnel>") GML_MEMBER("<wtr:WaterBody gml:id=\"w\"><core:lod1MultiSurface>" GML_MS(GML_SM(GML_SQUARE("q", "1"))) "</core:lod1MultiSurface></wtr:WaterBody>")
        GML_MEMBER("<luse:LandUse gml:id=\"l\"><core:lod0MultiSurface>" GML_MS(GML_SM(GML_SQUARE("r", "1"))) "</core:lod0MultiSurface></luse:LandUse>")));
    assert_true(cim__str_is(gml_record(&run, "gml:t1")->parent_gid, "gml:s1"));
    assert_int_equal(gml_head(&run, "gml:t1")->class_id, CIM__C_TrafficSpace);
    assert_true(gml_related(&run, "gml:t2", CIM__R_PREDECESSOR, "gml:t1"));
    assert_int_equal(CIM__COUNT(&run.sink.relations, cim__pending_relation), 2);
    assert_int_equal(gml_head(&run, "gml:w")->layer, CIM__L_WATER);
    assert_int_equal(gml_head(&run, "gml:l")->layer, CIM__L_LANDUSE);
    assert_int_equal(gml_head(&run, "gml:tun")->class_id, CIM__C_Tunnel);
}

static void test_objects_unknown_by_the_rule(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 " xmlns:x=\"http://example.org/ade\">" GML_ENVELOPE("EPSG:25832")
        GML_MEMBER("<x:Mast gml:id=\"m\"><x:height uom=\"m\">12</x:height><x:position><gml:Point><gml:pos>458001 5438001 1</gml:pos></gml:Point></x:position><x:lamp><x:Lamp gml:id=\"lamp\"><x:power>5</x:power>"
                   "<x:place><gml:Point><gml:pos>458001 5438001 9</gml:pos></gml:Point></x:place></x:Lamp></x:lamp><x:spec><x:Spec gml:id=\"no-geometry\"><x:colour>red</x:colour></x:Spec></x:spec></x:Mast>") "</core:CityModel>");
    assert_has(gml_attrs(&run, "gml:m"), "\"class\":\"x:Mast\"");
    assert_has(gml_attrs(&run, "gml:m"), "\"x:spec\":{\"type\":\"x:Spec\",\"id\":\"no-geometry\",\"x:colour\":\"red\"}");
    assert_true(cim__str_is(gml_record(&run, "gml:lamp")->parent_gid, "gml:m"));
    assert_string_equal(gml_plane(&run, "gml:m"), "POINT(458001 5438001)");
    assert_true(gml_shape(&run, "gml:m", "", "position"));
    assert_true(gml_value(&run, "gml:m", CIM__A_HEIGHT_M)->real == 12.0);
    assert_int_equal(gml_count(&run, "x:Mast", "stored"), 1);
}

/* Geometry inside a data type is the object's. */
static void test_objects_geometry_in_attributes(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_MEMBER("<uro:WaterPipe gml:id=\"w\"><uro:frnDmAttribute><uro:DmGeometricAttribute><uro:dmCode>1</uro:dmCode><uro:lod0Geometry><gml:LineString><gml:posList>458000 5438000 0 458009 5438000 0</gml:posList></gml:LineString>"
        "</uro:lod0Geometry></uro:DmGeometricAttribute></uro:frnDmAttribute></uro:WaterPipe>")));
    assert_has(gml_attrs(&run, "gml:w"), "\"uro:lod0Geometry\":{\"geometry\":\"0/multi_curve\"}");
    assert_true(gml_shape(&run, "gml:w", "0", "multi_curve"));
    assert_int_equal(gml_head(&run, "gml:w")->layer, CIM__L_UTILITY_LINE);
    assert_true(cim__str_is(gml_value(&run, "gml:w", CIM__A_NETWORK)->text, "water"));
}

static void test_objects_roots(void **state)
{
    static const char *const models[] = {
        "<bldg:Building " GML_NS2 " gml:id=\"b\">" GML_ENVELOPE("EPSG:25832") FOOT("p") "</bldg:Building>",
        "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<gml:featureMember><bldg:Building gml:id=\"b\">" FOOT("p") "</bldg:Building></gml:featureMember></core:CityModel>",
        "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<gml:featureMembers><bldg:Building gml:id=\"a\"/><bldg:Building gml:id=\"b\">" FOOT("p") "</bldg:Building></gml:featureMembers></core:CityModel>",
        "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<bldg:Building gml:id=\"b\">" FOOT("p") "</bldg:Building></core:CityModel>",
        "<wfs:FeatureCollection xmlns:wfs=\"http://www.opengis.net/wfs/2.0\" " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<wfs:member><bldg:Building gml:id=\"b\">" FOOT("p") "</bldg:Building></wfs:member></wfs:FeatureCollection>",
        "<CityModel xmlns=\"http://www.opengis.net/citygml/1.0\" xmlns:bldg=\"http://www.opengis.net/citygml/building/1.0\" xmlns:gml=\"http://www.opengis.net/gml\">" GML_ENVELOPE("EPSG:25832")
            "<cityObjectMember><bldg:Building gml:id=\"b\">" FOOT("p") "</bldg:Building></cityObjectMember></CityModel>",
    };
    static const char *const versions[] = { "2.0", "2.0", "2.0", "2.0", "2.0", "1.0" };
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        gml_run one;
        gml_begin(&one, ctx);
        assert_true(cim__importer_citygml.probe(cim__str_of(models[i])) > 0);
        gml_good(&one, models[i]);
        assert_string_equal(gml_plane(&one, "gml:b"), GML_SQUARE_WKT);
        assert_string_equal(one.source.version, versions[i]);
        gml_end(&one);
    }
}

static void test_objects_probe(void **state)
{
    static const char *const others[] = { "<osm version=\"0.6\">", "<IndoorFeatures xmlns=\"http://www.opengis.net/indoorgml/1.0/core\" xmlns:c=\"http://www.opengis.net/citygml/2.0\">", "{\"type\":\"CityJSON\"}", "", "<a/>",
                                          "<xs:schema targetNamespace=\"http://www.opengis.net/citygml/2.0\">", "<gml:Dictionary xmlns:gml=\"http://www.opengis.net/gml\">", "PK\3\4" };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_int_equal(cim__importer_citygml.probe(cim__str_of(others[i])), 0);
    assert_int_equal(cim__importer_citygml.probe(CIM__STR("\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a > b -->\n<core:CityModel xmlns:core=\"http://www.opengis.net/citygml/2.0\">")), 100);
}

/* ---- relations ---- */

static void test_objects_groups(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", FOOT("p")) GML_MEMBER("<grp:CityObjectGroup gml:id=\"g\"><gml:name>all</gml:name><grp:groupMember xlink:href=\"#b\" role=\"main\"/><grp:groupMember><bldg:Building gml:id=\"inside\"/></grp:groupMember><grp:parent xlink:href=\"#elsewhere\"/></grp:CityObjectGroup>")));
    assert_true(gml_related(&run, "gml:b", CIM__R_MEMBER, "gml:g"));
    assert_true(gml_related(&run, "gml:inside", CIM__R_MEMBER, "gml:g"));
    assert_int_equal(gml_record(&run, "gml:inside")->parent_gid.len, 0); /* a member is no part */
    assert_true(gml_related(&run, "gml:g", CIM__R_RELATED, "gml:elsewhere"));
    assert_has(gml_attrs(&run, "gml:g"), "\"grp:groupMember\":{\"href\":\"#b\",\"role\":\"main\"}");
    assert_has(gml_relation_attrs(&run), "{\"property\":\"grp:groupMember\",\"role\":\"main\"}");
}

static void test_objects_relations_of_3_0(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:relatedTo><core:CityObjectRelation><core:relationType>equal</core:relationType><core:relatedTo xlink:href=\"c\"/></core:CityObjectRelation></core:relatedTo>") GML_BUILDING("c", "<core:generalizesTo xlink:href=\"#b\"/>")
        "<core:versionMember><vers:Version gml:id=\"v\"><vers:tag>1</vers:tag><vers:versionMember xlink:href=\"#b\"/></vers:Version></core:versionMember>"));
    assert_true(gml_related(&run, "gml:b", CIM__R_RELATED, "gml:c"));
    assert_true(gml_related(&run, "gml:c", CIM__R_RELATED, "gml:b"));
    assert_true(gml_related(&run, "gml:b", CIM__R_MEMBER, "gml:v"));
    assert_has(gml_relation_attrs(&run), "{\"type\":\"equal\"}");
    assert_has(gml_attrs(&run, "gml:b"), "\"core:relatedTo\":{\"type\":\"core:CityObjectRelation\",\"core:relationType\":\"equal\",\"core:relatedTo\":{\"href\":\"c\"}}");
}

#define NODE(id, x) "<utility:nodeMember><utility:Node gml:id=\"" id "\"><utility:realization><gml:Point><gml:pos>45800" x " 5438000 0</gml:pos></gml:Point></utility:realization></utility:Node></utility:nodeMember>"

static void test_objects_utility_network(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_MEMBER("<utility:Network gml:id=\"net\"><utility:topoGraph><utility:NetworkGraph gml:id=\"ng\">"
        "<utility:featureGraphMember><utility:FeatureGraph gml:id=\"fg1\"><utility:linkMember><utility:InteriorFeatureLink gml:id=\"l1\"><utility:start xlink:href=\"#n1\"/><utility:end xlink:href=\"#n2\"/></utility:InteriorFeatureLink></utility:linkMember>" NODE("n1", "0") NODE("n2", "1") "</utility:FeatureGraph></utility:featureGraphMember>"
        "<utility:featureGraphMember><utility:FeatureGraph gml:id=\"fg2\">" NODE("n3", "2") "</utility:FeatureGraph></utility:featureGraphMember>"
        "<utility:linkMember><utility:InterFeatureLink gml:id=\"l2\"><utility:start xlink:href=\"#n2\"/><utility:end xlink:href=\"#n3\"/></utility:InterFeatureLink></utility:linkMember></utility:NetworkGraph></utility:topoGraph>"
        "<utility:component><utility:RoundPipe gml:id=\"pipe\"><utility:topoGraph xlink:href=\"#fg1\"/><utility:exteriorDiameter uom=\"m\">0.3</utility:exteriorDiameter><utility:lod1Geometry><gml:LineString><gml:posList>458000 5438000 0 458001 5438000 0</gml:posList></gml:LineString></utility:lod1Geometry></utility:RoundPipe></utility:component>"
        "<utility:component><utility:TerminalElement gml:id=\"end\"><utility:topoGraph xlink:href=\"#fg2\"/><utility:connectedCityObject xlink:href=\"#house\"/></utility:TerminalElement></utility:component></utility:Network>")));
    assert_true(gml_related(&run, "gml:pipe", CIM__R_MEMBER, "gml:net"));
    assert_true(gml_related(&run, "gml:n1", CIM__R_CONNECTS, "gml:n2"));
    assert_true(gml_related(&run, "gml:n2", CIM__R_CONNECTS, "gml:n3"));
    assert_true(gml_related(&run, "gml:pipe", CIM__R_CONNECTS, "gml:end")); /* what the nodes belong to */
    assert_true(gml_related(&run, "gml:end", CIM__R_SERVES, "gml:house"));
    assert_true(cim__str_is(gml_record(&run, "gml:n1")->parent_gid, "gml:fg1"));
    assert_int_equal(gml_head(&run, "gml:pipe")->layer, CIM__L_UTILITY_LINE);
    assert_int_equal(gml_head(&run, "gml:n3")->layer, CIM__L_UTILITY_NODE);
    assert_true(gml_value(&run, "gml:pipe", CIM__A_DIAMETER_MM)->real == 300.0);
}

/* ---- implicit geometry ---- */

#define IMPLICIT(body) "<veg:lod2ImplicitRepresentation><core:ImplicitGeometry>" body "<core:referencePoint><gml:Point><gml:pos>458001 5438002 3</gml:pos></gml:Point></core:referencePoint></core:ImplicitGeometry></veg:lod2ImplicitRepresentation>"
#define TREE(id, body) GML_MEMBER("<veg:SolitaryVegetationObject gml:id=\"" id "\">" body "</veg:SolitaryVegetationObject>")

static void test_objects_implicit(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(TREE("t2", IMPLICIT("<core:relativeGMLGeometry xlink:href=\"#shape\"/>"))
        TREE("t1", IMPLICIT("<core:transformationMatrix>2 0 0 1 0 2 0 2\n0 0 2 3 0 0 0 1</core:transformationMatrix><core:relativeGMLGeometry><gml:MultiSurface gml:id=\"shape\" srsName=\"EPSG:4326\">" GML_SM(GML_POLYGON("leaf", "0 0 0 1 0 0 1 1 0 0 0 0")) "</gml:MultiSurface></core:relativeGMLGeometry>"))
        TREE("t3", IMPLICIT("<core:mimeType>model/x3d</core:mimeType><core:libraryObject>http://x/tree.x3d</core:libraryObject>"))
        TREE("t4", "<veg:lod2ImplicitRepresentation><core:ImplicitGeometry><core:relativeGMLGeometry xlink:href=\"#shape\"/></core:ImplicitGeometry></veg:lod2ImplicitRepresentation>")));
    for (int i = 1; i < 3; i++) {
        const cim__record *tree = gml_record(&run, i == 1 ? "gml:t1" : "gml:t2");
        assert_int_equal(tree->shape_count, 1);
        assert_true(cim__str_is(tree->shapes[0].template_gid, "gml:shape") && cim__str_is(tree->shapes[0].lod, "2"));
        assert_true(tree->shapes[0].anchor[0] == 458001.0 && tree->shapes[0].anchor[2] == 3.0);
        assert_true(tree->shapes[0].matrix[0] == (i == 1 ? 2.0 : 1.0) && tree->shapes[0].matrix[7] == (i == 1 ? 2.0 : 0.0));
        assert_string_equal(gml_plane(&run, i == 1 ? "gml:t1" : "gml:t2"), "POINT(458001 5438002)");
    }
    assert_true(cim__str_is(gml_record(&run, "gml:t3")->shapes[0].template_gid, "uri:http://x/tree.x3d"));
    assert_non_null(memmem(run.sink.templates.data, run.sink.templates.size, "gml:shape", 9)); /* local coordinates, whatever srsName says */
    assert_non_null(memmem(run.sink.templates.data, run.sink.templates.size, "model/x3d", 9));
    assert_has(gml_residue(&run, "gml:t4"), "core:ImplicitGeometry"); /* nowhere to stand */
    assert_int_equal(gml_count(&run, "implicit geometry", "stored"), 3);
    assert_int_equal(gml_count(&run, "implicit geometry", "verbatim"), 1);
}

/* ---- what is kept as text ---- */

static void test_objects_residue(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", FOOT("p") "<app:appearance><app:Appearance gml:id=\"a\"><app:theme>x &lt; y</app:theme><app:surfaceDataMember><app:X3DMaterial><app:target>#p</app:target></app:X3DMaterial></app:surfaceDataMember></app:Appearance></app:appearance>"
        "<uro:note>mixed <uro:b>bold</uro:b> text</uro:note>"
        "<bldg:boundedBy><bldg:WallSurface gml:id=\"w0\"/></bldg:boundedBy><bldg:boundedBy><bldg:WallSurface gml:id=\"w1\"><bldg:lod2MultiSurface>" GML_MS(GML_SM(GML_SQUARE("q", "2"))) "</bldg:lod2MultiSurface><uro:odd>a<uro:c/>b</uro:odd></bldg:WallSurface></bldg:boundedBy>")));
    assert_string_equal(gml_residue(&run, "gml:b"),
        "|<app:appearance xmlns:app=\"http://www.opengis.net/citygml/appearance/2.0\"><app:Appearance xmlns:gml=\"http://www.opengis.net/gml\" gml:id=\"a\"><app:theme>x &lt; y</app:theme><app:surfaceDataMember><app:X3DMaterial><app:target>#p</app:target></app:X3DMaterial></app:surfaceDataMember></app:Appearance></app:appearance>\n"
        "|<uro:note xmlns:uro=\"https://www.geospatial.jp/iur/uro/3.1\">mixed <uro:b>bold</uro:b> text</uro:note>\n"
        "bldg:boundedBy[1]|<bldg:WallSurface xmlns:bldg=\"http://www.opengis.net/citygml/building/2.0\" xmlns:gml=\"http://www.opengis.net/gml\" gml:id=\"w0\"></bldg:WallSurface>\n"
        "bldg:boundedBy[2]/bldg:WallSurface[1]|<uro:odd xmlns:uro=\"https://www.geospatial.jp/iur/uro/3.1\">a<uro:c></uro:c>b</uro:odd>\n");
    assert_int_equal(gml_count(&run, "app:Appearance", "verbatim"), 1);
}

static void test_objects_document(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 " gml:id=\"city\"><gml:name>Town</gml:name>" GML_ENVELOPE("EPSG:25832") GML_BUILDING("b", FOOT("p"))
        "<app:appearanceMember><app:Appearance><app:theme>t</app:theme></app:Appearance></app:appearanceMember><gml:metaDataProperty><x:Y xmlns:x=\"urn:x\">z</x:Y></gml:metaDataProperty></core:CityModel>");
    const char *attrs = gml_attrs(&run, "gml:city/document");
    assert_has(attrs, "{\"class\":\"core:CityModel\",\"gml:name\":\"Town\",\"namespaces\":{");
    assert_has(attrs, "\"bldg\":[\"http://www.opengis.net/citygml/building/2.0\"]");
    assert_has(gml_residue(&run, "gml:city/document"), "|<gml:metaDataProperty");
    assert_has(gml_residue(&run, "gml:city/document/1"), "|<app:appearanceMember xmlns:app=\"http://www.opengis.net/citygml/appearance/2.0\"><app:Appearance><app:theme>t</app:theme></app:Appearance></app:appearanceMember>");
    assert_true(cim__str_is(gml_record(&run, "gml:city/document/1")->parent_gid, "gml:city/document"));
    assert_int_equal(gml_head(&run, "gml:city/document")->layer, CIM__L_NONSPATIAL);
}

/* Appearances of many megabytes become pages that put together give the text again. */
static void test_objects_appearance_pages(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem), all = cim__buf_on(ctx->mem);
    char gid[40];
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 " gml:id=\"c\">" GML_ENVELOPE("EPSG:25832") GML_BUILDING("b", FOOT("p")) "<app:appearanceMember><app:Appearance>");
    for (int i = 0; i < 60000; i++) cim__buf_printf(&text, "<app:target uri=\"#%d\">%d %d</app:target>", i, i * 7, i * 13);
    cim__buf_puts(&text, "</app:Appearance></app:appearanceMember></core:CityModel>");
    cim__buf_putc(&text, 0);
    gml_good(&run, (const char *)text.data);
    int pages = 0;
    for (;; pages++) {
        snprintf(gid, sizeof gid, "gml:c/document/%d", pages + 1);
        if (!gml_record(&run, gid)) break;
        const char *entry = gml_residue(&run, gid);
        assert_int_equal(entry[0], pages ? '+' : '|');
        cim__buf_put(&all, entry + (pages ? 2 : 1), strlen(entry) - (pages ? 3 : 2));
    }
    assert_true(pages > 1);
    cim__buf_putc(&all, 0);
    assert_int_equal(strlen((const char *)all.data), strlen(strstr((const char *)text.data, "<app:appearanceMember>")) - strlen("</core:CityModel>") + strlen(" xmlns:app=\"http://www.opengis.net/citygml/appearance/2.0\""));
    assert_has((const char *)all.data, "<app:target uri=\"#59999\">419993 779987</app:target></app:Appearance></app:appearanceMember>");
    cim__buf_free(&text);
    cim__buf_free(&all);
}

static void test_objects_point_clouds_and_dynamizers(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:pointCloud><pcl:PointCloud><pcl:pointFile>x.las</pcl:pointFile></pcl:PointCloud></core:pointCloud><core:dynamizer><dyn:Dynamizer gml:id=\"d\"><dyn:attributeRef>x</dyn:attributeRef></dyn:Dynamizer></core:dynamizer>")));
    assert_has(gml_residue(&run, "gml:b"), "<pcl:pointFile>x.las</pcl:pointFile>");
    assert_int_equal(gml_count(&run, "dyn:Dynamizer", "verbatim"), 1);
    assert_int_equal(gml_count(&run, "pcl:PointCloud", "verbatim"), 1);
}

/* ---- codelists ---- */

#define LIST(entries) "<gml:Dictionary xmlns:gml=\"http://www.opengis.net/gml\" gml:id=\"d\"><gml:name>list</gml:name>" entries "</gml:Dictionary>"
#define ENTRY(code, label) "<gml:dictionaryEntry><gml:Definition gml:id=\"i" code "\"><gml:description>" label "</gml:description><gml:name>" code "</gml:name></gml:Definition></gml:dictionaryEntry>"

static void test_objects_codelists(void **state)
{
    static const char model[] = GML_MODEL2(GML_BUILDING("b", FOOT("p") "<bldg:usage codeSpace=\"../../codelists/u.xml\">411</bldg:usage><bldg:function codeSpace=\"../../../secret.xml\">1</bldg:function><bldg:class codeSpace=\"broken.xml\">1</bldg:class>"
                                                   "<uro:x codeSpace=\"/etc/passwd\">1</uro:x><uro:y codeSpace=\"http://h/l.xml\">1</uro:y><uro:z codeSpace=\"../../codelists/u.xml\">999</uro:z>"));
    static const char list[] = LIST(ENTRY("411", "\n office \n") ENTRY("412", "shop"));
    char path[5000];
    (void)state;
    const char *root = support_temp("pkg");
    char folder[4200];
    snprintf(folder, sizeof folder, "%s", root);
    const char *const made[] = { "", "/udx", "/udx/bldg", "/codelists" };
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s%s", folder, made[i]);
        assert_true(mkdir(path, 0700) == 0);
    }
    snprintf(path, sizeof path, "%s/codelists/u.xml", folder);
    support_write(path, list, sizeof list - 1);
    snprintf(path, sizeof path, "%s/../secret.xml", folder);
    support_write(path, list, sizeof list - 1);
    snprintf(path, sizeof path, "%s/udx/bldg/broken.xml", folder);
    support_write(path, list, 60);
    snprintf(path, sizeof path, "%s/udx/bldg/b.gml", folder);
    support_write(path, model, sizeof model - 1);
    gml_file(&run, path);
    assert_ok(ctx, run.status);
    const char *attrs = gml_attrs(&run, "gml:b");
    assert_has(attrs, "\"bldg:usage\":{\"value\":\"411\",\"codeSpace\":\"../../codelists/u.xml\",\"label\":\"office\"}");
    assert_has(attrs, "\"bldg:function\":{\"value\":\"1\",\"codeSpace\":\"../../../secret.xml\"}"); /* outside of the package */
    assert_has(attrs, "\"uro:z\":{\"value\":\"999\",\"codeSpace\":\"../../codelists/u.xml\"}");
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_USAGE)->text, "office"));
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_FUNCTION)->text, "1"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_objects_attributes_are_verbatim), T(test_objects_numbers_keep_their_digits), T(test_objects_generics_of_3_0), T(test_objects_nested_data_types), T(test_objects_values), T(test_objects_addresses),
        T(test_objects_parts), T(test_objects_spaces_of_3_0), T(test_objects_unknown_by_the_rule), T(test_objects_geometry_in_attributes), T(test_objects_roots), T(test_objects_probe), T(test_objects_groups),
        T(test_objects_relations_of_3_0), T(test_objects_utility_network), T(test_objects_implicit), T(test_objects_residue), T(test_objects_document), T(test_objects_appearance_pages),
        T(test_objects_point_clouds_and_dynamizers), T(test_objects_codelists),
    };
    return cmocka_run_group_tests_name("citygml/objects", tests, NULL, NULL);
}
