"""Instances do not touch each other, nor what belongs to others."""

from support.instance import Instance
from support.kubectl import apply, delete, get, wait_until
from support.scenario import Scenario


class Isolation(Scenario):
    def test_two_instances_of_one_name_in_two_namespaces(self):
        first = Instance(self.namespace("-a")).apply()
        second = Instance(self.namespace("-b")).apply()
        first.wait_ready(), second.wait_ready()
        self.assertNotEqual(first.secret("database")["password"], second.secret("database")["password"])
        contact = first.api().create_contact(firstName="Only", lastName="Here")
        self.assertIsNone(second.api().contact(contact["id"]))
        delete("crminstance", "acme", first.namespace)
        wait_until("the first is gone", lambda: get("deployment", "acme-server", first.namespace) is None)
        self.assertTrue(second.is_ready())
        self.assertIsNotNone(get("deployment", "acme-server", second.namespace))

    def test_a_service_of_somebody_else_is_not_taken_over(self):
        self.refuse_to_take_over({"kind": "Service", "metadata": {"name": "acme-server"},
                                  "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 80}]}})

    def test_a_service_account_of_somebody_else_is_not_taken_over(self):
        self.refuse_to_take_over({"kind": "ServiceAccount", "metadata": {"name": "acme-crm"}})

    def refuse_to_take_over(self, manifest):
        namespace, kind, name = self.namespace(), manifest["kind"], manifest["metadata"]["name"]
        apply({"apiVersion": "v1", **manifest, "metadata": {"name": name, "namespace": namespace}})
        before = get(kind, name, namespace)
        instance = Instance(namespace).apply()
        wait_until("the conflict is named", lambda: name in instance.condition("Ready").get("message", "")
                   and instance.condition("Ready")["reason"] == "ObjectConflict")
        after = get(kind, name, namespace)
        self.assertEqual((after["metadata"].get("labels"), after.get("spec")), (before["metadata"].get("labels"), before.get("spec")))
        self.assertNotIn("ownerReferences", after["metadata"])
        delete(kind, name, namespace)
        instance.wait_ready()
