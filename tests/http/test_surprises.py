# SPDX-License-Identifier: Apache-2.0
"""What surprises clients of the reference, a test for each of the fifty sentences, in their order.

*differs*: we answer otherwise, on purpose. A sentence that depends on the level spoken is asked at both.
"""
import hashlib
import json
import re
import uuid

import pytest

from registry import Registry, quote

INT, LONG, STRING, BYTES = '"int"', '"long"', '"string"', '"bytes"'


def record(name="R", *fields, **more):
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(name, kind="int", **more):
    return {"name": name, "type": kind, **more}


def guid(text):
    return str(uuid.UUID(bytes=hashlib.md5(text.encode()).digest()))


def refer(subject, version=1, name="T"):
    return [{"name": name, "subject": subject, "version": version}]


def code(reply):
    return reply.error[1]


class Spoken:
    def __init__(self, level, client):
        self.level, self.client = level, client


@pytest.fixture
def client(tmp_path):
    with Registry(tmp_path, ":memory:") as registry:
        yield registry.client()


@pytest.fixture(params=(8, 7), ids=("level8", "level7"))
def spoken(request, tmp_path):
    with Registry(tmp_path, ":memory:", ["--api-level", str(request.param)]) as registry:
        yield Spoken(request.param, registry.client())


def test_01_an_incompatible_registration_is_40901_now_and_409_in_7x(spoken):
    spoken.client.register("s", INT)
    reply = spoken.client.register("s", STRING)
    assert reply.status == 409
    assert code(reply) == {8: 40901, 7: 409}[spoken.level]


def test_02_register_answers_the_full_entity_in_8x_and_only_the_id_in_7x(spoken):
    text = spoken.client.register("s", INT).text
    entity = f'{{"id":1,"version":1,"guid":"{guid(INT)}","schemaType":"AVRO","schema":"\\"int\\""}}'
    assert text == {8: entity, 7: '{"id":1}'}[spoken.level]


def test_03_schema_type_avro_is_always_printed_in_8x_and_omitted_in_7x(spoken):
    spoken.client.register("s", INT, schemaType="AVRO")
    for path in ("/subjects/s/versions/1", "/schemas/ids/1"):
        assert ('"schemaType":"AVRO"' in spoken.client.get(path).text) == (spoken.level == 8)


def test_04_an_id_prints_a_subject_and_version_nobody_asked_for_differs_always_the_same_one(client):
    for subject in ("b", "a", "c"):
        client.register(subject, INT)
    assert [client.get("/schemas/ids/1").json()[member] for member in ("subject", "version")] == ["a", 1]
    client.delete("/subjects/a")
    assert client.get("/schemas/ids/1").json()["subject"] == "b"


def test_05_stored_text_is_never_the_submitted_bytes(client):
    client.register("s", ' { "type" : "int" } ')
    assert client.get("/subjects/s/versions/1/schema").text == INT


def test_06_the_guid_hash_ignores_schema_type(client):
    """There is no other type yet, so nothing can collide; AVRO's own vector is that of the text."""
    assert client.register("s", STRING).json()["guid"] == "095d71cf-1255-6b9d-5e33-0ad575b3df5d"
    metadata = client.register("s", STRING, metadata={}).json()
    assert metadata["guid"] == "cecc02e2-232b-87f1-1b0c-aa0e70dbb74d"


def test_07_a_guid_is_an_md5_as_uuid_without_version_bits(client):
    told = client.register("s", STRING).json()["guid"]
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told)
    assert told.replace("-", "") == hashlib.md5(STRING.encode()).hexdigest()


@pytest.mark.parametrize("mode", ("READONLY", "IMPORT"))
def test_08_registering_again_succeeds_in_any_mode_unless_it_needs_inherited_metadata(client, mode):
    client.register("s", INT)
    client.register("m", INT, metadata={"properties": {"k": "v"}})
    for subject in ("s", "m"):
        client.put(f"/mode/{subject}?force=true", {"mode": mode})
    assert client.register("s", INT).json()["version"] == 1
    assert client.register("m", INT, metadata={"properties": {"k": "v"}}).json()["version"] == 1
    assert code(client.register("m", INT)) == 42205


