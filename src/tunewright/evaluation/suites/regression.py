"""Suite `regression`: did tuning cost general abilities? (catastrophic forgetting; McCloskey and Cohen 1989)

Shipped questions of arithmetic, reading, common sense and language, and instructions whose keeping can
be checked; further ones from the project. They are asked without the task's instructions: what is
measured is the model, not its behaviour under a format that forbids every other answer.

Of options the one with the greatest log-probability per UTF-8 byte counts as the answer, as `acc_norm` of
EleutherAI's lm-evaluation-harness (L. Gao et al., doi:10.5281/zenodo.10256836): a sum alone favours short
options, and a mean over tokens depends on the tokenizer.
"""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.data.rows import Message
from tunewright.evaluation.suites.checks import fault
from tunewright.evaluation.suites.items import Item, drawn, own, shipped
from tunewright.evaluation.suites.question import ItemScore, Question, Reply
from tunewright.evaluation.suites.suite import Context, Suite, item_score

ACCURACY = "regression.accuracy"
SETTING = "evaluation.suites.regression.files"


def items(context: Context) -> list[Item]:
    """The shipped items, then the project's own."""
    settings = context.suites.regression
    return [
        *drawn(shipped("regression", Item), settings.max_items),
        *own(context.root, settings.files, SETTING),
    ]


def questions(context: Context) -> list[Question]:
    """A question an item."""
    return [
        Question(
            item.id,
            item.category,
            (Message("user", item.prompt),),
            how="choose" if item.options else "answer",
            options=item.options,
        )
        for item in items(context)
    ]


def score(context: Context, asked: Sequence[Question], replies: Sequence[Reply]) -> list[ItemScore]:
    """1 for the right option or a check that is kept, else 0."""
    found = []
    for item, question, reply in zip(items(context), asked, replies, strict=True):
        if item.check is None:
            given = item.options[likeliest(item.options, reply.likelihoods)]
            found.append(item_score(ACCURACY, question, given, given == item.answer, str(item.answer)))
        else:
            why = fault(item.check, reply.text, context.output, finished=reply.finished)
            found.append(item_score(ACCURACY, question, reply.text, why is None, why or ""))
    return found


def likeliest(options: Sequence[str], likelihoods: Sequence[float]) -> int:
    """The place of the option with the greatest log-probability per byte."""
    rates = [value / len(option.encode()) for option, value in zip(options, likelihoods, strict=True)]
    return rates.index(max(rates))


SUITE = Suite("regression", questions, score, new_tokens=32)
