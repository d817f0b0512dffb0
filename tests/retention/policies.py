# SPDX-License-Identifier: Apache-2.0
"""Random policies, as the merge patches that make them: small numbers, so that rules meet each other."""

DAYS = [0, 0.25, 0.5, 1, 2, 3, 7]


def some_patch(rng):
    """A patch of one to three of the five parts; now and then it takes something away."""
    patch = {}
    for part in rng.sample(list(PARTS), rng.randint(1, 3)):
        patch[part] = None if rng.random() < 0.12 else PARTS[part](rng)
    return {} if rng.random() < 0.05 else patch


def _pick(rng, **choices):
    return {name: rng.choice(values) for name, values in choices.items() if rng.random() < 0.5}


def _protect(rng):
    return _pick(rng, minVersions=[0, 1, 2, 3, None], minAgeDays=[*DAYS, None],
                 ageBasis=["superseded", "superseded", "created", None], usedWithinDays=[*DAYS, None])


def _prune(rng):
    """Enabled only with a rule that is more than silence."""
    rules = _pick(rng, unusedForDays=[*DAYS, None])
    first = rng.choice(["keepVersions", "olderThanDays"])
    rules[first] = rng.choice([0, 1, 2, 4] if first == "keepVersions" else DAYS)
    return {"enabled": rng.random() < 0.8, **rules}


def _recycle(rng):
    return {"days": rng.choice([*DAYS, None])}


def _purge(rng):
    rest = _pick(rng, evenIfTransitive=[True, False], keepText=[True, False, None])
    return {"enabled": rng.random() < 0.7, **rest}


def _limits(rng):
    return _pick(rng, maxPerRun=[1, 2, 3, 100, None], maxPercentPerSubject=[10, 34.5, 50, 100, 100, None])


PARTS = {"protect": _protect, "prune": _prune, "recycle": _recycle, "purge": _purge, "limits": _limits}
