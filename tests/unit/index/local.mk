INDEX_TESTS = %D%/test_index
check_PROGRAMS += $(INDEX_TESTS)
TESTS += $(INDEX_TESTS)
%C%_test_index_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_index_LDADD = $(TEST_LDADD)
