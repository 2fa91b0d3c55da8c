libcimcore_la_SOURCES += \
	%D%/imp_cityjson.c
