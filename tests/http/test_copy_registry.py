# SPDX-License-Identifier: Apache-2.0
"""deploy/copy-registry: what is in one registry is in the other afterwards, and a second run does nothing."""
import json
import subprocess
import sys

import pytest

from front import Front
from registry import ROOT, Registry, quote

PROGRAM = ROOT / "deploy" / "copy-registry"
EVERYTHING = "/schemas?deleted=true&subjectPrefix=" + quote(":*:")


@pytest.fixture
def source(tmp_path):
    (tmp_path / "source").mkdir()
    with Registry(tmp_path / "source") as running:
        yield running


@pytest.fixture
def target(tmp_path):
    (tmp_path / "target").mkdir()
    with Registry(tmp_path / "target") as running:
        yield running


def url(registry):
    return registry if isinstance(registry, str) else f"http://127.0.0.1:{registry.port}"


def copy(source, target, *options):
    """(exit status, what was said)"""
    done = subprocess.run([sys.executable, PROGRAM, *options, url(source), url(target)],
                          capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def record(name, *fields):
    return {"type": "record", "name": name, "fields": [{"name": each, "type": kind} for each, kind in fields]}


def must(reply):
    assert reply.status in (200, 204), reply
    return reply.json() if reply.body else None


def bring(client, subject, version, number, schema, **members):
    """As IMPORT takes it."""
    return must(client.register(subject, schema, version=version, id=number, **members))


def reference(name, subject, version=1):
    return {"name": name, "subject": subject, "version": version}


def fill(client):
    """A registry with everything that is hard to move."""
    name = "\"string\""
    for each in ("a", "b", "c"):                                        # one id in three subjects
        must(client.register(each, name))
    must(client.level("evolves", "NONE"))
    for fields in ([("x", "int")], [("x", "long")], [("x", "string")], [("x", "bytes")]):
        must(client.register("evolves", record("E", *fields)))
    for version, queries in ((2, ("", "?permanent=true")), (3, ("",))):    # a gap, and one that is hidden
        for query in queries:
            must(client.delete(f"/subjects/evolves/versions/{version}{query}"))
    must(client.register("gone", record("Gone", ("x", "int"))))
    must(client.delete("/subjects/gone"))

    # References: nested, by -1, from one context into another, and to what was deleted since.
    must(client.register(":.shared:common", record("Common", ("id", "string"))))
    common = reference("Common", ":.shared:common")
    must(client.register("z-base", record("Base", ("common", "Common")), references=[common]))
    must(client.register("a-top", record("Top", ("base", "Base")),
                         references=[reference("Base", "z-base", -1), common]))
    must(client.register(":.shared:inner", record("Inner", ("common", "Common")),
                         references=[reference("Common", "common")]))
    must(client.put("/mode/imported?force=true", {"mode": "IMPORT"}))
    bring(client, "imported", 4, 40, record("Old", ("x", "int")))
    bring(client, "imported", 7, 40, record("Old", ("x", "int")))        # one id, two versions
    must(client.delete("/subjects/imported/versions/4"))
    bring(client, "imported", 9, 41, record("Hidden", ("x", "int")))
    must(client.delete("/subjects/imported/versions/9"))
    bring(client, "imported", 11, 42, record("Refers", ("hidden", "Hidden")),
          references=[reference("Hidden", "imported", 9)])
    for version in (13, 15):                                            # the same, and they wait for another
        bring(client, "imported", version, 50, record("Both", ("common", "Common")), references=[common])
    must(client.delete("/subjects/imported/versions/13"))
    must(client.delete("/mode/imported"))

    # Names.
    for subject in (":.:", "a/b c%d+e;f?g#h", "ä☃", ":plain:", ":.a b/c%:odd", ":.ü:", ":.ü:x:y", ".."):
        must(client.register(subject, record("N", ("x", "int"))))

    # Metadata, rules, tags; settings at every level.
    rules = {"migrationRules": [
        {"name": "up", "doc": "d", "kind": "TRANSFORM", "mode": "UPGRADE", "type": "JSONATA", "expr": "$",
         "params": {"a": "1"}, "tags": ["PII"], "onFailure": "ERROR"}]}
    must(client.register("described", record("D", ("x", "int")), ruleSet=rules,
                         metadata={"properties": {"owner": "Ada"}, "tags": {"D.x": ["PII"]}}))
    must(client.register("described", record("D", ("x", "int")), version=2))     # a version of its own id
    must(client.put("/config/described", {
        "compatibility": "FULL", "normalize": True, "defaultRuleSet": rules, "compatibilityGroup": "major",
        "validateFields": False, "overrideMetadata": {"properties": {"team": "ä"}}}))
    must(client.put("/config/alias", {"alias": "described"}))
    must(client.register("has-alias", record("A", ("x", "int"))))
    must(client.put("/config/has-alias", {"alias": "described", "compatibility": "NONE"}))
    must(client.level("", "FORWARD"))
    must(client.level(":.shared:", "NONE"))
    must(client.level(":.__GLOBAL:", "FULL_TRANSITIVE"))
    highest = must(client.register("highest", record("Highest", ("x", "int"))))["id"]
    for query in ("", "?permanent=true"):
        must(client.delete(f"/subjects/highest{query}"))
    must(client.put("/mode/b", {"mode": "READONLY"}))
    must(client.put("/mode/:.shared:", {"mode": "READONLY"}))
    must(client.put("/mode", {"mode": "READONLY"}))
    return highest


LEVELS = ["", "/described", "/alias", "/has-alias", "/a", "/b", "/imported", "/:.shared:", "/:.__GLOBAL:"]


def held(registry, without=("ts",)):
    client = registry.client()
    rows = [{key: value for key, value in row.items() if key not in without}
            for row in must(client.get(EVERYTHING))]
    settings = {f"/{what}{level}": client.get(f"/{what}{level}").body
                for what in ("config", "mode") for level in LEVELS}
    return {"rows": rows, "settings": settings, "contexts": must(client.get("/contexts"))}


def test_a_whole_registry_is_copied_and_a_second_run_changes_nothing(source, target):
    highest = fill(source.client())
    status, said = copy(source, target)
    assert (status, said.splitlines()[-1]) == (0, "verified: 0 differences"), said
    assert held(target) == held(source)
    assert len(held(target)["rows"]) > 25 and any(row["deleted"] for row in held(target)["rows"])

    before = held(target, without=())
    status, said = copy(source, target)
    assert status == 0 and "nothing to do" in said, said
    assert held(target, without=()) == before

    client = target.client()
    must(client.put("/mode", {"mode": "READWRITE"}))
    assert must(client.register("next", record("Next", ("x", "int"))))["id"] > highest


def test_a_dry_run_says_what_it_would_do_and_does_nothing(source, target):
    fill(source.client())
    before = held(target)
    status, said = copy(source, target, "--dry-run")
    assert status == 1
    assert "copy :.shared:common version 1 as id 1\n" in said
    assert "copy gone version 1 as id 6, soft-deleted\n" in said
    assert 'set the mode of b to "READONLY"\n' in said
    assert held(target) == before
    assert copy(source, target)[0] == 0
    status, said = copy(source, target, "--dry-run")
    assert status == 0 and said.endswith("\nnothing to do\n")


@pytest.mark.parametrize("writes", [1, 16, 29, 46])
def test_a_copy_that_was_cut_short_is_gone_on_with(source, target, writes):
    fill(source.client())
    left = [writes]

    def cut(method, path, headers, body):
        if method in ("POST", "PUT", "DELETE"):
            left[0] -= 1
            if left[0] < 0:
                raise ConnectionError
    with Front(target.port, cut) as front:
        status, said = copy(source, front.url)
    assert status == 2 and "copy-registry: the target does not answer" in said, said
    assert held(target) != held(source)
    status, said = copy(source, target)
    assert status == 0, said
    assert held(target) == held(source)


def test_what_differs_is_told_and_left_alone(source, target):
    must(source.client().register("s", '"int"'))
    must(source.client().register("t", '"long"'))
    must(target.client().register("s", '"bytes"'))
    must(target.client().register("u", '"float"'))
    status, said = copy(source, target, "--quiet")
    assert status == 1
    assert "differs: s version 1 differs in schema\n" in said
    assert "differs: u version 1 is in the target only\n" in said
    # Its id 2 is taken in the target: that version cannot be had, and is counted.
    assert "failed: t version 1: 42205 Overwrite new schema with id 2 in context  is not permitted.\n" in said
    assert "differs: t version 1 is not in the target\n" in said
    assert must(target.client().get("/subjects/s/versions/1/schema")) == "bytes"
    assert must(target.client().get("/mode")) == {"mode": "READWRITE"}
    assert "3 differences" in copy(source, target)[1]


def test_what_is_deleted_or_set_later_follows(source, target):
    client = source.client()
    for subject in ("s", "t"):
        must(client.register(subject, '"int"'))
    assert copy(source, target)[0] == 0
    must(client.delete("/subjects/s/versions/1"))
    must(client.level("t", "FULL"))
    must(client.put("/config/t", {"normalize": True}))
    assert copy(source, target)[0] == 0
    assert held(target) == held(source)
    must(client.put("/config/t", {"normalize": None}))
    must(client.put("/mode/t", {"mode": "READONLY"}))
    assert copy(source, target)[0] == 0
    must(client.delete("/mode/t"))
    must(client.delete("/config/t"))
    assert copy(source, target)[0] == 0
    assert held(target) == held(source)


def test_a_source_that_changes_meanwhile_is_told(source, target):
    must(source.client().register("s", '"int"'))

    def change(method, path, headers, body):
        if method == "POST":
            must(source.client().register("t", '"long"'))
    with Front(target.port, change) as front:
        status, said = copy(source, front.url)
    assert status == 1
    assert "differs: the source changed while it was copied: run again\n" in said
    assert "differs: t version 1 is not in the target\n" in said
    assert copy(source, target)[0] == 0


def test_an_address_that_is_no_registry_is_told_of_by_its_side(source, target):
    for sides, name in (((url(source) + "/ui", target), "source"), ((source, url(target) + "/ui"), "target")):
        status, said = copy(*sides)
        assert status == 2
        assert said.startswith(f"copy-registry: the {name} refuses GET /subjects?"), said
        assert said.endswith(": 404 HTTP 404 Not Found\n"), said


def test_the_mode_afterwards_can_be_another(source, target):
    must(source.client().register("s", '"int"'))
    must(source.client().put("/mode", {"mode": "READONLY"}))
    assert copy(source, target, "--mode", "READWRITE")[0] == 0
    assert must(target.client().register("t", '"int"'))["id"] == 1
    assert copy(source, target, "--mode", "READWRITE")[1].count("differs") == 1     # t, in the target only


def test_long_listings_are_read_page_by_page(source, target):
    client = source.client()
    for number in range(23):
        must(client.register(f"s{number:02}", record(f"R{number % 7}", ("x", "int"))))
    with Front(source.port) as front:
        assert copy(front.url, target, "--page", "5", "--connections", "2")[0] == 0
    assert held(target) == held(source)
    assert sum("/schemas?" in path and "offset=20&" in path for _, path in front.asked) >= 2


def test_a_registry_without_a_listing_of_schemas_is_read_version_by_version(source, target):
    fill(source.client())
    must(source.client().put("/mode", {"mode": "READWRITE"}))
    must(source.client().put("/config/has-alias", {"alias": None}))     # behind an alias it would not be seen

    def no_listing(method, path, headers, body):
        if path.startswith("/schemas?"):
            return 404, b'{"error_code":404,"message":"HTTP 404 Not Found"}'
    with Front(source.port, no_listing) as front:
        status, said = copy(front.url, target)
    assert status == 0, said
    assert held(target)["rows"] == held(source)["rows"]


# ---- how a registry is reached

def guarded(wanted):
    def answer(method, path, headers, body):
        if headers.get("Authorization") != wanted:
            return 401, b'{"error_code":401,"message":"Unauthorized"}'
    return answer


def test_the_source_may_ask_for_a_password_or_a_token(source, target, tmp_path):
    must(source.client().register("s", '"int"'))
    (tmp_path / "secret").write_text("pä:ss\n")
    basic = "Basic dXNlcjpww6Q6c3M="                                    # user:pä:ss
    with Front(source.port, guarded(basic)) as front:
        status, said = copy(front.url, target)
        assert status == 2 and "the source refuses GET /subjects" in said and "401 Unauthorized" in said
        user = "--source-user", "user", "--source-password-file", tmp_path / "secret"
        assert copy(front.url, target, *user)[0] == 0
        inside = front.url.replace("//", "//user:p%C3%A4%3Ass@")
        assert copy(inside, target)[0] == 0
    (tmp_path / "token").write_text("abc.def\n")
    with Front(source.port, guarded("Bearer abc.def")) as front:
        assert copy(front.url, target)[0] == 2
        assert copy(front.url, target, "--source-token-file", tmp_path / "token")[0] == 0


def test_the_source_may_have_an_authority_of_its_own(source, target, tmp_path):
    must(source.client().register("s", '"int"'))
    certificate, tls = authority(tmp_path)
    with Front(source.port, tls=tls) as front:
        status, said = copy(front.url, target)
        assert status == 2 and "CERTIFICATE_VERIFY_FAILED" in said
        assert copy(front.url, target, "--source-ca", certificate)[0] == 0


def authority(folder):
    """A certificate for 127.0.0.1 that signs itself: its file, and the server's side of TLS."""
    import datetime
    import ipaddress
    import ssl
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "schemad tests")])
    today = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(today - datetime.timedelta(days=1))
            .not_valid_after(today + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([here]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    certificate, private = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, private)
    return certificate, tls


@pytest.mark.parametrize("arguments, words", [
    ((), "usage:"), (("--source-user",), "usage:"), (("ftp://x", "http://x"), "the source is to be a URL"),
    (("http://127.0.0.1:1", "http://127.0.0.1:1"), "the source does not answer GET /subjects"),
    (("--source-token-file", "/nowhere", "http://x", "http://x"), "/nowhere: No such file")])
def test_what_cannot_go_on_ends_with_2(arguments, words):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr


def test_help_says_what_the_exit_status_means():
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Exit status: 0 the target is like the source" in done.stdout


# ---- from a registry of the 7.x releases

def recorded():
    """{target: (status, body)}"""
    answers, asked = {}, None
    for line in (ROOT / "tests" / "corpus" / "moving" / "registry-7.9.txt").read_text().split("\n"):
        if line.startswith("> GET "):
            asked = line[6:]
        elif line.startswith("< ") and asked not in answers:
            answers[asked] = (int(line[2:]), b"")
        elif line.startswith("< "):
            answers[asked] = (answers[asked][0], line[2:].encode())
    return answers


def replayed(answers):
    """It takes no writes, and knows nothing but what was recorded."""
    def answer(method, path, headers, body):
        return answers[path] if method == "GET" and path in answers else (500, b"{}")
    return Front(answer=answer)


def test_a_recorded_registry_of_release_7_is_copied(target):
    with replayed(recorded()) as front:
        status, said = copy(front.url, target)
        assert status == 0, said
        assert "7 versions (2 soft-deleted), 6 ids, 3 configurations, 1 modes" in said
        assert "nothing to do" in copy(front.url, target)[1]
        assert {method for method, _ in front.asked} == {"GET"}
    client = target.client()
    assert must(client.get("/subjects/orders-value/versions?deletedAsNegative=true")) == [1, 3, -4]
    assert must(client.get("/subjects?deletedOnly=true")) == ["old-value"]
    payment = must(client.get("/subjects/payments-value/versions/1"))
    assert payment["id"] == 6 and payment["references"] == [reference("shop.Money", ":.eu:common")]
    common = must(client.get("/subjects/:.eu:common/versions/1"))
    assert common["metadata"] == {"properties": {"owner": "Ada"}}
    assert must(client.get("/config/customers-value")) == {"compatibilityLevel": "FULL_TRANSITIVE"}
    assert must(client.get("/config")) == {"compatibilityLevel": "FORWARD"}
    assert must(client.get("/mode/payments-value")) == {"mode": "READONLY"}
    assert must(client.get("/mode")) == {"mode": "READWRITE"}


def test_what_schemad_does_not_know_is_counted_and_the_rest_is_copied(target):
    answers = recorded()
    row = {"subject": "old-value", "version": 2, "id": 9, "schemaType": "PROTOBUF", "schema": "message M {}"}
    answers["/schemas/ids/9?fetchMaxId=true"] = 200, json.dumps({**row, "maxId": 9}).encode()
    for path, (status, body) in answers.items():
        if path.startswith("/schemas?offset=0"):
            answers[path] = status, json.dumps([*json.loads(body), row]).encode()
    for path in [path for path in answers if path.startswith("/schemas?offset=")]:
        number = int(path.split("offset=")[1].split("&")[0])
        answers[path.replace(f"offset={number}&", f"offset={number + 1}&")] = 200, b"[]"
    with replayed(answers) as front:
        status, said = copy(front.url, target)
    assert status == 1
    assert "failed: old-value version 2: 42201 Invalid schema type PROTOBUF\n" in said
    assert "7 copied, 2 soft-deleted" in said and ", 1 failed\n" in said
    assert "differs: old-value version 2 is not in the target\n" in said
    assert "verified: 1 differences\n" in said


def test_sensitive_metadata_needs_a_key_at_the_target(tmp_path, target):
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    keyed = {"options": ["--sensitive-key-file", str(key)]}
    for folder in ("from", "to"):
        (tmp_path / folder).mkdir()
    with Registry(tmp_path / "from", **keyed) as source, Registry(tmp_path / "to", **keyed) as able:
        metadata = {"properties": {"password": "secret"}, "sensitive": ["password"]}
        must(source.client().register("s", '"int"', metadata=metadata))
        status, said = copy(source, target)
        assert status == 1 and "failed: s version 1: 42201" in said and "sensitive_key_file" in said
        assert copy(source, able)[0] == 0
        assert must(able.client().get("/subjects/s/versions/1"))["metadata"] == metadata
