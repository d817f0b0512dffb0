# SPDX-License-Identifier: Apache-2.0
"""Where events come from: compressed files, folders of rotated ones, files that grow, events in wrappers."""
import gzip
import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from producing import counts, mapped, rows
from registry import ROOT

SAMPLES = ROOT / "producer" / "samples" / "events.jsonl"


def event(number):
    topic = f"v2.detail.events.conversation.c-{number}.flow.start"
    return json.dumps({"topicName": topic, "eventBody": {
        "eventTime": 1772352000000 + number, "conversationId": f"c-{number}"}})


def feed(*numbers):
    return "".join(event(number) + "\n" for number in numbers)


def keys(got):
    return [int(row["key"][2:]) for row in got]


def zstd(data, tmp_path):
    if not shutil.which("zstd"):
        pytest.skip("the program zstd is missing")
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


# ---- compressed


@pytest.fixture(params=["gzip", "zstd"])
def packed(request, tmp_path):
    if request.param == "gzip":
        return gzip.compress
    return lambda data: zstd(data, tmp_path)


def test_a_compressed_file_is_told_by_its_bytes_not_by_its_name(producer, packed, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(packed(SAMPLES.read_bytes()))
    assert mapped(producer, path) == mapped(producer, SAMPLES)
    assert mapped(producer, stdin=path.read_bytes()) == mapped(producer, SAMPLES)


def test_a_plain_file_named_like_a_compressed_one_is_plain(producer, tmp_path):
    path = tmp_path / "events.gz"
    path.write_text(feed(1))
    assert keys(mapped(producer, path)) == [1]


def test_pieces_one_after_another_are_one_text(producer, packed):
    assert keys(mapped(producer, stdin=packed(feed(1, 2).encode()) + packed(b"") + packed(
        feed(3).encode()[:50]) + packed(feed(3).encode()[50:]))) == [1, 2, 3]


def test_zstd_is_known_by_a_frame_that_is_passed_over_as_well(producer, tmp_path):
    for first in (b"\x50", b"\x5f"):
        text = first + b"\x2a\x4d\x18\x03\0\0\0abc" + zstd(feed(1, 2).encode(), tmp_path)
        assert keys(mapped(producer, stdin=text)) == [1, 2]


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_file_of_a_few_bytes_is_no_riddle(producer, size):
    assert len(mapped(producer, stdin=b"\x28\xb5\x2f"[:size])) == min(size, 1)
    assert len(mapped(producer, stdin=b"\x1f"[:size])) == min(size, 1)


def test_one_whose_end_is_missing_is_an_error_behind_what_was_read(producer, packed):
    text = "".join(feed(number) for number in range(3000))
    whole = packed(text.encode())
    done = producer.run("map", stdin=whole[:len(whole) - 20])
    assert done.returncode == 2
    assert b"cannot read -: the compressed data end in the midst" in done.stderr
    got = keys(rows(done.stdout.decode()))
    assert 0 < len(got) < 3000 and got == list(range(len(got)))


def test_one_that_is_broken_is_an_error(producer, packed):
    whole = bytearray(packed("".join(feed(number) for number in range(3000)).encode()))
    whole[len(whole) // 2] ^= 0xff
    whole[len(whole) // 2 + 1] ^= 0xff
    done = producer.run("map", stdin=bytes(whole))
    assert done.returncode == 2
    assert b"cannot inflate -: " in done.stderr or b"compressed data end" in done.stderr


def test_much_text_out_of_few_bytes_takes_no_memory(producer, packed, tmp_path):
    def peak(times):
        (tmp_path / "large").write_bytes(packed(b"x" * 5_000_000) * times)
        process = producer.start("map", "large", stdout=subprocess.PIPE)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        assert rows(printed.decode()) == [{"line": 1, "action": "dead_letter", "reason": "too-large"}]
        return usage.ru_maxrss

    assert peak(60) < peak(1) + 8 * 1024


# ---- folders


def fill(folder, names):
    folder.mkdir()
    for number, name in enumerate(names):
        data = feed(number).encode()
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        os.utime(folder / name, (2_000_000_000 - number, 2_000_000_000 - number))
    return folder


@pytest.mark.parametrize("names", [
    ["events.log.10.gz", "events.log.9.gz", "events.log.2", "events.log.1", "events.log"],
    ["events.log-20251231.gz", "events.log-20260101", "events.log-20260102", "events.log"],
    ["events-2026-02-28.jsonl", "events-2026-03-01.jsonl.gz", "events-2026-03-02.jsonl"],
    ["a9.jsonl", "a10.jsonl", "a10b.jsonl", "b.jsonl.1", "b.jsonl"],
])
def test_a_folder_is_read_in_the_order_of_its_rotation(producer, tmp_path, names):
    folder = fill(tmp_path / "in", names)
    got = mapped(producer, folder)
    assert keys(got) == list(range(len(names)))
    assert [row["line"] for row in got] == [1] * len(names)


def test_of_a_folder_only_files_count_that_are_not_hidden_nor_copies(producer, tmp_path):
    folder = fill(tmp_path / "in", ["events.log.1", "events.log"])
    (folder / ".events.log.2").write_text(feed(7))
    (folder / "events.log.1.gz").write_bytes(b"half of a copy")
    (folder / "more").mkdir()
    (folder / "more" / "events.log.3").write_text(feed(8))
    os.mkfifo(folder / "pipe")
    assert keys(mapped(producer, folder)) == [0, 1]


def test_a_dead_letter_names_the_file_of_the_folder(producer, fake, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a").write_text(feed(1) + "bad\n")
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--dead-letter", "dead", "in/")
    assert done.returncode == 0, done.stderr.decode()
    letter = json.loads((tmp_path / "dead").read_text())
    assert (letter["input"], letter["line"]) == ("in/a", 2)


def test_an_empty_folder_has_no_line(producer, tmp_path):
    (tmp_path / "in").mkdir()
    assert mapped(producer, "in") == []


# ---- growing


class Following:
    """A run that follows; what it printed so far."""

    def __init__(self, producer, *arguments):
        self.out = producer.folder / "mapped"
        self.err = producer.folder / "told"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = producer.start("map", "--follow", *arguments, stdout=out, stderr=err)

    def keys(self):
        return keys(rows(self.out.read_text()))

    def wait(self, wanted, seconds=20):
        end = time.monotonic() + seconds
        while self.keys() != wanted and time.monotonic() < end:
            assert self.process.poll() is None, self.err.read_text()
            time.sleep(0.05)
        assert self.keys() == wanted

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def append(path, text):
    with open(path, "a") as file:
        file.write(text)


def test_a_growing_file_is_followed_line_by_whole_line(producer, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    with Following(producer, path) as run:
        run.wait([1, 2])
        text = feed(3)
        append(path, text[:40])
        time.sleep(0.7)
        assert run.keys() == [1, 2]
        append(path, text[40:] + feed(4))
        run.wait([1, 2, 3, 4])
        assert run.err.read_text() == ""


def test_a_file_that_was_rotated_is_read_to_its_end_and_then_the_new_one(producer, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1))
    with Following(producer, path) as run:
        run.wait([1])
        path.rename(tmp_path / "live.1")
        append(tmp_path / "live.1", feed(2))
        run.wait([1, 2])
        append(tmp_path / "live.1", feed(3) + event(4))
        path.write_text(feed(5))
        run.wait([1, 2, 3, 4, 5])
        append(path, feed(6))
        run.wait([1, 2, 3, 4, 5, 6])


def test_a_file_that_was_cut_is_read_anew_and_that_is_told(producer, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    with Following(producer, path) as run:
        run.wait([1, 2])
        path.write_text("")
        time.sleep(0.7)
        append(path, feed(3))
        run.wait([1, 2, 3])
        assert "live was cut, it is read from its beginning" in run.err.read_text()
        assert rows(run.out.read_text())[-1]["line"] == 1


def test_a_folder_is_followed_through_rotations(producer, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    with Following(producer, folder) as run:
        time.sleep(0.5)
        live = folder / "events.log"
        live.write_text(feed(1))
        run.wait([1])
        for number in (2, 3, 4):
            append(live, feed(10 * number))
            for old in (3, 2, 1):
                if (folder / f"events.log.{old}").exists():
                    (folder / f"events.log.{old}").rename(folder / f"events.log.{old + 1}")
            live.rename(folder / "events.log.1")
            live.write_text(feed(number))
            run.wait([1] + [each for n in range(2, number + 1) for each in (10 * n, n)])


def rotated(folder):
    """A folder whose one file was rotated and read to its end; the run is at the new one."""
    live = folder / "events.log"
    live.rename(folder / "events.log.1")
    live.write_text(feed(2))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    (made / "events.log").write_text(feed(1))
    return made


def test_what_is_written_to_a_file_of_a_folder_after_its_rotation_is_read(producer, folder):
    with Following(producer, folder) as run:
        run.wait([1])
        rotated(folder)
        run.wait([1, 2])
        append(folder / "events.log.1", feed(3, 4))
        run.wait([1, 2, 3, 4])
        append(folder / "events.log", feed(5))
        run.wait([1, 2, 3, 4, 5])
        assert run.err.read_text() == ""


def test_half_a_line_is_not_torn_by_what_comes_to_another_file(producer, folder):
    with Following(producer, folder) as run:
        run.wait([1])
        rotated(folder)
        run.wait([1, 2])
        text = feed(5)
        append(folder / "events.log", text[:40])
        append(folder / "events.log.1", feed(3))
        time.sleep(0.7)
        assert {*run.keys()} <= {1, 2, 3}
        append(folder / "events.log", text[40:])
        run.wait([1, 2, 3, 5]) if run.keys()[-1] == 3 else run.wait([1, 2, 5, 3])


@pytest.mark.parametrize("numbers", [(7,), (7, 8, 9)])
def test_a_new_file_of_a_folder_is_read_though_its_inode_was_read_before(producer, folder, numbers):
    with Following(producer, folder) as run:
        run.wait([1])
        append(folder / "events.log", feed(9))
        run.wait([1, 9])
        rotated(folder)
        run.wait([1, 9, 2])
        # As a new file with the number of a deleted one.
        (folder / "events.log.1").write_text(feed(*numbers))
        run.wait([1, 9, 2, *numbers])


@pytest.mark.parametrize("arguments", [["-"], ["a", "a"], ["in", "a"], []])
def test_only_one_file_or_folder_can_be_followed(producer, tmp_path, arguments):
    (tmp_path / "a").write_text("")
    (tmp_path / "in").mkdir()
    done = producer.run("map", "--follow", *arguments)
    assert done.returncode == 2
    assert b"--follow wants one INPUT, a file or a folder" in done.stderr


def test_an_encode_run_that_follows_ends_with_sigterm_and_keeps_what_it_read(producer, fake, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    with open(tmp_path / "summary", "wb") as out:
        process = producer.start("encode", "--follow", "--registry", fake.url, "--out", "out.bin", path,
                                 stdout=out, stderr=subprocess.PIPE)
    time.sleep(1)
    append(path, feed(3) + "half")
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told.decode()
    assert counts((tmp_path / "summary").read_text())["encoded"] == 3


# ---- wrapped


def sqs(*texts):
    return json.dumps({"Records": [{"messageId": str(i), "body": text} for i, text in enumerate(texts)]})


def sns(text):
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": text})


def sns_records(*texts):
    return json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}} for text in texts]})


@pytest.mark.parametrize("form, line, wanted", [
    ("sqs", sqs(event(1), event(2)), [1, 2]),
    ("sns", sns(event(1)), [1]),
    ("sns", sns_records(event(1), event(2)), [1, 2]),
    ("sns", json.dumps(event(1)), [1]),
    ("firehose", event(1) + event(2) + " " + event(3) + "  ", [1, 2, 3]),
    ("sqs,sns", sqs(sns(event(1)), event(2)), [1, 2]),
    ("sns,firehose,sqs", sqs(sns(event(1))) + sns(event(2)) + event(3), [1, 2, 3]),
])
def test_a_wrapper_that_was_named_is_opened(producer, form, line, wanted):
    got = mapped(producer, "--unwrap", form, stdin=feed(0) + line + "\n" + feed(9))
    assert keys(got) == [0, *wanted, 9]
    assert [row["line"] for row in got] == [1] + [2] * len(wanted) + [3]


def test_a_page_of_conversations_becomes_one_record_each(producer, genesys):
    page = (genesys / "samples" / "analytics-details-query-page-datadog.json").read_text()
    wanted = [found["conversationId"] for found in json.loads(page)["conversations"]]
    got = mapped(producer, "--unwrap", "pages", stdin=" ".join(page.split("\n")))
    assert [row["key"] for row in got] == wanted and len(wanted) > 0
    assert {row["record"]["event_type"] for row in got} == {"CONVERSATION_DETAIL"}
    for broken in ('{"conversations": []}', '{"conversations": [1]}', '{"conversations": 1}'):
        (row,) = mapped(producer, "--unwrap", "pages", stdin=broken)
        assert row["action"] == "dead_letter"


@pytest.mark.parametrize("form, line", [
    ("sns,firehose", sqs(event(1))), ("sqs,firehose", sns(event(1))), ("sqs,sns", event(1) + event(2)),
    ("sqs", json.dumps({"Records": [{"body": event(1)}, {"body": 1}]})), ("sqs", '{"Records": []}'),
    ("sns", json.dumps({"Type": "SubscriptionConfirmation", "Message": event(1)})),
])
def test_what_was_not_named_or_is_not_whole_stays_closed(producer, form, line):
    got = mapped(producer, "--unwrap", form, stdin=line)
    assert got == mapped(producer, stdin=line)
    assert [row["action"] for row in got] == ["dead_letter"]


def test_the_published_wrapped_lines_map_when_opened_and_only_then(producer, genesys):
    path = genesys / "bad-events.jsonl"
    closed = mapped(producer, path)
    opened = mapped(producer, "--unwrap", "sqs,sns,firehose", path)
    for line in (10, 41, 46):
        assert [row["action"] for row in closed if row["line"] == line] == ["dead_letter"]
        assert {row["action"] for row in opened if row["line"] == line} == {"map"}
    assert {row["line"] for row in opened} == {row["line"] for row in closed}


def test_a_dead_letter_of_a_wrapped_event_holds_the_inner_text(producer, fake, tmp_path):
    inner = event(1).replace("flow.start", "unheard.öf").replace("\\u00f6", "ö")
    glued = event(2) + '{"broken": ' + event(3)
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--dead-letter", "dead",
                        "--unwrap", "sqs,firehose", stdin="\n" + sqs(event(1), inner) + "\n" + glued + "\n")
    assert done.returncode == 0, done.stderr.decode()
    first, second = rows((tmp_path / "dead").read_text())
    assert first == {"input": "-", "line": 2, "reason": "unmapped-topic", "field": None,
                     "bytes": len(inner.encode()), "raw": inner}
    assert (second["line"], second["raw"]) == (3, '{"broken": ' + event(3))
    summary = counts(done.stdout.decode())
    assert (summary["read"], summary["encoded"], summary["skipped"], summary["dead-lettered"]) == (5, 2, 1, 2)
    assert summary["JSON bytes"] == len(event(1)) + len(event(2))


def test_wrappers_are_not_opened_without_end(producer):
    line = event(1)
    for _ in range(6):
        line = sqs(line)
    assert mapped(producer, "--unwrap", "sqs", stdin=line)[0]["reason"] == "unknown-envelope"


@pytest.mark.parametrize("form", ["kinesis", "sqs,", "sqs,sqs", ",", "SQS"])
def test_an_unknown_form_is_refused(producer, form):
    done = producer.run("map", "--unwrap", form)
    assert done.returncode == 2
    assert b"--unwrap knows sqs, sns, firehose and pages" in done.stderr
