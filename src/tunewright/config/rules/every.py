"""All rules between settings, asked at once. Each yields every problem it finds.

A rule asks for the groups that it needs and is skipped while one of them has wrong types, so that
one mistake never hides another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tunewright.config.rules.acceptance import criteria, criterion_slices, prices, references, waits
from tunewright.config.rules.cleaning import languages
from tunewright.config.rules.data import balance, minimum, sources, split, strata
from tunewright.config.rules.endpoint import endpoint
from tunewright.config.rules.engine import (
    engine_for_metrics,
    engine_of_method,
    engine_on_machine,
    sampling,
    server,
)
from tunewright.config.rules.judge import judge, judge_criteria, rubric
from tunewright.config.rules.machine import evaluation_on_machine, machine, method_on_machine
from tunewright.config.rules.method import recipe
from tunewright.config.rules.model import model_source
from tunewright.config.rules.personal_data import names, patterns, pseudonyms, regions
from tunewright.config.rules.slices import slices
from tunewright.config.rules.suites import classifier, decisions, harness_tasks, planted, suite_criteria
from tunewright.config.rules.task import contract, field_rules, format_rules, metrics
from tunewright.config.rules.tracking import rows_in_trackers, trackers
from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import Task
from tunewright.config.schema.tracking import Tracking
from tunewright.errors import Problem


def broken_rules(groups: Mapping[str, Node]) -> Iterator[Problem]:
    """Yield the problems of all rules whose groups are present.

    Args:
        groups: the groups that passed the type check, by name.
    """
    task, data, model = groups.get("task"), groups.get("data"), groups.get("model")
    method, hardware, evaluation = groups.get("method"), groups.get("hardware"), groups.get("evaluation")
    tracking = groups.get("tracking")
    if isinstance(task, Task):
        yield from contract(task)
        yield from field_rules(task)
        yield from format_rules(task)
        yield from metrics(task)
        yield from criteria(task)
        yield from rubric(task)
    if isinstance(data, Data):
        yield from sources(data)
        yield from split(data)
        yield from languages(data)
        yield from patterns(data)
        yield from pseudonyms(data)
        yield from regions(data)
    if isinstance(task, Task) and isinstance(data, Data):
        yield from strata(task, data)
        yield from minimum(task, data)
        yield from balance(task, data)
        yield from names(data, task)
        yield from criterion_slices(task, data)
    if isinstance(evaluation, Evaluation):
        yield from harness_tasks(evaluation)
        yield from classifier(evaluation)
        yield from sampling(evaluation)
        yield from server(evaluation)
        reference = evaluation.reference
        needed_by = "evaluation.reference.enabled" if reference.enabled else ""
        yield from endpoint(reference.endpoint, "evaluation.reference.endpoint", needed_by)
        yield from judge(evaluation)
    if isinstance(evaluation, Evaluation) and isinstance(method, Method):
        yield from engine_of_method(evaluation, method)
    if isinstance(evaluation, Evaluation) and isinstance(task, Task):
        yield from engine_for_metrics(evaluation, task)
        yield from decisions(evaluation, task)
        yield from waits(task, evaluation)
        yield from references(task, evaluation)
        yield from judge_criteria(task, evaluation)
    if isinstance(evaluation, Evaluation) and isinstance(data, Data):
        yield from planted(evaluation, data)
    if isinstance(task, Task) and isinstance(hardware, Hardware):
        yield from prices(task, hardware)
    if isinstance(evaluation, Evaluation) and isinstance(task, Task) and isinstance(data, Data):
        yield from slices(evaluation, task, data)
        yield from suite_criteria(task, evaluation, data)
    if isinstance(model, Model):
        yield from model_source(model)
    if isinstance(method, Method):
        yield from recipe(method)
    if isinstance(tracking, Tracking):
        yield from trackers(tracking)
    if isinstance(tracking, Tracking) and isinstance(data, Data):
        yield from rows_in_trackers(tracking, data)
    if isinstance(hardware, Hardware):
        yield from machine(hardware)
    if isinstance(method, Method) and isinstance(hardware, Hardware):
        yield from method_on_machine(method, hardware)
    if isinstance(evaluation, Evaluation) and isinstance(hardware, Hardware):
        yield from evaluation_on_machine(evaluation, hardware)
        yield from engine_on_machine(evaluation, hardware)
