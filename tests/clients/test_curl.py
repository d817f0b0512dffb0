# SPDX-License-Identifier: Apache-2.0
"""curl, as the documentation shows it and as scripts use it; Expect and chunked, as libcurl sends them."""
import json
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
JSON = ["-H", "Content-Type: application/vnd.schemaregistry.v1+json"]
INT = json.dumps({"schema": '"int"'})


@pytest.fixture
def curl(registry):
    def run(path, *arguments, stdin=None):
        """(status, body)"""
        done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *arguments, registry.url + path],
                              input=stdin, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        run.told = done.stderr
        body, _, status = done.stdout.decode().rpartition("\n")
        return int(status), body
    return run


def test_the_lines_of_every_tutorial(curl):
    status, body = curl("/subjects/s/versions", "-X", "POST", *JSON, "--data", INT)
    assert status == 200 and json.loads(body)["id"] == 1
    assert curl("/subjects") == (200, '["s"]')
    assert curl("/subjects/s/versions/1/schema") == (200, '"int"')
    assert curl("/config", "-X", "PUT", *JSON, "-d", '{"compatibility": "NONE"}') == (
        200, '{"compatibility":"NONE"}')
    assert curl("/subjects/s/versions/latest", "-X", "DELETE") == (200, "1")
    assert curl("/subjects/s?permanent=true", "-X", "DELETE") == (200, "[1]")


def test_the_type_that_curl_gives_by_itself_is_415(curl):
    assert curl("/subjects/s/versions", "-d", INT)[0] == 415
    assert curl("/subjects", "-G", "-d", "deleted=true") == (200, "[]")


def test_head_ends_and_has_no_body(curl):
    status, head = curl("/subjects", "--head")
    assert status == 200 and "Content-Length: 2\r\n" in head and head.endswith("\r\n\r\n")
    assert curl("/", "-X", "OPTIONS")[0] == 200


def body_of(size):
    """A registration of about that many bytes; its schema is small."""
    return (INT[:-1] + ', "padding": "' + "x" * size + '"}').encode()


def test_curl_need_not_wait_for_a_continue_that_does_not_come(curl):
    """It expects a 100 for bodies over a mebibyte, and says so where it has waited a second in vain."""
    curl("/subjects/s/versions", *JSON, "-v", "-H", "Expect: 100-continue", "--data-binary", "@-",
         stdin=body_of(2 << 20))
    assert b"< HTTP/1.1 100 Continue" in curl.told and b"Done waiting for 100-continue" not in curl.told


def test_expect_and_a_body_that_is_too_large(curl):
    status, body = curl("/subjects/s/versions", *JSON, "-H", "Expect: 100-continue", "--data-binary", "@-",
                        stdin=body_of(17 << 20))
    assert status == 413 and json.loads(body)["error_code"] == 413


def test_a_body_that_is_too_large_and_comes_at_once(curl):
    status, body = curl("/subjects/s/versions", *JSON, "-H", "Expect:", "--data-binary", "@-",
                        stdin=body_of(17 << 20))
    assert status == 413 and json.loads(body)["error_code"] == 413


def test_chunked(curl):
    chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@-"]
    assert curl("/subjects/s/versions", *JSON, *chunked, stdin=INT.encode())[0] == 200
    assert curl("/subjects/s/versions", *JSON, *chunked, stdin=body_of(5 << 20))[0] == 200
    status, body = curl("/subjects/s/versions", *JSON, *chunked, stdin=body_of(17 << 20))
    assert status == 413 and json.loads(body)["error_code"] == 413


def test_compressed(curl):
    fields = [{"name": f"f{i}", "type": "int"} for i in range(1000)]
    wide = {"type": "record", "name": "R", "fields": fields}
    assert curl("/subjects/s/versions", *JSON, "--data-binary", "@-",
                stdin=json.dumps({"schema": json.dumps(wide)}).encode())[0] == 200
    assert json.loads(curl("/schemas/ids/1/schema", "--compressed")[1]) == wide


def test_an_older_and_a_newer_protocol(curl):
    assert curl("/subjects", "--http1.0") == (200, "[]")
    assert curl("/subjects", "--http2") == (200, "[]")              # offers an upgrade, takes what it gets


def test_paths_as_they_are(curl):
    assert curl("/subjects/../subjects/s/versions", "--path-as-is", *JSON, "-d", INT)[0] == 404
    assert curl("/subjects/../versions", "--path-as-is", *JSON, "-d", INT)[0] == 200
    assert curl("/subjects") == (200, '[".."]')


def test_many_requests_on_one_connection(registry):
    paths = ("", "subjects", "nothing", "config", "subjects/x/versions")
    urls = [f"{registry.url}/{path}" for path in paths] * 40
    done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{num_connects} %{http_code}\n"]
                          + [part for url in urls for part in (url, "-o", "/dev/null")],
                          capture_output=True, text=True, timeout=60)
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == 200 and lines[0] == "1 200" and {line[0] for line in lines[1:]} == {"0"}
