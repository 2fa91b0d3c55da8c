QUERY_TESTS = %D%/test_query_support %D%/test_query_random
check_PROGRAMS += $(QUERY_TESTS)
TESTS += $(QUERY_TESTS)
%C%_test_query_support_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_query_support_LDADD = $(TEST_LDADD)
%C%_test_query_random_SOURCES = %D%/test_query_random.c %D%/random.h %D%/random_city.c %D%/random_naive.c %D%/random_query.c
%C%_test_query_random_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_query_random_LDADD = $(TEST_LDADD) $(GEOS_LIBS) -lm
