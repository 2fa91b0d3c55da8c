/* Spatial reference names: every spelling seen in real files, with what the coordinates of those files are. */
#include "crs/crs.h"
#include "support.h"

typedef struct spelling {
    const char *text;
    int32_t epsg, vertical;
    bool north_first;
} spelling;

static const spelling spellings[] = {
    { "EPSG:25832", 25832, 0, false },
    { "epsg:26910", 26910, 0, false },
    { " EPSG:31466 ", 31466, 0, false },
    { "EPSG:4326", 4326, 0, false },
    { "EPSG:4979", 4979, 0, false },
    { "urn:ogc:def:crs:EPSG::4979", 4979, 0, true },
    { "urn:ogc:def:crs:EPSG::4326", 4326, 0, true },
    { "urn:ogc:def:crs:OGC:1.3:CRS84", 4326, 0, false },
    { "http://www.opengis.net/def/crs/EPSG/0/6697", 6668, 6695, true },
    { "http://www.opengis.net/def/crs/EPSG/0/6668", 6668, 0, true },
    { "http://www.opengis.net/def/crs/EPSG/0/10169", 6676, 6695, true },
    { "http://www.opengis.net/def/crs/EPSG/0/10170", 6677, 6695, true },
    { "http://www.opengis.net/def/crs/EPSG/0/6677", 6677, 0, true },
    { "https://www.opengis.net/def/crs/EPSG/0/7415", 28992, 5709, false },
    { "urn:ogc:def:crs:EPSG::7415", 28992, 5709, false },
    { "{'epsg': 7415}", 28992, 5709, false },
    { "urn:ogc:def:crs:EPSG::28992", 28992, 0, false },
    { "urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5783", 25832, 5783, false },
    { "urn:ogc:def:crs:EPSG:25832, crs:EPSG:5783", 25832, 5783, false },
    { "urn:ogc:def:crs,crs:EPSG:6.12:25833,crs:EPSG:6.12:5783", 25833, 5783, false },
    { "urn:ogc:def:crs,crs:EPSG::31466,crs:EPSG::5783", 31466, 5783, false },
    { "urn:ogc:def:crs,crs:EPSG:7.7:31468,crs:EPSG:7.7:5783", 31468, 5783, false },
    { "urn:ogc:def:crs,crs:EPSG:6.12:3068,crs:EPSG:6.12:5783", 3068, 5783, false },
    { "http://www.opengis.net/gml/srs/epsg.xml#4326", 4326, 0, false },
    { "http://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/25832&2=http://www.opengis.net/def/crs/EPSG/0/7837", 25832, 7837, false },
    { "EPSG:25832+5783", 25832, 5783, false },
    { "urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", 25832, 7837, false },
    { "urn:adv:crs:ETRS89_UTM32*DE_DHHN92_NH", 25832, 5783, false },
    { "urn:adv:crs:ETRS89_UTM32", 25832, 0, false },
    { "urn:adv:crs:DE_DHDN_3GK4*DE_DHHN92_NH", 31468, 5783, false },
    { "urn:adv:crs:ETRS89_Lat-Lon", 4258, 0, true },
    { "CH1903", 21781, 0, false },
    { "CH1903+", 2056, 0, false },
    { "4326", 4326, 0, false },
    { "EPSG:3946", 3946, 0, false },
    { "EPSG:32755", 32755, 0, false },
    { "EPSG:23632", 23632, 0, false }, /* no such code: kept, so that the message can name it */
    { "urn:ogc:def:crs:EPSG::31468", 31468, 0, false },
    { "http://www.opengis.net/def/crs/EPSG/0/4978", 4978, 0, false },
    { "#local-CRS-1", 0, 0, false },
    { "", 0, 0, false },
    { "   ", 0, 0, false },
    { "epsg", 0, 0, false },
    { "urn:ogc:def:crs:EPSG:6.12", 0, 0, false },
    { "EPSG:99999999999999999999", 0, 0, false },
    { "PROJCS[\"x\",SPHEROID[\"g\",1,2,AUTHORITY[\"EPSG\",\"7019\"]],AUTHORITY[\"EPSG\",\"25832\"]]", 25832, 0, false },
};

static void test_srsname_known(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        const spelling *s = &spellings[i];
        cim__srs srs;
        assert_ok(ctx, cim__srs_parse(ctx, cim__str_of(s->text), &srs));
        if (srs.epsg != s->epsg || srs.vertical_epsg != s->vertical || srs.north_first != s->north_first)
            fail_msg("\"%s\": EPSG:%d + %d %s", s->text, (int)srs.epsg, (int)srs.vertical_epsg, srs.north_first ? "north first" : "east first");
    }
    cim_ctx_free(ctx);
}

/* Whatever the bytes, no failure and no crash. */
static void test_srsname_random(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 11;
    static const char *const pieces[] = { "epsg", ":", "crs", "urn:", "adv:crs:", "etrs89_utm", "*", "32", "6.12", "+", "/", "{", "[", "\0", " ", "-1", "99999999999" };
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char text[600];
        size_t n = 0;
        for (uint64_t k = support_random(&seed) % 20; k; k--) {
            const char *piece = pieces[support_random(&seed) % (sizeof pieces / sizeof *pieces)];
            size_t len = piece[0] ? strlen(piece) : 1;
            memcpy(text + n, piece, len);
            n += len;
        }
        cim__srs srs;
        assert_ok(ctx, cim__srs_parse(ctx, (cim__str){ text, n }, &srs));
    }
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_srsname_known), cmocka_unit_test(test_srsname_random) };
    return cmocka_run_group_tests_name("crs/srsname", tests, NULL, NULL);
}
