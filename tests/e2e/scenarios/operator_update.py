"""What changes with another operator disrupts one instance after the other."""

from support.instance import Instance
from support.kubectl import get, wait_until
from support.operator import arguments, restart_with
from support.scenario import Scenario, alone

NAMES = ["a", "b", "c"]


@alone
class OperatorUpdate(Scenario):
    def test_an_image_of_the_database_that_does_not_exist_takes_down_one_instance_at_most(self):
        namespace = self.namespace()
        instances = [Instance(namespace, name).apply() for name in NAMES]
        for instance in instances:
            instance.wait_ready(timeout=180)
        pods = {name: get("pod", f"{name}-database-0", namespace)["metadata"]["uid"] for name in NAMES}
        before = arguments()
        self.addCleanup(lambda: arguments() == before or restart_with(before))
        restart_with([*before, "--postgres-image=crm-operator.dev/postgres:none"])
        phase = lambda instance: instance.object()["status"].get("update", {}).get("phase")
        wait_until("one goes ahead and two wait", lambda: sorted(map(phase, instances)) == ["Running", "Waiting", "Waiting"])
        first = next(instance for instance in instances if phase(instance) == "Running")
        wait_until("its database is away", lambda: first.condition("DatabaseReady").get("status") == "False")
        for instance in instances:
            if instance is not first:
                self.assertEqual(get("pod", f"{instance.name}-database-0", namespace)["metadata"]["uid"], pods[instance.name])
                self.assertTrue(instance.is_ready())
                self.assertEqual(instance.condition("Progressing")["reason"], "UpdatePending")
        restart_with(before)
        for instance in instances:
            instance.wait_ready(timeout=180)
            wait_until("nothing waits any more", lambda: phase(instance) is None)
