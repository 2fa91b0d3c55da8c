libcimcore_la_SOURCES += \
	%D%/build.c \
	%D%/find.c %D%/find.h \
	%D%/grid.c %D%/grid.h \
	%D%/hilbert.c \
	%D%/index.c \
	%D%/join.c \
	%D%/lanes.c %D%/lanes.h \
	%D%/lanes_avx2.c \
	%D%/lanes_avx512.c \
	%D%/lanes_plain.c \
	%D%/lanes_sse2.c \
	%D%/live.c %D%/live.h \
	%D%/many.c \
	%D%/nearest.c \
	%D%/omt.c \
	%D%/order.h \
	%D%/query.c \
	%D%/run.c \
	%D%/save.c %D%/save.h \
	%D%/set.c \
	%D%/state.c \
	%D%/tree.c %D%/tree.h \
	%D%/walk.h
