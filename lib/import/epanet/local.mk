libcimcore_la_SOURCES += \
	%D%/imp_epanet.c %D%/imp_epanet.h \
	%D%/make.c
