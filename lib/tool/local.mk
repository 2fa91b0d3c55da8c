bin_PROGRAMS += cimtool
cimtool_SOURCES = \
	%D%/areas.c \
	%D%/areas.h \
	%D%/args.c \
	%D%/completion.c \
	%D%/dry.c \
	%D%/impact.h \
	%D%/impact_json.c \
	%D%/impact_print.c \
	%D%/main.c \
	%D%/observe.h \
	%D%/observe_print.c \
	%D%/options.c \
	%D%/output.c \
	%D%/picture.c \
	%D%/picture.h \
	%D%/place_ask.c \
	%D%/place_ask.h \
	%D%/places.c \
	%D%/places.h \
	%D%/sight.c \
	%D%/sight.h \
	%D%/suggest.c \
	%D%/tool.h \
	%D%/tracing.h \
	%D%/travel.c \
	%D%/travel.h \
	%D%/travel_print.c \
	%D%/travel_print.h \
	%D%/travel_traffic.c \
	%D%/utility.c \
	%D%/utility.h \
	%D%/utility_layer.c \
	%D%/utility_print.c \
	%D%/verb_betweenness.c \
	%D%/verb_check.c \
	%D%/verb_cover.c \
	%D%/verb_dispatch.c \
	%D%/verb_evacuate.c \
	%D%/verb_export.c \
	%D%/verb_get.c \
	%D%/verb_impact.c \
	%D%/verb_import.c \
	%D%/verb_info.c \
	%D%/verb_interpolate.c \
	%D%/verb_isochrone.c \
	%D%/verb_match.c \
	%D%/verb_matrix.c \
	%D%/verb_nearest.c \
	%D%/verb_observe.c \
	%D%/verb_place.c \
	%D%/verb_plot.c \
	%D%/verb_prepare.c \
	%D%/verb_query.c \
	%D%/verb_route.c \
	%D%/verb_see.c \
	%D%/verb_serve.c \
	%D%/verb_sun.c \
	%D%/verb_trace.c \
	%D%/verb_trace_isolate.c \
	%D%/verb_trace_rank.c \
	%D%/verb_trace_report.c \
	%D%/verb_traffic.c \
	%D%/verb_view.c \
	%D%/verb_watch.c \
	%D%/verbs.c \
	%D%/view.c
cimtool_CPPFLAGS = -I$(top_srcdir)/include -D_GNU_SOURCE
cimtool_LDADD = libcim.la

# Completion is printed by the program from its own table; where it cannot run, as in cross builds, there is none.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_bashcompletion_DATA = completions/cimtool
nodist_zshcompletion_DATA = completions/_cimtool
completions/cimtool: cimtool$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completions && { ./cimtool$(EXEEXT) completion bash >$@ || : >$@; }
completions/_cimtool: cimtool$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) completions && { ./cimtool$(EXEEXT) completion zsh >$@ || : >$@; }
