"""`whole_experiment`: everything a tracker is to hold of an experiment at its end.

Stages whose results DVC had cached did not run and recorded nothing, baseline above all. So the report
records what all of them found: a tracker's run is complete whatever ran.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import mean

from tunewright import artifacts
from tunewright.config.schema.tracking import Tracking
from tunewright.evaluation.judging.whole import JudgedWhole
from tunewright.evaluation.results import flat_values, with_intervals
from tunewright.evaluation.suites.judge import flat_results
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TUNED
from tunewright.tracking.records import Artifact, Curve, Facts, File, Final, Record, Step, Table


def whole_experiment(root: Path, inputs: ReportInputs, tracking: Tracking) -> Iterator[Record]:
    """Yield the loss curve, the final numbers, where it ran, the results by reference and sample answers.

    Args:
        root: the project's folder, with report and model card written.
        inputs: of the report.
        tracking: what of it trackers get.
    """
    yield Curve(
        "train",
        tuple(
            Step({"train/loss" if point.split == "train" else "validation/loss": point.loss}, point.step)
            for point in inputs.losses
        ),
    )
    yield Final({**flat_values(inputs.scores), **_differences(inputs)})
    suites = {f"suites/{name}": value for name, value in flat_results(inputs.suites).items()}
    yield Final({**inputs.train, **suites, "accepted": float(inputs.verdict.accepted)})
    yield Facts({"timing": inputs.timings})
    if inputs.reference is not None:
        yield Facts({"reference_use": asdict(inputs.reference)})
    if inputs.judged is not None:
        yield Final(_judge(inputs.judged))
        yield Facts({"judge_use": asdict(inputs.judged.use)})
    if inputs.card.review is not None:
        yield Facts({"review": asdict(inputs.card.review)})
    yield from _results(root, inputs, tracking.upload)
    yield File(artifacts.MODEL_CARD.as_posix())
    if inputs.data.allow_rows_in_trackers and tracking.sample_rows:
        yield sample_answers(inputs, tracking.sample_rows)


COLUMNS = {"reference": "reference_model"}
"""Of contestants whose name means another column: the reference is the right answer."""


def sample_answers(inputs: ReportInputs, count: int) -> Table:
    """The first test rows, which is a random choice since their order is that of hashes, with all answers."""
    who_answered = [*inputs.contestants]
    rows = zip(*(inputs.predictions[who] for who in who_answered), strict=True)
    return Table(
        "samples",
        ("id", "prompt", "reference", *(COLUMNS.get(who, who) for who in who_answered), "score"),
        tuple(
            (
                answers[0].id,
                answers[0].prompt,
                answers[0].reference,
                *(answer.answer for answer in answers),
                inputs.row_scores[TUNED][answers[0].id],
            )
            for answers, _ in zip(rows, range(count), strict=False)
        ),
    )


def _differences(inputs: ReportInputs) -> dict[str, float]:
    """Tuned minus prompted, as `tuned_over_CONTESTANT/METRIC` with its interval."""
    return {
        f"tuned_over_{contestant}/{name}": value
        for metric, pairs in inputs.paired.items()
        for contestant, pair in pairs.items()
        for name, value in with_intervals({metric: pair.difference}).items()
    }


def _judge(whole: JudgedWhole) -> dict[str, float]:
    """As `judge/NAME` with the interval, rows by outcome, and how far people agree; nobody's name."""
    kappas = [one.kappa for one in whole.people if one.kappa is not None]
    numbers = {**with_intervals(whole.results.intervals), **whole.results.counts}
    if whole.people:
        numbers["raters"] = len(whole.people)
        numbers["raters_alike"] = mean(one.alike / one.rows for one in whole.people)
    if kappas:
        numbers["raters_kappa"] = mean(kappas)
    return {f"judge/{name}": float(value) for name, value in numbers.items()}


def _results(root: Path, inputs: ReportInputs, upload: Collection[str]) -> Iterator[Artifact]:
    """Where DVC has hashed one of them, trackers get its hash."""
    data, adapter, report = (
        path.as_posix() for path in (artifacts.DATA, artifacts.ADAPTER, artifacts.REPORT)
    )
    of_report = f"sha256:{artifacts.sha256_file(root / report)}"
    yield Artifact("dataset", "dataset", data, _digest(data, inputs.hashes), "dataset" in upload)
    yield Artifact("adapter", "model", adapter, _digest(adapter, inputs.hashes), "adapter" in upload)
    yield Artifact("report", "report", report, of_report, "report" in upload)


def _digest(folder: str, hashes: Mapping[str, str]) -> str:
    """Of all files of a folder."""
    lines = [f"{digest} {path}\n" for path, digest in sorted(hashes.items()) if path.startswith(f"{folder}/")]
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
