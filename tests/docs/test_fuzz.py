# SPDX-License-Identifier: Apache-2.0
"""Schemathesis asks what docs/openapi.json allows, and what it does not; all that is answered is told there.

Bounded by the numbers of examples, the same ones in each run.
"""
import json
import re
import subprocess
import sys

import pytest

import interface
import run
from registry import Registry

TOLD = "status_code_conformance,content_type_conformance,response_schema_conformance"
AT_MOST = 300                   # seconds; it is to be over long before
PASSES = {
    # What may be asked never ends in a fault of the server; what may not be asked may, as a negative offset.
    "allowed": ["--mode", "positive", "--phases", "examples,coverage,fuzzing", "-n", "8",
                "--checks", f"not_a_server_error,{TOLD}"],
    "not-allowed": ["--mode", "negative", "--phases", "fuzzing", "-n", "4", "--checks", TOLD],
}


def asked():
    """The document, with one type of bodies: that all of them are read is tested with transcripts."""
    document = interface.document()
    for body in document["components"]["requestBodies"].values():
        body["content"] = {"application/json": body["content"]["application/json"]}
    return document


@pytest.mark.parametrize("which", PASSES)
def test_nothing_is_answered_that_openapi_does_not_tell(which, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(asked()))
    with Registry(tmp_path, db=":memory:", options=run.OPTIONS) as registry:
        list(run.ask_all(registry))
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url",
             f"http://127.0.0.1:{registry.port}", "--seed", "1", "--no-shrink", "--continue-on-failure",
             "--warnings", "off", "--request-timeout", "30", *PASSES[which]],
            cwd=tmp_path, capture_output=True, text=True, timeout=AT_MOST)
        assert registry.alive(), registry.stderr()
    if done.returncode != 0:
        pytest.fail(done.stdout[-6000:] + done.stderr[-2000:], pytrace=False)
    assert int(re.search(r"(\d+) generated, \1 passed", done.stdout)[1]) > 100
