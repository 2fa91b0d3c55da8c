#!/usr/bin/env python3
"""Write cim/_abi.py: constants, structures and functions of libcim for ctypes, read from the public headers.

    python3 generate.py [--check] [--headers DIR] [--output FILE]

Needs the standard library and a C preprocessor (CC, default cc).  The preprocessor expands macros, this script reads the declarations that are left:
enumerations, structures (also nested and without a name, with arrays and bit-fields), typedefs, function pointers and functions.  Bodies of
inline functions are left out.  A declaration that it does not understand ends it with the place: nothing is skipped silently.

--check compares with the file that is there and fails with a difference.
"""
from __future__ import annotations

import argparse
import difflib
import keyword
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<other>\.\.\.|<<|>>|<=|>=|==|!=|&&|\|\||.))"""
)
SCALARS = {
    "void": None,
    "char": "c_char",
    "signed char": "c_byte",
    "unsigned char": "c_ubyte",
    "short": "c_short",
    "unsigned short": "c_ushort",
    "int": "c_int",
    "unsigned": "c_uint",
    "long": "c_long",
    "unsigned long": "c_ulong",
    "long long": "c_longlong",
    "unsigned long long": "c_ulonglong",
    "float": "c_float",
    "double": "c_double",
    "_Bool": "c_bool",
    "size_t": "c_size_t",
    "ptrdiff_t": "c_ssize_t",
    "intptr_t": "c_ssize_t",
    "uintptr_t": "c_size_t",
    **{f"{sign}int{bits}_t": f"c_{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
WORDS = {"char", "short", "int", "long", "signed", "unsigned", "float", "double", "void", "_Bool"}


class Failed(Exception):
    """A header says something that this script does not understand."""


# ---- the preprocessor ----


def preprocess(headers: str, text: str, *flags: str) -> str:
    command = shlex.split(os.environ.get("CC", "cc")) + ["-E", "-I", headers, *flags, "-x", "c", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def own_lines(text: str, headers: str) -> list[tuple[str, int, str]]:
    """Lines that come from the headers of libcim, each with its place."""
    root, name, number, out = os.path.realpath(headers) + os.sep, "", 0, []
    for line in text.splitlines():
        marker = re.match(r'# (\d+) "([^"]*)"', line)
        if marker:
            number, name = int(marker[1]), os.path.realpath(marker[2])
            continue
        if name.startswith(root) and line.strip():
            out.append((os.path.relpath(name, root), number, line))
        number += 1
    return out


def macros(headers: str) -> dict[str, str]:
    """Macros of libcim without arguments, and what they expand to."""
    start = '#include "cim.h"\n'
    before = set(re.findall(r"#define (\w+)", preprocess(headers, "#include <stddef.h>\n#include <stdint.h>\n#include <math.h>\n", "-dM")))
    names = [n for n in re.findall(r"^#define (CIM_\w+) ", preprocess(headers, start, "-dM"), re.M) if n not in before]
    names = sorted(n for n in names if n not in {"CIM_API", "CIM_BEGIN", "CIM_END"})
    marked = preprocess(headers, start + "".join(f"@@{i}@ {n}\n" for i, n in enumerate(names)), "-P").replace("\n", " ")
    return {names[int(i)]: text.strip() for i, text in re.findall(r"@@ ?(\d+) ?@([^@]*)", marked)}


# ---- expressions ----


def python_expression(tokens: list[str], known: dict[str, object]) -> object:
    """The value of a constant expression, of numbers, texts and constants that came before."""
    out = []
    for t in tokens:
        if re.fullmatch(r"0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*", t):
            digits = t.rstrip("uUlL")
            out.append(str(int(digits, 8) if re.fullmatch(r"0[0-7]+", digits) else int(digits, 0)))
        elif re.fullmatch(r"[\d.][\w.+-]*", t):
            out.append(repr(float.fromhex(t.rstrip("fFlL")) if t[:2] in ("0x", "0X") else float(t.rstrip("fFlL"))))
        elif t.startswith('"'):
            out.append(t)
        elif t.startswith("'"):
            out.append(str(ord(eval(t))))  # pylint: disable=eval-used
        elif re.fullmatch(r"[A-Za-z_]\w*", t):
            if t not in known:
                raise Failed(f"{t} is not known here")
            out.append(t)
        else:
            out.append({"/": "//", "!": "not "}.get(t, t))
    return eval(" ".join(out), {"__builtins__": {}}, known)  # pylint: disable=eval-used


def canonical(words: list[str]) -> str:
    """long unsigned int: "unsigned long"."""
    order = ["signed", "unsigned", "short", "long", "char", "float", "double", "void", "_Bool"]
    left = sorted((w for w in words if w != "int"), key=order.index)
    if "char" not in left and "signed" in left:
        left.remove("signed")
    return " ".join(left) or "int"


# ---- declarations ----


class Parser:
    def __init__(self, lines: list[tuple[str, int, str]], strings: dict[str, object]):
        self.tokens: list[tuple[str, str, int]] = []
        for name, number, line in lines:
            at = 0
            while at < len(line.rstrip()):
                m = TOKEN.match(line, at)
                assert m
                self.tokens.append((m[m.lastgroup or 0], name, number))
                at = m.end()
        self.at = 0
        self.constants: dict[str, object] = dict(strings)
        self.enumerators: list[str] = []
        self.types: dict[str, object] = dict(SCALARS)
        self.structs: dict[str, dict] = {}  # name: {"kind", "fields" or None, "anonymous"}
        self.callbacks: dict[str, tuple] = {}
        self.functions: dict[str, tuple] = {}
        self.unnamed = 0

    # tokens

    def look(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.look()
        if not token or (wanted is not None and token != wanted):
            raise self.wrong(f"{wanted or 'more'} expected, not {token or 'the end'}")
        self.at += 1
        return token

    def accept(self, *tokens: str) -> str:
        return self.take() if self.look() in tokens else ""

    def wrong(self, text: str) -> Failed:
        _, name, number = self.tokens[min(self.at, len(self.tokens) - 1)]
        return Failed(f"{name}:{number}: {text}")

    def skip(self, first: str, last: str) -> None:
        depth = 0
        while True:
            token = self.take()
            depth += (token == first) - (token == last)
            if not depth and token == last:
                return

    def until(self, *ends: str) -> list[str]:
        out, depth = [], 0
        while depth or self.look() not in ends:
            token = self.take()
            depth += (token in "([{") - (token in ")]}")
            out.append(token)
        return out

    def value(self, tokens: list[str]) -> object:
        try:
            return python_expression(tokens, self.constants)
        except Exception as e:
            raise self.wrong(f"no constant: {' '.join(tokens)} ({e})") from e

    # types: ("scalar", ctypes name) ("struct", name) ("pointer", to, const) ("array", of, count) ("function", result, arguments) ("callback", name)

    def attributes(self) -> None:
        while self.look() in ("__attribute__", "__extension__"):
            if self.take() == "__attribute__":
                self.skip("(", ")")

    def specifiers(self) -> tuple[object, set[str]]:
        words, seen, base = [], set(), None
        while True:
            self.attributes()
            token = self.look()
            if token in ("const", "volatile", "extern", "static", "inline", "typedef", "__inline"):
                seen.add(self.take())
            elif token in ("struct", "union"):
                base = self.record(self.take())
            elif token == "enum":
                base = self.enum()
            elif token in WORDS:
                words.append(self.take())
            elif base is None and not words and token in self.types:
                base = self.types[self.take()]
                base = ("scalar", base) if base is None or isinstance(base, str) else base
            else:
                break
        if words:
            base = ("scalar", SCALARS[canonical(words)])
        if base is None:
            raise self.wrong(f"no type: {self.look()}")
        return base, seen

    def declarator(self, base: object, const: bool) -> tuple[str, object]:
        """The name, "" if there is none, and its type."""
        while self.accept("*"):
            base, const = ("pointer", base, const), False
            while self.look() in ("const", "restrict", "__restrict", "volatile"):
                const |= self.take() == "const"
        self.attributes()
        inner = None
        name = ""
        if self.look() == "(" and self.look(1) in ("*", "("):
            self.take("(")
            inner, depth = self.at, 1
            while depth:
                token = self.take()
                depth += (token == "(") - (token == ")")
        elif re.fullmatch(r"[A-Za-z_]\w*", self.look()):
            name = self.take()
        base = self.suffixes(base)
        if inner is not None:
            after, self.at = self.at, inner
            name, base = self.declarator(base, False)
            self.take(")")
            self.at = after
        self.attributes()
        return name, base

    def suffixes(self, base: object) -> object:
        if self.accept("["):
            count = self.until("]")
            self.take("]")
            return ("array", self.suffixes(base), self.value(count) if count else 0)
        if self.accept("("):
            arguments = []
            while not self.accept(")"):
                if self.accept("..."):
                    raise self.wrong("functions with any number of arguments cannot be called safely")
                kind, seen = self.specifiers()
                _, kind = self.declarator(kind, "const" in seen)
                if kind[0] == "array":
                    kind = ("pointer", kind[1], "const" in seen)
                elif kind[0] == "function":
                    kind = ("pointer", kind, False)
                arguments.append(kind)
                self.accept(",")
            return ("function", base, [] if arguments == [("scalar", None)] else arguments)
        return base

    # what declarations define

    def enum(self) -> object:
        if self.look() != "{":
            self.take()
        value = -1
        if self.accept("{"):
            while not self.accept("}"):
                name = self.take()
                value = self.value(self.until(",", "}")) if self.accept("=") else value + 1  # type: ignore[operator]
                self.constants[name] = value
                self.enumerators.append(name)
                self.accept(",")
        return ("scalar", "c_int")

    def record(self, kind: str) -> object:
        name = self.take() if self.look() != "{" else ""
        if not name:
            self.unnamed += 1
            name = f"_unnamed{self.unnamed}"
        entry = self.structs.setdefault(name, {"kind": kind, "fields": None, "anonymous": []})
        if self.accept("{"):
            fields = []
            while not self.accept("}"):
                base, seen = self.specifiers()
                if self.look() == ";" and base[0] == "struct":
                    member = f"_member{len(fields)}"
                    fields.append((member, base, None))
                    entry["anonymous"].append(member)
                while self.look() != ";":
                    member, type_ = self.declarator(base, "const" in seen)
                    bits = self.value(self.until(",", ";")) if self.accept(":") else None
                    fields.append((member, type_, bits))
                    self.accept(",")
                self.take(";")
            entry["fields"] = fields
        return ("struct", name)

    def declaration(self) -> None:
        if self.accept(";"):
            return
        if self.look() == "_Static_assert":
            self.until(";")
            return
        base, seen = self.specifiers()
        if self.accept(";"):
            return
        while True:
            name, kind = self.declarator(base, "const" in seen)
            if "typedef" in seen:
                self.typedef(name, kind)
            elif kind[0] == "function" and self.look() == "{":
                self.skip("{", "}")  # an inline function is no symbol
                return
            elif kind[0] == "function" and "static" not in seen:
                self.functions[name] = kind
            else:
                raise self.wrong(f"{name}: neither a type nor a function")
            if not self.accept(","):
                break
        self.take(";")

    def typedef(self, name: str, kind: object) -> None:
        if kind[0] == "pointer" and kind[1][0] == "function":
            self.callbacks[name] = kind[1]
            kind = ("callback", name)
        elif kind[0] == "struct" and kind[1] != name:
            self.structs[name] = self.structs.pop(kind[1])  # typedef struct { ... } name
            kind = ("struct", name)
        self.types[name] = kind

    def run(self) -> None:
        while self.at < len(self.tokens):
            self.declaration()


# ---- writing ----


def ctype(kind: object) -> str:
    tag = kind[0]
    if tag == "scalar":
        return kind[1] or "None"
    if tag in ("struct", "callback"):
        return kind[1]
    if tag == "array":
        return f"{ctype(kind[1])} * {kind[2]}"
    if tag == "function":
        return f"CFUNCTYPE({', '.join([ctype(kind[1]), *map(ctype, kind[2])])})"
    to, const = kind[1], kind[2]
    if to == ("scalar", None):
        return "c_void_p"
    if to == ("scalar", "c_char") and const:
        return "c_char_p"
    if to[0] == "function":
        return ctype(to)
    return f"POINTER({ctype(to)})"


def hint(kind: object) -> str:
    """What one reads from a field of this type."""
    if kind[0] == "scalar":
        return "float" if kind[1] in ("c_float", "c_double") else "bytes" if kind[1] == "c_char" else "int"
    if kind[0] == "struct":
        return kind[1]
    return "Any"


def initializer(text: str, constants: dict[str, object]) -> object:
    """{ sizeof(x), ((void *)0), 1.0, { 0, 0 } } as nested tuples, None for pointers that are NULL and sizes that are set when used."""
    text = re.sub(r"sizeof ?\( ?\w+ ?\)|\( ?\( ?void ?\* ?\) ?0 ?\)|\bNULL\b", " None ", text)
    text = re.sub(rf"\( ?(?:{'|'.join(sorted(map(re.escape, SCALARS), key=len, reverse=True))}) ?\)", " ", text)  # casts
    text = re.sub(r"__builtin_inff?\(\)|\(__builtin_inff? ?\(\)\)", " Inf ", text)
    text = re.sub(r'__builtin_nanf? ?\( ?"" ?\)', " Nan ", text)
    tokens = [m[m.lastgroup or 0] for m in TOKEN.finditer(text.strip()) if m.lastgroup]
    names: dict[str, object] = {**constants, "None": None, "Inf": float("inf"), "Nan": float("nan")}
    at = 0

    def items() -> tuple:
        nonlocal at
        out, part = [], []
        while True:
            token = tokens[at]
            at += 1
            if token == "{":
                out.append(items())
            elif token in ",}":
                if part:
                    out.append(python_expression_named(part, names))
                part = []
                if token == "}":
                    return tuple(out)
            else:
                part.append(token)

    at = 1
    return items()


def python_expression_named(tokens: list[str], names: dict[str, object]) -> object:
    if len(tokens) == 1 and tokens[0] in names:
        return names[tokens[0]]
    if tokens[0] == "(" and tokens[-1] == ")" and len(tokens) == 3:
        return python_expression_named(tokens[1:-1], names)
    return python_expression(tokens, names)


def show(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(show, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "-INFINITY" if value < 0 else "INFINITY"
    if isinstance(value, float) and value != value:
        return "NAN"
    if isinstance(value, int) and value > 0xFFFF:
        return hex(value)
    return repr(value)


def ordered(structs: dict[str, dict]) -> list[str]:
    """Names such that what is contained in others comes first."""
    out: list[str] = []

    def contained(kind: object) -> str:
        while kind[0] == "array":
            kind = kind[1]
        return kind[1] if kind[0] == "struct" else ""

    def visit(name: str) -> None:
        if name in out:
            return
        for _, kind, _ in structs[name]["fields"] or []:
            if contained(kind):
                visit(contained(kind))
        out.append(name)

    for name in structs:
        visit(name)
    return out


def safe(name: str) -> str:
    """`from` is no name in Python: `from_`."""
    return name + "_" if keyword.iskeyword(name) else name


def field(name: str, kind: object, bits: int | None) -> str:
    return f'("{safe(name)}", {ctype(kind)}{"" if bits is None else f", {bits}"})'


def write(p: Parser, plain: dict[str, object], inits: dict[str, tuple[str, object]]) -> str:
    out = [
        '"""Constants, structures and functions of libcim for ctypes.',
        "",
        "Written by generate.py from the headers include/cim/*.h, which are the manual.  Do not edit.",
        '"""',
        '# mypy: disable-error-code="assignment"',
        "from __future__ import annotations",
        "",
        "from ctypes import (CFUNCTYPE, POINTER, Structure, Union, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16,",
        "                    c_int32, c_int64, c_long, c_longlong, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint, c_uint8, c_uint16, c_uint32, c_uint64,",
        "                    c_ulong, c_ulonglong, c_ushort, c_void_p)",
        "from typing import Any",
        "",
        'INFINITY, NAN = float("inf"), float("nan")',
        "",
        "# ---- constants ----",
        "",
    ]
    out += [f"{name} = {show(value)}" for name, value in plain.items()]
    out += [f"{name} = {show(p.constants[name])}" for name in p.enumerators]
    out += ["", 'CONSTANTS = {name: value for name, value in list(globals().items()) if name.startswith("CIM_")}', "", "# ---- structures ----", ""]
    for name, s in p.structs.items():
        out += ["", f"class {name}({'Union' if s['kind'] == 'union' else 'Structure'}):"]
        out += [f"    {safe(f)}: {hint(kind)}" for f, kind, _ in s["fields"] or []] or ["    pass"]
        out += [""]
    out += ["", "# ---- callbacks ----", ""]
    out += [f"{name} = {ctype(kind)}" for name, kind in p.callbacks.items()]
    out += ["", "# ---- fields ----", ""]
    for name in ordered(p.structs):
        s = p.structs[name]
        if s["fields"] is None:
            continue
        if s["anonymous"]:
            out.append(f"{name}._anonymous_ = {tuple(s['anonymous'])!r}")
        out += [f"{name}._fields_ = ["] + [f"    {field(*f)}," for f in s["fields"]] + ["]"]
    complete = [name for name in p.structs if p.structs[name]["fields"] is not None and not name.startswith("_unnamed")]
    out += ["", "STRUCTS: dict[str, type[Structure]] = {"] + [f'    "{name}": {name},' for name in complete] + ["}"]
    out += ["", "# ---- what macros *_INIT say; None: NULL, or the size of the structure ----", "", "DEFAULTS: dict[str, tuple[Any, ...]] = {"]
    out += [f'    "{stem}": {show(value)},' for stem, (struct, value) in inits.items() if stem == struct] + ["}"]
    out += ["", "# ---- the same of macros that are one of several for a structure ----", ""]
    out += ["VARIANTS: dict[str, tuple[type[Structure], tuple[Any, ...]]] = {"]
    out += [f'    "{stem}": ({struct}, {show(value)}),' for stem, (struct, value) in inits.items() if stem != struct] + ["}"]
    out += ["", "# ---- functions: result and arguments ----", "", "FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {"]
    for name in sorted(p.functions):
        _, result, arguments = p.functions[name]
        out.append(f'    "{name}": ({ctype(result)}, ({"".join(ctype(a) + ", " for a in arguments).rstrip()})),')
    return "\n".join(out + ["}", ""])


