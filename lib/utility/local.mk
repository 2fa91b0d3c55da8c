libcimcore_la_SOURCES += \
	%D%/build.c
