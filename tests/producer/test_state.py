# SPDX-License-Identifier: Apache-2.0
"""The state file: a run goes on behind what the one before it had acknowledged, however that one ended."""
import gzip
import json
import os
import random
import signal
import struct
import subprocess
import time

import pytest
from fake_registry import FakeRegistry

STATE_LINES = 10000


def event(number, pad=0):
    topic = f"v2.detail.events.conversation.c-{number}.flow.start"
    return json.dumps({"topicName": topic, "eventBody": {
        "eventTime": 1772352000000, "conversationId": f"c-{number}", "pad": "x" * pad}})


def feed(*numbers):
    return "".join(event(number) + "\n" for number in numbers)


def append(path, text):
    with open(path, "a") as file:
        file.write(text)


class Site:
    """A producer whose framed records go, one run behind the other, into one file, as to a pipe."""

    def __init__(self, producer, url):
        self.producer, self.url = producer, url
        self.out = producer.folder / "out"
        self.err = producer.folder / "err"

    def start(self, *arguments):
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            return self.producer.start("encode", "--registry", self.url, "--out", "-", "--state", "state",
                                       *arguments, stdout=out, stderr=err)

    def run(self, *arguments, code=0):
        before = self.err.stat().st_size if self.err.exists() else 0
        process = self.start(*arguments)
        assert process.wait(timeout=120) == code, self.err.read_text()
        return self.err.read_text()[before:]

    def numbers(self):
        """The numbers of the conversations that were written; half a frame is dropped."""
        data, at, found = self.out.read_bytes(), 0, []
        while at + 4 <= len(data):
            (length,) = struct.unpack_from(">I", data, at)
            record = data[at + 4:at + 4 + length]
            if len(record) == length:
                begin = record.index(b"FLOW_START") + len(b"FLOW_START") + 1    # the union's branch
                size = record[begin] // 2
                found.append(int(record[begin + 3:begin + 1 + size]))
            at += 4 + length
        return found

    def wait(self, wanted, seconds=20):
        end = time.monotonic() + seconds
        while self.numbers() != wanted and time.monotonic() < end:
            time.sleep(0.05)
        assert self.numbers() == wanted, self.err.read_text()

    def state(self):
        return json.loads((self.producer.folder / "state").read_text())


@pytest.fixture
def site(producer):
    with FakeRegistry() as fake:
        yield Site(producer, fake.url)


# ---- from run to run


def test_the_next_run_reads_what_is_new(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    assert "0 of 2 lines" not in site.run(path)
    site.run(path)
    append(path, feed(3))
    site.run(path)
    site.run(path)
    assert site.numbers() == [1, 2, 3]
    (entry,) = site.state()["files"]
    found = os.stat(path)
    assert (entry["device"], entry["inode"]) == (found.st_dev, found.st_ino)
    assert (entry["offset"], entry["lines"], entry["name"]) == (found.st_size, 3, str(path))


def test_dead_letters_keep_their_line_numbers_over_runs(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1) + "bad\n")
    site.run("--dead-letter", "dead", path)
    append(path, feed(2) + "worse\n")
    site.run("--dead-letter", "dead", path)
    letters = [json.loads(line) for line in (tmp_path / "dead").read_text().splitlines()]
    assert [(letter["line"], letter["raw"]) for letter in letters] == [(2, "bad"), (4, "worse")]


def test_a_last_line_without_its_end_waits_for_the_next_run(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1) + event(2)[:30])
    assert "the last line of" in site.run(path)
    append(path, event(2)[30:] + "\n" + event(3))
    assert "the last line of" not in site.run(path)
    append(path, "\n" + feed(4))
    site.run(path)
    assert site.numbers() == [1, 2, 3, 4]


def test_several_files_are_each_gone_on_with(site, tmp_path):
    for name, numbers in (("a", [1]), ("b", [2, 3])):
        (tmp_path / name).write_text(feed(*numbers))
    site.run("a", "b")
    append(tmp_path / "a", feed(4))
    (tmp_path / "c").write_text(feed(5))
    site.run("a", "b", "c")
    assert site.numbers() == [1, 2, 3, 4, 5]


