# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka for Python, a client of today, against a schemad that speaks as 7.9 did."""
import pytest

from registry import Registry
from test_python import (BROKEN, PERSON, USER, WIDER, AvroDeserializer, SchemaRegistryClient,
                         SchemaRegistryError, avro, context, serializer, unpacked)


@pytest.fixture
def url(tmp_path):
    with Registry(tmp_path, options=["--api-level", "7"]) as registry:
        yield f"http://127.0.0.1:{registry.port}"


def test_a_record_goes_round_without_associations_and_guids(url):
    with SchemaRegistryClient({"url": url}) as client, SchemaRegistryClient({"url": url}) as another:
        message = serializer(client)(PERSON, context())
        assert unpacked(message)[0] == 1
        assert AvroDeserializer(another)(message, context())["name"] == "Ada"
        latest = serializer(client, WIDER)(PERSON | {"city": "Oslo"}, context())
        assert AvroDeserializer(another)(latest, context())["city"] == "Oslo"
        assert another.get_latest_version("users-value").version == 2


def test_what_is_registered_is_found_and_what_does_not_fit_is_409(url):
    with SchemaRegistryClient({"url": url}) as client:
        assert client.register_schema("s", avro(USER)) == client.register_schema("s", avro(USER)) == 1
        found = client.lookup_schema("s", avro(USER))
        assert (found.schema_id, found.version, found.guid) == (1, 1, None)
        with pytest.raises(SchemaRegistryError) as refused:
            client.register_schema("s", avro(BROKEN))
        assert (refused.value.http_status_code, refused.value.error_code) == (409, 409)
        assert client.delete_subject("s") == [1] and client.delete_subject("s", permanent=True) == [1]
