"""A container out of an image archive, run by runc the way a restricted pod is run: the user of the image,
no capabilities, no new privileges, a read-only root, writable folders only where a volume is mounted, a
network of its own with nothing but loopback."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import time
import uuid


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class Image:
    """An OCI archive, unpacked once into a folder of its own."""

    def __init__(self, archive):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-image-"))
        layout = self.folder / "layout"
        with tarfile.open(archive) as tar:
            tar.extractall(layout)

        def blob(digest):
            return layout / "blobs" / pathlib.Path(*digest.split(":"))

        def document(digest):
            return json.loads(blob(digest).read_text())

        manifest = document(json.loads((layout / "index.json").read_text())["manifests"][0]["digest"])
        self.config = document(manifest["config"]["digest"])["config"]
        self.root = self.folder / "root"
        self.root.mkdir()
        for layer in manifest["layers"]:
            self._apply(blob(layer["digest"]))
        shutil.rmtree(layout)

    def _apply(self, layer):
        run("tar", "-xpf", str(layer), "-C", str(self.root), "--numeric-owner")
        for mark in self.root.rglob(".wh.*"):
            hidden = mark.with_name(mark.name.removeprefix(".wh."))
            if hidden.is_dir() and not hidden.is_symlink():
                shutil.rmtree(hidden)
            else:
                hidden.unlink(missing_ok=True)
            mark.unlink()

    def remove(self):
        shutil.rmtree(self.folder)


class Container:
    """One run of an image. mounts maps a path inside to a folder outside; user is (uid, gid), and groups are those
    besides, when they are not the image's."""

    def __init__(self, image, mounts, args=(), user=None, groups=()):
        self.id = f"crm-test-{uuid.uuid4().hex[:12]}"
        self.bundle = pathlib.Path(tempfile.mkdtemp(prefix="crm-bundle-"))
        self.log = self.bundle / "log"
        uid, gid = user or map(int, image.config["User"].split(":"))
        spec = {
            "ociVersion": "1.0.2",
            "process": {
                "terminal": False,
                "user": {"uid": uid, "gid": gid, "additionalGids": list(groups)},
                "args": image.config["Entrypoint"] + list(args),
                "env": image.config.get("Env", []),
                "cwd": "/",
                "noNewPrivileges": True,
                "capabilities": {},
            },
            "root": {"path": str(image.root), "readonly": True},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["mode=1777", "size=64m"]},
            ]
            + [
                {"destination": inside, "type": "bind", "source": str(outside), "options": ["rbind", "rw"]}
                for inside, outside in mounts.items()
            ],
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network")]},
        }
        (self.bundle / "config.json").write_text(json.dumps(spec))
        # runc stays in the foreground and ends with the exit code of the container.
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["runc", "run", "--bundle", str(self.bundle), self.id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def exec(self, *command):
        """Runs a command inside; returns its exit code and output."""
        done = subprocess.run(
            ["runc", "exec", self.id, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        return done.returncode, done.stdout.strip() + done.stderr.strip()

    def first_process(self):
        return json.loads(run("runc", "state", self.id))["pid"]

    def await_process(self, words):
        """Waits for a process whose command line holds these words; its number outside."""
        namespace = os.readlink(f"/proc/{self.first_process()}/ns/pid")

        def find():
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):  # it has ended
                    command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if words in command and os.readlink(process / "ns/pid") == namespace:
                        return int(process.name)
            return None

        return eventually(find, lambda: f"a process '{words}': {self.output()}")

    def bring_loopback_up(self):
        run("nsenter", "--net", "--target", str(self.first_process()), "ip", "link", "set", "lo", "up")

    def kill(self, signal):
        run("runc", "kill", self.id, signal)

    def wait(self, seconds=60):
        return self.process.wait(seconds)

    def output(self):
        return self.log.read_text()

    def remove(self):
        subprocess.run(["runc", "delete", "--force", self.id], capture_output=True)
        self.process.wait(60)
        shutil.rmtree(self.bundle)


def eventually(condition, what, seconds=60):
    """Waits until condition() holds, and returns what it gave; fails with what was waited for."""
    end = time.monotonic() + seconds
    while not (met := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what()}")
        time.sleep(0.02)
    return met
