"""Deleting an instance keeps or removes its data, as its policy says, and never blocks a namespace."""

from support.instance import Instance
from support.kubectl import delete, delete_namespace, get, list_objects, wait_until
from support.scenario import Scenario


class Deletion(Scenario):
    def gone(self, instance):
        return not any(list_objects(kind, instance.namespace) for kind in ["deployments", "statefulsets", "jobs", "pods"])

    def test_retain_keeps_the_data_for_the_next_instance_of_that_name(self):
        instance = self.ready_instance(deletionPolicy="Retain")
        contact = instance.api().create_contact(firstName="Kept", lastName="Safe")
        password = instance.secret("database")["password"]
        delete("crminstance", "acme", instance.namespace)
        wait_until("workloads are gone", lambda: self.gone(instance))
        self.assertEqual(get("pvc", "data-acme-database-0", instance.namespace)["status"]["phase"], "Bound")

        instance.apply().wait_ready()
        self.assertEqual(instance.secret("database")["password"], password)
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "Safe")

    def test_delete_removes_volume_and_credentials(self):
        instance = self.ready_instance(deletionPolicy="Delete")
        delete("crminstance", "acme", instance.namespace)
        wait_until("nothing is left", lambda: self.gone(instance) and not list_objects("pvc", instance.namespace)
                   and not list_objects("secrets", instance.namespace, "crm-operator.dev/instance=acme")
                   and not list_objects("services", instance.namespace, "crm-operator.dev/instance=acme"))

    def test_a_deleted_stateful_set_takes_no_data_with_it_whatever_the_policy(self):
        instance = self.ready_instance(deletionPolicy="Delete")
        contact = instance.api().create_contact(firstName="Kept", lastName="Safe")
        claim = get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"]
        before = get("statefulset", "acme-database", instance.namespace)["metadata"]["uid"]
        delete("statefulset", "acme-database", instance.namespace)
        wait_until("the database is made again", lambda: (again := get("statefulset", "acme-database", instance.namespace))
                   and again["metadata"]["uid"] != before and instance.is_ready())
        self.assertEqual(get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"], claim)
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "Safe")

    def test_an_instance_applied_again_at_once_begins_anew(self):
        instance = self.ready_instance(deletionPolicy="Delete")
        before = get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"]
        delete("crminstance", "acme", instance.namespace, wait=False)
        instance.apply()
        wait_until("it is ready over a volume of its own", lambda: instance.is_ready()
                   and get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"] != before, timeout=120)
        self.assertNotIn("VolumeReplaced", [event["reason"] for event in list_objects("events", instance.namespace)])
        instance.api().create_contact(firstName="New", lastName="Start")

    def test_a_changed_policy_counts_at_deletion(self):
        instance = self.ready_instance(deletionPolicy="Retain")
        instance.apply(deletionPolicy="Delete")
        instance.wait_ready()
        delete("crminstance", "acme", instance.namespace)
        wait_until("the volume is removed", lambda: not list_objects("pvc", instance.namespace))

    def test_a_namespace_is_deleted_with_its_instances(self):
        instance = Instance(self.namespace(), deletionPolicy="Retain").apply()
        wait_until("provisioning is under way", lambda: list_objects("statefulsets", instance.namespace))
        delete_namespace(instance.namespace)
        self.assertIsNone(get("namespace", instance.namespace, ""))
