# SPDX-License-Identifier: Apache-2.0
"""/metrics: that Prometheus can read it, and that each figure is what was done."""
import re

import pytest

from registry import Registry

LABEL = r'[a-z]+="[^"\\\n]*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{{{LABEL}(?:,{LABEL})*\}})? (\d+(?:\.\d+)?)")


def read(text):
    """sample → value, and family → type; every line is one that the format knows, in its order."""
    samples, types, helped = {}, {}, set()
    assert text.endswith("\n")
    for line in text.split("\n")[:-1]:
        word = line.split(" ")
        if line.startswith("# HELP "):
            assert word[2] not in helped and len(word) > 3
            helped.add(word[2])
        elif line.startswith("# TYPE "):
            assert word[2] in helped and word[3] in ("counter", "gauge", "histogram")
            types[word[2]] = word[3]
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert family in types or name in types, line
            assert (name + (labels or "")) not in samples, line
            samples[name + (labels or "")] = float(value)
            if types.get(name) == "counter":
                assert name.endswith("_total"), name
    return samples, types


def metrics(client):
    reply = client.get("/metrics")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(reply.text)[0]


def request(method, route, code):
    return f'schemad_requests_total{{method="{method}",route="{route}",code="{code}"}}'


def test_requests_are_counted_by_route_and_status(client):
    before = metrics(client)
    assert request("GET", "/subjects", 200) not in before
    for _ in range(3):
        client.get("/subjects")
    client.get("/contexts/.c/subjects?deleted=true")        # the same route by another name
    client.register("a", '"int"')
    client.register("a", "no schema")
    client.get("/schemas/ids/1")
    client.get("/schemas/ids/7")
    client.get("/no/such/path")
    client.ask("PATCH", "/subjects")
    after = metrics(client)
    assert after[request("GET", "/subjects", 200)] == 4
    assert after[request("POST", "/subjects/{subject}/versions", 200)] == 1
    assert after[request("POST", "/subjects/{subject}/versions", 422)] == 1
    assert after[request("GET", "/schemas/ids/{id:int}", 200)] == 1
    assert after[request("GET", "/schemas/ids/{id:int}", 404)] == 1
    assert after[request("", "", 404)] == 1 and after[request("", "", 405)] == 1
    assert after[request("GET", "/metrics", 200)] == 1
    assert after["schemad_requests_in_progress"] == 1


def test_times_are_summed_and_stand_in_buckets(client):
    client.get("/subjects")
    client.register("a", '"int"')
    samples = metrics(client)
    for lane in ("http", "think", "write"):
        name = f'schemad_request_duration_seconds_{{}}{{lane="{lane}"{{}}}}'
        bounds = [samples[f'schemad_request_duration_seconds_bucket{{lane="{lane}",le="{le}"}}']
                  for le in ("0.001", "0.005", "0.025", "0.1", "0.5", "2.5", "+Inf")]
        assert bounds == sorted(bounds), name
        assert bounds[-1] == samples[f'schemad_request_duration_seconds_count{{lane="{lane}"}}']
    assert samples['schemad_request_duration_seconds_count{lane="think"}'] == 1
    assert samples['schemad_request_duration_seconds_count{lane="write"}'] == 1
    assert 0 < samples['schemad_request_duration_seconds_sum{lane="write"}'] < 30
    route = 'schemad_request_seconds_total{method="POST",route="/subjects/{subject}/versions"}'
    assert samples[route] == samples['schemad_request_duration_seconds_sum{lane="write"}']


def test_the_registry_is_told_by_what_is_in_it(client):
    client.level("", "NONE")
    for subject in ("a", ":.c:a"):
        client.register(subject, '"int"')
        client.register(subject, '"long"')
    client.delete("/subjects/a/versions/1")
    samples = metrics(client)
    assert samples['schemad_versions{state="live"}'] == 3
    assert samples['schemad_versions{state="recycled"}'] == 1
    assert (samples["schemad_subjects"], samples["schemad_schemas"], samples["schemad_contexts"]) == (2, 4, 2)
    assert samples["schemad_commits_total"] == samples["schemad_batches_total"] == 6
    assert samples["schemad_sequence"] == 6


