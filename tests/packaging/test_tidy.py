"""scripts/tidy --since-clean judges what changed since it last found nothing."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tools import ROOT

CLEAN, CHANGED, DIRTY = "int good_name();\n", "int other_name();\n", "int BadName();\n"
SOURCES = 12


class SinceClean(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name, "repository")
        self.environment = os.environ | {"CRM_CACHE": str(pathlib.Path(folder.name, "cache"))}
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        for file in ("scripts/tidy", ".clang-tidy", "tests/.clang-tidy"):
            (self.root / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / file, self.root / file)
        sources = [self.root / f"{number}.cpp" for number in range(SOURCES)]
        commands = [
            {"directory": str(self.root), "file": str(path), "command": f"clang++-19 -I. -c {path} -o a.o"} for path in sources
        ]
        for path in sources:
            path.write_text(CLEAN)
        for folder in ("build", "common"):
            (self.root / folder).mkdir()
        (self.root / "build/compile_commands.json").write_text(json.dumps(commands))
        self.first = self.commit(".gitignore", "build/\n")

    def git(self, *arguments):
        author = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        return subprocess.run(["git", *author, *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, file, text):
        """A commit that changes one file; the start of its hash."""
        (self.root / file).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", file)
        return self.git("rev-parse", "HEAD")[:12]

    def tidy(self, *options):
        """The exit code and the last line."""
        command = [self.root / "scripts/tidy", "build", "--since-clean", *options]
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()[-1].removeprefix("clang-tidy: ")

    def test_of_a_long_history_the_last_ten_commits_are_judged_until_one_is_known_to_be_clean(self):
        commits = [self.commit(f"{number}.cpp", CHANGED) for number in range(SOURCES)]
        self.assertEqual(self.tidy(), (0, f"10 sources that changed since {commits[-11]}: 0 with findings"))
        self.commit("0.cpp", CLEAN)
        self.assertEqual(self.tidy(), (0, f"1 sources that changed since {commits[-1]}: 0 with findings"))

    def test_a_commit_with_a_finding_is_not_taken_for_clean(self):
        self.assertEqual(self.tidy(), (0, f"{SOURCES} sources: 0 with findings"))
        self.commit("0.cpp", DIRTY)
        for _ in range(2):
            self.assertEqual(self.tidy(), (1, f"1 sources that changed since {self.first}: 1 with findings"))

    def test_a_commit_is_not_taken_for_clean_by_what_is_not_in_it(self):
        self.commit("0.cpp", DIRTY)
        (self.root / "0.cpp").write_text(CLEAN)
        for _ in range(2):
            self.assertEqual(self.tidy(), (0, f"{SOURCES} sources: 0 with findings"))

    def test_what_there_was_no_time_for_is_left_for_the_next_run(self):
        self.assertEqual(self.tidy("--seconds", "0"), (0, f"{SOURCES} sources: 0 with findings, {SOURCES} left for want of time"))
        self.assertEqual(self.tidy(), (0, f"{SOURCES} sources: 0 with findings"))

    def test_other_checks_forget_what_was_clean(self):
        self.tidy()
        self.commit("tests/.clang-tidy", "Checks: '-bugprone-*'\nInheritParentConfig: true\n")
        self.assertEqual(self.tidy(), (0, f"{SOURCES} sources: 0 with findings"))

    def test_a_header_is_seen_through_what_includes_it_or_a_header_that_does(self):
        self.commit("0.cpp", '#include "common/outer.h"\n')
        self.commit("common/outer.h", '#include "common/inner.h"\n')
        self.commit("common/inner.h", CLEAN)
        self.tidy()
        self.commit("common/inner.h", DIRTY)
        self.assertRegex(self.tidy()[1], "^1 sources .* 1 with findings$")


if __name__ == "__main__":
    unittest.main()
