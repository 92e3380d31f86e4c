#!/usr/bin/env python3
"""How fast one CRM server is: reads, lists and durable creates, each beside pgbench in the same run.

The server has one core; PostgreSQL, wrk and pgbench have the other. 100,000 contacts.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from support.postgres import Postgres  # noqa: E402
from support.process import Process, wait_until  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = """
insert into contacts(id, first_name, last_name, email, phone, city, status, do_not_contact, custom)
select (lpad(to_hex(i), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'First' || i, 'Last' || (i * 7919 % 100000),
       'user' || i || '@example.com', '+49 30 ' || (1000000 + i), 'Berlin', (array['lead', 'active', 'customer', 'lost'])[1 + i % 4], false,
       jsonb_build_object('industry', (array['it', 'retail', 'auto'])[1 + i % 3], 'score', i % 100)
from generate_series(1, 100000) i"""

COLUMNS = "id, first_name, last_name, email, phone, city, status, created_at, updated_at, custom"
PGBENCH = {
    "GET by id": f"\\set n random(1, 100000)\nselect {COLUMNS} from contacts where id = (lpad(to_hex((:n)::int), 8, '0') || '-0000-7000-8000-' || lpad(to_hex((:n)::int), 12, '0'))::uuid;",
    "list of 20, by creation": f"\\set n random(1, 90000)\nselect {COLUMNS} from contacts where id < (lpad(to_hex((:n)::int), 8, '0') || '-0000-7000-8000-ffffffffffff')::uuid order by id desc limit 20;",
    "durable create, with its audit record": "begin;\ninsert into contacts(id, first_name, last_name, email, status, do_not_contact, custom) values (gen_random_uuid(), 'First', 'Last', 'a@example.com', 'lead', false, '{}');\n"
                      "insert into audit(actor, entity, entity_id, action, diff) values ('bench', 'contact', gen_random_uuid(), 'create', '{\"firstName\": \"First\"}');\ncommit;",
}
REQUESTS = {
    "GET by id": """request = function() local n = string.format("%x", math.random(1, 100000))
  local a, b = string.rep("0", 8 - #n) .. n, string.rep("0", 12 - #n) .. n
  return wrk.format("GET", "/api/v1/contacts/" .. a .. "-0000-7000-8000-" .. b) end""",
    "list of 20, by creation": """request = function() return wrk.format("GET", "/api/v1/contacts?limit=20&sort=-createdAt") end""",
    "durable create, with its audit record": """wrk.headers["Content-Type"] = "application/json"
request = function() return wrk.format("POST", "/api/v1/contacts", nil, '{"firstName":"First","lastName":"Last","email":"a@example.com"}') end""",
}


class Server:
    def __init__(self, binary, database, folder):
        for secret, values in {"database": {"username": "postgres", "password": "unused", "database": "crm"},
                               "admin": {"email": "admin@acme.example", "password": "correct horse battery staple"}}.items():
            (folder / secret).mkdir()
            for key, value in values.items():
                (folder / secret / key).write_text(value)
        where = ["--database-host", f"127.0.0.1:{database.port}", "--database-dir", folder / "database"]
        subprocess.run([binary, "migrate", *where], check=True, stderr=subprocess.DEVNULL)
        self.api, self.management = "http://127.0.0.1:18080", "http://127.0.0.1:18081"
        began = time.monotonic()
        self.process = Process(["taskset", "-c", "0", binary, "serve", *where, "--admin-dir", folder / "admin",
                                "--listen", "127.0.0.1:18080", "--management", "127.0.0.1:18081", "--log-level", "warning"], folder / "server.log")
        wait_until("the server is ready", self.ready, 30, 0.005)
        self.start_to_ready = time.monotonic() - began
        self.token = None

    def ready(self):
        try:
            return urllib.request.urlopen(self.management + "/readyz", timeout=1).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def post(self, path, body):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        request = urllib.request.Request(self.api + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def api_key(self):
        self.token = self.post("/api/v1/login", {"email": "admin@acme.example", "password": "correct horse battery staple"})["token"]
        self.token = self.post("/api/v1/api-keys", {"name": "bench"})["key"]
        return self.token


def wrk(server, token, script, seconds, folder, connections=64):
    (folder / "wrk.lua").write_text(f'wrk.headers["Authorization"] = "Bearer {token}"\nmath.randomseed(7)\n{script}\n')
    cpu = server.process.cpu()
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", folder / "wrk.lua", server.api],
                         check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    requests = int(re.search(r"(\d+) requests in", out)[1])
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), "p99": re.search(r"99%\s+(\S+)", out)[1],
            "cpu": (server.process.cpu() - cpu) / requests * 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement (default 10)")
    parser.add_argument("--server", default=ROOT / "build/release/crm-server/crm-server")
    arguments = parser.parse_args()
    database = Postgres(cores="1")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = None
        try:
            server = Server(arguments.server, database, folder)
            database.psql(SEED)
            database.psql("vacuum analyze contacts")
            token = server.api_key()
            idle = server.process.rss()
            print("| case | requests/s | p99 | server CPU µs | pgbench tps | ratio |\n|---|---|---|---|---|---|")
            for case, script in REQUESTS.items():
                peer = database.pgbench(PGBENCH[case], arguments.seconds)
                result = wrk(server, token, script, arguments.seconds, folder)
                print(f"| {case} | {result['rate']:,.0f} | {result['p99']} | {result['cpu']:.0f} | {peer:,.0f} | {result['rate'] / peer:.2f} |", flush=True)
            print(f"\nRSS idle {idle:.1f} MiB, under load at most {server.process.peak():.1f} MiB; start to ready {server.start_to_ready * 1000:.0f} ms")
        finally:
            if server:
                server.process.stop()
            database.stop()


if __name__ == "__main__":
    main()
