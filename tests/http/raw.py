# SPDX-License-Identifier: Apache-2.0
"""Raw: one TCP connection on which anything can be said. It reads answers strictly, byte by byte.

No HTTP library stands between a test and the wire: what is sent goes out as it is, and what comes back must
be whole, well-formed, and nothing more.
"""
import json
import socket

V1 = "application/vnd.schemaregistry.v1+json"
CLOSED = (ConnectionResetError, BrokenPipeError)


class Answer:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        version, status, self.reason = lines[0].split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), lines[0]
        self.status = int(status)
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:]]
        self.body = body

    def field(self, name):
        """The value of a header that stands there at most once."""
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} stands there {len(found)} times: {self}"
        return found[0] if found else None

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """(status, error_code, message) of an error that has its form and its type."""
        assert self.field("Content-Type") in ("application/json", V1), self
        body = self.json()
        assert list(body) == ["error_code", "message"], body
        assert int(str(body["error_code"])[:3]) == self.status, self
        return self.status, body["error_code"], body["message"]

    def __repr__(self):
        return f"<{self.status} {self.fields} {self.body[:300]!r}>"


class Raw:
    def __init__(self, port, timeout=20):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, *parts):
        """False: the other side no longer listens."""
        try:
            for part in parts:
                self.sock.sendall(part if isinstance(part, bytes) else part.encode("latin-1"))
            return True
        except CLOSED:
            return False

    def done_sending(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _more(self):
        try:
            more = self.sock.recv(1 << 18)
        except CLOSED:
            more = b""
        self.rest += more
        return bool(more)

    def answer(self, head_only=False):
        """The next answer, whole; None when the connection was closed before its first byte."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                assert not self.rest, f"half an answer: {self.rest[:300]!r}"
                return None
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        answer = Answer(head, b"")
        if head_only or answer.status < 200 or answer.status in (204, 304):
            return answer
        length = int(answer.field("Content-Length"))
        while len(self.rest) < length:
            assert self._more(), f"half a body: {len(self.rest)} of {length} bytes"
        answer.body, self.rest = self.rest[:length], self.rest[length:]
        return answer

    def everything(self):
        """All bytes until the other side closes."""
        while self._more():
            pass
        whole, self.rest = self.rest, b""
        return whole

    def closed(self):
        """The other side closes, and says nothing more before it does."""
        rest = self.everything()
        assert rest == b"", f"more was said: {rest[:300]!r}"
        return True


def get(target="/subjects", *fields, version="HTTP/1.1", method="GET", host="x"):
    return "\r\n".join([f"{method} {target} {version}", f"Host: {host}", *fields, "", ""]).encode("latin-1")


def post(body=b"", *fields, target="/subjects/bad/versions", method="POST", declared=True):
    """A POST with its length, unless `declared` is false."""
    if isinstance(body, str):
        body = body.encode()
    length = [f"Content-Length: {len(body)}"] if declared else []
    head = [f"{method} {target} HTTP/1.1", "Host: x", "Content-Type: application/json", *length, *fields]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def chunk(data, extension=""):
    data = data.encode() if isinstance(data, str) else data
    return b"%x%s\r\n" % (len(data), extension.encode()) + data + b"\r\n"


def chunked(*datas, trailer="", **how):
    return post(b"", "Transfer-Encoding: chunked", declared=False, **how) + b"".join(map(chunk, datas)) + \
        b"0\r\n" + trailer.encode() + b"\r\n"
