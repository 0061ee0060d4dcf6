"""Rules of `task.acceptance`: each criterion can hold, and names what there is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from tunewright.config.judge_metrics import judge_metrics
from tunewright.config.metrics import metric_of, metrics_of
from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.rules.task import metric_meant
from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.measured import MEASURED, MONEY, WAITS
from tunewright.config.schema.task import LABEL, META, REFERENCE, Criterion, Task
from tunewright.config.suite_metrics import PREFIX as SUITES
from tunewright.config.suite_metrics import SUITE_METRICS
from tunewright.errors import Problem
from tunewright.extensions import METRIC_PREFIX

KEY = "task.acceptance"


def criteria(task: Task) -> Iterator[Problem]:
    """Every criterion names a known metric and bounds that can be met; none excludes another."""
    for index, criterion in enumerate(task.acceptance):
        key = f"{KEY}.{index}"
        known = nameable(task)
        if criterion.metric not in known and not criterion.metric.startswith((METRIC_PREFIX, SUITES)):
            what = f"{criterion.metric!r} is no metric of kind {task.kind}, and nothing that a run measures"
            there = f"; allowed: {', '.join(known)}, custom.NAME, suites.SUITE.NAME"
            yield Problem(f"{key}.metric", what + there, fix=_meant(criterion.metric, known))
            continue
        if criterion.metric not in (*task.metrics, *MEASURED) and metric_of(criterion.metric).on_request:
            what = f"{criterion.metric} is computed only where task.metrics names it"
            yield Problem(f"{key}.metric", what, fix="add it to task.metrics")
        if criterion.min is None and criterion.max is None:
            yield Problem(key, "says neither min nor max, so it asks for nothing", fix="add min or max")
        if criterion.min is not None and _better_low(criterion):
            what = f"{criterion.metric} is better the lower it is, so a least value asks for a worse model"
            yield Problem(f"{key}.min", what, fix="write max in place of min")
            continue
        yield from _bounds(criterion, key)
        yield from _measured_once(criterion, key)
    yield from _together(task.acceptance)


def _meant(name: str, known: tuple[str, ...]) -> str:
    """The metric that was probably meant; a suite's is named in metrics/suites.json without the prefix."""
    if name in SUITE_METRICS:
        return f"write {SUITES}{name}"
    return metric_meant(name, (*known, *(SUITES + metric for metric in SUITE_METRICS)))


def nameable(task: Task) -> tuple[str, ...]:
    """What a criterion can name beside the project's own metrics and the suites'; `Evidence` knows all."""
    own = metrics_of(task.kind, (rule.name for rule in task.output.format_rules))
    return *own, *judge_metrics(task), *MEASURED


def criterion_slices(task: Task, data: Data) -> Iterator[Problem]:
    """Slices go by fields that rows have, and by values that these can have."""
    fields = _fields(task, data)
    for index, criterion in enumerate(task.acceptance):
        if criterion.metric.startswith(SUITES):
            continue  # `suite_criteria` says why it can have none
        for name, value in (criterion.slice or {}).items():
            key = f"{KEY}.{index}.slice"
            if name not in fields:
                there = f"; there are: {', '.join(fields)}" if fields else ""
                yield Problem(key, f"rows have no {name!r}{there}", fix=_field_meant(name, fields))
            elif fields[name] and value not in fields[name]:
                what = f"{name} is never {value!r}; it is one of: {', '.join(fields[name])}"
                yield Problem(key, what, fix=did_you_mean(value, fields[name]))


def references(task: Task, evaluation: Evaluation) -> Iterator[Problem]:
    """A criterion over the reference needs one, and a metric that its answers alone can give."""
    for index, criterion in enumerate(task.acceptance):
        if criterion.over != "reference" or criterion.metric in MEASURED:
            continue
        if not evaluation.reference.enabled:
            what = "the reference is not asked: evaluation.reference.enabled is false"
            fix = "tunewright set evaluation.reference.enabled=true, or compare with few_shot or zero_shot"
            yield Problem(f"{KEY}.{index}.over", what, fix=fix)
        elif metric_of(criterion.metric).on_request:
            what = f"{criterion.metric} needs likelihoods, which no server tells: the reference has none"
            yield Problem(f"{KEY}.{index}.over", what, fix="compare with few_shot or zero_shot")


def prices(task: Task, hardware: Hardware) -> Iterator[Problem]:
    """A criterion on money needs a price."""
    for index, criterion in enumerate(task.acceptance):
        quantity = MEASURED.get(criterion.metric)
        if quantity is not None and quantity.unit == MONEY and hardware.price_per_hour is None:
            what = f"{criterion.metric} needs a price, and hardware.price_per_hour is null"
            fix = "set hardware.price_per_hour (amount, currency, date, source)"
            yield Problem(f"{KEY}.{index}.metric", what, fix=fix)


