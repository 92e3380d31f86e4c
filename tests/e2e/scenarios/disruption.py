"""Nodes are drained without an outage, and always can be."""

import concurrent.futures
import json

from support.kubectl import KubectlError, get, kubectl, list_objects, wait_until
from support.scenario import Scenario


def evict(pod):
    """Whether the API server accepts it."""
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
    try:
        kubectl("create", "--raw", f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", "-f", "-", stdin=json.dumps(eviction))
    except KubectlError as error:
        if "disruption budget" not in str(error):
            raise
        return False
    return True


class Disruption(Scenario):
    def servers(self, instance):
        return list_objects("pods", instance.namespace, "app.kubernetes.io/component=server")

    def wait_for_budget(self, instance):
        wait_until("an eviction is allowed", lambda: (get("pdb", "acme-server", instance.namespace) or {}).get("status", {}).get("disruptionsAllowed"))

    def test_of_three_servers_evicted_at_once_two_stay(self):
        instance = self.ready_instance(replicas=3)
        self.wait_for_budget(instance)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            accepted = sum(pool.map(evict, self.servers(instance)))
        self.assertEqual(accepted, 1)
        self.assertGreaterEqual(get("deployment", "acme-server", instance.namespace)["status"].get("readyReplicas", 0), 2)
        instance.wait_ready()
        instance.apply(replicas=1).wait_ready()
        wait_until("no budget is left", lambda: not get("pdb", "acme-server", instance.namespace))

    def test_a_node_with_the_only_server_can_be_drained(self):
        instance = self.ready_instance()
        self.assertTrue(evict(self.servers(instance)[0]))
        instance.wait_ready()
