"""Rules over streams of observations and the alerts they raise: the engine on bare numbers, and files of rules over the streams of a city.

    engine = cim.Alerts([cim.alert.rule("value", high=200, clear_high=180, severity="severe")], streams=2)
    engine.streams(0, [0, 1])
    engine.observe(0, time_ms, 250.0)
    engine.events()                                             # raised, cleared, ...

    watch = cim.Watch(city, cim.Observations("town.cim"), "rules.json")
    watch.replay(from_ms, to_ms)                                # dictionaries, as `cimtool watch` prints them

Times are milliseconds since 1970 UTC.  The clock of an engine is the latest time it was told of; it never goes back.
"""
from __future__ import annotations

import ctypes
import heapq
import itertools
import json
import math
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Sequence

from . import _abi, _core, errors
from ._core import Handle, build, bytes_of, call, encode, lib, slow_call, struct
from .observations import Observation, Observations
from .radio import pick

if TYPE_CHECKING:
    from .city import City, Path

KINDS = {
    "value": _abi.CIM_ALERT_VALUE,
    "rate": _abi.CIM_ALERT_RATE,
    "deviation": _abi.CIM_ALERT_DEVIATION,
    "flat": _abi.CIM_ALERT_FLAT,
    "absent": _abi.CIM_ALERT_ABSENT,
    "quality": _abi.CIM_ALERT_QUALITY,
    "irregular": _abi.CIM_ALERT_IRREGULAR,
    "rules": _abi.CIM_ALERT_RULES,
}
SEVERITIES = {"info": 0, "minor": 1, "moderate": 2, "severe": 3, "extreme": 4}
SEVERITY_NAMES = tuple(SEVERITIES)
WHAT = ("raised", "escalated", "repeated", "acknowledged", "cleared")
FORMATS = {"json": _abi.CIM_WATCH_JSON, "ngsi-ld": _abi.CIM_WATCH_NGSI}
HOURS = int(_abi.CIM_ALERT_SLOTS)
ALL: int = _core.NONE


def rule(kind: str, *, severity: str = "info", inputs: Sequence[int] = (), **fields: Any) -> Any:
    """A rule (cim_alert_rule): "value", "rate", "deviation", "flat", "absent", "quality", "irregular", "rules".

    fields: low, high (holds below or above; none: not), clear_low, clear_high, inside, least (0: an alert a stream; n: one when it holds for n; ALL: for all),
    for_ms, clear_ms, for_count, mask, per_ms, span_ms, max_span_ms, tolerance, repeat_ms, escalate_ms, escalate_to (a severity), skip_quality, quiet.
    inputs: of "rules", numbers of earlier rules.
    """
    item = struct(_abi.cim_alert_rule, kind=pick(KINDS, kind, "kind"), severity=pick(SEVERITIES, severity, "severity"))
    item.low, item.high, item.clear_low, item.clear_high = -math.inf, math.inf, math.nan, math.nan
    for name, value in fields.items():
        if name in ("struct_size", "input_count") or not hasattr(item, name):
            raise TypeError(f"there is no field {name} of rules")
        setattr(item, name, pick(SEVERITIES, value, name) if isinstance(value, str) else value)
    if inputs:
        given = _core.give(list(inputs), "u4", what="inputs")
        item.inputs, item.input_count = given.pointer, given.count
        item._kept = given
    return item


@dataclass(frozen=True)
class Event:
    """What happened: "raised", "escalated", "repeated", "acknowledged", "cleared"; alert: its number, the same from raised to cleared.

    stream None: the clock did it; holding: for how many streams or rules; value, score: observed, and what was compared, NaN: none.
    """

    what: str
    severity: str
    rule: int
    stream: int | None
    holding: int
    single: bool
    time_ms: int
    since_ms: int
    alert: int
    value: float
    score: float


@dataclass(frozen=True)
class Baseline:
    """What is usual, by hour of the week, slot 0 on Monday 00:00: mean, spread, counts, 168 each; NaN: not known."""

    mean: list[float]
    spread: list[float]
    counts: list[int]


def learn(times_ms: Any, values: Any, *, utc_offset_ms: int = 0, least_count: int = 4, least_spread: float = 1e-9) -> Baseline:
    """A baseline of history, int64 and float64 of shape (n,): medians, and spreads that single wrong values do not change.

    >>> base = cim.alert.learn([h * 3600000 for h in range(1000)], [float(h % 24) for h in range(1000)])
    >>> base.mean[8], len(base.spread)
    (8.0, 168)
    """
    t = _core.give(times_ms, "i8", what="times_ms")
    v = _core.give(values, "f8", count=t.count, what="values")
    out = struct(_abi.cim_alert_baseline)
    slow_call(lib.cim_alert_learn, t, v, t.count, utc_offset_ms, least_count, least_spread, ctypes.byref(out))
    return Baseline(list(out.mean), list(out.spread), list(out.counts))


