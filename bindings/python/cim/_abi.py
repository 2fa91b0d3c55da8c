"""Constants, structures and functions of libcim for ctypes.

Written by generate.py from the headers include/cim/*.h, which are the manual.  Do not edit.
"""
# mypy: disable-error-code="assignment"
from __future__ import annotations

from ctypes import (CFUNCTYPE, POINTER, Structure, Union, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16,
                    c_int32, c_int64, c_long, c_longlong, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint, c_uint8, c_uint16, c_uint32, c_uint64,
                    c_ulong, c_ulonglong, c_ushort, c_void_p)
from typing import Any

INFINITY, NAN = float("inf"), float("nan")

# ---- constants ----

CIM_ALERT_MAX_RULES = 0x1000000
CIM_ALERT_MAX_STREAMS = 0x10000000
CIM_ALERT_MAX_TIME_MS = 0x1eb208c2dc0000
CIM_ALERT_REMEMBERED = 64
CIM_ALERT_SLOTS = 168
CIM_FIELD_MAX_GLOBAL = 6000
CIM_FIELD_MAX_PLACES = 0x989680
CIM_ISOCHRONE_LIMITS = 32
CIM_JOURNEY_EXACT_STOPS = 14
CIM_NET_ENDS = 64
CIM_NONE = 0xffffffff
CIM_PLACE_MAX_DEMANDS = 0x40000000
CIM_PLACE_MAX_FOLDS = 255
CIM_PLACE_MAX_SITES = 0x4000000
CIM_PLACE_PROVE = 0xffffffffffffffff
CIM_ROUTE_ALWAYS_FROM = -9223372036854775808
CIM_ROUTE_ALWAYS_UNTIL = 0x7fffffffffffffff
CIM_ROUTE_LANES = 16
CIM_ROUTE_MAX_ARCS = 0x40000000
CIM_ROUTE_MAX_NODES = 0x40000000
CIM_ROUTE_MAX_SOURCES = 64
CIM_ROUTE_UNREACHABLE_MS = 0x3fffffff
CIM_SCENE_ADDED = 0xfffffffd
CIM_SENSOR_DETECT_PX_M = 25.0
CIM_SENSOR_IDENTIFY_PX_M = 250.0
CIM_SENSOR_MONITOR_PX_M = 12.5
CIM_SENSOR_OBSERVE_PX_M = 62.5
CIM_SENSOR_RECOGNISE_PX_M = 125.0
CIM_SERVE_MAX_FACILITIES = 2000
CIM_SERVICE_LIMITS = 32
CIM_SIGHT_BEYOND = 255
CIM_SIGHT_TERRAIN = 0xfffffffe
CIM_TIME_MAX_MS = 0xe677d21fdbff
CIM_TIME_MIN_MS = -62135596800000
CIM_TRACE_MAX_COLUMNS = 64
CIM_TRACE_MAX_DEVICES = 0x40000000
CIM_TRACE_MAX_EDGES = 0x40000000
CIM_TRACE_MAX_NODES = 0x40000000
CIM_VERSION_MAJOR = 0
CIM_VERSION_MINOR = 1
CIM_VERSION_PATCH = 0
CIM_VERSION_STRING = '0.1.0'
CIM_OK = 0
CIM_DONE = 1
CIM_ENOMEM = -1
CIM_EARG = -2
CIM_ENOTFOUND = -3
CIM_EFORMAT = -4
CIM_EIO = -5
CIM_ECANCEL = -6
CIM_EVERSION = -7
CIM_ELIMIT = -8
CIM_EUNTRUSTED = -9
CIM_EEXIST = -10
CIM_EUNSUPPORTED = -11
CIM_EINTERNAL = -12
CIM_STATUS_RESERVED = -32767
CIM_LOG_ERROR = 0
CIM_LOG_WARNING = 1
CIM_LOG_INFO = 2
CIM_LOG_DEBUG = 3
CIM_IO_READ = 0
CIM_IO_CREATE = 1
CIM_ALERT_VALUE = 0
CIM_ALERT_RATE = 1
CIM_ALERT_DEVIATION = 2
CIM_ALERT_FLAT = 3
CIM_ALERT_ABSENT = 4
CIM_ALERT_QUALITY = 5
CIM_ALERT_IRREGULAR = 6
CIM_ALERT_RULES = 7
CIM_ALERT_KINDS = 8
CIM_ALERT_LATE = 1
CIM_ALERT_CONFLICT = 2
CIM_ALERT_INFO = 0
CIM_ALERT_MINOR = 1
CIM_ALERT_MODERATE = 2
CIM_ALERT_SEVERE = 3
CIM_ALERT_EXTREME = 4
CIM_ALERT_RAISED = 0
CIM_ALERT_ESCALATED = 1
CIM_ALERT_REPEATED = 2
CIM_ALERT_ACKNOWLEDGED = 3
CIM_ALERT_CLEARED = 4
CIM_CHECK_FOREIGN = 1
CIM_CHECK_QUICK = 2
CIM_GEOM_POINT = 1
CIM_GEOM_LINESTRING = 2
CIM_GEOM_POLYGON = 3
CIM_GEOM_MULTIPOINT = 4
CIM_GEOM_MULTILINESTRING = 5
CIM_GEOM_MULTIPOLYGON = 6
CIM_OUTSIDE = 0
CIM_BOUNDARY = 1
CIM_CROSSES = 1
CIM_INSIDE = 2
CIM_INDEX_HILBERT = 0
CIM_INDEX_OMT = 1
CIM_PROBE_BOX = 0
CIM_PROBE_SEGMENT = 1
CIM_PROBE_SHAPE = 2
CIM_CHANGE_PUT = 0
CIM_CHANGE_DELETE = 1
CIM_OPEN_FOREIGN = 1
CIM_OBJECT_GEOMETRY = 1
CIM_OBJECT_RELATIONS = 2
CIM_OBJECT_SHAPES = 4
CIM_OBJECT_SURFACES = 8
CIM_ROUTE_FORWARD = 0
CIM_ROUTE_BACKWARD = 1
CIM_ROUTE_LABELS_NONE = 0
CIM_ROUTE_LABELS_AUTO = 1
CIM_ROUTE_LABELS_FULL = 2
CIM_ROUTE_LABELS_CORE = 3
CIM_NET_TURNS_RESTRICTED = 0
CIM_NET_TURNS_FULL = 1
CIM_NET_BREAKS_ONEWAY = 1
CIM_NET_BREAKS_ACCESS = 2
CIM_NET_BREAKS_BUS_LANE = 4
CIM_NET_BREAKS_BARRIER = 8
CIM_NET_BREAKS_TURN = 16
CIM_NET_BREAKS_U_TURN = 32
CIM_NET_USES_DESTINATION = 64
CIM_NET_USES_PRIVATE = 128
CIM_NET_SPEED_DEFAULT = 0
CIM_NET_SPEED_DERIVED = 1
CIM_NET_SPEED_TAGGED = 2
CIM_NET_ANY_PART = 1
CIM_RANK_WITHIN = 0
CIM_RANK_MEDIAN = 1
CIM_RANK_WORST = 2
CIM_EXPORT_OVERWRITE = 1
CIM_EXPORT_RELATIONS = 2
CIM_EXPORT_RS = 4
CIM_EXPORT_NO_EXTRUDE = 8
CIM_EXPORT_NO_STYLES = 16
CIM_FIELD_KRIGING = 0
CIM_FIELD_DISTANCE = 1
CIM_VARIOGRAM_BEST = 0
CIM_VARIOGRAM_SPHERICAL = 1
CIM_VARIOGRAM_EXPONENTIAL = 2
CIM_VARIOGRAM_GAUSSIAN = 3
CIM_VARIOGRAM_MATERN = 4
CIM_FLOW_PAIRS = 0
CIM_FLOW_TREES = 1
CIM_TRACE_VALVE = 0
CIM_TRACE_SWITCH = 1
CIM_TRACE_PUMP = 2
CIM_TRACE_REGULATOR = 3
CIM_TRACE_TRANSFORMER = 4
CIM_TRACE_CHECK_VALVE = 5
CIM_TRACE_FUSE = 6
CIM_TRACE_METER = 7
CIM_TRACE_HYDRANT = 8
CIM_TRACE_OTHER = 9
CIM_TRACE_KINDS = 32
CIM_TRACE_OUT = 1
CIM_TRACE_SHUT = 2
CIM_TRACE_NORMALLY_SHUT = 4
CIM_TRACE_INOPERABLE = 8
CIM_TRACE_INACCESSIBLE = 16
CIM_TRACE_SOURCE = 32
CIM_TRACE_BOTH = 0
CIM_TRACE_WITH = 1
CIM_TRACE_AGAINST = 2
CIM_TRACE_NEITHER = 3
CIM_TRACE_NODE = 0
CIM_TRACE_EDGE = 1
CIM_TRACE_DEVICE = 2
CIM_TRACE_INDEX_SUPPLY = 1
CIM_TRACE_INDEX_PLAIN = 2
CIM_TRACE_INDEX_SEGMENTS = 4
CIM_TRACE_CONNECTED = 0
CIM_TRACE_SUBNETWORK = 1
CIM_TRACE_CONTROLLERS = 2
CIM_TRACE_UPSTREAM = 3
CIM_TRACE_DOWNSTREAM = 4
CIM_TRACE_LOOPS = 5
CIM_TRACE_BRIDGES = 6
CIM_TRACE_CUT_NODES = 7
CIM_TRACE_MIN = 0
CIM_TRACE_MAX = 1
CIM_UTILITY_LENGTH_M = 0
CIM_UTILITY_DEMAND_LPS = 1
CIM_UTILITY_DEMAND_KW = 2
CIM_UTILITY_CUSTOMERS = 3
CIM_UTILITY_PEOPLE = 4
CIM_UTILITY_BUILDINGS = 5
CIM_UTILITY_CRITICAL = 6
CIM_UTILITY_HYDRANTS = 7
CIM_UTILITY_BEDS = 8
CIM_UTILITY_COLUMNS = 9
CIM_UTILITY_SITE_NONE = 0
CIM_UTILITY_SITE_HOSPITAL = 1
CIM_UTILITY_SITE_CARE = 2
CIM_UTILITY_SITE_SCHOOL = 3
CIM_UTILITY_SITE_EMERGENCY = 4
CIM_UTILITY_SITE_OTHER = 5
CIM_UTILITY_SNAPPED = 0
CIM_UTILITY_TAPPED = 1
CIM_UTILITY_DANGLES = 2
CIM_UTILITY_NEAR = 3
CIM_UTILITY_CROSSES = 4
CIM_UTILITY_ALONE = 5
CIM_UTILITY_ON_NOTHING = 6
CIM_UTILITY_NO_END = 7
CIM_UTILITY_UPHILL = 8
CIM_UTILITY_CYCLE = 9
CIM_UTILITY_BAD_VALUE = 10
CIM_UTILITY_NO_PLACE = 11
CIM_UTILITY_FINDING_KINDS = 12
CIM_UTILITY_ON = 0
CIM_UTILITY_OFF = 1
CIM_UTILITY_OUT = 2
CIM_UTILITY_IN = 3
CIM_UTILITY_STUCK = 4
CIM_UTILITY_FREE = 5
CIM_IMPACT_CREW = 1
CIM_IMPACT_AMBULANCE = 2
CIM_IMPACT_CLOSE = 0
CIM_IMPACT_FAIL = 1
CIM_IMPACT_KEEP_SUPPLY = 1
CIM_IMPACT_KEEP_STREETS = 2
CIM_IMPACT_NO_CASCADE = 4
CIM_IMPACT_IN_WORKS = 1
CIM_IMPACT_GUESSED = 2
CIM_IMPACT_BACK = 4
CIM_IMPACT_PARTLY = 8
CIM_IMPACT_STREET_CLOSED = 1
CIM_IMPORT_KEEP_GOING = 1
CIM_IMPORT_NO_RELATIONS = 2
CIM_IMPORT_SWAP_XY = 4
CIM_IMPORT_NO_SWAP_XY = 8
CIM_IMPORT_UNSAFE_LIMITS = 16
CIM_IMPORT_OVERWRITE = 32
CIM_JOURNEY_TOLLS = 1
CIM_JOURNEY_FERRIES = 2
CIM_JOURNEY_MOTORWAYS = 4
CIM_JOURNEY_TUNNELS = 8
CIM_JOURNEY_PASS = 1
CIM_JOURNEY_ORDER = 1
CIM_JOURNEY_DEPART = 0
CIM_JOURNEY_CONTINUE = 1
CIM_JOURNEY_SLIGHT_LEFT = 2
CIM_JOURNEY_LEFT = 3
CIM_JOURNEY_SHARP_LEFT = 4
CIM_JOURNEY_SLIGHT_RIGHT = 5
CIM_JOURNEY_RIGHT = 6
CIM_JOURNEY_SHARP_RIGHT = 7
CIM_JOURNEY_U_TURN = 8
CIM_JOURNEY_ROUNDABOUT = 9
CIM_JOURNEY_FERRY = 10
CIM_JOURNEY_PASSING = 11
CIM_JOURNEY_ARRIVE = 12
CIM_JOURNEY_GREEN = 1
CIM_ROUTE_WEIGHT = 0
CIM_ROUTE_FACTOR = 1
CIM_ROUTE_SPEED = 2
CIM_ROUTE_CLOSED = 3
CIM_ROUTE_OPEN = 4
CIM_ROUTE_PENALTY = 5
CIM_ROUTE_WITHDRAW = 6
CIM_ROUTE_WITHDRAW_CLOSURE = 7
CIM_ROUTE_CUT_TO = 1
CIM_ROUTE_CUT_FROM = 2
CIM_ROUTE_FEED_CSV = 0
CIM_ROUTE_FEED_NDJSON = 1
CIM_ROUTE_BOTH_WAYS = 0
CIM_ROUTE_ALONG = 1
CIM_ROUTE_AGAINST = 2
CIM_MATCH_BREAK = 1
CIM_MATCH_DEGREES = 2
CIM_MATCH_FOUND = 0
CIM_MATCH_BETWEEN = 1
CIM_MATCH_NO_STREET = 2
CIM_MATCH_OUTLIER = 3
CIM_MATCH_UNORDERED = 4
CIM_PLACE_COVER_ALL = 0
CIM_PLACE_COVER_MOST = 1
CIM_PLACE_MEDIAN = 2
CIM_PLACE_CENTER = 3
CIM_PLACE_DISPERSION = 4
CIM_PLACE_IMPACT = 5
CIM_PLACE_THRESHOLD = 6
CIM_PLACE_FIXED = 1
CIM_PLACE_FORBIDDEN = 2
CIM_PLACE_OWN = 0
CIM_PLACE_CBC = 1
CIM_PLACE_PROVEN = 0
CIM_PLACE_BOUNDED = 1
CIM_PLACE_HEURISTIC = 2
CIM_QUERY_DESCENDING = 1
CIM_QUERY_COUNT = 2
CIM_RADIO_URBAN_HIGH_RISE = 0
CIM_RADIO_URBAN_LOW_RISE = 1
CIM_RADIO_RESIDENTIAL = 2
CIM_RADIO_TX_HEIGHT = 1
CIM_RADIO_RX_HEIGHT = 2
CIM_RADIO_FREQUENCY = 4
CIM_RADIO_FAR = 8
CIM_RADIO_TOO_FAR = 16
CIM_RADIO_STEEP = 32
CIM_RADIO_NEAR = 64
CIM_RADIO_TX_HORIZON_ANGLE = 128
CIM_RADIO_RX_HORIZON_ANGLE = 256
CIM_RADIO_TX_HORIZON_NEAR = 512
CIM_RADIO_RX_HORIZON_NEAR = 1024
CIM_RADIO_TX_HORIZON_FAR = 2048
CIM_RADIO_RX_HORIZON_FAR = 4096
CIM_RADIO_RARE = 8192
CIM_RADIO_REFRACTIVITY = 16384
CIM_RADIO_STREET_DISTANCE = 0x10000
CIM_RADIO_STREET_FREQUENCY = 0x20000
CIM_RADIO_HORIZONTAL = 0
CIM_RADIO_VERTICAL = 1
CIM_RADIO_EQUATORIAL = 1
CIM_RADIO_CONTINENTAL_SUBTROPICAL = 2
CIM_RADIO_MARITIME_SUBTROPICAL = 3
CIM_RADIO_DESERT = 4
CIM_RADIO_CONTINENTAL_TEMPERATE = 5
CIM_RADIO_MARITIME_TEMPERATE_LAND = 6
CIM_RADIO_MARITIME_TEMPERATE_SEA = 7
CIM_RADIO_SINGLE_MESSAGE = 0
CIM_RADIO_ACCIDENTAL = 1
CIM_RADIO_MOBILE = 2
CIM_RADIO_BROADCAST = 3
CIM_RADIO_NO_LOCATION = 10
CIM_RADIO_NO_SITUATION = 20
CIM_RADIO_RANDOM = 0
CIM_RADIO_CAREFUL = 1
CIM_RADIO_VERY_CAREFUL = 2
CIM_RADIO_LINE_OF_SIGHT = 1
CIM_RADIO_DIFFRACTION = 2
CIM_RADIO_TROPOSCATTER = 3
CIM_SIGHT_INTERPOLATED = 0
CIM_SIGHT_COLUMNS = 1
CIM_SCENE_BUILDINGS = 1
CIM_SCENE_CONSTRUCTIONS = 2
CIM_SCENE_TREES = 4
CIM_SCENE_BARRIERS = 8
CIM_SCENE_PRISMS = 0
CIM_SCENE_TRIANGLES = 1
CIM_SCENE_GROUND_NONE = 0
CIM_SCENE_GROUND_POINTS = 1
CIM_SCENE_GROUND_RELIEF = 2
CIM_SCENE_GROUND_RASTER = 3
CIM_SCENE_PARTS = 1
CIM_SCENE_SAME = 2
CIM_SCENE_REMOVED = 3
CIM_SCENE_STATUS = 4
CIM_SCENE_NO_OUTLINE = 5
CIM_SCENE_NO_HEIGHT = 6
CIM_SCENE_FLAT = 7
CIM_SCENE_UNDERGROUND = 8
CIM_SCENE_BRIDGE = 9
CIM_STREAM_NUMBER = 0
CIM_STREAM_BOOLEAN = 1
CIM_STREAM_TEXT = 2
CIM_QUALITY_GOOD = 0
CIM_QUALITY_UNCERTAIN = 1
CIM_QUALITY_BAD = 2
CIM_SENSE_WRITE = 1
CIM_SENSE_MANUAL = 2
CIM_ROLLUP_TIME_MEAN = 1
CIM_INGEST_KNOWN_ONLY = 1
CIM_INGEST_KEEP_GOING = 2
CIM_SENSOR_CAMERA = 0
CIM_SENSOR_RANGE = 1
CIM_SENSOR_RADIO = 2
CIM_SENSOR_SAMPLER = 3
CIM_SENSOR_NOISE = 4
CIM_SENSOR_THROUGH = 1
CIM_SENSOR_SIGHT = 2
CIM_SENSOR_TURNS = 4
CIM_SENSOR_LINE = 8
CIM_SENSOR_ASSUMED_HEIGHT = 1
CIM_SENSOR_ASSUMED_YAW = 2
CIM_SENSOR_ASSUMED_PITCH = 4
CIM_SENSOR_ASSUMED_HFOV = 8
CIM_SENSOR_ASSUMED_VFOV = 16
CIM_SENSOR_ASSUMED_PIXELS = 32
CIM_SENSOR_ASSUMED_RANGE = 64
CIM_SENSOR_ASSUMED_POWER = 128
CIM_SENSOR_ASSUMED_FREQUENCY = 256
CIM_SENSOR_ASSUMED_TYPE = 512
CIM_SENSOR_MOVED = 1024
CIM_SENSOR_STREET = 0
CIM_SENSOR_FREE_SPACE = 1
CIM_SENSOR_TERRAIN = 2
CIM_SENSOR_CLASSES = 6
CIM_SENSOR_ANGLE_TILT = 0
CIM_SENSOR_ANGLE_VIEW = 1
CIM_TARGET_POINT = 0
CIM_TARGET_WALL = 1
CIM_TARGET_LINE = 2
CIM_TARGET_CELL = 3
CIM_COVER_FOLDS = 9
CIM_SITE_OBJECT = 0
CIM_SITE_WALL = 1
CIM_SITE_STREET = 2
CIM_SITE_GRID = 3
CIM_SITE_POINT = 4
CIM_WATCH_JSON = 0
CIM_WATCH_NGSI = 1
CIM_TRAFFIC_AUTO = 0
CIM_TRAFFIC_CSV = 1
CIM_TRAFFIC_NDJSON = 2
CIM_TRAFFIC_GEOJSON = 3
CIM_TRAFFIC_GTFS_JSON = 4
CIM_TRAFFIC_GTFS = 5
CIM_VIEW_OVERWRITE = 1
CIM_VIEW_NO_SHAPES = 2
CIM_VIEW_NO_ATTRIBUTES = 4
CIM_VIEW_NO_RELATIONS = 8
CIM_PLOT_OVERWRITE = 1
CIM_PLOT_NO_LABELS = 2
CIM_PLOT_NO_FRAME = 4

CONSTANTS = {name: value for name, value in list(globals().items()) if name.startswith("CIM_")}

# ---- structures ----


class cim_box(Structure):
    min_x: float
    min_y: float
    max_x: float
    max_y: float


class cim_buf(Structure):
    data: Any
    size: int
    reserved: Any


class cim_ctx(Structure):
    pass


class cim_io(Structure):
    struct_size: int
    user: Any
    open: Any
    read: Any
    write: Any
    seek: Any
    size: Any
    sync: Any
    close: Any
    rename: Any
    remove: Any


class cim_ctx_options(Structure):
    struct_size: int
    realloc_fn: Any
    realloc_user: Any
    io: Any
    log: Any
    log_user: Any
    progress: Any
    progress_user: Any
    log_level: int
    threads: int


class cim_alert_engine(Structure):
    pass


class cim_alert_rule(Structure):
    struct_size: int
    kind: int
    severity: int
    low: float
    high: float
    clear_low: float
    clear_high: float
    inside: int
    least: int
    for_ms: int
    clear_ms: int
    for_count: int
    mask: int
    per_ms: int
    span_ms: int
    max_span_ms: int
    tolerance: float
    utc_offset_ms: int
    repeat_ms: int
    escalate_ms: int
    escalate_to: int
    skip_quality: int
    quiet: int
    input_count: int
    inputs: Any


class cim_alert_event(Structure):
    struct_size: int
    what: int
    severity: int
    rule: int
    stream: int
    holding: int
    single: int
    time_ms: int
    since_ms: int
    alert: int
    value: float
    score: float


