FIELD_TESTS = %D%/test_field_random %D%/test_field_refuses
check_PROGRAMS += $(FIELD_TESTS)
TESTS += $(FIELD_TESTS)
%C%_test_field_random_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_field_random_LDADD = $(TEST_LDADD) -lm
%C%_test_field_refuses_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_field_refuses_LDADD = $(TEST_LDADD) -lm
