"""Runs scenarios and says how many tests passed; tests/e2e/run prepares the cluster and calls this.

Tests run a few at a time, each in namespaces of its own. Those that disturb what all share, or measure what others
would disturb, say so (support.scenario.alone) and run one by one afterwards. E2E_AT_ONCE is how many run together (3).
"""

import concurrent.futures
import io
import os
import pathlib
import sys
import threading
import time
import traceback
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from support.scenario import runs_alone  # noqa: E402

printing = threading.Lock()


def tests_of(suite):
    """The test cases in a suite of suites."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


class Outcome(unittest.TestResult):
    """What became of one test; each subtest that failed is told, too."""

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            print(f"{subtest}: {error[1]}", file=self.told)


def run(test):
    """Runs one test, tells how it went, and returns whether it passed."""
    outcome, began = Outcome(), time.monotonic()
    outcome.told = io.StringIO()
    try:
        test.run(outcome)
    except Exception:  # of the test's own machinery: nothing that a test case catches
        outcome.errors.append((test, traceback.format_exc()))
    passed = outcome.wasSuccessful()
    with printing:
        print(f"{'ok  ' if passed else 'FAIL'} {time.monotonic() - began:6.1f} s  {test.id().removeprefix('scenarios.')}")
        for _, words in outcome.failures + outcome.errors:
            print(words)
        print(outcome.told.getvalue(), end="", flush=True)
    return passed


def main(chosen):
    names = chosen or sorted(path.stem for path in (HERE / "scenarios").glob("[a-z]*.py"))
    tests = list(tests_of(unittest.defaultTestLoader.loadTestsFromNames([f"scenarios.{name}" for name in names])))
    together = [test for test in tests if not runs_alone(test)]
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("E2E_AT_ONCE", "3"))) as pool:
        passed = sum(pool.map(run, together))
    passed += sum(map(run, filter(runs_alone, tests)))
    print(f"{passed} passed, {len(tests) - passed} failed")
    return 0 if tests and passed == len(tests) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