class cim_alert_counts(Structure):
    struct_size: int
    observed: int
    judged: int
    late: int
    repeated: int
    conflicting: int
    empty: int
    raised: int
    cleared: int
    suppressed: int
    active: int
    now_ms: int


class cim_alert_engine_options(Structure):
    struct_size: int
    max_items: int
    reserved0: int


class cim_alert_baseline(Structure):
    struct_size: int
    mean: Any
    spread: Any
    counts: Any


class cim_geom(Structure):
    type: int
    dim: int
    vertex_count: int
    ring_count: int
    part_count: int
    reserved0: int
    coords: Any
    ring_end: Any
    part_end: Any


class cim_shapes(Structure):
    pass


class cim_nearest(Structure):
    distance: float
    x: float
    y: float
    fraction: float
    vertex: int
    reserved0: int


class cim_index(Structure):
    pass


class cim_index_options(Structure):
    struct_size: int
    order: int
    reserved0: int
    z: Any
    classes: Any
    ids: Any


class cim_probe(Structure):
    kind: int
    classes: int
    x0: float
    y0: float
    x1: float
    y1: float
    z0: float
    z1: float
    distance: float
    shapes: Any
    shape: int
    reserved0: int
    exact: Any
    accept: Any
    measure: Any
    user: Any


class cim_live_index(Structure):
    pass


class cim_index_change(Structure):
    id: int
    op: int
    box: cim_box
    z0: float
    z1: float
    classes: int
    reserved0: int


class cim_live_options(Structure):
    struct_size: int
    background: int
    has_z: int
    has_classes: int
    max_id: int
    extent: cim_box


class cim_live_info(Structure):
    epoch: int
    count: int
    bytes: int
    runs: int
    merges: int
    dead: float
    spread: float


class cim_city(Structure):
    pass


class cim_open_options(Structure):
    struct_size: int
    flags: int
    reserved0: int


class cim_relation(Structure):
    other: int
    type: int
    inverse: int
    reserved0: int


class cim_route_graph(Structure):
    struct_size: int
    node_count: int
    arc_count: int
    tail: Any
    head: Any
    x: Any
    y: Any


class cim_route_end(Structure):
    node: int
    offset_ms: int


class cim_route_places(Structure):
    ends: Any
    first_end: Any
    count: int


class cim_route_hierarchy(Structure):
    pass


class cim_route_hierarchy_info(Structure):
    struct_size: int
    node_count: int
    arc_count: int
    up_arc_count: int
    levels: int
    triangle_count: int
    bytes: int
    graph_hash: int
    mean_search_arcs: float


class cim_route_metric(Structure):
    pass


class cim_route_label_options(Structure):
    struct_size: int
    memory_limit_bytes: int
    mode: int
    core_size: int


class cim_route_query(Structure):
    pass


class cim_route_path(Structure):
    time_ms: int
    start: int
    end: int
    arc_count: int
    arcs: Any


class cim_route_alternative_options(Structure):
    struct_size: int
    stretch: float
    sharing: float
    locality: float
    candidates: int
    reserved0: int


class cim_route_alternative(Structure):
    path: cim_route_path
    via: int
    shared_ms: int


class cim_route_lanes(Structure):
    pass


class cim_route_dijkstra(Structure):
    pass


class cim_net(Structure):
    pass


class cim_net_costs(Structure):
    pass


class cim_net_route(Structure):
    pass


class cim_net_options(Structure):
    struct_size: int
    turns: int
    reserved0: int


class cim_net_view(Structure):
    struct_size: int
    junction_count: int
    edge_count: int
    vertex_count: int
    state_count: int
    arc_count: int
    rule_count: int
    unlocated_count: int
    area_count: int
    junction_x: Any
    junction_y: Any
    edge_object: Any
    edge_from: Any
    edge_to: Any
    edge_name: Any
    first_vertex: Any
    edge_length_m: Any
    xy: Any
    state_junction: Any
    state_link: Any
    arc_link: Any


class cim_net_cost_options(Structure):
    struct_size: int
    profile: Any
    time: Any
    height_m: float
    width_m: float
    length_m: float
    weight_t: float
    profile_text: Any


class cim_net_costs_view(Structure):
    struct_size: int
    weights_ms: Any
    link_ms: Any
    link_kmh: Any
    link_rules: Any
    link_source: Any
    link_main: Any
    junction_ms: Any


class cim_net_place(Structure):
    edge: int
    side: int
    fraction: float
    x: float
    y: float
    distance_m: float
    directions: int
    reserved0: int


class cim_net_snap_options(Structure):
    struct_size: int
    radius_m: float
    heading_deg: float
    tolerance_deg: float
    flags: int
    reserved0: int


class cim_net_leg(Structure):
    link: int
    object: int
    name: int
    time_ms: int
    rules: int
    first_vertex: int
    length_m: float


class cim_net_route_view(Structure):
    struct_size: int
    time_ms: int
    rules: int
    length_m: float
    leg_count: int
    vertex_count: int
    legs: Any
    xy: Any


class cim_scenarios(Structure):
    pass


class cim_fleet(Structure):
    pass


class cim_coverage(Structure):
    pass


class cim_scenario_options(Structure):
    struct_size: int
    seed: int
    count: int
    reserved0: int
    city_spread: float
    class_spread: float
    area_spread: float
    area_m: float


class cim_fleet_view(Structure):
    struct_size: int
    count: int
    direction: int
    cut_count: int
    scenario_count: int
    places: Any


class cim_fleet_rest(Structure):
    struct_size: int
    unreachable_count: int
    beyond_count: int


class cim_rank_options(Structure):
    struct_size: int
    within_ms: int
    by: int


class cim_rank(Structure):
    member: int
    median_ms: int
    mean_ms: int
    best_ms: int
    worst_ms: int
    reserved0: int
    within_share: float
    reached_share: float


class cim_assignment(Structure):
    struct_size: int
    assigned_count: int
    late_count: int
    late_share: float
    total_ms: int


class cim_gap(Structure):
    struct_size: int
    before_count: int
    after_count: int
    lost_count: int
    never_count: int
    before_weight: float
    after_weight: float
    lost_weight: float
    all_weight: float


class cim_move_up(Structure):
    unit: int
    from_: int
    to: int
    time_ms: int
    considered: int
    before_weight: float
    after_weight: float
    gained_weight: float
    lost_weight: float


class cim_export_options(Structure):
    struct_size: int
    format: Any
    lod: Any
    epsg: int
    decimals: int
    flags: int
    reserved0: int


class cim_field(Structure):
    pass


class cim_variogram(Structure):
    struct_size: int
    model: int
    pairs: int
    nugget: float
    sill: float
    range_m: float
    smoothness: float
    error: float


class cim_field_bin(Structure):
    lag_m: float
    gamma: float
    pairs: int


class cim_field_options(Structure):
    struct_size: int
    method: int
    neighbours: int
    radius_m: float
    power: float
    variogram: Any
    model: int
    bins: int
    max_lag_m: float
    smoothness: float


class cim_field_view(Structure):
    struct_size: int
    method: int
    place_count: int
    merged_count: int
    model: int
    nugget: float
    sill: float
    range_m: float
    smoothness: float
    fit_error: float
    added: float
    min_x: float
    min_y: float
    max_x: float
    max_y: float


class cim_field_errors(Structure):
    struct_size: int
    count: int
    bias: float
    rmse: float
    mae: float
    largest: float
    score_mean: float
    score_square: float
    correlation: float


class cim_flow(Structure):
    pass


class cim_flow_pair(Structure):
    from_: int
    to: int
    trips: float


class cim_flow_demand(Structure):
    struct_size: int
    origins: Any
    destinations: Any
    origin_weights: Any
    destination_weights: Any
    origin_count: int
    destination_count: int
    pairs: Any
    pair_count: int
    trips: float


class cim_flow_options(Structure):
    struct_size: int
    samples: int
    seed: int
    mode: int
    reserved0: int


class cim_flow_view(Structure):
    struct_size: int
    link_count: int
    reserved0: int
    link_trips: Any
    link_error: Any
    trips: float
    unreachable_trips: float
    time_s: float
    length_m: float
    sample_count: int


class cim_evacuation(Structure):
    pass


class cim_evacuation_source(Structure):
    place: cim_net_place
    people: int
    reserved0: int


class cim_evacuation_exit(Structure):
    place: cim_net_place
    people_per_hour: float
    capacity: int
    reserved0: int


class cim_evacuation_task(Structure):
    struct_size: int
    sources: Any
    exits: Any
    source_count: int
    exit_count: int
    link_people_per_hour: Any
    slot_s: float
    horizon_s: float


class cim_evacuation_group(Structure):
    source: int
    exit: int
    people: int
    first_leg: int
    leg_count: int
    reserved0: int
    depart_s: float
    arrive_s: float


class cim_evacuation_leg(Structure):
    link: int
    reserved0: int
    enter_s: float


class cim_evacuation_link(Structure):
    link: int
    full_slots: int
    people: int
    wait_s: float


class cim_evacuation_view(Structure):
    struct_size: int
    group_count: int
    leg_count: int
    link_count: int
    exit_count: int
    people: int
    evacuated: int
    no_way: int
    no_room: int
    too_late: int
    clearance_s: float
    mean_s: float
    clearance_bound_s: float
    mean_bound_s: float
    cut_people_per_hour: float
    groups: Any
    legs: Any
    links: Any
    exit_people: Any


class cim_trace_column(Structure):
    name: Any
    nodes: Any
    edges: Any


class cim_trace_arrays(Structure):
    struct_size: int
    node_count: int
    edge_count: int
    device_count: int
    column_count: int
    from_: Any
    to: Any
    node_flags: Any
    edge_flags: Any
    direction: Any
    node_domain: Any
    edge_domain: Any
    node_tier: Any
    edge_tier: Any
    edge_feature: Any
    feature_count: int
    isolating_kinds: int
    device_edge: Any
    device_end: Any
    device_kind: Any
    device_flags: Any
    device_direction: Any
    columns: Any


class cim_trace_network(Structure):
    pass


class cim_trace_status(Structure):
    pass


class cim_trace_view(Structure):
    pass


class cim_trace_query(Structure):
    pass


class cim_trace_change(Structure):
    what: int
    id: int
    set: int
    clear: int


class cim_trace_status_options(Structure):
    struct_size: int
    normal_state: int


class cim_trace_options(Structure):
    struct_size: int
    barriers: Any
    barrier_count: int
    barrier_kinds: int
    result_barrier_kinds: int
    result_barriers: Any
    result_barrier_count: int
    domain: int
    tier: int
    limit_column: int
    no_nodes: int
    no_edges: int
    limit: float
    through_sources: int


class cim_trace_result(Structure):
    struct_size: int
    elements: Any
    why: Any
    count: int
    node_count: int
    features: Any
    feature_count: int
    sums: Any
    epoch: int


class cim_trace_hit(Structure):
    device: int
    length: float


class cim_trace_segments(Structure):
    struct_size: int
    count: int
    of: Any
    first: Any
    elements: Any


class cim_trace_isolation(Structure):
    struct_size: int
    shut: Any
    shut_count: int
    leave: Any
    leave_count: int
    keep: Any
    keep_count: int
    stuck: Any
    stuck_count: int
    works: Any
    works_count: int
    lost: Any
    lost_count: int
    works_sums: Any
    lost_sums: Any
    sources: Any
    source_count: int
    epoch: int


class cim_trace_fallback(Structure):
    device: int
    shut_count: int
    has_source: int
    reserved: int
    added: float


class cim_trace_resupplied(Structure):
    struct_size: int
    way: Any
    way_count: int
    open: Any
    open_count: int
    shut: Any
    shut_count: int
    regained: Any
    regained_count: int
    regained_sums: Any
    length: float
    epoch: int


class cim_utility(Structure):
    pass


class cim_utility_options(Structure):
    struct_size: int
    network: Any
    snap_m: float
    serve_m: float
    controllers: Any
    controller_count: int
    max_elements: int
    reserved0: int


class cim_utility_view(Structure):
    struct_size: int
    node_count: int
    edge_count: int
    device_count: int
    feature_count: int
    domain_count: int
    from_: Any
    to: Any
    node_domain: Any
    edge_domain: Any
    node_flags: Any
    edge_flags: Any
    device_flags: Any
    node_object: Any
    edge_object: Any
    device_edge: Any
    device_end: Any
    device_kind: Any
    device_object: Any
    feature_object: Any
    node_xy: Any
    first_vertex: Any
    xy: Any
    columns: Any


class cim_utility_service(Structure):
    element: int
    object: int
    customers: int
    people: int
    critical: int
    beds: int
    guessed: int


class cim_utility_finding(Structure):
    kind: int
    object: int
    other: int
    end: int
    x: float
    y: float
    distance_m: float


class cim_utility_feed(Structure):
    struct_size: int
    row_count: int
    applied_count: int
    unknown_count: int
    bad_count: int
    late_count: int
    as_of_ms: int
    first_bad: Any


class cim_impact(Structure):
    pass


class cim_impact_query(Structure):
    pass


class cim_impact_roads(Structure):
    pass


class cim_impact_options(Structure):
    struct_size: int
    street_m: float
    path_m: float
    hydrant_m: float
    house_m: float


class cim_impact_place(Structure):
    object: int
    site: int
    roles: int
    reserved0: int
    x: float
    y: float


class cim_impact_unit(Structure):
    place: cim_net_place
    object: int
    roles: int


class cim_impact_work(Structure):
    kind: int
    reserved0: int
    objects: Any
    object_count: int
    area: Any


class cim_impact_case(Structure):
    struct_size: int
    works: Any
    work_count: int
    stuck: Any
    stuck_count: int
    flags: int
    hydrants: int
    margin_m: float
    trench_m: float


class cim_impact_travel(Structure):
    struct_size: int
    roads: Any
    metric: Any
    query: Any
    crews: int
    reserved0: int


class cim_impact_loss(Structure):
    object: int
    domain: int
    element: int
    customers: int
    people: int
    site: int
    flags: int
    beds: int


class cim_impact_domain(Structure):
    domain: int
    hit_count: int
    shut_count: int
    buildings: int
    partly: int
    sites: int
    hydrants: int
    back: int
    customers: int
    people: int
    people_back: int
    length_m: float


class cim_impact_failure(Structure):
    object: int
    by: int
    round: int
    domain: int
    guessed: int
    reserved0: int


class cim_impact_tie(Structure):
    device: int
    domain: int
    buildings: int
    first_step: int
    step_count: int
    first_shut: int
    shut_count: int
    reserved0: int
    people: int
    customers: int


class cim_impact_hydrant(Structure):
    work: int
    object: int
    element: int
    reserved0: int
    x: float
    y: float
    distance_m: float


class cim_impact_site(Structure):
    x: float
    y: float
    first_street: int
    street_count: int
    first_hit: int
    hit_count: int


class cim_impact_crew(Structure):
    work: int
    unit: int
    time_ms: int
    reserved0: int


class cim_impact_access(Structure):
    place: int
    before_ms: int
    after_ms: int
    before_unit: int
    after_unit: int
    flags: int


class cim_impact_detour(Structure):
    work: int
    from_: int
    to: int
    before_ms: int
    after_ms: int
    first_link: int
    link_count: int
    reserved0: int
    before_m: float
    after_m: float


class cim_impact_result(Structure):
    struct_size: int
    epoch: int
    rounds: int
    reserved0: int
    works: Any
    work_count: int
    hits: Any
    hit_count: int
    shut: Any
    leave: Any
    keep: Any
    stuck: Any
    shut_count: int
    leave_count: int
    keep_count: int
    stuck_count: int
    sources: Any
    source_count: int
    cut: Any
    cut_count: int
    lost: Any
    lost_count: int
    domains: Any
    domain_count: int
    losses: Any
    loss_count: int
    failures: Any
    failure_count: int
    ties: Any
    tie_count: int
    steps: Any
    step_count: int
    tie_shut: Any
    tie_shut_count: int
    hydrants: Any
    hydrant_count: int
    live: Any
    live_count: int
    streets: Any
    street_count: int
    crews: Any
    crew_count: int
    access: Any
    access_count: int
    detours: Any
    detour_count: int
    links: Any
    link_count: int
    front: Any
    front_count: int
    front_people: int


class cim_import_options(Structure):
    struct_size: int
    format: Any
    who: Any
    why: Any
    licence: Any
    attribution: Any
    epsg: int
    source_epsg: int
    flags: int
    max_depth: int
    max_objects: int
    max_bytes: int
    max_memory: int
    max_seconds: float
    prefix: Any
    maps: Any
    map_count: int
    class_name: Any


class cim_isochrone(Structure):
    pass


class cim_isochrone_areas(Structure):
    pass


class cim_isochrone_options(Structure):
    struct_size: int
    direction: int
    limit_ms: int


class cim_isochrone_piece(Structure):
    link: int
    object: int
    place: int
    from_ms: int
    to_ms: int
    reserved0: int
    from_: float
    to: float


class cim_isochrone_view(Structure):
    struct_size: int
    direction: int
    limit_ms: int
    piece_count: int
    pieces: Any


class cim_isochrone_area_options(Structure):
    struct_size: int
    buffer_m: float
    cell_m: float
    tolerance_m: float
    max_cells: int


class cim_isochrone_area(Structure):
    limit_ms: int
    reserved0: int
    area_m2: float
    street_m: float
    geom: cim_geom


class cim_isochrone_areas_view(Structure):
    struct_size: int
    buffer_m: float
    cell_m: float
    area_count: int
    areas: Any


class cim_journey(Structure):
    pass


class cim_journey_avoid(Structure):
    struct_size: int
    areas: Any
    area_count: int
    objects: Any
    object_count: int
    classes: int
    reserved0: int
    factor: float


class cim_journey_stop(Structure):
    place: cim_net_place
    flags: int
    reserved0: int


class cim_journey_options(Structure):
    struct_size: int
    avoid: Any
    alternative: Any
    alternatives: int
    flags: int


class cim_journey_section(Structure):
    first_leg: int
    leg_count: int
    time_ms: int
    reserved0: int
    length_m: float


class cim_journey_view(Structure):
    struct_size: int
    route_count: int
    section_count: int
    route: Any
    sections: Any
    order: Any
    order_exact: int
    shared_ms: int


class cim_journey_step(Structure):
    kind: int
    name: int
    first_leg: int
    leg_count: int
    time_ms: int
    rules: int
    exit: int
    stop: int
    side: int
    reserved0: int
    length_m: float
    distance_m: float
    bearing_before_deg: float
    bearing_after_deg: float
    turn_deg: float
    x: float
    y: float


class cim_journey_signal_options(Structure):
    struct_size: int
    leg_sigma: float
    correlation: float
    wait_sigma_s: float
    width: float
    city: Any
    flags: int
    reserved0: int


class cim_journey_signal(Structure):
    junction: int
    object: int
    leg: int
    crossing: int
    earliest_ms: int
    likely_ms: int
    latest_ms: int
    reserved0: int
    distance_m: float
    speed_kmh: float
    x: float
    y: float


class cim_route_live(Structure):
    pass


class cim_route_view(Structure):
    pass


class cim_route_change(Structure):
    arc: int
    source: int
    kind: int
    event: int
    value: float
    reported_ms: int
    from_ms: int
    until_ms: int


class cim_route_live_options(Structure):
    struct_size: int
    lengths_m: Any
    labels: Any
    min_speed_kmh: float
    max_statements: int
    fixed_ms: Any


class cim_route_statement(Structure):
    change: cim_route_change
    in_force: int
    decides: int


class cim_route_published(Structure):
    struct_size: int
    epoch: int
    as_of_ms: int
    statement_count: int
    expired_count: int
    changed_count: int
    closed_count: int
    cut_count: int
    newly_cut_count: int


class cim_route_cut(Structure):
    node: int
    cut: int
    before: int


class cim_route_feed_where(Structure):
    id: Any
    id_size: int
    geometry: Any
    geometry_size: int
    direction: int
    reserved0: int


class cim_route_feed(Structure):
    struct_size: int
    name: Any
    read: Any
    read_user: Any
    map: Any
    map_user: Any
    reported_ms: int
    max_rows: int
    format: int
    source: int
    snapshot: int
    max_line_bytes: int
    where: Any


class cim_route_fed(Structure):
    struct_size: int
    row_count: int
    change_count: int
    unknown_count: int
    first_unknown_line: int


class cim_matcher(Structure):
    pass


class cim_match(Structure):
    pass


class cim_match_point(Structure):
    x: float
    y: float
    time_s: float
    accuracy_m: float
    heading_deg: float
    flags: int
    reserved0: int


class cim_match_options(Structure):
    struct_size: int
    sigma_m: float
    beta_m: float
    radius_m: float
    heading_deg: float
    turn_back_m: float
    detour_m: float
    max_kmh: float
    gap_s: float
    thin_m: float
    beam: float
    candidates: int
    outliers: int


class cim_match_place(Structure):
    state: int
    part: int
    leg: int
    link: int
    place: cim_net_place
    confidence: float


class cim_match_part(Structure):
    first_point: int
    last_point: int
    first_leg: int
    leg_count: int
    first_vertex: int
    vertex_count: int
    length_m: float
    confidence: float


class cim_match_leg(Structure):
    link: int
    object: int
    from_: float
    to: float
    length_m: float
    enter_s: float
    leave_s: float


class cim_match_speed(Structure):
    link: int
    object: int
    kmh: float
    length_m: float
    seconds: float


class cim_match_view(Structure):
    struct_size: int
    point_count: int
    part_count: int
    leg_count: int
    vertex_count: int
    speed_count: int
    found_count: int
    between_count: int
    no_street_count: int
    outlier_count: int
    unordered_count: int
    points: Any
    parts: Any
    legs: Any
    speeds: Any
    xy: Any
    length_m: float


class cim_place_problem(Structure):
    struct_size: int
    kind: int
    site_count: int
    demand_count: int
    most: int
    budget: float
    first: Any
    demands: Any
    values: Any
    matrix: Any
    weights: Any
    miss: Any
    folds: Any
    costs: Any
    flags: Any
    group_count: int
    groups: Any
    needs: Any
    group_weights: Any
    site_group_count: int
    reserved0: int
    site_group_first: Any
    site_group_sites: Any
    site_group_least: Any
    site_group_most: Any


class cim_place_options(Structure):
    struct_size: int
    work: int
    seed: int
    gap: float
    time_limit_s: float
    leave_out: int
    solver: int


class cim_place_plan(Structure):
    pass


class cim_place_result(Structure):
    struct_size: int
    kind: int
    status: int
    value: float
    bound: float
    gap: float
    proof: Any
    sites: Any
    gains: Any
    count: int
    stopped: int
    servers: Any
    server_count: int
    left_out: int
    merged_demands: int
    dropped_sites: int
    seed: int
    iterations: int
    nodes: int
    swaps: int
    evaluations: int
    work: int
    cost: float


