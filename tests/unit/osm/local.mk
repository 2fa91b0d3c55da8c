check_LTLIBRARIES += %D%/libosm.la
%C%_libosm_la_SOURCES = %D%/osm_support.c %D%/osm_support.h
%C%_libosm_la_CPPFLAGS = $(TEST_CPPFLAGS)
OSM_TESTS = %D%/test_osm_grid
check_PROGRAMS += $(OSM_TESTS)
TESTS += $(OSM_TESTS)
%C%_test_osm_grid_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_osm_grid_LDADD = %D%/libosm.la $(TEST_LDADD)