def test_09_meaning_is_compared_within_a_subject_and_across_subjects_only_exact_text_shares_an_id(client):
    one, other = record("R", field("a", p=1, q=2)), record("R", field("a", q=2, p=1))
    assert client.register("s", one).json()["id"] == client.register("s", other).json()["id"] == 1
    assert client.register("t", other).json()["id"] == 2
    assert client.register("u", one).json()["id"] == 1


def test_10_omitted_metadata_is_inherited_from_the_latest_version(client):
    client.register("s", INT, metadata={"properties": {"k": "v"}})
    assert client.register("s", LONG).json()["metadata"] == {"properties": {"k": "v"}}


def test_11_an_explicit_version_enters_the_metadata_and_gives_unchanged_text_a_new_id(client):
    assert client.register("s", INT).json()["id"] == 1
    again = client.register("s", INT, version=2).json()
    assert (again["id"], again["version"]) == (2, 2)
    assert again["metadata"] == {"properties": {"confluent:version": "2"}}


def test_12_version_0_means_unset_and_minus_1_the_next_or_the_latest(client):
    client.level("s", "NONE")
    assert client.register("s", INT, version=0).json()["version"] == 1
    assert client.register("s", INT, version=-1).json()["version"] == 1
    assert client.register("s", LONG, version=-1).json()["version"] == 2
    assert client.register("s", INT, version=0).json()["version"] == 1
    assert client.register("s", INT, version=-1).json()["version"] == 3


def test_13_mode_errors_have_two_spaces_for_the_default_context(client):
    client.put("/mode/s", {"mode": "READONLY"})
    assert client.register("s", INT).error[2] == "Subject s in context  is in read-only mode"
    client.put("/mode/:.c:s", {"mode": "READONLY"})
    assert client.register(":.c:s", INT).error[2] == "Subject :.c:s in context :.c: is in read-only mode"


def test_14_the_texts_of_40404_and_40406_lack_a_space_after_the_period(client):
    client.register("s", INT)
    client.delete("/subjects/s")
    assert client.delete("/subjects/s").error == (
        404, 40404, "Subject 's' was soft deleted.Set permanent=true to delete permanently")
    assert client.delete("/subjects/s/versions/1").error == (
        404, 40406, "Subject 's' Version 1 was soft deleted.Set permanent=true to delete permanently")


def test_15_an_entry_without_a_level_resets_the_subject_to_the_level_of_the_server(client):
    client.level(None, "NONE")
    client.put("/config/s", {"normalize": True})
    assert client.get("/config/s").json()["compatibilityLevel"] == "BACKWARD"
    for subject, status in (("s", 409), ("other", 200)):
        client.register(subject, INT)
        assert client.register(subject, STRING).status == status


def test_16_config_put_merges_and_null_clears_and_the_answer_omits_what_is_not_stored(client):
    assert client.put("/config/s", {"compatibility": "FULL", "normalize": True}).json() == {
        "normalize": True, "compatibility": "FULL"}
    assert client.put("/config/s", {"validateFields": True, "compatibility": None}).json() == {
        "normalize": True, "validateFields": True}
    assert client.put("/config/t", {}).text == "{}"


def test_17_the_key_is_compatibility_in_put_and_compatibility_level_in_get_and_delete(client):
    assert client.put("/config/s", {"compatibilityLevel": "FULL"}).text == "{}"
    assert client.put("/config/s", {"compatibility": "FULL"}).text == '{"compatibility":"FULL"}'
    assert client.get("/config/s").text == '{"compatibilityLevel":"FULL"}'
    assert client.delete("/config/s").text == '{"compatibilityLevel":"FULL"}'


def test_18_what_is_not_configured_is_40408_or_40409_to_get_and_40401_to_delete(client):
    assert code(client.get("/config/s")) == 40408
    assert code(client.delete("/config/s")) == 40401
    assert code(client.get("/mode/s")) == 40409
    assert code(client.delete("/mode/s")) == 40401