class Engine(Handle):
    """What an engine and a watch share; calls of several threads take turns."""

    _lock: threading.RLock

    def _engine(self) -> Any:
        raise NotImplementedError

    def observe(self, stream: int, time_ms: int, value: float, quality: int = 0) -> None:
        """An observation; quality 0 good, 1 uncertain, 2 bad."""
        with self._lock:
            call(lib.cim_alert_observe, self._engine(), _number(stream), time_ms, value, quality)

    def advance(self, now_ms: int) -> None:
        """Time passes: absences, escalations and repetitions up to now_ms happen."""
        with self._lock:
            call(lib.cim_alert_advance, self._engine(), now_ms)

    def acknowledge(self, rule: int | None = None, stream: int | None = None) -> int:  # pylint: disable=redefined-outer-name
        """Somebody takes care of alerts of a rule (None: of all), of one stream (None: all); how many were not acknowledged before."""
        count = ctypes.c_uint32()
        with self._lock:
            call(lib.cim_alert_acknowledge, self._engine(), _number(rule), _number(stream), ctypes.byref(count))
        return count.value

    def suppress(self, from_ms: int, to_ms: int, rule: int | None = None, stream: int | None = None) -> None:  # pylint: disable=redefined-outer-name
        """A maintenance window: nobody is told of new alerts from from_ms until before to_ms."""
        with self._lock:
            call(lib.cim_alert_suppress, self._engine(), _number(rule), _number(stream), from_ms, to_ms)

    def counts(self) -> dict[str, int]:
        """observed, judged, late, repeated, conflicting, empty, raised, cleared, suppressed, active, now_ms."""
        c = struct(_abi.cim_alert_counts)
        with self._lock:
            lib.cim_alert_count(self._engine(), ctypes.byref(c))
        return {name: getattr(c, name) for name, *_ in c._fields_[1:]}


def _number(n: int | None) -> int:
    if n is None:
        return _core.NONE
    if not 0 <= n <= _core.NONE:
        raise errors.InvalidArgument(f"{n} is no number of a rule or stream")
    return int(n)


class Alerts(Engine):
    """Rules 0, 1, ... over streams 0, 1, ...; which a rule looks at is said by streams().

    >>> engine = cim.Alerts([cim.alert.rule("value", high=200, clear_high=180, severity="severe")], streams=1)
    >>> engine.streams(0, [0])
    >>> for time_ms, value in enumerate([150, 210, 190, 170]): engine.observe(0, time_ms, value)
    >>> [(e.what, e.time_ms, e.value) for e in engine.events()]
    [('raised', 1, 210.0), ('cleared', 3, 170.0)]
    """

    def __init__(self, rules: Iterable[Any], streams: int, *, max_items: int = 0):
        self.rules = list(rules)
        made = (_abi.cim_alert_rule * len(self.rules))(*self.rules)
        options = struct(_abi.cim_alert_engine_options, max_items=max_items)
        self._lock, self.stream_count = threading.RLock(), _number(streams)
        self._owner = build(
            _abi.cim_alert_engine,
            lib.cim_alert_engine_free,
            lib.cim_alert_engine_new,
            made,
            len(self.rules),
            self.stream_count,
            ctypes.byref(options),
        )

    def _engine(self) -> Any:
        return self._o

    def __repr__(self) -> str:
        return "<Alerts, closed>" if self.closed else f"<Alerts of {len(self.rules)} rules over {self.stream_count} streams>"

    def streams(self, rule: int, streams: Iterable[int]) -> None:  # pylint: disable=redefined-outer-name
        """Say, or say anew, which streams a rule looks at: those that stay keep their state."""
        given = _core.give(list(streams), "u4", what="streams")
        with self._lock:
            call(lib.cim_alert_streams, self._o, _number(rule), given, given.count)

    def baseline(self, stream: int, baseline: Baseline | None) -> None:
        """What is usual of a stream, for rules of deviations; None: nothing any more."""
        item = struct(_abi.cim_alert_baseline)
        if baseline is not None:
            for name in ("mean", "spread", "counts"):
                values = getattr(baseline, name)
                if len(values) != HOURS:
                    raise errors.InvalidArgument(f"{name}: {len(values)} of {HOURS} hours")
                getattr(item, name)[:] = values
        with self._lock:
            call(lib.cim_alert_baseline_set, self._o, _number(stream), None if baseline is None else ctypes.byref(item))

    def events(self) -> list[Event]:
        """The events that were not yet fetched, in the order in which they happened."""
        out, e = [], struct(_abi.cim_alert_event)
        with self._lock:
            while lib.cim_alert_next(self._o, ctypes.byref(e)):
                stream = None if e.stream == _core.NONE else e.stream
                what, severity = WHAT[e.what], SEVERITY_NAMES[e.severity]
                out.append(Event(what, severity, e.rule, stream, e.holding, bool(e.single), e.time_ms, e.since_ms, e.alert, e.value, e.score))
        return out

    def _names(self, rules: Sequence[str], streams: Sequence[str]) -> tuple[Any, Any]:
        if len(rules) != len(self.rules) or len(streams) != self.stream_count:
            raise errors.InvalidArgument(f"{len(self.rules)} names of rules and {self.stream_count} of streams are needed")
        return _core.texts(rules)[0], _core.texts(streams)[0]

    def save(self, rules: Sequence[str], streams: Sequence[str]) -> bytes:
        """All that the engine knows, by names of rules and streams, so that another one can go on."""
        with self._lock:
            return bytes_of(lib.cim_alert_save, self._o, *self._names(rules, streams))

    def restore(self, rules: Sequence[str], streams: Sequence[str], text: bytes) -> int:
        """Go on where another engine was; before the first observation.  How many items are left out, as they are no more."""
        left = ctypes.c_uint32()
        with self._lock:
            call(lib.cim_alert_restore, self._o, *self._names(rules, streams), text, len(text), ctypes.byref(left))
        return left.value


