"""A bad way to the API server changes nothing but the time that all takes."""

import collections
import json
import random
import time

from support.fault_proxy import FaultProxy
from support.instance import Instance
from support.kubectl import delete, kubectl, wait_until
from support.operator import NAMESPACE, operator_ready, writes_by_operator
from support.scenario import Scenario, alone

INSTANCES = 4
CHURN_SECONDS = 60


@alone
class Faults(Scenario):
    def route(self, **environment):
        """Has the operator find the API server elsewhere; where Kubernetes says when nothing is named."""
        kubectl("set", "env", "deployment/crm-operator", "-n", NAMESPACE,
                *(f"{name}={value}" if value else f"{name}-" for name, value in environment.items()))
        kubectl("rollout", "status", "deployment/crm-operator", "-n", NAMESPACE, "--timeout=60s", timeout=70)
        wait_until("the operator is ready", operator_ready)

    def reasons_until_ready(self, instances):
        """What the instances said until all were ready, and how often it was seen."""
        reasons = collections.Counter()

        def all_ready():
            waiting = [instance.condition("Ready").get("reason") for instance in instances if not instance.is_ready()]
            reasons.update(waiting)
            return not waiting

        wait_until("all instances are ready", all_ready, timeout=120)
        return dict(reasons)

    def test_a_churn_of_instances_behind_a_failing_network_ends_right(self):
        node = json.loads(kubectl("get", "nodes", "-o", "json"))["items"][0]
        address = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        chance = random.Random(1)
        with FaultProxy(address) as proxy:
            self.addCleanup(self.route, KUBERNETES_SERVICE_HOST="", KUBERNETES_SERVICE_PORT="")
            self.route(KUBERNETES_SERVICE_HOST=address, KUBERNETES_SERVICE_PORT=proxy.port)
            instances = [Instance(self.namespace(f"-{i}")).apply() for i in range(INSTANCES)]
            changes, end = INSTANCES, time.monotonic() + CHURN_SECONDS
            while time.monotonic() < end:
                instance = chance.choice(instances)
                if chance.random() < 0.2:
                    delete("crminstance", instance.name, instance.namespace)
                memory = chance.choice(["128Mi", "160Mi"])
                instance.apply(replicas=chance.randint(1, 2), resources={"server": {"limits": {"memory": memory}}})
                changes += 1
                time.sleep(chance.uniform(0, 3))
            proxy.calm()
            began = time.monotonic()
            reasons = self.reasons_until_ready(instances)
            took, writes = time.monotonic() - began, writes_by_operator()
            print(f"    {changes} changes, {sum(proxy.faults.values())} faults {proxy.faults},"
                  f" {writes:.0f} writes, Ready {took:.1f} s after the last, meanwhile {reasons}")
            self.assertLess(writes, 40 * changes)
            self.assertGreater(sum(proxy.faults.values()), 20)
