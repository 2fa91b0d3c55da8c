"""From readings at some places to a value at every place, on bare arrays: kriging, inverse distances, and how wrong that is.

    field = cim.Field(xy, no2)                              # a variogram is fitted, the system solved
    values, variances = field.at(places, variances=True)
    field.leave_out().rmse                                  # each reading guessed from the others

Nothing here knows walls, hills or wind.  xy: float64 of shape (n, 2), metres; values and variances are in the unit of the readings, and its square.
"""
from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

from . import _abi, _core, errors
from ._core import Handle, build, lib, slow_call, struct

METHODS = {"kriging": _abi.CIM_FIELD_KRIGING, "distance": _abi.CIM_FIELD_DISTANCE}
MODELS = {
    "best": _abi.CIM_VARIOGRAM_BEST,
    "spherical": _abi.CIM_VARIOGRAM_SPHERICAL,
    "exponential": _abi.CIM_VARIOGRAM_EXPONENTIAL,
    "gaussian": _abi.CIM_VARIOGRAM_GAUSSIAN,
    "matern": _abi.CIM_VARIOGRAM_MATERN,
}
NAMES = {number: name for name, number in MODELS.items() if number}


@dataclass(frozen=True)
class Variogram:
    """How unlike values are by distance: nugget + sill * (1 - c(distance / range_m)), of cim/field.h; error and pairs when it was fitted."""

    model: str
    nugget: float
    sill: float
    range_m: float
    smoothness: float = 1.5
    error: float = 0.0
    pairs: int = 0


@dataclass(frozen=True)
class Bin:
    """Pairs of places about so far from each other: mean distance, half the mean square of differences."""

    lag_m: float
    gamma: float
    pairs: int


@dataclass(frozen=True)
class LeftOut:
    """Each reading compared with what the others say: estimates and variances (float64 by place), bias, rmse, mae, largest, correlation.

    score_mean, score_square: of error / standard deviation said; about 0 and 1 when the variances are right.  NaN where there is none.
    """

    count: int
    bias: float
    rmse: float
    mae: float
    largest: float
    score_mean: float
    score_square: float
    correlation: float
    estimates: Any
    variances: Any


def _pick(names: dict[str, int], value: str, what: str) -> int:
    if value not in names:
        raise errors.InvalidArgument(f"{what}: {value} is not one of {', '.join(names)}")
    return names[value]


def _options(method: str, model: str, variogram: Variogram | None, rest: dict[str, float]) -> tuple[Any, Any]:
    """cim_field_options, and what they borrow."""
    options, given = struct(_abi.cim_field_options, method=_pick(METHODS, method, "method"), model=_pick(MODELS, model, "model")), None
    for name, value in rest.items():
        if name not in ("neighbours", "radius_m", "power", "bins", "max_lag_m", "smoothness"):
            raise TypeError(f"there is no option {name} of fields")
        if isinstance(value, int) and not 0 <= value < _core.NONE:
            raise errors.InvalidArgument(f"{name}: {value}")
        setattr(options, name, value)
    if variogram is not None:
        given = struct(
            _abi.cim_variogram,
            model=_pick(MODELS, variogram.model, "model"),
            nugget=variogram.nugget,
            sill=variogram.sill,
            range_m=variogram.range_m,
            smoothness=variogram.smoothness,
        )
        options.variogram = ctypes.pointer(given)
    return options, given


def variogram(xy: Any, values: Any, *, model: str = "best", **options: float) -> tuple[list[Bin], Variogram]:
    """The experimental variogram, and a model fitted to it.

    model: "best", "spherical", "exponential", "gaussian", "matern"; options: bins, max_lag_m, smoothness.  Raises NotFound with too few places.

    >>> bins, fit = cim.field.variogram([(0, 0), (10, 0), (20, 0), (30, 0), (90, 0)], [1, 2, 3, 4, 5], model="spherical", max_lag_m=40)
    >>> [(round(b.lag_m), b.gamma, b.pairs) for b in bins]
    [(10, 0.5, 3), (20, 2.0, 2), (30, 4.5, 1)]
    """
    at = _core.give(xy, "f8", 2, what="xy")
    given = _core.give(values, "f8", count=at.count, what="values")
    wish, _ = _options("kriging", model, None, options)
    room, count, fit = (_abi.cim_field_bin * 1000)(), ctypes.c_size_t(), struct(_abi.cim_variogram)
    slow_call(lib.cim_field_variogram, at, given, at.count, ctypes.byref(wish), room, len(room), ctypes.byref(count), ctypes.byref(fit))
    bins = [Bin(b.lag_m, b.gamma, b.pairs) for b in room[: count.value]]
    return bins, Variogram(NAMES[fit.model], fit.nugget, fit.sill, fit.range_m, fit.smoothness, fit.error, fit.pairs)


