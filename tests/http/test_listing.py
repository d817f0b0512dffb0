# SPDX-License-Identifier: Apache-2.0
"""Listings pass over what is not asked for, and miss nothing."""
import itertools
import urllib.parse

BARE = ["", "!", "!z", "*", ":", ":+", ":/", ":a", ";", "a", "a-value", "aa", "b", "b:c", "z", "ä", "😀"]
CONTEXTS = ["", ":.a:", ":.a-b:", ":.a;b:", ":.b:", ":.ä:"]


def test_a_prefix_in_every_context_finds_what_a_look_at_every_name_finds(client):
    names = [context + bare for context, bare in itertools.product(CONTEXTS, BARE)]
    for name in names:
        reply = client.register(name if name else ":.:", '"int"')
        assert reply.status == 200, (name, reply)
    names.sort(key=str.encode)
    assert client.get("/subjects").json() == names
    bare_of = {context + bare: bare for context, bare in itertools.product(CONTEXTS, BARE)}
    for prefix in [*BARE, "#", ":.", ":.a", "a-", "b:", "c", "zz", "~"]:
        wanted = [name for name in names if bare_of[name].startswith(prefix)]
        asked = "?subjectPrefix=" + urllib.parse.quote(":*:" + prefix)
        assert client.get("/subjects" + asked).json() == wanted, prefix
        assert [version["subject"] for version in client.get("/schemas" + asked).json()] == wanted, prefix


def test_a_prefix_without_a_context_asks_the_default_one_alone(client):
    names = [context + bare for context, bare in itertools.product(CONTEXTS, BARE)]
    for name in names:
        client.register(name if name else ":.:", '"int"')
    for prefix in ["", "!", ":", ":/", "a", "b", "ä", "~"]:
        wanted = sorted((bare for bare in BARE if bare.startswith(prefix)), key=str.encode)
        assert client.get("/subjects?subjectPrefix=" + urllib.parse.quote(prefix)).json() == wanted, prefix


def test_a_page_of_versions_is_a_part_of_all_of_them(client):
    for number in range(20):
        client.register("s", {"type": "record", "name": "R", "doc": str(number), "fields": []})
    client.delete("/subjects/s/versions/3")
    live = [number for number in range(1, 21) if number != 3]
    for offset, limit in itertools.product((0, 1, 5, 18, 19, 30), (1, 2, 19, 50)):
        page = f"offset={offset}&limit={limit}"
        assert client.get(f"/subjects/s/versions?{page}").json() == live[offset:offset + limit]
    assert client.get("/subjects/s/versions?deletedAsNegative=true&offset=1&limit=3").json() == [2, -3, 4]
    assert client.get("/subjects/s/versions?offset=30").text == "[]"
