"""Which settings mattered: permutation importance of a random forest, judged on experiments it has not seen.

A forest learns the metric from the settings of four fifths of the experiments and foretells it for the
rest; a setting's importance is how much worse it foretells when that setting's values are shuffled among
them (L. Breiman (2001), Random Forests, Machine Learning 45, section 10). A forest that hardly foretells
better than the mean has learnt nothing, and then nothing is shown.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.experiments.columns import labels, value_of
from tunewright.experiments.experiment import Experiment, Value
from tunewright.experiments.ranking import measured
from tunewright.experiments.table import texts

LEAST_EXPERIMENTS = 12
LEAST_PER_SETTING = 4
FOLDS = 5
SHUFFLES = 10
LEAST_EXPLAINED = 0.1
"""Share of the variance that the forest must foretell for held-out experiments."""


@dataclass(frozen=True)
class Share:
    """A setting and its part of what all settings together matter, from 0 to 1."""

    key: str
    label: str
    share: float


@dataclass(frozen=True)
class Importance:
    """What was found.

    Attributes:
        shares: most important first; empty if nothing can be said.
        explained: share of the variance of held-out experiments that the settings foretell.
        why_not: why nothing can be said; empty if there are shares.
    """

    shares: tuple[Share, ...]
    explained: float = 0.0
    why_not: str = ""


def importance(experiments: Sequence[Experiment], settings: Sequence[str], metric: str) -> Importance:
    """How much each setting mattered for the metric.

    Args:
        experiments: that have the metric.
        settings: keys that differ among all experiments.
        metric: to be explained.
    """
    varied = [key for key in settings if len(set(texts(experiments, key))) > 1]
    least = max(LEAST_EXPERIMENTS, LEAST_PER_SETTING * len(varied))
    if not varied:
        return Importance((), why_not="No setting differs among the finished experiments.")
    if len(experiments) < least:
        return Importance(
            (),
            why_not=f"Differing settings: {len(varied)}. To tell which of them mattered takes at least "
            f"{least} results; there are {len(experiments)}.",
        )
    if importlib.util.find_spec("sklearn") is None:
        return Importance((), why_not="scikit-learn is not installed: pip install 'tunewright[compare]'.")
    import numpy as np

    target = np.array([measured(one, metric) for one in experiments], dtype=float)
    if np.ptp(target) == 0:
        return Importance((), why_not="All experiments have the same value.")
    features, owners = _features(experiments, varied)
    explained, drops = _explain(features, owners, len(varied), target)
    if explained < LEAST_EXPLAINED or not drops.sum() > 0:
        return Importance(
            (),
            why_not="The settings do not foretell the metric of experiments that were held out: chance, or "
            "too few experiments.",
        )
    short, total = labels(varied), drops.sum()
    shares = [Share(key, short[key], float(drop / total)) for key, drop in zip(varied, drops, strict=True)]
    return Importance(tuple(sorted(shares, key=lambda one: -one.share)), explained)


def _explain(features: Any, owners: Sequence[int], settings: int, target: Any) -> tuple[float, Any]:  # noqa: ANN401
    """Share of variance explained on held-out rows, and by how much shuffling each setting raises the error.

    Args:
        features: shape (experiments, columns).
        owners: the setting that each column belongs to.
        settings: how many there are.
        target: shape (experiments,).
    """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    random = np.random.default_rng(0)
    error, drops = 0.0, np.zeros(settings)
    columns = [[at for at, owner in enumerate(owners) if owner == setting] for setting in range(settings)]
    for seen, held in KFold(FOLDS, shuffle=True, random_state=0).split(features):
        forest = RandomForestRegressor(n_estimators=100, min_samples_leaf=2, random_state=0)
        forest.fit(features[seen], target[seen])
        usual = ((forest.predict(features[held]) - target[held]) ** 2).sum()
        error += usual
        for setting in range(settings):
            # All shuffles of a setting in one prediction; its columns move together.
            shuffled = np.tile(features[held], (SHUFFLES, 1))
            order = np.concatenate([random.permutation(held) for _ in range(SHUFFLES)])
            shuffled[:, columns[setting]] = features[order][:, columns[setting]]
            wrong = ((forest.predict(shuffled) - np.tile(target[held], SHUFFLES)) ** 2).sum() / SHUFFLES
            drops[setting] += wrong - usual
    variance = ((target - target.mean()) ** 2).sum()
    return float(1 - error / variance), np.maximum(drops, 0)


def _features(experiments: Sequence[Experiment], keys: Sequence[str]) -> tuple[Any, list[int]]:
    """Numbers as they are, anything else as one column for each value."""
    import numpy as np

    columns, owners = [], []
    for owner, key in enumerate(keys):
        values = [value_of(one, key) for one in experiments]
        if all(_is_number(value) for value in values):
            columns.append([float(value) for value in values])
            owners.append(owner)
            continue
        shown = texts(experiments, key)
        for stop in dict.fromkeys(shown):
            columns.append([float(text == stop) for text in shown])
            owners.append(owner)
    return np.array(columns).T, owners


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
