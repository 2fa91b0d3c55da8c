/* Damaged, odd and hostile files; memory that runs out; any number of threads. */
#include "fixture.h"

#include "core/hash.h"

#define FOOT(id) "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE(id, "1"))) "</bldg:lod0FootPrint>"

/* Something of everything. */
static const char *const parts[] = {
    "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<gml:name>Town</gml:name>",
    GML_BUILDING("b1", "<gml:name>one</gml:name><bldg:function codeSpace=\"x.xml\">1</bldg:function><gen:stringAttribute name=\"k\"><gen:value>v</gen:value></gen:stringAttribute>"
        "<gen:stringAttribute name=\"k\"><gen:value>w</gen:value></gen:stringAttribute>" FOOT("f1")
        "<bldg:lod2Solid><gml:Solid gml:id=\"s\"><gml:exterior><gml:CompositeSurface>" GML_LINK("#w1") GML_LINK("#w2") "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>"
        "<bldg:boundedBy><bldg:WallSurface gml:id=\"W\"><gml:name>n</gml:name><bldg:lod2MultiSurface>" GML_MS(GML_SM(GML_SQUARE("w1", "1")) GML_SM(GML_SQUARE("w2", "2"))) "</bldg:lod2MultiSurface></bldg:WallSurface></bldg:boundedBy>"
        "<bldg:consistsOfBuildingPart><bldg:BuildingPart><bldg:lod1Solid xlink:href=\"#s\"/></bldg:BuildingPart></bldg:consistsOfBuildingPart>"
        "<app:appearance><app:Appearance><app:theme>t</app:theme></app:Appearance></app:appearance>"),
    GML_BUILDING("b2", "<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>" GML_LINK("#w1") GML_LINK("#gone") "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>")
    GML_MEMBER("<veg:SolitaryVegetationObject gml:id=\"t\"><veg:lod2ImplicitRepresentation><core:ImplicitGeometry><core:relativeGMLGeometry><gml:MultiSurface gml:id=\"leaf\">" GML_SM(GML_SQUARE("l", "1"))
        "</gml:MultiSurface></core:relativeGMLGeometry><core:referencePoint><gml:Point><gml:pos>458001 5438002 3</gml:pos></gml:Point></core:referencePoint></core:ImplicitGeometry></veg:lod2ImplicitRepresentation></veg:SolitaryVegetationObject>")
    GML_MEMBER("<grp:CityObjectGroup gml:id=\"g\"><grp:groupMember xlink:href=\"#b1\"/></grp:CityObjectGroup>")
    GML_MEMBER("<frn:CityFurniture gml:id=\"f\"><frn:lod1Geometry><gml:MultiCurve><gml:curveMember><gml:LineString><gml:posList>0 0 0 1 1 1</gml:posList></gml:LineString></gml:curveMember></gml:MultiCurve></frn:lod1Geometry></frn:CityFurniture>")
    "<app:appearanceMember><app:Appearance><app:theme>all</app:theme></app:Appearance></app:appearanceMember></core:CityModel>",
};
static char rich[8000];
static size_t rich_size;

static int make_rich(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) strcat(rich, parts[i]);
    rich_size = strlen(rich);
    return 0;
}

/* ---- damage ---- */

static void test_robust_damaged_tail(void **state)
{
    (void)state;
    const char *text = "<core:CityModel " GML_NS2 ">\n" GML_ENVELOPE("EPSG:25832") "\n" GML_BUILDING("a", FOOT("p")) "\n" GML_BUILDING("b", FOOT("q")) "\n<core:cityObjectMember><bldg:Building gml:id=\"c\"><gml:name>x</bldg:Building>";
    gml_text(&run, text);
    assert_status(ctx, run.status, CIM_EFORMAT);
    assert_has(cim_ctx_error(ctx), "model.gml:5:");
    gml_run again;
    gml_begin(&again, ctx);
    again.opts.flags = CIM_IMPORT_KEEP_GOING;
    gml_good(&again, text);
    assert_true(again.job.partial);
    assert_non_null(gml_record(&again, "gml:a"));
    assert_non_null(gml_record(&again, "gml:b"));
    assert_null(gml_record(&again, "gml:c"));
    assert_has((const char *)again.json.data, "in the damaged part of the file\":3");
    assert_has((const char *)again.json.data, "model.gml:5:");
    gml_end(&again);
}

