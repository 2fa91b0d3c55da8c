# Programs that show one idea each; built and run by `make check`.
EXAMPLES = %D%/e01_hello_city %D%/e02_index %D%/e03_query %D%/e04_live %D%/e05_route %D%/e06_route_and_trace
check_PROGRAMS += $(EXAMPLES)
%C%_e01_hello_city_CPPFLAGS = -I$(top_srcdir)/include
%C%_e01_hello_city_LDADD = libcim.la
%C%_e02_index_CPPFLAGS = -I$(top_srcdir)/include
%C%_e02_index_LDADD = libcim.la
%C%_e03_query_CPPFLAGS = -I$(top_srcdir)/include
%C%_e03_query_LDADD = libcim.la
%C%_e04_live_CPPFLAGS = -I$(top_srcdir)/include
%C%_e04_live_LDADD = libcim.la
%C%_e05_route_CPPFLAGS = -I$(top_srcdir)/include
%C%_e05_route_LDADD = libcim.la
%C%_e06_route_and_trace_CPPFLAGS = -I$(top_srcdir)/include
%C%_e06_route_and_trace_LDADD = libcim.la
EXTRA_DIST += %D%/demo.sh %D%/setup.sh
