"""The verdict as JSON, for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict

from tunewright.evaluation.results import Results
from tunewright.evaluation.verdict import Verdict
from tunewright.reporting.verdict_view import criterion_rows


def verdict_json(project: str, scores: Results, verdict: Verdict, *, stale: bool) -> str:
    """`{"project", "accepted", "stale", "criteria", "scores"}`.

    A criterion has the fields of metrics/acceptance.json, and its short form as `criterion`; a score those of
    metrics/evaluation.json.

    Args:
        project: its name.
        scores: contestant -> metric -> score.
        verdict: what was judged.
        stale: the configuration has changed since.
    """
    criteria = [
        {"criterion": row.criterion, **asdict(judgement)}
        for row, judgement in zip(criterion_rows(verdict), verdict.criteria, strict=True)
    ]
    found = {
        "project": project,
        "accepted": verdict.accepted,
        "stale": stale,
        "criteria": criteria,
        "scores": {
            who: {metric: interval.as_dict() for metric, interval in measured.items()}
            for who, measured in scores.items()
        },
    }
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