/* Cut anywhere: a clear failure, or with KEEP_GOING what was complete, and it adds up. */
static void test_robust_cut_anywhere(void **state)
{
    char text[sizeof rich];
    (void)state;
    for (size_t cut = 1; cut < rich_size; cut += 3) {
        gml_run one;
        memcpy(text, rich, cut);
        text[cut] = 0;
        gml_begin(&one, ctx);
        one.opts.flags = CIM_IMPORT_KEEP_GOING;
        gml_text(&one, text);
        if (one.status < 0) assert_status(ctx, one.status, CIM_EFORMAT);
        else if (!one.job.partial || cim__report_unaccounted(&one.report)) fail_msg("cut at %zu: %s", cut, (const char *)one.json.data);
        gml_end(&one);
    }
}

static void test_robust_damage_in_appearances(void **state)
{
    (void)state;
    run.opts.flags = CIM_IMPORT_KEEP_GOING;
    gml_good(&run, "<core:CityModel " GML_NS2 " gml:id=\"m\">" GML_ENVELOPE("EPSG:25832") GML_BUILDING("a", FOOT("p")) "<app:appearanceMember><app:Appearance><app:theme>rgb</app:theme><app:oops");
    assert_true(run.job.partial);
    assert_has(gml_residue(&run, "gml:m/document/1"), "</app:Appearance></app:appearanceMember>"); /* closed */
}

/* ---- oddities ---- */

static void test_robust_undeclared_prefix(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel xmlns:core=\"http://www.opengis.net/citygml/2.0\" xmlns:bldg=\"http://www.opengis.net/citygml/building/2.0\" xmlns:gml=\"http://www.opengis.net/gml\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n"
                   GML_ENVELOPE("EPSG:25832") "\n" GML_BUILDING("b", FOOT("p") "<uro:x>1</uro:x><zzz:y>2</zzz:y>") "</core:CityModel>");
    assert_has(gml_attrs(&run, "gml:b"), "\"uro:x\":1,\"zzz:y\":2");
    assert_has((const char *)run.json.data, "line 3: prefix of uro:x is not declared");
}

static void test_robust_empty_things(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod4MultiSurface/><bldg:lod2Solid></bldg:lod2Solid><bldg:lod3Solid><gml:Solid/></bldg:lod3Solid><bldg:lod1Solid><gml:Solid><gml:exterior/></gml:Solid></bldg:lod1Solid><bldg:boundedBy/><gml:name/><bldg:address><core:Address/></bldg:address>"
        "<bldg:lod2MultiSurface><gml:MultiSurface/></bldg:lod2MultiSurface><bldg:lod3MultiSurface><gml:MultiSurface><gml:surfaceMember/><gml:surfaceMember><gml:Polygon/></gml:surfaceMember></gml:MultiSurface></bldg:lod3MultiSurface><gen:stringAttribute/>"
        "<bldg:lod0FootPrint xlink:href=\"#nil\"/>" FOOT("p"))
        "<core:cityObjectMember/>" GML_MEMBER("<x:Unknown xmlns:x=\"urn:x\"><x:only><x:odd/></x:only></x:Unknown>") GML_MEMBER("\n") "<core:cityObjectMember xlink:href=\"other.gml#b\"/>"));
    assert_string_equal(gml_plane(&run, "gml:b"), GML_SQUARE_WKT);
    assert_has((const char *)run.json.data, "a member that is somewhere else is not followed");
}

static void test_robust_invalid_ids(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2("\n" GML_BUILDING("1 strange#id", FOOT("p")) "\n" GML_BUILDING("", FOOT("q")) "\n" GML_BUILDING("same", "") "\n" GML_BUILDING("same", "")));
    assert_non_null(gml_record(&run, "gml:1 strange_id")); /* '#' would make it a part of another object */
    assert_non_null(gml_record(&run, "gml:model/2"));
    assert_has((const char *)run.json.data, "line 5: an object with the same gml:id as the one in line 4");
}

static void test_robust_made_ids_are_the_same_again(void **state)
{
    static const char text[] = GML_MODEL2(GML_MEMBER("<bldg:Building><bldg:consistsOfBuildingPart><bldg:BuildingPart/></bldg:consistsOfBuildingPart></bldg:Building>") GML_MEMBER("<bldg:Building/>"));
    (void)state;
    for (int i = 0; i < 2; i++) {
        gml_run one;
        gml_begin(&one, ctx);
        gml_good(&one, text);
        assert_non_null(gml_record(&one, "gml:model/1"));
        assert_non_null(gml_record(&one, "gml:model/1/1"));
        assert_non_null(gml_record(&one, "gml:model/2"));
        gml_end(&one);
    }
}

