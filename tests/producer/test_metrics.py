# SPDX-License-Identifier: Apache-2.0
"""The metrics file: the counters of the summary, for Prometheus, while a run lasts and when it has ended."""
import json
import re
import subprocess
import time

from conftest import counts

LINE = re.compile(r'genesys_producer_(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\.)*",?)+)\})? (\d+)')


def metrics(path):
    found, typed = {}, set()
    for line in path.read_text().splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2].removeprefix("genesys_producer_"))
        elif not line.startswith("# HELP "):
            name, labels, value = LINE.fullmatch(line).groups()
            assert name in typed
            found[name, labels] = int(value)
    return found


def test_the_counters_are_those_of_the_summary(producer, fake, genesys):
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", "p.prom",
                        genesys / "events-envelope.jsonl", genesys / "bad-events.jsonl")
    assert done.returncode == 0, done.stderr.decode()
    summary, found = counts(done.stdout.decode()), metrics(producer.folder / "p.prom")
    for outcome in ("encoded", "skipped", "dead-lettered"):
        label = outcome.replace("-", "_")
        assert found["events_total", f'outcome="{label}"'] == summary[outcome]
    for name, value in summary.items():
        outcome, _, reason = name.partition("/")
        if reason:
            label = {"dead-lettered": "dead_lettered", "warnings": "warned"}.get(outcome, outcome)
            assert found["reasons_total", f'outcome="{label}",reason="{reason}"'] == value
    assert found["json_bytes_total", None] == summary["JSON bytes"]
    assert found["avro_bytes_total", None] == summary["Avro bytes"]
    assert (found["running", None], found["unacknowledged_lines", None]) == (0, 0)
    assert abs(found["updated_seconds", None] - time.time()) < 60


def test_the_counters_move_while_the_run_lasts(producer, fake, tmp_path):
    process = producer.start("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file",
                             "p.prom", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process.stdin.write(b'{"result": "200", "status": "subscribed"}\n')
    process.stdin.flush()
    end = time.monotonic() + 20
    while not (tmp_path / "p.prom").exists() and time.monotonic() < end:
        time.sleep(0.1)
    found = metrics(tmp_path / "p.prom")
    assert found["running", None] == 1
    assert found["reasons_total", 'outcome="skipped",reason="subscription-reply"'] == 1
    assert found["unacknowledged_lines", None] == 1
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert metrics(tmp_path / "p.prom")["running", None] == 0


def test_a_reason_may_hold_any_character(producer, fake, tmp_path):
    mapping = {"envelopes": [{"name": "e", "when": {"/t": "string"}, "topic": "/t", "body": ""}],
               "skip": [{"when": {"/t": "=beat"}, "reason": 'a "b"\\\nc'}],
               "rules": [{"topic": "a", "set": {"timestamp": {"get": "/n", "as": "long"}}}]}
    (tmp_path / "mine.json").write_text(json.dumps(mapping))
    done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", "p.prom",
                        "--mapping", "mine.json", stdin='{"t": "beat"}')
    assert done.returncode == 0, done.stderr.decode()
    assert metrics(tmp_path / "p.prom")["reasons_total", r'outcome="skipped",reason="a \"b\"\\\nc"'] == 1


def test_a_metrics_file_that_cannot_be_written_ends_the_run(producer, fake):
    for place, words in (("/nowhere/p.prom", b"cannot write /nowhere/p.prom"),
                         ("-", b"--metrics-file wants a file")):
        done = producer.run("encode", "--registry", fake.url, "--out", "out.bin", "--metrics-file", place)
        assert done.returncode == 2
        assert words in done.stderr
