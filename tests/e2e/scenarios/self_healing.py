"""Whatever is killed, deleted or changed by hand comes back by itself."""

from support.instance import Instance
from support.kubectl import delete, get, kubectl, list_objects, merge_patch, wait_until
from support.scenario import Scenario

OWNED = [("serviceaccount", "acme-crm"), ("service", "acme-server"), ("service", "acme-database"),
         ("service", "acme-database-pods"), ("deployment", "acme-server"), ("statefulset", "acme-database"),
         ("secret", "acme-admin"), ("secret", "acme-database")]


class SelfHealing(Scenario):
    def test_a_killed_server_pod_is_replaced(self):
        instance = self.ready_instance()
        pod = list_objects("pods", instance.namespace, "crm-operator.dev/component=server")[0]["metadata"]["name"]
        delete("pod", pod, instance.namespace)
        instance.wait_ready()
        instance.api().create_contact(firstName="After", lastName="Kill")

    def test_a_killed_database_pod_comes_back_with_its_data(self):
        instance = self.ready_instance()
        api = instance.api()
        contact = api.create_contact(firstName="Grace", lastName="Hopper")
        before = get("pod", "acme-database-0", instance.namespace)["metadata"]["uid"]
        delete("pod", "acme-database-0", instance.namespace)
        wait_until("the database pod is a new one and ready", lambda: (pod := get("pod", "acme-database-0", instance.namespace))
                   and pod["metadata"]["uid"] != before and instance.is_ready())
        wait_until("the contact is read back", lambda: (api.contact(contact["id"]) or {}).get("lastName") == "Hopper")

    def test_a_restart_of_the_database_that_a_person_asks_for_is_done(self):
        instance = self.ready_instance()
        before = get("pod", "acme-database-0", instance.namespace)["metadata"]["uid"]
        kubectl("-n", instance.namespace, "rollout", "restart", "statefulset/acme-database")
        wait_until("the database pod is a new one and ready", lambda: (pod := get("pod", "acme-database-0", instance.namespace))
                   and pod["metadata"]["uid"] != before and instance.is_ready())

    def test_a_database_pod_that_lost_its_labels_gets_them_again(self):
        instance = self.ready_instance()
        before = get("pod", "acme-database-0", instance.namespace)["metadata"]["uid"]
        kubectl("-n", instance.namespace, "label", "pod", "acme-database-0", "crm-operator.dev/instance-")
        wait_until("the database is away", lambda: instance.condition("DatabaseReady").get("status") == "False")
        instance.wait_ready(timeout=60)
        self.assertEqual(get("pod", "acme-database-0", instance.namespace)["metadata"]["uid"], before)

    def test_a_lost_password_is_replaced_while_another_instance_is_in_trouble(self):
        broken, instance = self.ready_instance("-broken"), self.ready_instance("-well")
        kubectl("-n", broken.namespace, "patch", "secret", "acme-database", "-p", '{"data":{"password":"/w=="}}')
        wait_until("the other one is not well", lambda: not broken.is_ready())
        delete("secret", "acme-admin", instance.namespace)
        wait_until("the new password lets one in", lambda: self._contact_is_made(instance), timeout=60)

    @staticmethod
    def _contact_is_made(instance):
        try:
            return instance.api().create_contact(firstName="After", lastName="Loss")
        except (OSError, AssertionError, TypeError):
            return None

    def test_every_deleted_object_is_made_again(self):
        instance = self.ready_instance()
        api = instance.api()
        contact = api.create_contact(firstName="Survives", lastName="All")
        for kind, name in OWNED:
            with self.subTest(kind=kind, name=name):
                uid = get(kind, name, instance.namespace)["metadata"]["uid"]
                delete(kind, name, instance.namespace)
                wait_until(f"{kind} {name} is made again", lambda: (again := get(kind, name, instance.namespace))
                           and again["metadata"]["uid"] != uid, timeout=20)
                wait_until(f"the instance works again without {kind} {name}'s predecessor",
                           lambda: instance.is_ready() and self._contact_is_read(instance, contact["id"]), timeout=120)

    @staticmethod
    def _contact_is_read(instance, contact_id):
        try:
            return instance.api().contact(contact_id)
        except (OSError, AssertionError):
            return None

    def test_a_password_taken_out_of_a_secret_is_generated_again(self):
        instance = self.ready_instance()
        contact = instance.api().create_contact(firstName="Survives", lastName="It")
        for suffix in ["database", "admin"]:
            with self.subTest(secret=suffix):
                before = instance.secret(suffix)["password"]
                merge_patch("secret", f"acme-{suffix}", instance.namespace, {"data": {"password": None}})
                wait_until("there is another password", lambda: instance.secret(suffix).get("password") not in (None, before))
                wait_until("the instance works with it",
                           lambda: instance.is_ready() and self._contact_is_read(instance, contact["id"]), timeout=120)

    def test_an_empty_volume_in_place_of_a_lost_one_is_migrated_and_told_of(self):
        instance = self.ready_instance()
        before = get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"]
        self.assertEqual(instance.object()["status"]["schema"]["claimUID"], before)
        delete("pvc", "data-acme-database-0", instance.namespace, wait=False)
        delete("pod", "acme-database-0", instance.namespace)
        wait_until("the loss is told", lambda: any(event["reason"] == "VolumeReplaced" and event["type"] == "Warning"
                                                   for event in list_objects("events", instance.namespace)))
        wait_until("the new volume has the schema", lambda: instance.is_ready()
                   and instance.object()["status"]["schema"]["claimUID"] not in ("", before), timeout=120)
        wait_until("contacts can be created", lambda: self._creates(instance))

    @staticmethod
    def _creates(instance):
        try:
            return instance.api().create_contact(firstName="New", lastName="Start")
        except (OSError, AssertionError):
            return None

    def test_a_database_that_cannot_start_is_repaired_through_the_spec(self):
        instance = Instance(self.namespace(), resources={"database": {"requests": {"cpu": "999"}}}).apply()
        wait_until("the pod cannot be scheduled", lambda: (pod := get("pod", "acme-database-0", instance.namespace)) and any(
            c["type"] == "PodScheduled" and c["status"] == "False" for c in pod["status"].get("conditions", [])))
        instance.apply(resources={}).wait_ready()

    def test_a_change_by_hand_is_put_right(self):
        instance = self.ready_instance()
        changes = [
            ("deployment", "acme-server", {"spec": {"replicas": 0}}, lambda o: o["spec"]["replicas"] == 1),
            ("service", "acme-server", {"spec": {"selector": {"crm-operator.dev/component": "nothing"}}},
             lambda o: o["spec"]["selector"]["crm-operator.dev/component"] == "server"),
            ("statefulset", "acme-database", {"spec": {"replicas": 0}}, lambda o: o["spec"]["replicas"] == 1),
            ("serviceaccount", "acme-crm", {"automountServiceAccountToken": True},
             lambda o: o["automountServiceAccountToken"] is False),
            ("secret", "acme-admin", {"metadata": {"labels": {"crm-operator.dev/instance": "somebody"}}},
             lambda o: o["metadata"]["labels"]["crm-operator.dev/instance"] == "acme"),
            ("secret", "acme-admin", {"data": {"password": ""}}, lambda o: o["data"]["password"] != ""),
            ("deployment", "acme-server", {"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}},
             lambda o: o["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "crm-operator"),
            ("pvc", "data-acme-database-0", {"metadata": {"labels": {"crm-operator.dev/instance": None}}},
             lambda o: o["metadata"]["labels"].get("crm-operator.dev/instance") == "acme"),
            ("secret", "acme-database", {"data": {"username": "c29tZWJvZHk="}}, lambda o: o["data"]["username"] == "Y3Jt"),
        ]
        for kind, name, patch, right in changes:
            with self.subTest(kind=kind, name=name):
                merge_patch(kind, name, instance.namespace, patch)
                wait_until(f"{kind} {name} is put right", lambda: right(get(kind, name, instance.namespace)), timeout=15)
        instance.wait_ready()
