/* verbs.c - the verbs of cimtool.  Parsing, help, completion and the tests of the manual pages read this table. */
#include "sight.h"
#include "picture.h"
#include "travel.h"
#include "utility.h"

#define OUTPUT_FLAGS                                                                                    \
    { "output", 'o', "FILE", "write the features to a file instead: .geojson, .json or .gpkg" },        \
    { "overwrite", 0, NULL, "replace that file if it exists" }

const cimtool_flag cimtool_common_flags[] = {
    { "json", 'j', NULL, "print JSON (\"schema\": \"cimtool/1\")" },
    { "quiet", 'q', NULL, "print no messages but errors" },
    { "threads", 't', "N", "use N threads (default: one per processor)" },
    { "no-progress", 0, NULL, "no progress bar" },
    { "verbose", 'v', NULL, "print what is being done" },
    { "help", 'h', NULL, "print this help" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag import_flags[] = {
    { "crs", 'c', "EPSG", "reference system of a new city, projected, in metres (default: from the first input)" },
    { "source-crs", 0, "EPSG", "reference system of the inputs, whatever they say" },
    { "swap-xy", 0, NULL, "inputs list northing or latitude first, whatever they say" },
    { "no-swap-xy", 0, NULL, "inputs list easting or longitude first, whatever they say" },
    { "format", 'f', "NAME", "osm, citygml, cityjson, epanet, matpower, pandapower, gis, observations (default: by content)" },
    { "prefix", 0, "TEXT", "EPANET: what ids begin with (default: inp:NAME/, NAME of the file)" },
    { "map", 'm', "FILE", "what rows of GIS layers become: a mapping file (cim-map(5)); may be repeated" },
    { "class", 0, "CLASS", "what rows of GIS layers without a mapping become (default: GenericOccupiedSpace)" },
    { "map-template", 0, NULL, "print a mapping to begin with for the layers of the arguments, which are inputs" },
    { "keep-going", 'k', NULL, "leave out inputs that fail; keep what came before a damaged place in XML" },
    { "no-relations", 0, NULL, "do not look for accesses, located_in, mounted_on, same_as" },
    { "who", 0, "NAME", "who imports, for the change log" },
    { "why", 0, "TEXT", "why, for the change log" },
    { "licence", 0, "TEXT", "licence of the inputs" },
    { "attribution", 0, "TEXT", "whom to name as the source" },
    { "max-objects", 0, "N", "give up beyond N objects" },
    { "max-bytes", 0, "N", "give up beyond N bytes of an input after decompression (default 64 GiB)" },
    { "max-memory", 0, "N", "bytes for objects on their way, the rest goes to a temporary file (default 64 MiB)" },
    { "max-seconds", 0, "S", "give up after S seconds" },
    { "max-depth", 0, "N", "give up where XML or JSON is nested deeper (default 256)" },
    { "unsafe-limits", 0, NULL, "accept input that expands more than 400 times" },
    { "overwrite", 0, NULL, "replace the city file if it exists" },
    { "dry-run", 0, NULL, "say what would come of it, on a copy; the city file stays as it is" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag info_flags[] = {
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { "sources", 0, NULL, "with the sources and their reports" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag get_flags[] = {
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { "at", 0, "X,Y", "the objects at a place, in the city's coordinates" },
    { "at-lonlat", 0, "LON,LAT", "the objects at a place, in degrees" },
    { "radius", 'r', "M", "how far from the place (default 1 m)" },
    { "no-geometry", 0, NULL, "without coordinates" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag check_flags[] = {
    { "foreign", 0, NULL, "do not complain about tables and views that libcim did not make" },
    { "quick", 0, NULL, "leave out geometries and the integrity of every page" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag query_flags[] = {
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { "crs", 'c', "EPSG", "reference system of the coordinates in the expression, x before y (default: the city's)" },
    { "limit", 'n', "N", "show at most N objects" },
    { "offset", 0, "N", "leave out the first N objects" },
    { "sort", 's', "NAME[,desc]", "sort by a property (default: by number)" },
    { "at-time", 0, "T", "only objects that exist at a date or time, 2026-01-31 or 2026-01-31T12:00:00Z" },
    { "columns", 0, "A,B,...", "show these properties too" },
    { "count", 0, NULL, "only count" },
    { "explain", 0, NULL, "show how the query would be run" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag export_flags[] = {
    { "output", 'o', "FILE", "where to (default: standard output)" },
    { "format", 'f', "NAME", "geojson, geojsonseq, cityjson, cityjsonseq, gpkg or epanet (default: by suffix)" },
    { "class", 0, "NAME", "only objects of this class; may be given several times" },
    { "layer", 0, "NAME", "only objects of this layer; may be given several times" },
    { "id", 0, "ID", "only this object, like an argument; may be given several times" },
    { "filter", 0, "EXPRESSION", "only objects that cim-query(7) finds with it" },
    { "crs", 'c', "EPSG", "reference system of the output (default: WGS 84 for GeoJSON, else the city's)" },
    { "decimals", 0, "N", "places of coordinates (default: 7 for degrees, 3 for metres)" },
    { "lod", 0, "LOD", "CityJSON: only shapes of this level of detail" },
    { "relations", 0, NULL, "GeoJSON: with the relations of every object" },
    { "no-extrude", 0, NULL, "CityJSON: no blocks for buildings of which only the height is known" },
    { "no-styles", 0, NULL, "GeoPackage: without styles" },
    { "rs", 0, NULL, "sequences: a record separator before every text (RFC 8142)" },
    { "overwrite", 0, NULL, "replace the file if it exists" },
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag route_flags[] = {
    TRAVEL_FLAGS,
    { "geojson", 0, NULL, "print a GeoJSON feature, of several routes a collection" },
    OUTPUT_FLAGS,
    { "pass", 0, NULL, "pass through the places in between: no turning back there" },
    { "optimize", 0, NULL, "visit the places in between in the quickest order" },
    { "alternatives", 'a', "N", "at most N good routes beside the quickest" },
    { "avoid", 0, "ID", "a street, or tolls, ferries, motorways, tunnels; may be given several times" },
    { "avoid-area", 0, "AREA", "X0,Y0,X1,Y1, POLYGON((...)) or a GeoJSON file; may be given several times" },
    { "avoid-factor", 0, "F", "do not close what is avoided, but count it F times" },
    { "steps", 0, NULL, "the steps of every route (default for a single one)" },
    { "signals", 0, NULL, "when one will be at which traffic signals" },
    { "depart", 0, "T", "local time 2026-01-31T08:30:00 at which one departs" },
    { "batch", 0, "FILE", "a route for every line of FILE (-: standard input): FROM [VIA...] TO" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag isochrone_flags[] = {
    TRAVEL_FLAGS,
    { "limits", 0, "S,S,...", "times in seconds (default: 300,600,900)" },
    { "backward", 0, NULL, "from where one gets to the places" },
    { "filter", 0, "EXPRESSION", "objects that cim-query(7) finds are places too; may be given several times" },
    { "buffer", 0, "M", "how far areas reach from streets (default 50 m)" },
    { "tolerance", 0, "M", "how far outlines may deviate to save vertices (default: a twelfth of the buffer; 0: not at all)" },
    { "edges", 0, NULL, "the parts of streets with their times, not the areas" },
    { "geojson", 0, NULL, "print GeoJSON features" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag matrix_flags[] = {
    TRAVEL_FLAGS,
    { "from", 0, "PLACE", "a start; may be given several times" },
    { "from-file", 0, "FILE", "starts, one a line (-: standard input)" },
    { "from-filter", 0, "EXPRESSION", "objects that cim-query(7) finds are starts" },
    { "to", 0, "PLACE", "a destination; may be given several times (default: the starts)" },
    { "to-file", 0, "FILE", "destinations, one a line" },
    { "to-filter", 0, "EXPRESSION", "objects that cim-query(7) finds are destinations" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag nearest_flags[] = {
    TRAVEL_FLAGS,
    { "among", 'a', "EXPRESSION", "choose from the objects that cim-query(7) finds with it" },
    { "among-file", 0, "FILE", "choose from the places in a file, one a line: an id or X,Y; - is standard input" },
    { "count", 'k', "N", "show N of them (default 5)" },
    { "within", 0, "S", "only those within S seconds" },
    { "from-place", 0, NULL, "times from the place to them, not from them to the place" },
    { "geojson", 0, NULL, "print the routes as GeoJSON features" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag dispatch_flags[] = {
    TRAVEL_FLAGS,
    { "units", 'u', "EXPRESSION", "units are the objects that cim-query(7) finds with it" },
    { "units-file", 0, "FILE", "units are at the places in a file, one a line: an id or X,Y; - is standard input" },
    { "count", 'k', "N", "show N units an incident (default 5)" },
    { "within", 0, "S", "in time is within S seconds (default 480)" },
    { "scenarios", 0, "N", "travel times that may turn out, 1 to 16 (default 16)" },
    { "seed", 0, "N", "draw other scenarios (default 1)" },
    { "demand", 'd', "EXPRESSION", "objects that should have a unit within reach" },
    { "demand-file", 0, "FILE", "the same, from a file" },
    { "posts", 0, "EXPRESSION", "where units that are left may wait (default: posts of those sent)" },
    { "posts-file", 0, "FILE", "the same, from a file" },
    { "move-within", 0, "S", "only moves that take at most S seconds" },
    { "moves", 0, "N", "propose at most N moves of units that are left (default 1)" },
    { "geojson", 0, NULL, "print GeoJSON features: incidents, units, routes, what is no longer covered, moves" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag traffic_flags[] = {
    TRAVEL_FLAGS,
    { "watch", 'w', "ID|EXPRESSION", "tell whether this object, or those that cim-query(7) finds, are cut off; may be given several times" },
    { "geojson", 0, NULL, "print a GeoJSON collection of the streets" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag prepare_flags[] = {
    { "dry-run", 0, NULL, "say what would come of it, on a copy; the city file stays as it is" },
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag match_flags[] = {
    TRAVEL_VEHICLE_FLAGS,
    { "sigma", 0, "M", "standard deviation of points that do not state theirs (default 8 m)" },
    { "radius", 'r', "M", "streets farther away from a point do not count (default: four times its standard deviation, at least 40 m)" },
    { "gap", 0, "S", "after a longer pause a new part begins" },
    { "speeds", 0, NULL, "print how quick each street was" },
    { "geojson", 0, NULL, "print GeoJSON features" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag betweenness_flags[] = {
    TRAVEL_VEHICLE_FLAGS,
    TRAVEL_RADIUS_FLAG,
    TRAVEL_TRAFFIC_FLAGS,
    { "origins", 0, "EXPRESSION", "objects where trips begin, by their footprint (cim-query(7); default: all streets, by length)" },
    { "destinations", 0, "EXPRESSION", "objects where trips end (default: all streets)" },
    { "samples", 'n', "N", "trips, or origins with --trees, that are drawn (default 10000)" },
    { "trees", 0, NULL, "draw origins, each with its trips to all destinations" },
    { "exact", 0, NULL, "all pairs, without samples" },
    { "seed", 0, "N", "another seed draws other samples (default 1)" },
    { "trips", 0, "N", "how many trips there are together (default 1: shares)" },
    { "top", 0, "N", "show the N streets with most trips (default 20; 0: all, as in JSON)" },
    { "geojson", 0, NULL, "print GeoJSON features" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag evacuate_flags[] = {
    TRAVEL_FLAGS,
    { "area", 'a', "EXPRESSION|AREA", "objects to leave (cim-query(7)), or the buildings that X0,Y0,X1,Y1, POLYGON((...)) or a GeoJSON file meets" },
    { "shelters", 's', "EXPRESSION", "objects to go to, or a file .csv: id (or x,y or lon,lat), capacity, people_per_hour" },
    { "people", 'n', "N", "people in the area, by footprint; or a property that says how many (default: population)" },
    { "capacity", 0, "N", "people that a shelter holds (default: any number)" },
    { "per-vehicle", 0, "N", "people in a vehicle (default 2)" },
    { "slot", 0, "S", "capacities of streets hold in every span of S seconds (default 60)" },
    { "horizon", 0, "S", "nobody sets out on a street later (default 86400)" },
    { "top", 0, "N", "show the N streets most waited for (default 10)" },
    { "geojson", 0, NULL, "print the streets used as GeoJSON features" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag cover_flags[] = {
    { "sensors", 's', "EXPRESSION", "the sensors (cim-query(7); default: class = 'Camera')" },
    { "walls", 'w', "EXPRESSION", "cover the outer walls of these buildings" },
    { "roads", 'r', "EXPRESSION", "cover these lines, such as streets" },
    { "area", 'a', "AREA", "cover a box X0,Y0,X1,Y1, POLYGON((...)) or the polygons of a GeoJSON file, without what is built" },
    { "among", 0, "EXPRESSION", "cover these objects, each as a point" },
    { "weight", 0, "NAME", "count this property of roads and objects, e.g. population" },
    { "step", 0, "M", "how far apart targets are (default 5 m)" },
    { "height", 0, "M", "height of targets above the ground (default 1.5 m)" },
    { "top", 0, "M", "walls: several rows of targets, up to this height" },
    { "angle", 0, "MEANING", "what camera:angle is: tilt, as OpenStreetMap's wiki has it, or view: the field of view (default: tilt)" },
    { "kind", 'k', "KIND", "take all sensors as camera, range, radio, sampler or noise (default: by their class)" },
    { "least", 'l', "Q", "quality from which on a target is covered: px/m, dBm, dB (default 25, -110, 30)" },
    { "range", 0, "M", "range where none is stated (default: as far as quality reaches)" },
    { "hfov", 0, "DEG", "horizontal field of view where none is stated (default 60)" },
    { "pitch", 0, "DEG", "degrees above the horizontal where none is stated (default -15)" },
    { "pixels", 0, "N", "width of the image where none is stated (default 1920)" },
    { "power", 0, "DB", "power of radio in dBm, of noise in dB at 1 m, where none is stated" },
    { "frequency", 0, "MHZ", "frequency of radio where none is stated (default 868)" },
    { "model", 0, "MODEL", "of radio: street, free or terrain (default: street)" },
    { "environment", 0, "WHERE", "of streets: high-rise, low-rise or residential (default: high-rise)" },
    { "terrain", 0, "FILE", "heights of the ground, a GeoTIFF in the city's reference system" },
    { "privacy", 0, "AREA", "what cameras must mask in their images" },
    { "keep-out", 0, "AREA", "what no camera may have in its field of view" },
    { "add", 0, "X,Y,H,YAW", "what if: one more camera, H above the ground; may be repeated, and end with a field of view" },
    { "without", 0, "EXPRESSION", "what if: these buildings were not there" },
    { "folds", 0, "N", "gaps are what fewer than N sensors cover (default 1)" },
    { "lonlat", 0, NULL, "places and areas are longitude and latitude" },
    { "geojson", 0, NULL, "print fields of view, what is covered and gaps as GeoJSON features" },
    OUTPUT_FLAGS,
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag trace_flags[] = {
    UTILITY_FLAGS,
    UTILITY_PLACE_FLAGS,
    { "follow", 0, NULL, "with --status -: answer again after every line, a line of JSON each" },
    { "barrier", 0, "ID", "search barrier: found, but not passed; may be given several times" },
    { "barrier-kind", 0, "KIND", "the same for all valves, switches, pumps, regulators, ..." },
    { "result-barrier", 0, "ID", "the search passes it, then the result ends there" },
    { "result-barrier-kind", 0, "KIND", "the same for all valves, switches, pumps, regulators, ..." },
    { "limit", 0, "COLUMN=N", "not farther than this sum of length_m, customers, ..." },
    { "tier", 0, "NAME", "not into what says another pressure zone or voltage level" },
    { "filter", 0, "CLASS|EXPRESSION", "show and add up only these objects" },
    { "no-nodes", 0, NULL, "without nodes" },
    { "no-edges", 0, NULL, "without lines" },
    { "through-sources", 0, NULL, "loops, bridges, cut-nodes: a feed from two sides is a ring" },
    { "stuck", 0, "ID", "isolate: this valve was found not to turn; may be given several times" },
    { "next", 0, NULL, "isolate: what if one of the valves to shut does not turn" },
    { "by", 0, "COLUMN", "what to rank or measure by (default: customers; path: length_m); propagate: any property of the objects" },
    { "carry", 0, "HOW", "propagate: min, max or phases (default: min)" },
    { "top", 0, "N", "show N rows of a table (default 20)" },
    { "all", 0, NULL, "show all rows" },
    { "output", 'o', "FILE", "write the features, too: GeoJSON, or a GeoPackage when it ends in .gpkg" },
    { "overwrite", 0, NULL, "replace that file if it exists" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag impact_flags[] = {
    { "close", 0, "ID", "a street, by id or name, is closed and dug up; a valve, switch or line is closed; may be given several times" },
    { "area", 0, "AREA", "closed and dug up: X0,Y0,X1,Y1, POLYGON((...)) or a GeoJSON file; may be given several times" },
    { "fail", 0, "ID", "an object of a network fails, and the street above is closed; may be given several times" },
    { "keep-supply", 0, NULL, "streets and areas are closed for traffic only" },
    { "keep-streets", 0, NULL, "no street is closed because of what fails" },
    { "no-cascade", 0, NULL, "pumps and the like go on without power" },
    { "stuck", 0, "ID", "this valve was found not to turn; may be given several times" },
    { "margin", 0, "M", "streets are dug up so far beyond their width (default 0.5 m)" },
    { "hydrants", 0, "N", "name the N nearest hydrants with water (default 3)" },
    { "crew", 0, "PLACE", "who may be sent: an id or X,Y; may be given several times (default: fire, ambulance and police stations)" },
    { "crew-file", 0, "FILE", "the same, one a line (-: standard input)" },
    { "top", 0, "N", "show N rows of a list (default 6; JSON has all)" },
    { "output", 'o', "FILE", "write the features, too: GeoJSON, or a GeoPackage when it ends in .gpkg" },
    { "overwrite", 0, NULL, "replace that file if it exists" },
    UTILITY_FLAGS,
    { "profile", 'p', "NAME", "emergency (default), car, bus, truck, bicycle, foot, wheelchair or elderly" },
    { "at-time", 0, "T", "local time 2026-01-31T08:30 at which conditional rules are judged" },
    { "lonlat", 0, NULL, "places and areas are longitude and latitude" },
    TRAVEL_RADIUS_FLAG,
    TRAVEL_TRAFFIC_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag see_flags[] = {
    { "among", 'a', "EXPRESSION", "which objects of a query are seen, and how much of them (cim-query(7))" },
    { "isovist", 0, NULL, "the area that is seen, and metres of walls by building" },
    { "viewshed", 0, NULL, "which cells of a raster of ground and roofs are seen" },
    { "roads", 0, NULL, "which metres of which streets are seen" },
    { "sky", 0, NULL, "the share of the sky that is seen" },
    { "eye", 'e', "M", "height of the eye above ground or roof (default 1.6 m; of a sensor its own)" },
    { "target", 0, "M", "height above ground or roof of what is looked at (default 1.6 m)" },
    { "max", 0, "M", "how far (default 1000 m)" },
    { "step", 0, "M", "--among: between points of an object that are looked at (default 2 m)" },
    { "cell", 0, "M", "--viewshed: side of a cell (default 1 m)" },
    { "columns", 0, NULL, "--viewshed: cells hide as columns, not as a surface between their middles" },
    { "round-earth", 0, NULL, "--viewshed: with the curvature of the earth and refraction" },
    { "output", 'o', "FILE", "write the features to a file instead: .geojson, .json or .gpkg; --viewshed: GeoTIFF, 1 seen, 0 hidden, 255 beyond" },
    { "overwrite", 0, NULL, "replace the output if it exists" },
    { "geojson", 0, NULL, "print GeoJSON features in longitude and latitude" },
    SIGHT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag sun_flags[] = {
    { "at", 0, "T", "where the sun stands then, and whether it shines on the place" },
    { "from", 0, "T", "hours in the sun from this time" },
    { "to", 0, "T", "... to this one" },
    { "step", 0, "MIN", "the sun moves in steps of so many minutes (default 10)" },
    { "height", 0, "M", "height above ground or roof (default 0)" },
    { "spacing", 0, "M", "between points on walls and roofs (default 2 m)" },
    { "shadow", 0, NULL, "with --at: the shadows around the place as GeoJSON" },
    { "max", 0, "M", "--shadow: of what is within so many metres, and how long (default 1000 m)" },
    OUTPUT_FLAGS,
    SIGHT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag watch_flags[] = {
    { "rules", 'r', "FILE", "the rules (cim-rules(5))" },
    { "check", 0, NULL, "only check the rules, and show the streams of each" },
    { "state", 0, "FILE", "go on where the last run ended, and leave there how far this one came" },
    { "store", 0, NULL, "add the observations to the city file" },
    { "replay", 0, "FROM/TO", "take the observations of the city file between two times, not standard input" },
    { "now", 0, "T", "at the end time passes until T: absences, repetitions and escalations up to then" },
    { "clock", 0, NULL, "time passes by the clock of this machine, and not only with the observations" },
    { "format", 'f', "NAME", "json (default) or ngsi-ld" },
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag observe_flags[] = {
    { "format", 'f', "NAME", "of the files: sensorthings, ngsi-ld, csv, ndjson (default: by content; of standard input ndjson)" },
    { "columns", 0, "MAP", "CSV: what columns mean, like time=Zeit,stream=Nr,value=Wert" },
    { "known-only", 0, NULL, "make no streams: skip and count observations of others" },
    { "keep-going", 'k', NULL, "skip, count and list lines that cannot be read" },
    { "commit", 0, "D", "make what came durable every D, like 1s (default) or 500ms" },
    { "who", 0, "NAME", "who observes, for the change log" },
    { "why", 0, "TEXT", "why, for the change log" },
    { "stream", 's', "ID", "this stream; may be given several times" },
    { "object", 0, "ID", "streams of an object of the city" },
    { "thing", 0, "ID", "streams of a thing, as its source calls it" },
    { "property", 'p', "NAME", "streams of a property" },
    { "from", 0, "T", "observations not before a time" },
    { "to", 0, "T", "observations before a time" },
    { "rollup", 'r', "D", "count, min, mean and max by buckets of 15min, 1h, 1d" },
    { "percentiles", 0, "P,P", "of the buckets, too" },
    { "time-mean", 0, NULL, "mean weighted by how long each value held, too" },
    { "hold", 0, "D", "a value holds no longer than D (default: until the next)" },
    { "latest", 'l', NULL, "the newest observation of each stream" },
    { "at", 0, "T", "the newest observation of each stream at a time" },
    { "max-age", 0, "D", "with --at: none that is older" },
    { "export", 'e', "NAME", "print the observations as sensorthings, dataarray, csv, ndjson, or as geojson the newest" },
    { "geojson", 0, NULL, "the newest observation of each stream as GeoJSON, longitude and latitude" },
    OUTPUT_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag interpolate_flags[] = {
    { "at", 0, "T", "what was measured at a time (default: that of the newest observation)" },
    { "mean", 0, "D", "the mean of D before that time, like 1h, 1d (default: the newest observation of each stream)" },
    { "max-age", 0, "D", "without --mean: no observation that is older (default 1h)" },
    { "unit", 'u', "UNIT", "only streams of this unit" },
    { "method", 'm', "NAME", "kriging or idw, inverse distances (default: kriging)" },
    { "model", 0, "NAME", "kriging: fit a spherical, exponential, gaussian or matern variogram (default: the best)" },
    { "variogram", 0, "MODEL,NUGGET,SILL,RANGE", "kriging: with this variogram, range in metres; fit none" },
    { "max-lag", 0, "M", "fit to pairs of places up to this distance (default: a third of the diagonal)" },
    { "bins", 0, "N", "fit to so many classes of distances (default 15)" },
    { "smoothness", 0, "S", "of a matern variogram (default 1.5)" },
    { "power", 0, "P", "idw: weights are 1 / distance^P (default 2)" },
    { "neighbours", 'n', "N", "from the N nearest places only (default: all)" },
    { "radius", 'r', "M", "from places within M only (default: however far)" },
    { "area", 'a', "AREA", "what is mapped: the box of X0,Y0,X1,Y1, POLYGON((...)) or a GeoJSON file (default: that of the places and a tenth around)" },
    { "cell", 'c', "M", "size of cells (default: 200 along the longer side)" },
    { "output", 'o', "FILE", "write the map as GeoTIFF, or the features to .geojson, .json or .gpkg" },
    { "error-map", 0, "FILE", "write the standard errors of the map as GeoTIFF" },
    { "overwrite", 0, NULL, "replace files that exist" },
    { "bands", 'b', "A,B,...", "areas below A, from A to B, ..." },
    { "values-at", 0, "EXPRESSION", "values at the objects that cim-query(7) finds" },
    { "geojson", 0, NULL, "print GeoJSON: bands, readings, values at objects" },
    { "lonlat", 0, NULL, "the area is in longitude and latitude" },
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },
    { NULL, 0, NULL, NULL },
};

/* Those of getting around, without the sizes of vehicles. */
#define PROFILE_FLAGS                                                                                                    \
    { "profile", 'p', "NAME", "car, emergency, bus, truck, bicycle, foot, wheelchair or elderly (default: car)" },      \
    { "at-time", 0, "T", "local time 2026-01-31T08:30 at which conditional rules are judged" },                         \
    { "foreign", 0, NULL, "accept tables and views that libcim did not make" },                                        \
    { "lonlat", 0, NULL, "places and areas are longitude and latitude" }, TRAVEL_RADIUS_FLAG, TRAVEL_TRAFFIC_FLAGS

static const cimtool_flag serve_flags[] = {
    { "facilities", 0, "EXPRESSION", "those who serve: all objects that an expression finds; may be repeated" },
    { "facility", 0, "PLACE", "one more: an id or X,Y; may be repeated" },
    { "demand", 0, "EXPRESSION", "those who are to be served; may be repeated" },
    { "weight", 0, "PROPERTY", "what a demand counts, e.g. population (default: 1 each)" },
    { "within", 0, "LIMIT", "a time like 300s or a length like 500m; may be repeated" },
    { "capacity", 0, "PROPERTY", "how much a facility takes, e.g. capacity; then demands are assigned" },
    { "whole", 0, NULL, "no demand is split between facilities" },
    { "to-facilities", 0, NULL, "the demand goes to the facilities (default: they go to the demand)" },
    { "per", 0, "PROPERTY", "the share served of each, e.g. located_in.name" },
    { "geojson", 0, NULL, "print GeoJSON: facilities, demands served and not" },
    OUTPUT_FLAGS,
    PROFILE_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag place_flags[] = {
    { "problem", 0, "NAME", "cover-most, cover-all, median, center, dispersion, impact, threshold (default: cover-most)" },
    { "candidates", 0, "EXPRESSION", "where one may go: objects; may be repeated" },
    { "along-walls", 0, "M", "and along outer walls, at most so far apart" },
    { "on", 0, "EXPRESSION", "of which objects (default: layer = 'building')" },
    { "height", 0, "M", "above the ground (default 4 m)" },
    { "along-streets", 0, "M", "and along the streets that the profile may use" },
    { "grid", 0, "M", "and at the corners of a grid" },
    { "keep-out", 0, "AREA", "no candidates there: box, WKT or GeoJSON file; may be repeated" },
    { "keep-in", 0, "AREA", "candidates only there; may be repeated" },
    { "demand", 0, "EXPRESSION", "what is to be served; may be repeated" },
    { "weight", 0, "PROPERTY", "what a demand counts, e.g. population (default: 1 each)" },
    { "by", 0, "NAME", "road, air, sight or water (default: road)" },
    { "within", 0, "LIMIT", "a time like 300s or a length like 500m; by sight the greatest range" },
    { "to-sites", 0, NULL, "by road: the demand goes to the sites (default: from them to the demand)" },
    { "count", 'n', "N", "so many new ones, beside those that stand" },
    { "fixed", 0, "EXPRESSION", "those that stand already; may be repeated" },
    { "forbidden", 0, "EXPRESSION", "no candidate on these objects; may be repeated" },
    { "cost", 0, "PROPERTY", "what a site costs (default: 1 each)" },
    { "budget", 0, "AMOUNT", "all sites together cost no more" },
    { "folds", 0, "K", "a demand counts when K sites serve it" },
    { "share", 0, "S", "threshold: from which share of its demand on a group counts (default 0.5)" },
    { "per", 0, "PROPERTY", "threshold: what a group is, e.g. located_in.name (default: id)" },
    { "leave-out", 0, NULL, "leave out what no site can serve (cover-all, center)" },
    { "prove", 0, NULL, "go on until the best plan is proven" },
    { "gap", 0, "PERCENT", "stop at this gap" },
    { "time-limit", 0, "S", "stop then, with what there is" },
    { "seed", 0, "N", "of what is random (default 1)" },
    { "solver", 0, "NAME", "own or cbc (default: own)" },
    { "step", 0, "M", "by sight: how far apart points on streets and walls are (default 5 m)" },
    { "walls", 0, NULL, "by sight: the walls of the demand are to be seen" },
    { "hfov", 0, "DEG", "by sight: field of view of a new camera (default 60)" },
    { "pitch", 0, "DEG", "by sight: above the horizontal (default -15)" },
    { "pixels", 0, "N", "by sight: width of the image (default 1920)" },
    { "least", 0, "PX", "by sight: pixels a metre from which on something counts as seen (default 25)" },
    { "network", 0, "NAME", "by water: the commodity (default: water)" },
    { "column", 0, "NAME", "by water: what counts as impact: people, length_m, customers, ... (default: people)" },
    { "geojson", 0, NULL, "print GeoJSON: sites, demands served and not" },
    OUTPUT_FLAGS,
    PROFILE_FLAGS,
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag view_flags[] = {
    PICTURE_FLAGS,
    { "no-roofs", 0, NULL, "buildings as blocks even where their roofs are known" },
    { "no-attributes", 0, NULL, "without what the sources said beyond the typed values" },
    { "no-relations", 0, NULL, "without relations" },
    { NULL, 0, NULL, NULL },
};

static const cimtool_flag plot_flags[] = {
    PICTURE_FLAGS,
    { "format", 'f', "NAME", "svg or png (default: by suffix; svg on standard output)" },
    { "bbox", 0, "X0,Y0,X1,Y1", "what to show, in the city's coordinates (default: everything)" },
    { "around", 'a', "ID", "show an object and its surroundings" },
    { "radius", 'r', "M", "how far the surroundings reach (default 250 m)" },
    { "size", 0, "W,H", "of the page in millimetres (default 297,210)" },
    { "dpi", 0, "N", "pixels an inch of PNG (default 150)" },
    { "no-labels", 0, NULL, "without names of streets and places" },
    { "no-frame", 0, NULL, "the map alone: no title, legend, scale bar, north arrow, sources" },
    { NULL, 0, NULL, NULL },
};

const cimtool_verb cimtool_verbs[] = {
    { "import", verb_import, import_flags, "CITY INPUT...", 1, -1, "read OpenStreetMap, CityGML, CityJSON, EPANET, power cases and GIS layers into a city file" },
    { "info", verb_info, info_flags, "CITY", 1, 1, "show what a city file contains" },
    { "query", verb_query, query_flags, "CITY EXPRESSION", 2, 2, "find objects with an expression (cim-query(7))" },
    { "get", verb_get, get_flags, "CITY [ID...]", 1, -1, "show objects with all their relations" },
    { "prepare", verb_prepare, prepare_flags, "CITY", 1, 1, "compile the road net into a city file, for quick answers" },
    { "route", verb_route, route_flags, "CITY FROM [VIA...] TO", 1, -1, "find the quickest way between places, alternatives, steps" },
    { "isochrone", verb_isochrone, isochrone_flags, "CITY [PLACE...]", 1, -1, "show how far one gets in some time, or from where" },
    { "matrix", verb_matrix, matrix_flags, "CITY", 1, 1, "times from many places to many places, as CSV" },
    { "nearest", verb_nearest, nearest_flags, "CITY PLACE", 2, 2, "find who or what is nearest to a place in time" },
    { "dispatch", verb_dispatch, dispatch_flags, "CITY INCIDENT...", 2, -1, "choose which units to send, and who covers the gap" },
    { "serve", verb_serve, serve_flags, "CITY", 1, 1, "show who is served in time, who is not, and who goes where when places are short" },
    { "place", verb_place, place_flags, "CITY", 1, 1, "find where the next ones go: stations, cameras, sensors; with a bound" },
    { "match", verb_match, match_flags, "CITY TRACE...", 2, -1, "find the streets that a tracked vehicle went along" },
    { "betweenness", verb_betweenness, betweenness_flags, "CITY", 1, 1, "find the streets that many trips use" },
    { "cover", verb_cover, cover_flags, "CITY", 1, 1, "show what sensors cover, and what they do not" },
    { "evacuate", verb_evacuate, evacuate_flags, "CITY", 1, 1, "plan who leaves an area when and by which way" },
    { "see", verb_see, see_flags, "CITY FROM [TO...]", 2, -1, "what is seen from a place, and what is in the way" },
    { "sun", verb_sun, sun_flags, "CITY PLACE", 2, 2, "where the sun stands, hours in the sun, shadows" },
    { "trace", verb_trace, trace_flags, "CITY KIND [START...]", 2, -1, "trace a utility network: what hangs together, what to shut, who is without supply" },
    { "impact", verb_impact, impact_flags, "CITY", 1, 1, "show what follows when a street is closed, or something fails: supply, streets, crews" },
    { "traffic", verb_traffic, traffic_flags, "CITY", 1, 1, "show what is said of streets now, and what is cut off" },
    { "watch", verb_watch, watch_flags, "CITY", 1, 1, "judge observations by rules as they come, and tell of alerts" },
    { "observe", verb_observe, observe_flags, "CITY [FILE...]", 1, -1, "take in what sensors measure, and ask for it: windows, rollups, the newest" },
    { "interpolate", verb_interpolate, interpolate_flags, "CITY PROPERTY", 2, 2, "map what sensors measure over the city, and how wrong the map is" },
    { "view", verb_view, view_flags, "CITY", 1, 1, "write a page that shows the city in a browser, in three dimensions" },
    { "plot", verb_plot, plot_flags, "CITY", 1, 1, "draw a map: SVG or PNG" },
    { "export", verb_export, export_flags, "CITY [ID...]", 1, -1, "write objects to GeoJSON, CityJSON, GeoPackage or EPANET" },
    { "check", verb_check, check_flags, "CITY", 1, 1, "check a city file: schema, objects, references, indexes, change log" },
    { NULL, NULL, NULL, NULL, 0, 0, NULL },
};
