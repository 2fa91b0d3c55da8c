libcimcore_la_SOURCES += \
	%D%/ask.c %D%/ask.h \
	%D%/journey.c %D%/journey.h \
	%D%/journey_avoid.c \
	%D%/journey_order.c \
	%D%/journey_signals.c \
	%D%/journey_steps.c \
	%D%/times.c \
	%D%/times.h
