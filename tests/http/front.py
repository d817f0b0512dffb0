# SPDX-License-Identifier: Apache-2.0
"""Front: an HTTP server on loopback that stands before a registry, or in the place of one."""
import http.client
import http.server
import threading


class Front:
    """`answer(method, path, headers, body)` gives (status, body), or None: then the registry at `port` is
    asked. A ConnectionError of its closes the connection. `tls` is a context of the ssl module."""

    def __init__(self, port=None, answer=lambda *_: None, tls=None):
        front = self
        self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                front.asked.append((self.command, self.path))
                try:
                    said = answer(self.command, self.path, self.headers, body)
                except ConnectionError:
                    self.close_connection = True
                    return
                status, said = said or front.pass_on(self.command, self.path, self.headers, body, port)
                self.send_response(status)
                self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_POST = do_PUT = do_DELETE = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_address[1]}"

    @staticmethod
    def pass_on(method, path, headers, body, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        kind = headers.get("Content-Type", "application/json")
        connection.request(method, path, body, {"Content-Type": kind})
        reply = connection.getresponse()
        said = reply.read()
        connection.close()
        return reply.status, said

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