class cim_query_options(Structure):
    struct_size: int
    sort: Any
    at: Any
    limit: int
    offset: int
    epsg: int
    flags: int


class cim_query_result(Structure):
    ids: Any
    count: int
    matched: int
    reserved: Any


class cim_radio_link(Structure):
    struct_size: int
    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    refractivity: float
    permittivity: float
    conductivity_s_m: float
    time_percent: float
    location_percent: float
    situation_percent: float
    polarization: int
    climate: int
    variability: int
    reserved0: int


class cim_radio_loss(Structure):
    struct_size: int
    loss_db: float
    free_space_db: float
    reference_db: float
    distance_m: float
    roughness_m: float
    refractivity: float
    horizon_m: Any
    horizon_rad: Any
    effective_height_m: Any
    mode: int
    warnings: int


class cim_sight_prisms(Structure):
    struct_size: int
    prism_count: int
    ring_count: int
    vertex_count: int
    reserved0: int
    prism_end: Any
    ring_end: Any
    xy: Any
    base_m: Any
    top_m: Any


class cim_sight_raster(Structure):
    struct_size: int
    columns: int
    rows: int
    x: float
    y: float
    step_x_m: float
    step_y_m: float
    height_m: Any


class cim_sight_options(Structure):
    struct_size: int
    cell_m: float
    terrain: Any


class cim_sight_scene(Structure):
    pass


class cim_sight_query(Structure):
    pass


class cim_sight_faces(Structure):
    struct_size: int
    face_count: int
    ring_count: int
    vertex_count: int
    reserved0: int
    face_end: Any
    ring_end: Any
    xyz: Any
    solid: Any


class cim_sight_mesh(Structure):
    pass


class cim_sight_viewshed_options(Structure):
    struct_size: int
    eye_height_m: float
    target_height_m: float
    max_m: float
    earth_radius_m: float
    refraction: float
    method: int
    reserved0: int


class cim_sight_isovist_options(Structure):
    struct_size: int
    z_m: float
    max_m: float
    frame: cim_box
    arc_deg: float


class cim_sight_wall(Structure):
    prism: int
    vertex: int
    from_: float
    to: float
    length_m: float


class cim_sight_isovist(Structure):
    struct_size: int
    area_m2: float
    xy: Any
    count: int
    walls: Any
    wall_count: int


class cim_sight_spans(Structure):
    struct_size: int
    at: Any
    count: int
    share: float


class cim_sight_sun(Structure):
    struct_size: int
    azimuth_deg: float
    elevation_deg: float
    apparent_deg: float
    declination_deg: float
    right_ascension_deg: float


class cim_sight_sun_options(Structure):
    struct_size: int
    latitude_deg: float
    longitude_deg: float
    from_s: float
    to_s: float
    step_s: float
    least_deg: float
    north_deg: float
    normals: Any


class cim_scene(Structure):
    pass


class cim_scene_options(Structure):
    struct_size: int
    area: cim_box
    hides: Any
    at: Any
    kinds: int
    detail: int
    storey_m: float
    default_height_m: float
    terrain_path: Any
    terrain: Any
    terrain_cell_m: float
    removed: Any
    removed_count: int
    added: Any


class cim_scene_left(Structure):
    object: int
    reason: int
    other: int
    reserved0: int


class cim_scene_view(Structure):
    struct_size: int
    object_count: int
    prism_count: int
    face_count: int
    guessed_count: int
    left_count: int
    ground: int
    objects: Any
    prism_object: Any
    prism_root: Any
    prisms: Any
    left: Any
    guessed: Any
    terrain: Any
    faces: Any
    face_object: Any


class cim_scene_sighting(Structure):
    points: int
    seen: int
    blocker: int
    reserved0: int
    distance_m: float
    xyz: Any


class cim_scene_stretch(Structure):
    object: int
    reserved0: int
    from_m: float
    to_m: float
    from_: Any
    to: Any


class cim_scene_street(Structure):
    object: int
    reserved0: int
    length_m: float
    seen_m: float


class cim_scene_streets(Structure):
    struct_size: int
    streets: Any
    stretches: Any
    street_count: int
    stretch_count: int
    length_m: float
    seen_m: float


class cim_scene_streets_result(Structure):
    pass


class cim_scene_sunny(Structure):
    prism: int
    vertex: int
    azimuth_deg: float
    area_m2: float
    hours: float
    least: float
    most: float


class cim_stream(Structure):
    struct_size: int
    gid: Any
    thing: Any
    name: Any
    property: Any
    unit: Any
    attrs: Any
    id: int
    kind: int
    object: int
    edge: int
    offset_m: float
    x: float
    y: float
    z: float
    period_ms: int


class cim_sense_options(Structure):
    struct_size: int
    flags: int
    chunk_values: int
    commit_ms: int
    who: Any
    why: Any


class cim_sense(Structure):
    pass


class cim_stream_filter(Structure):
    struct_size: int
    gid: Any
    thing: Any
    property: Any
    object: int
    edge: int


class cim_sense_counts(Structure):
    struct_size: int
    appended: int
    late: int
    repeated: int
    replaced: int
    streams: int
    commits: int


class cim_observation(Structure):
    time_ms: int
    value: float
    stream: int
    quality: int


class cim_rollup(Structure):
    struct_size: int
    from_ms: int
    to_ms: int
    bucket_ms: int
    origin_ms: int
    hold_ms: int
    percentiles: Any
    percentile_count: int
    flags: int
    reserved0: int


class cim_bucket(Structure):
    start_ms: int
    count: int
    left_out: int
    min: float
    max: float
    mean: float
    sum: float
    time_mean: float


class cim_ingest_options(Structure):
    struct_size: int
    format: Any
    columns: Any
    city: Any
    fn: Any
    user: Any
    flags: int
    max_depth: int
    max_bytes: int


class cim_sense_export_options(Structure):
    struct_size: int
    format: Any
    epsg: int
    stream_count: int
    streams: Any
    from_ms: int
    to_ms: int


class cim_sensor(Structure):
    kind: int
    flags: int
    object: int
    assumed: int
    x: float
    y: float
    z: float
    yaw_deg: float
    pitch_deg: float
    hfov_deg: float
    vfov_deg: float
    turn_deg: float
    near_m: float
    range_m: float
    pixels: float
    power: float
    gain_db: float
    frequency_mhz: float
    rx_height_m: float
    least: float
    location_percent: float
    model: int
    environment: int


class cim_sensor_options(Structure):
    struct_size: int
    angle: int
    kind: int
    height_m: float
    pitch_deg: float
    hfov_deg: float
    vfov_deg: float
    pixels: float
    least: float
    range_m: float
    power: float
    gain_db: float
    frequency_mhz: float
    model: int
    environment: int


class cim_sensors(Structure):
    pass


class cim_sensors_view(Structure):
    struct_size: int
    sensors: Any
    count: int
    left_count: int
    left: Any
    assumed_count: Any


class cim_targets(Structure):
    pass


class cim_targets_view(Structure):
    struct_size: int
    count: int
    left_count: int
    xyz: Any
    normal: Any
    weight: Any
    extent: Any
    object: Any
    kind: Any
    weight_sum: float
    cell_m: float
    cell_x: float
    cell_y: float
    left: Any


class cim_target_options(Structure):
    struct_size: int
    step_m: float
    height_m: float
    top_m: float
    weight: Any
    tunnels: int
    reserved0: int


class cim_cover_options(Structure):
    struct_size: int
    privacy: Any
    keep_out: Any
    terrain: Any


class cim_cover(Structure):
    pass


class cim_cover_violation(Structure):
    sensor: int
    reserved0: int
    area_m2: float


class cim_cover_view(Structure):
    struct_size: int
    sensor_count: int
    target_count: int
    first: Any
    targets: Any
    quality: Any
    weights: Any
    folds: Any
    best: Any
    best_sensor: Any
    own_weight: Any
    unique_weight: Any
    weight: float
    covered_weight: float
    fold_weight: Any
    fold_count: Any
    class_weight: Any
    class_count: Any
    masked_count: int
    tested_count: int
    violations: Any
    violation_count: int
    reserved0: int


class cim_cover_span(Structure):
    object: int
    folds: int
    from_m: float
    to_m: float
    first: int
    count: int


class cim_serve_assign_options(Structure):
    struct_size: int
    whole: int
    reserved0: int


class cim_serve_share(Structure):
    demand: int
    facility: int
    cost: int
    reserved0: int
    amount: float


class cim_serve_assignment(Structure):
    pass


class cim_serve_assignment_view(Structure):
    struct_size: int
    facility_count: int
    demand_count: int
    share_count: int
    shares: Any
    loads: Any
    left: Any
    served: float
    total: float
    served_bound: float
    total_bound: float
    proof: Any


class cim_service_task(Structure):
    struct_size: int
    facilities: Any
    demands: Any
    facility_count: int
    demand_count: int
    weights: Any
    capacities: Any
    limits: Any
    limit_count: int
    district_count: int
    districts: Any
    direction: int
    whole: int


class cim_service(Structure):
    pass


class cim_service_view(Structure):
    struct_size: int
    facility_count: int
    demand_count: int
    limit_count: int
    district_count: int
    nearest: Any
    costs: Any
    limits: Any
    served_counts: Any
    served_weights: Any
    weight: float
    district_weights: Any
    district_served: Any
    unserved: Any
    unserved_count: int
    unreachable_count: int
    reserved0: int
    catchments: Any
    mean: float
    most: int
    farthest: int
    assignment: Any


class cim_sites(Structure):
    pass


class cim_site(Structure):
    object: int
    kind: int
    x: float
    y: float
    height_m: float
    azimuth_deg: float


class cim_reach(Structure):
    pass


class cim_reach_view(Structure):
    struct_size: int
    site_count: int
    demand_count: int
    first: Any
    demands: Any
    values: Any
    miss: Any


class cim_watch(Structure):
    pass


class cim_traffic(Structure):
    pass


class cim_traffic_options(Structure):
    struct_size: int
    labels: Any
    min_speed_kmh: float
    radius_m: float
    vehicle_s: float


class cim_traffic_cut(Structure):
    object: int
    cut: int


class cim_traffic_input(Structure):
    struct_size: int
    name: Any
    read: Any
    read_user: Any
    unknown: Any
    unknown_user: Any
    reported_ms: int
    max_bytes: int
    format: int
    source: int
    snapshot: int
    reserved0: int


class cim_traffic_fed(Structure):
    struct_size: int
    row_count: int
    change_count: int
    unknown_count: int
    ignored_count: int
    reported_ms: int
    format: int
    reserved0: int


class cim_view_options(Structure):
    struct_size: int
    title: Any
    color_by: Any
    classes: Any
    ramp: Any
    layers: Any
    layer_count: int
    max_shape_vertices: int
    max_layer_bytes: int
    flags: int
    reserved0: int


class cim_plot_options(Structure):
    struct_size: int
    format: Any
    title: Any
    color_by: Any
    classes: Any
    ramp: Any
    layers: Any
    layer_count: int
    extent: Any
    around: Any
    radius_m: float
    width_mm: float
    height_mm: float
    dpi: float
    max_layer_bytes: int
    flags: int
    reserved0: int


# ---- callbacks ----

cim_realloc_fn = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)
cim_log_fn = CFUNCTYPE(None, c_int32, c_char_p, c_void_p)
cim_progress_fn = CFUNCTYPE(c_int32, c_double, c_char_p, c_void_p)
cim_accept_fn = CFUNCTYPE(c_int32, c_void_p, c_uint32)
cim_measure_fn = CFUNCTYPE(c_double, c_void_p, c_uint32)
cim_route_feed_read_fn = CFUNCTYPE(c_int64, c_void_p, c_void_p, c_size_t)
cim_route_feed_map_fn = CFUNCTYPE(c_size_t, c_void_p, c_char_p, c_size_t, POINTER(c_uint32), c_size_t)
cim_route_feed_where_fn = CFUNCTYPE(c_int32, POINTER(cim_ctx), c_void_p, POINTER(cim_route_feed_where), POINTER(c_uint32), c_size_t, POINTER(c_size_t))
cim_observation_fn = CFUNCTYPE(c_int32, POINTER(cim_ctx), POINTER(cim_sense), POINTER(cim_observation), c_void_p)
cim_reach_row_fn = CFUNCTYPE(c_int32, POINTER(cim_ctx), c_void_p, c_uint32, POINTER(c_uint32), POINTER(c_double), POINTER(c_uint32))
cim_traffic_unknown_fn = CFUNCTYPE(None, c_void_p, c_char_p, c_size_t)

# ---- fields ----

