"""What the API server says to CrmInstances, good and bad: the schema and the rules of the custom resource, on a
real API server without a node."""

import copy
import json
import os
import unittest

import yaml

from tools import CLUSTER, CRD_FILE, ROOT, programs, run

NAME = "crd-test"
GOOD = {
    "apiVersion": "crm-operator.dev/v1alpha1",
    "kind": "CrmInstance",
    "metadata": {"name": "acme", "namespace": "default"},
    "spec": {"admin": {"email": "admin@acme.example"}},
}


def instance(*changes):
    """GOOD with changes, each a path and a value."""
    result = copy.deepcopy(GOOD)
    for path, value in changes:
        *folders, last = path.split(".")
        place = result
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value
    return result


class CustomResource(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(run, CLUSTER, "down", "--name", NAME)
        run(CLUSTER, "up", "--name", NAME, "--control-plane-only")
        cls.environment = os.environ | {"KUBECONFIG": run(CLUSTER, "kubeconfig", "--name", NAME).strip()}
        cls.kubectl("apply", "-f", str(CRD_FILE))
        cls.kubectl("wait", "--for=condition=Established", "crd/crminstances.crm-operator.dev", "--timeout=30s")

    @classmethod
    def kubectl(cls, *arguments, **options):
        return run(programs() / "kubectl", *arguments, env=cls.environment, **options)

    def apply(self, document, *options):
        text = self.kubectl("apply", "-f", "-", "--output", "json", *options, input=json.dumps(document))
        return json.loads(text)

    def test_defaults_are_filled_in(self):
        self.assertEqual(
            self.apply(instance(), "--dry-run=server")["spec"],
            {
                "admin": {"email": "admin@acme.example"},
                "size": "small",
                "replicas": 1,
                "database": {"storage": {"size": "10Gi"}},
                "deletionPolicy": "Retain",
            },
        )

    def test_all_fields_are_accepted(self):
        amounts = {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": 1, "memory": "1Gi"}}
        self.apply(
            instance(
                ("spec.version", "1.2.3-rc.1"),
                ("spec.size", "large"),
                ("spec.resources", {"server": amounts, "database": amounts}),
                ("spec.replicas", 50),
                ("spec.database.storage", {"size": "100Gi", "className": "fast"}),
                ("spec.deletionPolicy", "Delete"),
                ("spec.imagePullSecrets", [{"name": "registry"}, {"name": "mirror.example"}]),
                ("spec.serviceAccountName", "crm"),
                ("spec.podMetadata.labels", {"app.kubernetes.io/part-of": "sales", "team": ""}),
                ("spec.podMetadata.annotations", {"sidecar.istio.io/inject": "false"}),
            ),
            "--dry-run=server",
        )
        self.apply(instance(("spec.image", "images.example:5000/crm/server@sha256:" + "0" * 64)), "--dry-run=server")

    def test_a_bad_field_is_refused_with_its_name_and_the_rule(self):
        cpu = "spec.resources.server.requests.cpu"
        cases = [
            ([("spec", {})], "spec.admin: Required value"),
            ([("spec.admin", {})], "spec.admin.email: Required value"),
            ([("spec.admin.email", "acme.example")], "spec.admin.email: .*must be an address such as"),
            ([("spec.admin.email", "a@b@c.d")], "spec.admin.email: .*must be an address such as"),
            ([("spec.version", "1.2")], "spec.version: .*should be at least 5 chars"),
            ([("spec.version", "latest")], "spec.version: .*must be a semantic version such as 1.2.3"),
            ([("spec.version", "01.2.3")], "spec.version: .*must be a semantic version such as 1.2.3"),
            ([("spec.image", "two words")], "spec.image: .*must be an image reference such as"),
            ([("spec.version", "1.2.3"), ("spec.image", "a/b:1")], "spec.image: .*version and image exclude each other"),
            ([("spec.size", "huge")], 'spec.size: Unsupported value: "huge": supported values: "small", "medium", "large"'),
            ([("spec.replicas", -1)], "spec.replicas: .*greater than or equal to 0"),
            ([("spec.replicas", 51)], "spec.replicas: .*less than or equal to 50"),
            ([("spec.deletionPolicy", "Keep")], 'spec.deletionPolicy: Unsupported value: "Keep"'),
            ([("spec.database.storage.size", "ten")], "spec.database.storage.size: .*must be a quantity of at least 512Mi"),
            ([("spec.database.storage.className", "Fast_SSD")], "spec.database.storage.className: .*should match"),
            ([("spec.database.storage.size", "511Mi")], "spec.database.storage.size: .*at least 512Mi"),
            ([(cpu, "0")], cpu + ": .*must be a quantity greater than 0"),
            ([("spec.resources.database.limits.memory", "1")], "spec.resources.database.limits.memory: .*at least 16Mi"),
            ([(cpu, "2"), ("spec.resources.server.limits.cpu", "1500m")],
             cpu + ": .*requests.cpu must not be greater than limits.cpu"),
            ([("spec.resources.database", {"requests": {"memory": "1Gi"}, "limits": {"memory": "1000Mi"}})],
             "spec.resources.database.requests.memory: .*must not be greater than limits.memory"),
            ([("metadata.name", "a" * 41)], "metadata.name must be at most 40 characters"),
            ([("metadata.name", "4acme")], "metadata.name must consist of lower case letters"),
            ([("metadata.name", "acme.example")], "metadata.name must consist of lower case letters"),
            ([("spec.imagePullSecrets", ["registry"])], "spec.imagePullSecrets.*must be of type object"),
            ([("spec.imagePullSecrets", [{}])], "spec.imagePullSecrets.*name: Required value"),
            ([("spec.serviceAccountName", "CRM")], "spec.serviceAccountName: .*should match"),
            ([("spec.podMetadata.labels", {"crm-operator.dev/instance": "other"})],
             "spec.podMetadata.labels: .*are the operator's own"),
            ([("spec.podMetadata.annotations", {"app.kubernetes.io/managed-by": "me"})],
             "spec.podMetadata.annotations: .*are the operator's own"),
            ([("spec.podMetadata.labels", {"team": "a" * 64})], "spec.podMetadata.labels.team: Too long"),
            ([("spec.replica", 2)], 'unknown field "spec.replica"'),
        ]  # fmt: skip
        for changes, message in cases:
            with self.subTest(changes):
                with self.assertRaisesRegex(AssertionError, message):
                    self.apply(instance(*changes), "--dry-run=server", "--validate=strict")

    def test_storage_stays_as_it_was_created(self):
        self.addCleanup(self.kubectl, "delete", "crm", "acme")
        self.apply(instance(("spec.database.storage.size", "1Gi")))
        self.apply(instance(("spec.database.storage.size", "1Gi"), ("spec.replicas", 3)))
        for changed in ({"size": "2Gi"}, {"size": "1Gi", "className": "fast"}):
            with self.assertRaisesRegex(AssertionError, "spec.database.storage: .*cannot be changed after"):
                self.apply(instance(("spec.database.storage", changed)))

    def test_the_scale_subresource_changes_replicas(self):
        self.addCleanup(self.kubectl, "delete", "crm", "acme")
        self.apply(instance())
        self.kubectl("scale", "crminstance/acme", "--replicas=4")
        self.assertEqual(self.kubectl("get", "crm", "acme", "-o", "jsonpath={.spec.replicas}"), "4")

    def test_the_table_shows_status_and_conditions(self):
        self.addCleanup(self.kubectl, "delete", "crm", "acme")
        self.apply(instance())
        times = {"lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1}
        status = {
            "observedGeneration": 1,
            "version": {"running": "1.2.3", "target": "1.2.3"},
            "replicas": 2,
            "readyReplicas": 1,
            "selector": "app=crm",
            "endpoints": {"api": "http://acme-server.default.svc"},
            "adminSecretRef": {"name": "acme-admin"},
            "conditions": [
                {"type": "Ready", "status": "False", "reason": "Waiting", "message": "wait for it", **times},
                {"type": "DatabaseReady", "status": "True", "reason": "Accepting", "message": "", **times},
            ],
        }
        self.kubectl("patch", "crm", "acme", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
        head, row = self.kubectl("get", "crm").splitlines()
        self.assertEqual(head.split(), ["NAME", "VERSION", "READY", "REPLICAS", "DATABASE", "AGE"])
        self.assertRegex(row, r"^\S*acme +1\.2\.3 +False +1 +True +\d+s$")
        head, row = self.kubectl("get", "crm", "--output", "wide").splitlines()
        self.assertRegex(head, "AGE +REASON +MESSAGE +ENDPOINT$")
        self.assertRegex(row, r"s +Waiting +wait for it +http://acme-server\.default\.svc$")

    def test_explain_reads_as_documentation(self):
        text = " ".join(self.kubectl("explain", "crminstance.spec.deletionPolicy").split())
        self.assertIn("Retain keeps the volume of the database and the Secrets with the credentials", text)

    def test_the_sample_is_accepted(self):
        documents = yaml.safe_load_all((ROOT / "config/samples/crminstance.yaml").read_text())
        sample = next(each for each in documents if each["kind"] == "CrmInstance")
        sample["metadata"]["namespace"] = "default"
        self.apply(sample, "--dry-run=server", "--validate=strict")


if __name__ == "__main__":
    unittest.main()
