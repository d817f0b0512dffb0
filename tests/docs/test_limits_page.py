# SPDX-License-Identifier: Apache-2.0
"""The page of limits leaves nothing out, and each row is gone to by a test."""
import itertools
import re

from registry import ROOT
from tables import limits, rows

# What bounds schemad's own work, and no client can make grow.
OWN = {
    "KIB", "MIB", "CONNECTION_POOL", "LINGER_PLACES", "LINGER_MS", "PATH_ARGS_MAX", "GZIP_LEAST",
    "REPLY_SMALL", "SCHEMA_TEXT_MAX", "DEFAULT_STEPS_MAX", "COMPARE_DEPTH_MAX", "FINDINGS_BYTES_MAX",
    "PARSED_MAX",
    "OLD_SCHEMA_SHOWN", "EXPIRING_MS", "SWEEP_MS", "RUN_DEFAULT", "PERCENT_DEFAULT", "NOTED_MAX",
    "RULES_REFUSING_MAX", "MARKS_MS",
}


def listed():
    return list(itertools.chain(*limits().values()))


def test_every_bound_of_what_a_client_can_grow_is_in_the_table():
    text = (ROOT / "base" / "limits.h").read_text()
    text = text[:text.index("/* Commits")]
    assert set(re.findall(r"^    ([A-Z_]+) = ", text, re.M)) - OWN == {row["limit"] for row in listed()}


def test_every_row_has_a_test():
    for row in listed():
        file, _, test = row["test"].partition("::")
        path = ROOT / file if "/" in file else ROOT / "tests" / "http" / file
        assert f" {test}(" in path.read_text(), row


def test_every_setting_that_moves_a_limit_begins_with_it():
    settings = {row[0]: row[2] for row in rows("server/settings.def", "SETTING")}
    for row in listed():
        if "setting" in row and row["limit"] != "TARGET_MAX":
            assert settings[row["setting"]] == row["limit"]
