# SPDX-License-Identifier: Apache-2.0
"""A page that is a walk: its requests are asked in the order of the page, and each is followed by its answer.

A block ```http is a request. A block ```quiet is asked as well and not shown. `{{digest}}` in a request is
the last digest that was answered.
"""
import http
import pathlib
import re
import tempfile

from registry import Registry
import run

AGENT = "curl/7.88.1"


def blocks(lines):
    """The lines of a template, each by itself; a request as (kind, its lines)."""
    lines = iter(lines)
    for line in lines:
        if line in ("```http", "```quiet"):
            yield line[3:], list(iter(lambda: next(lines), "```"))
        else:
            yield None, line


class Walk:
    def __init__(self, client, show):
        self.client, self.show = client, show
        self.digest = ""

    def ask(self, lines):
        """The request as it was sent, and the answer, both as lines to show."""
        request = run.Request(0, None)
        request.lines = "\n".join(lines).replace("{{digest}}", self.digest).split("\n")
        method, target, headers, body = request.parts()
        reply = self.client.ask(method, target, body, {"User-Agent": AGENT, **headers})
        digests = re.findall(r'"digest":"(\w+)"', reply.text)
        self.digest = digests[-1] if digests else self.digest
        asked = [f"{method} {target}", *(["", self.show(body)] if body else [])]
        answered = [f"{reply.status} {http.HTTPStatus(reply.status).phrase}"]
        return reply.status, asked, answered + (["", self.show(reply.text)] if reply.body else [])

    def block(self, kind, lines):
        status, asked, answered = self.ask(lines)
        if kind == "quiet":
            assert status < 300, f"{lines}: {answered}"
            return []
        return ["```http", *asked, "```", "", "```http", *answered, "```"]


def walk(template, show):
    with tempfile.TemporaryDirectory() as folder:
        with Registry(pathlib.Path(folder), db=":memory:", options=run.OPTIONS) as registry:
            steps = Walk(registry.client(), show)
            page = []
            for kind, what in blocks(template.split("\n")):
                page += steps.block(kind, what) if kind else [what]
            steps.client.close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(page))
