"""A proxy before the API server that some requests fail at: what a bad network and an overloaded API server do."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

from support.kubectl import kubectl

PKI = pathlib.Path(os.environ.get("KUBECONFIG", "")).parent.parent / "pki"
REFUSALS = [(429, "TooManyRequests"), (500, "InternalError"), (503, "ServiceUnavailable")]


class FaultProxy:
    """with FaultProxy(address) as proxy: clients reach the API server at proxy.port; a share of their requests is
    refused, cut off, slowed, or done without an answer, and a watch ends at any moment. calm() ends all that."""

    def __init__(self, address, share=0.15, seed=1):
        self.address, self.share = address, share
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self.faults = dict.fromkeys(["refused", "cut", "slowed", "lost"], 0)

    def __enter__(self):
        cluster = json.loads(kubectl("config", "view", "--minify", "-o", "json"))["clusters"][0]["cluster"]
        self.upstream = urllib.parse.urlparse(cluster["server"]).netloc
        self.trust = ssl.create_default_context(cafile=PKI / "ca.crt")
        self._server = http.server.ThreadingHTTPServer((self.address, 0), type("Handler", (_Handler,), {"proxy": self}))
        self._server.daemon_threads = True
        self._server.socket = self._certificate().wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _certificate(self):
        """For the address, by the authority of the cluster."""
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = pathlib.Path(folder, "key"), pathlib.Path(folder, "certificate")
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-CA", PKI / "ca.crt", "-CAkey", PKI / "ca.key", "-subj", "/CN=fault-proxy", "-days", "1",
                 "-addext", f"subjectAltName=IP:{self.address}", "-addext", "basicConstraints=CA:FALSE",
                 "-keyout", key, "-out", certificate],
                check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            return context

    def calm(self):
        self.share = 0

    def fault(self):
        """What happens to a request; None in most cases."""
        with self._lock:
            if self._chance.random() >= self.share:
                return None
            name = self._chance.choice(list(self.faults))
            self.faults[name] += 1
            return name

    def draw(self, most):
        with self._lock:
            return self._chance.uniform(0, most)

    def refusal(self):
        with self._lock:
            return self._chance.choice(REFUSALS)


def _end(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = None

    def log_message(self, *_):
        pass

    def handle(self):
        # A client that goes away in mid-sentence is none of the test's business.
        with contextlib.suppress(OSError, http.client.HTTPException):
            super().handle()

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.fault()
        if fault == "cut":
            return self.cut()
        if fault == "refused":
            return self.refuse(*self.proxy.refusal())
        if fault == "slowed":
            time.sleep(self.proxy.draw(3))
        upstream = http.client.HTTPSConnection(self.proxy.upstream, context=self.proxy.trust, timeout=600)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            if "watch=1" in self.path or "watch=true" in self.path:
                return self.stream(answer, upstream)
            text = answer.read()
            return self.cut() if fault == "lost" else self.reply(answer, text)
        finally:
            upstream.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

    def cut(self):
        self.close_connection = True

    def refuse(self, code, reason):
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code,
                  "message": "a fault of the proxy"}
        self.answer(code, json.dumps(status).encode(), "application/json")

    def reply(self, answer, text):
        self.answer(answer.status, text, answer.getheader("Content-Type", "application/json"))

    def answer(self, code, text, content_type):
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def stream(self, answer, upstream):
        """As it comes, until it ends; while there are faults, some seconds at most."""
        if self.proxy.share:
            end = threading.Timer(self.proxy.draw(30), _end, [upstream.sock])
            end.daemon = True
            end.start()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while part := answer.read1(65536):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")
