libcimcore_la_SOURCES += \
	%D%/dissolve.c %D%/dissolve.h \
	%D%/gaia.c \
	%D%/geom.c %D%/geom.h \
	%D%/geos.c %D%/geos.h \
	%D%/measure.c \
	%D%/orient.c \
	%D%/shapes.h %D%/shapes_kernel.h \
	%D%/shapes_avx2.c %D%/shapes_avx512.c %D%/shapes_plain.c %D%/shapes_sse2.c \
	%D%/shapes_build.c \
	%D%/shapes_distance.c \
	%D%/shapes_locate.c \
	%D%/shapes_many.c \
	%D%/shapes_meets.c \
	%D%/simple.c \
	%D%/slabs.c %D%/slabs.h \
	%D%/topo.c %D%/topo.h \
	%D%/wkx.c