static void test_robust_encodings(void **state)
{
    static const struct {
        const char *declared;
        const char *name; /* "Grün" + what differs */
        const char *utf8;
    } texts[] = { { "ISO-8859-1", "Gr\xfcn", "Gr\xc3\xbcn" }, { "ISO-8859-15", "\xa4\xfc", "\xe2\x82\xac\xc3\xbc" }, { "windows-1252", "\x80\xfc", "\xe2\x82\xac\xc3\xbc" }, { "UTF-8", "Gr\xc3\xbcn", "Gr\xc3\xbcn" } };
    char text[6000];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gml_run one;
        gml_begin(&one, ctx);
        snprintf(text, sizeof text, "%s<?xml version=\"1.0\" encoding=\"%s\"?>%s%s%s", i == 3 ? "\xef\xbb\xbf" : "", texts[i].declared, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\"><gml:name>",
                 texts[i].name, "</gml:name>" FOOT("p") "</bldg:Building></core:cityObjectMember></core:CityModel>");
        gml_good(&one, text);
        assert_true(cim__str_is(gml_value(&one, "gml:b", CIM__A_NAME)->text, texts[i].utf8));
        assert_true(strcasecmp(one.source.encoding, texts[i].declared) == 0);
        gml_end(&one);
    }
}

static void test_robust_order_of_elements(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 ">" GML_BUILDING("b", FOOT("p") "<gml:name>late</gml:name>" GML_ENVELOPE("EPSG:25832")) GML_ENVELOPE("EPSG:25832") "<gml:name>Town</gml:name></core:CityModel>");
    assert_true(cim__str_is(gml_value(&run, "gml:b", CIM__A_NAME)->text, "late"));
}

/* ---- attacks ---- */

static void test_robust_document_type(void **state)
{
    (void)state;
    gml_text(&run, "<!DOCTYPE x [<!ENTITY a \"b\">]>" GML_MODEL2(GML_BUILDING("b", "<gml:name>&a;</gml:name>")));
    assert_status(ctx, run.status, CIM_EFORMAT);
}

static void test_robust_depth(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem);
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\">");
    for (int i = 0; i < 200; i++) cim__buf_puts(&text, i % 2 ? "<uro:Deep>" : "<uro:deep>");
    for (int i = 199; i >= 0; i--) cim__buf_puts(&text, i % 2 ? "</uro:Deep>" : "</uro:deep>");
    cim__buf_puts(&text, "</bldg:Building></core:cityObjectMember></core:CityModel>");
    cim__buf_putc(&text, 0);
    gml_good(&run, (const char *)text.data);
    assert_has(gml_residue(&run, "gml:b"), "<uro:Deep>"); /* too deep for JSON: text */
    run.opts.max_depth = 100;
    gml_text(&run, (const char *)text.data);
    assert_status(ctx, run.status, CIM_ELIMIT);
    cim__buf_free(&text);
}

static void test_robust_many_names(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem);
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 "><core:cityObjectMember><bldg:Building gml:id=\"b\">");
    for (int i = 0; i < 30000; i++) cim__buf_printf(&text, "<uro:n%d/>", i);
    cim__buf_puts(&text, "</bldg:Building></core:cityObjectMember></core:CityModel>");
    cim__buf_putc(&text, 0);
    gml_text(&run, (const char *)text.data);
    assert_status(ctx, run.status, CIM_ELIMIT);
    assert_has(cim_ctx_error(ctx), "different names");
    cim__buf_free(&text);
}

/* Time must not grow with the square of how often a thing is repeated in one object. */
static void test_robust_repetition(void **state)
{
    static const char *const units[] = {
        "<uro:a>1</uro:a>",
        "<gen:stringAttribute name=\"%d\"><gen:value>1</gen:value></gen:stringAttribute>",
        "<uro:m>x<uro:b/>y</uro:m>",
        "<bldg:boundedBy><bldg:WallSurface><uro:m>x<uro:b/>y</uro:m></bldg:WallSurface></bldg:boundedBy>",
        "<bldg:consistsOfBuildingPart><bldg:BuildingPart/></bldg:consistsOfBuildingPart>",
        "<bldg:lod2MultiSurface xlink:href=\"#none%d\"/>",
        "<bldg:lod2MultiSurface><gml:MultiSurface><gml:surfaceMember xlink:href=\"#b\"/></gml:MultiSurface></bldg:lod2MultiSurface>",
        "<bldg:lod2MultiSurface><gml:MultiSurface gml:id=\"m%d\"/></bldg:lod2MultiSurface>",
    };
    (void)state;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        cim__buf text = cim__buf_on(ctx->mem);
        gml_run one;
        gml_begin(&one, ctx);
        cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\">");
        for (int i = 0; i < 40000; i++) {
            const char *d = strstr(units[u], "%d");
            if (d) cim__buf_printf(&text, "%.*s%d%s", (int)(d - units[u]), units[u], i, d + 2);
            else cim__buf_puts(&text, units[u]);
        }
        cim__buf_puts(&text, "</bldg:Building></core:cityObjectMember></core:CityModel>");
        cim__buf_putc(&text, 0);
        double before = cim__now_ms();
        gml_good(&one, (const char *)text.data);
        if (cim__now_ms() - before > 8000.0) fail_msg("%s: %.0f ms", units[u], cim__now_ms() - before);
        gml_end(&one);
        cim__buf_free(&text);
    }
}

