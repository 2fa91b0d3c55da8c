libcimcore_la_SOURCES += \
	%D%/betweenness.c \
	%D%/evacuate.c \
	%D%/evacuate.h \
	%D%/evacuate_bound.c \
	%D%/match.c \
	%D%/match.h \
	%D%/match_way.c \
	%D%/times.c \
	%D%/times.h
