# SPDX-License-Identifier: Apache-2.0
"""Many at once: ids agree, versions are dense, a reader never sees half of anything."""
import concurrent.futures
import gzip
import json
import random
import re
import threading
import time

import pytest

from raw import Raw, get
from registry import Registry

MANY = 32


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path, options=["--compatibility-level", "NONE"]) as running:
        yield running


def schema(number, name="R"):
    return json.dumps({"type": "record", "name": name, "fields": [{"name": f"f{number}", "type": "int"}]})


def at_once(registry, tasks):
    """Runs task(client) for each, all begun at the same moment; what they return, in order."""
    barrier = threading.Barrier(len(tasks))

    def run(task):
        client = registry.client()
        barrier.wait()
        try:
            return task(client)
        finally:
            client.close()
    with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_parallel_first_registrations_agree_on_one_id(registry):
    for round_number in range(10):
        subjects = [f"s{round_number}-{i % 8}" for i in range(MANY)]
        replies = at_once(registry, [lambda client, s=s: client.register(s, schema(round_number))
                                     for s in subjects])
        assert {reply.status for reply in replies} == {200}, replies
        assert len({(reply.json()["id"], reply.json()["guid"]) for reply in replies}) == 1
        assert {reply.json()["version"] for reply in replies} == {1}
    assert registry.client().get("/schemas/ids/10").status == 200
    assert registry.client().get("/schemas/ids/11").status == 404


def test_many_writers_on_one_subject_all_succeed_with_dense_versions(registry):
    def write(client, writer):
        return [client.register("hot", schema(writer * 100 + i)) for i in range(4)]
    replies = sum(at_once(registry, [lambda client, w=w: write(client, w) for w in range(MANY)]), [])
    assert {reply.status for reply in replies} == {200}, [r for r in replies if r.status != 200][:3]
    count = 4 * MANY
    assert sorted(reply.json()["version"] for reply in replies) == list(range(1, count + 1))
    assert sorted(reply.json()["id"] for reply in replies) == list(range(1, count + 1))
    client = registry.client()
    assert client.get("/subjects/hot/versions").json() == list(range(1, count + 1))
    for reply in replies:
        told = reply.json()
        stored = client.get(f"/subjects/hot/versions/{told['version']}").json()
        assert (stored["id"], stored["schema"], stored["guid"]) == (told["id"], told["schema"], told["guid"])


def test_writers_of_equal_schemas_on_one_subject_make_no_version_twice(registry):
    replies = at_once(registry, [
        lambda client, i=i: [client.register("s", schema(n)) for n in range(i, i + 8)] for i in range(MANY)])
    versions = {}
    for reply in sum(replies, []):
        told = reply.json()
        assert reply.status == 200
        place = told["version"], told["id"]
        assert versions.setdefault(told["schema"], place) == place
    assert sorted(version for version, _ in versions.values()) == list(range(1, MANY + 8))


def test_incompatible_schemas_never_both_succeed(registry):
    """Under FULL each of them fits the first version, and none fits another."""
    registry.client().level("", "FULL_TRANSITIVE")
    for round_number in range(10):
        subject = f"s{round_number}"
        base = {"type": "record", "name": "R", "fields": [{"name": "x", "type": "int"}]}
        assert registry.client().register(subject, base).status == 200
        kinds = ["int", "string", "boolean", "bytes"] * 2

        def grow(client, kind):
            default = {"int": 0, "string": "", "boolean": True, "bytes": ""}[kind]
            wider = {**base, "fields": [*base["fields"], {"name": "y", "type": kind, "default": default}]}
            return client.register(subject, wider)
        replies = at_once(registry, [lambda client, kind=kind: grow(client, kind) for kind in kinds])
        won = {kind for kind, reply in zip(kinds, replies) if reply.status == 200}
        lost = [reply for reply in replies if reply.status != 200]
        assert won in ({"int"}, {"boolean"}, {"string"}, {"bytes"}, {"string", "bytes"}), won
        assert all(reply.error[:2] == (409, 40901) for reply in lost)


def test_register_against_delete(registry):
    """Whoever comes first, both are told something that is true."""
    client = registry.client()
    for round_number in range(30):
        subject = f"s{round_number}"
        assert client.register(subject, schema(0)).status == 200
        registered, deleted = at_once(registry, [
            lambda client: client.register(subject, schema(1)),
            lambda client: client.delete(f"/subjects/{subject}")])
        assert (registered.status, deleted.status) == (200, 200), (registered, deleted)
        told, gone = registered.json()["version"], deleted.json()
        assert (told, gone) in [(2, [1, 2]), (2, [1])]
        live = client.get(f"/subjects/{subject}/versions")
        assert live.status == 404 if told in gone else live.json() == [told]
        assert client.get(f"/subjects/{subject}/versions?deleted=true").json() == [1, 2]


