# SPDX-License-Identifier: Apache-2.0
"""The gate in front of a deployment: compatible, incompatible, or not decided; in four formats."""
import json
import xml.etree.ElementTree as xml

import pytest
from producing import SUBJECT
from fake_registry import FakeRegistry, Told
from test_client import closed_port

COMPARE = f"POST /compatibility/subjects/{SUBJECT}/versions"
SCHEMA = '{"type":"record","name":"R","fields":[{"name":"timestamp","type":"long"}]}'
FRAMED = "{errorType:'NAME_MISMATCH', description:'The name of the schema has changed (path '/name')', " \
         "additionalInfo:'expected: a.b'}"
TRAILERS = ["{oldSchemaVersion: 3}", "{oldSchema: '\"long\"'}",
            "{validateFields: 'false', compatibility: 'BACKWARD'}"]


def check(producer, url, schema, *more):
    return producer.run("check", "--registry", url, "--schema", schema, *more)


def versions(registry):
    reply = registry.client().get(f"/subjects/{SUBJECT}/versions")
    return reply.json() if reply.status == 200 else []


@pytest.fixture
def evolved(producer, registry, genesys):
    """A subject that has v1 to v3, at BACKWARD."""
    for name in ("v1", "v2", "v3"):
        done = producer.run("--registry", registry.url, "--schema", genesys / "schemas" / f"{name}.avsc",
                            "--out", "none.bin")
        assert done.returncode == 0, done.stderr.decode()
    return registry


# ---- with a registry that is one


def test_the_next_version_is_compatible_and_nothing_is_registered(producer, evolved, genesys):
    before = versions(evolved)
    done = check(producer, evolved.url, genesys / "schemas" / "v4.avsc")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().startswith("compatible: ") and done.stderr == b""
    assert versions(evolved) == before == [1, 2, 3]


def test_each_version_can_follow_those_before_it(producer, registry, genesys):
    for name in ("v1", "v2", "v3", "v4"):
        schema = genesys / "schemas" / f"{name}.avsc"
        assert check(producer, registry.url, schema).returncode == 0
        assert producer.run("--registry", registry.url, "--schema", schema, "--out", "x").returncode == 0
    assert versions(registry) == [1, 2, 3, 4]


@pytest.mark.parametrize("name, reason", [
    ("bad-required-field", "READER_FIELD_MISSING_DEFAULT_VALUE"),
    ("bad-string-to-enum", "MISSING_UNION_BRANCH"),
])
def test_a_breaking_change_is_refused_with_its_reasons(producer, evolved, genesys, name, reason):
    schema = genesys / "schemas" / f"{name}.avsc"
    done = check(producer, evolved.url, schema)
    printed = done.stdout.decode()
    assert done.returncode == 1 and done.stderr == b""
    assert printed.startswith(f"incompatible: {schema} cannot follow the versions of {SUBJECT}\n")
    assert f"  {reason}: " in printed and "oldSchema:" not in printed
    assert "compatibility: 'BACKWARD'" in printed
    assert versions(evolved) == [1, 2, 3]


