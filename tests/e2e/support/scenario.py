"""The base of every scenario: namespaces of its own, removed at the end."""

import unittest
import zlib

from support.instance import Instance
from support.kubectl import create_namespace, delete_namespace


def alone(test):
    """Marks a test or a whole scenario that must not run beside others: it stops what they need, or counts what
    they would add to."""
    test.runs_alone = True
    return test


def runs_alone(test):
    # What could not be loaded is a test case of unittest's own, without this method.
    method = getattr(test, test._testMethodName, None)
    return getattr(test, "runs_alone", False) or getattr(method, "runs_alone", False)


class Scenario(unittest.TestCase):
    maxDiff = None

    def namespace(self, suffix=""):
        """A fresh namespace that enforces the restricted Pod Security Standard."""
        name = f"e2e-{type(self).__name__.lower()}-{zlib.crc32(self.id().encode()):08x}{suffix}"
        delete_namespace(name)
        create_namespace(name)
        # What ends slowly does so while the next test runs.
        self.addCleanup(delete_namespace, name, wait=False)
        return name

    def ready_instance(self, suffix="", **spec):
        return Instance(self.namespace(suffix), **spec).apply().wait_ready()
