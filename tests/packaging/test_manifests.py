"""The two ways to install the operator, kustomize and Helm, and the files that both are made of."""

import unittest

from tools import CRD_FILE, ROOT, documents, load, programs, run


def kustomize(folder="config"):
    return documents(run(programs() / "kubectl", "kustomize", folder))


def helm(*options):
    return documents(
        run(programs() / "helm", "template", "crm-operator", "charts/crm-operator", "--include-crds",
            "--namespace", "crm-system", "--kube-version", "1.30.0", *options)
    )  # fmt: skip


def by_name(objects):
    return {(each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each for each in objects}


def deployment(objects):
    return next(each for each in objects if each["kind"] == "Deployment")


class Manifests(unittest.TestCase):
    maxDiff = None

    def test_kustomize_and_helm_give_the_same_objects(self):
        self.assert_same(kustomize(), helm())

    def test_both_leave_user_ids_to_a_platform_that_assigns_them(self):
        objects = kustomize("config/platform-user-ids")
        self.assert_same(objects, helm("--set", "platformUserIDs=true"))
        pod = deployment(objects)["spec"]["template"]["spec"]
        self.assertIn("--platform-user-ids", pod["containers"][0]["args"])
        self.assertFalse({"runAsUser", "runAsGroup", "fsGroup"} & set(pod["securityContext"]))
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])

    def assert_same(self, of_kustomize, of_helm):
        ours = by_name(of_kustomize)
        # Helm makes the namespace itself (--create-namespace): a chart cannot hold the one that it is kept in.
        self.assertEqual(ours.pop(("Namespace", "", "crm-system"))["kind"], "Namespace")
        theirs = by_name(of_helm)
        self.assertEqual(sorted(ours), sorted(theirs))
        for name, each in ours.items():
            self.assertEqual(each, theirs[name], name)

    def test_the_chart_passes_lint_without_a_warning(self):
        output = run(programs() / "helm", "lint", "--strict", "charts/crm-operator")
        self.assertNotIn("[WARNING]", output)

    def test_the_chart_for_one_namespace_gives_no_right_outside_of_it(self):
        objects = helm("--set", "watchNamespace=tenants")
        kinds = {each["kind"] for each in objects}
        self.assertFalse({"ClusterRole", "ClusterRoleBinding"} & kinds)
        role = next(each for each in objects if each["kind"] == "Role")
        self.assertEqual(role["metadata"]["namespace"], "tenants")
        self.assertEqual(role["rules"], load("config/rbac/role.yaml")["rules"])
        self.assertIn("--namespace=tenants", deployment(objects)["spec"]["template"]["spec"]["containers"][0]["args"])

    def test_values_of_the_chart_reach_the_operator(self):
        objects = helm(
            "--set", "image.repository=images.example/operator", "--set", "image.tag=9.9.9",
            "--set", "workers=3", "--set", "maxDisruptions=4", "--set", "logLevel=debug",
            "--set", "serverImage=images.example/server", "--set", "postgresImage=images.example/postgres:1",
            "--set", "nodesOnDemand=true",
        )  # fmt: skip
        container = deployment(objects)["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(container["image"], "images.example/operator:9.9.9")
        self.assertEqual(
            container["args"],
            ["--workers=3", "--max-disruptions=4", "--log-level=debug", "--server-image=images.example/server",
             "--postgres-image=images.example/postgres:1", "--nodes-on-demand"],
        )  # fmt: skip

    def test_a_value_that_the_chart_does_not_know_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "loglevel"):
            helm("--set", "loglevel=debug")

    def test_one_version_is_in_all_places(self):
        version = (ROOT / "VERSION").read_text().strip()
        chart = load("charts/crm-operator/Chart.yaml")
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))
        for folder in ("config", "config/platform-user-ids"):
            self.assertEqual([image["newTag"] for image in load(f"{folder}/kustomization.yaml")["images"]], [version])
        self.assertIn(f"## {version}", (ROOT / "CHANGELOG.md").read_text())

    def test_the_rights_of_the_operator_name_every_resource_and_verb(self):
        for rule in load("config/rbac/role.yaml")["rules"]:
            self.assertNotIn("*", rule["apiGroups"] + rule["resources"] + rule["verbs"], rule)
            self.assertFalse({"escalate", "bind", "impersonate"} & set(rule["verbs"]), rule)


class Schema(unittest.TestCase):
    """Rules that hold for every field of the custom resource."""

    def fields(self):
        root = load(CRD_FILE)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]

        def walk(path, schema):
            yield path, schema
            for name, each in schema.get("properties", {}).items():
                yield from walk(f"{path}.{name}", each)
            if "items" in schema:
                yield from walk(f"{path}[]", schema["items"])

        return [(path, each) for path, each in walk("", root) if path not in (".metadata", ".apiVersion", ".kind")]

    def test_every_field_is_described_starting_with_what_it_is(self):
        for path, schema in self.fields():
            if not path.endswith("[]"):
                self.assertRegex(schema.get("description", ""), r"^[A-Z][\s\S]+\.$", path)

    def test_every_field_has_bounds(self):
        for path, schema in self.fields():
            kind = schema.get("type")
            if kind == "string" and "enum" not in schema and schema.get("format") != "date-time":
                self.assertIn("maxLength", schema, path)
            if kind == "integer":
                self.assertIn("minimum", schema, path)
            if kind == "array":
                self.assertIn("maxItems", schema, path)
                self.assertIn("x-kubernetes-list-type", schema, path)

    def test_it_is_small_enough_for_an_ordinary_apply(self):
        self.assertLess(CRD_FILE.stat().st_size, 200_000)


if __name__ == "__main__":
    unittest.main()