def test_a_folder_is_gone_on_with_whatever_its_files_are_called(site, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "events.log").write_text(feed(1, 2))
    site.run("in")
    append(folder / "events.log", feed(3))
    (folder / "events.log").rename(folder / "events.log.1")
    (folder / "events.log").write_text(feed(4))
    site.run("in")
    assert site.numbers() == [1, 2, 3, 4]
    (folder / "events.log.1").unlink()
    site.run("in")
    assert [entry["name"] for entry in site.state()["files"]] == ["in/events.log"]


def test_a_folder_that_was_followed_through_a_rotation_is_gone_on_with(site, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "events.log").write_text(feed(1, 2))
    process = site.start("--follow", "in")
    site.wait([1, 2])
    (folder / "events.log").rename(folder / "events.log.1")
    (folder / "events.log").write_text(feed(3))
    site.wait([1, 2, 3])
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    site.run("in")
    assert site.numbers() == [1, 2, 3]


def test_a_folders_files_that_are_gone_leave_the_state(site, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    process = site.start("--follow", "in")
    for number in range(4):
        (folder / f"events-{number}").write_text(feed(number))
        site.wait([*range(number + 1)])
    for number in range(3):
        (folder / f"events-{number}").unlink()
    time.sleep(6)       # one look without it is not enough: renaming hides a file from a look
    append(folder / "events-3", feed(4))
    site.wait([*range(5)])
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert [entry["name"] for entry in site.state()["files"]] == ["in/events-3"]


def test_a_compressed_file_is_gone_on_with(site, tmp_path):
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress(feed(*range(100)).encode()))
    site.run(path)
    with open(path, "ab") as file:
        file.write(gzip.compress(feed(100).encode()))
    site.run(path)
    assert site.numbers() == list(range(101))


# ---- files that change while nobody looks


