libcimcore_la_SOURCES += \
	%D%/ask.c \
	%D%/build.c \
	%D%/choose.c \
	%D%/faces.c \
	%D%/ground.c \
	%D%/raster.c \
	%D%/read.c \
	%D%/relief.c \
	%D%/place.c \
	%D%/scene.h \
	%D%/shadow.c \
	%D%/streets.c \
	%D%/sun.c
