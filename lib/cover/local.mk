libcimcore_la_SOURCES += \
	%D%/along.c \
	%D%/around.c %D%/around.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/exact.c %D%/exact.h \
	%D%/isovist.c \
	%D%/knots.c \
	%D%/line.c \
	%D%/mesh.c \
	%D%/place.c \
	%D%/place.h \
	%D%/place_cbc.c \
	%D%/place_center.c \
	%D%/place_cover.c \
	%D%/place_disperse.c \
	%D%/place_groups.c \
	%D%/place_median.c \
	%D%/place_search.c \
	%D%/place_sets.c \
	%D%/place_swap.c \
	%D%/place_threshold.c \
	%D%/place_value.c \
	%D%/prism.c \
	%D%/scene.c \
	%D%/sight.h \
	%D%/sky.c \
	%D%/sun.c \
	%D%/terrain.c \
	%D%/viewshed.c
