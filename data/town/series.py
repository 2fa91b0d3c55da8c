"""One week of plausible measurements, with a few known anomalies."""

from math import cos, exp, pi, sin
from random import Random

from . import settings

QUARTERS = 7 * 96              # quarter hours from Monday 00:00 UTC
_RUSH = [(7.4, 1.3, 1.0), (12.6, 1.8, 0.55), (17.2, 1.7, 1.1)]     # local hour, width, weight


def local_hour(q):
    """Hour of the day in the town (UTC + 2) of quarter hour q."""
    return (q / 4 + 2) % 24


def weekday(q):
    """0 for Monday, in local time."""
    return int((q / 4 + 2) // 24) % 7


def traffic_share(q):
    """Share of the peak traffic in a quarter hour."""
    h = local_hour(q)
    wave = sum(w * exp(-((h - at) / wide) ** 2) for at, wide, w in _RUSH) + 0.25 * max(0.0, sin(pi * (h - 5) / 18))
    return 0.03 + wave * (1.0 if weekday(q) < 5 else 0.55 if weekday(q) == 5 else 0.38)


def flood(q, lag):
    """The wave after the rain of Friday, peak at 18:00 UTC plus lag hours, metres."""
    x = q / 4 - (4 * 24 + 18 + lag)
    return 1.6 * exp(-(x / 5.0) ** 2) if x < 0 else 1.6 * exp(-x / 9.0)


class Series:
    """A datastream's values: one number per step, some missing."""

    def __init__(self, key, step):
        self.rng, self.step = Random(f"{settings.SEED}-series-{key}"), step
        self._slow = 0.0

    def noise(self, size):
        """Noise that remembers a little of its last value."""
        self._slow = 0.8 * self._slow + self.rng.gauss(0, size * 0.6)
        return self._slow

    def values(self, f, digits):
        return [round(f(q, self), digits) for q in range(0, QUARTERS, self.step)]


def no2(base):
    return lambda q, s: max(2.0, base * (0.45 + 0.75 * traffic_share(q)) + s.noise(2.5))


def pm10(base):
    return lambda q, s: max(2.0, base * (0.8 + 0.25 * traffic_share(q)) + s.noise(2.0))


def level(base, lag):
    return lambda q, s: base + 0.01 * sin(q / 60) + flood(q, lag) + s.rng.gauss(0, 0.004)


def temperature(q, s):
    return 14.5 - 6.5 * cos(2 * pi * (local_hour(q) - 4) / 24) - (3.0 if weekday(q) == 4 else 0.0) + s.noise(0.5)


def rain(q, s):
    x = q / 4 - (4 * 24 + 10)
    return max(0.0, 6.5 * exp(-(x / 3.5) ** 2) + s.rng.gauss(-0.3, 0.2))


def wind(q, s):
    return max(0.1, 2.4 + 1.2 * sin(2 * pi * (local_hour(q) - 9) / 24) + s.noise(0.6))


def sound(base):
    return lambda q, s: base + 11 * min(1.0, traffic_share(q)) + s.noise(1.2)


def vehicles(peak):
    return lambda q, s: float(max(0, round(peak / 4 * traffic_share(q) + s.rng.gauss(0, 1.5 + peak / 120))))


def speed(limit):
    return lambda q, s: limit * (1.02 - 0.16 * min(1.0, traffic_share(q))) + s.rng.gauss(0, 1.4)


def free_spaces(capacity, night):
    """Free spaces: full by day, or (night) full when people are at home."""
    def value(q, s):
        h, work = local_hour(q), weekday(q) < 6
        day = max(0.0, sin(pi * (h - 6.5) / 13)) * (0.9 if work else 0.35)
        used = 0.75 - 0.45 * day if night else 0.08 + 0.85 * day
        return float(min(capacity, max(0, round(capacity * (1 - used) + s.noise(capacity * 0.03)))))
    return value


def pressure(bar):
    return lambda q, s: bar - 0.28 * min(1.2, traffic_share(q)) + 0.05 * sin(q / 11) + s.rng.gauss(0, 0.015)


def load(peak):
    def value(q, s):
        h = local_hour(q)
        shape = 0.35 + 0.3 * exp(-((h - 12) / 3.2) ** 2) + 0.5 * exp(-((h - 19.2) / 2.4) ** 2)
        return peak * shape + s.noise(peak * 0.02)
    return value


# (datastream, kind, first quarter hour, last quarter hour, what a test should find)
ANOMALIES = [
    ("AQ-1/NO2", "spike", 2 * 96 + 24, 2 * 96 + 24, "one value of 412"),
    ("AQ-3/PM10", "stuck", 3 * 96, 3 * 96 + 92, "the same value for 24 hours"),
    ("WL-1/level", "event", 4 * 96 + 40, 5 * 96 + 40, "flood wave, peak 2024-05-17T18:00Z; an hour later at WL-2"),
    ("WL-2/level", "gap", 96 + 40, 96 + 63, "no values for six hours"),
    ("TC-1/vehicles", "zero", 5 * 96 + 32, 5 * 96 + 47, "no vehicles for four hours by day"),
    ("PK-2/free", "impossible", 2 * 96 + 38, 2 * 96 + 38, "-3 free spaces"),
    ("PP-3/pressure", "drop", 3 * 96 + 9, 3 * 96 + 23, "2.4 bar lower: a burst"),
    ("TR-2/load", "duplicate", 4 * 96, 4 * 96, "one time stamp twice, values differ"),
    ("WX-1/temperature", "drift", 4 * 96, 7 * 96 - 4, "0.12 degrees more every hour"),
    ("NO-2/sound", "disorder", 96, 97, "two observations in the wrong order"),
]


def disturb(name, rows, step):
    """Apply the anomalies of a datastream to its (quarter, value) rows."""
    for stream, kind, first, last, _ in ANOMALIES:
        if stream == name:
            rows = _DISTURB[kind](rows, first, last, step)
    return rows


def _set(change):
    return lambda rows, first, last, step: [(q, change(q - first, v) if first <= q <= last else v) for q, v in rows]


def _stuck(rows, first, last, step):
    held = next(v for q, v in rows if q >= first)
    return [(q, held if first <= q <= last else v) for q, v in rows]


def _gap(rows, first, last, step):
    return [(q, v) for q, v in rows if not first <= q <= last]


def _duplicate(rows, first, last, step):
    return [row for q, v in rows for row in ([(q, v), (q, round(v + 7.5, 1))] if q == first else [(q, v)])]


def _disorder(rows, first, last, step):
    at = next(n for n, (q, _) in enumerate(rows) if q == first)
    return rows[:at] + [rows[at + 1], rows[at]] + rows[at + 2:]


_DISTURB = {"spike": _set(lambda d, v: 412.0), "zero": _set(lambda d, v: 0.0), "impossible": _set(lambda d, v: -3.0),
            "drop": _set(lambda d, v: round(v - 2.4, 2)), "drift": _set(lambda d, v: round(v + 0.03 * d, 1)),
            "event": _set(lambda d, v: v), "stuck": _stuck, "gap": _gap, "duplicate": _duplicate, "disorder": _disorder}
