QUERY_TESTS = %D%/test_query_support
check_PROGRAMS += $(QUERY_TESTS)
TESTS += $(QUERY_TESTS)
%C%_test_query_support_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_query_support_LDADD = $(TEST_LDADD)