def test_19_config_and_mode_govern_the_default_context_and_named_ones_skip_to_global(client):
    client.level(None, "NONE")
    client.put("/mode", {"mode": "READONLY"})
    assert code(client.register("s", INT)) == 42205
    assert client.register(":.c:s", INT).status == 200
    assert client.register(":.c:s", STRING).status == 409
    client.level(":.__GLOBAL:", "NONE")
    assert client.register(":.c:s", STRING).status == 200
    client.put(f"/mode/{quote(':.__GLOBAL:')}", {"mode": "READONLY"})
    assert code(client.register(":.c:s", BYTES)) == 42205


def test_20_top_level_import_wants_no_live_subject_in_any_context_and_purges_the_hidden(client):
    client.register(":.c:s", INT)
    client.register("t", INT)
    client.delete("/subjects/t")
    refused = client.put("/mode", {"mode": "IMPORT"})
    assert refused.error == (422, 42205, "Cannot import since found existing subjects")
    assert client.get("/subjects?deleted=true").json() == [":.c:s", "t"]
    client.delete("/subjects/:.c:s")
    assert client.put("/mode", {"mode": "IMPORT"}).status == 200
    assert client.get("/subjects?deleted=true").json() == []
    client.register("u", INT, id=5, version=1)
    assert client.put("/mode", {"mode": "IMPORT"}).status == 200        # it is already


def test_21_put_mode_without_a_mode_crashes_differs_42204(client):
    assert client.put("/mode", {}).error[:2] == (422, 42204)
    assert client.get("/mode").text == '{"mode":"READWRITE"}'


def test_22_subjects_are_of_all_contexts_and_schemas_of_the_default_one(client):
    client.register("s", INT)
    client.register(":.c:s", INT)
    assert client.get("/subjects").json() == [":.c:s", "s"]
    assert [each["subject"] for each in client.get("/schemas").json()] == ["s"]


def test_23_schemas_stop_at_1000_and_a_larger_limit_means_the_default(client):
    for n in range(1001):
        client.register(f"s{n:04}", INT)
    for query, count in (("", 1000), ("?limit=1001", 1000), ("?limit=5", 5), ("?limit=0", 1000),
                         ("?limit=-3", 1000), ("?limit=", 1000), ("?offset=1000", 1)):
        assert len(client.get(f"/schemas{query}").json()) == count, query
    assert len(client.get("/subjects").json()) == len(client.get("/subjects?limit=0").json()) == 1001


def test_24_an_id_or_a_limit_that_is_no_integer_is_the_generic_404(client):
    client.register("s", INT)
    for path in ("/schemas/ids/x", "/schemas/ids/1.0", "/schemas/ids/2147483648", "/schemas?limit=x",
                 "/subjects?offset=1.5", "/subjects/s/versions?limit=0x1", "/schemas/ids/1/subjects?offset=a",
                 "/contexts?limit=2147483648", "/schemas?lifecycle=sometimes"):
        assert client.get(path).error == (404, 404, "HTTP 404 Not Found"), path


def test_25_no_body_is_422_and_a_malformed_one_400_and_neither_is_42201(client):
    for body in ("", "null", " "):
        assert client.post("/subjects/s/versions", body).error[:2] == (422, 422), body
    for body in ("{", "[]", '"x"', "7", '{"schema":{}}'):
        assert client.post("/subjects/s/versions", body).error[:2] == (400, 400), body


def test_26_a_bad_content_type_is_415_to_get_and_delete_too(client):
    for method in ("GET", "DELETE"):
        path = "/subjects" if method == "GET" else "/subjects/s"
        reply = client.ask(method, path, headers={"Content-Type": "text/plain"})
        assert reply.error == (415, 415, "HTTP 415 Unsupported Media Type")


def test_27_an_unknown_id_has_three_answers_differs_its_text_is_404_too(client):
    assert client.get("/schemas/ids/7").error == (404, 40403, "Schema 7 not found")
    assert client.get("/schemas/ids/7/schema").error == (404, 40403, "Schema 7 not found")
    assert client.get("/schemas/ids/7/subjects").error == (404, 40403, "Schema not found")
    assert client.get("/schemas/ids/7/versions").error == (404, 40403, "Schema not found")


