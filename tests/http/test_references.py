# SPDX-License-Identifier: Apache-2.0
"""No race leaves a reference without what it refers to; and references without bounds are bounded."""
import json
import threading

from registry import Registry

ROUNDS = 1000


def record(name, *fields):
    return json.dumps({"type": "record", "name": name, "fields": list(fields)})


def refers(subject, name="T"):
    return [{"name": name, "subject": subject, "version": 1}]


class Racer(threading.Thread):
    """Does one thing of each round at the same moment as the other racer."""

    def __init__(self, registry, start, act):
        super().__init__(daemon=True)
        self.client, self.barrier, self.act = registry.client(), start, act
        self.replies = []

    def run(self):
        for number in range(ROUNDS):
            self.barrier.wait(60)
            self.replies.append(self.act(self.client, number))


def race(registry, *acts):
    start = threading.Barrier(len(acts))
    racers = [Racer(registry, start, act) for act in acts]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(300)
        assert len(racer.replies) == ROUNDS, "a racer gave up"
    return [racer.replies for racer in racers]


def test_register_against_permanent_delete_1000_rounds(tmp_path):
    """With validateNewSchemas=false a hidden version may be referred to: the last delete is the race."""
    with Registry(tmp_path, db=":memory:") as registry:
        client = registry.client()
        assert client.put("/config", {"validateNewSchemas": False}).status == 200
        for number in range(ROUNDS):
            text = record("T", {"name": f"f{number}", "type": "int"})
            assert client.register(f"t{number}", text).status == 200
            assert client.delete(f"/subjects/t{number}").status == 200
        registered, deleted = race(
            registry,
            lambda c, n: c.register(f"r{n}", '{"type":"array","items":"T"}', references=refers(f"t{n}")),
            lambda c, n: c.delete(f"/subjects/t{n}?permanent=true"))
        kept = 0
        for number, (yes, gone) in enumerate(zip(registered, deleted)):
            assert (yes.status, gone.status) in {(200, 422), (422, 200)}, (number, yes, gone)
            if yes.status == 200:
                kept += 1
                assert gone.error[1] == 42206
                assert client.get(f"/subjects/r{number}/versions/1/schema?format=resolved").status == 200
                assert client.get(f"/subjects/t{number}/versions/1?deleted=true").status == 200
            else:
                assert yes.error[1] == 42201
                assert client.get(f"/subjects/r{number}/versions/1").status == 404
        print(f"{kept} of {ROUNDS} referrers came first")


def test_register_against_soft_delete_1000_rounds(tmp_path):
    with Registry(tmp_path, db=":memory:") as registry:
        client = registry.client()
        for number in range(ROUNDS):
            text = record("T", {"name": f"f{number}", "type": "int"})
            assert client.register(f"t{number}", text).status == 200

        def remove(c, n):
            hidden = c.delete(f"/subjects/t{n}/versions/1")
            return hidden if hidden.status != 200 else c.delete(f"/subjects/t{n}/versions/1?permanent=true")

        registered, deleted = race(
            registry,
            lambda c, n: c.register(f"r{n}", '{"type":"array","items":"T"}', references=refers(f"t{n}")),
            remove)
        for number, (yes, gone) in enumerate(zip(registered, deleted)):
            assert (yes.status, gone.status) in {(200, 422), (422, 200)}, (number, yes, gone)
            if yes.status == 200:
                assert client.get(f"/subjects/t{number}/versions/1").status == 200


def test_many_references(client):
    """At most 1000, those behind others counted."""
    assert client.register("t", record("T")).status == 200
    names = [{"name": f"n{number}", "subject": "t", "version": 1} for number in range(10000)]
    reply = client.register("r", '"T"', references=names)
    assert reply.error == (422, 42201, "Too many references: 10000, at most 1000")
    reply = client.lookup("r", '"T"', references=names[:1001])
    assert reply.error == (422, 42201, "Too many references: 1001, at most 1000")
    assert client.check("t", '"T"', references=names[:1001], query="").status == 422
    assert client.register("r", '"T"', references=names[:1000]).status == 200
    reply = client.register("r2", '"T"', references=[{"name": "r", "subject": "r", "version": 1}])
    assert reply.error == (422, 42201, "Too many references: 1001, at most 1000")
    assert client.get("/subjects/t/versions/1/referencedby").json() == [2]


def test_a_chain_of_references(client):
    assert client.register("s0", record("R0")).status == 200
    for number in range(1, 200):
        text = record(f"R{number}", {"name": "f", "type": f"R{number - 1}"})
        reply = client.register(f"s{number}", text, references=refers(f"s{number - 1}", f"R{number - 1}"))
        assert reply.status == 200, reply
    resolved = client.get("/subjects/s199/versions/1/schema?format=resolved").text
    assert resolved.count('"type":"record"') == 200


def test_a_referenced_schema_survives_a_restart(tmp_path):
    registry = Registry(tmp_path)
    with registry:
        client = registry.client()
        assert client.register("t", record("T", {"name": "x", "type": "int"})).status == 200
        assert client.register(":.c:r", '"T"', references=refers(":.:t")).status == 422
        assert client.register("r", '{"type":"map","values":"T"}', references=refers("t")).status == 200
    with registry:
        client = registry.client()
        assert client.get("/subjects/t/versions/1/referencedby").json() == [2]
        assert client.delete("/subjects/t").error[1] == 42206
        assert '"x"' in client.get("/subjects/r/versions/1/schema?format=resolved").text
        reply = client.check("r", '{"type":"map","values":"T"}', references=refers("t"))
        assert reply.json()["is_compatible"] is True, reply
        assert client.delete("/subjects/r").status == 200
        assert client.delete("/subjects/r?permanent=true").status == 200
        assert client.delete("/subjects/t").status == 200


def test_a_cycle_of_references_ends(client):
    """Only an import over a version makes one; what cannot be read then is told, and nothing hangs."""
    assert client.put("/mode", {"mode": "IMPORT"}).status == 200
    a, b = record("A"), record("B", {"name": "a", "type": "A"})
    assert client.register("a", a, id=1, version=1).status == 200
    assert client.register("b", b, id=2, version=1, references=refers("a", "A")).status == 200
    over = record("C", {"name": "b", "type": "B"})
    assert client.register("a", over, id=3, version=1, references=refers("b", "B")).status == 200
    assert client.get("/subjects/a/versions/1/referencedby").json() == [2]
    assert client.get("/subjects/b/versions/1/referencedby").json() == [3]
    for subject in "ab":
        assert client.get(f"/subjects/{subject}/versions/1").status == 200
        assert client.get(f"/subjects/{subject}/versions/1?format=resolved").status == 422
        assert client.delete(f"/subjects/{subject}").error[1] == 42206


def test_what_is_imported_over_a_version_is_read_by_its_referrers(client):
    """The form of a referrer that was made before is not used any more."""
    assert client.put("/mode/a", {"mode": "IMPORT"}).status == 200
    assert client.register("a", record("A", {"name": "old", "type": "int"}), id=1, version=1).status == 200
    assert client.register("b", '"A"', references=refers("a", "A")).status == 200
    assert client.check("b", '"A"', references=refers("a", "A")).json()["is_compatible"] is True
    assert client.register("a", record("A", {"name": "new", "type": "int"}), id=9, version=1).status == 200
    assert "new" in client.get("/subjects/b/versions/1/schema?format=resolved").text
    reply = client.check("b", record("A", {"name": "old", "type": "int"}))
    assert reply.json()["is_compatible"] is False, "compared with what stood there before"
    assert client.get("/schemas/ids/1").status == 404
