"""Run tests and print TAP: python3 -m tests [tests.test_x ...]"""
import sys
import traceback
import unittest

from . import support


class Tap(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def line(self, ok, test, more=""):
        self.number += 1
        print(f"{'ok' if ok else 'not ok'} {self.number} - {test.id().replace('tests.', '', 1)}{more}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(True, test, f" # SKIP {reason}")

    def _bad(self, test, error):
        for line in "".join(traceback.format_exception(*error)).splitlines():
            print(f"# {line}")
        self.line(False, test)

    def addError(self, test, err):
        super().addError(test, err)
        self._bad(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._bad(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._bad(subtest, err)


def main():
    names = sys.argv[1:]
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromNames(names) if names else loader.discover(support.TESTS, pattern="test_*.py", top_level_dir=support.PYTHON)
    result = Tap()
    try:
        suite.run(result)
    finally:
        support.clean()
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() and result.number else 1


sys.exit(main())
