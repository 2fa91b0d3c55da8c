EPANET_TESTS = %D%/test_epanet_read %D%/test_epanet_errors %D%/test_epanet_random %D%/test_epanet_faults %D%/test_epanet_fuzz
check_PROGRAMS += $(EPANET_TESTS)
TESTS += $(EPANET_TESTS)
%C%_test_epanet_read_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_epanet_read_LDADD = $(TEST_LDADD)
%C%_test_epanet_errors_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_epanet_errors_LDADD = $(TEST_LDADD)
%C%_test_epanet_random_SOURCES = %D%/test_epanet_random.c %D%/random_inp.c %D%/random_inp.h
%C%_test_epanet_random_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_epanet_random_LDADD = $(TEST_LDADD) -lm
%C%_test_epanet_faults_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_epanet_faults_LDADD = $(TEST_LDADD)
%C%_test_epanet_fuzz_SOURCES = %D%/test_epanet_fuzz.c %D%/fuzz_epanet.c
%C%_test_epanet_fuzz_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_epanet_fuzz_LDADD = $(TEST_LDADD)
# The same target for libFuzzer (fuzz_epanet.c says how).
EXTRA_PROGRAMS += %D%/fuzz_epanet
%C%_fuzz_epanet_CPPFLAGS = $(AM_CPPFLAGS)
%C%_fuzz_epanet_LDFLAGS = -fsanitize=fuzzer
%C%_fuzz_epanet_LDADD = libcimcore.la
