"""Policies of the cluster, and others, that make something else of what the operator writes."""

import json

from support.instance import Instance
from support.kubectl import get, kubectl, wait_until
from support.operator import kill_operator, operator_ready
from support.policy import mutate
from support.scenario import Scenario, alone


class Policies(Scenario):
    @alone
    def test_what_a_policy_makes_of_an_object_is_what_is_wanted(self):
        instance = Instance(self.namespace())
        mutate(self, instance.namespace, "apps/deployments",
               '[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/imagePullPolicy", value: "Never"}]',
               operations=("CREATE", "UPDATE"))
        instance.apply().wait_ready()
        kill_operator()
        wait_until("the operator is ready again", operator_ready)
        instance.apply(replicas=2).wait_ready()
        self.assertEqual(get("deployment", "acme-server", instance.namespace)
                         ["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"], "Never")

    def test_a_claim_template_that_a_policy_changed_keeps_nothing_else_from_changing(self):
        instance = Instance(self.namespace())
        mutate(self, instance.namespace, "apps/statefulsets",
               '[JSONPatch{op: "add", path: "/spec/volumeClaimTemplates/0/spec/storageClassName", value: "standard"}]')
        instance.apply().wait_ready()
        instance.apply(size="medium").wait_ready()
        stateful_set = get("statefulset", "acme-database", instance.namespace)["spec"]
        self.assertEqual(stateful_set["volumeClaimTemplates"][0]["spec"]["storageClassName"], "standard")
        self.assertEqual(get("pod", "acme-database-0", instance.namespace)["spec"]["containers"][0]["resources"],
                         stateful_set["template"]["spec"]["containers"][0]["resources"])

    def test_a_sidecar_before_the_server_confuses_nothing(self):
        instance = self.ready_instance()
        image = get("statefulset", "acme-database", instance.namespace)["spec"]["template"]["spec"]["containers"][0]["image"]
        sidecar = {"name": "mesh", "image": image, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "infinity"],
                   "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
        running = instance.object()["status"]["version"]["running"]
        kubectl("patch", "deployment", "acme-server", "-n", instance.namespace, "--type=json", "-p",
                json.dumps([{"op": "add", "path": "/spec/template/spec/containers/0", "value": sidecar}]))
        instance.apply(replicas=2).wait_ready()
        containers = get("deployment", "acme-server", instance.namespace)["spec"]["template"]["spec"]["containers"]
        self.assertEqual([container["name"] for container in containers], ["mesh", "server"])
        self.assertEqual(instance.object()["status"]["version"]["running"], running)
