"""Admission webhooks: one that denies everything, served from here, and one at an address where nobody listens."""

import http.server
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading
import uuid

from support.kubectl import apply, kubectl


class _Deny(http.server.BaseHTTPRequestHandler):
    """Denies, each time in the name of another uuid."""

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        review["response"] = {"uid": review.pop("request")["uid"], "allowed": False,
                              "status": {"code": self.server.code, "message": f"not today, request {uuid.uuid4()}"}}
        body = json.dumps(review).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def configure(scenario, namespace, url, certificate=None, group="", resource="services"):
    """Has the API server ask before it writes these in the namespace."""
    client = {"url": url} | ({"caBundle": certificate} if certificate else {})
    apply({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
           "metadata": {"name": namespace},
           "webhooks": [{"name": "guard.example.com", "clientConfig": client, "admissionReviewVersions": ["v1"],
                         "sideEffects": "None", "failurePolicy": "Fail",
                         "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                         "rules": [{"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
                                    "resources": [resource]}]}]})
    scenario.addCleanup(remove, namespace)


def remove(namespace):
    kubectl("delete", "validatingwebhookconfiguration", namespace, "--ignore-not-found")


def deny(scenario, namespace, code=403, **what):
    """Denies what is written in the namespace, until remove()."""
    folder = tempfile.TemporaryDirectory()
    scenario.addCleanup(folder.cleanup)
    key, certificate = pathlib.Path(folder.name, "key"), pathlib.Path(folder.name, "certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Deny)
    server.code = code
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    scenario.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
    bundle = subprocess.run(["base64", "-w0", certificate], check=True, capture_output=True, text=True).stdout
    configure(scenario, namespace, f"https://127.0.0.1:{server.server_port}/", bundle, **what)