class Watch(Engine):
    """Rules from a file over the streams of a city: what `cimtool watch` does.  rules: a path, or what such a file says as a dictionary (cim-rules(5)).

    Rules are numbered as in the file; streams as in Observations, from 1.
    """

    def __init__(self, city: City, observations: Observations, rules: Path | dict[str, Any]):
        self.city, self.observations, self._lock = city, observations, threading.RLock()
        if isinstance(rules, dict):
            text, name = json.dumps(rules).encode(), "rules"
        else:
            name = os.fspath(rules)
            with open(name, "rb") as f:
                text = f.read()
        with observations._lock:
            self._owner = build(_abi.cim_watch, lib.cim_watch_free, lib.cim_watch_open, city._o, observations._o, text, len(text), encode(name), keep=city._o)

    def _engine(self) -> Any:
        return lib.cim_watch_engine(self._o)

    def __repr__(self) -> str:
        return "<Watch, closed>" if self.closed else f"<Watch of {len(self.describe()['rules'])} rules>"

    def observe(self, stream: int, time_ms: int, value: float, quality: int = 0) -> None:
        """An observation of a stream by its number in Observations; quality 0 good, 1 uncertain, 2 bad."""
        super().observe(stream - 1, time_ms, value, quality)

    def line(self, line: str | bytes | dict[str, Any]) -> Observation | None:
        """A line of JSON: an observation, a state of the utility networks, an acknowledgement; what was observed, None: something else was done."""
        text = json.dumps(line).encode() if isinstance(line, dict) else line.encode() if isinstance(line, str) else line
        o = _abi.cim_observation()
        with self._lock:
            status = call(lib.cim_watch_line, self._o, text, len(text), ctypes.byref(o))
        return None if status == _abi.CIM_DONE else Observation(o.stream, o.time_ms, o.value, o.quality)

    def events(self, format: str = "json") -> list[dict[str, Any]]:  # pylint: disable=redefined-builtin
        """The events that were not yet fetched; format "json" or "ngsi-ld"."""
        number = pick(FORMATS, format, "format")
        out: list[dict[str, Any]] = []
        with self._lock:
            while True:
                text = bytes_of(lib.cim_watch_next, self._o, number, slow=True)
                if not text:
                    return out
                out.append(json.loads(text))

    def replay(self, from_ms: int, to_ms: int, *, format: str = "json") -> list[dict[str, Any]]:  # pylint: disable=redefined-builtin
        """Judge the observations that are stored from from_ms until before to_ms, by time; the events.  The clock is then at to_ms."""
        with self._lock:
            columns = (self.observations.window(s, from_ms, to_ms) for s in range(1, len(self.observations) + 1))
            rows = (zip(t.tolist(), itertools.repeat(s), v.tolist(), q.tolist()) for s, (t, v, q) in enumerate(columns, 1))
            engine = self._engine()
            for t, s, v, q in heapq.merge(*rows, key=lambda row: row[:2]):
                call(lib.cim_alert_observe, engine, s - 1, t, v, q)
            self.advance(to_ms)
            return self.events(format)

    def describe(self) -> dict[str, Any]:
        """Rules, and the streams each is about."""
        with self._lock:
            return json.loads(bytes_of(lib.cim_watch_describe, self._o))

    def save(self) -> bytes:
        """All that is known, so that another watch can go on."""
        with self._lock:
            return bytes_of(lib.cim_watch_save, self._o)

    def restore(self, text: bytes) -> int:
        """Go on where another watch was; before the first observation.  How many items are left out, as they are no more."""
        left = ctypes.c_uint32()
        with self._lock:
            call(lib.cim_watch_restore, self._o, text, len(text), ctypes.byref(left))
        return left.value
