libcimcore_la_SOURCES += \
	%D%/coverage.c \
	%D%/field.c \
	%D%/model.c \
	%D%/objects.c \
	%D%/read.c \
	%D%/sensor.h \
	%D%/sums.c \
	%D%/targets.c \
	%D%/walls.c
