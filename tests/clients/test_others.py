# SPDX-License-Identifier: Apache-2.0
"""Clients that are not run here, by what they were seen to send: their heads and paths, byte for byte."""
import json

import pytest

from raw import Raw

V1 = "application/vnd.schemaregistry.v1+json"
BODY = '{"schema":"\\"int\\""}'
JAVA = ["Content-Type: " + V1, "Confluent-Accept-Unknown-Properties: true",
        "Confluent-Client-Version: java/8.5.0", "Cache-Control: no-cache", "Pragma: no-cache",
        "User-Agent: Java/17.0.15", "Host: localhost:8081",
        "Accept: text/html, image/gif, image/jpeg, */*; q=0.2", "Connection: keep-alive"]
OLD_JAVA = [line.replace("*/*; q=0.2", "*; q=.2, */*; q=.2") for line in JAVA]
JDK_HTTP = ["Connection: Upgrade, HTTP2-Settings", "Content-Length: 0", "Host: localhost:8081",
            "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA", "Upgrade: h2c",
            "User-Agent: Java-http-client/17.0.15"]
GO = ["Host: localhost:8081", "User-Agent: Go-http-client/1.1", "Content-Type: " + V1,
      "Confluent-Accept-Unknown-Properties: true", "Confluent-Client-Version: go/2.10.0",
      "Accept-Encoding: gzip"]
NODE = ["Accept: application/json, text/plain, */*", "Content-Type: " + V1, "User-Agent: axios/1.7.7",
        "Accept-Encoding: gzip, compress, deflate, br", "Host: localhost:8081", "Connection: keep-alive",
        "Confluent-Client-Version: javascript/1.10.1", "Authorization: Basic dXNlcjpww6Rzcw=="]
LIBSERDES = ["Host: localhost:8081", "User-Agent: libserdes", "Accept: " + V1, "Content-Type: " + V1,
             "Charsets: utf-8"]
DOTNET = ["Host: localhost:8081", "Expect: 100-continue", "Confluent-Accept-Unknown-Properties: true",
          f"Accept: {V1}, application/vnd.schemaregistry+json, application/json", "Content-Type: " + V1]
PHP = ["Host: localhost:8081", "User-Agent: GuzzleHttp/7", "Accept: " + V1]
MATERIALIZE = ["accept: */*", "content-type: application/json", "host: localhost:8081"]

CLIENTS = {"java": JAVA, "older java": OLD_JAVA, "go": GO, "node": NODE, "libserdes": LIBSERDES,
           "dotnet": DOTNET, "php": PHP, "materialize": MATERIALIZE}


def ask(raw, method, target, fields, body=None):
    lines = [f"{method} {target} HTTP/1.1", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    raw.send("\r\n".join([*lines, "", ""]), body or "")
    answer = raw.answer()
    return raw.answer() if answer.status == 100 else answer


@pytest.mark.parametrize("name", CLIENTS)
def test_registers_looks_up_and_reads(registry, name):
    fields = CLIENTS[name]
    with Raw(registry.port) as raw:
        made = ask(raw, "POST", "/subjects/s/versions?normalize=false", fields, BODY)
        assert made.status == 200, made
        if "gzip" not in "".join(fields):
            assert made.field("Content-Type") in (V1, "application/json")
            assert made.json()["id"] == made.json()["version"] == 1 and made.json()["guid"]
        plain = [line for line in fields if not line.startswith(("Expect", "Accept-Encoding"))]
        found = ask(raw, "POST", "/subjects/s?normalize=False&deleted=False", plain, BODY)
        assert (found.json()["subject"], found.json()["id"], found.json()["version"]) == ("s", 1, 1)
        for target in ("/schemas/ids/1?fetchMaxId=false&subject=", "/schemas/ids/1",
                       "/schemas/ids/1?subject=s", "/subjects/s/versions/latest",
                       "/subjects/s/versions/1?deleted=false"):
            assert ask(raw, "GET", target, plain).json()["schema"] == '"int"', target
        missing = ask(raw, "GET", "/schemas/ids/77", plain)
        assert missing.status == 404 and missing.json()["error_code"] == 40403
        wanted = '{"compatibility":"FULL"}'
        assert ask(raw, "PUT", "/config/s", plain, wanted).body == wanted.encode()
        level = ask(raw, "GET", "/config/s?defaultToGlobal=false", plain)
        assert level.json() == {"compatibilityLevel": "FULL"}


def test_paths_as_clients_write_them(registry):
    """Slashes at the end, doubled ampersands, empty values, words of their own, names half escaped."""
    with Raw(registry.port) as raw:
        assert ask(raw, "POST", "/subjects/a:b+c@d$e!f'(g)*,h=i/versions", JAVA, BODY).status == 200
        name = "a:b+c@d$e!f'(g)*,h=i"
        assert ask(raw, "GET", "/subjects", JAVA).json() == [name]
        escaped = "a%3Ab%2Bc%40d%24e%21f%27%28g%29%2A%2Ch%3Di"
        assert ask(raw, "GET", f"/subjects/{escaped}/versions", JAVA).json() == [1]
        for target, status in {
                "/config/?defaultToGlobal=false": 200, "//config": 200, "//subjects": 200, "/mode/": 200,
                "/subjects?deleted=&deletedOnly=": 200, "/subjects?deleted_only=false&offset=0&limit=-1": 200,
                "/subjects/none/versions?offset=0&limit=-1": 404, "/subjects/?subject=x": 200,
                "/associations/resources/-/topic?resourceType=topic&associationType=value": 200,
                "/associations/resources/-/t?associationType=key&associationType=value&lifecycle=": 200,
                "/subjects/none/metadata?deleted=false&&key=a&value=b": 404,
                "/associations?resourceName=t&resourceNamespace=-": 405}.items():
            assert ask(raw, "GET", target, JAVA).status == status, target
        body = json.dumps({"schema": '"string"', "schemaType": "AVRO", "references": []})
        target = "/compatibility/subjects/none/versions/?normalize=false&verbose=true"
        assert ask(raw, "POST", target, JAVA, body).json() == {"is_compatible": True, "messages": []}


def test_before_the_first_record_an_empty_list(registry):
    """Any other status than 200 and 404 stops the producers of five client families."""
    with Raw(registry.port) as raw:
        for fields in CLIENTS.values():
            if "Accept-Encoding: gzip" in fields:
                continue
            query = "resourceType=topic&associationType=value&offset=0&limit=-1"
            answer = ask(raw, "GET", f"/associations/resources/-/orders?{query}", fields)
            assert (answer.status, answer.body) == (200, b"[]")


def test_the_newer_client_of_the_jdk_offers_h2c(registry):
    with Raw(registry.port) as raw:
        for _ in range(2):
            assert ask(raw, "GET", "/subjects", JDK_HTTP).body == b"[]"
