libcimcore_la_SOURCES += \
	%D%/field.c %D%/field.h \
	%D%/kdtree.c \
	%D%/solve.c \
	%D%/variogram.c
