"""In which version every public name came: versions.py INCLUDE-FOLDER [TABLE] prints the table of man/symbols-in-versions.  Names of TABLE keep their version,
new ones have that of the header (functions: what their comment says).  Standard library only."""
import re, sys
from pathlib import Path

folder = Path(sys.argv[1])
known = {}
if len(sys.argv) > 2 and Path(sys.argv[2]).exists():
    known = dict(line.split() for line in Path(sys.argv[2]).read_text().splitlines() if line and not line.startswith("#"))
now = ".".join(re.search(rf"#define CIM_VERSION_{part} (\d+)", (folder / "cim/base.h").read_text())[1] for part in ("MAJOR", "MINOR"))
names = {}
for path in sorted((folder / "cim").glob("*.h")):
    text = path.read_text()
    for comment, name in re.findall(r"/\*\*((?:(?!\*/).)*)\*/\s*CIM_API [^;]*?\b(cim_\w+)\(", text, re.S):
        names[name] = re.search(r"Since (\d+\.\d+)", comment)[1]
    for name in re.findall(r"^static inline [^(;{]*?\b(cim_\w+)\(", text, re.M): names.setdefault(name, now)
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    for name in re.findall(r"^#define (CIM_[A-Z0-9_]+)", text, re.M) + re.findall(r"\b(CIM_[A-Z0-9_]+)\b(?=\s*[=,\n])", "\n".join(re.findall(r"\benum \{(.*?)\}", text, re.S))):
        if not re.search(r"_H$|^CIM_(X|API|BEGIN|END)$", name): names.setdefault(name, now)
    for name in re.findall(r"typedef [^;{]*?(?:\{(?:[^{}]|\{[^{}]*\})*\} |\b)(cim_\w+);", text) + re.findall(r"\(\*(cim_\w+)\)\(", text): names.setdefault(name, now)
    if path.name == "base.h":
        for name in re.findall(r"\bX\(([A-Z]+),", path.read_text()): names.setdefault("CIM_" + name, now)
print("# Every public name of libcim and the version it came in.  Made by make update-abi; see cim-symbols(7).")
for name in sorted(names): print(f"{name} {known.get(name, names[name])}")
