"""What one experiment is, read from the bytes of its files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from tunewright.artifacts import load_yaml
from tunewright.config.judge_metrics import PREFIX as JUDGE_PREFIX
from tunewright.config.judge_metrics import SCORE, WIN_RATE
from tunewright.config.params_file import PARAMS
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval
from tunewright.experiments.git_files import Blob

State = Literal["done", "changed", "running", "queued", "pruned", "failed", "not run", "damaged"]
"""`pruned`: given up by a search. `changed` and `not run` are states of the project's folder: its settings
are not those of its results."""

Value = Any
"""A setting's plain value."""

RESOLVED = "resolved.yaml"
LOCK = "dvc.lock"
LOSSES = "plots/loss.csv"
EVALUATION, BASELINE = "metrics/evaluation.json", "metrics/baseline.json"
REFERENCE, JUDGE = "metrics/reference.json", "metrics/judge.json"
TRAIN, ACCEPTANCE, TRAIN_TIME = "metrics/train.json", "metrics/acceptance.json", "timings/train.json"
FILES = (PARAMS, RESOLVED, LOCK, EVALUATION, BASELINE, REFERENCE, JUDGE, TRAIN, ACCEPTANCE, TRAIN_TIME)

WHOLE = ("task.output.json_schema",)
"""Settings whose value is a mapping that is compared as one."""

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class Loss:
    """A validation loss after so many optimizer steps."""

    step: int
    loss: float


@dataclass(frozen=True)
class Experiment:
    """One experiment, or the project's folder.

    Attributes:
        name: as DVC shows it; `workspace` for the folder.
        state: whether its results are there.
        commit, baseline: of git; empty for the folder.
        settings: dotted key to value: all of them if there is a resolved.yaml, else those that
            params.yaml states.
        complete: all settings are known.
        chosen: the keys that params.yaml sets by themselves.
        metrics: the task's, most important first, and the judge's win rate if one judged.
        scores: contestant -> metric -> score; what a judge said is among the tuned model's.
        accepted: the verdict.
        train_seconds: wall time of training.
        validation_loss: of the weights that were kept.
        test_rows: first letters of the hash of the test rows; results are comparable where it is the same.
        losses: the learning curve on validation rows.
        last_loss: validation loss at which a search gave it up; null if none did.
    """

    name: str
    state: State
    commit: str = ""
    baseline: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    complete: bool = False
    chosen: frozenset[str] = frozenset()
    metrics: tuple[str, ...] = ()
    scores: Mapping[Contestant, Mapping[str, Interval]] = field(default_factory=dict)
    accepted: bool | None = None
    train_seconds: float | None = None
    validation_loss: float | None = None
    test_rows: str = ""
    losses: tuple[Loss, ...] = ()
    last_loss: float | None = None

    @property
    def tuned(self) -> Mapping[str, Interval]:
        """The tuned model's scores."""
        return self.scores.get("tuned", {})


class Reader:
    """Parses files; what stands in many experiments alike is parsed once."""

    def __init__(self) -> None:
        """Begin with nothing parsed."""
        self._known: dict[tuple[str, str], Any] = {}

    def experiment(
        self, files: Mapping[str, Blob], name: str, state: State, commit: str = "", baseline: str = ""
    ) -> Experiment:
        """The experiment that these files make; `damaged` if one of them cannot be read."""
        try:
            return self._experiment(files, name, state, commit, baseline)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Experiment(name, "damaged", commit, baseline)

    def _experiment(
        self, files: Mapping[str, Blob], name: str, state: State, commit: str, baseline: str
    ) -> Experiment:
        def parsed(path: str, parse: Callable[[bytes], Parsed], absent: Parsed) -> Parsed:
            return self._parsed(path, files[path], parse) if path in files else absent

        nothing: dict[str, Any] = {}
        settings = parsed(RESOLVED, _flat_yaml, nothing)
        verdict = parsed(ACCEPTANCE, _json, nothing)
        nobody: dict[Contestant, Mapping[str, Interval]] = {}
        judged = parsed(JUDGE, _judge_scores, nothing)
        tuned = parsed(EVALUATION, _scores, nobody).get("tuned", {})
        return Experiment(
            name=name,
            state=state,
            commit=commit,
            baseline=baseline,
            settings=settings,
            complete=bool(settings),
            chosen=parsed(PARAMS, _chosen, frozenset()),
            metrics=(*settings.get("task.metrics", ()), *(name for name in judged if name == WIN_RATE)),
            scores={
                **parsed(BASELINE, _scores, nobody),
                **parsed(REFERENCE, _scores, nobody),
                **({"tuned": {**tuned, **judged}} if tuned else {}),
            },
            accepted=verdict.get("accepted") if verdict.get("criteria") else None,
            train_seconds=parsed(TRAIN_TIME, _json, nothing).get("seconds"),
            validation_loss=parsed(TRAIN, _json, nothing).get("validation_loss_best"),
            test_rows=parsed(LOCK, _test_rows, ""),
            losses=parsed(LOSSES, _losses, ()),
        )

    def _parsed(self, path: str, blob: Blob, parse: Callable[[bytes], Parsed]) -> Parsed:
        key = (path, blob.id)
        if key not in self._known:
            self._known[key] = parse(blob.content)
        found: Parsed = self._known[key]
        return found


def stated(params: Blob) -> dict[str, Value]:
    """What a params.yaml states by itself, as settings.

    Raises:
        ConfigError: it is no params.yaml.
    """
    from tunewright.config.params_file import parse_params

    read = parse_params(params.content.decode("utf-8-sig"))
    return {**{f"choices.{group}": option for group, option in read.choices.items()}, **flat(read.values)}


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """Nested settings by dotted key."""
    return dict(_leaves(values, prefix))


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Value]]:
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and value and key not in WHOLE:
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _flat_yaml(content: bytes) -> dict[str, Value]:
    return flat(load_yaml(content))


def _chosen(content: bytes) -> frozenset[str]:
    """The keys under `set`. Their values come from resolved.yaml, so that 1e-4 may stay text here."""
    return frozenset(flat(load_yaml(content).get("set") or {}))


def _json(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


def _scores(content: bytes) -> dict[Contestant, Mapping[str, Interval]]:
    raw: dict[Contestant, dict[str, dict[str, Any]]] = json.loads(content)
    return {who: {name: Interval(**score) for name, score in scores.items()} for who, scores in raw.items()}


def _judge_scores(content: bytes) -> dict[str, Interval]:
    """The tuned model's win rate and scores, by the names that criteria have for them."""
    named = {f"{JUDGE_PREFIX}{name}": score for name, score in json.loads(content).items()}
    return {
        name: Interval(**score) for name, score in named.items() if name == WIN_RATE or name.startswith(SCORE)
    }


def _test_rows(content: bytes) -> str:
    """Of dvc.lock only the stage `evaluate` is parsed: the whole file takes ten times as long."""
    stage = re.search(rb"^  evaluate:\n(?:    .*\n|  - .*\n)*", content, re.MULTILINE)
    if stage is None:
        return ""
    deps = load_yaml(stage[0])["evaluate"].get("deps", [])
    return next(
        (str(dep.get("md5", ""))[:8] for dep in deps if dep["path"] == "artifacts/data/test.jsonl"), ""
    )


def _losses(content: bytes) -> tuple[Loss, ...]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8")))
    return tuple(Loss(int(r["step"]), float(r["loss"])) for r in rows if r["split"] == "validation")
