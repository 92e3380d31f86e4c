"""A fast, minimal client of the Kubernetes API for benchmarks: kept connections, client certificate."""

import base64
import http.client
import json
import re
import ssl
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor


class KubeApi:
    def __init__(self, kubeconfig):
        view = json.loads(subprocess.run(["kubectl", "--kubeconfig", kubeconfig, "config", "view", "--raw", "--minify", "-o", "json"],
                                         check=True, capture_output=True, text=True).stdout)
        cluster, user = view["clusters"][0]["cluster"], view["users"][0]["user"]
        self._host = cluster["server"].removeprefix("https://")
        self._tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as pem:
            pem.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            pem.flush()
            self._tls.load_cert_chain(pem.name)
        self._local = threading.local()

    def request(self, method, path, body=None, accept="application/json"):
        try:
            return self._request(method, path, body, accept)
        except http.client.RemoteDisconnected:
            # A kept connection that the server closed while nobody used it.
            return self._request(method, path, body, accept)

    def _request(self, method, path, body, accept):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPSConnection(self._host, context=self._tls, timeout=120)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json", "Accept": accept, "User-Agent": "crm-bench"})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._local.connection = None
            raise

    def create_all(self, requests, threads=16):
        """Creates many objects at once: requests is a list of (collection path, object)."""
        def create(request):
            status, body = self.request("POST", request[0], request[1])
            if status not in (201, 409):
                raise RuntimeError(f"POST {request[0]} answered {status}: {body[:300]}")
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(create, requests))

    def count(self, path, selector):
        """How many objects a collection has. The server counts them itself only without a selector."""
        status, body = self.request("GET", f"{path}?labelSelector={selector}",
                                    accept="application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}")
        return len(json.loads(body)["items"])


class Metrics:
    """One reading of a Prometheus text page."""

    def __init__(self, text):
        self._samples = [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels or "")), float(value))
                         for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.M)]

    def sum(self, name, **labels):
        """The sum of a metric over all series with these labels; a label may be a set of values."""
        def fits(own):
            return all(own.get(k) in v if isinstance(v, (set, frozenset)) else own.get(k) == v for k, v in labels.items())
        return sum(value for n, own, value in self._samples if n == name and fits(own))
