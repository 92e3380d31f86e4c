"""The migration of the schema, when people and policies do to its Job what they like."""

from support.instance import Instance
from support.kubectl import delete, get, kubectl, list_objects, wait_until
from support.policy import mutate
from support.scenario import Scenario

# What a mesh puts beside each container of a pod, and what never ends.
SIDECAR = """[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{
    name: "proxy", image: "crm-operator.dev/postgres:0.1.0", command: ["sleep", "infinity"],
    securityContext: Object.spec.containers.securityContext{allowPrivilegeEscalation: false,
        capabilities: Object.spec.containers.securityContext.capabilities{drop: ["ALL"]}}}}]"""


class Migration(Scenario):
    def jobs(self, instance):
        return list_objects("jobs", instance.namespace)

    def creates(self, instance):
        try:
            return instance.api().create_contact(firstName="New", lastName="Start")
        except (OSError, AssertionError):
            return None

    def test_an_orphaned_job_proves_nothing_for_another_volume(self):
        instance = self.ready_instance(deletionPolicy="Delete")
        kubectl("delete", "crminstance", "acme", "-n", instance.namespace, "--cascade=orphan")
        wait_until("the Job is orphaned", lambda: "ownerReferences" not in self.jobs(instance)[0]["metadata"])
        instance.apply().wait_ready()
        uid = instance.object()["metadata"]["uid"]
        wait_until("the Job is owned again", lambda: self.jobs(instance)[0]["metadata"]["ownerReferences"][0]["uid"] == uid)
        delete("crminstance", "acme", instance.namespace)
        wait_until("Job and volume are gone", lambda: not self.jobs(instance) and not list_objects("pvc", instance.namespace))
        instance.apply().wait_ready()
        wait_until("contacts can be created", lambda: self.creates(instance))

    def test_a_finished_job_that_is_deleted_is_not_made_again(self):
        instance = self.ready_instance()
        for job in self.jobs(instance):
            delete("job", job["metadata"]["name"], instance.namespace)
        before = get("deployment", "acme-server", instance.namespace)["metadata"]["uid"]
        delete("deployment", "acme-server", instance.namespace)
        wait_until("the operator has been at work since", lambda: (now := get("deployment", "acme-server", instance.namespace))
                   and now["metadata"]["uid"] != before and instance.is_ready())
        self.assertEqual(self.jobs(instance), [])

    def test_a_job_that_fits_no_node_is_made_anew_when_the_spec_asks_for_less(self):
        instance = Instance(self.namespace(), resources={"server": {"requests": {"cpu": "64"}}}).apply()
        wait_until("there is a Job", lambda: self.jobs(instance))
        instance.apply(resources=None).wait_ready()

    def test_a_container_that_a_policy_puts_beside_the_migration_does_not_keep_it(self):
        namespace = self.namespace()
        mutate(self, namespace, "pods", SIDECAR)
        instance = Instance(namespace).apply().wait_ready()
        self.assertEqual(len(get("pod", "acme-database-0", namespace)["spec"]["containers"]), 2, "the policy is in force")
        wait_until("no pod of the Job runs on", lambda: not list_objects("pods", namespace, "crm-operator.dev/component=migration"))
        wait_until("contacts can be created", lambda: self.creates(instance))