class Field(Handle):
    """Ready to interpolate; immutable, may be shared by threads.  Readings at one place count as their mean.

    method: "kriging" or "distance" (weights 1 / distance^power).  options: neighbours and radius_m (0: all), power, and to fit a variogram bins,
    max_lag_m, smoothness.  place_count, merged_count; variogram: the one that is used; added: what had to be added for the system to be solved.

    >>> field = cim.Field([(0, 0), (100, 0), (0, 100)], [10, 20, 30], variogram=cim.field.Variogram("exponential", 0, 1, 50))
    >>> [round(float(v), 3) for v in field.at([(0, 0), (100, 0), (40, 40)])]
    [10.0, 20.0, 19.276]
    """

    def __init__(self, xy: Any, values: Any, *, method: str = "kriging", model: str = "best", variogram: Variogram | None = None, **options: float):
        # pylint: disable=redefined-outer-name
        at = _core.give(xy, "f8", 2, what="xy")
        given = _core.give(values, "f8", count=at.count, what="values")
        wish, kept = _options(method, model, variogram, options)
        self._owner = build(_abi.cim_field, lib.cim_field_free, lib.cim_field_build, at, given, at.count, ctypes.byref(wish))
        v = struct(_abi.cim_field_view)
        lib.cim_field_get(self._owner, ctypes.byref(v))
        self.method, self.place_count, self.merged_count, self.added = method, v.place_count, v.merged_count, v.added
        self.variogram = Variogram(NAMES[v.model], v.nugget, v.sill, v.range_m, v.smoothness, v.fit_error) if v.model else None
        self.box = (v.min_x, v.min_y, v.max_x, v.max_y)
        del kept

    def __repr__(self) -> str:
        return "<Field, closed>" if self.closed else f"<Field of {self.place_count} places by {self.method}>"

    def at(self, xy: Any, *, variances: bool = False) -> Any:
        """Values at places (n, 2): float64 of shape (n,), NaN where no reading is near; with variances two such arrays."""
        at = _core.give(xy, "f8", 2, what="xy")
        values, room = _core.room("f8", at.count)
        spread, more = _core.room("f8", at.count) if variances else (None, None)
        slow_call(lib.cim_field_values, self._o, at, at.count, room, more)
        return (values, spread) if variances else values

    def grid(self, box: tuple[float, float, float, float], cell_m: float) -> tuple[Any, Any]:
        """Values and variances at the middles of cells: float64 of shape (rows, columns), rows from the south, columns from the west."""
        x0, y0, x1, y1 = box
        if not (cell_m > 0 and x1 > x0 and y1 > y0 and (x1 - x0) * (y1 - y0) / cell_m**2 <= 1e8):
            raise errors.InvalidArgument(f"no grid: {box}, {cell_m} m")
        columns, rows = math.ceil((x1 - x0) / cell_m), math.ceil((y1 - y0) / cell_m)
        middles = [(x0 + (i + 0.5) * cell_m, y0 + (j + 0.5) * cell_m) for j in range(rows) for i in range(columns)]
        at = _core.give(middles, "f8", 2)
        (values, room), (spread, more) = _core.room("f8", (rows, columns)), _core.room("f8", (rows, columns))
        slow_call(lib.cim_field_values, self._o, at, at.count, room, more)
        return values, spread

    def leave_out(self) -> LeftOut:
        """Each reading from the others; the variogram stays that of all.  Raises NotFound with fewer than two places."""
        e = struct(_abi.cim_field_errors)
        (estimates, a), (spread, b) = _core.room("f8", self.place_count), _core.room("f8", self.place_count)
        slow_call(lib.cim_field_leave_out, self._o, ctypes.byref(e), a, b)
        return LeftOut(e.count, e.bias, e.rmse, e.mae, e.largest, e.score_mean, e.score_square, e.correlation, estimates, spread)
