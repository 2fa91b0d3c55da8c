# `make bench`: every program tests/bench/bench_* appends its rows to bench.tsv.
EXTRA_DIST += %D%/bench.py %D%/bench_import.py %D%/bench_open.py %D%/bench_route.py
EXTRA_PROGRAMS += %D%/bench_route
%C%_bench_route_LDADD = libcim.la
bench_tools = %D%/bench_route
if HAVE_IGRAPH
EXTRA_PROGRAMS += %D%/bench_route_igraph
%C%_bench_route_igraph_CPPFLAGS = $(IGRAPH_CFLAGS)
%C%_bench_route_igraph_LDADD = $(IGRAPH_LIBS) -lm
bench_tools += %D%/bench_route_igraph
endif
CLEANFILES += $(EXTRA_PROGRAMS)
bench: all $(bench_tools)
	rm -f bench.tsv
	status=0; for b in $(srcdir)/tests/bench/bench_*.py; do \
	  CIM_SOURCE='$(abs_top_srcdir)' CIM_BUILD='$(abs_top_builddir)' CIM_MODULE_PATH='$(abs_top_builddir)/.libs' $(PYTHON3) $$b || status=1; \
	done; exit $$status
.PHONY: bench
