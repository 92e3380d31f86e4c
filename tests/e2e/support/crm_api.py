"""A small client of the CRM's HTTP API, and a load of requests that counts what failed."""

import http.client
import json
import threading
import time


class CrmApi:
    def __init__(self, host, port=80, token=None):
        self.host, self.port, self.token = host, port, token

    def request(self, method, path, body=None, headers=None, timeout=30):
        """One request on a connection of its own: (status, headers, parsed body)."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            all_headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            if body is not None:
                all_headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {**all_headers, **(headers or {})})
            response = connection.getresponse()
            text = response.read()
            return response.status, dict(response.getheaders()), json.loads(text) if text else None
        finally:
            connection.close()

    def login(self, email, password):
        """Tries again when the server says so, as clients do: its connections to a database that was made anew under
        the same name may be under way to the address of the one before."""
        for _ in range(10):
            status, headers, body = self.request("POST", "/api/v1/login", {"email": email, "password": password})
            if status != 503:
                break
            time.sleep(float(headers.get("Retry-After", 1)))
        if status != 200:
            raise AssertionError(f"login answered {status}: {body}")
        self.token = body["token"]
        return self

    def create_contact(self, **fields):
        status, _, body = self.request("POST", "/api/v1/contacts", fields)
        if status != 201:
            raise AssertionError(f"create answered {status}: {body}")
        return body

    def contact(self, contact_id):
        status, _, body = self.request("GET", f"/api/v1/contacts/{contact_id}")
        return body if status == 200 else None


class Load:
    """Reads and creates contacts from several threads until stopped; remembers every failure and every
    acknowledged create."""

    def __init__(self, api, readers=4, writers=2):
        self._api = api
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.failures, self.created, self.requests, self.slowest = [], [], 0, 0.0
        seed = api.create_contact(firstName="Load", lastName="Seed")["id"]
        self._threads = [threading.Thread(target=self._run, args=("GET", f"/api/v1/contacts/{seed}", None, 200))
                         for _ in range(readers)]
        self._threads += [threading.Thread(target=self._run,
                                           args=("POST", "/api/v1/contacts", {"firstName": "Load", "lastName": f"Writer {n}"}, 201))
                          for n in range(writers)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, method, path, body, expected):
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                status, _, answer = self._api.request(method, path, body)
                failure = None if status == expected else f"{method} {path}: {status} {answer}"
            except (OSError, http.client.HTTPException) as error:
                answer, failure = None, f"{method} {path}: {error!r}"
            with self._lock:
                self.requests += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                if failure:
                    self.failures.append(f"{time.strftime('%T')} {failure}")
                elif method == "POST":
                    self.created.append(answer["id"])
            # A paced load: it must see every moment of a roll, not saturate the machine.
            self._stop.wait(0.02)
