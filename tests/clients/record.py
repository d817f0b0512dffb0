#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recordings: what a client sends and what schemad answers, as text.

    tests/clients/record.py [CLIENT …]    writes recorded/CLIENT.txt anew, for every client that can run here
                                          unless some are named

A small proxy on loopback stands between the two and passes every byte on. A recording begins with the
client's version and its command; then come the exchanges, in the order in which they were answered:

    > POST /subjects/a/versions                  the request: method and target,
    > Accept: */*                                its headers but Host and a Content-Length that is not 0,
    >                                            an empty line and
    > {"schema":"\\"int\\""}                       its body, where it has one (chunks are put together)
    < 200                                        the answer: status,
    < Content-Type: application/json             the headers of KEPT,
    <
    < {"id":1}                                   and the body, uncompressed

`{{ts}}` stands for milliseconds, `{{guid}}` for that of an association, which is drawn by chance.
"""
import gzip
import pathlib
import re
import socket
import socketserver
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE / "recorded"
KEPT = {"content-type", "content-encoding", "allow"}
TS = re.compile(r'("(?:ts|createTs|updateTs)":)\d{13}\b')
GUID = re.compile(r'("guid":)"[0-9a-f-]{36}"(?=,"resourceName")')


class Message:
    """A request or an answer: its first line, its headers in order, its body."""

    def __init__(self, first, fields, body=b"", head=b""):
        self.first, self.fields, self.body, self.head = first, fields, body, head

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name), None)

    def lines(self, mark, body):
        said = [self.first, *(f"{key}: {value}" for key, value in self.fields)]
        if body:
            said += ["", *body.split("\n")]
        return [f"{mark} {line}".rstrip() for line in said]


def read_chunks(stream):
    body = b""
    while size := int(stream.readline().split(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return body


def read_message(stream, before_body=lambda message: None, has_body=True):
    """The next message, or None at the end. Its `head` is as it came."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    lines = head.decode("utf-8").split("\r\n")[:-2]
    message = Message(lines[0], [tuple(line.split(": ", 1)) for line in lines[1:]], head=head)
    before_body(message)
    if message.field("transfer-encoding"):
        message.body = read_chunks(stream)
    elif has_body:
        message.body = stream.read(int(message.field("content-length") or 0))
    return message


def ask(port, head, body, chunked=False, expects=False, headless=False):
    """Sends a request on a connection of its own; the answer, and its bytes as they came."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        stream = connection.makefile("rb")
        connection.sendall(head)
        if expects:
            first = read_message(stream, has_body=False)
            if " 100 " not in first.first:
                return first
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
        return read_message(stream, has_body=not headless)


class Exchange:
    def __init__(self, asked, answered):
        self.asked, self.answered = asked, answered

    def __str__(self):
        return "\n".join(self.asked.lines(">", self.asked.body.decode())
                         + self.answered.lines("<", self.answered.body.decode()))


def steady(body):
    """A body without what differs from one run to the next."""
    return GUID.sub(r'\1"{{guid}}"', TS.sub(r"\1{{ts}}", body.decode())).encode()


def shown(request, answer):
    """The exchange as a recording has it."""
    fields = [(key, value) for key, value in request.fields if key.lower() != "host"
              and (key.lower() != "content-length" or value == "0")]
    asked = Message(request.first.rsplit(" HTTP/", 1)[0], fields, steady(request.body))
    body = answer.body
    if answer.field("content-encoding") == "gzip":
        body = gzip.decompress(body)
    kept = [(key, value) for key, value in answer.fields if key.lower() in KEPT]
    return Exchange(asked, Message(answer.first.split(" ")[1], kept, steady(body)))


class Handler(socketserver.StreamRequestHandler):
    def go_on(self, message):
        if message.field("expect"):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def handle(self):
        while request := read_message(self.rfile, self.go_on):
            with self.server.lock:
                answer = ask(self.server.target, request.head, request.body,
                             chunked=bool(request.field("transfer-encoding")),
                             expects=bool(request.field("expect")),
                             headless=request.first.startswith("HEAD "))
                self.server.exchanges.append(shown(request, answer))
            self.wfile.write(answer.head + answer.body)
            if (request.field("connection") or "").lower() == "close":
                return


class Proxy(socketserver.ThreadingTCPServer):
    """Between a client and the schemad at `target`; keeps the exchanges."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target, self.exchanges, self.lock = target, [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def parse(text):
    """The exchanges of a recording; what it says at its head is left out."""
    exchanges, mark = [], None
    for line in text.split("\n"):
        if line.startswith("#") or not line.strip():
            continue
        if line[0] != mark:
            if line[0] == ">":
                exchanges.append(Exchange([], []))
            mark = line[0]
        side = exchanges[-1].asked if mark == ">" else exchanges[-1].answered
        side.append(line[2:])
    return [Exchange(message(each.asked), message(each.answered)) for each in exchanges]


def message(lines):
    at = lines.index("") if "" in lines else len(lines)
    return Message(lines[0], [tuple(line.split(": ", 1)) for line in lines[1:at]],
                   "\n".join(lines[at + 1:]).encode())


def replay(exchange, port):
    """Asks schemad what a client once asked; the exchange as it is today."""
    asked = exchange.asked
    body = asked.body.replace(b"{{ts}}", b"1700000000000")
    chunked = bool(asked.field("transfer-encoding"))
    fields = [("Host", f"127.0.0.1:{port}"), *asked.fields]
    if body and not chunked:
        fields.append(("Content-Length", str(len(body))))
    head = "\r\n".join([f"{asked.first} HTTP/1.1", *(f"{key}: {value}" for key, value in fields), "", ""])
    answer = ask(port, head.encode(), body, chunked, bool(asked.field("expect")),
                 asked.first.startswith("HEAD "))
    return shown(Message(asked.first + " HTTP/1.1", asked.fields, asked.body), answer)


def text_of(title, command, exchanges):
    head = [f"# {title}", f"# {command}", "# made by tests/clients/record.py"]
    return "\n".join(head) + "\n\n" + "\n\n".join(map(str, exchanges)) + "\n"


def main(names):
    import clients
    unknown = sorted(set(names) - set(clients.CLIENTS))
    if unknown:
        print(f"record.py: no client is called {unknown[0]}: {', '.join(clients.CLIENTS)}", file=sys.stderr)
        return 2
    for name in names or clients.CLIENTS:
        client = clients.CLIENTS[name]
        missing = client.missing()
        if missing:
            print(f"{name}: not recorded: {missing}")
            continue
        walk = clients.walk(client)
        wrong = walk.wrong(client)
        if wrong:
            print(f"{name}: not recorded: {wrong}", file=sys.stderr)
            return 1
        RECORDED.mkdir(exist_ok=True)
        (RECORDED / f"{name}.txt").write_text(walk.recording)
        print(f"{name}: {len(walk.exchanges)} exchanges")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main(sys.argv[1:]))
