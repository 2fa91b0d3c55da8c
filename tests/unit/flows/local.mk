# What moves on the road net: map matching, betweenness, evacuation.
FLOW_TESTS = %D%/test_match_model %D%/test_match_trace %D%/test_flow_trips %D%/test_evacuation
check_PROGRAMS += $(FLOW_TESTS)
TESTS += $(FLOW_TESTS)
FLOW_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/tests/unit/net
FLOW_LDADD = tests/unit/net/libnets.la $(TEST_LDADD)
%C%_test_match_model_CPPFLAGS = $(FLOW_CPPFLAGS)
%C%_test_match_model_LDADD = $(FLOW_LDADD)
%C%_test_match_trace_CPPFLAGS = $(FLOW_CPPFLAGS)
%C%_test_match_trace_LDADD = $(FLOW_LDADD)
%C%_test_flow_trips_CPPFLAGS = $(FLOW_CPPFLAGS)
%C%_test_flow_trips_LDADD = $(FLOW_LDADD)
%C%_test_evacuation_CPPFLAGS = $(FLOW_CPPFLAGS)
%C%_test_evacuation_LDADD = $(FLOW_LDADD)
