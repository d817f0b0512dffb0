# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a schemad of its own for each test, with the URL that clients want; the table of the walks."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "http")]

import clients  # noqa: E402
from registry import BIN, Registry  # noqa: E402

LOG = clients.ROOT / "build" / "test-logs" / "clients.txt"


@pytest.fixture
def registry(tmp_path):
    if not (BIN / "schemad").exists():
        pytest.skip(f"{BIN / 'schemad'} is not built")
    with Registry(tmp_path) as running:
        running.url = f"http://127.0.0.1:{running.port}"
        yield running


@pytest.fixture(scope="session")
def table():
    """(client, check): whether it went well. Written down when all is done."""
    told = {}
    yield told
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text(clients.table(told))
