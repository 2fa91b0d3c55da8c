libcimcore_la_SOURCES += \
	%D%/imp_matpower.c \
	%D%/imp_pandapower.c \
	%D%/mcase.c %D%/mcase.h \
	%D%/mexpr.c \
	%D%/power.c %D%/power.h \
	%D%/pptable.c %D%/pptable.h
