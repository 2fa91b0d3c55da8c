libcimcore_la_SOURCES += \
	%D%/itm.c \
	%D%/itm.h \
	%D%/itm_vary.c \
	%D%/profile.c \
	%D%/radio.h \
	%D%/street.c
