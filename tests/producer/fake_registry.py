# SPDX-License-Identifier: Apache-2.0
"""A registry that answers as it is told: garbage, slowly, 500, or well. It remembers what it was asked."""
import http.server
import json
import threading
import time
import urllib.parse


class Told:
    """One answer: a status and a body, both as they shall be sent, after a pause."""

    def __init__(self, status=200, body=b"{}", pause=0, cut=None, headers=None):
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.pause = pause
        self.cut = cut              # close the connection after so many bytes of the body
        self.headers = headers or {}


class Asked:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.method} {self.path}"


class FakeRegistry:
    """`script` maps "METHOD path-prefix" to a Told or a list of them (the last one stays). Whatever has no
    line in the script is answered well: any schema is taken, ids count from 1."""

    def __init__(self, script=None):
        self.script = {key: list(told) if isinstance(told, list) else [told]
                       for key, told in (script or {}).items()}
        self.asked = []
        self.schemas = []
        self.levels = {}

    def __enter__(self):
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
                fake.asked.append(asked)
                told = fake.told(asked)
                time.sleep(told.pause)
                try:
                    self.send_response(told.status)
                    for name, value in told.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(told.body)))
                    self.end_headers()
                    self.wfile.write(told.body if told.cut is None else told.body[:told.cut])
                except OSError:     # the other side had enough
                    self.close_connection = True
                if told.cut is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def told(self, asked):
        for key, answers in self.script.items():
            method, prefix = key.split(" ", 1)
            if asked.method == method and asked.path.startswith(prefix):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return self.well(asked)

    def well(self, asked):
        path = urllib.parse.urlsplit(asked.path).path.split("/")
        if path[1] == "config":
            return self.config(asked, urllib.parse.unquote(path[2]))
        if asked.method == "POST" and path[1] == "subjects":
            text = asked.json()["schema"]
            if text not in self.schemas:
                self.schemas.append(text)
            return Told(200, {"id": self.schemas.index(text) + 1})
        if asked.method == "POST" and path[1] == "compatibility":
            return Told(200, {"is_compatible": True})
        if path[1:3] == ["schemas", "ids"] and path[3].isdigit() and 0 < int(path[3]) <= len(self.schemas):
            return Told(200, {"schema": self.schemas[int(path[3]) - 1]})
        return Told(404, {"error_code": 40403, "message": "Schema not found"})

    def config(self, asked, subject):
        if asked.method == "PUT":
            self.levels[subject] = asked.json()["compatibility"]
            return Told(200, {"compatibility": self.levels[subject]})
        if subject in self.levels:
            return Told(200, {"compatibilityLevel": self.levels[subject]})
        return Told(404, {"error_code": 40408, "message":
                          f"Subject '{subject}' does not have subject-level compatibility configured"})
