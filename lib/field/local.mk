libcimcore_la_SOURCES += \
	%D%/bands.c \
	%D%/field.c %D%/field.h \
	%D%/kdtree.c \
	%D%/raster.c \
	%D%/solve.c \
	%D%/variogram.c