ENUM = '{{"type":"enum","name":"e{}","symbols":["a"]}}'


def test_retention_is_told_by_what_the_last_sweep_found(tmp_path):
    with Registry(tmp_path, options=["--clock", "manual"]) as registry:
        client = registry.client()
        client.level("", "NONE")
        for number in range(6):
            client.register("a", ENUM.format(number))
        assert metrics(client)["schemad_retention_runs_total"] == 0
        assert "schemad_retention_candidates" not in metrics(client)
        client.put("/retention/a", {"protect": {"minVersions": 2}, "recycle": {"days": 8},
                                    "prune": {"enabled": True, "keepVersions": 1}, "purge": {"enabled": True},
                                    "limits": {"maxPercentPerSubject": 50}})
        client.post("/test/clock", {"now": "1970-01-02T00:00:00Z"})
        samples = metrics(client)
        assert samples["schemad_retention_last_run_timestamp_seconds"] == 86400
        assert samples["schemad_retention_candidates"] == 5     # three went, one waits, minVersions keeps one
        assert samples['schemad_retention_actions_total{action="recycle"}'] == 3
        assert samples["schemad_retention_expiring"] == 0
        client.post("/test/clock", {"now": "1970-01-03T00:00:00Z"})
        samples = metrics(client)
        assert samples["schemad_retention_expiring"] == 3       # on the 10th
        assert samples['schemad_retention_actions_total{action="purge"}'] == 0
        client.post("/test/clock", {"now": "1970-02-03T00:00:00Z"})
        samples = metrics(client)
        assert samples["schemad_retention_runs_total"] == 3
        assert samples['schemad_retention_actions_total{action="purge"}'] == 2
        assert samples['schemad_versions{state="purged"}'] == 2


def test_refused_deletes_are_counted_by_rule(client):
    client.level("", "NONE")
    for number in range(3):
        client.register("a", ENUM.format(number))
    client.put("/retention/a", {"protect": {"minVersions": 2, "minAgeDays": 1}})
    client.put("/subjects/a/versions/3/hold", {"reason": "x"})
    for number in (1, 2, 2):
        assert client.delete(f"/subjects/a/versions/{number}").error[1] == 42290
    assert client.delete("/subjects/a/versions/3").error[1] == 42291
    assert client.delete("/subjects/a/versions/2?dryRun=true").error[1] == 42290      # is not counted
    samples = metrics(client)
    told = {name: value for name, value in samples.items() if name.startswith("schemad_retention_refused")}
    assert told == {f'schemad_retention_refused_total{{rule="{rule}"}}': count
                    for rule, count in (("hold", 1), ("minVersions", 3), ("minAgeDays", 4))}


def test_the_process_is_told_under_the_names_that_all_processes_have(registry):
    samples = metrics(registry.client())
    assert 1e6 < samples["process_resident_memory_bytes"] < 1e10
    assert samples["process_cpu_seconds_total"] > 0
    assert samples["process_start_time_seconds"] > 1.7e9
    assert 5 < samples["process_open_fds"] < 100


def test_types_are_those_that_prometheus_knows(client):
    types = read(client.get("/metrics").text)[1]
    assert types["schemad_requests_total"] == "counter" and types["schemad_versions"] == "gauge"
    assert types["schemad_request_duration_seconds"] == "histogram"


@pytest.mark.parametrize("lines", ["GET /subjects HTTP/1.1\r\n\r\n",
                                   "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"])
def test_what_is_refused_by_its_head_is_counted_too(tmp_path, lines):
    with Registry(tmp_path, db=":memory:") as registry:
        with registry.socket() as sock:
            sock.sendall(lines.encode())
            assert sock.recv(100).startswith(b"HTTP/1.1 400")
            while sock.recv(4096):
                pass
        assert metrics(registry.client())[request("", "", 400)] == 1
