# SPDX-License-Identifier: Apache-2.0
"""A user's mapping: loaded, refused with file and line, checked by its published schema, and explained."""
import copy
import json
import re

import pytest
from producing import mapped, rows
from registry import ROOT

MAPPING = ROOT / "producer" / "mapping" / "genesys.json"
SCHEMAS = ROOT / "producer" / "schemas"
CONVERSATION = "3f6b1c9e-5a0d-4f58-9d55-0d8f7c1f0a01"


def write(producer, mapping):
    path = producer.folder / "mine.json"
    path.write_text(mapping if isinstance(mapping, str) else json.dumps(mapping, indent=1))
    return path


def campaign():
    """The built-in mapping and one rule more, as a user would add it."""
    mapping = json.loads(MAPPING.read_text())
    mapping["rules"].insert(0, {
        "topic": "v2.outbound.campaigns.{campaign_id}.progress",
        "set": {"event_type": "=CAMPAIGN_PROGRESS", "interaction_id": None,
                "timestamp": {"first": [{"get": "/percentageDate", "as": "timestamp_ms"}],
                              "required": True, "strict": True},
                "data": {"raw": ""}},
        "key": "topic:campaign_id"})
    return mapping


def progress(**body):
    return json.dumps({"topicName": "v2.outbound.campaigns.c-1.progress", "eventBody": body})


def fenced(page, language):
    """The blocks of that language on a page."""
    return [block.split("\n```", 1)[0] for block in page.split(f"```{language}\n")[1:]]


# ---- the page


def test_the_mapping_on_the_page_does_what_the_page_says(producer):
    page = (ROOT / "docs" / "mapping.md").read_text()
    schema, mapping = fenced(page, "json")
    (producer.folder / "order.avsc").write_text(schema)
    (producer.folder / "orders.json").write_text(mapping)
    asked, said = fenced(page, "text")[0].split("\nEND\n")
    command, events = asked.split(" <<'END'\n")
    done = producer.run(*command.split()[2:], stdin=events)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == said + "\n"


def test_the_lines_that_the_page_shows_are_those_of_the_built_in_mapping():
    page, text = (ROOT / "docs" / "mapping.md").read_text(), MAPPING.read_text().split("\n")
    example = page[page.index('"explain":{"envelope"'):]
    rule, timestamp = (int(number) for number in re.findall(r'"line":(\d+)', example)[:2])
    assert "acd.end" in text[rule]
    assert '"timestamp": {' in text[timestamp - 1]


# ---- loading


def test_a_rule_of_the_user_maps_a_topic_that_was_unknown(producer):
    line = progress(percentageDate=1772352000000)
    assert mapped(producer, stdin=line)[0]["reason"] == "unmapped-topic"
    row = mapped(producer, "--mapping", write(producer, campaign()), stdin=line)[0]
    assert (row["key"], row["record"]["event_type"]) == ("c-1", "CAMPAIGN_PROGRESS")
    assert row["record"]["timestamp"] == 1772352000000