cim_box._fields_ = [
    ("min_x", c_double),
    ("min_y", c_double),
    ("max_x", c_double),
    ("max_y", c_double),
]
cim_buf._fields_ = [
    ("data", POINTER(c_char)),
    ("size", c_size_t),
    ("reserved", c_void_p),
]
cim_io._fields_ = [
    ("struct_size", c_size_t),
    ("user", c_void_p),
    ("open", CFUNCTYPE(c_int32, c_void_p, c_char_p, c_int32, POINTER(c_void_p))),
    ("read", CFUNCTYPE(c_int64, c_void_p, c_void_p, c_void_p, c_size_t)),
    ("write", CFUNCTYPE(c_int64, c_void_p, c_void_p, c_void_p, c_size_t)),
    ("seek", CFUNCTYPE(c_int64, c_void_p, c_void_p, c_uint64)),
    ("size", CFUNCTYPE(c_int64, c_void_p, c_void_p)),
    ("sync", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
    ("close", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
    ("rename", CFUNCTYPE(c_int32, c_void_p, c_char_p, c_char_p)),
    ("remove", CFUNCTYPE(c_int32, c_void_p, c_char_p)),
]
cim_ctx_options._fields_ = [
    ("struct_size", c_size_t),
    ("realloc_fn", cim_realloc_fn),
    ("realloc_user", c_void_p),
    ("io", POINTER(cim_io)),
    ("log", cim_log_fn),
    ("log_user", c_void_p),
    ("progress", cim_progress_fn),
    ("progress_user", c_void_p),
    ("log_level", c_int32),
    ("threads", c_uint32),
]
cim_alert_rule._fields_ = [
    ("struct_size", c_size_t),
    ("kind", c_uint32),
    ("severity", c_uint32),
    ("low", c_double),
    ("high", c_double),
    ("clear_low", c_double),
    ("clear_high", c_double),
    ("inside", c_int32),
    ("least", c_uint32),
    ("for_ms", c_int64),
    ("clear_ms", c_int64),
    ("for_count", c_uint32),
    ("mask", c_uint32),
    ("per_ms", c_int64),
    ("span_ms", c_int64),
    ("max_span_ms", c_int64),
    ("tolerance", c_double),
    ("utc_offset_ms", c_int64),
    ("repeat_ms", c_int64),
    ("escalate_ms", c_int64),
    ("escalate_to", c_uint32),
    ("skip_quality", c_uint32),
    ("quiet", c_int32),
    ("input_count", c_uint32),
    ("inputs", POINTER(c_uint32)),
]
cim_alert_event._fields_ = [
    ("struct_size", c_size_t),
    ("what", c_uint32),
    ("severity", c_uint32),
    ("rule", c_uint32),
    ("stream", c_uint32),
    ("holding", c_uint32),
    ("single", c_int32),
    ("time_ms", c_int64),
    ("since_ms", c_int64),
    ("alert", c_uint64),
    ("value", c_double),
    ("score", c_double),
]
cim_alert_counts._fields_ = [
    ("struct_size", c_size_t),
    ("observed", c_uint64),
    ("judged", c_uint64),
    ("late", c_uint64),
    ("repeated", c_uint64),
    ("conflicting", c_uint64),
    ("empty", c_uint64),
    ("raised", c_uint64),
    ("cleared", c_uint64),
    ("suppressed", c_uint64),
    ("active", c_uint64),
    ("now_ms", c_int64),
]
cim_alert_engine_options._fields_ = [
    ("struct_size", c_size_t),
    ("max_items", c_uint32),
    ("reserved0", c_uint32),
]
cim_alert_baseline._fields_ = [
    ("struct_size", c_size_t),
    ("mean", c_double * 168),
    ("spread", c_double * 168),
    ("counts", c_uint32 * 168),
]
cim_geom._fields_ = [
    ("type", c_int32),
    ("dim", c_int32),
    ("vertex_count", c_uint32),
    ("ring_count", c_uint32),
    ("part_count", c_uint32),
    ("reserved0", c_uint32),
    ("coords", POINTER(c_double)),
    ("ring_end", POINTER(c_uint32)),
    ("part_end", POINTER(c_uint32)),
]
cim_nearest._fields_ = [
    ("distance", c_double),
    ("x", c_double),
    ("y", c_double),
    ("fraction", c_double),
    ("vertex", c_uint32),
    ("reserved0", c_uint32),
]
cim_index_options._fields_ = [
    ("struct_size", c_size_t),
    ("order", c_int32),
    ("reserved0", c_uint32),
    ("z", POINTER(c_double)),
    ("classes", POINTER(c_uint32)),
    ("ids", POINTER(c_uint32)),
]
cim_probe._fields_ = [
    ("kind", c_int32),
    ("classes", c_uint32),
    ("x0", c_double),
    ("y0", c_double),
    ("x1", c_double),
    ("y1", c_double),
    ("z0", c_double),
    ("z1", c_double),
    ("distance", c_double),
    ("shapes", POINTER(cim_shapes)),
    ("shape", c_uint32),
    ("reserved0", c_uint32),
    ("exact", POINTER(cim_box)),
    ("accept", cim_accept_fn),
    ("measure", cim_measure_fn),
    ("user", c_void_p),
]
cim_index_change._fields_ = [
    ("id", c_uint32),
    ("op", c_int32),
    ("box", cim_box),
    ("z0", c_double),
    ("z1", c_double),
    ("classes", c_uint32),
    ("reserved0", c_uint32),
]
cim_live_options._fields_ = [
    ("struct_size", c_size_t),
    ("background", c_int32),
    ("has_z", c_int32),
    ("has_classes", c_int32),
    ("max_id", c_uint32),
    ("extent", cim_box),
]
cim_live_info._fields_ = [
    ("epoch", c_uint64),
    ("count", c_size_t),
    ("bytes", c_size_t),
    ("runs", c_uint32),
    ("merges", c_uint32),
    ("dead", c_double),
    ("spread", c_double),
]
cim_open_options._fields_ = [
    ("struct_size", c_size_t),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_relation._fields_ = [
    ("other", c_uint32),
    ("type", c_int32),
    ("inverse", c_int32),
    ("reserved0", c_uint32),
]
cim_route_graph._fields_ = [
    ("struct_size", c_size_t),
    ("node_count", c_uint32),
    ("arc_count", c_uint32),
    ("tail", POINTER(c_uint32)),
    ("head", POINTER(c_uint32)),
    ("x", POINTER(c_double)),
    ("y", POINTER(c_double)),
]
cim_route_end._fields_ = [
    ("node", c_uint32),
    ("offset_ms", c_uint32),
]
cim_route_places._fields_ = [
    ("ends", POINTER(cim_route_end)),
    ("first_end", POINTER(c_uint32)),
    ("count", c_size_t),
]
cim_route_hierarchy_info._fields_ = [
    ("struct_size", c_size_t),
    ("node_count", c_uint32),
    ("arc_count", c_uint32),
    ("up_arc_count", c_uint32),
    ("levels", c_uint32),
    ("triangle_count", c_uint64),
    ("bytes", c_uint64),
    ("graph_hash", c_uint64),
    ("mean_search_arcs", c_double),
]
cim_route_label_options._fields_ = [
    ("struct_size", c_size_t),
    ("memory_limit_bytes", c_uint64),
    ("mode", c_uint32),
    ("core_size", c_uint32),
]
cim_route_path._fields_ = [
    ("time_ms", c_uint32),
    ("start", c_uint32),
    ("end", c_uint32),
    ("arc_count", c_uint32),
    ("arcs", POINTER(c_uint32)),
]
cim_route_alternative_options._fields_ = [
    ("struct_size", c_size_t),
    ("stretch", c_double),
    ("sharing", c_double),
    ("locality", c_double),
    ("candidates", c_uint32),
    ("reserved0", c_uint32),
]
cim_route_alternative._fields_ = [
    ("path", cim_route_path),
    ("via", c_uint32),
    ("shared_ms", c_uint32),
]
cim_net_options._fields_ = [
    ("struct_size", c_size_t),
    ("turns", c_uint32),
    ("reserved0", c_uint32),
]
cim_net_view._fields_ = [
    ("struct_size", c_size_t),
    ("junction_count", c_uint32),
    ("edge_count", c_uint32),
    ("vertex_count", c_uint32),
    ("state_count", c_uint32),
    ("arc_count", c_uint32),
    ("rule_count", c_uint32),
    ("unlocated_count", c_uint32),
    ("area_count", c_uint32),
    ("junction_x", POINTER(c_double)),
    ("junction_y", POINTER(c_double)),
    ("edge_object", POINTER(c_uint32)),
    ("edge_from", POINTER(c_uint32)),
    ("edge_to", POINTER(c_uint32)),
    ("edge_name", POINTER(c_uint32)),
    ("first_vertex", POINTER(c_uint32)),
    ("edge_length_m", POINTER(c_double)),
    ("xy", POINTER(c_double)),
    ("state_junction", POINTER(c_uint32)),
    ("state_link", POINTER(c_uint32)),
    ("arc_link", POINTER(c_uint32)),
]
cim_net_cost_options._fields_ = [
    ("struct_size", c_size_t),
    ("profile", c_char_p),
    ("time", c_char_p),
    ("height_m", c_double),
    ("width_m", c_double),
    ("length_m", c_double),
    ("weight_t", c_double),
    ("profile_text", c_char_p),
]
cim_net_costs_view._fields_ = [
    ("struct_size", c_size_t),
    ("weights_ms", POINTER(c_uint32)),
    ("link_ms", POINTER(c_uint32)),
    ("link_kmh", POINTER(c_float)),
    ("link_rules", POINTER(c_uint32)),
    ("link_source", POINTER(c_uint8)),
    ("link_main", POINTER(c_uint8)),
    ("junction_ms", POINTER(c_uint32)),
]
cim_net_place._fields_ = [
    ("edge", c_uint32),
    ("side", c_int32),
    ("fraction", c_double),
    ("x", c_double),
    ("y", c_double),
    ("distance_m", c_double),
    ("directions", c_uint32),
    ("reserved0", c_uint32),
]
cim_net_snap_options._fields_ = [
    ("struct_size", c_size_t),
    ("radius_m", c_double),
    ("heading_deg", c_double),
    ("tolerance_deg", c_double),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_net_leg._fields_ = [
    ("link", c_uint32),
    ("object", c_uint32),
    ("name", c_uint32),
    ("time_ms", c_uint32),
    ("rules", c_uint32),
    ("first_vertex", c_uint32),
    ("length_m", c_double),
]
cim_net_route_view._fields_ = [
    ("struct_size", c_size_t),
    ("time_ms", c_uint32),
    ("rules", c_uint32),
    ("length_m", c_double),
    ("leg_count", c_uint32),
    ("vertex_count", c_uint32),
    ("legs", POINTER(cim_net_leg)),
    ("xy", POINTER(c_double)),
]
cim_scenario_options._fields_ = [
    ("struct_size", c_size_t),
    ("seed", c_uint64),
    ("count", c_uint32),
    ("reserved0", c_uint32),
    ("city_spread", c_double),
    ("class_spread", c_double),
    ("area_spread", c_double),
    ("area_m", c_double),
]
cim_fleet_view._fields_ = [
    ("struct_size", c_size_t),
    ("count", c_uint32),
    ("direction", c_int32),
    ("cut_count", c_uint32),
    ("scenario_count", c_uint32),
    ("places", POINTER(cim_net_place)),
]
cim_fleet_rest._fields_ = [
    ("struct_size", c_size_t),
    ("unreachable_count", c_uint32),
    ("beyond_count", c_uint32),
]
cim_rank_options._fields_ = [
    ("struct_size", c_size_t),
    ("within_ms", c_uint32),
    ("by", c_uint32),
]
cim_rank._fields_ = [
    ("member", c_uint32),
    ("median_ms", c_uint32),
    ("mean_ms", c_uint32),
    ("best_ms", c_uint32),
    ("worst_ms", c_uint32),
    ("reserved0", c_uint32),
    ("within_share", c_double),
    ("reached_share", c_double),
]
cim_assignment._fields_ = [
    ("struct_size", c_size_t),
    ("assigned_count", c_uint32),
    ("late_count", c_uint32),
    ("late_share", c_double),
    ("total_ms", c_uint64),
]
cim_gap._fields_ = [
    ("struct_size", c_size_t),
    ("before_count", c_uint32),
    ("after_count", c_uint32),
    ("lost_count", c_uint32),
    ("never_count", c_uint32),
    ("before_weight", c_double),
    ("after_weight", c_double),
    ("lost_weight", c_double),
    ("all_weight", c_double),
]
cim_move_up._fields_ = [
    ("unit", c_uint32),
    ("from_", c_uint32),
    ("to", c_uint32),
    ("time_ms", c_uint32),
    ("considered", c_uint64),
    ("before_weight", c_double),
    ("after_weight", c_double),
    ("gained_weight", c_double),
    ("lost_weight", c_double),
]
cim_export_options._fields_ = [
    ("struct_size", c_size_t),
    ("format", c_char_p),
    ("lod", c_char_p),
    ("epsg", c_int32),
    ("decimals", c_int32),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_variogram._fields_ = [
    ("struct_size", c_size_t),
    ("model", c_uint32),
    ("pairs", c_uint32),
    ("nugget", c_double),
    ("sill", c_double),
    ("range_m", c_double),
    ("smoothness", c_double),
    ("error", c_double),
]
cim_field_bin._fields_ = [
    ("lag_m", c_double),
    ("gamma", c_double),
    ("pairs", c_uint64),
]
cim_field_options._fields_ = [
    ("struct_size", c_size_t),
    ("method", c_uint32),
    ("neighbours", c_uint32),
    ("radius_m", c_double),
    ("power", c_double),
    ("variogram", POINTER(cim_variogram)),
    ("model", c_uint32),
    ("bins", c_uint32),
    ("max_lag_m", c_double),
    ("smoothness", c_double),
]
cim_field_view._fields_ = [
    ("struct_size", c_size_t),
    ("method", c_uint32),
    ("place_count", c_uint32),
    ("merged_count", c_uint32),
    ("model", c_uint32),
    ("nugget", c_double),
    ("sill", c_double),
    ("range_m", c_double),
    ("smoothness", c_double),
    ("fit_error", c_double),
    ("added", c_double),
    ("min_x", c_double),
    ("min_y", c_double),
    ("max_x", c_double),
    ("max_y", c_double),
]
cim_field_errors._fields_ = [
    ("struct_size", c_size_t),
    ("count", c_size_t),
    ("bias", c_double),
    ("rmse", c_double),
    ("mae", c_double),
    ("largest", c_double),
    ("score_mean", c_double),
    ("score_square", c_double),
    ("correlation", c_double),
]
cim_flow_pair._fields_ = [
    ("from_", c_uint32),
    ("to", c_uint32),
    ("trips", c_double),
]
cim_flow_demand._fields_ = [
    ("struct_size", c_size_t),
    ("origins", POINTER(cim_net_place)),
    ("destinations", POINTER(cim_net_place)),
    ("origin_weights", POINTER(c_double)),
    ("destination_weights", POINTER(c_double)),
    ("origin_count", c_size_t),
    ("destination_count", c_size_t),
    ("pairs", POINTER(cim_flow_pair)),
    ("pair_count", c_size_t),
    ("trips", c_double),
]
cim_flow_options._fields_ = [
    ("struct_size", c_size_t),
    ("samples", c_uint64),
    ("seed", c_uint64),
    ("mode", c_uint32),
    ("reserved0", c_uint32),
]
cim_flow_view._fields_ = [
    ("struct_size", c_size_t),
    ("link_count", c_uint32),
    ("reserved0", c_uint32),
    ("link_trips", POINTER(c_double)),
    ("link_error", POINTER(c_double)),
    ("trips", c_double),
    ("unreachable_trips", c_double),
    ("time_s", c_double),
    ("length_m", c_double),
    ("sample_count", c_uint64),
]
cim_evacuation_source._fields_ = [
    ("place", cim_net_place),
    ("people", c_uint32),
    ("reserved0", c_uint32),
]
cim_evacuation_exit._fields_ = [
    ("place", cim_net_place),
    ("people_per_hour", c_double),
    ("capacity", c_uint32),
    ("reserved0", c_uint32),
]
cim_evacuation_task._fields_ = [
    ("struct_size", c_size_t),
    ("sources", POINTER(cim_evacuation_source)),
    ("exits", POINTER(cim_evacuation_exit)),
    ("source_count", c_size_t),
    ("exit_count", c_size_t),
    ("link_people_per_hour", POINTER(c_double)),
    ("slot_s", c_double),
    ("horizon_s", c_double),
]
cim_evacuation_group._fields_ = [
    ("source", c_uint32),
    ("exit", c_uint32),
    ("people", c_uint32),
    ("first_leg", c_uint32),
    ("leg_count", c_uint32),
    ("reserved0", c_uint32),
    ("depart_s", c_double),
    ("arrive_s", c_double),
]
cim_evacuation_leg._fields_ = [
    ("link", c_uint32),
    ("reserved0", c_uint32),
    ("enter_s", c_double),
]
cim_evacuation_link._fields_ = [
    ("link", c_uint32),
    ("full_slots", c_uint32),
    ("people", c_uint64),
    ("wait_s", c_double),
]
cim_evacuation_view._fields_ = [
    ("struct_size", c_size_t),
    ("group_count", c_uint32),
    ("leg_count", c_uint32),
    ("link_count", c_uint32),
    ("exit_count", c_uint32),
    ("people", c_uint64),
    ("evacuated", c_uint64),
    ("no_way", c_uint64),
    ("no_room", c_uint64),
    ("too_late", c_uint64),
    ("clearance_s", c_double),
    ("mean_s", c_double),
    ("clearance_bound_s", c_double),
    ("mean_bound_s", c_double),
    ("cut_people_per_hour", c_double),
    ("groups", POINTER(cim_evacuation_group)),
    ("legs", POINTER(cim_evacuation_leg)),
    ("links", POINTER(cim_evacuation_link)),
    ("exit_people", POINTER(c_uint64)),
]
cim_trace_column._fields_ = [
    ("name", c_char_p),
    ("nodes", POINTER(c_double)),
    ("edges", POINTER(c_double)),
]
cim_trace_arrays._fields_ = [
    ("struct_size", c_size_t),
    ("node_count", c_uint32),
    ("edge_count", c_uint32),
    ("device_count", c_uint32),
    ("column_count", c_uint32),
    ("from_", POINTER(c_uint32)),
    ("to", POINTER(c_uint32)),
    ("node_flags", POINTER(c_uint8)),
    ("edge_flags", POINTER(c_uint8)),
    ("direction", POINTER(c_uint8)),
    ("node_domain", POINTER(c_uint8)),
    ("edge_domain", POINTER(c_uint8)),
    ("node_tier", POINTER(c_uint8)),
    ("edge_tier", POINTER(c_uint8)),
    ("edge_feature", POINTER(c_uint32)),
    ("feature_count", c_uint32),
    ("isolating_kinds", c_uint32),
    ("device_edge", POINTER(c_uint32)),
    ("device_end", POINTER(c_uint8)),
    ("device_kind", POINTER(c_uint8)),
    ("device_flags", POINTER(c_uint8)),
    ("device_direction", POINTER(c_uint8)),
    ("columns", POINTER(cim_trace_column)),
]
cim_trace_change._fields_ = [
    ("what", c_uint32),
    ("id", c_uint32),
    ("set", c_uint32),
    ("clear", c_uint32),
]
cim_trace_status_options._fields_ = [
    ("struct_size", c_size_t),
    ("normal_state", c_int32),
]
cim_trace_options._fields_ = [
    ("struct_size", c_size_t),
    ("barriers", POINTER(c_uint32)),
    ("barrier_count", c_size_t),
    ("barrier_kinds", c_uint32),
    ("result_barrier_kinds", c_uint32),
    ("result_barriers", POINTER(c_uint32)),
    ("result_barrier_count", c_size_t),
    ("domain", c_uint32),
    ("tier", c_uint32),
    ("limit_column", c_uint32),
    ("no_nodes", c_uint32),
    ("no_edges", c_uint32),
    ("limit", c_double),
    ("through_sources", c_int32),
]
cim_trace_result._fields_ = [
    ("struct_size", c_size_t),
    ("elements", POINTER(c_uint32)),
    ("why", POINTER(c_uint32)),
    ("count", c_size_t),
    ("node_count", c_size_t),
    ("features", POINTER(c_uint32)),
    ("feature_count", c_size_t),
    ("sums", POINTER(c_double)),
    ("epoch", c_uint64),
]
cim_trace_hit._fields_ = [
    ("device", c_uint32),
    ("length", c_double),
]
cim_trace_segments._fields_ = [
    ("struct_size", c_size_t),
    ("count", c_uint32),
    ("of", POINTER(c_uint32)),
    ("first", POINTER(c_uint32)),
    ("elements", POINTER(c_uint32)),
]
cim_trace_isolation._fields_ = [
    ("struct_size", c_size_t),
    ("shut", POINTER(c_uint32)),
    ("shut_count", c_size_t),
    ("leave", POINTER(c_uint32)),
    ("leave_count", c_size_t),
    ("keep", POINTER(c_uint32)),
    ("keep_count", c_size_t),
    ("stuck", POINTER(c_uint32)),
    ("stuck_count", c_size_t),
    ("works", POINTER(c_uint32)),
    ("works_count", c_size_t),
    ("lost", POINTER(c_uint32)),
    ("lost_count", c_size_t),
    ("works_sums", POINTER(c_double)),
    ("lost_sums", POINTER(c_double)),
    ("sources", POINTER(c_uint32)),
    ("source_count", c_size_t),
    ("epoch", c_uint64),
]
cim_trace_fallback._fields_ = [
    ("device", c_uint32),
    ("shut_count", c_uint32),
    ("has_source", c_uint32),
    ("reserved", c_uint32),
    ("added", c_double),
]
cim_trace_resupplied._fields_ = [
    ("struct_size", c_size_t),
    ("way", POINTER(c_uint32)),
    ("way_count", c_size_t),
    ("open", POINTER(c_uint32)),
    ("open_count", c_size_t),
    ("shut", POINTER(c_uint32)),
    ("shut_count", c_size_t),
    ("regained", POINTER(c_uint32)),
    ("regained_count", c_size_t),
    ("regained_sums", POINTER(c_double)),
    ("length", c_double),
    ("epoch", c_uint64),
]
cim_utility_options._fields_ = [
    ("struct_size", c_size_t),
    ("network", c_char_p),
    ("snap_m", c_double),
    ("serve_m", c_double),
    ("controllers", POINTER(c_uint32)),
    ("controller_count", c_size_t),
    ("max_elements", c_uint32),
    ("reserved0", c_uint32),
]
cim_utility_view._fields_ = [
    ("struct_size", c_size_t),
    ("node_count", c_uint32),
    ("edge_count", c_uint32),
    ("device_count", c_uint32),
    ("feature_count", c_uint32),
    ("domain_count", c_uint32),
    ("from_", POINTER(c_uint32)),
    ("to", POINTER(c_uint32)),
    ("node_domain", POINTER(c_uint8)),
    ("edge_domain", POINTER(c_uint8)),
    ("node_flags", POINTER(c_uint8)),
    ("edge_flags", POINTER(c_uint8)),
    ("device_flags", POINTER(c_uint8)),
    ("node_object", POINTER(c_uint32)),
    ("edge_object", POINTER(c_uint32)),
    ("device_edge", POINTER(c_uint32)),
    ("device_end", POINTER(c_uint8)),
    ("device_kind", POINTER(c_uint8)),
    ("device_object", POINTER(c_uint32)),
    ("feature_object", POINTER(c_uint32)),
    ("node_xy", POINTER(c_double)),
    ("first_vertex", POINTER(c_uint32)),
    ("xy", POINTER(c_double)),
    ("columns", POINTER(c_double) * 9),
]
cim_utility_service._fields_ = [
    ("element", c_uint32),
    ("object", c_uint32),
    ("customers", c_uint32),
    ("people", c_uint32),
    ("critical", c_uint32),
    ("beds", c_uint32),
    ("guessed", c_uint32),
]
cim_utility_finding._fields_ = [
    ("kind", c_uint32),
    ("object", c_uint32),
    ("other", c_uint32),
    ("end", c_uint32),
    ("x", c_double),
    ("y", c_double),
    ("distance_m", c_double),
]
cim_utility_feed._fields_ = [
    ("struct_size", c_size_t),
    ("row_count", c_uint64),
    ("applied_count", c_uint64),
    ("unknown_count", c_uint64),
    ("bad_count", c_uint64),
    ("late_count", c_uint64),
    ("as_of_ms", c_int64),
    ("first_bad", c_char * 200),
]
cim_impact_options._fields_ = [
    ("struct_size", c_size_t),
    ("street_m", c_double),
    ("path_m", c_double),
    ("hydrant_m", c_double),
    ("house_m", c_double),
]
cim_impact_place._fields_ = [
    ("object", c_uint32),
    ("site", c_uint32),
    ("roles", c_uint32),
    ("reserved0", c_uint32),
    ("x", c_double),
    ("y", c_double),
]
cim_impact_unit._fields_ = [
    ("place", cim_net_place),
    ("object", c_uint32),
    ("roles", c_uint32),
]
cim_impact_work._fields_ = [
    ("kind", c_uint32),
    ("reserved0", c_uint32),
    ("objects", POINTER(c_uint32)),
    ("object_count", c_size_t),
    ("area", POINTER(cim_geom)),
]
cim_impact_case._fields_ = [
    ("struct_size", c_size_t),
    ("works", POINTER(cim_impact_work)),
    ("work_count", c_size_t),
    ("stuck", POINTER(c_uint32)),
    ("stuck_count", c_size_t),
    ("flags", c_uint32),
    ("hydrants", c_uint32),
    ("margin_m", c_double),
    ("trench_m", c_double),
]
cim_impact_travel._fields_ = [
    ("struct_size", c_size_t),
    ("roads", POINTER(cim_impact_roads)),
    ("metric", POINTER(cim_route_metric)),
    ("query", POINTER(cim_route_query)),
    ("crews", c_uint32),
    ("reserved0", c_uint32),
]
cim_impact_loss._fields_ = [
    ("object", c_uint32),
    ("domain", c_uint32),
    ("element", c_uint32),
    ("customers", c_uint32),
    ("people", c_uint32),
    ("site", c_uint32),
    ("flags", c_uint32),
    ("beds", c_uint32),
]
cim_impact_domain._fields_ = [
    ("domain", c_uint32),
    ("hit_count", c_uint32),
    ("shut_count", c_uint32),
    ("buildings", c_uint32),
    ("partly", c_uint32),
    ("sites", c_uint32),
    ("hydrants", c_uint32),
    ("back", c_uint32),
    ("customers", c_uint64),
    ("people", c_uint64),
    ("people_back", c_uint64),
    ("length_m", c_double),
]
cim_impact_failure._fields_ = [
    ("object", c_uint32),
    ("by", c_uint32),
    ("round", c_uint32),
    ("domain", c_uint32),
    ("guessed", c_uint32),
    ("reserved0", c_uint32),
]
cim_impact_tie._fields_ = [
    ("device", c_uint32),
    ("domain", c_uint32),
    ("buildings", c_uint32),
    ("first_step", c_uint32),
    ("step_count", c_uint32),
    ("first_shut", c_uint32),
    ("shut_count", c_uint32),
    ("reserved0", c_uint32),
    ("people", c_uint64),
    ("customers", c_uint64),
]
cim_impact_hydrant._fields_ = [
    ("work", c_uint32),
    ("object", c_uint32),
    ("element", c_uint32),
    ("reserved0", c_uint32),
    ("x", c_double),
    ("y", c_double),
    ("distance_m", c_double),
]
cim_impact_site._fields_ = [
    ("x", c_double),
    ("y", c_double),
    ("first_street", c_uint32),
    ("street_count", c_uint32),
    ("first_hit", c_uint32),
    ("hit_count", c_uint32),
]
cim_impact_crew._fields_ = [
    ("work", c_uint32),
    ("unit", c_uint32),
    ("time_ms", c_uint32),
    ("reserved0", c_uint32),
]
cim_impact_access._fields_ = [
    ("place", c_uint32),
    ("before_ms", c_uint32),
    ("after_ms", c_uint32),
    ("before_unit", c_uint32),
    ("after_unit", c_uint32),
    ("flags", c_uint32),
]
cim_impact_detour._fields_ = [
    ("work", c_uint32),
    ("from_", c_uint32),
    ("to", c_uint32),
    ("before_ms", c_uint32),
    ("after_ms", c_uint32),
    ("first_link", c_uint32),
    ("link_count", c_uint32),
    ("reserved0", c_uint32),
    ("before_m", c_double),
    ("after_m", c_double),
]
cim_impact_result._fields_ = [
    ("struct_size", c_size_t),
    ("epoch", c_uint64),
    ("rounds", c_uint32),
    ("reserved0", c_uint32),
    ("works", POINTER(cim_impact_site)),
    ("work_count", c_size_t),
    ("hits", POINTER(c_uint32)),
    ("hit_count", c_size_t),
    ("shut", POINTER(c_uint32)),
    ("leave", POINTER(c_uint32)),
    ("keep", POINTER(c_uint32)),
    ("stuck", POINTER(c_uint32)),
    ("shut_count", c_size_t),
    ("leave_count", c_size_t),
    ("keep_count", c_size_t),
    ("stuck_count", c_size_t),
    ("sources", POINTER(c_uint32)),
    ("source_count", c_size_t),
    ("cut", POINTER(c_uint32)),
    ("cut_count", c_size_t),
    ("lost", POINTER(c_uint32)),
    ("lost_count", c_size_t),
    ("domains", POINTER(cim_impact_domain)),
    ("domain_count", c_size_t),
    ("losses", POINTER(cim_impact_loss)),
    ("loss_count", c_size_t),
    ("failures", POINTER(cim_impact_failure)),
    ("failure_count", c_size_t),
    ("ties", POINTER(cim_impact_tie)),
    ("tie_count", c_size_t),
    ("steps", POINTER(c_uint32)),
    ("step_count", c_size_t),
    ("tie_shut", POINTER(c_uint32)),
    ("tie_shut_count", c_size_t),
    ("hydrants", POINTER(cim_impact_hydrant)),
    ("hydrant_count", c_size_t),
    ("live", POINTER(cim_impact_hydrant)),
    ("live_count", c_size_t),
    ("streets", POINTER(c_uint32)),
    ("street_count", c_size_t),
    ("crews", POINTER(cim_impact_crew)),
    ("crew_count", c_size_t),
    ("access", POINTER(cim_impact_access)),
    ("access_count", c_size_t),
    ("detours", POINTER(cim_impact_detour)),
    ("detour_count", c_size_t),
    ("links", POINTER(c_uint32)),
    ("link_count", c_size_t),
    ("front", POINTER(c_uint32)),
    ("front_count", c_size_t),
    ("front_people", c_uint64),
]
cim_import_options._fields_ = [
    ("struct_size", c_size_t),
    ("format", c_char_p),
    ("who", c_char_p),
    ("why", c_char_p),
    ("licence", c_char_p),
    ("attribution", c_char_p),
    ("epsg", c_int32),
    ("source_epsg", c_int32),
    ("flags", c_uint32),
    ("max_depth", c_uint32),
    ("max_objects", c_uint64),
    ("max_bytes", c_uint64),
    ("max_memory", c_uint64),
    ("max_seconds", c_double),
    ("prefix", c_char_p),
    ("maps", POINTER(c_char_p)),
    ("map_count", c_size_t),
    ("class_name", c_char_p),
]
cim_isochrone_options._fields_ = [
    ("struct_size", c_size_t),
    ("direction", c_int32),
    ("limit_ms", c_uint32),
]
cim_isochrone_piece._fields_ = [
    ("link", c_uint32),
    ("object", c_uint32),
    ("place", c_uint32),
    ("from_ms", c_uint32),
    ("to_ms", c_uint32),
    ("reserved0", c_uint32),
    ("from_", c_double),
    ("to", c_double),
]
cim_isochrone_view._fields_ = [
    ("struct_size", c_size_t),
    ("direction", c_int32),
    ("limit_ms", c_uint32),
    ("piece_count", c_size_t),
    ("pieces", POINTER(cim_isochrone_piece)),
]
cim_isochrone_area_options._fields_ = [
    ("struct_size", c_size_t),
    ("buffer_m", c_double),
    ("cell_m", c_double),
    ("tolerance_m", c_double),
    ("max_cells", c_uint64),
]
cim_isochrone_area._fields_ = [
    ("limit_ms", c_uint32),
    ("reserved0", c_uint32),
    ("area_m2", c_double),
    ("street_m", c_double),
    ("geom", cim_geom),
]
cim_isochrone_areas_view._fields_ = [
    ("struct_size", c_size_t),
    ("buffer_m", c_double),
    ("cell_m", c_double),
    ("area_count", c_size_t),
    ("areas", POINTER(cim_isochrone_area)),
]
cim_journey_avoid._fields_ = [
    ("struct_size", c_size_t),
    ("areas", POINTER(cim_geom)),
    ("area_count", c_size_t),
    ("objects", POINTER(c_uint32)),
    ("object_count", c_size_t),
    ("classes", c_uint32),
    ("reserved0", c_uint32),
    ("factor", c_double),
]
cim_journey_stop._fields_ = [
    ("place", cim_net_place),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_journey_options._fields_ = [
    ("struct_size", c_size_t),
    ("avoid", POINTER(cim_journey_avoid)),
    ("alternative", POINTER(cim_route_alternative_options)),
    ("alternatives", c_uint32),
    ("flags", c_uint32),
]
cim_journey_section._fields_ = [
    ("first_leg", c_uint32),
    ("leg_count", c_uint32),
    ("time_ms", c_uint32),
    ("reserved0", c_uint32),
    ("length_m", c_double),
]
cim_journey_view._fields_ = [
    ("struct_size", c_size_t),
    ("route_count", c_uint32),
    ("section_count", c_uint32),
    ("route", POINTER(cim_net_route)),
    ("sections", POINTER(cim_journey_section)),
    ("order", POINTER(c_uint32)),
    ("order_exact", c_uint32),
    ("shared_ms", c_uint32),
]
cim_journey_step._fields_ = [
    ("kind", c_uint32),
    ("name", c_uint32),
    ("first_leg", c_uint32),
    ("leg_count", c_uint32),
    ("time_ms", c_uint32),
    ("rules", c_uint32),
    ("exit", c_uint32),
    ("stop", c_uint32),
    ("side", c_int32),
    ("reserved0", c_uint32),
    ("length_m", c_double),
    ("distance_m", c_double),
    ("bearing_before_deg", c_double),
    ("bearing_after_deg", c_double),
    ("turn_deg", c_double),
    ("x", c_double),
    ("y", c_double),
]
cim_journey_signal_options._fields_ = [
    ("struct_size", c_size_t),
    ("leg_sigma", c_double),
    ("correlation", c_double),
    ("wait_sigma_s", c_double),
    ("width", c_double),
    ("city", POINTER(cim_city)),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_journey_signal._fields_ = [
    ("junction", c_uint32),
    ("object", c_uint32),
    ("leg", c_uint32),
    ("crossing", c_uint32),
    ("earliest_ms", c_uint32),
    ("likely_ms", c_uint32),
    ("latest_ms", c_uint32),
    ("reserved0", c_uint32),
    ("distance_m", c_double),
    ("speed_kmh", c_double),
    ("x", c_double),
    ("y", c_double),
]
cim_route_change._fields_ = [
    ("arc", c_uint32),
    ("source", c_uint32),
    ("kind", c_uint32),
    ("event", c_uint32),
    ("value", c_double),
    ("reported_ms", c_int64),
    ("from_ms", c_int64),
    ("until_ms", c_int64),
]
cim_route_live_options._fields_ = [
    ("struct_size", c_size_t),
    ("lengths_m", POINTER(c_float)),
    ("labels", POINTER(cim_route_label_options)),
    ("min_speed_kmh", c_double),
    ("max_statements", c_uint64),
    ("fixed_ms", POINTER(c_uint32)),
]
cim_route_statement._fields_ = [
    ("change", cim_route_change),
    ("in_force", c_int32),
    ("decides", c_int32),
]
cim_route_published._fields_ = [
    ("struct_size", c_size_t),
    ("epoch", c_uint64),
    ("as_of_ms", c_int64),
    ("statement_count", c_uint64),
    ("expired_count", c_uint64),
    ("changed_count", c_uint32),
    ("closed_count", c_uint32),
    ("cut_count", c_uint32),
    ("newly_cut_count", c_uint32),
]
cim_route_cut._fields_ = [
    ("node", c_uint32),
    ("cut", c_uint32),
    ("before", c_uint32),
]
cim_route_feed_where._fields_ = [
    ("id", c_char_p),
    ("id_size", c_size_t),
    ("geometry", c_char_p),
    ("geometry_size", c_size_t),
    ("direction", c_uint32),
    ("reserved0", c_uint32),
]
cim_route_feed._fields_ = [
    ("struct_size", c_size_t),
    ("name", c_char_p),
    ("read", cim_route_feed_read_fn),
    ("read_user", c_void_p),
    ("map", cim_route_feed_map_fn),
    ("map_user", c_void_p),
    ("reported_ms", c_int64),
    ("max_rows", c_uint64),
    ("format", c_uint32),
    ("source", c_uint32),
    ("snapshot", c_int32),
    ("max_line_bytes", c_uint32),
    ("where", cim_route_feed_where_fn),
]
cim_route_fed._fields_ = [
    ("struct_size", c_size_t),
    ("row_count", c_uint64),
    ("change_count", c_uint64),
    ("unknown_count", c_uint64),
    ("first_unknown_line", c_uint64),
]
cim_match_point._fields_ = [
    ("x", c_double),
    ("y", c_double),
    ("time_s", c_double),
    ("accuracy_m", c_double),
    ("heading_deg", c_double),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_match_options._fields_ = [
    ("struct_size", c_size_t),
    ("sigma_m", c_double),
    ("beta_m", c_double),
    ("radius_m", c_double),
    ("heading_deg", c_double),
    ("turn_back_m", c_double),
    ("detour_m", c_double),
    ("max_kmh", c_double),
    ("gap_s", c_double),
    ("thin_m", c_double),
    ("beam", c_double),
    ("candidates", c_uint32),
    ("outliers", c_uint32),
]
cim_match_place._fields_ = [
    ("state", c_int32),
    ("part", c_uint32),
    ("leg", c_uint32),
    ("link", c_uint32),
    ("place", cim_net_place),
    ("confidence", c_double),
]
cim_match_part._fields_ = [
    ("first_point", c_uint32),
    ("last_point", c_uint32),
    ("first_leg", c_uint32),
    ("leg_count", c_uint32),
    ("first_vertex", c_uint32),
    ("vertex_count", c_uint32),
    ("length_m", c_double),
    ("confidence", c_double),
]
cim_match_leg._fields_ = [
    ("link", c_uint32),
    ("object", c_uint32),
    ("from_", c_double),
    ("to", c_double),
    ("length_m", c_double),
    ("enter_s", c_double),
    ("leave_s", c_double),
]
cim_match_speed._fields_ = [
    ("link", c_uint32),
    ("object", c_uint32),
    ("kmh", c_double),
    ("length_m", c_double),
    ("seconds", c_double),
]
cim_match_view._fields_ = [
    ("struct_size", c_size_t),
    ("point_count", c_uint32),
    ("part_count", c_uint32),
    ("leg_count", c_uint32),
    ("vertex_count", c_uint32),
    ("speed_count", c_uint32),
    ("found_count", c_uint32),
    ("between_count", c_uint32),
    ("no_street_count", c_uint32),
    ("outlier_count", c_uint32),
    ("unordered_count", c_uint32),
    ("points", POINTER(cim_match_place)),
    ("parts", POINTER(cim_match_part)),
    ("legs", POINTER(cim_match_leg)),
    ("speeds", POINTER(cim_match_speed)),
    ("xy", POINTER(c_double)),
    ("length_m", c_double),
]
cim_place_problem._fields_ = [
    ("struct_size", c_size_t),
    ("kind", c_uint32),
    ("site_count", c_uint32),
    ("demand_count", c_uint32),
    ("most", c_uint32),
    ("budget", c_double),
    ("first", POINTER(c_uint64)),
    ("demands", POINTER(c_uint32)),
    ("values", POINTER(c_double)),
    ("matrix", POINTER(c_double)),
    ("weights", POINTER(c_double)),
    ("miss", POINTER(c_double)),
    ("folds", POINTER(c_uint8)),
    ("costs", POINTER(c_double)),
    ("flags", POINTER(c_uint8)),
    ("group_count", c_uint32),
    ("groups", POINTER(c_uint32)),
    ("needs", POINTER(c_double)),
    ("group_weights", POINTER(c_double)),
    ("site_group_count", c_uint32),
    ("reserved0", c_uint32),
    ("site_group_first", POINTER(c_uint64)),
    ("site_group_sites", POINTER(c_uint32)),
    ("site_group_least", POINTER(c_uint32)),
    ("site_group_most", POINTER(c_uint32)),
]
cim_place_options._fields_ = [
    ("struct_size", c_size_t),
    ("work", c_uint64),
    ("seed", c_uint64),
    ("gap", c_double),
    ("time_limit_s", c_double),
    ("leave_out", c_int32),
    ("solver", c_uint32),
]
cim_place_result._fields_ = [
    ("struct_size", c_size_t),
    ("kind", c_uint32),
    ("status", c_uint32),
    ("value", c_double),
    ("bound", c_double),
    ("gap", c_double),
    ("proof", c_char_p),
    ("sites", POINTER(c_uint32)),
    ("gains", POINTER(c_double)),
    ("count", c_uint32),
    ("stopped", c_uint32),
    ("servers", POINTER(c_uint32)),
    ("server_count", c_size_t),
    ("left_out", c_uint32),
    ("merged_demands", c_uint32),
    ("dropped_sites", c_uint32),
    ("seed", c_uint64),
    ("iterations", c_uint64),
    ("nodes", c_uint64),
    ("swaps", c_uint64),
    ("evaluations", c_uint64),
    ("work", c_uint64),
    ("cost", c_double),
]
cim_query_options._fields_ = [
    ("struct_size", c_size_t),
    ("sort", c_char_p),
    ("at", c_char_p),
    ("limit", c_uint64),
    ("offset", c_uint64),
    ("epsg", c_int32),
    ("flags", c_uint32),
]
cim_query_result._fields_ = [
    ("ids", POINTER(c_uint32)),
    ("count", c_size_t),
    ("matched", c_uint64),
    ("reserved", c_void_p),
]
cim_radio_link._fields_ = [
    ("struct_size", c_size_t),
    ("frequency_mhz", c_double),
    ("tx_height_m", c_double),
    ("rx_height_m", c_double),
    ("refractivity", c_double),
    ("permittivity", c_double),
    ("conductivity_s_m", c_double),
    ("time_percent", c_double),
    ("location_percent", c_double),
    ("situation_percent", c_double),
    ("polarization", c_int32),
    ("climate", c_int32),
    ("variability", c_int32),
    ("reserved0", c_int32),
]
cim_radio_loss._fields_ = [
    ("struct_size", c_size_t),
    ("loss_db", c_double),
    ("free_space_db", c_double),
    ("reference_db", c_double),
    ("distance_m", c_double),
    ("roughness_m", c_double),
    ("refractivity", c_double),
    ("horizon_m", c_double * 2),
    ("horizon_rad", c_double * 2),
    ("effective_height_m", c_double * 2),
    ("mode", c_uint32),
    ("warnings", c_uint32),
]
cim_sight_prisms._fields_ = [
    ("struct_size", c_size_t),
    ("prism_count", c_uint32),
    ("ring_count", c_uint32),
    ("vertex_count", c_uint32),
    ("reserved0", c_uint32),
    ("prism_end", POINTER(c_uint32)),
    ("ring_end", POINTER(c_uint32)),
    ("xy", POINTER(c_double)),
    ("base_m", POINTER(c_double)),
    ("top_m", POINTER(c_double)),
]
cim_sight_raster._fields_ = [
    ("struct_size", c_size_t),
    ("columns", c_uint32),
    ("rows", c_uint32),
    ("x", c_double),
    ("y", c_double),
    ("step_x_m", c_double),
    ("step_y_m", c_double),
    ("height_m", POINTER(c_float)),
]
cim_sight_options._fields_ = [
    ("struct_size", c_size_t),
    ("cell_m", c_double),
    ("terrain", POINTER(cim_sight_raster)),
]
cim_sight_faces._fields_ = [
    ("struct_size", c_size_t),
    ("face_count", c_uint32),
    ("ring_count", c_uint32),
    ("vertex_count", c_uint32),
    ("reserved0", c_uint32),
    ("face_end", POINTER(c_uint32)),
    ("ring_end", POINTER(c_uint32)),
    ("xyz", POINTER(c_double)),
    ("solid", POINTER(c_uint32)),
]
cim_sight_viewshed_options._fields_ = [
    ("struct_size", c_size_t),
    ("eye_height_m", c_double),
    ("target_height_m", c_double),
    ("max_m", c_double),
    ("earth_radius_m", c_double),
    ("refraction", c_double),
    ("method", c_int32),
    ("reserved0", c_int32),
]
cim_sight_isovist_options._fields_ = [
    ("struct_size", c_size_t),
    ("z_m", c_double),
    ("max_m", c_double),
    ("frame", cim_box),
    ("arc_deg", c_double),
]
cim_sight_wall._fields_ = [
    ("prism", c_uint32),
    ("vertex", c_uint32),
    ("from_", c_double),
    ("to", c_double),
    ("length_m", c_double),
]
cim_sight_isovist._fields_ = [
    ("struct_size", c_size_t),
    ("area_m2", c_double),
    ("xy", POINTER(c_double)),
    ("count", c_size_t),
    ("walls", POINTER(cim_sight_wall)),
    ("wall_count", c_size_t),
]
cim_sight_spans._fields_ = [
    ("struct_size", c_size_t),
    ("at", POINTER(c_double)),
    ("count", c_size_t),
    ("share", c_double),
]
cim_sight_sun._fields_ = [
    ("struct_size", c_size_t),
    ("azimuth_deg", c_double),
    ("elevation_deg", c_double),
    ("apparent_deg", c_double),
    ("declination_deg", c_double),
    ("right_ascension_deg", c_double),
]
cim_sight_sun_options._fields_ = [
    ("struct_size", c_size_t),
    ("latitude_deg", c_double),
    ("longitude_deg", c_double),
    ("from_s", c_double),
    ("to_s", c_double),
    ("step_s", c_double),
    ("least_deg", c_double),
    ("north_deg", c_double),
    ("normals", POINTER(c_double)),
]
cim_scene_options._fields_ = [
    ("struct_size", c_size_t),
    ("area", cim_box),
    ("hides", c_char_p),
    ("at", c_char_p),
    ("kinds", c_uint32),
    ("detail", c_int32),
    ("storey_m", c_double),
    ("default_height_m", c_double),
    ("terrain_path", c_char_p),
    ("terrain", POINTER(cim_sight_raster)),
    ("terrain_cell_m", c_double),
    ("removed", POINTER(c_uint32)),
    ("removed_count", c_size_t),
    ("added", POINTER(cim_sight_prisms)),
]
cim_scene_left._fields_ = [
    ("object", c_uint32),
    ("reason", c_uint32),
    ("other", c_uint32),
    ("reserved0", c_uint32),
]
cim_scene_view._fields_ = [
    ("struct_size", c_size_t),
    ("object_count", c_uint32),
    ("prism_count", c_uint32),
    ("face_count", c_uint32),
    ("guessed_count", c_uint32),
    ("left_count", c_uint32),
    ("ground", c_int32),
    ("objects", POINTER(c_uint32)),
    ("prism_object", POINTER(c_uint32)),
    ("prism_root", POINTER(c_uint32)),
    ("prisms", POINTER(cim_sight_prisms)),
    ("left", POINTER(cim_scene_left)),
    ("guessed", POINTER(c_uint32)),
    ("terrain", POINTER(cim_sight_raster)),
    ("faces", POINTER(cim_sight_faces)),
    ("face_object", POINTER(c_uint32)),
]
cim_scene_sighting._fields_ = [
    ("points", c_uint32),
    ("seen", c_uint32),
    ("blocker", c_uint32),
    ("reserved0", c_uint32),
    ("distance_m", c_double),
    ("xyz", c_double * 3),
]
cim_scene_stretch._fields_ = [
    ("object", c_uint32),
    ("reserved0", c_uint32),
    ("from_m", c_double),
    ("to_m", c_double),
    ("from_", c_double * 2),
    ("to", c_double * 2),
]
cim_scene_street._fields_ = [
    ("object", c_uint32),
    ("reserved0", c_uint32),
    ("length_m", c_double),
    ("seen_m", c_double),
]
cim_scene_streets._fields_ = [
    ("struct_size", c_size_t),
    ("streets", POINTER(cim_scene_street)),
    ("stretches", POINTER(cim_scene_stretch)),
    ("street_count", c_size_t),
    ("stretch_count", c_size_t),
    ("length_m", c_double),
    ("seen_m", c_double),
]
cim_scene_sunny._fields_ = [
    ("prism", c_uint32),
    ("vertex", c_uint32),
    ("azimuth_deg", c_double),
    ("area_m2", c_double),
    ("hours", c_double),
    ("least", c_double),
    ("most", c_double),
]
cim_stream._fields_ = [
    ("struct_size", c_size_t),
    ("gid", c_char_p),
    ("thing", c_char_p),
    ("name", c_char_p),
    ("property", c_char_p),
    ("unit", c_char_p),
    ("attrs", c_char_p),
    ("id", c_uint32),
    ("kind", c_uint32),
    ("object", c_uint32),
    ("edge", c_uint32),
    ("offset_m", c_double),
    ("x", c_double),
    ("y", c_double),
    ("z", c_double),
    ("period_ms", c_int64),
]
cim_sense_options._fields_ = [
    ("struct_size", c_size_t),
    ("flags", c_uint32),
    ("chunk_values", c_uint32),
    ("commit_ms", c_int64),
    ("who", c_char_p),
    ("why", c_char_p),
]
cim_stream_filter._fields_ = [
    ("struct_size", c_size_t),
    ("gid", c_char_p),
    ("thing", c_char_p),
    ("property", c_char_p),
    ("object", c_uint32),
    ("edge", c_uint32),
]
cim_sense_counts._fields_ = [
    ("struct_size", c_size_t),
    ("appended", c_uint64),
    ("late", c_uint64),
    ("repeated", c_uint64),
    ("replaced", c_uint64),
    ("streams", c_uint64),
    ("commits", c_uint64),
]
cim_observation._fields_ = [
    ("time_ms", c_int64),
    ("value", c_double),
    ("stream", c_uint32),
    ("quality", c_uint32),
]
cim_rollup._fields_ = [
    ("struct_size", c_size_t),
    ("from_ms", c_int64),
    ("to_ms", c_int64),
    ("bucket_ms", c_int64),
    ("origin_ms", c_int64),
    ("hold_ms", c_int64),
    ("percentiles", POINTER(c_double)),
    ("percentile_count", c_size_t),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_bucket._fields_ = [
    ("start_ms", c_int64),
    ("count", c_uint64),
    ("left_out", c_uint64),
    ("min", c_double),
    ("max", c_double),
    ("mean", c_double),
    ("sum", c_double),
    ("time_mean", c_double),
]
cim_ingest_options._fields_ = [
    ("struct_size", c_size_t),
    ("format", c_char_p),
    ("columns", c_char_p),
    ("city", POINTER(cim_city)),
    ("fn", cim_observation_fn),
    ("user", c_void_p),
    ("flags", c_uint32),
    ("max_depth", c_uint32),
    ("max_bytes", c_uint64),
]
cim_sense_export_options._fields_ = [
    ("struct_size", c_size_t),
    ("format", c_char_p),
    ("epsg", c_int32),
    ("stream_count", c_uint32),
    ("streams", POINTER(c_uint32)),
    ("from_ms", c_int64),
    ("to_ms", c_int64),
]
cim_sensor._fields_ = [
    ("kind", c_uint32),
    ("flags", c_uint32),
    ("object", c_uint32),
    ("assumed", c_uint32),
    ("x", c_double),
    ("y", c_double),
    ("z", c_double),
    ("yaw_deg", c_double),
    ("pitch_deg", c_double),
    ("hfov_deg", c_double),
    ("vfov_deg", c_double),
    ("turn_deg", c_double),
    ("near_m", c_double),
    ("range_m", c_double),
    ("pixels", c_double),
    ("power", c_double),
    ("gain_db", c_double),
    ("frequency_mhz", c_double),
    ("rx_height_m", c_double),
    ("least", c_double),
    ("location_percent", c_double),
    ("model", c_int32),
    ("environment", c_int32),
]
cim_sensor_options._fields_ = [
    ("struct_size", c_size_t),
    ("angle", c_int32),
    ("kind", c_int32),
    ("height_m", c_double),
    ("pitch_deg", c_double),
    ("hfov_deg", c_double),
    ("vfov_deg", c_double),
    ("pixels", c_double),
    ("least", c_double),
    ("range_m", c_double),
    ("power", c_double),
    ("gain_db", c_double),
    ("frequency_mhz", c_double),
    ("model", c_int32),
    ("environment", c_int32),
]
cim_sensors_view._fields_ = [
    ("struct_size", c_size_t),
    ("sensors", POINTER(cim_sensor)),
    ("count", c_uint32),
    ("left_count", c_uint32),
    ("left", POINTER(c_uint32)),
    ("assumed_count", c_uint32 * 16),
]
cim_targets_view._fields_ = [
    ("struct_size", c_size_t),
    ("count", c_uint32),
    ("left_count", c_uint32),
    ("xyz", POINTER(c_double)),
    ("normal", POINTER(c_double)),
    ("weight", POINTER(c_double)),
    ("extent", POINTER(c_double)),
    ("object", POINTER(c_uint32)),
    ("kind", POINTER(c_uint8)),
    ("weight_sum", c_double),
    ("cell_m", c_double),
    ("cell_x", c_double),
    ("cell_y", c_double),
    ("left", POINTER(c_uint32)),
]
cim_target_options._fields_ = [
    ("struct_size", c_size_t),
    ("step_m", c_double),
    ("height_m", c_double),
    ("top_m", c_double),
    ("weight", c_char_p),
    ("tunnels", c_int32),
    ("reserved0", c_int32),
]
cim_cover_options._fields_ = [
    ("struct_size", c_size_t),
    ("privacy", POINTER(cim_geom)),
    ("keep_out", POINTER(cim_geom)),
    ("terrain", POINTER(cim_sight_raster)),
]
cim_cover_violation._fields_ = [
    ("sensor", c_uint32),
    ("reserved0", c_uint32),
    ("area_m2", c_double),
]
cim_cover_view._fields_ = [
    ("struct_size", c_size_t),
    ("sensor_count", c_uint32),
    ("target_count", c_uint32),
    ("first", POINTER(c_uint64)),
    ("targets", POINTER(c_uint32)),
    ("quality", POINTER(c_float)),
    ("weights", POINTER(c_double)),
    ("folds", POINTER(c_uint16)),
    ("best", POINTER(c_float)),
    ("best_sensor", POINTER(c_uint32)),
    ("own_weight", POINTER(c_double)),
    ("unique_weight", POINTER(c_double)),
    ("weight", c_double),
    ("covered_weight", c_double),
    ("fold_weight", c_double * 9),
    ("fold_count", c_uint64 * 9),
    ("class_weight", c_double * 6),
    ("class_count", c_uint64 * 6),
    ("masked_count", c_uint64),
    ("tested_count", c_uint64),
    ("violations", POINTER(cim_cover_violation)),
    ("violation_count", c_uint32),
    ("reserved0", c_uint32),
]
cim_cover_span._fields_ = [
    ("object", c_uint32),
    ("folds", c_uint32),
    ("from_m", c_double),
    ("to_m", c_double),
    ("first", c_uint32),
    ("count", c_uint32),
]
cim_serve_assign_options._fields_ = [
    ("struct_size", c_size_t),
    ("whole", c_int32),
    ("reserved0", c_uint32),
]
cim_serve_share._fields_ = [
    ("demand", c_uint32),
    ("facility", c_uint32),
    ("cost", c_uint32),
    ("reserved0", c_uint32),
    ("amount", c_double),
]
cim_serve_assignment_view._fields_ = [
    ("struct_size", c_size_t),
    ("facility_count", c_uint32),
    ("demand_count", c_uint32),
    ("share_count", c_size_t),
    ("shares", POINTER(cim_serve_share)),
    ("loads", POINTER(c_double)),
    ("left", POINTER(c_double)),
    ("served", c_double),
    ("total", c_double),
    ("served_bound", c_double),
    ("total_bound", c_double),
    ("proof", c_char_p),
]
cim_service_task._fields_ = [
    ("struct_size", c_size_t),
    ("facilities", POINTER(cim_net_place)),
    ("demands", POINTER(cim_net_place)),
    ("facility_count", c_uint32),
    ("demand_count", c_uint32),
    ("weights", POINTER(c_double)),
    ("capacities", POINTER(c_double)),
    ("limits", POINTER(c_uint32)),
    ("limit_count", c_uint32),
    ("district_count", c_uint32),
    ("districts", POINTER(c_uint32)),
    ("direction", c_int32),
    ("whole", c_int32),
]
cim_service_view._fields_ = [
    ("struct_size", c_size_t),
    ("facility_count", c_uint32),
    ("demand_count", c_uint32),
    ("limit_count", c_uint32),
    ("district_count", c_uint32),
    ("nearest", POINTER(c_uint32)),
    ("costs", POINTER(c_uint32)),
    ("limits", POINTER(c_uint32)),
    ("served_counts", POINTER(c_uint32)),
    ("served_weights", POINTER(c_double)),
    ("weight", c_double),
    ("district_weights", POINTER(c_double)),
    ("district_served", POINTER(c_double)),
    ("unserved", POINTER(c_uint32)),
    ("unserved_count", c_size_t),
    ("unreachable_count", c_uint32),
    ("reserved0", c_uint32),
    ("catchments", POINTER(c_double)),
    ("mean", c_double),
    ("most", c_uint32),
    ("farthest", c_uint32),
    ("assignment", POINTER(cim_serve_assignment)),
]
cim_site._fields_ = [
    ("object", c_uint32),
    ("kind", c_uint32),
    ("x", c_double),
    ("y", c_double),
    ("height_m", c_double),
    ("azimuth_deg", c_double),
]
cim_reach_view._fields_ = [
    ("struct_size", c_size_t),
    ("site_count", c_uint32),
    ("demand_count", c_uint32),
    ("first", POINTER(c_uint64)),
    ("demands", POINTER(c_uint32)),
    ("values", POINTER(c_double)),
    ("miss", POINTER(c_double)),
]
cim_traffic_options._fields_ = [
    ("struct_size", c_size_t),
    ("labels", POINTER(cim_route_label_options)),
    ("min_speed_kmh", c_double),
    ("radius_m", c_double),
    ("vehicle_s", c_double),
]
cim_traffic_cut._fields_ = [
    ("object", c_uint32),
    ("cut", c_uint32),
]
cim_traffic_input._fields_ = [
    ("struct_size", c_size_t),
    ("name", c_char_p),
    ("read", cim_route_feed_read_fn),
    ("read_user", c_void_p),
    ("unknown", cim_traffic_unknown_fn),
    ("unknown_user", c_void_p),
    ("reported_ms", c_int64),
    ("max_bytes", c_uint64),
    ("format", c_uint32),
    ("source", c_uint32),
    ("snapshot", c_int32),
    ("reserved0", c_uint32),
]
cim_traffic_fed._fields_ = [
    ("struct_size", c_size_t),
    ("row_count", c_uint64),
    ("change_count", c_uint64),
    ("unknown_count", c_uint64),
    ("ignored_count", c_uint64),
    ("reported_ms", c_int64),
    ("format", c_uint32),
    ("reserved0", c_uint32),
]
cim_view_options._fields_ = [
    ("struct_size", c_size_t),
    ("title", c_char_p),
    ("color_by", c_char_p),
    ("classes", c_char_p),
    ("ramp", c_char_p),
    ("layers", POINTER(c_char_p)),
    ("layer_count", c_size_t),
    ("max_shape_vertices", c_uint64),
    ("max_layer_bytes", c_uint64),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]
cim_plot_options._fields_ = [
    ("struct_size", c_size_t),
    ("format", c_char_p),
    ("title", c_char_p),
    ("color_by", c_char_p),
    ("classes", c_char_p),
    ("ramp", c_char_p),
    ("layers", POINTER(c_char_p)),
    ("layer_count", c_size_t),
    ("extent", POINTER(cim_box)),
    ("around", c_char_p),
    ("radius_m", c_double),
    ("width_mm", c_double),
    ("height_mm", c_double),
    ("dpi", c_double),
    ("max_layer_bytes", c_uint64),
    ("flags", c_uint32),
    ("reserved0", c_uint32),
]

STRUCTS: dict[str, type[Structure]] = {
    "cim_box": cim_box,
    "cim_buf": cim_buf,
    "cim_io": cim_io,
    "cim_ctx_options": cim_ctx_options,
    "cim_alert_rule": cim_alert_rule,
    "cim_alert_event": cim_alert_event,
    "cim_alert_counts": cim_alert_counts,
    "cim_alert_engine_options": cim_alert_engine_options,
    "cim_alert_baseline": cim_alert_baseline,
    "cim_geom": cim_geom,
    "cim_nearest": cim_nearest,
    "cim_index_options": cim_index_options,
    "cim_probe": cim_probe,
    "cim_index_change": cim_index_change,
    "cim_live_options": cim_live_options,
    "cim_live_info": cim_live_info,
    "cim_open_options": cim_open_options,
    "cim_relation": cim_relation,
    "cim_route_graph": cim_route_graph,
    "cim_route_end": cim_route_end,
    "cim_route_places": cim_route_places,
    "cim_route_hierarchy_info": cim_route_hierarchy_info,
    "cim_route_label_options": cim_route_label_options,
    "cim_route_path": cim_route_path,
    "cim_route_alternative_options": cim_route_alternative_options,
    "cim_route_alternative": cim_route_alternative,
    "cim_net_options": cim_net_options,
    "cim_net_view": cim_net_view,
    "cim_net_cost_options": cim_net_cost_options,
    "cim_net_costs_view": cim_net_costs_view,
    "cim_net_place": cim_net_place,
    "cim_net_snap_options": cim_net_snap_options,
    "cim_net_leg": cim_net_leg,
    "cim_net_route_view": cim_net_route_view,
    "cim_scenario_options": cim_scenario_options,
    "cim_fleet_view": cim_fleet_view,
    "cim_fleet_rest": cim_fleet_rest,
    "cim_rank_options": cim_rank_options,
    "cim_rank": cim_rank,
    "cim_assignment": cim_assignment,
    "cim_gap": cim_gap,
    "cim_move_up": cim_move_up,
    "cim_export_options": cim_export_options,
    "cim_variogram": cim_variogram,
    "cim_field_bin": cim_field_bin,
    "cim_field_options": cim_field_options,
    "cim_field_view": cim_field_view,
    "cim_field_errors": cim_field_errors,
    "cim_flow_pair": cim_flow_pair,
    "cim_flow_demand": cim_flow_demand,
    "cim_flow_options": cim_flow_options,
    "cim_flow_view": cim_flow_view,
    "cim_evacuation_source": cim_evacuation_source,
    "cim_evacuation_exit": cim_evacuation_exit,
    "cim_evacuation_task": cim_evacuation_task,
    "cim_evacuation_group": cim_evacuation_group,
    "cim_evacuation_leg": cim_evacuation_leg,
    "cim_evacuation_link": cim_evacuation_link,
    "cim_evacuation_view": cim_evacuation_view,
    "cim_trace_column": cim_trace_column,
    "cim_trace_arrays": cim_trace_arrays,
    "cim_trace_change": cim_trace_change,
    "cim_trace_status_options": cim_trace_status_options,
    "cim_trace_options": cim_trace_options,
    "cim_trace_result": cim_trace_result,
    "cim_trace_hit": cim_trace_hit,
    "cim_trace_segments": cim_trace_segments,
    "cim_trace_isolation": cim_trace_isolation,
    "cim_trace_fallback": cim_trace_fallback,
    "cim_trace_resupplied": cim_trace_resupplied,
    "cim_utility_options": cim_utility_options,
    "cim_utility_view": cim_utility_view,
    "cim_utility_service": cim_utility_service,
    "cim_utility_finding": cim_utility_finding,
    "cim_utility_feed": cim_utility_feed,
    "cim_impact_options": cim_impact_options,
    "cim_impact_place": cim_impact_place,
    "cim_impact_unit": cim_impact_unit,
    "cim_impact_work": cim_impact_work,
    "cim_impact_case": cim_impact_case,
    "cim_impact_travel": cim_impact_travel,
    "cim_impact_loss": cim_impact_loss,
    "cim_impact_domain": cim_impact_domain,
    "cim_impact_failure": cim_impact_failure,
    "cim_impact_tie": cim_impact_tie,
    "cim_impact_hydrant": cim_impact_hydrant,
    "cim_impact_site": cim_impact_site,
    "cim_impact_crew": cim_impact_crew,
    "cim_impact_access": cim_impact_access,
    "cim_impact_detour": cim_impact_detour,
    "cim_impact_result": cim_impact_result,
    "cim_import_options": cim_import_options,
    "cim_isochrone_options": cim_isochrone_options,
    "cim_isochrone_piece": cim_isochrone_piece,
    "cim_isochrone_view": cim_isochrone_view,
    "cim_isochrone_area_options": cim_isochrone_area_options,
    "cim_isochrone_area": cim_isochrone_area,
    "cim_isochrone_areas_view": cim_isochrone_areas_view,
    "cim_journey_avoid": cim_journey_avoid,
    "cim_journey_stop": cim_journey_stop,
    "cim_journey_options": cim_journey_options,
    "cim_journey_section": cim_journey_section,
    "cim_journey_view": cim_journey_view,
    "cim_journey_step": cim_journey_step,
    "cim_journey_signal_options": cim_journey_signal_options,
    "cim_journey_signal": cim_journey_signal,
    "cim_route_change": cim_route_change,
    "cim_route_live_options": cim_route_live_options,
    "cim_route_statement": cim_route_statement,
    "cim_route_published": cim_route_published,
    "cim_route_cut": cim_route_cut,
    "cim_route_feed_where": cim_route_feed_where,
    "cim_route_feed": cim_route_feed,
    "cim_route_fed": cim_route_fed,
    "cim_match_point": cim_match_point,
    "cim_match_options": cim_match_options,
    "cim_match_place": cim_match_place,
    "cim_match_part": cim_match_part,
    "cim_match_leg": cim_match_leg,
    "cim_match_speed": cim_match_speed,
    "cim_match_view": cim_match_view,
    "cim_place_problem": cim_place_problem,
    "cim_place_options": cim_place_options,
    "cim_place_result": cim_place_result,
    "cim_query_options": cim_query_options,
    "cim_query_result": cim_query_result,
    "cim_radio_link": cim_radio_link,
    "cim_radio_loss": cim_radio_loss,
    "cim_sight_prisms": cim_sight_prisms,
    "cim_sight_raster": cim_sight_raster,
    "cim_sight_options": cim_sight_options,
    "cim_sight_faces": cim_sight_faces,
    "cim_sight_viewshed_options": cim_sight_viewshed_options,
    "cim_sight_isovist_options": cim_sight_isovist_options,
    "cim_sight_wall": cim_sight_wall,
    "cim_sight_isovist": cim_sight_isovist,
    "cim_sight_spans": cim_sight_spans,
    "cim_sight_sun": cim_sight_sun,
    "cim_sight_sun_options": cim_sight_sun_options,
    "cim_scene_options": cim_scene_options,
    "cim_scene_left": cim_scene_left,
    "cim_scene_view": cim_scene_view,
    "cim_scene_sighting": cim_scene_sighting,
    "cim_scene_stretch": cim_scene_stretch,
    "cim_scene_street": cim_scene_street,
    "cim_scene_streets": cim_scene_streets,
    "cim_scene_sunny": cim_scene_sunny,
    "cim_stream": cim_stream,
    "cim_sense_options": cim_sense_options,
    "cim_stream_filter": cim_stream_filter,
    "cim_sense_counts": cim_sense_counts,
    "cim_observation": cim_observation,
    "cim_rollup": cim_rollup,
    "cim_bucket": cim_bucket,
    "cim_ingest_options": cim_ingest_options,
    "cim_sense_export_options": cim_sense_export_options,
    "cim_sensor": cim_sensor,
    "cim_sensor_options": cim_sensor_options,
    "cim_sensors_view": cim_sensors_view,
    "cim_targets_view": cim_targets_view,
    "cim_target_options": cim_target_options,
    "cim_cover_options": cim_cover_options,
    "cim_cover_violation": cim_cover_violation,
    "cim_cover_view": cim_cover_view,
    "cim_cover_span": cim_cover_span,
    "cim_serve_assign_options": cim_serve_assign_options,
    "cim_serve_share": cim_serve_share,
    "cim_serve_assignment_view": cim_serve_assignment_view,
    "cim_service_task": cim_service_task,
    "cim_service_view": cim_service_view,
    "cim_site": cim_site,
    "cim_reach_view": cim_reach_view,
    "cim_traffic_options": cim_traffic_options,
    "cim_traffic_cut": cim_traffic_cut,
    "cim_traffic_input": cim_traffic_input,
    "cim_traffic_fed": cim_traffic_fed,
    "cim_view_options": cim_view_options,
    "cim_plot_options": cim_plot_options,
}

# ---- what macros *_INIT say; None: NULL, or the size of the structure ----

DEFAULTS: dict[str, tuple[Any, ...]] = {
    "cim_alert_engine_options": (None, 0, 0),
    "cim_alert_rule": (None, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0, 0, 0, 0, 0, 0, 0, None),
    "cim_buf": (None, 0, None),
    "cim_cover_options": (None, None, None, None),
    "cim_ctx_options": (None, None, None, None, None, None, None, None, 0, 0),
    "cim_evacuation_task": (None, None, None, 0, 0, None, 60.0, 86400.0),
    "cim_export_options": (None, None, None, 0, 0, 0, 0),
    "cim_field_options": (None, 0, 0, 0.0, 0.0, None, 0, 0, 0.0, 0.0),
    "cim_flow_demand": (None, None, None, None, None, 0, 0, None, 0, 0.0),
    "cim_flow_options": (None, 0, 1, 0, 0),
    "cim_impact_case": (None, None, 0, None, 0, 0, 3, 0.5, 10.0),
    "cim_impact_options": (None, 6.0, 2.0, 3.0, 5.0),
    "cim_impact_travel": (None, None, None, None, 3, 0),
    "cim_import_options": (None, None, None, None, None, None, 0, 0, 0, 0, 0, 0, 0, 0.0, None, None, 0, None),
    "cim_index_options": (None, 0, 0, None, None, None),
    "cim_ingest_options": (None, None, None, None, None, None, 0, 0, 0),
    "cim_isochrone_area_options": (None, 0.0, 0.0, 0.0, 0),
    "cim_isochrone_options": (None, 0, 0xdbba0),
    "cim_journey_avoid": (None, None, 0, None, 0, 0, 0, 0.0),
    "cim_journey_options": (None, None, None, 0, 0),
    "cim_journey_signal_options": (None, 0.2, 0.5, 6.0, 1.645, None, 0, 0),
    "cim_live_options": (None, 0, 0, 0, 0x3ffffff, (1.0, 1.0, 0.0, 0.0)),
    "cim_match_options": (None, 8.0, 10.0, 0.0, 30.0, 60.0, 2000.0, 200.0, 0.0, -1.0, 40.0, 12, 2),
    "cim_net_cost_options": (None, None, None, 0.0, 0.0, 0.0, 0.0, None),
    "cim_net_options": (None, 0, 0),
    "cim_net_snap_options": (None, 0.0, 0.0, 0.0, 0, 0),
    "cim_open_options": (None, 0, 0),
    "cim_place_options": (None, 0x3b9aca00, 1, 0.0, 0.0, 0, 0),
    "cim_place_problem": (None, 0, 0, 0, 0xffffffff, INFINITY, None, None, None, None, None, None, None, None, None, 0, None, None, None, 0, 0, None, None, None, None),
    "cim_plot_options": (None, None, None, None, None, None, None, 0, None, None, 0, 0, 0, 0, 0, 0, 0),
    "cim_query_options": (None, None, None, 0, 0, 0, 0),
    "cim_query_result": (None, 0, 0, None),
    "cim_radio_link": (None, 0.0, 10.0, 1.5, 301.0, 15.0, 0.005, 50.0, 50.0, 50.0, 1, 5, 1, 0),
    "cim_rank_options": (None, 0x75300, 0),
    "cim_rollup": (None, -62135596800000, 0xe677d21fdbff, 0, 0, 0, None, 0, 0, 0),
    "cim_route_alternative_options": (None, 0.25, 0.8, 0.25, 0, 0),
    "cim_route_feed": (None, None, None, None, None, None, 0, 0, 0, 0xffffffff, 0, 0, None),
    "cim_route_graph": (None, 0, 0, None, None, None, None),
    "cim_route_label_options": (None, 0, 1, 0),
    "cim_route_live_options": (None, None, None, 0.0, 0, None),
    "cim_scenario_options": (None, 1, 16, 0, 0.15, 0.1, 0.2, 1000.0),
    "cim_scene_options": (None, (0.0, 0.0, 0.0, 0.0), None, None, 3, 0, 3.0, 9.0, None, None, 1.0, None, 0, None),
    "cim_sense_export_options": (None, None, 0, 0, None, -62135596800000, 0xe677d21fdbff),
    "cim_sense_options": (None, 0, 0, 0, None, None),
    "cim_sensor_options": (None, 0, -1, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0),
    "cim_serve_assign_options": (None, 0, 0),
    "cim_service_task": (None, None, None, 0, 0, None, None, None, 0, 0, None, 0, 0),
    "cim_sight_faces": (None, 0, 0, 0, 0, None, None, None, None),
    "cim_sight_isovist_options": (None, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), 1.0),
    "cim_sight_options": (None, 0.0, None),
    "cim_sight_prisms": (None, 0, 0, 0, 0, None, None, None, None, None),
    "cim_sight_raster": (None, 0, 0, 0.0, 0.0, 1.0, 1.0, None),
    "cim_sight_sun_options": (None, 0.0, 0.0, 0.0, 0.0, 600.0, 0.0, 0.0, None),
    "cim_sight_viewshed_options": (None, 1.75, 0.0, 0.0, 0.0, 0.14286, 0, 0),
    "cim_stream_filter": (None, None, None, None, 0xffffffff, 0xffffffff),
    "cim_stream": (None, None, None, None, None, None, None, 0, 0, 0xffffffff, 0xffffffff, NAN, NAN, NAN, NAN, 0),
    "cim_target_options": (None, 5.0, 1.5, 0.0, None, 0, 0),
    "cim_trace_arrays": (None, 0, 0, 0, 0, None, None, None, None, None, None, None, None, None, None, 0, 0, None, None, None, None, None, None),
    "cim_trace_options": (None, None, 0, 0, 0, None, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0.0, 0),
    "cim_trace_status_options": (None, 0),
    "cim_traffic_input": (None, None, None, None, None, None, 0, 0, 0, 0xffffffff, 0, 0),
    "cim_traffic_options": (None, None, 0.0, 0.0, 0.0),
    "cim_utility_options": (None, None, -1.0, 0.0, None, 0, 0, 0),
    "cim_variogram": (None, 1, 0, 0.0, 1.0, 1.0, 1.5, 0.0),
    "cim_view_options": (None, None, None, None, None, None, 0, 0, 0, 0, 0),
}

# ---- the same of macros that are one of several for a structure ----

VARIANTS: dict[str, tuple[type[Structure], tuple[Any, ...]]] = {
    "cim_sensor_camera": (cim_sensor, (0, 0, 0xffffffff, 0, 0.0, 0.0, 0.0, 0.0, -15.0, 60.0, 36.0, 360.0, 0.0, 0.0, 1920.0, 0.0, 0.0, 0.0, 1.5, 25.0, 50.0, 0, 0)),
    "cim_sensor_radio": (cim_sensor, (2, 0, 0xffffffff, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 360.0, 180.0, 360.0, 0.0, 0.0, 0.0, 14.0, 2.0, 868.0, 1.5, -110.0, 50.0, 0, 0)),
}

# ---- functions: result and arguments ----

FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "cim_alert_acknowledge": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_uint32, c_uint32, POINTER(c_uint32),)),
    "cim_alert_advance": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_int64,)),
    "cim_alert_baseline_set": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_uint32, POINTER(cim_alert_baseline),)),
    "cim_alert_count": (None, (POINTER(cim_alert_engine), POINTER(cim_alert_counts),)),
    "cim_alert_engine_free": (None, (POINTER(cim_alert_engine),)),
    "cim_alert_engine_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_rule), c_uint32, c_uint32, POINTER(cim_alert_engine_options), POINTER(POINTER(cim_alert_engine)),)),
    "cim_alert_learn": (c_int32, (POINTER(cim_ctx), POINTER(c_int64), POINTER(c_double), c_size_t, c_int64, c_uint32, c_double, POINTER(cim_alert_baseline),)),
    "cim_alert_next": (c_int32, (POINTER(cim_alert_engine), POINTER(cim_alert_event),)),
    "cim_alert_observe": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_uint32, c_int64, c_double, c_uint32,)),
    "cim_alert_restore": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), POINTER(c_char_p), POINTER(c_char_p), c_char_p, c_size_t, POINTER(c_uint32),)),
    "cim_alert_save": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), POINTER(c_char_p), POINTER(c_char_p), POINTER(cim_buf),)),
    "cim_alert_streams": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_uint32, POINTER(c_uint32), c_uint32,)),
    "cim_alert_suppress": (c_int32, (POINTER(cim_ctx), POINTER(cim_alert_engine), c_uint32, c_uint32, c_int64, c_int64,)),
    "cim_buf_dispose": (None, (POINTER(cim_buf),)),
    "cim_check": (c_int32, (POINTER(cim_ctx), c_char_p, c_uint32, POINTER(cim_buf), POINTER(c_size_t),)),
    "cim_city_class": (c_char_p, (POINTER(cim_city), c_uint32,)),
    "cim_city_count": (c_uint32, (POINTER(cim_city),)),
    "cim_city_epsg": (c_int32, (POINTER(cim_city),)),
    "cim_city_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_char_p, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_city_free": (None, (POINTER(cim_city),)),
    "cim_city_geometry": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_uint32, POINTER(cim_buf),)),
    "cim_city_gid": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_uint32, POINTER(cim_buf),)),
    "cim_city_info": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_buf),)),
    "cim_city_layer": (c_char_p, (POINTER(cim_city), c_uint32,)),
    "cim_city_load": (c_int32, (POINTER(cim_ctx), POINTER(c_char_p), c_size_t, POINTER(cim_import_options), POINTER(POINTER(cim_city)), POINTER(cim_buf),)),
    "cim_city_max_id": (c_uint32, (POINTER(cim_city),)),
    "cim_city_object": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_uint32, c_uint32, POINTER(cim_buf),)),
    "cim_city_open": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(cim_open_options), POINTER(POINTER(cim_city)),)),
    "cim_city_parent": (c_uint32, (POINTER(cim_city), c_uint32,)),
    "cim_city_ref": (POINTER(cim_city), (POINTER(cim_city),)),
    "cim_city_relations": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_uint32, POINTER(cim_relation), c_size_t, POINTER(c_size_t),)),
    "cim_city_window": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_box), POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_cover_add": (c_int32, (POINTER(cim_ctx), POINTER(cim_cover), POINTER(cim_sensor), c_size_t, POINTER(POINTER(cim_cover)),)),
    "cim_cover_area": (c_int32, (POINTER(cim_ctx), POINTER(cim_cover), c_uint32, c_uint32, POINTER(cim_buf), POINTER(c_double),)),
    "cim_cover_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(cim_sensor), c_size_t, POINTER(cim_targets), POINTER(cim_cover_options), POINTER(POINTER(cim_cover)),)),
    "cim_cover_change": (c_int32, (POINTER(cim_ctx), POINTER(cim_cover), POINTER(cim_sight_scene), POINTER(cim_box), c_size_t, POINTER(POINTER(cim_cover)),)),
    "cim_cover_free": (None, (POINTER(cim_cover),)),
    "cim_cover_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_cover), POINTER(cim_cover_view),)),
    "cim_cover_spans": (c_int32, (POINTER(cim_ctx), POINTER(cim_cover), c_int32, c_uint32, c_uint32, POINTER(cim_buf), POINTER(c_size_t),)),
    "cim_coverage_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_net_place), POINTER(c_double), c_size_t, c_uint32, POINTER(POINTER(cim_coverage)),)),
    "cim_coverage_free": (None, (POINTER(cim_coverage),)),
    "cim_coverage_gap": (c_int32, (POINTER(cim_ctx), POINTER(cim_coverage), POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, POINTER(c_size_t), POINTER(cim_gap),)),
    "cim_coverage_has": (c_int32, (POINTER(cim_coverage), c_uint32, c_uint32,)),
    "cim_coverage_move_up": (c_int32, (POINTER(cim_ctx), POINTER(cim_coverage), POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_uint32, c_size_t, POINTER(cim_move_up), POINTER(c_size_t),)),
    "cim_crs_transform": (c_int32, (POINTER(cim_ctx), c_int32, c_int32, c_size_t, POINTER(c_double),)),
    "cim_ctx_cancel": (None, (POINTER(cim_ctx),)),
    "cim_ctx_error": (c_char_p, (POINTER(cim_ctx),)),
    "cim_ctx_free": (None, (POINTER(cim_ctx),)),
    "cim_ctx_new": (c_int32, (POINTER(cim_ctx_options), POINTER(POINTER(cim_ctx)),)),
    "cim_ctx_resume": (None, (POINTER(cim_ctx),)),
    "cim_dispatch_assign": (c_int32, (POINTER(cim_ctx), c_size_t, c_size_t, POINTER(c_uint32), POINTER(c_double), c_uint32, POINTER(c_uint32), POINTER(cim_assignment),)),
    "cim_evacuation_capacity": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), c_double, POINTER(c_double),)),
    "cim_evacuation_free": (None, (POINTER(cim_evacuation),)),
    "cim_evacuation_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_evacuation), POINTER(cim_evacuation_view),)),
    "cim_evacuation_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_evacuation_task), POINTER(POINTER(cim_evacuation)),)),
    "cim_export": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(c_uint32), c_size_t, c_char_p, POINTER(cim_export_options), POINTER(cim_buf),)),
    "cim_export_features": (c_int32, (POINTER(cim_ctx), c_char_p, c_size_t, c_char_p, POINTER(cim_export_options), POINTER(cim_buf),)),
    "cim_field_build": (c_int32, (POINTER(cim_ctx), POINTER(c_double), POINTER(c_double), c_size_t, POINTER(cim_field_options), POINTER(POINTER(cim_field)),)),
    "cim_field_free": (None, (POINTER(cim_field),)),
    "cim_field_get": (None, (POINTER(cim_field), POINTER(cim_field_view),)),
    "cim_field_leave_out": (c_int32, (POINTER(cim_ctx), POINTER(cim_field), POINTER(cim_field_errors), POINTER(c_double), POINTER(c_double),)),
    "cim_field_values": (c_int32, (POINTER(cim_ctx), POINTER(cim_field), POINTER(c_double), c_size_t, POINTER(c_double), POINTER(c_double),)),
    "cim_field_variogram": (c_int32, (POINTER(cim_ctx), POINTER(c_double), POINTER(c_double), c_size_t, POINTER(cim_field_options), POINTER(cim_field_bin), c_size_t, POINTER(c_size_t), POINTER(cim_variogram),)),
    "cim_fleet_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_scenarios), POINTER(cim_net_place), c_size_t, c_int32, POINTER(POINTER(cim_fleet)),)),
    "cim_fleet_free": (None, (POINTER(cim_fleet),)),
    "cim_fleet_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_fleet_view),)),
    "cim_fleet_matrix": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_net_place), c_size_t, POINTER(c_uint32),)),
    "cim_fleet_nearest": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_route_query), POINTER(cim_net_place), c_size_t, c_uint32, POINTER(c_uint32), POINTER(c_uint32), POINTER(c_size_t), POINTER(cim_fleet_rest),)),
    "cim_fleet_rank": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_route_query), POINTER(cim_net_place), POINTER(cim_rank_options), c_size_t, POINTER(cim_rank), POINTER(c_size_t),)),
    "cim_fleet_ref": (POINTER(cim_fleet), (POINTER(cim_fleet),)),
    "cim_fleet_scenario_times": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_route_query), POINTER(cim_net_place), POINTER(c_uint32),)),
    "cim_fleet_times": (c_int32, (POINTER(cim_ctx), POINTER(cim_fleet), POINTER(cim_route_query), POINTER(cim_net_place), POINTER(c_uint32),)),
    "cim_flow_free": (None, (POINTER(cim_flow),)),
    "cim_flow_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_flow), POINTER(cim_flow_view),)),
    "cim_flow_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_flow_demand), POINTER(cim_flow_options), POINTER(POINTER(cim_flow)),)),
    "cim_geom_box": (c_int32, (POINTER(cim_ctx), POINTER(cim_geom), POINTER(cim_box),)),
    "cim_geom_wkb": (c_int32, (POINTER(cim_ctx), POINTER(cim_geom), POINTER(cim_buf),)),
    "cim_geom_wkt": (c_int32, (POINTER(cim_ctx), POINTER(cim_geom), POINTER(cim_buf),)),
    "cim_impact_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_utility), POINTER(cim_net), POINTER(cim_impact_options), POINTER(POINTER(cim_impact)),)),
    "cim_impact_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_impact), POINTER(cim_trace_view), POINTER(cim_impact_query), POINTER(cim_impact_case), POINTER(cim_impact_travel), POINTER(cim_impact_result),)),
    "cim_impact_free": (None, (POINTER(cim_impact),)),
    "cim_impact_places": (POINTER(cim_impact_place), (POINTER(cim_impact), POINTER(c_size_t),)),
    "cim_impact_query_free": (None, (POINTER(cim_impact_query),)),
    "cim_impact_query_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_impact), POINTER(POINTER(cim_impact_query)),)),
    "cim_impact_roads_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_impact), POINTER(cim_net_costs), POINTER(cim_impact_unit), c_size_t, POINTER(POINTER(cim_impact_roads)),)),
    "cim_impact_roads_free": (None, (POINTER(cim_impact_roads),)),
    "cim_impact_units": (POINTER(cim_impact_unit), (POINTER(cim_impact_roads), POINTER(c_size_t),)),
    "cim_import": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(c_char_p), c_size_t, POINTER(cim_import_options), POINTER(cim_buf),)),
    "cim_import_map_new": (c_int32, (POINTER(cim_ctx), c_char_p, c_char_p, POINTER(cim_buf),)),
    "cim_index_borrow": (c_int32, (POINTER(cim_ctx), c_void_p, c_size_t, POINTER(POINTER(cim_index)),)),
    "cim_index_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_box), c_size_t, POINTER(cim_index_options), POINTER(POINTER(cim_index)),)),
    "cim_index_bytes": (c_size_t, (POINTER(cim_index),)),
    "cim_index_count": (c_size_t, (POINTER(cim_index),)),
    "cim_index_extent": (c_int32, (POINTER(cim_index), POINTER(cim_box),)),
    "cim_index_free": (None, (POINTER(cim_index),)),
    "cim_index_join": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_index), c_double, POINTER(cim_buf), POINTER(c_size_t),)),
    "cim_index_load": (c_int32, (POINTER(cim_ctx), c_void_p, c_size_t, POINTER(POINTER(cim_index)),)),
    "cim_index_nearest": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_probe), c_size_t, POINTER(c_uint32), POINTER(c_double), POINTER(c_size_t),)),
    "cim_index_nearest_many": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_probe), c_size_t, c_size_t, POINTER(c_uint32), POINTER(c_double), POINTER(c_size_t),)),
    "cim_index_query": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_probe), POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_index_query_many": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_probe), c_size_t, POINTER(c_size_t), POINTER(c_size_t), POINTER(cim_buf),)),
    "cim_index_ref": (POINTER(cim_index), (POINTER(cim_index),)),
    "cim_index_save": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_buf),)),
    "cim_index_step": (c_double, (POINTER(cim_index),)),
    "cim_isochrone_areas_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_isochrone), POINTER(c_uint32), c_size_t, POINTER(cim_isochrone_area_options), POINTER(POINTER(cim_isochrone_areas)),)),
    "cim_isochrone_areas_free": (None, (POINTER(cim_isochrone_areas),)),
    "cim_isochrone_areas_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_isochrone_areas), POINTER(cim_isochrone_areas_view),)),
    "cim_isochrone_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(cim_net_place), c_size_t, POINTER(cim_isochrone_options), POINTER(POINTER(cim_isochrone)),)),
    "cim_isochrone_free": (None, (POINTER(cim_isochrone),)),
    "cim_isochrone_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_isochrone), POINTER(cim_isochrone_view),)),
    "cim_journey_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_journey_stop), c_size_t, POINTER(cim_journey_options), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(POINTER(cim_journey)),)),
    "cim_journey_free": (None, (POINTER(cim_journey),)),
    "cim_journey_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_journey), c_size_t, POINTER(cim_journey_view),)),
    "cim_journey_kind": (c_char_p, (c_uint32,)),
    "cim_journey_metric": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_journey_avoid), POINTER(POINTER(cim_route_metric)),)),
    "cim_journey_order": (c_int32, (POINTER(cim_ctx), POINTER(c_uint32), c_size_t, POINTER(c_uint32), POINTER(c_uint32),)),
    "cim_journey_signals": (c_int32, (POINTER(cim_ctx), POINTER(cim_journey), c_size_t, POINTER(cim_journey_signal_options), POINTER(cim_journey_signal), c_size_t, POINTER(c_size_t),)),
    "cim_journey_steps": (c_int32, (POINTER(cim_ctx), POINTER(cim_journey), c_size_t, POINTER(cim_journey_step), c_size_t, POINTER(c_size_t),)),
    "cim_journey_weights": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_journey_avoid), POINTER(c_uint32), POINTER(c_size_t),)),
    "cim_live_index_apply": (c_int32, (POINTER(cim_ctx), POINTER(cim_live_index), POINTER(cim_index_change), c_size_t, POINTER(c_uint64),)),
    "cim_live_index_free": (None, (POINTER(cim_live_index),)),
    "cim_live_index_info": (None, (POINTER(cim_live_index), POINTER(cim_live_info),)),
    "cim_live_index_merge": (c_int32, (POINTER(cim_ctx), POINTER(cim_live_index),)),
    "cim_live_index_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_index), POINTER(cim_live_options), POINTER(POINTER(cim_live_index)),)),
    "cim_live_index_view": (POINTER(cim_index), (POINTER(cim_live_index), POINTER(c_uint64),)),
    "cim_match_free": (None, (POINTER(cim_match),)),
    "cim_match_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_match), POINTER(cim_match_view),)),
    "cim_match_load": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(cim_buf),)),
    "cim_match_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_matcher), POINTER(cim_route_query), POINTER(cim_match_point), c_size_t, POINTER(cim_match_options), POINTER(POINTER(cim_match)),)),
    "cim_matcher_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_hierarchy), POINTER(POINTER(cim_matcher)),)),
    "cim_matcher_free": (None, (POINTER(cim_matcher),)),
    "cim_net_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_net_options), POINTER(POINTER(cim_net)),)),
    "cim_net_costs_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_net), POINTER(cim_net_cost_options), POINTER(POINTER(cim_net_costs)),)),
    "cim_net_costs_free": (None, (POINTER(cim_net_costs),)),
    "cim_net_costs_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_net_costs_view),)),
    "cim_net_costs_lengths": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(POINTER(cim_net_costs)),)),
    "cim_net_costs_ref": (POINTER(cim_net_costs), (POINTER(cim_net_costs),)),
    "cim_net_ends": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(c_uint32), POINTER(cim_net_place), c_int32, POINTER(cim_route_end), POINTER(c_size_t),)),
    "cim_net_find": (c_uint32, (POINTER(cim_net), c_uint32,)),
    "cim_net_free": (None, (POINTER(cim_net),)),
    "cim_net_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_net), POINTER(cim_net_view),)),
    "cim_net_graph": (cim_route_graph, (POINTER(cim_net),)),
    "cim_net_hierarchy": (c_int32, (POINTER(cim_ctx), POINTER(cim_net), POINTER(cim_city), POINTER(POINTER(cim_route_hierarchy)),)),
    "cim_net_matrix": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_net_place), c_size_t, POINTER(cim_net_place), c_size_t, POINTER(c_uint32),)),
    "cim_net_open": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_net_options), POINTER(POINTER(cim_net)),)),
    "cim_net_place_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_city), c_uint32, POINTER(cim_net_place),)),
    "cim_net_prepare": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_net_options),)),
    "cim_net_profile": (c_char_p, (c_uint32,)),
    "cim_net_ref": (POINTER(cim_net), (POINTER(cim_net),)),
    "cim_net_route_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_net_place), POINTER(cim_net_place), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(POINTER(cim_net_route)),)),
    "cim_net_route_free": (None, (POINTER(cim_net_route),)),
    "cim_net_route_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_route), POINTER(cim_net_route_view),)),
    "cim_net_snap": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), c_double, c_double, POINTER(cim_net_snap_options), c_size_t, POINTER(cim_net_place), POINTER(c_size_t),)),
    "cim_net_text": (c_char_p, (POINTER(cim_net), c_uint32,)),
    "cim_place_plan_free": (None, (POINTER(cim_place_plan),)),
    "cim_place_plan_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_place_plan), POINTER(cim_place_result),)),
    "cim_place_solve": (c_int32, (POINTER(cim_ctx), POINTER(cim_place_problem), POINTER(cim_place_options), POINTER(POINTER(cim_place_plan)),)),
    "cim_place_value": (c_int32, (POINTER(cim_ctx), POINTER(cim_place_problem), POINTER(c_uint32), c_size_t, POINTER(c_double),)),
    "cim_plot_write": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(c_uint32), c_size_t, c_char_p, POINTER(cim_plot_options), POINTER(cim_buf),)),
    "cim_query_explain": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_char_p, POINTER(cim_query_options), POINTER(cim_buf),)),
    "cim_query_result_dispose": (None, (POINTER(cim_query_result),)),
    "cim_query_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_char_p, POINTER(cim_query_options), POINTER(cim_query_result),)),
    "cim_query_values": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(c_uint32), c_size_t, POINTER(c_char_p), c_size_t, POINTER(cim_buf),)),
    "cim_radio_area": (c_int32, (POINTER(cim_ctx), POINTER(cim_radio_link), c_double, c_double, c_int32, c_int32, POINTER(cim_radio_loss),)),
    "cim_radio_free_space": (c_int32, (POINTER(cim_ctx), c_double, c_double, POINTER(c_double),)),
    "cim_radio_street": (c_int32, (POINTER(cim_ctx), c_int32, c_int32, c_double, c_double, c_double, POINTER(c_double), POINTER(c_uint32),)),
    "cim_radio_terrain": (c_int32, (POINTER(cim_ctx), POINTER(cim_radio_link), POINTER(c_double), c_size_t, c_double, POINTER(cim_radio_loss),)),
    "cim_radio_warning": (c_char_p, (c_uint32,)),
    "cim_reach_air": (c_int32, (POINTER(cim_ctx), POINTER(c_double), c_uint32, POINTER(c_double), c_uint32, c_double, POINTER(POINTER(cim_reach)),)),
    "cim_reach_free": (None, (POINTER(cim_reach),)),
    "cim_reach_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_reach), POINTER(cim_reach_view),)),
    "cim_reach_place": (c_int32, (POINTER(cim_ctx), POINTER(cim_reach), POINTER(cim_place_problem), POINTER(cim_place_options), POINTER(POINTER(cim_place_plan)),)),
    "cim_reach_road": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_net_place), c_uint32, POINTER(cim_net_place), c_uint32, c_int32, c_uint32, POINTER(POINTER(cim_reach)),)),
    "cim_reach_rows": (c_int32, (POINTER(cim_ctx), c_uint32, c_uint32, POINTER(c_uint64), POINTER(c_uint32), POINTER(c_double), cim_reach_row_fn, c_void_p, POINTER(POINTER(cim_reach)),)),
    "cim_reach_sight": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(cim_sensor), c_uint32, POINTER(cim_targets), POINTER(cim_cover_options), POINTER(POINTER(cim_reach)),)),
    "cim_reach_water": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), POINTER(cim_trace_view), c_uint32, POINTER(c_uint32), c_uint32, POINTER(c_uint32), c_uint32, POINTER(POINTER(cim_reach)),)),
    "cim_relation_name": (c_char_p, (c_int32, c_int32,)),
    "cim_route_all": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), c_int32, POINTER(cim_route_end), c_size_t, c_uint32, POINTER(c_uint32),)),
    "cim_route_all_lanes": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), c_int32, POINTER(cim_route_places), POINTER(c_uint32),)),
    "cim_route_alternatives_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(cim_route_end), c_size_t, POINTER(cim_route_end), c_size_t, POINTER(cim_route_alternative_options), c_size_t, POINTER(cim_route_alternative), POINTER(c_size_t),)),
    "cim_route_dijkstra_free": (None, (POINTER(cim_route_dijkstra),)),
    "cim_route_dijkstra_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_graph), POINTER(POINTER(cim_route_dijkstra)),)),
    "cim_route_dijkstra_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_dijkstra), POINTER(c_uint32), c_int32, POINTER(cim_route_end), c_size_t, c_uint32, c_uint32, POINTER(c_uint32),)),
    "cim_route_hierarchy_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_graph), POINTER(c_uint32), POINTER(POINTER(cim_route_hierarchy)),)),
    "cim_route_hierarchy_free": (None, (POINTER(cim_route_hierarchy),)),
    "cim_route_hierarchy_load": (c_int32, (POINTER(cim_ctx), c_void_p, c_size_t, POINTER(cim_route_graph), POINTER(POINTER(cim_route_hierarchy)),)),
    "cim_route_hierarchy_order": (POINTER(c_uint32), (POINTER(cim_route_hierarchy),)),
    "cim_route_hierarchy_ref": (POINTER(cim_route_hierarchy), (POINTER(cim_route_hierarchy),)),
    "cim_route_hierarchy_save": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(cim_buf),)),
    "cim_route_hierarchy_stat": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(cim_route_hierarchy_info),)),
    "cim_route_lanes_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(POINTER(c_uint32)), c_uint32, POINTER(POINTER(cim_route_lanes)),)),
    "cim_route_lanes_free": (None, (POINTER(cim_route_lanes),)),
    "cim_route_lanes_ref": (POINTER(cim_route_lanes), (POINTER(cim_route_lanes),)),
    "cim_route_lanes_time": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_lanes), POINTER(cim_route_query), POINTER(cim_route_end), c_size_t, POINTER(cim_route_end), c_size_t, POINTER(c_uint32),)),
    "cim_route_live_apply": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), POINTER(cim_route_change), c_size_t,)),
    "cim_route_live_cuts": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), POINTER(cim_route_cut), c_size_t, POINTER(c_size_t),)),
    "cim_route_live_feed": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), POINTER(cim_route_feed), POINTER(cim_route_fed),)),
    "cim_route_live_free": (None, (POINTER(cim_route_live),)),
    "cim_route_live_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(c_uint32), POINTER(cim_route_live_options), POINTER(POINTER(cim_route_live)),)),
    "cim_route_live_publish": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), c_int64, POINTER(cim_route_published),)),
    "cim_route_live_replace": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), c_uint32, POINTER(cim_route_change), c_size_t,)),
    "cim_route_live_source": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), c_char_p, c_int32, POINTER(c_uint32),)),
    "cim_route_live_source_name": (c_char_p, (POINTER(cim_route_live), c_uint32,)),
    "cim_route_live_statements": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), c_uint32, c_int64, POINTER(cim_route_statement), c_size_t, POINTER(c_size_t),)),
    "cim_route_live_view": (POINTER(cim_route_view), (POINTER(cim_route_live),)),
    "cim_route_live_watch": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_live), POINTER(c_uint32), c_size_t,)),
    "cim_route_matrix": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_places), POINTER(cim_route_places), POINTER(c_uint32),)),
    "cim_route_metric_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(c_uint32), POINTER(cim_route_label_options), POINTER(POINTER(cim_route_metric)),)),
    "cim_route_metric_free": (None, (POINTER(cim_route_metric),)),
    "cim_route_metric_label": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_label_options), POINTER(POINTER(cim_route_metric)),)),
    "cim_route_metric_labelled": (c_uint32, (POINTER(cim_route_metric), POINTER(c_uint64),)),
    "cim_route_metric_ref": (POINTER(cim_route_metric), (POINTER(cim_route_metric),)),
    "cim_route_metric_update": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(c_uint32), POINTER(c_uint32), c_size_t, POINTER(cim_route_label_options), POINTER(POINTER(cim_route_metric)),)),
    "cim_route_metric_weights": (POINTER(c_uint32), (POINTER(cim_route_metric),)),
    "cim_route_nearest": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), c_int32, POINTER(cim_route_end), c_size_t, POINTER(cim_route_places), c_size_t, c_uint32, POINTER(c_uint32), POINTER(c_uint32), POINTER(c_size_t),)),
    "cim_route_order": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_graph), POINTER(c_uint32),)),
    "cim_route_path_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(cim_route_end), c_size_t, POINTER(cim_route_end), c_size_t, POINTER(cim_route_path),)),
    "cim_route_query_free": (None, (POINTER(cim_route_query),)),
    "cim_route_query_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_hierarchy), POINTER(POINTER(cim_route_query)),)),
    "cim_route_time": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), c_uint32, c_uint32, POINTER(c_uint32),)),
    "cim_route_time_ends": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(cim_route_end), c_size_t, POINTER(cim_route_end), c_size_t, POINTER(c_uint32),)),
    "cim_route_times": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), POINTER(c_uint32), POINTER(c_uint32), c_size_t, POINTER(c_uint32),)),
    "cim_route_view_epoch": (c_uint64, (POINTER(cim_route_view), POINTER(c_int64),)),
    "cim_route_view_free": (None, (POINTER(cim_route_view),)),
    "cim_route_view_metric": (POINTER(cim_route_metric), (POINTER(cim_route_view),)),
    "cim_route_view_ref": (POINTER(cim_route_view), (POINTER(cim_route_view),)),
    "cim_route_view_whatif": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_view), POINTER(cim_route_change), c_size_t, POINTER(cim_route_label_options), POINTER(POINTER(cim_route_metric)),)),
    "cim_route_within": (c_int32, (POINTER(cim_ctx), POINTER(cim_route_metric), POINTER(cim_route_query), c_int32, POINTER(cim_route_end), c_size_t, c_uint32, POINTER(c_uint32), POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_scenarios_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_hierarchy), POINTER(POINTER(c_uint32)), POINTER(c_double), c_uint32, POINTER(POINTER(cim_scenarios)),)),
    "cim_scenarios_free": (None, (POINTER(cim_scenarios),)),
    "cim_scenarios_make": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_hierarchy), POINTER(c_uint32), POINTER(cim_scenario_options), POINTER(POINTER(cim_scenarios)),)),
    "cim_scenarios_ref": (POINTER(cim_scenarios), (POINTER(cim_scenarios),)),
    "cim_scenarios_weights": (POINTER(c_uint32), (POINTER(cim_scenarios), c_uint32, POINTER(c_double),)),
    "cim_scene_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_scene_options), POINTER(POINTER(cim_scene)),)),
    "cim_scene_free": (None, (POINTER(cim_scene),)),
    "cim_scene_ground": (c_double, (POINTER(cim_scene), c_double, c_double,)),
    "cim_scene_level": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(POINTER(cim_sight_scene)),)),
    "cim_scene_line": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(c_double), POINTER(c_double), POINTER(c_uint32),)),
    "cim_scene_lines": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(c_double), POINTER(c_double), c_size_t, POINTER(c_uint8),)),
    "cim_scene_north": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), c_double, c_double, POINTER(c_double), POINTER(c_double),)),
    "cim_scene_place": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_city), c_uint32, c_double, POINTER(c_double),)),
    "cim_scene_prisms_of": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), c_uint32, POINTER(c_uint32), POINTER(c_uint32),)),
    "cim_scene_raster_save": (c_int32, (POINTER(cim_ctx), c_char_p, c_int32, POINTER(cim_sight_raster), POINTER(c_uint8), c_int32,)),
    "cim_scene_reason": (c_char_p, (c_uint32,)),
    "cim_scene_ref": (POINTER(cim_scene), (POINTER(cim_scene),)),
    "cim_scene_seen": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_city), POINTER(c_double), POINTER(c_uint32), c_size_t, c_double, c_double, POINTER(cim_scene_sighting),)),
    "cim_scene_shadow": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_box), c_double, c_double, c_double, POINTER(cim_buf),)),
    "cim_scene_sight": (POINTER(cim_sight_scene), (POINTER(cim_scene),)),
    "cim_scene_streets_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_city), POINTER(c_double), c_double, c_double, POINTER(POINTER(cim_scene_streets_result)),)),
    "cim_scene_streets_free": (None, (POINTER(cim_scene_streets_result),)),
    "cim_scene_streets_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene_streets_result), POINTER(cim_scene_streets),)),
    "cim_scene_sun_object": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_city), c_uint32, POINTER(cim_sight_sun_options), c_double, POINTER(cim_buf), POINTER(c_size_t),)),
    "cim_scene_surface": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_box), c_double, POINTER(c_double), POINTER(cim_sight_raster), POINTER(cim_buf),)),
    "cim_scene_view_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_scene), POINTER(cim_scene_view),)),
    "cim_sense_append": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, POINTER(c_int64), POINTER(c_double), POINTER(c_uint8), c_size_t,)),
    "cim_sense_append_many": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(c_uint32), POINTER(c_int64), POINTER(c_double), POINTER(c_uint8), c_size_t,)),
    "cim_sense_append_text": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, c_int64, c_char_p, c_uint8,)),
    "cim_sense_at": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, c_int64, POINTER(cim_observation),)),
    "cim_sense_check": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), CFUNCTYPE(None, c_uint32, c_char_p, c_void_p), c_void_p, POINTER(c_uint64), POINTER(c_uint64),)),
    "cim_sense_commit": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense),)),
    "cim_sense_count": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(c_uint32),)),
    "cim_sense_counters": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(cim_sense_counts),)),
    "cim_sense_export": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(cim_sense_export_options), POINTER(cim_buf),)),
    "cim_sense_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(cim_stream_filter), POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_sense_finish": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense),)),
    "cim_sense_free": (None, (POINTER(cim_sense),)),
    "cim_sense_ingest": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_char_p, POINTER(cim_ingest_options), POINTER(cim_buf),)),
    "cim_sense_latest": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, POINTER(cim_observation),)),
    "cim_sense_open": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(cim_sense_options), POINTER(POINTER(cim_sense)),)),
    "cim_sense_rollup": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, POINTER(cim_rollup), POINTER(cim_bucket), POINTER(c_double), c_size_t, POINTER(c_size_t),)),
    "cim_sense_snapshot": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_char_p, c_int64, c_int64, POINTER(cim_observation), c_size_t, POINTER(c_size_t),)),
    "cim_sense_stream": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, POINTER(cim_stream),)),
    "cim_sense_stream_put": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(cim_stream), POINTER(c_uint32),)),
    "cim_sense_tick": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), POINTER(c_int64),)),
    "cim_sense_window": (c_int32, (POINTER(cim_ctx), POINTER(cim_sense), c_uint32, c_int64, c_int64, POINTER(c_int64), POINTER(c_double), POINTER(c_uint8), c_size_t, POINTER(c_size_t),)),
    "cim_sense_word": (c_char_p, (POINTER(cim_sense), c_uint32, c_double,)),
    "cim_sensor_assumed_name": (c_char_p, (c_uint32,)),
    "cim_sensor_class": (c_int32, (c_double,)),
    "cim_sensor_class_name": (c_char_p, (c_int32,)),
    "cim_sensor_field": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_query), POINTER(cim_sensor), POINTER(cim_buf), POINTER(c_double),)),
    "cim_sensor_quality": (c_int32, (POINTER(cim_ctx), POINTER(cim_sensor), POINTER(c_double), c_int32, POINTER(c_double),)),
    "cim_sensor_read": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_scene), POINTER(c_uint32), c_size_t, POINTER(cim_sensor_options), POINTER(POINTER(cim_sensors)),)),
    "cim_sensors_free": (None, (POINTER(cim_sensors),)),
    "cim_sensors_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_sensors), POINTER(cim_sensors_view),)),
    "cim_serve_assign": (c_int32, (POINTER(cim_ctx), c_uint32, c_uint32, POINTER(c_uint32), POINTER(c_double), POINTER(c_double), c_uint32, POINTER(cim_serve_assign_options), POINTER(POINTER(cim_serve_assignment)),)),
    "cim_serve_assignment_free": (None, (POINTER(cim_serve_assignment),)),
    "cim_serve_assignment_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_serve_assignment), POINTER(cim_serve_assignment_view),)),
    "cim_service_free": (None, (POINTER(cim_service),)),
    "cim_service_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_service), POINTER(cim_service_view),)),
    "cim_service_run": (c_int32, (POINTER(cim_ctx), POINTER(cim_net_costs), POINTER(cim_route_metric), POINTER(cim_service_task), POINTER(POINTER(cim_service)),)),
    "cim_shapes_box": (c_int32, (POINTER(cim_shapes), c_size_t, POINTER(cim_box),)),
    "cim_shapes_box_relation": (c_int32, (POINTER(cim_shapes), c_size_t, POINTER(cim_box),)),
    "cim_shapes_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_geom), c_size_t, POINTER(POINTER(cim_shapes)),)),
    "cim_shapes_bytes": (c_size_t, (POINTER(cim_shapes),)),
    "cim_shapes_count": (c_size_t, (POINTER(cim_shapes),)),
    "cim_shapes_distance": (c_double, (POINTER(cim_shapes), c_size_t, c_double, c_double,)),
    "cim_shapes_distance_many": (c_int32, (POINTER(cim_ctx), POINTER(cim_shapes), POINTER(c_uint32), POINTER(c_double), c_size_t, POINTER(c_double),)),
    "cim_shapes_free": (None, (POINTER(cim_shapes),)),
    "cim_shapes_locate": (c_int32, (POINTER(cim_shapes), c_size_t, c_double, c_double,)),
    "cim_shapes_locate_many": (c_int32, (POINTER(cim_ctx), POINTER(cim_shapes), POINTER(c_uint32), POINTER(c_double), c_size_t, POINTER(c_uint8),)),
    "cim_shapes_meets_segment": (c_int32, (POINTER(cim_shapes), c_size_t, c_double, c_double, c_double, c_double,)),
    "cim_shapes_nearest": (c_int32, (POINTER(cim_shapes), c_size_t, c_double, c_double, POINTER(cim_nearest),)),
    "cim_shapes_ref": (POINTER(cim_shapes), (POINTER(cim_shapes),)),
    "cim_sight_along": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_query), POINTER(c_double), POINTER(c_double), POINTER(c_double), POINTER(cim_sight_spans),)),
    "cim_sight_fan": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_query), POINTER(c_double), POINTER(c_double), c_size_t, POINTER(c_uint8),)),
    "cim_sight_isovist_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_query), c_double, c_double, POINTER(cim_sight_isovist_options), POINTER(cim_sight_isovist),)),
    "cim_sight_line": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(c_double), POINTER(c_double), POINTER(c_uint32),)),
    "cim_sight_lines": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(c_double), POINTER(c_double), c_size_t, POINTER(c_uint8),)),
    "cim_sight_mesh_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_faces), POINTER(POINTER(cim_sight_mesh)),)),
    "cim_sight_mesh_free": (None, (POINTER(cim_sight_mesh),)),
    "cim_sight_mesh_line": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_mesh), POINTER(c_double), POINTER(c_double), POINTER(c_uint32),)),
    "cim_sight_mesh_ref": (POINTER(cim_sight_mesh), (POINTER(cim_sight_mesh),)),
    "cim_sight_query_free": (None, (POINTER(cim_sight_query),)),
    "cim_sight_query_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(POINTER(cim_sight_query)),)),
    "cim_sight_scene_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_prisms), POINTER(cim_sight_options), POINTER(POINTER(cim_sight_scene)),)),
    "cim_sight_scene_free": (None, (POINTER(cim_sight_scene),)),
    "cim_sight_scene_ref": (POINTER(cim_sight_scene), (POINTER(cim_sight_scene),)),
    "cim_sight_sky": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_query), POINTER(c_double), c_double, POINTER(c_double),)),
    "cim_sight_sun_at": (c_int32, (POINTER(cim_ctx), c_double, c_double, c_double, POINTER(cim_sight_sun),)),
    "cim_sight_sun_hours": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(c_double), c_size_t, POINTER(cim_sight_sun_options), POINTER(c_double),)),
    "cim_sight_sun_lit": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_scene), POINTER(c_double), c_size_t, c_double, c_double, POINTER(c_uint8),)),
    "cim_sight_viewshed": (c_int32, (POINTER(cim_ctx), POINTER(cim_sight_raster), c_uint32, c_uint32, POINTER(cim_sight_viewshed_options), POINTER(c_uint8),)),
    "cim_sites_drop": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), POINTER(cim_geom), c_int32, POINTER(c_size_t),)),
    "cim_sites_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), c_char_p, POINTER(c_size_t),)),
    "cim_sites_free": (None, (POINTER(cim_sites),)),
    "cim_sites_get": (POINTER(cim_site), (POINTER(cim_sites), POINTER(c_size_t),)),
    "cim_sites_grid": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), POINTER(cim_box), c_double,)),
    "cim_sites_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(POINTER(cim_sites)),)),
    "cim_sites_put": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), c_uint32, c_double, c_double, c_double,)),
    "cim_sites_snap": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), POINTER(cim_net_costs), c_double, POINTER(cim_net_place), POINTER(c_size_t),)),
    "cim_sites_streets": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), POINTER(cim_net_costs), c_double,)),
    "cim_sites_values": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), c_char_p, c_double, POINTER(c_double),)),
    "cim_sites_walls": (c_int32, (POINTER(cim_ctx), POINTER(cim_sites), c_char_p, c_double, c_double, c_double,)),
    "cim_status_name": (c_char_p, (c_int32,)),
    "cim_status_text": (c_char_p, (c_int32,)),
    "cim_targets_add_area": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(cim_scene), POINTER(cim_geom), POINTER(cim_target_options),)),
    "cim_targets_add_lines": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(cim_city), POINTER(cim_scene), POINTER(c_uint32), c_size_t, POINTER(cim_target_options),)),
    "cim_targets_add_objects": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(cim_city), POINTER(cim_scene), POINTER(c_uint32), c_size_t, POINTER(cim_target_options),)),
    "cim_targets_add_points": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(c_double), POINTER(c_double), POINTER(c_double), POINTER(c_uint32), c_size_t,)),
    "cim_targets_add_walls": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(cim_scene), POINTER(c_uint32), c_size_t, POINTER(cim_target_options),)),
    "cim_targets_free": (None, (POINTER(cim_targets),)),
    "cim_targets_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_targets), POINTER(cim_targets_view),)),
    "cim_targets_new": (c_int32, (POINTER(cim_ctx), POINTER(POINTER(cim_targets)),)),
    "cim_time_parse": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(c_int64),)),
    "cim_time_text": (None, (c_int64, POINTER(c_char),)),
    "cim_trace_criticality": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), c_uint32, POINTER(c_double),)),
    "cim_trace_fallbacks": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, c_uint32, POINTER(cim_trace_fallback), c_size_t, POINTER(c_size_t),)),
    "cim_trace_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, POINTER(c_uint32), c_size_t, POINTER(cim_trace_options), POINTER(cim_trace_result),)),
    "cim_trace_isolate": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, POINTER(cim_trace_isolation),)),
    "cim_trace_nearest": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, c_uint32, c_uint32, c_size_t, POINTER(cim_trace_hit), POINTER(c_size_t),)),
    "cim_trace_network_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_arrays), POINTER(POINTER(cim_trace_network)),)),
    "cim_trace_network_column": (c_uint32, (POINTER(cim_trace_network), c_char_p,)),
    "cim_trace_network_feature": (POINTER(c_uint32), (POINTER(cim_trace_network), c_uint32, POINTER(c_size_t),)),
    "cim_trace_network_free": (None, (POINTER(cim_trace_network),)),
    "cim_trace_network_ref": (POINTER(cim_trace_network), (POINTER(cim_trace_network),)),
    "cim_trace_path": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, c_uint32, c_uint32, POINTER(c_double), POINTER(cim_trace_result),)),
    "cim_trace_propagate": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, POINTER(c_double), POINTER(c_double),)),
    "cim_trace_propagate_bits": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), POINTER(c_uint32), POINTER(c_uint32),)),
    "cim_trace_query_free": (None, (POINTER(cim_trace_query),)),
    "cim_trace_query_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_network), POINTER(POINTER(cim_trace_query)),)),
    "cim_trace_redundancy": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, c_uint32, POINTER(c_uint32), POINTER(cim_trace_result),)),
    "cim_trace_resupply": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, POINTER(c_uint32), c_size_t, c_uint32, POINTER(cim_trace_resupplied),)),
    "cim_trace_segment_losses": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), c_uint32, POINTER(c_double),)),
    "cim_trace_segments_get": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_segments),)),
    "cim_trace_status_apply": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_status), POINTER(cim_trace_change), c_size_t,)),
    "cim_trace_status_free": (None, (POINTER(cim_trace_status),)),
    "cim_trace_status_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_network), POINTER(cim_trace_view), POINTER(cim_trace_status_options), POINTER(POINTER(cim_trace_status)),)),
    "cim_trace_status_publish": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_status), POINTER(c_uint64),)),
    "cim_trace_status_view": (POINTER(cim_trace_view), (POINTER(cim_trace_status),)),
    "cim_trace_upstream_sums": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), POINTER(cim_trace_query), c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_double), POINTER(c_double),)),
    "cim_trace_view_epoch": (c_uint64, (POINTER(cim_trace_view),)),
    "cim_trace_view_flags": (c_uint32, (POINTER(cim_trace_view), c_uint32, c_uint32,)),
    "cim_trace_view_free": (None, (POINTER(cim_trace_view),)),
    "cim_trace_view_prepare": (c_int32, (POINTER(cim_ctx), POINTER(cim_trace_view), c_uint32,)),
    "cim_trace_view_ref": (POINTER(cim_trace_view), (POINTER(cim_trace_view),)),
    "cim_traffic_at_junction": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_traffic_cuts": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), POINTER(cim_traffic_cut), c_size_t, POINTER(c_size_t),)),
    "cim_traffic_feed": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), POINTER(cim_traffic_input), POINTER(cim_traffic_fed),)),
    "cim_traffic_find": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), c_char_p, c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_traffic_free": (None, (POINTER(cim_traffic),)),
    "cim_traffic_live": (POINTER(cim_route_live), (POINTER(cim_traffic),)),
    "cim_traffic_new": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_net_costs), POINTER(cim_route_hierarchy), POINTER(cim_traffic_options), POINTER(POINTER(cim_traffic)),)),
    "cim_traffic_on_edge": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), c_uint32, c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_traffic_say": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), POINTER(c_uint32), c_size_t, POINTER(cim_route_change),)),
    "cim_traffic_time": (c_int32, (POINTER(cim_ctx), c_char_p, POINTER(c_int64),)),
    "cim_traffic_watch": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), POINTER(c_uint32), c_size_t,)),
    "cim_traffic_within": (c_int32, (POINTER(cim_ctx), POINTER(cim_traffic), POINTER(cim_geom), c_double, c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_utility_build": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_utility_options), POINTER(POINTER(cim_utility)),)),
    "cim_utility_devices": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_utility_domain_name": (c_char_p, (POINTER(cim_utility), c_uint32,)),
    "cim_utility_element_object": (c_uint32, (POINTER(cim_utility), c_uint32,)),
    "cim_utility_elements": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), c_uint32, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_utility_feed_read": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), POINTER(cim_city), POINTER(cim_trace_status), c_char_p, c_size_t, POINTER(cim_utility_feed),)),
    "cim_utility_finding_name": (c_char_p, (c_uint32,)),
    "cim_utility_findings": (POINTER(cim_utility_finding), (POINTER(cim_utility), POINTER(c_size_t),)),
    "cim_utility_free": (None, (POINTER(cim_utility),)),
    "cim_utility_get": (None, (POINTER(cim_utility), POINTER(cim_utility_view),)),
    "cim_utility_nearest": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), c_double, c_double, c_uint32, c_double, POINTER(c_uint32), POINTER(c_double),)),
    "cim_utility_network": (POINTER(cim_trace_network), (POINTER(cim_utility),)),
    "cim_utility_ref": (POINTER(cim_utility), (POINTER(cim_utility),)),
    "cim_utility_say": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), POINTER(cim_trace_status), c_uint32, c_uint32,)),
    "cim_utility_services": (POINTER(cim_utility_service), (POINTER(cim_utility), c_uint32, POINTER(c_size_t),)),
    "cim_utility_state": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), c_uint32, c_char_p, POINTER(c_uint32),)),
    "cim_utility_within": (c_int32, (POINTER(cim_ctx), POINTER(cim_utility), POINTER(cim_geom), c_double, POINTER(c_uint32), c_size_t, POINTER(c_size_t),)),
    "cim_version": (c_char_p, ()),
    "cim_view_write": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(c_uint32), c_size_t, c_char_p, POINTER(cim_view_options), POINTER(cim_buf),)),
    "cim_watch_describe": (c_int32, (POINTER(cim_ctx), POINTER(cim_watch), POINTER(cim_buf),)),
    "cim_watch_engine": (POINTER(cim_alert_engine), (POINTER(cim_watch),)),
    "cim_watch_free": (None, (POINTER(cim_watch),)),
    "cim_watch_line": (c_int32, (POINTER(cim_ctx), POINTER(cim_watch), c_char_p, c_size_t, POINTER(cim_observation),)),
    "cim_watch_next": (c_int32, (POINTER(cim_ctx), POINTER(cim_watch), c_uint32, POINTER(cim_buf),)),
    "cim_watch_open": (c_int32, (POINTER(cim_ctx), POINTER(cim_city), POINTER(cim_sense), c_char_p, c_size_t, c_char_p, POINTER(POINTER(cim_watch)),)),
    "cim_watch_restore": (c_int32, (POINTER(cim_ctx), POINTER(cim_watch), c_char_p, c_size_t, POINTER(c_uint32),)),
    "cim_watch_save": (c_int32, (POINTER(cim_ctx), POINTER(cim_watch), POINTER(cim_buf),)),
}
