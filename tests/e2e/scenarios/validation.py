"""Bad input is refused by the API server with a message that names the field and the rule."""

from support.instance import Instance
from support.kubectl import KubectlError, kubectl
from support.scenario import Scenario

REFUSED = [
    ("an unknown size", {"size": "huge"}, ["spec.size", "small"]),
    ("too many replicas", {"replicas": 51}, ["spec.replicas", "50"]),
    ("negative replicas", {"replicas": -1}, ["spec.replicas", "0"]),
    ("a version that is no version", {"version": "latest"}, ["spec.version"]),
    ("version and image", {"version": "0.1.0", "image": "example.com/crm:1"}, ["version", "image"]),
    ("no admin", {"admin": None}, ["spec.admin", "Required"]),
    ("an e-mail address that is none", {"admin": {"email": "nobody"}}, ["spec.admin.email"]),
    ("an unknown deletion policy", {"deletionPolicy": "Keep"}, ["spec.deletionPolicy", "Retain"]),
    ("a storage size that is no quantity", {"database": {"storage": {"size": "ten"}}}, ["spec.database.storage.size"]),
    ("a field that does not exist", {"replica": 2}, ["spec.replica"]),
]


class Validation(Scenario):
    def test_what_the_schema_refuses(self):
        namespace = self.namespace()
        for what, spec, expected in REFUSED:
            with self.subTest(what):
                instance = Instance(namespace, **spec)
                instance.spec = {key: value for key, value in instance.spec.items() if value is not None}
                with self.assertRaises(KubectlError) as refusal:
                    instance.apply()
                for part in expected:
                    self.assertIn(part, str(refusal.exception))

    def test_a_name_that_is_too_long_for_its_objects(self):
        with self.assertRaises(KubectlError) as refusal:
            Instance(self.namespace(), name="a" * 41).apply()
        self.assertIn("40", str(refusal.exception))

    def test_storage_cannot_change_after_creation(self):
        instance = Instance(self.namespace()).apply()
        with self.assertRaises(KubectlError) as refusal:
            instance.apply(database={"storage": {"size": "2Gi"}})
        self.assertIn("spec.database.storage", str(refusal.exception))

    def test_the_spec_explains_itself(self):
        text = kubectl("explain", "crminstance.spec")
        for field in ["version", "image", "size", "resources", "replicas", "database", "admin", "deletionPolicy"]:
            self.assertIn(field, text)
        self.assertNotIn("<no description>", kubectl("explain", "crminstance.spec", "--recursive=false"))
