"""The components of the node under the instances."""

import os
import pathlib
import signal
import subprocess

from support.kubectl import wait_until

CLUSTER = pathlib.Path(__file__).resolve().parents[2] / "cluster/cluster"


def components():
    """Name to process number, as `cluster status` shows them."""
    out = subprocess.run([CLUSTER, "status", "--name", "e2e"], capture_output=True, text=True).stdout
    rows = [line.split() for line in out.splitlines()]
    return {unit: int(pid) for unit, _, pid, *_ in (row for row in rows if len(row) > 3) if pid.isdigit()}


def restart_component(name):
    """Kills a component; the cluster starts it again. Returns when it is another process."""
    before = components()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(f"{name} is started again", lambda: components().get(name, before) != before)
