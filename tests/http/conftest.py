# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a fresh process and a fresh store for each test that asks for them."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from registry import Registry  # noqa: E402


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path) as running:
        yield running


@pytest.fixture
def client(registry):
    with_connection = registry.client()
    yield with_connection
    with_connection.close()
