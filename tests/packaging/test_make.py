"""The commands of the Makefile are those that the documents name."""

import re
import unittest

from tools import ROOT, run


class Make(unittest.TestCase):
    def test_help_explains_every_command(self):
        explained = set(re.findall(r"^  make (\S+) +\S", run("make", "help"), re.MULTILINE))
        targets = re.search(r"^\.PHONY: ((?:\\\n|.)*)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
        self.assertEqual(explained, set(targets.replace("\\\n", " ").split()))

    def test_every_command_that_a_document_names_exists(self):
        for document in ("README.md", "CONTRIBUTING.md", "docs/operations.md"):
            for target in re.findall(r"(?:`|^)make ([a-z0-9-]+)", (ROOT / document).read_text(), re.MULTILINE):
                run("make", "--dry-run", target)


if __name__ == "__main__":
    unittest.main()
