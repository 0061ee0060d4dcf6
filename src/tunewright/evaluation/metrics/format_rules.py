"""Rules of format that a task declares: of each, the share of answers that keep it (`format.NAME`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tunewright.config.metrics import FORMAT
from tunewright.config.schema.task import FormatRule
from tunewright.data.contract import ContractError, SchemaContract, parse_json
from tunewright.evaluation.metrics.score import Score, proportion
from tunewright.evaluation.predictions import Prediction

Check = Callable[[str], bool]


def format_scores(predictions: Sequence[Prediction], rules: Sequence[FormatRule]) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        DataError: a rule's JSON Schema cannot be used.
    """
    answers = [prediction.answer for prediction in predictions]
    return {FORMAT + rule.name: _kept(answers, _checks(rule)) for rule in rules}


def _kept(answers: Sequence[str], checks: Sequence[Check]) -> Score:
    return proportion([all(check(answer) for check in checks) for answer in answers])


def _checks(rule: FormatRule) -> list[Check]:
    """The rule's conditions; compiled once."""
    checks: list[Check] = []
    if rule.regex is not None:
        import re2

        checks.append(partial(_matches, re2.compile(rule.regex).search))
    if rule.json_schema is not None:
        checks.append(partial(_keeps, SchemaContract(rule.json_schema)))
    checks += [partial(_holds, text) for text in rule.contains]
    checks += [partial(_lacks, text) for text in rule.lacks]
    return checks


def _matches(search: Callable[[str], object], answer: str) -> bool:
    return search(answer) is not None


def _keeps(contract: SchemaContract, answer: str) -> bool:
    try:
        return contract.holds(parse_json(answer))
    except ContractError:
        return False


def _holds(text: str, answer: str) -> bool:
    return text in answer


def _lacks(text: str, answer: str) -> bool:
    return text not in answer
