CRS_TESTS = %D%/test_crs_srsname
check_PROGRAMS += $(CRS_TESTS)
TESTS += $(CRS_TESTS)
%C%_test_crs_srsname_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_crs_srsname_LDADD = $(TEST_LDADD)
