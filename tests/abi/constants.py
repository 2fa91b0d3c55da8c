"""A C program from the public headers that prints what a binary depends on and abidiff does not see: values of constants and enum members, sizes of structs,
offsets of their fields.  constants.py INCLUDE-FOLDER >program.c.  Standard library only."""
import re, sys
from pathlib import Path

include = Path(sys.argv[1])
text = "\n".join(p.read_text() for p in sorted((include / "cim").glob("*.h")))
text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
lines = []


def fields(body):
    """Names of fields; a struct in a struct is one field."""
    body = re.sub(r"\{[^{}]*\}", " ", body)
    for declaration in body.split(";"):
        pointer = re.search(r"\(\*(\w+)\)\s*\(", declaration)
        if pointer:
            yield pointer[1]
            continue
        for part in declaration.split(","):
            name = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$", part.strip())
            if name: yield name[1]


for match in re.finditer(r"typedef struct (\w+) \{((?:[^{}]|\{[^{}]*\})*)\} \1;", text):
    lines.append(f'    printf("sizeof {match[1]} %zu\\n", sizeof({match[1]}));')
    for name in fields(match[2]): lines.append(f'    printf("offset {match[1]}.{name} %zu\\n", offsetof({match[1]}, {name}));')
for body in re.findall(r"\benum(?: \w+)? \{(.*?)\}", text, re.S):
    body = re.sub(r"^#.*$", "", body, flags=re.M)
    for name in re.findall(r"\b(CIM_[A-Z0-9_]+)\b\s*(?==|,|$|\s*$)", body + "\n", re.M):
        if name != "CIM_STATUS_MAP": lines.append(f'    printf("enum {name} %lld\\n", (long long){name});')
for name, value in re.findall(r"^#define (CIM_[A-Z0-9_]+)[ \t]+(\S.*)$", text, re.M):
    if name.endswith("_INIT") or value.startswith(("{", "__attribute__", "extern", "}")): continue
    lines.append(f'    show("{name}", _Generic(({value}), char *: 0, const char *: 0, float: 1, double: 1, default: 2), {value});' if value.startswith('"')
                 else f'    printf("define {name} %.17g\\n", (double)({value}));')
lines = [re.sub(r'show\("(\w+)".*, ("[^"]*")\);', r'printf("define \1 %s\\n", \2);', l) for l in lines]
seen = list(dict.fromkeys(lines))
print("#include <cim.h>\n#include <stdio.h>\n\nint main(void)\n{")
print("#define X(name, value, text) printf(\"status CIM_\" #name \" %d %s\\n\", CIM_##name, text);\n    CIM_STATUS_MAP(X)")
print("\n".join(seen))
print("    return 0;\n}")
