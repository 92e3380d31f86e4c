"""Policies that change or refuse what is written in one namespace, as admins of a cluster have them."""

from support.kubectl import apply, kubectl

GROUP = "admissionregistration.k8s.io/v1"


def _constraints(namespace, resource, operations):
    group, _, plural = resource.rpartition("/")
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "resourceRules": [{"apiGroups": [group], "apiVersions": ["v1"], "operations": operations, "resources": [plural]}]}


def mutate(scenario, namespace, resource, expression, operations=("CREATE",)):
    """Applies the JSON patch that the CEL expression gives to each such object; resource is "pods" or "apps/deployments"."""
    name = f"{namespace}-{resource.replace('/', '-')}"
    apply({"apiVersion": GROUP, "kind": "MutatingAdmissionPolicy", "metadata": {"name": name},
           "spec": {"matchConstraints": _constraints(namespace, resource, list(operations)), "failurePolicy": "Fail",
                    "reinvocationPolicy": "Never",
                    "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}]}},
          {"apiVersion": GROUP, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": name},
           "spec": {"policyName": name}})
    for kind in ["mutatingadmissionpolicybinding", "mutatingadmissionpolicy"]:
        scenario.addCleanup(kubectl, "delete", kind, name, "--ignore-not-found")


def require(scenario, namespace, resource, expression, message):
    """Refuses what is created and does not fulfil the CEL expression."""
    name = f"{namespace}-{resource.replace('/', '-')}"
    apply({"apiVersion": GROUP, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
           "spec": {"matchConstraints": _constraints(namespace, resource, ["CREATE"]), "failurePolicy": "Fail",
                    "validations": [{"expression": expression, "message": message}]}},
          {"apiVersion": GROUP, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
           "spec": {"policyName": name, "validationActions": ["Deny"]}})
    for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"]:
        scenario.addCleanup(kubectl, "delete", kind, name, "--ignore-not-found")
