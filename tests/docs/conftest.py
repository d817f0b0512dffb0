# SPDX-License-Identifier: Apache-2.0
"""The fixtures of tests/http."""
import pathlib
import sys

for folder in (pathlib.Path(__file__).parent, pathlib.Path(__file__).parents[1] / "http"):
    sys.path.insert(0, str(folder))

import pytest  # noqa: E402

from registry import Registry  # noqa: E402


@pytest.fixture
def client(tmp_path):
    with Registry(tmp_path) as running:
        connection = running.client()
        yield connection
        connection.close()
