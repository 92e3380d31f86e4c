"""The API server without a process for each request: kubectl's proxy and HTTP."""

import http.client
import json
import subprocess


class ApiServer:
    """with ApiServer() as api: api.get(path)"""

    def __enter__(self):
        self._proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
        self._port = int(self._proxy.stdout.readline().rsplit(":", 1)[1])
        return self

    def __exit__(self, *_):
        self._proxy.terminate()
        self._proxy.wait()
        self._proxy.stdout.close()

    def request(self, method, path, body=None, content_type="application/json"):
        """(status, parsed body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": content_type})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def get(self, path):
        status, body = self.request("GET", path)
        return body if status == 200 else None

    def replace(self, path, body, manager="kubectl-edit"):
        return self.request("PUT", f"{path}?fieldManager={manager}", body)
