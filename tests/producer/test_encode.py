# SPDX-License-Identifier: Apache-2.0
"""The encode run: what it writes, what it leaves out and says, how it ends."""
import base64
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import stat
import struct
import subprocess

import fastavro
import pytest
from producing import INGEST, SUBJECT, counts

SCHEMAS = ["v1", "v2"]
EVENTS = "events-envelope.jsonl"
MIB = 1 << 20


def schema_option(genesys, version):
    return [] if version == "v1" else ["--schema", genesys / "schemas" / f"{version}.avsc"]


def encode(producer, url, *more, out="out.bin", **how):
    return producer.run("encode", "--registry", url, "--out", out, "--ingest-time", INGEST, *more, **how)


def expected(genesys, version):
    lines = (genesys / f"expected-{version}.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines)]


def frames(data):
    """(id, Avro bytes) of each message of a framed file."""
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        magic, schema_id = struct.unpack_from(">BI", data, at + 4)
        assert magic == 0
        yield schema_id, data[at + 9:at + 4 + length]
        at += 4 + length
    assert at == len(data)


def same(record, wanted):
    """A record as it was read back, and as an expected file has it: bytes as digest and length."""
    if isinstance(wanted, dict) and set(wanted) == {"$sha256", "$len"}:
        return len(record) == wanted["$len"] and hashlib.sha256(record).hexdigest() == wanted["$sha256"]
    if isinstance(wanted, dict):
        return set(record) == set(wanted) and all(same(record[name], wanted[name]) for name in wanted)
    return record == wanted


# ---- the bytes


@pytest.mark.parametrize("version", SCHEMAS)
def test_framed_records_equal_the_vectors_line_by_line(producer, registry, genesys, version):
    done = encode(producer, registry.url, *schema_option(genesys, version), genesys / EVENTS)
    assert done.returncode == 0, done.stderr.decode()
    rows = [line.split("\t") for line in (genesys / "expected-wire.tsv").read_text().splitlines()]
    length, digest = rows[0].index(f"{version}_bytes"), rows[0].index(f"{version}_sha256")
    wanted = [(int(row[length]), row[digest]) for row in rows[1:]]
    lines = [int(row[0]) for row in rows[1:]]
    assert lines == [line["line"] for line in expected(genesys, version) if line["action"] == "map"]
    messages = list(frames((producer.folder / "out.bin").read_bytes()))
    assert [(len(avro), hashlib.sha256(avro).hexdigest()) for _, avro in messages] == wanted
    assert {schema_id for schema_id, _ in messages} == {1}
    summary = counts(done.stdout.decode())
    assert summary["Avro bytes"] == sum(size for size, _ in wanted)


@pytest.mark.parametrize("codec", ["null", "deflate", None])
@pytest.mark.parametrize("version", SCHEMAS)
def test_a_container_file_is_read_by_fastavro(producer, registry, genesys, version, codec):
    done = encode(producer, registry.url, *schema_option(genesys, version), "--format", "ocf",
                  *(["--codec", codec] if codec else []), genesys / EVENTS, out="out.avro")
    assert done.returncode == 0, done.stderr.decode()
    with open(producer.folder / "out.avro", "rb") as file:
        reader = fastavro.reader(file)
        records = list(reader)
    wanted = [line["record"] for line in expected(genesys, version) if line["action"] == "map"]
    assert len(records) == len(wanted) == 627
    for record, want in zip(records, wanted):
        assert same(record, want), (record, want)
    metadata = reader.metadata
    assert metadata["avro.codec"] == (codec or "deflate")
    assert metadata["genesys.schema.id"] == "1"
    assert metadata["genesys.subject"] == SUBJECT
    assert len(bytes.fromhex(metadata["genesys.mapping.sha256"])) == 32
    kept = registry.client().get("/schemas/ids/1").json()["schema"]
    assert metadata["avro.schema"] == kept
    assert [list(record) for record in records] == [[f["name"] for f in json.loads(kept)["fields"]]] * 627


def avrocat():
    """avro-c's own reader: where Debian's avro-bin is there."""
    found = shutil.which("avrocat")
    if not found:
        pytest.skip("avrocat (Debian: avro-bin) is not installed")
    return found


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_container_file_is_read_by_avro_c(producer, registry, genesys, codec):
    program = avrocat()
    done = encode(producer, registry.url, "--format", "ocf", "--codec", codec, genesys / EVENTS, out="o.avro")
    assert done.returncode == 0, done.stderr.decode()
    read = subprocess.run([program, producer.folder / "o.avro"], capture_output=True)
    assert read.returncode == 0, read.stderr
    records = [json.loads(line) for line in read.stdout.splitlines()]
    wanted = [line["record"] for line in expected(genesys, "v1") if line["action"] == "map"]
    assert len(records) == len(wanted)
    for record, want in zip(records, wanted):
        for name in ("event_id", "event_type", "interaction_id"):
            assert record[name] == (None if want[name] is None else {"string": want[name]})
        assert record["timestamp"] == want["timestamp"]
        agent = want["agent"] and {"AgentInfo": {k: v and {"string": v} for k, v in want["agent"].items()}}
        assert record["agent"] == agent
        assert (record["data"] is None) == (want["data"] is None)


def test_blocks_are_of_64_kib_and_two_files_have_two_markers(producer, registry, genesys):
    markers = set()
    for name in ("a.avro", "b.avro"):
        form = ["--format", "ocf", "--codec", "null"]
        done = encode(producer, registry.url, *form, genesys / EVENTS, out=name)
        assert done.returncode == 0, done.stderr.decode()
        with open(producer.folder / name, "rb") as file:
            blocks = list(fastavro.block_reader(file))
        markers.add((producer.folder / name).read_bytes()[-16:])
        assert len(blocks) > 2
        sizes = [block.bytes_.getbuffer().nbytes for block in blocks]
        assert all(size <= 64 << 10 or block.num_records == 1 for size, block in zip(sizes, blocks)), sizes
    assert len(markers) == 2


# ---- the registry


def test_the_subject_is_registered_once_at_backward(producer, registry, genesys):
    for _ in range(2):
        assert encode(producer, registry.url, genesys / EVENTS).returncode == 0
    client = registry.client()
    assert client.get(f"/subjects/{SUBJECT}/versions").json() == [1]
    assert client.get(f"/config/{SUBJECT}").json()["compatibilityLevel"] == "BACKWARD"
    kept = json.loads(client.get("/schemas/ids/1").json()["schema"])
    assert kept == json.loads((genesys / "schemas" / "v1.avsc").read_text())


def test_a_schema_may_grow(producer, registry, genesys):
    for version in ("v1", "v2"):
        more = schema_option(genesys, version)
        assert encode(producer, registry.url, *more, genesys / EVENTS).returncode == 0
    assert registry.client().get(f"/subjects/{SUBJECT}/versions").json() == [1, 2]
    (schema_id, _), *_ = frames((producer.folder / "out.bin").read_bytes())
    assert schema_id == 2


@pytest.mark.parametrize("bad, before, reason", [
    ("bad-required-field.avsc", "v1", "READER_FIELD_MISSING_DEFAULT_VALUE"),
    ("bad-string-to-enum.avsc", "v2", "incompatible"),
])
def test_a_breaking_schema_is_refused_in_its_words(producer, registry, genesys, bad, before, reason):
    more = schema_option(genesys, before)
    assert encode(producer, registry.url, *more, genesys / EVENTS).returncode == 0
    (producer.folder / "out.bin").unlink()
    text = (genesys / "schemas" / bad).read_text()
    status, code, message = registry.client().register(SUBJECT, text).error
    assert status == 409
    done = encode(producer, registry.url, "--schema", genesys / "schemas" / bad, genesys / EVENTS)
    errors = done.stderr.decode()
    assert done.returncode == 2
    assert reason in errors and message in errors and f"answered {status} (error {code})" in errors
    assert not (producer.folder / "out.bin").exists()
    assert registry.client().get(f"/subjects/{SUBJECT}/versions").json() == [1]


def test_a_schema_that_no_event_can_fill_is_not_registered(producer, registry, genesys):
    schema = genesys / "schemas" / "bad-required-field.avsc"
    done = encode(producer, registry.url, "--schema", schema, genesys / EVENTS)
    assert done.returncode == 2
    assert "customer_satisfaction_score" in done.stderr.decode()
    assert registry.client().get("/subjects").json() == []


@pytest.mark.parametrize("text", ["", "{", '"string"', '{"type":"record","name":"R"}', "[]", "\x00", "{}{}"])
def test_a_schema_that_is_none_ends_the_run(producer, registry, text):
    (producer.folder / "bad.avsc").write_text(text)
    done = encode(producer, registry.url, "--schema", "bad.avsc")
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr.decode()
    assert registry.client().get("/subjects").json() == []


def test_fields_the_mapping_does_not_know_take_their_defaults(producer, registry, genesys):
    schema = json.loads((genesys / "schemas" / "v1.avsc").read_text())
    extra = {"plain": ("int", 7), "flag": ("boolean", True), "real": ("double", 1.5), "small": ("float", -2),
             "text": ("string", "é"), "blob": ("bytes", "\u0000\u00ff"),
             "kinds": (["string", "int"], "x"), "maybe": (["string", "null"], "not taken"),
             "list": ({"type": "array", "items": "long"}, [1, 2]),
             "map": ({"type": "map", "values": "int"}, {"k": 1}),
             "way": ({"type": "enum", "name": "Way", "symbols": ["UP", "DOWN"]}, "DOWN"),
             "pair": ({"type": "fixed", "name": "Pair", "size": 2}, "\u0001\u0080"),
             "inner": ({"type": "record", "name": "Inner", "fields": [
                 {"name": "a", "type": ["null", "int"], "default": None},
                 {"name": "b", "type": "string", "default": "b"}]}, {"b": "c"})}
    schema["fields"] += [{"name": name, "type": kind, "default": value}
                         for name, (kind, value) in extra.items()]
    (producer.folder / "more.avsc").write_text(json.dumps(schema))
    more = ["--schema", "more.avsc", "--format", "ocf"]
    done = encode(producer, registry.url, *more, genesys / EVENTS, out="o.avro")
    assert done.returncode == 0, done.stderr.decode()
    with open(producer.folder / "o.avro", "rb") as file:
        records = list(fastavro.reader(file))
    assert len(records) == 627
    wanted = {name: value for name, (_, value) in extra.items()}
    wanted |= {"blob": b"\x00\xff", "pair": b"\x01\x80", "inner": {"a": None, "b": "c"}, "maybe": None}
    assert {name: records[0][name] for name in extra} == wanted
    assert len(producer.records("o.avro")) == 627


# ---- the summary


def test_the_summary_counts_what_happened(producer, registry, genesys):
    done = encode(producer, registry.url, genesys / EVENTS)
    summary = counts(done.stdout.decode())
    lines = (genesys / EVENTS).read_bytes().split(b"\n")[:-1]
    kept = [lines[line["line"] - 1] for line in expected(genesys, "v1") if line["action"] == "map"]
    assert summary["read"] == 640 and summary["encoded"] == 627
    assert summary["skipped"] == 13 and summary["dead-lettered"] == 0
    assert summary["warnings/timestamp-from-ingest"] == 10
    assert sum(count for name, count in summary.items() if name.startswith("skipped/")) == 13
    assert summary["JSON bytes"] == sum(map(len, kept))
    ratio = summary["Avro bytes"] / summary["JSON bytes"]
    assert summary["ratio"] == f"{ratio:.3f} (Avro is {100 * (1 - ratio):.1f} % smaller)"
    assert summary["events a second"] > 0


def test_the_summary_says_larger_when_avro_is_larger(producer, registry):
    samples = pathlib.Path(__file__).parents[2] / "producer" / "samples" / "events.jsonl"
    line = samples.read_text().splitlines()[1]
    summary = counts(encode(producer, registry.url, "-", stdin=line.encode()).stdout.decode())
    ratio = summary["Avro bytes"] / summary["JSON bytes"]
    assert ratio > 1
    assert summary["ratio"] == f"{ratio:.3f} (Avro is {100 * (ratio - 1):.1f} % larger)"


def test_standard_output_holds_records_alone_when_they_go_there(producer, registry, genesys):
    done = encode(producer, registry.url, out="-", stdin=(genesys / EVENTS).read_bytes())
    assert done.returncode == 0
    assert len(list(frames(done.stdout))) == 627
    assert counts(done.stderr.decode())["encoded"] == 627


def test_trouble_of_the_source_is_told_at_once_and_without_its_values(producer, registry):
    lines = ['{"topicName": "v2.system.no_longer_subscribed", "eventBody": {"reason": "tokens_revoked"}}',
             '{"result": "200", "status": "subscribed"}', '{"result": "400", "status": "failed"}',
             '{"topicName": "channel.metadata", "eventBody": {"message": "WebSocket Heartbeat"}}']
    done = producer.run("--registry", registry.url, "--out", "out.bin", stdin="\n".join(lines))
    assert done.returncode == 0
    assert [line for line in done.stderr.decode().splitlines() if "look at" in line] == [
        "genesys-producer: -, line 1: look at this line: system",
        "genesys-producer: -, line 3: look at this line: subscription-reply"]
    assert counts(done.stdout.decode())["skipped"] == 4


def test_nothing_in_nothing_out(producer, registry):
    done = encode(producer, registry.url, stdin=b"")
    assert done.returncode == 0
    assert (producer.folder / "out.bin").read_bytes() == b""
    assert counts(done.stdout.decode())["ratio"] == "none"


# ---- dead letters


def bad_lines(genesys):
    rows = (genesys / "bad-events.expect.tsv").read_text().splitlines()
    names = rows[0].split("\t")
    return [dict(zip(names, row.split("\t"))) for row in rows[1:]]


def test_bad_lines_become_dead_letters_and_stop_nothing(producer, registry, genesys):
    done = encode(producer, registry.url, "--dead-letter", "dead.jsonl", genesys / "bad-events.jsonl")
    assert done.returncode == 0, done.stderr.decode()
    rows = bad_lines(genesys)
    dead = [row for row in rows if row["action"] == "dead_letter"]
    summary = counts(done.stdout.decode())
    assert summary["read"] == len(rows) and summary["dead-lettered"] == len(dead)
    assert summary["encoded"] == sum(row["action"] == "map" for row in rows)
    source = (genesys / "bad-events.jsonl").read_bytes().split(b"\n")
    letters = (producer.folder / "dead.jsonl").read_text().splitlines()
    assert len(letters) == len(dead)
    for text, row in zip(letters, dead):
        letter = json.loads(text)
        line = source[int(row["line"]) - 1]
        line = line[:-1] if line.endswith(b"\r") else line
        assert list(letter) == ["input", "line", "reason", "field", "bytes",
                                "raw" if is_utf8(line) else "raw_base64"]
        assert letter["input"] == str(genesys / "bad-events.jsonl")
        assert letter["line"] == int(row["line"]) and letter["reason"] == row["reason"]
        assert letter["bytes"] == len(line)
        raw = letter["raw"].encode() if "raw" in letter else base64.b64decode(letter["raw_base64"])
        assert raw == line
        assert letter["field"] in (None, "timestamp", "event_type", "interaction_id", "event_id")
        assert (letter["field"] == "timestamp") == letter["reason"].startswith("timestamp-") or \
            letter["reason"] == "required-field-missing"
        assert summary[f"dead-lettered/{letter['reason']}"] > 0


def is_utf8(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_a_dead_letter_file_is_its_owners_alone_and_keeps_what_it_holds(producer, registry):
    path = producer.folder / "dead.jsonl"
    for _ in range(2):
        assert encode(producer, registry.url, "--dead-letter", path, stdin=b"{\n").returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wanted = '{"input":"-","line":1,"reason":"truncated","field":null,"bytes":1,"raw":"{"}\n'
    assert path.read_text() == wanted * 2


def test_a_line_that_is_too_long_is_told_by_its_length(producer, registry):
    long, longest = b"[" * (4 * MIB + 1), b'"' + b"x" * (4 * MIB - 2) + b'"'
    data = long + b"\r\n" + longest + b"\r\n" + long
    done = encode(producer, registry.url, "--dead-letter", "dead.jsonl", stdin=data)
    assert done.returncode == 0, done.stderr.decode()
    letters = [json.loads(line) for line in (producer.folder / "dead.jsonl").read_text().splitlines()]
    assert letters[0] == {"input": "-", "line": 1, "reason": "too-large", "field": None, "bytes": len(long)}
    assert letters[1]["reason"] == "not-an-object" and len(letters[1]["raw"]) == 4 * MIB
    assert letters[2] == {**letters[0], "line": 3}


def test_strict_says_that_something_was_dead_lettered(producer, registry, genesys):
    assert encode(producer, registry.url, "--strict", genesys / EVENTS).returncode == 0
    done = encode(producer, registry.url, "--strict", stdin=b"{}\n")
    assert done.returncode == 1
    assert counts(done.stdout.decode())["dead-lettered/unknown-envelope"] == 1
    assert b"--dead-letter FILE keeps them" in done.stderr
    assert (producer.folder / "out.bin").read_bytes() == b""


# ---- ends


@pytest.mark.parametrize("more, words", [
    (["--out", "/nowhere/x"], "cannot write /nowhere/x: No such file or directory"),
    (["--out", "."], "Is a directory"),
    (["--dead-letter", "/nowhere/x"], "cannot write dead letters to /nowhere/x: No such file or directory"),
    (["nowhere.jsonl"], "nowhere.jsonl: No such file or directory"),
    (["--schema", "nowhere.avsc"], "cannot read nowhere.avsc: No such file or directory"),
    (["--schema", "v9"], "v9: No such file or directory (the built-in schemas are v1, v2, v3 and v4)"),
    (["--format", "csv"], "unknown format 'csv'"),
    (["--format", "ocf", "--codec", "xz"], "unknown codec 'xz'"),
    (["--codec", "null"], "--codec goes with --lake and --format ocf"),
])
def test_what_cannot_be_done_is_said_in_one_line(producer, registry, more, words):
    done = encode(producer, registry.url, *more)
    assert done.returncode == 2
    assert words in done.stderr.decode().splitlines()[-1]
    assert done.stdout == b""
    assert not list(producer.folder.glob("*.bin")) and not list(producer.folder.glob(".*"))


def test_a_first_word_is_a_command_or_a_file(producer, registry, genesys):
    done = producer.run("ecode", "--registry", registry.url, "--out", "out.bin")
    assert done.returncode == 2
    assert done.stderr == b"genesys-producer: there is no command and no file 'ecode' (see --help)\n"
    done = producer.run(genesys / EVENTS, "--registry", registry.url, "--out", "out.bin")
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("form", ["framed", "ocf"])
def test_a_full_disk_ends_the_run(producer, registry, genesys, form):
    done = encode(producer, registry.url, "--format", form, genesys / EVENTS, out="/dev/full")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr.decode()


def test_dead_letters_that_cannot_be_kept_end_the_run(producer, registry):
    done = encode(producer, registry.url, "--dead-letter", "/dev/full", stdin=b"{\n")
    assert done.returncode == 2
    assert "cannot write dead letters to /dev/full: No space left on device" in done.stderr.decode()


def test_a_reader_that_goes_away_is_an_error_of_writing(producer, registry, genesys):
    with producer.start("--registry", registry.url, "--out", "-", genesys / EVENTS, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE) as running:
        running.stdout.close()
        errors = running.stderr.read().decode()
    assert running.returncode == 2
    assert "Broken pipe" in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("form", ["framed", "ocf"])
def test_a_signal_ends_the_reading_and_keeps_what_was_read(producer, registry, genesys, form, number):
    lines = (genesys / EVENTS).read_bytes().splitlines(keepends=True)[:100]
    arguments = ["--registry", registry.url, "--out", "out.bin", "--format", form, "--dead-letter", "dead"]
    with producer.start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE) as running:
        running.stdin.write(b"".join(lines) + lines[0][:50])     # the last line is still under way
        running.stdin.flush()
        wait_for_input(running)
        running.send_signal(number)
        summary, errors = running.stdout.read().decode(), running.stderr.read().decode()
        code = running.wait(20)
    assert code == 0, errors
    assert f"stopped by {number.name} after 100 lines" in errors
    assert counts(summary)["read"] == 100 and counts(summary)["dead-lettered"] == 0
    assert len(producer.records("--registry", registry.url, "out.bin")) == counts(summary)["encoded"] > 90
    assert (producer.folder / "dead").read_bytes() == b""


def wait_for_input(running):
    """Until it sleeps with all its input read."""
    import fcntl
    import termios
    from registry import wait_until
    unread = bytearray(4)

    def idle():
        fcntl.ioctl(running.stdin, termios.FIONREAD, unread)
        state = pathlib.Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return struct.unpack("i", unread)[0] == 0 and state == "S"
    wait_until(idle, what="reading all input")
    wait_until(idle, what="reading all input")


def test_messages_reach_a_reader_while_the_input_is_still_open(producer, registry, genesys):
    line = (genesys / EVENTS).read_bytes().splitlines(keepends=True)[0]
    with producer.start("--registry", registry.url, "--out", "-", stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        running.stdin.write(line)
        running.stdin.flush()
        (length,) = struct.unpack(">I", running.stdout.read(4))
        assert len(running.stdout.read(length)) == length
        running.stdin.close()
        assert running.wait(20) == 0


def test_a_line_moves_on_a_terminal(producer, registry, genesys):
    import pty
    lines = (genesys / EVENTS).read_bytes()
    primary, secondary = pty.openpty()
    with producer.start("--registry", registry.url, "--out", "/dev/null", stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL, stderr=secondary) as running:
        os.close(secondary)
        for _ in range(4):
            running.stdin.write(lines)
            running.stdin.flush()
            wait_for_input(running)
            import time
            time.sleep(0.25)
        running.stdin.close()
        running.wait(20)
    shown = io.open(primary, "rb", buffering=0).read(65536)
    assert b" read, " in shown and b" a second" in shown


# ---- the command line


@pytest.mark.parametrize("arguments, words", [
    ([], "--registry is missing"),
    (["--registry", "http://127.0.0.1:1"], "--out is missing"),
    (["--out"], "--out needs a value: FILE"),
    (["--what", "x"], "there is no option --what"),
    (["-x"], "there is no option -x"),
    (["map", "--out", "x"], "map has no option --out"),
    (["decode", "--strict", "x"], "decode has no option --strict"),
    (["decode"], "decode reads files, or a topic with --kafka and --topic"),
    (["decode", "--follow", "a"], "--from and --follow go with --kafka"),
    (["--strict=yes"], "--strict takes no value"),
    (["--subject", ""], "--subject must not be empty"),
    (["--registry", "http://h", "--out", "x", "--subject", "a\nb"], "control characters"),
    (["--registry", "http://h", "--out", "x", "--subject", b"\xff"], "--subject is not UTF-8"),
    (["--ingest-time", "soon"], "--ingest-time needs milliseconds since 1970"),
    (["--ingest-time=-1"], "--ingest-time needs milliseconds since 1970"),
    (["--ingest-time", "99999999999999999999"], "--ingest-time needs milliseconds since 1970"),
    (["--registry-timeout", "0"], "--registry-timeout needs 1 to 3600 seconds"),
    (["--registry", "http://h", "--out", "x", "--dead-letter", "x"], "cannot be the same file"),
    (["--registry", "http://h", "--out", "x", "--format", "csv"], "unknown format 'csv'"),
    (["--registry", "http://h", "--out", "x", "--format", "ocf", "--codec", "xz"], "unknown codec 'xz'"),
    (["--registry", "http://h", "--out", "x", "--codec", "null"],
     "--codec goes with --lake and --format ocf"),
    (["--registry", "http://h", "--kafka", "h", "--topic", "t", "--codec", "null"], "--codec goes with"),
    (["--registry", "http://h", "--lake", "x", "--subject", "é" * 50], "a folder's name of 300 bytes"),
])
def test_arguments_that_cannot_be_used_are_named(producer, arguments, words):
    done = subprocess.run([producer.binary, *arguments], capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert words in done.stderr.decode() and done.stderr.count(b"\n") == 1


def test_help_names_every_option_and_version_the_version(producer):
    for arguments in (["--help"], ["encode", "--help"], ["-h"]):
        done = producer.run(*arguments)
        assert done.returncode == 0 and done.stderr == b""
        for option in ("registry", "subject", "schema", "out", "format", "codec", "dead-letter",
                       "ingest-time", "registry-timeout", "strict"):
            assert f"--{option}" in done.stdout.decode()
    for command in ("decode", "check"):
        told = producer.run(command, "--help").stdout.decode()
        assert "--out" not in told and "INPUT" not in told
    assert producer.run("--version").stdout.decode().startswith("genesys-producer ")


@pytest.fixture
def events(tmp_path):
    """A folder with a file that makes dead letters."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "events.jsonl"
    path.write_text("[]\n")
    (tmp_path / "link").symlink_to("in/events.jsonl")
    return path


@pytest.mark.parametrize("arguments, words", [
    (["--out", "in/events.jsonl", "in/events.jsonl"], "--out in/events.jsonl is read as well"),
    (["--out", "link", "in/events.jsonl"], "--out link is read as well"),
    (["--lake", "l", "--dead-letter", "link", "in/events.jsonl"], "--dead-letter link is read as well"),
    (["--lake", "l", "--metrics-file", "./in/events.jsonl", "in/events.jsonl"], "is read as well"),
    (["--lake", "l", "--state", "in/events.jsonl", "in/events.jsonl"], "is read as well"),
    (["--lake", "l", "--dead-letter", "in/dead", "in"], "--dead-letter in/dead is in a folder that is read"),
    (["--lake", "l", "--state", "in/state", "in"], "--state in/state is in a folder that is read"),
    (["--lake", "l", "--state", "s", "--metrics-file", "./s", "in"],
     "--state and --metrics-file cannot be the same file"),
    (["--lake", "l", "--state", "s", "--dead-letter", "s", "in"], "cannot be the same file"),
    (["--out", "-", "--dead-letter", "-", "in"], "--out and --dead-letter cannot be the same file"),
])
def test_a_file_that_is_read_or_written_for_something_else_is_refused(producer, events, fake, arguments,
                                                                      words):
    done = producer.run("--registry", fake.url, *arguments, timeout=10)
    assert done.returncode == 2 and words in done.stderr.decode() and not fake.asked
    assert events.read_text() == "[]\n"


def test_devices_and_hidden_files_may_be_written_beside_what_is_read(producer, events, fake):
    done = producer.run("--registry", fake.url, "--out", "/dev/null", "--dead-letter", "/dev/null",
                        "--metrics-file", "in/.metrics", "in")
    assert done.returncode == 0, done.stderr
