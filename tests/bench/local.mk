# `make bench`: every program tests/bench/bench_* appends its rows to bench.tsv.
EXTRA_DIST += %D%/bench.py %D%/bench_import.py %D%/bench_open.py %D%/bench_shapes.py
# Made by the script that runs it, for it alone.
EXTRA_PROGRAMS = %D%/bench_shapes
%C%_bench_shapes_CPPFLAGS = -I$(top_srcdir)/include -D_GNU_SOURCE $(GEOS_CFLAGS)
%C%_bench_shapes_LDADD = libcim.la $(GEOS_LIBS)
CLEANFILES += $(EXTRA_PROGRAMS)
bench: all
	rm -f bench.tsv
	status=0; for b in $(srcdir)/tests/bench/bench_*.py; do \
	  CIM_SOURCE='$(abs_top_srcdir)' CIM_BUILD='$(abs_top_builddir)' CIM_MODULE_PATH='$(abs_top_builddir)/.libs' $(PYTHON3) $$b || status=1; \
	done; exit $$status
.PHONY: bench
