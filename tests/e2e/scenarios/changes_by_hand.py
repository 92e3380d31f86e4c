"""What somebody changes in an owned object is put right, whatever it is; who insists is named."""

import time

from support.api_server import ApiServer
from support.changes import changes, contains
from support.kubectl import get, kubectl, list_objects, wait_until
from support.scenario import Scenario

OWNED = [("/api/v1", "services", "acme-server"), ("/api/v1", "services", "acme-database"),
         ("/api/v1", "services", "acme-database-pods"), ("/apis/apps/v1", "deployments", "acme-server"),
         ("/apis/apps/v1", "statefulsets", "acme-database")]


def wished(live):
    """What stays the same of an object that is as the operator wants it."""
    return {"labels": live["metadata"].get("labels"), "owners": live["metadata"].get("ownerReferences"), "spec": live["spec"]}


class ChangesByHand(Scenario):
    def test_every_change_of_every_field_is_put_right(self):
        # Each change is made to the next of them: who changes one thing, or very many, too fast is paced.
        instances = [self.ready_instance(f"-{i}") for i in range(4)]
        outcomes = {"taken": 0, "refused": 0}
        with ApiServer() as api:
            for group, kind, name in OWNED:
                paths = [f"{group}/namespaces/{instance.namespace}/{kind}/{name}" for instance in instances]
                right = [wished(api.get(path)) for path in paths]
                for i, changed in enumerate(zip(*(list(changes(api.get(path))) for path in paths))):
                    turn = i % len(instances)
                    what, change = changed[turn]
                    with self.subTest(kind=kind, name=name, what=what):
                        outcomes[self.change(api, paths[turn], what, change, right[turn])] += 1
        self.assertGreater(outcomes["taken"], 100)
        self.assertGreater(outcomes["refused"], 5)
        for instance in instances:
            instance.wait_ready()

    def change(self, api, path, what, changed, right):
        """Whether the API server took the change; if it did, it has been put right."""
        changed["metadata"].pop("managedFields", None)
        for _ in range(5):
            changed["metadata"]["resourceVersion"] = api.get(path)["metadata"]["resourceVersion"]
            status, answer = api.replace(path, changed)
            if status != 409:  # the controller of the kind wrote its status meanwhile
                break
        if status in (400, 422):
            return "refused"
        self.assertEqual(status, 200, answer)
        wait_until(f"{path} is put right after {what}", lambda: contains(wished(api.get(path)), right), timeout=15)
        return "taken"

    def test_a_changed_port_of_the_database_is_put_right(self):
        instance = self.ready_instance()
        kubectl("patch", "service", "acme-database", "-n", instance.namespace, "--type=json",
                "-p", '[{"op": "replace", "path": "/spec/ports/0/port", "value": 5433}]')
        wait_until("the port is the wanted one, and the only one", lambda: [
            port["port"] for port in get("service", "acme-database", instance.namespace)["spec"]["ports"]] == [5432], timeout=10)
        for kind, name in [("deployment", "acme-server"), ("statefulset", "acme-database")]:
            with self.subTest(kind=kind):
                ports = [port["containerPort"] for port in
                         get(kind, name, instance.namespace)["spec"]["template"]["spec"]["containers"][0]["ports"]]
                kubectl("patch", kind, name, "-n", instance.namespace, "--type=json", "-p",
                        '[{"op": "replace", "path": "/spec/template/spec/containers/0/ports/0/containerPort", "value": 9999}]')
                wait_until("the ports of the container are the wanted ones", lambda: [
                    port["containerPort"] for port in get(kind, name, instance.namespace)
                    ["spec"]["template"]["spec"]["containers"][0]["ports"]] == ports, timeout=10)
        instance.wait_ready()

    def test_another_source_of_a_volume_and_another_controller_are_put_right(self):
        instance = self.ready_instance()
        kubectl("patch", "deployment", "acme-server", "-n", instance.namespace, "--type=json", "-p",
                '[{"op": "replace", "path": "/spec/template/spec/volumes/0",'
                ' "value": {"name": "credentials", "emptyDir": {}}}]')
        wait_until("the volume is the Secret again", lambda: "secret" in next(
            volume for volume in get("deployment", "acme-server", instance.namespace)["spec"]["template"]["spec"]["volumes"]
            if volume["name"] == "credentials"), timeout=10)
        owner = get("serviceaccount", "default", instance.namespace)["metadata"]
        kubectl("patch", "service", "acme-server", "-n", instance.namespace, "--type=merge", "-p",
                '{"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount", "name": "default",'
                f' "uid": "{owner["uid"]}", "controller": true}}]}}}}')
        wait_until("the instance is the controller again", lambda: [
            reference["kind"] for reference in get("service", "acme-server", instance.namespace)["metadata"].get("ownerReferences", [])
            if reference.get("controller")] == ["CrmInstance"], timeout=10)
        instance.wait_ready()

    def test_another_controller_that_insists_is_named_and_does_not_cause_a_race(self):
        instance = self.ready_instance()

        def scale_down():
            kubectl("patch", "deployment", "acme-server", "-n", instance.namespace, "--type=merge",
                    "--field-manager=night-scaler", "-p", '{"spec": {"replicas": 0}}')

        for _ in range(3):
            scale_down()
            wait_until("it is put back at once",
                       lambda: get("deployment", "acme-server", instance.namespace)["spec"]["replicas"] == 1, timeout=10)
        scale_down()
        ready = wait_until("the instance names who it is", lambda: (c := instance.condition("Ready")).get("reason")
                           == "FieldsContested" and c, timeout=30)
        self.assertIn("night-scaler", ready["message"])
        self.assertIn(".spec.replicas", ready["message"])
        generation = get("deployment", "acme-server", instance.namespace)["metadata"]["generation"]
        wait_until("there is one Event of it", lambda: [event for event in list_objects("events", instance.namespace)
                                                         if event["reason"] == "FieldsContested"])
        began = time.monotonic()
        wait_until("it is put back after a pause",
                   lambda: get("deployment", "acme-server", instance.namespace)["spec"]["replicas"] == 1, timeout=120)
        self.assertGreater(time.monotonic() - began, 20)
        self.assertEqual(get("deployment", "acme-server", instance.namespace)["metadata"]["generation"], generation + 1)
