"""The operator's own pod and metrics."""

import json
import re
import urllib.request

from support.kubectl import get, kubectl, list_objects, wait_until

NAMESPACE = "crm-system"


def operator_pods():
    return [pod for pod in list_objects("pods", NAMESPACE, "app.kubernetes.io/name=crm-operator")
            if not pod["metadata"].get("deletionTimestamp")]


def kill_operator():
    """Ends the operator without a chance to finish anything."""
    for pod in operator_pods():
        kubectl("delete", "pod", pod["metadata"]["name"], "-n", NAMESPACE, "--grace-period=0", "--force")


def stop_operator():
    """Until start_operator(); what runs goes on running."""
    kubectl("scale", "deployment/crm-operator", "-n", NAMESPACE, "--replicas=0")
    wait_until("the operator is gone", lambda: not list_objects("pods", NAMESPACE, "app.kubernetes.io/name=crm-operator"))


def start_operator():
    kubectl("scale", "deployment/crm-operator", "-n", NAMESPACE, "--replicas=1")
    wait_until("the operator is ready", operator_ready)


def restart_with(arguments):
    kubectl("patch", "deployment", "crm-operator", "-n", NAMESPACE, "--type=json", "-p",
            json.dumps([{"op": "replace", "path": "/spec/template/spec/containers/0/args", "value": arguments}]))
    kubectl("rollout", "status", "deployment/crm-operator", "-n", NAMESPACE, "--timeout=60s", timeout=70)


def arguments():
    return get("deployment", "crm-operator", NAMESPACE)["spec"]["template"]["spec"]["containers"][0]["args"]


def operator_ready():
    pods = operator_pods()
    return len(pods) == 1 and any(c["type"] == "Ready" and c["status"] == "True" for c in pods[0]["status"].get("conditions", []))


def writes_by_operator():
    """Writes to the API since this operator process started, by its own count."""
    address = operator_pods()[0]["status"]["podIP"]
    with urllib.request.urlopen(f"http://{address}:8081/metrics", timeout=10) as page:
        text = page.read().decode()
    return sum(float(value) for verb, value in re.findall(r'^crm_operator_api_requests_total\{[^}]*verb="(\w+)"[^}]*\} (\S+)$', text, re.M)
               if verb in ("create", "apply", "patch", "delete"))
