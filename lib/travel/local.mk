libcimcore_la_SOURCES += \
	%D%/isochrone.c \
	%D%/isochrone.h \
	%D%/isochrone_edges.c \
	%D%/isochrone_field.c \
	%D%/isochrone_rings.c \
	%D%/matrix.c \
	%D%/times.c \
	%D%/times.h