def struct_of(stem: str, structs: dict[str, dict]) -> str:
    """The structure that a macro is for: CIM_SENSOR_CAMERA_INIT is one of several for cim_sensor."""
    name = stem
    while name and structs.get(name, {}).get("fields") is None:
        name = name.rpartition("_")[0]
    if not name:
        raise Failed(f"{stem.upper()}_INIT: there is no structure {stem}")
    return name


def generate(headers: str) -> str:
    plain: dict[str, object] = {}
    later: dict[str, str] = {}
    inits: dict[str, tuple[str, object]] = {}
    for name, text in macros(headers).items():
        if text.startswith("{"):
            later[name] = text
            continue
        try:
            tokens = [m[m.lastgroup or 0] for m in TOKEN.finditer(text) if m.lastgroup]
            plain[name] = python_expression(tokens, plain)
        except Exception:  # an expression with enumerators, or no expression at all
            later[name] = text
    p = Parser(own_lines(preprocess(headers, '#include "cim.h"\n'), headers), plain)
    p.run()
    for name, text in later.items():
        if name.endswith("_INIT") and text.startswith("{"):
            stem = name[: -len("_INIT")].lower()
            inits[stem] = (struct_of(stem, p.structs), initializer(text, p.constants))
        elif text and not re.search(r"\bX\b", text):
            tokens = [m[m.lastgroup or 0] for m in TOKEN.finditer(text) if m.lastgroup]
            plain[name] = p.value(tokens)
    return write(p, plain, inits)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--headers", default=os.path.join(HERE, "..", "..", "include"), help="the folder that holds cim.h")
    parser.add_argument("--output", default=os.path.join(HERE, "cim", "_abi.py"))
    parser.add_argument("--check", action="store_true", help="only compare")
    a = parser.parse_args()
    try:
        text = generate(a.headers)
    except Failed as e:
        print(f"generate.py: {e}", file=sys.stderr)
        return 1
    if not a.check:
        with open(a.output, "w", encoding="utf-8") as f:
            f.write(text)
        return 0
    with open(a.output, encoding="utf-8") as f:
        old = f.read()
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), a.output, "the headers"))
    return int(old != text)


if __name__ == "__main__":
    sys.exit(main())
