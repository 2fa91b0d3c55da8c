SENSOR_TESTS = %D%/test_radio
check_PROGRAMS += $(SENSOR_TESTS)
TESTS += $(SENSOR_TESTS)
%C%_test_radio_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_radio_LDADD = $(TEST_LDADD) -lm
