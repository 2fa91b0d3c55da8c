#!/usr/bin/env python3
"""Manual pages of section 3 from the public headers: headers3.py INCLUDE-FOLDER OUTPUT-FOLDER.

cim/route.h becomes cim-route.3, with the header's introduction, its functions with what their comments say, and its types; every function has a page
that leads there, so that `man cim_route_path_find` works.  Standard library only; the same headers give the same bytes."""
import re, sys
from pathlib import Path

DATE = "November 22, 2026"


def text(line):
    """A line of running text for mdoc."""
    line = re.sub(r"`([^`]*)`", r"\1", line).replace("\\", "\\e")
    return "\\&" + line if line[:1] in ".'" else line


def literal(lines):
    out = [".Bd -literal -offset indent"]
    indent = min((len(l) - len(l.lstrip()) for l in lines if l.strip()), default=0)
    for l in lines:
        l = l[indent:].rstrip().replace("\\", "\\e")
        out.append("\\&" + l if l[:1] in ".'" or not l else l)
    return out + [".Ed"]


def running(lines):
    """Comment lines as paragraphs; what is indented by four or begins with | is shown as it stands."""
    out, block, paragraph = [], [], False

    def flush():
        nonlocal block
        while block and not block[-1].strip(): block.pop()
        if block: out.extend(literal(block))
        block = []

    for line in lines:
        if line.startswith("    ") or line.startswith("|") or (block and not line.strip()):
            block.append(line)
            continue
        had = bool(block)
        flush()
        if not line.strip():
            paragraph = True
            continue
        if (paragraph or had) and out: out.append(".Pp")
        paragraph = False
        out.extend(text(s.strip()) for s in re.split(r"(?<=[.;:]) {1,2}(?=[A-Z])", line.strip()) if s.strip())
    flush()
    return out


def unstar(comment):
    """The lines of a comment without its stars."""
    body = re.sub(r"^/\*\*?|\*/$", "", comment.strip())
    return [re.sub(r"^\s*\*( |$)", "", l) if i else l.strip() for i, l in enumerate(body.split("\n"))]


def one_line(lines):
    return re.sub(r"\s+", " ", " ".join(l.strip() for l in lines)).strip()


def parts_of(lines):
    """Description, parameters, return, and the closing sentences of a function's comment."""
    parts, current = {"text": [], "params": [], "return": [], "rest": []}, "text"
    for line in lines:
        match = re.match(r"@(param(?:\[[a-z,]*\])?|return)\s+(.*)", line.strip())
        if match and match[1].startswith("param"):
            names = re.match(r"([\w.]+(?:, [\w.]+)*)\s*(.*)", match[2])
            parts["params"].append((names[1], match[1][5:], [names[2]]))
            current = "params"
        elif match:
            parts["return"].append(match[2])
            current = "return"
        elif re.match(r"(Thread rule:|Cost:|Since \d|Source:)", line.strip()):
            parts["rest"].append(line)
            current = "rest"
        elif current == "params":
            parts["params"][-1][2].append(line)
        else:
            parts[current].append(line)
    return parts


def function_page(name, prototype, lines):
    p = parts_of(lines)
    out = [f".Ss {name}"] + literal(prototype.split("\n")) + running(p["text"])
    if p["params"]:
        out.append(".Bl -tag -width Ds")
        for names, direction, description in p["params"]:
            out.append(f".It {names}" + (f" ({direction.strip('[]')})" if direction else ""))
            out += running([l.strip() if not l.startswith("     ") else l.strip() for l in description])
        out.append(".El")
    if p["return"]: out += [".Pp", "Returns:"] + running([l.strip() for l in p["return"]])
    rest = one_line(p["rest"])
    for key in ("Thread rule:", "Cost:", "Source:", "Since "):
        found = re.search(rf"({key}.*?)(?= (?:Thread rule:|Cost:|Source:|Since \d)|$)", rest)
        if found: out += [".Pp", text(found[1].strip())]
    return out


