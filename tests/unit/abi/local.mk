ABI_TESTS = %D%/test_abi_options
check_PROGRAMS += $(ABI_TESTS)
TESTS += $(ABI_TESTS)
%C%_test_abi_options_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_abi_options_LDADD = $(TEST_LDADD)