def test_register_against_permanent_delete(registry):
    client = registry.client()
    for round_number in range(30):
        subject = f"s{round_number}"
        assert client.register(subject, schema(round_number)).status == 200
        assert client.delete(f"/subjects/{subject}").status == 200
        registered, deleted = at_once(registry, [
            lambda client: client.register(subject, schema(round_number)),
            lambda client: client.delete(f"/subjects/{subject}?permanent=true")])
        assert registered.status == 200
        told = registered.json()
        if deleted.status == 200:           # purged, then registered anew
            assert (told["version"], deleted.json()) == (1, [1])
        else:                               # registered anew, and a live version is not purged
            assert deleted.error[1] == 40405 and told["version"] == 2
        versions = client.get(f"/subjects/{subject}/versions?deleted=true").json()
        assert versions == [told["version"]]
        assert client.get(f"/schemas/ids/{told['id']}").json()["schema"] == told["schema"]


def test_deletes_of_one_version_at_once_succeed_once(registry):
    client = registry.client()
    client.register("s", schema(1))
    replies = at_once(registry, [lambda client: client.delete("/subjects/s/versions/1")] * 16)
    assert sorted(reply.status for reply in replies) == [200] + [404] * 15
    assert {reply.error[1] for reply in replies if reply.status == 404} == {40406}
    replies = at_once(registry, [lambda client: client.delete("/subjects/s/versions/1?permanent=true")] * 16)
    assert sorted(reply.status for reply in replies) == [200] + [404] * 15
    assert {reply.error[1] for reply in replies if reply.status == 404} == {40401}


@pytest.mark.parametrize("target, body", [
    ("/config/s", {"compatibility": "FULL"}),
    ("/mode/s", {"mode": "READWRITE"}),
])
def test_deletes_of_one_setting_at_once_succeed_once(registry, target, body):
    for _ in range(20):
        assert registry.client().put(target, body).status == 200
        replies = at_once(registry, [lambda client: client.delete(target)] * 8)
        assert sorted(reply.status for reply in replies) == [200] + 7 * [404], replies


def test_a_level_that_is_set_holds_for_what_comes_after(registry):
    client = registry.client()
    for round_number in range(20):
        subject = f"s{round_number}"
        client.register(subject, '"int"')
        level, registered = at_once(registry, [
            lambda client: client.level(subject, "BACKWARD"),
            lambda client: client.register(subject, '"string"')])
        assert level.status == 200 and registered.status in (200, 409)
        assert client.register(subject, '"boolean"').status == 409


def test_listings_are_whole_while_others_write(registry):
    """Each answer is one moment: sorted, without gaps, and never older than the one before."""
    stop = threading.Event()
    faults = []

    def read():
        client = registry.client()
        known, versions, subjects = 0, 0, 0
        while not stop.is_set():
            names = client.get("/subjects").json()
            numbers = client.get("/subjects/s/versions")
            latest = client.get("/subjects/s/versions/latest")
            if names != sorted(names) or len(names) < subjects:
                faults.append(names)
            subjects = len(names)
            if numbers.status == 200:
                numbers = numbers.json()
                if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < versions:
                    faults.append(numbers)
                versions = len(numbers)
            if latest.status == 200:
                latest = latest.json()
                if latest["version"] < versions or client.get(f"/schemas/ids/{latest['id']}").status != 200:
                    faults.append(latest)
            known += 1
        client.close()
        return known
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        begun = time.monotonic()
        client, count = registry.client(), 0
        while time.monotonic() - begun < 1.5:
            assert client.register("s", schema(count)).json()["version"] == count + 1
            assert client.register(f"t{random.Random(count).random()}", schema(count)).status == 200
            count += 1
        stop.set()
        assert all(reader.result() > 10 for reader in readers)
    assert faults == [] and count > 20


def test_what_was_registered_is_read_at_once_on_every_other_connection(registry):
    writer, readers = registry.client(), [registry.client() for _ in range(4)]
    for i in range(50):
        told = writer.register(f"s{i}", schema(i)).json()
        for reader in readers:
            assert reader.get(f"/schemas/ids/{told['id']}").json()["schema"] == schema_text(i)
            assert reader.lookup(f"s{i}", schema(i)).json()["id"] == told["id"]
            assert f"s{i}" in reader.get("/subjects").json()


