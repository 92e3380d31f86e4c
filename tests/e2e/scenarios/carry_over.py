"""Instances of 0.1.0 are taken over in place: the database runs on, and no request fails."""

import json
import pathlib

from support.crm_api import Load
from support.instance import Instance
from support.kubectl import get, kubectl, list_objects, wait_until
from support.operator import start_operator, stop_operator
from support.scenario import Scenario, alone

RECORDED = pathlib.Path(__file__).resolve().parents[2] / "operator/recorded/objects-0.1.0.json"
RECORDED_UID = "0c9f6b1e-0000-4000-8000-000000000001"
OURS = "crm-operator.dev/"


def serves(namespace):
    deployment = get("deployment", "acme-server", namespace)
    return deployment["status"].get("availableReplicas") == 1


@alone
class CarryOver(Scenario):
    def instance_of_0_1_0(self):
        """What the operator 0.1.0 left behind: its objects, running, and the status that it reported."""
        instance = Instance(self.namespace()).apply()
        uid = instance.object()["metadata"]["uid"]
        text = RECORDED.read_text().replace(RECORDED_UID, uid).replace("tenants", instance.namespace)
        for manifest in json.loads(text):
            if manifest["kind"] != "PersistentVolumeClaim":  # which the StatefulSet makes
                created = manifest["kind"] in ["ServiceAccount", "Secret", "Job"]
                verb = ["create", "--field-manager=crm-operator-create"] if created else ["apply", "--server-side", "--field-manager=crm-operator"]
                kubectl(*verb, "-f", "-", stdin=json.dumps(manifest))
        wait_until("the server of 0.1.0 serves", lambda: serves(instance.namespace), timeout=120)
        claim = get("pvc", "data-acme-database-0", instance.namespace)["metadata"]["uid"]
        status = {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1,
                  "version": {"running": "0.1.0", "target": "0.1.0"}, "schema": {"version": "0.1.0", "claimUID": claim},
                  "conditions": [{"type": "Ready", "status": "True", "reason": "Serving", "message": "The CRM serves.",
                                  "observedGeneration": 1, "lastTransitionTime": "2030-01-01T00:00:00Z"}]}
        kubectl("apply", "--server-side", "--subresource=status", "--field-manager=crm-operator", "-f", "-",
                stdin=json.dumps({**instance.manifest(), "spec": None, "status": status}))
        return instance

    def test_an_instance_of_0_1_0_is_relabelled_while_it_serves(self):
        stop_operator()
        self.addCleanup(start_operator)
        instance = self.instance_of_0_1_0()
        namespace = instance.namespace
        uid = lambda kind, name: get(kind, name, namespace)["metadata"]["uid"]
        database, workload = uid("pod", "acme-database-0"), uid("statefulset", "acme-database")
        api = instance.api()
        contact = api.create_contact(firstName="Carried", lastName="Over")
        with Load(api) as load:
            wait_until("the load runs", lambda: load.requests > 50)
            start_operator()
            wait_until("the StatefulSet is another one", lambda: (now := get("statefulset", "acme-database", namespace))
                       and now["metadata"]["uid"] != workload)
            wait_until("every pod of the server is new", lambda: all(
                "app.kubernetes.io/instance" not in pod["metadata"]["labels"]
                for pod in list_objects("pods", namespace, "crm-operator.dev/component=server")) and instance.is_ready(),
                timeout=120)
            seen = load.requests
            wait_until("the load goes on afterwards", lambda: load.requests > seen + 50)
        self.assertEqual(load.failures, [])
        self.assertEqual(uid("pod", "acme-database-0"), database)
        self.assertEqual(api.contact(contact["id"])["lastName"], "Over")
        self.assertEqual(get("pod", "acme-database-0", namespace)["metadata"]["ownerReferences"][0]["uid"],
                         uid("statefulset", "acme-database"))
        for kind, name in [("secret", "acme-database"), ("secret", "acme-admin"), ("pvc", "data-acme-database-0")]:
            self.assertEqual([key for key in get(kind, name, namespace)["metadata"]["labels"] if not key.startswith(OURS)], [], name)
        for kind in ["replicasets.apps", "controllerrevisions.apps"]:
            for left in list_objects(kind, namespace):
                self.assertIn("ownerReferences", left["metadata"], f"{kind} {left['metadata']['name']} belongs to nobody")
        self.assertNotIn("update", instance.object()["status"])
