# SPDX-License-Identifier: Apache-2.0
"""The pages that are written from tables and from a run are what the tables and a run say."""
import json

import pytest

import interface
import pages
import run
from registry import ROOT
from tables import errors, parameters, sections, shapes, table_of_routes


def described():
    return [route for routes in sections().values() for route in routes]


def test_every_row_of_the_table_of_routes_is_described_and_nothing_else():
    rows = [(route.method, route.path) for route in described()]
    assert len(rows) == len(set(rows))
    missing, strange = set(table_of_routes()) - set(rows), set(rows) - set(table_of_routes())
    assert not missing, f"tests/docs/routes.toml says nothing of {sorted(missing)}"
    assert not strange, f"api/routes.def has no {sorted(strange)}"


def test_what_a_description_names_is_there():
    known, words, forms = errors(), parameters(), shapes()
    for route in described():
        assert set(route.errors) <= set(known), route.path
        assert set(route.parameters) <= set(words["query"]), route.path
        assert set(route.arguments) <= set(words["path"]), route.path
        assert {route.body, route.answer} - {None} <= set(forms), route.path


def test_every_value_in_a_message_is_told_by_its_name():
    for code, messages in errors().items():
        assert not [message for message in messages if "%" in message], code


def test_every_shape_and_every_parameter_is_used():
    document = json.dumps(interface.document())
    for name in shapes():
        assert f'"#/components/schemas/{name}"' in document, name
    for name in interface.all_parameters():
        assert f'"#/components/parameters/{name}"' in document, name


def test_every_route_has_an_example_that_succeeds():
    succeeded = {row for row, examples in run.run().items()
                 if any(example.status < 300 for example in examples)}
    missing = [row for row in table_of_routes() if row not in succeeded]
    assert not missing, f"tests/docs/examples.txt has no example of {missing} that succeeds"


@pytest.mark.parametrize("name", pages.PAGES)
def test_the_page_is_what_this_run_writes(name):
    change = pages.rewrite(name)
    if change:
        pytest.fail(f"docs/{name} was not true and is written anew; commit it if it is right:\n{change}",
                    pytrace=False)


def test_openapi_names_the_paths_and_methods_of_the_table_of_routes():
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(method, path.replace(":int}", "}")) for method, path in table_of_routes()}


def test_openapi_is_served_as_it_stands_in_docs(client):
    reply = client.get("/openapi.json")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.body == (ROOT / "docs" / "openapi.json").read_bytes()
