# SPDX-License-Identifier: Apache-2.0
"""Random histories: after every step the laws of retention hold.

SEED=N runs that history alone, STEPS=N sets the length of each; what fails names both.
"""
import os
import tempfile

import pytest

from history import History
from registry import Registry

SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(1, 22)
STEPS = int(os.environ.get("STEPS", 500))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None     # a file, too


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="schemad-history-", dir=MEMORY) as name:
        yield name


@pytest.mark.parametrize("seed", SEEDS)
def test_after_every_step_of_a_random_history_the_laws_hold(seed, folder, record_property):
    sweeps = seed % 2 == 0
    options = ["--clock", "manual", "--retention-sweep-interval", "1h" if sweeps else "0"]
    with Registry(folder, options=options) as registry:
        history = History(registry, seed, sweeps)
        print(f"SEED={seed} STEPS={STEPS}, {'with' if sweeps else 'without'} sweeps")
        history.run(STEPS)
    record_property("seed", seed)
    record_property("steps", history.steps)
