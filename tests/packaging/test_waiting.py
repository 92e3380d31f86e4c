"""What tools that wait for an instance make of its status: the library of Flux and Helm (kstatus), and the health
check for Argo CD. The statuses are those that the operator's own test has recorded."""

import json
import subprocess
import unittest

import yaml

from tools import ROOT, run

RECORDED = ROOT / "tests/operator/golden/statuses.json"
HEALTH = ROOT / "config/argocd/argocd-cm.yaml"
KEY = "resource.customizations.health.crm-operator.dev_CrmInstance"


def lua(value):
    """A value as a Lua expression."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\{byte:03d}" for byte in value.encode()) + '"'
    return str(value)


def of_generation(object, generation):
    return object | {"metadata": object["metadata"] | {"generation": generation}}


class ToolsThatWait(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recorded = json.loads(RECORDED.read_text())

    def kstatus(self, *objects):
        """The library's verdict on each."""
        program = ROOT / "build/kstatus"
        go = run(ROOT / "tests/cluster/go-toolchain").strip()
        run(go, "build", "-C", ROOT / "tests/kstatus", "-o", program, ".")
        text = run(program, input="\n".join(map(json.dumps, objects)))
        return [line.split("\t")[0] for line in text.splitlines()]

    def health(self, object):
        """The verdict of the health check: (status, message)."""
        check = yaml.safe_load(HEALTH.read_text())["data"][KEY]
        script = f"obj = {lua(object)}\nlocal health = (function()\n{check}\nend)()\nprint(health.status)\nprint(health.message)\n"
        done = subprocess.run(["lua5.1", "-"], input=script, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        status, message = done.stdout.split("\n", 1)
        return status, message.strip()

    def test_kstatus_stops_waiting_as_soon_as_a_person_is_needed(self):
        verdicts = self.kstatus(*(case["object"] for case in self.recorded))
        self.assertEqual(
            {case["name"]: verdict for case, verdict in zip(self.recorded, verdicts, strict=True)},
            {case["name"]: case["kstatus"] for case in self.recorded},
        )

    def test_kstatus_waits_for_the_generation_that_was_applied(self):
        self.assertEqual(self.kstatus(*(of_generation(case["object"], 2) for case in self.recorded)),
                         ["InProgress"] * len(self.recorded))  # fmt: skip

    def test_argo_cd_shows_what_is_the_case(self):
        for case in self.recorded:
            with self.subTest(case["name"]):
                status, message = self.health(case["object"])
                self.assertEqual(status, case["argocd"])
                ready = next(c for c in case["object"]["status"]["conditions"] if c["type"] == "Ready")
                self.assertEqual(message, ready["message"])

    def test_argo_cd_waits_for_the_generation_that_was_applied(self):
        self.assertEqual(self.health(of_generation(self.recorded[0]["object"], 2))[0], "Progressing")
        self.assertEqual(self.health({"metadata": {"generation": 1}})[0], "Progressing")


if __name__ == "__main__":
    unittest.main()