def test_28_a_soft_deleted_schema_stays_readable_by_id_and_its_subjects_are_none(client):
    client.register("s", INT)
    client.delete("/subjects/s")
    assert client.get("/schemas/ids/1").json()["deleted"] is True
    assert client.get("/schemas/ids/1/schema").text == INT
    assert client.get("/schemas/ids/1/subjects").text == "[]"
    assert client.get("/schemas/ids/1/versions?deleted=true").json() == [{"subject": "s", "version": 1}]


def test_29_latest_is_never_a_soft_deleted_version(client):
    client.register("s", INT)
    client.register("s", LONG)
    client.delete("/subjects/s/versions/2")
    assert client.get("/subjects/s/versions/latest?deleted=true").json()["version"] == 1
    client.delete("/subjects/s/versions/1")
    assert client.get("/subjects/s/versions/latest?deleted=true").error == (
        404, 40402, "Version -1 not found.")


def test_30_compatibility_with_a_missing_version_is_40402_and_with_a_missing_latest_true(client):
    assert client.check("none", INT, 1).error == (404, 40402, "Version 1 not found.")
    assert client.check("none", INT, "latest").json()["is_compatible"] is True
    assert client.check("none", INT, None).json()["is_compatible"] is True


def test_31_a_single_version_ignores_transitivity_and_all_versions_are_what_registration_asks(client):
    client.level("s", "NONE")
    client.register("s", STRING)
    client.register("s", INT)
    client.level("s", "BACKWARD_TRANSITIVE")
    assert client.check("s", LONG, "latest").json()["is_compatible"] is True
    assert client.check("s", LONG, 1).json()["is_compatible"] is False
    assert client.check("s", LONG, None).json()["is_compatible"] is False
    assert client.register("s", LONG).status == 409


def test_32_verbose_turns_an_invalid_schema_into_a_200(client):
    client.register("s", INT)
    for version in ("latest", None):
        assert code(client.check("s", '"nope"', version, "")) == 42201
        told = client.check("s", '"nope"', version).json()
        assert told["is_compatible"] is False and "nope" in told["messages"][0]


def test_33_full_tells_forward_first_and_a_purely_forward_failure_without_the_old_schema(client):
    client.level("s", "FULL")
    client.register("s", record("R", field("a")))
    told = client.check("s", record("R")).json()["messages"]
    assert told[0].startswith("{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'")
    assert not [each for each in told if each.startswith("{oldSchema")]
    assert told[-1] == "{validateFields: 'false', compatibility: 'FULL'}"
    told = client.check("s", record("R", field("b"))).json()["messages"]
    assert ["'a'" in told[0], "'b'" in told[1]] == [True, True]
    assert told[2] == "{oldSchemaVersion: 1}" and told[3].startswith("{oldSchema: '")


def test_34_messages_are_joined_raw_in_the_text_of_409(client):
    client.register("s", record("R", field("a")))
    told = client.check("s", record("R", field("b"))).json()["messages"]
    assert len(told) == 4
    assert client.register("s", record("R", field("b"))).error[2] == (
        'Schema being registered is incompatible with an earlier schema for subject "s", details: '
        f"[{', '.join(told)}]")


def test_35_reads_of_the_default_context_fall_through_and_listings_and_writes_do_not(client):
    text = record("R", field("a"))
    client.register(":.c:s", text, metadata={"properties": {"k": "v"}})
    assert client.get("/subjects/s/versions/1").json()["subject"] == ":.c:s"
    assert client.get("/subjects/s/versions/1/schema").status == 200
    assert client.get("/subjects/s/versions/1/referencedby").json() == []
    assert client.get("/schemas/ids/1?subject=s").json()["subject"] == ":.c:s"
    assert client.lookup("s", text).json()["subject"] == ":.c:s"
    for method, path in (("GET", "/subjects/s/metadata"), ("GET", "/subjects/s/versions"),
                         ("DELETE", "/subjects/s"), ("DELETE", "/subjects/s/versions/1")):
        assert code(client.ask(method, path)) == 40401, path
    tags = {"tagsToAdd": [{"schemaEntity": {"entityPath": "R", "entityType": "sr_record"}, "tags": ["x"]}]}
    assert client.post("/subjects/s/versions/1/tags", tags).json()["version"] == 1
    assert client.get("/subjects").json() == [":.c:s", "s"]


