libcimcore_la_SOURCES += \
	%D%/betweenness.c \
	%D%/match.c \
	%D%/match.h \
	%D%/match_way.c \
	%D%/times.c \
	%D%/times.h
