# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` puts in its place."""
import os
import re
import subprocess

import pytest
from registry import BIN, ROOT


@pytest.mark.parametrize("staged", [False, True])
def test_what_is_installed_finds_itself(tmp_path, staged):
    prefix = "/opt/schemad" if staged else str(tmp_path)
    environment = {**os.environ, "DESTDIR": str(tmp_path)} if staged else os.environ
    subprocess.run(["cmake", "--install", BIN, "--prefix", prefix], check=True, capture_output=True,
                   env=environment)
    top = tmp_path / "opt/schemad" if staged else tmp_path
    for program in ("schemad", "genesys-producer", "copy-registry"):
        subprocess.run([top / "bin" / program, "--help"], check=True, capture_output=True)
        unit = top / "lib/systemd/system" / f"{program}.service"
        if program == "copy-registry":
            continue
        text = unit.read_text()
        assert text == (ROOT / "deploy" / unit.name).read_text().replace("/usr/local", prefix)
        for place in re.findall(r"(?m)^(?:ExecStart=|Documentation=file://)(\S+)", text):
            assert (top / place.removeprefix(prefix + "/")).is_file(), place
    pages = top / "share/doc/schemad"
    for link in re.findall(r"\]\((docs/[^)#]+\.md)", (pages / "README.md").read_text()):
        assert (pages / link).is_file(), link
    assert (pages / "schemad.conf").is_file()
