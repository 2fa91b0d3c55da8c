FAULT_TESTS = %D%/test_fault_oom %D%/test_fault_index
check_PROGRAMS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS)
%C%_test_fault_oom_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_fault_oom_LDADD = $(TEST_LDADD)
%C%_test_fault_index_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_fault_index_LDADD = $(TEST_LDADD)
