"""Whatever keeps an instance from becoming ready, its status names it within half a minute, and no longer than it lasts."""

import json
import socket

from support import webhook
from support.instance import Instance
from support.kubectl import apply, delete, get, kubectl, list_objects, wait_until
from support.operator import writes_by_operator
from support.policy import require
from support.scenario import Scenario, alone

NO_IMAGE = "registry.invalid/crm-server:1"


class Causes(Scenario):
    def instance(self, **spec):
        return Instance(self.namespace(), **spec)

    def assert_told(self, instance, reason, *words, condition="Ready"):
        """The reason and words come within half a minute; the other conditions and the one Event agree."""
        def told():
            found = instance.condition(condition)
            return found.get("reason") == reason and all(word in found["message"] for word in words)

        try:
            wait_until(f"{condition} says {reason}", told, timeout=30)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(instance.object() or {}).get('status', {}).get('conditions')}") from None
        if condition == "Ready":
            self.assertEqual(instance.condition("Ready")["status"], "False")
            wait_until("an Event says so", lambda: self.warnings(instance, reason))

    def assert_stalled(self, instance):
        self.assertEqual(instance.condition("Stalled").get("status"), "True")
        self.assertEqual(instance.condition("Reconciling"), {})
        self.assertEqual(instance.condition("Progressing")["status"], "False")

    def warnings(self, instance, reason):
        return [event for event in list_objects("events", instance.namespace)
                if event["type"] == "Warning" and event["reason"] == reason
                and event["involvedObject"]["kind"] == "CrmInstance"]

    def assert_gone(self, instance):
        instance.wait_ready()
        self.assertEqual(instance.condition("Stalled"), {})
        self.assertEqual(instance.condition("Reconciling"), {})

    def test_an_image_that_does_not_exist(self):
        instance = self.instance(image=NO_IMAGE).apply()
        self.assert_told(instance, "ImagePullFailed", NO_IMAGE)
        self.assert_stalled(instance)
        instance.spec.pop("image")
        instance.apply()
        self.assert_gone(instance)

    def test_a_version_that_does_not_exist_leaves_the_running_one_serving(self):
        instance = self.instance().apply().wait_ready()
        instance.apply(image=NO_IMAGE)
        self.assert_told(instance, "ImagePullFailed", NO_IMAGE, "Pod acme-migrate-")
        self.assertEqual(instance.condition("Available")["status"], "True")
        instance.spec.pop("image")
        instance.apply()
        self.assert_gone(instance)

    def test_a_quota_that_is_used_up(self):
        instance = self.instance()
        apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none", "namespace": instance.namespace},
               "spec": {"hard": {"pods": "0"}}})
        instance.apply()
        self.assert_told(instance, "QuotaExceeded", "ResourceQuota none", "exceeded quota")
        self.assert_stalled(instance)
        delete("resourcequota", "none", instance.namespace)
        self.assert_gone(instance)

    def test_a_limit_range_that_a_pod_breaks(self):
        instance = self.instance()
        apply({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "tiny", "namespace": instance.namespace},
               "spec": {"limits": [{"type": "Container", "max": {"memory": "32Mi"}}]}})
        instance.apply()
        self.assert_told(instance, "LimitRangeViolated", "maximum memory usage per Container is 32Mi")
        self.assert_stalled(instance)

    def test_a_webhook_that_is_down(self):
        instance = self.instance()
        webhook.configure(self, instance.namespace, "https://127.0.0.1:9/", group="apps", resource="deployments")
        other = Instance(self.namespace("-other")).apply()
        instance.apply()
        self.assert_told(instance, "WebhookUnavailable", "guard.example.com", "Deployment acme-server")
        self.assert_stalled(instance)
        self.assertIsNotNone(get("statefulset", "acme-database", instance.namespace))
        self.assertIsNotNone(get("service", "acme-server", instance.namespace))
        other.wait_ready()
        webhook.remove(instance.namespace)
        self.assert_gone(instance)

    def test_a_webhook_that_does_not_answer(self):
        """Each of three Services waits ten seconds for it."""
        instance = self.instance()
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        webhook.configure(self, instance.namespace, f"https://127.0.0.1:{silent.getsockname()[1]}/")
        other = Instance(self.namespace("-other"))
        instance.apply()
        other.apply()
        self.assert_told(instance, "WebhookUnavailable", "guard.example.com")
        other.wait_ready()
        webhook.remove(instance.namespace)
        self.assert_gone(instance)

    @alone
    def test_a_webhook_that_denies_in_other_words_each_time(self):
        instance = self.instance()
        webhook.deny(self, instance.namespace, code=403)
        instance.apply()
        self.assert_told(instance, "WebhookDenied", "guard.example.com", "not today")
        self.assert_stalled(instance)
        before = writes_by_operator()
        # Two services and their retries, in what would be thousands of writes if the loop were hot.
        wait_until("it was tried again", lambda: writes_by_operator() > before, timeout=90)
        self.assertLess(writes_by_operator() - before, 20)
        self.assertEqual(len(self.warnings(instance, "WebhookDenied")), 1)

    def test_a_policy_that_refuses_in_many_long_characters(self):
        instance = self.instance()
        require(self, instance.namespace, "apps/deployments", "false", "\u540d" * 500, operations=("CREATE", "UPDATE"))
        instance.apply()
        self.assert_told(instance, "PolicyDenied", f"Policy {instance.namespace}", "\u540d\u540d")
        self.assert_stalled(instance)

    def test_a_pod_that_fits_no_node(self):
        instance = self.instance(resources={"server": {"requests": {"cpu": "64"}}}).apply()
        self.assert_told(instance, "Unschedulable", "Insufficient cpu")
        self.assert_stalled(instance)
        instance.spec.pop("resources")
        instance.apply()
        self.assert_gone(instance)

    def test_a_program_that_ends_again_and_again(self):
        """The image of the database is none of the server."""
        instance = self.instance(image="crm-operator.dev/postgres:0.1.0").apply()
        self.assert_told(instance, "CrashLoop", "container server of Pod acme-server-", condition="Available")
        self.assert_stalled(instance)

    def test_a_program_without_memory(self):
        instance = self.instance(resources={"database": {"limits": {"memory": "16Mi"}}}).apply()
        self.assert_told(instance, "OutOfMemory", "container postgres of Pod acme-database-0")
        self.assert_stalled(instance)

    def test_a_volume_that_is_deleted_under_a_database_that_serves(self):
        """What the message and docs/operations.md say to do keeps the data."""
        instance = self.instance(deletionPolicy="Retain").apply().wait_ready()
        contact = instance.api().create_contact(firstName="Survives", lastName="It")
        claim = get("pvc", "data-acme-database-0", instance.namespace)
        volume = claim["spec"]["volumeName"]
        kubectl("-n", instance.namespace, "delete", "pvc", "data-acme-database-0", "--wait=false")
        self.assert_told(instance, "VolumeTerminating", "data-acme-database-0", f"PersistentVolume {volume}")
        self.assert_stalled(instance)
        self.assertEqual(instance.condition("Available")["status"], "True")
        kubectl("patch", "pv", volume, "-p", json.dumps({"spec": {"persistentVolumeReclaimPolicy": "Retain"}}))
        delete("crminstance", instance.name, instance.namespace)
        wait_until("the claim is gone", lambda: not get("pvc", "data-acme-database-0", instance.namespace), timeout=60)
        kubectl("patch", "pv", volume, "--type=json", "-p", json.dumps(
            [{"op": "remove", "path": f"/spec/claimRef/{field}"} for field in ["uid", "resourceVersion"]]))
        kept = {field: claim["spec"][field] for field in ["accessModes", "storageClassName", "volumeName", "resources"]}
        apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": kept,
               "metadata": {"name": "data-acme-database-0", "namespace": instance.namespace}})
        instance.apply()
        self.assert_gone(instance)
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "It")

    def test_a_storage_class_that_does_not_exist(self):
        instance = self.instance(database={"storage": {"size": "1Gi", "className": "nowhere"}}).apply()
        self.assert_told(instance, "StorageClassUnknown", "StorageClass nowhere")
        self.assert_stalled(instance)
