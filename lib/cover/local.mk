libcimcore_la_SOURCES += \
	%D%/exact.c %D%/exact.h \
	%D%/line.c \
	%D%/prism.c \
	%D%/scene.c \
	%D%/sight.h \
	%D%/terrain.c \
	%D%/viewshed.c
