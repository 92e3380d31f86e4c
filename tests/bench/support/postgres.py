"""A PostgreSQL of its own for a benchmark: in a temporary folder, on a free loopback port, on chosen cores."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = ["shared_buffers=512MB", "max_connections=100", "max_wal_size=4GB", "synchronous_commit=on", "fsync=on"]


class Postgres:
    def __init__(self, cores):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-bench-"))
        shutil.chown(self.folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run([*as_postgres, BIN / "initdb", "-D", self.folder / "data", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
                       check=True, stdout=subprocess.DEVNULL)
        options = [argument for setting in SETTINGS for argument in ("-c", setting)]
        self._server = subprocess.Popen(
            ["taskset", "-c", cores, *as_postgres, BIN / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", str(self.port), *options],
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "w"))
        subprocess.run(["timeout", "30", "sh", "-c", f"until {BIN}/pg_isready -q -h 127.0.0.1 -p {self.port}; do sleep 0.1; done"], check=True)
        self.psql("create database crm", database="postgres")

    def psql(self, sql, database="crm"):
        return subprocess.run([BIN / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-XAtq", "-v",
                               "ON_ERROR_STOP=1", "-c", sql], check=True, capture_output=True, text=True).stdout

    def pgbench(self, script, seconds, clients=8, cores="1"):
        """Transactions a second of a script with prepared statements."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            out = subprocess.run(["taskset", "-c", cores, BIN / "pgbench", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-n", "-M",
                                  "prepared", "-c", str(clients), "-T", str(seconds), "-f", file.name, "crm"],
                                 check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
        return float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])

    def stop(self):
        self._server.send_signal(2)
        self._server.wait(30)
        shutil.rmtree(self.folder)
