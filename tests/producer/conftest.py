# SPDX-License-Identifier: Apache-2.0
"""Fixtures: genesys-producer as a process, a registry for it, and the reference data."""
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "http"))

from fake_registry import FakeRegistry  # noqa: E402
import producing  # noqa: E402
from registry import BIN, SHARED, Registry  # noqa: E402


@pytest.fixture
def producer(tmp_path):
    made = producing.Producer(tmp_path)
    if not made.binary.exists():
        pytest.skip(f"{made.binary} is not built")
    return made


@pytest.fixture
def registry(tmp_path):
    if not (BIN / "schemad").exists():
        pytest.skip(f"{BIN / 'schemad'} is not built")
    folder = tmp_path / "registry"
    folder.mkdir()
    with Registry(folder) as running:
        running.url = f"http://127.0.0.1:{running.port}"
        yield running


def mounted_aside(folder):
    """Mounts in a name space of a process's own; (the process, the folder as it is reached through it)."""
    script = f"mount -t tmpfs -o size=1m tmpfs '{folder}' && echo ready && exec cat"
    holder = subprocess.Popen(["unshare", "-rm", "sh", "-c", script], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    if holder.stdout.readline() != b"ready\n":
        pytest.skip("a small tmpfs can be mounted neither here nor in a name space of its own")
    return holder, pathlib.Path(f"/proc/{holder.pid}/root{folder}")


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True).returncode == 0:
        yield folder
        subprocess.run(["umount", "-l", folder], check=True)
        return
    holder, aside = mounted_aside(folder)
    yield aside
    holder.stdin.close()
    holder.wait(timeout=10)


@pytest.fixture
def fake():
    with FakeRegistry() as running:
        yield running


@pytest.fixture(scope="session")
def genesys():
    """The folder of reference events and what must become of them."""
    folder = SHARED / "genesys"
    if not folder.is_dir():
        pytest.skip(f"the reference data in {SHARED} (shared, SCHEMAD_SHARED) is missing")
    return folder
