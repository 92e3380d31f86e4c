"""However many connections the servers of an instance hold, a change finds the ones that it needs."""

import concurrent.futures

from support.crm_api import CrmApi
from support.kubectl import get, kubectl, list_objects, wait_until
from support.scenario import Scenario, alone

REPLICAS = 7


@alone
class Connections(Scenario):
    def in_database(self, instance, sql):
        return int(kubectl("exec", "acme-database-0", "-n", instance.namespace, "--", "psql", "-tAX", "-d", "crm", "-c", sql))

    def test_a_change_ends_after_a_burst_of_writes_on_every_server(self):
        instance = self.ready_instance(replicas=REPLICAS)
        token = instance.api().token
        pods = list_objects("pods", instance.namespace, "app.kubernetes.io/component=server")
        apis = [CrmApi(pod["status"]["podIP"], 8080, token) for pod in pods for _ in range(16)]
        with concurrent.futures.ThreadPoolExecutor(len(apis)) as pool:
            for _ in range(3):
                list(pool.map(lambda api: api.create_contact(firstName="Load", lastName="Burst"), apis))
        held = self.in_database(instance, "select count(*) from pg_stat_activity where usename = 'crm'")
        most = self.in_database(instance, "select current_setting('max_connections')")
        share = int(get("deployment", "acme-server", instance.namespace)["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"])
        print(f"    {held} of {most} connections held by {REPLICAS} servers, {share} for each at most")
        self.assertLessEqual(held, REPLICAS * share)
        # A server more during the roll, the migration, and those of superuser and maintenance.
        self.assertLessEqual((REPLICAS + 1) * share + 1 + 3 + 4, most)
        instance.apply(resources={"server": {"limits": {"memory": "160Mi"}}})
        instance.wait_ready(timeout=240)
        wait_until("connections of the burst are given back",
                   lambda: self.in_database(instance, "select count(*) from pg_stat_activity where usename = 'crm'") <= REPLICAS)
