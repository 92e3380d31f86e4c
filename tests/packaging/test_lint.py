"""scripts/lint tells what it finds by its last line and its exit code."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tools import ROOT


def lint(root, *checks):
    done = subprocess.run([root / "scripts/lint", *checks], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()


class Lint(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        for file in ("scripts/lint", ".clang-format", "tests/cluster/go-toolchain", "tests/cluster/go.mod"):
            (self.root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.root / file)

    def test_each_quick_check_finds_what_it_is_for_and_is_named_in_the_last_line(self):
        for check, file, bad, good in (
            ("clang-format", "a.cpp", "int  a;\n", "int a;\n"),
            ("gofmt", "a.go", "package  a\n", "package a\n"),
            ("shellcheck", "a", "#!/bin/sh\necho $1\n", '#!/bin/sh\necho "$1"\n'),
            ("pyflakes", "a", "#!/usr/bin/python3\nimport os\n", "#!/usr/bin/python3\n"),
        ):
            with self.subTest(check):
                (self.root / file).write_text(bad)
                code, output = lint(self.root, check)
                self.assertEqual((code, output[-1]), (1, f"lint: failed: {check}"))
                (self.root / file).write_text(good)
                code, output = lint(self.root, check)
                self.assertEqual((code, output[-1]), (0, "lint: clean"))

    def test_a_check_that_does_not_exist_is_refused(self):
        self.assertEqual(lint(self.root, "spelling")[0], 2)

    def test_the_quick_checks_find_nothing_in_this_repository(self):
        code, output = lint(ROOT, "clang-format", "gofmt", "shellcheck", "pyflakes")
        self.assertEqual(code, 0, "\n".join(output))


if __name__ == "__main__":
    unittest.main()
