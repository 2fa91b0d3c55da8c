#!/bin/sh
# cimtool as its users meet it: every tests/cli/*.cli is a session, a line "$ command" followed by what it prints (both streams, as
# written) and, where it is not 0, the exit status as "[N]".  A session runs in an empty folder that sees the files of data/.
# So is what README.md shows.  CIM_CLI_UPDATE=1 writes what is printed into the session; look at the difference before keeping it.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
exec python3 - "$CIM_SOURCE/tests/cli" <<'P'
import os, re, subprocess, sys, tempfile
from pathlib import Path

folder, build, data = Path(sys.argv[1]), os.environ["CIM_BUILD"], Path(os.environ["CIM_SOURCE"]) / "data"
VARYING = [
    (re.compile(r"\.tmp-[a-z0-9]+"), ".tmp-XXXXXXXX"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "SHA256"),
]


def sessions(text):
    """Commands with what is expected of them, comments with None."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        separates = not line and i + 1 < len(lines) and lines[i + 1][:2] in ("# ", "$ ") # other empty lines were printed
        if line.startswith("$ "):
            yield [line[2:], []]
        elif line.startswith("#") or separates:
            yield [line, None]
        else:
            yield ["", line]


def run(command, work, env):
    done = subprocess.run(["sh", "-c", command], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    text = done.stdout.decode("utf-8", "replace")
    for pattern, stable in VARYING:
        text = pattern.sub(stable, text)
    lines = text.splitlines()
    return lines + ([f"[{done.returncode}]"] if done.returncode else [])


def replay(text, work, env):
    """The session as it is now."""
    out = []
    for first, rest in sessions(text):
        if rest is None:
            out.append(first)
        elif first:
            out += ["$ " + first] + run(first, work, env)
    return "\n".join(out) + "\n"


def text_of(path):
    """A session file, or the session that a page for people shows."""
    text = path.read_text()
    if path.suffix == ".cli": return text
    return "\n".join(block for block in re.findall(r"^```\n(.*?)^```$", text, re.M | re.S) if block.startswith("$ "))


cases = sorted(folder.glob("*.cli")) + [Path(os.environ["CIM_SOURCE"]) / "README.md"]
print(f"1..{len(cases)}")
for number, path in enumerate(cases, 1):
    with tempfile.TemporaryDirectory() as work:
        tool = Path(work) / "bin"
        tool.mkdir()
        (tool / "cimtool").write_text(f'#!/bin/sh\nexec "{build}/cimtool" "$@"\n')
        (tool / "cimtool").chmod(0o755)
        (Path(work) / "data").symlink_to(data)
        env = dict(os.environ, PATH=f"{tool}:{os.environ['PATH']}", LC_ALL="C.UTF-8", TZ="UTC")
        wanted = text_of(path)
        now = replay(wanted, work, env)
    if now != wanted and os.environ.get("CIM_CLI_UPDATE") and path.suffix == ".cli":
        path.write_text(now)
    elif now != wanted:
        a, b = wanted.splitlines(), now.splitlines()
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        print(f"# {path.name}:{at + 1}: expected {a[at] if at < len(a) else 'the end'!r}, got {b[at] if at < len(b) else 'the end'!r}")
        print("not ", end="")
    print(f"ok {number} - {path.name}")
P
