"""The build refuses a compiler that would miscompile it."""

import shutil
import subprocess
import tempfile
import unittest

from tools import ROOT


class Compiler(unittest.TestCase):
    @unittest.skipUnless(shutil.which("g++-12"), "g++ 12 is not installed")
    def test_configuring_with_gcc_12_stops_and_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++-12"],
                capture_output=True,
                text=True,
            )
        self.assertNotEqual(done.returncode, 0)
        message = " ".join(done.stderr.split())
        self.assertIn("miscompiles C++20 coroutines silently", message)
        self.assertIn("Use clang++-19", message)


if __name__ == "__main__":
    unittest.main()
