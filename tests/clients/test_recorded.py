# SPDX-License-Identifier: Apache-2.0
"""What real clients once sent is sent again, without them, to the byte; the answers must be as recorded."""
import re

import pytest

import clients
import record
from registry import Registry

FILES = sorted(record.RECORDED.glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recording_is_answered_as_it_was(path, tmp_path):
    exchanges = record.parse(path.read_text())
    assert exchanges
    with Registry(tmp_path, ":memory:") as registry:
        for number, recorded in enumerate(exchanges, 1):
            assert str(record.replay(recorded, registry.port)) == str(recorded), f"exchange {number}"


def test_every_client_is_recorded():
    assert {path.stem for path in FILES} == set(clients.CLIENTS)


def test_a_recording_says_what_it_is_and_nothing_about_the_machine():
    for path in FILES:
        lines = path.read_text().split("\n")
        assert re.fullmatch(r"# \S.* v?\d+\.\d+\S*", lines[0]), path.name
        assert re.fullmatch(r"# \S.* URL", lines[1]), path.name
        for word in ("127.0.0.1", "localhost", str(clients.ROOT), "/root", "/home", "/tmp"):
            assert word not in path.read_text(), f"{path.name}: {word}"


def test_the_documentation_names_every_client_and_what_it_is_checked_for():
    assert clients.page() in (clients.ROOT / "docs" / "clients.md").read_text()