def test_encode_takes_the_mapping_and_names_its_digest(producer, fake):
    import hashlib

    import fastavro
    path = write(producer, campaign())
    done = producer.run("encode", "--registry", fake.url, "--mapping", path, "--format", "ocf",
                        "--out", "out.avro", stdin=progress(percentageDate=1772352000000))
    assert done.returncode == 0, done.stderr.decode()
    with open(producer.folder / "out.avro", "rb") as file:
        reader = fastavro.reader(file)
        assert [record["event_type"] for record in reader] == ["CAMPAIGN_PROGRESS"]
        assert reader.metadata["genesys.mapping.sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("version", [1, 2])
def test_the_published_mapping_gives_what_is_published(producer, genesys, version):
    """It names fields of later schemas and has no list of them: names of shipped schemas are known."""
    schema = ["--schema", SCHEMAS / "genesys_interaction_event_v2.avsc"] if version == 2 else []
    got = mapped(producer, "--mapping", genesys / "mapping.json", *schema, genesys / "events-envelope.jsonl")
    assert got == rows((genesys / f"expected-v{version}.jsonl").read_text())


def test_a_field_of_a_shipped_schema_is_known_inside_records_too(producer):
    mapping = campaign()
    mapping["rules"][0]["set"]["agent"] = {"record": {
        "id": "/userId", "display_name": None, "status": None, "division_id": "/divisionId"}}
    line = progress(percentageDate=1772352000000, userId="u", divisionId="d")
    path = write(producer, mapping)
    assert mapped(producer, "--mapping", path, stdin=line)[0]["record"]["agent"] == {
        "id": "u", "display_name": None, "status": None}
    schema = SCHEMAS / "genesys_interaction_event_v4.avsc"
    row = mapped(producer, "--mapping", path, "--schema", schema, stdin=line)[0]
    assert row["record"]["agent"]["division_id"] == "d"


@pytest.mark.parametrize("version", [2, 3, 4])
def test_the_shipped_schemas_are_the_published_ones_but_for_their_words(genesys, version):
    def bare(value):
        if isinstance(value, dict):
            return {name: bare(each) for name, each in value.items() if name != "doc"}
        return [bare(each) for each in value] if isinstance(value, list) else value

    ours = json.loads((SCHEMAS / f"genesys_interaction_event_v{version}.avsc").read_text())
    assert bare(ours) == bare(json.loads((genesys / "schemas" / f"v{version}.avsc").read_text()))


def test_a_mistake_is_told_with_file_and_line(producer, fake):
    mapping = campaign()
    mapping["rules"][0]["set"]["colour"] = "/colour"
    path = write(producer, mapping)
    line = next(number for number, text in enumerate(path.read_text().split("\n"), 1) if '"/colour"' in text)
    wanted = f"{path}: line {line}: the schema has no field 'colour'"
    for command in (["map"], ["encode", "--registry", fake.url, "--out", "out.bin"]):
        done = producer.run(*command, "--mapping", path)
        assert done.returncode == 2
        assert wanted in done.stderr.decode()
    assert fake.schemas == [], "nothing is registered for a mapping that cannot be used"


def test_rules_that_follow_each_other_in_a_circle_are_refused(producer):
    mapping = campaign()
    mapping["rules"] += [{"topic": "a.b", "like": "c.d"}, {"topic": "c.d", "like": "a.b"}]
    done = producer.run("map", "--mapping", write(producer, mapping))
    assert done.returncode == 2
    assert b"'like' goes round in a circle" in done.stderr


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_mapping_that_cannot_be_read_ends_the_run(producer, name):
    done = producer.run("map", "--mapping", name)
    assert done.returncode == 2
    assert f"cannot read {name}" in done.stderr.decode()


# ---- the published schema of mappings


@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema (tests/requirements.txt) is missing")
    schema = json.loads((ROOT / "producer" / "mapping" / "mapping.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_takes_our_mapping_and_a_users(validator):
    for mapping in (json.loads(MAPPING.read_text()), campaign()):
        assert list(validator.iter_errors(mapping)) == []


def test_the_schema_takes_the_published_mapping(validator, genesys):
    assert list(validator.iter_errors(json.loads((genesys / "mapping.json").read_text()))) == []


def spoil(where, value):
    def change(mapping):
        at = mapping
        for step in where[:-1]:
            at = at[step]
        at[where[-1]] = value
    return change


@pytest.mark.parametrize("where, value", [
    (["colour"], 1), (["mapping_version"], 2), (["uuid5_namespace"], "x"), (["rules"], []),
    (["missing_agent"], "nobody"), (["constants", "c"], 1), (["lookups", "t"], 7),
    (["envelopes"], []), (["envelopes", 0, "body"], "x"), (["envelopes", 0, "when"], {}),
    (["envelopes", 0, "when"], {"/a": "text"}), (["skip", 0, "topic"], "a.b"),
    (["rules", 0, "like"], "a.b"), (["rules", 0, "timestamp_fallback"], "clock"),
    (["rules", 0, "topic"], "a.{b"), (["rules", 0, "set"], None), (["key"], "plain"), (["key"], 1),
    (["common", "topic"], {"get": "x"}), (["common", "topic"], {"get": "/x", "as": "lower"}),
    (["common", "topic"], {"first": []}), (["common", "topic"], {"uuid5": [None]}),
    (["common", "topic"], {"split": "/x", "by": "", "index": 0}), (["common", "topic"], {"get": "/~2"}),
    (["common", "topic"], {"split": "/x", "by": "a", "index": -1}), (["common", "topic"], {"raw": 1}),
    (["common", "topic"], {"lookup": "users"}), (["common", "topic"], {"record": []}),
])
def test_the_schema_and_the_program_refuse_the_same(producer, validator, where, value):
    mapping = campaign()
    spoil(where, value)(mapping)
    assert list(validator.iter_errors(mapping))
    assert producer.run("map", "--mapping", write(producer, mapping)).returncode == 2


def test_a_schema_that_the_built_in_mapping_cannot_fill_is_refused_in_its_name(producer):
    schema = producer.folder / "other.avsc"
    schema.write_text('{"type":"record","name":"R","fields":[{"name":"id","type":"string"}]}')
    done = producer.run("map", "--schema", schema, stdin=progress())
    assert done.returncode == 2
    assert b"genesys-producer: the built-in mapping: line " in done.stderr
    assert b"nothing sets 'id', which has no default in the schema" in done.stderr


# ---- explaining


def event(suffix="acd.end", **body):
    topic = f"v2.detail.events.conversation.{CONVERSATION}.{suffix}"
    return json.dumps({"topicName": topic,
                       "eventBody": {"conversationId": CONVERSATION, "eventTime": 1772352000000, **body}})


def explained(producer, line, mapping=MAPPING):
    row = mapped(producer, "--explain", "--mapping", mapping, stdin=line)[0]
    return row, {field["field"]: field for field in row["explain"]["fields"]}


def test_explain_names_envelope_rule_and_the_part_that_gave_the_value(producer):
    row, fields = explained(producer, event(answeredUserId="u-7", sessionId="s"))
    explain, text = row["explain"], MAPPING.read_text().split("\n")
    assert explain["envelope"] == "notification"
    assert explain["rule"]["topic"] == "v2.detail.events.conversation.{conversation_id}.acd.end"
    assert "acd.end" in "".join(text[explain["rule"]["line"] - 1:explain["rule"]["line"] + 1])
    assert explain["key"] == {"expression": "/conversationId", "gave": "value"}
    assert fields["timestamp"]["expression"] == {"get": "/eventTime", "as": "timestamp_ms"}
    assert fields["agent.id"]["expression"] == "/answeredUserId"
    assert (fields["agent.id"]["set_by"], fields["agent.id"]["gave"]) == ("rule", "value")
    assert "/answeredUserId" in text[fields["agent.id"]["line"] - 1]
    assert (fields["queue.id"]["set_by"], fields["queue.id"]["gave"]) == ("common", "nothing")
    assert fields["session_id"]["gave"] == "dropped"
    assert fields["contact_center_id"]["expression"] == "const:org_id"
    assert fields["event_id"]["expression"] == {
        "uuid5": ["$topic", "/participantId", "/sessionId", "/eventTime", "/flowOutcomeId", "/id",
                  "/modifiedDate", "/routingStatus/startTime", "env:/metadata/CorrelationId"]}


def test_explain_changes_nothing_else(producer, genesys):
    path = genesys / "bad-events.jsonl"
    with_reasons = mapped(producer, "--explain", path)
    assert all("explain" in row for row in with_reasons)
    for row in with_reasons:
        del row["explain"]
    assert with_reasons == mapped(producer, path)


def test_every_value_of_a_record_is_explained(producer, genesys):
    for row in mapped(producer, "--explain", genesys / "events-envelope.jsonl"):
        gave = {field["field"]: field["gave"] for field in row["explain"].get("fields", [])}
        flat = {}
        for name, value in row.get("record", {}).items():
            if isinstance(value, dict) and "$len" not in value:
                flat.update({f"{name}.{inner}": each for inner, each in value.items()})
            else:
                flat[name] = value
        for name, value in flat.items():
            if value is not None:
                assert gave[name] in ("value", "ingest time"), (row["line"], name)


def test_explain_tells_a_time_that_the_clock_gave(producer):
    line = json.dumps({"topicName": "v2.users.u-1.presence", "eventBody": {"presenceDefinition": {}}})
    _, fields = explained(producer, line)
    assert fields["timestamp"]["gave"] == "ingest time"


def test_explain_tells_a_time_of_the_event_from_the_clock_whatever_the_expression(producer):
    mapping = campaign()
    mapping["rules"][0]["set"]["timestamp"] = {"get": "/percentageDate", "as": "timestamp_ms"}
    mapping["rules"][0]["timestamp_fallback"] = "ingest"
    path = write(producer, mapping)
    _, fields = explained(producer, progress(percentageDate=1772352000000), path)
    assert fields["timestamp"]["gave"] == "value"
    _, fields = explained(producer, progress(), path)
    assert fields["timestamp"]["gave"] == "ingest time"


def test_explain_tells_which_field_a_dead_letter_failed_for(producer):
    row, fields = explained(producer, event(eventTime="soon"))
    assert (row["action"], row["reason"]) == ("dead_letter", "timestamp-not-iso8601")
    assert fields["timestamp"]["gave"] == "refused"
    assert fields["timestamp"]["expression"] == {"get": "/eventTime", "as": "timestamp_ms"}


def test_explain_tells_what_was_found_when_there_is_no_rule(producer):
    row, fields = explained(producer, progress())
    assert row["explain"]["topic"] == "v2.outbound.campaigns.c-1.progress"
    assert row["explain"]["rule"] is None and fields == {}
    row = mapped(producer, "--explain", stdin='{"a": 1}')[0]
    assert row["explain"] == {"envelope": None}


def test_explain_names_the_rule_that_is_followed_and_the_anonymous_agent(producer):
    line = json.dumps({"topicName": "v2.users.u-1.conversations.calls", "eventBody": {"id": "c"}})
    row, _ = explained(producer, line)
    assert row["explain"]["rule"]["like"] == "v2.users.{user_id}.conversations"
    mapping = copy.deepcopy(campaign())
    mapping["missing_agent"] = "anonymous"
    row, _ = explained(producer, event(suffix="flow.start"), write(producer, mapping))
    assert row["record"]["agent"]["id"] == "anonymous"
    assert row["explain"]["missing_agent"] == "anonymous"
