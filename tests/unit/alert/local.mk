ALERT_TESTS = %D%/test_alert_random %D%/test_alert_refuses
check_PROGRAMS += $(ALERT_TESTS)
TESTS += $(ALERT_TESTS)
%C%_test_alert_random_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_alert_random_LDADD = $(TEST_LDADD) -lm
%C%_test_alert_refuses_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_alert_refuses_LDADD = $(TEST_LDADD) -lm
