# SPDX-License-Identifier: Apache-2.0
"""`genesys-producer map`: what becomes of each line, against the reference data and at the limits."""
import json
import os
import re
import subprocess

import pytest
from producing import INGEST, mapped, rows
from registry import ROOT

SAMPLES = ROOT / "producer" / "samples" / "events.jsonl"
LINE_MAX = 4 * 1024 * 1024


def lines(path):
    return rows(path.read_text())


def compare(got, wanted):
    for mine, theirs in zip(got, wanted):
        assert mine == theirs
        assert list(mine.get("record") or ()) == list(theirs.get("record") or ())
    assert len(got) == len(wanted)


def test_the_built_in_schema_maps_as_version_1_is_published(producer, genesys):
    compare(mapped(producer, genesys / "events-envelope.jsonl"), lines(genesys / "expected-v1.jsonl"))


@pytest.mark.parametrize("version", [1, 2])
def test_a_given_schema_maps_as_it_is_published(producer, genesys, version):
    schema = genesys / "schemas" / f"v{version}.avsc"
    got = mapped(producer, "--schema", schema, genesys / "events-envelope.jsonl")
    compare(got, lines(genesys / f"expected-v{version}.jsonl"))


@pytest.mark.parametrize("version", [None, 2, 3, 4])
def test_bad_lines_have_the_outcome_that_is_published(producer, genesys, version):
    schema = ("--schema", genesys / "schemas" / f"v{version}.avsc") if version else ()
    got = mapped(producer, *schema, genesys / "bad-events.jsonl")
    expected = (genesys / "bad-events.expect.tsv").read_text().splitlines()[1:]
    assert len(got) == len(expected)
    for mine, row in zip(got, expected):
        line, slug, action, reason, warnings = row.split("\t")
        assert mine["line"] == int(line)
        assert (mine["action"], mine.get("reason", ""), ",".join(mine.get("warnings", []))) == (
            action, reason, warnings), slug


def test_bad_lines_map_alike_from_standard_input(producer, genesys):
    path = genesys / "bad-events.jsonl"
    assert mapped(producer, stdin=path.read_bytes()) == mapped(producer, path)
    assert mapped(producer, "-", stdin=path.read_bytes()) == mapped(producer, path)


def test_published_samples_are_read_without_harm(producer, genesys, tmp_path):
    paths = sorted((genesys / "samples").glob("*.*"))
    assert len(paths) > 10
    outcomes = []
    for path in paths:
        one = tmp_path / "one.jsonl"
        one.write_bytes(b" ".join(path.read_bytes().split(b"\n")) + b"\n")
        got = mapped(producer, one)
        assert len(got) == 1
        outcomes.append(got[0]["action"])
        mapped(producer, path)      # as it is: mostly broken lines
    assert "map" in outcomes and "dead_letter" in outcomes


FOREIGN = {     # what is no event as the platform sends it, and why
    "analytics-details-query-page-datadog": "unknown-envelope",     # a page; --unwrap pages opens it
    "eb-ade-non-conversation-event": "detail-type-mismatch",        # made to be refused
    "mapped-kinesis-conversation-end-event": "unknown-envelope",    # what another program made of events
    "mapped-kinesis-conversation-end-event-without-journey-session": "unknown-envelope",
    "mapped-kinesis-conversation-start-event": "unknown-envelope",
    "rest-conversation": "unknown-envelope",                        # an answer of the REST interface
    "trigger-test-body-customer-end": "unknown-envelope",           # a body that names no topic
    "ws-chat-member": "unmapped-topic",
    "ws-chat-message": "unmapped-topic",
}


def samples(genesys):
    for path in sorted((genesys / "samples").glob("*.json")):
        yield path.stem, " ".join(path.read_text().split("\n"))


def test_every_published_event_maps_and_the_rest_is_known_by_its_reason(producer, genesys):
    reasons = {name: mapped(producer, stdin=line)[0].get("reason") for name, line in samples(genesys)}
    assert {name: reason for name, reason in reasons.items() if reason} == FOREIGN
    assert len(reasons) - len(FOREIGN) == 8


def test_rules_of_ones_own_map_the_rest_of_the_published_samples(producer, genesys, tmp_path):
    rules = json.loads((ROOT / "producer" / "mapping" / "genesys.json").read_text())
    rules["check_detail_type"] = False
    rules["envelopes"] += [
        {"name": "blueprint", "when": {"/_id": "string", "/topicName": "string", "/timestamp": "number"},
         "topic": "/topicName", "body": ""},
        {"name": "rest", "when": {"/id": "string", "/startTime": "string", "/participants": "array"},
         "topic": "=rest.conversation", "body": ""},
        {"name": "trigger", "when": {"/eventTime": "number", "/participantId": "string"},
         "topic": "=trigger.customer.end", "body": ""}]
    candidates = rules["common"]["timestamp"]["first"]
    candidates += [{"get": pointer, "as": "timestamp_ms"} for pointer in ("/timestamp", "/startTime")]
    rules["rules"] += [
        {"topic": "rest.conversation", "set": {"event_type": "=CONVERSATION_SNAPSHOT", "data": {"raw": ""}}},
        {"topic": "trigger.customer.end", "set": {"event_type": "=CUSTOMER_END"}},
        {"topic": "v2.conversations.chats.{conversation_id}.members", "set": {"event_type": "=MEMBER"}},
        {"topic": "v2.conversations.chats.{conversation_id}.messages", "set": {"event_type": "=MESSAGE"}}]
    (tmp_path / "mine.json").write_text(json.dumps(rules))
    for name, line in samples(genesys):
        rows = mapped(producer, "--mapping", "mine.json", "--unwrap", "pages", stdin=line)
        if name == "trigger-test-body-customer-end":    # its time is ten seconds past 1970
            assert [row["reason"] for row in rows] == ["timestamp-out-of-range"]
        else:
            assert {row["action"] for row in rows} == {"map"}, (name, rows)