/* Rings that cross themselves a hundred million times, alone and beside another: GEOS would need minutes and gigabytes. */
static void test_robust_tangles(void **state)
{
    (void)state;
    for (int polygons = 1; polygons <= 2; polygons++) {
        cim__buf text = cim__buf_on(ctx->mem);
        gml_run one;
        uint64_t seed = 9;
        gml_begin(&one, ctx);
        cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\"><bldg:lod0FootPrint><gml:MultiSurface>");
        for (int p = 0; p < polygons; p++) {
            cim__buf_puts(&text, "<gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>");
            for (int i = 0; i < 20000; i++) cim__buf_printf(&text, "%d %d 1 ", 458000 + (int)(support_random(&seed) % 900), 5438000 + (int)(support_random(&seed) % 900));
            cim__buf_puts(&text, "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember>");
        }
        cim__buf_puts(&text, "</gml:MultiSurface></bldg:lod0FootPrint></bldg:Building></core:cityObjectMember></core:CityModel>");
        cim__buf_putc(&text, 0);
        double before = cim__now_ms();
        gml_good(&one, (const char *)text.data);
        if (cim__now_ms() - before > 8000.0) fail_msg("%d: %.0f ms", polygons, cim__now_ms() - before);
        assert_true(gml_shape(&one, "gml:b", "0", "footprint")); /* the shape is kept as it is */
        gml_end(&one);
        cim__buf_free(&text);
    }
}

/* Bytes changed at random: never a crash, always a message or a report that adds up. */
static void test_robust_mutations(void **state)
{
    static const char *const pieces[] = { "<", ">", "/", "\"", "#", " ", "&", "gml:", "bldg:", "1e400", "-", "xlink:href=\"#w1\"", "gml:id=\"w1\"", "</gml:Polygon>", "<gml:interior/>", "srsName=\"EPSG:4326\"", "srsDimension=\"2\"",
                                          "<gml:Solid>", "</gml:Solid>", "\x80", "<gml:posList>1 2</gml:posList>", "orientation=\"-\"" };
    uint64_t seed = 20240229;
    char text[2 * sizeof rich];
    (void)state;
    cim_ctx_options quiet = CIM_CTX_OPTIONS_INIT;
    cim_ctx *silent = NULL;
    assert_int_equal(cim_ctx_new(&quiet, &silent), CIM_OK);
    int good = 0;
    for (int i = 0; i < 3000; i++) {
        gml_run one;
        strcpy(text, rich);
        size_t size = rich_size;
        for (uint64_t k = support_random(&seed) % 3 + 1; k; k--) {
            size_t at = support_random(&seed) % size;
            const char *piece = pieces[support_random(&seed) % (sizeof pieces / sizeof *pieces)];
            size_t n = strlen(piece), cut = support_random(&seed) % 4 ? 0 : support_random(&seed) % 40;
            if (at + cut > size) cut = size - at;
            memmove(text + at + n, text + at + cut, size - at - cut + 1);
            memcpy(text + at, piece, n);
            size += n - cut;
        }
        gml_begin(&one, silent);
        one.opts.flags = i & 1 ? CIM_IMPORT_KEEP_GOING : 0;
        gml_text(&one, text);
        if (one.status < 0) assert_true(cim_ctx_error(silent)[0] != 0);
        else if (cim__report_unaccounted(&one.report)) fail_msg("%d: %s\n%s", i, (const char *)one.json.data, text);
        good += one.status >= 0;
        gml_end(&one);
    }
    cim_ctx_free(silent);
    assert_true(good > 300);
}

/* ---- memory ---- */

