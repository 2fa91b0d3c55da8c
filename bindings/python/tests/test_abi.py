"""_abi.py against the headers, against C, and against the list of symbols."""
import ctypes
import os
import re
import subprocess
import sys
import tempfile
import unittest

from cim import _abi, _core

from . import support

sys.path.insert(0, support.PYTHON)
import generate  # noqa: E402

HARD = """
#include <stdint.h>
enum { CIM_A = 1 << 3, CIM_B, CIM_C = CIM_A | 'a', CIM_D = -0x7fff };
#define CIM_Y (CIM_A + 2)
#define CIM_TEXT "a" "b"
typedef union cim_u { struct { uint32_t a : 3, b : 5; union { double d; uint64_t u; }; } s; unsigned long long raw[2][CIM_Y]; } cim_u;
typedef struct { int (*cb)(void *user, const char *text, const double xyz[3]); const union cim_u *const *from; struct { int p; }; } cim_w;
#define CIM_W_INIT { NULL, (NULL), { 3 } }
#define CIM_W_OTHER_INIT { NULL, NULL, { (int)-(CIM_A) } }
static inline int cim_f(int x) { if (x) { return 1; } return 0; }
__attribute__((visibility("default"))) const cim_w *cim_g(unsigned int n, long int (*fn)(void), char **out, int32_t const *x);
_Static_assert(sizeof(cim_w) > 1, "x");
"""

C_NAMES = {
    c: name
    for name, c in (
        ("char", ctypes.c_char),
        ("signed char", ctypes.c_byte),
        ("unsigned char", ctypes.c_ubyte),
        ("short", ctypes.c_short),
        ("unsigned short", ctypes.c_ushort),
        ("int", ctypes.c_int),
        ("unsigned", ctypes.c_uint),
        ("long", ctypes.c_long),
        ("unsigned long", ctypes.c_ulong),
        ("float", ctypes.c_float),
        ("double", ctypes.c_double),
        ("_Bool", ctypes.c_bool),
        ("void *", ctypes.c_void_p),
        ("char *", ctypes.c_char_p),
    )
}
C_NAMES[None] = "void"


def c_type(t):
    """A type of ctypes in C, without const."""
    if t in C_NAMES:
        return C_NAMES[t]
    for name, value in vars(_abi).items():
        if value is t:
            return name
    if hasattr(t, "_type_") and issubclass(t, ctypes._Pointer):
        return f"{c_type(t._type_)} *"
    if isinstance(t, type) and issubclass(t, ctypes._CFuncPtr):
        return f"{c_type(t._restype_)} (*)({', '.join(map(c_type, t._argtypes_))})"
    raise AssertionError(f"no C type for {t}")


def c_name(field):
    return field[:-1] if field.endswith("_") else field


def compile_and_run(text, *flags):
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "x.c"), os.path.join(folder, "x")
        with open(source, "w", encoding="utf-8") as f:
            f.write(text)
        done = subprocess.run(
            [*support.compiler(), "-w", "-I", os.path.join(support.SOURCE, "include"), *flags, source, "-o", program],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LD_PRELOAD": ""},
        )
        if done.returncode:
            raise AssertionError(done.stderr[:3000])
        return subprocess.run([program], capture_output=True, text=True, check=True, env={**os.environ, "LD_PRELOAD": ""}).stdout


class Generated(unittest.TestCase):
    def test_committed_output_is_what_the_headers_say(self):
        support.compiler()
        os.environ["LD_PRELOAD"], before = "", os.environ.get("LD_PRELOAD", "")
        try:
            made = generate.generate(os.path.join(support.SOURCE, "include"))
        finally:
            os.environ["LD_PRELOAD"] = before
        with open(os.path.join(support.PYTHON, "cim", "_abi.py"), encoding="utf-8") as f:
            self.assertEqual(f.read(), made, "run bindings/python/generate.py")

    def test_hard_declarations(self):
        support.compiler()
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "cim.h"), "w", encoding="utf-8") as f:
                f.write(HARD)
            made = generate.generate(folder)
            scope = {}
            exec(made, scope)
            self.assertEqual([scope[n] for n in ("CIM_A", "CIM_B", "CIM_C", "CIM_D", "CIM_Y", "CIM_TEXT")], [8, 9, 8 | ord("a"), -0x7FFF, 10, "ab"])
            self.assertEqual(scope["DEFAULTS"]["cim_w"], (None, None, (3,)))
            self.assertEqual(scope["VARIANTS"]["cim_w_other"], (scope["cim_w"], (None, None, (-8,))))
            self.assertEqual(set(scope["FUNCTIONS"]), {"cim_g"})
            self.assertEqual([f[0] for f in scope["cim_w"]._fields_], ["cb", "from_", "_member2"])
            u, w = scope["cim_u"](), scope["cim_w"]()
            u.s.d, u.s.a, w.p = 1.5, 7, 4
            self.assertEqual((u.s.u, u.s.b, w.p), (0x3FF8000000000000, 0, 4))
            source = f'{HARD}\n#include <stdio.h>\nint main(void) {{ printf("%zu %zu", sizeof(cim_u), sizeof(cim_w)); }}'.replace("NULL", "0")
            self.assertEqual(compile_and_run(source), f"{ctypes.sizeof(scope['cim_u'])} {ctypes.sizeof(scope['cim_w'])}")

    def test_what_is_not_understood_is_an_error_with_its_place(self):
        support.compiler()
        for text, words in (
            ("int cim_v(int n, ...);", "any number"),
            ("extern int cim_x;", "neither"),
            ("enum { CIM_A = sizeof(int) };", "no constant"),
            ("wrong x;", "no type"),
        ):
            with tempfile.TemporaryDirectory() as folder, self.subTest(text):
                with open(os.path.join(folder, "cim.h"), "w", encoding="utf-8") as f:
                    f.write("\n\n" + text + "\n")
                with self.assertRaisesRegex(generate.Failed, rf"cim\.h:3: .*{words}"):
                    generate.generate(folder)


