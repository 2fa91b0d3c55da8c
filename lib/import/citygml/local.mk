libcimcore_la_SOURCES += \
	%D%/imp_citygml.c
