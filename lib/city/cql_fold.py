#!/usr/bin/env python3
"""Write cql_fold.inc: what CASEI and ACCENTI make of characters.

  cases    full case folding (Unicode's CaseFolding.txt, statuses C and F), which is str.casefold()
  accents  canonical decomposition without nonspacing marks; the Japanese voicing marks stay, because they make other letters
           (OGC 21-065r2, guidance for ACCENTI); and letters that Unicode calls "LATIN ... LETTER X WITH ..." but does not
           decompose (o with stroke, l with stroke) become X
  marks    ranges of nonspacing marks, which ACCENTI removes

A row is (character << 32 | character) for one character, or (character << 32 | 1 << 31 | place << 8 | count) for several in `more`.

usage: cql_fold.py > cql_fold.inc
"""
import re
import unicodedata

KEPT_MARKS = {0x3099, 0x309A}
more = []


def decompose(text):
    return unicodedata.normalize("NFD", text)


def is_hangul(c):
    return 0xAC00 <= c < 0xD7A4


def plain_letter(c):
    m = re.fullmatch(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z]) WITH .*", unicodedata.name(chr(c), ""))
    return m and (m[2] if m[1] == "CAPITAL" else m[2].lower())


def without_accents(c):
    if is_hangul(c) or unicodedata.category(chr(c)) in ("Cn", "Mn"):
        return chr(c)
    kept = [d for d in decompose(chr(c)) if unicodedata.category(d) != "Mn" or ord(d) in KEPT_MARKS]
    return "".join(plain_letter(ord(d)) or d for d in kept)


def rows(function):
    for c in range(0x80, 0x110000):
        to = chr(c) if 0xD800 <= c < 0xE000 else function(c)
        if to == chr(c):
            continue
        if len(to) == 1:
            yield c << 32 | ord(to)
        else:
            yield c << 32 | 1 << 31 | len(more) << 8 | len(to)
            more.extend(ord(d) for d in to)


def ranges():
    marks = [c for c in range(0x80, 0x110000) if unicodedata.category(chr(c)) == "Mn" and c not in KEPT_MARKS]
    first = last = marks[0]
    for c in marks[1:] + [-1]:
        if c == last + 1:
            last = c
            continue
        yield first << 32 | last
        first = last = c


def put(name, values, kind="uint64_t"):
    print(f"static const {kind} {name}[] = {{")
    line = "   "
    for v in values:
        item = f" 0x{v:x},"
        if len(line) + len(item) > 158:
            print(line)
            line = "   "
        line += item
    print(line)
    print("};")


print(f"/* Written by cql_fold.py from Unicode {unicodedata.unidata_version}. */")
put("fold_cases", rows(lambda c: chr(c).casefold()))
put("fold_accents", rows(without_accents))
put("fold_marks", ranges())
put("fold_more", more, "uint32_t")
