libcimcore_la_SOURCES += \
	%D%/alternatives.c \
	%D%/customize.c \
	%D%/cutter.c %D%/cutter.h \
	%D%/derive.c \
	%D%/dijkstra.c \
	%D%/graph.c %D%/graph.h \
	%D%/hierarchy.c %D%/hierarchy.h \
	%D%/kernels.h %D%/kernels.inc %D%/kernels_duo.inc \
	%D%/kernels_avx2.c \
	%D%/kernels_avx512.c \
	%D%/kernels_plain.c \
	%D%/labels.c \
	%D%/lanes.c \
	%D%/leaf.c %D%/leaf.h \
	%D%/live.c %D%/live.h \
	%D%/live_feed.c \
	%D%/live_said.c \
	%D%/live_watch.c \
	%D%/matrix.c \
	%D%/metric.c %D%/metric.h \
	%D%/order.c \
	%D%/partial.c \
	%D%/path.c \
	%D%/pool.c \
	%D%/query.c %D%/query.h \
	%D%/route.h \
	%D%/save.c \
	%D%/sweep.c \
	%D%/triangles.c %D%/triangles.h
