libcimcore_la_SOURCES += \
	%D%/access.c \
	%D%/build.c \
	%D%/costs.c \
	%D%/ends.h \
	%D%/expand.c \
	%D%/fits.c \
	%D%/lengths.c \
	%D%/lines.c \
	%D%/lines.h \
	%D%/net.h \
	%D%/object.c \
	%D%/open.c \
	%D%/parts.c \
	%D%/path.c %D%/path.h \
	%D%/profile.c \
	%D%/profile_text.c \
	%D%/profiles/bicycle.def %D%/profiles/bus.def %D%/profiles/car.def %D%/profiles/elderly.def \
	%D%/profiles/emergency.def %D%/profiles/foot.def %D%/profiles/truck.def %D%/profiles/wheelchair.def \
	%D%/read.c \
	%D%/save.c \
	%D%/search.c %D%/search.h \
	%D%/snap.c \
	%D%/turns.c \
	%D%/when.c
EXTRA_DIST += %D%/profiles/README
