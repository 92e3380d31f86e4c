"""kubectl as a library: every call is one kubectl process, every wait names what it waits for."""

import json
import subprocess
import time


class KubectlError(Exception):
    """kubectl's own message."""


def kubectl(*arguments, stdin=None, timeout=60):
    """Runs kubectl and returns its standard output; raises KubectlError with its message on failure."""
    finished = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, timeout=timeout)
    if finished.returncode != 0:
        raise KubectlError(finished.stderr.strip())
    return finished.stdout


def get(kind, name, namespace):
    """The object as a dict, None when it does not exist."""
    try:
        return json.loads(kubectl("get", kind, name, "-n", namespace, "-o", "json"))
    except KubectlError as error:
        if "NotFound" in str(error) or "not found" in str(error):
            return None
        raise


def list_objects(kind, namespace, selector=""):
    return json.loads(kubectl("get", kind, "-n", namespace, "-l", selector, "-o", "json"))["items"]


def apply(*objects):
    for manifest in objects:
        kubectl("apply", "-f", "-", stdin=json.dumps(manifest))


def delete(kind, name, namespace, wait=True):
    kubectl("delete", kind, name, "-n", namespace, f"--wait={str(wait).lower()}", "--timeout=120s", timeout=130)


def merge_patch(kind, name, namespace, patch):
    kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", json.dumps(patch))


def wait_until(what, condition, timeout=90.0):
    """Polls until the condition returns something true, and returns it."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            last = condition()
        except KubectlError as error:
            last, failure = None, error
        else:
            failure = None
        if last:
            return last
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:.0f} s: {what}" + (f" ({failure})" if failure else ""))
        time.sleep(0.1)


def create_namespace(name, enforce="restricted"):
    apply({"apiVersion": "v1", "kind": "Namespace",
           "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": enforce}}})


def delete_namespace(name, timeout=120, wait=True):
    kubectl("delete", "namespace", name, "--ignore-not-found", f"--wait={str(wait).lower()}", f"--timeout={timeout}s",
            timeout=timeout + 10)
