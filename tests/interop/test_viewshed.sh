#!/bin/sh
# A viewshed beside GRASS r.viewshed, where GRASS is installed: boxes on hills, at most 0.1 % of the cells differ, with and without the curvature.
# Those that do lie along shadows of corners: r.viewshed gives each cell a surface of its own.  Their share falls with the size of the raster.
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP python3 cannot load a sanitized library"; exit 0; }
command -v grass >/dev/null || { echo "1..0 # SKIP GRASS is not installed"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
python3 - "$temp" <<'P'
import ctypes, math, os, random, subprocess, sys
from array import array
from ctypes import POINTER, byref, c_double, c_float, c_int32, c_size_t, c_uint8, c_uint32, c_void_p
from pathlib import Path

temp, SIDE, EYE, TARGET = Path(sys.argv[1]), 1600, 40.0, 1.5


class Raster(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("columns", c_uint32), ("rows", c_uint32)] + [(n, c_double) for n in ("x", "y", "step_x", "step_y")] + [
        ("height", POINTER(c_float))]


class Options(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t)] + [(n, c_double) for n in ("eye", "target", "max_m", "radius", "refraction")] + [
        ("method", c_int32), ("reserved", c_int32)]


try:
    lib = ctypes.CDLL(str(Path(os.environ["CIM_BUILD"]) / ".libs" / "libcim.so"))
except OSError as fault:
    print(f"1..0 # SKIP libcim.so cannot be loaded here: {fault}")
    sys.exit(0)
random.seed(9)
wave = lambda x, y: 25 * math.sin(x * 0.012) * math.cos(y * 0.015) + 6 * math.sin(x * 0.063 + y * 0.051)
heights = array("f", (wave(x, y) for y in range(SIDE) for x in range(SIDE)))
for y in range(0, SIDE - 40, 40):
    for x in range(0, SIDE - 40, 40):
        wide, deep, up = random.randint(10, 29), random.randint(10, 29), random.uniform(4, 30)
        for r in range(y, y + deep):
            for c in range(x, x + wide):
                heights[r * SIDE + c] += up
(temp / "dsm.raw").write_bytes(heights.tobytes())
(temp / "dsm.hdr").write_text(f"ENVI\nsamples = {SIDE}\nlines = {SIDE}\nbands = 1\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
                              f"map info = {{x, 1, 1, 0, {SIDE}, 1, 1}}\n")
column = row = SIDE // 2 // 40 * 40 + 35
ctx = c_void_p()
lib.cim_ctx_new(None, byref(ctx))


def ours(radius):
    seen = (c_uint8 * (SIDE * SIDE))()
    raster = Raster(ctypes.sizeof(Raster), SIDE, SIDE, 0, 0, 1, -1, (c_float * (SIDE * SIDE)).from_buffer(heights))
    options = Options(ctypes.sizeof(Options), EYE, TARGET, 0, radius, 1 / 7, 0, 0)
    status = lib.cim_sight_viewshed(ctx, byref(raster), c_uint32(column), c_uint32(row), byref(options), seen)
    assert status == 0
    return bytes(seen)


def theirs(flags):
    out = temp / f"seen{flags}.raw"
    (temp / "view.sh").write_text(
        f"r.in.gdal -o input={temp}/dsm.raw output=dsm --quiet && g.region raster=dsm && "
        f"r.viewshed -b{flags} input=dsm output=seen coordinates={column + 0.5},{SIDE - row - 0.5} observer_elevation={EYE} target_elevation={TARGET} "
        f"refraction_coeff={1 / 7} memory=500 --quiet && r.out.gdal input=seen output={out} format=ENVI type=Byte --quiet\n")
    done = subprocess.run(["grass", "--tmp-location", "XY", "--exec", "sh", str(temp / "view.sh")], capture_output=True, text=True)
    return out.read_bytes() if out.exists() else print("# " + done.stderr.strip().replace("\n", "\n# "))


print("1..2")
for n, (flags, radius, name) in enumerate((("", 0, "a flat earth"), ("cr", 6370997, "curvature and refraction")), 1):
    a, b = ours(radius), theirs(flags)
    differ = sum((x == 1) != (y == 1) for x, y in zip(a, b)) if b else len(a)
    print(f"# {name}: {differ} of {len(a)} cells differ, {a.count(1)} are seen")
    print(f"{'ok' if differ <= len(a) / 1000 and a.count(1) > len(a) / 100 else 'not ok'} {n} - as r.viewshed, {name}")
P
