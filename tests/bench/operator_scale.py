#!/usr/bin/env python3
"""How the operator scales: memory, CPU, requests and time with 0, 100 and 1,000 instances.

Runs the release build against a control-plane-only cluster (etcd, API server and controller manager; no
kubelet), so every instance stays at its first waiting stage: all children exist, no pod runs.
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from support.kube_api import KubeApi, Metrics  # noqa: E402
from support.process import Process, wait_until  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLUSTER = ROOT / "tests/cluster/cluster"
NAMESPACES = [f"bench-{n}" for n in range(5)]
OWNED = "crm-operator.dev/instance"
CHILDREN = {"/api/v1/serviceaccounts": 1, "/api/v1/secrets": 2, "/api/v1/services": 3, "/apis/apps/v1/statefulsets": 1,
            "/apis/apps/v1/deployments": 1, "/apis/batch/v1/jobs": 1}
KINDS = {"ServiceAccount", "Secret", "Service", "StatefulSet", "Deployment", "Job"}


class World:
    def __init__(self, port, operator, controllers=True):
        self.port, self.binary = port, operator
        self.folder = tempfile.TemporaryDirectory()
        subprocess.run([CLUSTER, "up", "--name", "bench", "--control-plane-only"], check=True)
        self.kubeconfig = subprocess.run([CLUSTER, "kubeconfig", "--name", "bench"], check=True, capture_output=True,
                                         text=True).stdout.strip()
        self.api = KubeApi(self.kubeconfig)
        self.kubectl("apply", "--server-side", "-k", ROOT / "crds")
        self.kubectl("apply", "--server-side", "-f", ROOT / "config/manager/namespace.yaml")
        self.kubectl("apply", "--server-side", "-k", ROOT / "config/rbac")
        self.kubectl("wait", "--for=condition=Established", "crd/crminstances.crm-operator.dev")
        self.api.create_all([("/api/v1/namespaces", {"metadata": {"name": name}}) for name in NAMESPACES])
        self.operator_kubeconfig = self.operator_identity()
        self.operator = None
        if not controllers:
            os.kill(self.pid_of("controller-manager"), signal.SIGSTOP)

    def pid_of(self, part):
        status = subprocess.run([CLUSTER, "status", "--name", "bench"], capture_output=True, text=True).stdout
        rows = [line.split() for line in status.splitlines()]
        return next(int(row[2]) for row in rows if part in row[0])

    def kubectl(self, *arguments):
        return subprocess.run(["kubectl", "--kubeconfig", self.kubeconfig, *arguments], check=True, capture_output=True,
                              text=True).stdout

    def operator_identity(self):
        """A kubeconfig with which the operator is who it is in a cluster: its ServiceAccount, with its RBAC."""
        config = json.loads(self.kubectl("config", "view", "--raw", "--minify", "-o", "json"))
        token = self.kubectl("-n", "crm-system", "create", "token", "crm-operator", "--duration=24h").strip()
        config["users"][0]["user"] = {"token": token}
        path = pathlib.Path(self.folder.name) / "operator.kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config))
        return path

    def start_operator(self):
        management = f"127.0.0.1:{self.port}"
        self.operator = Process([self.binary, "--kubeconfig", self.operator_kubeconfig, "--management", management],
                                f"{self.folder.name}/operator.log")
        self.management = f"http://{management}"
        return self.operator

    def operator_metrics(self):
        with urllib.request.urlopen(self.management + "/metrics", timeout=10) as page:
            return Metrics(page.read().decode())

    def operator_ready(self):
        try:
            return urllib.request.urlopen(self.management + "/readyz", timeout=2).status == 200
        except OSError:
            return False

    def reconciled(self):
        try:
            return self.operator_metrics().sum("controller_runtime_reconcile_total", result="success")
        except OSError:
            return 0

    def api_metrics(self):
        return Metrics(self.api.request("GET", "/metrics")[1].decode())

    def operator_requests(self, verbs=frozenset()):
        metrics = self.operator_metrics()
        return sum(metrics.sum("crm_operator_api_requests_total", verb=verb) for verb in verbs)

    def create_instances(self, count):
        self.api.create_all([(f"/apis/crm-operator.dev/v1alpha1/namespaces/{NAMESPACES[n % 5]}/crminstances", {
            "apiVersion": "crm-operator.dev/v1alpha1", "kind": "CrmInstance", "metadata": {"name": f"crm-{n}"},
            "spec": {"admin": {"email": "admin@acme.example"}}}) for n in range(count)])

    def children(self):
        return {path: self.api.count(path, OWNED) for path in CHILDREN}

    def children_seen(self):
        # Without the claims, which the StatefulSet controller makes.
        return self.operator_metrics().sum("crm_operator_store_objects", kind=KINDS)

    def close(self):
        if self.operator:
            self.operator.stop()
        subprocess.run([CLUSTER, "down", "--name", "bench"], check=True)
        self.folder.cleanup()


WRITES, READS = frozenset({"create", "apply", "patch", "delete"}), frozenset({"get", "list"})


def measure(world, count, quiet):
    result = {"instances": count}
    operator = world.start_operator()
    began = time.monotonic()
    wait_until("the operator is ready", world.operator_ready, 60, 0.02)
    result["start to ready s"] = round(time.monotonic() - began, 2)
    time.sleep(2)
    result["idle RSS MiB"] = round(operator.rss(), 1)
    if count:
        errors_before = world.api_metrics().sum("apiserver_request_total", code={"500", "502", "503", "504", "429"})
        cpu_before, began = operator.cpu(), time.monotonic()
        world.create_instances(count)
        result["created by the client s"] = round(time.monotonic() - began, 1)
        # Counted by the operator's watches, seldom, since listing thousands of objects again and again would be a
        # load of its own; and once from outside.
        wait_until("all children exist", lambda: world.children_seen() >= sum(CHILDREN.values()) * count, 1800, count / 2000)
        result["all children s"] = round(time.monotonic() - began, 1)
        if world.children() != {path: each * count for path, each in CHILDREN.items()}:
            raise RuntimeError(f"children: {world.children()}")
        wait_until("the operator is quiet", lambda: settled(world), 900, 1)
        result["operator CPU s"] = round(operator.cpu() - cpu_before, 1)
        result["writes per instance"] = round(world.operator_requests(WRITES) / count, 2)
        result["requests per instance"] = round(world.operator_requests(WRITES | READS) / count, 2)
        result["429 and 5xx"] = int(world.api_metrics().sum("apiserver_request_total", code={"500", "502", "503", "504", "429"}) - errors_before)
    result["RSS MiB"], result["peak RSS MiB"] = round(operator.rss(), 1), round(operator.peak(), 1)
    before = world.operator_requests(WRITES | READS)
    time.sleep(quiet)
    result[f"requests in {quiet} quiet s"] = int(world.operator_requests(WRITES | READS) - before)
    if count:
        result.update(restart(world, count))
    operator = world.operator
    result.update(foreign_objects(world, operator) if count == 1000 else {})
    operator.stop()
    return result


def settled(world):
    """Nothing was asked for 20 seconds: the controllers, slower than the operator, have come to rest too."""
    before = world.operator_requests(WRITES | READS)
    time.sleep(20)
    return world.operator_requests(WRITES | READS) == before


def restart(world, count):
    world.operator.stop()
    began = time.monotonic()
    operator = world.start_operator()
    wait_until("the first is reconciled", lambda: world.reconciled() >= 1, 60, 0.02)
    first = time.monotonic() - began
    wait_until("all are reconciled", lambda: world.reconciled() >= count, 300, 0.02)
    every = time.monotonic() - began
    # It gives the memory of its lists back after five seconds.
    time.sleep(10)
    return {"restart: first reconciled s": round(first, 2), "restart: all reconciled s": round(every, 2),
            "restart: writes": int(world.operator_requests(WRITES)), "restart: RSS MiB": round(operator.rss(), 1),
            "restart: peak RSS MiB": round(operator.peak(), 1)}


def foreign_objects(world, operator):
    before, blob = operator.rss(), "x" * 100_000
    world.api.create_all([(f"/api/v1/namespaces/{NAMESPACES[n % 5]}/{plural}", {"metadata": {"name": f"foreign-{n}"}, **data})
                          for n in range(500) for plural, data in
                          [("secrets", {"stringData": {"blob": blob}}), ("configmaps", {"data": {"blob": blob}})]], threads=8)
    time.sleep(3)
    return {"1,000 foreign objects of 100 kB: RSS MiB more": round(operator.rss() - before, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[0, 100, 1000])
    parser.add_argument("--quiet", type=int, default=120, help="seconds without any change (default 120)")
    parser.add_argument("--port", type=int, default=15443, help="of the operator's metrics (default 15443)")
    parser.add_argument("--operator", default=ROOT / "build/release/operator/crm-operator")
    parser.add_argument("--no-controllers", action="store_true",
                        help="etcd and API server alone: for 10,000, of which the controller manager would make most of an hour")
    arguments = parser.parse_args()
    results = []
    for count in arguments.counts:
        world = World(arguments.port, arguments.operator, not arguments.no_controllers)
        try:
            results.append(measure(world, count, arguments.quiet))
            print(json.dumps(results[-1], indent=1), flush=True)
        finally:
            world.close()
    names = list(max(results, key=len))  # the rows of the longest: with instances there are more
    print("| measure | " + " | ".join(f"{r['instances']:,} instances" for r in results) + " |\n|---|" + "---|" * len(results))
    for name in names[1:]:
        print(f"| {name} | " + " | ".join(str(r.get(name, "–")) for r in results) + " |")


if __name__ == "__main__":
    main()
