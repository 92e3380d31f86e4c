"""A process under measurement."""

import os
import subprocess
import time


class Process:
    def __init__(self, command, log, **options):
        self._log = open(log, "w")
        self._popen = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, **options)
        self.pid = self._popen.pid

    def _status(self, field):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {field}: did the process end?")

    def rss(self):
        """MiB now."""
        return self._status("VmRSS")

    def peak(self):
        """MiB at most since the start."""
        return self._status("VmHWM")

    def cpu(self):
        """Seconds of CPU used, user and system."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def running(self):
        return self._popen.poll() is None

    def stop(self):
        if self.running():
            self._popen.terminate()
            try:
                self._popen.wait(30)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        self._log.close()

    def kill(self):
        self._popen.kill()
        self._popen.wait()
        self._log.close()


def wait_until(what, condition, timeout, interval=0.1):
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {timeout} s: {what}")
        time.sleep(interval)
    return value
