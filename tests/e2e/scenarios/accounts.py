"""Pods with accounts, pull secrets, labels and user ids that somebody else chooses."""

from support.instance import Instance
from support.kubectl import apply, get, list_objects, wait_until
from support.operator import arguments, restart_with
from support.policy import mutate, require
from support.scenario import Scenario, alone

ASSIGNED = 1000680000


class Accounts(Scenario):
    def test_a_ready_made_account_is_used_and_the_own_one_made_when_none_is_named(self):
        namespace = self.namespace()
        apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ready-made", "namespace": namespace}})
        instance = Instance(namespace, serviceAccountName="ready-made", imagePullSecrets=[{"name": "registry"}],
                            podMetadata={"labels": {"team": "sales"}, "annotations": {"sidecar.istio.io/inject": "false"}}).apply()
        instance.wait_ready()
        self.assertIsNone(get("serviceaccount", "acme-crm", namespace))
        # The migration's pod is among them.
        pods = list_objects("pods", namespace, "team=sales")
        self.assertEqual(len(pods), 3)
        for pod in pods:
            self.assertEqual(pod["spec"]["serviceAccountName"], "ready-made")
            self.assertEqual(pod["spec"]["imagePullSecrets"], [{"name": "registry"}])
            self.assertEqual(pod["metadata"]["annotations"]["sidecar.istio.io/inject"], "false")
            self.assertNotIn("kube-api-access", str(pod["spec"]["volumes"]))
        instance.spec.pop("serviceAccountName")
        instance.apply().wait_ready()
        self.assertIsNotNone(get("serviceaccount", "acme-crm", namespace))
        instance.apply(serviceAccountName="ready-made")
        wait_until("the own account is gone", lambda: not get("serviceaccount", "acme-crm", namespace))
        instance.wait_ready()
        self.assertIsNotNone(get("serviceaccount", "ready-made", namespace))


@alone
class AssignedUsers(Scenario):
    def test_a_platform_assigns_the_users_of_all_pods(self):
        namespace = self.namespace()
        require(self, namespace, "pods", f"object.spec.securityContext.runAsUser >= {ASSIGNED}", "this user is not in the range")
        mutate(self, namespace, "pods", "has(object.spec.securityContext.runAsUser) ? [] : ["
               + ", ".join(f'JSONPatch{{op: "add", path: "/spec/securityContext/{field}", value: {ASSIGNED}}}'
                           for field in ["runAsUser", "fsGroup"]) + "]")
        before = arguments()
        self.addCleanup(lambda: arguments() == before or restart_with(before))
        restart_with([*before, "--platform-user-ids"])
        instance = Instance(namespace).apply().wait_ready()
        contact = instance.api().create_contact(firstName="Any", lastName="User")
        users = {pod["spec"]["securityContext"]["runAsUser"] for pod in list_objects("pods", namespace)}
        self.assertEqual(users, {ASSIGNED})
        self.assertEqual(instance.api().contact(contact["id"])["lastName"], "User")
