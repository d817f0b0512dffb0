# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a schemad of its own for each test, with the URL that clients want."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))

from registry import BIN, Registry  # noqa: E402


@pytest.fixture
def registry(tmp_path):
    if not (BIN / "schemad").exists():
        pytest.skip(f"{BIN / 'schemad'} is not built")
    with Registry(tmp_path) as running:
        running.url = f"http://127.0.0.1:{running.port}"
        yield running
