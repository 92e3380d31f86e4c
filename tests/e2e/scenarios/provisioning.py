"""From one YAML to a CRM that answers."""

import time

from support.crm_api import CrmApi
from support.instance import Instance
from support.kubectl import get, kubectl, list_objects, wait_until
from support.scenario import Scenario


class Provisioning(Scenario):
    def test_an_applied_instance_becomes_ready_and_serves_contacts(self):
        began = time.monotonic()
        instance = Instance(self.namespace()).apply().wait_ready()
        print(f"    apply to Ready: {time.monotonic() - began:.1f} s")
        api = instance.api()

        created = api.create_contact(firstName="Ada", lastName="Lovelace", email="ada@example.com")
        self.assertEqual(api.contact(created["id"])["email"], "ada@example.com")

        status, headers, _ = api.request("GET", f"/api/v1/contacts/{created['id']}")
        self.assertEqual(status, 200)
        etag = headers["ETag"]
        status, _, patched = api.request("PATCH", f"/api/v1/contacts/{created['id']}", {"phone": "+49 30 1"}, {"If-Match": etag})
        self.assertEqual((status, patched["phone"]), (200, "+49 30 1"))
        status, _, problem = api.request("PATCH", f"/api/v1/contacts/{created['id']}", {"phone": "2"}, {"If-Match": etag})
        self.assertEqual(status, 412, problem)

        status, _, page = api.request("GET", "/api/v1/contacts?limit=10")
        self.assertIn(created["id"], [contact["id"] for contact in page["data"]])
        self.assertEqual(api.request("DELETE", f"/api/v1/contacts/{created['id']}")[0], 204)
        self.assertIsNone(api.contact(created["id"]))

    def test_the_status_tells_an_admin_what_runs_and_where(self):
        instance = self.ready_instance(replicas=2)
        status = instance.object()["status"]
        self.assertEqual({c["type"]: c["status"] for c in status["conditions"]},
                         {"Ready": "True", "Available": "True", "Progressing": "False", "DatabaseReady": "True",
                          "SchemaCurrent": "True"})
        self.assertEqual(status["readyReplicas"], 2)
        self.assertEqual(status["version"]["running"], status["version"]["target"])
        self.assertEqual(status["adminSecretRef"]["name"], "acme-admin")
        self.assertIn("acme-server", status["endpoints"]["api"])
        columns = kubectl("get", "crm", "-n", instance.namespace).splitlines()
        self.assertEqual(columns[0].split(), ["NAME", "VERSION", "READY", "REPLICAS", "DATABASE", "AGE"])
        self.assertEqual(columns[1].split()[2:5], ["True", "2", "True"])

    def test_the_admin_follows_the_address_in_the_spec(self):
        instance = self.ready_instance()
        password = instance.secret("admin")["password"]
        address = instance.service_address()
        instance.apply(admin={"email": "new@acme.example"}).wait_ready()
        wait_until("the new address can log in", lambda: self._login(address, "new@acme.example", password) == 200)
        self.assertEqual(self._login(address, "admin@acme.example", password), 401)

    @staticmethod
    def _login(address, email, password):
        return CrmApi(address).request("POST", "/api/v1/login", {"email": email, "password": password})[0]

    def test_the_scale_subresource_changes_the_number_of_servers(self):
        instance = self.ready_instance()
        kubectl("scale", "crm/acme", "-n", instance.namespace, "--replicas=2")
        wait_until("two servers are ready", lambda: instance.is_ready() and instance.object()["status"]["readyReplicas"] == 2)

    def test_no_secret_shows_in_status_events_or_logs(self):
        instance = self.ready_instance()
        passwords = [instance.secret("database")["password"], instance.secret("admin")["password"]]
        seen = kubectl("get", "crm,events", "-n", instance.namespace, "-o", "json")
        seen += kubectl("logs", "-n", "crm-system", "deploy/crm-operator", "--tail=-1")
        for pod in list_objects("pods", instance.namespace):
            seen += kubectl("logs", pod["metadata"]["name"], "-n", instance.namespace)
        for password in passwords:
            self.assertNotIn(password, seen)

    def test_events_tell_the_story_of_the_instance(self):
        instance = self.ready_instance()
        wait_until("an event says Ready", lambda: any(
            event["reason"] == "Ready" and event["involvedObject"]["kind"] == "CrmInstance"
            for event in list_objects("events", instance.namespace)))

    def test_every_pod_is_restricted_and_without_a_service_account_token(self):
        instance = self.ready_instance()
        self.assertEqual(get("namespace", instance.namespace, "")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
                         "restricted")
        for pod in list_objects("pods", instance.namespace):
            for container in pod["spec"]["containers"]:
                self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"], container["name"])
            self.assertNotIn("kube-api-access", str(pod["spec"].get("volumes")), pod["metadata"]["name"])