def test_the_schema_that_is_shipped_is_the_published_one(genesys):
    ours = json.loads((ROOT / "producer" / "schemas" / "genesys_interaction_event.avsc").read_text())
    assert ours == json.loads((genesys / "schemas" / "v1.avsc").read_text())


def test_our_samples_show_all_three_outcomes(producer):
    got = mapped(producer, SAMPLES)
    assert len(got) >= 60
    reasons = [row["reason"] for row in got if row["action"] == "dead_letter"]
    assert sorted(reasons) == ["required-field-missing", "truncated", "unmapped-topic"]
    assert sum(row["action"] == "skip" for row in got) == 5
    records = [row["record"] for row in got if row["action"] == "map"]
    assert len(records) == 78
    assert any(record["agent"] is None and record["queue"] is None for record in records)
    assert any(record["agent"] and not record["queue"] for record in records)
    assert any(record["data"] for record in records)
    assert len({record["event_id"] for record in records}) == len(records)


def test_lines_are_counted_anew_in_each_input(producer):
    got = mapped(producer, SAMPLES, SAMPLES)
    assert [row["line"] for row in got] == 2 * list(range(1, len(got) // 2 + 1))


def event(size):
    """A good event of so many bytes, most of them attributes."""
    conversation = "3f6b1c9e-5a0d-4f58-9d55-0d8f7c1f0a01"
    head = json.dumps({
        "topicName": f"v2.detail.events.conversation.{conversation}.attributes", "version": "2",
        "eventBody": {"eventTime": 1772352000000, "conversationId": conversation,
                      "attributes": {"blob": ""}}})
    return head.replace('"blob": ""', '"blob": "' + "x" * (size - len(head)) + '"')


def test_a_line_of_four_mebibytes_is_mapped_and_a_longer_one_is_not(producer):
    feed = "\n".join([event(LINE_MAX), event(LINE_MAX + 1), event(5_000_000), event(500)])
    got = mapped(producer, stdin=feed)
    assert [row.get("reason") for row in got] == [None, "too-large", "too-large", None]
    assert got[0]["record"]["data"]["$len"] > LINE_MAX - 400


def peak_of(producer, feed, times):
    """Resident memory in KiB of a run that is fed `feed` so many times, and what it printed."""
    process = producer.start("map", "--ingest-time", INGEST, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for _ in range(times):
        process.stdin.write(feed)
    process.stdin.close()
    printed = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss, rows(printed)


def test_a_line_of_300_megabytes_takes_the_memory_of_a_short_one(producer):
    """Standard output is read afterwards: two lines fit any pipe."""
    piece = b"x" * 1_000_000
    small, _ = peak_of(producer, piece, 5)
    large, printed = peak_of(producer, piece, 300)
    assert printed == [{"line": 1, "action": "dead_letter", "reason": "too-large"}]
    assert large < small + 8 * 1024


def test_an_output_that_is_closed_is_an_error_and_no_crash(producer):
    with open("/dev/full", "wb") as full:
        process = producer.start("map", SAMPLES, stdout=full, stderr=subprocess.PIPE)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert re.search(rb"No space left", complaint)


def test_without_an_ingest_time_the_clock_is_taken(producer):
    line = json.dumps({"topicName": "v2.users.u-1.presence", "eventBody": {"presenceDefinition": {}}})
    done = producer.run("map", stdin=line)
    row = json.loads(done.stdout)
    assert row["warnings"] == ["timestamp-from-ingest"]
    assert row["key"] == "u-1"
    assert row["record"]["timestamp"] > 1_700_000_000_000


def test_the_reference_mapper_reads_our_mapping_alike(genesys):
    """One grammar: whoever has the reference mapper can run our file through it."""
    done = subprocess.run(
        ["python3", genesys / "map_events.py", "--mapping", ROOT / "producer" / "mapping" / "genesys.json",
         "--schema", genesys / "schemas" / "v2.avsc", genesys / "events-envelope.jsonl"],
        capture_output=True, text=True, check=True, timeout=120)
    assert rows(done.stdout) == lines(genesys / "expected-v2.jsonl")