def test_36_a_named_context_cannot_refer_to_the_default_one(client):
    client.register("t", record("T"))
    client.register(":.d:t", record("T"))
    text = record("U", field("t", "T"))
    for subject in ("t", ":.:t"):
        assert code(client.register(":.c:u", text, references=refer(subject))) == 42201, subject
    assert client.register(":.c:u", text, references=refer(":.d:t")).status == 200


def test_37_a_context_without_a_dot_is_part_of_an_ordinary_subject(client):
    assert client.register(":ctx:foo", INT).status == 200
    assert client.get("/contexts").json() == ["."]
    assert client.get("/subjects?subjectPrefix=").json() == [":ctx:foo"]


def test_38_a_subject_that_refers_to_itself_is_deleted_as_a_whole_but_not_by_version(spoken):
    client = spoken.client
    client.level("s", "NONE")
    client.register("s", record("T"))
    client.register("s", record("U", field("t", "T")), references=refer("s"))
    assert code(client.delete("/subjects/s/versions/1")) == 42206
    assert code(client.delete("/subjects/s/versions/1?permanent=true")) == 42206     # before 40407
    if spoken.level == 7:
        assert code(client.delete("/subjects/s")) == 42206
        return
    assert code(client.delete("/subjects/s?permanent=true")) == 40405
    client.register("other", record("V", field("t", "T")), references=refer("s"))
    assert code(client.delete("/subjects/s?permanent=true")) == 42206                # before 40405
    client.delete("/subjects/other")
    assert client.delete("/subjects/s").json() == [1, 2]


def test_39_registering_again_removes_the_hidden_version_unless_it_is_referred_to(spoken):
    client = spoken.client
    for subject in ("s", "t"):
        client.register(subject, record("T"))
    client.register("u", record("U", field("t", "T")), references=refer("t"))
    client.delete("/subjects/u")
    for subject in ("s", "t"):
        client.delete(f"/subjects/{subject}")
        assert client.register(subject, record("T")).json()["id"] == 1
    assert client.get("/subjects/s/versions?deleted=true").json() == [2]
    assert client.get("/subjects/t/versions?deleted=true").json() == {8: [1, 2], 7: [2]}[spoken.level]


def test_40_counting_includes_soft_deleted_versions_and_forgets_hard_deleted_ones(client):
    client.level("s", "NONE")
    client.register("s", INT)
    client.register("s", STRING)
    client.delete("/subjects/s/versions/2")
    assert client.register("s", BYTES).json()["version"] == 3
    for version in (3, 2):
        client.delete(f"/subjects/s/versions/{version}")
        client.delete(f"/subjects/s/versions/{version}?permanent=true")
    assert client.register("s", BYTES).json()["version"] == 2


def test_41_what_was_deleted_for_good_comes_back_with_a_new_id(client):
    assert client.register("s", INT).json()["id"] == 1
    client.delete("/subjects/s")
    client.delete("/subjects/s?permanent=true")
    again = client.register("s", INT).json()
    assert (again["id"], again["version"]) == (2, 1)


def test_42_normalizing_is_skipped_in_import_even_when_it_is_asked_for(spoken):
    spoken.client.put("/mode/s", {"mode": "IMPORT"})
    spoken.client.register("s", '{"type":"int","b":1,"a":2}', "?normalize=true", id=1)
    assert spoken.client.get("/schemas/ids/1/schema").text == {
        8: '{"type":"int","b":1,"a":2}', 7: '{"type":"int","a":2,"b":1}'}[spoken.level]


