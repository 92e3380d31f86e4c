"""A database that is to grow is not given up for one that starts nowhere."""

from support.kubectl import apply, get, list_objects, wait_until
from support.scenario import Scenario


class Growth(Scenario):
    def database(self, instance):
        return get("pod", "acme-database-0", instance.namespace)

    def ask_for(self, instance, cpu):
        instance.apply(resources={"database": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}}})

    def wait_refused(self, instance, timeout=90):
        wait_until("the refusal is told", lambda: instance.condition("Ready").get("reason") == "DatabaseDoesNotFit"
                   and instance.condition("Ready")["observedGeneration"] == instance.object()["metadata"]["generation"], timeout)

    def test_more_than_any_node_has_touches_nothing(self):
        instance = self.ready_instance()
        before = self.database(instance)["metadata"]["uid"]
        self.ask_for(instance, "640")
        self.wait_refused(instance)
        self.assertIn("640 CPU", instance.condition("Ready")["message"])
        self.assertEqual(instance.condition("Available")["status"], "True")
        self.assertEqual(self.database(instance)["metadata"]["uid"], before)
        instance.apply(resources=None).wait_ready()
        self.assertEqual(self.database(instance)["metadata"]["uid"], before)

    def test_more_than_a_node_has_left_is_tried_and_taken_back(self):
        instance = self.ready_instance()
        contact = instance.api().create_contact(firstName="Still", lastName="Here")
        # All of a node: something else runs there already.
        self.ask_for(instance, list_objects("nodes", "")[0]["status"]["allocatable"]["cpu"])
        self.wait_refused(instance)
        self.assertIn("Insufficient cpu", instance.condition("Ready")["message"])
        wait_until("the database is back", lambda: instance.condition("DatabaseReady").get("status") == "True"
                   and self.database(instance)["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "50m", timeout=120)
        wait_until("the contact is read", lambda: self.reads(instance, contact["id"]))

    def test_more_than_a_quota_allows_disturbs_nothing_until_it_is_raised(self):
        instance = self.ready_instance()
        contact = instance.api().create_contact(firstName="Still", lastName="Here")
        before = self.database(instance)["metadata"]["uid"]
        self.limit_memory(instance, "512Mi")
        instance.apply(size="medium")
        wait_until("the refusal is told", lambda: instance.condition("Ready").get("reason") == "QuotaExceeded")
        self.assertIn("Pod acme-database-0", instance.condition("Ready")["message"])
        self.assertEqual(instance.condition("DatabaseReady")["status"], "True")
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "Here")
        self.assertEqual(self.database(instance)["metadata"]["uid"], before)
        # 1Gi of the database and 128Mi of the server: there is room for it in the place of the one before alone.
        self.limit_memory(instance, "1152Mi")
        instance.wait_ready(timeout=180)
        grown = self.database(instance)
        self.assertNotEqual(grown["metadata"]["uid"], before)
        self.assertEqual(grown["spec"]["containers"][0]["resources"]["requests"]["memory"], "1Gi")
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "Here")

    @staticmethod
    def limit_memory(instance, amount):
        apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "team", "namespace": instance.namespace},
               "spec": {"hard": {"requests.memory": amount}}})

    @staticmethod
    def reads(instance, contact_id):
        try:
            return instance.api().contact(contact_id)
        except (OSError, AssertionError):
            return None
