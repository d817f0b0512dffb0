# SPDX-License-Identifier: Apache-2.0
"""At the end of a run: how many steps the random histories took, and with which seeds."""
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "http")]


def pytest_terminal_summary(terminalreporter):
    passed = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", [])]
    done = [each for each in passed if "steps" in each]
    if done:
        seeds = " ".join(str(each["seed"]) for each in sorted(done, key=lambda each: each["seed"]))
        steps = sum(each["steps"] for each in done)
        terminalreporter.write_line(f"retention: {steps} steps in {len(done)} histories, seeds {seeds}")
