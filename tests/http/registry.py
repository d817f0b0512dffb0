# SPDX-License-Identifier: Apache-2.0
"""Two classes: Registry is a schemad process with a store of its own, Client talks to it over HTTP.

Nothing here knows how schemad works inside. A Client keeps one connection and shows every byte of an answer.
"""
import http.client
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SCHEMAD_BIN_DIR", ROOT / "build" / "dev")).resolve()
SHARED = pathlib.Path(os.environ.get("SCHEMAD_SHARED", ROOT.parent / "shared")).resolve()
V1 = "application/vnd.schemaregistry.v1+json"


def quote(subject):
    """A path segment: everything but letters, digits and -._~ is escaped."""
    return urllib.parse.quote(subject, safe="")


class Reply:
    """What came back: status, headers, the exact bytes."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """(status, error_code, message)"""
        body = self.json()
        return self.status, body["error_code"], body["message"]

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Client:
    def __init__(self, port, timeout=30):
        self.port = port
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def close(self):
        self.http.close()

    def ask(self, method, path, body=None, headers=None):
        """One request; a body that is no string is sent as JSON. The connection is kept where it can be."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            headers.setdefault("Content-Type", V1)
        try:
            self.http.request(method, path, body=body, headers=headers)
            return Reply(self.http.getresponse())
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.http.close()
            raise

    def get(self, path, **headers):
        return self.ask("GET", path, headers=headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, body, headers)

    def put(self, path, body=None, **headers):
        return self.ask("PUT", path, body, headers)

    def delete(self, path, **headers):
        return self.ask("DELETE", path, headers=headers)

    # The words of the API, for tests that are about something else.

    def register(self, subject, schema, query="", **members):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        return self.post(f"/subjects/{quote(subject)}/versions{query}", {"schema": text, **members})

    def lookup(self, subject, schema, query="", **members):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        return self.post(f"/subjects/{quote(subject)}{query}", {"schema": text, **members})

    def check(self, subject, schema, version="latest", query="?verbose=true", **members):
        text = schema if isinstance(schema, str) else json.dumps(schema)
        path = f"/compatibility/subjects/{quote(subject)}/versions" + (f"/{version}" if version else "")
        return self.post(path + query, {"schema": text, **members})

    def level(self, subject, level):
        return self.put(f"/config/{quote(subject)}" if subject else "/config", {"compatibility": level})


class Registry:
    """A schemad of its own on a free port. `stop` ends it politely, `kill` does not."""

    def __init__(self, folder, db="schemad.db", options=(), env=None, files=None):
        """`files`: how many it may have open, sockets among them."""
        self.folder = pathlib.Path(folder)
        self.db = db if db == ":memory:" else str(self.folder / db)
        self.options = list(options)
        self.env = env
        self.files = files
        self.process = None
        self.port = 0

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.errors = open(self.folder / "stderr.txt", "ab")
        self.process = subprocess.Popen(
            [BIN / "schemad", "--listen", "127.0.0.1:0", "--db", self.db, "--port-file", str(port_file),
             "--die-with-parent", *self.options],
            stdout=subprocess.PIPE, stderr=self.errors, cwd=self.folder,
            env={**os.environ, **(self.env or {})}, preexec_fn=self.limit_files if self.files else None)
        self.ready_line = self.process.stdout.readline().decode()
        if not self.ready_line.startswith("schemad ready "):
            self.process.wait()
            raise RuntimeError(f"schemad did not start: {self.stderr()}")
        self.port = int(port_file.read_text())
        if os.environ.get("EMPTY_POLICY") and {"--listen", "--log-level"}.isdisjoint(self.options):
            self.empty_policies(":.__GLOBAL:", ":.:")
        return self

    def limit_files(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))

    def empty_policies(self, *places):
        """An empty policy is none: with one everywhere all is as without. What is no place is passed over."""
        client = self.client()
        for place in places:
            reply = client.put(f"/retention/{quote(place)}", {})
            assert reply.status == 200 or reply.json()["error_code"] in (400, 42205, 42208), reply
        client.close()

    def client(self, timeout=30):
        return Client(self.port, timeout)

    def socket(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def stderr(self):
        self.errors.flush()
        return (self.folder / "stderr.txt").read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self, timeout=30):
        """SIGTERM; the exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self._close()
        return code

    def _close(self):
        self.process.stdout.close()
        self.errors.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.alive():
            code = self.stop()
            errors = (self.folder / "stderr.txt").read_text(errors="replace")
            assert code == 0, f"schemad ended with {code}: {errors[-4000:]}"


def wait_until(true, seconds=10, what="it"):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)
