# SPDX-License-Identifier: Apache-2.0
"""Contexts over a restart, and against whoever registers while one goes."""
import threading

from registry import Registry

ROUNDS = 300


def test_ids_of_a_context_that_went_are_not_given_again(tmp_path):
    registry = Registry(tmp_path)
    with registry:
        client = registry.client()
        assert client.register(":.c:s", '"int"').json()["id"] == 1
        assert client.register(":.c:s2", '"string"').json()["id"] == 2
        for subject in ("s", "s2"):
            assert client.delete(f"/contexts/c/subjects/{subject}").status == 200
            assert client.delete(f"/contexts/c/subjects/{subject}?permanent=true").status == 200
        assert client.delete("/contexts/c").status == 204
        assert client.get("/contexts").json() == ["."]
    with registry:
        client = registry.client()
        assert client.get("/contexts").json() == ["."]
        assert client.register(":.c:s", '"int"').json()["id"] == 3
        assert client.get("/contexts").json() == [".", ".c"]
    with registry:
        client = registry.client()
        assert client.get("/contexts").json() == [".", ".c"]
        assert client.get("/schemas/ids/3?subject=:.c:").json()["subject"] == ":.c:s"


def test_a_context_goes_while_somebody_registers_in_it(tmp_path):
    """Whatever comes first: what was registered is there, and its context with it."""
    with Registry(tmp_path, db=":memory:") as registry:
        start = threading.Barrier(2)
        deleted = []

        def remove():
            client = registry.client()
            for number in range(ROUNDS):
                start.wait(60)
                deleted.append(client.delete(f"/contexts/c{number}").status)

        client = registry.client()
        for number in range(ROUNDS):
            assert client.register(f":.c{number}:first", '"int"').status == 200
            client.delete(f"/subjects/:.c{number}:first")
            assert client.delete(f"/subjects/:.c{number}:first?permanent=true").status == 200
        racer = threading.Thread(target=remove, daemon=True)
        racer.start()
        for number in range(ROUNDS):
            start.wait(60)
            reply = client.register(f":.c{number}:s", '"int"')
            assert reply.status == 200 and reply.json()["id"] == 2, reply
        racer.join(60)
        assert set(deleted) <= {204, 422} and len(deleted) == ROUNDS
        assert len(client.get("/contexts").json()) == ROUNDS + 1
        assert len(client.get("/subjects").json()) == ROUNDS
