"""The base of every scenario: namespaces of its own, removed at the end."""

import unittest

from support.instance import Instance
from support.kubectl import create_namespace, delete_namespace


class Scenario(unittest.TestCase):
    maxDiff = None

    def namespace(self, suffix=""):
        """A fresh namespace that enforces the restricted Pod Security Standard."""
        name = f"e2e-{type(self).__name__.lower()}{suffix}"
        delete_namespace(name)
        create_namespace(name)
        self.addCleanup(delete_namespace, name)
        return name

    def ready_instance(self, suffix="", **spec):
        return Instance(self.namespace(suffix), **spec).apply().wait_ready()
