"""The lists of packages are complete: all that is built with is there in a Debian that has nothing else.

The Debian is kept in ${CRM_CACHE:-~/.cache/crm-operator}/bare-machine for as long as the lists stay as they are. It
is only read; what is tried in it has no network, and its files are in memory.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from tools import ROOT, run

CACHE = pathlib.Path(os.environ.get("CRM_CACHE") or pathlib.Path.home() / ".cache/crm-operator") / "bare-machine"
LISTS = ("images/packages.txt", "scripts/packages.txt", "tests/cluster/packages.txt")
# They are programs of the images, which people do not start.
OF_IMAGES = {"images/assemble", "images/postgres/start"}

# Runs in namespaces of its own, with the Debian as $1: the repository is /src, and only /tmp can be written.
ENTER = """
set -eu
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
mount --bind "$2" "$1/src" && mount -o remount,bind,ro "$1/src"
mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp"
exec env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 chroot "$1" bash -c "cd /src && $3"
"""


def packages():
    lines = "\n".join((ROOT / path).read_text() for path in LISTS).splitlines()
    return sorted({line.split("#")[0].strip() for line in lines} - {""})


def debian():
    """The folder of a Debian with the packages of the lists, made unless it is there."""
    wanted = packages()
    root = CACHE / hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            for older in CACHE.glob("*/"):
                shutil.rmtree(older)
            unfinished = tempfile.mkdtemp(dir=CACHE, suffix=".new")
            run("scripts/debian-root", unfinished, f"--include={','.join(wanted)}", '--customize-hook=mkdir "$1"/src')
            os.rename(unfinished, root)
    return root


class BareMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = debian()

    def on_it(self, command):
        namespaces = ("--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts")
        return run("unshare", *namespaces, "bash", "-c", ENTER, "enter", self.root, ROOT, command)

    def test_a_program_is_built_and_runs_with_the_flags_of_each_preset(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        for preset in (preset["name"] for preset in presets if not preset.get("hidden")):
            with self.subTest(preset):
                build = f"/tmp/{preset}"
                said = self.on_it(
                    f"cmake --preset {preset} -B {build} -DCRM_OPERATOR_TESTS=ON"
                    f" && ninja -C {build} toolchain_check && {build}/tests/packaging/toolchain_check"
                )
                self.assertEqual(said.splitlines()[-1], "caught")

    def test_each_script_tells_what_it_is_for(self):
        files = run("git", "ls-files", "--stage").splitlines()
        scripts = {line.split("\t")[1] for line in files if line.startswith("100755")} - OF_IMAGES
        self.assertIn("scripts/up", scripts)
        for script in sorted(scripts):
            with self.subTest(script):
                self.assertRegex(self.on_it(f"./{script} --help"), re.compile(r"\w+ \w+"))


if __name__ == "__main__":
    unittest.main()
