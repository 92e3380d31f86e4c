"""The operator and the API server may die at any moment."""

from support.instance import Instance
from support.kubectl import get, kubectl, list_objects, wait_until
from support.node import restart_component
from support.operator import kill_operator, operator_ready, writes_by_operator
from support.scenario import Scenario, alone

KINDS = ["serviceaccounts", "secrets", "services", "statefulsets", "deployments", "jobs", "poddisruptionbudgets"]


def owned_names(namespace):
    return {(kind, item["metadata"]["name"]) for kind in KINDS
            for item in list_objects(kind, namespace, "crm-operator.dev/instance=acme")}


@alone
class OperatorRestart(Scenario):
    def test_killed_in_the_middle_of_provisioning_it_ends_in_the_same_world(self):
        undisturbed = self.ready_instance("-whole")
        interrupted = Instance(self.namespace("-cut")).apply()
        wait_until("provisioning has begun", lambda: owned_names(interrupted.namespace))
        kill_operator()
        interrupted.wait_ready()
        self.assertEqual(owned_names(interrupted.namespace), owned_names(undisturbed.namespace))
        interrupted.api().create_contact(firstName="Same", lastName="World")

    def test_a_restart_on_a_converged_cluster_writes_nothing(self):
        instance = self.ready_instance()
        # Those of the tests before may be going still.
        wait_until("no other instance is left", lambda: len(kubectl("get", "crm", "-A", "-o", "name").split()) == 1)
        versions = lambda: {(kind, item["metadata"]["name"]): item["metadata"]["resourceVersion"]
                            for kind in KINDS + ["crminstances"] for item in list_objects(kind, instance.namespace)}
        # The end of its pod is enough for the instance to be ready; the Job's controller writes a little later.
        wait_until("the Job is complete", lambda: all(
            any(c["type"] == "Complete" for c in job["status"].get("conditions", []))
            for job in list_objects("jobs", instance.namespace)))
        before = versions()
        kill_operator()
        wait_until("the operator is ready again", operator_ready)
        self.assertEqual(writes_by_operator(), 0)
        self.assertEqual(versions(), before)

    def test_watches_survive_a_restart_of_the_api_server(self):
        instance = self.ready_instance()
        restart_component("apiserver")
        wait_until("the API server answers", lambda: kubectl("get", "--raw", "/readyz") == "ok")
        kubectl("delete", "service", "acme-server", "-n", instance.namespace)
        wait_until("the Service is made again", lambda: get("service", "acme-server", instance.namespace), timeout=60)