def test_the_required_field_of_the_first_trap_is_named(producer, evolved, genesys):
    done = check(producer, evolved.url, genesys / "schemas" / "bad-required-field.avsc", "--format", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["decided"] is True and told["compatible"] is False
    assert [reason["info"] for reason in told["reasons"]] == ["customer_satisfaction_score"]
    assert told["subject"] == SUBJECT and told["registry"].startswith("http://127.0.0.1")
    assert any(message.startswith("{oldSchemaVersion:") for message in told["messages"])


def test_a_version_further_back_counts_when_the_level_is_transitive(producer, evolved, genesys):
    narrow = json.loads((genesys / "schemas" / "v1.avsc").read_text())
    narrow["fields"].append({"name": "extra", "type": "string"})
    (producer.folder / "extra.avsc").write_text(json.dumps(narrow))
    assert evolved.client().level(SUBJECT, "BACKWARD_TRANSITIVE").status == 200
    assert check(producer, evolved.url, "extra.avsc").returncode == 1
    assert evolved.client().level(SUBJECT, "NONE").status == 200
    assert check(producer, evolved.url, "extra.avsc").returncode == 0


def test_another_subject_is_asked_about_by_its_name(producer, evolved, genesys):
    schema = genesys / "schemas" / "bad-required-field.avsc"
    assert check(producer, evolved.url, schema, "--subject", "a/new one").returncode == 0


# ---- formats


@pytest.fixture
def refusing(producer):
    """A registry that refuses with words that every format must quote well."""
    (producer.folder / "a b.avsc").write_text(SCHEMA)
    messages = [FRAMED, 'not framed: <&> "quoted" \x01\n', *TRAILERS]
    with FakeRegistry({COMPARE: Told(200, {"is_compatible": False, "messages": messages})}) as fake:
        yield fake


def test_it_asks_about_all_versions_and_for_the_reasons(producer, refusing):
    assert check(producer, refusing.url, "a b.avsc").returncode == 1
    assert [repr(asked) for asked in refusing.asked] == [f"{COMPARE}?verbose=true"]
    assert refusing.asked[0].json() == {"schema": SCHEMA, "schemaType": "AVRO"}


def test_json_holds_the_reasons_and_all_messages(producer, refusing):
    told = json.loads(check(producer, refusing.url, "a b.avsc", "--format", "json").stdout)
    assert told["reasons"][0] == {"type": "NAME_MISMATCH", "info": "expected: a.b",
                                  "description": "The name of the schema has changed (path '/name')"}
    assert told["reasons"][1]["type"] == "OTHER" and len(told["reasons"]) == 2
    assert len(told["messages"]) == 5 and told["messages"][1].startswith('not framed: <&> "quoted" \x01')


def test_junit_is_xml_with_one_failure(producer, refusing):
    done = check(producer, refusing.url, "a b.avsc", "--format", "junit")
    suite = xml.fromstring(done.stdout).find("testsuite")
    assert done.returncode == 1
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    case = suite.find("testcase")
    assert (case.get("classname"), case.get("name")) == (SUBJECT, "a b.avsc")
    words = case.find("failure").text
    assert "NAME_MISMATCH: The name" in words and 'not framed: <&> "quoted" �\n' in words


def test_sarif_has_a_result_for_each_reason(producer, refusing):
    done = check(producer, refusing.url, "a b.avsc", "--format", "sarif")
    told = json.loads(done.stdout)
    run = told["runs"][0]
    assert done.returncode == 1 and told["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "genesys-producer"
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert [result["ruleId"] for result in run["results"]] == ["NAME_MISMATCH", "INCOMPATIBLE"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "a%20b.avsc"
    there = check(producer, refusing.url, producer.folder / "a b.avsc", "--format", "sarif")
    run = json.loads(there.stdout)["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == f"file://{producer.folder}/a%20b.avsc"


def test_compatible_is_told_in_each_format(producer, fake):
    (producer.folder / "s.avsc").write_text(SCHEMA)
    told = {name: check(producer, fake.url, "s.avsc", f"--format={name}") for name in
            ("text", "json", "junit", "sarif")}
    assert all(done.returncode == 0 for done in told.values())
    assert told["text"].stdout.decode() == f"compatible: s.avsc can follow the versions of {SUBJECT}\n"
    assert json.loads(told["json"].stdout)["compatible"] is True
    assert xml.fromstring(told["junit"].stdout).find("testsuite").get("failures") == "0"
    assert json.loads(told["sarif"].stdout)["runs"][0]["results"] == []


def test_a_refusal_without_reasons_is_one(producer):
    (producer.folder / "s.avsc").write_text(SCHEMA)
    with FakeRegistry({COMPARE: Told(200, {"is_compatible": False})}) as fake:
        done = check(producer, fake.url, "s.avsc")
        sarif = check(producer, fake.url, "s.avsc", "--format", "sarif")
    assert done.returncode == sarif.returncode == 1 and b"gives no reason" in done.stdout
    assert len(json.loads(sarif.stdout)["runs"][0]["results"]) == 1


# ---- not decided


def undecided(producer, url, schema="s.avsc", *more):
    """Standard error of a check that came to no verdict; each format says so as well."""
    done = check(producer, url, schema, *more)
    assert done.returncode == 2 and done.stdout == b"", done.stdout.decode()
    assert done.stderr.count(b"\n") == 1
    told = check(producer, url, schema, "--format", "json", *more)
    assert told.returncode == 2 and json.loads(told.stdout)["decided"] is False
    assert json.loads(told.stdout)["error"] in told.stderr.decode()
    assert "compatible" not in json.loads(told.stdout)
    return done.stderr.decode()


@pytest.mark.parametrize("answer, words", [
    (Told(200, b"<html>"), "something that is not JSON"),
    (Told(200, {}), "without is_compatible"),
    (Told(200, {"is_compatible": "true"}), "without is_compatible"),
    (Told(200, {"is_compatible": True, "messages": [7]}), "with messages that are none"),
    (Told(200, {"is_compatible": True, "messages": "x"}), "with messages that are none"),
    (Told(401, {"error_code": 401, "message": "Unauthorized"}), "answered 401"),
    (Told(409, {"error_code": 409, "message": "no"}), "answered 409"),
    (Told(422, {"error_code": 42201, "message": "Invalid schema"}), "answered 422 (error 42201)"),
    (Told(500, {"error_code": 50001, "message": "no store"}), "no store"),
])
def test_an_answer_that_is_none_decides_nothing(producer, answer, words):
    (producer.folder / "s.avsc").write_text(SCHEMA)
    with FakeRegistry({COMPARE: answer}) as fake:
        assert words in undecided(producer, fake.url, "s.avsc", "--registry-timeout", "1")


def test_a_registry_that_is_down_decides_nothing(producer):
    (producer.folder / "s.avsc").write_text(SCHEMA)
    errors = undecided(producer, f"http://127.0.0.1:{closed_port()}", "s.avsc", "--registry-timeout", "1")
    assert "cannot reach the registry" in errors


@pytest.mark.parametrize("text", ["", "{", '"nothing"', '{"type":"record","name":"R"}', "\xff"])
def test_a_schema_that_is_none_decides_nothing_and_nobody_is_asked(producer, fake, text):
    (producer.folder / "s.avsc").write_bytes(text.encode("latin-1"))
    assert "s.avsc: " in undecided(producer, fake.url)
    assert fake.asked == []


def test_not_decided_is_an_error_for_programs_too(producer, fake):
    junit = check(producer, fake.url, "missing.avsc", "--format", "junit")
    suite = xml.fromstring(junit.stdout).find("testsuite")
    assert junit.returncode == 2 and (suite.get("failures"), suite.get("errors")) == ("0", "1")
    assert "missing.avsc" in suite.find("testcase/error").text
    sarif = check(producer, fake.url, "missing.avsc", "--format", "sarif")
    run = json.loads(sarif.stdout)["runs"][0]
    assert sarif.returncode == 2 and run["invocations"][0]["executionSuccessful"] is False
    assert "missing.avsc" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize("arguments, words", [
    (["--schema", "s.avsc"], "--registry is missing"),
    (["--registry", "http://127.0.0.1:1"], "--schema is missing"),
    (["--registry", "http://127.0.0.1:1", "--schema", "s.avsc", "events.jsonl"], "reads no events"),
    (["--registry", "http://127.0.0.1:1", "--schema", "s.avsc", "--format", "xml"], "unknown format 'xml'"),
    (["--registry", "http://127.0.0.1:1", "--schema", "s.avsc", "--out", "x"], "check has no option --out"),
])
def test_unusable_arguments_are_told(producer, arguments, words):
    done = producer.run("check", *arguments)
    assert done.returncode == 2 and words in done.stderr.decode()


@pytest.mark.parametrize("name", ["a\udcff.avsc", "missing\udcff.avsc"])     # the byte 0xff
def test_a_name_that_is_no_text_leaves_the_verdict_one(producer, fake, name):
    (producer.folder / "a\udcff.avsc").write_text(SCHEMA)
    for form in ("json", "sarif"):
        json.loads(check(producer, fake.url, name, "--format", form).stdout.decode())
    junit = check(producer, fake.url, name, "--format", "junit")
    assert xml.fromstring(junit.stdout).find("testsuite/testcase").get("name") == name.replace("\udcff", "?")
