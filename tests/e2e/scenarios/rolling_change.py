"""A changed spec is rolled out under load without a failed request."""

from support.crm_api import Load
from support.kubectl import get, wait_until
from support.scenario import Scenario, alone


@alone
class RollingChange(Scenario):
    def roll_under_load(self, instance, rolled, **changes):
        api = instance.api()
        with Load(api) as load:
            wait_until("the load runs", lambda: load.requests > 50)
            instance.apply(**changes)
            wait_until(f"{changes} is rolled out", lambda: rolled() and instance.is_ready(), timeout=180)
            seen = load.requests
            wait_until("the load goes on afterwards", lambda: load.requests > seen + 50)
        print(f"    {changes}: {load.requests} requests, slowest {load.slowest:.1f} s, {len(load.failures)} failed")
        self.assertEqual(load.failures, [])
        for contact in load.created[:: max(1, len(load.created) // 50)]:
            self.assertIsNotNone(api.contact(contact), "an acknowledged contact is lost")

    def test_replicas_up_and_down(self):
        instance = self.ready_instance(replicas=1)
        ready = lambda n: lambda: instance.object()["status"].get("readyReplicas") == n
        self.roll_under_load(instance, ready(3), replicas=3)
        self.roll_under_load(instance, ready(1), replicas=1)

    def test_another_size(self):
        instance = self.ready_instance(replicas=2)
        before = get("deployment", "acme-server", instance.namespace)["spec"]["template"]["spec"]["containers"][0]["resources"]
        self.roll_under_load(
            instance, lambda: get("deployment", "acme-server", instance.namespace)["spec"]["template"]["spec"]["containers"][0]["resources"] != before,
            size="medium")