def waits(task: Task, evaluation: Evaluation) -> Iterator[Problem]:
    """A criterion on the wait of a request needs requests."""
    for index, criterion in enumerate(task.acceptance):
        if criterion.metric in WAITS and evaluation.latency.requests == 0:
            what = f"{criterion.metric} is not measured: evaluation.latency.requests is 0"
            yield Problem(f"{KEY}.{index}.metric", what, fix="tunewright set evaluation.latency.requests=4")


def _better_low(criterion: Criterion) -> bool:
    return criterion.metric not in MEASURED and metric_of(criterion.metric).better == "lower"


def _bounds(criterion: Criterion, key: str) -> Iterator[Problem]:
    """Each bound can be met: the interval's bound must get there, which it never does at the very end."""
    low, high = _range(criterion)
    what = f"{criterion.metric} over {criterion.over}" if criterion.over else criterion.metric
    between = f"lies between {low:g} and {high:g}" if math.isfinite(high) else f"is never below {low:g}"
    for name, bound, best, end in (
        ("min", criterion.min, high, "below"),
        ("max", criterion.max, low, "above"),
    ):
        if bound is None or (bound < best if name == "min" else bound > best):
            continue
        if bound == best and criterion.metric not in MEASURED:
            why, fix = f"the interval's bound stays {end} it on any number of rows", "choose another bound"
        else:
            why = f"{what} {between}"
            fix = f"write {bound / 100:g} for {bound:g} %" if 1 < bound <= 100 else "choose another bound"
        yield Problem(f"{key}.{name}", f"{bound:g} can never be reached: {why}", fix=fix)
    if criterion.min is not None and criterion.max is not None and criterion.min > criterion.max:
        yield Problem(f"{key}.max", f"{criterion.max:g} is less than min, {criterion.min:g}", fix="swap them")


def _range(criterion: Criterion) -> tuple[float, float]:
    """The least and the greatest that a criterion's value can be."""
    if criterion.metric in MEASURED or metric_of(criterion.metric).unit != "share":
        return (-math.inf if criterion.over else 0.0), math.inf
    return (-1.0 if criterion.over else 0.0), 1.0


def _measured_once(criterion: Criterion, key: str) -> Iterator[Problem]:
    """What is measured once, of all rows and of the tuned model alone, has no interval and no parts."""
    if criterion.metric not in MEASURED:
        return
    reasons = {
        "over": "is measured of the tuned model alone",
        "slice": "is measured over all test rows together",
        "confidence": "is measured once, so it has no interval: the value itself is compared",
    }
    for name, reason in reasons.items():
        default = Criterion.model_fields[name].default
        if getattr(criterion, name) != default:
            yield Problem(f"{key}.{name}", f"{criterion.metric} {reason}", fix="remove it")


def _together(acceptance: Iterable[Criterion]) -> Iterator[Problem]:
    """No criterion stands there twice, and none excludes another."""
    for (first, one), (second, other) in combinations(enumerate(acceptance), 2):
        if _subject(one) != _subject(other):
            continue
        key = f"{KEY}.{second}"
        if one == other:
            yield Problem(key, f"is the same as {KEY}.{first}", fix="remove one")
        elif _least(one, other) > _greatest(one, other):
            asked = f"{_least(one, other):g} or more, and {_greatest(one, other):g} or less"
            what = f"contradicts {KEY}.{first}: {one.metric} is to be {asked}"
            yield Problem(key, what, fix="change one of the two")


def _subject(criterion: Criterion) -> dict[str, Any]:
    return criterion.model_dump(include={"metric", "over", "slice"})


def _least(*asked: Criterion) -> float:
    return max((one.min for one in asked if one.min is not None), default=-math.inf)


def _greatest(*asked: Criterion) -> float:
    return min((one.max for one in asked if one.max is not None), default=math.inf)


def _fields(task: Task, data: Data) -> dict[str, tuple[str, ...]]:
    """What rows can be chosen by, each with its values; none where any value may be."""
    found: dict[str, tuple[str, ...]] = {f"{META}{name}": () for name in data.fields.meta}
    if task.kind == "classification":
        found[LABEL] = task.output.labels or ()
    if task.kind == "extraction":
        properties: Mapping[str, Any] = (task.output.json_schema or {}).get("properties") or {}
        found |= {f"{REFERENCE}{name}": _listed(schema) for name, schema in properties.items()}
    return found


def _listed(schema: object) -> tuple[str, ...]:
    """The values of a field that its schema lists, as text."""
    import json

    listed = schema.get("enum") if isinstance(schema, Mapping) else None
    values = listed if isinstance(listed, list) else []
    return tuple(value if isinstance(value, str) else json.dumps(value) for value in values)


def _field_meant(name: str, fields: Iterable[str]) -> str:
    known = list(fields)
    if not known:
        return "name the fields to keep with each row in data.fields.meta"
    bare = next((field for field in known if field.partition(".")[2] == name), None)
    if bare is not None:
        return f"write {bare}"
    near = did_you_mean(name, known)
    return near or "a meta field must be kept with each row: name it in data.fields.meta"
