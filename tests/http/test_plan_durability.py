# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the midst of an apply: all of it is on disk, or nothing."""
import http.client
import json
import shutil
import threading
import time

from registry import Registry

OPTIONS = ["--clock", "manual", "--retention-sweep-interval", "0"]
SUBJECTS, EACH = 60, 8
KILLS = 7


def live(client):
    return sum(len(client.get(f"/subjects/s{number}/versions").json()) for number in range(SUBJECTS))


def prepare(registry):
    """Of eight versions of each subject, seven are to go."""
    client = registry.client()
    client.level("", "NONE")
    for number in range(SUBJECTS):
        for version in range(EACH):
            text = {"type": "fixed", "name": f"F{version}", "size": 1 + number}
            assert client.register(f"s{number}", json.dumps(text)).status == 200
    client.put("/retention", {"prune": {"enabled": True, "keepVersions": 1},
                              "limits": {"maxPerRun": 10000, "maxPercentPerSubject": 100}})
    told = client.post("/retention/plan").json()
    assert told["summary"]["recycle"] == SUBJECTS * (EACH - 1)
    return told["digest"]


class Applying(threading.Thread):
    def __init__(self, registry, digest):
        super().__init__(daemon=True)
        self.client, self.digest, self.acknowledged = registry.client(), digest, False

    def run(self):
        try:
            self.acknowledged = self.client.post("/retention/apply", {"digest": self.digest}).status == 200
        except (OSError, http.client.HTTPException):
            pass


def test_an_apply_that_is_killed_is_done_whole_or_not_at_all(tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    with Registry(first, options=OPTIONS) as registry:
        digest = prepare(registry)
    took, outcomes = None, []
    for number in range(KILLS + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(first / "schemad.db", folder)
        registry = Registry(folder, options=OPTIONS).start()
        applying = Applying(registry, digest)
        begun = time.monotonic()
        applying.start()
        if number:                          # the first one shows how long it takes
            time.sleep(took * number / KILLS)
            registry.kill()
        applying.join(30)
        took = took or time.monotonic() - begun
        if not number:
            assert applying.acknowledged
            registry.kill()
        registry.start()
        left = live(registry.client())
        registry.kill()
        assert left in (SUBJECTS, SUBJECTS * EACH), f"{left} of {SUBJECTS * EACH} versions are live"
        assert left == SUBJECTS or not applying.acknowledged
        outcomes.append("all" if left == SUBJECTS else "nothing")
    print(f"an apply took {took * 1000:.0f} ms; killed at each of {KILLS} parts of it: {outcomes[1:]}")
    assert outcomes[0] == "all" and "nothing" in outcomes
