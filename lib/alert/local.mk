libcimcore_la_SOURCES += \
	%D%/alert.h \
	%D%/engine.c \
	%D%/judge.c \
	%D%/learn.c \
	%D%/line.c \
	%D%/rule.c \
	%D%/rules.c \
	%D%/scope.c \
	%D%/state.c \
	%D%/tell.c \
	%D%/watch.c %D%/watch.h
