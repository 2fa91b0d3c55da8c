libcimcore_la_SOURCES += \
	%D%/along.c \
	%D%/around.c %D%/around.h \
	%D%/envelope.c %D%/envelope.h \
	%D%/exact.c %D%/exact.h \
	%D%/isovist.c \
	%D%/line.c \
	%D%/prism.c \
	%D%/scene.c \
	%D%/sight.h \
	%D%/sky.c \
	%D%/sun.c \
	%D%/terrain.c \
	%D%/viewshed.c
