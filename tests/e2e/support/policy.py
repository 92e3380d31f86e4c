"""Policies that change or refuse what is written in one namespace, as admins of a cluster have them."""

import contextlib
import json

from support.kubectl import KubectlError, apply, kubectl, wait_until

GROUP = "admissionregistration.k8s.io/v1"


POD = {"automountServiceAccountToken": False,
       "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
       "containers": [{"name": "probe", "image": "probe", "imagePullPolicy": "IfNotPresent",
                       "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}]}
WORKLOAD = {"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD}}
CLAIM = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
PROBES = {"pods": {"apiVersion": "v1", "kind": "Pod", "spec": POD},
          "apps/deployments": {"apiVersion": "apps/v1", "kind": "Deployment", "spec": WORKLOAD},
          "apps/statefulsets": {"apiVersion": "apps/v1", "kind": "StatefulSet",
                                "spec": {**WORKLOAD, "volumeClaimTemplates": [CLAIM]}}}


def _answer(namespace, resource):
    """What the API server would make of an object."""
    probe = {**PROBES[resource], "metadata": {"name": "probe", "namespace": namespace}}
    try:
        made = json.loads(kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=json.dumps(probe)))
    except KubectlError as error:
        return str(error)
    return made["spec"]


@contextlib.contextmanager
def _coming_into_force(namespace, resource):
    """The API server learns of a policy by a watch of its own."""
    before = _answer(namespace, resource)
    yield
    wait_until(f"the policy on {resource} is in force", lambda: _answer(namespace, resource) != before, timeout=30)


def _constraints(namespace, resource, operations):
    group, _, plural = resource.rpartition("/")
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "resourceRules": [{"apiGroups": [group], "apiVersions": ["v1"], "operations": operations, "resources": [plural]}]}


def _put_in_force(scenario, kind, namespace, resource, operations, spec, binding):
    """Makes a policy of the kind and its binding, until the test ends."""
    name = f"{namespace}-{resource.replace('/', '-')}"
    for made in [f"{kind}Binding", kind]:
        scenario.addCleanup(kubectl, "delete", made, name, "--ignore-not-found")
    with _coming_into_force(namespace, resource):
        apply({"apiVersion": GROUP, "kind": kind, "metadata": {"name": name},
               "spec": {"matchConstraints": _constraints(namespace, resource, list(operations)), "failurePolicy": "Fail", **spec}},
              {"apiVersion": GROUP, "kind": f"{kind}Binding", "metadata": {"name": name},
               "spec": {"policyName": name, **binding}})


def mutate(scenario, namespace, resource, expression, operations=("CREATE",)):
    """Applies the JSON patch that the CEL expression gives to each such object; resource is "pods" or "apps/deployments"."""
    mutations = [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}]
    _put_in_force(scenario, "MutatingAdmissionPolicy", namespace, resource, operations,
                  {"reinvocationPolicy": "Never", "mutations": mutations}, {})


def require(scenario, namespace, resource, expression, message, operations=("CREATE",)):
    """Refuses what is written and does not fulfil the CEL expression."""
    _put_in_force(scenario, "ValidatingAdmissionPolicy", namespace, resource, operations,
                  {"validations": [{"expression": expression, "message": message}]}, {"validationActions": ["Deny"]})
