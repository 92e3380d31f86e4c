"""What the tests of this folder share: the repository, and the kubectl and helm of the local Kubernetes."""

import functools
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLUSTER = ROOT / "tests/cluster/cluster"
CRD_FILE = ROOT / "crds/crm-operator.dev_crminstances.yaml"


def run(*command, **options):
    """Runs a command from the top folder; a failure shows what it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


@functools.cache
def programs():
    """The folder of kubectl and helm, built from their Go modules the first time."""
    subprocess.run([CLUSTER, "build"], check=True)
    return pathlib.Path(run(CLUSTER, "bin").strip())


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def load(path):
    return yaml.safe_load((ROOT / path).read_text())
