libcimcore_la_SOURCES += \
	%D%/ask.c \
	%D%/build.c \
	%D%/choose.c \
	%D%/ground.c \
	%D%/read.c \
	%D%/scene.h
