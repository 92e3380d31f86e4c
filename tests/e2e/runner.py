"""Runs scenarios and says how many tests passed; tests/e2e/run prepares the cluster and calls this."""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))


class Timed(unittest.TextTestResult):
    """Says how long each test took, and shows a failure at once: a run takes minutes."""

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln(f"    {time.monotonic() - self._began:.1f} s")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.stream.writeln(self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.stream.writeln(self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.stream.writeln(f"\n{subtest}: {err[1]}")


def main(chosen):
    names = chosen or sorted(path.stem for path in (HERE / "scenarios").glob("[a-z]*.py"))
    suite = unittest.defaultTestLoader.loadTestsFromNames([f"scenarios.{name}" for name in names])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Timed).run(suite)
    failed = {getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors}
    print(f"{max(result.testsRun - len(failed), 0)} passed, {len(failed)} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
