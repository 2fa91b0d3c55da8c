libcimcore_la_SOURCES += \
	%D%/place.c \
	%D%/place.h \
	%D%/place_center.c \
	%D%/place_cover.c \
	%D%/place_disperse.c \
	%D%/place_median.c \
	%D%/place_search.c \
	%D%/place_sets.c \
	%D%/place_swap.c \
	%D%/place_threshold.c \
	%D%/place_value.c