def test_what_was_rotated_away_meanwhile_is_read_to_its_end_first(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    site.run("live")
    append(path, feed(3))
    path.rename(tmp_path / "live.1")
    path.write_text(feed(4))
    site.run("live")
    site.run("live")
    assert site.numbers() == [1, 2, 3, 4]


def test_what_was_rotated_away_and_is_gone_is_told(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    site.run("live")
    other = tmp_path / "other"
    other.write_text(feed(3))
    other.rename(path)
    assert "what was live is gone" in site.run("live")
    assert "gone" not in site.run("live")
    assert site.numbers() == [1, 2, 3]


@pytest.mark.parametrize("numbers", [(7,), (7, 8, 9, 10)])
def test_a_file_that_was_written_anew_is_read_from_its_beginning(site, tmp_path, numbers):
    """Shorter or longer: its first bytes are not those that were read."""
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    site.run("live")
    path.write_text(feed(*numbers))
    assert "is not what was read before" in site.run("live")
    site.run("live")
    assert site.numbers() == [1, 2, *numbers]


# ---- ends


def test_sigterm_acknowledges_all_that_was_read_and_says_so(site, tmp_path):
    path = tmp_path / "live"
    path.write_text(feed(1, 2))
    process = site.start("--follow", "live")
    site.wait([1, 2])
    append(path, feed(3) + "half")
    site.wait([1, 2, 3])
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert "0 of 3 lines are not acknowledged" in site.err.read_text()
    assert site.state()["files"][0]["offset"] == len(feed(1, 2, 3))


def test_lines_are_acknowledged_while_nothing_comes(site, tmp_path):
    (tmp_path / "live").write_text(feed(1, 2))
    process = site.start("--follow", "live")
    end = time.monotonic() + 20
    while not (tmp_path / "state").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert site.state()["files"][0]["lines"] == 2
    process.kill()
    process.wait()
    site.run("live")
    assert site.numbers() == [1, 2]


@pytest.mark.parametrize("follow", [False, True])
def test_killed_in_the_midst_nothing_is_lost_and_little_comes_again(site, tmp_path, follow):
    total, kills, dice = 60000, 6, random.Random(5)
    path = tmp_path / "live"
    path.write_text("".join(event(number, 200) + "\n" for number in range(total)))
    for _ in range(kills):
        process = site.start("live", *(["--follow"] if follow else []))
        time.sleep(dice.uniform(0.2, 0.9))
        process.kill()
        process.wait()
        whole_frames(site.out)
    site.run("live")
    numbers = site.numbers()
    assert set(numbers) == set(range(total))
    repeated = len(numbers) - total
    assert repeated <= kills * (STATE_LINES + 64)
    again = [i for i in range(1, len(numbers)) if numbers[i] != numbers[i - 1] + 1]
    assert len(again) <= kills
    assert all(numbers[i - 1] - numbers[i] < STATE_LINES + 64 for i in again)


def whole_frames(path):
    """Whoever reads the pipe drops the frame that the kill cut."""
    data, at = path.read_bytes(), 0
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + 4 + length > len(data):
            break
        at += 4 + length
    os.truncate(path, at)


def test_killed_in_the_midst_a_lake_has_every_record(producer, site, tmp_path):
    import fastavro
    total = 30000
    (tmp_path / "live").write_text("".join(event(number, 200) + "\n" for number in range(total)))
    arguments = ["encode", "--registry", site.url, "--lake", "lake", "--state", "state", "live"]
    for seconds in (0.5, 0.8):
        process = producer.start(*arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()
    done = producer.run(*arguments)
    assert done.returncode == 0, done.stderr.decode()
    found = []
    for part in (tmp_path / "lake").rglob("*.avro"):
        with open(part, "rb") as file:
            found += [int(record["interaction_id"][2:]) for record in fastavro.reader(file)]
    assert set(found) == set(range(total))
    assert len(found) - total <= 2 * (STATE_LINES + 64)


def test_when_the_output_fails_what_is_not_acknowledged_is_told_and_comes_again(site, tmp_path):
    (tmp_path / "live").write_text(feed(1, 2, 3))
    with open("/dev/full", "wb") as full, open(tmp_path / "told", "wb") as told:
        process = site.producer.start("encode", "--registry", site.url, "--out", "-", "--state", "state",
                                      "live", stdout=full, stderr=told)
        assert process.wait(timeout=60) == 2
    assert "1 of 1 lines are not acknowledged, the next run reads them again" in (
        tmp_path / "told").read_text()
    site.run("live")
    assert site.numbers() == [1, 2, 3]


def test_a_line_whose_dead_letter_is_lost_comes_again(site, tmp_path):
    (tmp_path / "live").write_text(feed(1) + "bad\n" + feed(2))
    site.run("--dead-letter", "/dev/full", "live", code=2)
    site.run("--dead-letter", "dead", "live")
    assert set(site.numbers()) == {1, 2}
    assert json.loads((tmp_path / "dead").read_text())["line"] == 2


# ---- what cannot be gone on with


@pytest.mark.parametrize("arguments, words", [
    (["--out", "out.bin", "live"], "--state cannot go with --out out.bin"),
    (["--out", "-"], "standard input cannot be gone on with later"),
    (["--out", "-", "live", "-"], "standard input cannot be gone on with later"),
    (["--out", "-", "pipe"], "pipe cannot be gone on with later"),
])
def test_what_has_no_position_is_refused(producer, site, tmp_path, arguments, words):
    (tmp_path / "live").write_text(feed(1))
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    done = producer.run("encode", "--registry", site.url, "--state", "state", *arguments)
    os.close(holder)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version":2,"files":[]}', '{"version":1,"files":[{}]}',
                                  '{"version":1,"files":[{"name":"a","device":1,"inode":1,"offset":-1,'
                                  '"lines":1,"head":""}]}'])
def test_a_state_file_that_is_none_is_refused(site, tmp_path, text):
    (tmp_path / "state").write_text(text)
    (tmp_path / "live").write_text(feed(1))
    assert "state is no state file" in site.run("live", code=2)
    assert (tmp_path / "state").read_text() == text


def test_two_runs_cannot_share_a_state(site, tmp_path):
    (tmp_path / "live").write_text(feed(1))
    process = site.start("--follow", "live")
    site.wait([1])
    assert "another run holds state" in site.run("live", code=2)
    process.terminate()
    assert process.wait(timeout=60) == 0
