EXPORT_TESTS = %D%/test_export
check_PROGRAMS += $(EXPORT_TESTS)
TESTS += $(EXPORT_TESTS) %D%/test_export_formats.sh
EXTRA_DIST += %D%/check_cityjson.py %D%/make_cityjson.py %D%/test_export_formats.sh
%C%_test_export_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_export_LDADD = $(TEST_LDADD)
