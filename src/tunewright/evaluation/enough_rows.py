"""Is the test set large enough for what `task.acceptance` asks?

Before anything is computed: could even a perfect result show it (`proportions.rows_needed`)? Afterwards: how
many rows would show what was measured, if that is the truth? Standard errors fall with the root of the
rows, so that n rows become n * (what n rows detect / what is to be shown)**2 (see `paired`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tunewright.config.metrics import metric_of
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.measured import MEASURED
from tunewright.config.schema.task import Criterion
from tunewright.config.suite_metrics import PREFIX as SUITES
from tunewright.evaluation.paired import smallest_detectable
from tunewright.evaluation.verdict import Judgement, rows_asked
from tunewright.proportions import two_sided_z


def out_of_reach(acceptance: Sequence[Criterion], rows: int) -> Iterator[str]:
    """Yield a sentence for each criterion that no result on so many test rows could meet.

    Args:
        acceptance: the task's criteria.
        rows: of the test split.
    """
    for criterion in acceptance:
        if criterion.metric in MEASURED or metric_of(criterion.metric).unit != "share":
            continue
        if criterion.slice or criterion.metric.startswith(SUITES):
            continue  # how many rows a slice will have is not known yet, and a suite has items of its own
        for asked in rows_asked(criterion):
            if asked.rows is not None and asked.rows > rows:
                what = f"{criterion.metric} over {criterion.over}" if criterion.over else criterion.metric
                yield (
                    f"{what} {'>=' if asked.side == 'min' else '<='} {asked.bound:g} with "
                    f"{criterion.confidence:.4g} confidence needs {asked.rows} test rows, even of a perfect "
                    f"model; there are {rows}"
                )


def rows_to_show(judgement: Judgement, statistics: Statistics) -> int | None:
    """How many test rows would show what was measured to clear the minimum, with `statistics.power`.

    Args:
        judgement: of a criterion.
        statistics: brings the power.

    Returns:
        None where the criterion holds, has no minimum or no interval, is on a suite, or what was measured is
        below the minimum: more rows do not mend that.
    """
    rows, value, low, high = judgement.n, judgement.value, judgement.low, judgement.high
    if judgement.metric.startswith(SUITES):
        return None
    if judgement.passed or judgement.min is None or not rows or value is None or low is None or high is None:
        return None
    margin = value - judgement.min
    if margin <= 0:
        return None
    error = (high - low) / 2 / two_sided_z(judgement.confidence)
    own = statistics.model_copy(update={"confidence": judgement.confidence})
    return max(rows + 1, math.ceil(rows * (smallest_detectable(error, own) / margin) ** 2))
