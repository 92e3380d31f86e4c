"""Two checkouts on one machine have clusters of their own."""

import pathlib
import shutil
import tempfile
import unittest

from tools import ROOT, programs, run

NAME = ("--name", "checkouts")


class Checkouts(unittest.TestCase):
    def checkout(self):
        """The local Kubernetes of another checkout."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(shutil.copytree(ROOT / "tests/cluster", pathlib.Path(folder.name, "cluster"))) / "cluster"

    def state(self, cluster):
        return pathlib.Path(run(cluster, "kubeconfig", *NAME).strip()).parents[1]

    def test_a_cluster_is_neither_found_nor_ended_by_another_checkout(self):
        one, other = self.checkout(), self.checkout()

        def kubectl(cluster, *arguments):
            return run(programs() / "kubectl", "--kubeconfig", run(cluster, "kubeconfig", *NAME).strip(), *arguments)

        for cluster in (one, other):
            self.addCleanup(run, cluster, "down", *NAME)
        run(one, "up", *NAME, "--control-plane-only")
        with self.assertRaisesRegex(AssertionError, "is not up"):
            run(other, "status", *NAME)
        run(other, "up", *NAME, "--control-plane-only")
        kubectl(one, "create", "namespace", "of-one")
        with self.assertRaisesRegex(AssertionError, "NotFound"):
            kubectl(other, "get", "namespace", "of-one")
        run(other, "down", *NAME)
        kubectl(one, "get", "namespace", "of-one")
        run(one, "down", *NAME)
        left = [path for cluster in (one, other) for path in self.state(cluster).parent.glob(self.state(cluster).name + "*")]
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
