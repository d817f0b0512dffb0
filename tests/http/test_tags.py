# SPDX-License-Identifier: Apache-2.0
"""Tags and rules that many change at once, and schemas that are large."""
import json
import threading

TEXT = json.dumps({"type": "record", "name": "R", "fields": [{"name": "a", "type": "int", "default": 0}]})


def entry(path, *tags, kind="sr_field"):
    return {"schemaEntity": {"entityPath": path, "entityType": kind}, "tags": list(tags)}


def test_rules_merged_by_many_at_once_are_all_there(registry):
    """Each merges into what is there when it is decided, not when it was asked."""
    assert registry.client().register("s", TEXT).status == 200
    statuses = []

    def merge(who):
        client = registry.client()
        for n in range(5):
            rule = {"name": f"r{who}_{n}", "type": "X"}
            reply = client.post("/subjects/s/versions/1/tags", {"rulesToMerge": {"domainRules": [rule]}})
            statuses.append(reply.status)
        client.close()

    threads = [threading.Thread(target=merge, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = statuses.count(200)
    latest = registry.client().get("/subjects/s/versions/latest").json()
    assert latest["version"] == done + 1
    assert len(latest["ruleSet"]["domainRules"]) == done
    assert set(statuses) <= {200, 503} and done >= 8


def test_a_wide_schema_with_as_many_tags_as_there_may_be(client):
    inner = [{"type": "record", "name": f"N{n}", "fields": []} for n in range(2000)]
    fields = [{"name": f"f{n}", "type": inner[n]} for n in range(2000)]
    text = json.dumps({"type": "record", "name": "R", "fields": fields})
    tags = [entry(f"R.f{n}", "A") for n in range(500)]
    tags += [entry(f"N{n}", "B", kind="sr_record") for n in range(500)]
    assert client.register("s", text, schemaTagsToAdd=tags).status == 200
    found = client.get("/subjects/s/versions/1?findTags=B").json()["schemaTags"]
    assert [tagged["schemaEntity"]["entityPath"] for tagged in found] == [f"N{n}" for n in range(500)]


def test_a_type_that_holds_itself(client):
    node = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}
    reply = client.register("s", json.dumps(node), schemaTagsToAdd=[entry("Node.next", "T")])
    assert reply.status == 200 and '\\"confluent:tags\\":[\\"T\\"]' in reply.text
    assert client.get("/schemas/ids/1?findTags=*").json()["schemaTags"] == [entry("Node.next", "T")]


def test_types_of_references_are_not_tagged_but_shown(client):
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "x", "type": "int"}]}
    assert client.register("inner", json.dumps(inner), schemaTagsToAdd=[entry("Inner.x", "T")]).status == 200
    outer = json.dumps({"type": "record", "name": "Outer", "fields": [{"name": "i", "type": "Inner"}]})
    references = [{"name": "Inner", "subject": "inner", "version": 1}]
    refused = client.register("outer", outer, references=references, schemaTagsToAdd=[entry("Inner.x", "U")])
    assert refused.error == (422, 42201, "java.lang.IllegalArgumentException: "
                             "No matching path 'Inner.x' found in the schema")
    added = client.register("outer", outer, references=references, schemaTagsToAdd=[entry("Outer.i", "U")])
    assert added.status == 200 and added.json()["references"] == references
    assert client.get("/subjects/outer/versions/1?findTags=*").json()["schemaTags"] == [
        entry("Outer.i", "U"), entry("Inner.x", "T")]
    again = client.register("outer", outer, references=references, propagateSchemaTags=True)
    assert again.status == 200 and again.json()["schema"].count("confluent:tags") == 1
