"""The road net of libcim by ctypes, as much of it as the scenarios need."""
import ctypes as c
import os

NONE = 0xFFFFFFFF
FULL, ANY_PART, NOT_FOUND = 1, 1, None


class Place(c.Structure):
    _fields_ = [("edge", c.c_uint32), ("side", c.c_int32), ("fraction", c.c_double), ("x", c.c_double), ("y", c.c_double), ("distance_m", c.c_double),
                ("directions", c.c_uint32), ("reserved0", c.c_uint32)]


class NetOptions(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("turns", c.c_uint32), ("reserved0", c.c_uint32)]


class CostOptions(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("profile", c.c_char_p), ("time", c.c_char_p), ("height_m", c.c_double), ("width_m", c.c_double), ("length_m", c.c_double),
                ("weight_t", c.c_double), ("profile_text", c.c_char_p)]


class SnapOptions(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("radius_m", c.c_double), ("heading_deg", c.c_double), ("tolerance_deg", c.c_double), ("flags", c.c_uint32), ("reserved0", c.c_uint32)]


class Leg(c.Structure):
    _fields_ = [("link", c.c_uint32), ("object", c.c_uint32), ("name", c.c_uint32), ("time_ms", c.c_uint32), ("rules", c.c_uint32), ("first_vertex", c.c_uint32),
                ("length_m", c.c_double)]


class RouteView(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("time_ms", c.c_uint32), ("rules", c.c_uint32), ("length_m", c.c_double), ("leg_count", c.c_uint32), ("vertex_count", c.c_uint32),
                ("legs", c.POINTER(Leg)), ("xy", c.POINTER(c.c_double))]


class Graph(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("node_count", c.c_uint32), ("arc_count", c.c_uint32), ("tail", c.c_void_p), ("head", c.c_void_p), ("x", c.c_void_p), ("y", c.c_void_p)]


class CostsView(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("weights_ms", c.c_void_p)]


class Route:
    def __init__(self, time_s, length_m, steps):
        self.time_s, self.length_m, self.steps = time_s, length_m, steps  # steps: (name, metres)


def load(build):
    lib = c.CDLL(os.path.join(build, ".libs", "libcim.so"))
    lib.cim_ctx_error.restype = lib.cim_net_text.restype = lib.cim_status_name.restype = c.c_char_p
    lib.cim_status_name.argtypes = [c.c_int]
    lib.cim_ctx_error.argtypes = [c.c_void_p]
    lib.cim_net_text.argtypes = [c.c_void_p, c.c_uint32]
    lib.cim_net_graph.restype = Graph
    lib.cim_net_graph.argtypes = [c.c_void_p]
    lib.cim_crs_transform.argtypes = [c.c_void_p, c.c_int32, c.c_int32, c.c_size_t, c.c_void_p]
    for name in ["ctx_free", "city_free", "net_free", "net_costs_free", "net_route_free", "route_hierarchy_free", "route_metric_free", "route_query_free", "city_epsg"]:
        getattr(lib, "cim_" + name).argtypes = [c.c_void_p]
    lib.cim_net_snap.argtypes = [c.c_void_p, c.c_void_p, c.c_double, c.c_double, c.c_void_p, c.c_size_t, c.c_void_p, c.c_void_p]
    lib.cim_net_route_find.argtypes = [c.c_void_p] * 7
    return lib


class Failed(Exception):
    pass


class City:
    """A city from an .osm file, its net, costs, and a hierarchy."""

    def __init__(self, lib, path, profile, profile_text, time):
        self.lib, self.owned, self.cache = lib, [], {}
        self.ctx = c.c_void_p()
        self.ok(lib.cim_ctx_new(None, c.byref(self.ctx)))
        paths = (c.c_char_p * 1)(os.fsencode(path))
        self.city = self.make("city", lib.cim_city_load, paths, c.c_size_t(1), None, last=(None,))
        options = NetOptions(c.sizeof(NetOptions), FULL, 0)
        self.net = self.make("net", lib.cim_net_build, self.city, c.byref(options))
        asked = CostOptions(c.sizeof(CostOptions), profile and profile.encode(), time and time.encode(), 0, 0, 0, 0, profile_text and profile_text.encode())
        self.costs = self.make("net_costs", lib.cim_net_costs_build, self.net, c.byref(asked))
        graph, view = lib.cim_net_graph(self.net), CostsView(c.sizeof(CostsView))
        self.hierarchy = self.make("route_hierarchy", lib.cim_route_hierarchy_build, c.byref(graph), None)
        self.ok(lib.cim_net_costs_get(self.ctx, self.costs, c.byref(view)))
        self.metric = self.make("route_metric", lib.cim_route_metric_build, self.hierarchy, c.c_void_p(view.weights_ms), None)
        self.query = self.make("route_query", lib.cim_route_query_new, self.hierarchy)

    def ok(self, status):
        if status < 0:
            raise Failed(f"{self.lib.cim_status_name(status).decode()}: {self.lib.cim_ctx_error(self.ctx).decode()}")

    def make(self, kind, function, *arguments, last=()):
        out = c.c_void_p()
        self.ok(function(self.ctx, *arguments, c.byref(out), *last))
        self.owned.append((kind, out))
        return out

    def close(self):
        for kind, pointer in reversed(self.owned):
            getattr(self.lib, f"cim_{kind}_free")(pointer)
        self.lib.cim_ctx_free(self.ctx)

    def places(self, lonlat, heading=None, tolerance=None, main_part=False):
        """All places that are nearest to a point, to the decimetre: at a junction one on each of its streets."""
        xy, found, count = (c.c_double * 2)(*lonlat), (Place * 64)(), c.c_size_t()
        self.ok(self.lib.cim_crs_transform(self.ctx, 4326, self.lib.cim_city_epsg(self.city), 1, xy))
        options = SnapOptions(c.sizeof(SnapOptions), 0, heading or 0.0, tolerance or 0.0, 0 if main_part else ANY_PART, 0)
        self.ok(self.lib.cim_net_snap(self.ctx, self.costs, xy[0], xy[1], c.byref(options), 64, found, c.byref(count)))
        return [p for p in found[: count.value] if p.distance_m < found[0].distance_m + 0.1]

    def route(self, a, b):
        """The quickest route, None if there is none; by Dijkstra's algorithm and by the hierarchy."""
        key = (a.edge, a.fraction, a.directions, b.edge, b.fraction, b.directions)
        if key not in self.cache:
            plain, quick = self.find(a, b, None, None), self.find(a, b, self.metric, self.query)
            if (plain and plain.time_s) != (quick and quick.time_s):
                raise Failed("the hierarchy does not agree with Dijkstra's algorithm")
            self.cache[key] = plain
        return self.cache[key]

    def find(self, a, b, metric, query):
        out, view = c.c_void_p(), RouteView(c.sizeof(RouteView))
        status = self.lib.cim_net_route_find(self.ctx, self.costs, c.byref(a), c.byref(b), metric, query, c.byref(out))
        if status < 0:
            if self.lib.cim_status_name(status).decode() != "CIM_ENOTFOUND":
                self.ok(status)
            return None
        self.ok(self.lib.cim_net_route_get(self.ctx, out, c.byref(view)))
        steps = [(self.lib.cim_net_text(self.net, leg.name).decode(), leg.length_m) for leg in view.legs[: view.leg_count]]
        route = Route(view.time_ms / 1000.0, view.length_m, steps)
        self.lib.cim_net_route_free(out)
        return route
