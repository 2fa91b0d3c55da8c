#!/bin/sh
# Kriging beside numpy: values, variances and leave-one-out of 1,200 random fields against the bordered system of semivariances, solved whole, each
# reading left out by solving again without it.  Skips where numpy is not installed.
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP python3 cannot load a sanitized library"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
for python in python3 /usr/bin/python3 ''; do [ -z "$python" ] || $python -c 'import numpy' 2>/dev/null && break; done # Debian's, when another is first
[ -n "$python" ] || { echo "1..0 # SKIP numpy is not installed"; exit 0; }
exec $python - <<'P'
import ctypes, os, sys
from ctypes import byref, c_double, c_size_t, c_uint32, c_void_p
from pathlib import Path
import numpy as np


class Variogram(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("model", c_uint32), ("pairs", c_uint32)] + [(n, c_double) for n in ("nugget", "sill", "range_m", "smoothness", "error")]


class Options(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("method", c_uint32), ("neighbours", c_uint32), ("radius_m", c_double), ("power", c_double),
                ("variogram", ctypes.POINTER(Variogram)), ("model", c_uint32), ("bins", c_uint32), ("max_lag_m", c_double), ("smoothness", c_double)]


class Errors(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("count", c_size_t)] + [(n, c_double) for n in ("bias", "rmse", "mae", "largest", "score_mean", "score_square", "correlation")]


try:
    lib = ctypes.CDLL(str(Path(os.environ["CIM_BUILD"]) / ".libs" / "libcim.so"))
except OSError as fault:
    print(f"1..0 # SKIP libcim.so cannot be loaded here: {fault}")
    sys.exit(0)
ctx = c_void_p()
lib.cim_ctx_new(None, byref(ctx))
rng = np.random.default_rng(11)
pointer = lambda a: a.ctypes.data_as(c_void_p)


def gamma(v, h):
    u = h / v.range_m
    if v.model == 1:
        c = np.where(u < 1, 1 - 1.5 * u + 0.5 * u ** 3, 0)
    elif v.model == 2:
        c = np.exp(-u)
    elif v.model == 3:
        c = np.exp(-u * u)
    else:
        c = {0.5: 1, 1.5: 1 + u, 2.5: 1 + u + u * u / 3}[v.smoothness] * np.exp(-u)
    return np.where(h > 0, v.nugget + v.sill * (1 - c), 0)


def apart(a, b):
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])


def krige(v, xy, z, at):
    """Values and variances by the bordered system."""
    n = len(z)
    system = np.ones((n + 1, n + 1))
    system[:n, :n], system[n, n] = gamma(v, apart(xy, xy)), 0
    right = np.ones((n + 1, len(at)))
    right[:n] = gamma(v, apart(xy, at))
    weights = np.linalg.solve(system, right)
    return weights[:n].T @ z, (weights * right).sum(0)


def ours(options, xy, z, at):
    field, n = c_void_p(), len(z)
    status = lib.cim_field_build(ctx, pointer(xy), pointer(z), c_size_t(n), byref(options), byref(field))
    assert status == 0, status
    values, variances, left, left_variances = (np.empty(k) for k in (len(at), len(at), n, n))
    errors = Errors(ctypes.sizeof(Errors))
    assert lib.cim_field_values(ctx, field, pointer(at), c_size_t(len(at)), pointer(values), pointer(variances)) == 0
    assert lib.cim_field_leave_out(ctx, field, byref(errors), pointer(left), pointer(left_variances)) == 0
    lib.cim_field_free(field)
    return values, variances, left, left_variances, errors


worst = dict.fromkeys(("values", "variances", "left out", "left out, variances", "rmse, bias, score"), 0.0)
for case in range(1200):
    n, size = int(rng.integers(4, 60)), 10 ** rng.uniform(1, 4)
    xy = np.ascontiguousarray(rng.uniform(0, size, (n, 2)) + (500000, 5400000))
    z = rng.normal(20, 10, n)
    at = np.ascontiguousarray(rng.uniform(-0.2 * size, 1.2 * size, (9, 2)) + (500000, 5400000))
    at[0] = xy[0]
    model = int(rng.integers(1, 5))
    sill = 10 ** rng.uniform(-1, 3)
    smoothness = float(rng.choice([0.5, 1.5, 2.5]))
    smooth = model == 3 or (model == 4 and smoothness > 0.5)
    nugget = sill * rng.uniform(0.01, 0.5) if smooth or case % 2 else 0.0
    v = Variogram(ctypes.sizeof(Variogram), model, 0, nugget, sill, size * rng.uniform(0.05, 1), smoothness, 0)
    near = int(rng.integers(2, n)) if case % 4 == 3 else 0
    options = Options(ctypes.sizeof(Options), 0, near, 0, 0, ctypes.pointer(v), 0, 0, 0, 0)
    values, variances, left, left_variances, errors = ours(options, xy, z, at)
    if near:
        chosen = lambda d: np.argsort(d, kind="stable")[:near]
        pairs = [krige(v, xy[c], z[c], p[None]) for p, c in ((p, chosen(np.hypot(*(xy - p).T))) for p in at)]
        expected = [np.concatenate(x) for x in zip(*pairs)]
    else:
        expected = krige(v, xy, z, at)
    others = []
    for i in range(n):
        rest = np.delete(np.arange(n), i)
        if near:
            rest = rest[np.argsort(np.hypot(*(xy[rest] - xy[i]).T), kind="stable")[:near]]
        others.append(krige(v, xy[rest], z[rest], xy[i:i + 1]))
    expected_left, expected_left_variances = (np.concatenate(x) for x in zip(*others))
    difference = expected_left - z
    summed = np.array([np.sqrt((difference ** 2).mean()), difference.mean(), (difference ** 2 / expected_left_variances).mean()])
    for key, a, b, scale in (("values", values, expected[0], 10), ("variances", variances, expected[1], sill + nugget), ("left out", left, expected_left, 10),
                             ("left out, variances", left_variances, expected_left_variances, sill + nugget),
                             ("rmse, bias, score", np.array([errors.rmse, errors.bias, errors.score_square]), summed, np.array([10, 10, max(1, summed[2])]))):
        worst[key] = max(worst[key], float(np.max(np.abs(a - b) / scale)))
print(f"1..{len(worst)}")
for n, (key, far) in enumerate(worst.items(), 1):
    print(f"# {key}: {far:.1e} of the scale is the largest difference in 1,200 fields")
    print(f"{'ok' if far < 1e-6 else 'not ok'} {n} - {key} as of a dense solve")
P
