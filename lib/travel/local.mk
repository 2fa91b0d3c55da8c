libcimcore_la_SOURCES += \
	%D%/dispatch_assign.c \
	%D%/dispatch_cover.c \
	%D%/dispatch_rank.c \
	%D%/fleet.c \
	%D%/fleet.h \
	%D%/fleet_times.c \
	%D%/scenarios.c \
	%D%/times.c \
	%D%/times.h
