"""A CrmInstance under test: its manifest, its status, and waiting for it."""

import base64

from support.crm_api import CrmApi
from support.kubectl import apply, get, list_objects, wait_until


class Instance:
    def __init__(self, namespace, name="acme", **spec):
        self.namespace = namespace
        self.name = name
        self.spec = {"admin": {"email": "admin@acme.example"}, "database": {"storage": {"size": "1Gi"}}, **spec}

    def manifest(self):
        return {"apiVersion": "crm-operator.dev/v1alpha1", "kind": "CrmInstance",
                "metadata": {"name": self.name, "namespace": self.namespace}, "spec": self.spec}

    def apply(self, **changes):
        self.spec.update(changes)
        apply(self.manifest())
        return self

    def object(self):
        return get("crminstance", self.name, self.namespace)

    def condition(self, kind):
        instance = self.object() or {}
        for condition in instance.get("status", {}).get("conditions", []):
            if condition["type"] == kind:
                return condition
        return {}

    def is_ready(self):
        """Ready, and the status speaks of the spec as it is now."""
        instance = self.object()
        if not instance:
            return False
        generation = instance["metadata"]["generation"]
        return any(c["type"] == "Ready" and c["status"] == "True" and c.get("observedGeneration") == generation
                   for c in instance.get("status", {}).get("conditions", []))

    def wait_ready(self, timeout=120):
        try:
            wait_until(f"{self.namespace}/{self.name} is Ready", self.is_ready, timeout)
        except AssertionError as error:
            conditions = (self.object() or {}).get("status", {}).get("conditions", [])
            pods = [(p["metadata"]["name"], p["status"].get("phase"), p["status"].get("containerStatuses"))
                    for p in list_objects("pods", self.namespace)]
            raise AssertionError(f"{error}\nconditions: {conditions}\npods: {pods}") from None
        return self

    def secret(self, suffix):
        data = get("secret", f"{self.name}-{suffix}", self.namespace)["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def service_address(self):
        return get("service", f"{self.name}-server", self.namespace)["spec"]["clusterIP"]

    def api(self):
        """The API, logged in as the admin of the generated Secret."""
        credential = self.secret("admin")
        return CrmApi(self.service_address()).login(credential["email"], credential["password"])
