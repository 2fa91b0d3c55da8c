# mod_cim: an extension that SQLite loads; it stands on the library's public functions.
lib_LTLIBRARIES += mod_cim.la
mod_cim_la_SOURCES = \
	%D%/areas.c \
	%D%/city.c \
	%D%/f_cover.c \
	%D%/f_impact.c \
	%D%/f_isochrone.c \
	%D%/f_los.c \
	%D%/f_matrix.c \
	%D%/f_nearest.c \
	%D%/f_observations.c \
	%D%/f_place.c \
	%D%/f_query.c \
	%D%/f_rollup.c \
	%D%/f_route.c \
	%D%/f_serve.c \
	%D%/f_trace.c \
	%D%/geometry.c \
	%D%/mod.c \
	%D%/networks.c \
	%D%/own.c \
	%D%/rows.c \
	%D%/service.c \
	%D%/sql.h \
	%D%/table.c \
	%D%/travel.c \
	%D%/words.c
mod_cim_la_CPPFLAGS = -I$(top_srcdir)/include -D_GNU_SOURCE $(SQLITE_CFLAGS)
mod_cim_la_LIBADD = libcim.la $(SQLITE_LIBS)
# SQLite unloads extensions when a connection closes; the library stays.
mod_cim_la_LDFLAGS = -module -avoid-version -no-undefined -Wl,-z,nodelete
