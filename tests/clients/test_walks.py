# SPDX-License-Identifier: Apache-2.0
"""Real clients walk through a registry of their own. clients.py has them, and what each is to do.

A walk runs once, through the recording proxy: what it checked is told here, check by check, and what it sent
must be what is recorded. At the end stands the table, in build/test-logs/clients.txt.
"""
import pytest

import clients
import record

PAIRS = [(name, check) for name, client in clients.CLIENTS.items() for check in client.checks]
RAN = {}


def walked(name):
    client = clients.CLIENTS[name]
    missing = client.missing()
    if missing:
        pytest.skip(missing)
    if name not in RAN:
        RAN[name] = clients.walk(client)
    return RAN[name]


@pytest.mark.parametrize("name, check", PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_a_client_can(name, check, table):
    wrong = walked(name).said.get(check, "it was not checked")
    table[name, check] = wrong is None
    assert wrong is None, wrong.encode().decode("unicode_escape")


def loose(exchange):
    """The text of an exchange without what differs with the version of node, of the JDK, of curl."""
    exchange.asked.fields = [(key, value.split("/")[0] if key.lower() == "user-agent" else value)
                             for key, value in exchange.asked.fields if key.lower() != "connection"]
    return str(exchange)


@pytest.mark.parametrize("name", clients.CLIENTS)
def test_what_a_client_sends_is_what_was_recorded(name):
    walk = walked(name)
    recorded = record.parse((record.RECORDED / f"{name}.txt").read_text())
    again = record.parse(walk.recording)
    for number, (wanted, got) in enumerate(zip(recorded, again), 1):
        assert loose(got) == loose(wanted), f"exchange {number}; is it right? tests/clients/record.py {name}"
    assert len(again) == len(recorded)