def split(source):
    """(comment, code) pairs of a header: every top-level declaration with the block comment before it."""
    source = re.sub(r"^#(?:ifndef|if|else|elif|endif|include)\b.*$", "", source, flags=re.M)
    source = re.sub(r"^CIM_(BEGIN|END)$", "", source, flags=re.M)
    at, comment, out = 0, None, []
    while at < len(source):
        if source[at].isspace():
            at += 1
        elif source.startswith("/*", at):
            end = source.index("*/", at) + 2
            comment = source[at:end] if source.startswith("/**", at) else None
            at = end
        else:
            start, depth = at, 0
            macro = source[at] == "#"
            while at < len(source):
                if source.startswith("/*", at): at = source.index("*/", at) + 2; continue
                c = source[at]
                at += 1
                if macro and c == "\n" and source[at - 2] != "\\": break
                if macro: continue
                depth += (c in "{(") - (c in "})")
                if depth == 0 and c == ";" or depth == 0 and c == "}" and source.startswith("\n", at) and "static inline" in source[start:at]: break
            out.append((comment, source[start:at].strip()))
            comment = None
    return out


def page(path):
    source = path.read_text()
    head = re.search(r"/\*\*.*?\*/", source, re.S)
    intro = [l for l in unstar(head[0]) if not l.strip().startswith("@file")]
    while intro and not intro[0].strip(): intro.pop(0)
    first = one_line(intro[: next((i for i, l in enumerate(intro) if not l.strip()), len(intro))])
    short = re.split(r"(?<=[a-z)])[.:;] ", first)[0].rstrip(".:")
    functions, types = [], []
    for comment, code in split(source[head.end():]):
        match = re.match(r"(?:CIM_API|static inline) .*?\b(cim_\w+)\(", code, re.S)
        if match: functions.append((match[1], re.sub(r"^CIM_API ", "", code) if code.startswith("CIM_API") else code.split("{")[0].strip() + ";", unstar(comment) if comment else []))
        elif not re.match(r"#define CIM_\w+_H\b|typedef struct (cim_\w+) \1;", code): types.append((comment, code))
    stem = "cim-" + path.stem
    lines = [f'.\\" Made from {path.parent.name}/{path.name} by headers3.py.', f".Dd {DATE}", f".Dt {stem.upper()} 3", ".Os libcim", ".Sh NAME"]
    names = [stem] + [n for n, _, _ in functions]
    lines += [f".Nm {n} ," for n in names[:-1]] + [f".Nm {names[-1]}", f".Nd {text(short)}", ".Sh LIBRARY", "libcim", ".Pq pkg-config libcim", ".Sh SYNOPSIS", f".In cim/{path.name}"]
    lines += [".Sh DESCRIPTION"] + running(intro)
    if types:
        lines.append(".Sh TYPES")
        for comment, code in types:
            if comment: lines += [".Pp"] + running(unstar(comment))
            lines += literal(code.split("\n"))
    if functions:
        lines.append(".Sh FUNCTIONS")
        for name, prototype, comment in functions: lines += function_page(name, prototype, comment)
    lines += [".Sh SEE ALSO", ".Xr cimtool 1 ,", ".Xr cim 7 ,", ".Xr cim-symbols 7"]
    return stem, [n for n, _, _ in functions], "\n".join(tidy(lines)) + "\n"


def tidy(lines):
    """No paragraph before or after a display or a list, where mdoc makes one anyway."""
    out = []
    for line in lines:
        if line == ".Pp" and out and (out[-1] == ".Pp" or out[-1].startswith((".Sh", ".Ss", ".It"))): continue
        if line.startswith((".Bd", ".Bl", ".Sh", ".Ss", ".El")) and out and out[-1] == ".Pp": out.pop()
        out.append(line)
    return out


def main(include, output):
    output.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for path in sorted((include / "cim").glob("*.h")):
        stem, functions, content = page(path)
        wanted[f"{stem}.3"] = content
        for name in functions: wanted.setdefault(f"{name}.3", f".so man3/{stem}.3\n")
    for old in output.glob("cim*.3"):
        if old.name not in wanted: old.unlink()
    for name, content in wanted.items():
        if not (output / name).exists() or (output / name).read_text() != content: (output / name).write_text(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