def test_43_lookup_gives_the_text_that_was_sent_on_exact_hits_and_else_the_stored_entry(client):
    stored = '{"type":"int","p":1,"q":2}'
    client.register("s", stored)
    exact = client.lookup("s", ' {"type":"int", "p":1, "q":2}').json()
    assert exact["schema"] == stored and not {"ts", "deleted"} & set(exact)
    alike = client.lookup("s", '{"type":"int","q":2,"p":1}').json()
    assert alike["schema"] == stored and alike["deleted"] is False and alike["ts"] > 10 ** 12


def test_44_an_alias_redirects_even_delete_and_config_reaches_the_alias_itself(client):
    client.register("target", INT)
    client.put("/config/name", {"alias": "target"})
    assert client.get("/subjects/name/versions/1").json()["subject"] == "target"
    assert client.delete("/subjects/name").json() == [1]
    assert client.get("/subjects").json() == []
    assert client.get("/config/name").json()["alias"] == "target"


def test_45_rule_sets_are_accepted_and_dropped_differs_kept_and_validated_and_printed_last(client):
    rules = {"domainRules": [{"name": "check", "kind": "CONDITION", "mode": "WRITE", "type": "CEL"}]}
    registered = client.register("s", INT, ruleSet=rules).json()
    assert registered["ruleSet"]["domainRules"][0]["name"] == "check"
    told = client.get("/subjects/s/versions/1").text
    assert list(json.loads(told))[-1] == "ruleSet"
    assert code(client.register("s", INT, ruleSet={"domainRules": [{"name": "a b", "type": "CEL"}]})) == 42210


def test_46_deleted_as_negative_sorts_by_absolute_value_and_wants_a_live_version(client):
    for text in (INT, LONG, '"float"'):
        client.register("s", text)
    client.delete("/subjects/s/versions/2")
    assert client.get("/subjects/s/versions?deletedAsNegative=true").json() == [1, -2, 3]
    assert client.get("/subjects/s/versions?deletedAsNegative=true&deletedOnly=true").json() == [1, -2, 3]
    client.delete("/subjects/s")
    assert code(client.get("/subjects/s/versions?deletedAsNegative=true")) == 40401
    assert client.get("/subjects/s/versions?deletedAsNegative=true&deleted=true").json() == [-1, -2, -3]


def test_47_a_malformed_guid_is_404_and_an_unknown_one_has_no_ids(client):
    assert client.get("/schemas/guids/x").error == (404, 40403, "Schema x not found")
    unknown = guid("nobody")
    assert client.get(f"/schemas/guids/{unknown}").error == (404, 40403, f"Schema {unknown} not found")
    assert client.get(f"/schemas/guids/{unknown}/ids").text == client.get("/schemas/guids/x/ids").text == "[]"


def test_48_getting_a_context_is_405_and_deleting_an_unknown_one_204(client):
    assert client.get("/contexts/.c").error[:2] == (405, 405)
    reply = client.delete("/contexts/.c")
    assert (reply.status, reply.body) == (204, b"")
    assert client.delete("/contexts/.").error[:2] == (405, 405)


def test_49_config_and_mode_survive_the_soft_delete_of_their_subject(spoken):
    client = spoken.client
    client.register("s", INT)
    client.level("s", "FULL")
    client.put("/mode/s", {"mode": "READWRITE"})
    client.delete("/subjects/s")
    status = {8: 200, 7: 404}[spoken.level]
    assert client.get("/config/s").status == client.get("/mode/s").status == status
    client.delete("/subjects/s?permanent=true")
    assert client.get("/config/s").status == client.get("/mode/s").status == 404


def test_50_messages_are_pseudo_json_in_single_quotes(client):
    client.register("s", INT)
    assert client.check("s", STRING).json()["messages"] == [
        "{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not "
        "match with the old "
        "schema', additionalInfo:'reader type: STRING not compatible with writer type: INT'}",
        "{oldSchemaVersion: 1}", "{oldSchema: '\"int\"'}",
        "{validateFields: 'false', compatibility: 'BACKWARD'}"]


def test_there_are_fifty_of_them():
    numbers = [int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)]
    assert numbers == list(range(1, 51))