class AgainstC(unittest.TestCase):
    def test_sizes_offsets_and_constants(self):
        numbers = {n: v for n, v in _abi.CONSTANTS.items() if isinstance(v, int)}
        out = ["#include <cim.h>", "#include <stdio.h>", "int main(void) {"]
        out += [f'printf("{n} %lld\\n", (long long)({n}));' for n in numbers]
        for name, s in _abi.STRUCTS.items():
            out.append(f'printf("{name} %zu\\n", sizeof({name}));')
            out += [f'printf("{name}.{f[0]} %zu\\n", offsetof({name}, {c_name(f[0])}));' for f in s._fields_ if not f[0].startswith("_member")]
        said = dict(line.rsplit(" ", 1) for line in compile_and_run("\n".join(out + ["return 0; }"])).splitlines())
        for n, v in numbers.items():
            self.assertEqual(int(said[n]) & 0xFFFFFFFFFFFFFFFF, v & 0xFFFFFFFFFFFFFFFF, n)
        for name, s in _abi.STRUCTS.items():
            self.assertEqual(int(said[name]), ctypes.sizeof(s), name)
            for f in s._fields_:
                self.assertEqual(int(said.get(f"{name}.{f[0]}", getattr(s, f[0]).offset)), getattr(s, f[0]).offset, f"{name}.{f[0]}")
        self.assertGreater(len(said), 800)

    def test_types_of_functions_and_fields(self):
        out = ["#include <stddef.h>", "#include <stdint.h>", "#include <math.h>", "#define const", "#include <cim.h>"]
        for name, (result, arguments) in _abi.FUNCTIONS.items():
            kind = f"{c_type(result)} ({', '.join(map(c_type, arguments)) or 'void'})"
            out.append(f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), {kind}), "{name}");')
        for name, s in _abi.STRUCTS.items():
            for f in s._fields_:
                if len(f) == 2 and not issubclass(f[1], (ctypes.Array, ctypes._CFuncPtr)):
                    out.append(f'_Static_assert(__builtin_types_compatible_p(__typeof__((({name} *)0)->{c_name(f[0])}), {c_type(f[1])}), "{name}.{f[0]}");')
        compile_and_run("\n".join(out + ["int main(void) { return 0; }"]))
        self.assertGreater(len(out), 800)

    def test_defaults_are_those_of_the_macros(self):
        names = [*_abi.DEFAULTS, *_abi.VARIANTS]
        out = ["#include <cim.h>", "#include <stdio.h>", "int main(void) {"]
        for n in names:
            kind = _abi.VARIANTS[n][0].__name__ if n in _abi.VARIANTS else n
            out.append(
                f'{{ static {kind} v = {n.upper()}_INIT; for (size_t i = 0; i < sizeof v; i++) printf("%02x", ((unsigned char *)&v)[i]); putchar(10); }}'
            )
        said = compile_and_run("\n".join(out + ["return 0; }"])).splitlines()
        for n, text in zip(names, said):
            made = _core.struct(_abi.VARIANTS[n][0], n) if n in _abi.VARIANTS else _core.struct(getattr(_abi, n))
            self.assertEqual(bytes(made).hex(), text, n)


class AgainstTheMap(unittest.TestCase):
    def test_every_symbol_is_bound_and_no_other(self):
        with open(os.path.join(support.SOURCE, "lib", "libcim.map"), encoding="utf-8") as f:
            listed = set(re.findall(r"^\s*(cim_\w+);", f.read(), re.M))
        self.assertEqual(listed, set(_abi.FUNCTIONS))
        for name, (result, arguments) in _abi.FUNCTIONS.items():
            function = getattr(_core.lib, name)
            self.assertEqual((function.restype, tuple(function.argtypes)), (result, arguments))


if __name__ == "__main__":
    unittest.main()
