libcimcore_la_SOURCES += \
	%D%/dissolve.c %D%/dissolve.h \
	%D%/gaia.c \
	%D%/geom.c %D%/geom.h \
	%D%/geos.c %D%/geos.h \
	%D%/measure.c \
	%D%/orient.c \
	%D%/simple.c \
	%D%/slabs.c %D%/slabs.h \
	%D%/topo.c %D%/topo.h \
	%D%/wkx.c
