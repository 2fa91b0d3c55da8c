"""Examples in docstrings run on the sample town."""
import doctest
import importlib
import os
import pkgutil
import unittest

import cim

from . import support


class Docstrings(unittest.TestCase):
    def test_doctests(self):
        ran = 0
        for found in pkgutil.iter_modules(cim.__path__):
            module = importlib.import_module(f"cim.{found.name}")
            result = doctest.testmod(module, extraglobs={"cim": cim, "town": support.town()}, optionflags=doctest.NORMALIZE_WHITESPACE)
            self.assertEqual(result.failed, 0, found.name)
            ran += result.attempted
        self.assertGreaterEqual(ran, 12)

    def test_everything_public_is_said(self):
        for name in cim.__all__:
            thing = getattr(cim, name)
            self.assertTrue(getattr(thing, "__doc__", None), name)
            if isinstance(thing, type) and thing.__module__.startswith("cim"):
                for member, value in vars(thing).items():
                    if callable(value) and not member.startswith("_"):
                        self.assertTrue(value.__doc__ or any(getattr(getattr(b, member, None), "__doc__", None) for b in thing.__mro__[1:]), f"{name}.{member}")

    def test_readme(self):
        path = os.path.join(support.PYTHON, "README.md")
        done = doctest.testfile(
            path, module_relative=False, globs={"cim": cim, "town": support.town()}, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
        )
        self.assertEqual(done.failed, 0)
        self.assertGreater(done.attempted, 5)
