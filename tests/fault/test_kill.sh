#!/bin/sh
# Kill an import at 100 random moments, half of them into a new file, half into an existing city, and cimtool prepare at 50: the file is as
# before or complete, whole in either case, and the next import works.
[ -z "$CIM_QUICK" ] || { echo "1..0 # SKIP a repeat: CIM_QUICK is set"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import json, os, random, signal, subprocess, sys, time
from pathlib import Path

temp, tool, data = Path(sys.argv[1]), os.environ["CIM_BUILD"] + "/cimtool", Path(os.environ["CIM_SOURCE"]) / "data"
random.seed(20260101)
ROUNDS = 50


def importing(city, source):
    arguments = ["import", "--quiet", str(city), str(data / source)] if source else ["prepare", "--quiet", str(city)]
    return subprocess.Popen([tool, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def timed(city, source):
    started = time.perf_counter()
    assert importing(city, source).wait() == 0, f"import of {source} failed"
    return time.perf_counter() - started


def killed(city, source, whole):
    child = importing(city, source)
    time.sleep(random.uniform(0, 1.05 * whole))
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def objects(city):
    done = subprocess.run([tool, "info", "--json", str(city)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["objects"]


def check(city):
    done = subprocess.run([tool, "check", str(city)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def prepared(city):
    done = subprocess.run([tool, "prepare", "--json", str(city)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return not json.loads(done.stdout)["written"]


def clean():
    for path in temp.iterdir():
        path.unlink()


def new_files():
    city = temp / "new.cim"
    whole = timed(city, "town.osm.pbf")
    complete, there = objects(city), 0
    for _ in range(ROUNDS):
        clean()
        killed(city, "town.osm.pbf", whole)
        if city.exists():
            there += 1
            assert objects(city) == complete
            check(city)
    return f"{there} of {ROUNDS} complete, the others absent"


def existing_files():
    base, city = temp / "base.cim", temp / "city.cim"
    clean()
    timed(base, "town.osm.pbf")
    before, image = objects(base), base.read_bytes()
    city.write_bytes(image)
    whole = timed(city, "town.city.json.gz")
    after, done = objects(city), 0
    for _ in range(ROUNDS):
        for path in temp.glob("city.cim*"):
            path.unlink()
        city.write_bytes(image)
        killed(city, "town.city.json.gz", whole)
        now = objects(city)
        assert now in (before, after), f"{now} objects, neither {before} nor {after}"
        check(city)
        done += now == after
    timed(city, "town.city.json.gz")
    assert objects(city) == after
    return f"{done} of {ROUNDS} complete, the others as before"


def preparing():
    base, city = temp / "base.cim", temp / "city.cim"
    clean()
    timed(base, "town.osm.pbf")
    before, image = objects(base), base.read_bytes()
    city.write_bytes(image)
    whole, done = timed(city, None), 0
    for _ in range(ROUNDS):
        for path in temp.glob("city.cim*"):
            path.unlink()
        city.write_bytes(image)
        killed(city, None, whole)
        assert objects(city) == before
        check(city)
        done += prepared(city)
        assert prepared(city)
    return f"{done} of {ROUNDS} prepared, the others as before"


print("1..3")
failed = 0
for number, test in enumerate((new_files, existing_files, preparing), 1):
    try:
        print(f"# {test()}\nok {number} - {test.__name__}")
    except AssertionError as error:
        failed = 1
        print("\n".join("# " + line for line in str(error).split("\n")))
        print(f"not ok {number} - {test.__name__}")
sys.exit(failed)
P
