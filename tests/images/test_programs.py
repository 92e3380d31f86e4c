"""The images of the operator and the CRM server, as they are shipped."""

import pathlib
import subprocess
import unittest

from container import Container, Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()


class ProgramImage:
    """What holds for both; subclasses say which image and how large it may be."""

    @classmethod
    def setUpClass(cls):
        line = subprocess.run([ROOT / "images/build", cls.name], check=True, stdout=subprocess.PIPE, text=True).stdout
        cls.archive = pathlib.Path(line.split()[-1])
        cls.image = Image(cls.archive)

    @classmethod
    def tearDownClass(cls):
        cls.image.remove()

    def test_the_program_runs_like_a_restricted_pod(self):
        container = Container(self.image, {}, ["--version"])
        self.addCleanup(container.remove)
        self.assertEqual(container.wait(), 0, container.output())
        self.assertEqual(container.output().strip(), VERSION)

    def test_the_program_runs_as_a_user_that_a_platform_assigns(self):
        container = Container(self.image, {}, ["--version"], user=(1000680000, 0))
        self.addCleanup(container.remove)
        self.assertEqual(container.wait(), 0, container.output())

    def test_it_runs_as_a_numeric_user_that_is_not_root(self):
        self.assertEqual(self.image.config["User"], "65532:65532")

    def test_it_holds_one_program_and_its_libraries(self):
        files = [path.relative_to(self.image.root) for path in self.image.root.rglob("*") if not path.is_dir()]
        others = [path for path in files if ".so" not in path.name]
        self.assertEqual(
            sorted(map(str, others)), sorted([self.program, "etc/group", "etc/nsswitch.conf", "etc/passwd"])
        )

    def test_it_is_small(self):
        self.assertLess(self.archive.stat().st_size, self.limit)


class OperatorImage(ProgramImage, unittest.TestCase):
    name, program, limit = "operator", "crm-operator", 12_000_000


class ServerImage(ProgramImage, unittest.TestCase):
    name, program, limit = "crm-server", "crm-server", 20_000_000


if __name__ == "__main__":
    unittest.main()