static void test_robust_memory_runs_out(void **state)
{
    const char *path = support_temp("rich.gml");
    (void)state;
    support_write(path, rich, rich_size);
    for (int persistent = 0; persistent < 2; persistent++) {
        for (long n = 0;; n++) {
            support_fault fault = { .left = n, .persistent = persistent };
            cim_ctx *faulty = support_fault_ctx(&fault, 1);
            if (!faulty) continue;
            gml_run one;
            gml_begin(&one, faulty);
            gml_import(&one, path);
            cim_status st = one.status;
            bool hit = fault.hit;
            gml_end(&one);
            cim_ctx_free(faulty);
            assert_int_equal(fault.live, 0);
            if (hit && st >= 0 && !persistent) continue; /* a failure that could be done without, like a scratch buffer */
            if (hit && st != CIM_ENOMEM) fail_msg("allocation %ld%s: status %d", n, persistent ? " and all later ones" : "", st);
            if (!hit) {
                assert_int_equal(st, CIM_OK);
                break;
            }
            if (n > 400) n += n / 50;
        }
    }
}

/* ---- threads ---- */

static uint64_t fingerprint(gml_run *r)
{
    uint64_t h = 0;
    for (size_t i = 0; i < cim__sink_count(&r->sink); i++) {
        const cim__head *head = cim__sink_head(&r->sink, i);
        cim__str bytes;
        assert_ok(r->ctx, cim__spool_get(r->ctx, &r->sink.spool, head->start, head->size, &r->scratch, &bytes));
        h = cim__hash64(bytes.ptr, bytes.len, h);
    }
    for (size_t i = 0; i < CIM__COUNT(&r->sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&r->sink.relations, cim__pending_relation, i);
        h = cim__hash64(&p->from.key, 8, h) ^ cim__hash64(&p->to.key, 8, h + 1);
    }
    return cim__hash64(r->json.data, r->json.size, cim__hash64(r->sink.templates.data, r->sink.templates.size, h));
}

static void test_robust_any_number_of_threads(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem);
    uint64_t expected = 0;
    const char *member = strstr(rich, "<core:cityObjectMember>"), *tail = strstr(rich, "<app:appearanceMember>");
    (void)state;
    cim__buf_put(&text, rich, (size_t)(member - rich));
    for (int i = 0; i < 3000; i++) cim__buf_put(&text, member, (size_t)(tail - member)); /* ids come again and again: warnings, too, must be the same */
    cim__buf_puts(&text, tail);
    support_write(support_temp("many.gml"), text.data, text.size);
    for (uint32_t threads = 1; threads <= 5; threads++) {
        cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
        cim_ctx *other = NULL;
        gml_run one;
        opts.threads = threads;
        assert_int_equal(cim_ctx_new(&opts, &other), CIM_OK);
        gml_begin(&one, other);
        gml_file(&one, support_temp("many.gml"));
        assert_ok(other, one.status);
        assert_true(cim__sink_count(&one.sink) > 15000);
        uint64_t here = fingerprint(&one);
        if (threads == 1) expected = here;
        assert_true(here == expected);
        gml_end(&one);
        cim_ctx_free(other);
    }
    cim__buf_free(&text);
}

static void test_robust_failure_in_a_worker(void **state)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *other = NULL;
    (void)state;
    cim__buf text = cim__buf_on(ctx->mem);
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832"));
    for (int i = 0; i < 9000; i++) cim__buf_printf(&text, GML_BUILDING("b%d", FOOT("p")), i);
    cim__buf_puts(&text, "<core:cityObjectMember><bldg:Building");
    support_write(support_temp("cut.gml"), text.data, text.size);
    opts.threads = 4;
    assert_int_equal(cim_ctx_new(&opts, &other), CIM_OK);
    gml_run one;
    gml_begin(&one, other);
    gml_file(&one, support_temp("cut.gml"));
    assert_status(other, one.status, CIM_EFORMAT);
    gml_end(&one);
    cim_ctx_cancel(other);
    gml_begin(&one, other);
    gml_file(&one, support_temp("cut.gml"));
    assert_status(other, one.status, CIM_ECANCEL);
    gml_end(&one);
    cim_ctx_free(other);
    cim__buf_free(&text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_robust_damaged_tail), T(test_robust_cut_anywhere), T(test_robust_damage_in_appearances), T(test_robust_undeclared_prefix), T(test_robust_empty_things), T(test_robust_invalid_ids),
        T(test_robust_made_ids_are_the_same_again), T(test_robust_encodings), T(test_robust_order_of_elements), T(test_robust_document_type), T(test_robust_depth), T(test_robust_many_names), T(test_robust_repetition),
        T(test_robust_tangles), T(test_robust_mutations), T(test_robust_memory_runs_out), T(test_robust_any_number_of_threads), T(test_robust_failure_in_a_worker),
    };
    return cmocka_run_group_tests_name("citygml/robust", tests, make_rich, NULL);
}
