"""How likely a contestant finds answers that it is given: of references, and of each label of a set.

A pass over the test rows of its own, so it is made only where `task.metrics` names a metric that needs it.
Rows are taken one at a time, so that neither memory nor rounding depends on what stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.task import Task
from tunewright.data.rows import Message, Row
from tunewright.evaluation.decoding import Prefix, shared_prefix
from tunewright.evaluation.journal import Journal
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.models.chat import EncodedExample, encode_example, encode_prompt
from tunewright.progress import progress

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PERPLEXITY, CALIBRATION = "perplexity", "calibration_error"
DIGITS = 6
"""Of a stored log-likelihood: those behind differ from machine to machine."""


@dataclass(frozen=True)
class Likelihood:
    """Of one answer.

    Attributes:
        nll: negative log-likelihood in nats, summed over its tokens.
        tokens: how many, the end-of-turn token included.
    """

    nll: float
    tokens: int


def with_likelihoods(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    predictions: Sequence[Prediction],
    prompts: Sequence[tuple[Message, ...]],
    answers: Sequence[Message],
    task: Task,
    folder: Path,
) -> Sequence[Prediction]:
    """The predictions with the likelihoods that the task's metrics need; as they are if none do.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        predictions: one contestant's.
        prompts: what it was asked, a row each.
        answers: the right ones, a row each.
        task: metrics and labels are read.
        folder: scratch of this very run; finished rows are kept there.

    Raises:
        DataError, ModelError: see `encode_example`.
    """
    if PERPLEXITY in task.metrics:
        references = [(answer,) for answer in answers]
        found = _of_answers(model, tokenizer, predictions, prompts, references, folder)
        return [
            replace(row, reference_nll=one.nll, reference_tokens=one.tokens)
            for row, (one,) in zip(predictions, found, strict=True)
        ]
    if CALIBRATION in task.metrics and task.output.labels is not None:
        labels = [[Message("assistant", label) for label in task.output.labels]] * len(predictions)
        found = _of_answers(model, tokenizer, predictions, prompts, labels, folder)
        return [
            replace(row, label_nll=[one.nll for one in likelihoods])
            for row, likelihoods in zip(predictions, found, strict=True)
        ]
    return predictions


def likelihoods(
    model: PreTrainedModel, examples: Sequence[EncodedExample], prefix: Prefix
) -> list[Likelihood]:
    """Of the answer of each example, in their order.

    Args:
        model: in eval mode.
        examples: with prompts that begin with the prefix and have a token more.
        prefix: of `shared_prefix`.
    """
    return [_likelihood(model, example, prefix) for example in examples]


def _likelihood(model: PreTrainedModel, example: EncodedExample, prefix: Prefix) -> Likelihood:
    import copy

    import torch

    count = sum(example.completion_mask)
    ids = torch.tensor([example.input_ids], device=model.device)
    with torch.inference_mode():
        logits = model(
            input_ids=ids[:, len(prefix.ids) :],
            past_key_values=copy.deepcopy(prefix.cache),
            use_cache=True,
            logits_to_keep=count + 1,
        ).logits[0, -count - 1 : -1]
        nll = torch.nn.functional.cross_entropy(logits.float(), ids[0, -count:], reduction="sum")
    return Likelihood(round(float(nll), DIGITS), count)


def _of_answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    predictions: Sequence[Prediction],
    prompts: Sequence[tuple[Message, ...]],
    answers: Sequence[Sequence[Message]],
    folder: Path,
) -> list[list[Likelihood]]:
    """Of each row's answers; rows that an earlier run has finished are taken from its journal."""
    if not predictions:
        return []
    contestant: Contestant = predictions[0].contestant
    journal = Journal(folder / f"{contestant}.likelihoods.jsonl")
    # What all prompts share is computed once; where a row has several answers, its whole prompt is.
    alone = all(len(own) == 1 for own in answers)
    prefix = shared_prefix(model, [encode_prompt(tokenizer, prompt) for prompt in prompts]) if alone else None
    found = [[Likelihood(*one) for one in entry] for entry in journal.entries]
    with progress(f"{contestant}: likelihoods", total=len(predictions)) as advance:
        advance(len(found))
        for row, prompt, turns in [*zip(predictions, prompts, answers, strict=True)][len(found) :]:
            examples = [encode_example(tokenizer, _row(row, prompt, turn)) for turn in turns]
            own = prefix or shared_prefix(model, [encode_prompt(tokenizer, prompt)] * len(turns))
            of_row = likelihoods(model, examples, own)
            journal.append([(one.nll, one.tokens) for one in of_row])
            found.append(of_row)
            advance(1)
    return found


def _row(prediction: Prediction, prompt: Sequence[Message], answer: Message) -> Row:
    return Row(prediction.id, (*prompt, answer), prediction.id, "test rows")