def schema_text(number):
    return json.dumps(json.loads(schema(number)), separators=(",", ":"))


# ---- what a reply carries

STORED = ["/schemas/ids/1", "/schemas/ids/1/schema", "/subjects/s/versions/1", "/subjects/s/versions/latest",
          "/subjects/s/versions/1/schema"]


@pytest.mark.parametrize("target", STORED)
def test_what_has_not_changed_is_not_sent_again(registry, target):
    client = registry.client()
    client.register("s", '"int"')
    first = client.get(target)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[^"]+"', tag) and first.headers["Cache-Control"] == "no-cache"
    assert client.get(target).headers["ETag"] == tag
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(target, **{"If-None-Match": asked})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        assert client.get("/").status == 200        # the connection is where it should be
    for asked in ('"x"', "x", "", tag.strip('"')):
        assert client.get(target, **{"If-None-Match": asked}).body == first.body
    assert client.ask("HEAD", target, headers={"If-None-Match": tag}).status == 304


def test_a_tag_changes_with_the_bytes(registry):
    client = registry.client()
    client.register("s", '"int"')
    client.register("s", '"long"')
    tags = {client.get(target).headers["ETag"] for target in (
        "/schemas/ids/1", "/schemas/ids/2", "/schemas/ids/1/schema", "/subjects/s/versions/1",
        f"/schemas/guids/{client.get('/schemas/ids/1').json()['guid']}")}
    assert len(tags) == 5
    before = client.get("/schemas/ids/1")
    assert client.delete("/subjects/s/versions/1").status == 200
    after = client.get("/schemas/ids/1", **{"If-None-Match": before.headers["ETag"]})
    assert after.status == 200 and after.json()["deleted"] is True
    assert after.headers["ETag"] != before.headers["ETag"]


def test_gzip_is_sent_to_those_who_ask(registry):
    client = registry.client()
    client.register("s", schema(1))
    targets = STORED + ["/subjects/none/versions/1", "/schemas/ids/1?fetchMaxId=true"]
    for target in targets:
        plain = client.get(target)
        assert plain.headers["Content-Encoding"] is None
        for accepted in ("gzip", "deflate, gzip;q=0.5", "GZIP", "*", "gzip, compress, deflate, br", "x-gzip"):
            packed = client.get(target, **{"Accept-Encoding": accepted})
            assert packed.headers["Content-Encoding"] == "gzip", (target, accepted)
            assert gzip.decompress(packed.body) == plain.body and packed.status == plain.status
            assert int(packed.headers["Content-Length"]) == len(packed.body)
            assert "Accept-Encoding" in packed.headers["Vary"]
        for accepted in ("identity", "gzip;q=0", "gzip;q=0, *", "br, deflate", ""):
            reply = client.get(target, **{"Accept-Encoding": accepted})
            assert reply.headers["Content-Encoding"] is None and reply.body == plain.body, (target, accepted)


def test_small_replies_are_not_compressed(registry):
    client = registry.client()
    assert client.get("/", **{"Accept-Encoding": "gzip"}).body == b"{}"
    assert client.get("/subjects", **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] is None


def test_a_compressed_reply_has_a_tag_that_fits_it(registry):
    client = registry.client()
    client.register("s", schema(1))
    packed = client.get("/schemas/ids/1", **{"Accept-Encoding": "gzip"})
    tag = packed.headers["ETag"]
    again = client.get("/schemas/ids/1", **{"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert packed.status == 200 and again.status == 304 and again.headers["ETag"] == tag


UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def test_every_reply_has_the_id_of_its_request(registry):
    client = registry.client()
    for target in ("/", "/nothing", "/subjects", "/%00", "/schemas/ids/1"):
        assert client.get(target, **{"X-Request-ID": "abc def-1"}).headers["X-Request-ID"] == "abc def-1"
        assert re.fullmatch(UUID4, client.get(target).headers["X-Request-ID"])
        assert re.fullmatch(UUID4, client.get(target, **{"X-Request-ID": "  "}).headers["X-Request-ID"])
    made = {client.get("/").headers["X-Request-ID"] for _ in range(100)}
    assert len(made) == 100
    with Raw(registry.port) as raw:
        raw.send(get("/", "X-Request-ID: a", "X-Request-ID: b"), get("/", "x-request-id: c"))
        assert re.fullmatch(UUID4, raw.answer().field("X-Request-ID"))
        assert raw.answer().field("X-Request-ID") == "c"
