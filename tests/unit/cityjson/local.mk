CITYJSON_TESTS = %D%/test_geom_dissolve %D%/test_import_footprint
check_PROGRAMS += $(CITYJSON_TESTS)
TESTS += $(CITYJSON_TESTS)
%C%_test_geom_dissolve_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_geom_dissolve_LDADD = $(TEST_LDADD)
%C%_test_import_footprint_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_import_footprint_LDADD = $(TEST_LDADD)
