libcimcore_la_SOURCES += \
	%D%/alert.h \
	%D%/engine.c \
	%D%/judge.c \
	%D%/learn.c \
	%D%/rule.c \
	%D%/state.c
